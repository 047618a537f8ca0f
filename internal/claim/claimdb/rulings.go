package claimdb

import (
	"context"

	"anxin/internal/casefile"
	"anxin/internal/claim"
	"anxin/internal/db"
	"anxin/internal/tx"
)

var rulingsAfter = Statements.Stmt("rulings/after")

// KeptRuling is what the rules said of a claim, with the number of its case.
type KeptRuling struct {
	Case, Claim casefile.ID
	Number      casefile.Number
	Ruling      claim.Ruling
}

// RulingsAfter lists the rulings of a tenant's claims in the order of cases and claims, at most limit, after a case and claim (zero: from the beginning).
func (Store) RulingsAfter(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, id casefile.ID, limit int) ([]KeptRuling, error) {
	rows, err := t.Query(ctx, rulingsAfter, tenant, caseID[:], id[:], limit)
	return db.Collect(rows, err, func(row tx.Row) (k KeptRuling, err error) {
		return k, row.Scan(&k.Case, &k.Claim, &k.Number, db.FromJSON(&k.Ruling))
	})
}
