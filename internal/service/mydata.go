package service

import (
	"context"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/clock"
	"anxin/internal/tx"
)

// MyData implements Customers.
func (s *Service) MyData(ctx context.Context, a casefile.Actor, caseID casefile.ID) (MyData, error) {
	if err := mustBe(a, casefile.Customer); err != nil {
		return MyData{}, err
	}
	if err := mayTouch(a, caseID); err != nil {
		return MyData{}, err
	}
	var d MyData
	err := s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		c, err := s.Timeline.Get(ctx, t, a.Tenant, caseID)
		if err != nil {
			return err
		}
		w := &work{s: s, t: t, actor: a, now: s.Source.Now(), c: c}
		if err := w.read(ctx); err != nil {
			return err
		}
		d, err = w.myData(ctx)
		return err
	})
	return d, err
}

func (w *work) myData(ctx context.Context) (MyData, error) {
	d := MyData{Number: w.c.Number, Created: w.c.Created}
	p, err := w.s.Keeper.Person(ctx, w.t, w.c.Tenant, w.c.Subject)
	if err != nil {
		return d, err
	}
	d.Name, d.Phone, d.Erased = p.Name, p.Phone, p.Erased
	if d.Erased.IsZero() {
		if d.Address, d.Words, err = w.openRequest(ctx); err != nil {
			return d, err
		}
	}
	items, err := w.s.Evidence.Attached(ctx, w.t, w.c.Tenant, w.c.ID)
	if err != nil {
		return d, err
	}
	for _, it := range items {
		d.Photos = append(d.Photos, it.ID)
	}
	if d.Looked, err = w.looked(ctx); err != nil {
		return d, err
	}
	d.CanErase = d.Erased.IsZero() && requests.Can(w.req.State, MoveEraseData, w.actor.Role)
	if !d.CanErase {
		d.WhyNot = Line{Key: "service.erase.under_way"}
		if !d.Erased.IsZero() {
			d.WhyNot = Line{Key: "service.erase.done"}
		}
	}
	return d, nil
}

func (w *work) looked(ctx context.Context) ([]Look, error) {
	list, err := w.s.Access.Looked(ctx, w.t, w.c.Tenant, w.c.ID)
	if err != nil {
		return nil, err
	}
	out := make([]Look, 0, len(list))
	for _, x := range list {
		out = append(out, Look{At: x.At, Role: x.Role, Action: x.Action, Field: x.Field, Reason: x.Reason})
	}
	return out, nil
}

// clockViews reads the clocks of a case.
func (s *Service) clockViews(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID, now time.Time) ([]ClockView, error) {
	list, err := s.Clocks.Of(ctx, t, tenant, caseID)
	if err != nil {
		return nil, err
	}
	clock.SortClocks(list)
	var out []ClockView
	for _, c := range list {
		st, err := s.Clocks.State(c, now)
		if err != nil {
			return nil, err
		}
		out = append(out, ClockView{ID: c.ID, Kind: c.Kind, Started: c.Started, Due: st.Due, Stopped: c.Stopped, Breached: !c.Breached.IsZero() || st.Over,
			Paused: st.Paused, Reason: st.PauseReason})
	}
	return out, nil
}

func promiseView(p *Promise) *PromiseView {
	if p == nil {
		return nil
	}
	return &PromiseView{ID: p.ID, State: p.State, From: p.From, To: p.To, Probability: p.Probability, Cause: p.Cause, Made: p.Made}
}

func (s *Service) problemView(p ProblemRow) Problem {
	return Problem{ID: p.ID, Case: p.Case, Number: p.Number, Kind: p.Kind, Since: p.Since, Line: Line{Key: "service.problem." + p.Kind, Args: s.facts(p.Kind, p.Args)}, Urgency: p.Urgency, Region: p.RegionPath}
}
