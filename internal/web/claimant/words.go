package claimant

import (
	"slices"

	"anxin/internal/claim"
	"anxin/internal/i18n"
	"anxin/internal/web/parties"
	"anxin/internal/web/ui"
)

// statusView puts the buyer's view of the claim into what the page shows.
func statusView(c call, st claim.ClaimStatus) StatusView {
	p := c.pg.P
	s := &parties.Shower{P: p, Side: claim.BuyerSide, Base: c.base + "/media"}
	v := StatusView{Number: st.Number.String(), Base: c.base, Seq: st.Seq, Now: nowOf(p, st), Open: open(st.State)}
	v.Mine, v.Theirs, v.Asked = s.Said(withStory(st)), s.Said(st.Theirs), s.Said(st.Asked)
	v.Todos = todos(c, st, v.Asked, v.Theirs)
	if n := len(v.Theirs); n > 0 && (st.May(claim.MoveComment) || st.May(claim.MoveRespond)) {
		v.Theirs = v.Theirs[:n-1] // it stands in what is asked of the buyer
	}
	if o := s.Decision(st.Decision); o != nil {
		if len(st.Letters) > 0 {
			o.Letter = c.base + "/letter"
		}
		v.Outcome = o
	}
	v.Steps = s.Steps(st.Steps)
	v.Letters = letterLinks(p, c.base, st.Letters, "")
	v.Events = parties.Events(p, st.Timeline)
	v.Facts = factsOf(p, st)
	v.More = moreOf(c, st)
	for _, step := range st.Steps {
		if step.Kind == claim.StepRepair && !step.Request.IsNil() {
			v.Repair = trimClaim(c.base)
		}
	}
	if st.State == claim.StateInspection {
		v.Repair = trimClaim(c.base)
	}
	return v
}

// trimClaim is the page of the case's visits: the link without the claim's part.
func trimClaim(base string) string { return base[:len(base)-len("/claim")] }

// withStory are the buyer's words; a story that is not among the statements comes first.
func withStory(st claim.ClaimStatus) []claim.StatementView {
	if slices.ContainsFunc(st.Mine, func(s claim.StatementView) bool { return s.Kind == "story" }) {
		return st.Mine
	}
	story := claim.StatementView{ID: st.Claim, At: st.Filed, Part: claim.PartBuyer, Side: claim.BuyerSide, Kind: "story", Code: st.Reason, Remedy: st.Wish, Amount: st.Amount, Declared: st.Declared,
		Words: st.Story}
	return append([]claim.StatementView{story}, st.Mine...)
}

// open reports whether anything is still under way.
func open(s claim.State) bool {
	switch s {
	case claim.Final, claim.Archived, claim.Withdrawn, claim.Merged, claim.Referred, claim.Discarded:
		return false
	}
	return true
}

func nowOf(p i18n.Printer, st claim.ClaimStatus) Now {
	n := Now{Tone: parties.StateTone(st.State), State: parties.Word(p, "state", string(st.State)), Title: parties.Say(p, st.Next.Line), Due: parties.NextClock(p, st.Next),
		Provisional: st.Next.Provisional}
	key := "claimant.now." + string(st.State)
	if st.Next.Yours {
		key += "_yours"
	}
	if !i18n.Has(key) {
		key = "claimant.now." + string(st.State)
	}
	if i18n.Has(key) {
		n.Text = p.T(key)
	}
	// The reader is the buyer: where the page has a sentence that speaks to them it goes before the one that speaks of them.
	title := "claimant.title." + string(st.State)
	if st.Next.Yours {
		title += "_yours"
	}
	if i18n.Has(title) {
		n.Title = p.T(title)
	}
	if n.Title == "" {
		n.Title = n.State
	}
	if st.Next.Yours {
		n.Tone = ui.Warn
	}
	return n
}

func factsOf(p i18n.Printer, st claim.ClaimStatus) []ui.Pair {
	out := []ui.Pair{{Key: p.T("claimant.status.reason"), Text: parties.Word(p, "reason", st.Reason)}}
	wish := parties.Word(p, "remedy", string(st.Wish))
	if m := parties.Money(p, st.Amount); m != "" && st.Wish != claim.Exchange && st.Wish != claim.RemedyRepair {
		wish += " " + m
	}
	out = append(out, ui.Pair{Key: p.T("claimant.status.wish"), Text: wish}, ui.Pair{Key: p.T("claimant.status.filed"), Body: ui.Time(p, st.Filed)})
	return append(out, parties.OrderFacts(p, st.Order, false)...)
}

// todos are what is asked of the buyer, from the legal actions alone.
func todos(c call, st claim.ClaimStatus, asked, theirs []parties.Said) []Todo {
	p := c.pg.P
	var out []Todo
	link := func(name string) parties.Link {
		return parties.Link{Text: p.T("claimant.do." + name), Href: c.base + "/" + name}
	}
	add := func(name string, m claim.Move, t Todo) {
		t.Name, t.Title, t.Text = name, p.T("claimant.todo."+name), p.T("claimant.todo_text."+name)
		if a, ok := st.Action(m); ok {
			t.Until = a.Due
		}
		out = append(out, t)
	}
	if st.May(claim.MoveSettle) && st.Offer != nil {
		t := Todo{Said: []parties.Said{offerSaid(p, *st.Offer)}, Buttons: []parties.Link{link("settle")}}
		if st.May(claim.MoveRefuse) {
			t.Buttons = append(t.Buttons, link("refuse"))
		}
		add("offer", claim.MoveSettle, t)
	}
	if st.May(claim.MoveSupply) {
		t := Todo{Items: parties.ShotWords(p, st.Need), Said: last(asked), Buttons: []parties.Link{link("supply")}}
		if st.May(claim.MoveUnable) {
			t.Buttons = append(t.Buttons, link("unable"))
		}
		add("supply", claim.MoveSupply, t)
	}
	if st.May(claim.MoveComment) {
		add("comment", claim.MoveComment, Todo{Said: last(theirs), Buttons: []parties.Link{link("comment")}})
	}
	if st.May(claim.MoveRespond) {
		add("respond", claim.MoveRespond, Todo{Said: last(theirs), Buttons: []parties.Link{link("respond")}})
	}
	if st.May(moveSent) {
		add("sent", moveSent, Todo{Buttons: []parties.Link{link("sent")}})
	}
	if mayConfirm(st, claim.StepDestroy) {
		add("destroy", claim.MoveConfirm, Todo{Buttons: []parties.Link{link("destroy")}})
	}
	return out
}

// mayConfirm reports whether a step may be confirmed by the buyer now.
func mayConfirm(st claim.ClaimStatus, k claim.StepKind) bool {
	a, ok := st.Action(claim.MoveConfirm)
	return ok && slices.Contains(a.Steps, k)
}

func last(list []parties.Said) []parties.Said {
	if len(list) == 0 {
		return nil
	}
	return list[len(list)-1:]
}

func offerSaid(p i18n.Printer, o claim.OfferView) parties.Said {
	s := &parties.Shower{P: p, Side: claim.BuyerSide}
	return s.One(claim.StatementView{At: o.At, Part: claim.PartMerchant, Side: claim.MerchantSide, Kind: "offer", Remedy: o.Remedy, Amount: o.Amount, Words: o.Words})
}

// moreOf are the acts that nobody asks for but that are open: quieter than the todos.
func moreOf(c call, st claim.ClaimStatus) (out []parties.Link) {
	add := func(name string, danger bool) {
		out = append(out, parties.Link{Text: c.pg.T("claimant.more." + name), Href: c.base + "/" + name, Danger: danger})
	}
	if st.May(claim.MoveExtend) {
		add("extend", false)
	}
	if st.May(claim.MoveAppeal) {
		add("appeal", false)
	}
	if st.May(claim.MoveWaiveRight) && !st.Waived {
		add("waive", false)
	}
	if st.May(claim.MoveTakeBack) {
		add("take_back", false)
	}
	if st.May(claim.MoveWithdraw) {
		add("withdraw", true)
	}
	return out
}
