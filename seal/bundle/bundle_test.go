package bundle_test

import (
	"archive/zip"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"anxin/seal"
	"anxin/seal/bundle"
	"anxin/seal/stamp"
	"anxin/seal/stamp/stamptest"

	"github.com/emmansun/gmsm/sm3"
	"golang.org/x/mod/sumdb/tlog"
)

var when = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)

// memLog is a log in memory.
type memLog struct {
	leaves [][]byte
	hashes []seal.Hash
}

func (m *memLog) Size() (int64, error) { return int64(len(m.leaves)), nil }
func (m *memLog) AddLeaf(_ int64, leaf []byte, hashes []seal.Hash) error {
	m.leaves, m.hashes = append(m.leaves, leaf), append(m.hashes, hashes...)
	return nil
}
func (m *memLog) ReadHashes(indexes []int64) ([]seal.Hash, error) {
	var out []seal.Hash
	for _, x := range indexes {
		if x >= int64(len(m.hashes)) {
			return nil, fmt.Errorf("no hash %d", x)
		}
		out = append(out, m.hashes[x])
	}
	return out, nil
}

var _ tlog.HashReader = (*memLog)(nil)

func signer(t testing.TB, seed byte) *seal.Signer {
	t.Helper()
	s, err := seal.NewSigner("after-sales.example/log/1", ed25519.NewKeyFromSeed(append(make([]byte, 31), seed)))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// sample is a bundle of three records, two with content, the second one stamped.
type sample struct {
	bundle.Bundle
	signer *seal.Signer
	stamps *stamptest.Authority
	log    *memLog
}

func newSample(t testing.TB) *sample {
	t.Helper()
	s := &sample{signer: signer(t, 1), stamps: stamptest.New(t, when, nil), log: &memLog{}}
	photo := append([]byte("\xff\xd8\xff\xe0 a photo"), bytes.Repeat([]byte{1, 2, 3}, 30_000)...)
	for i, content := range [][]byte{photo, []byte("signature"), nil} {
		r := seal.Record{Type: "anxin-item/v1"}
		r.Add("kind", "report_photo").AddInt("number", int64(i))
		if content != nil {
			sum, sm := sha256.Sum256(content), sm3.Sum(content)
			r.AddInt(bundle.FieldSize, int64(len(content))).Add(bundle.FieldSHA256, hex.EncodeToString(sum[:])).Add(bundle.FieldSM3, hex.EncodeToString(sm[:]))
		}
		b, err := r.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		leaf := seal.Leaf{Kind: "evidence", Tenant: 1, Case: seal.ID{1}, Seq: int64(i), At: when.Add(time.Duration(i) * time.Second), Digest: sha256.Sum256(b)}
		if _, err := seal.Append(s.log, leaf); err != nil {
			t.Fatal(err)
		}
		e := bundle.Entry{Record: b}
		if content != nil {
			e.Content = &bundle.Content{Extension: "jpg", Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil }}
		}
		s.Entries = append(s.Entries, e)
	}
	for i := range s.Entries {
		size := int64(3)
		if i == 1 {
			size = 2 // an earlier, stamped checkpoint
		}
		s.prove(t, i, size)
	}
	resp, _, err := stamp.Stamp(t.Context(), s.stamps, s.Entries[1].Proof.Checkpoint, []byte{1, 2, 3, 4}, nil)
	if err != nil {
		t.Fatal(err)
	}
	s.Stamps = []bundle.Stamp{{Checkpoint: s.Entries[1].Proof.Checkpoint, Response: resp}, {Checkpoint: []byte("of no use here"), Response: resp}}
	s.Keys, s.Made = seal.Keys{s.signer.Key()}, when
	return s
}

func (s *sample) prove(t testing.TB, i int, size int64) {
	t.Helper()
	root, err := seal.Root(s.log, size)
	if err != nil {
		t.Fatal(err)
	}
	note, err := s.signer.Checkpoint(size, root)
	if err != nil {
		t.Fatal(err)
	}
	if s.Entries[i].Proof, err = seal.NewProof(s.log, int64(i), note); err != nil {
		t.Fatal(err)
	}
	s.Entries[i].Leaf = s.log.leaves[i]
}

func (s *sample) zip(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := bundle.WriteZip(&b, s.Bundle); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func verifyZip(t testing.TB, b []byte, o bundle.Options) (bundle.Report, error) {
	t.Helper()
	f, err := bundle.OpenZip(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return bundle.Report{}, err
	}
	defer f.Close()
	return bundle.Verify(f, o)
}

func codes(notes []bundle.Note) []string {
	var out []string
	for _, n := range notes {
		if n.ZH == "" || n.EN == "" {
			out = append(out, "a note without words")
		}
		out = append(out, n.Code)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func TestAGoodBundleVerifies(t *testing.T) {
	s := newSample(t)
	r, err := verifyZip(t, s.zip(t), bundle.Options{Keys: s.Keys, StampRoots: s.stamps.Roots})
	if err != nil || !r.OK || len(r.Problems) != 0 || !r.KeysGiven || r.Log != "after-sales.example/log/1" || len(r.Entries) != 3 {
		t.Fatalf("%+v %v", r, err)
	}
	if got := codes(r.Reservations); !slices.Equal(got, []string{"no-time-stamp"}) {
		t.Errorf("reservations %v", got)
	}
	e := r.Entries[1]
	if !e.OK || e.Leaf != 1 || e.Kind != "evidence" || !e.Existed.Equal(when) || !e.ExistedTrusted || e.Content != "content.jpg" || e.Size != 9 || e.Fields[1] != (seal.Field{Key: "kind", Value: "report_photo"}) {
		t.Errorf("%+v", e)
	}
	if r.Entries[2].Content != "" || !r.Entries[2].Existed.IsZero() {
		t.Errorf("%+v", r.Entries[2])
	}
	// Less known from outside: the same bundle, with its gaps named.
	r, err = verifyZip(t, s.zip(t), bundle.Options{})
	if err != nil || !r.OK || r.KeysGiven || !slices.Equal(codes(r.Reservations), []string{"key-not-compared", "no-time-stamp", "stamp-authority-not-checked"}) {
		t.Errorf("%+v %v", r, err)
	}
}

func TestFolderAndZipAreTheSameBundle(t *testing.T) {
	s := newSample(t)
	dir := filepath.Join(t.TempDir(), "b")
	if err := bundle.WriteFolder(dir, s.Bundle); err != nil {
		t.Fatal(err)
	}
	one, two := s.zip(t), s.zip(t)
	if !bytes.Equal(one, two) {
		t.Error("the same bundle gave two different zip files")
	}
	file := filepath.Join(t.TempDir(), "b.zip")
	if err := os.WriteFile(file, one, 0o600); err != nil {
		t.Fatal(err)
	}
	var names [2][]string
	for i, path := range []string{dir, file} {
		f, err := bundle.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		names[i] = f.Names()
		if r, err := bundle.Verify(f, bundle.Options{}); err != nil || !r.OK {
			t.Errorf("%s: %+v %v", path, r, err)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
	if !slices.Equal(names[0], names[1]) {
		t.Errorf("%v\n%v", names[0], names[1])
	}
	if err := bundle.WriteFolder(dir, s.Bundle); err == nil {
		t.Error("a folder that was there was written over")
	}
}

// files are the files of a bundle in memory, to be changed.
type files map[string][]byte

func (s *sample) files(t testing.TB) files {
	t.Helper()
	b := s.zip(t)
	z, err := bundle.OpenZip(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	out := files{}
	for _, n := range z.Names() {
		r, _, err := z.Open(n)
		if err != nil {
			t.Fatal(err)
		}
		if out[n], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func (f files) Names() []string {
	var out []string
	for n := range f {
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}
func (f files) Open(name string) (io.ReadCloser, int64, error) {
	return io.NopCloser(bytes.NewReader(f[name])), int64(len(f[name])), nil
}
func (f files) Close() error { return nil }

func TestAnyFlippedByteIsFound(t *testing.T) {
	s := newSample(t)
	f := s.files(t)
	rng := rand.New(rand.NewPCG(4, 4))
	names := f.Names()
	for range 1000 {
		name := names[rng.IntN(len(names))]
		i, x := rng.IntN(len(f[name])), byte(1+rng.IntN(255))
		f[name][i] ^= x
		r, err := bundle.Verify(f, bundle.Options{Keys: s.Keys, StampRoots: s.stamps.Roots})
		f[name][i] ^= x
		if err == nil && r.OK {
			t.Fatalf("byte %d of %s changed by %#x: %+v", i, name, x, r)
		}
		if err == nil && name != "manifest.json" && !slices.ContainsFunc(r.Problems, func(n bundle.Note) bool { return strings.HasPrefix(n.Where, filepath.Dir(name)) || n.Where == name }) {
			t.Fatalf("byte %d of %s changed: found elsewhere: %+v", i, name, r.Problems)
		}
	}
}

// A forger may rewrite the manifest and everything else but has not the log's key.
func TestForgedBundles(t *testing.T) {
	s := newSample(t)
	for name, c := range map[string]struct {
		change func(s *sample)
		code   string
	}{
		"other content":         {func(s *sample) { s.Entries[0].Content = s.Entries[1].Content }, "content-altered"},
		"other record":          {func(s *sample) { s.Entries[0].Record = s.Entries[1].Record }, "record-altered"},
		"other leaf":            {func(s *sample) { s.Entries[0].Leaf = s.Entries[1].Leaf }, "not-in-log"},
		"other proof":           {func(s *sample) { s.Entries[0].Proof = s.Entries[2].Proof }, "not-in-log"},
		"a leaf of nothing":     {func(s *sample) { s.Entries[0].Leaf = []byte("anxin-leaf/v1\n") }, "leaf-altered"},
		"content without proof": {func(s *sample) { s.Entries[2].Content = s.Entries[1].Content }, "content-not-committed"},
		"signed by another key": {func(s *sample) { s.signer = signer(t, 2); s.prove(t, 0, 3); s.prove(t, 2, 3) }, "bad-checkpoint"},
		"a stamp of other bytes": {func(s *sample) {
			resp, _, err := stamp.Stamp(t.Context(), s.stamps, []byte("something else"), nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			s.Stamps[0].Response = resp
		}, "bad-stamp"},
		"a stamp that is rubbish": {func(s *sample) { s.Stamps[0].Response = []byte("no") }, "bad-stamp"},
	} {
		f := *s
		f.Entries, f.Stamps = slices.Clone(s.Entries), slices.Clone(s.Stamps)
		c.change(&f)
		r, err := verifyZip(t, f.zip(t), bundle.Options{Keys: s.Keys})
		if err != nil || r.OK || !slices.Contains(codes(r.Problems), c.code) {
			t.Errorf("%s: %v %+v", name, err, r.Problems)
		}
	}
	// A whole bundle under the forger's own key: consistent in itself, and refused as soon as the real key is known.
	own := newSample(t)
	own.signer = signer(t, 2)
	for i := range own.Entries {
		own.prove(t, i, 3)
	}
	own.Keys, own.Stamps = seal.Keys{own.signer.Key()}, nil
	if r, err := verifyZip(t, own.zip(t), bundle.Options{}); err != nil || !r.OK || !slices.Contains(codes(r.Reservations), "key-not-compared") {
		t.Errorf("%+v %v", r, err)
	}
	if r, err := verifyZip(t, own.zip(t), bundle.Options{Keys: s.Keys}); err != nil || r.OK {
		t.Errorf("accepted under the real key: %+v %v", r, err)
	}
}

func TestWhatTheListDoesNotProveIsNamed(t *testing.T) {
	s := newSample(t)
	f := s.files(t)
	f["entries/0001/also-proven.jpg"] = []byte("believe me")
	f["evil\x1b[31m\u202egpj.exe"] = []byte("x")
	r, err := bundle.Verify(f, bundle.Options{})
	if err != nil || !r.OK {
		t.Fatalf("%+v %v", r, err)
	}
	var where []string
	for _, n := range r.Reservations {
		if n.Code == "not-covered" {
			where = append(where, n.Where)
		}
	}
	if !slices.Equal(where, []string{"entries/0001/also-proven.jpg", "evil?[31m?gpj.exe"}) {
		t.Errorf("%q", where)
	}
}

func TestMissingPieces(t *testing.T) {
	s := newSample(t)
	for name, c := range map[string]struct {
		remove string
		code   string
	}{
		"content": {"entries/0001/content.jpg", "missing"}, "record": {"entries/0002/record.txt", "incomplete"}, "proof": {"entries/0002/proof.txt", "incomplete"},
		"key": {"log-key.txt", "no-key"}, "stamp": {"checkpoints/2.tsr", "bad-stamp"}, "checkpoint": {"checkpoints/2.txt", "bad-checkpoint"}, "readme": {"README.txt", "missing"},
	} {
		f := s.files(t)
		if f[c.remove] == nil {
			t.Fatalf("no %s to remove", c.remove)
		}
		delete(f, c.remove)
		r, err := bundle.Verify(f, bundle.Options{})
		if err != nil || r.OK || !slices.Contains(codes(r.Problems), c.code) {
			t.Errorf("%s: %v %+v", name, err, r.Problems)
		}
	}
	f := s.files(t)
	delete(f, "manifest.json")
	if _, err := bundle.Verify(f, bundle.Options{}); !errors.Is(err, bundle.ErrUnreadable) {
		t.Errorf("no manifest: %v", err)
	}
}

func TestErasedContentIsSaidNotFailed(t *testing.T) {
	s := newSample(t)
	s.Entries[0].Content = nil
	r, err := verifyZip(t, s.zip(t), bundle.Options{})
	if err != nil || !r.OK || !slices.Contains(codes(r.Reservations), "no-content") {
		t.Errorf("%+v %v", r, err)
	}
}

func TestBoundsAndThingsThatAreNoBundle(t *testing.T) {
	s := newSample(t)
	if _, err := bundle.Open(filepath.Join(t.TempDir(), "nothing")); !errors.Is(err, bundle.ErrUnreadable) {
		t.Error(err)
	}
	if _, err := verifyZip(t, []byte("hello"), bundle.Options{}); !errors.Is(err, bundle.ErrUnreadable) {
		t.Error(err)
	}
	if r, err := verifyZip(t, s.zip(t), bundle.Options{MaxContent: 1000}); err != nil || r.OK || !slices.Contains(codes(r.Problems), "content-unreadable") {
		t.Errorf("a content beyond the bound was read: %+v %v", r, err)
	}
	for name, entries := range map[string][]string{"climbs out": {"../x"}, "absolute": {"/x"}, "twice": {"a", "a"}} {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for _, n := range entries {
			if _, err := z.Create(n); err != nil {
				t.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := verifyZip(t, b.Bytes(), bundle.Options{}); !errors.Is(err, bundle.ErrUnreadable) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// A huge directory in a small effort: more names than any bundle has.
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := range 70_000 {
		if _, err := z.Create(fmt.Sprintf("%0100d", i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := verifyZip(t, b.Bytes(), bundle.Options{}); !errors.Is(err, bundle.ErrUnreadable) {
		t.Errorf("a huge directory: %v", err)
	}
	dir := t.TempDir()
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "manifest.json")); err == nil {
		f, err := bundle.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := bundle.Verify(f, bundle.Options{}); !errors.Is(err, bundle.ErrUnreadable) {
			t.Errorf("a link out of the bundle was followed: %v", err)
		}
	}
	for name, bad := range map[string]bundle.Bundle{
		"no records": {Keys: s.Keys}, "no keys": {Entries: s.Entries},
		"a bad extension": {Keys: s.Keys, Entries: []bundle.Entry{{Proof: s.Entries[0].Proof, Content: &bundle.Content{Extension: "../x"}}}},
	} {
		if err := bundle.WriteZip(io.Discard, bad); !errors.Is(err, bundle.ErrContents) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzVerify(f *testing.F) {
	s := newSample(f)
	s.Entries = s.Entries[1:2]
	f.Add(s.zip(f))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := verifyZip(t, b, bundle.Options{Keys: s.Keys, MaxContent: 1 << 20})
		if err == nil && r.OK && (len(r.Entries) == 0 || r.Entries[0].SHA256 == "" && r.Entries[0].Content != "") {
			t.Fatalf("%+v", r)
		}
	})
}
