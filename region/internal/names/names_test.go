package names

import (
	"testing"

	"anxin/region/internal/table"
)

// TestForms holds the written forms derived by rule, in the order full, then the others.
func TestForms(t *testing.T) {
	for _, c := range []struct {
		name  string
		level uint8
		want  map[string]uint8
	}{
		{"内蒙古自治区", table.Province, map[string]uint8{"内蒙古": table.FormShort}},
		{"广西壮族自治区", table.Province, map[string]uint8{"广西": table.FormShort, "广西自治区": table.FormAlias}},
		{"恩施土家族苗族自治州", table.Prefecture, map[string]uint8{"恩施": table.FormShort, "恩施州": table.FormAlias}},
		{"黔东南苗族侗族自治州", table.Prefecture, map[string]uint8{"黔东南": table.FormShort, "黔东南州": table.FormAlias}},
		{"克孜勒苏柯尔克孜自治州", table.Prefecture, map[string]uint8{"克孜勒苏": table.FormShort}},
		{"阿克苏地区", table.Prefecture, map[string]uint8{"阿克苏": table.FormShort}},
		{"石林彝族自治县", table.County, map[string]uint8{"石林": table.FormShort, "石林县": table.FormAlias}},
		{"双江拉祜族佤族布朗族傣族自治县", table.County, map[string]uint8{"双江": table.FormShort, "双江县": table.FormAlias}},
		{"龙胜各族自治县", table.County, map[string]uint8{"龙胜": table.FormShort}},
		{"东乡族自治县", table.County, map[string]uint8{"东乡": table.FormShort, "东乡县": table.FormAlias}},
		{"鄂温克族自治旗", table.County, map[string]uint8{"鄂温克": table.FormShort, "鄂温克旗": table.FormAlias}},
		{"管城回族区", table.County, map[string]uint8{"管城": table.FormShort, "管城区": table.FormAlias}},
		{"浦东新区", table.County, map[string]uint8{"浦东": table.FormShort, "浦东区": table.FormAlias}},
		{"长兴县", table.County, map[string]uint8{"长兴": table.FormShort, "长兴市": table.FormLegacy, "长兴区": table.FormLegacy}},
		{"泾县", table.County, map[string]uint8{}},
		{"北苑街道", table.Town, map[string]uint8{"北苑": table.FormShort, "北苑街办": table.FormAlias, "北苑办事处": table.FormAlias}},
		{"人民路街道", table.Town, map[string]uint8{"人民路街办": table.FormAlias}},
		{"慈利县", table.County, map[string]uint8{"慈利": table.FormShort}},
		{"浒墅关经开区（镇）", table.Town, map[string]uint8{"浒墅关经开区": table.FormAlias}},
	} {
		got := map[string]uint8{}
		for i, f := range Of(c.name, c.level) {
			if i == 0 && (f.Text != c.name || f.Kind != table.FormFull) {
				t.Errorf("%s: first form is %v", c.name, f)
			}
			got[f.Text] = f.Kind
		}
		for text, kind := range c.want {
			if k, ok := got[text]; !ok || k != kind {
				t.Errorf("%s: %s is %d (%v), want %d", c.name, text, k, ok, kind)
			}
		}
	}
	for _, f := range Of("人民路街道", table.Town) {
		if f.Text == "人民路" {
			t.Error("人民路 is a road, not the short name of 人民路街道")
		}
	}
}

func TestFold(t *testing.T) {
	f := NewFolder([]table.Pair{{From: '縣', To: '县'}, {From: '臺', To: '台'}})
	if got := f.Fold("臺北 縣ＡＢ〇"); got != "台北县ab零" {
		t.Errorf("folded to %q", got)
	}
}

func TestMerge(t *testing.T) {
	a := []table.Entry{{Name: "甲", Targets: []table.Target{{Place: 1, Form: table.FormShort}}}, {Name: "丙", Targets: []table.Target{{Place: 3}}}}
	b := []table.Entry{{Name: "乙", Targets: []table.Target{{Place: 2}}}, {Name: "甲", Targets: []table.Target{{Place: 1, Form: table.FormFull}, {Place: 0}}}}
	sortEntries := func(es []table.Entry) { // 丙 < 乙 < 甲 by code point
		for i := range es {
			for j := i + 1; j < len(es); j++ {
				if es[j].Name < es[i].Name {
					es[i], es[j] = es[j], es[i]
				}
			}
		}
	}
	sortEntries(a)
	sortEntries(b)
	got := Merge(a, b)
	if len(got) != 3 {
		t.Fatalf("%d entries, want 3: %v", len(got), got)
	}
	for i := 1; i < len(got); i++ {
		if got[i-1].Name >= got[i].Name {
			t.Errorf("not sorted: %v", got)
		}
	}
	for _, e := range got {
		if e.Name == "甲" && (len(e.Targets) != 2 || e.Targets[1].Form != table.FormFull) {
			t.Errorf("甲: %v, want both places, the better form kept", e.Targets)
		}
	}
}
