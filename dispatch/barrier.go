package dispatch

import "math"

// Barrier is a river or a railway: a line that can be passed only at its crossings.
type Barrier struct {
	Line      []Place `json:"line"`      // at least two points, WGS-84
	Crossings []Place `json:"crossings"` // at least one
}

// around returns the length of the way between two WGS-84 points: the great circle, or over the best crossing when a barrier lies between.
// Several barriers are passed one by one, each counted against the direct line.
func (b *BuiltinTravel) around(from, to *Place) float64 {
	line := greatCircleMetres(from, to)
	if len(b.Barriers) == 0 {
		return line
	}
	way := line
	for i := range b.Barriers {
		bar := &b.Barriers[i]
		if !bar.between(from, to) {
			continue
		}
		best := math.Inf(1)
		for k := range bar.Crossings {
			x := &bar.Crossings[k]
			best = math.Min(best, greatCircleMetres(from, x)+greatCircleMetres(x, to))
		}
		if !math.IsInf(best, 1) {
			way += best - line
		}
	}
	return way
}

// between reports whether the straight line between two points meets the barrier.
func (bar *Barrier) between(a, b *Place) bool {
	for i := 0; i+1 < len(bar.Line); i++ {
		if cross(a, b, &bar.Line[i], &bar.Line[i+1]) {
			return true
		}
	}
	return false
}

// cross reports whether the segments ab and cd meet.
func cross(a, b, c, d *Place) bool {
	side := func(p, q, r *Place) float64 {
		return (q.Lon-p.Lon)*(r.Lat-p.Lat) - (q.Lat-p.Lat)*(r.Lon-p.Lon)
	}
	return (side(a, b, c) > 0) != (side(a, b, d) > 0) && (side(c, d, a) > 0) != (side(c, d, b) > 0)
}
