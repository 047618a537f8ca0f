package dispatch

import (
	"anxin/dispatch/search"
)

// score fills the plan's score from its times.
func (c *compiled) score(out *Plan, found *search.Plan) {
	s := &out.Score
	jobs := c.jobAt
	techs := c.book.index
	counted := make(map[int]bool) // members of crews are late once
	used := make(map[string]bool)
	for _, t := range out.Tours {
		tech := &c.p.Technicians[techs[t.Technician]]
		s.Metres += t.Metres
		used[t.Technician] = true
		visits := false
		for _, stop := range t.Stops {
			if stop.Commitment != "" {
				continue
			}
			visits = true
			i := jobs[stop.Job]
			j := &c.p.Jobs[i]
			s.FirstTimePoints += FirstTimePoints(tech, j)
			s.FeeFen += tech.Cost.PerVisit
			if !counted[i] {
				counted[i] = true
				c.scoreTimes(s, j, stop.Start)
				c.scoreChange(s, j, t.Technician, stop.Start)
			}
		}
		if visits || len(t.Stops) > 0 {
			s.FeeFen += tech.Cost.PerDay
		}
	}
	s.Technicians = int64(len(used))
	for _, u := range out.Unassigned {
		c.scoreUnserved(s, &c.p.Jobs[jobs[u.Job]])
	}
	c.scoreMoney(out, found)
}

func (c *compiled) scoreTimes(s *Score, j *Job, start Time) {
	if j.Deadline != 0 && start > j.Deadline {
		s.EmergenciesLate++
		s.EmergencyLateSeconds += int64(start - j.Deadline)
	}
	if j.Promise != nil && start > j.Promise.To {
		s.PromisesBroken++
		s.PromiseLateSeconds += int64(start - j.Promise.To)
	}
	if j.Due != 0 && start > j.Due {
		s.DueMissed++
		s.DueLateSeconds += int64(start - j.Due)
	}
}

func (c *compiled) scoreChange(s *Score, j *Job, technician string, start Time) {
	if j.Planned == nil || j.Crew > 1 {
		return
	}
	if j.Planned.Technician != technician {
		s.ChangeFen += ChangePrice(c.prices.ChangeTechnician, j.Planned, c.p.Now)
	}
	if d := start - j.Planned.Start; d > TimeTolerance || d < -TimeTolerance {
		s.ChangeFen += ChangePrice(c.prices.ChangeTime, j.Planned, c.p.Now)
	}
}

// scoreUnserved counts a job left out; what had a time counts as a day late.
func (c *compiled) scoreUnserved(s *Score, j *Job) {
	if j.Optional {
		s.FeeFen += j.PriceFen
	} else {
		s.Unserved++
		s.UnservedWeight += j.Weight(c.p.Now)
	}
	if j.Deadline != 0 {
		s.EmergenciesLate++
		s.EmergencyLateSeconds += 86400
	}
	if j.Promise != nil {
		s.PromisesBroken++
		s.PromiseLateSeconds += 86400
	}
	if j.Due != 0 {
		s.DueMissed++
		s.DueLateSeconds += 86400
	}
	if j.Planned != nil && j.Crew <= 1 {
		s.ChangeFen += ChangePrice(c.prices.ChangeTechnician, j.Planned, c.p.Now)
	}
}

// scoreMoney adds travel, overtime and the price of uneven work.
func (c *compiled) scoreMoney(out *Plan, found *search.Plan) {
	s := &out.Score
	uneven := c.unevenBase()
	work := make(map[int]int64)
	for v, tasks := range found.Routes {
		if len(tasks) == 0 {
			continue
		}
		tech := c.days[v].tech
		for _, k := range tasks {
			work[tech] += int64(c.in.Jobs[k].Service)
		}
		s.TravelFen += c.driven[v].fen
		work[tech] += c.driven[v].seconds
	}
	if c.p.Objective == Distance || c.p.Objective == Vehicles {
		s.TravelFen = 0
		return
	}
	if uneven != nil {
		price := unevenPrice(c.prices.UnevenHour)
		square := func(w int64) int64 { return (w * w >> 10) * price >> 20 }
		for tech, w := range work {
			base := int64(uneven[tech])
			s.UnevenFen += square(base+w) - square(base)
		}
	}
	for _, t := range out.Tours {
		s.OvertimeFen += c.overtime(&t)
	}
}

// overtime is the price of what lies after the regular end of the day.
func (c *compiled) overtime(t *Tour) int64 {
	tech := &c.p.Technicians[c.book.index[t.Technician]]
	rate := (tech.Costs().PerOvertime + 3599) / 3600
	for _, d := range c.daysOf(c.book.index[t.Technician]) {
		if t.Leave >= d.from && t.Leave <= d.to && t.Back > d.end {
			return int64(t.Back-d.end) * rate
		}
	}
	return 0
}
