package c2pa

import (
	"bytes"
	"cmp"
	"context"
	"io/fs"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"anxin/provenance/c2pa/internal/media"
)

// tamperFiles are the samples for TestSingleByteChanges: every container, both claim versions, every kind of binding
// that the generator makes, every signature algorithm that is cheap enough, ingredients and a packed manifest.
var tamperFiles = []string{
	"v2.jpg", "v1.jpg", "v2.png", "v1.webp", "v2.gif", "v2.tiff", "v2.heic", "v2.avif", "v2.mp4", "v1.mov", "v2.m4a", "v2.wav", "v2.mp3", "v2.svg",
	"v2.jxl", "merkle0p0.mp4", "merkle1p5.mov", "signer-ed25519.jpg", "family2-parent.jpg", "signer-ps256.jpg",
	"v2.epub", "craft-boxes-good.png", "craft-blocks-root.mp4", "craft-blocks-track.mp4", "craft-fragments-good.mp4",
}

// signedBytes gives the places of a file that its signature covers: the content but for what the binding leaves out,
// and in the store the claim, the assertions, the protected header and the signature.
func signedBytes(t *testing.T, data []byte) []media.Span {
	t.Helper()
	a, l, err := open(context.Background(), bytes.NewReader(data), int64(len(data)), Options{At: at})
	if err != nil {
		t.Fatal(err)
	}
	if err := media.Walk(a, l); err != nil {
		t.Fatal(err)
	}
	ld := loader{log: &tracker{}, maxBytes: l.Store}
	st, err := ld.loadStore(a.Store)
	if err != nil {
		t.Fatal(err)
	}
	m := st.active()
	var out []media.Span
	for _, b := range m.bindings() {
		exclusions, _ := readSpans(b.val.get("exclusions"))
		if b.base == "c2pa.hash.bmff" {
			h, err := readBMFFHash(b)
			if err != nil {
				t.Fatal(err)
			}
			c := bmffCheck{asset: a, hash: h, alg: m.claim.algorithm()}
			if err := c.locate(); err != nil {
				t.Fatal(err)
			}
			for _, x := range c.out {
				if len(h.merkle) == 0 || !inMediaData(a, x) {
					exclusions = append(exclusions, x)
				}
			}
		}
		// What holds the store is in no hash, nor is its checksum: a PNG chunk, an entry of a package. In a package
		// neither is what belongs to no entry.
		if b.base == "c2pa.hash.boxes" {
			exclusions = []media.Span{media.At(int64(bytes.Index(data, a.Store))-8, int64(len(a.Store))+12)}
		}
		if z := a.Zip; z != nil {
			out = append(out, media.At(z.Directory.Start, z.CRC-z.Directory.Start), media.At(z.CRC+4, z.Directory.End()-z.CRC-4))
			for name, e := range z.Entries {
				if name != media.ZIPManifest && !strings.HasSuffix(name, "/") {
					out = append(out, e)
				}
			}
			break
		}
		if out, err = a.Without(exclusions); err != nil {
			t.Fatal(err)
		}
	}
	if base := bytes.Index(data, a.Store); base >= 0 {
		inStore := func(part []byte) {
			if i := bytes.Index(a.Store, part); i >= 0 && len(part) > 0 {
				out = append(out, media.At(int64(base+i), int64(len(part))))
			}
		}
		inStore(m.claim.raw)
		for _, x := range m.assertions {
			inStore(x.box.body)
		}
		s, err := parseSign1(m.sig)
		if err != nil {
			t.Fatal(err)
		}
		inStore(s.protected)
		inStore(s.signature)
	}
	return out
}

func inMediaData(a *media.Asset, x media.Span) bool {
	for _, b := range a.BMFF.Top {
		if b.Kind == "mdat" && x.Start >= b.Span.Start && x.End() <= b.Span.End() {
			return true
		}
	}
	return false
}

// TestSingleByteChanges changes one byte inside the signed ranges, 10,000 times: the file must never stay Valid. Another seed and other
// vectors: C2PA_TAMPER_SEED=7 C2PA_TAMPER_FILES=v2.mov,chain-1.jpg
func TestSingleByteChanges(t *testing.T) {
	dir := vectorDir(t)
	trust, when, _ := vectorTrust(t, dir)
	seed, err := strconv.ParseUint(cmp.Or(os.Getenv("C2PA_TAMPER_SEED"), "8"), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	names := tamperFiles
	if list := os.Getenv("C2PA_TAMPER_FILES"); list != "" {
		names = strings.Split(list, ",")
	}
	rng := rand.New(rand.NewPCG(2026, seed))
	each := 10000 / len(names)
	if testing.Short() {
		each = 50
	}
	for _, name := range names {
		data, err := fs.ReadFile(dir, name)
		if err != nil {
			t.Fatal(err)
		}
		if r, err := readAt(data, trust, when); err != nil || r.State != StateTrusted {
			t.Fatalf("%s: %v %v", name, r, err)
		}
		spans := signedBytes(t, data)
		// Half of the changes go into the content and half into the store, whatever their sizes.
		for i := range each {
			s := spans[rng.IntN(len(spans))]
			if i%2 == 0 {
				s = spans[0]
			}
			if s.Size == 0 {
				continue
			}
			pos := s.Start + rng.Int64N(s.Size)
			old := data[pos]
			data[pos] ^= byte(1 + rng.IntN(255))
			r, err := readAt(data, nil, when)
			if err == nil && (r.State == StateValid || r.State == StateTrusted) {
				t.Errorf("%s: changing byte %d from %#x to %#x leaves it %s", name, pos, old, data[pos], r.State)
			}
			data[pos] = old
		}
	}
}

// sparse is a file that is mostly zeros: the head is given, the rest is empty.
type sparse struct {
	head []byte
	size int64
}

func (s sparse) ReadAt(p []byte, off int64) (int, error) {
	n := 0
	if off < int64(len(s.head)) {
		n = copy(p, s.head[off:])
	}
	clear(p[n:])
	return len(p), nil
}

// TestLongVideo reads a video of 2 GiB: memory stays flat, and every byte is hashed.
func TestLongVideo(t *testing.T) {
	size := int64(2 << 30)
	if testing.Short() {
		size = 64 << 20
	}
	dir := vectorDir(t)
	_, when, _ := vectorTrust(t, dir)
	for _, name := range []string{"v2.mp4", "merkle0p0.tail.mp4"} {
		data, err := fs.ReadFile(dir, name)
		if err != nil {
			t.Fatal(err)
		}
		head := append(append([]byte(nil), data...), 0, 0, 0, 1, 'm', 'd', 'a', 't', 0, 0, 0, 0, 0, 0, 0, 0)
		rest := size - int64(len(data))
		for i := range 8 {
			head[len(head)-1-i] = byte(rest >> (8 * i))
		}
		var r *Report
		used := allocated(func() {
			r, err = Read(context.Background(), sparse{head, size}, size, Options{At: when})
		})
		if err != nil || r.State != StateInvalid || len(r.Failure) == 0 {
			t.Fatalf("%s: %v %v", name, r, err)
		}
		if used > 32<<20 {
			t.Errorf("%s: reading %d MiB allocated %d bytes in all, more than 32 MiB", name, size>>20, used)
		}
		t.Logf("%s: %v, %d KiB allocated in all", name, r, used>>10)
	}
}

// TestCancel: a context that ends stops the reading.
func TestCancel(t *testing.T) {
	dir := vectorDir(t)
	data, err := fs.ReadFile(dir, "v2.mp4")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Read(ctx, bytes.NewReader(data), int64(len(data)), Options{At: time.Unix(1, 0)}); err == nil {
		t.Error("want an error from a cancelled context")
	}
}
