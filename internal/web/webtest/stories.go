package webtest

import (
	"regexp"
	"strings"
	"testing"

	"anxin/internal/i18n"
	"anxin/internal/web/ui"
)

var (
	i18nHole = regexp.MustCompile(`\[[a-z]+\.[a-z0-9_.]+\]`)
	unfilled = regexp.MustCompile(`\{[a-z][a-z0-9_]*\}`)
)

// BudgetBytes is the most a customer page may weigh, compressed, with its style sheet, script and icon, without photos.
const BudgetBytes = 60_000

// Stories renders every story of a package in both languages and checks that the page is sound, that the English page holds no Chinese beyond
// what people themselves wrote, and that a page without the staff flag stays within the budget. A page package calls it from one test.
func Stories(t *testing.T, stories []ui.Story) {
	t.Helper()
	seen := map[string]bool{}
	for _, s := range stories {
		if seen[s.Area+"/"+s.Name] {
			t.Errorf("story %s/%s twice", s.Area, s.Name)
		}
		seen[s.Area+"/"+s.Name] = true
		for _, l := range i18n.Langs() {
			t.Run(s.Name+"/"+string(l), func(t *testing.T) {
				d := Render(t, s.Render(Page(t, l)))
				for _, b := range Sound(d) {
					t.Error(b)
				}
				if l == i18n.EN {
					for _, n := range d.All("h1, h2, h3, label, legend, button, dt, th") {
						if s := TextOf(n); hasHan(s) && !inOtherTongue(d, s) {
							t.Errorf("Chinese on the English page: <%s> %q", n.Data, s)
						}
					}
				}
				if len(d.All("body.staff")) == 0 {
					if n := Weight(t, d); n > BudgetBytes {
						t.Errorf("page weighs %d bytes compressed, the budget is %d", n, BudgetBytes)
					}
				}
			})
		}
	}
}

func hasHan(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r >= 0x4e00 && r <= 0x9fff })
}

// inOtherTongue reports whether the text stands in an element that says it is in another language (lang="zh-CN").
func inOtherTongue(d *Doc, text string) bool {
	for _, n := range d.All(`[lang="zh-CN"]`) {
		if strings.Contains(text, TextOf(n)) && TextOf(n) != "" {
			return true
		}
	}
	return false
}
