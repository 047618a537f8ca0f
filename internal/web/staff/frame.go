package staff

import (
	"anxin/internal/casefile"
	"anxin/internal/web/ui"
)

// Frame is what the header of a staff page says.
type Frame struct {
	// Name is the account's name.
	Name string
	// Role is the one in use; it decides which areas the navigation offers.
	Role casefile.Role
	// Others says that the account has more roles to switch to.
	Others bool
	// Account is the path of the account's own page.
	Account string
	// Offers counts the open offers of a technician.
	Offers int
}

// Page is pg as a staff page: its style sheet, script and navigation. current is the path of the navigation entry the page belongs to.
func (f Frame) Page(pg ui.Page, current string) ui.Page {
	pg.Staff, pg.Bare, pg.Wide, pg.User = true, true, true, f.Name
	if f.Others {
		pg.User += " · " + Word(pg.P, "role", string(f.Role))
	}
	pg.Nav = nil
	add := func(key, href string, count int) {
		pg.Nav = append(pg.Nav, ui.NavItem{Text: pg.T(key), Href: href, Current: href == current, Count: count})
	}
	switch f.Role {
	case casefile.Agent, casefile.Dispatcher:
		add("staff.nav.queue", "/desk", 0)
		add("staff.nav.new", "/desk/new", 0)
		add("staff.nav.day", "/desk/day", 0)
		if f.Role == casefile.Dispatcher {
			add("staff.nav.technicians", "/admin/technicians", 0)
			add("staff.nav.statistics", "/admin/statistics", 0)
		}
	case casefile.Reviewer:
		add("staff.nav.review", "/review", 0)
		add("staff.nav.queue", "/desk", 0)
	case casefile.Merchant:
		add("staff.nav.claims", "/merchant", 0)
		add("staff.nav.orders", "/orders", 0)
	case casefile.Technician:
		add("staff.nav.today", "/tech", 0)
		add("staff.nav.offers", "/tech/offers", f.Offers)
		add("staff.nav.me", "/tech/me", 0)
	case casefile.Admin:
		for _, n := range AdminNav {
			add("staff.nav."+n.Name, n.Href, 0)
		}
	}
	if f.Account != "" && f.Role != casefile.Technician {
		add("staff.nav.account", f.Account, 0)
	}
	return pg
}

// AdminNav are the administrator's pages.
var AdminNav = []struct{ Name, Href string }{
	{"admin", "/admin"}, {"technicians", "/admin/technicians"}, {"accounts", "/admin/accounts"}, {"keys", "/admin/keys"}, {"webhooks", "/admin/webhooks"},
	{"review", "/review"},
	{"clocks", "/admin/clocks"}, {"timers", "/admin/timers"}, {"evidence", "/admin/evidence"}, {"statistics", "/admin/statistics"},
}

// Home is where an account lands after log-in, by the role in use: a technician on today, the desk on its queue, a reviewer on the next
// case, the operator on the overview.
func Home(role casefile.Role) string {
	switch role {
	case casefile.Technician:
		return "/tech"
	case casefile.Admin:
		return "/admin"
	case casefile.Merchant:
		return "/merchant"
	case casefile.Reviewer:
		return "/review"
	}
	return "/desk"
}
