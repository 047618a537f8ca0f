package region

import (
	"os"
	"sort"
	"strings"
	"testing"
)

// TestWild measures the resolver on the hand-written addresses of testdata/wild.tsv and holds the bars of the
// design page: first answer right, silently wrong, ambiguous names never picked, old names, traditional script.
func TestWild(t *testing.T) {
	data, err := os.ReadFile("testdata/wild.tsv")
	if err != nil {
		t.Fatal(err)
	}
	type tally struct{ n, first, silent int }
	by := map[string]*tally{}
	total := &tally{}
	r := Default()
	for _, line := range strings.Split(strings.TrimSpace(string(data)), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Split(line, "\t")
		if len(f) != 5 {
			t.Fatalf("%d columns: %s", len(f), line)
		}
		a := r.Resolve(f[4], Date{})
		checkAnswer(t, &a)
		first, silent := judge(&a, f[2], strings.Split(f[3], ","))
		for _, key := range []string{"set " + f[0], f[1]} {
			if by[key] == nil {
				by[key] = &tally{}
			}
			by[key].n++
			by[key].first += first
			by[key].silent += silent
		}
		total.n++
		total.first += first
		total.silent += silent
		if first == 0 {
			t.Logf("%s: want %s %s, got %v %s %d candidates", f[4], f[2], f[3], a.Outcome, a.Best.Path, len(a.Candidates))
		}
	}
	keys := make([]string, 0, len(by))
	for k := range by {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for _, k := range keys {
		t.Logf("%-22s %4d first answer right %5.1f %%, silently wrong %d", k, by[k].n, 100*float64(by[k].first)/float64(by[k].n), by[k].silent)
	}
	least := map[string]float64{"old names": 0.96, "traditional": 0.98, "ambiguous": 1, "split": 0.95}
	for k, share := range least {
		if x := by[k]; float64(x.first) < share*float64(x.n) {
			t.Errorf("%s: %d of %d right", k, x.first, x.n)
		}
	}
	if total.n < 800 || float64(total.first) < 0.97*float64(total.n) || float64(total.silent) > 0.005*float64(total.n) {
		t.Errorf("%d addresses, %d first answers right, %d silently wrong", total.n, total.first, total.silent)
	}
}

// judge compares an answer with what is wanted: whether its first answer is right, and whether it is wrong without
// saying so.
func judge(a *Answer, outcome string, codes []string) (first, silent int) {
	fits := func(c Code, want string) bool {
		// The county of a town is as good as the town, but no other town and no whole city is.
		return string(c) == want || len(c) == 9 && string(c[:6]) == want || len(want) == 9 && string(c) == want[:6] && !strings.HasSuffix(string(c), "00")
	}
	anyOf := func(c Code) bool {
		for _, w := range codes {
			if fits(c, w) {
				return true
			}
		}
		return false
	}
	switch outcome {
	case "one":
		switch {
		case a.Outcome == OutcomeOne && anyOf(a.Best.Code):
			return 1, 0
		case a.Outcome == OutcomeOne:
			return 0, 1
		case a.Outcome == OutcomeSet && anyOf(a.Candidates[0].Code):
			return 1, 0
		}
	case "set":
		if a.Outcome != OutcomeSet {
			if a.Outcome == OutcomeOne {
				return 0, 1
			}
			return 0, 0
		}
		for _, w := range codes {
			found := w == "*"
			for _, c := range a.Candidates {
				found = found || fits(c.Code, w)
			}
			if !found {
				return 0, 0
			}
		}
		return 1, 0
	default:
		if a.Outcome == OutcomeNone {
			return 1, 0
		}
		if a.Outcome == OutcomeOne {
			return 0, 1
		}
	}
	return 0, 0
}
