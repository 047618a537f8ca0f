package aigc

import (
	"fmt"
	"image"
	"math"
)

// thumbnailGrid is the size at which two pictures are compared: fine enough for an object that was put in, too coarse for
// the differences that scaling and coding make.
const thumbnailGrid = 24

// Limits of the comparison, in steps of brightness. In 45 signed files of c2pa-rs, Adobe, Nikon, Truepic and Black Forest Labs
// whose pixels are what was signed the mean is at most 1.5 and the worst cell 8.5; in the three that were changed afterwards
// it is at least 3.2 and 14.5.
const (
	thumbnailMean = 2.4
	thumbnailCell = 12.0
)

// ThumbnailFact compares a file's pixels with the picture that its manifest kept of it. When they show different things it
// gives a weak fact: such a picture is signed with the manifest, but whoever signed may have made it from something else,
// or turned it. Both must be decoded; the pixels are only read.
func ThumbnailFact(pixels, thumbnail image.Image) (Fact, bool) {
	p, t := pixels.Bounds(), thumbnail.Bounds()
	if p.Dx() < 8 || p.Dy() < 8 || t.Dx() < 8 || t.Dy() < 8 {
		return Fact{}, false
	}
	shape := math.Abs(math.Log(float64(p.Dx()) / float64(p.Dy()) * float64(t.Dy()) / float64(t.Dx())))
	if shape > 0.05 {
		turned := math.Abs(math.Log(float64(p.Dx())/float64(p.Dy())*float64(t.Dx())/float64(t.Dy()))) <= 0.05
		if turned {
			return Fact{}, false // turned by an orientation tag; cannot be told here
		}
		return Fact{ID: "weak-thumbnail", Value: "shape", ZH: "凭证里保存的缩略图与文件画面的长宽比不同。文件可能被裁切过；也可能缩略图本来就裁过。",
			EN: "The thumbnail kept in the credentials has another shape than the file. The file may have been cropped; some programs also crop the thumbnail."}, true
	}
	mean, worst := distance(coarse(pixels), coarse(thumbnail))
	if mean < thumbnailMean && worst < thumbnailCell {
		return Fact{}, false
	}
	return Fact{ID: "weak-thumbnail", Value: fmt.Sprintf("%.0f/%.0f", mean, worst), ZH: "凭证里保存的缩略图与文件画面不一致。画面可能在签名后改动过；也可能签名者用了别的缩略图。",
		EN: "The thumbnail kept in the credentials shows something else than the file. The picture may have been changed after signing; the signer may also have kept another thumbnail."}, true
}

// coarse averages a picture into a small grid of brightness.
func coarse(m image.Image) *image.Gray {
	const samples = 16 // along each side of a cell
	b := m.Bounds()
	g := image.NewGray(image.Rect(0, 0, thumbnailGrid, thumbnailGrid))
	for y := range thumbnailGrid {
		for x := range thumbnailGrid {
			sum := 0.0
			for j := range samples {
				for i := range samples {
					r, gr, bl, _ := m.At(b.Min.X+((x*samples+i)*2+1)*b.Dx()/(2*thumbnailGrid*samples), b.Min.Y+((y*samples+j)*2+1)*b.Dy()/(2*thumbnailGrid*samples)).RGBA()
					sum += 0.299*float64(r) + 0.587*float64(gr) + 0.114*float64(bl)
				}
			}
			g.Pix[y*g.Stride+x] = byte(sum / (samples * samples * 257))
		}
	}
	return g
}

// distance gives the mean and the largest difference of two pictures whose brightness was brought together.
func distance(a, b *image.Gray) (mean, worst float64) {
	shift := 0.0
	for i := range a.Pix {
		shift += float64(a.Pix[i]) - float64(b.Pix[i])
	}
	shift /= float64(len(a.Pix))
	for i := range a.Pix {
		d := math.Abs(float64(a.Pix[i]) - float64(b.Pix[i]) - shift)
		mean += d
		worst = max(worst, d)
	}
	return mean / float64(len(a.Pix)), worst
}
