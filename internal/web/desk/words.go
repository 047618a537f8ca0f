package desk

import (
	"slices"
	"strconv"
	"strings"

	"anxin/internal/casefile"
	"anxin/internal/i18n"
	"anxin/internal/web/staff"
	"anxin/internal/web/ui"
)

var noClock casefile.ID

// tabs are the queues in the order of the rail; the key opens one after "g".
var tabs = []struct{ name, key string }{
	{"problems", "p"}, {"new", "e"}, {"unassigned", "u"}, {"assigned", "t"}, {"going", "o"}, {"done", "f"}, {"all", "a"},
}

func tabKey(name string) string {
	for _, t := range tabs {
		if t.name == name {
			return t.key
		}
	}
	return ""
}

// keys is the help sheet.
var keys = []struct {
	Name string
	Keys []string
}{
	{"move", []string{"j", "k"}}, {"enter", []string{"Enter"}}, {"search", []string{"/"}}, {"new", []string{"n"}}, {"refresh", []string{"r"}},
	{"note", []string{"m"}}, {"assign", []string{"a"}}, {"copy", []string{"y"}}, {"tabs", []string{"[", "]"}}, {"escape", []string{"Esc"}},
	{"problems", []string{"g", "p"}}, {"received", []string{"g", "e"}}, {"unassigned", []string{"g", "u"}}, {"assigned", []string{"g", "t"}},
	{"going", []string{"g", "o"}}, {"day", []string{"g", "d"}}, {"all", []string{"?"}},
}

func deskFrame(pg ui.Page, v Page) ui.Page {
	pg.Refresh = 60
	if v.Case == nil {
		return pg.WithTitle(listTitle(pg, v.Queue))
	}
	if v.Case.Act != nil {
		pg.Failed, pg.Refresh = v.Case.Act.Form.Failed(), 0
	}
	return pg.WithTitle(v.Case.Number.String() + " " + caseTitle(pg, *v.Case))
}

func listTitle(pg ui.Page, q Queue) string {
	if q.Tab == "search" {
		return pg.T("desk.search.found", "n", q.Found)
	}
	return pg.T("desk.tab." + q.Tab)
}

func emptyList(pg ui.Page, q Queue) string {
	if q.Tab == "search" {
		return pg.T("desk.search.empty")
	}
	return pg.T("desk.empty." + q.Tab)
}

func counted(t Tab) string {
	if t.More {
		return strconv.Itoa(t.Count) + "+"
	}
	return strconv.Itoa(t.Count)
}

func rowHref(q Queue, r Row) string {
	path := "/desk/c/" + string(r.Number)
	if q.Tab != "" && q.Tab != "search" {
		path += "?tab=" + q.Tab
		if q.After != "" {
			path += "&after=" + q.After
		}
	}
	return path
}

func problemWords(pg ui.Page, r Row) string {
	if r.Why != "" {
		return r.Why
	}
	var words []string
	if r.NotCovered && !slices.Contains(r.Problems, "not_covered") {
		words = append(words, pg.T("desk.problem.not_covered"))
	}
	for _, p := range r.Problems {
		words = append(words, problemWord(pg.P, p))
	}
	return pg.P.List(words)
}

// problemWord names an exception; one that this version does not know is shown as it is.
func problemWord(p i18n.Printer, code string) string {
	if key := "desk.problem." + code; i18n.Has(key) {
		return p.T(key)
	}
	return code
}

func caseTitle(pg ui.Page, c Case) string {
	parts := []string{staff.Word(pg.P, "kind", c.Kind)}
	for _, s := range []string{c.Product, c.Fault} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, " · ")
}

func casePath(c Case, act string) string {
	path := "/desk/c/" + string(c.Number)
	if act != "" {
		path += "/" + strings.ReplaceAll(act, "_", "-")
	}
	return path
}

// actHref opens an act's form, or closes it when act is empty.
func actHref(c Case, act string, clock casefile.ID) string {
	href := casePath(c, "") + "?tab=" + c.Tab
	if act != "" {
		href += "&act=" + act
	}
	if !clock.IsNil() {
		href += "&clock=" + clock.String()
	}
	return href
}

func actKey(act string) string {
	if act == "assign" {
		return "a"
	}
	return ""
}

func actWord(pg ui.Page, c Case, act string) string {
	if act == "assign" && c.Held {
		return pg.T("desk.act.reassign")
	}
	return pg.T("desk.act." + act)
}

// needsAssign says that finding somebody is the next thing to do.
func needsAssign(c Case) bool { return c.State == "triaged" || c.State == "planned" }

func actClass(act string) string {
	switch act {
	case "cancel", "refer":
		return "btn-danger"
	}
	return "btn-primary"
}

func hasWords(act string) bool {
	switch act {
	case "cancel", "reopen", "remote_fix", "refer", "reset_code":
		return true
	}
	return false
}

func regionOutcome(c Case) string {
	if c.RegionOutcome == "" {
		return "none"
	}
	return c.RegionOutcome
}

func promiseTone(state string) ui.Tone {
	switch state {
	case "kept", "confirmed":
		return ui.OK
	case "at_risk":
		return ui.Warn
	case "broken":
		return ui.Danger
	case "replaced":
		return ui.Quiet
	}
	return ui.Info
}

func langName(l string) string {
	lang, _ := i18n.ParseLang(l)
	return lang.Name()
}

func withOn(items []ui.Choice, value string) []ui.Choice {
	out := make([]ui.Choice, len(items))
	for i, it := range items {
		it.On = it.Value == value
		out[i] = it
	}
	return out
}

func eligible(all []Candidate, yes bool) []Candidate {
	var out []Candidate
	for _, c := range all {
		if c.Eligible == yes {
			out = append(out, c)
		}
	}
	return out
}

// candID is the id of a candidate's radio button; the first has the group's name, so that the error summary can link to it.
func candID(i int) string {
	if i == 0 {
		return "technician"
	}
	return "technician-" + strconv.Itoa(i)
}

func assignLead(pg ui.Page, a Act) string {
	if a.Reassign {
		return pg.T("desk.assign.lead_again")
	}
	if a.ByCost {
		return pg.T("dispatch.by_cost")
	}
	return pg.T("dispatch.by_arrival")
}

func assignWord(pg ui.Page, a Act) string {
	if a.Reassign {
		return pg.T("desk.assign.again")
	}
	return pg.T("desk.assign.pin")
}

func quoteTable(pg ui.Page, v VisitRow) ui.Table {
	t := ui.Table{
		Caption: pg.T("desk.quote.caption"), HideCaption: true,
		Columns: []ui.Column{{Title: pg.T("desk.quote.item")}, {Title: pg.T("desk.quote.count"), Number: true}, {Title: pg.T("desk.quote.sum"), Number: true}, {Title: pg.T("desk.quote.answer")}},
		Foot:    []ui.Cell{{Text: pg.T("desk.quote.approved"), Header: true}, {}, ui.Text(pg.P.Money(int64(v.Approved))), {}},
	}
	for _, l := range v.Lines {
		t.Rows = append(t.Rows, []ui.Cell{{Text: l.Item, Header: true}, ui.Text(strconv.FormatInt(l.Quantity, 10)), ui.Text(pg.P.Money(int64(l.Sum))), ui.Text(pg.T("desk.answer." + l.Answer))})
	}
	return t
}

func lookTable(pg ui.Page, c Case) ui.Table {
	t := ui.Table{
		Caption: pg.T("desk.looked.caption"), HideCaption: true,
		Columns: []ui.Column{{Title: pg.T("desk.looked.at")}, {Title: pg.T("desk.looked.who")}, {Title: pg.T("desk.looked.what")}, {Title: pg.T("desk.looked.why")}},
	}
	for _, l := range c.Looked {
		t.Rows = append(t.Rows, []ui.Cell{ui.Text(pg.P.Time(l.At)), ui.Text(l.Role), ui.Text(l.Action), ui.Text(l.Words)})
	}
	return t
}

// isForm says that an act has a form of its own; the others only have something to say.
func isForm(act string) bool { return act != "changed" && act != "reveal" }
