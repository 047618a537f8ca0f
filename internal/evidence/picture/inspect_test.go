package picture_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"os"
	"reflect"
	"testing"
	"time"

	"anxin/fingerprint"
	"anxin/internal/evidence/picture"
)

// scene is a picture with enough structure to be compared.
func scene(seed uint64, w, h int) *image.RGBA {
	r := rand.New(rand.NewPCG(seed, 1))
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for range 40 {
		x, y, s := r.IntN(w), r.IntN(h), 20+r.IntN(w/3)
		c := color.RGBA{uint8(r.IntN(256)), uint8(r.IntN(256)), uint8(r.IntN(256)), 255}
		for dy := range s {
			for dx := range s {
				if x+dx < w && y+dy < h {
					img.SetRGBA(x+dx, y+dy, c)
				}
			}
		}
	}
	return img
}

// exifJPEG is a JPEG with a hand-made EXIF block: orientation, camera, software, time and a place.
func exifJPEG(t testing.TB, img image.Image, orientation uint16) []byte {
	t.Helper()
	type entry struct {
		tag, kind uint16
		text      string
		value     uint32
	}
	ascii := func(tag uint16, s string) entry { return entry{tag: tag, kind: 2, text: s + "\x00"} }
	le := binary.LittleEndian
	var tail []byte
	dir := func(at int, es []entry, fix func(e *entry, tailAt int)) []byte {
		b := le.AppendUint16(nil, uint16(len(es)))
		tailAt := at + 2 + 12*len(es) + 4
		tail = nil
		for _, e := range es {
			fix(&e, tailAt)
			b = le.AppendUint16(le.AppendUint16(b, e.tag), e.kind)
			switch {
			case e.kind == 2 && len(e.text) > 4:
				b = le.AppendUint32(le.AppendUint32(b, uint32(len(e.text))), uint32(tailAt+len(tail)))
				tail = append(tail, e.text...)
			case e.kind == 3:
				b = le.AppendUint32(b, 1)
				b = append(le.AppendUint16(b, uint16(e.value)), 0, 0)
			case e.kind == 5: // three fractions
				b = le.AppendUint32(le.AppendUint32(b, 3), uint32(tailAt+len(tail)))
				for range 3 {
					tail = le.AppendUint32(le.AppendUint32(tail, 30), 1)
				}
			default:
				b = le.AppendUint32(le.AppendUint32(b, 1), e.value)
			}
		}
		return append(le.AppendUint32(b, 0), tail...)
	}
	none := func(*entry, int) {}
	ifd0 := []entry{ascii(0x010f, "Hemu"), ascii(0x0110, "Camera 7"), {tag: 0x0112, kind: 3, value: uint32(orientation)}, ascii(0x0131, "Painter 2.0\x01"), {tag: 0x8769, kind: 4}, {tag: 0x8825, kind: 4}}
	size := len(dir(8, ifd0, none))
	exif := dir(8+size, []entry{ascii(0x9003, "2026:11:20 10:11:12"), ascii(0x9011, "+09:00")}, none)
	gps := dir(8+size+len(exif), []entry{{tag: 2, kind: 5}, {tag: 4, kind: 5}}, none)
	ifd0[4].value, ifd0[5].value = uint32(8+size), uint32(8+size+len(exif))
	tiff := append([]byte("II*\x00\x08\x00\x00\x00"), dir(8, ifd0, none)...)
	tiff = append(append(tiff, exif...), gps...)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 92}); err != nil {
		t.Fatal(err)
	}
	app := append([]byte("Exif\x00\x00"), tiff...)
	out := append([]byte{0xff, 0xd8, 0xff, 0xe1}, binary.BigEndian.AppendUint16(nil, uint16(len(app)+2))...)
	return append(append(out, app...), b.Bytes()[2:]...)
}

func TestInspectSaysWhatAFileSays(t *testing.T) {
	got := picture.Inspect(exifJPEG(t, scene(1, 640, 480), 1), picture.DefaultLimits)
	want := picture.Meta{Read: true, Taken: time.Date(2026, 11, 20, 1, 11, 12, 0, time.UTC), Zone: true, Make: "Hemu", Model: "Camera 7", Software: "Painter 2.0", Place: true}
	if got.Decoded != "ok" || len(got.Prints) != 8 || got.Quality < fingerprint.MinQuality || !reflect.DeepEqual(got.Meta, want) {
		t.Errorf("%+v", got)
	}
	for name, c := range map[string]struct {
		bytes []byte
		want  string
	}{
		"text":  {[]byte("hello"), "unsupported"},
		"cut":   {exifJPEG(t, scene(1, 64, 48), 1)[:700], "damaged"},
		"avif":  {[]byte("\x00\x00\x00\x18ftypavif\x00\x00\x00\x00avifmif1"), "unsupported"},
		"large": {jpegOf(t, image.NewGray(image.Rect(0, 0, 9000, 8000))), "too_large"},
	} {
		if got := picture.Inspect(c.bytes, picture.DefaultLimits); got.Decoded != c.want || len(got.Prints) != 0 {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// The same picture, smaller, compressed again and stored lying on its side, has nearly the same fingerprint.
func TestInspectFindsTheSamePicture(t *testing.T) {
	img := scene(2, 1600, 1200)
	first := picture.Inspect(jpegOf(t, img), picture.DefaultLimits)
	small := image.NewRGBA(image.Rect(0, 0, 800, 600))
	for y := range 600 {
		for x := range 800 {
			small.Set(x, y, img.At(2*x, 2*y))
		}
	}
	turned := image.NewRGBA(image.Rect(0, 0, 1200, 1600)) // as a phone stores what it shows turned by orientation 6
	for y := range 1200 {
		for x := range 1600 {
			turned.Set(y, 1599-x, img.At(x, y))
		}
	}
	for name, b := range map[string][]byte{"small": jpegOf(t, small), "turned": exifJPEG(t, turned, 6)} {
		got := picture.Inspect(b, picture.DefaultLimits)
		if got.Decoded != "ok" || fingerprint.Distance(first.Prints[0], got.Prints[0]) > 12 {
			t.Errorf("%s: %s, distance %d", name, got.Decoded, fingerprint.Distance(first.Prints[0], got.Prints[0]))
		}
	}
	other := picture.Inspect(jpegOf(t, scene(3, 1600, 1200)), picture.DefaultLimits)
	if d := fingerprint.Distance(first.Prints[0], other.Prints[0]); d < 80 {
		t.Errorf("another picture at distance %d", d)
	}
}

func TestProcessInspects(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("ANXIN_PICTURE_TEST", "serve")
	p := &picture.Process{Command: []string{self}, Limits: picture.DefaultLimits}
	defer p.Close()
	b := exifJPEG(t, scene(4, 640, 480), 3)
	want := picture.Inspect(b, picture.DefaultLimits)
	for range 3 { // copies and questions in turn, to the same process
		got, err := p.Inspect(context.Background(), b)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%+v, %v", got, err)
		}
		if r, err := p.Render(context.Background(), b); err != nil || r.Display.Width != 640 {
			t.Fatalf("%+v, %v", r.Display.Width, err)
		}
	}
}

func FuzzInspect(f *testing.F) {
	f.Add(exifJPEG(f, scene(1, 32, 24), 6))
	f.Add([]byte("RIFF\x00\x00\x00\x00WEBPVP8X"))
	f.Add([]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00heicmif1"))
	l := picture.Limits{Bytes: 1 << 20, Pixels: 1 << 18, Memory: 16 << 20, Scans: 10}
	f.Fuzz(func(t *testing.T, b []byte) {
		s := picture.Inspect(b, l)
		if s.Decoded == "ok" != (len(s.Prints) == 8) || len([]rune(s.Meta.Software)) > 60 {
			t.Errorf("%+v", s)
		}
	})
}
