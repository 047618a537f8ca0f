package query

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"anxin/dispatch"
	"anxin/internal/casefile"
	"anxin/internal/service/flow"
	"anxin/internal/service/input"
	"anxin/internal/service/plan"
	"anxin/internal/service/terms"
	"anxin/internal/tx"
)

// Bounds of proposals.
const (
	proposeTime       = 6 * time.Second // of the machine, for the search
	proposeIterations = 40_000          // enough for a day of a city; the time decides for more
	maxProposeCases   = 200
	decide            = 5 * time.Minute  // nobody sets out earlier: reading and accepting a plan takes its time
	slipped           = 30 * time.Minute // how much later than proposed a visit may begin when it took longer
	maxProposals      = 100              // kept at once, the oldest go first
)

// proposals are kept in memory: a plan is worth minutes, and nothing depends on it. Another server does not know them.
type proposals struct {
	mu    sync.Mutex
	byKey map[proposalKey]*terms.Proposal
	order []proposalKey
	turn  chan struct{} // one search at a time: it takes a processor
}

type proposalKey struct {
	tenant casefile.Tenant
	day    int64
	region string
}

func newProposals() *proposals {
	return &proposals{byKey: map[proposalKey]*terms.Proposal{}, turn: make(chan struct{}, 1)}
}

func (p *proposals) get(k proposalKey) (terms.Proposal, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	x, ok := p.byKey[k]
	if !ok {
		return terms.Proposal{}, false
	}
	out := *x
	out.Visits = slices.Clone(x.Visits)
	return out, true
}

// begin notes a running proposal; false when one is running already.
func (p *proposals) begin(k proposalKey, x terms.Proposal) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if was := p.byKey[k]; was != nil && was.State == "running" {
		return false
	}
	p.put(k, x)
	return true
}

func (p *proposals) put(k proposalKey, x terms.Proposal) {
	if p.byKey[k] == nil {
		if p.order = append(p.order, k); len(p.order) > maxProposals {
			delete(p.byKey, p.order[0])
			p.order = p.order[1:]
		}
	}
	p.byKey[k] = &x
}

func (p *proposals) set(k proposalKey, x terms.Proposal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.put(k, x)
}

func (s *Queries) proposalOf(a casefile.Actor, q terms.ProposeQuery) (proposalKey, time.Time, error) {
	if err := flow.MustBe(a, casefile.Dispatcher); err != nil {
		return proposalKey{}, time.Time{}, err
	}
	if len(q.Region) > 9 || input.Digits(q.Region) != q.Region {
		return proposalKey{}, time.Time{}, casefile.InvalidField("region", "service.field.choose")
	}
	day := flow.Midnight(q.Date)
	return proposalKey{a.Tenant, day.Unix(), q.Region}, day, nil
}

// PlanDay implements Desk.
func (s *Queries) PlanDay(ctx context.Context, a casefile.Actor, q terms.ProposeQuery) error {
	key, day, err := s.proposalOf(a, q)
	if err != nil {
		return err
	}
	x := terms.Proposal{Date: day, Region: q.Region, State: "running", Started: s.Source.Now()}
	if !s.proposals.begin(key, x) {
		return nil // it is being made: who asks twice gets the same
	}
	go func(ctx context.Context) { // it outlives the request that asked for it, and is bounded by its own time
		s.proposals.turn <- struct{}{}
		defer func() { <-s.proposals.turn }()
		err := s.propose(ctx, a, &x)
		if x.State, x.Ready = "ready", s.Source.Now(); err != nil {
			x.State = "failed"
			s.Log.ErrorContext(ctx, "a day could not be planned", "tenant", int64(a.Tenant), "day", x.Date, "region", x.Region, "error", err)
		}
		s.proposals.set(key, x)
	}(context.WithoutCancel(ctx))
	return nil
}

// DayPlan implements Desk.
func (s *Queries) DayPlan(_ context.Context, a casefile.Actor, q terms.ProposeQuery) (terms.Proposal, error) {
	key, _, err := s.proposalOf(a, q)
	if err != nil {
		return terms.Proposal{}, err
	}
	x, ok := s.proposals.get(key)
	if !ok {
		return x, flow.ErrNotFound
	}
	return x, nil
}

// openCase is a case of a proposal with what was read of it.
type openCase struct {
	number casefile.Number
	req    terms.Request
	still  terms.OpenCase
}

// propose reads the day and its open cases, and plans them.
func (s *Queries) propose(ctx context.Context, a casefile.Actor, x *terms.Proposal) error {
	var problem dispatch.Problem
	var wf flow.Workforce
	var open map[string]openCase
	err := s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		now, end := s.Source.Now(), x.Date.AddDate(0, 0, 1)
		problem, wf, x.Cases, x.Otherwise, x.More = dispatch.Problem{Now: dispatch.At(now.Add(decide)), Travel: s.Travel}, flow.Workforce{}, 0, 0, false
		list, visits, err := s.Store.DayStaff(ctx, t, a.Tenant, x.Region, "", maxDayRows+1, x.Date.UTC(), end.UTC())
		if err != nil {
			return err
		}
		if len(list) > maxDayRows {
			list, x.More = list[:maxDayRows], true
		}
		of := map[casefile.ID][]*terms.Visit{}
		for i := range visits {
			of[visits[i].Technician] = append(of[visits[i].Technician], &visits[i])
		}
		for i := range list {
			if list[i].State == "active" {
				s.Enlist(&wf, &list[i], of[list[i].ID], now, end)
			}
		}
		problem.Technicians, problem.Commitments = wf.Technicians, wf.Commitments
		problem.Jobs, open, err = s.openJobs(ctx, t, a, x)
		return err
	})
	if err != nil {
		return err
	}
	if len(problem.Jobs) == 0 || len(problem.Technicians) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, proposeTime)
	defer cancel()
	found, err := plan.Propose(ctx, &problem, proposeIterations)
	if err != nil {
		return err
	}
	s.describe(x, found, &wf, open)
	return nil
}

// openJobs are the cases that look for a technician, with their hours on the day.
func (s *Queries) openJobs(ctx context.Context, t tx.Tx, a casefile.Actor, x *terms.Proposal) ([]dispatch.Job, map[string]openCase, error) {
	var jobs []dispatch.Job
	open := map[string]openCase{}
	for _, state := range []terms.State{terms.RequestTriaged, terms.RequestPlanned} {
		after := terms.QueueKey{Due: -1 << 62}
		rows, err := s.Store.Queue(ctx, t, a.Tenant, terms.QueueFilter{State: state, Region: x.Region}, after, maxProposeCases+1)
		if err != nil {
			return nil, nil, err
		}
		for i := range rows {
			if len(jobs) == maxProposeCases {
				x.More = true
				break
			}
			c, err := s.Timeline.Get(ctx, t, a.Tenant, rows[i].Request.Case)
			if err != nil {
				return nil, nil, err
			}
			w := &flow.Work{Commands: s.Commands, Tx: t, Actor: a, Now: s.Source.Now(), Case: c}
			if err := w.Read(ctx); err != nil {
				return nil, nil, err
			}
			if !w.Unassigned() {
				continue
			}
			j, err := w.PlanJob(ctx)
			if err != nil {
				return nil, nil, err
			}
			if !onDay(&j, x.Date, w.Now) {
				x.Otherwise++
				continue
			}
			x.Cases++
			j.ID = c.ID.String()
			jobs = append(jobs, j)
			open[j.ID] = openCase{number: c.Number, req: *w.Req, still: w.Open()}
		}
	}
	return jobs, open, nil
}

// onDay narrows a job's windows to a local day; false when none is left.
func onDay(j *dispatch.Job, day, now time.Time) bool {
	from, to := max(dispatch.At(day), dispatch.At(now)), dispatch.At(day.AddDate(0, 0, 1))-1
	var on []dispatch.Window
	for _, w := range j.Windows {
		if w.From <= to && w.To >= from {
			on = append(on, dispatch.Window{From: max(w.From, from), To: min(w.To, to)})
		}
	}
	j.Windows = on
	return len(on) > 0
}

// describe puts the plan into the words of the desk.
func (s *Queries) describe(x *terms.Proposal, found *plan.Proposed, wf *flow.Workforce, open map[string]openCase) {
	x.Before, x.After, x.OneByOne, x.Served = casefile.Fen(found.Before), casefile.Fen(found.After), casefile.Fen(found.OneByOne), found.Served
	for _, v := range found.Visits {
		c := open[v.Job]
		rows := candidateRows([]plan.Answer{{Offer: v.Offer, Priced: true}}, wf)
		if len(rows) == 0 {
			continue
		}
		row := rows[0]
		if row.After == "" && v.After != "" {
			row.After = open[v.After].number
		}
		if row.Before == "" && v.Before != "" {
			row.Before = open[v.Before].number
		}
		row.More = 0
		x.Visits = append(x.Visits, terms.ProposedVisit{Case: c.req.Case, Number: c.number, Kind: c.req.Kind, Product: c.req.Product, Urgency: c.req.Urgency, Region: c.req.RegionPath,
			CandidateRow: row, Still: c.still})
	}
	for _, l := range found.Left {
		c := open[l.Job]
		x.Left = append(x.Left, terms.ProposedLeft{Case: c.req.Case, Number: c.number, Kind: c.req.Kind, Product: c.req.Product, Urgency: c.req.Urgency, Region: c.req.RegionPath,
			Reasons: flow.ReasonsOf(l.Reasons)})
	}
}

// AcceptDayPlan implements Desk.
func (s *Queries) AcceptDayPlan(ctx context.Context, a casefile.Actor, q terms.ProposeQuery, cases []casefile.ID) (terms.Proposal, error) {
	x, err := s.DayPlan(ctx, a, q)
	if err != nil {
		return x, err
	}
	key, _, err := s.proposalOf(a, q)
	if err != nil {
		return x, err
	}
	for i := range x.Visits {
		v := &x.Visits[i]
		if !slices.Contains(cases, v.Case) || v.Outcome == "given" {
			continue
		}
		_, err := s.Pin(ctx, a, terms.Pin{Case: v.Case, Technician: v.Technician, From: v.ArriveAt, To: v.Until, Slack: slipped, Still: &v.Still})
		var known *casefile.Error
		switch {
		case err == nil:
			v.Outcome = "given"
		case errors.As(err, &known) && known.Key == "service.error.moved_on":
			v.Outcome = "moved_on"
		case errors.As(err, &known) && (known.Category == casefile.Conflict || known.Category == casefile.Invalid):
			v.Outcome = "refused"
		default:
			s.proposals.set(key, x) // what was given is given
			return x, err
		}
	}
	s.proposals.set(key, x)
	return x, nil
}
