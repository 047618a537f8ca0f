package region

import (
	"strings"

	"anxin/region/internal/table"
)

// reading is one way of understanding a text: a chain of names that ends in a place, perhaps with a town below.
type reading struct {
	hit      int32 // last hit of the chain, -1 for a town alone
	place    int32 // division above the town, or the county of the town
	town     int32 // -1 when none
	townAt   int32 // index in scratch.towns
	score    float32
	end      int32 // character after the last name used
	inferred bool  // the county was found through the town
}

// Resolve finds the place a text is about, as of a date; the zero Date means the newest state. Text longer than
// 2,000 characters is refused with ReasonTooLong.
func (r *Resolver) Resolve(text string, asOf Date) Answer {
	a := Answer{Input: text, DataVersion: r.version, AsOf: asOf}
	s := r.scratch.Get().(*scratch)
	defer r.scratch.Put(s)
	if !s.text.read(r, text) {
		a.Reasons = []Reason{{ReasonTooLong, []string{"2000"}}}
		return a
	}
	day := asOf.number()
	r.find(s, day)
	r.link(s)
	r.read(s)
	r.decide(&a, s, day)
	return a
}

// link finds the best chain that ends in each hit.
func (r *Resolver) link(s *scratch) {
	for i := range s.hits {
		h := &s.hits[i]
		for j := range s.hits {
			g := &s.hits[j]
			if g.end > h.start || g.level >= h.level || !r.below(h.place, g.place) {
				continue
			}
			gap := s.text.gap(int(g.end), int(h.start))
			if gap > 12 || gap > 0 && (h.form == table.FormShort || h.form == table.FormLegacy) {
				continue
			}
			total := g.total + h.weight + 0.8 - 0.3*float32(gap)
			if total > h.total {
				h.total, h.prev = total, int32(j)
			}
		}
	}
}

// below reports whether place i is or was written under place above.
func (r *Resolver) below(i, above int32) bool {
	want := r.places[above].Code
	for _, c := range r.up[i] {
		if c == want {
			return true
		}
	}
	return false
}

// read turns hits into readings, adding towns.
func (r *Resolver) read(s *scratch) {
	s.readings = s.readings[:0]
	for i := range s.hits {
		h := &s.hits[i]
		base := reading{hit: int32(i), place: h.place, town: -1, townAt: -1, score: h.total, end: h.end}
		s.readings = append(s.readings, base)
		for k := range s.towns {
			w := &s.towns[k]
			if w.start < h.end || w.road {
				continue
			}
			gap := s.text.gap(int(h.end), int(w.start))
			if gap > 8 {
				continue
			}
			for _, m := range r.lex.meanings(w.entry) {
				p := &r.places[m.Place]
				if p.Level != table.Town || m.Form != table.FormFull && gap > 0 {
					continue
				}
				if !r.townUnder(m.Place, h.place) {
					continue
				}
				x := base
				x.town, x.townAt, x.end = m.Place, int32(k), w.end
				x.score += [...]float32{1.5, 0.8, 1.3, 0.7}[m.Form] + 0.1*float32(w.end-w.start-3) - 0.2*float32(gap)
				if p.Parent != h.place {
					x.place, x.inferred = p.Parent, h.level < table.County
				}
				s.readings = append(s.readings, x)
			}
		}
		if len(s.readings) > 400 {
			return
		}
	}
	r.readTownsAlone(s)
}

// readTownsAlone adds readings for towns named without anything above them.
func (r *Resolver) readTownsAlone(s *scratch) {
	for k := range s.towns {
		w := &s.towns[k]
		if w.road || w.end-w.start < 3 || len(s.readings) > 600 {
			continue
		}
		for _, m := range r.lex.meanings(w.entry) {
			if r.places[m.Place].Level != table.Town || m.Form == table.FormShort || m.Form == table.FormLegacy {
				continue
			}
			s.readings = append(s.readings, reading{hit: -1, place: r.places[m.Place].Parent, town: m.Place, townAt: int32(k),
				score: 1.5 + 0.1*float32(w.end-w.start-3), end: w.end, inferred: true})
		}
	}
}

// townUnder reports whether a town lies in a division, or in what became of it.
func (r *Resolver) townUnder(town, above int32) bool {
	county := r.places[town].Parent
	if county == above || r.below(county, above) {
		return true
	}
	for _, n := range r.now[above] {
		if n == county || r.below(county, n) {
			return true
		}
	}
	return false
}

// decide compares the readings and fills the answer.
func (r *Resolver) decide(a *Answer, s *scratch, day int32) {
	best := -1
	for i := range s.readings {
		if best < 0 || s.readings[i].score > s.readings[best].score {
			best = i
		}
	}
	if best < 0 || s.readings[best].score < 1.2 {
		a.Reasons = []Reason{{Code: ReasonNoPlace}}
		a.Detail = a.Input
		return
	}
	top := s.readings[best]
	var units []int32
	var kinds []Kind
	add := func(x reading) {
		for _, u := range r.unitsOf(x, day) {
			seen := false
			for _, have := range units {
				seen = seen || have == u || r.below(u, have)
			}
			if !seen {
				units = append(units, u)
				kind := KindDivision
				if r.places[x.place].To != 0 && !inForce(&r.places[x.place], day) {
					kind = KindHistorical
				}
				kinds = append(kinds, kind)
			}
		}
	}
	add(top)
	for i := range s.readings {
		if x := s.readings[i]; i != best && x.score > top.score-0.45 {
			add(x)
		}
	}
	a.Detail = s.text.rest(a.Input, int(top.end))
	a.Spans = r.spans(s, top)
	if len(units) == 1 {
		r.one(a, top, units[0], kinds[0])
		return
	}
	a.Outcome = OutcomeSet
	written := ""
	if len(a.Spans) > 0 {
		sp := a.Spans[len(a.Spans)-1]
		written = a.Input[sp.Start:sp.End]
	}
	a.Reasons = append(a.Reasons, Reason{ReasonAmbiguous, []string{written, itoa(len(units))}})
	for i, u := range units {
		if i == 30 {
			break
		}
		d := r.division(u)
		a.Candidates = append(a.Candidates, Candidate{Division: d, Kind: kinds[i], Confidence: 1 / float64(len(units)),
			Reason: Reason{ReasonOneOf, []string{d.Path}}, Ask: Text{"是" + strings.ReplaceAll(d.Path, "/", "") + "吗？", "Is it " + d.Path + "?"}})
	}
	a.Ask = Text{"“" + written + "”是哪一个？", "Which “" + written + "” is it?"}
}

// unitsOf are the divisions in force that a reading leads to.
func (r *Resolver) unitsOf(x reading, day int32) []int32 {
	if x.town >= 0 {
		if r.places[x.place].Level == table.Prefecture || r.places[x.place].Level == table.County && r.provinceDirect(x.place) {
			return []int32{x.town}
		}
	}
	p := &r.places[x.place]
	if p.To == 0 || inForce(p, day) {
		return []int32{x.place}
	}
	return r.now[x.place]
}

// provinceDirect reports whether a county lies directly under a province that has prefectures (琼海, 天门).
func (r *Resolver) provinceDirect(i int32) bool {
	p := &r.places[i]
	return p.Parent >= 0 && r.places[p.Parent].Level == table.Province && p.Code/100%100 == 90
}

func (r *Resolver) one(a *Answer, x reading, unit int32, kind Kind) {
	a.Outcome = OutcomeOne
	a.Best = Match{Division: r.division(unit), Kind: kind, Confidence: 0.95}
	if x.town >= 0 {
		a.Best.Town = r.division(x.town)
	}
	if kind == KindHistorical {
		a.Best.Old = r.division(x.place)
		a.Successions = r.follow(x.place, 0, nil, 0)
		a.Reasons = append(a.Reasons, Reason{ReasonHistorical, []string{a.Best.Old.Name, dateOf(r.places[x.place].To).String(), a.Best.Name}})
	}
	if x.inferred {
		a.Best.Confidence = 0.85
		a.Reasons = append(a.Reasons, Reason{ReasonTown, []string{a.Best.Town.Name, r.places[x.place].Name}})
	}
	if len(a.Reasons) == 0 {
		a.Reasons = append(a.Reasons, Reason{Code: ReasonExact})
	}
	if a.Best.Level < LevelCounty && r.hasCounties(unit) {
		a.Reasons = append(a.Reasons, Reason{ReasonCountyMissing, []string{a.Best.Name}})
		a.Ask = Text{a.Best.Name + "的哪个区县？", "Which county or district of " + a.Best.Name + "?"}
	}
}

// spans lists the names a reading used.
func (r *Resolver) spans(s *scratch, x reading) []Span {
	n := 0
	for i := x.hit; i >= 0; i = s.hits[i].prev {
		n++
	}
	out := make([]Span, n, n+1)
	for i := x.hit; i >= 0; i = s.hits[i].prev {
		h := &s.hits[i]
		n--
		out[n] = Span{int(s.text.at[h.start]), int(s.text.end[h.end-1]), Level(h.level), r.codes[h.place]}
	}
	if x.townAt >= 0 {
		w := &s.towns[x.townAt]
		out = append(out, Span{int(s.text.at[w.start]), int(s.text.end[w.end-1]), LevelTown, r.codes[x.town]})
	}
	return out
}

// rest is the input from a character on, without leading and trailing separators.
func (t *chars) rest(input string, from int) string {
	for from < len(t.c) && t.class[from] == classSep {
		from++
	}
	if from >= len(t.c) {
		return ""
	}
	return strings.TrimSpace(input[t.at[from]:])
}

func itoa(n int) string {
	if n < 10 {
		return "0123456789"[n : n+1]
	}
	return itoa(n/10) + itoa(n%10)
}
