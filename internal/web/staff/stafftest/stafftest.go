// Package stafftest helps tests of staff pages: an edge with a fixed clock whose reader is whoever the test says, behind the real policies or behind a
// gate that refuses everything; and checks that walk over a table of routes.
package stafftest

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"anxin/internal/casefile"
	"anxin/internal/party"
	"anxin/internal/web/staff"
	"anxin/internal/web/ui"
	"anxin/internal/web/webtest"
)

// Me is the account that is logged in, Technician the technician it stands for, Merchant the merchant.
var (
	Merchant   = casefile.ID{1, 0x9a, 6: 0x70, 8: 0x80, 15: 0xec}
	Me         = casefile.ID{1, 0x9a, 6: 0x70, 8: 0x80, 15: 0xee}
	Technician = casefile.ID{1, 0x9a, 6: 0x70, 8: 0x80, 15: 0xed}
)

// Reader is who is logged in; an empty role is nobody.
type Reader struct{ Role casefile.Role }

// Current implements staff.Who.
func (r Reader) Current(context.Context) (party.Identity, bool) {
	i := party.Identity{Tenant: 1, Account: Me, Name: "林晓", Roles: []casefile.Role{r.Role}, Role: r.Role, Stage: party.StageFull}
	if r.Role == casefile.Technician {
		i.Technician = Technician
	}
	if r.Role == casefile.Merchant {
		i.Merchant = Merchant
	}
	return i, r.Role != ""
}

// Closed is a gate that refuses everything and counts how often it was asked.
type Closed struct{ Asked int }

// Check implements staff.Gate.
func (c *Closed) Check(context.Context, casefile.Actor, party.Action, party.Resource) error {
	c.Asked++
	return casefile.Fail(casefile.NotFound, "error.not_found")
}

// Can implements staff.Gate.
func (c *Closed) Can(context.Context, casefile.Actor, party.Action, party.Resource) bool {
	return false
}

// demoSite is made once: it compresses all assets.
var demoSite = sync.OnceValues(func() (*ui.Site, error) {
	site, err := ui.NewSite(ui.DemoBrand())
	if err == nil {
		site.Clock = webtest.StoryTime
	}
	return site, err
})

// Edge makes an edge for somebody of a role, behind the real policies.
func Edge(t testing.TB, role casefile.Role) *staff.Edge {
	t.Helper()
	site, err := demoSite()
	if err != nil {
		t.Fatal(err)
	}
	gate, err := party.NewGate(nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return &staff.Edge{Site: site, Who: Reader{role}, Gate: gate, Source: casefile.Source{Clock: webtest.StoryTime}, LogIn: "/login", Account: "/account"}
}

// Serve asks a handler for one route table's answer to a request. form is the body of a POST; nil is a GET.
func Serve(e *staff.Edge, routes []staff.Route, method, path string, form url.Values) *httptest.ResponseRecorder {
	mux := http.NewServeMux()
	e.Mount(mux, routes)
	var r *http.Request
	if form != nil {
		r = httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	} else {
		r = httptest.NewRequest(method, path, nil)
	}
	r.Header.Set("Accept-Language", "zh")
	rec := httptest.NewRecorder()
	mux.ServeHTTP(rec, r)
	return rec
}

// concrete fills the wildcards of a pattern's path and answers method and path; a pattern without a method is tried with PATCH.
func concrete(pattern string, fill *strings.Replacer) (method, path string) {
	method, path, found := strings.Cut(pattern, " ")
	if !found {
		method, path = "PATCH", pattern
	}
	return method, fill.Replace(path)
}

// EveryRouteAsks checks that each route sends those who are not logged in away, and calls nothing when the gate refuses. calls counts what the routes'
// fakes were asked to do.
func EveryRouteAsks(t *testing.T, routes []staff.Route, fill *strings.Replacer, calls func() int) {
	t.Helper()
	for _, r := range routes {
		method, path := concrete(r.Pattern, fill)
		form := url.Values{"idem": {"x"}}
		if method == "GET" {
			form = nil
		}
		nobody := Edge(t, "")
		if rec := Serve(nobody, routes, method, path, form); method == "GET" && (rec.Code != http.StatusSeeOther || !strings.HasPrefix(rec.Header().Get("Location"), "/login?next=")) ||
			method != "GET" && rec.Code != http.StatusUnauthorized {
			t.Errorf("%s without log-in: %d %s", r.Pattern, rec.Code, rec.Header().Get("Location"))
		}
		before, gate := calls(), &Closed{}
		closed := Edge(t, casefile.Admin)
		closed.Gate = gate
		rec := Serve(closed, routes, method, path, form)
		if rec.Code != http.StatusNotFound || gate.Asked == 0 {
			t.Errorf("%s with everything refused: %d, gate asked %d times", r.Pattern, rec.Code, gate.Asked)
		}
		if n := calls() - before; n > 0 {
			t.Errorf("%s did %d things before it was allowed to", r.Pattern, n)
		}
	}
}

// RolesOf writes which roles each route lets in, and compares it with testdata/routes.txt: changing who may do what is a change of that file. The roles
// act on what is theirs.
func RolesOf(t *testing.T, routes []staff.Route, fill *strings.Replacer) {
	t.Helper()
	var b strings.Builder
	for _, r := range routes {
		var in []string
		for _, role := range party.RequireForStaff() {
			if lets(t, r, role, fill) {
				in = append(in, string(role))
			}
		}
		slices.Sort(in)
		b.WriteString(r.Pattern + " · " + string(r.Action) + ": " + strings.Join(in, " ") + "\n")
	}
	name := filepath.Join("testdata", "routes.txt")
	if os.Getenv("ANXIN_UPDATE") == "1" {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	wanted, got := strings.Split(string(want), "\n"), strings.Split(b.String(), "\n")
	for i := range max(len(wanted), len(got)) {
		w, g := "", ""
		if i < len(wanted) {
			w = wanted[i]
		}
		if i < len(got) {
			g = got[i]
		}
		if w != g {
			t.Errorf("line %d of %s\n  have %s\n  want %s", i+1, name, g, w)
		}
	}
}

// lets reports whether the gate opens one route to a role: it runs the route with an empty act.
func lets(t *testing.T, r staff.Route, role casefile.Role, fill *strings.Replacer) bool {
	t.Helper()
	ran := false
	r.Do = func(*staff.Request) error { ran = true; return nil }
	method, path := concrete(r.Pattern, fill)
	Serve(Edge(t, role), []staff.Route{r}, method, path, url.Values{})
	return ran
}
