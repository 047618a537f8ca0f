package i18n

import (
	"fmt"
	"maps"
	"math"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Printer writes sentences and values for one reader: in a language, at a moment, in a time zone. It is a small value; pass it on.
type Printer struct {
	Lang Lang
	// Now is the moment of rendering: "today" and "in 12 minutes" are told from it.
	Now time.Time
	// Paper writes every day with its whole date: a sheet is read long after today.
	Paper bool
	// Zone is where the reader lives; nil is Asia/Shanghai.
	Zone *time.Location
}

// shanghai needs no zone file: China has kept UTC+8 without summer time since 1991.
var shanghai = sync.OnceValue(func() *time.Location { return time.FixedZone("Asia/Shanghai", 8*3600) })

// Shanghai is the default time zone.
func Shanghai() *time.Location { return shanghai() }

// T is the sentence of a key; see the function T. Times and lengths of time among the values are said as people say them.
func (p Printer) T(key string, args ...any) string {
	m := make(map[string]any, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		if name, ok := args[i].(string); ok {
			m[name] = args[i+1]
		}
	}
	return p.TMap(key, m)
}

// TMap is T with a map of values.
func (p Printer) TMap(key string, args map[string]any) string {
	var said map[string]any
	for k, v := range args {
		var s string
		switch v := v.(type) {
		case time.Time:
			s = p.Time(v)
		case time.Duration:
			s = p.Duration(v)
		case [2]time.Time:
			s = p.Window(v[0], v[1])
		default:
			continue
		}
		if said == nil {
			said = maps.Clone(args)
		}
		said[k] = s
	}
	if said == nil {
		said = args
	}
	return TMap(p.Lang, key, said)
}

func (p Printer) zone() *time.Location {
	if p.Zone == nil {
		return Shanghai()
	}
	return p.Zone
}

// In is the moment on the reader's wall clock.
func (p Printer) In(t time.Time) time.Time { return t.In(p.zone()) }

// days is the number of calendar days from today to t in the reader's zone.
func (p Printer) days(t time.Time) int {
	a, b := p.In(p.Now), p.In(t)
	da := time.Date(a.Year(), a.Month(), a.Day(), 12, 0, 0, 0, time.UTC)
	db := time.Date(b.Year(), b.Month(), b.Day(), 12, 0, 0, 0, time.UTC)
	return int(db.Sub(da).Hours()) / 24
}

// Day names a calendar day as people say it: 今天, 明天, 后天, 昨天, else 11月25日 周三, with the year when it is not this one.
func (p Printer) Day(t time.Time) string {
	if p.Paper {
		t = p.In(t)
		if p.Lang == EN {
			return t.Format("Mon 2 January 2006")
		}
		return fmt.Sprintf("%d年%d月%d日 周%s", t.Year(), t.Month(), t.Day(), weekdaysZH[t.Weekday()])
	}
	switch p.days(t) {
	case -1:
		return p.T("format.yesterday")
	case 0:
		return p.T("format.today")
	case 1:
		return p.T("format.tomorrow")
	case 2:
		if p.Lang != EN {
			return p.T("format.day_after_tomorrow")
		}
	}
	t = p.In(t)
	sameYear := t.Year() == p.In(p.Now).Year()
	if p.Lang == EN {
		if sameYear {
			return t.Format("Mon 2 Jan")
		}
		return t.Format("Mon 2 Jan 2006")
	}
	day := fmt.Sprintf("%d月%d日 周%s", t.Month(), t.Day(), weekdaysZH[t.Weekday()])
	if !sameYear {
		day = fmt.Sprintf("%d年", t.Year()) + day
	}
	return day
}

var weekdaysZH = [7]string{"日", "一", "二", "三", "四", "五", "六"}

// Clock is the time of day, 14:20.
func (p Printer) Clock(t time.Time) string { return p.In(t).Format("15:04") }

// Time is a moment as people say it: 今天 14:20.
func (p Printer) Time(t time.Time) string { return p.Day(t) + " " + p.Clock(t) }

// Full is the moment with its whole date and zone, for title attributes and papers: 2026年11月24日 周二 14:20 (UTC+8).
func (p Printer) Full(t time.Time) string {
	t = p.In(t)
	_, off := t.Zone()
	zone := fmt.Sprintf("UTC%+d", off/3600)
	if p.Lang == EN {
		return t.Format("Monday, 2 January 2006 15:04") + " (" + zone + ")"
	}
	return fmt.Sprintf("%d年%d月%d日 周%s %s (%s)", t.Year(), t.Month(), t.Day(), weekdaysZH[t.Weekday()], t.Format("15:04"), zone)
}

// Date is the whole date without the time: 2026年11月24日.
func (p Printer) Date(t time.Time) string {
	t = p.In(t)
	if p.Lang == EN {
		return t.Format("2 January 2006")
	}
	return fmt.Sprintf("%d年%d月%d日", t.Year(), t.Month(), t.Day())
}

// Window is a span of time as people say it: 今天 14:20-15:00, 明天上午, 11月25日 周三 下午. A span over several days names both ends.
func (p Printer) Window(from, to time.Time) string {
	a, b := p.In(from), p.In(to)
	if a.YearDay() != b.YearDay() || a.Year() != b.Year() {
		if b.Hour() != 0 || b.Minute() != 0 || b.Sub(a) > 24*time.Hour {
			return p.Time(from) + " - " + p.Time(to)
		}
	}
	if part := dayPart(a, b); part != "" {
		if p.Lang == EN && !p.Paper && p.days(from) == 0 && part != "all_day" {
			return p.T("format.this_" + part)
		}
		if p.Lang == EN {
			return p.Day(from) + " " + p.T("format."+part)
		}
		day := p.Day(from)
		if strings.HasSuffix(day, "天") {
			return day + p.T("format."+part)
		}
		return day + " " + p.T("format."+part)
	}
	return p.Day(from) + " " + a.Format("15:04") + "-" + b.Format("15:04")
}

// dayPart names the window when it is one of the halves of a day that slots are offered in.
func dayPart(a, b time.Time) string {
	if a.Minute() != 0 || b.Minute() != 0 {
		return ""
	}
	switch {
	case a.Hour() == 8 && b.Hour() == 12, a.Hour() == 9 && b.Hour() == 12:
		return "morning"
	case (a.Hour() == 12 || a.Hour() == 13 || a.Hour() == 14) && b.Hour() == 18:
		return "afternoon"
	case a.Hour() == 18 && b.Hour() >= 20:
		return "evening"
	case a.Hour() <= 9 && b.Hour() == 18:
		return "all_day"
	}
	return ""
}

// Duration is a length of time in words, in the two largest units that say something: 35 分钟, 1 小时 20 分钟, 2 天 3 小时. Less than a minute
// is "less than a minute"; the sign is dropped.
func (p Printer) Duration(d time.Duration) string {
	if d < 0 {
		d = -d
	}
	minutes := int(d.Round(time.Minute) / time.Minute)
	if d < time.Minute {
		return p.T("format.moment")
	}
	days, hours, mins := minutes/1440, minutes/60%24, minutes%60
	var parts []string
	if days > 0 {
		parts = append(parts, p.T("format.days", "n", days))
	}
	if hours > 0 {
		parts = append(parts, p.T("format.hours", "n", hours))
	}
	if mins > 0 && days == 0 {
		parts = append(parts, p.T("format.minutes", "n", mins))
	}
	return strings.Join(parts, " ")
}

// Due says how long until a moment or since it: 还剩 12 分钟, 已超时 5 分钟.
func (p Printer) Due(t time.Time) string {
	d := t.Sub(p.Now)
	if d < 0 {
		return p.T("format.overdue", "d", p.Duration(d))
	}
	return p.T("format.left", "d", p.Duration(d))
}

// ClockWords are the words a script needs to go on telling Due by itself, with {n} and {d} still in place, separated by bars: left, overdue, one
// day, days, hours, minutes, moment.
func (p Printer) ClockWords() string {
	return strings.Join([]string{p.T("format.left"), p.T("format.overdue"), p.T("format.days", "n", 1), p.T("format.days"), p.T("format.hours"),
		p.T("format.minutes"), p.T("format.moment")}, "|")
}

// Ago says how long ago a moment was: 刚刚, 5 分钟前, then the day.
func (p Printer) Ago(t time.Time) string {
	d := p.Now.Sub(t)
	switch {
	case d < time.Minute:
		return p.T("format.just_now")
	case d < 12*time.Hour:
		return p.T("format.ago", "d", p.Duration(d))
	}
	return p.Time(t)
}

// Money writes fen as ¥1,234.50.
func (p Printer) Money(fen int64) string {
	sign := ""
	if fen < 0 {
		sign, fen = "-", -fen
	}
	return fmt.Sprintf("%s¥%s.%02d", sign, p.Number(fen/100), fen%100)
}

// Number groups digits by thousands.
func (p Printer) Number(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// Distance writes metres as 850 米 or 3.2 公里.
func (p Printer) Distance(metres float64) string {
	if metres < 1000 {
		return p.T("format.metres", "n", int(math.Round(metres/10)*10))
	}
	km := metres / 1000
	if km < 20 {
		return p.T("format.km", "n", strconv.FormatFloat(math.Round(km*10)/10, 'f', -1, 64))
	}
	return p.T("format.km", "n", int(math.Round(km)))
}

// Percent writes a probability: 0.9 is 90%.
func (p Printer) Percent(f float64) string { return strconv.Itoa(int(math.Round(f*100))) + "%" }

// Bytes writes a file size: 850 KB, 3.2 MB.
func (p Printer) Bytes(n int64) string {
	if n < 1000*1000 {
		return fmt.Sprintf("%d KB", (n+999)/1000)
	}
	unit, size := "MB", float64(n)/1e6
	if n >= 1000*1000*1000 {
		unit, size = "GB", float64(n)/1e9
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", size), ".0") + " " + unit
}

// Pick chooses between two texts that come with data instead of the catalogue; a missing English one gives the Chinese.
func (p Printer) Pick(zh, en string) string {
	if p.Lang == EN && en != "" {
		return en
	}
	return zh
}

// List joins words as the language lists them: 甲、乙、丙 or a, b, c.
func (p Printer) List(words []string) string { return strings.Join(words, p.T("format.list_comma")) }

// MaskPhone keeps the first three and the last four digits of a phone number: 138****0000. Short numbers keep their last two.
func MaskPhone(s string) string {
	var d []byte
	for i := 0; i < len(s); i++ {
		if s[i] >= '0' && s[i] <= '9' {
			d = append(d, s[i])
		}
	}
	switch {
	case len(d) >= 11:
		return string(d[:len(d)-8]) + "****" + string(d[len(d)-4:])
	case len(d) >= 5:
		return strings.Repeat("*", len(d)-2) + string(d[len(d)-2:])
	}
	return strings.Repeat("*", len(d))
}
