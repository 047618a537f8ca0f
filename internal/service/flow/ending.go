package flow

import (
	"context"
	"slices"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/clock"
	"anxin/internal/privacy"
	"anxin/internal/service/input"
	"anxin/internal/service/terms"
	"anxin/internal/tx"
)

// stop ends whatever is under way in the request: the visit, offers, quote, promise, clocks and timers. The request has moved already.
func (w *Work) stop(ctx context.Context, cause string) error {
	if err := w.withdrawOthers(ctx, casefile.Nil); err != nil {
		return err
	}
	if err := w.withdrawQuote(ctx); err != nil {
		return err
	}
	if w.Visit != nil && slices.Contains(terms.OpenVisitStates, w.Visit.State) {
		if err := w.tell(ctx, terms.ToTechnician, "visit_cancelled", nil); err != nil {
			return err
		}
		if err := w.moveVisit(terms.MoveAbort, w.Actor.Role); err != nil {
			return err
		}
		w.Visit.EndReason, w.Visit.DoorCode, w.Visit.Finished = cause, nil, w.Now
		w.Commands.changed(w.Tx, w.Case.Tenant, w.Visit.Technician)
	}
	if err := w.dropPromise(ctx, cause); err != nil {
		return err
	}
	if err := w.stopClocks(ctx); err != nil {
		return err
	}
	if err := w.Commands.cancelTimer(ctx, w.Tx, w.Case.Tenant, w.Req.ID, timerAssign); err != nil {
		return err
	}
	w.Req.Ended = w.Now
	return w.solved(ctx)
}

// Cancel implements Customers and Desk.
func (s *Commands) Cancel(ctx context.Context, a casefile.Actor, c terms.Cancel) (terms.Result, error) {
	if err := MustBe(a, casefile.Customer, casefile.Agent, casefile.Dispatcher); err != nil {
		return terms.Result{}, err
	}
	var f input.Fields
	f.Reason(s.Catalogue, "reason", "cancel", c.Reason)
	words := f.Words("words", c.Words, 500)
	if err := f.Err(); err != nil {
		return terms.Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		if w.Req.State == terms.RequestCancelled {
			return nil
		}
		if err := w.moveRequest(terms.MoveCancel, a.Role); err != nil {
			return err
		}
		if err := w.note(ctx, "cancel", words); err != nil {
			return err
		}
		if err := w.stop(ctx, "cancelled"); err != nil {
			return err
		}
		if err := w.tell(ctx, terms.ToCustomer, "cancelled", nil); err != nil {
			return err
		}
		return w.event("request.cancelled", forBoth, map[string]any{"reason": c.Reason})
	})
}

// RemoteFixed implements Desk: solved without a visit.
func (s *Commands) RemoteFixed(ctx context.Context, a casefile.Actor, c terms.Closing) (terms.Result, error) {
	return s.endByDesk(ctx, a, c, terms.MoveRemoteFix, "remote_fix", "request.remote_fixed", "remote_fixed")
}

// Refer implements Desk: the matter goes on elsewhere.
func (s *Commands) Refer(ctx context.Context, a casefile.Actor, c terms.Closing) (terms.Result, error) {
	return s.endByDesk(ctx, a, c, terms.MoveRefer, "refer", "request.referred", "referred")
}

func (s *Commands) endByDesk(ctx context.Context, a casefile.Actor, c terms.Closing, m terms.Move, list, event, template string) (terms.Result, error) {
	var f input.Fields
	f.Reason(s.Catalogue, "reason", list, c.Reason)
	words := f.Words("words", c.Words, 1000)
	if err := f.Err(); err != nil {
		return terms.Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		if err := w.moveRequest(m, a.Role); err != nil {
			return err
		}
		if err := w.note(ctx, list, words); err != nil {
			return err
		}
		if err := w.stop(ctx, list); err != nil {
			return err
		}
		if m == terms.MoveRefer {
			if err := s.cancelTimer(ctx, w.Tx, w.Case.Tenant, w.Req.ID, timerClose); err != nil {
				return err
			}
		}
		if err := w.tell(ctx, terms.ToCustomer, template, nil); err != nil {
			return err
		}
		return w.event(event, forCustomer, map[string]any{"reason": c.Reason})
	})
}

// Reopen implements Customers and Desk.
func (s *Commands) Reopen(ctx context.Context, a casefile.Actor, c terms.Reopen) (terms.Result, error) {
	var f input.Fields
	f.Reason(s.Catalogue, "reason", "reopen", c.Reason)
	words := f.Words("words", c.Words, maxWords)
	if err := f.Err(); err != nil {
		return terms.Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		if err := w.moveRequest(terms.MoveReopen, a.Role); err != nil {
			return err
		}
		r := w.Req
		reports, err := s.Store.Reports(ctx, w.Tx, w.Case.Tenant, w.Case.ID)
		if err != nil {
			return err
		}
		r.Warranty = underWarranty(reports, w.Now)
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
		if err := s.cancelTimer(ctx, w.Tx, w.Case.Tenant, r.ID, timerClose); err != nil {
			return err
		}
		if err := w.startClocks(ctx, clockAssign, clockArrive); err != nil {
			return err
		}
		if r.Region == "" {
			if err := w.moveRequest(terms.MoveUnclear, a.Role); err != nil {
				return err
			}
		}
		if err := w.afterReport(ctx); err != nil {
			return err
		}
		if err := w.tell(ctx, terms.ToCustomer, "reopened", nil); err != nil {
			return err
		}
		return w.event("request.reopened", forBoth, map[string]any{"reason": c.Reason, "warranty": r.Warranty})
	})
}

// underWarranty reports whether a repair of this case is still warranted.
func underWarranty(list []terms.WorkReport, now time.Time) bool {
	for i := range list {
		if list[i].WarrantyUntil.After(now) {
			return true
		}
	}
	return false
}

// Rate implements Customers.
func (s *Commands) Rate(ctx context.Context, a casefile.Actor, c terms.Rate) (terms.Result, error) {
	if err := MustBe(a, casefile.Customer); err != nil {
		return terms.Result{}, err
	}
	var f input.Fields
	if c.Stars < 1 || c.Stars > 5 {
		f.Bad("stars", "stars")
	}
	if len(c.Tags) > 6 {
		f.Bad("tags", "too_many", "max", 6)
	} else {
		for i, tag := range c.Tags {
			if !s.Catalogue.Has("rate", tag) || slices.Contains(c.Tags[:i], tag) {
				f.Bad("tags", "choose")
				break
			}
		}
	}
	words := f.Words("words", c.Words, 1000)
	if err := f.Err(); err != nil {
		return terms.Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		v, err := w.rated(ctx, c.Visit)
		if err != nil {
			return err
		}
		r := &terms.Rating{Tenant: w.Case.Tenant, Case: w.Case.ID, Visit: v.ID, Stars: c.Stars, Tags: c.Tags, Created: w.Now}
		if r.Words, err = w.seal(ctx, terms.FieldRating, words); err != nil {
			return err
		}
		if err := s.Store.InsertRating(ctx, w.Tx, r); err != nil {
			return err
		}
		if err := s.Store.AddRecord(ctx, w.Tx, w.Case.Tenant, v.Technician, 0, c.Stars, 1); err != nil {
			return err
		}
		if err := w.event("visit.rated", forCustomer, map[string]any{"stars": c.Stars, "tags": c.Tags}); err != nil {
			return err
		}
		if w.Req.State != terms.RequestDone {
			return nil
		}
		if err := w.moveRequest(terms.MoveClose, casefile.Customer); err != nil {
			return err
		}
		w.Req.Ended = w.Now
		if err := s.cancelTimer(ctx, w.Tx, w.Case.Tenant, w.Req.ID, timerClose); err != nil {
			return err
		}
		return w.event("request.closed", forCustomer, map[string]any{"by": "rating"})
	})
}

// rated finds the finished visit to judge; each is judged once.
func (w *Work) rated(ctx context.Context, visit casefile.ID) (*terms.Visit, error) {
	var v *terms.Visit
	for i := range w.Visits {
		x := &w.Visits[i]
		if x.State == terms.VisitFinished && (visit.IsNil() || x.ID == visit) {
			v = x
		}
	}
	if v == nil {
		if w.Visit != nil && (visit.IsNil() || w.Visit.ID == visit) {
			_, err := terms.VisitMoves.Next(w.Visit.State, terms.MoveRate, casefile.Customer)
			return nil, err
		}
		return nil, ErrNotFound
	}
	list, err := w.Commands.Store.Ratings(ctx, w.Tx, w.Case.Tenant, w.Case.ID)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(list, func(r terms.Rating) bool { return r.Visit == v.ID }) {
		return nil, casefile.Fail(casefile.Conflict, "service.error.already_rated")
	}
	return v, nil
}

// HandleClose is the handler of the timer "service.close": nothing was heard for a week after the work.
func (s *Commands) HandleClose(ctx context.Context, t tx.Tx, tm clock.Timer) error {
	id, err := readPayload(tm)
	if err != nil {
		return err
	}
	w, err := s.open(ctx, t, casefile.SystemActor(tm.Tenant), tm.Case)
	if err != nil || w.Req.ID != id || w.Req.State != terms.RequestDone {
		return err
	}
	if err := w.moveRequest(terms.MoveClose, casefile.System); err != nil {
		return err
	}
	w.Req.Ended = w.Now
	if err := w.event("request.closed", forCustomer, map[string]any{"by": "time"}); err != nil {
		return err
	}
	return w.flush(ctx)
}

// NoAccess implements Technicians: nobody opened. The desk and the customer find another time; the search does not go on by itself.
func (s *Commands) NoAccess(ctx context.Context, a casefile.Actor, c terms.VisitReason) (terms.Result, error) {
	return s.leave(ctx, a, c, terms.MoveNoAccess, "no_access", func(ctx context.Context, w *Work) error {
		if err := w.moveRequest(terms.MoveContinue, casefile.Technician); err != nil {
			return err
		}
		if err := w.startClocks(ctx, clockAssign); err != nil {
			return err
		}
		if err := w.tell(ctx, terms.ToCustomer, "no_access", nil); err != nil {
			return err
		}
		return w.problem(ctx, ProblemNoAccess, map[string]any{"reason": c.Reason})
	})
}

// Abort implements Technicians. When the customer does not accept the quote or asks to stop, the request ends with it; otherwise the desk looks at it.
func (s *Commands) Abort(ctx context.Context, a casefile.Actor, c terms.VisitReason) (terms.Result, error) {
	return s.leave(ctx, a, c, terms.MoveAbort, "abort", func(ctx context.Context, w *Work) error {
		if c.Reason == "quote_refused" || c.Reason == "customer_asked" {
			if err := w.moveRequest(terms.MoveCancel, casefile.Technician); err != nil {
				return err
			}
			if err := w.stop(ctx, c.Reason); err != nil {
				return err
			}
			if err := w.tell(ctx, terms.ToCustomer, "cancelled", nil); err != nil {
				return err
			}
			return w.event("request.cancelled", forBoth, map[string]any{"reason": c.Reason})
		}
		if err := w.moveRequest(terms.MoveContinue, casefile.Technician); err != nil {
			return err
		}
		if err := w.startClocks(ctx, clockAssign, clockArrive); err != nil {
			return err
		}
		if err := w.tell(ctx, terms.ToCustomer, "aborted", nil); err != nil {
			return err
		}
		return w.problem(ctx, ProblemAborted, map[string]any{"reason": c.Reason})
	})
}

// leave ends the current visit of a technician without the work being done.
func (s *Commands) leave(ctx context.Context, a casefile.Actor, c terms.VisitReason, m terms.Move, list string, then func(ctx context.Context, w *Work) error) (terms.Result, error) {
	var f input.Fields
	f.Reason(s.Catalogue, "reason", list, c.Reason)
	words := f.Words("words", c.Words, 500)
	if err := f.Err(); err != nil {
		return terms.Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		if err := w.heldBy(c.Visit); err != nil {
			return err
		}
		if err := w.withdrawQuote(ctx); err != nil {
			return err
		}
		if err := w.moveVisit(m, casefile.Technician); err != nil {
			return err
		}
		w.Visit.EndReason, w.Visit.DoorCode, w.Visit.Finished = c.Reason, nil, w.Now
		if err := w.note(ctx, list, words); err != nil {
			return err
		}
		if err := w.dropPromise(ctx, list); err != nil {
			return err
		}
		w.Commands.changed(w.Tx, w.Case.Tenant, w.Visit.Technician)
		if err := w.event("visit."+string(w.Visit.State), forBoth, map[string]any{"reason": c.Reason}); err != nil {
			return err
		}
		return then(ctx, w)
	})
}

// FollowUp implements Technicians: the visit ends, the request stays and another visit is planned, with this one and its report attached.
func (s *Commands) FollowUp(ctx context.Context, a casefile.Actor, c terms.FollowUp) (terms.Result, error) {
	var f input.Fields
	f.Reason(s.Catalogue, "reason", "follow_up", c.Reason)
	words := f.Words("words", c.Words, 1000)
	f.IDs("before", c.Before, maxPhotos)
	now := s.Source.Now()
	if !c.NotBefore.IsZero() && (c.NotBefore.Before(now.Add(-time.Minute)) || c.NotBefore.After(now.Add(input.WishAhead))) {
		f.Bad("not_before", "window_far", "days", 60)
	}
	if len(c.Parts) > maxLines {
		f.Bad("parts", "too_many", "max", maxLines)
	}
	for _, p := range c.Parts {
		if item, ok := s.Catalogue.Item(p); !ok || item.Kind != "part" {
			f.Bad("parts", "choose")
			break
		}
	}
	if c.Reason == "part_to_order" && len(c.Parts) == 0 {
		f.Bad("parts", "required")
	}
	if err := f.Err(); err != nil {
		return terms.Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *Work) (err error) {
		if err := w.heldBy(c.Visit); err != nil {
			return err
		}
		if err := w.withdrawQuote(ctx); err != nil {
			return err
		}
		if err := w.moveVisit(terms.MoveFollowUp, casefile.Technician); err != nil {
			return err
		}
		w.later("before", KindBefore, w.Visit.ID, c.Before...)
		r := &terms.WorkReport{Tenant: w.Case.Tenant, Case: w.Case.ID, Visit: w.Visit.ID, Outcome: terms.VisitNeedsFollowUp, Fault: w.Req.Fault, Checklist: map[string]string{}, Created: w.Now}
		if r.Work, err = w.seal(ctx, terms.FieldWork, words); err != nil {
			return err
		}
		if err := s.Store.InsertReport(ctx, w.Tx, r); err != nil {
			return err
		}
		w.Visit.EndReason, w.Visit.Finished, w.Visit.To = c.Reason, w.Now, w.Now
		if err := w.moveRequest(terms.MoveContinue, casefile.Technician); err != nil {
			return err
		}
		w.Req.WishedFrom, w.Req.WishedTo, w.Req.NotBefore = time.Time{}, time.Time{}, c.NotBefore.UTC().Truncate(time.Microsecond)
		if c.NotBefore.IsZero() {
			w.Req.NotBefore = time.Time{}
		}
		w.Commands.changed(w.Tx, w.Case.Tenant, w.Visit.Technician)
		if err := w.startClocks(ctx, clockAssign); err != nil {
			return err
		}
		data := map[string]any{"reason": c.Reason, "parts": c.Parts}
		if !w.Req.NotBefore.IsZero() {
			data["not_before"] = micros(w.Req.NotBefore)
		}
		if err := w.tell(ctx, terms.ToCustomer, "follow_up", nil); err != nil {
			return err
		}
		if err := w.event("visit.needs_follow_up", forBoth, data); err != nil {
			return err
		}
		return w.assignSoon(ctx, time.Time{})
	})
}

// OpenRequest opens address and words of the request.
func (w *Work) OpenRequest(ctx context.Context) (terms.Address, terms.Words, error) {
	if err := w.Unlock(ctx); err != nil {
		return terms.Address{}, terms.Words{}, err
	}
	address, err := w.Box.Open(terms.FieldAddress, w.Req.Address)
	if err != nil {
		return terms.Address{}, terms.Words{}, err
	}
	words, err := w.Box.Open(terms.FieldWords, w.Req.Words)
	return privacy.NewAddress(address), privacy.NewWords(words), err
}

// Erase implements Customers; an administrator does it for people who ask in writing. The event is appended before the key goes, so the log says that it
// happened, without the data.
func (s *Commands) Erase(ctx context.Context, a casefile.Actor, caseID casefile.ID) error {
	if err := MustBe(a, casefile.Customer, casefile.Admin); err != nil {
		return err
	}
	_, err := s.do(ctx, a, caseID, func(ctx context.Context, w *Work) error {
		p, err := s.Keeper.Person(ctx, w.Tx, w.Case.Tenant, w.Case.Subject)
		if err != nil {
			return err
		}
		if !p.Erased.IsZero() {
			return nil
		}
		if err := s.notHeld(ctx, w); err != nil {
			return err
		}
		if err := w.moveRequest(terms.MoveEraseData, a.Role); err != nil {
			if casefile.Is(err, casefile.Conflict) {
				return casefile.Fail(casefile.Conflict, "service.error.erase_under_way")
			}
			return err
		}
		if err := s.Keeper.Destroy(ctx, w.Tx, w.Case.Tenant, w.Case.Subject); err != nil {
			return err
		}
		if err := s.Evidence.Forget(ctx, w.Tx, w.Case.Tenant, w.Case.ID); err != nil {
			return err
		}
		if err := s.Access.Log(ctx, w.Tx, privacy.Access{Tenant: w.Case.Tenant, ID: s.Source.NewID(), At: w.Now, Role: a.Role, Actor: a.ID, Action: "erase",
			Case: w.Case.ID, Subject: w.Case.Subject, Field: "all", Reason: "asked_by_subject"}); err != nil {
			return err
		}
		if w.Req.State == terms.RequestDone { // a judgement can no longer be asked for
			if err := w.moveRequest(terms.MoveClose, casefile.System); err != nil {
				return err
			}
			w.Req.Ended = w.Now
			if err := s.cancelTimer(ctx, w.Tx, w.Case.Tenant, w.Req.ID, timerClose); err != nil {
				return err
			}
		}
		return w.event("data.erased", forCustomer, nil)
	})
	return err
}

// notHeld refuses to erase what another half of the product still needs.
func (s *Commands) notHeld(ctx context.Context, w *Work) error {
	if s.Held == nil {
		return nil
	}
	held, err := s.Held(ctx, w.Tx, w.Case.Tenant, w.Case.ID)
	if err == nil && held {
		return casefile.Fail(casefile.Conflict, "service.error.erase_held")
	}
	return err
}
