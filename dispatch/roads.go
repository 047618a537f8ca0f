package dispatch

import (
	"context"
	"math"
)

// samePlaceMetres: two exact points closer than this are one address when no key says otherwise, reached without a journey.
const samePlaceMetres = 25

// kinship says what the keys of two places tell about them.
type kinship uint8

const (
	keyless  kinship = iota // at least one place has no key: the points decide
	oneDoor                 // the same key: one address
	twoDoors                // different keys: two addresses, however near
)

func kinshipOf(from, to *Place) kinship {
	switch {
	case from.Key == "" || to.Key == "":
		return keyless
	case from.Key == to.Key:
		return oneDoor
	}
	return twoDoors
}

// spreadShare × radius is about the mean distance from the middle of a circle to its points (0.67), and √2 times as much the mean distance
// of two points of one circle (0.905, exactly 128/45π).
const spreadShare = 0.64

// spot is what a leg needs to know of a WGS-84 place, computed once per place and request. Products are rounded to float64 one by one, so
// that processors that fuse a product and a sum come to the same result.
type spot struct {
	x, y, z float64 // on the unit sphere
	pace    float64 // seconds per metre at full speed, before the factor of the week's best hour
	// sides has a bit per piece of a barrier: on which side of its line the place lies. nil means that pieces are tested one by one.
	sides []uint64
	// crossings holds the metres to each crossing of each barrier; nil means that they are computed when needed.
	crossings []float64
}

// roads answers for one kind of vehicle.
type roads struct {
	b           *BuiltinTravel
	vehicle     Vehicle
	top, trunk  float64
	pieces, all int // pieces of barriers, crossings
}

const trunkFromMetres = 20000

func (b *BuiltinTravel) road(v Vehicle, top float64) *roads {
	r := &roads{b: b, vehicle: orEBike(v), top: top}
	r.trunk = b.TrunkSpeed[r.vehicle]
	for i := range b.Barriers {
		r.pieces += max(0, len(b.Barriers[i].Line)-1)
		r.all += len(b.Barriers[i].Crossings)
	}
	return r
}

func unit(p *Place) spot {
	const rad = math.Pi / 180
	sinLat, cosLat := math.Sincos(p.Lat * rad)
	sinLon, cosLon := math.Sincos(p.Lon * rad)
	return spot{x: cosLat * cosLon, y: cosLat * sinLon, z: sinLat}
}

func (r *roads) spot(p *Place) spot {
	s := unit(p)
	s.pace = 1 / r.b.speed(r.vehicle, p.Area)
	return s
}

// spots prepares all places of a request.
func (r *roads) spots(ctx context.Context, places []Place) ([]spot, error) {
	out := make([]spot, len(places))
	words := (r.pieces + 63) / 64
	sides, crossings := make([]uint64, words*len(places)), make([]float64, r.all*len(places))
	ends := make([]spot, 0, r.all)
	for i := range r.b.Barriers {
		for k := range r.b.Barriers[i].Crossings {
			ends = append(ends, unit(&r.b.Barriers[i].Crossings[k]))
		}
	}
	for i := range places {
		if i%64 == 0 {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
		}
		p, s := &places[i], &out[i]
		*s = r.spot(p)
		if r.pieces == 0 || !p.Known() {
			continue
		}
		s.sides, s.crossings = sides[i*words:(i+1)*words], crossings[i*r.all:(i+1)*r.all]
		bit := 0
		for k := range r.b.Barriers {
			line := r.b.Barriers[k].Line
			for q := 0; q+1 < len(line); q++ {
				if sideOf(&line[q], &line[q+1], p) {
					s.sides[bit/64] |= 1 << (bit % 64)
				}
				bit++
			}
		}
		for k := range ends {
			s.crossings[k] = arc(s, &ends[k])
		}
	}
	return out, nil
}

// arc is the great circle between two spots in metres.
func arc(a, b *spot) float64 {
	x, y, z := a.x-b.x, a.y-b.y, a.z-b.z
	chord := math.Sqrt(float64(x*x) + float64(y*y) + float64(z*z))
	return 2 * earthRadiusMetres * math.Asin(math.Min(1, chord/2))
}

// legBetween is one leg between two WGS-84 places: seconds at full speed, without access.
func (b *BuiltinTravel) legBetween(from, to *Place, kin kinship, v Vehicle, top float64) (full, metres int32, q Quality) {
	if kin == oneDoor {
		return 0, 0, Estimated
	}
	r := roads{b: b, vehicle: orEBike(v), top: top}
	r.trunk = b.TrunkSpeed[r.vehicle]
	x, y := r.spot(from), r.spot(to)
	return r.leg(from, to, kin, &x, &y)
}

func (r *roads) leg(from, to *Place, kin kinship, x, y *spot) (full, metres int32, q Quality) {
	if kin == oneDoor {
		return 0, 0, Estimated
	}
	if !from.Known() || !to.Known() {
		return r.b.AssumedSeconds, 0, Assumed
	}
	line := r.around(from, to, x, y)
	exact := from.RadiusMetres == 0 && to.RadiusMetres == 0
	switch {
	case exact && kin == keyless && line < samePlaceMetres:
		return 0, 0, Estimated
	case !exact:
		// Nobody knows where inside their circles the two addresses are; the line is what may be expected. Farther places are uncertain on
		// the side as often as along the way, so the correction fades with the distance.
		u, v := float64(from.RadiusMetres), float64(to.RadiusMetres)
		line = math.Sqrt(float64(line*line) + spreadShare*spreadShare*(float64(u*u)+float64(v*v)))
	}
	line = math.Max(line, samePlaceMetres) // the next door is not free: there is at least the access
	way := line * detour(line)
	free := r.seconds(way, x.pace, y.pace) / r.top
	return int32(math.Min(math.Ceil(free), maxLegSeconds)), int32(math.Min(math.Round(way), math.MaxInt32/2)), Estimated
}

// seconds at full speed over so many metres of road: half at the pace of either end, and the part beyond 20 km on trunk roads.
func (r *roads) seconds(way, from, to float64) float64 {
	seconds := float64(math.Min(way, trunkFromMetres) / 2 * (from + to))
	if way > trunkFromMetres {
		trunk := r.trunk
		if trunk <= 0 {
			trunk = 1 / math.Min(from, to)
		}
		seconds += (way - trunkFromMetres) / trunk
	}
	return seconds
}
