package search

import (
	"context"
	"sync"
)

// solveWhole anneals an instance as it is. Each thread has a state of its own; at the end of each round the threads look at one
// another.
func solveWhole(ctx context.Context, in *Instance, o *Options) (*Plan, int64) {
	near := newNeighbours(ctx, in, o.Width)
	team := make([]*state, o.Threads)
	best := make([]*snapshot, o.Threads)
	for i := range team {
		s := newSearch(in, near, &o.Tuning, mix(o.Seed, uint64(i)))
		if o.Start != nil {
			s.load(o.Start)
		}
		s.construct(ctx)
		team[i], best[i] = s, newSnapshot(s)
	}
	var total int64
	first := 0.0
	if o.Fleet {
		total = reduceFleet(ctx, o, team, best)
		first = fleetShare
	}
	for round := range wholeRounds {
		r := stretch{base: first, from: first + (1-first)*float64(round)/wholeRounds, to: first + (1-first)*float64(round+1)/wholeRounds, done: o.Done}
		if o.Iterations > 0 {
			r.iterations = max(1, int64(float64(o.Iterations)*(1-first))/int64(wholeRounds*o.Threads))
		}
		counts := make([]int64, o.Threads)
		var wg sync.WaitGroup
		for i := range team {
			wg.Go(func() { counts[i] = team[i].run(ctx, &o.Tuning, r, best[i]) })
		}
		wg.Wait()
		for _, n := range counts {
			total += n
		}
		if ctx.Err() != nil {
			break
		}
		exchange(team, best, round, o.Fleet)
	}
	top := 0
	for i := range best {
		if best[i].cost < best[top].cost {
			top = i
		}
	}
	best[top].restore(team[top])
	if team[top].chains != nil {
		team[top].chains.improve(ctx, team[top], team[top].tried/10)
	}
	p := team[top].plan()
	if o.Better != nil {
		o.Better(p)
	}
	return p, total
}

const wholeRounds = 20

// exchange lets the worse threads continue from the best one's present plan in the second half of the run.
func exchange(team []*state, best []*snapshot, round int, fleet bool) {
	if len(team) < 2 || round < wholeRounds/2 {
		return
	}
	first := 0
	for i := range team {
		if team[i].cost < team[first].cost {
			first = i
		}
	}
	copyOf := newSnapshot(team[first])
	for i := range team {
		if i != first {
			copyOf.restore(team[i])
			if fleet {
				team[i].putAside()
			}
			if team[i].cost < best[i].cost {
				best[i].save(team[i])
			}
		}
	}
}

// mix derives an independent seed.
func mix(seed, n uint64) uint64 {
	r := rng{seed ^ (n+1)*0xd1342543de82ef95}
	r.next()
	return r.next()
}
