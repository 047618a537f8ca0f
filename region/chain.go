package region

import "anxin/region/internal/table"

// reading is one way of understanding a text: a chain of names that ends in a place, perhaps with a town below.
type reading struct {
	hit    int32 // last hit of the chain, -1 for a town alone
	place  int32 // division above the town: the county where one is known
	town   int32 // -1 when none
	townAt int32 // index in scratch.towns
	score  float32
	start  int32 // first character used
	end    int32 // character after the last name used
	how    townLink
}

// townLink says how the town of a reading is tied to the names before it.
type townLink uint8

const (
	townNone  townLink = iota
	townIn             // the town lies in the county named
	townGives          // the county was found through the town
	townMoved          // the town left the county named
	townAlone          // nothing but the town is named
)

// link finds the best chain that ends in each hit. Hits are in order of their start, so a chain before a hit is
// complete when the hit is reached.
func (r *Resolver) link(s *scratch) {
	for i := range s.hits {
		h := &s.hits[i]
		own := h.weight
		if !h.bound && h.form != table.FormFull && h.form != table.FormAlias {
			own *= 0.5
		}
		if h.form == table.FormShort && h.after != followPlain && !(h.after == followLandmark && h.level < table.County) {
			if h.end-h.start > 2 && h.bound && h.level == table.County {
				own *= 1.35 // 阿拉尔塔里木大学: enough to ask
			}
			if own *= 0.6; h.after == followEstate && h.level == table.Prefecture && h.bound {
				own *= 1.4 // 西安新城大道: enough to ask
			}
		}
		if h.level == table.Town && !h.bound {
			own *= 0.4 // 宁东 in 南宁东站 is no zone
		}
		if h.form == formTypo || h.level == table.Town && h.form == table.FormShort {
			own *= 0.3 // counts only below a parent
		}
		if r.vague[h.place] {
			if own = 1.15; !h.bound {
				own = 0.4
			}
		}
		if r.formerNamesake(s, h.place) {
			own *= 0.5
		}
		h.total = own
		if h.part && h.level == table.County {
			continue // 眉山 in 乐山市眉山市 is no county of 乐山
		}
		for j := range s.hits[:i] {
			g := &s.hits[j]
			if h.form == table.FormShort && (h.after >= followBrand || g.form != table.FormShort) && s.same(g, h) {
				continue // 吐鲁番市吐鲁番宾馆: the city again, not a county of its name
			}
			if g.end > h.start || g.weight <= 0.5 || !r.leadsTo(s, g, h) || g.cut > 0 && g.cut <= h.start {
				continue
			}
			gap := s.text.link(int(g.end), int(h.start))
			if gap > 0 && (r.vague[h.place] || gap > 12 || h.form != table.FormFull && h.form != table.FormAlias || h.end-h.start < 3) {
				continue
			}
			total := g.total + h.weight + 0.8 - 0.3*float32(gap)
			if total > h.total && !(gap > 0 && s.insideOther(r, g, h)) { // not 河南永城老城区, 乐山市峨眉山县
				h.total, h.prev = total, int32(j)
			}
		}
	}
	r.linkBackwards(s)
}

// insideOther reports whether h is the end of a longer name that stands directly behind g.
func (s *scratch) insideOther(r *Resolver, g, h *hit) bool {
	for i := range s.hits {
		x := &s.hits[i]
		if x.start >= h.start {
			return false
		}
		if x.end >= h.end && x.start >= g.end && r.leadsTo(s, g, x) && s.text.gap(int(g.end), int(x.start)) == 0 {
			return true
		}
	}
	return false
}

// leadsTo reports whether the name g may stand before the name h in an address.
func (r *Resolver) leadsTo(s *scratch, g, h *hit) bool {
	if r.places[g.place].Level == table.Zone {
		// 雄安新区容城县: a zone hosted by a city may stand between the city and a county of it.
		return h.level == table.County && r.below(h.place, r.places[g.place].Parent)
	}
	if g.level >= h.level || !r.below(h.place, g.place) {
		return false
	}
	// A city said twice (重庆 重庆市, 吐鲁番市吐鲁番宾馆) is not the city and a former county of the same name.
	if r.places[h.place].To != 0 && r.places[h.place].Name == r.places[g.place].Name {
		return false
	}
	// 贵州省毕节市 is the city, not the county-level city of its name that it was made from; 毕节地区毕节市 is that.
	return g.level == table.Prefecture || !r.formerNamesake(s, h.place)
}

// same reports whether h is written as g begins.
func (s *scratch) same(g, h *hit) bool {
	n := h.end - h.start
	if g.end-g.start < n {
		return false
	}
	for k := range n {
		if s.text.c[g.start+k] != s.text.c[h.start+k] {
			return false
		}
	}
	return true
}

// formerNamesake reports whether a place is a county that is no more and whose name the prefecture around it has.
func (r *Resolver) formerNamesake(s *scratch, place int32) bool {
	return r.namesake[place] && !inForce(&r.places[place], s.day)
}

// linkBackwards finds names written from the smallest to the largest: 西湖区，杭州市，浙江省.
func (r *Resolver) linkBackwards(s *scratch) {
	for i := len(s.hits) - 1; i >= 0; i-- {
		h := &s.hits[i]
		if h.form == table.FormShort && !s.alone(h) || h.level < table.Prefecture || h.prev >= 0 {
			continue
		}
		for j := i + 1; j < len(s.hits); j++ {
			g := &s.hits[j]
			if g.start < h.end || g.level >= h.level || g.form == table.FormShort && g.level != table.Province && !s.alone(g) || s.text.gap(int(h.end), int(g.start)) > 0 || !r.below(h.place, g.place) {
				continue
			}
			if g.rev < 0 && int(g.end) < len(s.text.c) && s.text.class[g.end] == classHan && !s.text.space[g.end] {
				continue
			}
			if total := h.weight + g.total + 0.4; total > h.total {
				h.total, h.rev = total, int32(j)
			}
		}
	}
}

// alone reports whether separators or the ends of the text stand on both sides of a name.
func (s *scratch) alone(h *hit) bool {
	t := &s.text
	return (h.start == 0 || t.space[h.start] || t.class[h.start-1] == classSep) && t.ends(int(h.end))
}

// below reports whether place i is or was written under place above.
func (r *Resolver) below(i, above int32) bool {
	want := r.places[above].Code
	if want == 0 {
		return false // a zone has nothing below it
	}
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
	best := float32(0)
	for i := range s.hits {
		best = max(best, s.hits[i].total)
	}
	for i := range s.hits {
		h := &s.hits[i]
		if h.total < 0.4 || len(s.readings) >= maxReadings {
			continue
		}
		base := reading{hit: int32(i), place: h.place, town: -1, townAt: -1, score: h.total, start: s.chainStart(int32(i)), end: h.end}
		for g := h; g.rev >= 0; {
			g = &s.hits[g.rev]
			base.end = g.end
		}
		if r.places[h.place].Level == table.Zone {
			base.place = r.places[h.place].Parent
		}
		s.readings = append(s.readings, base)
		if h.total+mostForTown+margin < best {
			continue // no town can bring it near the best
		}
		for k := range s.towns {
			r.readTown(s, base, int32(k))
			r.readTownBefore(s, base, int32(k))
		}
	}
	if best > mostForTown+margin {
		return
	}
	for k := range s.towns {
		r.readTownAlone(s, int32(k))
	}
}

// mostForTown is the most that a town can add to a reading, or be worth alone.
const mostForTown = 2.4

// chainStart is the first character of the chain that ends in hit i.
func (s *scratch) chainStart(i int32) int32 {
	for s.hits[i].prev >= 0 {
		i = s.hits[i].prev
	}
	return s.hits[i].start
}

// readTown extends a reading by one of the towns of townHit k.
func (r *Resolver) readTown(s *scratch, base reading, k int32) {
	w := &s.towns[k]
	if cut := s.hits[base.hit].cut; cut > 0 && cut <= w.start {
		return // 开封 is cut from 开封县
	}
	above := base.place
	level := r.places[above].Level
	if w.start < base.end || w.after == followRoad {
		return
	}
	gap := s.text.gap(int(base.end), int(w.start))
	if gap > 10 {
		return
	}
	if w.entry < 0 {
		if how := r.townLink(w.place, above); gap == 0 && (how == townIn || how == townGives) {
			x := base
			x.town, x.townAt, x.end, x.how = w.place, k, w.end, how
			x.score += 1.0
			if how == townGives {
				x.place = r.places[w.place].Parent
			}
			s.readings = append(s.readings, x)
		}
		return
	}
	for _, m := range r.lex.towns(w.entry) {
		p := &r.places[m.Place]
		if len(s.readings) >= maxReadings {
			break
		}
		full := m.Form == table.FormFull || m.Form == table.FormAlias
		if !full && s.commonWord(w) {
			continue // 甘南新城 names no 新城镇
		}
		if !full && (w.after == followFar || level == table.Province && !r.municipality(above)) {
			continue // 贵州茅台酒
		}
		other := 0 // 曲溪镇, now 曲溪街道: the suffix of another sort of town behind a short name
		if !full && gap == 0 {
			other = s.text.townSuffix(int(w.end))
		}
		district := !full && gap == 0 && level == table.Prefecture && r.townsAreUnits(above) && !r.hasCounties(above) && int(w.end) < len(s.text.c) && s.text.c[w.end] == '区' // 东莞南城区
		if !full && !district && other == 0 && s.text.suffixAt(int(w.end)) || !full && other == 0 && (gap > 0 || w.after.spot() && (level < table.County || r.places[above].To != 0)) || full && gap > 0 && w.end-w.start < 3 {
			continue
		}
		if !full && other == 0 && w.after == followOrg && s.same(&s.hits[base.hit], &hit{start: w.start, end: w.end}) {
			continue // 石河子石河子大学
		}
		how := r.townLink(m.Place, above)
		if how == townNone || how == townMoved && (!full && other == 0 || len(r.lex.towns(w.entry)) > 4) {
			continue
		}
		x := base
		x.town, x.townAt, x.end, x.how = m.Place, k, w.end, how
		x.score += [...]float32{1.6, 0.9, 1.4, 0.7}[m.Form] + 0.1*float32(min(w.end-w.start, 10)-3) - 0.2*float32(gap)
		if district {
			x.end++
		}
		if other > 0 {
			x.end += int32(other)
			x.score += 0.3
		}
		if p.To != 0 {
			x.score -= 0.3
		}
		if how == townMoved {
			x.score -= 0.3
		}
		s.readings = append(s.readings, x)
	}
}

// readTownBefore extends a reading by a town written in full before it, when marks part the two and nothing names a county:
// 七宝镇新镇路，上海.
func (r *Resolver) readTownBefore(s *scratch, base reading, k int32) {
	w, t := &s.towns[k], &s.text
	if w.entry < 0 || w.end > base.start || w.end-w.start < 2 || w.after == followRoad || r.places[base.place].Level >= table.County && !r.townsAreUnits(base.place) || r.places[s.hits[base.hit].place].Level == table.Zone {
		return
	}
	if !t.space[base.start] && t.class[base.start-1] == classHan || t.joined(int(s.hits[base.hit].end)) {
		return
	}
	full := t.townEnds(int(w.start), int(w.end))
	if !full && (r.places[base.place].Level != table.Prefecture || !r.townsAreUnits(base.place) || r.hasCounties(base.place) || !w.bound || !t.ends(int(w.end))) {
		return // 樟木头 东莞 is enough where there are no counties
	}
	for _, m := range r.lex.towns(w.entry) {
		how := r.townLink(m.Place, base.place)
		if m.Form != table.FormFull && (full || m.Form != table.FormShort) || r.places[m.Place].To != 0 || how != townIn && how != townGives || len(s.readings) >= maxReadings || !w.bound && !s.behind(w.start, r.places[m.Place].Parent) {
			continue
		}
		x := base
		x.town, x.townAt, x.end, x.how, x.start = m.Place, k, w.end, how, w.start
		x.score += 1.0
		s.readings = append(s.readings, x)
	}
}

// behind reports whether the name of a place that starts a word stands directly before character i.
func (s *scratch) behind(i, place int32) bool {
	for k := range s.hits {
		if h := &s.hits[k]; h.end == i && h.place == place && h.bound {
			return true
		}
	}
	return false
}

// commonWord reports whether a town name without its suffix is a word that may stand behind any name: 新城, 古城, 大桥.
func (s *scratch) commonWord(w *townHit) bool {
	if w.end-w.start != 2 || followWords[s.text.c[w.start]] == nil {
		return false
	}
	kind, n := followWords.match(&s.text, int(w.start))
	return kind != followPlain && n == 2
}

// readTownAlone adds readings for a town named without anything above it.
func (r *Resolver) readTownAlone(s *scratch, k int32) {
	w := &s.towns[k]
	if w.entry < 0 || w.after == followRoad || w.end-w.start < 3 || len(s.readings) >= maxReadings {
		return
	}
	for _, m := range r.lex.towns(w.entry) {
		p := &r.places[m.Place]
		if m.Form == table.FormShort || m.Form == table.FormLegacy || p.Flags&table.FlagZone != 0 && w.end-w.start < 5 {
			continue
		}
		x := reading{hit: -1, place: p.Parent, town: m.Place, townAt: k, start: w.start, end: w.end, how: townAlone,
			score: 1.5 + 0.1*float32(min(w.end-w.start, 10)-3)}
		if !w.bound {
			x.score -= 0.5
		}
		if p.To != 0 {
			x.score -= 0.1
		}
		s.readings = append(s.readings, x)
		if len(s.readings) >= maxReadings {
			return
		}
	}
}

// townLink says how a town is tied to a division named before it.
func (r *Resolver) townLink(town, above int32) townLink {
	county := r.places[town].Parent
	a := &r.places[above]
	if county == above || r.places[county].Code == a.Code && a.Level == table.County {
		return townIn
	}
	if a.Level < table.County {
		if r.below(county, above) {
			if r.places[county].Level == table.County {
				return townGives
			}
			return townIn
		}
		return townNone
	}
	for _, n := range r.now[above] {
		if n == county {
			return townIn
		}
	}
	if r.places[town].To != 0 {
		for _, n := range r.now[town] {
			if n == above || r.places[n].Parent == above {
				return townIn
			}
		}
		return townNone
	}
	for _, c := range a.Succ {
		if c.To == county && c.When >= 20100000 { // the town list is of 2023; older moves are no news
			return townMoved
		}
	}
	if len(r.now[above]) == 1 { // 余杭县临平镇: 余杭区 lost it long after
		for _, c := range r.places[r.now[above][0]].Succ {
			if c.To == county && (c.When >= 20100000 || a.To != 0 && c.When > a.To) { // 同安县马巷镇: it left after the name had ended
				return townMoved
			}
		}
	}
	return townNone
}
