package search

import "math"

const noPlace = int32(-1)

// crowded is a number of jobs outside the plan from which on it is not worth while to look for room everywhere each time.
const crowded = 30

// bestPlace finds the cheapest feasible place for an absent job: the node to come after, and the cost. On plain instances places are looked for
// beside the job's neighbours, and everywhere when that finds none; on others, in the routes of all who may serve it. With a small probability a
// place is overlooked on purpose ("blink"), which keeps the search from repeating itself.
func (s *state) bestPlace(job int32) (after int32, cost int64) {
	q := s.newQuery(job)
	complete := false
	if s.plain {
		s.tryNeighbours(&q)
		s.tryAllEmpty(&q)
	} else {
		able := s.near.able[job]
		complete = len(able) < mostAble
		q.cost = s.in.Jobs[job].Skip
		if s.group[job] < 0 {
			s.bestKnown(&q)
		} else { // its window moves
			for _, v := range able {
				s.tryRoute(&q, v)
			}
		}
	}
	if q.after == noPlace && !complete && (s.weight.blink == 0 || len(s.out) < crowded || s.rnd.next()&3 == 0) { // without blinks nothing may be overlooked
		for v := range s.routes {
			if s.routes[v].count > 0 {
				s.tryRoute(&q, int32(v))
			}
		}
		s.tryAllEmpty(&q)
	}
	return q.after, q.cost
}

// query is one search for a place.
type query struct {
	job                          int32
	place, service, open, close_ int32
	demand                       int32
	after                        int32
	cost                         int64
	assign                       []int32 // row of Assign, or nil
	special                      bool    // the cheap test is not the whole test
}

func (s *state) newQuery(job int32) query {
	a := &s.attrs[job]
	q := query{
		job: job, place: a.place, service: a.service, open: a.open, close_: a.close, demand: a.demand,
		after: noPlace, cost: math.MaxInt64,
		special: s.anyRich || s.anySoft || s.anyWork || a.flags&flagParts != 0,
	}
	if s.in.Assign != nil {
		t := len(s.in.Types)
		q.assign = s.in.Assign[int(job)*t : (int(job)+1)*t]
	}
	return q
}

// tryNeighbours looks behind and in front of the job's neighbours, on plain instances. This is the innermost loop of the search.
func (s *state) tryNeighbours(q *query) {
	if u := s.ruin.home[q.job]; u >= 0 && s.stops[u].route >= 0 { // so often the best place that nearly all others can be refused at one glance
		s.try(q, u)
	}
	p := &s.in.Profiles[0]
	t := &s.near.to[0]
	from, to := int(q.place)*int(s.places), (int(q.place)+1)*int(s.places)
	fromFree, toFree := p.Free[from:to], t.free[from:to]
	best := int32(min(q.cost, int64(-noLeg.leg)))
	legs := s.near.predLegs[q.job]
	for i := 0; ; i++ {
		var delta int32
		if i, delta = nextCheaper(legs, s.ahead, p.Cost[from:to], best, i); i == len(legs) {
			break
		}
		e := &legs[i]
		a := &s.stops[e.node]
		b := &s.stops[a.next]
		if s.fitsPlain(q, a.dep+e.free, fromFree[b.place], b) {
			best, q.cost, q.after = delta, int64(delta), e.node
		}
	}
	legs = s.near.succLegs[q.job]
	for i := 0; ; i++ {
		var delta int32
		if i, delta = nextCheaper(legs, s.behind, t.cost[from:to], best, i); i == len(legs) {
			break
		}
		e := &legs[i]
		b := &s.stops[e.node]
		a := &s.stops[b.prev]
		if s.fitsPlain(q, a.dep+toFree[a.place], e.free, b) {
			best, q.cost, q.after = delta, int64(delta), b.prev
		}
	}
}

// fitsPlain tests time and room of a place in front of b, with a blink.
func (s *state) fitsPlain(q *query, arrival, onward int32, b *stop) bool {
	start := max(arrival, q.open)
	return start <= q.close_ && start+q.service+onward <= b.late && s.routes[b.route].room >= q.demand && !s.blink()
}

// nextCheaper finds the next of the legs from i on beside which a job costs less than best, and what it costs there; len(legs) when there is none.
// This is the innermost loop of the search, and nearly every place ends here: kept so small that all of it stays in registers (with the
// tests of time inside, even its counter went through memory), with the legs in a row and eight bytes for each gap.
//
//go:noinline
func nextCheaper(legs []nearLeg, gaps []gap, row []int32, best int32, i int) (int, int32) {
	for ; i < len(legs); i++ {
		e := &legs[i]
		g := &gaps[e.node]
		if delta := e.cost + row[g.place] - g.leg; delta < best {
			return i, delta
		}
	}
	return len(legs), 0
}

func (s *state) blink() bool { return s.rnd.next()>>32 < s.weight.blink }

// try tests the place behind node u and takes it when it is feasible and cheaper.
func (s *state) try(q *query, u int32) {
	a := &s.stops[u]
	r := &s.routes[a.route]
	if r.room < q.demand {
		return
	}
	extra := int32(0)
	if q.assign != nil {
		extra = q.assign[r.typ]
	}
	b := &s.stops[a.next]
	p := &s.in.Profiles[r.profile]
	// Both legs are read in the row of the job, which stays in the cache; a column of the matrix would not.
	t := &s.near.to[r.profile]
	row := int(q.place) * int(s.places)
	ac, cb := row+int(a.place), row+int(b.place)
	delta := int64(extra) + int64(t.cost[ac]) + int64(p.Cost[cb])
	if r.count > 0 {
		delta -= int64(a.leg)
	} else {
		delta += s.in.Types[r.typ].FixedCost
	}
	// Who is able changes from route to route without a pattern that a processor could learn, so what is forbidden is just too dear.
	if delta >= min(q.cost, int64(Forbidden)) || extra == Forbidden {
		return
	}
	start := max(a.dep+t.free[ac], q.open)
	if start > q.close_ || start+q.service+p.Free[cb] > b.late {
		return
	}
	s.choose(q, u, r, delta)
}

// special applies the rules that the cheap test leaves out; it returns the full cost.
func (s *state) special(q *query, u int32, r *route, delta int64) (int64, bool) {
	if s.attrs[q.job].flags&flagParts != 0 && !s.hasParts(q.job, s.stops[u].route) {
		return 0, false
	}
	if s.anyWork {
		work := s.moreWork(q, u, r)
		if limit := s.in.Types[r.typ].MaxWork; limit > 0 && r.work+work > limit {
			return 0, false
		}
		if delta += s.workCost(s.stops[u].route, work); delta >= q.cost {
			return 0, false
		}
	}
	if r.rich && !s.fitsRich(q, u) {
		return 0, false
	}
	if s.anySoft {
		delta += s.softDelta(q, u)
	}
	return delta, delta < q.cost
}

func (s *state) hasParts(job, v int32) bool {
	row := int(s.in.owner(v)) * s.kinds
	for _, p := range s.in.Jobs[job].Parts {
		if s.stock[row+int(p.Kind)] < p.Count {
			return false
		}
	}
	return true
}

func (s *state) moreWork(q *query, u int32, r *route) int32 {
	free := s.in.Profiles[r.profile].Free
	a := &s.stops[u]
	b := &s.stops[a.next]
	work := free[a.place*s.places+q.place] + free[q.place*s.places+b.place] + q.service
	if r.count > 0 {
		work -= free[a.place*s.places+b.place]
	}
	return work
}

// tryRoute tests every place of one vehicle: try for a whole route, with all that does not change along it read once.
func (s *state) tryRoute(q *query, v int32) {
	r := &s.routes[v]
	extra := int64(0)
	if q.assign != nil {
		extra = int64(q.assign[r.typ])
	}
	if r.room < q.demand || extra == int64(Forbidden) {
		return
	}
	s.tried += int64(r.count) + 1
	if r.count == 0 {
		s.try(q, s.startOf(v))
		return
	}
	p, t := &s.in.Profiles[r.profile], &s.near.to[r.profile]
	row, end := int(q.place)*int(s.places), int(q.place+1)*int(s.places)
	toCost, toFree, fromCost, fromFree := t.cost[row:end], t.free[row:end], p.Cost[row:end], p.Free[row:end]
	soonest := q.open + q.service
	u := s.startOf(v)
	a := &s.stops[u]
	// Departures only grow along a route: once the job cannot be reached in time, no later place works.
	for a.next >= 0 && a.dep <= q.close_ {
		b := &s.stops[a.next]
		if b.late >= soonest {
			if delta := extra + int64(toCost[a.place]) + int64(fromCost[b.place]) - int64(a.leg); delta < q.cost {
				if start := max(a.dep+toFree[a.place], q.open); start <= q.close_ && start+q.service+fromFree[b.place] <= b.late {
					s.choose(q, u, r, delta)
				}
			}
		}
		u, a = a.next, b
	}
}

// choose makes a place that passed the cheap test the best one, if it passes the others.
func (s *state) choose(q *query, u int32, r *route, delta int64) {
	if q.special {
		var ok bool
		if delta, ok = s.special(q, u, r, delta); !ok {
			return
		}
	}
	if !s.blink() {
		q.cost, q.after = delta, u
	}
}

// tryAllEmpty tests one unused vehicle of each type.
func (s *state) tryAllEmpty(q *query) {
	for t := range s.empty {
		if list := s.empty[t]; len(list) > 0 && (q.assign == nil || q.assign[t] != Forbidden) {
			s.try(q, s.startOf(list[len(list)-1]))
		}
	}
}

// place inserts an absent single job at its best place and reports whether there was one that is cheaper than leaving it out.
func (s *state) place(job int32) bool {
	after, cost := s.bestPlace(job)
	return s.insert(&query{job: job, after: after, cost: cost})
}

// insert puts the job where the query found room and reports whether that is cheaper than leaving it out.
func (s *state) insert(q *query) bool {
	job := q.job
	if q.after == noPlace || q.cost >= s.in.Jobs[job].Skip {
		return false
	}
	s.link(job, q.after)
	s.refresh(s.stops[job].route, job, job)
	s.dropOut(job)
	return true
}

// tryHard is try without the accidental blink.
func (s *state) tryHard(q *query, u int32) {
	keep := s.weight.blink
	s.weight.blink = 0
	s.try(q, u)
	s.weight.blink = keep
}
