package party_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"sync"
	"testing"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/casefile/casefiledb"
	"anxin/internal/db"
	"anxin/internal/db/dbtest"
	"anxin/internal/party"
	"anxin/internal/party/partydb"
	"anxin/internal/privacy"
	"anxin/internal/privacy/privacydb"
	"anxin/internal/tx"
)

// tenant is the one of the running test: tests share a database and each has a tenant and a master key of its own. Tenant 2 is a stranger.
var tenant casefile.Tenant = 10

// place is everything of party on one database, with a clock that tests move.
type place struct {
	t        *testing.T
	db       *db.DB
	source   casefile.Source
	keeper   *privacy.Keeper
	sessions *party.Sessions
	accounts *party.Accounts
	links    *party.Links
	keys     *party.Keys
	finder   *party.Finder
	log      *party.AccessLog
	codes    *codes

	mu  sync.Mutex
	now time.Time
}

// cheap is for tests only: real costs would make the suite slow.
var cheap = party.Hashing{MemoryKiB: 64, Time: 1, Threads: 1}

func (p *place) advance(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now = p.now.Add(d)
}

// codes stands for notify.
type codes struct{ sent []string }

func (c *codes) SendCode(_ context.Context, _ tx.Tx, _ casefile.Tenant, _, _ casefile.ID, _, code string) error {
	c.sent = append(c.sent, code)
	return nil
}

func newPlace(t *testing.T, d *db.DB, policy party.AccountPolicy) *place {
	t.Helper()
	p := &place{t: t, db: d, now: time.Date(2026, 11, 24, 6, 5, 0, 0, time.UTC), codes: &codes{}}
	p.source = casefile.Source{Clock: func() time.Time {
		p.mu.Lock()
		defer p.mu.Unlock()
		return p.now
	}}
	master, err := privacy.NewMaster(p.source)
	check(t, err)
	p.keeper = privacy.New(master, privacydb.Store{}, p.source)
	store := partydb.Store{}
	sp := party.DefaultSessionPolicy()
	p.sessions = party.NewSessions(d, store, p.source, sp)
	passwords, err := party.NewPasswords(cheap, p.source, 4)
	check(t, err)
	p.accounts = party.NewAccounts(d, store, p.sessions, passwords, p.keeper, p.source, policy)
	p.links = party.NewLinks(d, store, p.keeper, p.source)
	p.keys = party.NewKeys(d, store, p.source)
	p.finder = party.NewFinder(p.links, store, p.codes)
	p.log = party.NewAccessLog(d, store, p.source)
	return p
}

// each runs a test on both engines, on databases that all tests of the package share: making a PostgreSQL database for each would take most of
// the time.
func each(t *testing.T, policy party.AccountPolicy, f func(t *testing.T, p *place)) {
	run := func(t *testing.T, d *db.DB) {
		tenant++
		admin.Tenant = tenant
		f(t, newPlace(t, d, policy))
	}
	t.Run("sqlite", func(t *testing.T) {
		if shared.sqlite == nil {
			shared.sqlite = dbtest.SQLite(forAll{t})
		}
		run(t, shared.sqlite)
	})
	t.Run("postgres", func(t *testing.T) {
		if shared.postgres == nil {
			shared.postgres = dbtest.Postgres(forAll{t})
		}
		run(t, shared.postgres)
	})
}

var shared struct {
	sqlite, postgres *db.DB
	cleanups         []func()
}

// forAll is a test whose things live until the last test is over.
type forAll struct{ testing.TB }

func (forAll) Cleanup(f func()) { shared.cleanups = append(shared.cleanups, f) }

func (a forAll) TempDir() string {
	dir, err := os.MkdirTemp("", "party-test-")
	check(a, err)
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

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func want(t testing.TB, err error, c casefile.Category) {
	t.Helper()
	if !casefile.Is(err, c) {
		t.Fatalf("got %v, want category %s", err, c)
	}
}

func wantKey(t testing.TB, err error, key string) {
	t.Helper()
	var e *casefile.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want %s", err, key)
	}
	if e.Key == key {
		return
	}
	for _, f := range e.Fields {
		if f.Key == key {
			return
		}
	}
	t.Fatalf("got %v, want %s", err, key)
}

var (
	ctx   = context.Background()
	admin = casefile.Actor{Tenant: tenant, Role: casefile.Admin, ID: casefile.ID{15: 9}, Route: "web"}
	addr1 = netip.MustParseAddr("198.51.100.7")
	addr2 = netip.MustParseAddr("198.51.100.8")
)

const goodPassword = "门口的灯笼 is red 42"

// account makes an active account with goodPassword.
func (p *place) account(login string, roles ...casefile.Role) casefile.ID {
	p.t.Helper()
	n := party.NewAccount{Login: login, Name: "测试 " + login, Roles: roles}
	for _, r := range roles {
		if r == casefile.Technician {
			n.Technician = p.source.NewID()
		}
		if r == casefile.Merchant {
			n.Merchant = p.source.NewID()
		}
	}
	token, id, err := p.accounts.Invite(ctx, admin, n)
	check(p.t, err)
	_, err = p.accounts.Accept(ctx, token, goodPassword, "", "")
	check(p.t, err)
	return id
}

func (p *place) logIn(login, password string, from netip.Addr) (party.Identity, error) {
	return p.accounts.LogIn(ctx, party.LogIn{Tenant: tenant, Login: login, Password: password, Address: from})
}

// browser keeps the session cookie between requests to the session middleware.
type browser struct {
	p      *place
	cookie *http.Cookie
}

// do runs f inside the middleware, as a handler.
func (b *browser) do(f func(ctx context.Context)) {
	b.p.t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/", nil)
	if b.cookie != nil {
		r.AddCookie(b.cookie)
	}
	w := httptest.NewRecorder()
	b.p.sessions.Manager().LoadAndSave(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { f(r.Context()) })).ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if c.MaxAge < 0 {
			b.cookie = nil
		} else {
			b.cookie = c
		}
	}
}

func (b *browser) begin(i party.Identity) {
	b.p.t.Helper()
	b.do(func(ctx context.Context) { check(b.p.t, b.p.sessions.Begin(ctx, i, "Firefox, Linux")) })
}

// current is who the browser is logged in as; the zero identity when nobody.
func (b *browser) current() (i party.Identity) {
	b.do(func(ctx context.Context) {
		if who, ok := b.p.sessions.Current(ctx); ok {
			i = who
		}
	})
	return i
}

// newCase makes a case of a customer with a phone.
func (p *place) newCase(phone string) casefile.Case {
	p.t.Helper()
	now := p.source.Now()
	c := casefile.Case{Tenant: tenant, ID: p.source.NewID(), Number: casefile.NewNumber(p.source, now), Subject: p.source.NewID(), Lang: "zh", Created: now}
	check(p.t, p.db.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		if ok, err := (casefiledb.Store{}).InsertCase(ctx, t, c); err != nil || !ok {
			return errors.Join(err, errors.New("case number taken"))
		}
		return p.keeper.AddPerson(ctx, t, privacy.Person{
			Tenant: tenant, Subject: c.Subject, Case: c.ID, Name: privacy.NewName("张示例"), Phone: privacy.NewPhone(phone), Created: now,
		})
	}))
	return c
}

func (p *place) issue(c casefile.Case) (token string) {
	p.t.Helper()
	check(p.t, p.db.Write(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		token, err = p.links.Issue(ctx, t, tenant, c.ID)
		return err
	}))
	return token
}
