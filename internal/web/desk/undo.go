package desk

import (
	"net/url"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/party"
	"anxin/internal/service"
	"anxin/internal/web/staff"
	"anxin/internal/web/ui"
)

// Instead of asking "are you sure", an act that has an opposite offers it for a while. What the opposite needs to know travels in the address of the page
// that follows the act: ids and times, nothing personal.

// undoNote is what a later undo of the act must know.
func undoNote(q *staff.Request, done string) string {
	switch done {
	case "paused":
		return "&clock=" + url.QueryEscape(q.ID("clock").String())
	case "rescheduled":
		from, _ := q.LocalTime("was_from")
		to, _ := q.LocalTime("was_to")
		if !from.IsZero() && !to.IsZero() {
			return "&from=" + url.QueryEscape(staff.LocalInput(from)) + "&to=" + url.QueryEscape(staff.LocalInput(to))
		}
	}
	return ""
}

// addUndo adds the opposite of the act that led here to its message.
func addUndo(q *staff.Request, pg ui.Page, c Case) {
	if pg.Toast == nil {
		return
	}
	in := q.URL.Query()
	of := in.Get("done")
	out := url.Values{"of": {of}}
	switch of {
	case "cancelled", "remote_fixed", "assigned":
	case "paused":
		out.Set("clock", in.Get("clock"))
	case "rescheduled":
		if in.Get("from") == "" {
			return
		}
		out.Set("from", in.Get("from"))
		out.Set("to", in.Get("to"))
	default:
		return
	}
	pg.Toast.UndoText, pg.Toast.UndoAction = pg.T("desk.undo"), casePath(c, "undo")+"?"+out.Encode()
}

// undo runs the opposite of an act. Each is guarded like the act it is.
func (p *Pages) undo(q *staff.Request, id casefile.ID) error {
	in := q.URL.Query()
	if err := q.ParseForm(); err != nil {
		return err
	}
	res := party.OfCase(q.Actor.Tenant, id, casefile.Nil)
	var action party.Action
	var do func() error
	switch in.Get("of") {
	case "cancelled", "remote_fixed":
		action, do = party.Reopen, func() error {
			_, err := p.Service.Reopen(q.Context(), q.Actor, service.Reopen{Case: id, Reason: "other"})
			return err
		}
	case "assigned":
		action, do = party.Reassign, func() error {
			page, err := p.Service.CasePage(q.Context(), q.Actor, id)
			if err == nil {
				_, err = p.Service.Reassign(q.Context(), q.Actor, service.Reassign{Case: id, Visit: page.Visit, Reason: "other"})
			}
			return err
		}
	case "paused":
		clockID, err := casefile.ParseID(in.Get("clock"))
		if err != nil {
			return casefile.Fail(casefile.NotFound, "error.not_found")
		}
		action, do = party.ResumeClock, func() error {
			_, err := p.Service.ResumeClock(q.Context(), q.Actor, service.ClockPause{Case: id, Clock: clockID})
			return err
		}
	case "rescheduled":
		from, err := localTime(in.Get("from"))
		to, err2 := localTime(in.Get("to"))
		if err != nil || err2 != nil {
			return casefile.Fail(casefile.NotFound, "error.not_found")
		}
		action, do = party.CorrectAddress, func() error {
			_, err := p.Service.Reschedule(q.Context(), q.Actor, service.Reschedule{Case: id, From: from, To: to})
			return err
		}
	default:
		return casefile.Fail(casefile.NotFound, "error.not_found")
	}
	if err := q.Check(action, res); err != nil {
		return err
	}
	if err := do(); err != nil {
		return err
	}
	return p.back(q, "undone")
}

func localTime(s string) (time.Time, error) {
	return time.ParseInLocation("2006-01-02T15:04", s, time.FixedZone("Asia/Shanghai", 8*3600))
}
