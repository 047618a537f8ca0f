package dispatch

import (
	"slices"

	"anxin/dispatch/search"
)

// ruleBook answers "may this technician serve this job" quickly: names are numbered once, so that ten million pairs take a moment.
type ruleBook struct {
	p       *Problem
	skills  map[string]int
	certs   map[string]int
	parts   map[string]int32
	levels  [][]int8   // per technician, level by skill, -1 when absent
	held    [][]uint64 // per technician, bit set of certificates
	regions map[string][]bool
	index   map[string]int // technician by id
}

// needs is a job in the numbers of the book.
type needs struct {
	skills []struct {
		id    int
		level int8
	}
	certs   []uint64
	covered []bool // per technician; nil means everybody
}

func newRuleBook(p *Problem) *ruleBook {
	b := &ruleBook{p: p, skills: map[string]int{}, certs: map[string]int{}, parts: map[string]int32{}, regions: map[string][]bool{}, index: map[string]int{}}
	for i := range p.Jobs {
		b.learn(&p.Jobs[i])
	}
	words := (len(b.certs) + 63) / 64
	for i := range p.Technicians {
		t := &p.Technicians[i]
		b.index[t.ID] = i
		levels := make([]int8, len(b.skills))
		for name, id := range b.skills {
			levels[id] = int8(min(level(t.Skills, name), 127))
		}
		held := make([]uint64, words)
		for _, c := range t.Certificates {
			if id, ok := b.certs[c.Name]; ok {
				held[id/64] |= 1 << (id % 64)
			}
		}
		b.levels, b.held = append(b.levels, levels), append(b.held, held)
	}
	return b
}

// learn numbers the names that a job uses.
func (b *ruleBook) learn(j *Job) {
	number := func(m map[string]int, name string) {
		if _, ok := m[name]; !ok {
			m[name] = len(m)
		}
	}
	for _, s := range j.Skills {
		number(b.skills, s.Skill)
	}
	for _, c := range j.Certificates {
		number(b.certs, c)
	}
	for _, p := range j.Parts {
		if _, ok := b.parts[p.Part]; !ok && p.MustBring {
			b.parts[p.Part] = int32(len(b.parts))
		}
	}
}

func (b *ruleBook) needOf(j *Job) *needs {
	n := &needs{certs: make([]uint64, (len(b.certs)+63)/64)}
	for _, s := range j.Skills {
		n.skills = append(n.skills, struct {
			id    int
			level int8
		}{b.skills[s.Skill], int8(min(max(s.Level, 0), 127))})
	}
	for _, c := range j.Certificates {
		id := b.certs[c]
		n.certs[id/64] |= 1 << (id % 64)
	}
	if j.Region != "" {
		covered, ok := b.regions[j.Region]
		if !ok {
			covered = make([]bool, len(b.p.Technicians))
			for i := range covered {
				covered[i] = b.p.Technicians[i].Covers(j.Region)
			}
			b.regions[j.Region] = covered
		}
		n.covered = covered
	}
	return n
}

// allows tests everything that does not depend on the hour, except the parts in the van, which the search counts.
func (b *ruleBook) allows(tech int, j *Job, n *needs) bool {
	levels := b.levels[tech]
	for _, s := range n.skills {
		if levels[s.id] < s.level {
			return false
		}
	}
	for w, bits := range n.certs {
		if b.held[tech][w]&bits != bits {
			return false
		}
	}
	if n.covered != nil && !n.covered[tech] {
		return false
	}
	t := &b.p.Technicians[tech]
	if slices.ContainsFunc(j.Exclude, func(x Exclusion) bool { return x.Technician == t.ID }) {
		return false
	}
	for _, p := range j.Parts {
		if p.MustBring && stock(t, p.Part) < max(p.Count, 1) {
			return false
		}
	}
	return !b.tooFar(t, j)
}

// tooFar tests the technician's radius by the built-in road length, whatever travel model plans the day: it is a rule about areas, not
// about minutes.
func (b *ruleBook) tooFar(t *Technician, j *Job) bool {
	if t.MaxMetres == 0 || !t.Start.Known() || !j.Place.Known() {
		return false
	}
	return RoadMetres(t.Start, j.Place) > t.MaxMetres
}

// stockOf returns the pieces of each numbered part in the van.
func (b *ruleBook) stockOf(t *Technician) []int32 {
	if len(b.parts) == 0 {
		return nil
	}
	out := make([]int32, len(b.parts))
	for _, s := range t.Stock {
		if id, ok := b.parts[s.Part]; ok {
			out[id] += max(s.Count, 1)
		}
	}
	return out
}

// partsOf returns the numbered parts that a job uses up.
func (b *ruleBook) partsOf(j *Job) (out []search.Part) {
	for _, p := range j.Parts {
		if p.MustBring {
			out = append(out, search.Part{Kind: b.parts[p.Part], Count: max(p.Count, 1)})
		}
	}
	return out
}
