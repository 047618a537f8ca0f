// Package geo converts between WGS-84 and GCJ-02, the shifted datum of Chinese map services.
package geo

import "math"

// ToGCJ returns a WGS-84 coordinate (degrees) in GCJ-02.
func ToGCJ(lng, lat float64) (float64, float64) {
	dx, dy := gcjOffset(lng, lat)
	return lng + dx, lat + dy
}

// FromGCJ returns a GCJ-02 coordinate in WGS-84. The shift has no closed inverse; three rounds are exact to
// millimetres.
func FromGCJ(lng, lat float64) (float64, float64) {
	x, y := lng, lat
	for range 3 {
		dx, dy := gcjOffset(x, y)
		x, y = lng-dx, lat-dy
	}
	return x, y
}

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
