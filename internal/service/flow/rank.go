package flow

import (
	"cmp"
	"context"
	"slices"
	"time"

	"anxin/dispatch"
	"anxin/internal/casefile"
	"anxin/internal/service/plan"
	"anxin/internal/service/terms"
)

// Question is the open request as the engine is asked about it, and until when shifts are needed to answer.
func (w *Work) Question(ctx context.Context) (q plan.Question, until time.Time, err error) {
	a, err := w.asked(ctx)
	if err != nil {
		return q, until, err
	}
	return w.question(ctx, a)
}

func (w *Work) question(ctx context.Context, a asked) (q plan.Question, until time.Time, err error) {
	q.Order = plan.OrderFor(w.Req.Urgency)
	q.Job, until = w.job(a)
	if w.Req.Urgency == terms.Emergency {
		deadline, err := w.deadline(ctx)
		if err != nil {
			return q, until, err
		}
		q.Job.Deadline = dispatch.At(deadline)
	}
	return q, until, nil
}

// Around are the codes under which somebody may be registered who could come: of the place itself, and of its neighbours.
func (w *Work) Around() (near, wide []string) {
	near = w.Commands.registered(w.Req.Region)
	return near, w.Commands.wider(w.Req.Region)
}

// noAnswer is why somebody is left out who let an offer pass.
const noAnswer = "no_answer"

// ranking is who could come, the best first, then who cannot, with reasons.
type ranking struct {
	offers  []dispatch.Offer
	soonest dispatch.Time // the first possible arrival of all, 0 when there is none
	wf      Workforce     // of everybody who was ranked
}

// rank answers everybody of a circle. Technicians in left are not asked now.
func (w *Work) rank(ctx context.Context, a asked, left map[casefile.ID]bool, circle int) (r ranking, err error) {
	q, until, err := w.question(ctx, a)
	if err != nil {
		return r, err
	}
	for id := range left {
		q.Job.Exclude = append(q.Job.Exclude, dispatch.Exclusion{Technician: id.String(), Cause: noAnswer})
	}
	near, wide := w.Around()
	codes := near
	if circle >= CircleWide {
		codes = append(slices.Clip(codes), wide...)
		q.Job.Region = ""
	}
	if found, err := w.find(q, until, circle); err != nil || len(found) > 0 {
		if err != nil {
			return r, err
		}
		if r.wf, err = w.Commands.workforceOf(ctx, w.Tx, w.Case.Tenant, found, until); err != nil {
			return r, err
		}
		r.wf.bound(circle, near)
		if err := w.answer(ctx, q, &r); err != nil || slices.ContainsFunc(r.offers, func(o dispatch.Offer) bool { return o.Eligible }) {
			return r, err
		}
		r = ranking{}
	}
	// Nobody, or no board: the whole circle is read, which also says why nobody can come.
	if r.wf, err = w.Commands.WorkforceIn(ctx, w.Tx, w.Case.Tenant, codes, until); err != nil {
		return r, err
	}
	r.wf.bound(circle, near)
	return r, w.answer(ctx, q, &r)
}

// answer ranks the technicians of a ranking.
func (w *Work) answer(ctx context.Context, q plan.Question, r *ranking) error {
	answers, soonest, err := w.Commands.Alternatives(ctx, w.Now, q, &r.wf)
	for i := range answers {
		r.offers = append(r.offers, answers[i].Offer)
	}
	r.soonest = soonest
	return err
}

// finalists is how many technicians are read when the board has said who is best; more than are ever asked at once.
const finalists = broadcasts + 6

// find lets the board of everybody name those who are worth reading. The board is a cache: what it says of somebody is not used.
func (w *Work) find(q plan.Question, until time.Time, circle int) ([]casefile.ID, error) {
	if w.board == nil || w.boardUntil.Before(until) {
		return nil, nil
	}
	codes := w.Commands.present(w.Req.Region)
	if circle >= CircleWide {
		codes = append(slices.Clip(codes), w.Commands.wider(w.Req.Region)...)
	}
	best, err := plan.Best(w.board, q, codes, finalists)
	if err != nil {
		return nil, err
	}
	ids := make([]casefile.ID, 0, len(best))
	for _, x := range best {
		if id, err := casefile.ParseID(x); err == nil {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// bound limits how far those are sent who are not registered for the place.
func (wf *Workforce) bound(circle int, near []string) {
	if circle < CircleWide {
		return
	}
	for i := range wf.Technicians {
		if !slices.ContainsFunc(wf.Technicians[i].Regions, func(r string) bool { return slices.Contains(near, r) }) {
			wf.Technicians[i].MaxMetres = maxWideMetres
		}
	}
}

// Alternatives answers a question for everybody of a snapshot, by a board made of it; whom a board cannot hold is ranked by arrival alone, without a cost.
func (s *Commands) Alternatives(ctx context.Context, now time.Time, q plan.Question, wf *Workforce) (out []plan.Answer, soonest dispatch.Time, err error) {
	b, left, ok := plan.NewBoard(dispatch.At(now), s.Travel, wf.Technicians, wf.Commitments)
	if ok {
		ids := make([]string, 0, len(wf.Technicians))
		for i := range wf.Technicians {
			if id := wf.Technicians[i].ID; !slices.Contains(left, id) {
				ids = append(ids, id)
			}
		}
		if out, soonest, err = plan.Alternatives(b, q, ids); err != nil || len(left) == 0 {
			return out, soonest, err
		}
	}
	p := &dispatch.Problem{Now: dispatch.At(now), Travel: s.Travel}
	for i := range wf.Technicians {
		if t := &wf.Technicians[i]; !ok || slices.Contains(left, t.ID) {
			p.Technicians = append(p.Technicians, *t)
		}
	}
	for _, c := range wf.Commitments {
		if !ok || slices.Contains(left, c.Technician) {
			p.Commitments = append(p.Commitments, c)
		}
	}
	list, err := dispatch.Rank(ctx, p, &q.Job)
	for _, c := range list {
		out = append(out, plan.Answer{Offer: dispatch.Offer{Candidate: c}})
		if c.Eligible && (soonest == 0 || c.Arrival < soonest) {
			soonest = c.Arrival
		}
	}
	slices.SortStableFunc(out, func(x, y plan.Answer) int { // those without a cost stand behind the priced, unless the arrival decides
		if x.Eligible != y.Eligible || !x.Eligible {
			return place(&x) - place(&y)
		}
		if q.Order == dispatch.ByArrival {
			return cmp.Compare(x.Arrival, y.Arrival)
		}
		return 0
	})
	return out, soonest, err
}

// place puts who can come before who could with an override, and them before the others.
func place(a *plan.Answer) int {
	switch {
	case a.Eligible:
		return 0
	case a.Outside:
		return 1
	}
	return 2
}

// Searching reports whether a technician is being looked for, or may be changed.
func (w *Work) Searching() bool {
	return w.searching() || w.Visit != nil && !visitEnded(w.Visit.State) && w.Visit.Arrived.IsZero()
}

// Open is what a decision about the open request rests on.
func (w *Work) Open() terms.OpenCase {
	r := w.Req
	return terms.OpenCase{Request: r.ID, Region: r.Region, WishedFrom: r.WishedFrom, WishedTo: r.WishedTo, NotBefore: r.NotBefore}
}

// Unassigned reports whether the case looks for a technician whom nobody pinned.
func (w *Work) Unassigned() bool { return w.searching() }

// PlanJob is the open request as one of many of a day: besides the question its priority, its age, the promise and until when somebody has to be there.
func (w *Work) PlanJob(ctx context.Context) (dispatch.Job, error) {
	q, _, err := w.Question(ctx)
	if err != nil {
		return q.Job, err
	}
	j := q.Job
	j.Priority, j.Created = plan.PriorityOf(w.Req.Urgency), dispatch.At(w.Req.Created)
	due, err := w.deadline(ctx)
	if err != nil {
		return j, err
	}
	if due.Before(w.Now.Add(horizon)) && j.Deadline == 0 {
		j.Due = dispatch.At(due)
	}
	p, err := w.openPromise(ctx)
	if err == nil && p != nil && p.State != terms.PromiseQuoted && p.To.After(w.Now) {
		j.Promise = &dispatch.Window{From: dispatch.At(p.From), To: dispatch.At(p.To)}
	}
	return j, err
}
