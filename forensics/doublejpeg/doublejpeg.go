// Package doublejpeg looks for a place of a JPEG picture that was compressed once where the rest was compressed twice. When a JPEG file is opened, altered and
// saved again, what was left alone carries the steps of the first compression in its frequencies; what was painted in does not.
//
// Only one situation leaves a trace that can be told from chance: the first compression was the coarser one for some frequencies and both lie on the same
// grid. Then some values of the second compression cannot occur at all where both were done. The detector finds such forbidden values from the whole
// picture, and asks where they occur more often than the picture's own rate lets expect (a contrario, with a bound that holds for every arrangement of
// rates). In all other situations it says that it cannot tell. The effect is known from Lukáš and Fridrich (2003) and Lin et al. (2009); the
// program and the control of false alarms are our own.
package doublejpeg

import (
	"fmt"
	"image"
	"math"

	"anxin/forensics/jpegfile"
	"anxin/forensics/signal"
)

const (
	frequencies = 20    // the lowest of the zigzag order, without the mean
	largest     = 12    // of the quantised values looked at
	minForced   = 150   // values that a smooth histogram would put on forbidden places, for a frequency to count
	maxRate     = 0.25  // of these, how many may be there: more means that this is no trace of a first compression
	minStrong   = 3     // frequencies with such a trace
	limit       = -12.0 // of LogNFA: neighbouring blocks are not as independent as the bound takes them to be
	floor       = 0.004 // no rate of chance events is taken to be lower
	margin      = 20    // brightness levels from black and full; what the last compression moves a colour by at most, in most cases
	maxBlocks   = 1 << 16
)

// Detector finds places compressed once.
var Detector = signal.Detector{
	ID: "double-compression", Version: "1", Group: "pixel",
	Name:   signal.Text{Zh: "局部压缩次数不一致", En: "A place compressed once where the rest was compressed twice"},
	Limits: signal.Text{Zh: "只有当先前的压缩更强、两次网格对齐且图片没有缩放时才测得到；聊天软件会重新缩放压缩，之后一般测不到。加文字、打码同样会留下痕迹。", En: "It can tell only when an earlier compression was the stronger one, both lie on one grid and the picture was not scaled; chat apps scale and compress anew, after which nothing is left. Added words or hidden faces leave the same trace."},
	Run:    run,
}

var honest = signal.Text{Zh: "未改动的照片各处压缩次数相同；如实的人加文字、打码、画箭头后另存，也会这样。", En: "An unaltered photograph was compressed equally often everywhere; an honest person's added words, arrows or hidden faces look like this too."}

func run(in signal.Input) signal.Finding {
	file, ok := jpegfile.Parse(in.Bytes)
	if !ok {
		return signal.Nothing("不是 JPEG 文件", "not a JPEG file")
	}
	img, planes := in.Image.(*image.YCbCr)
	if !planes || img.Rect.Min != (image.Point{}) || img.Rect.Dx() < 128 || img.Rect.Dy() < 128 {
		return signal.Nothing("无法解码，或图片太小，或不是彩色照片", "it cannot be decoded, or is too small, or is no colour picture")
	}
	table := file.Tables[0]
	if table[1] == 0 {
		return signal.Nothing("文件没有量化表", "the file has no quantisation table")
	}
	p := read(img, &table)
	out := signal.Finding{Applicability: signal.OK, Honest: honest}
	traces := p.first(&table)
	if len(traces) < minStrong {
		out.Applicability = signal.Partial
		out.Facts = append(out.Facts, signal.Text{Zh: "看不出更强的先前压缩，无法比较各处", En: "no stronger earlier compression can be made out, so places cannot be compared"})
		return out
	}
	box, nfa := p.odd(traces)
	out.LogNFA = math.Min(0, nfa)
	if nfa >= limit {
		out.Facts = append(out.Facts, signal.Text{Zh: "各处压缩次数一致", En: "every place was compressed equally often"})
		return out
	}
	out.Alarm, out.Band = true, signal.Moderate
	out.Boxes = [][4]int{box}
	out.Facts = append(out.Facts, signal.Text{
		Zh: fmt.Sprintf("整幅图压缩过两次，一处只压缩过一次：该处是后来加上的。偶然出现的期望次数为 10^%.0f", nfa),
		En: fmt.Sprintf("the picture was compressed twice and one place only once: it was put in later. By chance this is expected 10^%.0f times", nfa),
	})
	return out
}

// picture is the quantised values of all blocks.
type picture struct {
	w, h   int // blocks
	x, y   int // of the first block, in pixels
	values [][frequencies]int8
	usable []bool // nothing was cut off at black, white or a full colour, before or now
}

// zigzag is the place (row·8+column) of the frequencies in the order of the file.
var zigzag = [frequencies + 1]int{0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40}

// read takes the values back from the pixels: rounding to whole pixels moves a frequency by about 0.3, far less than half a step, except for steps of one.
func read(img *image.YCbCr, table *[64]int) *picture {
	p := &picture{w: img.Rect.Dx() / 8, h: img.Rect.Dy() / 8}
	if p.w*p.h > maxBlocks { // a larger picture is looked at in its middle
		k := math.Sqrt(float64(maxBlocks) / float64(p.w*p.h))
		w, h := int(float64(p.w)*k), int(float64(p.h)*k)
		p.x, p.y = (p.w-w)/2*8, (p.h-h)/2*8
		p.w, p.h = w, h
	}
	p.values, p.usable = make([][frequencies]int8, p.w*p.h), p.unclipped(img)
	var b, f [64]float32
	for j := range p.h {
		for i := range p.w {
			x0, y0 := p.x+i*8, p.y+j*8
			at := j*p.w + i
			if !p.usable[at] {
				continue
			}
			for y := range 8 {
				row := img.Y[img.YOffset(x0, y0+y):][:8]
				for x, v := range row {
					b[y*8+x] = float32(v)
				}
			}
			transform(&b, &f)
			for k := range frequencies {
				v := math.Round(float64(f[zigzag[k+1]]) / float64(table[k+1]))
				p.values[at][k] = int8(math.Max(-127, math.Min(127, v)))
			}
		}
	}
	return p
}

// unclipped are the blocks that are well inside the range together with their neighbours, with which they share colours.
func (p *picture) unclipped(img *image.YCbCr) []bool {
	inside, out := make([]bool, p.w*p.h), make([]bool, p.w*p.h)
	for at := range inside {
		inside[at] = inGamut(img, p.x+at%p.w*8, p.y+at/p.w*8)
	}
	for at := range out {
		x, y := at%p.w, at/p.w
		out[at] = true
		for j := max(0, y-1); j <= min(p.h-1, y+1); j++ {
			for i := max(0, x-1); i <= min(p.w-1, x+1); i++ {
				out[at] = out[at] && inside[j*p.w+i]
			}
		}
	}
	return out
}

// inGamut tells whether all pixels of a block are well inside the range: what was clipped between the compressions does not follow the rule, and the last
// compression has moved it back into the range since.
func inGamut(img *image.YCbCr, x0, y0 int) bool {
	for y := y0; y < y0+8; y++ {
		for x := x0; x < x0+8; x++ {
			c := img.COffset(x, y)
			l, b, r := int(img.Y[img.YOffset(x, y)]), int(img.Cb[c])-128, int(img.Cr[c])-128
			red, green, blue := l+r*359>>8, l-(b*88+r*183)>>8, l+b*454>>8
			if min(red, green, blue) < margin || max(red, green, blue) > 255-margin {
				return false
			}
		}
	}
	return true
}

// basis is half the cosine basis: basis[u][x].
var basis = func() (t [8][8]float32) {
	for u := range t {
		s := 0.5
		if u == 0 {
			s = math.Sqrt(0.125)
		}
		for x := range t[u] {
			t[u][x] = float32(s * math.Cos(float64(2*x+1)*float64(u)*math.Pi/16))
		}
	}
	return t
}()

// transform takes the frequencies of a block; only the first six rows and columns are needed.
func transform(b, f *[64]float32) {
	var half [64]float32
	for y := range 8 {
		for u := range 6 {
			var s float32
			for x := range 8 {
				s += b[y*8+x] * basis[u][x]
			}
			half[y*8+u] = s
		}
	}
	for v := range 6 {
		for u := range 6 {
			var s float32
			for y := range 8 {
				s += half[y*8+u] * basis[v][y]
			}
			f[v*8+u] = s
		}
	}
}

// trace is what a first compression left in one frequency.
type trace struct {
	frequency int
	forbidden [largest + 1]bool // by absolute value
}

// first looks in the histogram of each frequency for the values that a coarser first step would make impossible.
func (p *picture) first(table *[64]int) (out []trace) {
	for k := range frequencies {
		step := table[k+1]
		if step < 2 {
			continue
		}
		var h [largest + 2]float64
		for at := range p.values {
			if v := p.values[at][k]; p.usable[at] && v >= -largest-1 && v <= largest+1 {
				h[max(v, -v)]++
			}
		}
		best, bestGain := trace{}, 0.0
		for q := step + 1; q <= 5*step; q++ {
			t := trace{frequency: k, forbidden: forbid(q, step)}
			found, forced := t.weigh(&h)
			if forced < minForced || found > maxRate*forced {
				continue
			}
			// How much better "forbidden" explains the histogram than "smooth" does.
			if gain := forced - found + found*math.Log(math.Max(found, 0.5)/forced); gain > bestGain {
				best, bestGain = t, gain
			}
		}
		if bestGain > 0 {
			out = append(out, best)
		}
	}
	return out
}

// forbid lists the values that multiples of first cannot become when divided by second and rounded. Between the compressions pixels are rounded to whole levels of red,
// green and blue, which moves a frequency by about half a level (one standard deviation); two and a half of these are allowed for.
func forbid(first, second int) (f [largest + 1]bool) {
	for v := 1; v <= largest; v++ {
		f[v] = true
	}
	slack := 0.5 + 1.3/float64(second)
	for m := 0; m*first <= (largest+1)*second; m++ {
		at := float64(m*first) / float64(second)
		for v := 1; v <= largest; v++ {
			if math.Abs(float64(v)-at) <= slack {
				f[v] = false
			}
		}
	}
	return f
}

// weigh counts what lies on forbidden values, and what would lie there if the histogram fell off smoothly: the geometric mean of the mass on both sides, spread over the places between.
func (t *trace) weigh(h *[largest + 2]float64) (found, forced float64) {
	for v := 1; v <= largest; {
		if !t.forbidden[v] {
			v++
			continue
		}
		end := v
		for end <= largest && t.forbidden[end] {
			end++
		}
		if end > largest {
			break
		}
		// Between two allowed values lie end-v forbidden ones; one cluster of a first step holds the mass of all of them.
		run := float64(end - v)
		left := h[v-1]
		if v == 1 {
			left = h[end] // zero has a peak of its own
		}
		share := run / (run + 1)
		forced += share * math.Sqrt(left*h[end])
		for ; v < end; v++ {
			found += h[v]
		}
	}
	return found, forced
}

// classes sort blocks by how many values could show the trace, each with a rate of its own.
const classes = 6

func class(n int) int { return min(classes-1, int(math.Log2(float64(n)))) }

// odd finds the square in which blocks vote "compressed once" more often than the picture's own rates let expect.
func (p *picture) odd(traces []trace) (box [4]int, logNFA float64) {
	n := p.w * p.h
	kind, votes := make([]int8, n), make([]bool, n)
	var asked, yes [classes]float64
	for at := range p.values {
		kind[at] = -1
		if !p.usable[at] {
			continue
		}
		telling, hits := 0, 0
		for i := range traces {
			v := int(p.values[at][traces[i].frequency])
			if v = max(v, -v); v >= 1 && v <= largest {
				telling++
				if traces[i].forbidden[v] {
					hits++
				}
			}
		}
		if telling == 0 {
			continue
		}
		c := class(telling)
		kind[at], votes[at] = int8(c), hits*4 >= telling && hits > 0
		asked[c]++
		if votes[at] {
			yes[c]++
		}
	}
	var rate [classes]float64
	for c := range rate {
		rate[c] = math.Min(0.9, math.Max(floor, (yes[c]+1)/(asked[c]+2)))
	}
	// Sums over rectangles: blocks asked, votes, rates.
	w1 := p.w + 1
	sums := make([][3]float64, w1*(p.h+1))
	for y := range p.h {
		var row [3]float64
		for x := range p.w {
			at := y*p.w + x
			if c := kind[at]; c >= 0 {
				row[0]++
				if votes[at] {
					row[1]++
				}
				row[2] += rate[c]
			}
			for k := range row {
				sums[(y+1)*w1+x+1][k] = sums[y*w1+x+1][k] + row[k]
			}
		}
	}
	return p.windows(sums, w1)
}

// windows tests squares of several sizes at half steps. The number of tests is known before looking, and the tail bound (Chernoff and Hoeffding) holds
// for blocks of unequal rates.
func (p *picture) windows(sums [][3]float64, w1 int) (box [4]int, logNFA float64) {
	sides := []int{8, 12, 16, 24, 32} // smaller places hang on a handful of blocks, which neighbours share
	tests := 0
	each := func(f func(x, y, s int)) {
		for _, s := range sides {
			for y := 0; y+s <= p.h; y += s / 2 {
				for x := 0; x+s <= p.w; x += s / 2 {
					f(x, y, s)
				}
			}
		}
	}
	each(func(int, int, int) { tests++ })
	logTests := math.Log10(math.Max(1, float64(tests)))
	type hit struct {
		x, y, s int
		share   float64 // of the blocks, that vote
	}
	var hits []hit
	best := 0.0 // the share of the window least likely by chance
	each(func(x, y, s int) {
		var v [3]float64
		for k := range v {
			v[k] = sums[(y+s)*w1+x+s][k] - sums[y*w1+x+s][k] - sums[(y+s)*w1+x][k] + sums[y*w1+x][k]
		}
		if l := logTests + chernoff(v[0], v[1], v[2]); l < limit {
			hits = append(hits, hit{x, y, s, v[1] / v[0]})
			if l < logNFA {
				logNFA, best = l, v[1]/v[0]
			}
		} else if l < logNFA {
			logNFA = l
		}
	})
	if len(hits) == 0 {
		return box, logNFA
	}
	x0, y0, x1, y1 := p.w, p.h, 0, 0
	for _, v := range hits {
		if v.share < 0.7*best { // a window that is mostly surroundings
			continue
		}
		x0, y0, x1, y1 = min(x0, v.x), min(y0, v.y), max(x1, v.x+v.s), max(y1, v.y+v.s)
	}
	return [4]int{p.x + x0*8, p.y + y0*8, (x1 - x0) * 8, (y1 - y0) * 8}, logNFA
}

// chernoff bounds the logarithm (base 10) of the chance of at least k of n independent events whose chances sum to expected.
func chernoff(n, k, expected float64) float64 {
	if n < 8 || k <= expected {
		return 0
	}
	p, q := expected/n, math.Min(k/n, 1-1e-12)
	return -n * (q*math.Log(q/p) + (1-q)*math.Log((1-q)/(1-p))) / math.Ln10
}
