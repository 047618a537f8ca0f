package staff

import (
	"time"

	"anxin/dispatch"
	"anxin/internal/i18n"
	"anxin/internal/service"
	"anxin/internal/service/catalog"
	"anxin/internal/web/ui"
)

// KindIcon is the icon of a kind of service.
func KindIcon(kind string) string {
	switch kind {
	case "install", "relocate", "clean", "inspect":
		return kind
	case "commission":
		return "adjust"
	}
	return "repair"
}

// Word is the sentence of staff.<group>.<code>; a code that this version does not know is shown as it is, so that nothing stored is ever hidden.
func Word(p i18n.Printer, group, code string) string {
	if code == "" {
		return ""
	}
	key := "staff." + group + "." + code
	if !i18n.Has(key) {
		return code
	}
	return p.T(key)
}

// VisitTone is the tone of a visit's state.
func VisitTone(state string) ui.Tone {
	switch state {
	case "finished":
		return ui.OK
	case "needs_follow_up", "no_access", "aborted":
		return ui.Warn
	case "cancelled", "withdrawn":
		return ui.Quiet
	}
	return ui.Info
}

// RequestTone is the tone of a request's state.
func RequestTone(state string) ui.Tone {
	switch state {
	case "done", "closed", "remote_fixed":
		return ui.OK
	case "cancelled", "referred":
		return ui.Quiet
	case "received", "triaged", "planned":
		return ui.Warn
	}
	return ui.Info
}

// OfferTone is the tone of an offer's state.
func OfferTone(state string) ui.Tone {
	switch state {
	case "accepted":
		return ui.OK
	case "declined", "expired":
		return ui.Warn
	case "withdrawn":
		return ui.Quiet
	}
	return ui.Info
}

// UrgencyTone is the tone of an urgency.
func UrgencyTone(urgency string) ui.Tone {
	switch urgency {
	case "emergency":
		return ui.Danger
	case "express":
		return ui.Warn
	}
	return ui.Quiet
}

// Minutes writes minutes after midnight as a time of day, 08:30; 1440 is 24:00.
func Minutes(m int) string {
	two := func(n int) string { return string([]byte{byte('0' + n/10%10), byte('0' + n%10)}) }
	if m < 0 || m > 24*60 {
		return "--:--"
	}
	return two(m/60) + ":" + two(m%60)
}

// Known reports whether a moment is set.
func Known(t time.Time) bool { return !t.IsZero() }

// Reasons are a list of the catalogue as choices.
func Reasons(p i18n.Printer, list []catalog.Named) []ui.Choice {
	out := make([]ui.Choice, 0, len(list))
	for _, n := range list {
		out = append(out, ui.Choice{Value: n.Code, Text: n.In(string(p.Lang))})
	}
	return out
}

// Named is a code of the service in the reader's language; a code without a name is shown as it is.
func Named(p i18n.Printer, n service.Named) string {
	if s := n.Text.In(string(p.Lang)); s != "" {
		return s
	}
	return n.Code
}

// Why puts the reasons of the dispatch engine into sentences.
func Why(p i18n.Printer, reasons []service.Reason) []string {
	out := make([]string, 0, len(reasons))
	for _, r := range reasons {
		out = append(out, dispatch.Explain(dispatch.Reason{Code: dispatch.Code(r.Code), Params: r.Params}, dispatch.Lang(p.Lang), i18n.Shanghai()))
	}
	return out
}

// Say is a sentence of the service.
func Say(p i18n.Printer, l service.Line) string {
	if l.IsZero() {
		return ""
	}
	return p.TMap(l.Key, l.Args)
}
