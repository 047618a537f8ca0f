package clock

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
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
		if ctx.Err() != nil {
			return nil // stopped before it began
		}
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
	renewer.Go(func() { c.purgeLoop(renewing) })
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
	// A lane with a queue waits until a quarter of it is free before it looks again; one without looks whenever a worker is free.
	enough := 1
	if size > workers {
		enough = size/4 + 1
	}
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
				if left := int(busy.Add(-1)); enough == 1 || left == size-enough {
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
		if room >= enough {
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
					queue <- tm // never waits: busy keeps within the queue's size
				}
				sleep = min(sleep, next)
			}
		}
		c.nap(ctx, l, sleep)
	}
	close(queue)
	done.Wait()
}

// jump is a difference between the wall clock and the monotonic one during a sleep that is worth a line in the log.
const jump = 2 * time.Second

// nap waits, but not longer than until somebody signals; a signal since the last nap ends it at once. A wall clock that jumps while the lane sleeps
// is no harm: the lane sleeps at most Options.Poll by the monotonic clock and then asks the wall clock again.
func (c *Clock) nap(ctx context.Context, l *loop, d time.Duration) {
	if d <= 0 {
		return
	}
	wall, mono := c.src.Now(), time.Now()
	l.next.Store(wall.Add(d).UnixMicro())
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-l.wake:
	case <-timer.C:
	}
	if off := c.src.Now().Sub(wall) - time.Since(mono); off.Abs() > jump {
		c.o.Log.Warn("the wall clock jumped", "lane", l.lane, "by", off.String())
	}
}

// take leases up to room timers, puts those of paused kinds on hold, and tells how long the lane may sleep: not at all when there may be more.
func (c *Clock) take(ctx context.Context, lane Lane, room int) (got []Timer, sleep time.Duration, err error) {
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
	if !expired && (due.IsZero() || due.After(now)) {
		if due.IsZero() {
			return nil, c.o.Poll, nil
		}
		return nil, due.Sub(now), nil
	}
	err = c.run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		leased, err := c.store.Lease(ctx, t, lane, now, c.o.Lease, room)
		if err != nil {
			return err
		}
		sleep = 0
		if len(leased) == 0 { // another node was faster, or only timers it is taking are due
			sleep = c.o.Poll / 4
		}
		got, err = c.parkPaused(ctx, t, leased)
		return err
	})
	return got, sleep, err
}

// parkPaused puts the timers of paused kinds on hold and answers the others.
func (c *Clock) parkPaused(ctx context.Context, t tx.Tx, leased []Timer) ([]Timer, error) {
	if len(leased) == 0 {
		return nil, nil
	}
	paused, err := c.store.PausedKinds(ctx, t)
	if err != nil || len(paused) == 0 {
		return leased, err
	}
	var run []Timer
	for _, tm := range leased {
		if !slices.Contains(paused, KindOfTenant{tm.Tenant, tm.Kind}) {
			run = append(run, tm)
		} else if err := c.store.Park(ctx, t, tm); err != nil {
			return nil, err
		}
	}
	return run, nil
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
	case tm.Attempts > h.MaxAttempts+1 && h.Every == 0: // it takes the process down each time
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
	wait, counts := time.Minute, true
	switch {
	case errors.Is(cause, errNoHandler): // another version of the program may know it
		counts = false
	case errors.As(cause, &later):
		wait, dead = later.after, dead || tm.Attempts >= h.MaxAttempts
	default:
		wait, dead = c.jitter(h.Retry(tm.Attempts)), dead || tm.Attempts >= h.MaxAttempts
	}
	if h.Every > 0 { // recurring work is never given up, nor less often than its rhythm
		wait, dead = min(wait, h.Every), false
	}
	outcome := Retry
	var ours bool
	err := c.run.Write(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		if dead {
			ours, err = c.store.Bury(ctx, t, tm, now, causeText(cause))
		} else {
			ours, err = c.store.Again(ctx, t, tm, now.Add(wait), causeText(cause), counts)
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
