package flow

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/claim/terms"
	"anxin/internal/clock"
	"anxin/internal/tx"
)

// The kinds of timers of this package.
const (
	timerLetter = "claim.letter"
	timerVisit  = "claim.visit"
	timerDone   = "claim.visit_done"
)

// Handlers implements Platform.
func (s *Commands) Handlers() map[string]clock.Handler {
	return map[string]clock.Handler{
		timerLetter: {In: s.handleLetter},
		timerVisit:  {In: s.handleVisit},
		timerDone:   {In: s.handleVisitDone},
	}
}

func (w *Work) setTimer(ctx context.Context, kind string, due time.Time, payload json.RawMessage) error {
	if due.IsZero() {
		due = w.Now
	}
	return w.C.Timers.Set(ctx, w.Tx, clock.Timer{Tenant: w.Case.Tenant, Lane: clock.TimerLane, Kind: kind, Case: w.Case.ID, Dedupe: kind + ":" + w.Claim.ID.String(), Due: due, Payload: payload})
}

// letterSoon has the letter composed and served by a timer: a letter that cannot be written holds up nobody but itself, and is tried again.
func (w *Work) letterSoon(ctx context.Context) error {
	if w.Claim.Facts.State == terms.Withdrawn {
		d := &terms.Decision{Kind: "withdrawn", Remedy: terms.Withdrawal}
		if err := w.keepDecision(ctx, d); err != nil {
			return err
		}
	}
	return w.setTimer(ctx, timerLetter, time.Time{}, json.RawMessage("{}"))
}

// system opens a case for a timer: locked, as the product itself.
func (s *Commands) system(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) (*Work, error) {
	c, err := s.Timeline.Lock(ctx, t, tenant, caseID)
	if err != nil {
		return nil, err
	}
	return s.open(ctx, t, casefile.SystemActor(tenant), c)
}

// handleLetter composes the letter of the newest decision, keeps it sealed and serves it on both sides.
func (s *Commands) handleLetter(ctx context.Context, t tx.Tx, tm clock.Timer) error {
	w, err := s.system(ctx, t, tm.Tenant, tm.Case)
	if err != nil {
		return err
	}
	if st := w.Claim.Facts.State; st != terms.Decided && st != terms.Withdrawn {
		return nil // suspended meanwhile, or served already
	}
	d, err := w.decision(ctx)
	if err != nil {
		return err
	}
	if err := w.rulesAgain(ctx); err != nil {
		return err
	}
	if err := w.serve(ctx, d); err != nil {
		return err
	}
	return w.flush(ctx)
}

// decision is the one that the letter is about: the newest that stands, or the withdrawal.
func (w *Work) decision(ctx context.Context) (*terms.Decision, error) {
	list, err := w.C.Store.Decisions(ctx, w.Tx, w.Case.Tenant, w.Case.ID, w.Claim.ID)
	if err != nil {
		return nil, err
	}
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].Stands || list[i].Kind == "withdrawn" {
			return &list[i], nil
		}
	}
	return nil, ErrNotFound
}

func (w *Work) serve(ctx context.Context, d *terms.Decision) error {
	kinds, err := w.planSteps(ctx, d)
	if err != nil {
		return err
	}
	f := &w.Claim.Facts
	var until time.Time
	if f.State == terms.Decided && !f.Agreed && !f.Appealed {
		if until, err = w.startClock(ctx, terms.ClockAppeal); err != nil {
			return err
		}
	}
	l := &terms.LetterRow{Tenant: w.Case.Tenant, Case: w.Case.ID, Claim: w.Claim.ID, ID: w.C.Source.NewID(), Decision: d.ID, Issued: w.Now, Round: f.Round, Seq: w.seq()}
	if l.Code, err = w.C.Documents.Issue(ctx, w.Tx, w.Case.Tenant, w.Case.ID, l.ID, "claim_decision", w.Now); err != nil {
		return err
	}
	facts, err := w.letterFacts(ctx, d, l.Code, kinds, until)
	if err != nil {
		return err
	}
	if err := w.keepLetter(ctx, l, facts); err != nil {
		return err
	}
	w.Claim.Served = w.Now
	data := map[string]any{"code": l.Code, "digest": hex.EncodeToString(l.Digest), "remedy": d.Remedy, "amount": d.Amount, "steps": kinds}
	if f.State != terms.Decided {
		return w.event("claim.letter", forBoth, data)
	}
	if err := w.take(ctx, terms.Act{Move: terms.MoveServe, Part: terms.System, Steps: len(kinds)}, data); err != nil {
		return err
	}
	if len(kinds) > 0 {
		if err := w.makeSteps(ctx, d, kinds); err != nil {
			return err
		}
	}
	return w.afterFinal(ctx)
}

func (w *Work) keepLetter(ctx context.Context, l *terms.LetterRow, facts terms.LetterFacts) error {
	doc, err := w.C.Letters.Compose(ctx, facts)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(doc)
	l.Digest = sum[:]
	text, err := json.Marshal(facts)
	if err != nil {
		return err
	}
	b, err := w.Box(ctx, terms.System)
	if err != nil {
		return err
	}
	if l.Facts, err = b.Seal(terms.FieldLetter, string(text)); err != nil {
		return err
	}
	if l.Document, err = b.Seal(terms.FieldDocument, string(doc)); err != nil {
		return err
	}
	return w.C.Store.InsertLetter(ctx, w.Tx, l)
}

// letterFacts gathers everything that a letter says.
func (w *Work) letterFacts(ctx context.Context, d *terms.Decision, code string, steps []terms.StepKind, until time.Time) (terms.LetterFacts, error) {
	c := w.Claim
	r := &c.Ruling
	f := terms.LetterFacts{Tenant: w.Case.Tenant, Case: w.Case.ID, Claim: c.ID, Code: code, Number: w.Case.Number, Issued: w.Now, Round: c.Facts.Round, Paid: c.Paid, Category: c.Category,
		Filed: c.Filed, Reason: c.Reason, Wish: c.Facts.Wish, WishAmount: c.Amount, Remedy: d.Remedy, Amount: d.Amount, Agreed: c.Facts.Agreed, Reasons: d.Reasons, Grounds: d.Grounds,
		Burden: c.Facts.Burden, BurdenRule: r.BurdenRule, OrderPack: r.OrderPack, FilingPack: r.FilingPack, Applied: r.Applied, Basis: r.Basis, BurdenWords: r.BurdenWords, BurdenBasis: r.BurdenBasis, Why: r.Why, Extra: r.Extra, Steps: steps, AppealUntil: until,
		TwoPeople: !c.Facts.Second.IsNil() && !c.Facts.Disputed}
	if d.Kind == "overturned" {
		f.Appeal = "overturned"
	}
	if d.Kind == "settled" {
		o, err := w.offer(ctx)
		if err != nil {
			return f, err
		}
		f.Settled = o.Remedy
	}
	o, err := w.C.Orders.OfCase(ctx, w.Tx, w.Case.Tenant, w.Case.ID)
	if err != nil {
		return f, err
	}
	f.Merchant, f.Order, f.Product, f.Ordered = o.MerchantName, MaskNumber(o.Number), o.Product, o.Ordered
	if f.Buyer, err = w.C.People.MaskedName(ctx, w.Tx, w.Case.Tenant, c.Subject); err != nil {
		return f, err
	}
	run, err := w.C.Checks.Run(ctx, w.Tx, w.Case.Tenant, w.Case.ID, c.ID)
	if err != nil {
		return f, err
	}
	f.Machine = !run.Began.IsZero()
	if f.Notices, err = w.NoticeViews(ctx); err != nil {
		return f, err
	}
	if f.Evidence, err = w.evidenceList(ctx, &o); err != nil {
		return f, err
	}
	if len(d.Words) > 0 {
		words, err := w.openDecision(ctx, d)
		if err != nil {
			return f, err
		}
		f.Words, f.OnBuyer, f.OnMerchant = words.Words, words.OnBuyer, words.OnMerchant
	}
	return f, nil
}

// MaskNumber shows the last four characters of a platform's order number.
func MaskNumber(s string) string {
	r := []rune(s)
	if len(r) <= 4 {
		return s
	}
	return "…" + string(r[len(r)-4:])
}

// openDecision reads the words of a decision; they are sealed under the claim's key.
func (w *Work) openDecision(ctx context.Context, d *terms.Decision) (out terms.DecisionWords, err error) {
	b, err := w.Box(ctx, terms.System)
	if err != nil {
		return out, err
	}
	text, err := b.Open(terms.FieldDecision, d.Words)
	if err != nil {
		return out, err
	}
	return out, json.Unmarshal([]byte(text), &out)
}

// NoticeViews lists what was served on both sides.
func (w *Work) NoticeViews(ctx context.Context) ([]terms.NoticeView, error) {
	list, err := w.C.Store.Notices(ctx, w.Tx, w.Case.Tenant, w.Case.ID, w.Claim.ID)
	out := make([]terms.NoticeView, 0, len(list))
	for _, n := range list {
		out = append(out, terms.NoticeView{Side: n.Side, Kind: n.Kind, Served: n.Served, Opened: n.Opened, Answered: n.Answered})
	}
	return out, err
}

// evidenceList numbers the evidence: the order's references, then what the sides and the inspection brought, oldest first.
func (w *Work) evidenceList(ctx context.Context, o *terms.Order) ([]terms.EvidenceLine, error) {
	var out []terms.EvidenceLine
	for _, r := range o.References {
		out = append(out, terms.EvidenceLine{Side: terms.MerchantSide, Item: r.Item, Kind: r.Kind, SHA256: hex.EncodeToString(r.SHA256[:]), Received: r.Sealed.At, After: !r.Sealed.Before(w.Claim.FiledAt())})
	}
	media, err := w.C.Store.Media(ctx, w.Tx, w.Case.Tenant, w.Case.ID, w.Claim.ID)
	if err != nil {
		return nil, err
	}
	for _, m := range media {
		out = append(out, terms.EvidenceLine{Side: m.Side, Item: m.Item, Kind: m.Kind, SHA256: hex.EncodeToString(m.SHA256), Received: m.Received})
	}
	slices.SortStableFunc(out, func(a, b terms.EvidenceLine) int { return a.Received.Compare(b.Received) })
	for i := range out {
		out[i].No = i + 1
	}
	return out, nil
}
