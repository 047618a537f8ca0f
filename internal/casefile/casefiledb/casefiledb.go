// Package casefiledb is the SQL of package casefile: cases, events and the answers of acts already done.
package casefiledb

import (
	"context"
	"embed"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/db"
	"anxin/internal/tx"
)

//go:embed *.sql
var files embed.FS

// Statements are the statements of this package.
var Statements = db.MustLoad(files)

var (
	insertCase   = Statements.Stmt("case/insert")
	getCase      = Statements.Stmt("case/get")
	lockCase     = Statements.Stmt("case/lock")
	caseByNumber = Statements.Stmt("case/by_number")
	advanceCase  = Statements.Stmt("case/advance")
	setClosed    = Statements.Stmt("case/set_closed")
	insertEvent  = Statements.Stmt("case/insert_event")
	events       = Statements.Stmt("case/events")
	eventsByLeaf = Statements.Stmt("case/events_by_leaf")
	claim        = Statements.Stmt("idempotency/claim")
	answer       = Statements.Stmt("idempotency/answer")
	save         = Statements.Stmt("idempotency/save")
	purge        = Statements.Stmt("idempotency/purge")
)

// Store implements casefile.Store and casefile.IdempotencyStore. It has no state.
type Store struct{}

var (
	_ casefile.Store            = Store{}
	_ casefile.IdempotencyStore = Store{}
)

// InsertCase implements casefile.Store.
func (Store) InsertCase(ctx context.Context, t tx.Tx, c casefile.Case) (bool, error) {
	n, err := t.Exec(ctx, insertCase, c.Tenant, c.ID, string(c.Number), c.Subject, c.Lang, db.Micros(c.Created))
	return n == 1, err
}

// Case implements casefile.Store.
func (Store) Case(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID) (casefile.Case, error) {
	return scanCase(t.QueryRow(ctx, getCase, tenant, id))
}

// LockCase implements casefile.Store.
func (Store) LockCase(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID) (casefile.Case, error) {
	return scanCase(t.QueryRow(ctx, lockCase, tenant, id))
}

// CaseByNumber implements casefile.Store.
func (Store) CaseByNumber(ctx context.Context, t tx.Tx, tenant casefile.Tenant, n casefile.Number) (casefile.Case, error) {
	return scanCase(t.QueryRow(ctx, caseByNumber, tenant, string(n)))
}

func scanCase(row tx.Row) (c casefile.Case, err error) {
	err = row.Scan(&c.Tenant, &c.ID, &c.Number, &c.Subject, &c.Lang, db.Time(&c.Created), db.Time(&c.Closed), &c.LastSeq)
	return c, err
}

// AdvanceCase implements casefile.Store.
func (Store) AdvanceCase(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID, from, to int64) (bool, error) {
	n, err := t.Exec(ctx, advanceCase, tenant, id, from, to)
	return n == 1, err
}

// SetClosed implements casefile.Store.
func (Store) SetClosed(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID, at time.Time) error {
	_, err := t.Exec(ctx, setClosed, tenant, id, db.Micros(at))
	return err
}

// InsertEvent implements casefile.Store.
func (Store) InsertEvent(ctx context.Context, t tx.Tx, e casefile.Event) error {
	_, err := t.Exec(ctx, insertEvent, e.Tenant, e.Case, e.Seq, db.Micros(e.At), e.Kind, string(e.Role), e.Actor, e.Request, e.Visit,
		int64(e.Audience), string(e.Data), e.Leaf)
	return err
}

// Events implements casefile.Store.
func (Store) Events(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID, forWhom casefile.Audience, after int64, limit int) ([]casefile.Event, error) {
	rows, err := t.Query(ctx, events, tenant, id, after, int64(forWhom), limit)
	return db.Collect(rows, err, scanEvent)
}

// EventsByLeaf implements casefile.Store.
func (Store) EventsByLeaf(ctx context.Context, t tx.Tx, tenant casefile.Tenant, from int64, limit int) ([]casefile.Event, error) {
	rows, err := t.Query(ctx, eventsByLeaf, tenant, from, limit)
	return db.Collect(rows, err, scanEvent)
}

func scanEvent(row tx.Row) (e casefile.Event, err error) {
	var audience int64
	var data string
	err = row.Scan(&e.Tenant, &e.Case, &e.Seq, db.Time(&e.At), &e.Kind, &e.Role, &e.Actor, &e.Request, &e.Visit, &audience, &data, &e.Leaf)
	e.Audience, e.Data = casefile.Audience(audience), []byte(data)
	return e, err
}

// Claim implements casefile.IdempotencyStore.
func (Store) Claim(ctx context.Context, t tx.Tx, tenant casefile.Tenant, scope string, key, request [32]byte, at time.Time) (bool, error) {
	n, err := t.Exec(ctx, claim, tenant, scope, key[:], request[:], db.Micros(at))
	return n == 1, err
}

// Answer implements casefile.IdempotencyStore.
func (Store) Answer(ctx context.Context, t tx.Tx, tenant casefile.Tenant, scope string, key [32]byte) (request []byte, text string, err error) {
	err = t.QueryRow(ctx, answer, tenant, scope, key[:]).Scan(&request, &text)
	return request, text, err
}

// SaveAnswer implements casefile.IdempotencyStore.
func (Store) SaveAnswer(ctx context.Context, t tx.Tx, tenant casefile.Tenant, scope string, key [32]byte, text string) (bool, error) {
	n, err := t.Exec(ctx, save, tenant, scope, key[:], text)
	return n == 1, err
}

// PurgeAnswers implements casefile.IdempotencyStore.
func (Store) PurgeAnswers(ctx context.Context, t tx.Tx, tenant casefile.Tenant, before time.Time, limit int) (int64, error) {
	return t.Exec(ctx, purge, tenant, db.Micros(before), limit)
}
