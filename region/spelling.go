package region

import (
	"strings"

	"anxin/region/internal/names"
	"anxin/region/internal/table"
)

// spelling prepares what slips are judged by: the folded names that may be misspelt, and which characters
// sound or look alike.
func (r *Resolver) spelling(t *table.Table) {
	r.folded, r.cities, r.stems = make([][]uint16, len(r.places)), map[int][]int32{}, map[int32][]uint16{}
	for i := range r.places {
		p := &r.places[i]
		if p.To != 0 {
			continue
		}
		switch {
		case p.Level == table.Prefecture:
			r.folded[i] = r.foldString(p.Name)
			n := len(r.folded[i])
			r.cities[n] = append(r.cities[n], int32(i))
		case p.Level == table.County, p.Level == table.Town && p.Parent >= 0 && r.places[p.Parent].Level == table.Prefecture:
			r.folded[i] = r.foldString(p.Name)
			if strings.Contains(p.Name, "自治") {
				for _, f := range names.Of(p.Name, p.Level) {
					if f.Kind == table.FormShort {
						r.stems[int32(i)] = r.foldString(f.Text)
					}
				}
			}
		}
	}
	// Syllables that are confused in speech count as one: zh/z, n/l, ing/in...
	class := map[string]uint16{}
	of := make([]uint16, len(t.Syllables))
	for i, s := range t.Syllables {
		k := blur(s)
		if class[k] == 0 {
			class[k] = uint16(len(class) + 1)
		}
		of[i] = class[k]
	}
	r.sounds = make(map[uint16][4]uint16, len(t.Readings))
	for _, rd := range t.Readings {
		var s [4]uint16
		for i, n := range rd.Syllables {
			if i < len(s) {
				s[i] = of[n]
			}
		}
		r.sounds[char16(rd.Char)] = s
	}
	r.looks = make(map[uint16][]uint16, len(t.Alikes))
	for _, a := range t.Alikes {
		list := make([]uint16, len(a.Looks))
		for i, c := range a.Looks {
			list[i] = char16(c)
		}
		r.looks[char16(a.Char)] = list
	}
}

// blur maps syllables that sound nearly the same to one spelling.
func blur(s string) string {
	for _, p := range [][2]string{{"zh", "z"}, {"ch", "c"}, {"sh", "s"}} {
		if rest, ok := strings.CutPrefix(s, p[0]); ok {
			s = p[1] + rest
		}
	}
	if rest, ok := strings.CutPrefix(s, "n"); ok && rest != "" {
		s = "l" + rest
	}
	if rest, ok := strings.CutPrefix(s, "hu"); ok && rest != "" && rest[0] != 'n' {
		s = "f" + rest
	}
	for _, p := range [][2]string{{"ing", "in"}, {"eng", "en"}, {"ang", "an"}} {
		if head, ok := strings.CutSuffix(s, p[0]); ok {
			s = head + p[1]
		}
	}
	return s
}
