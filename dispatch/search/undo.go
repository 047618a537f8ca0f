package search

// undoLog remembers every route before it is changed for the first time in an iteration, so that the iteration can be taken back
// without copying the plan.
type undoLog struct {
	epoch    uint32
	stamp    []uint32 // per vehicle, epoch of its snapshot
	touched  []int32
	headers  []route
	nodes    []int32
	stops    []stop
	rich     []richStop
	soft     []int64
	stock    []int32
	versions []uint32
	entered  []int32 // jobs that were absent when they were linked
	windows  []savedWindow
	cost     int64
}

type savedWindow struct{ job, open, close int32 }

func (u *undoLog) init(s *state) {
	u.stamp = make([]uint32, len(s.routes))
	nodes := len(s.stops)
	u.nodes, u.stops = make([]int32, 0, nodes), make([]stop, 0, nodes)
	u.touched, u.headers = make([]int32, 0, len(s.routes)), make([]route, 0, len(s.routes))
	u.entered = make([]int32, 0, 2*s.jobs)
	u.versions = make([]uint32, 0, len(s.routes))
	if s.anyRich {
		u.rich = make([]richStop, 0, nodes)
	}
	if s.anySoft {
		u.soft = make([]int64, 0, nodes)
	}
	if s.anyParts {
		u.stock = make([]int32, 0, len(s.stock))
	}
}

// begin starts an iteration.
func (u *undoLog) begin(s *state) {
	u.epoch++
	u.touched, u.headers = u.touched[:0], u.headers[:0]
	u.versions = u.versions[:0]
	u.nodes, u.stops, u.rich, u.soft = u.nodes[:0], u.stops[:0], u.rich[:0], u.soft[:0]
	u.stock, u.entered, u.windows = u.stock[:0], u.entered[:0], u.windows[:0]
	u.cost = s.cost
}

func (u *undoLog) touch(s *state, v int32) {
	if u.stamp[v] == u.epoch {
		return
	}
	u.stamp[v] = u.epoch
	u.touched = append(u.touched, v)
	u.headers = append(u.headers, s.routes[v])
	if s.version != nil {
		u.versions = append(u.versions, s.version[s.unit(v)])
	}
	for node := s.startOf(v); node >= 0; node = s.stops[node].next {
		u.nodes = append(u.nodes, node)
		u.stops = append(u.stops, s.stops[node])
		if s.anyRich {
			u.rich = append(u.rich, s.rich[node])
		}
		if s.anySoft {
			u.soft = append(u.soft, s.softAt[node])
		}
	}
	if s.anyParts {
		row := int(s.in.owner(v)) * s.kinds
		u.stock = append(u.stock, s.stock[row:row+s.kinds]...)
	}
}

func (u *undoLog) touchJob(s *state, job int32) { u.entered = append(u.entered, job) }

// setWindow changes the dynamic window of a job.
func (s *state) setWindow(job, open, close int32) {
	a := &s.attrs[job]
	if v := s.stops[job].route; v != absent {
		s.change(v)
	}
	s.undo.windows = append(s.undo.windows, savedWindow{job, a.open, a.close})
	a.open, a.close = open, close
}

// rollback takes the iteration back.
func (u *undoLog) rollback(s *state) {
	for i := len(u.windows) - 1; i >= 0; i-- {
		w := u.windows[i]
		s.attrs[w.job].open, s.attrs[w.job].close = w.open, w.close
	}
	for _, job := range u.entered {
		c := &s.stops[job]
		c.prev, c.next, c.route = -1, -1, absent
		if s.ahead != nil {
			s.ahead[job], s.behind[job] = noLeg, noLeg
		}
		if s.anySoft {
			s.softAt[job] = 0
		}
	}
	for i, node := range u.nodes {
		s.stops[node] = u.stops[i]
		if s.ahead != nil && s.stops[node].next >= 0 {
			s.setGap(node, s.stops[node].next)
		}
		if s.anyRich {
			s.rich[node] = u.rich[i]
		}
		if s.anySoft {
			s.softAt[node] = u.soft[i]
		}
		if node < s.jobs && s.outPos[node] >= 0 {
			s.dropOut(node)
		}
	}
	for i, v := range u.touched {
		if s.anyWork {
			s.ownerWork[s.in.owner(v)] += u.headers[i].work - s.routes[v].work
		}
		s.routes[v] = u.headers[i]
		if used := s.routes[v].count > 0; used == (s.emptyPos[v] >= 0) {
			if used {
				s.dropEmpty(v)
			} else {
				s.pushEmpty(v)
			}
		}
	}
	for i := len(u.versions) - 1; i >= 0; i-- {
		s.version[s.unit(u.touched[i])] = u.versions[i]
	}
	if s.anyParts {
		// Two vehicles of one owner have two copies of the same row; the older one must win.
		for i := len(u.touched) - 1; i >= 0; i-- {
			copy(s.stock[int(s.in.owner(u.touched[i]))*s.kinds:], u.stock[i*s.kinds:(i+1)*s.kinds])
		}
	}
	for _, job := range u.entered {
		if l := s.leader(job); s.stops[job].route == absent && s.outPos[l] < 0 {
			s.pushOut(l)
		}
	}
	s.cost = u.cost
}
