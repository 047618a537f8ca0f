package clockdb_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/clock"
	"anxin/internal/clock/clockdb"
	"anxin/internal/db"
	"anxin/internal/db/dbtest"
	"anxin/internal/tx"
)

var ctx = context.Background()

var start = time.Date(2026, 11, 22, 12, 0, 0, 0, casefile.Shanghai)

// world is a clock with a time that the test moves.
type world struct {
	*clock.Clock
	t   *testing.T
	d   *db.DB
	now atomic.Int64
}

func (w *world) src() casefile.Source {
	return casefile.Source{Clock: func() time.Time { return time.UnixMicro(w.now.Load()) }}
}

func (w *world) pass(d time.Duration) { w.now.Add(d.Microseconds()) }

func newWorld(t *testing.T, d *db.DB, o clock.Options) *world {
	w := &world{t: t, d: d}
	w.now.Store(start.UnixMicro())
	w.Clock = clock.New(d, clockdb.Store{}, w.src(), o)
	return w
}

func (w *world) write(f func(ctx context.Context, t tx.Tx) error) {
	w.t.Helper()
	if err := w.d.Write(ctx, f); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) set(tm clock.Timer) {
	w.t.Helper()
	if tm.Tenant == 0 {
		tm.Tenant = 1
	}
	w.write(func(ctx context.Context, x tx.Tx) error { return w.Set(ctx, x, tm) })
}

func (w *world) runDue(want int) {
	w.t.Helper()
	if n, err := w.RunDue(ctx); err != nil || n != want {
		w.t.Fatalf("%d runs, want %d (%v)", n, want, err)
	}
}

func TestStatementsPrepareOnBoth(t *testing.T) { dbtest.CheckStatements(t, clockdb.Statements) }

func TestATimerRunsOnceWhenDue(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Options{})
		var got []clock.Timer
		w.Handle("k", clock.Handler{In: func(_ context.Context, _ tx.Tx, tm clock.Timer) error { got = append(got, tm); return nil }})
		set := clock.Timer{Tenant: 7, ID: w.src().NewID(), Kind: "k", Case: w.src().NewID(), Dedupe: "d", Due: start.Add(time.Minute), Payload: json.RawMessage(`{"a":1}`)}
		w.set(set)
		w.runDue(0)
		w.pass(time.Minute)
		w.runDue(1)
		w.runDue(0)
		if len(got) != 1 || got[0].Attempts != 1 || got[0].ID != set.ID || got[0].Case != set.Case || got[0].Tenant != 7 || string(got[0].Payload) != `{"a":1}` || !got[0].Due.Equal(set.Due) {
			t.Errorf("got %+v", got)
		}
	})
}

func TestATimerExistsOnlyIfItsActDoes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Options{})
		w.Handle("k", clock.Handler{In: func(context.Context, tx.Tx, clock.Timer) error { return nil }})
		_ = d.Write(ctx, func(ctx context.Context, x tx.Tx) error {
			return errors.Join(w.Set(ctx, x, clock.Timer{Tenant: 1, Kind: "k"}), errors.New("refused"))
		})
		w.runDue(0)
	})
}

func TestDedupeReplacesAndCancelEnds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Options{})
		var ran []string
		w.Handle("k", clock.Handler{In: func(_ context.Context, _ tx.Tx, tm clock.Timer) error {
			ran = append(ran, string(tm.Payload))
			return nil
		}})
		for i := range 3 {
			w.set(clock.Timer{Kind: "k", Dedupe: "x", Due: start.Add(time.Duration(10-i) * time.Minute), Payload: json.RawMessage(fmt.Sprint(i))})
		}
		w.set(clock.Timer{Kind: "k", Dedupe: "y", Payload: json.RawMessage("9")})
		w.set(clock.Timer{Tenant: 2, Kind: "k", Dedupe: "y", Payload: json.RawMessage("8")})
		w.write(func(ctx context.Context, x tx.Tx) error {
			return errors.Join(w.Cancel(ctx, x, 1, "y"), w.Cancel(ctx, x, 1, "unknown"),
				w.Ensure(ctx, x, clock.Timer{Tenant: 1, Kind: "k", Dedupe: "x", Payload: json.RawMessage("7")}))
		})
		w.runDue(1)
		w.pass(8 * time.Minute)
		w.runDue(1)
		if fmt.Sprint(ran) != "[8 2]" {
			t.Errorf("ran %v", ran)
		}
	})
}

// A handler sets the next timer under its own key, as recurring work does.
func TestAHandlerSetsItsOwnNextTimer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Options{})
		n := 0
		w.Handle("k", clock.Handler{In: func(ctx context.Context, x tx.Tx, tm clock.Timer) error {
			n++
			if err := w.Cancel(ctx, x, 1, "x"); err != nil {
				return err
			}
			return w.Set(ctx, x, clock.Timer{Tenant: 1, Kind: "k", Dedupe: "x", Due: tm.Due.Add(time.Minute)})
		}})
		w.set(clock.Timer{Kind: "k", Dedupe: "x"})
		for i := range 3 {
			w.runDue(1)
			w.pass(time.Minute)
			if n != i+1 {
				t.Fatalf("ran %d times", n)
			}
		}
		if s := rowStates(t, d); s != "0:1 2:3" {
			t.Errorf("states %s: the runs must be done and the next one waiting", s)
		}
	})
}

func TestFailureBacksOffAndThenDies(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Options{})
		n := 0
		w.Handle("k", clock.Handler{MaxAttempts: 3, Retry: func(a int) time.Duration { return time.Duration(a) * time.Minute },
			In: func(context.Context, tx.Tx, clock.Timer) error { n++; return errors.New("no") }})
		w.set(clock.Timer{Kind: "k", Dedupe: "x"})
		w.runDue(1)
		w.runDue(0)
		w.pass(72 * time.Second) // one minute and 20 %
		w.runDue(1)
		w.pass(72 * time.Second)
		w.runDue(0)
		w.pass(72 * time.Second)
		w.runDue(1)
		w.pass(24 * time.Hour)
		w.runDue(0)
		if n != 3 {
			t.Errorf("ran %d times", n)
		}
	})
}

// Two nodes, a thousand timers, every effect once.
func TestTwoNodesRunEachTimerOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const n = 400
		ran := make([]atomic.Int32, n)
		var left sync.WaitGroup
		left.Add(n)
		run, stop := context.WithCancel(ctx)
		var nodes sync.WaitGroup
		for range 2 {
			c := clock.New(d, clockdb.Store{}, casefile.Source{}, clock.Options{Timers: 4, Poll: 20 * time.Millisecond})
			c.Handle("k", clock.Handler{In: func(_ context.Context, x tx.Tx, tm clock.Timer) error {
				var i int
				if err := json.Unmarshal(tm.Payload, &i); err != nil {
					return err
				}
				x.OnCommit(func() {
					if ran[i].Add(1) == 1 {
						left.Done()
					}
				})
				return nil
			}})
			nodes.Go(func() {
				if err := c.Run(run); err != nil {
					t.Error(err)
				}
			})
		}
		w := newWorld(t, d, clock.Options{})
		w.write(func(ctx context.Context, x tx.Tx) error {
			for i := range n {
				if err := w.Set(ctx, x, clock.Timer{Tenant: 1, Kind: "k", Due: time.Now(), Payload: json.RawMessage(fmt.Sprint(i))}); err != nil {
					return err
				}
			}
			return nil
		})
		left.Wait()
		stop()
		nodes.Wait()
		for i := range ran {
			if ran[i].Load() != 1 {
				t.Errorf("timer %d ran %d times", i, ran[i].Load())
			}
		}
	})
}
