package orderdb

import (
	"context"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/db"
	"anxin/internal/order"
	"anxin/internal/tx"
)

var (
	insertImport = Statements.Stmt("import/insert")
	updateImport = Statements.Stmt("import/update")
	getImport    = Statements.Stmt("import/get")
	lockImport   = Statements.Stmt("import/lock")
	listImports  = Statements.Stmt("import/list")
	staleImports = Statements.Stmt("import/stale")
	insertPart   = Statements.Stmt("import/insert_part")
	updatePart   = Statements.Stmt("import/update_part")
	getPart      = Statements.Stmt("import/part")
	blankParts   = Statements.Stmt("import/blank_parts")
	notesOf      = Statements.Stmt("import/notes")
)

// InsertImport implements order.ImportStore.
func (Store) InsertImport(ctx context.Context, t tx.Tx, i order.Import) error {
	_, err := t.Exec(ctx, insertImport, i.Tenant, i.ID, i.Merchant, i.Subject, string(i.State), i.Lines, i.Fresh, i.Same, i.Differ, i.Wrong, i.Parts, i.Part, i.Made, i.Failed,
		i.Account, db.Micros(i.At), db.Micros(i.Started), db.Micros(i.Ended))
	return err
}

// UpdateImport implements order.ImportStore.
func (Store) UpdateImport(ctx context.Context, t tx.Tx, i order.Import) error {
	_, err := t.Exec(ctx, updateImport, i.Tenant, i.ID, string(i.State), i.Lines, i.Fresh, i.Same, i.Differ, i.Wrong, i.Parts, i.Part, i.Made, i.Failed,
		db.Micros(i.Started), db.Micros(i.Ended))
	return err
}

// Import implements order.ImportStore.
func (Store) Import(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID) (order.Import, error) {
	return scanImport(t.QueryRow(ctx, getImport, tenant, id))
}

// LockImport implements order.ImportStore.
func (Store) LockImport(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID) (order.Import, error) {
	return scanImport(t.QueryRow(ctx, lockImport, tenant, id))
}

// Imports implements order.ImportStore.
func (Store) Imports(ctx context.Context, t tx.Tx, tenant casefile.Tenant, merchant casefile.ID, limit int) ([]order.Import, error) {
	rows, err := t.Query(ctx, listImports, tenant, merchant, limit)
	return db.Collect(rows, err, scanImport)
}

// StaleImports implements order.ImportStore.
func (Store) StaleImports(ctx context.Context, t tx.Tx, tenant casefile.Tenant, before time.Time, limit int) ([]order.Import, error) {
	rows, err := t.Query(ctx, staleImports, tenant, db.Micros(before), limit)
	return db.Collect(rows, err, scanImport)
}

func scanImport(row tx.Row) (i order.Import, err error) {
	err = row.Scan(&i.Tenant, &i.ID, &i.Merchant, &i.Subject, &i.State, &i.Lines, &i.Fresh, &i.Same, &i.Differ, &i.Wrong, &i.Parts, &i.Part, &i.Made, &i.Failed,
		&i.Account, db.Time(&i.At), db.Time(&i.Started), db.Time(&i.Ended))
	return i, err
}

// InsertPart implements order.ImportStore.
func (Store) InsertPart(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID, part int, sealed []byte, notes []order.Note) error {
	text, err := db.JSON(notes)
	if err == nil {
		_, err = t.Exec(ctx, insertPart, tenant, id, part, sealed, text)
	}
	return err
}

// UpdatePart implements order.ImportStore.
func (Store) UpdatePart(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID, part int, sealed []byte, notes []order.Note) error {
	text, err := db.JSON(notes)
	if err == nil {
		_, err = t.Exec(ctx, updatePart, tenant, id, part, sealed, text)
	}
	return err
}

// Part implements order.ImportStore.
func (Store) Part(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID, part int) (sealed []byte, notes []order.Note, err error) {
	err = t.QueryRow(ctx, getPart, tenant, id, part).Scan(&sealed, db.FromJSON(&notes))
	return sealed, notes, err
}

// BlankParts implements order.ImportStore.
func (Store) BlankParts(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID) error {
	_, err := t.Exec(ctx, blankParts, tenant, id)
	return err
}

// Notes implements order.ImportStore.
func (Store) Notes(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID) ([]order.Note, error) {
	rows, err := t.Query(ctx, notesOf, tenant, id)
	parts, err := db.Collect(rows, err, func(row tx.Row) (n []order.Note, err error) {
		err = row.Scan(db.FromJSON(&n))
		return n, err
	})
	var out []order.Note
	for _, p := range parts {
		out = append(out, p...)
	}
	return out, err
}
