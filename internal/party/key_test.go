package party_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/party"
	"anxin/internal/tx"
)

func TestKeys(t *testing.T) {
	each(t, party.AccountPolicy{}, func(t *testing.T, p *place) {
		shop := p.source.NewID()
		token, id, err := p.keys.Create(ctx, admin, party.NewKey{
			Name: "商城对接", Role: casefile.Merchant, Scopes: []party.Scope{party.ScopeReport, party.ScopeRead, party.ScopeReport}, Merchant: shop,
		})
		check(t, err)
		if !strings.HasPrefix(token, "ax_live_") {
			t.Fatal(token)
		}
		a, err := p.keys.Actor(ctx, token)
		check(t, err)
		if (a != casefile.Actor{Tenant: tenant, Role: casefile.Merchant, ID: id, Merchant: shop, Scopes: "report read", Route: "api", Lang: "zh"}) {
			t.Fatalf("actor %+v", a)
		}
		for _, bad := range []string{"", "ax_live_", token[:len(token)-1], token + "0", strings.ToUpper(token), token[:len(token)-1] + "u"} {
			_, err := p.keys.Actor(ctx, bad)
			wantKey(t, err, "party.error.key")
		}
		list, err := p.keys.List(ctx, admin)
		check(t, err)
		if len(list) != 1 || !strings.HasPrefix(token, list[0].Prefix+"_") || list[0].Used != p.now.Truncate(time.Hour) || !slices.Equal(list[0].Scopes, []party.Scope{"report", "read"}) {
			t.Fatalf("list %+v", list)
		}
		if other, err := p.keys.List(ctx, casefile.Actor{Tenant: 2}); err != nil || len(other) != 0 {
			t.Fatalf("another tenant sees keys: %v %v", other, err)
		}
		want(t, p.keys.Revoke(ctx, casefile.Actor{Tenant: 2}, id), casefile.NotFound)
		check(t, p.keys.Revoke(ctx, admin, id))
		_, err = p.keys.Actor(ctx, token)
		wantKey(t, err, "party.error.key")
		check(t, p.db.Read(ctx, func(ctx context.Context, x tx.Tx) error {
			rows, err := storeOf.Keys(ctx, x, tenant)
			if strings.Contains(string(rows[0].KeyHash)+rows[0].Name, token[40:]) {
				t.Error("the secret is stored")
			}
			return err
		}))
	})
}

func TestKeysAreBounded(t *testing.T) {
	each(t, party.AccountPolicy{}, func(t *testing.T, p *place) {
		read := []party.Scope{party.ScopeRead}
		for key, n := range map[string]party.NewKey{
			"party.error.key_name":  {Role: casefile.Agent, Scopes: read},
			"party.error.key_role":  {Name: "x", Role: casefile.Customer, Scopes: read},
			"party.error.key_owner": {Name: "x", Role: casefile.Merchant, Scopes: read},
			"party.error.key_scope": {Name: "x", Role: casefile.Agent, Scopes: []party.Scope{"everything"}},
		} {
			_, _, err := p.keys.Create(ctx, admin, n)
			wantKey(t, err, key)
		}
		_, _, err := p.keys.Create(ctx, admin, party.NewKey{Name: "x", Role: casefile.Agent})
		wantKey(t, err, "party.error.key_scope")
	})
}

// The last use is coarse: calls write once an hour.
func TestKeyUseIsCoarse(t *testing.T) {
	each(t, party.AccountPolicy{}, func(t *testing.T, p *place) {
		token, _, err := p.keys.Create(ctx, admin, party.NewKey{Name: "x", Role: casefile.Agent, Scopes: []party.Scope{party.ScopeRead}})
		check(t, err)
		for _, step := range []time.Duration{0, 10 * time.Minute, 50 * time.Minute} {
			p.advance(step)
			_, err = p.keys.Actor(ctx, token)
			check(t, err)
			list, err := p.keys.List(ctx, admin)
			check(t, err)
			if got := list[0].Used; got != p.now.Truncate(time.Hour) {
				t.Errorf("after %v: used %v", step, got)
			}
		}
	})
}
