package claim_test

import (
	"context"

	"anxin/internal/claim"
	"anxin/internal/claim/claimdb"
	"anxin/internal/tx"
)

// decisions counts the standing decisions of the test's tenant.
func (h *house) decisions() (n int) {
	h.t.Helper()
	h.ok(h.db.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		after := claim.Decision{Tenant: tenant - 1}
		for {
			list, err := claimdb.Store{}.DecidedAfter(ctx, t, after, 100)
			if err != nil || len(list) == 0 {
				return err
			}
			for _, d := range list {
				if d.Tenant == tenant {
					n++
				}
			}
			after = list[len(list)-1]
		}
	}))
	return n
}
