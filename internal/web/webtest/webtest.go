// Package webtest helps tests look at pages as a reader does: parse the HTML, find elements by CSS selector, read their text, and check what must
// hold on every page.
package webtest

import (
	"bytes"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"

	"anxin/internal/i18n"
	"anxin/internal/web/ui"
)

// StoryTime is the moment at which stories and page tests are rendered: Tuesday 24 November 2026, 14:05 in Shanghai.
func StoryTime() time.Time { return time.Date(2026, 11, 24, 14, 5, 0, 0, i18n.Shanghai()) }

// Doc is a parsed page.
type Doc struct {
	t    testing.TB
	Node *html.Node
	Raw  string
}

// Page makes a page frame of the demo brand in a language, at StoryTime.
func Page(t testing.TB, l i18n.Lang) ui.Page {
	t.Helper()
	return ui.Page{Site: demoSite(), P: i18n.Printer{Lang: l, Now: StoryTime()}, Path: "/"}
}

var demoSite = sync.OnceValue(func() *ui.Site {
	site, err := ui.NewSite(ui.DemoBrand())
	if err != nil {
		panic(err)
	}
	site.Clock = StoryTime
	return site
})

// Render draws a component and parses it.
func Render(t testing.TB, c templ.Component) *Doc {
	t.Helper()
	var b bytes.Buffer
	if err := c.Render(t.Context(), &b); err != nil {
		t.Fatalf("render: %v", err)
	}
	return Parse(t, b.String())
}

// Parse reads a page.
func Parse(t testing.TB, page string) *Doc {
	t.Helper()
	n, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatalf("parse: %v", err)
	}
	return &Doc{t: t, Node: n, Raw: page}
}

// Response parses the page of a recorded answer.
func Response(t testing.TB, rec *httptest.ResponseRecorder) *Doc {
	t.Helper()
	return Parse(t, rec.Body.String())
}

// All finds the elements that match a selector.
func (d *Doc) All(selector string) []*html.Node {
	d.t.Helper()
	sel, err := cascadia.ParseGroup(selector)
	if err != nil {
		d.t.Fatalf("selector %q: %v", selector, err)
	}
	return cascadia.QueryAll(d.Node, sel)
}

// One finds the only element that matches; anything else fails the test.
func (d *Doc) One(selector string) *html.Node {
	d.t.Helper()
	all := d.All(selector)
	if len(all) != 1 {
		d.t.Fatalf("%d elements match %q, want 1", len(all), selector)
	}
	return all[0]
}

// Has fails the test unless an element matches.
func (d *Doc) Has(selector string) {
	d.t.Helper()
	if len(d.All(selector)) == 0 {
		d.t.Errorf("nothing matches %q", selector)
	}
}

// HasNot fails the test if an element matches.
func (d *Doc) HasNot(selector string) {
	d.t.Helper()
	if n := len(d.All(selector)); n > 0 {
		d.t.Errorf("%d elements match %q, want none", n, selector)
	}
}

// Text is the visible text of the only element that matches, with white space collapsed.
func (d *Doc) Text(selector string) string {
	d.t.Helper()
	return TextOf(d.One(selector))
}

// HasText fails the test unless an element that matches holds the text.
func (d *Doc) HasText(selector, want string) {
	d.t.Helper()
	var seen []string
	for _, n := range d.All(selector) {
		s := TextOf(n)
		if strings.Contains(s, want) {
			return
		}
		seen = append(seen, s)
	}
	d.t.Errorf("no %q holds %q; they hold %q", selector, want, seen)
}

// Attr is an attribute of the only element that matches.
func (d *Doc) Attr(selector, name string) string {
	d.t.Helper()
	v, ok := AttrOf(d.One(selector), name)
	if !ok {
		d.t.Errorf("%q has no attribute %s", selector, name)
	}
	return v
}

// AttrOf is an attribute of an element.
func AttrOf(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

// TextOf is the text inside a node with white space collapsed, scripts and styles left out.
func TextOf(n *html.Node) string {
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data + " ")
		}
		if n.Type == html.ElementNode && (n.Data == "script" || n.Data == "style") {
			return
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(n)
	return strings.Join(strings.Fields(b.String()), " ")
}

// Sound lists what is wrong with a page that would be wrong on any page: no language, no title, no or several h1, an id used twice, a label or
// an error link that leads nowhere, an input nobody named, a picture without alt, inline code or style, a foreign origin, a sentence without a
// translation, a placeholder left unfilled.
func Sound(d *Doc) []string {
	var bad []string
	note := func(format string, args ...any) { bad = append(bad, fmt.Sprintf(format, args...)) }
	for sel, want := range map[string]int{"html[lang]": 1, "head > title": 1, "h1": 1, "main#main": 1, "a.skip": 1} {
		if n := len(d.All(sel)); n != want {
			note("%d × %s, want %d", n, sel, want)
		}
	}
	ids := map[string]bool{}
	for _, n := range d.All("[id]") {
		id, _ := AttrOf(n, "id")
		if ids[id] {
			note("id %q twice", id)
		}
		ids[id] = true
	}
	labelled := map[string]bool{}
	for _, n := range d.All("label[for]") {
		id, _ := AttrOf(n, "for")
		labelled[id] = true
		if !ids[id] {
			note("label for %q leads nowhere", id)
		}
	}
	for _, n := range d.All(`main a[href^="#"]`) {
		href, _ := AttrOf(n, "href")
		if !ids[href[1:]] {
			note("link %q leads nowhere", href)
		}
	}
	for _, n := range d.All("[aria-describedby],[aria-labelledby]") {
		for _, a := range []string{"aria-describedby", "aria-labelledby"} {
			v, _ := AttrOf(n, a)
			for _, id := range strings.Fields(v) {
				if !ids[id] {
					note("%s names %q, which is not there", a, id)
				}
			}
		}
	}
	bad = append(bad, unnamed(d, labelled)...)
	return append(bad, foreign(d)...)
}

// unnamed finds inputs without a label and pictures without alt.
func unnamed(d *Doc, labelled map[string]bool) []string {
	var bad []string
	for _, n := range d.All(`input:not([type="hidden"]),select,textarea`) {
		id, _ := AttrOf(n, "id")
		_, aria := AttrOf(n, "aria-label")
		if !aria && (id == "" || !labelled[id]) {
			name, _ := AttrOf(n, "name")
			bad = append(bad, fmt.Sprintf("input %q has no label", name))
		}
	}
	for _, n := range d.All("img:not([alt])") {
		src, _ := AttrOf(n, "src")
		bad = append(bad, fmt.Sprintf("img %q has no alt", src))
	}
	for _, n := range d.All("button") {
		if _, ok := AttrOf(n, "type"); !ok {
			bad = append(bad, fmt.Sprintf("button %q has no type", TextOf(n)))
		}
		if TextOf(n) == "" {
			bad = append(bad, "button without words")
		}
	}
	return bad
}

// foreign finds inline code, inline style, other origins, and texts that were not filled in.
func foreign(d *Doc) []string {
	var bad []string
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode {
			if n.Data == "style" || n.Data == "script" && n.FirstChild != nil {
				bad = append(bad, "inline <"+n.Data+">")
			}
			for _, a := range n.Attr {
				if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
					bad = append(bad, fmt.Sprintf("inline %s on <%s>", a.Key, n.Data))
				}
				switch a.Key {
				case "src", "href", "action", "data-create":
					if strings.HasPrefix(a.Val, "//") || strings.HasPrefix(a.Val, "http") || strings.HasPrefix(a.Val, "about:invalid") {
						bad = append(bad, fmt.Sprintf("foreign %s %q", a.Key, a.Val))
					}
				}
			}
		}
		if n.Type == html.TextNode && strings.Contains(n.Data, "[") && i18nHole.MatchString(n.Data) {
			bad = append(bad, fmt.Sprintf("no sentence: %q", strings.TrimSpace(n.Data)))
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(d.Node)
	if m := unfilled.FindString(TextOf(d.Node)); m != "" {
		bad = append(bad, "placeholder left: "+m)
	}
	return bad
}
