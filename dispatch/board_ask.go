package dispatch

import (
	"cmp"
	"context"
	"math"
	"slices"

	"anxin/dispatch/search"
)

var background = context.Background()

// Order says how [Board.Insert] ranks.
type RankOrder int

// The orders.
const (
	// ByArrival puts first who can be at the door first; right for emergencies and the express lane.
	ByArrival RankOrder = iota
	// ByCost puts first who keeps the deadline, then the fewest points of level 4, then the least added money.
	ByCost
)

// Offer is a [Candidate] with its price.
type Offer struct {
	Candidate
	CostFen int64 `json:"cost_fen"` // added travel, overtime and fees
	Points  int64 `json:"points"`   // level 4, see FirstTimePoints
}

// probe is the working memory of one question.
type probe struct {
	job      *Job
	place    compactPlace
	x, y     float64
	windows  []search.Span
	service  int32
	deadline int32
	mask     uint64
	cosLat   float64
	cut      offer // the last of the best so far, once there are enough
	full     bool  // cut is set
	circles  bool  // far technicians are not asked
	stamp    []uint32
	epoch    uint32
	offers   []offer
	order    RankOrder
	limit    int
	now      int32
}

// offer is a candidate before words are made of it.
type offer struct {
	tech, day, gap  int32
	start           int32
	travel, metres  int32
	load            int32
	cost            int64
	points          int64
	late            int32
	quality         Quality
	overtime, slack int32
}

// Insert returns the best technicians for a job, at most limit, best first, with exact times and costs. No planned visit changes hands
// or order; flexible ones may be moved within their bounds. Technicians are looked for in growing circles until nobody farther away
// can be better: those not returned are either not eligible or worse. limit ≤ 0 means 10.
//
// Errors: a job without an id or with impossible times.
func (b *Board) Insert(job *Job, limit int, order RankOrder) ([]Offer, error) {
	if limit <= 0 {
		limit = 10
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	q, err := b.ask(job, limit, order)
	if err != nil {
		return nil, err
	}
	defer b.pool.Put(q)
	if !q.place.known {
		for k := range b.techs {
			b.tryAll(q, int32(k))
		}
	} else {
		q.circles = true
		b.circles(q)
	}
	q.sort()
	out := make([]Offer, 0, len(q.offers))
	for i := range q.offers {
		out = append(out, b.words(q, &q.offers[i]))
	}
	return out, nil
}

// WhyNot answers for one technician: the offer when there is one, otherwise a candidate with all rules that forbid the visit.
//
// Errors: as for Insert, and an unknown technician.
func (b *Board) WhyNot(job *Job, technician string) (Offer, error) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	k, ok := b.index[technician]
	if !ok {
		return Offer{}, wrong("nobody on the board has this id", "technician %q", technician)
	}
	q, err := b.ask(job, 1, ByCost)
	if err != nil {
		return Offer{}, err
	}
	defer b.pool.Put(q)
	x := &b.techs[k]
	if reasons := staticRules(x.t, job); len(reasons) > 0 {
		return Offer{Candidate: Candidate{Technician: technician, Reasons: reasons}}, nil
	}
	for day := range x.days {
		b.tryDay(q, k, int32(day))
	}
	if len(q.offers) > 0 {
		q.sort()
		return b.words(q, &q.offers[0]), nil
	}
	return Offer{Candidate: Candidate{Technician: technician, Reasons: []Reason{b.timeReason(q, x)}}}, nil
}

// timeReason says why no day of an otherwise able technician has room.
func (b *Board) timeReason(q *probe, x *boardTech) Reason {
	works, reach := false, search.Never
	last := q.windows[len(q.windows)-1].To
	for i := range x.days {
		d := &x.days[i]
		for _, w := range q.windows {
			works = works || w.To >= d.from && w.From <= d.to
		}
		for gap := range d.dep {
			at := d.startPlace
			if gap > 0 {
				at = x.visits[int(d.first)+gap-1].place
			}
			free, _, _ := b.travelLeg(x, &at, &q.place)
			for k := 0; k <= len(d.breaks); k++ {
				if d.dep[gap][k] < search.Never {
					reach = min(reach, search.Arrive(x.clock, d.dep[gap][k], free, q.place.access))
				}
			}
		}
	}
	switch {
	case !works:
		return reason(OffShift)
	case reach > last:
		return reason(WindowMissed, "arrive_at", b.epoch.Add(reach), "latest_at", b.epoch.Add(last))
	}
	for _, name := range q.job.Certificates {
		if expiredCertificate(x.t, q.job, b.epoch.Add(max(reach, q.windows[0].From))) == name {
			return reason(CertificateExpired, "certificate", name)
		}
	}
	return reason(NoGap)
}

// ask prepares a question.
func (b *Board) ask(job *Job, limit int, order RankOrder) (*probe, error) {
	if job == nil || job.ID == "" {
		return nil, errNoBoardJob
	}
	free := *job
	free.Pin = nil // a pin says who must go, which is not the question here
	if err := free.validate(0, b.now, map[string]bool{}, nil); err != nil {
		return nil, err
	}
	q := b.pool.Get().(*probe)
	q.job, q.limit, q.order = job, limit, order
	q.place, q.service, q.now = b.compact(job.Place), job.ServiceSeconds, b.sec(b.now)
	q.x, q.y = flat(&q.place)
	q.cosLat = math.Cos(q.place.lat * math.Pi / 180)
	q.full, q.circles = false, false
	q.deadline = search.Never
	if job.Deadline != 0 {
		q.deadline = b.sec(job.Deadline)
	}
	q.offers, q.windows = q.offers[:0], q.windows[:0]
	from := b.now
	if job.Promise != nil {
		from = max(from, job.Promise.From)
	}
	for _, w := range job.Windows {
		if w.To >= from {
			q.windows = append(q.windows, search.Span{From: b.sec(max(w.From, from)), To: b.sec(w.To)})
		}
	}
	if len(job.Windows) == 0 {
		q.windows = append(q.windows, search.Span{From: b.sec(from), To: search.Never - 1})
	}
	if len(q.windows) == 0 { // all windows are over: one that nobody can meet
		q.windows = append(q.windows, search.Span{From: q.now, To: q.now - 1})
	}
	slices.SortFunc(q.windows, func(a, c search.Span) int { return cmp.Compare(a.From, c.From) })
	q.mask = 0
	for _, s := range job.Skills {
		id, ok := b.skills[s.Skill]
		if !ok {
			id = 0 // nobody has it; staticRules will say so
		}
		q.mask |= 1 << (id % 64)
	}
	if len(q.stamp) < len(b.techs) {
		q.stamp, q.epoch = make([]uint32, len(b.techs)*5/4+16), 0
	}
	q.epoch++
	return q, nil
}

// The circles grow from firstCircle metres by a factor of two until the fastest technician would travel for longestWay seconds. Nobody is
// offered who is farther away; [Board.WhyNot] answers for them all the same.
const (
	firstCircle = 1500.0
	longestWay  = 3 * 3600
)

// circles looks for technicians nearer first.
func (b *Board) circles(q *probe) {
	seen := 0
	for k := range b.astray {
		q.stamp[k] = q.epoch
		seen++
		b.tryAll(q, k)
	}
	perMetre := math.Inf(1)
	for i := range b.fleet {
		perMetre = math.Min(perMetre, b.fleet[i].perMetre)
	}
	for d := firstCircle; ; d *= 2 {
		b.grid.around(q.x, q.y, d, func(r legRef) bool {
			if q.stamp[r.tech] != q.epoch {
				q.stamp[r.tech] = q.epoch
				seen++
				b.tryAll(q, r.tech)
			}
			return true
		})
		if d/2*perMetre > longestWay || seen == len(b.index) {
			return
		}
		if b.settled(q, d) {
			return
		}
	}
}

// settled reports whether nobody whose detour is longer than d metres of straight line can be among the best any more, given the fastest
// and the cheapest technicians on the board. In the order by cost, somebody far away with fewer points of level 4 would still be
// better; such people are looked for up to wideCircle only.
func (b *Board) settled(q *probe, d float64) bool {
	q.sort()
	if len(q.offers) < q.limit {
		return false
	}
	worst := &q.offers[q.limit-1]
	perMetre, fen := math.Inf(1), math.Inf(1)
	for i := range b.fleet {
		perMetre, fen = math.Min(perMetre, b.fleet[i].perMetre), math.Min(fen, b.fleet[i].fen)
	}
	if q.order == ByArrival {
		// A detour above d means that one of the two legs is longer than d / 2; but the second leg alone may be the long one.
		least := int32(d/2*perMetre) + q.place.access
		return worst.start <= q.now+least && worst.start <= q.windows[0].From && worst.travel <= least || worst.start < q.now+least
	}
	if worst.late > 0 || worst.points > 0 && d < wideCircle {
		return false
	}
	return float64(worst.cost) < d*fen
}

const wideCircle = 40_000.0

// tryAll tests one technician.
func (b *Board) tryAll(q *probe, k int32) {
	x := &b.techs[k]
	if x.skills&q.mask != q.mask || x.t == nil || !q.levelsOf(b, x) || !quickRules(x.t, q.job) {
		return
	}
	points := FirstTimePoints(x.t, q.job)
	if q.full && q.order == ByCost && q.cut.late == 0 && points > q.cut.points {
		return
	}
	for day := range x.days {
		d := &x.days[day]
		for _, w := range q.windows {
			if w.To >= d.from && w.From <= d.to {
				b.tryDay(q, k, int32(day))
				break
			}
		}
		if len(q.offers) >= q.limit+16 {
			q.sort()
		}
	}
}

// levelsOf tests skills and levels.
func (q *probe) levelsOf(b *Board, x *boardTech) bool {
	for i := range q.job.Skills {
		need := &q.job.Skills[i]
		id, ok := b.skills[need.Skill]
		if !ok {
			return false
		}
		if id < levelSlots && need.Level < 15 {
			if int(x.levels>>(4*id)&15) < need.Level {
				return false
			}
		} else if level(x.t.Skills, need.Skill) < max(need.Level, 0) {
			return false
		}
	}
	return true
}

// quickRules is the rest of staticRules without words.
func quickRules(t *Technician, job *Job) bool {
	for _, name := range job.Certificates {
		if !slices.ContainsFunc(t.Certificates, func(c Certificate) bool { return c.Name == name }) {
			return false
		}
	}
	if !t.Covers(job.Region) {
		return false
	}
	for i := range job.Exclude {
		if job.Exclude[i].Technician == t.ID {
			return false
		}
	}
	for i := range job.Parts {
		if p := &job.Parts[i]; p.MustBring && stock(t, p.Part) < max(p.Count, 1) {
			return false
		}
	}
	return t.MaxMetres == 0 || RoadMetres(t.Start, job.Place) <= t.MaxMetres
}

// tryDay keeps the best gap of a day.
func (b *Board) tryDay(q *probe, k, day int32) {
	x := &b.techs[k]
	d := &x.days[day]
	best := offer{tech: k, day: day, gap: -1}
	for gap := range d.dep {
		least := minState(&d.dep[gap])
		if least > q.windows[len(q.windows)-1].To || q.full && q.order == ByArrival && least > q.cut.start {
			break
		}
		if q.circles && b.hopeless(q, x, d, gap, least) {
			continue
		}
		o := offer{tech: k, day: day, gap: int32(gap), load: d.done + d.last - d.first}
		if b.tryGap(q, x, d, gap, &o) && (best.gap < 0 || q.compare(b, &o, &best) < 0) {
			best = o
			if q.order == ByArrival {
				break // gaps come in order of time
			}
		}
	}
	if best.gap >= 0 {
		q.offers = append(q.offers, best)
	}
}

// hopeless tests by straight lines whether a gap can still lead to one of the best offers.
func (b *Board) hopeless(q *probe, x *boardTech, d *boardDay, gap int, dep int32) bool {
	prev := &d.startPlace
	if gap > 0 {
		prev = &x.visits[int(d.first)+gap-1].place
	}
	if !prev.known || !q.place.known || prev.kinship(&q.place) == oneDoor {
		return false
	}
	there := q.line(prev)
	access := q.place.access
	if there < samePlaceMetres {
		access = 0 // perhaps one address
	}
	way := int32(there * x.speed.perMetre)
	if way > longestWay || max(dep, q.now)+way > q.windows[len(q.windows)-1].To {
		return true
	}
	if !q.full {
		return false
	}
	if q.order == ByArrival {
		return max(dep, q.now)+way > q.cut.start || q.cut.start <= q.windows[0].From && way+access > q.cut.travel
	}
	if q.cut.late > 0 || q.cut.points > 0 {
		return false
	}
	next := int(d.first) + gap
	away := 0.0
	if next < int(d.last) {
		away = q.line(&x.visits[next].place)
	} else if x.t.End != nil {
		away = q.line(&x.end)
	}
	return (there+away)*x.speed.fen-float64(d.legFen[gap]) > float64(q.cut.cost)
}

// line is the straight distance to the job in metres, good to a percent where legs are short.
func (q *probe) line(p *compactPlace) float64 {
	const degree = 111195.0 * 0.995
	x, y := (p.lon-q.place.lon)*q.cosLat, p.lat-q.place.lat
	if math.Abs(y) > 1 || math.Abs(x) > 1 {
		return 0 // so far away that the flat picture fails: no bound
	}
	return math.Sqrt(x*x+y*y) * degree
}

func minState(t *search.States) int32 { return min(t[0], t[1], t[2], t[3], t[4]) }

// tryGap inserts the job behind node gap of a day.
func (b *Board) tryGap(q *probe, x *boardTech, d *boardDay, gap int, o *offer) bool {
	prev := &d.startPlace
	if gap > 0 {
		prev = &x.visits[int(d.first)+gap-1].place
	}
	t := d.dep[gap]
	for k := 0; k <= len(d.breaks); k++ { // the present may have moved on since the day was computed
		if t[k] < search.Never {
			if t[k] = max(t[k], q.now); k < len(d.breaks) && t[k] > d.breaks[k].To {
				t[k] = search.Never
			}
		}
	}
	// A gap that closes before the first window opens, or whose next visit must begin before the job could, is no gap.
	next := int(d.first) + gap
	if next < int(d.last) && x.visits[next].latest < max(minState(&t), q.windows[0].From)+q.service {
		return false
	}
	free, metres, quality := b.travelLeg(x, prev, &q.place)
	d.breaks.Rest(&t)
	for k := 0; k <= len(d.breaks); k++ {
		if t[k] < search.Never {
			t[k] = search.Arrive(x.clock, t[k], free, q.place.access)
		}
	}
	d.breaks.Rest(&t)
	starts := t
	for k := 0; k <= len(d.breaks); k++ {
		starts[k] = q.startIn(t[k])
		t[k] = search.Never
		if starts[k] < search.Never {
			if t[k] = starts[k] + q.service; k < len(d.breaks) && t[k] > d.breaks[k].To {
				t[k] = search.Never
			}
		}
	}
	return b.closeGap(q, x, d, gap, o, starts, t, gapLeg{free, metres, quality})
}

type gapLeg struct {
	free, metres int32
	quality      Quality
}

// closeGap goes on to what follows the job.
func (b *Board) closeGap(q *probe, x *boardTech, d *boardDay, gap int, o *offer, starts, t search.States, in gapLeg) bool {
	next := int(d.first) + gap
	var dest *compactPlace
	if next < int(d.last) {
		dest = &x.visits[next].place
	} else if x.t.End != nil {
		dest = &x.end
	}
	var free, metres, access int32
	if dest != nil {
		var quality Quality
		free, metres, quality = b.travelLeg(x, &q.place, dest)
		in.quality = min(in.quality, quality)
		access = dest.access
	}
	left := t
	d.breaks.Rest(&t)
	late := &d.late[gap]
	reach, slack := search.Never, int32(-1)
	ok := false
	for k := 0; k <= len(d.breaks); k++ {
		if t[k] >= search.Never {
			continue
		}
		at := search.Arrive(x.clock, t[k], free, access)
		if at <= late[k] {
			ok = true
			reach, slack = min(reach, at), max(slack, late[k]-at)
		}
	}
	if !ok {
		return false
	}
	o.start = search.Never
	for k := 0; k <= len(d.breaks); k++ {
		if left[k] < search.Never {
			o.start = min(o.start, starts[k])
		}
	}
	if expiredCertificate(x.t, q.job, b.epoch.Add(o.start)) != "" {
		return false
	}
	// The journey is timed so that it ends when the visit begins.
	o.travel, o.metres, o.quality, o.slack = o.start-search.LeaveBy(x.clock, o.start, in.free, q.place.access), in.metres, in.quality, slack
	o.late = max(0, o.start-q.deadline)
	b.price(q, x, d, gap, o, reach, in, free, metres, dest != nil)
	return true
}

// price adds what the visit costs.
func (b *Board) price(q *probe, x *boardTech, d *boardDay, gap int, o *offer, reach int32, in gapLeg, free, metres int32, onward bool) {
	o.points = FirstTimePoints(x.t, q.job)
	o.cost = legFen(in.metres, in.free, x.cost.PerKm, x.cost.PerTravelHour) + x.t.Cost.PerVisit
	if onward {
		o.cost += legFen(metres, free, x.cost.PerKm, x.cost.PerTravelHour)
	}
	if d.first == d.last {
		o.cost += x.t.Cost.PerDay
	} else {
		o.cost -= int64(d.legFen[gap])
	}
	before, after := b.finish(x, d, -1, 0), b.finish(x, d, gap, reach)
	o.overtime = max(0, after-d.end)
	o.cost += int64(o.overtime-max(0, before-d.end)) * ((x.cost.PerOvertime + 3599) / 3600)
}

// finish is when the day ends: as planned (gap -1), or when the node behind a gap is reached at a moment.
func (b *Board) finish(x *boardTech, d *boardDay, gap int, reach int32) int32 {
	n := int(d.last - d.first)
	i := gap
	t := reach
	place := &d.startPlace
	if gap < 0 {
		if n == 0 {
			return d.from
		}
		t = minState(&d.dep[n])
		place = &x.visits[d.last-1].place
		i = n
	} else {
		for ; i < n; i++ {
			v := &x.visits[int(d.first)+i]
			if i > gap {
				free, _, _ := b.travelLeg(x, place, &v.place)
				t = search.Arrive(x.clock, t, free, v.place.access)
			}
			t = max(t, v.earliest) + v.service
			if planned := minState(&d.dep[i+1]); t <= planned { // the delay is absorbed
				return b.finish(x, d, -1, 0)
			}
			place = &v.place
		}
		if gap == n {
			return t
		}
	}
	if x.t.End != nil {
		free, _, _ := b.travelLeg(x, place, &x.end)
		t = search.Arrive(x.clock, t, free, x.end.access)
	}
	return t
}

// startIn is the earliest start at or after t in one of the windows.
func (q *probe) startIn(t int32) int32 {
	if t >= search.Never {
		return search.Never
	}
	for _, w := range q.windows {
		if t <= w.To {
			return max(t, w.From)
		}
	}
	return search.Never
}

func (q *probe) compare(b *Board, x, y *offer) int {
	if q.order == ByArrival {
		return cmp.Or(cmp.Compare(x.start, y.start), cmp.Compare(x.travel, y.travel), cmp.Compare(x.load, y.load))
	}
	return cmp.Or(cmp.Compare(x.late, y.late), cmp.Compare(x.points, y.points), cmp.Compare(x.cost, y.cost), cmp.Compare(x.start, y.start))
}

// sort keeps the best offer of each technician and the best limit of all. Ties end with the number of the technician on the board.
func (q *probe) sort() {
	slices.SortFunc(q.offers, func(x, y offer) int {
		return cmp.Or(q.compare(nil, &x, &y), cmp.Compare(x.tech, y.tech), cmp.Compare(x.day, y.day))
	})
	kept := q.offers[:0]
	for i := range q.offers {
		o := q.offers[i]
		if len(kept) < q.limit && !slices.ContainsFunc(kept, func(k offer) bool { return k.tech == o.tech }) {
			kept = append(kept, o)
		}
	}
	q.offers = kept
	if q.full = len(kept) == q.limit; q.full {
		q.cut = kept[q.limit-1]
	}
}

// words turns an offer into a candidate with reasons.
func (b *Board) words(q *probe, o *offer) Offer {
	x := &b.techs[o.tech]
	d := &x.days[o.day]
	out := Offer{CostFen: o.cost, Points: o.points}
	c := &out.Candidate
	c.Technician, c.Eligible = x.t.ID, true
	c.Arrival = b.epoch.Add(o.start)
	c.Finish = c.Arrival.Add(q.service)
	c.TravelSeconds, c.DistanceMetres = o.travel, o.metres
	c.Depart = c.Arrival.Add(-o.travel)
	c.DayLoad, c.Quality = int(o.load), o.quality
	add := func(code Code, pairs ...any) { c.Reasons = append(c.Reasons, reason(code, pairs...)) }
	add(ArrivesAt, "arrive_at", c.Arrival, "travel", c.TravelSeconds, "metres", c.DistanceMetres)
	if o.late > 0 {
		add(DeadlineMissed, "arrive_at", c.Arrival, "deadline_at", q.job.Deadline)
	}
	from := d.startID
	if o.gap > 0 {
		from = x.visits[d.first+o.gap-1].id
	}
	switch from {
	case "":
		add(StartsFrom, "at", "start")
	case fromPosition:
		add(StartsFrom, "at", "position")
	default:
		c.After = from
		add(StartsFrom, "at", "commitment", "id", from)
	}
	if next := d.first + o.gap; next < d.last {
		c.Before = x.visits[next].id
		add(Fits, "id", c.Before, "slack", o.slack)
	}
	if o.overtime > 0 {
		add(UsesOvertime, "seconds", o.overtime)
	}
	add(CostsMore, "fen", o.cost)
	preferenceReasons(x.t, q.job, add)
	if c.Quality == Assumed {
		add(TravelAssumed)
	}
	return out
}
