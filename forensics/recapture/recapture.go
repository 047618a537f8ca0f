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
		all = append(all, around(whiten(spectrum(img, b.Min.X+p[0], b.Min.Y+p[1]))))
	}
	// A screen shows everywhere; a piece of cloth does not. The third strongest of the squares counts.
	for v := -side / 2; v < side/2; v++ {
		if max(v, -v) < 6 || nearGrid(v) {
			continue
		}
		for u := 6; u < side/2-2; u++ {
			at := (v+side)%side*side/2 + u
			above := 0
			for _, s := range all {
				if s[at] > strength {
					above++
				}
			}
			if above < minPeaks || u*u+v*v < side*side/14/14 || nearGrid(u) {
				continue
			}
			var here [5]float64
			for k, s := range all {
				here[k] = s[at]
			}
			slices.Sort(here[:])
			strength, period = here[len(here)-minPeaks], side/math.Hypot(float64(u), float64(v))
		}
	}
	return strength, period
}

// nearGrid tells whether a frequency lies on a harmonic of 8×8 blocks.
func nearGrid(f int) bool { r := (f%64 + 64) % 64; return r <= 2 || r >= 62 }

// around takes the strongest value within two pixels of each: perspective bends a grid a little from square to square. Rows wrap, columns do not.
func around(s []float64) []float64 {
	const w = side / 2
	across, out := make([]float64, len(s)), make([]float64, len(s))
	for y := range side {
		for x := range w {
			across[y*w+x] = slices.Max(s[y*w+max(0, x-2) : y*w+min(w, x+3)])
		}
	}
	for y := range side {
		for x := range w {
			best := 0.0
			for d := -2; d <= 2; d++ {
				best = max(best, across[(y+d+side)%side*w+x])
			}
			out[y*w+x] = best
		}
	}
	return out
}

// spectrum is the amplitude of the frequencies of a square, half of them (the other half mirrors it), rows of side/2.
func spectrum(img image.Image, x0, y0 int) []float64 {
	data := make([]complex128, side*side)
	window := make([]float64, side)
	for i := range window {
		window[i] = 0.5 - 0.5*math.Cos(2*math.Pi*(float64(i)+0.5)/side)
	}
	grey := greyRows(img, x0, y0)
	var turns [side / 2]complex128
	for i := range turns {
		turns[i] = cmplx.Exp(complex(0, -2*math.Pi*float64(i)/side))
	}
	mean := 0.0
	for _, v := range grey {
		mean += v / (side * side)
	}
	for y := range side {
		row := data[y*side : (y+1)*side]
		for x := range row {
			row[x] = complex((grey[y*side+x]-mean)*window[x]*window[y], 0)
		}
		fft(row, &turns)
	}
	out := make([]float64, side*side/2)
	column := make([]complex128, side)
	for x := range side / 2 {
		for y := range column {
			column[y] = data[y*side+x]
		}
		fft(column, &turns)
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

// fft transforms side values in place. turns are the powers of the side-th root of one.
func fft(a []complex128, turns *[side / 2]complex128) {
	for i, j := 1, 0; i < side; i++ {
		bit := side >> 1
		for ; j&bit != 0; bit >>= 1 {
			j ^= bit
		}
		j ^= bit
		if i < j {
			a[i], a[j] = a[j], a[i]
		}
	}
	for length := 2; length <= side; length <<= 1 {
		half, step := length/2, side/length
		for i := 0; i < side; i += length {
			low, high := a[i:i+half], a[i+half:i+length]
			for k, u := range low {
				h, t := high[k], turns[k*step]
				v := complex(real(h)*real(t)-imag(h)*imag(t), real(h)*imag(t)+imag(h)*real(t))
				low[k], high[k] = u+v, u-v
			}
		}
	}
}
