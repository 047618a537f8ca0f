package plan

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"anxin/dispatch"
)

// town is a day with some technicians and open cases, all on a few seats of counties.
func town(technicians, jobs int) *dispatch.Problem {
	now := dispatch.At(noon.Add(-4 * 3600e9))
	p := &dispatch.Problem{Now: now, Travel: dispatch.NewBuiltinTravel(nil)}
	for i := range technicians {
		p.Technicians = append(p.Technicians, dispatch.Technician{ID: fmt.Sprintf("t%02d", i), Start: place(float64(7*i), ""), Shifts: []dispatch.Shift{{From: now, To: now + 10*3600}},
			Skills: []dispatch.SkillNeed{{Skill: "repair", Level: 2}}})
	}
	for i := range jobs {
		id := fmt.Sprintf("j%02d", i)
		p.Jobs = append(p.Jobs, dispatch.Job{ID: id, Place: place(float64(5*(i%6)), id), ServiceSeconds: 3600, Skills: []dispatch.SkillNeed{{Skill: "repair", Level: 1}}, Priority: 5,
			Windows: []dispatch.Window{{From: now, To: now + dispatch.Time(3+i%5)*3600}}})
	}
	return p
}

func TestAProposalIsNoWorseThanOneByOne(t *testing.T) {
	p := town(3, 12)
	p.Commitments = []dispatch.Commitment{{ID: "c", Technician: "t01", Place: place(3, "c"), Start: p.Now + 2*3600, End: p.Now + 3*3600}}
	got, err := Propose(context.Background(), p, 3000)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Visits)+len(got.Left) != 12 || len(got.Visits) < got.Served {
		t.Errorf("%d planned, %d left, one by one %d", len(got.Visits), len(got.Left), got.Served)
	}
	if added := got.After - got.Before; len(got.Visits) == got.Served && added > got.OneByOne {
		t.Errorf("planned adds %d, one by one %d", added, got.OneByOne)
	}
	for _, v := range got.Visits {
		if v.CostFen == 0 && len(v.Reasons) == 0 {
			t.Errorf("%s has neither cost nor reason", v.Job)
		}
	}
}

// What the checker refuses is never answered.
func TestASpoiledPlanIsRefused(t *testing.T) {
	p := town(2, 4)
	found, err := dispatch.Solve(context.Background(), p, dispatch.Options{Seed: 1, Iterations: 200})
	if err != nil || len(found.Tours) == 0 {
		t.Fatal(err, found)
	}
	if err := verify(context.Background(), p, found); err != nil {
		t.Fatal(err)
	}
	found.Tours[0].Stops[0].Start -= 3600
	if err := verify(context.Background(), p, found); err == nil || !strings.Contains(err.Error(), "checker refuses") {
		t.Errorf("a spoiled plan: %v", err)
	}
}
