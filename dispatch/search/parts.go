package search

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sync"
)

// A large instance is divided into parts of neighbouring routes. Each part is annealed on its own for a while, with matrices of its
// own that fit the cache; then the plan is put together and divided anew along another direction. The temperature falls over all
// epochs as it would in one run.

// block is what must stay together: routes of one owner, routes bound by groups, or one job or group outside the plan.
type block struct {
	x, y     int64 // sums over jobs (or the start place of an unused vehicle)
	n        int64 // number of summands
	jobs     []int32
	vehicles []int32
	weight   int64
}

type division struct {
	in     *Instance
	x, y   []int32
	frugal bool // unused vehicles stay out of use
}

func solveParts(ctx context.Context, in *Instance, o *Options) (*Plan, int64) {
	d := &division{in: in, x: in.X, y: in.Y, frugal: o.Fleet}
	if d.x == nil {
		d.x, d.y = pivotCoordinates(in)
	}
	current := o.Start
	if current == nil {
		current = emptyPlan(in)
	}
	best := current
	var total int64
	first := 0.0
	if o.Start == nil && in.Source == nil && len(in.Jobs) <= 2500 {
		current, total = constructWhole(ctx, in, o)
		best = current
		if o.Fleet {
			first = fleetShare
		}
	}
	rnd := rng{mix(o.Seed, 77)}
	plain := in.features().plain
	from, left := first, o.Epochs
	for epoch := 0; left > 0 && ctx.Err() == nil; epoch++ {
		to := from + (1-from)/float64(left)
		if left == 1 {
			to = 1
		}
		parts := d.divide(current, max(o.Threads, (len(in.Jobs)+o.PartJobs-1)/o.PartJobs), &rnd)
		results := make([]partResult, len(parts))
		runParts(ctx, in, o, parts, results, current, epoch, stretch{base: first, from: from, to: to})
		var now, top *Plan
		now, top = d.merge(current, parts, results)
		for i := range results {
			total += results[i].iterations
		}
		current = now
		if top.Cost < best.Cost {
			best = top
			if o.Better != nil {
				o.Better(best)
			}
		}
		if to >= backToBest && !plain && best.Cost < current.Cost {
			current = best // what was lost on a high level while the search was hot must not be missing at the end
		}
		from, left = to, left-1
		if o.Done != nil {
			from = min(1, max(to, o.Done()))
			planned := int(math.Ceil((1 - from) / (1 - first) * float64(o.Epochs)))
			left = min(planned, worthwhile(epoch, 1-from, results, o.Threads))
		}
	}
	return best, total
}

// Dividing anew costs time (matrices, neighbour lists, the plan): so few epochs are made that it takes at most this share of what is left,
// but not fewer than the least.
const (
	backToBest    = 0.6 // share of the time from which an epoch begins with the best plan, where rules abound
	dividingShare = 0.1
	leastEpochs   = 4
)

// worthwhile is how many epochs the rest of the time is good for, by what the last one cost beside the search itself.
func worthwhile(epoch int, rest float64, results []partResult, threads int) int {
	spent := math.Inf(1) // by the quickest part: a machine that is busy for a moment must not decide for the rest of the run
	for i := range results {
		if results[i].now != nil {
			spent = min(spent, results[i].prepared)
		}
	}
	spent *= float64(len(results)) / float64(min(threads, len(results)))
	least := 1
	if epoch == 0 {
		least = leastEpochs
	}
	if spent <= 0 {
		return math.MaxInt32
	}
	return max(least, int(min(dividingShare*rest/spent, math.MaxInt32)))
}

// constructWhole makes a first plan of an instance that has matrices for all places, with few vehicles when that is asked for.
func constructWhole(ctx context.Context, in *Instance, o *Options) (*Plan, int64) {
	near := newNeighbours(ctx, in, o.Width)
	threads := 1
	if o.Fleet {
		threads = o.Threads
	}
	team, best := make([]*state, threads), make([]*snapshot, threads)
	for i := range team {
		s := newSearch(in, near, &o.Tuning, mix(o.Seed, uint64(i)))
		s.construct(ctx)
		team[i], best[i] = s, newSnapshot(s)
	}
	var n int64
	if o.Fleet {
		n = reduceFleet(ctx, o, team, best)
	}
	return team[0].plan(), n
}

type partResult struct {
	now, best  *Plan // in numbers of the part; nil when the part was not begun
	iterations int64
	prepared   float64 // share of the time spent before the first iteration
}

func runParts(ctx context.Context, in *Instance, o *Options, parts []*part, results []partResult, current *Plan, epoch int, whole stretch) {
	threads := min(o.Threads, len(parts))
	from, to := whole.from, whole.to
	// A thread does its parts one after the other; each gets an equal share of the thread's time in this epoch.
	rounds := (len(parts) + threads - 1) / threads
	var wg sync.WaitGroup
	for t := range threads {
		wg.Go(func() {
			for k := t; k < len(parts); k += threads {
				round := k / threads
				r := whole
				if o.Iterations > 0 {
					r.iterations = max(1, int64(float64(o.Iterations)*(1-whole.base))/int64(o.Epochs*len(parts)))
				}
				if o.Done != nil {
					lo := from + (to-from)*float64(round)/float64(rounds)
					hi := from + (to-from)*float64(round+1)/float64(rounds)
					r.done = func() float64 { return from + (to-from)*min(1, max(0, (o.Done()-lo)/(hi-lo))) }
				}
				results[k] = parts[k].solve(ctx, in, o, r, current, mix(o.Seed, uint64(epoch)<<20|uint64(k)))
			}
		})
	}
	wg.Wait()
}

// part is one piece of an instance.
type part struct {
	jobs, vehicles []int32 // numbers in the whole
}

func (p *part) solve(ctx context.Context, in *Instance, o *Options, r stretch, current *Plan, seed uint64) partResult {
	if len(p.jobs) == 0 || len(p.vehicles) == 0 {
		return partResult{}
	}
	begun := o.passed()
	sub, ok := p.extract(ctx, in)
	if !ok {
		if slices.ContainsFunc(p.vehicles, func(v int32) bool { return len(current.Routes[v]) > 0 }) {
			return partResult{} // stays as it is
		}
		only := p.planFixed(in, o)
		return partResult{now: only, best: only}
	}
	near := newNeighbours(ctx, sub, o.Width)
	s := newSearch(sub, near, &o.Tuning, seed)
	s.load(p.planOf(in, current))
	s.construct(ctx)
	best := newSnapshot(s)
	prepared := o.passed() - begun
	n := s.run(ctx, &o.Tuning, r, best)
	now := s.plan()
	best.restore(s)
	if s.chains != nil {
		s.chains.improve(ctx, s, s.tried/10)
	}
	return partResult{now: now, best: s.plan(), iterations: n, prepared: prepared}
}

// extract makes an instance of the part alone; false when ctx ended before its matrices were there.
func (p *part) extract(ctx context.Context, in *Instance) (*Instance, bool) {
	if ctx.Err() != nil {
		return nil, false
	}
	sub := &Instance{}
	places := make([]int32, 0, len(p.jobs)+2*len(p.vehicles))
	placeOf := make(map[int32]int32, cap(places))
	number := func(place int32) int32 {
		k, ok := placeOf[place]
		if !ok {
			k = int32(len(places))
			placeOf[place] = k
			places = append(places, place)
		}
		return k
	}
	jobOf := make(map[int32]int32, len(p.jobs))
	for k, job := range p.jobs {
		j := in.Jobs[job]
		j.Place = number(j.Place)
		sub.Jobs = append(sub.Jobs, j)
		jobOf[job] = int32(k)
	}
	typeOf := make(map[int32]int32)
	var types []int32
	owners := make(map[int32]int32)
	for _, v := range p.vehicles {
		t := in.Vehicles[v]
		k, ok := typeOf[t]
		if !ok {
			k = int32(len(types))
			typeOf[t] = k
			types = append(types, t)
			typ := in.Types[t]
			typ.Start, typ.End = number(typ.Start), number(typ.End)
			sub.Types = append(sub.Types, typ)
		}
		sub.Vehicles = append(sub.Vehicles, k)
		if in.Owners != nil {
			owner, ok := owners[in.Owners[v]]
			if !ok {
				owner = int32(len(owners))
				owners[in.Owners[v]] = owner
			}
			sub.Owners = append(sub.Owners, owner)
		}
	}
	if in.Assign != nil {
		sub.Assign = make([]int32, 0, len(p.jobs)*len(types))
		for _, job := range p.jobs {
			row := in.Assign[int(job)*len(in.Types):]
			for _, t := range types {
				sub.Assign = append(sub.Assign, row[t])
			}
		}
	}
	for g := range in.Groups {
		if _, mine := jobOf[in.Groups[g].Jobs[0]]; mine {
			grp := in.Groups[g]
			grp.Jobs = make([]int32, len(in.Groups[g].Jobs))
			for i, job := range in.Groups[g].Jobs {
				grp.Jobs[i] = jobOf[job]
			}
			sub.Groups = append(sub.Groups, grp)
		}
	}
	sub.Places = len(places)
	var ok bool
	sub.Profiles, ok = subProfiles(ctx, in, places)
	return sub, ok
}

func subProfiles(ctx context.Context, in *Instance, places []int32) ([]Profile, bool) {
	if in.Source != nil {
		return in.Source.Profiles(ctx, places)
	}
	n := len(places)
	out := make([]Profile, len(in.Profiles))
	for i, p := range in.Profiles {
		pick := func(m []int32) []int32 {
			sub := make([]int32, n*n)
			for a, x := range places {
				row := m[int(x)*in.Places:]
				for b, y := range places {
					sub[a*n+b] = row[y]
				}
			}
			return sub
		}
		out[i] = Profile{Free: pick(p.Free), Clock: p.Clock}
		out[i].Cost = out[i].Free
		if &p.Cost[0] != &p.Free[0] {
			out[i].Cost = pick(p.Cost)
		}
		if p.Access != nil {
			out[i].Access = make([]int32, n)
			for a, x := range places {
				out[i].Access[a] = p.Access[x]
			}
		}
	}
	return out, true
}

// planOf translates the whole plan into the numbers of the part.
func (p *part) planOf(in *Instance, whole *Plan) *Plan {
	jobOf := make(map[int32]int32, len(p.jobs))
	for k, job := range p.jobs {
		jobOf[job] = int32(k)
	}
	out := &Plan{Routes: make([][]int32, len(p.vehicles))}
	for k, v := range p.vehicles {
		for _, job := range whole.Routes[v] {
			out.Routes[k] = append(out.Routes[k], jobOf[job])
		}
	}
	if whole.Starts != nil {
		out.Starts = make([]int32, len(p.jobs))
		for k, job := range p.jobs {
			out.Starts[k] = whole.Starts[job]
		}
	}
	return out
}

// merge puts the parts' present and best plans together.
func (d *division) merge(current *Plan, parts []*part, results []partResult) (now, best *Plan) {
	build := func(pick func(r *partResult) *Plan) *Plan {
		w := &Plan{Routes: slices.Clone(current.Routes), Starts: slices.Clone(current.Starts)}
		served := make([]bool, len(d.in.Jobs))
		var cost int64
		for k, p := range parts {
			sub := pick(&results[k])
			if sub == nil {
				cost += d.keep(current, p, served)
				continue
			}
			cost += sub.Cost
			for i, v := range p.vehicles {
				route := make([]int32, len(sub.Routes[i]))
				for m, job := range sub.Routes[i] {
					route[m] = p.jobs[job]
					served[p.jobs[job]] = true
				}
				w.Routes[v] = route
			}
			if w.Starts != nil && sub.Starts != nil {
				for i, job := range p.jobs {
					w.Starts[job] = sub.Starts[i]
				}
			}
		}
		for job := range served {
			if !served[job] {
				w.Skipped = append(w.Skipped, int32(job))
			}
		}
		w.Cost = cost
		return w
	}
	return build(func(r *partResult) *Plan { return r.now }), build(func(r *partResult) *Plan { return r.best })
}

// keep leaves a part as it is. Its cost is not known exactly; counting its jobs as left out makes sure that the plan is not taken for a
// better one by mistake.
func (d *division) keep(current *Plan, p *part, served []bool) (cost int64) {
	for _, v := range p.vehicles {
		for _, job := range current.Routes[v] {
			served[job] = true
		}
	}
	for _, job := range p.jobs {
		cost += d.in.Jobs[job].Skip
	}
	return cost
}

// divide cuts the plan into n parts of about equal numbers of jobs.
func (d *division) divide(p *Plan, n int, rnd *rng) []*part {
	blocks := d.blocks(p)
	var out []*part
	d.bisect(blocks, n, int(rnd.below(directions)), &out)
	return out
}

// The directions along which an instance is cut, as integer vectors.
const directions = 16

var directionOf = [directions][2]int64{
	{64, 0}, {63, 12}, {59, 24}, {53, 36}, {45, 45}, {36, 53}, {24, 59}, {12, 63},
	{0, 64}, {-12, 63}, {-24, 59}, {-36, 53}, {-45, 45}, {-53, 36}, {-59, 24}, {-63, 12},
}

func (d *division) bisect(blocks []*block, n, direction int, out *[]*part) {
	if n <= 1 || len(blocks) <= 1 {
		p := &part{}
		for _, b := range blocks {
			p.jobs = append(p.jobs, b.jobs...)
			p.vehicles = append(p.vehicles, b.vehicles...)
		}
		slices.Sort(p.jobs)
		slices.Sort(p.vehicles)
		*out = append(*out, p)
		return
	}
	v := directionOf[direction]
	key := func(b *block) int64 { return (b.x*v[0] + b.y*v[1]) / max(b.n, 1) }
	slices.SortStableFunc(blocks, func(a, b *block) int { return cmp.Compare(key(a), key(b)) })
	var total int64
	for _, b := range blocks {
		total += b.weight
	}
	left := n / 2
	want := total * int64(left) / int64(n)
	var sum int64
	at := 0
	for at < len(blocks)-1 && (sum+blocks[at].weight/2 < want || at == 0) {
		sum += blocks[at].weight
		at++
	}
	next := (direction + directions/2) % directions
	d.bisect(slices.Clone(blocks[:at]), left, next, out)
	d.bisect(slices.Clone(blocks[at:]), n-left, next, out)
}

// blocks groups routes and absent jobs by what must stay together.
func (d *division) blocks(p *Plan) []*block {
	in := d.in
	vehicles := len(in.Vehicles)
	// Union of vehicles and of absent groups.
	parent := make([]int32, vehicles)
	for v := range parent {
		parent[v] = int32(v)
	}
	find := func(v int32) int32 {
		for parent[v] != v {
			parent[v] = parent[parent[v]]
			v = parent[v]
		}
		return v
	}
	union := func(a, b int32) {
		if a, b = find(a), find(b); a != b {
			parent[max(a, b)] = min(a, b)
		}
	}
	if in.Owners != nil {
		first := make(map[int32]int32)
		for v, owner := range in.Owners {
			if f, ok := first[owner]; ok {
				union(f, int32(v))
			} else {
				first[owner] = int32(v)
			}
		}
	}
	routeOf := make([]int32, len(in.Jobs))
	for i := range routeOf {
		routeOf[i] = absent
	}
	for v, jobs := range p.Routes {
		for _, job := range jobs {
			routeOf[job] = int32(v)
		}
	}
	inGroup := make([]bool, len(in.Jobs))
	var out []*block
	for g := range in.Groups {
		jobs := in.Groups[g].Jobs
		for _, job := range jobs {
			inGroup[job] = true
		}
		if routeOf[jobs[0]] == absent {
			out = append(out, d.jobBlock(jobs))
			continue
		}
		for _, job := range jobs[1:] {
			union(routeOf[jobs[0]], routeOf[job])
		}
	}
	for job := range in.Jobs {
		if routeOf[job] == absent && !inGroup[job] {
			out = append(out, d.jobBlock([]int32{int32(job)}))
		}
	}
	return append(out, d.vehicleBlocks(p, find)...)
}

func (d *division) jobBlock(jobs []int32) *block {
	b := &block{jobs: jobs, weight: int64(len(jobs)) * 8}
	for _, job := range jobs {
		b.addPlace(d, d.in.Jobs[job].Place)
	}
	return b
}

func (b *block) addPlace(d *division, place int32) {
	b.x += int64(d.x[place])
	b.y += int64(d.y[place])
	b.n++
}

func (d *division) vehicleBlocks(p *Plan, find func(int32) int32) []*block {
	in := d.in
	perType := make([]int32, len(in.Types))
	for _, t := range in.Vehicles {
		perType[t]++
	}
	byRoot := make(map[int32]*block)
	var out []*block
	spare := make(map[int32][]int32) // unused vehicles of types with many
	for v := range in.Vehicles {
		root := find(int32(v))
		t := in.Vehicles[v]
		if len(p.Routes[v]) == 0 && d.frugal && len(p.Skipped) == 0 {
			continue
		}
		if len(p.Routes[v]) == 0 && perType[t] > 8 && root == int32(v) {
			spare[t] = append(spare[t], int32(v))
			continue
		}
		b := byRoot[root]
		if b == nil {
			b = &block{weight: 1}
			byRoot[root] = b
			out = append(out, b)
		}
		b.vehicles = append(b.vehicles, int32(v))
		for _, job := range p.Routes[v] {
			b.jobs = append(b.jobs, job)
			b.addPlace(d, in.Jobs[job].Place)
			b.weight += 8
		}
	}
	for _, b := range out {
		if b.n == 0 {
			for _, v := range b.vehicles {
				b.addPlace(d, in.Types[in.Vehicles[v]].Start)
			}
		}
	}
	return d.spread(out, spare)
}

// spread hands the unused vehicles of large fleets to the blocks in turn, so that every part gets some.
func (d *division) spread(blocks []*block, spare map[int32][]int32) []*block {
	for t := range d.in.Types {
		list := spare[int32(t)]
		used := 0
		for _, b := range blocks {
			if len(b.jobs) > 0 {
				used++
			}
		}
		if used == 0 {
			for _, v := range list {
				b := &block{vehicles: []int32{v}, weight: 0}
				b.addPlace(d, d.in.Types[t].Start)
				blocks = append(blocks, b)
			}
			continue
		}
		for i := 0; i < len(list); {
			for _, b := range blocks {
				if len(b.jobs) > 0 && i < len(list) {
					b.vehicles = append(b.vehicles, list[i])
					i++
				}
			}
		}
	}
	return blocks
}

// pivotCoordinates places every point by its distance to two points far apart; that is enough to cut neighbourhoods.
func pivotCoordinates(in *Instance) (x, y []int32) {
	cost := in.Profiles[0].Cost
	row := func(a int32) []int32 { return cost[int(a)*in.Places : (int(a)+1)*in.Places] }
	far := func(r []int32) int32 {
		best := 0
		for i := range r {
			if r[i] > r[best] {
				best = i
			}
		}
		return int32(best)
	}
	a := far(row(in.Types[0].Start))
	b := far(row(a))
	// a third point far from both spans the plane
	sum := make([]int32, in.Places)
	for i := range sum {
		sum[i] = min(row(a)[i], row(b)[i])
	}
	return slices.Clone(row(a)), slices.Clone(row(far(sum)))
}
