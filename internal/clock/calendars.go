package clock

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"sort"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

//go:embed calendars/*.yaml
var calendarFiles embed.FS

// Status says how sure a year's public holidays are.
type Status string

// The states of a year.
const (
	Published   Status = "published"   // as the year's notice says
	Provisional Status = "provisional" // statutory days only
)

// Holiday is one public holiday, both ends included (yyyy-mm-dd).
type Holiday struct {
	ZH   string `yaml:"zh"`
	EN   string `yaml:"en"`
	From string `yaml:"from"`
	To   string `yaml:"to"`
}

// Year are the public holidays of one year of a country, with where they come from.
type Year struct {
	Country   string    `yaml:"country"`
	Year      int       `yaml:"year"`
	Status    Status    `yaml:"status"`
	TitleZH   string    `yaml:"title_zh"`
	TitleEN   string    `yaml:"title_en"`
	Document  string    `yaml:"document"`
	Published string    `yaml:"published"`
	Holidays  []Holiday `yaml:"holidays"`
	Makeup    []string  `yaml:"makeup"`
	// Override is set when the operator's file is in force and not the one of this program.
	Override bool `yaml:"-"`

	off map[date]Holiday
	on  map[date]bool
}

// hours are working hours as written.
type hours struct {
	Name    string              `yaml:"name"`
	TitleZH string              `yaml:"title_zh"`
	TitleEN string              `yaml:"title_en"`
	Country string              `yaml:"country"`
	Week    map[string][]string `yaml:"week"`
	Makeup  []string            `yaml:"makeup"`
	Holiday []string            `yaml:"holiday"`
}

// Calendars are all calendars by name. They are immutable.
type Calendars struct {
	byName map[string]*Calendar
	years  map[string]map[int]*Year
}

// LoadCalendars reads the calendars of this program and lets the operator's files (hours.yaml and <country>-<year>.yaml in override, which may be nil) replace
// years and hours of the same name. The folder may hold the operator's clocks.yaml too, which is LoadPolicy's. A file that is wrong is an error that says where: the program must not run on half a calendar.
func LoadCalendars(override fs.FS) (*Calendars, error) {
	l := &loader{years: map[string]map[int]*Year{}, hours: map[string]hours{}}
	own, err := fs.Sub(calendarFiles, "calendars")
	if err != nil {
		return nil, err
	}
	if err := l.folder(own, false); err != nil {
		return nil, err
	}
	if override != nil {
		if err := l.folder(override, true); err != nil {
			return nil, err
		}
	}
	out := &Calendars{byName: map[string]*Calendar{}, years: l.years}
	for name, h := range l.hours {
		c, err := l.calendar(h)
		if err != nil {
			return nil, fmt.Errorf("calendar %s: %w", name, err)
		}
		out.byName[name] = c
	}
	return out, nil
}

// Get answers the calendar of that name.
func (c *Calendars) Get(name string) (*Calendar, error) {
	if v := c.byName[name]; v != nil {
		return v, nil
	}
	return nil, fmt.Errorf("no calendar %q", name)
}

// Names lists the calendars.
func (c *Calendars) Names() []string {
	out := make([]string, 0, len(c.byName))
	for name := range c.byName {
		out = append(out, name)
	}
	sort.Strings(out)
	return out
}

// Years lists the public holidays that are known, oldest first: for pages that show what deadlines are built on.
func (c *Calendars) Years() []Year {
	var out []Year
	for _, years := range c.years {
		for _, y := range years {
			out = append(out, *y)
		}
	}
	sort.Slice(out, func(i, j int) bool {
		return out[i].Country < out[j].Country || out[i].Country == out[j].Country && out[i].Year < out[j].Year
	})
	return out
}

// maxCalendarFile bounds a file in bytes.
const maxCalendarFile = 256 << 10

type loader struct {
	years map[string]map[int]*Year
	hours map[string]hours
}

func (l *loader) folder(files fs.FS, override bool) error {
	names, err := fs.Glob(files, "*.yaml")
	if err != nil {
		return err
	}
	for _, name := range names {
		if name == policyName {
			continue
		}
		text, err := readBounded(files, name)
		if err == nil {
			err = l.file(name, text, override)
		}
		if err != nil {
			return fmt.Errorf("calendar file %s: %w", name, err)
		}
	}
	return nil
}

func readBounded(files fs.FS, name string) ([]byte, error) {
	f, err := files.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxCalendarFile+1))
	if err == nil && len(b) > maxCalendarFile {
		err = fmt.Errorf("longer than %d bytes", maxCalendarFile)
	}
	return b, err
}

func strictYAML(text []byte, into any) error {
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	return d.Decode(into)
}

func (l *loader) file(name string, text []byte, override bool) error {
	if path.Base(name) == "hours.yaml" {
		var h struct {
			Hours []hours `yaml:"hours"`
		}
		if err := strictYAML(text, &h); err != nil {
			return err
		}
		for _, one := range h.Hours {
			if one.Name == "" {
				return errors.New("hours without a name")
			}
			l.hours[one.Name] = one
		}
		return nil
	}
	y := &Year{Override: override}
	if err := strictYAML(text, y); err != nil {
		return err
	}
	if err := y.index(); err != nil {
		return err
	}
	if want := fmt.Sprintf("%s-%d.yaml", y.Country, y.Year); path.Base(name) != want {
		return fmt.Errorf("it must be named %s", want)
	}
	if l.years[y.Country] == nil {
		l.years[y.Country] = map[int]*Year{}
	}
	l.years[y.Country][y.Year] = y
	return nil
}

// index checks a year and makes its lookup tables.
func (y *Year) index() error {
	y.off, y.on = map[date]Holiday{}, map[date]bool{}
	switch {
	case y.Country == "" || y.Year < 1990 || y.Year > 2200:
		return errors.New("country and year are needed")
	case y.Status != Published && y.Status != Provisional:
		return fmt.Errorf("status must be published or provisional, not %q", y.Status)
	case y.TitleZH == "" || y.TitleEN == "" || y.Document == "" || y.Published == "":
		return errors.New("title_zh, title_en, document and published are needed: say where this comes from")
	}
	if _, err := parseDate(y.Published); err != nil {
		return fmt.Errorf("published: %w", err)
	}
	for _, h := range y.Holidays {
		from, err1 := parseDate(h.From)
		to, err2 := parseDate(h.To)
		if err := errors.Join(err1, err2); err != nil {
			return fmt.Errorf("%s: %w", h.ZH, err)
		}
		// A holiday may begin in the old year (1 January with the days before it).
		if to < from || to > from+31 || from.year() < y.Year-1 || to.year() > y.Year || h.ZH == "" || h.EN == "" {
			return fmt.Errorf("%s: %s to %s", h.ZH, h.From, h.To)
		}
		for d := from; d <= to; d = d.next() {
			if _, twice := y.off[d]; twice && d.year() == y.Year {
				return fmt.Errorf("%s overlaps another holiday", h.ZH)
			}
			y.off[d] = h
		}
	}
	for _, s := range y.Makeup {
		d, err := parseDate(s)
		if err != nil {
			return fmt.Errorf("makeup: %w", err)
		}
		if wd := d.weekday(); wd != 0 && wd != 6 {
			return fmt.Errorf("makeup %s is no weekend day", s)
		}
		if _, clash := y.off[d]; clash {
			return fmt.Errorf("%s is both holiday and makeup", s)
		}
		y.on[d] = true
	}
	return nil
}

var weekdays = [7]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

func (l *loader) calendar(h hours) (*Calendar, error) {
	c := &Calendar{Name: h.Name, ZH: h.TitleZH, EN: h.TitleEN, Country: h.Country, years: map[int]*Year{}}
	if h.Country != "" {
		if c.years = l.joined(h.Country); len(c.years) == 0 {
			return nil, fmt.Errorf("no public holidays of country %q", h.Country)
		}
	}
	known, open := 0, false
	var err error
	for i, name := range weekdays {
		texts, ok := h.Week[name]
		if ok {
			known++
		}
		if c.week[i], err = parseSpans(texts); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		open = open || len(texts) > 0
	}
	if known != len(h.Week) {
		return nil, errors.New("days of the week are mon, tue, wed, thu, fri, sat, sun")
	}
	if !open {
		return nil, errors.New("it is never open")
	}
	if c.makeup, err = parseSpans(h.Makeup); err != nil {
		return nil, fmt.Errorf("makeup: %w", err)
	}
	if c.closed, err = parseSpans(h.Holiday); err != nil {
		return nil, fmt.Errorf("holiday: %w", err)
	}
	c.Version = c.fingerprint()
	return c, nil
}

// joined are the years of a country; days of a holiday that begin in the old year are known to that year too.
func (l *loader) joined(country string) map[int]*Year {
	out := map[int]*Year{}
	for n, y := range l.years[country] {
		out[n] = y
	}
	for _, y := range l.years[country] {
		for d, h := range y.off {
			if old := out[d.year()]; old != nil && old != y && !old.on[d] {
				old.off[d] = h
			}
		}
		for d := range y.on {
			if old := out[d.year()]; old != nil && old != y {
				if _, off := old.off[d]; !off {
					old.on[d] = true
				}
			}
		}
	}
	return out
}

// parseSpans reads "09:00-12:00" in order and apart.
func parseSpans(texts []string) ([]Span, error) {
	var out []Span
	for _, s := range texts {
		from, to, ok := strings.Cut(s, "-")
		a, err1 := parseMinute(from)
		b, err2 := parseMinute(to)
		if !ok || err1 != nil || err2 != nil || a >= b || len(out) > 0 && a < out[len(out)-1].To {
			return nil, fmt.Errorf("span %q: write 09:00-12:00, in order and apart", s)
		}
		out = append(out, Span{a, b})
	}
	return out, nil
}

func parseMinute(s string) (int, error) {
	h, m, ok := strings.Cut(strings.TrimSpace(s), ":")
	a, err1 := strconv.Atoi(h)
	b, err2 := strconv.Atoi(m)
	if !ok || len(m) != 2 || err1 != nil || err2 != nil || a < 0 || b < 0 || b > 59 || a*60+b > 24*60 {
		return 0, fmt.Errorf("time of day %q", s)
	}
	return a*60 + b, nil
}

// fingerprint is 12 hex digits over everything an answer can depend on.
func (c *Calendar) fingerprint() string {
	h := sha256.New()
	fmt.Fprintln(h, c.week, c.makeup, c.closed)
	years := make([]int, 0, len(c.years))
	for n := range c.years {
		years = append(years, n)
	}
	sort.Ints(years)
	for _, n := range years {
		y := c.years[n]
		days := make([]int, 0, len(y.off)+len(y.on))
		for d := range y.off {
			days = append(days, int(d)*2)
		}
		for d := range y.on {
			days = append(days, int(d)*2+1)
		}
		sort.Ints(days)
		fmt.Fprintln(h, n, days)
	}
	return hex.EncodeToString(h.Sum(nil))[:12]
}
