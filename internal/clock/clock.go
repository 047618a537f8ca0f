// Package clock makes things happen later, and exactly as often as they should: durable timers, the outbox and jobs; working-time calendars with public
// holidays; and the clocks of a case (how long until something must have happened).
//
// A timer is a row. It is set in the transaction of the act that wants it, so it exists if and only if the act happened. Package clock
// leases rows that are due, runs the handler of their kind and marks them done under a fencing number:
//
//   - [TimerLane]: the effect runs inside the transaction that marks the timer done. It happens exactly once.
//   - [OutboxLane], [JobLane]: the effect is outside (a webhook, a picture to examine). It happens at least once; the timer's ID is the same on each
//     attempt and is the idempotency key to send along.
//
// Nothing depends on notifications: a Set in this process wakes the loop after the commit, everything else is found by polling. kill -9,
// two nodes on one database and a clock that jumps are normal life; docs/design/clock.md says how.
package clock

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/tx"
)

// Lane separates kinds of work that must not wait for one another.
type Lane string

// The lanes.
const (
	TimerLane  Lane = "timer"
	OutboxLane Lane = "outbox"
	JobLane    Lane = "job"
)

var lanes = []Lane{TimerLane, OutboxLane, JobLane}

// Timer is something to be done later.
type Timer struct {
	Tenant casefile.Tenant
	ID     casefile.ID // made by Set when absent; stable over attempts
	Lane   Lane        // empty means TimerLane
	Kind   string      // which handler
	Case   casefile.ID // when about one case
	// Dedupe, when not empty, is a key of which at most one timer lives: Set replaces the one that waits.
	Dedupe  string
	Due     time.Time       // zero: at once
	Payload json.RawMessage // ids, never personal data
	// Attempts counts runs, this one included; Fence is the number of the lease. Set ignores both.
	Attempts int
	Fence    int64
}

// Handler does what a kind of timer is for. Exactly one of In, Out and Work is set.
type Handler struct {
	// In runs inside the transaction that marks the timer done (TimerLane). Like every closure it may run again, and it locks its case first.
	In func(ctx context.Context, t tx.Tx, tm Timer) error
	// Out runs outside any transaction, at least once (OutboxLane, JobLane). Its context ends when the lease is lost.
	Out func(ctx context.Context, tm Timer) error
	// Work is Out with a result to store: commit runs inside the transaction that marks the timer done. commit may be nil.
	Work func(ctx context.Context, tm Timer) (commit func(ctx context.Context, t tx.Tx) error, err error)
	// Retry is the pause before the next attempt, given the number of attempts made; nil means 5 s doubling to 1 h. Jitter of ±20 % is added.
	Retry func(attempts int) time.Duration
	// MaxAttempts, after which the timer is dead until an operator retries it; 0 means 20.
	MaxAttempts int
	// Timeout of one run of Out or Work; 0 means one minute.
	Timeout time.Duration
	// Every, when not 0, sets the timer again that much later whenever it is done; see Ensure. Such a timer never dies: after a failure it is tried again,
	// at the latest after Every.
	Every time.Duration
}

// Outcome of a run, for the Meter.
type Outcome string

// The outcomes.
const (
	Done   Outcome = "done"
	Retry  Outcome = "retry"
	Dead   Outcome = "dead"
	Fenced Outcome = "fenced" // cancelled, replaced or taken over meanwhile; nothing was changed by a TimerLane handler
)

// Meter hears about every run. It must be fast and safe for concurrent use.
type Meter interface {
	// Ran tells the outcome, how late the run started after its due time, and how long it took.
	Ran(lane Lane, kind string, o Outcome, late, took time.Duration)
}

// Store keeps timers; package clockdb is the one for databases.
type Store interface {
	// Put inserts a waiting timer; with a Dedupe key that lives it replaces that one (new ID, fence moved on). With keep it leaves it alone.
	Put(ctx context.Context, t tx.Tx, tm Timer, now time.Time, keep bool) error
	// FreeDedupe takes the key away from a running timer, so that its handler can set the next one.
	FreeDedupe(ctx context.Context, t tx.Tx, tm Timer) error
	// Cancel ends the living timer of the key, unless it is `except`.
	Cancel(ctx context.Context, t tx.Tx, tenant casefile.Tenant, dedupe string, except casefile.ID, now time.Time) error
	// CancelCase ends the living timers of a case on a lane, but for `except`.
	CancelCase(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID, lane Lane, except casefile.ID, now time.Time) error

	// NextDue answers when the first waiting timer of the lane is due (zero: none) and whether a lease has run out.
	NextDue(ctx context.Context, t tx.Tx, lane Lane, now time.Time, lease time.Duration) (due time.Time, expired bool, err error)
	// Lease takes up to limit timers that are due, and those whose lease has run out (or ends later than any lease can: the wall clock was set back).
	Lease(ctx context.Context, t tx.Tx, lane Lane, now time.Time, lease time.Duration, limit int) ([]Timer, error)
	// Renew makes a lease last longer; false: it is lost.
	Renew(ctx context.Context, t tx.Tx, tm Timer, until time.Time) (bool, error)
	// Finish, Again (counts: the attempt does), Bury and Release end a lease; false: it was lost and nothing is changed.
	Finish(ctx context.Context, t tx.Tx, tm Timer, now time.Time) (bool, error)
	Again(ctx context.Context, t tx.Tx, tm Timer, due time.Time, cause string, counts bool) (bool, error)
	Bury(ctx context.Context, t tx.Tx, tm Timer, now time.Time, cause string) (bool, error)
	Release(ctx context.Context, t tx.Tx, tm Timer) (bool, error)
	// ReleaseAll gives back every lease, whoever holds it.
	ReleaseAll(ctx context.Context, t tx.Tx) (int64, error)

	OperatorStore
}

// Options of a Clock; the zero value is good.
type Options struct {
	// Timers, Outbox and Jobs bound how many handlers run at once on each lane. 0 means 8, 8 and 2; Timers is 256 when Alone, because on SQLite what waits
	// together is committed together (12,000 timers a second instead of 4,000).
	Timers, Outbox, Jobs int
	// Lease is how long a timer belongs to this process without renewal; 0 means 30 s. After kill -9 another node waits that long.
	Lease time.Duration
	// Poll is the longest sleep of a lane; 0 means one second.
	Poll time.Duration
	// Alone says that no other process runs timers on this database (SQLite): leases left by a killed process are given back at the start.
	Alone bool
	// Keep is how long timers that are done stay in the table; 0 means three days.
	Keep  time.Duration
	Meter Meter
	Log   *slog.Logger // nil discards
}

// Clock sets and runs timers. It is safe for concurrent use.
type Clock struct {
	run   tx.Runner
	store Store
	src   casefile.Source
	o     Options

	mu       sync.RWMutex
	handlers map[string]Handler
	loops    map[Lane]*loop
}

// New builds a Clock; Handle tells it the kinds, Run starts it.
func New(run tx.Runner, s Store, src casefile.Source, o Options) *Clock {
	if o.Timers == 0 && o.Alone {
		o.Timers = 256
	}
	o.Timers, o.Outbox, o.Jobs = orDefault(o.Timers, 8), orDefault(o.Outbox, 8), orDefault(o.Jobs, 2)
	o.Lease, o.Poll, o.Keep = orDefault(o.Lease, 30*time.Second), orDefault(o.Poll, time.Second), orDefault(o.Keep, 72*time.Hour)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	c := &Clock{run: run, store: s, src: src, o: o, handlers: map[string]Handler{}, loops: map[Lane]*loop{}}
	for _, lane := range lanes {
		c.loops[lane] = &loop{lane: lane, wake: make(chan struct{}, 1)}
	}
	return c
}

func orDefault[T int | time.Duration](v, d T) T {
	if v == 0 {
		return d
	}
	return v
}

// Handle says what to do with a kind. All kinds are named before Run; naming one twice, or a handler without exactly one function, panics: it is part
// of the program.
func (c *Clock) Handle(kind string, h Handler) {
	n := 0
	for _, set := range []bool{h.In != nil, h.Out != nil, h.Work != nil} {
		if set {
			n++
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, twice := c.handlers[kind]; twice || n != 1 || kind == "" {
		panic("clock: bad handler for " + kind)
	}
	h.MaxAttempts, h.Timeout = orDefault(h.MaxAttempts, 20), orDefault(h.Timeout, time.Minute)
	if h.Retry == nil {
		h.Retry = backOff
	}
	c.handlers[kind] = h
}

func (c *Clock) handler(kind string) (Handler, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	h, ok := c.handlers[kind]
	return h, ok
}

// MaxPayload bounds Timer.Payload in bytes.
const MaxPayload = 16 << 10

// maxName bounds Timer.Kind and Timer.Dedupe in bytes.
const maxName = 200

// Set sets a timer in the caller's transaction. With a Dedupe key it replaces the living timer of that key, running or not: a replaced run is fenced off.
// Inside a handler, the timer that is running counts as done already: it may set the next one under its own key.
func (c *Clock) Set(ctx context.Context, t tx.Tx, tm Timer) error { return c.put(ctx, t, tm, false) }

// Ensure is Set that leaves a living timer of the same Dedupe key alone: for recurring kinds, at every start.
func (c *Clock) Ensure(ctx context.Context, t tx.Tx, tm Timer) error { return c.put(ctx, t, tm, true) }

func (c *Clock) put(ctx context.Context, t tx.Tx, tm Timer, keep bool) error {
	now := c.src.Now()
	if tm.Lane == "" {
		tm.Lane = TimerLane
	}
	if tm.ID.IsNil() {
		tm.ID = c.src.NewID()
	}
	if tm.Due.IsZero() {
		tm.Due = now
	}
	if len(tm.Payload) == 0 {
		tm.Payload = json.RawMessage("{}")
	}
	if err := c.check(tm, keep); err != nil {
		return err
	}
	if own, ok := running(ctx); ok && tm.Dedupe != "" && own.Dedupe == tm.Dedupe && own.Tenant == tm.Tenant {
		if err := c.store.FreeDedupe(ctx, t, own); err != nil {
			return err
		}
	}
	if err := c.store.Put(ctx, t, tm, now, keep); err != nil {
		return err
	}
	t.OnCommit(func() { c.loops[tm.Lane].soon(tm.Due) })
	return nil
}

func (c *Clock) check(tm Timer, keep bool) error {
	h, known := c.handler(tm.Kind)
	switch {
	case tm.Kind == "" || tm.Tenant == 0 || c.loops[tm.Lane] == nil:
		return casefile.Failf(casefile.Internal, "error.internal", "timer of tenant %d, lane %q, kind %q", tm.Tenant, tm.Lane, tm.Kind)
	case len(tm.Kind) > maxName || len(tm.Dedupe) > maxName:
		return casefile.Failf(casefile.Internal, "error.internal", "timer kind of %d bytes, key of %d", len(tm.Kind), len(tm.Dedupe))
	case keep && tm.Dedupe == "":
		return casefile.Failf(casefile.Internal, "error.internal", "Ensure of %s without a dedupe key", tm.Kind)
	case known && (h.In != nil) != (tm.Lane == TimerLane):
		return casefile.Failf(casefile.Internal, "error.internal", "kind %s does not run on lane %s", tm.Kind, tm.Lane)
	case len(tm.Payload) > MaxPayload || !json.Valid(tm.Payload):
		return casefile.Failf(casefile.Internal, "error.internal", "payload of %s: %d bytes", tm.Kind, len(tm.Payload))
	}
	return nil
}

// Cancel ends the living timer of a Dedupe key; none is fine. A run that is under way is fenced off: what it did in its transaction is
// rolled back, what it did outside is done.
func (c *Clock) Cancel(ctx context.Context, t tx.Tx, tenant casefile.Tenant, dedupe string) error {
	own, _ := running(ctx)
	return c.store.Cancel(ctx, t, tenant, dedupe, own.ID, c.src.Now())
}

// CancelCase ends all living timers of a case on TimerLane; what is in the outbox still goes out.
func (c *Clock) CancelCase(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) error {
	own, _ := running(ctx)
	return c.store.CancelCase(ctx, t, tenant, caseID, TimerLane, own.ID, c.src.Now())
}

type runningKey struct{}

// running is the timer whose handler this context belongs to.
func running(ctx context.Context) (Timer, bool) {
	tm, ok := ctx.Value(runningKey{}).(Timer)
	return tm, ok
}

// loop is what one lane has in this process.
type loop struct {
	lane Lane
	wake chan struct{}
	next atomic.Int64 // microseconds until which the loop sleeps; the largest number while it is awake
}

// soon wakes the loop when it would sleep past due.
func (l *loop) soon(due time.Time) {
	if due.UnixMicro() < l.next.Load() {
		l.signal()
	}
}

func (l *loop) signal() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}
