package customer

import (
	"strings"
	"time"

	"anxin/internal/casefile"
)

// dayParts are the halves of a day that can be wished for, in local hours.
var dayParts = []struct {
	name     string
	from, to int
}{{"morning", 8, 12}, {"afternoon", 14, 18}, {"evening", 18, 21}}

const (
	wishLayout = "2006-01-02T15:04"
	dayLayout  = "2006-01-02"
	// wishDays is how far ahead one may wish.
	wishDays = 60
	// leastLeft is how much of a window must be left for it to be offered.
	leastLeft = time.Hour
	// wishesShown is how many windows are offered; other days are chosen by date.
	wishesShown = 6
)

// wishes are the next windows that can be wished for.
func wishes(now time.Time) []Wish {
	var out []Wish
	for day := 0; len(out) < wishesShown && day < 7; day++ {
		for _, p := range dayParts {
			w := windowOf(now, day, p.from, p.to)
			if w.To.Sub(now) >= leastLeft+time.Hour && len(out) < wishesShown {
				out = append(out, w)
			}
		}
	}
	return out
}

func windowOf(now time.Time, days, from, to int) Wish {
	d := now.In(casefile.Shanghai)
	w := Wish{From: time.Date(d.Year(), d.Month(), d.Day()+days, from, 0, 0, 0, casefile.Shanghai), To: time.Date(d.Year(), d.Month(), d.Day()+days, to, 0, 0, 0, casefile.Shanghai)}
	w.Value = w.From.Format(wishLayout) + "/" + w.To.Format(wishLayout)
	return w
}

// parseWish reads what was wished: a date with a part of the day goes before the choice. soon is "as soon as possible"; a zero window otherwise is "any
// day". ok is false when the choice or the date cannot be read.
func parseWish(choice, date, part string) (from, to time.Time, soon, ok bool) {
	if date != "" {
		d, err := time.ParseInLocation(dayLayout, date, casefile.Shanghai)
		if err != nil {
			return from, to, false, false
		}
		for _, p := range dayParts {
			if p.name == part || part == "" && p.name == "morning" {
				return d.Add(time.Duration(p.from) * time.Hour), d.Add(time.Duration(p.to) * time.Hour), false, true
			}
		}
		return from, to, false, false
	}
	switch choice {
	case "", WishSoon:
		return from, to, true, true
	case WishAny:
		return from, to, false, true
	}
	a, b, cut := strings.Cut(choice, "/")
	from, err1 := time.ParseInLocation(wishLayout, a, casefile.Shanghai)
	to, err2 := time.ParseInLocation(wishLayout, b, casefile.Shanghai)
	if !cut || err1 != nil || err2 != nil {
		return time.Time{}, time.Time{}, false, false
	}
	return from, to, false, true
}

// wishRange are the first and last day of the date field.
func wishRange(now time.Time) (first, last string) {
	d := now.In(casefile.Shanghai)
	return d.Format(dayLayout), d.AddDate(0, 0, wishDays).Format(dayLayout)
}
