package party_test

import (
	"context"
	"net/netip"
	"testing"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/party"
	"anxin/internal/tx"
)

func TestLinks(t *testing.T) {
	each(t, party.AccountPolicy{}, func(t *testing.T, p *place) {
		c, other := p.newCase("199 0000 0001"), p.newCase("199 0000 0002")
		token := p.issue(c)
		if len(token) != 22 || p.issue(c) != token {
			t.Fatalf("the link is not the same when it is sent again: %q", token)
		}
		a, err := p.links.Actor(ctx, token)
		check(t, err)
		want := casefile.Actor{Tenant: tenant, Role: casefile.Customer, ID: c.Subject, Case: c.ID, Route: "web", Lang: "zh"}
		if a != want {
			t.Fatalf("actor %+v, want %+v", a, want)
		}
		if p.issue(other) == token {
			t.Fatal("two cases, one link")
		}
		for _, bad := range []string{"", "short", token[:21] + "x", token + "x", "0123456789012345678901234567890123456789012345678901234567890123456789"} {
			_, err := p.links.Actor(ctx, bad)
			wantKey(t, err, "party.error.link")
		}
		check(t, p.db.Write(ctx, func(ctx context.Context, x tx.Tx) error { return p.links.Revoke(ctx, x, tenant, c.ID) }))
		_, err = p.links.Actor(ctx, token)
		wantKey(t, err, "party.error.link")
		next := p.issue(c)
		if next == token {
			t.Fatal("a revoked link was issued again")
		}
		_, err = p.links.Actor(ctx, next)
		check(t, err)
	})
}

func TestLinkIsFoundByPhoneCode(t *testing.T) {
	each(t, party.AccountPolicy{}, func(t *testing.T, p *place) {
		first, second := p.newCase("19900000001"), p.newCase("+86 199 0000 0001")
		p.newCase("19900000002")
		ch, err := p.finder.RequestCode(ctx, tenant, "199-0000-0001", addr1, "zh")
		check(t, err)
		if len(p.codes.sent) != 1 || len(p.codes.sent[0]) != 6 {
			t.Fatalf("sent %d codes", len(p.codes.sent))
		}
		code := p.codes.sent[0]
		wrong := "000000"
		if code == wrong {
			wrong = "000001"
		}
		_, err = p.finder.Redeem(ctx, tenant, ch, wrong)
		wantKey(t, err, "party.error.phone_code")
		_, err = p.finder.Redeem(ctx, 2, ch, code)
		wantKey(t, err, "party.error.phone_code")
		found, err := p.finder.Redeem(ctx, tenant, ch, code[:3]+" "+code[3:])
		check(t, err)
		if len(found) != 2 {
			t.Fatalf("found %d cases, want the two of this phone", len(found))
		}
		for _, f := range found {
			a, err := p.links.Actor(ctx, f.Token)
			check(t, err)
			if a.Case != first.ID && a.Case != second.ID {
				t.Error("a case of another phone")
			}
		}
		_, err = p.finder.Redeem(ctx, tenant, ch, code)
		wantKey(t, err, "party.error.phone_code")
	})
}

// Whether a phone is known must not show: same answer, same rows, same limits.
func TestUnknownPhoneAnswersAlike(t *testing.T) {
	each(t, party.AccountPolicy{}, func(t *testing.T, p *place) {
		p.newCase("19900000001")
		for _, phone := range []string{"19900000001", "19900000099"} {
			for n := range 4 {
				ch, err := p.finder.RequestCode(ctx, tenant, phone, addr1, "zh")
				switch {
				case n < 3 && (err != nil || ch.IsNil()):
					t.Errorf("%s, try %d: %v", phone, n, err)
				case n == 3:
					want(t, err, casefile.Limited)
					if got := retryAfter(t, err); got != 10*time.Minute {
						t.Errorf("%s: wait %v", phone, got)
					}
				}
			}
		}
		if len(p.codes.sent) != 3 {
			t.Errorf("%d messages were sent, want 3 to the known phone and none to the other", len(p.codes.sent))
		}
		_, err := p.finder.RequestCode(ctx, tenant, "no phone", addr1, "zh")
		wantKey(t, err, "party.error.phone")
	})
}

func TestPhoneCodesEnd(t *testing.T) {
	each(t, party.AccountPolicy{}, func(t *testing.T, p *place) {
		p.newCase("19900000001")
		ch, err := p.finder.RequestCode(ctx, tenant, "19900000001", addr1, "zh")
		check(t, err)
		code := p.codes.sent[0]
		wrong := "000000"
		if code == wrong {
			wrong = "000001"
		}
		for range 5 {
			_, err = p.finder.Redeem(ctx, tenant, ch, wrong)
			wantKey(t, err, "party.error.phone_code")
		}
		_, err = p.finder.Redeem(ctx, tenant, ch, code)
		wantKey(t, err, "party.error.phone_code") // five tries and no more
		ch, err = p.finder.RequestCode(ctx, tenant, "19900000001", addr1, "zh")
		check(t, err)
		p.advance(10 * time.Minute)
		_, err = p.finder.Redeem(ctx, tenant, ch, p.codes.sent[1])
		wantKey(t, err, "party.error.phone_code")
		// One address cannot ask for many phones.
		from := netip.MustParseAddr("203.0.113.5")
		for n := range 11 {
			_, err = p.finder.RequestCode(ctx, tenant, "1990000010"+string(rune('0'+n%10)), from, "zh")
			if n < 10 {
				check(t, err)
			}
		}
		want(t, err, casefile.Limited)
	})
}
