package e2e

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"

	"anxin/internal/web/storybook"
	"anxin/internal/web/ui"
)

// finding is what axe says of a page.
type finding struct {
	ID     string `json:"id"`
	Impact string `json:"impact"`
	Help   string `json:"help"`
	Nodes  []struct {
		HTML   string   `json:"html"`
		Target []string `json:"target"`
	} `json:"nodes"`
}

// TestAxeFindsNothingSerious runs axe over every screen of the storybook: no serious or critical finding. Every screen is looked at in Chinese, and every third in English too,
// which has the same elements in other words: both languages are complete by a test of their own. ANXIN_STORIES=area/name looks at those that begin so in both.
func TestAxeFindsNothingSerious(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("walks over every screen in a browser")
	}
	axe, err := os.ReadFile("testdata/axe/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	site, err := ui.NewSite(ui.DemoBrand())
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(storybook.Handler(site))
	defer srv.Close()
	b := browser(t)
	type look struct {
		ui.Story
		langs []string
	}
	looks := make(chan look)
	var wg sync.WaitGroup
	for range 2 {
		page := tab(t, b, 390, 844, false)
		wg.Go(func() {
			for s := range looks {
				for _, lang := range s.langs {
					url := fmt.Sprintf("%s/storybook/%s/%s?lang=%s", srv.URL, s.Area, s.Name, lang)
					err := do(page, chromedp.Navigate(url))
					if err == nil {
						_, err = eval[int](page, string(axe)+";0")
					}
					out := ""
					if err == nil {
						out, err = eval[string](page, fmt.Sprintf(runAxe, lang == "zh"))
					}
					if err != nil {
						t.Errorf("%s/%s %s: %v", s.Area, s.Name, lang, err)
						continue
					}
					report(t, s.Story, lang, out)
				}
			}
		})
	}
	n, only := 0, os.Getenv("ANXIN_STORIES")
	for i, s := range storybook.All() {
		if !strings.HasPrefix(s.Area+"/"+s.Name, only) {
			continue
		}
		langs := []string{"zh"}
		if only != "" || i%3 == 0 {
			langs = append(langs, "en")
		}
		looks <- look{s, langs}
		n++
	}
	close(looks)
	wg.Wait()
	if n < 60 && only == "" {
		t.Errorf("only %d screens: the storybook is not whole", n)
	}
	t.Logf("axe looked at %d screens", n)
}

// Contrast is looked at in one language: colours are the same in both, and it is most of the work.
const runAxe = `axe.run(document, {resultTypes: ['violations'], rules: {'color-contrast': {enabled: %t}}, runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']})
	.then(r => JSON.stringify(r.violations.filter(v => v.impact === 'serious' || v.impact === 'critical')))`

func report(t *testing.T, s ui.Story, lang, out string) {
	t.Helper()
	var found []finding
	if err := json.Unmarshal([]byte(out), &found); err != nil {
		t.Errorf("%s/%s %s: axe answered %q", s.Area, s.Name, lang, out)
		return
	}
	for _, f := range found {
		where := []string{}
		for _, n := range f.Nodes[:min(3, len(f.Nodes))] {
			where = append(where, strings.Join(n.Target, " ")+"  "+n.HTML[:min(160, len(n.HTML))])
		}
		t.Errorf("%s/%s %s: %s (%s): %s\n\t%s", s.Area, s.Name, lang, f.ID, f.Impact, f.Help, strings.Join(where, "\n\t"))
	}
}
