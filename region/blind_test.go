package region

import (
	"os"
	"strings"
	"testing"
)

func TestBlindTmp(t *testing.T) {
	name := os.Getenv("BLIND")
	if name == "" {
		t.Skip()
	}
	data, _ := os.ReadFile(name)
	type tally struct{ n, first, strict, silent int }
	by := map[string]*tally{}
	r := Default()
	for _, line := range strings.Split(strings.TrimSpace(string(data)), "\n") {
		f := strings.Split(line, "\t")
		a := r.Resolve(f[4], Date{})
		first, silent := judge(&a, f[2], strings.Split(f[3], ","))
		strict := first
		if f[2] == "one" && a.Outcome != OutcomeOne {
			strict = 0
		}
		for _, k := range []string{f[1], "~total"} {
			if by[k] == nil {
				by[k] = &tally{}
			}
			by[k].n++
			by[k].first += first
			by[k].strict += strict
			by[k].silent += silent
		}
		if first == 0 {
			kind := "MISS"
			if silent == 1 {
				kind = "SILENT"
			}
			cs := ""
			for i, c := range a.Candidates {
				if i < 6 {
					cs += " " + string(c.Code) + c.Path
				}
			}
			t.Logf("%s [%s] %s: want %s %s, got %v %s %s |%s", kind, f[1], f[4], f[2], f[3], a.Outcome, a.Best.Code, a.Best.Path, cs)
		} else if strict == 0 && os.Getenv("ASKED") != "" {
			t.Logf("ASKED [%s] %s: want %s %s, first %s %s (%v)", f[1], f[4], f[2], f[3], a.Candidates[0].Code, a.Candidates[0].Path, a.Reasons)
		}
	}
	for k, v := range by {
		t.Logf("= %-24s n %4d first %5.1f%% (%d) strict %5.1f%% silent %d", k, v.n, 100*float64(v.first)/float64(v.n), v.first, 100*float64(v.strict)/float64(v.n), v.silent)
	}
}
