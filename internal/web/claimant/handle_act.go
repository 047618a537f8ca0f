package claimant

import (
	"context"
	"net/http"

	"anxin/internal/casefile"
	"anxin/internal/claim"
	"anxin/internal/party"
	"anxin/internal/web/parties"
	"anxin/internal/web/ui"
)

// act is one move of the buyer: its page, when it is open, and what it does.
type act struct {
	name   string
	action party.Action
	// move must be among the legal actions; empty: open says it.
	move claim.Move
	open func(st claim.ClaimStatus) bool
	// fields say which inputs the form has; see form.
	fields fields
	do     func(ctx context.Context, h *Handler, c call, s parties.Sent) error
}

type fields struct {
	media, needMedia  bool
	words, needWords  bool
	most              int
	declared, carrier bool
	reason            bool
	warn              bool
	or                string
}

func say(c call, s parties.Sent) claim.Say {
	out := claim.Say{Case: c.actor.Case, Words: s.Get("words"), Media: s.Items()}
	if len(out.Media) > 0 {
		out.Declared = claim.Declared(ui.Clip(s.Get("declared"), 20))
	}
	return out
}

// moveSent is the act of noting that the goods are on their way; it changes no state, so the table of moves does not have it, but the list of legal actions does.
const moveSent claim.Move = "sent"

// acts are all of them, in the order in which a claim meets them.
var acts = []act{
	{name: "supply", action: party.SpeakInClaim, move: claim.MoveSupply, fields: fields{media: true, words: true, most: 4000, declared: true, or: "unable"},
		do: func(ctx context.Context, h *Handler, c call, s parties.Sent) error {
			_, err := h.Claims.Supply(ctx, c.actor, say(c, s))
			return err
		}},
	{name: "unable", action: party.SpeakInClaim, move: claim.MoveUnable, fields: fields{words: true, most: 2000, or: "supply"},
		do: func(ctx context.Context, h *Handler, c call, s parties.Sent) error {
			_, err := h.Claims.Unable(ctx, c.actor, claim.Reasoned{Case: c.actor.Case, Words: s.Get("words")})
			return err
		}},
	{name: "extend", action: party.SpeakInClaim, move: claim.MoveExtend, fields: fields{words: true, most: 500},
		do: func(ctx context.Context, h *Handler, c call, s parties.Sent) error {
			_, err := h.Claims.Extend(ctx, c.actor, claim.Extend{Case: c.actor.Case, Words: s.Get("words")})
			return err
		}},
	{name: "settle", action: party.SettleClaim, move: claim.MoveSettle, fields: fields{words: true, most: 2000, warn: true, or: "refuse"},
		do: func(ctx context.Context, h *Handler, c call, s parties.Sent) error {
			_, err := h.Claims.AnswerOffer(ctx, c.actor, claim.Answer{Case: c.actor.Case, Take: true, Words: s.Get("words")})
			return err
		}},
	{name: "refuse", action: party.SettleClaim, move: claim.MoveRefuse, fields: fields{words: true, most: 2000, or: "settle"},
		do: func(ctx context.Context, h *Handler, c call, s parties.Sent) error {
			_, err := h.Claims.AnswerOffer(ctx, c.actor, claim.Answer{Case: c.actor.Case, Words: s.Get("words")})
			return err
		}},
	{name: "comment", action: party.SpeakInClaim, move: claim.MoveComment, fields: fields{media: true, words: true, most: 4000, declared: true},
		do: func(ctx context.Context, h *Handler, c call, s parties.Sent) error {
			_, err := h.Claims.Comment(ctx, c.actor, say(c, s))
			return err
		}},
	{name: "withdraw", action: party.WithdrawClaim, move: claim.MoveWithdraw, fields: fields{words: true, most: 2000, warn: true},
		do: func(ctx context.Context, h *Handler, c call, s parties.Sent) error {
			_, err := h.Claims.Withdraw(ctx, c.actor, claim.Reasoned{Case: c.actor.Case, Words: s.Get("words")})
			return err
		}},
	{name: "sent", action: party.CarryOutClaim, move: moveSent, fields: fields{carrier: true},
		do: func(ctx context.Context, h *Handler, c call, s parties.Sent) error {
			_, err := h.Claims.Sent(ctx, c.actor, claim.Sent{Case: c.actor.Case, Carrier: s.Get("carrier"), Number: s.Get("number")})
			return err
		}},
	{name: "destroy", action: party.CarryOutClaim, move: claim.MoveConfirm, open: func(st claim.ClaimStatus) bool { return stepOpen(st, claim.StepDestroy) }, fields: fields{media: true, needMedia: true, warn: true},
		do: func(ctx context.Context, h *Handler, c call, s parties.Sent) error {
			_, err := h.Claims.Confirm(ctx, c.actor, claim.Done{Case: c.actor.Case, Step: claim.StepDestroy, Media: s.Items()})
			return err
		}},
	{name: "appeal", action: party.AppealClaim, move: claim.MoveAppeal, fields: fields{reason: true, media: true, words: true, needWords: true, most: 4000},
		do: func(ctx context.Context, h *Handler, c call, s parties.Sent) error {
			_, err := h.Claims.Appeal(ctx, c.actor, claim.Appeal{Case: c.actor.Case, Reason: ui.Clip(s.Get("reason"), 40), Words: s.Get("words"), Media: s.Items()})
			return err
		}},
	{name: "respond", action: party.SpeakInClaim, move: claim.MoveRespond, fields: fields{media: true, words: true, needWords: true, most: 4000, declared: true},
		do: func(ctx context.Context, h *Handler, c call, s parties.Sent) error {
			_, err := h.Claims.Respond(ctx, c.actor, say(c, s))
			return err
		}},
	{name: "take_back", action: party.AppealClaim, move: claim.MoveTakeBack, fields: fields{words: true, most: 2000, warn: true},
		do: func(ctx context.Context, h *Handler, c call, s parties.Sent) error {
			_, err := h.Claims.TakeBack(ctx, c.actor, claim.Reasoned{Case: c.actor.Case, Words: s.Get("words")})
			return err
		}},
	{name: "waive", action: party.AppealClaim, move: claim.MoveWaiveRight, fields: fields{warn: true},
		do: func(ctx context.Context, h *Handler, c call, _ parties.Sent) error {
			_, err := h.Claims.WaiveAppeal(ctx, c.actor, claim.Ref{Case: c.actor.Case})
			return err
		}},
}

// stepOpen reports whether a step waits for the buyer.
func stepOpen(st claim.ClaimStatus, k claim.StepKind) bool {
	for _, s := range st.Steps {
		if s.Kind == k && s.State == "open" {
			return true
		}
	}
	return false
}

// legal reports whether the act is open in this view.
func (a act) legal(st claim.ClaimStatus) bool {
	return (a.move == "" || st.May(a.move)) && (a.open == nil || a.open(st))
}

func (h *Handler) acting() {
	for _, a := range acts {
		h.handle("GET /s/{token}/claim/"+a.name, h.cased(a.action, func(w http.ResponseWriter, r *http.Request, c call) { h.actForm(w, r, c, a) }))
		h.handle("POST /s/{token}/claim/"+a.name, h.cased(a.action, func(w http.ResponseWriter, r *http.Request, c call) { h.actDo(w, r, c, a) }))
	}
}

// actForm shows the page of an act. An act that is not open any more leads to the claim, which says what is.
func (h *Handler) actForm(w http.ResponseWriter, r *http.Request, c call, a act) {
	st, err := h.read(r, c)
	if err != nil {
		ui.Fail(w, r, c.pg, err)
		return
	}
	if !a.legal(st) {
		http.Redirect(w, r, c.base+"?ok=changed", http.StatusSeeOther)
		return
	}
	ui.Render(w, r, http.StatusOK, parties.ActPage(c.pg, h.actView(c, st, a, parties.Sent{}, ui.Form{})))
}

// actDo does an act. Done, done before, or overtaken by events: all lead to the claim's page, which says which it was.
func (h *Handler) actDo(w http.ResponseWriter, r *http.Request, c call, a act) {
	s, err := h.reader(c).Read(r, c.pg)
	if err != nil {
		ui.Fail(w, r, c.pg, err)
		return
	}
	var form ui.Form
	if s.Problem != "" {
		form.Add("media", s.Problem)
	}
	if !form.Failed() {
		err = a.do(h.once(r.Context(), c, a.name, s.Values), h, c, s)
		switch {
		case err == nil, casefile.IsRepeated(err):
			http.Redirect(w, r, c.base+"?ok="+a.name, http.StatusSeeOther)
			return
		case casefile.Is(err, casefile.Conflict):
			http.Redirect(w, r, c.base+"?ok=changed", http.StatusSeeOther)
			return
		case !casefile.Is(err, casefile.Invalid):
			ui.Fail(w, r, c.pg, err)
			return
		}
		form = parties.FormOf(c.pg, err, "words", "media", "declared", "reason", "carrier", "number")
	}
	st, err := h.Claims.Status(r.Context(), c.actor, c.actor.Case)
	if err != nil {
		ui.Fail(w, r, c.pg, err)
		return
	}
	c.pg.Failed = true
	ui.Render(w, r, http.StatusUnprocessableEntity, parties.ActPage(c.pg, h.actView(c, st, a, s, form)))
}

// actView draws the form of an act with what was typed.
func (h *Handler) actView(c call, st claim.ClaimStatus, a act, s parties.Sent, form ui.Form) parties.Act {
	pg, p := c.pg, c.pg.P
	v := parties.Act{Back: c.base, BackText: pg.T("claimant.back"), Action: c.base + "/" + a.name, Idem: s.Values.Get("idem"), Title: pg.T("claimant.act_title." + a.name),
		Lead: pg.T("claimant.act_lead." + a.name), Submit: pg.T("claimant.act_submit." + a.name), Form: form}
	if len(v.Idem) < 16 || len(v.Idem) > 64 {
		v.Idem = h.token()
	}
	if next := "claimant.act_next." + a.name; hasKey(next) {
		v.Next = append(v.Next, pg.T(next))
	}
	if a.fields.warn {
		v.Warning = pg.T("claimant.act_warn." + a.name)
	}
	if x, ok := st.Action(a.move); ok {
		v.Due = parties.Clock(x.Due, p.T("parties.due"))
	}
	h.actContext(c, st, a, &v)
	f := a.fields
	if f.reason {
		v.Choices = append(v.Choices, ui.Choices{Name: "reason", Legend: pg.T("parties.appeal_reason"), Error: form.For("reason"), Items: parties.Choices(p, "appeal", claim.AppealReasons(), s.Get("reason"))})
	}
	if f.carrier {
		v.Inputs = append(v.Inputs,
			ui.Input{Name: "carrier", Label: pg.T("claimant.sent.carrier"), Value: s.Get("carrier"), Error: form.For("carrier"), MaxLength: 40, Class: "input-short"},
			ui.Input{Name: "number", Label: pg.T("claimant.sent.number"), Hint: pg.T("claimant.sent.number_hint"), Value: s.Get("number"), Error: form.For("number"), MaxLength: 60, Autocomplete: "off", Class: "input-code input-plain"})
	}
	if f.words {
		v.Words = &ui.Input{Name: "words", Label: pg.T("claimant.words." + a.name), Value: s.Get("words"), Error: form.For("words"), Rows: 4, MaxLength: f.most, Optional: !f.needWords}
	}
	if f.media {
		u := parties.UploadField(pg, c.base+"/uploads", h.Max, h.MaxBytes)
		u.Error, u.Done, u.Required = form.For("media"), s.Media, f.needMedia
		v.Upload = &u
	}
	if f.declared {
		v.Declared = &ui.Choices{Name: "declared", Legend: pg.T("parties.declared_legend"), Hint: pg.T("parties.declared_hint_all"), Error: form.For("declared"), Optional: true, Items: parties.DeclaredChoices(p, s.Get("declared"))}
	}
	if f.or != "" {
		for _, other := range acts {
			if other.name == f.or && other.legal(st) {
				v.Or = &parties.Link{Hint: pg.T("claimant.or_hint." + f.or), Text: pg.T("claimant.or." + f.or), Href: c.base + "/" + f.or}
			}
		}
	}
	return v
}

// actContext shows what the act answers.
func (h *Handler) actContext(c call, st claim.ClaimStatus, a act, v *parties.Act) {
	sh := &parties.Shower{P: c.pg.P, Side: claim.BuyerSide, Base: c.base + "/media"}
	switch a.name {
	case "settle", "refuse":
		if st.Offer != nil {
			v.Context = []parties.Said{offerSaid(c.pg.P, *st.Offer)}
		}
	case "supply", "unable":
		v.Context = last(sh.Said(st.Asked))
		v.Asked = parties.ShotWords(c.pg.P, st.Need)
	case "comment", "respond":
		v.Context = last(sh.Said(st.Theirs))
	case "appeal", "waive":
		v.Due = parties.Clock(st.AppealUntil, c.pg.T("parties.due"))
	case "sent":
		for _, s := range st.Steps {
			if s.Kind == claim.StepReturn {
				v.Due = parties.Clock(s.Due, c.pg.T("parties.due"))
			}
		}
	case "destroy":
		for _, s := range st.Steps {
			if s.Kind == claim.StepDestroy {
				v.Due = parties.Clock(s.Due, c.pg.T("parties.due"))
			}
		}
	}
}
