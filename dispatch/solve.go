package dispatch

import (
	"context"
	"fmt"
	"slices"

	"anxin/dispatch/search"
)

// Options steer [Solve].
type Options struct {
	Seed    uint64
	Threads int // 0 means 1
	// Iterations to do; 0 means until Elapsed says so.
	Iterations int64
	// Elapsed returns the share of the available time that has passed, from 0 to 1; nil means that Iterations alone decides. It is
	// called from several goroutines. The engine has no clock of its own.
	Elapsed func() float64
	// Tuning overrides parameters of the search; its zero value is right for nearly everybody.
	Tuning search.Tuning
}

// Solve plans the problem's jobs around its commitments. It returns the best plan found when the iterations or the time are used up or
// ctx is done, whichever comes first; every plan keeps all hard rules. With the same problem, seed, threads and iterations and no
// Elapsed, the answer is the same byte for byte.
//
// Errors: a [*FieldError] for a malformed problem, or an error of the travel model.
func Solve(ctx context.Context, p *Problem, o Options) (*Plan, error) {
	if o.Iterations <= 0 && o.Elapsed == nil {
		return nil, fmt.Errorf("dispatch: Options: give Iterations or Elapsed, otherwise the search would never end")
	}
	over := func() bool { return ctx.Err() != nil || o.Elapsed != nil && o.Elapsed() >= 1 }
	c, err := compile(context.WithoutCancel(ctx), p, over)
	if err != nil {
		return nil, err
	}
	found, iterations, err := search.Solve(ctx, c.in, search.Options{
		Seed: o.Seed, Threads: o.Threads, Iterations: o.Iterations, Done: o.Elapsed, Tuning: o.Tuning, Fleet: p.Objective == Vehicles,
	})
	if err != nil {
		return nil, err
	}
	if err := c.source.failure(); err != nil {
		return nil, fmt.Errorf("dispatch: travel times: %w", err)
	}
	return c.decode(found, iterations)
}

// decode turns the answer of the search into a plan.
func (c *compiled) decode(found *search.Plan, iterations int64) (*Plan, error) {
	out := &Plan{Iterations: iterations, Tours: []Tour{}, Unassigned: []Unassigned{}}
	served := make([]bool, len(c.p.Jobs))
	for v, tasks := range found.Routes {
		if len(tasks) == 0 {
			continue
		}
		tour, ok := c.tour(v, tasks, found.Starts)
		if !ok {
			tasks, tour, ok = c.shorten(v, tasks, found.Starts)
			found.Routes[v] = tasks
			c.warn("technician %q: the search planned a route whose exact times are not possible; visits were taken out of it", c.p.Technicians[c.days[v].tech].ID)
		}
		if !ok {
			return nil, fmt.Errorf("dispatch: internal error: the route of technician %q cannot be timed", c.p.Technicians[c.days[v].tech].ID)
		}
		for _, k := range tasks {
			if i := c.tasks[k].job; i >= 0 {
				served[i] = true
			}
		}
		out.Tours = append(out.Tours, tour)
	}
	slices.SortStableFunc(out.Tours, compareTours)
	for i := range c.p.Jobs {
		if !served[i] {
			out.Unassigned = append(out.Unassigned, Unassigned{Job: c.p.Jobs[i].ID, Reasons: c.whyNot(i, iterations == 0)})
		}
	}
	out.Warnings = c.warnings
	c.score(out, found)
	return out, nil
}

// shorten leaves one visit out of a route that the exact times contradict, or all that need not be there when one is not enough: a plan with a
// visit less is better than none. Search and times share no code, so a route that only one of them takes for possible is rare but not unthinkable.
func (c *compiled) shorten(v int, tasks, starts []int32) ([]int32, Tour, bool) {
	must := func(k int32) bool { return c.in.Jobs[k].Fixed || starts != nil && starts[k] != search.Never }
	for i := len(tasks) - 1; i >= 0; i-- {
		if must(tasks[i]) {
			continue
		}
		fewer := slices.Delete(slices.Clone(tasks), i, i+1)
		if tour, ok := c.tour(v, fewer, starts); ok {
			return fewer, tour, true
		}
	}
	fewer := slices.DeleteFunc(slices.Clone(tasks), func(k int32) bool { return !must(k) })
	tour, ok := c.tour(v, fewer, starts)
	return fewer, tour, ok
}

func compareTours(a, b Tour) int {
	switch {
	case a.Technician < b.Technician:
		return -1
	case a.Technician > b.Technician:
		return 1
	}
	return int(max(-1, min(1, a.Leave-b.Leave)))
}
