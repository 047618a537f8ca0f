package region

import (
	"strings"

	"anxin/region/internal/table"
)

// Scores. They are sums of the weights in match.go and chain.go; docs/design/region.md explains them.
const (
	leastScore = 1.1  // below this nothing was understood
	sureScore  = 1.35 // a single name must reach this to be believed without asking
	margin     = 0.45 // readings closer than this to the best are alternatives
)

// Resolve finds the place a text is about, as of a date; the zero Date means the newest state. Text longer than
// 2,000 characters is refused with ReasonTooLong.
func (r *Resolver) Resolve(text string, asOf Date) Answer {
	s := r.scratch.Get().(*scratch)
	defer r.scratch.Put(s)
	s.answer = Answer{Input: text, DataVersion: r.version, AsOf: asOf}
	if s.text.read(r, text) {
		s.text.hideLabels(&s.label)
		day := asOf.number()
		s.day = day
		r.find(s, day)
		r.slips(s)
		r.link(s)
		r.read(s)
		s.decision = decision{r: r, s: s, a: &s.answer, day: day, options: s.options[:0]}
		s.decision.decide()
		s.options = s.decision.options
	} else {
		s.answer.Reasons = []Reason{{ReasonTooLong, []string{"2000"}}}
	}
	a := s.answer
	s.answer = Answer{} // the working memory must not keep the caller's text alive
	return a
}

// decision is the state of choosing between readings.
type decision struct {
	r   *Resolver
	s   *scratch
	a   *Answer
	day int32
	top reading
	// options are the units to choose from with the reading that leads to each, best first
	options []option
}

type option struct {
	unit int32
	from reading
}

func (d *decision) decide() {
	best := d.best()
	if best < 0 || d.s.readings[best].score < leastScore {
		d.a.Detail = strings.TrimSpace(d.a.Input)
		d.a.Reasons = []Reason{{Code: ReasonNoPlace}}
		return
	}
	d.top = d.s.readings[best]
	d.collect()
	d.forgetTown()
	d.absorb()
	d.a.Detail = d.s.text.rest(d.a.Input, int(d.top.end))
	d.a.Spans = d.spans()
	if d.s.label.End != 0 {
		d.reason(ReasonLabel, d.a.Input[d.s.label.Start:d.s.label.End])
	}
	switch {
	case len(d.options) == 0:
		d.a.Reasons = append(d.a.Reasons, Reason{Code: ReasonNoPlace})
	case d.strange():
	case len(d.options) > 1:
		d.set()
	default:
		d.single()
	}
}

// best is the index of the strongest reading; of equals the one in force, then the one that explains more text.
func (d *decision) best() int {
	best := -1
	for i := range d.s.readings {
		x := &d.s.readings[i]
		if best < 0 {
			best = i
			continue
		}
		y := &d.s.readings[best]
		switch diff := x.score - y.score; {
		case diff > 0.001:
			best = i
		case diff > -0.001:
			xo, yo := !inForce(&d.r.places[x.place], d.day), !inForce(&d.r.places[y.place], d.day)
			if yo && !xo || xo == yo && x.end-x.start > y.end-y.start {
				best = i
			}
		}
	}
	return best
}

// collect gathers the units that the best reading and its near rivals lead to.
func (d *decision) collect() {
	d.add(d.top)
	for {
		// The next strongest rival each time: there are few.
		next, score := -1, d.top.score-margin
		for i := range d.s.readings {
			x := &d.s.readings[i]
			if x.score > score && d.rival(x) {
				next, score = i, x.score
			}
		}
		if next < 0 || len(d.options) >= 400 {
			return
		}
		d.add(d.s.readings[next])
		d.s.readings[next].score = -1
	}
}

// rival reports whether x reads the same stretch of text as the best reading, but differently.
func (d *decision) rival(x *reading) bool {
	if x.start >= d.top.end || d.top.start >= x.end || d.r.former(x.place, d.top.place) {
		return false
	}
	// On a day of the past the version of that day is meant, not its namesake before or after.
	if xp, tp := &d.r.places[x.place], &d.r.places[d.top.place]; d.day != 0 && xp.Name == tp.Name && !inForce(xp, d.day) && inForce(tp, d.day) && (d.r.related(x.place, d.top.place) || d.r.related(d.top.place, x.place)) {
		return false
	}
	// 鞍山市 within 马鞍山市 is no reading of it.
	h := d.lastHit()
	if h != nil && h.start < x.start && x.end <= h.end {
		return false
	}
	// 市南区 in 中山市南区 is none of 青岛: it begins inside a name that is used.
	for i := d.top.hit; i >= 0 && x.hit >= 0 && d.s.hits[x.hit].prev < 0; i = d.s.hits[i].prev {
		if g := &d.s.hits[i]; g.start < x.start && x.start < g.end {
			return false
		}
	}
	// 西安 by itself is the city, not one of the districts 西安区. Only 朝阳 is known for its district as well, and 兴安 for its county.
	if h != nil && x.hit >= 0 && h.level == table.Prefecture && d.s.hits[x.hit].level == table.County && d.s.hits[x.hit].form == table.FormShort && d.r.places[h.place].Name != "朝阳市" && strings.HasSuffix(d.r.places[h.place].Name, "市") {
		return false
	}
	// 雨花区 behind 南京 is none of 长沙, whatever its weight by itself.
	if h != nil && h.prev >= 0 && !h.doubtful && x.start >= h.start && x.hit >= 0 && d.s.text.gap(int(d.s.hits[h.prev].end), int(h.start)) == 0 {
		return false
	}
	return true
}

// former reports whether old is an earlier version of a place still called the same: what else came of its
// territory then is no reading of the name today.
func (r *Resolver) former(old, now int32) bool {
	if r.places[old].To == 0 || r.places[now].To != 0 || r.places[old].Name != r.places[now].Name {
		return false
	}
	for _, n := range r.now[old] {
		if n == now {
			return true
		}
	}
	return false
}

// add appends the units of a reading that are not there yet. A unit that contains or lies in one already there is not
// an alternative to it.
func (d *decision) add(x reading) {
	d.s.units = d.unitsOf(x, d.s.units[:0])
	for _, u := range d.s.units {
		known := false
		for _, o := range d.options {
			if o.unit == u || d.r.within(u, o.unit) || d.r.within(o.unit, u) {
				known = true
				break
			}
		}
		if !known {
			d.options = append(d.options, option{u, x})
		}
	}
}

// within reports whether place i lies in place above.
func (r *Resolver) within(i, above int32) bool {
	for p := r.places[i].Parent; p >= 0; p = r.places[p].Parent {
		if p == above {
			return true
		}
	}
	return false
}

// unitsOf appends the units that a reading leads to on the as-of day.
func (d *decision) unitsOf(x reading, out []int32) []int32 {
	r := d.r
	if x.town >= 0 && x.how == townIn && d.day != 0 {
		return d.unitsThen(x, out)
	}
	if x.town >= 0 {
		homes := r.places[x.town].Parent
		if r.places[x.town].To != 0 && !inForce(&r.places[x.town], d.day) {
			for _, n := range r.now[x.town] {
				if r.places[n].Level == table.Town {
					if !r.townsAreUnits(r.places[n].Parent) {
						n = r.places[n].Parent
					}
				}
				out = append(out, n)
			}
			return out
		}
		if r.townsAreUnits(homes) {
			return append(out, x.town)
		}
		return r.at(homes, d.day, out, 0)
	}
	n := len(out)
	out = r.at(x.place, d.day, out, 0)
	for _, u := range out[n:] {
		// A county that was renumbered and lost a town on the way is still the county of its name.
		if r.places[u].Name == r.places[x.place].Name && r.places[u].Level == r.places[x.place].Level {
			return append(out[:n], u)
		}
	}
	return out
}

// unitsThen is unitsOf for a county with its town on a day of the past. The town list is of today: it only chooses
// between the counties that the one named was on that day.
func (d *decision) unitsThen(x reading, out []int32) []int32 {
	r := d.r
	n := len(out)
	out = r.at(x.place, d.day, out, 0)
	if len(out) == n+1 {
		if r.townsAreUnits(out[n]) && r.places[x.town].Parent == out[n] {
			out[n] = x.town
		}
		return out
	}
	kept := out[:n]
	for _, u := range out[n:] {
		if r.related(u, r.places[x.town].Parent) {
			kept = append(kept, u)
		}
	}
	return kept
}

// at appends what a place is on a day: itself, or those of its successors in force then.
func (r *Resolver) at(i, day int32, out []int32, depth int) []int32 {
	p := &r.places[i]
	if p.To == 0 || inForce(p, day) || day != 0 && p.From > day || depth > 12 {
		return append(out, i)
	}
	if day == 0 {
		return append(out, r.now[i]...)
	}
	final := r.hasFinal(p)
	for _, s := range p.Succ {
		if s.When >= p.To || !final {
			out = r.at(s.To, day, out, depth+1)
		}
	}
	return out
}

// townsAreUnits reports whether dispatch works with the towns of a place: a city without districts (东莞), or a unit
// directly under a province that has prefectures (琼海, 天门).
func (r *Resolver) townsAreUnits(i int32) bool {
	p := &r.places[i]
	if p.Level == table.Prefecture {
		return true
	}
	return p.Level == table.County && p.Code/100%100 == 90
}

// forgetTown drops a town that is named without its suffix and decides nothing: in 大港区大港油田 the second 大港 is
// detail, not 大港街道.
func (d *decision) forgetTown() {
	if d.top.how != townIn || len(d.options) != 1 || d.r.places[d.options[0].unit].Level == table.Town {
		return
	}
	w := &d.s.towns[d.top.townAt]
	if d.top.end != w.end || w.entry < 0 {
		return
	}
	for _, m := range d.r.lex.towns(w.entry) {
		if m.Place == d.top.town && m.Form != table.FormFull && m.Form != table.FormAlias && d.onlyOne(d.top.place) {
			d.top.town, d.top.townAt, d.top.how, d.top.end = -1, -1, townNone, d.s.hits[d.top.hit].end
			return
		}
	}
}

// onlyOne reports whether a place is one place on the as-of day.
func (d *decision) onlyOne(i int32) bool {
	d.s.units = d.r.at(i, d.day, d.s.units[:0], 0)
	return len(d.s.units) == 1
}

// absorb moves the end of the best reading over a repetition of the same place: 浙江省 杭州市 西湖区 杭州市西湖区文三路.
func (d *decision) absorb() {
	if len(d.options) != 1 {
		return
	}
	u := d.options[0].unit
	if d.r.places[u].Level == table.Town {
		u = d.r.places[u].Parent
	}
	// Follow the names from the end of the reading; only when they reach the unit itself is it a repetition.
	for at := d.top.end; ; {
		next, reached := at, false
		for i := range d.s.hits {
			h := &d.s.hits[i]
			if h.start < at || h.end <= next || d.s.text.gap(int(at), int(h.start)) > 0 || h.form != table.FormFull && h.form != table.FormAlias {
				continue
			}
			if h.place == u || d.r.within(u, h.place) {
				next, reached = h.end, h.place == u
			}
		}
		if next == at {
			return
		}
		if at = next; reached {
			d.top.end = at
		}
	}
}

// single decides about a text with one reading: whether it is sure enough to act on.
func (d *decision) single() {
	u := d.options[0].unit
	if x := d.unknownBelow(u); x != "" {
		d.askBelow(u, x)
		return
	}
	if d.other(u) {
		return
	}
	if d.unused(u) {
		return
	}
	if why, ok := d.doubt(); ok {
		d.askOne(d.doubtReason(why))
		return
	}
	if d.onlyProvince(u) {
		return
	}
	d.one(u)
}
