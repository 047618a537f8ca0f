package seal

import (
	"errors"
	"fmt"
	"io/fs"

	"golang.org/x/mod/sumdb/tlog"
)

// Finding is one thing that is not as it was sealed, with its place.
type Finding struct {
	// Code is stable and meant for programs: see the Found… constants.
	Code string `json:"code"`
	// Leaf is the number of the leaf, or -1.
	Leaf int64 `json:"leaf"`
	// Where names the place: "leaf 17", "node 3/2", "checkpoint 120", or a file of the exported copy.
	Where string `json:"where"`
	// ZH and EN say what was found, in plain words.
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// What an audit can find.
const (
	FoundLeafAltered   = "leaf-altered"       // the text of a leaf no longer matches its hash
	FoundLeafMissing   = "leaf-missing"       // a number of the sequence is not there
	FoundLeafExtra     = "leaf-extra"         // a leaf beyond the head
	FoundNodeAltered   = "node-altered"       // a stored hash of the tree is not that of what is below it
	FoundNodeMissing   = "node-missing"       //
	FoundBadCheckpoint = "checkpoint-altered" // a checkpoint whose signature does not verify
	FoundRewritten     = "history-rewritten"  // a validly signed checkpoint names another past than the database
	FoundShortened     = "log-shortened"      // a validly signed checkpoint names more leaves than the database has
	FoundCopyAltered   = "copy-altered"       // a file of the exported copy differs from the log
	FoundCopyMissing   = "copy-missing"       // a file of the exported copy is not there
	FoundCopyUnknown   = "copy-unknown"       // a file in the exported copy that does not belong there
	FoundTooMany       = "too-many-to-list"   // listing stopped
)

// AuditOptions say what to compare the log with.
type AuditOptions struct {
	// Keys are the log's public keys.
	Keys Keys
	// Size is what the head of the log in the database says.
	Size int64
	// Checkpoints are the signed checkpoints that the database keeps.
	Checkpoints [][]byte
	// Witnessed are signed checkpoints that somebody outside kept: a copy of an earlier export, a bundle given to a party.
	Witnessed [][]byte
	// Copy is the exported static copy; nil when there is none.
	Copy fs.FS
	// OnLeaf is called in order for every leaf that is not itself under suspicion, so that the caller compares the record behind it. It may be nil. An
	// error ends the audit.
	OnLeaf func(index int64, leaf Leaf) error
}

// AuditSummary counts what was read.
type AuditSummary struct {
	Leaves      int64 `json:"leaves"`
	Nodes       int64 `json:"nodes"`
	Checkpoints int   `json:"checkpoints"`
	CopyLeaves  int64 `json:"copy_leaves"`
	CopyFiles   int   `json:"copy_files"`
	Root        Hash  `json:"root"`
}

var errEnough = errors.New("enough")

// maxFindings ends the listing: a log with more wrong places than this is not repaired place by place.
const maxFindings = 10_000

// Audit reads the whole log once and reports everything that is not as it was sealed. It trusts only the keys (and Witnessed, once their signature
// verifies). One altered byte leads to one finding at its place and not to a row of followers: each stored hash is compared with the stored
// hashes right below it, and a wrong one is told from its neighbours by which of the relations around it fail.
//
// The error is about reading (the database went away, OnLeaf gave up), never about what was found.
func Audit(src Source, o AuditOptions, report func(Finding)) (AuditSummary, error) {
	a := auditor{src: src, o: o, roots: map[int64][]pinned{}}
	n := 0
	a.report = func(f Finding) {
		n++
		switch {
		case n <= maxFindings:
			report(f)
		case n == maxFindings+1:
			report(Finding{FoundTooMany, -1, "log", "问题过多，不再逐条列出", "too many findings, the rest is not listed"})
		}
	}
	a.tree.report = a.report
	a.openCheckpoints()
	if err := a.leaves(); err != nil {
		return a.sum, err
	}
	a.tree.flush()
	a.sum.Root = a.tree.storedRoot()
	a.leftover()
	a.copy.finish(&a)
	return a.sum, nil
}

// pinned is a checkpoint that verified, waiting for the stream to reach its size.
type pinned struct {
	Checkpoint
	where string
	// outside tells checkpoints that the operator's database cannot have changed.
	outside bool
}

type auditor struct {
	src    Source
	o      AuditOptions
	report func(Finding)
	sum    AuditSummary
	roots  map[int64][]pinned
	tree   treeAudit
	copy   copyAudit
}

func (a *auditor) openCheckpoints() {
	for i, b := range a.o.Checkpoints {
		a.pin(b, fmt.Sprintf("checkpoint #%d", i+1), false)
	}
	for i, b := range a.o.Witnessed {
		a.pin(b, fmt.Sprintf("witnessed checkpoint #%d", i+1), true)
	}
	a.copy.open(a)
}

// pin verifies a checkpoint and remembers it until its size is reached.
func (a *auditor) pin(signed []byte, where string, outside bool) (Checkpoint, bool) {
	a.sum.Checkpoints++
	c, err := a.o.Keys.Open(signed)
	if err != nil {
		a.report(Finding{FoundBadCheckpoint, -1, where,
			"检查点的签名无效：它被改动过，或者不是用本日志的密钥签署的",
			"the signature of the checkpoint does not verify: it was altered, or another key signed it"})
		return c, false
	}
	if c.Size > a.o.Size {
		a.report(Finding{FoundShortened, a.o.Size, where,
			fmt.Sprintf("检查点证明日志至少有 %d 条，数据库里只有 %d 条：末尾被删去了", c.Size, a.o.Size),
			fmt.Sprintf("the checkpoint proves a log of at least %d leaves, the database has %d: its end was cut off", c.Size, a.o.Size)})
		return c, true
	}
	a.roots[c.Size] = append(a.roots[c.Size], pinned{c, where, outside})
	return c, true
}

// leaves streams the log, one tile's worth at a time.
func (a *auditor) leaves() error {
	a.checkRoots(0)
	for first := int64(0); first < a.o.Size; first += tileWidth {
		n := min(tileWidth, a.o.Size-first)
		bodies := make([][]byte, n)
		found := 0
		err := a.src.Leaves(first, n, func(index int64, body []byte) error {
			if index >= first && index < first+n && bodies[index-first] == nil {
				bodies[index-first] = append(make([]byte, 0, len(body)), body...)
				found++
			}
			return nil
		})
		if err != nil {
			return err
		}
		if found == 0 && !a.more(first+n) {
			a.report(Finding{FoundLeafMissing, first, fmt.Sprintf("leaf %d", first),
				fmt.Sprintf("日志头称有 %d 条，但从第 %d 条起找不到一整段", a.o.Size, first),
				fmt.Sprintf("the head says %d leaves, but from leaf %d on a whole run of them is not there", a.o.Size, first)})
			return nil
		}
		if err := a.batch(first, bodies); err != nil {
			return err
		}
	}
	return nil
}

// more says whether any leaf is left from a number on: a hole is read over, an end is not waited for (the head may have been altered to any number).
func (a *auditor) more(from int64) bool {
	if s, ok := a.src.(interface{ more(from int64) bool }); ok {
		return s.more(from)
	}
	found := false
	if from < a.o.Size {
		_ = a.src.Leaves(from, a.o.Size-from, func(int64, []byte) error {
			found = true
			return errEnough
		})
	}
	return found
}

func (a *auditor) batch(first int64, bodies [][]byte) error {
	n := int64(len(bodies))
	from := tlog.StoredHashIndex(0, first)
	stored, missing := a.readNodes(from, tlog.StoredHashCount(first+n)-from)
	at := 0
	for i, body := range bodies {
		index := first + int64(i)
		if body == nil {
			a.report(Finding{FoundLeafMissing, index, fmt.Sprintf("leaf %d", index),
				"日志缺少这一条", "this leaf is not there"})
		} else {
			a.sum.Leaves++
		}
		levels := a.tree.add(index, body, stored[at:], missing[at:])
		a.copy.leaf(a, index, body, stored[at:at+levels])
		at += levels
		a.checkRoots(index + 1)
		if body == nil || a.o.OnLeaf == nil {
			continue
		}
		leaf, err := ParseLeaf(body)
		if err != nil {
			a.tree.mangled(index)
			continue
		}
		if a.tree.suspect(index) {
			continue
		}
		if err := a.o.OnLeaf(index, leaf); err != nil {
			return err
		}
	}
	a.sum.Nodes += int64(at)
	return nil
}

// readNodes reads a run of stored hashes; when the run cannot be read as a whole, one by one, so that the missing one is known.
func (a *auditor) readNodes(from, n int64) (hashes []Hash, missing []bool) {
	indexes := make([]int64, n)
	for i := range indexes {
		indexes[i] = from + int64(i)
	}
	missing = make([]bool, n)
	if hashes, err := a.src.ReadHashes(indexes); err == nil && int64(len(hashes)) == n {
		return hashes, missing
	}
	hashes = make([]Hash, n)
	for i, x := range indexes {
		h, err := a.src.ReadHashes([]int64{x})
		if missing[i] = err != nil || len(h) != 1; !missing[i] {
			hashes[i] = h[0]
		}
	}
	return hashes, missing
}

// checkRoots compares the tree of the first size leaves with every checkpoint of that size.
func (a *auditor) checkRoots(size int64) {
	for _, p := range a.roots[size] {
		if p.Root == a.tree.storedRoot() || p.Root == a.tree.computedRoot() {
			continue
		}
		a.report(Finding{FoundRewritten, -1, p.where,
			fmt.Sprintf("检查点（前 %d 条）签名有效，但数据库算出的根不同：这 %d 条里至少有一条在签署之后被改过", size, size),
			fmt.Sprintf("the checkpoint of the first %d leaves is validly signed, but the database leads to another root: at least one of these %d leaves was changed after it was signed", size, size)})
	}
	delete(a.roots, size)
}

// leftover looks for a leaf beyond the head.
func (a *auditor) leftover() {
	_ = a.src.Leaves(a.o.Size, 1, func(index int64, _ []byte) error {
		a.report(Finding{FoundLeafExtra, index, fmt.Sprintf("leaf %d", index),
			fmt.Sprintf("日志头称只有 %d 条，却还有后面的条目：日志头被改过", a.o.Size),
			fmt.Sprintf("the head says %d leaves, yet there are more: the head was altered", a.o.Size)})
		return nil
	})
}
