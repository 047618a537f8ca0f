package fingerprint

import (
	"math/rand/v2"
	"testing"
)

func TestCommonSegments(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	video := func(n int) (v []Print) {
		for range n {
			v = append(v, Print{Hash: randomHash(r), Quality: 90})
		}
		return v
	}
	a, b := video(60), video(40)
	for i := range 12 { // seconds 20 to 31 of a are in b from 5 on, recompressed; one is a cut-in, one is dark
		b[5+i] = Print{Hash: flip(r, a[20+i].Hash, r.IntN(20)), Quality: 90}
	}
	b[9] = Print{Hash: randomHash(r), Quality: 90}
	b[11].Quality = 10
	got := CommonSegments(a, b, NearRadius, 4)
	if len(got) != 1 || got[0].A != 20 || got[0].B != 5 || got[0].Length != 12 || got[0].Equal != 10 || got[0].Mean > 20 {
		t.Errorf("%+v", got)
	}
	if got := CommonSegments(a, video(50), NearRadius, 2); len(got) != 0 {
		t.Errorf("unrelated: %+v", got)
	}
	if got := CommonSegments(a, a, NearRadius, 5); len(got) != 1 || got[0].Length != 60 || got[0].A != got[0].B {
		t.Errorf("itself: %+v", got)
	}
	still := make([]Print, 30)
	for i := range still {
		still[i] = a[0]
	}
	if got := CommonSegments(still, still[:10], NearRadius, 5); len(got) == 0 || got[0].Length != 10 {
		t.Errorf("a still: %+v", got)
	}
	if got := CommonSegments(nil, a, NearRadius, 1); len(got) != 0 {
		t.Errorf("nothing: %+v", got)
	}
}
