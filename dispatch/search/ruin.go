package search

// weights steer the search; the defaults were tuned on generated instances.
type weights struct {
	removed   float64 // mean number of jobs taken out per iteration
	maxString int32   // longest string taken out of one route
	split     float64 // probability of keeping some jobs inside a string
	deepen    float64 // probability of not keeping one more
	blink     uint64  // probability × 2^32
	outLimit  int32   // jobs outside the plan that are tried again per iteration
}

func defaultWeights() weights {
	return weights{removed: 10, maxString: 10, split: 0.5, deepen: 0.01, blink: 42949673, outLimit: 12}
}

type ruinBuffers struct {
	taken  []int32 // jobs taken out in this iteration, leaders of groups once
	ruined []uint32
	epoch  uint32
	old    []uint32 // per job, the epoch in which it was tried though it had been out before
	home   []int32  // per job, the node that it was last taken from behind, or -1
	keys   []int64
	queue  []int32
	stale  []int32
	offers []offer
	// chains that change places in small moves
	chainA, chainB []int32
}

func (b *ruinBuffers) init(jobs, vehicles int) {
	b.taken = make([]int32, 0, jobs)
	b.keys = make([]int64, 0, jobs)
	b.queue = make([]int32, 0, jobs)
	b.stale = make([]int32, 0, mostAble)
	b.chainA, b.chainB = make([]int32, 0, jobs), make([]int32, 0, jobs)
	b.old = make([]uint32, jobs)
	b.home = make([]int32, jobs)
	for i := range b.home {
		b.home[i] = -1
	}
	b.ruined = make([]uint32, vehicles)
}

// takeOut removes strings of jobs from routes near a random job.
func (s *state) takeOut() {
	b := &s.ruin
	b.taken = b.taken[:0]
	b.epoch++
	seed, able := s.ruinAround()
	used := 0
	planned := 0
	for t := range s.empty {
		used -= len(s.empty[t])
	}
	used += len(s.routes)
	planned = int(s.jobs) - len(s.out)
	if used == 0 {
		return
	}
	longest := min(float64(s.weight.maxString), float64(planned)/float64(used))
	maxRoutes := 4*s.weight.removed/(1+longest) - 1
	wanted := 1 + int(s.rnd.unit()*maxRoutes)
	done := 0
	for _, job := range s.near.adj[seed] {
		v := s.stops[job].route
		if v == absent || b.ruined[v] == b.epoch || s.attrs[job].flags&flagFixed != 0 {
			continue
		}
		if able != nil && able[s.routes[v].typ] == Forbidden {
			continue
		}
		b.ruined[v] = b.epoch
		limit := min(float64(s.routes[v].count), longest)
		length := 1 + int32(s.rnd.unit()*limit)
		length = min(length, s.routes[v].count)
		s.takeString(job, v, length)
		if done++; done >= wanted {
			break
		}
	}
	if s.anyGroup {
		s.takeGroups()
	}
}

// ruinOut is how much likelier a job left out is to be the middle of a change than one in the plan, as long as that makes no more than half of all.
const ruinOut = 8

// ruinAround chooses the job around which routes are changed, and who may serve it; nil means everybody. Often it is a job left out, as elsewhere
// nothing that is changed could bring it in. Only routes that could serve the job are changed, or nothing could be exchanged.
func (s *state) ruinAround() (seed int32, able []int32) {
	seed = s.rnd.below(s.jobs)
	if s.plain {
		return seed, nil
	}
	if s.rnd.below(max(2*int32(len(s.out))*ruinOut, s.jobs)) < int32(len(s.out))*ruinOut {
		if job := s.out[s.rnd.below(int32(len(s.out)))]; len(s.near.able[job]) > 0 {
			seed = job
		}
	}
	if n := int32(len(s.in.Types)); s.in.Assign != nil {
		able = s.in.Assign[seed*n : (seed+1)*n]
	}
	return seed, able
}

// takeString removes length jobs around the given one from its route; sometimes a stretch inside the string stays.
func (s *state) takeString(job, v, length int32) {
	keep := int32(0)
	count := s.routes[v].count
	if length > 1 && length < count && s.rnd.unit() < s.weight.split {
		keep = 1
		for length+keep < count && s.rnd.unit() > s.weight.deepen {
			keep++
		}
	}
	total := length + keep
	// the string covers the job; walk back a random number of steps
	node := job
	for back := s.rnd.below(total); back > 0 && s.stops[node].prev < s.jobs; back-- {
		node = s.stops[node].prev
	}
	first := s.stops[node].prev
	skipFrom := int32(-1)
	if keep > 0 {
		skipFrom = s.rnd.below(length-1) + 1
	}
	whole := keep == 0
	for i := int32(0); i < total && node < s.jobs; i++ {
		next := s.stops[node].next
		if keep == 0 || i < skipFrom || i >= skipFrom+keep {
			whole = s.take(node) && whole
		}
		node = next
	}
	if !whole {
		s.refreshAll(v)
		return
	}
	s.refresh(v, s.stops[first].next, first)
}

// take removes one job unless it is fixed; times are refreshed by the caller.
func (s *state) take(job int32) bool {
	f := s.attrs[job].flags
	if f&flagFixed != 0 {
		return false
	}
	s.ruin.home[job] = s.stops[job].prev
	s.unlink(job)
	if f&flagGroup != 0 {
		s.ruin.queue = append(s.ruin.queue, s.group[job])
		return true
	}
	s.pushOut(job)
	s.ruin.taken = append(s.ruin.taken, job)
	return true
}

// refreshAll recomputes a whole route.
func (s *state) refreshAll(v int32) {
	if s.routes[v].rich {
		s.refreshRich(v)
		return
	}
	free := s.in.Profiles[s.routes[v].profile].Free
	first := s.startOf(v)
	p := &s.stops[first]
	for node := p.next; node >= 0; node = p.next {
		c := &s.stops[node]
		at := &s.attrs[node]
		c.dep = max(p.dep+free[p.place*s.places+c.place], at.open) + at.service
		p = c
	}
	n := p
	for node := n.prev; node >= 0; node = n.prev {
		c := &s.stops[node]
		at := &s.attrs[node]
		c.late = min(n.late-free[c.place*s.places+n.place]-at.service, at.close)
		n = c
	}
	if s.anySoft {
		s.refreshSoft(v)
	}
}

// The orders in which jobs are put back; great is demand on plain instances, and else the price of leaving a job out.
const (
	orderRandom = iota
	orderGreat
	orderFar
	orderClose
	orderTight
	orderStart
	orderEnd
	orderCount
)

var orderShare = [orderCount]int32{orderRandom: 4, orderGreat: 4, orderFar: 2, orderClose: 1, orderTight: 2, orderStart: 2, orderEnd: 2}

func (s *state) pickOrder() int {
	total := int32(0)
	for _, n := range orderShare {
		total += n
	}
	x := s.rnd.below(total)
	for k, n := range orderShare {
		if x -= n; x < 0 {
			return k
		}
	}
	return orderRandom
}

// putBack tries the jobs that were taken out, and some that were out before, in a random order of a random kind.
func (s *state) putBack() {
	b := &s.ruin
	work := b.taken
	if extra := len(s.out) - len(work); extra > 0 {
		work = s.addOld(work, extra)
		b.taken = work
	}
	s.sortJobs(work, s.pickOrder())
	for _, job := range work {
		if b.old[job] != b.epoch {
			s.placeAny(job)
		} else if s.group[job] < 0 {
			s.placeOld(job)
		} else if s.rnd.next()&7 == 0 { // looking for a crew takes long
			s.placeGroup(job)
		}
	}
}

// placeOld tries a job that found no room before in the routes that were changed since: elsewhere there is no more room than there was.
func (s *state) placeOld(job int32) {
	if s.known != nil {
		s.place(job)
		return
	}
	q := s.newQuery(job)
	for _, v := range s.undo.touched {
		s.tryRoute(&q, v)
	}
	s.tryAllEmpty(&q)
	s.insert(&q)
}

// addOld appends jobs that were outside before this iteration: all when they are few, otherwise a random stretch.
func (s *state) addOld(work []int32, extra int) []int32 {
	old := s.out[:extra] // jobs taken out now were appended behind them
	if len(old) <= int(s.weight.outLimit) {
		for _, job := range old {
			s.ruin.old[job] = s.ruin.epoch
		}
		return append(work, old...)
	}
	at := int(s.rnd.below(int32(len(old))))
	for range s.weight.outLimit {
		work = append(work, old[at])
		s.ruin.old[old[at]] = s.ruin.epoch
		if at++; at == len(old) {
			at = 0
		}
	}
	return work
}

func (s *state) sortJobs(list []int32, kind int) {
	b := &s.ruin
	b.keys = b.keys[:0]
	for _, job := range list {
		b.keys = append(b.keys, s.sortKey(job, kind))
	}
	keys := b.keys
	if len(list) > 64 {
		heapSort(list, keys)
		return
	}
	for i := 1; i < len(list); i++ {
		j, k := list[i], keys[i]
		at := i
		for ; at > 0 && keys[at-1] > k; at-- {
			list[at], keys[at] = list[at-1], keys[at-1]
		}
		list[at], keys[at] = j, k
	}
}

func (s *state) sortKey(job int32, kind int) int64 {
	a := &s.attrs[job]
	switch kind {
	case orderGreat:
		if s.plain {
			return -int64(a.demand)
		}
		return -s.in.Jobs[job].Skip
	case orderFar:
		return -s.near.away[job]
	case orderClose:
		return s.near.away[job]
	case orderTight:
		return int64(a.close - a.open)
	case orderStart:
		return int64(a.open)
	case orderEnd:
		return -int64(a.close)
	}
	return int64(s.rnd.next() >> 1)
}

// heapSort sorts jobs by key; used for long lists only, where insertion sort would be slow.
func heapSort(list []int32, keys []int64) {
	sift := func(i, n int) {
		for {
			c := 2*i + 1
			if c >= n {
				return
			}
			if c+1 < n && keys[c+1] > keys[c] {
				c++
			}
			if keys[i] >= keys[c] {
				return
			}
			keys[i], keys[c] = keys[c], keys[i]
			list[i], list[c] = list[c], list[i]
			i = c
		}
	}
	for i := len(list)/2 - 1; i >= 0; i-- {
		sift(i, len(list))
	}
	for n := len(list) - 1; n > 0; n-- {
		keys[0], keys[n] = keys[n], keys[0]
		list[0], list[n] = list[n], list[0]
		sift(0, n)
	}
}

// anneal decides whether a change is kept at a temperature.
func (s *state) anneal(before int64, temperature float64) bool {
	if s.cost <= before {
		return true
	}
	worse := float64(s.cost - before)
	if s.knee > 0 && worse > s.knee {
		worse = s.knee * s.compress(worse/s.knee)
	}
	return worse < -temperature*s.rnd.logUnit()
}

// compress is 1 + slope × log2(x), straight between powers of two, and steeper where a loss is so great that it may not be won back in time; x is at
// least 1. Halving is exact, so every processor gets the same.
func (s *state) compress(x float64) float64 {
	n := 0.0
	for x >= 2 {
		x /= 2
		n++
	}
	return 1 + float64(s.slope*(n+x-1)) + steepSlope*max(0, n-steepFrom)
}

// A loss of more than 2^steepFrom mean legs is a promise or an emergency.
const (
	steepFrom  = 22
	steepSlope = 2
)

// iterate does one ruin and recreate step and keeps or drops it.
func (s *state) iterate(temperature float64) (kept bool) {
	before := s.cost
	s.undo.begin(s)
	s.takeOut()
	s.putBack()
	if s.anneal(before, temperature) {
		s.undo.same(s)
		return true
	}
	s.undo.rollback(s)
	return false
}
