package service_test

import (
	"testing"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/service"
)

// planned waits for the plan of the first day in the prefecture.
func (h *house) planned() service.Proposal {
	h.t.Helper()
	q := service.ProposeQuery{Date: start, Region: "3301"}
	h.ok(h.svc.PlanDay(ctx, dispatcher(), q))
	for range 600 {
		p, err := h.svc.DayPlan(ctx, dispatcher(), q)
		h.ok(err)
		if p.State != "running" {
			return p
		}
		time.Sleep(20 * time.Millisecond)
	}
	h.t.Fatal("the plan was not ready in twelve seconds")
	return service.Proposal{}
}

// A plan gives every open case of the day a place, says what it costs and what is left out with the reason; accepting writes through the ordinary commands, and
// a case that moved on meanwhile is left alone.
func TestAProposedDayIsAcceptedCaseByCase(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		first := h.hire("HM-1001", nil)
		h.hire("HM-1002", far(12))
		held := h.report(booked(2*time.Hour, 3*time.Hour))
		_, err := h.svc.Pin(ctx, dispatcher(), service.Pin{Case: held.Case, Technician: first, From: start.Add(2 * time.Hour)})
		h.ok(err)
		a, b := h.report(booked(time.Hour, 9*time.Hour)), h.report(booked(time.Hour, 9*time.Hour))
		gone := h.report(booked(3*time.Hour, 9*time.Hour))
		never := h.report(func(r *service.Report) { r.Product, r.Fault = "fridge", "other"; booked(time.Hour, 9*time.Hour)(r) })
		h.report(booked(50*time.Hour, 52*time.Hour)) // another day
		p := h.planned()
		if p.State != "ready" || p.Cases != 4 || p.Otherwise != 1 || len(p.Visits) != 3 || len(p.Left) != 1 || p.More {
			t.Fatalf("plan %s", asJSON(p))
		}
		if p.Left[0].Case != never.Case || len(p.Left[0].Reasons) == 0 || p.After <= p.Before || p.Before <= 0 || p.Served != 3 || p.OneByOne <= 0 {
			t.Errorf("plan %s", asJSON(p))
		}
		for _, v := range p.Visits {
			if v.Case == held.Case || v.Technician.IsNil() || v.ArriveAt.Before(start) || !v.Until.After(v.ArriveAt) || !v.Priced || v.Code == "" {
				t.Errorf("visit %s", asJSON(v))
			}
		}
		// One case is rescheduled before anybody accepts.
		_, err = h.svc.Reschedule(ctx, customer(gone.Case), service.Reschedule{Case: gone.Case, From: start.Add(30 * time.Hour), To: start.Add(34 * time.Hour)})
		h.ok(err)
		q := service.ProposeQuery{Date: start, Region: "3301"}
		if _, err := h.svc.AcceptDayPlan(ctx, agent(), q, []casefile.ID{a.Case}); !casefile.Is(err, casefile.Denied) {
			t.Errorf("an agent accepts: %v", err)
		}
		h.pass(20 * time.Minute) // the dispatcher took a while: what cannot be reached any more begins a little later
		p, err = h.svc.AcceptDayPlan(ctx, dispatcher(), q, []casefile.ID{a.Case, gone.Case, held.Case})
		h.ok(err)
		for _, v := range p.Visits {
			want := map[casefile.ID]string{a.Case: "given", gone.Case: "moved_on", b.Case: ""}[v.Case]
			if v.Outcome != want {
				t.Errorf("%s: outcome %q, want %q", v.Number, v.Outcome, want)
			}
			if v.Case == a.Case {
				h.wantState(a.Case, service.RequestAssigned, service.VisitAccepted)
				if got := h.page(a.Case).Visits[0]; got.From.Before(v.ArriveAt) || got.From.Sub(v.ArriveAt) > 30*time.Minute || got.To.Sub(got.From) != v.Until.Sub(v.ArriveAt) || !got.Pinned || got.Technician.Code != v.Code {
					t.Errorf("given %s as %s", asJSON(got), asJSON(v))
				}
			}
		}
		if s := h.page(gone.Case).Request.State; s != service.RequestTriaged && s != service.RequestPlanned {
			t.Errorf("the case that moved on is %s", s)
		}
		// Accepting again gives nothing twice.
		again, err := h.svc.AcceptDayPlan(ctx, dispatcher(), q, []casefile.ID{a.Case})
		h.ok(err)
		if len(h.page(a.Case).Visits) != 1 || again.Visits[0].Outcome == "refused" {
			t.Error("given twice")
		}
		other := dispatcher()
		other.Tenant++
		_, err = h.svc.DayPlan(ctx, other, q)
		h.wantNotFound(err)
	})
}

func TestAPlanOfAnEmptyDayIsReadyAtOnce(t *testing.T) {
	h := newHouseSQLite(t)
	if p := h.planned(); p.State != "ready" || p.Cases != 0 || len(p.Visits) != 0 {
		t.Errorf("plan %s", asJSON(p))
	}
}
