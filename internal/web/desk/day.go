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

// day shows the technicians of one day, and for a case (?case=) what each of them would cost, or why not.
func (p *Pages) day(q *staff.Request) error {
	pr := q.P()
	query := q.URL.Query()
	ask := service.DayQuery{Date: dayAsked(pr, query.Get("date")), Region: digitsOnly(query.Get("region"), 12)}
	if n, ok := casefile.ParseNumber(query.Get("case")); ok {
		id, err := p.Service.FindCase(q.Context(), q.Actor, n)
		if err != nil {
			return err
		}
		if err := q.Check(party.ViewCase, party.OfCase(q.Actor.Tenant, id, casefile.Nil)); err != nil {
			return err
		}
		ask.Case = id
	}
	day, err := p.Service.Day(q.Context(), q.Actor, ask)
	if err != nil {
		return err
	}
	v := p.dayOf(pr, day)
	v.Route, v.Idem = codeOnly(query.Get("tech")), q.Idem()
	v.CanPlan = q.Can(party.PlanDay, party.OfTenant(q.Actor.Tenant)) && !v.Date.AddDate(0, 0, 1).Before(pr.Now)
	if err := p.dayRegions(q, &v); err != nil {
		return err
	}
	if err := p.dayUnassigned(q, &v); err != nil {
		return err
	}
	if day.Case != nil {
		v.Chosen = p.chosenOf(q, &v, day.Case)
	}
	return q.Render(http.StatusOK, DayPage(q.Done("desk.done."), v))
}

// dayAsked is the local midnight of the day of a URL, today when there is none.
func dayAsked(pr i18n.Printer, s string) time.Time {
	d := pr.In(pr.Now)
	if t, err := time.ParseInLocation(time.DateOnly, s, i18n.Shanghai()); err == nil && t.Sub(d).Abs() < 366*24*time.Hour {
		d = t
	}
	return time.Date(d.Year(), d.Month(), d.Day(), 0, 0, 0, 0, i18n.Shanghai())
}

func digitsOnly(s string, max int) string {
	if len(s) > max || strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' }) {
		return ""
	}
	return s
}

// codeOnly is a work number of a URL.
func codeOnly(s string) string {
	if len(s) > 20 || strings.ContainsFunc(s, func(r rune) bool {
		return r != '-' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}) {
		return ""
	}
	return s
}

func (p *Pages) dayRegions(q *staff.Request, v *Day) error {
	pr := q.P()
	cities, err := p.Regions.Cities(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	v.Regions = []ui.Choice{{Text: pr.T("desk.day.all_regions")}}
	for _, c := range cities {
		// The whole city is the prefix of its code.
		v.Regions = append(v.Regions, ui.Choice{Value: strings.TrimRight(c.Code, "0"), Text: staff.PathWords(staff.Named(pr, c))})
	}
	return nil
}

// dayUnassigned lists who looks for a technician, those wished for another day apart.
func (p *Pages) dayUnassigned(q *staff.Request, v *Day) error {
	end := v.Date.AddDate(0, 0, 1)
	for _, s := range statesOf["unassigned"] {
		page, err := p.Service.Queue(q.Context(), q.Actor, service.QueueQuery{State: s, Region: v.Region, Limit: pageSize})
		if err != nil {
			return err
		}
		for _, x := range page.Items {
			if row := p.rowOf(q.P(), x); x.WishedTo.IsZero() || x.WishedFrom.Before(end) && x.WishedTo.After(v.Date) {
				v.Unassigned = append(v.Unassigned, row)
			} else {
				v.Otherwise = append(v.Otherwise, row)
			}
		}
		v.More = v.More || page.Next != ""
	}
	return nil
}

func (p *Pages) chosenOf(q *staff.Request, v *Day, c *service.DayCase) *Chosen {
	pr := q.P()
	out := &Chosen{
		Case: Case{Number: c.Number, Tab: "unassigned", Idem: q.Idem()}, Kind: string(c.Kind), Product: p.Catalogue.ProductName(c.Product).In(string(pr.Lang)),
		Region: staff.PathWords(c.Region), WishedFrom: c.WishedFrom, WishedTo: c.WishedTo, Elsewhere: c.Elsewhere, Closed: c.Closed, Length: c.Length,
		Act: Act{Name: "assign", ByCost: c.Urgency != service.Emergency && c.Urgency != service.Express, Day: true,
			DayDate: v.Date.Format(time.DateOnly), DayRegion: v.Region, Rates: p.rates(pr)},
	}
	res := party.OfCase(q.Actor.Tenant, c.Case, casefile.Nil)
	out.Act.CanAssign = q.Can(party.Pin, res)
	for i := range c.Candidates {
		out.Act.Candidates = append(out.Act.Candidates, p.candidateOf(pr, &c.Candidates[i]))
	}
	return out
}

func (p *Pages) dayOf(pr i18n.Printer, day service.Day) Day {
	v := Day{Date: day.Date, Region: day.Region, MoreRows: day.More}
	offers := map[casefile.ID]*Candidate{}
	rank := map[casefile.ID]int{}
	if day.Case != nil {
		for i := range day.Case.Candidates {
			c := p.candidateOf(pr, &day.Case.Candidates[i])
			offers[c.ID] = &c
			if c.Eligible {
				rank[c.ID] = len(rank) + 1
			}
		}
	}
	for _, r := range day.Rows {
		row := DayRow{ID: r.Technician, Code: r.Code, Name: r.Name, State: r.State, Offer: offers[r.Technician], Rank: rank[r.Technician]}
		for _, s := range r.Shifts {
			row.Shifts = append(row.Shifts, Slot{s.From, s.To})
		}
		for _, s := range r.Absent {
			row.Absent = append(row.Absent, Slot{s.From, s.To})
		}
		for i := range r.Commitments {
			row.Visits = append(row.Visits, dayVisit(i+1, &r.Commitments[i]))
		}
		row.lanes()
		v.Rows = append(v.Rows, row)
	}
	v.hours(pr.Now)
	return v
}

func dayVisit(order int, c *service.Commitment) DayVisit {
	d := DayVisit{Number: c.Number, Order: order, Kind: string(c.Kind), State: string(c.State), Region: lastPart(c.Region), From: c.From, To: c.To, Pinned: c.Pinned}
	if w := c.Way; !w.IsZero() {
		d.Way = Way{Depart: w.Depart, Arrive: w.Arrive, Travel: w.Travel, DistanceM: float64(w.Metres), Assumed: w.Assumed, Late: w.Late}
	}
	if c.Point.LngE6 != 0 || c.Point.LatE6 != 0 {
		d.Place = Dot{Lng: float64(c.Point.LngE6) / 1e6, Lat: float64(c.Point.LatE6) / 1e6, Name: d.Region}
	}
	return d
}

// lanes puts visits that overlap beside one another.
func (r *DayRow) lanes() {
	var ends []time.Time
	for i := range r.Visits {
		d := &r.Visits[i]
		lane := 0
		for lane < len(ends) && ends[lane].After(d.From) {
			lane++
		}
		if lane == len(ends) {
			ends = append(ends, time.Time{})
		}
		ends[lane], d.Lane = d.To, lane
	}
	r.Lanes = max(1, len(ends))
}

// The hours that are always shown; earlier and later ones are when something is there.
const (
	usualFirst = 7
	usualLast  = 21
	lastHour   = 27 // what runs on over midnight is cut here
)

// hours finds the span of the picture, so that no shift of a night is cut.
func (v *Day) hours(now time.Time) {
	v.First, v.Last = usualFirst, usualLast
	see := func(from, to time.Time) {
		if !to.After(from) {
			return
		}
		v.First = min(v.First, max(0, int(from.Sub(v.Date)/time.Hour)))
		v.Last = max(v.Last, min(lastHour, int((to.Sub(v.Date)+time.Hour-time.Second)/time.Hour)))
	}
	for i := range v.Rows {
		r := &v.Rows[i]
		for _, s := range r.Shifts {
			see(s.From, s.To)
		}
		for _, d := range r.Visits {
			see(d.From, d.To)
		}
		if r.Offer != nil && r.Offer.Eligible {
			see(r.Offer.Arrive, r.Offer.Until)
		}
	}
	if now.After(v.Date) && now.Before(v.Date.AddDate(0, 0, 1)) {
		see(now, now.Add(time.Second))
	}
}
