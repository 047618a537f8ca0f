package build

import (
	"math"
	"strings"

	"anxin/region/internal/geo"
	"anxin/region/internal/table"
)

// point sets the coordinate of p from a row of the current list, converted to WGS-84.
func (b *builder) point(p *table.Place, r current) {
	lng, lat := r.lng, r.lat
	source := ""
	switch {
	case strings.HasPrefix(r.coordSource, "cpca:predecessor"):
		p.PointKind, source = table.PointPredecessor, "cpca adcodes.csv (MIT)"
		lng, lat = geo.FromGCJ(lng, lat)
	case r.coordSource == "cpca":
		p.PointKind, source = table.PointSeat, "cpca adcodes.csv (MIT)"
		lng, lat = geo.FromGCJ(lng, lat)
	case strings.HasPrefix(r.coordSource, "geotoolcn"):
		p.PointKind, source = table.PointSeat, "GeoToolCN (MIT)"
	case strings.HasPrefix(r.coordSource, "parent"):
		p.PointKind, source = table.PointParent, "cpca adcodes.csv (MIT)"
		lng, lat = geo.FromGCJ(lng, lat)
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
