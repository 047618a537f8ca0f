package imagematch

import (
	"encoding/binary"
	"image"
	"image/color"
	"image/draw"
	"math"
)

// plane is one channel of a working picture, row by row.
type plane struct {
	w, h int
	pix  []float32
}

func newPlane(w, h int) plane { return plane{w, h, make([]float32, w*h)} }

func (p plane) row(y int) []float32 { return p.pix[y*p.w : (y+1)*p.w] }

// working is a picture reduced to the size that the matcher works at.
type working struct {
	y, cb, cr plane   // brightness and the two colour differences, 0 to 255
	kx, ky    float64 // original pixels per working pixel
}

// reduce brings a picture to at most side pixels on its longer side. It averages whole blocks of pixels on the planes first, eight bytes at a time, and
// then resamples the little that is left with fractional weights, so that a pixel's place is true to a few hundredths. Pictures below half that side are
// enlarged to twice their size, or keypoints of their finest details would be lost.
func reduce(img image.Image, side int) working {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	f := max(1, max(w, h)/side)
	scale := float64(side) / float64(max(w, h)/f)
	if scale > 1 {
		scale = 1
		if 2*max(w, h) <= side {
			scale = 2
		}
	}
	bw, bh := w/f, h/f
	f, bw, bh = thin(f, w, h, bw, bh)
	ow, oh := max(1, int(math.Round(float64(bw)*scale))), max(1, int(math.Round(float64(bh)*scale)))
	out := working{kx: float64(f*bw) / float64(ow), ky: float64(f*bh) / float64(oh)}
	y, cb, cr := blocks(img, f, bw, bh)
	out.y, out.cb, out.cr = resample(y, ow, oh), resample(cb, ow, oh), resample(cr, ow, oh)
	return out
}

// thin handles pictures with a side smaller than the block.
func thin(f, w, h, bw, bh int) (int, int, int) {
	if bw == 0 || bh == 0 {
		return 1, w, h
	}
	return f, bw, bh
}

// blocks averages f×f blocks; what does not fill a block at the right and bottom is left out.
func blocks(img image.Image, f, w, h int) (y, cb, cr plane) {
	b := img.Bounds()
	y, cb, cr = newPlane(w, h), newPlane(w, h), newPlane(w, h)
	switch m := img.(type) {
	case *image.YCbCr:
		blockPlane(y, m.Y[m.YOffset(b.Min.X, b.Min.Y):], m.YStride, f)
		sx, sy := subsampling(m.SubsampleRatio)
		if f%sx == 0 && f%sy == 0 && b.Min == (image.Point{}) {
			blockChroma(cb, m.Cb, m.CStride, f/sx, f/sy)
			blockChroma(cr, m.Cr, m.CStride, f/sx, f/sy)
		} else {
			pickChroma(m, cb, cr, f)
		}
	case *image.Gray:
		blockPlane(y, m.Pix[m.PixOffset(b.Min.X, b.Min.Y):], m.Stride, f)
		fill(cb, 128)
		fill(cr, 128)
	default:
		blockColours(img, y, cb, cr, f)
	}
	return y, cb, cr
}

func fill(p plane, v float32) {
	for i := range p.pix {
		p.pix[i] = v
	}
}

func subsampling(r image.YCbCrSubsampleRatio) (x, y int) {
	switch r {
	case image.YCbCrSubsampleRatio422:
		return 2, 1
	case image.YCbCrSubsampleRatio420:
		return 2, 2
	case image.YCbCrSubsampleRatio440:
		return 1, 2
	case image.YCbCrSubsampleRatio411:
		return 4, 1
	case image.YCbCrSubsampleRatio410:
		return 4, 2
	}
	return 1, 1
}

const lowBytes = 0x00ff00ff00ff00ff

// addBytes adds a row of bytes to sums of 16 bits, four to a word: bytes at even places to one, at odd places to the other.
func addBytes(even, odd []uint64, row []byte) {
	n := len(row) / 8
	even, odd = even[:n+1], odd[:n+1]
	for i := range n {
		v := binary.LittleEndian.Uint64(row[i*8:])
		even[i] += v & lowBytes
		odd[i] += v >> 8 & lowBytes
	}
	var tail [8]byte
	copy(tail[:], row[n*8:])
	v := binary.LittleEndian.Uint64(tail[:])
	even[n] += v & lowBytes
	odd[n] += v >> 8 & lowBytes
}

// takeSums writes the sums out in the order of the bytes and clears them.
func takeSums(sums []uint32, even, odd []uint64) {
	for i, e := range even {
		o, s := odd[i], sums[i*8:i*8+8:i*8+8]
		s[0], s[1] = uint32(e&0xffff), uint32(o&0xffff)
		s[2], s[3] = uint32(e>>16&0xffff), uint32(o>>16&0xffff)
		s[4], s[5] = uint32(e>>32&0xffff), uint32(o>>32&0xffff)
		s[6], s[7] = uint32(e>>48), uint32(o>>48)
	}
	clear(even)
	clear(odd)
}

// blockPlane averages f×f blocks of a plane of bytes. f is at most 256 (a row of 16-bit sums holds that many), which pictures of 200,000 pixels a side reach.
func blockPlane(dst plane, pix []byte, stride, f int) { blockChroma(dst, pix, stride, f, f) }

func blockChroma(dst plane, pix []byte, stride, fx, fy int) {
	if fx == 1 && fy == 1 {
		for y := range dst.h {
			row, src := dst.row(y), pix[y*stride:]
			src = src[:len(row)]
			for x, v := range src {
				row[x] = float32(v)
			}
		}
		return
	}
	n := dst.w * fx
	words := n/8 + 1
	even, odd, sums := make([]uint64, words), make([]uint64, words), make([]uint32, words*8)
	scale := 1 / float32(fx*fy)
	for y := range dst.h {
		for dy := range fy {
			at := (y*fy + dy) * stride
			addBytes(even, odd, pix[at:min(at+n, len(pix))])
		}
		takeSums(sums, even, odd)
		row := dst.row(y)
		for x := range row {
			var s uint32
			for _, v := range sums[x*fx : x*fx+fx] {
				s += v
			}
			row[x] = float32(s) * scale
		}
	}
}

// pickChroma reads the colour at the middle of each block: colour planes are smooth and their blocks do not fit here.
func pickChroma(m *image.YCbCr, cb, cr plane, f int) {
	b := m.Bounds()
	for y := range cb.h {
		rb, rr := cb.row(y), cr.row(y)
		for x := range rb {
			i := m.COffset(b.Min.X+x*f+f/2, b.Min.Y+y*f+f/2)
			rb[x], rr[x] = float32(m.Cb[i]), float32(m.Cr[i])
		}
	}
}

// blockColours averages pictures that are not stored in planes, a row at a time, on white where they are transparent.
func blockColours(img image.Image, py, pcb, pcr plane, f int) {
	b := img.Bounds()
	n := py.w * f
	band := image.NewRGBA(image.Rect(0, 0, n, 1))
	white := image.NewUniform(color.White)
	words := n*4/8 + 1
	even, odd, sums := make([]uint64, words), make([]uint64, words), make([]uint32, words*8)
	scale := 1 / float32(f*f)
	for y := range py.h {
		for dy := range f {
			addBytes(even, odd, rowOf(img, band, white, b.Min.X, b.Min.Y+y*f+dy))
		}
		takeSums(sums, even, odd)
		ry, rb, rr := py.row(y), pcb.row(y), pcr.row(y)
		for x := range ry {
			var r, g, bl uint32
			for p := sums[x*f*4 : (x+1)*f*4]; len(p) >= 4; p = p[4:] {
				r, g, bl = r+p[0], g+p[1], bl+p[2]
			}
			fr, fg, fb := float32(r)*scale, float32(g)*scale, float32(bl)*scale
			ry[x] = 0.299*fr + 0.587*fg + 0.114*fb
			rb[x] = 128 - 0.168736*fr - 0.331264*fg + 0.5*fb
			rr[x] = 128 + 0.5*fr - 0.418688*fg - 0.081312*fb
		}
	}
}

// rowOf gives the red, green, blue and alpha bytes of a row, without copying where they lie that way.
func rowOf(img image.Image, band *image.RGBA, white image.Image, x, y int) []byte {
	n := band.Rect.Dx()
	switch m := img.(type) {
	case *image.RGBA:
		if row := m.Pix[m.PixOffset(x, y):][:n*4]; opaque(row) {
			return row
		}
	case *image.NRGBA:
		if row := m.Pix[m.PixOffset(x, y):][:n*4]; opaque(row) {
			return row
		}
	}
	draw.Draw(band, band.Rect, white, image.Point{}, draw.Src)
	draw.Draw(band, band.Rect, img, image.Pt(x, y), draw.Over)
	return band.Pix
}

func opaque(row []byte) bool {
	for i := 3; i < len(row); i += 4 {
		if row[i] != 0xff {
			return false
		}
	}
	return true
}

// tap is what one output element takes of the input: weights for elements from first on.
type tap struct {
	first   int
	weights []float32
}

// taps are triangular weights as wide as the reduction (linear interpolation when enlarging).
func taps(from, to int) []tap {
	ratio := float64(from) / float64(to)
	radius := math.Max(ratio, 1)
	out := make([]tap, to)
	for i := range out {
		centre := (float64(i)+0.5)*ratio - 0.5
		lo, hi := max(0, int(math.Ceil(centre-radius))), min(from-1, int(math.Floor(centre+radius)))
		var sum float64
		w := make([]float32, 0, hi-lo+1)
		for k := lo; k <= hi; k++ {
			v := math.Max(0, 1-math.Abs(float64(k)-centre)/radius)
			w, sum = append(w, float32(v)), sum+v
		}
		for k := range w {
			w[k] /= float32(sum)
		}
		out[i] = tap{lo, w}
	}
	return out
}

func resample(src plane, w, h int) plane {
	if src.w == w && src.h == h {
		return src
	}
	across := newPlane(w, src.h)
	tx := taps(src.w, w)
	for y := range src.h {
		in, out := src.row(y), across.row(y)
		for x := range out {
			t := &tx[x]
			var s float32
			for k, v := range in[t.first : t.first+len(t.weights)] {
				s += v * t.weights[k]
			}
			out[x] = s
		}
	}
	dst := newPlane(w, h)
	for y, t := range taps(src.h, h) {
		out := dst.row(y)
		for k, wt := range t.weights {
			in := across.row(t.first + k)
			for x, v := range in {
				out[x] += v * wt
			}
		}
	}
	return dst
}
