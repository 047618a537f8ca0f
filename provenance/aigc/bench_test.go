package aigc

import (
	"bytes"
	"context"
	"encoding/binary"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// longFilm is a film of 2 GiB whose moov stands at its end, without the bytes of its media: whoever reads those is caught.
type longFilm struct {
	head, tail []byte
	size       int64
	touched    int64 // bytes of the media that were read
	read       int64
}

func newLongFilm(samples int) *longFilm {
	const size = 2 << 30
	media := append(binary.BigEndian.AppendUint32(nil, 1), "mdat"...)
	f := &longFilm{head: append(bytes.Clone(ftypMP4), media...)}
	table := make([]byte, 8+8*samples) // an honest film of this length has tables of this size
	f.tail = moov(boxOf("mvhd", make([]byte, 100)), boxOf("trak", boxOf("mdia", boxOf("minf", boxOf("stbl", boxOf("co64", table))))), boxOf("udta", metaBox(true, "title", "t", "AIGC", sample)))
	f.head = binary.BigEndian.AppendUint64(f.head, uint64(size-len(ftypMP4)-len(f.tail)))
	f.size = size
	return f
}

func (f *longFilm) ReadAt(p []byte, at int64) (int, error) {
	f.read += int64(len(p))
	tail := f.size - int64(len(f.tail))
	for i := range p {
		switch pos := at + int64(i); {
		case pos < int64(len(f.head)):
			p[i] = f.head[pos]
		case pos >= f.size:
			return i, io.EOF
		case pos >= tail:
			p[i] = f.tail[pos-tail]
		default:
			f.touched++
			p[i] = 0
		}
	}
	return len(p), nil
}

// The label of a film is found at its end without reading the media.
func TestTailMoovWithoutMedia(t *testing.T) {
	f := newLongFilm(100_000)
	r, err := Read(t.Context(), f, f.size, Options{})
	if err != nil || !r.Found || !r.Carriers[0].Conformant {
		t.Fatalf("%+v %v", r, err)
	}
	if f.touched != 0 || f.read > 2048 {
		t.Errorf("%d bytes of the media were read, %d in all", f.touched, f.read)
	}
}

func BenchmarkTailMoov2GiB(b *testing.B) {
	f := newLongFilm(100_000)
	for b.Loop() {
		f.read = 0
		r, err := Read(context.Background(), f, f.size, Options{})
		if err != nil || !r.Found {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(f.touched), "media-bytes/op")
	b.ReportMetric(float64(f.read), "bytes-read/op")
}

// BenchmarkTailMoovFile reads a film of 512 MiB (a sparse file) through the operating system.
func BenchmarkTailMoovFile(b *testing.B) {
	film := newLongFilm(100_000)
	film.size = 512 << 20
	binary.BigEndian.PutUint64(film.head[len(film.head)-8:], uint64(film.size-int64(len(ftypMP4)+len(film.tail))))
	path := filepath.Join(b.TempDir(), "film.mp4")
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt(film.head, 0); err != nil {
		b.Fatal(err)
	}
	if _, err := f.WriteAt(film.tail, film.size-int64(len(film.tail))); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if r, err := Read(context.Background(), f, film.size, Options{}); err != nil || !r.Found {
			b.Fatal(err)
		}
	}
}

// BenchmarkJPEG4MB reads a photograph of 4 MB with a label, through to its end.
func BenchmarkJPEG4MB(b *testing.B) {
	m := scene(3000, 2000)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range m.Pix {
		m.Pix[i] += byte(r.IntN(24)) // noise makes it as large as a camera's
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, m, &jpeg.Options{Quality: 95}); err != nil {
		b.Fatal(err)
	}
	data := withSegment(out.Bytes(), 0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00"+labelXMP(sample)))
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if r, err := Read(context.Background(), bytes.NewReader(data), int64(len(data)), Options{}); err != nil || !r.Found {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(data))/1e6, "MB")
}
