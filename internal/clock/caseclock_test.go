package clock

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"anxin/internal/casefile"
)

// history draws a clock with pauses and extensions in the past of `now`.
func history(t *rapid.T, all *Calendars) (c CaseClock, cal *Calendar, now time.Time) {
	cal = anyCalendar(t, all)
	u := rapid.SampledFrom([]Unit{Elapsed, WorkingHours, WorkingDays}).Draw(t, "unit")
	c = CaseClock{Unit: u, Length: anyLength(t, u), Calendar: cal.Name, Version: cal.Version, Started: anyTime(t, "start")}
	now = c.Started
	paused := false
	for range rapid.IntRange(0, 7).Draw(t, "changes") {
		now = now.Add(time.Duration(rapid.IntRange(0, 2*24*60).Draw(t, "pass")) * time.Minute)
		ch := ClockChange{Seq: int64(len(c.Changes) + 1), At: now}
		switch {
		case rapid.Bool().Draw(t, "extend"):
			ch.Kind, ch.Amount = Extended, anyLength(t, u)
		case paused:
			ch.Kind, paused = Resumed, false
		default:
			ch.Kind, paused = Paused, true
		}
		c.Changes = append(c.Changes, ch)
	}
	now = now.Add(time.Duration(rapid.IntRange(0, 24*60).Draw(t, "since")) * time.Minute)
	return c, cal, now
}

func TestStateAgreesWithWalkingMinuteByMinute(t *testing.T) {
	all := calendars(t)
	rapid.Check(t, func(t *rapid.T) {
		c, cal, now := history(t, all)
		s := c.State(cal, now)
		gaps, _, since := c.pauses(now)
		paused := func(m time.Time) bool {
			for _, g := range gaps {
				if !m.Before(g.from) && m.Before(g.to) {
					return true
				}
			}
			return false
		}
		want := slowAdd(cal, c.Started, c.target(), c.Unit, paused)
		if !s.Due.Equal(want) {
			t.Fatalf("due %s, walking gives %s", show(s.Due), show(want))
		}
		if s.Paused != !since.IsZero() || s.Over != (!s.Paused && !now.Before(want)) || s.Left != want.Sub(now) {
			t.Fatalf("state %+v at %s", s, show(now))
		}
	})
}

// Whatever happens to a clock, its deadline never comes earlier: not by time passing, pausing, resuming, extending.
func TestADeadlineNeverComesEarlier(t *testing.T) {
	all := calendars(t)
	rapid.Check(t, func(t *rapid.T) {
		c, cal, now := history(t, all)
		part := c
		told := time.Time{}
		look := func(at time.Time, what string) {
			due := part.State(cal, at).Due
			if due.Before(told) {
				t.Fatalf("%s at %s moved the deadline from %s to %s", what, show(at), show(told), show(due))
			}
			told = due
		}
		part.Changes = nil
		look(c.Started, "start")
		for i, ch := range c.Changes {
			look(ch.At, "time passing")
			part.Changes = c.Changes[:i+1]
			look(ch.At, string(ch.Kind))
		}
		look(now, "time passing")
		look(now.Add(72*time.Hour), "time passing")
	})
}

// A pause moves the deadline by the working time it covers, no more and no less.
func TestAPauseCostsNothingAndGivesNothing(t *testing.T) {
	office := calendar(t, "office")
	start := at("2026-11-23 09:00")
	for _, tc := range []struct {
		unit         Unit
		n            int64
		pause, again string
		want, why    string
	}{
		{WorkingHours, 4 * hour, "2026-11-23 10:00", "2026-11-23 11:00", "2026-11-23 15:30", "one hour of work"},
		{WorkingHours, 4 * hour, "2026-11-23 11:30", "2026-11-23 14:00", "2026-11-23 15:30", "half an hour before lunch and half an hour after it"},
		{WorkingHours, 4 * hour, "2026-11-23 18:00", "2026-11-24 09:00", "2026-11-23 14:30", "a pause after the deadline"},
		{WorkingHours, 9 * hour, "2026-11-23 18:00", "2026-11-24 09:00", "2026-11-24 10:30", "a pause of the night"},
		{Elapsed, 4 * hour, "2026-11-23 10:00", "2026-11-23 22:00", "2026-11-24 01:00", "plain time"},
		{WorkingDays, 2, "2026-11-24 10:00", "2026-11-24 12:00", "2026-11-25 18:00", "within a day: its end was not paused"},
		{WorkingDays, 2, "2026-11-24 10:00", "2026-11-25 10:00", "2026-11-26 18:00", "over one end of business"},
		{WorkingDays, 2, "2026-11-24 18:00", "2026-11-25 10:00", "2026-11-26 18:00", "from the very end of a day: it was not finished"},
		{WorkingDays, 2, "2026-11-27 10:00", "2026-12-01 10:00", "2026-11-25 18:00", "after the deadline"},
	} {
		c := CaseClock{Unit: tc.unit, Length: tc.n, Version: office.Version, Started: start, Changes: []ClockChange{
			{At: at(tc.pause), Kind: Paused, Reason: "waiting_part"}, {At: at(tc.again), Kind: Resumed}}}
		if got := c.State(office, at("2026-12-03 09:00")).Due; show(got) != tc.want {
			t.Errorf("%s: %s, want %s", tc.why, show(got), tc.want)
		}
	}
}

func TestWhatAClockSays(t *testing.T) {
	always := calendar(t, "always")
	c := CaseClock{Unit: Elapsed, Length: 2 * hour, Version: always.Version, Started: at("2026-11-23 09:00")}
	if s := c.State(always, at("2026-11-23 10:00")); s.Over || s.Paused || s.Left != time.Hour || s.Provisional {
		t.Errorf("running: %+v", s)
	}
	if s := c.State(always, at("2026-11-23 11:00")); !s.Over || s.Left != 0 {
		t.Errorf("at the deadline: %+v", s)
	}
	c.Changes = []ClockChange{{At: at("2026-11-23 10:00"), Kind: Paused, Reason: "waiting_part"}}
	if s := c.State(always, at("2026-11-25 10:00")); s.Over || !s.Paused || s.PauseReason != "waiting_part" || s.Left != time.Hour || !s.PausedSince.Equal(at("2026-11-23 10:00")) {
		t.Errorf("paused: %+v", s)
	}
	c.Stopped = at("2026-11-25 12:00")
	if s := c.State(always, at("2026-12-25 10:00")); s.Over || s.Paused || s.PauseReason != "" || s.Left != time.Hour {
		t.Errorf("stopped while paused: %+v", s)
	}
	c.Changes, c.Stopped = nil, at("2026-11-23 12:00")
	if s := c.State(always, at("2026-12-25 10:00")); !s.Over || s.Left != -time.Hour {
		t.Errorf("stopped too late: %+v", s)
	}
	office := calendar(t, "office")
	c = CaseClock{Unit: WorkingDays, Length: 30, Version: office.Version, Started: at("2026-12-01 09:00")}
	if s := c.State(office, at("2026-12-01 10:00")); !s.Provisional {
		t.Errorf("a deadline in 2027 rests on provisional holidays: %s", show(s.Due))
	}
}

// Until Recalculate has seen it, a clock of an older calendar version keeps its deadline as the earliest.
func TestAnOlderVersionHoldsUntilRecalculated(t *testing.T) {
	office := calendar(t, "office")
	c := CaseClock{Unit: WorkingHours, Length: hour, Version: "older", Started: at("2026-11-23 09:00"), Due: at("2026-11-23 16:00")}
	if s := c.State(office, at("2026-11-23 09:30")); show(s.Due) != "2026-11-23 16:00" {
		t.Errorf("due %s", show(s.Due))
	}
	c.Due = at("2026-11-23 09:10")
	if s := c.State(office, at("2026-11-23 09:30")); show(s.Due) != "2026-11-23 10:00" {
		t.Errorf("due %s", show(s.Due))
	}
}

func TestThePolicyIsCompleteAndSane(t *testing.T) {
	p, err := LoadPolicy(nil, calendars(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"accept", "assign", "arrive"} {
		for _, urgency := range []string{"emergency", "express", "booked", "flexible"} {
			for _, request := range []string{"repair", "install", "relocate", "commission", "clean", "inspect"} {
				if _, ok := p.Rule(kind, request, urgency); !ok {
					t.Errorf("no %s clock for %s %s", kind, urgency, request)
				}
			}
		}
	}
	if r, _ := p.Rule("arrive", "repair", "express"); r.length != 30*hour/60 {
		t.Errorf("the express lane is 30 minutes, not %s", r.Length)
	}
	for _, role := range casefile.Roles() {
		if n := len(p.ReasonsFor(role, "accept")); n != 0 {
			t.Errorf("%s may pause the clock of accepting for %d reasons", role, n)
		}
	}
	if len(p.ReasonsFor(casefile.Technician, "arrive")) == 0 || len(p.ReasonsFor(casefile.Merchant, "arrive")) != 0 {
		t.Error("pause reasons do not look at the role")
	}
}
