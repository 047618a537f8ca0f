package seal

import (
	"fmt"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"
)

// node is a place in the tree: level 0 holds the hashes of leaves.
type node struct {
	level int
	n     int64
}

// treeAudit compares every stored hash with the stored hashes below it.
//
// A relation is "stored(level, n) = hash(stored children)", on level 0 "= hash(text of the leaf)". One altered stored hash breaks its own relation and its parent's; one altered
// text breaks only the relation of its leaf. So a broken relation whose child relation is broken too is explained by the child, and what remains are the
// places themselves. Parents come later in the stream than their children, so broken relations wait until their parent is known.
type treeAudit struct {
	report   func(Finding)
	stored   []Hash // right edge of complete subtrees as stored, by level; valid where size has the bit
	computed []Hash // the same, recomputed from the texts alone
	size     int64
	path     []Hash        // recomputed hashes that the newest leaf completed, by level
	waiting  map[node]bool // broken relations whose parent is not known yet
	broken   map[node]bool // the children that explain a broken parent, until that parent came
	bad      map[int64]bool
}

// add takes leaf index with the stored hashes from its own on and answers how many belong to it. body nil means missing.
func (t *treeAudit) add(index int64, body []byte, stored []Hash, missing []bool) int {
	if t.waiting == nil {
		t.waiting, t.broken, t.bad = map[node]bool{}, map[node]bool{}, map[int64]bool{}
	}
	t.path = t.path[:0]
	levels := 1 + bits.TrailingZeros64(uint64(^index)) // one hash for the leaf and one for each subtree that it completes
	own := tlog.RecordHash(body)
	if body == nil {
		own = stored[0]
	}
	up := own // recomputed from the texts
	for l := range levels {
		x := node{l, index >> l}
		want := own
		if l > 0 {
			want = tlog.NodeHash(t.stored[l-1], stored[l-1])
			up = tlog.NodeHash(t.computed[l-1], up)
		}
		t.path = append(t.path, up)
		if missing[l] {
			stored[l] = want
			t.report(Finding{FoundNodeMissing, index, nodeName(x), "日志树缺少这个哈希", "this hash of the tree is not there"})
		}
		t.relation(x, stored[l] == want)
	}
	top := levels - 1
	for len(t.stored) <= top {
		t.stored, t.computed = append(t.stored, Hash{}), append(t.computed, Hash{})
	}
	t.stored[top], t.computed[top] = stored[top], up
	t.size = index + 1
	return levels
}

// relation notes whether the relation at x holds and settles what waited for it.
func (t *treeAudit) relation(x node, holds bool) {
	explained := false
	for _, child := range []node{{x.level - 1, 2 * x.n}, {x.level - 1, 2*x.n + 1}} {
		if !t.waiting[child] {
			continue
		}
		explained = true
		delete(t.waiting, child)
		if holds {
			t.tell(child, parentHolds)
		} else {
			t.tell(child, parentFails)
		}
	}
	for _, child := range []node{{x.level - 1, 2 * x.n}, {x.level - 1, 2*x.n + 1}} {
		explained = explained || t.broken[child]
		delete(t.broken, child)
	}
	if holds {
		return
	}
	if explained {
		// The parent's relation may hold or not; either way the cause is below.
		t.broken[x] = true
		return
	}
	if len(t.waiting) < maxFindings {
		t.waiting[x] = true
	}
}

// flush settles the relations at the right edge, which have no parent yet.
func (t *treeAudit) flush() {
	for x := range t.waiting {
		t.tell(x, parentUnknown)
	}
	t.waiting = nil
}

// parent is what is known of the relation above a broken one.
type parent int

const (
	parentUnknown parent = iota // at the right edge of the tree there is none yet
	parentHolds
	parentFails
)

// tell reports a broken relation at x. When the relation above fails too, the stored hash itself is wrong; when it holds, what is below x is.
func (t *treeAudit) tell(x node, p parent) {
	f := Finding{Code: FoundLeafAltered, Leaf: -1, Where: nodeName(x)}
	if x.level == 0 {
		f.Leaf = x.n
	}
	switch {
	case p == parentFails:
		f.Code = FoundNodeAltered
		f.ZH = "日志树里存的这个哈希与它下面的内容不符：哈希被改动过"
		f.EN = "this stored hash of the tree does not match what is below it: the hash was altered"
	case x.level > 0:
		f.Leaf = x.n << x.level
		f.ZH = "这一段里有条目连同它的哈希一起被改动过"
		f.EN = "an entry in this range was altered together with its hash"
	case t.bad[x.n]:
		return
	case p == parentHolds:
		f.ZH = "这一条的内容与当初封存的哈希不符：内容被改动过"
		f.EN = "the text of this leaf does not match the hash it was sealed with: it was altered"
	default:
		f.ZH = "这一条的内容与存的哈希不符：其中之一被改动过"
		f.EN = "the text of this leaf and its stored hash disagree: one of them was altered"
	}
	if x.level == 0 && f.Code == FoundLeafAltered && len(t.bad) < maxFindings {
		t.bad[x.n] = true
	}
	t.report(f)
}

// suspect says that the text of a leaf or its stored hash is wrong.
func (t *treeAudit) suspect(index int64) bool { return t.bad[index] || t.waiting[node{0, index}] }

// mangled reports a leaf whose text is not a leaf, unless its hash already said so.
func (t *treeAudit) mangled(index int64) {
	if t.suspect(index) {
		return
	}
	t.bad[index] = true
	t.report(Finding{FoundLeafAltered, index, nodeName(node{0, index}),
		"这一条不是规范格式的日志条目", "this entry is not a leaf in canonical form"})
}

func nodeName(x node) string {
	if x.level == 0 {
		return fmt.Sprintf("leaf %d", x.n)
	}
	return fmt.Sprintf("node %d/%d (leaves %d to %d)", x.level, x.n, x.n<<x.level, (x.n+1)<<x.level-1)
}

func (t *treeAudit) storedRoot() Hash   { return edgeRoot(t.stored, t.size) }
func (t *treeAudit) computedRoot() Hash { return edgeRoot(t.computed, t.size) }

// edgeRoot folds the complete subtrees at the right edge into the root, as RFC 6962 does for a tree that is not full.
func edgeRoot(edge []Hash, size int64) Hash {
	if size == 0 {
		h, _ := tlog.TreeHash(0, nil)
		return h
	}
	var h Hash
	first := true
	for l := range edge {
		if size>>l&1 == 0 {
			continue
		}
		if first {
			h, first = edge[l], false
			continue
		}
		h = tlog.NodeHash(edge[l], h)
	}
	return h
}
