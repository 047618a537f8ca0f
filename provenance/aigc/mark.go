package aigc

import (
	_ "embed"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/image/vector"
)

// MarkText is what an explicit mark says. Clause 5.2 wants an element of AI (人工智能 or AI) and one of generation (生成 or
// 合成) in it. Other texts may be used when they have both and their characters are drawn here (MarkCharacters).
type MarkText string

// Texts, in the order of Kind.
const (
	MarkIs        MarkText = "AI生成"
	MarkPossible  MarkText = "可能为AI生成"
	MarkSuspected MarkText = "疑似AI生成"
)

// MarkFor gives the text for a label's kind; KindUnclear counts as suspected.
func MarkFor(k Kind) MarkText {
	switch k {
	case KindIs:
		return MarkIs
	case KindPossible:
		return MarkPossible
	}
	return MarkSuspected
}

// Corner is where the mark stands; clause 5.2 allows edges and corners.
type Corner int

// Corners.
const (
	BottomRight Corner = iota
	BottomLeft
	TopRight
	TopLeft
)

// MarkOptions say how to draw. The zero value is MarkIs at the lower right, a little above the least height.
type MarkOptions struct {
	Text   MarkText
	Corner Corner
	// Height is that of the lowest character as a part of the picture's shorter side, at least MinMarkHeight.
	Height float64
}

// MinMarkHeight is the least height of a character that clause 5.2 allows.
const MinMarkHeight = 0.05

const (
	usualMarkHeight = 0.055
	leastMarkPixels = 9 // below this, strokes run together
)

// Errors of Mark.
var (
	// ErrMarkText: the text has not both elements, or characters that are not drawn here.
	ErrMarkText = errors.New("aigc: not a text for an explicit mark")
	// ErrMarkSize: the height is below the standard's, or the picture too small for a mark that can be read.
	ErrMarkSize = errors.New("aigc: no readable mark of this size on this picture")
)

// Mark draws the explicit mark on a copy of a picture and gives the copy, with its origin at 0,0, and where the mark stands.
// The picture itself is only read. A picture that is shown turned (EXIF orientation) has to be turned before.
func Mark(img image.Image, opts MarkOptions) (*image.NRGBA, image.Rectangle, error) {
	text := opts.Text
	if text == "" {
		text = MarkIs
	}
	if err := checkMarkText(text); err != nil {
		return nil, image.Rectangle{}, err
	}
	height := opts.Height
	if height == 0 {
		height = usualMarkHeight
	}
	size := img.Bounds().Size()
	short := min(size.X, size.Y)
	if height < MinMarkHeight || height > 0.5 || math.IsNaN(height) {
		return nil, image.Rectangle{}, fmt.Errorf("%w: height %g", ErrMarkSize, height)
	}
	pixels := func(part float64) float64 { return max(math.Ceil(part*float64(short))+1, leastMarkPixels) } // one more: edges are soft
	layout, least := layOut(text, pixels(height)), layOut(text, pixels(MinMarkHeight))
	if layout.box.X > size.X || layout.box.Y > size.Y {
		layout = least
	}
	if layout.box.X > size.X || layout.box.Y > size.Y {
		return nil, image.Rectangle{}, fmt.Errorf("%w: %d by %d pixels are needed, the picture has %d by %d", ErrMarkSize, layout.box.X, layout.box.Y, size.X, size.Y)
	}
	out := image.NewNRGBA(image.Rectangle{Max: size})
	draw.Draw(out, out.Bounds(), img, img.Bounds().Min, draw.Src)
	at := place(opts.Corner, size, layout.box, int(0.02*float64(short)))
	layout.draw(out, at)
	return out, image.Rectangle{Min: at, Max: at.Add(layout.box)}, nil
}

func checkMarkText(text MarkText) error {
	s := string(text)
	if !strings.Contains(s, "AI") && !strings.Contains(s, "人工智能") || !strings.Contains(s, "生成") && !strings.Contains(s, "合成") {
		return fmt.Errorf("%w: %q lacks AI or 人工智能, 生成 or 合成", ErrMarkText, clip(s, 60))
	}
	if len(s) > 120 {
		return fmt.Errorf("%w: too long", ErrMarkText)
	}
	for _, r := range s {
		if outlines()[r].advance == 0 {
			return fmt.Errorf("%w: no outline for %q", ErrMarkText, r)
		}
	}
	return nil
}

func place(c Corner, size, box image.Point, margin int) image.Point {
	margin = min(margin, (size.X-box.X)/2, (size.Y-box.Y)/2)
	at := image.Pt(margin, margin)
	if c == BottomRight || c == TopRight {
		at.X = size.X - box.X - margin
	}
	if c == BottomRight || c == BottomLeft {
		at.Y = size.Y - box.Y - margin
	}
	return at
}

// layout is a line of characters and the box around it.
type layout struct {
	text string
	em   float64 // pixels
	base float64 // baseline, from the top of the box
	left float64
	box  image.Point
}

// layOut makes the lowest character of a text at least height pixels high.
func layOut(text MarkText, height float64) layout {
	lowest, width := math.MaxFloat64, 0.0
	top, bottom := math.MaxFloat64, -math.MaxFloat64
	for _, r := range string(text) {
		g := outlines()[r]
		lowest = min(lowest, g.bottom-g.top)
		top, bottom = min(top, g.top), max(bottom, g.bottom)
		width += g.advance
	}
	l := layout{text: string(text), em: height / lowest * 1000}
	pad := 0.28 * l.em
	scale := l.em / 1000
	l.left, l.base = pad, pad-top*scale
	l.box = image.Pt(int(math.Ceil(width*scale+2*pad)), int(math.Ceil((bottom-top)*scale+2*pad)))
	return l
}

// draw draws a dark plate and the line in white on it, which can be read on any picture.
func (l layout) draw(out *image.NRGBA, at image.Point) {
	w, h := l.box.X, l.box.Y
	plate := vector.NewRasterizer(w, h)
	roundedBox(plate, float32(w), float32(h), float32(0.22*l.em))
	area := image.Rectangle{Min: at, Max: at.Add(l.box)}
	plate.Draw(out, area, image.NewUniform(color.NRGBA{0, 0, 0, 150}), image.Point{})
	line := vector.NewRasterizer(w, h)
	x := l.left
	scale := l.em / 1000
	for _, r := range l.text {
		g := outlines()[r]
		point := func(p [2]float64) (float32, float32) {
			return float32(x + p[0]*scale), float32(l.base + p[1]*scale)
		}
		for _, s := range g.segments {
			ax, ay := point(s.a)
			switch s.op {
			case 'm':
				line.MoveTo(ax, ay)
			case 'l':
				line.LineTo(ax, ay)
			case 'q':
				bx, by := point(s.b)
				line.QuadTo(ax, ay, bx, by)
			}
		}
		line.ClosePath()
		x += g.advance * scale
	}
	line.Draw(out, area, image.NewUniform(color.White), image.Point{})
}

func roundedBox(z *vector.Rasterizer, w, h, r float32) {
	z.MoveTo(r, 0)
	z.LineTo(w-r, 0)
	z.QuadTo(w, 0, w, r)
	z.LineTo(w, h-r)
	z.QuadTo(w, h, w-r, h)
	z.LineTo(r, h)
	z.QuadTo(0, h, 0, h-r)
	z.LineTo(0, r)
	z.QuadTo(0, 0, r, 0)
	z.ClosePath()
}

// glyph is a character's outline in thousandths of an em.
type glyph struct {
	advance, top, bottom float64
	segments             []glyphSegment
}

type glyphSegment struct {
	op   byte
	a, b [2]float64
}

//go:embed glyphs/outlines.txt
var outlineText string

// MarkCharacters lists the characters that explicit marks can be made of.
func MarkCharacters() string {
	var b strings.Builder
	for line := range strings.Lines(outlineText) {
		if f := strings.Fields(line); len(f) == 3 && f[0] == "c" {
			b.WriteString(f[1])
		}
	}
	return b.String()
}

// outlines reads the outlines once.
var outlines = sync.OnceValue(func() map[rune]glyph {
	out := map[rune]glyph{}
	var r rune
	var g glyph
	number := func(s string) float64 {
		n, _ := strconv.ParseFloat(s, 64) // the file is our own, and tested
		return n
	}
	for line := range strings.Lines(outlineText) {
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		switch {
		case f[0] == "c" && len(f) == 3:
			r, g = []rune(f[1])[0], glyph{advance: number(f[2]), top: math.MaxFloat64, bottom: -math.MaxFloat64}
		case f[0] == "z":
			out[r] = g
		case f[0] == "m" || f[0] == "l" || f[0] == "q":
			s := glyphSegment{op: f[0][0]}
			for i := 1; i+1 < len(f); i += 2 {
				p := [2]float64{number(f[i]), number(f[i+1])}
				if i == 1 {
					s.a = p
				} else {
					s.b = p
				}
				g.top, g.bottom = min(g.top, p[1]), max(g.bottom, p[1])
			}
			g.segments = append(g.segments, s)
		}
	}
	return out
})
