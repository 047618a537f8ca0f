package dispatch

import (
	"context"
	"errors"
	"math"
	"slices"
	"time"
)

// Quality says how far a travel time can be trusted. A larger value is better.
type Quality uint8

// The qualities.
const (
	Assumed   Quality = iota // an end of the leg is not known; a fixed value was taken
	Estimated                // computed from distance and usual speed
	Learned                  // corrected by observed journeys
	Routed                   // from a road network
)

// String returns the quality's name as it is used in JSON.
func (q Quality) String() string {
	switch q {
	case Assumed:
		return "assumed"
	case Estimated:
		return "estimated"
	case Learned:
		return "learned"
	case Routed:
		return "routed"
	}
	return "unknown"
}

// MatrixRequest asks for the legs from every place of From to every place of To.
type MatrixRequest struct {
	From, To []Place
	Depart   Time // all legs begin at this moment
	Vehicle  Vehicle
}

// Matrix holds len(From) × len(To) legs, row after row.
type Matrix struct {
	Rows, Cols int
	Seconds    []int32 // driving plus access at the destination
	Metres     []int32 // along the road
	Quality    []Quality
}

// Leg is one cell of a [Matrix].
type Leg struct {
	Seconds int32
	Metres  int32
	Quality Quality
}

// At returns the leg from place i of the request's From to place j of its To.
func (m *Matrix) At(i, j int) Leg {
	k := i*m.Cols + j
	return Leg{m.Seconds[k], m.Metres[k], m.Quality[k]}
}

// TravelModel gives travel times and distances. Matrices may be asymmetric and depend on the time of departure, but leaving
// later must never mean arriving earlier (FIFO). Implementations must be safe for concurrent use and deterministic.
type TravelModel interface {
	Matrix(ctx context.Context, r MatrixRequest) (*Matrix, error)
}

// Profiled is a model in which a leg takes a fixed time at full speed, slowed down by the hour of the week, plus a fixed time of access
// at its end. [Solve] uses such a model exactly, hour by hour; any other model is asked once per working day.
type Profiled interface {
	TravelModel
	// FreeFlow returns the legs at full speed without access; the request's Depart is ignored.
	FreeFlow(ctx context.Context, r MatrixRequest) (*Matrix, error)
	// HourFactors returns the speed of each hour of the week (hour 0 is Monday 00:00 in the zone) in 1/1024 of full speed. A leg
	// that takes s seconds at full speed ends at the first whole second at which the sum of the factors reaches s × 1024.
	HourFactors(v Vehicle) (factors [168]int32, zone *time.Location)
	// AccessAt returns the seconds from kerb to door, spent at the end of every leg of more than no seconds.
	AccessAt(p Place) int32
}

// BuiltinTravel estimates travel without any map: great circle × detour, speed by area, hour of the week and vehicle, plus the
// time from kerb to door. Make one with [NewBuiltinTravel]; change the fields before the first use.
type BuiltinTravel struct {
	// Zone decides which hour of the week a moment is.
	Zone *time.Location
	// AssumedSeconds is taken, at full speed, for a leg with an unknown end.
	AssumedSeconds int32
	// Speed is the free speed in metres per second by vehicle and area, inside built-up land.
	Speed map[Vehicle]map[Area]float64
	// TrunkSpeed is the speed on the part of a leg beyond 20 km.
	TrunkSpeed map[Vehicle]float64
	// Hours is the factor on speed by vehicle and hour of the week; hour 0 is Monday 00:00 in Zone. Every factor is > 0.
	Hours map[Vehicle]*[168]float64
	// Access is the usual time from kerb to door in seconds by area.
	Access map[Area]int32
	// Barriers are rivers and railways with their crossings.
	Barriers []Barrier
}

// NewBuiltinTravel returns the model with usual Chinese city values. A nil zone means UTC+8.
func NewBuiltinTravel(zone *time.Location) *BuiltinTravel {
	if zone == nil {
		zone = time.FixedZone("UTC+8", 8*3600)
	}
	kmh := func(core, urban, suburban, rural float64) map[Area]float64 {
		return map[Area]float64{Core: core / 3.6, Urban: urban / 3.6, Suburban: suburban / 3.6, Rural: rural / 3.6}
	}
	return &BuiltinTravel{
		Zone:           zone,
		AssumedSeconds: 30 * 60,
		Speed: map[Vehicle]map[Area]float64{
			EBike: kmh(17, 19, 22, 24),
			Van:   kmh(21, 27, 36, 42),
			Walk:  kmh(4.5, 4.5, 4.5, 4.5),
		},
		TrunkSpeed: map[Vehicle]float64{EBike: 24 / 3.6, Van: 65 / 3.6, Walk: 4.5 / 3.6},
		Hours: map[Vehicle]*[168]float64{
			EBike: weekFactors(0.92, 1.05),
			Van:   weekFactors(0.68, 1.3),
			Walk:  weekFactors(1, 1),
		},
		Access: map[Area]int32{Core: 480, Urban: 360, Suburban: 300, Rural: 240},
	}
}

// weekFactors builds a week with working-day peaks (07-09 and 17-19) at the given factor and nights (22-06) at the other.
func weekFactors(peak, night float64) *[168]float64 {
	var w [168]float64
	for i := range w {
		day, hour := i/24, i%24
		w[i] = 1
		switch {
		case hour >= 22 || hour < 6:
			w[i] = night
		case day < 5 && (hour == 7 || hour == 8 || hour == 17 || hour == 18):
			w[i] = peak
		}
	}
	return &w
}

// Matrix implements [TravelModel]. It fails only when ctx is done.
func (b *BuiltinTravel) Matrix(ctx context.Context, r MatrixRequest) (*Matrix, error) {
	w := b.week(r.Vehicle)
	_, offset := r.Depart.Std().In(b.zone()).Zone()
	local := int64(r.Depart) + int64(offset)
	return b.matrix(ctx, r, func(full int32, to *Place) int32 {
		return w.drive(full, local) + b.AccessAt(*to)
	}, w)
}

// FreeFlow implements [Profiled].
func (b *BuiltinTravel) FreeFlow(ctx context.Context, r MatrixRequest) (*Matrix, error) {
	return b.matrix(ctx, r, nil, b.week(r.Vehicle))
}

// HourFactors implements [Profiled].
func (b *BuiltinTravel) HourFactors(v Vehicle) (factors [168]int32, zone *time.Location) {
	return b.week(v).factor, b.zone()
}

func (b *BuiltinTravel) zone() *time.Location {
	if b.Zone == nil {
		return time.UTC
	}
	return b.Zone
}

func (b *BuiltinTravel) matrix(ctx context.Context, r MatrixRequest, seconds func(full int32, to *Place) int32, w *week) (*Matrix, error) {
	n := len(r.From) * len(r.To)
	m := &Matrix{
		Rows: len(r.From), Cols: len(r.To),
		Seconds: make([]int32, n), Metres: make([]int32, n), Quality: make([]Quality, n),
	}
	from, to := toWGS(r.From), toWGS(r.To)
	road := b.road(r.Vehicle, w.top)
	a, err := road.spots(ctx, from)
	if err != nil {
		return nil, err
	}
	c := a
	square := len(from) == len(to) && len(from) > 0 && &r.From[0] == &r.To[0] // the built-in legs are as long there as back
	if !square {
		if c, err = road.spots(ctx, to); err != nil {
			return nil, err
		}
	}
	for i := range from {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		row := i * m.Cols
		first := 0
		if square {
			first = i
		}
		for j := first; j < len(to); j++ {
			full, metres, quality := road.leg(&from[i], &to[j], kinshipOf(&from[i], &to[j]), &a[i], &c[j])
			m.Seconds[row+j], m.Metres[row+j], m.Quality[row+j] = full, metres, quality
			if square {
				k := j*m.Cols + i
				m.Seconds[k], m.Metres[k], m.Quality[k] = full, metres, quality
			}
		}
	}
	if seconds == nil {
		return m, nil
	}
	for k, full := range m.Seconds {
		if full > 0 {
			m.Seconds[k] = seconds(full, &to[k%m.Cols])
		}
	}
	return m, nil
}

// maxLegSeconds bounds one leg (about a month) so that sums never overflow.
const maxLegSeconds = 30 * 86400

// detour is how much longer the road is than the straight line; it falls with the distance.
func detour(line float64) float64 {
	switch {
	case line < 5000:
		return 1.35
	case line < 30000:
		// The road length must grow with the line across a step, so the factor glides instead of jumping.
		return 1.35 - 0.05*(line-5000)/25000
	case line < 60000:
		return 1.30 - 0.05*(line-30000)/30000
	}
	return 1.25
}

func orEBike(v Vehicle) Vehicle {
	if v == "" {
		return EBike
	}
	return v
}

func (b *BuiltinTravel) speed(v Vehicle, a Area) float64 {
	if a == "" {
		a = Urban
	}
	if s := b.Speed[v][a]; s > 0 {
		return s
	}
	return 15 / 3.6 // a vehicle or area nobody described
}

// AccessAt implements [Profiled].
func (b *BuiltinTravel) AccessAt(p Place) int32 {
	if p.AccessSeconds > 0 {
		return p.AccessSeconds
	}
	a := p.Area
	if a == "" {
		a = Urban
	}
	return b.Access[a]
}

// week is the speed of a vehicle by hour of the week, in 1/1024 of its full speed, which is top times the free speed.
type week struct {
	factor [168]int32
	top    float64
}

func (b *BuiltinTravel) week(v Vehicle) *week {
	w := &week{top: 1}
	hours := b.Hours[orEBike(v)]
	if hours == nil {
		for i := range w.factor {
			w.factor[i] = 1024
		}
		return w
	}
	w.top = slices.Max(hours[:])
	if !(w.top > 0) {
		w.top = 1
	}
	for i, f := range hours {
		w.factor[i] = max(1, int32(math.Round(1024*f/w.top)))
	}
	return w
}

// drive turns seconds at full speed into real seconds for a departure at a local time, by walking through the hours of the week. It is
// FIFO because speed depends on the moment only.
func (w *week) drive(full int32, local int64) int32 {
	need := int64(full) * 1024
	const thursday = 3 * 24 // 1970-01-01 was one
	hour := int(((local/3600+thursday)%168 + 168) % 168)
	left := 3600 - ((local%3600)+3600)%3600
	total := int64(0)
	for {
		f := int64(w.factor[hour])
		if need <= left*f {
			return int32(min(total+(need+f-1)/f, maxLegSeconds))
		}
		need -= left * f
		total += left
		left = 3600
		hour = (hour + 1) % 168
	}
}

var errMatrixShape = errors.New("dispatch: the travel model returned a matrix of the wrong size; check the plug-in")

// valid reports an error when a plug-in's matrix does not have the shape or the values that the engine relies on.
func (m *Matrix) valid(rows, cols int) error {
	n := rows * cols
	if m == nil || m.Rows != rows || m.Cols != cols || len(m.Seconds) != n || len(m.Metres) != n || len(m.Quality) != n {
		return errMatrixShape
	}
	for _, s := range m.Seconds {
		if s < 0 {
			return errors.New("dispatch: the travel model returned a negative duration; check the plug-in")
		}
	}
	return nil
}
