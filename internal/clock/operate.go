package clock

import (
	"context"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/tx"
)

// OperatorStore is the part of the store that operators use; package clockdb is the one for databases.
type OperatorStore interface {
	// Park puts a leased timer on hold; PausedKinds answers what PauseKind marked.
	Park(ctx context.Context, t tx.Tx, tm Timer) error
	PausedKinds(ctx context.Context, t tx.Tx) ([]KindOfTenant, error)
	PauseKind(ctx context.Context, t tx.Tx, k KindOfTenant, mark casefile.ID, now time.Time) error
	ResumeKind(ctx context.Context, t tx.Tx, k KindOfTenant) (int64, error)
	PauseOne(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID) (bool, error)
	ResumeOne(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID) (bool, error)

	DeadLetters(ctx context.Context, t tx.Tx, tenant casefile.Tenant, limit int) ([]DeadLetter, error)
	RetryDead(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID, due time.Time) (bool, error)
	DropDead(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID, now time.Time) (bool, error)
	Counts(ctx context.Context, t tx.Tx, lane Lane, now time.Time) (LaneCounts, error)
	// PurgeDone removes about limit timers that were done, and about limit that were cancelled, before a time.
	PurgeDone(ctx context.Context, t tx.Tx, lane Lane, before time.Time, limit int) (int64, error)
}

// KindOfTenant names a kind of timers of one tenant.
type KindOfTenant struct {
	Tenant casefile.Tenant
	Kind   string
}

// DeadLetter is a timer that was given up.
type DeadLetter struct {
	Timer
	Died  time.Time
	Cause string
}

// LaneCounts is what a lane looks like, for metrics and for operators.
type LaneCounts struct {
	Lane    Lane
	Waiting int64 // not due yet or due
	Overdue int64 // due and not taken
	Running int64 // leased
	Dead    int64
	Paused  int64
	// Lag is how long the oldest overdue timer has been waiting.
	Lag time.Duration
}

// PauseKind stops timers of a kind of a tenant from running, those that wait and those set later, until ResumeKind; on every node, from the next
// look on. Runs under way end normally.
func (c *Clock) PauseKind(ctx context.Context, t tx.Tx, tenant casefile.Tenant, kind string) error {
	return c.store.PauseKind(ctx, t, KindOfTenant{tenant, kind}, c.src.NewID(), c.src.Now())
}

// ResumeKind ends PauseKind: what became due meanwhile runs now. It tells how many timers were on hold.
func (c *Clock) ResumeKind(ctx context.Context, t tx.Tx, tenant casefile.Tenant, kind string) (int64, error) {
	n, err := c.store.ResumeKind(ctx, t, KindOfTenant{tenant, kind})
	t.OnCommit(c.wakeAll)
	return n, err
}

// PauseTimer puts one waiting timer on hold; NotFound when it is not waiting.
func (c *Clock) PauseTimer(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID) error {
	ok, err := c.store.PauseOne(ctx, t, tenant, id)
	return foundOr(ok, err)
}

// ResumeTimer lets a timer on hold run when it is due; NotFound when it is not on hold.
func (c *Clock) ResumeTimer(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID) error {
	ok, err := c.store.ResumeOne(ctx, t, tenant, id)
	t.OnCommit(c.wakeAll)
	return foundOr(ok, err)
}

// maxDeadLetters bounds one answer of DeadLetters.
const maxDeadLetters = 500

// DeadLetters lists what was given up, newest first, at most 500.
func (c *Clock) DeadLetters(ctx context.Context, t tx.Tx, tenant casefile.Tenant) ([]DeadLetter, error) {
	return c.store.DeadLetters(ctx, t, tenant, maxDeadLetters)
}

// RetryDead gives a dead timer its attempts again, from now on, under the same ID (so the same idempotency key).
func (c *Clock) RetryDead(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID) error {
	ok, err := c.store.RetryDead(ctx, t, tenant, id, c.src.Now())
	t.OnCommit(c.wakeAll)
	return foundOr(ok, err)
}

// DropDead gives a dead timer up for good.
func (c *Clock) DropDead(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID) error {
	ok, err := c.store.DropDead(ctx, t, tenant, id, c.src.Now())
	return foundOr(ok, err)
}

func foundOr(ok bool, err error) error {
	if err == nil && !ok {
		return casefile.Failf(casefile.NotFound, "error.not_found", "no such timer in that state")
	}
	return err
}

// Counts tells what each lane looks like, over all tenants.
func (c *Clock) Counts(ctx context.Context, t tx.Tx) ([]LaneCounts, error) {
	var out []LaneCounts
	for _, lane := range lanes {
		n, err := c.store.Counts(ctx, t, lane, c.src.Now())
		if err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, nil
}

// Purge removes timers that were done or cancelled longer ago than Options.Keep, in small transactions. Run does it every hour; dead ones stay.
func (c *Clock) Purge(ctx context.Context) (removed int64, err error) {
	const page = 1000
	before := c.src.Now().Add(-c.o.Keep)
	for _, lane := range lanes {
		for n := int64(page); n >= page; removed += n {
			err := c.run.Write(ctx, func(ctx context.Context, t tx.Tx) (err error) {
				n, err = c.store.PurgeDone(ctx, t, lane, before, page)
				return err
			})
			if err != nil {
				return removed, err
			}
		}
	}
	return removed, nil
}

func (c *Clock) purgeLoop(ctx context.Context) {
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if _, err := c.Purge(ctx); err != nil && ctx.Err() == nil {
				c.o.Log.Warn("cannot remove old timers", "error", err)
			}
		}
	}
}

func (c *Clock) wakeAll() {
	for _, l := range c.loops {
		l.signal()
	}
}
