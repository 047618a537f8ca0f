package claim_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/claim"
	"anxin/internal/i18n"
	"anxin/internal/tx"
)

// The rules may ask the buyer for pictures; who cannot take any is not worse off for it.
func TestAskingForEvidence(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.rules.ruling.Need = []claim.Shot{{Code: "detail", ZH: "近景", EN: "Close-up"}}
		m := h.order().file(func(f *claim.File) { f.Media = nil }).checked().in(claim.BuyerEvidence)
		v, err := h.svc.Status(ctx, m.buyer, m.id)
		h.ok(err)
		if len(v.Need) != 1 || !v.Next.Yours || !v.May(claim.MoveSupply) || !v.May(claim.MoveExtend) || v.May(claim.MoveWaive) {
			t.Errorf("the buyer's page: need %v, next %+v, actions %v", v.Need, v.Next, v.Actions)
		}
		was := v.Next.Due
		h.must(h.svc.Extend(ctx, m.buyer, claim.Extend{Case: m.id, Words: "明天才能拍"}))
		_, err = h.svc.Extend(ctx, m.buyer, claim.Extend{Case: m.id})
		h.refused("claim.guard.limit", err)
		v, err = h.svc.Status(ctx, m.buyer, m.id)
		h.ok(err)
		if got := v.Next.Due.Sub(was); got != 48*time.Hour {
			t.Errorf("extended by %s", got)
		}
		if _, err := h.svc.MerchantClaim(ctx, merchant(), m.id); !casefile.Is(err, casefile.NotFound) {
			t.Errorf("the merchant sees a claim before notice: %v", err)
		}
		h.must(h.svc.Supply(ctx, m.buyer, claim.Say{Case: m.id, Words: "补一张", Declared: claim.DeclaredNone, Media: h.vault.stage(m.id, claim.MediaClaimPhoto, 1)}))
		m.in(claim.MerchantAnswer)
		if len(h.checks.began) != 2 || len(h.checks.began[1].Items) != 1 {
			t.Errorf("new pictures were not looked at: %+v", h.checks.began)
		}

		m = h.order().file(func(f *claim.File) { f.Media, f.Unable = nil, true }).checked().in(claim.MerchantAnswer)
		m.contested().take(reviewer(1))
		h.must(h.svc.Ask(ctx, reviewer(1), claim.Ask{Case: m.id, Side: claim.BuyerSide, Shots: []string{"detail"}, Words: "能拍一张近景吗"}))
		m.in(claim.BuyerEvidence)
		h.must(h.svc.Unable(ctx, m.buyer, claim.Reasoned{Case: m.id, Words: "没有智能手机"}))
		m.in(claim.InReview)
		if !m.row().Facts.Unable {
			t.Error("the inability is not on record")
		}
	})
}

// A reviewer asks, does without, extends twice with a reason, and orders an inspection whose report comes back as evidence.
func TestReviewersTools(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		m := h.order().file(nil).checked().contested()
		l, err := h.svc.Next(ctx, reviewer(1))
		h.ok(err)
		if again, err := h.svc.Next(ctx, reviewer(1)); err != nil || again.Case != l.Case {
			t.Errorf("the claim one has does not come first: %v", err)
		}
		_, err = h.svc.Next(ctx, reviewer(2))
		h.refused("claim.error.queue_empty", err)
		_, err = h.svc.Signals(ctx, reviewer(1), m.id)
		h.refused("claim.guard.g4", err)
		p, err := h.svc.ReviewPage(ctx, reviewer(1), m.id)
		h.ok(err)
		if p.May(claim.MoveDecide) || !p.May(claim.MoveImpress) || len(p.Choices) != 0 || len(p.Decisions) != 0 {
			t.Errorf("before the impression: %v", p.Actions)
		}
		_, err = h.svc.Decide(ctx, reviewer(1), m.decision(claim.RefundOnly))
		h.refused("claim.guard.g4", err)
		h.must(h.svc.Impress(ctx, reviewer(1), claim.Impress{Case: m.id, Leaning: "unclear", Words: "说不好"}))
		h.must(h.svc.ExtendReview(ctx, reviewer(1), claim.Extend{Case: m.id, Words: "等厂家资料"}))
		h.must(h.svc.ExtendReview(ctx, reviewer(1), claim.Extend{Case: m.id, Words: "还要一天"}))
		_, err = h.svc.ExtendReview(ctx, reviewer(1), claim.Extend{Case: m.id, Words: "再延"})
		h.refused("claim.guard.limit", err)
		h.must(h.svc.Ask(ctx, reviewer(1), claim.Ask{Case: m.id, Side: claim.BuyerSide, Words: "请补序列号"}))
		m.in(claim.BuyerEvidence)
		_, err = h.svc.WaiveEvidence(ctx, reviewer(2), claim.Reasoned{Case: m.id, Words: "不用了"})
		h.refused("error.not_found", err)
		h.must(h.svc.WaiveEvidence(ctx, reviewer(1), claim.Reasoned{Case: m.id, Words: "已从订单查到"}))
		m.in(claim.InReview)
		_, err = h.svc.Next(ctx, reviewer(1))
		h.ok(err)
		h.must(h.svc.OrderInspection(ctx, reviewer(1), claim.Inspect{Case: m.id, Words: "看外壳"}))
		m.in(claim.StateInspection)
		if len(h.visits.ordered) != 1 || h.visits.ordered[0].Kind != "inspect" || h.visits.ordered[0].Words != "看外壳" {
			t.Fatalf("ordered %+v", h.visits.ordered)
		}
		photo := h.vault.stage(m.id, "after_photo", 1)[0]
		h.vault.items[h.vault.find(m.id, photo)].Request, h.vault.items[h.vault.find(m.id, photo)].attached = h.visits.ids[0], true
		h.visitDone(m, 0, true)
		m.in(claim.InReview)
		p, err = h.svc.ReviewPage(ctx, lead(), m.id)
		h.ok(err)
		if !slices.ContainsFunc(p.Media, func(v claim.MediaView) bool { return v.Item == photo && v.Side == claim.NoSide }) {
			t.Errorf("the inspection's photograph is not among the evidence: %+v", p.Media)
		}
		_, err = h.svc.Next(ctx, reviewer(1))
		h.ok(err)
		h.must(h.svc.Release(ctx, reviewer(1), claim.Release{Case: m.id, Reason: "conflict"}))
		_, err = h.svc.Next(ctx, reviewer(1))
		h.refused("claim.error.queue_empty", err)
		if _, err = h.svc.Next(ctx, reviewer(2)); err != nil {
			t.Errorf("another reviewer: %v", err)
		}
		d, err := h.svc.Duty(ctx, lead(), m.id)
		h.ok(err)
		if len(d.Leases) < 4 || len(d.Windows) < 3 || len(d.Stages) < 6 || d.Filed.IsZero() {
			t.Errorf("duty page: %d leases, %d windows, %d stages", len(d.Leases), len(d.Windows), len(d.Stages))
		}
	})
}

// Suspending stops every clock; resuming gives back exactly what was left.
func TestSuspensionPausesAllClocks(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		m := h.order().file(nil).checked().in(claim.MerchantAnswer)
		h.pass(20 * time.Hour)
		h.must(h.svc.Suspend(ctx, lead(), claim.Reasoned{Case: m.id, Words: "公安调取材料"}))
		m.in(claim.Suspended)
		h.passDays(30)
		m.in(claim.Suspended)
		h.must(h.svc.Resume(ctx, lead(), claim.Reasoned{Case: m.id, Words: "恢复"}))
		m.in(claim.MerchantAnswer)
		h.pass(28*time.Hour - time.Minute)
		m.in(claim.MerchantAnswer)
		h.pass(time.Minute)
		m.in(claim.InReview)
		if c := m.row(); !c.Facts.Unanswered {
			t.Error("the window did not run out in full")
		}
		m.take(reviewer(1))
		h.must(h.svc.Decide(ctx, reviewer(1), m.decision(claim.Insufficient)))
		if _, bad := h.doctor(); len(bad) != 0 {
			t.Errorf("doctor found %v", bad)
		}
	})
}

// What concerns a suspended claim waits until it goes on: a visit is ordered then, a report that came meanwhile is taken in then.
func TestASuspendedClaimLosesNothing(t *testing.T) {
	h := newHouseSQLite(t)
	m := h.order().file(func(f *claim.File) { f.Wish = claim.RemedyRepair }).checked()
	h.must(h.svc.Accept(ctx, merchant(), claim.Accept{Case: m.id}))
	m.in(claim.Executing)
	h.must(h.svc.Suspend(ctx, lead(), claim.Reasoned{Case: m.id, Words: "等法院"}))
	h.visitDone(m, 0, true)
	m.in(claim.Suspended)
	h.passDays(2)
	h.must(h.svc.Resume(ctx, lead(), claim.Reasoned{Case: m.id, Words: "恢复"}))
	h.pass(time.Hour)
	m.in(claim.Final)
}

// Refunds are asked for again, and the lead is told; the remedy 维修 is a request in the same case; withdrawing has its letter.
func TestCarryingOut(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		m := h.order().file(nil).checked()
		h.must(h.svc.Accept(ctx, merchant(), claim.Accept{Case: m.id}))
		h.passDays(1)
		if n := h.mail.count("claim_refund_order"); n != 2 {
			t.Errorf("the refund was ordered %d times", n)
		}
		if m.row().Problem != "step_late" {
			t.Errorf("problem %q", m.row().Problem)
		}
		h.must(h.svc.ConfirmStep(ctx, lead(), claim.Done{Case: m.id, Step: claim.StepRefund, Failed: "account_closed"}))
		if m.row().Problem != "step_failed" {
			t.Errorf("problem %q", m.row().Problem)
		}
		h.must(h.svc.ConfirmStep(ctx, lead(), claim.Done{Case: m.id, Step: claim.StepRefund, Ref: "R-1"}))
		m.in(claim.Final)
		if m.row().Problem != "" {
			t.Errorf("problem %q", m.row().Problem)
		}
		if n := len(h.orders.marks); n != 2 || h.orders.marks[1].Kind != claim.MarkRefundOnly {
			t.Errorf("marks %+v", h.orders.marks)
		}

		m = h.order().file(func(f *claim.File) { f.Wish = claim.RemedyRepair }).checked()
		h.must(h.svc.Accept(ctx, merchant(), claim.Accept{Case: m.id}))
		if len(h.visits.ordered) != 1 || h.visits.ordered[0].Kind != "repair" {
			t.Fatalf("ordered %+v", h.visits.ordered)
		}
		h.visitDone(m, 0, true)
		m.in(claim.Final)

		m = h.order().file(nil).checked()
		h.must(h.svc.Withdraw(ctx, m.buyer, claim.Reasoned{Case: m.id, Words: "已经修好了"}))
		m.in(claim.Withdrawn)
		if last := h.letters.made[len(h.letters.made)-1]; last.Remedy != claim.Withdrawal {
			t.Errorf("letter of %s", last.Remedy)
		}
		again, err := h.svc.FilePage(ctx, m.buyer, m.id)
		h.ok(err)
		if !again.Open {
			t.Error("after withdrawing one may file again")
		}
		h.passDays(1097)
		m.in(claim.Archived)
		if _, err := h.svc.Letter(ctx, m.buyer, m.id, ""); err != nil {
			t.Errorf("an archived claim's letter: %v", err)
		}
	})
}

// A letter that cannot be written is tried again and told to the lead; the claim stays decided and nothing is carried out.
func TestALetterThatCannotBeWritten(t *testing.T) {
	h := newHouseSQLite(t)
	h.letters.err = casefile.Fail(casefile.Internal, "error.internal")
	m := h.order().file(nil).checked()
	h.must(h.svc.Accept(ctx, merchant(), claim.Accept{Case: m.id}))
	h.pass(5 * time.Minute)
	m.in(claim.Decided)
	if m.row().Problem != "late" {
		t.Errorf("problem %q", m.row().Problem)
	}
	h.letters.err = nil
	h.pass(time.Hour)
	m.in(claim.Executing)
}

// Rules that are broken keep no claim out and decide nothing.
func TestBrokenRulesGoToAPerson(t *testing.T) {
	h := newHouseSQLite(t)
	h.rules.err = casefile.Fail(casefile.Internal, "error.internal")
	m := h.order().file(nil).checked().contested().take(reviewer(1))
	_, err := h.svc.Decide(ctx, reviewer(1), m.decision(claim.RefundReturn))
	h.refused("claim.guard.g5_unknown", err)
	h.rules.err = nil
	h.must(h.svc.Release(ctx, reviewer(1), claim.Release{Case: m.id, Reason: "shift_end"}))
	_, err = h.svc.Next(ctx, reviewer(1))
	h.ok(err)
	h.must(h.svc.Decide(ctx, reviewer(1), m.decision(claim.RefundReturn)))
}

// What a merchant gets never holds the buyer's name, phone or address, nor another claim; another merchant gets nothing.
func TestTheMerchantNeverSeesWhoTheBuyerIs(t *testing.T) {
	h := newHouseSQLite(t)
	h.order().file(nil).checked() // another claim of the same buyer's phone range
	m := h.order().file(nil).checked().contested()
	v, err := h.svc.MerchantClaim(ctx, merchant(), m.id)
	h.ok(err)
	page, err := h.svc.Inbox(ctx, merchant(), claim.InboxQuery{})
	h.ok(err)
	l := claim.LetterView{}
	m.take(reviewer(1))
	h.must(h.svc.Decide(ctx, reviewer(1), m.decision(claim.RefundOnly)))
	l, err = h.svc.Letter(ctx, merchant(), m.id, "")
	h.ok(err)
	text, err := json.Marshal([]any{v, page, l})
	h.ok(err)
	for _, planted := range []string{"李木清", "1990000", m.row().Subject.String()} {
		if strings.Contains(string(text)+string(l.Document), planted) {
			t.Errorf("the merchant gets %q", planted)
		}
	}
	other := merchant()
	other.Merchant = casefile.ID{8, 8}
	if _, err := h.svc.MerchantClaim(ctx, other, m.id); !casefile.Is(err, casefile.NotFound) {
		t.Errorf("another merchant: %v", err)
	}
	if _, err := h.svc.Accept(ctx, other, claim.Accept{Case: m.id}); !casefile.Is(err, casefile.NotFound) {
		t.Errorf("another merchant accepts: %v", err)
	}
	if got, err := h.svc.Inbox(ctx, other, claim.InboxQuery{}); err != nil || len(got.Rows) != 0 {
		t.Errorf("another merchant's inbox: %v %v", got, err)
	}
	stranger := m.buyer
	stranger.Case = casefile.ID{5}
	if _, err := h.svc.Status(ctx, stranger, m.id); !casefile.Is(err, casefile.NotFound) {
		t.Errorf("another buyer: %v", err)
	}
	far := merchant()
	far.Tenant += 5
	if _, err := h.svc.MerchantClaim(ctx, far, m.id); !casefile.Is(err, casefile.NotFound) {
		t.Errorf("another tenant: %v", err)
	}
	if ok, err := h.svc.MayShowItem(ctx, other, m.id, v.Theirs[0].Media[0].Item); err != nil || ok {
		t.Errorf("another merchant sees a picture: %v", err)
	}
	if ok, err := h.svc.MayShowItem(ctx, merchant(), m.id, v.Theirs[0].Media[0].Item); err != nil || !ok {
		t.Errorf("the merchant does not see the claim's picture: %v", err)
	}
}

// Filing twice with one key is one claim; the notice is served once and its opening recorded.
func TestFilingAndNotices(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		m := h.order()
		f := m.form(nil)
		a, err := h.svc.File(ctx, m.buyer, f)
		h.ok(err)
		b, err := h.svc.File(ctx, m.buyer, f)
		h.ok(err)
		if a.Claim != b.Claim || !b.Repeated || a.Repeated {
			t.Errorf("two receipts: %+v, %+v", a, b)
		}
		f.Key += "x"
		_, err = h.svc.File(ctx, m.buyer, f)
		h.refused("claim.error.under_way", err)
		m.claim = a.Claim
		m.checked()
		h.ok(h.svc.OpenNotices(ctx, merchant(), m.id))
		h.ok(h.svc.OpenNotices(ctx, merchant(), m.id))
		p, err := h.svc.MerchantClaim(ctx, merchant(), m.id)
		h.ok(err)
		if len(p.Notices) != 1 || p.Notices[0].Served.IsZero() || p.Notices[0].Opened.IsZero() || !p.Notices[0].Answered.IsZero() {
			t.Fatalf("notices %+v", p.Notices)
		}
		refs := p.Order.References
		if len(refs) != 2 || refs[0].After || !refs[1].After {
			t.Errorf("references %+v", refs)
		}
		m.contested()
		p, err = h.svc.MerchantClaim(ctx, merchant(), m.id)
		h.ok(err)
		if p.Notices[0].Answered.IsZero() {
			t.Errorf("the answer is not on the notice: %+v", p.Notices)
		}
		_, err = h.svc.File(ctx, m.buyer, claim.File{Case: m.id, Key: "another-key", Wish: "money", Reason: "x"})
		if !casefile.Is(err, casefile.Invalid) {
			t.Errorf("a form full of mistakes: %v", err)
		}
	})
}

// Every message that the table or the commands send has words in both languages.
func TestEveryMessageHasWords(t *testing.T) {
	var names []string
	for _, r := range claim.Table() {
		for _, l := range r.Tell {
			names = append(names, l.Template)
		}
	}
	names = append(names, "claim_refund_order", "claim_return_wanted", "claim_destroy_wanted", "claim_replace_wanted", "claim_goods_sent")
	for _, name := range names {
		key, ok := strings.CutPrefix(name, "claim_")
		if !ok || !i18n.Has("claim_message.text."+key) {
			t.Errorf("no words for %s", name)
		}
		if !i18n.Has("claim.served."+key) && !strings.HasSuffix(key, "_wanted") && key != "refund_order" && key != "goods_sent" {
			t.Errorf("no name for the notice %s", name)
		}
	}
	for _, s := range claim.Course() {
		if !i18n.Has("claim.state." + string(s)) {
			t.Errorf("no name for the state %s", s)
		}
	}
	for group, codes := range map[string][]string{"reason": claim.Reasons(), "contest": claim.ContestReasons(), "leaning": claim.Leanings(), "appeal": claim.AppealReasons(),
		"why": claim.DecisionReasons(), "group": claim.Groups()} {
		for _, c := range codes {
			if !i18n.Has("claim." + group + "." + c) {
				t.Errorf("no words for claim.%s.%s", group, c)
			}
		}
	}
}

// visitDone tells the claim that the nth visit is over.
func (h *house) visitDone(m *matter, n int, done bool) {
	h.t.Helper()
	h.ok(h.db.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		return h.svc.VisitDone(ctx, t, tenant, m.id, h.visits.ids[n], done)
	}))
	h.due()
}
