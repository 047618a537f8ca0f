package region

import "anxin/region/internal/table"

// This file asks when the text was understood only down to a city or province although more stands in it.

// unused asks when the text says no more than a province or city although it holds the name of something in it that no
// reading could use.
func (d *decision) unused(u int32) bool {
	r, h := d.r, d.lastHit()
	if !d.coarse(u) {
		return false
	}
	n := len(d.options)
	for i := range d.s.hits {
		g := &d.s.hits[i]
		full := g.form == table.FormFull || g.form == table.FormAlias
		if g.start < d.top.end && d.top.start < g.end || g.level <= h.level || g.level > table.County || r.vague[g.place] || g.cut > 0 || g.after == followRoad || g.after == followBrand ||
			!full && !(g.form == table.FormShort && d.standsOut(g)) || !r.below(g.place, u) {
			continue
		}
		d.options = d.options[:len(d.options):len(d.options)]
		for _, x := range r.at(g.place, d.day, nil, 0) {
			if !offered(d.options[n:], x) {
				d.options = append(d.options, option{x, reading{hit: int32(i), place: g.place, town: -1, townAt: -1, start: g.start, end: g.end}})
			}
		}
	}
	if len(d.options) == n {
		return false
	}
	d.options = append(d.options[n:], d.options[:n]...)
	d.askOne(Reason{ReasonCountyMissing, []string{r.places[u].Name}})
	return true
}

// offered reports whether a unit is among the options.
func offered(options []option, unit int32) bool {
	for _, o := range options {
		if o.unit == unit {
			return true
		}
	}
	return false
}

// standsOut reports whether a short name is more than a part of other words: it stands between marks, ends the text, or starts a
// word with a town of the place behind it (安国药都大街 河北).
func (d *decision) standsOut(g *hit) bool {
	t := &d.s.text
	return d.s.alone(g) || int(g.end) == len(t.c) || g.bound && t.ends(int(g.end)) || g.bound && d.tied(g)
}

// coarse reports whether the best reading ends in a place that has counties.
func (d *decision) coarse(u int32) bool {
	h := d.lastHit()
	return h != nil && d.top.town < 0 && h.place == u && d.r.places[u].Level < table.County && d.r.kidFrom[u] < d.r.kidFrom[u+1]
}

// onlyProvince asks when an address follows that names nothing below a province: nobody can be sent there.
func (d *decision) onlyProvince(u int32) bool {
	r := d.r
	if !d.coarse(u) || r.places[u].Level != table.Province || r.municipality(u) || r.places[u].Code >= 710000 || d.s.label.End == 0 && !d.s.text.goesOn(int(d.top.end)) {
		return false
	}
	d.askOne(Reason{ReasonCountyMissing, []string{r.places[u].Name}})
	return true
}
