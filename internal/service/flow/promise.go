package flow

import (
	"context"
	"slices"
	"sync"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/clock"
	"anxin/internal/service/terms"
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

func (w *Work) odds(ctx context.Context) (int, error) {
	c := w.Commands.odds
	c.mu.Lock()
	row, ok := c.rows[w.Case.Tenant]
	c.mu.Unlock()
	if ok && w.Now.Sub(row.at) < oddsAge && !w.Now.Before(row.at) {
		return row.perMille, nil
	}
	kept, broken, err := w.Commands.Store.PromisesJudged(ctx, w.Tx, w.Case.Tenant, w.Now.Add(-oddsSpan), w.Now)
	if err != nil {
		return 0, err
	}
	row = oddsRow{perMille: 1000 * (kept + priorKept) / (kept + broken + priorTotal), at: w.Now}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.rows == nil {
		c.rows = map[casefile.Tenant]oddsRow{}
	}
	c.rows[w.Case.Tenant] = row
	return row.perMille, nil
}

// openPromise is the one that is not judged yet, or nil. There is at most one per request.
func (w *Work) openPromise(ctx context.Context) (*terms.Promise, error) {
	list, err := w.Commands.Store.Promises(ctx, w.Tx, w.Case.Tenant, w.Case.ID)
	if err != nil {
		return nil, err
	}
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].Request == w.Req.ID && slices.Contains(terms.UnjudgedPromiseStates, list[i].State) {
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
func (w *Work) movePromise(ctx context.Context, p *terms.Promise, m terms.Move, as casefile.Role, cause string) error {
	next, err := terms.PromiseMoves.Next(p.State, m, as)
	if err != nil {
		return err
	}
	p.State = next
	if cause != "" {
		p.Cause = cause
	}
	switch m {
	case terms.MoveKeep, terms.MoveBreak, terms.MoveReplace:
		p.Judged = w.Now
		if err := w.Commands.cancelTimer(ctx, w.Tx, w.Case.Tenant, p.ID, timerPromise); err != nil {
			return err
		}
	}
	return w.Commands.Store.UpdatePromise(ctx, w.Tx, p)
}

// addPromise stores a new promise and its timer.
func (w *Work) addPromise(ctx context.Context, state terms.State, from, to time.Time) error {
	odds, err := w.odds(ctx)
	if err != nil {
		return err
	}
	p := &terms.Promise{Tenant: w.Case.Tenant, Case: w.Case.ID, ID: w.Commands.Source.NewID(), Request: w.Req.ID, Visit: w.Visit.ID, From: from, To: to, Probability: odds, State: state, Made: w.Now}
	if err := w.Commands.Store.InsertPromise(ctx, w.Tx, p); err != nil {
		return err
	}
	due := to.Add(-riskLead)
	if due.Before(w.Now) {
		due = to
	}
	return w.Commands.setTimer(ctx, w.Tx, w.Case.Tenant, w.Case.ID, p.ID, timerPromise, due)
}

// riskLead is how long before the end of a promise it is looked at.
const riskLead = 15 * time.Minute

// quotePromise tells the estimate of the best technician that is being asked. A promise that was told already and can still be kept stays.
func (w *Work) quotePromise(ctx context.Context, arrive time.Time, travel int64) error {
	p, err := w.openPromise(ctx)
	if err != nil {
		return err
	}
	from, to := window(w.Now, arrive, travel, w.Req.WishedFrom, w.Req.WishedTo)
	switch {
	case p == nil:
	case !arrive.After(p.To):
		return nil
	case p.State != terms.PromiseQuoted:
		return w.risk(ctx, p, "no_technician")
	default:
		if err := w.movePromise(ctx, p, terms.MoveReplace, casefile.System, "estimate_changed"); err != nil {
			return err
		}
	}
	return w.addPromise(ctx, terms.PromiseQuoted, from, to)
}

// confirmPromise makes the estimate of the technician who holds the visit a promise. An older one that was already fixed is kept when it can be, and is at risk when
// it cannot: it is judged on its own window, a new one does not wipe it out.
func (w *Work) confirmPromise(ctx context.Context, arrive time.Time, travel int64) error {
	p, err := w.openPromise(ctx)
	if err != nil {
		return err
	}
	from, to := window(w.Now, arrive, travel, w.Req.WishedFrom, w.Req.WishedTo)
	if p != nil {
		p.Visit = w.Visit.ID
		fits := !arrive.Before(p.From.Add(-30*time.Minute)) && !arrive.After(p.To)
		switch {
		case fits && p.State == terms.PromiseQuoted:
			return w.movePromise(ctx, p, terms.MoveConfirm, technicianOr(w.Actor.Role), "")
		case fits && p.State == terms.PromiseAtRisk:
			if err := w.solved(ctx, ProblemRisk); err != nil {
				return err
			}
			return w.movePromise(ctx, p, terms.MoveRecover, technicianOr(w.Actor.Role), "")
		case fits:
			return w.Commands.Store.UpdatePromise(ctx, w.Tx, p)
		case p.State == terms.PromiseQuoted || arrive.Before(p.From):
			if err := w.movePromise(ctx, p, terms.MoveReplace, w.Actor.Role, "estimate_changed"); err != nil {
				return err
			}
		default:
			return w.risk(ctx, p, "technician_changed")
		}
	}
	return w.addPromise(ctx, terms.PromiseConfirmed, from, to)
}

func technicianOr(r casefile.Role) casefile.Role {
	if r == casefile.Technician || r == casefile.Dispatcher {
		return r
	}
	return casefile.System
}

// risk marks a promise that will probably not be kept, and tells both sides before it is broken.
func (w *Work) risk(ctx context.Context, p *terms.Promise, cause string) error {
	if p.State == terms.PromiseAtRisk {
		return w.Commands.Store.UpdatePromise(ctx, w.Tx, p)
	}
	if err := w.movePromise(ctx, p, terms.MoveRisk, casefile.System, cause); err != nil {
		return err
	}
	if err := w.problem(ctx, ProblemRisk, map[string]any{"to": micros(p.To), "cause": cause}); err != nil {
		return err
	}
	if err := w.tell(ctx, terms.ToCustomer, "at_risk", map[string]any{"to": p.To}); err != nil {
		return err
	}
	return w.event("promise.at_risk", forBoth, map[string]any{"to": micros(p.To), "cause": cause})
}

// judge settles the open promise on a proved arrival.
func (w *Work) judge(ctx context.Context, arrived time.Time) error {
	p, err := w.openPromise(ctx)
	if err != nil || p == nil {
		return err
	}
	p.Visit = w.Visit.ID
	if arrived.After(p.To) {
		return w.movePromise(ctx, p, terms.MoveBreak, w.Actor.Role, "late")
	}
	if err := w.solved(ctx, ProblemRisk); err != nil {
		return err
	}
	return w.movePromise(ctx, p, terms.MoveKeep, w.Actor.Role, "")
}

// dropPromise ends an open promise that nobody waits for any more.
func (w *Work) dropPromise(ctx context.Context, cause string) error {
	p, err := w.openPromise(ctx)
	if err != nil || p == nil {
		return err
	}
	return w.movePromise(ctx, p, terms.MoveReplace, w.Actor.Role, cause)
}

// HandlePromise is the handler of the timer "service.promise": shortly before the end of the window it looks whether the promise is at risk; at the end
// the promise is broken and a new one is made.
func (s *Commands) HandlePromise(ctx context.Context, t tx.Tx, tm clock.Timer) error {
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
	if w.Now.Before(p.To) {
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
func (w *Work) lookAhead(ctx context.Context, p *terms.Promise) error {
	v := w.Visit
	switch {
	case v == nil || v.Technician.IsNil():
		return w.risk(ctx, p, "no_technician")
	case v.State == terms.VisitAccepted && w.Now.After(p.To.Add(-riskLead/2)):
		return w.risk(ctx, p, "not_set_out")
	case v.From.After(p.To):
		return w.risk(ctx, p, "late")
	}
	return nil
}

// breakPromise records a broken promise and makes the next one when somebody holds the visit.
func (w *Work) breakPromise(ctx context.Context, p *terms.Promise) error {
	cause := p.Cause
	if cause == "" {
		cause = "late"
	}
	if err := w.movePromise(ctx, p, terms.MoveBreak, casefile.System, cause); err != nil {
		return err
	}
	if err := w.solved(ctx, ProblemRisk); err != nil {
		return err
	}
	if err := w.problem(ctx, ProblemBroken, map[string]any{"to": micros(p.To), "cause": cause}); err != nil {
		return err
	}
	data := map[string]any{"to": micros(p.To), "cause": cause}
	if v := w.Visit; v != nil && (v.State == terms.VisitAccepted || v.State == terms.VisitEnRoute) {
		from, to := w.Now.Truncate(time.Minute), w.Now.Add(renewal).Truncate(5*time.Minute)
		if v.From.After(w.Now) {
			from, to = window(w.Now, v.From, 0, time.Time{}, time.Time{})
		}
		if err := w.addPromise(ctx, terms.PromiseConfirmed, from, to); err != nil {
			return err
		}
		data["new_from"], data["new_to"] = micros(from), micros(to)
	}
	if err := w.tell(ctx, terms.ToCustomer, "promise_broken", nil); err != nil {
		return err
	}
	if err := w.event("promise.broken", forBoth, data); err != nil {
		return err
	}
	return w.flush(ctx)
}

// renewal is the window of a promise that replaces a broken one while the technician is on the way.
const renewal = 45 * time.Minute
