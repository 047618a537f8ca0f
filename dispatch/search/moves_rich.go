package search

// Small moves for instances with any rules: a candidate is priced by its legs and assignments first, which sorts out nearly all; what is
// left is made, tested on the changed routes as a whole, and taken back when a rule or the price says no. Fixed jobs and members of groups
// stay where they are.

const flagsStay = flagFixed | flagGroup

// maxSegment is the longest segment that changes places.
const maxSegment = 3

// smallMoveAny is smallMove for instances that are not plain.
func (s *state) smallMoveAny(temperature float64) bool {
	b := s.rnd.below(s.jobs)
	if s.stops[b].route == absent || s.attrs[b].flags&flagsStay != 0 {
		return false
	}
	list := s.near.pred[b]
	if len(list) == 0 {
		return false
	}
	pick := s.rnd.next()
	limit := int64(-temperature * s.rnd.logUnit())
	a := list[int(pick>>32)%len(list)]
	v := s.stops[a].route
	if v == absent {
		return false
	}
	if pick>>24&15 == 0 { // the first of its route, instead of the one behind a
		a = s.startOf(v)
	}
	if v == s.stops[b].route {
		return s.shiftSegment(a, b, 1+int(pick&3)%maxSegment, limit)
	}
	if pick>>8&3 == 0 {
		return s.swapTailsAny(a, b, limit)
	}
	return s.swapSegmentsAny(a, b, int(pick>>16&3), 1+int(pick>>20&3)%maxSegment, limit)
}

// legCost is the price of a leg for a vehicle's profile.
func (s *state) legCost(profile, from, to int32) int64 {
	return int64(s.in.Profiles[profile].Cost[s.stops[from].place*s.places+s.stops[to].place])
}

// assignCost is the price of serving a job with a type; false when that is forbidden.
func (s *state) assignCost(job, typ int32) (int64, bool) {
	if s.in.Assign == nil {
		return 0, true
	}
	extra := s.in.Assign[int(job)*len(s.in.Types)+int(typ)]
	return int64(extra), extra != Forbidden
}

// changeHands is what the jobs first…last cost more with another vehicle, legs inside the chain included; false when one must not change.
func (s *state) changeHands(first, last, from, to int32) (delta int64, ok bool) {
	f, t := &s.routes[from], &s.routes[to]
	for n := first; ; n = s.stops[n].next {
		if s.attrs[n].flags&flagsStay != 0 {
			return 0, false
		}
		if f.typ != t.typ {
			now, _ := s.assignCost(n, f.typ)
			then, may := s.assignCost(n, t.typ)
			if !may {
				return 0, false
			}
			delta += then - now
		}
		if n == last {
			return delta, true
		}
		if f.profile != t.profile {
			delta += s.legCost(t.profile, n, s.stops[n].next) - int64(s.stops[n].leg)
		}
	}
}

// hope is the most that lateness and overtime of two routes can gain.
func (s *state) hope(v, w int32) int64 {
	if v == w {
		return s.routes[v].soft
	}
	return s.routes[v].soft + s.routes[w].soft
}

// swapSegmentsAny exchanges up to la jobs behind a with up to lb jobs from b on; la may be 0. a may be the start of a vehicle.
func (s *state) swapSegmentsAny(a, b int32, la, lb int, limit int64) bool {
	v, w := s.stops[a].route, s.stops[b].route
	ea, eb := a, b
	for ; la > 0 && s.stops[ea].next < s.jobs; la-- {
		ea = s.stops[ea].next
	}
	for ; lb > 1 && s.stops[eb].next < s.jobs; lb-- {
		eb = s.stops[eb].next
	}
	na, pb := s.stops[a].next, s.stops[b].prev
	xa, xb := s.stops[ea].next, s.stops[eb].next
	p, q := s.routes[v].profile, s.routes[w].profile
	delta := s.legCost(p, a, b) + s.legCost(p, eb, xa) - s.legOf(a) - s.legOf(pb) - s.legOf(eb)
	if ea != a {
		delta += s.legCost(q, pb, na) + s.legCost(q, ea, xb) - s.legOf(ea)
	} else {
		delta += s.legCost(q, pb, xb)
	}
	if delta-s.hope(v, w) > limit {
		return false
	}
	hands, ok := s.changeHands(b, eb, w, v)
	if !ok {
		return false
	}
	delta += hands
	if ea != a {
		if hands, ok = s.changeHands(na, ea, v, w); !ok {
			return false
		}
		delta += hands
	}
	if delta-s.hope(v, w) > limit {
		return false
	}
	before := s.cost
	s.undo.begin(s)
	mine, theirs := s.lift(na, ea, a, &s.ruin.chainA), s.lift(b, eb, noPlace, &s.ruin.chainB)
	s.lay(theirs, a)
	s.lay(mine, pb)
	return s.settle(v, w, before, limit)
}

// legOf is the price of the leg out of a node. That of an unused vehicle does not count.
func (s *state) legOf(node int32) int64 {
	if node >= s.jobs && s.stops[s.stops[node].next].next < 0 && s.stops[node].next >= s.jobs {
		return 0
	}
	return int64(s.stops[node].leg)
}

// lift takes the chain first…last out of its route and returns its jobs; the chain is empty when last is nothing.
func (s *state) lift(first, last, nothing int32, buffer *[]int32) []int32 {
	list := (*buffer)[:0]
	if last != nothing {
		for n := first; ; {
			next := s.stops[n].next
			list = append(list, n)
			s.unlink(n)
			if n == last {
				break
			}
			n = next
		}
	}
	*buffer = list
	return list
}

// lay puts jobs one after the other behind a node.
func (s *state) lay(jobs []int32, after int32) {
	for _, job := range jobs {
		s.link(job, after)
		after = job
	}
}

// swapTailsAny lets b and what follows come behind a, and what followed a behind what came before b.
func (s *state) swapTailsAny(a, b int32, limit int64) bool {
	v, w := s.stops[a].route, s.stops[b].route
	na, pb := s.stops[a].next, s.stops[b].prev
	endA, endB := s.endOf(v), s.endOf(w)
	lastA, lastB := s.stops[endA].prev, s.stops[endB].prev
	p, q := s.routes[v].profile, s.routes[w].profile
	delta := s.legCost(p, a, b) + s.legCost(p, lastB, endA) - s.legOf(pb) - s.legOf(lastB) - s.legOf(a)
	if na < s.jobs {
		delta += s.legCost(q, pb, na) + s.legCost(q, lastA, endB) - s.legOf(lastA)
	} else if pb < s.jobs {
		delta += s.legCost(q, pb, endB)
	}
	if delta-s.hope(v, w) > limit {
		return false
	}
	hands, ok := s.changeHands(b, lastB, w, v)
	if !ok {
		return false
	}
	delta += hands
	if na < s.jobs {
		if hands, ok = s.changeHands(na, lastA, v, w); !ok {
			return false
		}
		delta += hands
	}
	if delta-s.hope(v, w) > limit {
		return false
	}
	before := s.cost
	s.undo.begin(s)
	mine, theirs := s.lift(na, lastA, a, &s.ruin.chainA), s.lift(b, lastB, noPlace, &s.ruin.chainB)
	s.lay(theirs, a)
	s.lay(mine, pb)
	return s.settle(v, w, before, limit)
}

// shiftSegment moves up to n jobs from b on behind a in the same route.
func (s *state) shiftSegment(a, b int32, n int, limit int64) bool {
	v := s.stops[b].route
	pb, eb := s.stops[b].prev, b
	if a == pb || a == b {
		return false
	}
	for ; n > 1 && s.stops[eb].next < s.jobs && s.stops[eb].next != a; n-- {
		eb = s.stops[eb].next
	}
	for m := b; ; m = s.stops[m].next {
		if m == a || s.attrs[m].flags&flagsStay != 0 {
			return false
		}
		if m == eb {
			break
		}
	}
	p := s.routes[v].profile
	na, xb := s.stops[a].next, s.stops[eb].next
	delta := s.legCost(p, a, b) + s.legCost(p, eb, na) - s.legOf(a) + s.legCost(p, pb, xb) - s.legOf(pb) - s.legOf(eb)
	if delta-s.hope(v, v) > limit {
		return false
	}
	before := s.cost
	s.undo.begin(s)
	s.lay(s.lift(b, eb, noPlace, &s.ruin.chainB), a)
	return s.settle(v, v, before, limit)
}

// settle brings two changed routes up to date and keeps them when every rule allows it and the price has not grown by more than the limit.
func (s *state) settle(v, w int32, before, limit int64) bool {
	s.refreshAll(v)
	if w != v {
		s.refreshAll(w)
	}
	if s.cost-before <= limit && s.sound(v) && (w == v || s.sound(w)) {
		return true
	}
	s.undo.rollback(s)
	return false
}

// sound tests all hard rules of a route whose times are up to date.
func (s *state) sound(v int32) bool {
	r := &s.routes[v]
	if r.count == 0 {
		return true
	}
	if limit := s.in.Types[r.typ].MaxWork; r.room < 0 || limit > 0 && r.work > limit {
		return false
	}
	if s.anyParts {
		row := int(s.in.owner(v)) * s.kinds
		for _, left := range s.stock[row : row+s.kinds] {
			if left < 0 {
				return false
			}
		}
	}
	if r.rich {
		end := &s.rich[s.endOf(v)]
		for k := 0; k <= len(s.in.Types[r.typ].Breaks); k++ {
			if end.dep[k] < Never && end.dep[k] <= end.late[k] {
				return true
			}
		}
		return false
	}
	for node := s.stops[s.startOf(v)].next; node >= 0; node = s.stops[node].next {
		if s.stops[node].dep-s.attrs[node].service > s.stops[node].late {
			return false
		}
	}
	return true
}
