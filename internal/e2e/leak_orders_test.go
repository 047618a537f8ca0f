package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"anxin/internal/app"
	"anxin/internal/casefile"
	"anxin/internal/party"
	"anxin/internal/privacy/privacytest"
)

// TestOrdersAreNotWrittenInClear brings orders of people in whose names are found nowhere else: by API, well and badly, by a file that waits, one that is brought in and one that
// is thrown away; leaves half a photo in the spool; and looks for the people in everything that was written.
func TestOrdersAreNotWrittenInClear(t *testing.T) {
	l := newLife(t)
	ctx := context.Background()
	admin := casefile.Actor{Tenant: app.Tenant, Role: casefile.Admin, ID: l.Source.NewID(), Route: "web"}
	key, _, err := l.Party.Keys.Create(ctx, admin, party.NewKey{Name: "shop", Role: casefile.Merchant, Merchant: l.Source.NewID(), Scopes: []party.Scope{party.ScopeOrders}})
	if err != nil {
		t.Fatal(err)
	}
	call := func(method, path, kind, body string) (int, map[string]any) {
		t.Helper()
		code, _, text := l.do(method, path, "", "Bearer "+key, kind, body)
		var out map[string]any
		_ = json.Unmarshal([]byte(text), &out) // a problem has another form
		return code, out
	}
	one := func(number, name, phone string) string {
		return fmt.Sprintf(`{"number":"%s","name":"%s","phone":"%s","product":"门锁","category":"lock","price_fen":1,"province":"浙江省杭州市%s"}`, number, name, phone, secrets["address"])
	}
	for number, want := range map[string]int{"P-1": 200, "<" + secrets["phone"] + ">": 422} {
		if code, _ := call("POST", "/api/v1/orders", "application/json", one(number, secrets["name"], secrets["phone"])); code != want {
			t.Errorf("%s: %d", number, code)
		}
	}
	call("POST", "/api/v1/orders", "application/json", one("P-1", secrets["second name"], secrets["second phone"])) // it differs
	file := "订单号,收货人,手机号,商品名称,类目,金额,省份\n" +
		"P-2," + secrets["name"] + "," + secrets["phone"] + ",门锁,lock,1,\n" +
		"P-1," + secrets["second name"] + "," + secrets["second phone"] + ",门锁,lock,1,\n" +
		"P-3," + secrets["second name"] + ",电话" + secrets["phone"] + ",门锁,lock," + secrets["address"] + "," + secrets["address"] + "\n"
	var ids []string
	for range 3 {
		code, out := call("POST", "/api/v1/order-imports", "text/csv", file)
		id, _ := out["id"].(string)
		if code != http.StatusCreated || id == "" {
			t.Fatalf("import: %d", code)
		}
		ids = append(ids, id)
	}
	call("POST", "/api/v1/order-imports/"+ids[0]+"/begin", "", "")
	call("POST", "/api/v1/order-imports/"+ids[1]+"/discard", "", "") // the third waits
	l.drain(t)
	if code, out := call("GET", "/api/v1/order-imports/"+ids[0], "", ""); code != 200 || out["state"] != "done" || out["done"] != 1.0 {
		t.Errorf("import: %d %v", code, out["state"])
	}
	for _, path := range []string{"/api/v1/orders", "/api/v1/orders?number=" + secrets["phone"], "/api/v1/order-imports/" + ids[2]} {
		if _, _, text := l.do("GET", path, "", "Bearer "+key, "", ""); strings.Contains(text, secrets["name"]) || strings.Contains(text, secrets["phone"]) {
			t.Errorf("%s shows personal data", path)
		}
	}
	// Half a photo in the spool, with words in it as a photographed letter has them.
	draft := draftField.FindStringSubmatch(func() string { _, _, page := l.do("GET", "/report", "", "", "", ""); return page }())
	_, at, _ := l.do("POST", "/report/photos", "", "", "application/x-www-form-urlencoded", "size=100000&name=x.jpg&draft="+draft[1])
	if _, ok, err := l.Spool.Append(at[strings.LastIndex(at, "/")+1:], 0, strings.NewReader(strings.Repeat(secrets["name"]+secrets["address"], 200))); err != nil || !ok {
		t.Errorf("half a photo: %v", err)
	}
	if parts, _ := filepath.Glob(filepath.Join(l.data, "uploads", "*.part")); len(parts) == 0 {
		t.Error("nothing lies in the spool")
	}
	if err := l.Ledger.TickAll(ctx); err != nil {
		t.Fatal(err)
	}
	l.backup()
	if st, err := os.Stat(filepath.Join(l.data, "anxin.db-wal")); err != nil || st.Size() == 0 {
		t.Errorf("no WAL to look at: %v", err)
	}
	privacytest.Plant(secrets).MustBeClean(t, l.data, l.extra)
}
