// Package grid looks for places whose JPEG block grid does not fit the rest of the picture: what was copied in from another JPEG brings its own grid along.
//
// Each pixel votes for the grid origin whose 8×8 block around it has most vanishing frequencies. In an unaltered picture votes for a wrong origin come by
// chance, one in 64, so the number of false alarms of a cluster of equal wrong votes can be computed (a contrario). The idea is that of the ZERO method
// (Nikoukhah et al., 2019); the program is our own.
package grid

import (
	"fmt"
	"image"
	"math"

	"anxin/forensics/signal"
)

const (
	maxPixels = 1 << 19 // a larger picture is looked at in its middle
	cell      = 16      // pixels; the side of a square that counts as one trial
	minCells  = 24      // squares of a place: lines of print repeat themselves, so the votes in a small place are not independent
	limit     = -6      // of LogNFA: one false alarm in a million pictures, if votes were as independent as assumed
)

// Detector finds foreign grids.
var Detector = signal.Detector{
	ID: "foreign-grid", Version: "2", Group: "pixel",
	Name:   signal.Text{Zh: "压缩网格不一致", En: "Foreign compression grid"},
	Limits: signal.Text{Zh: "缩放、强压缩后网格消失，测不到；整图重新生成的图片没有外来网格。", En: "Scaling and strong compression erase grids; a picture rendered anew as a whole has none."},
	Run:    run,
}

func run(in signal.Input) signal.Finding {
	if in.Image == nil {
		return signal.Nothing("无法解码", "cannot be decoded")
	}
	y, w, h, ox, oy := luma(in.Image)
	if w < 128 || h < 128 {
		return signal.Nothing("图片太小", "the picture is too small")
	}
	votes := vote(y, w, h)
	out := signal.Finding{Applicability: signal.OK, Honest: signal.Text{Zh: "未改动的照片只有一个网格，或没有网格。", En: "An unaltered photograph has one grid or none."}}
	main, mainNFA := global(votes)
	if main < 0 || mainNFA > limit {
		out.Facts = append(out.Facts, signal.Text{Zh: "没有可辨认的压缩网格，无法比较", En: "there is no recognisable compression grid to compare with"})
		out.Applicability = signal.Partial
		return out
	}
	box, nfa, foreign := cluster(votes, w, h, main)
	if nfa < limit && elsewhere(votes, w, h, box, foreign) {
		out.Applicability = signal.Partial
		out.Facts = append(out.Facts, signal.Text{Zh: "全图各处都有两个网格（裁剪后再压缩也会这样），无法判断某一处", En: "two grids show all over the picture, as after cutting and compressing again: nothing can be said of one place"})
		return out
	}
	out.LogNFA = nfa
	if nfa < limit {
		out.Alarm, out.Band = true, signal.Moderate
		out.Boxes = [][4]int{{box[0] + ox, box[1] + oy, box[2], box[3]}}
		out.Facts = append(out.Facts, signal.Text{
			Zh: fmt.Sprintf("一处的压缩网格相对全图偏移 (%d, %d)，偶然出现的期望次数为 10^%.0f", (foreign-main)%8&7, (foreign/8-main/8)&7, nfa),
			En: fmt.Sprintf("one place has a compression grid shifted by (%d, %d) against the rest; by chance this is expected 10^%.0f times", (foreign-main)%8&7, (foreign/8-main/8)&7, nfa),
		})
		return out
	}
	out.Facts = append(out.Facts, signal.Text{Zh: "全图网格一致", En: "the grid is the same everywhere"})
	return out
}

// luma is the brightness of the picture's middle, with the place of its corner. The corner lies on multiples of eight.
func luma(img image.Image) (y []float32, w, h, ox, oy int) {
	b := img.Bounds()
	w, h = b.Dx(), b.Dy()
	if w*h > maxPixels {
		k := math.Sqrt(maxPixels / float64(w*h))
		nw, nh := int(float64(w)*k)&^7, int(float64(h)*k)&^7
		ox, oy = (w-nw)/2&^7, (h-nh)/2&^7
		w, h = nw, nh
	}
	y = make([]float32, w*h)
	if m, ok := img.(*image.YCbCr); ok {
		for j := range h {
			row := m.Y[m.YOffset(b.Min.X+ox, b.Min.Y+oy+j):]
			for i := range w {
				y[j*w+i] = float32(row[i])
			}
		}
		return y, w, h, ox, oy
	}
	for j := range h {
		for i := range w {
			r, g, bl, _ := img.At(b.Min.X+ox+i, b.Min.Y+oy+j).RGBA()
			y[j*w+i] = float32(math.Round((0.299*float64(r) + 0.587*float64(g) + 0.114*float64(bl)) / 257))
		}
	}
	return y, w, h, ox, oy
}

const none = 255

// vote gives the origin (0 to 63, row·8+column) that each pixel votes for, or none. Rows are transformed once for all blocks that share them.
func vote(y []float32, w, h int) []uint8 {
	votes := make([]uint8, w*h)
	best := make([]uint8, w*h)
	for i := range votes {
		votes[i] = none
	}
	// across[r%8] holds for each column x the eight frequencies of the eight pixels from x on, for row r.
	across := [8][]float32{}
	for i := range across {
		across[i] = make([]float32, w*8)
	}
	for r := range h {
		line := y[r*w : (r+1)*w]
		dst := across[r%8]
		for x := 0; x+8 <= w; x++ {
			s := line[x : x+8 : x+8]
			transform((*[8]float32)(dst[x*8:]), s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7])
		}
		if r < 7 {
			continue
		}
		top := r - 7
		for x := 0; x+8 <= w; x++ {
			n := zeros(&across, top, x)
			if n == 0 {
				continue
			}
			origin := uint8(top%8*8 + x%8)
			// The block votes for its origin at all its pixels; a pixel takes the vote of the block with most zeros, and a draw cancels.
			for j := top; j <= r; j++ {
				b, v := best[j*w+x:j*w+x+8], votes[j*w+x:j*w+x+8]
				for i := range b {
					if n > b[i] {
						b[i], v[i] = n, origin
					} else if n == b[i] {
						v[i] = none
					}
				}
			}
		}
	}
	return votes
}

// Halves of cosines of multiples of an eighth of half a turn (c4 the half of the root of one half).
const (
	c1, c2, c3, c4, c5, c6, c7 = 0.49039264, 0.46193977, 0.41573481, 0.35355339, 0.27778512, 0.19134172, 0.09754516
)

// transform takes the eight frequencies of eight values. Even ones depend on the sums of values that mirror one another, odd ones on the differences.
func transform(out *[8]float32, a, b, c, d, e, f, g, h float32) {
	s0, s1, s2, s3 := a+h, b+g, c+f, d+e
	d0, d1, d2, d3 := a-h, b-g, c-f, d-e
	t0, t1, t2, t3 := s0+s3, s1+s2, s0-s3, s1-s2
	out[0], out[4] = (t0+t1)*c4, (t0-t1)*c4
	out[2], out[6] = t2*c2+t3*c6, t2*c6-t3*c2
	out[1] = d0*c1 + d1*c3 + d2*c5 + d3*c7
	out[3] = d0*c3 - d1*c7 - d2*c1 - d3*c5
	out[5] = d0*c5 - d1*c1 + d2*c7 + d3*c3
	out[7] = d0*c7 - d1*c5 + d2*c3 - d3*c1
}

// zeros counts vanishing frequencies of the block at (x, top); flat blocks, which vanish under every grid, count nothing.
func zeros(across *[8][]float32, top, x int) uint8 {
	var rows [8]*[8]float32
	for j := range 8 {
		rows[j] = (*[8]float32)(across[(top+j)&7][x*8:])
	}
	var lines, others uint32 // of the vanishing ones those along the sides (no change across or down), and the others
	for k := range 8 {
		first, rest := vanishing(rows[0][k], rows[1][k], rows[2][k], rows[3][k], rows[4][k], rows[5][k], rows[6][k], rows[7][k])
		if k == 0 {
			lines = first + rest
		} else {
			lines, others = lines+first, others+rest
		}
	}
	n, varying := uint8(lines+others), others < 49
	if rows0 := rows[0][0] + rows[7][0]; rows0 > -0.5 && rows0 < 0.5 {
		return 0 // black
	}
	if !varying || n < 8 {
		return 0
	}
	return n
}

// vanishing counts the frequencies of eight values, as transform gives them, that lie within half a level of nothing: the first (their mean) and the others. It has no branches:
// which ones vanish cannot be foretold, and each wrong guess would cost more than the sum.
func vanishing(a, b, c, d, e, f, g, h float32) (first, rest uint32) {
	s0, s1, s2, s3 := a+h, b+g, c+f, d+e
	d0, d1, d2, d3 := a-h, b-g, c-f, d-e
	t0, t1, t2, t3 := s0+s3, s1+s2, s0-s3, s1-s2
	rest = small((t0-t1)*c4) + small(t2*c2+t3*c6) + small(t2*c6-t3*c2)
	rest += small(d0*c1+d1*c3+d2*c5+d3*c7) + small(d0*c3-d1*c7-d2*c1-d3*c5)
	rest += small(d0*c5-d1*c1+d2*c7+d3*c3) + small(d0*c7-d1*c5+d2*c3-d3*c1)
	return small((t0 + t1) * c4), rest
}

// small is 1 for values strictly between -0.5 and 0.5, else 0.
func small(f float32) uint32 { return (math.Float32bits(f)&(1<<31-1) - 0x3f000000) >> 31 }

// global finds the origin that the whole picture votes for.
func global(votes []uint8) (origin int, logNFA float64) {
	var count [64]int
	n := 0
	for _, v := range votes {
		if v != none {
			count[v]++
			n++
		}
	}
	origin = -1
	for o, c := range count {
		if origin < 0 || c > count[origin] {
			origin = o
		}
	}
	// Neighbouring pixels share blocks: 64 votes are about one independent vote.
	return origin, math.Log10(64) + logTail(n/64, count[origin]/64, 1.0/64)
}

// elsewhere tells whether an origin has more votes than by chance outside a place too: then it is no property of the place.
func elsewhere(votes []uint8, w, h int, box [4]int, origin int) bool {
	n, k := 0, 0
	for y := range h {
		for x := range w {
			if x >= box[0]-cell && x < box[0]+box[2]+cell && y >= box[1]-cell && y < box[1]+box[3]+cell {
				continue
			}
			if v := votes[y*w+x]; v != none {
				n++
				if int(v) == origin {
					k++
				}
			}
		}
	}
	return k*64 > n && logTail(n/64, k/64, 1.0/64) < -2
}

// imitated tells whether the picture's own grid makes its blocks' borders fall into the middle of another grid's blocks, in either direction. A step in the middle of a block has no
// even frequencies, so smooth places vote for such an origin by themselves.
func imitated(main, o int) bool { return (o-main)&7 == 4 || (o/8-main/8)&7 == 4 }

// cluster finds the connected group of squares voting for one other origin that is least likely by chance.
func cluster(votes []uint8, w, h, main int) (box [4]int, logNFA float64, foreign int) {
	cw, ch := w/cell, h/cell
	counts := make([][64]int, cw*ch)
	valid := make([]int, cw*ch)
	for y := range ch * cell {
		for x := range cw * cell {
			if v := votes[y*w+x]; v != none {
				counts[y/cell*cw+x/cell][v]++
				valid[y/cell*cw+x/cell]++
			}
		}
	}
	tests := math.Log10(63 * float64(cw*ch) * math.Sqrt(float64(cw*ch)))
	logNFA = 0
	seen := make([]bool, cw*ch)
	for o := range 64 {
		if o == main || imitated(main, o) {
			continue
		}
		clear(seen)
		for start := range seen {
			if seen[start] || !votesFor(counts, valid, start, o) {
				continue
			}
			stack := []int{start}
			seen[start] = true
			k, n, size := 0, 0, 0
			x0, y0, x1, y1 := cw, ch, 0, 0
			for len(stack) > 0 {
				at := stack[len(stack)-1]
				stack = stack[:len(stack)-1]
				x, y := at%cw, at/cw
				x0, x1, y0, y1 = min(x0, x), max(x1, x), min(y0, y), max(y1, y)
				k, n, size = k+counts[at][o], n+valid[at], size+1
				for _, d := range [4][2]int{{1, 0}, {-1, 0}, {0, 1}, {0, -1}} {
					nx, ny := x+d[0], y+d[1]
					if nx < 0 || ny < 0 || nx >= cw || ny >= ch {
						continue
					}
					if to := ny*cw + nx; !seen[to] && votesFor(counts, valid, to, o) {
						seen[to] = true
						stack = append(stack, to)
					}
				}
			}
			if v := tests + logTail(n/64, k/64, 1.0/64); v < logNFA && size >= minCells {
				logNFA, foreign = v, o
				box = [4]int{x0 * cell, y0 * cell, (x1 - x0 + 1) * cell, (y1 - y0 + 1) * cell}
			}
		}
	}
	return box, logNFA, foreign
}

func votesFor(counts [][64]int, valid []int, at, o int) bool {
	return valid[at] >= 64 && counts[at][o]*2 > valid[at]
}

// logTail is the logarithm (base 10) of the chance of k or more successes in n trials.
func logTail(n, k int, p float64) float64 {
	if n <= 0 || k <= 0 {
		return 0
	}
	k = min(k, n)
	lg := func(v int) float64 { l, _ := math.Lgamma(float64(v) + 1); return l }
	first := lg(n) - lg(k) - lg(n-k) + float64(k)*math.Log(p) + float64(n-k)*math.Log1p(-p)
	term, sum := 1.0, 1.0
	for i := k; i < n && term > sum*1e-12; i++ {
		term *= float64(n-i) / float64(i+1) * p / (1 - p)
		sum += term
	}
	return math.Min(0, (first+math.Log(sum))/math.Ln10)
}
