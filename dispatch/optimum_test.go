package dispatch_test

import (
	"context"
	"slices"
	"testing"

	"anxin/dispatch"
	"anxin/dispatch/check"
	"anxin/dispatch/gen"
)

// TestSmallPlansAreOptimal compares the engine with trying everything: all ways to give the jobs to the technicians in all orders, timed by
// Retime and judged by the checker.
func TestSmallPlansAreOptimal(t *testing.T) {
	compared := 0
	for seed := uint64(0); compared < 60; seed++ {
		p := gen.Small(seed + 5000)
		p.Jobs = p.Jobs[:min(len(p.Jobs), 4)]
		p.Technicians = p.Technicians[:min(len(p.Technicians), 2)]
		if !simple(p) {
			continue
		}
		compared++
		best := bruteForce(t, p)
		plan := solveChecked(t, p, dispatch.Options{Seed: 1, Iterations: 2000})
		if best != nil && worse(p, &plan.Score, best) {
			dump(t, p, plan)
			t.Errorf("%s: the engine's plan\n%+v\nis worse than the best\n%+v", p.Name, plan.Score, *best)
		}
	}
}

// worse compares by the problem's objective.
func worse(p *dispatch.Problem, a, b *dispatch.Score) bool {
	if p.Objective == dispatch.Distance {
		return a.Unserved > b.Unserved || a.Unserved == b.Unserved && a.Metres > b.Metres
	}
	return a.Compare(b) > 0
}

// simple keeps problems that Retime can state: no crews, no sequences, one working day.
func simple(p *dispatch.Problem) bool {
	known := func(id string) bool {
		return slices.ContainsFunc(p.Technicians, func(t dispatch.Technician) bool { return t.ID == id })
	}
	p.Sequences, p.Commitments = nil, nil
	for i := range p.Technicians {
		if len(p.Technicians[i].Shifts) > 1 && p.Technicians[i].Shifts[len(p.Technicians[i].Shifts)-1].From > p.Now+86400*3/4 {
			return false
		}
	}
	for i := range p.Jobs {
		j := &p.Jobs[i]
		j.Optional = j.Optional && p.Objective != dispatch.Distance // metres and money cannot be compared
		if j.Crew > 1 || j.Pin != nil && !slices.ContainsFunc(j.Pin.Technicians, known) {
			return false
		}
	}
	return true
}

func bruteForce(t *testing.T, p *dispatch.Problem) (best *dispatch.Score) {
	t.Helper()
	ctx := context.Background()
	orders := make([]dispatch.Order, len(p.Technicians))
	for i := range orders {
		orders[i].Technician = p.Technicians[i].ID
	}
	judge := func() {
		plan, err := dispatch.Retime(ctx, p, orders)
		if err != nil {
			return
		}
		report, err := check.Plan(ctx, p, plan)
		if err != nil {
			t.Fatal(err)
		}
		if report.OK() && (best == nil || worse(p, best, &report.Score)) {
			score := report.Score
			best = &score
		}
	}
	var place func(job int)
	place = func(job int) {
		if job == len(p.Jobs) {
			judge()
			return
		}
		place(job + 1) // left out
		for i := range orders {
			for at := 0; at <= len(orders[i].Visits); at++ {
				keep := orders[i].Visits
				orders[i].Visits = slices.Insert(slices.Clone(keep), at, p.Jobs[job].ID)
				place(job + 1)
				orders[i].Visits = keep
			}
		}
	}
	place(0)
	return best
}
