package flow

import (
	"context"

	"anxin/internal/casefile"
	"anxin/internal/claim/terms"
	"anxin/internal/tx"
)

// lead runs a command of the lead: a move with a reason in own words.
func (s *Commands) lead(ctx context.Context, a casefile.Actor, c terms.Reasoned, m terms.Move, kind string, then func(ctx context.Context, w *Work) error) (terms.Result, error) {
	var f fields
	c.Code = f.line("code", c.Code, 0, 40)
	c.Words = f.words("words", c.Words, 1, maxWords)
	if err := f.err(); err != nil {
		return terms.Result{}, err
	}
	if err := mustBe(a, casefile.Admin); err != nil {
		return terms.Result{}, err
	}
	return s.do(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		if err := w.sayAndTake(ctx, m, statement{kind: kind, code: c.Code, words: c.Words}); err != nil {
			return err
		}
		if then == nil {
			return nil
		}
		return then(ctx, w)
	})
}

// Suspend implements Leads: all clocks of the claim stand.
func (s *Commands) Suspend(ctx context.Context, a casefile.Actor, c terms.Reasoned) (terms.Result, error) {
	return s.lead(ctx, a, c, terms.MoveSuspend, "suspend", nil)
}

// Resume implements Leads.
func (s *Commands) Resume(ctx context.Context, a casefile.Actor, c terms.Reasoned) (terms.Result, error) {
	return s.lead(ctx, a, c, terms.MoveResume, "resume", func(ctx context.Context, w *Work) error {
		if w.Claim.Facts.State == terms.Decided {
			return w.letterSoon(ctx) // its timer may have come while the claim stood
		}
		return nil
	})
}

// Refer implements Leads: to an authority, after everything is carried out.
func (s *Commands) Refer(ctx context.Context, a casefile.Actor, c terms.Reasoned) (terms.Result, error) {
	return s.lead(ctx, a, c, terms.MoveRefer, "refer", nil)
}

// Merge implements Leads: the claim goes on in another one of the same merchant.
func (s *Commands) Merge(ctx context.Context, a casefile.Actor, c terms.MergeInto) (terms.Result, error) {
	var into terms.Claim
	err := s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		cf, err := s.Timeline.ByNumber(ctx, t, a.Tenant, c.Into)
		if err != nil {
			return err
		}
		list, err := s.Store.Claims(ctx, t, a.Tenant, cf.ID)
		if err == nil && len(list) == 0 {
			err = ErrNotFound
		}
		if err != nil {
			return err
		}
		into = list[len(list)-1]
		return nil
	})
	if casefile.Is(err, casefile.NotFound) {
		return terms.Result{}, casefile.InvalidField("into", "claim.field.into")
	}
	if err != nil {
		return terms.Result{}, err
	}
	return s.lead(ctx, a, terms.Reasoned{Case: c.Case, Words: c.Words}, terms.MoveMerge, "merge", func(_ context.Context, w *Work) error {
		if into.ID == w.Claim.ID || into.Merchant != w.Claim.Merchant || terms.Ended(into.Facts.State) {
			return casefile.InvalidField("into", "claim.field.into")
		}
		w.Claim.Into = into.ID
		return nil
	})
}
