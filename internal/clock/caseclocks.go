package clock

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/tx"
)

// ExpiredKind is the kind of the timers that case clocks set.
const ExpiredKind = "clock.expired"

// ClockStore keeps case clocks; package clockdb is the one for databases.
type ClockStore interface {
	InsertClock(ctx context.Context, t tx.Tx, c CaseClock) error
	// UpdateClock writes what can change of a clock: length, unit, calendar and version, stopped, breached, due.
	UpdateClock(ctx context.Context, t tx.Tx, c CaseClock) error
	InsertChange(ctx context.Context, t tx.Tx, c CaseClock, ch ClockChange) error
	Clock(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, id casefile.ID) (CaseClock, error)
	// Clocks of a case with their changes, in the order they were started.
	Clocks(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) ([]CaseClock, error)
	// DueClocks answers running clocks of a tenant, without changes, by deadline.
	DueClocks(ctx context.Context, t tx.Tx, tenant casefile.Tenant, before time.Time, limit int) ([]CaseClock, error)
	// OutdatedClocks pages through running clocks of all tenants on a calendar whose version is another one.
	OutdatedClocks(ctx context.Context, t tx.Tx, calendar, version string, limit int) ([]CaseClock, error)
}

// Cases locks a case; casefile.Timeline does.
type Cases interface {
	Lock(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID) (casefile.Case, error)
}

// CaseClocks starts, stops, pauses and watches the clocks of cases. Callers have locked the case.
type CaseClocks struct {
	store   ClockStore
	timers  *Clock
	cases   Cases
	cals    *Calendars
	policy  *Policy
	src     casefile.Source
	expired func(ctx context.Context, t tx.Tx, cf *casefile.Case, clk CaseClock, all []CaseClock) error
	moved   func(ctx context.Context, t tx.Tx, cf *casefile.Case, clk CaseClock, from time.Time) error
}

// NewCaseClocks builds it and registers ExpiredKind with timers.
func NewCaseClocks(timers *Clock, s ClockStore, cases Cases, cals *Calendars, policy *Policy, src casefile.Source) *CaseClocks {
	c := &CaseClocks{store: s, timers: timers, cases: cases, cals: cals, policy: policy, src: src}
	timers.Handle(ExpiredKind, Handler{In: c.onTimer})
	return c
}

// OnExpiry names the one function that hears of a deadline that passed: in the transaction that records it, with the case locked. It appends the event,
// tells people and so on, by what Policy().Rule(…).OnExpiry says. all are the clocks of the case as Of would answer them, so that nobody reads them again:
// thousands of deadlines pass in one second when an office opens.
func (c *CaseClocks) OnExpiry(f func(ctx context.Context, t tx.Tx, cf *casefile.Case, clk CaseClock, all []CaseClock) error) {
	c.expired = f
}

// OnMoved names the one function that hears of a deadline that Recalculate or Retarget moved from one time to another (clk.Due), so that both sides are
// told: in that transaction, with the case locked.
func (c *CaseClocks) OnMoved(f func(ctx context.Context, t tx.Tx, cf *casefile.Case, clk CaseClock, from time.Time) error) {
	c.moved = f
}

// Policy is the policy in force.
func (c *CaseClocks) Policy() *Policy { return c.policy }

// Calendars are the calendars in force.
func (c *CaseClocks) Calendars() *Calendars { return c.cals }

// StartClock asks for a clock.
type StartClock struct {
	Tenant  casefile.Tenant
	Case    casefile.ID
	Request casefile.ID
	Kind    string // accept, assign, arrive, ...
	// RequestKind and Urgency choose the rule of the policy.
	RequestKind, Urgency string
	// Pinned replaces the policy's length when it has one: a promise that was made to this case.
	Pinned Length
	At     time.Time // may lie ahead (the wished time)
}

// Length is how long somebody has: microseconds, or days when the unit is working days, on a calendar.
type Length struct {
	Amount   int64  `json:"amount"`
	Unit     Unit   `json:"unit"`
	Calendar string `json:"calendar"`
}

// Start starts a clock; ok is false when the policy has none for it.
func (c *CaseClocks) Start(ctx context.Context, t tx.Tx, s StartClock) (clk CaseClock, ok bool, err error) {
	r, ok := c.policy.Rule(s.Kind, s.RequestKind, s.Urgency)
	if !ok {
		return clk, false, nil
	}
	long := Length{r.length, r.Unit, r.Calendar}
	if s.Pinned.Amount > 0 {
		long = s.Pinned
	}
	cal, err := c.cals.Get(long.Calendar)
	if err != nil {
		return clk, false, err
	}
	clk = CaseClock{Tenant: s.Tenant, Case: s.Case, ID: c.src.NewID(), Request: s.Request, Kind: s.Kind, Unit: long.Unit, Length: long.Amount,
		Calendar: long.Calendar, Version: cal.Version, Started: s.At.UTC().Truncate(time.Microsecond)}
	clk.Due = clk.State(cal, clk.Started).Due
	if err := c.store.InsertClock(ctx, t, clk); err != nil {
		return clk, false, err
	}
	return clk, true, c.arm(ctx, t, clk)
}

// Of answers the clocks of a case in the order they were started.
func (c *CaseClocks) Of(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) ([]CaseClock, error) {
	return c.store.Clocks(ctx, t, tenant, caseID)
}

// State derives what a clock says now.
func (c *CaseClocks) State(clk CaseClock, now time.Time) (ClockState, error) {
	cal, err := c.cals.Get(clk.Calendar)
	if err != nil {
		return ClockState{Due: clk.Due, Left: clk.Due.Sub(now)}, err
	}
	return clk.State(cal, now), nil
}

// Upcoming answers running clocks of a tenant whose deadline is before a time, by deadline: for queues.
func (c *CaseClocks) Upcoming(ctx context.Context, t tx.Tx, tenant casefile.Tenant, before time.Time, limit int) ([]CaseClock, error) {
	return c.store.DueClocks(ctx, t, tenant, before, limit)
}

// Stop stops the running clocks of a kind of a request; a Nil request means all of the case. None is fine.
func (c *CaseClocks) Stop(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, request casefile.ID, kind string, at time.Time) error {
	return c.each(ctx, t, tenant, caseID, func(clk CaseClock) bool {
		return clk.Kind == kind && (request.IsNil() || clk.Request == request)
	}, func(clk CaseClock) error { return c.stop(ctx, t, clk, at) })
}

// StopAll stops every running clock of a request (Nil: of the case), for example when it is cancelled.
func (c *CaseClocks) StopAll(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, request casefile.ID, at time.Time) error {
	return c.each(ctx, t, tenant, caseID, func(clk CaseClock) bool {
		return request.IsNil() || clk.Request == request
	}, func(clk CaseClock) error { return c.stop(ctx, t, clk, at) })
}

func (c *CaseClocks) each(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID, which func(CaseClock) bool, do func(CaseClock) error) error {
	all, err := c.store.Clocks(ctx, t, tenant, caseID)
	if err != nil {
		return err
	}
	for _, clk := range all {
		if clk.Stopped.IsZero() && which(clk) {
			if err := do(clk); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *CaseClocks) stop(ctx context.Context, t tx.Tx, clk CaseClock, at time.Time) error {
	_, err := c.StopClock(ctx, t, clk, at)
	return err
}

// StopClock stops one running clock that was read in this transaction, and answers it as it is now.
func (c *CaseClocks) StopClock(ctx context.Context, t tx.Tx, clk CaseClock, at time.Time) (CaseClock, error) {
	s, err := c.State(clk, at)
	if err != nil {
		return clk, err
	}
	armed := clk.Breached.IsZero() // the timer of a deadline that passed has run
	clk.Due, clk.Stopped = s.Due, at.UTC().Truncate(time.Microsecond)
	if clk.Breached.IsZero() && s.Over && clk.Stopped.After(s.Due) {
		clk.Breached = s.Due // the timer was about to find out
	}
	if err := c.store.UpdateClock(ctx, t, clk); err != nil || !armed {
		return clk, err
	}
	return clk, c.timers.Cancel(ctx, t, clk.Tenant, clk.timerKey())
}

// Pause lets a running clock stand still for a reason of the policy.
func (c *CaseClocks) Pause(ctx context.Context, t tx.Tx, a casefile.Actor, caseID, clockID casefile.ID, reason string, at time.Time) error {
	return c.change(ctx, t, a, caseID, clockID, ClockChange{Kind: Paused, Reason: reason, At: at}, func(clk CaseClock, s ClockState) error {
		r, known := c.policy.Reason(reason)
		switch {
		case !known:
			return casefile.InvalidField("reason", "clock.error.unknown_reason")
		case !r.allows(a.Role, clk.Kind):
			return casefile.Fail(casefile.Denied, "clock.error.reason_not_yours")
		case s.Paused:
			return casefile.Fail(casefile.Conflict, "clock.error.paused_already")
		case s.Over:
			return casefile.Fail(casefile.Conflict, "clock.error.over")
		}
		return nil
	})
}

// Resume lets a paused clock run again.
func (c *CaseClocks) Resume(ctx context.Context, t tx.Tx, a casefile.Actor, caseID, clockID casefile.ID, at time.Time) error {
	return c.change(ctx, t, a, caseID, clockID, ClockChange{Kind: Resumed, At: at}, func(_ CaseClock, s ClockState) error {
		if !s.Paused {
			return casefile.Fail(casefile.Conflict, "clock.error.not_paused")
		}
		return nil
	})
}

// Extend makes a running clock longer by an amount of its unit, with a reason. It cannot be made shorter.
func (c *CaseClocks) Extend(ctx context.Context, t tx.Tx, a casefile.Actor, caseID, clockID casefile.ID, amount int64, reason string, at time.Time) error {
	return c.change(ctx, t, a, caseID, clockID, ClockChange{Kind: Extended, Amount: amount, Reason: reason, At: at}, func(_ CaseClock, s ClockState) error {
		switch {
		case amount <= 0 || amount > maxExtension:
			return casefile.InvalidField("amount", "clock.error.amount")
		case reason == "":
			return casefile.InvalidField("reason", "clock.error.unknown_reason")
		case s.Over:
			return casefile.Fail(casefile.Conflict, "clock.error.over")
		}
		return nil
	})
}

// maxExtension is a year in microseconds, and far more days than anybody means.
const maxExtension = int64(365 * 24 * time.Hour / time.Microsecond)

func (c *CaseClocks) change(ctx context.Context, t tx.Tx, a casefile.Actor, caseID, clockID casefile.ID, ch ClockChange, may func(CaseClock, ClockState) error) error {
	clk, err := c.store.Clock(ctx, t, a.Tenant, caseID, clockID)
	if err != nil {
		return err
	}
	if !clk.Stopped.IsZero() {
		return casefile.Fail(casefile.Conflict, "clock.error.stopped")
	}
	ch.At = ch.At.UTC().Truncate(time.Microsecond)
	if n := len(clk.Changes); n > 0 {
		ch.Seq = clk.Changes[n-1].Seq
		ch.At = later(ch.At, clk.Changes[n-1].At) // a wall clock can step back; the order of changes does not
	}
	ch.Seq++
	ch.Role, ch.Actor = a.Role, a.ID
	s, err := c.State(clk, ch.At)
	if err != nil {
		return err
	}
	if err := may(clk, s); err != nil {
		return err
	}
	if err := c.store.InsertChange(ctx, t, clk, ch); err != nil {
		return err
	}
	clk.Changes = append(clk.Changes, ch)
	if s, err = c.State(clk, ch.At); err != nil {
		return err
	}
	clk.Due = s.Due
	if err := c.store.UpdateClock(ctx, t, clk); err != nil {
		return err
	}
	if s.Paused {
		return c.timers.Cancel(ctx, t, clk.Tenant, clk.timerKey())
	}
	return c.arm(ctx, t, clk)
}

func (c CaseClock) timerKey() string { return "clock:" + c.ID.String() }

type expiryPayload struct {
	Clock casefile.ID `json:"clock"`
}

// arm sets the timer for the deadline.
func (c *CaseClocks) arm(ctx context.Context, t tx.Tx, clk CaseClock) error {
	payload, err := json.Marshal(expiryPayload{clk.ID})
	if err != nil {
		return fmt.Errorf("clock timer: %w", err)
	}
	return c.timers.Set(ctx, t, Timer{Tenant: clk.Tenant, Kind: ExpiredKind, Case: clk.Case, Dedupe: clk.timerKey(), Due: clk.Due, Payload: payload})
}

// onTimer looks at the clock again: the deadline may have moved, or the clock may stand.
func (c *CaseClocks) onTimer(ctx context.Context, t tx.Tx, tm Timer) error {
	var p expiryPayload
	if err := json.Unmarshal(tm.Payload, &p); err != nil {
		return Hopeless(fmt.Errorf("payload of a clock's timer: %w", err))
	}
	cf, err := c.cases.Lock(ctx, t, tm.Tenant, tm.Case)
	if err != nil {
		return err
	}
	all, err := c.store.Clocks(ctx, t, tm.Tenant, tm.Case)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(all, func(clk CaseClock) bool { return clk.ID == p.Clock })
	if at < 0 {
		return Hopeless(fmt.Errorf("the clock %s of a timer is not there", p.Clock))
	}
	clk, now := all[at], c.src.Now()
	s, err := c.State(clk, now)
	if err != nil {
		return err
	}
	if !clk.Stopped.IsZero() || !clk.Breached.IsZero() || s.Paused {
		return nil
	}
	clk.Due = s.Due
	if !s.Over {
		return c.arm(ctx, t, clk)
	}
	clk.Breached = s.Due
	if err := c.store.UpdateClock(ctx, t, clk); err != nil {
		return err
	}
	if c.expired == nil {
		return nil
	}
	all[at] = clk
	return c.expired(ctx, t, &cf, clk, all)
}
