package calibrate

import (
	"fmt"
	"strings"
)

// Plot draws the reliability of a calibrated score: for each bin the predicted chance and the share met, the size of a dot saying how many samples it stands for. SVG.
func Plot(q Quality) string {
	const side, left, top = 320.0, 56.0, 20.0
	x := func(p float64) float64 { return left + p*side }
	y := func(p float64) float64 { return top + (1-p)*side }
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" font-family="sans-serif" font-size="11" role="img">`, left+side+24, top+side+52)
	fmt.Fprintf(&b, "\n<title>Reliability of the same-photograph score: Cllr %.3f, calibration error %.3f, %d same and %d separate pairs</title>\n", q.Cllr, q.Error, q.Same, q.Other)
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" fill="#fff"/><rect x="%.0f" y="%.0f" width="%.0f" height="%.0f" fill="none" stroke="#888"/>`+"\n", left, top, side, side)
	fmt.Fprintf(&b, `<line x1="%.0f" y1="%.0f" x2="%.0f" y2="%.0f" stroke="#888" stroke-dasharray="4 4"/>`+"\n", x(0), y(0), x(1), y(1))
	for _, p := range []float64{0, 0.25, 0.5, 0.75, 1} {
		fmt.Fprintf(&b, `<text x="%.1f" y="%.1f" text-anchor="middle">%.2f</text><text x="%.1f" y="%.1f" text-anchor="end">%.2f</text>`+"\n", x(p), y(0)+16, p, left-6, y(p)+4, p)
	}
	fmt.Fprintf(&b, `<text x="%.1f" y="%.1f" text-anchor="middle">predicted 预测 (n of same / separate pairs beside the dots)</text>`+"\n", x(0.5), y(0)+36)
	fmt.Fprintf(&b, `<text transform="translate(14 %.1f) rotate(-90)" text-anchor="middle">met 实际</text>`+"\n", y(0.5))
	for _, v := range q.Bins {
		if v.N == 0 {
			continue
		}
		lo, hi := v.Low95, v.High95
		fmt.Fprintf(&b, `<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="#1f6f54"/><circle cx="%.1f" cy="%.1f" r="4" fill="#1f6f54"/>`, x(v.Predicted), y(lo), x(v.Predicted), y(hi), x(v.Predicted), y(v.Met))
		anchor, dx := "start", 8.0
		if v.Predicted > 0.6 {
			anchor, dx = "end", -8
		}
		fmt.Fprintf(&b, `<text x="%.1f" y="%.1f" text-anchor="%s">%d / %d</text>`+"\n", x(v.Predicted)+dx, y(v.Met)+4, anchor, v.Same, v.N-v.Same)
	}
	b.WriteString("</svg>\n")
	return b.String()
}
