package gen

import (
	"fmt"
	"math"
	"math/rand/v2"

	"anxin/dispatch"
)

// Small is a tiny problem with a random mixture of rules, made for comparing the engine with brute force and for finding contradictions:
// one to eight jobs, one to four technicians, on a plane, in minutes or on a calendar.
func Small(seed uint64) *dispatch.Problem {
	m := &maker{rng: rand.New(rand.NewPCG(seed, 0x736d616c6c)), size: 3}
	m.p = &dispatch.Problem{Name: fmt.Sprintf("small seed %d v%d", seed, Version), Now: at(8)}
	switch m.rng.IntN(3) {
	case 0:
		m.p.Travel = dispatch.NewBuiltinTravel(zone)
	case 1:
		m.p.Travel = m.table(20)
	default:
		travel := dispatch.NewBuiltinTravel(zone)
		travel.Hours = nil
		m.p.Travel = travel
	}
	if m.rng.IntN(6) == 0 {
		m.p.Objective = dispatch.Distance
	}
	m.makeDistricts(3)
	o := Options{Jobs: 1 + m.rng.IntN(8), Technicians: 1 + m.rng.IntN(4)}
	m.fill(o)
	for i := range m.p.Technicians {
		m.twistTechnician(&m.p.Technicians[i])
	}
	for i := range m.p.Jobs {
		m.twistJob(&m.p.Jobs[i])
	}
	m.bind()
	if _, table := m.p.Travel.(*dispatch.MatrixTravel); table {
		m.number()
	}
	return m.p
}

// table is an asymmetric matrix of random points.
func (m *maker) table(n int) *dispatch.MatrixTravel {
	x, y := make([]float64, n), make([]float64, n)
	for i := range n {
		x[i], y[i] = m.rng.Float64()*4000, m.rng.Float64()*4000
	}
	t := &dispatch.MatrixTravel{}
	for i := range n {
		row, way := make([]int32, n), make([]int32, n)
		for k := range n {
			d := math.Hypot(x[i]-x[k], y[i]-y[k])
			way[k] = int32(math.Round(d))
			row[k] = int32(math.Ceil(d*0.3)) + int32(m.rng.IntN(60))
			if i == k {
				row[k] = 0
			}
		}
		t.Seconds, t.Metres = append(t.Seconds, row), append(t.Metres, way)
	}
	return t
}

// number gives every place a row of the table.
func (m *maker) number() {
	node := func(p *dispatch.Place) { *p = dispatch.Place{Node: int32(m.rng.IntN(20))} }
	for i := range m.p.Technicians {
		t := &m.p.Technicians[i]
		node(&t.Start)
		if t.End != nil {
			end := *t.End
			node(&end)
			t.End = &end
		}
		t.MaxMetres, t.Position = 0, nil
	}
	for i := range m.p.Jobs {
		node(&m.p.Jobs[i].Place)
	}
	for i := range m.p.Commitments {
		node(&m.p.Commitments[i].Place)
	}
}

func (m *maker) oneIn(n int) bool { return m.rng.IntN(n) == 0 }

func (m *maker) twistTechnician(t *dispatch.Technician) {
	t.Skills = nil
	for _, s := range skillNames[:3] {
		if m.rng.IntN(4) > 0 {
			t.Skills = append(t.Skills, dispatch.SkillNeed{Skill: s.name, Level: 1 + m.rng.IntN(3)})
		}
	}
	if m.oneIn(4) {
		t.Capacity = int32(2 + m.rng.IntN(4))
	}
	if m.oneIn(5) {
		t.MaxWorkSeconds = int32(7200 + m.rng.IntN(20000))
	}
	if m.oneIn(5) {
		t.MaxMetres = int32(2000 + m.rng.IntN(5000))
	}
	if m.oneIn(6) {
		t.Position = &dispatch.Position{Place: t.Start, At: at(7.9)}
	}
	if m.oneIn(5) {
		t.Shifts = append(t.Shifts, dispatch.Shift{From: at(32), To: at(38)})
	}
	if m.oneIn(4) {
		t.WorkedSeconds, t.ShareSeconds = int32(m.rng.IntN(400000)), 300000
	}
	if m.oneIn(4) {
		where, _ := m.spot()
		start := at(7.5 + m.rng.Float64()*9)
		m.p.Commitments = append(m.p.Commitments, dispatch.Commitment{ID: "c" + t.ID, Technician: t.ID, Place: where, Start: start, End: start + 3000})
		if m.oneIn(4) {
			m.p.Commitments = append(m.p.Commitments, dispatch.Commitment{ID: "d" + t.ID, Technician: t.ID, Place: t.Start, Start: start + 3300, End: start + 4000})
		}
	}
}

func (m *maker) twistJob(j *dispatch.Job) {
	anyone := func() string { return m.p.Technicians[m.rng.IntN(len(m.p.Technicians))].ID }
	j.Skills = []dispatch.SkillNeed{{Skill: skillNames[m.rng.IntN(3)].name, Level: 1 + m.rng.IntN(2)}}
	j.Load = int32(m.rng.IntN(3))
	if m.oneIn(6) {
		j.Exclude = []dispatch.Exclusion{{Technician: anyone()}}
	}
	if m.oneIn(5) {
		j.Previous = anyone()
	}
	if m.oneIn(6) {
		j.Due = at(9 + m.rng.Float64()*8)
	}
	if m.oneIn(6) {
		j.Optional, j.PriceFen = true, int64(m.rng.IntN(4000))
	}
	if m.oneIn(8) {
		j.Deadline = at(8.5 + m.rng.Float64()*4)
	}
	if len(j.Windows) == 1 && m.oneIn(5) {
		told := j.Windows[0]
		j.Promise = &told
		if m.oneIn(2) {
			j.Windows = nil
		}
	}
	if m.oneIn(6) {
		j.Planned = &dispatch.Planned{Technician: anyone(), Start: at(8 + m.rng.Float64()*8), Told: m.oneIn(2)}
	}
	switch {
	case m.oneIn(7) && len(m.p.Technicians) > 1:
		j.Crew = 2
		if m.oneIn(3) {
			j.Pin = &dispatch.Pin{Technicians: []string{m.p.Technicians[0].ID, m.p.Technicians[1].ID}}
		}
	case m.oneIn(8):
		j.Pin = &dispatch.Pin{Technicians: []string{anyone()}}
		if m.oneIn(2) {
			j.Pin.Start = at(8.5 + m.rng.Float64()*8)
		}
	}
	if m.oneIn(12) {
		m.p.Freeze = at(9)
	}
}

// bind makes a sequence of two or three jobs now and then.
func (m *maker) bind() {
	if !m.oneIn(3) || len(m.p.Jobs) < 3 {
		return
	}
	s := dispatch.Sequence{MinGapSeconds: int32(m.rng.IntN(3) * 900), SameTechnician: m.oneIn(2)}
	if m.oneIn(2) {
		s.MaxGapSeconds = s.MinGapSeconds + int32(m.rng.IntN(4)*1800)
	}
	for i := range m.p.Jobs {
		if m.p.Jobs[i].Crew <= 1 && len(s.Jobs) < 2+m.rng.IntN(2) {
			s.Jobs = append(s.Jobs, m.p.Jobs[i].ID)
		}
	}
	if len(s.Jobs) >= 2 {
		m.p.Sequences = append(m.p.Sequences, s)
	}
}
