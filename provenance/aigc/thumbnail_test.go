package aigc

import (
	"image"
	"image/color"
	"math"
	"testing"

	"golang.org/x/image/draw"
)

// scene is a picture with shapes of different sizes.
func scene(w, h int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			u, v := float64(x)/float64(w), float64(y)/float64(h)
			l := 120 + 80*math.Sin(9*u+4*v) + 40*math.Sin(61*u*v)
			m.SetNRGBA(x, y, color.NRGBA{byte(l), byte(200 * u), byte(200 * v), 255})
		}
	}
	return m
}

// turnedBy90 is a picture turned as a camera held upright stores it.
func turnedBy90(m image.Image) *image.NRGBA {
	b := m.Bounds()
	out := image.NewNRGBA(image.Rect(0, 0, b.Dy(), b.Dx()))
	for y := range b.Dy() {
		for x := range b.Dx() {
			out.Set(b.Dy()-1-y, x, m.At(b.Min.X+x, b.Min.Y+y))
		}
	}
	return out
}

func TestCompareThumbnail(t *testing.T) {
	whole := scene(1200, 900)
	small := image.NewNRGBA(image.Rect(0, 0, 320, 240))
	draw.CatmullRom.Scale(small, small.Bounds(), whole, whole.Bounds(), draw.Src, nil)
	compare := func(m image.Image, unchanged bool) (Fact, bool) {
		return CompareThumbnail(Coarsen(m), Coarsen(small), unchanged)
	}
	turned := turnedBy90(whole)
	for name, m := range map[string]image.Image{"as signed": whole, "turned": turned, "upside down": turnedBy90(turned), "turned the other way": turnedBy90(turnedBy90(turned))} {
		if f, ok := compare(m, false); ok {
			t.Errorf("%s: an honest thumbnail: %+v", name, f)
		}
	}
	changed := scene(1200, 900)
	draw.Draw(changed, image.Rect(500, 400, 620, 500), image.NewUniform(color.Black), image.Point{}, draw.Src)
	f, ok := compare(changed, false)
	if !ok || f.ID != "weak-thumbnail" || f.ZH == "" || f.EN == "" {
		t.Errorf("a hole of 1 %% of the picture goes unseen: %+v", f)
	}
	if g, ok := compare(changed, true); !ok || g.ZH == f.ZH || g.EN == f.EN {
		t.Errorf("of bytes that are as signed it must not say that they may have been changed: %+v", g)
	}
	if _, ok := compare(turnedBy90(changed), false); !ok {
		t.Error("a hole goes unseen in a picture that was turned as well")
	}
	if f, ok := compare(changed.SubImage(image.Rect(0, 0, 900, 900)), false); !ok || f.Value != "shape" {
		t.Errorf("a cropped picture: %+v", f)
	}
	for _, m := range []image.Image{scene(4, 3), image.NewNRGBA(image.Rectangle{})} {
		if _, ok := compare(m, false); ok {
			t.Error("too small to be compared")
		}
	}
	if _, ok := CompareThumbnail(Coarse{Width: 9, Height: 9, Cells: []byte{1}}, Coarsen(small), false); ok {
		t.Error("a grid that came from elsewhere and is cut short")
	}
}
