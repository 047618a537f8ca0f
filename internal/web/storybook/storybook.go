// Package storybook serves every screen in every state with canned data, in both languages. Tests, screenshots and the accessibility check
// walk over the same list, so a screen that is not in the storybook is a screen nobody checks.
package storybook

import (
	"fmt"
	"net/http"
	"sort"
	"strings"
	"time"

	"anxin/internal/i18n"
	"anxin/internal/web/admin"
	"anxin/internal/web/claimant"
	"anxin/internal/web/customer"
	"anxin/internal/web/desk"
	"anxin/internal/web/login"
	"anxin/internal/web/merchant"
	"anxin/internal/web/orders"
	"anxin/internal/web/review"
	"anxin/internal/web/tech"
	"anxin/internal/web/ui"
)

// All lists the stories of all page packages. A new package adds one line.
func All() []ui.Story {
	var all []ui.Story
	for _, stories := range [][]ui.Story{
		ui.Stories(),
		customer.Stories(),
		tech.Stories(),
		desk.Stories(),
		login.Stories(),
		admin.Stories(),
		review.Stories(),
		claimant.Stories(),
		orders.Stories(),
		merchant.Stories(),
	} {
		all = append(all, stories...)
	}
	return all
}

// Time is the moment at which stories are drawn, so that their pictures can be compared from day to day.
func Time() time.Time { return time.Date(2026, 11, 24, 14, 5, 0, 0, i18n.Shanghai()) }

// Prefix is where the storybook is served.
const Prefix = "/storybook"

// Handler serves the storybook under Prefix and its assets. /storybook lists the stories; /storybook/<area>/<name>?lang=en shows one.
func Handler(site *ui.Site) http.Handler {
	frozen := *site
	frozen.Clock = Time
	stories := map[string]ui.Story{}
	for _, s := range All() {
		stories[s.Area+"/"+s.Name] = s
	}
	mux := http.NewServeMux()
	mux.Handle("/assets/", site.Assets)
	mux.HandleFunc("GET "+Prefix, func(w http.ResponseWriter, r *http.Request) {
		pg := frozen.NewPage(r)
		pg.Wide = true
		ui.Render(w, r, http.StatusOK, index(pg.WithTitle("Storybook"), groups()))
	})
	mux.HandleFunc("GET "+Prefix+"/{area}/{name}", func(w http.ResponseWriter, r *http.Request) {
		s, ok := stories[r.PathValue("area")+"/"+r.PathValue("name")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		ui.Render(w, r, http.StatusOK, s.Render(frozen.NewPage(r)))
	})
	// Links and forms of the screens lead nowhere here; say so instead of failing.
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			http.Redirect(w, r, Prefix, http.StatusSeeOther)
			return
		}
		w.WriteHeader(http.StatusNotFound)
		_, _ = fmt.Fprintln(w, "The storybook shows screens only; this link works in the real server.")
	})
	return ui.Headers(ui.LangCookie(ui.Gzip(mux)))
}

// group is the stories of one area.
type group struct {
	Area    string
	Stories []ui.Story
}

func groups() []group {
	byArea := map[string][]ui.Story{}
	for _, s := range All() {
		byArea[s.Area] = append(byArea[s.Area], s)
	}
	var out []group
	for a, s := range byArea {
		out = append(out, group{a, s})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Area < out[j].Area })
	return out
}

func storyPath(s ui.Story, l i18n.Lang) string {
	return strings.Join([]string{Prefix, s.Area, s.Name}, "/") + "?lang=" + string(l)
}
