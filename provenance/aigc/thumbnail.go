package aigc

import (
	"fmt"
	"image"
	"math"
)

// CoarseSide is the side of the grid at which two pictures are compared: fine enough for an object that was put in, too coarse
// for the differences that scaling and coding make.
const CoarseSide = 24

// Limits of the comparison, in steps of brightness: see docs/benchmarks/provenance.md for what honest thumbnails reach.
const (
	thumbnailMean  = 2.4
	thumbnailCell  = 12.0
	thumbnailShape = 0.05 // of the logarithm of the ratio of the sides
)

// Coarse is a picture as far as the comparison with a thumbnail needs it. It says nothing of what it shows, so that pictures can
// be decoded in one process and compared in another.
type Coarse struct {
	Width  int    `json:"width"` // of the picture
	Height int    `json:"height"`
	Cells  []byte `json:"cells"` // brightness, CoarseSide rows of CoarseSide
}

// Coarsen averages a picture into a grid of brightness. The picture is only read.
func Coarsen(m image.Image) Coarse {
	const samples = 16 // along each side of a cell
	b := m.Bounds()
	c := Coarse{Width: b.Dx(), Height: b.Dy(), Cells: make([]byte, CoarseSide*CoarseSide)}
	if b.Empty() {
		return c
	}
	for y := range CoarseSide {
		for x := range CoarseSide {
			sum := 0.0
			for j := range samples {
				for i := range samples {
					r, g, bl, _ := m.At(b.Min.X+((x*samples+i)*2+1)*b.Dx()/(2*CoarseSide*samples), b.Min.Y+((y*samples+j)*2+1)*b.Dy()/(2*CoarseSide*samples)).RGBA()
					sum += 0.299*float64(r) + 0.587*float64(g) + 0.114*float64(bl)
				}
			}
			c.Cells[y*CoarseSide+x] = byte(sum / (samples * samples * 257))
		}
	}
	return c
}

// usable says whether there is enough of a picture to compare.
func (c Coarse) usable() bool {
	return c.Width >= 8 && c.Height >= 8 && len(c.Cells) == CoarseSide*CoarseSide
}

// CompareThumbnail compares a file's pixels with the picture that its manifest kept of it. When they show different things it
// gives a weak fact. unchanged says that the file's bytes are those that were signed: then the signer kept another picture;
// else the picture may have been changed after signing. Turned and mirrored copies count as the same picture.
func CompareThumbnail(pixels, thumbnail Coarse, unchanged bool) (Fact, bool) {
	if !pixels.usable() || !thumbnail.usable() {
		return Fact{}, false
	}
	ratio := func(c Coarse) float64 { return math.Log(float64(c.Width) / float64(c.Height)) }
	upright := math.Abs(ratio(pixels)-ratio(thumbnail)) <= thumbnailShape
	turned := math.Abs(ratio(pixels)+ratio(thumbnail)) <= thumbnailShape
	value := "shape"
	if upright || turned {
		mean, worst := nearest(pixels.Cells, thumbnail.Cells, upright, turned)
		if mean < thumbnailMean && worst < thumbnailCell {
			return Fact{}, false
		}
		value = fmt.Sprintf("%.0f/%.0f", mean, worst)
	}
	return thumbnailFact(value, unchanged), true
}

func thumbnailFact(value string, unchanged bool) Fact {
	f := Fact{ID: "weak-thumbnail", Value: value, ZH: "凭证里保存的缩略图与文件画面不一致。", EN: "The thumbnail kept in the credentials shows something else than the file. "}
	if value == "shape" {
		f.ZH, f.EN = "凭证里保存的缩略图与文件画面的长宽比不同。", "The thumbnail kept in the credentials has another shape than the file. "
	}
	switch {
	case unchanged:
		f.ZH += "文件在签名之后没有改动，所以是签名者保存了另一幅图，例如处理之前的画面。"
		f.EN += "The file was not changed after signing, so its signer kept another picture, such as the one before editing."
	case value == "shape":
		f.ZH += "文件可能在签名之后被裁切过；有的软件也会裁切缩略图。"
		f.EN += "The file may have been cropped after signing; some programs also crop the thumbnail."
	default:
		f.ZH += "画面可能在签名之后改动过；也可能签名者用了别的缩略图。"
		f.EN += "The picture may have been changed after signing; the signer may also have kept another thumbnail."
	}
	return f
}

// nearest gives the mean and the largest difference in that of the eight positions in which two pictures agree best.
func nearest(a, b []byte, upright, turned bool) (mean, worst float64) {
	mean = math.Inf(1)
	for position := range 8 {
		if position&4 == 0 && !upright || position&4 != 0 && !turned {
			continue
		}
		if m, w := distance(a, b, position); m < mean {
			mean, worst = m, w
		}
	}
	return mean, worst
}

// distance gives the mean and the largest difference of two grids whose brightness was brought together. Bits of the position
// mirror the second one, turn it upside down, and exchange its rows and columns.
func distance(a, b []byte, position int) (mean, worst float64) {
	at := func(x, y int) float64 {
		if position&1 != 0 {
			x = CoarseSide - 1 - x
		}
		if position&2 != 0 {
			y = CoarseSide - 1 - y
		}
		if position&4 != 0 {
			x, y = y, x
		}
		return float64(b[y*CoarseSide+x])
	}
	shift := 0.0
	for i := range a {
		shift += float64(a[i]) - float64(b[i])
	}
	shift /= float64(len(a))
	for i := range a {
		d := math.Abs(float64(a[i]) - at(i%CoarseSide, i/CoarseSide) - shift)
		mean += d
		worst = max(worst, d)
	}
	return mean / float64(len(a)), worst
}
