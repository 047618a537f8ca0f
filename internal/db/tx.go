package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"anxin/internal/casefile"
	"anxin/internal/tx"
)

// queryer is what *sql.Tx and *sql.Conn share.
type queryer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// sqlTx implements tx.Tx on both engines.
type sqlTx struct {
	db      *DB
	q       queryer
	prepare func(context.Context, *tx.Stmt) (*sql.Stmt, error) // nil: send the text
	commits []func()
	wrote   bool  // something may have been changed
	failed  error // first failed statement: the transaction is lost
}

var errLost = errors.New("an earlier statement of this transaction failed")

func (t *sqlTx) fail(s *tx.Stmt, err error) error {
	err = classify(err, s.Name)
	if t.failed == nil && !casefile.Is(err, casefile.NotFound) {
		t.failed = err
	}
	return err
}

func (t *sqlTx) Exec(ctx context.Context, s *tx.Stmt, args ...any) (int64, error) {
	if t.failed != nil {
		return 0, fmt.Errorf("%s: %w: %w", s.Name, errLost, t.failed)
	}
	t.wrote = true
	var res sql.Result
	var err error
	if t.prepare != nil {
		var ps *sql.Stmt
		if ps, err = t.prepare(ctx, s); err == nil {
			res, err = ps.ExecContext(ctx, args...)
		}
	} else {
		res, err = t.q.ExecContext(ctx, t.db.text(s), args...)
	}
	if err != nil {
		return 0, t.fail(s, err)
	}
	n, err := res.RowsAffected()
	if err != nil {
		return 0, t.fail(s, err)
	}
	return n, nil
}

func (t *sqlTx) query(ctx context.Context, s *tx.Stmt, args ...any) (*sql.Rows, error) {
	if t.failed != nil {
		return nil, fmt.Errorf("%s: %w: %w", s.Name, errLost, t.failed)
	}
	t.wrote = t.wrote || !s.Reads()
	var rows *sql.Rows
	var err error
	if t.prepare != nil {
		var ps *sql.Stmt
		if ps, err = t.prepare(ctx, s); err == nil {
			rows, err = ps.QueryContext(ctx, args...)
		}
	} else {
		rows, err = t.q.QueryContext(ctx, t.db.text(s), args...)
	}
	if err != nil {
		return nil, t.fail(s, err)
	}
	return rows, nil
}

func (t *sqlTx) Query(ctx context.Context, s *tx.Stmt, args ...any) (tx.Rows, error) {
	rows, err := t.query(ctx, s, args...)
	if err != nil {
		return nil, err
	}
	return rowsOf{rows, t, s}, nil
}

func (t *sqlTx) QueryRow(ctx context.Context, s *tx.Stmt, args ...any) tx.Row {
	rows, err := t.query(ctx, s, args...)
	return oneRow{rows, t, s, err}
}

func (t *sqlTx) OnCommit(f func()) { t.commits = append(t.commits, f) }

type rowsOf struct {
	*sql.Rows
	t *sqlTx
	s *tx.Stmt
}

func (r rowsOf) Err() error {
	if err := r.Rows.Err(); err != nil {
		return r.t.fail(r.s, err)
	}
	return nil
}

type oneRow struct {
	rows *sql.Rows
	t    *sqlTx
	s    *tx.Stmt
	err  error
}

func (r oneRow) Scan(dest ...any) error {
	if r.err != nil {
		return r.err
	}
	defer r.rows.Close()
	if !r.rows.Next() {
		if err := r.rows.Err(); err != nil {
			return r.t.fail(r.s, err)
		}
		return classify(sql.ErrNoRows, r.s.Name)
	}
	if err := r.rows.Scan(dest...); err != nil {
		return fmt.Errorf("%s: %w", r.s.Name, err)
	}
	// A statement with RETURNING takes effect when its rows are read to the end.
	for r.rows.Next() {
	}
	if err := r.rows.Err(); err != nil {
		return r.t.fail(r.s, err)
	}
	return nil
}

// Collect reads all rows with scan and closes them.
func Collect[T any](rows tx.Rows, err error, scan func(row tx.Row) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}
