package dispatch

import (
	"strconv"

	"anxin/dispatch/search"
)

// whyNot explains why a job was left out with as few rules as possible. Of a search that was stopped before it began nothing more can be said.
func (c *compiled) whyNot(i int, stopped bool) []Reason {
	if r := c.refused[i]; r != nil {
		return r
	}
	j := &c.p.Jobs[i]
	if len(c.days) == 0 {
		return []Reason{reason(NobodyWorks)}
	}
	if pin := c.pinOf(j); pin != nil {
		return c.whyNotPinned(j, pin)
	}
	if stopped {
		return []Reason{reason(Stopped)}
	}
	able := c.able(i)
	switch crew := max(j.Crew, 1); {
	case able >= crew && j.Optional:
		return []Reason{reason(PriceTooLow)}
	case able >= crew:
		return []Reason{reason(AllFull, "technicians", able)}
	case able > 0:
		return []Reason{reason(CrewTooSmall, "need", crew, "have", able)}
	}
	return c.coveringRules(j)
}

// able counts the technicians who may do the job on some working day.
func (c *compiled) able(i int) int {
	types := len(c.in.Types)
	first := int(c.firstOf[i])
	n := 0
	last := int32(-1) // the working days of one technician lie side by side
	j := &c.in.Jobs[first]
	var row []int32
	if c.in.Assign != nil {
		row = c.in.Assign[first*types : (first+1)*types]
	}
	for v, t := range c.in.Vehicles {
		if row != nil && row[t] == search.Forbidden {
			continue
		}
		if h := c.hours[t]; j.Open <= h.To && j.Close >= h.From {
			if owner := c.in.Owners[v]; owner != last {
				n, last = n+1, owner
			}
		}
	}
	return n
}

func (c *compiled) whyNotPinned(j *Job, pin *Pin) []Reason {
	for _, id := range pin.Technicians {
		if rules := c.rulesAgainst(c.book.index[id], j); len(rules) > 0 {
			return append([]Reason{reason(PinContradicts, "rule", string(rules[0].Code))}, rules...)
		}
	}
	return []Reason{reason(PinContradicts, "rule", string(NoGap))}
}

// rulesAgainst lists the rules that keep a technician from a job on every working day.
func (c *compiled) rulesAgainst(tech int, j *Job) []Reason {
	t := &c.p.Technicians[tech]
	out := staticRules(t, j)
	if len(out) > 0 {
		return out
	}
	works, certified := false, false
	expired := ""
	days := c.daysOf(tech)
	for i := range days {
		d := &days[i]
		if !c.meets(j, d) {
			continue
		}
		works = true
		if name := expiredCertificate(t, j, d.from); name == "" || c.certified(t, j, d) {
			certified = true
		} else {
			expired = name
		}
	}
	switch {
	case !works:
		out = append(out, reason(OffShift))
	case !certified:
		out = append(out, reason(CertificateExpired, "certificate", expired))
	}
	return out
}

// meets reports whether a working day and the job's possible starts overlap.
func (c *compiled) meets(j *Job, d *workday) bool {
	for _, w := range c.windowsOf(j) {
		if w.From <= c.sec(d.to) && w.To >= c.sec(d.from) {
			return true
		}
	}
	return false
}

// coveringRules chooses rules until every technician fails one of them, the most frequent first.
func (c *compiled) coveringRules(j *Job) []Reason {
	against := make([][]Reason, len(c.p.Technicians))
	for i := range c.p.Technicians {
		against[i] = c.rulesAgainst(i, j)
	}
	open := len(against)
	covered := make([]bool, len(against))
	var out []Reason
	for open > 0 {
		counts := make(map[string]int)
		var best *Reason
		bestKey := ""
		for i, rules := range against {
			if covered[i] {
				continue
			}
			for k := range rules {
				key := ruleKey(&rules[k])
				counts[key]++
				if best == nil || counts[key] > counts[bestKey] || counts[key] == counts[bestKey] && key < bestKey {
					best, bestKey = &rules[k], key
				}
			}
		}
		if best == nil {
			break // somebody fails no rule; cannot happen, but a list without end must not either
		}
		chosen := *best
		chosen.Params = map[string]string{"technicians": strconv.Itoa(counts[bestKey])}
		for k, v := range best.Params {
			if k != "have" {
				chosen.Params[k] = v
			}
		}
		out = append(out, chosen)
		for i, rules := range against {
			if covered[i] {
				continue
			}
			for k := range rules {
				if ruleKey(&rules[k]) == bestKey {
					covered[i] = true
					open--
					break
				}
			}
		}
	}
	return out
}

// ruleKey identifies a rule across technicians.
func ruleKey(r *Reason) string {
	return string(r.Code) + "/" + r.Params["skill"] + r.Params["certificate"] + r.Params["part"]
}
