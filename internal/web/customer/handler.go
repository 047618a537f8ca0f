package customer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/netip"

	"anxin/internal/casefile"
	"anxin/internal/party"
	"anxin/internal/service"
	"anxin/internal/service/catalog"
	"anxin/internal/web/ui"
	"anxin/internal/web/upload"
)

// Service is what these pages ask of the service half; *service.Service is one.
type Service interface {
	service.Intake
	service.Customers
	service.Verify
}

// Links finds the customer that a private link stands for; *party.Links is one. Unknown and revoked links are NotFound.
type Links interface {
	Actor(ctx context.Context, token string) (casefile.Actor, error)
}

// Gate asks the policies; *party.Gate is one.
type Gate interface {
	Check(ctx context.Context, a casefile.Actor, action party.Action, r party.Resource) error
}

// Limits bounds how often; *party.Limits is one.
type Limits interface {
	Check(kind party.LimitKind, key string) error
}

// Finder gives people who lost their link a new way in; *party.Finder is one.
type Finder interface {
	RequestCode(ctx context.Context, tenant casefile.Tenant, phone string, from netip.Addr, lang string) (challenge casefile.ID, err error)
	Redeem(ctx context.Context, tenant casefile.Tenant, challenge casefile.ID, code string) ([]party.FoundCase, error)
}

// Coverage answers who could come to places; order and number are those of the places asked for.
type Coverage interface {
	Places(ctx context.Context, tenant casefile.Tenant, q CoverageQuery) ([]CoverageRow, error)
}

// Photos is the vault as these pages need it.
type Photos interface {
	// Receive seals a photo under a draft or a case and answers its id. A file that is no photo is Invalid, one too large TooLarge.
	Receive(ctx context.Context, a casefile.Actor, in Incoming, body io.Reader) (casefile.ID, error)
	// Show answers a copy made for looking at: re-encoded, without location; small is the one for tiles. NotFound when it is not this case's.
	Show(ctx context.Context, a casefile.Actor, caseID, item casefile.ID, small bool) (Picture, error)
	// Bundle writes the originals of the case with their proofs, for anxin-verify. Nothing is written when it answers an error at once.
	Bundle(ctx context.Context, a casefile.Actor, caseID casefile.ID, w io.Writer) error
}

// Incoming says where a photo belongs.
type Incoming struct {
	Draft service.Draft // before the report
	Case  casefile.ID   // after it
	Kind  string        // report_photo, signature
}

// Picture is a picture to send.
type Picture struct {
	Type  string // image/jpeg, image/png
	Bytes []byte
}

// Live tells of news of a case; *casefile.Live is one.
type Live interface {
	Subscribe(tenant casefile.Tenant, id casefile.ID) (news <-chan int64, cancel func())
}

// Config is what a Handler is made of. Everything is needed.
type Config struct {
	Site      *ui.Site
	Tenant    casefile.Tenant
	Service   Service
	Catalogue *catalog.Catalogue
	Links     Links
	Gate      Gate
	Limits    Limits
	Finder    Finder
	Coverage  Coverage
	Photos    Photos
	Spool     *upload.Spool
	Live      Live
	Source    casefile.Source
	// BaseURL is the address under which people reach the server, without a slash at the end, for links to send and QR codes.
	BaseURL func(r *http.Request) string
	// Address is where a request comes from, behind trusted proxies.
	Address func(r *http.Request) netip.Addr
	// Claim reports whether the case has a claim as well, whose page hangs below this one.
	Claim func(ctx context.Context, a casefile.Actor) bool
	// MaxPhotos and MaxPhotoBytes bound the photos of a report.
	MaxPhotos     int
	MaxPhotoBytes int64
}

// Handler serves the customer's and the public pages. Cross-origin posts are refused and security headers set by whoever wraps it (internal/app).
type Handler struct {
	Config
	mux *http.ServeMux
}

// New makes the handler with all routes.
func New(c Config) *Handler {
	h := &Handler{Config: c, mux: http.NewServeMux()}
	h.public()
	h.reporting()
	h.private()
	return h
}

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) { h.mux.ServeHTTP(w, r) }

// Patterns are the routes, for the server's own mux and for tests that walk over all of them.
func (h *Handler) Patterns() []string { return append([]string(nil), patterns...) }

// patterns is every route; register refuses others, so that the list is complete.
var patterns = []string{
	"GET /{$}", "GET /report", "POST /report", "POST /report/place", "POST /report/photos", "/report/photos/{upload}",
	"GET /coverage", "POST /coverage", "GET /verify", "GET /find", "POST /find", "POST /find/code", "GET /erased",
	"GET /s/{token}", "GET /s/{token}/receipt", "GET /s/{token}/events", "GET /s/{token}/place", "POST /s/{token}/place",
	"POST /s/{token}/quote", "POST /s/{token}/sign", "GET /s/{token}/refuse", "POST /s/{token}/refuse", "POST /s/{token}/arrived", "POST /s/{token}/rate",
	"GET /s/{token}/cancel", "POST /s/{token}/cancel", "GET /s/{token}/reopen", "POST /s/{token}/reopen", "GET /s/{token}/time", "POST /s/{token}/time",
	"GET /s/{token}/photos", "POST /s/{token}/photos", "POST /s/{token}/uploads", "/s/{token}/uploads/{upload}", "GET /s/{token}/photo/{item}",
	"GET /s/{token}/verify", "GET /s/{token}/data", "GET /s/{token}/data/evidence", "POST /s/{token}/erase", "GET /s/{token}/paper/{kind}",
}

func (h *Handler) handle(pattern string, f http.HandlerFunc) {
	for _, p := range patterns {
		if p == pattern {
			h.mux.HandleFunc(pattern, f)
			return
		}
	}
	panic("route " + pattern + " is not in the list")
}

// visitor is somebody without a link.
func (h *Handler) visitor(pg ui.Page) casefile.Actor {
	return casefile.Actor{Tenant: h.Tenant, Role: casefile.Customer, Route: "web", Lang: string(pg.P.Lang)}
}

// limited answers whether the request may go on, and the page that says no.
func (h *Handler) limited(w http.ResponseWriter, r *http.Request, pg ui.Page, kind party.LimitKind) bool {
	err := h.Limits.Check(kind, h.Address(r).String())
	if err != nil {
		ui.Fail(w, r, pg, err)
	}
	return err != nil
}

// call is one request of a customer: who, which case, where its page is.
type call struct {
	pg    ui.Page
	actor casefile.Actor
	base  string
}

// cased wraps a handler of the private pages: it finds the customer by the link's token, bounds how often, and asks the policies. A link that opens
// nothing answers 404 with the same words whatever is wrong with it.
func (h *Handler) cased(action party.Action, f func(w http.ResponseWriter, r *http.Request, c call)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		pg := h.Site.NewPage(r)
		token := r.PathValue("token")
		sum := sha256.Sum256([]byte(token))
		err := h.Limits.Check(party.LimitLink, hex.EncodeToString(sum[:16]))
		var a casefile.Actor
		if err == nil {
			a, err = h.Links.Actor(r.Context(), token)
		}
		if err == nil {
			a.Route, a.Lang = "web", string(pg.P.Lang)
			err = h.Gate.Check(r.Context(), a, action, resource(action, a))
		}
		if err != nil {
			ui.Fail(w, r, pg, err)
			return
		}
		f(w, r, call{pg: pg, actor: a, base: "/s/" + token})
	}
}

// resource is what an action of a customer is about: the case of the link, or its visit.
func resource(action party.Action, a casefile.Actor) party.Resource {
	switch action {
	case party.AnswerQuote, party.ArriveByCustomer, party.Sign, party.Rate:
		return party.OfVisit(a.Tenant, a.Case, casefile.Nil, casefile.Nil)
	case party.ViewEvidence:
		return party.OfEvidence(a.Tenant, a.Case, casefile.Nil, casefile.Nil)
	}
	return party.OfCase(a.Tenant, a.Case, casefile.Nil)
}

// maxForm bounds forms without files.
const maxForm = 64 << 10

// form reads a bounded form; false means that the answer is written.
func (h *Handler) form(w http.ResponseWriter, r *http.Request, pg ui.Page) bool {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		ui.Fail(w, r, pg, casefile.Failf(casefile.TooLarge, "", "form: %w", err))
		return false
	}
	return true
}

// field is a form value, bounded in bytes: what is longer is cut, and the domain says that it is too long.
func field(r *http.Request, name string) string {
	v := r.PostForm.Get(name)
	if len(v) > 16<<10 {
		v = v[:16<<10]
	}
	return v
}

// token makes a hidden value that marks one drawing of a form.
func (h *Handler) token() string { return hex.EncodeToString(h.Source.Bytes(12)) }

// once marks the context with the form's token, so that the act is done at most once however often the form is sent.
func (h *Handler) once(ctx context.Context, r *http.Request, c call, what string) context.Context {
	key := field(r, "idem")
	if len(key) < 16 || len(key) > 64 {
		return ctx
	}
	return casefile.WithOnce(ctx, casefile.Once{
		Tenant: c.actor.Tenant, Scope: "form:" + c.actor.Case.String() + ":" + what, Key: key, Request: casefile.RequestHash([]byte(r.PostForm.Encode())),
	})
}

// settled ends an act on the case. Done, done before, or overtaken by events: all lead back to the status page, which says which it was. It answers true
// when the caller has to show the error with the form.
func (h *Handler) settled(w http.ResponseWriter, r *http.Request, c call, ok string, err error) bool {
	switch {
	case err == nil, casefile.IsRepeated(err):
	case casefile.Is(err, casefile.Conflict):
		ok = "changed"
	case casefile.Is(err, casefile.Invalid):
		return true
	default:
		ui.Fail(w, r, c.pg, err)
		return false
	}
	http.Redirect(w, r, c.base+"?ok="+ok, http.StatusSeeOther)
	return false
}

// oks are the messages that a redirect may ask the status page to show.
var oks = map[string]bool{"place": true, "address": true, "photos": true, "time": true, "cancel": true, "reopen": true, "rate": true,
	"quote": true, "sign": true, "refuse": true, "arrived": true, "changed": true}

// withToast shows the message of the last act.
func withToast(r *http.Request, pg ui.Page) ui.Page {
	if ok := r.URL.Query().Get("ok"); oks[ok] {
		pg.Toast = &ui.Toast{Text: pg.T("customer.ok." + ok)}
	}
	return pg
}
