// Package forensics lists the checks of single pictures. They are secondary: pictures rendered anew as a whole defeat them, and honest pictures can look odd.
// Each has its own control of false alarms and says what it cannot tell. Matching against a known picture (package imagematch) is what proves something.
//
// There is no error level analysis here, and none may be added: it convinces people and shows nothing.
package forensics

import (
	"anxin/forensics/cameradata"
	"anxin/forensics/copymove"
	"anxin/forensics/doublejpeg"
	"anxin/forensics/grid"
	"anxin/forensics/jpegfile"
	"anxin/forensics/noiselevel"
	"anxin/forensics/recapture"
	"anxin/forensics/signal"
)

// Detectors are all checks. A new one is a folder, a line here, a golden case and a paragraph in docs/design/imagematch.md.
func Detectors() []signal.Detector {
	return []signal.Detector{
		jpegfile.Detector,
		cameradata.Detector,
		grid.Detector,
		doublejpeg.Detector,
		copymove.Detector,
		noiselevel.Detector,
		recapture.Detector,
	}
}

// Report is one detector's finding.
type Report struct {
	Detector signal.Detector
	Finding  signal.Finding
}

// Run runs all detectors on one picture. A detector that panics on a hostile picture is reported as failed; the others still run.
func Run(in signal.Input) []Report {
	var out []Report
	for _, d := range Detectors() {
		out = append(out, Report{d, guarded(d, in)})
	}
	return out
}

func guarded(d signal.Detector, in signal.Input) (f signal.Finding) {
	defer func() {
		if r := recover(); r != nil {
			f = signal.Finding{Applicability: signal.Failed, Facts: []signal.Text{{Zh: "检查中断", En: "the check broke off"}}}
		}
	}()
	return d.Run(in)
}
