package search

// snapshot is a copy of a state, kept for the best plan so far.
type snapshot struct {
	cost   int64
	stops  []stop
	routes []route
	rich   []richStop
	soft   []int64
	stock  []int32
	work   []int32
	attrs  []attr
	// of is the state whose versions these are.
	of      *state
	version []uint32
	turn    uint32
}

func newSnapshot(s *state) *snapshot {
	b := &snapshot{
		stops: make([]stop, len(s.stops)), routes: make([]route, len(s.routes)), rich: make([]richStop, len(s.rich)),
		soft: make([]int64, len(s.softAt)), stock: make([]int32, len(s.stock)), work: make([]int32, len(s.ownerWork)),
		version: make([]uint32, len(s.version)),
	}
	if s.anyGroup {
		b.attrs = make([]attr, len(s.attrs))
	}
	b.save(s)
	return b
}

func (b *snapshot) save(s *state) {
	b.cost = s.cost
	copy(b.stops, s.stops)
	copy(b.routes, s.routes)
	copy(b.rich, s.rich)
	copy(b.soft, s.softAt)
	copy(b.stock, s.stock)
	copy(b.work, s.ownerWork)
	copy(b.version, s.version)
	b.of, b.turn = s, s.turn
	copy(b.attrs, s.attrs)
}

// restore makes the state the one that was saved; it may come from another state of the same instance.
func (b *snapshot) restore(s *state) {
	s.cost = b.cost
	if b.of == s && b.turn == s.turn {
		copy(s.version, b.version)
	} else {
		s.forget()
	}
	copy(s.stops, b.stops)
	s.syncGaps()
	copy(s.routes, b.routes)
	copy(s.rich, b.rich)
	copy(s.softAt, b.soft)
	copy(s.stock, b.stock)
	copy(s.ownerWork, b.work)
	if b.attrs != nil {
		copy(s.attrs, b.attrs)
	}
	for v := range s.routes {
		s.syncEmpty(int32(v))
	}
	for job := range s.jobs {
		if s.leader(job) != job {
			continue
		}
		if out := s.stops[job].route == absent; out != (s.outPos[job] >= 0) {
			if out {
				s.pushOut(job)
			} else {
				s.dropOut(job)
			}
		}
	}
}
