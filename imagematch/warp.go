package imagematch

import "math"

// field is a smooth displacement on a coarse grid, added to where the homography leads, in reference pixels. nil is none.
type field struct {
	step   float64 // claim working pixels between nodes
	w, h   int
	dx, dy []float32
}

// at interpolates.
func (f *field) at(x, y float64) (dx, dy float64) {
	gx, gy := math.Max(0, math.Min(x/f.step, float64(f.w-1)-1e-6)), math.Max(0, math.Min(y/f.step, float64(f.h-1)-1e-6))
	i, j := int(gx), int(gy)
	fx, fy := gx-float64(i), gy-float64(j)
	at := j*f.w + i
	right, down := min(1, f.w-1-i), min(1, f.h-1-j)*f.w
	mix := func(v []float32) float64 {
		return (float64(v[at])*(1-fx)+float64(v[at+right])*fx)*(1-fy) + (float64(v[at+down])*(1-fx)+float64(v[at+right+down])*fx)*fy
	}
	return mix(f.dx), mix(f.dy)
}

// warp lays planes of the reference over the claim's frame. inside is 1 where the reference has pixels.
func warp(h *homography, f *field, dst []plane, src []plane, inside []uint8) {
	w, rows := dst[0].w, dst[0].h
	sw, sh := src[0].w, src[0].h
	maxU, maxV := float64(sw-1), float64(sh-1)
	for y := range rows {
		// Along a row numerators and denominator grow evenly.
		nu, nv, nw := h[1]*float64(y)+h[2], h[4]*float64(y)+h[5], h[7]*float64(y)+h[8]
		for x := range w {
			q := 1 / nw
			u, v := nu*q, nv*q
			nu, nv, nw = nu+h[0], nv+h[3], nw+h[6]
			if f != nil {
				dx, dy := f.at(float64(x), float64(y))
				u, v = u+dx, v+dy
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
