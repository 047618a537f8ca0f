package picture

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"

	"github.com/bep/imagemeta"
	"github.com/gen2brain/heic"
	xdraw "golang.org/x/image/draw"
	"golang.org/x/image/webp"
)

// Longest sides and qualities of the copies, in pixels.
const (
	DisplaySide = 1600
	ThumbSide   = 320

	displayQuality = 82
	thumbQuality   = 72
)

// Copy is one re-encoded copy, a JPEG without any metadata.
type Copy struct {
	Width, Height int
	JPEG          []byte
}

// Rendered are the copies of one picture.
type Rendered struct {
	Display Copy // at most DisplaySide
	Thumb   Copy // at most ThumbSide
}

// Render decodes a picture and makes its copies, upright. Errors are ErrTooLarge, ErrUnsupported or ErrDamaged.
func Render(b []byte, l Limits) (out Rendered, err error) {
	// The decoders come from four places and read hostile bytes; a panic of one is a damaged picture, not the end of the program.
	defer func() {
		if p := recover(); p != nil {
			out, err = Rendered{}, fmt.Errorf("%w: %v", ErrDamaged, p)
		}
	}()
	t := Sniff(b[:min(len(b), SniffLen)])
	if t.Class != Image {
		return out, fmt.Errorf("%w: %s", ErrUnsupported, t.Media)
	}
	if err := l.check(t, b); err != nil {
		return out, err
	}
	img, err := decode(t, b)
	if err != nil {
		return out, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if int64(img.Bounds().Dx())*int64(img.Bounds().Dy()) > l.Pixels {
		return out, fmt.Errorf("%w: it is larger than its header says", ErrTooLarge)
	}
	small := upright(shrink(img, 2*DisplaySide), orientation(t, b))
	display := fit(small, DisplaySide)
	if out.Display, err = encode(display, displayQuality); err != nil {
		return out, err
	}
	out.Thumb, err = encode(fit(shrink(display, 2*ThumbSide), ThumbSide), thumbQuality)
	return out, err
}

func decode(t Type, b []byte) (image.Image, error) {
	r := bytes.NewReader(b)
	switch t {
	case JPEG:
		return jpeg.Decode(r)
	case PNG:
		return png.Decode(r)
	case WebP:
		return webp.Decode(r)
	case HEIC:
		return heic.Decode(r)
	}
	return nil, ErrUnsupported
}

var errEnough = errors.New("enough")

// orientation is the EXIF orientation, 1 to 8; 1 when there is none. The HEIC decoder turns pictures itself.
func orientation(t Type, b []byte) int {
	format := map[Type]imagemeta.ImageFormat{JPEG: imagemeta.JPEG, PNG: imagemeta.PNG, WebP: imagemeta.WebP}[t]
	if format == imagemeta.ImageFormatAuto {
		return 1
	}
	found := 1
	_, _ = imagemeta.Decode(imagemeta.Options{
		R: bytes.NewReader(b), ImageFormat: format, Sources: imagemeta.EXIF, LimitNumTags: 500, LimitTagSize: 1000,
		ShouldHandleTag: func(tag imagemeta.TagInfo) bool { return tag.Tag == "Orientation" && tag.Namespace == "IFD0" },
		HandleTag: func(tag imagemeta.TagInfo) error {
			if n, ok := toInt(tag.Value); ok && n >= 1 && n <= 8 {
				found = n
			}
			return errEnough
		},
		Warnf: func(string, ...any) {},
	})
	return found
}

func toInt(v any) (int, bool) {
	switch n := v.(type) {
	case uint16:
		return int(n), true
	case uint32:
		return int(n), true
	case uint8:
		return int(n), true
	case int:
		return n, true
	}
	return 0, false
}

// shrink averages whole blocks of pixels so that the longer side is below twice `side`, on white where the picture is transparent. One row of the
// source is converted at a time, so it needs little memory beside the picture itself.
func shrink(src image.Image, side int) *image.RGBA {
	b := src.Bounds()
	f := max(1, (max(b.Dx(), b.Dy())+side-1)/side)
	w, h := max(1, b.Dx()/f), max(1, b.Dy()/f)
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	row := image.NewRGBA(image.Rect(0, 0, b.Dx(), 1))
	white := image.NewUniform(color.White)
	opaque := isOpaque(src)
	sums := make([]uint32, w*3)
	for y := range h {
		clear(sums)
		rows := min(f, b.Dy()-y*f)
		for dy := range rows {
			at := image.Pt(b.Min.X, b.Min.Y+y*f+dy)
			op := draw.Src
			if !opaque {
				draw.Draw(row, row.Rect, white, image.Point{}, draw.Src)
				op = draw.Over
			}
			draw.Draw(row, row.Rect, src, at, op)
			addRow(sums, row.Pix, f)
		}
		storeRow(dst.Pix[y*dst.Stride:], sums, uint32(rows*min(f, b.Dx())))
	}
	return dst
}

func isOpaque(src image.Image) bool {
	o, ok := src.(interface{ Opaque() bool })
	return ok && o.Opaque()
}

// addRow adds blocks of f pixels of a row to the sums of red, green and blue.
func addRow(sums []uint32, pix []byte, f int) {
	for x := 0; x < len(sums)/3; x++ {
		var r, g, b uint32
		for p := pix[x*f*4 : min(len(pix), (x+1)*f*4)]; len(p) >= 4; p = p[4:] {
			r, g, b = r+uint32(p[0]), g+uint32(p[1]), b+uint32(p[2])
		}
		sums[3*x], sums[3*x+1], sums[3*x+2] = sums[3*x]+r, sums[3*x+1]+g, sums[3*x+2]+b
	}
}

func storeRow(pix []byte, sums []uint32, n uint32) {
	for x := 0; x < len(sums)/3; x++ {
		for c := range 3 {
			pix[4*x+c] = uint8((sums[3*x+c] + n/2) / n)
		}
		pix[4*x+3] = 0xff
	}
}

// upright turns and mirrors by the EXIF orientation.
func upright(src *image.RGBA, o int) *image.RGBA {
	if o <= 1 || o > 8 {
		return src
	}
	w, h := src.Rect.Dx(), src.Rect.Dy()
	tw, th := w, h
	if o >= 5 {
		tw, th = h, w
	}
	dst := image.NewRGBA(image.Rect(0, 0, tw, th))
	for y := range h {
		for x := range w {
			var tx, ty int
			switch o {
			case 2:
				tx, ty = w-1-x, y
			case 3:
				tx, ty = w-1-x, h-1-y
			case 4:
				tx, ty = x, h-1-y
			case 5:
				tx, ty = y, x
			case 6:
				tx, ty = h-1-y, x
			case 7:
				tx, ty = h-1-y, w-1-x
			case 8:
				tx, ty = y, w-1-x
			}
			copy(dst.Pix[dst.PixOffset(tx, ty):][:4], src.Pix[src.PixOffset(x, y):][:4])
		}
	}
	return dst
}

// fit scales so that the longer side is at most `side`; smaller pictures stay as they are.
func fit(src *image.RGBA, side int) *image.RGBA {
	w, h := src.Rect.Dx(), src.Rect.Dy()
	long := max(w, h)
	if long <= side {
		return src
	}
	dst := image.NewRGBA(image.Rect(0, 0, max(1, w*side/long), max(1, h*side/long)))
	xdraw.CatmullRom.Scale(dst, dst.Rect, src, src.Rect, xdraw.Src, nil)
	return dst
}

func encode(img *image.RGBA, quality int) (Copy, error) {
	var b bytes.Buffer
	err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality})
	return Copy{Width: img.Rect.Dx(), Height: img.Rect.Dy(), JPEG: b.Bytes()}, err
}
