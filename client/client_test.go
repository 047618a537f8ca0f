package client

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
)

// A call that got 503 is repeated with the same idempotency key; an answer about the call itself is not repeated.
func TestRetriesKeepTheKey(t *testing.T) {
	var keys []string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		keys = append(keys, r.Header.Get("Idempotency-Key"))
		switch {
		case r.URL.Path == "/api/v1/cases/x/cancel":
			http.Error(w, `{"status":409,"type":"urn:anxin:service.error.not_now","detail":"no"}`, http.StatusConflict)
		case len(keys) < 3:
			w.WriteHeader(http.StatusServiceUnavailable)
		default:
			w.Write([]byte(`{"number":"261122-48391-7"}`))
		}
	}))
	defer srv.Close()
	c := &Client{Base: srv.URL}
	got, err := c.Report(context.Background(), "", Report{})
	if err != nil || got.Number != "261122-48391-7" || len(keys) != 3 || keys[0] == "" || keys[0] != keys[2] {
		t.Fatalf("got %+v, %v, keys %q", got, err, keys)
	}
	keys = nil
	if _, err := c.Act(context.Background(), "k-12345678", "x", "cancel", nil); !IsStatus(err, http.StatusConflict) || len(keys) != 1 || keys[0] != "k-12345678" {
		t.Fatalf("got %v, keys %q", err, keys)
	}
}
