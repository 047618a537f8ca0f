package service

import (
	"context"
	"slices"
	"time"

	"anxin/dispatch"
	"anxin/internal/casefile"
	"anxin/internal/tx"
)

// Candidates implements Desk: everybody of the wider circle, with reasons for and against. Nothing is written.
func (s *Service) Candidates(ctx context.Context, a casefile.Actor, caseID casefile.ID) ([]CandidateRow, error) {
	if err := mustBe(a, casefile.Dispatcher, casefile.Agent); err != nil {
		return nil, err
	}
	var out []CandidateRow
	err := s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		out = nil
		c, err := s.Timeline.Get(ctx, t, a.Tenant, caseID)
		if err != nil {
			return err
		}
		w := &work{s: s, t: t, actor: a, now: s.Source.Now(), c: c}
		if err := w.read(ctx); err != nil {
			return err
		}
		asked, err := w.asked(ctx)
		if err != nil {
			return err
		}
		j, until := w.job(asked)
		wf, err := s.workforce(ctx, t, a.Tenant, append(prefixes(w.req.Region), s.wider(w.req.Region)...), until)
		if err != nil {
			return err
		}
		list, err := dispatch.Rank(ctx, &dispatch.Problem{Now: dispatch.At(w.now), Technicians: wf.Technicians, Commitments: wf.Commitments, Travel: s.Travel}, &j)
		if err != nil {
			return err
		}
		for _, c := range list {
			x := wf.row(c.Technician)
			row := CandidateRow{Technician: x.ID, Code: x.Code, Name: x.Name, Eligible: c.Eligible, Reasons: reasonsOf(c.Reasons)}
			if c.Eligible {
				row.ArriveAt, row.Distance, row.Travel, row.DayLoad = c.Arrival.Std(), int(c.DistanceMetres), time.Duration(c.TravelSeconds)*time.Second, c.DayLoad
			}
			out = append(out, row)
		}
		return nil
	})
	return out, err
}

// Pin implements Desk.
func (s *Service) Pin(ctx context.Context, a casefile.Actor, c Pin) (Result, error) {
	if err := mustBe(a, casefile.Dispatcher); err != nil {
		return Result{}, err
	}
	var f fields
	reason := f.text("reason", c.Reason, 0, 200)
	now := s.Source.Now()
	if c.From.IsZero() || c.From.Before(now.Add(-5*time.Minute)) || c.From.After(now.Add(wishAhead)) {
		f.bad("from", "window")
	}
	if !c.To.IsZero() && (!c.To.After(c.From) || c.To.Sub(c.From) > 12*time.Hour) {
		f.bad("to", "window")
	}
	if c.Technician.IsNil() {
		f.bad("technician", "required")
	}
	if err := f.err(); err != nil {
		return Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *work) error {
		if w.req.State == RequestReceived {
			return casefile.Fail(casefile.Conflict, "service.error.region_first")
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
func (w *work) pin(ctx context.Context, c Pin) error {
	if !visits.Can(w.visit.State, MovePin, w.actor.Role) {
		_, err := visits.Next(w.visit.State, MovePin, w.actor.Role)
		return err
	}
	if err := w.s.Store.LockTechnician(ctx, w.t, w.c.Tenant, c.Technician); err != nil {
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
	if err := w.moveVisit(MovePin, w.actor.Role); err != nil {
		return err
	}
	round, err := w.asked(ctx)
	if err != nil {
		return err
	}
	from, to := c.From.UTC().Truncate(time.Second), c.To.UTC().Truncate(time.Second)
	if c.To.IsZero() {
		to = from.Add(w.usualLength())
	}
	o := Offer{Tenant: w.c.Tenant, Case: w.c.ID, ID: w.s.Source.NewID(), Visit: w.visit.ID, Technician: c.Technician, State: OfferAccepted, Round: round.round + 1, Rank: 0,
		Reasons: reasonsOf(fit.Reasons), ArriveAt: from, TravelSeconds: int64(fit.TravelSeconds), Metres: int64(fit.DistanceMetres),
		Pay:     casefile.Fen(w.s.Catalogue.Pay(string(w.req.Kind), string(w.req.Urgency), int64(fit.DistanceMetres))),
		Created: w.now, Expires: w.now, Answered: w.now, TechCode: x.Code, TechName: x.Name}
	if err := w.s.Store.InsertOffer(ctx, w.t, &o); err != nil {
		return err
	}
	w.visit.Pinned, w.visit.Circle = true, circleNear
	if err := w.give(ctx, &o, from, to, "visit.pinned"); err != nil {
		return err
	}
	return w.tell(ctx, ToTechnician, "visit_changed", nil)
}

// dropAccepted withdraws the offer that was accepted for the current visit, keeping why.
func (w *work) dropAccepted(ctx context.Context, reason string) error {
	list, err := w.caseOffers(ctx)
	if err != nil {
		return err
	}
	for i := range list {
		if o := &list[i]; o.Visit == w.visit.ID && o.State == OfferAccepted {
			o.DeclineReason = reason
			if err := w.moveOffer(ctx, o, MoveWithdraw, w.actor.Role); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *work) usualLength() time.Duration {
	need, _ := w.s.Catalogue.Need(string(w.req.Kind), w.req.Product)
	return time.Duration(need.Minutes) * time.Minute
}

// fitsPinned asks the engine whether the technician can be there at that moment. With override the rules that a dispatcher may set aside are left out; skill,
// certificate and double booking never are.
func (w *work) fitsPinned(ctx context.Context, c Pin) (dispatch.Candidate, *Technician, error) {
	asked, err := w.asked(ctx)
	if err != nil {
		return dispatch.Candidate{}, nil, err
	}
	j, _ := w.job(asked)
	from := c.From
	if from.Before(w.now) {
		from = w.now
	}
	j.Windows = []dispatch.Window{{From: dispatch.At(from), To: dispatch.At(from)}}
	length := w.usualLength()
	if !c.To.IsZero() {
		length = c.To.Sub(c.From)
	}
	j.ServiceSeconds = int32(length / time.Second)
	var wf Workforce
	if err := w.s.addWorker(ctx, w.t, w.c.Tenant, c.Technician, w.now, from.Add(48*time.Hour), &wf); err != nil {
		return dispatch.Candidate{}, nil, err
	}
	x, d := &wf.Rows[0], &wf.Technicians[0]
	if x.State != "active" {
		return dispatch.Candidate{Reasons: []dispatch.Reason{{Code: dispatch.OffShift}}}, x, nil
	}
	// The visit itself is no obstacle when only its hour is changed.
	wf.Commitments = slices.DeleteFunc(wf.Commitments, func(k dispatch.Commitment) bool { return k.ID == w.visit.ID.String() })
	if c.Override {
		d.Regions, j.Region, j.Exclude = nil, "", nil
		d.Shifts = []dispatch.Shift{{From: dispatch.At(from.Add(-24 * time.Hour)), To: dispatch.At(from.Add(length + 24*time.Hour))}}
	}
	list, err := dispatch.Rank(ctx, &dispatch.Problem{Now: dispatch.At(w.now), Technicians: wf.Technicians, Commitments: wf.Commitments, Travel: w.s.Travel}, &j)
	if err != nil {
		return dispatch.Candidate{}, nil, err
	}
	return list[0], x, nil
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
func (s *Service) Reassign(ctx context.Context, a casefile.Actor, c Reassign) (Result, error) {
	if err := mustBe(a, casefile.Dispatcher); err != nil {
		return Result{}, err
	}
	var f fields
	f.reason(s, "reason", "reassign", c.Reason)
	if err := f.err(); err != nil {
		return Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *work) error {
		if err := w.current(c.Visit); err != nil {
			return err
		}
		from, to, waiting := w.visit.From, w.visit.To, w.visit.State == VisitPlanned && w.visit.Pinned
		if !waiting { // a pinned visit that was given back has no technician to take it from
			if err := w.tell(ctx, ToTechnician, "visit_cancelled", nil); err != nil {
				return err
			}
			if err := w.takeBack(ctx, MoveReassign, dispatcher, c.Reason); err != nil {
				return err
			}
		}
		w.visit.Pinned, w.visit.Circle = false, circleNear
		if err := w.solved(ctx, problemGivenBack, problemAbsence); err != nil {
			return err
		}
		if err := w.event("visit.reassigned", forBoth, map[string]any{"reason": c.Reason}); err != nil {
			return err
		}
		if c.To.IsNil() {
			return w.assignSoon(ctx, time.Time{})
		}
		if from.Before(w.now) {
			from, to = w.now.Add(30*time.Minute), time.Time{}
		}
		return w.pin(ctx, Pin{Case: c.Case, Technician: c.To, From: from, To: to})
	})
}

// Broadcast implements Desk: everybody who can is asked at once, also those who did not answer before.
func (s *Service) Broadcast(ctx context.Context, a casefile.Actor, caseID casefile.ID) (Result, error) {
	if err := mustBe(a, casefile.Dispatcher); err != nil {
		return Result{}, err
	}
	return s.do(ctx, a, caseID, func(ctx context.Context, w *work) error {
		if w.req.State != RequestTriaged && w.req.State != RequestPlanned || w.req.Region == "" {
			return &casefile.Error{Category: casefile.Conflict, Key: "service.error.not_now", Args: map[string]any{"machine": "request", "state": string(w.req.State), "move": "broadcast"}}
		}
		if err := w.ensureVisit(ctx); err != nil {
			return err
		}
		if err := w.moveVisit(MoveBroadcast, a.Role); err != nil {
			return err
		}
		if err := w.endSearch(ctx); err != nil {
			return err
		}
		w.visit.Circle, w.visit.Pinned = circleAsked, false
		if err := w.solved(ctx, problemNobody, problemNoAccess, problemAborted, problemGivenBack); err != nil {
			return err
		}
		if err := w.assignSoon(ctx, time.Time{}); err != nil {
			return err
		}
		return w.event("assign.broadcast", forDesk, nil)
	})
}
