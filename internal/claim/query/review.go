package query

import (
	"context"
	"errors"
	"slices"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/claim/flow"
	"anxin/internal/claim/terms"
	"anxin/internal/privacy"
	"anxin/internal/tx"
)

func staff(a casefile.Actor) error {
	if a.Tenant == 0 || a.ID.IsNil() || a.Role != casefile.Reviewer && a.Role != casefile.Admin {
		return casefile.Fail(casefile.Denied, "error.denied")
	}
	return nil
}

// QueueInfo implements Reviewers: numbers, nothing to pick from.
func (q *Queries) QueueInfo(ctx context.Context, a casefile.Actor) (v terms.QueueInfo, err error) {
	if err := staff(a); err != nil {
		return v, err
	}
	now := q.Source.Now()
	err = q.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		v = terms.QueueInfo{}
		if v.Queues, err = q.Store.QueueCounts(ctx, t, a.Tenant, now); err != nil {
			return err
		}
		held, err := q.Store.Held(ctx, t, a.Tenant, a.ID, now)
		if err != nil {
			return err
		}
		if len(held) > 0 {
			c := &held[0]
			cf, err := q.Timeline.Get(ctx, t, a.Tenant, c.Case)
			if err != nil {
				return err
			}
			v.Mine = &terms.Leased{Case: c.Case, Claim: c.ID, Number: cf.Number, Queue: c.Queue, State: c.Facts.State, Until: c.LeaseUntil, Due: dueOf(c)}
			if v.Mine.Part, err = flow.PartOf(a, c); err != nil {
				return err
			}
		}
		if a.Role == casefile.Admin {
			list, err := q.Store.Problems(ctx, t, a.Tenant, 1000)
			v.Problems = len(list)
			return err
		}
		waiting, err := q.Store.Waiting(ctx, t, a.Tenant, a.ID, now, 1)
		v.MayTake = len(waiting) > 0
		return err
	})
	return v, err
}

func dueOf(c *terms.Claim) time.Time {
	if c.NextDue >= terms.NoDue {
		return time.Time{}
	}
	return time.UnixMicro(c.NextDue).UTC()
}

// mayRead reports whether a reviewer may read a claim: who has it, who acted in it, leads.
func (x *folder) mayRead(ctx context.Context) error {
	if x.Part == terms.Lead || x.hasLease() {
		return nil
	}
	list, err := x.C.Store.ExcludedFrom(ctx, x.Tx, x.Case.Tenant, x.Case.ID, x.Claim.ID)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(list, func(e terms.Excluded) bool { return e.Account == x.Actor.ID && e.Why == "acted" }) {
		return nil
	}
	return flow.ErrNotFound
}

// ReviewPage implements Reviewers.
func (q *Queries) ReviewPage(ctx context.Context, a casefile.Actor, caseID casefile.ID) (v terms.ReviewPage, err error) {
	if err := staff(a); err != nil {
		return v, err
	}
	err = q.open(ctx, a, caseID, func(ctx context.Context, x *folder) error {
		if err := x.mayRead(ctx); err != nil {
			return err
		}
		c := x.Claim
		r := &c.Ruling
		f := &c.Facts
		v = terms.ReviewPage{Part: x.Part, Leased: x.hasLease(), Until: c.LeaseUntil, Declared: c.Declared, Burden: f.Burden, Rule: r.BurdenRule, RuleWords: r.BurdenWords, Packs: [3]terms.PackRef{r.OrderPack, r.FilingPack, r.Applied},
			Why: r.Why, Basis: r.Basis, Trace: r.Trace, Need: r.Need, Contested: f.Contested, Heard: map[terms.Side]bool{terms.BuyerSide: f.BuyerHeard, terms.MerchantSide: f.MerchantHeard},
			Impressed: f.Impressed.Has(a.ID), Problem: c.Problem, Statements: len(x.statements)}
		if v.Core, err = x.core(ctx, casefile.ForDesk); err != nil {
			return err
		}
		// A reviewer sees the decision whatever its letter does; somebody who has not written an impression sees nobody else's view of it.
		v.Outcome, v.Granted = c.Outcome, c.Granted
		if v.Buyer, err = q.People.MaskedName(ctx, x.Tx, a.Tenant, c.Subject); err != nil {
			return err
		}
		if v.History, err = q.Orders.History(ctx, x.Tx, a.Tenant, caseID, c.Filed); err != nil {
			return err
		}
		if v.Said, err = x.said(ctx, func(s *terms.Statement) bool {
			return x.sighted() || !s.Part.Human() || s.Kind == "ask" || s.Kind == "waive" || s.Kind == "extend" || s.Kind == "inspect"
		}); err != nil {
			return err
		}
		for i := range x.media {
			v.Media = append(v.Media, x.medium(&x.media[i]))
		}
		if v.Notices, err = x.notices(ctx, terms.NoSide); err != nil {
			return err
		}
		if v.Windows, err = x.windows(ctx); err != nil {
			return err
		}
		v.AppealOf = lastOf(v.Said, "appeal")
		if !x.sighted() {
			v.Outcome, v.Granted = "", 0
			v.Timeline = slices.DeleteFunc(v.Timeline, func(e terms.Entry) bool { return telling(e.Kind) })
			return nil
		}
		return x.afterImpression(ctx, &v)
	})
	return v, err
}

// sighted reports whether the reader may see what detectors and other reviewers found: after their own first impression, or when nothing is left to decide that it could sway.
func (x *folder) sighted() bool {
	if x.Claim.Facts.Impressed.Has(x.Actor.ID) {
		return true
	}
	switch x.Claim.Facts.State {
	case terms.Decided, terms.Executing, terms.Appealable:
		return true
	}
	return terms.Ended(x.Claim.Facts.State)
}

// telling are entries that show what detectors or other reviewers thought; they stay away until the reader has an impression of their own.
func telling(kind string) bool {
	switch kind {
	case "claim.checked", "claim.impress", "claim.decide", "claim.agree", "claim.disagree", "claim.lead_decide", "claim.overturn", "claim.letter":
		return true
	}
	return false
}

func lastOf(list []terms.StatementView, kind string) *terms.StatementView {
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].Kind == kind {
			return &list[i]
		}
	}
	return nil
}

func (x *folder) windows(ctx context.Context) (out []terms.WindowView, err error) {
	list, err := x.C.Store.Windows(ctx, x.Tx, x.Case.Tenant, x.Case.ID, x.Claim.ID)
	for _, w := range list {
		out = append(out, terms.WindowView{Side: w.Side, Kind: w.Kind, Opened: w.Opened, Due: w.Due, Closed: w.Closed, How: w.How, Round: w.Round})
	}
	return out, err
}

// impressions of everybody.
func (x *folder) impressions(ctx context.Context) (out []terms.ImpressionView, err error) {
	list, err := x.C.Store.Impressions(ctx, x.Tx, x.Case.Tenant, x.Case.ID, x.Claim.ID)
	if err != nil {
		return nil, err
	}
	for _, i := range list {
		text, err := x.words(ctx, i.Part, terms.FieldWords, i.Words)
		if err != nil {
			return nil, err
		}
		out = append(out, terms.ImpressionView{Account: i.Account, Part: i.Part, Leaning: i.Leaning, Words: privacy.NewWords(text), At: i.At, Round: i.Round})
	}
	return out, nil
}

// afterImpression fills what a reader sees after their own impression.
func (x *folder) afterImpression(ctx context.Context, v *terms.ReviewPage) (err error) {
	if v.Impressions, err = x.impressions(ctx); err != nil {
		return err
	}
	for i := range x.decisions {
		d, err := x.decisionView(ctx, &x.decisions[i])
		if err != nil {
			return err
		}
		v.Decisions = append(v.Decisions, d)
		if d.Kind == "proposed" && d.Round == x.Claim.Facts.Round && x.Claim.Facts.State == terms.SecondReview {
			v.Proposal = &v.Decisions[len(v.Decisions)-1]
		}
	}
	m := map[terms.Part]terms.Move{terms.Reviewer: terms.MoveDecide, terms.Lead: terms.MoveLeadDecide, terms.Appealer: terms.MoveOverturn}[x.Part]
	if m == "" || !v.May(m) {
		return nil
	}
	for _, r := range terms.Findings() {
		choice := terms.RemedyChoice{Remedy: r, Limited: x.Claim.Ruling.Limits[r]}
		var why *casefile.Error
		if errors.As(terms.Claims.Refuses(&x.Claim.Facts, m, x.Part, x.Actor.ID, r), &why) {
			choice.Refused = why
		}
		v.Choices = append(v.Choices, choice)
	}
	return nil
}

// Signals implements Reviewers. G4: nobody reads them before their own first impression is written.
func (q *Queries) Signals(ctx context.Context, a casefile.Actor, caseID casefile.ID) (v terms.SignalsPage, err error) {
	if err := staff(a); err != nil {
		return v, err
	}
	err = q.open(ctx, a, caseID, func(ctx context.Context, x *folder) error {
		if err := x.mayRead(ctx); err != nil {
			return err
		}
		v = terms.SignalsPage{Case: caseID, Claim: x.Claim.ID}
		list, err := q.Store.Impressions(ctx, x.Tx, a.Tenant, caseID, x.Claim.ID)
		if err != nil {
			return err
		}
		for _, i := range list {
			if i.Account == a.ID {
				v.Since = i.At
			}
		}
		if v.Since.IsZero() && !(x.Part == terms.Lead && terms.Ended(x.Claim.Facts.State)) {
			return casefile.Fail(casefile.Conflict, "claim.guard.g4")
		}
		if v.Run, err = q.Checks.Run(ctx, x.Tx, a.Tenant, caseID, x.Claim.ID); err != nil {
			return err
		}
		v.Signals, err = q.Checks.Signals(ctx, x.Tx, a.Tenant, caseID, x.Claim.ID)
		return err
	})
	return v, err
}

// FindClaim implements Reviewers.
func (q *Queries) FindClaim(ctx context.Context, a casefile.Actor, n casefile.Number) (id casefile.ID, err error) {
	if err := staff(a); err != nil {
		return id, err
	}
	err = q.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		c, err := q.Timeline.ByNumber(ctx, t, a.Tenant, n)
		id = c.ID
		return err
	})
	if err != nil {
		return casefile.Nil, err
	}
	return id, q.open(ctx, a, id, func(ctx context.Context, x *folder) error { return x.mayRead(ctx) })
}

// Problems implements Leads.
func (q *Queries) Problems(ctx context.Context, a casefile.Actor) (out []terms.ProblemRow, err error) {
	if err := staff(a); err != nil {
		return nil, err
	}
	if a.Role != casefile.Admin {
		return nil, casefile.Fail(casefile.Denied, "error.denied")
	}
	err = q.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		out = nil
		list, err := q.Store.Problems(ctx, t, a.Tenant, 500)
		if err != nil {
			return err
		}
		for i := range list {
			c := &list[i]
			cf, err := q.Timeline.Get(ctx, t, a.Tenant, c.Case)
			if err != nil {
				return err
			}
			row := terms.ProblemRow{Case: c.Case, Claim: c.ID, Number: cf.Number, State: c.Facts.State, Problem: c.Problem, Due: dueOf(c)}
			for _, m := range terms.Claims.Open(&c.Facts, terms.Lead, a.ID) {
				row.Actions = append(row.Actions, terms.Action{Move: m})
			}
			out = append(out, row)
		}
		return nil
	})
	return out, err
}

// RefundOrder implements Platform.
func (q *Queries) RefundOrder(ctx context.Context, a casefile.Actor, caseID casefile.ID) (v terms.RefundOrder, err error) {
	if a.Role != casefile.Admin && a.Role != casefile.System {
		return v, casefile.Fail(casefile.Denied, "error.denied")
	}
	err = q.open(ctx, a, caseID, func(_ context.Context, x *folder) error {
		for i := len(x.steps) - 1; i >= 0; i-- {
			s := &x.steps[i]
			if s.Kind != terms.StepRefund || s.Opened.IsZero() {
				continue
			}
			v = terms.RefundOrder{Case: caseID, Claim: x.Claim.ID, Number: x.Case.Number, Order: x.order.Number, Step: s.ID, Amount: s.Amount, Remedy: x.Claim.Outcome, State: s.State, Due: s.Due,
				Tries: s.Tries}
			if n := len(x.letters); n > 0 {
				v.Letter = x.letters[n-1].Code
			}
			return nil
		}
		return flow.ErrNotFound
	})
	return v, err
}
