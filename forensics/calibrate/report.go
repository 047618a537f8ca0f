package calibrate

import (
	"math"
	"slices"

	"anxin/imagematch"
)

// unrelatedScore is the score of pictures that have nothing in common.
const unrelatedScore = -4

// Score sums the measurements of one comparison up to one number that grows with the support for "the same photograph". It has no unit until Fit gives it one.
func Score(res *imagematch.Result) float64 {
	if !res.Related {
		return unrelatedScore
	}
	m := res.Measures()
	support := math.Min(1, float64(m.Agree)/30)
	score := 8*(m.Agreement-0.5)*support - 2*math.Min(m.Drifting, 1) - 2*math.Min(m.Rough, 1) + 1
	score -= 40 * math.Min(m.Parallax, 0.1)
	if m.RefShown < 0.95 || m.Agreement < 0.93 {
		score -= 60 * math.Min(m.Beyond, 0.1)
	}
	return math.Max(score, unrelatedScore)
}

// Sample is a score with the truth.
type Sample struct {
	Score float64
	Same  bool
}

// Logistic turns a score into a probability for equally many same and different pairs.
type Logistic struct{ Scale, Shift float64 }

// P is the probability of the same photograph.
func (l Logistic) P(score float64) float64 { return 1 / (1 + math.Exp(-l.Scale*score-l.Shift)) }

// Fit finds the curve by Newton's method, each class weighing one half, with a little weight for a flat curve: samples that separate perfectly would drive
// it to certainty that a finite sample cannot give.
func Fit(samples []Sample) Logistic {
	l := Logistic{Scale: 1}
	same, other := count(samples)
	if same == 0 || other == 0 {
		return l
	}
	const ridge = 0.01
	for range 100 {
		ga, gb := -ridge*l.Scale, -ridge*l.Shift
		aa, ab, bb := ridge, 0.0, ridge
		for _, s := range samples {
			w, y := 0.5/float64(other), 0.0
			if s.Same {
				w, y = 0.5/float64(same), 1
			}
			p := l.P(s.Score)
			ga, gb = ga+w*(y-p)*s.Score, gb+w*(y-p)
			q := w * p * (1 - p)
			aa, ab, bb = aa+q*s.Score*s.Score, ab+q*s.Score, bb+q
		}
		det := aa*bb - ab*ab
		l.Scale, l.Shift = l.Scale+(ga*bb-gb*ab)/det, l.Shift+(gb*aa-ga*ab)/det
	}
	return l
}

func count(samples []Sample) (same, other int) {
	for _, s := range samples {
		if s.Same {
			same++
		} else {
			other++
		}
	}
	return same, other
}

// Bin is one row of a reliability table.
type Bin struct {
	Low, High      float64 // predicted
	N, Same        int
	Predicted, Met float64 // means; Met weighs the classes equally
	Low95, High95  float64 // of Met, from the intervals of the two shares
}

// Quality is what a curve is worth on samples that it was not fitted to.
type Quality struct {
	Same, Other int
	Cllr        float64 // bits; 0 is perfect, 1 knows nothing
	Error       float64 // expected calibration error, classes weighing equally
	Bins        []Bin
}

// Evaluate measures a curve.
func Evaluate(l Logistic, samples []Sample) (q Quality) {
	q.Same, q.Other = count(samples)
	if q.Same == 0 || q.Other == 0 {
		return q
	}
	edges := []float64{0, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95, 1.0000001}
	sums := make([][3]float64, len(edges)-1) // weight, predicted, met
	bins := make([]Bin, len(edges)-1)
	for _, s := range samples {
		p := l.P(s.Score)
		lr := math.Min(1e9, math.Max(1e-9, p/(1-p)))
		w := 0.5 / float64(q.Other)
		if s.Same {
			w = 0.5 / float64(q.Same)
			q.Cllr += w * math.Log2(1+1/lr)
		} else {
			q.Cllr += w * math.Log2(1+lr)
		}
		at, _ := slices.BinarySearchFunc(edges, p, func(e, p float64) int {
			if e <= p {
				return -1
			}
			return 1
		})
		at--
		bins[at].N++
		if s.Same {
			bins[at].Same++
		}
		sums[at][0] += w
		sums[at][1] += w * p
		if s.Same {
			sums[at][2] += w
		}
	}
	for i := range bins {
		b := &bins[i]
		b.Low, b.High = edges[i], math.Min(1, edges[i+1])
		if sums[i][0] > 0 {
			b.Predicted, b.Met = sums[i][1]/sums[i][0], sums[i][2]/sums[i][0]
			q.Error += sums[i][0] * math.Abs(b.Predicted-b.Met)
			b.Low95, b.High95 = metBounds(b.Same, q.Same, b.N-b.Same, q.Other)
		}
	}
	q.Bins = bins
	return q
}

// metBounds are bounds of the share met in a bin that holds s of all same and o of all other samples, the classes weighing equally.
func metBounds(s, same, o, other int) (low, high float64) {
	_, sl, sh := Share(s, same)
	_, ol, oh := Share(o, other)
	share := func(a, b float64) float64 {
		if a+b == 0 {
			return 0
		}
		return a / (a + b)
	}
	return share(sl, oh), share(sh, ol)
}
