package app

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"path/filepath"
	"strings"

	"anxin/internal/api"
	"anxin/internal/casefile"
	"anxin/internal/demo"
	"anxin/internal/i18n"
	"anxin/internal/order"
	"anxin/internal/party"
	"anxin/internal/web/admin"
	"anxin/internal/web/customer"
	"anxin/internal/web/desk"
	"anxin/internal/web/guard"
	"anxin/internal/web/login"
	"anxin/internal/web/staff"
	"anxin/internal/web/tech"
	"anxin/internal/web/ui"
	"anxin/internal/web/upload"
)

// Server is the core with its edges.
type Server struct {
	*Core
	Site    *ui.Site
	Spool   *upload.Spool
	API     *api.Server
	handler http.Handler
	house   *house
	routes  []Route
}

// Route is one pattern that the server answers, and what it asks of the policies before it does; empty when it asks nothing or says itself what.
type Route struct {
	Pattern string
	Action  party.Action
}

// Routes lists every page and act, for the test that walks over all of them. The operations of the API are in its own description.
func (s *Server) Routes() []Route { return append([]Route(nil), s.routes...) }

// NewServer puts pages and API before the core.
func NewServer(c *Core) (*Server, error) {
	s := &Server{Core: c, house: newHouse(c)}
	b := c.Config.Brand
	var err error
	if s.Site, err = ui.NewSite(ui.Brand{Name: b.NameZH, NameEN: b.NameEN, Accent: b.Accent, Hotlines: b.Hotlines,
		Operator: map[i18n.Lang]string{i18n.ZH: b.NameZH, i18n.EN: b.NameEN}}); err != nil {
		return nil, fmt.Errorf("brand: %w", err)
	}
	s.Site.Clock = c.Source.Now
	if s.Spool, err = upload.New(filepath.Join(c.DataDir, "uploads"), upload.Options{Source: c.Source, Key: c.Keeper.Derive("upload spool")}); err != nil {
		return nil, err
	}
	proxies, err := c.Config.TrustedProxies()
	if err != nil {
		return nil, err
	}
	photos := c.Config.Limits.PhotoBytes
	g, err := guard.New(guard.Options{
		Site: s.Site, Source: c.Source, Log: c.Log, Proxies: proxies, PublicURL: c.Config.PublicURL, Limits: c.Party.Limits, Meter: c.metrics,
		Bodies: []guard.BodyLimit{
			{Prefix: "/api/v1/evidence/", Max: max(photos, claimBytes)}, {Prefix: "/report", Max: photos*int64(c.Config.Limits.Photos) + 1<<20}, {Prefix: "/s/", Max: photos*int64(c.Config.Limits.Photos) + 1<<20},
			{Prefix: "/tech/", Max: 12*photos + 1<<20}, {Prefix: "/merchant/", Max: photos*int64(c.Config.Limits.Photos) + 1<<20}, {Prefix: "/orders", Max: 2 * maxReference}, {Prefix: "/listings", Max: 2 * maxReference}, {Prefix: "/imports", Max: order.MaxFile}, {Prefix: "/api/v1/orders/", Max: maxReference}, {Prefix: "/api/v1/listings/", Max: maxReference},
			{Prefix: "/api/v1/order-imports", Max: order.MaxFile},
		},
	})
	if err != nil {
		return nil, err
	}
	s.handler = g.Handler(s.mux(g))
	return s, nil
}

// mux is the one list of what the server answers.
func (s *Server) mux(g *guard.Guard) *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", healthz)
	mux.HandleFunc("GET /readyz", readyz(s.checks()))
	mux.Handle("GET /metrics", fromHere(s.metrics.handler()))
	mux.Handle("/assets/", s.Site.Assets)
	s.customerPages(mux)
	s.claimantPages(mux)
	s.staffPages(mux, g)
	s.API = api.New(s.apiDeps())
	mux.Handle("/api/", s.API.Handler())
	mux.Handle("/openapi.json", s.API.Handler())
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		ui.Fail(w, r, s.Site.NewPage(r), casefile.Fail(casefile.NotFound, "error.not_found"))
	})
	return mux
}

func (s *Server) checks() []check {
	return []check{
		{"database", s.DB.Ping},
		{"vault", s.vaultWorks},
	}
}

func (s *Server) customerPages(mux *http.ServeMux) {
	h := customer.New(customer.Config{
		Site: s.Site, Tenant: Tenant, Service: s.Service, Catalogue: s.Catalogue, Links: s.Party.Links, Gate: s.Party.Gate, Limits: s.Party.Limits,
		Finder: s.Party.Finder, Coverage: pagesCoverage{s.Core}, Photos: customerPhotos{s.Core}, Spool: s.Spool,
		Live: s.Live, Source: s.Source, BaseURL: s.baseURL, Address: func(r *http.Request) netip.Addr { return guard.Address(r.Context()) },
		MaxPhotos: s.Config.Limits.Photos, MaxPhotoBytes: s.Config.Limits.PhotoBytes,
		Claim: func(ctx context.Context, a casefile.Actor) bool {
			_, err := s.Claims.Status(ctx, a, a.Case)
			return err == nil
		},
	})
	for _, p := range h.Patterns() {
		mux.Handle(p, h)
		s.routes = append(s.routes, Route{Pattern: p})
	}
}

// baseURL is the address that people use, for links and QR codes.
func (s *Server) baseURL(r *http.Request) string {
	if s.Config.PublicURL != "" {
		return strings.TrimSuffix(s.Config.PublicURL, "/")
	}
	return "http://" + r.Host
}

func (s *Server) staffPages(mux *http.ServeMux, g *guard.Guard) {
	edge := &staff.Edge{Site: s.Site, Who: s.Party.Sessions, Gate: s.Party.Gate, Source: s.Source, LogIn: "/login", Account: "/account", Offers: s.openOffers}
	inner := http.NewServeMux()
	login.New(login.Options{Site: s.Site, Accounts: s.Party.Accounts, Sessions: s.Party.Sessions, Edge: edge, Tenant: Tenant, Secure: s.secure(),
		NoTOTP: s.Config.Demo || !s.Config.Access.RequireTOTP, Demo: s.demoLogIns()}).Mount(inner, nil)
	for _, p := range login.Patterns() {
		s.routes = append(s.routes, Route{Pattern: p})
	}
	pages := &tech.Pages{Service: s.Service, Vault: techVault{s.Core}, Spool: s.Spool, Live: s.Live, Regions: regionNames{s.Regions}, Catalogue: s.Catalogue, DeskPhone: s.Site.Brand.Hotline()}
	s.mount(edge, inner, pages.Routes())
	atDesk := &desk.Pages{Service: s.Service, Coverage: pagesCoverage{s.Core}, Pauses: s.Policy, Photos: techVault{s.Core}, Regions: pagesCoverage{s.Core},
		Live: s.Live, Catalogue: s.Catalogue}
	s.mount(edge, inner, atDesk.Routes())
	s.adminPages(edge, inner)
	s.reviewPages(edge, inner)
	s.merchantPages(edge, inner)
	s.orderPages(edge, inner)
	with := g.Sessions(s.Party.Sessions, inner)
	for _, prefix := range []string{"/tech", "/tech/", "/desk", "/desk/", "/admin", "/admin/", "/review", "/review/", "/merchant", "/merchant/", login.MailboxPath, "/login", "/login/", "/logout", "/setup/", "/join/", "/account", "/account/",
		"/orders", "/orders/", "/listings", "/listings/", "/imports", "/imports/", "/import-template.csv"} {
		mux.Handle(prefix, with)
	}
}

func (s *Server) mount(edge *staff.Edge, mux *http.ServeMux, routes []staff.Route) {
	edge.Mount(mux, routes)
	for _, r := range routes {
		s.routes = append(s.routes, Route{r.Pattern, r.Action})
	}
}

func (s *Server) adminPages(edge *staff.Edge, mux *http.ServeMux) {
	p := &admin.Pages{Merchants: s.shops, Trust: s.shownTrust, Service: s.Service, Accounts: s.Party.Accounts, Keys: s.Party.Keys, Webhooks: s.Endpoints, Timers: operatedTimers{s.Core}, House: s.house,
		Log: s.Party.Access, Calendars: s.Calendars, Policy: s.Policy, Places: s.Regions, Catalogue: s.Catalogue, Events: events(),
		Join: func(token string) string { return s.PublicURL() + "/join/" + token }}
	if s.Config.Demo || s.Config.Notify.Mailbox {
		p.Mailbox = login.MailboxPath
		(&login.MailboxPages{Site: s.Site, Messages: s.Messages, Access: s.Party.Access, Edge: edge, Tenant: Tenant, Demo: s.Config.Demo}).Mount(mux)
		s.routes = append(s.routes, Route{"GET " + login.MailboxPath, party.ViewMailbox})
	}
	s.mount(edge, mux, p.Routes())
}

// demoLogIns are shown on the log-in page of the demo only.
func (s *Server) demoLogIns() []login.DemoLogin {
	if !s.Config.Demo {
		return nil
	}
	var out []login.DemoLogin
	for _, l := range demo.LogIns() {
		out = append(out, login.DemoLogin{Login: l.Login, Password: demo.Password, Role: casefile.Role(l.Role)})
	}
	return out
}

func (s *Server) openOffers(ctx context.Context, a casefile.Actor) int {
	list, err := s.Service.Offers(ctx, a)
	if err != nil {
		return 0
	}
	return len(list)
}

// fromHere answers only to the machine itself: figures are for the operator's own collector.
func fromHere(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if a := guard.Address(r.Context()); !a.IsLoopback() {
			http.NotFound(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// Serve runs timers and serves until ctx ends; then it lets what is running finish.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	timers := make(chan error, 1)
	go func() { timers <- s.RunBackground(background) }()
	err := ServeHTTP(ctx, l, s.handler)
	stop()
	s.house.close()
	if e := <-timers; err == nil && e != nil && background.Err() == nil {
		err = e
	}
	return err
}

// Handler is the whole server as a handler, for tests.
func (s *Server) Handler() http.Handler { return s.handler }
