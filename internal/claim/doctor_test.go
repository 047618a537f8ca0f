package claim_test

import (
	"context"
	"slices"
	"testing"

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

// Whatever is wrong with a decision, the doctor finds it in the rows: the machine's own facts are not asked.
func TestTheDoctorFindsWhatIsWrong(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		m := h.order().file(nil).checked().contested().take(reviewer(1))
		h.must(h.svc.Decide(ctx, reviewer(1), m.decision(claim.Forged)))
		m.take(reviewer(2))
		h.must(h.svc.Agree(ctx, reviewer(2), claim.Review{Case: m.id, Words: "同意", Beyond: true}))
		if _, bad := h.doctor(); len(bad) != 0 {
			t.Fatalf("found %v before anything is wrong", bad)
		}
		for _, c := range []struct{ want, spoil, mend string }{
			{"open_window", "UPDATE claim_window SET closed_seq = closed_seq + 1000000 WHERE tenant = $1", "UPDATE claim_window SET closed_seq = closed_seq - 1000000 WHERE tenant = $1"},
			{"not_served", "UPDATE claim_notice SET side = 'nobody' WHERE tenant = $1 AND side = 'merchant'", "UPDATE claim_notice SET side = 'merchant' WHERE tenant = $1 AND side = 'nobody'"},
			{"not_heard", "UPDATE claim_window SET how = 'waived' WHERE tenant = $1 AND side = 'merchant'", "UPDATE claim_window SET how = 'answered' WHERE tenant = $1 AND side = 'merchant'"},
			{"short_window", "UPDATE claim_window SET how = 'lapsed' WHERE tenant = $1", "UPDATE claim_window SET how = 'answered' WHERE tenant = $1"},
			{"not_blind_first", "UPDATE claim_impression SET at = at + 900000000 WHERE tenant = $1", "UPDATE claim_impression SET at = at - 900000000 WHERE tenant = $1"},
			{"one_group", `UPDATE claim_decision SET grounds = '[{"group":"match"}]' WHERE tenant = $1`, `UPDATE claim_decision SET grounds = '[{"group":"match"},{"group":"time"}]' WHERE tenant = $1`},
			{"registered_early", "UPDATE claim SET finding_at = 1 WHERE tenant = $1", "UPDATE claim SET finding_at = NULL WHERE tenant = $1"},
		} {
			h.exec(c.spoil)
			if _, bad := h.doctor(); !slices.Contains(bad, c.want) {
				t.Errorf("%s was not found: %v", c.want, bad)
			}
			h.exec(c.mend)
			if _, bad := h.doctor(); len(bad) != 0 {
				t.Errorf("after mending %s: %v", c.want, bad)
			}
		}
		h.exec("UPDATE claim_decision SET account_id = NULL WHERE tenant = $1 AND stands = 1")
		if _, bad := h.doctor(); !slices.Contains(bad, "no_person") || !slices.Contains(bad, "not_blind_first") {
			t.Errorf("a decision by nobody: %v", bad)
		}
		h.exec("DELETE FROM claim_letter WHERE tenant = $1")
		h.exec("DELETE FROM claim_decision WHERE tenant = $1")
	})
}

// exec changes rows of the test's tenant behind the product's back.
func (h *house) exec(text string) {
	h.t.Helper()
	s := &tx.Stmt{Name: "test/" + text, Text: text}
	h.ok(h.db.Write(ctx, func(ctx context.Context, t tx.Tx) error { _, err := t.Exec(ctx, s, int64(tenant)); return err }))
}
