package service

import (
	"context"
	"slices"
	"sync"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/clock"
	"anxin/internal/tx"
)

// oddsCache remembers how often promises were kept: the probability that is told with a new one.
type oddsCache struct {
	mu   sync.Mutex
	rows map[casefile.Tenant]oddsRow
}

type oddsRow struct {
	perMille int
	at       time.Time
}

// Odds: what was kept in the last 90 days, with a start value worth twenty promises of which eighteen were kept, so that a new installation neither boasts nor
// despairs.
const (
	oddsSpan   = 90 * 24 * time.Hour
	oddsAge    = 10 * time.Minute
	priorKept  = 18
	priorTotal = 20
)

func (w *work) odds(ctx context.Context) (int, error) {
	c := w.s.odds
	c.mu.Lock()
	row, ok := c.rows[w.c.Tenant]
	c.mu.Unlock()
	if ok && w.now.Sub(row.at) < oddsAge && !w.now.Before(row.at) {
		return row.perMille, nil
	}
	kept, broken, err := w.s.Store.PromisesJudged(ctx, w.t, w.c.Tenant, w.now.Add(-oddsSpan), w.now)
	if err != nil {
		return 0, err
	}
	row = oddsRow{perMille: 1000 * (kept + priorKept) / (kept + broken + priorTotal), at: w.now}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.rows == nil {
		c.rows = map[casefile.Tenant]oddsRow{}
	}
	c.rows[w.c.Tenant] = row
	return row.perMille, nil
}

// openPromise is the one that is not judged yet, or nil. There is at most one per request.
func (w *work) openPromise(ctx context.Context) (*Promise, error) {
	list, err := w.s.Store.Promises(ctx, w.t, w.c.Tenant, w.c.ID)
	if err != nil {
		return nil, err
	}
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].Request == w.req.ID && slices.Contains(unjudged, list[i].State) {
			return &list[i], nil
		}
	}
	return nil, nil
}

// window is the time told to a customer for an estimated arrival. It is wider the longer the way is, and lies in the wished window where there is one.
func window(now, arrive time.Time, travelSeconds int64, wishedFrom, wishedTo time.Time) (from, to time.Time) {
	margin := max(15*time.Minute, 10*time.Minute+time.Duration(travelSeconds)*time.Second*3/10)
	from, to = arrive.Add(-10*time.Minute).Truncate(5*time.Minute), arrive.Add(margin+5*time.Minute-time.Nanosecond).Truncate(5*time.Minute)
	if from.Before(now) {
		from = now.Truncate(time.Minute)
	}
	if !wishedFrom.IsZero() && !arrive.After(wishedTo) {
		if from.Before(wishedFrom) {
			from = wishedFrom
		}
		if to.After(wishedTo) && wishedTo.Sub(arrive) >= margin/2 {
			to = wishedTo
		}
	}
	return from, to
}

// movePromise takes a promise through its table and stores it.
func (w *work) movePromise(ctx context.Context, p *Promise, m Move, as casefile.Role, cause string) error {
	next, err := promises.Next(p.State, m, as)
	if err != nil {
		return err
	}
	p.State = next
	if cause != "" {
		p.Cause = cause
	}
	switch m {
	case MoveKeep, MoveBreak, MoveReplace:
		p.Judged = w.now
		if err := w.s.cancelTimer(ctx, w.t, w.c.Tenant, p.ID, timerPromise); err != nil {
			return err
		}
	}
	return w.s.Store.UpdatePromise(ctx, w.t, p)
}

// addPromise stores a new promise and its timer.
func (w *work) addPromise(ctx context.Context, state State, from, to time.Time) error {
	odds, err := w.odds(ctx)
	if err != nil {
		return err
	}
	p := &Promise{Tenant: w.c.Tenant, Case: w.c.ID, ID: w.s.Source.NewID(), Request: w.req.ID, Visit: w.visit.ID, From: from, To: to, Probability: odds, State: state, Made: w.now}
	if err := w.s.Store.InsertPromise(ctx, w.t, p); err != nil {
		return err
	}
	due := to.Add(-riskLead)
	if due.Before(w.now) {
		due = to
	}
	return w.s.setTimer(ctx, w.t, w.c.Tenant, w.c.ID, p.ID, timerPromise, due)
}

// riskLead is how long before the end of a promise it is looked at.
const riskLead = 15 * time.Minute

// quotePromise tells the estimate of the best technician that is being asked. A promise that was told already and can still be kept stays.
func (w *work) quotePromise(ctx context.Context, arrive time.Time, travel int64) error {
	p, err := w.openPromise(ctx)
	if err != nil {
		return err
	}
	from, to := window(w.now, arrive, travel, w.req.WishedFrom, w.req.WishedTo)
	switch {
	case p == nil:
	case !arrive.After(p.To):
		return nil
	case p.State != PromiseQuoted:
		return w.risk(ctx, p, "no_technician")
	default:
		if err := w.movePromise(ctx, p, MoveReplace, system, "estimate_changed"); err != nil {
			return err
		}
	}
	return w.addPromise(ctx, PromiseQuoted, from, to)
}

// confirmPromise makes the estimate of the technician who holds the visit a promise. An older one that was already fixed is kept when it can be, and is at risk when
// it cannot: it is judged on its own window, a new one does not wipe it out.
func (w *work) confirmPromise(ctx context.Context, arrive time.Time, travel int64) error {
	p, err := w.openPromise(ctx)
	if err != nil {
		return err
	}
	from, to := window(w.now, arrive, travel, w.req.WishedFrom, w.req.WishedTo)
	if p != nil {
		p.Visit = w.visit.ID
		fits := !arrive.Before(p.From.Add(-30*time.Minute)) && !arrive.After(p.To)
		switch {
		case fits && p.State == PromiseQuoted:
			return w.movePromise(ctx, p, MoveConfirm, technicianOr(w.actor.Role), "")
		case fits && p.State == PromiseAtRisk:
			if err := w.solved(ctx, problemRisk); err != nil {
				return err
			}
			return w.movePromise(ctx, p, MoveRecover, technicianOr(w.actor.Role), "")
		case fits:
			return w.s.Store.UpdatePromise(ctx, w.t, p)
		case p.State == PromiseQuoted || arrive.Before(p.From):
			if err := w.movePromise(ctx, p, MoveReplace, w.actor.Role, "estimate_changed"); err != nil {
				return err
			}
		default:
			return w.risk(ctx, p, "technician_changed")
		}
	}
	return w.addPromise(ctx, PromiseConfirmed, from, to)
}

func technicianOr(r casefile.Role) casefile.Role {
	if r == technician || r == dispatcher {
		return r
	}
	return system
}

// risk marks a promise that will probably not be kept, and tells both sides before it is broken.
func (w *work) risk(ctx context.Context, p *Promise, cause string) error {
	if p.State == PromiseAtRisk {
		return w.s.Store.UpdatePromise(ctx, w.t, p)
	}
	if err := w.movePromise(ctx, p, MoveRisk, system, cause); err != nil {
		return err
	}
	if err := w.problem(ctx, problemRisk, map[string]any{"to": micros(p.To), "cause": cause}); err != nil {
		return err
	}
	if err := w.tell(ctx, ToCustomer, "at_risk", map[string]any{"to": p.To}); err != nil {
		return err
	}
	return w.event("promise.at_risk", forBoth, map[string]any{"to": micros(p.To), "cause": cause})
}

// judge settles the open promise on a proved arrival.
func (w *work) judge(ctx context.Context, arrived time.Time) error {
	p, err := w.openPromise(ctx)
	if err != nil || p == nil {
		return err
	}
	p.Visit = w.visit.ID
	if arrived.After(p.To) {
		return w.movePromise(ctx, p, MoveBreak, w.actor.Role, "late")
	}
	if err := w.solved(ctx, problemRisk); err != nil {
		return err
	}
	return w.movePromise(ctx, p, MoveKeep, w.actor.Role, "")
}

// dropPromise ends an open promise that nobody waits for any more.
func (w *work) dropPromise(ctx context.Context, cause string) error {
	p, err := w.openPromise(ctx)
	if err != nil || p == nil {
		return err
	}
	return w.movePromise(ctx, p, MoveReplace, w.actor.Role, cause)
}

// HandlePromise is the handler of the timer "service.promise": shortly before the end of the window it looks whether the promise is at risk; at the end
// the promise is broken and a new one is made.
func (s *Service) HandlePromise(ctx context.Context, t tx.Tx, tm clock.Timer) error {
	id, err := readPayload(tm)
	if err != nil {
		return err
	}
	w, err := s.open(ctx, t, casefile.SystemActor(tm.Tenant), tm.Case)
	if err != nil {
		return err
	}
	p, err := w.openPromise(ctx)
	if err != nil || p == nil || p.ID != id {
		return err
	}
	if w.now.Before(p.To) {
		if err := w.lookAhead(ctx, p); err != nil {
			return err
		}
		if err := s.setTimer(ctx, t, tm.Tenant, tm.Case, p.ID, timerPromise, p.To); err != nil {
			return err
		}
		return w.flush(ctx)
	}
	return w.breakPromise(ctx, p)
}

// lookAhead finds out whether a promise can still be kept.
func (w *work) lookAhead(ctx context.Context, p *Promise) error {
	v := w.visit
	switch {
	case v == nil || v.Technician.IsNil():
		return w.risk(ctx, p, "no_technician")
	case v.State == VisitAccepted && w.now.After(p.To.Add(-riskLead/2)):
		return w.risk(ctx, p, "not_set_out")
	case v.From.After(p.To):
		return w.risk(ctx, p, "late")
	}
	return nil
}

// breakPromise records a broken promise and makes the next one when somebody holds the visit.
func (w *work) breakPromise(ctx context.Context, p *Promise) error {
	cause := p.Cause
	if cause == "" {
		cause = "late"
	}
	if err := w.movePromise(ctx, p, MoveBreak, system, cause); err != nil {
		return err
	}
	if err := w.solved(ctx, problemRisk); err != nil {
		return err
	}
	if err := w.problem(ctx, problemBroken, map[string]any{"to": micros(p.To), "cause": cause}); err != nil {
		return err
	}
	data := map[string]any{"to": micros(p.To), "cause": cause}
	if v := w.visit; v != nil && (v.State == VisitAccepted || v.State == VisitEnRoute) {
		from, to := w.now.Truncate(time.Minute), w.now.Add(renewal).Truncate(5*time.Minute)
		if v.From.After(w.now) {
			from, to = window(w.now, v.From, 0, time.Time{}, time.Time{})
		}
		if err := w.addPromise(ctx, PromiseConfirmed, from, to); err != nil {
			return err
		}
		data["new_from"], data["new_to"] = micros(from), micros(to)
	}
	if err := w.tell(ctx, ToCustomer, "promise_broken", nil); err != nil {
		return err
	}
	if err := w.event("promise.broken", forBoth, data); err != nil {
		return err
	}
	return w.flush(ctx)
}

// renewal is the window of a promise that replaces a broken one while the technician is on the way.
const renewal = 45 * time.Minute
