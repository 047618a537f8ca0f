package region

import (
	"strings"

	"anxin/region/internal/table"
)

// This file holds what can be wrong with the single best reading: a name behind the city that is none of its
// counties, a second address, a neighbouring name that contradicts, a name that may not be a place at all.

// notCounties are words that end like a county and are none.
var notCounties = [][]rune{
	[]rune("小区"), []rune("社区"), []rune("校区"), []rune("厂区"), []rune("园区"), []rune("景区"), []rune("片区"), []rune("市区"), []rune("城区"), []rune("街区"),
	[]rune("辖区"), []rune("地区"), []rune("山区"), []rune("库区"), []rune("院区"), []rune("矿区"), []rune("活区"), []rune("舍区"), []rune("宅区"), []rune("属区"),
	[]rune("墅区"), []rune("业区"), []rune("公区"), []rune("务区"), []rune("心区"), []rune("能区"), []rune("新区"), []rune("东区"), []rune("西区"), []rune("南区"), []rune("北区"),
	[]rune("中区"), []rune("一区"), []rune("二区"), []rune("三区"), []rune("四区"), []rune("五区"), []rune("六区"), []rune("超市"), []rune("夜市"), []rune("门市"), []rune("菜市"),
	[]rune("城市"), []rune("集市"), []rune("都市"), []rune("花市"), []rune("红旗"), []rune("港区"), []rune("发区"), []rune("范区"), []rune("理区"), []rune("假区"), []rune("郊区"), []rune("县区"), []rune("全市"), []rune("本市"), []rune("大区"), []rune("各区"), []rune("老区"), []rune("军区"), []rune("站区"), []rune("林区"), []rune("牧区"), []rune("农区"), []rune("验区"), []rune("作区"), []rune("资区"), []rune("济区"), []rune("护区"), []rune("术区"),
}

// unknownBelow returns the word behind the best reading that looks like a county of the city u and is none.
func (d *decision) unknownBelow(u int32) string {
	r, t := d.r, &d.s.text
	h := d.lastHit()
	if h == nil || d.top.town >= 0 || r.places[u].Level >= table.County || r.kidFrom[u] == r.kidFrom[u+1] || h.place != u && r.places[h.place].Level != table.Prefecture {
		return ""
	}
	from := int(d.top.end)
	for from < len(t.c) && t.class[from] == classSep {
		from++
	}
	if _, end, _, _ := t.zoneAfter(from); end > 0 {
		return ""
	}
	for i := from; i < len(t.c) && i < from+7; i++ {
		if t.class[i] != classHan || i > from && t.space[i] {
			return ""
		}
		switch t.c[i] {
		case '镇', '乡', '街':
			if n := t.townSuffix(i); n > 0 && i-from >= 2 && t.c[i-1] != '小' && t.c[i-1] != '古' {
				return d.written(int32(from), int32(i+n))
			}
			return ""
		case '路', '号', '道', '巷', '村', '楼', '栋', '弄', '里', '园', '苑':
			if i == from || !t.suffixAt(i+1) || t.c[i] == '园' || t.c[i] == '苑' {
				return ""
			}
		case '区', '县', '旗', '市':
			if i == from && t.c[i] != '县' {
				return ""
			}
			if i+1 < len(t.c) && (t.c[i] == '市' && isOneOf(t.c[i+1], []uint16{'场', '民', '政', '委', '医', '第', '一'}) || t.c[i] == '县' && isOneOf(t.c[i+1], []uint16{'城', '医', '政'})) {
				return ""
			}
			for _, w := range notCounties {
				if t.has(i-1, w) {
					return ""
				}
			}
			return d.written(int32(from), int32(i+1))
		}
	}
	return ""
}

// strange answers an address whose city is written directly before a county that is none of it and of several
// elsewhere: 惠州市江北区. The counties of the city come first, then those of the name.
func (d *decision) strange() bool {
	h := d.lastHit()
	if h == nil || d.top.town >= 0 || h.prev >= 0 || h.rev >= 0 || d.r.places[h.place].Level != table.County || len(d.options) < 2 || d.split() {
		return false
	}
	city := int32(-1)
	for i := range d.s.hits {
		g := &d.s.hits[i]
		if d.r.places[g.place].Level != table.Prefecture || g.end > h.start || d.s.text.gap(int(g.end), int(h.start)) > 0 || !g.bound && g.prev < 0 || d.r.places[g.place].To != 0 {
			continue
		}
		for _, o := range d.options {
			if d.r.related(g.place, o.unit) {
				return false
			}
		}
		city = g.place
	}
	if city < 0 {
		return false
	}
	named := append([]option(nil), d.options...)
	d.askBelow(city, d.written(h.start, h.end))
	for _, o := range named {
		if len(d.a.Candidates) < maxCandidates {
			kind, why := d.why(o)
			c := Candidate{Division: d.r.division(o.unit), Kind: kind, Confidence: 0.1, Reason: why}
			c.Ask = Text{"是" + strings.ReplaceAll(c.Path, "/", "") + "吗？", "Is it " + c.Path + "?"}
			d.a.Candidates = append(d.a.Candidates, c)
		}
	}
	return true
}

// other looks for names that contradict the unit u or make a second address. When it finds one it answers with
// the possibilities.
func (d *decision) other(u int32) bool {
	if i := d.contradicting(u); i >= 0 {
		h := d.s.hits[i]
		d.reason(ReasonConflict, d.written(h.start, h.end), d.r.places[u].Name)
		d.a.Ask = Text{"地址在" + d.r.places[u].Name + "，还是" + d.r.places[h.place].Name + "？", "Is the address in " + d.r.places[u].Name + " or in " + d.r.places[h.place].Name + "?"}
		x := reading{hit: int32(i), place: h.place, town: -1, townAt: -1, start: h.start, end: h.end}
		for k := range d.s.readings { // the strongest chain through it
			if y := &d.s.readings[k]; y.hit == int32(i) && y.score > x.score {
				x = *y
			}
		}
		d.add(x)
		d.set()
		return true
	}
	if i := d.second(u); i >= 0 {
		x := d.s.readings[i]
		d.add(x)
		if len(d.options) < 2 {
			return false
		}
		one, two := d.r.paths[d.options[0].unit], d.r.paths[d.options[1].unit]
		d.reason(ReasonTwoPlaces, one, two)
		d.a.Ask = Text{"上门地址是" + spoken(one, d.r, d.options[0].unit) + "，还是" + spoken(two, d.r, d.options[1].unit) + "？", "Which is the address to visit: " + one + " or " + two + "?"}
		d.set()
		return true
	}
	return d.townElsewhere(u)
}

// contradicting is the hit directly before or behind the best reading that is not above or within the unit u.
func (d *decision) contradicting(u int32) int {
	t, r := &d.s.text, d.r
	for i := range d.s.hits {
		h := &d.s.hits[i]
		p := &r.places[h.place]
		if p.Level == table.Zone || h.weight < 0.6 || h.form == formTypo || h.form == table.FormLegacy || h.after == followRoad || h.after == followBrand || r.vague[h.place] {
			continue
		}
		full := (h.form == table.FormFull || h.form == table.FormAlias) && (h.end-h.start >= 3 || d.corrected() && p.Level == table.County)
		switch {
		case h.start >= d.top.end && t.gap(int(d.top.end), int(h.start)) == 0:
			if !full || d.s.longer(h) {
				continue
			}
		case d.orphan(u) && full && h.bound && p.Level < table.County && h.after == followPlain && (h.start >= d.top.end || h.end <= d.top.start):
			// 龙潭区遵义路 长春市: the only city in the text is another one
		case h.end <= d.top.start && t.gap(int(h.end), int(d.top.start)) == 0:
			if !full && (p.Level == table.County || h.weight < 0.35*d.top.score) || !h.bound || d.leadsIn(h) {
				continue
			}
		default:
			continue
		}
		if !r.related(h.place, u) && !d.sameSpan(i, u) {
			return i
		}
	}
	return -1
}

// corrected reports whether the last name of the best reading is a misspelt one.
func (d *decision) corrected() bool {
	h := d.lastHit()
	return h != nil && h.form == formTypo
}

// orphan reports whether the county u is named without anything above it.
func (d *decision) orphan(u int32) bool {
	h := d.lastHit()
	return h != nil && h.prev < 0 && h.rev < 0 && d.r.places[u].Level == table.County
}

// leadsIn reports whether the name h stands above another reading of the first name used: 四川省重庆市…, written
// before 1997.
func (d *decision) leadsIn(h *hit) bool {
	for i := range d.s.hits {
		if g := &d.s.hits[i]; g.start == d.top.start && d.r.leadsTo(d.s, h, g) {
			return true
		}
	}
	return false
}

// sameSpan reports whether another reading of the same stretch is related to u: 海南 is a province and a prefecture.
func (d *decision) sameSpan(i int, u int32) bool {
	for k := range d.s.hits {
		g := &d.s.hits[k]
		if g.start <= d.s.hits[i].start && g.end >= d.s.hits[i].end && d.r.related(g.place, u) {
			return true
		}
	}
	return false
}

// related reports whether one place is, was or becomes the other or lies in it.
func (r *Resolver) related(i, u int32) bool {
	if i == u || r.within(u, i) || r.within(i, u) || r.places[i].Code == r.places[u].Code || r.below(u, i) || r.below(i, u) {
		return true
	}
	for _, n := range r.now[i] {
		if n == u || r.within(u, n) || r.within(n, u) {
			return true
		}
	}
	return false
}

// longer reports whether a town name starts where h does and reaches further: 和平区 in 和平区街道.
func (s *scratch) longer(h *hit) bool {
	for k := range s.towns {
		if s.towns[k].start == h.start && s.towns[k].end > h.end {
			return true
		}
	}
	return h.after.spot()
}

// second is the reading of another stretch of text that is as good an address as the best one, -1 when none.
func (d *decision) second(u int32) int {
	best := -1
	for i := range d.s.readings {
		x := &d.s.readings[i]
		if x.score < 0.5*d.top.score || x.hit < 0 || x.town >= 0 || best >= 0 && x.score <= d.s.readings[best].score {
			continue
		}
		h := &d.s.hits[x.hit]
		if h.prev < 0 || h.start < d.top.end && d.top.start < h.end || d.r.places[h.place].Level != table.County || h.form == table.FormShort || d.r.related(h.place, u) {
			continue
		}
		// The chain must be written together: a city a sentence away does not make an address of a name.
		if d.ownParent(h) {
			best = i
		}
	}
	return best
}

// ownParent reports whether a name above h stands directly before it, outside the best reading.
func (d *decision) ownParent(h *hit) bool {
	for i := range d.s.hits {
		g := &d.s.hits[i]
		if g.end <= h.start && (g.start >= d.top.end || g.end <= d.top.start) && g.weight > 0.5 && d.s.text.gap(int(g.end), int(h.start)) == 0 && d.r.leadsTo(d.s, g, h) {
			return true
		}
	}
	return false
}

// doubt says why the best reading should be confirmed before anybody is sent.
func (d *decision) doubt() (ReasonCode, bool) {
	h := d.lastHit()
	if h == nil {
		w := &d.s.towns[d.top.townAt]
		if d.namesake(int32(w.start), int32(w.end)) {
			return ReasonWeak, true // 宣威镇 in another province, 通州镇上
		}
		if w.bound && d.s.text.townEnds(int(w.start), int(w.end)) {
			return "", false // 丁蜀镇陶瓷城: what has the suffix of a town is one
		}
		return ReasonWeak, !w.bound || w.after.spot() || w.after == followBrand || d.top.score < sureScore
	}
	p := &d.r.places[h.place]
	if p.Level == table.Zone && h.prev < 0 && d.namesake(h.start, h.end) {
		return ReasonWeak, true // 南川工业园
	}
	if h.doubtful && d.top.town < 0 {
		return ReasonTypo, true
	}
	if d.top.town >= 0 {
		// 宝鸡市河口瑶族自治县: a town without its suffix in the middle of other words decides no county.
		w := &d.s.towns[d.top.townAt]
		if w.entry < 0 && d.top.how == townGives {
			return ReasonTypo, true
		}
		if d.r.vague[h.place] && h.prev < 0 && h.rev < 0 && !d.townInFull() {
			return ReasonWeak, true
		}
		return ReasonWeak, d.top.how == townGives && d.top.end == w.end && d.s.text.joined(int(w.end)) && !d.townInFull()
	}
	full := h.form == table.FormFull || h.form == table.FormAlias
	alone := h.prev < 0 && h.rev < 0
	t := &d.s.text
	if alone && h.form == table.FormShort && t.gap(0, int(h.start)) == 0 && t.gap(int(h.end), len(t.c)) == 0 {
		return ReasonWeak, d.sameBelow(h) || h.level == table.County && d.manyTowns(h) // nothing but the name: 义乌 is enough, 吉林 is a province and a city of it
	}
	if d.longerTown(h) {
		return ReasonWeak, true // 吉林二道甸子 is not in 二道区
	}
	switch {
	case h.level <= table.County && t.townSuffix(int(h.end)) > 0 && (h.form == table.FormShort && h.level == table.Prefecture || full && h.end-h.start == 2):
		return ReasonWeak, true // 辽宁省朝阳镇, 山西省古县镇
	case h.form == table.FormShort && (alone && t.suffixAt(int(h.end)) || h.level <= table.Prefecture && t.autonomous(int(h.end))):
		return ReasonWeak, true // 长春区, 黔南苗族侗族自治州
	case alone && h.form == table.FormShort && h.level == table.County && h.after == followPlain && h.bound && d.tied(h):
		return "", false // 昆山周庄, 江阴高新区
	case alone && h.form == table.FormShort && h.bound && p.Code/100 == 6590 && t.regiment(int(h.end)):
		return "", false // 北屯187团: the cities of the corps are made of its regiments
	case alone && (h.form == table.FormShort || full && h.end-h.start == 2 && !(h.bound && d.tied(h))) && t.joined(int(h.end)) && !t.looksLikeAddress(int(h.end)) && p.Code/10000 < 71:
		return ReasonWeak, true // 云南白药牙膏, 赵县长
	case alone && (d.r.vague[h.place] || d.top.score < sureScore && h.level != table.Town):
		return ReasonWeak, true
	case p.Level == table.Zone && h.after.spot() && d.s.text.townSuffix(int(h.end)) > 0:
		return "", false // 白沟镇
	case full && alone && h.end-h.start == 2 && d.tied(h) && h.bound:
		return "", false // 蓟县穿芳峪
	case full && alone && h.end-h.start == 2 && (!h.bound || h.after.spot() || h.after == followOrg):
		return ReasonWeak, true
	case full && d.r.vague[h.place] && p.To != 0 && p.To < 20000000 && !inForce(p, d.day):
		return ReasonWeak, true // 城区 says little where there has been none for so long
	case full && alone && !h.bound && p.Level <= table.County: // 梅河口区 is not 河口区
		d.nameBefore(h)
		return ReasonWeak, true
	case full:
		return ReasonWeak, alone && h.after == followBrand
	case alone && (!h.bound || h.after != followPlain && !(h.after == followLandmark && h.level < table.County)):
		return ReasonWeak, true
	case h.form == table.FormLegacy && (alone || d.r.namedElsewhere(d.s, int(h.start), int(h.end))):
		d.exactElsewhere(h) // 昆明市五华县: 五华区, or 五华县 of 梅州
		return ReasonTypo, true
	case h.form == table.FormShort && p.Level == table.County && (h.after == followFar || t.branded(int(h.end)) || d.r.vague[h.place] && t.c[h.start] == '市' && t.joined(int(h.end))):
		return ReasonWeak, true // 平遥南大街 behind its city; 江汉大学 is not in 江汉区, 静安新城 not in 静安区
	case h.form == table.FormShort && h.after.spot() && p.Level == table.County: // 武汉天河机场, 无锡惠山古镇
		return ReasonWeak, true
	}
	return "", false
}

// manyTowns reports whether a name is that of many towns as well: 东湖.
func (d *decision) manyTowns(h *hit) bool {
	for k := range d.s.towns {
		if w := &d.s.towns[k]; w.entry >= 0 && w.start == h.start && w.end == h.end && len(d.r.lex.towns(w.entry)) >= 8 {
			return true
		}
	}
	return false
}

// tied reports whether a town of the county, or a word for a zone, stands directly behind its name.
func (d *decision) tied(h *hit) bool {
	t := &d.s.text
	if !t.joined(int(h.end)) {
		return false
	}
	_, end, _, plain := t.zoneAfter(int(h.end))
	return end > 0 && plain || d.r.namedAt(d.s, int(h.end), h.place)
}

// longerTown reports whether the short name of a county is the beginning of the longer name of a town elsewhere below the same
// city or province, and offers that town's county first.
func (d *decision) longerTown(h *hit) bool {
	if h.form != table.FormShort || h.level != table.County || h.prev < 0 {
		return false
	}
	n := len(d.options)
	above := d.s.hits[h.prev].place
	for k := range d.s.towns {
		w := &d.s.towns[k]
		if w.entry < 0 || w.start != h.start || w.end <= h.end || w.after == followRoad {
			continue
		}
		for _, m := range d.r.lex.towns(w.entry) {
			home := d.r.places[m.Place].Parent
			if d.r.places[m.Place].To != 0 || home == h.place || d.r.related(home, d.options[0].unit) || !d.r.below(home, above) && !d.sameName(home, h.prev) {
				continue
			}
			d.add(reading{hit: -1, place: home, town: m.Place, townAt: int32(k), start: w.start, end: w.end, how: townAlone})
		}
	}
	if len(d.options) == n {
		return false
	}
	d.options = append(append([]option(nil), d.options[n:]...), d.options[:n]...)
	return true
}

// sameName reports whether a county lies below a place that is written as hit i is: 吉林 is a province and a city of it.
func (d *decision) sameName(county, i int32) bool {
	g := &d.s.hits[i]
	for k := range d.s.hits {
		if x := &d.s.hits[k]; x.start == g.start && x.end == g.end && d.r.below(county, x.place) {
			return true
		}
	}
	return false
}

// sameBelow reports whether the short name of a province is that of a city of it as well.
func (d *decision) sameBelow(h *hit) bool {
	for i := range d.s.hits {
		g := &d.s.hits[i]
		if h.level == table.Province && g.level == table.Prefecture && g.start == h.start && g.end == h.end && g.form == table.FormShort && d.r.places[g.place].To == 0 && d.r.below(g.place, h.place) {
			d.options = append(d.options, option{g.place, reading{hit: int32(i), place: g.place, town: -1, townAt: -1, start: g.start, end: g.end}})
			return true
		}
	}
	return false
}

// namesake reports whether a town or zone named alone begins with the name of a city or county in force that it has
// nothing to do with, and offers that too.
func (d *decision) namesake(start, end int32) bool {
	n := len(d.options)
	u := d.options[0].unit
	for i := range d.s.hits {
		h := &d.s.hits[i]
		p := &d.r.places[h.place]
		if h.start != start || h.end >= end || p.To != 0 || p.Level != table.County && p.Level != table.Prefecture {
			continue
		}
		if d.r.related(h.place, u) {
			d.options = d.options[:n]
			return false
		}
		d.add(reading{hit: int32(i), place: h.place, town: -1, townAt: -1, start: h.start, end: h.end})
	}
	return len(d.options) > n
}

// townInFull reports whether the town of the best reading is written with its suffix.
func (d *decision) townInFull() bool {
	w := &d.s.towns[d.top.townAt]
	if w.entry < 0 {
		return true
	}
	for _, m := range d.r.lex.towns(w.entry) {
		if m.Place == d.top.town && (m.Form == table.FormFull || m.Form == table.FormAlias) {
			return true
		}
	}
	return false
}

// doubtReason is a doubt with what it is about.
func (d *decision) doubtReason(code ReasonCode) Reason {
	h := d.lastHit()
	if code == ReasonTypo && d.top.town >= 0 {
		return Reason{code, []string{d.topName(), d.r.places[d.top.town].Name}}
	}
	if code == ReasonTypo {
		return Reason{code, []string{d.written(h.start, h.end), d.r.places[h.place].Name}}
	}
	return Reason{code, []string{d.topName()}}
}
