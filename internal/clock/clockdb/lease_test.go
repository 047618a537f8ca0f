package clockdb_test

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/clock"
	"anxin/internal/clock/clockdb"
	"anxin/internal/db"
	"anxin/internal/db/dbtest"
	"anxin/internal/tx"
)

//go:embed testdata_test.sql
var testSQL embed.FS

var (
	testStatements = db.MustLoad(testSQL)
	countUp        = testStatements.Stmt("testdata_test/count")
	counted        = testStatements.Stmt("testdata_test/counted")
	states         = testStatements.Stmt("testdata_test/states")
)

func effect(ctx context.Context, x tx.Tx, key string) error {
	_, err := x.Exec(ctx, countUp, []byte(key))
	return err
}

// effects tells how many keys there are and how often they were counted up.
func effects(t *testing.T, d *db.DB) (keys, sum int64) {
	t.Helper()
	err := d.Read(ctx, func(ctx context.Context, x tx.Tx) error { return x.QueryRow(ctx, counted).Scan(&keys, &sum) })
	if err != nil {
		t.Fatal(err)
	}
	return keys, sum
}

// rowStates is like "0:3 2:7": three waiting, seven done.
func rowStates(t *testing.T, d *db.DB) string {
	t.Helper()
	var out []string
	err := d.Read(ctx, func(ctx context.Context, x tx.Tx) error {
		rows, err := x.Query(ctx, states)
		out, err = db.Collect(rows, err, func(row tx.Row) (string, error) {
			var s, n int64
			err := row.Scan(&s, &n)
			return fmt.Sprintf("%d:%d", s, n), err
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(out, " ")
}

type outcomes struct {
	mu   sync.Mutex
	list []clock.Outcome
}

func (o *outcomes) Ran(_ clock.Lane, _ string, out clock.Outcome, _, _ time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.list = append(o.list, out)
}

// lease takes what is due, as a node does that then dies.
func (w *world) lease() (got []clock.Timer) {
	w.t.Helper()
	w.write(func(ctx context.Context, x tx.Tx) (err error) {
		got, err = clockdb.Store{}.Lease(ctx, x, clock.TimerLane, w.src().Now(), 30*time.Second, 100)
		return err
	})
	return got
}

func TestALeaseThatRanOutIsTakenOverAndTheOldHolderIsFenced(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Options{})
		var got clock.Timer
		w.Handle("k", clock.Handler{In: func(ctx context.Context, x tx.Tx, tm clock.Timer) error { got = tm; return effect(ctx, x, "new") }})
		w.set(clock.Timer{Kind: "k", Dedupe: "x"})
		dead := w.lease()
		w.pass(29 * time.Second)
		w.runDue(0)
		w.pass(2 * time.Second)
		w.runDue(1)
		if got.Fence != dead[0].Fence+1 || got.Attempts != 2 || got.ID != dead[0].ID {
			t.Errorf("taken over as %+v from %+v", got, dead[0])
		}
		w.write(func(ctx context.Context, x tx.Tx) error {
			s := clockdb.Store{}
			for name, f := range map[string]func() (bool, error){
				"finish":  func() (bool, error) { return s.Finish(ctx, x, dead[0], start) },
				"again":   func() (bool, error) { return s.Again(ctx, x, dead[0], start, "", true) },
				"bury":    func() (bool, error) { return s.Bury(ctx, x, dead[0], start, "") },
				"renew":   func() (bool, error) { return s.Renew(ctx, x, dead[0], start.Add(time.Hour)) },
				"release": func() (bool, error) { return s.Release(ctx, x, dead[0]) },
			} {
				if ok, err := f(); ok || err != nil {
					t.Errorf("the old holder may still %s (%v)", name, err)
				}
			}
			return nil
		})
		if s := rowStates(t, d); s != "2:1" {
			t.Errorf("states %s", s)
		}
	})
}

// A wall clock that was set back leaves leases that end in a far future: they are taken over at once.
func TestAClockSetBackDoesNotFreezeLeases(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Options{})
		w.Handle("k", clock.Handler{In: func(context.Context, tx.Tx, clock.Timer) error { return nil }})
		w.pass(240 * time.Hour)
		w.set(clock.Timer{Kind: "k"})
		w.lease()
		w.pass(-240 * time.Hour)
		w.runDue(1)
	})
}

// A clock that jumps ahead makes leases run out early: the effect still happens once, because the slower run is fenced off.
func TestAClockThatJumpsAheadDoublesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := &outcomes{}
		w := newWorld(t, d, clock.Options{Meter: o})
		first := true
		w.Handle("k", clock.Handler{Work: func(ctx context.Context, tm clock.Timer) (func(context.Context, tx.Tx) error, error) {
			if first {
				first = false
				w.pass(time.Hour) // meanwhile somebody sets the wall clock
				if n, err := w.RunDue(ctx); n != 1 || err != nil {
					t.Errorf("the second node ran %d (%v)", n, err)
				}
			}
			return func(ctx context.Context, x tx.Tx) error { return effect(ctx, x, "e") }, nil
		}})
		w.set(clock.Timer{Lane: clock.JobLane, Kind: "k"})
		w.runDue(1)
		if _, sum := effects(t, d); sum != 1 {
			t.Errorf("the effect happened %d times", sum)
		}
		if fmt.Sprint(o.list) != "[done fenced]" {
			t.Errorf("outcomes %v", o.list)
		}
	})
}

func TestARunThatIsCancelledMeanwhileLeavesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := &outcomes{}
		w := newWorld(t, d, clock.Options{Meter: o})
		w.Handle("in", clock.Handler{In: func(ctx context.Context, x tx.Tx, tm clock.Timer) error {
			// As another transaction would that commits just before this one ends.
			return errors.Join(effect(ctx, x, "in"), clockdb.Store{}.Cancel(ctx, x, 1, "in", casefile.Nil, start))
		}})
		w.Handle("work", clock.Handler{Work: func(ctx context.Context, tm clock.Timer) (func(context.Context, tx.Tx) error, error) {
			w.write(func(ctx context.Context, x tx.Tx) error { return w.Cancel(ctx, x, 1, "work") })
			return func(ctx context.Context, x tx.Tx) error { return effect(ctx, x, "work") }, nil
		}})
		w.Handle("replaced", clock.Handler{Out: func(context.Context, clock.Timer) error {
			w.set(clock.Timer{Kind: "replaced", Lane: clock.OutboxLane, Dedupe: "replaced", Due: start.Add(time.Hour)})
			return nil
		}})
		w.set(clock.Timer{Kind: "in", Dedupe: "in"})
		w.set(clock.Timer{Kind: "work", Lane: clock.JobLane, Dedupe: "work"})
		w.set(clock.Timer{Kind: "replaced", Lane: clock.OutboxLane, Dedupe: "replaced"})
		w.runDue(3)
		if _, sum := effects(t, d); sum != 0 {
			t.Errorf("%d effects", sum)
		}
		if fmt.Sprint(o.list) != "[fenced fenced fenced]" {
			t.Errorf("outcomes %v", o.list)
		}
		if s := rowStates(t, d); s != "0:1 1:1 4:1" { // replaced waits anew; in is leased (its cancelling was rolled back); work is cancelled
			t.Errorf("states %s", s)
		}
	})
}

func TestOutsideEffectsKeepTheirIDAndGiveUpInTheEnd(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := &outcomes{}
		w := newWorld(t, d, clock.Options{Meter: o})
		var ids []casefile.ID
		answers := []error{
			clock.Later(10*time.Minute, errors.New("429")),
			&url.Error{Op: "Post", URL: "https://example.test/hook?token=secret", Err: errors.New("connection refused\nsecond line")},
			nil,
		}
		w.Handle("send", clock.Handler{Retry: func(int) time.Duration { return time.Minute }, Out: func(_ context.Context, tm clock.Timer) error {
			ids = append(ids, tm.ID)
			return answers[tm.Attempts-1]
		}})
		w.set(clock.Timer{Kind: "send", Lane: clock.OutboxLane})
		w.runDue(1)
		w.pass(9 * time.Minute)
		w.runDue(0)
		w.pass(time.Minute)
		w.runDue(1)
		w.pass(72 * time.Second)
		w.runDue(1)
		if len(ids) != 3 || ids[0] != ids[1] || ids[1] != ids[2] || fmt.Sprint(o.list) != "[retry retry done]" {
			t.Errorf("ids %v, outcomes %v", ids, o.list)
		}
		w.Handle("hopeless", clock.Handler{Out: func(context.Context, clock.Timer) error { return clock.Hopeless(answers[1]) }})
		w.Handle("panics", clock.Handler{MaxAttempts: 1, Out: func(context.Context, clock.Timer) error { panic("broken") }})
		w.Handle("panics in", clock.Handler{MaxAttempts: 1, In: func(context.Context, tx.Tx, clock.Timer) error { panic("broken") }})
		w.set(clock.Timer{Kind: "hopeless", Lane: clock.OutboxLane})
		w.set(clock.Timer{Kind: "panics", Lane: clock.OutboxLane})
		w.set(clock.Timer{Kind: "panics in"})
		w.runDue(3)
		w.write(func(ctx context.Context, x tx.Tx) error {
			dead, err := w.DeadLetters(ctx, x, 1)
			if len(dead) != 3 {
				t.Fatalf("%d dead letters (%v)", len(dead), err)
			}
			for _, l := range dead {
				if strings.Contains(l.Cause, "secret") || strings.ContainsAny(l.Cause, "\n") {
					t.Errorf("cause %q tells too much", l.Cause)
				}
				if l.Kind == "hopeless" {
					if l.Cause != "Post: connection refused second line" {
						t.Errorf("cause %q", l.Cause)
					}
					answers[1] = nil
					if err := w.RetryDead(ctx, x, 2, l.ID); !casefile.Is(err, casefile.NotFound) {
						t.Errorf("another tenant retries: %v", err)
					}
					return w.RetryDead(ctx, x, 1, l.ID)
				}
			}
			return err
		})
	})
}

func TestDeadLettersAreRetriedOrDropped(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Options{})
		fail, ran := true, []casefile.ID{}
		w.Handle("k", clock.Handler{MaxAttempts: 1, In: func(_ context.Context, _ tx.Tx, tm clock.Timer) error {
			if fail {
				return errors.New("no")
			}
			ran = append(ran, tm.ID)
			return nil
		}})
		w.set(clock.Timer{Kind: "k", Dedupe: "x"})
		w.pass(time.Second)
		w.set(clock.Timer{Kind: "k", Dedupe: "x"}) // a dead one does not hold the key
		w.runDue(1)
		w.set(clock.Timer{Kind: "k", Dedupe: "x"})
		w.pass(time.Second)
		w.runDue(1)
		var dead []clock.DeadLetter
		w.write(func(ctx context.Context, x tx.Tx) (err error) { dead, err = w.DeadLetters(ctx, x, 1); return err })
		if len(dead) != 2 || dead[0].Cause != "no" || dead[0].Died.Before(dead[1].Died) {
			t.Fatalf("dead: %+v", dead)
		}
		fail = false
		w.write(func(ctx context.Context, x tx.Tx) error {
			return errors.Join(w.RetryDead(ctx, x, 1, dead[1].ID), w.DropDead(ctx, x, 1, dead[0].ID))
		})
		w.runDue(1)
		if len(ran) != 1 || ran[0] != dead[1].ID {
			t.Errorf("ran %v", ran)
		}
		err := d.Write(ctx, func(ctx context.Context, x tx.Tx) error { return w.RetryDead(ctx, x, 1, dead[0].ID) })
		if !casefile.Is(err, casefile.NotFound) {
			t.Errorf("a dropped one is retried: %v", err)
		}
	})
}

func TestPausedKindsWait(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Options{})
		ran := map[casefile.Tenant]int{}
		w.Handle("k", clock.Handler{In: func(_ context.Context, _ tx.Tx, tm clock.Timer) error { ran[tm.Tenant]++; return nil }})
		w.set(clock.Timer{Kind: "k"})
		for range 2 { // twice is once
			w.write(func(ctx context.Context, x tx.Tx) error { return w.PauseKind(ctx, x, 1, "k") })
		}
		w.set(clock.Timer{Kind: "k"})
		w.set(clock.Timer{Kind: "k", Tenant: 2})
		w.runDue(1)
		if fmt.Sprint(ran) != "map[2:1]" {
			t.Errorf("ran %v", ran)
		}
		var n int64
		w.write(func(ctx context.Context, x tx.Tx) (err error) { n, err = w.ResumeKind(ctx, x, 1, "k"); return err })
		w.runDue(2)
		if n != 2 || ran[1] != 2 {
			t.Errorf("resumed %d, ran %v", n, ran)
		}
		id := w.src().NewID()
		w.set(clock.Timer{Kind: "k", ID: id})
		w.write(func(ctx context.Context, x tx.Tx) error { return w.PauseTimer(ctx, x, 1, id) })
		w.runDue(0)
		w.write(func(ctx context.Context, x tx.Tx) error { return w.ResumeTimer(ctx, x, 1, id) })
		w.runDue(1)
	})
}

func TestCountsTellWhatALaneLooksLike(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Options{})
		w.Handle("k", clock.Handler{MaxAttempts: 1, In: func(context.Context, tx.Tx, clock.Timer) error { return errors.New("no") }})
		w.set(clock.Timer{Kind: "k"})
		w.runDue(1) // dead
		w.set(clock.Timer{Kind: "k"})
		w.lease()
		w.set(clock.Timer{Kind: "k", Due: start.Add(time.Hour)})
		w.set(clock.Timer{Kind: "k", Due: start.Add(-time.Minute)})
		var got []clock.LaneCounts
		w.write(func(ctx context.Context, x tx.Tx) (err error) { got, err = w.Counts(ctx, x); return err })
		want := clock.LaneCounts{Lane: clock.TimerLane, Waiting: 2, Overdue: 1, Running: 1, Dead: 1, Lag: time.Minute}
		if len(got) != 3 || got[0] != want {
			t.Errorf("got %+v", got)
		}
	})
}

func TestPurgeRemovesOnlyWhatIsLongDone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Options{Keep: 72 * time.Hour})
		fail := true
		w.Handle("k", clock.Handler{MaxAttempts: 1, In: func(context.Context, tx.Tx, clock.Timer) error {
			if fail {
				return errors.New("no")
			}
			return nil
		}})
		w.set(clock.Timer{Kind: "k"})
		w.runDue(1)
		fail = false
		w.set(clock.Timer{Kind: "k"})
		w.set(clock.Timer{Kind: "k", Dedupe: "x"})
		w.write(func(ctx context.Context, x tx.Tx) error { return w.Cancel(ctx, x, 1, "x") })
		w.runDue(1)
		w.pass(71 * time.Hour)
		w.set(clock.Timer{Kind: "k"})
		w.runDue(1)
		w.set(clock.Timer{Kind: "k", Due: start.Add(time.Hour * 1000)})
		w.pass(2 * time.Hour)
		if n, err := w.Purge(ctx); n != 2 || err != nil {
			t.Errorf("purged %d (%v)", n, err)
		}
		if s := rowStates(t, d); s != "0:1 2:1 3:1" {
			t.Errorf("states %s", s)
		}
	})
}

func TestCancelCaseSparesTheOutbox(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Options{})
		one, other := w.src().NewID(), w.src().NewID()
		var ran []string
		w.Handle("in", clock.Handler{In: func(_ context.Context, _ tx.Tx, tm clock.Timer) error {
			ran = append(ran, string(tm.Payload))
			return nil
		}})
		w.Handle("out", clock.Handler{Out: func(_ context.Context, tm clock.Timer) error { ran = append(ran, string(tm.Payload)); return nil }})
		w.set(clock.Timer{Kind: "in", Case: one, Payload: json.RawMessage(`"cancelled"`)})
		w.set(clock.Timer{Kind: "in", Case: other, Payload: json.RawMessage(`"other"`)})
		w.set(clock.Timer{Kind: "out", Case: one, Lane: clock.OutboxLane, Payload: json.RawMessage(`"message"`)})
		w.write(func(ctx context.Context, x tx.Tx) error { return w.CancelCase(ctx, x, 1, one) })
		w.runDue(2)
		if fmt.Sprint(ran) != `["other" "message"]` {
			t.Errorf("ran %v", ran)
		}
	})
}

func TestRecurringKindsSetThemselvesAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, clock.Options{})
		n := 0
		w.Handle("k", clock.Handler{Every: time.Hour, In: func(context.Context, tx.Tx, clock.Timer) error { n++; return nil }})
		for range 2 {
			w.write(func(ctx context.Context, x tx.Tx) error {
				return w.Ensure(ctx, x, clock.Timer{Tenant: 1, Kind: "k", Dedupe: "hourly"})
			})
		}
		w.runDue(1)
		w.pass(time.Hour)
		w.runDue(1)
		w.pass(5*time.Hour + time.Minute) // asleep: missed rounds are not made up for
		w.runDue(1)
		w.runDue(0)
		w.pass(time.Hour)
		w.runDue(1)
		if n != 4 || rowStates(t, d) != "0:1 2:4" {
			t.Errorf("ran %d times, states %s", n, rowStates(t, d))
		}
	})
}

func TestWrongTimersAreRefused(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t), clock.Options{})
	w.Handle("in", clock.Handler{In: func(context.Context, tx.Tx, clock.Timer) error { return nil }})
	w.Handle("out", clock.Handler{Out: func(context.Context, clock.Timer) error { return nil }})
	for name, tm := range map[string]clock.Timer{
		"no tenant":      {Kind: "in"},
		"no kind":        {Tenant: 1},
		"no such lane":   {Tenant: 1, Kind: "in", Lane: "fast"},
		"control lane":   {Tenant: 1, Kind: "in", Lane: "control"},
		"in on outbox":   {Tenant: 1, Kind: "in", Lane: clock.OutboxLane},
		"out on timers":  {Tenant: 1, Kind: "out"},
		"no JSON":        {Tenant: 1, Kind: "in", Payload: json.RawMessage("{")},
		"a huge payload": {Tenant: 1, Kind: "in", Payload: json.RawMessage(`"` + strings.Repeat("x", clock.MaxPayload) + `"`)},
		"a huge key":     {Tenant: 1, Kind: "in", Dedupe: strings.Repeat("x", 300)},
	} {
		if err := d2(w, tm); !casefile.Is(err, casefile.Internal) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, f := range map[string]func(){
		"twice": func() {
			w.Handle("in", clock.Handler{In: func(context.Context, tx.Tx, clock.Timer) error { return nil }})
		},
		"nothing": func() { w.Handle("new", clock.Handler{}) },
		"too much": func() {
			w.Handle("new", clock.Handler{In: func(context.Context, tx.Tx, clock.Timer) error { return nil }, Out: func(context.Context, clock.Timer) error { return nil }})
		},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("handler %s: accepted", name)
				}
			}()
			f()
		}()
	}
}

func d2(w *world, tm clock.Timer) error {
	return w.d.Write(ctx, func(ctx context.Context, x tx.Tx) error { return w.Set(ctx, x, tm) })
}

// A kind that this program does not know waits for one that does, however long.
func TestAnUnknownKindIsNotLost(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		old := newWorld(t, d, clock.Options{})
		old.set(clock.Timer{Kind: "new"})
		for range 25 {
			old.runDue(1)
			old.pass(2 * time.Minute)
		}
		w := newWorld(t, d, clock.Options{})
		ran := 0
		w.Handle("new", clock.Handler{In: func(context.Context, tx.Tx, clock.Timer) error { ran++; return nil }})
		w.pass(2 * time.Hour)
		w.runDue(1)
		if ran != 1 {
			t.Errorf("ran %d times", ran)
		}
	})
}

// Recurring work goes on however often it fails: giving it up would stop it for good.
func TestRecurringWorkNeverDies(t *testing.T) {
	d := dbtest.SQLite(t)
	w := newWorld(t, d, clock.Options{})
	n := 0
	w.Handle("k", clock.Handler{Every: time.Minute, MaxAttempts: 2, Out: func(context.Context, clock.Timer) error {
		if n++; n <= 10 {
			return clock.Hopeless(errors.New("no"))
		}
		return nil
	}})
	w.set(clock.Timer{Kind: "k", Lane: clock.JobLane, Dedupe: "k"})
	for range 12 {
		w.runDue(1)
		w.pass(time.Minute)
	}
	if n != 12 || rowStates(t, d) != "0:1 2:2" {
		t.Errorf("ran %d times, states %s", n, rowStates(t, d))
	}
}
