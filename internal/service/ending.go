package service

import (
	"context"
	"slices"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/clock"
	"anxin/internal/privacy"
	"anxin/internal/tx"
)

// stop ends whatever is under way in the request: the visit, offers, quote, promise, clocks and timers. The request has moved already.
func (w *work) stop(ctx context.Context, cause string) error {
	if err := w.withdrawOthers(ctx, casefile.Nil); err != nil {
		return err
	}
	if err := w.withdrawQuote(ctx); err != nil {
		return err
	}
	if w.visit != nil && slices.Contains(open, w.visit.State) {
		if err := w.tell(ctx, ToTechnician, "visit_cancelled", nil); err != nil {
			return err
		}
		if err := w.moveVisit(MoveAbort, w.actor.Role); err != nil {
			return err
		}
		w.visit.EndReason, w.visit.DoorCode, w.visit.Finished = cause, nil, w.now
		w.s.changed(w.t, w.c.Tenant)
	}
	if err := w.dropPromise(ctx, cause); err != nil {
		return err
	}
	if err := w.stopClocks(ctx); err != nil {
		return err
	}
	if err := w.s.cancelTimer(ctx, w.t, w.c.Tenant, w.req.ID, timerAssign); err != nil {
		return err
	}
	w.req.Ended = w.now
	return w.solved(ctx)
}

// Cancel implements Customers and Desk.
func (s *Service) Cancel(ctx context.Context, a casefile.Actor, c Cancel) (Result, error) {
	if err := mustBe(a, casefile.Customer, casefile.Agent, casefile.Dispatcher); err != nil {
		return Result{}, err
	}
	var f fields
	f.reason(s, "reason", "cancel", c.Reason)
	words := f.words("words", c.Words, 500)
	if err := f.err(); err != nil {
		return Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *work) error {
		if w.req.State == RequestCancelled {
			return nil
		}
		if err := w.moveRequest(MoveCancel, a.Role); err != nil {
			return err
		}
		if err := w.note(ctx, "cancel", words); err != nil {
			return err
		}
		if err := w.stop(ctx, "cancelled"); err != nil {
			return err
		}
		if err := w.tell(ctx, ToCustomer, "cancelled", nil); err != nil {
			return err
		}
		return w.event("request.cancelled", forBoth, map[string]any{"reason": c.Reason})
	})
}

// RemoteFixed implements Desk: solved without a visit.
func (s *Service) RemoteFixed(ctx context.Context, a casefile.Actor, c Closing) (Result, error) {
	return s.endByDesk(ctx, a, c, MoveRemoteFix, "remote_fix", "request.remote_fixed", "remote_fixed")
}

// Refer implements Desk: the matter goes on elsewhere.
func (s *Service) Refer(ctx context.Context, a casefile.Actor, c Closing) (Result, error) {
	return s.endByDesk(ctx, a, c, MoveRefer, "refer", "request.referred", "referred")
}

func (s *Service) endByDesk(ctx context.Context, a casefile.Actor, c Closing, m Move, list, event, template string) (Result, error) {
	var f fields
	f.reason(s, "reason", list, c.Reason)
	words := f.words("words", c.Words, 1000)
	if err := f.err(); err != nil {
		return Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *work) error {
		if err := w.moveRequest(m, a.Role); err != nil {
			return err
		}
		if err := w.note(ctx, list, words); err != nil {
			return err
		}
		if err := w.stop(ctx, list); err != nil {
			return err
		}
		if m == MoveRefer {
			if err := s.cancelTimer(ctx, w.t, w.c.Tenant, w.req.ID, timerClose); err != nil {
				return err
			}
		}
		if err := w.tell(ctx, ToCustomer, template, nil); err != nil {
			return err
		}
		return w.event(event, forCustomer, map[string]any{"reason": c.Reason})
	})
}

// Reopen implements Customers and Desk.
func (s *Service) Reopen(ctx context.Context, a casefile.Actor, c Reopen) (Result, error) {
	var f fields
	f.reason(s, "reason", "reopen", c.Reason)
	words := f.words("words", c.Words, maxWords)
	if err := f.err(); err != nil {
		return Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *work) error {
		if err := w.moveRequest(MoveReopen, a.Role); err != nil {
			return err
		}
		r := w.req
		reports, err := s.Store.Reports(ctx, w.t, w.c.Tenant, w.c.ID)
		if err != nil {
			return err
		}
		r.Warranty = underWarranty(reports, w.now)
		r.Reopened = true
		r.WishedFrom, r.WishedTo, r.NotBefore, r.Finished, r.Ended = time.Time{}, time.Time{}, time.Time{}, time.Time{}, time.Time{}
		n, err := w.serving(ctx)
		if err != nil {
			return err
		}
		r.Covered = n > 0
		if err := w.note(ctx, "reopen", words); err != nil {
			return err
		}
		if err := s.cancelTimer(ctx, w.t, w.c.Tenant, r.ID, timerClose); err != nil {
			return err
		}
		if err := w.startClocks(ctx, clockAssign, clockArrive); err != nil {
			return err
		}
		if r.Region == "" {
			if err := w.moveRequest(MoveUnclear, a.Role); err != nil {
				return err
			}
		}
		if err := w.afterReport(ctx); err != nil {
			return err
		}
		if err := w.tell(ctx, ToCustomer, "reopened", nil); err != nil {
			return err
		}
		return w.event("request.reopened", forBoth, map[string]any{"reason": c.Reason, "warranty": r.Warranty})
	})
}

// underWarranty reports whether a repair of this case is still warranted.
func underWarranty(list []WorkReport, now time.Time) bool {
	for i := range list {
		if list[i].WarrantyUntil.After(now) {
			return true
		}
	}
	return false
}

// Rate implements Customers.
func (s *Service) Rate(ctx context.Context, a casefile.Actor, c Rate) (Result, error) {
	if err := mustBe(a, casefile.Customer); err != nil {
		return Result{}, err
	}
	var f fields
	if c.Stars < 1 || c.Stars > 5 {
		f.bad("stars", "stars")
	}
	if len(c.Tags) > 6 {
		f.bad("tags", "too_many", "max", 6)
	} else {
		for i, tag := range c.Tags {
			if !s.Catalogue.Has("rate", tag) || slices.Contains(c.Tags[:i], tag) {
				f.bad("tags", "choose")
				break
			}
		}
	}
	words := f.words("words", c.Words, 1000)
	if err := f.err(); err != nil {
		return Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *work) error {
		v, err := w.rated(ctx, c.Visit)
		if err != nil {
			return err
		}
		r := &Rating{Tenant: w.c.Tenant, Case: w.c.ID, Visit: v.ID, Stars: c.Stars, Tags: c.Tags, Created: w.now}
		if r.Words, err = w.seal(ctx, fieldRating, words); err != nil {
			return err
		}
		if err := s.Store.InsertRating(ctx, w.t, r); err != nil {
			return err
		}
		if err := s.Store.AddRecord(ctx, w.t, w.c.Tenant, v.Technician, 0, c.Stars, 1); err != nil {
			return err
		}
		if err := w.event("visit.rated", forCustomer, map[string]any{"stars": c.Stars, "tags": c.Tags}); err != nil {
			return err
		}
		if w.req.State != RequestDone {
			return nil
		}
		if err := w.moveRequest(MoveClose, customer); err != nil {
			return err
		}
		w.req.Ended = w.now
		if err := s.cancelTimer(ctx, w.t, w.c.Tenant, w.req.ID, timerClose); err != nil {
			return err
		}
		return w.event("request.closed", forCustomer, map[string]any{"by": "rating"})
	})
}

// rated finds the finished visit to judge; each is judged once.
func (w *work) rated(ctx context.Context, visit casefile.ID) (*Visit, error) {
	var v *Visit
	for i := range w.visits {
		x := &w.visits[i]
		if x.State == VisitFinished && (visit.IsNil() || x.ID == visit) {
			v = x
		}
	}
	if v == nil {
		if w.visit != nil && (visit.IsNil() || w.visit.ID == visit) {
			_, err := visits.Next(w.visit.State, MoveRate, customer)
			return nil, err
		}
		return nil, errNotFound
	}
	list, err := w.s.Store.Ratings(ctx, w.t, w.c.Tenant, w.c.ID)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(list, func(r Rating) bool { return r.Visit == v.ID }) {
		return nil, casefile.Fail(casefile.Conflict, "service.error.already_rated")
	}
	return v, nil
}

// HandleClose is the handler of the timer "service.close": nothing was heard for a week after the work.
func (s *Service) HandleClose(ctx context.Context, t tx.Tx, tm clock.Timer) error {
	id, err := readPayload(tm)
	if err != nil {
		return err
	}
	w, err := s.open(ctx, t, casefile.SystemActor(tm.Tenant), tm.Case)
	if err != nil || w.req.ID != id || w.req.State != RequestDone {
		return err
	}
	if err := w.moveRequest(MoveClose, system); err != nil {
		return err
	}
	w.req.Ended = w.now
	if err := w.event("request.closed", forCustomer, map[string]any{"by": "time"}); err != nil {
		return err
	}
	return w.flush(ctx)
}

// NoAccess implements Technicians: nobody opened. The desk and the customer find another time; the search does not go on by itself.
func (s *Service) NoAccess(ctx context.Context, a casefile.Actor, c VisitReason) (Result, error) {
	return s.leave(ctx, a, c, MoveNoAccess, "no_access", func(ctx context.Context, w *work) error {
		if err := w.moveRequest(MoveContinue, technician); err != nil {
			return err
		}
		if err := w.startClocks(ctx, clockAssign); err != nil {
			return err
		}
		if err := w.tell(ctx, ToCustomer, "no_access", nil); err != nil {
			return err
		}
		return w.problem(ctx, problemNoAccess, map[string]any{"reason": c.Reason})
	})
}

// Abort implements Technicians. When the customer does not accept the quote or asks to stop, the request ends with it; otherwise the desk looks at it.
func (s *Service) Abort(ctx context.Context, a casefile.Actor, c VisitReason) (Result, error) {
	return s.leave(ctx, a, c, MoveAbort, "abort", func(ctx context.Context, w *work) error {
		if c.Reason == "quote_refused" || c.Reason == "customer_asked" {
			if err := w.moveRequest(MoveCancel, technician); err != nil {
				return err
			}
			if err := w.stop(ctx, c.Reason); err != nil {
				return err
			}
			if err := w.tell(ctx, ToCustomer, "cancelled", nil); err != nil {
				return err
			}
			return w.event("request.cancelled", forBoth, map[string]any{"reason": c.Reason})
		}
		if err := w.moveRequest(MoveContinue, technician); err != nil {
			return err
		}
		if err := w.startClocks(ctx, clockAssign, clockArrive); err != nil {
			return err
		}
		if err := w.tell(ctx, ToCustomer, "aborted", nil); err != nil {
			return err
		}
		return w.problem(ctx, problemAborted, map[string]any{"reason": c.Reason})
	})
}

// leave ends the current visit of a technician without the work being done.
func (s *Service) leave(ctx context.Context, a casefile.Actor, c VisitReason, m Move, list string, then func(ctx context.Context, w *work) error) (Result, error) {
	var f fields
	f.reason(s, "reason", list, c.Reason)
	words := f.words("words", c.Words, 500)
	if err := f.err(); err != nil {
		return Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *work) error {
		if err := w.heldBy(c.Visit); err != nil {
			return err
		}
		if err := w.withdrawQuote(ctx); err != nil {
			return err
		}
		if err := w.moveVisit(m, technician); err != nil {
			return err
		}
		w.visit.EndReason, w.visit.DoorCode, w.visit.Finished = c.Reason, nil, w.now
		if err := w.note(ctx, list, words); err != nil {
			return err
		}
		if err := w.dropPromise(ctx, list); err != nil {
			return err
		}
		w.s.changed(w.t, w.c.Tenant)
		if err := w.event("visit."+string(w.visit.State), forBoth, map[string]any{"reason": c.Reason}); err != nil {
			return err
		}
		return then(ctx, w)
	})
}

// FollowUp implements Technicians: the visit ends, the request stays and another visit is planned, with this one and its report attached.
func (s *Service) FollowUp(ctx context.Context, a casefile.Actor, c FollowUp) (Result, error) {
	var f fields
	f.reason(s, "reason", "follow_up", c.Reason)
	words := f.words("words", c.Words, 1000)
	f.ids("before", c.Before, maxPhotos)
	now := s.Source.Now()
	if !c.NotBefore.IsZero() && (c.NotBefore.Before(now.Add(-time.Minute)) || c.NotBefore.After(now.Add(wishAhead))) {
		f.bad("not_before", "window_far", "days", 60)
	}
	if len(c.Parts) > maxLines {
		f.bad("parts", "too_many", "max", maxLines)
	}
	for _, p := range c.Parts {
		if item, ok := s.Catalogue.Item(p); !ok || item.Kind != "part" {
			f.bad("parts", "choose")
			break
		}
	}
	if c.Reason == "part_to_order" && len(c.Parts) == 0 {
		f.bad("parts", "required")
	}
	if err := f.err(); err != nil {
		return Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *work) (err error) {
		if err := w.heldBy(c.Visit); err != nil {
			return err
		}
		if err := w.withdrawQuote(ctx); err != nil {
			return err
		}
		if err := w.moveVisit(MoveFollowUp, technician); err != nil {
			return err
		}
		if err := w.attach(ctx, kindBefore, c.Before...); err != nil {
			return inField(err, "before")
		}
		r := &WorkReport{Tenant: w.c.Tenant, Case: w.c.ID, Visit: w.visit.ID, Outcome: VisitNeedsFollowUp, Fault: w.req.Fault, Checklist: map[string]string{}, Created: w.now}
		if r.Work, err = w.seal(ctx, fieldWork, words); err != nil {
			return err
		}
		if err := s.Store.InsertReport(ctx, w.t, r); err != nil {
			return err
		}
		w.visit.EndReason, w.visit.Finished, w.visit.To = c.Reason, w.now, w.now
		if err := w.moveRequest(MoveContinue, technician); err != nil {
			return err
		}
		w.req.WishedFrom, w.req.WishedTo, w.req.NotBefore = time.Time{}, time.Time{}, c.NotBefore.UTC().Truncate(time.Microsecond)
		if c.NotBefore.IsZero() {
			w.req.NotBefore = time.Time{}
		}
		w.s.changed(w.t, w.c.Tenant)
		if err := w.startClocks(ctx, clockAssign); err != nil {
			return err
		}
		data := map[string]any{"reason": c.Reason, "parts": c.Parts}
		if !w.req.NotBefore.IsZero() {
			data["not_before"] = micros(w.req.NotBefore)
		}
		if err := w.tell(ctx, ToCustomer, "follow_up", nil); err != nil {
			return err
		}
		if err := w.event("visit.needs_follow_up", forBoth, data); err != nil {
			return err
		}
		return w.assignSoon(ctx, time.Time{})
	})
}

// openRequest opens address and words of the request.
func (w *work) openRequest(ctx context.Context) (Address, Words, error) {
	if err := w.unlock(ctx); err != nil {
		return Address{}, Words{}, err
	}
	address, err := w.box.Open(fieldAddress, w.req.Address)
	if err != nil {
		return Address{}, Words{}, err
	}
	words, err := w.box.Open(fieldWords, w.req.Words)
	return privacy.NewAddress(address), privacy.NewWords(words), err
}

// Erase implements Customers; an administrator does it for people who ask in writing. The event is appended before the key goes, so the log says that it
// happened, without the data.
func (s *Service) Erase(ctx context.Context, a casefile.Actor, caseID casefile.ID) error {
	if err := mustBe(a, casefile.Customer, casefile.Admin); err != nil {
		return err
	}
	_, err := s.do(ctx, a, caseID, func(ctx context.Context, w *work) error {
		p, err := s.Keeper.Person(ctx, w.t, w.c.Tenant, w.c.Subject)
		if err != nil {
			return err
		}
		if !p.Erased.IsZero() {
			return nil
		}
		if err := w.moveRequest(MoveEraseData, a.Role); err != nil {
			if casefile.Is(err, casefile.Conflict) {
				return casefile.Fail(casefile.Conflict, "service.error.erase_under_way")
			}
			return err
		}
		if err := s.Keeper.Destroy(ctx, w.t, w.c.Tenant, w.c.Subject); err != nil {
			return err
		}
		if err := s.Access.Log(ctx, w.t, privacy.Access{Tenant: w.c.Tenant, ID: s.Source.NewID(), At: w.now, Role: a.Role, Actor: a.ID, Action: "erase",
			Case: w.c.ID, Subject: w.c.Subject, Field: "all", Reason: "asked_by_subject"}); err != nil {
			return err
		}
		if w.req.State == RequestDone { // a judgement can no longer be asked for
			if err := w.moveRequest(MoveClose, system); err != nil {
				return err
			}
			w.req.Ended = w.now
			if err := s.cancelTimer(ctx, w.t, w.c.Tenant, w.req.ID, timerClose); err != nil {
				return err
			}
		}
		return w.event("data.erased", forCustomer, nil)
	})
	return err
}
