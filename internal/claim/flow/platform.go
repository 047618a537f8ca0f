package flow

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/claim/terms"
	"anxin/internal/clock"
	"anxin/internal/tx"
)

// Checked implements Platform.
func (s *Commands) Checked(ctx context.Context, tenant casefile.Tenant, caseID, claim casefile.ID, flags []string) error {
	return s.Run.Write(ctx, func(ctx context.Context, t tx.Tx) error { return s.CheckedTx(ctx, t, tenant, caseID, claim, flags) })
}

// CheckedTx implements Platform. The checks may route, lengthen and ask; a claim that moved on meanwhile is only noted.
func (s *Commands) CheckedTx(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, claim casefile.ID, flags []string) error {
	w, err := s.system(ctx, t, tenant, caseID)
	if err != nil {
		return err
	}
	if w.Claim.ID != claim || terms.Ended(w.Claim.Facts.State) {
		return nil
	}
	if err := w.event("claim.checked", forDesk, map[string]any{"flags": flags}); err != nil {
		return err
	}
	if w.Claim.Facts.State == terms.Checking {
		if err := w.goOnFromChecks(ctx, flags); err != nil {
			return err
		}
	}
	return w.flush(ctx)
}

// goOnFromChecks asks the buyer for what the evidence matrix wants, or serves notice on the merchant.
func (w *Work) goOnFromChecks(ctx context.Context, flags []string) error {
	o, err := w.C.Orders.OfCase(ctx, w.Tx, w.Case.Tenant, w.Case.ID)
	if err != nil {
		return err
	}
	if err := w.applyRules(ctx, &o, nil, flags); err != nil {
		return err
	}
	if len(w.Claim.Ruling.Need) > 0 && !w.Claim.Facts.Unable {
		codes := make([]string, 0, len(w.Claim.Ruling.Need))
		for _, n := range w.Claim.Ruling.Need {
			codes = append(codes, n.Code)
		}
		return w.take(ctx, terms.Act{Move: terms.MoveWant, Part: terms.System}, map[string]any{"shots": codes})
	}
	return w.take(ctx, terms.Act{Move: terms.MoveServe, Part: terms.System}, nil)
}

// ClockExpired implements Platform: a deadline of a claim passed. What happens then stands in the table.
func (s *Commands) ClockExpired(ctx context.Context, t tx.Tx, cf *casefile.Case, clk clock.CaseClock, all []clock.CaseClock) error {
	w, err := s.open(ctx, t, casefile.SystemActor(cf.Tenant), *cf)
	if err != nil {
		return err
	}
	if w.Claim.ID != clk.Request {
		return nil
	}
	w.keepClocks(all)
	if err := w.expired(ctx, clk); err != nil {
		return err
	}
	if err := w.flush(ctx); err != nil {
		return err
	}
	*cf = w.Case
	return nil
}

func (w *Work) expired(ctx context.Context, clk clock.CaseClock) error {
	f := &w.Claim.Facts
	move := func(m terms.Move) error {
		return w.take(ctx, terms.Act{Move: m, Part: terms.System}, map[string]any{"clock": clk.Kind, "due": clk.Due.UnixMicro()})
	}
	switch clk.Kind {
	case terms.ClockCap:
		w.Claim.Problem = "cap"
		return w.event("claim.cap", forDesk, map[string]any{"due": clk.Due.UnixMicro()})
	case terms.ClockAppeal:
		switch f.State {
		case terms.Appealable:
			if err := move(terms.MoveLapse); err != nil {
				return err
			}
			return w.afterFinal(ctx)
		case terms.Executing:
			return move(terms.MoveRunOut)
		}
		return nil
	case terms.ClockResponse:
		if f.State == terms.InAppeal && f.Waiting {
			return move(terms.MoveSilent)
		}
		return nil
	case terms.ClockRefund, terms.ClockReturn:
		if f.State == terms.Executing {
			return w.stepLate(ctx, clk.Kind)
		}
		return nil
	case terms.ClockRetain:
		return w.archive(ctx)
	}
	if terms.Stages[f.State].Clock != clk.Kind {
		return nil
	}
	if err := move(terms.MoveLapse); err != nil {
		return err
	}
	if f.State == terms.InReview && clk.Kind == "claim_review" || f.State == terms.SecondReview || f.State == terms.InAppeal || f.State == terms.Decided {
		w.Claim.Problem = "late"
	}
	return nil
}

// archive ends the keeping: the key of what was said in the claim is destroyed; records and log stay.
func (w *Work) archive(ctx context.Context) error {
	if err := w.take(ctx, terms.Act{Move: terms.MoveArchive, Part: terms.System}, nil); err != nil {
		return err
	}
	return w.C.Keeper.Destroy(ctx, w.Tx, w.Case.Tenant, w.Claim.ID)
}

// ClockMoved implements Platform: a new holiday notice moved a deadline; both sides are told.
func (s *Commands) ClockMoved(ctx context.Context, t tx.Tx, cf *casefile.Case, clk clock.CaseClock, from time.Time) error {
	w, err := s.open(ctx, t, casefile.SystemActor(cf.Tenant), *cf)
	if err != nil {
		return err
	}
	if w.Claim.ID != clk.Request {
		return nil
	}
	if err := w.event("claim.clock_moved", forBoth, map[string]any{"clock": clk.Kind, "from": from.UnixMicro(), "due": clk.Due.UnixMicro()}); err != nil {
		return err
	}
	if err := w.flush(ctx); err != nil {
		return err
	}
	*cf = w.Case
	return nil
}

// VisitDone implements Platform. It sets a timer: the caller's transaction appends to the same timeline.
func (s *Commands) VisitDone(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, request casefile.ID, done bool) error {
	payload, err := json.Marshal(visitEnd{request, done})
	if err != nil {
		return err
	}
	return s.Timers.Set(ctx, t, clock.Timer{Tenant: tenant, Lane: clock.TimerLane, Kind: timerDone, Case: caseID, Dedupe: timerDone + ":" + request.String(), Due: s.Source.Now(), Payload: payload})
}

// suspendedPause is how long what concerns a suspended claim waits before it looks again.
const suspendedPause = time.Hour

type visitEnd struct {
	Request casefile.ID `json:"request"`
	Done    bool        `json:"done"`
}

// handleVisit makes the request that a claim ordered.
func (s *Commands) handleVisit(ctx context.Context, t tx.Tx, tm clock.Timer) error {
	var job visitJob
	if err := json.Unmarshal(tm.Payload, &job); err != nil {
		return clock.Hopeless(casefile.Failf(casefile.Internal, "error.internal", "payload of a %s timer", tm.Kind))
	}
	w, err := s.system(ctx, t, tm.Tenant, tm.Case)
	if err != nil {
		return err
	}
	f := &w.Claim.Facts
	if f.State == terms.Suspended && w.Claim.ID == job.Claim {
		return w.setTimer(ctx, timerVisit, w.Now.Add(suspendedPause), tm.Payload) // when it goes on
	}
	if w.Claim.ID != job.Claim || job.Kind == "inspect" && f.State != terms.Inspection || job.Kind == "repair" && f.State != terms.Executing {
		return nil
	}
	o, err := s.Orders.OfCase(ctx, t, tm.Tenant, tm.Case)
	if err != nil {
		return err
	}
	order := terms.VisitOrder{Claim: w.Claim.ID, Kind: job.Kind, Product: o.Code, Category: o.Category}
	if order.Words, err = w.wordsOf(ctx, job.Said); err != nil {
		return err
	}
	request, err := s.Visits.Order(ctx, t, w.Actor, &w.Case, order)
	if casefile.Is(err, casefile.Invalid) || casefile.Is(err, casefile.NotFound) || casefile.Is(err, casefile.Conflict) {
		// The service half cannot come (no address, another request under way): people have to look at it, the claim does not hang.
		return w.visitImpossible(ctx, job)
	}
	if err != nil {
		return err
	}
	if !job.Step.IsNil() {
		st, err := w.currentStep(ctx, terms.StepRepair)
		if err != nil {
			return err
		}
		st.Request = request
		if err := s.Store.UpdateStep(ctx, t, st); err != nil {
			return err
		}
	}
	if err := w.event("claim.visit_ordered", forBoth, map[string]any{"kind": job.Kind, "request": request}); err != nil {
		return err
	}
	return w.flush(ctx)
}

func (w *Work) visitImpossible(ctx context.Context, job visitJob) error {
	if err := w.event("claim.visit_impossible", forBoth, map[string]any{"kind": job.Kind}); err != nil {
		return err
	}
	if job.Kind == "inspect" {
		if err := w.take(ctx, terms.Act{Move: terms.MoveReport, Part: terms.System}, map[string]any{"done": false}); err != nil {
			return err
		}
	} else {
		w.Claim.Problem = "visit_impossible"
	}
	return w.flush(ctx)
}

// wordsOf opens a statement of a reviewer.
func (w *Work) wordsOf(ctx context.Context, id casefile.ID) (string, error) {
	list, err := w.C.Store.Statements(ctx, w.Tx, w.Case.Tenant, w.Case.ID, w.Claim.ID)
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(list, func(s terms.Statement) bool { return s.ID == id })
	if id.IsNil() || i < 0 || len(list[i].Words) == 0 {
		return "", nil
	}
	b, err := w.Box(ctx, list[i].Part)
	if err != nil {
		return "", err
	}
	return b.Open(terms.FieldWords, list[i].Words)
}

// handleVisitDone takes a claim on when the visit that it ordered is over.
func (s *Commands) handleVisitDone(ctx context.Context, t tx.Tx, tm clock.Timer) error {
	var end visitEnd
	if err := json.Unmarshal(tm.Payload, &end); err != nil {
		return clock.Hopeless(casefile.Failf(casefile.Internal, "error.internal", "payload of a %s timer", tm.Kind))
	}
	w, err := s.system(ctx, t, tm.Tenant, tm.Case)
	if casefile.Is(err, casefile.NotFound) {
		return nil // a case without a claim
	}
	if err != nil {
		return err
	}
	switch w.Claim.Facts.State {
	case terms.Inspection:
		err = w.inspected(ctx, end)
	case terms.Executing:
		err = w.repaired(ctx, end)
	case terms.Suspended:
		tm.Due = w.Now.Add(suspendedPause) // when it goes on
		return s.Timers.Set(ctx, t, clock.Timer{Tenant: tm.Tenant, Lane: clock.TimerLane, Kind: timerDone, Case: tm.Case, Dedupe: timerDone + ":" + end.Request.String(), Due: tm.Due,
			Payload: tm.Payload})
	default:
		return nil
	}
	if err != nil {
		return err
	}
	return w.flush(ctx)
}

// inspected brings the report of an inspection into the claim as evidence of nobody's side.
func (w *Work) inspected(ctx context.Context, end visitEnd) error {
	row := &terms.Statement{Tenant: w.Case.Tenant, Case: w.Case.ID, Claim: w.Claim.ID, ID: w.C.Source.NewID(), Part: terms.Inspector, Kind: "report", Code: "done", At: w.Now,
		Round: w.Claim.Facts.Round, Seq: w.seq(), Shots: []string{end.Request.String()}}
	if !end.Done {
		row.Code = "cancelled"
	}
	if err := w.C.Store.InsertStatement(ctx, w.Tx, row); err != nil {
		return err
	}
	n := 0
	if end.Done {
		items, err := w.C.Evidence.Attached(ctx, w.Tx, w.Case.Tenant, w.Case.ID)
		if err != nil {
			return err
		}
		for _, i := range items {
			if i.Request != end.Request {
				continue
			}
			n++
			m := &terms.Medium{Tenant: w.Case.Tenant, Case: w.Case.ID, Claim: w.Claim.ID, Statement: row.ID, Item: i.ID, Kind: i.Kind, Media: i.Media, SHA256: i.SHA256[:], Received: i.Received,
				At: w.Now}
			if err := w.C.Store.InsertMedium(ctx, w.Tx, m); err != nil {
				return err
			}
		}
	}
	return w.take(ctx, terms.Act{Move: terms.MoveReport, Part: terms.Inspector}, map[string]any{"done": end.Done, "request": end.Request, "media": n})
}

func (w *Work) repaired(ctx context.Context, end visitEnd) error {
	st, err := w.currentStep(ctx, terms.StepRepair)
	if err != nil || st.Request != end.Request {
		return nil //nolint:nilerr // another request of the case is over: nothing of ours
	}
	if !end.Done {
		return w.stepFailed(ctx, st, "visit_cancelled")
	}
	return w.stepDone(ctx, st, "")
}

// Holds implements Platform.
func (s *Commands) Holds(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) (bool, error) {
	list, err := s.Store.Claims(ctx, t, tenant, caseID)
	for i := range list {
		switch list[i].Facts.State {
		case terms.Archived, terms.Withdrawn, terms.Discarded:
		default:
			return true, err
		}
	}
	return false, err
}
