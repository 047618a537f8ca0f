package privacy

import (
	"time"

	"anxin/internal/casefile"
)

// Access is one line of "who looked at what".
type Access struct {
	Tenant  casefile.Tenant
	ID      casefile.ID
	At      time.Time
	Role    casefile.Role
	Actor   casefile.ID
	Action  string // "reveal", "open", "export", "erase", "denied", ...
	Case    casefile.ID
	Subject casefile.ID
	Field   string
	Reason  string // a code of Reasons, never free text in clear
	Policy  string // id of the policy that decided
}
