package imagematch

import "fmt"

// Measures are the numbers behind the same-photograph answer, for calibration and for people who doubt it.
type Measures struct {
	Matches    int     // pairs of keypoints that look alike
	Textured   int     // squares of the claim with structure
	Covered    int     // of those, how many the reference covers
	Agree      int     // of those, how many show the same in the same place
	Agreement  float64 // Agree / Covered
	Drifting   float64 // share of the covered ones that show the same at another place
	Overlap    float64 // share of the claim that the reference covers
	Residual90 float64 // 90 % of the agreeing squares are off by less, working pixels
	Light      float64 // spread of local contrast ratios, logarithm
	Rough      float64 // how much shifts jump between neighbouring squares, working pixels
	Peak, Mass float64 // of the strongest changed region
}

// Measures gives the numbers.
func (res *Result) Measures() Measures {
	e := &res.evidence
	m := Measures{res.align.matches, e.textured, e.covered, e.agree, e.agreement, e.drifting, e.overlap, e.residual90, e.light, e.rough, 0, 0}
	for _, r := range res.regions {
		m.Peak, m.Mass = max(m.Peak, r.peak), max(m.Mass, r.mass)
	}
	return m
}

// Debug is a line of measurements.
func (res *Result) Debug() string { return fmt.Sprintf("%d inliers, %+v", res.Inliers, res.Measures()) }
