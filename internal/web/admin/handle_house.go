package admin

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/clock"
	"anxin/internal/i18n"
	"anxin/internal/web/staff"
)

func (p *Pages) overview(q *staff.Request) error {
	lanes, err := p.Timers.Lanes(q.Context())
	if err != nil {
		return err
	}
	v := Overview{Findings: p.House.Check(q.Context(), q.Actor.Lang), Lanes: lanesOf(lanes), Mailbox: p.Mailbox}
	v.Version, v.Database, v.Started = p.House.About()
	if v.Vault, err = p.House.Vault(q.Context(), q.Actor); err != nil {
		return err
	}
	if p.Trust != nil {
		if v.Trust, _, err = p.Trust(); err != nil {
			v.Trust = nil // the page of evidence says it
		}
	}
	return q.Render(http.StatusOK, OverviewPage(q.Done("admin.done."), v))
}

func lanesOf(counts []clock.LaneCounts) []Lane {
	var out []Lane
	for _, c := range counts {
		out = append(out, Lane{Name: string(c.Lane), Waiting: c.Waiting, Overdue: c.Overdue, Running: c.Running, Dead: c.Dead, Paused: c.Paused, Lag: c.Lag})
	}
	return out
}

func (p *Pages) timers(q *staff.Request) error {
	lanes, err := p.Timers.Lanes(q.Context())
	if err != nil {
		return err
	}
	dead, err := p.Timers.DeadLetters(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	v := Timers{Lanes: lanesOf(lanes), Idem: q.Idem()}
	for _, d := range dead {
		v.Dead = append(v.Dead, DeadRow{ID: d.ID, Lane: string(d.Lane), Kind: d.Kind, Attempts: d.Attempts, Died: d.Died, Cause: staff.Clean(d.Cause, 200)})
	}
	return q.Render(http.StatusOK, TimersPage(q.Done("admin.done."), v))
}

func (p *Pages) timerAct(q *staff.Request) error {
	id, err := q.PathID("id")
	if err != nil {
		return err
	}
	if err := q.ParseForm(); err != nil {
		return err
	}
	done := "retried"
	switch q.PostForm.Get("act") {
	case "retry":
		err = p.Timers.Retry(q.Context(), q.Actor, id)
	case "drop":
		done = "dropped"
		err = p.Timers.Drop(q.Context(), q.Actor, id)
	default:
		return casefile.Fail(casefile.Invalid, "error.invalid")
	}
	if err != nil && !casefile.Is(err, casefile.NotFound) {
		return err
	}
	// Not found: somebody else was faster, which is as good.
	p.wrote(q, "timer."+done)
	return q.See("/admin/timers?done=" + done)
}

func (p *Pages) evidence(q *staff.Request) error {
	s, err := p.House.Vault(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	pg := q.Done("admin.done.")
	if s.Running {
		pg.Refresh = 15
	}
	v := Evidence{State: s, Idem: q.Idem()}
	if p.Trust != nil {
		v.Trust, v.Folder, err = p.Trust()
		v.TrustProblem = err != nil // the rest of the page is worth showing all the same
	}
	return q.Render(http.StatusOK, EvidencePage(pg, v))
}

func (p *Pages) verify(q *staff.Request) error {
	if err := p.House.Verify(q.Context(), q.Actor); err != nil {
		return err
	}
	p.wrote(q, "verify")
	return q.See("/admin/evidence?done=verifying")
}

func (p *Pages) clocks(q *staff.Request) error {
	pr := q.P()
	var v Clocks
	for _, r := range p.Policy.Rules {
		v.Rules = append(v.Rules, RuleRow{
			Kind: wordOr(pr, "desk.clock.", r.Kind), For: words(pr, "kind", r.Requests), Urgency: words(pr, "urgency", r.Urgency), Length: lengthWords(pr, r),
			Unit: pr.T("admin.unit." + string(r.Unit)), Calendar: p.calendarTitle(pr, r.Calendar), OnExpiry: wordOr(pr, "admin.expiry.", r.OnExpiry),
		})
	}
	for _, r := range p.Policy.Pauses {
		var clocks, roles []string
		for _, c := range r.Clocks {
			clocks = append(clocks, wordOr(pr, "desk.clock.", c))
		}
		for _, role := range r.Roles {
			roles = append(roles, staff.Word(pr, "role", string(role)))
		}
		v.Pauses = append(v.Pauses, PauseRow{Reason: pr.Pick(r.ZH, r.EN), Clocks: pr.List(clocks), Roles: pr.List(roles)})
	}
	for _, y := range p.Calendars.Years() {
		v.Years = append(v.Years, yearOf(pr, y))
	}
	for _, name := range p.Calendars.Names() {
		c, err := p.Calendars.Get(name)
		if err != nil {
			return casefile.Failf(casefile.Internal, "error.internal", "calendar %s: %w", name, err)
		}
		v.Hours = append(v.Hours, HoursRow{Name: name, Title: pr.Pick(c.ZH, c.EN), Version: c.Version, Open: c.Open(pr.Now), Provisional: c.Provisional(pr.In(pr.Now).Year())})
	}
	return q.Render(http.StatusOK, ClocksPage(q.Page(), v))
}

// lengthWords writes the length of a clock as people say it: 10 分钟, 2 个工作日.
func lengthWords(pr i18n.Printer, r clock.ClockRule) string {
	if d, err := time.ParseDuration(r.Length); err == nil {
		return pr.Duration(d)
	}
	if n, err := strconv.Atoi(strings.TrimSuffix(r.Length, "d")); err == nil {
		return strconv.Itoa(n)
	}
	return r.Length
}

func yearOf(pr i18n.Printer, y clock.Year) YearRow {
	row := YearRow{Year: y.Year, Title: pr.Pick(y.TitleZH, y.TitleEN), Document: y.Document, Published: y.Published, Provisional: y.Status != clock.Published, Own: y.Override, Makeup: y.Makeup}
	for _, h := range y.Holidays {
		span := h.From
		if h.To != h.From {
			span += " – " + h.To
		}
		row.Holidays = append(row.Holidays, pr.Pick(h.ZH, h.EN)+" "+span)
	}
	return row
}

func (p *Pages) calendarTitle(pr i18n.Printer, name string) string {
	c, err := p.Calendars.Get(name)
	if err != nil {
		return name
	}
	return pr.Pick(c.ZH, c.EN)
}

// words names the codes of a list; an empty list is everything.
func words(pr i18n.Printer, group string, codes []string) string {
	if len(codes) == 0 {
		return pr.T("admin.clocks.all")
	}
	var out []string
	for _, c := range codes {
		out = append(out, staff.Word(pr, group, c))
	}
	return pr.List(out)
}

// wordOr is the sentence prefix+code, or the code itself when there is none.
func wordOr(pr i18n.Printer, prefix, code string) string {
	if key := prefix + strings.ReplaceAll(code, ".", "_"); i18n.Has(key) {
		return pr.T(key)
	}
	return code
}
