package calibrate

import (
	"context"
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

func scene(seed uint64) Photo {
	return Photo{Name: string(rune('a' + seed)), Load: func() (image.Image, error) {
		r := rand.New(rand.NewPCG(seed, 1))
		img := image.NewRGBA(image.Rect(0, 0, 420, 320))
		for range 500 {
			x, y, w, h := r.IntN(420), r.IntN(320), 5+r.IntN(60), 5+r.IntN(60)
			c := color.RGBA{uint8(r.IntN(256)), uint8(r.IntN(256)), uint8(r.IntN(256)), 255}
			for j := y; j < min(320, y+h); j++ {
				for i := x; i < min(420, x+w); i++ {
					img.SetRGBA(i, j, c)
				}
			}
		}
		return img, nil
	}}
}

func TestAttacksAndPairs(t *testing.T) {
	ctx := context.Background()
	photos := []Photo{scene(1), scene(2)}
	classes := []Class{{"recompress", false, 0.98}, {"stain-large+chat", true, 0.98}}
	rows, err := Attacks(ctx, photos, classes, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	if r := rows[0]; r.Trials != 2 || r.Same != 2 || r.Flagged != 0 {
		t.Errorf("recompression: %+v", r)
	}
	if r := rows[1]; r.Same != 2 || r.Flagged != 2 || r.IoU < 0.5 {
		t.Errorf("stain: %+v", r)
	}
	n, found, err := Pairs(ctx, append(photos, scene(1)), 0, nil)
	if err != nil || n != 3 || len(found) != 1 || !found[0].Result.SamePhotograph {
		t.Errorf("%d pairs, %d found, %v", n, len(found), err)
	}
}

func TestACurveFittedToHonestChancesIsCalibrated(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	draw := func(n int) (s []Sample) {
		for range n {
			s = append(s, Sample{1 + r.NormFloat64(), true}, Sample{-1 + r.NormFloat64(), false})
		}
		return s
	}
	l := Fit(draw(4000))
	if math.Abs(l.Scale-2) > 0.4 || math.Abs(l.Shift) > 0.1 { // two normal curves two deviations apart: log odds 2·score
		t.Errorf("%+v", l)
	}
	q := Evaluate(l, draw(4000))
	if q.Error > 0.03 || q.Cllr < 0.4 || q.Cllr > 0.6 {
		t.Errorf("%+v", q)
	}
	if bad := Evaluate(Logistic{Scale: 20}, draw(4000)); bad.Cllr < 2*q.Cllr || bad.Error < 0.05 {
		t.Errorf("an overconfident curve passes: %+v", bad)
	}
}

func TestHalvesDoNotDependOnTheVariant(t *testing.T) {
	n := 0
	for i := range 1000 {
		n += Photo{Name: strings.Repeat("x", i%7) + string(rune(i))}.Half()
	}
	if n < 400 || n > 600 {
		t.Errorf("%d of 1000 in the reporting half", n)
	}
}
