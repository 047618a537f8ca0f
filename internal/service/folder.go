package service

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/i18n"
	"anxin/internal/privacy"
	"anxin/internal/tx"
)

// folder is everything about one case, read at once for a view. Nothing in it is masked yet: the views decide who sees what.
type folder struct {
	work
	promises []Promise
	quotes   []Quote
	reports  []WorkReport
	ratings  []Rating
	items    []Item
	clocks   []ClockView
	events   []casefile.Event
	erased   bool
	people   map[casefile.ID]*Technician
}

// openFolder reads a case without locking it.
func (s *Service) openFolder(ctx context.Context, t tx.Tx, a casefile.Actor, caseID casefile.ID, audience casefile.Audience) (*folder, error) {
	c, err := s.Timeline.Get(ctx, t, a.Tenant, caseID)
	if err != nil {
		return nil, err
	}
	f := &folder{work: work{s: s, t: t, actor: a, now: s.Source.Now(), c: c}, people: map[casefile.ID]*Technician{}}
	if err := f.read(ctx); err != nil {
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
	if f.clocks, err = s.clockViews(ctx, t, a.Tenant, caseID, f.now); err != nil {
		return nil, err
	}
	if f.events, err = s.Timeline.Events(ctx, t, a.Tenant, caseID, audience, 0); err != nil {
		return nil, err
	}
	switch err := f.unlock(ctx); {
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
	return f.box.Open(field, sealed)
}

// person reads a technician once.
func (f *folder) person(ctx context.Context, id casefile.ID) (*Technician, error) {
	if x := f.people[id]; x != nil {
		return x, nil
	}
	x, err := f.s.Store.Technician(ctx, f.t, f.c.Tenant, id, f.now)
	if err != nil {
		return nil, err
	}
	f.people[id] = &x
	return &x, nil
}

// card is what a customer sees of a technician: with the certificates that this job needs and that are valid today.
func (f *folder) card(ctx context.Context, id casefile.ID) (*TechnicianCard, error) {
	if id.IsNil() {
		return nil, nil
	}
	x, err := f.person(ctx, id)
	if err != nil {
		return nil, err
	}
	c := &TechnicianCard{Code: x.Code, Name: x.Name, Partner: x.Partner, Photo: x.Photo, Vehicle: x.Vehicle, Visits: x.VisitsDone}
	if x.StarsN > 0 {
		c.Stars = x.StarsSum * 100 / x.StarsN
	}
	need, _ := f.s.Catalogue.Need(string(f.req.Kind), f.req.Product)
	for _, have := range x.Certificates {
		if slices.Contains(need.Certificates, have.Code) && !have.From.After(f.now) && (have.To.IsZero() || have.To.After(f.now)) {
			c.Certificates = append(c.Certificates, nameOf(f.s.Catalogue.Certificates, have.Code))
		}
	}
	return c, nil
}

func nameOf(list []Named, code string) Named {
	for _, n := range list {
		if n.Code == code {
			return n
		}
	}
	return Named{Code: code, Text: Text{ZH: code, EN: code}}
}

// regionToAsk reads the address again when its place is still open, for the candidates and the question. The answer of that day is kept in the row; this is only
// what to ask.
func (f *folder) regionToAsk() (RegionView, error) {
	v := f.s.storedRegion(f.req)
	if f.erased || v.Certain {
		return v, nil
	}
	line, err := f.reveal(fieldAddress, f.req.Address)
	if err != nil || line == "" {
		return v, err
	}
	u := f.s.understand(line, "")
	v.Ask, v.Candidates, v.Reasons = u.view.Ask, u.view.Candidates, u.view.Reasons
	if v.Code != "" {
		v.Certain = u.view.Certain && u.view.Code == v.Code
	}
	return v, nil
}

// visitViews shows the visits, newest first.
func (f *folder) visitViews(ctx context.Context, whys bool) ([]VisitView, error) {
	out := make([]VisitView, 0, len(f.visits))
	for i := len(f.visits) - 1; i >= 0; i-- {
		v, err := f.visitView(ctx, &f.visits[i], whys)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

func (f *folder) visitView(ctx context.Context, v *Visit, whys bool) (out VisitView, err error) {
	out = VisitView{ID: v.ID, Number: v.Number, State: v.State, Pinned: v.Pinned, From: v.From, To: v.To, EnRouteAt: v.EnRoute, ArrivedAt: v.Arrived, ArrivedHow: v.ArrivedHow,
		FinishedAt: v.Finished, DoorLocked: v.DoorFailures >= doorTries, DoorFailures: v.DoorFailures}
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
			words, err := f.reveal(fieldRating, r.Words)
			if err != nil {
				return out, err
			}
			out.Rating = &RatingView{Stars: r.Stars, Tags: r.Tags, Words: privacy.NewWords(words), At: r.Created}
		}
	}
	return out, nil
}

func (f *folder) newestQuote(visit casefile.ID) *Quote {
	for i := len(f.quotes) - 1; i >= 0; i-- {
		if f.quotes[i].Visit == visit {
			return &f.quotes[i]
		}
	}
	return nil
}

func (f *folder) showQuote(ctx context.Context, q *Quote, whys bool) (QuoteView, error) {
	return f.quoteView(ctx, q, whys && !f.erased)
}

// reportView shows the report of work of a visit, or nil.
func (f *folder) reportView(v *Visit) (*ReportView, error) {
	at := slices.IndexFunc(f.reports, func(r WorkReport) bool { return r.Visit == v.ID })
	if at < 0 {
		return nil, nil
	}
	r := &f.reports[at]
	kind, product := string(f.req.Kind), f.req.Product
	out := &ReportView{Visit: v.ID, Outcome: r.Outcome, Fault: f.s.Catalogue.FaultName(kind, product, r.Fault), Cause: nameOf(f.s.Catalogue.Causes(kind, product), r.Cause),
		WarrantyDays: r.WarrantyDays, WarrantyUntil: r.WarrantyUntil, Document: r.Document, Signature: v.Signature, SignedAt: v.Signed, Created: r.Created}
	words, err := f.reveal(fieldWork, r.Work)
	if err != nil {
		return nil, err
	}
	out.Words = privacy.NewWords(words)
	for _, l := range r.Done {
		out.Work = append(out.Work, f.doneLine(v.ID, l))
	}
	for _, p := range r.Parts {
		out.Parts = append(out.Parts, PartView{Item: p.Part, Name: f.s.Catalogue.ItemName(p.Part).Text, Serial: p.Serial, Quantity: p.Quantity})
	}
	for _, c := range f.s.Catalogue.Checklist(kind, product) {
		if answer := r.Checklist[c.Code]; answer != "" {
			out.Checklist = append(out.Checklist, CheckView{Code: c.Code, Text: c.Text, Required: c.Required, Answer: answer})
		}
	}
	for _, p := range r.Related {
		rv := RelatedView{Product: f.s.Catalogue.ProductName(p.Product), Condition: p.Condition, WantsQuote: p.WantsQuote}
		if p.Advice != "" {
			rv.Advice = Line{Key: "service.advice", Args: map[string]any{"text": nameOf(f.s.Catalogue.Lists["advice"], p.Advice).Text}}
		}
		if rv.Words, err = f.reveal(fieldAdvice, p.AdviceEnc); err != nil {
			return nil, err
		}
		out.Related = append(out.Related, rv)
	}
	out.Before, out.After = f.photos(v.ID, kindBefore), f.photos(v.ID, kindAfter)
	return out, nil
}

// doneLine is a line of work with the price it was approved at.
func (f *folder) doneLine(visit casefile.ID, l WorkLine) QuoteLineView {
	line := QuoteLine{Item: l.Item, Quantity: l.Quantity, Answer: lineFree}
	for i := range f.quotes {
		if f.quotes[i].Visit != visit || f.quotes[i].State != QuoteAnswered {
			continue
		}
		for _, q := range f.quotes[i].Lines {
			if q.Item == l.Item && (q.Answer == lineApproved || q.Answer == lineFree) {
				line.Unit, line.List, line.Warranty, line.Answer, line.Line = q.Unit, q.List, q.Warranty, q.Answer, q.Line
			}
		}
	}
	return f.s.lineView(line)
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
var momentKeys = map[string]bool{"from": true, "to": true, "arrive": true, "due": true, "expires": true, "not_before": true, "new_from": true, "new_to": true}

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
	problemNoAccess: "no_access", problemGivenBack: "give_back", problemAbsence: "absence", problemAborted: "abort", problemDispute: "refuse_sign"}

// facts makes the data of an event or problem readable: moments are times, codes are texts of the catalogue.
func (s *Service) facts(kind string, data map[string]any) map[string]any {
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
func (s *Service) reasonText(list, code string) Text {
	if list == "cancel" && !s.Catalogue.Has(list, code) {
		list = "abort"
	}
	return nameOf(s.Catalogue.Lists[list], code).Text
}

// timeline writes the events as sentences.
func (f *folder) timeline() []Entry {
	out := make([]Entry, 0, len(f.events))
	for _, e := range f.events {
		var data map[string]any
		if json.Unmarshal(e.Data, &data) != nil {
			data = nil // an event of a newer version: its kind still says what it is
		}
		out = append(out, Entry{Seq: e.Seq, At: e.At, Kind: e.Kind, Role: e.Role, Visit: e.Visit, ForCustomer: e.Audience&forCustomer != 0,
			Line: Line{Key: "service.event." + e.Kind, Args: f.s.facts(e.Kind, data)}})
	}
	return out
}

// newestPromise is the one that the customer should see: the open one, or the last that was judged.
func (f *folder) newestPromise() *PromiseView {
	var last *Promise
	for i := range f.promises {
		p := &f.promises[i]
		if p.Request == f.req.ID && p.State != PromiseReplaced {
			last = p
		}
	}
	return promiseView(last)
}
