package dispatch_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"anxin/dispatch"
)

func ExampleBoard() {
	board := dispatch.NewBoard(clock(8, 0), nil)
	for _, t := range []dispatch.Technician{
		{ID: "li", Start: near(0), Shifts: workday(), Skills: []dispatch.SkillNeed{{Skill: "lock", Level: 3}}},
		{ID: "wang", Start: near(9), Shifts: workday(), Skills: []dispatch.SkillNeed{{Skill: "lock", Level: 2}}},
	} {
		visits := []dispatch.Visit{{ID: "first of " + t.ID, Place: t.Start, Start: clock(9, 0), End: clock(10, 0)}}
		if err := board.Set(t, visits); err != nil {
			fmt.Println(err)
			return
		}
	}
	job := &dispatch.Job{ID: "door", Place: near(8), ServiceSeconds: 1800, Skills: []dispatch.SkillNeed{{Skill: "lock", Level: 2}}}
	offers, err := board.Insert(job, 5, dispatch.ByCost)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, o := range offers {
		fmt.Printf("%s at %s for %.2f yuan\n", o.Technician, o.Arrival.Std().Add(8*3600e9).Format("15:04"), float64(o.CostFen)/100)
	}
	job.Skills[0].Level = 3
	why, _ := board.WhyNot(job, "wang")
	fmt.Println(dispatch.Explain(why.Reasons[0], dispatch.EN, nil))
	// Output:
	// wang at 10:10 for 3.51 yuan
	// li at 10:39 for 27.96 yuan
	// “lock” needs level 3, has level 2
}

// boardOf puts a problem's technicians and commitments on a board.
func boardOf(t testing.TB, p *dispatch.Problem) *dispatch.Board {
	t.Helper()
	b := dispatch.NewBoard(p.Now, p.Travel.(dispatch.Profiled))
	for _, tech := range p.Technicians {
		var visits []dispatch.Visit
		for _, k := range p.Commitments {
			if k.Technician == tech.ID {
				visits = append(visits, dispatch.Visit{ID: k.ID, Place: k.Place, Start: k.Start, End: k.End})
			}
		}
		if err := b.Set(tech, visits); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// On days without breaks the board and Rank, which share no code for times, must agree.
func TestBoardAgreesWithRank(t *testing.T) {
	travel := dispatch.NewBuiltinTravel(nil)
	travel.Hours = nil
	eligible := 0
	for seed := range uint64(1500) {
		rng := rand.New(rand.NewPCG(seed, 2))
		p, job := randomDay(rng)
		p.Travel = travel
		for i := range p.Technicians {
			p.Technicians[i].Shifts = []dispatch.Shift{{From: clock(8, 0), To: clock(17, 0), OvertimeSeconds: int32(rng.IntN(2) * 1800)}}
		}
		ranked, err := dispatch.Rank(context.Background(), p, job)
		if err != nil {
			t.Fatal(err)
		}
		b := boardOf(t, p)
		for _, c := range ranked {
			o, err := b.WhyNot(job, c.Technician)
			if err != nil {
				t.Fatal(err)
			}
			if o.Eligible != c.Eligible {
				t.Fatalf("seed %d: %s: Rank says %v, the board %v\n%+v\n%+v", seed, c.Technician, c.Eligible, o.Eligible, c, o)
			}
			if c.Eligible {
				eligible++
			}
		}
		offers, err := b.Insert(job, 10, dispatch.ByArrival)
		if err != nil {
			t.Fatal(err)
		}
		for i, o := range offers {
			c := ranked[i]
			if o.Technician != c.Technician || o.Arrival != c.Arrival || o.After != c.After || o.Before != c.Before || o.TravelSeconds != c.TravelSeconds {
				t.Fatalf("seed %d, place %d:\nRank  %+v\nboard %+v", seed, i, c, o.Candidate)
			}
		}
	}
	if eligible < 1000 {
		t.Fatalf("only %d eligible visits were compared", eligible)
	}
}

// The circles must find the same best technicians as looking at everybody.
func TestBoardCirclesMissNobody(t *testing.T) {
	travel := dispatch.NewBuiltinTravel(nil)
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 3))
		b := dispatch.NewBoard(clock(8, 30), travel)
		p := &dispatch.Problem{Now: clock(8, 30)}
		spread := 3 + rng.Float64()*60
		spot := func() dispatch.Place {
			return dispatch.Place{Lat: 30 + rng.NormFloat64()*spread/111, Lon: 110 + rng.NormFloat64()*spread/96}
		}
		for i := range 150 {
			tech := dispatch.Technician{ID: fmt.Sprint("t", i), Start: spot(), Vehicle: dispatch.Van, Shifts: workday(),
				Breaks: []dispatch.Break{{From: clock(11, 30), To: clock(13, 0), DurationSeconds: 1800}}}
			end := tech.Start
			tech.End = &end
			var visits []dispatch.Visit
			for at := clock(8, 30) + dispatch.Time(rng.IntN(7000)); at < clock(16, 0); at += dispatch.Time(3600 + rng.IntN(6000)) {
				visits = append(visits, dispatch.Visit{ID: fmt.Sprint(at), Place: spot(), Start: at, End: at + 1800, Earliest: at - 900, Latest: at + 1800})
			}
			if err := b.Set(tech, visits); err != nil {
				t.Fatal(err)
			}
			p.Technicians = append(p.Technicians, tech)
		}
		job := &dispatch.Job{ID: "j", Place: spot(), ServiceSeconds: 1500}
		if rng.IntN(2) == 0 {
			job.Windows = []dispatch.Window{{From: clock(13, 0), To: clock(15, 0)}}
		}
		for _, order := range []dispatch.RankOrder{dispatch.ByArrival, dispatch.ByCost} {
			few, err := b.Insert(job, 3, order)
			if err != nil {
				t.Fatal(err)
			}
			all, err := b.Insert(job, 1000, order)
			if err != nil {
				t.Fatal(err)
			}
			if len(few) > len(all) || !reflect.DeepEqual(few, all[:len(few)]) || len(few) < min(3, len(all)) {
				t.Fatalf("seed %d order %d:\nfew %+v\nall %+v", seed, order, few, all[:min(3, len(all))])
			}
		}
	}
}

func TestBoardChanges(t *testing.T) {
	b := dispatch.NewBoard(clock(8, 0), nil)
	tech := dispatch.Technician{ID: "t", Start: near(0), Shifts: workday()}
	job := &dispatch.Job{ID: "j", Place: near(1), ServiceSeconds: 1800}
	if err := b.Set(tech, nil); err != nil {
		t.Fatal(err)
	}
	first, _ := b.Insert(job, 1, dispatch.ByArrival)
	if err := b.Set(tech, []dispatch.Visit{{ID: "v", Place: near(0), Start: clock(8, 5), End: clock(12, 0)}}); err != nil {
		t.Fatal(err)
	}
	second, _ := b.Insert(job, 1, dispatch.ByArrival)
	if len(first) != 1 || len(second) != 1 || second[0].Arrival <= clock(12, 0) || first[0].Arrival > clock(9, 0) {
		t.Fatalf("%+v then %+v", first, second)
	}
	b.SetNow(clock(15, 0))
	third, _ := b.Insert(job, 1, dispatch.ByArrival)
	if len(third) != 1 || third[0].Arrival <= clock(15, 0) {
		t.Fatalf("the present moved on: %+v", third)
	}
	b.Remove("t")
	if left, _ := b.Insert(job, 1, dispatch.ByArrival); len(left) != 0 || b.Len() != 0 {
		t.Fatalf("%+v", left)
	}
	if _, err := b.WhyNot(job, "t"); err == nil {
		t.Fatal("a technician who is not there cannot be asked about")
	}
	if err := b.Set(tech, []dispatch.Visit{{ID: "v", Start: 5, End: 1}}); err == nil {
		t.Fatal("a visit that ends before it starts was accepted")
	}
}
