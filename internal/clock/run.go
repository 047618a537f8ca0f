package clock

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"anxin/internal/tx"
)

// grace is how long running Out and Work handlers may go on after Run was told to stop.
const grace = 10 * time.Second

// Run runs timers until ctx ends; then it stops taking new ones, gives back those not begun and waits for those under way. It is called once.
func (c *Clock) Run(ctx context.Context) error {
	if c.o.Alone {
		err := c.run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
			_, err := c.store.ReleaseAll(ctx, t)
			return err
		})
		if err != nil {
			return fmt.Errorf("give back old leases: %w", err)
		}
	}
	// Handlers outlive ctx by the grace period.
	work, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(grace, cut) })
	defer stop()

	flights := &flights{c: c, in: map[flightID]*flight{}}
	renewing, endRenewing := context.WithCancel(work)
	var renewer, loops sync.WaitGroup
	renewer.Go(func() { flights.renewLoop(renewing) })
	for _, lane := range lanes {
		loops.Go(func() { c.runLane(ctx, work, c.loops[lane], flights) })
	}
	loops.Wait()
	endRenewing()
	renewer.Wait()
	return nil
}

// shape is how wide a lane is: handlers at once, and how many leased timers may wait for one.
func (c *Clock) shape(lane Lane) (workers, queue int) {
	switch lane {
	case TimerLane:
		return c.o.Timers, 8 * c.o.Timers
	case OutboxLane:
		return c.o.Outbox, 2 * c.o.Outbox
	}
	return c.o.Jobs, c.o.Jobs // a waiting job is better left to another node
}

func (c *Clock) runLane(ctx, work context.Context, l *loop, fl *flights) {
	workers, size := c.shape(l.lane)
	queue := make(chan Timer, size)
	var busy atomic.Int64 // leased and not finished
	var done sync.WaitGroup
	for range workers {
		done.Go(func() {
			for tm := range queue {
				if ctx.Err() != nil {
					c.giveBack(work, tm)
					fl.remove(tm)
				} else {
					c.fly(work, fl, tm)
				}
				if busy.Add(-1) == int64(size/2) {
					l.signal()
				}
			}
		})
	}
	failures := 0
	for ctx.Err() == nil {
		room := size - int(busy.Load())
		sleep := c.o.Poll
		l.next.Store(math.MaxInt64) // awake: whatever is set from here on must be looked at again
		if room > size/4 || room == size {
			got, next, err := c.take(ctx, l.lane, room)
			switch {
			case err != nil:
				failures++
				c.o.Log.Warn("cannot look for timers", "lane", l.lane, "error", err)
				sleep = min(c.o.Poll<<min(failures, 5), 30*time.Second)
			default:
				failures = 0
				busy.Add(int64(len(got)))
				for _, tm := range got {
					fl.add(tm)
					queue <- tm
				}
				if len(got) == room {
					sleep = 0
				} else {
					sleep = min(sleep, next)
				}
			}
		}
		l.sleep(ctx, sleep, c.src.Now())
	}
	close(queue)
	done.Wait()
}

// sleep waits, but not longer than until somebody signals. A signal that came since the last sleep ends it at once.
func (l *loop) sleep(ctx context.Context, d time.Duration, now time.Time) {
	if d <= 0 {
		return
	}
	l.next.Store(now.Add(d).UnixMicro())
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-l.wake:
	case <-timer.C:
	}
}

// take leases up to room timers, and tells how long until the next one is due.
func (c *Clock) take(ctx context.Context, lane Lane, room int) (got []Timer, next time.Duration, err error) {
	now := c.src.Now()
	var due time.Time
	var expired bool
	err = c.run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		due, expired, err = c.store.NextDue(ctx, t, lane, now, c.o.Lease)
		return err
	})
	if err != nil {
		return nil, 0, err
	}
	next = c.o.Poll
	if !due.IsZero() && due.After(now) {
		next = due.Sub(now)
	}
	if !expired && (due.IsZero() || due.After(now)) {
		return nil, next, nil
	}
	err = c.run.Write(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		got, err = c.store.Lease(ctx, t, lane, now, c.o.Lease, room)
		return err
	})
	return got, 0, err
}

// RunDue runs everything that is due now, one after the other, until nothing is: for tests and tools that want no goroutines. It tells how many runs
// there were.
func (c *Clock) RunDue(ctx context.Context) (runs int, err error) {
	for {
		n := 0
		for _, lane := range lanes {
			got, _, err := c.take(ctx, lane, 100)
			if err != nil {
				return runs, err
			}
			for _, tm := range got {
				c.runOne(ctx, tm)
				n++
			}
		}
		if runs += n; n == 0 {
			return runs, nil
		}
	}
}

func (c *Clock) fly(work context.Context, fl *flights, tm Timer) {
	ctx, cancel := context.WithCancel(work)
	defer cancel()
	fl.begin(tm, cancel)
	defer fl.remove(tm)
	c.runOne(ctx, tm)
}

// runOne runs a leased timer to one of the outcomes.
func (c *Clock) runOne(ctx context.Context, tm Timer) {
	began := c.src.Now()
	h, known := c.handler(tm.Kind)
	var err error
	switch {
	case !known:
		err = errNoHandler
	case tm.Attempts > h.MaxAttempts+1: // it takes the process down each time
		err = Hopeless(fmt.Errorf("begun %d times and never ended", tm.Attempts-1))
	case h.In != nil:
		err = c.runIn(ctx, h, tm)
	default:
		err = c.runOut(ctx, h, tm)
	}
	outcome := Done
	if err != nil {
		outcome = c.failed(context.WithoutCancel(ctx), h, tm, err)
	}
	if c.o.Meter != nil {
		c.o.Meter.Ran(tm.Lane, tm.Kind, outcome, max(0, began.Sub(tm.Due)), c.src.Now().Sub(began))
	}
}

func (c *Clock) runIn(ctx context.Context, h Handler, tm Timer) error {
	return c.run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		if err := h.In(context.WithValue(ctx, runningKey{}, tm), t, tm); err != nil {
			return err
		}
		return c.finish(ctx, t, h, tm)
	})
}

func (c *Clock) runOut(ctx context.Context, h Handler, tm Timer) error {
	commit, err := c.callOut(ctx, h, tm)
	if err != nil {
		return err
	}
	return c.run.Write(context.WithoutCancel(ctx), func(ctx context.Context, t tx.Tx) error {
		if commit != nil {
			if err := commit(context.WithValue(ctx, runningKey{}, tm), t); err != nil {
				return err
			}
		}
		return c.finish(ctx, t, h, tm)
	})
}

func (c *Clock) callOut(ctx context.Context, h Handler, tm Timer) (commit func(context.Context, tx.Tx) error, err error) {
	ctx, cancel := context.WithTimeout(ctx, h.Timeout)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			buf := make([]byte, 8<<10)
			c.o.Log.Error("panic in a handler", "kind", tm.Kind, "panic", fmt.Sprint(p), "stack", string(buf[:runtime.Stack(buf, false)]))
			err = fmt.Errorf("panic in handler of %s", tm.Kind)
		}
	}()
	if h.Work != nil {
		return h.Work(ctx, tm)
	}
	return nil, h.Out(ctx, tm)
}

// finish marks the timer done, last in the transaction: commands lock a case before its timers, and so do handlers.
func (c *Clock) finish(ctx context.Context, t tx.Tx, h Handler, tm Timer) error {
	now := c.src.Now()
	ours, err := c.store.Finish(ctx, t, tm, now)
	if err != nil {
		return err
	}
	if !ours {
		return errFenced
	}
	if h.Every == 0 {
		return nil
	}
	next := tm
	next.ID, next.Attempts, next.Fence = c.src.NewID(), 0, 0
	if next.Due = tm.Due.Add(h.Every); next.Due.Before(now) {
		next.Due = now.Add(h.Every) // missed rounds are not made up for
	}
	return c.put(ctx, t, next, next.Dedupe != "")
}

// failed records a failed run.
func (c *Clock) failed(ctx context.Context, h Handler, tm Timer, cause error) Outcome {
	if errors.Is(cause, errFenced) {
		return Fenced
	}
	now := c.src.Now()
	var later *laterError
	var hopeless *hopelessError
	dead := errors.As(cause, &hopeless)
	wait := time.Minute
	switch {
	case errors.Is(cause, errNoHandler): // another version of the program may know it
	case errors.As(cause, &later):
		wait, dead = later.after, dead || tm.Attempts >= h.MaxAttempts
	default:
		wait, dead = c.jitter(h.Retry(tm.Attempts)), dead || tm.Attempts >= h.MaxAttempts
	}
	outcome := Retry
	var ours bool
	err := c.run.Write(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		if dead {
			ours, err = c.store.Bury(ctx, t, tm, now, causeText(cause))
		} else {
			ours, err = c.store.Again(ctx, t, tm, now.Add(wait), causeText(cause))
		}
		return err
	})
	switch {
	case err != nil: // the lease runs out by itself
		c.o.Log.Warn("cannot record a failed timer", "kind", tm.Kind, "timer", tm.ID.String(), "error", err)
	case !ours:
		return Fenced
	case dead:
		outcome = Dead
	}
	c.o.Log.Warn("timer failed", "kind", tm.Kind, "timer", tm.ID.String(), "attempts", tm.Attempts, "dead", dead, "error", causeText(cause))
	return outcome
}

// jitter spreads a pause by ±20 %.
func (c *Clock) jitter(d time.Duration) time.Duration {
	share := float64(binary.BigEndian.Uint32(c.src.Bytes(4))) / (1 << 32)
	return d + time.Duration((share-0.5)*0.4*float64(d))
}

func (c *Clock) giveBack(ctx context.Context, tm Timer) {
	err := c.run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		_, err := c.store.Release(ctx, t, tm)
		return err
	})
	if err != nil {
		c.o.Log.Warn("cannot give a lease back", "kind", tm.Kind, "error", err)
	}
}
