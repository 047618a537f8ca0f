// Package clockdb is the SQL of package clock: timers and the clocks of cases.
package clockdb

import (
	"cmp"
	"context"
	"database/sql"
	"embed"
	"slices"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/clock"
	"anxin/internal/db"
	"anxin/internal/tx"
)

//go:embed *.sql
var files embed.FS

// Statements are the statements of this package.
var Statements = db.MustLoad(files)

var (
	put        = Statements.Stmt("timer/put")
	ensure     = Statements.Stmt("timer/ensure")
	freeDedupe = Statements.Stmt("timer/free_dedupe")
	cancel     = Statements.Stmt("timer/cancel")
	cancelCase = Statements.Stmt("timer/cancel_case")
	nextDue    = Statements.Stmt("timer/next_due")
	anyExpired = Statements.Stmt("timer/any_expired")
	due        = Statements.Stmt("timer/due")
	expired    = Statements.Stmt("timer/expired")
	lease      = Statements.Stmt("timer/lease")
	renew      = Statements.Stmt("timer/renew")
	finish     = Statements.Stmt("timer/finish")
	again      = Statements.Stmt("timer/again")
	bury       = Statements.Stmt("timer/bury")
	release    = Statements.Stmt("timer/release")
	releaseAll = Statements.Stmt("timer/release_all")
)

// Store implements clock.Store. It has no state.
type Store struct{}

var _ clock.Store = Store{}

// Put implements clock.Store.
func (Store) Put(ctx context.Context, t tx.Tx, tm clock.Timer, now time.Time, keep bool) error {
	stmt := put
	if keep {
		stmt = ensure
	}
	dedupe := sql.NullString{String: tm.Dedupe, Valid: tm.Dedupe != ""}
	_, err := t.Exec(ctx, stmt, tm.Tenant, tm.ID, string(tm.Lane), tm.Kind, tm.Case, dedupe, db.Micros(tm.Due), string(tm.Payload), db.Micros(now))
	return err
}

// FreeDedupe implements clock.Store.
func (Store) FreeDedupe(ctx context.Context, t tx.Tx, tm clock.Timer) error {
	_, err := t.Exec(ctx, freeDedupe, tm.Tenant, tm.ID, tm.Fence)
	return err
}

// Cancel implements clock.Store.
func (Store) Cancel(ctx context.Context, t tx.Tx, tenant casefile.Tenant, dedupe string, except casefile.ID, now time.Time) error {
	_, err := t.Exec(ctx, cancel, tenant, dedupe, except[:], db.Micros(now))
	return err
}

// CancelCase implements clock.Store.
func (Store) CancelCase(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID, lane clock.Lane, except casefile.ID, now time.Time) error {
	_, err := t.Exec(ctx, cancelCase, tenant, caseID, string(lane), except[:], db.Micros(now))
	return err
}

// beyond is the end of lease that no clock running forward can have written.
func beyond(now time.Time, lease time.Duration) any { return db.Micros(now.Add(2 * lease)) }

// NextDue implements clock.Store.
func (Store) NextDue(ctx context.Context, t tx.Tx, lane clock.Lane, now time.Time, length time.Duration) (first time.Time, ranOut bool, err error) {
	if err = t.QueryRow(ctx, nextDue, string(lane)).Scan(db.Time(&first)); err != nil {
		return first, false, err
	}
	var n int64
	err = t.QueryRow(ctx, anyExpired, string(lane), db.Micros(now), beyond(now, length)).Scan(&n)
	return first, n > 0, err
}

// Lease implements clock.Store.
func (Store) Lease(ctx context.Context, t tx.Tx, lane clock.Lane, now time.Time, length time.Duration, limit int) ([]clock.Timer, error) {
	rows, err := t.Query(ctx, expired, string(lane), db.Micros(now), beyond(now, length), limit)
	ids, err := db.Collect(rows, err, scanID)
	if err != nil {
		return nil, err
	}
	if len(ids) < limit {
		rows, err = t.Query(ctx, due, string(lane), db.Micros(now), limit-len(ids))
		more, err := db.Collect(rows, err, scanID)
		if err != nil {
			return nil, err
		}
		ids = append(ids, more...)
	}
	return take(ctx, t, ids, now.Add(length))
}

type timerID struct {
	tenant casefile.Tenant
	id     casefile.ID
}

func scanID(row tx.Row) (k timerID, err error) {
	err = row.Scan(&k.tenant, &k.id)
	return k, err
}

// handful is how many timers of one tenant a lease statement takes.
const handful = 32

// take leases timers that are locked, and answers them by due time.
func take(ctx context.Context, t tx.Tx, ids []timerID, until time.Time) (out []clock.Timer, err error) {
	slices.SortStableFunc(ids, func(a, b timerID) int { return cmp.Compare(a.tenant, b.tenant) })
	for len(ids) > 0 {
		n := 1
		for n < len(ids) && n < handful && ids[n].tenant == ids[0].tenant {
			n++
		}
		args := []any{ids[0].tenant, db.Micros(until)}
		for i := range handful {
			args = append(args, ids[min(i, n-1)].id) // the rest repeats the last one
		}
		rows, err := t.Query(ctx, lease, args...)
		got, err := db.Collect(rows, err, scanTimer)
		if err != nil {
			return nil, err
		}
		out, ids = append(out, got...), ids[n:]
	}
	slices.SortFunc(out, func(a, b clock.Timer) int { return a.Due.Compare(b.Due) })
	return out, nil
}

func scanTimer(row tx.Row) (tm clock.Timer, err error) {
	var dedupe sql.NullString
	var payload string
	err = row.Scan(&tm.Tenant, &tm.ID, &tm.Lane, &tm.Kind, &tm.Case, &dedupe, db.Time(&tm.Due), &payload, &tm.Attempts, &tm.Fence)
	tm.Dedupe, tm.Payload = dedupe.String, []byte(payload)
	return tm, err
}

func touched(n int64, err error) (bool, error) { return n == 1, err }

// Renew implements clock.Store.
func (Store) Renew(ctx context.Context, t tx.Tx, tm clock.Timer, until time.Time) (bool, error) {
	return touched(t.Exec(ctx, renew, tm.Tenant, tm.ID, tm.Fence, db.Micros(until)))
}

// Finish implements clock.Store.
func (Store) Finish(ctx context.Context, t tx.Tx, tm clock.Timer, now time.Time) (bool, error) {
	return touched(t.Exec(ctx, finish, tm.Tenant, tm.ID, tm.Fence, db.Micros(now)))
}

// Again implements clock.Store.
func (Store) Again(ctx context.Context, t tx.Tx, tm clock.Timer, due time.Time, cause string, counts bool) (bool, error) {
	return touched(t.Exec(ctx, again, tm.Tenant, tm.ID, tm.Fence, db.Micros(due), cause, db.Flag(!counts)))
}

// Bury implements clock.Store.
func (Store) Bury(ctx context.Context, t tx.Tx, tm clock.Timer, now time.Time, cause string) (bool, error) {
	return touched(t.Exec(ctx, bury, tm.Tenant, tm.ID, tm.Fence, db.Micros(now), cause))
}

// Release implements clock.Store.
func (Store) Release(ctx context.Context, t tx.Tx, tm clock.Timer) (bool, error) {
	return touched(t.Exec(ctx, release, tm.Tenant, tm.ID, tm.Fence))
}

// ReleaseAll implements clock.Store.
func (Store) ReleaseAll(ctx context.Context, t tx.Tx) (int64, error) { return t.Exec(ctx, releaseAll) }
