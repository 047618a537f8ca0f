package check

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// countingReader counts what a scan reads.
type countingReader struct {
	*bytes.Reader
	n int64
}

func (c *countingReader) ReadAt(p []byte, at int64) (int, error) {
	n, err := c.Reader.ReadAt(p, at)
	c.n += int64(n)
	return n, err
}

func FuzzScanParts(f *testing.F) {
	for _, s := range []string{
		"\xff\xd8\xff\xe1\x00\x08Exif\x00\x00\xff\xda", "\x89PNG\r\n\x1a\n\x00\x00\x00\x05tEXtAIGC\x00\x00\x00\x00\x00\x00\x00\x00\x00IEND\x00\x00\x00\x00", "RIFF\x10\x00\x00\x00WEBPXMP \x04\x00\x00\x00abcd",
		"\x00\x00\x00\x10ftypheic\x00\x00\x00\x00\x00\x00\x00\x18uuid\xd8\xfe\xc3\xd6\x1b\x0e\x48\x3c\x92\x97\x58\x28\x87\x7e\xc4\x81", "\x00\x00\x00\x01ftypisom\x00\x00\x00\x00\x00\x00\x00\x10",
		"\x89PNG\r\n\x1a\n\x00\x00\x00\x0ezTXtAIGC\x00\x00x\x9c\x03\x00\x00\x00\x00\x01\x00\x00\x00\x00",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r := &countingReader{Reader: bytes.NewReader(b)}
		_ = scanParts(r, int64(len(b)), func(kind partKind, part []byte) {
			if len(part) > maxPart+100 {
				t.Fatalf("a part of %d bytes", len(part))
			}
			labelIn(kind, part)
		})
		if r.n > maxScan {
			t.Fatalf("%d bytes read", r.n)
		}
	})
}

// The bounds hold: a file of a hundred thousand chunks, one that says it is endless, and one that unpacks to gigabytes.
func TestScanIsBounded(t *testing.T) {
	many := bytes.NewBufferString("\x89PNG\r\n\x1a\n")
	for range 100_000 {
		many.WriteString("\x00\x00\x00\x00IDAT\x00\x00\x00\x00")
	}
	for name, b := range map[string][]byte{
		"chunks": many.Bytes(), "endless": []byte("\x00\x00\x00\x08ftyp\x00\x00\x00\x01moov\x7f\xff\xff\xff\xff\xff\xff\xff"), "jpeg": []byte("\xff\xd8\xff" + strings.Repeat("\xff", 200_000)),
	} {
		r := &countingReader{Reader: bytes.NewReader(b)}
		if err := scanParts(r, int64(len(b)), func(partKind, []byte) {}); err != errNotScanned || r.n > maxScan {
			t.Errorf("%s: %v after %d bytes", name, err, r.n)
		}
	}
}

// shared is the folder of optional test data.
func shared() string {
	if dir := os.Getenv("ANXIN_SHARED"); dir != "" {
		return dir
	}
	return filepath.Join("..", "..", "..", "shared", "data")
}

// Real files: every labelled one is found, and no clean photograph.
func TestRealFiles(t *testing.T) {
	found := func(name string) (label, manifest bool) {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		st, err := f.Stat()
		if err != nil {
			t.Fatal(err)
		}
		_ = scanParts(f, st.Size(), func(kind partKind, b []byte) {
			_, l := labelIn(kind, b)
			label = label || l
			manifest = manifest || kind == partJUMBF && bytes.Contains(b, []byte("jumb")) && bytes.Contains(b, []byte("c2pa"))
		})
		return label, manifest
	}
	n := 0
	look := func(sub string, want func(name string) (label, manifest bool)) {
		_ = filepath.WalkDir(filepath.Join(shared(), sub), func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.Contains(".jpg.jpeg.png.webp", strings.ToLower(filepath.Ext(p))) || filepath.Ext(p) == "" {
				return nil
			}
			n++
			l, m := found(p)
			if wl, wm := want(p); l != wl || m != wm {
				t.Errorf("%s: label %v, manifest %v", p, l, m)
			}
			return nil
		})
	}
	look("aigc/real", func(string) (bool, bool) { return true, false })
	look("c2pa/vendor-samples", func(string) (bool, bool) { return false, true })
	look("images", func(string) (bool, bool) { return false, false })
	if n == 0 {
		t.Skip("no shared data: real files were not looked at (ANXIN_SHARED names the folder)")
	}
	t.Logf("%d files", n)
}
