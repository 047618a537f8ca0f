package dispatch_test

import (
	"testing"

	"anxin/dispatch"
	"anxin/dispatch/gen"
)

// BenchmarkMatrix is the built-in model on all legs between 500 places of a city with a river.
func BenchmarkMatrix(b *testing.B) {
	p := gen.City(gen.Options{Seed: 1, Jobs: 500, Technicians: 50})
	var places []dispatch.Place
	for i := range p.Jobs {
		places = append(places, p.Jobs[i].Place)
	}
	for b.Loop() {
		if _, err := p.Travel.(dispatch.Profiled).FreeFlow(b.Context(), dispatch.MatrixRequest{From: places, To: places, Vehicle: dispatch.Van}); err != nil {
			b.Fatal(err)
		}
	}
}
