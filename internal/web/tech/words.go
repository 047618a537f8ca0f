package tech

import (
	"strings"
	"time"

	"anxin/internal/web/staff"
	"anxin/internal/web/ui"
)

// warnOffer is how long before its end an offer turns to "answer soon".
const warnOffer = 3 * time.Minute

// jobTitle says what a job is: 维修 · 空调 · 不制冷.
func jobTitle(pg ui.Page, j Job) string {
	parts := []string{staff.Word(pg.P, "kind", j.Kind)}
	for _, s := range []string{j.Product, j.Fault} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, " · ")
}

func currentTitle(pg ui.Page, c VisitCard) string {
	if c.State == "accepted" {
		return pg.T("tech.today.next")
	}
	return pg.T("tech.today.now")
}

func emptyToday(pg ui.Page, v Today) string {
	switch {
	case v.Absent:
		return pg.T("tech.today.empty_absent")
	case len(v.Over) > 0:
		return pg.T("tech.today.empty_done")
	}
	return pg.T("tech.today.empty")
}

func profilePairs(pg ui.Page, v Profile) []ui.Pair {
	return []ui.Pair{
		{Key: pg.T("tech.me.partner"), Text: v.Partner},
		{Key: pg.T("tech.me.state"), Text: staff.Word(pg.P, "technician_state", v.State)},
		{Key: pg.T("tech.me.skills"), Text: pg.P.List(v.Skills)},
		{Key: pg.T("tech.me.regions"), Text: pg.P.List(v.Regions)},
		{Key: pg.T("tech.me.week"), Text: strings.Join(v.WeekWords, "\n")},
	}
}
