package staff

import (
	"anxin/internal/casefile"
	"anxin/internal/web/ui"
)

// Frame is what the header of a staff page says.
type Frame struct {
	// Name is the account's name.
	Name string
	// Roles are the roles the account has; they decide which areas the navigation offers.
	Roles []casefile.Role
	// Offers counts the open offers of a technician.
	Offers int
}

// Has reports whether the account has one of the roles.
func (f Frame) Has(roles ...casefile.Role) bool {
	for _, have := range f.Roles {
		for _, want := range roles {
			if have == want {
				return true
			}
		}
	}
	return false
}

// Page is pg as a staff page: its style sheet, script and navigation. current is the path of the navigation entry the page belongs to.
func (f Frame) Page(pg ui.Page, current string) ui.Page {
	pg.Staff, pg.Bare, pg.Wide, pg.User = true, true, true, f.Name
	pg.Nav = nil
	add := func(key, href string, count int) {
		pg.Nav = append(pg.Nav, ui.NavItem{Text: pg.T(key), Href: href, Current: href == current, Count: count})
	}
	if f.Has(casefile.Agent, casefile.Dispatcher) {
		add("staff.nav.queue", "/desk", 0)
		add("staff.nav.new", "/desk/new", 0)
		add("staff.nav.day", "/desk/day", 0)
	}
	if f.Has(casefile.Technician) {
		add("staff.nav.today", "/tech", 0)
		add("staff.nav.offers", "/tech/offers", f.Offers)
		add("staff.nav.me", "/tech/me", 0)
	}
	if f.Has(casefile.Admin) {
		add("staff.nav.admin", "/admin", 0)
	}
	return pg
}

// Home is where an account lands after log-in: a technician on today, the desk on its queue, the operator on the overview.
func (f Frame) Home() string {
	switch {
	case f.Has(casefile.Agent, casefile.Dispatcher):
		return "/desk"
	case f.Has(casefile.Technician):
		return "/tech"
	}
	return "/admin"
}
