package parties

import (
	"strconv"
	"strings"

	"anxin/internal/claim"
	"anxin/internal/i18n"
	"anxin/internal/web/ui"
)

// Shower turns a claim's parts into what is shown, for one reader.
type Shower struct {
	P i18n.Printer
	// Side is the reader's.
	Side claim.Side
	// Base is the path under which copies are served: Base/<item>/thumb and Base/<item>/large.
	Base string
	n    map[string]int
}

// Media are tiles of pictures, videos and papers.
func (s *Shower) Media(list []claim.MediaView) (out []Tile) {
	for _, m := range list {
		t := Tile{Kind: kindOf(m.Media), At: m.Received, AI: m.Declared == "ai", Edited: m.Declared == "edited"}
		who := string(m.Side)
		if who == "" {
			who = "platform"
		}
		t.What = s.name(who, t.Kind)
		s.copies(&t, m.Item.String())
		out = append(out, t)
	}
	return out
}

// References are tiles of what showed the goods before the claim.
func (s *Shower) References(list []claim.ReferenceView) (out []Tile) {
	for _, r := range list {
		t := Tile{Kind: "photo", At: r.Sealed, After: r.After}
		if strings.HasSuffix(r.Kind, "_video") {
			t.Kind = "video"
		} else if r.Kind == "document" {
			t.Kind = "paper"
		}
		key := "parties.reference." + r.Kind
		if !i18n.Has(key) {
			key = "parties.reference.other"
		}
		t.What = s.counted(s.P.T(key))
		s.copies(&t, r.Item.String())
		out = append(out, t)
	}
	return out
}

// copies fills in where the copies are; videos and papers have none.
func (s *Shower) copies(t *Tile, item string) {
	t.Item = item
	if t.Kind == "photo" {
		t.Src, t.Href = s.Base+"/"+item+"/thumb", s.Base+"/"+item+"/large"
	}
}

// name counts within one page: 买家照片 1, 买家照片 2.
func (s *Shower) name(who, kind string) string {
	return s.counted(s.P.T("parties.media." + who + "_" + kind))
}

func (s *Shower) counted(what string) string {
	if s.n == nil {
		s.n = map[string]int{}
	}
	s.n[what]++
	return what + " " + strconv.Itoa(s.n[what])
}

func kindOf(media string) string {
	switch {
	case strings.HasPrefix(media, "video/"):
		return "video"
	case media == "application/pdf":
		return "paper"
	}
	return "photo"
}

// reasonGroup is the group of words that a statement's code belongs to.
var reasonGroup = map[string]string{"story": "reason", "contest": "contest", "appeal": "appeal", "step": "step"}

// Said turns statements into what is shown, oldest first.
func (s *Shower) Said(list []claim.StatementView) (out []Said) {
	for _, st := range list {
		out = append(out, s.One(st))
	}
	return out
}

// One turns one statement into what is shown.
func (s *Shower) One(st claim.StatementView) Said {
	who := string(st.Side)
	if st.Side == claim.NoSide || st.Part != claim.PartBuyer && st.Part != claim.PartMerchant && st.Part != "" {
		who = "platform"
	}
	mine := who == string(s.Side)
	if mine {
		who = "me_" + who
	} else if st.Part == claim.PartInspector {
		who = "inspector"
	}
	x := Said{ID: "said-" + st.ID.String(), At: st.At, Who: s.P.T("parties.who." + who), Words: st.Words.Clear(), Tiles: s.Media(st.Media), Asked: ShotWords(s.P, st.Shots),
		Mine: mine}
	key := "parties.said." + st.Kind
	if !i18n.Has(key) {
		key = "parties.said.other"
	}
	x.What = s.P.T(key)
	if g := reasonGroup[st.Kind]; g != "" && st.Code != "" {
		x.Facts = append(x.Facts, Word(s.P, g, st.Code))
	}
	if st.Remedy != "" {
		r := Word(s.P, "remedy", string(st.Remedy))
		if m := Money(s.P, st.Amount); m != "" && st.Remedy != claim.RemedyRepair && st.Remedy != claim.Exchange {
			r += " " + m
		}
		x.Facts = append(x.Facts, r)
	}
	if st.Kind == "contest" { // the references that it points to are not pictures that were asked for
		x.Asked = nil
	}
	return x
}

// Decision turns a decision into what is shown; nil stays nil.
func (s *Shower) Decision(d *claim.DecisionView) *Outcome {
	if d == nil {
		return nil
	}
	o := &Outcome{Title: Word(s.P, "remedy", string(d.Remedy)), At: d.At, Words: d.Words.Clear()}
	if d.Remedy != claim.RemedyRepair && d.Remedy != claim.Exchange {
		o.Amount = Money(s.P, d.Amount)
	}
	for _, r := range d.Reasons {
		o.Reasons = append(o.Reasons, Word(s.P, "why", r))
	}
	by := "parties.by.platform"
	switch d.Kind {
	case "accepted":
		by = "parties.by.accepted"
	case "settled":
		by = "parties.by.settled"
	}
	o.By = s.P.T(by)
	return o
}

// Steps turns the steps of carrying a decision out into what is shown.
func (s *Shower) Steps(list []claim.StepView) (out []Step) {
	for _, st := range list {
		x := Step{Title: s.P.T("parties.step." + string(st.Kind)), State: s.P.T("parties.step_state." + stepState(st.State)), Tone: stepTone(st.State), Done: st.Done}
		if st.Kind == claim.StepRefund {
			x.Amount = Money(s.P, st.Amount)
		}
		if note := st.Note.Clear(); note != "" {
			x.Note = s.P.T("parties.step_parcel", "parcel", note)
		} else if st.Ref != "" {
			x.Note = s.P.T("parties.step_ref", "ref", st.Ref)
		}
		if st.State == "open" || st.State == "failed" {
			x.Due = Clock(st.Due, "")
		}
		out = append(out, x)
	}
	return out
}

func stepState(s string) string {
	switch s {
	case "open", "sent", "failed", "held", "done", "given_up":
		return s
	}
	return "waiting"
}

func stepTone(s string) ui.Tone {
	switch s {
	case "done":
		return ui.OK
	case "open":
		return ui.Warn
	case "failed":
		return ui.Danger
	case "sent":
		return ui.Info
	}
	return ui.Quiet
}

// Events turns the timeline into what is shown, the newest first. Entries without a sentence for this reader are left out.
func Events(p i18n.Printer, list []claim.Entry) []ui.Event {
	var out []ui.Event
	for _, e := range list {
		if t := Say(p, e.Line); t != "" {
			out = append(out, ui.Event{At: e.At, Title: byWhom(p, e, t)})
		}
	}
	if n := len(out); n > 1 && out[0].At.Before(out[n-1].At) {
		for i, j := 0, n-1; i < j; i, j = i+1, j-1 {
			out[i], out[j] = out[j], out[i]
		}
	}
	return out
}

// either are the events that both sides can cause and whose sentence does not say which did.
var either = map[string]bool{"claim.comment": true, "claim.appeal": true, "claim.respond": true, "claim.take_back": true, "claim.waive_right": true}

func byWhom(p i18n.Printer, e claim.Entry, t string) string {
	if !either[e.Kind] || e.Part == "" {
		return t
	}
	return p.T("parties.event_by", "who", Word(p, "part", string(e.Part)), "what", t)
}

// OrderFacts are what was bought.
func OrderFacts(p i18n.Printer, o claim.OrderView, merchant bool) []ui.Pair {
	var out []ui.Pair
	add := func(key, text string) {
		if text != "" {
			out = append(out, ui.Pair{Key: p.T(key), Text: text})
		}
	}
	product := o.Product
	if o.Quantity > 1 {
		product += " × " + strconv.Itoa(o.Quantity)
	}
	add("parties.order.product", product)
	if !merchant {
		add("parties.order.merchant", o.Merchant)
	}
	add("parties.order.number", o.Number)
	add("parties.order.paid", Money(p, o.Paid))
	if !o.Ordered.IsZero() {
		add("parties.order.ordered", p.Date(o.Ordered))
	}
	if !o.Shipped.IsZero() {
		add("parties.order.shipped", p.Date(o.Shipped))
	}
	if !o.Delivered.IsZero() {
		add("parties.order.delivered", p.Date(o.Delivered))
	}
	return out
}

// Items are the ids of everything that a list of statements shows.
func Items(into map[string]bool, lists ...[]claim.StatementView) {
	for _, list := range lists {
		for _, st := range list {
			for _, m := range st.Media {
				into[m.Item.String()] = true
			}
		}
	}
}
