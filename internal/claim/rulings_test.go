package claim_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/claim"
	"anxin/internal/claim/claimdb"
	"anxin/internal/clock"
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

// A clock runs as long as the rules say when it starts; the policy's lengths are for packs that could not be read.
func TestClocksRunAsLongAsTheRulesSay(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		long := func(d time.Duration) map[string]clock.Length {
			return map[string]clock.Length{"claim_answer": {Amount: d.Microseconds(), Unit: clock.Elapsed, Calendar: "always"}}
		}
		m := h.order().file(nil)
		h.rules.ruling.Clocks = long(60 * time.Hour)
		m.checked().in(claim.MerchantAnswer)
		served := h.time()
		var all []clock.CaseClock
		h.ok(h.db.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
			all, err = h.clocks.Of(ctx, t, tenant, m.id)
			return err
		}))
		i := slices.IndexFunc(all, func(c clock.CaseClock) bool { return c.Kind == "claim_answer" })
		if i < 0 || all[i].Due.Sub(served).Round(time.Minute) != 60*time.Hour {
			t.Fatalf("%+v, served %s", all, served)
		}
		h.pass(59 * time.Hour)
		m.in(claim.MerchantAnswer)
		h.pass(2 * time.Hour)
		m.in(claim.InReview)
	})
}
