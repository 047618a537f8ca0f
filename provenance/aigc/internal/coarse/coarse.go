// Package coarse compares two pictures at a grid: fine enough for an object that was put in, too coarse for the differences that scaling and
// coding make.
package coarse

import (
	"fmt"
	"image"
	"math"
)

// Side is the side of the grid.
const Side = 24

// Limits of the comparison, in steps of brightness: see docs/benchmarks/provenance.md for what honest thumbnails reach.
const (
	thumbnailMean  = 2.4
	thumbnailCell  = 12.0
	thumbnailShape = 0.05 // of the logarithm of the ratio of the sides
)

// Picture is a picture as far as the comparison needs it. It says nothing of what it shows, so that pictures can be decoded in one process
// and compared in another.
type Picture struct {
	Width  int    `json:"width"` // of the picture
	Height int    `json:"height"`
	Cells  []byte `json:"cells"` // brightness, Side rows of Side
}

// Of averages a picture into a grid of brightness. The picture is only read.
func Of(m image.Image) Picture {
	const samples = 16 // along each side of a cell
	b := m.Bounds()
	c := Picture{Width: b.Dx(), Height: b.Dy(), Cells: make([]byte, Side*Side)}
	if b.Empty() {
		return c
	}
	for y := range Side {
		for x := range Side {
			sum := 0.0
			for j := range samples {
				for i := range samples {
					r, g, bl, _ := m.At(b.Min.X+((x*samples+i)*2+1)*b.Dx()/(2*Side*samples), b.Min.Y+((y*samples+j)*2+1)*b.Dy()/(2*Side*samples)).RGBA()
					sum += 0.299*float64(r) + 0.587*float64(g) + 0.114*float64(bl)
				}
			}
			c.Cells[y*Side+x] = byte(sum / (samples * samples * 257))
		}
	}
	return c
}

// usable says whether there is enough of a picture to compare.
func (c Picture) usable() bool {
	return c.Width >= 8 && c.Height >= 8 && len(c.Cells) == Side*Side
}

// Differ says whether two pictures show different things, and how far apart they are; turned and mirrored copies are the same. Pictures that
// are too small to tell do not differ.
func Differ(pixels, thumbnail Picture) (value string, differ bool) {
	if !pixels.usable() || !thumbnail.usable() {
		return "", false
	}
	ratio := func(c Picture) float64 { return math.Log(float64(c.Width) / float64(c.Height)) }
	upright := math.Abs(ratio(pixels)-ratio(thumbnail)) <= thumbnailShape
	turned := math.Abs(ratio(pixels)+ratio(thumbnail)) <= thumbnailShape
	if !upright && !turned {
		return Shape, true
	}
	mean, worst := nearest(pixels.Cells, thumbnail.Cells, upright, turned)
	return fmt.Sprintf("%.0f/%.0f", mean, worst), mean >= thumbnailMean || worst >= thumbnailCell
}

// Shape is the value of pictures whose sides have another proportion.
const Shape = "shape"

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
			x = Side - 1 - x
		}
		if position&2 != 0 {
			y = Side - 1 - y
		}
		if position&4 != 0 {
			x, y = y, x
		}
		return float64(b[y*Side+x])
	}
	shift := 0.0
	for i := range a {
		shift += float64(a[i]) - float64(b[i])
	}
	shift /= float64(len(a))
	for i := range a {
		d := math.Abs(float64(a[i]) - at(i%Side, i/Side) - shift)
		mean += d
		worst = max(worst, d)
	}
	return mean / float64(len(a)), worst
}
