package claim_test

import (
	"context"
	"testing"

	"anxin/internal/casefile"
	"anxin/internal/claim/claimdb"
	"anxin/internal/tx"
)

// Every ruling comes once, in steps, with its trace; a replay of the rules reads them.
func TestRulingsAreReadInSteps(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.rules.ruling.Trace = []byte(`{"facts":{"remedy":"refund_only"}}`)
		want := map[string]bool{}
		for range 5 {
			want[h.order().file(nil).row().ID.String()] = true
		}
		var caseID, id casefile.ID
		for steps := 0; ; steps++ {
			var list []claimdb.KeptRuling
			h.ok(h.db.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
				list, err = claimdb.Store{}.RulingsAfter(ctx, t, tenant, caseID, id, 2)
				return err
			}))
			if len(list) == 0 {
				if steps != 3 {
					t.Errorf("%d steps", steps)
				}
				break
			}
			for _, k := range list {
				if !want[k.Claim.String()] || len(k.Ruling.Trace) == 0 || k.Number == "" {
					t.Errorf("%+v", k)
				}
				delete(want, k.Claim.String())
				caseID, id = k.Case, k.Claim
			}
		}
		if len(want) > 0 {
			t.Errorf("%d rulings were not read", len(want))
		}
	})
}
