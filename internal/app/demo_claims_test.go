package app

import (
	"context"
	"slices"
	"testing"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/claim"
	"anxin/internal/config"
	"anxin/internal/demo"
)

// The demo holds a claim in each state that lasts, something for every reviewer, and the three that its tour shows.
func TestDemoHasAClaimInEveryState(t *testing.T) {
	ctx := context.Background()
	o := DemoConfig(Options{Config: config.Default(), DataDir: t.TempDir(), Version: "test"})
	if played, err := FillDemo(ctx, o); err != nil || !played {
		t.Fatalf("played %v: %v", played, err)
	}
	o.Source.Clock = func() time.Time { return time.Now().Add(time.Minute) }
	store, err := OpenStore(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	c, err := NewCore(store)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := drain(ctx, c); err != nil { // the server looks at the pictures that the play left to it
		t.Fatal(err)
	}
	lead := casefile.Actor{Tenant: Tenant, Role: casefile.Admin, ID: casefile.ID{9, 9}, Route: "web", Lang: "zh"}
	now := c.Source.Now()
	s, err := c.Claims.Stats(ctx, lead, now.AddDate(0, 0, -3), now.AddDate(0, 0, 1))
	if err != nil {
		t.Fatal(err)
	}
	for _, state := range []claim.State{claim.BuyerEvidence, claim.MerchantAnswer, claim.Negotiating, claim.Rebuttal, claim.InReview, claim.StateInspection, claim.SecondReview, claim.Executing,
		claim.Appealable, claim.InAppeal, claim.Final, claim.Withdrawn, claim.Suspended} {
		if s.ByState[state] == 0 {
			t.Errorf("no claim is %s: %v", state, s.ByState)
		}
	}
	if p, err := c.Claims.Problems(ctx, lead); err != nil || !slices.ContainsFunc(p, func(r claim.ProblemRow) bool { return r.Problem == "disputed" }) {
		t.Errorf("no disagreement waits for the lead: %v %v", p, err)
	}

	// The picture that was used before, and the catalogue's with drawn cracks, are found; the honest one is not suspected. What is found is read as a reviewer does.
	strong := map[bool]int{}
	for i := range 4 {
		a := casefile.Actor{Tenant: Tenant, Role: casefile.Reviewer, ID: casefile.ID{8, byte(i)}, Route: "web", Lang: "zh"}
		l, err := c.Claims.Next(ctx, a)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Claims.Signals(ctx, a, l.Case); !casefile.Is(err, casefile.Conflict) {
			t.Errorf("signals before an impression: %v", err)
		}
		if _, err := c.Claims.Impress(ctx, a, claim.Impress{Case: l.Case, Leaning: "unclear", Words: "看一看"}); err != nil {
			t.Fatal(err)
		}
		sig, err := c.Claims.Signals(ctx, a, l.Case)
		if err != nil || len(sig.Signals) == 0 {
			t.Fatalf("no signals: %v", err)
		}
		found := slices.ContainsFunc(sig.Signals, func(x claim.Signal) bool {
			return x.Group == "match" && (x.Strength == "strong" || x.Strength == "moderate")
		})
		strong[found]++
		for _, x := range sig.Signals {
			t.Logf("%s %s %s: %s", l.Number, x.Check, x.Strength, x.Fact.ZH)
		}
	}
	if strong[true] != 2 || strong[false] != 2 {
		t.Errorf("of the four in the queues %d have a picture that was found elsewhere, want 2", strong[true])
	}
	for _, l := range demo.LogIns() {
		if l.Role == "reviewer" || l.Role == "merchant" {
			return
		}
	}
	t.Error("no log-in for a reviewer or the merchant")
}
