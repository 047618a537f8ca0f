package search

import (
	"context"
	"sync"
)

// Fewer vehicles. A route is dissolved and its vehicle put aside; then ruin and recreate goes on with some jobs left out. Jobs that are
// often left out count more and more, so that the search learns to serve the difficult ones first. When all jobs are served again, the
// next route goes.

// fleetShare is the share of the budget spent on vehicles at most.
const fleetShare = 0.3

// fleet reduces the number of used vehicles and returns the number of iterations. On return as many jobs are served as before, and the vehicles
// no longer needed are out of use.
func (s *state) fleet(ctx context.Context, t *Tuning, r stretch) (n int64) {
	s.putAside()
	best := newSnapshot(s)
	counts := make([]int64, s.jobs)
	unit := s.scale()
	keep := s.weight.outLimit
	s.weight.outLimit = 40
	served := len(s.out)
	temperature := 0.0
	for ; ; n++ {
		if len(s.out) <= served {
			best.save(s)
			if !s.dissolve(counts) {
				break
			}
		}
		if r.iterations > 0 && n >= r.iterations {
			break
		}
		if n%checkEvery == 0 {
			share := r.share(n)
			if share >= r.to || ctx.Err() != nil {
				break
			}
			temperature = temperatureAt(t, (share-r.from)/(r.to-r.from), unit)
		}
		s.fleetStep(counts, temperature)
	}
	s.weight.outLimit = keep
	best.restore(s)
	s.putAside()
	return n
}

// fleetStep is one iteration with jobs left out.
func (s *state) fleetStep(counts []int64, temperature float64) {
	before, left, sum := s.cost, len(s.out), s.outSum(counts)
	s.undo.begin(s)
	s.takeOut()
	s.putBack()
	now := s.outSum(counts)
	switch {
	case len(s.out) < left || now < sum:
	case len(s.out) == left && now == sum && s.anneal(before, temperature):
	default:
		s.undo.rollback(s)
	}
	for _, job := range s.out {
		counts[job]++
	}
}

func (s *state) outSum(counts []int64) (sum int64) {
	for _, job := range s.out {
		sum += counts[job]
	}
	return sum
}

// putAside takes all unused vehicles away from the search.
func (s *state) putAside() {
	for t := range s.empty {
		for _, v := range s.empty[t] {
			s.emptyPos[v] = -1
		}
		s.empty[t] = s.empty[t][:0]
	}
}

// dissolve takes out all jobs of the route whose jobs were left out least often and puts its vehicle aside. It reports false when every route
// holds something that must stay, or when the load left needs all vehicles.
func (s *state) dissolve(counts []int64) bool {
	if s.needsAll() {
		return false
	}
	best, bestSum := int32(-1), int64(0)
	for v := range s.routes {
		if s.routes[v].count == 0 {
			continue
		}
		sum, stays := int64(s.routes[v].count), false
		for node := s.stops[s.startOf(int32(v))].next; node < s.jobs; node = s.stops[node].next {
			sum += counts[node]
			stays = stays || s.attrs[node].flags&(flagFixed|flagGroup) != 0
		}
		if !stays && (best < 0 || sum < bestSum) {
			best, bestSum = int32(v), sum
		}
	}
	if best < 0 {
		return false
	}
	s.undo.begin(s)
	for s.routes[best].count > 0 {
		job := s.stops[s.startOf(best)].next
		s.unlink(job)
		s.pushOut(job)
	}
	s.refreshAll(best)
	s.dropEmpty(best)
	return true
}

// needsAll reports whether one vehicle less could not even carry the load.
func (s *state) needsAll() bool {
	var load, room int64
	smallest := int64(-1)
	for v := range s.routes {
		if s.routes[v].count == 0 {
			continue
		}
		capacity := int64(s.in.Types[s.routes[v].typ].Capacity)
		room += capacity
		load += capacity - int64(s.routes[v].room)
		if smallest < 0 || capacity < smallest {
			smallest = capacity
		}
	}
	return room-smallest < load
}

// reduceFleet lets every thread look for fewer vehicles and all go on from the best.
func reduceFleet(ctx context.Context, o *Options, team []*state, best []*snapshot) (total int64) {
	r := stretch{from: 0, to: fleetShare, done: o.Done}
	if o.Iterations > 0 {
		r.iterations = max(1, int64(float64(o.Iterations)*fleetShare)/int64(len(team)))
	}
	counts := make([]int64, len(team))
	var wg sync.WaitGroup
	for i := range team {
		wg.Go(func() { counts[i] = team[i].fleet(ctx, &o.Tuning, r) })
	}
	wg.Wait()
	top := 0
	for i := range team {
		total += counts[i]
		if team[i].cost < team[top].cost {
			top = i
		}
	}
	best[top].save(team[top])
	for i := range team {
		best[top].restore(team[i])
		team[i].putAside()
		best[i].save(team[i])
	}
	return total
}
