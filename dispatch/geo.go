package dispatch

import "math"

const earthRadiusMetres = 6371008.8

// greatCircleMetres is the haversine distance of two WGS-84 points.
func greatCircleMetres(a, b *Place) float64 {
	const rad = math.Pi / 180
	la, lb := a.Lat*rad, b.Lat*rad
	sLat := math.Sin((lb - la) / 2)
	sLon := math.Sin((b.Lon - a.Lon) * rad / 2)
	h := sLat*sLat + math.Cos(la)*math.Cos(lb)*sLon*sLon
	return 2 * earthRadiusMetres * math.Asin(math.Min(1, math.Sqrt(h)))
}

// RoadMetres estimates the length of the road between two places from the great circle; 0 when a place is not known.
func RoadMetres(a, b Place) int32 {
	if !a.Known() || !b.Known() {
		return 0
	}
	a, b = a.ToWGS84(), b.ToWGS84()
	line := greatCircleMetres(&a, &b)
	return int32(math.Round(line * detour(line)))
}

// ToWGS84 returns p in WGS-84. The Chinese systems are inverted by iteration to below a metre; outside China they are not defined
// and coordinates are returned as they are.
func (p Place) ToWGS84() Place {
	lat, lon := p.Lat, p.Lon
	switch p.Datum {
	case BD09:
		lat, lon = bdToGCJ(lat, lon)
		fallthrough
	case GCJ02:
		lat, lon = gcjToWGS(lat, lon)
	}
	p.Lat, p.Lon, p.Datum = lat, lon, WGS84
	return p
}

func toWGS(places []Place) []Place {
	foreign := false
	for i := range places {
		foreign = foreign || (places[i].Datum != WGS84 && places[i].Datum != "")
	}
	if !foreign {
		return places
	}
	out := make([]Place, len(places))
	for i, p := range places {
		if p.Known() {
			p = p.ToWGS84()
		}
		out[i] = p
	}
	return out
}

// gcjShift is the offset, in degrees, that the GCJ-02 system adds to a WGS-84 point. The constants are those of the Krasovsky
// ellipsoid and of the published polynomial.
func gcjShift(lat, lon float64) (dLat, dLon float64) {
	if lat < 0.8 || lat > 55.9 || lon < 72.0 || lon > 137.9 {
		return 0, 0
	}
	const (
		axis = 6378245.0
		ecc  = 0.00669342162296594323
	)
	x, y := lon-105, lat-35
	wave := (20*math.Sin(6*x*math.Pi) + 20*math.Sin(2*x*math.Pi)) * 2 / 3
	dy := -100 + 2*x + 3*y + 0.2*y*y + 0.1*x*y + 0.2*math.Sqrt(math.Abs(x)) + wave +
		(20*math.Sin(y*math.Pi)+40*math.Sin(y/3*math.Pi))*2/3 +
		(160*math.Sin(y/12*math.Pi)+320*math.Sin(y*math.Pi/30))*2/3
	dx := 300 + x + 2*y + 0.1*x*x + 0.1*x*y + 0.1*math.Sqrt(math.Abs(x)) + wave +
		(20*math.Sin(x*math.Pi)+40*math.Sin(x/3*math.Pi))*2/3 +
		(150*math.Sin(x/12*math.Pi)+300*math.Sin(x/30*math.Pi))*2/3
	rad := lat / 180 * math.Pi
	magic := math.Sin(rad)
	magic = 1 - ecc*magic*magic
	root := math.Sqrt(magic)
	dLat = dy * 180 / (axis * (1 - ecc) / (magic * root) * math.Pi)
	dLon = dx * 180 / (axis / root * math.Cos(rad) * math.Pi)
	return dLat, dLon
}

func gcjToWGS(lat, lon float64) (float64, float64) {
	wLat, wLon := lat, lon
	for range 4 { // the shift changes slowly, each round gains three digits
		dLat, dLon := gcjShift(wLat, wLon)
		wLat, wLon = lat-dLat, lon-dLon
	}
	return wLat, wLon
}

func bdToGCJ(lat, lon float64) (float64, float64) {
	const k = math.Pi * 3000 / 180
	x, y := lon-0.0065, lat-0.006
	z := math.Sqrt(x*x+y*y) - 0.00002*math.Sin(y*k)
	theta := math.Atan2(y, x) - 0.000003*math.Cos(x*k)
	return z * math.Sin(theta), z * math.Cos(theta)
}
