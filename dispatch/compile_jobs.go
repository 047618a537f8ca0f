package dispatch

import (
	"cmp"
	"slices"

	"anxin/dispatch/search"
)

// addTasks makes the jobs of the search. When planning is stopped meanwhile, it begins again with what somebody insists on.
func (c *compiled) addTasks() {
	c.weighPinned()
	c.jobAt = make(map[string]int, len(c.p.Jobs))
	for i := range c.p.Jobs {
		c.jobAt[c.p.Jobs[i].ID] = i
	}
	insisted := c.insisted()
	if c.over() || !c.readTasks(insisted, false) {
		c.readTasks(insisted, true)
	}
}

// readTasks makes the jobs of the search: commitments first, then jobs, several for a crew. It reports false when planning was stopped, unless only
// jobs that somebody insists on are asked for.
func (c *compiled) readTasks(insisted []bool, only bool) bool {
	c.tasks, c.in.Jobs = nil, nil
	byDay := make([][]int32, len(c.days)) // commitments as tasks
	for day := range c.days {
		for _, k := range c.days[day].tasks {
			byDay[day] = append(byDay[day], int32(len(c.tasks)))
			c.tasks = append(c.tasks, task{job: -1, commitment: k})
			c.in.Jobs = append(c.in.Jobs, search.Job{
				Place: c.place(k.Place), Service: int32(min(int64(k.End-k.Start), int64(search.Never)/4)),
				Open: c.sec(k.Start), Close: c.sec(k.Start), Skip: c.pinned, Fixed: true,
			})
		}
	}
	c.firstOf = make([]int32, len(c.p.Jobs))
	for i := range c.p.Jobs {
		c.firstOf[i] = -1
		if only && !insisted[i] {
			c.refused[i] = []Reason{reason(Stopped)}
			continue
		}
		c.addJob(i)
	}
	return c.assign(byDay, only)
}

// weighPinned sets the price of leaving out an agreed or pinned visit. They are placed first and never taken out, so the price only has to
// tell plans apart that could not place all of them; with very many it falls below that of an emergency rather than overflow the sum.
func (c *compiled) weighPinned() {
	n := int64(1)
	for day := range c.days {
		n += int64(len(c.days[day].tasks))
	}
	for i := range c.p.Jobs {
		if c.pinOf(&c.p.Jobs[i]) != nil {
			n += int64(max(c.p.Jobs[i].Crew, 1))
		}
	}
	c.pinned = min(weightPinned, weightAllPinned/n)
}

func (c *compiled) addJob(i int) {
	j := &c.p.Jobs[i]
	sj := search.Job{Place: c.place(j.Place), Service: j.ServiceSeconds, Demand: j.Load, Parts: c.book.partsOf(j)}
	windows := c.windowsOf(j)
	if len(windows) == 0 {
		c.refused[i] = []Reason{reason(WindowMissed, "arrive_at", c.p.Now, "latest_at", c.lastWindow(j))}
		return
	}
	sj.Open, sj.Close = windows[0].From, windows[len(windows)-1].To
	if len(windows) > 1 {
		sj.Windows = windows
	}
	pin := c.pinOf(j)
	sj.Fixed = pin != nil
	c.prize(j, &sj)
	crew := max(j.Crew, 1)
	if pin != nil && len(pin.Technicians) != crew {
		c.refused[i] = []Reason{reason(PinContradicts, "rule", "crew")}
		return
	}
	c.firstOf[i] = int32(len(c.tasks))
	for range crew {
		c.tasks = append(c.tasks, task{job: i})
		c.in.Jobs = append(c.in.Jobs, sj)
	}
}

// pinOf returns the pin of a job; a planned visit before the freeze horizon is pinned too.
func (c *compiled) pinOf(j *Job) *Pin {
	if j.Pin != nil {
		return j.Pin
	}
	if p := j.Planned; p != nil && p.Start < c.p.Freeze && p.Start >= c.p.Now && j.Crew <= 1 {
		return &Pin{Technicians: []string{p.Technician}, Start: p.Start}
	}
	return nil
}

// windowsOf returns the possible starts in seconds of the search: windows cut by the present, the promise and the pin.
func (c *compiled) windowsOf(j *Job) []search.Span {
	if pin := c.pinOf(j); pin != nil && pin.Start != 0 {
		s := c.sec(pin.Start)
		return []search.Span{{From: s, To: s}}
	}
	from := c.p.Now
	if j.Promise != nil {
		from = max(from, j.Promise.From)
	}
	if len(j.Windows) == 0 {
		return []search.Span{{From: c.sec(from), To: search.Never - 1}}
	}
	var out []search.Span
	for _, w := range j.Windows {
		if w.To >= from {
			out = append(out, search.Span{From: c.sec(max(w.From, from)), To: c.sec(w.To)})
		}
	}
	slices.SortFunc(out, func(a, b search.Span) int { return cmp.Compare(a.From, b.From) })
	return out
}

func (c *compiled) lastWindow(j *Job) Time {
	last := j.Windows[0].To
	for _, w := range j.Windows {
		last = max(last, w.To)
	}
	return last
}

// prize sets what it costs to leave a job out or to be late.
func (c *compiled) prize(j *Job, sj *search.Job) {
	switch {
	case c.p.Objective == Distance || c.p.Objective == Vehicles:
		sj.Skip = weightDistanceSkip
		if j.Optional {
			sj.Skip = j.PriceFen
		}
	default:
		if sj.Skip = j.PriceFen; !j.Optional {
			sj.Skip += weightUnserved * j.Weight(c.p.Now)
		}
		if j.Deadline != 0 {
			sj.Skip += weightEmergency + weightEmergencySecond*86400
			sj.Late = append(sj.Late, search.Late{Due: c.sec(j.Deadline), Once: weightEmergency, PerSecond: weightEmergencySecond})
		}
		if j.Promise != nil {
			sj.Skip += weightPromise + weightPromiseSecond*86400
			sj.Late = append(sj.Late, search.Late{Due: c.sec(j.Promise.To), Once: weightPromise, PerSecond: weightPromiseSecond})
		}
		if j.Due != 0 {
			sj.Skip += weightDue + weightDueSecond*86400
			sj.Late = append(sj.Late, search.Late{Due: c.sec(j.Due), Once: weightDue, PerSecond: weightDueSecond})
		}
		if j.Planned != nil && j.Crew <= 1 {
			change := ChangePrice(c.prices.ChangeTime, j.Planned, c.p.Now)
			sj.Skip += ChangePrice(c.prices.ChangeTechnician, j.Planned, c.p.Now)
			sj.Late = append(sj.Late,
				search.Late{Due: c.sec(j.Planned.Start + TimeTolerance), Once: change},
				search.Late{Due: c.sec(j.Planned.Start - TimeTolerance), Before: true, Once: change})
		}
	}
	if sj.Fixed {
		sj.Skip += c.pinned
	}
}

// assign fills the matrix of who may serve what at which extra cost; it reports false when planning was stopped and the matrix must not be done in any case.
func (c *compiled) assign(commitments [][]int32, anyway bool) bool {
	types := len(c.in.Types)
	if types == 0 {
		return true
	}
	days := make([]int, types) // a working day of each type
	for v := len(c.in.Vehicles) - 1; v >= 0; v-- {
		days[c.in.Vehicles[v]] = v
	}
	rows := make([]int32, len(c.tasks)*types)
	trivial := true
	for k := range c.tasks {
		row := rows[k*types : (k+1)*types]
		i := c.tasks[k].job
		if i < 0 {
			for t := range row {
				row[t] = search.Forbidden
			}
			trivial = false
			continue
		}
		if first := c.firstOf[i]; int(first) != k && c.pinOf(&c.p.Jobs[i]) == nil {
			copy(row, rows[int(first)*types:(int(first)+1)*types]) // all members of a crew ask for the same
			continue
		}
		if !anyway && c.over() {
			return false
		}
		if c.assignRow(i, k-int(c.firstOf[i]), row, days) {
			trivial = false
		}
	}
	for day, list := range commitments {
		for _, k := range list {
			rows[int(k)*types+int(c.in.Vehicles[day])] = 0
		}
	}
	if !trivial {
		c.in.Assign = rows
	}
	return true
}

// insisted tells the jobs that are planned even when planning was stopped before it began: pinned ones and what is bound to them.
func (c *compiled) insisted() []bool {
	out := make([]bool, len(c.p.Jobs))
	for i := range out {
		out[i] = c.pinOf(&c.p.Jobs[i]) != nil
	}
	for k := range c.p.Sequences {
		jobs := c.p.Sequences[k].Jobs
		if slices.ContainsFunc(jobs, func(id string) bool { return out[c.jobAt[id]] }) {
			for _, id := range jobs {
				out[c.jobAt[id]] = true
			}
		}
	}
	return out
}

// assignRow reports whether the row has any entry other than 0.
func (c *compiled) assignRow(i, member int, row []int32, days []int) (special bool) {
	j := &c.p.Jobs[i]
	pin := c.pinOf(j)
	need := c.book.needOf(j)
	for t := range row {
		d := &c.days[days[t]]
		tech := &c.p.Technicians[d.tech]
		switch {
		case pin != nil && tech.ID != pin.Technicians[member], !c.book.allows(d.tech, j, need), !c.certified(tech, j, d):
			row[t] = search.Forbidden
		case c.p.Objective == Distance || c.p.Objective == Vehicles:
			row[t] = 0
		default:
			extra := tech.Cost.PerVisit + weightPoint*FirstTimePoints(tech, j)
			if j.Planned != nil && j.Planned.Technician != tech.ID && j.Crew <= 1 {
				extra += ChangePrice(c.prices.ChangeTechnician, j.Planned, c.p.Now)
			}
			row[t] = int32(min(extra, int64(search.Forbidden)-1))
		}
		special = special || row[t] != 0
	}
	return special
}

// certified tests certificates for the whole working day; a certificate that begins or ends during the day does not count.
func (c *compiled) certified(t *Technician, j *Job, d *workday) bool {
	for _, name := range j.Certificates {
		if !slices.ContainsFunc(t.Certificates, func(x Certificate) bool {
			return x.Name == name && x.From <= d.from && (x.Until == 0 || x.Until >= d.to)
		}) {
			return false
		}
	}
	return true
}

// addGroups binds crews and sequences.
func (c *compiled) addGroups() {
	for i := range c.p.Jobs {
		if crew := c.p.Jobs[i].Crew; crew > 1 && c.firstOf[i] >= 0 {
			g := search.Group{Crew: true}
			for m := range crew {
				g.Jobs = append(g.Jobs, c.firstOf[i]+int32(m))
			}
			c.in.Groups = append(c.in.Groups, g)
		}
	}
	for k := range c.p.Sequences {
		c.addSequence(&c.p.Sequences[k])
	}
}

func (c *compiled) addSequence(s *Sequence) {
	g := search.Group{SameOwner: s.SameTechnician}
	gap := s.MaxGapSeconds
	if gap == 0 {
		gap = search.Never / 2
	}
	for _, id := range s.Jobs {
		i := c.jobAt[id]
		if c.firstOf[i] < 0 { // one visit cannot be planned at all, so the later ones cannot either
			for _, other := range s.Jobs {
				if k := c.jobAt[other]; c.firstOf[k] >= 0 {
					c.refused[k] = []Reason{reason(SequenceBroken, "job", id)}
				}
			}
			continue
		}
		g.Jobs = append(g.Jobs, c.firstOf[i])
	}
	if len(g.Jobs) < len(s.Jobs) {
		for _, k := range g.Jobs { // keep them out: no vehicle may serve them
			c.forbid(k)
		}
		return
	}
	for range g.Jobs[1:] {
		g.MinGap = append(g.MinGap, s.MinGapSeconds)
		g.MaxGap = append(g.MaxGap, gap)
	}
	c.in.Groups = append(c.in.Groups, g)
}

func (c *compiled) forbid(task int32) {
	types := len(c.in.Types)
	if c.in.Assign == nil {
		c.in.Assign = make([]int32, len(c.tasks)*types)
	}
	for t := range types {
		c.in.Assign[int(task)*types+t] = search.Forbidden
	}
}
