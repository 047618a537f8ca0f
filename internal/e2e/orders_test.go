package e2e

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"anxin/client"
	"anxin/internal/casefile"
	"anxin/internal/demo/scene"
)

// TestOrdersByAPI brings orders in with a merchant's key and with the operator's: once, again, otherwise, many at once, by file; and seals what belongs to them.
func TestOrdersByAPI(t *testing.T) {
	w := newWorld(t)
	srv := httptest.NewServer(w.handler)
	defer srv.Close()
	ctx := context.Background()
	shop := &client.Client{Base: srv.URL, Authorization: "Bearer " + w.keys[casefile.Merchant], Retries: -1}
	one := client.NewOrder{Number: "W-1", Name: "周末", Phone: "19900006543", Product: "净水器 W2", Category: "appliance", Listing: "W2", PriceFen: 168000}
	first, err := shop.PutOrder(ctx, "order-key-1", one)
	if err != nil || first.Outcome != "created" || first.Link != "" {
		t.Fatalf("%+v %v", first, err)
	}
	for _, key := range []string{"order-key-1", "order-key-2"} { // a lost answer, and another call
		if again, err := shop.PutOrder(ctx, key, one); err != nil || again.Outcome != "same" || again.Order != first.Order {
			t.Errorf("%s: %+v %v", key, again, err)
		}
	}
	other := one
	other.PriceFen, other.Name = 1, "林一"
	third := other
	third.Number = "W-9"
	if _, err := shop.PutOrder(ctx, "order-key-1", third); !client.IsStatus(err, http.StatusConflict) {
		t.Errorf("the same key for another order: %v", err)
	}
	if got, err := shop.PutOrder(ctx, "", other); err != nil || got.Outcome != "differs" || strings.Join(got.Differs, " ") != "name price_fen" {
		t.Errorf("%+v %v", got, err)
	}
	// The operator's own key brings orders in for a merchant and gets the buyer's link; a merchant's key writes in its own books only.
	boss := shop.As("Bearer " + w.keys[casefile.Admin])
	one.Number, one.Merchant = "W-2", w.mine.merchant.String()
	if got, err := boss.PutOrder(ctx, "", one); err != nil || got.Link == "" {
		t.Errorf("%+v %v", got, err)
	} else if rec := w.ask(w.handler, "GET", got.Link[strings.Index(got.Link, "/s/"):], "", "", "", nil); rec.Code >= 400 {
		t.Errorf("the buyer's link: %d", rec.Code)
	}
	one.Merchant = w.second.merchant.String()
	if _, err := shop.PutOrder(ctx, "", one); !client.IsStatus(err, http.StatusNotFound) {
		t.Errorf("in another's books: %v", err)
	}
	batch := make([]client.NewOrder, 120)
	for i := range batch {
		batch[i] = client.NewOrder{Number: fmt.Sprintf("B-%d", i), Name: "周末", Phone: "19900006543", Product: "滤芯", Category: "appliance", PriceFen: 9900}
	}
	batch[7].Category = "滤芯"
	got, err := shop.PutOrders(ctx, "", batch)
	if err != nil || got[7].Outcome != "refused" || len(got[7].Errors) != 1 || got[7].Errors[0].Field != "category" || got[8].Outcome != "created" {
		t.Fatalf("%v %+v", err, got)
	}
	w.orderPages(t, shop, 122)
	w.sealReferences(t, shop, first.Order)
	w.importFile(t, shop)
}

// pages walks over the list; want counts the orders of the merchant, the one of the world among them.
func (w *world) orderPages(t *testing.T, shop *client.Client, want int) {
	t.Helper()
	seen, after := map[string]bool{}, ""
	for range 20 {
		var page struct {
			Orders []struct {
				Number string `json:"number"`
				Phone  string `json:"phone_masked"`
			} `json:"orders"`
			Next string `json:"next"`
		}
		if err := shop.Do(context.Background(), "GET", "/api/v1/orders?limit=50&after="+after, "", nil, &page); err != nil {
			t.Fatal(err)
		}
		for _, o := range page.Orders {
			if seen[o.Number] || !strings.Contains(o.Phone, "****") {
				t.Errorf("%s again, or not masked: %s", o.Number, o.Phone)
			}
			seen[o.Number] = true
		}
		if after = page.Next; after == "" {
			break
		}
	}
	if len(seen) != want {
		t.Errorf("%d orders listed, want %d", len(seen), want)
	}
}

func (w *world) sealReferences(t *testing.T, shop *client.Client, id string) {
	t.Helper()
	ctx := context.Background()
	img, err := scene.JPEG(scene.Options{Subject: "smart_lock", Seed: 5, Width: 300})
	if err != nil {
		t.Fatal(err)
	}
	ref, err := shop.SealForOrder(ctx, id, "packing_photo", img)
	sum := sha256.Sum256(img)
	if err != nil || ref.SHA256 != hex.EncodeToString(sum[:]) || ref.Sealed.IsZero() {
		t.Fatalf("%+v %v", ref, err)
	}
	if again, err := shop.SealForOrder(ctx, id, "packing_photo", img); err != nil || again.Item != ref.Item || !again.Sealed.Equal(ref.Sealed) {
		t.Errorf("again: %+v %v", again, err)
	}
	if _, err := shop.SealForOrder(ctx, id, "catalogue_photo", img); !client.IsStatus(err, http.StatusUnprocessableEntity) {
		t.Errorf("a catalogue photo of an order: %v", err)
	}
	if _, err := shop.SealForOrder(ctx, id, "packing_photo", []byte("<html>")); !client.IsStatus(err, http.StatusUnprocessableEntity) {
		t.Errorf("a page: %v", err)
	}
	var o struct {
		References []client.Reference `json:"references"`
		Listing    string             `json:"listing_id"`
	}
	if err := shop.Do(ctx, "GET", "/api/v1/orders/"+id, "", nil, &o); err != nil || len(o.References) != 1 {
		t.Fatalf("%+v %v", o, err)
	}
	if _, err := shop.SealForListing(ctx, o.Listing, append(bytes.Clone(img), 1)); err != nil {
		t.Error(err)
	}
	if err := shop.Do(ctx, "GET", "/api/v1/orders/"+id, "", nil, &o); err != nil || len(o.References) != 2 {
		t.Errorf("with the listing's: %d, %v", len(o.References), err)
	}
	// The merchant's page shows the copy; another merchant's does not.
	path := "/orders/" + id + "/media/" + ref.Item + "/thumb"
	if rec := w.ask(w.handler, "GET", path, w.cookies[casefile.Merchant], "", "", nil); rec.Code != http.StatusOK || rec.Header().Get("Content-Type") != "image/jpeg" {
		t.Errorf("the copy: %d %s", rec.Code, rec.Header().Get("Content-Type"))
	}
	who := w.identities[casefile.Merchant]
	who.Merchant = w.second.merchant
	if rec := w.ask(w.handler, "GET", path, w.session(t, who), "", "", nil); rec.Code != http.StatusNotFound {
		t.Errorf("the copy, to another merchant: %d", rec.Code)
	}
}

func (w *world) importFile(t *testing.T, shop *client.Client) {
	t.Helper()
	call := func(method, path, body string) (out struct {
		ID    string `json:"id"`
		State string `json:"state"`
		Fresh int    `json:"fresh"`
		Wrong int    `json:"wrong"`
		Done  int    `json:"done"`
		Notes []struct {
			Line int    `json:"line"`
			Text string `json:"text"`
		} `json:"notes"`
	}) {
		t.Helper()
		rec := w.ask(w.handler, method, path, "", shop.Authorization, "text/csv", []byte(body))
		if err := json.Unmarshal(rec.Body.Bytes(), &out); err != nil || rec.Code >= 400 {
			t.Fatalf("%s %s: %d %s", method, path, rec.Code, rec.Body)
		}
		return out
	}
	i := call("POST", "/api/v1/order-imports", "订单号,收货人,手机号,商品名称,类目,金额\nC-1,周末,19900006543,滤芯,appliance,99\nC-2,周末,x,滤芯,appliance,99\n")
	if i.State != "staged" || i.Fresh != 1 || i.Wrong != 1 {
		t.Fatalf("%+v", i)
	}
	call("POST", "/api/v1/order-imports/"+i.ID+"/begin", "")
	w.drain(t)
	if got := call("GET", "/api/v1/order-imports/"+i.ID, ""); got.State != "done" || got.Done != 1 || len(got.Notes) != 1 || got.Notes[0].Line != 3 || got.Notes[0].Text == "" {
		t.Errorf("%+v", got)
	}
}
