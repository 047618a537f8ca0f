package clockdb

import (
	"context"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/clock"
	"anxin/internal/db"
	"anxin/internal/tx"
)

var (
	insertClock    = Statements.Stmt("caseclock/insert")
	updateClock    = Statements.Stmt("caseclock/update")
	insertChange   = Statements.Stmt("caseclock/insert_change")
	oneClock       = Statements.Stmt("caseclock/one")
	clocksOfCase   = Statements.Stmt("caseclock/of_case")
	dueClocks      = Statements.Stmt("caseclock/due")
	outdatedClocks = Statements.Stmt("caseclock/outdated")
)

var _ clock.ClockStore = Store{}

// InsertClock implements clock.ClockStore.
func (Store) InsertClock(ctx context.Context, t tx.Tx, c clock.CaseClock) error {
	_, err := t.Exec(ctx, insertClock, c.Tenant, c.Case, c.ID, c.Request, c.Kind, string(c.Unit), c.Length, c.Calendar, c.Version,
		db.Micros(c.Started), db.Micros(c.Stopped), db.Micros(c.Breached), db.Micros(c.Due))
	return err
}

// UpdateClock implements clock.ClockStore.
func (Store) UpdateClock(ctx context.Context, t tx.Tx, c clock.CaseClock) error {
	_, err := t.Exec(ctx, updateClock, c.Tenant, c.Case, c.ID, string(c.Unit), c.Length, c.Calendar, c.Version,
		db.Micros(c.Stopped), db.Micros(c.Breached), db.Micros(c.Due))
	return err
}

// InsertChange implements clock.ClockStore.
func (Store) InsertChange(ctx context.Context, t tx.Tx, c clock.CaseClock, ch clock.ClockChange) error {
	_, err := t.Exec(ctx, insertChange, c.Tenant, c.Case, c.ID, ch.Seq, db.Micros(ch.At), string(ch.Kind), ch.Reason, ch.Amount, string(ch.Role), ch.Actor)
	return err
}

// Clock implements clock.ClockStore.
func (s Store) Clock(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, id casefile.ID) (clock.CaseClock, error) {
	list, err := clocks(t.Query(ctx, oneClock, tenant, caseID, id))
	if err == nil && len(list) == 0 {
		err = casefile.Fail(casefile.NotFound, "error.not_found")
	}
	if err != nil {
		return clock.CaseClock{}, err
	}
	return list[0], nil
}

// Clocks implements clock.ClockStore.
func (s Store) Clocks(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) ([]clock.CaseClock, error) {
	return clocks(t.Query(ctx, clocksOfCase, tenant, caseID))
}

// clocks gathers rows of a clock and one of its changes each.
func clocks(rows tx.Rows, err error) (out []clock.CaseClock, _ error) {
	_, err = db.Collect(rows, err, func(row tx.Row) (struct{}, error) {
		var c clock.CaseClock
		var ch clock.ClockChange
		err := row.Scan(&c.Tenant, &c.Case, &c.ID, &c.Request, &c.Kind, &c.Unit, &c.Length, &c.Calendar, &c.Version,
			db.Time(&c.Started), db.Time(&c.Stopped), db.Time(&c.Breached), db.Time(&c.Due),
			&ch.Seq, db.Time(&ch.At), &ch.Kind, &ch.Reason, &ch.Amount, &ch.Role, &ch.Actor)
		if n := len(out); n == 0 || out[n-1].ID != c.ID {
			out = append(out, c)
		}
		if last := &out[len(out)-1]; ch.Seq > 0 {
			last.Changes = append(last.Changes, ch)
		}
		return struct{}{}, err
	})
	return out, err
}

// DueClocks implements clock.ClockStore.
func (Store) DueClocks(ctx context.Context, t tx.Tx, tenant casefile.Tenant, before time.Time, limit int) ([]clock.CaseClock, error) {
	rows, err := t.Query(ctx, dueClocks, tenant, db.Micros(before), limit)
	return db.Collect(rows, err, scanClock)
}

// OutdatedClocks implements clock.ClockStore.
func (Store) OutdatedClocks(ctx context.Context, t tx.Tx, calendar, version string, limit int) ([]clock.CaseClock, error) {
	rows, err := t.Query(ctx, outdatedClocks, calendar, version, limit)
	return db.Collect(rows, err, scanClock)
}

func scanClock(row tx.Row) (c clock.CaseClock, err error) {
	err = row.Scan(&c.Tenant, &c.Case, &c.ID, &c.Request, &c.Kind, &c.Unit, &c.Length, &c.Calendar, &c.Version,
		db.Time(&c.Started), db.Time(&c.Stopped), db.Time(&c.Breached), db.Time(&c.Due))
	return c, err
}
