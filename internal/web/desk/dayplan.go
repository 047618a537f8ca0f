package desk

import (
	"net/http"
	"strings"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/i18n"
	"anxin/internal/party"
	"anxin/internal/service"
	"anxin/internal/web/staff"
	"anxin/internal/web/ui"
)

// planAsked is the day and region that a proposal is about.
func planAsked(pr i18n.Printer, date, region string) service.ProposeQuery {
	return service.ProposeQuery{Date: dayAsked(pr, date), Region: digitsOnly(region, 9)}
}

func planHref(q service.ProposeQuery) string {
	return "/desk/day/plan?date=" + q.Date.Format(time.DateOnly) + "&region=" + q.Region
}

// planDay has the day planned and leads to the page that shows how far it is.
func (p *Pages) planDay(q *staff.Request) error {
	if err := q.ParseForm(); err != nil {
		return err
	}
	ask := planAsked(q.P(), q.PostForm.Get("date"), q.PostForm.Get("region"))
	if err := p.Service.PlanDay(q.Context(), q.Actor, ask); err != nil {
		return err
	}
	return q.See(planHref(ask))
}

// dayPlan shows the proposal of a day; without one, the way to ask for it.
func (p *Pages) dayPlan(q *staff.Request) error {
	ask := planAsked(q.P(), q.URL.Query().Get("date"), q.URL.Query().Get("region"))
	v := DayPlan{Date: ask.Date, Region: ask.Region, State: "none"}
	x, err := p.Service.DayPlan(q.Context(), q.Actor, ask)
	switch {
	case casefile.Is(err, casefile.NotFound):
	case err != nil:
		return err
	default:
		v = p.planOf(q.P(), x)
	}
	return p.showPlan(q, http.StatusOK, v)
}

func (p *Pages) showPlan(q *staff.Request, status int, v DayPlan) error {
	cities, err := p.Regions.Cities(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	for _, c := range cities {
		if strings.TrimRight(c.Code, "0") == v.Region {
			v.City = staff.PathWords(staff.Named(q.P(), c))
		}
	}
	v.Idem, v.Rates = q.Idem(), p.rates(q.P())
	return q.Render(status, DayPlanPage(q.Done("desk.done."), v))
}

// acceptDayPlan gives the chosen visits, one case after the other; each is a decision about its own case and is asked of the policies as such.
func (p *Pages) acceptDayPlan(q *staff.Request) error {
	if err := q.ParseForm(); err != nil {
		return err
	}
	ask := planAsked(q.P(), q.PostForm.Get("date"), q.PostForm.Get("region"))
	var cases []casefile.ID
	for _, s := range q.PostForm["case"] {
		id, err := casefile.ParseID(s)
		if err != nil || len(cases) == 500 {
			continue
		}
		if err := q.Check(party.Pin, party.OfCase(q.Actor.Tenant, id, casefile.Nil)); err != nil {
			return err
		}
		cases = append(cases, id)
	}
	if len(cases) == 0 {
		x, err := p.Service.DayPlan(q.Context(), q.Actor, ask)
		if err != nil {
			return err
		}
		v := p.planOf(q.P(), x)
		for i := range v.Visits {
			v.Visits[i].Selected = false
		}
		v.Form.Add("case", q.P().T("dispatch.plan.choose"))
		return p.showPlan(q, http.StatusUnprocessableEntity, v)
	}
	// Each case is a transaction of its own: the token of the form is no key for all of them. Who sends twice finds what was given the first time.
	if _, err := p.Service.AcceptDayPlan(q.Context(), q.Actor, ask, cases); err != nil {
		return err
	}
	return q.See(planHref(ask) + "#result")
}

func (p *Pages) planOf(pr i18n.Printer, x service.Proposal) DayPlan {
	v := DayPlan{
		Date: x.Date, Region: x.Region, State: x.State, Started: x.Started, Ready: x.Ready, Cases: x.Cases, Otherwise: x.Otherwise, More: x.More, Added: int64(x.After - x.Before),
		OneByOne: int64(x.OneByOne), Served: x.Served,
	}
	what := func(product string, kind service.Kind) string {
		return p.Catalogue.ProductName(product).In(string(pr.Lang)) + " · " + staff.Word(pr, "kind", string(kind))
	}
	for i := range x.Visits {
		y := &x.Visits[i]
		v.Visits = append(v.Visits, PlanVisit{Case: y.Case, Number: y.Number, What: what(y.Product, y.Kind), Urgency: string(y.Urgency), Region: staff.PathWords(y.Region),
			Who: p.candidateOf(pr, &y.CandidateRow), Outcome: y.Outcome, Selected: y.Outcome == ""})
	}
	for _, y := range x.Left {
		v.Left = append(v.Left, PlanLeft{Number: y.Number, What: what(y.Product, y.Kind), Urgency: string(y.Urgency), Region: staff.PathWords(y.Region), Why: p.reasonWords(pr, y.Reasons)})
	}
	return v
}

// open counts the visits that can still be accepted.
func (v DayPlan) open() (n int) {
	for i := range v.Visits {
		if o := v.Visits[i].Outcome; o == "" || o == "refused" {
			n++
		}
	}
	return n
}

// outcomes counts what became of the accepted visits.
func (v DayPlan) outcomes() (given, other int) {
	for i := range v.Visits {
		switch v.Visits[i].Outcome {
		case "":
		case "given":
			given++
		default:
			other++
		}
	}
	return given, other
}

func planFrame(pg ui.Page, v DayPlan) ui.Page {
	pg.Failed = v.Form.Failed()
	if v.State == "running" {
		pg.Refresh = 2
	}
	return pg.WithTitle(pg.T("dispatch.plan.title", "day", pg.P.Day(v.Date)))
}

func planDayHref(v DayPlan) string {
	href := "/desk/day?date=" + v.Date.Format(time.DateOnly)
	if v.Region != "" {
		href += "&region=" + v.Region
	}
	return href
}
