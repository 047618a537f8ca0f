//go:build linux

package dispatch_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"

	"anxin/dispatch"
)

// crowd fills a board with technicians in towns of a square of so many kilometres, each with some planned visits.
func crowd(tb testing.TB, technicians, towns int, side float64) (*dispatch.Board, func() *dispatch.Job) {
	tb.Helper()
	rng := rand.New(rand.NewPCG(7, 7))
	type town struct{ lat, lon, spread float64 }
	list := make([]town, towns)
	for i := range list {
		list[i] = town{25 + rng.Float64()*side/111, 105 + rng.Float64()*side/96, 2 + rng.Float64()*8}
	}
	spot := func(t *town) dispatch.Place {
		return dispatch.Place{Lat: t.lat + rng.NormFloat64()*t.spread/111, Lon: t.lon + rng.NormFloat64()*t.spread/96}
	}
	skills := []string{"lock", "boiler", "purifier", "hood", "aircon", "screen"}
	levels := make([][]dispatch.SkillNeed, 64) // shared, as a store would intern them
	for i := range levels {
		for _, s := range skills {
			if rng.IntN(2) == 0 {
				levels[i] = append(levels[i], dispatch.SkillNeed{Skill: s, Level: 1 + rng.IntN(4)})
			}
		}
	}
	shifts := workday()
	breaks := []dispatch.Break{{From: clock(11, 30), To: clock(13, 0), DurationSeconds: 2700}}
	b := dispatch.NewBoard(clock(8, 0), nil)
	visits := make([]dispatch.Visit, 0, 8)
	for i := range technicians {
		home := &list[rng.IntN(towns)]
		t := dispatch.Technician{ID: fmt.Sprintf("t%06d", i), Start: spot(home), Vehicle: dispatch.EBike, Shifts: shifts, Breaks: breaks, Skills: levels[rng.IntN(len(levels))]}
		end := t.Start
		t.End = &end
		visits = visits[:0]
		for at := clock(8, 30) + dispatch.Time(rng.IntN(3600)); at < clock(16, 30); at += dispatch.Time(3600 + rng.IntN(6000)) {
			visits = append(visits, dispatch.Visit{ID: fmt.Sprintf("v%d-%d", i, len(visits)), Place: spot(home), Start: at, End: at + 1800, Earliest: at - 900, Latest: at + 1800})
		}
		if err := b.Set(t, visits); err != nil {
			tb.Fatal(err)
		}
	}
	n := 0
	return b, func() *dispatch.Job {
		n++
		home := &list[rng.IntN(towns)]
		j := &dispatch.Job{ID: fmt.Sprint("j", n), Place: spot(home), ServiceSeconds: 2400, Skills: []dispatch.SkillNeed{{Skill: skills[rng.IntN(6)], Level: 1 + rng.IntN(4)}}}
		if rng.IntN(2) == 0 {
			from := clock(9+rng.IntN(8), 0)
			j.Windows = []dispatch.Window{{From: from, To: from + 7200}}
		}
		return j
	}
}

func benchmarkInsert(b *testing.B, technicians, towns int, side float64) {
	before := heap()
	board, next := crowd(b, technicians, towns, side)
	state := heap() - before
	runtime.LockOSThread() // so that the processor time of a question can be told from waiting for the processor
	defer runtime.UnlockOSThread()
	var times, busy []time.Duration
	i := 0
	for b.Loop() {
		job := next()
		begin, used := time.Now(), threadTime()
		if _, err := board.Insert(job, 10, dispatch.RankOrder(i%2)); err != nil {
			b.Fatal(err)
		}
		times, busy = append(times, time.Since(begin)), append(busy, threadTime()-used)
		i++
	}
	slices.Sort(times)
	slices.Sort(busy)
	b.ReportMetric(float64(times[len(times)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(times[len(times)*99/100].Microseconds()), "p99-µs")
	b.ReportMetric(float64(busy[len(busy)/2].Microseconds()), "p50-cpu-µs")
	b.ReportMetric(float64(busy[len(busy)*99/100].Microseconds()), "p99-cpu-µs")
	b.ReportMetric(float64(state)/(1<<20), "state-MB")
	runtime.KeepAlive(board)
}

// threadTime is the processor time of this thread.
func threadTime() time.Duration {
	var u syscall.Rusage
	const thisThread = 1
	if syscall.Getrusage(thisThread, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func BenchmarkInsertCity(b *testing.B) { benchmarkInsert(b, 5000, 12, 60) }

// BenchmarkInsertNation needs about a gigabyte and a minute; set DISPATCH_NATION=1.
func BenchmarkInsertNation(b *testing.B) {
	if os.Getenv("DISPATCH_NATION") == "" {
		b.Skip("set DISPATCH_NATION=1 for 200,000 technicians with 900,000 planned visits")
	}
	benchmarkInsert(b, 200_000, 2850, 2500)
}
