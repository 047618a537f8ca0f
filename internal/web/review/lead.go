package review

import (
	"net/http"

	"anxin/internal/casefile"
	"anxin/internal/web/staff"
)

// problems lists what only a lead can move on: disagreements, escalations, refunds that cannot be carried out.
func (p *Pages) problems(q *staff.Request) error {
	rows, err := p.Claims.Problems(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	var v Problems
	for _, r := range rows {
		one := ProblemRow{Number: r.Number, State: string(r.State), Problem: r.Problem, Due: r.Due}
		for _, a := range r.Actions {
			one.Acts = append(one.Acts, string(a.Move))
		}
		v.Rows = append(v.Rows, one)
	}
	return q.Render(http.StatusOK, ProblemsPage(q.Done("review.done."), v))
}

// duty is the sheet that shows how the platform took care in this claim.
func (p *Pages) duty(q *staff.Request, id casefile.ID) error {
	d, err := p.Claims.Duty(q.Context(), q.Actor, id)
	if err != nil {
		return err
	}
	pr := q.P()
	v := Duty{Number: d.Number, State: string(d.State), Filed: d.Filed, Packs: packsOf(pr, d.OrderPack, d.FilingPack, d.Applied), Why: inLang(pr.Lang, d.Why), Basis: p.laws(pr, d.Basis),
		CheckBegan: d.Check.Began, CheckEnded: d.Check.Ended, Versions: d.Check.Versions, Unfinished: d.Check.Unfinished, Cut: d.Unfinished,
		Notices: noticesOf(d.Notices), Windows: windowsOf(d.Windows), Silent: d.Silent, Letters: lettersOf(d.Letters), HumanMinutes: d.HumanMinutes,
		Appeal: string(d.Appeal), Overturned: string(d.Overturned), Burden: string(d.Burden), Entered: d.Entered}
	for _, i := range d.Impressions {
		v.Impressions = append(v.Impressions, impressionOf(i, casefile.Nil))
	}
	for _, x := range d.Decisions {
		v.Decisions = append(v.Decisions, decisionOf(pr, x, nil))
	}
	for _, l := range d.Leases {
		v.Leases = append(v.Leases, Lease{Part: string(l.Part), How: l.How, Taken: l.Taken, Ended: l.Ended, Minutes: l.Minutes})
	}
	for _, s := range d.Stages {
		v.Stages = append(v.Stages, Stage{State: string(s.State), Entered: s.Entered, Left: s.Left, Due: s.Due, Breached: s.Breached, Extended: s.Extended})
	}
	return q.Render(http.StatusOK, DutySheet(q.Page(), v))
}
