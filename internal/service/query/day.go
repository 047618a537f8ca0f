package query

import (
	"context"
	"slices"
	"time"

	"anxin/dispatch"
	"anxin/internal/casefile"
	"anxin/internal/service/flow"
	"anxin/internal/service/input"
	"anxin/internal/service/plan"
	"anxin/internal/service/terms"
	"anxin/internal/tx"
	"anxin/region"
)

// maxDayRows bounds the dispatcher's day.
const maxDayRows = 200

// Day implements Desk.
func (s *Queries) Day(ctx context.Context, a casefile.Actor, q terms.DayQuery) (terms.Day, error) {
	if err := flow.MustBe(a, flow.DeskRoles...); err != nil {
		return terms.Day{}, err
	}
	from := flow.Midnight(q.Date)
	d := terms.Day{Date: from, Region: q.Region}
	if q.Region != "" && (len(q.Region) > 9 || input.Digits(q.Region) != q.Region) {
		return d, casefile.InvalidField("region", "service.field.choose")
	}
	to := from.AddDate(0, 0, 1)
	err := s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		d.Rows, d.Case, d.More, d.Region = nil, nil, false, q.Region
		w, err := s.dayCase(ctx, t, a, q.Case, &d)
		if err != nil {
			return err
		}
		list, visits, err := s.Store.DayStaff(ctx, t, a.Tenant, d.Region, "", maxDayRows+1, from.UTC(), to.UTC())
		if err != nil {
			return err
		}
		if d.More = len(list) > maxDayRows; d.More {
			list = list[:maxDayRows]
		}
		of := map[casefile.ID][]*terms.Visit{}
		for i := range visits {
			of[visits[i].Technician] = append(of[visits[i].Technician], &visits[i])
		}
		for i := range list {
			d.Rows = append(d.Rows, s.dayRow(ctx, &list[i], of[list[i].ID], from, to))
		}
		if w == nil || d.Case.Closed {
			return nil
		}
		return s.dayCandidates(ctx, w, &d, list, of)
	})
	return d, err
}

// dayCase reads the case that is asked about; nil when none is.
func (s *Queries) dayCase(ctx context.Context, t tx.Tx, a casefile.Actor, id casefile.ID, d *terms.Day) (*flow.Work, error) {
	if id.IsNil() {
		return nil, nil
	}
	c, err := s.Timeline.Get(ctx, t, a.Tenant, id)
	if err != nil {
		return nil, err
	}
	w := &flow.Work{Commands: s.Commands, Tx: t, Actor: a, Now: s.Source.Now(), Case: c}
	if err := w.Read(ctx); err != nil {
		return nil, err
	}
	r := w.Req
	d.Case = &terms.DayCase{Case: c.ID, Number: c.Number, Kind: r.Kind, Product: r.Product, Urgency: r.Urgency, Region: r.RegionPath, WishedFrom: r.WishedFrom, WishedTo: r.WishedTo,
		Closed: r.Region == "" || !w.Searching()}
	if d.Region == "" && len(r.Region) >= 4 {
		d.Region = r.Region[:4]
	}
	return w, nil
}

// dayCandidates asks about everybody of the day.
func (s *Queries) dayCandidates(ctx context.Context, w *flow.Work, d *terms.Day, list []terms.Technician, of map[casefile.ID][]*terms.Visit) error {
	q, _, err := w.Question(ctx)
	if err != nil {
		return err
	}
	d.Case.Length = time.Duration(q.Job.ServiceSeconds) * time.Second
	from, to := dispatch.At(d.Date), dispatch.At(d.Date.AddDate(0, 0, 1))-1
	var on []dispatch.Window
	for _, x := range q.Job.Windows {
		if x.From <= to && x.To >= from {
			on = append(on, dispatch.Window{From: max(x.From, from), To: min(x.To, to)})
		}
	}
	if d.Case.Elsewhere = len(on) == 0; d.Case.Elsewhere {
		if to < dispatch.At(w.Now) {
			d.Case.Closed = true // a day that is over
			return nil
		}
		on = []dispatch.Window{{From: max(from, dispatch.At(w.Now)), To: to}}
	}
	q.Job.Windows = on
	var wf flow.Workforce
	for i := range list {
		if list[i].State != "active" {
			continue
		}
		s.Enlist(&wf, &list[i], of[list[i].ID], w.Now, d.Date.AddDate(0, 0, 2))
	}
	wf.Without(w.OpenVisit())
	answers, _, err := s.Alternatives(ctx, w.Now, q, &wf)
	d.Case.Candidates = candidateRows(answers, &wf)
	return err
}

// dayRow is one technician's day with the ways between the visits.
func (s *Queries) dayRow(ctx context.Context, x *terms.Technician, visits []*terms.Visit, from, to time.Time) terms.DayRow {
	row := terms.DayRow{Technician: x.ID, Code: x.Code, Name: x.Name, State: x.State, Shifts: flow.ShiftSpans(x.Shifts, nil, from.UTC(), to.UTC())}
	for _, ab := range x.Absences {
		if ab.From.Before(to) && ab.To.After(from) {
			row.Absent = append(row.Absent, ab.Span)
		}
	}
	var stops []plan.Stop
	for _, v := range visits {
		if !v.From.Before(to) || !v.To.After(from) {
			continue // held on another day
		}
		row.Commitments = append(row.Commitments, terms.Commitment{Case: v.Case, Visit: v.ID, Number: v.CaseNumber, State: v.State, Kind: v.Kind, Region: v.RegionPath,
			Span: asItWas(v), Pinned: v.Pinned, Point: coarse(v.Place)})
		stops = append(stops, plan.Stop{Place: flow.PlaceOfVisit(v), From: v.From, To: v.To, EnRoute: v.EnRoute, Arrived: v.Arrived, Finished: v.Finished,
			Over: !slices.Contains(flow.HeldStates, v.State)})
	}
	for i, w := range plan.Ways(ctx, s.Travel, flow.VehicleOf(x), flow.StartOf(x), stops, s.Source.Now()) {
		row.Commitments[i].Way = w
	}
	return row
}

// asItWas is the planned time of a visit, and from the proved arrival on the time that it took.
func asItWas(v *terms.Visit) terms.Span {
	span := terms.Span{From: v.From, To: v.To}
	if !v.Arrived.IsZero() {
		span.From = v.Arrived
		if !v.Finished.IsZero() {
			span.To = v.Finished
		}
	}
	if span.To.Before(span.From) {
		span.To = span.From
	}
	return span
}

// coarseE6 is the grid, in millionths of a degree (about two kilometres), to which a point is brought that says more than a town.
const coarseE6 = 20_000

// coarse is a place as the desk may see it without revealing the address: the seat of the county or town as it is, anything finer brought to a grid.
func coarse(p terms.Place) terms.Place {
	if p.LngE6 == 0 && p.LatE6 == 0 || region.Precision(p.Precision).RadiusKM() > 0 {
		return p
	}
	near := func(v int64) int64 { return (v + coarseE6/2) / coarseE6 * coarseE6 }
	return terms.Place{LngE6: near(p.LngE6), LatE6: near(p.LatE6), Precision: p.Precision}
}
