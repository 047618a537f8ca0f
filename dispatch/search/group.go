package search

import "slices"

// Groups are placed as a whole or not at all. While a group stands, its members carry windows so tight that the times of different
// routes cannot contradict each other: then every route can be tested on its own.

// takeGroups completes the removal of groups of which a member was taken out.
func (s *state) takeGroups() {
	for _, g := range s.ruin.queue {
		members := s.in.Groups[g].Jobs
		if s.outPos[members[0]] >= 0 {
			continue // the whole group is out already
		}
		for _, job := range members {
			if v := s.stops[job].route; v != absent {
				s.unlink(job)
				s.refreshAll(v)
			}
		}
		s.freeWindows(g)
		s.pushOut(members[0])
		s.ruin.taken = append(s.ruin.taken, members[0])
	}
	s.ruin.queue = s.ruin.queue[:0]
}

func (s *state) freeWindows(g int32) {
	for _, job := range s.in.Groups[g].Jobs {
		j := &s.in.Jobs[job]
		if a := &s.attrs[job]; a.open != j.Open || a.close != j.Close {
			s.setWindow(job, j.Open, j.Close)
		}
	}
}

// placeGroup inserts all members of the group that the leader stands for, or none.
func (s *state) placeGroup(leader int32) bool {
	g := s.group[leader]
	ok := false
	if s.in.Groups[g].Crew {
		ok = s.placeCrew(g)
	} else {
		ok = s.placeSequence(g)
	}
	if ok {
		s.dropOut(leader)
	}
	return ok
}

// offer is one feasible place of a crew member.
type offer struct {
	after       int32
	owner       int32
	first, last int32 // possible starts
	cost        int64
}

// placeCrew looks for a moment at which enough technicians can be there, at the least total cost. The members of a crew ask for the
// same things, so an offer made for one is good for all.
func (s *state) placeCrew(g int32) bool {
	members := s.in.Groups[g].Jobs
	offers := s.offersFor(members[0])
	if len(offers) < len(members) {
		return false
	}
	var skip int64
	for _, job := range members {
		skip += s.in.Jobs[job].Skip
	}
	best, at := skip, int32(-Never)
	var chosen, pick []offer
	for _, moment := range offers {
		pick = pickCrew(offers, moment.first, len(members), pick[:0])
		if len(pick) < len(members) {
			continue
		}
		var cost int64
		for _, o := range pick {
			cost += o.cost
		}
		if cost < best && s.crewFits(members[0], pick, moment.first) {
			best, at = cost, moment.first
			chosen = append(chosen[:0], pick...)
		}
	}
	if len(chosen) == 0 {
		return false
	}
	for i, job := range members {
		s.setWindow(job, at, at)
		s.link(job, chosen[i].after)
		s.refreshAll(s.stops[job].route)
	}
	return true
}

// crewFits tests a moment exactly: with breaks in the way, the possible starts at a place need not be one interval.
func (s *state) crewFits(job int32, pick []offer, at int32) bool {
	a := &s.attrs[job]
	open, close := a.open, a.close
	a.open, a.close = at, at
	fits := true
	for _, o := range pick {
		q := s.newQuery(job)
		if s.tryHard(&q, o.after); q.after == noPlace {
			fits = false
			break
		}
	}
	a.open, a.close = open, close
	return fits
}

// pickCrew chooses the cheapest offers of different owners that can start at the moment.
func pickCrew(offers []offer, at int32, size int, pick []offer) []offer {
	for _, o := range offers { // sorted by cost
		if o.first > at || o.last < at || slices.ContainsFunc(pick, func(p offer) bool { return p.owner == o.owner }) {
			continue
		}
		if pick = append(pick, o); len(pick) == size {
			break
		}
	}
	return pick
}

// offersFor lists the feasible places of a job with their intervals of start, cheapest first, at most a few per vehicle.
func (s *state) offersFor(job int32) []offer {
	out := s.ruin.offers[:0]
	blank := s.newQuery(job)
	blank.special = true
	for _, v := range s.near.able[job] {
		if s.routes[v].count == 0 && !s.firstEmpty(v) {
			continue
		}
		for u := s.startOf(v); s.stops[u].next >= 0; u = s.stops[u].next {
			q := blank
			if s.try(&q, u); q.after == noPlace {
				continue
			}
			first, last := s.bounds(&q, u)
			if first <= last {
				out = append(out, offer{after: u, owner: s.in.owner(v), first: first, last: last, cost: q.cost})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b offer) int {
		switch {
		case a.cost != b.cost:
			if a.cost < b.cost {
				return -1
			}
			return 1
		case a.first != b.first:
			return int(a.first - b.first)
		}
		return int(a.after - b.after)
	})
	s.ruin.offers = out
	return out[:min(len(out), 40)]
}

// firstEmpty reports whether the vehicle is unused; of a type of many alike, a few are enough for a crew.
func (s *state) firstEmpty(v int32) bool { return s.emptyPos[v] >= 0 && s.emptyPos[v] < 8 }

// bounds is the interval in which a job may start behind node u.
func (s *state) bounds(q *query, u int32) (first, last int32) {
	a := &s.stops[u]
	r := &s.routes[a.route]
	b := &s.stops[a.next]
	w := s.roadOf(r)
	at := &s.attrs[q.job]
	if !r.rich {
		first = max(a.dep+w.p.Free[a.place*s.places+q.place], q.open)
		last = min(b.late-w.p.Free[q.place*s.places+b.place]-q.service, q.close_)
		return first, last
	}
	first, ok := s.interval(q, u)
	if !ok {
		return 1, 0
	}
	// Latest start: backwards from the next node over all states, then down to what the forward side can still reach.
	t := s.rich[a.next].late
	for k := 0; k <= len(w.breaks); k++ {
		if t[k] > -Never {
			t[k] = w.leaveBy(t[k], q.place, b.place)
		}
	}
	for k := range w.breaks {
		t[k] = min(t[k], w.breaks[k].To)
	}
	w.restBack(&t)
	last = -Never
	d := s.rich[u].dep
	w.rest(&d)
	w.travel(&d, a.place, q.place)
	w.rest(&d)
	for k := 0; k <= len(w.breaks); k++ {
		if latest := s.startBy(at, q.job, t[k]-q.service); d[k] <= latest && latest > last {
			last = latest
		}
	}
	return first, last
}

// placeSequence inserts the visits of a sequence one after the other.
func (s *state) placeSequence(g int32) bool {
	grp := &s.in.Groups[g]
	owner := int32(-1)
	for i, job := range grp.Jobs {
		j := &s.in.Jobs[job]
		open, close := j.Open, j.Close
		if i > 0 {
			before := grp.Jobs[i-1]
			end := s.start(before) + s.attrs[before].service
			open = max(open, end+grp.MinGap[i-1])
			close = min(close, end+grp.MaxGap[i-1])
		}
		if open > close {
			return s.abandon(g, i)
		}
		s.setWindow(job, open, close)
		var after int32
		var cost int64
		if owner >= 0 {
			after, cost = s.bestPlaceOf(job, owner)
		} else {
			after, cost = s.bestPlace(job)
		}
		if after == noPlace || cost >= j.Skip {
			return s.abandon(g, i)
		}
		s.link(job, after)
		s.refreshAll(s.stops[job].route)
		// From now on the visit keeps the moment that the rest of the sequence was computed with.
		at := s.start(job)
		s.setWindow(job, at, at)
		s.refreshAll(s.stops[job].route)
		if grp.SameOwner {
			owner = s.in.owner(s.stops[job].route)
		}
	}
	return true
}

// start is the start of a job in the earliest schedule.
func (s *state) start(job int32) int32 {
	r := &s.routes[s.stops[job].route]
	w := s.roadOf(r)
	return s.startAt(&w, job, r.rich)
}

// bestPlaceOf is bestPlace among the vehicles of one owner.
func (s *state) bestPlaceOf(job, owner int32) (int32, int64) {
	q := s.newQuery(job)
	for v := range s.routes {
		if s.in.owner(int32(v)) == owner {
			s.tryRoute(&q, int32(v))
		}
	}
	return q.after, q.cost
}

// abandon takes the first n members of a sequence out again.
func (s *state) abandon(g int32, n int) bool {
	for _, job := range s.in.Groups[g].Jobs[:n] {
		v := s.stops[job].route
		s.unlink(job)
		s.refreshAll(v)
	}
	s.freeWindows(g)
	return false
}

// loadable reports whether a job of a plan can be put in as it stands. The members of a group are put in at the moment that the plan
// says.
func (s *state) loadable(p *Plan, job int32) bool {
	if s.group[job] < 0 {
		return true
	}
	if p.Starts == nil || p.Starts[job] == Never {
		return false
	}
	s.setWindow(job, p.Starts[job], p.Starts[job])
	return true
}

// settleGroups takes out every group that was not loaded in full and marks the others as planned.
func (s *state) settleGroups() {
	for g := range s.in.Groups {
		members := s.in.Groups[g].Jobs
		missing := 0
		for _, job := range members {
			if s.stops[job].route == absent {
				missing++
			}
		}
		if missing == 0 {
			s.dropOut(members[0])
			continue
		}
		for _, job := range members {
			if v := s.stops[job].route; v != absent {
				s.unlink(job)
				s.refreshAll(v)
			}
		}
		s.freeWindows(int32(g))
	}
}
