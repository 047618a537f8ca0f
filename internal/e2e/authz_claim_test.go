package e2e

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"testing"

	"anxin/internal/casefile"
	"anxin/internal/claim"
	"anxin/internal/demo/scene"
	"anxin/internal/evidence"
	"anxin/internal/order"
)

// claimThings are what the paths of a claim name: the order's case and its link, a picture that the buyer sent, a letter.
type claimThings struct {
	caseID, item casefile.ID
	link, letter string
	number       casefile.Number
}

// ofClaim tells the paths that name the case of an order from those that name a repair's.
func ofClaim(pattern string) bool {
	return strings.Contains(pattern, "/merchant/claims/") || strings.Contains(pattern, "/s/{token}/claim") || strings.Contains(pattern, "/cases/{case}/claim") || strings.Contains(pattern, "/review/c/")
}

func seller(tenant casefile.Tenant, merchant casefile.ID) casefile.Actor {
	return casefile.Actor{Tenant: tenant, Role: casefile.Merchant, ID: merchant, Merchant: merchant, Route: "web", Lang: "zh"}
}

func buyerOf(tenant casefile.Tenant, c claimThings) casefile.Actor {
	return casefile.Actor{Tenant: tenant, Role: casefile.Customer, Case: c.caseID, Route: "web", Lang: "zh"}
}

// dispute files a claim on the merchant's order; the merchant agrees, so that there is a letter.
func (w *world) dispute(t *testing.T, tenant casefile.Tenant, x *things) {
	t.Helper()
	ctx := context.Background()
	x.claim = w.file(t, tenant, x.order)
	if _, err := w.Claims.Accept(ctx, seller(tenant, x.merchant), claim.Accept{Case: x.claim.caseID}); err != nil {
		t.Fatalf("tenant %d: accept: %v", tenant, err)
	}
	w.drain(t)
	st, err := w.Claims.Status(ctx, buyerOf(tenant, x.claim), x.claim.caseID)
	if err != nil || len(st.Letters) == 0 {
		t.Fatalf("tenant %d: no letter in state %s: %v", tenant, st.State, err)
	}
	x.claim.letter, x.claim.number = st.Letters[0].Code, st.Number
}

// file files a claim with a picture on an order, and lets everything run that is due: the merchant is served.
func (w *world) file(t *testing.T, tenant casefile.Tenant, orderID casefile.ID) claimThings {
	t.Helper()
	ctx := context.Background()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("tenant %d: %v", tenant, err)
		}
	}
	boss := casefile.Actor{Tenant: tenant, Role: casefile.Admin, ID: w.Source.NewID(), Route: "web", Lang: "zh"}
	o, err := w.Orders.Book.Order(ctx, boss, orderID)
	must(err)
	c := claimThings{caseID: o.Order.Case}
	c.link, err = w.Orders.Book.Link(ctx, boss, orderID)
	must(err)
	img, err := scene.JPEG(scene.Options{Subject: "smart_lock", Seed: 5, Width: 300})
	must(err)
	buyer := buyerOf(tenant, c)
	item, err := w.Vault.Receive(ctx, buyer, evidence.Incoming{Case: c.caseID, Kind: claim.MediaClaimPhoto}, bytes.NewReader(img))
	must(err)
	c.item = item.ID
	_, err = w.Claims.File(ctx, buyer, claim.File{Key: "key-of-a-claim-" + c.caseID.String(), Case: c.caseID, Reason: "damaged", Story: "面板裂了一道", Wish: claim.RefundReturn, Declared: claim.DeclaredNone,
		Media: []casefile.ID{item.ID}, Lang: "zh"})
	must(err)
	w.drain(t)
	return c
}

// TestAMerchantNeverSeesTheBuyer reads every page and operation that a merchant can reach of a claim and of the list, and looks for what belongs to the buyer alone.
func TestAMerchantNeverSeesTheBuyer(t *testing.T) {
	w := newWorld(t)
	secrets := map[string]string{"19900004321": "the phone", "陈小满": "the name", w.second.claim.number.String(): "another merchant's claim", w.mine.claim.link: "the buyer's link"}
	read := 0
	look := func(what, cookie, key, path string) {
		t.Helper()
		rec := w.ask(w.handler, http.MethodGet, path, cookie, key, "", nil)
		if rec.Code >= 400 {
			t.Errorf("%s: %d", what, rec.Code)
		}
		read++
		for secret, name := range secrets {
			if strings.Contains(rec.Body.String(), secret) {
				t.Errorf("%s shows %s", what, name)
			}
		}
	}
	for _, r := range w.Routes() {
		method, path := methodOf(r.Pattern)
		if method == http.MethodGet && strings.HasPrefix(path, "/merchant") {
			look(r.Pattern, w.cookies[casefile.Merchant], "", w.mine.fill(path))
		}
	}
	for _, path := range []string{"/api/v1/claims", "/api/v1/claims?open=true", "/api/v1/cases/{case}/claim", "/api/v1/cases/{case}/claim/letters/{letter}"} {
		look(path, "", "Bearer "+w.keys[casefile.Merchant], w.mine.fill(path))
	}
	if read < 20 {
		t.Errorf("only %d pages read", read)
	}
	// What is looked for is there: the operator's own view of the order holds it.
	if rec := w.ask(w.handler, http.MethodGet, "/merchant", w.cookies[casefile.Merchant], "", "", nil); !strings.Contains(w.ask(w.handler, http.MethodGet, "/merchant?tab=all", w.cookies[casefile.Merchant], "", "", nil).Body.String(), w.mine.claim.number.String()) {
		t.Errorf("the merchant's own claim is not in its list: %.200s", rec.Body.String())
	}
}

// TestStagesOpenWhatTheyOpen: before notice a claim does not exist for its merchant; what a side has uploaded and not yet said does not exist for the other.
func TestStagesOpenWhatTheyOpen(t *testing.T) {
	w := newWorld(t)
	ctx := context.Background()
	me := seller(1, w.mine.merchant)
	put, err := w.Orders.Book.Put(ctx, me, order.NewOrder{Number: "HM-9", Name: "陈小满", Phone: "19900004321", Product: "智能门锁", Category: "lock", Price: 129900})
	if err != nil {
		t.Fatal(err)
	}
	c := claimThings{caseID: put.Order.Case}
	boss := casefile.Actor{Tenant: 1, Role: casefile.Admin, ID: w.Source.NewID()}
	if c.link, err = w.Orders.Book.Link(ctx, boss, put.Order.ID); err != nil {
		t.Fatal(err)
	}
	buyer, cookie := buyerOf(1, c), w.cookies[casefile.Merchant]
	receive := func(a casefile.Actor, kind string, seed uint64) casefile.ID {
		t.Helper()
		img, err := scene.JPEG(scene.Options{Subject: "smart_lock", Seed: seed, Width: 300})
		if err != nil {
			t.Fatal(err)
		}
		i, err := w.Vault.Receive(ctx, a, evidence.Incoming{Case: c.caseID, Kind: kind}, bytes.NewReader(img))
		if err != nil {
			t.Fatal(err)
		}
		return i.ID
	}
	status := func(want int, who, cookie, path string) {
		t.Helper()
		if got := w.ask(w.handler, http.MethodGet, path, cookie, "", "", nil).Code; got != want {
			t.Errorf("%s, %s: %d, want %d", who, path, got, want)
		}
	}
	page, mine := "/merchant/claims/"+c.caseID.String(), "/s/"+c.link+"/claim"
	photo := receive(buyer, claim.MediaClaimPhoto, 21)
	show := func(base string, item casefile.ID) string { return base + "/media/" + item.String() + "/thumb" }

	status(200, "the buyer sees what they are about to send", "", show(mine, photo))
	status(404, "the merchant, before there is a claim", cookie, page)
	status(404, "the merchant, before there is a claim", cookie, show(page, photo))
	if _, err := w.Claims.File(ctx, buyer, claim.File{Key: "key-of-a-claim", Case: c.caseID, Reason: "damaged", Story: "裂了", Wish: claim.RefundOnly, Declared: claim.DeclaredNone, Media: []casefile.ID{photo}, Lang: "zh"}); err != nil {
		t.Fatal(err)
	}
	status(404, "the merchant, filed and not served", cookie, page)
	status(404, "the merchant, filed and not served", cookie, show(page, photo))
	status(404, "the merchant, filed and not served", cookie, page+"/accept")
	if list := w.ask(w.handler, http.MethodGet, "/merchant?tab=all", cookie, "", "", nil).Body.String(); strings.Contains(list, c.caseID.String()) {
		t.Error("a claim that was not served is in the merchant's list")
	}
	w.drain(t)
	status(200, "the merchant, served", cookie, page)
	status(200, "the merchant, served", cookie, show(page, photo))

	me.ID = w.identities[casefile.Merchant].Account
	answer := receive(me, claim.MediaAnswerPhoto, 22)
	more := receive(buyer, claim.MediaClaimPhoto, 23)
	status(200, "the merchant sees what it is about to send", cookie, show(page, answer))
	status(404, "the buyer, before the merchant said it", "", show(mine, answer))
	status(404, "the merchant, before the buyer said it", cookie, show(page, more))
	if _, err := w.Claims.Contest(ctx, me, claim.Contest{Case: c.caseID, Reason: "intact_when_packed", Words: "完好", Declared: claim.DeclaredNone, Media: []casefile.ID{answer}}); err != nil {
		t.Fatal(err)
	}
	status(200, "the buyer, after the merchant said it", "", show(mine, answer))
	status(404, "the merchant, still not said", cookie, show(page, more))
	// Nobody's picture is another case's: the same item under a foreign claim is not there.
	status(404, "under another claim", "", show("/s/"+w.second.claim.link+"/claim", answer))
	status(404, "under another claim", cookie, show("/merchant/claims/"+w.mine.claim.caseID.String(), answer))
}
