// Package check verifies plans of package dispatch. It shares types with the engine but no code: every time, rule and price is computed
// anew from the problem, one leg at a time, so that a fault of the engine cannot hide in its own arithmetic.
package check

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"anxin/dispatch"
)

// Violation is one broken rule.
type Violation struct {
	Rule string `json:"rule"` // short name such as "window" or "skill"
	Text string `json:"text"`
}

// Report is the result of a check.
type Report struct {
	Violations []Violation    `json:"violations"`
	Score      dispatch.Score `json:"score"` // computed anew
}

// OK reports whether no rule is broken.
func (r *Report) OK() bool { return len(r.Violations) == 0 }

// String lists the violations, one per line.
func (r *Report) String() string {
	var b strings.Builder
	for _, v := range r.Violations {
		fmt.Fprintf(&b, "%s: %s\n", v.Rule, v.Text)
	}
	return b.String()
}

// Plan checks a plan against its problem. An error means that the travel model failed or ctx is done, not that the plan is wrong.
func Plan(ctx context.Context, p *dispatch.Problem, plan *dispatch.Plan) (*Report, error) {
	c := &checker{ctx: ctx, p: p, plan: plan, travel: p.Travel, visits: map[string][]visit{}, techs: map[string]*dispatch.Technician{}, jobs: map[string]*dispatch.Job{}}
	if c.travel == nil {
		c.travel = dispatch.NewBuiltinTravel(nil)
	}
	for i := range p.Technicians {
		c.techs[p.Technicians[i].ID] = &p.Technicians[i]
	}
	for i := range p.Jobs {
		c.jobs[p.Jobs[i].ID] = &p.Jobs[i]
	}
	c.money = p.Objective != dispatch.Distance && p.Objective != dispatch.Vehicles
	c.work = map[string]int64{}
	c.days()
	for i := range plan.Tours {
		c.tour(&plan.Tours[i])
	}
	c.stock()
	c.coverage()
	c.bindings()
	c.commitments()
	c.unevenness()
	c.report.Score.Technicians = int64(len(c.used()))
	if plan.Score != c.report.Score {
		c.violate("score", "the plan claims %+v, recomputed %+v", plan.Score, c.report.Score)
	}
	return &c.report, c.err
}

type visit struct {
	tech       string
	start, end dispatch.Time
}

// day is a working day as the checker understands it.
type day struct {
	tech     *dispatch.Technician
	spans    []dispatch.Shift
	from, to dispatch.Time
	free     dispatch.Time // first moment that can be planned
	start    dispatch.Place
	agreed   []*dispatch.Commitment
	used     bool
}

type checker struct {
	ctx    context.Context
	p      *dispatch.Problem
	plan   *dispatch.Plan
	travel dispatch.TravelModel
	techs  map[string]*dispatch.Technician
	jobs   map[string]*dispatch.Job
	visits map[string][]visit
	all    []*day
	money  bool
	work   map[string]int64
	report Report
	err    error
}

func (c *checker) violate(rule, format string, args ...any) {
	if len(c.report.Violations) < 1000 {
		c.report.Violations = append(c.report.Violations, Violation{rule, fmt.Sprintf(format, args...)})
	}
}

// leg asks the travel model for one journey. A model that knows no hours is asked for the moment with which the day was planned.
func (c *checker) leg(from, to dispatch.Place, depart dispatch.Time, v dispatch.Vehicle) (seconds, metres int32) {
	if _, hours := c.travel.(dispatch.Profiled); !hours {
		depart = c.usual()
	}
	m, err := c.travel.Matrix(c.ctx, dispatch.MatrixRequest{From: []dispatch.Place{from}, To: []dispatch.Place{to}, Depart: depart, Vehicle: v})
	if err != nil || len(m.Seconds) != 1 {
		c.err = fmt.Errorf("check: travel model: %w", err)
		return 0, 0
	}
	return m.Seconds[0], m.Metres[0]
}

// free is the journey at full speed, which is what work and money are counted with.
func (c *checker) free(from, to dispatch.Place, v dispatch.Vehicle) int32 {
	m, ok := c.travel.(dispatch.Profiled)
	if !ok {
		s, _ := c.leg(from, to, 0, v)
		return s
	}
	f, err := m.FreeFlow(c.ctx, dispatch.MatrixRequest{From: []dispatch.Place{from}, To: []dispatch.Place{to}, Vehicle: v})
	if err != nil || len(f.Seconds) != 1 {
		c.err = fmt.Errorf("check: travel model: %w", err)
		return 0
	}
	return f.Seconds[0]
}

func (c *checker) usual() dispatch.Time {
	for _, d := range c.all {
		return max(d.free, c.p.Now)
	}
	return c.p.Now
}

// days rebuilds the working days that are not over, in the order of technicians and time.
func (c *checker) days() {
	const sameDay = 6 * 3600
	for i := range c.p.Technicians {
		t := &c.p.Technicians[i]
		shifts := slices.Clone(t.Shifts)
		slices.SortFunc(shifts, func(a, b dispatch.Shift) int { return cmp.Compare(a.From, b.From) })
		var d *day
		for _, s := range shifts {
			if d == nil || s.From-d.spans[len(d.spans)-1].To >= sameDay {
				d = &day{tech: t, from: s.From, start: t.Start}
				c.all = append(c.all, d)
			}
			d.spans = append(d.spans, s)
			d.to = s.To + dispatch.Time(s.OvertimeSeconds)
		}
	}
	c.all = slices.DeleteFunc(c.all, func(d *day) bool { return d.to <= c.p.Now })
	for _, d := range c.all {
		d.free = max(d.from, c.p.Now)
		var agreed []*dispatch.Commitment
		for i := range c.p.Commitments {
			k := &c.p.Commitments[i]
			if k.Technician == d.tech.ID && k.End > d.from-sameDay/2 && k.Start < d.to+sameDay/2 {
				agreed = append(agreed, k)
			}
		}
		slices.SortStableFunc(agreed, func(a, b *dispatch.Commitment) int {
			return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End), cmp.Compare(a.ID, b.ID))
		})
		for _, k := range agreed {
			if k.Start <= c.p.Now {
				d.start, d.free = k.Place, max(d.free, k.End)
			} else {
				d.agreed = append(d.agreed, k)
			}
		}
		if pos := d.tech.Position; pos != nil && (pos.Place.Lat != 0 || pos.Place.Lon != 0) && d.free == c.p.Now && pos.At <= c.p.Now && pos.At >= d.from {
			d.start = pos.Place
		}
	}
}

// dayOf finds the working day of a tour.
func (c *checker) dayOf(t *dispatch.Tour) *day {
	for _, d := range c.all {
		last := d.to
		for _, k := range d.agreed {
			last = max(last, k.End+86400/4)
		}
		if d.tech.ID == t.Technician && t.Leave >= d.free && t.Leave <= last {
			return d
		}
	}
	return nil
}

func (c *checker) used() map[string]bool {
	out := map[string]bool{}
	for i := range c.plan.Tours {
		out[c.plan.Tours[i].Technician] = true
	}
	return out
}

// span is a piece of time in which the technician is busy.
type span struct {
	from, to dispatch.Time
	what     string
}

// tour checks one working day.
func (c *checker) tour(t *dispatch.Tour) {
	d := c.dayOf(t)
	if d == nil {
		c.violate("shift", "tour of %q leaving at %d matches no working day", t.Technician, t.Leave)
		return
	}
	if d.used {
		c.violate("shift", "technician %q has two tours on one day", t.Technician)
	}
	d.used = true
	var busy []span
	at, place := d.free, d.start
	load, work, metres := int64(0), int64(0), int64(0)
	for i := range t.Stops {
		s := &t.Stops[i]
		name := s.Job + s.Commitment
		target, service, ok := c.stopTarget(t, s)
		if !ok {
			continue
		}
		busy = append(busy, c.journey(t, d, place, target, at, s.Depart, s.Arrive, s.Metres, name), span{s.Start, s.End, "visit " + name})
		if s.Start < s.Arrive || s.End != s.Start+dispatch.Time(service) {
			c.violate("time", "visit %q of %q: arrive %d, start %d, end %d do not agree with %d s of service", name, t.Technician, s.Arrive, s.Start, s.End, service)
		}
		metres += int64(s.Metres)
		work += int64(c.free(place, target, d.tech.Vehicle)) + int64(service)
		if s.Commitment == "" {
			j := c.jobs[s.Job]
			load += int64(j.Load)
			c.job(d, j, s)
		}
		at, place = s.End, target
	}
	if len(t.Stops) > 0 && t.Stops[0].Depart != t.Leave {
		c.violate("time", "tour of %q leaves at %d but its first journey at %d", t.Technician, t.Leave, t.Stops[0].Depart)
	}
	if end := d.tech.End; end != nil {
		way, m := c.homeward(t, d, place, *end, at)
		busy = append(busy, way)
		metres += int64(m)
		work += int64(c.free(place, *end, d.tech.Vehicle))
	} else if t.Back < at {
		c.violate("time", "tour of %q ends at %d before its last visit ends at %d", t.Technician, t.Back, at)
	}
	if metres != t.Metres {
		c.violate("metres", "tour of %q: %d m claimed, %d m recomputed", t.Technician, t.Metres, metres)
	}
	c.report.Score.Metres += metres
	c.limits(t, d, load, work)
	c.shift(t, d, busy)
	c.breaks(t, d, busy)
	c.tourMoney(t, d)
	c.work[t.Technician] += work
}

// stopTarget returns place and length of a stop.
func (c *checker) stopTarget(t *dispatch.Tour, s *dispatch.Stop) (place dispatch.Place, service int32, ok bool) {
	if s.Commitment != "" {
		for i := range c.p.Commitments {
			if k := &c.p.Commitments[i]; k.ID == s.Commitment && k.Technician == t.Technician {
				return k.Place, int32(k.End - k.Start), true
			}
		}
		c.violate("commitment", "%q is no commitment of %q", s.Commitment, t.Technician)
		return place, 0, false
	}
	j := c.jobs[s.Job]
	if j == nil {
		c.violate("job", "tour of %q serves unknown job %q", t.Technician, s.Job)
		return place, 0, false
	}
	c.visits[s.Job] = append(c.visits[s.Job], visit{t.Technician, s.Start, s.End})
	return j.Place, j.ServiceSeconds, true
}

func (c *checker) journey(t *dispatch.Tour, d *day, from, to dispatch.Place, free, depart, arrive dispatch.Time, metres int32, name string) span {
	seconds, m := c.leg(from, to, depart, d.tech.Vehicle)
	if depart < free {
		c.violate("time", "%q leaves for %q at %d, before %d", t.Technician, name, depart, free)
	}
	if arrive < depart+dispatch.Time(seconds) {
		c.violate("travel", "%q cannot be at %q at %d: leaves at %d and needs %d s", t.Technician, name, arrive, depart, seconds)
	}
	if m != metres {
		c.violate("metres", "%q to %q: %d m claimed, %d m recomputed", t.Technician, name, metres, m)
	}
	if c.money {
		c.addTravel(d, from, to, m)
	}
	return span{depart, arrive, "way to " + name}
}

// homeward checks that Back leaves time for the way home, wherever a rest lies in it.
func (c *checker) homeward(t *dispatch.Tour, d *day, place, end dispatch.Place, at dispatch.Time) (span, int32) {
	depart := at
	for _, r := range t.Rests {
		if r.Start >= at && r.End <= t.Back {
			if seconds, _ := c.leg(place, end, r.End, d.tech.Vehicle); r.End+dispatch.Time(seconds) <= t.Back {
				depart = max(depart, r.End)
			}
		}
	}
	seconds, m := c.leg(place, end, depart, d.tech.Vehicle)
	if depart+dispatch.Time(seconds) > t.Back {
		c.violate("travel", "%q cannot be home at %d: leaves at %d and needs %d s", t.Technician, t.Back, depart, seconds)
	}
	if c.money {
		c.addTravel(d, place, end, m)
	}
	return span{depart, depart + dispatch.Time(seconds), "way home"}, m
}

func (c *checker) addTravel(d *day, from, to dispatch.Place, metres int32) {
	cost := d.tech.Costs()
	c.report.Score.TravelFen += (int64(metres)*cost.PerKm*36 + int64(c.free(from, to, d.tech.Vehicle))*cost.PerTravelHour*10) / 36000
}
