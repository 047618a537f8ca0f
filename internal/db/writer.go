package db

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/tx"
)

// writer is the one goroutine that writes to SQLite.
type writer struct {
	db    *DB
	pool  *sql.DB
	conn  *sql.Conn
	batch int
	fold  *folder // nil until started
	since int     // commits since the last fold
	// careful counts the batches that still keep to savepoints.
	careful int
	// rehearse runs every job twice, the first time in vain: closures must be re-runnable.
	rehearse bool
	queue    chan *job
	done     chan struct{}

	mu     sync.RWMutex // guards closed against sends on queue
	closed bool

	stmts map[*tx.Stmt]*sql.Stmt
	plain map[string]*sql.Stmt
}

type job struct {
	ctx     context.Context
	f       func(context.Context, tx.Tx) error
	alone   func() error                           // instead of f: with the connection given back to the pool (migrations)
	outside func(context.Context, *sql.Conn) error // instead of f: on the connection, between two transactions
	err     error
	commits []func()
	ready   chan struct{}
}

func startWriter(d *DB, pool *sql.DB, conn *sql.Conn, folds *sql.DB, o Options) *writer {
	w := &writer{
		db: d, pool: pool, conn: conn, batch: o.Batch, queue: make(chan *job, o.Queue), done: make(chan struct{}),
		rehearse: o.Rehearse, stmts: map[*tx.Stmt]*sql.Stmt{}, plain: map[string]*sql.Stmt{},
	}
	w.fold = startFolder(folds, o.Log, func(f func(context.Context, *sql.Conn) error) error {
		return w.submit(&job{ctx: context.Background(), outside: f, ready: make(chan struct{})})
	})
	go w.loop()
	return w
}

var errClosed = &casefile.Error{Category: casefile.Unavailable, Key: "error.stopping", RetryAfter: 2 * time.Second}

func (w *writer) do(ctx context.Context, f func(context.Context, tx.Tx) error) error {
	return w.submit(&job{ctx: ctx, f: f, ready: make(chan struct{})})
}

// exclusive runs f while nobody writes; f may take the one connection from the pool.
func (w *writer) exclusive(f func() error) error {
	return w.submit(&job{ctx: context.Background(), alone: f, ready: make(chan struct{})})
}

func (w *writer) submit(j *job) error {
	w.mu.RLock()
	if w.closed {
		w.mu.RUnlock()
		return errClosed
	}
	select {
	case w.queue <- j:
		w.mu.RUnlock()
	default:
		w.mu.RUnlock()
		return &casefile.Error{Category: casefile.Unavailable, Key: "error.busy", RetryAfter: time.Second, Cause: errors.New("write queue full")}
	}
	// The answer is awaited even when ctx ends: a caller that gives up must not be told "not done" about something that is being done.
	<-j.ready
	return j.err
}

func (w *writer) stop() error {
	w.mu.Lock()
	already := w.closed
	w.closed = true
	if !already {
		close(w.queue)
	}
	w.mu.Unlock()
	<-w.done
	if already {
		return nil
	}
	return errors.Join(w.fold.stop(), w.forget(), w.conn.Close(), w.pool.Close())
}

// forget closes the prepared statements. SQLite keeps a connection half open, and its log unfolded, while one of them is left.
func (w *writer) forget() error {
	var errs []error
	for _, ps := range w.stmts {
		errs = append(errs, ps.Close())
	}
	for _, ps := range w.plain {
		errs = append(errs, ps.Close())
	}
	w.stmts, w.plain = map[*tx.Stmt]*sql.Stmt{}, map[string]*sql.Stmt{}
	return errors.Join(errs...)
}

func (w *writer) loop() {
	defer close(w.done)
	for j := range w.queue {
		if w.special(j) {
			continue
		}
		jobs := w.runBatch(j)
		for _, j := range jobs {
			if j.err == nil {
				for _, g := range j.commits {
					g()
				}
			}
			close(j.ready)
		}
	}
}

// special runs a job that is no transaction.
func (w *writer) special(j *job) bool {
	switch {
	case j.alone != nil:
		j.err = w.runAlone(j.alone)
	case j.outside != nil:
		j.err = j.outside(context.Background(), w.conn)
	default:
		return false
	}
	close(j.ready)
	return true
}

func (w *writer) runAlone(f func() error) error {
	if err := errors.Join(w.forget(), w.conn.Close()); err != nil {
		return err
	}
	err := f()
	var again error
	w.conn, again = w.pool.Conn(context.Background())
	return errors.Join(err, again)
}

// runBatch runs j and whoever else waits in one transaction. It begins without savepoints, which copy every page that a job touches: most jobs succeed,
// and most failures are found before anything is written. When one fails after it wrote, the batch is rolled back and run again with a savepoint each.
func (w *writer) runBatch(j *job) (jobs []*job) {
	bg := context.Background()
	if err := w.plainExec(bg, "BEGIN IMMEDIATE"); err != nil {
		j.err = classify(err, "begin")
		return []*job{j}
	}
	careful := w.careful > 0
	if careful {
		w.careful--
	}
	for j != nil {
		jobs = append(jobs, j)
		clean, err := w.runOne(bg, j, careful)
		if err != nil {
			return w.abort(jobs, err)
		}
		if !clean {
			if err := w.again(bg, jobs); err != nil {
				return w.abort(jobs, err)
			}
			break
		}
		if len(jobs) >= w.batch {
			break
		}
		j = w.poll()
		if j != nil && (j.alone != nil || j.outside != nil) {
			defer w.special(j)
			break
		}
	}
	if err := w.plainExec(bg, "COMMIT"); err != nil {
		return w.abort(jobs, err)
	}
	if w.since++; w.since >= foldAfterCommits {
		w.since = 0
		w.fold.soon()
	}
	return jobs
}

// carefulBatches is how long after a failure batches keep to savepoints: somebody who makes requests fail must not make everybody's work run twice.
const carefulBatches = 64

// again rolls a batch back whose last job failed half-way, and runs it once more.
func (w *writer) again(bg context.Context, jobs []*job) error {
	if err := w.plainExec(bg, "ROLLBACK"); err != nil {
		return err
	}
	if err := w.plainExec(bg, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	if len(jobs) == 1 {
		return nil // the failed one was alone: it has its error, and nothing is left of it
	}
	w.careful = carefulBatches
	for _, j := range jobs {
		if _, err := w.runOne(bg, j, true); err != nil {
			return err
		}
	}
	return nil
}

// poll answers the next job that waits, or nil.
func (w *writer) poll() *job {
	select {
	case j := <-w.queue:
		return j
	default:
		return nil
	}
}

// abort answers every job of a batch that could not be committed: nothing of it is there.
func (w *writer) abort(jobs []*job, err error) []*job {
	w.plainExec(context.Background(), "ROLLBACK") //nolint:errcheck // fails when SQLite has rolled back by itself
	err = classify(err, "commit")
	for _, j := range jobs {
		if j.err == nil {
			j.err = err
		}
	}
	return jobs
}

// runOne runs a job, inside a savepoint when careful. The error it answers is about the transaction as a whole; the job's own is in j.err. It is not clean
// when the job failed and something of it is left.
func (w *writer) runOne(bg context.Context, j *job, careful bool) (clean bool, err error) {
	j.commits = nil
	if j.err = j.ctx.Err(); j.err != nil {
		return true, nil
	}
	if careful || w.rehearse {
		if err := w.plainExec(bg, "SAVEPOINT one"); err != nil {
			return false, err
		}
	}
	t := w.runIn(j)
	if w.rehearse {
		if err := w.plainExec(bg, "ROLLBACK TO one"); err != nil {
			return false, err
		}
		t = w.runIn(j)
	}
	if !careful && !w.rehearse {
		return j.err == nil || !t.wrote, nil
	}
	if j.err != nil {
		if err := w.plainExec(bg, "ROLLBACK TO one"); err != nil {
			return false, err
		}
	}
	return true, w.plainExec(bg, "RELEASE one")
}

// runIn runs the closure of a job. A cancelled request must not interrupt a statement in the middle of a batch.
func (w *writer) runIn(j *job) *sqlTx {
	t := &sqlTx{db: w.db, q: w.conn, prepare: w.prepare}
	j.err = run(context.WithoutCancel(j.ctx), w.db.log, j.f, t)
	j.commits = t.commits
	return t
}

func (w *writer) prepare(ctx context.Context, s *tx.Stmt) (*sql.Stmt, error) {
	if ps, ok := w.stmts[s]; ok {
		return ps, nil
	}
	ps, err := w.conn.PrepareContext(ctx, w.db.text(s))
	if err == nil {
		w.stmts[s] = ps
	}
	return ps, err
}

func (w *writer) plainExec(ctx context.Context, text string) error {
	ps, ok := w.plain[text]
	if !ok {
		var err error
		if ps, err = w.conn.PrepareContext(ctx, text); err != nil {
			return err
		}
		w.plain[text] = ps
	}
	_, err := ps.ExecContext(ctx)
	return err
}
