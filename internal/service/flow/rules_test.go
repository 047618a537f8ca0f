package flow

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"anxin/internal/casefile"
)

// An offer always ends before the slack to the deadline is used up, whatever policy says.
func TestOffersEndBeforeTheSlack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		policy := time.Duration(rapid.IntRange(1, 240).Draw(t, "policy minutes")) * time.Minute
		slack := time.Duration(rapid.Int64Range(-int64(3*time.Hour), int64(30*24*time.Hour)).Draw(t, "slack"))
		wait, hurry := offerTime(policy, slack)
		if wait < 0 || wait > policy || slack > 0 && wait >= slack {
			t.Fatalf("policy %v, slack %v: offered for %v", policy, slack, wait)
		}
		if hurry != (slack <= 0 || wait < leastOffer) {
			t.Fatalf("policy %v, slack %v: hurry %v", policy, slack, hurry)
		}
	})
}

// A promise's window holds the estimate, and lies in the wished one when the estimate does.
func TestPromiseWindowsHoldTheEstimate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := time.Date(2026, 11, 24, 2, rapid.IntRange(0, 59).Draw(t, "minute"), 0, 0, time.UTC)
		arrive := now.Add(time.Duration(rapid.Int64Range(0, 72*3600).Draw(t, "seconds")) * time.Second)
		travel := rapid.Int64Range(0, 2*3600).Draw(t, "travel")
		var wf, wt time.Time
		if rapid.Bool().Draw(t, "wished") {
			wf = now.Add(time.Duration(rapid.Int64Range(0, 72*3600).Draw(t, "wish")) * time.Second)
			wt = wf.Add(time.Duration(rapid.Int64Range(1800, 8*3600).Draw(t, "length")) * time.Second)
			if arrive.Before(wf) {
				arrive = wf
			}
		}
		from, to := window(now, arrive, travel, wf, wt)
		if from.After(arrive) || to.Before(arrive) || !to.After(from) || from.Before(now.Truncate(time.Minute)) {
			t.Fatalf("arrive %v, window %v to %v", arrive, from, to)
		}
	})
}

func TestDocumentCodesCatchSlips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		code := newDocumentCode(casefile.Source{})
		if got, ok := ParseDocumentCode(strings.ToLower(strings.ReplaceAll(code, "-", " "))); !ok || got != code {
			t.Fatalf("%s was not read: %s", code, got)
		}
		body := []byte(strings.ReplaceAll(code[2:], "-", ""))
		i := rapid.IntRange(0, len(body)-1).Draw(t, "at")
		other := documentAlphabet[rapid.IntRange(0, len(documentAlphabet)-1).Draw(t, "other")]
		if wrong := slices.Clone(body); wrong[i] != other {
			wrong[i] = other
			if _, ok := ParseDocumentCode(string(wrong)); ok {
				t.Fatalf("%s passes for %s", wrong, body)
			}
		}
		if i > 0 && body[i] != body[i-1] {
			wrong := slices.Clone(body)
			wrong[i], wrong[i-1] = wrong[i-1], wrong[i]
			if _, ok := ParseDocumentCode(string(wrong)); ok {
				t.Fatalf("swapped %s passes for %s", wrong, body)
			}
		}
	})
}
