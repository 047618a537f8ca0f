package plan

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"anxin/dispatch"
	"anxin/dispatch/check"
	"anxin/internal/service/terms"
)

// Proposed is a day as the solver would plan it, verified.
type Proposed struct {
	Visits []Visit
	Left   []dispatch.Unassigned
	// Before is what the agreed visits cost; After with the proposed ones. OneByOne and Served are what giving out the same cases one after the other, the most
	// urgent and oldest first, would add and how many would find somebody: what happens without a plan.
	Before, After int64
	OneByOne      int64
	Served        int
}

// Visit is one case with its place in a technician's day.
type Visit struct {
	Job string
	dispatch.Offer
}

// Propose plans the open jobs around what is agreed and lets the independent checker verify the plan before anybody sees it: a plan that it refuses is an error.
// ctx bounds the time; what was found until then is returned.
func Propose(ctx context.Context, p *dispatch.Problem, iterations int64) (*Proposed, error) {
	lasting := context.WithoutCancel(ctx)
	found, err := dispatch.Solve(ctx, p, dispatch.Options{Seed: 1, Threads: 1, Iterations: iterations})
	if err != nil {
		return nil, err
	}
	if err := verify(lasting, p, found); err != nil {
		return nil, err
	}
	agreed := *p
	agreed.Jobs = nil
	before, err := dispatch.Solve(lasting, &agreed, dispatch.Options{Seed: 1, Iterations: 1})
	if err != nil {
		return nil, err
	}
	out := &Proposed{Left: found.Unassigned, Before: money(&before.Score), After: money(&found.Score)}
	if out.OneByOne, out.Served, err = oneByOne(p); err != nil {
		return nil, err
	}
	out.Visits, err = priced(p, found)
	return out, err
}

// verify is the wall before every proposal.
func verify(ctx context.Context, p *dispatch.Problem, found *dispatch.Plan) error {
	report, err := check.Plan(ctx, p, found)
	if err != nil {
		return err
	}
	if !report.OK() {
		return fmt.Errorf("plan: the checker refuses the proposal: %s", report)
	}
	return nil
}

func money(s *dispatch.Score) int64 { return s.TravelFen + s.OvertimeFen + s.FeeFen }

// priced says for each proposed visit what it adds to its day, and why it lies there.
func priced(p *dispatch.Problem, found *dispatch.Plan) ([]Visit, error) {
	jobs := map[string]*dispatch.Job{}
	for i := range p.Jobs {
		jobs[p.Jobs[i].ID] = &p.Jobs[i]
	}
	agreed := slices.Clone(p.Commitments)
	for _, t := range found.Tours {
		for _, s := range t.Stops {
			if s.Job != "" {
				agreed = append(agreed, dispatch.Commitment{ID: s.Job, Technician: t.Technician, Place: jobs[s.Job].Place, Start: s.Start, End: s.End})
			}
		}
	}
	var out []Visit
	for _, t := range found.Tours {
		of := slices.DeleteFunc(slices.Clone(agreed), func(c dispatch.Commitment) bool { return c.Technician != t.Technician })
		who := slices.DeleteFunc(slices.Clone(p.Technicians), func(x dispatch.Technician) bool { return x.ID != t.Technician })
		for _, s := range t.Stops {
			if s.Job == "" {
				continue
			}
			v := Visit{Job: s.Job, Offer: dispatch.Offer{Candidate: dispatch.Candidate{Technician: t.Technician, Eligible: true, Depart: s.Depart, Arrival: s.Start, Finish: s.End,
				TravelSeconds: int32(s.Arrive - s.Depart), DistanceMetres: s.Metres}}}
			b, left, ok := NewBoard(p.Now, p.Travel, who, slices.DeleteFunc(slices.Clone(of), func(c dispatch.Commitment) bool { return c.ID == s.Job }))
			if ok && len(left) == 0 {
				j := *jobs[s.Job]
				j.Windows = []dispatch.Window{{From: s.Start, To: s.Start + dispatch.TimeTolerance}}
				j.Promise = nil
				if o, err := b.WhyNot(&j, t.Technician); err != nil {
					return nil, err
				} else if o.Eligible {
					v.CostFen, v.Points, v.Reasons, v.After, v.Before = o.CostFen, o.Points, o.Reasons, o.After, o.Before
				}
			}
			out = append(out, v)
		}
	}
	slices.SortStableFunc(out, func(a, b Visit) int { return int(a.Arrival - b.Arrival) })
	return out, nil
}

// oneByOne gives the jobs out as they come: each to the best at that moment, nobody looking at two cases together.
func oneByOne(p *dispatch.Problem) (fen int64, served int, err error) {
	b, left, ok := NewBoard(p.Now, p.Travel, p.Technicians, p.Commitments)
	if !ok || len(left) > 0 {
		return 0, 0, nil
	}
	visits := map[string][]dispatch.Visit{}
	for i := range p.Commitments {
		c := &p.Commitments[i]
		visits[c.Technician] = append(visits[c.Technician], AsVisit(c))
	}
	jobs := slices.Clone(p.Jobs)
	slices.SortStableFunc(jobs, func(a, b dispatch.Job) int {
		if a.Priority != b.Priority {
			return b.Priority - a.Priority
		}
		if a.Created != b.Created {
			return int(max(-1, min(1, a.Created-b.Created)))
		}
		return strings.Compare(a.ID, b.ID)
	})
	for i := range jobs {
		order := dispatch.ByCost
		if jobs[i].Priority >= PriorityOf(terms.Express) {
			order = dispatch.ByArrival
		}
		got, err := b.Insert(&jobs[i], 1, order)
		if err != nil {
			return 0, 0, err
		}
		if len(got) == 0 {
			continue
		}
		o := got[0]
		served, fen = served+1, fen+o.CostFen
		visits[o.Technician] = append(visits[o.Technician], dispatch.Visit{ID: jobs[i].ID, Place: jobs[i].Place, Start: o.Arrival, End: o.Finish})
		k := slices.IndexFunc(p.Technicians, func(t dispatch.Technician) bool { return t.ID == o.Technician })
		if err := b.Set(p.Technicians[k], visits[o.Technician]); err != nil {
			return 0, 0, err
		}
	}
	return fen, served, nil
}

// PriorityOf orders jobs when not all can be served.
func PriorityOf(u terms.Urgency) int {
	switch u {
	case terms.Emergency:
		return 9
	case terms.Express:
		return 7
	case terms.Booked:
		return 5
	}
	return 3
}
