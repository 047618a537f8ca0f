package search

import (
	"context"
	"reflect"
	"slices"
	"testing"
)

// randomInstance makes an instance with or without the rules that need the exact test.
func randomInstance(seed uint64, jobs, vehicles int, rich bool) *Instance {
	r := rng{seed}
	n := jobs + vehicles + 1
	x, y := make([]int32, n), make([]int32, n)
	for i := range n {
		x[i], y[i] = r.below(1000), r.below(1000)
	}
	m := make([]int32, n*n)
	for i := range n {
		for k := range n {
			dx, dy := int64(x[i]-x[k]), int64(y[i]-y[k])
			d := dx*dx + dy*dy
			root := int32(0)
			for int64(root+1)*int64(root+1) <= d {
				root++
			}
			m[i*n+k] = root
		}
	}
	in := &Instance{Places: n, Profiles: []Profile{{Free: m, Cost: m}}, X: x, Y: y}
	for i := range jobs {
		open := r.below(6000)
		j := Job{Place: int32(i), Service: 60 + r.below(120), Open: open, Close: open + 500 + r.below(3000), Demand: 1 + r.below(5), Skip: 50_000}
		if rich && i%5 == 0 {
			j.Late = []Late{{Due: j.Open + 300, Once: 500, PerSecond: 2}}
		}
		if rich && i%7 == 0 {
			j.Windows = []Span{{j.Open, j.Open + 200}, {j.Close - 200, j.Close}}
		}
		if rich && i%11 == 0 {
			j.Parts = []Part{{Kind: r.below(2), Count: 1}}
		}
		in.Jobs = append(in.Jobs, j)
	}
	if !rich {
		in.Types = []Type{{Start: int32(jobs), End: int32(jobs), Close: 12000, Capacity: 60}}
		in.Vehicles = make([]int32, vehicles)
		return in
	}
	in.Profiles[0].Clock = NewClock(0, []int32{1024, 700, 900, 1024})
	in.Profiles[0].Access = make([]int32, n)
	in.Assign = make([]int32, jobs*vehicles)
	for v := range vehicles {
		in.Types = append(in.Types, Type{
			Start: int32(jobs + v), End: int32(jobs + v), Close: 12000, Capacity: 60, FixedCost: 100, MaxWork: 9000,
			Overtime: []Late{{Due: 10000, PerSecond: 1}}, Breaks: []Break{{From: 4000, To: 7000, Length: 600}}, Stock: []int32{2, 1},
			Worked: int32(v * 1000), WorkPrice: 3000,
		})
		in.Vehicles = append(in.Vehicles, int32(v))
		in.Owners = append(in.Owners, int32(v/2))
	}
	for i := range in.Assign {
		if in.Assign[i] = r.below(200); r.below(6) == 0 {
			in.Assign[i] = Forbidden
		}
	}
	in.Groups = []Group{{Jobs: []int32{1, 2}, MinGap: []int32{100}, MaxGap: []int32{5000}, SameOwner: true}, {Jobs: []int32{3, 4}, Crew: true}}
	in.Jobs[4] = in.Jobs[3]
	return in
}

// recount computes the cost of the present state from nothing but its routes.
func (s *state) recount(t *testing.T) int64 {
	t.Helper()
	fresh := newState(s.in, s.near, 0)
	fresh.load(s.plan())
	for v := range fresh.routes {
		if fresh.routes[v].count != s.routes[v].count {
			t.Fatalf("vehicle %d: %d jobs could be loaded, %d are there", v, fresh.routes[v].count, s.routes[v].count)
		}
	}
	return fresh.cost
}

func TestCostFollowsEveryChange(t *testing.T) {
	for seed := range uint64(12) {
		in := randomInstance(seed, 60, 10, seed%2 == 1)
		if err := in.Validate(); err != nil {
			t.Fatal(err)
		}
		near := newNeighbours(context.Background(), in, 20)
		tune := Tuning{}.withDefaults()
		s := newSearch(in, near, &tune, seed)
		s.construct(context.Background())
		for i := range 2000 {
			s.iterate(80)
			if s.plain {
				s.smallMove(80)
			}
			for range 5 {
				s.smallMoveAny(80)
			}
			if i%97 == 0 {
				if s.chains != nil {
					s.chains.improve(context.Background(), s, 1e5)
				}
				rich, cost := slices.Clone(s.rich), s.cost
				for v := range s.routes {
					s.refreshAll(int32(v))
					for node := s.startOf(int32(v)); s.anyRich && node >= 0; node = s.stops[node].next {
						if s.rich[node] != rich[node] {
							t.Fatalf("seed %d iteration %d node %d: times %v, followed as %v", seed, i, node, s.rich[node], rich[node])
						}
					}
				}
				if got := s.recount(t); got != s.cost || got != cost {
					t.Fatalf("seed %d iteration %d: the cost is %d, followed as %d", seed, i, got, s.cost)
				}
			}
		}
		if len(s.out) == len(in.Jobs) {
			t.Fatalf("seed %d: nothing was planned", seed)
		}
	}
}

// standing is a snapshot without what is left over in jobs that are not in the plan.
func standing(s *state) *snapshot {
	b := newSnapshot(s)
	for job := range s.jobs {
		if b.stops[job].route == absent {
			b.stops[job] = stop{route: absent}
			if s.anyRich {
				b.rich[job] = richStop{}
			}
		}
	}
	return b
}

func TestRollbackRestoresEverything(t *testing.T) {
	for seed := range uint64(8) {
		in := randomInstance(seed, 50, 8, seed%2 == 1)
		s := newSearch(in, newNeighbours(context.Background(), in, 20), &Tuning{Removed: 10, String: 10}, seed)
		s.construct(context.Background())
		for range 400 {
			before := standing(s)
			out := append([]int32{}, s.out...)
			s.undo.begin(s)
			s.takeOut()
			s.putBack()
			s.undo.rollback(s)
			for range 20 {
				if s.smallMoveAny(1e6) {
					s.undo.rollback(s)
				}
			}
			after := standing(s)
			if !reflect.DeepEqual(before, after) {
				t.Fatalf("seed %d: a change that was taken back left traces", seed)
			}
			if len(out) != len(s.out) {
				t.Fatalf("seed %d: %d jobs outside before, %d after", seed, len(out), len(s.out))
			}
			s.iterate(100)
		}
	}
}

func TestInnerLoopDoesNotAllocate(t *testing.T) {
	for _, rich := range []bool{false, true} {
		in := randomInstance(3, 60, 10, rich)
		in.Groups = nil // crews are rare and may allocate
		s := newSearch(in, newNeighbours(context.Background(), in, 20), &Tuning{Removed: 10, String: 10}, 1)
		s.construct(context.Background())
		for range 2000 {
			s.iterate(50)
		}
		if n := testing.AllocsPerRun(500, func() { s.iterate(50); s.smallMoveAny(50) }); n >= 0.05 {
			t.Errorf("rich %v: %.2f allocations per iteration", rich, n)
		}
	}
}

func TestSameSeedSamePlanWhateverTheThreads(t *testing.T) {
	in := randomInstance(5, 90, 14, true)
	solve := func(threads int) *Plan {
		p, n, err := Solve(context.Background(), in, Options{Seed: 9, Threads: threads, Iterations: 3000, Tuning: Tuning{WholeLimit: 10, PartJobs: 30, Epochs: 6}})
		if err != nil || n < 2000 {
			t.Fatal(n, err)
		}
		return p
	}
	one, two := solve(1), solve(3)
	if !reflect.DeepEqual(one, two) {
		t.Fatalf("costs %d and %d", one.Cost, two.Cost)
	}
	whole := func() *Plan {
		p, _, err := Solve(context.Background(), in, Options{Seed: 9, Threads: 2, Iterations: 3000})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	if !reflect.DeepEqual(whole(), whole()) {
		t.Fatal("two runs with two threads differ")
	}
}

func TestFleetUsesFewVehicles(t *testing.T) {
	in := randomInstance(2, 60, 30, false)
	for i := range in.Jobs {
		in.Jobs[i].Open, in.Jobs[i].Close, in.Jobs[i].Skip = 0, 11000, 1<<40
	}
	in.Types[0].FixedCost = 1_000_000
	p, _, err := Solve(context.Background(), in, Options{Seed: 1, Threads: 2, Iterations: 6000, Fleet: true})
	if err != nil {
		t.Fatal(err)
	}
	used, load := 0, int32(0)
	for _, r := range p.Routes {
		if len(r) > 0 {
			used++
		}
		for _, j := range r {
			load += in.Jobs[j].Demand
		}
	}
	if least := int(load+59) / 60; len(p.Skipped) > 0 || used > least+1 {
		t.Fatalf("%d vehicles for a load that needs %d; %d jobs left out", used, least, len(p.Skipped))
	}
}

// The clock's two directions must be exact inverses, or an insertion that is tested backwards could fail forwards.
func TestClockTurnsRoundExactly(t *testing.T) {
	r := rng{4}
	for range 300 {
		factors := make([]int32, 1+r.below(30))
		for i := range factors {
			factors[i] = 300 + r.below(725)
		}
		c := NewClock(r.below(5000)-2500, factors)
		slow := *c
		slow.pace = nil
		for range 300 {
			leave, free := r.below(150_000)-5000, r.below(20_000)
			arrive := c.Arrive(leave, free)
			if free > 0 && arrive <= leave {
				t.Fatalf("left at %d, arrived at %d", leave, arrive)
			}
			by := c.LeaveBy(arrive, free)
			if a, b := slow.Arrive(leave, free), slow.LeaveBy(arrive, free); a != arrive || b != by {
				t.Fatalf("leave %d free %d: arrive %d and leave by %d, the long way %d and %d", leave, free, arrive, by, a, b)
			}
			if by < leave || c.Arrive(by, free) > arrive || c.Arrive(by+1, free) <= arrive {
				t.Fatalf("leave %d free %d: arrive %d, but leave by %d", leave, free, arrive, by)
			}
			if c.Arrive(leave+1, free) < arrive {
				t.Fatal("leaving later arrived earlier")
			}
		}
	}
}

func TestCancelReturnsAtOnceWithAPlan(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, limit := range []int{1000, 10} {
		p, _, err := Solve(ctx, randomInstance(1, 80, 10, true), Options{Iterations: 1 << 40, Threads: 2, Tuning: Tuning{WholeLimit: limit}})
		if err != nil || len(p.Routes) != 10 {
			t.Fatal(p, err)
		}
	}
}

func BenchmarkIterate(b *testing.B) {
	for _, rich := range []bool{false, true} {
		name := "plain"
		if rich {
			name = "rich"
		}
		b.Run(name, func(b *testing.B) {
			in := randomInstance(3, 300, 40, rich)
			s := newSearch(in, newNeighbours(context.Background(), in, 40), &Tuning{Removed: 10, String: 10}, 1)
			s.construct(context.Background())
			b.ReportAllocs()
			for b.Loop() {
				s.iterate(20)
			}
		})
	}
}

// Behind the first visit of a sequence the break may come before or after the second one. The earlier start of the second, with the break still to
// come, leaves too little time for what follows: the visit must get the moment with which the rest of the route can be done.
func TestASequenceKeepsAMomentThatLeavesTimeForTheRest(t *testing.T) {
	const home, door, last = 0, 1, 2
	legs := []int32{home: 0, door: 4140, last: 1000, 3: 4140, 4: 0, 5: 1000, 6: 1000, 7: 1000, 8: 0}
	in := &Instance{
		Places: 3, Profiles: []Profile{{Free: legs, Cost: legs}}, Vehicles: []int32{0},
		Types: []Type{{Start: home, End: home, Open: 3600, Close: 30600, Capacity: 10, Breaks: []Break{{From: 12600, To: 18000, Length: 2700}}}},
		Jobs: []Job{
			{Place: door, Service: 4500, Close: 14400, Skip: 1 << 40},
			{Place: door, Service: 2700, Close: Never - 1, Skip: 1 << 40},
			{Place: last, Service: 10000, Open: 15000, Close: Never - 1, Skip: 1 << 40},
		},
		Groups: []Group{{Jobs: []int32{0, 1}, MinGap: []int32{1800}, MaxGap: []int32{20000}}},
	}
	s := newState(in, newNeighbours(context.Background(), in, 3), 1)
	s.weight.blink = 0
	s.undo.begin(s)
	if !s.place(2) || !s.placeGroup(0) {
		t.Fatal("there is room for all three visits")
	}
	if !s.sound(0) {
		t.Error("the route cannot be done")
	}
	if got := s.start(1); got != 15300 {
		t.Errorf("the second visit begins at %d, want 15300, behind the break", got)
	}
}
