package query

import (
	"context"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/clock"
	"anxin/internal/service/flow"
	"anxin/internal/service/terms"
	"anxin/internal/tx"
)

// MyData implements Customers.
func (s *Queries) MyData(ctx context.Context, a casefile.Actor, caseID casefile.ID) (terms.MyData, error) {
	if err := flow.MustBe(a, casefile.Customer); err != nil {
		return terms.MyData{}, err
	}
	if err := flow.MayTouch(a, caseID); err != nil {
		return terms.MyData{}, err
	}
	var d terms.MyData
	err := s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		f, err := s.openFolder(ctx, t, a, caseID, casefile.ForCustomer)
		if err != nil {
			return err
		}
		d, err = f.myData(ctx)
		return err
	})
	return d, err
}

func (f *folder) myData(ctx context.Context) (terms.MyData, error) {
	d := terms.MyData{Number: f.Case.Number, Created: f.Case.Created}
	p, err := f.Commands.Keeper.Person(ctx, f.Tx, f.Case.Tenant, f.Case.Subject)
	if err != nil {
		return d, err
	}
	d.Name, d.Phone, d.Erased = p.Name, p.Phone, p.Erased
	if d.Erased.IsZero() {
		if d.Address, d.Words, err = f.OpenRequest(ctx); err != nil {
			return d, err
		}
	}
	for _, it := range f.items {
		d.Photos = append(d.Photos, it.ID)
	}
	if d.Looked, err = f.looked(ctx); err != nil {
		return d, err
	}
	d.CanErase = d.Erased.IsZero() && terms.RequestMoves.Can(f.Req.State, terms.MoveEraseData, f.Actor.Role)
	if !d.CanErase {
		d.WhyNot = terms.Line{Key: "service.erase.under_way"}
		if !d.Erased.IsZero() {
			d.WhyNot = terms.Line{Key: "service.erase.done"}
		}
	}
	return d, nil
}

func (f *folder) looked(ctx context.Context) ([]terms.Look, error) {
	list, err := f.Commands.Access.Looked(ctx, f.Tx, f.Case.Tenant, f.Case.ID)
	if err != nil {
		return nil, err
	}
	out := make([]terms.Look, 0, len(list))
	for _, x := range list {
		out = append(out, terms.Look{At: x.At, Role: x.Role, Action: x.Action, Field: x.Field, Reason: x.Reason})
	}
	return out, nil
}

// clockViews reads the clocks of a case.
func (s *Queries) clockViews(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID, now time.Time) ([]terms.ClockView, error) {
	list, err := s.Clocks.Of(ctx, t, tenant, caseID)
	if err != nil {
		return nil, err
	}
	clock.SortClocks(list)
	var out []terms.ClockView
	for _, c := range list {
		if ofClaims(c.Kind) {
			continue
		}
		st, err := s.Clocks.State(c, now)
		if err != nil {
			return nil, err
		}
		out = append(out, terms.ClockView{ID: c.ID, Kind: c.Kind, Started: c.Started, Due: st.Due, Stopped: c.Stopped, Breached: !c.Breached.IsZero() || st.Over,
			Paused: st.Paused, Reason: st.PauseReason})
	}
	return out, nil
}

func promiseView(p *terms.Promise) *terms.PromiseView {
	if p == nil {
		return nil
	}
	return &terms.PromiseView{ID: p.ID, State: p.State, From: p.From, To: p.To, Probability: p.Probability, Cause: p.Cause, Made: p.Made}
}

func (s *Queries) problemView(p terms.ProblemRow) terms.Problem {
	return terms.Problem{ID: p.ID, Case: p.Case, Number: p.Number, Kind: p.Kind, Since: p.Since, Line: terms.Line{Key: "service.problem." + p.Kind, Args: s.facts(p.Kind, p.Args)}, Urgency: p.Urgency, Region: p.RegionPath}
}
