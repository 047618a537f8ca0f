package service

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"anxin/dispatch"
	"anxin/internal/casefile"
	"anxin/internal/privacy"
	"anxin/internal/tx"
)

// Service does the commands and answers the queries. It is safe for concurrent use.
type Service struct {
	Config
	covers *coverCache
	odds   *oddsCache
}

var (
	_ Intake      = (*Service)(nil)
	_ Customers   = (*Service)(nil)
	_ Technicians = (*Service)(nil)
	_ Desk        = (*Service)(nil)
	_ Staffing    = (*Service)(nil)
	_ Verify      = (*Service)(nil)
)

// New builds the service.
func New(c Config) *Service {
	if c.Travel == nil {
		c.Travel = dispatch.NewBuiltinTravel(casefile.Shanghai)
	}
	if c.Changed == nil {
		c.Changed = func(casefile.Tenant) {}
	}
	return &Service{Config: c, covers: newCoverCache(), odds: &oddsCache{}}
}

func (s *Service) changed(t tx.Tx, tenant casefile.Tenant) {
	t.OnCommit(func() {
		s.covers.drop(tenant)
		s.Changed(tenant)
	})
}

// work is one command on one case inside its transaction: what was read, what is to be written.
type work struct {
	s     *Service
	t     tx.Tx
	actor casefile.Actor
	now   time.Time
	c     casefile.Case

	reqs   []Request
	visits []Visit
	req    *Request // the newest
	visit  *Visit   // the newest of req; nil before the first

	wasReq   Request
	wasVisit Visit
	offers   []Offer // read on demand
	gotOffer bool
	box      *privacy.Box
	events   []casefile.Event
	clocks   bool // clocks were touched: the queue's order has to be derived again
	after    error
}

var errNotFound = casefile.Fail(casefile.NotFound, "error.not_found")

// do runs a command: it locks the case, reads requests and visits, calls f, writes what f changed and appends f's events. Customers reach their own case
// only. An error that f stores in w.after is answered after the commit.
func (s *Service) do(ctx context.Context, a casefile.Actor, caseID casefile.ID, f func(ctx context.Context, w *work) error) (Result, error) {
	if err := mayTouch(a, caseID); err != nil {
		return Result{}, err
	}
	var w *work
	err := s.Run.Write(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		w, err = s.open(ctx, t, a, caseID)
		if err != nil {
			return err
		}
		if err := f(ctx, w); err != nil {
			return err
		}
		return w.flush(ctx)
	})
	if err != nil {
		return Result{}, err
	}
	return w.result(), w.after
}

// mayTouch keeps customers to their case and refuses actors without a tenant.
func mayTouch(a casefile.Actor, caseID casefile.ID) error {
	if a.Tenant == 0 || caseID.IsNil() || a.Role == casefile.Customer && a.Case != caseID {
		return errNotFound
	}
	if a.Role == casefile.Technician && a.Technician.IsNil() {
		return errNotFound
	}
	return nil
}

func (s *Service) open(ctx context.Context, t tx.Tx, a casefile.Actor, caseID casefile.ID) (*work, error) {
	c, err := s.Timeline.Lock(ctx, t, a.Tenant, caseID)
	if err != nil {
		return nil, err
	}
	w := &work{s: s, t: t, actor: a, now: s.Source.Now(), c: c}
	if w.reqs, err = s.Store.Requests(ctx, t, a.Tenant, caseID); err != nil {
		return nil, err
	}
	if len(w.reqs) == 0 {
		return nil, errNotFound
	}
	w.req = &w.reqs[len(w.reqs)-1]
	if w.visits, err = s.Store.Visits(ctx, t, a.Tenant, caseID); err != nil {
		return nil, err
	}
	for i := range w.visits {
		if w.visits[i].Request == w.req.ID {
			w.visit = &w.visits[i]
		}
	}
	w.wasReq = *w.req
	if w.visit != nil {
		w.wasVisit = *w.visit
	}
	return w, nil
}

// flush writes what the command changed. The timeline is last: it takes the head of the log.
func (w *work) flush(ctx context.Context) error {
	if len(w.events) == 0 {
		return nil
	}
	if w.clocks {
		due, err := w.s.Store.NearestClock(ctx, w.t, w.c.Tenant, w.c.ID)
		if err != nil {
			return err
		}
		w.req.NextDue = due
	}
	w.req.Updated = w.now
	w.req.Queue = inQueue(w.req.State)
	if err := w.s.Store.UpdateRequest(ctx, w.t, w.req); err != nil {
		return err
	}
	if v := w.visit; v != nil && !sameVisit(*v, w.wasVisit) {
		v.Updated = w.now
		if err := w.s.Store.UpdateVisit(ctx, w.t, v); err != nil {
			return err
		}
	}
	if err := w.closeOrOpen(ctx); err != nil {
		return err
	}
	return w.s.Timeline.Append(ctx, w.t, &w.c, w.now, w.events...)
}

func sameVisit(a, b Visit) bool {
	if !slices.Equal(a.DoorCode, b.DoorCode) {
		return false
	}
	a.DoorCode, b.DoorCode = nil, nil
	x, y := a, b
	return x.State == y.State && x.Technician == y.Technician && x.Pinned == y.Pinned && x.Circle == y.Circle && x.From.Equal(y.From) && x.To.Equal(y.To) &&
		x.DoorFailures == y.DoorFailures && x.EnRoute.Equal(y.EnRoute) && x.Arrived.Equal(y.Arrived) && x.ArrivedHow == y.ArrivedHow && x.Finished.Equal(y.Finished) &&
		x.Signed.Equal(y.Signed) && x.Signature == y.Signature && x.SignatureReason == y.SignatureReason && x.SignatureItem == y.SignatureItem && x.EndReason == y.EndReason
}

// closeOrOpen keeps the case file's closing time in step with the request.
func (w *work) closeOrOpen(ctx context.Context) error {
	ended := ended(w.req.State)
	switch {
	case ended && w.c.Closed.IsZero():
		return w.s.Timeline.SetClosed(ctx, w.t, &w.c, w.now)
	case !ended && !w.c.Closed.IsZero():
		return w.s.Timeline.SetClosed(ctx, w.t, &w.c, time.Time{})
	}
	return nil
}

// ended reports whether nothing is under way in a request.
func ended(s State) bool {
	switch s {
	case RequestClosed, RequestCancelled, RequestRemoteFixed, RequestReferred:
		return true
	}
	return false
}

// inQueue reports whether the desk has to care about a request.
func inQueue(s State) bool { return !ended(s) && s != RequestDone }

func (w *work) result() Result {
	r := Result{Case: w.c.ID, Request: w.req.State, Seq: w.c.LastSeq}
	if w.visit != nil {
		r.Visit, r.VisitID = w.visit.State, w.visit.ID
	}
	return r
}

// moveRequest takes the request through its table.
func (w *work) moveRequest(m Move, as casefile.Role) error {
	next, err := requests.Next(w.req.State, m, as)
	if err == nil {
		w.req.State = next
	}
	return err
}

// moveVisit takes the visit through its table.
func (w *work) moveVisit(m Move, as casefile.Role) error {
	if w.visit == nil {
		return &casefile.Error{Category: casefile.Conflict, Key: "service.error.not_now", Args: map[string]any{"machine": "visit", "state": "none", "move": string(m)}}
	}
	next, err := visits.Next(w.visit.State, m, as)
	if err == nil {
		w.visit.State = next
	}
	return err
}

// Audiences in short.
const (
	forCustomer   = casefile.ForCustomer
	forTechnician = casefile.ForTechnician
	forBoth       = casefile.ForCustomer | casefile.ForTechnician
	forDesk       = casefile.ForDesk
)

// event notes what happened. data holds codes, numbers and times only.
func (w *work) event(kind string, audience casefile.Audience, data map[string]any) error {
	raw := json.RawMessage("{}")
	if len(data) > 0 {
		var err error
		if raw, err = json.Marshal(data); err != nil {
			return err
		}
	}
	e := casefile.Event{Kind: kind, Role: w.actor.Role, Actor: w.actor.ID, Request: w.req.ID, Audience: audience, Data: raw}
	if w.visit != nil {
		e.Visit = w.visit.ID
	}
	w.events = append(w.events, e)
	return nil
}

// tell queues a message.
func (w *work) tell(ctx context.Context, to Recipient, template string, args map[string]any) error {
	m := Message{Tenant: w.c.Tenant, Case: w.c.ID, Number: w.c.Number, To: to, Template: template, Lang: w.c.Lang, Args: args}
	switch to {
	case ToCustomer:
		m.Subject = w.c.Subject
	case ToTechnician:
		if w.visit == nil || w.visit.Technician.IsNil() {
			return nil
		}
		m.Technician, m.Lang = w.visit.Technician, "zh"
	}
	if w.visit != nil {
		m.Visit = w.visit.ID
	}
	return w.s.Notifier.Queue(ctx, w.t, m)
}

// seal encrypts something that was typed under the customer's key.
func (w *work) seal(ctx context.Context, field, text string) ([]byte, error) {
	if text == "" {
		return nil, nil
	}
	if err := w.unlock(ctx); err != nil {
		return nil, err
	}
	return w.box.Seal(field, text)
}

func (w *work) unlock(ctx context.Context) (err error) {
	if w.box == nil {
		w.box, err = w.s.Keeper.For(ctx, w.t, w.c.Tenant, w.c.Subject)
	}
	return err
}

// note keeps the words that came with a move, sealed, beside the timeline.
func (w *work) note(ctx context.Context, kind, text string) error {
	if text == "" {
		return nil
	}
	sealed, err := w.seal(ctx, fieldNote, text)
	if err != nil {
		return err
	}
	n := &DeskNote{Tenant: w.c.Tenant, Case: w.c.ID, ID: w.s.Source.NewID(), Kind: kind, Words: sealed, Created: w.now}
	if w.actor.Role != casefile.Customer {
		n.Account = w.actor.ID
	}
	return w.s.Store.InsertNote(ctx, w.t, n)
}

// caseOffers reads the offers of the case once.
func (w *work) caseOffers(ctx context.Context) ([]Offer, error) {
	if w.gotOffer {
		return w.offers, nil
	}
	var err error
	w.offers, err = w.s.Store.Offers(ctx, w.t, w.c.Tenant, w.c.ID)
	w.gotOffer = err == nil
	return w.offers, err
}

// heldBy checks that the current visit is this one and is the acting technician's. Another technician's visit does not exist for them.
func (w *work) heldBy(visit casefile.ID) error {
	if w.visit == nil || w.visit.ID != visit || w.actor.Role != casefile.Technician || w.visit.Technician != w.actor.Technician {
		return errNotFound
	}
	return nil
}

// current checks that the visit named is the current one; Nil means "the current one".
func (w *work) current(visit casefile.ID) error {
	if w.visit == nil || !visit.IsNil() && w.visit.ID != visit {
		return errNotFound
	}
	return nil
}
