// Package claimdb is the SQL of package claim.
package claimdb

import (
	"context"
	"embed"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/claim"
	"anxin/internal/db"
	"anxin/internal/tx"
)

//go:embed *.sql
var files embed.FS

// Statements are the statements of this package.
var Statements = db.MustLoad(files)

// Store implements claim.Store. It has no state.
type Store struct{}

var _ claim.Store = Store{}

var (
	insertClaim  = Statements.Stmt("claim/insert")
	updateClaim  = Statements.Stmt("claim/update")
	claimsOf     = Statements.Stmt("claim/of_case")
	claimByID    = Statements.Stmt("claim/by_id")
	setFiledLeaf = Statements.Stmt("claim/set_filed_leaf")
	waiting      = Statements.Stmt("claim/waiting")
	held         = Statements.Stmt("claim/held")
	queueCounts  = Statements.Stmt("claim/queue_counts")
	inboxOpen    = Statements.Stmt("claim/inbox_open")
	inboxAll     = Statements.Stmt("claim/inbox_all")
	problems     = Statements.Stmt("claim/problems")
	statsClaims  = Statements.Stmt("claim/stats")
)

// one turns "no row was touched" into NotFound.
func one(n int64, err error) error {
	if err == nil && n != 1 {
		return casefile.Failf(casefile.NotFound, "error.not_found", "update touched %d rows", n)
	}
	return err
}

// InsertClaim implements claim.Store.
func (Store) InsertClaim(ctx context.Context, t tx.Tx, c *claim.Claim) error {
	facts, err := db.JSON(c.Facts)
	if err != nil {
		return err
	}
	ruling, err := db.JSON(c.Ruling)
	if err != nil {
		return err
	}
	_, err = t.Exec(ctx, insertClaim, c.Tenant, c.Case, c.ID, c.Merchant, c.Order, string(c.Facts.State), facts, string(c.Lane), c.Reason, string(c.Facts.Wish), int64(c.Amount),
		int64(c.Paid), c.Category, string(c.Declared), c.Subject, ruling, c.Into, c.Lease, db.Micros(c.LeaseUntil), c.Queue, c.NextDue, c.Problem,
		db.Flag(c.Facts.Contested), db.Flag(heardByAnswer(c)), db.Flag(c.Facts.Agreed), string(c.Facts.Appeal), db.Micros(c.Filed), c.FiledLeaf, db.Micros(c.Updated),
		db.Micros(c.DecidedAt), db.Micros(c.Served), db.Micros(c.Ended), string(c.Outcome), int64(c.Granted), string(c.FirstOutcome), string(c.Overturned),
		db.Micros(c.FindingAt), c.StageSeq)
	return err
}

// heardByAnswer reports whether the merchant spoke, for the hearing rate.
func heardByAnswer(c *claim.Claim) bool { return c.Facts.MerchantHeard && !c.Facts.Unanswered }

// UpdateClaim implements claim.Store.
func (Store) UpdateClaim(ctx context.Context, t tx.Tx, c *claim.Claim) error {
	facts, err := db.JSON(c.Facts)
	if err != nil {
		return err
	}
	ruling, err := db.JSON(c.Ruling)
	if err != nil {
		return err
	}
	return one(t.Exec(ctx, updateClaim, c.Tenant, c.Case, c.ID, string(c.Facts.State), facts, string(c.Lane), ruling, c.Into, c.Lease, db.Micros(c.LeaseUntil), c.Queue, c.NextDue,
		c.Problem, db.Flag(c.Facts.Contested), db.Flag(heardByAnswer(c)), db.Flag(c.Facts.Agreed), string(c.Facts.Appeal), db.Micros(c.Updated),
		db.Micros(c.DecidedAt), db.Micros(c.Served), db.Micros(c.Ended), string(c.Outcome), int64(c.Granted), string(c.FirstOutcome), string(c.Overturned),
		db.Micros(c.FindingAt), c.StageSeq))
}

func scanClaim(row tx.Row) (c claim.Claim, err error) {
	var state, wish, appeal string
	var contested, heard, agreed bool
	err = row.Scan(&c.Tenant, &c.Case, &c.ID, &c.Merchant, &c.Order, &state, db.FromJSON(&c.Facts), &c.Lane, &c.Reason, &wish, db.Fen(&c.Amount),
		db.Fen(&c.Paid), &c.Category, &c.Declared, &c.Subject, db.FromJSON(&c.Ruling), &c.Into, &c.Lease, db.Time(&c.LeaseUntil), &c.Queue, &c.NextDue, &c.Problem,
		db.Bool(&contested), db.Bool(&heard), db.Bool(&agreed), &appeal, db.Time(&c.Filed), &c.FiledLeaf, db.Time(&c.Updated),
		db.Time(&c.DecidedAt), db.Time(&c.Served), db.Time(&c.Ended), &c.Outcome, db.Fen(&c.Granted), &c.FirstOutcome, &c.Overturned,
		db.Time(&c.FindingAt), &c.StageSeq)
	return c, err
}

// Claims implements claim.Store.
func (Store) Claims(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) ([]claim.Claim, error) {
	rows, err := t.Query(ctx, claimsOf, tenant, caseID)
	return db.Collect(rows, err, scanClaim)
}

// ClaimByID implements claim.Store.
func (Store) ClaimByID(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, id casefile.ID) (claim.Claim, error) {
	return scanClaim(t.QueryRow(ctx, claimByID, tenant, caseID, id))
}

// SetFiledLeaf implements claim.Store.
func (Store) SetFiledLeaf(ctx context.Context, t tx.Tx, c *claim.Claim) error {
	return one(t.Exec(ctx, setFiledLeaf, c.Tenant, c.Case, c.ID, c.FiledLeaf))
}

// Waiting implements claim.Store.
func (Store) Waiting(ctx context.Context, t tx.Tx, tenant casefile.Tenant, account casefile.ID, now time.Time, limit int) ([]claim.Claim, error) {
	rows, err := t.Query(ctx, waiting, tenant, account, db.Micros(now), limit)
	return db.Collect(rows, err, scanClaim)
}

// Held implements claim.Store.
func (Store) Held(ctx context.Context, t tx.Tx, tenant casefile.Tenant, account casefile.ID, now time.Time) ([]claim.Claim, error) {
	rows, err := t.Query(ctx, held, tenant, account, db.Micros(now))
	return db.Collect(rows, err, scanClaim)
}

// QueueCounts implements claim.Store.
func (Store) QueueCounts(ctx context.Context, t tx.Tx, tenant casefile.Tenant, now time.Time) ([]claim.QueueCount, error) {
	rows, err := t.Query(ctx, queueCounts, tenant, db.Micros(now))
	return db.Collect(rows, err, func(row tx.Row) (q claim.QueueCount, err error) {
		var nearest int64
		err = row.Scan(&q.Queue, &q.Waiting, &q.Leased, &q.Overdue, &nearest)
		if nearest < claim.NoDue {
			q.Nearest = db.FromMicros(nearest)
		}
		return q, err
	})
}

// Inbox implements claim.Store.
func (Store) Inbox(ctx context.Context, t tx.Tx, tenant casefile.Tenant, merchant casefile.ID, q claim.InboxQuery, limit int) ([]claim.Claim, error) {
	if q.Open {
		rows, err := t.Query(ctx, inboxOpen, tenant, merchant, q.Key.At, q.Key.ID[:], limit)
		return db.Collect(rows, err, scanClaim)
	}
	at, id := q.Key.At, q.Key.ID[:]
	if at == 0 {
		at = claim.NoDue
	}
	rows, err := t.Query(ctx, inboxAll, tenant, merchant, at, id, limit, string(q.State))
	return db.Collect(rows, err, scanClaim)
}

// Problems implements claim.Store.
func (Store) Problems(ctx context.Context, t tx.Tx, tenant casefile.Tenant, limit int) ([]claim.Claim, error) {
	rows, err := t.Query(ctx, problems, tenant, limit)
	return db.Collect(rows, err, scanClaim)
}

// StatsClaims implements claim.Store.
func (Store) StatsClaims(ctx context.Context, t tx.Tx, tenant casefile.Tenant, from, to time.Time) ([]claim.Claim, error) {
	rows, err := t.Query(ctx, statsClaims, tenant, db.Micros(from), db.Micros(to))
	return db.Collect(rows, err, scanClaim)
}
