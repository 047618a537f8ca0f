package query

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/i18n"
	"anxin/internal/privacy"
	"anxin/internal/service/flow"
	"anxin/internal/service/terms"
	"anxin/internal/tx"
)

// folder is everything about one case, read at once for a view. Nothing in it is masked yet: the views decide who sees what.
type folder struct {
	flow.Work
	q        *Queries // the same, with what is only asked
	promises []terms.Promise
	quotes   []terms.Quote
	reports  []terms.WorkReport
	ratings  []terms.Rating
	items    []terms.Item
	clocks   []terms.ClockView
	events   []casefile.Event
	erased   bool
	people   map[casefile.ID]*terms.Technician
}

// openFolder reads a case without locking it.
func (s *Queries) openFolder(ctx context.Context, t tx.Tx, a casefile.Actor, caseID casefile.ID, audience casefile.Audience) (*folder, error) {
	c, err := s.Timeline.Get(ctx, t, a.Tenant, caseID)
	if err != nil {
		return nil, err
	}
	f := &folder{q: s, Work: flow.Work{Commands: s.Commands, Tx: t, Actor: a, Now: s.Source.Now(), Case: c}, people: map[casefile.ID]*terms.Technician{}}
	if err := f.Read(ctx); err != nil {
		return nil, err
	}
	if f.promises, err = s.Store.Promises(ctx, t, a.Tenant, caseID); err != nil {
		return nil, err
	}
	if f.quotes, err = s.Store.Quotes(ctx, t, a.Tenant, caseID); err != nil {
		return nil, err
	}
	if f.reports, err = s.Store.Reports(ctx, t, a.Tenant, caseID); err != nil {
		return nil, err
	}
	if f.ratings, err = s.Store.Ratings(ctx, t, a.Tenant, caseID); err != nil {
		return nil, err
	}
	if f.items, err = s.Evidence.Attached(ctx, t, a.Tenant, caseID); err != nil {
		return nil, err
	}
	if f.clocks, err = s.clockViews(ctx, t, a.Tenant, caseID, f.Now); err != nil {
		return nil, err
	}
	if f.events, err = s.Timeline.Events(ctx, t, a.Tenant, caseID, audience, 0); err != nil {
		return nil, err
	}
	switch err := f.Unlock(ctx); {
	case err == nil:
	case casefile.Is(err, casefile.NotFound):
		f.erased = true
	default:
		return nil, err
	}
	return f, nil
}

// reveal opens a sealed text; of an erased person it is empty.
func (f *folder) reveal(field string, sealed []byte) (string, error) {
	if f.erased || len(sealed) == 0 {
		return "", nil
	}
	return f.Box.Open(field, sealed)
}

// person reads a technician once.
func (f *folder) person(ctx context.Context, id casefile.ID) (*terms.Technician, error) {
	if x := f.people[id]; x != nil {
		return x, nil
	}
	x, err := f.Commands.Store.Technician(ctx, f.Tx, f.Case.Tenant, id, f.Now)
	if err != nil {
		return nil, err
	}
	f.people[id] = &x
	return &x, nil
}

// card is what a customer sees of a technician: with the certificates that this job needs and that are valid today.
func (f *folder) card(ctx context.Context, id casefile.ID) (*terms.TechnicianCard, error) {
	if id.IsNil() {
		return nil, nil
	}
	x, err := f.person(ctx, id)
	if err != nil {
		return nil, err
	}
	c := &terms.TechnicianCard{Code: x.Code, Name: x.Name, Partner: x.Partner, Photo: x.Photo, Vehicle: x.Vehicle, Visits: x.VisitsDone}
	if x.StarsN > 0 {
		c.Stars = x.StarsSum * 100 / x.StarsN
	}
	need, _ := f.Commands.Catalogue.Need(string(f.Req.Kind), f.Req.Product)
	for _, have := range x.Certificates {
		if slices.Contains(need.Certificates, have.Code) && !have.From.After(f.Now) && (have.To.IsZero() || have.To.After(f.Now)) {
			c.Certificates = append(c.Certificates, nameOf(f.Commands.Catalogue.Certificates, have.Code))
		}
	}
	return c, nil
}

func nameOf(list []terms.Named, code string) terms.Named {
	for _, n := range list {
		if n.Code == code {
			return n
		}
	}
	return terms.Named{Code: code, Text: terms.Text{ZH: code, EN: code}}
}

// regionToAsk reads the address again when its place is still open, for the candidates and the question. The answer of that day is kept in the row; this is only
// what to ask.
func (f *folder) regionToAsk() (terms.RegionView, error) {
	v := f.Commands.StoredRegion(f.Req)
	if f.erased || v.Certain {
		return v, nil
	}
	line, err := f.reveal(terms.FieldAddress, f.Req.Address)
	if err != nil || line == "" {
		return v, err
	}
	u := f.Commands.Understand(line, "")
	v.Ask, v.Note, v.Candidates, v.Reasons = u.View.Ask, u.View.Note, u.View.Candidates, u.View.Reasons
	if v.Code != "" {
		v.Certain = u.View.Certain && u.View.Code == v.Code
	}
	return v, nil
}

// visitViews shows the visits, newest first.
func (f *folder) visitViews(ctx context.Context, whys bool) ([]terms.VisitView, error) {
	out := make([]terms.VisitView, 0, len(f.Visits))
	for i := len(f.Visits) - 1; i >= 0; i-- {
		v, err := f.visitView(ctx, &f.Visits[i], whys)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

func (f *folder) visitView(ctx context.Context, v *terms.Visit, whys bool) (out terms.VisitView, err error) {
	out = terms.VisitView{ID: v.ID, Number: v.Number, State: v.State, Pinned: v.Pinned, From: v.From, To: v.To, EnRouteAt: v.EnRoute, ArrivedAt: v.Arrived, ArrivedHow: v.ArrivedHow,
		FinishedAt: v.Finished, DoorLocked: v.DoorFailures >= flow.DoorTries, DoorFailures: v.DoorFailures}
	if out.Technician, err = f.card(ctx, v.Technician); err != nil {
		return out, err
	}
	if q := f.newestQuote(v.ID); q != nil {
		qv, err := f.showQuote(ctx, q, whys)
		if err != nil {
			return out, err
		}
		out.Quote = &qv
	}
	if out.Report, err = f.reportView(v); err != nil {
		return out, err
	}
	for i := range f.ratings {
		if r := &f.ratings[i]; r.Visit == v.ID {
			words, err := f.reveal(terms.FieldRating, r.Words)
			if err != nil {
				return out, err
			}
			out.Rating = &terms.RatingView{Stars: r.Stars, Tags: r.Tags, Words: privacy.NewWords(words), At: r.Created}
		}
	}
	return out, nil
}

func (f *folder) newestQuote(visit casefile.ID) *terms.Quote {
	for i := len(f.quotes) - 1; i >= 0; i-- {
		if f.quotes[i].Visit == visit {
			return &f.quotes[i]
		}
	}
	return nil
}

func (f *folder) showQuote(ctx context.Context, q *terms.Quote, whys bool) (terms.QuoteView, error) {
	return f.QuoteView(ctx, q, whys && !f.erased)
}

// reportView shows the report of work of a visit, or nil.
func (f *folder) reportView(v *terms.Visit) (*terms.ReportView, error) {
	at := slices.IndexFunc(f.reports, func(r terms.WorkReport) bool { return r.Visit == v.ID })
	if at < 0 {
		return nil, nil
	}
	r := &f.reports[at]
	kind, product := string(f.Req.Kind), f.Req.Product
	out := &terms.ReportView{Visit: v.ID, Outcome: r.Outcome, Fault: f.Commands.Catalogue.FaultName(kind, product, r.Fault), Cause: nameOf(f.Commands.Catalogue.Causes(kind, product), r.Cause),
		WarrantyDays: r.WarrantyDays, WarrantyUntil: r.WarrantyUntil, Document: r.Document, Signature: v.Signature, SignedAt: v.Signed, Created: r.Created}
	words, err := f.reveal(terms.FieldWork, r.Work)
	if err != nil {
		return nil, err
	}
	out.Words = privacy.NewWords(words)
	for _, l := range r.Done {
		out.Work = append(out.Work, f.doneLine(v.ID, l))
	}
	for _, p := range r.Parts {
		out.Parts = append(out.Parts, terms.PartView{Item: p.Part, Name: f.Commands.Catalogue.ItemName(p.Part).Text, Serial: p.Serial, Quantity: p.Quantity})
	}
	for _, c := range f.Commands.Catalogue.Checklist(kind, product) {
		if answer := r.Checklist[c.Code]; answer != "" {
			out.Checklist = append(out.Checklist, terms.CheckView{Code: c.Code, Text: c.Text, Required: c.Required, Answer: answer})
		}
	}
	for _, p := range r.Related {
		rv := terms.RelatedView{Product: f.Commands.Catalogue.ProductName(p.Product), Condition: p.Condition, WantsQuote: p.WantsQuote}
		if p.Advice != "" {
			rv.Advice = terms.Line{Key: "service.advice", Args: map[string]any{"text": nameOf(f.Commands.Catalogue.Lists["advice"], p.Advice).Text}}
		}
		if rv.Words, err = f.reveal(terms.FieldAdvice, p.AdviceEnc); err != nil {
			return nil, err
		}
		out.Related = append(out.Related, rv)
	}
	out.Before, out.After = f.photos(v.ID, flow.KindBefore), f.photos(v.ID, flow.KindAfter)
	return out, nil
}

// doneLine is a line of work with the price it was approved at.
func (f *folder) doneLine(visit casefile.ID, l terms.WorkLine) terms.QuoteLineView {
	line := terms.QuoteLine{Item: l.Item, Quantity: l.Quantity, Answer: flow.LineFree}
	for i := range f.quotes {
		if f.quotes[i].Visit != visit || f.quotes[i].State != terms.QuoteAnswered {
			continue
		}
		for _, q := range f.quotes[i].Lines {
			if q.Item == l.Item && (q.Answer == flow.LineApproved || q.Answer == flow.LineFree) {
				line.Unit, line.List, line.Warranty, line.Answer, line.Line = q.Unit, q.List, q.Warranty, q.Answer, q.Line
			}
		}
	}
	return f.Commands.LineView(line)
}

// photos lists the photographs of a kind; a Nil visit means those of the report.
func (f *folder) photos(visit casefile.ID, kind string) []casefile.ID {
	var out []casefile.ID
	for _, it := range f.items {
		if it.Kind == kind && it.Visit == visit {
			out = append(out, it.ID)
		}
	}
	return out
}

// momentKeys are the values of events and problems that are moments, in microseconds.
var momentKeys = map[string]bool{"from": true, "to": true, "arrive": true, "due": true, "expires": true, "not_before": true, "new_from": true, "new_to": true, "at": true}

// moments turns the numbers that are moments into times, so that pages can write them.
func moments(data map[string]any) map[string]any {
	for k, v := range data {
		if n, ok := v.(float64); ok {
			if momentKeys[k] {
				data[k] = time.UnixMicro(int64(n)).UTC()
			} else if n == float64(int64(n)) {
				data[k] = int(n)
			}
		}
	}
	return data
}

// reasonLists say from which list of the catalogue the reason of an event or problem is.
var reasonLists = map[string]string{"request.cancelled": "cancel", "request.remote_fixed": "remote_fix", "request.referred": "refer", "request.reopened": "reopen",
	"offer.declined": "decline", "visit.given_back": "give_back", "visit.reassigned": "reassign", "visit.no_access": "no_access", "visit.aborted": "abort",
	"visit.needs_follow_up": "follow_up", "visit.finished": "refuse_sign", "visit.door_code_reset": "reset_code", "visit.technician_absent": "absence",
	flow.ProblemNoAccess: "no_access", flow.ProblemGivenBack: "give_back", flow.ProblemAbsence: "absence", flow.ProblemAborted: "abort", flow.ProblemDispute: "refuse_sign"}

// facts makes the data of an event or problem readable: moments are times, codes are texts of the catalogue.
func (s *Queries) facts(kind string, data map[string]any) map[string]any {
	data = moments(data)
	name := func(key string, text func(code string) any) {
		if code, ok := data[key].(string); ok {
			data[key] = text(code)
		}
	}
	if list := reasonLists[kind]; list != "" {
		name("reason", func(code string) any { return s.reasonText(list, code) })
	}
	name("product", func(code string) any { return s.Catalogue.ProductName(code).Text })
	name("part", func(code string) any { return s.Catalogue.ItemName(code).Text })
	if strings.HasPrefix(kind, "clock.") {
		name("kind", func(code string) any { return i18n.Key("service.clock." + code) })
	}
	return data
}

// reasonText is a reason in words. A cancellation carries the reason of the visit's end when the technician ended it.
func (s *Queries) reasonText(list, code string) terms.Text {
	if list == "cancel" && !s.Catalogue.Has(list, code) {
		list = "abort"
	}
	return nameOf(s.Catalogue.Lists[list], code).Text
}

// timeline writes the events as sentences.
func (f *folder) timeline() []terms.Entry {
	out := make([]terms.Entry, 0, len(f.events))
	for _, e := range f.events {
		if ofClaims(e.Kind) {
			continue
		}
		var data map[string]any
		if json.Unmarshal(e.Data, &data) != nil {
			data = nil // an event of a newer version: its kind still says what it is
		}
		out = append(out, terms.Entry{Seq: e.Seq, At: e.At, Kind: e.Kind, Role: e.Role, Visit: e.Visit, ForCustomer: e.Audience&casefile.ForCustomer != 0,
			Line: terms.Line{Key: "service.event." + e.Kind, Args: f.q.facts(e.Kind, data)}})
	}
	return out
}

// newestPromise is the one that the customer should see: the open one, or the last that was judged.
func (f *folder) newestPromise() *terms.PromiseView {
	var last *terms.Promise
	for i := range f.promises {
		p := &f.promises[i]
		if p.Request == f.Req.ID && p.State != terms.PromiseReplaced {
			last = p
		}
	}
	return promiseView(last)
}

// ofClaims reports whether an event or a clock of the case is one of claims or orders, which show it themselves.
func ofClaims(kind string) bool {
	return strings.HasPrefix(kind, "claim.") || strings.HasPrefix(kind, "claim_") || strings.HasPrefix(kind, "order.")
}
