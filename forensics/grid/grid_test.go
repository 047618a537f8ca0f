package grid

import (
	"math/rand/v2"
	"testing"
)

// TestVanishingCountsWhatTransformGives: the count without branches agrees with looking at the frequencies one by one, at the limit too.
func TestVanishingCountsWhatTransformGives(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 5))
	seen := 0
	for range 20000 {
		var v, f [8]float32
		for i := range v {
			v[i] = float32(r.IntN(9)-4) / 2
		}
		if r.IntN(4) == 0 { // few frequencies
			v = [8]float32{v[0], v[0], v[0], v[0], v[1], v[1], v[1], v[1]}
		}
		transform(&f, v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7])
		var first, rest uint32
		for i, x := range f {
			switch {
			case x <= -0.5 || x >= 0.5:
			case i == 0:
				first++
			default:
				rest++
			}
		}
		seen += int(rest)
		if a, b := vanishing(v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7]); a != first || b != rest {
			t.Fatalf("%v: %d and %d vanish, counted %d and %d", v, first, rest, a, b)
		}
	}
	if seen == 0 {
		t.Fatal("nothing vanished")
	}
	for f, want := range map[float32]uint32{0: 1, 0.49999997: 1, -0.49999997: 1, 0.5: 0, -0.5: 0, 1e30: 0} {
		if small(f) != want {
			t.Errorf("%v: %d", f, small(f))
		}
	}
}
