package blob_test

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	mrand "math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"anxin/internal/blob"
	"anxin/internal/blob/blobtest"

	"github.com/emmansun/gmsm/sm3"
	"github.com/tink-crypto/tink-go/v2/streamingaead/subtle"
)

var testKey = blob.Key{Secret: bytes.Repeat([]byte{7}, 32), Context: []byte("1/case/item")}

// Sizes around the borders of segments.
const firstRoom, room = 64<<10 - 40 - 16, 64<<10 - 16

var sizes = []int{0, 1, 100, firstRoom - 1, firstRoom, firstRoom + 1, firstRoom + room - 1, firstRoom + room, firstRoom + room + 1, 1 << 20}

func randomBytes(seed byte, n int) []byte {
	b := make([]byte, n)
	_, _ = mrand.NewChaCha8([32]byte{seed}).Read(b)
	return b
}

func putSealed(t testing.TB, s *blob.Sealer, b []byte) blob.Sealed {
	t.Helper()
	out, err := s.Put(t.Context(), bytes.NewReader(b), int64(len(b)), testKey)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestSealedRoundTrip(t *testing.T) {
	for _, n := range sizes {
		s := blob.NewSealer(blobtest.NewMemory(nil), rand.Reader)
		clear := randomBytes(byte(n), n)
		put, err := s.Put(t.Context(), iotest.HalfReader(bytes.NewReader(clear)), 2<<20, testKey)
		if err != nil || put.Size != int64(n) || put.SHA256 != sha256.Sum256(clear) || put.SM3 != sm3.Sum(clear) || put.Stored.Size != blob.StoredSize(int64(n)) {
			t.Fatalf("%d bytes: %+v %v", n, put, err)
		}
		r, err := s.Open(t.Context(), put.Stored.ID, testKey)
		if err != nil || r.Size() != int64(n) {
			t.Fatal(n, err)
		}
		if err := iotest.TestReader(r, clear); err != nil {
			t.Errorf("%d bytes: %v", n, err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
}

// Tink reads what we write and we read what Tink writes, so the format is not ours alone.
func TestTinkReadsItAndWeReadTink(t *testing.T) {
	tink, err := subtle.NewAESGCMHKDF(testKey.Secret, "SHA256", 32, 64<<10, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range sizes {
		clear := randomBytes(byte(n), n)
		mem := blobtest.NewMemory(nil)
		s := blob.NewSealer(mem, rand.Reader)
		put := putSealed(t, s, clear)
		dec, err := tink.NewDecryptingReader(bytes.NewReader(mem.Bytes(put.Stored.ID)), testKey.Context)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(dec); err != nil || !bytes.Equal(got, clear) {
			t.Errorf("%d bytes: Tink read %d: %v", n, len(got), err)
		}
		var theirs bytes.Buffer
		enc, err := tink.NewEncryptingWriter(&theirs, testKey.Context)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := enc.Write(clear); err != nil {
			t.Fatal(err)
		}
		if err := enc.Close(); err != nil {
			t.Fatal(err)
		}
		info, err := mem.Put(t.Context(), &theirs, 2<<20)
		if err != nil {
			t.Fatal(err)
		}
		r, err := s.Open(t.Context(), info.ID, testKey)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, clear) {
			t.Errorf("%d bytes: we read %d of Tink's: %v", n, len(got), err)
		}
	}
}

func TestSealedHidesTheContent(t *testing.T) {
	mem := blobtest.NewMemory(nil)
	s := blob.NewSealer(mem, rand.Reader)
	clear := []byte(strings.Repeat("天津市河西区 19900001111 ", 10_000))
	one, two := putSealed(t, s, clear), putSealed(t, s, clear)
	if bytes.Contains(mem.Bytes(one.Stored.ID), []byte("19900001111")) {
		t.Error("clear text in the stored bytes")
	}
	if one.Stored.ID == two.Stored.ID || one.SHA256 != two.SHA256 {
		t.Error("equal contents must be stored under different names: a name says nothing about the content")
	}
}

func TestWrongKeyContextOrStoredBytesAreDamage(t *testing.T) {
	mem := blobtest.NewMemory(nil)
	s := blob.NewSealer(mem, rand.Reader)
	put := putSealed(t, s, randomBytes(1, 200_000))
	read := func(id blob.ID, k blob.Key) error {
		r, err := s.Open(t.Context(), id, k)
		if err != nil {
			return err
		}
		defer r.Close()
		_, err = io.Copy(io.Discard, r)
		return err
	}
	for name, k := range map[string]blob.Key{
		"another secret":  {Secret: bytes.Repeat([]byte{8}, 32), Context: testKey.Context},
		"another context": {Secret: testKey.Secret, Context: []byte("1/case/other")},
	} {
		if err := read(put.Stored.ID, k); !errors.Is(err, blob.ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := read(put.Stored.ID, blob.Key{Secret: []byte("short")}); err == nil {
		t.Error("a short key was accepted")
	}
	b := mem.Bytes(put.Stored.ID)
	rng := mrand.New(mrand.NewPCG(1, 1))
	for range 200 {
		i, x := rng.IntN(len(b)), byte(1+rng.IntN(255))
		b[i] ^= x
		if err := read(put.Stored.ID, testKey); !errors.Is(err, blob.ErrDamaged) {
			t.Fatalf("byte %d changed by %#x: %v", i, x, err)
		}
		b[i] ^= x
	}
	for _, n := range []int{0, 1, 39, 40, 55, 64 << 10, 64<<10 + 16, 128 << 10, len(b) - 1} { // every cut, also at the borders of segments
		info, err := mem.Put(t.Context(), bytes.NewReader(b[:n]), 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		if err := read(info.ID, testKey); !errors.Is(err, blob.ErrDamaged) {
			t.Errorf("cut to %d bytes: %v", n, err)
		}
	}
	swapped := slices.Concat(b[:64<<10], b[128<<10:192<<10], b[64<<10:128<<10], b[192<<10:])
	info, err := mem.Put(t.Context(), bytes.NewReader(swapped), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	if err := read(info.ID, testKey); !errors.Is(err, blob.ErrDamaged) {
		t.Errorf("two segments swapped: %v", err)
	}
}

func TestReadAtAndSeek(t *testing.T) {
	s := blob.NewSealer(openFiles(t, t.TempDir()), rand.Reader)
	clear := randomBytes(5, 500_000)
	put := putSealed(t, s, clear)
	r, err := s.Open(t.Context(), put.Stored.ID, testKey)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	rng := mrand.New(mrand.NewPCG(3, 3))
	for range 300 {
		off := rng.IntN(len(clear))
		p := make([]byte, rng.IntN(150_000))
		n, err := r.ReadAt(p, int64(off))
		want := clear[off:min(off+len(p), len(clear))]
		if n != len(want) || !bytes.Equal(p[:n], want) || (n < len(p)) != (err == io.EOF) {
			t.Fatalf("at %d: %d of %d bytes, %v", off, n, len(want), err)
		}
	}
	if _, err := r.ReadAt(nil, -1); err == nil {
		t.Error("read before the start")
	}
	if _, err := r.Seek(-1, io.SeekStart); err == nil {
		t.Error("seek before the start")
	}
}

func TestSealedLimitsAndFailures(t *testing.T) {
	mem := blobtest.NewMemory(nil)
	s := blob.NewSealer(mem, rand.Reader)
	clear := randomBytes(6, 200_000)
	for _, limit := range []int64{0, 1, 199_999} {
		if _, err := s.Put(t.Context(), bytes.NewReader(clear), limit, testKey); !errors.Is(err, blob.ErrTooLarge) {
			t.Errorf("limit %d: %v", limit, err)
		}
	}
	broken := errors.New("the line dropped")
	if _, err := s.Put(t.Context(), io.MultiReader(bytes.NewReader(clear), iotest.ErrReader(broken)), 1<<20, testKey); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	if _, err := blob.NewSealer(mem, iotest.ErrReader(broken)).Put(t.Context(), bytes.NewReader(clear), 1<<20, testKey); !errors.Is(err, broken) {
		t.Errorf("no randomness: %v", err)
	}
	_ = mem.Walk(t.Context(), func(i blob.Info) error { t.Errorf("left behind: %+v", i); return nil })
	if _, err := s.Open(t.Context(), blob.ID{1}, testKey); !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("absent: %v", err)
	}
}

func TestDurabilityStepsComeInOrder(t *testing.T) {
	f := openFiles(t, t.TempDir())
	var steps []string
	blob.WatchDisk(f, func(s string) { steps = append(steps, s) })
	if _, err := f.Put(t.Context(), strings.NewReader("photo"), 10); err != nil {
		t.Fatal(err)
	}
	if want := []string{"sync file", "rename", "sync objects"}; !slices.Equal(steps, want) {
		t.Errorf("%v instead of %v", steps, want)
	}
	broken := errors.New("input/output error")
	for _, step := range []string{"sync file", "rename", "sync dir"} {
		f := openFiles(t, t.TempDir())
		blob.BreakDisk(f, step, broken)
		if _, err := f.Put(t.Context(), strings.NewReader("photo"), 10); !errors.Is(err, broken) {
			t.Errorf("%s failed and the put was acknowledged: %v", step, err)
		}
	}
}

// FuzzReader opens any bytes as a sealed file; nothing but damage may come of it.
func FuzzReader(f *testing.F) {
	mem := blobtest.NewMemory(nil)
	s := blob.NewSealer(mem, rand.Reader)
	good := putSealed(f, s, []byte("photo"))
	f.Add(slices.Clone(mem.Bytes(good.Stored.ID)), int64(0))
	f.Fuzz(func(t *testing.T, stored []byte, at int64) {
		info, err := mem.Put(t.Context(), bytes.NewReader(stored), int64(len(stored)))
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if info.ID != good.Stored.ID {
				_ = mem.Delete(t.Context(), info.ID)
			}
		}()
		r, err := s.Open(t.Context(), info.ID, testKey)
		if err != nil {
			return
		}
		defer r.Close()
		if _, err := r.ReadAt(make([]byte, 100), max(at, 0)); err == nil || err == io.EOF {
			if b, _ := io.ReadAll(r); string(b) != "photo" {
				t.Fatalf("%d invented bytes opened as %q", len(stored), b)
			}
		}
	})
}

func BenchmarkSealedPut(b *testing.B) {
	s := blob.NewSealer(openFiles(b, b.TempDir()), rand.Reader)
	clear := randomBytes(1, 4<<20)
	b.SetBytes(int64(len(clear)))
	for b.Loop() {
		if _, err := s.Put(b.Context(), bytes.NewReader(clear), 8<<20, testKey); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSealedRead(b *testing.B) {
	s := blob.NewSealer(openFiles(b, b.TempDir()), rand.Reader)
	put := putSealed(b, s, randomBytes(1, 4<<20))
	b.SetBytes(put.Size)
	for b.Loop() {
		r, err := s.Open(b.Context(), put.Stored.ID, testKey)
		if err == nil {
			_, err = io.Copy(io.Discard, r)
		}
		if err != nil {
			b.Fatal(err)
		}
		r.Close()
	}
}

func Example() {
	fmt.Println(blob.StoredSize(0), blob.StoredSize(1<<20))
	// Output: 56 1048888
}
