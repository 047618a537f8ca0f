package desk

import (
	"fmt"
	"strconv"
	"time"

	"anxin/internal/web/staff"
	"anxin/internal/web/ui"
)

// Sizes of the picture of a day, in pixels: names at the left, then the hours.
const (
	barName  = 170
	barHour  = 62
	barFirst = 7
	barLast  = 22
	barTop   = 44
	barRow   = 36
	barWidth = barName + barHour*(barLast-barFirst) + 20
)

func px(n int) string { return strconv.Itoa(n) }

func barView(v Day) string {
	return fmt.Sprintf("0 0 %d %d", barWidth, barTop+barRow*len(v.Rows))
}

func hourX(h int) int { return barName + barHour*(h-barFirst) }

// timeX is where a moment of the day stands; moments outside the picture stand at its edges.
func timeX(v Day, t time.Time) int {
	x := hourX(0) + int(t.Sub(v.Date)*barHour/time.Hour)
	return min(max(x, hourX(barFirst)), hourX(barLast))
}

func barSpan(v Day, s Slot) int { return timeX(v, s.To) - timeX(v, s.From) }

// nowLine is where now stands, 0 when it is not on this day.
func nowLine(pg ui.Page, v Day) int {
	if now := pg.P.Now; now.Before(v.Date.Add(barFirst*time.Hour)) || now.After(v.Date.Add(barLast*time.Hour)) {
		return 0
	}
	return timeX(v, pg.P.Now)
}

func barState(state string) string {
	switch state {
	case "en_route", "arrived", "working", "waiting_approval", "waiting_signature":
		return "b-now"
	case "finished", "needs_follow_up", "no_access", "aborted":
		return "b-over"
	}
	return "b-plan"
}

func barTitle(pg ui.Page, r DayRow, d DayVisit) string {
	title := r.Name + ": " + pg.P.Clock(d.From) + "-" + pg.P.Clock(d.To) + " " + staff.Word(pg.P, "kind", d.Kind) + ", " + d.Region + ", " + staff.Word(pg.P, "visit_state", d.State)
	if d.Pinned {
		title += ", " + pg.T("staff.pinned")
	}
	return title
}

// barText is what fits into a bar.
func barText(pg ui.Page, v Day, d DayVisit) string {
	room := barSpan(v, Slot{d.From, d.To}) - 12
	if d.Pinned {
		room -= 12
	}
	return fit(staff.Word(pg.P, "kind", d.Kind), room)
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

func dayHref(v Day, days int) string {
	href := "/desk/day?date=" + v.Date.AddDate(0, 0, days).Format(time.DateOnly)
	if v.Region != "" {
		href += "&region=" + v.Region
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
