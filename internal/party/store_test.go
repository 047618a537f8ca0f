package party_test

import (
	"errors"
	"testing"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/party/partydb"
)

var storeOf = partydb.Store{}

func retryAfter(t testing.TB, err error) time.Duration {
	t.Helper()
	var e *casefile.Error
	if !errors.As(err, &e) || e.RetryAfter <= 0 {
		t.Fatalf("%v says no time to wait", err)
	}
	return e.RetryAfter
}
