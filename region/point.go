package region

import "math"

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
			dx, dy := gcjOffset(p.Lng, p.Lat)
			p.Lng, p.Lat = p.Lng+dx, p.Lat+dy
		} else {
			x, y := p.Lng, p.Lat
			for range 3 { // the shift has no closed inverse; three rounds are exact to millimetres
				dx, dy := gcjOffset(x, y)
				x, y = p.Lng-dx, p.Lat-dy
			}
			p.Lng, p.Lat = x, y
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

// gcjOffset is the shift that GCJ-02 adds to a WGS-84 coordinate, in degrees.
func gcjOffset(lng, lat float64) (float64, float64) {
	const axis, ecc = 6378245.0, 0.00669342162296594323
	x, y := lng-105, lat-35
	wave := 20*math.Sin(6*x*math.Pi) + 20*math.Sin(2*x*math.Pi)
	dy := -100 + 2*x + 3*y + 0.2*y*y + 0.1*x*y + 0.2*math.Sqrt(math.Abs(x)) + 2.0/3*(wave+
		20*math.Sin(y*math.Pi)+40*math.Sin(y/3*math.Pi)+160*math.Sin(y/12*math.Pi)+320*math.Sin(y/30*math.Pi))
	dx := 300 + x + 2*y + 0.1*x*x + 0.1*x*y + 0.1*math.Sqrt(math.Abs(x)) + 2.0/3*(wave+
		20*math.Sin(x*math.Pi)+40*math.Sin(x/3*math.Pi)+150*math.Sin(x/12*math.Pi)+300*math.Sin(x/30*math.Pi))
	phi := lat / 180 * math.Pi
	m := math.Sin(phi)
	m = 1 - ecc*m*m
	return dx * 180 / (axis / math.Sqrt(m) * math.Cos(phi) * math.Pi), dy * 180 / (axis * (1 - ecc) / (m * math.Sqrt(m)) * math.Pi)
}
