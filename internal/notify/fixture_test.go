package notify_test

import (
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"net/netip"
	"os"
	"sync"
	"testing"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/casefile/casefiledb"
	"anxin/internal/clock"
	"anxin/internal/clock/clockdb"
	"anxin/internal/db"
	"anxin/internal/db/dbtest"
	"anxin/internal/i18n"
	"anxin/internal/notify"
	"anxin/internal/notify/notifydb"
	"anxin/internal/party"
	"anxin/internal/party/partydb"
	"anxin/internal/privacy"
	"anxin/internal/privacy/privacydb"
	"anxin/internal/tx"
)

// tenant is the one of the running test; tests share a database per engine.
var tenant casefile.Tenant = 10

var ctx = context.Background()

type place struct {
	t         *testing.T
	db        *db.DB
	source    casefile.Source
	keeper    *privacy.Keeper
	clock     *clock.Clock
	endpoints *notify.Endpoints
	messages  *notify.Messages
	deliverer *notify.Deliverer
	admin     casefile.Actor

	mu  sync.Mutex
	now time.Time
}

func (p *place) advance(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now = p.now.Add(d)
}

var local = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

func newPlace(t *testing.T, d *db.DB, guard *notify.Guard) *place {
	t.Helper()
	tenant++
	p := &place{t: t, db: d, now: time.Date(2026, 11, 24, 6, 5, 0, 0, time.UTC), admin: casefile.Actor{Tenant: tenant, Role: casefile.Admin}}
	p.source = casefile.Source{Clock: func() time.Time {
		p.mu.Lock()
		defer p.mu.Unlock()
		return p.now
	}}
	master, err := privacy.NewMaster(p.source)
	check(t, err)
	p.keeper = privacy.New(master, privacydb.Store{}, p.source)
	p.clock = clock.New(d, clockdb.Store{}, p.source, clock.Options{})
	store := notifydb.Store{}
	p.endpoints = notify.NewEndpoints(d, store, p.keeper, p.clock, guard, p.source)
	links := party.NewLinks(d, partydb.Store{}, p.keeper, p.source)
	p.messages = notify.NewMessages(d, store, p.endpoints, p.keeper, links, nil, p.source, notify.Config{
		Brand: map[i18n.Lang]string{i18n.ZH: "禾木家电", i18n.EN: "Hemu Home"}, LinkBase: "https://service.example.com/s/",
	}, nil)
	p.deliverer = notify.NewDeliverer(d, store, p.keeper, guard, p.source)
	p.clock.Handle(notify.KindWebhook, p.deliverer.Handler())
	return p
}

func each(t *testing.T, guard *notify.Guard, f func(t *testing.T, p *place)) {
	t.Run("sqlite", func(t *testing.T) {
		if shared.sqlite == nil {
			shared.sqlite = dbtest.SQLite(forAll{t})
		}
		f(t, newPlace(t, shared.sqlite, guard))
	})
	t.Run("postgres", func(t *testing.T) {
		if shared.postgres == nil {
			shared.postgres = dbtest.Postgres(forAll{t})
		}
		f(t, newPlace(t, shared.postgres, guard))
	})
}

// alone runs a test on databases of its own: timers that other tests left behind would run too.
func alone(t *testing.T, guard *notify.Guard, f func(t *testing.T, p *place)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { f(t, newPlace(t, d, guard)) })
}

var shared struct {
	sqlite, postgres *db.DB
	cleanups         []func()
}

// forAll is a test whose things live until the last test is over.
type forAll struct{ testing.TB }

func (forAll) Cleanup(f func()) { shared.cleanups = append(shared.cleanups, f) }

func (a forAll) TempDir() string {
	dir, err := os.MkdirTemp("", "notify-test-")
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

func wantKey(t testing.TB, err error, key string) {
	t.Helper()
	var e *casefile.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want %s", err, key)
	}
	if e.Key == key || len(e.Fields) > 0 && e.Fields[0].Key == key {
		return
	}
	t.Fatalf("got %v, want %s", err, key)
}

func (p *place) write(f func(ctx context.Context, t tx.Tx) error) {
	p.t.Helper()
	check(p.t, p.db.Write(ctx, f))
}

func (p *place) newCase(lang string) casefile.Case {
	p.t.Helper()
	now := p.source.Now()
	c := casefile.Case{Tenant: tenant, ID: p.source.NewID(), Number: casefile.NewNumber(p.source, now), Subject: p.source.NewID(), Lang: lang, Created: now}
	p.write(func(ctx context.Context, t tx.Tx) error {
		if ok, err := (casefiledb.Store{}).InsertCase(ctx, t, c); err != nil || !ok {
			return errors.Join(err, errors.New("case number taken"))
		}
		return p.keeper.AddPerson(ctx, t, privacy.Person{
			Tenant: tenant, Subject: c.Subject, Case: c.ID, Name: privacy.NewName("张示例"), Phone: privacy.NewPhone("19900000001"), Created: now,
		})
	})
	return c
}

func (p *place) queue(c casefile.Case, template string, args map[string]any) {
	p.t.Helper()
	p.write(func(ctx context.Context, t tx.Tx) error { return p.messages.Queue(ctx, t, message(c, template, args)) })
}

func message(c casefile.Case, template string, args map[string]any) notify.Message {
	return notify.Message{
		Tenant: c.Tenant, Case: c.ID, Number: c.Number, To: notify.ToCustomer, Subject: c.Subject, Template: template, Lang: c.Lang, Args: args,
	}
}

// runDue runs what is due and answers how many handlers ran.
func (p *place) runDue() int {
	p.t.Helper()
	n, err := p.clock.RunDue(ctx)
	check(p.t, err)
	return n
}

// testTLS trusts a test server.
func testTLS(c *http.Client) *tls.Config {
	return c.Transport.(*http.Transport).TLSClientConfig
}
