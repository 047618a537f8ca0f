package clock

import (
	"time"

	"anxin/internal/casefile"
)

// Unit is how the length of a clock is counted.
type Unit string

// The units. Lengths are microseconds, and days for WorkingDays.
const (
	// Elapsed is plain time.
	Elapsed Unit = "calendar"
	// WorkingHours counts only the spans of the calendar.
	WorkingHours Unit = "working_hours"
	// WorkingDays counts days that have spans. The day of the start does not count (Civil Code, article 201); the period ends with the business of its last
	// day (article 203).
	WorkingDays Unit = "working_days"
)

// Span is a piece of a day, in minutes after local midnight: From < To ≤ 1440.
type Span struct{ From, To int }

// DayKind says why a day has the hours it has.
type DayKind string

// The kinds of day.
const (
	PlainDay   DayKind = "plain"   // the hours of its day of the week
	HolidayDay DayKind = "holiday" // public holiday
	MakeupDay  DayKind = "makeup"  // 调休: a weekend day on which people work
)

// Day is one date of a calendar.
type Day struct {
	Kind   DayKind
	ZH, EN string // of the holiday
	Spans  []Span // in order, apart
}

// Working reports whether anything is open on that day.
func (d Day) Working() bool { return len(d.Spans) > 0 }

// Calendar is one version of working hours. It is immutable and its methods are pure. All of it is in casefile.Shanghai, which has no summer time.
type Calendar struct {
	Name           string
	ZH, EN         string
	Version        string // changes whenever anything changes that an answer could depend on
	Country        string // whose public holidays; empty: none
	week           [7][]Span
	makeup, closed []Span // hours of 调休 days and of holidays
	years          map[int]*Year
}

// Provisional reports whether the public holidays of that local year are not officially known yet: the notice is not out, or this program does not have it.
func (c *Calendar) Provisional(year int) bool {
	if c.Country == "" {
		return false
	}
	y := c.years[year]
	return y == nil || y.Status != Published
}

// ProvisionalUntil reports whether any year between two times is provisional.
func (c *Calendar) ProvisionalUntil(from, to time.Time) bool {
	for y := from.In(casefile.Shanghai).Year(); y <= to.In(casefile.Shanghai).Year(); y++ {
		if c.Provisional(y) {
			return true
		}
	}
	return false
}

// Day answers the date that at falls on.
func (c *Calendar) Day(at time.Time) Day { return c.day(dateOf(at)) }

func (c *Calendar) day(d date) Day {
	if y := c.years[d.year()]; y != nil {
		if h, ok := y.off[d]; ok {
			return Day{Kind: HolidayDay, ZH: h.ZH, EN: h.EN, Spans: c.closed}
		}
		if y.on[d] {
			return Day{Kind: MakeupDay, Spans: c.makeup}
		}
	}
	return Day{Kind: PlainDay, Spans: c.week[d.weekday()]}
}

// Open reports whether the calendar is open at that moment; the end of a span is not.
func (c *Calendar) Open(at time.Time) bool {
	d := dateOf(at)
	for _, s := range c.day(d).Spans {
		if !at.Before(d.minute(s.From)) && at.Before(d.minute(s.To)) {
			return true
		}
	}
	return false
}

// horizon bounds every walk through days: 100 years. A calendar is refused at load when a week of it has no hours, so walks end long before.
const horizon = 36525

// Add answers when n of the unit will have passed since start: the first such moment. n is not negative.
func (c *Calendar) Add(start time.Time, n int64, u Unit) time.Time {
	start = start.UTC()
	if n <= 0 && u != WorkingDays {
		return start
	}
	switch u {
	case WorkingHours:
		return c.addHours(start, time.Duration(n)*time.Microsecond)
	case WorkingDays:
		return c.addDays(start, n)
	}
	return start.Add(time.Duration(n) * time.Microsecond)
}

func (c *Calendar) addHours(start time.Time, left time.Duration) time.Time {
	d := dateOf(start)
	for range horizon {
		for _, s := range c.day(d).Spans {
			from, to := later(d.minute(s.From), start), d.minute(s.To)
			open := to.Sub(from)
			if open <= 0 {
				continue
			}
			if left <= open {
				return from.Add(left)
			}
			left -= open
		}
		d = d.next()
	}
	return d.minute(0)
}

func (c *Calendar) addDays(start time.Time, n int64) time.Time {
	if n <= 0 {
		return start
	}
	d := dateOf(start)
	for range horizon {
		d = d.next()
		if end, ok := c.close(d); ok {
			if n--; n == 0 {
				return end
			}
		}
	}
	return d.minute(0)
}

// close is the end of business of a working day.
func (c *Calendar) close(d date) (time.Time, bool) {
	spans := c.day(d).Spans
	if len(spans) == 0 {
		return time.Time{}, false
	}
	return d.minute(spans[len(spans)-1].To), true
}

// Between answers how much of the unit passes between two times; 0 when b is not after a.
func (c *Calendar) Between(a, b time.Time, u Unit) int64 {
	if !b.After(a) {
		return 0
	}
	var sum int64
	switch u {
	case WorkingHours:
		for d, last := dateOf(a), dateOf(b); d <= last; d = d.next() {
			for _, s := range c.day(d).Spans {
				if open := earlier(d.minute(s.To), b).Sub(later(d.minute(s.From), a)); open > 0 {
					sum += open.Microseconds()
				}
			}
		}
	case WorkingDays:
		for d, last := dateOf(a).next(), dateOf(b); d <= last; d = d.next() {
			if end, ok := c.close(d); ok && !end.After(b) {
				sum++
			}
		}
	default:
		sum = b.Sub(a).Microseconds()
	}
	return sum
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// date is a local date as days since 1970-01-01.
type date int

const daySeconds = 24 * 60 * 60

var shanghaiOffset = func() int { _, off := time.Unix(0, 0).In(casefile.Shanghai).Zone(); return off }()

func dateOf(t time.Time) date {
	s := t.Unix() + int64(shanghaiOffset)
	d := s / daySeconds
	if s%daySeconds < 0 {
		d--
	}
	return date(d)
}

// parseDate reads yyyy-mm-dd.
func parseDate(s string) (date, error) {
	t, err := time.ParseInLocation(time.DateOnly, s, casefile.Shanghai)
	return dateOf(t), err
}

func (d date) next() date   { return d + 1 }
func (d date) year() int    { return d.minute(0).In(casefile.Shanghai).Year() }
func (d date) weekday() int { return ((int(d)+4)%7 + 7) % 7 } // 1970-01-01 was a Thursday

// minute is the moment m minutes after the local midnight that begins the date.
func (d date) minute(m int) time.Time {
	return time.Unix(int64(d)*daySeconds-int64(shanghaiOffset)+int64(m)*60, 0).UTC()
}
