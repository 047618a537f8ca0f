// Package recapture looks for the traces of a screen in a photograph: the screen's grid and the camera's beat, which gives isolated peaks in the spectrum.
package recapture

import (
	"fmt"
	"image"
	"math"
	"math/cmplx"
	"slices"

	"anxin/forensics/signal"
)

const (
	side      = 512  // pixels of the square looked at
	threshold = 30.0 // of a peak against its surroundings, both amplitudes; see docs/design/imagematch.md
	minPeaks  = 3    // of the five squares that must show the same peak
)

// Detector finds a screen's grid.
var Detector = signal.Detector{
	ID: "recapture", Version: "1", Group: "pixel",
	Name:   signal.Text{Zh: "翻拍屏幕", En: "Photograph of a screen"},
	Limits: signal.Text{Zh: "高分屏、远距离或缩小后的翻拍没有摩尔纹；百叶窗、纱窗、织物等规则图案会误报。", En: "Dense screens, distance and down-scaling leave no pattern; blinds, meshes and cloth can look the same."},
	Run:    run,
}

func run(in signal.Input) signal.Finding {
	if in.Image == nil {
		return signal.Nothing("无法解码", "cannot be decoded")
	}
	b := in.Image.Bounds()
	if b.Dx() < side || b.Dy() < side {
		return signal.Nothing("图片太小", "the picture is too small")
	}
	out := signal.Finding{Applicability: signal.OK, Honest: signal.Text{Zh: "直接拍摄的实物没有屏幕的网格。", En: "A thing photographed directly shows no screen grid."}}
	strength, period := Peak(in.Image)
	if strength < threshold {
		out.Facts = append(out.Facts, signal.Text{Zh: "频谱里没有屏幕网格的尖峰", En: "the spectrum has no peaks of a screen grid"})
		return out
	}
	out.Alarm, out.Band = true, signal.Weak
	out.Facts = append(out.Facts, signal.Text{
		Zh: fmt.Sprintf("多处出现周期 %.1f 像素的规则条纹，强度为周围的 %.0f 倍", period, strength),
		En: fmt.Sprintf("regular stripes of %.1f pixels appear in several places, %.0f times as strong as their surroundings", period, strength),
	})
	return out
}

// Peak is the strongest isolated spectral peak that several squares of the picture share, against its surroundings, and its period in pixels. Peaks on the
// axes (edges of the frame, compression blocks) do not count.
func Peak(img image.Image) (strength, period float64) {
	b := img.Bounds()
	var all [][]float64
	for _, p := range [][2]int{{0, 0}, {b.Dx() - side, 0}, {0, b.Dy() - side}, {b.Dx() - side, b.Dy() - side}, {(b.Dx() - side) / 2, (b.Dy() - side) / 2}} {
		all = append(all, whiten(spectrum(img, b.Min.X+p[0], b.Min.Y+p[1])))
	}
	// A screen shows everywhere; a piece of cloth does not. The third strongest of the squares counts.
	for v := -side / 2; v < side/2; v++ {
		for u := 1; u < side/2-2; u++ {
			if math.Hypot(float64(u), float64(v)) < side/14 || max(v, -v) < 6 || u < 6 || nearGrid(u, v) {
				continue
			}
			var here [5]float64
			for k, s := range all {
				here[k] = around(s, u, v)
			}
			slices.Sort(here[:])
			if s := here[len(here)-minPeaks]; s > strength {
				strength, period = s, side/math.Hypot(float64(u), float64(v))
			}
		}
	}
	return strength, period
}

// nearGrid tells whether a frequency lies on a harmonic of 8×8 blocks in either direction.
func nearGrid(u, v int) bool {
	near := func(f int) bool { r := (f%64 + 64) % 64; return r <= 2 || r >= 62 }
	return near(u) || near(v)
}

// around is the strongest value within a pixel: perspective bends a grid a little from square to square.
func around(s []float64, u, v int) float64 {
	best := 0.0
	for dv := -2; dv <= 2; dv++ {
		for du := -2; du <= 2; du++ {
			y, x := (v+dv+side)%side, u+du
			if x >= 0 && x < side/2 {
				best = math.Max(best, s[y*side/2+x])
			}
		}
	}
	return best
}

// spectrum is the amplitude of the frequencies of a square, half of them (the other half mirrors it), rows of side/2.
func spectrum(img image.Image, x0, y0 int) []float64 {
	data := make([]complex128, side*side)
	window := make([]float64, side)
	for i := range window {
		window[i] = 0.5 - 0.5*math.Cos(2*math.Pi*(float64(i)+0.5)/side)
	}
	grey := greyRows(img, x0, y0)
	mean := 0.0
	for _, v := range grey {
		mean += v / (side * side)
	}
	for y := range side {
		row := data[y*side : (y+1)*side]
		for x := range row {
			row[x] = complex((grey[y*side+x]-mean)*window[x]*window[y], 0)
		}
		fft(row)
	}
	out := make([]float64, side*side/2)
	column := make([]complex128, side)
	for x := range side / 2 {
		for y := range column {
			column[y] = data[y*side+x]
		}
		fft(column)
		for y := range column {
			out[y*side/2+x] = cmplx.Abs(column[y])
		}
	}
	return out
}

func greyRows(img image.Image, x0, y0 int) []float64 {
	out := make([]float64, side*side)
	m, planes := img.(*image.YCbCr)
	for y := range side {
		for x := range side {
			if planes {
				out[y*side+x] = float64(m.Y[m.YOffset(x0+x, y0+y)])
				continue
			}
			r, g, b, _ := img.At(x0+x, y0+y).RGBA()
			out[y*side+x] = (0.299*float64(r) + 0.587*float64(g) + 0.114*float64(b)) / 257
		}
	}
	return out
}

// whiten divides by the mean of a ring around each frequency.
func whiten(s []float64) []float64 {
	const half, w = 7, side / 2
	sums := make([]float64, (side+1)*(w+1))
	for y := range side {
		run := 0.0
		for x := range w {
			run += s[y*w+x]
			sums[(y+1)*(w+1)+x+1] = sums[y*(w+1)+x+1] + run
		}
	}
	box := func(x, y, r int) (sum, n float64) {
		xa, ya, xb, yb := max(0, x-r), max(0, y-r), min(w, x+r+1), min(side, y+r+1)
		return sums[yb*(w+1)+xb] - sums[ya*(w+1)+xb] - sums[yb*(w+1)+xa] + sums[ya*(w+1)+xa], float64((xb - xa) * (yb - ya))
	}
	out := make([]float64, len(s))
	for y := range side {
		for x := range w {
			outer, n := box(x, y, half)
			inner, m := box(x, y, 2)
			out[y*w+x] = s[y*w+x] / ((outer-inner)/(n-m) + 20)
		}
	}
	return out
}

// fft transforms in place; the length is a power of two.
func fft(a []complex128) {
	n := len(a)
	for i, j := 1, 0; i < n; i++ {
		bit := n >> 1
		for ; j&bit != 0; bit >>= 1 {
			j ^= bit
		}
		j ^= bit
		if i < j {
			a[i], a[j] = a[j], a[i]
		}
	}
	for length := 2; length <= n; length <<= 1 {
		step := cmplx.Exp(complex(0, -2*math.Pi/float64(length)))
		for i := 0; i < n; i += length {
			w := complex(1, 0)
			for k := range length / 2 {
				u, v := a[i+k], a[i+k+length/2]*w
				a[i+k], a[i+k+length/2] = u+v, u-v
				w *= step
			}
		}
	}
}
