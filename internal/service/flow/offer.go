package flow

import (
	"context"
	"fmt"
	"slices"
	"time"

	"anxin/dispatch"
	"anxin/internal/casefile"
	"anxin/internal/clock"
	"anxin/internal/privacy"
	"anxin/internal/service/input"
	"anxin/internal/service/plan"
	"anxin/internal/service/terms"
	"anxin/internal/tx"
)

func pad(s string) string       { return fmt.Sprintf("%08s", s) }
func isLive(s terms.State) bool { return slices.Contains(terms.LiveOfferStates, s) }
func micros(t time.Time) int64  { return t.UnixMicro() }

// applyAssignment writes what the ranking led to. A case that moved on meanwhile is looked at again.
func (s *Commands) applyAssignment(ctx context.Context, t tx.Tx, plan *assignment) error {
	w, err := s.open(ctx, t, casefile.SystemActor(plan.tenant), plan.caseID)
	if err != nil {
		return err
	}
	if w.Req.ID != plan.request || !w.searching() {
		return nil
	}
	if w.Case.LastSeq != plan.seq {
		return w.assignSoon(ctx, time.Time{})
	}
	if !plan.wait.IsZero() {
		if err := w.assignSoon(ctx, plan.wait); err != nil {
			return err
		}
		if err := w.event("assign.waiting", forBoth, map[string]any{"at": micros(plan.wait)}); err != nil {
			return err
		}
		return w.flush(ctx)
	}
	if err := w.ensureVisit(ctx); err != nil {
		return err
	}
	w.Visit.Circle = plan.circle
	if len(plan.picks) == 0 {
		return w.nobody(ctx, plan)
	}
	if err := w.offerTo(ctx, plan); err != nil {
		return err
	}
	return w.flush(ctx)
}

// ensureVisit makes the next visit when none is being planned.
func (w *Work) ensureVisit(ctx context.Context) error {
	if w.OpenVisit() != nil {
		return nil
	}
	n := 0
	for i := range w.Visits {
		if w.Visits[i].Request == w.Req.ID {
			n = max(n, w.Visits[i].Number)
		}
	}
	v := terms.Visit{Tenant: w.Case.Tenant, Case: w.Case.ID, ID: w.Commands.Source.NewID(), Request: w.Req.ID, Number: n + 1, State: terms.VisitPlanned, Created: w.Now, Updated: w.Now}
	if err := w.Commands.Store.InsertVisit(ctx, w.Tx, &v); err != nil {
		return err
	}
	w.Visits = append(w.Visits, v)
	w.Visit = &w.Visits[len(w.Visits)-1]
	w.wasVisit = v
	return nil
}

// nobody asks the dispatcher and says when the search is repeated.
func (w *Work) nobody(ctx context.Context, plan *assignment) error {
	first := w.wasVisit.Circle != CircleDispatcher
	w.Visit.Circle = CircleDispatcher
	if err := w.assignSoon(ctx, w.Now.Add(retryDispatcher[w.Req.Urgency])); err != nil {
		return err
	}
	why := make([]string, 0, 3)
	for _, r := range plan.nobody[:min(3, len(plan.nobody))] {
		why = append(why, r.Code)
	}
	if err := w.problem(ctx, ProblemNobody, map[string]any{"why": why}); err != nil {
		return err
	}
	if !first {
		return nil
	}
	if err := w.tell(ctx, terms.ToDesk, "no_candidate", nil); err != nil {
		return err
	}
	if err := w.event("assign.nobody", forDesk, map[string]any{"why": why}); err != nil {
		return err
	}
	return w.flush(ctx)
}

// offerTo writes the offers of a round.
func (w *Work) offerTo(ctx context.Context, plan *assignment) error {
	if err := w.moveVisit(terms.MoveOffer, casefile.System); err != nil {
		return err
	}
	if w.Req.State == terms.RequestTriaged {
		if err := w.moveRequest(terms.MovePlan, casefile.System); err != nil {
			return err
		}
	}
	expires := w.Now.Add(plan.expires)
	for i, p := range plan.picks {
		o := &terms.Offer{Tenant: w.Case.Tenant, Case: w.Case.ID, ID: w.Commands.Source.NewID(), Visit: w.Visit.ID, Technician: p.technician, State: terms.OfferCreated, Round: plan.round, Rank: i + 1,
			Reasons: ReasonsOf(p.c.Reasons), ArriveAt: p.c.Arrival.Std(), TravelSeconds: int64(p.c.TravelSeconds), Metres: int64(p.c.DistanceMetres),
			Pay:     casefile.Fen(w.Commands.Catalogue.Pay(string(w.Req.Kind), string(w.Req.Urgency), int64(p.c.DistanceMetres))),
			Created: w.Now, Expires: expires}
		if err := w.Commands.Store.InsertOffer(ctx, w.Tx, o); err != nil {
			return err
		}
		if err := w.Commands.setTimer(ctx, w.Tx, w.Case.Tenant, w.Case.ID, o.ID, timerExpire, expires); err != nil {
			return err
		}
		if err := w.Commands.Notifier.Queue(ctx, w.Tx, terms.Message{Tenant: w.Case.Tenant, Case: w.Case.ID, Number: w.Case.Number, Technician: p.technician, To: terms.ToTechnician, Template: "offer",
			Lang: "zh", Visit: w.Visit.ID, Offer: o.ID, Args: map[string]any{"minutes": int((plan.expires + time.Minute - 1) / time.Minute)}}); err != nil {
			return err
		}
	}
	if err := w.solved(ctx, ProblemNobody); err != nil {
		return err
	}
	best := plan.picks[0]
	if u := w.Req.Urgency; plan.late && (u == terms.Emergency || u == terms.Express) { // a person should know now, not when everybody has been asked
		if err := w.problem(ctx, ProblemTooLate, map[string]any{"at": micros(best.c.Arrival.Std())}); err != nil {
			return err
		}
	}
	if err := w.quotePromise(ctx, best.c.Arrival.Std(), int64(best.c.TravelSeconds)); err != nil {
		return err
	}
	return w.event("assign.offered", forDesk, map[string]any{"round": plan.round, "circle": plan.circle, "n": len(plan.picks), "expires": micros(expires),
		"arrive": micros(best.c.Arrival.Std())})
}

// ReasonsOf are the engine's reasons as they are stored and shown.
func ReasonsOf(list []dispatch.Reason) []terms.Reason {
	out := make([]terms.Reason, len(list))
	for i, r := range list {
		out[i] = terms.Reason{Code: string(r.Code), Params: r.Params}
	}
	return out
}

// findOffer finds an offer of the acting technician in the locked case. Others do not exist for them.
func (w *Work) findOffer(ctx context.Context, id casefile.ID) (*terms.Offer, error) {
	list, err := w.CaseOffers(ctx)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if list[i].ID == id && (w.Actor.Role == casefile.System || !w.Actor.Technician.IsNil() && list[i].Technician == w.Actor.Technician) {
			return &list[i], nil
		}
	}
	return nil, ErrNotFound
}

// moveOffer takes an offer through its table and stores it.
func (w *Work) moveOffer(ctx context.Context, o *terms.Offer, m terms.Move, as casefile.Role) error {
	next, err := terms.OfferMoves.Next(o.State, m, as)
	if err != nil {
		return err
	}
	o.State = next
	if m == terms.MoveSee {
		o.Seen = w.Now
	} else if m != terms.MoveSend {
		o.Answered = w.Now
		if err := w.Commands.cancelTimer(ctx, w.Tx, w.Case.Tenant, o.ID, timerExpire); err != nil {
			return err
		}
	}
	return w.Commands.Store.UpdateOffer(ctx, w.Tx, o)
}

// offerGone is the answer to who comes too late.
var offerGone = casefile.Fail(casefile.Conflict, "service.error.offer_gone")

// AcceptOffer implements Technicians.
func (s *Commands) AcceptOffer(ctx context.Context, a casefile.Actor, c terms.OfferRef) (terms.Result, error) {
	if err := MustBe(a, casefile.Technician); err != nil {
		return terms.Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		o, err := w.findOffer(ctx, c.Offer)
		if err != nil {
			return err
		}
		if o.State == terms.OfferAccepted && w.Visit != nil && w.Visit.ID == o.Visit && w.Visit.Technician == a.Technician {
			return nil // pressed twice
		}
		if !isLive(o.State) || w.Visit == nil || w.Visit.ID != o.Visit || w.Visit.State != terms.VisitOffered || !w.Now.Before(o.Expires) {
			return offerGone
		}
		// Two offers of different cases may be accepted at the same moment: whoever comes second sees the other visit.
		if err := s.Store.LockTechnician(ctx, w.Tx, w.Case.Tenant, a.Technician); err != nil {
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
		if err := w.moveOffer(ctx, o, terms.MoveAccept, casefile.Technician); err != nil {
			return err
		}
		if err := w.moveVisit(terms.MoveAccept, casefile.Technician); err != nil {
			return err
		}
		return w.give(ctx, o, fit.Arrival.Std(), fit.Finish.Std(), "offer.accepted")
	})
}

// lateBy is how much later than offered an arrival may have become before the offer no longer stands.
const lateBy = 30 * time.Minute

// stillFits ranks the one technician again with what they have agreed to since the offer was made.
func (w *Work) stillFits(ctx context.Context, o *terms.Offer) (dispatch.Candidate, error) {
	j, until := w.job(asked{})
	j.Region = ""
	window := &j.Windows[0]
	if plan.OrderFor(w.Req.Urgency) == dispatch.ByCost {
		window.From = max(window.From, dispatch.At(o.ArriveAt)) // the hour was chosen, and told: it stays
	}
	window.To = max(window.From, min(window.To, dispatch.At(o.ArriveAt.Add(lateBy))))
	var wf Workforce
	if err := w.Commands.addWorker(ctx, w.Tx, w.Case.Tenant, o.Technician, w.Now, until, &wf); err != nil {
		return dispatch.Candidate{}, err
	}
	if wf.Rows[0].State != "active" {
		return dispatch.Candidate{Reasons: []dispatch.Reason{{Code: dispatch.OffShift}}}, nil
	}
	list, _, err := w.Commands.Alternatives(ctx, w.Now, plan.Question{Job: j, Order: dispatch.ByArrival}, &wf)
	if err != nil {
		return dispatch.Candidate{}, err
	}
	return list[0].Candidate, nil
}

// fitsNoMore withdraws the offer and looks for the next one; the technician is told why.
func (w *Work) fitsNoMore(ctx context.Context, o *terms.Offer, fit dispatch.Candidate) error {
	if err := w.moveOffer(ctx, o, terms.MoveWithdraw, casefile.Technician); err != nil {
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
func (w *Work) give(ctx context.Context, o *terms.Offer, from, to time.Time, event string) error {
	v := w.Visit
	if v.Technician != o.Technician {
		w.Commands.changed(w.Tx, w.Case.Tenant, v.Technician) // who had it before is free
	}
	v.Technician, v.From, v.To = o.Technician, from, to
	if err := w.newDoorCode(ctx); err != nil {
		return err
	}
	if w.Req.State != terms.RequestAssigned {
		if err := w.moveRequest(terms.MoveAssign, w.Actor.Role); err != nil {
			return err
		}
	}
	if w.Req.Assigned.IsZero() {
		w.Req.Assigned = w.Now
	}
	if err := w.withdrawOthers(ctx, o.ID); err != nil {
		return err
	}
	if err := w.stopClock(ctx, clockAssign); err != nil {
		return err
	}
	if err := w.Commands.cancelTimer(ctx, w.Tx, w.Case.Tenant, w.Req.ID, timerAssign); err != nil {
		return err
	}
	if err := w.confirmPromise(ctx, from, o.TravelSeconds); err != nil {
		return err
	}
	if err := w.solved(ctx, ProblemNobody, ProblemNotCovered, ProblemGivenBack, ProblemAbsence, ProblemAborted, ProblemNoAccess, ProblemTooLate, "clock_"+clockAssign); err != nil {
		return err
	}
	if err := w.tell(ctx, terms.ToCustomer, "assigned", map[string]any{"from": from}); err != nil {
		return err
	}
	// From now on the technician reads name, phone and address: the person sees that in "who looked".
	if err := w.Commands.Access.Log(ctx, w.Tx, privacy.Access{Tenant: w.Case.Tenant, ID: w.Commands.Source.NewID(), At: w.Now, Role: casefile.Technician, Actor: o.Technician,
		Action: "disclosed", Case: w.Case.ID, Subject: w.Case.Subject, Field: "name phone address words", Reason: "visit_accepted"}); err != nil {
		return err
	}
	w.Commands.changed(w.Tx, w.Case.Tenant, o.Technician)
	return w.event(event, forBoth, map[string]any{"technician": o.TechCode, "arrive": micros(from), "round": o.Round})
}

// withdrawOthers ends the live offers of the visit but one.
func (w *Work) withdrawOthers(ctx context.Context, keep casefile.ID) error {
	list, err := w.CaseOffers(ctx)
	if err != nil {
		return err
	}
	for i := range list {
		o := &list[i]
		if o.ID == keep || w.Visit == nil || o.Visit != w.Visit.ID || !isLive(o.State) {
			continue
		}
		if err := w.moveOffer(ctx, o, terms.MoveWithdraw, w.Actor.Role); err != nil {
			return err
		}
		if err := w.Commands.Notifier.Queue(ctx, w.Tx, terms.Message{Tenant: w.Case.Tenant, Case: w.Case.ID, Number: w.Case.Number, Technician: o.Technician, To: terms.ToTechnician,
			Template: "offer_withdrawn", Lang: "zh", Visit: o.Visit, Offer: o.ID}); err != nil {
			return err
		}
	}
	return nil
}

// DeclineOffer implements Technicians.
func (s *Commands) DeclineOffer(ctx context.Context, a casefile.Actor, c terms.DeclineOffer) (terms.Result, error) {
	var f input.Fields
	f.Reason(s.Catalogue, "reason", "decline", c.Reason)
	if err := f.Err(); err != nil {
		return terms.Result{}, err
	}
	if err := MustBe(a, casefile.Technician); err != nil {
		return terms.Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		o, err := w.findOffer(ctx, c.Offer)
		if err != nil {
			return err
		}
		if o.State == terms.OfferDeclined {
			return nil
		}
		if !isLive(o.State) {
			return offerGone
		}
		o.DeclineReason = c.Reason
		if err := w.moveOffer(ctx, o, terms.MoveDecline, casefile.Technician); err != nil {
			return err
		}
		if err := w.event("offer.declined", forDesk, map[string]any{"technician": o.TechCode, "reason": c.Reason}); err != nil {
			return err
		}
		return w.nextWhenUnanswered(ctx)
	})
}

// nextWhenUnanswered goes on with the search when nobody is left who could still accept.
func (w *Work) nextWhenUnanswered(ctx context.Context) error {
	list, err := w.CaseOffers(ctx)
	if err != nil {
		return err
	}
	for i := range list {
		if w.Visit != nil && list[i].Visit == w.Visit.ID && isLive(list[i].State) {
			return nil
		}
	}
	if w.Visit != nil && w.Visit.State == terms.VisitOffered {
		if err := w.moveVisit(terms.MoveWithdraw, casefile.System); err != nil {
			return err
		}
	}
	if !w.searching() {
		return nil
	}
	return w.assignSoon(ctx, time.Time{})
}

// HandleExpire is the handler of the timer "service.offer_expired".
func (s *Commands) HandleExpire(ctx context.Context, t tx.Tx, tm clock.Timer) error {
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
	if w.Now.Before(o.Expires) { // the wall clock was set back
		return s.setTimer(ctx, t, tm.Tenant, tm.Case, id, timerExpire, o.Expires)
	}
	if err := w.moveOffer(ctx, o, terms.MoveExpire, casefile.System); err != nil {
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
func (s *Commands) OfferSent(ctx context.Context, tenant casefile.Tenant, c terms.OfferRef) error {
	_, err := s.do(ctx, casefile.SystemActor(tenant), c.Case, func(ctx context.Context, w *Work) error {
		o, err := w.findOffer(ctx, c.Offer)
		if err != nil || o.State != terms.OfferCreated {
			return err
		}
		return w.moveOffer(ctx, o, terms.MoveSend, casefile.System)
	})
	return err
}

// GiveBack implements Technicians. A visit that a dispatcher pinned waits for the dispatcher; any other is offered again at once.
func (s *Commands) GiveBack(ctx context.Context, a casefile.Actor, c terms.VisitReason) (terms.Result, error) {
	var f input.Fields
	f.Reason(s.Catalogue, "reason", "give_back", c.Reason)
	words := f.Words("words", c.Words, 500)
	if err := f.Err(); err != nil {
		return terms.Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		if err := w.heldBy(c.Visit); err != nil {
			return err
		}
		pinned := w.Visit.Pinned
		if err := w.takeBack(ctx, terms.MoveUnassign, casefile.Technician, c.Reason); err != nil {
			return err
		}
		if err := w.note(ctx, "give_back", words); err != nil {
			return err
		}
		if pinned {
			w.Visit.Pinned = true // stays the dispatcher's: the search does not touch it
			w.Visit.Circle = CircleDispatcher
		} else if err := w.assignSoon(ctx, time.Time{}); err != nil {
			return err
		}
		if err := w.problem(ctx, ProblemGivenBack, map[string]any{"reason": c.Reason, "pinned": pinned}); err != nil {
			return err
		}
		return w.event("visit.given_back", forBoth, map[string]any{"reason": c.Reason})
	})
}

// takeBack frees the visit from its technician, who is not asked again for it.
func (w *Work) takeBack(ctx context.Context, m terms.Move, as casefile.Role, reason string) error {
	if err := w.moveVisit(m, as); err != nil {
		return err
	}
	list, err := w.CaseOffers(ctx)
	if err != nil {
		return err
	}
	for i := range list {
		if o := &list[i]; o.Visit == w.Visit.ID && o.State == terms.OfferAccepted {
			o.DeclineReason = reason
			if err := w.moveOffer(ctx, o, terms.MoveWithdraw, as); err != nil {
				return err
			}
		}
	}
	if w.Req.State == terms.RequestAssigned {
		if err := w.moveRequest(terms.MoveUnassign, as); err != nil {
			return err
		}
	}
	v := w.Visit
	w.Commands.changed(w.Tx, w.Case.Tenant, v.Technician)
	v.Technician, v.Pinned, v.Circle, v.From, v.To = casefile.Nil, false, CircleNear, time.Time{}, time.Time{}
	v.DoorCode, v.DoorFailures, v.EnRoute = nil, 0, time.Time{}
	if err := w.tell(ctx, terms.ToCustomer, "searching", nil); err != nil {
		return err
	}
	return w.startClocks(ctx, clockAssign)
}
