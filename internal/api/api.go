// Package api is the JSON API of the product (OpenAPI 3.1 at /openapi.json, errors as RFC 9457 problems). Like the pages it is an edge: it bounds and
// parses, finds out who calls, asks the policies, builds a command and hands it to a domain service.
//
// A caller is an API key ("Authorization: Bearer ax_…") or the customer of one case ("Authorization: Link <token of the status link>"). Every call that changes
// something carries an Idempotency-Key: repeating it does nothing new and answers with the present state and the header Idempotent-Replayed.
package api

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"anxin/internal/casefile"
	"anxin/internal/party"
	"anxin/internal/service"
)

// Service is what the API needs of the service half.
type Service interface {
	service.Intake
	service.Customers
	service.Technicians
	service.Desk
	service.Verify
	Owners
}

// Owners tells whose something is, for the policies.
type Owners interface {
	// Holder is who a visit was given to, or for a nil visit who the newest of the case is with; Nil is nobody, not_found no such visit.
	Holder(ctx context.Context, tenant casefile.Tenant, caseID, visit casefile.ID) (technician casefile.ID, err error)
	// OfferHolder is who an offer was made to.
	OfferHolder(ctx context.Context, tenant casefile.Tenant, caseID, offer casefile.ID) (technician casefile.ID, err error)
}

// Messages are what is sent to people, for gateways that send it.
type Messages interface {
	// Outgoing opens one message and writes the access log; not_found when it is not there or its person was erased.
	Outgoing(ctx context.Context, a casefile.Actor, id casefile.ID) (Outgoing, error)
	// Delivered notes that it was sent; once more changes nothing.
	Delivered(ctx context.Context, a casefile.Actor, id casefile.ID) error
}

// Coverage answers who covers a place.
type Coverage interface {
	Check(ctx context.Context, tenant casefile.Tenant, q CoverageQuery) ([]CoverageRow, error)
}

// Evidence is the vault.
type Evidence interface {
	// Receive seals the bytes; the same bytes under the same case and kind are the same item.
	Receive(ctx context.Context, a casefile.Actor, in Upload, body io.Reader) (Item, error)
	Items(ctx context.Context, a casefile.Actor, caseID casefile.ID) ([]Item, error)
}

// Callers finds out who calls.
type Callers interface {
	// Key answers for "Bearer", Link for "Link"; both log_in when it is not known.
	Key(ctx context.Context, token string) (casefile.Actor, error)
	Link(ctx context.Context, token string) (casefile.Actor, error)
	// Check asks the policies; refusals are logged by it.
	Check(ctx context.Context, a casefile.Actor, action party.Action, r party.Resource) error
}

// Deps are what the API is built from.
type Deps struct {
	Service  Service
	Coverage Coverage
	Evidence Evidence
	Callers  Callers
	Messages Messages
	Orders   Orders
	// Claims are the claims half for its two sides; ClaimOwners says whose a case is, for the policies.
	Claims      Claims
	ClaimOwners ClaimOwners
	// MaxClaim bounds one file of a claim, in bytes: a video.
	MaxClaim int64
	// MaxReference bounds one reference, in bytes: a packing video is larger than a photo.
	MaxReference int64
	// Tenant is the operator that this host serves, for calls that need no key.
	Tenant    casefile.Tenant
	Version   string
	PublicURL string
	// MaxUpload bounds one upload, in bytes.
	MaxUpload int64
	Now       func() time.Time
}

// Server is the API.
type Server struct {
	Deps
	mux  *http.ServeMux
	huma huma.API
}

// maxBody bounds a JSON body; maxDepth its nesting is bounded by the schemas, which refuse unknown fields.
const maxBody = 256 << 10

// New builds the API with all its operations.
func New(d Deps) *Server {
	s := &Server{Deps: d, mux: http.NewServeMux()}
	cfg := huma.DefaultConfig("Anxin 安心售后", d.Version)
	cfg.OpenAPIPath, cfg.DocsPath, cfg.SchemasPath = "/openapi", "", ""
	cfg.CreateHooks, cfg.Transformers = nil, nil
	cfg.RejectUnknownQueryParameters = true
	cfg.Info.Description = "After-sales service: report, follow, assign, repair, sign, verify. Times are RFC 3339, money is fen, ids are UUIDs. " +
		"Calls that change something need an Idempotency-Key; repeating one answers with the present state."
	cfg.Info.License = &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"}
	cfg.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"key":  {Type: "http", Scheme: "bearer", Description: "An API key of the operator: ax_…"},
		"link": {Type: "apiKey", In: "header", Name: "Authorization", Description: "\"Link \" and the token of a customer's status link"},
	}
	s.huma = humago.New(s.mux, cfg)
	s.huma.UseMiddleware(s.identify)
	s.public()
	s.customer()
	s.technician()
	s.desk()
	s.evidence()
	s.messages()
	s.orders()
	s.claims()
	return s
}

// Handler serves /api/… and /openapi.json.
func (s *Server) Handler() http.Handler { return keyed(s.mux) }

// OpenAPI is the description as JSON, for the committed file.
func (s *Server) OpenAPI() ([]byte, error) { return s.huma.OpenAPI().MarshalJSON() }

type callerKey struct{}

// identify finds out who calls and puts the actor into the context. Nobody is a visitor: the policies decide what a visitor may do.
func (s *Server) identify(ctx huma.Context, next func(huma.Context)) {
	a, err := s.caller(ctx.Context(), ctx.Header("Authorization"))
	if err != nil {
		writeProblem(s.huma, ctx, err)
		return
	}
	if a.Lang = "zh"; langOf(ctx.Header("Accept-Language")) == "en" {
		a.Lang = "en"
	}
	c := context.WithValue(ctx.Context(), callerKey{}, a)
	if key := ctx.Header(idempotencyHeader); key != "" {
		c = casefile.WithOnce(c, casefile.Once{
			Tenant: a.Tenant, Scope: "api:" + string(a.Role) + ":" + a.ID.String() + a.Case.String() + ":" + ctx.Operation().OperationID,
			Key: key, Request: requestHash(ctx.Context()),
		})
	}
	next(huma.WithContext(ctx, c))
}

// actor is who calls.
func actor(ctx context.Context) casefile.Actor {
	a, _ := ctx.Value(callerKey{}).(casefile.Actor)
	return a
}

func (s *Server) caller(ctx context.Context, header string) (casefile.Actor, error) {
	scheme, token := cutScheme(header)
	switch scheme {
	case "":
		return casefile.Actor{Tenant: s.Tenant, Role: casefile.Customer, Route: "api"}, nil
	case "bearer":
		a, err := s.Callers.Key(ctx, token)
		a.Route = "api"
		return a, err
	case "link":
		a, err := s.Callers.Link(ctx, token)
		a.Route = "api"
		return a, err
	}
	return casefile.Actor{}, casefile.Fail(casefile.LogInFirst, "error.log_in")
}
