package seal_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"anxin/seal"

	"golang.org/x/mod/sumdb/tlog"
)

// memFolder is a Folder in memory.
type memFolder map[string][]byte

func (m memFolder) ReadFile(name string) ([]byte, error) {
	b, ok := m[name]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return b, nil
}
func (m memFolder) WriteFile(name string, data []byte) error {
	m[name] = append([]byte(nil), data...)
	return nil
}
func (m memFolder) Remove(name string) error {
	if _, ok := m[name]; !ok {
		return fs.ErrNotExist
	}
	delete(m, name)
	return nil
}
func (m memFolder) fs() fs.FS {
	out := fstest.MapFS{}
	for k, v := range m {
		out[k] = &fstest.MapFile{Data: v}
	}
	return out
}
func (m memFolder) clone() memFolder {
	out := memFolder{}
	for k, v := range m {
		out[k] = slices.Clone(v)
	}
	return out
}

// vault is a log with its checkpoints and its exported copy.
type vault struct {
	m     *memStore
	notes [][]byte
	dir   memFolder
	s     *seal.Signer
}

// newVault grows a log through the given sizes, publishing at each.
func newVault(t testing.TB, sizes ...int) *vault {
	t.Helper()
	v := &vault{m: &memStore{}, dir: memFolder{}, s: testSigner(t, origin, 1)}
	for _, size := range sizes {
		grow(t, v.m, size)
		v.publish(t)
	}
	return v
}

func (v *vault) publish(t testing.TB) {
	t.Helper()
	note := signed(t, v.m, v.s, v.m.size)
	v.notes = append(v.notes, note)
	p, err := seal.Publish(v.m, v.dir, seal.Keys{v.s.Key()}, note)
	if err != nil || p.Size != v.m.size {
		t.Fatalf("publish at %d: %+v %v", v.m.size, p, err)
	}
}

func (v *vault) clone() *vault {
	c := &vault{m: &memStore{size: v.m.size, hashes: slices.Clone(v.m.hashes)}, dir: v.dir.clone(), s: v.s}
	for _, l := range v.m.leaves {
		c.m.leaves = append(c.m.leaves, slices.Clone(l))
	}
	for _, n := range v.notes {
		c.notes = append(c.notes, slices.Clone(n))
	}
	return c
}

func (v *vault) audit(t testing.TB) []seal.Finding {
	t.Helper()
	var out []seal.Finding
	_, err := seal.Audit(v.m, seal.AuditOptions{Keys: seal.Keys{v.s.Key()}, Size: v.m.size, Checkpoints: v.notes, Copy: v.dir.fs(),
		OnLeaf: func(int64, seal.Leaf) error { return nil }}, func(f seal.Finding) { out = append(out, f) })
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestAnUntouchedLogHasNoFindings(t *testing.T) {
	for _, sizes := range [][]int{{}, {1}, {255}, {256}, {257}, {1, 2, 3, 300}, {256, 512}, {100, 255, 256, 700}, {65_536 + 300}} {
		v := newVault(t, sizes...)
		var sum seal.AuditSummary
		sum, err := seal.Audit(v.m, seal.AuditOptions{Keys: seal.Keys{v.s.Key()}, Size: v.m.size, Checkpoints: v.notes, Witnessed: v.notes, Copy: v.dir.fs()},
			func(f seal.Finding) { t.Errorf("sizes %v: %+v", sizes, f) })
		root, _ := seal.Root(v.m, v.m.size)
		if err != nil || sum.Leaves != v.m.size || sum.Root != root || sum.CopyLeaves != v.m.size || sum.Nodes != int64(len(v.m.hashes)) {
			t.Errorf("sizes %v: %+v %v", sizes, sum, err)
		}
		if sum.CopyFiles != len(v.dir) {
			t.Errorf("sizes %v: read %d of %d files", sizes, sum.CopyFiles, len(v.dir))
		}
	}
}

// The published copy is what C2SP tlog-tiles says: its own example of 70,000 leaves, and tlog's reader on top of our files.
func TestTheCopyHasTheC2SPLayout(t *testing.T) {
	v := newVault(t, 70_000)
	full, partial := 0, []string{}
	for name := range v.dir {
		switch {
		case strings.HasPrefix(name, "tile/0/") && !strings.Contains(name, ".p/"):
			full++
		case strings.HasPrefix(name, "tile/") && strings.Contains(name, ".p/"):
			partial = append(partial, name)
		}
	}
	slices.Sort(partial)
	want := []string{"tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1", "tile/entries/273.p/112"}
	if full != 273 || !slices.Equal(partial, want) {
		t.Errorf("%d full tiles of level 0, partial %v", full, partial)
	}
	if seal.TilePath(0, 1234067, 256) != "tile/0/x001/x234/067" || seal.TilePath(-1, 5, 3) != "tile/entries/005.p/3" {
		t.Error(seal.TilePath(0, 1234067, 256), seal.TilePath(-1, 5, 3))
	}
	c, err := v.s.Key().Open(v.dir["checkpoint"])
	if err != nil {
		t.Fatal(err)
	}
	r := tlog.TileHashReader(tlog.Tree{N: c.Size, Hash: c.Root}, tileReader{v.dir})
	for _, index := range []int64{0, 255, 256, 65_535, 69_999} {
		p, err := seal.NewProof(r, index, v.dir["checkpoint"])
		if err != nil {
			t.Fatalf("leaf %d: %v", index, err)
		}
		if _, err := p.Check(seal.Keys{v.s.Key()}, v.m.leaves[index]); err != nil {
			t.Errorf("leaf %d proven from the files alone: %v", index, err)
		}
	}
}

type tileReader struct{ dir memFolder }

func (tileReader) Height() int                     { return 8 }
func (tileReader) SaveTiles([]tlog.Tile, [][]byte) {}
func (r tileReader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, t := range tiles {
		b, err := r.dir.ReadFile(seal.TilePath(t.L, t.N, t.W))
		if err != nil {
			b, err = r.dir.ReadFile(seal.TilePath(t.L, t.N, 256))
			b = b[:t.W*tlog.HashSize]
		}
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, nil
}

// place is one byte of a vault that can be flipped.
type place struct {
	what  string // "leaf", "node", "note", "file"
	index int    // which leaf, stored hash or note
	file  string
	b     []byte
}

func (v *vault) places() []place {
	var out []place
	for i, l := range v.m.leaves {
		out = append(out, place{what: "leaf", index: i, b: l})
	}
	for i := range v.m.hashes {
		out = append(out, place{what: "node", index: i, b: v.m.hashes[i][:]})
	}
	for i, n := range v.notes {
		out = append(out, place{what: "note", index: i, b: n})
	}
	names := make([]string, 0, len(v.dir))
	for name := range v.dir {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		out = append(out, place{what: "file", file: name, b: v.dir[name]})
	}
	return out
}

// located says whether a finding names the flipped place.
func (p place) located(f seal.Finding) bool {
	switch p.what {
	case "leaf":
		return f.Leaf == int64(p.index) && f.Code == seal.FoundLeafAltered
	case "node":
		level, n := tlog.SplitStoredHashIndex(int64(p.index))
		if level == 0 {
			return f.Leaf == n
		}
		return strings.HasPrefix(f.Where, fmt.Sprintf("node %d/%d ", level, n))
	case "note":
		return f.Code == seal.FoundBadCheckpoint && f.Where == fmt.Sprintf("checkpoint #%d", p.index+1)
	}
	return f.Where == p.file
}

func TestAnyFlippedByteIsFoundAndLocated(t *testing.T) {
	v := newVault(t, 3, 130, 261)
	rng := rand.New(rand.NewPCG(1, 2))
	places := v.places()
	for range 1000 {
		p := places[rng.IntN(len(places))]
		i, x := rng.IntN(len(p.b)), byte(1+rng.IntN(255))
		p.b[i] ^= x
		fs := v.audit(t)
		p.b[i] ^= x
		if len(fs) == 0 {
			t.Fatalf("byte %d of %s %d %s changed by %#x: not found", i, p.what, p.index, p.file, x)
		}
		if len(fs) > 2 || !slices.ContainsFunc(fs, p.located) {
			t.Fatalf("byte %d of %s %d %s: findings %+v", i, p.what, p.index, p.file, fs)
		}
	}
	if fs := v.audit(t); len(fs) != 0 {
		t.Fatalf("the test did not undo itself: %+v", fs)
	}
}

// The operator rewrites history properly: changes a leaf, recomputes every hash and signs again. Only a copy elsewhere can show it.
func TestARewrittenHistoryDisagreesWithTheCopy(t *testing.T) {
	v := newVault(t, 300, 600)
	forged := &memStore{}
	for i := range 600 {
		l := testLeaf(i)
		if i == 17 {
			l.Digest[0] ^= 1
		}
		if _, err := seal.Append(forged, l); err != nil {
			t.Fatal(err)
		}
	}
	honest := v.notes
	v.m, v.notes = forged, [][]byte{signed(t, forged, v.s, 300), signed(t, forged, v.s, 600)}
	fs := v.audit(t)
	for _, want := range []string{"checkpoint", "checkpoints/300", "tile/0/000", "tile/entries/000"} {
		if !slices.ContainsFunc(fs, func(f seal.Finding) bool { return f.Where == want }) {
			t.Errorf("nothing about %s", want)
		}
	}
	if !slices.ContainsFunc(fs, func(f seal.Finding) bool { return f.Code == seal.FoundRewritten }) {
		t.Errorf("not called a rewrite: %+v", fs)
	}
	if _, err := seal.Publish(v.m, v.dir, seal.Keys{v.s.Key()}, v.notes[1]); !errors.Is(err, seal.ErrDiverged) {
		t.Errorf("the forged log was published over the honest copy: %v", err)
	}

	// And when the copy is rewritten as well, a checkpoint that somebody kept still shows it.
	v.dir = memFolder{}
	v.publish(t)
	v.notes = v.notes[:2]
	if fs := v.audit(t); len(fs) != 0 {
		t.Fatalf("a complete rewrite is consistent in itself: %+v", fs)
	}
	var seen []seal.Finding
	_, err := seal.Audit(v.m, seal.AuditOptions{Keys: seal.Keys{v.s.Key()}, Size: 600, Checkpoints: v.notes, Witnessed: honest[:1], Copy: v.dir.fs()},
		func(f seal.Finding) { seen = append(seen, f) })
	if err != nil || len(seen) != 1 || seen[0].Code != seal.FoundRewritten || !strings.HasPrefix(seen[0].Where, "witnessed") {
		t.Errorf("%+v %v", seen, err)
	}
}

func TestThingsThatAreMissingOrTooMany(t *testing.T) {
	base := newVault(t, 40, 300)
	for name, c := range map[string]struct {
		change func(v *vault)
		code   string
		where  string
	}{
		"a leaf deleted":      {func(v *vault) { v.m.leaves[40] = nil }, seal.FoundLeafMissing, "leaf 40"},
		"a whole run deleted": {func(v *vault) { clear(v.m.leaves[0:256]) }, seal.FoundLeafMissing, "leaf 255"},
		"the end cut off": {func(v *vault) {
			v.m.leaves, v.m.hashes, v.m.size = v.m.leaves[:290], v.m.hashes[:tlog.StoredHashCount(290)], 290
		}, seal.FoundShortened, "checkpoint"},
		"the head lowered":           {func(v *vault) { v.m.size = 299 }, seal.FoundLeafExtra, "leaf 299"},
		"the head raised":            {func(v *vault) { v.m.size = 1 << 40 }, seal.FoundLeafMissing, "leaf 512"},
		"a tile deleted":             {func(v *vault) { delete(v.dir, "tile/0/000") }, seal.FoundCopyMissing, "tile/0/000"},
		"the entries deleted":        {func(v *vault) { delete(v.dir, "tile/entries/000") }, seal.FoundCopyMissing, "tile/entries/000"},
		"the checkpoint deleted":     {func(v *vault) { delete(v.dir, "checkpoint") }, seal.FoundCopyMissing, "checkpoint"},
		"a file added":               {func(v *vault) { v.dir["tile/0/005"] = []byte("x") }, seal.FoundCopyUnknown, "tile/0/005"},
		"a tile cut":                 {func(v *vault) { v.dir["tile/0/000"] = v.dir["tile/0/000"][:100] }, seal.FoundCopyAltered, "tile/0/000"},
		"a history file misnamed":    {func(v *vault) { v.dir["checkpoints/41"] = v.dir["checkpoints/40"] }, seal.FoundCopyAltered, "checkpoints/41"},
		"another log's checkpoint":   {func(v *vault) { v.notes[0] = signed(t, v.m, testSigner(t, "x.example/log", 1), 40) }, seal.FoundBadCheckpoint, "checkpoint #1"},
		"a huge file in the copy":    {func(v *vault) { v.dir["checkpoint"] = bytes.Repeat([]byte("a"), 1<<20) }, seal.FoundCopyAltered, "checkpoint"},
		"an entries file of rubbish": {func(v *vault) { v.dir["tile/entries/000"] = []byte{0xff, 0xff} }, seal.FoundCopyAltered, "tile/entries/000"},
	} {
		v := base.clone()
		c.change(v)
		fs := v.audit(t)
		if !slices.ContainsFunc(fs, func(f seal.Finding) bool { return f.Code == c.code && f.Where == c.where && f.ZH != "" && f.EN != "" }) {
			t.Errorf("%s: findings %+v", name, fs)
		}
	}
}

// A leaf and its own hash changed together: the tree above still tells.
func TestALeafChangedTogetherWithItsHash(t *testing.T) {
	v := newVault(t, 300)
	v.m.leaves[9] = append(v.m.leaves[9], "x\n"...)
	v.m.hashes[tlog.StoredHashIndex(0, 9)] = tlog.RecordHash(v.m.leaves[9])
	fs := v.audit(t)
	if !slices.ContainsFunc(fs, func(f seal.Finding) bool { return f.Code == seal.FoundLeafAltered && f.Leaf == 8 }) {
		t.Errorf("%+v", fs)
	}
}

func TestAnExportInterruptedAtAnyFileIsCompletedByTheNextOne(t *testing.T) {
	for stop := range 12 {
		v := newVault(t, 3, 250)
		grow(t, v.m, 530)
		note := signed(t, v.m, v.s, 530)
		v.notes = append(v.notes, note)
		_, err := seal.Publish(v.m, &failingFolder{v.dir, stop}, seal.Keys{v.s.Key()}, note)
		if err == nil {
			break
		}
		if fs := v.audit(t); slices.ContainsFunc(fs, func(f seal.Finding) bool { return f.Code != seal.FoundCopyUnknown }) {
			t.Fatalf("stopped at file %d: the old copy is broken: %+v", stop, fs)
		}
		grow(t, v.m, 531)
		v.publish(t)
		if fs := v.audit(t); len(fs) != 0 {
			t.Fatalf("stopped at file %d, then completed: %+v", stop, fs)
		}
	}
}

// failingFolder stops working after some files, as a full disk does.
type failingFolder struct {
	memFolder
	left int
}

func (f *failingFolder) WriteFile(name string, data []byte) error {
	if f.left == 0 {
		return errors.New("disk full")
	}
	f.left--
	return f.memFolder.WriteFile(name, data)
}

func TestDirFolder(t *testing.T) {
	d, err := seal.OpenDirFolder(t.TempDir() + "/log/1")
	if err != nil {
		t.Fatal(err)
	}
	v := newVault(t)
	grow(t, v.m, 300)
	if _, err := seal.Publish(v.m, d, seal.Keys{v.s.Key()}, signed(t, v.m, v.s, 300)); err != nil {
		t.Fatal(err)
	}
	sum, err := seal.Audit(v.m, seal.AuditOptions{Keys: seal.Keys{v.s.Key()}, Size: 300, Copy: d.FS()}, func(f seal.Finding) { t.Errorf("%+v", f) })
	if err != nil || sum.CopyLeaves != 300 {
		t.Errorf("%+v %v", sum, err)
	}
	for _, bad := range []string{"../x", "/x", "a/../../x", ""} {
		if err := d.WriteFile(bad, nil); !errors.Is(err, fs.ErrInvalid) {
			t.Errorf("%q was written: %v", bad, err)
		}
	}
}

func BenchmarkAppend(b *testing.B) {
	m := &memStore{}
	for i := 0; b.Loop(); i++ {
		if _, err := seal.Append(m, testLeaf(i)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAudit(b *testing.B) {
	v := newVault(b, 20_000)
	b.ResetTimer()
	for b.Loop() {
		if f := v.audit(b); len(f) != 0 {
			b.Fatal(f)
		}
	}
	b.ReportMetric(20_000*float64(b.N)/b.Elapsed().Seconds(), "leaves/s")
}
