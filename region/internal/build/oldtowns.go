package build

import (
	"path/filepath"
	"strconv"
	"strings"
	"unicode/utf8"

	"anxin/region/internal/table"
)

// townChange is one line of the yearly lists of changes below the county.
type townChange struct {
	year             int
	oldCode, newCode uint32 // 0 when absent
	oldName, newName string
}

// readTownChanges reads what became of towns, 2010-2023.
func readTownChanges(dir string) ([]townChange, error) {
	sheets, err := readXLSX(filepath.Join(dir, "history_sub_county_diff.xlsx"))
	if err != nil {
		return nil, err
	}
	var out []townChange
	for _, s := range sheets {
		year, err := strconv.Atoi(strings.TrimSpace(s.name))
		if err != nil {
			continue
		}
		col := -1
		for _, row := range s.rows {
			if col < 0 {
				for i, cell := range row {
					if cell == "原区划代码" {
						col = i
					}
				}
				continue
			}
			c := townChange{year: year, oldName: row[col+1], newName: row[col+4]}
			c.oldCode, _ = code(row[col])
			c.newCode, _ = code(row[col+3])
			if c.oldCode > 999999 && utf8.RuneCountInString(c.oldName) >= 3 {
				out = append(out, c)
			}
		}
	}
	return out, nil
}

// addOldTowns adds the towns that are no longer called or placed as they were. Each leads to the present town of the
// new name where there is one, otherwise to the county it lay in.
func (b *builder) addOldTowns(changes []townChange) {
	type key struct {
		county int32
		name   string
	}
	present := map[key]int32{}
	for i := range b.t.Places {
		if p := &b.t.Places[i]; p.Level == table.Town && p.To == 0 {
			present[key{p.Parent, p.Name}] = int32(i)
		}
	}
	b.addNewTowns(changes, func(county int32, name string) bool {
		_, ok := present[key{county, name}]
		return ok
	}, func(county int32, name string, at int32) { present[key{county, name}] = at })
	seen := map[key]int32{}
	for _, c := range changes {
		county, ok := b.versionAt(c.oldCode/1000, c.year-1)
		if !ok {
			continue
		}
		if _, still := present[key{county, c.oldName}]; still {
			continue
		}
		var to []int32
		if c.newCode != 0 {
			// The lists hold rows that slipped by one line. A move into another county is believed only when the
			// name stays or the county itself is known to have lost land to it.
			if !b.backed(county, c.newCode/1000, 0) && c.oldName != c.newName {
				continue
			}
			if n, ok := b.versionAt(c.newCode/1000, c.year); ok {
				to = b.townNow(n, c.newName, func(county int32, name string) (int32, bool) {
					i, ok := present[key{county, name}]
					return i, ok
				})
			}
		}
		if len(to) == 0 {
			to = b.countiesNow(county, 0)
			if len(to) != 1 {
				continue
			}
		}
		k := key{county, c.oldName}
		if len(to) == 1 && b.t.Places[to[0]].Level == table.Town && b.t.Places[to[0]].Name == c.oldName && b.t.Places[to[0]].Parent == county {
			continue
		}
		i, have := seen[k]
		if !have {
			i = b.add(table.Place{Code: c.oldCode, Name: c.oldName, Level: table.Town, Parent: county, To: int32(c.year) * 10000})
			seen[k] = i
		}
		p := &b.t.Places[i]
		for _, n := range to {
			dup := false
			for _, s := range p.Succ {
				dup = dup || s.To == n
			}
			if !dup {
				p.Succ = append(p.Succ, table.Succession{To: n, When: int32(c.year) * 10000})
			}
		}
		for k := range p.Succ {
			p.Succ[k].Whole = len(p.Succ) == 1
		}
	}
}

// backed reports whether a county is, or gave land to, the one with a code.
func (b *builder) backed(county int32, code uint32, depth int) bool {
	p := &b.t.Places[county]
	if p.Code == code {
		return true
	}
	for _, s := range p.Succ {
		if b.t.Places[s.To].Code == code || depth < 6 && p.To != 0 && b.backed(s.To, code, depth+1) {
			return true
		}
	}
	return false
}

// townNow finds the present town of a name in what became of a county.
func (b *builder) townNow(county int32, name string, find func(int32, string) (int32, bool)) []int32 {
	for _, c := range b.countiesNow(county, 0) {
		if i, ok := find(c, name); ok {
			return []int32{i}
		}
	}
	return b.countiesNow(county, 0)
}

// countiesNow follows whole successions to the counties in force now.
func (b *builder) countiesNow(i int32, depth int) []int32 {
	p := &b.t.Places[i]
	if p.To == 0 {
		return []int32{i}
	}
	var out []int32
	if depth < 12 {
		for _, s := range p.Succ {
			if s.When < p.To && hasWhole(p) {
				continue // a part it lost before its end
			}
			for _, n := range b.countiesNow(s.To, depth+1) {
				out = appendNew(out, n)
			}
		}
	}
	return out
}

// addNewTowns adds towns set up or moved since 2021 that the town list, which was closed in the middle of 2023, does
// not have yet.
func (b *builder) addNewTowns(changes []townChange, have func(int32, string) bool, add func(int32, string, int32)) {
	gone := map[uint32]int{} // last year in which a code was given up
	for _, c := range changes {
		gone[c.oldCode] = max(gone[c.oldCode], c.year)
	}
	for _, c := range changes {
		if c.year < 2021 || c.newCode < 100000000 || gone[c.newCode] > c.year {
			continue
		}
		was, ok := b.versionAt(c.oldCode/1000, c.year-1)
		if !ok || !b.backed(was, c.newCode/1000, 0) && c.oldName != c.newName {
			continue
		}
		county, ok := b.versionAt(c.newCode/1000, 9998)
		if !ok || b.t.Places[county].To != 0 || have(county, c.newName) || len(b.byCode[c.newCode]) > 0 {
			continue
		}
		if n := utf8.RuneCountInString(c.newName); n < 2 || n > 15 {
			continue
		}
		i := b.add(table.Place{Code: c.newCode, Name: c.newName, Level: table.Town, Parent: county, From: int32(c.year) * 10000})
		add(county, c.newName, i)
	}
}
