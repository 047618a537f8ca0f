// Package forge makes forged and honest pictures from photographs, from a seed: what cheats do (cracks, stains, pasted texture, regenerated copies) and what
// happens to honest pictures on their way (chat apps, screenshots, crops). It exists to measure detectors and to find their limits before somebody else
// does. Everything is drawn by plain arithmetic; no model and no foreign material is involved.
//
// The same picture, attack and seed give the same bytes. Measurements must be split by photograph, never by variant of one photograph.
package forge

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"
	"math/rand/v2"
	"slices"
	"strings"
)

// Forged is a made picture and the truth about it.
type Forged struct {
	Image *image.RGBA
	Mask  *image.Alpha // opaque where content was altered; same size as Image
	Steps []string     // what was done, in order
	JPEG  []byte       // the last compression, when the last step was one
}

// Changed tells whether any pixel of the mask is set.
func (f *Forged) Changed() bool {
	return slices.ContainsFunc(f.Mask.Pix, func(v uint8) bool { return v != 0 })
}

// step is one thing done to a picture.
type step struct {
	name, what string
	damage     bool // it alters content
	do         func(c *canvas)
}

// canvas is a picture being worked on.
type canvas struct {
	img  *image.RGBA
	mask *image.Alpha
	jpeg []byte
	rnd  *rand.Rand
}

// between is a number from a range.
func (c *canvas) between(lo, hi float64) float64 { return lo + (hi-lo)*c.rnd.Float64() }

// steps is everything that can be done. An attack is one of these names or several joined by "+".
var steps = []step{
	{"recompress", "JPEG, quality 50 to 95", false, func(c *canvas) { c.compress(50 + c.rnd.IntN(46)) }},
	{"chat", "1280 pixels, JPEG 70", false, func(c *canvas) { c.shrinkTo(1280); c.compress(70) }},
	{"chat-small", "800 pixels, JPEG 60", false, func(c *canvas) { c.shrinkTo(800); c.compress(60) }},
	{"resize", "to 45-90 % of the size", false, func(c *canvas) { c.scale(c.between(0.45, 0.9)) }},
	{"filter", "brightness, contrast and colours of a photo filter", false, (*canvas).filter},
	{"crop5", "5 % of each side cut", false, func(c *canvas) { c.crop(0.95) }},
	{"crop20", "20 % of width and height cut", false, func(c *canvas) { c.crop(0.8) }},
	{"crop40", "40 % of width and height cut", false, func(c *canvas) { c.crop(0.6) }},
	{"rotate", "turned by up to 10°", false, (*canvas).rotate},
	{"mirror", "left and right exchanged", false, (*canvas).mirror},
	{"perspective", "corners moved by up to 8 %", false, (*canvas).perspective},
	{"screenshot", "on a phone's screen with bars above and below", false, (*canvas).screenshot},
	{"recapture", "photographed from a screen", false, (*canvas).recapture},
	{"regenerate", "rendered anew with a small drift", false, (*canvas).regenerate},
	{"crack", "a branching crack", true, (*canvas).crack},
	{"scratch", "some scratches", true, (*canvas).scratch},
	{"stain", "a stain of about 2 % of the picture", true, func(c *canvas) { c.stain(0.02) }},
	{"stain-large", "a stain of about 6 % of the picture", true, func(c *canvas) { c.stain(0.06) }},
	{"dent", "a dent: shading and bent surroundings", true, (*canvas).dent},
	{"tear", "a torn-open place", true, (*canvas).tear},
	{"missing", "a part removed and filled with its surroundings", true, (*canvas).missing},
	{"paste", "another place's texture pasted in", true, (*canvas).paste},
	{"camera", "JPEG 96, as a camera saves it", false, func(c *canvas) { c.compress(96) }}, // at the end: the place in this list is part of the seed
}

// Names lists the steps with a few words about each.
func Names() (names, what []string) {
	for _, s := range steps {
		names, what = append(names, s.name), append(what, s.what)
	}
	return names, what
}

// Damages lists the steps that alter content.
func Damages() (names []string) {
	for _, s := range steps {
		if s.damage {
			names = append(names, s.name)
		}
	}
	return names
}

// ErrSmall is the error for pictures below 64 pixels a side.
var ErrSmall = errors.New("the picture is too small to forge: at least 64 pixels a side are needed")

// Apply makes a forged picture. attack is a name from Names or several joined by "+", done from left to right, e.g. "crack+chat".
func Apply(img image.Image, attack string, seed uint64) (*Forged, error) {
	b := img.Bounds()
	if b.Dx() < 64 || b.Dy() < 64 {
		return nil, ErrSmall
	}
	c := &canvas{img: image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy())), mask: image.NewAlpha(image.Rect(0, 0, b.Dx(), b.Dy()))}
	draw.Draw(c.img, c.img.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(c.img, c.img.Rect, img, b.Min, draw.Over)
	f := &Forged{}
	for i, name := range strings.Split(attack, "+") {
		at := slices.IndexFunc(steps, func(s step) bool { return s.name == name })
		if at < 0 {
			names, _ := Names()
			return nil, fmt.Errorf("there is no attack %q; there are: %s", name, strings.Join(names, ", "))
		}
		c.rnd = rand.New(rand.NewPCG(seed, uint64(at)<<8|uint64(i)))
		c.jpeg = nil
		before := bytes.Clone(c.img.Pix)
		steps[at].do(c)
		if steps[at].damage {
			c.mark(before)
		}
		if c.img.Rect.Dx() < 32 || c.img.Rect.Dy() < 32 {
			return nil, ErrSmall
		}
		f.Steps = append(f.Steps, name)
	}
	f.Image, f.Mask, f.JPEG = c.img, c.mask, c.jpeg
	return f, nil
}

// visible is the difference in any channel from which a pixel counts as altered.
const visible = 6

// mark adds what visibly differs from before to the mask.
func (c *canvas) mark(before []uint8) {
	for i := range c.mask.Pix {
		for k := range 3 {
			if d := int(before[4*i+k]) - int(c.img.Pix[4*i+k]); d >= visible || d <= -visible {
				c.mask.Pix[i] = 255
			}
		}
	}
}

// compress encodes and decodes.
func (c *canvas) compress(quality int) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, c.img, &jpeg.Options{Quality: quality}); err != nil {
		panic(err) // a bytes.Buffer does not fail, and the size was checked
	}
	img, err := jpeg.Decode(bytes.NewReader(b.Bytes()))
	if err != nil {
		panic(err)
	}
	c.jpeg = b.Bytes()
	draw.Draw(c.img, c.img.Rect, img, img.Bounds().Min, draw.Src)
}
