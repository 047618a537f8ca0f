package clockdb_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/fstest"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/casefile/casefiledb"
	"anxin/internal/clock"
	"anxin/internal/clock/clockdb"
	"anxin/internal/db"
	"anxin/internal/db/dbtest"
	"anxin/internal/tx"
)

// noLedger is for tests that append no events.
type noLedger struct{}

func (noLedger) AppendLeaves(context.Context, tx.Tx, []casefile.LogLeaf) (int64, error) {
	return 0, errors.New("no log in this test")
}

// caseWorld is a world with one case and its clocks.
type caseWorld struct {
	*world
	clocks  *clock.CaseClocks
	cf      casefile.Case
	expired []string
	moved   []string
}

func newCaseWorld(t *testing.T, d *db.DB) *caseWorld {
	t.Helper()
	w := &caseWorld{world: newWorld(t, d, clock.Options{})}
	line := casefile.NewTimeline(casefiledb.Store{}, noLedger{}, nil, w.src())
	w.cf = casefile.Case{Tenant: 1, ID: w.src().NewID(), Subject: w.src().NewID(), Lang: "zh", Created: start}
	w.write(func(ctx context.Context, x tx.Tx) error { return line.Create(ctx, x, &w.cf) })
	w.withCalendars(line, nil)
	return w
}

// withCalendars is a restart of the program with an operator's calendars.
func (w *caseWorld) withCalendars(line clock.Cases, override fstest.MapFS) {
	w.t.Helper()
	w.Clock = clock.New(w.d, clockdb.Store{}, w.src(), clock.Options{})
	var cals *clock.Calendars
	var err error
	if override == nil {
		cals, err = clock.LoadCalendars(nil)
	} else {
		cals, err = clock.LoadCalendars(override)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	policy, err := clock.LoadPolicy(nil, cals)
	if err != nil {
		w.t.Fatal(err)
	}
	w.clocks = clock.NewCaseClocks(w.Clock, clockdb.Store{}, line, cals, policy, w.src())
	w.clocks.OnExpiry(func(_ context.Context, x tx.Tx, cf *casefile.Case, c clock.CaseClock, _ []clock.CaseClock) error {
		x.OnCommit(func() { w.expired = append(w.expired, c.Kind) })
		if cf.ID != w.cf.ID || c.Breached.IsZero() {
			w.t.Errorf("expiry of %+v in case %s", c, cf.ID)
		}
		return nil
	})
	w.clocks.OnMoved(func(_ context.Context, x tx.Tx, _ *casefile.Case, c clock.CaseClock, from time.Time) error {
		x.OnCommit(func() { w.moved = append(w.moved, fmt.Sprintf("%s by %s", c.Kind, c.Due.Sub(from))) })
		return nil
	})
}

func (w *caseWorld) begin(kind, request, urgency string) clock.CaseClock {
	w.t.Helper()
	var c clock.CaseClock
	w.write(func(ctx context.Context, x tx.Tx) error {
		var ok bool
		var err error
		c, ok, err = w.clocks.Start(ctx, x, clock.StartClock{Tenant: 1, Case: w.cf.ID, Request: w.cf.Subject, Kind: kind, RequestKind: request, Urgency: urgency, At: w.src().Now()})
		if err == nil && !ok {
			w.t.Errorf("no %s clock", kind)
		}
		return err
	})
	return c
}

func (w *caseWorld) read(id casefile.ID) clock.CaseClock {
	w.t.Helper()
	var out clock.CaseClock
	err := w.d.Read(ctx, func(ctx context.Context, x tx.Tx) error {
		all, err := w.clocks.Of(ctx, x, 1, w.cf.ID)
		for _, c := range all {
			if c.ID == id {
				out = c
			}
		}
		return err
	})
	if err != nil || out.ID != id {
		w.t.Fatalf("read clock: %v", err)
	}
	return out
}

func (w *caseWorld) do(f func(ctx context.Context, x tx.Tx) error) error { return w.d.Write(ctx, f) }

var (
	dispatcher = casefile.Actor{Tenant: 1, Role: casefile.Dispatcher}
	customer   = casefile.Actor{Tenant: 1, Role: casefile.Customer}
)

func TestAClockExpiresOnceAndStopsSilently(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newCaseWorld(t, d)
		accept, assign := w.begin("accept", "repair", "express"), w.begin("assign", "repair", "express")
		if got := w.read(accept.ID); !got.Due.Equal(start.Add(5*time.Minute)) || got.Kind != "accept" || got.Request != w.cf.Subject || got.Length != (5*time.Minute).Microseconds() {
			t.Errorf("stored as %+v", got)
		}
		w.pass(4 * time.Minute)
		w.write(func(ctx context.Context, x tx.Tx) error {
			return w.clocks.Stop(ctx, x, 1, w.cf.ID, w.cf.Subject, "accept", w.src().Now())
		})
		w.pass(6 * time.Minute)
		w.runDue(1)
		if fmt.Sprint(w.expired) != "[assign]" {
			t.Errorf("expired %v", w.expired)
		}
		if got := w.read(assign.ID); !got.Breached.Equal(start.Add(10 * time.Minute)) {
			t.Errorf("breached at %v", got.Breached)
		}
		if got := w.read(accept.ID); !got.Breached.IsZero() || !got.Stopped.Equal(start.Add(4*time.Minute)) {
			t.Errorf("stopped clock: %+v", got)
		}
		w.runDue(0)
		err := w.do(func(ctx context.Context, x tx.Tx) error {
			return w.clocks.Pause(ctx, x, dispatcher, w.cf.ID, assign.ID, "force_majeure", w.src().Now())
		})
		if !casefile.Is(err, casefile.Conflict) {
			t.Errorf("a clock that is over was paused: %v", err)
		}
	})
}

func TestStoppedTooLateIsABreachEvenIfTheTimerDidNotSeeIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newCaseWorld(t, d)
		c := w.begin("accept", "repair", "express")
		w.pass(6 * time.Minute)
		w.write(func(ctx context.Context, x tx.Tx) error {
			return w.clocks.StopAll(ctx, x, 1, w.cf.ID, casefile.Nil, w.src().Now())
		})
		w.runDue(0)
		if got := w.read(c.ID); !got.Breached.Equal(start.Add(5 * time.Minute)) {
			t.Errorf("breached at %v", got.Breached)
		}
	})
}

func TestPauseResumeExtend(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newCaseWorld(t, d)
		c := w.begin("arrive", "repair", "express") // 30 minutes
		pause := func(a casefile.Actor, reason string) error {
			return w.do(func(ctx context.Context, x tx.Tx) error {
				return w.clocks.Pause(ctx, x, a, w.cf.ID, c.ID, reason, w.src().Now())
			})
		}
		for name, tc := range map[string]struct {
			err  error
			want casefile.Category
		}{
			"no such reason":    {pause(dispatcher, "tea"), casefile.Invalid},
			"not for customers": {pause(customer, "waiting_part"), casefile.Denied},
			"another tenant's":  {pause(casefile.Actor{Tenant: 2, Role: casefile.Dispatcher}, "waiting_part"), casefile.NotFound},
			"not paused": {w.do(func(ctx context.Context, x tx.Tx) error {
				return w.clocks.Resume(ctx, x, dispatcher, w.cf.ID, c.ID, start)
			}), casefile.Conflict},
			"shorter": {w.do(func(ctx context.Context, x tx.Tx) error {
				return w.clocks.Extend(ctx, x, dispatcher, w.cf.ID, c.ID, -1, "r", start)
			}), casefile.Invalid},
			"extended for no why": {w.do(func(ctx context.Context, x tx.Tx) error {
				return w.clocks.Extend(ctx, x, dispatcher, w.cf.ID, c.ID, 1, "", start)
			}), casefile.Invalid},
		} {
			if !casefile.Is(tc.err, tc.want) {
				t.Errorf("%s: %v", name, tc.err)
			}
		}
		w.pass(10 * time.Minute)
		if err := pause(dispatcher, "waiting_part"); err != nil {
			t.Fatal(err)
		}
		if err := pause(dispatcher, "waiting_part"); !casefile.Is(err, casefile.Conflict) {
			t.Errorf("paused twice: %v", err)
		}
		w.pass(5 * time.Hour)
		w.runDue(0)
		w.write(func(ctx context.Context, x tx.Tx) error {
			return errors.Join(w.clocks.Resume(ctx, x, dispatcher, w.cf.ID, c.ID, w.src().Now()),
				w.clocks.Extend(ctx, x, dispatcher, w.cf.ID, c.ID, (15*time.Minute).Microseconds(), "stairs", w.src().Now()))
		})
		want := start.Add(5*time.Hour + 45*time.Minute)
		got := w.read(c.ID)
		if !got.Due.Equal(want) || len(got.Changes) != 3 || got.Changes[0].Role != casefile.Dispatcher || got.Changes[0].Reason != "waiting_part" {
			t.Errorf("due %s, want %s; changes %+v", got.Due, want, got.Changes)
		}
		w.pass(34 * time.Minute)
		w.runDue(0)
		w.pass(time.Minute)
		w.runDue(1)
		if fmt.Sprint(w.expired) != "[arrive]" {
			t.Errorf("expired %v", w.expired)
		}
	})
}

func TestUpcomingListsRunningClocksByDeadline(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newCaseWorld(t, d)
		w.begin("arrive", "repair", "express")
		w.begin("accept", "repair", "express")
		stopped := w.begin("assign", "repair", "express")
		w.write(func(ctx context.Context, x tx.Tx) error {
			return w.clocks.Stop(ctx, x, 1, w.cf.ID, casefile.Nil, stopped.Kind, start)
		})
		var kinds []string
		w.write(func(ctx context.Context, x tx.Tx) error {
			got, err := w.clocks.Upcoming(ctx, x, 1, start.Add(time.Hour), 10)
			for _, c := range got {
				kinds = append(kinds, c.Kind)
			}
			none, err2 := w.clocks.Upcoming(ctx, x, 2, start.Add(time.Hour), 10)
			if len(none) != 0 {
				t.Error("another tenant's clocks")
			}
			return errors.Join(err, err2)
		})
		if fmt.Sprint(kinds) != "[accept arrive]" {
			t.Errorf("got %v", kinds)
		}
	})
}

func hoursFile(spans string) fstest.MapFS {
	text := "hours:\n  - {name: desk, title_zh: 新, title_en: new, week: {"
	for i, day := range []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"} {
		if i > 0 {
			text += ", "
		}
		text += day + ": [" + spans + "]"
	}
	return fstest.MapFS{"hours.yaml": {Data: []byte(text + "}}\n")}}
}

// New hours at a restart: deadlines move later, never earlier; a paused clock keeps what it had left.
func TestANewCalendarMovesDeadlinesOnlyLater(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newCaseWorld(t, d)
		line := casefile.NewTimeline(casefiledb.Store{}, noLedger{}, nil, w.src())
		w.now.Store(time.Date(2026, 11, 23, 20, 30, 0, 0, casefile.Shanghai).UnixMicro())
		running := w.begin("assign", "repair", "flexible") // 8 working hours of the desk, 08:00-21:00: 15:30 tomorrow
		paused := w.begin("assign", "repair", "flexible")
		other := w.begin("accept", "repair", "express") // another calendar
		w.write(func(ctx context.Context, x tx.Tx) error {
			return w.clocks.Pause(ctx, x, dispatcher, w.cf.ID, paused.ID, "force_majeure", w.src().Now())
		})
		restart := func(spans string, looked, moved int) {
			t.Helper()
			w.withCalendars(line, hoursFile(spans))
			if l, m, err := w.clocks.Recalculate(ctx); err != nil || l != looked || m != moved {
				t.Fatalf("%s: looked at %d, moved %d (%v)", spans, l, m, err)
			}
			if l, _, err := w.clocks.Recalculate(ctx); err != nil || l != 0 {
				t.Fatalf("a second time looked at %d (%v)", l, err)
			}
		}
		before := running.Due
		restart(`"00:00-24:00"`, 2, 0) // longer hours would bring the deadline to 04:30: it is held
		if got := w.read(running.ID); !got.Due.Equal(before) {
			t.Errorf("due %s, was %s", got.Due, before)
		}
		restart(`"08:00-10:00"`, 2, 2) // two hours a day
		got := w.read(running.ID)
		if !got.Due.After(before) {
			t.Errorf("due %s, was %s", got.Due, before)
		}
		if s, err := w.clocks.State(got, w.src().Now()); err != nil || !s.Due.Equal(got.Due) {
			t.Errorf("stored %s, derived %s (%v)", got.Due, s.Due, err)
		}
		if fmt.Sprint(len(w.moved)) != "2" {
			t.Errorf("told of %v", w.moved)
		}
		left := w.read(paused.ID).Due
		w.pass(time.Hour)
		w.write(func(ctx context.Context, x tx.Tx) error {
			return w.clocks.Resume(ctx, x, dispatcher, w.cf.ID, paused.ID, w.src().Now())
		})
		if got := w.read(paused.ID).Due; got.Before(left) {
			t.Errorf("after resuming due %s, was %s", got, left)
		}
		if got := w.read(other.ID); got.Version != other.Version || !got.Due.Equal(other.Due) {
			t.Error("a clock of another calendar was touched")
		}
	})
}

func TestAChangeOfUrgencyMovesOnlyLater(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newCaseWorld(t, d)
		arrive := w.begin("arrive", "repair", "emergency") // 60 minutes
		retarget := func(urgency string) clock.CaseClock {
			w.write(func(ctx context.Context, x tx.Tx) error {
				return w.clocks.Retarget(ctx, x, &w.cf, arrive.ID, "repair", urgency)
			})
			return w.read(arrive.ID)
		}
		if got := retarget("express"); !got.Due.Equal(arrive.Due) || got.Length != (30*time.Minute).Microseconds() {
			t.Errorf("30 minutes instead of 60: due %s, was %s", got.Due, arrive.Due)
		}
		got := retarget("flexible") // two working days
		if got.Unit != clock.WorkingDays || !got.Due.After(arrive.Due) {
			t.Errorf("two working days: %+v", got)
		}
		if again := retarget("express"); !again.Due.Equal(got.Due) {
			t.Errorf("back again: due %s, was %s", again.Due, got.Due)
		}
		if len(w.moved) != 1 {
			t.Errorf("told of %v", w.moved)
		}
	})
}
