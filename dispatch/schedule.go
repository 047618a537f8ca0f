package dispatch

import (
	"cmp"
	"slices"

	"anxin/dispatch/search"
)

// scheduler turns the order of a route into times. It follows all ways of placing the breaks and keeps those that are not worse in
// both time and soft cost than another.
type scheduler struct {
	c       *compiled
	typ     *search.Type
	profile *search.Profile
	places  map[int32]int // column in profile by place
	width   int
	starts  []int32 // fixed starts of members of groups, by task
}

// label is one way of having reached a stop.
type label struct {
	breaks        int   // taken so far
	time          int32 // leaves the stop
	cost          int64
	from          int // label of the stop before
	before, after int // breaks taken before leaving the last stop and after arriving here
	depart        int32
	arrive, start int32
}

const maxLabels = 24

// arrive follows one leg.
func (s *scheduler) arrive(t int32, from, to int) int32 {
	free := s.profile.Free[from*s.width+to]
	if s.profile.Clock != nil {
		t = s.profile.Clock.Arrive(t, free)
	} else {
		t += free
	}
	if s.profile.Access != nil && free > 0 {
		t += s.profile.Access[to]
	}
	return t
}

// leaveBy is the latest departure that arrives by t.
func (s *scheduler) leaveBy(t int32, from, to int) int32 {
	free := s.profile.Free[from*s.width+to]
	if s.profile.Access != nil && free > 0 {
		t -= s.profile.Access[to]
	}
	if s.profile.Clock != nil {
		return s.profile.Clock.LeaveBy(t, free)
	}
	return t - free
}

// rest takes the breaks first … last-1 one after the other from t on; false when one would begin too late.
func (s *scheduler) rest(t int32, first, last int) (int32, bool) {
	for k := first; k < last; k++ {
		b := &s.typ.Breaks[k]
		if t > b.To {
			return 0, false
		}
		t = max(t, b.From) + b.Length
	}
	return t, true
}

// run returns the labels of the best schedule, one per task and one for the end; nil when the order is impossible.
func (s *scheduler) run(tasks []int32) []label {
	n := len(s.typ.Breaks)
	layers := [][]label{{{time: s.typ.Open}}}
	place := s.places[s.typ.Start]
	for i := 0; i <= len(tasks); i++ {
		to := s.places[s.typ.End]
		if i < len(tasks) {
			to = s.places[s.c.in.Jobs[tasks[i]].Place]
		}
		var next []label
		for from, l := range layers[i] {
			for before := l.breaks; before <= n; before++ {
				depart, ok := s.rest(l.time, l.breaks, before)
				if !ok {
					break
				}
				arrive := s.arrive(depart, place, to)
				for after := before; after <= n; after++ {
					ready, ok := s.rest(arrive, before, after)
					if !ok {
						break
					}
					m := label{breaks: after, cost: l.cost, from: from, before: before - l.breaks, after: after - before, depart: depart, arrive: arrive}
					if i < len(tasks) {
						ok = s.serve(&m, tasks[i], ready)
					} else {
						ok = s.finish(&m, ready)
					}
					if ok {
						next = append(next, m)
					}
				}
			}
		}
		if next = prune(next); len(next) == 0 {
			return nil
		}
		layers = append(layers, next)
		place = to
	}
	return trace(layers)
}

// serve starts the task at the earliest allowed moment.
func (s *scheduler) serve(m *label, task, ready int32) bool {
	j := &s.c.in.Jobs[task]
	start := max(ready, j.Open)
	if s.starts != nil && s.starts[task] != search.Never {
		if start > s.starts[task] {
			return false
		}
		start = s.starts[task]
	}
	for _, w := range j.Windows {
		if start <= w.To {
			start = max(start, w.From)
			break
		}
	}
	if start > j.Close || len(j.Windows) > 0 && start > j.Windows[len(j.Windows)-1].To {
		return false
	}
	m.start, m.time = start, start+j.Service
	m.cost += lateCost(j.Late, start)
	return m.breaks == len(s.typ.Breaks) || m.time <= s.typ.Breaks[m.breaks].To
}

func (s *scheduler) finish(m *label, ready int32) bool {
	m.start, m.time = ready, ready
	m.cost += lateCost(s.typ.Overtime, ready)
	return ready <= s.typ.Close && (m.breaks == len(s.typ.Breaks) || ready <= s.typ.Breaks[m.breaks].To)
}

func lateCost(limits []search.Late, start int32) (cost int64) {
	for _, l := range limits {
		over := start - l.Due
		if l.Before {
			over = -over
		}
		if over > 0 {
			cost += l.Once + int64(over)*l.PerSecond
		}
	}
	return cost
}

// prune keeps, per number of breaks, the labels that are not beaten in time and cost. When there are too many, the earliest of each number
// of breaks stay, because only they are sure to reach the end.
func prune(list []label) []label {
	var out []label
	for i := range list {
		beaten := false
		for k := range list {
			a, b := &list[k], &list[i]
			if k == i || a.breaks != b.breaks || a.time > b.time || a.cost > b.cost {
				continue
			}
			if a.time < b.time || a.cost < b.cost || k < i {
				beaten = true
				break
			}
		}
		if !beaten {
			out = append(out, list[i])
		}
	}
	if len(out) > maxLabels {
		slices.SortStableFunc(out, func(a, b label) int {
			return cmp.Or(cmp.Compare(a.time, b.time), cmp.Compare(a.breaks, b.breaks), cmp.Compare(a.cost, b.cost))
		})
		kept := out[:0:0]
		var seen [search.MaxBreaks + 1]int
		for _, l := range out {
			if seen[l.breaks]++; seen[l.breaks] <= maxLabels/(search.MaxBreaks+1) {
				kept = append(kept, l)
			}
		}
		out = kept
	}
	return out
}

func trace(layers [][]label) []label {
	last := layers[len(layers)-1]
	best := 0
	for i := range last {
		if last[i].cost < last[best].cost || last[i].cost == last[best].cost && last[i].time < last[best].time {
			best = i
		}
	}
	out := make([]label, len(layers)-1)
	for i := len(layers) - 1; i > 0; i-- {
		out[i-1] = layers[i][best]
		best = layers[i][best].from
	}
	return out
}

// tour makes the times of one vehicle's route.
func (c *compiled) tour(v int, tasks []int32, starts []int32) (Tour, bool) {
	d := &c.days[v]
	typ := &c.in.Types[c.in.Vehicles[v]]
	s := &scheduler{c: c, typ: typ, starts: starts, places: map[int32]int{}}
	var places []int32
	add := func(place int32) {
		if _, ok := s.places[place]; !ok {
			s.places[place] = len(places)
			places = append(places, place)
		}
	}
	add(typ.Start)
	add(typ.End)
	for _, k := range tasks {
		add(c.in.Jobs[k].Place)
	}
	s.width = len(places)
	profile, metres := c.source.legsFor(places, typ.Profile)
	s.profile = &profile
	labels := s.run(tasks)
	if labels == nil {
		return Tour{}, false
	}
	c.driven[v] = s.driven(tasks)
	return c.write(s, d, tasks, labels, metres), true
}

// driven is the travel of one route at full speed.
type driven struct{ fen, seconds int64 }

func (s *scheduler) driven(tasks []int32) (sum driven) {
	from := s.places[s.typ.Start]
	for i := 0; i <= len(tasks); i++ {
		to := s.places[s.typ.End]
		if i < len(tasks) {
			to = s.places[s.c.in.Jobs[tasks[i]].Place]
		}
		k := from*s.width + to
		sum.fen += int64(s.profile.Cost[k])
		sum.seconds += int64(s.profile.Free[k])
		from = to
	}
	return sum
}

func (c *compiled) write(s *scheduler, d *workday, tasks []int32, labels []label, m *Matrix) Tour {
	out := Tour{Technician: c.p.Technicians[d.tech].ID}
	place := s.places[s.typ.Start]
	taken := 0
	left := s.typ.Open
	for i, l := range labels {
		to := s.places[s.typ.End]
		if i < len(tasks) {
			to = s.places[c.in.Jobs[tasks[i]].Place]
		}
		depart, arrive := l.depart, l.arrive
		if i == 0 && l.before == 0 && l.after == 0 && len(tasks) > 0 {
			// The first journey begins as late as it can; nobody waits at the first door.
			if later := s.leaveBy(l.start, place, to); later > depart {
				depart, arrive = later, s.arrive(later, place, to)
			}
		}
		taken = c.writeRests(&out, s, left, taken, l.before)
		taken = c.writeRests(&out, s, arrive, taken, l.after)
		leg := m.At(place, to)
		out.Metres += int64(leg.Metres)
		if i == 0 {
			out.Leave = c.moment(depart)
		}
		if i < len(tasks) {
			stop := Stop{Depart: c.moment(depart), Arrive: c.moment(arrive), Start: c.moment(l.start), End: c.moment(l.time), Metres: leg.Metres}
			if t := &c.tasks[tasks[i]]; t.commitment != nil {
				stop.Commitment = t.commitment.ID
			} else {
				stop.Job = c.p.Jobs[t.job].ID
			}
			out.Stops = append(out.Stops, stop)
		} else {
			out.Back = c.moment(l.time)
		}
		place, left = to, l.time
	}
	return out
}

func (c *compiled) writeRests(out *Tour, s *scheduler, t int32, taken, n int) int {
	for range n {
		b := &s.typ.Breaks[taken]
		begin := max(t, b.From)
		t = begin + b.Length
		out.Rests = append(out.Rests, Rest{Start: c.moment(begin), End: c.moment(t)})
		taken++
	}
	return taken
}
