package dispatch

import (
	"context"
	"fmt"
	"math"
)

// Rounding says how [PlaneTravel] makes whole numbers of lengths.
type Rounding string

// The roundings. The empty rounding means [Nearest].
const (
	Nearest Rounding = "nearest"
	Down    Rounding = "down"
	Up      Rounding = "up"
)

// PlaneTravel is the metric of the common benchmarks: places are points of a plane (x = Lon, y = Lat) and a leg of Euclidean length d
// takes d × Scale seconds and metres, rounded to a whole number.
type PlaneTravel struct {
	Scale    float64
	Rounding Rounding
}

// Matrix implements [TravelModel].
func (t *PlaneTravel) Matrix(ctx context.Context, r MatrixRequest) (*Matrix, error) {
	return fill(ctx, r, func(a, b *Place) (Leg, error) {
		dx, dy := a.Lon-b.Lon, a.Lat-b.Lat
		d := math.Sqrt(float64(dx*dx)+float64(dy*dy)) * t.Scale
		// Exact lengths such as 5 × 10 must not fall to the wrong side by their last digit.
		const hair = 1e-9
		switch t.Rounding {
		case Down:
			d = math.Floor(d + hair)
		case Up:
			d = math.Ceil(d - hair)
		default:
			d = math.Round(d)
		}
		n := int32(math.Min(d, maxHorizon))
		return Leg{n, n, Routed}, nil
	})
}

// MatrixTravel looks legs up in a table; Place.Node is the row and column.
type MatrixTravel struct {
	Seconds [][]int32 `json:"seconds"`
	Metres  [][]int32 `json:"metres,omitempty"` // absent means as many metres as seconds
}

// Matrix implements [TravelModel]. It fails for a place whose Node is outside the table.
func (t *MatrixTravel) Matrix(ctx context.Context, r MatrixRequest) (*Matrix, error) {
	return fill(ctx, r, func(a, b *Place) (Leg, error) {
		i, j := int(a.Node), int(b.Node)
		if i < 0 || j < 0 || i >= len(t.Seconds) || j >= len(t.Seconds[i]) {
			return Leg{}, fmt.Errorf("node %d or %d is outside the travel table of %d rows", i, j, len(t.Seconds))
		}
		leg := Leg{t.Seconds[i][j], t.Seconds[i][j], Routed}
		if t.Metres != nil {
			leg.Metres = t.Metres[i][j]
		}
		return leg, nil
	})
}

func fill(ctx context.Context, r MatrixRequest, leg func(a, b *Place) (Leg, error)) (*Matrix, error) {
	n := len(r.From) * len(r.To)
	m := &Matrix{
		Rows: len(r.From), Cols: len(r.To),
		Seconds: make([]int32, 0, n), Metres: make([]int32, 0, n), Quality: make([]Quality, 0, n),
	}
	for i := range r.From {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for j := range r.To {
			l, err := leg(&r.From[i], &r.To[j])
			if err != nil {
				return nil, err
			}
			m.Seconds, m.Metres, m.Quality = append(m.Seconds, l.Seconds), append(m.Metres, l.Metres), append(m.Quality, l.Quality)
		}
	}
	return m, nil
}
