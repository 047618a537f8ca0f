package service

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"anxin/dispatch"
	"anxin/internal/casefile"
	"anxin/internal/clock"
	"anxin/internal/tx"
)

func itoa(n int) string        { return strconv.Itoa(n) }
func pad(s string) string      { return fmt.Sprintf("%08s", s) }
func isLive(s State) bool      { return slices.Contains(live, s) }
func micros(t time.Time) int64 { return t.UnixMicro() }

// applyAssignment writes what the ranking led to. A case that moved on meanwhile is looked at again.
func (s *Service) applyAssignment(ctx context.Context, t tx.Tx, plan *assignment) error {
	w, err := s.open(ctx, t, casefile.SystemActor(plan.tenant), plan.caseID)
	if err != nil {
		return err
	}
	if w.req.ID != plan.request || !w.searching() {
		return nil
	}
	if w.c.LastSeq != plan.seq {
		return w.assignSoon(ctx, time.Time{})
	}
	if err := w.ensureVisit(ctx); err != nil {
		return err
	}
	w.visit.Circle = plan.circle
	if len(plan.picks) == 0 {
		return w.nobody(ctx, plan)
	}
	if err := w.offerTo(ctx, plan); err != nil {
		return err
	}
	return w.flush(ctx)
}

// ensureVisit makes the next visit when none is being planned.
func (w *work) ensureVisit(ctx context.Context) error {
	if w.openVisit() != nil {
		return nil
	}
	n := 0
	for i := range w.visits {
		if w.visits[i].Request == w.req.ID {
			n = max(n, w.visits[i].Number)
		}
	}
	v := Visit{Tenant: w.c.Tenant, Case: w.c.ID, ID: w.s.Source.NewID(), Request: w.req.ID, Number: n + 1, State: VisitPlanned, Created: w.now, Updated: w.now}
	if err := w.s.Store.InsertVisit(ctx, w.t, &v); err != nil {
		return err
	}
	w.visits = append(w.visits, v)
	w.visit = &w.visits[len(w.visits)-1]
	w.wasVisit = v
	return nil
}

// nobody asks the dispatcher and says when the search is repeated.
func (w *work) nobody(ctx context.Context, plan *assignment) error {
	first := w.wasVisit.Circle != circleDispatcher
	w.visit.Circle = circleDispatcher
	if err := w.assignSoon(ctx, w.now.Add(retryDispatcher[w.req.Urgency])); err != nil {
		return err
	}
	why := make([]string, 0, 3)
	for _, r := range plan.nobody[:min(3, len(plan.nobody))] {
		why = append(why, r.Code)
	}
	if err := w.problem(ctx, problemNobody, map[string]any{"why": why}); err != nil {
		return err
	}
	if !first {
		return nil
	}
	if err := w.tell(ctx, ToDesk, "no_candidate", nil); err != nil {
		return err
	}
	if err := w.event("assign.nobody", forDesk, map[string]any{"why": why}); err != nil {
		return err
	}
	return w.flush(ctx)
}

// offerTo writes the offers of a round.
func (w *work) offerTo(ctx context.Context, plan *assignment) error {
	if err := w.moveVisit(MoveOffer, system); err != nil {
		return err
	}
	if w.req.State == RequestTriaged {
		if err := w.moveRequest(MovePlan, system); err != nil {
			return err
		}
	}
	expires := w.now.Add(plan.expires)
	for i, p := range plan.picks {
		o := &Offer{Tenant: w.c.Tenant, Case: w.c.ID, ID: w.s.Source.NewID(), Visit: w.visit.ID, Technician: p.technician, State: OfferCreated, Round: plan.round, Rank: i + 1,
			Reasons: reasonsOf(p.c.Reasons), ArriveAt: p.c.Arrival.Std(), TravelSeconds: int64(p.c.TravelSeconds), Metres: int64(p.c.DistanceMetres),
			Pay:     casefile.Fen(w.s.Catalogue.Pay(string(w.req.Kind), string(w.req.Urgency), int64(p.c.DistanceMetres))),
			Created: w.now, Expires: expires}
		if err := w.s.Store.InsertOffer(ctx, w.t, o); err != nil {
			return err
		}
		if err := w.s.setTimer(ctx, w.t, w.c.Tenant, w.c.ID, o.ID, timerExpire, expires); err != nil {
			return err
		}
		if err := w.s.Notifier.Queue(ctx, w.t, Message{Tenant: w.c.Tenant, Case: w.c.ID, Number: w.c.Number, Technician: p.technician, To: ToTechnician, Template: "offer",
			Lang: "zh", Visit: w.visit.ID, Offer: o.ID, Args: map[string]any{"minutes": int((plan.expires + time.Minute - 1) / time.Minute)}}); err != nil {
			return err
		}
	}
	if err := w.solved(ctx, problemNobody); err != nil {
		return err
	}
	best := plan.picks[0]
	if err := w.quotePromise(ctx, best.c.Arrival.Std(), int64(best.c.TravelSeconds)); err != nil {
		return err
	}
	return w.event("assign.offered", forDesk, map[string]any{"round": plan.round, "circle": plan.circle, "n": len(plan.picks), "expires": micros(expires),
		"arrive": micros(best.c.Arrival.Std())})
}

func reasonsOf(list []dispatch.Reason) []Reason {
	out := make([]Reason, len(list))
	for i, r := range list {
		out[i] = Reason{Code: string(r.Code), Params: r.Params}
	}
	return out
}

// findOffer finds an offer of the acting technician in the locked case. Others do not exist for them.
func (w *work) findOffer(ctx context.Context, id casefile.ID) (*Offer, error) {
	list, err := w.caseOffers(ctx)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if list[i].ID == id && (w.actor.Role == casefile.System || !w.actor.Technician.IsNil() && list[i].Technician == w.actor.Technician) {
			return &list[i], nil
		}
	}
	return nil, errNotFound
}

// moveOffer takes an offer through its table and stores it.
func (w *work) moveOffer(ctx context.Context, o *Offer, m Move, as casefile.Role) error {
	next, err := offers.Next(o.State, m, as)
	if err != nil {
		return err
	}
	o.State = next
	if m == MoveSee {
		o.Seen = w.now
	} else if m != MoveSend {
		o.Answered = w.now
		if err := w.s.cancelTimer(ctx, w.t, w.c.Tenant, o.ID, timerExpire); err != nil {
			return err
		}
	}
	return w.s.Store.UpdateOffer(ctx, w.t, o)
}

// offerGone is the answer to who comes too late.
var offerGone = casefile.Fail(casefile.Conflict, "service.error.offer_gone")

// AcceptOffer implements Technicians.
func (s *Service) AcceptOffer(ctx context.Context, a casefile.Actor, c OfferRef) (Result, error) {
	if err := mustBe(a, casefile.Technician); err != nil {
		return Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *work) error {
		o, err := w.findOffer(ctx, c.Offer)
		if err != nil {
			return err
		}
		if o.State == OfferAccepted && w.visit != nil && w.visit.ID == o.Visit && w.visit.Technician == a.Technician {
			return nil // pressed twice
		}
		if !isLive(o.State) || w.visit == nil || w.visit.ID != o.Visit || w.visit.State != VisitOffered || !w.now.Before(o.Expires) {
			return offerGone
		}
		// Two offers of different cases may be accepted at the same moment: whoever comes second sees the other visit.
		if err := s.Store.LockTechnician(ctx, w.t, w.c.Tenant, a.Technician); err != nil {
			return err
		}
		fit, err := w.stillFits(ctx, o)
		if err != nil {
			return err
		}
		if !fit.Eligible {
			return w.fitsNoMore(ctx, o, fit)
		}
		o.ArriveAt = fit.Arrival.Std()
		if err := w.moveOffer(ctx, o, MoveAccept, technician); err != nil {
			return err
		}
		if err := w.moveVisit(MoveAccept, technician); err != nil {
			return err
		}
		return w.give(ctx, o, fit.Arrival.Std(), fit.Finish.Std(), "offer.accepted")
	})
}

// lateBy is how much later than offered an arrival may have become before the offer no longer stands.
const lateBy = 30 * time.Minute

// stillFits ranks the one technician again with what they have agreed to since the offer was made.
func (w *work) stillFits(ctx context.Context, o *Offer) (dispatch.Candidate, error) {
	j, until := w.job(asked{})
	j.Region = ""
	var wf Workforce
	if err := w.s.addWorker(ctx, w.t, w.c.Tenant, o.Technician, w.now, until, &wf); err != nil {
		return dispatch.Candidate{}, err
	}
	if wf.Rows[0].State != "active" {
		return dispatch.Candidate{Reasons: []dispatch.Reason{{Code: dispatch.OffShift}}}, nil
	}
	list, err := dispatch.Rank(ctx, &dispatch.Problem{Now: dispatch.At(w.now), Technicians: wf.Technicians, Commitments: wf.Commitments, Travel: w.s.Travel}, &j)
	if err != nil {
		return dispatch.Candidate{}, err
	}
	fit := list[0]
	if fit.Eligible && fit.Arrival.Std().After(o.ArriveAt.Add(lateBy)) {
		fit.Eligible, fit.Reasons = false, []dispatch.Reason{{Code: dispatch.NoGap}}
	}
	return fit, nil
}

// fitsNoMore withdraws the offer and looks for the next one; the technician is told why.
func (w *work) fitsNoMore(ctx context.Context, o *Offer, fit dispatch.Candidate) error {
	if err := w.moveOffer(ctx, o, MoveWithdraw, technician); err != nil {
		return err
	}
	if err := w.event("offer.withdrawn", forDesk, map[string]any{"technician": o.TechCode, "why": string(firstCode(fit.Reasons))}); err != nil {
		return err
	}
	w.after = &casefile.Error{Category: casefile.Conflict, Key: "service.error.no_longer_fits", Args: map[string]any{"why": string(firstCode(fit.Reasons))}}
	return w.nextWhenUnanswered(ctx)
}

func firstCode(list []dispatch.Reason) dispatch.Code {
	if len(list) == 0 {
		return dispatch.NoGap
	}
	return list[0].Code
}

// give puts the visit into a technician's hands: times, door code, promise, everybody is told. The visit has moved to accepted already.
func (w *work) give(ctx context.Context, o *Offer, from, to time.Time, event string) error {
	v := w.visit
	v.Technician, v.From, v.To = o.Technician, from, to
	if err := w.newDoorCode(ctx); err != nil {
		return err
	}
	if w.req.State != RequestAssigned {
		if err := w.moveRequest(MoveAssign, w.actor.Role); err != nil {
			return err
		}
	}
	if w.req.Assigned.IsZero() {
		w.req.Assigned = w.now
	}
	if err := w.withdrawOthers(ctx, o.ID); err != nil {
		return err
	}
	if err := w.stopClock(ctx, clockAssign); err != nil {
		return err
	}
	if err := w.s.cancelTimer(ctx, w.t, w.c.Tenant, w.req.ID, timerAssign); err != nil {
		return err
	}
	if err := w.confirmPromise(ctx, from, o.TravelSeconds); err != nil {
		return err
	}
	if err := w.solved(ctx, problemNobody, problemNotCovered, problemGivenBack, problemAbsence, problemAborted, problemNoAccess, "clock_"+clockAssign); err != nil {
		return err
	}
	if err := w.tell(ctx, ToCustomer, "assigned", map[string]any{"from": from}); err != nil {
		return err
	}
	w.s.changed(w.t, w.c.Tenant)
	return w.event(event, forBoth, map[string]any{"technician": o.TechCode, "arrive": micros(from), "round": o.Round})
}

// withdrawOthers ends the live offers of the visit but one.
func (w *work) withdrawOthers(ctx context.Context, keep casefile.ID) error {
	list, err := w.caseOffers(ctx)
	if err != nil {
		return err
	}
	for i := range list {
		o := &list[i]
		if o.ID == keep || w.visit == nil || o.Visit != w.visit.ID || !isLive(o.State) {
			continue
		}
		if err := w.moveOffer(ctx, o, MoveWithdraw, w.actor.Role); err != nil {
			return err
		}
		if err := w.s.Notifier.Queue(ctx, w.t, Message{Tenant: w.c.Tenant, Case: w.c.ID, Number: w.c.Number, Technician: o.Technician, To: ToTechnician,
			Template: "offer_withdrawn", Lang: "zh", Visit: o.Visit, Offer: o.ID}); err != nil {
			return err
		}
	}
	return nil
}

// DeclineOffer implements Technicians.
func (s *Service) DeclineOffer(ctx context.Context, a casefile.Actor, c DeclineOffer) (Result, error) {
	var f fields
	f.reason(s, "reason", "decline", c.Reason)
	if err := f.err(); err != nil {
		return Result{}, err
	}
	if err := mustBe(a, casefile.Technician); err != nil {
		return Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *work) error {
		o, err := w.findOffer(ctx, c.Offer)
		if err != nil {
			return err
		}
		if o.State == OfferDeclined {
			return nil
		}
		if !isLive(o.State) {
			return offerGone
		}
		o.DeclineReason = c.Reason
		if err := w.moveOffer(ctx, o, MoveDecline, technician); err != nil {
			return err
		}
		if err := w.event("offer.declined", forDesk, map[string]any{"technician": o.TechCode, "reason": c.Reason}); err != nil {
			return err
		}
		return w.nextWhenUnanswered(ctx)
	})
}

// nextWhenUnanswered goes on with the search when nobody is left who could still accept.
func (w *work) nextWhenUnanswered(ctx context.Context) error {
	list, err := w.caseOffers(ctx)
	if err != nil {
		return err
	}
	for i := range list {
		if w.visit != nil && list[i].Visit == w.visit.ID && isLive(list[i].State) {
			return nil
		}
	}
	if w.visit != nil && w.visit.State == VisitOffered {
		if err := w.moveVisit(MoveWithdraw, system); err != nil {
			return err
		}
	}
	if !w.searching() {
		return nil
	}
	return w.assignSoon(ctx, time.Time{})
}

// HandleExpire is the handler of the timer "service.offer_expired".
func (s *Service) HandleExpire(ctx context.Context, t tx.Tx, tm clock.Timer) error {
	id, err := readPayload(tm)
	if err != nil {
		return err
	}
	w, err := s.open(ctx, t, casefile.SystemActor(tm.Tenant), tm.Case)
	if err != nil {
		return err
	}
	o, err := w.findOffer(ctx, id)
	if err != nil || !isLive(o.State) {
		return err
	}
	if w.now.Before(o.Expires) { // the wall clock was set back
		return s.setTimer(ctx, t, tm.Tenant, tm.Case, id, timerExpire, o.Expires)
	}
	if err := w.moveOffer(ctx, o, MoveExpire, system); err != nil {
		return err
	}
	if err := w.event("offer.expired", forDesk, map[string]any{"technician": o.TechCode}); err != nil {
		return err
	}
	if err := w.nextWhenUnanswered(ctx); err != nil {
		return err
	}
	return w.flush(ctx)
}

// OfferSent records that the message about an offer was handed to its channel. The notifier calls it after delivery; twice is fine.
func (s *Service) OfferSent(ctx context.Context, tenant casefile.Tenant, c OfferRef) error {
	_, err := s.do(ctx, casefile.SystemActor(tenant), c.Case, func(ctx context.Context, w *work) error {
		o, err := w.findOffer(ctx, c.Offer)
		if err != nil || o.State != OfferCreated {
			return err
		}
		return w.moveOffer(ctx, o, MoveSend, system)
	})
	return err
}

// GiveBack implements Technicians. A visit that a dispatcher pinned waits for the dispatcher; any other is offered again at once.
func (s *Service) GiveBack(ctx context.Context, a casefile.Actor, c VisitReason) (Result, error) {
	var f fields
	f.reason(s, "reason", "give_back", c.Reason)
	words := f.words("words", c.Words, 500)
	if err := f.err(); err != nil {
		return Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *work) error {
		if err := w.heldBy(c.Visit); err != nil {
			return err
		}
		pinned := w.visit.Pinned
		if err := w.takeBack(ctx, MoveUnassign, technician, c.Reason); err != nil {
			return err
		}
		if err := w.note(ctx, "give_back", words); err != nil {
			return err
		}
		if pinned {
			w.visit.Pinned = true // stays the dispatcher's: the search does not touch it
			w.visit.Circle = circleDispatcher
		} else if err := w.assignSoon(ctx, time.Time{}); err != nil {
			return err
		}
		if err := w.problem(ctx, problemGivenBack, map[string]any{"reason": c.Reason, "pinned": pinned}); err != nil {
			return err
		}
		return w.event("visit.given_back", forBoth, map[string]any{"reason": c.Reason})
	})
}

// takeBack frees the visit from its technician, who is not asked again for it.
func (w *work) takeBack(ctx context.Context, m Move, as casefile.Role, reason string) error {
	if err := w.moveVisit(m, as); err != nil {
		return err
	}
	list, err := w.caseOffers(ctx)
	if err != nil {
		return err
	}
	for i := range list {
		if o := &list[i]; o.Visit == w.visit.ID && o.State == OfferAccepted {
			o.DeclineReason = reason
			if err := w.moveOffer(ctx, o, MoveWithdraw, as); err != nil {
				return err
			}
		}
	}
	if w.req.State == RequestAssigned {
		if err := w.moveRequest(MoveUnassign, as); err != nil {
			return err
		}
	}
	v := w.visit
	v.Technician, v.Pinned, v.Circle, v.From, v.To = casefile.Nil, false, circleNear, time.Time{}, time.Time{}
	v.DoorCode, v.DoorFailures, v.EnRoute = nil, 0, time.Time{}
	w.s.changed(w.t, w.c.Tenant)
	if err := w.tell(ctx, ToCustomer, "searching", nil); err != nil {
		return err
	}
	return w.startClocks(ctx, clockAssign)
}
