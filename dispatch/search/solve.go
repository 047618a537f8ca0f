package search

import (
	"context"
	"math"
)

// Plan is an answer: the jobs of each vehicle in order, and the jobs left out.
type Plan struct {
	Routes  [][]int32 // by vehicle
	Skipped []int32
	Cost    int64
	// Starts holds, for members of groups, the start that the search agreed on, and Never for all others; nil without groups.
	Starts []int32
}

// Options steer a search. The zero value of a tuning field means its default.
type Options struct {
	Seed    uint64
	Threads int // 0 means 1
	// Iterations to do in all; 0 means until Done says so. With the same seed, threads, iterations and no Done, the same instance
	// gives the same plan.
	Iterations int64
	// Done returns how much of the available time has passed, from 0 to 1; nil means that Iterations alone decides. It is called
	// from several goroutines. The search has no clock of its own.
	Done func() float64
	// Start is a plan to begin with; nil means none.
	Start *Plan
	// Fleet asks for few vehicles first; their FixedCost must outweigh everything else.
	Fleet bool
	// Better is told of every better plan of the whole instance, from one goroutine at a time; nil means nobody wants to know.
	Better func(p *Plan)

	Tuning
}

// passed is the share of the time that has passed; 0 without a limit.
func (o *Options) passed() float64 {
	if o.Done == nil {
		return 0
	}
	return o.Done()
}

// Tuning holds the parameters of the method.
type Tuning struct {
	Width      int     // neighbours tried on each side of a job
	Hot, Cold  float64 // first and last temperature as a share of the mean cost of a leg
	Removed    float64 // mean number of jobs taken out per iteration
	String     int     // longest string taken out of one route
	Small      int     // small moves per iteration on plain instances
	SmallRich  int     // small moves per iteration, all others
	PartJobs   int     // jobs per part of a large instance, by default 500 on plain instances and 250 on others
	Epochs     int     // how often a large instance is divided anew
	WholeLimit int     // up to so many jobs an instance is not divided; by default 320, plain ones 500
	Dense      int     // up to so many places all legs of a Source are computed at once
	// Where rules have prices on several levels, a loss above Knee mean legs counts, in the choice of what to keep, as Knee × (1 + Slope × log2 of
	// the excess), so that a hot search can give up something that matters and win it back.
	Knee, Slope float64
}

const (
	plainWholeLimit = 500
	richPartJobs    = 250
)

func (t Tuning) withDefaults() Tuning {
	set := func(p *int, v int) {
		if *p == 0 {
			*p = v
		}
	}
	setFloat := func(p *float64, v float64) {
		if *p == 0 {
			*p = v
		}
	}
	set(&t.Width, 40)
	setFloat(&t.Hot, 3)
	setFloat(&t.Cold, 0.03)
	setFloat(&t.Removed, 10)
	set(&t.String, 10)
	set(&t.Small, 30)
	set(&t.SmallRich, 10)
	set(&t.PartJobs, 500)
	set(&t.Epochs, 40)
	set(&t.WholeLimit, 320)
	set(&t.Dense, 1600)
	setFloat(&t.Knee, 1)
	setFloat(&t.Slope, 0.5)
	return t
}

// Solve searches for a cheap plan until the iterations or the time are used up or ctx is done; it returns the best plan found and
// the number of iterations. The plan keeps every hard rule also when ctx is done early. An error means that the instance is
// malformed.
func Solve(ctx context.Context, in *Instance, o Options) (*Plan, int64, error) {
	if err := in.Validate(); err != nil {
		return nil, 0, err
	}
	if plain := in.features().plain; o.WholeLimit == 0 && plain {
		o.WholeLimit = plainWholeLimit
	} else if o.PartJobs == 0 && !plain {
		o.PartJobs = richPartJobs
	}
	o.Tuning = o.Tuning.withDefaults()
	o.Threads = max(o.Threads, 1)
	if len(in.Jobs) == 0 {
		return emptyPlan(in), 0, nil
	}
	ctx = withLimit(ctx, o.Done)
	if in.Source != nil && in.Places <= o.Dense {
		full := in.dense(ctx)
		if full == nil {
			return fixedOnly(in, &o), 0, nil
		}
		in = full
	}
	if in.Source == nil && len(in.Jobs) <= o.WholeLimit {
		p, n := solveWhole(ctx, in, &o)
		return p, n, nil
	}
	p, n := solveParts(ctx, in, &o)
	return p, n, nil
}

func emptyPlan(in *Instance) *Plan {
	p := &Plan{Routes: make([][]int32, len(in.Vehicles))}
	for i := range in.Jobs {
		p.Skipped = append(p.Skipped, int32(i))
		p.Cost += in.Jobs[i].Skip
	}
	if len(in.Groups) > 0 {
		p.Starts = make([]int32, len(in.Jobs))
		for i := range p.Starts {
			p.Starts[i] = Never
		}
	}
	return p
}

// leg of a run: the stretch of the annealing schedule from one share of the budget to another.
type stretch struct {
	from, to   float64
	base       float64 // share at which the temperature begins to fall
	iterations int64   // 0 means until done reaches to
	done       func() float64
}

const checkEvery = 64 // iterations between looks at the clock, a few milliseconds at most

func (r *stretch) share(n int64) float64 {
	share := r.from
	if r.iterations > 0 {
		share += (r.to - r.from) * (float64(n) / float64(r.iterations))
	}
	if r.done != nil {
		share = math.Max(share, r.done())
	}
	return share
}

// run anneals along a stretch and returns the number of iterations; best follows the best state seen.
func (s *state) run(ctx context.Context, t *Tuning, r stretch, best *snapshot) int64 {
	unit := s.scale()
	if !s.plain {
		s.knee, s.slope = unit*t.Knee, t.Slope
	}
	var n int64
	temperature := 0.0
	for ; ; n++ {
		if r.iterations > 0 && n >= r.iterations {
			return n
		}
		if n%checkEvery == 0 {
			share := r.share(n)
			if share >= r.to || ctx.Err() != nil {
				return n
			}
			temperature = temperatureAt(t, (share-r.base)/(1-r.base), unit)
		}
		changed := s.iterate(temperature)
		if n%checkEvery == 0 && s.chains != nil && temperature < chainsBelow*unit && float64(s.chains.work) < chainsShare*float64(s.tried) {
			changed = s.chains.improve(ctx, s, s.tried) || changed
		}
		if s.plain {
			for range t.Small {
				changed = s.smallMove(temperature) || changed
			}
		} else {
			for range t.SmallRich {
				changed = s.smallMoveAny(temperature) || changed
			}
		}
		if changed && s.cost < best.cost {
			best.save(s)
		}
	}
}

// temperatureAt falls geometrically. Rounding to float32 hides the last digits, which differ between processors.
func temperatureAt(t *Tuning, share, unit float64) float64 {
	return float64(float32(unit * t.Hot * math.Pow(t.Cold/t.Hot, share)))
}

// scale is the mean cost of a leg of the present plan, the unit of temperatures.
func (s *state) scale() float64 {
	var sum int64
	legs := int64(0)
	for v := range s.routes {
		if s.routes[v].count == 0 {
			continue
		}
		for node := s.startOf(int32(v)); s.stops[node].next >= 0; node = s.stops[node].next {
			sum += int64(s.stops[node].leg)
			legs++
		}
	}
	if legs == 0 || sum < legs {
		return 1
	}
	return float64(sum / legs)
}

// Fits reports whether the jobs of the instance, in the order given, can be served by its first vehicle.
func Fits(in *Instance) bool {
	near := newNeighbours(context.Background(), in, 1)
	s := newState(in, near, 0)
	s.undo.begin(s)
	u := s.startOf(0)
	for job := range s.jobs {
		q := s.newQuery(job)
		if s.tryHard(&q, u); q.after == noPlace {
			return false
		}
		s.link(job, u)
		s.refreshAll(0)
		u = job
	}
	return true
}

func newSearch(in *Instance, near *neighbours, t *Tuning, seed uint64) *state {
	s := newState(in, near, seed)
	s.weight.removed = t.Removed
	s.weight.maxString = int32(t.String)
	if near.able != nil {
		s.chains = newChains(s)
	}
	return s
}

// construct puts all absent jobs in: fixed ones first, in the order of the instance, then those with the tightest windows.
func (s *state) construct(ctx context.Context) {
	s.undo.begin(s)
	blink := s.weight.blink
	s.weight.blink = 0 // a fixed job must not be overlooked
	defer func() { s.weight.blink = blink }()
	for job := range s.jobs {
		if s.attrs[job].flags&flagFixed != 0 && s.outPos[job] >= 0 {
			s.placeAny(job)
		}
	}
	work := append([]int32(nil), s.out...)
	s.sortJobs(work, orderTight)
	for i, job := range work {
		if i%64 == 0 && ctx.Err() != nil {
			return
		}
		if s.attrs[job].flags&flagFixed == 0 {
			s.placeAny(job)
		}
	}
}

// placeAny inserts an absent job, or the whole group that it leads, where that is cheapest.
func (s *state) placeAny(job int32) bool {
	if s.group[job] >= 0 {
		return s.placeGroup(job)
	}
	return s.place(job)
}

// load puts a plan into an empty state. Jobs that do not fit stay out; groups are put in by construct.
func (s *state) load(p *Plan) {
	s.undo.begin(s)
	for v, jobs := range p.Routes {
		u := s.startOf(int32(v))
		for _, job := range jobs {
			if s.stops[job].route != absent || !s.loadable(p, job) {
				continue
			}
			q := s.newQuery(job)
			q.open, q.close_ = s.attrs[job].open, s.attrs[job].close
			if s.tryHard(&q, u); q.after == noPlace {
				continue
			}
			s.link(job, u)
			s.refresh(int32(v), job, job)
			if s.group[job] < 0 {
				s.dropOut(job)
			}
			u = job
		}
	}
	s.settleGroups()
}

// plan reads the present state.
func (s *state) plan() *Plan {
	p := &Plan{Routes: make([][]int32, len(s.routes)), Cost: s.cost}
	for v := range s.routes {
		for node := s.stops[s.startOf(int32(v))].next; node < s.jobs; node = s.stops[node].next {
			p.Routes[v] = append(p.Routes[v], node)
		}
	}
	for job := int32(0); job < s.jobs; job++ {
		if s.stops[job].route == absent {
			p.Skipped = append(p.Skipped, job)
		}
	}
	if s.anyGroup {
		p.Starts = make([]int32, s.jobs)
		for job := range p.Starts {
			p.Starts[job] = Never
			if s.group[job] >= 0 && s.stops[job].route != absent {
				p.Starts[job] = s.attrs[job].open
			}
		}
	}
	return p
}
