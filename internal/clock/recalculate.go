package clock

import (
	"context"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/tx"
)

// Recalculate works out the deadlines of running clocks again that were made with another version of their calendar: at start, after a new notice
// or an operator's change of hours. A deadline can only become later. It tells how many clocks it looked at and how many moved.
func (c *CaseClocks) Recalculate(ctx context.Context) (looked, moved int, err error) {
	for _, name := range c.cals.Names() {
		cal, err := c.cals.Get(name)
		if err != nil {
			return looked, moved, err
		}
		for {
			var page []CaseClock
			err := c.timers.run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
				page, err = c.store.OutdatedClocks(ctx, t, name, cal.Version, 200)
				return err
			})
			if err != nil {
				return looked, moved, err
			}
			if len(page) == 0 {
				break
			}
			for _, clk := range page {
				did, err := c.recalculate(ctx, clk, cal)
				if err != nil {
					return looked, moved, err
				}
				looked++
				if did {
					moved++
				}
			}
		}
	}
	return looked, moved, nil
}

// recalculate brings one clock to the version of its calendar, in a transaction of its own.
func (c *CaseClocks) recalculate(ctx context.Context, old CaseClock, cal *Calendar) (moved bool, err error) {
	err = c.timers.run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		moved = false
		cf, err := c.cases.Lock(ctx, t, old.Tenant, old.Case)
		if err != nil {
			return err
		}
		clk, err := c.store.Clock(ctx, t, old.Tenant, old.Case, old.ID)
		if err != nil || clk.Version == cal.Version || !clk.Stopped.IsZero() {
			return err
		}
		before := clk.Due
		clk.Version = cal.Version
		if err := c.hold(ctx, t, &clk, cal, before, "calendar"); err != nil {
			return err
		}
		moved = !clk.Due.Equal(before)
		return c.settle(ctx, t, &cf, clk, before)
	})
	return moved, err
}

// Retarget gives a running clock the length that the policy has for another kind of request or urgency. The deadline can only become later, unless shorter
// is what everybody wants: stop the clock and start another.
func (c *CaseClocks) Retarget(ctx context.Context, t tx.Tx, cf *casefile.Case, clockID casefile.ID, requestKind, urgency string) error {
	clk, err := c.store.Clock(ctx, t, cf.Tenant, cf.ID, clockID)
	if err != nil {
		return err
	}
	r, ok := c.policy.Rule(clk.Kind, requestKind, urgency)
	switch {
	case !clk.Stopped.IsZero():
		return casefile.Fail(casefile.Conflict, "clock.error.stopped")
	case !ok || r.Unit == clk.Unit && r.length == clk.Length && r.Calendar == clk.Calendar:
		return nil
	}
	cal, err := c.cals.Get(r.Calendar)
	if err != nil {
		return err
	}
	s, err := c.State(clk, c.src.Now())
	if err != nil {
		return err
	}
	if err := c.addChange(ctx, t, &clk, ClockChange{Kind: Retargeted, Amount: clk.Length, Reason: string(clk.Unit) + " " + clk.Calendar}); err != nil {
		return err
	}
	clk.Unit, clk.Length, clk.Calendar, clk.Version = r.Unit, r.length, r.Calendar, cal.Version
	if err := c.hold(ctx, t, &clk, cal, s.Due, "policy"); err != nil {
		return err
	}
	return c.settle(ctx, t, cf, clk, s.Due)
}

// hold works out clk.Due and, when it would come before what was told, gives the difference back: as an extension, so that later pauses move all of it, and as a
// deadline that is held.
func (c *CaseClocks) hold(ctx context.Context, t tx.Tx, clk *CaseClock, cal *Calendar, told time.Time, why string) error {
	now := c.src.Now()
	if _, _, since := clk.pauses(now); !since.IsZero() {
		now = since // told was worked out when the clock was paused
	}
	due := clk.State(cal, now).Due
	if due.Before(told) {
		if missing := cal.Between(due, told, clk.Unit); missing > 0 {
			if err := c.addChange(ctx, t, clk, ClockChange{Kind: Extended, Amount: missing, Reason: why}); err != nil {
				return err
			}
		}
		if err := c.addChange(ctx, t, clk, ClockChange{Kind: HeldAt, Amount: told.UnixMicro(), Reason: why}); err != nil {
			return err
		}
		due = clk.State(cal, now).Due
	}
	clk.Due = due
	return nil
}

// addChange appends a change that the product itself makes.
func (c *CaseClocks) addChange(ctx context.Context, t tx.Tx, clk *CaseClock, ch ClockChange) error {
	ch.At, ch.Role = c.src.Now(), casefile.System
	if n := len(clk.Changes); n > 0 {
		ch.Seq = clk.Changes[n-1].Seq
		ch.At = later(ch.At, clk.Changes[n-1].At)
	}
	ch.Seq++
	if err := c.store.InsertChange(ctx, t, *clk, ch); err != nil {
		return err
	}
	clk.Changes = append(clk.Changes, ch)
	return nil
}

// settle writes a clock whose deadline was worked out again, sets its timer and tells who wants to know.
func (c *CaseClocks) settle(ctx context.Context, t tx.Tx, cf *casefile.Case, clk CaseClock, before time.Time) error {
	if err := c.store.UpdateClock(ctx, t, clk); err != nil {
		return err
	}
	if clk.Due.Equal(before) {
		return nil
	}
	if _, _, since := clk.pauses(c.src.Now()); since.IsZero() && clk.Breached.IsZero() {
		if err := c.arm(ctx, t, clk); err != nil {
			return err
		}
	}
	if c.moved == nil {
		return nil
	}
	return c.moved(ctx, t, cf, clk, before)
}
