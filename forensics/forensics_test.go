package forensics

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"anxin/forensics/cameradata"
	"anxin/forensics/doublejpeg"
	"anxin/forensics/jpegfile"
	"anxin/forensics/signal"
)

// photo is a smooth scene with noise, as a camera gives it.
func photo(w, h int, seed uint64) *image.RGBA {
	r := rand.New(rand.NewPCG(seed, 1))
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	var f [12][4]float64
	for i := range f {
		f[i] = [4]float64{r.Float64() * 0.05, r.Float64() * 0.05, r.Float64() * 7, 8 + 10*r.Float64()}
	}
	for y := range h {
		for x := range w {
			v := 128.0
			for _, k := range f {
				v += k[3] * math.Sin(k[0]*float64(x)+k[1]*float64(y)+k[2])
			}
			v += 2 * r.NormFloat64()
			c := uint8(max(0, min(255, v)))
			img.SetRGBA(x, y, color.RGBA{c, c, uint8(min(255, int(c)+10)), 255})
		}
	}
	return img
}

func encode(t testing.TB, img image.Image, quality int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func input(t testing.TB, b []byte) signal.Input {
	t.Helper()
	img, err := jpeg.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return signal.Input{Bytes: b, Format: "jpeg", Image: img}
}

func finding(t testing.TB, id string, in signal.Input) signal.Finding {
	t.Helper()
	for _, r := range Run(in) {
		if r.Detector.ID == id {
			return r.Finding
		}
	}
	t.Fatalf("there is no detector %s", id)
	return signal.Finding{}
}

func TestDetectorsDescribeThemselves(t *testing.T) {
	seen := map[string]bool{}
	for _, d := range Detectors() {
		if d.ID == "" || seen[d.ID] || d.Version == "" || d.Run == nil {
			t.Errorf("%q is incomplete or twice in the list", d.ID)
		}
		seen[d.ID] = true
		if d.Group != "pixel" && d.Group != "provenance" && d.Group != "time" {
			t.Errorf("%s: group %q", d.ID, d.Group)
		}
		for _, s := range []signal.Text{d.Name, d.Limits} {
			if s.Zh == "" || s.En == "" {
				t.Errorf("%s: words are missing in one language", d.ID)
			}
		}
	}
}

func TestQuietOnACleanPhotograph(t *testing.T) {
	for _, r := range Run(input(t, encode(t, photo(640, 560, 1), 85))) {
		if r.Finding.Alarm || r.Finding.Band != signal.None {
			t.Errorf("%s: %+v", r.Detector.ID, r.Finding)
		}
		if r.Finding.Applicability != signal.NotApplicable && (r.Finding.Honest.Zh == "" || r.Finding.Honest.En == "") {
			t.Errorf("%s does not say what an honest picture shows", r.Detector.ID)
		}
	}
}

func TestNothingBreaksOnHostileInput(t *testing.T) {
	half := encode(t, photo(200, 200, 1), 80)
	for name, in := range map[string]signal.Input{
		"nothing": {}, "half": {Bytes: half[:len(half)/2], Format: "jpeg"}, "one pixel": {Image: image.NewGray(image.Rect(0, 0, 1, 1))},
		"a line": {Image: image.NewGray(image.Rect(0, 0, 3000, 1))}, "black": {Image: image.NewRGBA(image.Rect(0, 0, 600, 600))}, "moved": {Image: image.NewYCbCr(image.Rect(-5, 7, 600, 700), image.YCbCrSubsampleRatio422)},
	} {
		for _, r := range Run(in) {
			if r.Finding.Alarm || r.Finding.Applicability == signal.Failed {
				t.Errorf("%s, %s: %+v", name, r.Detector.ID, r.Finding)
			}
		}
	}
}

// TestAForeignGridIsFound pastes a piece of a JPEG at a place that is no multiple of eight.
func TestAForeignGridIsFound(t *testing.T) {
	other := input(t, encode(t, photo(320, 320, 2), 60)).Image
	whole := image.NewRGBA(image.Rect(0, 0, 640, 560))
	draw.Draw(whole, whole.Rect, input(t, encode(t, photo(640, 560, 1), 75)).Image, image.Point{}, draw.Src)
	draw.Draw(whole, image.Rect(203, 101, 203+280, 101+280), other, image.Point{}, draw.Src)
	f := finding(t, "foreign-grid", signal.Input{Image: whole})
	if !f.Alarm || f.LogNFA > -6 || len(f.Boxes) == 0 {
		t.Fatalf("%+v", f)
	}
	b := f.Boxes[0]
	if got := image.Rect(b[0], b[1], b[0]+b[2], b[1]+b[3]).Intersect(image.Rect(203, 101, 483, 381)); got.Dx()*got.Dy() < 280*280/2 {
		t.Errorf("found at %v", b)
	}
}

func TestAScreenIsSeen(t *testing.T) {
	img := photo(1100, 1100, 3)
	for y := range 1100 {
		for x := range 1100 {
			p := img.Pix[img.PixOffset(x, y):]
			for k := range 3 {
				u := float64(x)*0.97 + float64(y)*0.2
				p[k] = uint8(max(0, min(255, float64(p[k])*(1+0.1*math.Cos(2*math.Pi*u/3.3)+0.06*math.Cos(2*math.Pi*(float64(y)*0.96-float64(x)*0.2)/4.1)))))
			}
		}
	}
	if f := finding(t, "recapture", signal.Input{Image: img}); !f.Alarm {
		t.Errorf("%+v", f)
	}
}

func TestOtherNoiseIsSeen(t *testing.T) {
	img := photo(720, 720, 4)
	r := rand.New(rand.NewPCG(8, 8))
	for y := 200; y < 420; y++ {
		for x := 200; x < 420; x++ {
			p := img.Pix[img.PixOffset(x, y):]
			d := 14 * r.NormFloat64()
			for k := range 3 {
				p[k] = uint8(max(0, min(255, float64(p[k])+d)))
			}
		}
	}
	f := finding(t, "noise-level", signal.Input{Image: img})
	if !f.Alarm || len(f.Boxes) == 0 {
		t.Fatalf("%+v", f)
	}
	if b := f.Boxes[0]; b[0] < 170 || b[1] < 170 || b[0]+b[2] > 450 || b[1]+b[3] > 450 {
		t.Errorf("found at %v", b)
	}
}

func TestStructure(t *testing.T) {
	b := encode(t, photo(160, 120, 1), 83)
	f, ok := jpegfile.Parse(b)
	if !ok || f.Quality != 83 || f.Width != 160 || f.Height != 120 || f.Sampling != "4:2:0" || f.Truncated || f.Trailing != 0 {
		t.Errorf("%+v", f)
	}
	if f, _ := jpegfile.Parse(append(bytes.Clone(b), "more"...)); f.Trailing != 4 {
		t.Errorf("trailing bytes: %+v", f)
	}
	if f, _ := jpegfile.Parse(b[:len(b)-2]); !f.Truncated {
		t.Error("the missing end is not noticed")
	}
	app := append([]byte{0xff, 0xd8, 0xff, 0xed, 0, 16}, "Photoshop 3.0\x00"...)
	edited := append(app, b[2:]...)
	if got := finding(t, "jpeg-structure", input(t, edited)); !got.Alarm || got.Band != signal.Weak {
		t.Errorf("%+v", got)
	}
}

func TestTimes(t *testing.T) {
	b := withExif(encode(t, photo(100, 100, 1), 80), "2026:03:05 10:20:30")
	d := cameradata.Read(b, "jpeg")
	if d.Taken != time.Date(2026, 3, 5, 10, 20, 30, 0, time.UTC) {
		t.Fatalf("%+v", d)
	}
	in := input(t, b)
	for _, c := range []struct {
		received, earliest time.Time
		alarm              bool
	}{
		{time.Time{}, time.Time{}, false},
		{d.Taken.Add(time.Hour), d.Taken.Add(-time.Hour), false},
		{d.Taken.Add(-10 * time.Hour), time.Time{}, false}, // a clock of another zone
		{d.Taken.Add(-48 * time.Hour), time.Time{}, true},
		{time.Time{}, d.Taken.Add(72 * time.Hour), true},
	} {
		in.Received, in.Earliest = c.received, c.earliest
		if f := finding(t, "camera-data", in); f.Alarm != c.alarm {
			t.Errorf("received %v, earliest %v: %+v", c.received, c.earliest, f)
		}
	}
}

// withExif inserts a minimal EXIF segment with DateTimeOriginal.
func withExif(jpg []byte, when string) []byte {
	tiff := []byte("II*\x00\x08\x00\x00\x00" +
		"\x01\x00\x69\x87\x04\x00\x01\x00\x00\x00\x1a\x00\x00\x00\x00\x00\x00\x00" + // IFD0: pointer to the EXIF directory
		"\x01\x00\x03\x90\x02\x00\x14\x00\x00\x00\x2c\x00\x00\x00\x00\x00\x00\x00" + when + "\x00")
	body := append([]byte("Exif\x00\x00"), tiff...)
	n := len(body) + 2
	out := append([]byte{0xff, 0xd8, 0xff, 0xe1, byte(n >> 8), byte(n)}, body...)
	return append(out, jpg[2:]...)
}

func FuzzStructure(f *testing.F) {
	f.Add(encode(f, photo(32, 32, 1), 80))
	f.Add([]byte("\xff\xd8\xff\xdb\x00\x03\x00\xff\xda\x00\x02\xff\xff\x00\xff\xd9"))
	f.Fuzz(func(t *testing.T, b []byte) {
		jpegfile.Parse(b)
		jpegfile.Editor(b)
		cameradata.Read(b, "jpeg")
	})
}

// rough is a scene with much structure, away from black and white.
func rough(w, h int, seed uint64) *image.RGBA {
	img := photo(w, h, seed)
	r := rand.New(rand.NewPCG(seed, 2))
	for range w * h / 300 {
		x, y, d := r.IntN(w), r.IntN(h), 40*r.Float64()-20
		for j := y; j < min(h, y+4+r.IntN(20)); j++ {
			for i := x; i < min(w, x+4+r.IntN(20)); i++ {
				p := img.Pix[img.PixOffset(i, j):]
				for k := range 3 {
					p[k] = uint8(max(30, min(225, float64(p[k])+d)))
				}
			}
		}
	}
	return img
}

// TestAPlaceCompressedOnceIsFound opens a strongly compressed file, paints something in, and saves it at a higher quality.
func TestAPlaceCompressedOnceIsFound(t *testing.T) {
	once := input(t, encode(t, rough(640, 560, 1), 60)).Image
	whole := image.NewRGBA(image.Rect(0, 0, 640, 560))
	draw.Draw(whole, whole.Rect, once, image.Point{}, draw.Src)
	saved := doublejpeg.Detector.Run(input(t, encode(t, whole, 88)))
	if saved.Alarm || saved.Applicability != signal.OK {
		t.Errorf("only saved twice: %+v", saved)
	}
	at := image.Rect(203, 101, 363, 241)
	draw.Draw(whole, at, rough(160, 140, 2), image.Point{}, draw.Src)
	f := doublejpeg.Detector.Run(input(t, encode(t, whole, 88)))
	if !f.Alarm || f.LogNFA > -12 || len(f.Boxes) != 1 {
		t.Fatalf("%+v", f)
	}
	b := f.Boxes[0]
	found := image.Rect(b[0], b[1], b[0]+b[2], b[1]+b[3])
	if in := found.Intersect(at); in.Dx()*in.Dy() < at.Dx()*at.Dy()*3/4 || found.Dx()*found.Dy() > 4*at.Dx()*at.Dy() {
		t.Errorf("found at %v, not %v", found, at)
	}
	// What came after cannot be told apart: a stronger last compression, another grid, one compression alone.
	shifted := image.NewRGBA(image.Rect(0, 0, 632, 552))
	draw.Draw(shifted, shifted.Rect, whole, image.Pt(3, 5), draw.Src)
	for name, b := range map[string][]byte{"stronger": encode(t, whole, 40), "another grid": encode(t, shifted, 88), "once": encode(t, rough(640, 560, 1), 88)} {
		if f := doublejpeg.Detector.Run(input(t, b)); f.Alarm {
			t.Errorf("%s: %+v", name, f)
		}
	}
}
