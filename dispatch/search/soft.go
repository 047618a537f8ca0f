package search

// softCost is the price of starting at a moment.
func softCost(limits []Late, start int32) (cost int64) {
	for i := range limits {
		l := &limits[i]
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

// refreshSoft recomputes the soft costs of a route from its earliest schedule.
func (s *state) refreshSoft(v int32) {
	r := &s.routes[v]
	var total int64
	if r.count > 0 {
		w := s.roadOf(r)
		for node := s.startOf(v); ; {
			node = s.stops[node].next
			if node < 0 {
				break
			}
			var cost int64
			if s.attrs[node].flags&flagSoft != 0 {
				cost = softCost(s.late[node], s.startAt(&w, node, r.rich))
			}
			s.softAt[node] = cost
			total += cost
		}
	} else {
		s.softAt[s.endOf(v)] = 0
	}
	s.cost += total - r.soft
	r.soft = total
}

// startAt is the earliest start at a node of a route whose times are up to date.
func (s *state) startAt(w *road, node int32, rich bool) int32 {
	c := &s.stops[node]
	if !rich {
		return c.dep - s.attrs[node].service
	}
	t := s.rich[node].dep
	if c.next < 0 { // the end has no service; its departures are arrivals
		return minOf(&t, len(w.breaks))
	}
	// The earliest departure may belong to a state from which the rest cannot be finished.
	best := Never
	for k := 0; k <= len(w.breaks); k++ {
		if t[k] < best && s.finishes(w, c, k, t[k]) {
			best = t[k]
		}
	}
	return best - s.attrs[node].service
}

// finishes reports whether the rest of the route can be done by who leaves a stop in state k at a moment. States are followed one by one here:
// a later state that is reached by resting behind the stop comes later than the same state reached before it.
func (s *state) finishes(w *road, c *stop, k int, leave int32) bool {
	var t States
	for i := range t {
		t[i] = Never
	}
	t[k] = leave
	w.rest(&t)
	w.travel(&t, c.place, s.stops[c.next].place)
	late := &s.rich[c.next].late
	for ; k <= len(w.breaks); k++ {
		if t[k] <= late[k] {
			return true
		}
	}
	return false
}

// softDelta is how much the soft costs of a route grow when the job is inserted behind node u. It follows the delay down the route
// until it is absorbed by waiting.
func (s *state) softDelta(q *query, u int32) int64 {
	a := &s.stops[u]
	r := &s.routes[a.route]
	if r.rich {
		return s.softDeltaRich(q, u)
	}
	free := s.in.Profiles[r.profile].Free
	start := max(a.dep+free[a.place*s.places+q.place], q.open)
	var delta int64
	if s.attrs[q.job].flags&flagSoft != 0 {
		delta = softCost(s.late[q.job], start)
	}
	t, place := start+q.service, q.place
	unused := r.count == 0
	for node := a.next; node >= 0; node = s.stops[node].next {
		at := &s.attrs[node]
		start = max(t+free[place*s.places+at.place], at.open)
		if start+at.service == s.stops[node].dep && !unused {
			return delta
		}
		if at.flags&flagSoft != 0 {
			delta += softCost(s.late[node], start) - s.softAt[node]
			if delta >= q.cost {
				return delta
			}
		}
		t, place = start+at.service, at.place
	}
	return delta
}

func (s *state) softDeltaRich(q *query, u int32) int64 {
	a := &s.stops[u]
	r := &s.routes[a.route]
	w := s.roadOf(r)
	t := s.rich[u].dep
	w.rest(&t)
	w.travel(&t, a.place, q.place)
	w.rest(&t)
	s.serve(&w, &t, &s.attrs[q.job], q.job)
	var delta int64
	if s.attrs[q.job].flags&flagSoft != 0 {
		delta = softCost(s.late[q.job], minOf(&t, len(w.breaks))-q.service)
	}
	place := q.place
	for node := a.next; node >= 0; node = s.stops[node].next {
		at := &s.attrs[node]
		w.rest(&t)
		w.travel(&t, place, at.place)
		late := &s.rich[node].late
		for k := 0; k <= len(w.breaks); k++ {
			if t[k] > late[k] {
				t[k] = Never
			}
		}
		if s.stops[node].next >= 0 {
			w.rest(&t)
			s.serve(&w, &t, at, node)
			if r.count > 0 && t == s.rich[node].dep {
				return delta
			}
		}
		if at.flags&flagSoft != 0 {
			delta += softCost(s.late[node], minOf(&t, len(w.breaks))-at.service) - s.softAt[node]
		}
		place = at.place
	}
	return delta
}
