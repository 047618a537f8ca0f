// Package query answers the queries of the service half: status pages, a technician's day, the desk's lists, verify. It changes nothing. A view holds no more than its
// reader may see.
package query

import "anxin/internal/service/flow"

// Queries answers; it has the commands too, so that one value serves every edge.
type Queries struct {
	*flow.Commands
	proposals *proposals
}

// New builds the queries over the commands.
func New(c *flow.Commands) *Queries { return &Queries{c, newProposals()} }
