package desk

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"anxin/internal/web/staff"
	"anxin/internal/web/ui"
)

// Sizes of the picture of a day, in pixels: names at the left, then the hours.
const (
	barName = 170
	barHour = 62
	barTop  = 44
	barRow  = 36 // of one lane
)

// laneName is a name that leaves room for the code beside it; the row's title and the table have it whole. Widths are those of the type: 15 pixels a
// Chinese character, 9 another one in bold, 7 in the code.
func laneName(r DayRow) string {
	room := float64(barName - 8 - 12 - 7*len(r.Code))
	for i, c := range r.Name {
		w := 9.0
		if c >= 0x2e80 {
			w = 15
		}
		if room -= w; room < 0 {
			return strings.TrimSpace(r.Name[:i]) + "…"
		}
	}
	return r.Name
}

func px(n int) string { return strconv.Itoa(n) }

func barWidth(v Day) int { return barName + barHour*(v.Last-v.First) + 20 }

// rowY is where a row begins; row len(v.Rows) is the end of the picture.
func rowY(v Day, i int) int {
	y := barTop
	for _, r := range v.Rows[:i] {
		y += barRow * max(1, r.Lanes)
	}
	return y
}

func barHeight(v Day) int { return rowY(v, len(v.Rows)) }

func barView(v Day) string { return fmt.Sprintf("0 0 %d %d", barWidth(v), barHeight(v)) }

func hourX(v Day, h int) int { return barName + barHour*(h-v.First) }

// timeX is where a moment of the day stands; moments outside the picture stand at its edges.
func timeX(v Day, t time.Time) int {
	x := hourX(v, 0) + int(t.Sub(v.Date)*barHour/time.Hour)
	return min(max(x, hourX(v, v.First)), hourX(v, v.Last))
}

func barSpan(v Day, s Slot) int { return timeX(v, s.To) - timeX(v, s.From) }

// nowLine is where now stands, 0 when it is not on this day.
func nowLine(pg ui.Page, v Day) int {
	if now := pg.P.Now; now.Before(v.Date.Add(time.Duration(v.First)*time.Hour)) || now.After(v.Date.Add(time.Duration(v.Last)*time.Hour)) {
		return 0
	}
	return timeX(v, pg.P.Now)
}

func hourText(h int) string { return strconv.Itoa(h%24) + ":00" }

func barState(state string) string {
	switch state {
	case "en_route", "arrived", "working", "waiting_approval", "waiting_signature":
		return "b-now"
	case "finished", "needs_follow_up", "no_access", "aborted":
		return "b-over"
	}
	return "b-plan"
}

// lateNow reports an arrival that will be late and can still be helped.
func lateNow(d DayVisit) bool { return d.Way.Late > 0 && barState(d.State) != "b-over" }

// barTitle is everything a bar shows, for who does not see it.
func barTitle(pg ui.Page, r DayRow, d DayVisit) string {
	words := []string{pg.P.Clock(d.From) + "-" + pg.P.Clock(d.To) + " " + staff.Word(pg.P, "kind", d.Kind), d.Region, staff.Word(pg.P, "visit_state", d.State)}
	if d.Pinned {
		words = append(words, pg.T("staff.pinned"))
	}
	if w := wayWords(pg, d); w != "" {
		words = append(words, w)
	}
	return r.Name + ": " + strconv.Itoa(d.Order) + ". " + pg.P.List(words)
}

// spoken is the name of a bar for who listens: it begins with what the bar shows, so that who speaks to the machine can say what is seen.
func spoken(pg ui.Page, shown, title string) string {
	if shown == "" {
		return title
	}
	return shown + pg.T("format.list_comma") + title
}

// wayWords says how long the way to a visit is and whether the arrival is late.
func wayWords(pg ui.Page, d DayVisit) string {
	if !d.Way.Known() {
		return ""
	}
	words := pg.T("dispatch.day.way", "travel", pg.P.Duration(d.Way.Travel), "distance", pg.P.Distance(d.Way.DistanceM))
	if d.Way.Assumed {
		words = pg.T("dispatch.day.way_assumed", "travel", pg.P.Duration(d.Way.Travel))
	}
	if d.Way.Late > 0 {
		words += pg.T("format.list_comma") + lateWords(pg, d)
	}
	return words
}

func lateWords(pg ui.Page, d DayVisit) string {
	if barState(d.State) == "b-plan" || d.State == "en_route" {
		return pg.T("dispatch.day.late", "time", pg.P.Clock(d.Way.Arrive), "late", pg.P.Duration(d.Way.Late))
	}
	return pg.T("dispatch.day.was_late", "late", pg.P.Duration(d.Way.Late))
}

// barText is what fits into a bar: the place in the order, and the kind, or how late it will be.
func barText(pg ui.Page, v Day, d DayVisit) string {
	room := barSpan(v, Slot{d.From, d.To}) - 12
	if d.Pinned {
		room -= 12
	}
	order := strconv.Itoa(d.Order)
	if lateNow(d) {
		if s := fit(order+" "+pg.T("dispatch.day.late_short", "late", pg.P.Duration(d.Way.Late)), room); s != "" {
			return s
		}
	}
	if s := fit(order+" "+staff.Word(pg.P, "kind", d.Kind), room); s != "" {
		return s
	}
	return fit(order, room)
}

// fit is s when it takes no more than a width in pixels at 12 px type (a Chinese character takes 12, another about 7), else nothing: half a word names
// nothing.
func fit(s string, room int) string {
	for _, r := range s {
		w := 7
		if r > 0x2e80 {
			w = 12
		}
		room -= w
	}
	if room < 0 {
		return ""
	}
	return s
}

func pinPath(x, y int) string { return fmt.Sprintf("M%d %dh7v7h-7z", x, y+3) }

// offerTitle is the mark of a gap for who does not see it.
func offerTitle(pg ui.Page, r DayRow) string {
	words := []string{pg.P.Clock(r.Offer.Arrive) + "-" + pg.P.Clock(r.Offer.Until), costWords(pg, *r.Offer, r.Rank == 1)}
	return pg.T("dispatch.day.offer", "rank", r.Rank, "name", r.Name) + ": " + pg.P.List(words)
}

// offerText is what fits into the mark of a gap.
func offerText(pg ui.Page, v Day, r DayRow) string {
	room := barSpan(v, Slot{r.Offer.Arrive, r.Offer.Until}) - 8
	if r.Offer.Priced {
		if s := fit(pg.P.Money(r.Offer.Cost), room); s != "" {
			return s
		}
	}
	return fit(strconv.Itoa(r.Rank), room)
}

func dayHref(v Day, days int) string {
	return dayLink(v, v.Date.AddDate(0, 0, days), chosenNumber(v), "")
}

func chosenNumber(v Day) string {
	if v.Chosen == nil {
		return ""
	}
	return string(v.Chosen.Case.Number)
}

// dayLink is the page of a day, with the region, a chosen case and a marked route.
func dayLink(v Day, date time.Time, number, route string) string {
	href := "/desk/day?date=" + date.Format(time.DateOnly)
	if v.Region != "" {
		href += "&region=" + v.Region
	}
	if number != "" {
		href += "&case=" + number
	}
	if route != "" {
		href += "&tech=" + route
	}
	return href
}

func shiftWords(pg ui.Page, r DayRow) string {
	var spans []string
	for _, s := range r.Shifts {
		spans = append(spans, pg.P.Clock(s.From)+"-"+pg.P.Clock(s.To))
	}
	for _, s := range r.Absent {
		spans = append(spans, pg.T("desk.day.absent")+" "+pg.P.Clock(s.From)+"-"+pg.P.Clock(s.To))
	}
	return pg.P.List(spans)
}
