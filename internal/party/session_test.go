package party_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/party"
	"anxin/internal/tx"
)

func identity(p *place, roles ...casefile.Role) party.Identity {
	return party.Identity{Tenant: tenant, Account: p.source.NewID(), Name: "测试", Roles: roles, Role: roles[0], Stage: party.StageFull, Technician: p.source.NewID()}
}

func TestSessionLimits(t *testing.T) {
	each(t, party.AccountPolicy{}, func(t *testing.T, p *place) {
		for _, c := range []struct {
			role     casefile.Role
			idle     time.Duration
			absolute time.Duration
		}{{casefile.Agent, 30 * time.Minute, 24 * time.Hour}, {casefile.Technician, 12 * time.Hour, 24 * time.Hour}} {
			b := &browser{p: p}
			b.begin(identity(p, c.role))
			p.advance(c.idle - 2*time.Minute)
			if b.current().Account.IsNil() {
				t.Fatalf("%s: logged out before the idle limit", c.role)
			}
			p.advance(c.idle - 2*time.Minute) // the use above counts
			if b.current().Account.IsNil() {
				t.Fatalf("%s: use does not keep the session", c.role)
			}
			p.advance(c.idle + time.Second)
			if !b.current().Account.IsNil() {
				t.Fatalf("%s: still logged in after the idle limit", c.role)
			}
			b.begin(identity(p, c.role))
			for spent := time.Duration(0); spent < c.absolute; spent += 20 * time.Minute {
				if b.current().Account.IsNil() {
					t.Fatalf("%s: logged out after %v of use", c.role, spent)
				}
				p.advance(20 * time.Minute)
			}
			if !b.current().Account.IsNil() {
				t.Fatalf("%s: logged in after the absolute limit", c.role)
			}
		}
	})
}

func TestPendingLogInIsNoLogIn(t *testing.T) {
	each(t, party.AccountPolicy{}, func(t *testing.T, p *place) {
		b := &browser{p: p}
		i := identity(p, casefile.Agent)
		i.Stage = party.StageCode
		b.begin(i)
		before := b.cookie.Value
		if !b.current().Account.IsNil() {
			t.Fatal("a password alone logs in")
		}
		b.do(func(ctx context.Context) {
			if got, ok := p.sessions.Pending(ctx); !ok || got.Account != i.Account {
				t.Error("the pending log-in is not known")
			}
		})
		i.Stage = party.StageFull
		b.begin(i)
		if b.cookie.Value == before {
			t.Error("the token was not rotated")
		}
		old := &browser{p: p, cookie: &http.Cookie{Name: b.cookie.Name, Value: before}}
		if !old.current().Account.IsNil() {
			t.Error("the token from before the second factor still works")
		}
		i.Stage = party.StageCode
		b.begin(i)
		p.advance(11 * time.Minute)
		b.do(func(ctx context.Context) {
			if _, ok := p.sessions.Pending(ctx); ok {
				t.Error("a pending log-in lives for ever")
			}
		})
	})
}

func TestCookie(t *testing.T) {
	each(t, party.AccountPolicy{}, func(t *testing.T, p *place) {
		b := &browser{p: p}
		b.begin(identity(p, casefile.Agent))
		c := b.cookie
		if c.Name != "__Host-anxin" || !c.Secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" || c.SameSite != http.SameSiteLaxMode || len(c.Value) < 40 {
			t.Errorf("cookie %+v", c)
		}
		// Reading a page as nobody, or with a made-up cookie, stores nothing.
		for _, cookie := range []string{"", c.Name + "=made-up", c.Name + "=" + strings.Repeat("x", 4000)} {
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.Header.Set("Cookie", cookie)
			w := httptest.NewRecorder()
			p.sessions.Manager().LoadAndSave(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})).ServeHTTP(w, r)
			if w.Header().Get("Set-Cookie") != "" || w.Code != http.StatusOK {
				t.Errorf("cookie %.20q: %d %v", cookie, w.Code, w.Header())
			}
		}
	})
}

func TestTokenIsNotStored(t *testing.T) {
	each(t, party.AccountPolicy{}, func(t *testing.T, p *place) {
		b := &browser{p: p}
		i := identity(p, casefile.Agent)
		b.begin(i)
		check(t, p.db.Read(ctx, func(ctx context.Context, x tx.Tx) error {
			rows, err := storeOf.SessionsOf(ctx, x, tenant, i.Account)
			if len(rows) != 1 {
				t.Fatalf("%d rows", len(rows))
			}
			if strings.Contains(string(rows[0].Data)+string(rows[0].TokenHash), b.cookie.Value) {
				t.Error("the token is in the row")
			}
			return err
		}))
	})
}

func TestSwitchRole(t *testing.T) {
	each(t, party.AccountPolicy{}, func(t *testing.T, p *place) {
		b := &browser{p: p}
		i := identity(p, casefile.Agent, casefile.Technician)
		b.begin(i)
		if a := b.current().Actor(); a.Role != casefile.Agent || !a.Technician.IsNil() {
			t.Errorf("an agent acts as a technician: %+v", a)
		}
		before := b.cookie.Value
		b.do(func(ctx context.Context) { want(t, p.sessions.SwitchRole(ctx, casefile.Admin), casefile.NotFound) })
		p.advance(10 * time.Minute)
		b.do(func(ctx context.Context) { check(t, p.sessions.SwitchRole(ctx, casefile.Technician)) })
		if a := b.current().Actor(); a.Role != casefile.Technician || a.Technician != i.Technician || b.cookie.Value == before {
			t.Errorf("after the switch: %+v, rotated %v", a, b.cookie.Value != before)
		}
		old := &browser{p: p, cookie: &http.Cookie{Name: b.cookie.Name, Value: before}}
		if !old.current().Account.IsNil() {
			t.Error("the old token still works")
		}
		p.advance(3 * time.Hour) // a technician's idle limit holds now
		b.do(func(ctx context.Context) {
			views, err := p.sessions.List(ctx)
			check(t, err)
			if len(views) != 1 || views[0].Label != "Firefox, Linux" || views[0].Expires.Sub(views[0].Created) > 24*time.Hour-9*time.Minute {
				t.Errorf("the switch lengthened the session or lost its label: %+v", views)
			}
		})
	})
}

func TestMySessions(t *testing.T) {
	each(t, party.AccountPolicy{}, func(t *testing.T, p *place) {
		i := identity(p, casefile.Agent)
		a, b, c, stranger := &browser{p: p}, &browser{p: p}, &browser{p: p}, &browser{p: p}
		for _, x := range []*browser{a, b, c} {
			x.begin(i)
			p.advance(2 * time.Minute)
		}
		stranger.begin(identity(p, casefile.Agent))
		var ids []string
		a.do(func(ctx context.Context) {
			views, err := p.sessions.List(ctx)
			check(t, err)
			if len(views) != 3 {
				t.Fatalf("%d sessions", len(views))
			}
			for _, v := range views {
				if !v.Current {
					ids = append(ids, v.ID)
				}
			}
		})
		if len(ids) != 2 {
			t.Fatalf("current is not marked: %v", ids)
		}
		stranger.do(func(ctx context.Context) { want(t, p.sessions.EndOther(ctx, ids[0]), casefile.NotFound) })
		a.do(func(ctx context.Context) { check(t, p.sessions.EndOther(ctx, ids[0])) })
		if b.current().Account.IsNil() == c.current().Account.IsNil() {
			t.Error("not exactly one session ended")
		}
		a.do(func(ctx context.Context) { check(t, p.sessions.EndOther(ctx, "")) })
		if !b.current().Account.IsNil() || !c.current().Account.IsNil() || a.current().Account.IsNil() || stranger.current().Account.IsNil() {
			t.Error("end all others ended the wrong ones")
		}
		token := a.cookie.Value
		a.do(func(ctx context.Context) { check(t, p.sessions.End(ctx)) })
		again := &browser{p: p, cookie: &http.Cookie{Name: party.CookieName(true), Value: token}}
		if a.cookie != nil || !again.current().Account.IsNil() {
			t.Error("log-out leaves the session open")
		}
	})
}

// A request that runs while its session is ended elsewhere must not bring it back when it finishes.
func TestEndedSessionDoesNotComeBack(t *testing.T) {
	each(t, party.AccountPolicy{}, func(t *testing.T, p *place) {
		b := &browser{p: p}
		i := identity(p, casefile.Agent)
		b.begin(i)
		b.do(func(ctx context.Context) {
			check(t, p.db.Write(ctx, func(ctx context.Context, x tx.Tx) error { return p.sessions.EndAll(ctx, x, tenant, i.Account, nil) }))
			p.sessions.Manager().Put(ctx, "something", "changed")
		})
		if !b.current().Account.IsNil() {
			t.Error("the session came back")
		}
	})
}

// Reading pages writes at most once a minute, also with many requests at once.
func TestUseIsNotedCoarsely(t *testing.T) {
	each(t, party.AccountPolicy{}, func(t *testing.T, p *place) {
		b := &browser{p: p}
		i := identity(p, casefile.Agent)
		b.begin(i)
		seen := func() (at time.Time) {
			check(t, p.db.Read(ctx, func(ctx context.Context, x tx.Tx) error {
				rows, err := storeOf.SessionsOf(ctx, x, tenant, i.Account)
				at = rows[0].Seen
				return err
			}))
			return at
		}
		start := seen()
		p.advance(59 * time.Second)
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() { (&browser{p: p, cookie: b.cookie}).current() })
		}
		wg.Wait()
		if seen() != start {
			t.Error("a use within the minute was written")
		}
		p.advance(time.Second)
		b.current()
		if seen() == start {
			t.Error("a use after a minute was not written")
		}
	})
}

func TestSweep(t *testing.T) {
	each(t, party.AccountPolicy{}, func(t *testing.T, p *place) {
		i := identity(p, casefile.Agent)
		(&browser{p: p}).begin(i)
		p.advance(31 * time.Minute)
		check(t, p.accounts.Sweep(ctx))
		check(t, p.finder.Sweep(ctx))
		check(t, p.db.Read(ctx, func(ctx context.Context, x tx.Tx) error {
			rows, err := storeOf.SessionsOf(ctx, x, tenant, i.Account)
			if len(rows) != 0 {
				t.Error("a dead session is kept")
			}
			return err
		}))
	})
}
