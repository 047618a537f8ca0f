package plan

import (
	"context"
	"testing"
	"time"

	"anxin/dispatch"
	"anxin/internal/casefile"
)

var noon = time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC) // 12:00 in China

func place(km float64, key string) dispatch.Place {
	return dispatch.Place{Lat: 30.26, Lon: 120.13 + km/96, RadiusMetres: 5000, Key: key}
}

func ways(t *testing.T, now time.Time, stops ...Stop) []time.Duration {
	t.Helper()
	var late []time.Duration
	for i, w := range Ways(context.Background(), dispatch.NewBuiltinTravel(casefile.Shanghai), dispatch.EBike, dispatch.Place{Lat: 30.26, Lon: 120.13}, stops, now) {
		if s := stops[i]; s.Over && s.Arrived.IsZero() {
			if !w.IsZero() {
				t.Errorf("stop %d has a way and nobody came", i)
			}
		} else if w.Travel <= 0 || w.Metres <= 0 || w.Arrive.Sub(w.Depart) < 0 {
			t.Errorf("stop %d: %+v", i, w)
		}
		late = append(late, w.Late)
	}
	return late
}

func planned(from time.Duration, km float64, key string) Stop {
	return Stop{Place: place(km, key), From: noon.Add(from), To: noon.Add(from + time.Hour)}
}

func TestADelayIsCarriedOnUntilWaitingAbsorbsIt(t *testing.T) {
	// Both at one point, the seat of a county, for two customers: there is a way between them all the same.
	a, b, c := planned(2*time.Hour, 4, "a"), planned(3*time.Hour+5*time.Minute, 4, "b"), planned(7*time.Hour, 6, "c")
	if late := ways(t, noon, a, b, c); late[0] != 0 || late[1] == 0 || late[2] != 0 {
		t.Errorf("late %v: five minutes are too short for the way between two customers of one county", late)
	}
	b.Place.Key = "a" // the same address
	if late := ways2(t, a, b); late != 0 {
		t.Errorf("one address twice: late %v", late)
	}
	// The first runs late: it is 14:40 and the technician has not set out.
	if late := ways(t, noon.Add(2*time.Hour+40*time.Minute), a, c); late[0] < 40*time.Minute || late[1] != 0 {
		t.Errorf("late %v", late)
	}
}

func ways2(t *testing.T, stops ...Stop) time.Duration {
	t.Helper()
	return Ways(context.Background(), dispatch.NewBuiltinTravel(casefile.Shanghai), dispatch.EBike, dispatch.Place{Lat: 30.26, Lon: 120.13}, stops, noon)[len(stops)-1].Late
}

func TestWhatHappenedStandsAsItWas(t *testing.T) {
	now := noon.Add(3 * time.Hour)
	done := planned(-2*time.Hour, 3, "a")
	done.EnRoute, done.Arrived, done.Finished, done.Over = noon.Add(-2*time.Hour), noon.Add(-100*time.Minute), noon.Add(-30*time.Minute), true
	cancelled := planned(-time.Hour, 5, "b")
	cancelled.Over = true
	working := planned(2*time.Hour, 3, "c")
	working.Arrived = noon.Add(2*time.Hour - time.Minute)
	under := planned(4*time.Hour, 4, "d")
	under.EnRoute = now
	list := Ways(context.Background(), dispatch.NewBuiltinTravel(casefile.Shanghai), dispatch.Van, dispatch.Place{}, []Stop{done, cancelled, working, under}, now)
	if !list[0].Arrive.Equal(done.Arrived) || !list[0].Depart.Equal(done.EnRoute) || list[0].Late != 20*time.Minute || !list[0].Assumed {
		t.Errorf("done %+v", list[0])
	}
	if !list[1].IsZero() || list[2].Late != 0 || !list[2].Arrive.Equal(working.Arrived) {
		t.Errorf("cancelled %+v, working %+v", list[1], list[2])
	}
	if list[3].Late != 0 || list[3].Arrive.Before(now) || !list[3].Depart.Equal(now) {
		t.Errorf("under way %+v", list[3])
	}
}
