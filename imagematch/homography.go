package imagematch

import "math"

// homography maps points of one picture to another, row by row. The last element is 1.
type homography [9]float64

func (h *homography) apply(x, y float64) (u, v float64) {
	w := h[6]*x + h[7]*y + h[8]
	return (h[0]*x + h[1]*y + h[2]) / w, (h[3]*x + h[4]*y + h[5]) / w
}

// times is h after g.
func (h *homography) times(g *homography) (r homography) {
	for i := range 3 {
		for j := range 3 {
			for k := range 3 {
				r[i*3+j] += h[i*3+k] * g[k*3+j]
			}
		}
	}
	r.normalise()
	return r
}

func (h *homography) normalise() {
	if w := h[8]; w != 0 {
		for i := range h {
			h[i] /= w
		}
	}
}

func (h *homography) inverse() (r homography, ok bool) {
	r = homography{
		h[4]*h[8] - h[5]*h[7], h[2]*h[7] - h[1]*h[8], h[1]*h[5] - h[2]*h[4],
		h[5]*h[6] - h[3]*h[8], h[0]*h[8] - h[2]*h[6], h[2]*h[3] - h[0]*h[5],
		h[3]*h[7] - h[4]*h[6], h[1]*h[6] - h[0]*h[7], h[0]*h[4] - h[1]*h[3],
	}
	det := h[0]*r[0] + h[1]*r[3] + h[2]*r[6]
	if math.Abs(det) < 1e-12 || r[8] == 0 {
		return r, false
	}
	r.normalise()
	return r, true
}

// jacobian is how a small step at (x, y) is mapped.
func (h *homography) jacobian(x, y float64) (ux, uy, vx, vy float64) {
	w := h[6]*x + h[7]*y + h[8]
	u, v := h.apply(x, y)
	return (h[0] - u*h[6]) / w, (h[1] - u*h[7]) / w, (h[3] - v*h[6]) / w, (h[4] - v*h[7]) / w
}

// solve solves an n×n system by elimination with pivoting. b becomes the answer; a is destroyed.
func solve(a, b []float64, n int) bool {
	for c := range n {
		p := c
		for r := c + 1; r < n; r++ {
			if math.Abs(a[r*n+c]) > math.Abs(a[p*n+c]) {
				p = r
			}
		}
		if math.Abs(a[p*n+c]) < 1e-12 {
			return false
		}
		if p != c {
			for k := c; k < n; k++ {
				a[p*n+k], a[c*n+k] = a[c*n+k], a[p*n+k]
			}
			b[p], b[c] = b[c], b[p]
		}
		for r := c + 1; r < n; r++ {
			f := a[r*n+c] / a[c*n+c]
			if f == 0 {
				continue
			}
			for k := c; k < n; k++ {
				a[r*n+k] -= f * a[c*n+k]
			}
			b[r] -= f * b[c]
		}
	}
	for c := n - 1; c >= 0; c-- {
		s := b[c]
		for k := c + 1; k < n; k++ {
			s -= a[c*n+k] * b[k]
		}
		b[c] = s / a[c*n+c]
	}
	return true
}

// link is a pair of places, in working pixels, with what is known of scale and direction there.
type link struct {
	x, y, u, v  float64 // claim, reference
	scale, turn float64 // reference against claim
}

// fit finds the homography that maps the links by weighted least squares. projective false keeps it affine, which few links determine better.
func fit(links []link, weight []float64, projective bool) (homography, bool) {
	from, to := normaliser(links, weight, false), normaliser(links, weight, true)
	n := 6
	if projective {
		n = 8
	}
	var m [64]float64
	var rhs [8]float64
	a, b := m[:n*n], rhs[:n]
	var row [8]float64
	add := func(r []float64, value, w float64) {
		for i := range n {
			wi := w * r[i]
			for j := i; j < n; j++ {
				a[i*n+j] += wi * r[j]
			}
			b[i] += wi * value
		}
	}
	for i := range links {
		w := weight[i]
		if w <= 0 {
			continue
		}
		x, y := from.apply(links[i].x, links[i].y)
		u, v := to.apply(links[i].u, links[i].v)
		row = [8]float64{x, y, 1, 0, 0, 0, -u * x, -u * y}
		add(row[:n], u, w)
		row = [8]float64{0, 0, 0, x, y, 1, -v * x, -v * y}
		add(row[:n], v, w)
	}
	for i := range n {
		a[i*n+i] += 1e-9
		for j := range i {
			a[i*n+j] = a[j*n+i]
		}
	}
	if !solve(a, b, n) {
		return homography{}, false
	}
	h := homography{b[0], b[1], b[2], b[3], b[4], b[5], 0, 0, 1}
	if projective {
		h[6], h[7] = b[6], b[7]
	}
	back, ok := to.inverse()
	if !ok {
		return homography{}, false
	}
	h = h.times(&from)
	return back.times(&h), true
}

// normaliser moves the middle of the points to the origin and brings their spread to one.
func normaliser(links []link, weight []float64, reference bool) homography {
	var sx, sy, sw, sq float64
	at := func(l *link) (float64, float64) {
		if reference {
			return l.u, l.v
		}
		return l.x, l.y
	}
	for i := range links {
		x, y := at(&links[i])
		sx, sy, sw = sx+weight[i]*x, sy+weight[i]*y, sw+weight[i]
	}
	if sw == 0 {
		return homography{1, 0, 0, 0, 1, 0, 0, 0, 1}
	}
	sx, sy = sx/sw, sy/sw
	for i := range links {
		x, y := at(&links[i])
		sq += weight[i] * ((x-sx)*(x-sx) + (y-sy)*(y-sy))
	}
	k := 1 / math.Max(math.Sqrt(sq/sw/2), 1e-9)
	return homography{k, 0, -k * sx, 0, k, -k * sy, 0, 0, 1}
}

// model is a homography with its support.
type model struct {
	h       homography // claim to reference, working pixels
	score   float64
	inliers int
	median  float64 // residual of inliers, working pixels
}

// links turns matches into places.
func links(ms []match, ref, claim *Features) []link {
	out := make([]link, len(ms))
	for i, m := range ms {
		c, r := &claim.points[m.claim], &ref.points[m.ref]
		out[i] = link{float64(c.x), float64(c.y), float64(r.x), float64(r.y), float64(r.sigma / c.sigma), float64(r.angle - c.angle)}
	}
	return out
}

// similar is the similarity that one pair of keypoints with their sizes and directions determines.
func (l *link) similar() homography {
	s, c := math.Sincos(l.turn)
	s, c = s*l.scale, c*l.scale
	return homography{c, -s, l.u - c*l.x + s*l.y, s, c, l.v - s*l.x - c*l.y, 0, 0, 1}
}

// estimate finds the homography that most links agree with. A keypoint has a size and a direction, so that one pair gives a whole hypothesis: all pairs
// can be tried in turn, best first, and nothing is left to chance. The promising ones are refined with widening freedom (affine, then projective) and
// narrowing tolerance. Support is counted smoothly over tolerances instead of at one threshold.
func estimate(ls []link, size float64) (best model, ok bool) {
	if len(ls) < 6 {
		return best, false
	}
	loose := size * 0.03
	weight := make([]float64, len(ls))
	const tries, finalists = 400, 6
	type start struct {
		score float64
		index int
	}
	var top [finalists]start
	for i := range min(len(ls), tries) {
		if ls[i].scale < 0.1 || ls[i].scale > 10 {
			continue
		}
		h := ls[i].similar()
		// A keypoint's own direction is good to some degrees, so places far from it are allowed more.
		s := 0.0
		for j := range ls {
			u, v := h.apply(ls[j].x, ls[j].y)
			dx, dy := u-ls[j].u, v-ls[j].v
			t := loose + 0.08*(math.Abs(ls[j].u-ls[i].u)+math.Abs(ls[j].v-ls[i].v))
			if d := (dx*dx + dy*dy) / (t * t); d < 1 {
				s += (1 - d) / (1 + t/loose)
			}
		}
		for k := range top {
			if s > top[k].score {
				copy(top[k+1:], top[k:])
				top[k] = start{s, i}
				break
			}
		}
	}
	for _, t := range top {
		if t.score == 0 {
			continue
		}
		if m, good := refineModel(ls, t.index, weight, size); good && m.score > best.score {
			best, ok = m, true
		}
	}
	return best, ok
}

// refineModel starts from one pair and fits again and again.
func refineModel(ls []link, seed int, weight []float64, size float64) (m model, ok bool) {
	h := ls[seed].similar()
	l0 := ls[seed]
	tolerance := func(step int, l *link) float64 {
		switch step {
		case 0:
			return size*0.02 + 0.06*(math.Abs(l.u-l0.u)+math.Abs(l.v-l0.v))
		case 1:
			return size * 0.03
		case 2:
			return size * 0.015
		case 3:
			return size * 0.008
		}
		return inlierTolerance
	}
	const steps = 9
	for step := range steps {
		n := 0
		for i := range ls {
			u, v := h.apply(ls[i].x, ls[i].y)
			dx, dy, t := u-ls[i].u, v-ls[i].v, tolerance(step, &ls[i])
			weight[i] = 0
			if d := (dx*dx + dy*dy) / (t * t); d < 1 {
				weight[i] = (1 - d) * (1 - d)
				n++
			}
		}
		if n < 5 {
			return m, false
		}
		projective := step >= 3 && n >= 10
		next, good := fit(ls, weight, projective)
		if !good || !sane(&next, size) {
			if !projective {
				return m, false
			}
			if next, good = fit(ls, weight, false); !good || !sane(&next, size) {
				return m, false
			}
		}
		h = next
	}
	return measure(ls, h), true
}

// inlierTolerance in working pixels.
const inlierTolerance = 3.0

func measure(ls []link, h homography) model {
	m := model{h: h}
	var residuals []float64
	for i := range ls {
		u, v := h.apply(ls[i].x, ls[i].y)
		d := math.Hypot(u-ls[i].u, v-ls[i].v)
		if d < 2*inlierTolerance {
			m.score += 1 - d/(2*inlierTolerance)
		}
		if d < inlierTolerance {
			m.inliers++
			residuals = append(residuals, d)
		}
	}
	m.median = quantile(residuals, 0.5)
	return m
}

// sane refuses maps that fold the picture, turn it inside out, or squeeze one part of it far more than another.
func sane(h *homography, size float64) bool {
	low, high := math.Inf(1), 0.0
	for _, p := range [...][2]float64{{0, 0}, {size, 0}, {0, size * 0.75}, {size, size * 0.75}, {size / 2, size * 0.4}} {
		if w := h[6]*p[0] + h[7]*p[1] + h[8]; w < 0.2 || w > 5 {
			return false
		}
		ux, uy, vx, vy := h.jacobian(p[0], p[1])
		area := ux*vy - uy*vx
		if area <= 0 {
			return false
		}
		// Ratio of the axes of the ellipse that a circle becomes.
		t := ux*ux + uy*uy + vx*vx + vy*vy
		if t > 2*area*1.8 {
			return false
		}
		low, high = math.Min(low, area), math.Max(high, area)
	}
	return low > 0.01 && high < 100 && high < 6*low
}

// quantile of values, which it reorders; 0 for none.
func quantile(v []float64, q float64) float64 {
	if len(v) == 0 {
		return 0
	}
	k := min(len(v)-1, int(q*float64(len(v))))
	lo, hi := 0, len(v)-1
	for lo < hi {
		p := v[(lo+hi)/2]
		i, j := lo, hi
		for i <= j {
			for v[i] < p {
				i++
			}
			for v[j] > p {
				j--
			}
			if i <= j {
				v[i], v[j] = v[j], v[i]
				i, j = i+1, j-1
			}
		}
		switch {
		case k <= j:
			hi = j
		case k >= i:
			lo = i
		default:
			return v[k]
		}
	}
	return v[k]
}
