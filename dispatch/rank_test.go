package dispatch_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"anxin/dispatch"
)

var monday = dispatch.At(time.Date(2026, 3, 2, 0, 0, 0, 0, time.FixedZone("UTC+8", 8*3600)))

func clock(hour, minute int) dispatch.Time { return monday + dispatch.Time(hour*3600+minute*60) }

// near returns a place so many kilometres east of the invented town's centre.
func near(km float64) dispatch.Place { return dispatch.Place{Lat: 30.0001, Lon: 110 + km/96.5} }

func workday() []dispatch.Shift { return []dispatch.Shift{{From: clock(8, 0), To: clock(18, 0)}} }

func ExampleRank() {
	zone := time.FixedZone("UTC+8", 8*3600)
	p := &dispatch.Problem{
		Now: clock(9, 0),
		Technicians: []dispatch.Technician{
			{ID: "li", Start: near(4), Shifts: workday(), Skills: []dispatch.SkillNeed{{Skill: "lock", Level: 3}}},
			{ID: "wang", Start: near(1), Shifts: workday(), Skills: []dispatch.SkillNeed{{Skill: "lock", Level: 2}}},
			{ID: "zhao", Start: near(0), Shifts: workday(), Skills: []dispatch.SkillNeed{{Skill: "boiler", Level: 5}}},
		},
		Commitments: []dispatch.Commitment{{ID: "v7", Technician: "wang", Place: near(2), Start: clock(9, 0), End: clock(10, 0)}},
	}
	job := &dispatch.Job{ID: "door", Place: near(0.5), ServiceSeconds: 2400, Skills: []dispatch.SkillNeed{{Skill: "lock", Level: 2}}}
	ranked, err := dispatch.Rank(context.Background(), p, job)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range ranked {
		for _, r := range c.Reasons {
			fmt.Printf("%s %v: %s\n", c.Technician, c.Eligible, dispatch.Explain(r, dispatch.EN, zone))
		}
	}
	// Output:
	// li true: can be there at 03-02 09:20, 21 min and 4.7 km on the way
	// li true: sets out from the starting place
	// wang true: can be there at 03-02 10:12, 13 min and 2.0 km on the way
	// wang true: sets out from the visit before
	// zhao false: does not have the skill “lock”
}

func rankOne(t *testing.T, tech dispatch.Technician, job dispatch.Job, commitments ...dispatch.Commitment) dispatch.Candidate {
	t.Helper()
	tech.ID = "t"
	for i := range commitments {
		commitments[i].Technician = "t"
	}
	p := &dispatch.Problem{Now: clock(9, 0), Technicians: []dispatch.Technician{tech}, Commitments: commitments}
	got, err := dispatch.Rank(context.Background(), p, &job)
	if err != nil {
		t.Fatal(err)
	}
	return got[0]
}

func codes(c dispatch.Candidate) []dispatch.Code {
	var out []dispatch.Code
	for _, r := range c.Reasons {
		out = append(out, r.Code)
	}
	return out
}

func TestRankRules(t *testing.T) {
	base := dispatch.Technician{
		Start: near(0), Shifts: workday(), Regions: []string{"4403"}, Brands: []string{"禾木"},
		Skills:       []dispatch.SkillNeed{{Skill: "lock", Level: 2}},
		Certificates: []dispatch.Certificate{{Name: "electric", Until: clock(12, 0)}},
		Stock:        []dispatch.Part{{Part: "core", Count: 1}},
	}
	at := func(h int) []dispatch.Window { return []dispatch.Window{{From: clock(h, 0), To: clock(h, 30)}} }
	cases := []struct {
		name string
		job  dispatch.Job
		want []dispatch.Code // nil = eligible
	}{
		{"all rules met", dispatch.Job{Region: "440305", Skills: []dispatch.SkillNeed{{Skill: "lock", Level: 2}},
			Certificates: []string{"electric"}, Parts: []dispatch.Part{{Part: "core", MustBring: true}}}, nil},
		{"skill", dispatch.Job{Skills: []dispatch.SkillNeed{{Skill: "gas"}}}, []dispatch.Code{dispatch.SkillMissing}},
		{"level", dispatch.Job{Skills: []dispatch.SkillNeed{{Skill: "lock", Level: 3}}}, []dispatch.Code{dispatch.LevelTooLow}},
		{"certificate", dispatch.Job{Certificates: []string{"gas"}}, []dispatch.Code{dispatch.CertificateMissing}},
		{"certificate expires", dispatch.Job{Certificates: []string{"electric"}, Windows: at(14)}, []dispatch.Code{dispatch.CertificateExpired}},
		{"region", dispatch.Job{Region: "440400"}, []dispatch.Code{dispatch.RegionNotCovered}},
		{"refused", dispatch.Job{Exclude: []dispatch.Exclusion{{Technician: "t", Cause: dispatch.CustomerRefused}}}, []dispatch.Code{dispatch.Excluded}},
		{"part", dispatch.Job{Parts: []dispatch.Part{{Part: "core", Count: 2, MustBring: true}}}, []dispatch.Code{dispatch.PartMissing}},
		{"part may follow", dispatch.Job{Parts: []dispatch.Part{{Part: "core", Count: 2}}}, nil},
		{"night", dispatch.Job{Windows: at(20)}, []dispatch.Code{dispatch.OffShift}},
		{"too late already", dispatch.Job{Windows: []dispatch.Window{{From: clock(9, 0), To: clock(9, 1)}}}, []dispatch.Code{dispatch.WindowMissed}},
		{"all at once", dispatch.Job{Region: "11", Skills: []dispatch.SkillNeed{{Skill: "gas"}}},
			[]dispatch.Code{dispatch.SkillMissing, dispatch.RegionNotCovered}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			c.job.ID, c.job.Place, c.job.ServiceSeconds = "j", near(3), 1800
			got := rankOne(t, base, c.job)
			if got.Eligible != (c.want == nil) || c.want != nil && !slices.Equal(codes(got), c.want) {
				t.Fatalf("eligible %v, reasons %v; want %v", got.Eligible, got.Reasons, c.want)
			}
		})
	}
}

func TestRankNeverMovesACommitment(t *testing.T) {
	tech := dispatch.Technician{Start: near(0), Shifts: workday()}
	job := dispatch.Job{ID: "j", Place: near(1), ServiceSeconds: 3600}
	next := dispatch.Commitment{ID: "next", Place: near(1), Start: clock(10, 0), End: clock(11, 0)}
	got := rankOne(t, tech, job, next)
	if !got.Eligible || got.After != "next" || got.Arrival != clock(11, 0) {
		t.Fatalf("an hour of work does not fit before 10:00, want it after the commitment on the same spot at 11:00: %+v", got)
	}
	job.ServiceSeconds = 1200
	if got = rankOne(t, tech, job, next); got.Before != "next" || got.Arrival >= clock(10, 0) {
		t.Fatalf("20 minutes fit before 10:00: %+v", got)
	}
}

func TestRankSplitShiftBreakAndOvertime(t *testing.T) {
	job := dispatch.Job{ID: "j", Place: near(2), ServiceSeconds: 3600, Windows: []dispatch.Window{{From: clock(11, 30), To: clock(17, 59)}}}
	split := dispatch.Technician{Start: near(0), Shifts: []dispatch.Shift{{From: clock(14, 0), To: clock(18, 0)}, {From: clock(8, 0), To: clock(12, 0)}}}
	got := rankOne(t, split, job)
	if !got.Eligible || got.Depart != clock(14, 0) {
		t.Fatalf("an hour from 11:30 crosses the end of the first span; want departure at 14:00: %+v", got)
	}
	lunch := dispatch.Technician{Start: near(0), Shifts: workday(), Breaks: []dispatch.Break{{From: clock(11, 30), To: clock(12, 15), DurationSeconds: 2700}}}
	job.Windows = []dispatch.Window{{From: clock(11, 30), To: clock(11, 40)}}
	job.ServiceSeconds = 2700
	if got = rankOne(t, lunch, job); !got.Eligible {
		t.Fatalf("lunch at 12:15 is possible after a visit from 11:30 to 12:15: %+v", got)
	}
	job.ServiceSeconds = 3600
	if got = rankOne(t, lunch, job); got.Eligible || got.Reasons[0].Code != dispatch.NoGap {
		t.Fatalf("no lunch is left: %+v", got)
	}
	late := dispatch.Technician{Start: near(0), Shifts: []dispatch.Shift{{From: clock(8, 0), To: clock(17, 0), OvertimeSeconds: 3600}}}
	job.Windows = []dispatch.Window{{From: clock(16, 30), To: clock(17, 0)}}
	if got = rankOne(t, late, job); !got.Eligible || !slices.Contains(codes(got), dispatch.UsesOvertime) {
		t.Fatalf("overtime is allowed and must be said: %+v", got)
	}
}

func TestRankPositionDistanceAndUnknownPlace(t *testing.T) {
	job := dispatch.Job{ID: "j", Place: near(6), ServiceSeconds: 600}
	tech := dispatch.Technician{Start: near(0), Shifts: workday(), MaxMetres: 5000}
	got := rankOne(t, tech, job)
	if got.Eligible || got.Reasons[0].Code != dispatch.TooFar {
		t.Fatalf("6 km is beyond the limit: %+v", got)
	}
	tech.MaxMetres = 9000
	tech.Position = &dispatch.Position{Place: near(5), At: clock(8, 55)}
	if got = rankOne(t, tech, job); !got.Eligible || got.DistanceMetres > 2000 {
		t.Fatalf("was last seen a kilometre away: %+v", got)
	}
	job.Place = dispatch.Place{}
	if got = rankOne(t, tech, job); !got.Eligible || got.Quality != dispatch.Assumed || !slices.Contains(codes(got), dispatch.TravelAssumed) {
		t.Fatalf("an unknown place is assumed and said so: %+v", got)
	}
}

func TestRankErrors(t *testing.T) {
	tech := dispatch.Technician{ID: "t", Start: near(0), Shifts: workday()}
	ok := dispatch.Job{ID: "j", Place: near(1)}
	cases := map[string]struct {
		p    dispatch.Problem
		j    dispatch.Job
		part string
	}{
		"unknown technician": {dispatch.Problem{Technicians: []dispatch.Technician{tech}, Commitments: []dispatch.Commitment{{Technician: "x"}}}, ok, `unknown technician "x"`},
		"same id twice":      {dispatch.Problem{Technicians: []dispatch.Technician{tech, tech}}, ok, "twice"},
		"window backwards":   {dispatch.Problem{}, dispatch.Job{ID: "j", Windows: []dispatch.Window{{From: 2, To: 1}}}, "windows[0]"},
		"shift backwards":    {dispatch.Problem{Technicians: []dispatch.Technician{{ID: "t", Shifts: []dispatch.Shift{{From: 2, To: 1}}}}}, ok, "shifts[0]"},
	}
	for name, c := range cases {
		if _, err := dispatch.Rank(context.Background(), &c.p, &c.j); err == nil || !strings.Contains(err.Error(), c.part) {
			t.Errorf("%s: error %v does not say %q", name, err, c.part)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	p := &dispatch.Problem{Technicians: []dispatch.Technician{tech}}
	if _, err := dispatch.Rank(ctx, p, &ok); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled context gives %v", err)
	}
}

// TestRankKeepsEveryRule draws random days and recomputes, independently and leg by leg, that each eligible visit can be carried out.
func TestRankKeepsEveryRule(t *testing.T) {
	travel := dispatch.NewBuiltinTravel(nil)
	travel.Hours = nil // constant speed, so that legs do not depend on the hour asked for
	eligible := 0
	for seed := range uint64(2000) {
		rng := rand.New(rand.NewPCG(seed, 1))
		p, job := randomDay(rng)
		p.Travel = travel
		got, err := dispatch.Rank(context.Background(), p, job)
		if err != nil {
			t.Fatal(err)
		}
		again, _ := dispatch.Rank(context.Background(), p, job)
		if !reflect.DeepEqual(got, again) {
			t.Fatalf("seed %d: not deterministic", seed)
		}
		for i, c := range got {
			if i > 0 && c.Eligible && (!got[i-1].Eligible || got[i-1].Arrival > c.Arrival) {
				t.Fatalf("seed %d: order broken at %d", seed, i)
			}
			if len(c.Reasons) == 0 {
				t.Fatalf("seed %d: %s stands without a reason", seed, c.Technician)
			}
			if c.Eligible {
				eligible++
				verifyVisit(t, seed, p, job, c, travel)
			}
		}
	}
	if eligible < 1000 {
		t.Fatalf("only %d eligible visits were tested", eligible)
	}
}

func randomDay(rng *rand.Rand) (*dispatch.Problem, *dispatch.Job) {
	spot := func() dispatch.Place { return near(rng.Float64() * 12) }
	p := &dispatch.Problem{Now: clock(8+rng.IntN(6), rng.IntN(60))}
	for i := range 4 {
		tech := dispatch.Technician{ID: fmt.Sprint("t", i), Start: spot(), Vehicle: dispatch.Van,
			Shifts: []dispatch.Shift{{From: clock(8, 0), To: clock(12, 0)}, {From: clock(13, 0), To: clock(17, 0), OvertimeSeconds: int32(rng.IntN(2) * 1800)}}}
		if rng.IntN(2) == 0 {
			end := spot()
			tech.End = &end
		}
		p.Technicians = append(p.Technicians, tech)
		for at, k := clock(8, rng.IntN(90)), 0; at < clock(16, 0); k++ {
			end := at + dispatch.Time(900+rng.IntN(3600))
			p.Commitments = append(p.Commitments, dispatch.Commitment{ID: fmt.Sprint(i, "-", k), Technician: tech.ID, Place: spot(), Start: at, End: end})
			at = end + dispatch.Time(1800+rng.IntN(9000))
		}
	}
	rng.Shuffle(len(p.Commitments), func(i, j int) { p.Commitments[i], p.Commitments[j] = p.Commitments[j], p.Commitments[i] })
	from := clock(8+rng.IntN(8), 0)
	return p, &dispatch.Job{ID: "j", Place: spot(), ServiceSeconds: int32(600 + rng.IntN(3000)),
		Windows: []dispatch.Window{{From: from, To: from + 3600}, {From: from + 7200, To: from + 9000}}}
}

func verifyVisit(t *testing.T, seed uint64, p *dispatch.Problem, job *dispatch.Job, c dispatch.Candidate, travel dispatch.TravelModel) {
	t.Helper()
	var tech dispatch.Technician
	for _, x := range p.Technicians {
		if x.ID == c.Technician {
			tech = x
		}
	}
	leg := func(a, b dispatch.Place) dispatch.Time {
		m, err := travel.Matrix(context.Background(), dispatch.MatrixRequest{From: []dispatch.Place{a}, To: []dispatch.Place{b}, Vehicle: tech.Vehicle})
		if err != nil {
			t.Fatal(err)
		}
		return dispatch.Time(m.Seconds[0])
	}
	inWindow, inShift := false, false
	for _, w := range job.Windows {
		inWindow = inWindow || c.Arrival >= w.From && c.Arrival <= w.To
	}
	for _, s := range tech.Shifts {
		inShift = inShift || c.Depart >= s.From && c.Finish <= s.To+dispatch.Time(s.OvertimeSeconds)
	}
	if !inWindow || !inShift || c.Depart < p.Now {
		t.Fatalf("seed %d: window %v shift %v: %+v", seed, inWindow, inShift, c)
	}
	for _, k := range p.Commitments {
		if k.Technician != c.Technician {
			continue
		}
		before := k.End+leg(k.Place, job.Place) <= c.Arrival
		after := c.Finish+leg(job.Place, k.Place) <= k.Start
		if !before && !after {
			t.Fatalf("seed %d: visit %+v collides with %+v", seed, c, k)
		}
	}
}

func TestExplainCoversEveryReason(t *testing.T) {
	r := dispatch.Reason{Code: dispatch.WindowMissed, Params: map[string]string{"arrive_at": "2026-03-02T03:05:00Z", "latest_at": "2026-03-02T02:00:00Z"}}
	if got := dispatch.Explain(r, dispatch.ZH, nil); got != "最早 03-02 11:05 才能到，晚于 03-02 10:00" {
		t.Error(got)
	}
	if got := dispatch.Explain(dispatch.Reason{Code: "from_the_future"}, dispatch.EN, nil); got != "from_the_future" {
		t.Error(got)
	}
	data, err := json.Marshal(r)
	if err != nil || !strings.Contains(string(data), `"code":"window_missed"`) {
		t.Error(string(data), err)
	}
}
