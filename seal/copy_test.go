package seal_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"anxin/seal"
)

func auditCopy(t testing.TB, v *vault, witnessed ...[]byte) (seal.Checkpoint, []seal.Finding) {
	t.Helper()
	var out []seal.Finding
	n := 0
	c, sum, err := seal.AuditCopy(v.dir.fs(), seal.Keys{v.s.Key()}, witnessed, func(int64, seal.Leaf) error { n++; return nil }, func(f seal.Finding) { out = append(out, f) })
	if err != nil {
		t.Fatal(err)
	}
	if len(out) == 0 && (int64(n) != c.Size || sum.Leaves != c.Size) {
		t.Errorf("%d of %d leaves were read", n, c.Size)
	}
	return c, out
}

func TestACopyIsAuditedByItself(t *testing.T) {
	for _, sizes := range [][]int{{1}, {255}, {256}, {257}, {3, 300, 601}} {
		v := newVault(t, sizes...)
		if c, f := auditCopy(t, v, v.notes...); len(f) != 0 || c.Size != v.m.size {
			t.Errorf("sizes %v: %+v %+v", sizes, c, f)
		}
	}
	v := newVault(t)
	if _, _, err := seal.AuditCopy(v.dir.fs(), seal.Keys{v.s.Key()}, nil, nil, func(seal.Finding) {}); !errors.Is(err, seal.ErrCheckpoint) {
		t.Errorf("no copy: %v", err)
	}
}

func TestAFlippedByteOfACopyIsFoundWithoutTheDatabase(t *testing.T) {
	v := newVault(t, 3, 300, 601)
	var names []string
	for name := range v.dir {
		if name != "checkpoint" { // without it there is nothing to audit
			names = append(names, name)
		}
	}
	slices.Sort(names)
	rng := rand.New(rand.NewPCG(5, 5))
	for range 200 {
		name := names[rng.IntN(len(names))]
		b := v.dir[name]
		i, x := rng.IntN(len(b)), byte(1+rng.IntN(255))
		b[i] ^= x
		_, f := auditCopy(t, v)
		b[i] ^= x
		if len(f) == 0 {
			t.Fatalf("byte %d of %s changed by %#x: not found", i, name, x)
		}
	}
}

func TestACopyThatWasRewrittenDisagreesWithAKeptCheckpoint(t *testing.T) {
	honest := newVault(t, 300, 600)
	forged := &vault{m: &memStore{}, dir: memFolder{}, s: honest.s}
	for i := range 700 {
		l := testLeaf(i)
		if i == 17 {
			l.Seq++
		}
		if _, err := seal.Append(forged.m, l); err != nil {
			t.Fatal(err)
		}
	}
	forged.publish(t)
	if _, f := auditCopy(t, forged); len(f) != 0 {
		t.Fatalf("%+v", f)
	}
	_, f := auditCopy(t, forged, honest.notes[0])
	if len(f) != 1 || f[0].Code != seal.FoundRewritten {
		t.Errorf("%+v", f)
	}
	if _, f = auditCopy(t, newVault(t, 100), honest.notes[0]); len(f) != 1 || f[0].Code != seal.FoundShortened {
		t.Errorf("a copy that got shorter: %+v", f)
	}
}
