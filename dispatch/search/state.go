package search

// A node is a job (0 … jobs-1) or the start or end of a vehicle: see startOf and endOf.

const absent = int32(-1)

// stop is where a node stands at the moment. Everything that the test of an insertion reads is in these 32 bytes.
type stop struct {
	prev, next int32
	route      int32 // vehicle, or absent
	place      int32
	dep        int32 // earliest departure
	late       int32 // latest arrival that keeps the rest of the route feasible
	leg        int32 // cost of the leg to next
	nextPlace  int32 // where next is; not kept at the end of a route
}

// gap is the other end of a leg and its cost.
type gap struct{ place, leg int32 }

var noLeg = gap{leg: -1 << 30}

// attr is what a node asks for. Open and close move when a group is placed.
type attr struct {
	place, service int32
	open, close    int32
	demand         int32
	flags          uint32
}

const (
	flagWindows uint32 = 1 << iota // several windows
	flagSoft                       // soft limits
	flagParts                      // needs parts
	flagFixed                      // never taken out
	flagGroup                      // member of a group
)

// route is one vehicle's day.
type route struct {
	typ, profile int32
	count        int32 // jobs
	room         int32 // capacity left
	work         int32 // travel at full speed plus service
	rich         bool  // needs the exact test
	soft         int64 // cost of soft limits
}

// state is a plan under construction with everything that is needed to change it quickly and to take a change back.
type state struct {
	features
	in       *Instance
	near     *neighbours
	rnd      rng
	jobs     int32
	places   int32
	attrs    []attr
	stops    []stop
	routes   []route
	cost     int64
	empty    [][]int32 // per type, unused vehicles, a stack
	emptyPos []int32   // per vehicle, its index in the stack, or -1
	out      []int32   // jobs that are not in the plan (only leaders of groups)
	outPos   []int32   // per job, its index in out, or -1

	rich      []richStop // parallel to stops when anyRich
	softAt    []int64    // parallel to stops when anySoft
	late      [][]Late   // per node
	ownerWork []int32
	ownerPay  []int64
	stock     []int32 // owner × kinds, what is left
	kinds     int
	group     []int32 // per job, its group or -1

	// The legs ahead of and behind each node by themselves, for the innermost loop, where the stops would not stay in the cache; nil where that loop is
	// not used. A job outside the plan has noLeg, which makes every place beside it too dear.
	ahead, behind []gap

	known   []known  // per job and able vehicle; nil on plain instances
	version []uint32 // per owner
	newest  uint32
	turn    uint32 // how often the numbers of versions ran out
	chains  *chains
	tried   int64 // places tried so far, the measure of work

	undo undoLog
	ruin ruinBuffers

	weight      weights
	knee, slope float64 // see Tuning; a knee of 0 takes losses as they are
}

func (s *state) startOf(vehicle int32) int32 { return s.jobs + 2*vehicle }
func (s *state) endOf(vehicle int32) int32   { return s.jobs + 2*vehicle + 1 }

func newState(in *Instance, near *neighbours, seed uint64) *state {
	n, v := len(in.Jobs), len(in.Vehicles)
	nodes := n + 2*v
	s := &state{
		in: in, features: in.features(), near: near, rnd: rng{seed}, jobs: int32(n), places: int32(in.Places),
		attrs: make([]attr, nodes), stops: make([]stop, nodes), routes: make([]route, v),
		empty: make([][]int32, len(in.Types)), emptyPos: make([]int32, v),
		out: make([]int32, 0, n), outPos: make([]int32, n), group: make([]int32, n),
	}
	for i := range in.Jobs {
		j := &in.Jobs[i]
		s.attrs[i] = attr{place: j.Place, service: j.Service, open: j.Open, close: j.Close, demand: j.Demand, flags: s.flagsOf(j)}
		s.stops[i] = stop{prev: -1, next: -1, route: absent, place: j.Place}
		s.group[i] = -1
		s.outPos[i] = -1
	}
	for g := range in.Groups {
		for _, j := range in.Groups[g].Jobs {
			s.group[j] = int32(g)
			s.attrs[j].flags |= flagGroup
		}
	}
	s.allocateFeatures(nodes)
	for k := range in.Types {
		s.empty[k] = make([]int32, 0, 1)
	}
	for vehicle := int32(v) - 1; vehicle >= 0; vehicle-- {
		s.initVehicle(vehicle)
	}
	for i := range in.Jobs {
		s.cost += in.Jobs[i].Skip
		if s.leader(int32(i)) == int32(i) {
			s.pushOut(int32(i))
		}
	}
	if near.predLegs != nil {
		s.ahead, s.behind = make([]gap, nodes), make([]gap, nodes)
		s.syncGaps()
	}
	if near.able != nil {
		s.known, s.version = make([]known, n*near.mostAble), make([]uint32, in.owners())
		s.forget()
	}
	s.undo.init(s)
	s.ruin.init(n, v)
	s.weight = defaultWeights()
	return s
}

// features tell which rules an instance has, and so which tests are needed at all.
type features struct {
	anyRich, anySoft, anyWork, anyParts, anyGroup bool
	plain                                         bool // one kind of vehicle and none of the above
}

func (in *Instance) features() (f features) {
	fixed := false
	for i := range in.Jobs {
		j := &in.Jobs[i]
		f.anyRich = f.anyRich || len(j.Windows) > 1
		f.anySoft = f.anySoft || len(j.Late) > 0
		f.anyParts = f.anyParts || len(j.Parts) > 0
		fixed = fixed || j.Fixed
	}
	for i := range in.Types {
		t := &in.Types[i]
		f.anyRich = f.anyRich || len(t.Breaks) > 0
		f.anySoft = f.anySoft || len(t.Overtime) > 0
		f.anyWork = f.anyWork || t.MaxWork > 0 || t.WorkPrice > 0
	}
	for i := range in.Profiles {
		f.anyRich = f.anyRich || in.Profiles[i].Clock != nil || in.Profiles[i].Access != nil
	}
	f.anyGroup = len(in.Groups) > 0
	f.plain = len(in.Types) == 1 && len(in.Profiles) == 1 && in.Assign == nil && !fixed && !(f.anyRich || f.anySoft || f.anyWork || f.anyParts || f.anyGroup)
	return f
}

func (s *state) flagsOf(j *Job) (f uint32) {
	if len(j.Windows) > 1 {
		f |= flagWindows
	}
	if len(j.Late) > 0 {
		f |= flagSoft
	}
	if len(j.Parts) > 0 {
		f |= flagParts
	}
	if j.Fixed {
		f |= flagFixed
	}
	return f
}

func (s *state) allocateFeatures(nodes int) {
	in := s.in
	if s.anyRich {
		s.rich = make([]richStop, nodes)
	}
	if s.anySoft {
		s.softAt = make([]int64, nodes)
		s.late = make([][]Late, nodes)
		for i := range in.Jobs {
			s.late[i] = in.Jobs[i].Late
		}
		for v, t := range in.Vehicles {
			s.late[s.endOf(int32(v))] = in.Types[t].Overtime
		}
	}
	if s.anyWork {
		owners := in.owners()
		s.ownerWork, s.ownerPay = make([]int32, owners), make([]int64, owners)
		for v, t := range in.Vehicles {
			owner := in.owner(int32(v))
			s.ownerWork[owner], s.ownerPay[owner] = in.Types[t].Worked, in.Types[t].WorkPrice
		}
	}
	if s.anyParts {
		for i := range in.Jobs {
			for _, p := range in.Jobs[i].Parts {
				s.kinds = max(s.kinds, int(p.Kind)+1)
			}
		}
		s.stock = make([]int32, int(in.owners())*s.kinds)
		for v, t := range in.Vehicles {
			owner := int(in.owner(int32(v)))
			copy(s.stock[owner*s.kinds:(owner+1)*s.kinds], in.Types[t].Stock)
		}
	}
}

func (s *state) initVehicle(v int32) {
	typ := s.in.Vehicles[v]
	t := &s.in.Types[typ]
	p := &s.in.Profiles[t.Profile]
	a, b := s.startOf(v), s.endOf(v)
	s.attrs[a] = attr{place: t.Start, open: t.Open, close: t.Close}
	s.attrs[b] = attr{place: t.End, open: t.Open, close: t.Close}
	if s.anySoft && len(t.Overtime) > 0 {
		s.attrs[b].flags |= flagSoft
	}
	leg := p.Cost[t.Start*s.places+t.End]
	s.stops[a] = stop{prev: -1, next: b, route: v, place: t.Start, dep: t.Open, late: t.Close, leg: leg, nextPlace: t.End}
	s.stops[b] = stop{prev: a, next: -1, route: v, place: t.End, dep: t.Open, late: t.Close}
	s.routes[v] = route{typ: typ, profile: t.Profile, room: t.Capacity, rich: len(t.Breaks) > 0 || p.Clock != nil || p.Access != nil}
	if s.anyRich {
		s.routes[v].rich = true
		s.refreshRich(v)
	}
	s.emptyPos[v] = int32(len(s.empty[typ]))
	s.empty[typ] = append(s.empty[typ], v)
}

func (s *state) pushOut(job int32) {
	s.outPos[job] = int32(len(s.out))
	s.out = append(s.out, job)
}

func (s *state) dropOut(job int32) {
	i := s.outPos[job]
	last := s.out[len(s.out)-1]
	s.out[i] = last
	s.outPos[last] = i
	s.out = s.out[:len(s.out)-1]
	s.outPos[job] = -1
}

// leader is the job that stands for its whole group in the list of jobs outside the plan.
func (s *state) leader(job int32) int32 {
	if g := s.group[job]; g >= 0 {
		return s.in.Groups[g].Jobs[0]
	}
	return job
}

func (s *state) pushEmpty(v int32) {
	typ := s.routes[v].typ
	s.emptyPos[v] = int32(len(s.empty[typ]))
	s.empty[typ] = append(s.empty[typ], v)
}

func (s *state) dropEmpty(v int32) {
	typ := s.routes[v].typ
	list := s.empty[typ]
	i := s.emptyPos[v]
	last := list[len(list)-1]
	list[i] = last
	s.emptyPos[last] = i
	s.empty[typ] = list[:len(list)-1]
	s.emptyPos[v] = -1
}

// setGap copies the leg from one node to the next.
func (s *state) setGap(from, to int32) {
	a := &s.stops[from]
	s.ahead[from] = gap{a.nextPlace, a.leg}
	s.behind[to] = gap{a.place, a.leg}
}

// syncGaps brings the gaps up to date after many stops were changed.
func (s *state) syncGaps() {
	if s.ahead == nil {
		return
	}
	for node := range s.stops {
		if a := &s.stops[node]; a.route == absent {
			s.ahead[node], s.behind[node] = noLeg, noLeg
		} else if a.next >= 0 {
			s.setGap(int32(node), a.next)
		}
	}
}

// link places an absent job behind node u. The caller has tested that it fits.
func (s *state) link(job, u int32) {
	a := &s.stops[u]
	v := a.route
	r := &s.routes[v]
	next := a.next
	b := &s.stops[next]
	s.undo.touch(s, v)
	s.undo.touchJob(s, job)
	s.change(v)
	p := &s.in.Profiles[r.profile]
	at := &s.attrs[job]
	c := &s.stops[job]
	toC, toB := p.Cost[a.place*s.places+c.place], p.Cost[c.place*s.places+b.place]
	s.cost += int64(toC) + int64(toB) - int64(a.leg)
	c.prev, c.next, c.route, c.leg, c.nextPlace = u, next, v, toB, b.place
	c.dep, c.late = -Never, Never // whatever it was before must not end the walk of refresh
	if s.anyRich {
		s.rich[job].dep[0], s.rich[job].late[0] = -Never, Never
	}
	a.next, a.leg, a.nextPlace = job, toC, c.place
	b.prev = job
	if s.ahead != nil {
		s.setGap(u, job)
		s.setGap(job, next)
	}
	if r.count == 0 {
		s.dropEmpty(v)
		// An unused vehicle drives nowhere; its leg from start to end begins to count with the first job.
		s.cost += s.in.Types[r.typ].FixedCost + int64(s.emptyLeg(r))
	}
	r.count++
	r.room -= at.demand
	s.cost -= s.in.Jobs[job].Skip
	if s.in.Assign != nil {
		s.cost += int64(s.in.Assign[int(job)*len(s.in.Types)+int(r.typ)])
	}
	s.account(job, r, v, p, a.place, c.place, b.place, 1)
}

// emptyLeg is the cost of the leg from start to end.
func (s *state) emptyLeg(r *route) int32 {
	t := &s.in.Types[r.typ]
	return s.in.Profiles[r.profile].Cost[t.Start*s.places+t.End]
}

// account books work and parts of a job that enters (sign 1) or leaves (sign -1) between two places.
func (s *state) account(job int32, r *route, v int32, p *Profile, before, at, after int32, sign int32) {
	if s.anyWork {
		work := p.Free[before*s.places+at] + p.Free[at*s.places+after] - p.Free[before*s.places+after] + s.attrs[job].service
		if r.count == 1 && sign > 0 || r.count == 0 && sign < 0 {
			work += p.Free[before*s.places+after] // an unused vehicle does not drive
		}
		work *= sign
		r.work += work
		s.cost += s.workCost(v, work)
		s.ownerWork[s.in.owner(v)] += work
	}
	if s.anyParts {
		for _, q := range s.in.Jobs[job].Parts {
			s.stock[int(s.in.owner(v))*s.kinds+int(q.Kind)] -= sign * q.Count
		}
	}
}

// workCost is the price of so much more work for the owner of a vehicle.
func (s *state) workCost(v, more int32) int64 {
	owner := s.in.owner(v)
	price := s.ownerPay[owner]
	if price == 0 {
		return 0
	}
	had := int64(s.ownerWork[owner])
	return workPrice(had+int64(more), price) - workPrice(had, price)
}

// workPrice is the convex price of a total of work in seconds; the price is per second squared in 1/2^30.
func workPrice(work, price int64) int64 { return (work * work >> 10) * price >> 20 }

// unlink takes a job out of its route; times are refreshed by the caller.
func (s *state) unlink(job int32) {
	c := &s.stops[job]
	v := c.route
	r := &s.routes[v]
	s.undo.touch(s, v)
	s.change(v)
	a, b := &s.stops[c.prev], &s.stops[c.next]
	p := &s.in.Profiles[r.profile]
	leg := p.Cost[a.place*s.places+b.place]
	s.cost += int64(leg) - int64(a.leg) - int64(c.leg)
	a.next, a.leg, a.nextPlace = c.next, leg, b.place
	b.prev = c.prev
	if s.ahead != nil {
		s.setGap(c.prev, c.next)
		s.ahead[job], s.behind[job] = noLeg, noLeg
	}
	r.count--
	r.room += s.attrs[job].demand
	s.cost += s.in.Jobs[job].Skip
	if s.in.Assign != nil {
		s.cost -= int64(s.in.Assign[int(job)*len(s.in.Types)+int(r.typ)])
	}
	s.account(job, r, v, p, a.place, c.place, b.place, -1)
	if s.anySoft {
		s.cost -= s.softAt[job]
		r.soft -= s.softAt[job]
		s.softAt[job] = 0
	}
	if r.count == 0 {
		s.pushEmpty(v)
		s.cost -= s.in.Types[r.typ].FixedCost + int64(s.emptyLeg(r))
	}
	c.route, c.prev, c.next = absent, -1, -1
}

// refresh brings departure and latest arrival of a route up to date after a change between two neighbouring nodes: everything from
// node first on forward, everything up to node last backward. Both walks end as soon as nothing changes any more.
func (s *state) refresh(v, first, last int32) {
	if s.routes[v].rich {
		s.refreshRichFrom(v, first, last)
		return
	}
	s.forward(v, first)
	s.backward(v, last)
	if s.anySoft {
		s.refreshSoft(v)
	}
}

func (s *state) forward(v, node int32) {
	free := s.in.Profiles[s.routes[v].profile].Free
	c := &s.stops[node]
	if c.prev < 0 {
		node = c.next
		c = &s.stops[node]
	}
	p := &s.stops[c.prev]
	for {
		at := &s.attrs[node]
		dep := max(p.dep+free[p.place*s.places+c.place], at.open) + at.service
		if dep == c.dep {
			return
		}
		c.dep = dep
		if c.next < 0 {
			return
		}
		p, node = c, c.next
		c = &s.stops[node]
	}
}

func (s *state) backward(v, node int32) {
	free := s.in.Profiles[s.routes[v].profile].Free
	c := &s.stops[node]
	if c.next < 0 {
		node = c.prev
		c = &s.stops[node]
	}
	n := &s.stops[c.next]
	for c.prev >= 0 {
		at := &s.attrs[node]
		late := min(n.late-free[c.place*s.places+n.place]-at.service, at.close)
		if late == c.late {
			return
		}
		c.late = late
		n, node = c, c.prev
		c = &s.stops[node]
	}
}
