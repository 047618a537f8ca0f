package flow

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/privacy"
	"anxin/internal/service/input"
	"anxin/internal/service/terms"
	"anxin/internal/tx"
)

// Bounds of a report.
const (
	maxName    = 60
	maxAddress = 300
	maxWords   = 2000
	maxPhotos  = 12
	leastKey   = 8
	mostKey    = 200
)

// answered is what is kept under the idempotency key: ids only.
type answered struct {
	Case    casefile.ID     `json:"case"`
	Request casefile.ID     `json:"request"`
	Number  casefile.Number `json:"number"`
}

// NewForCaller implements Desk.
func (s *Commands) NewForCaller(ctx context.Context, a casefile.Actor, r terms.Report) (terms.Receipt, error) {
	if a.Role != casefile.Agent && a.Role != casefile.Dispatcher {
		return terms.Receipt{}, casefile.Fail(casefile.Denied, "error.denied")
	}
	a.Route = "phone"
	return s.Report(ctx, a, r)
}

// Report implements Intake. Everything that can be is done before the transaction: reading the address, making the key, sealing.
func (s *Commands) Report(ctx context.Context, a casefile.Actor, r terms.Report) (terms.Receipt, error) {
	if a.Tenant == 0 {
		return terms.Receipt{}, ErrNotFound
	}
	now := s.Source.Now()
	if err := s.checkReport(now, &r); err != nil {
		return terms.Receipt{}, err
	}
	place := s.Understand(r.Address, r.Region)
	served, err := s.Serving(ctx, a.Tenant, place.View.Code, r.Kind, r.Product)
	if err != nil {
		return terms.Receipt{}, err
	}
	p, err := s.prepareReport(ctx, a, now, r, place, served > 0)
	if err != nil {
		return terms.Receipt{}, err
	}
	var rc terms.Receipt
	err = s.Run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		rc = terms.Receipt{}
		scope := "report"
		if !a.ID.IsNil() && a.Role != casefile.Customer {
			scope += ":" + a.ID.String()
		}
		before, seen, err := s.Idempotency.Begin(ctx, t, a.Tenant, scope, r.Key, p.hash)
		if err != nil {
			return s.alreadyReported(err)
		}
		if seen {
			return s.repeatReceipt(ctx, t, a.Tenant, before, &rc)
		}
		if err := s.writeReport(ctx, t, a, p, &rc); err != nil {
			return err
		}
		answer, err := json.Marshal(answered{rc.Case, rc.Request, rc.Number})
		if err != nil {
			return err
		}
		return s.Idempotency.Save(ctx, t, a.Tenant, scope, r.Key, string(answer))
	})
	if err != nil {
		return terms.Receipt{}, err
	}
	rc.Region, rc.Covered = place.View, p.request.Covered
	rc.Next, rc.Safety = nextAfterReport(&p.request), s.Safety(&p.request)
	return rc, nil
}

// alreadyReported explains that the form was sent before with other words in it.
func (s *Commands) alreadyReported(err error) error {
	if casefile.Is(err, casefile.Conflict) {
		return casefile.Fail(casefile.Conflict, "service.error.already_reported")
	}
	return err
}

func (s *Commands) repeatReceipt(ctx context.Context, t tx.Tx, tenant casefile.Tenant, before string, rc *terms.Receipt) error {
	var was answered
	if err := json.Unmarshal([]byte(before), &was); err != nil {
		return casefile.Failf(casefile.Internal, "error.internal", "kept answer of a report: %w", err)
	}
	link, err := s.Links.Issue(ctx, t, tenant, was.Case)
	*rc = terms.Receipt{Case: was.Case, Request: was.Request, Number: was.Number, Link: link, Repeated: true}
	return err
}

// checkReport normalises the report in place and finds everything that is wrong with it.
func (s *Commands) checkReport(now time.Time, r *terms.Report) error {
	var f input.Fields
	if len(r.Key) < leastKey || len(r.Key) > mostKey {
		f.Bad("key", "key")
	}
	kind, ok := s.Catalogue.Kind(string(r.Kind))
	if !ok || kind.Reserved {
		f.Bad("kind", "choose")
	}
	if _, ok := s.Catalogue.Need(string(r.Kind), r.Product); !ok {
		f.Bad("product", "choose")
	} else if r.Fault == "" {
		r.Fault = "other"
	} else if !s.knownFault(r.Kind, r.Product, r.Fault) {
		f.Bad("fault", "choose")
	}
	if r.Urgency == "" {
		r.Urgency = terms.Flexible
		if !r.WishedFrom.IsZero() {
			r.Urgency = terms.Booked
		}
	}
	if _, ok := s.Catalogue.Urgency(string(r.Urgency)); !ok {
		f.Bad("urgency", "choose")
	}
	r.Words = f.Words("words", r.Words, maxWords)
	r.Name = f.Text("name", r.Name, 1, maxName)
	r.Phone = f.Phone("phone", r.Phone)
	r.Address = f.Text("address", r.Address, 2, maxAddress)
	if r.Region != "" {
		if _, ok := s.unit(r.Region); !ok {
			f.Bad("region", "choose")
		}
	}
	f.Wish(now, r.WishedFrom, r.WishedTo)
	r.WishedFrom, r.WishedTo = r.WishedFrom.UTC().Truncate(time.Microsecond), r.WishedTo.UTC().Truncate(time.Microsecond)
	f.IDs("photos", r.Photos, maxPhotos)
	if len(r.Photos) > 0 && r.Draft.Case.IsNil() {
		f.Bad("photos", "draft")
	}
	if r.Lang != "en" {
		r.Lang = "zh"
	}
	switch s.Catalogue.Hazard(string(r.Kind), r.Product, r.Fault) {
	case "gas", "electric", "locked":
		r.Urgency = terms.Emergency // whatever was ticked: this cannot wait
	}
	return f.Err()
}

func (s *Commands) knownFault(kind terms.Kind, product, code string) bool {
	for _, f := range s.Catalogue.Faults(string(kind), product) {
		if f.Code == code {
			return true
		}
	}
	return false
}

// prepared is a report with everything sealed, ready to be stored.
type prepared struct {
	file    casefile.Case
	person  *privacy.NewPerson
	phone   privacy.Phone
	request terms.Request
	photos  []casefile.ID
	hash    [32]byte
}

func (s *Commands) prepareReport(ctx context.Context, a casefile.Actor, now time.Time, r terms.Report, place understood, covered bool) (*prepared, error) {
	p := &prepared{photos: r.Photos, hash: reportHash(r)}
	p.file = casefile.Case{Tenant: a.Tenant, ID: r.Draft.Case, Subject: r.Draft.Subject, Lang: r.Lang, Created: now}
	if p.file.ID.IsNil() || p.file.Subject.IsNil() {
		p.file.ID, p.file.Subject = s.Source.NewID(), s.Source.NewID()
	}
	who := privacy.Person{Tenant: a.Tenant, Subject: p.file.Subject, Case: p.file.ID, Name: privacy.NewName(r.Name), Phone: privacy.NewPhone(r.Phone)}
	p.phone = who.Phone
	var err error
	if p.person, err = s.preparePerson(ctx, who, len(r.Photos) > 0); err != nil {
		return nil, err
	}
	q := &p.request
	*q = terms.Request{Tenant: a.Tenant, Case: p.file.ID, ID: s.Source.NewID(), Kind: r.Kind, State: terms.RequestReceived, Urgency: r.Urgency, Product: r.Product, Fault: r.Fault,
		WishedFrom: r.WishedFrom, WishedTo: r.WishedTo, Covered: covered, Created: now, Updated: now, Queue: true, NextDue: terms.NoDue}
	place.into(q)
	if q.Region != "" {
		if q.State, err = terms.RequestMoves.Next(q.State, terms.MoveTriage, casefile.System); err != nil {
			return nil, err
		}
	}
	if q.Words, err = p.person.Box.Seal(terms.FieldWords, r.Words); err != nil {
		return nil, err
	}
	if q.Address, err = p.person.Box.Seal(terms.FieldAddress, r.Address); err != nil {
		return nil, err
	}
	q.Detail, err = p.person.Box.Seal(terms.FieldDetail, place.detail)
	return p, err
}

// preparePerson seals name and phone: under a new key, or under the draft's when photographs came first.
func (s *Commands) preparePerson(ctx context.Context, who privacy.Person, draft bool) (p *privacy.NewPerson, err error) {
	if !draft {
		return s.Keeper.Prepare(who)
	}
	var box *privacy.Box
	err = s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		box, err = s.Keeper.For(ctx, t, who.Tenant, who.Subject)
		return err
	})
	switch {
	case casefile.Is(err, casefile.NotFound):
		return nil, casefile.InvalidField("photos", "service.field.draft")
	case err != nil:
		return nil, err
	}
	return s.Keeper.PrepareIn(box, who)
}

// reportHash is the identity of a report: the same key with another hash is another report.
func reportHash(r terms.Report) [32]byte {
	parts := []string{string(r.Kind), r.Product, r.Fault, r.Words, string(r.Urgency), r.Name, r.Phone, r.Address, r.Region,
		strconv.FormatInt(r.WishedFrom.UnixMicro(), 10), strconv.FormatInt(r.WishedTo.UnixMicro(), 10), r.Draft.Case.String()}
	for _, id := range r.Photos {
		parts = append(parts, id.String())
	}
	return casefile.RequestHash([]byte(strings.Join(parts, "\x00")))
}

// writeReport is the transaction of a report: few statements, everything prepared. It does not change p: it may run again.
func (s *Commands) writeReport(ctx context.Context, t tx.Tx, a casefile.Actor, p *prepared, rc *terms.Receipt) error {
	w := &Work{Commands: s, Tx: t, Actor: a, Now: p.file.Created, Case: p.file, Box: p.person.Box}
	req := p.request
	w.Req = &req
	if err := s.Timeline.Create(ctx, t, &w.Case); err != nil {
		return err
	}
	if err := s.Keeper.Insert(ctx, t, p.person); err != nil {
		return err
	}
	kinds := []string{clockAssign, clockArrive}
	if req.Region == "" {
		kinds = []string{clockAccept, clockAssign, clockArrive}
	}
	var err error
	if req.NextDue, err = s.clocksForNewRequest(ctx, t, &req, kinds); err != nil {
		return err
	}
	link, err := s.Links.Issue(ctx, t, a.Tenant, w.Case.ID)
	if err != nil {
		return err
	}
	w.known = &terms.Known{Box: p.person.Box, Phone: p.phone, Link: link}
	w.later("photos", KindReport, casefile.Nil, p.photos...)
	if err := w.afterReport(ctx); err != nil {
		return err
	}
	if err := w.tell(ctx, terms.ToCustomer, receiptTemplate(&req), nil); err != nil {
		return err
	}
	if err := w.event("request.received", forBoth, map[string]any{"kind": req.Kind, "product": req.Product, "fault": req.Fault, "urgency": req.Urgency,
		"region": req.Region, "outcome": req.RegionOutcome, "covered": req.Covered, "photos": len(p.photos), "route": a.Route}); err != nil {
		return err
	}
	if err := w.attachAll(ctx); err != nil {
		return err
	}
	if err := s.Timeline.Append(ctx, t, &w.Case, w.Now, w.events...); err != nil {
		return err
	}
	*rc = terms.Receipt{Case: w.Case.ID, Request: req.ID, Number: w.Case.Number, Link: link}
	return nil
}

// receiptTemplate is the words of the receipt: honest where nobody works yet.
func receiptTemplate(r *terms.Request) string {
	if r.Region != "" && !r.Covered {
		return "receipt_uncovered"
	}
	return "receipt"
}

// clocksForNewRequest inserts the request with the nearest of its deadlines.
func (s *Commands) clocksForNewRequest(ctx context.Context, t tx.Tx, req *terms.Request, kinds []string) (int64, error) {
	due, err := s.startClocks(ctx, t, req, req.Created, kinds...)
	if err != nil {
		return due, err
	}
	req.NextDue = due
	return due, s.Store.InsertRequest(ctx, t, req)
}

// afterReport decides what happens next with a request whose place has just become known, or not.
func (w *Work) afterReport(ctx context.Context) error {
	switch {
	case w.Req.Region == "":
		return w.problem(ctx, ProblemRegion, map[string]any{"outcome": w.Req.RegionOutcome})
	case !w.Req.Covered:
		if err := w.problem(ctx, ProblemNotCovered, map[string]any{"region": w.Req.Region}); err != nil {
			return err
		}
	}
	return w.assignSoon(ctx, time.Time{})
}

// nextAfterReport says honestly what happens now.
func nextAfterReport(r *terms.Request) terms.Line {
	switch {
	case r.Region == "":
		return terms.Line{Key: "service.next.confirm_region"}
	case !r.Covered:
		return terms.Line{Key: "service.next.not_covered", Args: map[string]any{"region": r.RegionPath}}
	}
	return terms.Line{Key: "service.next.assigning"}
}

// Safety is what to do until somebody comes; zero when there is no danger.
func (s *Commands) Safety(r *terms.Request) terms.Line {
	if ended(r.State) || r.State == terms.RequestDone {
		return terms.Line{}
	}
	hazard := s.Catalogue.Hazard(string(r.Kind), r.Product, r.Fault)
	if hazard == "" && r.Urgency == terms.Emergency {
		hazard = "general"
		if p, ok := s.Catalogue.Product(r.Product); ok && len(p.Hazards) > 0 {
			hazard = p.Hazards[0]
		}
	}
	if hazard == "" {
		return terms.Line{}
	}
	return terms.Line{Key: "service.safety." + hazard}
}
