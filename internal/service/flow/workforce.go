package flow

import (
	"context"
	"maps"
	"slices"
	"time"

	"anxin/dispatch"
	"anxin/internal/casefile"
	"anxin/internal/service/terms"
	"anxin/internal/tx"
)

// horizon is how far ahead a visit without a wished time is planned.
const horizon = 7 * 24 * time.Hour

// skillName is how a kind of service on a product is called in the dispatch engine.
func skillName(k terms.Kind, product string) string { return string(k) + "/" + product }

// engineTechnician is a technician as the dispatch engine sees one, with the shifts of a span of time.
func (s *Commands) engineTechnician(x *terms.Technician, from, to time.Time) dispatch.Technician {
	d := dispatch.Technician{ID: x.ID.String(), Start: StartOf(x), Vehicle: VehicleOf(x), Regions: x.Regions}
	c := s.Catalogue.Costs[string(d.Vehicle)]
	d.Cost = dispatch.Cost{PerKm: c.PerKM, PerTravelHour: c.PerTravelHour, PerOvertime: c.PerOvertimeHour}
	for _, k := range x.Skills {
		d.Skills = append(d.Skills, dispatch.SkillNeed{Skill: skillName(k.Kind, k.Product), Level: k.Level})
	}
	for _, c := range x.Certificates {
		e := dispatch.Certificate{Name: c.Code}
		if !c.From.IsZero() {
			e.From = dispatch.At(c.From)
		}
		if !c.To.IsZero() {
			e.Until = dispatch.At(c.To)
		}
		d.Certificates = append(d.Certificates, e)
	}
	if len(d.Regions) == 0 {
		d.Regions = []string{"-"} // nowhere; the engine reads an empty list as everywhere
	}
	s.planHours(&d, ShiftSpans(x.Shifts, x.Absences, from, to))
	return d
}

// planHours writes shifts with the overtime and the breaks that the operator plans with.
func (s *Commands) planHours(d *dispatch.Technician, spans []terms.Span) {
	overtime := s.Catalogue.Overtime
	spans = joined(spans)
	for i, span := range spans {
		shift := dispatch.Shift{From: dispatch.At(span.From), To: dispatch.At(span.To)}
		if i == len(spans)-1 || spans[i+1].From.Sub(span.To) > overtime { // never into the next shift
			shift.OvertimeSeconds = int32(overtime / time.Second)
		}
		d.Shifts = append(d.Shifts, shift)
		for day := Midnight(span.From); day.Before(span.To); day = day.AddDate(0, 0, 1) {
			d.Breaks = append(d.Breaks, s.breaksOf(day, span)...)
		}
	}
}

// breaksOf are the operator's breaks of a local day that a shift reaches over.
func (s *Commands) breaksOf(day time.Time, span terms.Span) (out []dispatch.Break) {
	for _, b := range s.Catalogue.Breaks {
		first, last, ok := b.Span()
		from, to := day.Add(time.Duration(first)*time.Minute), day.Add(time.Duration(last)*time.Minute)
		if ok && !span.From.After(from) && !span.To.Before(to) {
			length := time.Duration(b.Minutes) * time.Minute
			out = append(out, dispatch.Break{From: dispatch.At(from), To: dispatch.At(to.Add(-length)), DurationSeconds: int32(length / time.Second)})
		}
	}
	return out
}

// joined makes one span of those that touch: who works over midnight has no gap there.
func joined(spans []terms.Span) (out []terms.Span) {
	for _, s := range spans {
		if n := len(out); n > 0 && !s.From.After(out[n-1].To) {
			if s.To.After(out[n-1].To) {
				out[n-1].To = s.To
			}
			continue
		}
		out = append(out, s)
	}
	return out
}

// ShiftSpans writes weekly shifts out for a span of time, without the absences. A shift that began before the span is in it.
func ShiftSpans(shifts []terms.Shift, absences []terms.Absence, from, to time.Time) []terms.Span {
	var out []terms.Span
	first := Midnight(from).AddDate(0, 0, -1)
	for day := first; day.Before(to); day = day.AddDate(0, 0, 1) {
		for _, s := range shifts {
			if s.Weekday != day.Weekday() {
				continue
			}
			span := terms.Span{From: day.Add(time.Duration(s.From) * time.Minute).UTC(), To: day.Add(time.Duration(s.To) * time.Minute).UTC()}
			if span.To.After(from) && span.From.Before(to) {
				out = append(out, subtract(span, absences)...)
			}
		}
	}
	slices.SortFunc(out, func(a, b terms.Span) int { return a.From.Compare(b.From) })
	return out
}

// subtract takes absences out of a span.
func subtract(s terms.Span, absences []terms.Absence) []terms.Span {
	out := []terms.Span{s}
	for _, a := range absences {
		var rest []terms.Span
		for _, p := range out {
			if !a.To.After(p.From) || !a.From.Before(p.To) {
				rest = append(rest, p)
				continue
			}
			if a.From.After(p.From) {
				rest = append(rest, terms.Span{From: p.From, To: a.From})
			}
			if a.To.Before(p.To) {
				rest = append(rest, terms.Span{From: a.To, To: p.To})
			}
		}
		out = rest
	}
	return out
}

// Midnight is the start of the local day.
func Midnight(t time.Time) time.Time {
	l := t.In(casefile.Shanghai)
	return time.Date(l.Year(), l.Month(), l.Day(), 0, 0, 0, 0, casefile.Shanghai)
}

// overrun is how much longer a visit that is past its planned end is taken to last.
const overrun = 15 * time.Minute

// commitment is a held visit as the engine sees it: where the technician will be, until when.
func commitment(v *terms.Visit, now time.Time) dispatch.Commitment {
	start, end := v.From, v.To
	length := end.Sub(start)
	switch v.State {
	case terms.VisitArrived, terms.VisitWorking, terms.VisitWaitingApproval:
		start = v.Arrived
		if end.Before(now.Add(overrun)) {
			end = now.Add(overrun)
		}
	default:
		if start.Before(now) { // late: the work itself is still to be done
			start, end = now, now.Add(length)
		}
	}
	if end.Before(start) {
		end = start
	}
	return dispatch.Commitment{ID: v.ID.String(), Technician: v.Technician.String(), Place: PlaceOfVisit(v),
		Start: dispatch.At(start), End: dispatch.At(end)}
}

// PlaceOfVisit is where a visit is. Its point is that of a county or town, which many customers share: the case tells them apart, so the way from one to
// another is never nothing.
func PlaceOfVisit(v *terms.Visit) dispatch.Place {
	p := placeOf(v.Place.LngE6, v.Place.LatE6, v.Place.Precision)
	p.Key = v.Case.String()
	return p
}

// StartOf is where a technician's day begins.
func StartOf(x *terms.Technician) dispatch.Place { return placeOf(x.LngE6, x.LatE6, "") }

// VehicleOf is what a technician travels with.
func VehicleOf(x *terms.Technician) dispatch.Vehicle {
	if x.Vehicle == "van" {
		return dispatch.Van
	}
	return dispatch.EBike
}

// Workforce is a snapshot of some technicians and what they have agreed to, for the dispatch engine.
type Workforce struct {
	Technicians []dispatch.Technician
	Commitments []dispatch.Commitment
	// Rows are the same technicians as stored, in the same order.
	Rows []terms.Technician
	// numbers are the case numbers of the commitments, by visit.
	numbers map[string]casefile.Number
}

// agree adds a held visit.
func (wf *Workforce) agree(v *terms.Visit, now time.Time) {
	c := commitment(v, now)
	wf.Commitments = append(wf.Commitments, c)
	if wf.numbers == nil {
		wf.numbers = map[string]casefile.Number{}
	}
	wf.numbers[c.ID] = v.CaseNumber
}

// Number is the case of a commitment, empty when there is none.
func (wf *Workforce) Number(commitment string) casefile.Number { return wf.numbers[commitment] }

// Without takes a visit out that is being planned anew: it is no obstacle to itself. Nil changes nothing.
func (wf *Workforce) Without(v *terms.Visit) {
	if v != nil {
		wf.Commitments = slices.DeleteFunc(wf.Commitments, func(k dispatch.Commitment) bool { return k.ID == v.ID.String() })
	}
}

// Workforce reads the active technicians registered for any of the codes, with their shifts until `until` and their commitments. At most 300.
func (s *Commands) Workforce(ctx context.Context, tenant casefile.Tenant, codes []string, until time.Time) (wf Workforce, err error) {
	err = s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		wf, err = s.WorkforceIn(ctx, t, tenant, codes, until)
		return err
	})
	return wf, err
}

const maxWorkforce = 300

// WorkforceIn is Workforce inside a transaction.
func (s *Commands) WorkforceIn(ctx context.Context, t tx.Tx, tenant casefile.Tenant, codes []string, until time.Time) (wf Workforce, err error) {
	now := s.Source.Now()
	seen := map[casefile.ID]bool{}
	for _, code := range codes {
		list, held, err := s.Store.Crew(ctx, t, tenant, code, now.Add(-24*time.Hour))
		if err != nil {
			return wf, err
		}
		fresh := map[casefile.ID]bool{}
		for i := range list {
			if x := &list[i]; !seen[x.ID] && len(wf.Rows) < maxWorkforce {
				seen[x.ID], fresh[x.ID] = true, true
				wf.Rows = append(wf.Rows, *x)
				wf.Technicians = append(wf.Technicians, s.engineTechnician(x, now, until))
			}
		}
		for i := range held {
			if fresh[held[i].Technician] {
				wf.agree(&held[i], now)
			}
		}
	}
	return wf, nil
}

// WorkforceAfter reads a page of all active technicians by id, for a board of everybody; next continues behind it and is Nil at the end.
func (s *Commands) WorkforceAfter(ctx context.Context, tenant casefile.Tenant, after casefile.ID, limit int, until time.Time) (wf Workforce, next casefile.ID, err error) {
	err = s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		wf, next = Workforce{}, casefile.Nil
		now := s.Source.Now()
		list, held, err := s.Store.Staff(ctx, t, tenant, after, limit, now.Add(-24*time.Hour))
		if err != nil {
			return err
		}
		for i := range list {
			wf.Rows = append(wf.Rows, list[i])
			wf.Technicians = append(wf.Technicians, s.engineTechnician(&list[i], now, until))
		}
		active := make(map[casefile.ID]bool, len(list))
		for i := range list {
			active[list[i].ID] = true
		}
		for i := range held { // the span of ids holds paused technicians too
			if active[held[i].Technician] {
				wf.agree(&held[i], now)
			}
		}
		if len(list) == limit {
			next = list[limit-1].ID
		}
		return nil
	})
	return wf, next, err
}

// WorkforceOf reads some technicians; who is not active or not there is left out.
func (s *Commands) WorkforceOf(ctx context.Context, tenant casefile.Tenant, ids []casefile.ID, until time.Time) (wf Workforce, err error) {
	err = s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		wf, err = s.workforceOf(ctx, t, tenant, ids, until)
		return err
	})
	return wf, err
}

func (s *Commands) workforceOf(ctx context.Context, t tx.Tx, tenant casefile.Tenant, ids []casefile.ID, until time.Time) (wf Workforce, err error) {
	for _, id := range ids {
		var one Workforce
		err := s.addWorker(ctx, t, tenant, id, s.Source.Now(), until, &one)
		if casefile.Is(err, casefile.NotFound) || err == nil && one.Rows[0].State != "active" {
			continue
		}
		if err != nil {
			return wf, err
		}
		wf.add(&one)
	}
	return wf, nil
}

func (wf *Workforce) add(o *Workforce) {
	wf.Rows, wf.Technicians, wf.Commitments = append(wf.Rows, o.Rows...), append(wf.Technicians, o.Technicians...), append(wf.Commitments, o.Commitments...)
	if wf.numbers == nil {
		wf.numbers = map[string]casefile.Number{}
	}
	maps.Copy(wf.numbers, o.numbers)
}

// Enlist puts a technician with their visits into a snapshot, as read: what they hold is agreed, and the last that was ended says where they are.
func (s *Commands) Enlist(wf *Workforce, x *terms.Technician, visits []*terms.Visit, now, until time.Time) {
	d := s.engineTechnician(x, now, until)
	for _, v := range visits {
		switch {
		case slices.Contains(HeldStates, v.State):
			wf.agree(v, now)
		case !v.Arrived.IsZero() && !v.Finished.IsZero() && !v.Finished.After(now) && (d.Position == nil || d.Position.At < dispatch.At(v.Finished)):
			d.Position = &dispatch.Position{Place: PlaceOfVisit(v), At: dispatch.At(v.Finished)}
		}
	}
	wf.Rows = append(wf.Rows, *x)
	wf.Technicians = append(wf.Technicians, d)
}

// HeldStates are those in which a visit takes its technician's time.
var HeldStates = []terms.State{terms.VisitAccepted, terms.VisitEnRoute, terms.VisitArrived, terms.VisitWorking, terms.VisitWaitingApproval}

// addWorker reads one technician, in whatever state.
func (s *Commands) addWorker(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID, now, until time.Time, wf *Workforce) error {
	x, err := s.Store.Technician(ctx, t, tenant, id, now.Add(-24*time.Hour))
	if err != nil {
		return err
	}
	held, err := s.Store.Held(ctx, t, tenant, id)
	if err != nil {
		return err
	}
	wf.Rows = append(wf.Rows, x)
	wf.Technicians = append(wf.Technicians, s.engineTechnician(&x, now, until))
	for i := range held {
		wf.agree(&held[i], now)
	}
	return nil
}

// Row finds a technician of the snapshot by the engine's id, nil when there is none.
func (wf *Workforce) Row(id string) *terms.Technician {
	for i := range wf.Technicians {
		if wf.Technicians[i].ID == id {
			return &wf.Rows[i]
		}
	}
	return nil
}
