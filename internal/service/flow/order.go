package flow

import (
	"context"

	"anxin/internal/casefile"
	"anxin/internal/service/input"
	"anxin/internal/service/terms"
	"anxin/internal/tx"
)

// OrderVisit makes a request in a case that is there already, for another half of the product (a claim's inspection or repair), in the caller's transaction. c is the locked
// case; its sequence moves on. The place is that of an earlier request of the case; without one the customer and the desk are asked for it, as when an address could not be
// read. Conflict when a request of the case is under way; Invalid when nothing of this kind is done for the product.
func (s *Commands) OrderVisit(ctx context.Context, t tx.Tx, by casefile.Actor, c *casefile.Case, o terms.VisitOrder) (casefile.ID, error) {
	product, ok := s.served(o)
	if !ok {
		return casefile.Nil, casefile.InvalidField("product", "service.field.choose")
	}
	before, err := s.Store.Requests(ctx, t, c.Tenant, c.ID)
	if err != nil {
		return casefile.Nil, err
	}
	w := &Work{Commands: s, Tx: t, Actor: by, Now: s.Source.Now(), Case: *c}
	req := terms.Request{Tenant: c.Tenant, Case: c.ID, ID: s.Source.NewID(), Kind: o.Kind, State: terms.RequestReceived, Urgency: terms.Flexible, Product: product, Fault: "other",
		Created: w.Now, Updated: w.Now, Queue: true, NextDue: terms.NoDue}
	if n := len(before); n > 0 {
		last := &before[n-1]
		if !ended(last.State) && last.State != terms.RequestDone {
			return casefile.Nil, casefile.Fail(casefile.Conflict, "service.error.not_now")
		}
		samePlace(&req, last)
	} else {
		req.RegionOutcome = "none"
	}
	w.Req = &req
	if req.Words, err = w.seal(ctx, terms.FieldWords, input.Words(o.Words, maxWords)); err != nil {
		return casefile.Nil, err
	}
	kinds := []string{clockAssign, clockArrive}
	if req.Region == "" {
		kinds = []string{clockAccept, clockAssign, clockArrive}
	} else if err := w.moveRequest(terms.MoveTriage, casefile.System); err != nil {
		return casefile.Nil, err
	}
	if req.NextDue, err = s.clocksForNewRequest(ctx, t, &req, kinds); err != nil {
		return casefile.Nil, err
	}
	if err := w.afterReport(ctx); err != nil {
		return casefile.Nil, err
	}
	if err := w.tell(ctx, terms.ToCustomer, receiptTemplate(&req), nil); err != nil {
		return casefile.Nil, err
	}
	if err := w.event("request.received", forBoth, map[string]any{"kind": req.Kind, "product": req.Product, "fault": req.Fault, "urgency": req.Urgency,
		"region": req.Region, "outcome": req.RegionOutcome, "covered": req.Covered, "photos": 0, "route": by.Route}); err != nil {
		return casefile.Nil, err
	}
	if err := s.Timeline.Append(ctx, t, &w.Case, w.Now, w.events...); err != nil {
		return casefile.Nil, err
	}
	*c = w.Case
	return req.ID, nil
}

func (s *Commands) served(o terms.VisitOrder) (string, bool) {
	for _, p := range o.Products {
		if _, ok := s.Catalogue.Need(string(o.Kind), p); ok {
			return p, o.Kind == terms.Repair || o.Kind == terms.Inspect
		}
	}
	return "", false
}

// samePlace takes over where an earlier request of the case was.
func samePlace(r, from *terms.Request) {
	r.Address, r.Detail = from.Address, from.Detail
	r.Region, r.RegionPath, r.RegionVersion, r.RegionAsOf, r.RegionOutcome = from.Region, from.RegionPath, from.RegionVersion, from.RegionAsOf, from.RegionOutcome
	r.LngE6, r.LatE6, r.GeoPrecision, r.Covered = from.LngE6, from.LatE6, from.GeoPrecision, from.Covered
}

// tellEnded tells who ordered the request that it is over: once, when it is done or ends without having been done.
func (w *Work) tellEnded(ctx context.Context) error {
	now, was := w.Req.State, w.wasReq.State
	if w.Commands.Ended == nil || now == was || was == terms.RequestDone || now != terms.RequestDone && !ended(now) {
		return nil
	}
	return w.Commands.Ended(ctx, w.Tx, w.Case.Tenant, w.Case.ID, w.Req.ID, now == terms.RequestDone || now == terms.RequestRemoteFixed)
}
