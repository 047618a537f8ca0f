package claim_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/casefile/casefiledb"
	"anxin/internal/claim"
	"anxin/internal/claim/claimdb"
	"anxin/internal/clock"
	"anxin/internal/clock/clockdb"
	"anxin/internal/db"
	"anxin/internal/db/dbtest"
	"anxin/internal/ledger"
	"anxin/internal/ledger/ledgerdb"
	"anxin/internal/privacy"
	"anxin/internal/privacy/privacydb"
	"anxin/internal/tx"
)

var ctx = context.Background()

// start is Tuesday, 24 November 2026, 10:00 in China.
var start = time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)

// tenant is the one of the running test. Tests share a database per engine; each has a tenant of its own.
var tenant = casefile.Tenant(0)

// house is the claims half with everything real around it but its neighbours, on one engine, with a clock that the test moves.
type house struct {
	t        testing.TB
	db       *db.DB
	svc      *claim.Service
	keeper   *privacy.Keeper
	clock    *clock.Clock
	clocks   *clock.CaseClocks
	timeline *casefile.Timeline
	vault    *vault
	mail     *mail
	orders   *orders
	rules    *rules
	checks   *checks
	letters  *letters
	visits   *visits

	mu   sync.Mutex
	now  time.Time
	real time.Time // when set, the clock runs from then on
	n    int
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
	dir, err := os.MkdirTemp("", "claim-test-")
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

// options are those of the timers.
var options clock.Options

func newHouse(t testing.TB, d *db.DB) *house {
	t.Helper()
	tenant += 10
	h := &house{t: t, db: d, now: start, vault: &vault{}, mail: &mail{}, rules: &rules{ruling: ruling()}, checks: &checks{}, letters: &letters{}, visits: &visits{}}
	h.orders = &orders{of: map[casefile.ID]claim.Order{}}
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
	h.clock = clock.New(d, clockdb.Store{}, src, options)
	cals, err := clock.LoadCalendars(nil)
	h.ok(err)
	policy, err := clock.LoadPolicy(nil, cals)
	h.ok(err)
	h.clocks = clock.NewCaseClocks(h.clock, clockdb.Store{}, h.timeline, cals, policy, src)
	h.svc, err = claim.New(claim.Config{Run: d, Store: claimdb.Store{}, Timeline: h.timeline, Idempotency: casefile.NewIdempotency(casefiledb.Store{}, src), Keeper: h.keeper,
		Timers: h.clock, Clocks: h.clocks, Evidence: h.vault, Notifier: h.mail, Source: src, Orders: h.orders, Rules: h.rules, Checks: h.checks, Letters: h.letters,
		Documents: documents{}, Visits: h.visits, People: people{h.keeper}})
	h.ok(err)
	h.clocks.OnExpiry(h.svc.ClockExpired)
	h.clocks.OnMoved(h.svc.ClockMoved)
	for kind, handler := range h.svc.Handlers() {
		h.clock.Handle(kind, handler)
	}
	return h
}

func (h *house) time() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.real.IsZero() {
		return h.now.Add(time.Since(h.real))
	}
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

// passDays passes days one by one, so that what one deadline leads to has its own.
func (h *house) passDays(n int) {
	h.t.Helper()
	for range n {
		h.pass(24 * time.Hour)
	}
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

// must keeps the result of a command that has to succeed.
func (h *house) must(r claim.Result, err error) claim.Result {
	h.t.Helper()
	h.ok(err)
	h.due()
	return r
}

// refused checks that a command is refused with a key.
func (h *house) refused(key string, err error) {
	h.t.Helper()
	var e *casefile.Error
	if !errors.As(err, &e) {
		h.t.Fatalf("want %s, got %v", key, err)
	}
	if e.Key == key {
		return
	}
	for _, f := range e.Fields {
		if f.Key == key {
			return
		}
	}
	h.t.Fatalf("want %s, got %v", key, err)
}

// The neighbours.

// vault stages items by hand.
type vault struct {
	mu    sync.Mutex
	items []vaultItem
}

type vaultItem struct {
	claim.Item
	Case     casefile.ID
	attached bool
}

func (v *vault) stage(caseID casefile.ID, kind string, n int) []casefile.ID {
	v.mu.Lock()
	defer v.mu.Unlock()
	var out []casefile.ID
	for range n {
		id := casefile.Source{}.NewID()
		v.items = append(v.items, vaultItem{claim.Item{ID: id, Kind: kind, Media: "image/jpeg", SHA256: [32]byte(append(id[:], id[:]...)), Received: start}, caseID, false})
		out = append(out, id)
	}
	return out
}

func (v *vault) find(caseID, id casefile.ID) int {
	return slices.IndexFunc(v.items, func(i vaultItem) bool { return i.ID == id && i.Case == caseID })
}

func (v *vault) Find(_ context.Context, _ tx.Tx, _ casefile.Tenant, caseID casefile.ID, ids []casefile.ID) (out []claim.Item, err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, id := range ids {
		at := v.find(caseID, id)
		if at < 0 {
			return nil, casefile.Fail(casefile.NotFound, "evidence.error.not_here")
		}
		out = append(out, v.items[at].Item)
	}
	return out, nil
}

func (v *vault) Attach(_ context.Context, t tx.Tx, _ casefile.Actor, a claim.Attachment) (out []claim.Item, err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, id := range a.Items {
		at := v.find(a.Case, id)
		if at < 0 || !slices.Contains(a.Kinds, v.items[at].Kind) || v.items[at].attached {
			return nil, casefile.Fail(casefile.NotFound, "evidence.error.not_here")
		}
		out = append(out, v.items[at].Item)
		t.OnCommit(func() {
			v.mu.Lock()
			defer v.mu.Unlock()
			v.items[at].Request, v.items[at].Visit, v.items[at].attached = a.Claim, a.Statement, true
		})
	}
	return out, nil
}

func (v *vault) Attached(_ context.Context, _ tx.Tx, _ casefile.Tenant, caseID casefile.ID) ([]claim.Item, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	var out []claim.Item
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
	sent []claim.Message
}

func (m *mail) Queue(_ context.Context, _ tx.Tx, msg claim.Message) error {
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

type orders struct {
	mu    sync.Mutex
	of    map[casefile.ID]claim.Order
	marks []claim.Mark
}

func (o *orders) OfCase(_ context.Context, _ tx.Tx, _ casefile.Tenant, caseID casefile.ID) (claim.Order, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	v, ok := o.of[caseID]
	if !ok {
		return v, casefile.Fail(casefile.NotFound, "error.not_found")
	}
	return v, nil
}

func (o *orders) History(context.Context, tx.Tx, casefile.Tenant, casefile.ID, time.Time) (claim.History, error) {
	return claim.History{Counts: [3]claim.Count{{Days: 30}, {Days: 90}, {Days: 365}}}, nil
}

func (o *orders) Mark(_ context.Context, t tx.Tx, m claim.Mark) error {
	t.OnCommit(func() { o.mu.Lock(); o.marks = append(o.marks, m); o.mu.Unlock() })
	return nil
}

type rules struct {
	ruling claim.Ruling
	err    error
	seen   []claim.RuleFacts
}

func ruling() claim.Ruling {
	p := claim.PackRef{ID: "base", Version: "2026-11", Hash: "00"}
	return claim.Ruling{OrderPack: p, FilingPack: p, Applied: p, Burden: claim.BurdenBuyer, BurdenRule: "base.burden", Lane: claim.NormalLane, Trace: []byte("{}")}
}

func (r *rules) Apply(_ context.Context, _ casefile.Tenant, f claim.RuleFacts) (claim.Ruling, error) {
	r.seen = append(r.seen, f)
	return r.ruling, r.err
}

type checks struct {
	mu      sync.Mutex
	began   []claim.CheckJob
	signals []claim.Signal
}

func (c *checks) Begin(_ context.Context, t tx.Tx, j claim.CheckJob) error {
	t.OnCommit(func() { c.mu.Lock(); c.began = append(c.began, j); c.mu.Unlock() })
	return nil
}

func (c *checks) Signals(context.Context, tx.Tx, casefile.Tenant, casefile.ID, casefile.ID) ([]claim.Signal, error) {
	return c.signals, nil
}

func (c *checks) Run(context.Context, tx.Tx, casefile.Tenant, casefile.ID, casefile.ID) (claim.CheckRun, error) {
	return claim.CheckRun{Began: start, Ended: start, Versions: []string{"exact@1"}}, nil
}

type letters struct {
	err  error
	made []claim.LetterFacts
}

func (l *letters) Compose(_ context.Context, f claim.LetterFacts) ([]byte, error) {
	if l.err != nil {
		return nil, l.err
	}
	l.made = append(l.made, f)
	return json.Marshal(f)
}

type documents struct{}

func (documents) Issue(_ context.Context, _ tx.Tx, _ casefile.Tenant, _, ref casefile.ID, _ string, _ time.Time) (string, error) {
	return "D-" + ref.String()[24:], nil
}

type visits struct {
	ordered []claim.VisitOrder
	ids     []casefile.ID
	err     error
}

func (v *visits) Order(_ context.Context, _ tx.Tx, _ casefile.Actor, _ *casefile.Case, o claim.VisitOrder) (casefile.ID, error) {
	if v.err != nil {
		return casefile.Nil, v.err
	}
	id := casefile.Source{}.NewID()
	v.ordered, v.ids = append(v.ordered, o), append(v.ids, id)
	return id, nil
}

type people struct{ k *privacy.Keeper }

func (p people) MaskedName(ctx context.Context, t tx.Tx, tenant casefile.Tenant, subject casefile.ID) (string, error) {
	who, err := p.k.Person(ctx, t, tenant, subject)
	return who.Name.String(), err
}

// People.

func actor(role casefile.Role, n byte) casefile.Actor {
	return casefile.Actor{Tenant: tenant, Role: role, ID: casefile.ID{9, n}, Route: "web", Lang: "zh"}
}

func reviewer(n byte) casefile.Actor { return actor(casefile.Reviewer, n) }
func lead() casefile.Actor           { return actor(casefile.Admin, 99) }

var shop = casefile.ID{7, 7}

func merchant() casefile.Actor {
	a := actor(casefile.Merchant, 50)
	a.Merchant = shop
	return a
}

// matter is one claim of a test.
type matter struct {
	*house
	id    casefile.ID // of the case
	claim casefile.ID
	buyer casefile.Actor
}

// order makes a case with an order.
func (h *house) order() *matter {
	h.t.Helper()
	h.n++
	src := casefile.Source{Clock: h.time}
	c := casefile.Case{Tenant: tenant, ID: src.NewID(), Subject: src.NewID(), Lang: "zh", Created: h.time()}
	h.ok(h.db.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		c := c
		if err := h.timeline.Create(ctx, t, &c); err != nil {
			return err
		}
		return h.keeper.AddPerson(ctx, t, privacy.Person{Tenant: tenant, Subject: c.Subject, Case: c.ID, Name: privacy.NewName("李木清"), Phone: privacy.NewPhone(fmt.Sprintf("1990000%04d", h.n))})
	}))
	h.orders.mu.Lock()
	h.orders.of[c.ID] = claim.Order{ID: src.NewID(), Case: c.ID, Number: fmt.Sprintf("T2026%08d", h.n), Merchant: shop, MerchantName: "禾木旗舰店", Product: "智能门锁 M3", Code: "smart_lock", Category: "lock",
		Quantity: 1, Paid: 89900, Ordered: start.AddDate(0, 0, -10), Shipped: start.AddDate(0, 0, -9), Delivered: start.AddDate(0, 0, -5),
		References: []claim.Reference{{Item: src.NewID(), Case: c.ID, Kind: "packing_photo", Sealed: casefile.Moment{At: start.AddDate(0, 0, -9), Leaf: casefile.NoLeaf}}, {Item: src.NewID(), Case: c.ID, Kind: "catalogue", Sealed: casefile.Moment{At: start.AddDate(0, 0, 3), Leaf: casefile.NoLeaf}}}}
	h.orders.mu.Unlock()
	return &matter{house: h, id: c.ID, buyer: casefile.Actor{Tenant: tenant, Role: casefile.Customer, ID: c.Subject, Case: c.ID, Route: "web", Lang: "zh"}}
}

// form is an ordinary claim.
func (m *matter) form(change func(*claim.File)) claim.File {
	f := claim.File{Key: "claim-key-" + m.id.String(), Case: m.id, Reason: "damaged", Story: "外壳裂了一道，拆箱时就这样", Wish: claim.RefundOnly, Declared: claim.DeclaredNone, Lang: "zh",
		Media: m.vault.stage(m.id, claim.MediaClaimPhoto, 2)}
	if change != nil {
		change(&f)
	}
	return f
}

// file files it.
func (m *matter) file(change func(*claim.File)) *matter {
	m.t.Helper()
	rc, err := m.svc.File(ctx, m.buyer, m.form(change))
	m.ok(err)
	m.claim = rc.Claim
	m.due()
	return m
}

// checked ends the checks.
func (m *matter) checked(flags ...string) *matter {
	m.t.Helper()
	m.ok(m.svc.Checked(ctx, tenant, m.id, m.claim, flags))
	m.due()
	return m
}

// in checks the state.
func (m *matter) in(want claim.State) *matter {
	m.t.Helper()
	if got := m.row().Facts.State; got != want {
		m.t.Fatalf("the claim is %s, want %s", got, want)
	}
	return m
}

// row reads the claim's row.
func (m *matter) row() (c claim.Claim) {
	m.t.Helper()
	m.ok(m.db.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		list, err := claimdb.Store{}.Claims(ctx, t, tenant, m.id)
		if err == nil {
			c = list[len(list)-1]
		}
		return err
	}))
	return c
}

// contest has the merchant contest and the buyer pass; then people look.
func (m *matter) contested() *matter {
	m.t.Helper()
	m.must(m.svc.Contest(ctx, merchant(), claim.Contest{Case: m.id, Reason: "intact_when_packed", Words: "打包时完好，有录像", Declared: claim.DeclaredNone, Media: m.vault.stage(m.id, claim.MediaAnswerVideo, 1)}))
	m.must(m.svc.Comment(ctx, m.buyer, claim.Say{Case: m.id, Words: "录像里看不到侧面"}))
	return m.in(claim.InReview)
}

// take gives the next claim, which must be this one, to a reviewer, who writes the first impression.
func (m *matter) take(a casefile.Actor) *matter {
	m.t.Helper()
	l, err := m.svc.Next(ctx, a)
	m.ok(err)
	if l.Case != m.id {
		m.t.Fatalf("next is another claim")
	}
	m.must(m.svc.Impress(ctx, a, claim.Impress{Case: m.id, Leaning: "unclear", Words: "照片清楚，裂纹走向自然"}))
	return m
}

// decision is a sound decision for a remedy.
func (m *matter) decision(r claim.Remedy) claim.Decide {
	d := claim.Decide{Case: m.id, Remedy: r, Reasons: []string{"damage_shown"}, Grounds: []claim.Ground{{Group: "match"}, {Group: "context"}}, Burden: claim.BurdenBuyer,
		Words: "对照打包照片，裂纹在签收前就有", OnBuyer: "采信：照片与实物一致", OnMerchant: "不采信：录像未拍到侧面", Beyond: r == claim.Forged}
	if r == claim.Partial {
		d.Amount = 20000
	}
	return d
}
