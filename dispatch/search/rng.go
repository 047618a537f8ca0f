package search

import "math"

// rng is a small fast generator (splitmix64); its sequence is fixed by the seed on every architecture.
type rng struct{ s uint64 }

func (r *rng) next() uint64 {
	r.s += 0x9e3779b97f4a7c15
	z := r.s
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb
	return z ^ (z >> 31)
}

// below returns a number in [0, n).
func (r *rng) below(n int32) int32 { return int32((r.next() >> 32) * uint64(n) >> 32) }

// unit returns a number in (0, 1].
func (r *rng) unit() float64 { return (float64(r.next()>>11) + 1) * (1.0 / (1 << 53)) }

// logUnit returns ln(u) for u in (0, 1] from a table, so that the result does not depend on the platform's floating point.
func (r *rng) logUnit() float64 {
	return logTable[r.next()>>52]
}

var logTable = func() (t [4096]float64) {
	for i := range t {
		t[i] = math.Log((float64(i) + 0.5) / 4096)
	}
	return t
}()
