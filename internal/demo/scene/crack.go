package scene

import (
	"image"
	"image/color"
	"math/rand/v2"

	"anxin/forensics/forge"
)

// The kinds of cracks.
const (
	NoCrack    = ""
	RealCrack  = "real"  // part of the thing: light and noise of the photograph lie over it
	DrawnCrack = "drawn" // on the finished photograph, as a retouching program does it
	// ForgedCrack is put on the finished photograph by the attack generator that measures the detectors, and goes through a chat app.
	ForgedCrack = "forged"
)

// forged puts a crack on a photograph, always the same one.
func forged(img image.Image) ([]byte, error) {
	f, err := forge.Apply(img, "crack+chat", 5)
	if err != nil {
		return nil, err
	}
	return f.JPEG, nil
}

// crack paints branching lines over the upper part of the thing, always in the same places, so that two photographs of one thing show the same damage.
func (c *canvas) crack(col color.RGBA, branches int, width float64) {
	r := rand.New(rand.NewPCG(7, 0xc4ac))
	for range branches {
		x, y := 690+r.Float64()*60, 230+r.Float64()*40
		dx, dy := 4+r.Float64()*6, 10+r.Float64()*8
		for step := range 26 {
			nx, ny := x+dx+r.Float64()*14-7, y+dy+r.Float64()*10-5
			c.line(x, y, nx, ny, width-float64(step)/8, col)
			if step%7 == 5 {
				c.line(nx, ny, nx+r.Float64()*70-20, ny+r.Float64()*50, 2, col)
			}
			x, y = nx, ny
			if x < 560 || x > 1040 {
				dx = -dx
			}
		}
	}
}

// line is a straight stroke of a width.
func (c *canvas) line(x0, y0, x1, y1, width float64, col color.RGBA) {
	x0, y0, x1, y1 = (x0+c.dx)*c.s, (y0+c.dy)*c.s, (x1+c.dx)*c.s, (y1+c.dy)*c.s
	half := max(0.5, width*c.s/2)
	n := int(max(abs(x1-x0), abs(y1-y0))) + 1
	for i := range n + 1 {
		t := float64(i) / float64(n)
		x, y := x0+(x1-x0)*t, y0+(y1-y0)*t
		for py := int(y - half); py <= int(y+half); py++ {
			for px := int(x - half); px <= int(x+half); px++ {
				if px >= 0 && py >= 0 && px < c.img.Rect.Dx() && py < c.img.Rect.Dy() {
					blend(c.img.Pix[c.img.PixOffset(px, py):], col, 210)
				}
			}
		}
	}
}

func abs(x float64) float64 { return max(x, -x) }
