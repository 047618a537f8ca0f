package flow

import (
	"context"
	"encoding/json"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/clock"
	"anxin/internal/service/terms"
	"anxin/internal/tx"
)

// Kinds of clock.
const (
	clockAccept = "accept" // runs only where a person has to decide something first: a place that could not be read
	clockAssign = "assign"
	clockArrive = "arrive"
)

// startClocks starts the clocks of a request and answers the nearest deadline.
func (s *Commands) startClocks(ctx context.Context, t tx.Tx, r *terms.Request, at time.Time, kinds ...string) (due int64, err error) {
	due = terms.NoDue
	for _, kind := range kinds {
		from := at
		if kind == clockArrive && r.WishedFrom.After(at) {
			from = r.WishedFrom
		}
		clk, ok, err := s.Clocks.Start(ctx, t, clock.StartClock{Tenant: r.Tenant, Case: r.Case, Request: r.ID, Kind: kind,
			RequestKind: string(r.Kind), Urgency: string(r.Urgency), At: from})
		if err != nil {
			return due, err
		}
		if ok {
			due = min(due, clk.Due.UnixMicro())
		}
	}
	return due, nil
}

func (w *Work) startClocks(ctx context.Context, kinds ...string) error {
	w.clocks = true
	_, err := w.Commands.startClocks(ctx, w.Tx, w.Req, w.Now, kinds...)
	return err
}

func (w *Work) stopClock(ctx context.Context, kind string) error {
	w.clocks = true
	return w.Commands.Clocks.Stop(ctx, w.Tx, w.Case.Tenant, w.Case.ID, w.Req.ID, kind, w.Now)
}

func (w *Work) stopClocks(ctx context.Context) error {
	w.clocks = true
	return w.Commands.Clocks.StopAll(ctx, w.Tx, w.Case.Tenant, w.Case.ID, w.Req.ID, w.Now)
}

// PauseClock implements Desk. Who may pause what for which reason is the clock policy's.
func (s *Commands) PauseClock(ctx context.Context, a casefile.Actor, c terms.ClockPause) (terms.Result, error) {
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		if err := s.Clocks.Pause(ctx, w.Tx, a, c.Case, c.Clock, c.Reason, w.Now); err != nil {
			return err
		}
		w.clocks = true
		return w.event("clock.paused", forCustomer, map[string]any{"clock": c.Clock, "reason": c.Reason})
	})
}

// ResumeClock implements Desk.
func (s *Commands) ResumeClock(ctx context.Context, a casefile.Actor, c terms.ClockPause) (terms.Result, error) {
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		if err := s.Clocks.Resume(ctx, w.Tx, a, c.Case, c.Clock, w.Now); err != nil {
			return err
		}
		w.clocks = true
		return w.event("clock.resumed", forCustomer, map[string]any{"clock": c.Clock})
	})
}

// ClockExpired is what app gives to clock.CaseClocks.OnExpiry: the deadline of a case passed. The dispatcher gets a problem; the customer sees it on the
// timeline, honestly.
func (s *Commands) ClockExpired(ctx context.Context, t tx.Tx, cf *casefile.Case, clk clock.CaseClock) error {
	w, err := s.open(ctx, t, casefile.SystemActor(cf.Tenant), cf.ID)
	if err != nil {
		return err
	}
	if w.Req.ID != clk.Request || ended(w.Req.State) {
		return nil
	}
	if err := w.problem(ctx, "clock_"+clk.Kind, map[string]any{"due": clk.Due.UnixMicro()}); err != nil {
		return err
	}
	w.clocks = true
	if err := w.event("clock.expired", forCustomer, map[string]any{"kind": clk.Kind, "due": clk.Due.UnixMicro()}); err != nil {
		return err
	}
	if err := w.flush(ctx); err != nil {
		return err
	}
	*cf = w.Case
	return nil
}

// ClockMoved is what app gives to clock.CaseClocks.OnMoved: a new holiday notice or another length moved a deadline. Both sides see it.
func (s *Commands) ClockMoved(ctx context.Context, t tx.Tx, cf *casefile.Case, clk clock.CaseClock, from time.Time) error {
	w, err := s.open(ctx, t, casefile.SystemActor(cf.Tenant), cf.ID)
	if err != nil {
		return err
	}
	w.clocks = true
	if err := w.event("clock.moved", forCustomer, map[string]any{"kind": clk.Kind, "from": from.UnixMicro(), "due": clk.Due.UnixMicro()}); err != nil {
		return err
	}
	if err := w.flush(ctx); err != nil {
		return err
	}
	*cf = w.Case
	return nil
}

// Kinds of timers that this package handles; see Handlers.
const (
	timerAssign  = "service.assign"
	timerExpire  = "service.offer_expired"
	timerPromise = "service.promise"
	timerClose   = "service.close"
	timerLapse   = "service.signature_lapsed"
)

// ref is the payload of every timer here: ids only.
type ref struct {
	ID casefile.ID `json:"id"` // request, visit, offer or promise
}

func payload(id casefile.ID) json.RawMessage {
	b, err := json.Marshal(ref{id})
	if err != nil {
		return json.RawMessage("{}") // an id always encodes
	}
	return b
}

func readPayload(tm clock.Timer) (casefile.ID, error) {
	var r ref
	if err := json.Unmarshal(tm.Payload, &r); err != nil || r.ID.IsNil() {
		return casefile.Nil, clock.Hopeless(casefile.Failf(casefile.Internal, "error.internal", "payload of a %s timer", tm.Kind))
	}
	return r.ID, nil
}

// setTimer sets the one living timer of a kind about one thing.
func (s *Commands) setTimer(ctx context.Context, t tx.Tx, c casefile.Tenant, caseID, id casefile.ID, kind string, due time.Time) error {
	lane := clock.TimerLane
	if kind == timerAssign {
		lane = clock.JobLane // ranking reads a lot and must not hold up the writer
	}
	return s.Timers.Set(ctx, t, clock.Timer{Tenant: c, Lane: lane, Kind: kind, Case: caseID, Dedupe: kind + ":" + id.String(), Due: due, Payload: payload(id)})
}

func (s *Commands) cancelTimer(ctx context.Context, t tx.Tx, c casefile.Tenant, id casefile.ID, kind string) error {
	return s.Timers.Cancel(ctx, t, c, kind+":"+id.String())
}

// assignSoon asks for the assignment of the current request at a time; the zero time is "now".
func (w *Work) assignSoon(ctx context.Context, due time.Time) error {
	if due.IsZero() {
		due = w.Now
	}
	return w.Commands.setTimer(ctx, w.Tx, w.Case.Tenant, w.Case.ID, w.Req.ID, timerAssign, due)
}
