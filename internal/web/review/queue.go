package review

import (
	"net/http"

	"anxin/internal/casefile"
	"anxin/internal/claim"
	"anxin/internal/web/staff"
	"anxin/internal/web/ui"
)

// queue shows how many claims wait and the button for the next one. There is no list: who could choose would choose the easy ones.
func (p *Pages) queue(q *staff.Request) error { return p.showQueue(q, http.StatusOK, Queue{}) }

func (p *Pages) showQueue(q *staff.Request, status int, v Queue) error {
	info, err := p.Claims.QueueInfo(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	v.Idem, v.Problems = q.Idem(), -1
	if q.Actor.Role == casefile.Admin {
		v.Lead, v.Problems = true, info.Problems
	}
	for _, name := range []string{"review", "second", "appeal"} {
		w := Waiting{Name: name}
		for _, c := range info.Queues {
			if c.Queue == name {
				w.Waiting, w.Leased, w.Overdue, w.Nearest = c.Waiting, c.Leased, c.Overdue, c.Nearest
			}
		}
		v.Queues = append(v.Queues, w)
	}
	v.None = !info.MayTake
	if m := info.Mine; m != nil {
		v.Mine = mineOf(*m)
	}
	pg := q.Done("review.done.")
	pg.Failed = v.Form.Failed()
	return q.Render(status, QueuePage(pg, v))
}

func mineOf(m claim.Leased) *Mine {
	return &Mine{Number: m.Number, Part: string(m.Part), State: string(m.State), Due: m.Due, Until: m.Until}
}

// next takes the most urgent claim that the reader may have.
func (p *Pages) next(q *staff.Request) error {
	if err := q.ParseForm(); err != nil {
		return err
	}
	m, err := p.Claims.Next(q.Context(), q.Actor)
	if casefile.Is(err, casefile.NotFound) {
		return q.See(home + "?done=none")
	}
	if err != nil {
		return err
	}
	return q.See(path(m.Number))
}

// find goes to a claim by its number: for leads, and for claims that the reader acted in.
func (p *Pages) find(q *staff.Request) error {
	if err := q.ParseForm(); err != nil {
		return err
	}
	v := Queue{Find: q.Text("number", 30)}
	n, ok := casefile.ParseNumber(v.Find)
	var err error = casefile.InvalidField("number", "review.find.bad")
	if ok {
		_, err = p.Claims.FindClaim(q.Context(), q.Actor, n)
		if err == nil {
			return q.See(path(n))
		}
		if !casefile.Is(err, casefile.NotFound) && !casefile.Is(err, casefile.Denied) {
			return err
		}
		err = casefile.InvalidField("number", "review.find.not_yours")
	}
	v.Form = ui.FormOf(q.P(), err)
	return p.showQueue(q, http.StatusUnprocessableEntity, v)
}
