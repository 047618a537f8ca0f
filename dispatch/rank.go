package dispatch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
)

// Candidate is one technician's answer to one job.
type Candidate struct {
	Technician string `json:"technician"`
	Eligible   bool   `json:"eligible"`
	// The fields below are set for eligible technicians only.

	// Arrival is the earliest moment at the door inside one of the job's windows; Depart is when the technician must set out
	// for it, Finish is when the work ends.
	Depart  Time `json:"depart,omitempty"`
	Arrival Time `json:"arrival,omitempty"`
	Finish  Time `json:"finish,omitempty"`
	// TravelSeconds and DistanceMetres describe the way to the job, including the access time at its door.
	TravelSeconds  int32 `json:"travel_seconds,omitempty"`
	DistanceMetres int32 `json:"distance_metres,omitempty"`
	// After and Before are the ids of the commitments around the new visit; empty at the ends of the day.
	After  string `json:"after,omitempty"`
	Before string `json:"before,omitempty"`
	// DayLoad counts the commitments of that working day, without the new visit.
	DayLoad int `json:"day_load,omitempty"`
	// Quality is the worst quality of the legs used; below [Learned] the times are estimates and should be shown as such.
	Quality Quality `json:"quality"`

	// Reasons say why the technician stands here (eligible) or all rules that forbid the visit (not eligible).
	Reasons []Reason `json:"reasons"`
}

// Rank returns one [Candidate] per technician of the problem: first the eligible ones by earliest arrival (then less travel, fewer
// visits that day, id), then the others by id. No commitment is moved. The result depends on the arguments only.
//
// Errors: a job or technician without an id or with impossible times, a commitment of an unknown technician, a failing travel model,
// or ctx done.
func Rank(ctx context.Context, p *Problem, job *Job) ([]Candidate, error) {
	if err := checkRankInput(p, job); err != nil {
		return nil, err
	}
	r := ranker{p: p, job: job, travel: p.Travel}
	if r.travel == nil {
		r.travel = NewBuiltinTravel(nil)
	}
	if err := r.indexCommitments(); err != nil {
		return nil, err
	}
	out := make([]Candidate, len(p.Technicians))
	for i := range p.Technicians {
		t := &p.Technicians[i]
		out[i] = Candidate{Technician: t.ID, Reasons: staticRules(t, job)}
		if len(out[i].Reasons) == 0 {
			r.collectGaps(i)
		}
	}
	if err := r.measure(ctx); err != nil {
		return nil, err
	}
	for first := 0; first < len(r.gaps); {
		last := first
		for last < len(r.gaps) && r.gaps[last].tech == r.gaps[first].tech {
			last++
		}
		r.decide(&out[r.gaps[first].tech], r.gaps[first:last])
		first = last
	}
	for i := range out {
		if !out[i].Eligible && len(out[i].Reasons) == 0 {
			out[i].Reasons = []Reason{reason(OffShift)}
		}
	}
	slices.SortStableFunc(out, compareCandidates)
	return out, nil
}

func compareCandidates(a, b Candidate) int {
	if a.Eligible != b.Eligible {
		if a.Eligible {
			return -1
		}
		return 1
	}
	return cmp.Or(
		cmp.Compare(a.Arrival, b.Arrival),
		cmp.Compare(a.TravelSeconds, b.TravelSeconds),
		cmp.Compare(a.DayLoad, b.DayLoad),
		cmp.Compare(a.Technician, b.Technician),
	)
}

func checkRankInput(p *Problem, job *Job) error {
	if p == nil || job == nil {
		return errors.New("dispatch: Rank needs a problem and a job")
	}
	if job.ServiceSeconds < 0 {
		return fmt.Errorf("dispatch: job %q: service_seconds must not be negative", job.ID)
	}
	for i, w := range job.Windows {
		if w.From > w.To {
			return fmt.Errorf("dispatch: job %q: windows[%d]: from is after to", job.ID, i)
		}
	}
	for i := range p.Technicians {
		t := &p.Technicians[i]
		if t.ID == "" {
			return fmt.Errorf("dispatch: technicians[%d]: id is empty", i)
		}
		for k, s := range t.Shifts {
			if s.From > s.To || s.OvertimeSeconds < 0 {
				return fmt.Errorf("dispatch: technician %q: shifts[%d]: from is after to, or overtime is negative", t.ID, k)
			}
		}
	}
	return nil
}

// staticRules returns every rule that the technician fails whatever the hour.
func staticRules(t *Technician, job *Job) []Reason {
	var out []Reason
	for _, need := range job.Skills {
		switch have := level(t.Skills, need.Skill); {
		case have < 0:
			out = append(out, reason(SkillMissing, "skill", need.Skill))
		case have < need.Level:
			out = append(out, reason(LevelTooLow, "skill", need.Skill, "need", need.Level, "have", have))
		}
	}
	for _, name := range job.Certificates {
		if !slices.ContainsFunc(t.Certificates, func(c Certificate) bool { return c.Name == name }) {
			out = append(out, reason(CertificateMissing, "certificate", name))
		}
	}
	if !t.Covers(job.Region) {
		out = append(out, reason(RegionNotCovered, "region", job.Region))
	}
	for _, x := range job.Exclude {
		if x.Technician == t.ID {
			out = append(out, reason(Excluded, "cause", x.Cause))
		}
	}
	for _, part := range job.Parts {
		if need, have := max(part.Count, 1), stock(t, part.Part); part.MustBring && have < need {
			out = append(out, reason(PartMissing, "part", part.Part, "need", need, "have", have))
		}
	}
	if far := RoadMetres(t.Start, job.Place); t.MaxMetres > 0 && far > t.MaxMetres {
		out = append(out, reason(TooFar, "metres", far, "limit", t.MaxMetres))
	}
	return out
}

// level returns the level of a skill, or -1 when it is absent.
func level(skills []SkillNeed, name string) int {
	best := -1
	for _, s := range skills {
		if s.Skill == name {
			best = max(best, s.Level, 0)
		}
	}
	return best
}

func stock(t *Technician, part string) int32 {
	var n int32
	for _, s := range t.Stock {
		if s.Part == part {
			n += max(s.Count, 1)
		}
	}
	return n
}

// gap is a stretch of a technician's day in which the job might be placed.
type gap struct {
	tech        int
	shift       Shift
	origin      Place
	originKind  string // "commitment", "start" or "position"
	free        Time   // the technician can leave origin from here on
	prev, next  *Commitment
	dest        *Place // place that must be reached afterwards; nil = none
	depart      Time   // moment for which travel is asked
	day         Window // the working day, for breaks
	load        int
	there, away Leg
}

type ranker struct {
	p      *Problem
	job    *Job
	travel TravelModel
	byTech [][]*Commitment // sorted by start
	gaps   []gap
	lastTo Time // end of the last window
}

func (r *ranker) indexCommitments() error {
	index := make(map[string]int, len(r.p.Technicians))
	for i := range r.p.Technicians {
		id := r.p.Technicians[i].ID
		if _, twice := index[id]; twice {
			return fmt.Errorf("dispatch: technicians: id %q appears twice", id)
		}
		index[id] = i
	}
	r.byTech = make([][]*Commitment, len(r.p.Technicians))
	for k := range r.p.Commitments {
		c := &r.p.Commitments[k]
		i, ok := index[c.Technician]
		if !ok {
			return fmt.Errorf("dispatch: commitments[%d]: unknown technician %q", k, c.Technician)
		}
		if c.End < c.Start {
			return fmt.Errorf("dispatch: commitments[%d]: end is before start", k)
		}
		r.byTech[i] = append(r.byTech[i], c)
	}
	for _, list := range r.byTech {
		slices.SortStableFunc(list, func(a, b *Commitment) int {
			return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End), cmp.Compare(a.ID, b.ID))
		})
	}
	r.lastTo = math.MaxInt64
	if n := len(r.job.Windows); n > 0 {
		r.lastTo = r.job.Windows[0].To
		for _, w := range r.job.Windows {
			r.lastTo = max(r.lastTo, w.To)
		}
	}
	return nil
}

// sameDaySeconds: two spans of work closer than this belong to one working day, so the second begins where the first ended.
const sameDaySeconds = 6 * 3600

// collectGaps appends the technician's gaps in order of time.
func (r *ranker) collectGaps(tech int) {
	t := &r.p.Technicians[tech]
	shifts := slices.Clone(t.Shifts)
	slices.SortFunc(shifts, func(a, b Shift) int { return cmp.Compare(a.From, b.From) })
	for first := 0; first < len(shifts); {
		last := first
		for last+1 < len(shifts) && shifts[last+1].From-shifts[last].To < sameDaySeconds {
			last++
		}
		r.collectDay(tech, shifts[first:last+1])
		first = last + 1
	}
}

// collectDay handles the spans of one working day.
func (r *ranker) collectDay(tech int, spans []Shift) {
	t := &r.p.Technicians[tech]
	day := Window{spans[0].From, spans[len(spans)-1].To.Add(spans[len(spans)-1].OvertimeSeconds)}
	if day.To < r.p.Now || day.From > r.lastTo {
		return
	}
	stops := make([]*Commitment, 0, 8)
	for _, c := range r.byTech[tech] {
		if c.End > day.From-sameDaySeconds/2 && c.Start < day.To+sameDaySeconds/2 {
			stops = append(stops, c)
		}
	}
	for _, span := range spans {
		for k := -1; k < len(stops); k++ {
			g := gap{tech: tech, shift: span, origin: t.Start, originKind: "start", dest: t.End, day: day, load: len(stops)}
			g.free = max(r.p.Now, span.From)
			if k >= 0 {
				g.prev = stops[k]
				g.origin, g.originKind, g.free = g.prev.Place, "commitment", max(g.free, g.prev.End)
			}
			if k+1 < len(stops) {
				g.next = stops[k+1]
				g.dest = &g.next.Place
			}
			end := span.To.Add(span.OvertimeSeconds)
			if g.next != nil {
				end = min(end, g.next.Start)
			}
			if g.free > end || g.free > r.lastTo || !r.windowOpen(g.free, end) {
				continue
			}
			r.usePosition(t, &g)
			g.depart = r.usualDeparture(g.free)
			r.gaps = append(r.gaps, g)
		}
	}
}

// usePosition lets the technician set out from where they were last seen, when that is newer than the stop before.
func (r *ranker) usePosition(t *Technician, g *gap) {
	pos := t.Position
	if pos == nil || !pos.Place.Known() || g.free != r.p.Now || pos.At > r.p.Now || pos.At < g.day.From {
		return
	}
	if g.prev != nil && pos.At < g.prev.End {
		return
	}
	g.origin, g.originKind = pos.Place, "position"
}

func (r *ranker) windowOpen(from, to Time) bool {
	if len(r.job.Windows) == 0 {
		return true
	}
	for _, w := range r.job.Windows {
		if w.To >= from && w.From <= to {
			return true
		}
	}
	return false
}

// usualDeparture is when somebody free at that moment would set out, to the hour, so that travel is asked in few batches.
func (r *ranker) usualDeparture(free Time) Time {
	depart := free
	for _, w := range r.job.Windows {
		if w.To >= free {
			depart = max(free, w.From-1800)
			break
		}
	}
	return depart - depart%3600
}

// measure asks the travel model for all legs, one batch per vehicle and hour.
func (r *ranker) measure(ctx context.Context) error {
	type batch struct {
		vehicle Vehicle
		depart  Time
	}
	groups := make(map[batch][]int)
	var order []batch
	for i := range r.gaps {
		b := batch{r.p.Technicians[r.gaps[i].tech].Vehicle, r.gaps[i].depart}
		if groups[b] == nil {
			order = append(order, b)
		}
		groups[b] = append(groups[b], i)
	}
	target := []Place{r.job.Place}
	for _, b := range order {
		members := groups[b]
		origins := make([]Place, len(members))
		var dests []Place
		for k, i := range members {
			origins[k] = r.gaps[i].origin
			if d := r.gaps[i].dest; d != nil {
				dests = append(dests, *d)
			}
		}
		to, err := r.matrix(ctx, MatrixRequest{From: origins, To: target, Depart: b.depart, Vehicle: b.vehicle})
		if err != nil {
			return err
		}
		var from *Matrix
		if len(dests) > 0 {
			if from, err = r.matrix(ctx, MatrixRequest{From: target, To: dests, Depart: b.depart, Vehicle: b.vehicle}); err != nil {
				return err
			}
		}
		col := 0
		for k, i := range members {
			g := &r.gaps[i]
			g.there = to.At(k, 0)
			g.away.Quality = Routed
			if g.dest != nil {
				g.away = from.At(0, col)
				col++
			}
		}
	}
	return nil
}

func (r *ranker) matrix(ctx context.Context, q MatrixRequest) (*Matrix, error) {
	m, err := r.travel.Matrix(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("dispatch: travel times: %w", err)
	}
	return m, m.valid(len(q.From), len(q.To))
}

// decide fills the candidate from the first gap that works, or with the reasons why none does. Gaps come in order of time, so the
// first one that works has the earliest arrival.
func (r *ranker) decide(c *Candidate, gaps []gap) {
	t := &r.p.Technicians[gaps[0].tech]
	var missed Time // earliest arrival that came too late
	expired := ""
	busy := false
	for i := range gaps {
		g := &gaps[i]
		start, inWindow := r.startIn(g)
		if !inWindow {
			if missed == 0 || start < missed {
				missed = start
			}
			continue
		}
		if name := expiredCertificate(t, r.job, start); name != "" {
			expired = name
			continue
		}
		if slack, ok := r.fits(t, g, start); ok {
			r.accept(c, t, g, start, slack)
			return
		}
		busy = true
	}
	switch {
	case busy:
		c.Reasons = append(c.Reasons, reason(NoGap))
	case expired != "":
		c.Reasons = append(c.Reasons, reason(CertificateExpired, "certificate", expired))
	case missed != 0:
		c.Reasons = append(c.Reasons, reason(WindowMissed, "arrive_at", missed, "latest_at", r.lastTo))
	}
}

// startIn returns the earliest start in the gap; when no window admits it, the earliest arrival and false.
func (r *ranker) startIn(g *gap) (Time, bool) {
	arrive := g.free.Add(g.there.Seconds)
	if len(r.job.Windows) == 0 {
		return arrive, true
	}
	best, found := Time(math.MaxInt64), false
	for _, w := range r.job.Windows {
		if s := max(arrive, w.From); s <= w.To && s < best {
			best, found = s, true
		}
	}
	if !found {
		return arrive, false
	}
	return best, true
}

// expiredCertificate returns the first certificate that is held but not valid at the moment.
func expiredCertificate(t *Technician, job *Job, at Time) string {
	for _, name := range job.Certificates {
		if !slices.ContainsFunc(t.Certificates, func(c Certificate) bool {
			return c.Name == name && (c.From == 0 || at >= c.From) && (c.Until == 0 || at <= c.Until)
		}) {
			return name
		}
	}
	return ""
}

// fits tests the rest of the day; slack is what is left before the next commitment.
func (r *ranker) fits(t *Technician, g *gap, start Time) (slack Time, ok bool) {
	finish := start.Add(r.job.ServiceSeconds)
	end := g.shift.To.Add(g.shift.OvertimeSeconds)
	switch {
	case finish > end:
		return 0, false
	case g.next != nil:
		if slack = g.next.Start - finish.Add(g.away.Seconds); slack < 0 {
			return 0, false
		}
	case g.dest != nil && finish.Add(g.away.Seconds) > end:
		return 0, false
	}
	return slack, r.breaksFit(t, g, start)
}

// breaksFit tests that every break of the day still finds room between the commitments and the new visit. Travel between two old
// commitments is not counted here: they were agreed with their breaks before.
func (r *ranker) breaksFit(t *Technician, g *gap, start Time) bool {
	if len(t.Breaks) == 0 {
		return true
	}
	busyFrom, busyTo := start.Add(-g.there.Seconds), start.Add(r.job.ServiceSeconds)
	if g.dest != nil {
		busyTo = busyTo.Add(g.away.Seconds)
	}
	breaks := slices.Clone(t.Breaks)
	slices.SortFunc(breaks, func(a, b Break) int { return cmp.Or(cmp.Compare(a.To, b.To), cmp.Compare(a.From, b.From)) })
	cursor := max(g.day.From, r.p.Now)
	for _, b := range breaks {
		if b.To < cursor || b.From > g.day.To {
			continue // over, or on another day
		}
		at, ok := r.placeBreak(g, b, cursor, Window{busyFrom, busyTo})
		if !ok {
			return false
		}
		cursor = at.Add(b.DurationSeconds)
	}
	return true
}

func (r *ranker) placeBreak(g *gap, b Break, cursor Time, visit Window) (Time, bool) {
	at := max(cursor, b.From)
	for moved := true; moved; {
		moved = false
		if at < visit.To && at.Add(b.DurationSeconds) > visit.From {
			at, moved = visit.To, true
		}
		for _, c := range r.byTech[g.tech] {
			if at < c.End && at.Add(b.DurationSeconds) > c.Start {
				at, moved = c.End, true
			}
		}
		if at > b.To {
			return 0, false
		}
	}
	return at, true
}

func (r *ranker) accept(c *Candidate, t *Technician, g *gap, start, slack Time) {
	c.Eligible = true
	c.Arrival, c.Finish = start, start.Add(r.job.ServiceSeconds)
	c.Depart = start.Add(-g.there.Seconds)
	c.TravelSeconds, c.DistanceMetres = g.there.Seconds, g.there.Metres
	c.DayLoad = g.load
	c.Quality = min(g.there.Quality, g.away.Quality)
	from := ""
	if g.prev != nil {
		c.After, from = g.prev.ID, g.prev.ID
	}
	add := func(code Code, pairs ...any) { c.Reasons = append(c.Reasons, reason(code, pairs...)) }
	add(ArrivesAt, "arrive_at", start, "travel", c.TravelSeconds, "metres", c.DistanceMetres)
	if d := r.job.Deadline; d != 0 && start > d {
		add(DeadlineMissed, "arrive_at", start, "deadline_at", d)
	}
	if g.originKind == "commitment" {
		add(StartsFrom, "at", g.originKind, "id", from)
	} else {
		add(StartsFrom, "at", g.originKind)
	}
	if g.next != nil {
		c.Before = g.next.ID
		add(Fits, "id", g.next.ID, "slack", int64(slack))
	}
	leave := c.Finish
	if g.next == nil && g.dest != nil {
		leave = leave.Add(g.away.Seconds)
	}
	if leave > g.shift.To {
		add(UsesOvertime, "seconds", int64(leave-g.shift.To))
	}
	preferenceReasons(t, r.job, add)
	if c.Quality == Assumed {
		add(TravelAssumed)
	}
}

// preferenceReasons adds what speaks for or against an eligible technician at level 4.
func preferenceReasons(t *Technician, job *Job, add func(Code, ...any)) {
	if job.Previous != "" && job.Previous == t.ID {
		add(SameTechnician)
	}
	if job.Brand != "" {
		if contains(t.Brands, job.Brand) {
			add(BrandMatch, "brand", job.Brand)
		} else {
			add(BrandMissing, "brand", job.Brand)
		}
	}
	for _, part := range job.Parts {
		if stock(t, part.Part) >= max(part.Count, 1) {
			add(PartInVan, "part", part.Part)
		} else {
			add(PartNotInVan, "part", part.Part)
		}
	}
}
