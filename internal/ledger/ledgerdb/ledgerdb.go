// Package ledgerdb is the SQL of package ledger: heads, leaves, hashes and checkpoints of the tenants' logs.
package ledgerdb

import (
	"context"
	"embed"
	"fmt"

	"anxin/internal/casefile"
	"anxin/internal/db"
	"anxin/internal/ledger"
	"anxin/internal/tx"
	"anxin/seal"
)

//go:embed *.sql
var files embed.FS

// Statements are the statements of this package.
var Statements = db.MustLoad(files)

var (
	begin            = Statements.Stmt("ledger/begin")
	lockHead         = Statements.Stmt("ledger/lock_head")
	head             = Statements.Stmt("ledger/head")
	setHead          = Statements.Stmt("ledger/set_head")
	tenants          = Statements.Stmt("ledger/tenants")
	allTenants       = Statements.Stmt("ledger/all_tenants")
	insertLeaf       = Statements.Stmt("ledger/insert_leaf")
	leavesFrom       = Statements.Stmt("ledger/leaves_from")
	leavesOfCase     = Statements.Stmt("ledger/leaves_of_case")
	insertHash       = Statements.Stmt("ledger/insert_hash")
	hash             = Statements.Stmt("ledger/hash")
	hashesFrom       = Statements.Stmt("ledger/hashes_from")
	insertCheckpoint = Statements.Stmt("ledger/insert_checkpoint")
	setStamp         = Statements.Stmt("ledger/set_stamp")
	checkpointsFrom  = Statements.Stmt("ledger/checkpoints_from")
	lastCheckpoint   = Statements.Stmt("ledger/last_checkpoint")
	lastStamped      = Statements.Stmt("ledger/last_stamped")
	firstStamped     = Statements.Stmt("ledger/first_stamped")
)

// Store implements ledger.Store. It has no state.
type Store struct{}

var _ ledger.Store = Store{}

// LockHead implements ledger.Store.
func (s Store) LockHead(ctx context.Context, t tx.Tx, tenant casefile.Tenant) (size int64, err error) {
	err = t.QueryRow(ctx, lockHead, tenant).Scan(&size)
	if !casefile.Is(err, casefile.NotFound) {
		return size, err
	}
	if _, err := t.Exec(ctx, begin, tenant); err != nil {
		return 0, err
	}
	err = t.QueryRow(ctx, lockHead, tenant).Scan(&size)
	return size, err
}

// Head implements ledger.Store.
func (Store) Head(ctx context.Context, t tx.Tx, tenant casefile.Tenant) (size int64, err error) {
	err = t.QueryRow(ctx, head, tenant).Scan(&size)
	if casefile.Is(err, casefile.NotFound) {
		return 0, nil
	}
	return size, err
}

// SetHead implements ledger.Store.
func (Store) SetHead(ctx context.Context, t tx.Tx, tenant casefile.Tenant, size int64) error {
	_, err := t.Exec(ctx, setHead, tenant, size)
	return err
}

// Tenants implements ledger.Store.
func (Store) Tenants(ctx context.Context, t tx.Tx) ([]casefile.Tenant, error) {
	rows, err := t.Query(ctx, tenants)
	return db.Collect(rows, err, scanTenant)
}

// AllTenants implements ledger.Store.
func (Store) AllTenants(ctx context.Context, t tx.Tx) ([]casefile.Tenant, error) {
	rows, err := t.Query(ctx, allTenants)
	return db.Collect(rows, err, scanTenant)
}

func scanTenant(row tx.Row) (n casefile.Tenant, err error) {
	err = row.Scan(&n)
	return n, err
}

// InsertLeaf implements ledger.Store.
func (Store) InsertLeaf(ctx context.Context, t tx.Tx, l ledger.LeafRow) error {
	_, err := t.Exec(ctx, insertLeaf, l.Tenant, l.Index, l.Case, l.Leaf)
	return err
}

// LeavesFrom implements ledger.Store.
func (Store) LeavesFrom(ctx context.Context, t tx.Tx, tenant casefile.Tenant, from int64, limit int) ([]ledger.LeafRow, error) {
	rows, err := t.Query(ctx, leavesFrom, tenant, from, limit)
	return db.Collect(rows, err, scanLeaf)
}

// LeavesOfCase implements ledger.Store.
func (Store) LeavesOfCase(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) ([]ledger.LeafRow, error) {
	rows, err := t.Query(ctx, leavesOfCase, tenant, caseID)
	return db.Collect(rows, err, scanLeaf)
}

func scanLeaf(row tx.Row) (l ledger.LeafRow, err error) {
	err = row.Scan(&l.Tenant, &l.Index, &l.Case, &l.Leaf)
	return l, err
}

// InsertHash implements ledger.Store.
func (Store) InsertHash(ctx context.Context, t tx.Tx, tenant casefile.Tenant, index int64, h seal.Hash) error {
	_, err := t.Exec(ctx, insertHash, tenant, index, h[:])
	return err
}

// Hash implements ledger.Store.
func (Store) Hash(ctx context.Context, t tx.Tx, tenant casefile.Tenant, index int64) (seal.Hash, error) {
	return scanHash(t.QueryRow(ctx, hash, tenant, index))
}

// HashesFrom implements ledger.Store.
func (Store) HashesFrom(ctx context.Context, t tx.Tx, tenant casefile.Tenant, from, to int64) ([]seal.Hash, error) {
	rows, err := t.Query(ctx, hashesFrom, tenant, from, to)
	return db.Collect(rows, err, scanHash)
}

func scanHash(row tx.Row) (h seal.Hash, err error) {
	var b []byte
	if err := row.Scan(&b); err != nil {
		return h, err
	}
	if len(b) != len(h) {
		return h, fmt.Errorf("a hash of the log has %d bytes", len(b))
	}
	return seal.Hash(b), nil
}

// InsertCheckpoint implements ledger.Store.
func (Store) InsertCheckpoint(ctx context.Context, t tx.Tx, c ledger.Checkpoint) error {
	_, err := t.Exec(ctx, insertCheckpoint, c.Tenant, c.Size, db.Micros(c.At), string(c.Note))
	return err
}

// SetStamp implements ledger.Store.
func (Store) SetStamp(ctx context.Context, t tx.Tx, tenant casefile.Tenant, size int64, response []byte) error {
	_, err := t.Exec(ctx, setStamp, tenant, size, response)
	return err
}

// CheckpointsFrom implements ledger.Store.
func (Store) CheckpointsFrom(ctx context.Context, t tx.Tx, tenant casefile.Tenant, size int64, limit int) ([]ledger.Checkpoint, error) {
	rows, err := t.Query(ctx, checkpointsFrom, tenant, size, limit)
	return db.Collect(rows, err, scanCheckpoint)
}

// LastCheckpoint implements ledger.Store.
func (Store) LastCheckpoint(ctx context.Context, t tx.Tx, tenant casefile.Tenant, stamped bool) (ledger.Checkpoint, error) {
	if stamped {
		return scanCheckpoint(t.QueryRow(ctx, lastStamped, tenant))
	}
	return scanCheckpoint(t.QueryRow(ctx, lastCheckpoint, tenant))
}

// FirstStamped implements ledger.Store.
func (Store) FirstStamped(ctx context.Context, t tx.Tx, tenant casefile.Tenant, size int64) (ledger.Checkpoint, error) {
	return scanCheckpoint(t.QueryRow(ctx, firstStamped, tenant, size))
}

func scanCheckpoint(row tx.Row) (c ledger.Checkpoint, err error) {
	var note string
	err = row.Scan(&c.Tenant, &c.Size, db.Time(&c.At), &note, &c.Stamp)
	c.Note = []byte(note)
	return c, err
}
