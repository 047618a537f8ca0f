package gen

import (
	"fmt"
	"math/rand/v2"

	"anxin/dispatch"
	"anxin/dispatch/vrptw"
)

// Enrich adds skills with levels, parts, breaks, pins and crews to a benchmark instance. Distances and windows stay those of the file under
// DIMACS rounding. As many vehicles stay as the file's load needs and a half more.
func Enrich(f *vrptw.File, o Options) (*dispatch.Problem, error) {
	p, err := f.Problem(vrptw.DIMACS)
	if err != nil {
		return nil, err
	}
	rng := rand.New(rand.NewPCG(o.Seed, 0x656e72696368))
	p.Name = fmt.Sprintf("%s enriched seed %d v%d", f.Name, o.Seed, Version)
	p.Objective = dispatch.Service
	load := int64(0)
	for i := range p.Jobs {
		load += int64(p.Jobs[i].Load)
	}
	need := int(load/int64(max(f.Capacity, 1)))*3/2 + 2
	if o.Technicians > 0 {
		need = o.Technicians
	}
	p.Technicians = p.Technicians[:min(need, len(p.Technicians))]
	horizon := p.Technicians[0].Shifts[0].To
	for i := range p.Technicians {
		t := &p.Technicians[i]
		t.Cost = dispatch.Cost{PerKm: 1000}
		for _, s := range skillNames[:4] {
			if rng.IntN(100) < s.share+15 {
				t.Skills = append(t.Skills, dispatch.SkillNeed{Skill: s.name, Level: 1 + rng.IntN(4)})
			}
		}
		for _, part := range partNames {
			if rng.IntN(3) > 0 {
				t.Stock = append(t.Stock, dispatch.Part{Part: part, Count: int32(1 + rng.IntN(4))})
			}
		}
		if rng.IntN(2) == 0 {
			t.Breaks = []dispatch.Break{{From: horizon * 2 / 5, To: horizon * 3 / 5, DurationSeconds: int32(horizon / 20)}}
		}
	}
	for i := range p.Jobs {
		j := &p.Jobs[i]
		j.Skills = []dispatch.SkillNeed{{Skill: skillNames[rng.IntN(4)].name, Level: 1 + min(rng.IntN(4), rng.IntN(4))}}
		j.Priority = rng.IntN(4)
		switch rng.IntN(20) {
		case 0:
			j.Crew, j.Load = 2, j.Load/2
		case 1, 2:
			j.Parts = []dispatch.Part{{Part: partNames[rng.IntN(len(partNames))], MustBring: true}}
		case 3:
			t := &p.Technicians[rng.IntN(len(p.Technicians))]
			if len(staticLacks(t, j)) == 0 {
				j.Pin = &dispatch.Pin{Technicians: []string{t.ID}}
			}
		}
	}
	return p, nil
}
