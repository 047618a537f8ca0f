package review

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"anxin/internal/claim"
	"anxin/internal/i18n"
	"anxin/internal/web/ui"
)

// key is one line of the sheet of keys.
type key struct {
	Name string
	Keys []string
}

var keys = []key{
	{"stops", []string{"j", "k"}}, {"digits", []string{"1", "…", "7"}}, {"impression", []string{"i"}}, {"decide", []string{"d"}}, {"send", []string{"Ctrl", "Enter"}},
	{"ask", []string{"a"}}, {"inspect", []string{"v"}}, {"extend", []string{"e"}}, {"waive", []string{"w"}},
	{"media", []string{"m"}}, {"letter", []string{"l"}}, {"record", []string{"r"}}, {"pick_claim", []string{"[", "]"}}, {"pick_ref", []string{",", "."}},
	{"zoom", []string{"+", "-", "0"}}, {"pan", []string{"↑", "↓", "←", "→"}}, {"slide", []string{"x"}}, {"flicker", []string{"f"}}, {"swap", []string{"t"}}, {"diff", []string{"o"}}, {"boxes", []string{"h"}}, {"box", []string{"b"}}, {"sync", []string{"s"}},
	{"duty", []string{"y"}}, {"next", []string{"n"}}, {"home", []string{"g", "q"}}, {"escape", []string{"Esc"}}, {"all", []string{"?"}},
}

// nth is the id of the i-th control of a group; the first has the group's name, so that the error summary can link to it.
func nth(name string, i int) string {
	if i == 0 {
		return name
	}
	return name + "-" + strconv.Itoa(i+1)
}

func reasonID(group, i int) string {
	if group == 0 {
		return nth("reasons", i)
	}
	return fmt.Sprintf("reasons-%d-%d", group, i+1)
}

// seenGroups are the groups of evidence that a person can have seen something of in a picture, the likeliest first.
var seenGroups = []string{"context", "match", "pixel", "capture", "time", "declaration", "provenance"}

func sideOr(side string) string {
	if side == "" {
		return "platform"
	}
	return side
}

func fullOrOriginal(x Picture) string {
	if x.Video {
		return x.Original
	}
	return x.Full
}

func factPairs(pg ui.Page, v Case) []ui.Pair {
	when := func(t time.Time) string {
		if t.IsZero() {
			return pg.T("review.facts.unknown")
		}
		return pg.P.Time(t)
	}
	o := v.Order
	product := o.Product
	if o.Quantity > 1 {
		product += " × " + strconv.Itoa(o.Quantity)
	}
	return []ui.Pair{
		{Key: pg.T("review.facts.product"), Text: product},
		{Key: pg.T("review.facts.paid"), Text: pg.P.Money(o.Paid)},
		{Key: pg.T("review.facts.merchant"), Text: o.Merchant},
		{Key: pg.T("review.facts.buyer"), Text: v.Buyer},
		{Key: pg.T("review.facts.order"), Text: o.Number},
		{Key: pg.T("review.facts.shipped"), Text: when(o.Shipped)},
		{Key: pg.T("review.facts.delivered"), Text: when(o.Delivered)},
		{Key: pg.T("review.facts.declared"), Text: Word(pg.P, "declared", v.Declared)},
	}
}

// whoSaid is who a statement is from.
func whoSaid(p i18n.Printer, s Said) string {
	if s.Side != "" && s.Part != "reviewer" && s.Part != "second" && s.Part != "lead" && s.Part != "appealer" {
		return Word(p, "side", s.Side)
	}
	return Word(p, "part", s.Part)
}

// saidHead is the code and the remedy of a statement.
func saidHead(p i18n.Printer, s Said) string {
	var parts []string
	if s.Code != "" {
		parts = append(parts, s.Code)
	}
	if s.Remedy != "" {
		parts = append(parts, remedyWords(p, s.Remedy, s.Amount))
	}
	return strings.Join(parts, " · ")
}

func impressionWho(p i18n.Printer, i Impression) string {
	if i.Mine {
		return p.T("review.impression.yours")
	}
	return Word(p, "part", i.Part)
}

func checkWords(p i18n.Printer, codes []string) []string {
	out := make([]string, 0, len(codes))
	for _, c := range codes {
		out = append(out, Word(p, "check", c))
	}
	return out
}

// ranWords say when the checks ran and with which versions.
func ranWords(p i18n.Printer, s Signals) string {
	if s.Began.IsZero() {
		return p.T("review.signals.not_run")
	}
	if s.Ended.IsZero() {
		return p.T("review.signals.running", "at", p.Time(s.Began))
	}
	return p.T("review.signals.ran", "at", p.Time(s.Ended), "list", p.List(s.Versions))
}

// honestWords are what would be seen if the person were honest, without the words that stand before them on the page.
func honestWords(s string) string {
	for _, prefix := range []string{"诚实的情况：", "If honest: "} {
		if rest, ok := strings.CutPrefix(s, prefix); ok && rest != "" {
			r, n := utf8.DecodeRuneInString(rest)
			return string(unicode.ToUpper(r)) + rest[n:]
		}
	}
	return s
}

// strengthWords say how far a fact reaches. There is no number.
func strengthWords(p i18n.Printer, s Signal) string {
	if s.Applicability != string(claim.SignalOK) {
		return Word(p, "applicability", s.Applicability)
	}
	if s.For {
		return p.T("review.strength_for")
	}
	return Word(p, "strength", s.Strength)
}

func packWords(p i18n.Printer, x Pack) string {
	w := p.T("review.rules.pack_"+x.When, "pack", x.ID, "version", x.Version)
	if !x.Effective.IsZero() {
		w += p.T("review.rules.since", "date", p.Date(x.Effective))
	}
	if h := strings.TrimPrefix(x.Hash, "sha256:"); h != "" {
		w += " · " + h[:min(12, len(h))]
	}
	return w
}

func moment(p i18n.Printer, t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return p.Time(t)
}

// dated is a moment on paper, where "today" means nothing: date and time in China.
func dated(p i18n.Printer, t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return p.In(t).Format("2006-01-02 15:04")
}

func columns(pg ui.Page, area string, names ...string) (out []ui.Column) {
	for _, n := range names {
		out = append(out, ui.Column{Title: pg.T("review.col." + area + n)})
	}
	return out
}

func countTable(pg ui.Page, list []Count) ui.Table {
	t := ui.Table{Caption: pg.T("review.rules.counts"), Columns: columns(pg, "", "days", "orders", "claims", "refund_only", "sum")}
	for i := range t.Columns {
		t.Columns[i].Number = i > 0
	}
	for _, c := range list {
		t.Rows = append(t.Rows, []ui.Cell{{Text: pg.T("review.rules.days", "n", c.Days), Header: true}, ui.Text(strconv.Itoa(c.Orders)), ui.Text(strconv.Itoa(c.Claims)), ui.Text(strconv.Itoa(c.RefundOnly)),
			ui.Text(pg.P.Money(c.Sum))})
	}
	return t
}

func noticeTable(pg ui.Page, list []Notice, when func(i18n.Printer, time.Time) string) ui.Table {
	t := ui.Table{Caption: pg.T("review.record.notices"), Columns: columns(pg, "", "whom", "what", "served", "opened", "answered")}
	for _, n := range list {
		t.Rows = append(t.Rows, []ui.Cell{{Text: Word(pg.P, "side", n.Side), Header: true}, ui.Text(Word(pg.P, "notice", n.Kind)), ui.Text(when(pg.P, n.Served)),
			ui.Text(when(pg.P, n.Opened)), ui.Text(when(pg.P, n.Answered))})
	}
	return t
}

func windowTable(pg ui.Page, list []Window, when func(i18n.Printer, time.Time) string) ui.Table {
	t := ui.Table{Caption: pg.T("review.record.windows"), Columns: columns(pg, "", "whom", "what", "opens", "due", "closed", "how")}
	for _, w := range list {
		t.Rows = append(t.Rows, []ui.Cell{{Text: Word(pg.P, "side", w.Side), Header: true}, ui.Text(windowWord(pg.P, w.Kind)), ui.Text(when(pg.P, w.Opened)),
			ui.Text(when(pg.P, w.Due)), ui.Text(when(pg.P, w.Closed)), ui.Text(Word(pg.P, "how", w.How))})
	}
	return t
}

func windowWord(p i18n.Printer, kind string) string {
	if w := Word(p, "window", kind); w != kind {
		return w
	}
	return Word(p, "state", kind)
}

func leaseTable(pg ui.Page, list []Lease) ui.Table {
	t := ui.Table{Caption: pg.T("review.duty.leases"), Columns: columns(pg, "", "who", "taken", "ended", "minutes", "how")}
	t.Columns[3].Number = true
	for _, l := range list {
		t.Rows = append(t.Rows, []ui.Cell{{Text: Word(pg.P, "part", l.Part), Header: true}, ui.Text(dated(pg.P, l.Taken)), ui.Text(dated(pg.P, l.Ended)),
			ui.Text(strconv.Itoa(l.Minutes)), ui.Text(Word(pg.P, "lease", l.How))})
	}
	return t
}

func stageTable(pg ui.Page, list []Stage) ui.Table {
	t := ui.Table{Caption: pg.T("review.duty.stages_table"), HideCaption: true, Columns: columns(pg, "", "state", "entered", "left", "due", "kept")}
	for _, s := range list {
		kept := "–"
		switch {
		case s.Breached:
			kept = pg.T("review.duty.late")
		case !s.Due.IsZero() && !s.Left.IsZero():
			kept = pg.T("review.duty.kept")
		}
		if s.Extended > 0 {
			kept += pg.T("review.duty.extended", "n", s.Extended)
		}
		t.Rows = append(t.Rows, []ui.Cell{{Text: Word(pg.P, "state", s.State), Header: true}, ui.Text(dated(pg.P, s.Entered)), ui.Text(dated(pg.P, s.Left)), ui.Text(dated(pg.P, s.Due)), ui.Text(kept)})
	}
	return t
}

func stateTable(pg ui.Page, list []StateTime) ui.Table {
	t := ui.Table{Caption: pg.T("review.stats.states_table"), HideCaption: true, Columns: columns(pg, "", "state", "count", "p50", "p90", "breaches")}
	for i := range t.Columns {
		t.Columns[i].Number = i > 0
	}
	for _, s := range list {
		t.Rows = append(t.Rows, []ui.Cell{{Text: Word(pg.P, "state", s.State), Header: true}, ui.Text(strconv.Itoa(s.N)), ui.Text(pg.P.Duration(s.P50)), ui.Text(pg.P.Duration(s.P90)), ui.Text(strconv.Itoa(s.Breaches))})
	}
	return t
}

func dutyChecks(p i18n.Printer, v Duty) string {
	switch {
	case v.CheckBegan.IsZero():
		return p.T("review.duty.not_checked")
	case v.Cut || len(v.Unfinished) > 0:
		return p.T("review.duty.checked_partly", "at", dated(p, v.CheckBegan), "list", p.List(checkWords(p, v.Unfinished)))
	}
	return p.T("review.duty.checked", "began", dated(p, v.CheckBegan), "ended", dated(p, v.CheckEnded))
}

func dutyAppeal(p i18n.Printer, v Duty) string {
	switch {
	case v.Overturned != "":
		return p.T("review.duty.overturned", "who", Word(p, "side", v.Overturned))
	case v.Appeal != "":
		return p.T("review.duty.appealed", "who", Word(p, "side", v.Appeal))
	}
	return p.T("review.duty.no_appeal")
}

func actWords(p i18n.Printer, acts []string) []string {
	out := make([]string, 0, len(acts))
	for _, a := range acts {
		out = append(out, Word(p, "move", a))
	}
	return out
}

// areaTabs lead through the pages of disputes; what waits for the lead is for leads.
func areaTabs(pg ui.Page, here string, lead bool, n int) []ui.NavItem {
	out := []ui.NavItem{{Text: pg.T("review.tabs.queue"), Href: home, Current: here == home}}
	if lead {
		out = append(out, ui.NavItem{Text: pg.T("review.tabs.problems"), Href: problems, Current: here == problems, Count: n})
	}
	return append(out, ui.NavItem{Text: pg.T("review.tabs.stats"), Href: stats, Current: here == stats})
}

func spanTabs(pg ui.Page, v Statistics) (out []ui.NavItem) {
	for _, s := range []string{"week", "month"} {
		out = append(out, ui.NavItem{Text: pg.T("review.stats.by_" + s), Href: stats + "?span=" + s, Current: s == v.Span})
	}
	return out
}

func sides(pg ui.Page, v Case) (out []ui.Choice) {
	for _, s := range []string{"buyer", "merchant"} {
		out = append(out, ui.Choice{Value: s, Text: Word(pg.P, "side", s), On: picked(v, "ask", "ask_side", s)})
	}
	return out
}

func shots(v Case) []ui.Choice {
	out := slices.Clone(v.Shots)
	for i := range out {
		out[i].On = picked(v, "ask", "ask_shots", out[i].Value)
	}
	return out
}

func releases(pg ui.Page, v Case) (out []ui.Choice) {
	for _, r := range []string{"shift_end", "conflict"} {
		out = append(out, ui.Choice{Value: r, Text: pg.T("review.release." + r), Hint: pg.T("review.release_text." + r), On: picked(v, "release", "release_reason", r)})
	}
	return out
}

func whyLabel(pg ui.Page, a Act) string {
	if a.Name == "inspect" {
		return pg.T("review.inspect.words")
	}
	return pg.T("review.why")
}

func whyHint(pg ui.Page, a Act) string {
	if a.Name == "extend" || a.Name == "waive" {
		return pg.T("review.extend.hint")
	}
	return ""
}

func whyMax(a Act) int {
	switch a.Name {
	case "extend":
		return maxExtend
	case "inspect":
		return maxAsk
	}
	return maxArgument
}

func actPath(v Case, a Act) string {
	if a.Lead {
		return path(v.Number) + "/lead/" + a.Name
	}
	return path(v.Number) + "/act/" + a.Name
}

func decidePath(v Case, f DecideForm) string {
	if f.Act == string(claim.MoveLeadDecide) {
		return path(v.Number) + "/lead/" + f.Act
	}
	return path(v.Number) + "/act/" + f.Act
}

// refusal is why a remedy cannot be decided now.
func refusal(pg ui.Page, keyOf string) string {
	if i18n.Has(keyOf) {
		return pg.T(keyOf)
	}
	return pg.T("review.decide.refused")
}
