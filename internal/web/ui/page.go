// Package ui holds the shared pieces of every page: layout, form fields, badges, timelines, tables, and the browser's security headers.
//
// A page is a function from a view struct to a templ component: the handler fills the struct, the template only places it. Everything a template
// needs that is not the view comes in a [Page]. Nothing here reads a database, a clock or a request except the middleware in this package.
package ui

import (
	"net/http"
	"net/url"
	"time"

	"github.com/a-h/templ"

	"anxin/internal/casefile"
	"anxin/internal/i18n"
	"anxin/internal/web/assets"
)

// Site is what all pages of one running server share.
type Site struct {
	Brand  Brand
	Assets *assets.Set
	// Source is where the time comes from; nil means time.Now.
	Clock func() time.Time
}

// NewSite checks the brand and prepares the assets with its colours.
func NewSite(b Brand) (*Site, error) {
	css, err := b.CSS()
	if err != nil {
		return nil, err
	}
	set, err := assets.New(map[string]string{"app.css": css})
	if err != nil {
		return nil, err
	}
	return &Site{Brand: b, Assets: set}, nil
}

// Page is what every template gets beside its view: the reader's language and time, the site, and the frame around the content.
type Page struct {
	Site *Site
	P    i18n.Printer
	// Title is the page's name; the brand is added. Pages set it with WithTitle in their template.
	Title string
	// Path is the request's path and query without the language switch; the switch links back to it.
	Path string
	// Staff is set on pages for people who work here; it loads the staff style sheet and script.
	Staff bool
	// Nav is the navigation of staff pages; empty on customer pages.
	Nav []NavItem
	// User is the name of the account that is logged in, for staff pages.
	User string
	// Wide lets the content use the whole width of a desk screen.
	Wide bool
	// Refresh makes browsers without scripts load the page again after this many seconds; 0 is never.
	Refresh int
	// Failed marks a page that shows a form again with errors; the title says so first.
	Failed bool
	// Public pages may be found by search engines; all others are marked noindex.
	Public bool
	// Bare leaves out header navigation and footer, for papers.
	Bare bool
	// Toast is a message that the last act left for this page, for example with an undo.
	Toast *Toast
}

// NavItem is one entry of a navigation.
type NavItem struct {
	Text, Href string
	Current    bool
	// Count is shown beside the text when above 0.
	Count int
}

// Toast is a short message with at most one act, usually to undo what was just done.
type Toast struct {
	Text string
	// UndoText and UndoAction make a form that posts to the action; both or none.
	UndoText, UndoAction string
}

// NewPage makes the page frame for a request. It decides the language; LangCookie must have run before if the switch is to be remembered.
func (s *Site) NewPage(r *http.Request) Page {
	l, _ := i18n.Choose(r)
	now := time.Now
	if s.Clock != nil {
		now = s.Clock
	}
	return Page{Site: s, P: i18n.Printer{Lang: l, Now: now()}, Path: pathWithoutLang(r.URL)}
}

func pathWithoutLang(u *url.URL) string {
	q := u.Query()
	q.Del("lang")
	p := u.EscapedPath()
	if enc := q.Encode(); enc != "" {
		p += "?" + enc
	}
	return p
}

// T is the sentence of a key.
func (pg Page) T(key string, args ...any) string { return pg.P.T(key, args...) }

// WithTitle is the page with a title.
func (pg Page) WithTitle(title string) Page { pg.Title = title; return pg }

// FullTitle is what the browser shows: "错误：报修 - 禾木家电".
func (pg Page) FullTitle() string {
	t := pg.Title
	brand := pg.Site.Brand.NameIn(pg.P.Lang)
	if t == "" {
		t = brand
	} else {
		t += " - " + brand
	}
	if pg.Failed {
		t = pg.T("ui.error_prefix") + t
	}
	return t
}

// switchURL is this page in the other language.
func (pg Page) switchURL() templ.SafeURL {
	u, err := url.Parse(pg.Path)
	if err != nil || u.IsAbs() || u.Host != "" {
		u = &url.URL{Path: "/"}
	}
	q := u.Query()
	q.Set("lang", string(pg.P.Lang.Other()))
	u.RawQuery = q.Encode()
	return templ.SafeURL(u.String())
}

// asset is the path of an asset by its plain name.
func (pg Page) asset(name string) string { return pg.Site.Assets.Path(name) }

// Render writes a page with a status. Pages of people are never stored by shared caches.
func Render(w http.ResponseWriter, r *http.Request, status int, c templ.Component) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "private, no-store")
	}
	w.WriteHeader(status)
	if r.Method == http.MethodHead {
		return
	}
	// An error here is a client that went away: the status is sent and there is nobody to tell.
	_ = c.Render(r.Context(), w)
}

// StatusOf is the HTTP status for an error's category. Only web and api know this mapping.
func StatusOf(err error) int {
	switch casefile.CategoryOf(err) {
	case casefile.Invalid:
		return http.StatusUnprocessableEntity
	case casefile.NotFound:
		return http.StatusNotFound
	case casefile.Conflict:
		return http.StatusConflict
	case casefile.Denied:
		return http.StatusForbidden
	case casefile.LogInFirst:
		return http.StatusUnauthorized
	case casefile.TooLarge:
		return http.StatusRequestEntityTooLarge
	case casefile.Limited:
		return http.StatusTooManyRequests
	case casefile.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}
