package region

import (
	"strings"

	"anxin/region/internal/table"
)

// This file finds towns that are not where the text puts them: the town written behind a county lies in another one.
// Two errors look the same there. A wrong county sends a technician to another city; a town that was merged years ago and shares its
// name with one elsewhere costs one question. The nearer the other county and the rarer the name, the more it says.

// townElsewhere asks when the town written behind the county u lies in another county: of the same city, of the same
// province if the name is rare, of the whole country if it is the only one and nothing but the county is named.
func (d *decision) townElsewhere(u int32) bool {
	r := d.r
	if d.top.town >= 0 || d.top.hit < 0 || r.places[u].Level != table.County {
		return false
	}
	for k := range d.s.towns {
		w := &d.s.towns[k]
		other := d.s.text.townSuffix(int(w.end)) > 0 // 东海镇 where there is 东海街道 now
		if w.entry < 0 || w.start < d.top.end || d.s.text.gap(int(d.top.end), int(w.start)) > 0 || !other && w.after != followPlain && w.after != followFar {
			continue
		}
		n := len(d.options)
		if w.end-w.start < 3 && !other {
			d.homeLost(int32(k), u)
		}
		near := (w.end-w.start >= 3 || other) && d.homes(int32(k), u, other)
		if len(d.options) == n {
			continue
		}
		if len(d.options) == n+1 && d.lost(u, d.options[n].unit) {
			d.options[0], d.options[n] = d.options[n], d.options[0]
		} else if !near && d.lastHit().prev < 0 && d.lastHit().rev < 0 && len(d.options) == n+1 && r.provinceOf(d.options[n].unit) == r.provinceOf(u) {
			// The county is named by itself: its town is as good a witness.
			d.options[0], d.options[n] = d.options[n], d.options[0]
		}
		d.askTown(w.start, w.end, u)
		return true
	}
	return d.townOfCounty(u)
}

// homes adds the counties in which the town k of the text lies and the county u does not: those of the city of u, and
// when there are none those farther away. It reports whether they are those of the city.
func (d *decision) homes(k, u int32, other bool) bool {
	r, w := d.r, &d.s.towns[k]
	city, province := r.places[u].Parent, r.provinceOf(u)
	all := r.lex.towns(w.entry)
	add := func(where func(county int32) bool) bool {
		n := len(d.options)
		for _, m := range all {
			p := &r.places[m.Place]
			if p.To == 0 && (m.Form == table.FormFull || other && m.Form == table.FormShort) && p.Parent != u && where(p.Parent) {
				d.add(reading{hit: -1, place: p.Parent, town: m.Place, townAt: k, start: w.start, end: w.end, how: townAlone})
			}
		}
		return len(d.options) > n
	}
	if len(all) > 4 && !other || len(all) > 16 {
		// 城关街道 says nothing: there are too many, and no list is complete. But land that the county lost is known: 余杭区东湖街道.
		return (other || d.s.text.townEnds(int(w.start), int(w.end))) && !d.wasTownOf(all, u) && add(func(c int32) bool { return d.lost(u, c) })
	}
	if r.places[city].Level == table.Prefecture && add(func(c int32) bool { return r.places[c].Parent == city }) {
		return true
	}
	if other || !d.s.text.townEnds(int(w.start), int(w.end)) || d.wasTownOf(all, u) {
		return false
	}
	if len(all) <= 4 && add(func(c int32) bool { return r.provinceOf(c) == province && !r.related(c, u) }) {
		return false
	}
	if h := d.lastHit(); len(all) == 1 && h.prev < 0 && h.rev < 0 {
		add(func(c int32) bool { return !r.related(c, u) })
	}
	return false
}

// homeLost adds the county to which u lost the town k of the text, which is written without its suffix: 余杭区崇贤.
func (d *decision) homeLost(k, u int32) {
	r, w := d.r, &d.s.towns[k]
	if d.s.commonWord(w) {
		return
	}
	for _, m := range r.lex.towns(w.entry) {
		if p := &r.places[m.Place]; p.To == 0 && m.Form == table.FormShort && r.places[p.Parent].Parent == r.places[u].Parent && d.lost(u, p.Parent) {
			d.add(reading{hit: -1, place: p.Parent, town: m.Place, townAt: k, start: w.start, end: w.end, how: townAlone})
		}
	}
}

// lost reports whether the county named, or what it is now, ever lost land to what is county c now.
func (d *decision) lost(u, c int32) bool {
	r := d.r
	for _, from := range [...]int32{u, d.top.place} {
		for _, s := range r.places[from].Succ {
			if c == u {
				return false
			}
			if s.To == c {
				return true
			}
			for _, n := range r.now[s.To] {
				if n == c {
					return true
				}
			}
		}
	}
	return false
}

// wasTownOf reports whether the county u ever had a town of the name, or is likely to.
func (d *decision) wasTownOf(all []table.Target, u int32) bool {
	short := names2(d.r.places[u].Name)
	for _, m := range all {
		if strings.HasPrefix(d.r.places[m.Place].Name, short) {
			return true // the seat of a county is often called as it: 陵县陵城镇
		}
		if h := d.r.places[m.Place].Parent; h == u || d.r.places[h].Code == d.r.places[u].Code || d.r.related(h, u) {
			return true
		}
	}
	return false
}

// townOfCounty asks when an unknown town behind the county u is called as another county of the same province: 江陵县荆州镇 was
// written before the town became 荆州区. A district of the same city comes first, as cities make districts of such towns.
func (d *decision) townOfCounty(u int32) bool {
	r, t := d.r, &d.s.text
	for i := range d.s.hits {
		h := &d.s.hits[i]
		n := t.townSuffix(int(h.end))
		if n == 0 || h.form != table.FormShort || h.level != table.County || h.start < d.top.end || t.gap(int(d.top.end), int(h.start)) > 0 || r.places[h.place].To != 0 || r.related(h.place, u) || r.provinceOf(h.place) != r.provinceOf(u) {
			continue
		}
		if d.knownTown(h.start, h.end+int32(n)) {
			continue // 城关镇 is a town in many places, and no list is complete
		}
		before := len(d.options)
		d.add(reading{hit: int32(i), place: h.place, town: -1, townAt: -1, start: h.start, end: h.end})
		if len(d.options) == before {
			continue
		}
		if r.places[h.place].Parent == r.places[u].Parent && isDistrict(&r.places[h.place]) {
			d.options[0], d.options[before] = d.options[before], d.options[0]
		}
		d.askTown(h.start, h.end+int32(n), u)
		return true
	}
	return false
}

// knownTown reports whether characters i to j are the name of any town.
func (d *decision) knownTown(i, j int32) bool {
	for k := range d.s.towns {
		if w := &d.s.towns[k]; w.start == i && w.end >= j {
			return true
		}
	}
	return false
}

// askTown asks which county is meant, as the one named has no such town.
func (d *decision) askTown(start, end, u int32) {
	name, town := d.r.places[u].Name, d.written(start, end)
	d.reason(ReasonContradiction, town, name)
	d.a.Ask = Text{"“" + town + "”不在" + name + "，地址在哪个区县？", "“" + town + "” is not in " + name + ": which county is the address in?"}
	d.set()
}

// nameBefore offers the place that is read directly before the name h first, when h stands by itself in the middle of words:
// 儋州白马井滨海新区 is not in Tianjin.
func (d *decision) nameBefore(h *hit) {
	best := -1
	for i := range d.s.readings {
		x := &d.s.readings[i]
		if x.end <= h.start && x.score >= leastScore && d.s.text.gap(int(x.end), int(h.start)) == 0 && (best < 0 || x.score > d.s.readings[best].score) {
			best = i
		}
	}
	if best < 0 {
		return
	}
	n := len(d.options)
	d.add(d.s.readings[best])
	if len(d.options) == n+1 {
		d.options[0], d.options[n] = d.options[n], d.options[0]
	}
}
