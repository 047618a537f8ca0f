package storybook

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"anxin/internal/i18n"
	"anxin/internal/web/ui"
	"anxin/internal/web/webtest"
)

func TestEveryStoryIsServedInBothLanguages(t *testing.T) {
	site, err := ui.NewSite(ui.DemoBrand())
	if err != nil {
		t.Fatal(err)
	}
	h := Handler(site)
	get := func(path string) *httptest.ResponseRecorder {
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, httptest.NewRequest("GET", path, nil))
		return rec
	}
	for _, s := range All() {
		for _, l := range i18n.Langs() {
			rec := get(storyPath(s, l))
			if rec.Code != http.StatusOK {
				t.Errorf("%s/%s: %d", s.Area, s.Name, rec.Code)
				continue
			}
			if got := webtest.Response(t, rec).Attr("html", "lang"); got != l.HTML() {
				t.Errorf("%s/%s: lang %q, want %q", s.Area, s.Name, got, l.HTML())
			}
		}
	}
	if rec := get(Prefix); rec.Code != http.StatusOK {
		t.Error(rec.Code)
	}
	if rec := get(Prefix + "/no/such"); rec.Code != http.StatusNotFound {
		t.Error(rec.Code)
	}
}
