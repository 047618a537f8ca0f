package region

import "anxin/region/internal/table"

// Limits that keep the work on any input linear. Real addresses stay far below them.
const (
	maxHits  = 160 // readings of names above the town
	maxTowns = 160 // names of towns
)

// hit is one reading of one stretch of the text as a division above the town, or as a zone.
type hit struct {
	start, end int32 // characters
	place      int32
	weight     float32 // evidence by itself
	total      float32 // evidence with the chain before it
	prev       int32   // hit before it in the chain, -1 at the start
	form       uint8
	level      uint8
	road       bool // followed by 路, 街...: names a road, not a place
}

// townHit is a stretch of text that is the name of one or more towns.
type townHit struct {
	start, end int32
	entry      int32
	road       bool
}

// scratch is the working memory of one resolution.
type scratch struct {
	text     chars
	hits     []hit
	towns    []townHit
	readings []reading
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
		for j := i + 1; n != 0; j++ {
			if e := r.lex.entry[n]; e >= 0 && j-i > 1 {
				r.take(s, i, j, e, day)
			}
			if j == len(t.c) {
				break
			}
			n = r.lex.child(n, t.c[j])
		}
	}
}

// take records what entry e may mean at characters i to j.
func (r *Resolver) take(s *scratch, i, j int, e int32, day int32) {
	road := s.text.roadAfter(j)
	town := false
	for _, m := range r.lex.meanings(e) {
		p := &r.places[m.Place]
		if p.Level == table.Town {
			town = true
			continue
		}
		if len(s.hits) == maxHits || road && m.Form != table.FormFull {
			continue
		}
		h := hit{start: int32(i), end: int32(j), place: m.Place, prev: -1, form: m.Form, level: p.Level, road: road}
		h.weight = weigh(p, m.Form, j-i, day)
		if road {
			h.weight *= 0.2
		}
		h.total = h.weight
		s.hits = append(s.hits, h)
	}
	if town && len(s.towns) < maxTowns {
		s.towns = append(s.towns, townHit{int32(i), int32(j), e, road})
	}
}

// weigh is the evidence that one name gives by itself: names with their suffix say more than names without, long
// ones more than short ones, and names long gone less than present ones.
func weigh(p *table.Place, form uint8, length int, day int32) float32 {
	var w float32
	switch form {
	case table.FormFull, table.FormAlias:
		w = [...]float32{0, 2.0, 2.5, 3.0, 0, 2.0}[p.Level]
		if form == table.FormAlias {
			w *= 0.95
		}
		if length == 2 {
			w *= 0.7
		}
		w += 0.1 * float32(min(length, 8)-3)
	case table.FormShort:
		w = [...]float32{0, 1.6, 1.3, 1.1, 0, 0.8}[p.Level] + 0.25*float32(min(length, 6)-2)
	default:
		w = 0.9 + 0.1*float32(min(length, 6)-3)
	}
	if p.To != 0 && !inForce(p, day) {
		switch year := p.To / 10000; {
		case year >= 2000:
			w *= 0.95
		case year >= 1990:
			w *= 0.8
		default:
			w *= 0.6
		}
	}
	return w
}

// roadAfter reports whether the characters from i on make a road of the name that ends there.
func (t *chars) roadAfter(i int) bool {
	// 南京东路, 北京西路, 中山北一路: a direction and a number may stand between the name and the road.
	for k := 0; k < 3 && i < len(t.c) && isOneOf(t.c[i], directionsAndNumbers); k++ {
		i++
	}
	if i >= len(t.c) {
		return false
	}
	next := uint16(0)
	if i+1 < len(t.c) {
		next = t.c[i+1]
	}
	switch t.c[i] {
	case '路', '巷', '弄', '胡':
		return t.c[i] != '胡' || next == '同'
	case '街':
		return next != '道' && next != '办'
	case '大':
		return next == '道' || next == '街'
	case '公':
		return next == '路'
	case '高':
		return next == '速'
	}
	return false
}

var directionsAndNumbers = []uint16{'东', '南', '西', '北', '中', '一', '二', '三', '四', '五', '六', '七', '八', '九', '十', '环'}

func isOneOf(c uint16, set []uint16) bool {
	for _, x := range set {
		if x == c {
			return true
		}
	}
	return false
}
