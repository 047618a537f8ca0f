package imagematch

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"testing"
)

// window cuts 480×360 pixels out of a large scene.
func window(src image.Image, x, y int) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, 480, 360))
	draw.Draw(out, out.Rect, src, image.Pt(x, y), draw.Src)
	return out
}

// TestACameraThatTurnsMakesAnotherPhotograph: without parallax everything in common agrees, but each picture shows what the other does not.
func TestACameraThatTurnsMakesAnotherPhotograph(t *testing.T) {
	wall := scenery(31, 900, 600)
	for _, d := range [][2]int{{90, 0}, {60, 40}, {-80, 30}, {0, 60}} {
		res := compare(t, window(wall, 150, 100), window(wall, 150+d[0], 100+d[1]))
		if !res.Related || res.SamePhotograph {
			t.Errorf("moved by %v: related %v, same %v (%s)", d, res.Related, res.SamePhotograph, res.Debug())
		}
		if len(res.Facts) == 0 || res.Facts[0].ID != "different-photographs" {
			t.Errorf("%v", res.Facts)
		}
	}
}

// TestWhatIsAddedAroundACopyIsNoScene: a screenshot's bars, black corners of a turned copy and a collage lie beyond the frame too.
func TestWhatIsAddedAroundACopyIsNoScene(t *testing.T) {
	src := scenery(32, 560, 420)
	cut := window(src, 30, 30)
	framed := func(paper color.Color, writing bool) *image.RGBA {
		out := image.NewRGBA(image.Rect(0, 0, 480, 560))
		draw.Draw(out, out.Rect, image.NewUniform(paper), image.Point{}, draw.Src)
		draw.Draw(out, image.Rect(0, 100, 480, 460), cut, image.Point{}, draw.Src)
		for i := range 60 {
			if writing {
				x, y := 10+i*37%440, 12+i*29%70
				draw.Draw(out, image.Rect(x, y, x+12, y+9), image.NewUniform(color.Gray{90}), image.Point{}, draw.Src)
				draw.Draw(out, image.Rect(x, y+468, x+12, y+477), image.NewUniform(color.Gray{90}), image.Point{}, draw.Src)
			}
		}
		return out
	}
	beside := image.NewRGBA(image.Rect(0, 0, 800, 360))
	draw.Draw(beside, beside.Rect, window(scenery(33, 480, 360), 0, 0), image.Point{}, draw.Src)
	draw.Draw(beside, image.Rect(330, 0, 800, 360), cut, image.Point{}, draw.Src)
	s, c := math.Sincos(0.14)
	turned := resampled(src, 560, 420, func(x, y float64) (float64, float64) {
		return 280 + c*(x-280) - s*(y-210), 210 + s*(x-280) + c*(y-210)
	})
	for y := range 420 {
		for x := range 560 {
			if u, v := 280+c*float64(x-280)-s*float64(y-210), 210+s*float64(x-280)+c*float64(y-210); u < 0 || v < 0 || u > 559 || v > 419 {
				turned.SetRGBA(x, y, color.RGBA{A: 255})
			}
		}
	}
	for name, claim := range map[string]image.Image{"white bars": framed(color.White, false), "words": framed(color.White, true), "black bars": framed(color.Black, true), "a collage": beside, "black corners": turned} {
		if res := compare(t, src, claim); !res.SamePhotograph {
			t.Errorf("%s: %s", name, res.Debug())
		}
	}
}

// TestAWallBehindNearThings: the wall fills most of both pictures and agrees everywhere; the things before it do not.
func TestAWallBehindNearThings(t *testing.T) {
	wall, thing := scenery(34, 700, 500), scenery(35, 400, 300)
	view := func(shift int) *image.RGBA {
		out := window(wall, 100, 60)
		draw.Draw(out, image.Rect(150+shift, 100, 330+shift, 280), thing, image.Pt(60, 40), draw.Src)
		return out
	}
	if res := compare(t, view(0), view(14)); !res.Related || res.SamePhotograph {
		t.Errorf("%s", res.Debug())
	}
	if res := compare(t, view(0), view(0)); !res.SamePhotograph {
		t.Errorf("the control is broken: %s", res.Debug())
	}
}
