package imagematch

import (
	"math"
	"math/bits"
)

const (
	cells  = 4 // a side
	angles = 8 // directions per cell
	dims   = cells * cells * angles
	grain  = 20  // samples a side over five cells: half a cell of margin all round takes part by interpolation
	cellBy = 3.0 // width of a cell in blurs of the keypoint
)

// descriptor are the gradients around a keypoint by cell and direction, as square roots of shares (so that the product of two compares distributions).
type descriptor [dims]uint8

// signature is a short form: for each element whether it is above the median, and whether above the upper quartile. It refuses most pairs at the cost of
// four population counts.
type signature [4]uint64

func (s *signature) distance(t *signature) int {
	return bits.OnesCount64(s[0]^t[0]) + bits.OnesCount64(s[1]^t[1]) + bits.OnesCount64(s[2]^t[2]) + bits.OnesCount64(s[3]^t[3])
}

// place says where a sample of the grid lies and which cells take what of it.
type place struct {
	u, v  float32 // in cells, from the middle
	index [4]uint8
	share [4]float32 // includes the fall-off to the edge
	n     uint8
}

// places is the fixed sampling grid: as it turns with the keypoint, everything but the pixels can be known beforehand.
var places = func() (all [grain * grain]place) {
	for i := range all {
		p := &all[i]
		p.u = (float32(i%grain)+0.5)*5/grain - 2.5
		p.v = (float32(i/grain)+0.5)*5/grain - 2.5
		fall := math.Exp(-float64(p.u*p.u+p.v*p.v) / 8)
		cu, cv := p.u+1.5, p.v+1.5 // in units where the middle of cell k is k
		u0, v0 := int(math.Floor(float64(cu))), int(math.Floor(float64(cv)))
		fu, fv := float64(cu)-float64(u0), float64(cv)-float64(v0)
		for k := range 4 {
			x, y := u0+k&1, v0+k>>1
			w := math.Abs(float64(1-k&1)-fu) * math.Abs(float64(1-k>>1)-fv)
			if x >= 0 && x < cells && y >= 0 && y < cells && w > 0 {
				p.index[p.n], p.share[p.n] = uint8((y*cells+x)*angles), float32(w*fall)
				p.n++
			}
		}
	}
	return all
}()

// describe fills d. ok is false when the surroundings have no gradients.
func (o *octave) describe(f *found, angle float32, d *descriptor) (ok bool) {
	var hist [dims]float32
	p := o.levels[f.level]
	sin, cos := math.Sincos(float64(angle))
	c, s := float32(cos), float32(sin)
	width := cellBy * f.size
	maxX, maxY := p.w-2, p.h-2
	for i := range places {
		q := &places[i]
		x, y := int(f.ox+width*(c*q.u-s*q.v)+0.5), int(f.oy+width*(s*q.u+c*q.v)+0.5)
		if uint(x-1) >= uint(maxX) || uint(y-1) >= uint(maxY) {
			continue
		}
		at := y*p.w + x
		gx, gy := p.pix[at+1]-p.pix[at-1], p.pix[at+p.w]-p.pix[at-p.w]
		rx, ry := c*gx+s*gy, c*gy-s*gx
		m := sqrt32(rx*rx + ry*ry)
		t := turns(ry, rx) * angles
		bin := int(t)
		hi := m * (t - float32(bin))
		lo := m - hi
		b0, b1 := bin&(angles-1), (bin+1)&(angles-1)
		for k := range q.n {
			base, w := int(q.index[k&3]), q.share[k&3]
			hist[(base+b0)&(dims-1)] += lo * w
			hist[(base+b1)&(dims-1)] += hi * w
		}
	}
	return quantise(&hist, d)
}

// quantise cuts off elements that a single edge dominates and takes square roots.
func quantise(hist *[dims]float32, d *descriptor) bool {
	var norm float64
	for _, v := range hist {
		norm += float64(v) * float64(v)
	}
	if norm < 1e-6 {
		return false
	}
	cut := float32(0.2 * math.Sqrt(norm))
	var sum float32
	for i, v := range hist {
		hist[i] = min(v, cut)
		sum += hist[i]
	}
	for i, v := range hist {
		d[i] = uint8(min(255, 512*sqrt32(v/sum)+0.5))
	}
	return true
}

// sign makes the short form.
func (d *descriptor) sign() (s signature) {
	var count [256]uint8
	for _, v := range d {
		count[v]++
	}
	var median, upper int
	for v, seen := 0, 0; v < 256; v++ {
		seen += int(count[v])
		if seen <= dims/2 {
			median = v
		}
		if seen <= dims*3/4 {
			upper = v
		}
	}
	for i, v := range d {
		if int(v) > median {
			s[i/64] |= 1 << (i % 64)
		}
		if int(v) > upper {
			s[2+i/64] |= 1 << (i % 64)
		}
	}
	return s
}

// mirror is the descriptor of the same place in the mirrored picture: rows of cells and the sense of directions change.
func (d *descriptor) mirror() (m descriptor) {
	for i, v := range d {
		y, x, b := i/(cells*angles), i/angles%cells, i%angles
		m[((cells-1-y)*cells+x)*angles+(angles-b)%angles] = v
	}
	return m
}

// similarity is the product of two descriptors: 262144 (512²) for equal ones, about 150000 for unrelated ones.
func (d *descriptor) similarity(e *descriptor) int {
	var a, b, c, f int
	for i := 0; i < dims; i += 8 {
		p, q := d[i:i+8:i+8], e[i:i+8:i+8]
		a += int(p[0])*int(q[0]) + int(p[1])*int(q[1])
		b += int(p[2])*int(q[2]) + int(p[3])*int(q[3])
		c += int(p[4])*int(q[4]) + int(p[5])*int(q[5])
		f += int(p[6])*int(q[6]) + int(p[7])*int(q[7])
	}
	return a + b + c + f
}
