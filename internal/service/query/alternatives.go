package query

import (
	"context"
	"time"

	"anxin/dispatch"
	"anxin/internal/casefile"
	"anxin/internal/service/flow"
	"anxin/internal/service/plan"
	"anxin/internal/service/terms"
	"anxin/internal/tx"
)

// Candidates implements Desk: everybody of the wider circle, with cost and reasons for and against. Nothing is written.
func (s *Queries) Candidates(ctx context.Context, a casefile.Actor, caseID casefile.ID) ([]terms.CandidateRow, error) {
	if err := flow.MustBe(a, casefile.Dispatcher, casefile.Agent); err != nil {
		return nil, err
	}
	var out []terms.CandidateRow
	err := s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		out = nil
		c, err := s.Timeline.Get(ctx, t, a.Tenant, caseID)
		if err != nil {
			return err
		}
		w := &flow.Work{Commands: s.Commands, Tx: t, Actor: a, Now: s.Source.Now(), Case: c}
		if err := w.Read(ctx); err != nil {
			return err
		}
		q, until, err := w.Question(ctx)
		if err != nil {
			return err
		}
		near, wide := w.Around()
		wf, err := s.WorkforceIn(ctx, t, a.Tenant, append(near, wide...), until)
		if err != nil {
			return err
		}
		wf.Without(w.OpenVisit())
		list, _, err := s.Alternatives(ctx, w.Now, q, &wf)
		if err != nil {
			return err
		}
		out = candidateRows(list, &wf)
		return nil
	})
	return out, err
}

// candidateRows writes answers for the desk.
func candidateRows(list []plan.Answer, wf *flow.Workforce) []terms.CandidateRow {
	out := make([]terms.CandidateRow, 0, len(list))
	for i := range list {
		c := &list[i]
		x := wf.Row(c.Technician)
		if x == nil {
			continue
		}
		row := terms.CandidateRow{Technician: x.ID, Code: x.Code, Name: x.Name, Eligible: c.Eligible, Outside: c.Outside, Later: c.Later, Reasons: flow.ReasonsOf(c.Reasons)}
		if row.Timed() {
			row.ArriveAt, row.Until = c.Arrival.Std(), c.Finish.Std()
			row.Distance, row.Travel, row.DayLoad = int(c.DistanceMetres), time.Duration(c.TravelSeconds)*time.Second, c.DayLoad
			row.Guessed = c.Quality <= dispatch.Estimated
			row.Priced, row.Cost, row.Points = c.Priced, casefile.Fen(c.CostFen), int(c.Points)
			row.After, row.Before = wf.Number(c.After), wf.Number(c.Before)
		}
		out = append(out, row)
	}
	if len(out) > 0 && out[0].Eligible {
		for i := range out {
			if out[i].Priced && out[0].Priced {
				out[i].More = out[i].Cost - out[0].Cost
			}
		}
	}
	return out
}
