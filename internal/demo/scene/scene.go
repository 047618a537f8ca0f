// Package scene paints the demo's photographs: appliances against a wall, with light, noise and an optional fault, from a seed. They look enough like
// phone photos to exercise upload, sealing and display, and show no real person, home or product.
package scene

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"math"
	"math/rand/v2"

	"golang.org/x/image/vector"
)

// Subjects are what can be painted.
var subjects = []string{"smart_lock", "water_heater", "gas_stove", "range_hood", "air_conditioner", "washing_machine", "refrigerator"}

// Subjects lists what can be painted.
func Subjects() []string { return append([]string(nil), subjects...) }

// Options say what to paint.
type Options struct {
	Subject string
	Seed    uint64
	Width   int  // pixels; height is 3/4 of it; 0 means 1600
	Fault   bool // a visible fault: error light, leak stain, ice
	Fixed   bool // after the repair: same scene, fault gone, a new part shines
	// Crack is damage of the thing (RealCrack) or on the picture (DrawnCrack, ForgedCrack).
	Crack string
	// View is where the camera stands: 0 straight before the thing, others nearer and to a side. Two views of one thing are two photographs.
	View int
}

// JPEG paints and encodes the photograph. The same options give the same bytes.
func JPEG(o Options) ([]byte, error) {
	img, err := Paint(o)
	if err != nil {
		return nil, err
	}
	if o.Crack == ForgedCrack {
		return forged(img)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 84}); err != nil {
		return nil, fmt.Errorf("encode scene: %w", err)
	}
	return b.Bytes(), nil
}

// Paint makes the picture. An unknown subject is an error.
func Paint(o Options) (*image.RGBA, error) {
	if o.Width == 0 {
		o.Width = 1600
	}
	paint, ok := painters[o.Subject]
	if !ok {
		return nil, fmt.Errorf("no scene for %q", o.Subject)
	}
	c := &canvas{img: opaque(o.Width, o.Width*3/4), r: rand.New(rand.NewPCG(o.Seed, 0x5ce9e)), s: float64(o.Width) / 1600}
	if o.View > 0 {
		c.s *= 1.25 + 0.12*float64(o.View%4)
		c.dx, c.dy = -60-55*float64(o.View%5), -20-45*float64(o.View%3)
		c.piece = float64(o.Seed)
		c.px, c.py = 60+7*float64(o.View*3%7), 24-8*float64(o.View%5)
		if o.View%2 == 1 {
			c.px = -c.px // from the other side
		}
	}
	c.wall()
	if o.View > 0 {
		c.shelves()
	}
	paint(c, o)
	if o.Crack == RealCrack {
		c.crack(gray(226), 3, 5)
	}
	c.light()
	if o.Crack == DrawnCrack {
		c.crack(gray(205), 1, 3)
	}
	return c.img, nil
}

func opaque(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := 3; i < len(img.Pix); i += 4 {
		img.Pix[i] = 255
	}
	return img
}

// canvas paints in a 1600 × 1200 space.
type canvas struct {
	img *image.RGBA
	r   *rand.Rand
	s   float64
	// dx and dy move the picture before it is scaled; px and py move what stands out of the wall besides.
	dx, dy, px, py float64
	piece          float64 // no two pieces are put together alike
}

var painters = map[string]func(*canvas, Options){
	"smart_lock": lock, "water_heater": heater, "gas_stove": stove, "range_hood": hood, "air_conditioner": aircon, "washing_machine": washer,
	"refrigerator": fridge,
}

func gray(v uint8) color.RGBA { return color.RGBA{v, v, v, 255} }

// wall fills the background with a tinted wall and a floor line.
func (c *canvas) wall() {
	tints := []color.RGBA{{226, 222, 212, 255}, {214, 220, 224, 255}, {232, 228, 226, 255}, {205, 212, 202, 255}}
	t := tints[c.r.IntN(len(tints))]
	c.rect(0, 0, 1600, 1200, 0, t)
	if c.r.IntN(2) == 0 { // tiles
		for x := 0.0; x < 1600; x += 200 {
			c.rect(x, 0, 3, 1200, 0, shade(t, -14))
		}
		for y := 0.0; y < 1200; y += 200 {
			c.rect(0, y, 1600, 3, 0, shade(t, -14))
		}
	}
}

func shade(c color.RGBA, d int) color.RGBA {
	f := func(v uint8) uint8 { return uint8(min(255, max(0, int(v)+d))) }
	return color.RGBA{f(c.R), f(c.G), f(c.B), 255}
}

// rect fills a rounded rectangle, a little lighter at the top than at the bottom. Only the pixels of its box are touched.
func (c *canvas) rect(x, y, w, h, radius float64, col color.RGBA) {
	near := c.nearness(x, y, w, h)
	x, y = x+c.px*near, y+c.py*near
	x, y, w, h, radius = (x+c.dx)*c.s, (y+c.dy)*c.s, w*c.s, h*c.s, radius*c.s
	box := image.Rect(int(x), int(y), int(x+w)+1, int(y+h)+1).Intersect(c.img.Rect)
	if box.Empty() {
		return
	}
	z := vector.NewRasterizer(box.Dx(), box.Dy())
	z.DrawOp = draw.Src
	outline(z, x-float64(box.Min.X), y-float64(box.Min.Y), w, h, radius)
	mask := image.NewAlpha(image.Rect(0, 0, box.Dx(), box.Dy()))
	z.Draw(mask, mask.Rect, image.Opaque, image.Point{})
	for py := range box.Dy() {
		t := (float64(box.Min.Y+py) - y) / max(1, h)
		row := shade(col, int(10-20*max(0, min(1, t))))
		pix := c.img.Pix[c.img.PixOffset(box.Min.X, box.Min.Y+py):]
		for px, a := range mask.Pix[py*mask.Stride : py*mask.Stride+box.Dx()] {
			blend(pix[4*px:4*px+3], row, int(a))
		}
	}
}

func blend(pix []byte, col color.RGBA, a int) {
	pix[0] = uint8((int(pix[0])*(255-a) + int(col.R)*a) / 255)
	pix[1] = uint8((int(pix[1])*(255-a) + int(col.G)*a) / 255)
	pix[2] = uint8((int(pix[2])*(255-a) + int(col.B)*a) / 255)
}

// outline is the path of a rounded rectangle.
func outline(z *vector.Rasterizer, x, y, w, h, radius float64) {
	k := radius * 0.4477
	f := func(v float64) float32 { return float32(v) }
	z.MoveTo(f(x+radius), f(y))
	z.LineTo(f(x+w-radius), f(y))
	z.CubeTo(f(x+w-k), f(y), f(x+w), f(y+k), f(x+w), f(y+radius))
	z.LineTo(f(x+w), f(y+h-radius))
	z.CubeTo(f(x+w), f(y+h-k), f(x+w-k), f(y+h), f(x+w-radius), f(y+h))
	z.LineTo(f(x+radius), f(y+h))
	z.CubeTo(f(x+k), f(y+h), f(x), f(y+h-k), f(x), f(y+h-radius))
	z.LineTo(f(x), f(y+radius))
	z.CubeTo(f(x), f(y+k), f(x+k), f(y), f(x+radius), f(y))
	z.ClosePath()
}

// shelves are what stands behind the thing where people live and pack: other boxes and bottles for every seed. The catalogue has a bare wall.
func (c *canvas) shelves() {
	for y := 250.0; y < 1250; y += 235 {
		c.rect(-200, y, 2200, 14, 0, shade(wood, -20+c.r.IntN(40)))
		for x := -150.0; x < 1900; {
			w, h := 28+c.r.Float64()*70, 60+c.r.Float64()*120
			tint := color.RGBA{uint8(70 + c.r.IntN(170)), uint8(70 + c.r.IntN(170)), uint8(70 + c.r.IntN(170)), 255}
			c.rect(x, y-h, w, h, 6, tint)
			c.rect(x+w/5, y-h*0.7, w*0.6, h*0.25, 2, shade(tint, 40))
			x += w + 6 + c.r.Float64()*50
		}
	}
}

// nearness is how far a part stands out of the wall: small parts are knobs and handles, each a little different, large ones the body. From another place near and far things
// shift differently, as they do between two photographs and never between copies of one.
func (c *canvas) nearness(x, y, w, h float64) float64 {
	size := max(w, h)
	near := 1 - min(1, size/900)
	if size < 130 {
		_, part := math.Modf(math.Abs(math.Sin((x+w/2)*12.9898+(y+h/2)*78.233+c.piece)) * 43758.5453)
		near += 0.4 * (part - 0.5)
	}
	return near
}

func (c *canvas) disc(x, y, r float64, col color.RGBA) { c.rect(x-r, y-r, 2*r, 2*r, r, col) }

// shadow darkens below and right of a body.
func (c *canvas) shadow(x, y, w, h, radius float64) {
	for i := 5; i > 0; i-- {
		d := float64(i) * 5
		c.rect(x+d, y+d, w, h, radius, shade(c.at(x+w+30, y+h+30), -10+i))
	}
}

func (c *canvas) at(x, y float64) color.RGBA {
	b := c.img.Rect
	px, py := min(b.Dx()-1, int((x+c.dx)*c.s)), min(b.Dy()-1, int((y+c.dy)*c.s))
	return c.img.RGBAAt(max(0, px), max(0, py))
}

// light adds vignetting, a window's glow and sensor noise. It touches every pixel, so it keeps to integers and one random number a pixel.
func (c *canvas) light() {
	b := c.img.Rect
	gx, gy := c.r.Float64()*float64(b.Dx()), c.r.Float64()*float64(b.Dy())/2
	diag := float64(b.Dx()*b.Dx() + b.Dy()*b.Dy())
	for y := range b.Dy() {
		dy := float64(y) - gy
		for x := range b.Dx() {
			dx := float64(x) - gx
			f := int((1.08 - 0.42*(dx*dx+dy*dy)/diag) * 1024)
			u := c.r.Uint32()
			n := (int(u&0xffff) + int(u>>16) - 0xffff) * 9 >> 16
			pix := c.img.Pix[c.img.PixOffset(x, y):]
			for k := range 3 {
				pix[k] = uint8(max(0, min(255, int(pix[k])*f>>10+n)))
			}
		}
	}
}
