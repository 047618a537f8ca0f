package dispatch_test

import (
	"context"
	"math"
	"testing"

	"anxin/dispatch"
)

func TestDatumShiftIsAboutHalfAKilometre(t *testing.T) {
	for _, d := range []dispatch.Datum{dispatch.GCJ02, dispatch.BD09} {
		p := dispatch.Place{Lat: 39.9, Lon: 116.4, Datum: d}
		w := p.ToWGS84()
		metres := math.Hypot((w.Lat-p.Lat)*111195, (w.Lon-p.Lon)*111195*math.Cos(39.9*math.Pi/180))
		low, high := 300.0, 800.0
		if d == dispatch.BD09 {
			low, high = 800, 1800
		}
		if metres < low || metres > high || w.Datum != dispatch.WGS84 {
			t.Errorf("%s: shifted by %.0f m", d, metres)
		}
	}
	abroad := dispatch.Place{Lat: 48.1, Lon: 11.6, Datum: dispatch.GCJ02}
	if w := abroad.ToWGS84(); w.Lat != abroad.Lat || w.Lon != abroad.Lon {
		t.Error("GCJ-02 is not defined outside China and must not shift there")
	}
}

func TestBuiltinTravelIsFIFOAndGrowsWithDistance(t *testing.T) {
	travel := dispatch.NewBuiltinTravel(nil)
	ctx := context.Background()
	leg := func(km float64, v dispatch.Vehicle, at dispatch.Time) dispatch.Leg {
		m, err := travel.Matrix(ctx, dispatch.MatrixRequest{From: []dispatch.Place{near(0)}, To: []dispatch.Place{near(km)}, Depart: at, Vehicle: v})
		if err != nil {
			t.Fatal(err)
		}
		return m.At(0, 0)
	}
	for _, v := range []dispatch.Vehicle{dispatch.EBike, dispatch.Van, dispatch.Walk} {
		last := dispatch.Leg{}
		for km := 0.1; km < 120; km += 0.1 {
			l := leg(km, v, clock(9, 0))
			if l.Seconds < last.Seconds || l.Metres < last.Metres {
				t.Fatalf("%s: %.1f km takes less than a shorter way: %+v after %+v", v, km, l, last)
			}
			last = l
		}
		arrive := dispatch.Time(0)
		for at := clock(4, 0); at < clock(28, 0); at += 60 {
			a := at + dispatch.Time(leg(15, v, at).Seconds)
			if a < arrive {
				t.Fatalf("%s: leaving at %d arrives before leaving a minute earlier", v, at)
			}
			arrive = a
		}
	}
	if rush, noon := leg(8, dispatch.Van, clock(8, 0)).Seconds, leg(8, dispatch.Van, clock(11, 0)).Seconds; rush <= noon {
		t.Errorf("rush hour %d s is not slower than noon %d s", rush, noon)
	}
	if l := leg(0, dispatch.Van, clock(9, 0)); l.Seconds != 0 {
		t.Errorf("the same door needs no journey: %+v", l)
	}
}
