package imagematch

import "fmt"

// Measures are the numbers behind the same-photograph answer, for calibration and for people who doubt it.
type Measures struct {
	Matches    int     // pairs of keypoints that look alike
	Textured   int     // squares of the claim with structure
	Covered    int     // of those, how many the reference covers
	Agree      int     // of those, how many show the same in the same place
	Agreement  float64 // Agree / Covered
	Common     float64 // share of the covered ones that agree or drift, those left aside where the reference is plain
	Drifting   float64 // share of the covered ones that show the same at another place
	Overlap    float64 // share of the claim that the reference covers
	Residual90 float64 // 90 % of the agreeing squares are off by less, working pixels
	Light      float64 // spread of local contrast ratios, logarithm
	Rough      float64 // how much shifts jump between neighbouring squares, working pixels
	Peak, Mass float64 // of the strongest changed region
	Astray     int     // matches with the map's size and direction at another place than it says, where the claim does not show what it says
	Parallax   float64 // Astray / (Astray + inliers)
	RefShown   float64 // share of the reference that lies within the claim
	Beyond     float64 // share of the claim that continues the scene beyond the reference's frame
}

// Measures gives the numbers.
func (res *Result) Measures() Measures {
	e := &res.evidence
	m := Measures{Matches: res.align.matches, Textured: e.textured, Covered: e.covered, Agree: e.agree, Agreement: e.agreement, Drifting: e.drifting, Common: e.common, Overlap: e.overlap, Residual90: e.residual90,
		Light: e.light, Rough: e.rough, Astray: res.align.astray, Parallax: e.parallax, RefShown: e.refShown, Beyond: e.beyond}
	for _, r := range res.regions {
		m.Peak, m.Mass = max(m.Peak, r.peak), max(m.Mass, r.mass)
	}
	return m
}

// Debug is a line of measurements.
func (res *Result) Debug() string { return fmt.Sprintf("%d inliers, %+v", res.Inliers, res.Measures()) }
