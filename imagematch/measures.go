package imagematch

import "fmt"

// Debug is a line of measurements for people who tune the engine.
func (res *Result) Debug() string {
	e := &res.evidence
	s := fmt.Sprintf("m %d in %d med %.2f tex %d cov %d agree %.2f cover %.2f drift %.2f ov %.2f ncc %.2f res %.2f/%.2f light %.2f rough %.2f area %.4f regions", res.align.matches, res.Inliers, res.align.median, e.textured, e.covered, e.agreement, e.coverage, e.drifting, e.overlap, e.ncc, e.residual, e.residual90, e.light, e.rough, res.ChangedArea)
	for _, r := range res.regions {
		s += fmt.Sprintf(" [a%d p%.0f m%.0f]", r.area, r.peak, r.mass)
	}
	return s
}
