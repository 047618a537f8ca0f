package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"anxin/dispatch"
	"anxin/dispatch/check"
	"anxin/dispatch/gen"
	"anxin/dispatch/vrptw"
)

func (s *settings) problem(kind string, jobs, technicians int, seed uint64) *dispatch.Problem {
	p, err := gen.Make(kind, gen.Options{Seed: seed, Jobs: jobs, Technicians: technicians})
	must(err)
	return p
}

// report checks a plan with the independent checker and prints its score.
func report(name string, seed uint64, p *dispatch.Problem, plan *dispatch.Plan, took time.Duration) {
	r, err := check.Plan(context.Background(), p, plan)
	must(err)
	fmt.Printf("%s seed %d violations %d vector %v unassigned %d metres %d money %d iterations %d seconds %.2f peak %.0f MB\n", name, seed,
		len(r.Violations), plan.Score.Vector(), len(plan.Unassigned), plan.Score.Metres, plan.Score.Vector()[len(plan.Score.Vector())-1], plan.Iterations, took.Seconds(), peak())
	for _, v := range r.Violations[:min(3, len(r.Violations))] {
		fmt.Println("  ", v)
	}
}

// rich solves problems with all rules at once: the city of the generator, and a generated benchmark instance with rules laid over it.
func (s *settings) rich() {
	jobs := s.jobs
	if jobs == 0 {
		jobs = 400
	}
	for seed := s.seed; seed < s.seed+s.seeds; seed++ {
		if s.only != "enriched" {
			p := s.problem("rich", jobs, s.technicians, seed)
			plan, took := s.solve(p, seed)
			report("rich", seed, p, plan, took)
		}
		if s.only == "city" {
			continue
		}
		class := []string{"r1", "c1", "rc1", "r2", "c2", "rc2"}[seed%6]
		p, err := gen.Enrich(generate(class, jobs, seed), gen.Options{Seed: seed})
		must(err)
		plan, took := s.solve(p, seed)
		report("enriched-"+class, seed, p, plan, took)
	}
}

// city solves a city without special rules beyond the generator's own.
func (s *settings) city() {
	if s.jobs == 0 {
		s.jobs, s.technicians = 10000, 1000
	}
	for seed := s.seed; seed < s.seed+s.seeds; seed++ {
		p := s.problem("city", s.jobs, s.technicians, seed)
		plan, took := s.solve(p, seed)
		report("city", seed, p, plan, took)
	}
}

// cancel ends searches at many moments and measures how long the answer takes from there.
func (s *settings) cancel() {
	type item struct {
		name    string
		problem *dispatch.Problem
	}
	items := []item{{"city 200 x 20", s.problem("city", 200, 20, 1)}, {"rich 400", s.problem("rich", 400, 0, 1)}, {"city 2000 x 200", s.problem("city", 2000, 200, 1)},
		{"overload 1000", s.problem("overload", 1000, 0, 1)}, {"city 10000 x 1000", s.problem("city", 10000, 1000, 1)}}
	for _, class := range []string{"r1", "r2"} {
		p, err := generate(class, 1000, 1).Problem(vrptw.DIMACS)
		must(err)
		items = append(items, item{class + " 1000", p})
	}
	for _, it := range items {
		var worst time.Duration
		line := ""
		for _, after := range []time.Duration{0, 3 * time.Millisecond, 30 * time.Millisecond, 200 * time.Millisecond, time.Second, 3 * time.Second} {
			ctx, stop := context.WithCancel(context.Background())
			var at time.Time
			timer := time.AfterFunc(after, func() { at = time.Now(); stop() })
			begin := time.Now()
			plan, err := dispatch.Solve(ctx, it.problem, dispatch.Options{Seed: 1, Threads: s.threads, Elapsed: func() float64 { return time.Since(begin).Seconds() / 60 }})
			late := time.Since(at)
			timer.Stop()
			must(err)
			r, err := check.Plan(context.Background(), it.problem, plan)
			must(err)
			worst = max(worst, late)
			line += fmt.Sprintf(" after %v: %.1f ms (%d violations, %d of %d left out)", after, float64(late.Microseconds())/1000, len(r.Violations), len(plan.Unassigned), len(it.problem.Jobs))
		}
		fmt.Printf("%s worst %.1f ms:%s\n", it.name, float64(worst.Microseconds())/1000, line)
	}
}

// bytes hashes plans with fixed seeds and iterations; the same number must come out on every architecture.
func (s *settings) bytes() {
	all := sha256.New()
	one := func(name string, p *dispatch.Problem, iterations int64) {
		o := dispatch.Options{Seed: 1, Threads: s.threads, Iterations: iterations}
		plan, err := dispatch.Solve(context.Background(), p, o)
		must(err)
		text, err := json.Marshal(plan)
		must(err)
		var input bytes.Buffer
		must(dispatch.Write(&input, p))
		fmt.Printf("%-14s problem %x plan %x\n", name, sha256.Sum256(input.Bytes()), sha256.Sum256(text))
		all.Write(text)
	}
	for _, kind := range []string{"city", "overload", "emergency", "rich"} {
		for seed := uint64(1); seed <= 2; seed++ {
			one(fmt.Sprint(kind, " ", seed), s.problem(kind, 120, 0, seed), 3000)
		}
	}
	one("city 2000", s.problem("city", 2000, 200, 1), 4000)
	for _, class := range []string{"c1", "r1", "rc2"} {
		for _, n := range []int{100, 400} {
			p, err := generate(class, n, 1).Problem(vrptw.DIMACS)
			must(err)
			one(fmt.Sprint(class, " ", n), p, 5000)
		}
	}
	fmt.Printf("%s %x\n", platform(), all.Sum(nil))
}
