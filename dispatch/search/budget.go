package search

import (
	"context"
	"slices"
)

// budget is a context that also ends when the time limit is used up, for work that looks at Err alone. The search has no clock: the limit
// is asked, not waited for.
type budget struct {
	context.Context
	done func() float64
}

// withLimit returns ctx itself when there is no time limit.
func withLimit(ctx context.Context, done func() float64) context.Context {
	if done == nil {
		return ctx
	}
	return budget{ctx, done}
}

// Err implements [context.Context].
func (b budget) Err() error {
	if err := b.Context.Err(); err != nil {
		return err
	}
	if b.done() >= 1 {
		return context.DeadlineExceeded
	}
	return nil
}

// dense returns the instance with the matrices of all places, or nil when the budget ends before.
func (in *Instance) dense(ctx context.Context) *Instance {
	all := make([]int32, in.Places)
	for i := range all {
		all[i] = int32(i)
	}
	profiles, ok := in.Source.Profiles(ctx, all)
	if !ok {
		return nil
	}
	full := *in
	full.Profiles, full.Source = profiles, nil
	return &full
}

// fixedPart is what must be planned whatever the time: fixed jobs and the vehicles that may serve them. It is nil without such jobs.
func (p *part) fixedPart(in *Instance) *part {
	out := &part{}
	types := make([]bool, len(in.Types))
	bound := make(map[int32]bool)
	for g := range in.Groups {
		if slices.ContainsFunc(in.Groups[g].Jobs, func(job int32) bool { return in.Jobs[job].Fixed }) {
			for _, job := range in.Groups[g].Jobs {
				bound[job] = true
			}
		}
	}
	for _, job := range p.jobs {
		if !in.Jobs[job].Fixed && !bound[job] {
			continue
		}
		out.jobs = append(out.jobs, job)
		for t := range types {
			types[t] = types[t] || in.Assign == nil || in.Assign[int(job)*len(types)+t] != Forbidden
		}
	}
	if len(out.jobs) == 0 {
		return nil
	}
	for _, v := range p.vehicles {
		if types[in.Vehicles[v]] {
			out.vehicles = append(out.vehicles, v)
		}
	}
	return out
}

// planFixed plans what must be planned and nothing else; the answer is in the numbers of the part. It does not look at the time.
func (p *part) planFixed(in *Instance, o *Options) *Plan {
	out := &Plan{Routes: make([][]int32, len(p.vehicles))}
	if len(in.Groups) > 0 {
		out.Starts = make([]int32, len(p.jobs))
		for i := range out.Starts {
			out.Starts[i] = Never
		}
	}
	fixed := p.fixedPart(in)
	if fixed == nil || len(fixed.vehicles) == 0 {
		return p.leftOut(in, out)
	}
	ctx := context.Background()
	sub, ok := fixed.extract(ctx, in)
	if !ok {
		return p.leftOut(in, out)
	}
	s := newSearch(sub, newNeighbours(ctx, sub, o.Width), &o.Tuning, 0)
	s.construct(ctx)
	found := s.plan()
	jobOf, vehicleOf := make(map[int32]int32), make(map[int32]int32)
	for k, job := range p.jobs {
		jobOf[job] = int32(k)
	}
	for k, v := range p.vehicles {
		vehicleOf[v] = int32(k)
	}
	for k, route := range found.Routes {
		for _, job := range route {
			mine := jobOf[fixed.jobs[job]]
			out.Routes[vehicleOf[fixed.vehicles[k]]] = append(out.Routes[vehicleOf[fixed.vehicles[k]]], mine)
			if found.Starts != nil {
				out.Starts[mine] = found.Starts[job]
			}
		}
	}
	out.Cost = found.Cost
	for i, job := range fixed.jobs {
		if slices.Contains(found.Skipped, int32(i)) {
			out.Cost -= in.Jobs[job].Skip // counted below
		}
	}
	return p.leftOut(in, out)
}

// leftOut completes a plan with the jobs that it does not serve and their price.
func (p *part) leftOut(in *Instance, out *Plan) *Plan {
	served := make([]bool, len(p.jobs))
	for _, route := range out.Routes {
		for _, job := range route {
			served[job] = true
		}
	}
	for k, job := range p.jobs {
		if !served[k] {
			out.Skipped = append(out.Skipped, int32(k))
			out.Cost += in.Jobs[job].Skip
		}
	}
	return out
}

// fixedOnly is planFixed for a whole instance.
func fixedOnly(in *Instance, o *Options) *Plan {
	whole := &part{}
	for i := range in.Jobs {
		whole.jobs = append(whole.jobs, int32(i))
	}
	for v := range in.Vehicles {
		whole.vehicles = append(whole.vehicles, int32(v))
	}
	return whole.planFixed(in, o)
}
