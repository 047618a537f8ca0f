package clock

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"

	"anxin/internal/casefile"
)

func calendars(t testing.TB) *Calendars {
	t.Helper()
	c, err := LoadCalendars(nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func calendar(t testing.TB, name string) *Calendar {
	t.Helper()
	c, err := calendars(t).Get(name)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func at(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", s, casefile.Shanghai)
	if err != nil {
		panic(err)
	}
	return t
}

func show(t time.Time) string { return t.In(casefile.Shanghai).Format("2006-01-02 15:04") }

const hour = int64(time.Hour / time.Microsecond)

func TestAddAcrossNightsLunchHolidaysAndWorkingWeekends(t *testing.T) {
	for _, tc := range []struct {
		calendar, start string
		n               int64
		unit            Unit
		want, why       string
	}{
		{"always", "2026-11-22 12:00", 36 * hour, Elapsed, "2026-11-24 00:00", "plain time"},
		{"office", "2026-11-23 11:00", 2 * hour, WorkingHours, "2026-11-23 14:30", "lunch does not count"},
		{"office", "2026-11-23 09:00", 3 * hour, WorkingHours, "2026-11-23 12:00", "the first such moment, not 13:30"},
		{"office", "2026-11-23 17:00", 2 * hour, WorkingHours, "2026-11-24 10:00", "overnight"},
		{"office", "2026-11-27 17:00", 2 * hour, WorkingHours, "2026-11-30 10:00", "over the weekend"},
		{"office", "2026-11-22 12:00", 1 * hour, WorkingHours, "2026-11-23 10:00", "begun on a Sunday"},
		{"office", "2026-02-13 17:00", 2 * hour, WorkingHours, "2026-02-14 10:00", "Saturday 14 February is a working day"},
		{"office", "2026-02-14 17:00", 2 * hour, WorkingHours, "2026-02-24 10:00", "over Spring Festival"},
		{"office", "2026-09-18 17:00", 2 * hour, WorkingHours, "2026-09-20 10:00", "Sunday 20 September is a working day, Saturday is not"},
		{"office", "2026-09-30 17:00", 9 * hour, WorkingHours, "2026-10-09 09:30", "over National Day: 1 h, then 7.5 h of the 8th, then 0.5 h"},
		{"desk", "2026-10-01 17:30", 1 * hour, WorkingHours, "2026-10-02 09:30", "shorter hours on holidays"},
		{"office", "2026-12-31 17:00", 2 * hour, WorkingHours, "2027-01-04 10:00", "over New Year into a provisional year"},
		{"office", "2026-11-23 08:00", 1, WorkingDays, "2026-11-24 18:00", "the day of the start does not count"},
		{"office", "2026-11-27 23:00", 2, WorkingDays, "2026-12-01 18:00", "weekend"},
		{"office", "2026-02-13 12:00", 2, WorkingDays, "2026-02-24 18:00", "14 Feb counts, then the festival"},
		{"field", "2026-11-27 10:00", 2, WorkingDays, "2026-11-29 18:00", "Sunday is a shorter working day there"},
		{"office", "2026-11-23 10:00", 0, WorkingHours, "2026-11-23 10:00", "nothing to wait for"},
	} {
		got := calendar(t, tc.calendar).Add(at(tc.start), tc.n, tc.unit)
		if show(got) != tc.want {
			t.Errorf("%s %s + %d %s = %s, want %s (%s)", tc.calendar, tc.start, tc.n, tc.unit, show(got), tc.want, tc.why)
		}
	}
}

// The days of 2026 as the notice counts them: 33 days off within the year's list, 6 working weekend days.
func TestHolidaysOf2026AreThoseOfTheNotice(t *testing.T) {
	office := calendar(t, "office")
	off, on := map[string]int{}, 0
	for d := at("2026-01-01 12:00"); d.Year() == 2026; d = d.AddDate(0, 0, 1) {
		switch day := office.Day(d); day.Kind {
		case HolidayDay:
			off[day.ZH]++
			if day.Working() {
				t.Errorf("%s is a holiday and open", show(d))
			}
		case MakeupDay:
			on++
			if wd := d.Weekday(); wd != time.Saturday && wd != time.Sunday || !day.Working() {
				t.Errorf("%s is no working weekend day", show(d))
			}
		}
	}
	if want := "map[中秋节:3 元旦:3 劳动节:5 国庆节:7 春节:9 清明节:3 端午节:3]"; fmt.Sprint(off) != want || on != 6 {
		t.Errorf("off %v, on %d", off, on)
	}
	if office.Provisional(2026) || !office.Provisional(2027) || !office.Provisional(2028) {
		t.Error("2026 is published; 2027 and what follows are not")
	}
	if calendar(t, "always").Provisional(2027) {
		t.Error("a calendar without holidays is never provisional")
	}
}

// Days off and working weekends of each published year must cancel out to the statutory 13 days and the year's weekends.
func TestPublishedYearsBalance(t *testing.T) {
	const statutory = 13 // 2024 revision
	for _, y := range calendars(t).Years() {
		working, weekend := 0, 0
		for d := date(dateOf(at(fmt.Sprintf("%d-01-01 00:00", y.Year)))); d.year() == y.Year; d = d.next() {
			we := d.weekday() == 0 || d.weekday() == 6
			if we {
				weekend++
			}
			if _, off := y.off[d]; !off && (!we || y.on[d]) {
				working++
			}
		}
		days := dateOf(at(fmt.Sprintf("%d-01-01 00:00", y.Year+1))) - dateOf(at(fmt.Sprintf("%d-01-01 00:00", y.Year)))
		if y.Status == Published && working != int(days)-weekend-statutory {
			t.Errorf("%d: %d working days, want %d - %d - %d", y.Year, working, days, weekend, statutory)
		}
		if y.Status == Provisional && len(y.off) != statutory {
			t.Errorf("%d: %d statutory days, want %d", y.Year, len(y.off), statutory)
		}
	}
}

func anyCalendar(t *rapid.T, all *Calendars) *Calendar {
	c, err := all.Get(rapid.SampledFrom(all.Names()).Draw(t, "calendar"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func anyTime(t *rapid.T, label string) time.Time {
	from := rapid.SampledFrom([]string{"2026-02-10 00:00", "2026-09-15 00:00", "2026-12-28 00:00", "2027-01-30 00:00"}).Draw(t, label+" around")
	return at(from).Add(time.Duration(rapid.IntRange(0, 20*24*60).Draw(t, label)) * time.Minute).UTC()
}

// slowAdd walks minute by minute. Lengths are whole minutes.
func slowAdd(c *Calendar, start time.Time, n int64, u Unit, paused func(time.Time) bool) time.Time {
	minutes := n / (hour / 60)
	if u == WorkingDays {
		minutes = n
	}
	if minutes == 0 {
		return start
	}
	for m := start; ; m = m.Add(time.Minute) {
		end := m.Add(time.Minute)
		switch u {
		case Elapsed:
			if !paused(m) {
				minutes--
			}
		case WorkingHours:
			if c.Open(m) && !paused(m) {
				minutes--
			}
		case WorkingDays:
			// The last minute of a day's business, on a day after the start, not paused when it ends.
			if c.Open(m) && lastOpenMinute(c, m) && dateOf(m) > dateOf(start) && !paused(end) {
				minutes--
			}
		}
		if minutes == 0 {
			return end
		}
	}
}

func lastOpenMinute(c *Calendar, m time.Time) bool {
	for n := m.Add(time.Minute); dateOf(n) == dateOf(m); n = n.Add(time.Minute) {
		if c.Open(n) {
			return false
		}
	}
	return true
}

func anyLength(t *rapid.T, u Unit) int64 {
	if u == WorkingDays {
		return int64(rapid.IntRange(1, 6).Draw(t, "days"))
	}
	return int64(rapid.IntRange(1, 40*60).Draw(t, "minutes")) * (hour / 60)
}

func TestAddAgreesWithWalkingMinuteByMinute(t *testing.T) {
	all := calendars(t)
	rapid.Check(t, func(t *rapid.T) {
		c, start := anyCalendar(t, all), anyTime(t, "start")
		u := rapid.SampledFrom([]Unit{Elapsed, WorkingHours, WorkingDays}).Draw(t, "unit")
		n := anyLength(t, u)
		got := c.Add(start, n, u)
		if want := slowAdd(c, start, n, u, func(time.Time) bool { return false }); !got.Equal(want) {
			t.Fatalf("%s %s + %d %s = %s, walking gives %s", c.Name, show(start), n, u, show(got), show(want))
		}
		if back := c.Between(start, got, u); back != n {
			t.Fatalf("between %s and %s: %d, want %d", show(start), show(got), back, n)
		}
		if got.After(start) && c.Between(start, got.Add(-time.Microsecond), u) >= n {
			t.Fatalf("%s is not the first such moment", show(got))
		}
	})
}

func TestOperatorsCalendarsReplaceOurs(t *testing.T) {
	notice := strings.NewReplacer("status: provisional", "status: published", "makeup: []", "makeup: [2027-02-13]").Replace(ownFile(t, "cn-2027.yaml"))
	files := fstest.MapFS{
		"cn-2027.yaml": {Data: []byte(notice)},
		"hours.yaml":   {Data: []byte("hours:\n  - {name: office, title_zh: 我们, title_en: Ours, country: cn, week: {tue: [\"10:00-11:00\"]}}\n")},
		"README.md":    {Data: []byte("not a calendar")},
		"clocks.yaml":  {Data: []byte("clocks: [] # LoadPolicy reads it")},
	}
	mine, err := LoadCalendars(files)
	if err != nil {
		t.Fatal(err)
	}
	office, _ := mine.Get("office")
	if office.Provisional(2027) || office.EN != "Ours" {
		t.Errorf("got %+v", office)
	}
	if got := show(office.Add(at("2026-11-23 10:00"), hour/2, WorkingHours)); got != "2026-11-24 10:30" {
		t.Errorf("got %s", got)
	}
	ours := calendar(t, "office")
	if ours.Version == office.Version || calendar(t, "office").Version != ours.Version {
		t.Error("the version must change with the hours and with nothing else")
	}
	desk, _ := mine.Get("desk")
	if desk.Version == calendar(t, "desk").Version {
		t.Error("the version must change with the holidays")
	}
	for _, y := range mine.Years() {
		if y.Override != (y.Year == 2027) {
			t.Errorf("%d: override %v", y.Year, y.Override)
		}
	}
}

func ownFile(t *testing.T, name string) string {
	t.Helper()
	b, err := calendarFiles.ReadFile("calendars/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestWrongCalendarFilesAreRefusedWithTheirPlace(t *testing.T) {
	year := ownFile(t, "cn-2026.yaml")
	for name, tc := range map[string]struct{ file, text, says string }{
		"no yaml":           {"cn-2026.yaml", "\t:", "cn-2026.yaml"},
		"unknown field":     {"cn-2026.yaml", year + "\nextra: 1\n", "extra"},
		"no source":         {"cn-2026.yaml", strings.Replace(year, "document: 国办发明电〔2025〕7号", "document: ''", 1), "where this comes from"},
		"wrong name":        {"cn-2030.yaml", year, "must be named cn-2026.yaml"},
		"workday midweek":   {"cn-2026.yaml", strings.Replace(year, "[2026-01-04", "[2026-01-05", 1), "no weekend"},
		"workday off":       {"cn-2026.yaml", strings.Replace(year, "[2026-01-04", "[2026-01-03", 1), "both holiday and makeup"},
		"backwards":         {"cn-2026.yaml", strings.Replace(year, "to: 2026-01-03", "to: 2025-12-30", 1), "元旦"},
		"overlap":           {"cn-2026.yaml", strings.Replace(year, "from: 2026-04-04", "from: 2026-02-23", 1), "清明节"},
		"no such date":      {"cn-2026.yaml", strings.Replace(year, "to: 2026-01-03", "to: 2026-01-33", 1), "元旦"},
		"no status":         {"cn-2026.yaml", strings.Replace(year, "status: published", "status: sure", 1), "sure"},
		"never open":        {"hours.yaml", "hours: [{name: x, week: {mon: []}}]", "never open"},
		"no such day":       {"hours.yaml", `hours: [{name: x, week: {mon: ["09:00-10:00"], monday: ["09:00-10:00"]}}]`, "days of the week"},
		"overlapping spans": {"hours.yaml", `hours: [{name: x, week: {mon: ["09:00-12:00", "11:00-13:00"]}}]`, "11:00-13:00"},
		"backward span":     {"hours.yaml", `hours: [{name: x, week: {mon: ["12:00-09:00"]}}]`, "12:00-09:00"},
		"after midnight":    {"hours.yaml", `hours: [{name: x, week: {mon: ["22:00-24:01"]}}]`, "24:01"},
		"no such country":   {"hours.yaml", `hours: [{name: x, country: zz, week: {mon: ["09:00-12:00"]}}]`, "zz"},
		"too long":          {"cn-2026.yaml", year + strings.Repeat("# x\n", 100_000), "longer than"},
	} {
		_, err := LoadCalendars(fstest.MapFS{tc.file: {Data: []byte(tc.text)}})
		if err == nil || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%s: %v, want it to say %q", name, err, tc.says)
		}
	}
}

// A New Year holiday that begins in December counts in December, whichever file says so.
func TestAHolidayMayBeginInTheOldYear(t *testing.T) {
	next := strings.NewReplacer("from: 2027-01-01, to: 2027-01-01", "from: 2026-12-31, to: 2027-01-02").Replace(ownFile(t, "cn-2027.yaml"))
	c, err := LoadCalendars(fstest.MapFS{"cn-2027.yaml": {Data: []byte(next)}})
	if err != nil {
		t.Fatal(err)
	}
	office, _ := c.Get("office")
	if d := office.Day(at("2026-12-31 10:00")); d.Kind != HolidayDay || d.ZH != "元旦" {
		t.Errorf("31 December: %+v", d)
	}
}

func FuzzCalendarFiles(f *testing.F) {
	for _, name := range []string{"cn-2026.yaml", "cn-2027.yaml", "hours.yaml"} {
		b, err := calendarFiles.ReadFile("calendars/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(name == "hours.yaml", b)
	}
	f.Fuzz(func(t *testing.T, isHours bool, text []byte) {
		name := "cn-2026.yaml"
		if isHours {
			name = "hours.yaml"
		}
		all, err := LoadCalendars(fstest.MapFS{name: {Data: text}})
		if err != nil {
			return
		}
		for _, n := range all.Names() {
			c, _ := all.Get(n)
			start := at("2026-01-01 00:00")
			if due := c.Add(start, 10*hour, WorkingHours); c.Between(start, due, WorkingHours) != 10*hour {
				t.Errorf("%s: add and between disagree", n)
			}
		}
	})
}
