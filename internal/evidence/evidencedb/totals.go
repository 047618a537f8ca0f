package evidencedb

import (
	"context"

	"anxin/internal/casefile"
	"anxin/internal/tx"
)

var totals = Statements.Stmt("evidence/totals")

// Totals counts what was received and is still there, in items and clear bytes, and how many of them wait to be attached. Copies are not counted. It reads every row of
// the tenant: for a page that an operator opens now and then.
func (Store) Totals(ctx context.Context, t tx.Tx, tenant casefile.Tenant) (items, bytes, staged int64, err error) {
	err = t.QueryRow(ctx, totals, tenant).Scan(&items, &bytes, &staged)
	return items, bytes, staged, err
}
