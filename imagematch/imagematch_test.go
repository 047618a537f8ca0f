package imagematch

import (
	"context"
	"encoding/json"
	"image"
	"image/color"
	"image/draw"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// resampled maps a picture through from (places of the result to places of src), averaging four samples per pixel.
func resampled(src *image.RGBA, w, h int, from func(x, y float64) (float64, float64)) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			var sum [3]float64
			for k := range 4 {
				u, v := from(float64(x)+float64(k%2)/2-0.25, float64(y)+float64(k/2)/2-0.25)
				i, j := int(math.Floor(u)), int(math.Floor(v))
				fx, fy := u-float64(i), v-float64(j)
				for c := range sum {
					at := func(dx, dy int) float64 {
						px, py := max(0, min(src.Rect.Dx()-1, i+dx)), max(0, min(src.Rect.Dy()-1, j+dy))
						return float64(src.Pix[src.PixOffset(px, py)+c])
					}
					sum[c] += (at(0, 0)*(1-fx)*(1-fy) + at(1, 0)*fx*(1-fy) + at(0, 1)*(1-fx)*fy + at(1, 1)*fx*fy) / 4
				}
			}
			out.SetRGBA(x, y, color.RGBA{uint8(sum[0] + 0.5), uint8(sum[1] + 0.5), uint8(sum[2] + 0.5), 255})
		}
	}
	return out
}

func noisy(img *image.RGBA, seed uint64, sigma float64) *image.RGBA {
	r := rand.New(rand.NewPCG(seed, 3))
	out := image.NewRGBA(img.Rect)
	for i, v := range img.Pix {
		out.Pix[i] = v
		if i%4 != 3 {
			out.Pix[i] = uint8(max(0, min(255, float64(v)+sigma*r.NormFloat64())))
		}
	}
	return out
}

func compare(t *testing.T, ref, claim image.Image) Result {
	t.Helper()
	res, err := Compare(context.Background(), ref, claim, Options{Side: 480})
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func TestTheSamePhotographUnderGeometry(t *testing.T) {
	src := scenery(4, 640, 480)
	turn := func(angle, zoom float64) func(x, y float64) (float64, float64) {
		s, c := math.Sincos(angle)
		return func(x, y float64) (float64, float64) {
			x, y = (x-200)*zoom, (y-150)*zoom
			return 320 + c*x - s*y, 240 + s*x + c*y
		}
	}
	for name, c := range map[string]struct {
		from     func(x, y float64) (float64, float64)
		mirrored bool
	}{
		"turned by 10°":    {turn(0.1745, 1.2), false},
		"turned by 90°":    {turn(math.Pi/2, 1.1), false},
		"the middle":       {turn(0, 0.9), false},
		"mirrored":         {func(x, y float64) (float64, float64) { return 580 - x*1.3, y*1.3 + 20 }, true},
		"bent perspective": {func(x, y float64) (float64, float64) { w := 1 + 0.0003*x; return (x*1.4 + 10) / w, (y*1.4 + 20) / w }, false},
	} {
		claim := noisy(resampled(src, 400, 300, c.from), 1, 3)
		res := compare(t, src, claim)
		if !res.Related || !res.SamePhotograph || res.Mirrored != c.mirrored || res.Changed {
			t.Errorf("%s: related %v, same %v, mirrored %v, changed %v (%s)", name, res.Related, res.SamePhotograph, res.Mirrored, res.Changed, res.Debug())
		}
		if res.Residual > 0.3 || res.Coverage < 0.9 || res.Band != Strong {
			t.Errorf("%s: residual %.2f, coverage %.2f, band %s", name, res.Residual, res.Coverage, res.Band)
		}
		// The map must lead to the right place, not only be consistent.
		x, y := 100.0, 200.0
		k := res.claim.work.kx
		u, v := res.h.apply((x+0.5)/k-0.5, (y+0.5)/k-0.5)
		u, v = (u+0.5)*res.ref.work.kx-0.5, (v+0.5)*res.ref.work.ky-0.5
		if wu, wv := c.from(x, y); math.Hypot(u-wu, v-wv) > 1 {
			t.Errorf("%s: (100,200) is taken to (%.1f,%.1f), not (%.1f,%.1f)", name, u, v, wu, wv)
		}
	}
}

func TestUnrelatedPictures(t *testing.T) {
	for seed := range uint64(4) {
		if res := compare(t, scenery(10+seed, 480, 360), scenery(20+seed, 480, 360)); res.Related || res.SamePhotograph || res.Band != Insufficient {
			t.Errorf("seed %d: %s", seed, res.Debug())
		}
	}
}

// TestParallaxRefutes photographs a near object before a far wall from two places: the same things, lit alike, and yet not one photograph.
func TestParallaxRefutes(t *testing.T) {
	wall, thing := scenery(5, 900, 700), scenery(6, 300, 300)
	view := func(shift int) *image.RGBA {
		out := image.NewRGBA(image.Rect(0, 0, 480, 360))
		draw.Draw(out, out.Rect, wall, image.Pt(100+shift/4, 100), draw.Src)
		for row := range 6 { // steps, each nearer than the one before
			at := image.Rect(40+60*row-shift*(row+1)/3, 60, 100+60*row-shift*(row+1)/3, 300)
			draw.Draw(out, at, thing, image.Pt(40*row, 20), draw.Src)
		}
		return out
	}
	res := compare(t, view(0), view(24))
	if !res.Related {
		t.Errorf("the things are the same: %s", res.Debug())
	}
	if res.SamePhotograph {
		t.Errorf("two photographs are taken for one: %s", res.Debug())
	}
	if res := compare(t, view(0), noisy(view(0), 1, 3)); !res.SamePhotograph {
		t.Errorf("a copy is refused: %s", res.Debug())
	}
}

func TestAStainIsFoundWhereItIs(t *testing.T) {
	src := scenery(7, 640, 480)
	claim := noisy(src, 2, 2)
	truth := image.Rect(400, 100, 500, 170)
	for y := truth.Min.Y; y < truth.Max.Y; y++ {
		for x := truth.Min.X; x < truth.Max.X; x++ {
			p := claim.Pix[claim.PixOffset(x, y):]
			p[0], p[1], p[2] = p[0]/3, p[1]/3, p[2]/4
		}
	}
	res := compare(t, src, claim)
	if !res.SamePhotograph || !res.Changed || len(res.Boxes) == 0 {
		t.Fatalf("same %v, changed %v", res.SamePhotograph, res.Changed)
	}
	b := res.Boxes[0]
	found := image.Rect(b[0], b[1], b[0]+b[2], b[1]+b[3])
	both := found.Intersect(truth)
	if inter := both.Dx() * both.Dy(); 2*inter < found.Dx()*found.Dy() || 2*inter < truth.Dx()*truth.Dy() {
		t.Errorf("the box is %v, the stain %v", found, truth)
	}
	mask := res.Mask()
	if mask.GrayAt(450, 135).Y != 255 || mask.GrayAt(100, 400).Y != 0 || mask.Rect.Dx() != 640 {
		t.Error("the mask is not where the stain is")
	}
	if a := res.ChangedArea; a < 0.01 || a > 0.05 {
		t.Errorf("changed area %.4f, true %.4f", a, float64(truth.Dx()*truth.Dy())/640/480)
	}
	for name, img := range map[string]image.Image{"overlay": res.Overlay(), "heat": res.HeatMap(), "aligned": res.Aligned(), "claim": res.Claim()} {
		if img.Bounds().Dx() != res.claim.work.y.w {
			t.Errorf("%s has size %v", name, img.Bounds())
		}
	}
}

func TestAFilterIsNoChange(t *testing.T) {
	src := scenery(8, 640, 480)
	claim := noisy(src, 2, 2)
	for i := 0; i < len(claim.Pix); i += 4 {
		p := claim.Pix[i:]
		r, g, b := float64(p[0]), float64(p[1]), float64(p[2])
		p[0], p[1], p[2] = uint8(min(255, 20+0.85*r+0.05*g)), uint8(min(255, 15+0.9*g)), uint8(min(255, 5+0.8*b))
	}
	if res := compare(t, src, claim); !res.SamePhotograph || res.Changed {
		t.Errorf("same %v, changed %v: %s", res.SamePhotograph, res.Changed, res.Debug())
	}
}

func TestPlainAndTinyPictures(t *testing.T) {
	plain := image.NewRGBA(image.Rect(0, 0, 300, 200))
	for _, pair := range [][2]image.Image{
		{plain, plain}, {plain, scenery(1, 300, 200)}, {image.NewGray(image.Rect(0, 0, 1, 1)), plain},
		{image.NewGray(image.Rect(0, 0, 5000, 2)), plain}, {image.NewGray(image.Rect(0, 0, 30, 30)), image.NewYCbCr(image.Rect(3, 5, 40, 47), image.YCbCrSubsampleRatio420)},
	} {
		res := compare(t, pair[0], pair[1])
		if res.SamePhotograph || res.Changed {
			t.Errorf("%v: same %v", pair[0].Bounds(), res.SamePhotograph)
		}
		res.Mask()
		res.Overlay()
		res.HeatMap()
		res.Aligned()
	}
}

func TestCompareStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Compare(ctx, scenery(1, 100, 100), scenery(1, 100, 100), Options{}); err == nil {
		t.Error("it went on")
	}
}

func TestResultsAreTheSameEveryTime(t *testing.T) {
	a, b := scenery(3, 320, 240), noisy(scenery(3, 320, 240), 4, 4)
	first, err := json.Marshal(compare(t, a, b))
	if err != nil {
		t.Fatal(err)
	}
	if second, _ := json.Marshal(compare(t, a, b)); string(first) != string(second) {
		t.Errorf("%s\n%s", first, second)
	}
	for _, key := range []string{"related", "same_photograph", "mirrored", "inliers", "residual_px", "coverage", "changed", "changed_area", "boxes", "band", "facts"} {
		if !strings.Contains(string(first), `"`+key+`":`) {
			t.Errorf("%s is missing in %s", key, first)
		}
	}
}

func TestPixelKindsGiveTheSameWorkingPicture(t *testing.T) {
	src := scenery(9, 1001, 700)
	gray, ycc := image.NewGray(src.Rect), image.NewYCbCr(src.Rect, image.YCbCrSubsampleRatio420)
	for y := range 700 {
		for x := range 1001 {
			p := src.RGBAAt(x, y)
			v := uint8(0.299*float64(p.R) + 0.587*float64(p.G) + 0.114*float64(p.B) + 0.5)
			gray.Pix[y*gray.Stride+x], ycc.Y[y*ycc.YStride+x] = v, v
		}
	}
	want := reduce(src, 300)
	for name, img := range map[string]image.Image{"gray": gray, "planes": ycc, "part": src.SubImage(src.Rect)} {
		got := reduce(img, 300)
		if got.y.w != want.y.w || got.y.h != want.y.h || got.kx != want.kx {
			t.Fatalf("%s: %d×%d", name, got.y.w, got.y.h)
		}
		for i, v := range got.y.pix {
			if math.Abs(float64(v-want.y.pix[i])) > 1 {
				t.Fatalf("%s: pixel %d is %v, not %v", name, i, v, want.y.pix[i])
			}
		}
	}
}

func TestBlurKeepsMassAndIsSymmetric(t *testing.T) {
	for _, sigma := range []float64{0.8, 1, 1.3, 2.1, 3.4} {
		p := newPlane(61, 47)
		p.pix[23*61+30] = 1000
		blurInto(p, p, newPlane(61, 47), sigma)
		sum, spread := 0.0, 0.0
		for i, v := range p.pix {
			dx := float64(i%61 - 30)
			sum, spread = sum+float64(v), spread+float64(v)*dx*dx
			if m := p.pix[(46-i/61)*61+60-i%61]; math.Abs(float64(v-m)) > 1e-3 {
				t.Fatalf("sigma %v is lopsided", sigma)
			}
		}
		if math.Abs(sum-1000) > 0.5 || math.Abs(math.Sqrt(spread/sum)-sigma) > 0.12*sigma {
			t.Errorf("sigma %v: mass %.1f, width %.3f", sigma, sum, math.Sqrt(spread/sum))
		}
	}
}

func TestFitRecoversAHomography(t *testing.T) {
	want := homography{0.9, -0.2, 30, 0.15, 1.1, -20, 0.0002, -0.0001, 1}
	r := rand.New(rand.NewPCG(1, 1))
	var ls []link
	var weight []float64
	for range 40 {
		x, y := 600*r.Float64(), 400*r.Float64()
		u, v := want.apply(x, y)
		ls, weight = append(ls, link{x: x, y: y, u: u, v: v}), append(weight, 1)
	}
	got, ok := fit(ls, weight, true)
	if !ok {
		t.Fatal("no fit")
	}
	inv, _ := got.inverse()
	for _, l := range ls {
		u, v := got.apply(l.x, l.y)
		x, y := inv.apply(l.u, l.v)
		if math.Hypot(u-l.u, v-l.v) > 0.01 || math.Hypot(x-l.x, y-l.y) > 0.01 {
			t.Fatalf("%v: off by %v, %v", l, math.Hypot(u-l.u, v-l.v), math.Hypot(x-l.x, y-l.y))
		}
	}
}

// A straight edge is the same all along itself and says nothing of copying; a corner does.
func TestStraightEdgesTellNothing(t *testing.T) {
	for name, c := range map[string]struct {
		at   func(x, y int) float32
		want bool
	}{
		"slanting edge": {func(x, y int) float32 { return 120 + 80*float32(math.Tanh((float64(x)+0.3*float64(y)-10)/1.5)) }, false},
		"slope":         {func(x, y int) float32 { return float32(3*x + 2*y) }, false},
		"corner":        {func(x, y int) float32 { return 40 + 100*float32(min(x/8, 1)*min(y/8, 1)) }, true},
	} {
		p := newPlane(16, 16)
		for i := range p.pix {
			p.pix[i] = c.at(i%16, i/16)
		}
		if got := twoWays(p, 0, 0, 16); got != c.want {
			t.Errorf("%s: structure in two directions is %v", name, got)
		}
	}
}

func TestRepeats(t *testing.T) {
	img := scenery(12, 640, 480)
	o := Options{Side: 640}
	if r := Extract(img, o).Repeats(); len(r) != 0 {
		t.Errorf("nothing was copied, found %+v", r)
	}
	draw.Draw(img, image.Rect(400, 250, 560, 400), scenery(12, 640, 480), image.Pt(100, 60), draw.Src)
	r := Extract(noisy(img, 3, 1.5), o).Repeats()
	if len(r) > 0 && r[0].Telling < 16 {
		t.Errorf("%d of %d equal squares have structure in two directions", r[0].Telling, r[0].Blocks)
	}
	if len(r) == 0 {
		t.Fatal("a copied place was not found")
	}
	a, b := r[0].Boxes[0], r[0].Boxes[1]
	if math.Abs(math.Abs(float64(a[0]-b[0]))-300) > 12 || math.Abs(math.Abs(float64(a[1]-b[1]))-190) > 12 {
		t.Errorf("boxes %v and %v are not 300, 190 apart", a, b)
	}
}

func TestRankPutsTheSourceFirst(t *testing.T) {
	o := Options{Side: 400}
	var refs []*Features
	for seed := range uint64(8) {
		refs = append(refs, Extract(scenery(30+seed, 400, 300), o))
	}
	src := scenery(34, 400, 300)
	for name, claim := range map[string]image.Image{
		"noisy":    noisy(src, 1, 6),
		"mirrored": noisy(resampled(src, 300, 240, func(x, y float64) (float64, float64) { return 380 - x*1.2, 10 + y*1.2 }), 1, 3),
	} {
		got := Rank(Extract(claim, o), refs, 3)
		if len(got) == 0 || got[0].Index != 4 || len(got) > 3 || len(got) > 1 && got[1].Votes*3 > got[0].Votes {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if got := Rank(&Features{}, refs, 3); len(got) != 0 {
		t.Errorf("nothing votes for something: %+v", got)
	}
}
