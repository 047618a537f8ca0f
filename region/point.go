package region

import (
	"math"

	"anxin/region/internal/geo"
)

// Datum is the geodetic reference of a coordinate.
type Datum string

// The datums in use in China. The library answers in WGS-84; Point.In converts.
const (
	WGS84 Datum = "WGS-84"
	GCJ02 Datum = "GCJ-02"
)

// Precision says what a coordinate stands for. None of them is good enough to drive to: they rank and sort.
type Precision string

// Precisions, best first, with the typical error of each in RadiusKM.
const (
	PrecisionSeat        Precision = "seat"        // seat or centre of the unit itself, about 5 km
	PrecisionPredecessor Precision = "predecessor" // seat of the unit it was made from, about 15 km
	PrecisionApproximate Precision = "approximate" // read off by hand, about 15 km
	PrecisionParent      Precision = "parent"      // seat of the unit above, about 30 km
)

// RadiusKM is the typical distance in kilometres between the point and the places it stands for.
func (p Precision) RadiusKM() int {
	switch p {
	case PrecisionSeat:
		return 5
	case PrecisionPredecessor, PrecisionApproximate:
		return 15
	case PrecisionParent:
		return 30
	}
	return 0
}

// Point is a coordinate in degrees with everything needed to judge it.
type Point struct {
	Lng       float64   `json:"lng"`
	Lat       float64   `json:"lat"`
	Datum     Datum     `json:"datum"`
	Precision Precision `json:"precision"`
	Source    string    `json:"source"`
}

// IsZero reports whether there is no coordinate.
func (p Point) IsZero() bool { return p.Lng == 0 && p.Lat == 0 }

// In returns the point converted to another datum. Points outside China keep their numbers: GCJ-02 is
// defined only there.
func (p Point) In(d Datum) Point {
	if p.Datum == d || p.Datum == "" || d == "" {
		return p
	}
	if p.Lng >= 72 && p.Lng <= 138 && p.Lat >= 0.8 && p.Lat <= 56 {
		if d == GCJ02 {
			p.Lng, p.Lat = geo.ToGCJ(p.Lng, p.Lat)
		} else {
			p.Lng, p.Lat = geo.FromGCJ(p.Lng, p.Lat)
		}
	}
	p.Datum = d
	return p
}

// DistanceKM is the great-circle distance to q in kilometres.
func (p Point) DistanceKM(q Point) float64 {
	p, q = p.In(WGS84), q.In(WGS84)
	const rad = math.Pi / 180
	dLat, dLng := (q.Lat-p.Lat)*rad, (q.Lng-p.Lng)*rad
	h := sq(math.Sin(dLat/2)) + math.Cos(p.Lat*rad)*math.Cos(q.Lat*rad)*sq(math.Sin(dLng/2))
	return 2 * 6371.0088 * math.Asin(math.Min(1, math.Sqrt(h)))
}

func sq(x float64) float64 { return x * x }
