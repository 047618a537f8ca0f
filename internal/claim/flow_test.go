package claim_test

import (
	"testing"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/claim"
)

// A whole claim: filed, checked, contested, decided by a person, letter, refund, appeal period, final.
func TestAClaimFromFilingToFinal(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		m := h.order().file(nil).in(claim.Checking).checked().in(claim.MerchantAnswer).contested().take(reviewer(1))
		if _, err := h.svc.Signals(ctx, reviewer(1), m.id); err != nil {
			t.Fatalf("signals after the impression: %v", err)
		}
		h.must(h.svc.Decide(ctx, reviewer(1), m.decision(claim.RefundOnly)))
		m.in(claim.Executing)
		if len(h.letters.made) != 1 || h.letters.made[0].Remedy != claim.RefundOnly || h.letters.made[0].AppealUntil.IsZero() {
			t.Fatalf("letters: %+v", h.letters.made)
		}
		if h.mail.count("claim_refund_order") != 1 {
			t.Error("the refund was not ordered")
		}
		o, err := h.svc.RefundOrder(ctx, lead(), m.id)
		h.ok(err)
		if o.Amount != 89900 || o.State != "open" {
			t.Errorf("refund order %+v", o)
		}
		h.must(h.svc.ConfirmStep(ctx, lead(), claim.Done{Case: m.id, Step: claim.StepRefund, Ref: "R-1"}))
		m.in(claim.Appealable)
		h.must(h.svc.ConfirmStep(ctx, lead(), claim.Done{Case: m.id, Step: claim.StepRefund, Ref: "R-1"})) // programs retry
		v, err := h.svc.Status(ctx, m.buyer, m.id)
		h.ok(err)
		if !v.May(claim.MoveAppeal) || v.Decision == nil || v.Outcome != claim.RefundOnly || len(v.Letters) != 1 {
			t.Errorf("the buyer's page: %+v", v.Core)
		}
		l, err := h.svc.Letter(ctx, m.buyer, m.id, "")
		h.ok(err)
		if l.Facts.Number != v.Number || len(l.Document) == 0 || l.Facts.Buyer == "李木清" {
			t.Errorf("letter %+v", l.Facts)
		}
		h.passDays(7)
		m.in(claim.Final)
		if looked, bad := h.doctor(); looked != 1 || len(bad) != 0 {
			t.Errorf("doctor looked at %d, found %v", looked, bad)
		}
	})
}

// What speaks for the buyer can be cited, and is no second ground for calling something forged.
func TestForgeryNotFromWhatSpeaksForTheBuyer(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.checks.signals = []claim.Signal{{ID: "m", Group: "match", Strength: "strong"}, {ID: "p", Group: "provenance", Strength: "moderate", Detail: []byte(`{"for":true}`)}, {ID: "d", Group: "declaration", Strength: "moderate"}}
		m := h.order().file(nil).checked().contested().take(reviewer(1))
		d := m.decision(claim.Forged)
		d.Grounds = []claim.Ground{{Group: "match"}, {Signal: "m"}, {Signal: "p"}}
		if _, err := h.svc.Decide(ctx, reviewer(1), d); err == nil {
			t.Error("forged by one ground and one that speaks for the buyer")
		}
		d.Grounds[2].Signal = "d"
		h.must(h.svc.Decide(ctx, reviewer(1), d))
	})
}

// A finding of forgery needs two people; the first one's proposal does not come back to them.
func TestForgeryNeedsTwoPeople(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		m := h.order().file(nil).checked().contested().take(reviewer(1))
		h.must(h.svc.Decide(ctx, reviewer(1), m.decision(claim.Forged)))
		m.in(claim.SecondReview)
		_, err := h.svc.Next(ctx, reviewer(1))
		h.refused("claim.error.queue_empty", err)
		_, err = h.svc.Agree(ctx, reviewer(1), claim.Review{Case: m.id, Words: "同意"})
		h.refused("claim.error.not_leased", err)
		m.take(reviewer(2))
		p, err := h.svc.ReviewPage(ctx, reviewer(2), m.id)
		h.ok(err)
		if p.Proposal == nil || p.Proposal.Remedy != claim.Forged {
			t.Errorf("the second reviewer sees no proposal: %+v", p.Proposal)
		}
		if _, err = h.svc.Agree(ctx, reviewer(2), claim.Review{Case: m.id, Words: "同意：目录图加裂纹"}); !casefile.Is(err, casefile.Invalid) {
			t.Errorf("agreed without the standard of proof: %v", err)
		}
		h.must(h.svc.Agree(ctx, reviewer(2), claim.Review{Case: m.id, Words: "同意：目录图加裂纹", Beyond: true}))
		m.in(claim.Appealable)
		if !m.row().FindingAt.IsZero() {
			t.Error("the finding was noted before final")
		}
		h.passDays(7)
		m.in(claim.Final)
		if m.row().FindingAt.IsZero() {
			t.Error("the finding was not noted at final")
		}
		if looked, bad := h.doctor(); looked != 1 || len(bad) != 0 {
			t.Errorf("doctor looked at %d, found %v", looked, bad)
		}
	})
}

// Two reviewers who disagree leave it to the lead.
func TestDisagreementGoesToTheLead(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		m := h.order().file(nil).checked().contested().take(reviewer(1))
		h.must(h.svc.Decide(ctx, reviewer(1), m.decision(claim.Forged)))
		m.take(reviewer(2))
		h.must(h.svc.Disagree(ctx, reviewer(2), claim.Review{Case: m.id, Words: "看不出伪造"}))
		m.in(claim.SecondReview)
		list, err := h.svc.Problems(ctx, lead())
		h.ok(err)
		if len(list) != 1 || list[0].Problem != "disputed" {
			t.Fatalf("problems %+v", list)
		}
		d := m.decision(claim.RefundReturn)
		_, err = h.svc.LeadDecide(ctx, lead(), d)
		h.refused("claim.guard.g4", err)
		h.must(h.svc.Impress(ctx, lead(), claim.Impress{Case: m.id, Leaning: "credible", Words: "像真的"}))
		h.must(h.svc.LeadDecide(ctx, lead(), d))
		m.in(claim.Executing)
		h.must(h.svc.Sent(ctx, m.buyer, claim.Sent{Case: m.id, Carrier: "顺风", Number: "SF0001"}))
		mc, err := h.svc.MerchantClaim(ctx, merchant(), m.id)
		h.ok(err)
		if len(mc.Steps) != 2 || mc.Steps[0].State != "sent" || mc.Steps[0].Note.Clear() != "顺风 SF0001" {
			t.Errorf("steps %+v", mc.Steps)
		}
		h.must(h.svc.Confirm(ctx, merchant(), claim.Done{Case: m.id, Step: claim.StepReturn}))
		h.must(h.svc.ConfirmStep(ctx, lead(), claim.Done{Case: m.id, Step: claim.StepRefund, Ref: "R-2"}))
		m.in(claim.Appealable)
	})
}

// Nobody answers: every clock runs out, people decide, silence decides nothing.
func TestSilenceDecidesNothing(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		m := h.order().file(nil)
		h.pass(10 * time.Minute) // the checks never answer
		m.in(claim.MerchantAnswer)
		h.pass(48*time.Hour - time.Minute)
		m.in(claim.MerchantAnswer)
		h.pass(time.Minute)
		m.in(claim.InReview)
		c := m.row()
		if !c.Facts.Unanswered || !c.Facts.Unfinished || c.Outcome != "" {
			t.Errorf("facts %+v", c.Facts)
		}
		h.passDays(5) // the review is late: the lead hears of it, nothing is decided
		m.in(claim.InReview)
		if c = m.row(); !c.Facts.Escalated || c.Problem != "late" {
			t.Errorf("not escalated: %+v", c)
		}
		m.take(reviewer(1))
		d := m.decision(claim.RefundOnly)
		d.Reasons = []string{"merchant_silent"}
		_, err := h.svc.Decide(ctx, reviewer(1), d)
		h.refused("claim.guard.g7", err)
		d.Reasons = []string{"merchant_silent", "damage_shown"}
		h.must(h.svc.Decide(ctx, reviewer(1), d))
		m.in(claim.Executing)
	})
}

// The merchant grants it, or offers something else and the buyer takes it.
func TestAgreements(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		m := h.order().file(nil).checked()
		h.must(h.svc.Accept(ctx, merchant(), claim.Accept{Case: m.id, Words: "同意退款"}))
		m.in(claim.Executing)
		h.must(h.svc.ConfirmStep(ctx, lead(), claim.Done{Case: m.id, Step: claim.StepRefund, Ref: "R-3"}))
		m.in(claim.Final)

		m = h.order().file(nil).checked()
		h.must(h.svc.Offer(ctx, merchant(), claim.Offer{Case: m.id, Remedy: claim.Partial, Amount: 30000, Words: "补偿三百"}))
		v, err := h.svc.Status(ctx, m.buyer, m.id)
		h.ok(err)
		if v.Offer == nil || v.Offer.Amount != 30000 || !v.May(claim.MoveSettle) {
			t.Fatalf("offer %+v", v.Offer)
		}
		h.must(h.svc.AnswerOffer(ctx, m.buyer, claim.Answer{Case: m.id, Take: true}))
		m.in(claim.Executing)
		o, err := h.svc.RefundOrder(ctx, lead(), m.id)
		h.ok(err)
		if o.Amount != 30000 {
			t.Errorf("refund of %d", o.Amount)
		}
		last := h.letters.made[len(h.letters.made)-1]
		if last.Remedy != claim.Settlement || last.Settled != claim.Partial || !last.AppealUntil.IsZero() {
			t.Errorf("letter %+v", last)
		}
		m = h.order().file(nil).checked()
		h.must(h.svc.Offer(ctx, merchant(), claim.Offer{Case: m.id, Remedy: claim.Exchange, Words: "换新"}))
		h.must(h.svc.AnswerOffer(ctx, m.buyer, claim.Answer{Case: m.id, Words: "不要"}))
		m.in(claim.InReview)
		if !m.row().Facts.Contested {
			t.Error("an offer that was refused is no consent")
		}
		if _, bad := h.doctor(); len(bad) != 0 {
			t.Errorf("doctor found %v", bad)
		}
	})
}

// An appeal goes to a third person; the other side is heard first; what was not carried out stands still meanwhile.
func TestAppeals(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		m := h.order().file(nil).checked().contested().take(reviewer(1))
		h.must(h.svc.Decide(ctx, reviewer(1), m.decision(claim.RefundReturn)))
		m.in(claim.Executing)
		h.must(h.svc.Appeal(ctx, merchant(), claim.Appeal{Case: m.id, Reason: "facts_wrong", Words: "录像第 12 秒能看到侧面"}))
		m.in(claim.InAppeal)
		_, err := h.svc.Next(ctx, reviewer(1))
		h.refused("claim.error.queue_empty", err)
		m.take(reviewer(3))
		_, err = h.svc.Overturn(ctx, reviewer(3), m.decision(claim.Insufficient))
		h.refused("claim.guard.window", err)
		h.must(h.svc.Respond(ctx, m.buyer, claim.Say{Case: m.id, Words: "第 12 秒是背面"}))
		_, err = h.svc.Overturn(ctx, reviewer(3), m.decision(claim.Forged))
		h.refused("claim.guard.g1_people", err)
		h.must(h.svc.Overturn(ctx, reviewer(3), m.decision(claim.Insufficient)))
		m.in(claim.Final)
		if c := m.row(); c.Overturned != claim.MerchantSide || c.Outcome != claim.Insufficient || c.FirstOutcome != claim.RefundReturn {
			t.Errorf("claim %+v", c)
		}

		m = h.order().file(nil).checked().contested().take(reviewer(1))
		h.must(h.svc.Decide(ctx, reviewer(1), m.decision(claim.Insufficient)))
		m.in(claim.Appealable)
		h.must(h.svc.Appeal(ctx, m.buyer, claim.Appeal{Case: m.id, Reason: "new_evidence", Words: "补一段视频", Media: h.vault.stage(m.id, claim.MediaClaimVideo, 1)}))
		h.pass(48 * time.Hour) // the merchant says nothing
		m.in(claim.InAppeal).take(reviewer(3))
		h.must(h.svc.Remit(ctx, reviewer(3), claim.Review{Case: m.id, Words: "新证据应重新质证"}))
		m.in(claim.InReview)
		for _, n := range []byte{1, 3} {
			_, err = h.svc.Next(ctx, reviewer(n))
			h.refused("claim.error.queue_empty", err)
		}
		m.take(reviewer(4))
		h.must(h.svc.Decide(ctx, reviewer(4), m.decision(claim.Partial)))
		m.in(claim.Executing)
		h.must(h.svc.ConfirmStep(ctx, lead(), claim.Done{Case: m.id, Step: claim.StepRefund, Ref: "R-9"}))
		h.must(h.svc.WaiveAppeal(ctx, m.buyer, claim.Ref{Case: m.id}))
		h.must(h.svc.WaiveAppeal(ctx, merchant(), claim.Ref{Case: m.id}))
		m.in(claim.Final)
		if _, bad := h.doctor(); len(bad) != 0 {
			t.Errorf("doctor found %v", bad)
		}
		s, err := h.svc.Stats(ctx, lead(), start.Add(-time.Hour), start.AddDate(0, 1, 0))
		h.ok(err)
		if s.Filed != 2 || s.Overturned[claim.MerchantSide] != (claim.Share{N: 1, Of: 1}) || s.Heard != (claim.Share{N: 2, Of: 2}) {
			t.Errorf("stats %+v", s)
		}
	})
}

func (h *house) doctor() (looked int, bad []string) {
	h.t.Helper()
	_, err := h.svc.Doctor(ctx, func(f claim.DoctorFinding) {
		if f.Tenant == tenant {
			bad = append(bad, f.Code)
		}
	})
	h.ok(err)
	return h.decisions(), bad
}
