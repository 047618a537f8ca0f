// Package db opens the database and runs transactions on it: SQLite (default) or PostgreSQL, with one SQL text for both.
//
// SQLite has many readers and one writer goroutine. Writers that queue up while a commit waits for the disk are run together in the next
// transaction, each inside its own SAVEPOINT (group commit): one fsync acknowledges all of them, and a failing one takes nobody along.
// PostgreSQL runs each closure in a READ COMMITTED transaction and runs it again after a serialization failure or a deadlock.
//
// Rules that make the two behave alike:
//   - A closure locks what it is about first (the case, with casefile.Log.Open; or a row with {{forupdate}}), then reads, then writes. The log is
//     appended last.
//   - After a failed statement the transaction is lost: use ON CONFLICT DO NOTHING and look at the row count instead of catching a duplicate.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the PostgreSQL driver
	_ "modernc.org/sqlite"             // the SQLite driver

	"anxin/internal/casefile"
	"anxin/internal/tx"
)

// Dialect is the engine behind a DB.
type Dialect string

// The engines.
const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
)

// Options say which database to open.
type Options struct {
	// URL is a file path (SQLite) or postgres://… .
	URL string
	// Log gets the few events that nobody else reports (a panic in a closure, a lost connection). Nil discards.
	Log *slog.Logger
	// Queue bounds the writers waiting on SQLite; beyond it Write answers Unavailable. 0 means 4096.
	Queue int
	// Batch bounds how many writers share one SQLite transaction. 0 means 256; 1 switches group commit off, and -1 the one
	// writer too: then every write takes a connection and a transaction of its own, as programs without group commit do. Both are for the benchmark.
	Batch int
	// Rehearse runs every write on SQLite twice, the first time in vain: a test of closures, which must be re-runnable on both engines.
	Rehearse bool
	// Unsynced commits on SQLite without waiting for the disk: a power cut may lose the last of them, never the order. For data that can be made again.
	Unsynced bool
}

// DB is an open database. It is safe for concurrent use.
type DB struct {
	dialect Dialect
	log     *slog.Logger
	read    *sql.DB // SQLite: read-only pool; PostgreSQL: the only pool
	writer  *writer // SQLite only
	texts   sync.Map
	reads   sync.Map // *tx.Stmt → *sql.Stmt on the read pool (SQLite)
	// preparing are the statements that are on their way into reads, prepares the goroutines that bring them.
	preparing sync.Map
	prepares  prepares
}

// prepares waits for work in the background: a connection that is being opened while the pool is closed would touch the files after Close.
type prepares struct {
	mu      sync.Mutex
	closed  bool
	running sync.WaitGroup
}

func (p *prepares) begin(work func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed {
		p.running.Go(work)
	}
}

func (p *prepares) stop() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.running.Wait()
}

// Open opens the database; it does not migrate it.
func Open(ctx context.Context, o Options) (*DB, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Queue == 0 {
		o.Queue = 4096
	}
	if o.Batch == 0 {
		o.Batch = 256
	}
	if strings.HasPrefix(o.URL, "postgres://") || strings.HasPrefix(o.URL, "postgresql://") {
		return openPostgres(ctx, o)
	}
	return openSQLite(ctx, o)
}

func openPostgres(ctx context.Context, o Options) (*DB, error) {
	pool, err := sql.Open("pgx", o.URL)
	if err != nil {
		return nil, fmt.Errorf("open postgres: %w", err)
	}
	pool.SetMaxOpenConns(max(16, 4*runtime.NumCPU()))
	pool.SetMaxIdleConns(8)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	if err := pool.PingContext(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("reach postgres: %w", err)
	}
	return &DB{dialect: Postgres, log: o.Log, read: pool}, nil
}

func openSQLite(ctx context.Context, o Options) (*DB, error) {
	synchronous := "synchronous(FULL)"
	if o.Unsynced {
		synchronous = "synchronous(NORMAL)"
	}
	pragmas := func(more ...string) string {
		v := url.Values{}
		for _, p := range append([]string{"journal_mode(WAL)", synchronous, "busy_timeout(5000)", "foreign_keys(1)"}, more...) {
			v.Add("_pragma", p)
		}
		return "file:" + (&url.URL{Path: o.URL}).EscapedPath() + "?" + v.Encode()
	}
	// A savepoint copies each page before its first change: kept in memory, it is not a file written and thrown away for every request of a batch.
	if o.Batch < 0 {
		return openWithoutWriter(pragmas("temp_store(MEMORY)", "wal_autocheckpoint(4000)", "secure_delete(FAST)")+"&_txlock=immediate", o)
	}
	// secure_delete overwrites what is removed within pages that are written anyway: a destroyed key must not stay in a freed corner of the file.
	w, err := sql.Open("sqlite", pragmas("cache_size(-65536)", "temp_store(MEMORY)", "wal_autocheckpoint(0)", "secure_delete(FAST)"))
	if err != nil {
		return nil, fmt.Errorf("open sqlite: %w", err)
	}
	w.SetMaxOpenConns(1)
	conn, err := w.Conn(ctx)
	if err != nil {
		w.Close()
		return nil, fmt.Errorf("open sqlite %q: %w", o.URL, err)
	}
	folds, err := sql.Open("sqlite", pragmas("wal_autocheckpoint(0)"))
	if err != nil {
		w.Close()
		return nil, fmt.Errorf("open sqlite: %w", err)
	}
	r, err := sql.Open("sqlite", pragmas("query_only(1)", "cache_size(-16384)"))
	if err != nil {
		w.Close()
		return nil, fmt.Errorf("open sqlite: %w", err)
	}
	r.SetMaxOpenConns(max(8, 2*runtime.NumCPU()))
	r.SetMaxIdleConns(8)
	d := &DB{dialect: SQLite, log: o.Log, read: r}
	d.writer = startWriter(d, w, conn, folds, o)
	return d, nil
}

func openWithoutWriter(dsn string, o Options) (*DB, error) {
	pool, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, fmt.Errorf("open sqlite: %w", err)
	}
	pool.SetMaxOpenConns(64)
	pool.SetMaxIdleConns(64)
	return &DB{dialect: SQLite, log: o.Log, read: pool}, nil
}

// Dialect tells the engine.
func (d *DB) Dialect() Dialect { return d.dialect }

// Close waits for the writers that were accepted and closes the database.
func (d *DB) Close() error {
	// The writer is the last to leave: only it may fold the write-ahead log into the file.
	d.prepares.stop()
	d.reads.Range(func(_, ps any) bool { return ps.(*sql.Stmt).Close() == nil })
	err := d.read.Close()
	if d.writer != nil {
		err = errors.Join(err, d.writer.stop())
	}
	return err
}

// Ping tells whether the database answers, for /readyz. On SQLite it asks the writer too.
func (d *DB) Ping(ctx context.Context) error {
	if d.writer != nil {
		return d.Write(ctx, func(context.Context, tx.Tx) error { return nil })
	}
	return d.read.PingContext(ctx)
}

// text renders the statement for this engine.
func (d *DB) text(s *tx.Stmt) string {
	if v, ok := d.texts.Load(s); ok {
		return v.(string)
	}
	v := Render(d.dialect, s.Text)
	d.texts.Store(s, v)
	return v
}

// fragments is the whole difference between the engines in shared SQL. Keep it at ten lines or fewer.
var fragments = map[Dialect]*strings.Replacer{
	SQLite:   strings.NewReplacer("{{bytes}}", "BLOB", "{{skiplocked}}", "", "{{forupdate}}", ""),
	Postgres: strings.NewReplacer("{{bytes}}", "BYTEA", "{{skiplocked}}", "FOR UPDATE SKIP LOCKED", "{{forupdate}}", "FOR UPDATE"),
}

// Render fills the dialect fragments into an SQL text.
func Render(d Dialect, text string) string { return fragments[d].Replace(text) }

// Read implements tx.Runner.
func (d *DB) Read(ctx context.Context, f func(ctx context.Context, t tx.Tx) error) error {
	opts := &sql.TxOptions{ReadOnly: true}
	if d.dialect == Postgres {
		opts.Isolation = sql.LevelRepeatableRead
	}
	stx, err := d.read.BeginTx(ctx, opts)
	if err != nil {
		return classify(err, "begin read")
	}
	defer stx.Rollback() //nolint:errcheck // nothing to undo in a read
	return f(ctx, &sqlTx{db: d, q: stx, prepare: d.readStmt(stx)})
}

// readStmt prepares statements once on the pool and reuses them; SQLite would otherwise compile the text again at each call. The first users of a statement
// prepare it on their own connection: waiting for another one of the pool while holding this one is how readers would wait for one another for ever.
func (d *DB) readStmt(stx *sql.Tx) func(context.Context, *tx.Stmt) (*sql.Stmt, error) {
	if d.dialect == Postgres {
		return nil // pgx caches prepared statements per connection by text
	}
	return func(ctx context.Context, s *tx.Stmt) (*sql.Stmt, error) {
		if v, ok := d.reads.Load(s); ok {
			return stx.StmtContext(ctx, v.(*sql.Stmt)), nil
		}
		if _, begun := d.preparing.LoadOrStore(s, true); !begun {
			d.prepares.begin(func() { d.prepareRead(s) })
		}
		return stx.PrepareContext(ctx, d.text(s))
	}
}

// prepareRead prepares a statement on the pool, holding no connection meanwhile. When it fails, the next user tries again.
func (d *DB) prepareRead(s *tx.Stmt) {
	ps, err := d.read.PrepareContext(context.Background(), d.text(s))
	if err != nil {
		d.preparing.Delete(s)
		return
	}
	d.reads.Store(s, ps)
}

// Write implements tx.Runner.
func (d *DB) Write(ctx context.Context, f func(ctx context.Context, t tx.Tx) error) error {
	if d.writer != nil {
		return d.writer.do(ctx, f)
	}
	var err error
	for attempt := range 8 {
		if attempt > 0 {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(time.Duration(attempt*attempt) * 3 * time.Millisecond):
			}
		}
		if err = d.writeOnce(ctx, f); err == nil || !retryable(err) {
			return err
		}
	}
	return &casefile.Error{Category: casefile.Unavailable, Key: "error.busy", RetryAfter: time.Second, Cause: err}
}

func (d *DB) writeOnce(ctx context.Context, f func(ctx context.Context, t tx.Tx) error) (err error) {
	var o *sql.TxOptions
	if d.dialect == Postgres {
		o = &sql.TxOptions{Isolation: sql.LevelReadCommitted}
	}
	stx, err := d.read.BeginTx(ctx, o)
	if err != nil {
		return classify(err, "begin")
	}
	t := &sqlTx{db: d, q: stx}
	if d.dialect == SQLite {
		t.prepare = d.readStmt(stx)
	}
	defer func() {
		if err != nil {
			stx.Rollback() //nolint:errcheck // the first error is the one to tell
		}
	}()
	if err = run(ctx, d.log, f, t); err != nil {
		return err
	}
	if err = stx.Commit(); err != nil {
		return classify(err, "commit")
	}
	for _, g := range t.commits {
		g()
	}
	return nil
}

// run calls the closure and turns a panic into an error, so that one request cannot take the writer down.
func run(ctx context.Context, log *slog.Logger, f func(ctx context.Context, t tx.Tx) error, t *sqlTx) (err error) {
	defer func() {
		if p := recover(); p != nil {
			buf := make([]byte, 8<<10)
			log.Error("panic in a transaction", "panic", fmt.Sprint(p), "stack", string(buf[:runtime.Stack(buf, false)]))
			err = casefile.Failf(casefile.Internal, "error.internal", "panic in a transaction: %v", p)
		}
	}()
	if err = f(ctx, t); err == nil {
		err = t.failed
	}
	return err
}
