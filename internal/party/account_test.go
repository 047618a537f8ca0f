package party_test

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"anxin/internal/casefile"
	"anxin/internal/party"
	"anxin/internal/tx"
)

func TestLogIn(t *testing.T) {
	each(t, party.AccountPolicy{}, func(t *testing.T, p *place) {
		id := p.account("lin.agent", casefile.Agent, casefile.Dispatcher)
		i, err := p.logIn("  LIN.Agent ", goodPassword, addr1)
		check(t, err)
		if i.Account != id || i.Stage != party.StageFull || i.Role != casefile.Agent || len(i.Roles) != 2 {
			t.Fatalf("identity %+v", i)
		}
		if _, err := p.accounts.LogIn(ctx, party.LogIn{Tenant: 2, Login: "lin.agent", Password: goodPassword, Address: addr1}); err == nil {
			t.Fatal("the account of one tenant opens another")
		}
	})
}

// Unknown name, wrong password, disabled and never set up: one answer.
func TestLogInAnswersAlike(t *testing.T) {
	each(t, party.AccountPolicy{}, func(t *testing.T, p *place) {
		p.account("known", casefile.Agent)
		closed := p.account("closed", casefile.Agent)
		check(t, p.accounts.Disable(ctx, admin, closed))
		_, _, err := p.accounts.Invite(ctx, admin, party.NewAccount{Login: "fresh", Name: "新人", Roles: []casefile.Role{casefile.Agent}})
		check(t, err)
		for _, c := range []struct{ login, password string }{
			{"known", "wrong password 1"}, {"nobody", "wrong password 1"}, {"closed", goodPassword}, {"fresh", ""}, {"", ""}, {strings.Repeat("x", 500), "y"},
			{"known", strings.Repeat("y", 500)},
		} {
			_, err := p.logIn(c.login, c.password, addr1)
			if err == nil || err.Error() != "log_in party.error.credentials" {
				t.Errorf("%q: %v", c.login, err)
			}
		}
	})
}

func TestLockOutGrowsIsTheSameForUnknownNamesAndSurvivesRestart(t *testing.T) {
	each(t, party.AccountPolicy{}, func(t *testing.T, p *place) {
		p.account("target", casefile.Agent)
		for _, login := range []string{"target", "nobody"} {
			from := addr1
			if login == "nobody" {
				from = addr2
			}
			var waits []time.Duration
			for try := 1; try <= 8; try++ {
				_, err := p.logIn(login, "wrong password", from)
				want(t, err, casefile.LogInFirst)
				if try < 5 {
					continue
				}
				// Even the right password waits, and a new process knows it.
				_, err = restarted(p).LogIn(ctx, party.LogIn{Tenant: tenant, Login: login, Password: goodPassword, Address: from})
				want(t, err, casefile.Limited)
				wait := retryAfter(t, err)
				waits = append(waits, wait)
				p.advance(wait)
			}
			for i := 1; i < len(waits); i++ {
				if waits[i] != 2*waits[i-1] {
					t.Errorf("%s: waits %v do not double", login, waits)
				}
			}
		}
		if _, err := p.logIn("target", goodPassword, addr1); err != nil {
			t.Fatalf("after the wait the right password works: %v", err)
		}
		for range 4 {
			_, err := p.logIn("target", "wrong again", addr1)
			want(t, err, casefile.LogInFirst)
		}
		if _, err := p.logIn("target", goodPassword, addr1); err != nil {
			t.Fatalf("a good log-in starts the count again: %v", err)
		}
	})
}

// restarted is what a new process has: same database, same key, no memory.
func restarted(p *place) *party.Accounts {
	passwords, err := party.NewPasswords(cheap, p.source, 4)
	check(p.t, err)
	return party.NewAccounts(p.db, storeOf, p.sessions, passwords, p.keeper, p.source, party.AccountPolicy{})
}

func TestLockOutByAddress(t *testing.T) {
	each(t, party.AccountPolicy{}, func(t *testing.T, p *place) {
		p.account("someone", casefile.Agent)
		v6 := func(host string) netip.Addr { return netip.MustParseAddr("2001:db8:1:2::" + host) }
		for i := range 30 {
			_, err := p.logIn("guess"+string(rune('a'+i%26))+string(rune('a'+i/26)), "wrong password", v6(string(rune('1'+i%9))))
			want(t, err, casefile.LogInFirst)
		}
		_, err := p.logIn("someone", goodPassword, v6("ffff"))
		want(t, err, casefile.Limited)
		if _, err := p.logIn("someone", goodPassword, netip.MustParseAddr("2001:db8:1:3::1")); err != nil {
			t.Fatalf("the neighbour's network is not locked: %v", err)
		}
	})
}

// Guesses at once must not pass the limit together: each is counted before it is checked.
func TestParallelGuessesAreAllCounted(t *testing.T) {
	each(t, party.AccountPolicy{}, func(t *testing.T, p *place) {
		p.account("busy", casefile.Agent)
		var checked, limited atomic.Int64
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				_, err := p.logIn("busy", "wrong password", addr1)
				switch casefile.CategoryOf(err) {
				case casefile.LogInFirst:
					checked.Add(1)
				case casefile.Limited:
					limited.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if checked.Load() != 5 || limited.Load() != 15 {
			t.Fatalf("%d passwords were checked, %d refused; want 5 and 15", checked.Load(), limited.Load())
		}
	})
}

// A stranger who guesses must not keep the owner out of a browser that was used before.
func TestKnownDeviceIsCountedApart(t *testing.T) {
	each(t, party.AccountPolicy{}, func(t *testing.T, p *place) {
		p.account("owner", casefile.Agent)
		i, err := p.logIn("owner", goodPassword, addr1)
		check(t, err)
		device := p.accounts.DeviceToken(i)
		for range 5 {
			_, _ = p.logIn("owner", "wrong password", addr2)
		}
		_, err = p.logIn("owner", goodPassword, addr2)
		want(t, err, casefile.Limited)
		with := party.LogIn{Tenant: tenant, Login: "owner", Password: goodPassword, Address: addr1, Device: device}
		if _, err := p.accounts.LogIn(ctx, with); err != nil {
			t.Fatalf("known device: %v", err)
		}
		with.Device = device[:len(device)-2] + "AA"
		_, err = p.accounts.LogIn(ctx, with)
		want(t, err, casefile.Limited)
		// The token opens nothing by itself and does not help with other accounts beyond a count of its own.
		with.Device, with.Password = device, "wrong password"
		_, err = p.accounts.LogIn(ctx, with)
		want(t, err, casefile.LogInFirst)
	})
}

func TestUnlock(t *testing.T) {
	each(t, party.AccountPolicy{}, func(t *testing.T, p *place) {
		id := p.account("owner", casefile.Agent)
		for range 5 {
			_, _ = p.logIn("owner", "wrong password", addr1)
		}
		v, err := p.accounts.Get(ctx, admin, id)
		check(t, err)
		if v.Failures != 5 || v.LockedUntil.IsZero() {
			t.Fatalf("view %+v", v)
		}
		check(t, p.accounts.Unlock(ctx, admin, id))
		if _, err := p.logIn("owner", goodPassword, addr1); err != nil {
			t.Fatal(err)
		}
	})
}

func required() party.AccountPolicy {
	return party.AccountPolicy{RequireTOTP: party.RequireForStaff()}
}

func codeAt(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	c, err := totp.GenerateCode(strings.ReplaceAll(secret, " ", ""), at)
	check(t, err)
	return c
}

func TestSecondFactor(t *testing.T) {
	each(t, required(), func(t *testing.T, p *place) {
		id := p.account("tec", casefile.Technician)
		i, err := p.logIn("tec", goodPassword, addr1)
		check(t, err)
		if i.Stage != party.StageEnrol {
			t.Fatalf("stage %s, want enrol", i.Stage)
		}
		e, err := p.accounts.BeginTOTP(ctx, i, "禾木家电")
		check(t, err)
		again, err := p.accounts.BeginTOTP(ctx, i, "禾木家电")
		check(t, err)
		if e != again || !strings.HasPrefix(e.URI, "otpauth://totp/") {
			t.Fatalf("a reloaded page shows another secret: %v, %v", e, again)
		}
		_, err = p.accounts.ConfirmTOTP(ctx, i, "000000")
		want(t, err, casefile.Invalid)
		recovery, err := p.accounts.ConfirmTOTP(ctx, i, codeAt(t, e.Secret, p.now))
		check(t, err)
		if len(recovery) != 10 {
			t.Fatalf("%d recovery codes", len(recovery))
		}
		_, err = p.accounts.BeginTOTP(ctx, i, "x")
		want(t, err, casefile.Conflict)

		i, err = p.logIn("tec", goodPassword, addr1)
		check(t, err)
		if i.Stage != party.StageCode {
			t.Fatalf("stage %s, want code", i.Stage)
		}
		// Replay: the step that confirmed is used up, also its own code a second later.
		_, err = p.accounts.SecondFactor(ctx, i, codeAt(t, e.Secret, p.now))
		wantKey(t, err, "party.error.code_used")
		p.advance(30 * time.Second)
		code := codeAt(t, e.Secret, p.now)
		full, err := p.accounts.SecondFactor(ctx, i, code[:3]+" "+code[3:])
		check(t, err)
		if full.Stage != party.StageFull || full.Account != id {
			t.Fatalf("%+v", full)
		}
		_, err = p.accounts.SecondFactor(ctx, i, code)
		wantKey(t, err, "party.error.code_used")
		// A code of the step before the used one is refused although it is inside the window.
		_, err = p.accounts.SecondFactor(ctx, i, codeAt(t, e.Secret, p.now.Add(-30*time.Second)))
		wantKey(t, err, "party.error.code_used")
		_, err = p.accounts.SecondFactor(ctx, i, codeAt(t, e.Secret, p.now.Add(-90*time.Second)))
		wantKey(t, err, "party.error.code")

		// Recovery codes work once, however they are typed.
		_, err = p.accounts.SecondFactor(ctx, i, " "+strings.ToUpper(recovery[3]))
		check(t, err)
		_, err = p.accounts.SecondFactor(ctx, i, recovery[3])
		wantKey(t, err, "party.error.code")
	})
}

func TestGuessingCodesIsLocked(t *testing.T) {
	each(t, required(), func(t *testing.T, p *place) {
		p.account("tec", casefile.Technician)
		i, err := p.logIn("tec", goodPassword, addr1)
		check(t, err)
		e, err := p.accounts.BeginTOTP(ctx, i, "x")
		check(t, err)
		_, err = p.accounts.ConfirmTOTP(ctx, i, codeAt(t, e.Secret, p.now))
		check(t, err)
		i.Stage = party.StageCode
		p.advance(time.Minute)
		for n := range 5 {
			_, err := p.accounts.SecondFactor(ctx, i, []string{"111111", "abcde-fghjk"}[n%2])
			want(t, err, casefile.Invalid)
		}
		_, err = p.accounts.SecondFactor(ctx, i, codeAt(t, e.Secret, p.now))
		want(t, err, casefile.Limited)
		// A new log-in with the right password does not reset the count of codes.
		_, err = p.logIn("tec", goodPassword, addr1)
		check(t, err)
		_, err = p.accounts.SecondFactor(ctx, i, codeAt(t, e.Secret, p.now))
		want(t, err, casefile.Limited)
	})
}

// A code must not be taken twice by two requests at the same moment.
func TestOneCodeOneLogIn(t *testing.T) {
	each(t, required(), func(t *testing.T, p *place) {
		p.account("tec", casefile.Technician)
		i, err := p.logIn("tec", goodPassword, addr1)
		check(t, err)
		e, err := p.accounts.BeginTOTP(ctx, i, "x")
		check(t, err)
		_, err = p.accounts.ConfirmTOTP(ctx, i, codeAt(t, e.Secret, p.now))
		check(t, err)
		p.advance(time.Minute)
		i.Stage = party.StageCode
		code := codeAt(t, e.Secret, p.now)
		var good atomic.Int64
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if _, err := p.accounts.SecondFactor(ctx, i, code); err == nil {
					good.Add(1)
				}
			})
		}
		wg.Wait()
		if good.Load() != 1 {
			t.Fatalf("one code logged in %d times", good.Load())
		}
	})
}

func TestSecretIsNotInTheDatabase(t *testing.T) {
	each(t, required(), func(t *testing.T, p *place) {
		id := p.account("tec", casefile.Technician)
		i, err := p.logIn("tec", goodPassword, addr1)
		check(t, err)
		e, err := p.accounts.BeginTOTP(ctx, i, "x")
		check(t, err)
		check(t, p.db.Read(ctx, func(ctx context.Context, x tx.Tx) error {
			a, err := storeOf.Account(ctx, x, tenant, id)
			if strings.Contains(string(a.TOTP), strings.ReplaceAll(e.Secret, " ", "")) || len(a.TOTP) < 32 {
				t.Error("the secret is stored in clear")
			}
			return err
		}))
	})
}

func TestFirstAdmin(t *testing.T) {
	each(t, required(), func(t *testing.T, p *place) {
		old, err := p.accounts.FirstAdmin(ctx, tenant)
		check(t, err)
		token, err := p.accounts.FirstAdmin(ctx, tenant) // the server was started again
		check(t, err)
		_, err = p.accounts.OneTime(ctx, old)
		want(t, err, casefile.NotFound)
		v, err := p.accounts.OneTime(ctx, token)
		check(t, err)
		if v.Purpose != party.FirstAdmin {
			t.Fatalf("%+v", v)
		}
		_, err = p.accounts.Accept(ctx, token, "short", "boss", "老板")
		wantKey(t, err, "party.error.password_short")
		_, err = p.accounts.Accept(ctx, token, goodPassword, "a b", "老板")
		wantKey(t, err, "party.error.login")
		i, err := p.accounts.Accept(ctx, token, goodPassword, "boss", "老板")
		check(t, err)
		if i.Stage != party.StageEnrol || i.Role != casefile.Admin {
			t.Fatalf("%+v", i)
		}
		_, err = p.accounts.Accept(ctx, token, goodPassword, "boss2", "老板")
		want(t, err, casefile.NotFound)
		again, err := p.accounts.FirstAdmin(ctx, tenant)
		if err != nil || again != "" {
			t.Fatalf("there is an admin, but %q %v", again, err)
		}
		other, err := p.accounts.FirstAdmin(ctx, 2)
		if err != nil || other == "" {
			t.Fatalf("another tenant has none: %q %v", other, err)
		}
	})
}

func TestOneTimeLinksEnd(t *testing.T) {
	each(t, party.AccountPolicy{}, func(t *testing.T, p *place) {
		token, id, err := p.accounts.Invite(ctx, admin, party.NewAccount{Login: "li", Name: "李示例", Roles: []casefile.Role{casefile.Agent}})
		check(t, err)
		_, _, err = p.accounts.Invite(ctx, admin, party.NewAccount{Login: "LI", Name: "又一个", Roles: []casefile.Role{casefile.Agent}})
		wantKey(t, err, "party.error.login_taken")
		p.advance(7*24*time.Hour - time.Second)
		_, err = p.accounts.OneTime(ctx, token)
		check(t, err)
		p.advance(time.Second)
		_, err = p.accounts.Accept(ctx, token, goodPassword, "", "")
		want(t, err, casefile.NotFound)
		token, err = p.accounts.ResetLink(ctx, admin, id) // of an invited account: a new invitation
		check(t, err)
		_, err = p.accounts.Accept(ctx, token, goodPassword, "", "")
		check(t, err)

		b := &browser{p: p}
		i, err := p.logIn("li", goodPassword, addr1)
		check(t, err)
		b.begin(i)
		token, err = p.accounts.ResetLink(ctx, admin, id)
		check(t, err)
		if _, err := p.logIn("li", goodPassword, addr1); err != nil {
			t.Fatalf("until the link is used the old password works: %v", err)
		}
		_, err = p.accounts.Accept(ctx, token, "another long word 9", "ignored", "ignored")
		check(t, err)
		if b.current().Account == id {
			t.Error("a session outlived the reset of the password")
		}
		_, err = p.logIn("li", goodPassword, addr1)
		want(t, err, casefile.LogInFirst)
		_, err = p.logIn("li", "another long word 9", addr1)
		check(t, err)
		_, err = p.accounts.ResetLink(ctx, casefile.Actor{Tenant: 2, Role: casefile.Admin}, id)
		want(t, err, casefile.NotFound)
	})
}

func TestTheLastAdminStays(t *testing.T) {
	each(t, party.AccountPolicy{}, func(t *testing.T, p *place) {
		a, b := p.account("a1", casefile.Admin), p.account("a2", casefile.Admin, casefile.Agent)
		var refused atomic.Int64
		var wg sync.WaitGroup
		for _, id := range []casefile.ID{a, b} {
			wg.Go(func() {
				if err := p.accounts.Disable(ctx, admin, id); casefile.Is(err, casefile.Conflict) {
					refused.Add(1)
				} else if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if refused.Load() != 1 {
			t.Fatalf("%d of two admins could not be disabled, want 1", refused.Load())
		}
		list, err := p.accounts.List(ctx, admin, "", 100)
		check(t, err)
		for _, v := range list {
			if v.State == party.Active {
				err := p.accounts.Change(ctx, admin, v.ID, party.AccountChange{Name: v.Name, Roles: []casefile.Role{casefile.Agent}})
				wantKey(t, err, "party.error.last_admin")
			}
		}
	})
}

func TestRightsTakenAwayEndSessions(t *testing.T) {
	each(t, party.AccountPolicy{}, func(t *testing.T, p *place) {
		p.account("a1", casefile.Admin)
		for name, change := range map[string]func(id casefile.ID) error{
			"roles": func(id casefile.ID) error {
				return p.accounts.Change(ctx, admin, id, party.AccountChange{Name: "x", Roles: []casefile.Role{casefile.Agent}})
			},
			"disable": func(id casefile.ID) error { return p.accounts.Disable(ctx, admin, id) },
			"totp":    func(id casefile.ID) error { return p.accounts.ResetTOTP(ctx, admin, id) },
			"end":     func(id casefile.ID) error { return p.accounts.EndSessions(ctx, admin, id) },
		} {
			id := p.account("u-"+name, casefile.Agent, casefile.Dispatcher)
			b := &browser{p: p}
			i, err := p.logIn("u-"+name, goodPassword, addr1)
			check(t, err)
			b.begin(i)
			if b.current().Account != id {
				t.Fatal("not logged in")
			}
			check(t, change(id))
			if !b.current().Account.IsNil() {
				t.Errorf("%s: the session goes on", name)
			}
		}
	})
}

// What an admin changes is kept, with who did it; what was refused is not.
func TestAdminChangesAreKept(t *testing.T) {
	each(t, party.AccountPolicy{}, func(t *testing.T, p *place) {
		p.account("a1", casefile.Admin)
		id := p.account("li", casefile.Agent)
		check(t, p.accounts.Disable(ctx, admin, id))
		check(t, p.accounts.Enable(ctx, admin, id))
		check(t, p.accounts.Unlock(ctx, admin, id))
		_, key, err := p.keys.Create(ctx, admin, party.NewKey{Name: "x", Role: casefile.Agent, Scopes: []party.Scope{party.ScopeRead}})
		check(t, err)
		check(t, p.keys.Revoke(ctx, admin, key))
		want(t, p.keys.Revoke(ctx, admin, key), casefile.NotFound)
		list, err := p.accounts.List(ctx, admin, "", 10)
		check(t, err)
		want(t, p.accounts.Disable(ctx, admin, list[0].ID), casefile.Conflict)
		page, err := p.log.Search(ctx, admin, time.Time{}, party.LogAdmin, "", 100)
		check(t, err)
		var got []string
		for _, e := range page.Entries {
			if e.Actor != admin.ID || e.Subject.IsNil() {
				t.Errorf("%+v", e)
			}
			got = append(got, e.Field)
		}
		slices.Sort(got)
		if s := strings.Join(got, " "); s != "account.disable account.enable account.invite account.invite account.unlock key.create key.revoke" {
			t.Error(s)
		}
	})
}

func TestChangePassword(t *testing.T) {
	each(t, party.AccountPolicy{}, func(t *testing.T, p *place) {
		p.account("li", casefile.Agent)
		i, err := p.logIn("li", goodPassword, addr1)
		check(t, err)
		here, there := &browser{p: p}, &browser{p: p}
		here.begin(i)
		there.begin(i)
		here.do(func(ctx context.Context) {
			wantKey(t, p.accounts.ChangePassword(ctx, i, "wrong", "another long word 9"), "party.error.old_password")
			wantKey(t, p.accounts.ChangePassword(ctx, i, goodPassword, "li-li-li-li"), "party.error.password_known")
			check(t, p.accounts.ChangePassword(ctx, i, goodPassword, "another long word 9"))
		})
		if here.current().Account.IsNil() || !there.current().Account.IsNil() {
			t.Error("the session at hand stays, the others end")
		}
	})
}

func TestStrongerCostsReplaceTheHash(t *testing.T) {
	each(t, party.AccountPolicy{}, func(t *testing.T, p *place) {
		id := p.account("li", casefile.Agent)
		stronger, err := party.NewPasswords(party.Hashing{MemoryKiB: 128, Time: 2, Threads: 1}, p.source, 2)
		check(t, err)
		p.accounts = party.NewAccounts(p.db, storeOf, p.sessions, stronger, p.keeper, p.source, party.AccountPolicy{})
		for range 2 {
			_, err = p.logIn("li", goodPassword, addr1)
			check(t, err)
		}
		check(t, p.db.Read(ctx, func(ctx context.Context, x tx.Tx) error {
			a, err := storeOf.Account(ctx, x, tenant, id)
			if !strings.Contains(a.Password, "m=128,t=2") {
				t.Errorf("hash %s", a.Password[:30])
			}
			return err
		}))
	})
}
