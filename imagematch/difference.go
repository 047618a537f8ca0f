package imagematch

import "math"

// The detection of changes works on planes laid over the claim. A difference counts by how far a pixel lies outside everything that the reference shows
// within a pixel of the same place, measured against what the same amount of local structure usually gives between these two pictures: recompression,
// sharpening and regeneration move textured places everywhere, and are no news there.

const (
	changeBlur = 0.8 // working pixels, before comparing
	lowScore   = 5.0 // where a changed region ends
	highScore  = 12.0
	minRegion  = 30 // working pixels
	minPeak    = 40.0
	minMass    = 2000.0
)

// region is one connected changed place.
type region struct {
	minX, minY, maxX, maxY int
	area                   int
	peak, mass             float64
}

// significant tells whether a region is beyond what unaltered copies show. The limits come from package forensics/calibrate; unit is the working pixels of one pixel.
func (r *region) significant(unit float64) bool {
	return float64(r.area) >= minRegion*unit && r.peak >= minPeak && r.mass >= minMass*unit
}

// difference finds what differs between claim and reference and fills Changed, ChangedArea, Boxes and the mask.
func (res *Result) difference() {
	c := res.claim.work
	w, h := c.y.w, c.y.h
	drift := res.drift()
	// A small claim was enlarged: what compression did to it is larger by as much.
	enlarged := math.Max(1, 1/c.kx)
	over := [3]plane{newPlane(w, h), newPlane(w, h), newPlane(w, h)}
	ref, claimY := matchDetail(&res.h, res.ref.work.y, c.y, changeBlur*enlarged)
	refCb, claimCb := matchDetail(&res.h, res.ref.work.cb, c.cb, 1.5*enlarged)
	refCr, claimCr := matchDetail(&res.h, res.ref.work.cr, c.cr, 1.5*enlarged)
	warp(&res.h, drift, over[:], []plane{ref, refCb, refCr}, res.inside)
	edge := erode(res.inside, w, h, 3)
	activity := newPlane(w, h)
	score := newPlane(w, h)
	recolour(over, [3]plane{claimY, claimCb, claimCr}, edge)
	tone(over[0], claimY, edge)
	for k, pair := range [3]struct{ ref, claim plane }{{over[0], claimY}, {over[1], claimCb}, {over[2], claimCr}} {
		light(pair.ref, pair.claim, edge, []float32{8, 3, 3}[k])
		lo, hi := extremes(pair.ref)
		if k == 0 {
			for i := range activity.pix {
				activity.pix[i] = hi.pix[i] - lo.pix[i]
			}
			spreadMax(activity)
		}
		outside(lo, hi, pair.claim)
		floor := []float32{2.0, 1.6, 1.6}[k]
		normaliseByActivity(lo, activity, edge, floor)
		for i, v := range lo.pix {
			score.pix[i] += min(v, 8) * v
		}
	}
	for i, in := range edge {
		if in == 0 {
			score.pix[i] = 0
		}
	}
	blurInto(score, score, newPlane(w, h), 1.5)
	res.score = score
	res.mask, res.regions = regions(score, enlarged*enlarged)
	closeGaps(res.mask, w, h)
	res.describeChange()
}

// closeGaps adds small gaps inside and between neighbouring changed places: a stain is one thing though some of its pixels look as before.
func closeGaps(mask []uint8, w, h int) {
	soft := newPlane(w, h)
	for i, v := range mask {
		soft.pix[i] = float32(v)
	}
	blurInto(soft, soft, newPlane(w, h), 3)
	for i, v := range soft.pix {
		if v > 0.45 {
			mask[i] = 1
		}
	}
}

// describeChange turns regions into what the result says.
func (res *Result) describeChange() {
	n := 0
	for _, v := range res.mask {
		n += int(v)
	}
	c := res.claim.work
	res.Changed = len(res.regions) > 0
	res.ChangedArea = float64(n) / float64(len(res.mask))
	for _, r := range res.regions {
		x0, y0 := int(float64(r.minX)*c.kx), int(float64(r.minY)*c.ky)
		x1, y1 := min(res.claim.Width, int(math.Ceil(float64(r.maxX+1)*c.kx))), min(res.claim.Height, int(math.Ceil(float64(r.maxY+1)*c.ky)))
		res.Boxes = append(res.Boxes, [4]int{x0, y0, x1 - x0, y1 - y0})
	}
}

// bent is from which shift on, in pixels of the reference, a drift is measured again on the straightened picture.
const bent = 1.0

// drift is the smooth part of the shifts that the blocks show, or nil when they hardly shift. Regenerated pictures bend by some pixels. Where they do, a first measurement follows the
// shifts only in part (places without blocks stay put, blocks that shift far are not found), so what is left is measured on the straightened picture and added.
func (res *Result) drift() *field {
	f := res.bend(res.blocks)
	if f == nil || f.largest() < bent {
		return f
	}
	ref, claim := matchDetail(&res.h, res.ref.work.y, res.claim.work.y, 1.2)
	over, inside := newPlane(claim.w, claim.h), make([]uint8, claim.w*claim.h)
	for range 2 {
		warp(&res.h, f, []plane{over}, []plane{ref}, inside)
		rest := res.bend(compareBlocks(claim, over, inside))
		if rest == nil {
			break
		}
		for i := range f.dx {
			f.dx[i], f.dy[i] = f.dx[i]+rest.dx[i], f.dy[i]+rest.dy[i]
		}
	}
	return f
}

// largest is the largest shift of a field.
func (f *field) largest() (most float64) {
	for i := range f.dx {
		most = max(most, math.Hypot(float64(f.dx[i]), float64(f.dy[i])))
	}
	return most
}

// bend is the smooth part of the shifts of blocks, in pixels of the reference, or nil when there is next to none.
func (res *Result) bend(blocks []block) *field {
	c := res.claim.work.y
	const step = 48
	f := &field{step: step, w: c.w/step + 2, h: c.h/step + 2}
	f.dx, f.dy = make([]float32, f.w*f.h), make([]float32, f.w*f.h)
	any := false
	for j := range f.h {
		for i := range f.w {
			x, y := float64(i)*step, float64(j)*step
			var sx, sy, sw float64
			for k := range blocks {
				b := &blocks[k]
				if b.ncc < 0.9 || !b.covered || !b.textured || math.Hypot(b.dx, b.dy) > maxShift {
					continue
				}
				dx, dy := b.x-x, b.y-y
				d2 := dx*dx + dy*dy
				if d2 > 9*step*step*2.25 {
					continue
				}
				w := math.Exp(-d2 / (2 * step * step * 1.2))
				ux, uy, vx, vy := res.h.jacobian(b.x, b.y)
				sx, sy, sw = sx+w*(ux*b.dx+uy*b.dy), sy+w*(vx*b.dx+vy*b.dy), sw+w
			}
			// A little weight for staying put keeps places without blocks from following a far one.
			at := j*f.w + i
			f.dx[at], f.dy[at] = float32(sx/(sw+0.3)), float32(sy/(sw+0.3))
			any = any || math.Abs(float64(f.dx[at])) > 0.05 || math.Abs(float64(f.dy[at])) > 0.05
		}
	}
	if !any {
		return nil
	}
	return f
}

// erode takes n pixels off the edges of the covered area, and off the frame.
func erode(inside []uint8, w, h, n int) []uint8 {
	out := make([]uint8, len(inside))
	across := make([]uint8, len(inside))
	for y := range h {
		run := 0
		for x := range w {
			if inside[y*w+x] == 1 {
				run++
			} else {
				run = 0
			}
			if run > 2*n {
				across[y*w+x-n] = 1
			}
		}
	}
	for x := range w {
		run := 0
		for y := range h {
			if across[y*w+x] == 1 {
				run++
			} else {
				run = 0
			}
			if run > 2*n {
				out[(y-n)*w+x] = 1
			}
		}
	}
	return out
}

// tone maps the reference's values so that they follow the claim's: filters, exposure and colour balance are no change of the thing. The curve is the
// median of the claim for each value of the reference.
func tone(ref, claim plane, inside []uint8) {
	const bins = 32
	var lists [bins][]float64
	for i := 0; i < len(ref.pix); i += 5 {
		if inside[i] == 1 {
			b := min(bins-1, max(0, int(ref.pix[i]*bins/256)))
			lists[b] = append(lists[b], float64(claim.pix[i]-ref.pix[i]))
		}
	}
	var curve [bins + 2]float32
	var known [bins + 2]bool
	for b := range lists {
		if len(lists[b]) >= 60 {
			curve[b+1], known[b+1] = float32(quantile(lists[b], 0.5)), true
		}
	}
	fillGaps(curve[:], known[:])
	for i, v := range ref.pix {
		p := v*bins/256 + 0.5
		b := min(bins, max(0, int(p)))
		t := p - float32(b)
		ref.pix[i] = v + curve[b]*(1-t) + curve[b+1]*t
	}
}

// terms are what a channel of the claim is composed of: the reference's three channels, their squares and products. Saturation, tint, contrast and a gamma
// applied to red, green and blue are followed well by these.
const terms = 10

func termsOf(y, cb, cr float32) [terms]float32 {
	y, cb, cr = (y-128)/64, (cb-128)/64, (cr-128)/64
	return [terms]float32{1, y, cb, cr, y * y, cb * cb, cr * cr, y * cb, y * cr, cb * cr}
}

// recolour makes the reference's colours follow the claim's: filters, exposure and colour balance are no change of the thing. Later passes leave out what
// fits badly after the former.
func recolour(ref, claim [3]plane, inside []uint8) {
	var mixture [3][terms]float32
	for c := range claim {
		mixture[c][1+c] = 64
		mixture[c][0] = 128
		cut := float32(40)
		for pass := range 3 {
			var a [terms * terms]float64
			var b [terms]float64
			var misfits []float64
			for i := 0; i < len(inside); i += 11 {
				if inside[i] == 0 {
					continue
				}
				x := termsOf(ref[0].pix[i], ref[1].pix[i], ref[2].pix[i])
				d := claim[c].pix[i] - dot(&mixture[c], &x)
				if len(misfits) < 6000 {
					misfits = append(misfits, math.Abs(float64(d)))
				}
				if pass > 0 && (d > cut || d < -cut) {
					continue
				}
				for j := range terms {
					for k := j; k < terms; k++ {
						a[j*terms+k] += float64(x[j] * x[k])
					}
					b[j] += float64(x[j] * d)
				}
			}
			for j := range terms {
				a[j*terms+j] += 5 // a picture without colours tells nothing about them
				for k := range j {
					a[j*terms+k] = a[k*terms+j]
				}
			}
			if !solve(a[:], b[:], terms) {
				return
			}
			for j := range terms {
				mixture[c][j] += float32(b[j])
			}
			cut = max(4, 4*float32(quantile(misfits, 0.5)))
		}
	}
	for i := range ref[0].pix {
		x := termsOf(ref[0].pix[i], ref[1].pix[i], ref[2].pix[i])
		y, cb, cr := dot(&mixture[0], &x), dot(&mixture[1], &x)-128, dot(&mixture[2], &x)-128
		// What would be brighter than white or darker than black was cut off in the claim.
		r, g, bl := y+1.402*cr, y-0.344136*cb-0.714136*cr, y+1.772*cb
		if min(r, g, bl) < 0 || max(r, g, bl) > 255 {
			r, g, bl = max(0, min(255, r)), max(0, min(255, g)), max(0, min(255, bl))
			y = 0.299*r + 0.587*g + 0.114*bl
			cb, cr = -0.168736*r-0.331264*g+0.5*bl, 0.5*r-0.418688*g-0.081312*bl
		}
		ref[0].pix[i], ref[1].pix[i], ref[2].pix[i] = y, cb+128, cr+128
	}
}

func dot(a, b *[terms]float32) float32 {
	var s float32
	for i := range a {
		s += a[i] * b[i]
	}
	return s
}

// light takes out what changes slowly over the picture: uneven light, vignetting. Differences count up to a limit only, so that a stain is not taken for a
// shadow.
func light(ref, claim plane, inside []uint8, limit float32) {
	const cell = 16
	w, h := (ref.w+cell-1)/cell, (ref.h+cell-1)/cell
	sum, weight := newPlane(w, h), newPlane(w, h)
	for y := 0; y < ref.h; y += 2 {
		a, b, in := ref.row(y), claim.row(y), inside[y*ref.w:(y+1)*ref.w]
		s, n := sum.row(y/cell), weight.row(y/cell)
		for x := 0; x < len(a); x += 2 {
			if in[x] == 1 {
				s[x/cell] += max(-limit, min(limit, b[x]-a[x]))
				n[x/cell]++
			}
		}
	}
	scratch := newPlane(w, h)
	sigma := math.Max(2, float64(max(w, h))/9)
	blurInto(sum, sum, scratch, sigma)
	blurInto(weight, weight, scratch, sigma)
	for i, n := range weight.pix {
		sum.pix[i] /= n + 0.5
	}
	f := field{step: cell, shift: -cell / 2, w: w, h: h}
	add := make([]float32, ref.w)
	for y := range ref.h {
		f.along(add, sum.pix, float64(y)-cell/2)
		row := ref.row(y)
		for x, v := range add {
			row[x] += v
		}
	}
}

// fillGaps continues and interpolates a curve where nothing was measured.
func fillGaps(curve []float32, known []bool) {
	last := -1
	for i := range curve {
		if !known[i] {
			continue
		}
		for j := last + 1; j < i; j++ {
			if last < 0 {
				curve[j] = curve[i]
			} else {
				t := float32(j-last) / float32(i-last)
				curve[j] = curve[last]*(1-t) + curve[i]*t
			}
		}
		last = i
	}
	if last >= 0 {
		for j := last + 1; j < len(curve); j++ {
			curve[j] = curve[last]
		}
	}
}

// extremes are the least and greatest of the nine values around each pixel.
func extremes(p plane) (lo, hi plane) {
	w, h := p.w, p.h
	rowLo, rowHi := newPlane(w, h), newPlane(w, h)
	for y := range h {
		in, l, g := p.row(y), rowLo.row(y), rowHi.row(y)
		for x := 1; x < w-1; x++ {
			a, b, c := in[x-1], in[x], in[x+1]
			l[x], g[x] = min(a, b, c), max(a, b, c)
		}
		if w > 1 {
			l[0], g[0] = min(in[0], in[1]), max(in[0], in[1])
			l[w-1], g[w-1] = min(in[w-2], in[w-1]), max(in[w-2], in[w-1])
		}
	}
	lo, hi = newPlane(w, h), newPlane(w, h)
	for y := range h {
		up, down := max(y-1, 0), min(y+1, h-1)
		a, b, c, out := rowLo.row(up), rowLo.row(y), rowLo.row(down), lo.row(y)
		d, e, f, out2 := rowHi.row(up), rowHi.row(y), rowHi.row(down), hi.row(y)
		for x := range out {
			out[x] = min(a[x], b[x], c[x])
			out2[x] = max(d[x], e[x], f[x])
		}
	}
	return lo, hi
}

// spreadMax lets structure count for the places within four pixels of it.
func spreadMax(p plane) {
	for range 2 {
		_, hi := extremes(p)
		copy(p.pix, hi.pix)
	}
	blurInto(p, p, newPlane(p.w, p.h), 2)
}

// outside leaves in lo how far the claim lies outside lo..hi.
func outside(lo, hi, claim plane) {
	for i, v := range claim.pix {
		lo.pix[i] = max(0, lo.pix[i]-v, v-hi.pix[i])
	}
}

// normaliseByActivity divides by what places of like structure usually show between these two pictures: the upper decile, but not less than a floor.
func normaliseByActivity(d, activity plane, inside []uint8, floor float32) {
	const bins = 12
	var table [257]uint8 // of whole brightness levels
	b, end := uint8(0), 2.0
	for i := range table {
		for float64(i) > end && b < bins-1 {
			b, end = b+1, end*1.5
		}
		table[i] = b
	}
	bin := func(a float32) uint8 { return table[min(256, max(0, int(a)))] }
	var lists [bins][]float64
	for i := 0; i < len(d.pix); i += 3 {
		if inside[i] == 1 {
			b := bin(activity.pix[i])
			lists[b] = append(lists[b], float64(d.pix[i]))
		}
	}
	var scale [bins]float32
	for b := range lists {
		scale[b] = floor
		if len(lists[b]) >= 100 {
			scale[b] = max(floor, float32(quantile(lists[b], 0.90)))
		}
		if b > 0 {
			scale[b] = max(scale[b], scale[b-1]*0.9)
		}
	}
	for i := range d.pix {
		d.pix[i] /= scale[bin(activity.pix[i])]
	}
}

// regions finds connected places above the low threshold that reach the high one, tells whether any of them is beyond what copies show, and leaves those
// that come near the strongest.
func regions(score plane, unit float64) (mask []uint8, found []region) {
	w, h := score.w, score.h
	label := make([]int32, len(score.pix))
	var all []region
	var stack []int32
	for start, v := range score.pix {
		if v < highScore || label[start] != 0 {
			continue
		}
		r := region{minX: w, minY: h}
		id := int32(len(all) + 1)
		stack = append(stack[:0], int32(start))
		label[start] = id
		for len(stack) > 0 {
			at := int(stack[len(stack)-1])
			stack = stack[:len(stack)-1]
			x, y := at%w, at/w
			r.minX, r.maxX, r.minY, r.maxY = min(r.minX, x), max(r.maxX, x), min(r.minY, y), max(r.maxY, y)
			r.area++
			r.peak, r.mass = math.Max(r.peak, float64(score.pix[at])), r.mass+float64(score.pix[at])
			for dy := -1; dy <= 1; dy++ {
				for dx := -1; dx <= 1; dx++ {
					if nx, ny := x+dx, y+dy; nx >= 0 && ny >= 0 && nx < w && ny < h && label[ny*w+nx] == 0 && score.pix[ny*w+nx] >= lowScore {
						label[ny*w+nx] = id
						stack = append(stack, int32(ny*w+nx))
					}
				}
			}
		}
		all = append(all, r)
	}
	mask = make([]uint8, len(score.pix))
	strongest := 0.0
	for _, r := range all {
		if r.significant(unit) {
			strongest = math.Max(strongest, r.peak)
		}
	}
	if strongest == 0 {
		return mask, nil
	}
	keep := make([]bool, len(all)+1)
	for i, r := range all {
		if float64(r.area) >= minRegion*unit && (r.significant(unit) || r.peak >= 0.25*strongest) {
			keep[i+1] = true
			found = append(found, r)
		}
	}
	for i, l := range label {
		if keep[l] {
			mask[i] = 1
		}
	}
	return mask, found
}
