// Package tx holds the words in which domain packages speak of a transaction without knowing the database behind it.
//
// A domain service gets a [Runner], opens a transaction with Write or Read and hands the [Tx] to its store (a type of its `*db` package),
// to the timeline, to the clock and to the log: all of them write in the one transaction or none does.
// Only internal/db and the `*db` packages call the methods of Tx; everybody else passes it on (internal/archtest checks it).
package tx

import (
	"context"
	"strings"
)

// Stmt is one named SQL statement, written once for both engines. Statements are values loaded from `.sql` files by db.Load; a Stmt is
// compared by address, so it must not be copied.
type Stmt struct {
	// Name is "<file>/<name>", for errors and metrics.
	Name string
	// Text is the SQL with $n parameters and dialect fragments such as {{skiplocked}} still in place.
	Text string
}

// Reads reports a statement that certainly changes nothing.
func (s *Stmt) Reads() bool { return strings.HasPrefix(s.Text, "SELECT") }

// Row is the single row a query answers.
type Row interface {
	// Scan copies the columns into dest. It returns an error of casefile.NotFound category when there was no row.
	Scan(dest ...any) error
}

// Rows are the rows a query answers. The caller closes them and checks Err; prefer db.Collect.
type Rows interface {
	Next() bool
	Scan(dest ...any) error
	Err() error
	Close() error
}

// Tx is a running transaction.
type Tx interface {
	// Exec runs a statement and tells how many rows it touched.
	Exec(ctx context.Context, s *Stmt, args ...any) (rows int64, err error)
	Query(ctx context.Context, s *Stmt, args ...any) (Rows, error)
	QueryRow(ctx context.Context, s *Stmt, args ...any) Row
	// OnCommit registers an effect inside this process (wake a worker, tell live pages) that runs once, after the commit is durable. It must
	// not block; it is lost on a crash, so nothing may depend on it.
	OnCommit(func())
}

// Runner opens transactions.
//
// The closure given to Write may run more than once (PostgreSQL: serialization failure or deadlock): it must not change anything
// outside the transaction but variables that it sets anew on each run. It must not block on anything but the database: on SQLite it runs on the one
// writer goroutine, and every other writer waits behind it.
type Runner interface {
	Write(ctx context.Context, f func(ctx context.Context, t Tx) error) error
	// Read sees one consistent snapshot and cannot write.
	Read(ctx context.Context, f func(ctx context.Context, t Tx) error) error
}
