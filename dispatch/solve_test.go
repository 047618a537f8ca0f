package dispatch_test

import (
	"context"
	"encoding/json"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"anxin/dispatch"
	"anxin/dispatch/check"
	"anxin/dispatch/gen"
)

// solveChecked solves and lets the checker look at the plan.
func solveChecked(t testing.TB, p *dispatch.Problem, o dispatch.Options) *dispatch.Plan {
	t.Helper()
	plan, err := dispatch.Solve(context.Background(), p, o)
	if err != nil {
		t.Fatalf("%s: %v", p.Name, err)
	}
	report, err := check.Plan(context.Background(), p, plan)
	if err != nil {
		t.Fatalf("%s: %v", p.Name, err)
	}
	if !report.OK() {
		dump(t, p, plan)
		t.Fatalf("%s:\n%s", p.Name, report)
	}
	if slices.ContainsFunc(plan.Warnings, func(w string) bool { return strings.Contains(w, "not possible") }) {
		t.Fatalf("%s: search and times disagree: %v", p.Name, plan.Warnings)
	}
	return plan
}

func dump(t testing.TB, p *dispatch.Problem, plan *dispatch.Plan) {
	if os.Getenv("DISPATCH_DUMP") == "" {
		return
	}
	dispatch.Write(os.Stderr, p)
	data, _ := json.MarshalIndent(plan, "", " ")
	t.Log(string(data))
}

// TestEveryPlanPassesTheChecker solves random small problems with all kinds of rules. DISPATCH_PLANS raises the number; 100000 pass.
func TestEveryPlanPassesTheChecker(t *testing.T) {
	n := uint64(1500)
	if s := os.Getenv("DISPATCH_PLANS"); s != "" {
		v, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		n = v
	}
	served := 0
	for seed := range n {
		p := gen.Small(seed)
		plan := solveChecked(t, p, dispatch.Options{Seed: seed, Iterations: 60})
		served += len(p.Jobs) - len(plan.Unassigned)
	}
	if served < int(n) {
		t.Fatalf("only %d jobs were served in %d problems", served, n)
	}
}

func TestGeneratedDaysPassTheChecker(t *testing.T) {
	for _, kind := range []string{"city", "overload", "emergency", "rich"} {
		p, err := gen.Make(kind, gen.Options{Seed: 1, Jobs: 120})
		if err != nil {
			t.Fatal(err)
		}
		plan := solveChecked(t, p, dispatch.Options{Seed: 1, Iterations: 3000})
		t.Logf("%s: %d tours, %d unassigned, %+v", kind, len(plan.Tours), len(plan.Unassigned), plan.Score)
	}
}
