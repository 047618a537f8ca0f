package search

import "math"

// What an insertion costs depends on the job and on the route alone, and an iteration changes few routes. So the best place of a job in a route is
// remembered together with the route's version: a job that is put back asks only the routes that changed since it was asked last, and still
// knows about all others.

// known is the best place of a job in a route of some version. With after == noPlace there is none cheaper than cost.
type known struct {
	cost    int64
	after   int32
	version uint32
}

// mostAble bounds the vehicles that are remembered per job.
const mostAble = 256

// unit is what carries a version: stock and working time are shared by all days of one owner.
func (s *state) unit(v int32) int32 { return s.in.owner(v) }

// change gives a route a version that no other had.
func (s *state) change(v int32) {
	if s.version == nil {
		return
	}
	if s.newest > math.MaxUint32-uint32(len(s.version)) {
		s.forget()
	}
	s.newest++
	s.version[s.unit(v)] = s.newest
}

// forget makes every remembered place invalid.
func (s *state) forget() {
	if s.newest > math.MaxUint32/2 {
		clear(s.known)
		if s.chains != nil {
			clear(s.chains.version)
		}
		s.newest = 0
		s.turn++
	}
	for i := range s.version {
		s.newest++
		s.version[i] = s.newest
	}
}

// bestKnown completes a query over all vehicles that are able to serve the job.
func (s *state) bestKnown(q *query) {
	able := s.near.able[q.job]
	row := s.known[int(q.job)*s.near.mostAble:][:len(able)]
	stale := s.ruin.stale[:0]
	for i, v := range able {
		e := &row[i]
		switch {
		case e.version != s.version[s.unit(v)]:
			stale = append(stale, int32(i))
		case e.cost >= q.cost:
		case e.after == noPlace: // nothing was known to be cheaper than less than what would do now
			stale = append(stale, int32(i))
		case !s.blink():
			q.cost, q.after = e.cost, e.after
		}
	}
	s.ruin.stale = stale
	for _, i := range stale {
		v, e := able[i], &row[i]
		if s.routes[v].count == 0 && !s.nextEmpty(v) || e.version == s.version[s.unit(v)] && e.cost >= q.cost {
			continue
		}
		after, cost := q.after, q.cost
		q.after = noPlace
		blink := s.weight.blink
		s.weight.blink = 0 // what is remembered must be true
		*e = s.ask(q, v)
		s.weight.blink = blink
		if q.after == noPlace || s.blink() {
			q.after, q.cost = after, cost
		}
	}
}

// ask completes a query over one route and returns what is to be remembered of it.
func (s *state) ask(q *query, v int32) known {
	s.tryRoute(q, v)
	return known{cost: q.cost, after: q.after, version: s.version[s.unit(v)]}
}

// nextEmpty reports whether the unused vehicle is the next of its type to be used.
func (s *state) nextEmpty(v int32) bool {
	list := s.empty[s.routes[v].typ]
	return len(list) > 0 && list[len(list)-1] == v
}

// same gives routes that an iteration left as they were their old versions back, so that what is known about them stays valid.
func (u *undoLog) same(s *state) {
	if s.version == nil || len(u.windows) > 0 {
		return
	}
	at := 0
	for i, v := range u.touched {
		n := int(u.headers[i].count) + 2
		if u.unchanged(s, v, u.nodes[at:at+n]) && u.alone(s, i) {
			s.version[s.unit(v)] = u.versions[i]
		}
		at += n
	}
}

func (u *undoLog) unchanged(s *state, v int32, before []int32) bool {
	if int(s.routes[v].count)+2 != len(before) {
		return false
	}
	node := s.startOf(v)
	for _, was := range before {
		if node != was {
			return false
		}
		node = s.stops[node].next
	}
	return true
}

// alone reports whether no other changed route has the same unit.
func (u *undoLog) alone(s *state, i int) bool {
	for k, v := range u.touched {
		if k != i && s.unit(v) == s.unit(u.touched[i]) {
			return false
		}
	}
	return true
}
