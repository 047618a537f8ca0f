package clock

import (
	"sort"
	"time"

	"anxin/internal/casefile"
)

// CaseClock is one clock of a case: a time by which something must have happened, made of a length, a calendar and what happened to it.
type CaseClock struct {
	Tenant   casefile.Tenant
	Case     casefile.ID
	ID       casefile.ID
	Request  casefile.ID
	Kind     string // accept, assign, arrive, ...
	Unit     Unit
	Length   int64 // microseconds; days for WorkingDays
	Calendar string
	Version  string // of the calendar, when the deadline was last worked out
	Started  time.Time
	Stopped  time.Time // zero while it runs
	Breached time.Time // when it was found to be over; zero: never
	// Due is the deadline as last worked out: for sorting and as the one that must never come earlier. State derives the true one.
	Due time.Time
	// Changes in the order they happened.
	Changes []ClockChange
}

// ChangeKind is what happened to a clock.
type ChangeKind string

// The kinds of change.
const (
	Paused   ChangeKind = "pause"
	Resumed  ChangeKind = "resume"
	Extended ChangeKind = "extend" // by Amount of the clock's unit
	// HeldAt records a deadline (Amount, microseconds) that was told and must not come earlier, when the calendar or the length changed.
	HeldAt ChangeKind = "hold"
	// Retargeted records the length and unit that were replaced.
	Retargeted ChangeKind = "retarget"
)

// ClockChange is one thing that happened to a clock.
type ClockChange struct {
	Seq    int64
	At     time.Time
	Kind   ChangeKind
	Reason string // code of a pause reason, or what changed
	Amount int64
	Role   casefile.Role
	Actor  casefile.ID
}

// ClockState is what a clock says at a moment.
type ClockState struct {
	// Due is the deadline; of a paused clock the one it would have if it were resumed now.
	Due time.Time
	// Left is what remains until Due, in plain time, negative when it is over. Of a stopped clock: what was left when it stopped.
	Left time.Duration
	// Paused, with the reason, and since when.
	Paused      bool
	PauseReason string
	PausedSince time.Time
	// Over: the deadline has passed (or had, when the clock stopped) without the clock being stopped.
	Over bool
	// Provisional: the deadline rests on public holidays that are not officially known yet.
	Provisional bool
}

// State derives the deadline from the rows. It is pure. The calendar must be the one that the clock names; when its version is a newer one than the deadline was
// worked out with, the old deadline still holds as the earliest.
func (c CaseClock) State(cal *Calendar, now time.Time) ClockState {
	if !c.Stopped.IsZero() && c.Stopped.Before(now) {
		now = c.Stopped
	}
	gaps, reason, since := c.pauses(now)
	s := ClockState{Due: c.derive(cal, gaps), Paused: !since.IsZero() && c.Stopped.IsZero(), PauseReason: reason, PausedSince: since}
	if !s.Paused {
		s.PauseReason, s.PausedSince = "", time.Time{}
	}
	s.Due = later(s.Due, c.held())
	if c.Version != cal.Version {
		s.Due = later(s.Due, c.Due)
	}
	s.Left = s.Due.Sub(now)
	s.Over = !s.Paused && !now.Before(s.Due) && (c.Stopped.IsZero() || c.Stopped.After(s.Due))
	s.Provisional = cal.ProvisionalUntil(c.Started, s.Due)
	return s
}

// gap is a pause: from included, to not.
type gap struct{ from, to time.Time }

// pauses lists the pauses until now; a pause that lasts ends now, and since says when it began.
func (c CaseClock) pauses(now time.Time) (gaps []gap, reason string, since time.Time) {
	for _, ch := range c.Changes {
		if ch.At.After(now) {
			break
		}
		switch {
		case ch.Kind == Paused && since.IsZero():
			since, reason = later(ch.At, c.Started), ch.Reason
		case ch.Kind == Resumed && !since.IsZero():
			if ch.At.After(since) {
				gaps = append(gaps, gap{since, ch.At})
			}
			since = time.Time{}
		}
	}
	if !since.IsZero() {
		gaps = append(gaps, gap{since, later(now, since)})
	}
	return gaps, reason, since
}

// target is the length with its extensions.
func (c CaseClock) target() int64 {
	n := c.Length
	for _, ch := range c.Changes {
		switch {
		case ch.Kind == Retargeted: // earlier extensions were in another unit; what they gave is held
			n = c.Length
		case ch.Kind == Extended && ch.Amount > 0:
			n += ch.Amount
		}
	}
	return n
}

// held is the latest deadline that must not come earlier; zero when there is none.
func (c CaseClock) held() (t time.Time) {
	for _, ch := range c.Changes {
		if ch.Kind == HeldAt {
			t = later(t, time.UnixMicro(ch.Amount).UTC())
		}
	}
	return t
}

func (c CaseClock) derive(cal *Calendar, gaps []gap) time.Time {
	if c.Unit == WorkingDays {
		return deriveDays(cal, c.Started, c.target(), gaps)
	}
	left, from := c.target(), c.Started
	for _, g := range gaps {
		run := cal.Between(from, g.from, c.Unit)
		if left <= run {
			break // it was due before this pause
		}
		left -= run
		from = g.to
	}
	return cal.Add(from, left, c.Unit)
}

// deriveDays counts the working days after the start at whose end of business the clock was not paused.
func deriveDays(cal *Calendar, start time.Time, n int64, gaps []gap) time.Time {
	if n <= 0 {
		return start
	}
	d := dateOf(start)
	for range horizon {
		d = d.next()
		end, ok := cal.close(d)
		if !ok {
			continue
		}
		for len(gaps) > 0 && !gaps[0].to.After(end) {
			gaps = gaps[1:]
		}
		if len(gaps) > 0 && !end.Before(gaps[0].from) {
			continue
		}
		if n--; n == 0 {
			return end
		}
	}
	return d.minute(0)
}

// SortClocks orders clocks for showing: running before stopped, then by deadline.
func SortClocks(cs []CaseClock) {
	sort.SliceStable(cs, func(i, j int) bool {
		a, b := cs[i].Stopped.IsZero(), cs[j].Stopped.IsZero()
		if a != b {
			return a
		}
		return cs[i].Due.Before(cs[j].Due)
	})
}
