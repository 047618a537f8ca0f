package picture_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"anxin/forensics/forge"
	"anxin/internal/evidence/picture"
)

// textured is a picture with structure everywhere: a scene with many small things in it.
func textured(seed uint64, w, h int) *image.RGBA {
	img := scene(seed, w, h)
	r := rand.New(rand.NewPCG(seed, 2))
	for range w * h / 400 {
		x, y, s := r.IntN(w), r.IntN(h), 2+r.IntN(9)
		c := color.RGBA{uint8(r.IntN(256)), uint8(r.IntN(256)), uint8(r.IntN(256)), 255}
		for dy := range s {
			for dx := range s {
				img.SetRGBA(min(x+dx, w-1), min(y+dy, h-1), c)
			}
		}
	}
	return img
}

// stained is a picture with a dark stain at a place.
func stained(img *image.RGBA, at image.Rectangle) *image.RGBA {
	out := image.NewRGBA(img.Rect)
	copy(out.Pix, img.Pix)
	for y := at.Min.Y; y < at.Max.Y; y++ {
		for x := at.Min.X; x < at.Max.X; x++ {
			out.SetRGBA(x, y, color.RGBA{60, 40, 20, 255})
		}
	}
	return out
}

func sketchOf(t testing.TB, b []byte) []byte {
	t.Helper()
	s := picture.Inspect(b, picture.DefaultLimits)
	if s.Decoded != "ok" || len(s.Sketch) == 0 || len(s.Sketch) > picture.SketchPoints*32 {
		t.Fatalf("%s, a sketch of %d bytes", s.Decoded, len(s.Sketch))
	}
	return s.Sketch
}

// The picture that was altered is found among references, with the place; in the other process as here, and after it the process goes on as before.
func TestMatchFindsTheSourceAndTheChange(t *testing.T) {
	place := image.Rect(300, 200, 380, 260)
	var refs, sketches [][]byte
	for i := range 4 {
		refs = append(refs, jpegOf(t, textured(uint64(20+i), 640, 480)))
		sketches = append(sketches, sketchOf(t, refs[i]))
	}
	sketches = append(sketches, nil) // kept before sketches were
	claim := exifJPEG(t, stained(textured(22, 640, 480), place), 1)
	var asked []int
	m := picture.Matching{Claim: claim, Sketches: sketches, Compare: 2, Load: func(_ context.Context, i int) ([]byte, error) {
		if asked = append(asked, i); i == 4 {
			return nil, nil
		}
		return refs[i], nil
	}}
	direct := &picture.Direct{Limits: picture.DefaultLimits}
	p := process("serve")
	defer p.Close()
	for name, matcher := range map[string]picture.Matcher{"direct": direct, "process": p} {
		asked = nil
		got, err := matcher.Match(t.Context(), m)
		if err != nil || got.Decoded != "ok" || got.Width != 640 || len(got.Pairs) != 2 || len(got.Sketch) == 0 {
			t.Fatalf("%s: %+v %v", name, got.Decoded, err)
		}
		if asked[0] != 4 || asked[1] != 2 || got.Pairs[0].Decoded != "gone" || got.Pairs[1].Reference != 2 {
			t.Errorf("%s asked for %v", name, asked)
		}
		x := got.Pairs[1]
		if !x.Result.SamePhotograph || !x.Result.Changed || len(x.Result.Boxes) != 1 || x.Map[8] != 1 || x.Width != 640 {
			t.Fatalf("%s: %+v", name, x.Result)
		}
		b := x.Result.Boxes[0]
		if found := image.Rect(b[0], b[1], b[0]+b[2], b[1]+b[3]); !place.Inset(20).In(found) || !found.In(place.Inset(-20)) {
			t.Errorf("%s: %v instead of %v", name, found, place)
		}
		mask, err := png.Decode(bytes.NewReader(x.Mask))
		if err != nil || mask.Bounds() != image.Rect(0, 0, 640, 480) {
			t.Errorf("%s: mask %v", name, err)
		}
		for _, j := range [][]byte{x.Overlay, x.Aligned, x.Flicker} {
			if img, err := jpeg.Decode(bytes.NewReader(j)); err != nil || img.Bounds().Dx() != 640 {
				t.Errorf("%s: a drawing that cannot be read: %v", name, err)
			}
		}
	}
	if r, err := p.Render(t.Context(), refs[0]); err != nil || r.Display.Width != 640 {
		t.Errorf("after a match: %v", err)
	}
}

// What cannot be read says so; a failing loader is the loader's error and costs no process.
func TestMatchWithoutPictures(t *testing.T) {
	p := process("serve")
	defer p.Close()
	none := func(context.Context, int) ([]byte, error) { return []byte("rubbish"), nil }
	for name, want := range map[string]string{"\xff\xd8\xff\xe0 rubbish": "damaged", "GIF89a": "unsupported", "": "unsupported"} {
		got, err := p.Match(t.Context(), picture.Matching{Claim: []byte(name), Sketches: [][]byte{nil}, Compare: 3, Load: none})
		if err != nil || got.Decoded != want || len(got.Pairs) != 0 {
			t.Errorf("%q: %+v %v", name, got, err)
		}
	}
	good := jpegOf(t, textured(1, 200, 150))
	got, err := p.Match(t.Context(), picture.Matching{Claim: good, Sketches: [][]byte{nil}, Compare: 3, Load: none})
	if err != nil || len(got.Pairs) != 1 || got.Pairs[0].Decoded != "unsupported" {
		t.Errorf("%+v %v", got, err)
	}
	if _, err := p.Match(t.Context(), picture.Matching{Claim: good, Sketches: make([][]byte, picture.MaxReferences+1)}); err == nil {
		t.Error("too many references were taken")
	}
	_, err = p.Match(t.Context(), picture.Matching{Claim: good, Sketches: [][]byte{nil}, Compare: 1, Load: func(context.Context, int) ([]byte, error) { return nil, os.ErrPermission }})
	if err != os.ErrPermission {
		t.Errorf("%v", err)
	}
}

func TestTraces(t *testing.T) {
	p := process("serve")
	defer p.Close()
	direct := &picture.Direct{Limits: picture.DefaultLimits}
	img := textured(7, 640, 480)
	for y := range 90 { // a copied place
		for x := range 120 {
			img.SetRGBA(400+x, 320+y, img.RGBAAt(60+x, 40+y))
		}
	}
	in := picture.Tracing{File: exifJPEG(t, img, 6), Received: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)}
	want, err := direct.Trace(t.Context(), in)
	if err != nil || want.Decoded != "ok" || want.Width != 480 || want.Height != 640 || len(want.Traces) < 6 {
		t.Fatalf("%+v %v", want, err)
	}
	got, err := p.Trace(t.Context(), in)
	if err != nil || len(got.Traces) != len(want.Traces) {
		t.Fatalf("%+v %v", got, err)
	}
	for i, x := range got.Traces {
		if x.Detector != want.Traces[i].Detector || x.Alarm != want.Traces[i].Alarm || len(x.Boxes) != len(want.Traces[i].Boxes) {
			t.Errorf("%+v instead of %+v", x, want.Traces[i])
		}
		for _, b := range x.Boxes {
			if b[0] < 0 || b[1] < 0 || b[0]+b[2] > 480 || b[1]+b[3] > 640 {
				t.Errorf("%s: a box outside of the upright picture: %v", x.Detector, b)
			}
		}
		if x.Detector == "copy-move" && (!x.Alarm || len(x.Boxes) < 2) {
			t.Errorf("the copied place was not found: %+v", x)
		}
	}
	bad, err := p.Trace(t.Context(), picture.Tracing{File: in.File[:2000]})
	if err != nil || bad.Decoded != "damaged" || len(bad.Traces) != len(want.Traces) {
		t.Errorf("cut: %+v %v", bad.Decoded, err)
	}
}

// BenchmarkMatch is one photograph of 12 megapixels against twenty references, in the process that does it in service: decoding, ranking, comparing the best six, change map and
// drawings. The memory is that process's peak.
func BenchmarkMatch(b *testing.B) {
	src := textured(5, 4000, 3000)
	var refs, sketches [][]byte
	for i := range 20 {
		img := textured(uint64(100+i), 1600, 1200)
		if i == 13 {
			f, err := picture.Render(jpegOf(b, src), picture.DefaultLimits)
			if err != nil {
				b.Fatal(err)
			}
			refs = append(refs, f.Display.JPEG)
		} else {
			refs = append(refs, jpegOf(b, img))
		}
		sketches = append(sketches, sketchOf(b, refs[i]))
	}
	forged, err := forge.Apply(src, "crack", 3)
	if err != nil {
		b.Fatal(err)
	}
	claim := jpegOf(b, forged.Image)
	p := process("serve")
	defer p.Close()
	m := picture.Matching{Claim: claim, Sketches: sketches, Compare: 6, Load: func(_ context.Context, i int) ([]byte, error) { return refs[i], nil }}
	b.ResetTimer()
	for range b.N {
		got, err := p.Match(b.Context(), m)
		if err != nil || len(got.Pairs) != 6 || got.Pairs[0].Reference != 13 || !got.Pairs[0].Result.SamePhotograph {
			b.Fatalf("%v %+v", err, got.Pairs)
		}
	}
	b.StopTimer()
	b.ReportMetric(float64(peak(b, p.Pid())), "MB-peak")
}

// peak is the largest resident memory of a process so far, in megabytes.
func peak(b *testing.B, pid int) int {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, err := strconv.Atoi(strings.Fields(rest)[0])
			if err != nil {
				b.Fatal(err)
			}
			return kb / 1000
		}
	}
	return 0
}
