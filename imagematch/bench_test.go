package imagematch

import (
	"context"
	"image"
	"math/rand/v2"
	"testing"
)

// scenery is a picture with structure of all sizes.
func scenery(seed uint64, w, h int) *image.RGBA {
	r := rand.New(rand.NewPCG(seed, 9))
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range img.Pix {
		img.Pix[i] = 128
	}
	for n := range 700 {
		size := 4 + r.IntN(max(8, w/(3+n/20)))
		x0, y0 := r.IntN(w), r.IntN(h)
		c := [3]int{r.IntN(256), r.IntN(256), r.IntN(256)}
		round := r.IntN(2) == 0
		for y := max(0, y0-size/2); y < min(h, y0+size/2); y++ {
			for x := max(0, x0-size/2); x < min(w, x0+size/2); x++ {
				if dx, dy := x-x0, y-y0; round && dx*dx+dy*dy > size*size/4 {
					continue
				}
				p := img.Pix[img.PixOffset(x, y):]
				for k := range 3 {
					p[k] = uint8((int(p[k]) + 2*c[k]) / 3)
				}
			}
		}
	}
	for i := range img.Pix {
		if i%4 == 3 {
			img.Pix[i] = 255
		} else {
			img.Pix[i] = uint8(max(0, min(255, int(img.Pix[i])+r.IntN(9)-4)))
		}
	}
	return img
}

func BenchmarkExtract(b *testing.B) {
	img := scenery(1, 800, 600)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		n = Extract(img, Options{}).Count()
	}
	b.ReportMetric(float64(n), "keypoints")
}

func BenchmarkPair(b *testing.B) {
	x, y := Extract(scenery(1, 800, 600), Options{}), Extract(scenery(2, 800, 600), Options{})
	b.Run("same", func(b *testing.B) {
		for b.Loop() {
			alignments(x, x)
		}
	})
	b.Run("other", func(b *testing.B) {
		for b.Loop() {
			alignments(x, y)
		}
	})
	b.Run("compare", func(b *testing.B) {
		for b.Loop() {
			if _, err := CompareFeatures(context.Background(), x, x); err != nil {
				b.Fatal(err)
			}
		}
	})
}
