package main

import (
	"fmt"
	"math"
	"math/rand/v2"

	"anxin/dispatch/vrptw"
)

// generate makes an instance after the description of Gehring and Homberger's classes: customers at random (r), in clusters (c) or both
// (rc); short horizon and small vehicles (1) or long horizon and large ones (2); three quarters, half or all of the customers have narrow
// windows, by seed.
func generate(class string, n int, seed uint64) *vrptw.File {
	rng := rand.New(rand.NewPCG(seed, 0x7472697073))
	long := class[len(class)-1] == '2'
	kind := class[:len(class)-1]
	side := 70 * math.Sqrt(float64(n)/100)
	f := &vrptw.File{Name: fmt.Sprintf("%s:%d:%d", class, n, seed), Vehicles: n / 4, Capacity: 200}
	horizon, service, width := 230+side, 10.0, 10+rng.Float64()*60
	if long {
		f.Capacity, horizon, width = 1000, 1000+5*side, 100+rng.Float64()*400
	}
	if kind == "c" {
		service, horizon, width = 90, 1236+side, 60+rng.Float64()*120
		if long {
			f.Capacity, horizon = 700, 3390+3*side
			width *= 2
		}
	}
	f.Customers = append(f.Customers, vrptw.Customer{X: math.Round(side / 2), Y: math.Round(side / 2), Due: math.Round(horizon)})
	type point struct{ x, y float64 }
	centres := make([]point, 4+n/25)
	for i := range centres {
		centres[i] = point{rng.Float64() * side, rng.Float64() * side}
	}
	share := []float64{1, 0.75, 0.5, 0.25}[rng.IntN(4)]
	for i := 1; i <= n; i++ {
		at := point{rng.Float64() * side, rng.Float64() * side}
		if kind == "c" || kind == "rc" && i%2 == 0 {
			c := centres[rng.IntN(len(centres))]
			at = point{c.x + rng.NormFloat64()*side/40, c.y + rng.NormFloat64()*side/40}
		}
		c := vrptw.Customer{ID: i, X: math.Round(min(max(at.x, 0), side)), Y: math.Round(min(max(at.y, 0), side)), Service: service}
		c.Demand = []int{10, 20, 30, 10, 40, 5, 15, 10}[rng.IntN(8)]
		home := f.Customers[0]
		way := math.Hypot(c.X-home.X, c.Y-home.Y)
		first, last := math.Ceil(way), math.Floor(horizon-way-service)
		c.Ready, c.Due = 0, last
		if rng.Float64() < share {
			middle := first + rng.Float64()*(last-first)
			half := width / 2 * (0.6 + 0.8*rng.Float64())
			c.Ready, c.Due = math.Round(max(0, min(middle-half, last-1))), math.Round(min(last, max(middle+half, first+1)))
		}
		f.Customers = append(f.Customers, c)
	}
	return f
}
