// Package names derives, by rule, the forms in which people write the name of a division: without its suffix
// ("余杭"), without the nationalities ("石林县", "恩施州"), with another office word ("青林街办"). The generator
// and the operator patch use the same rules, so a division added by a patch line is understood as well as
// one of the compiled table.
package names

import (
	"strings"
	"unicode/utf8"

	"anxin/region/internal/table"
)

// Form is one way of writing a name; Kind is one of the table.Form constants.
type Form struct {
	Text string
	Kind uint8
}

// nations are the nationality words of autonomous units, longest first where one starts another.
var nations = []string{
	"蒙古族", "回族", "藏族", "维吾尔", "苗族", "彝族", "壮族", "布依族", "朝鲜族", "满族", "侗族", "瑶族", "白族",
	"土家族", "哈尼族", "哈萨克族", "哈萨克", "傣族", "黎族", "傈僳族", "佤族", "畲族", "高山族", "拉祜族", "水族", "东乡族",
	"纳西族", "景颇族", "柯尔克孜族", "柯尔克孜", "土族", "达斡尔族", "仫佬族", "羌族", "布朗族", "撒拉族", "毛南族", "仡佬族",
	"锡伯族", "锡伯", "阿昌族", "普米族", "塔吉克族", "塔吉克", "怒族", "乌孜别克族", "乌孜别克", "俄罗斯族", "鄂温克族",
	"德昂族", "保安族", "裕固族", "京族", "塔塔尔族", "塔塔尔", "独龙族", "鄂伦春族", "赫哲族", "门巴族", "珞巴族", "基诺族",
	"蒙古", "各族", "回", "瑶", "藏", "苗", "彝", "壮", "满", "侗", "白", "土", "水", "羌",
}

// keepWhole are units whose stem would vanish or change meaning if the nationality word were taken off.
var keepWhole = map[string]string{
	"东乡族自治县": "东乡", "鄂温克族自治旗": "鄂温克", "鄂伦春自治旗": "鄂伦春", "保安族东乡族撒拉族自治县": "",
	"积石山保安族东乡族撒拉族自治县": "积石山", "肃南裕固族自治县": "肃南", "阿克塞哈萨克族自治县": "阿克塞",
	"肃北蒙古族自治县": "肃北", "塔什库尔干塔吉克自治县": "塔什库尔干", "察布查尔锡伯自治县": "察布查尔",
	"杜尔伯特蒙古族自治县": "杜尔伯特", "前郭尔罗斯蒙古族自治县": "前郭尔罗斯", "喀喇沁左翼蒙古族自治县": "喀喇沁左翼",
	"莫力达瓦达斡尔族自治旗": "莫力达瓦", "三都水族自治县": "三都", "环江毛南族自治县": "环江",
	"罗城仫佬族自治县": "罗城", "门源回族自治县": "门源", "张家川回族自治县": "张家川",
}

// stemOfNation strips nationality words from the end of s ("黔东南苗族侗族" gives "黔东南").
func stemOfNation(s string) string {
	for {
		cut := ""
		for _, n := range nations {
			if len(n) < len(s) && strings.HasSuffix(s, n) && len(n) > len(cut) {
				cut = n
			}
		}
		if cut == "" || utf8.RuneCountInString(s)-utf8.RuneCountInString(cut) < 2 {
			return s
		}
		// A one-character nationality only counts directly before 自治, and only in the few old-style names.
		if utf8.RuneCountInString(cut) == 1 && utf8.RuneCountInString(s) < 4 {
			return s
		}
		s = strings.TrimSuffix(s, cut)
	}
}

// Of returns every written form of a name at a level, the full name first, without repeats.
func Of(name string, level uint8) []Form {
	out := []Form{{name, table.FormFull}}
	add := func(text string, kind uint8) {
		if utf8.RuneCountInString(text) < 2 {
			return
		}
		for _, f := range out {
			if f.Text == text {
				return
			}
		}
		out = append(out, Form{text, kind})
	}
	switch level {
	case table.Province:
		province(name, add)
	case table.Prefecture:
		prefecture(name, add)
	case table.County:
		county(name, add)
	case table.Town:
		town(name, add)
	}
	return out
}

func province(name string, add func(string, uint8)) {
	for _, suffix := range []string{"特别行政区", "维吾尔自治区", "壮族自治区", "回族自治区", "自治区", "省", "市"} {
		if stem, ok := strings.CutSuffix(name, suffix); ok {
			add(stem, table.FormShort)
			if strings.HasSuffix(suffix, "自治区") {
				add(stem+"自治区", table.FormAlias)
				add(stem+"省", table.FormAlias)
				add(stem+"区", table.FormAlias)
			}
			return
		}
	}
}

func prefecture(name string, add func(string, uint8)) {
	for _, suffix := range []string{"自治州", "地区", "林区", "盟", "市", "州"} {
		stem, ok := strings.CutSuffix(name, suffix)
		if !ok {
			continue
		}
		if suffix == "自治州" {
			stem = stemOfNation(stem)
			add(stem+"州", table.FormAlias)
			add(stem+"自治州", table.FormAlias)
			add(stem, table.FormShort)
			return
		}
		add(stem, table.FormShort)
		if suffix == "地区" {
			add(stem+"市", table.FormLegacy)
		}
		return
	}
}

func county(name string, add func(string, uint8)) {
	for _, suffix := range []string{"自治县", "自治旗"} {
		if stem, ok := strings.CutSuffix(name, suffix); ok {
			if s, special := keepWhole[name]; special {
				stem = s
			} else {
				stem = stemOfNation(stem)
			}
			add(stem+suffix[len("自治"):], table.FormAlias)
			add(stem+suffix, table.FormAlias)
			add(stem, table.FormShort)
			return
		}
	}
	if stem, ok := strings.CutSuffix(name, "族区"); ok { // 管城回族区
		stem = stemOfNation(stem + "族")
		add(stem+"区", table.FormAlias)
		add(stem, table.FormShort)
		return
	}
	for _, suffix := range []string{"新区", "林区", "特区", "区", "县", "市", "旗"} {
		if stem, ok := strings.CutSuffix(name, suffix); ok {
			if suffix == "新区" && utf8.RuneCountInString(stem) < 2 {
				continue
			}
			add(stem, table.FormShort)
			if suffix == "新区" {
				add(stem+"区", table.FormAlias)
			}
			for _, other := range []string{"市", "县", "区"} {
				if !strings.HasSuffix(name, other) && utf8.RuneCountInString(stem) >= 2 {
					add(stem+other, table.FormLegacy)
				}
			}
			return
		}
	}
}

func town(name string, add func(string, uint8)) {
	if i := strings.Index(name, "（"); i > 0 { // 浒墅关经开区（镇）
		name = name[:i]
		add(name, table.FormAlias)
	}
	if stem, ok := strings.CutSuffix(name, "街道办事处"); ok {
		name = stem + "街道"
	}
	if stem, ok := strings.CutSuffix(name, "街道"); ok {
		for _, s := range []string{"街道办事处", "街道办", "街办", "办事处"} {
			add(stem+s, table.FormAlias)
		}
		if !road(stem) { // 人民路 is the road, not 人民路街道
			add(stem, table.FormShort)
		}
		return
	}
	for _, office := range []string{"管理委员会", "管委会"} {
		if stem, ok := strings.CutSuffix(name, office); ok {
			add(stem, table.FormAlias)
			return
		}
	}
	for _, suffix := range []string{"民族乡", "苏木", "地区", "镇", "乡"} {
		stem, ok := strings.CutSuffix(name, suffix)
		if !ok {
			continue
		}
		switch suffix {
		case "乡":
			if s := stemOfNation(stem); s != stem {
				add(s+"乡", table.FormAlias)
				stem = s
			}
		case "民族乡":
			stem = stemOfNation(stem)
			add(stem+"乡", table.FormAlias)
		case "地区":
			add(stem+"街道", table.FormLegacy)
			add(stem+"乡", table.FormLegacy)
			add(stem+"镇", table.FormLegacy)
		}
		add(stem, table.FormShort)
		return
	}
}

// road reports whether a name ends like that of a road.
func road(s string) bool {
	for _, suffix := range []string{"路", "街", "道", "巷", "弄", "里", "桥", "站", "门", "口"} {
		if strings.HasSuffix(s, suffix) && utf8.RuneCountInString(s) > 2 {
			return true
		}
	}
	return strings.HasSuffix(s, "路") || strings.HasSuffix(s, "街")
}
