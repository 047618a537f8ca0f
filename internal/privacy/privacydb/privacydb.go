// Package privacydb is the SQL of package privacy: wrapped keys, persons and the access log.
package privacydb

import (
	"context"
	"embed"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/db"
	"anxin/internal/privacy"
	"anxin/internal/tx"
)

//go:embed *.sql
var files embed.FS

// Statements are the statements of this package.
var Statements = db.MustLoad(files)

var (
	insertKey    = Statements.Stmt("privacy/insert_key")
	key          = Statements.Stmt("privacy/key")
	destroyKey   = Statements.Stmt("privacy/destroy_key")
	keysAfter    = Statements.Stmt("privacy/keys_after")
	replaceKey   = Statements.Stmt("privacy/replace_key")
	insertPerson = Statements.Stmt("privacy/insert_person")
	updatePerson = Statements.Stmt("privacy/update_person")
	person       = Statements.Stmt("privacy/person")
	blankPerson  = Statements.Stmt("privacy/blank_person")
	byPhone      = Statements.Stmt("privacy/persons_by_phone")
	byTail       = Statements.Stmt("privacy/persons_by_tail")
	byName       = Statements.Stmt("privacy/persons_by_name")
	insertAccess = Statements.Stmt("privacy/insert_access")
	accesses     = Statements.Stmt("privacy/accesses")
)

// Store implements privacy.Store. It has no state.
type Store struct{}

var _ privacy.Store = Store{}

// InsertKey implements privacy.Store.
func (Store) InsertKey(ctx context.Context, t tx.Tx, tenant casefile.Tenant, subject casefile.ID, wrapped []byte, at time.Time) error {
	_, err := t.Exec(ctx, insertKey, tenant, subject, wrapped, db.Micros(at))
	return err
}

// Key implements privacy.Store.
func (Store) Key(ctx context.Context, t tx.Tx, tenant casefile.Tenant, subject casefile.ID) (wrapped []byte, err error) {
	err = t.QueryRow(ctx, key, tenant, subject).Scan(&wrapped)
	return wrapped, err
}

// DestroyKey implements privacy.Store.
func (Store) DestroyKey(ctx context.Context, t tx.Tx, tenant casefile.Tenant, subject casefile.ID, at time.Time) (bool, error) {
	n, err := t.Exec(ctx, destroyKey, tenant, subject, db.Micros(at))
	return n == 1, err
}

// KeysAfter implements privacy.Store.
func (Store) KeysAfter(ctx context.Context, t tx.Tx, tenant casefile.Tenant, subject casefile.ID, limit int) ([]privacy.WrappedKey, error) {
	rows, err := t.Query(ctx, keysAfter, tenant, subject[:], limit)
	return db.Collect(rows, err, func(row tx.Row) (k privacy.WrappedKey, err error) {
		err = row.Scan(&k.Tenant, &k.Subject, &k.Wrapped)
		return k, err
	})
}

// ReplaceKey implements privacy.Store.
func (Store) ReplaceKey(ctx context.Context, t tx.Tx, k privacy.WrappedKey, to []byte) (bool, error) {
	n, err := t.Exec(ctx, replaceKey, k.Tenant, k.Subject, k.Wrapped, to)
	return n == 1, err
}

// InsertPerson implements privacy.Store.
func (Store) InsertPerson(ctx context.Context, t tx.Tx, p privacy.PersonRow) error {
	_, err := t.Exec(ctx, insertPerson, p.Tenant, p.Subject, p.Case, p.Name, p.Phone, p.NameIndex, p.PhoneIndex, p.TailIndex, db.Micros(p.Created))
	return err
}

// UpdatePerson implements privacy.Store.
func (Store) UpdatePerson(ctx context.Context, t tx.Tx, p privacy.PersonRow) error {
	_, err := t.Exec(ctx, updatePerson, p.Tenant, p.Subject, p.Name, p.Phone, p.NameIndex, p.PhoneIndex, p.TailIndex)
	return err
}

// Person implements privacy.Store.
func (Store) Person(ctx context.Context, t tx.Tx, tenant casefile.Tenant, subject casefile.ID) (privacy.PersonRow, error) {
	return scanPerson(t.QueryRow(ctx, person, tenant, subject))
}

// BlankPerson implements privacy.Store.
func (Store) BlankPerson(ctx context.Context, t tx.Tx, tenant casefile.Tenant, subject casefile.ID, at time.Time) error {
	_, err := t.Exec(ctx, blankPerson, tenant, subject, db.Micros(at))
	return err
}

// PersonsBy implements privacy.Store.
func (Store) PersonsBy(ctx context.Context, t tx.Tx, tenant casefile.Tenant, kind string, index []byte, limit int) ([]privacy.PersonRow, error) {
	by := map[string]*tx.Stmt{privacy.IndexPhone: byPhone, privacy.IndexPhoneTail: byTail, privacy.IndexName: byName}[kind]
	if by == nil {
		return nil, casefile.Failf(casefile.Internal, "error.internal", "no index %q of persons", kind)
	}
	rows, err := t.Query(ctx, by, tenant, index, limit)
	return db.Collect(rows, err, scanPerson)
}

func scanPerson(row tx.Row) (p privacy.PersonRow, err error) {
	err = row.Scan(&p.Tenant, &p.Subject, &p.Case, &p.Name, &p.Phone, &p.NameIndex, &p.PhoneIndex, &p.TailIndex, db.Time(&p.Created), db.Time(&p.Erased))
	return p, err
}

// InsertAccess implements privacy.Store.
func (Store) InsertAccess(ctx context.Context, t tx.Tx, a privacy.Access) error {
	_, err := t.Exec(ctx, insertAccess, a.Tenant, a.ID, db.Micros(a.At), string(a.Role), a.Actor, a.Action, a.Case, a.Subject, a.Field, a.Reason, a.Policy)
	return err
}

// Accesses implements privacy.Store.
func (Store) Accesses(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID, limit int) ([]privacy.Access, error) {
	rows, err := t.Query(ctx, accesses, tenant, caseID, limit)
	return db.Collect(rows, err, func(row tx.Row) (a privacy.Access, err error) {
		err = row.Scan(&a.Tenant, &a.ID, db.Time(&a.At), &a.Role, &a.Actor, &a.Action, &a.Case, &a.Subject, &a.Field, &a.Reason, &a.Policy)
		return a, err
	})
}
