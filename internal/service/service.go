package service

import (
	"anxin/internal/casefile"
	"anxin/internal/service/flow"
	"anxin/internal/service/query"
)

// Service does the commands (package flow) and answers the queries (package query). It is safe for concurrent use.
type Service struct{ *query.Queries }

var (
	_ Intake      = (*Service)(nil)
	_ Customers   = (*Service)(nil)
	_ Technicians = (*Service)(nil)
	_ Desk        = (*Service)(nil)
	_ Staffing    = (*Service)(nil)
	_ Verify      = (*Service)(nil)
)

// New builds the service.
func New(c Config) *Service { return &Service{query.New(flow.New(c))} }

// Workforce is a snapshot of some technicians and what they have agreed to.
type Workforce = flow.Workforce

// NewDocumentCode draws a code for a paper of another half of the product.
func NewDocumentCode(src casefile.Source) string { return flow.NewDocumentCode(src) }
