package imagematch

import (
	"cmp"
	"math"
	"slices"
)

// Scale space: layers per octave, blur of the first layer, and the blur a working picture is taken to have.
const (
	layers     = 3
	baseBlur   = 1.6
	cameraBlur = 0.6
	minOctave  = 24 // pixels of the shorter side of the smallest octave

	minContrast = 1.4 // of the difference of two layers, in brightness levels
	faint       = 0.5 // the same for pictures with few keypoints
	few         = 250
	edgeRatio   = 10 // of the two curvatures: keypoints on edges slide along them
)

// keypoint is a place that is found again in another picture of the same thing.
type keypoint struct {
	x, y     float32 // working pixels
	sigma    float32 // its size
	angle    float32 // of the strongest gradient around it, radians
	response float32
}

// octave is one size of the scale space.
type octave struct {
	step   float32 // working pixels per pixel of this octave
	levels [layers + 3]plane
	dogs   [layers + 2]plane
}

// buildOctave blurs levels one from the other, so that kernels stay short.
func buildOctave(base plane, step float32) *octave {
	o := &octave{step: step}
	o.levels[0] = base
	for i := 1; i < len(o.levels); i++ {
		o.levels[i] = newPlane(base.w, base.h)
	}
	for i := range o.dogs {
		o.dogs[i] = newPlane(base.w, base.h)
	}
	for i := 1; i < len(o.levels); i++ {
		before, after := levelBlur(i-1), levelBlur(i)
		// dogs[i-1] is free until it is written below, so it serves as scratch.
		blurInto(o.levels[i], o.levels[i-1], o.dogs[i-1], math.Sqrt(after*after-before*before))
		d, a, b := o.dogs[i-1].pix, o.levels[i].pix, o.levels[i-1].pix
		a, b = a[:len(d)], b[:len(d)]
		for j := range d {
			d[j] = a[j] - b[j]
		}
	}
	return o
}

func levelBlur(i int) float64 { return baseBlur * math.Pow(2, float64(i)/layers) }

// found is a keypoint with the place it is to be described at.
type found struct {
	keypoint
	octave       int
	level        int
	ox, oy, size float32 // in pixels of the octave
}

// extrema finds the points of one octave that stand out from all 26 neighbours in place and scale.
func (o *octave) extrema(index int, contrast float32, out []found) []found {
	w, h := o.dogs[0].w, o.dogs[0].h
	const border = 5
	for s := 1; s <= layers; s++ {
		below, here, above := o.dogs[s-1].pix, o.dogs[s].pix, o.dogs[s+1].pix
		for y := border; y < h-border; y++ {
			row := here[y*w : (y+1)*w]
			for x := border; x < w-border; x++ {
				v := row[x]
				if v > -contrast*0.7 && v < contrast*0.7 {
					continue
				}
				// The two neighbours in the row settle most cases.
				if v > 0 && (v < row[x-1] || v < row[x+1]) || v < 0 && (v > row[x-1] || v > row[x+1]) {
					continue
				}
				i := y*w + x
				if extremum(v, below, here, above, i, w) {
					if f, ok := o.refine(s, x, y, contrast); ok {
						f.octave = index
						out = append(out, f)
					}
				}
			}
		}
	}
	return out
}

func extremum(v float32, below, here, above []float32, i, w int) bool {
	for _, p := range [...][]float32{here, below, above} {
		for dy := -w; dy <= w; dy += w {
			a := p[i+dy-1 : i+dy+2 : i+dy+2]
			if v > 0 {
				if a[0] > v || a[1] > v || a[2] > v {
					return false
				}
			} else if a[0] < v || a[1] < v || a[2] < v {
				return false
			}
		}
	}
	return true
}

// refine fits a parabola through place and scale, and refuses faint points and points on edges.
func (o *octave) refine(s, x, y int, contrast float32) (f found, ok bool) {
	w, h := o.dogs[0].w, o.dogs[0].h
	var dx, dy, ds, value float64
	for range 4 {
		at := func(ds, dy, dx int) float64 { return float64(o.dogs[s+ds].pix[(y+dy)*w+x+dx]) }
		c := at(0, 0, 0)
		gx, gy, gs := (at(0, 0, 1)-at(0, 0, -1))/2, (at(0, 1, 0)-at(0, -1, 0))/2, (at(1, 0, 0)-at(-1, 0, 0))/2
		xx, yy, ss := at(0, 0, 1)+at(0, 0, -1)-2*c, at(0, 1, 0)+at(0, -1, 0)-2*c, at(1, 0, 0)+at(-1, 0, 0)-2*c
		xy := (at(0, 1, 1) - at(0, 1, -1) - at(0, -1, 1) + at(0, -1, -1)) / 4
		xs := (at(1, 0, 1) - at(1, 0, -1) - at(-1, 0, 1) + at(-1, 0, -1)) / 4
		ys := (at(1, 1, 0) - at(1, -1, 0) - at(-1, 1, 0) + at(-1, -1, 0)) / 4
		a := []float64{xx, xy, xs, xy, yy, ys, xs, ys, ss}
		b := []float64{-gx, -gy, -gs}
		if !solve(a, b, 3) {
			return f, false
		}
		dx, dy, ds = b[0], b[1], b[2]
		value = c + (gx*dx+gy*dy+gs*ds)/2
		if math.Abs(dx) <= 0.6 && math.Abs(dy) <= 0.6 && math.Abs(ds) <= 0.6 {
			trace, det := xx+yy, xx*yy-xy*xy
			if math.Abs(value) < float64(contrast) || det <= 0 || trace*trace*edgeRatio >= (edgeRatio+1)*(edgeRatio+1)*det {
				return f, false
			}
			f.level, f.ox, f.oy = s, float32(float64(x)+dx), float32(float64(y)+dy)
			f.size = float32(baseBlur * math.Pow(2, (float64(s)+ds)/layers))
			f.x, f.y, f.sigma, f.response = f.ox*o.step, f.oy*o.step, f.size*o.step, float32(math.Abs(value))
			return f, true
		}
		if math.Abs(dx) > 4 || math.Abs(dy) > 4 || math.Abs(ds) > 4 {
			return f, false
		}
		x, y, s = x+int(math.Round(dx)), y+int(math.Round(dy)), s+int(math.Round(ds))
		if s < 1 || s > layers || x < 5 || y < 5 || x >= w-5 || y >= h-5 {
			return f, false
		}
	}
	return f, false
}

// orientations gives one or two directions of the gradients around a keypoint.
func (o *octave) orientations(f *found) (angles [2]float32, n int) {
	const bins = 36
	var hist [bins]float32
	p := o.levels[f.level]
	sigma := 1.5 * f.size
	radius := int(3*sigma + 0.5)
	cx, cy := int(f.ox+0.5), int(f.oy+0.5)
	step := 1 + radius/12 // large keypoints lie on smooth levels: not every pixel is needed
	scale := -1 / (2 * sigma * sigma)
	for dy := -radius; dy <= radius; dy += step {
		y := cy + dy
		if y < 1 || y >= p.h-1 {
			continue
		}
		up, row, down := p.row(y-1), p.row(y), p.row(y+1)
		for dx := -radius; dx <= radius; dx += step {
			x := cx + dx
			if x < 1 || x >= p.w-1 || dx*dx+dy*dy > radius*radius {
				continue
			}
			gx, gy := row[x+1]-row[x-1], down[x]-up[x]
			m := sqrt32(gx*gx+gy*gy) * exp32(float32(dx*dx+dy*dy)*scale)
			bin := int(turns(gy, gx)*bins + 0.5)
			if bin >= bins {
				bin -= bins
			}
			hist[bin] += m
		}
	}
	return peaks(&hist)
}

func peaks(hist *[36]float32) (angles [2]float32, n int) {
	const bins = len(hist)
	var smooth [bins]float32
	best := float32(0)
	for i := range hist {
		a, b := hist[(i+bins-1)%bins], hist[(i+1)%bins]
		c, d := hist[(i+bins-2)%bins], hist[(i+2)%bins]
		smooth[i] = (c+d)/16 + (a+b)/4 + hist[i]*3/8
		best = max(best, smooth[i])
	}
	if best == 0 {
		return angles, 0
	}
	// The strongest first, then at most one more.
	for pass := range 2 {
		for i, v := range smooth {
			l, r := smooth[(i+bins-1)%bins], smooth[(i+1)%bins]
			if v <= l || v <= r || pass == 0 && v < best || pass == 1 && (v == best || v < 0.8*best) || n > pass {
				continue
			}
			off := 0.5 * (l - r) / (l - 2*v + r)
			angles[n] = (float32(i) + off) * (2 * math.Pi / float32(bins))
			n++
		}
	}
	return angles, n
}

// spread keeps the n strongest keypoints, but none of a cell's beyond its share as long as other cells have some: matches all over the picture prove more
// than many in one corner.
func spread(all []found, w, h, n int) []found {
	if len(all) <= n {
		return all
	}
	slices.SortFunc(all, func(a, b found) int {
		return cmp.Or(cmp.Compare(b.response, a.response), cmp.Compare(a.y, b.y), cmp.Compare(a.x, b.x))
	})
	const cells = 8
	share := 3 * n / (cells * cells)
	var count [cells * cells]int
	kept, rest := all[:0:0], []found{}
	for _, f := range all {
		c := min(cells-1, int(f.y)*cells/h)*cells + min(cells-1, int(f.x)*cells/w)
		if count[c]++; count[c] <= share && len(kept) < n {
			kept = append(kept, f)
		} else {
			rest = append(rest, f)
		}
	}
	return append(kept, rest[:min(len(rest), n-len(kept))]...)
}

func sqrt32(v float32) float32 { return float32(math.Sqrt(float64(v))) }

// exp32 is e to the power of a number in -20..0, to about 1 %: (1+v/64)^64.
func exp32(v float32) float32 {
	v = 1 + v/64
	if v <= 0 {
		return 0
	}
	v *= v
	v *= v
	v *= v
	v *= v
	v *= v
	return v * v
}

// turns is the direction of (x, y) as a fraction of a full turn, 0 to 1, to about 1/20000.
func turns(y, x float32) float32 {
	ax, ay := x, y
	if ax < 0 {
		ax = -ax
	}
	if ay < 0 {
		ay = -ay
	}
	lo, hi := min(ax, ay), max(ax, ay)
	if hi == 0 {
		return 0
	}
	a := lo / hi
	s := a * a
	r := ((-0.0464964749*s+0.15931422)*s-0.327622764)*s*a + a
	r *= 1 / (2 * math.Pi)
	if ay > ax {
		r = 0.25 - r
	}
	if x < 0 {
		r = 0.5 - r
	}
	if y < 0 {
		r = 1 - r
	}
	return r
}
