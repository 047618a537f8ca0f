package service

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"anxin/internal/casefile"
)

// The tables are sound: one row per state, move and role; every state can be reached; every state that is not final can be left.
func TestTables(t *testing.T) {
	for _, m := range Machines() {
		seen := map[string]bool{}
		for _, r := range m.Rows {
			for _, role := range r.Roles {
				key := string(r.From) + " " + string(r.Move) + " " + string(role)
				if seen[key] {
					t.Errorf("%s: %s is there twice", m.Name, key)
				}
				seen[key] = true
			}
			if len(r.Roles) == 0 {
				t.Errorf("%s: nobody may %s from %s", m.Name, r.Move, r.From)
			}
		}
		reached := states{m.Initial}
		for i := 0; i < len(reached); i++ {
			for _, r := range m.Rows {
				if r.From == reached[i] && !slices.Contains(reached, r.To) {
					reached = append(reached, r.To)
				}
			}
		}
		for _, s := range m.States() {
			if !slices.Contains(reached, s) {
				t.Errorf("%s: %s cannot be reached", m.Name, s)
			}
		}
	}
}

// Walks of random moves by random roles stay in the table: a move succeeds exactly when it is listed for the role, and nothing leaves a final state.
func TestWalks(t *testing.T) {
	for _, m := range Machines() {
		t.Run(m.Name, func(t *testing.T) {
			var all []Move
			for _, r := range m.Rows {
				if !slices.Contains(all, r.Move) {
					all = append(all, r.Move)
				}
			}
			rapid.Check(t, func(t *rapid.T) {
				at := m.Initial
				for range rapid.IntRange(1, 40).Draw(t, "steps") {
					role := rapid.SampledFrom(casefile.Roles()).Draw(t, "role")
					mv := rapid.SampledFrom(all).Draw(t, "move")
					next, err := m.Next(at, mv, role)
					if listed := slices.Contains(m.Moves(at, role), mv); listed != (err == nil) {
						t.Fatalf("%s by %s in %s: listed %v, error %v", mv, role, at, listed, err)
					}
					switch {
					case err != nil:
						if next != at || !casefile.Is(err, casefile.Conflict) && !casefile.Is(err, casefile.Denied) {
							t.Fatalf("a refused move leads to %s: %v", next, err)
						}
					case m.Final(at) && next != at:
						t.Fatalf("%s left the final state %s", mv, at)
					default:
						at = next
					}
				}
			})
		})
	}
}

// Whoever may do something at all is told "not now" apart from "not yours".
func TestRefusalsSayWhy(t *testing.T) {
	_, err := visits.Next(VisitEnRoute, MoveNoAccess, customer)
	if !casefile.Is(err, casefile.Denied) {
		t.Errorf("not yours: %v", err)
	}
	_, err = visits.Next(VisitFinished, MoveNoAccess, technician)
	if !casefile.Is(err, casefile.Conflict) {
		t.Errorf("not now: %v", err)
	}
}

// The page docs/design/service.md holds the charts and tables of this program. Run with ANXIN_UPDATE=1 to write them.
func TestChartsInTheDocsAreCurrent(t *testing.T) {
	const path = "../../docs/design/service.md"
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := string(page)
	for _, m := range Machines() {
		begin, end := "<!-- "+m.Name+" begin -->\n", "<!-- "+m.Name+" end -->"
		a, b := strings.Index(want, begin), strings.Index(want, end)
		if a < 0 || b < a {
			t.Fatalf("%s has no place for the chart of %s", path, m.Name)
		}
		want = want[:a+len(begin)] + "```mermaid\n" + m.Mermaid() + "```\n\n" + m.Table() + want[b:]
	}
	if want == string(page) {
		return
	}
	if os.Getenv("ANXIN_UPDATE") == "" {
		t.Fatalf("%s is out of date; run ANXIN_UPDATE=1 go test ./internal/service -run Charts", path)
	}
	if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

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
		if got, ok := parseDocumentCode(strings.ToLower(strings.ReplaceAll(code, "-", " "))); !ok || got != code {
			t.Fatalf("%s was not read: %s", code, got)
		}
		body := []byte(strings.ReplaceAll(code[2:], "-", ""))
		i := rapid.IntRange(0, len(body)-1).Draw(t, "at")
		other := documentAlphabet[rapid.IntRange(0, len(documentAlphabet)-1).Draw(t, "other")]
		if wrong := slices.Clone(body); wrong[i] != other {
			wrong[i] = other
			if _, ok := parseDocumentCode(string(wrong)); ok {
				t.Fatalf("%s passes for %s", wrong, body)
			}
		}
		if i > 0 && body[i] != body[i-1] {
			wrong := slices.Clone(body)
			wrong[i], wrong[i-1] = wrong[i-1], wrong[i]
			if _, ok := parseDocumentCode(string(wrong)); ok {
				t.Fatalf("swapped %s passes for %s", wrong, body)
			}
		}
	})
}

func FuzzInput(f *testing.F) {
	f.Add("杭州西湖区\u202e竹影巷31号\x00", "199 0000 1234 转 5")
	f.Fuzz(func(t *testing.T, text, phone string) {
		line := cleanLine(text, 300)
		if strings.ContainsAny(line, "\n\r\x00\u202e") || cleanLine(line, 300) != line {
			t.Errorf("%q became %q", text, line)
		}
		if w := cleanWords(text, 300); cleanWords(w, 300) != w {
			t.Errorf("%q became %q", text, w)
		}
		var fl fields
		if p := fl.phone("phone", phone); (p == "") != (len(fl.wrong) == 1) {
			t.Errorf("%q became %q with %v", phone, p, fl.wrong)
		}
		parseDocumentCode(text)
	})
}
