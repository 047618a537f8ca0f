package imagematch

import "math"

// Two tests refute "the same photograph" where squares alone could be deceived: a large plane or a far background agrees in every photograph that shows it, and a
// camera that only turns sees no parallax at all.

// The limits of the two tests: what copies show stays below.
const (
	maxParallax = 0.012
	minAstray   = 6
	minSpread   = 0.06 // of the longer side: how far the strays lie apart, as a standard deviation
	maxBeyond   = 0.05
	wholeShown  = 0.95 // of the reference: where everything agrees closely, the claim may be the larger picture that the reference was cut from
)

// separate says why the pictures are separate photographs whatever their squares say: parallax or beyond; empty when neither test says so.
func (res *Result) separate() string {
	e := &res.evidence
	switch {
	case res.align.astray >= minAstray && e.parallax > maxParallax:
		return "parallax"
	case e.beyond > maxBeyond && !(e.refShown >= wholeShown && e.agreement >= 0.93 && e.residual90 < 0.6 && e.light < 0.3):
		return "beyond"
	}
	return ""
}

// strays are the matches that lie elsewhere than the map says, though near enough to be the same thing and turned and sized as the map turns and sizes.
// Chance gives next to none: a wrong match has any place, size and direction. What remains are things nearer or farther than what the map follows, and
// patterns that repeat themselves. A regenerated picture's drift stays below the limit.
func strays(ls []link, h *homography, size float64) (out []link) {
	near, far := math.Max(6, 0.0075*size), 0.15*size
	for i := range ls {
		l := &ls[i]
		u, v := h.apply(l.x, l.y)
		if d := math.Hypot(u-l.u, v-l.v); d < near || d > far {
			continue
		}
		ux, uy, vx, vy := h.jacobian(l.x, l.y)
		det := ux*vy - uy*vx
		if det <= 0 {
			continue
		}
		if s := l.scale / math.Sqrt(det); s < 1/1.3 || s > 1.3 {
			continue
		}
		turn := math.Remainder(l.turn-math.Atan2(vx-uy, ux+vy), 2*math.Pi)
		if math.Abs(turn) < 0.35 {
			out = append(out, *l)
		}
	}
	return out
}

// unexplained counts the strays in squares with structure that do not show what the map says. Where a square does, or has too little structure to tell, the match may have met
// another of several equal things. Where all of them lie in one small place, that place may have been bent, as a dent bends it.
func unexplained(strays []link, blocks []block, size float64) (n int) {
	var xs, ys []float64
	for i := range strays {
		l := &strays[i]
		for k := range blocks {
			b := &blocks[k]
			if math.Abs(b.x-l.x) <= blockHalf && math.Abs(b.y-l.y) <= blockHalf {
				if b.covered && b.textured && (b.ncc < goodNCC || math.Hypot(b.dx, b.dy) > 3) {
					xs, ys = append(xs, l.x), append(ys, l.y)
				}
				break
			}
		}
	}
	if len(xs) == 0 {
		return 0
	}
	_, sx := spreadOf(xs)
	_, sy := spreadOf(ys)
	if math.Hypot(sx, sy) < minSpread*size {
		return 0
	}
	return len(xs)
}

// frame looks at where the reference's frame lies in the claim: how much of the reference the claim shows, and how much of the claim continues the scene
// beyond that frame. A picture made from the reference can show bars, blanks or words there, but not the rest of the scene.
func (res *Result) frame() (shown, beyond float64) {
	back, ok := res.h.inverse()
	if !ok {
		return 0, 0
	}
	r, c := res.ref.work.y, res.claim.work.y
	const grid = 40
	n := 0
	for j := range grid {
		for i := range grid {
			x, y := back.apply((float64(i)+0.5)*float64(r.w)/grid, (float64(j)+0.5)*float64(r.h)/grid)
			if x >= 0 && y >= 0 && x < float64(c.w) && y < float64(c.h) {
				n++
			}
		}
	}
	shown = float64(n) / (grid * grid)
	w, h := float64(r.w-1), float64(r.h-1)
	corners := [5][2]float64{{0, 0}, {w, 0}, {w, h}, {0, h}, {0, 0}}
	middleX, middleY := back.apply(w/2, h/2)
	continued, total := 0.0, 0.0
	for i := range 4 {
		x0, y0 := back.apply(corners[i][0], corners[i][1])
		x1, y1 := back.apply(corners[i+1][0], corners[i+1][1])
		l, goesOn := res.continues(x0, y0, x1, y1, middleX, middleY)
		total += l
		if goesOn {
			continued += l
		}
	}
	if total > 0 {
		beyond = (1 - res.evidence.overlap) * continued / total
	}
	return shown, beyond
}

// continues looks at lines beside one side of the reference's frame, inside and outside. The scene goes on where the line outside has the structure of the line
// inside, or where both have as much structure and no step lies between them; and only if the line inside shows what the reference has there, for the frame of
// a copy that was cut lies somewhere in its new surroundings. The length is that of the side within the claim.
func (res *Result) continues(x0, y0, x1, y1, mx, my float64) (length float64, goesOn bool) {
	const least = 40
	c, r := res.claim.work.y, res.ref.work.y
	dx, dy := x1-x0, y1-y0
	l := math.Hypot(dx, dy)
	if l < least || l > 1e5 {
		return 0, false
	}
	dx, dy = dx/l, dy/l
	nx, ny := -dy, dx // towards the middle
	if nx*(mx-x0)+ny*(my-y0) < 0 {
		nx, ny = -nx, -ny
	}
	var rows [len(besides)][]float64
	var reference []float64
	for t := 0.0; t < l; t++ {
		var v [len(besides)]float64
		all := true
		for k, d := range besides {
			var ok bool
			v[k], ok = across(c, x0+t*dx+d*nx, y0+t*dy+d*ny, nx, ny)
			all = all && ok
		}
		if all {
			for k := range rows {
				rows[k] = append(rows[k], v[k])
			}
			d := besides[outsides+1]
			u, w := res.h.apply(x0+t*dx+d*nx, y0+t*dy+d*ny)
			i, j := max(0, min(r.w-1, int(math.Round(u)))), max(0, min(r.h-1, int(math.Round(w))))
			reference = append(reference, float64(r.pix[j*r.w+i]))
		}
	}
	if len(rows[0]) < least {
		return 0, false
	}
	in, out := rows[outsides+1], rows[outsides-2]
	if correlation(soften(in), soften(reference)) < 0.6 {
		return float64(len(in)), false
	}
	return float64(len(in)), alike(soften(in), soften(out)) || unbroken(&rows)
}

// besides are the distances of the lines from the frame, outside first, working pixels apart by three. The map is good to about two pixels.
var besides = [10]float64{-13.5, -10.5, -7.5, -4.5, -1.5, 1.5, 4.5, 7.5, 10.5, 13.5}

const outsides = 5

// unbroken tells whether the lines differ no more at the frame than elsewhere, and both sides have structure of about one strength.
func unbroken(rows *[len(besides)][]float64) bool {
	var steps [len(besides) - 1]float64
	for k := range steps {
		for i, v := range rows[k] {
			steps[k] += math.Abs(v - rows[k+1][i])
		}
	}
	_, in := spreadOf(rows[outsides+2])
	_, out := spreadOf(rows[outsides-3])
	if min(in, out) < 3 || max(in, out) > 2*min(in, out) {
		return false
	}
	at := outsides - 1 // the step from the last line outside to the first inside
	elsewhere := quantile([]float64{steps[0], steps[1], steps[at+3], steps[at+4]}, 0.5)
	return max(steps[at-1], steps[at], steps[at+1]) < 1.5*elsewhere
}

func spreadOf(v []float64) (mean, std float64) {
	var s, q float64
	for _, x := range v {
		s, q = s+x, q+x*x
	}
	n := float64(len(v))
	mean = s / n
	return mean, math.Sqrt(math.Max(0, q/n-mean*mean))
}

// across is the mean of three pixels across a line. ok is false outside the picture.
func across(c plane, x, y, nx, ny float64) (v float64, ok bool) {
	for k := -1.0; k <= 1; k++ {
		i, j := int(math.Round(x+k*nx)), int(math.Round(y+k*ny))
		if i < 0 || j < 0 || i >= c.w || j >= c.h {
			return 0, false
		}
		v += float64(c.pix[j*c.w+i]) / 3
	}
	return v, true
}

// soften takes means over nine places, so that fine texture does not hide what goes on.
func soften(v []float64) []float64 {
	const r = 4
	out := make([]float64, len(v))
	for i := range v {
		lo, hi := max(0, i-r), min(len(v), i+r+1)
		for _, x := range v[lo:hi] {
			out[i] += x / float64(hi-lo)
		}
	}
	return out
}

// alike tells whether two rows have structure, share it, and are about equally bright.
func alike(a, b []float64) bool {
	ma, sa := spreadOf(a)
	mb, sb := spreadOf(b)
	return min(sa, sb) > 3 && math.Abs(ma-mb) < 3*sa && correlation(a, b) > 0.6
}

// correlation of two rows, -1 to 1; 0 where one has no structure.
func correlation(a, b []float64) float64 {
	ma, sa := spreadOf(a)
	mb, sb := spreadOf(b)
	if min(sa, sb) < 0.5 {
		return 0
	}
	var ab float64
	for i, x := range a {
		ab += (x - ma) * (b[i] - mb)
	}
	return ab / float64(len(a)) / (sa * sb)
}
