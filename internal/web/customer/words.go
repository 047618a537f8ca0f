package customer

import (
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"anxin/internal/web/ui"
)

func placeChoices(pg ui.Page, v *PlaceView) []ui.Choice {
	out := make([]ui.Choice, 0, len(v.Candidates)+1)
	above := siblings(v.Candidates)
	for _, c := range v.Candidates {
		out = append(out, ui.Choice{Value: c.Code, Text: strings.TrimPrefix(c.Path, above), Hint: c.Why.In(string(pg.P.Lang)), Lang: "zh-CN", On: c.On})
	}
	return append(out, ui.Choice{Value: "", Text: pg.T("customer.place.none_of_them"), Wide: true})
}

// placeQuestion is the group of candidates with the question that decides. The counties of one city stand in two columns by their names alone.
func placeQuestion(pg ui.Page, v *PlaceView) ui.Choices {
	return ui.Choices{Name: "region", Legend: pg.T("customer.place.set"), Hint: v.Ask.In(string(pg.P.Lang)), Items: placeChoices(pg, v), TwoColumns: siblings(v.Candidates) != ""}
}

// receiptNext is the one sentence of the receipt: what happens next and when.
func receiptNext(pg ui.Page, v ReceiptView) string {
	switch {
	case v.Place != nil && v.Place.Outcome == PlaceNone:
		return pg.T("customer.receipt.next_call")
	case v.Place != nil && v.Place.Outcome == PlaceSet:
		return pg.T("customer.receipt.next_which")
	case v.Place != nil && !v.Place.Covered:
		return pg.T("customer.receipt.next_uncovered")
	case !v.AssignBy.IsZero() && !v.AssignBy.Before(pg.P.Now):
		return pg.T("customer.receipt.next_assign", "d", pg.P.Duration(v.AssignBy.Sub(pg.P.Now)))
	}
	return pg.T("customer.receipt.next_soon")
}

// receiptSteps are what happens next, in order, with times where they are known.
func receiptSteps(pg ui.Page, v ReceiptView) []string {
	var s []string
	if v.Place != nil && v.Place.Outcome == PlaceSet {
		s = append(s, pg.T("customer.receipt.step_which"))
	} else if v.Place != nil && (v.Place.Outcome == PlaceNone || !v.Place.Covered) {
		s = append(s, pg.T("customer.receipt.step_call"))
	}
	if v.AssignBy.IsZero() {
		s = append(s, pg.T("customer.receipt.step_assign"))
	} else {
		s = append(s, pg.T("customer.receipt.step_assign_by", "t", pg.P.Time(v.AssignBy)))
	}
	if v.WishFrom.IsZero() {
		s = append(s, pg.T("customer.receipt.step_come"))
	} else {
		s = append(s, pg.T("customer.receipt.step_come_wish", "t", pg.P.Window(v.WishFrom, v.WishTo)))
	}
	return append(s, pg.T("customer.receipt.step_door"), pg.T("customer.receipt.step_price"))
}

// spaced groups a code for reading out: 482 913.
func spaced(code string) string {
	if len(code) != 6 {
		return code
	}
	return code[:3] + " " + code[3:]
}

// lineName is the input of a quote line.
func lineName(l QuoteLine) string { return "line-" + strconv.Itoa(l.N) }

func starChoices(pg ui.Page) []ui.Choice {
	var out []ui.Choice
	for i := 5; i >= 1; i-- {
		n := strconv.Itoa(i)
		out = append(out, ui.Choice{Value: n, Text: pg.T("customer.rate.value." + n)})
	}
	return out
}

func quoteTable(pg ui.Page, q QuoteView) ui.Table {
	t := ui.Table{
		Caption: pg.T("customer.quote.answered_title"), HideCaption: true,
		Columns: []ui.Column{{Title: pg.T("customer.quote.item")}, {Title: pg.T("customer.quote.answer")}, {Title: pg.T("customer.quote.sum"), Number: true}},
		Foot:    []ui.Cell{ui.Text(pg.T("customer.quote.agreed_sum")), ui.Text(""), ui.Text(pg.P.Money(q.Approved))},
	}
	for _, l := range q.Lines {
		item := l.Item
		if l.Quantity != 1 {
			item += " × " + strconv.FormatInt(l.Quantity, 10)
		}
		sum := pg.P.Money(l.Sum)
		if l.Free {
			sum = pg.T("customer.quote.free")
		}
		t.Rows = append(t.Rows, []ui.Cell{ui.Text(item), {Body: answerBadge(pg, l)}, ui.Text(sum)})
	}
	return t
}

func answerBadge(pg ui.Page, l QuoteLine) templ.Component {
	switch {
	case l.Free:
		return ui.Badge(ui.Quiet, pg.T("customer.answer.free"))
	case l.Answer == "approved":
		return ui.Badge(ui.OK, pg.T("customer.answer.approved"))
	case l.Answer == "refused":
		return ui.Badge(ui.Quiet, pg.T("customer.answer.refused"))
	}
	return ui.Badge(ui.Warn, pg.T("customer.answer.open"))
}

func workFacts(pg ui.Page, w WorkView) []ui.Pair {
	var out []ui.Pair
	add := func(key, text string) {
		if text != "" {
			out = append(out, ui.Pair{Key: pg.T(key), Text: text})
		}
	}
	out = append(out, ui.Pair{Key: pg.T("customer.work.when"), Body: ui.Time(pg.P, w.At)})
	add("customer.work.tech", w.Tech)
	add("customer.work.fault", w.Fault)
	add("customer.work.cause", w.Cause)
	add("customer.work.done", w.Done)
	add("customer.work.follow_up", w.FollowUp)
	if w.Total > 0 {
		add("customer.work.total", pg.P.Money(w.Total))
	}
	if !w.WarrantyUntil.IsZero() {
		add("customer.work.warranty", pg.T("customer.work.warranty_until", "date", pg.P.Date(w.WarrantyUntil)))
	}
	add("customer.work.signed", w.Signed)
	if w.DocumentCode != "" {
		out = append(out, ui.Pair{Key: pg.T("customer.work.code"), Text: w.DocumentCode})
	}
	return out
}

func partsTable(pg ui.Page, w WorkView) ui.Table {
	t := ui.Table{
		Caption: pg.T("customer.work.parts"),
		Columns: []ui.Column{{Title: pg.T("customer.work.part")}, {Title: pg.T("customer.work.serial")}, {Title: pg.T("customer.work.genuine")}},
	}
	for _, p := range w.Parts {
		name := p.Name
		if p.Quantity > 1 {
			name += " × " + strconv.FormatInt(p.Quantity, 10)
		}
		serial := p.Serial
		if serial == "" {
			serial = pg.T("customer.work.no_serial")
		}
		t.Rows = append(t.Rows, []ui.Cell{ui.Text(name), ui.Text(serial), {Body: ui.Badge(genuineTone(p.Genuine), pg.T("customer.genuine."+p.Genuine))}})
	}
	return t
}

func genuineTone(g string) ui.Tone {
	switch g {
	case "yes":
		return ui.OK
	case "no":
		return ui.Danger
	}
	return ui.Quiet
}

func checkTone(result string) ui.Tone {
	switch result {
	case "done":
		return ui.OK
	case "not_done":
		return ui.Warn
	}
	return ui.Quiet
}

func conditionTone(c string) ui.Tone {
	switch c {
	case "good":
		return ui.OK
	case "watch":
		return ui.Warn
	}
	return ui.Danger
}

func looksTable(pg ui.Page, looks []Look) ui.Table {
	t := ui.Table{
		Caption: pg.T("customer.data.looks"), HideCaption: true,
		Columns: []ui.Column{{Title: pg.T("customer.data.when")}, {Title: pg.T("customer.data.who")}, {Title: pg.T("customer.data.what")}, {Title: pg.T("customer.data.why")}},
	}
	for _, l := range looks {
		t.Rows = append(t.Rows, []ui.Cell{{Body: ui.Time(pg.P, l.At)}, ui.Text(l.Who), ui.Text(l.What), ui.Text(l.Why)})
	}
	return t
}

func coverageKinds(pg ui.Page, on string) []ui.Choice {
	out := []ui.Choice{{Value: "", Text: pg.T("customer.coverage.any_kind"), On: on == ""}}
	for _, k := range kinds {
		out = append(out, ui.Choice{Value: k.code, Text: pg.T("customer.kind." + k.code), On: on == k.code})
	}
	return out
}

func coverageTable(pg ui.Page, v CoverageView) ui.Table {
	t := ui.Table{
		Caption: pg.T("customer.coverage.answer"), HideCaption: true,
		Columns: []ui.Column{{Title: pg.T("customer.coverage.place")}, {Title: pg.T("customer.coverage.code")}, {Title: pg.T("customer.coverage.state")}},
	}
	for i, r := range v.Rows {
		t.Rows = append(t.Rows, []ui.Cell{{Body: coveragePlace(r), Header: true}, {Body: coverageCode(pg, r)}, {Body: coverageAnswer(pg, i, r)}})
	}
	return t
}

func coverageBadge(pg ui.Page, r CoverageRow) templ.Component {
	tone := ui.Warn
	switch {
	case r.Code == "" && r.Several > 0:
		tone = ui.Info
	case r.Code == "":
		tone = ui.Quiet
	case r.Covered:
		tone = ui.OK
	}
	return ui.Badge(tone, coverageState(pg, r))
}

// operator is who stands on papers: the legal name, else the brand.
func operator(pg ui.Page) string {
	if n := pg.Site.Brand.Operator[pg.P.Lang]; n != "" {
		return n
	}
	return pg.Site.Brand.NameIn(pg.P.Lang)
}

// paperFrame is the page of a paper: no footer, titled with paper and number.
func paperFrame(pg ui.Page, v Paper) ui.Page {
	pg.Bare = true
	return pg.WithTitle(v.Title + " " + v.Number)
}
