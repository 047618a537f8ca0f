package claim

import (
	"context"

	"anxin/internal/claim/flow"
	"anxin/internal/claim/query"
	"anxin/internal/tx"
)

// Service does the commands (package flow) and answers the queries (package query). It is safe for concurrent use.
type Service struct{ *query.Queries }

var (
	_ Claimants = (*Service)(nil)
	_ Merchants = (*Service)(nil)
	_ Reviewers = (*Service)(nil)
	_ Leads     = (*Service)(nil)
	_ Platform  = (*Service)(nil)
)

// New builds the service. It refuses a clock policy that lacks a clock of claims.
func New(c Config) (*Service, error) {
	commands, err := flow.New(c)
	if err != nil {
		return nil, err
	}
	return &Service{query.New(commands)}, nil
}

// Doctor looks at every decision that stands in a database (bar 3): it calls report for each that breaks a rule and answers how many it looked at. It needs no service.
func Doctor(ctx context.Context, run tx.Runner, store Store, report func(DoctorFinding)) (looked int, err error) {
	return flow.Doctor(ctx, run, store, report)
}

// MaskNumber shows the last four characters of a platform's order number.
func MaskNumber(s string) string { return flow.MaskNumber(s) }
