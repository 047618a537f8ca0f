package flow

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"time"

	"anxin/dispatch"
	"anxin/internal/casefile"
	"anxin/internal/privacy"
	"anxin/internal/service/terms"
	"anxin/internal/tx"
)

// Service does the commands and answers the queries. It is safe for concurrent use.
type Commands struct {
	terms.Config
	covers *coverCache
	odds   *oddsCache
}

// New builds the service.
func New(c terms.Config) *Commands {
	if c.Travel == nil {
		c.Travel = dispatch.NewBuiltinTravel(casefile.Shanghai)
	}
	if c.Changed == nil {
		c.Changed = func(casefile.Tenant) {}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.DayChanged == nil {
		c.DayChanged = func(casefile.Tenant, casefile.ID) {}
	}
	return &Commands{Config: c, covers: newCoverCache(), odds: &oddsCache{}}
}

// changed tells, after the commit, that the day of a technician is another one.
func (s *Commands) changed(t tx.Tx, tenant casefile.Tenant, technician casefile.ID) {
	t.OnCommit(func() {
		s.covers.drop(tenant)
		s.Changed(tenant)
		if !technician.IsNil() {
			s.DayChanged(tenant, technician)
		}
	})
}

// Work is one command on one case inside its transaction: what was read, what is to be written.
type Work struct {
	Commands *Commands
	Tx       tx.Tx
	Actor    casefile.Actor
	Now      time.Time
	Case     casefile.Case

	Reqs   []terms.Request
	Visits []terms.Visit
	Req    *terms.Request // the newest
	Visit  *terms.Visit   // the newest of req; nil before the first

	wasReq     terms.Request
	wasVisit   terms.Visit
	offers     []terms.Offer // read on demand
	gotOffer   bool
	Box        *privacy.Box
	known      *terms.Known // the customer, in the transaction that writes them
	events     []casefile.Event
	attach     []attaching // photographs; they add leaves to the log, so they wait for flush
	board      terms.Board // of everybody, for an assignment; nil reads the circle
	boardUntil time.Time
	clocks     bool // clocks were touched: the queue's order has to be derived again
	after      error
}

var ErrNotFound = casefile.Fail(casefile.NotFound, "error.not_found")

// do runs a command: it locks the case, reads requests and visits, calls f, writes what f changed and appends f's events. Customers reach their own case
// only. An error that f stores in w.after is answered after the commit.
func (s *Commands) do(ctx context.Context, a casefile.Actor, caseID casefile.ID, f func(ctx context.Context, w *Work) error) (terms.Result, error) {
	if err := MayTouch(a, caseID); err != nil {
		return terms.Result{}, err
	}
	var w *Work
	err := s.Run.Write(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		w, err = s.open(ctx, t, a, caseID)
		if err != nil {
			return err
		}
		if err := f(ctx, w); err != nil {
			return err
		}
		var after *casefile.Error
		if errors.As(w.after, &after) {
			casefile.Remember(ctx, after) // a retry after a lost answer gets this one again
		}
		return w.flush(ctx)
	})
	if err != nil {
		return terms.Result{}, err
	}
	return w.result(), w.after
}

// MayTouch keeps customers to their case and refuses actors without a tenant.
func MayTouch(a casefile.Actor, caseID casefile.ID) error {
	if a.Tenant == 0 || caseID.IsNil() || a.Role == casefile.Customer && a.Case != caseID {
		return ErrNotFound
	}
	if a.Role == casefile.Technician && a.Technician.IsNil() {
		return ErrNotFound
	}
	return nil
}

func (s *Commands) open(ctx context.Context, t tx.Tx, a casefile.Actor, caseID casefile.ID) (*Work, error) {
	c, err := s.Timeline.Lock(ctx, t, a.Tenant, caseID)
	if err != nil {
		return nil, err
	}
	w := &Work{Commands: s, Tx: t, Actor: a, Now: s.Source.Now(), Case: c}
	if w.Reqs, err = s.Store.Requests(ctx, t, a.Tenant, caseID); err != nil {
		return nil, err
	}
	if len(w.Reqs) == 0 {
		return nil, ErrNotFound
	}
	w.Req = &w.Reqs[len(w.Reqs)-1]
	if w.Visits, err = s.Store.Visits(ctx, t, a.Tenant, caseID); err != nil {
		return nil, err
	}
	for i := range w.Visits {
		if w.Visits[i].Request == w.Req.ID {
			w.Visit = &w.Visits[i]
		}
	}
	w.wasReq = *w.Req
	if w.Visit != nil {
		w.wasVisit = *w.Visit
	}
	return w, nil
}

// flush writes what the command changed. The timeline is last: it takes the head of the log.
func (w *Work) flush(ctx context.Context) error {
	if len(w.events) == 0 {
		return nil
	}
	if w.clocks {
		due, err := w.Commands.Store.NearestClock(ctx, w.Tx, w.Case.Tenant, w.Case.ID)
		if err != nil {
			return err
		}
		w.Req.NextDue = due
	}
	w.Req.Updated = w.Now
	w.Req.Queue = inQueue(w.Req.State)
	if err := w.Commands.Store.UpdateRequest(ctx, w.Tx, w.Req); err != nil {
		return err
	}
	if err := w.tellEnded(ctx); err != nil {
		return err
	}
	if v := w.Visit; v != nil && !sameVisit(*v, w.wasVisit) {
		v.Updated = w.Now
		if err := w.Commands.Store.UpdateVisit(ctx, w.Tx, v); err != nil {
			return err
		}
	}
	if err := w.closeOrOpen(ctx); err != nil {
		return err
	}
	if err := w.attachAll(ctx); err != nil {
		return err
	}
	return w.Commands.Timeline.Append(ctx, w.Tx, &w.Case, w.Now, w.events...)
}

// attaching is a list of photographs that a command attaches, with the input field they came in.
type attaching struct {
	terms.Attachment
	field string
}

// later notes photographs to attach when everything else is written: attaching takes the head of the log, which everybody waits for.
func (w *Work) later(field, kind string, visit casefile.ID, items ...casefile.ID) {
	if len(items) > 0 {
		w.attach = append(w.attach, attaching{terms.Attachment{Case: w.Case.ID, Request: w.Req.ID, Visit: visit, Kind: kind, Items: items}, field})
	}
}

// attachAll attaches what was noted. A photograph that is not there is an error of its field: the form is mended by sending it again without.
func (w *Work) attachAll(ctx context.Context) error {
	for _, a := range w.attach {
		err := w.Commands.Evidence.Attach(ctx, w.Tx, w.Actor, a.Attachment)
		if casefile.Is(err, casefile.NotFound) {
			return casefile.InvalidField(a.field, "service.field.photo_gone")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func sameVisit(a, b terms.Visit) bool {
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
func (w *Work) closeOrOpen(ctx context.Context) error {
	ended := ended(w.Req.State)
	switch {
	case ended && w.Case.Closed.IsZero():
		return w.Commands.Timeline.SetClosed(ctx, w.Tx, &w.Case, w.Now)
	case !ended && !w.Case.Closed.IsZero():
		return w.Commands.Timeline.SetClosed(ctx, w.Tx, &w.Case, time.Time{})
	}
	return nil
}

// ended reports whether nothing is under way in a request.
func ended(s terms.State) bool {
	switch s {
	case terms.RequestClosed, terms.RequestCancelled, terms.RequestRemoteFixed, terms.RequestReferred:
		return true
	}
	return false
}

// inQueue reports whether the desk has to care about a request.
func inQueue(s terms.State) bool { return !ended(s) && s != terms.RequestDone }

func (w *Work) result() terms.Result {
	r := terms.Result{Case: w.Case.ID, Request: w.Req.State, Seq: w.Case.LastSeq}
	if w.Visit != nil {
		r.Visit, r.VisitID = w.Visit.State, w.Visit.ID
	}
	return r
}

// moveRequest takes the request through its table.
func (w *Work) moveRequest(m terms.Move, as casefile.Role) error {
	next, err := terms.RequestMoves.Next(w.Req.State, m, as)
	if err == nil {
		w.Req.State = next
	}
	return err
}

// moveVisit takes the visit through its table.
func (w *Work) moveVisit(m terms.Move, as casefile.Role) error {
	if w.Visit == nil {
		return &casefile.Error{Category: casefile.Conflict, Key: "service.error.not_now", Args: map[string]any{"machine": "visit", "state": "none", "move": string(m)}}
	}
	next, err := terms.VisitMoves.Next(w.Visit.State, m, as)
	if err == nil {
		w.Visit.State = next
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
func (w *Work) event(kind string, audience casefile.Audience, data map[string]any) error {
	raw := json.RawMessage("{}")
	if len(data) > 0 {
		var err error
		if raw, err = json.Marshal(data); err != nil {
			return err
		}
	}
	e := casefile.Event{Kind: kind, Role: w.Actor.Role, Actor: w.Actor.ID, Request: w.Req.ID, Audience: audience, Data: raw}
	if w.Visit != nil {
		e.Visit = w.Visit.ID
	}
	w.events = append(w.events, e)
	return nil
}

// tell queues a message.
func (w *Work) tell(ctx context.Context, to terms.Recipient, template string, args map[string]any) error {
	m := terms.Message{Tenant: w.Case.Tenant, Case: w.Case.ID, Number: w.Case.Number, To: to, Template: template, Lang: w.Case.Lang, Args: args}
	switch to {
	case terms.ToCustomer:
		m.Subject, m.Known = w.Case.Subject, w.known
	case terms.ToTechnician:
		if w.Visit == nil || w.Visit.Technician.IsNil() {
			return nil
		}
		m.Technician, m.Lang = w.Visit.Technician, "zh"
	}
	if w.Visit != nil {
		m.Visit = w.Visit.ID
	}
	return w.Commands.Notifier.Queue(ctx, w.Tx, m)
}

// seal encrypts something that was typed under the customer's key.
func (w *Work) seal(ctx context.Context, field, text string) ([]byte, error) {
	if text == "" {
		return nil, nil
	}
	if err := w.Unlock(ctx); err != nil {
		return nil, err
	}
	return w.Box.Seal(field, text)
}

// Unlock reads the key of the case's customer once; it is privacy.ErrErased after an erasure.
func (w *Work) Unlock(ctx context.Context) (err error) {
	if w.Box == nil {
		w.Box, err = w.Commands.Keeper.For(ctx, w.Tx, w.Case.Tenant, w.Case.Subject)
	}
	return err
}

// note keeps the words that came with a move, sealed, beside the timeline.
func (w *Work) note(ctx context.Context, kind, text string) error {
	if text == "" {
		return nil
	}
	sealed, err := w.seal(ctx, terms.FieldNote, text)
	if err != nil {
		return err
	}
	n := &terms.DeskNote{Tenant: w.Case.Tenant, Case: w.Case.ID, ID: w.Commands.Source.NewID(), Kind: kind, Words: sealed, Created: w.Now}
	if w.Actor.Role != casefile.Customer {
		n.Account = w.Actor.ID
	}
	return w.Commands.Store.InsertNote(ctx, w.Tx, n)
}

// CaseOffers reads the offers of the case once.
func (w *Work) CaseOffers(ctx context.Context) ([]terms.Offer, error) {
	if w.gotOffer {
		return w.offers, nil
	}
	var err error
	w.offers, err = w.Commands.Store.Offers(ctx, w.Tx, w.Case.Tenant, w.Case.ID)
	w.gotOffer = err == nil
	return w.offers, err
}

// heldBy checks that the current visit is this one and is the acting technician's. Another technician's visit does not exist for them.
func (w *Work) heldBy(visit casefile.ID) error {
	if w.Visit == nil || w.Visit.ID != visit || w.Actor.Role != casefile.Technician || w.Visit.Technician != w.Actor.Technician {
		return ErrNotFound
	}
	return nil
}

// current checks that the visit named is the current one; Nil means "the current one".
func (w *Work) current(visit casefile.ID) error {
	if w.Visit == nil || !visit.IsNil() && w.Visit.ID != visit {
		return ErrNotFound
	}
	return nil
}
