package forge

import (
	"image"
	"math"
)

// centre picks a place away from the frame, preferring places with something on them to empty background.
func (c *canvas) centre(margin float64) (x, y float64) {
	w, h := c.size()
	best := -1.0
	for range 12 {
		px, py := c.between(margin, 1-margin)*float64(w), c.between(margin, 1-margin)*float64(h)
		score := 0.0
		for range 40 {
			qx, qy := int(px+c.between(-0.08, 0.08)*float64(w)), int(py+c.between(-0.08, 0.08)*float64(h))
			a, b := c.grey(qx, qy), c.grey(qx+4, qy+3)
			score += math.Min(math.Abs(a-b), 30)
		}
		if score > best {
			best, x, y = score, px, py
		}
	}
	return x, y
}

func (c *canvas) grey(x, y int) float64 {
	w, h := c.size()
	x, y = max(0, min(w-1, x)), max(0, min(h-1, y))
	p := c.img.Pix[y*c.img.Stride+x*4:][:3]
	return 0.299*float64(p[0]) + 0.587*float64(p[1]) + 0.114*float64(p[2])
}

// paint mixes a pixel with a change.
func (c *canvas) paint(x, y int, amount float64, change func(v *[3]float64)) {
	w, h := c.size()
	if x < 0 || y < 0 || x >= w || y >= h || amount <= 0 {
		return
	}
	amount = math.Min(amount, 1)
	p := c.img.Pix[y*c.img.Stride+x*4:][:3]
	v := [3]float64{float64(p[0]), float64(p[1]), float64(p[2])}
	old := v
	change(&v)
	for k := range v {
		p[k] = uint8(math.Max(0, math.Min(255, old[k]+(v[k]-old[k])*amount+0.5)))
	}
}

// stroke draws a line of some width with soft edges, dark with a light rim on one side as the edge of a break has.
func (c *canvas) stroke(x0, y0, x1, y1, width, depth float64) {
	r := width/2 + 2
	dx, dy := x1-x0, y1-y0
	l := math.Hypot(dx, dy)
	if l == 0 {
		return
	}
	for y := int(math.Min(y0, y1) - r); y <= int(math.Max(y0, y1)+r); y++ {
		for x := int(math.Min(x0, x1) - r); x <= int(math.Max(x0, x1)+r); x++ {
			px, py := float64(x)-x0, float64(y)-y0
			t := math.Max(0, math.Min(1, (px*dx+py*dy)/(l*l)))
			side := (px*dy - py*dx) / l
			d := math.Hypot(px-t*dx, py-t*dy)
			dark := math.Max(0, math.Min(1, width/2+0.5-d))
			c.paint(x, y, dark, func(v *[3]float64) {
				for k := range v {
					v[k] *= 1 - depth
				}
			})
			if rim := math.Max(0, math.Min(1, width/2+1.5-d)) - dark; side > 0 && rim > 0 {
				c.paint(x, y, rim*0.6, func(v *[3]float64) {
					for k := range v {
						v[k] += 60
					}
				})
			}
		}
	}
}

// crack walks in small steps with a wandering direction and branches.
func (c *canvas) crack() {
	w, h := c.size()
	side := float64(max(w, h))
	x, y := c.centre(0.25)
	c.branch(x, y, c.between(0, 2*math.Pi), c.between(0.22, 0.4)*side, c.between(0.0022, 0.0042)*side, c.between(0.55, 0.85), 0)
}

func (c *canvas) branch(x, y, angle, length, width, depth float64, level int) {
	w, h := c.size()
	step := float64(max(w, h)) * 0.012
	for gone := 0.0; gone < length; gone += step {
		angle += c.rnd.NormFloat64() * 0.28
		nx, ny := x+step*math.Cos(angle), y+step*math.Sin(angle)
		if nx < 2 || ny < 2 || nx > float64(w-3) || ny > float64(h-3) {
			angle += math.Pi * 0.6
			continue
		}
		c.stroke(x, y, nx, ny, math.Max(1.2, width*(1-0.6*gone/length)), depth)
		x, y = nx, ny
		if level < 2 && c.rnd.Float64() < 0.13 {
			sign := float64(2*c.rnd.IntN(2) - 1)
			c.branch(x, y, angle+sign*c.between(0.5, 1.1), (length-gone)*c.between(0.3, 0.6), width*0.7, depth, level+1)
		}
	}
}

func (c *canvas) scratch() {
	w, h := c.size()
	side := float64(max(w, h))
	cx, cy := c.centre(0.2)
	angle := c.between(0, math.Pi)
	for range 3 + c.rnd.IntN(4) {
		a := angle + c.rnd.NormFloat64()*0.15
		l := c.between(0.08, 0.25) * side / 2
		x, y := cx+c.rnd.NormFloat64()*0.04*side, cy+c.rnd.NormFloat64()*0.04*side
		dx, dy := l*math.Cos(a), l*math.Sin(a)
		bright := c.rnd.IntN(2) == 0
		depth := c.between(0.3, 0.6)
		if bright {
			depth = -depth
		}
		c.stroke(x-dx, y-dy, x+dx, y+dy, math.Max(1.2, c.between(0.0012, 0.0025)*side), depth)
	}
}

// blob calls f for places in a patch with an uneven rim that covers a share of the picture. inner is 0 at the rim and grows to 1 inside.
func (c *canvas) blob(share float64, f func(x, y int, inner float64)) {
	w, h := c.size()
	r := math.Sqrt(share * float64(w*h) / math.Pi)
	cx, cy := c.centre(0.22)
	stretch := c.between(0.75, 1.3)
	var amp, phase [6]float64
	for k := range amp {
		amp[k], phase[k] = c.between(0, 0.18)/float64(k+1)*1.6, c.between(0, 2*math.Pi)
	}
	for y := int(cy - 2*r); y <= int(cy+2*r); y++ {
		for x := int(cx - 2*r); x <= int(cx+2*r); x++ {
			dx, dy := (float64(x)-cx)*stretch, (float64(y)-cy)/stretch
			a := math.Atan2(dy, dx)
			rim := 1.0
			for k := range amp {
				rim += amp[k] * math.Sin(float64(k+1)*a+phase[k])
			}
			if t := 1 - math.Hypot(dx, dy)/(r*rim); t > 0 {
				f(x, y, t)
			}
		}
	}
}

// stain darkens and tints unevenly, most at its rim, as something spilt does.
func (c *canvas) stain(share float64) {
	n := c.noise(float64(max(c.img.Rect.Dx(), c.img.Rect.Dy())) / 60)
	tints := [][3]float64{{0.62, 0.48, 0.30}, {0.35, 0.33, 0.32}, {0.70, 0.62, 0.40}, {0.58, 0.30, 0.28}, {0.45, 0.55, 0.38}}
	tint := tints[c.rnd.IntN(len(tints))]
	strength := c.between(0.55, 0.9)
	c.blob(share, func(x, y int, inner float64) {
		edge := math.Min(1, inner*12)
		ring := math.Exp(-inner * 14)
		a := edge * strength * (0.75 + 0.25*n.at(float64(x), float64(y)) + 0.3*ring)
		c.paint(x, y, a, func(v *[3]float64) {
			for k := range v {
				v[k] *= tint[k]
			}
		})
	})
}

// dent bends what lies in a round place and shades it as a hollow.
func (c *canvas) dent() {
	src := image.NewRGBA(c.img.Rect)
	copy(src.Pix, c.img.Pix)
	w, h := c.size()
	r := c.between(0.07, 0.11) * float64(max(w, h))
	cx, cy := c.centre(0.25)
	angle := c.between(0, 2*math.Pi)
	lx, ly := math.Cos(angle), math.Sin(angle)
	for y := int(cy - r); y <= int(cy+r); y++ {
		for x := int(cx - r); x <= int(cx+r); x++ {
			dx, dy := (float64(x)-cx)/r, (float64(y)-cy)/r
			d := math.Hypot(dx, dy)
			if d >= 1 {
				continue
			}
			pull := 0.35 * (1 - d*d) * (1 - d*d)
			from := sampleAt(src, float64(x)+dx*pull*r, float64(y)+dy*pull*r)
			shade := 1 + 1.6*(dx*lx+dy*ly)*(1-d*d)*(1-d*d) - 0.22*(1-d*d)
			c.paint(x, y, 1, func(v *[3]float64) {
				*v = [3]float64{float64(from.R) * shade, float64(from.G) * shade, float64(from.B) * shade}
			})
		}
	}
}

// tear opens a long hole: dark inside, with a light frayed rim.
func (c *canvas) tear() {
	w, h := c.size()
	side := float64(max(w, h))
	cx, cy := c.centre(0.25)
	angle := c.between(0, math.Pi)
	half, wide := c.between(0.10, 0.16)*side, c.between(0.018, 0.03)*side
	fray := c.noise(side / 90)
	sin, cos := math.Sincos(angle)
	for y := int(cy - half); y <= int(cy+half); y++ {
		for x := int(cx - half); x <= int(cx+half); x++ {
			u := ((float64(x)-cx)*cos + (float64(y)-cy)*sin) / half
			v := (-(float64(x)-cx)*sin + (float64(y)-cy)*cos) / wide
			open := 1 - u*u + 0.25*fray.at(float64(x), float64(y)) - math.Abs(v)
			if math.Abs(u) > 1 || open < -0.35 {
				continue
			}
			if open > 0 {
				c.paint(x, y, math.Min(1, open*4), func(p *[3]float64) {
					n := 18 + 10*fray.at(float64(y), float64(x))
					*p = [3]float64{n, n * 0.9, n * 0.8}
				})
			} else {
				c.paint(x, y, 0.7, func(p *[3]float64) { *p = [3]float64{225, 220, 210} })
			}
		}
	}
}

// missing fills a patch from its surroundings, smoothly, with some noise.
func (c *canvas) missing() {
	src := image.NewRGBA(c.img.Rect)
	copy(src.Pix, c.img.Pix)
	w, h := c.size()
	pw, ph := c.between(0.10, 0.16)*float64(w), c.between(0.10, 0.16)*float64(h)
	cx, cy := c.centre(0.25)
	x0, y0, x1, y1 := int(cx-pw/2), int(cy-ph/2), int(cx+pw/2), int(cy+ph/2)
	for y := y0; y <= y1; y++ {
		for x := x0; x <= x1; x++ {
			l, r := sampleAt(src, float64(x0-2), float64(y)), sampleAt(src, float64(x1+2), float64(y))
			t, b := sampleAt(src, float64(x), float64(y0-2)), sampleAt(src, float64(x), float64(y1+2))
			u, v := float64(x-x0)/float64(max(1, x1-x0)), float64(y-y0)/float64(max(1, y1-y0))
			wl, wr, wt, wb := 1/(u+0.05), 1/(1-u+0.05), 1/(v+0.05), 1/(1-v+0.05)
			sum := wl + wr + wt + wb
			mix := func(a, b, d, e uint8) float64 {
				return (float64(a)*wl+float64(b)*wr+float64(d)*wt+float64(e)*wb)/sum + 2*c.rnd.NormFloat64()
			}
			c.paint(x, y, 1, func(p *[3]float64) {
				*p = [3]float64{mix(l.R, r.R, t.R, b.R), mix(l.G, r.G, t.G, b.G), mix(l.B, r.B, t.B, b.B)}
			})
		}
	}
}

// paste copies a patch from elsewhere with a feathered rim.
func (c *canvas) paste() {
	src := image.NewRGBA(c.img.Rect)
	copy(src.Pix, c.img.Pix)
	w, h := c.size()
	sign := func() float64 { return float64(2*c.rnd.IntN(2) - 1) }
	ox, oy := int(sign()*c.between(0.2, 0.35)*float64(w)), int(sign()*c.between(0.2, 0.35)*float64(h))
	c.blob(0.025, func(x, y int, inner float64) {
		sx, sy := x+ox, y+oy
		if sx < 0 || sx >= w {
			sx = x - ox
		}
		if sy < 0 || sy >= h {
			sy = y - oy
		}
		from := sampleAt(src, float64(sx), float64(sy))
		c.paint(x, y, inner*10, func(v *[3]float64) { *v = [3]float64{float64(from.R), float64(from.G), float64(from.B)} })
	})
}
