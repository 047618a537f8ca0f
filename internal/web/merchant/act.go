package merchant

import (
	"context"
	"io"
	"net/http"
	"slices"

	"anxin/internal/casefile"
	"anxin/internal/claim"
	"anxin/internal/i18n"
	"anxin/internal/party"
	"anxin/internal/web/parties"
	"anxin/internal/web/staff"
	"anxin/internal/web/ui"
)

// act is one move of the merchant: its page and what it does.
type act struct {
	name   string
	key    string // of the keyboard
	action party.Action
	move   claim.Move
	step   claim.StepKind // of a confirmation
	fields fields
	do     func(ctx context.Context, p *Pages, a casefile.Actor, id casefile.ID, s parties.Sent) error
}

type fields struct {
	media, declared, pick bool
	words, needWords      bool
	most                  int
	remedy                bool
	reason                string // group of words
	ref                   bool
	warn                  bool
	or                    string
}

func say(id casefile.ID, s parties.Sent) claim.Say {
	out := claim.Say{Case: id, Words: s.Get("words"), Media: s.Items()}
	if len(out.Media) > 0 {
		out.Declared = claim.Declared(staff.CleanCode(s.Get("declared")))
	}
	return out
}

// acts are all of them, the weightiest of a state first.
var acts = []act{
	{name: "accept", key: "a", action: party.AnswerClaim, move: claim.MoveAccept, fields: fields{words: true, most: 2000, warn: true},
		do: func(ctx context.Context, p *Pages, a casefile.Actor, id casefile.ID, s parties.Sent) error {
			_, err := p.Claims.Accept(ctx, a, claim.Accept{Case: id, Words: s.Get("words")})
			return err
		}},
	{name: "offer", key: "o", action: party.AnswerClaim, move: claim.MoveOffer, fields: fields{remedy: true, words: true, most: 2000, media: true, or: "contest"},
		do: func(ctx context.Context, p *Pages, a casefile.Actor, id casefile.ID, s parties.Sent) error {
			_, err := p.Claims.Offer(ctx, a, offerOf(id, s))
			return err
		}},
	{name: "contest", key: "c", action: party.AnswerClaim, move: claim.MoveContest, fields: fields{reason: "contest", words: true, needWords: true, most: 4000, media: true, declared: true, pick: true, or: "offer"},
		do: func(ctx context.Context, p *Pages, a casefile.Actor, id casefile.ID, s parties.Sent) error {
			x := say(id, s)
			_, err := p.Claims.Contest(ctx, a, claim.Contest{Case: id, Reason: staff.CleanCode(s.Get("reason")), Words: x.Words, Declared: x.Declared, Media: x.Media, References: references(s)})
			return err
		}},
	{name: "comment", key: "m", action: party.SpeakInClaim, move: claim.MoveComment, fields: fields{words: true, most: 4000, media: true, declared: true},
		do: func(ctx context.Context, p *Pages, a casefile.Actor, id casefile.ID, s parties.Sent) error {
			_, err := p.Claims.Comment(ctx, a, say(id, s))
			return err
		}},
	{name: "returned", key: "f", action: party.CarryOutClaim, move: claim.MoveConfirm, step: claim.StepReturn, fields: fields{warn: true},
		do: func(ctx context.Context, p *Pages, a casefile.Actor, id casefile.ID, _ parties.Sent) error {
			_, err := p.Claims.Confirm(ctx, a, claim.Done{Case: id, Step: claim.StepReturn})
			return err
		}},
	{name: "replaced", key: "f", action: party.CarryOutClaim, move: claim.MoveConfirm, step: claim.StepReplace, fields: fields{ref: true},
		do: func(ctx context.Context, p *Pages, a casefile.Actor, id casefile.ID, s parties.Sent) error {
			if s.Get("ref") == "" {
				return casefile.InvalidField("ref", "claim.field.required")
			}
			_, err := p.Claims.Confirm(ctx, a, claim.Done{Case: id, Step: claim.StepReplace, Ref: s.Get("ref")})
			return err
		}},
	{name: "respond", key: "s", action: party.SpeakInClaim, move: claim.MoveRespond, fields: fields{words: true, needWords: true, most: 4000, media: true, declared: true},
		do: func(ctx context.Context, p *Pages, a casefile.Actor, id casefile.ID, s parties.Sent) error {
			_, err := p.Claims.Respond(ctx, a, say(id, s))
			return err
		}},
	{name: "extend", key: "e", action: party.SpeakInClaim, move: claim.MoveExtend, fields: fields{words: true, most: 500},
		do: func(ctx context.Context, p *Pages, a casefile.Actor, id casefile.ID, s parties.Sent) error {
			_, err := p.Claims.Extend(ctx, a, claim.Extend{Case: id, Words: s.Get("words")})
			return err
		}},
	{name: "appeal", key: "p", action: party.AppealClaim, move: claim.MoveAppeal, fields: fields{reason: "appeal", words: true, needWords: true, most: 4000, media: true},
		do: func(ctx context.Context, p *Pages, a casefile.Actor, id casefile.ID, s parties.Sent) error {
			_, err := p.Claims.Appeal(ctx, a, claim.Appeal{Case: id, Reason: staff.CleanCode(s.Get("reason")), Words: s.Get("words"), Media: s.Items()})
			return err
		}},
	{name: "waive", key: "w", action: party.AppealClaim, move: claim.MoveWaiveRight, fields: fields{warn: true},
		do: func(ctx context.Context, p *Pages, a casefile.Actor, id casefile.ID, _ parties.Sent) error {
			_, err := p.Claims.WaiveAppeal(ctx, a, claim.Ref{Case: id})
			return err
		}},
	{name: "take_back", key: "t", action: party.AppealClaim, move: claim.MoveTakeBack, fields: fields{words: true, most: 2000, warn: true},
		do: func(ctx context.Context, p *Pages, a casefile.Actor, id casefile.ID, s parties.Sent) error {
			_, err := p.Claims.TakeBack(ctx, a, claim.Reasoned{Case: id, Words: s.Get("words")})
			return err
		}},
}

// inputs are what the forms of the acts have: errors of other fields are errors of the whole form.
var inputs = []string{"remedy", "amount", "reason", "words", "media", "declared", "references", "ref"}

func offerOf(id casefile.ID, s parties.Sent) claim.Offer {
	o := claim.Offer{Case: id, Remedy: claim.Remedy(staff.CleanCode(s.Get("remedy"))), Words: s.Get("words"), Media: s.Items()}
	if o.Remedy == claim.Partial {
		o.Amount, _ = parties.ParseMoney(s.Get("amount")) // an unreadable amount is none, which the domain refuses
	}
	return o
}

func references(s parties.Sent) (out []casefile.ID) {
	for _, text := range s.Values["references"] {
		if id, err := casefile.ParseID(text); err == nil && len(out) < 20 {
			out = append(out, id)
		}
	}
	return out
}

// legal reports whether the act is among the legal moves of the view.
func (a act) legal(c claim.MerchantClaim) bool {
	x, ok := c.Action(a.move)
	if !ok || a.move == claim.MoveWaiveRight && c.Waived {
		return false
	}
	return a.step == "" || slices.Contains(x.Steps, a.step)
}

// natural are the acts that one's turn is for when there is no choice to make: their button is the page's primary one. Agreeing, offering and contesting stand side by
// side: the page does not lean.
var natural = []claim.Move{claim.MoveComment, claim.MoveConfirm, claim.MoveRespond}

// actsOf are the ways to the acts that are open.
func actsOf(p i18n.Printer, c claim.MerchantClaim) (out []Act) {
	for _, a := range acts {
		if a.legal(c) {
			out = append(out, Act{Name: a.name, Text: p.T("merchant.do." + a.name), Href: claimPath(c.Case) + "/" + a.name, Key: a.key, Primary: len(out) == 0 && c.Next.Yours && slices.Contains(natural, a.move)})
		}
	}
	return out
}

// actForm shows the page of an act. An act that is not open any more leads to the claim, which says what is.
func (p *Pages) actForm(q *staff.Request, id casefile.ID, a act) error {
	c, err := p.read(q, id)
	if err != nil {
		return err
	}
	if !a.legal(c) {
		return q.See(claimPath(id) + "?done=changed")
	}
	return q.Render(http.StatusOK, parties.ActPage(q.Page(), p.actView(q.Page(), q.Idem(), c, a, parties.Sent{}, ui.Form{})))
}

// actDo does an act. Done, done before, or overtaken by events: all lead to the claim's page, which says which it was.
func (p *Pages) actDo(q *staff.Request, id casefile.ID, a act) error {
	pg := q.Page()
	read := parties.Reader{Max: p.Max, MaxBytes: p.MaxBytes}
	if a.fields.media {
		// The claim is read first: nothing is taken for one that was not served on this merchant.
		if _, err := p.Claims.MerchantClaim(q.Context(), q.Actor, id); err != nil {
			return err
		}
		read.Receive = func(ctx context.Context, body io.Reader) (casefile.ID, error) {
			return p.Media.Receive(ctx, q.Actor, id, body)
		}
	}
	s, err := read.Read(q.Request, pg)
	if err != nil {
		return err
	}
	var form ui.Form
	if s.Problem != "" {
		form.Add("media", s.Problem)
	} else {
		q.PostForm = s.Values
		err := staff.Settled(a.do(q.Once(), p, q.Actor, id, s))
		switch {
		case err == nil:
			return q.See(claimPath(id) + "?done=" + a.name)
		case casefile.Is(err, casefile.Conflict):
			return q.See(claimPath(id) + "?done=changed")
		case !casefile.Is(err, casefile.Invalid):
			return err
		}
		form = parties.FormOf(pg, err, inputs...)
	}
	c, err := p.Claims.MerchantClaim(q.Context(), q.Actor, id)
	if err != nil {
		return err
	}
	pg.Failed = true
	idem := s.Values.Get("idem")
	if len(idem) < 8 || len(idem) > 64 {
		idem = q.Idem()
	}
	return q.Render(http.StatusUnprocessableEntity, parties.ActPage(pg, p.actView(pg, idem, c, a, s, form)))
}

// actView draws the form of an act with what was typed.
func (p *Pages) actView(pg ui.Page, idem string, c claim.MerchantClaim, a act, s parties.Sent, form ui.Form) parties.Act {
	pr, base := pg.P, claimPath(c.Case)
	v := parties.Act{Back: base, BackText: pg.T("merchant.back"), Action: base + "/" + a.name, Idem: idem, Title: pg.T("merchant.act_title." + a.name), Lead: pg.T("merchant.act_lead." + a.name),
		Submit: pg.T("merchant.act_submit." + a.name), Form: form}
	if key := "merchant.act_next." + a.name; i18n.Has(key) {
		v.Next = append(v.Next, pg.T(key))
	}
	if a.fields.warn {
		v.Warning = pg.T("merchant.act_warn." + a.name)
	}
	if x, ok := c.Action(a.move); ok {
		v.Due = parties.Clock(x.Due, pg.T("parties.due"))
	}
	actContext(pr, c, a, &v)
	actFields(pg, c, a, s, form, &v)
	if a.fields.media {
		u := parties.UploadField(pg, "", p.Max, p.MaxBytes)
		if p.Spool != nil {
			u.Create = base + "/uploads"
		}
		u.Error, u.Done = form.For("media"), s.Media
		v.Upload = &u
	}
	for _, other := range acts {
		if other.name == a.fields.or && other.legal(c) {
			v.Or = &parties.Link{Text: pg.T("merchant.do." + other.name), Href: base + "/" + other.name, Hint: pg.T("merchant.or_hint." + other.name)}
		}
	}
	return v
}

// actFields fills in what the form of an act asks for.
func actFields(pg ui.Page, c claim.MerchantClaim, a act, s parties.Sent, form ui.Form, v *parties.Act) {
	pr, f := pg.P, a.fields
	if f.remedy {
		v.Choices = append(v.Choices, ui.Choices{Name: "remedy", Legend: pg.T("merchant.offer.remedy"), Error: form.For("remedy"), Items: parties.RemedyChoices(pr, claim.Wishes(), s.Get("remedy"))})
		v.Inputs = append(v.Inputs, ui.Input{Name: "amount", Label: pg.T("merchant.offer.amount"), Hint: pg.T("merchant.offer.amount_hint", "paid", parties.Money(pr, c.Order.Paid)), Value: s.Get("amount"),
			Error: form.For("amount"), InputMode: "decimal", MaxLength: 16, Autocomplete: "off", Class: "input-money", Optional: true})
	}
	switch f.reason {
	case "contest":
		v.Choices = append(v.Choices, ui.Choices{Name: "reason", Legend: pg.T("merchant.contest.reason"), Error: form.For("reason"), Items: parties.Choices(pr, "contest", claim.ContestReasons(), s.Get("reason"))})
	case "appeal":
		v.Choices = append(v.Choices, ui.Choices{Name: "reason", Legend: pg.T("parties.appeal_reason"), Error: form.For("reason"), Items: parties.Choices(pr, "appeal", claim.AppealReasons(), s.Get("reason"))})
	}
	if f.ref {
		v.Inputs = append(v.Inputs, ui.Input{Name: "ref", Label: pg.T("merchant.replaced.ref"), Hint: pg.T("merchant.replaced.ref_hint"), Value: s.Get("ref"), Error: form.For("ref"), MaxLength: 100, Autocomplete: "off",
			Class: "input-code input-plain"})
	}
	if f.pick {
		pick := parties.Pick{Name: "references", Legend: pg.T("merchant.contest.references"), Hint: pg.T("merchant.contest.references_hint"), Error: form.For("references")}
		chosen := s.Values["references"]
		for _, t := range shower(pr, c.Case).References(c.Order.References) {
			pick.Tiles = append(pick.Tiles, parties.PickTile{Tile: t, Value: t.Item, On: slices.Contains(chosen, t.Item)})
		}
		v.Pick = &pick
	}
	if f.words {
		v.Words = &ui.Input{Name: "words", Label: pg.T("merchant.words." + a.name), Value: s.Get("words"), Error: form.For("words"), Rows: 5, MaxLength: f.most, Optional: !f.needWords}
	}
	if f.declared {
		v.Declared = &ui.Choices{Name: "declared", Legend: pg.T("parties.declared_legend"), Hint: pg.T("parties.declared_hint_all"), Error: form.For("declared"), Optional: true, Items: parties.DeclaredChoices(pr, s.Get("declared"))}
	}
}

// actContext shows what the act answers.
func actContext(p i18n.Printer, c claim.MerchantClaim, a act, v *parties.Act) {
	s := shower(p, c.Case)
	switch a.name {
	case "accept", "offer", "contest":
		all := s.Said(withStory(c))
		v.Context = all[:1]
	case "comment":
		v.Context = last(s.Said(c.Asked))
		if len(v.Context) == 0 {
			v.Context = last(s.Said(c.Theirs))
		}
	case "respond":
		v.Context = last(s.Said(c.Theirs))
	case "appeal", "waive":
		v.Due = parties.Clock(c.AppealUntil, p.T("parties.due"))
	}
	for i := range v.Context {
		toViewer(v.Context[i].Tiles, claimPath(c.Case))
	}
}

func last(list []parties.Said) []parties.Said {
	if len(list) == 0 {
		return nil
	}
	return list[len(list)-1:]
}

// factsOf are what the claim and the order are about, without anything of the buyer but the masked name.
func factsOf(p i18n.Printer, c claim.MerchantClaim) []ui.Pair {
	wish := parties.Word(p, "remedy", string(c.Wish))
	if m := parties.Money(p, c.Amount); m != "" && c.Wish != claim.Exchange && c.Wish != claim.RemedyRepair {
		wish += " " + m
	}
	out := []ui.Pair{{Key: p.T("merchant.claim.buyer"), Text: c.Buyer}, {Key: p.T("merchant.claim.reason"), Text: parties.Word(p, "reason", c.Reason)}, {Key: p.T("merchant.claim.wish"), Text: wish},
		{Key: p.T("merchant.claim.filed"), Body: ui.Time(p, c.Filed)}}
	return append(out, parties.OrderFacts(p, c.Order, true)...)
}
