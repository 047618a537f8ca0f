package dispatch_test

import (
	"context"
	"testing"

	"anxin/dispatch"
)

func builtinLeg(t *testing.T, from, to dispatch.Place) dispatch.Leg {
	t.Helper()
	m, err := dispatch.NewBuiltinTravel(nil).Matrix(context.Background(), dispatch.MatrixRequest{
		From: []dispatch.Place{from}, To: []dispatch.Place{to}, Depart: clock(11, 0), Vehicle: dispatch.Van})
	if err != nil {
		t.Fatal(err)
	}
	return m.At(0, 0)
}

// Only one and the same address is reached without a journey.
func TestOnlyOneAddressIsFree(t *testing.T) {
	at := func(km float64, radius int32, key string) dispatch.Place {
		p := near(km)
		p.RadiusMetres, p.Key = radius, key
		return p
	}
	access := dispatch.NewBuiltinTravel(nil).AccessAt(near(0))
	for _, c := range []struct {
		name     string
		from, to dispatch.Place
		free     bool
	}{
		{"one exact point", at(0, 0, ""), at(0, 0, ""), true},
		{"one exact point, one key", at(0, 0, "a"), at(0, 0, "a"), true},
		{"one exact point, one side without key", at(0, 0, "a"), at(0, 0, ""), true},
		{"one exact point, two keys", at(0, 0, "a"), at(0, 0, "b"), false},
		{"one uncertain point", at(0, 5000, ""), at(0, 5000, ""), false},
		{"one uncertain point, two keys", at(0, 5000, "a"), at(0, 5000, "b"), false},
		{"one uncertain point, one side without key", at(0, 5000, "a"), at(0, 5000, ""), false},
		{"one uncertain point, one key", at(0, 5000, "a"), at(0, 5000, "a"), true},
		{"nearly exact, no key", at(0, 1, ""), at(0, 1, ""), false},
		{"nobody knows where, one key", dispatch.Place{Key: "a"}, dispatch.Place{Key: "a"}, true},
		{"nobody knows where", dispatch.Place{Key: "a"}, dispatch.Place{Key: "b"}, false},
	} {
		l := builtinLeg(t, c.from, c.to)
		if c.free != (l.Seconds == 0) {
			t.Errorf("%s: %d s", c.name, l.Seconds)
		}
		if !c.free && c.from.Known() && l.Seconds <= access {
			t.Errorf("%s: %d s do not even pay the access of %d s", c.name, l.Seconds, access)
		}
	}
}

// The way inside one circle is that of two points thrown into it: 128/45π of the radius, times the detour.
func TestLegInsideOneCircle(t *testing.T) {
	p := near(0)
	p.RadiusMetres = 3000
	l := builtinLeg(t, p, p)
	if want := 0.9054 * 3000 * 1.35; float64(l.Metres) < want*0.99 || float64(l.Metres) > want*1.01 {
		t.Errorf("%d m inside a circle of 3 km, want about %.0f", l.Metres, want)
	}
	// From a known door to somewhere in a circle around it: two thirds of the radius.
	l = builtinLeg(t, near(0), p)
	if want := 2.0 / 3 * 3000 * 1.35; float64(l.Metres) < want*0.95 || float64(l.Metres) > want*1.05 {
		t.Errorf("%d m from the middle, want about %.0f", l.Metres, want)
	}
	far := near(40)
	far.RadiusMetres = 3000
	exact := builtinLeg(t, near(0), near(40))
	if l = builtinLeg(t, near(0), far); l.Metres < exact.Metres || float64(l.Metres) > 1.02*float64(exact.Metres) {
		t.Errorf("far away the circle must hardly matter: %d m instead of %d m", l.Metres, exact.Metres)
	}
}

// Rank, the board and the solver agree about two customers of one county.
func TestTwoCustomersOfOneCountyAreApart(t *testing.T) {
	county := near(3)
	county.RadiusMetres = 5000
	first, second := county, county
	first.Key, second.Key = "first", "second"
	tech := dispatch.Technician{ID: "t", Start: near(0), Vehicle: dispatch.Van, Shifts: []dispatch.Shift{{From: clock(8, 0), To: clock(18, 0)}}}
	travelled := func(a, b dispatch.Place) int64 {
		p := &dispatch.Problem{Now: clock(7, 0), Technicians: []dispatch.Technician{tech}, Jobs: []dispatch.Job{
			{ID: "a", Place: a, ServiceSeconds: 1800}, {ID: "b", Place: b, ServiceSeconds: 1800}}}
		plan, err := dispatch.Solve(context.Background(), p, dispatch.Options{Seed: 1, Iterations: 50})
		if err != nil {
			t.Fatal(err)
		}
		return plan.Score.Metres
	}
	if apart, together := travelled(first, second), travelled(first, first); apart <= together {
		t.Errorf("two customers: %d m, one customer twice: %d m", apart, together)
	}
	board := dispatch.NewBoard(clock(7, 0), nil)
	if err := board.Set(tech, []dispatch.Visit{{ID: "a", Place: first, Start: clock(10, 0), End: clock(10, 30)}}); err != nil {
		t.Fatal(err)
	}
	window := []dispatch.Window{{From: clock(10, 30), To: clock(10, 30)}}
	for key, free := range map[string]bool{"first": true, "second": false} {
		job := dispatch.Job{ID: "b", Place: county, ServiceSeconds: 1800, Windows: window}
		job.Place.Key = key
		offers, err := board.Insert(&job, 1, dispatch.ByArrival)
		if err != nil {
			t.Fatal(err)
		}
		if free != (len(offers) == 1) {
			t.Errorf("half past ten at %q right after %q: %d offers", key, "first", len(offers))
		}
	}
}
