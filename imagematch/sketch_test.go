package imagematch

import (
	"context"
	"math"
	"slices"
	"testing"
)

// A sketch keeps what ranking needs: the same order as with all features, and the source first even when only half of the keypoints are kept.
func TestSketchesRankLikeFeatures(t *testing.T) {
	var refs []*Features
	var kept, half []Sketch
	for i := range 5 {
		f := Extract(scenery(uint64(50+i), 400, 300), Options{})
		refs, kept, half = append(refs, f), append(kept, f.Sketch(f.Count())), append(half, f.Sketch(512))
	}
	claim := Extract(noisy(resampled(scenery(53, 400, 300), 360, 250, func(x, y float64) (float64, float64) { return x + 15, y + 20 }), 3, 4), Options{})
	want := Rank(claim, refs, 6)
	if got := RankSketches(claim, kept, 6); !slices.Equal(got, want) {
		t.Errorf("%v instead of %v", got, want)
	}
	if got := RankSketches(claim, half, 6); len(got) == 0 || got[0].Index != 3 || got[0].Votes < 20 {
		t.Errorf("with half of the keypoints: %v", got)
	}
	if got := RankSketches(claim, []Sketch{nil, kept[3][:45], kept[3]}, 3); len(got) == 0 || got[0].Index != 2 {
		t.Errorf("with a cut sketch: %v", got)
	}
}

// The map takes places of the claim to places of the reference, in their own pixels.
func TestMapIsInPixels(t *testing.T) {
	ref := scenery(3, 1000, 750)
	claim := resampled(ref, 600, 450, func(x, y float64) (float64, float64) { return 120 + 1.1*x, 90 + 1.1*y })
	res, err := Compare(context.Background(), ref, claim, Options{})
	if err != nil || !res.SamePhotograph {
		t.Fatalf("%+v %v", res, err)
	}
	h, ok := res.Map()
	if !ok || h[8] != 1 {
		t.Fatal(h, ok)
	}
	for _, p := range [][2]float64{{0, 0}, {599, 0}, {300, 400}} {
		w := h[6]*p[0] + h[7]*p[1] + h[8]
		x, y := (h[0]*p[0]+h[1]*p[1]+h[2])/w, (h[3]*p[0]+h[4]*p[1]+h[5])/w
		if dx, dy := x-(120+1.1*p[0]), y-(90+1.1*p[1]); math.Hypot(dx, dy) > 2 {
			t.Errorf("%v lies %.1f, %.1f pixels off", p, dx, dy)
		}
	}
	res, err = Compare(context.Background(), scenery(4, 400, 300), scenery(5, 400, 300), Options{})
	if _, ok := res.Map(); ok || err != nil {
		t.Error("a map between unrelated pictures")
	}
}
