// Package clockdb is the SQL of package clock: timers and the clocks of cases.
package clockdb

import (
	"context"
	"database/sql"
	"embed"
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
	put          = Statements.Stmt("timer/put")
	ensure       = Statements.Stmt("timer/ensure")
	freeDedupe   = Statements.Stmt("timer/free_dedupe")
	cancel       = Statements.Stmt("timer/cancel")
	cancelCase   = Statements.Stmt("timer/cancel_case")
	nextDue      = Statements.Stmt("timer/next_due")
	anyExpired   = Statements.Stmt("timer/any_expired")
	leaseDue     = Statements.Stmt("timer/lease_due")
	leaseExpired = Statements.Stmt("timer/lease_expired")
	renew        = Statements.Stmt("timer/renew")
	finish       = Statements.Stmt("timer/finish")
	again        = Statements.Stmt("timer/again")
	bury         = Statements.Stmt("timer/bury")
	release      = Statements.Stmt("timer/release")
	releaseAll   = Statements.Stmt("timer/release_all")
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
func (Store) NextDue(ctx context.Context, t tx.Tx, lane clock.Lane, now time.Time, lease time.Duration) (due time.Time, expired bool, err error) {
	if err = t.QueryRow(ctx, nextDue, string(lane)).Scan(db.Time(&due)); err != nil {
		return due, false, err
	}
	var n int64
	err = t.QueryRow(ctx, anyExpired, string(lane), db.Micros(now), beyond(now, lease)).Scan(&n)
	return due, n > 0, err
}

// Lease implements clock.Store.
func (Store) Lease(ctx context.Context, t tx.Tx, lane clock.Lane, now time.Time, lease time.Duration, limit int) ([]clock.Timer, error) {
	until := db.Micros(now.Add(lease))
	rows, err := t.Query(ctx, leaseExpired, string(lane), db.Micros(now), beyond(now, lease), until, limit)
	out, err := db.Collect(rows, err, scanTimer)
	if err != nil || len(out) >= limit {
		return out, err
	}
	rows, err = t.Query(ctx, leaseDue, string(lane), db.Micros(now), until, limit-len(out))
	due, err := db.Collect(rows, err, scanTimer)
	return append(out, due...), err
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
