package service_test

import (
	"testing"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/service"
)

func booked(from, to time.Duration) func(*service.Report) {
	return func(r *service.Report) {
		r.Urgency, r.WishedFrom, r.WishedTo = service.Booked, start.Add(from), start.Add(to)
	}
}

// Each alternative says what it costs and how much more than the best; the cheapest of a booked visit is asked first, in an emergency who is there first.
func TestEveryAlternativeHasItsCostAndItsReason(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		near := h.hire("HM-1001", nil)
		distant := h.hire("HM-1002", far(9))
		unable := h.hire("HM-1003", func(in *service.TechnicianInput) { in.Skills = in.Skills[1:2] })
		outside := h.hire("HM-1004", func(in *service.TechnicianInput) { in.Regions = []string{"330102"} })
		rc := h.report(booked(2*time.Hour, 6*time.Hour))
		rows, err := h.svc.Candidates(ctx, dispatcher(), rc.Case)
		h.ok(err)
		if len(rows) != 4 {
			t.Fatalf("rows %s", asJSON(rows))
		}
		best, second, over, no := rows[0], rows[1], rows[2], rows[3]
		if best.Technician != near || !best.Eligible || !best.Priced || best.Cost <= 0 || best.More != 0 || best.Later || best.Until.Sub(best.ArriveAt) <= 0 {
			t.Errorf("best %s", asJSON(best))
		}
		if second.Technician != distant || second.More <= 0 || second.More != second.Cost-best.Cost {
			t.Errorf("second %s", asJSON(second))
		}
		if over.Technician != outside || over.Eligible || !over.Outside || !over.Priced || over.ArriveAt.IsZero() || len(over.Reasons) != 1 || over.Reasons[0].Code != "region_not_covered" {
			t.Errorf("outside the region %s", asJSON(over))
		}
		if no.Technician != unable || no.Eligible || no.Outside || no.Priced || len(no.Reasons) == 0 || no.Reasons[0].Code != "skill_missing" {
			t.Errorf("unable %s", asJSON(no))
		}
		h.due()
		o := h.page(rc.Case).Offers
		if len(o) != 1 || o[0].Technician != near || !hasReason(o[0].Reasons, "costs_more") {
			t.Errorf("the offer keeps the price that was known: %s", asJSON(o))
		}
		if mine := h.offersOf(near); len(mine) != 1 || hasReason(mine[0].Reasons, "costs_more") {
			t.Errorf("a technician reads what the operator pays: %s", asJSON(mine))
		}
	})
}

// Somebody who is in the county anyhow is cheaper than somebody who lives nearer. When it has to be quick, who can be there first is chosen all the same.
func TestTheCheapestIsNotAlwaysTheNearest(t *testing.T) {
	h := newHouseSQLite(t)
	passing := h.hire("HM-1001", func(in *service.TechnicianInput) { far(40)(in); in.Vehicle = "van" })
	idle := h.hire("HM-1002", func(in *service.TechnicianInput) { far(25)(in); in.Vehicle = "van" })
	first := h.report(nil)
	_, err := h.svc.Pin(ctx, dispatcher(), service.Pin{Case: first.Case, Technician: passing, From: start.Add(3 * time.Hour), To: start.Add(4 * time.Hour)})
	h.ok(err)
	calm := h.report(booked(2*time.Hour, 8*time.Hour))
	rows, err := h.svc.Candidates(ctx, dispatcher(), calm.Case)
	h.ok(err)
	if rows[0].Technician != passing || rows[0].Cost >= rows[1].Cost || rows[0].After != first.Number && rows[0].Before != first.Number {
		t.Errorf("booked: %s", asJSON(rows))
	}
	h.due()
	if len(h.offersOf(passing)) != 1 || len(h.offersOf(idle)) != 0 {
		t.Error("the cheapest was not asked first")
	}
	// The hour that was chosen is the hour that is agreed.
	r, o := h.accept(passing, calm.Case)
	if v := h.page(calm.Case).Visits[0]; r.Visit != service.VisitAccepted || !v.From.Equal(o.ArriveAt) {
		t.Errorf("offered for %v, agreed for %v", o.ArriveAt, v.From)
	}
	quick := h.report(urgent)
	if rows, err = h.svc.Candidates(ctx, dispatcher(), quick.Case); err != nil || rows[0].Technician != idle {
		t.Errorf("express: %s (%v)", asJSON(rows), err)
	}
	for i := range rows[1:] {
		if rows[i+1].Eligible && !rows[i+1].Later && rows[i+1].ArriveAt.Before(rows[i].ArriveAt) {
			t.Error("express is not ordered by arrival")
		}
	}
}

// The holder of a visit is a candidate for it like everybody: the visit is no obstacle to itself.
func TestAVisitIsNoObstacleToItself(t *testing.T) {
	h := newHouseSQLite(t)
	holder := h.hire("HM-1001", nil)
	rc := h.report(booked(2*time.Hour, 2*time.Hour+30*time.Minute))
	h.due()
	h.accept(holder)
	rows, err := h.svc.Candidates(ctx, dispatcher(), rc.Case)
	h.ok(err)
	if len(rows) != 1 || !rows[0].Eligible {
		t.Errorf("rows %s", asJSON(rows))
	}
}

// The day says for a case what everybody of it would cost, at that day's hours, and why somebody cannot.
func TestTheDayAnswersForACase(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		able := h.hire("HM-1001", nil)
		h.hire("HM-1002", func(in *service.TechnicianInput) { in.Skills = in.Skills[1:2] })
		h.hire("HM-1003", func(in *service.TechnicianInput) { in.Regions = []string{"110105"} })
		held := h.report(booked(4*time.Hour, 5*time.Hour))
		h.due()
		h.accept(able)
		rc := h.report(booked(2*time.Hour, 8*time.Hour))
		day, err := h.svc.Day(ctx, dispatcher(), service.DayQuery{Date: start, Case: rc.Case})
		h.ok(err)
		if day.Region != "3301" || len(day.Rows) != 2 || day.Case == nil || len(day.Case.Candidates) != 2 || day.Case.Elsewhere || day.Case.Closed || day.Case.Length <= 0 {
			t.Fatalf("day %s", asJSON(day))
		}
		if c := day.Case.Candidates[0]; c.Technician != able || !c.Eligible || !c.Priced || c.After != held.Number && c.Before != held.Number {
			t.Errorf("able %s", asJSON(c))
		}
		if c := day.Case.Candidates[1]; c.Eligible || !hasReason(c.Reasons, "skill_missing") {
			t.Errorf("unable %s", asJSON(c))
		}
		row := day.Rows[0].Commitments[0]
		if row.Way.IsZero() || row.Way.Late != 0 || !row.Way.Arrive.Equal(row.From) || row.Point.Precision == "" {
			t.Errorf("way %s", asJSON(row))
		}
		// Another day than the customer wished: what it would be if they agreed.
		day, err = h.svc.Day(ctx, dispatcher(), service.DayQuery{Date: start.AddDate(0, 0, 2), Case: rc.Case})
		h.ok(err)
		if c := day.Case.Candidates[0]; !day.Case.Elsewhere || !c.Eligible || c.ArriveAt.Before(start.AddDate(0, 0, 1)) {
			t.Errorf("elsewhere %s", asJSON(day.Case))
		}
		// A day that is over, and somebody else's case.
		day, err = h.svc.Day(ctx, dispatcher(), service.DayQuery{Date: start.AddDate(0, 0, -2), Case: rc.Case})
		h.ok(err)
		if !day.Case.Closed || len(day.Case.Candidates) != 0 {
			t.Errorf("yesterday %s", asJSON(day.Case))
		}
		other := dispatcher()
		other.Tenant++
		_, err = h.svc.Day(ctx, other, service.DayQuery{Date: start, Case: rc.Case})
		h.wantNotFound(err)
		_, err = h.svc.Day(ctx, technician(able), service.DayQuery{Date: start})
		h.wantKey(err, casefile.Denied, "error.denied")
	})
}

// Choosing takes minutes: the first possible arrival cannot be reached any more then. With slack the visit begins when it can be; without, the hour is meant.
func TestAPinMayBeginALittleLater(t *testing.T) {
	h := newHouseSQLite(t)
	tech := h.hire("HM-1001", nil)
	rc := h.report(urgent)
	rows, err := h.svc.Candidates(ctx, dispatcher(), rc.Case)
	h.ok(err)
	h.mu.Lock()
	h.now = h.now.Add(4 * time.Minute)
	h.mu.Unlock()
	pin := service.Pin{Case: rc.Case, Technician: tech, From: rows[0].ArriveAt}
	_, err = h.svc.Pin(ctx, dispatcher(), pin)
	h.wantKey(err, casefile.Conflict, "service.error.cannot_pin")
	pin.Slack = 30 * time.Minute
	_, err = h.svc.Pin(ctx, dispatcher(), pin)
	h.ok(err)
	if v := h.page(rc.Case).Visits[0]; !v.From.After(rows[0].ArriveAt) || v.From.Sub(rows[0].ArriveAt) > 10*time.Minute {
		t.Errorf("shown %v, begins %v", rows[0].ArriveAt, v.From)
	}
}

// Somebody whose shifts no board can hold is ranked all the same, and stands where the arrival belongs; who works round the clock has one long shift.
func TestWhoWorksRoundTheClockIsOnTheBoard(t *testing.T) {
	h := newHouseSQLite(t)
	always := func(gap int) func(*service.TechnicianInput) {
		return func(in *service.TechnicianInput) {
			in.Shifts = nil
			for d := time.Sunday; d <= time.Saturday; d++ {
				if gap == 0 {
					in.Shifts = append(in.Shifts, service.Shift{Weekday: d, From: 0, To: 1440})
				} else {
					in.Shifts = append(in.Shifts, service.Shift{Weekday: d, From: 0, To: 720}, service.Shift{Weekday: d, From: 720 + gap, To: 1440})
				}
			}
		}
	}
	clock := h.hire("HM-1001", func(in *service.TechnicianInput) { far(5)(in); always(0)(in) })
	torn := h.hire("HM-1002", always(30)) // a gap every noon, and never six hours off
	rc := h.report(urgent)
	rows, err := h.svc.Candidates(ctx, dispatcher(), rc.Case)
	h.ok(err)
	if len(rows) != 2 || rows[0].Technician != torn || rows[0].Priced || rows[1].Technician != clock || !rows[1].Priced {
		t.Errorf("rows %s", asJSON(rows))
	}
}

func hasReason(list []service.Reason, code string) bool {
	for _, r := range list {
		if r.Code == code {
			return true
		}
	}
	return false
}
