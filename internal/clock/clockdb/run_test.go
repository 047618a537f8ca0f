package clockdb_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
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

// started runs the clock until the test ends.
func started(t *testing.T, c *clock.Clock) {
	t.Helper()
	run, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- c.Run(run) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("run: %v", err)
		}
	})
}

// With polling switched off for practical purposes, only the wake-up after the commit can make these run.
func TestASetWakesTheLoopInTheSameProcess(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := clock.New(d, clockdb.Store{}, casefile.Source{}, clock.Options{Poll: time.Hour})
		ran := make(chan string, 10)
		for _, kind := range []string{"now", "soon", "chained"} {
			c.Handle(kind, clock.Handler{In: func(ctx context.Context, x tx.Tx, tm clock.Timer) error {
				x.OnCommit(func() { ran <- kind })
				if kind == "soon" {
					return c.Set(ctx, x, clock.Timer{Tenant: 1, Kind: "chained"})
				}
				return nil
			}})
		}
		started(t, c)
		for range 5 {
			for _, tm := range []clock.Timer{{Tenant: 1, Kind: "soon", Due: time.Now().Add(30 * time.Millisecond)}, {Tenant: 1, Kind: "now"}} {
				if err := d.Write(ctx, func(ctx context.Context, x tx.Tx) error { return c.Set(ctx, x, tm) }); err != nil {
					t.Fatal(err)
				}
			}
			seen := map[string]int{}
			for range 3 {
				select {
				case kind := <-ran:
					seen[kind]++
				case <-time.After(20 * time.Second):
					t.Fatalf("nobody woke the loop; ran %v", seen)
				}
			}
			if len(seen) != 3 {
				t.Fatalf("ran %v", seen)
			}
		}
	})
}

// What another process sets is found by polling.
func TestWhatAnotherProcessSetsIsFoundByPolling(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := clock.New(d, clockdb.Store{}, casefile.Source{}, clock.Options{Poll: 20 * time.Millisecond})
		ran := make(chan struct{})
		c.Handle("k", clock.Handler{In: func(_ context.Context, x tx.Tx, _ clock.Timer) error { x.OnCommit(func() { close(ran) }); return nil }})
		started(t, c)
		other := clock.New(d, clockdb.Store{}, casefile.Source{}, clock.Options{})
		if err := d.Write(ctx, func(ctx context.Context, x tx.Tx) error { return other.Set(ctx, x, clock.Timer{Tenant: 1, Kind: "k"}) }); err != nil {
			t.Fatal(err)
		}
		select {
		case <-ran:
		case <-time.After(20 * time.Second):
			t.Fatal("not found")
		}
	})
}

// Each lane has its own workers: a full outbox does not hold timers up, and never more run at once than allowed.
func TestLanesAreBoundedAndIndependent(t *testing.T) {
	d := dbtest.SQLite(t)
	c := clock.New(d, clockdb.Store{}, casefile.Source{}, clock.Options{Outbox: 3, Alone: true})
	release, ran := make(chan struct{}), make(chan struct{})
	var now, most atomic.Int32
	var sent sync.WaitGroup
	sent.Add(20)
	c.Handle("send", clock.Handler{Out: func(context.Context, clock.Timer) error {
		n := now.Add(1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		<-release
		now.Add(-1)
		sent.Done()
		return nil
	}})
	c.Handle("k", clock.Handler{In: func(_ context.Context, x tx.Tx, _ clock.Timer) error { x.OnCommit(func() { close(ran) }); return nil }})
	started(t, c)
	set := func(tms ...clock.Timer) {
		err := d.Write(ctx, func(ctx context.Context, x tx.Tx) error {
			for _, tm := range tms {
				if err := c.Set(ctx, x, tm); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	var letters []clock.Timer
	for range 20 {
		letters = append(letters, clock.Timer{Tenant: 1, Kind: "send", Lane: clock.OutboxLane})
	}
	set(letters...)
	set(clock.Timer{Tenant: 1, Kind: "k"})
	<-ran
	close(release)
	sent.Wait()
	if most.Load() > 3 {
		t.Errorf("%d at once, allowed are 3", most.Load())
	}
}

// A stop waits for what runs and gives back what only waits, without counting it as an attempt.
func TestAStopGivesBackWhatDidNotBegin(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := clock.New(d, clockdb.Store{}, casefile.Source{}, clock.Options{Outbox: 1})
		begun, release := make(chan struct{}, 10), make(chan struct{})
		c.Handle("send", clock.Handler{Out: func(context.Context, clock.Timer) error { begun <- struct{}{}; <-release; return nil }})
		err := d.Write(ctx, func(ctx context.Context, x tx.Tx) error {
			for range 2 {
				if err := c.Set(ctx, x, clock.Timer{Tenant: 1, Kind: "send", Lane: clock.OutboxLane}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		run, stop := context.WithCancel(ctx)
		ended := make(chan error)
		go func() { ended <- c.Run(run) }()
		<-begun
		stop()
		close(release)
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		if s := rowStates(t, d); s != "0:1 2:1" {
			t.Fatalf("states %s, want one done and one waiting", s)
		}
		c = clock.New(d, clockdb.Store{}, casefile.Source{}, clock.Options{})
		attempts := 0
		c.Handle("send", clock.Handler{Out: func(_ context.Context, tm clock.Timer) error { attempts = tm.Attempts; return nil }})
		if n, err := c.RunDue(ctx); n != 1 || err != nil || attempts != 1 {
			t.Errorf("%d runs (%v), attempt %d", n, err, attempts)
		}
	})
}

const killEnv = "ANXIN_CLOCK_KILL_TEST"

// TestKillNine starts a process that works off timers, kills it with SIGKILL at odd moments, again and again, and then looks: every effect inside the database
// is there exactly once, every effect outside at least once.
func TestKillNine(t *testing.T) {
	if path := os.Getenv(killEnv); path != "" {
		victim(path)
		return
	}
	const timers, kills = 300, 12
	dir := t.TempDir()
	path := filepath.Join(dir, "anxin.db")
	d := open(t, path)
	c := clock.New(d, clockdb.Store{}, casefile.Source{}, clock.Options{})
	err := d.Write(ctx, func(ctx context.Context, x tx.Tx) error {
		for i := range timers {
			payload := json.RawMessage(fmt.Sprint(i))
			err := c.Set(ctx, x, clock.Timer{Tenant: 1, Kind: "in", Payload: payload})
			if i%10 == 0 && err == nil {
				err = c.Set(ctx, x, clock.Timer{Tenant: 1, Kind: "out", Lane: clock.OutboxLane, Payload: payload})
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	for i := range kills {
		cmd := exec.Command(os.Args[0], "-test.run=^TestKillNine$")
		cmd.Env = append(os.Environ(), killEnv+"="+path)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		// The victim says a line per effect; kill it after a few, so that it is in the middle of others.
		lines := bufio.NewScanner(out)
		for n := 0; n < 5+7*i%23 && lines.Scan(); n++ {
		}
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	d = open(t, path)
	defer d.Close()
	keysBefore, _ := effects(t, d)
	if keysBefore == 0 || keysBefore == timers {
		t.Logf("the kills hit at %d of %d effects: too early or late to say much", keysBefore, timers)
	}
	finish := clock.New(d, clockdb.Store{}, casefile.Source{}, clock.Options{Alone: true})
	handleForKill(finish, filepath.Dir(path))
	run, stop := context.WithTimeout(ctx, 60*time.Second)
	go func() {
		for run.Err() == nil {
			if s := rowStates(t, d); s == fmt.Sprintf("2:%d", timers+timers/10) {
				stop()
			}
			time.Sleep(20 * time.Millisecond)
		}
	}()
	if err := finish.Run(run); err != nil {
		t.Fatal(err)
	}
	if keys, sum := effects(t, d); keys != timers || sum != timers {
		t.Errorf("%d timers had %d effects, want %d of each once", keys, sum, timers)
	}
	outside, err := os.ReadFile(filepath.Join(dir, "outside"))
	if err != nil {
		t.Fatal(err)
	}
	sent := map[string]int{}
	for _, line := range strings.Fields(string(outside)) {
		sent[line]++
	}
	if len(sent) != timers/10 {
		t.Errorf("%d of %d letters went out", len(sent), timers/10)
	}
	t.Logf("%d kills; %d of %d effects were there before the last start; %d letters sent %d times", kills, keysBefore, timers, len(sent), len(strings.Fields(string(outside))))
}

func open(t *testing.T, path string) *db.DB {
	t.Helper()
	d, err := db.Open(ctx, db.Options{URL: path})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	return d
}

func handleForKill(c *clock.Clock, dir string) {
	c.Handle("in", clock.Handler{In: func(ctx context.Context, x tx.Tx, tm clock.Timer) error {
		x.OnCommit(func() { fmt.Println("in", string(tm.Payload)) })
		return effect(ctx, x, string(tm.Payload))
	}})
	c.Handle("out", clock.Handler{Out: func(_ context.Context, tm clock.Timer) error {
		f, err := os.OpenFile(filepath.Join(dir, "outside"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = fmt.Fprintln(f, tm.ID.String())
		return err
	}})
}

// victim is the process that gets killed.
func victim(path string) {
	d, err := db.Open(ctx, db.Options{URL: path})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	// Few workers, so that it does not finish before it is killed.
	c := clock.New(d, clockdb.Store{}, casefile.Source{}, clock.Options{Alone: true, Timers: 2, Outbox: 1})
	handleForKill(c, filepath.Dir(path))
	if err := c.Run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
