package terms

import (
	"os"
	"slices"
	"strings"
	"testing"

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
	_, err := VisitMoves.Next(VisitEnRoute, MoveNoAccess, customer)
	if !casefile.Is(err, casefile.Denied) {
		t.Errorf("not yours: %v", err)
	}
	_, err = VisitMoves.Next(VisitFinished, MoveNoAccess, technician)
	if !casefile.Is(err, casefile.Conflict) {
		t.Errorf("not now: %v", err)
	}
}

// The page docs/design/service.md holds the charts and tables of this program. Run with ANXIN_UPDATE=1 to write them.
func TestChartsInTheDocsAreCurrent(t *testing.T) {
	const path = "../../../docs/design/service.md"
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
		t.Fatalf("%s is out of date; run ANXIN_UPDATE=1 go test ./internal/service/terms -run Charts", path)
	}
	if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}
