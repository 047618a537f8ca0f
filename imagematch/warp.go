package imagematch

import "math"

// field is a smooth displacement on a coarse grid, added to where the homography leads, in reference pixels. nil is none.
type field struct {
	step   float64 // claim working pixels between nodes
	shift  float64 // of the places against the nodes, working pixels
	w, h   int
	dx, dy []float32
}

// along fills out with one component for the places (x, y) of a row. The nodes of the two grid rows around it are mixed first.
func (f *field) along(out []float32, v []float32, y float64) {
	gy := math.Max(0, math.Min(y/f.step, float64(f.h-1)))
	j := min(int(gy), max(0, f.h-2))
	fy := float32(gy - float64(j))
	low := min(j+1, f.h-1) * f.w
	nodes := make([]float32, f.w+1)
	for i := range f.w {
		a := v[j*f.w+i]
		nodes[i] = a + (v[low+i]-a)*fy
	}
	nodes[f.w] = nodes[f.w-1]
	scale := float32(1 / f.step)
	last := float32(f.w - 1)
	for x := range out {
		g := min((float32(x)+float32(f.shift))*scale, last)
		if g < 0 {
			g = 0
		}
		i := int(g)
		a := nodes[i]
		out[x] = a + (nodes[i+1]-a)*(g-float32(i))
	}
}

// warp lays planes of the reference over the claim's frame. inside is 1 where the reference has pixels.
func warp(h *homography, f *field, dst []plane, src []plane, inside []uint8) {
	w, rows := dst[0].w, dst[0].h
	sw, sh := src[0].w, src[0].h
	maxU, maxV := float64(sw-1), float64(sh-1)
	var dx, dy []float32
	if f != nil {
		dx, dy = make([]float32, w), make([]float32, w)
	}
	for y := range rows {
		if f != nil {
			f.along(dx, f.dx, float64(y))
			f.along(dy, f.dy, float64(y))
		}
		// Along a row numerators and denominator grow evenly.
		nu, nv, nw := h[1]*float64(y)+h[2], h[4]*float64(y)+h[5], h[7]*float64(y)+h[8]
		for x := range w {
			q := 1 / nw
			u, v := nu*q, nv*q
			nu, nv, nw = nu+h[0], nv+h[3], nw+h[6]
			if dx != nil {
				u, v = u+float64(dx[x]), v+float64(dy[x])
			}
			at := y*w + x
			if !(u >= 0 && v >= 0 && u < maxU && v < maxV) {
				inside[at] = 0
				continue
			}
			inside[at] = 1
			i, j := int(u), int(v)
			fu, fv := float32(u-float64(i)), float32(v-float64(j))
			k := j*sw + i
			for c := range src {
				p := src[c].pix
				top := p[k] + (p[k+1]-p[k])*fu
				bottom := p[k+sw] + (p[k+sw+1]-p[k+sw])*fu
				dst[c].pix[at] = top + (bottom-top)*fv
			}
		}
	}
}

// matchDetail smooths whichever picture shows more detail under the map, so that both are equally sharp, and gives the two brightness planes.
func matchDetail(h *homography, ref, claim plane, extra float64) (r, c plane) {
	ux, uy, vx, vy := h.jacobian(float64(claim.w)/2, float64(claim.h)/2)
	s := math.Abs(ux*vy - uy*vx) // reference pixels per claim pixel
	blurRef, blurClaim := extra*extra*math.Max(s, 1e-3), extra*extra
	if s > 1 {
		blurRef += 0.3 * (s - 1)
	} else {
		blurClaim += 0.3 * (1/s - 1)
	}
	return smoothed(ref, math.Sqrt(blurRef)), smoothed(claim, math.Sqrt(blurClaim))
}

func smoothed(p plane, sigma float64) plane {
	if sigma < 0.2 {
		return p
	}
	out := newPlane(p.w, p.h)
	blurInto(out, p, newPlane(p.w, p.h), math.Min(sigma, 6))
	return out
}
