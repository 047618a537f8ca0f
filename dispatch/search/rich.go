package search

// A route with breaks, several windows per job or hour-dependent travel is followed in states: state k means that k breaks have been
// taken. Since travel is first in, first out, the earliest time per state is all there is to know going forward, and the latest
// time per state going backward; an insertion is feasible when for some state the first is not after the second.

// States holds one time per number of breaks taken.
type States [MaxBreaks + 1]int32

// Breaks are the breaks of one vehicle, in the order in which they are taken.
type Breaks []Break

// Rest lets breaks be taken on the spot, going forward: a later state may be reached from an earlier one.
func (w Breaks) Rest(t *States) {
	for k := range w {
		if b := &w[k]; t[k] <= b.To {
			t[k+1] = min(t[k+1], max(t[k], b.From)+b.Length)
		}
	}
}

// RestBack is Rest going backward: the latest times before a rest on the spot.
func (w Breaks) RestBack(t *States) {
	for k := len(w) - 1; k >= 0; k-- {
		if b := &w[k]; b.From+b.Length <= t[k+1] {
			t[k] = max(t[k], min(b.To, t[k+1]-b.Length))
		}
	}
}

// Arrive follows a leg of so many seconds at full speed and the access at its end; a nil clock means full speed at all hours.
func Arrive(clock *Clock, t, free, access int32) int32 {
	if clock != nil {
		t = clock.Arrive(t, free)
	} else {
		t += free
	}
	if free > 0 {
		t += access
	}
	return t
}

// LeaveBy is the latest departure for an arrival by t.
func LeaveBy(clock *Clock, t, free, access int32) int32 {
	if free > 0 {
		t -= access
	}
	if clock != nil {
		return clock.LeaveBy(t, free)
	}
	return t - free
}

// richStop holds, per state, the earliest departure and the latest arrival. A state that cannot occur has dep Never or late -Never.
type richStop struct {
	dep, late States
}

// road is what is needed to travel with one vehicle.
type road struct {
	p      *Profile
	breaks Breaks
	places int32
}

func (s *state) roadOf(r *route) road {
	return road{&s.in.Profiles[r.profile], s.in.Types[r.typ].Breaks, s.places}
}

func (w *road) access(to int32) int32 {
	if w.p.Access == nil {
		return 0
	}
	return w.p.Access[to]
}

func (w *road) arrive(t, from, to int32) int32 {
	return Arrive(w.p.Clock, t, w.p.Free[from*w.places+to], w.access(to))
}

func (w *road) leaveBy(t, from, to int32) int32 {
	return LeaveBy(w.p.Clock, t, w.p.Free[from*w.places+to], w.access(to))
}

func (w *road) rest(t *States)     { w.breaks.Rest(t) }
func (w *road) restBack(t *States) { w.breaks.RestBack(t) }

// travel moves all states from one place to another.
func (w *road) travel(t *States, from, to int32) {
	for k := 0; k <= len(w.breaks); k++ {
		if t[k] < Never {
			t[k] = min(w.arrive(t[k], from, to), Never)
		}
	}
}

// serve turns arrivals into departures after service.
func (s *state) serve(w *road, t *States, a *attr, node int32) {
	for k := 0; k <= len(w.breaks); k++ {
		if t[k] >= Never {
			continue
		}
		start := s.startIn(a, node, t[k])
		if start >= Never {
			t[k] = Never
			continue
		}
		t[k] = start + a.service
		if k < len(w.breaks) && t[k] > w.breaks[k].To {
			t[k] = Never // the pending break can no longer begin in time
		}
	}
}

// startIn is the earliest start of service at or after t, or Never.
func (s *state) startIn(a *attr, node, t int32) int32 {
	t = max(t, a.open)
	if a.flags&flagWindows != 0 {
		found := false
		for _, w := range s.in.Jobs[node].Windows {
			if t <= w.To {
				t, found = max(t, w.From), true
				break
			}
		}
		if !found {
			return Never
		}
	}
	if t > a.close {
		return Never
	}
	return t
}

// startBy is the latest arrival from which service can start at or before t, or -Never.
func (s *state) startBy(a *attr, node, t int32) int32 {
	t = min(t, a.close)
	if t < a.open {
		return -Never
	}
	if a.flags&flagWindows == 0 {
		return t
	}
	windows := s.in.Jobs[node].Windows
	for i := len(windows) - 1; i >= 0; i-- {
		w := windows[i]
		if from := max(w.From, a.open); from <= t && from <= w.To {
			return min(t, w.To)
		}
	}
	return -Never
}

// fitsRich is the exact test of an insertion behind node u.
func (s *state) fitsRich(q *query, u int32) bool {
	_, ok := s.interval(q, u)
	return ok
}

// interval returns the earliest start of the job behind node u; false when the rest of the route cannot follow.
func (s *state) interval(q *query, u int32) (start int32, ok bool) {
	a := &s.stops[u]
	w := s.roadOf(&s.routes[a.route])
	t := s.rich[u].dep
	w.rest(&t)
	w.travel(&t, a.place, q.place)
	w.rest(&t)
	arrived := t
	at := &s.attrs[q.job]
	s.serve(&w, &t, at, q.job)
	left := t
	w.rest(&t)
	b := &s.stops[a.next]
	w.travel(&t, q.place, b.place)
	late := &s.rich[a.next].late
	start = Never
	for k := 0; k <= len(w.breaks); k++ {
		if t[k] <= late[k] {
			ok = true
		}
	}
	if !ok {
		return Never, false
	}
	for k := 0; k <= len(w.breaks); k++ {
		if left[k] < Never {
			start = min(start, s.startIn(at, q.job, arrived[k]))
		}
	}
	return start, true
}

// refreshRich recomputes a whole route: latest arrivals, earliest departures and soft costs.
func (s *state) refreshRich(v int32) {
	w := s.roadOf(&s.routes[v])
	s.backwardRich(&w, s.endOf(v), false)
	s.forwardRich(&w, s.startOf(v), false)
	if s.anySoft {
		s.refreshSoft(v)
	}
}

// refreshRichFrom does the same after a change between two neighbouring nodes; see refresh.
func (s *state) refreshRichFrom(v, first, last int32) {
	w := s.roadOf(&s.routes[v])
	s.backwardRich(&w, last, true)
	s.forwardRich(&w, first, true)
	if s.anySoft {
		s.refreshSoft(v)
	}
}

// backwardRich brings latest arrivals up to date from a node back to the start, or, when the rest of the route is known to be right, until nothing
// changes.
func (s *state) backwardRich(w *road, node int32, rest bool) {
	n := len(w.breaks)
	if s.stops[node].next < 0 {
		end := &s.rich[node]
		for k := range end.late {
			end.late[k] = -Never
		}
		for k := 0; k <= n; k++ {
			end.late[k] = s.attrs[node].close
			if k < n {
				end.late[k] = min(end.late[k], w.breaks[k].To)
			}
		}
		// A vehicle that comes home before a break must be taken rests at home; arriving with the break open is therefore fine.
		s.stops[node].late = maxOf(&end.late, n)
		node = s.stops[node].prev
	}
	for ; node >= 0; node = s.stops[node].prev {
		c := &s.stops[node]
		t := s.rich[c.next].late
		to := s.stops[c.next].place
		for k := 0; k <= n; k++ {
			if t[k] > -Never {
				t[k] = w.leaveBy(t[k], c.place, to)
			}
		}
		for k := range n {
			t[k] = min(t[k], w.breaks[k].To)
		}
		w.restBack(&t)
		a := &s.attrs[node]
		for k := 0; k <= n; k++ {
			t[k] = s.startBy(a, node, t[k]-a.service)
		}
		if c.prev >= 0 {
			w.restBack(&t)
		}
		if rest && t == s.rich[node].late {
			return
		}
		s.rich[node].late = t
		c.late = maxOf(&t, n)
	}
}

// forwardRich brings earliest departures up to date from a node on to the end, or, when the rest of the route is known to be right, until nothing
// changes.
func (s *state) forwardRich(w *road, node int32, rest bool) {
	n := len(w.breaks)
	var t States
	if before := s.stops[node].prev; before >= 0 {
		t = s.rich[before].dep
		s.ride(w, &t, before, node)
	} else {
		for k := range t {
			t[k] = Never
		}
		t[0] = s.attrs[node].open
		if n > 0 && t[0] > w.breaks[0].To {
			t[0] = Never
		}
	}
	for {
		c := &s.stops[node]
		if rest && t == s.rich[node].dep {
			return
		}
		s.rich[node].dep = t
		c.dep = minOf(&t, n)
		if c.next < 0 {
			return
		}
		s.ride(w, &t, node, c.next)
		node = c.next
	}
}

// ride brings departures from one stop to departures from the next, or to arrivals at the end.
func (s *state) ride(w *road, t *States, from, to int32) {
	w.rest(t)
	w.travel(t, s.stops[from].place, s.stops[to].place)
	if s.stops[to].next >= 0 {
		w.rest(t)
		s.serve(w, t, &s.attrs[to], to)
	}
}

func maxOf(t *States, n int) int32 {
	m := t[0]
	for k := 1; k <= n; k++ {
		m = max(m, t[k])
	}
	return m
}

func minOf(t *States, n int) int32 {
	m := t[0]
	for k := 1; k <= n; k++ {
		m = min(m, t[k])
	}
	return m
}
