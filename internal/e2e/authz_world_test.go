package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"anxin/internal/app"
	"anxin/internal/casefile"
	"anxin/internal/config"
	"anxin/internal/demo/scene"
	"anxin/internal/evidence"
	"anxin/internal/notify"
	"anxin/internal/order"
	"anxin/internal/party"
	"anxin/internal/service"
	"anxin/internal/tx"
)

// other is a second operator in the same database.
const other casefile.Tenant = 2

// things are one of each kind of object that a path can name.
type things struct {
	report                           service.Receipt
	visit, offer, item, message      casefile.ID
	technician, account, key, hook   casefile.ID
	technicianCode, technicianSecret string
	merchant, order, listing, imp    casefile.ID
	claim                            claimThings
}

// fill puts the things into a path.
func (x things) fill(pattern string) string {
	if ofClaim(pattern) {
		x.report.Case, x.report.Link, x.item = x.claim.caseID, x.claim.link, x.claim.item
		if strings.Contains(pattern, "/review/c/") && x.claim.number != "" {
			x.report.Number = x.claim.number
		}
	}
	id := func(prefix string) casefile.ID {
		switch {
		case strings.HasPrefix(prefix, "/admin/technicians"):
			return x.technician
		case strings.HasPrefix(prefix, "/admin/accounts"):
			return x.account
		case strings.HasPrefix(prefix, "/admin/keys"):
			return x.key
		case strings.HasPrefix(prefix, "/admin/webhooks"):
			return x.hook
		}
		return x.item
	}
	return strings.NewReplacer("{case}", x.report.Case.String(), "{visit}", x.visit.String(), "{offer}", x.offer.String(), "{number}", x.report.Number.String(),
		"{item}", x.item.String(), "{size}", "thumb", "{id}", id(pattern).String(), "{token}", x.report.Link, "{upload}", strings.Repeat("a", 32), "{field}", "before",
		"{kind}", "receipt", "{message}", x.message.String(), "{quote}", x.item.String(), "{code}", x.technicianCode, "{order}", x.order.String(), "{listing}", x.listing.String(), "{import}", x.imp.String(), "{letter}", x.claim.letter, "{step}", "return", "{serial}", "SN-12345", "{$}", "").Replace(pattern)
}

// refusals remembers what the policies refused; it is the log of the server.
type refusals struct {
	slog.Handler
	mu   sync.Mutex
	seen []string // "role action"
}

func (r *refusals) Enabled(context.Context, slog.Level) bool { return true }

func (r *refusals) Handle(_ context.Context, rec slog.Record) error {
	if rec.Message != "refused" {
		return nil
	}
	var role, action string
	rec.Attrs(func(a slog.Attr) bool {
		switch a.Key {
		case "role":
			role = a.Value.String()
		case "action":
			action = a.Value.String()
		}
		return true
	})
	r.mu.Lock()
	r.seen = append(r.seen, role+" "+action)
	r.mu.Unlock()
	return nil
}

// take answers what was refused since the last time.
func (r *refusals) take() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := r.seen
	r.seen = nil
	return out
}

// world is a server with two operators: everything of the second is foreign to everybody of the first.
type world struct {
	*app.Server
	log            *refusals
	mine, theirs   things // of tenant 1 (the first technician's) and of tenant 2
	second         things // of tenant 1 again: another customer, another technician
	cookies        map[casefile.Role]string
	secondCookie   string // the second technician's
	identities     map[casefile.Role]party.Identity
	keys           map[casefile.Role]string // with every scope
	narrow         map[casefile.Role]string // with the scope that allows least
	secondKey      string
	handler        http.Handler
	absent         things
	requestsServed int
}

func newWorld(t *testing.T) *world {
	t.Helper()
	ctx := context.Background()
	w := &world{log: &refusals{Handler: slog.DiscardHandler}, cookies: map[casefile.Role]string{}, identities: map[casefile.Role]party.Identity{},
		keys: map[casefile.Role]string{}, narrow: map[casefile.Role]string{}}
	cfg := config.Default()
	cfg.Notify.Mailbox, cfg.Notify.AllowPrivate = true, true // an endpoint on this machine needs no name server
	store, err := app.OpenStore(ctx, app.Options{Config: cfg, DataDir: filepath.Join(t.TempDir(), "data"), Version: "test", Log: slog.New(w.log)})
	if err != nil {
		t.Fatal(err)
	}
	core, err := app.NewCore(store)
	if err != nil {
		t.Fatal(err)
	}
	// The walk asks thousands of times from one address; limits have tests of their own.
	quotas := party.DefaultRates()
	for k := range quotas {
		quotas[k] = party.Quota{Burst: 1 << 30, Every: time.Nanosecond}
	}
	core.Party.Limits = party.NewLimits(core.Source, quotas, 0)
	if w.Server, err = app.NewServer(core); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := core.Close(); err != nil {
			t.Error(err)
		}
	})
	w.handler = w.Handler()
	w.theirs = w.settle(t, other, "HM-7701", "19900007701")
	w.mine = w.settle(t, app.Tenant, "HM-7702", "19900007702")
	w.second = w.settle(t, app.Tenant, "HM-7703", "19900007703")
	w.absent = w.absentThings()
	w.staff(t)
	return w
}

func (w *world) absentThings() things {
	x := things{technicianCode: "HM-0000"}
	for _, id := range []*casefile.ID{&x.report.Case, &x.visit, &x.offer, &x.item, &x.message, &x.technician, &x.account, &x.key, &x.hook,
		&x.merchant, &x.order, &x.listing, &x.imp, &x.claim.caseID, &x.claim.item} {
		*id = w.Source.NewID()
	}
	x.report.Number, x.report.Link = casefile.Number("260101-00001-9"), "AAAAAAAAAAAAAAAAAAAAAA"
	x.claim.link, x.claim.letter = "AAAAAAAAAAAAAAAAAAAAAA", "D-2222-3333-4444"
	for d := range 10 { // a number with the right check digit that was never given
		if n, ok := casefile.ParseNumber(fmt.Sprintf("260101-00001-%d", d)); ok {
			x.report.Number = n
		}
	}
	return x
}

// settle makes an operator's technician, and a case that is that technician's alone, with a photo, an account, a key and an endpoint.
func (w *world) settle(t *testing.T, tenant casefile.Tenant, code, phone string) things {
	t.Helper()
	ctx := context.Background()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("tenant %d: %v", tenant, err)
		}
	}
	admin := casefile.Actor{Tenant: tenant, Role: casefile.Admin, ID: w.Source.NewID(), Route: "web", Lang: "zh"}
	x := things{technicianCode: code}
	in := service.TechnicianInput{Code: code, Name: "王木清", Phone: phone, Partner: "杭州服务站", Vehicle: "ebike", State: "active", Lng: 120.13, Lat: 30.26,
		Regions: []string{"330106"}, Skills: []service.Skill{{Kind: service.Repair, Product: "smart_lock", Level: 4}}}
	for day := time.Sunday; day <= time.Saturday; day++ {
		in.Shifts = append(in.Shifts, service.Shift{Weekday: day, From: 0, To: 1440})
	}
	var err error
	x.technician, err = w.Service.SaveTechnician(ctx, admin, in)
	must(err)
	customer := casefile.Actor{Tenant: tenant, Role: casefile.Customer, Route: "web", Lang: "zh"}
	draft, token, err := w.Service.NewDraft(ctx, tenant)
	must(err)
	must(w.Service.EnsureDraft(ctx, tenant, draft))
	img, err := scene.JPEG(scene.Options{Subject: "smart_lock", Seed: 3, Width: 300, Fault: true})
	must(err)
	item, err := w.Vault.Receive(ctx, customer, evidence.Incoming{Case: draft.Case, Subject: draft.Subject, Kind: "report_photo"}, bytes.NewReader(img))
	must(err)
	x.item = item.ID
	x.report, err = w.Service.Report(ctx, customer, service.Report{Key: token, Draft: draft, Kind: service.Repair, Product: "smart_lock", Fault: "other", Words: "打不开",
		Urgency: "express", Name: "李安和", Phone: phone, Address: "杭州市西湖区文三路 90 号", Photos: []casefile.ID{item.ID}, Lang: "zh"})
	must(err)
	w.drain(t)
	x.offer = w.offerOf(t, tenant, x.report.Case, x.technician)
	// The dispatcher decides who comes, so that the other technicians are strangers to the case.
	desk := casefile.Actor{Tenant: tenant, Role: casefile.Dispatcher, ID: w.Source.NewID(), Route: "web", Lang: "zh"}
	got, err := w.Service.Pin(ctx, desk, service.Pin{Case: x.report.Case, Technician: x.technician, From: w.Source.Now().Add(2 * time.Hour), Reason: "test", Override: true})
	must(err)
	x.visit = got.VisitID
	w.drain(t)
	page, err := w.Messages.List(ctx, tenant, notify.Cursor{}, 200)
	must(err)
	for _, m := range page.Mails {
		if m.Case == x.report.Case {
			x.message = m.ID
		}
	}
	if x.message.IsNil() {
		t.Fatalf("tenant %d: no message about the case", tenant)
	}
	must(w.DB.Write(ctx, func(ctx context.Context, tr tx.Tx) (err error) {
		x.account, err = w.Party.Accounts.Create(ctx, tr, tenant, party.NewAccount{Login: "u" + phone, Name: "周知行", Roles: []casefile.Role{casefile.Agent}})
		return err
	}))
	x.technicianSecret, x.key, err = w.Party.Keys.Create(ctx, admin, party.NewKey{Name: "phone", Role: casefile.Technician, Technician: x.technician,
		Scopes: []party.Scope{party.ScopeWork, party.ScopeRead, party.ScopeReport}})
	must(err)
	x.hook, _, err = w.Endpoints.Create(ctx, admin, notify.NewEndpoint{Name: "hook", URL: "https://127.0.0.1:9443/" + code, Kinds: []string{"message.received"}})
	must(err)
	w.sell(t, tenant, &x)
	w.dispute(t, tenant, &x)
	return x
}

// sell makes a merchant's order, its product page and a file of orders that waits.
func (w *world) sell(t *testing.T, tenant casefile.Tenant, x *things) {
	t.Helper()
	x.merchant = w.Source.NewID()
	seller := casefile.Actor{Tenant: tenant, Role: casefile.Merchant, ID: w.Source.NewID(), Merchant: x.merchant, Route: "api", Lang: "zh"}
	put, err := w.Orders.Book.Put(context.Background(), seller, order.NewOrder{Number: "HM-1", Name: "陈小满", Phone: "19900004321", Product: "智能门锁", Category: "lock", Listing: "S3", Price: 129900})
	if err != nil {
		t.Fatal(err)
	}
	x.order, x.listing = put.Order.ID, put.Order.Listing
	i, err := w.Orders.Book.Stage(context.Background(), seller, casefile.Nil, strings.NewReader("订单号,收货人,手机号,商品名称,类目,金额\nHM-2,陈小满,19900004321,门锁,lock,1299\n"))
	if err != nil {
		t.Fatal(err)
	}
	x.imp = i.ID
}

func (w *world) drain(t *testing.T) {
	t.Helper()
	for range 20 {
		n, err := w.Timers.RunDue(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

// offerOf is an offer of the case; whoever it was made to, it is nobody else's.
func (w *world) offerOf(t *testing.T, tenant casefile.Tenant, caseID, technician casefile.ID) (id casefile.ID) {
	t.Helper()
	list, err := w.Service.Offers(context.Background(), casefile.Actor{Tenant: tenant, Role: casefile.Technician, Technician: technician})
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range list {
		if o.Case == caseID {
			return o.Offer
		}
	}
	return w.Source.NewID() // it went to somebody else; a name that is not there will do
}

// staff makes a session and two keys for each role.
func (w *world) staff(t *testing.T) {
	t.Helper()
	ctx := context.Background()
	admin := casefile.Actor{Tenant: app.Tenant, Role: casefile.Admin, ID: w.Source.NewID(), Route: "web"}
	for _, role := range []casefile.Role{casefile.Technician, casefile.Agent, casefile.Dispatcher, casefile.Merchant, casefile.Reviewer, casefile.Admin} {
		n := party.NewAccount{Login: "role-" + string(role), Name: "周知行", Roles: []casefile.Role{role}}
		k := party.NewKey{Name: string(role), Role: role, Scopes: party.Scopes()}
		switch role {
		case casefile.Technician:
			n.Technician, k.Technician = w.mine.technician, w.mine.technician
		case casefile.Merchant:
			n.Merchant = w.mine.merchant
			k.Merchant = n.Merchant
		}
		var account casefile.ID
		if err := w.DB.Write(ctx, func(ctx context.Context, tr tx.Tx) (err error) {
			account, err = w.Party.Accounts.Create(ctx, tr, app.Tenant, n)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		who := party.Identity{Tenant: app.Tenant, Account: account, Name: n.Name, Roles: n.Roles, Role: role, Technician: n.Technician, Merchant: n.Merchant, Stage: party.StageFull}
		w.identities[role], w.cookies[role] = who, w.session(t, who)
		if role == casefile.Technician {
			who.Technician = w.second.technician
			w.secondCookie = w.session(t, who)
		}
		if role == casefile.Reviewer { // no program reviews; a key for it cannot be made
			continue
		}
		for _, set := range []struct {
			into   map[casefile.Role]string
			scopes []party.Scope
		}{{w.keys, party.Scopes()}, {w.narrow, []party.Scope{party.ScopeMessages}}} {
			k.Scopes = set.scopes
			token, _, err := w.Party.Keys.Create(ctx, admin, k)
			if err != nil {
				t.Fatalf("key of %s: %v", role, err)
			}
			set.into[role] = token
		}
	}
	w.secondKey = w.second.technicianSecret
}

// session is the cookie of somebody who logged in.
func (w *world) session(t *testing.T, who party.Identity) string {
	t.Helper()
	rec := httptest.NewRecorder()
	w.Party.Sessions.Manager().LoadAndSave(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if err := w.Party.Sessions.Begin(r.Context(), who, "test"); err != nil {
			t.Error(err)
		}
	})).ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/", nil))
	c := rec.Result().Cookies()
	if len(c) == 0 {
		t.Fatal("no session")
	}
	return c[0].Name + "=" + c[0].Value
}

// ask sends one request to a handler. Streams end at once: the context is over before they wait.
func (w *world) ask(h http.Handler, method, path, cookie, authorization, contentType string, body []byte) *httptest.ResponseRecorder {
	w.requestsServed++
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if strings.HasSuffix(path, "/live") || strings.HasSuffix(path, "/events") {
		c, stop := context.WithTimeout(ctx, 50*time.Millisecond)
		defer stop()
		ctx = c
	}
	r := httptest.NewRequest(method, "http://service.example.com"+path, bytes.NewReader(body)).WithContext(ctx)
	r.RemoteAddr = "127.0.0.1:40000"
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if cookie != "" {
		r.Header.Set("Cookie", cookie)
	}
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	if method != http.MethodGet {
		r.Header.Set("Idempotency-Key", fmt.Sprintf("walk-%08d", w.requestsServed))
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	return rec
}

// sample is a value that a schema accepts.
func sample(doc map[string]any, schema map[string]any) any {
	if ref, ok := schema["$ref"].(string); ok {
		at := any(doc)
		for _, step := range strings.Split(strings.TrimPrefix(ref, "#/"), "/") {
			at = at.(map[string]any)[step]
		}
		return sample(doc, at.(map[string]any))
	}
	if list, ok := schema["enum"].([]any); ok && len(list) > 0 {
		return list[0]
	}
	kind := schema["type"]
	if list, ok := kind.([]any); ok {
		kind = list[0]
	}
	switch kind {
	case "object":
		out := map[string]any{}
		props, _ := schema["properties"].(map[string]any)
		required, _ := schema["required"].([]any)
		for _, name := range required {
			out[name.(string)] = sample(doc, props[name.(string)].(map[string]any))
		}
		return out
	case "array":
		n, _ := schema["minItems"].(float64)
		out := []any{}
		for range int(n) {
			out = append(out, sample(doc, schema["items"].(map[string]any)))
		}
		return out
	case "integer", "number":
		if m, ok := schema["minimum"].(float64); ok {
			return m
		}
		return 1
	case "boolean":
		return true
	}
	switch {
	case schema["format"] == "uuid":
		return "01920000-0000-7000-8000-000000000001"
	case schema["format"] == "date-time":
		return "2026-11-24T10:00:00+08:00"
	case schema["pattern"] == "^[0-9]{6}$":
		return "123456"
	}
	n, _ := schema["minLength"].(float64)
	return strings.Repeat("1", max(int(n), 1))
}

func asJSON(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
