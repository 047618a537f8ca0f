package region

import (
	"strings"

	"anxin/region/internal/table"
)

func (d *decision) reason(code ReasonCode, args ...string) {
	d.a.Reasons = append(d.a.Reasons, Reason{code, args})
}

// lastHit is the last name of the best reading above the town, nil for a town alone.
func (d *decision) lastHit() *hit {
	if d.top.hit < 0 {
		return nil
	}
	return &d.s.hits[d.top.hit]
}

// written is the stretch of input between two characters.
func (d *decision) written(start, end int32) string {
	return d.a.Input[d.s.text.at[start]:d.s.text.end[end-1]]
}

// spans lists the names the best reading used, in order of the input.
func (d *decision) spans() []Span {
	n, r := 0, d.r
	if d.top.town >= 0 {
		n++
	}
	for i := d.top.hit; i >= 0; i = d.s.hits[i].prev {
		n++
	}
	if h := d.lastHit(); h != nil {
		for i := h.rev; i >= 0; i = d.s.hits[i].rev {
			n++
		}
	}
	out := make([]Span, 0, n)
	for i := d.top.hit; i >= 0; i = d.s.hits[i].prev {
		out = append(out, d.spanOf(&d.s.hits[i]))
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	if h := d.lastHit(); h != nil {
		for i := h.rev; i >= 0; i = d.s.hits[i].rev {
			out = append(out, d.spanOf(&d.s.hits[i]))
		}
	}
	if d.top.townAt >= 0 {
		w := &d.s.towns[d.top.townAt]
		out = append(out, Span{int(d.s.text.at[w.start]), int(d.s.text.end[w.end-1]), LevelTown, r.codes[d.top.town]})
		for i := len(out) - 1; i > 0 && out[i].Start < out[i-1].Start; i-- { // 七宝镇，上海
			out[i], out[i-1] = out[i-1], out[i]
		}
	}
	return out
}

func (d *decision) spanOf(h *hit) Span {
	sp := Span{Start: int(d.s.text.at[h.start]), End: int(d.s.text.end[h.end-1])}
	if p := &d.r.places[h.place]; p.Level == table.Zone {
		sp.Code = d.r.codes[p.Parent]
	} else {
		sp.Level, sp.Code = Level(p.Level), d.r.codes[h.place]
	}
	return sp
}

// one fills the answer with the single division that fits.
func (d *decision) one(u int32) {
	a, r := d.a, d.r
	a.Outcome = OutcomeOne
	m := &a.Best
	m.Kind, m.Confidence = KindDivision, 0.99
	if h := d.lastHit(); h != nil {
		u = d.explainZone(u, h)
		d.explainNames()
	}
	m.Division = r.division(u)
	d.explainTown(u)
	d.explainHistory(u)
	d.explainInferred(u)
	if d.s.text.folded {
		d.reason(ReasonTraditional)
	}
	if p := &r.places[u]; d.day != 0 && p.From > d.day {
		d.reason(ReasonNotYet, p.Name, dateOf(p.From).String())
	}
	if len(a.Reasons) == 0 {
		a.Reasons = append(a.Reasons, Reason{Code: ReasonExact})
	}
	if r.places[u].Level < table.County && (r.hasCounties(u) || r.places[u].Level == table.Province && r.kidFrom[u+1] > r.kidFrom[u]) {
		m.Confidence = min(m.Confidence, 0.9)
		d.reason(ReasonCountyMissing, m.Name)
		a.Ask = Text{m.Name + "的哪个区县？", "Which county or district of " + m.Name + "?"}
	}
}

// explainZone turns the answer into that of a zone when the text names one, and returns its host.
func (d *decision) explainZone(u int32, h *hit) int32 {
	r, m := d.r, &d.a.Best
	if p := &r.places[h.place]; p.Level == table.Zone {
		if h.prev >= 0 && d.s.hits[h.prev].place == u && r.places[u].Level >= table.County {
			return u // the county is named, the zone is detail
		}
		m.Kind, m.Zone, m.Confidence = KindZone, p.Name, 0.9
		d.reason(ReasonZone, p.Name, r.places[u].Name)
		return u
	}
	if d.top.town >= 0 || r.places[h.place].Level != table.Prefecture && !(r.places[h.place].Level == table.Province && r.municipality(h.place)) || h.place != u {
		return u
	}
	start, end, kind, plain := d.s.text.zoneAfter(int(h.end))
	if end == 0 {
		return u
	}
	m.Kind, m.Zone, m.Confidence = KindZone, d.written(int32(start), int32(end)), 0.85
	d.a.Spans = append(d.a.Spans, Span{Start: int(d.s.text.at[start]), End: int(d.s.text.end[end-1]), Code: r.codes[u]})
	d.a.Detail = d.s.text.rest(d.a.Input, end)
	if z, ok := r.zones[zoneKey{u, kind}]; ok && plain && kind != zoneOther {
		u = r.places[z].Parent
		m.Zone = r.places[z].Name
		d.reason(ReasonZone, m.Zone, r.places[u].Name)
		return u
	}
	d.reason(ReasonZoneUnknown, m.Zone, r.places[u].Name)
	return u
}

// municipality reports whether a province is a city: 北京, 天津, 上海, 重庆.
func (r *Resolver) municipality(i int32) bool {
	switch r.places[i].Code {
	case 110000, 120000, 310000, 500000:
		return true
	}
	return false
}

// explainNames adds the reasons for names that are not written as they are.
func (d *decision) explainNames() {
	for i := d.top.hit; i >= 0; i = d.s.hits[i].prev {
		h := &d.s.hits[i]
		p := &d.r.places[h.place]
		if p.Level == table.Zone {
			continue
		}
		switch h.form {
		case table.FormShort:
			d.reason(ReasonShortName, d.written(h.start, h.end), p.Name)
			d.a.Best.Confidence = min(d.a.Best.Confidence, 0.93)
		case table.FormAlias:
			d.reason(ReasonAlias, d.written(h.start, h.end), p.Name)
		case table.FormLegacy:
			d.reason(ReasonSuffix, d.written(h.start, h.end), p.Name)
			d.a.Best.Confidence = min(d.a.Best.Confidence, 0.8)
		case formTypo:
			d.correct(h.start, h.end, d.spanOf(h), p.Name)
		}
	}
}

func (d *decision) correct(start, end int32, sp Span, name string) {
	from := d.written(start, end)
	d.a.Correction = &Correction{From: from, To: name, Span: sp}
	d.reason(ReasonCorrected, from, name)
	d.a.Best.Confidence = min(d.a.Best.Confidence, 0.75)
}

// explainTown describes the town of the reading and what follows from it.
func (d *decision) explainTown(u int32) {
	if d.top.town < 0 {
		return
	}
	r, m := d.r, &d.a.Best
	town := d.top.town
	if w := &d.s.towns[d.top.townAt]; w.entry < 0 {
		d.correct(w.start, w.end, d.a.Spans[len(d.a.Spans)-1], r.places[town].Name)
	}
	old := &r.places[town]
	if old.To != 0 {
		if now := r.now[town]; len(now) == 1 {
			d.reason(ReasonHistorical, old.Name, dateOf(old.To).String(), r.places[now[0]].Name)
			if r.places[now[0]].Level == table.Town {
				town = now[0]
			}
		}
	}
	if r.places[town].To == 0 {
		m.Town = r.division(town)
	}
	if r.places[town].Flags&table.FlagZone != 0 && (d.top.how == townAlone || r.places[u].Level == table.Town) {
		m.Kind, m.Zone = KindZone, r.places[town].Name
		d.reason(ReasonZone, m.Zone, r.places[r.places[town].Parent].Name)
	}
	switch d.top.how {
	case townGives:
		d.reason(ReasonTown, old.Name, r.places[u].Name)
		m.Confidence = min(m.Confidence, 0.9)
	case townAlone:
		if r.places[u].Level != table.Town {
			d.reason(ReasonTown, old.Name, r.places[u].Name)
		}
		m.Confidence = min(m.Confidence, 0.8)
	case townMoved:
		from := &r.places[d.top.place]
		year := Date{}
		for _, s := range from.Succ {
			if s.To == u {
				year = dateOf(s.When)
			}
		}
		if year.IsZero() && len(r.now[d.top.place]) == 1 { // what it became lost the town
			from = &r.places[r.now[d.top.place][0]]
			for _, s := range from.Succ {
				if s.To == u {
					year = dateOf(s.When)
				}
			}
		}
		d.reason(ReasonMoved, old.Name, from.Name, year.String(), r.places[u].Name)
		m.Kind, m.Old = KindHistorical, r.division(d.top.place)
		d.a.Successions = r.follow(d.top.place, 0, nil, 0)
		m.Confidence = min(m.Confidence, 0.9)
	}
}

// explainHistory describes how the place named became the answer.
func (d *decision) explainHistory(u int32) {
	r, m := d.r, &d.a.Best
	for i := d.top.hit; i >= 0; i = d.s.hits[i].prev {
		p := &r.places[d.s.hits[i].place]
		if p.To == 0 || inForce(p, d.day) || p.Level == table.Zone {
			continue
		}
		now := r.at(d.s.hits[i].place, d.day, nil, 0)
		if i == d.top.hit && d.top.place == d.s.hits[i].place {
			m.Kind, m.Old = KindHistorical, r.division(d.top.place)
			d.a.Successions = append(d.a.Successions, r.follow(d.top.place, p.To, nil, 0)...)
			if len(now) > 1 && d.top.town >= 0 {
				d.reason(ReasonSplitDecided, p.Name, r.endOfName(d.top.place).String(), r.places[u].Name, r.places[d.top.town].Name)
				continue
			}
		}
		if to := r.namesOf(now); to != p.Name {
			d.reason(ReasonHistorical, p.Name, r.endOfName(d.s.hits[i].place).String(), to)
		} else if p.Parent >= 0 && r.places[now[0]].Parent >= 0 {
			d.reason(ReasonReparented, p.Name, dateOf(p.To).String(), r.paths[p.Parent], r.paths[r.places[now[0]].Parent])
		}
	}
	if d.top.hit < 0 && r.places[d.top.place].To != 0 && !inForce(&r.places[d.top.place], d.day) && m.Kind == KindDivision {
		m.Old = r.division(d.top.place)
	}
}

// endOfName is the day a former place lost its name: 旬阳县 passed from one city to another in 2000, but became 旬阳市
// in 2021.
func (r *Resolver) endOfName(i int32) Date {
	for depth := 0; depth < 12; depth++ {
		next := int32(-1)
		for _, s := range r.places[i].Succ {
			if r.places[s.To].To != 0 && r.places[s.To].Name == r.places[i].Name && s.When >= r.places[i].To {
				next = s.To
			}
		}
		if next < 0 {
			break
		}
		i = next
	}
	return dateOf(r.places[i].To)
}

// namesOf joins the names of places.
func (r *Resolver) namesOf(is []int32) string {
	var b strings.Builder
	for k, i := range is {
		if k > 0 {
			b.WriteString("、")
		}
		b.WriteString(r.places[i].Name)
	}
	return b.String()
}

// explainInferred lists the levels of the answer that the text does not name.
func (d *decision) explainInferred(u int32) {
	r, a := d.r, d.a
	missing := ""
	for p := u; p >= 0; p = r.places[p].Parent {
		if !d.names(p) {
			a.Inferred = append(a.Inferred, Level(r.places[p].Level))
			if p != u {
				missing = r.paths[p]
				break
			}
		}
	}
	if missing == "" {
		return
	}
	for p := r.places[u].Parent; p >= 0; p = r.places[p].Parent {
		if l := Level(r.places[p].Level); !d.names(p) && l != a.Inferred[len(a.Inferred)-1] {
			a.Inferred = append(a.Inferred, l)
		}
	}
	if a.Best.Kind == KindDivision {
		d.reason(ReasonInferred, missing)
		a.Best.Confidence = min(a.Best.Confidence, 0.95)
	}
}

// names reports whether the best reading names a place, in whatever version.
func (d *decision) names(p int32) bool {
	code := d.r.places[p].Code
	for i := d.top.hit; i >= 0; i = d.s.hits[i].prev {
		if d.r.places[d.s.hits[i].place].Code == code {
			return true
		}
	}
	if h := d.lastHit(); h != nil {
		for i := h.rev; i >= 0; i = d.s.hits[i].rev {
			if d.r.places[d.s.hits[i].place].Code == code {
				return true
			}
		}
	}
	return d.top.town >= 0 && d.r.places[d.top.town].Code == code
}
