package i18n

import (
	"net/http/httptest"
	"testing"
	"testing/fstest"
	"time"
)

func TestCatalogsAgree(t *testing.T) {
	zh, en := catalogs()[ZH], catalogs()[EN]
	for k, m := range zh {
		o, ok := en[k]
		if !ok {
			t.Errorf("%s has no English", k)
			continue
		}
		a, b := m.placeholders(), o.placeholders()
		if len(a) != len(b) {
			t.Errorf("%s: placeholders %v in Chinese, %v in English", k, a, b)
			continue
		}
		for i := range a {
			if a[i] != b[i] {
				t.Errorf("%s: placeholders %v in Chinese, %v in English", k, a, b)
			}
		}
	}
	for k := range en {
		if _, ok := zh[k]; !ok {
			t.Errorf("%s has no Chinese", k)
		}
	}
}

func TestChineseIsChinese(t *testing.T) {
	for k, m := range catalogs()[EN] {
		for _, r := range m.other + m.one {
			if r >= 0x4e00 && r <= 0x9fff || r >= 0xff00 && r <= 0xffef || r >= 0x3000 && r <= 0x303f {
				t.Errorf("%s: the English text holds %q", k, r)
				break
			}
		}
	}
}

func TestLoadRefusesDoubles(t *testing.T) {
	f := fstest.MapFS{"catalog/zh/a.yaml": {Data: []byte("x: 一\nx: 二\n")}}
	if _, err := load(f, ZH); err == nil {
		t.Fatal("a key given twice was accepted")
	}
	f = fstest.MapFS{"catalog/zh/a.yaml": {Data: []byte("x: \"\"\n")}}
	if _, err := load(f, ZH); err == nil {
		t.Fatal("an empty text was accepted")
	}
}

func TestTChoosesPluralAndFills(t *testing.T) {
	if got := T(EN, "format.days", "n", 1); got != "1 day" {
		t.Error(got)
	}
	if got := T(EN, "format.days", "n", 3); got != "3 days" {
		t.Error(got)
	}
	if got := T(ZH, "format.left", "d", Key("format.moment")); got != "还剩 不到 1 分钟" {
		t.Error(got)
	}
	if got := T(ZH, "no.such.key"); got != "[no.such.key]" {
		t.Error(got)
	}
}

// now is Tuesday 24 November 2026, 14:05 in Shanghai.
var now = time.Date(2026, 11, 24, 6, 5, 0, 0, time.UTC)

func at(day, hour, min int) time.Time {
	return time.Date(2026, 11, day, hour, min, 0, 0, Shanghai())
}

func TestTimesAsPeopleSayThem(t *testing.T) {
	zh, en := Printer{Lang: ZH, Now: now}, Printer{Lang: EN, Now: now}
	for _, c := range []struct{ got, want string }{
		{zh.Window(at(24, 14, 20), at(24, 15, 0)), "今天 14:20-15:00"},
		{en.Window(at(24, 14, 20), at(24, 15, 0)), "today 14:20-15:00"},
		{zh.Window(at(25, 8, 0), at(25, 12, 0)), "明天上午"},
		{en.Window(at(25, 8, 0), at(25, 12, 0)), "tomorrow morning"},
		{zh.Window(at(28, 14, 0), at(28, 18, 0)), "11月28日 周六 下午"},
		{zh.Window(at(24, 18, 0), at(24, 21, 0)), "今天晚上"},
		{en.Window(at(24, 18, 0), at(24, 21, 0)), "this evening"},
		{zh.Window(at(24, 9, 0), at(26, 18, 0)), "今天 09:00 - 后天 18:00"},
		{zh.Time(at(23, 9, 5)), "昨天 09:05"},
		{zh.Time(at(26, 9, 5)), "后天 09:05"},
		{en.Time(at(26, 9, 5)), "Thu 26 Nov 09:05"},
		{zh.Time(time.Date(2025, 1, 3, 9, 5, 0, 0, Shanghai())), "2025年1月3日 周五 09:05"},
		{zh.Full(at(24, 14, 20)), "2026年11月24日 周二 14:20 (UTC+8)"},
		{en.Full(at(24, 14, 20)), "Tuesday, 24 November 2026 14:20 (UTC+8)"},
		{zh.Due(now.Add(12 * time.Minute)), "还剩 12 分钟"},
		{en.Due(now.Add(-65 * time.Minute)), "1 h 5 min overdue"},
		{zh.Duration(51 * time.Hour), "2 天 3 小时"},
		{zh.Duration(20 * time.Second), "不到 1 分钟"},
		{Printer{Lang: ZH, Now: now, Paper: true}.Window(at(24, 18, 0), at(24, 21, 0)), "2026年11月24日 周二 晚上"},
		{Printer{Lang: EN, Now: now, Paper: true}.Time(at(24, 14, 20)), "Tue 24 November 2026 14:20"},
		{zh.Ago(now.Add(-5 * time.Minute)), "5 分钟前"},
		{zh.Ago(now.Add(-20 * time.Hour)), "昨天 18:05"},
		{zh.Money(12800), "¥128.00"},
		{zh.Money(-123450), "-¥1,234.50"},
		{zh.T("format.left", "d", 90*time.Minute), "还剩 1 小时 30 分钟"},
		{zh.T("format.left", "d", at(24, 14, 20)), "还剩 今天 14:20"},
		{zh.T("format.left", "d", [2]time.Time{at(25, 8, 0), at(25, 12, 0)}), "还剩 明天上午"},
		{zh.Distance(853), "850 米"},
		{en.Distance(3240), "3.2 km"},
		{zh.Distance(23600), "24 公里"},
		{MaskPhone("19900000001"), "199****0001"},
		{MaskPhone("+86 199 0000 0001"), "86199****0001"},
		{MaskPhone("12345"), "***45"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

// Midnight in Shanghai is 16:00 UTC: a moment after it is tomorrow there though it is the same UTC day.
func TestDayIsTheReadersDay(t *testing.T) {
	p := Printer{Lang: ZH, Now: time.Date(2026, 11, 24, 15, 59, 0, 0, time.UTC)}
	if got := p.Day(p.Now.Add(2 * time.Minute)); got != "明天" {
		t.Error(got)
	}
}

func TestChoose(t *testing.T) {
	for _, c := range []struct {
		url, cookie, header string
		want                Lang
		explicit            bool
	}{
		{"/", "", "", ZH, false},
		{"/", "", "en-US,en;q=0.9,zh-CN;q=0.8", EN, false},
		{"/", "", "en;q=0.3,zh;q=0.8", ZH, false},
		{"/", "", "fr-FR,fr;q=0.9", EN, false},
		{"/", "", "fr,zh;q=0.2", ZH, false},
		{"/", "zh", "en", ZH, false},
		{"/?lang=en", "zh", "zh", EN, true},
		{"/?lang=xx", "", "en;q=9", ZH, false},
	} {
		r := httptest.NewRequest("GET", c.url, nil)
		if c.cookie != "" {
			r.Header.Set("Cookie", Cookie+"="+c.cookie)
		}
		r.Header.Set("Accept-Language", c.header)
		if l, e := Choose(r); l != c.want || e != c.explicit {
			t.Errorf("%+v: got %s, %v", c, l, e)
		}
	}
}

func FuzzFromHeader(f *testing.F) {
	f.Add("en-US,en;q=0.9,zh-CN;q=0.8")
	f.Add("*;q=,,;;")
	f.Fuzz(func(t *testing.T, h string) {
		if l := FromHeader(h); l != ZH && l != EN {
			t.Fatal(l)
		}
	})
}
