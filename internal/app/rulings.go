package app

import (
	"context"
	"iter"

	"anxin/internal/casefile"
	"anxin/internal/claim/claimdb"
	"anxin/internal/rule"
	"anxin/internal/tx"
)

// RuledFacts streams the facts of every claim that was ever ruled on, for a replay with other rules. It reads in steps and holds one of them; claims that were filed
// while no pack could be evaluated have no facts and are left out.
func (s *Store) RuledFacts(ctx context.Context) iter.Seq2[rule.Stored, error] {
	const step = 500
	return func(yield func(rule.Stored, error) bool) {
		var caseID, claimID casefile.ID
		for {
			var list []claimdb.KeptRuling
			err := s.DB.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
				list, err = claimdb.Store{}.RulingsAfter(ctx, t, Tenant, caseID, claimID, step)
				return err
			})
			if err != nil {
				yield(rule.Stored{}, err)
				return
			}
			for _, k := range list {
				caseID, claimID = k.Case, k.Claim
				facts, ok, err := rule.StoredOf(k.Number.String(), k.Ruling.Trace)
				if (ok || err != nil) && !yield(facts, err) || err != nil {
					return
				}
			}
			if len(list) < step {
				return
			}
		}
	}
}
