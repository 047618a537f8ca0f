package dispatch

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"anxin/dispatch/search"
)

// The weights with which the search sees the levels of [Score]. A level's unit outweighs what one change of the plan can gain on the
// levels below; plans are compared by the vector itself.
const (
	weightEmergency       = 1e13
	weightEmergencySecond = 1e10
	weightPromise         = 1e12
	weightPromiseSecond   = 1e6
	weightDue             = 1e10
	weightDueSecond       = 1e4
	weightUnserved        = 1e7
	weightPoint           = 1e5
	weightVehicle         = 1e9
	weightDistanceSkip    = 1e11
	weightPinned          = 1e16
	weightAllPinned       = 4e18 // bounds the sum over all agreed and pinned visits, so that the total fits an int64
)

// workday is one working day of one technician: a vehicle of the search.
type workday struct {
	tech     int
	from, to Time // the whole day, overtime included
	end      Time // regular end
	start    Place
	breaks   []Break // gaps between spans included
	tasks    []*Commitment
}

// task is what a job of the search stands for.
type task struct {
	job        int // index in Problem.Jobs, or -1
	commitment *Commitment
}

// compiled is a problem in the numbers of the search.
type compiled struct {
	p        *Problem
	prices   Prices
	pinned   int64 // price of leaving out a fixed visit
	in       *search.Instance
	epoch    Time // second 0 of the search
	days     []workday
	tasks    []task
	firstDay []int32  // per technician, its first working day in days; one entry more at the end
	driven   []driven // per working day, filled with its tour
	jobAt    map[string]int
	firstOf  []int32 // per job of the problem, its first task, or -1 when it cannot be planned at all
	places   []Place
	placeOf  map[Place]int32
	nowhere  int32
	profiles []profileKey
	travel   TravelModel
	refused  map[int][]Reason // jobs that cannot be planned and why
	warnings []string
	hours    []search.Span // per type, the working day: read for every pair of a job left out and a technician
	source   *travelSource
	book     *ruleBook
	over     func() bool // whether planning was stopped while the problem was still being read
}

// profileKey is what makes two technicians travel alike.
type profileKey struct {
	vehicle       Vehicle
	perKm, perHor int64
}

// compile reads the rules of jobs that nobody insists on only until over says that planning was stopped; everything else is read in any case, or
// there would be nothing to return.
func compile(ctx context.Context, p *Problem, over func() bool) (*compiled, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	c := &compiled{p: p, prices: p.Prices.withDefaults(), travel: p.Travel, placeOf: map[Place]int32{}, refused: map[int][]Reason{}, in: &search.Instance{}, over: over}
	if c.travel == nil {
		c.travel = NewBuiltinTravel(nil)
	}
	c.book = newRuleBook(p)
	c.collectDays()
	c.setEpoch()
	if err := c.addTypes(); err != nil {
		return nil, err
	}
	c.addTasks()
	c.addGroups()
	c.in.Places = len(c.places)
	return c, c.addTravel(ctx)
}

// place returns the number of a place.
func (c *compiled) place(p Place) int32 {
	k, ok := c.placeOf[p]
	if !ok {
		k = int32(len(c.places))
		c.placeOf[p] = k
		c.places = append(c.places, p)
	}
	return k
}

// sec converts a moment to the seconds of the search.
func (c *compiled) sec(t Time) int32 {
	return int32(min(max(int64(t)-int64(c.epoch), -int64(search.Never)), int64(search.Never)-1))
}

func (c *compiled) moment(s int32) Time { return c.epoch + Time(s) }

// collectDays makes the working days that are not over.
func (c *compiled) collectDays() {
	byTech := make(map[string][]*Commitment)
	for i := range c.p.Commitments {
		k := &c.p.Commitments[i]
		byTech[k.Technician] = append(byTech[k.Technician], k)
	}
	for tech := range c.p.Technicians {
		t := &c.p.Technicians[tech]
		tasks := byTech[t.ID]
		slices.SortStableFunc(tasks, func(a, b *Commitment) int {
			return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End), cmp.Compare(a.ID, b.ID))
		})
		c.firstDay = append(c.firstDay, int32(len(c.days)))
		for _, spans := range workingDays(t.Shifts) {
			c.addDay(tech, spans, tasks)
		}
	}
	c.firstDay = append(c.firstDay, int32(len(c.days)))
	c.driven = make([]driven, len(c.days))
}

// daysOf returns the working days of a technician.
func (c *compiled) daysOf(tech int) []workday { return c.days[c.firstDay[tech]:c.firstDay[tech+1]] }

// workingDays sorts shifts and groups those that belong to one day.
func workingDays(shifts []Shift) [][]Shift {
	sorted := slices.Clone(shifts)
	slices.SortFunc(sorted, func(a, b Shift) int { return cmp.Compare(a.From, b.From) })
	var out [][]Shift
	for first := 0; first < len(sorted); {
		last := first
		for last+1 < len(sorted) && sorted[last+1].From-sorted[last].To < sameDaySeconds {
			last++
		}
		out = append(out, sorted[first:last+1])
		first = last + 1
	}
	return out
}

func (c *compiled) addDay(tech int, spans []Shift, tasks []*Commitment) {
	t := &c.p.Technicians[tech]
	last := spans[len(spans)-1]
	d := workday{tech: tech, from: spans[0].From, end: last.To, to: last.To.Add(last.OvertimeSeconds), start: t.Start}
	if d.to <= c.p.Now {
		return
	}
	d.breaks = gapsAndBreaks(spans, t.Breaks, d.from, d.to)
	free := max(d.from, c.p.Now)
	for _, k := range tasks {
		if k.End <= d.from-sameDaySeconds/2 || k.Start >= d.to+sameDaySeconds/2 {
			continue
		}
		if k.Start <= c.p.Now { // over or under way: the day goes on from there
			d.start, free = k.Place, max(free, k.End)
			continue
		}
		d.tasks = append(d.tasks, k)
	}
	if pos := t.Position; pos != nil && pos.Place.Known() && free == c.p.Now && pos.At <= c.p.Now && pos.At >= d.from {
		d.start = pos.Place
	}
	d.from = free
	d.to = max(d.to, d.from)
	d.breaks = slices.DeleteFunc(d.breaks, func(b Break) bool { return b.To < d.from })
	c.days = append(c.days, d)
}

// gapsAndBreaks lists what interrupts a working day, in order. A gap between two spans is a rest that begins when the span ends.
func gapsAndBreaks(spans []Shift, breaks []Break, from, to Time) []Break {
	var out []Break
	for i := 0; i+1 < len(spans); i++ {
		out = append(out, Break{From: spans[i].To, To: spans[i].To, DurationSeconds: int32(spans[i+1].From - spans[i].To)})
	}
	for _, b := range breaks {
		if b.To >= from && b.From < to {
			out = append(out, b)
		}
	}
	slices.SortStableFunc(out, func(a, b Break) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To)) })
	return out
}

// setEpoch puts second 0 at the beginning of the first working day.
func (c *compiled) setEpoch() {
	c.epoch = c.p.Now
	for i := range c.days {
		if i == 0 || c.days[i].from < c.epoch {
			c.epoch = c.days[i].from
		}
	}
}

// addTypes makes one vehicle per working day; days that are alike in everything share a type.
func (c *compiled) addTypes() error {
	c.nowhere = c.place(Place{Node: -1})
	uneven := c.unevenBase()
	types := make(map[string]int32)
	named := c.namedTechnicians()
	owners := make(map[int]int32)
	for i := range c.days {
		d := &c.days[i]
		t := &c.p.Technicians[d.tech]
		if len(d.breaks) > search.MaxBreaks {
			return fmt.Errorf("dispatch: technician %q: a working day has %d breaks and gaps between shifts, at most %d are possible", t.ID, len(d.breaks), search.MaxBreaks)
		}
		typ := c.typeOf(d, t, uneven)
		key := c.signature(d, t, &typ, named[t.ID] || len(d.tasks) > 0 || uneven != nil)
		k, ok := types[key]
		if !ok {
			k = int32(len(c.in.Types))
			types[key] = k
			c.in.Types = append(c.in.Types, typ)
			c.hours = append(c.hours, search.Span{From: typ.Open, To: typ.Close})
		}
		c.in.Vehicles = append(c.in.Vehicles, k)
		owner, ok := owners[d.tech]
		if !ok {
			owner = int32(len(owners))
			owners[d.tech] = owner
		}
		c.in.Owners = append(c.in.Owners, owner)
	}
	return nil
}

// namedTechnicians are those that some job treats differently from everybody else.
func (c *compiled) namedTechnicians() map[string]bool {
	named := make(map[string]bool)
	for i := range c.p.Jobs {
		j := &c.p.Jobs[i]
		named[j.Previous] = true
		for _, x := range j.Exclude {
			named[x.Technician] = true
		}
		if j.Pin != nil {
			for _, id := range j.Pin.Technicians {
				named[id] = true
			}
		}
		if j.Planned != nil {
			named[j.Planned.Technician] = true
		}
	}
	delete(named, "")
	return named
}

// unevenBase returns each technician's hours above the expected share, counted from the least loaded one; nil when no account is kept.
func (c *compiled) unevenBase() []int32 {
	kept := false
	least := int32(math.MaxInt32)
	for i := range c.p.Technicians {
		t := &c.p.Technicians[i]
		kept = kept || t.WorkedSeconds != 0 || t.ShareSeconds != 0
		least = min(least, t.WorkedSeconds-t.ShareSeconds)
	}
	if !kept || c.p.Objective == Distance || c.p.Objective == Vehicles {
		return nil
	}
	out := make([]int32, len(c.p.Technicians))
	for i := range out {
		t := &c.p.Technicians[i]
		out[i] = min(t.WorkedSeconds-t.ShareSeconds-least, 4_000_000)
	}
	return out
}

func (c *compiled) typeOf(d *workday, t *Technician, uneven []int32) search.Type {
	typ := search.Type{
		Profile: c.profile(t), Start: c.place(d.start), End: c.nowhere,
		Open: c.sec(d.from), Close: c.sec(d.to), Capacity: math.MaxInt32 / 2, MaxWork: t.MaxWorkSeconds,
	}
	if t.End != nil {
		typ.End = c.place(*t.End)
	}
	if t.Capacity > 0 {
		typ.Capacity = t.Capacity
	}
	switch c.p.Objective {
	case Vehicles:
		typ.FixedCost = weightVehicle
	case Distance:
	default:
		cost := t.Costs()
		typ.FixedCost = min(cost.PerDay, weightVehicle)
		if cost.PerOvertime > 0 && d.end < d.to {
			// The rate is per second in whole fen at least; a finer rate is rounded up.
			typ.Overtime = []search.Late{{Due: c.sec(d.end), PerSecond: (cost.PerOvertime + 3599) / 3600}}
		}
		if uneven != nil {
			typ.Worked, typ.WorkPrice = uneven[d.tech], unevenPrice(c.prices.UnevenHour)
		}
	}
	for _, b := range d.breaks {
		typ.Breaks = append(typ.Breaks, search.Break{From: c.sec(b.From), To: c.sec(b.To), Length: b.DurationSeconds})
	}
	typ.Stock = c.book.stockOf(t)
	return typ
}

// unevenPrice turns fen per hour at eight hours of difference into the coefficient of work², in 1/2^30 fen per square second.
func unevenPrice(perHour int64) int64 { return perHour * (1 << 30) / (3600 * 2 * 8 * 3600) }

func (c *compiled) profile(t *Technician) int32 {
	cost := t.Costs()
	key := profileKey{orEBike(t.Vehicle), cost.PerKm, cost.PerTravelHour}
	if c.p.Objective == Distance || c.p.Objective == Vehicles {
		key.perKm, key.perHor = 0, 0
	}
	for i, k := range c.profiles {
		if k == key {
			return int32(i)
		}
	}
	c.profiles = append(c.profiles, key)
	return int32(len(c.profiles) - 1)
}

// signature is equal for two working days exactly when the search need not tell them apart.
func (c *compiled) signature(d *workday, t *Technician, typ *search.Type, unique bool) string {
	if unique {
		return fmt.Sprintf("#%d/%d", d.tech, d.from)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d %d %d %d %d %d %d %d %v %v %v %d", typ.Profile, typ.Start, typ.End, typ.Open, typ.Close, typ.Capacity,
		typ.FixedCost, typ.MaxWork, typ.Overtime, typ.Breaks, typ.Stock, t.MaxMetres)
	fmt.Fprintf(&b, " %v %v %q %q %d %v", t.Skills, t.Certificates, t.Brands, t.Regions, t.Costs().PerVisit, t.Stock)
	return b.String()
}

// clock builds the search's clock of a vehicle; nil when speed does not depend on the hour.
func (c *compiled) clock(v Vehicle) *search.Clock {
	m, ok := c.travel.(Profiled)
	if !ok {
		return nil
	}
	return weekClock(m, v, c.epoch)
}

// weekClock is the week of a vehicle in seconds from an epoch; nil when speed does not depend on the hour. The zone's offset is taken at
// the epoch: a change to or from daylight saving during a plan shifts the hours that follow it.
func weekClock(m Profiled, v Vehicle, epoch Time) *search.Clock {
	factors, zone := m.HourFactors(v)
	flat := true
	for _, f := range factors {
		flat = flat && f == 1024
	}
	if flat {
		return nil
	}
	local := epoch.Std().In(zone)
	since := int32(hourOfWeek(local))*3600 + int32(local.Minute())*60 + int32(local.Second())
	return search.NewClock(-since, factors[:])
}

func hourOfWeek(t time.Time) int { return (int(t.Weekday())+6)%7*24 + t.Hour() }
