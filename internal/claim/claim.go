package claim

import (
	"anxin/internal/claim/flow"
	"anxin/internal/claim/query"
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

// MaskNumber shows the last four characters of a platform's order number.
func MaskNumber(s string) string { return flow.MaskNumber(s) }
