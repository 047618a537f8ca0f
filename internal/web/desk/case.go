package desk

import (
	"net/http"
	"slices"
	"strings"

	"anxin/internal/casefile"
	"anxin/internal/i18n"
	"anxin/internal/party"
	"anxin/internal/service"
	"anxin/internal/web/staff"
	"anxin/internal/web/ui"
)

// shown is what a request adds to the page of a case: a form that failed, a field in clear.
type shown struct {
	status   int
	act      *Act
	note     string
	noteForm ui.Form
	revealed service.Revealed
}

func (p *Pages) openCase(q *staff.Request, id casefile.ID) error {
	name := q.URL.Query().Get("act")
	if name == "" {
		return p.showCase(q, id, shown{})
	}
	page, err := p.Service.CasePage(q.Context(), q.Actor, id)
	if err != nil {
		return err
	}
	c := p.caseView(q, page)
	clockID, _ := casefile.ParseID(q.URL.Query().Get("clock"))
	a, err := p.actView(q, page, c, name, clockID)
	if err != nil {
		return err
	}
	return p.showCase(q, id, shown{act: a})
}

// showCase draws the desk with a case open. The list beside it is the one the reader came from.
func (p *Pages) showCase(q *staff.Request, id casefile.ID, s shown) error {
	page, err := p.Service.CasePage(q.Context(), q.Actor, id)
	if err != nil {
		return err
	}
	c := p.caseView(q, page)
	tab := q.URL.Query().Get("tab")
	if q.Method == http.MethodPost {
		tab = q.PostForm.Get("tab")
	}
	if tabKey(tab) == "" {
		tab = tabOfState(page.Request.State)
	}
	c.Tab, c.Act, c.NoteWords, c.NoteForm = tab, s.act, s.note, s.noteForm
	for i := range c.Fields {
		if c.Fields[i].Field == s.revealed.Field {
			c.Fields[i].Shown = s.revealed.Value.Clear()
		}
	}
	queue, err := p.queueView(q, tab, cursor(q), page.Number)
	if err != nil {
		return err
	}
	status := s.status
	if status == 0 {
		status = http.StatusOK
	}
	pg := q.Done("desk.done.")
	addUndo(q, pg, c)
	return q.Render(status, DeskPage(pg, Page{Queue: queue, Case: &c, Dispatcher: q.Actor.Role == casefile.Dispatcher}))
}

// tabOfState is the queue a case stands in.
func tabOfState(s service.State) string {
	for _, t := range tabs {
		if slices.Contains(statesOf[t.name], s) {
			return t.name
		}
	}
	return "all"
}

func (p *Pages) caseView(q *staff.Request, page service.CasePage) Case {
	pr := q.P()
	r := page.Request
	res := party.OfCase(q.Actor.Tenant, page.Case, casefile.Nil)
	c := Case{
		Number: page.Number, Kind: r.Kind.Code, Urgency: string(r.Urgency), State: string(r.State), Product: staff.Named(pr, r.Product), Fault: staff.Named(pr, r.Fault),
		Region: r.Region.Path, RegionOutcome: r.Region.Outcome, RegionAsk: r.Region.Ask.In(string(pr.Lang)), Covered: r.Covered, Reopened: r.Reopened, Warranty: r.Warranty,
		Erased: page.Erased, Lang: page.Lang, Created: page.Created, Closed: page.Closed, WishedFrom: r.WishedFrom, WishedTo: r.WishedTo, Seq: page.Seq, Idem: q.Idem(),
		RevealReasons: staff.Reasons(pr, p.Catalogue.Lists["reveal"]), CanNote: q.Can(party.AddNote, res), CanPause: q.Can(party.PauseClock, res),
		CanReveal: q.Can(party.Reveal, res) && !page.Erased,
	}
	c.Fields = []Masked{
		{Field: "name", Text: page.Name, Empty: page.Erased}, {Field: "phone", Text: page.Phone, Empty: page.Erased}, {Field: "address", Text: page.Address, Empty: page.Erased},
		{Field: "words", Text: "••••••", Empty: page.Erased || !page.HasWords},
	}
	if r.Region.Outcome != "confirmed" && r.Region.Outcome != "corrected" && !r.Region.Certain && q.Can(party.ConfirmRegion, res) {
		for _, ch := range r.Region.Candidates {
			c.RegionChoices = append(c.RegionChoices, RegionChoice{Code: ch.Code, Path: ch.Path, Why: ch.Reason.In(string(pr.Lang))})
		}
		if len(c.RegionChoices) == 0 && r.Region.Code != "" {
			c.RegionChoices = []RegionChoice{{Code: r.Region.Code, Path: r.Region.Path}}
		}
	}
	for _, x := range page.Problems {
		if s := staff.Say(pr, x.Line); s != "" {
			c.Problems = append(c.Problems, s)
		} else {
			c.Problems = append(c.Problems, problemWord(pr, x.Kind))
		}
	}
	for _, k := range page.Clocks {
		c.Clocks = append(c.Clocks, p.clockRow(q, k))
	}
	if len(page.Promises) > 0 {
		n := page.Promises[len(page.Promises)-1]
		c.Promise, c.PromiseFrom, c.PromiseTo = string(n.State), n.From, n.To
	}
	for _, w := range page.Visits {
		c.Visits = append(c.Visits, visitRow(pr, w))
		c.Held = c.Held || w.ID == page.Visit && w.Technician != nil
	}
	for _, o := range page.Offers {
		c.Offers = append(c.Offers, p.offerRow(pr, o))
	}
	c.Timeline = timeline(pr, page)
	for _, l := range page.Looked {
		c.Looked = append(c.Looked, p.look(pr, l))
	}
	for _, id := range page.Photos {
		base := casePath(c, "photos") + "/" + id.String()
		c.Photos = append(c.Photos, ui.Photo{Src: base + "/thumb", Href: base + "/large", Alt: pr.T("desk.photo")})
	}
	c.Acts = actsOf(q, page, res)
	return c
}

func (p *Pages) clockRow(q *staff.Request, k service.ClockView) ClockRow {
	pr := q.P()
	row := ClockRow{ID: k.ID, Kind: k.Kind, Stopped: k.Stopped, Breached: k.Breached, Paused: k.Paused, Clock: ui.Clock{Due: k.Due, Label: clockWord(pr, k.Kind), Warn: clockWarn(k.Kind)}}
	if k.Paused {
		reason := k.Reason
		for _, r := range p.Pauses.ReasonsFor(q.Actor.Role, k.Kind) {
			if r.Code == k.Reason {
				reason = pr.Pick(r.ZH, r.EN)
			}
		}
		row.Clock.Paused = pr.T("desk.pause.paused", "reason", reason)
	}
	return row
}

func visitRow(pr i18n.Printer, w service.VisitView) VisitRow {
	lang := string(pr.Lang)
	v := VisitRow{
		ID: w.ID, Number: w.Number, State: string(w.State), Pinned: w.Pinned, From: w.From, To: w.To, EnRoute: w.EnRouteAt, Arrived: w.ArrivedAt,
		ArrivedHow: w.ArrivedHow, Finished: w.FinishedAt, DoorLocked: w.DoorLocked, DoorFailures: w.DoorFailures,
	}
	if w.Technician != nil {
		v.Technician = w.Technician.Name + " " + w.Technician.Code
	}
	if w.Quote != nil {
		v.QuoteState, v.Total, v.Approved = string(w.Quote.State), w.Quote.Total, w.Quote.Approved
		for _, l := range w.Quote.Lines {
			v.Lines = append(v.Lines, QuoteLine{Item: l.Name.In(lang), Why: l.Why, Answer: l.Answer, Quantity: l.Quantity, Sum: l.Sum})
		}
	}
	if rep := w.Report; rep != nil {
		v.Outcome, v.Cause, v.WarrantyUntil, v.Document, v.Signature = string(rep.Outcome), staff.Named(pr, rep.Cause), rep.WarrantyUntil, rep.Document, rep.Signature
		for _, x := range rep.Parts {
			v.Parts = append(v.Parts, strings.TrimSpace(x.Name.In(lang)+" "+x.Serial))
			v.CloneParts = v.CloneParts || x.Clone
		}
	}
	if w.Rating != nil {
		v.Stars = w.Rating.Stars
	}
	return v
}

func (p *Pages) offerRow(pr i18n.Printer, o service.OfferRow) OfferRow {
	row := OfferRow{
		Code: o.Code, Name: o.Name, State: string(o.State), Round: o.Round, Rank: o.Rank, Arrive: o.ArriveAt, DistanceM: float64(o.Distance), Why: staff.Why(pr, o.Reasons),
		At: o.Created, Expires: o.Expires,
	}
	if o.Decline != "" {
		row.Decline = p.reason(pr, "decline", o.Decline)
	}
	return row
}

// reason names a code of a list of the catalogue; an unknown one is shown as it is.
func (p *Pages) reason(pr i18n.Printer, list, code string) string {
	for _, n := range p.Catalogue.Lists[list] {
		if n.Code == code {
			return n.In(string(pr.Lang))
		}
	}
	return code
}

// timeline is what happened with the desk's remarks in their places, newest first.
func timeline(pr i18n.Printer, page service.CasePage) []Entry {
	var out []Entry
	for _, e := range page.Timeline {
		if strings.HasSuffix(e.Kind, ".noted") || strings.HasSuffix(e.Kind, "note.added") {
			continue // the remark itself stands in its place
		}
		out = append(out, Entry{At: e.At, Who: staff.Word(pr, "role", string(e.Role)), Text: staff.Say(pr, e.Line), Customer: e.ForCustomer})
	}
	for _, n := range page.Notes {
		out = append(out, Entry{At: n.At, Who: pr.T("desk.note.by"), Text: n.Words.Clear(), Note: true})
	}
	slices.SortStableFunc(out, func(a, b Entry) int { return a.At.Compare(b.At) })
	slices.Reverse(out)
	return out
}

func (p *Pages) look(pr i18n.Printer, l service.Look) Look {
	out := Look{At: l.At, Role: staff.Word(pr, "role", string(l.Role)), Action: l.Action, Words: p.reason(pr, "reveal", l.Reason)}
	key := "desk.look." + l.Action
	if i18n.Has(key) {
		field := l.Field
		if k := "desk.field." + field; i18n.Has(k) {
			field = pr.T(k)
		}
		out.Action = pr.T(key, "field", field)
	}
	return out
}

// acts are the moves that open a form, in the order of the toolbar, with the policy that guards each.
var acts = []struct {
	name   string
	move   service.Move
	visit  bool // a move of the visit, not of the request
	action party.Action
}{
	{"address", service.MoveCorrect, false, party.CorrectAddress},
	{"reschedule", service.MoveReschedule, false, party.CorrectAddress},
	{"reset_code", service.MoveResetCode, true, party.CorrectAddress},
	{"remote_fix", service.MoveRemoteFix, false, party.Cancel},
	{"refer", service.MoveRefer, false, party.Cancel},
	{"reopen", service.MoveReopen, false, party.Reopen},
	{"cancel", service.MoveCancel, false, party.Cancel},
}

// actsOf are the acts that are legal now and allowed to the account. Everybody at the desk may look at who could come.
func actsOf(q *staff.Request, page service.CasePage, res party.Resource) []string {
	var out []string
	if looksForSomebody(page) {
		out = append(out, "assign")
	}
	for _, a := range acts {
		moves := page.Moves
		if a.visit {
			moves = page.VisitMove
		}
		if slices.Contains(moves, a.move) && q.Can(a.action, res) {
			out = append(out, a.name)
		}
	}
	return out
}

// looksForSomebody says that the question "who could come" has an answer: somebody is wanted, or could be replaced.
func looksForSomebody(page service.CasePage) bool {
	switch page.Request.State {
	case service.RequestTriaged, service.RequestPlanned, service.RequestAssigned:
		return true
	}
	return false
}

func (p *Pages) liveCase(q *staff.Request, id casefile.ID) error {
	return q.Stream(p.Live, id, nil)
}

// photo shows a photograph of the case's page and no other.
func (p *Pages) photo(q *staff.Request, id casefile.ID) error {
	item, err := q.PathID("item")
	if err != nil {
		return err
	}
	page, err := p.Service.CasePage(q.Context(), q.Actor, id)
	if err != nil {
		return err
	}
	known := slices.Contains(page.Photos, item)
	for _, w := range page.Visits {
		if w.Report != nil {
			known = known || slices.Contains(w.Report.Before, item) || slices.Contains(w.Report.After, item)
		}
	}
	size := q.PathValue("size")
	if !known || size != "thumb" && size != "large" {
		return casefile.Fail(casefile.NotFound, "error.not_found")
	}
	if err := q.Check(party.ViewEvidence, party.OfEvidence(q.Actor.Tenant, id, item, casefile.Nil)); err != nil {
		return err
	}
	return p.Photos.Show(q.W, q.Request, q.Actor, id, item, size == "thumb")
}

// reveal shows one field in clear, once: the answer is not a page one can come back to.
func (p *Pages) reveal(q *staff.Request, id casefile.ID) error {
	if err := q.ParseForm(); err != nil {
		return err
	}
	r, err := p.Service.Reveal(q.Context(), q.Actor, service.Reveal{Case: id, Field: q.Code("field"), Reason: q.Code("reason"), Words: q.Text("words", 200)})
	if err != nil {
		if !staff.Redraws(err) {
			return err
		}
		form := ui.FormOf(q.P(), err)
		for i := range form.Errors {
			form.Errors[i].Field = ""
		}
		return p.showCase(q, id, shown{status: ui.StatusOf(err), act: &Act{Name: "reveal", Form: form}})
	}
	return p.showCase(q, id, shown{revealed: r})
}

func (p *Pages) note(q *staff.Request, id casefile.ID) error {
	if err := q.ParseForm(); err != nil {
		return err
	}
	words := q.Text("note", 2000)
	_, err := p.Service.Note(q.Once(), q.Actor, service.Note{Case: id, Words: words})
	if err = staff.Settled(err); err != nil {
		if !staff.Redraws(err) {
			return err
		}
		form := ui.FormOf(q.P(), err)
		for i := range form.Errors {
			form.Errors[i].Field = "note"
		}
		return p.showCase(q, id, shown{status: ui.StatusOf(err), note: words, noteForm: form})
	}
	return p.back(q, "noted")
}

// back leads to the case after an act.
func (p *Pages) back(q *staff.Request, done string) error {
	path := "/desk/c/" + q.PathValue("number") + "?done=" + done + undoNote(q, done)
	if tab := q.PostForm.Get("tab"); tabKey(tab) != "" {
		path += "&tab=" + tab
	}
	return q.See(path)
}

func (p *Pages) region(q *staff.Request, id casefile.ID) error {
	if err := q.ParseForm(); err != nil {
		return err
	}
	_, err := p.Service.ConfirmRegion(q.Once(), q.Actor, service.ConfirmRegion{Case: id, Region: q.Code("region")})
	if err = staff.Settled(err); err != nil {
		if !staff.Redraws(err) {
			return err
		}
		return p.showCase(q, id, shown{status: ui.StatusOf(err), act: &Act{Name: "address", Form: ui.FormOf(q.P(), err)}})
	}
	return p.back(q, "region")
}
