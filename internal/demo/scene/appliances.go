package scene

import (
	"image/color"
	"math"
)

var (
	black  = color.RGBA{28, 30, 33, 255}
	steel  = color.RGBA{168, 172, 176, 255}
	white  = color.RGBA{240, 241, 240, 255}
	red    = color.RGBA{214, 48, 44, 255}
	green  = color.RGBA{62, 168, 92, 255}
	wood   = color.RGBA{128, 84, 52, 255}
	rust   = color.RGBA{142, 92, 48, 255}
	ice    = color.RGBA{226, 238, 246, 255}
	copper = color.RGBA{184, 115, 70, 255}
	blue   = color.RGBA{70, 120, 190, 255}
)

func lock(c *canvas, o Options) {
	c.rect(220, 0, 1160, 1200, 0, wood)
	c.rect(330, 90, 940, 420, 12, shade(wood, -12))
	c.rect(330, 640, 940, 500, 12, shade(wood, -12))
	c.shadow(660, 180, 240, 840, 56)
	c.rect(660, 180, 240, 840, 56, black)
	c.rect(684, 204, 192, 470, 36, shade(black, 14))
	for i := range 12 {
		c.disc(724+float64(i%3)*56, 280+float64(i/3)*74, 16, gray(205))
	}
	c.disc(780, 600, 40, gray(70))
	c.disc(780, 600, 28, gray(100))
	c.rect(700, 760, 420, 64, 30, steel)
	c.rect(700, 730, 130, 124, 40, steel)
	status := green
	if o.Fault {
		status = red
	}
	c.disc(780, 232, 12, status)
	if o.Fault {
		c.rect(905, 440, 6, 210, 2, gray(12)) // gap of a door that sags
	}
	if o.Fixed {
		c.rect(1330, 700, 50, 190, 8, copper)
	}
}

func heater(c *canvas, o Options) {
	c.shadow(470, 130, 660, 800, 40)
	c.rect(470, 130, 660, 800, 40, white)
	c.rect(690, 620, 220, 110, 12, black)
	digits := green
	if o.Fault {
		digits = red
	}
	c.rect(722, 650, 60, 52, 6, digits)
	c.rect(812, 650, 60, 52, 6, digits)
	for _, x := range []float64{590, 790, 980} {
		c.rect(x, 930, 34, 270, 4, copper)
	}
	if o.Fixed {
		c.rect(780, 980, 54, 70, 8, steel)
	}
	if o.Fault {
		c.rect(560, 1080, 260, 100, 46, shade(c.at(1500, 1100), -34)) // wet wall
		c.rect(600, 930, 10, 240, 4, rust)
	}
}

func stove(c *canvas, o Options) {
	c.rect(0, 820, 1600, 380, 0, gray(96))
	c.shadow(220, 420, 1160, 460, 26)
	c.rect(220, 420, 1160, 460, 26, black)
	for i, x := range []float64{500, 1100} {
		c.disc(x, 640, 170, gray(58))
		c.disc(x, 640, 120, gray(34))
		c.disc(x, 640, 74, steel)
		flame := blue
		if o.Fault && i == 1 {
			flame = rust
		}
		for k := range 12 {
			dx, dy := ring(k, 12, 96)
			c.disc(x+dx, 640+dy, 14, flame)
		}
		c.disc(x, 940, 52, steel)
	}
	if o.Fixed {
		c.disc(1100, 640, 74, color.RGBA{206, 170, 92, 255})
	}
}

func hood(c *canvas, o Options) {
	c.rect(660, 0, 280, 460, 0, steel)
	c.shadow(300, 440, 1000, 330, 18)
	c.rect(300, 440, 1000, 330, 18, gray(70))
	c.rect(330, 700, 940, 40, 8, gray(40))
	for i := range 5 {
		c.disc(640+float64(i)*80, 590, 22, gray(190))
	}
	if o.Fault {
		for i := range 9 {
			c.rect(360+float64(i)*100+c.r.Float64()*40, 735, 12, 40+c.r.Float64()*120, 6, rust) // dripping grease
		}
	}
	if o.Fixed {
		c.rect(330, 700, 940, 40, 8, gray(210))
	}
}

func aircon(c *canvas, o Options) {
	c.shadow(250, 250, 1100, 330, 50)
	c.rect(250, 250, 1100, 330, 50, white)
	c.rect(290, 505, 1020, 46, 14, gray(60))
	c.disc(1290, 470, 9, green)
	if o.Fault {
		c.rect(300, 545, 700, 26, 12, ice)
		for i := range 7 {
			c.rect(340+float64(i)*90, 560, 16, 60+c.r.Float64()*160, 8, ice)
		}
		c.rect(420, 700, 420, 420, 160, shade(c.at(1500, 900), -26))
	}
	if o.Fixed {
		c.rect(300, 300, 1000, 12, 4, blue)
	}
}

func washer(c *canvas, o Options) {
	c.rect(0, 1040, 1600, 160, 0, gray(150))
	c.shadow(430, 180, 740, 900, 22)
	c.rect(430, 180, 740, 900, 22, white)
	c.rect(430, 180, 740, 140, 22, gray(215))
	c.disc(1080, 250, 44, steel)
	c.rect(700, 215, 220, 74, 10, black)
	if o.Fault {
		c.rect(730, 232, 90, 40, 4, red)
	}
	c.disc(800, 690, 290, steel)
	c.disc(800, 690, 240, gray(60))
	c.disc(800, 690, 205, gray(92))
	if o.Fault {
		c.rect(380, 1080, 860, 80, 40, shade(gray(150), -30)) // water on the floor
	}
	if o.Fixed {
		c.disc(800, 690, 250, gray(36))
		c.disc(800, 690, 205, gray(100))
	}
}

func fridge(c *canvas, o Options) {
	c.shadow(500, 60, 600, 1090, 20)
	c.rect(500, 60, 600, 1090, 20, steel)
	c.rect(500, 470, 600, 10, 0, gray(70))
	c.rect(1030, 180, 26, 230, 12, gray(95))
	c.rect(1030, 540, 26, 360, 12, gray(95))
	c.rect(700, 220, 160, 80, 10, black)
	if o.Fault {
		c.rect(724, 240, 112, 40, 4, red)
		c.rect(500, 452, 600, 40, 16, ice)
	}
	if o.Fixed {
		c.rect(724, 240, 112, 40, 4, green)
	}
}

// ring places k of n points on a circle.
func ring(k, n int, r float64) (dx, dy float64) {
	a := float64(k) / float64(n)
	return r * cos(a), r * sin(a)
}

func cos(turn float64) float64 { return math.Cos(2 * math.Pi * turn) }
func sin(turn float64) float64 { return math.Sin(2 * math.Pi * turn) }
