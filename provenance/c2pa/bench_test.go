package c2pa

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"anxin/provenance/c2pa/internal/media"
)

// largeJPEG makes a JPEG of 4 MB with credentials: the vector, with application segments of noise behind the store, so
// that everything is read and hashed.
func largeJPEG(b *testing.B) []byte {
	data, err := fs.ReadFile(vectorDir(b), "v2.jpg")
	if err != nil {
		b.Fatal(err)
	}
	return append(data, make([]byte, 4<<20-len(data))...)
}

// BenchmarkJPEG4MB judges a JPEG of 4 MB.
func BenchmarkJPEG4MB(b *testing.B) {
	data := largeJPEG(b)
	if dir := os.Getenv("ANXIN_SHARED"); dir != "" {
		if real, err := os.ReadFile(filepath.Join(dir, "c2pa/public-testfiles/image/jpeg/truepic-20230212-library.jpg")); err == nil {
			data = real
		}
	}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Read(context.Background(), bytes.NewReader(data), int64(len(data)), Options{At: at}); err != nil {
			b.Fatal(err)
		}
	}
}

// countingReader counts what is read.
type countingReader struct {
	*bytes.Reader
	n int64
}

func (c *countingReader) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.Reader.ReadAt(p, off)
	c.n += int64(n)
	return n, err
}

// BenchmarkTailMoovLocate finds the manifest store of a video whose moov comes last, without touching its media data.
func BenchmarkTailMoovLocate(b *testing.B) {
	data, err := fs.ReadFile(vectorDir(b), "v2.tail.mp4")
	if err != nil {
		b.Fatal(err)
	}
	var read int64
	for b.Loop() {
		r := &countingReader{Reader: bytes.NewReader(data)}
		a, l, err := open(context.Background(), r, int64(len(data)), Options{At: at})
		if err != nil {
			b.Fatal(err)
		}
		if err := media.Walk(a, l); err != nil || a.Store == nil {
			b.Fatal(err)
		}
		read = r.n - int64(len(a.Store))
	}
	b.ReportMetric(float64(read), "bytes-besides-store")
}

// BenchmarkSmall judges a small PNG: the cost of boxes, CBOR and one ECDSA signature.
func BenchmarkSmall(b *testing.B) {
	data, err := fs.ReadFile(vectorDir(b), "v2.png")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := readAt(data, nil, at); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFile judges the file that C2PA_BENCH_FILE names, for comparison with other implementations
// (oracle/bench.mjs).
func BenchmarkFile(b *testing.B) {
	path := os.Getenv("C2PA_BENCH_FILE")
	if path == "" {
		b.Skip("C2PA_BENCH_FILE names no file")
	}
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(info.Size())
	for b.Loop() {
		f, err := os.Open(path)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := Read(context.Background(), f, info.Size(), Options{At: at}); err != nil {
			b.Fatal(err)
		}
		f.Close()
	}
}
