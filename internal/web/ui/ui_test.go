package ui_test

import (
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/i18n"
	"anxin/internal/web/ui"
	"anxin/internal/web/webtest"
)

func TestStories(t *testing.T) { webtest.Stories(t, ui.Stories()) }

func TestErrorSummaryLinksToFieldsAndFieldsSayWhy(t *testing.T) {
	pg := webtest.Page(t, i18n.EN)
	for _, s := range ui.Stories() {
		if s.Name != "form-errors" {
			continue
		}
		d := webtest.Render(t, s.Render(pg))
		if got := d.Text("title"); !strings.HasPrefix(got, "Error: ") {
			t.Errorf("title %q does not begin with the error", got)
		}
		d.Has(`.summary[role="alert"] a[href="#story_name"]`)
		d.Has(`input#story_name[aria-invalid="true"][aria-describedby="story_name-hint story_name-error"]`)
		d.HasText("#story_name-error", "case number")
	}
}

func TestFormOf(t *testing.T) {
	p := i18n.Printer{Lang: i18n.ZH}
	f := ui.FormOf(p, &casefile.Error{Category: casefile.Invalid, Fields: []casefile.FieldError{{Field: "phone", Key: "ui.story_error_name"}}})
	if f.For("phone") != "请填写单号" {
		t.Errorf("%+v", f)
	}
	f = ui.FormOf(p, casefile.Fail(casefile.Invalid, ""))
	if len(f.Errors) != 1 || f.Errors[0].Text != p.T("error.invalid") {
		t.Errorf("%+v", f)
	}
	if f := ui.FormOf(p, nil); f.Failed() {
		t.Errorf("%+v", f)
	}
}

func TestFailSaysStatusWordsAndWhen(t *testing.T) {
	pg := webtest.Page(t, i18n.ZH)
	for _, c := range []struct {
		err    error
		status int
		retry  string
	}{
		{casefile.Fail(casefile.NotFound, ""), 404, ""},
		{casefile.Fail(casefile.Denied, ""), 403, ""},
		{&casefile.Error{Category: casefile.Limited, RetryAfter: 90 * time.Second}, 429, "90"},
		{casefile.Fail(casefile.Unavailable, "error.busy"), 503, "30"},
		{errors.New("password of the database is hunter2"), 500, ""},
	} {
		rec := httptest.NewRecorder()
		ui.Fail(rec, httptest.NewRequest("GET", "/x", nil), pg, c.err)
		if rec.Code != c.status || rec.Header().Get("Retry-After") != c.retry {
			t.Errorf("%v: %d, Retry-After %q", c.err, rec.Code, rec.Header().Get("Retry-After"))
		}
		d := webtest.Response(t, rec)
		if bad := webtest.Sound(d); len(bad) > 0 {
			t.Errorf("%v: %v", c.err, bad)
		}
		if strings.Contains(d.Raw, "hunter2") {
			t.Error("the cause is shown")
		}
	}
}

func TestHeadersForbidInlineCodeAndFrames(t *testing.T) {
	h := ui.Headers(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {}))
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, httptest.NewRequest("GET", "/", nil))
	csp := rec.Header().Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'"} {
		if !strings.Contains(csp, want) {
			t.Errorf("CSP lacks %s", want)
		}
	}
	if strings.Contains(csp, "unsafe") || strings.Contains(csp, "*") {
		t.Errorf("CSP allows too much: %s", csp)
	}
	if rec.Header().Get("Referrer-Policy") != "same-origin" || rec.Header().Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%v", rec.Header())
	}
	rec = httptest.NewRecorder()
	ui.Headers(http.NotFoundHandler(), "https://phone.example.com").ServeHTTP(rec, httptest.NewRequest("GET", "/", nil))
	if csp := rec.Header().Get("Content-Security-Policy"); !strings.Contains(csp, "frame-ancestors https://phone.example.com") {
		t.Error(csp)
	}
}

func TestGzipPacksPagesAndLeavesStreams(t *testing.T) {
	page := strings.Repeat("<p>安心</p>", 500)
	h := ui.Gzip(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/events" {
			w.Header().Set("Content-Type", "text/event-stream")
		} else {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
		}
		_, _ = io.WriteString(w, page)
	}))
	get := func(path, accept string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", path, nil)
		r.Header.Set("Accept-Encoding", accept)
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		return rec
	}
	rec := get("/", "gzip, br")
	if rec.Header().Get("Content-Encoding") != "gzip" || rec.Body.Len() > len(page)/10 {
		t.Fatalf("not packed: %v, %d bytes", rec.Header(), rec.Body.Len())
	}
	z, err := gzip.NewReader(rec.Body)
	if err != nil {
		t.Fatal(err)
	}
	back, err := io.ReadAll(z)
	if err != nil || string(back) != page {
		t.Fatalf("%v, %d bytes", err, len(back))
	}
	if rec := get("/events", "gzip"); rec.Header().Get("Content-Encoding") != "" || rec.Body.String() != page {
		t.Error("a stream was packed")
	}
	if rec := get("/", ""); rec.Header().Get("Content-Encoding") != "" {
		t.Error("packed for a browser that did not ask")
	}
}

func TestLanguageSwitchKeepsThePlaceAndCannotLeaveTheSite(t *testing.T) {
	site := webtest.Page(t, i18n.ZH).Site
	for in, want := range map[string]string{
		"/verify?code=HM-1042":         "/verify?code=HM-1042&lang=en",
		"/verify?code=HM-1042&lang=zh": "/verify?code=HM-1042&lang=en",
		"/":                            "/?lang=en",
		"//evil.example/x":             "/?lang=en",
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.URL.Path, r.URL.RawQuery, _ = strings.Cut(in, "?")
		d := webtest.Render(t, ui.FailurePage(site.NewPage(r), ui.Failure{Title: "x"}))
		if got := d.Attr("a.langswitch", "href"); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

func TestLangCookieRemembersTheSwitch(t *testing.T) {
	h := ui.LangCookie(http.NotFoundHandler())
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, httptest.NewRequest("GET", "/?lang=en", nil))
	c := rec.Result().Cookies()
	if len(c) != 1 || c[0].Value != "en" || !c[0].HttpOnly {
		t.Fatalf("%v", c)
	}
	rec = httptest.NewRecorder()
	h.ServeHTTP(rec, httptest.NewRequest("GET", "/", nil))
	if len(rec.Result().Cookies()) != 0 {
		t.Error("a cookie without the switch")
	}
}

func TestClipEndsWithACharacter(t *testing.T) {
	for in, want := range map[string]string{"": "", "净水器": "净水", "abcdefgh": "abcdefg", "ab": "ab"} {
		if got := ui.Clip(in, 7); got != want {
			t.Errorf("Clip(%q, 7) = %q, want %q", in, got, want)
		}
	}
}
