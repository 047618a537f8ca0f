package vrptw

import (
	"fmt"
	"math"

	"anxin/dispatch"
)

// Rounding is a convention for distances and times of benchmark instances.
type Rounding string

// The conventions in use. Best known values of one must never be compared with results under the other.
const (
	// DIMACS cuts every distance to one decimal; numbers are tenths.
	DIMACS Rounding = "dimacs"
	// Double takes distances as they are; the engine works in 1/10000 rounded up, so its plans hold in exact arithmetic too.
	Double Rounding = "double"
)

// scale returns the whole units per unit of the file.
func (r Rounding) scale() (float64, dispatch.Rounding, error) {
	switch r {
	case DIMACS:
		return 10, dispatch.Down, nil
	case Double:
		return 10000, dispatch.Up, nil
	}
	return 0, "", fmt.Errorf("vrptw: unknown rounding %q; use dimacs or double", string(r))
}

// Problem states the instance as a dispatch problem: customers are jobs with their number as id, vehicles are technicians "v1", "v2" and
// so on who all start and end at the depot.
func (f *File) Problem(r Rounding) (*dispatch.Problem, error) {
	scale, down, err := r.scale()
	if err != nil {
		return nil, err
	}
	p := &dispatch.Problem{Name: f.Name, Objective: dispatch.Distance, Travel: &dispatch.PlaneTravel{Scale: scale, Rounding: down}}
	at := func(x float64) dispatch.Time { return dispatch.Time(math.Round(x * scale)) }
	place := func(c *Customer) dispatch.Place { return dispatch.Place{Lat: c.Y, Lon: c.X} }
	depot := &f.Customers[0]
	home := place(depot)
	for i := range f.Vehicles {
		p.Technicians = append(p.Technicians, dispatch.Technician{
			ID: fmt.Sprintf("v%d", i+1), Start: home, End: &home, Capacity: int32(f.Capacity),
			Shifts: []dispatch.Shift{{From: at(depot.Ready), To: at(depot.Due)}},
		})
	}
	for i := range f.Customers[1:] {
		c := &f.Customers[i+1]
		p.Jobs = append(p.Jobs, dispatch.Job{
			ID: fmt.Sprint(c.ID), Place: place(c), ServiceSeconds: int32(math.Round(c.Service * scale)), Load: int32(c.Demand),
			Windows: []dispatch.Window{{From: at(c.Ready), To: at(c.Due)}},
		})
	}
	return p, nil
}

// Verify recomputes routes of customer numbers from the file alone. It returns the distance in the file's units, the number of routes
// that are not empty, and everything that is wrong.
func (f *File) Verify(routes [][]int, r Rounding) (distance float64, used int, faults []string, err error) {
	scale, _, err := r.scale()
	if err != nil {
		return 0, 0, nil, err
	}
	// The engine's own rounding is one ten-thousandth per leg; windows are therefore held to a hundredth.
	tolerance := 0.01
	length := func(a, b *Customer) float64 {
		d := math.Hypot(a.X-b.X, a.Y-b.Y)
		if r == DIMACS {
			return math.Floor(d*scale+1e-9) / scale
		}
		return d
	}
	if r == DIMACS {
		tolerance = 1e-6
	}
	seen := make([]int, len(f.Customers))
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	for k, route := range routes {
		if len(route) == 0 {
			continue
		}
		used++
		prev, t, load := &f.Customers[0], f.Customers[0].Ready, 0
		for _, id := range append(append([]int{}, route...), 0) {
			if id < 0 || id >= len(f.Customers) {
				fault("route %d: no customer %d", k+1, id)
				continue
			}
			c := &f.Customers[id]
			d := length(prev, c)
			distance += d
			t += d
			if t > c.Due+tolerance {
				fault("route %d: at %d at %.4f, due %.4f", k+1, id, t, c.Due)
			}
			t = math.Max(t, c.Ready) + c.Service
			load += c.Demand
			seen[id]++
			prev = c
		}
		if load > f.Capacity {
			fault("route %d: load %d of %d", k+1, load, f.Capacity)
		}
	}
	for id := 1; id < len(seen); id++ {
		if seen[id] != 1 {
			fault("customer %d is served %d times", id, seen[id])
		}
	}
	if used > f.Vehicles {
		fault("%d routes, %d vehicles", used, f.Vehicles)
	}
	return distance, used, faults, nil
}
