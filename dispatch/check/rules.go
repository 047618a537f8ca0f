package check

import (
	"slices"
	"strings"

	"anxin/dispatch"
)

// job checks the rules of one job at one stop.
func (c *checker) job(d *day, j *dispatch.Job, s *dispatch.Stop) {
	t := d.tech
	pinned := j.Pin != nil && j.Pin.Start != 0 || c.frozen(j)
	if !pinned && len(j.Windows) > 0 && !slices.ContainsFunc(j.Windows, func(w dispatch.Window) bool { return s.Start >= w.From && s.Start <= w.To }) {
		c.violate("window", "job %q starts at %d, outside its windows", j.ID, s.Start)
	}
	if !pinned && j.Promise != nil && s.Start < j.Promise.From {
		c.violate("promise", "job %q starts at %d, before the time told to the customer", j.ID, s.Start)
	}
	if s.Start < c.p.Now {
		c.violate("time", "job %q starts in the past", j.ID)
	}
	for _, need := range j.Skills {
		if !slices.ContainsFunc(t.Skills, func(h dispatch.SkillNeed) bool { return h.Skill == need.Skill && h.Level >= need.Level }) {
			c.violate("skill", "%q serves %q without skill %q at level %d", t.ID, j.ID, need.Skill, need.Level)
		}
	}
	for _, name := range j.Certificates {
		if !slices.ContainsFunc(t.Certificates, func(h dispatch.Certificate) bool {
			return h.Name == name && h.From <= s.Start && (h.Until == 0 || h.Until >= s.Start)
		}) {
			c.violate("certificate", "%q serves %q without a valid certificate %q", t.ID, j.ID, name)
		}
	}
	if j.Region != "" && len(t.Regions) > 0 && !slices.ContainsFunc(t.Regions, func(r string) bool { return r != "" && strings.HasPrefix(j.Region, r) }) {
		c.violate("region", "%q serves %q in region %q", t.ID, j.ID, j.Region)
	}
	if slices.ContainsFunc(j.Exclude, func(x dispatch.Exclusion) bool { return x.Technician == t.ID }) {
		c.violate("exclusion", "%q serves %q", t.ID, j.ID)
	}
	if t.MaxMetres > 0 && dispatch.RoadMetres(t.Start, j.Place) > t.MaxMetres {
		c.violate("radius", "%q serves %q beyond %d m", t.ID, j.ID, t.MaxMetres)
	}
	c.points(t, j)
}

// points adds the pairing's part of levels 4 and 5.
func (c *checker) points(t *dispatch.Technician, j *dispatch.Job) {
	s := &c.report.Score
	for _, part := range j.Parts {
		if !part.MustBring && carried(t, part.Part) < max(part.Count, 1) {
			s.FirstTimePoints += 4
		}
	}
	if j.Brand != "" && !slices.Contains(t.Brands, j.Brand) {
		s.FirstTimePoints += 2
	}
	if j.Previous != "" && j.Previous != t.ID {
		s.FirstTimePoints++
	}
	s.FeeFen += t.Cost.PerVisit
}

func carried(t *dispatch.Technician, part string) (n int32) {
	for _, p := range t.Stock {
		if p.Part == part {
			n += max(p.Count, 1)
		}
	}
	return n
}

// stock counts the parts that each technician uses up over all tours.
func (c *checker) stock() {
	used := map[[2]string]int32{}
	for i := range c.plan.Tours {
		t := &c.plan.Tours[i]
		for k := range t.Stops {
			j := c.jobs[t.Stops[k].Job]
			if j == nil || t.Stops[k].Commitment != "" {
				continue
			}
			for _, part := range j.Parts {
				if part.MustBring {
					used[[2]string{t.Technician, part.Part}] += max(part.Count, 1)
				}
			}
		}
	}
	for key, n := range used {
		if tech := c.techs[key[0]]; tech != nil && carried(tech, key[1]) < n {
			c.violate("part", "%q uses %d of %q and carries %d", key[0], n, key[1], carried(tech, key[1]))
		}
	}
}

func (c *checker) limits(t *dispatch.Tour, d *day, load, work int64) {
	if d.tech.Capacity > 0 && load > int64(d.tech.Capacity) {
		c.violate("capacity", "%q loads %d of %d", t.Technician, load, d.tech.Capacity)
	}
	if d.tech.MaxWorkSeconds > 0 && work > int64(d.tech.MaxWorkSeconds) && !c.onlyAgreed(t) {
		c.violate("hours", "%q works %d of %d s", t.Technician, work, d.tech.MaxWorkSeconds)
	}
}

// onlyAgreed reports whether a tour holds commitments alone, for which some rules yield.
func (c *checker) onlyAgreed(t *dispatch.Tour) bool {
	return !slices.ContainsFunc(t.Stops, func(s dispatch.Stop) bool { return s.Commitment == "" })
}

// shift checks that everything happens inside the spans of the working day.
func (c *checker) shift(t *dispatch.Tour, d *day, busy []span) {
	for _, b := range busy {
		if b.from == b.to {
			continue
		}
		inside := false
		for i, s := range d.spans {
			end := s.To
			if i == len(d.spans)-1 {
				end = d.to
			}
			inside = inside || b.from >= s.From && b.to <= end
		}
		if !inside && len(d.agreed) == 0 {
			c.violate("shift", "%q: %s from %d to %d lies outside the shift", t.Technician, b.what, b.from, b.to)
		}
	}
	if t.Back > d.to && len(d.agreed) == 0 {
		c.violate("shift", "%q is back at %d, after %d", t.Technician, t.Back, d.to)
	}
}

// breaks checks that every break of the day finds free time. Where the commitments alone leave none, the rule has yielded.
func (c *checker) breaks(t *dispatch.Tour, d *day, busy []span) {
	if c.breaksFit(d, busy) {
		return
	}
	if len(d.agreed) > 0 && !c.breaksFit(d, c.agreedBusy(d)) {
		return
	}
	c.violate("break", "%q has no time for a break", t.Technician)
}

func (c *checker) breaksFit(d *day, busy []span) bool {
	breaks := slices.Clone(d.tech.Breaks)
	for i := 0; i+1 < len(d.spans); i++ {
		gap := d.spans[i]
		breaks = append(breaks, dispatch.Break{From: gap.To, To: gap.To, DurationSeconds: int32(d.spans[i+1].From - gap.To)})
	}
	slices.SortStableFunc(breaks, func(a, b dispatch.Break) int {
		if a.From != b.From {
			return int(max(-1, min(1, a.From-b.From)))
		}
		return int(max(-1, min(1, a.To-b.To)))
	})
	at := d.free
	for _, b := range breaks {
		if b.To < d.free || b.To < d.from || b.From >= d.to {
			continue
		}
		start := max(at, b.From)
		for moved := true; moved; {
			moved = false
			for _, s := range busy {
				if s.from < start+dispatch.Time(b.DurationSeconds) && s.to > start {
					start, moved = s.to, true
				}
			}
		}
		if start > b.To {
			return false
		}
		at = start + dispatch.Time(b.DurationSeconds)
	}
	return true
}

// agreedBusy is the day with its commitments alone.
func (c *checker) agreedBusy(d *day) (busy []span) {
	at, place := d.free, d.start
	for _, k := range d.agreed {
		seconds, _ := c.leg(place, k.Place, at, d.tech.Vehicle)
		start := max(k.Start, at+dispatch.Time(seconds))
		end := start + (k.End - k.Start)
		busy = append(busy, span{start - dispatch.Time(seconds), end, k.ID})
		at, place = end, k.Place
	}
	if home := d.tech.End; home != nil {
		seconds, _ := c.leg(place, *home, at, d.tech.Vehicle)
		busy = append(busy, span{at, at + dispatch.Time(seconds), "way home"})
	}
	return busy
}

// coverage checks that every job is served as often as its crew is large, or named as left out with a reason.
func (c *checker) coverage() {
	left := map[string]bool{}
	for _, u := range c.plan.Unassigned {
		if left[u.Job] || c.jobs[u.Job] == nil {
			c.violate("job", "unassigned job %q is unknown or named twice", u.Job)
		}
		left[u.Job] = true
		if len(u.Reasons) == 0 {
			c.violate("reason", "job %q is left out without a reason", u.Job)
		}
	}
	for i := range c.p.Jobs {
		j := &c.p.Jobs[i]
		seen := c.visits[j.ID]
		switch {
		case left[j.ID] && len(seen) > 0:
			c.violate("job", "job %q is served and left out", j.ID)
		case !left[j.ID] && len(seen) != max(j.Crew, 1):
			c.violate("crew", "job %q is served by %d instead of %d", j.ID, len(seen), max(j.Crew, 1))
		}
		names := map[string]bool{}
		for _, v := range seen {
			if names[v.tech] || v.start != seen[0].start {
				c.violate("crew", "the crew of job %q does not consist of different technicians who start together", j.ID)
			}
			names[v.tech] = true
		}
		if len(seen) > 0 {
			c.served(j, seen[0])
		} else {
			c.unserved(j)
		}
	}
}

func (c *checker) frozen(j *dispatch.Job) bool {
	return j.Pin == nil && j.Planned != nil && j.Planned.Start < c.p.Freeze && j.Planned.Start >= c.p.Now && j.Crew <= 1
}

// bindings checks pins, frozen visits and sequences.
func (c *checker) bindings() {
	for i := range c.p.Jobs {
		j := &c.p.Jobs[i]
		pin := j.Pin
		if c.frozen(j) {
			pin = &dispatch.Pin{Technicians: []string{j.Planned.Technician}, Start: j.Planned.Start}
		}
		if pin == nil {
			continue
		}
		for _, v := range c.visits[j.ID] {
			if !slices.Contains(pin.Technicians, v.tech) || pin.Start != 0 && v.start != pin.Start {
				c.violate("pin", "job %q is pinned elsewhere than %q at %d", j.ID, v.tech, v.start)
			}
		}
	}
	for i := range c.p.Sequences {
		s := &c.p.Sequences[i]
		for k := range s.Jobs[1:] {
			a, b := c.visits[s.Jobs[k]], c.visits[s.Jobs[k+1]]
			if len(a) == 0 && len(b) == 0 {
				continue
			}
			if len(a) == 0 || len(b) == 0 {
				c.violate("sequence", "of %q and %q only one is served", s.Jobs[k], s.Jobs[k+1])
				continue
			}
			gap := b[0].start - a[0].end
			if gap < dispatch.Time(s.MinGapSeconds) || s.MaxGapSeconds > 0 && gap > dispatch.Time(s.MaxGapSeconds) {
				c.violate("sequence", "%q starts %d s after %q", s.Jobs[k+1], gap, s.Jobs[k])
			}
			if s.SameTechnician && a[0].tech != b[0].tech {
				c.violate("sequence", "%q and %q have different technicians", s.Jobs[k], s.Jobs[k+1])
			}
		}
	}
}

// commitments checks that everything agreed is in the plan at its time, or as soon after it as can be.
func (c *checker) commitments() {
	planned := map[[2]string]dispatch.Time{}
	for i := range c.plan.Tours {
		t := &c.plan.Tours[i]
		for _, s := range t.Stops {
			if s.Commitment != "" {
				planned[[2]string{t.Technician, s.Commitment}] = s.Start
			}
		}
	}
	for _, d := range c.all {
		at, place := d.free, d.start
		for _, k := range d.agreed {
			seconds, _ := c.leg(place, k.Place, at, d.tech.Vehicle)
			earliest := max(k.Start, at+dispatch.Time(seconds))
			start, ok := planned[[2]string{d.tech.ID, k.ID}]
			if !ok || start < k.Start || start > earliest {
				c.violate("commitment", "%q of %q is planned at %d (found: %v) instead of %d", k.ID, d.tech.ID, start, ok, earliest)
			}
			at, place = earliest+(k.End-k.Start), k.Place
		}
	}
}
