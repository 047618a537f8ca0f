package build

import (
	"math"
	"strings"

	"anxin/region/internal/table"
)

// point sets the coordinate of p from a row of the current list, converted to WGS-84.
func (b *builder) point(p *table.Place, r current) {
	lng, lat := r.lng, r.lat
	source := ""
	switch {
	case strings.HasPrefix(r.coordSource, "cpca:predecessor"):
		p.PointKind, source = table.PointPredecessor, "cpca adcodes.csv (MIT)"
		lng, lat = fromGCJ(lng, lat)
	case r.coordSource == "cpca":
		p.PointKind, source = table.PointSeat, "cpca adcodes.csv (MIT)"
		lng, lat = fromGCJ(lng, lat)
	case strings.HasPrefix(r.coordSource, "geotoolcn"):
		p.PointKind, source = table.PointSeat, "GeoToolCN (MIT)"
	case strings.HasPrefix(r.coordSource, "parent"):
		p.PointKind, source = table.PointParent, "cpca adcodes.csv (MIT)"
		lng, lat = fromGCJ(lng, lat)
	default:
		p.PointKind, source = table.PointManual, "hand-measured"
	}
	p.Lng, p.Lat = int32(math.Round(lng*1e5)), int32(math.Round(lat*1e5))
	p.PointFrom = b.source(source)
}

// source returns the index of a coordinate source, adding it when new.
func (b *builder) source(name string) uint8 {
	if i, ok := b.sources[name]; ok {
		return i
	}
	i := uint8(len(b.t.PointSources))
	b.t.PointSources = append(b.t.PointSources, name)
	b.sources[name] = i
	return i
}

// fromGCJ converts a GCJ-02 coordinate to WGS-84. The obfuscation has no closed inverse; two rounds of
// fixed-point iteration are exact to well under a metre.
func fromGCJ(lng, lat float64) (float64, float64) {
	x, y := lng, lat
	for range 3 {
		dx, dy := gcjOffset(x, y)
		x, y = lng-dx, lat-dy
	}
	return x, y
}

// gcjOffset is the shift GCJ-02 adds to a WGS-84 coordinate, in degrees.
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
