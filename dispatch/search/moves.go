package search

// Small moves between two routes complement the strings: they are tested in constant time and change the number of routes, which
// ruin and recreate rarely does when routes are long.

// smallMove tries one random exchange and reports whether it was made.
func (s *state) smallMove(temperature float64) bool {
	a := s.rnd.below(s.jobs)
	if s.stops[a].route == absent {
		return false
	}
	list := s.near.succ[a]
	if len(list) == 0 {
		return false
	}
	pick := s.rnd.next()
	if pick&63 == 0 {
		return s.cut(a, int64(-temperature*s.rnd.logUnit()))
	}
	b := list[int((pick>>32)*uint64(len(list))>>32)]
	r2 := s.stops[b].route
	if r2 == absent || r2 == s.stops[a].route {
		return false
	}
	limit := int64(-temperature * s.rnd.logUnit())
	if pick>>8&1 == 0 {
		return s.swapTails(a, b, limit)
	}
	return s.swapSegments(a, b, int(pick>>16&3), 1+int(pick>>20&3), limit)
}

// loadUpTo is the demand from the start of the route up to and including a node.
func (s *state) loadUpTo(node int32) (load int32) {
	for ; node < s.jobs; node = s.stops[node].prev {
		load += s.attrs[node].demand
	}
	return load
}

// swapTails lets b follow a; what followed a follows what came before b.
func (s *state) swapTails(a, b int32, limit int64) bool {
	p := &s.in.Profiles[0]
	sa, sb := &s.stops[a], &s.stops[b]
	na, pb := sa.next, sb.prev
	sna, spb := &s.stops[na], &s.stops[pb]
	ab, ba := sa.place*s.places+sb.place, spb.place*s.places+sna.place
	delta := int64(p.Cost[ab]) + int64(p.Cost[ba]) - int64(sa.leg) - int64(spb.leg)
	if delta > limit {
		return false
	}
	if sa.dep+p.Free[ab] > sb.late || spb.dep+p.Free[ba] > sna.late {
		return false
	}
	r1, r2 := sa.route, sb.route
	capacity := s.in.Types[s.routes[r1].typ].Capacity
	la, lb := s.loadUpTo(a), s.loadUpTo(pb)
	ta, tb := capacity-s.routes[r1].room-la, capacity-s.routes[r2].room-lb
	if la+tb > capacity || lb+ta > capacity {
		return false
	}
	s.joinTails(a, na, pb, b, r1, r2, p)
	s.cost += delta
	return true
}

// joinTails rewires a→b and pb→na and brings both routes up to date.
func (s *state) joinTails(a, na, pb, b, r1, r2 int32, p *Profile) {
	endA, endB := s.endOf(r1), s.endOf(r2)
	lastA, lastB := s.stops[endA].prev, s.stops[endB].prev
	moved := int32(0)
	load := int32(0)
	for n := b; n < s.jobs; n = s.stops[n].next {
		s.stops[n].route = r1
		load -= s.attrs[n].demand
		moved++
	}
	back := int32(0)
	for n := na; n < s.jobs; n = s.stops[n].next {
		s.stops[n].route = r2
		load += s.attrs[n].demand
		back++
	}
	// the ends stay with their vehicles
	firstA, firstB := na, b
	if firstA == endA {
		firstA = endB
	}
	if firstB == endB {
		firstB = endA
	}
	if lastB == pb {
		lastB = a
	}
	if lastA == a {
		lastA = pb
	}
	s.wire(a, firstB, p)
	s.wire(pb, firstA, p)
	s.wire(lastB, endA, p)
	s.wire(lastA, endB, p)
	s.routes[r1].count += moved - back
	s.routes[r2].count += back - moved
	s.routes[r1].room += load
	s.routes[r2].room -= load
	s.syncEmpty(r1)
	s.syncEmpty(r2)
	s.refreshAll(r1)
	s.refreshAll(r2)
}

func (s *state) wire(from, to int32, p *Profile) {
	a, b := &s.stops[from], &s.stops[to]
	a.next, b.prev, a.nextPlace = to, from, b.place
	a.leg = p.Cost[a.place*s.places+b.place]
	if s.ahead != nil {
		s.setGap(from, to)
	}
}

func (s *state) syncEmpty(v int32) {
	if used := s.routes[v].count > 0; used == (s.emptyPos[v] >= 0) {
		if used {
			s.dropEmpty(v)
		} else {
			s.pushEmpty(v)
		}
	}
}

// cut moves everything behind a to an unused vehicle.
func (s *state) cut(a int32, limit int64) bool {
	na := s.stops[a].next
	r1 := s.stops[a].route
	list := s.empty[s.routes[r1].typ]
	if na >= s.jobs || len(list) == 0 {
		return false
	}
	r2 := list[len(list)-1]
	start, end := s.startOf(r2), s.endOf(r2)
	p := &s.in.Profiles[0]
	ab := s.stops[a].place*s.places + s.stops[end].place
	ba := s.stops[start].place*s.places + s.stops[na].place
	delta := int64(p.Cost[ab]) + int64(p.Cost[ba]) - int64(s.stops[a].leg)
	if delta > limit {
		return false
	}
	s.joinTails(a, na, start, end, r1, r2, p)
	s.cost += delta
	return true
}

// swapSegments exchanges la jobs behind a with lb jobs from b on.
func (s *state) swapSegments(a, b int32, la, lb int, limit int64) bool {
	p := &s.in.Profiles[0]
	sa, sb := &s.stops[a], &s.stops[b]
	pb, na := sb.prev, sa.next
	ea := a
	var loadA, loadB int32
	for ; la > 0 && s.stops[ea].next < s.jobs; la-- {
		ea = s.stops[ea].next
		loadA += s.attrs[ea].demand
	}
	eb := b
	loadB = s.attrs[b].demand
	for ; lb > 1 && s.stops[eb].next < s.jobs; lb-- {
		eb = s.stops[eb].next
		loadB += s.attrs[eb].demand
	}
	xa, xb := s.stops[ea].next, s.stops[eb].next
	cost := func(x, y int32) int64 { return int64(p.Cost[s.stops[x].place*s.places+s.stops[y].place]) }
	delta := cost(a, b) + cost(eb, xa) - int64(s.stops[pb].leg) - int64(s.stops[eb].leg) - int64(sa.leg)
	if ea == a {
		delta += cost(pb, xb)
	} else {
		delta += cost(pb, na) + cost(ea, xb) - int64(s.stops[ea].leg)
	}
	if delta > limit {
		return false
	}
	r1, r2 := sa.route, sb.route
	if s.routes[r1].room+loadA-loadB < 0 || s.routes[r2].room+loadB-loadA < 0 {
		return false
	}
	if !s.chainFits(a, b, eb, xa, p) {
		return false
	}
	if ea == a {
		if s.stops[pb].dep+p.Free[s.stops[pb].place*s.places+s.stops[xb].place] > s.stops[xb].late {
			return false
		}
	} else if !s.chainFits(pb, na, ea, xb, p) {
		return false
	}
	s.moveSegments(a, na, ea, xa, pb, b, eb, xb, r1, r2, p)
	s.routes[r1].room += loadA - loadB
	s.routes[r2].room += loadB - loadA
	s.syncEmpty(r1)
	s.syncEmpty(r2)
	s.refreshAll(r1)
	s.refreshAll(r2)
	s.cost += delta
	return true
}

// chainFits tests whether the jobs first…last can be driven between the nodes before and after.
func (s *state) chainFits(before, first, last, after int32, p *Profile) bool {
	t, place := s.stops[before].dep, s.stops[before].place
	for n := first; ; n = s.stops[n].next {
		at := &s.attrs[n]
		t = max(t+p.Free[place*s.places+at.place], at.open)
		if t > at.close {
			return false
		}
		t += at.service
		place = at.place
		if n == last {
			break
		}
	}
	return t+p.Free[place*s.places+s.stops[after].place] <= s.stops[after].late
}

func (s *state) moveSegments(a, na, ea, xa, pb, b, eb, xb, r1, r2 int32, p *Profile) {
	moved := int32(0)
	for n := b; ; n = s.stops[n].next {
		s.stops[n].route = r1
		moved++
		if n == eb {
			break
		}
	}
	if ea != a {
		for n := na; ; n = s.stops[n].next {
			s.stops[n].route = r2
			moved--
			if n == ea {
				break
			}
		}
	}
	s.wire(a, b, p)
	s.wire(eb, xa, p)
	if ea == a {
		s.wire(pb, xb, p)
	} else {
		s.wire(pb, na, p)
		s.wire(ea, xb, p)
	}
	s.routes[r1].count += moved
	s.routes[r2].count -= moved
}
