package service

import (
	"context"
	"encoding/json"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/clock"
	"anxin/internal/tx"
)

// Kinds of clock.
const (
	clockAccept = "accept" // runs only where a person has to decide something first: a place that could not be read
	clockAssign = "assign"
	clockArrive = "arrive"
)

// startClocks starts the clocks of a request and answers the nearest deadline.
func (s *Service) startClocks(ctx context.Context, t tx.Tx, r *Request, at time.Time, kinds ...string) (due int64, err error) {
	due = noDue
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

func (w *work) startClocks(ctx context.Context, kinds ...string) error {
	w.clocks = true
	_, err := w.s.startClocks(ctx, w.t, w.req, w.now, kinds...)
	return err
}

func (w *work) stopClock(ctx context.Context, kind string) error {
	w.clocks = true
	return w.s.Clocks.Stop(ctx, w.t, w.c.Tenant, w.c.ID, w.req.ID, kind, w.now)
}

func (w *work) stopClocks(ctx context.Context) error {
	w.clocks = true
	return w.s.Clocks.StopAll(ctx, w.t, w.c.Tenant, w.c.ID, w.req.ID, w.now)
}

// PauseClock implements Desk. Who may pause what for which reason is the clock policy's.
func (s *Service) PauseClock(ctx context.Context, a casefile.Actor, c ClockPause) (Result, error) {
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *work) error {
		if err := s.Clocks.Pause(ctx, w.t, a, c.Case, c.Clock, c.Reason, w.now); err != nil {
			return err
		}
		w.clocks = true
		return w.event("clock.paused", forCustomer, map[string]any{"clock": c.Clock, "reason": c.Reason})
	})
}

// ResumeClock implements Desk.
func (s *Service) ResumeClock(ctx context.Context, a casefile.Actor, c ClockPause) (Result, error) {
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *work) error {
		if err := s.Clocks.Resume(ctx, w.t, a, c.Case, c.Clock, w.now); err != nil {
			return err
		}
		w.clocks = true
		return w.event("clock.resumed", forCustomer, map[string]any{"clock": c.Clock})
	})
}

// ClockExpired is what app gives to clock.CaseClocks.OnExpiry: the deadline of a case passed. The dispatcher gets a problem; the customer sees it on the
// timeline, honestly.
func (s *Service) ClockExpired(ctx context.Context, t tx.Tx, cf *casefile.Case, clk clock.CaseClock) error {
	w, err := s.open(ctx, t, casefile.SystemActor(cf.Tenant), cf.ID)
	if err != nil {
		return err
	}
	if w.req.ID != clk.Request || ended(w.req.State) {
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
	*cf = w.c
	return nil
}

// ClockMoved is what app gives to clock.CaseClocks.OnMoved: a new holiday notice or another length moved a deadline. Both sides see it.
func (s *Service) ClockMoved(ctx context.Context, t tx.Tx, cf *casefile.Case, clk clock.CaseClock, from time.Time) error {
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
	*cf = w.c
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
func (s *Service) setTimer(ctx context.Context, t tx.Tx, c casefile.Tenant, caseID, id casefile.ID, kind string, due time.Time) error {
	lane := clock.TimerLane
	if kind == timerAssign {
		lane = clock.JobLane // ranking reads a lot and must not hold up the writer
	}
	return s.Timers.Set(ctx, t, clock.Timer{Tenant: c, Lane: lane, Kind: kind, Case: caseID, Dedupe: kind + ":" + id.String(), Due: due, Payload: payload(id)})
}

func (s *Service) cancelTimer(ctx context.Context, t tx.Tx, c casefile.Tenant, id casefile.ID, kind string) error {
	return s.Timers.Cancel(ctx, t, c, kind+":"+id.String())
}

// assignSoon asks for the assignment of the current request at a time; the zero time is "now".
func (w *work) assignSoon(ctx context.Context, due time.Time) error {
	if due.IsZero() {
		due = w.now
	}
	return w.s.setTimer(ctx, w.t, w.c.Tenant, w.c.ID, w.req.ID, timerAssign, due)
}
