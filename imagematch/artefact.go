package imagematch

import (
	"image"
	"image/color"
	"image/draw"
	"math"
)

// Mask is the changed area in white on black, at the claim's size. It is empty (all black) when nothing changed.
func (res *Result) Mask() *image.Gray {
	out := image.NewGray(image.Rect(0, 0, res.claim.Width, res.claim.Height))
	if len(res.mask) == 0 {
		return out
	}
	c := res.claim.work
	for y := range res.claim.Height {
		wy := min(c.y.h-1, int((float64(y)+0.5)/c.ky))
		row := out.Pix[y*out.Stride:]
		for x := range res.claim.Width {
			if res.mask[wy*c.y.w+min(c.y.w-1, int((float64(x)+0.5)/c.kx))] != 0 {
				row[x] = 255
			}
		}
	}
	return out
}

// Overlay is the claim at working size, pale, with changed places tinted and boxed.
func (res *Result) Overlay() *image.RGBA {
	out := res.claim.work.picture(0.45)
	red := color.RGBA{214, 40, 40, 255}
	for i, v := range res.mask {
		if v == 0 {
			continue
		}
		p := out.Pix[i*4 : i*4+3]
		p[0], p[1], p[2] = p[0]/2+red.R/2, p[1]/2+red.G/2, p[2]/2+red.B/2
	}
	for _, r := range res.regions {
		frame(out, image.Rect(r.minX-3, r.minY-3, r.maxX+4, r.maxY+4), red)
	}
	return out
}

// frame draws a rectangle two pixels wide.
func frame(img *image.RGBA, r image.Rectangle, c color.RGBA) {
	u := image.NewUniform(c)
	for _, side := range []image.Rectangle{
		{r.Min, image.Pt(r.Max.X, r.Min.Y+2)}, {image.Pt(r.Min.X, r.Max.Y-2), r.Max},
		{r.Min, image.Pt(r.Min.X+2, r.Max.Y)}, {image.Pt(r.Max.X-2, r.Min.Y), r.Max},
	} {
		draw.Draw(img, side, u, image.Point{}, draw.Src)
	}
}

// HeatMap shows how much each place differs, from dark blue (as usual) to yellow (far beyond), at working size. Black is not covered by the reference.
func (res *Result) HeatMap() *image.RGBA {
	w := res.claim.work.y
	out := image.NewRGBA(image.Rect(0, 0, w.w, w.h))
	for i := range w.w * w.h {
		p := out.Pix[i*4 : i*4+4]
		p[3] = 255
		if len(res.score.pix) == 0 || res.inside[i] == 0 {
			continue
		}
		t := min(1, math.Log1p(float64(res.score.pix[i]))/math.Log1p(4*highScore))
		p[0], p[1], p[2] = uint8(255*min(1, 1.6*t)), uint8(40+200*t*t), uint8(110*(1-t)+20)
	}
	return out
}

// Aligned is the reference laid over the claim, at the claim's working size: together with Claim it makes a flicker pair. Grey is not covered.
func (res *Result) Aligned() *image.RGBA {
	c := res.claim.work
	if !res.Related {
		return image.NewRGBA(image.Rect(0, 0, max(1, c.y.w), max(1, c.y.h)))
	}
	over := [3]plane{newPlane(c.y.w, c.y.h), newPlane(c.y.w, c.y.h), newPlane(c.y.w, c.y.h)}
	inside := make([]uint8, c.y.w*c.y.h)
	r := res.ref.work
	warp(&res.h, res.drift(), over[:], []plane{r.y, r.cb, r.cr}, inside)
	for i, in := range inside {
		if in == 0 {
			over[0].pix[i], over[1].pix[i], over[2].pix[i] = 128, 128, 128
		}
	}
	return (&working{y: over[0], cb: over[1], cr: over[2]}).picture(1)
}

// Claim is the claim at working size.
func (res *Result) Claim() *image.RGBA { return res.claim.work.picture(1) }

// picture turns planes into colours. ink below 1 makes them pale.
func (w *working) picture(ink float32) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, w.y.w, w.y.h))
	clamp := func(v float32) uint8 { return uint8(max(0, min(255, 255-(255-v)*ink+0.5))) }
	for i, y := range w.y.pix {
		cb, cr := w.cb.pix[i]-128, w.cr.pix[i]-128
		p := out.Pix[i*4 : i*4+4]
		p[0], p[1], p[2], p[3] = clamp(y+1.402*cr), clamp(y-0.344136*cb-0.714136*cr), clamp(y+1.772*cb), 255
	}
	return out
}
