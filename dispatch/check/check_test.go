package check_test

import (
	"context"
	"encoding/json"
	"slices"
	"testing"

	"anxin/dispatch"
	"anxin/dispatch/check"
	"anxin/dispatch/gen"
)

// solved is a plan of a day on which every rule occurs; each case of TestEveryRuleIsSeen gets a copy of its own.
func solved(t *testing.T) (*dispatch.Problem, *dispatch.Plan) {
	t.Helper()
	p := gen.Rich(gen.Options{Seed: 4, Jobs: 100, Technicians: 18})
	plan, err := dispatch.Solve(context.Background(), p, dispatch.Options{Seed: 1, Iterations: 2500})
	if err != nil {
		t.Fatal(err)
	}
	return p, plan
}

func clone(t *testing.T, plan *dispatch.Plan) *dispatch.Plan {
	t.Helper()
	data, err := json.Marshal(plan)
	if err != nil {
		t.Fatal(err)
	}
	out := &dispatch.Plan{}
	if err := json.Unmarshal(data, out); err != nil {
		t.Fatal(err)
	}
	return out
}

// stops calls f for every visit of a job until f returns true, and fails when it never does.
func stops(t *testing.T, p *dispatch.Problem, plan *dispatch.Plan, f func(tour *dispatch.Tour, k int, j *dispatch.Job) bool) {
	t.Helper()
	for i := range plan.Tours {
		tour := &plan.Tours[i]
		for k := range tour.Stops {
			at := slices.IndexFunc(p.Jobs, func(j dispatch.Job) bool { return j.ID == tour.Stops[k].Job })
			if at >= 0 && f(tour, k, &p.Jobs[at]) {
				return
			}
		}
	}
	t.Fatal("the plan has no visit to spoil in this way; choose another seed")
}

// TestEveryRuleIsSeen spoils a good plan, or tightens its problem, in one way at a time; the checker must name the rule.
func TestEveryRuleIsSeen(t *testing.T) {
	base, plan := solved(t)
	if r, err := check.Plan(context.Background(), base, plan); err != nil || !r.OK() {
		t.Fatalf("%v\n%s", err, r)
	}
	any1 := func(f func(tour *dispatch.Tour, k int, j *dispatch.Job)) func(*testing.T, *dispatch.Problem, *dispatch.Plan) {
		return func(t *testing.T, p *dispatch.Problem, plan *dispatch.Plan) {
			stops(t, p, plan, func(tour *dispatch.Tour, k int, j *dispatch.Job) bool { f(tour, k, j); return true })
		}
	}
	tech := func(p *dispatch.Problem, id string) *dispatch.Technician {
		return &p.Technicians[slices.IndexFunc(p.Technicians, func(t dispatch.Technician) bool { return t.ID == id })]
	}
	cases := map[string]func(t *testing.T, p *dispatch.Problem, plan *dispatch.Plan){
		"time":   any1(func(tour *dispatch.Tour, k int, _ *dispatch.Job) { tour.Stops[k].End += 60 }),
		"travel": any1(func(tour *dispatch.Tour, k int, _ *dispatch.Job) { tour.Stops[k].Depart += 3000 }),
		"metres": any1(func(tour *dispatch.Tour, k int, _ *dispatch.Job) { tour.Stops[k].Metres++ }),
		"window": any1(func(_ *dispatch.Tour, _ int, j *dispatch.Job) { j.Windows = []dispatch.Window{{From: 5, To: 6}} }),
		"skill":  any1(func(_ *dispatch.Tour, _ int, j *dispatch.Job) { j.Skills = []dispatch.SkillNeed{{Skill: "flying"}} }),
		"exclusion": any1(func(tour *dispatch.Tour, _ int, j *dispatch.Job) {
			j.Exclude = []dispatch.Exclusion{{Technician: tour.Technician}}
		}),
		"certificate": any1(func(_ *dispatch.Tour, _ int, j *dispatch.Job) {
			j.Certificates = []string{"pilot"}
		}),
		"part": any1(func(_ *dispatch.Tour, _ int, j *dispatch.Job) {
			j.Parts = []dispatch.Part{{Part: "moon", MustBring: true}}
		}),
		"promise": any1(func(tour *dispatch.Tour, k int, j *dispatch.Job) {
			j.Promise = &dispatch.Window{From: tour.Stops[k].Start + 1, To: tour.Stops[k].Start + 9}
		}),
		"pin": any1(func(tour *dispatch.Tour, k int, j *dispatch.Job) {
			j.Pin = &dispatch.Pin{Technicians: []string{tour.Technician}, Start: tour.Stops[k].Start + 5}
		}),
		"radius": func(t *testing.T, p *dispatch.Problem, plan *dispatch.Plan) {
			stops(t, p, plan, func(tour *dispatch.Tour, _ int, j *dispatch.Job) bool {
				x := tech(p, tour.Technician)
				x.MaxMetres = 1
				return dispatch.RoadMetres(x.Start, j.Place) > 1
			})
		},
		"crew": func(t *testing.T, p *dispatch.Problem, plan *dispatch.Plan) {
			stops(t, p, plan, func(_ *dispatch.Tour, _ int, j *dispatch.Job) bool { j.Crew = max(j.Crew, 1) + 1; return true })
		},
		"job": func(t *testing.T, p *dispatch.Problem, plan *dispatch.Plan) {
			plan.Unassigned = append(plan.Unassigned, dispatch.Unassigned{Job: plan.Tours[0].Stops[0].Job + "x", Reasons: []dispatch.Reason{{}}})
		},
		"reason": func(t *testing.T, p *dispatch.Problem, plan *dispatch.Plan) {
			if len(plan.Unassigned) == 0 {
				t.Skip("everything is assigned")
			}
			plan.Unassigned[0].Reasons = nil
		},
		"commitment": func(t *testing.T, p *dispatch.Problem, plan *dispatch.Plan) {
			for i := range plan.Tours {
				for k := range plan.Tours[i].Stops {
					if s := &plan.Tours[i].Stops[k]; s.Commitment != "" {
						s.Commitment = "somebody else's"
						return
					}
				}
			}
			t.Fatal("no commitment is planned")
		},
		"sequence": func(t *testing.T, p *dispatch.Problem, plan *dispatch.Plan) {
			for i := range p.Sequences {
				p.Sequences[i].MinGapSeconds = 20 * 3600
			}
		},
		"break": func(t *testing.T, p *dispatch.Problem, plan *dispatch.Plan) {
			stops(t, p, plan, func(tour *dispatch.Tour, k int, _ *dispatch.Job) bool {
				x := tech(p, tour.Technician)
				if slices.ContainsFunc(p.Commitments, func(c dispatch.Commitment) bool { return c.Technician == x.ID }) {
					return false
				}
				s := &tour.Stops[k]
				x.Breaks = append(x.Breaks, dispatch.Break{From: s.Start + 1, To: s.Start + 1, DurationSeconds: 60})
				return true
			})
		},
		"score": func(_ *testing.T, _ *dispatch.Problem, plan *dispatch.Plan) { plan.Score.TravelFen-- },
	}
	cases["region"] = func(t *testing.T, p *dispatch.Problem, plan *dispatch.Plan) {
		stops(t, p, plan, func(tour *dispatch.Tour, _ int, j *dispatch.Job) bool {
			j.Region, tech(p, tour.Technician).Regions = "77", []string{"88"}
			return true
		})
	}
	cases["capacity"] = func(t *testing.T, p *dispatch.Problem, plan *dispatch.Plan) {
		stops(t, p, plan, func(tour *dispatch.Tour, _ int, j *dispatch.Job) bool {
			j.Load, tech(p, tour.Technician).Capacity = 9, 8
			return true
		})
	}
	cases["hours"] = func(t *testing.T, p *dispatch.Problem, plan *dispatch.Plan) {
		stops(t, p, plan, func(tour *dispatch.Tour, _ int, _ *dispatch.Job) bool {
			tech(p, tour.Technician).MaxWorkSeconds = 1
			return true
		})
	}
	cases["shift"] = func(t *testing.T, p *dispatch.Problem, plan *dispatch.Plan) {
		stops(t, p, plan, func(tour *dispatch.Tour, k int, _ *dispatch.Job) bool {
			x := tech(p, tour.Technician)
			if slices.ContainsFunc(p.Commitments, func(c dispatch.Commitment) bool { return c.Technician == x.ID }) {
				return false
			}
			last := &x.Shifts[len(x.Shifts)-1]
			last.To, last.OvertimeSeconds = last.From+3600, 0
			return tour.Back > last.To
		})
	}
	for rule, spoil := range cases {
		t.Run(rule, func(t *testing.T) {
			p := gen.Rich(gen.Options{Seed: 4, Jobs: 100, Technicians: 18})
			bad := clone(t, plan)
			spoil(t, p, bad)
			r, err := check.Plan(context.Background(), p, bad)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.ContainsFunc(r.Violations, func(v check.Violation) bool { return v.Rule == rule }) {
				t.Fatalf("the broken rule was not named:\n%s", r)
			}
		})
	}
}
