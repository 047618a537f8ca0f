package party_test

import (
	"fmt"
	"testing"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/party"
)

func TestWhoLookedAtMyData(t *testing.T) {
	each(t, party.AccountPolicy{}, func(t *testing.T, p *place) {
		mine, other := p.source.NewID(), p.source.NewID()
		agent := casefile.Actor{Tenant: tenant, Role: casefile.Agent, ID: p.source.NewID()}
		for i := range 5 {
			check(t, p.log.Add(ctx, agent, party.Entry{Action: party.LogReveal, Case: mine, Field: "phone", Reason: fmt.Sprint("r", i), Policy: "agent.case"}))
			if i%2 == 0 {
				p.advance(time.Second) // some at the same moment
			}
		}
		check(t, p.log.Add(ctx, agent, party.Entry{Action: party.LogDenied, Case: mine, Field: "case.erase"}))
		check(t, p.log.Add(ctx, agent, party.Entry{Action: party.LogOpen, Case: other}))
		check(t, p.log.Add(ctx, casefile.Actor{Tenant: 2, Role: casefile.Agent}, party.Entry{Action: party.LogOpen, Case: mine}))
		var got []string
		cursor := ""
		for range 10 {
			page, err := p.log.OfCase(ctx, tenant, mine, cursor, 2)
			check(t, err)
			for _, e := range page.Entries {
				got = append(got, e.Reason)
				if e.Action != party.LogReveal || e.Actor != agent.ID || e.Policy != "agent.case" || e.Role != casefile.Agent {
					t.Errorf("%+v", e)
				}
			}
			if cursor = page.Next; cursor == "" {
				break
			}
		}
		if len(got) != 5 {
			t.Fatalf("pages gave %v, want each of five once", got)
		}
		seen := map[string]bool{}
		for _, g := range got {
			seen[g] = true
		}
		if len(seen) != 5 {
			t.Errorf("an entry came twice: %v", got)
		}
		page, err := p.log.Search(ctx, admin, time.Time{}, party.LogDenied, "", 10)
		check(t, err)
		if len(page.Entries) != 1 {
			t.Errorf("search: %+v", page)
		}
		if page, err = p.log.Search(ctx, admin, p.now.Add(time.Hour), "", "", 10); err != nil || len(page.Entries) != 0 {
			t.Errorf("search since later: %v %v", page, err)
		}
	})
}

func TestRefusalsAreKeptButNotWithoutEnd(t *testing.T) {
	each(t, party.AccountPolicy{}, func(t *testing.T, p *place) {
		g, err := party.NewGate(p.log, party.NewLimits(p.source, nil, 0), nil)
		check(t, err)
		tech := casefile.Actor{Tenant: tenant, Role: casefile.Technician, ID: p.source.NewID(), Technician: p.source.NewID()}
		foreign := p.source.NewID()
		for range 50 {
			want(t, g.Check(ctx, tech, party.ViewCase, party.OfCase(tenant, foreign, casefile.Nil)), casefile.NotFound)
		}
		want(t, g.Check(ctx, tech, party.ViewCase, party.OfCase(2, foreign, casefile.Nil)), casefile.NotFound)
		check(t, g.Check(ctx, tech, party.VerifyPublic, party.OfTenant(tenant)))
		// Nobody can fill the log without a name.
		visitor := casefile.Actor{Tenant: tenant, Role: casefile.Customer}
		want(t, g.Check(ctx, visitor, party.ViewCase, party.OfCase(tenant, foreign, casefile.Nil)), casefile.NotFound)
		page, err := p.log.Search(ctx, admin, time.Time{}, "", "", 500)
		check(t, err)
		if n := len(page.Entries); n != 20 {
			t.Errorf("%d refusals kept of 51, want 20", n)
		}
		e := page.Entries[0]
		if e.Action != party.LogDenied || e.Field != string(party.ViewCase) || e.Case != foreign || e.Policy != party.DefaultDeny {
			t.Errorf("%+v", e)
		}
	})
}
