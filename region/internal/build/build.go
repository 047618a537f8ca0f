// Package build compiles the facts about divisions (current list, history since 1981, changes after it, towns,
// coordinates, hand-kept aliases and zones) into the table that package region embeds. Run it with
// "go generate ./region"; where the source files come from and under what licence is in region/data/SOURCES.md.
package build

import (
	"fmt"
	"hash/crc32"
	"sort"
	"strings"

	"anxin/region/internal/names"
	"anxin/region/internal/patch"
	"anxin/region/internal/table"
)

// builder collects places and knows them by code.
type builder struct {
	t       *table.Table
	byCode  map[uint32][]int32 // versions of a code, oldest first
	sources map[string]uint8
	history []record
	placeOf []int32 // place of history[i]
}

// Build reads the source files in dir and returns the table.
func Build(dir string) (*table.Table, error) {
	b := &builder{t: &table.Table{}, byCode: map[uint32][]int32{}, sources: map[string]uint8{}}
	rows, err := readCurrent(dir)
	if err != nil {
		return nil, err
	}
	if b.history, err = readHistory(dir); err != nil {
		return nil, err
	}
	towns, err := readTowns(dir)
	if err != nil {
		return nil, err
	}
	townChanges, err := readTownChanges(dir)
	if err != nil {
		return nil, err
	}
	if err := b.characters(); err != nil {
		return nil, err
	}
	if err := b.addCurrent(rows); err != nil {
		return nil, err
	}
	if err := b.addHistory(); err != nil {
		return nil, err
	}
	if err := b.linkSuccessors(); err != nil {
		return nil, err
	}
	c := names.NewCollector(names.NewFolder(b.t.Fold))
	if err := b.patchWith("changes.tsv", c); err != nil {
		return nil, err
	}
	b.deriveSuccessors()
	if err := b.addTowns(towns); err != nil {
		return nil, err
	}
	b.addOldTowns(townChanges)
	for _, name := range []string{"aliases.tsv", "zones.tsv", "points.tsv"} {
		if err := b.patchWith(name, c); err != nil {
			return nil, err
		}
	}
	for i := range b.t.Places {
		p := &b.t.Places[i]
		if p.Level != table.Zone && !(p.Flags&table.FlagZone != 0 && genericUnit(p.Name)) {
			c.AddPlace(b.t.Places, int32(i))
		}
		if p.Level == table.Town {
			for _, other := range otherTownNames(p.Name) {
				c.AddName(other, int32(i), table.FormAlias)
			}
		}
	}
	b.t.Entries = c.Entries()
	return b.t, b.version()
}

// patchWith applies one of the hand-kept files.
func (b *builder) patchWith(name string, c *names.Collector) error {
	lines, err := patchFacts(name)
	if err != nil {
		return err
	}
	for _, l := range lines {
		b.t.Newest = max(b.t.Newest, l.Date)
	}
	before := len(b.t.Places)
	if err := patch.Apply(b.t, lines, c); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for i := before; i < len(b.t.Places); i++ {
		if p := &b.t.Places[i]; p.Level != table.Zone {
			b.byCode[p.Code] = append(b.byCode[p.Code], int32(i))
		}
	}
	return nil
}

// version names the table after its newest fact and its content.
func (b *builder) version() error {
	b.t.Version = ""
	data, err := table.Encode(b.t)
	if err != nil {
		return err
	}
	b.t.Version = fmt.Sprintf("%04d.%02d.%02d-%08x", b.t.Newest/10000, b.t.Newest/100%100, b.t.Newest%100, crc32.ChecksumIEEE(data))
	return nil
}

// deriveSuccessors gives the prefectures that ended without a successor in the list the places where their
// counties are now: a present prefecture where they make up most of it (a 地区 that became a 市), the counties
// themselves where they are a small part of it (莱芜市 within 济南市).
func (b *builder) deriveSuccessors() {
	counties := map[int32]int{}
	for i := range b.t.Places {
		if p := &b.t.Places[i]; p.Level == table.County && p.To == 0 {
			counties[p.Parent]++
		}
	}
	for i := range b.t.Places {
		p := &b.t.Places[i]
		if p.To == 0 || p.Level != table.Prefecture || hasWhole(p) {
			continue
		}
		var now []int32
		for k := range b.t.Places {
			c := &b.t.Places[k]
			if c.Parent != int32(i) || c.Level != table.County || c.To != 0 && c.To/10000 < p.To/10000 {
				continue
			}
			for _, n := range b.countiesNow(int32(k), 0) {
				now = appendNew(now, n)
			}
		}
		share := map[int32]int{}
		for _, n := range now {
			share[b.t.Places[n].Parent]++
		}
		var to []int32
		for _, n := range now {
			up := b.t.Places[n].Parent
			if up >= 0 && b.t.Places[up].Level == table.Prefecture && share[up]*2 > counties[up] {
				n = up
			}
			to = appendNew(to, n)
		}
		p.Succ = p.Succ[:0:0]
		for _, n := range to {
			p.Succ = append(p.Succ, table.Succession{To: n, When: p.To, Whole: len(to) == 1})
		}
	}
}

func appendNew(list []int32, n int32) []int32 {
	for _, have := range list {
		if have == n {
			return list
		}
	}
	return append(list, n)
}

// hasWhole reports whether a succession of p is dated to its end, that is, is not only a part it lost earlier.
func hasWhole(p *table.Place) bool {
	for _, s := range p.Succ {
		if s.When == p.To {
			return true
		}
	}
	return false
}

func levelOf(s string) uint8 {
	switch s {
	case "province", "省级":
		return table.Province
	case "prefecture", "地级":
		return table.Prefecture
	}
	return table.County
}

// add appends a place and files it under its code.
func (b *builder) add(p table.Place) int32 {
	i := int32(len(b.t.Places))
	b.t.Places = append(b.t.Places, p)
	b.byCode[p.Code] = append(b.byCode[p.Code], i)
	return i
}

func (b *builder) addCurrent(rows []current) error {
	since := map[uint32]int{}
	inHistory := map[uint32]bool{}
	for _, r := range b.history {
		if r.inUse {
			since[r.code] = r.from
		}
		inHistory[r.code] = true
	}
	sort.Slice(rows, func(i, j int) bool { return rows[i].code < rows[j].code })
	for _, level := range []string{"province", "prefecture", "county"} {
		for _, r := range rows {
			if r.level != level {
				continue
			}
			p := table.Place{Code: r.code, Name: r.name, Level: levelOf(level), Parent: -1, From: int32(since[r.code]) * 10000}
			if r.parent != 0 {
				ps := b.byCode[r.parent]
				if len(ps) == 0 {
					return fmt.Errorf("%d %s: parent %d is not in the list", r.code, r.name, r.parent)
				}
				p.Parent = ps[0]
			}
			b.point(&p, r)
			b.add(p)
		}
	}
	return nil
}

// addHistory adds what is no longer in use, each with the parent it had.
func (b *builder) addHistory() error {
	b.placeOf = make([]int32, len(b.history))
	for _, level := range []uint8{table.Province, table.Prefecture, table.County} {
		for i, r := range b.history {
			if levelOf(r.level) != level {
				continue
			}
			if r.inUse {
				if have := b.byCode[r.code]; len(have) > 0 && b.t.Places[have[0]].To == 0 {
					b.placeOf[i] = have[0]
					continue
				}
			}
			p := table.Place{Code: r.code, Name: r.name, Level: level, Parent: -1, From: int32(r.from) * 10000, To: int32(r.to) * 10000}
			if level != table.Province {
				parent, ok := b.parentThen(r)
				if !ok {
					return fmt.Errorf("%d %s (%d-%d): no place %s/%s at that time", r.code, r.name, r.from, r.to, r.province, r.city)
				}
				p.Parent = parent
			}
			b.placeOf[i] = b.add(p)
		}
	}
	for _, list := range b.byCode {
		sort.Slice(list, func(i, j int) bool { return b.t.Places[list[i]].From < b.t.Places[list[j]].From })
	}
	return nil
}

// parentThen finds the place a history row names as its parent, in the version of that time.
func (b *builder) parentThen(r record) (int32, bool) {
	var province int32 = -1
	for _, i := range b.byCode[r.code/10000*10000] {
		province = i
	}
	if r.level == "地级" || r.city == "直辖" {
		return province, province >= 0
	}
	best, bestRank := int32(-1), -1
	for i := range b.t.Places {
		p := &b.t.Places[i]
		if p.Level != table.Prefecture || p.Name != r.city || p.Code/10000 != r.code/10000 {
			continue
		}
		rank := 1
		if p.Code/100 == r.code/100 {
			rank += 2
		}
		if (p.To == 0 || int(p.To/10000) >= r.to && r.to != 0) && int(p.From/10000) <= r.from {
			rank += 4
		}
		if rank > bestRank {
			best, bestRank = int32(i), rank
		}
	}
	return best, best >= 0
}

// versionAt is the version of a code in force after the changes of a year.
func (b *builder) versionAt(code uint32, year int) (int32, bool) {
	list := b.byCode[code]
	for _, i := range list {
		p := &b.t.Places[i]
		if int(p.From/10000) <= year && (p.To == 0 || int(p.To/10000) > year) {
			return i, true
		}
	}
	for _, i := range list {
		if int(b.t.Places[i].From/10000) > year {
			return i, true
		}
	}
	return -1, false
}

func (b *builder) linkSuccessors() error {
	for i, r := range b.history {
		at := b.placeOf[i]
		for _, n := range r.next {
			to, ok := b.versionAt(n.code, n.year)
			if !ok {
				return fmt.Errorf("%d %s: successor %d of %d is unknown", r.code, r.name, n.code, n.year)
			}
			if to != at {
				b.t.Places[at].Succ = append(b.t.Places[at].Succ, table.Succession{To: to, When: int32(n.year) * 10000})
			}
		}
		last := 0
		for _, s := range b.t.Places[at].Succ {
			if s.When == b.t.Places[at].To {
				last++
			}
		}
		for k := range b.t.Places[at].Succ {
			s := &b.t.Places[at].Succ[k]
			s.Whole = !r.inUse && last == 1 && s.When == b.t.Places[at].To
		}
	}
	return nil
}

func (b *builder) addTowns(rows []townRow) error {
	sort.Slice(rows, func(i, j int) bool {
		if rows[i].county != rows[j].county {
			return rows[i].county < rows[j].county
		}
		return rows[i].code < rows[j].code
	})
	for _, r := range rows {
		at, ok := b.versionAt(r.county, 9998)
		if !ok {
			return fmt.Errorf("town %d %s: county %d is unknown", r.code, r.name, r.county)
		}
		p := table.Place{Code: r.code, Name: ownTownName(r.name, b.t.Places[at].Name), Level: table.Town, Parent: at}
		if r.zone {
			p.Flags = table.FlagZone
		}
		b.add(p)
	}
	return nil
}

// ownTownName is the name of a town without that of its county, which some lists write before it: 济源市沁园街道.
func ownTownName(name, county string) string {
	rest, ok := strings.CutPrefix(name, county)
	if rest = strings.TrimPrefix(rest, "人民政府"); ok && len([]rune(rest)) > 2 && isTown(rest) {
		return rest
	}
	return name
}

// otherTownNames are the names that a town-level unit has beside its own in the list: 科技城（东渚街道） is 东渚街道 as well.
func otherTownNames(name string) []string {
	var out []string
	for _, part := range strings.FieldsFunc(name, func(c rune) bool { return c == '（' || c == '）' }) {
		if part != name && len([]rune(part)) > 2 && isTown(part) {
			out = append(out, part)
		}
	}
	return out
}

func isTown(name string) bool {
	for _, suffix := range []string{"街道", "镇", "乡", "苏木"} {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	return false
}

// genericUnit reports whether the name of a town-level unit is nothing but the word for its sort: 开发区, 林场. Such a
// name identifies nothing and must not be looked for.
func genericUnit(name string) bool {
	switch name {
	case "高新区", "高新技术产业开发区", "高新技术开发区", "高新产业园", "高新园区", "经济开发区", "经济技术开发区", "经开区", "开发区", "县开发区", "县经济开发区", "市经济技术开发区",
		"工业园区", "工业园", "工业区", "产业园区", "物流园区", "新材料产业园", "化工园区", "现代农业产业园区", "现代农业开发区", "农业示范园区", "开发区管理委员会", "开发区办事处", "经济开发区管理委员会",
		"工业园区管委会", "开发区管委会", "科技园区", "环保产业园", "园艺场", "林场", "农场", "牧场", "良种场", "原种场", "种畜场", "渔场", "茶场", "果园场", "国营林场", "国有林场", "水库", "监狱", "看守所",
		"城市新区", "高铁新区", "高铁新城", "航空新城", "东部新区", "滨海新区", "滨江新城", "滨海经济开发区", "空港经济开发区", "临空经济区", "沿海经济区", "城东新区", "航空港区", "科教新城", "农科所", "苗圃":
		return true
	}
	return false
}
