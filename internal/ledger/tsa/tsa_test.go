package tsa_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"anxin/internal/ledger/tsa"
	"anxin/seal/stamp"
	"anxin/seal/stamp/stamptest"
)

func TestStampOverHTTP(t *testing.T) {
	when := time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)
	authority := stamptest.New(t, when, nil)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/timestamp-query" {
			t.Errorf("%s %s", r.Method, r.Header.Get("Content-Type"))
		}
		b, _ := io.ReadAll(r.Body)
		resp, err := authority.Stamp(r.Context(), b)
		if err != nil {
			t.Error(err)
		}
		_, _ = w.Write(resp)
	}))
	defer srv.Close()
	a, err := tsa.New(srv.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, tok, err := stamp.Stamp(t.Context(), a, []byte("checkpoint"), []byte{1, 2, 3}, authority.Roots)
	if err != nil || !tok.Trusted || !tok.Time.Equal(when) {
		t.Errorf("%+v %v", tok, err)
	}
}

func TestAnswersThatAreNoStamps(t *testing.T) {
	for name, h := range map[string]http.HandlerFunc{
		"an error page": func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "busy", http.StatusServiceUnavailable) },
		"a redirect":    func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) },
		"endless": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, strings.Repeat("x", stamp.MaxResponseSize+1))
		},
	} {
		srv := httptest.NewServer(h)
		a, err := tsa.New(srv.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		if b, err := a.Stamp(t.Context(), []byte("request")); err == nil {
			t.Errorf("%s: %d bytes passed for an answer", name, len(b))
		}
		srv.Close()
	}
	for _, bad := range []string{"", "tsa.example", "ftp://tsa.example", "https://"} {
		if _, err := tsa.New(bad, nil); err == nil {
			t.Errorf("%q passed for an address", bad)
		}
	}
}
