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

func TestThumbnailFact(t *testing.T) {
	whole := scene(1200, 900)
	small := image.NewNRGBA(image.Rect(0, 0, 320, 240))
	draw.CatmullRom.Scale(small, small.Bounds(), whole, whole.Bounds(), draw.Src, nil)
	if f, ok := ThumbnailFact(whole, small); ok {
		t.Errorf("an honest thumbnail: %+v", f)
	}
	changed := scene(1200, 900)
	draw.Draw(changed, image.Rect(500, 400, 620, 500), image.NewUniform(color.Black), image.Point{}, draw.Src)
	if f, ok := ThumbnailFact(changed, small); !ok || f.ID != "weak-thumbnail" || f.ZH == "" || f.EN == "" {
		t.Errorf("a hole of 1 %% of the picture goes unseen: %+v", f)
	}
	if f, ok := ThumbnailFact(changed.SubImage(image.Rect(0, 0, 900, 900)), small); !ok || f.Value != "shape" {
		t.Errorf("a cropped picture: %+v", f)
	}
	if _, ok := ThumbnailFact(scene(900, 1200), small); ok {
		t.Error("a turned picture cannot be compared")
	}
	if _, ok := ThumbnailFact(scene(4, 3), small); ok {
		t.Error("too small to be compared")
	}
}
