package party

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"sort"
	"strings"
	"sync"

	"github.com/cedar-policy/cedar-go"

	"anxin/internal/casefile"
)

//go:embed policies/*.cedar
var policyFiles embed.FS

// Resource is what an action is done to. The edge fills what it knows; an owner that is left out belongs to nobody, so rules about one's own things do not
// match it.
type Resource struct {
	Tenant casefile.Tenant
	Kind   Kind
	ID     casefile.ID
	// Case is the case that the thing is part of (of a Case: itself).
	Case casefile.ID
	// Technician is whose offer, visit or profile it is.
	Technician casefile.ID
	Merchant   casefile.ID
}

// OfTenant is the resource of actions that are about no single object: queues, searches, lists, public pages.
func OfTenant(t casefile.Tenant) Resource { return Resource{Tenant: t, Kind: KindTenant} }

// OfCase is a case; technician is the one of its current visit, or nil.
func OfCase(t casefile.Tenant, id, technician casefile.ID) Resource {
	return Resource{Tenant: t, Kind: KindCase, ID: id, Case: id, Technician: technician}
}

// OfMerchantCase is the case of a merchant's order.
func OfMerchantCase(t casefile.Tenant, id, merchant casefile.ID) Resource {
	return Resource{Tenant: t, Kind: KindCase, ID: id, Case: id, Merchant: merchant}
}

// OfVisit is a visit of a case; technician is who it was given to, or nil.
func OfVisit(t casefile.Tenant, caseID, id, technician casefile.ID) Resource {
	return Resource{Tenant: t, Kind: KindVisit, ID: id, Case: caseID, Technician: technician}
}

// OfOffer is an offer; technician is who it was made to.
func OfOffer(t casefile.Tenant, caseID, id, technician casefile.ID) Resource {
	return Resource{Tenant: t, Kind: KindOffer, ID: id, Case: caseID, Technician: technician}
}

// OfEvidence is an item of a case; technician is the one of the visit it may be seen for, or nil.
func OfEvidence(t casefile.Tenant, caseID, id, technician casefile.ID) Resource {
	return Resource{Tenant: t, Kind: KindEvidence, ID: id, Case: caseID, Technician: technician}
}

// OfReference is an item that a merchant sealed for its order or listing.
func OfReference(t casefile.Tenant, caseID, id, merchant casefile.ID) Resource {
	return Resource{Tenant: t, Kind: KindEvidence, ID: id, Case: caseID, Merchant: merchant}
}

// OfTechnician is a technician's profile, day and offers.
func OfTechnician(t casefile.Tenant, id casefile.ID) Resource {
	return Resource{Tenant: t, Kind: KindTechnician, ID: id, Technician: id}
}

// OfAccount is an account.
func OfAccount(t casefile.Tenant, id casefile.ID) Resource {
	return Resource{Tenant: t, Kind: KindAccount, ID: id}
}

// Decision is the answer of the policies.
type Decision struct {
	Allow bool
	// Policy is the id of the policy that permitted or forbade; "default" when no policy spoke. It goes to the access log.
	Policy string
}

// DefaultDeny is the policy id of a refusal that no policy spoke for.
const DefaultDeny = "default"

// Policies are a compiled set of policies.
type Policies struct {
	all   *cedar.PolicySet
	table map[Action]Def
}

// shipped compiles the policies of this program once.
var shipped = sync.OnceValues(func() (*Policies, error) { return loadPolicies(policyFiles) })

// Shipped answers the policies of this program. The error can only be a mistake in the policy files, which a test excludes.
func Shipped() (*Policies, error) { return shipped() }

// Authorize asks the shipped policies whether the actor may do the action to the resource. See [Policies.Authorize].
func Authorize(ctx context.Context, a casefile.Actor, action Action, r Resource) (Decision, error) {
	p, err := shipped()
	if err != nil {
		return Decision{Policy: DefaultDeny}, casefile.Failf(casefile.Internal, "error.internal", "policies: %w", err)
	}
	return p.Authorize(ctx, a, action, r)
}

func loadPolicies(files fs.FS) (*Policies, error) {
	names, err := fs.Glob(files, "policies/*.cedar")
	if err != nil {
		return nil, err
	}
	sort.Strings(names)
	set := cedar.NewPolicySet()
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		list, err := cedar.NewPolicyListFromBytes(name, text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for _, p := range list {
			id := cedar.PolicyID(p.Annotations()["id"])
			if id == "" {
				return nil, fmt.Errorf("%s:%d: a policy without @id", name, p.Position().Line)
			}
			if !set.Add(id, p) {
				return nil, fmt.Errorf("%s: two policies have the id %s", name, id)
			}
		}
	}
	return newPolicies(set), nil
}

func newPolicies(set *cedar.PolicySet) *Policies {
	p := &Policies{all: set, table: make(map[Action]Def, len(table))}
	for _, d := range table {
		p.table[d.Action] = d
	}
	return p
}

// Authorize decides and never touches a database. The error is nil exactly when the decision allows; else it is
//   - log_in when nobody is logged in,
//   - not_found when the resource is an object: absent, foreign and forbidden look the same,
//   - denied when the resource is the tenant as a whole,
//   - internal when the action is not in the table or the resource is of another kind than the action's.
func (p *Policies) Authorize(_ context.Context, a casefile.Actor, action Action, r Resource) (Decision, error) {
	no := Decision{Policy: DefaultDeny}
	if a.Role == "" {
		return no, casefile.Fail(casefile.LogInFirst, "error.log_in")
	}
	def, ok := p.table[action]
	if !ok || def.Kind != r.Kind {
		return no, casefile.Failf(casefile.Internal, "error.internal", "action %s on a %s is not in the table of actions", action, r.Kind)
	}
	d, err := p.decide(a, def, r)
	switch {
	case err != nil:
		return no, casefile.Failf(casefile.Internal, "error.internal", "%w", err)
	case d.Allow:
		return d, nil
	case r.Kind == KindTenant:
		return d, casefile.Fail(casefile.Denied, "error.denied")
	}
	return d, casefile.Fail(casefile.NotFound, "error.not_found")
}

func (p *Policies) decide(a casefile.Actor, def Def, r Resource) (Decision, error) {
	who := principal(a)
	what := entity(cedar.EntityType(r.Kind), r.Tenant, r.ID, map[cedar.String]casefile.ID{"case": r.Case, "technician": r.Technician, "merchant": r.Merchant}, nil)
	ok, diag := cedar.Authorize(p.all, cedar.EntityMap{who.UID: who, what.UID: what}, cedar.Request{
		Principal: who.UID,
		Action:    cedar.NewEntityUID("Action", cedar.String(def.Action)),
		Resource:  what.UID,
		Context:   cedar.NewRecord(cedar.RecordMap{"scope": cedar.String(scopeName(def.Scope))}),
	})
	if len(diag.Errors) > 0 {
		// A policy that cannot be evaluated might have been a wall.
		return Decision{}, fmt.Errorf("policy %s: %s", diag.Errors[0].PolicyID, diag.Errors[0].Message)
	}
	ids := make([]string, 0, len(diag.Reasons))
	for _, reason := range diag.Reasons {
		ids = append(ids, string(reason.PolicyID))
	}
	if len(ids) == 0 {
		return Decision{Policy: DefaultDeny}, nil
	}
	sort.Strings(ids)
	return Decision{Allow: ok == cedar.Allow, Policy: strings.Join(ids, " ")}, nil
}

// scopeName keeps "no scope" apart from every scope a key can hold.
func scopeName(s Scope) string {
	if s == ScopeNone {
		return "no key may"
	}
	return string(s)
}

// RoleOf is the role of an actor as the policies know it: a customer without a case is a visitor.
func RoleOf(a casefile.Actor) casefile.Role {
	if a.Role == casefile.Customer && a.Case.IsNil() {
		return Visitor
	}
	return a.Role
}

// principalTypes are the names of the roles in the policies.
var principalTypes = map[casefile.Role]cedar.EntityType{
	Visitor: "Visitor", casefile.Customer: "Customer", casefile.Technician: "Technician", casefile.Agent: "Agent", casefile.Dispatcher: "Dispatcher",
	casefile.Merchant: "Merchant", casefile.Reviewer: "Reviewer", casefile.Admin: "Admin", casefile.System: "System",
}

func principal(a casefile.Actor) cedar.Entity {
	typ, ok := principalTypes[RoleOf(a)]
	if !ok {
		typ = "Nobody"
	}
	var scopes []cedar.Value
	for s := range strings.FieldsSeq(a.Scopes) {
		scopes = append(scopes, cedar.String(s))
	}
	owned := map[cedar.String]casefile.ID{"case": a.Case, "technician": a.Technician, "merchant": a.Merchant}
	return entity(typ, a.Tenant, a.ID, owned, cedar.RecordMap{"key": cedar.Boolean(a.Scopes != ""), "scopes": cedar.NewSet(scopes...)})
}

// entity makes a cedar entity. Absent ids and owners are absent attributes, so that two absent ones are never equal.
func entity(typ cedar.EntityType, tenant casefile.Tenant, id casefile.ID, owned map[cedar.String]casefile.ID, attrs cedar.RecordMap) cedar.Entity {
	if attrs == nil {
		attrs = cedar.RecordMap{}
	}
	attrs["tenant"] = cedar.Long(tenant)
	if !id.IsNil() {
		attrs["id"] = cedar.String(id.String())
	}
	for name, v := range owned {
		if !v.IsNil() {
			attrs[name] = cedar.String(v.String())
		}
	}
	return cedar.Entity{UID: cedar.NewEntityUID(typ, cedar.String(id.String())), Attributes: cedar.NewRecord(attrs)}
}
