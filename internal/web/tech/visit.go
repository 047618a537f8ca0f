package tech

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/i18n"
	"anxin/internal/service"
	"anxin/internal/web/staff"
	"anxin/internal/web/ui"
)

func (p *Pages) visit(q *staff.Request, r Ref) error {
	return p.showVisit(q, r, http.StatusOK, ui.Form{}, "", 0)
}

// showVisit draws the visit; form, typed and left are those of a door code that was wrong.
func (p *Pages) showVisit(q *staff.Request, r Ref, status int, form ui.Form, typed string, left int) error {
	page, err := p.Service.VisitPage(q.Context(), q.Actor, r.visit())
	if err != nil {
		return err
	}
	v := visitView(q.P(), page)
	v.DeskPhone, v.Idem, v.Form, v.CodeTyped, v.TriesLeft = p.DeskPhone, q.Idem(), form, typed, left
	return q.Render(status, VisitPage(q.Done("tech.done."), v))
}

func jobOf(p i18n.Printer, page service.VisitPage) Job {
	return Job{
		Number: page.Number, Kind: page.Request.Kind.Code, Urgency: string(page.Request.Urgency), Product: staff.Named(p, page.Request.Product),
		Fault: staff.Named(p, page.Request.Fault),
	}
}

func refOfPage(page service.VisitPage) Ref { return Ref{Case: page.Case, ID: page.Visit.ID} }

func visitView(p i18n.Printer, page service.VisitPage) Visit {
	w := page.Visit
	r := refOfPage(page)
	v := Visit{
		Job: jobOf(p, page), Ref: r, State: string(w.State), From: w.From, To: w.To, Words: page.Words.Clear(), Area: staff.PathWords(page.Request.Region.Path),
		Contact: Contact{Name: page.Name.Clear(), Phone: page.Phone.Clear(), Address: page.Address.Clear()},
		Photos:  photoViews(p, r, page.Photos, "tech.photo.customer"), Steps: stepsOf(w), LastChange: page.Seq, MyCode: page.MyCode,
	}
	if page.Promise != nil && w.ArrivedAt.IsZero() {
		v.Clock = &ui.Clock{Due: page.Promise.To, Label: p.T("tech.visit.promised"), Warn: 20 * time.Minute}
	}
	if len(page.Quotes) > 0 {
		quote := quoteView(p, page.Quotes[0])
		v.Quote = &quote
	}
	if rep := w.Report; rep != nil {
		v.MyPhotos = append(photoViews(p, r, rep.Before, "tech.report.before"), photoViews(p, r, rep.After, "tech.report.after")...)
		v.Document, v.Signature, v.Warranty, v.Reported = rep.Document, rep.Signature, rep.WarrantyUntil, true
	}
	for _, e := range page.Earlier {
		v.Earlier = append(v.Earlier, Earlier{At: e.Created, Outcome: string(e.Outcome), Work: e.Words.Clear()})
	}
	v.Next, v.Moves = nextOf(r, w.State, page.Moves)
	v.CanWithdraw = w.State == service.VisitWaitingApproval && slices.Contains(page.Moves, service.MoveWithdraw)
	v.CanBegin = w.State == service.VisitArrived && freeItem(page.Items) != ""
	return v
}

func photoViews(p i18n.Printer, r Ref, items []casefile.ID, caption string) []ui.Photo {
	var out []ui.Photo
	for _, id := range items {
		base := visitPath(r, "photos") + "/" + id.String()
		out = append(out, ui.Photo{Src: base + "/thumb", Href: base + "/large", Alt: p.T(caption)})
	}
	return out
}

// stepsOf is how far a visit has come.
func stepsOf(w service.VisitView) []Step {
	done := map[service.State]int{
		service.VisitAccepted: 1, service.VisitEnRoute: 2, service.VisitArrived: 3, service.VisitWaitingApproval: 3, service.VisitWorking: 4,
		service.VisitWaitingSignature: 5, service.VisitFinished: 6,
	}[w.State]
	var out []Step
	for i, name := range []string{"accepted", "en_route", "arrived", "quote", "work", "sign"} {
		out = append(out, Step{Name: name, Done: i < done, Now: i == done && done > 0})
	}
	return out
}

// nextOf is the one next action, and the other moves that are legal now.
func nextOf(r Ref, state service.State, moves []service.Move) (Next, []string) {
	can := func(m service.Move) bool { return slices.Contains(moves, m) }
	var n Next
	switch {
	case state == service.VisitWaitingApproval:
		n.Act = "wait"
	case can(service.MoveSetOut):
		n.Act = "set_out"
	case can(service.MoveArrive):
		n.Act = "arrive"
	case can(service.MoveSign):
		n = Next{"sign", visitPath(r, "sign")}
	case can(service.MoveSubmit), can(service.MoveFinish):
		n = Next{"report", visitPath(r, "report")}
	case can(service.MovePropose):
		n = Next{"quote", visitPath(r, "quote")}
	}
	var others []string
	if can(service.MovePropose) && n.Act == "report" {
		others = append(others, "quote")
	}
	for _, m := range []struct {
		move service.Move
		name string
	}{{service.MoveNoAccess, "no_access"}, {service.MoveFollowUp, "follow_up"}, {service.MoveUnassign, "give_back"}, {service.MoveAbort, "abort"}} {
		if can(m.move) {
			others = append(others, m.name)
		}
	}
	return n, others
}

func quoteView(p i18n.Printer, q service.QuoteView) Quote {
	v := Quote{Version: q.Version, State: string(q.State), Sum: q.Total, Approved: q.Approved, At: q.Created}
	for _, l := range q.Lines {
		v.Lines = append(v.Lines, QuoteLine{Item: l.Name.In(string(p.Lang)), Why: l.Why, Quantity: l.Quantity, Unit: l.UnitFen, Answer: l.Answer})
	}
	return v
}

// freeItem is a line of the price list that costs nothing: work under warranty and mere checks begin with it.
func freeItem(items []service.PriceItem) string {
	for _, kind := range []string{"check", "visit", "labour"} {
		for _, it := range items {
			if it.Fen == 0 && it.Kind == kind {
				return it.Code
			}
		}
	}
	return ""
}

func (p *Pages) liveVisit(q *staff.Request, r Ref) error {
	if _, err := p.Service.VisitPage(q.Context(), q.Actor, r.visit()); err != nil {
		return err
	}
	return q.Stream(p.Live, r.Case, nil)
}

// photo shows a photograph of the visit's page and no other.
func (p *Pages) photo(q *staff.Request, r Ref) error {
	item, err := q.PathID("item")
	if err != nil {
		return err
	}
	page, err := p.Service.VisitPage(q.Context(), q.Actor, r.visit())
	if err != nil {
		return err
	}
	known := slices.Contains(page.Photos, item)
	reports := page.Earlier
	if page.Visit.Report != nil {
		reports = append(reports, *page.Visit.Report)
	}
	for _, rep := range reports {
		known = known || slices.Contains(rep.Before, item) || slices.Contains(rep.After, item)
	}
	size := q.PathValue("size")
	if !known || size != "thumb" && size != "large" {
		return casefile.Fail(casefile.NotFound, "error.not_found")
	}
	return p.Vault.Show(q.W, q.Request, q.Actor, r.Case, item, size == "thumb")
}

// act runs a move that needs no more than a tap, and leads back to the visit.
func (p *Pages) act(q *staff.Request, r Ref, done string, do func() error) error {
	if err := q.ParseForm(); err != nil {
		return err
	}
	err := staff.Settled(do())
	if err != nil {
		if staff.Redraws(err) {
			return p.showVisit(q, r, ui.StatusOf(err), ui.FormOf(q.P(), err), "", 0)
		}
		return err
	}
	return q.See(visitPath(r, "") + "?done=" + done)
}

func (p *Pages) setOut(q *staff.Request, r Ref) error {
	return p.act(q, r, "set_out", func() error {
		_, err := p.Service.EnRoute(q.Once(), q.Actor, r.visit())
		return err
	})
}

func (p *Pages) withdraw(q *staff.Request, r Ref) error {
	return p.act(q, r, "withdrawn", func() error {
		_, err := p.Service.WithdrawQuote(q.Once(), q.Actor, r.visit())
		return err
	})
}

// begin starts work that costs nothing: a quote of free lines needs no answer.
func (p *Pages) begin(q *staff.Request, r Ref) error {
	return p.act(q, r, "begun", func() error {
		page, err := p.Service.VisitPage(q.Context(), q.Actor, r.visit())
		if err != nil {
			return err
		}
		_, err = p.Service.Propose(q.Once(), q.Actor, service.Propose{Case: r.Case, Visit: r.ID, Lines: []service.ProposeLine{{Item: freeItem(page.Items), Quantity: 1}}})
		return err
	})
}

func (p *Pages) arrive(q *staff.Request, r Ref) error {
	if err := q.ParseForm(); err != nil {
		return err
	}
	code := digitsOf(q.Text("code", 20))
	// A wrong code may be typed twice, and counts twice: it is not idempotent on purpose.
	_, err := p.Service.Arrive(q.Context(), q.Actor, service.Door{Case: r.Case, Visit: r.ID, Code: code})
	if err == nil {
		return q.See(visitPath(r, "") + "?done=arrived")
	}
	if !staff.Redraws(err) {
		return err
	}
	return p.showVisit(q, r, ui.StatusOf(err), ui.FormOf(q.P(), err), code, triesLeft(err))
}

// digitsOf keeps the digits of a code as people type it: spaces, dashes, full-width digits.
func digitsOf(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9':
			return r
		case r >= '０' && r <= '９':
			return '0' + r - '０'
		}
		return -1
	}, s)
}

func (p *Pages) quoteForm(q *staff.Request, r Ref) error {
	page, err := p.Service.VisitPage(q.Context(), q.Actor, r.visit())
	if err != nil {
		return err
	}
	v := p.quotePage(q, page)
	if len(page.Quotes) > 0 {
		// Another version begins with the lines of the one before, without those that were refused.
		for _, l := range page.Quotes[0].Lines {
			for i := range v.Items {
				if v.Items[i].Code == l.Item && l.Answer != "refused" {
					v.Items[i].Quantity, v.Items[i].Why = l.Quantity, l.Why
				}
			}
		}
	}
	v.add()
	return q.Render(http.StatusOK, QuoteFormPage(q.Page(), v))
}

func (p *Pages) quotePage(q *staff.Request, page service.VisitPage) QuotePage {
	pr := q.P()
	v := QuotePage{Job: jobOf(pr, page), Ref: refOfPage(page), List: p.Catalogue.PriceVersion, ListFrom: p.Catalogue.PriceFrom, Idem: q.Idem(), Warranty: page.Request.Warranty}
	for _, kind := range []string{"visit", "check", "labour", "part"} {
		for _, it := range page.Items {
			if it.Kind == kind {
				v.Items = append(v.Items, PriceItem{
					Code: it.Code, Name: it.Name.In(string(pr.Lang)), Group: pr.T("tech.price." + kind), Unit: it.Fen, Free: it.Fen == 0, UnitName: it.Unit.In(string(pr.Lang)), Max: it.Max,
				})
			}
		}
	}
	return v
}

// add sums the quote up.
func (v *QuotePage) add() {
	v.Sum = 0
	for _, it := range v.Items {
		if !v.Warranty || it.Outside {
			v.Sum += casefile.Fen(it.Quantity) * it.Unit
		}
	}
}

func (p *Pages) quote(q *staff.Request, r Ref) error {
	if err := q.ParseForm(); err != nil {
		return err
	}
	page, err := p.Service.VisitPage(q.Context(), q.Actor, r.visit())
	if err != nil {
		return err
	}
	v := p.quotePage(q, page)
	var lines []service.ProposeLine
	for i := range v.Items {
		it := &v.Items[i]
		n, ok := q.Int("q-"+it.Code, 0, 99)
		if !ok {
			v.Form.Add("q-"+it.Code, q.P().T("tech.quote.bad_count"))
			continue
		}
		it.Quantity, it.Why, it.Outside = n, q.Text("why-"+it.Code, 200), v.Warranty && q.Flag("out-"+it.Code)
		if n > 0 {
			lines = append(lines, service.ProposeLine{Item: it.Code, Quantity: n, Why: it.Why, OutsideWarranty: it.Outside})
		}
	}
	v.add()
	switch {
	case v.Form.Failed():
		return q.Render(http.StatusUnprocessableEntity, QuoteFormPage(q.Page(), v))
	case q.PostForm.Get("act") == "sum":
		return q.Render(http.StatusOK, QuoteFormPage(q.Page(), v))
	case len(lines) == 0:
		v.Form.Add("", q.P().T("tech.quote.empty"))
		return q.Render(http.StatusUnprocessableEntity, QuoteFormPage(q.Page(), v))
	}
	_, err = p.Service.Propose(q.Once(), q.Actor, service.Propose{Case: r.Case, Visit: r.ID, Lines: lines})
	if err := staff.Settled(err); err != nil {
		if !staff.Redraws(err) {
			return err
		}
		v.Form = quoteErrors(ui.FormOf(q.P(), err), lines)
		return q.Render(ui.StatusOf(err), QuoteFormPage(q.Page(), v))
	}
	return q.See(visitPath(r, "") + "?done=quoted")
}

// quoteErrors turns the service's field names, lines.<n>.<field>, into those of the form, which go by the code of the item.
func quoteErrors(f ui.Form, lines []service.ProposeLine) ui.Form {
	for i := range f.Errors {
		e := &f.Errors[i]
		n, field, _ := strings.Cut(strings.TrimPrefix(e.Field, "lines."), ".")
		at, err := strconv.Atoi(n)
		if err != nil || at < 0 || at >= len(lines) {
			e.Field = ""
			continue
		}
		name := map[string]string{"why": "why-", "outside_warranty": "out-"}[field]
		if name == "" {
			name = "q-"
		}
		e.Field = name + lines[at].Item
	}
	return f
}
