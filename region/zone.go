package region

import (
	"strings"
	"unicode/utf8"

	"anxin/region/internal/table"
)

// zoneKind groups the many ways of writing the same sort of zone: 高新区, 高新技术产业开发区, ...
type zoneKind uint8

const (
	zoneOther zoneKind = iota
	zoneHighTech
	zoneEconomic
)

type zoneKey struct {
	city int32
	kind zoneKind
}

// zoneWords are the words that make a zone of what stands before them, longest first within each kind.
var zoneWords = []struct {
	word []rune
	kind zoneKind
}{
	{[]rune("高新技术产业开发区"), zoneHighTech}, {[]rune("高新技术开发区"), zoneHighTech}, {[]rune("高新技术产业园区"), zoneHighTech}, {[]rune("高新开发区"), zoneHighTech},
	{[]rune("高新技术区"), zoneHighTech}, {[]rune("高新园区"), zoneHighTech}, {[]rune("高新区"), zoneHighTech},
	{[]rune("经济技术开发区"), zoneEconomic}, {[]rune("经济开发区"), zoneEconomic}, {[]rune("经济技术区"), zoneEconomic}, {[]rune("经开区"), zoneEconomic}, {[]rune("开发区"), zoneEconomic},
	{[]rune("综合保税区"), zoneOther}, {[]rune("保税港区"), zoneOther}, {[]rune("保税区"), zoneOther}, {[]rune("工业园区"), zoneOther}, {[]rune("工业集中区"), zoneOther},
	{[]rune("工业新区"), zoneOther}, {[]rune("工业园"), zoneOther}, {[]rune("产业园区"), zoneOther}, {[]rune("产业集聚区"), zoneOther}, {[]rune("产业园"), zoneOther}, {[]rune("科技园区"), zoneOther},
	{[]rune("示范区"), zoneOther}, {[]rune("试验区"), zoneOther}, {[]rune("实验区"), zoneOther}, {[]rune("度假区"), zoneOther}, {[]rune("合作区"), zoneOther}, {[]rune("管理区"), zoneOther},
	{[]rune("投资区"), zoneOther}, {[]rune("经济区"), zoneOther}, {[]rune("风景名胜区"), zoneOther}, {[]rune("风景区"), zoneOther}, {[]rune("旅游区"), zoneOther}, {[]rune("生态区"), zoneOther},
	{[]rune("物流园区"), zoneOther}, {[]rune("新区"), zoneOther}, {[]rune("新城"), zoneOther}, {[]rune("工业区"), zoneOther}, {[]rune("航空港区"), zoneOther}, {[]rune("空港区"), zoneOther}, {[]rune("临港区"), zoneOther}, {[]rune("港区"), zoneOther},
}

// kindOfZone is the kind of a zone by its name without the city, and false when the name has a word of its own.
func kindOfZone(rest string) (zoneKind, bool) {
	for _, w := range zoneWords {
		if rest == string(w.word) && w.kind != zoneOther {
			return w.kind, true
		}
	}
	return zoneOther, false
}

// listZones finds, for each city, its high-tech and its economic zone among the zones known by name.
func (r *Resolver) listZones() {
	r.zones = map[zoneKey]int32{}
	for i := range r.places {
		p := &r.places[i]
		if p.Level != table.Zone {
			continue
		}
		for c := p.Parent; c >= 0; c = r.places[c].Parent {
			city := &r.places[c]
			if city.Level == table.Province && city.Name != "重庆市" && city.Name != "上海市" && city.Name != "北京市" && city.Name != "天津市" {
				continue
			}
			stem := names2(city.Name)
			rest, ok := strings.CutPrefix(p.Name, stem)
			if !ok {
				continue
			}
			rest = strings.TrimPrefix(rest, "国家")
			if kind, ok := kindOfZone(rest); ok {
				if _, have := r.zones[zoneKey{c, kind}]; !have {
					r.zones[zoneKey{c, kind}] = int32(i)
				}
			}
		}
	}
}

// names2 is a name without its last suffix character.
func names2(name string) string {
	_, size := utf8.DecodeLastRuneInString(name)
	return name[:len(name)-size]
}

// zoneAfter looks for a zone written directly behind a city: its own word of up to six characters and a zone word.
// It returns the characters it covers.
func (t *chars) zoneAfter(from int) (start, end int, kind zoneKind, plain bool) {
	for from < len(t.c) && t.class[from] == classSep {
		from++
	}
	for i := from; i <= from+6 && i < len(t.c); i++ {
		if i > from && (t.class[i-1] != classHan || isOneOf(t.c[i-1], []uint16{'路', '街', '号', '镇', '村', '县'})) {
			break
		}
		for _, w := range zoneWords {
			if t.has(i, w.word) && !(w.word[0] == '新' && t.suffixAt(i+2)) {
				return from, i + len(w.word), w.kind, i == from || i == from+1 && t.c[from] == '市'
			}
		}
	}
	return 0, 0, zoneOther, false
}
