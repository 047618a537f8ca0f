package imagematch

import "math"

// Repeat is a place of a picture that shows pixel for pixel the same as another place of it.
type Repeat struct {
	Boxes      [2][4]int // x, y, width, height of the two places, in pixels of the picture
	Keypoints  int       // that agree on the map from one to the other
	Blocks     int       // squares of about 16 working pixels that are the same
	Telling    int       // of these, those with structure in two directions: a straight edge is the same all along itself
	Similarity float64   // median correlation of those squares
}

const (
	repeatApart  = 48      // working pixels: nearer things are one thing
	repeatAlike  = 236_000 // of 262,144, similarity of descriptors
	repeatNCC    = 0.99    // things that merely look alike (windows, tiles, letters of print) stay below over an area
	repeatBlocks = 16
	repeatNoise  = 2.5 // brightness levels, root mean square: what compression makes of equal places; windows and print correlate as well but differ by more
)

// Repeats finds places that were copied within a picture, possibly turned or scaled, strongest first. Only copies of structured places can be found.
func (f *Features) Repeats() []Repeat {
	ls := f.alikes()
	var out []Repeat
	size := float64(max(f.work.y.w, f.work.y.h))
	var soft plane
	for len(ls) >= 6 && len(out) < 4 {
		m, ok := estimate(ls, size)
		if !ok || m.inliers < 6 {
			break
		}
		if soft.pix == nil {
			soft = smoothed(f.work.y, 0.8)
		}
		if r, good := f.dense(soft, &m.h); good {
			r.Keypoints = m.inliers
			out = append(out, r)
		}
		rest := ls[:0]
		for _, l := range ls {
			u, v := m.h.apply(l.x, l.y)
			if math.Hypot(u-l.u, v-l.v) >= 2*inlierTolerance {
				rest = append(rest, l)
			}
		}
		if len(rest) == len(ls) {
			break
		}
		ls = rest
	}
	return out
}

// alikes pairs each keypoint with the most similar one elsewhere in the picture.
func (f *Features) alikes() []link {
	var ls []link
	for i := range f.sign {
		best, top := -1, repeatAlike
		for j := range f.sign {
			if f.sign[i].distance(&f.sign[j]) > 60 {
				continue
			}
			a, b := &f.points[i], &f.points[j]
			if dx, dy := a.x-b.x, a.y-b.y; dx*dx+dy*dy < repeatApart*repeatApart {
				continue
			}
			if s := f.desc[i].similarity(&f.desc[j]); s > top {
				best, top = j, s
			}
		}
		if best >= 0 {
			a, b := &f.points[i], &f.points[best]
			ls = append(ls, link{float64(a.x), float64(a.y), float64(b.x), float64(b.y), float64(b.sigma / a.sigma), float64(b.angle - a.angle)})
		}
	}
	return ls
}

// dense compares the picture with itself under the map, square by square, and takes the largest connected group of equal squares.
func (f *Features) dense(soft plane, h *homography) (r Repeat, ok bool) {
	w, rows := soft.w, soft.h
	over := newPlane(w, rows)
	inside := make([]uint8, w*rows)
	warp(h, nil, []plane{over}, []plane{soft}, inside)
	const side = 16
	gw, gh := w/side, rows/side
	equal := make([]float64, gw*gh)
	for j := range gh {
		for i := range gw {
			equal[j*gw+i] = equality(soft, over, inside, i*side, j*side, side)
		}
	}
	var best []int
	seen := make([]bool, len(equal))
	for start := range equal {
		if seen[start] || equal[start] < repeatNCC {
			continue
		}
		group, stack := []int{}, []int{start}
		seen[start] = true
		for len(stack) > 0 {
			at := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			group = append(group, at)
			for _, d := range [4][2]int{{1, 0}, {-1, 0}, {0, 1}, {0, -1}} {
				x, y := at%gw+d[0], at/gw+d[1]
				if x >= 0 && y >= 0 && x < gw && y < gh && !seen[y*gw+x] && equal[y*gw+x] >= repeatNCC {
					seen[y*gw+x] = true
					stack = append(stack, y*gw+x)
				}
			}
		}
		if len(group) > len(best) {
			best = group
		}
	}
	if len(best) < repeatBlocks {
		return r, false
	}
	x0, y0, x1, y1 := w, rows, 0, 0
	var all []float64
	for _, at := range best {
		x, y := at%gw*side, at/gw*side
		x0, y0, x1, y1 = min(x0, x), min(y0, y), max(x1, x+side), max(y1, y+side)
		all = append(all, equal[at])
	}
	r.Blocks, r.Similarity = len(best), quantile(all, 0.5)
	for _, at := range best {
		if twoWays(soft, at%gw*side, at/gw*side, side) {
			r.Telling++
		}
	}
	box := func(x0, y0, x1, y1 float64) [4]int {
		return [4]int{int(x0 * f.work.kx), int(y0 * f.work.ky), int((x1 - x0) * f.work.kx), int((y1 - y0) * f.work.ky)}
	}
	r.Boxes[0] = box(float64(x0), float64(y0), float64(x1), float64(y1))
	lu, lv, hu, hv := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, p := range [4][2]int{{x0, y0}, {x1, y0}, {x0, y1}, {x1, y1}} {
		u, v := h.apply(float64(p[0]), float64(p[1]))
		lu, lv, hu, hv = math.Min(lu, u), math.Min(lv, v), math.Max(hu, u), math.Max(hv, v)
	}
	r.Boxes[1] = box(math.Max(0, lu), math.Max(0, lv), math.Min(float64(w), hu), math.Min(float64(rows), hv))
	return r, true
}

// twoWays tells whether a square has structure in two directions.
func twoWays(p plane, x0, y0, side int) bool {
	var xx, xy, yy float64
	n := 0.0
	for y := max(1, y0); y < min(p.h-1, y0+side); y++ {
		for x := max(1, x0); x < min(p.w-1, x0+side); x++ {
			at := y*p.w + x
			dx, dy := float64(p.pix[at+1]-p.pix[at-1])/2, float64(p.pix[at+p.w]-p.pix[at-p.w])/2
			xx, xy, yy, n = xx+dx*dx, xy+dx*dy, yy+dy*dy, n+1
		}
	}
	half, diff := (xx+yy)/2/n, (xx-yy)/2/n
	return half-math.Sqrt(diff*diff+xy*xy/n/n) > minEigen
}

// equality is the correlation of a square with what lies over it, 0 where there is too little structure to tell or where nearly the same place lies over it.
func equality(a, b plane, inside []uint8, x0, y0, side int) float64 {
	var sa, sb, aa, bb, ab float64
	for y := y0; y < y0+side; y++ {
		for x := x0; x < x0+side; x++ {
			at := y*a.w + x
			if inside[at] == 0 {
				return 0
			}
			p, q := float64(a.pix[at]), float64(b.pix[at])
			sa, sb, aa, bb, ab = sa+p, sb+q, aa+p*p, bb+q*q, ab+p*q
		}
	}
	n := float64(side * side)
	va, vb, vab := aa/n-sa*sa/n/n, bb/n-sb*sb/n/n, ab/n-sa*sb/n/n
	if va < 36 || vb < 36 || math.Abs(sa-sb)/n > 4 || va > 1.2*vb || vb > 1.2*va {
		return 0
	}
	if va+vb-2*vab > repeatNoise*repeatNoise {
		return 0
	}
	return vab / math.Sqrt(va*vb)
}
