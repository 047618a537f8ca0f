package catalog

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
)

var codePattern = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// needed lists are those that commands ask for; an override may change their entries but not drop one.
var needed = []string{"cancel", "reopen", "rate", "decline", "give_back", "abort", "no_access", "reset_code", "follow_up", "refuse_sign", "reassign",
	"remote_fix", "refer", "reveal", "absence", "advice"}

// check finds everything that is wrong with the data, so that an operator sees all mistakes at once.
func (c *Catalogue) check() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	named := func(where string, list []Named) {
		seen := map[string]bool{}
		for _, n := range list {
			if !codePattern.MatchString(n.Code) {
				bad("%s: %q is not a code", where, n.Code)
			}
			if seen[n.Code] {
				bad("%s: %s is there twice", where, n.Code)
			}
			seen[n.Code] = true
			if n.ZH == "" || n.EN == "" {
				bad("%s: %s needs zh and en", where, n.Code)
			}
		}
	}
	named("products", names(c.Products, func(p Product) Named { return p.Named }))
	named("kinds", names(c.Kinds, func(k Kind) Named { return k.Named }))
	named("items", names(c.Items, func(i Item) Named { return i.Named }))
	named("urgencies", names(c.Urgencies, func(u Urgency) Named { return u.Named }))
	named("certificates", c.Certificates)
	named("hazards", c.Hazards)
	named("units", c.Units)
	named("plan_causes", c.PlanCauses)
	for _, list := range needed {
		if len(c.Lists[list]) == 0 {
			bad("lists: %s is missing", list)
		}
	}
	for name, list := range c.Lists {
		named("lists."+name, list)
	}
	c.checkKinds(named, bad)
	c.checkProducts(named, bad)
	c.checkItems(bad)
	c.checkDispatch(bad)
	return errors.Join(errs...)
}

func names[T any](list []T, of func(T) Named) []Named {
	out := make([]Named, len(list))
	for i, v := range list {
		out[i] = of(v)
	}
	return out
}

func has(list []Named, code string) bool {
	return slices.ContainsFunc(list, func(n Named) bool { return n.Code == code })
}

func (c *Catalogue) checkKinds(named func(string, []Named), bad func(string, ...any)) {
	for _, code := range []string{"repair", "install", "relocate", "commission", "clean", "inspect"} {
		if _, ok := c.kinds[code]; !ok {
			bad("kinds: %s is missing", code)
		}
	}
	for _, k := range c.Kinds {
		named("kinds."+k.Code+".tasks", names(k.Tasks, func(f Fault) Named { return f.Named }))
		named("kinds."+k.Code+".checklist", names(k.Checklist, func(f Check) Named { return f.Named }))
		named("kinds."+k.Code+".photos", names(k.Photos, func(f Photo) Named { return f.Named }))
		if len(k.Checklist) == 0 || k.Pay < 0 {
			bad("kinds.%s: a checklist and a pay of 0 or more are needed", k.Code)
		}
		for _, ph := range k.Photos {
			if ph.When != "before" && ph.When != "after" || ph.Min < 0 || ph.Min > 6 {
				bad("kinds.%s.photos.%s: when is before or after, min 0 to 6", k.Code, ph.Code)
			}
		}
		for _, ch := range k.Checklist {
			if ch.Hazard != "" && !has(c.Hazards, ch.Hazard) {
				bad("kinds.%s.checklist.%s: unknown hazard %q", k.Code, ch.Code, ch.Hazard)
			}
		}
	}
	for _, code := range []string{"emergency", "express", "booked", "flexible"} {
		if u, ok := c.Urgency(code); !ok || u.Offer < 1 || u.Extra < 0 {
			bad("urgencies: %s is missing, or offers for less than a minute", code)
		}
	}
}

func (c *Catalogue) checkProducts(named func(string, []Named), bad func(string, ...any)) {
	for _, p := range c.Products {
		named("products."+p.Code+".faults", names(p.Faults, func(f Fault) Named { return f.Named }))
		named("products."+p.Code+".causes", p.Causes)
		if len(p.Faults) == 0 || len(p.Causes) == 0 {
			bad("products.%s: faults and causes are needed", p.Code)
		}
		for _, h := range p.Hazards {
			if !has(c.Hazards, h) {
				bad("products.%s: unknown hazard %q", p.Code, h)
			}
		}
		for _, f := range p.Faults {
			if f.Hazard != "" && !has(c.Hazards, f.Hazard) {
				bad("products.%s.faults.%s: unknown hazard %q", p.Code, f.Code, f.Hazard)
			}
		}
		for _, r := range p.Related {
			if _, ok := c.products[r]; !ok || r == p.Code {
				bad("products.%s: related %q is no other product", p.Code, r)
			}
		}
		for kind, n := range p.Serves {
			if _, ok := c.kinds[kind]; !ok {
				bad("products.%s.serves: unknown kind %q", p.Code, kind)
			}
			if n.Level < 1 || n.Level > 5 || n.Minutes < 5 || n.Minutes > 600 || n.Warranty < 0 {
				bad("products.%s.serves.%s: level 1 to 5, minutes 5 to 600, warranty 0 or more", p.Code, kind)
			}
			for _, cert := range n.Certificates {
				if !has(c.Certificates, cert) {
					bad("products.%s.serves.%s: unknown certificate %q", p.Code, kind, cert)
				}
			}
		}
	}
}

func (c *Catalogue) checkItems(bad func(string, ...any)) {
	if c.PriceVersion == "" || c.PriceFrom.IsZero() {
		bad("prices: version and from are needed")
	}
	for _, i := range c.Items {
		if !slices.Contains([]string{"visit", "check", "labour", "part"}, i.Kind) || !has(c.Units, i.Unit) || i.Fen < 0 || i.Fen > 100_000_00 || i.Max < 1 || i.Max > 99 {
			bad("prices.%s: kind, unit, a price from 0 and a most from 1 to 99 are needed", i.Code)
		}
		for _, p := range i.Products {
			if _, ok := c.products[p]; !ok {
				bad("prices.%s: unknown product %q", i.Code, p)
			}
		}
		for _, k := range i.Kinds {
			if _, ok := c.kinds[k]; !ok {
				bad("prices.%s: unknown kind %q", i.Code, k)
			}
		}
	}
	// Every kind of service on every product must be billable, and free when it is to be free.
	for _, p := range c.Products {
		for kind := range p.Serves {
			labour, free := false, false
			for _, i := range c.PriceItems(kind, p.Code) {
				labour = labour || i.Kind == "labour"
				free = free || i.Fen == 0
			}
			if !labour || !free {
				bad("prices: %s of %s has no labour line or no free line", kind, p.Code)
			}
		}
	}
}

// checkDispatch looks at the costs and hours of dispatch.
func (c *Catalogue) checkDispatch(bad func(string, ...any)) {
	for _, v := range []string{"ebike", "van"} {
		switch k, ok := c.Costs[v]; {
		case !ok:
			bad("costs: %s is missing", v)
		case min(k.PerKM, k.PerTravelHour, k.PerOvertimeHour) < 0 || k.PerKM+k.PerTravelHour == 0 || max(k.PerKM, k.PerTravelHour, k.PerOvertimeHour) > 10_000_000:
			bad("costs: %s needs fen per kilometre, per hour on the way and per hour of overtime, none negative", v)
		}
	}
	if c.Overtime < 0 || c.Overtime.Hours() > 4 {
		bad("overtime_minutes: 0 to 240")
	}
	if len(c.Breaks) > 3 {
		bad("breaks: at most three")
	}
	for _, b := range c.Breaks {
		if _, _, ok := b.Span(); !ok {
			bad("breaks: %q to %q cannot hold %d minutes; write times as 11:30", b.From, b.To, b.Minutes)
		}
	}
}
