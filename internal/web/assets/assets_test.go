package assets

import (
	"compress/gzip"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestServeHashedPackedAndForEver(t *testing.T) {
	s, err := New(map[string]string{"app.css": ":root{--accent:#123456}"})
	if err != nil {
		t.Fatal(err)
	}
	p := s.Path("app.css")
	if !strings.HasPrefix(p, Prefix+"app.") || !strings.HasSuffix(p, ".css") {
		t.Fatal(p)
	}
	r := httptest.NewRequest("GET", p, nil)
	r.Header.Set("Accept-Encoding", "gzip")
	rec := httptest.NewRecorder()
	s.ServeHTTP(rec, r)
	h := rec.Header()
	if rec.Code != 200 || h.Get("Content-Encoding") != "gzip" || !strings.Contains(h.Get("Cache-Control"), "immutable") || h.Get("Content-Type") != "text/css; charset=utf-8" {
		t.Fatalf("%d %v", rec.Code, h)
	}
	z, err := gzip.NewReader(rec.Body)
	if err != nil {
		t.Fatal(err)
	}
	css, err := io.ReadAll(z)
	if err != nil || !strings.HasSuffix(string(css), "--accent:#123456}") {
		t.Fatalf("%v: the operator's colours are missing", err)
	}
	other, err := New(nil)
	if err != nil {
		t.Fatal(err)
	}
	if other.Path("app.css") == p {
		t.Error("another content has the same name")
	}
}

func TestServeNothingElse(t *testing.T) {
	s, err := New(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/assets/", "/assets/app.css", "/assets/../assets.go", "/assets/app.0000000000.css"} {
		rec := httptest.NewRecorder()
		s.ServeHTTP(rec, httptest.NewRequest("GET", path, nil))
		if rec.Code != 404 {
			t.Errorf("%s: %d", path, rec.Code)
		}
	}
	rec := httptest.NewRecorder()
	s.ServeHTTP(rec, httptest.NewRequest("POST", s.Path("app.css"), nil))
	if rec.Code != 405 {
		t.Error(rec.Code)
	}
	if _, err := New(map[string]string{"no.css": "x"}); err == nil {
		t.Error("an appendix to no file was accepted")
	}
}
