package customer

import "anxin/internal/web/ui"

// cancelView asks why before cancelling.
func cancelView(pg ui.Page, base string, reasons []ui.Choice) ReasonView {
	return reasonView(pg, base, "cancel", "/cancel", reasons)
}

// reopenView asks what is the matter before reopening.
func reopenView(pg ui.Page, base string, reasons []ui.Choice) ReasonView {
	return reasonView(pg, base, "reopen", "/reopen", reasons)
}

// refuseView asks why somebody does not sign.
func refuseView(pg ui.Page, base, visit string, reasons []ui.Choice) ReasonView {
	v := reasonView(pg, base, "refuse", "/refuse", reasons)
	v.Visit = visit
	return v
}

func reasonView(pg ui.Page, base, what, action string, reasons []ui.Choice) ReasonView {
	t := "customer." + what + "."
	return ReasonView{
		Base: base, Action: base + action, Reasons: reasons,
		Title: pg.T(t + "title"), Lead: pg.T(t + "lead"), Legend: pg.T(t + "legend"), WordsLabel: pg.T(t + "words"), Submit: pg.T(t + "submit"),
	}
}
