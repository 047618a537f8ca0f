package check

import (
	"math"

	"anxin/dispatch"
)

// served adds a served job to levels 1, 2, 3 and 7.
func (c *checker) served(j *dispatch.Job, v visit) {
	s := &c.report.Score
	late := func(limit dispatch.Time, count, seconds *int64) {
		if v.start > limit {
			*count++
			*seconds += int64(v.start - limit)
		}
	}
	if j.Deadline != 0 {
		late(j.Deadline, &s.EmergenciesLate, &s.EmergencyLateSeconds)
	}
	if j.Promise != nil {
		late(j.Promise.To, &s.PromisesBroken, &s.PromiseLateSeconds)
	}
	if j.Due != 0 {
		late(j.Due, &s.DueMissed, &s.DueLateSeconds)
	}
	if j.Planned == nil || j.Crew > 1 {
		return
	}
	if v.tech != j.Planned.Technician {
		s.ChangeFen += c.change(j, c.price(c.p.Prices.ChangeTechnician, 1000))
	}
	if math.Abs(float64(v.start-j.Planned.Start)) > 1800 {
		s.ChangeFen += c.change(j, c.price(c.p.Prices.ChangeTime, 500))
	}
}

func (c *checker) price(given, usual int64) int64 {
	if given == 0 {
		return usual
	}
	return given
}

func (c *checker) change(j *dispatch.Job, price int64) int64 {
	if j.Planned.Start < c.p.Now+4*3600 {
		price *= 2
	}
	if j.Planned.Told {
		price *= 5
	}
	return price
}

// unserved adds a job that is left out.
func (c *checker) unserved(j *dispatch.Job) {
	s := &c.report.Score
	if j.Optional {
		s.FeeFen += j.PriceFen
	} else {
		s.Unserved++
		days := int64(0)
		if j.Created != 0 && j.Created < c.p.Now {
			days = min(int64(c.p.Now-j.Created)/86400, 60)
		}
		s.UnservedWeight += 10 + 10*int64(j.Priority) + 2*days
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
		s.ChangeFen += c.change(j, c.price(c.p.Prices.ChangeTechnician, 1000))
	}
}

// tourMoney adds overtime and the fee of going out.
func (c *checker) tourMoney(t *dispatch.Tour, d *day) {
	s := &c.report.Score
	if len(t.Stops) > 0 {
		s.FeeFen += d.tech.Cost.PerDay
	}
	end := d.spans[len(d.spans)-1].To
	if c.money && t.Back > end {
		s.OvertimeFen += int64(t.Back-end) * ((d.tech.Costs().PerOvertime + 3599) / 3600)
	}
}

// unevenness adds level 6: a price that grows with the square of what somebody works above the least loaded technician's account.
func (c *checker) unevenness() {
	kept := false
	least := int64(math.MaxInt64)
	for i := range c.p.Technicians {
		t := &c.p.Technicians[i]
		kept = kept || t.WorkedSeconds != 0 || t.ShareSeconds != 0
		least = min(least, int64(t.WorkedSeconds)-int64(t.ShareSeconds))
	}
	if !kept || !c.money {
		return
	}
	coefficient := c.price(c.p.Prices.UnevenHour, 1000) * (1 << 30) / (3600 * 2 * 8 * 3600)
	square := func(w int64) int64 { return (w * w / 1024) * coefficient / (1 << 20) }
	for id, w := range c.work {
		t := c.techs[id]
		if t == nil {
			continue
		}
		base := min(int64(t.WorkedSeconds)-int64(t.ShareSeconds)-least, 4_000_000)
		c.report.Score.UnevenFen += square(base+w) - square(base)
	}
}
