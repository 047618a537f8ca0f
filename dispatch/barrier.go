package dispatch

import "math"

// Barrier is a river or a railway: a line that can be passed only at its crossings.
type Barrier struct {
	Line      []Place `json:"line"`      // at least two points, WGS-84
	Crossings []Place `json:"crossings"` // at least one
}

// around returns the length of the way between two WGS-84 points: the great circle, or over the best crossing when a barrier lies between.
// Several barriers are passed one by one, each counted against the direct line.
func (r *roads) around(from, to *Place, x, y *spot) float64 {
	line := arc(x, y)
	barriers := r.b.Barriers
	if len(barriers) == 0 {
		return line
	}
	way := line
	bit, first := 0, 0
	for i := range barriers {
		bar := &barriers[i]
		if bar.between(from, to, x, y, bit) {
			best := math.Inf(1)
			for k := range bar.Crossings {
				if x.crossings != nil && y.crossings != nil {
					best = math.Min(best, x.crossings[first+k]+y.crossings[first+k])
					continue
				}
				end := unit(&bar.Crossings[k])
				best = math.Min(best, arc(x, &end)+arc(y, &end))
			}
			if !math.IsInf(best, 1) {
				way += best - line
			}
		}
		bit += max(0, len(bar.Line)-1)
		first += len(bar.Crossings)
	}
	return way
}

// between reports whether the straight line between two points meets the barrier, whose first piece has the given bit.
func (bar *Barrier) between(a, b *Place, x, y *spot, bit int) bool {
	known := x.sides != nil && y.sides != nil
	for i := 0; i+1 < len(bar.Line); i, bit = i+1, bit+1 {
		if known && (x.sides[bit/64]^y.sides[bit/64])>>(bit%64)&1 == 0 {
			continue
		}
		if cross(a, b, &bar.Line[i], &bar.Line[i+1]) {
			return true
		}
	}
	return false
}

// sideOf reports on which side of the line through p and q the point r lies.
func sideOf(p, q, r *Place) bool {
	return float64((q.Lon-p.Lon)*(r.Lat-p.Lat))-float64((q.Lat-p.Lat)*(r.Lon-p.Lon)) > 0
}

// cross reports whether the segments ab and cd meet.
func cross(a, b, c, d *Place) bool {
	return sideOf(c, d, a) != sideOf(c, d, b) && sideOf(a, b, c) != sideOf(a, b, d)
}
