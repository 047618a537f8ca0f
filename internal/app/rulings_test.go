package app

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/claim"
	"anxin/internal/clock"
	"anxin/internal/i18n"
	"anxin/internal/letter"
	"anxin/internal/rule"
)

// What is kept with a claim is enough to run other rules over it.
func TestRuledFactsComeBackForAReplay(t *testing.T) {
	h := newClaimHouse(t)
	ctx := context.Background()
	for _, number := range []string{"T1", "T2", "T3"} {
		h.file(h.buy(number))
	}
	pack, ok := h.Claims.Packs.InForce(packSeries, h.Source.Now())
	if !ok {
		t.Fatal("no pack is in force")
	}
	var seen []string
	s, err := rule.Replay(ctx, func(yield func(rule.Stored, error) bool) {
		for s, err := range h.RuledFacts(ctx) {
			h.ok(err)
			if s.Facts.Category != "smart_lock" || s.Facts.Reason != "damaged" || s.Facts.Media != 1 || s.Facts.Filed.IsZero() {
				t.Errorf("%+v", s)
			}
			seen = append(seen, s.Claim)
			if !yield(s, nil) {
				return
			}
		}
	}, pack, pack, 2, h.Source.Now, func(d rule.Difference) error {
		t.Errorf("the same pack makes a difference: %+v", d)
		return nil
	})
	slices.Sort(seen)
	if err != nil || s.Claims != 3 || len(slices.Compact(seen)) != 3 {
		t.Errorf("%+v %v %v", s, seen, err)
	}
}

// The clocks of a claim have the lengths of its pack, the long ones where a rule says so, and only then; every name of the pack's clocks is one of the claim's.
func TestClocksHaveTheLengthsOfThePack(t *testing.T) {
	h := newClaimHouse(t)
	rules, now := claimRules{h.Claims.Packs, h.Claims.Law}, h.Source.Now()
	lengths := func(amount casefile.Fen, refunds int) (claim.Lane, map[string]clock.Length) {
		f := claim.RuleFacts{Wish: claim.RefundOnly, Reason: "damaged", Category: "clothing", MerchantTier: "standard", Amount: amount, Paid: amount, Ordered: now.AddDate(0, 0, -10),
			Delivered: now.AddDate(0, 0, -5), Filed: now, Photos: 2, Checked: true}
		for i := range f.History.Counts {
			f.History.Counts[i].RefundOnly = refunds
		}
		ruling, err := rules.Apply(context.Background(), Tenant, f)
		h.ok(err)
		return ruling.Lane, ruling.Clocks
	}
	hour := int64(time.Hour / time.Microsecond)
	for _, c := range []struct {
		amount         casefile.Fen
		refunds        int
		lane           claim.Lane
		answer, review int64
	}{{9900, 0, claim.NormalLane, 48 * hour, 2}, {99900, 9, claim.FlaggedLane, 96 * hour, 5}} {
		lane, got := lengths(c.amount, c.refunds)
		if lane != c.lane || got["claim_answer"] != (clock.Length{Amount: c.answer, Unit: clock.Elapsed, Calendar: "always"}) || got["claim_review"].Amount != c.review || got["claim_cap"].Amount != 20 {
			t.Errorf("%+v: lane %s, %+v", c, lane, got)
		}
		for kind := range got {
			if !slices.Contains(claim.ClockKinds(), kind) {
				t.Errorf("there is no clock %s of claims", kind)
			}
		}
		if len(got) != len(packClocks)+1 {
			t.Errorf("%d lengths", len(got))
		}
	}
}

// Every remedy gives a complete letter from what the claim hands over, and every code in it has words.
func TestEveryRemedyHasALetter(t *testing.T) {
	h := newClaimHouse(t)
	ctx := context.Background()
	now := h.Source.Now()
	rules, letters := claimRules{h.Claims.Packs, h.Claims.Law}, claimLetters{h.Core, h.Claims.Law}
	for _, reason := range claim.Reasons() {
		ruling, err := rules.Apply(ctx, Tenant, claim.RuleFacts{Wish: claim.RefundOnly, Reason: reason, Category: "lock", Amount: 89900, Paid: 89900, Ordered: now.AddDate(0, 0, -10),
			Delivered: now.AddDate(0, 0, -5), Filed: now, Photos: 2, Checked: true, MerchantTier: "watched"})
		h.ok(err)
		if strings.Contains(string(ruling.Trace), `"unknown":[`) {
			t.Errorf("%s: the pack does not know a code of the claim: %s", reason, ruling.Trace)
		}
		for _, r := range claim.Remedies() {
			f := claim.LetterFacts{
				Tenant: Tenant, Code: "D-7K2M-0QXT-9VBR", Number: "261124-48391-7", Issued: now, Round: 1, Buyer: "李**", Merchant: "禾木旗舰店", Order: "…4001", Product: "智能门锁 M3", Category: "lock",
				Paid: 89900, Ordered: now.AddDate(0, 0, -10), Filed: now, Reason: reason, Wish: claim.RefundOnly, WishAmount: 89900, Remedy: r, Amount: 89900,
				Settled: claim.Partial, Reasons: claim.DecisionReasons(), Words: "说明", OnBuyer: "采信", OnMerchant: "不采信", Burden: ruling.Burden, BurdenRule: ruling.BurdenRule,
				BurdenWords: ruling.BurdenWords, BurdenBasis: ruling.BurdenBasis, Why: ruling.Why, Extra: ruling.Extra, OrderPack: ruling.OrderPack, FilingPack: ruling.FilingPack, Applied: ruling.Applied,
				Basis: ruling.Basis, TwoPeople: true, Machine: true, Steps: []claim.StepKind{claim.StepReturn, claim.StepDestroy, claim.StepRefund, claim.StepReplace, claim.StepRepair},
				ExecuteBy: now.Add(24 * time.Hour), AppealUntil: now.Add(168 * time.Hour),
				Evidence: []claim.EvidenceLine{{No: 1, Side: claim.BuyerSide, Item: casefile.ID{1}, Kind: claim.MediaClaimPhoto, SHA256: strings.Repeat("ab", 32), Received: now}},
				Grounds:  []claim.Ground{{Group: "match", Item: casefile.ID{1}}},
			}
			for _, kind := range append(slices.Clone(answerable), "decided", "lapsed") {
				f.Notices = append(f.Notices, claim.NoticeView{Side: claim.MerchantSide, Kind: kind, Served: now})
			}
			text, err := letters.Compose(ctx, f)
			if err != nil {
				t.Fatalf("%s/%s: %v", reason, r, err)
			}
			doc, err := letter.Decode(text)
			h.ok(err)
			for _, lang := range i18n.Langs() {
				s := doc.In(string(lang)).Text()
				for _, code := range append(claim.DecisionReasons(), "comment_wanted", "claim_photo", "[letter.", "[claim.", "lock\n") {
					if strings.Contains(s, code) {
						t.Errorf("%s/%s/%s: the letter says %q", reason, r, lang, code)
					}
				}
			}
			if r == claim.Forged && strings.Count(doc.ZH.Section(letter.PartEvidence).Text(), "不予采信") != 1 {
				t.Errorf("the material of a finding is not marked:\n%s", doc.ZH.Section(letter.PartEvidence).Text())
			}
		}
	}
}
