// Package noiselevel looks for a place whose fine noise is far from that of equally bright, equally smooth places of the same picture.
package noiselevel

import (
	"fmt"
	"image"
	"math"
	"slices"

	"anxin/forensics/jpegfile"
	"anxin/forensics/signal"
)

const (
	cell     = 24  // pixels a side of a square
	tones    = 8   // classes of brightness, each compared with itself
	minCells = 16  // squares of a place
	excess   = 1.4 // natural logarithm: noise four times stronger or weaker
	alive    = 0.2 // logarithm of the noise of a brightness: below, an earlier compression has taken it away
	maxStep  = 10  // mean quantisation step of the fine frequencies, in brightness levels: with coarser ones noise is gone, and what differs is structure
)

// Detector finds places with other noise.
var Detector = signal.Detector{
	ID: "noise-level", Version: "2", Group: "pixel",
	Name:   signal.Text{Zh: "噪声水平不一致", En: "Uneven noise"},
	Limits: signal.Text{Zh: "手机的多帧合成、虚化和美颜会让噪声不均；聊天软件压缩后没有噪声可比，此时不作判断。", En: "Phones that merge frames, blur backgrounds or smooth skin make noise uneven. Chat compression leaves no noise to compare, and then nothing is said."},
	Run:    run,
}

func run(in signal.Input) signal.Finding {
	if in.Image == nil {
		return signal.Nothing("无法解码", "cannot be decoded")
	}
	b := in.Image.Bounds()
	gw, gh := b.Dx()/cell, b.Dy()/cell
	if gw < 12 || gh < 12 {
		return signal.Nothing("图片太小", "the picture is too small")
	}
	if coarse(in.Bytes) {
		return signal.Nothing("压缩较强，没有噪声可以比较", "the compression leaves no noise to compare")
	}
	out := signal.Finding{Applicability: signal.OK, Honest: signal.Text{Zh: "一次拍成的照片，同样亮度的平坦区域噪声相近。", En: "In a photograph taken at once, flat places of one brightness have about the same noise."}}
	levels := measure(in.Image, gw, gh)
	box, ratio, n := odd(levels, gw, gh)
	if n < minCells {
		out.Facts = append(out.Facts, signal.Text{Zh: "没有噪声明显不同的区域", En: "no place has markedly other noise"})
		return out
	}
	out.Alarm, out.Band = true, signal.Weak
	out.Boxes = [][4]int{{box[0] * cell, box[1] * cell, box[2] * cell, box[3] * cell}}
	out.Facts = append(out.Facts, signal.Text{
		Zh: fmt.Sprintf("一处 %d 个小块的噪声是同亮度区域的 %.1f 倍", n, math.Exp(ratio)),
		En: fmt.Sprintf("a place of %d squares has %.1f times the noise of equally bright places", n, math.Exp(ratio)),
	})
	return out
}

// coarse tells whether the fine frequencies of a JPEG file are quantised too coarsely for noise to be left.
func coarse(b []byte) bool {
	f, ok := jpegfile.Parse(b)
	if !ok {
		return false
	}
	sum := 0
	for _, v := range f.Tables[0][15:] {
		sum += v
	}
	return sum > maxStep*(64-15)
}

// square is one measurement. ok is false where structure drowns the noise or where brightness is at an end of the range.
type square struct {
	log  float64 // of the noise
	tone int
	ok   bool
}

func measure(img image.Image, gw, gh int) []square {
	b := img.Bounds()
	out := make([]square, gw*gh)
	g := image.NewGray(image.Rect(0, 0, cell, cell))
	for j := range gh {
		for i := range gw {
			fill(g, img, b.Min.X+i*cell, b.Min.Y+j*cell)
			out[j*gw+i] = one(g)
		}
	}
	return out
}

func fill(g *image.Gray, img image.Image, x0, y0 int) {
	m, planes := img.(*image.YCbCr)
	for y := range cell {
		for x := range cell {
			if planes {
				g.Pix[y*cell+x] = m.Y[m.YOffset(x0+x, y0+y)]
				continue
			}
			r, gr, b, _ := img.At(x0+x, y0+y).RGBA()
			g.Pix[y*cell+x] = uint8((299*r + 587*gr + 114*b) / 257000)
		}
	}
}

// one measures a square. Structure is judged by the means of sixteen parts, which noise hardly moves.
func one(g *image.Gray) square {
	var laplace []float64
	var parts [16]int
	sum := 0
	for y := 1; y < cell-1; y++ {
		for x := 1; x < cell-1; x++ {
			at := func(dx, dy int) float64 { return float64(g.Pix[(y+dy)*cell+x+dx]) }
			v := 4*at(0, 0) - 2*(at(-1, 0)+at(1, 0)+at(0, -1)+at(0, 1)) + at(-1, -1) + at(1, -1) + at(-1, 1) + at(1, 1)
			laplace = append(laplace, math.Abs(v))
		}
	}
	const part = cell / 4
	for i, v := range g.Pix {
		parts[i/cell/part*4+i%cell/part] += int(v)
		sum += int(v)
	}
	mean := sum / len(g.Pix)
	spread := (slices.Max(parts[:]) - slices.Min(parts[:])) / (part * part)
	slices.Sort(laplace)
	noise := laplace[len(laplace)/2]/6/0.6745 + 0.6
	return square{math.Log(noise), min(tones-1, mean*tones/256), mean > 24 && mean < 232 && spread < 24}
}

// odd finds the largest connected place that deviates in one direction from the median of its brightness.
func odd(s []square, gw, gh int) (box [4]int, ratio float64, n int) {
	var medians [tones]float64
	var known [tones]bool
	for t := range medians {
		var v []float64
		for _, q := range s {
			if q.ok && q.tone == t {
				v = append(v, q.log)
			}
		}
		if len(v) >= 40 {
			slices.Sort(v)
			medians[t], known[t] = v[len(v)/2], v[len(v)/2] > alive
		}
	}
	sign := make([]int, len(s))
	for i, q := range s {
		if q.ok && known[q.tone] {
			switch d := q.log - medians[q.tone]; {
			case d > excess:
				sign[i] = 1
			case d < -excess:
				sign[i] = -1
			}
		}
	}
	for start, want := range sign {
		if want == 0 {
			continue
		}
		stack, count, total := []int{start}, 0, 0.0
		x0, y0, x1, y1 := gw, gh, 0, 0
		sign[start] = 0
		for len(stack) > 0 {
			at := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			x, y := at%gw, at/gw
			x0, y0, x1, y1 = min(x0, x), min(y0, y), max(x1, x), max(y1, y)
			count++
			total += s[at].log - medians[s[at].tone]
			for _, d := range [4][2]int{{1, 0}, {-1, 0}, {0, 1}, {0, -1}} {
				nx, ny := x+d[0], y+d[1]
				if nx >= 0 && ny >= 0 && nx < gw && ny < gh && sign[ny*gw+nx] == want {
					sign[ny*gw+nx] = 0
					stack = append(stack, ny*gw+nx)
				}
			}
		}
		if count > n {
			box, ratio, n = [4]int{x0, y0, x1 - x0 + 1, y1 - y0 + 1}, total/float64(count), count
		}
	}
	return box, ratio, n
}
