package flow

import (
	"context"
	"time"

	"anxin/dispatch"
	"anxin/internal/casefile"
	"anxin/internal/service/input"
	"anxin/internal/service/plan"
	"anxin/internal/service/terms"
)

// Pin implements Desk.
func (s *Commands) Pin(ctx context.Context, a casefile.Actor, c terms.Pin) (terms.Result, error) {
	if err := MustBe(a, casefile.Dispatcher); err != nil {
		return terms.Result{}, err
	}
	var f input.Fields
	reason := f.Text("reason", c.Reason, 0, 200)
	now := s.Source.Now()
	if c.From.IsZero() || c.From.Before(now.Add(-5*time.Minute)) || c.From.After(now.Add(input.WishAhead)) {
		f.Bad("from", "window")
	}
	if !c.To.IsZero() && (!c.To.After(c.From) || c.To.Sub(c.From) > 12*time.Hour) {
		f.Bad("to", "window")
	}
	if c.Technician.IsNil() {
		f.Bad("technician", "required")
	}
	c.Slack = min(max(c.Slack, 0), time.Hour)
	if err := f.Err(); err != nil {
		return terms.Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		if w.Req.State == terms.RequestReceived {
			return casefile.Fail(casefile.Conflict, "service.error.region_first")
		}
		if c.Still != nil && (*c.Still != w.Open() || !w.searching()) {
			return casefile.Fail(casefile.Conflict, "service.error.moved_on")
		}
		if err := w.ensureVisit(ctx); err != nil {
			return err
		}
		if err := w.note(ctx, "pin", reason); err != nil {
			return err
		}
		return w.pin(ctx, c)
	})
}

// pin gives the visit to a technician by a dispatcher's decision.
func (w *Work) pin(ctx context.Context, c terms.Pin) error {
	if !terms.VisitMoves.Can(w.Visit.State, terms.MovePin, w.Actor.Role) {
		_, err := terms.VisitMoves.Next(w.Visit.State, terms.MovePin, w.Actor.Role)
		return err
	}
	if err := w.Commands.Store.LockTechnician(ctx, w.Tx, w.Case.Tenant, c.Technician); err != nil {
		return err
	}
	fit, x, err := w.fitsPinned(ctx, c)
	if err != nil {
		return err
	}
	if !fit.Eligible {
		why := make([]string, 0, len(fit.Reasons))
		for _, r := range fit.Reasons {
			why = append(why, string(r.Code))
		}
		return &casefile.Error{Category: casefile.Conflict, Key: "service.error.cannot_pin", Args: map[string]any{"why": why, "override": overridable(fit.Reasons)}}
	}
	if err := w.dropAccepted(ctx, "pinned"); err != nil {
		return err
	}
	if err := w.withdrawOthers(ctx, casefile.Nil); err != nil {
		return err
	}
	if err := w.moveVisit(terms.MovePin, w.Actor.Role); err != nil {
		return err
	}
	round, err := w.asked(ctx)
	if err != nil {
		return err
	}
	from, length := c.From.UTC().Truncate(time.Second), w.usualLength()
	if !c.To.IsZero() {
		length = c.To.Sub(c.From).Truncate(time.Second)
	}
	if late := fit.Arrival.Std(); c.Slack > 0 && late.After(from) {
		from = late
	}
	to := from.Add(length)
	o := terms.Offer{Tenant: w.Case.Tenant, Case: w.Case.ID, ID: w.Commands.Source.NewID(), Visit: w.Visit.ID, Technician: c.Technician, State: terms.OfferAccepted, Round: round.round + 1, Rank: 0,
		Reasons: ReasonsOf(fit.Reasons), ArriveAt: from, TravelSeconds: int64(fit.TravelSeconds), Metres: int64(fit.DistanceMetres),
		Pay:     casefile.Fen(w.Commands.Catalogue.Pay(string(w.Req.Kind), string(w.Req.Urgency), int64(fit.DistanceMetres))),
		Created: w.Now, Expires: w.Now, Answered: w.Now, TechCode: x.Code, TechName: x.Name}
	if err := w.Commands.Store.InsertOffer(ctx, w.Tx, &o); err != nil {
		return err
	}
	w.Visit.Pinned, w.Visit.Circle = true, CircleNear
	if err := w.give(ctx, &o, from, to, "visit.pinned"); err != nil {
		return err
	}
	return w.tell(ctx, terms.ToTechnician, "visit_changed", nil)
}

// dropAccepted withdraws the offer that was accepted for the current visit, keeping why.
func (w *Work) dropAccepted(ctx context.Context, reason string) error {
	list, err := w.CaseOffers(ctx)
	if err != nil {
		return err
	}
	for i := range list {
		if o := &list[i]; o.Visit == w.Visit.ID && o.State == terms.OfferAccepted {
			o.DeclineReason = reason
			if err := w.moveOffer(ctx, o, terms.MoveWithdraw, w.Actor.Role); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *Work) usualLength() time.Duration {
	need, _ := w.Commands.Catalogue.Need(string(w.Req.Kind), w.Req.Product)
	return time.Duration(need.Minutes) * time.Minute
}

// fitsPinned asks the engine whether the technician can be there at that moment. With override the rules that a dispatcher may set aside are left out; skill,
// certificate and double booking never are.
func (w *Work) fitsPinned(ctx context.Context, c terms.Pin) (dispatch.Candidate, *terms.Technician, error) {
	asked, err := w.asked(ctx)
	if err != nil {
		return dispatch.Candidate{}, nil, err
	}
	j, _ := w.job(asked)
	from := c.From
	if from.Before(w.Now) {
		from = w.Now
	}
	j.Windows = []dispatch.Window{{From: dispatch.At(from), To: dispatch.At(from.Add(c.Slack))}}
	length := w.usualLength()
	if !c.To.IsZero() {
		length = c.To.Sub(c.From)
	}
	j.ServiceSeconds = int32(length / time.Second)
	var wf Workforce
	if err := w.Commands.addWorker(ctx, w.Tx, w.Case.Tenant, c.Technician, w.Now, from.Add(48*time.Hour), &wf); err != nil {
		return dispatch.Candidate{}, nil, err
	}
	x, d := &wf.Rows[0], &wf.Technicians[0]
	if x.State != "active" {
		return dispatch.Candidate{Reasons: []dispatch.Reason{{Code: dispatch.OffShift}}}, x, nil
	}
	// The visit itself is no obstacle when only its hour is changed.
	wf.Without(w.Visit)
	if c.Override {
		d.Regions, d.Breaks, j.Region, j.Exclude = nil, nil, "", nil
		d.Shifts = []dispatch.Shift{{From: dispatch.At(from.Add(-24 * time.Hour)), To: dispatch.At(from.Add(length + 24*time.Hour))}}
	}
	list, _, err := w.Commands.Alternatives(ctx, w.Now, plan.Question{Job: j, Order: dispatch.ByArrival}, &wf)
	if err != nil {
		return dispatch.Candidate{}, nil, err
	}
	return list[0].Candidate, x, nil
}

// overridable reports whether a dispatcher may set all of these rules aside.
func overridable(list []dispatch.Reason) bool {
	for _, r := range list {
		switch r.Code {
		case dispatch.RegionNotCovered, dispatch.OffShift, dispatch.Excluded, dispatch.TooFar:
		default:
			return false
		}
	}
	return true
}

// Reassign implements Desk. It is the dispatcher's explicit act, so it may also take back what was pinned.
func (s *Commands) Reassign(ctx context.Context, a casefile.Actor, c terms.Reassign) (terms.Result, error) {
	if err := MustBe(a, casefile.Dispatcher); err != nil {
		return terms.Result{}, err
	}
	var f input.Fields
	f.Reason(s.Catalogue, "reason", "reassign", c.Reason)
	if err := f.Err(); err != nil {
		return terms.Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		if err := w.current(c.Visit); err != nil {
			return err
		}
		from, to, waiting := w.Visit.From, w.Visit.To, w.Visit.State == terms.VisitPlanned && w.Visit.Pinned
		if !waiting { // a pinned visit that was given back has no technician to take it from
			if err := w.tell(ctx, terms.ToTechnician, "visit_cancelled", nil); err != nil {
				return err
			}
			if err := w.takeBack(ctx, terms.MoveReassign, casefile.Dispatcher, c.Reason); err != nil {
				return err
			}
		}
		w.Visit.Pinned, w.Visit.Circle = false, CircleNear
		if err := w.solved(ctx, ProblemGivenBack, ProblemAbsence); err != nil {
			return err
		}
		if err := w.event("visit.reassigned", forBoth, map[string]any{"reason": c.Reason}); err != nil {
			return err
		}
		if c.To.IsNil() {
			return w.assignSoon(ctx, time.Time{})
		}
		if from.Before(w.Now) {
			from, to = w.Now.Add(30*time.Minute), time.Time{}
		}
		return w.pin(ctx, terms.Pin{Case: c.Case, Technician: c.To, From: from, To: to})
	})
}

// Broadcast implements Desk: everybody who can is asked at once, also those who did not answer before.
func (s *Commands) Broadcast(ctx context.Context, a casefile.Actor, caseID casefile.ID) (terms.Result, error) {
	if err := MustBe(a, casefile.Dispatcher); err != nil {
		return terms.Result{}, err
	}
	return s.do(ctx, a, caseID, func(ctx context.Context, w *Work) error {
		if w.Req.State != terms.RequestTriaged && w.Req.State != terms.RequestPlanned || w.Req.Region == "" {
			return &casefile.Error{Category: casefile.Conflict, Key: "service.error.not_now", Args: map[string]any{"machine": "request", "state": string(w.Req.State), "move": "broadcast"}}
		}
		if err := w.ensureVisit(ctx); err != nil {
			return err
		}
		if err := w.moveVisit(terms.MoveBroadcast, a.Role); err != nil {
			return err
		}
		if err := w.endSearch(ctx); err != nil {
			return err
		}
		w.Visit.Circle, w.Visit.Pinned = CircleAsked, false
		if err := w.solved(ctx, ProblemNobody, ProblemNoAccess, ProblemAborted, ProblemGivenBack); err != nil {
			return err
		}
		if err := w.assignSoon(ctx, time.Time{}); err != nil {
			return err
		}
		return w.event("assign.broadcast", forDesk, nil)
	})
}
