package law

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

func book(t *testing.T) *Book {
	t.Helper()
	b, err := Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The table of the design page, clause by clause.
func TestTheTableOfTheDesignPageIsComplete(t *testing.T) {
	b := book(t)
	for _, id := range strings.Fields(`platform-rules-refund ecl-31 ecl-34 ecl-59 ecl-60 ecl-61 ecl-62 ecl-63 cpl-23-3 cpl-25 civil-148 civil-152 civil-157 civil-188
		civil-1029 public-order-fraud public-order-discovery criminal-266 fraud-thresholds-2011 fraud-thresholds-telecom label-5 label-6 label-9 label-10
		evidence-14 evidence-15 evidence-19 evidence-86 evidence-90 evidence-93 evidence-94 internet-court-11 online-litigation-16 pipl-6 pipl-8 pipl-13 pipl-17
		pipl-19 pipl-20 pipl-23 pipl-24 pipl-28 pipl-44 pipl-55 pipl-69 pipl-73 credit-13`) {
		if err := b.Basis(id, "2026-11-22"); err != nil {
			t.Error(err)
		}
	}
}

func TestAClauseIsLookedUpByItsDay(t *testing.T) {
	b := book(t)
	for day, article := range map[Date]string{"2025-12-31": "第四十九条（2012 年修正文本）", "2026-01-01": "第五十八条"} {
		c, ok := b.At("public-order-fraud", day)
		if !ok || c.Article.ZH != article {
			t.Errorf("%s: %q %v, want %q", day, c.Article.ZH, ok, article)
		}
	}
	if _, ok := b.At("platform-rules-refund", "2026-01-31"); ok {
		t.Error("the measures are valid before they are in force")
	}
	if err := b.Basis("platform-rules-refund", "2026-01-31"); err == nil || !strings.Contains(err.Error(), "2026-02-01") {
		t.Errorf("the error does not say from when: %v", err)
	}
	if err := b.Basis("cpl-99", "2026-02-01"); err == nil {
		t.Error("an unknown clause is a basis")
	}
}

func TestArticlesAreCitedInBothLanguages(t *testing.T) {
	for zh, en := range map[string]string{
		"第二十三条第三款": "article 23 paragraph 3", "第一百八十八条": "article 188", "第一千零二十九条": "article 1029", "第四十四条至第五十条": "article 44 to article 50",
		"第五十五条、第五十六条": "article 55, article 56", "第十条": "article 10", "第二部分": "part 2", "关于退款不退货的规定": "", "第六十条之一": "",
	} {
		if got := articleEN(zh); got != en {
			t.Errorf("%s: %q, want %q", zh, got, en)
		}
	}
	c, _ := book(t).At("ecl-60", "2026-11-22")
	if got := c.Cite("zh") + " / " + c.Cite("en"); got != "《中华人民共和国电子商务法》第六十条 / E-Commerce Law of the PRC, article 60" {
		t.Error(got)
	}
}

// A day changes at midnight in China, wherever the server stands.
func TestTheDayIsChinas(t *testing.T) {
	if got := On(time.Date(2026, 1, 31, 15, 59, 59, 0, time.UTC)); got != "2026-01-31" {
		t.Error(got)
	}
	if got := On(time.Date(2026, 1, 31, 16, 0, 0, 0, time.UTC)); got != "2026-02-01" {
		t.Error(got)
	}
	if got := On(Date("2026-02-01").Time()); got != "2026-02-01" {
		t.Error(got)
	}
}

// No text that is not the law's own wording may look like a quotation.
func TestSummariesAreLabelledAsSuch(t *testing.T) {
	for _, c := range book(t).All() {
		if c.Kind == Literal && c.CheckedAgainst != Official {
			t.Errorf("%s claims to be literal without having been compared with the official text", c.ID)
		}
		if c.Kind == Summary && (c.Label("zh") != "内容摘要" || !strings.Contains(c.Label("en"), "unofficial")) {
			t.Errorf("%s: labels %q, %q", c.ID, c.Label("zh"), c.Label("en"))
		}
		if strings.ContainsAny(c.Text.ZH, "“”") {
			t.Errorf("%s quotes", c.ID)
		}
	}
}

func TestDoctorReportsWhatNobodyLookedAt(t *testing.T) {
	b := book(t)
	now := Date("2026-11-01").Time().Add(MaxAge)
	for _, f := range b.Doctor(now) {
		if f.Stale {
			t.Errorf("reported on the last good day: %s", f.ZH)
		}
	}
	late := b.Doctor(now.Add(time.Hour))
	var ids []string
	for _, f := range late {
		if f.Stale {
			ids = append(ids, f.Clause)
		}
		if f.ZH == "" || f.EN == "" {
			t.Errorf("%+v says nothing in one language", f)
		}
	}
	if !slices.Contains(ids, "cpl-23-3") {
		t.Errorf("stale: %v", ids)
	}
	if n := len(ids); n != len(b.IDs()) { // one open version of each; the closed version of public-order-fraud is left alone
		t.Errorf("%d stale, %d ids", n, len(b.IDs()))
	}
}

func TestBrokenFilesAreRefusedInWords(t *testing.T) {
	head := "law: {zh: 法, en: Law, short: 法}\nsource: s\nvalid_from: 2020-01-01\nlast_checked: 2026-01-01\nchecked_against: research\nclauses:\n"
	for name, c := range map[string]struct{ text, want string }{
		"unknown key":     {head + "  - {id: a, artikel: 1, kind: summary, zh: 甲, en: a}\n", "artikel"},
		"no english":      {head + "  - {id: a, article: 第一条, kind: summary, zh: 甲}\n", "en"},
		"bad date":        {head + "  - {id: a, article: 第一条, kind: summary, zh: 甲, en: a, valid_from: 2020-13-01}\n", "2020-13-01"},
		"ends before":     {head + "  - {id: a, article: 第一条, kind: summary, zh: 甲, en: a, valid_to: 2019-01-01}\n", "valid_to"},
		"overlap":         {head + "  - {id: a, article: 第一条, kind: summary, zh: 甲, en: a}\n  - {id: a, article: 第二条, kind: summary, zh: 乙, en: b, valid_from: 2021-01-01}\n", "重叠"},
		"unknown kind":    {head + "  - {id: a, article: 第一条, kind: quote, zh: 甲, en: a}\n", "summary"},
		"unknown checked": {head + "  - {id: a, article: 第一条, kind: summary, zh: 甲, en: a, checked_against: hearsay}\n", "official"},
	} {
		_, err := Load(fstest.MapFS{"x.yaml": {Data: []byte(c.text)}})
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "x.yaml") && name != "overlap" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Load(fstest.MapFS{}); err == nil {
		t.Error("an empty folder is a book")
	}
}
