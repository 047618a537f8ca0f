package region

import (
	"strings"

	"anxin/region/internal/table"
)

// Limits that keep the work on any input linear. Real addresses stay far below them.
const (
	maxHits     = 128 // readings of names above the town
	maxTowns    = 96  // names of towns
	maxReadings = 400
)

// formTypo is the form of a hit that differs from the name by a slip; it continues the table.Form numbers.
const formTypo = 4

// hit is one reading of one stretch of the text as a division above the town, or as a zone.
type hit struct {
	start, end int32 // characters
	place      int32
	weight     float32 // evidence by itself
	total      float32 // evidence with the chain it ends
	prev       int32   // hit before it in the chain, -1 at the start
	rev        int32   // hit after it that names a level above (西湖区，杭州市), -1 when none
	form       uint8
	level      uint8
	after      follow
	cut        int32 // end of a longer name with the same start that this one is cut from, 0 when none
	part       bool  // that longer name is one of a division, not of a zone
	bound      bool  // starts a word: nothing but a separator or a preposition before it
	doubtful   bool  // a slip that is not explained by sound or shape
}

// townHit is a stretch of text that is the name of one or more towns.
type townHit struct {
	start, end int32
	entry      int32 // lexicon entry, -1 for a misspelt town
	place      int32 // the town, for a misspelt one
	after      follow
	bound      bool
}

// scratch is the working memory of one resolution.
type scratch struct {
	text     chars
	hits     []hit
	towns    []townHit
	readings []reading
	units    []int32
	options  []option
	decision decision
	answer   Answer
	day      int32 // as-of day, 0 for the newest state
	label    Span  // a label such as 直辖县 that was ignored
}

// find fills s.hits and s.towns with everything the lexicon finds in the text.
func (r *Resolver) find(s *scratch, day int32) {
	s.hits, s.towns = s.hits[:0], s.towns[:0]
	t := &s.text
	for i := range t.c {
		if t.class[i] != classHan {
			continue
		}
		n := r.lex.root[t.c[i]]
		bound := -1
		for j := i + 1; n != 0; j++ {
			if e := r.lex.entry[n]; e >= 0 && j-i > 1 {
				if bound < 0 {
					bound = 0
					if t.boundBefore(i) {
						bound = 1
					}
				}
				r.take(s, i, j, e, day, bound == 1)
			}
			if j == len(t.c) || t.class[j] == classSep {
				break
			}
			n = r.lex.child(n, t.c[j])
		}
	}
	s.trim(r)
}

// trim marks short names that are cut from a longer full one (海南 from 海南省) and drops what stands behind a
// name of Hong Kong, Macao or Taiwan: the table has nothing below them, and their districts share names with
// others (臺北市大安區).
func (s *scratch) trim(r *Resolver) {
	limit := int32(-1)
	for i := range s.hits {
		h := &s.hits[i]
		if limit >= 0 && h.start >= limit {
			h.weight *= 0.1
			continue
		}
		if c := r.places[h.place].Code; (c == 710000 || c == 810000 || c == 820000) && h.weight >= 1.5 && h.bound {
			limit = h.end
		}
		if r.places[h.place].Level == table.Zone {
			if s.text.suffixAt(int(h.end)) { // 第八师石河子市
				h.weight = 0.1
			}
			for k := range s.towns { // 望京街道 is the town, 望京 alone the quarter
				if s.towns[k].start == h.start && s.towns[k].end > h.end {
					h.weight = 0.1
				}
			}
		}
		if h.level == table.Prefecture && h.form == table.FormFull && s.nested(i) {
			h.weight *= 0.2
		}
		if h.form != table.FormShort {
			continue
		}
		for k := i + 1; k < len(s.hits) && s.hits[k].start == h.start; k++ {
			if g := &s.hits[k]; g.end > h.end && g.form == table.FormFull && g.place != h.place {
				h.cut = max(h.cut, g.end)
				h.part = h.part || g.level <= table.County
			}
		}
	}
	if limit >= 0 {
		kept := s.towns[:0]
		for _, w := range s.towns {
			if w.start < limit {
				kept = append(kept, w)
			}
		}
		s.towns = kept
	}
}

// nested reports whether hit i is the end of the name of another city: 鞍山市 in 马鞍山市.
func (s *scratch) nested(i int) bool {
	h := &s.hits[i]
	for k := range s.hits[:i] {
		if g := &s.hits[k]; g.start < h.start && g.end >= h.end && g.level == h.level && g.form == table.FormFull && g.bound {
			return true
		}
	}
	return false
}

// take records what entry e may mean at characters i to j.
func (r *Resolver) take(s *scratch, i, j int, e, day int32, bound bool) {
	follows := s.text.follows(j)
	for _, m := range r.lex.upper(e) {
		p := &r.places[m.Place]
		if len(s.hits) == maxHits {
			break
		}
		after := follows
		if after == followFar {
			switch {
			case m.Form == table.FormFull || m.Form == table.FormAlias:
				after = followPlain
			case m.Form != table.FormShort || p.Level != table.County || p.To != 0 || !s.text.ownStreet(j, isDistrict(p)):
				after = followRoad
			}
		}
		if after == followRoad && m.Form == table.FormFull && p.Level <= table.Prefecture {
			after = followPlain // 唐山市路北区, and its misspellings
		}
		if (after == followRoad || after == followBrand || after.spot()) && p.Level <= table.County && r.namedAt(s, j, m.Place) {
			after = followPlain // 永州市道县, 台州路桥, 闽侯上街, 滨海塘沽
		}
		if r.vague[m.Place] && m.Form != table.FormFull && (p.To != 0 || s.text.c[i] == '市' && s.text.joined(j) && isOneOf(s.text.c[j], centre)) {
			continue // 市中 in 重庆市中山路
		}
		if after == followRoad && m.Form != table.FormFull || after == followBrand && m.Form != table.FormAlias && j-i <= 3 {
			continue
		}
		h := hit{start: int32(i), end: int32(j), place: m.Place, prev: -1, rev: -1, form: m.Form, level: p.Level, after: after, bound: bound}
		if p.Level == table.Zone {
			h.level = table.Town // below every division
		}
		h.weight = r.weigh(m, j-i, day)
		if after == followRoad {
			h.weight *= 0.2
		}
		s.hits = append(s.hits, h)
	}
	if len(s.towns) < maxTowns && len(r.lex.towns(e)) > 0 {
		if c := s.text.c[j-1]; follows == followRoad && j-i >= 3 && (c == '镇' || c == '乡') {
			follows = followPlain // 石桥镇大街 is the main street of the town
		}
		s.towns = append(s.towns, townHit{int32(i), int32(j), e, -1, follows, bound})
	}
}

// isDistrict reports whether a county is a district of a city.
func isDistrict(p *table.Place) bool { return strings.HasSuffix(p.Name, "区") }

// centre are the characters that make a word of 中 in 市中…: 枣庄市中心街, 内江市中医院.
var centre = []uint16{'心', '山', '医', '学', '央', '路', '段', '华', '国', '级', '行', '石', '银', '原', '环', '天', '海', '信', '铁', '建', '粮', '街', '州', '南', '北', '兴', '和', '城'}

// namedAt reports whether the name of something within a place starts at character i.
func (r *Resolver) namedAt(s *scratch, i int, place int32) bool {
	n := r.lex.root[s.text.c[i]]
	for j := i + 1; n != 0; j++ {
		if e := r.lex.entry[n]; e >= 0 && j-i > 1 {
			for _, m := range r.lex.meanings(e) {
				if m.Form == table.FormLegacy {
					continue
				}
				if p := &r.places[m.Place]; p.Level == table.Town && (p.Parent == place || len(r.now[place]) == 1 && p.Parent == r.now[place][0]) || p.Level != table.Town && r.below(m.Place, place) {
					return true
				}
			}
		}
		if j == len(s.text.c) {
			break
		}
		n = r.lex.child(n, s.text.c[j])
	}
	return false
}

// weigh is the evidence that one name gives by itself: names with their suffix say more than names without, long
// ones more than short ones, and names long gone less than present ones.
func (r *Resolver) weigh(m table.Target, length int, day int32) float32 {
	p := &r.places[m.Place]
	var w float32
	switch m.Form {
	case table.FormFull, table.FormAlias:
		w = [...]float32{0, 2.0, 2.5, 3.0, 0, 2.2}[p.Level]
		if m.Form == table.FormAlias {
			w *= 0.9
		}
		if length == 2 {
			w *= 0.6
		}
		w += 0.1 * float32(min(length, 8)-3)
	case table.FormShort:
		w = [...]float32{0, 1.7, 1.4, 1.2, 0, 0.8}[p.Level] + 0.25*float32(min(length, 6)-2)
	default:
		w = 0.9 + 0.1*float32(min(length, 6)-3)
	}
	if day != 0 && p.From > day {
		w *= 0.9 // not yet
	}
	if p.To != 0 && !inForce(p, day) {
		switch year := p.To / 10000; {
		case year >= 2000:
			w *= 0.93
		case year >= 1990:
			w *= 0.75
		default:
			w *= 0.5
		}
		if m.Form != table.FormFull {
			w *= 0.6
		}
	}
	return w
}
