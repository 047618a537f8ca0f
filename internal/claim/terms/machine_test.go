package terms

import (
	"os"
	"slices"
	"strings"
	"testing"

	"anxin/internal/casefile"
	"anxin/internal/clock"
)

// The table is sound: no state without a way in, none that is not an end without a way out, nobody who may nothing, every guard and condition known.
func TestTheTableIsSound(t *testing.T) {
	reached := []State{Draft}
	for i := 0; i < len(reached); i++ {
		for _, r := range Table {
			to := r.To
			if to == back {
				continue
			}
			if r.From == reached[i] && !slices.Contains(reached, to) {
				reached = append(reached, to)
			}
		}
	}
	for _, s := range Course() {
		if !slices.Contains(reached, s) {
			t.Errorf("%s cannot be reached", s)
		}
		leaves := slices.ContainsFunc(Table, func(r Transition) bool { return r.From == s && r.To != s })
		if end := s == Discarded || s == Archived; leaves == end {
			t.Errorf("%s: leaves %v", s, leaves)
		}
	}
	for _, r := range Table {
		if len(r.Who) == 0 {
			t.Errorf("nobody may %s from %s", r.Move, r.From)
		}
		for _, g := range r.Guards {
			if guardFuncs[g] == nil {
				t.Errorf("%s from %s: there is no guard %s", r.Move, r.From, g)
			}
		}
		if !slices.Contains(Course(), r.From) || r.To != back && !slices.Contains(Course(), r.To) {
			t.Errorf("%s from %s to %s: a state is not in the course", r.Move, r.From, r.To)
		}
	}
}

// Whatever leads to a decision that the parties did not agree on passes every guard of deciding.
func TestEveryDecidingRowHasAllGuards(t *testing.T) {
	for _, r := range Table {
		if r.To != Decided && r.To != SecondReview || r.Move == MoveAccept || r.Move == MoveSettle || r.From == r.To {
			continue
		}
		for _, g := range []Guard{G1, G2, G3, G4, G5, G7, GuardWindow} {
			if !slices.Contains(r.Guards, g) {
				t.Errorf("%s from %s has no guard %s", r.Move, r.From, g)
			}
		}
		for _, p := range r.Who {
			if !p.Human() {
				t.Errorf("%s from %s is open to %s", r.Move, r.From, p)
			}
		}
	}
}

// Every clock of a stage is in the shipped policy, in both lanes, and the flagged lane never has less time. Extensions can be read.
func TestClocksOfStagesAreInThePolicy(t *testing.T) {
	cals, err := clock.LoadCalendars(nil)
	if err != nil {
		t.Fatal(err)
	}
	p, err := clock.LoadPolicy(nil, cals)
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range ClockKinds() {
		a, ok1 := p.Rule(kind, "claim", string(NormalLane))
		b, ok2 := p.Rule(kind, "claim", string(FlaggedLane))
		if !ok1 || !ok2 {
			t.Errorf("no clock %s", kind)
			continue
		}
		if a.Unit != b.Unit || len(b.Length) < len(a.Length) {
			t.Errorf("%s: %s %s, flagged %s %s", kind, a.Length, a.Unit, b.Length, b.Unit)
		}
	}
	for s, st := range Stages {
		for _, e := range st.Extend {
			if e.Amount() <= 0 || e.Times <= 0 {
				t.Errorf("%s: extension %+v", s, e)
			}
		}
		if st.Clock != "" && !slices.ContainsFunc(Table, func(r Transition) bool { return r.From == s && r.Move == MoveLapse }) {
			t.Errorf("%s has a clock and nothing happens when it runs out", s)
		}
	}
}

// Whoever may do something at all is told "not now" apart from "not yours"; what is refused changes nothing.
func TestRefusalsSayWhyAndChangeNothing(t *testing.T) {
	f := Facts{State: MerchantAnswer, Round: 1, Open: MerchantSide}
	was := f
	if _, err := Claims.Do(&f, Act{Move: MoveAccept, Part: Buyer}); !casefile.Is(err, casefile.Denied) {
		t.Errorf("not yours: %v", err)
	}
	if _, err := Claims.Do(&f, Act{Move: MoveAppeal, Part: Buyer}); !casefile.Is(err, casefile.Conflict) {
		t.Errorf("not now: %v", err)
	}
	if f != was {
		t.Errorf("a refused act changed %+v", f)
	}
}

// The page docs/design/claims.md holds the chart and table of this program. Run with ANXIN_UPDATE=1 to write them.
func TestChartsInTheDocsAreUpToDate(t *testing.T) {
	const path = "../../../docs/design/claims.md"
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "<!-- table begin -->\n", "<!-- table end -->"
	a, b := strings.Index(string(page), begin), strings.Index(string(page), end)
	if a < 0 || b < a {
		t.Fatalf("%s has no place for the table", path)
	}
	want := string(page[:a+len(begin)]) + "```mermaid\n" + Mermaid() + "```\n\n" + Markdown() + string(page[b:])
	if want == string(page) {
		return
	}
	if os.Getenv("ANXIN_UPDATE") == "" {
		t.Fatalf("%s is out of date; run ANXIN_UPDATE=1 go test ./internal/claim/terms -run UpToDate", path)
	}
	if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}
