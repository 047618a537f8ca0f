// Package evidencedb is the SQL of package evidence: items and their custody logs.
package evidencedb

import (
	"context"
	"embed"
	"fmt"
	"time"

	"anxin/internal/blob"
	"anxin/internal/casefile"
	"anxin/internal/db"
	"anxin/internal/evidence"
	"anxin/internal/tx"
)

//go:embed *.sql
var files embed.FS

// Statements are the statements of this package.
var Statements = db.MustLoad(files)

var (
	insertItem    = Statements.Stmt("evidence/insert_item")
	getItem       = Statements.Stmt("evidence/item")
	lockItem      = Statements.Stmt("evidence/lock_item")
	updateItem    = Statements.Stmt("evidence/update_item")
	listItems     = Statements.Stmt("evidence/items")
	sameItem      = Statements.Stmt("evidence/same")
	itemsByLeaf   = Statements.Stmt("evidence/items_by_leaf")
	staged        = Statements.Stmt("evidence/staged")
	tenants       = Statements.Stmt("evidence/tenants")
	holders       = Statements.Stmt("evidence/holders")
	insertCustody = Statements.Stmt("evidence/insert_custody")
	custody       = Statements.Stmt("evidence/custody")
	custodyEntry  = Statements.Stmt("evidence/custody_entry")
	custodyCount  = Statements.Stmt("evidence/custody_count")
	custodyAfter  = Statements.Stmt("evidence/custody_after")
)

// Store implements evidence.Store. It has no state.
type Store struct{}

var _ evidence.Store = Store{}

// InsertItem implements evidence.Store.
func (Store) InsertItem(ctx context.Context, t tx.Tx, i evidence.Item) error {
	_, err := t.Exec(ctx, insertItem, i.Tenant, i.Case, i.ID, i.Subject, i.Kind, i.Source, i.Media, i.Size, i.SHA256[:], i.SM3[:], i.Stored[:], i.StoredSize, i.Width, i.Height,
		db.Micros(i.Received), db.Micros(i.DeviceAt), string(i.Role), i.Actor, i.Route, i.ReceivedFor, i.Request, i.Visit, db.Micros(i.Attached), string(i.Note), i.Leaf)
	return err
}

// Item implements evidence.Store.
func (Store) Item(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, id casefile.ID) (evidence.Item, error) {
	return scanItem(t.QueryRow(ctx, getItem, tenant, caseID, id))
}

// LockItem implements evidence.Store.
func (Store) LockItem(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, id casefile.ID) (evidence.Item, error) {
	return scanItem(t.QueryRow(ctx, lockItem, tenant, caseID, id))
}

// UpdateItem implements evidence.Store.
func (Store) UpdateItem(ctx context.Context, t tx.Tx, i evidence.Item) error {
	_, err := t.Exec(ctx, updateItem, i.Tenant, i.Case, i.ID, i.Request, i.Visit, db.Micros(i.Attached), string(i.Note))
	return err
}

// Items implements evidence.Store.
func (Store) Items(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) ([]evidence.Item, error) {
	rows, err := t.Query(ctx, listItems, tenant, caseID)
	return db.Collect(rows, err, scanItem)
}

// Same implements evidence.Store.
func (Store) Same(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID, kind string, sha [32]byte) (evidence.Item, error) {
	return scanItem(t.QueryRow(ctx, sameItem, tenant, sha[:], caseID, kind))
}

// ItemsByLeaf implements evidence.Store.
func (Store) ItemsByLeaf(ctx context.Context, t tx.Tx, tenant casefile.Tenant, from int64, limit int) ([]evidence.Item, error) {
	rows, err := t.Query(ctx, itemsByLeaf, tenant, from, limit)
	return db.Collect(rows, err, scanItem)
}

// Staged implements evidence.Store.
func (Store) Staged(ctx context.Context, t tx.Tx, tenant casefile.Tenant, before time.Time, limit int) ([]evidence.Item, error) {
	rows, err := t.Query(ctx, staged, tenant, db.Micros(before), limit)
	return db.Collect(rows, err, scanItem)
}

// Tenants implements evidence.Store.
func (Store) Tenants(ctx context.Context, t tx.Tx) ([]casefile.Tenant, error) {
	rows, err := t.Query(ctx, tenants)
	return db.Collect(rows, err, func(row tx.Row) (n casefile.Tenant, err error) {
		err = row.Scan(&n)
		return n, err
	})
}

// Holders implements evidence.Store.
func (Store) Holders(ctx context.Context, t tx.Tx, tenant casefile.Tenant, stored blob.ID) (n int64, err error) {
	err = t.QueryRow(ctx, holders, tenant, stored[:]).Scan(&n)
	return n, err
}

func scanItem(row tx.Row) (i evidence.Item, err error) {
	var sha, sm3, stored []byte
	err = row.Scan(&i.Tenant, &i.Case, &i.ID, &i.Subject, &i.Kind, &i.Source, &i.Media, &i.Size, &sha, &sm3, &stored, &i.StoredSize, &i.Width, &i.Height,
		db.Time(&i.Received), db.Time(&i.DeviceAt), &i.Role, &i.Actor, &i.Route, &i.ReceivedFor, &i.Request, &i.Visit, db.Time(&i.Attached), &i.Note, &i.Leaf)
	if err != nil {
		return i, err
	}
	for _, h := range []struct {
		to   *[32]byte
		from []byte
	}{{&i.SHA256, sha}, {&i.SM3, sm3}, {(*[32]byte)(&i.Stored), stored}} {
		if len(h.from) != 32 {
			return i, fmt.Errorf("a hash of item %s has %d bytes", i.ID, len(h.from))
		}
		copy(h.to[:], h.from)
	}
	return i, nil
}

// InsertCustody implements evidence.Store.
func (Store) InsertCustody(ctx context.Context, t tx.Tx, c evidence.Custody) error {
	_, err := t.Exec(ctx, insertCustody, c.Tenant, c.Case, c.Item, c.Seq, db.Micros(c.At), string(c.Role), c.Actor, string(c.Act), c.Detail)
	return err
}

// Custody implements evidence.Store.
func (Store) Custody(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, item casefile.ID) ([]evidence.Custody, error) {
	rows, err := t.Query(ctx, custody, tenant, caseID, item)
	return db.Collect(rows, err, scanCustody)
}

// CustodyEntry implements evidence.Store.
func (Store) CustodyEntry(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, item casefile.ID, seq int64) (evidence.Custody, error) {
	return scanCustody(t.QueryRow(ctx, custodyEntry, tenant, caseID, item, seq))
}

// CustodyCount implements evidence.Store.
func (Store) CustodyCount(ctx context.Context, t tx.Tx, tenant casefile.Tenant) (n int64, err error) {
	err = t.QueryRow(ctx, custodyCount, tenant).Scan(&n)
	return n, err
}

// CustodyAfter implements evidence.Store.
func (Store) CustodyAfter(ctx context.Context, t tx.Tx, after evidence.Custody, limit int) ([]evidence.Custody, error) {
	rows, err := t.Query(ctx, custodyAfter, after.Tenant, after.Case[:], after.Item[:], after.Seq, limit)
	return db.Collect(rows, err, scanCustody)
}

func scanCustody(row tx.Row) (c evidence.Custody, err error) {
	err = row.Scan(&c.Tenant, &c.Case, &c.Item, &c.Seq, db.Time(&c.At), &c.Role, &c.Actor, &c.Act, &c.Detail)
	return c, err
}
