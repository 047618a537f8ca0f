package query

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/claim/flow"
	"anxin/internal/claim/terms"
	"anxin/internal/clock"
	"anxin/internal/privacy"
)

// Queries answers the queries; it has the commands too, so that one value serves all interfaces.
type Queries struct{ *flow.Commands }

// New builds the queries.
func New(c *flow.Commands) *Queries { return &Queries{c} }

// folder is everything about one claim, read at once for a view. Nothing in it is masked or left out yet: the views decide who sees what.
type folder struct {
	*flow.Work
	order      terms.Order
	statements []terms.Statement
	media      []terms.Medium
	decisions  []terms.Decision
	letters    []terms.LetterRow
	steps      []terms.Step
	clocks     []clock.CaseClock
	declared   map[casefile.ID]terms.Declared // by statement
	erased     map[terms.Part]bool
}

// open reads the claim of a case for somebody who is part of it.
func (q *Queries) open(ctx context.Context, a casefile.Actor, caseID casefile.ID, f func(ctx context.Context, x *folder) error) error {
	return q.Read(ctx, a, caseID, func(ctx context.Context, w *flow.Work) error {
		x := &folder{Work: w, declared: map[casefile.ID]terms.Declared{}, erased: map[terms.Part]bool{}}
		if err := x.read(ctx); err != nil {
			return err
		}
		return f(ctx, x)
	})
}

func (x *folder) read(ctx context.Context) (err error) {
	s, t, tenant, caseID, id := x.C.Store, x.Tx, x.Case.Tenant, x.Case.ID, x.Claim.ID
	if x.order, err = x.C.Orders.OfCase(ctx, t, tenant, caseID); err != nil && !casefile.Is(err, casefile.NotFound) {
		return err
	}
	if x.statements, err = s.Statements(ctx, t, tenant, caseID, id); err != nil {
		return err
	}
	for _, st := range x.statements {
		x.declared[st.ID] = st.Declared
	}
	if x.media, err = s.Media(ctx, t, tenant, caseID, id); err != nil {
		return err
	}
	if x.decisions, err = s.Decisions(ctx, t, tenant, caseID, id); err != nil {
		return err
	}
	if x.letters, err = s.Letters(ctx, t, tenant, caseID, id); err != nil {
		return err
	}
	if x.steps, err = s.Steps(ctx, t, tenant, caseID, id); err != nil {
		return err
	}
	x.clocks, err = x.C.Clocks.Of(ctx, t, tenant, caseID)
	return err
}

// words opens what a part said; empty when the key is destroyed.
func (x *folder) words(ctx context.Context, p terms.Part, field string, sealed []byte) (string, error) {
	if len(sealed) == 0 || x.erased[p] {
		return "", nil
	}
	b, err := x.Box(ctx, p)
	if casefile.Is(err, casefile.NotFound) {
		x.erased[p] = true
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return b.Open(field, sealed)
}

// due is the deadline of a running clock of the claim.
func (x *folder) due(kind string) (clock.ClockState, bool, error) {
	for _, c := range x.clocks {
		if c.Request == x.Claim.ID && c.Kind == kind && c.Stopped.IsZero() {
			st, err := x.C.Clocks.State(c, x.Now)
			return st, true, err
		}
	}
	return clock.ClockState{}, false, nil
}

// core fills what all views have.
func (x *folder) core(ctx context.Context, audience casefile.Audience) (terms.Core, error) {
	c := x.Claim
	f := &c.Facts
	v := terms.Core{Case: x.Case.ID, Claim: c.ID, Number: x.Case.Number, Lang: x.Case.Lang, State: f.State, Before: f.Before, Round: f.Round, Lane: c.Lane, Filed: c.Filed,
		Updated: c.Updated, Reason: c.Reason, Wish: f.Wish, Amount: c.Amount, Order: orderView(&x.order, c.FiledAt()), Seq: x.Case.LastSeq}
	if x.showsDecision() {
		v.Outcome, v.Granted = c.Outcome, c.Granted
	}
	if st, ok, err := x.due(terms.ClockAppeal); err != nil {
		return v, err
	} else if ok {
		v.AppealUntil = st.Due
	}
	var err error
	if v.Next, err = x.next(); err != nil {
		return v, err
	}
	if v.Timeline, err = x.timeline(ctx, audience); err != nil {
		return v, err
	}
	for _, l := range x.letters {
		v.Letters = append(v.Letters, letterRef(&l, x.remedyOf(l.Decision)))
	}
	for i := range x.steps {
		sv, err := x.stepView(ctx, &x.steps[i])
		if err != nil {
			return v, err
		}
		v.Steps = append(v.Steps, sv)
	}
	v.Actions, err = x.actions()
	return v, err
}

// showsDecision reports whether the parties know the decision: its letter was served.
func (x *folder) showsDecision() bool {
	return len(x.letters) > 0 && !(x.Claim.Facts.State == terms.Decided || x.Claim.Facts.Before == terms.Decided) || x.Claim.Facts.State == terms.Withdrawn
}

func (x *folder) remedyOf(decision casefile.ID) terms.Remedy {
	for _, d := range x.decisions {
		if d.ID == decision {
			return d.Remedy
		}
	}
	return ""
}

func letterRef(l *terms.LetterRow, r terms.Remedy) terms.LetterRef {
	return terms.LetterRef{ID: l.ID, Code: l.Code, Issued: l.Issued, Round: l.Round, Remedy: r}
}

func orderView(o *terms.Order, filed casefile.Moment) terms.OrderView {
	v := terms.OrderView{ID: o.ID, Number: o.Number, Merchant: o.MerchantName, Product: o.Product, Code: o.Code, Category: o.Category, Quantity: o.Quantity, Paid: o.Paid, Ordered: o.Ordered,
		Shipped: o.Shipped, Delivered: o.Delivered}
	for _, r := range o.References {
		v.References = append(v.References, terms.ReferenceView{Item: r.Item, Case: r.Case, Kind: r.Kind, Sealed: r.Sealed.At, SHA256: hexOf(r.SHA256[:]), After: !filed.At.IsZero() && !r.Sealed.Before(filed)})
	}
	return v
}

func (x *folder) stepView(ctx context.Context, s *terms.Step) (terms.StepView, error) {
	v := terms.StepView{Kind: s.Kind, State: s.State, Amount: s.Amount, Request: s.Request, Ref: s.Ref, Opened: s.Opened, Due: s.Due, Done: s.Done}
	note, err := x.words(ctx, terms.System, terms.FieldParcel, s.Note)
	v.Note = privacy.NewWords(note)
	return v, err
}

// openStep is the step that is under way.
func (x *folder) openStep() *terms.Step {
	for i := range x.steps {
		switch s := &x.steps[i]; s.State {
		case "open", "sent", "failed":
			return s
		}
	}
	return nil
}

// next says who must do what until when.
func (x *folder) next() (terms.Next, error) {
	f := &x.Claim.Facts
	n := terms.Next{Party: "nobody"}
	kind := terms.Stages[f.State].Clock
	switch f.State {
	case terms.Filed, terms.Checking, terms.Decided, terms.Inspection:
		n.Party = "platform"
	case terms.BuyerEvidence, terms.Negotiating:
		n.Party = "buyer"
	case terms.MerchantAnswer:
		n.Party = "merchant"
	case terms.Rebuttal:
		n.Party = string(f.Turn)
	case terms.InReview, terms.SecondReview, terms.InAppeal:
		n.Party = "reviewer"
		if f.Waiting {
			n.Party, kind = string(f.Appeal.Other()), terms.ClockResponse
		}
	case terms.Appealable:
		kind = terms.ClockAppeal
	case terms.Executing:
		n.Party, kind = x.whoseStep()
	}
	n.Line = terms.Line{Key: "claim.next." + string(f.State) + "." + n.Party}
	n.Yours = n.Party == string(x.Part) || n.Party == "reviewer" && x.Part.Human()
	st, ok, err := x.due(kind)
	if ok {
		n.Due, n.Paused, n.Provisional = st.Due, st.Paused, st.Provisional
	}
	return n, err
}

func (x *folder) whoseStep() (party, clockKind string) {
	s := x.openStep()
	if s == nil {
		return "platform", ""
	}
	switch s.Kind {
	case terms.StepReturn:
		if s.State == "sent" {
			return "merchant", terms.ClockReturn
		}
		return "buyer", terms.ClockReturn
	case terms.StepDestroy:
		return "buyer", terms.ClockReturn
	case terms.StepReplace:
		return "merchant", terms.ClockReturn
	case terms.StepRefund:
		return "platform", terms.ClockRefund
	}
	return "platform", ""
}

// actions lists the moves that are legal for the reader now.
func (x *folder) actions() ([]terms.Action, error) {
	f := &x.Claim.Facts
	reviewing := x.Part == terms.Reviewer || x.Part == terms.Second || x.Part == terms.Appealer
	if reviewing && f.State != terms.BuyerEvidence && !x.hasLease() {
		return nil, nil
	}
	who := casefile.Nil
	if x.Part.Human() {
		who = x.Actor.ID
	}
	var out []terms.Action
	for _, m := range terms.Claims.Open(f, x.Part, who) {
		a := terms.Action{Move: m}
		switch m {
		case terms.MoveImpress:
			if f.Impressed.Has(who) {
				continue
			}
		case terms.MoveConfirm:
			s := x.openStep()
			if s == nil || !flow.MayConfirm(x.Part, s.Kind) {
				continue
			}
			a.Steps = []terms.StepKind{s.Kind}
			a.Due = s.Due
		case terms.MoveAppeal, terms.MoveWaiveRight:
			st, _, err := x.due(terms.ClockAppeal)
			if err != nil {
				return nil, err
			}
			a.Due = st.Due
		default:
			kind := terms.Stages[f.State].Clock
			if m == terms.MoveRespond {
				kind = terms.ClockResponse
			}
			st, _, err := x.due(kind)
			if err != nil {
				return nil, err
			}
			a.Due = st.Due
		}
		out = append(out, a)
	}
	if s := x.openStep(); x.Part == terms.Buyer && f.State == terms.Executing && s != nil && s.Kind == terms.StepReturn && s.State == "open" {
		out = append(out, terms.Action{Move: "sent", Steps: []terms.StepKind{terms.StepReturn}, Due: s.Due})
	}
	return out, nil
}

func (x *folder) hasLease() bool {
	return x.Claim.Lease == x.Actor.ID && x.Claim.LeaseUntil.After(x.Now)
}

// timeline reads the events of the claim that the audience sees.
func (x *folder) timeline(ctx context.Context, audience casefile.Audience) ([]terms.Entry, error) {
	var out []terms.Entry
	var after int64
	for {
		list, err := x.C.Timeline.Events(ctx, x.Tx, x.Case.Tenant, x.Case.ID, audience, after)
		if err != nil {
			return nil, err
		}
		for _, e := range list {
			after = e.Seq
			if e.Request == x.Claim.ID && strings.HasPrefix(e.Kind, "claim.") {
				out = append(out, entry(e))
			}
		}
		if len(list) < casefile.MaxEvents {
			return out, nil
		}
	}
}

func entry(e casefile.Event) terms.Entry {
	en := terms.Entry{Seq: e.Seq, At: e.At, Kind: e.Kind, Line: terms.Line{Key: "claim.event." + strings.TrimPrefix(e.Kind, "claim.")}}
	var data map[string]any
	if json.Unmarshal(e.Data, &data) != nil {
		return en
	}
	for k, v := range data {
		n, isNumber := v.(float64)
		switch {
		case k == "due" || k == "from" && isNumber:
			data[k] = time.UnixMicro(int64(n)).UTC()
		case k == "amount" && isNumber:
			data[k] = casefile.Fen(n)
		case isNumber:
			data[k] = int64(n)
		}
	}
	en.Line.Args = data
	if p, ok := data["part"].(string); ok {
		en.Part = terms.Part(p)
	}
	return en
}

// said turns statements into views: those that keep answers.
func (x *folder) said(ctx context.Context, keep func(*terms.Statement) bool) ([]terms.StatementView, error) {
	var out []terms.StatementView
	for i := range x.statements {
		s := &x.statements[i]
		if !keep(s) {
			continue
		}
		v, err := x.statement(ctx, s)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

func (x *folder) statement(ctx context.Context, s *terms.Statement) (terms.StatementView, error) {
	v := terms.StatementView{ID: s.ID, At: s.At, Part: s.Part, Side: s.Side, Kind: s.Kind, Code: s.Code, Remedy: s.Remedy, Amount: s.Amount, Declared: s.Declared, Round: s.Round}
	text, err := x.words(ctx, s.Part, terms.FieldWords, s.Words)
	if err != nil {
		return v, err
	}
	v.Words = privacy.NewWords(text)
	for _, code := range s.Shots {
		v.Shots = append(v.Shots, x.shot(code))
	}
	for i := range x.media {
		if x.media[i].Statement == s.ID {
			v.Media = append(v.Media, x.medium(&x.media[i]))
		}
	}
	return v, nil
}

func (x *folder) medium(m *terms.Medium) terms.MediaView {
	return terms.MediaView{Item: m.Item, Side: m.Side, Kind: m.Kind, Media: m.Media, Received: m.Received, SHA256: hexOf(m.SHA256), Declared: x.declared[m.Statement]}
}

// shot names a shot of the evidence matrix by its code.
func (x *folder) shot(code string) terms.Shot {
	for _, n := range x.Claim.Ruling.Need {
		if n.Code == code {
			return n
		}
	}
	return terms.Shot{Code: code, ZH: code, EN: code}
}

// theOffer is the merchant's newest offer.
func (x *folder) theOffer(ctx context.Context) (*terms.OfferView, error) {
	for i := len(x.statements) - 1; i >= 0; i-- {
		s := &x.statements[i]
		if s.Kind != "offer" {
			continue
		}
		text, err := x.words(ctx, s.Part, terms.FieldWords, s.Words)
		return &terms.OfferView{Remedy: s.Remedy, Amount: s.Amount, Words: privacy.NewWords(text), At: s.At}, err
	}
	return nil, nil
}

// decision is the newest that stands, as the parties see it once its letter is served.
func (x *folder) decision(ctx context.Context) (*terms.DecisionView, error) {
	if !x.showsDecision() {
		return nil, nil
	}
	for i := len(x.decisions) - 1; i >= 0; i-- {
		if x.decisions[i].Stands {
			v, err := x.decisionView(ctx, &x.decisions[i])
			v.Account, v.Grounds = casefile.Nil, nil
			return &v, err
		}
	}
	return nil, nil
}

func (x *folder) decisionView(ctx context.Context, d *terms.Decision) (terms.DecisionView, error) {
	v := terms.DecisionView{At: d.At, Kind: d.Kind, Part: d.Part, Account: d.Account, Remedy: d.Remedy, Amount: d.Amount, Reasons: d.Reasons, Grounds: d.Grounds, Burden: d.Burden, Round: d.Round,
		Stands: d.Stands}
	text, err := x.words(ctx, terms.System, terms.FieldDecision, d.Words)
	if err != nil || text == "" {
		return v, err
	}
	var w terms.DecisionWords
	if err := json.Unmarshal([]byte(text), &w); err != nil {
		return v, err
	}
	v.Words, v.OnBuyer, v.OnMerchant = privacy.NewWords(w.Words), privacy.NewWords(w.OnBuyer), privacy.NewWords(w.OnMerchant)
	return v, nil
}

// notices of one side, or of both.
func (x *folder) notices(ctx context.Context, side terms.Side) ([]terms.NoticeView, error) {
	list, err := x.NoticeViews(ctx)
	if side == terms.NoSide {
		return list, err
	}
	return slices.DeleteFunc(list, func(n terms.NoticeView) bool { return n.Side != side }), err
}
