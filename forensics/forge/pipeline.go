package forge

import (
	"image"
	"image/color"
	"image/draw"
	"math"
)

// each changes every pixel.
func (c *canvas) each(f func(x, y int, rgb *[3]float64)) {
	w, h := c.size()
	for y := range h {
		for x := range w {
			p := c.img.Pix[y*c.img.Stride+x*4:][:3]
			v := [3]float64{float64(p[0]), float64(p[1]), float64(p[2])}
			f(x, y, &v)
			for k := range v {
				p[k] = uint8(math.Max(0, math.Min(255, v[k]+0.5)))
			}
		}
	}
}

func (c *canvas) filter() {
	gain, lift, gamma := c.between(0.85, 1.15), c.between(-12, 12), c.between(0.85, 1.2)
	colour, warm := c.between(0.75, 1.3), c.between(-8, 8)
	var curve [256]float64
	for i := range curve {
		curve[i] = 255 * math.Pow(math.Max(0, math.Min(1, (float64(i)*gain+lift)/255)), gamma)
	}
	c.each(func(_, _ int, v *[3]float64) {
		for k := range v {
			v[k] = curve[int(v[k])]
		}
		y := 0.299*v[0] + 0.587*v[1] + 0.114*v[2]
		for k := range v {
			v[k] = y + (v[k]-y)*colour
		}
		v[0], v[2] = v[0]+warm, v[2]-warm
	})
}

// screenshot shows the picture in an app: bars, a title, buttons, and the picture scaled to the screen's width.
func (c *canvas) screenshot() {
	before, _ := c.size()
	width := 720 + 90*c.rnd.IntN(5)
	k := float64(width) / float64(before)
	c.scale(k)
	w, h := c.size()
	above, below := 90+c.rnd.IntN(120), 120+c.rnd.IntN(260)
	r := image.Rect(0, 0, width, above+h+below)
	img, mask := image.NewRGBA(r), image.NewAlpha(r)
	paper := color.RGBA{245, 245, 247, 255}
	if c.rnd.IntN(2) == 0 {
		paper = color.RGBA{20, 20, 22, 255}
	}
	draw.Draw(img, r, image.NewUniform(paper), image.Point{}, draw.Src)
	at := image.Rect(0, above, w, above+h)
	draw.Draw(img, at, c.img, image.Point{}, draw.Src)
	draw.Draw(mask, at, c.mask, image.Point{}, draw.Src)
	// Letters are short bars of ink; what they say does not matter.
	line := func(x, y, n, height int) {
		ink := color.RGBA{uint8(120 + c.rnd.IntN(30)), 120, 128, 255}
		for range n {
			width := 3 + c.rnd.IntN(height)
			draw.Draw(img, image.Rect(x, y, x+width, y+height), image.NewUniform(ink), image.Point{}, draw.Src)
			x += width + 4 + c.rnd.IntN(5)
		}
	}
	line(30, 20, 4, 18)
	line(width-190, 20, 6, 18)
	line(60, above-46, 12, 24)
	for y := above + h + 30; y+30 < r.Dy(); y += 52 {
		line(40, y, 8+c.rnd.IntN(22), 22)
	}
	c.img, c.mask = img, mask
}

// recapture photographs the picture on a screen: perspective, the screen's grid, blur, uneven light, noise, another tone curve.
func (c *canvas) recapture() {
	w, h := c.size()
	pitch := c.between(2.3, 3.7)
	across, down := make([][3]float64, w), make([]float64, h)
	for x := range across {
		for k := range 3 {
			across[x][k] = 0.10 * math.Cos(2*math.Pi*(float64(x)/pitch+float64(k)/3))
		}
	}
	for y := range down {
		down[y] = 0.05 * math.Cos(2*math.Pi*float64(y)/pitch)
	}
	c.each(func(x, y int, v *[3]float64) {
		// Stripes of red, green and blue beat with the camera's pixels.
		for k := range v {
			v[k] *= 1 + across[x][k] + down[y]
		}
	})
	c.perspective()
	c.blur(0.8)
	cx, cy := c.between(0.2, 0.8)*float64(w), c.between(0.2, 0.8)*float64(h)
	gamma := c.between(0.85, 1.1)
	c.each(func(x, y int, v *[3]float64) {
		d := math.Hypot(float64(x)-cx, float64(y)-cy) / float64(max(w, h))
		light := 1.06 - 0.22*d*d
		for k := range v {
			v[k] = 255*math.Pow(math.Max(0, math.Min(1, v[k]*light/255)), gamma) + 2.5*c.rnd.NormFloat64()
		}
	})
}

// blur smooths with a Gaussian.
func (c *canvas) blur(sigma float64) {
	r := int(math.Ceil(3 * sigma))
	k := make([]float64, 2*r+1)
	sum := 0.0
	for i := range k {
		k[i] = math.Exp(-float64((i-r)*(i-r)) / (2 * sigma * sigma))
		sum += k[i]
	}
	for i := range k {
		k[i] /= sum
	}
	w, h := c.size()
	line := make([]float64, 3*max(w, h))
	// pass smooths n lines of length l; at says where the first pixel of a line is, and step how far the next is.
	pass := func(n, l int, at func(int) int, step int) {
		for j := range n {
			first := at(j)
			for i := range l {
				p := c.img.Pix[first+i*step:][:3]
				line[3*i], line[3*i+1], line[3*i+2] = float64(p[0]), float64(p[1]), float64(p[2])
			}
			for i := range l {
				var v [3]float64
				for t, wt := range k {
					q := 3 * max(0, min(l-1, i+t-r))
					v[0] += wt * line[q]
					v[1] += wt * line[q+1]
					v[2] += wt * line[q+2]
				}
				p := c.img.Pix[first+i*step:][:3]
				for m := range v {
					p[m] = uint8(math.Max(0, math.Min(255, v[m]+0.5)))
				}
			}
		}
	}
	pass(h, w, func(j int) int { return j * c.img.Stride }, 4)
	pass(w, h, func(j int) int { return j * 4 }, c.img.Stride)
}

// regenerate imitates what an image model's round trip does: everything is rendered anew from a coarser description. Places drift by some pixels, fine
// texture is replaced by other texture of the same strength, edges are crisp again, colours move a little.
func (c *canvas) regenerate() {
	w, h := c.size()
	side := float64(max(w, h))
	wave, amplitude := c.between(0.25, 0.5)*side, c.between(0.001, 0.004)*side
	nx, ny := c.noise(wave), c.noise(wave)
	zoom, shiftX, shiftY := c.between(0.95, 0.98), c.between(-0.005, 0.005)*side, c.between(-0.005, 0.005)*side // it shows a little less, so nothing has to be invented at the frame
	c.remap(image.Pt(w, h), func(x, y float64) (float64, float64) {
		return clampTo(float64(w)/2+(x-float64(w)/2)*zoom+shiftX+amplitude*nx.at(x, y), w), clampTo(float64(h)/2+(y-float64(h)/2)*zoom+shiftY+amplitude*ny.at(x, y), h)
	})
	before := image.NewRGBA(c.img.Rect)
	copy(before.Pix, c.img.Pix)
	grain := side / 1000
	c.blur(1.3 * math.Max(grain, 0.8))
	soft := image.NewRGBA(c.img.Rect)
	copy(soft.Pix, c.img.Pix)
	c.blur(1.6 * math.Max(grain, 0.8))
	fine := c.noise(math.Max(1.5, 1.6*grain))
	gain, lift := c.between(0.95, 1.05), c.between(-5, 5)
	c.each(func(x, y int, v *[3]float64) {
		at := y*c.img.Stride + x*4
		lost := 0.0
		for k := range 3 {
			lost += math.Abs(float64(before.Pix[at+k]) - float64(soft.Pix[at+k]))
		}
		texture := fine.at(float64(x), float64(y)) * math.Min(lost/3, 14) * 0.9
		for k := range v {
			s := float64(soft.Pix[at+k])
			v[k] = (s+0.9*(s-v[k])+texture)*gain + lift + 0.8*c.rnd.NormFloat64()
		}
	})
}

func clampTo(v float64, n int) float64 { return math.Max(0, math.Min(v, float64(n-1))) }
