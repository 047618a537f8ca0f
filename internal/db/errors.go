package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"

	"anxin/internal/casefile"
)

// SQLite result codes (https://www.sqlite.org/rescode.html).
const (
	sqliteBusy       = 5
	sqliteReadonly   = 8
	sqliteIOErr      = 10
	sqliteCorrupt    = 11
	sqliteFull       = 13
	sqliteConstraint = 19
	sqliteUnique     = 2067
	sqlitePrimaryKey = 1555
	sqliteForeignKey = 787
)

// classify turns a driver error into a casefile.Error by its code, never by its message. Driver messages can quote values, so for
// constraint errors only the code is kept.
func classify(err error, what string) error {
	var known *casefile.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known):
		return err
	case errors.Is(err, sql.ErrNoRows):
		return casefile.Failf(casefile.NotFound, "error.not_found", "%s: no row", what)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%s: %w", what, err)
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return classifySQLite(lite, what)
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return classifyPostgres(pg, what)
	}
	return casefile.Failf(casefile.Internal, "error.internal", "%s: %w", what, err)
}

func classifySQLite(e *sqlite.Error, what string) error {
	switch code := e.Code(); {
	case code == sqliteUnique || code == sqlitePrimaryKey:
		return casefile.Failf(casefile.Conflict, "error.duplicate", "%s: duplicate (sqlite %d)", what, code)
	case code == sqliteForeignKey:
		return casefile.Failf(casefile.Conflict, "error.gone", "%s: foreign key (sqlite %d)", what, code)
	case code&0xff == sqliteConstraint:
		return casefile.Failf(casefile.Internal, "error.internal", "%s: constraint (sqlite %d)", what, code)
	case code&0xff == sqliteBusy:
		return unavailable("error.busy", "%s: busy (sqlite %d)", what, code)
	case code&0xff == sqliteFull:
		return unavailable("error.disk_full", "%s: disk full (sqlite %d)", what, code)
	case code&0xff == sqliteReadonly:
		return unavailable("error.read_only", "%s: read-only (sqlite %d)", what, code)
	case code&0xff == sqliteIOErr || code&0xff == sqliteCorrupt:
		return unavailable("error.storage", "%s: storage (sqlite %d)", what, code)
	}
	return casefile.Failf(casefile.Internal, "error.internal", "%s: %w", what, e)
}

func classifyPostgres(e *pgconn.PgError, what string) error {
	switch {
	case e.Code == "23505":
		return casefile.Failf(casefile.Conflict, "error.duplicate", "%s: duplicate (postgres %s %s)", what, e.Code, e.ConstraintName)
	case e.Code == "23503":
		return casefile.Failf(casefile.Conflict, "error.gone", "%s: foreign key (postgres %s %s)", what, e.Code, e.ConstraintName)
	case e.Code[:2] == "23":
		return casefile.Failf(casefile.Internal, "error.internal", "%s: constraint (postgres %s %s)", what, e.Code, e.ConstraintName)
	case e.Code == "40001" || e.Code == "40P01":
		return &casefile.Error{Category: casefile.Unavailable, Key: "error.busy", RetryAfter: time.Second, Cause: &retryError{code: e.Code, what: what}}
	case e.Code[:2] == "53" || e.Code[:2] == "57" || e.Code[:2] == "08":
		return unavailable("error.storage", "%s: postgres %s", what, e.Code)
	}
	return casefile.Failf(casefile.Internal, "error.internal", "%s: postgres %s: %s", what, e.Code, e.Message)
}

func unavailable(key, format string, args ...any) error {
	e := casefile.Failf(casefile.Unavailable, key, format, args...)
	e.RetryAfter = 2 * time.Second
	return e
}

// retryError marks a closure that PostgreSQL asks to run again.
type retryError struct{ code, what string }

func (e *retryError) Error() string { return e.what + ": postgres " + e.code }

func retryable(err error) bool {
	var r *retryError
	return errors.As(err, &r)
}

// IsDuplicate reports whether the error is a violated UNIQUE or primary key.
func IsDuplicate(err error) bool {
	var e *casefile.Error
	return errors.As(err, &e) && e.Key == "error.duplicate"
}
