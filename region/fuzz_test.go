package region

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"anxin/region/internal/names"
	"anxin/region/internal/table"
)

var fuzzSeeds = []string{
	"", "浙江省杭州市余杭区文一西路969号", "海南共和县", "直辖县天门市", "臺北市大安區忠孝東路四段", "杭州市江干区", "重庆市渝北区大湾镇",
	"张三 199-0000-1234 浙 江 省 杭州市😀西湖区", "朝阳区", "吉安市庐陵新区", "\xff\xfe浙江", "０１２３ＡＢＣ省省直辖县级行政区划", "杭洲市西胡区", "西湖区，杭州市，浙江省",
	"李丽19900006666上海市黄浦区邮编200001", "姓名：", "转801-", "0512-50000000转", "城关镇城关镇城关镇城关镇", "\u200b\ufe0f浙\u200b江", "𬇙水镇",
}

// FuzzResolve requires of every text: no panic, spans inside the input and in order, a coordinate with source and
// precision on every place, an outcome that agrees with what is filled in, and the same answer twice.
func FuzzResolve(f *testing.F) {
	for _, s := range fuzzSeeds {
		f.Add(s, uint16(0))
	}
	f.Add("杭州市江干区", uint16(2015))
	r := Default()
	f.Fuzz(func(t *testing.T, text string, year uint16) {
		asOf := Date{}
		if year > 0 {
			asOf = Date{1950 + int(year%100), 6, 30}
		}
		a := r.Resolve(text, asOf)
		checkAnswer(t, &a)
		b := r.Resolve(text, asOf)
		if a.Outcome != b.Outcome || a.Best.Code != b.Best.Code || len(a.Candidates) != len(b.Candidates) || a.Detail != b.Detail {
			t.Fatalf("%q: two answers differ", text)
		}
	})
}

func checkAnswer(t *testing.T, a *Answer) {
	t.Helper()
	end := 0
	for _, s := range a.Spans {
		if s.Start < end || s.End <= s.Start || s.End > len(a.Input) {
			t.Fatalf("%q: span %+v does not lie in the input, in order", a.Input, s)
		}
		end = s.Start
	}
	if c := a.Correction; c != nil && (c.Span.Start < 0 || c.Span.End > len(a.Input) || a.Input[c.Span.Start:c.Span.End] != c.From) {
		t.Fatalf("%q: correction %+v does not lie in the input", a.Input, c)
	}
	if a.Detail != "" && utf8.ValidString(a.Input) && !strings.Contains(a.Input, a.Detail) {
		t.Fatalf("%q: detail %q is not in the input", a.Input, a.Detail)
	}
	placed := func(d Division) {
		if !d.Code.Valid() || d.Path == "" || d.Point.IsZero() || d.Point.Source == "" || d.Point.Precision == "" || d.Point.Datum == "" {
			t.Fatalf("%q: a place without code, path or coordinate: %+v", a.Input, d)
		}
	}
	switch a.Outcome {
	case OutcomeOne:
		placed(a.Best.Division)
		if len(a.Candidates) > 0 || a.Best.Kind == KindNone || a.Best.Confidence <= 0 || a.Best.Confidence > 1 {
			t.Fatalf("%q: one, but %+v with %d candidates", a.Input, a.Best, len(a.Candidates))
		}
	case OutcomeSet:
		if len(a.Candidates) == 0 || a.Best.Code != "" || a.Ask.IsZero() {
			t.Fatalf("%q: set with %d candidates, best %q, ask %q", a.Input, len(a.Candidates), a.Best.Code, a.Ask.Zh)
		}
		for _, c := range a.Candidates {
			placed(c.Division)
			if c.Ask.IsZero() || c.Reason.Text().Zh == "" || c.Kind == KindNone {
				t.Fatalf("%q: candidate without kind, reason or question: %+v", a.Input, c)
			}
		}
	default:
		if a.Best.Code != "" || len(a.Candidates) > 0 {
			t.Fatalf("%q: none, but %+v", a.Input, a.Best)
		}
	}
	if len(a.Reasons) == 0 {
		t.Fatalf("%q: no reason", a.Input)
	}
	for _, x := range a.Reasons {
		if s := x.Text(); s.Zh == "" || s.En == "" || strings.Contains(s.Zh, "{") && !strings.Contains(a.Input, "{") {
			t.Fatalf("%q: reason %+v has no sentence: %q", a.Input, x, s.Zh)
		}
	}
}

// FuzzParse requires that a line is taken apart without a panic and that digits of a telephone come from the line.
func FuzzParse(f *testing.F) {
	for _, s := range fuzzSeeds {
		f.Add(s)
	}
	r := Default()
	f.Fuzz(func(t *testing.T, text string) {
		c := r.Parse(text)
		checkAnswer(t, &c.Region)
		for _, p := range c.Phones {
			if len(p) < 10 || len(p) > 20 {
				t.Fatalf("%q: telephone %q", text, p)
			}
		}
	})
}

// FuzzPatch requires that a patch file is applied or refused with a line number, and that the result still works. It changes a small
// table, for the whole one takes too long to build each time.
func FuzzPatch(f *testing.F) {
	f.Add("2027-01-01\tnew\t330115\t未来区\t330100\tnotice")
	f.Add("2027-01-01\tend\t330105\t拱墅区\t330106+330108(米市巷街道)\tnotice\n\talias\t330106\t西子区\t\t")
	f.Add("2027-01-01\trename\t330106\t西子区\t\t\n\tzone\t330106\t云谷小镇\t\t\n\tpoint\t330106\t\t120.1,30.2\t")
	f.Add("2027-01-01\tpart\t330110\t余杭区\t330106(仓前街道 五常街道)\tnotice\n\talias-under\t330110\t未来\t\t\n\tzone-under\t330106\t云谷\t\t")
	full, err := table.Decode(embedded)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		lines, sum, err := readPatch(strings.NewReader(text))
		if err == nil {
			small := hangzhou(full)
			if err = applyPatch(small, lines, sum); err == nil {
				r := newResolver(small)
				for _, text := range []string{"浙江省杭州市西湖区文三路", "杭州市拱墅区米市巷街道", text} {
					a := r.Resolve(text, Date{})
					checkAnswer(t, &a)
				}
				return
			}
		}
		var refused *PatchError
		if !errors.As(err, &refused) || refused.Line < 1 || refused.Text.Zh == "" || refused.Text.En == "" {
			t.Fatalf("%q: refused without a line and a reason: %v", text, err)
		}
	})
}

// hangzhou is a table of one city: its places of all times, and their names.
func hangzhou(full *table.Table) *table.Table {
	t := &table.Table{Version: full.Version, Newest: full.Newest, PointSources: append([]string(nil), full.PointSources...)}
	to := map[int32]int32{-1: -1}
	for i := range full.Places {
		if c := full.Places[i].Code; c == 330000 || c/100 == 3301 || c/100000 == 3301 {
			to[int32(i)] = int32(len(t.Places))
			t.Places = append(t.Places, full.Places[i])
		}
	}
	for i := range t.Places {
		p := &t.Places[i]
		parent, ok := to[p.Parent]
		if !ok {
			parent = 0
		}
		succ := p.Succ
		p.Parent, p.Succ = parent, nil
		for _, s := range succ {
			if k, ok := to[s.To]; ok {
				s.To = k
				p.Succ = append(p.Succ, s)
			}
		}
	}
	c := names.NewCollector(names.NewFolder(nil))
	for i := range t.Places {
		c.AddPlace(t.Places, int32(i))
	}
	t.Entries = names.Merge(nil, c.Entries())
	return t
}
