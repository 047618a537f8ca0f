package party

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/cedar-policy/cedar-go"

	"anxin/internal/casefile"
)

var update = flag.Bool("update", false, "write golden files")

const (
	home    casefile.Tenant = 1
	foreign casefile.Tenant = 2
)

var (
	source  = casefile.Source{}
	self    = source.NewID()
	another = source.NewID()
	thing   = source.NewID()
)

// actorOf is somebody in a role who owns everything that the id self names, also what only other roles may use (one account can have several
// roles): what counts is the role in use.
func actorOf(role casefile.Role) casefile.Actor {
	a := casefile.Actor{Tenant: home, Role: role, ID: self, Case: self, Technician: self, Merchant: self, Route: "web"}
	if role == Visitor {
		a.Role, a.Case = casefile.Customer, casefile.Nil
	}
	return a
}

// resourceOf is a resource of a kind that belongs to owner (nil: to nobody).
func resourceOf(tenant casefile.Tenant, kind Kind, owner casefile.ID) Resource {
	r := Resource{Tenant: tenant, Kind: kind, ID: thing, Case: owner, Technician: owner, Merchant: owner}
	if kind == KindAccount {
		r.ID = owner
	}
	if kind == KindTenant {
		r = Resource{Tenant: tenant, Kind: kind}
	}
	return r
}

// cell says what a role can do with an action: "any" resource, only its "own", or nothing; "+key" when a key of the right scope can do it too.
// Holes in a wall are spelled out so that they cannot be overlooked in the golden file.
func cell(t testing.TB, p *Policies, role casefile.Role, d Def) string {
	t.Helper()
	may := func(a casefile.Actor, r Resource) bool {
		dec, err := p.Authorize(context.Background(), a, d.Action, r)
		if dec.Allow != (err == nil) || casefile.Is(err, casefile.Internal) {
			t.Fatalf("%s %s: decision %+v with error %v", role, d.Action, dec, err)
		}
		return dec.Allow
	}
	a := actorOf(role)
	own, other, nobody := resourceOf(home, d.Kind, self), resourceOf(home, d.Kind, another), resourceOf(home, d.Kind, casefile.Nil)
	s := "."
	switch got := [3]bool{may(a, own), may(a, other), may(a, nobody)}; got {
	case [3]bool{true, true, true}:
		s = "any"
	case [3]bool{true, false, false}:
		s = "own"
	case [3]bool{}:
	default:
		s = fmt.Sprint("ODD", got)
	}
	if may(a, resourceOf(foreign, d.Kind, self)) {
		s += "+FOREIGN"
	}
	if role == Visitor || role == casefile.Customer || role == casefile.System {
		return s // never hold a key
	}
	key := a
	key.Route, key.Scopes = "api", "none "
	for _, x := range Scopes() {
		if x != d.Scope {
			key.Scopes += string(x) + " "
		}
	}
	if may(key, own) {
		s += "+WRONGKEY"
	}
	key.Scopes = string(d.Scope)
	if d.Scope != ScopeNone && may(key, own) {
		s += "+key"
	}
	return s
}

var matrixRoles = append([]casefile.Role{Visitor}, casefile.Roles()...)

func row(t testing.TB, p *Policies, d Def) []string {
	out := make([]string, len(matrixRoles))
	for i, role := range matrixRoles {
		out[i] = cell(t, p, role, d)
	}
	return out
}

func mustShipped(t testing.TB) *Policies {
	t.Helper()
	p, err := Shipped()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// The golden file is the whole of who may do what; a change of a policy shows as a changed line.
func TestRoleActionMatrix(t *testing.T) {
	p := mustShipped(t)
	var b strings.Builder
	fmt.Fprintf(&b, "%-26s %-11s", "action", "kind")
	for _, r := range matrixRoles {
		fmt.Fprintf(&b, "%-11s", r)
	}
	b.WriteString("\n")
	for _, d := range Defs() {
		fmt.Fprintf(&b, "%-26s %-11s", d.Action, d.Kind)
		for _, c := range row(t, p, d) {
			fmt.Fprintf(&b, "%-11s", c)
		}
		b.WriteString("\n")
	}
	got := strings.ReplaceAll(b.String(), " \n", "\n")
	for strings.Contains(got, " \n") {
		got = strings.ReplaceAll(got, " \n", "\n")
	}
	if *update {
		if err := os.WriteFile("testdata/matrix.golden", []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/matrix.golden")
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the matrix of roles and actions changed; if that is meant, run go test -run Matrix -update\n%s", diffLines(string(want), got))
	}
	for _, bad := range []string{"ODD", "FOREIGN", "WRONGKEY"} {
		if strings.Contains(got, bad) {
			t.Errorf("a wall has a hole: %s in the matrix", bad)
		}
	}
}

func diffLines(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	var b strings.Builder
	for _, l := range w {
		if !slices.Contains(g, l) {
			b.WriteString("- " + l + "\n")
		}
	}
	for _, l := range g {
		if !slices.Contains(w, l) {
			b.WriteString("+ " + l + "\n")
		}
	}
	return b.String()
}

// wantCell is what the table of actions says, apart from the policies.
func wantCell(role casefile.Role, d Def) string {
	s := "."
	switch {
	case !slices.Contains(d.Roles, role):
		return s
	case slices.Contains(d.Own, role):
		s = "own"
	default:
		s = "any"
	}
	if d.Scope != ScopeNone && role != Visitor && role != casefile.Customer && role != casefile.System {
		s += "+key"
	}
	return s
}

func TestPoliciesAgreeWithTheTable(t *testing.T) {
	p := mustShipped(t)
	for _, d := range Defs() {
		for _, role := range matrixRoles {
			if got, want := cell(t, p, role, d), wantCell(role, d); got != want {
				t.Errorf("%s by %s: policies say %q, the table of actions says %q", d.Action, role, got, want)
			}
		}
	}
}

// Completeness: every action is in some permit, every policy names only actions of the table and only with their kind.
func TestEveryActionHasAPolicyAndEveryPolicyIsUsed(t *testing.T) {
	p := mustShipped(t)
	permitted := map[Action]bool{}
	for id, pol := range p.all.All() {
		j := policyJSON(t, pol)
		if j["effect"] == "forbid" {
			continue
		}
		actions := actionsOf(j)
		if len(actions) == 0 {
			t.Errorf("policy %s names no action: it would permit actions that do not exist yet", id)
		}
		for _, a := range actions {
			d, ok := p.table[a]
			if !ok {
				t.Errorf("policy %s names %s, which is not in the table of actions", id, a)
				continue
			}
			if kind := j["resource"].(map[string]any)["entity_type"]; kind != string(d.Kind) {
				t.Errorf("policy %s permits %s on %v, the table says %s", id, a, kind, d.Kind)
			}
			permitted[a] = true
		}
	}
	seen := map[Action]bool{}
	for _, d := range Defs() {
		if !permitted[d.Action] {
			t.Errorf("no policy permits %s", d.Action)
		}
		if seen[d.Action] {
			t.Errorf("%s is in the table twice", d.Action)
		}
		seen[d.Action] = true
		for _, o := range d.Own {
			if !slices.Contains(d.Roles, o) {
				t.Errorf("%s: %s is in Own but not in Roles", d.Action, o)
			}
		}
	}
}

// Removing any one check must be noticed by the matrix: each policy, each action in a policy, each condition, each restriction to a role.
func TestRemovingAnyCheckChangesTheMatrix(t *testing.T) {
	p := mustShipped(t)
	base := map[Action][]string{}
	for _, d := range Defs() {
		base[d.Action] = row(t, p, d)
	}
	ids := slices.Sorted(maps.Keys(maps.Collect(p.all.All())))
	n := 0
	for _, id := range ids {
		for _, m := range mutationsOf(t, p.all.Get(id)) {
			n++
			t.Run(string(id)+"/"+m.name, func(t *testing.T) {
				mutated := mutate(t, p, id, m.policy)
				for _, a := range m.actions {
					if !slices.Equal(row(t, mutated, p.table[a]), base[a]) {
						return
					}
				}
				t.Errorf("policy %s can lose %s and the matrix does not change", id, m.name)
			})
		}
	}
	t.Logf("%d checks in %d policies", n, len(ids))
}

type mutation struct {
	name    string
	policy  map[string]any // nil: the policy is gone
	actions []Action       // where the difference must show
}

func mutationsOf(t *testing.T, pol *cedar.Policy) []mutation {
	j := policyJSON(t, pol)
	actions := actionsOf(j)
	if len(actions) == 0 {
		for _, d := range Defs() {
			actions = append(actions, d.Action)
		}
	}
	out := []mutation{{name: "whole", actions: actions}}
	if list := actionsOf(j); len(list) > 1 {
		for _, a := range list {
			c := policyJSON(t, pol)
			scope := c["action"].(map[string]any)
			scope["entities"] = slices.DeleteFunc(scope["entities"].([]any), func(e any) bool { return e.(map[string]any)["id"] == string(a) })
			out = append(out, mutation{"action " + string(a), c, []Action{a}})
		}
	}
	if conds, _ := j["conditions"].([]any); len(conds) > 0 {
		for i := range conds {
			c := policyJSON(t, pol)
			c["conditions"] = slices.Delete(c["conditions"].([]any), i, i+1)
			out = append(out, mutation{fmt.Sprint("condition ", i+1), c, actions})
		}
	}
	if who := j["principal"].(map[string]any); who["op"] != "All" {
		c := policyJSON(t, pol)
		c["principal"] = map[string]any{"op": "All"}
		out = append(out, mutation{"role " + fmt.Sprint(who["entity_type"]), c, actions})
	}
	return out
}

func mutate(t *testing.T, p *Policies, id cedar.PolicyID, j map[string]any) *Policies {
	t.Helper()
	set := cedar.NewPolicySet()
	for other, pol := range p.all.All() {
		if other != id {
			set.Add(other, pol)
		}
	}
	if j != nil {
		text, err := json.Marshal(j)
		if err != nil {
			t.Fatal(err)
		}
		var pol cedar.Policy
		if err := pol.UnmarshalJSON(text); err != nil {
			t.Fatal(err)
		}
		set.Add(id, &pol)
	}
	return newPolicies(set)
}

func policyJSON(t *testing.T, pol *cedar.Policy) map[string]any {
	t.Helper()
	text, err := pol.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	var j map[string]any
	if err := json.Unmarshal(text, &j); err != nil {
		t.Fatal(err)
	}
	return j
}

func actionsOf(j map[string]any) []Action {
	scope := j["action"].(map[string]any)
	var out []Action
	if e, ok := scope["entity"].(map[string]any); ok {
		out = append(out, Action(e["id"].(string)))
	}
	list, _ := scope["entities"].([]any)
	for _, e := range list {
		out = append(out, Action(e.(map[string]any)["id"].(string)))
	}
	return out
}

func TestAuthorizeErrors(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct {
		name   string
		actor  casefile.Actor
		action Action
		r      Resource
		want   casefile.Category
	}{
		{"nobody", casefile.Actor{Tenant: home}, ViewQueue, OfTenant(home), casefile.LogInFirst},
		{"wrong role, no object", actorOf(casefile.Technician), ViewQueue, OfTenant(home), casefile.Denied},
		{"wrong role, an object", actorOf(casefile.Technician), ViewCase, OfCase(home, thing, casefile.Nil), casefile.NotFound},
		{"another's visit", actorOf(casefile.Technician), Arrive, OfVisit(home, thing, thing, another), casefile.NotFound},
		{"another tenant's queue", actorOf(casefile.Agent), ViewQueue, OfTenant(foreign), casefile.Denied},
		{"another tenant's case", actorOf(casefile.Agent), ViewCase, OfCase(foreign, thing, casefile.Nil), casefile.NotFound},
		{"unknown action", actorOf(casefile.Admin), "case.destroy", OfCase(home, thing, casefile.Nil), casefile.Internal},
		{"wrong kind", actorOf(casefile.Agent), ViewCase, OfTenant(home), casefile.Internal},
		{"unknown role", casefile.Actor{Tenant: home, Role: "owner", ID: self}, ViewQueue, OfTenant(home), casefile.Denied},
	} {
		d, err := Authorize(ctx, c.actor, c.action, c.r)
		if d.Allow || casefile.CategoryOf(err) != c.want || d.Policy == "" {
			t.Errorf("%s: %+v, %v; want %s", c.name, d, err, c.want)
		}
	}
	d, err := Authorize(ctx, actorOf(casefile.Technician), Arrive, OfVisit(home, thing, thing, self))
	if err != nil || !d.Allow || d.Policy != "technician.own-visit" {
		t.Errorf("own visit: %+v, %v", d, err)
	}
}

// Two things that belong to nobody have nothing in common.
func TestAbsentOwnersAreNotEqual(t *testing.T) {
	a := actorOf(casefile.Technician)
	a.Technician = casefile.Nil
	if d, _ := Authorize(context.Background(), a, Arrive, OfVisit(home, thing, thing, casefile.Nil)); d.Allow {
		t.Error("a technician account without a profile may act on a visit without a technician")
	}
	a = actorOf(casefile.Agent)
	a.ID = casefile.Nil
	if d, _ := Authorize(context.Background(), a, OwnAccount, OfAccount(home, casefile.Nil)); d.Allow {
		t.Error("an actor without id owns the account without id")
	}
}

func BenchmarkAuthorize(b *testing.B) {
	a, r := actorOf(casefile.Technician), OfVisit(home, thing, thing, self)
	for b.Loop() {
		if d, _ := Authorize(context.Background(), a, Arrive, r); !d.Allow {
			b.Fatal("refused")
		}
	}
}
