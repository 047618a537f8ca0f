package desk

import (
	"net/http"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/party"
	"anxin/internal/service"
	"anxin/internal/web/staff"
	"anxin/internal/web/ui"
)

// actView is the form of an act as it opens, or nil when there is no such act now.
func (p *Pages) actView(q *staff.Request, page service.CasePage, c Case, name string, clockID casefile.ID) (*Act, error) {
	pr := q.P()
	a := &Act{Name: name}
	switch name {
	case "cancel", "reopen", "remote_fix", "refer", "reset_code":
		a.Reasons = staff.Reasons(pr, p.Catalogue.Lists[name])
	case "address":
	case "reschedule":
		a.From, a.To = staff.LocalInput(page.Request.WishedFrom), staff.LocalInput(page.Request.WishedTo)
		a.WasFrom, a.WasTo = a.From, a.To
	case "pause", "resume":
		for _, k := range page.Clocks {
			if k.ID == clockID && k.Stopped.IsZero() && k.Paused == (name == "resume") {
				a.Clock, a.ClockKind = k.ID, k.Kind
			}
		}
		if a.Clock.IsNil() || !c.CanPause {
			return nil, nil
		}
		if name == "pause" {
			for _, r := range p.Pauses.ReasonsFor(q.Actor.Role, a.ClockKind) {
				a.Reasons = append(a.Reasons, ui.Choice{Value: r.Code, Text: pr.Pick(r.ZH, r.EN)})
			}
		}
		return a, nil
	case "assign":
		return a, p.candidates(q, page, a)
	default:
		return nil, nil
	}
	for _, legal := range c.Acts {
		if legal == name {
			return a, nil
		}
	}
	return nil, nil
}

func (p *Pages) candidates(q *staff.Request, page service.CasePage, a *Act) error {
	pr := q.P()
	rows, err := p.Service.Candidates(q.Context(), q.Actor, page.Case)
	if err != nil {
		return err
	}
	for i := range rows {
		a.Candidates = append(a.Candidates, p.candidateOf(pr, &rows[i]))
	}
	a.Rates = p.rates(pr)
	u := page.Request.Urgency
	a.ByCost = u != service.Emergency && u != service.Express
	for _, w := range page.Visits {
		a.Reassign = a.Reassign || w.ID == page.Visit && w.Technician != nil
	}
	if a.Reassign {
		a.Reasons = append([]ui.Choice{{Text: pr.T("desk.new.choose")}}, staff.Reasons(pr, p.Catalogue.Lists["reassign"])...)
	}
	res := party.OfCase(q.Actor.Tenant, page.Case, casefile.Nil)
	a.CanAssign = q.Can(party.Pin, res) && q.Can(party.Reassign, res)
	return nil
}

// act runs one of the acts that are a form with a reason. The act names its command and the sentence that follows it.
func (p *Pages) act(name string) func(*staff.Request, casefile.ID) error {
	return func(q *staff.Request, id casefile.ID) error {
		if err := q.ParseForm(); err != nil {
			return err
		}
		done, err := p.command(q, id, name)
		if err = staff.Settled(err); err == nil {
			return p.back(q, done)
		}
		if !staff.Redraws(err) {
			return err
		}
		page, perr := p.Service.CasePage(q.Context(), q.Actor, id)
		if perr != nil {
			return perr
		}
		a, perr := p.actView(q, page, p.caseView(q, page), name, q.ID("clock"))
		if perr != nil {
			return perr
		}
		if a == nil {
			// The act is not legal any more: say so above the case as it is now.
			a = &Act{Name: "changed"}
		}
		a.Reason, a.Words, a.Address = q.Code("reason"), q.Text("words", 500), q.Text("address", 300)
		if name == "reschedule" {
			a.From, a.To = q.Text("from", 30), q.Text("to", 30)
		}
		a.Form = ui.FormOf(q.P(), err)
		return p.showCase(q, id, shown{status: ui.StatusOf(err), act: a})
	}
}

// command builds the command of an act and runs it.
func (p *Pages) command(q *staff.Request, id casefile.ID, name string) (done string, err error) {
	ctx, a, s := q.Once(), q.Actor, p.Service
	reason, words := q.Code("reason"), q.Text("words", 1000)
	if reason == "" && name != "address" && name != "reschedule" && name != "resume" {
		return "", casefile.InvalidField("reason", "desk.reason_missing")
	}
	switch name {
	case "address":
		_, err = s.CorrectAddress(ctx, a, service.CorrectAddress{Case: id, Address: q.Text("address", 300), Region: q.Code("region"), Reason: reason})
		return "address", err
	case "reschedule":
		from, ok := q.LocalTime("from")
		to, ok2 := q.LocalTime("to")
		if !ok || from.IsZero() {
			return "", casefile.InvalidField("from", "desk.bad_time")
		}
		if !ok2 || to.IsZero() {
			return "", casefile.InvalidField("to", "desk.bad_time")
		}
		_, err = s.Reschedule(ctx, a, service.Reschedule{Case: id, From: from, To: to})
		return "rescheduled", err
	case "cancel":
		_, err = s.Cancel(ctx, a, service.Cancel{Case: id, Reason: reason, Words: words})
		return "cancelled", err
	case "reopen":
		_, err = s.Reopen(ctx, a, service.Reopen{Case: id, Reason: reason, Words: words})
		return "reopened", err
	case "remote_fix":
		_, err = s.RemoteFixed(ctx, a, service.Closing{Case: id, Reason: reason, Words: words})
		return "remote_fixed", err
	case "refer":
		_, err = s.Refer(ctx, a, service.Closing{Case: id, Reason: reason, Words: words})
		return "referred", err
	case "pause":
		_, err = s.PauseClock(ctx, a, service.ClockPause{Case: id, Clock: q.ID("clock"), Reason: reason})
		return "paused", err
	case "resume":
		_, err = s.ResumeClock(ctx, a, service.ClockPause{Case: id, Clock: q.ID("clock")})
		return "resumed", err
	case "reset_code":
		page, err := s.CasePage(q.Context(), a, id)
		if err != nil {
			return "", err
		}
		_, err = s.ResetDoorCode(ctx, a, service.VisitReason{Case: id, Visit: page.Visit, Reason: reason, Words: words})
		return "reset_code", err
	}
	return "", casefile.Fail(casefile.NotFound, "error.not_found")
}

// assign pins, reassigns, takes back or broadcasts: the buttons of one form.
func (p *Pages) assign(q *staff.Request, id casefile.ID) error {
	if err := q.ParseForm(); err != nil {
		return err
	}
	page, err := p.Service.CasePage(q.Context(), q.Actor, id)
	if err != nil {
		return err
	}
	a := &Act{Name: "assign"}
	if err := p.candidates(q, page, a); err != nil {
		return err
	}
	who, reason := q.ID("technician"), q.Code("reason")
	a.Reason, a.Words, a.From, a.Override = reason, q.Text("words", 200), q.Text("from", 30), q.Flag("override")
	var chosen *Candidate
	for i := range a.Candidates {
		if a.Candidates[i].ID == who && !who.IsNil() {
			a.Candidates[i].On = true
			chosen = &a.Candidates[i]
		}
	}
	if at, err := time.Parse(time.RFC3339, q.PostForm.Get("at_"+who.String())); err == nil && !who.IsNil() {
		// The day's form: the time that was shown for this technician on that day, and perhaps somebody of another region.
		if chosen == nil {
			chosen = &Candidate{ID: who}
		}
		if a.From == "" {
			chosen.Arrive = at
		}
	}
	done, err := p.runAssign(q, page, a, chosen)
	if err = staff.Settled(err); err == nil {
		if day, err := time.Parse(time.DateOnly, q.PostForm.Get("day")); err == nil {
			return q.See("/desk/day?date=" + day.Format(time.DateOnly) + "&region=" + digitsOnly(q.PostForm.Get("region"), 12) + "&done=" + done)
		}
		return p.back(q, done)
	}
	if !staff.Redraws(err) {
		return err
	}
	a.Form = ui.FormOf(q.P(), err)
	return p.showCase(q, id, shown{status: max(ui.StatusOf(err), http.StatusConflict), act: a})
}

func (p *Pages) runAssign(q *staff.Request, page service.CasePage, a *Act, who *Candidate) (done string, err error) {
	res := party.OfCase(q.Actor.Tenant, page.Case, casefile.Nil)
	switch q.PostForm.Get("act") {
	case "broadcast":
		if err := q.Check(party.Broadcast, res); err != nil {
			return "", err
		}
		_, err = p.Service.Broadcast(q.Once(), q.Actor, page.Case)
		return "broadcast", err
	case "release":
		if err := q.Check(party.Reassign, res); err != nil {
			return "", err
		}
		if a.Reason == "" {
			return "", casefile.InvalidField("reason", "desk.reason_missing")
		}
		_, err = p.Service.Reassign(q.Once(), q.Actor, service.Reassign{Case: page.Case, Visit: page.Visit, Reason: a.Reason})
		return "released", err
	}
	if who == nil {
		return "", casefile.InvalidField("technician", "desk.assign.choose")
	}
	from, ok := q.LocalTime("from")
	if !ok {
		return "", casefile.InvalidField("from", "desk.bad_time")
	}
	if a.Reassign && from.IsZero() {
		if err := q.Check(party.Reassign, res); err != nil {
			return "", err
		}
		if a.Reason == "" {
			return "", casefile.InvalidField("reason", "desk.reason_missing")
		}
		_, err = p.Service.Reassign(q.Once(), q.Actor, service.Reassign{Case: page.Case, Visit: page.Visit, Reason: a.Reason, To: who.ID})
		return "reassigned", err
	}
	var slack time.Duration
	if from.IsZero() {
		from, slack = who.Arrive, 30*time.Minute // the time that was shown; choosing took some of it
	}
	if from.IsZero() {
		return "", casefile.InvalidField("from", "desk.assign.time_needed")
	}
	words := a.Words
	if words == "" {
		words = a.Reason
	}
	_, err = p.Service.Pin(q.Once(), q.Actor, service.Pin{Case: page.Case, Technician: who.ID, From: from, Slack: slack, Reason: words, Override: a.Override})
	return "assigned", err
}
