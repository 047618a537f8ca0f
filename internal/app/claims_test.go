package app

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/claim"
	"anxin/internal/config"
	"anxin/internal/evidence"
	"anxin/internal/letter"
	"anxin/internal/order"
	"anxin/internal/service"
	"anxin/internal/tx"
)

// claimHouse is the whole product without edges, with a clock that the test moves.
type claimHouse struct {
	*Core
	t   *testing.T
	now atomic.Int64
}

func newClaimHouse(t *testing.T) *claimHouse {
	t.Helper()
	h := &claimHouse{t: t}
	h.now.Store(time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC).UnixMicro())
	o := Options{Config: config.Default(), DataDir: t.TempDir(), Version: "test", Log: slog.Default(), Source: casefile.Source{Clock: func() time.Time { return time.UnixMicro(h.now.Load()) }}}
	store, err := OpenStore(context.Background(), o)
	h.ok(err)
	h.Core, err = NewCore(store)
	h.ok(err)
	t.Cleanup(func() { h.Close() })
	return h
}

func (h *claimHouse) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatalf("unexpected: %v", err)
	}
}

// pass moves the clock on and runs what is due.
func (h *claimHouse) pass(d time.Duration) {
	h.t.Helper()
	h.now.Add(d.Microseconds())
	_, err := h.Timers.RunDue(context.Background())
	h.ok(err)
	h.ok(h.DB.Read(context.Background(), func(ctx context.Context, t tx.Tx) error {
		dead, err := h.Timers.DeadLetters(ctx, t, Tenant)
		for _, d := range dead {
			h.t.Errorf("a timer died: %+v", d)
		}
		return err
	}))
}

func (h *claimHouse) must(_ claim.Result, err error) {
	h.t.Helper()
	h.ok(err)
	h.pass(time.Second)
}

func someJPEG(t *testing.T, shade uint8) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 320, 240))
	for y := range 240 {
		for x := range 320 {
			m.Set(x, y, color.RGBA{uint8(x) + shade, uint8(y), shade, 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

var claimShop = casefile.ID{7, 1}

// buy makes an order and answers its buyer.
func (h *claimHouse) buy(number string) casefile.Actor {
	h.t.Helper()
	ctx := context.Background()
	shop := casefile.Actor{Tenant: Tenant, Role: casefile.Merchant, ID: casefile.ID{7, 2}, Merchant: claimShop, Route: "api", Lang: "zh"}
	now := h.Source.Now()
	p, err := h.Orders.Book.Put(ctx, shop, order.NewOrder{Number: number, Name: "李木清", Phone: "19900000001", Product: "智能门锁 M3", Code: "smart_lock", Category: "smart_lock", Province: "33",
		Price: 89900, Paid: now.AddDate(0, 0, -10), Shipped: now.AddDate(0, 0, -9), Delivered: now.AddDate(0, 0, -5), Lang: "zh"})
	h.ok(err)
	return casefile.Actor{Tenant: Tenant, Role: casefile.Customer, ID: p.Order.Subject, Case: p.Order.Case, Route: "web", Lang: "zh"}
}

func (h *claimHouse) photo(a casefile.Actor, caseID, subject casefile.ID, kind string, shade uint8) casefile.ID {
	h.t.Helper()
	i, err := h.Vault.Receive(context.Background(), a, evidence.Incoming{Case: caseID, Subject: subject, Kind: kind}, bytes.NewReader(someJPEG(h.t, shade)))
	h.ok(err)
	return i.ID
}

// file files a claim with a photograph and lets the real checks run.
func (h *claimHouse) file(buyer casefile.Actor) {
	h.t.Helper()
	_, err := h.Claims.File(context.Background(), buyer, claim.File{Key: "claim-key-" + buyer.Case.String(), Case: buyer.Case, Reason: "damaged", Story: "外壳裂了一道，拆箱时就这样",
		Wish: claim.RefundOnly, Declared: claim.DeclaredNone, Lang: "zh", Media: []casefile.ID{h.photo(buyer, buyer.Case, buyer.ID, claim.MediaClaimPhoto, 20)}})
	h.ok(err)
	h.pass(time.Second)
}

// The claims half with its real neighbours: orders, checks, rules, letters, papers and the service half.
func TestClaimsWithTheirNeighbours(t *testing.T) {
	h := newClaimHouse(t)
	ctx := context.Background()
	buyer := h.buy("T20261124001")
	h.file(buyer)
	shop := casefile.Actor{Tenant: Tenant, Role: casefile.Merchant, ID: casefile.ID{7, 2}, Merchant: claimShop, Route: "web", Lang: "zh"}
	reviewer := casefile.Actor{Tenant: Tenant, Role: casefile.Reviewer, ID: casefile.ID{9, 1}, Route: "web", Lang: "zh"}
	lead := casefile.Actor{Tenant: Tenant, Role: casefile.Admin, ID: casefile.ID{9, 9}, Route: "web", Lang: "zh"}
	v, err := h.Claims.MerchantClaim(ctx, shop, buyer.Case)
	h.ok(err)
	if v.State != claim.MerchantAnswer || v.Burden == "" || !v.May(claim.MoveContest) {
		t.Fatalf("after the checks: %+v", v.Core)
	}
	h.must(h.Claims.Contest(ctx, shop, claim.Contest{Case: buyer.Case, Reason: "intact_when_packed", Words: "打包时完好", Declared: claim.DeclaredNone,
		Media: []casefile.ID{h.photo(shop, buyer.Case, buyer.ID, claim.MediaAnswerPhoto, 90)}}))
	h.must(h.Claims.Comment(ctx, buyer, claim.Say{Case: buyer.Case, Words: "照片看不到侧面"}))
	_, err = h.Claims.Next(ctx, reviewer)
	h.ok(err)
	h.must(h.Claims.Impress(ctx, reviewer, claim.Impress{Case: buyer.Case, Leaning: "credible", Words: "裂纹清楚"}))
	s, err := h.Claims.Signals(ctx, reviewer, buyer.Case)
	h.ok(err)
	if len(s.Signals) == 0 || s.Run.Ended.IsZero() {
		t.Errorf("no signals: %+v", s.Run)
	}

	// An inspection that cannot take place comes back by itself.
	h.must(h.Claims.OrderInspection(ctx, reviewer, claim.Inspect{Case: buyer.Case, Words: "看外壳裂纹"}))
	desk := casefile.Actor{Tenant: Tenant, Role: casefile.Dispatcher, ID: casefile.ID{9, 3}, Route: "web", Lang: "zh"}
	page, err := h.Service.CasePage(ctx, desk, buyer.Case)
	h.ok(err)
	if page.Request.Kind.Code != "inspect" {
		t.Fatalf("the service half has a %s", page.Request.Kind.Code)
	}
	_, err = h.Service.Cancel(ctx, desk, service.Cancel{Case: buyer.Case, Reason: "other", Words: "客户不方便"})
	h.ok(err)
	h.pass(time.Second)

	p, err := h.Claims.ReviewPage(ctx, lead, buyer.Case)
	h.ok(err)
	if p.State != claim.InReview {
		t.Fatalf("after the cancelled visit the claim is %s", p.State)
	}
	_, err = h.Claims.Next(ctx, reviewer)
	h.ok(err)
	p, err = h.Claims.ReviewPage(ctx, reviewer, buyer.Case)
	h.ok(err)
	h.must(h.Claims.Decide(ctx, reviewer, claim.Decide{Case: buyer.Case, Remedy: claim.RemedyRepair, Reasons: []string{"damage_shown"}, Grounds: []claim.Ground{{Group: "match"}}, Burden: p.Burden,
		Words: "裂纹属实，维修即可", OnBuyer: "采信", OnMerchant: "照片未拍到侧面"}))
	h.pass(10 * time.Second)
	l, err := h.Claims.Letter(ctx, buyer, buyer.Case, "")
	h.ok(err)
	doc, err := letter.Decode(l.Document)
	h.ok(err)
	if missing := doc.Missing(letter.DecisionParts()); len(missing) > 0 {
		t.Errorf("the letter lacks %v", missing)
	}
	seen, err := h.Service.VerifyDocument(ctx, casefile.Actor{Tenant: Tenant, Role: casefile.Customer}, l.Code)
	h.ok(err)
	if !seen.Ours {
		t.Error("/verify does not know the letter")
	}
	page, err = h.Service.CasePage(ctx, desk, buyer.Case)
	h.ok(err)
	if page.Request.Kind.Code != "repair" {
		t.Fatalf("the service half has a %s", page.Request.Kind.Code)
	}
	if held, err := h.held(buyer.Case); err != nil || !held {
		t.Errorf("a case with a claim may be erased: %v", err)
	}
	for _, e := range page.Timeline {
		if len(e.Kind) > 6 && e.Kind[:6] == "claim." {
			t.Errorf("the desk's timeline shows %s", e.Kind)
		}
	}
}

func (h *claimHouse) held(caseID casefile.ID) (held bool, err error) {
	err = h.DB.Read(context.Background(), func(ctx context.Context, t tx.Tx) (err error) {
		held, err = h.claimHolds(ctx, t, Tenant, caseID)
		return err
	})
	return held, err
}
