package staff

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"anxin/internal/casefile"
	"anxin/internal/i18n"
	"anxin/internal/party"
	"anxin/internal/web/ui"
)

// Who tells who is logged in; *party.Sessions does, behind its middleware.
type Who interface {
	Current(ctx context.Context) (party.Identity, bool)
}

// Gate asks the policies; *party.Gate does.
type Gate interface {
	Check(ctx context.Context, a casefile.Actor, action party.Action, r party.Resource) error
	Can(ctx context.Context, a casefile.Actor, action party.Action, r party.Resource) bool
}

// Edge is what all staff pages need of the world around them.
type Edge struct {
	Site   *ui.Site
	Who    Who
	Gate   Gate
	Source casefile.Source
	// LogIn is the path of the log-in page; it gets ?next= with the way back.
	LogIn string
	// Account is the path where somebody changes role, password and second factor, and logs out; empty shows none.
	Account string
	// Offers counts a technician's open offers for the navigation; nil counts none.
	Offers func(ctx context.Context, a casefile.Actor) int
}

// Route is one page or act of the staff pages. The table of a package's routes is the one place where it is said which action guards what, so that a test
// can walk over all of them.
type Route struct {
	// Pattern is a method and a path as http.ServeMux reads them.
	Pattern string
	// Nav is the navigation entry that the page belongs to.
	Nav string
	// Action is asked of the policies before Do runs.
	Action party.Action
	// Of finds what the action is done to; nil is the tenant as a whole.
	Of func(q *Request) (party.Resource, error)
	// MaxBytes bounds the body; 0 is 256 KiB.
	MaxBytes int64
	Do       func(q *Request) error
}

// maxForm bounds a form without files.
const maxForm = 256 << 10

// Mount adds the routes to a mux: each is authenticated, bounded, authorised, then run.
func (e *Edge) Mount(mux *http.ServeMux, routes []Route) {
	for _, r := range routes {
		mux.Handle(r.Pattern, e.Handler(r))
	}
}

// Handler is one route as a handler.
func (e *Edge) Handler(r Route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		pg := e.Site.NewPage(req)
		who, ok := e.Who.Current(req.Context())
		if !ok {
			e.logIn(w, req, pg)
			return
		}
		q := &Request{Request: req, W: w, Identity: who, Actor: who.Actor(), edge: e, nav: r.Nav, page: pg}
		q.Actor.Lang = string(pg.P.Lang)
		limit := r.MaxBytes
		if limit == 0 {
			limit = maxForm
		}
		if req.Body != nil {
			req.Body = http.MaxBytesReader(w, req.Body, limit)
		}
		if err := q.run(r); err != nil {
			q.Fail(err)
		}
	})
}

// logIn sends a reader to the log-in page and back. An act cannot be sent along: it says so, with the way on.
func (e *Edge) logIn(w http.ResponseWriter, r *http.Request, pg ui.Page) {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		http.Redirect(w, r, e.LogIn+"?next="+url.QueryEscape(pg.Path), http.StatusSeeOther)
		return
	}
	pg.Staff, pg.Bare = true, true
	f := ui.FailureOf(pg, casefile.Fail(casefile.LogInFirst, "error.log_in"))
	f.Back = e.LogIn
	ui.Render(w, r, f.Status, ui.FailurePage(pg, f))
}

// Request is one request of somebody who is logged in.
type Request struct {
	*http.Request
	W        http.ResponseWriter
	Actor    casefile.Actor
	Identity party.Identity

	edge *Edge
	nav  string
	page ui.Page
}

func (q *Request) run(r Route) error {
	res := party.OfTenant(q.Actor.Tenant)
	if r.Of != nil {
		var err error
		if res, err = r.Of(q); err != nil {
			return err
		}
	}
	if err := q.edge.Gate.Check(q.Context(), q.Actor, r.Action, res); err != nil {
		return err
	}
	return r.Do(q)
}

// Can reports whether the account may do the action, for deciding what a page shows.
func (q *Request) Can(action party.Action, r party.Resource) bool {
	return q.edge.Gate.Can(q.Context(), q.Actor, action, r)
}

// Check is the guard for acts that a route decides only after reading the form.
func (q *Request) Check(action party.Action, r party.Resource) error {
	return q.edge.Gate.Check(q.Context(), q.Actor, action, r)
}

// Page is the frame of the page: navigation, name, and what the last act left to say (?done=).
func (q *Request) Page() ui.Page {
	f := Frame{Name: q.Identity.Name, Role: q.Actor.Role, Others: len(q.Identity.Roles) > 1, Account: q.edge.Account}
	if q.edge.Offers != nil && q.Actor.Role == casefile.Technician {
		f.Offers = q.edge.Offers(q.Context(), q.Actor)
	}
	return f.Page(q.page, q.nav)
}

// P prints in the reader's language.
func (q *Request) P() i18n.Printer { return q.page.P }

// Done is the page with a message about the act that led here: the sentence <prefix><?done=>, when there is one.
func (q *Request) Done(prefix string) ui.Page {
	pg := q.Page()
	name := q.URL.Query().Get("done")
	if name == "" || len(name) > 40 {
		return pg
	}
	if key := prefix + name; i18n.Has(key) {
		pg.Toast = &ui.Toast{Text: pg.T(key)}
	}
	return pg
}

// Idem is a fresh idempotency token for a form.
func (q *Request) Idem() string { return q.edge.Source.NewOpaqueID().String() }

// Render writes a page.
func (q *Request) Render(status int, c templ.Component) error {
	ui.Render(q.W, q.Request, status, c)
	return nil
}

// See ends an act: the browser loads the page that shows the result.
func (q *Request) See(path string) error {
	http.Redirect(q.W, q.Request, path, http.StatusSeeOther)
	return nil
}

// Fail writes the error page inside the staff frame, with the way back to where the request came from.
func (q *Request) Fail(err error) {
	var big *http.MaxBytesError
	if errors.As(err, &big) {
		err = casefile.Fail(casefile.TooLarge, "error.too_large")
	}
	pg := q.Page()
	f := ui.FailureOf(pg, err)
	f.Back = q.nav
	if f.Again > 0 {
		q.W.Header().Set("Retry-After", "30")
	}
	ui.Render(q.W, q.Request, f.Status, ui.FailurePage(pg, f))
}
