package dispatch

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"anxin/dispatch/search"
)

// Visit is a planned visit on a [Board]. Its technician and its place in the order are never changed. Its start may move between Earliest
// and Latest; both 0 means that it is fixed.
type Visit struct {
	ID       string `json:"id"`
	Place    Place  `json:"place"`
	Start    Time   `json:"start"`
	End      Time   `json:"end"`
	Earliest Time   `json:"earliest,omitempty"`
	Latest   Time   `json:"latest,omitempty"`
}

// Board holds the present days of many technicians and answers at once where one more job fits, without solving anew. It needs a
// [Profiled] travel model, such as the built-in one, because it asks for single legs very often.
//
// A Board may be used by many goroutines: questions run side by side, changes wait for them.
type Board struct {
	mu      sync.RWMutex
	travel  Profiled
	builtin *BuiltinTravel // travel when it is the built-in model, for the shortest way to a leg
	epoch   Time
	now     Time
	techs   []boardTech
	index   map[string]int32
	free    []int32 // unused entries of techs
	clocks  map[Vehicle]*search.Clock
	skills  map[string]int
	grid    *legGrid
	astray  map[int32]bool // technicians whose start is not known: always asked
	fleet   []fleetSpeed   // per vehicle and price seen, for bounds
	pool    sync.Pool
}

// boardTech is one technician with the days ahead.
type boardTech struct {
	t      *Technician // nil: unused
	skills uint64      // bit per known skill, for a quick no
	levels uint64      // four bits per skill for the first sixteen
	speed  *fleetSpeed
	start  compactPlace
	end    compactPlace
	clock  *search.Clock
	top    float64 // full speed of the built-in model against its free speed
	cost   Cost
	days   []boardDay
	visits []boardVisit // of all days, sorted by start
}

type boardVisit struct {
	id                           string
	place                        compactPlace
	start, end, earliest, latest int32
	service                      int32
	_                            int32
}

// boardDay is a working day with the times that answer a question in constant time per gap.
type boardDay struct {
	from, to, end int32
	startPlace    compactPlace
	startID       string // visit from which the day goes on; empty when it is the technician's start
	done          int32  // visits that are over or under way
	breaks        search.Breaks
	first, last   int32 // visits[first:last]
	// dep[i] and late[i] are the states of node i: 0 is the start of the day, then the visits; late has one entry more for the end.
	dep, late []search.States
	cells     []cellRef
	legFen    []int32 // price of the leg out of each node; 0 after the last visit of a day that may end anywhere
}

// compactPlace is a WGS-84 place in 40 bytes, without pointers.
type compactPlace struct {
	lat, lon float64
	key      uint64 // hash of the place's key; 0 means none
	access   int32  // seconds; the area is folded in
	radius   int32  // metres of uncertainty
	area     uint8
	known    bool
}

var areas = [...]Area{Urban, Core, Suburban, Rural}

func (b *Board) compact(p Place) compactPlace {
	p = p.ToWGS84()
	c := compactPlace{lat: p.Lat, lon: p.Lon, access: b.travel.AccessAt(p), radius: p.RadiusMetres, known: p.Known(), key: hashKey(p.Key)}
	for i, a := range areas {
		if a == p.Area {
			c.area = uint8(i)
		}
	}
	return c
}

// hashKey is FNV-1a over the key; among a million addresses two keys meet once in 30 million boards.
func hashKey(key string) uint64 {
	if key == "" {
		return 0
	}
	h := uint64(14695981039346656037)
	for i := range len(key) {
		h = (h ^ uint64(key[i])) * 1099511628211
	}
	return h | 1
}

func (c *compactPlace) kinship(to *compactPlace) kinship {
	switch {
	case c.key == 0 || to.key == 0:
		return keyless
	case c.key == to.key:
		return oneDoor
	}
	return twoDoors
}

// place gives the place back without its key.
func (c *compactPlace) place() Place {
	if !c.known {
		return Place{}
	}
	return Place{Lat: c.lat, Lon: c.lon, Datum: WGS84, Area: areas[c.area], AccessSeconds: c.access, RadiusMetres: c.radius}
}

// NewBoard returns an empty board. A nil model means [NewBuiltinTravel] with its defaults. Another model than the built-in one is asked leg
// by leg and should be quick.
func NewBoard(now Time, travel Profiled) *Board {
	if travel == nil {
		travel = NewBuiltinTravel(nil)
	}
	b := &Board{travel: travel, now: now, index: map[string]int32{}, clocks: map[Vehicle]*search.Clock{}, skills: map[string]int{}, grid: newLegGrid(), astray: map[int32]bool{}}
	b.epoch = now - ((now%86400)+86400)%86400 - 86400
	b.builtin, _ = travel.(*BuiltinTravel)
	b.pool.New = func() any { return &probe{} }
	return b
}

// SetNow moves the present: nothing is offered before it. Days that are over are dropped when the technician is set next.
func (b *Board) SetNow(now Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = now
}

// boardDays is how many days ahead a board keeps.
const boardDays = 60

func (b *Board) sec(t Time) int32 {
	return int32(min(max(int64(t)-int64(b.epoch), -int64(search.Never)), int64(search.Never)-1))
}

func (b *Board) clock(v Vehicle) *search.Clock {
	v = orEBike(v)
	c, ok := b.clocks[v]
	if !ok {
		c = weekClock(b.travel, v, b.epoch)
		b.clocks[v] = c
	}
	return c
}

// Set puts a technician and the visits planned for them on the board, or replaces both. Visits need not be in order.
//
// Errors: an empty id, impossible times, more than four breaks and gaps on one day.
func (b *Board) Set(t Technician, visits []Visit) error {
	if err := t.validate(0, b.now, map[string]bool{}); err != nil {
		return err
	}
	for i, v := range visits {
		if v.End < v.Start || v.Latest != 0 && (v.Earliest > v.Latest || v.Start < v.Earliest || v.Start > v.Latest) {
			return wrong("end is before start, or start is not between earliest and latest", "visits[%d]", i)
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	k, ok := b.index[t.ID]
	if !ok {
		k = b.allocate()
		b.index[t.ID] = k
	} else {
		b.clearDays(k)
	}
	x := &b.techs[k]
	if x.t == nil {
		x.t = new(Technician)
	}
	*x.t = t
	x.skills, x.levels = b.skillMask(t.Skills)
	x.start = b.compact(t.Start)
	if delete(b.astray, k); !x.start.known {
		b.astray[k] = true
	}
	if t.End != nil {
		x.end = b.compact(*t.End)
	}
	x.clock, x.cost = b.clock(t.Vehicle), t.Costs()
	if b.builtin != nil {
		x.top = b.builtin.week(t.Vehicle).top
	}
	x.speed = b.speedOf(x)
	b.setVisits(x, visits)
	return b.setDays(k)
}

// Remove takes a technician off the board.
func (b *Board) Remove(id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	k, ok := b.index[id]
	if !ok {
		return
	}
	b.clearDays(k)
	delete(b.astray, k)
	delete(b.index, id)
	b.techs[k] = boardTech{}
	b.free = append(b.free, k)
}

// Len returns the number of technicians on the board.
func (b *Board) Len() int {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return len(b.index)
}

func (b *Board) allocate() int32 {
	if n := len(b.free); n > 0 {
		k := b.free[n-1]
		b.free = b.free[:n-1]
		return k
	}
	b.techs = append(b.techs, boardTech{})
	return int32(len(b.techs) - 1)
}

// skillMask numbers the first 64 skills seen; later ones share bits, which only makes the quick test weaker.
func (b *Board) skillMask(skills []SkillNeed) (mask, levels uint64) {
	for _, s := range skills {
		id, ok := b.skills[s.Skill]
		if !ok {
			id = len(b.skills)
			b.skills[s.Skill] = id
		}
		mask |= 1 << (id % 64)
		if id < levelSlots {
			had := levels >> (4 * id) & 15
			levels += (max(had, uint64(min(max(s.Level, 0), 15))) - had) << (4 * id)
		}
	}
	return mask, levels
}

// levelSlots is how many skills have their level in boardTech.levels.
const levelSlots = 16

// fleetSpeed bounds from below what travel takes and costs for one kind of vehicle and price.
type fleetSpeed struct {
	vehicle  Vehicle
	cost     Cost
	perMetre float64 // seconds per metre of straight line at the best
	fen      float64 // fen per metre of straight line at the least
}

// shortestDetour is a little below the least detour factor of the built-in model.
const shortestDetour = 1.24

// speedOf returns the bounds for a technician; they are shared by all who travel alike.
func (b *Board) speedOf(x *boardTech) *fleetSpeed {
	v := orEBike(x.t.Vehicle)
	for i := range b.fleet {
		if f := &b.fleet[i]; f.vehicle == v && f.cost == x.cost {
			return f
		}
	}
	f := fleetSpeed{vehicle: v, cost: x.cost, perMetre: 3.6 / 150}
	if m := b.builtin; m != nil {
		fastest := m.TrunkSpeed[v]
		for _, a := range areas {
			fastest = max(fastest, m.speed(v, a))
		}
		f.perMetre = shortestDetour / (fastest * x.top)
	}
	f.fen = shortestDetour*float64(x.cost.PerKm)/1000 + f.perMetre*float64(x.cost.PerTravelHour)/3600
	b.fleet = append(make([]fleetSpeed, 0, len(b.fleet)+1), append(b.fleet, f)...)
	return &b.fleet[len(b.fleet)-1]
}

func (b *Board) setVisits(x *boardTech, visits []Visit) {
	x.visits = make([]boardVisit, 0, len(visits))
	for i := range visits {
		v := &visits[i]
		w := boardVisit{id: v.ID, place: b.compact(v.Place), start: b.sec(v.Start), end: b.sec(v.End), earliest: b.sec(v.Start), latest: b.sec(v.Start)}
		if v.Latest != 0 {
			w.earliest, w.latest = b.sec(v.Earliest), b.sec(v.Latest)
		}
		w.service = w.end - w.start
		x.visits = append(x.visits, w)
	}
	slices.SortStableFunc(x.visits, func(a, c boardVisit) int {
		return cmp.Or(cmp.Compare(a.start, c.start), cmp.Compare(a.end, c.end), strings.Compare(a.id, c.id))
	})
}

func (b *Board) clearDays(k int32) {
	x := &b.techs[k]
	for i := range x.days {
		for _, c := range x.days[i].cells {
			b.grid.remove(c, k, int32(i))
		}
	}
	x.days = nil
}

// setDays rebuilds the working days of a technician.
func (b *Board) setDays(k int32) error {
	x := &b.techs[k]
	for _, spans := range workingDays(x.t.Shifts) {
		last := spans[len(spans)-1]
		d := boardDay{from: b.sec(spans[0].From), end: b.sec(last.To), to: b.sec(last.To.Add(last.OvertimeSeconds)), startPlace: x.start}
		if b.epoch.Add(d.to) <= b.now || d.from > (boardDays+5)*86400 {
			continue
		}
		for _, br := range gapsAndBreaks(spans, x.t.Breaks, spans[0].From, b.epoch.Add(d.to)) {
			d.breaks = append(d.breaks, search.Break{From: b.sec(br.From), To: b.sec(br.To), Length: br.DurationSeconds})
		}
		if len(d.breaks) > search.MaxBreaks {
			return fmt.Errorf("dispatch: technician %q: a working day has more than %d breaks and gaps", x.t.ID, search.MaxBreaks)
		}
		b.beginDay(x, &d)
		b.follow(x, &d)
		day := int32(len(x.days))
		b.indexDay(k, day, x, &d)
		x.days = append(x.days, d)
	}
	return nil
}

// beginDay finds the day's visits and where it goes on from: visits that are over or under way set place and time.
func (b *Board) beginDay(x *boardTech, d *boardDay) {
	now := b.sec(b.now)
	free := max(d.from, now)
	d.first = int32(len(x.visits))
	for i := range x.visits {
		v := &x.visits[i]
		if v.end <= d.from-sameDaySeconds/2 || v.start >= d.to+sameDaySeconds/2 {
			continue
		}
		if v.start <= now {
			d.startPlace, free = v.place, max(free, v.end)
			d.startID = v.id
			d.done++
			continue
		}
		d.first, d.last = min(d.first, int32(i)), int32(i)+1
	}
	d.last = max(d.last, d.first)
	if pos := x.t.Position; pos != nil && pos.Place.Known() && free == now && pos.At <= b.now && b.sec(pos.At) >= d.from {
		d.startPlace, d.startID = b.compact(pos.Place), fromPosition
	}
	d.from = free
	d.to = max(d.to, d.from)
	d.breaks = slices.DeleteFunc(d.breaks, func(br search.Break) bool { return br.To < d.from })
}

// fromPosition in startID says that the day goes on from where the technician was seen last.
const fromPosition = "\x00position"

// travelLeg asks for one leg at full speed.
func (b *Board) travelLeg(x *boardTech, from, to *compactPlace) (free, metres int32, q Quality) {
	p, r := from.place(), to.place()
	if b.builtin != nil {
		return b.builtin.legBetween(&p, &r, from.kinship(to), x.t.Vehicle, x.top)
	}
	if from.key != 0 {
		p.Key = strconv.FormatUint(from.key, 36)
	}
	if to.key != 0 {
		r.Key = strconv.FormatUint(to.key, 36)
	}
	m, err := b.travel.FreeFlow(background, MatrixRequest{From: []Place{p}, To: []Place{r}, Vehicle: x.t.Vehicle})
	if err != nil || m.valid(1, 1) != nil {
		return 6 * 3600, 0, Assumed // a model that fails must not make somebody look near
	}
	return m.Seconds[0], m.Metres[0], m.Quality[0]
}

// follow computes the states of a day. What contradicts itself (a visit that cannot be reached in time) is taken as agreed: the day goes on
// from the visit's own time.
func (b *Board) follow(x *boardTech, d *boardDay) {
	n := int(d.last - d.first)
	d.dep, d.late, d.legFen = make([]search.States, n+1), make([]search.States, n+1), make([]int32, n+1)
	never := search.States{search.Never, search.Never, search.Never, search.Never, search.Never}
	t := never
	t[0] = d.from
	place := &d.startPlace
	for i := 0; ; i++ {
		d.dep[i] = t
		if i == n {
			break
		}
		v := &x.visits[int(d.first)+i]
		free, metres, _ := b.travelLeg(x, place, &v.place)
		d.legFen[i] = int32(legFen(metres, free, x.cost.PerKm, x.cost.PerTravelHour))
		d.breaks.Rest(&t)
		best := search.Never
		for k := 0; k <= len(d.breaks); k++ {
			if t[k] < search.Never {
				t[k] = search.Arrive(x.clock, t[k], free, v.place.access)
			}
		}
		d.breaks.Rest(&t)
		for k := 0; k <= len(d.breaks); k++ {
			if t[k] = max(t[k], v.earliest); t[k] > v.latest {
				t[k] = search.Never
				continue
			}
			t[k] += v.service
			if k < len(d.breaks) && t[k] > d.breaks[k].To {
				t[k] = search.Never
				continue
			}
			best = min(best, t[k])
		}
		if best == search.Never {
			t = never
			t[len(d.breaks)] = v.end
		}
		place = &v.place
	}
	b.followBack(x, d, n)
}

func (b *Board) followBack(x *boardTech, d *boardDay, n int) {
	var t search.States
	for k := range t {
		t[k] = -search.Never
	}
	for k := 0; k <= len(d.breaks); k++ {
		t[k] = d.to
		if k < len(d.breaks) {
			t[k] = min(t[k], d.breaks[k].To)
		}
	}
	d.late[n] = t
	to := &x.end
	for i := n - 1; i >= 0; i-- {
		v := &x.visits[int(d.first)+i]
		var free, access int32
		if i < n-1 || x.t.End != nil {
			var metres int32
			free, metres, _ = b.travelLeg(x, &v.place, to)
			access = to.access
			d.legFen[i+1] = int32(legFen(metres, free, x.cost.PerKm, x.cost.PerTravelHour))
		}
		for k := 0; k <= len(d.breaks); k++ {
			if t[k] > -search.Never {
				t[k] = search.LeaveBy(x.clock, t[k], free, access)
			}
			if k < len(d.breaks) {
				t[k] = min(t[k], d.breaks[k].To)
			}
		}
		d.breaks.RestBack(&t)
		possible := false
		for k := 0; k <= len(d.breaks); k++ {
			if t[k] = min(t[k]-v.service, v.latest); t[k] < v.earliest {
				t[k] = -search.Never
			} else {
				possible = true
			}
		}
		if !possible { // contradictory: it is agreed all the same
			for k := 0; k <= len(d.breaks); k++ {
				t[k] = v.latest
			}
		}
		d.breaks.RestBack(&t)
		d.late[i] = t
		to = &v.place
	}
}

var errNoBoardJob = errors.New("dispatch: the board needs a job with an id")
