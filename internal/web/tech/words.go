package tech

import (
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/a-h/templ"

	"anxin/internal/casefile"
	"anxin/internal/web/staff"
	"anxin/internal/web/ui"
)

// warnOffer is how long before its end an offer turns to "answer soon".
const warnOffer = 3 * time.Minute

// jobTitle says what a job is: 维修 · 空调 · 不制冷.
func jobTitle(pg ui.Page, j Job) string {
	parts := []string{staff.Word(pg.P, "kind", j.Kind)}
	for _, s := range []string{j.Product, j.Fault} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, " · ")
}

func currentTitle(pg ui.Page, c VisitCard) string {
	if c.State == "accepted" {
		return pg.T("tech.today.next")
	}
	return pg.T("tech.today.now")
}

func emptyToday(pg ui.Page, v Today) string {
	switch {
	case v.Absent:
		return pg.T("tech.today.empty_absent")
	case len(v.Over) > 0:
		return pg.T("tech.today.empty_done")
	}
	return pg.T("tech.today.empty")
}

func profilePairs(pg ui.Page, v Profile) []ui.Pair {
	return []ui.Pair{
		{Key: pg.T("tech.me.partner"), Text: v.Partner},
		{Key: pg.T("tech.me.state"), Text: staff.Word(pg.P, "technician_state", v.State)},
		{Key: pg.T("tech.me.skills"), Body: blocks(v.Skills)},
		{Key: pg.T("tech.me.regions"), Text: pg.P.List(v.Regions)},
		{Key: pg.T("tech.me.week"), Body: blocks(v.WeekWords)},
	}
}

func visitFrame(pg ui.Page, v Visit) ui.Page {
	pg = formFrame(pg, v.Form, jobTitle(pg, v.Job))
	if v.Next.Act == "wait" {
		pg.Refresh = 15
	}
	return pg
}

func formFrame(pg ui.Page, f ui.Form, title string) ui.Page {
	pg.Failed = f.Failed()
	return pg.WithTitle(title)
}

// visitPath is the path of a visit's page or of one of its acts.
func visitPath(r Ref, act string) string {
	path := "/tech/visits/" + r.Case.String() + "/" + r.ID.String()
	if act != "" {
		path += "/" + strings.ReplaceAll(act, "_", "-")
	}
	return path
}

// draftKey names what the browser keeps of a report of work until it is sent.
func draftKey(r Ref) string { return "report-" + r.ID.String() }

// offerPath is the path of an answer to an offer.
func offerPath(r Ref, act string) string {
	return "/tech/offers/" + r.Case.String() + "/" + r.ID.String() + "/" + act
}

// geoLink hands the address to the phone's own map; it goes to no server.
func geoLink(c Contact) string {
	if c.Address == "" {
		return ""
	}
	return "geo:0,0?q=" + url.QueryEscape(c.Address)
}

func telLink(number string) templ.SafeURL {
	var b strings.Builder
	for _, r := range number {
		if r >= '0' && r <= '9' || r == '+' || r == ',' {
			b.WriteRune(r)
		}
	}
	return templ.SafeURL("tel:" + b.String())
}

func quoteTone(q Quote) ui.Tone {
	switch q.State {
	case "answered":
		return ui.OK
	case "withdrawn":
		return ui.Quiet
	}
	return ui.Info
}

func answerTone(a string) ui.Tone {
	switch a {
	case "approved":
		return ui.OK
	case "refused":
		return ui.Warn
	case "free":
		return ui.Quiet
	}
	return ui.Info
}

// priceGroup is one heading of the price list with its items.
type priceGroup struct {
	Name  string
	Items []PriceItem
}

// groups cuts the price list at each change of heading.
func groups(items []PriceItem) []priceGroup {
	var out []priceGroup
	for _, it := range items {
		if len(out) == 0 || out[len(out)-1].Name != it.Group {
			out = append(out, priceGroup{Name: it.Group})
		}
		out[len(out)-1].Items = append(out[len(out)-1].Items, it)
	}
	return out
}

var checkAnswers = []string{"done", "na", "not_done"}

// checkID is the id of an answer; the first has the group's name, so that the error summary can link to it.
func checkID(code string, i int) string {
	if i == 0 {
		return "check-" + code
	}
	return "check-" + code + "-" + strconv.Itoa(i)
}

func chosen(choices []ui.Choice, value string) []ui.Choice {
	out := make([]ui.Choice, len(choices))
	for i, c := range choices {
		c.On = c.Value == value
		out[i] = c
	}
	return out
}

func conditions(pg ui.Page, value string) []ui.Choice {
	var out []ui.Choice
	for _, c := range []string{"good", "watch", "unsafe"} {
		out = append(out, ui.Choice{Value: c, Text: pg.T("tech.condition." + c), On: c == value})
	}
	return out
}

// count and p write numbers where a template needs a text.
func count(n int64) string { return strconv.FormatInt(n, 10) }
func p(n int) string       { return strconv.Itoa(n) }

// triesLeft is how often the door code can still be tried, when the error says so.
func triesLeft(err error) int {
	var e *casefile.Error
	if !errors.As(err, &e) {
		return 0
	}
	for _, f := range e.Fields {
		if n, ok := f.Args["left"].(int); ok {
			return n
		}
	}
	return 0
}

// maxOf is how many of an item one quote may hold.
func maxOf(it PriceItem) int64 {
	if it.Max > 0 {
		return it.Max
	}
	return 99
}

// capital begins a heading with a capital letter.
func capital(s string) string {
	r := []rune(s)
	if len(r) > 0 {
		r[0] = unicode.ToUpper(r[0])
	}
	return string(r)
}
