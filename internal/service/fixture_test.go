package service_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/casefile/casefiledb"
	"anxin/internal/clock"
	"anxin/internal/clock/clockdb"
	"anxin/internal/db"
	"anxin/internal/db/dbtest"
	"anxin/internal/ledger"
	"anxin/internal/ledger/ledgerdb"
	"anxin/internal/party"
	"anxin/internal/party/partydb"
	"anxin/internal/privacy"
	"anxin/internal/privacy/privacydb"
	"anxin/internal/service"
	"anxin/internal/service/catalog"
	"anxin/internal/service/servicedb"
	"anxin/internal/tx"
	"anxin/region"
)

var ctx = context.Background()

// start is Tuesday, 24 November 2026, 10:00 in China.
var start = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

// tenant is the one of the running test. Tests share a database per engine, because making one takes longer than most tests; each has a tenant of its own.
var tenant = casefile.Tenant(0)

// house is a service with everything real around it but the vault and the messages, on one engine, with a clock that the test moves.
type house struct {
	t        testing.TB
	db       *db.DB
	svc      *service.Service
	keeper   *privacy.Keeper
	clock    *clock.Clock
	timeline *casefile.Timeline
	vault    *vault
	mail     *mail

	mu   sync.Mutex
	now  time.Time
	n    int
	main casefile.ID // who atTheDoor sends
}

// each runs a test on both engines.
func each(t *testing.T, f func(t *testing.T, h *house)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { f(t, newHouseSQLite(t)) })
	t.Run("postgres", func(t *testing.T) {
		if shared.postgres == nil {
			shared.postgres = dbtest.Postgres(forAll{t})
		}
		f(t, newHouse(t, shared.postgres))
	})
}

// newHouseSQLite is a house on SQLite alone, for rules that do not touch the database.
func newHouseSQLite(t testing.TB) *house {
	t.Helper()
	if shared.sqlite == nil {
		shared.sqlite = dbtest.SQLite(forAll{t})
	}
	return newHouse(t, shared.sqlite)
}

var shared struct {
	sqlite, postgres *db.DB
	cleanups         []func()
}

// forAll is a test whose things live until the last test is over.
type forAll struct{ testing.TB }

func (forAll) Cleanup(f func()) { shared.cleanups = append(shared.cleanups, f) }

func (a forAll) TempDir() string {
	dir, err := os.MkdirTemp("", "service-test-")
	if err != nil {
		a.Fatal(err)
	}
	a.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func TestMain(m *testing.M) {
	code := m.Run()
	for i := len(shared.cleanups) - 1; i >= 0; i-- {
		shared.cleanups[i]()
	}
	os.Exit(code)
}

// quiet ends the timers that a test leaves behind: they would run in the next test.
var quiet = &tx.Stmt{Name: "test/quiet", Text: "UPDATE timer SET state = 4, dedupe = NULL WHERE tenant = $1 AND state IN (0, 1, 5)"}

func newHouse(t testing.TB, d *db.DB) *house {
	t.Helper()
	tenant += 10
	h := &house{t: t, db: d, now: start, vault: &vault{}, mail: &mail{}}
	t.Cleanup(func() {
		mine := tenant
		if err := d.Write(ctx, func(ctx context.Context, x tx.Tx) error { _, err := x.Exec(ctx, quiet, int64(mine)); return err }); err != nil {
			t.Error(err)
		}
	})
	src := casefile.Source{Clock: h.time}
	master, err := privacy.NewMaster(src)
	h.ok(err)
	h.keeper = privacy.New(master, privacydb.Store{}, src)
	log, err := ledger.New(d, ledgerdb.Store{}, src, ledger.Options{Origin: "anxin.log/test", Seed: h.keeper.Derive("log signing key")[:32]})
	h.ok(err)
	h.timeline = casefile.NewTimeline(casefiledb.Store{}, log, nil, src)
	h.clock = clock.New(d, clockdb.Store{}, src, clock.Options{})
	cals, err := clock.LoadCalendars(nil)
	h.ok(err)
	policy, err := clock.LoadPolicy(nil, cals)
	h.ok(err)
	clocks := clock.NewCaseClocks(h.clock, clockdb.Store{}, h.timeline, cals, policy, src)
	cat, err := catalog.Load(nil)
	h.ok(err)
	h.svc = service.New(service.Config{Run: d, Store: servicedb.Store{}, Timeline: h.timeline, Idempotency: casefile.NewIdempotency(casefiledb.Store{}, src), Keeper: h.keeper,
		Timers: h.clock, Clocks: clocks, Links: party.NewLinks(d, partydb.Store{}, h.keeper, src), Evidence: h.vault, Notifier: h.mail,
		Access: party.NewAccessLog(d, partydb.Store{}, src), Signer: signer{}, Regions: region.Default(), Catalogue: cat, Source: src, Hotlines: []string{"400-000-0000"}})
	clocks.OnExpiry(func(ctx context.Context, t tx.Tx, cf *casefile.Case, clk clock.CaseClock, _ []clock.CaseClock) error {
		return h.svc.ClockExpired(ctx, t, cf, clk)
	})
	clocks.OnMoved(h.svc.ClockMoved)
	for kind, handler := range h.svc.Handlers() {
		h.clock.Handle(kind, handler)
	}
	return h
}

func (h *house) time() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

// pass moves the clock on and runs what has become due.
func (h *house) pass(d time.Duration) {
	h.t.Helper()
	h.mu.Lock()
	h.now = h.now.Add(d)
	h.mu.Unlock()
	h.due()
}

func (h *house) due() {
	h.t.Helper()
	_, err := h.clock.RunDue(ctx)
	h.ok(err)
	h.ok(h.db.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		dead, err := h.clock.DeadLetters(ctx, t, tenant)
		for _, d := range dead {
			h.t.Errorf("a timer died: %+v", d)
		}
		return err
	}))
}

func (h *house) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatalf("unexpected: %v", err)
	}
}

// signer stands for the operator's key.
type signer struct{}

func (signer) SignText(text string) (string, error) { return text + "\n— test signature\n", nil }

// vault is a vault that only counts: items are staged by hand.
type vault struct {
	forgotten []casefile.ID
	mu        sync.Mutex
	items     []vaultItem
}

type vaultItem struct {
	service.Item
	Case     casefile.ID
	attached bool
}

func (v *vault) stage(caseID casefile.ID, kind string, n int) []casefile.ID {
	v.mu.Lock()
	defer v.mu.Unlock()
	var out []casefile.ID
	for range n {
		id := casefile.Source{}.NewID()
		v.items = append(v.items, vaultItem{service.Item{ID: id, Kind: kind, Received: start}, caseID, false})
		out = append(out, id)
	}
	return out
}

func (v *vault) Attach(_ context.Context, t tx.Tx, _ casefile.Actor, a service.Attachment) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, id := range a.Items {
		at := slices.IndexFunc(v.items, func(i vaultItem) bool { return i.ID == id && i.Case == a.Case && i.Kind == a.Kind })
		if at < 0 {
			return casefile.Fail(casefile.NotFound, "evidence.error.not_here")
		}
		t.OnCommit(func() {
			v.mu.Lock()
			defer v.mu.Unlock()
			v.items[at].Request, v.items[at].Visit, v.items[at].attached = a.Request, a.Visit, true
		})
	}
	return nil
}

func (v *vault) Forget(_ context.Context, _ tx.Tx, _ casefile.Tenant, caseID casefile.ID) error {
	v.forgotten = append(v.forgotten, caseID)
	return nil
}

func (v *vault) Attached(_ context.Context, _ tx.Tx, _ casefile.Tenant, caseID casefile.ID) ([]service.Item, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	var out []service.Item
	for _, i := range v.items {
		if i.Case == caseID && i.attached {
			out = append(out, i.Item)
		}
	}
	return out, nil
}

// mail keeps what would be sent.
type mail struct {
	mu   sync.Mutex
	sent []service.Message
}

func (m *mail) Queue(_ context.Context, _ tx.Tx, msg service.Message) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sent = append(m.sent, msg)
	return nil
}

func (m *mail) count(template string) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for _, s := range m.sent {
		if s.Template == template {
			n++
		}
	}
	return n
}

// People.

func admin() casefile.Actor {
	return casefile.Actor{Tenant: tenant, Role: casefile.Admin, ID: casefile.ID{1, 1}}
}
func agent() casefile.Actor {
	return casefile.Actor{Tenant: tenant, Role: casefile.Agent, ID: casefile.ID{1, 2}, Route: "phone"}
}
func dispatcher() casefile.Actor {
	return casefile.Actor{Tenant: tenant, Role: casefile.Dispatcher, ID: casefile.ID{1, 3}}
}
func visitor() casefile.Actor {
	return casefile.Actor{Tenant: tenant, Role: casefile.Customer, Route: "web", Lang: "zh"}
}
func customer(caseID casefile.ID) casefile.Actor {
	a := visitor()
	a.Case, a.ID = caseID, casefile.ID{2, 2}
	return a
}
func technician(id casefile.ID) casefile.Actor {
	return casefile.Actor{Tenant: tenant, Role: casefile.Technician, ID: casefile.ID{3, id[15]}, Technician: id}
}

// allWeek is eight to twenty on every day.
func allWeek() (out []service.Shift) {
	for d := time.Sunday; d <= time.Saturday; d++ {
		out = append(out, service.Shift{Weekday: d, From: 8 * 60, To: 20 * 60})
	}
	return out
}

var certificates = []service.Certificate{
	{Code: "low_voltage", To: start.AddDate(1, 0, 0)}, {Code: "gas_appliance", To: start.AddDate(1, 0, 0)}, {Code: "refrigeration"}, {Code: "work_at_height"},
}

// hire creates a technician who can repair locks, stoves and air conditioners at the given place near the West Lake.
func (h *house) hire(code string, change func(*service.TechnicianInput)) casefile.ID {
	h.t.Helper()
	in := service.TechnicianInput{Code: code, Name: "林禾生", Phone: "19900000001", Partner: "西湖服务站", Vehicle: "ebike", Lng: 120.130, Lat: 30.260,
		Skills: []service.Skill{{Kind: service.Repair, Product: "smart_lock", Level: 3}, {Kind: service.Repair, Product: "gas_stove", Level: 4},
			{Kind: service.Repair, Product: "air_conditioner", Level: 4}, {Kind: service.Install, Product: "smart_lock", Level: 3}},
		Regions: []string{"330106"}, Shifts: allWeek(), Certificates: certificates}
	if change != nil {
		change(&in)
	}
	id, err := h.svc.SaveTechnician(ctx, admin(), in)
	h.ok(err)
	return id
}

// form is an ordinary report: a lock near the West Lake.
func (h *house) form(change func(*service.Report)) service.Report {
	h.n++
	r := service.Report{Key: fmt.Sprintf("form-key-%06d", h.n), Kind: service.Repair, Product: "smart_lock", Fault: "keypad", Words: "按键没反应，昨天开始的", Urgency: service.Flexible,
		Name: "李木清", Phone: fmt.Sprintf("199 0000 %04d", h.n), Address: "杭州西湖区竹影巷31号2幢1单元802", Lang: "zh"}
	if change != nil {
		change(&r)
	}
	return r
}

func (h *house) report(change func(*service.Report)) service.Receipt {
	h.t.Helper()
	rc, err := h.svc.Report(ctx, visitor(), h.form(change))
	h.ok(err)
	return rc
}

// offersOf are the live offers of a technician.
func (h *house) offersOf(id casefile.ID) []service.OfferView {
	h.t.Helper()
	list, err := h.svc.Offers(ctx, technician(id))
	h.ok(err)
	return list
}

// accept takes the technician's first offer, of one case when it is given.
func (h *house) accept(id casefile.ID, of ...casefile.ID) (service.Result, service.OfferView) {
	h.t.Helper()
	list := slices.DeleteFunc(h.offersOf(id), func(o service.OfferView) bool { return len(of) > 0 && o.Case != of[0] })
	if len(list) == 0 {
		h.t.Fatal("no offer to accept")
	}
	r, err := h.svc.AcceptOffer(ctx, technician(id), service.OfferRef{Case: list[0].Case, Offer: list[0].Offer})
	h.ok(err)
	return r, list[0]
}

func (h *house) status(caseID casefile.ID) service.Status {
	h.t.Helper()
	st, err := h.svc.Status(ctx, customer(caseID), caseID)
	h.ok(err)
	return st
}

func (h *house) page(caseID casefile.ID) service.CasePage {
	h.t.Helper()
	p, err := h.svc.CasePage(ctx, dispatcher(), caseID)
	h.ok(err)
	return p
}

// atTheDoor brings a report to the proved arrival of its technician.
func (h *house) atTheDoor(change func(*service.Report)) (service.Receipt, casefile.ID, casefile.ID) {
	h.t.Helper()
	if h.main.IsNil() {
		h.main = h.hire("HM-1042", nil)
	}
	tech := h.main
	rc := h.report(change)
	h.due()
	r, _ := h.accept(tech, rc.Case)
	ref := service.VisitRef{Case: rc.Case, Visit: r.VisitID}
	_, err := h.svc.EnRoute(ctx, technician(tech), ref)
	h.ok(err)
	h.pass(10 * time.Minute)
	_, err = h.svc.Arrive(ctx, technician(tech), service.Door{Case: rc.Case, Visit: r.VisitID, Code: h.status(rc.Case).DoorCode})
	h.ok(err)
	return rc, tech, r.VisitID
}

// quoted puts a quote before the customer and has it approved.
func (h *house) quoted(rc service.Receipt, tech, visit casefile.ID, lines ...service.ProposeLine) service.QuoteView {
	h.t.Helper()
	q, err := h.svc.Propose(ctx, technician(tech), service.Propose{Case: rc.Case, Visit: visit, Lines: lines})
	h.ok(err)
	if q.State != service.QuoteOpen {
		return q
	}
	var answers []service.LineAnswer
	for _, l := range q.Lines {
		if l.Answer == "open" {
			answers = append(answers, service.LineAnswer{Line: l.Line, Approve: true})
		}
	}
	_, err = h.svc.AnswerQuote(ctx, customer(rc.Case), service.AnswerQuote{Case: rc.Case, Quote: q.ID, Answers: answers})
	h.ok(err)
	return q
}

// finish is a complete report of work for a lock.
func (h *house) finish(rc service.Receipt, visit casefile.ID) service.Finish {
	return service.Finish{Case: rc.Case, Visit: visit, Fault: "keypad", Cause: "board_failed", Words: "更换主板，测试正常",
		Work:      []service.WorkLine{{Item: "check", Quantity: 1}, {Item: "labour_medium", Quantity: 1}},
		Parts:     []service.PartLine{{Item: "lock_board", Serial: fmt.Sprintf("LB-2026-%05d", h.n), Quantity: 1}},
		Checklist: h.checklist(service.Repair, "smart_lock"),
		Before:    h.vault.stage(rc.Case, "before_photo", 1), After: h.vault.stage(rc.Case, "after_photo", 1),
		Related:   []service.RelatedProduct{{Product: "fridge", Condition: "watch", Advice: "clean_soon", WantsQuote: true}},
		Signature: "signed", SignatureItem: h.vault.stage(rc.Case, "signature", 1)[0]}
}

func (h *house) checklist(kind service.Kind, product string) map[string]string {
	out := map[string]string{}
	for _, c := range h.svc.Catalogue.Checklist(string(kind), product) {
		out[c.Code] = "done"
	}
	return out
}

func lockQuote() []service.ProposeLine {
	return []service.ProposeLine{{Item: "check", Quantity: 1}, {Item: "labour_medium", Quantity: 1, Why: "主板烧坏"}, {Item: "lock_board", Quantity: 1}}
}

// done brings a report to the signed completion.
func (h *house) done(change func(*service.Report)) (service.Receipt, casefile.ID, casefile.ID) {
	h.t.Helper()
	rc, tech, visit := h.atTheDoor(change)
	h.quoted(rc, tech, visit, lockQuote()...)
	_, err := h.svc.Finish(ctx, technician(tech), h.finish(rc, visit))
	h.ok(err)
	return rc, tech, visit
}

// Expectations.

func (h *house) wantKey(err error, category casefile.Category, key string) {
	h.t.Helper()
	var e *casefile.Error
	if !errors.As(err, &e) || e.Category != category || e.Key != key {
		h.t.Fatalf("want %s %s, got %v", category, key, err)
	}
}

func (h *house) wantField(err error, field string) {
	h.t.Helper()
	var e *casefile.Error
	if !errors.As(err, &e) || e.Category != casefile.Invalid {
		h.t.Fatalf("want an invalid %s, got %v", field, err)
	}
	for _, f := range e.Fields {
		if f.Field == field || strings.HasPrefix(f.Field, field+".") {
			return
		}
	}
	h.t.Fatalf("want an invalid %s, got %v", field, err)
}

func (h *house) wantNotFound(err error) {
	h.t.Helper()
	if !casefile.Is(err, casefile.NotFound) {
		h.t.Fatalf("want not found, got %v", err)
	}
}

func (h *house) wantState(caseID casefile.ID, request, visit service.State) {
	h.t.Helper()
	p := h.page(caseID)
	var v service.State
	if len(p.Visits) > 0 {
		v = p.Visits[0].State
	}
	if p.Request.State != request || v != visit {
		h.t.Fatalf("request %q visit %q, want %q %q", p.Request.State, v, request, visit)
	}
}

func (h *house) problems(caseID casefile.ID) (out []string) {
	h.t.Helper()
	for _, p := range h.page(caseID).Problems {
		out = append(out, p.Kind)
	}
	return out
}

func (h *house) wantProblem(caseID casefile.ID, kind string, want bool) {
	h.t.Helper()
	if got := h.problems(caseID); slices.Contains(got, kind) != want {
		h.t.Fatalf("problems %v; %s wanted: %v", got, kind, want)
	}
}

// events are the kinds on the whole timeline.
func (h *house) events(caseID casefile.ID) (out []string) {
	h.t.Helper()
	for _, e := range h.page(caseID).Timeline {
		out = append(out, e.Kind)
	}
	return out
}

func asJSON(v any) string {
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return err.Error()
	}
	return string(b)
}
