package claimant

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/netip"
	"net/url"

	"anxin/internal/casefile"
	"anxin/internal/claim"
	"anxin/internal/order"
	"anxin/internal/party"
	"anxin/internal/web/parties"
	"anxin/internal/web/ui"
	"anxin/internal/web/upload"
)

// Orders finds a buyer's order by its number and a code sent to their phone; *order.Service is one. Every way of being wrong answers the same.
type Orders interface {
	RequestCode(ctx context.Context, tenant casefile.Tenant, phone string, from netip.Addr, lang string) (challenge casefile.ID, err error)
	Redeem(ctx context.Context, tenant casefile.Tenant, number string, challenge casefile.ID, code string) ([]order.Found, error)
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

// Media is the vault as these pages need it.
type Media interface {
	// Receive seals a photograph, video or paper of the buyer under the case; it is staged until a command takes it. A file of another kind is Invalid, one too large
	// TooLarge.
	Receive(ctx context.Context, a casefile.Actor, caseID casefile.ID, body io.Reader) (casefile.ID, error)
	// Show writes a copy made for looking at: re-encoded, without location.
	Show(w http.ResponseWriter, r *http.Request, a casefile.Actor, l parties.Look) error
}

// Live tells of news of a case; *casefile.Live is one.
type Live interface {
	Subscribe(tenant casefile.Tenant, id casefile.ID) (news <-chan int64, cancel func())
}

// Config is what a Handler is made of. Everything but Letters is needed; without Letters a letter page says that it will be there.
type Config struct {
	Site    *ui.Site
	Tenant  casefile.Tenant
	Claims  claim.Claimants
	Orders  Orders
	Links   Links
	Gate    Gate
	Limits  Limits
	Media   Media
	Letters parties.Press
	Spool   *upload.Spool
	Live    Live
	Source  casefile.Source
	// BaseURL is the address under which people reach the server, without a slash at the end.
	BaseURL func(r *http.Request) string
	// Address is where a request comes from, behind trusted proxies.
	Address func(r *http.Request) netip.Addr
	// Max is how many files one form takes, MaxBytes the largest of them.
	Max      int
	MaxBytes int64
}

// Handler serves the buyer's pages.
type Handler struct {
	Config
	mux *http.ServeMux
}

// New makes the handler with all routes.
func New(c Config) *Handler {
	h := &Handler{Config: c, mux: http.NewServeMux()}
	h.entry()
	h.filing()
	h.following()
	h.acting()
	return h
}

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) { h.mux.ServeHTTP(w, r) }

// Patterns are the routes, for the server's own mux and for tests that walk over all of them.
func (h *Handler) Patterns() []string { return append([]string(nil), patterns...) }

// patterns is every route; handle refuses others, so that the list is complete.
var patterns = []string{
	"GET /claim", "POST /claim", "POST /claim/code",
	"GET /s/{token}/claim", "GET /s/{token}/claim/new", "POST /s/{token}/claim/new", "GET /s/{token}/claim/receipt", "GET /s/{token}/claim/events",
	"POST /s/{token}/claim/uploads", "/s/{token}/claim/uploads/{upload}", "GET /s/{token}/claim/media/{item}/{size}",
	"GET /s/{token}/claim/letter", "GET /s/{token}/claim/letter/{letter}", "GET /s/{token}/claim/letter/{letter}/pdf",
	"GET /s/{token}/claim/supply", "POST /s/{token}/claim/supply", "GET /s/{token}/claim/unable", "POST /s/{token}/claim/unable",
	"GET /s/{token}/claim/extend", "POST /s/{token}/claim/extend", "GET /s/{token}/claim/settle", "POST /s/{token}/claim/settle",
	"GET /s/{token}/claim/refuse", "POST /s/{token}/claim/refuse", "GET /s/{token}/claim/comment", "POST /s/{token}/claim/comment",
	"GET /s/{token}/claim/withdraw", "POST /s/{token}/claim/withdraw", "GET /s/{token}/claim/sent", "POST /s/{token}/claim/sent",
	"GET /s/{token}/claim/destroy", "POST /s/{token}/claim/destroy", "GET /s/{token}/claim/appeal", "POST /s/{token}/claim/appeal",
	"GET /s/{token}/claim/respond", "POST /s/{token}/claim/respond", "GET /s/{token}/claim/take_back", "POST /s/{token}/claim/take_back",
	"GET /s/{token}/claim/waive", "POST /s/{token}/claim/waive",
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

// limited answers whether the request may not go on, and writes the page that says so.
func (h *Handler) limited(w http.ResponseWriter, r *http.Request, pg ui.Page, kind party.LimitKind) bool {
	err := h.Limits.Check(kind, h.Address(r).String())
	if err != nil {
		ui.Fail(w, r, pg, err)
	}
	return err != nil
}

// call is one request of a buyer: who, where their case's pages are.
type call struct {
	pg    ui.Page
	actor casefile.Actor
	// base is the claim's page, /s/<token>/claim.
	base string
}

// cased wraps a handler of the private pages: it finds the buyer by the link's token, bounds how often, and asks the policies. A link that opens nothing answers 404
// with the same words whatever is wrong with it.
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
			err = h.Gate.Check(r.Context(), a, action, party.OfCase(a.Tenant, a.Case, casefile.Nil))
		}
		if err != nil {
			ui.Fail(w, r, pg, err)
			return
		}
		f(w, r, call{pg: pg, actor: a, base: "/s/" + token + "/claim"})
	}
}

// maxForm bounds forms without files.
const maxForm = 64 << 10

// form reads a bounded form; false means that the answer is written.
func (h *Handler) form(w http.ResponseWriter, r *http.Request, pg ui.Page) bool {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		ui.Fail(w, r, pg, casefile.Failf(casefile.TooLarge, "error.too_large", "form: %w", err))
		return false
	}
	return true
}

// reader reads forms that may bring files.
func (h *Handler) reader(c call) parties.Reader {
	return parties.Reader{Max: h.Max, MaxBytes: h.MaxBytes, Receive: func(ctx context.Context, body io.Reader) (casefile.ID, error) {
		return h.Media.Receive(ctx, c.actor, c.actor.Case, body)
	}}
}

// token makes a hidden value that marks one drawing of a form.
func (h *Handler) token() string { return hex.EncodeToString(h.Source.Bytes(12)) }

// once marks the context with the form's token, so that the act is done at most once however often the form is sent.
func (h *Handler) once(ctx context.Context, c call, what string, values url.Values) context.Context {
	key := values.Get("idem")
	if len(key) < 16 || len(key) > 64 {
		return ctx
	}
	return casefile.WithOnce(ctx, casefile.Once{
		Tenant: c.actor.Tenant, Scope: "form:" + c.actor.Case.String() + ":claim_" + what, Key: key, Request: casefile.RequestHash([]byte(values.Encode())),
	})
}

// oks are the messages that a redirect may ask the claim's page to show.
var oks = map[string]bool{"supply": true, "unable": true, "extend": true, "settle": true, "refuse": true, "comment": true, "withdraw": true, "sent": true, "destroy": true,
	"appeal": true, "respond": true, "take_back": true, "waive": true, "changed": true}

// withToast shows the message of the last act.
func withToast(r *http.Request, pg ui.Page) ui.Page {
	if ok := r.URL.Query().Get("ok"); oks[ok] {
		pg.Toast = &ui.Toast{Text: pg.T("claimant.ok." + ok)}
	}
	return pg
}
