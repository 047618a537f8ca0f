package check_test

import (
	"context"
	"sync/atomic"
	"testing"

	"anxin/dispatch"
	"anxin/dispatch/check"
	"anxin/dispatch/gen"
)

// countdown is done once it was asked so many times.
type countdown struct {
	context.Context
	left *atomic.Int64
}

func (c countdown) Err() error {
	if c.left.Add(-1) < 0 {
		return context.Canceled
	}
	return nil
}

// Wherever the search is when it is told to stop, the plan keeps every hard rule and holds what must be planned.
func TestStoppedAnywhereThePlanKeepsEveryRule(t *testing.T) {
	for name, p := range map[string]*dispatch.Problem{
		"rich":      gen.Rich(gen.Options{Seed: 4, Jobs: 120, Technicians: 18}),
		"city":      gen.City(gen.Options{Seed: 4, Jobs: 400, Technicians: 40}),
		"emergency": gen.Emergency(gen.Options{Seed: 4, Jobs: 60}),
	} {
		pinned := map[string]bool{}
		for i := range p.Jobs {
			if p.Jobs[i].Pin != nil {
				pinned[p.Jobs[i].ID] = true
			}
		}
		full, err := dispatch.Solve(context.Background(), p, dispatch.Options{Seed: 1, Iterations: 2000})
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range full.Unassigned {
			delete(pinned, u.Job) // a pin that contradicts a rule
		}
		for _, asked := range []int64{0, 1, 10, 100, 300, 1000} {
			left := &atomic.Int64{}
			left.Store(asked)
			plan, err := dispatch.Solve(countdown{context.Background(), left}, p, dispatch.Options{Seed: 1, Threads: 2, Iterations: 20000})
			if err != nil {
				t.Fatalf("%s, asked %d times: %v", name, asked, err)
			}
			r, err := check.Plan(context.Background(), p, plan)
			if err != nil {
				t.Fatal(err)
			}
			if !r.OK() {
				t.Errorf("%s, asked %d times: %v", name, asked, r.Violations)
			}
			for _, u := range plan.Unassigned {
				if len(u.Reasons) == 0 {
					t.Errorf("%s, asked %d times: no reason why %s was left out", name, asked, u.Job)
				}
				if pinned[u.Job] {
					t.Errorf("%s, asked %d times: the pinned job %s was left out", name, asked, u.Job)
				}
			}
		}
		// No time at all.
		plan, err := dispatch.Solve(context.Background(), p, dispatch.Options{Seed: 1, Elapsed: func() float64 { return 1 }})
		if err != nil {
			t.Fatal(err)
		}
		if r, err := check.Plan(context.Background(), p, plan); err != nil || !r.OK() {
			t.Errorf("%s without time: %v %v", name, r.Violations, err)
		}
	}
}
