package forge

import (
	"image"
	"image/color"
	"math"

	xdraw "golang.org/x/image/draw"
)

func (c *canvas) size() (w, h int) { return c.img.Rect.Dx(), c.img.Rect.Dy() }

func (c *canvas) shrinkTo(side int) {
	w, h := c.size()
	if k := float64(side) / float64(max(w, h)); k < 1 {
		c.scale(k)
	}
}

func (c *canvas) scale(k float64) {
	w, h := c.size()
	r := image.Rect(0, 0, max(1, int(float64(w)*k+0.5)), max(1, int(float64(h)*k+0.5)))
	img, mask := image.NewRGBA(r), image.NewAlpha(r)
	xdraw.CatmullRom.Scale(img, r, c.img, c.img.Rect, xdraw.Src, nil)
	xdraw.NearestNeighbor.Scale(mask, r, c.mask, c.mask.Rect, xdraw.Src, nil)
	c.img, c.mask = img, mask
}

// crop keeps a share of width and height at a random place.
func (c *canvas) crop(keep float64) {
	w, h := c.size()
	nw, nh := int(float64(w)*keep), int(float64(h)*keep)
	at := image.Pt(c.rnd.IntN(w-nw+1), c.rnd.IntN(h-nh+1))
	c.cut(image.Rectangle{Min: at, Max: at.Add(image.Pt(nw, nh))})
}

func (c *canvas) cut(r image.Rectangle) {
	img, mask := image.NewRGBA(image.Rectangle{Max: r.Size()}), image.NewAlpha(image.Rectangle{Max: r.Size()})
	xdraw.Draw(img, img.Rect, c.img, r.Min, xdraw.Src)
	xdraw.Draw(mask, mask.Rect, c.mask, r.Min, xdraw.Src)
	c.img, c.mask = img, mask
}

func (c *canvas) mirror() {
	w, _ := c.size()
	c.remap(c.img.Rect.Size(), func(x, y float64) (float64, float64) { return float64(w-1) - x, y })
}

// remap makes a picture of the given size; from says for a place in it where the old picture is read. Places outside become black.
func (c *canvas) remap(size image.Point, from func(x, y float64) (float64, float64)) {
	img, mask := image.NewRGBA(image.Rectangle{Max: size}), image.NewAlpha(image.Rectangle{Max: size})
	for y := range size.Y {
		for x := range size.X {
			sx, sy := from(float64(x), float64(y))
			v := sampleAt(c.img, sx, sy)
			p := img.Pix[y*img.Stride+x*4:][:4]
			p[0], p[1], p[2], p[3] = v.R, v.G, v.B, v.A
			if mx, my := int(math.Round(sx)), int(math.Round(sy)); mx >= 0 && my >= 0 && mx < c.mask.Rect.Dx() && my < c.mask.Rect.Dy() {
				mask.Pix[y*mask.Stride+x] = c.mask.Pix[my*c.mask.Stride+mx]
			}
		}
	}
	c.img, c.mask = img, mask
}

// sampleAt interpolates linearly.
func sampleAt(img *image.RGBA, x, y float64) color.RGBA {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	if x < -0.5 || y < -0.5 || x > float64(w)-0.5 || y > float64(h)-0.5 {
		return color.RGBA{A: 255}
	}
	x, y = math.Max(0, math.Min(x, float64(w-1))), math.Max(0, math.Min(y, float64(h-1)))
	i, j := int(x), int(y)
	fx, fy := x-float64(i), y-float64(j)
	i2, j2 := min(i+1, w-1), min(j+1, h-1)
	a, b := img.Pix[j*img.Stride+i*4:], img.Pix[j*img.Stride+i2*4:]
	d, e := img.Pix[j2*img.Stride+i*4:], img.Pix[j2*img.Stride+i2*4:]
	mix := func(k int) uint8 {
		top := float64(a[k])*(1-fx) + float64(b[k])*fx
		low := float64(d[k])*(1-fx) + float64(e[k])*fx
		return uint8(top*(1-fy) + low*fy + 0.5)
	}
	return color.RGBA{mix(0), mix(1), mix(2), 255}
}

// rotate turns by up to 10° and cuts the largest upright part of the same shape, so that no corner is empty.
func (c *canvas) rotate() {
	angle := c.between(3, 10) * math.Pi / 180
	if c.rnd.IntN(2) == 0 {
		angle = -angle
	}
	w, h := c.size()
	sin, cos := math.Sincos(math.Abs(angle))
	k := math.Min(1/(cos+sin*float64(h)/float64(w)), 1/(cos+sin*float64(w)/float64(h)))
	nw, nh := int(float64(w)*k), int(float64(h)*k)
	sin, cos = math.Sincos(angle)
	c.remap(image.Pt(nw, nh), func(x, y float64) (float64, float64) {
		x, y = x-float64(nw-1)/2, y-float64(nh-1)/2
		return float64(w-1)/2 + cos*x - sin*y, float64(h-1)/2 + sin*x + cos*y
	})
}

// perspective moves each corner inwards by up to 8 % of the side.
func (c *canvas) perspective() {
	w, h := c.size()
	fw, fh := float64(w-1), float64(h-1)
	p := [4][2]float64{
		{c.between(0, 0.08) * fw, c.between(0, 0.08) * fh}, {fw - c.between(0, 0.08)*fw, c.between(0, 0.08) * fh},
		{fw - c.between(0, 0.08)*fw, fh - c.between(0, 0.08)*fh}, {c.between(0, 0.08) * fw, fh - c.between(0, 0.08)*fh},
	}
	m := quad(p)
	c.remap(image.Pt(w, h), func(x, y float64) (float64, float64) { return m.apply(x/fw, y/fh) })
}

// projective maps the unit square to a quadrangle.
type projective [8]float64

func (m projective) apply(u, v float64) (x, y float64) {
	w := m[6]*u + m[7]*v + 1
	return (m[0]*u + m[1]*v + m[2]) / w, (m[3]*u + m[4]*v + m[5]) / w
}

// quad finds the map of the unit square's corners (clockwise from the top left) to p.
func quad(p [4][2]float64) projective {
	dx1, dx2 := p[1][0]-p[2][0], p[3][0]-p[2][0]
	dy1, dy2 := p[1][1]-p[2][1], p[3][1]-p[2][1]
	sx, sy := p[0][0]-p[1][0]+p[2][0]-p[3][0], p[0][1]-p[1][1]+p[2][1]-p[3][1]
	det := dx1*dy2 - dx2*dy1
	g, h := (sx*dy2-dx2*sy)/det, (dx1*sy-sx*dy1)/det
	return projective{
		p[1][0] - p[0][0] + g*p[1][0], p[3][0] - p[0][0] + h*p[3][0], p[0][0],
		p[1][1] - p[0][1] + g*p[1][1], p[3][1] - p[0][1] + h*p[3][1], p[0][1], g, h,
	}
}

// noise is a smooth random field of about one wave per `wave` pixels, -1 to 1.
type noise struct {
	values []float64
	w, h   int
	wave   float64
}

func (c *canvas) noise(wave float64) *noise {
	w, h := c.size()
	n := &noise{w: int(float64(w)/wave) + 3, h: int(float64(h)/wave) + 3, wave: wave}
	n.values = make([]float64, n.w*n.h)
	for i := range n.values {
		n.values[i] = 2*c.rnd.Float64() - 1
	}
	return n
}

func (n *noise) at(x, y float64) float64 {
	x, y = math.Max(0, math.Min(x/n.wave, float64(n.w-2)-1e-9)), math.Max(0, math.Min(y/n.wave, float64(n.h-2)-1e-9))
	i, j := int(x), int(y)
	ease := func(t float64) float64 { return t * t * (3 - 2*t) }
	fx, fy := ease(x-float64(i)), ease(y-float64(j))
	at := j*n.w + i
	return (n.values[at]*(1-fx)+n.values[at+1]*fx)*(1-fy) + (n.values[at+n.w]*(1-fx)+n.values[at+n.w+1]*fx)*fy
}
