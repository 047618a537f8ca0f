package clockdb

import (
	"context"
	"database/sql"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/clock"
	"anxin/internal/db"
	"anxin/internal/tx"
)

var (
	park         = Statements.Stmt("operate/park")
	pausedKinds  = Statements.Stmt("operate/paused_kinds")
	markPaused   = Statements.Stmt("operate/mark_paused")
	unmarkPaused = Statements.Stmt("operate/unmark_paused")
	resumeKind   = Statements.Stmt("operate/resume_kind")
	pauseOne     = Statements.Stmt("operate/pause_one")
	resumeOne    = Statements.Stmt("operate/resume_one")
	deadLetters  = Statements.Stmt("operate/dead_letters")
	retryDead    = Statements.Stmt("operate/retry_dead")
	dropDead     = Statements.Stmt("operate/drop_dead")
	counts       = Statements.Stmt("operate/counts")
	overdue      = Statements.Stmt("operate/overdue")
	purgeDone    = Statements.Stmt("operate/purge_done")
)

// Park implements clock.OperatorStore.
func (Store) Park(ctx context.Context, t tx.Tx, tm clock.Timer) error {
	_, err := t.Exec(ctx, park, tm.Tenant, tm.ID, tm.Fence)
	return err
}

// PausedKinds implements clock.OperatorStore.
func (Store) PausedKinds(ctx context.Context, t tx.Tx) ([]clock.KindOfTenant, error) {
	rows, err := t.Query(ctx, pausedKinds)
	return db.Collect(rows, err, func(row tx.Row) (k clock.KindOfTenant, err error) {
		err = row.Scan(&k.Tenant, &k.Kind)
		return k, err
	})
}

func pausedKey(k clock.KindOfTenant) string { return "paused:" + k.Kind }

// PauseKind implements clock.OperatorStore.
func (Store) PauseKind(ctx context.Context, t tx.Tx, k clock.KindOfTenant, mark casefile.ID, now time.Time) error {
	_, err := t.Exec(ctx, markPaused, k.Tenant, mark, k.Kind, pausedKey(k), db.Micros(now))
	return err
}

// ResumeKind implements clock.OperatorStore.
func (Store) ResumeKind(ctx context.Context, t tx.Tx, k clock.KindOfTenant) (int64, error) {
	if _, err := t.Exec(ctx, unmarkPaused, k.Tenant, pausedKey(k)); err != nil {
		return 0, err
	}
	return t.Exec(ctx, resumeKind, k.Tenant, k.Kind)
}

// PauseOne implements clock.OperatorStore.
func (Store) PauseOne(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID) (bool, error) {
	return touched(t.Exec(ctx, pauseOne, tenant, id))
}

// ResumeOne implements clock.OperatorStore.
func (Store) ResumeOne(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID) (bool, error) {
	return touched(t.Exec(ctx, resumeOne, tenant, id))
}

// DeadLetters implements clock.OperatorStore.
func (Store) DeadLetters(ctx context.Context, t tx.Tx, tenant casefile.Tenant, limit int) ([]clock.DeadLetter, error) {
	rows, err := t.Query(ctx, deadLetters, tenant, limit)
	return db.Collect(rows, err, func(row tx.Row) (d clock.DeadLetter, err error) {
		var dedupe sql.NullString
		var payload string
		err = row.Scan(&d.Tenant, &d.ID, &d.Lane, &d.Kind, &d.Case, &dedupe, db.Time(&d.Due), &payload, &d.Attempts, &d.Fence, db.Time(&d.Died), &d.Cause)
		d.Dedupe, d.Payload = dedupe.String, []byte(payload)
		return d, err
	})
}

// RetryDead implements clock.OperatorStore.
func (Store) RetryDead(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID, due time.Time) (bool, error) {
	return touched(t.Exec(ctx, retryDead, tenant, id, db.Micros(due)))
}

// DropDead implements clock.OperatorStore.
func (Store) DropDead(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID, now time.Time) (bool, error) {
	return touched(t.Exec(ctx, dropDead, tenant, id, db.Micros(now)))
}

// Counts implements clock.OperatorStore.
func (Store) Counts(ctx context.Context, t tx.Tx, lane clock.Lane, now time.Time) (clock.LaneCounts, error) {
	out := clock.LaneCounts{Lane: lane}
	rows, err := t.Query(ctx, counts, string(lane))
	_, err = db.Collect(rows, err, func(row tx.Row) (struct{}, error) {
		var state, n int64
		var oldest time.Time
		err := row.Scan(&state, &n, db.Time(&oldest))
		switch state {
		case 0:
			out.Waiting, out.Lag = n, max(0, now.Sub(oldest))
		case 1:
			out.Running = n
		case 3:
			out.Dead = n
		case 5:
			out.Paused = n
		}
		return struct{}{}, err
	})
	if err != nil {
		return out, err
	}
	return out, t.QueryRow(ctx, overdue, string(lane), db.Micros(now)).Scan(&out.Overdue)
}

// PurgeDone implements clock.OperatorStore.
func (Store) PurgeDone(ctx context.Context, t tx.Tx, lane clock.Lane, before time.Time, limit int) (removed int64, err error) {
	const done, cancelled = 2, 4
	for _, state := range []int64{done, cancelled} {
		n, err := t.Exec(ctx, purgeDone, state, string(lane), db.Micros(before), limit)
		if err != nil {
			return removed, err
		}
		removed += n
	}
	return removed, nil
}
