package casefile

// Tenant is an operator of the platform. Every row and every query carries it.
type Tenant int64

// Role is what an actor is in an act. A staff account has one or more of them and acts in one at a time.
type Role string

// The roles. System is the product itself (timers), and API keys act in the role they were given.
const (
	Customer   Role = "customer"
	Technician Role = "technician"
	Agent      Role = "agent"
	Dispatcher Role = "dispatcher"
	Merchant   Role = "merchant"
	Reviewer   Role = "reviewer"
	Admin      Role = "admin"
	System     Role = "system"
)

var roles = []Role{Customer, Technician, Agent, Dispatcher, Merchant, Reviewer, Admin, System}

// Roles lists all roles in a fixed order.
func Roles() []Role { return append([]Role(nil), roles...) }

// Actor is who does something. It is made by the edge (web, api) after authentication, or by a timer.
type Actor struct {
	Tenant Tenant
	Role   Role
	// ID is the account, or the API key, or the technician's account; for a customer the subject; nil for System.
	ID ID
	// Case bounds a customer: the link opens this case and no other.
	Case ID
	// Technician is set when the account is a technician's.
	Technician ID
	// Merchant is set when the account or the API key is a merchant's.
	Merchant ID
	// Scopes are what an API key was made for, separated by spaces; it is never empty for a key and always empty for everybody else.
	Scopes string
	// Route says how the act arrived: "web", "api", "timer", "phone" (an agent typed it for a caller).
	Route string
	// Lang is the language the actor reads: "zh" or "en".
	Lang string
}

// SystemActor is the product itself acting for a tenant.
func SystemActor(t Tenant) Actor { return Actor{Tenant: t, Role: System, Route: "timer", Lang: "zh"} }

// IsStaff reports whether the role belongs to somebody who works here.
func (r Role) IsStaff() bool {
	switch r {
	case Technician, Agent, Dispatcher, Reviewer, Admin:
		return true
	}
	return false
}
