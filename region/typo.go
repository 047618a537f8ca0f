package region

import "anxin/region/internal/table"

// slips finds names that were misspelt by one character, where a name is expected: a city at the start of a
// word, a county or town directly behind a city or province that was found. They are added as hits of their
// own, which count only as part of a chain.
func (r *Resolver) slips(s *scratch) {
	found := len(s.hits)
	for i := range s.text.c {
		if s.text.class[i] == classHan && (i == 0 || s.text.space[i] || s.text.class[i-1] != classHan) && !s.covered(i, found) {
			r.slipCity(s, i)
		}
	}
	for k := 0; k < found && len(s.hits) < maxHits; k++ {
		g := &s.hits[k]
		if g.level > table.Prefecture || g.weight < 1 || g.form == table.FormLegacy || s.shortened(k, found) {
			continue
		}
		at := int(g.end)
		for at < len(s.text.c) && s.text.class[at] == classSep {
			at++
		}
		if at+2 > len(s.text.c) || s.text.class[at] != classHan || r.namedBelow(s, at, g.place, found) {
			continue
		}
		if _, end, _, plain := s.text.zoneAfter(at); end > 0 && plain {
			continue // 高新区 is no misspelt 高陵区
		}
		before := len(s.hits)
		r.slipBelow(s, at, g.place, r.places[g.place].Level == table.Province && !r.municipality(g.place))
		s.rivalSlips(before)
		if r.places[g.place].Level == table.Prefecture {
			r.slipTown(s, at, g.place)
		}
	}
	if len(s.hits) > found {
		sortHits(s.hits)
	}
}

// shortened reports whether hit i is the beginning of the same name written in full: 宿州 in 宿州市.
func (s *scratch) shortened(i, n int) bool {
	g := &s.hits[i]
	for k := range s.hits[:n] {
		if h := &s.hits[k]; h.start == g.start && h.end > g.end && h.form == table.FormFull && h.weight >= g.weight {
			return true
		}
	}
	return false
}

// covered reports whether a hit starts at character i.
func (s *scratch) covered(i, n int) bool {
	for k := range s.hits[:n] {
		if int(s.hits[k].start) == i {
			return true
		}
	}
	return false
}

// namedBelow reports whether something below a place is named at character i, so that no slip need be assumed.
func (r *Resolver) namedBelow(s *scratch, i int, place int32, n int) bool {
	for k := range s.hits[:n] {
		h := &s.hits[k]
		if int(h.start) == i && h.weight > 0.5 && (r.below(h.place, place) || h.level == table.Town || h.place == place) {
			return true
		}
	}
	for k := range s.towns {
		w := &s.towns[k]
		if int(w.start) != i || w.entry < 0 {
			continue
		}
		for _, m := range r.lex.towns(w.entry) {
			if r.townLink(m.Place, place) != townNone {
				return true
			}
		}
	}
	return false
}

// slipCity looks for a misspelt prefecture at character i.
func (r *Resolver) slipCity(s *scratch, i int) {
	for n := 3; n <= longestCity && i+n <= len(s.text.c) && s.text.class[i+n-1] == classHan; n++ {
		switch s.text.c[i+n-1] {
		case '市', '州', '盟', '区':
		default:
			continue
		}
		for _, p := range r.cities[n] {
			if len(s.hits) == maxHits {
				return
			}
			if r.slip(s.text.c[i:i+n], r.folded[p]) == slipLikely && s.text.c[i+n-1] == r.folded[p][n-1] {
				s.hits = append(s.hits, hit{start: int32(i), end: int32(i + n), place: p, prev: -1, rev: -1, form: formTypo,
					level: table.Prefecture, bound: true, weight: 1.8, after: s.text.followsFull(i + n)})
			}
		}
	}
}

// longestCity is the length of the longest name of a prefecture, in characters.
const longestCity = 12

// slipBelow looks for a misspelt child of a place at character i.
func (r *Resolver) slipBelow(s *scratch, i int, place int32, deep bool) {
	for _, k := range r.kids[r.kidFrom[place]:r.kidFrom[place+1]] {
		if deep && r.places[k].Level == table.Prefecture {
			r.slipBelow(s, i, k, false)
		}
		name := r.folded[k]
		if len(name) < 2 || len(s.hits) == maxHits {
			continue
		}
		length, q := r.slipHere(s.text.c[i:], name)
		if q == slipNo {
			if !deep && r.places[k].Level == table.County {
				r.slipShort(s, i, k)
			}
			continue
		}
		if r.places[k].Level == table.Town {
			if q == slipLikely && len(s.towns) < maxTowns {
				s.towns = append(s.towns, townHit{int32(i), int32(i + length), -1, k, s.text.followsFull(i + length), true})
			}
			continue
		}
		h := hit{start: int32(i), end: int32(i + length), place: k, prev: -1, rev: -1, form: formTypo, level: r.places[k].Level,
			bound: true, weight: 2.0, after: s.text.followsFull(i + length)}
		switch {
		case h.level == table.Prefecture && q != slipLikely:
			continue
		case q == slipPossible:
			h.doubtful, h.weight = true, 1.2
		case q == slipCut:
			h.doubtful, h.weight = true, slipCutWeight
		case len(name) == 2:
			h.doubtful, h.weight = true, 1.5 // nothing is left of the name but its suffix
		case r.namedElsewhere(s, i, i+length):
			h.doubtful, h.weight = true, 1.9
		}
		s.hits = append(s.hits, h)
	}
}

// slipCutWeight is the evidence of a name with a character left out.
const slipCutWeight = 1.3

// rivalSlips makes a slip doubtful when the same word may also be a name with a character left out: 青江区 is 锦江区
// misspelt or 青白江区 cut short.
func (s *scratch) rivalSlips(from int) {
	cut := false
	for i := range s.hits[from:] {
		h := &s.hits[from+i]
		cut = cut || h.weight == slipCutWeight
	}
	for i := range s.hits[from:] {
		if h := &s.hits[from+i]; cut && h.level == table.County && h.weight > 1.5 {
			h.doubtful, h.weight = true, slipCutWeight+0.1
		}
	}
}

// slipHere compares the beginning of a text with a name: one character may be wrong or written twice or, which is only
// ever asked about, left out.
func (r *Resolver) slipHere(text, name []uint16) (length int, q slipQuality) {
	n := len(name)
	if n <= len(text) && (text[n-1] == name[n-1] || n >= 4) {
		if q = r.slip(text[:n], name); q == slipLikely {
			return n, q
		}
	}
	length = n
	if n >= 3 && n-1 <= len(text) && text[n-2] == name[n-1] && leavesOut(text[:n-1], name) {
		length, q = n-1, slipCut
	}
	if n+1 <= len(text) && text[n] == name[n-1] && leavesOut(name, text[:n+1]) && doubled(text[:n+1]) {
		length, q = n+1, slipLikely
	}
	return length, q
}

// doubled reports whether a character stands twice in a row.
func doubled(text []uint16) bool {
	for i := 1; i < len(text); i++ {
		if text[i] == text[i-1] {
			return true
		}
	}
	return false
}

// leavesOut reports whether short is long without one of its characters.
func leavesOut(short, long []uint16) bool {
	k := 0
	for k < len(short) && short[k] == long[k] {
		k++
	}
	for ; k < len(short); k++ {
		if short[k] != long[k+1] {
			return false
		}
	}
	return true
}

// slipShort looks for the misspelt short name of a county at character i. It is only ever asked about.
func (r *Resolver) slipShort(s *scratch, i int, place int32) {
	name, autonomous := r.stems[place]
	if !autonomous {
		if name = r.folded[place]; !isOneOf(name[len(name)-1], []uint16{'区', '县', '市', '旗'}) {
			return
		}
		name = name[:len(name)-1]
	}
	n := len(name)
	if n < 2 || n > 4 || i+n > len(s.text.c) || len(s.hits) == maxHits {
		return
	}
	at := -1
	for k := range n {
		if s.text.c[i+k] != name[k] {
			if at >= 0 || s.text.class[i+k] != classHan {
				return
			}
			at = k
		}
	}
	if at < 0 || !r.alike(s.text.c[i+at], name[at]) {
		return
	}
	after := s.text.follows(i + n)
	if after == followRoad || after == followFar || after == followBrand || s.text.suffixAt(i+n) || s.text.townSuffix(i+n) > 0 {
		return
	}
	s.hits = append(s.hits, hit{start: int32(i), end: int32(i + n), place: place, prev: -1, rev: -1, form: formTypo,
		level: table.County, bound: true, doubtful: true, weight: 0.9, after: after})
}

// slipTown looks for a misspelt town of any county of a city at character i, where a word ends like a town.
func (r *Resolver) slipTown(s *scratch, i int, city int32) {
	end := 0
	for k := i + 2; k < i+7 && k < len(s.text.c) && s.text.class[k] == classHan; k++ {
		if n := s.text.townSuffix(k); n > 0 {
			end = k + n
			break
		}
	}
	if end == 0 {
		return
	}
	text := s.text.c[i:end]
	for _, county := range r.kids[r.kidFrom[city]:r.kidFrom[city+1]] {
		for _, k := range r.kids[r.kidFrom[county]:r.kidFrom[county+1]] {
			name := r.places[k].Name
			if len(name) != 3*len(text) || len(s.towns) == maxTowns {
				continue
			}
			if r.slip(text, r.foldString(name)) == slipLikely {
				s.towns = append(s.towns, townHit{int32(i), int32(end), -1, k, s.text.followsFull(end), true})
			}
		}
	}
}

// namedElsewhere reports whether the text from i to j is itself the name of a county.
func (r *Resolver) namedElsewhere(s *scratch, i, j int) bool {
	for k := range s.hits {
		h := &s.hits[k]
		if int(h.start) == i && int(h.end) == j && h.form == table.FormFull && h.level == table.County {
			return true
		}
	}
	return false
}

type slipQuality uint8

const (
	slipNo       slipQuality = iota
	slipPossible             // one character differs
	slipCut                  // one character is left out
	slipLikely               // one character differs and sounds or looks alike, or two neighbours are swapped
)

// slip compares a text with a name of the same length.
func (r *Resolver) slip(text, name []uint16) slipQuality {
	at, wrong := -1, 0
	for i := range name {
		if text[i] != name[i] {
			if wrong++; wrong > 2 {
				return slipNo
			}
			if at < 0 {
				at = i
			}
		}
	}
	switch {
	case wrong == 1:
		if at < max(2, len(name)-1) && r.alike(text[at], name[at]) {
			return slipLikely
		}
		if len(name) > 2 {
			return slipPossible
		}
	case wrong == 2 && at+1 < len(name) && text[at] == name[at+1] && text[at+1] == name[at] && at+1 < len(name)-1:
		return slipLikely
	case wrong == 2 && len(name) >= 5:
		for i := range name {
			if text[i] != name[i] && !r.alike(text[i], name[i]) {
				return slipNo
			}
		}
		return slipLikely
	}
	return slipNo
}

// alike reports whether two characters sound or look alike.
func (r *Resolver) alike(a, b uint16) bool {
	for _, x := range r.sounds[a] {
		if x == 0 {
			break
		}
		for _, y := range r.sounds[b] {
			if x == y {
				return true
			}
		}
	}
	for _, c := range r.looks[b] {
		if c == a {
			return true
		}
	}
	for _, c := range r.looks[a] {
		if c == b {
			return true
		}
	}
	return false
}

// sortHits keeps the hits in order of their start, which link relies on. Insertion is fine: they are few and
// nearly sorted.
func sortHits(hits []hit) {
	for i := 1; i < len(hits); i++ {
		for j := i; j > 0 && hits[j-1].start > hits[j].start; j-- {
			hits[j-1], hits[j] = hits[j], hits[j-1]
		}
	}
}
