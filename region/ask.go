package region

import (
	"sort"
	"strings"

	"anxin/region/internal/table"
)

// This file builds the answers that have to be asked: the candidates, why each is one, and the question.

// maxCandidates bounds the list shown to people; the question asks for the level above when there are more.
const maxCandidates = 30

// set fills the answer with the possible divisions.
func (d *decision) set() {
	a, r := d.a, d.r
	a.Outcome = OutcomeSet
	written := d.topName()
	if d.split() {
		p := &r.places[d.top.place]
		end := r.endOfName(d.top.place)
		parts := append([]option(nil), d.options...)
		d.orderSplit()
		units := make([]int32, 0, len(parts))
		for _, o := range d.options { // but not the neighbour that orderSplit may add
			if offered(parts, o.unit) {
				units = append(units, o.unit)
			}
		}
		d.reason(ReasonSplit, p.Name, end.String(), r.namesOf(units))
		a.Ask = Text{p.Name + "已于" + end.zh() + "拆分，地址在哪个街道或乡镇？", p.Name + " was divided in " + end.String() + ": which subdistrict or town is the address in?"}
		a.Successions = r.follow(d.top.place, p.To, nil, 0)
		a.Best = Match{}
	} else if !a.Has(ReasonContradiction) && !a.Has(ReasonConflict) && !a.Has(ReasonTwoPlaces) {
		d.reason(ReasonAmbiguous, written, itoa(len(d.options)))
		a.Ask = d.question(written)
	}
	d.candidates()
}

// orderSplit puts first what is most likely meant by a county that was divided: the one with the town that is named,
// which may have gone to a neighbour since, then those that kept the beginning of its name.
func (d *decision) orderSplit() {
	r := d.r
	name := r.places[d.top.place].Name
	sort.SliceStable(d.options, func(i, j int) bool {
		return keepsName(r.places[d.options[i].unit].Name, name) > keepsName(r.places[d.options[j].unit].Name, name)
	})
	city := r.places[d.options[0].unit].Parent
	for k := range d.s.towns {
		w := &d.s.towns[k]
		other := d.s.text.townSuffix(int(w.end)) > 0
		if w.entry < 0 || w.start < d.top.end || w.end-w.start < 3 && !other || d.s.text.gap(int(d.top.end), int(w.start)) > 0 || w.after == followRoad {
			continue
		}
		for _, m := range r.lex.towns(w.entry) {
			p := &r.places[m.Place]
			if p.To != 0 || m.Form != table.FormFull && m.Form != table.FormAlias && !(other && m.Form == table.FormShort) || r.places[p.Parent].Parent != city {
				continue
			}
			n := len(d.options)
			d.add(reading{hit: -1, place: p.Parent, town: m.Place, townAt: int32(k), start: w.start, end: w.end, how: townAlone})
			if last := len(d.options) - 1; last >= n {
				x := d.options[last]
				copy(d.options[1:], d.options[:last])
				d.options[0] = x
			}
			return
		}
	}
}

// keepsName says how much of the name of a county is left in that of what came of it: all of it (梅县区 of 梅县), its beginning
// (阿城区 of 阿城市, 达川区 of 达县), nothing.
func keepsName(now, old string) int {
	switch {
	case strings.HasPrefix(now, old):
		return 2
	case strings.HasPrefix(now, names2(old)), strings.HasPrefix(old, names2(now)):
		return 1
	}
	return 0
}

// topName is the last name of the best reading as written.
func (d *decision) topName() string {
	if d.top.townAt >= 0 {
		w := &d.s.towns[d.top.townAt]
		return d.written(w.start, w.end)
	}
	h := d.lastHit()
	return d.written(h.start, h.end)
}

// split reports whether all options come from one division that was divided.
func (d *decision) split() bool {
	if d.top.hit < 0 || d.top.town >= 0 || d.r.places[d.top.place].To == 0 {
		return false
	}
	for _, o := range d.options {
		if o.from.place != d.top.place {
			return false
		}
	}
	return true
}

// question asks for the level that tells the options apart.
func (d *decision) question(written string) Text {
	r := d.r
	name, same := r.places[d.options[0].unit].Name, true
	province, one := r.provinceOf(d.options[0].unit), true
	for _, o := range d.options {
		same = same && r.places[o.unit].Name == name
		one = one && r.provinceOf(o.unit) == province
	}
	switch {
	case d.top.townAt >= 0 && one:
		return Text{"哪个区县的" + written + "？", "Which county's " + written + "?"}
	case d.top.townAt >= 0:
		return Text{"哪个省、市、县的" + written + "？", "The " + written + " of which province, city and county?"}
	case same:
		return Text{"哪个市的" + name + "？", "The " + name + " of which city?"}
	case len(d.options) == 2:
		a, b := spoken(r.paths[d.options[0].unit], r, d.options[0].unit), spoken(r.paths[d.options[1].unit], r, d.options[1].unit)
		return Text{"是" + a + "，还是" + b + "？", "Is it " + a + " or " + b + "?"}
	}
	return Text{"“" + written + "”是哪个省、市的？", "“" + written + "” of which province and city?"}
}

func (r *Resolver) provinceOf(i int32) int32 {
	for r.places[i].Parent >= 0 {
		i = r.places[i].Parent
	}
	return i
}

// spoken is a path as people say it.
func spoken(path string, r *Resolver, i int32) string {
	if path == "" {
		path = r.joinPath(i)
	}
	return strings.ReplaceAll(path, "/", "")
}

// candidates lists the options, best first.
func (d *decision) candidates() {
	a, r := d.a, d.r
	n := min(len(d.options), maxCandidates)
	a.Candidates = make([]Candidate, n)
	for i, o := range d.options[:n] {
		c := &a.Candidates[i]
		c.Division = r.division(o.unit)
		c.Confidence = 0.9 / float64(len(d.options))
		c.Kind, c.Reason = d.why(o)
		place := strings.ReplaceAll(c.Path, "/", "")
		c.Ask = Text{"是" + place + "吗？", "Is it " + c.Path + "?"}
	}
}

// why is the kind of an option and the reason it is one.
func (d *decision) why(o option) (Kind, Reason) {
	r := d.r
	if h := o.from.hit; h >= 0 {
		p := &r.places[d.s.hits[h].place]
		switch {
		case p.Level == table.Zone:
			return KindZone, Reason{ReasonZone, []string{p.Name, r.places[o.unit].Name}}
		case p.To != 0 && !inForce(p, d.day):
			code := ReasonHistorical
			if len(r.at(d.s.hits[h].place, d.day, nil, 0)) > 1 {
				code = ReasonPart
			}
			return KindHistorical, Reason{code, []string{p.Name, r.endOfName(d.s.hits[h].place).String(), r.places[o.unit].Name}}
		case d.s.hits[h].form == formTypo:
			return KindDivision, Reason{ReasonTypo, []string{d.written(d.s.hits[h].start, d.s.hits[h].end), p.Name}}
		}
	}
	if o.from.town >= 0 {
		return KindDivision, Reason{ReasonTown, []string{r.places[o.from.town].Name, r.places[o.unit].Name}}
	}
	path := r.paths[o.unit]
	if path == "" {
		path = r.joinPath(o.unit)
	}
	return KindDivision, Reason{ReasonOneOf, []string{path}}
}

// exactElsewhere adds the county that is really called as written when the best reading takes it for a slip: 西安市杨陵区.
func (d *decision) exactElsewhere(h *hit) {
	for i := range d.s.readings {
		x := &d.s.readings[i]
		if x.hit < 0 || x.town >= 0 {
			continue
		}
		g := &d.s.hits[x.hit]
		if g.start != h.start || g.end != h.end || g.form != table.FormFull || g.level != table.County || d.r.places[g.place].To != 0 {
			continue
		}
		n := len(d.options)
		d.add(*x)
		if len(d.options) > n && d.r.provinceOf(g.place) == d.r.provinceOf(h.place) {
			d.options[0], d.options[n] = d.options[n], d.options[0]
		}
	}
}

// askOne answers with a single candidate that has to be confirmed.
func (d *decision) askOne(why Reason) {
	d.a.Outcome = OutcomeSet
	d.a.Reasons = append(d.a.Reasons, why)
	if h := d.lastHit(); h != nil && h.doubtful {
		d.exactElsewhere(h)
	}
	d.candidates()
	d.a.Candidates[0].Confidence = 0.5
	if len(d.options) == 1 {
		d.a.Candidates[0].Reason = why
	}
	if d.a.Ask = d.a.Candidates[0].Ask; len(d.options) == 2 {
		d.a.Ask = d.question(d.topName())
	}
}

// askBelow answers with the counties of a city whose county is named but unknown.
func (d *decision) askBelow(u int32, word string) {
	r, a := d.r, d.a
	a.Outcome = OutcomeSet
	d.reason(ReasonContradiction, word, r.places[u].Name)
	a.Ask = Text{r.places[u].Name + "没有“" + word + "”，是哪个区县？", r.places[u].Name + " has no “" + word + "”: which county or district is it?"}
	d.options = d.options[:0]
	near := 0
	text := r.foldString(word)
	divided := r.hasCounties(u)
	for _, k := range r.kids[r.kidFrom[u]:r.kidFrom[u+1]] {
		if divided && r.places[k].Level != table.County || r.places[k].Level < table.County {
			continue
		}
		d.options = append(d.options, option{k, d.top})
		if r.begins(text, r.folded[k]) || text[0] == r.folded[k][0] && (len(text) == 2 || !strings.HasSuffix(word, "区") && !strings.HasSuffix(word, "县")) || len(text) == len(r.folded[k]) && len(text) > 2 && r.slip(text, r.folded[k]) != slipNo { // 肖山市: first what it may be a misspelling of
			last := len(d.options) - 1
			first := d.options[last]
			copy(d.options[near+1:], d.options[near:last])
			d.options[near] = first
			near++
		}
	}
	if len(d.options) == 0 {
		d.options = append(d.options, option{u, d.top})
	}
	d.candidates()
	for i := range a.Candidates {
		a.Candidates[i].Kind = KindDivision
		a.Candidates[i].Reason = Reason{ReasonOneOf, []string{a.Candidates[i].Path}}
	}
}

// begins reports whether the first two characters of a text are those of a name, or sound or look like them.
func (r *Resolver) begins(text, name []uint16) bool {
	for i := range 2 {
		if i >= len(text) || i >= len(name) || text[i] != name[i] && !r.alike(text[i], name[i]) {
			return false
		}
	}
	return true
}
