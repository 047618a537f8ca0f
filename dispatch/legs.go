package dispatch

import (
	"context"
	"math"
	"sync"

	"anxin/dispatch/search"
)

// addTravel gives the search its travel times: all of them for a small problem, on demand for a large one.
func (c *compiled) addTravel(ctx context.Context) error {
	c.source = &travelSource{c: c, ctx: ctx, access: c.accessTimes()}
	for _, k := range c.profiles {
		c.source.clocks = append(c.source.clocks, c.clock(k.vehicle))
	}
	if len(c.profiles) == 0 { // nobody works; one profile keeps the instance well formed
		c.profiles = append(c.profiles, profileKey{vehicle: EBike})
		c.source.clocks = append(c.source.clocks, nil)
	}
	if len(c.in.Types) == 0 {
		c.in.Types = []search.Type{{Start: c.nowhere, End: c.nowhere}}
		c.in.Assign = nil
	}
	c.in.Profiles = make([]search.Profile, len(c.profiles))
	for i := range c.in.Profiles {
		c.in.Profiles[i] = search.Profile{Clock: c.source.clocks[i], Access: c.source.access}
	}
	c.in.Source = c.source
	c.in.X, c.in.Y = c.coordinates()
	if err := c.source.failure(); err != nil {
		return err
	}
	return c.relaxCommitments(ctx)
}

// accessTimes returns the access time of every place, or nil when the model has none.
func (c *compiled) accessTimes() []int32 {
	m, ok := c.travel.(Profiled)
	if !ok {
		return nil
	}
	out := make([]int32, len(c.places))
	some := false
	for i, p := range c.places {
		if int32(i) != c.nowhere {
			out[i] = m.AccessAt(p)
			some = some || out[i] > 0
		}
	}
	if !some {
		return nil
	}
	return out
}

// coordinates places every point on a plane in metres, for the division of large problems; nil when the places have none.
func (c *compiled) coordinates() (x, y []int32) {
	if _, table := c.travel.(*MatrixTravel); table {
		return nil, nil
	}
	scaleX, scaleY := 1.0, 1.0
	switch m := c.travel.(type) {
	case *PlaneTravel:
		scaleX, scaleY = m.Scale, m.Scale
	default:
		latitude, n := 0.0, 0
		for _, p := range c.places {
			if p.Known() {
				latitude += p.Lat
				n++
			}
		}
		scaleY = 111195
		scaleX = scaleY * math.Cos(latitude/float64(max(n, 1))*math.Pi/180)
	}
	x, y = make([]int32, len(c.places)), make([]int32, len(c.places))
	bound := func(v float64) int32 { return int32(math.Max(-1e9, math.Min(1e9, v))) }
	for i, p := range c.places {
		x[i], y[i] = bound(p.Lon*scaleX), bound(p.Lat*scaleY)
	}
	return x, y
}

// travelSource computes matrices for the search from the travel model.
type travelSource struct {
	c      *compiled
	ctx    context.Context
	clocks []*search.Clock
	access []int32
	mu     sync.Mutex
	err    error
}

func (s *travelSource) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.err = err
	}
}

// failure returns the first error of the travel model.
func (s *travelSource) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// legs is Profiles for the few places of one route, whatever the time.
func (s *travelSource) legs(places []int32) []search.Profile {
	out, _ := s.Profiles(s.ctx, places)
	return out
}

// legsFor is one profile for the few places of one route, whatever the time, with the metres.
func (s *travelSource) legsFor(places []int32, profile int32) (search.Profile, *Matrix) {
	known, nowhere := s.known(places)
	key := s.c.profiles[profile]
	m := s.matrix(s.ctx, known, key.vehicle)
	clearNowhere(m, nowhere)
	return s.withAccess(s.profile(m, key, int(profile)), places), m
}

// known returns the places themselves and which of them is nowhere, or -1; another one stands for that, its legs do not count.
func (s *travelSource) known(places []int32) ([]Place, int) {
	nowhere := -1
	known := make([]Place, len(places))
	for i, k := range places {
		known[i] = s.c.places[k]
		if k == s.c.nowhere {
			nowhere = i
			known[i] = s.c.places[places[0]]
			if i == 0 && len(places) > 1 {
				known[i] = s.c.places[places[1]]
			}
		}
	}
	return known, nowhere
}

func (s *travelSource) withAccess(p search.Profile, places []int32) search.Profile {
	if s.access != nil {
		p.Access = make([]int32, len(places))
		for k, place := range places {
			p.Access[k] = s.access[place]
		}
	}
	return p
}

// Profiles implements search.Source. After an error of the model all legs are as long as can be, so that nothing is planned on them.
func (s *travelSource) Profiles(ctx context.Context, places []int32) ([]search.Profile, bool) {
	out := make([]search.Profile, len(s.c.profiles))
	byVehicle := make(map[Vehicle]*Matrix)
	known, nowhere := s.known(places)
	for i, key := range s.c.profiles {
		m := byVehicle[key.vehicle]
		if m == nil {
			if m = s.matrix(ctx, known, key.vehicle); m == nil {
				return nil, false
			}
			clearNowhere(m, nowhere)
			byVehicle[key.vehicle] = m
		}
		out[i] = s.withAccess(s.profile(m, key, i), places)
	}
	return out, true
}

func clearNowhere(m *Matrix, nowhere int) {
	if nowhere < 0 {
		return
	}
	for i := range m.Rows {
		m.Seconds[nowhere*m.Cols+i], m.Metres[nowhere*m.Cols+i] = 0, 0
		m.Seconds[i*m.Cols+nowhere], m.Metres[i*m.Cols+nowhere] = 0, 0
	}
}

// matrix returns nil when ctx is done.
func (s *travelSource) matrix(ctx context.Context, places []Place, v Vehicle) *Matrix {
	r := MatrixRequest{From: places, To: places, Depart: s.c.usualDay(), Vehicle: v}
	var m *Matrix
	var err error
	if model, ok := s.c.travel.(Profiled); ok {
		m, err = model.FreeFlow(ctx, r)
	} else {
		m, err = s.c.travel.Matrix(ctx, r)
	}
	if err == nil {
		err = m.valid(len(places), len(places))
	}
	if err == nil {
		return m
	}
	if ctx.Err() != nil {
		return nil
	}
	s.fail(err)
	n := len(places) * len(places)
	m = &Matrix{Rows: len(places), Cols: len(places), Seconds: make([]int32, n), Metres: make([]int32, n), Quality: make([]Quality, n)}
	for i := range m.Seconds {
		m.Seconds[i] = search.Never / 4
	}
	return m
}

// usualDay is the moment for which a model without hours is asked.
func (c *compiled) usualDay() Time {
	if len(c.days) == 0 {
		return c.p.Now
	}
	return max(c.days[0].from, c.p.Now)
}

func (s *travelSource) profile(m *Matrix, key profileKey, i int) search.Profile {
	p := search.Profile{Free: make([]int32, len(m.Seconds)), Clock: s.clocks[i]}
	for k, sec := range m.Seconds {
		p.Free[k] = min(sec, search.Never/4)
	}
	if key.perKm == 0 && key.perHor == 0 {
		p.Cost = m.Metres
		if equal(m.Metres, p.Free) {
			p.Cost = p.Free
		}
		return p
	}
	p.Cost = make([]int32, len(m.Seconds))
	for k := range p.Cost {
		p.Cost[k] = int32(min(legFen(m.Metres[k], m.Seconds[k], key.perKm, key.perHor), math.MaxInt32/4))
	}
	return p
}

// legFen is the price of a leg: metres and seconds at free flow, rounded down to whole fen.
func legFen(metres, seconds int32, perKm, perHour int64) int64 {
	return (int64(metres)*perKm*36 + int64(seconds)*perHour*10) / 36000
}

func equal(a, b []int32) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
