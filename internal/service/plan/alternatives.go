package plan

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"anxin/dispatch"
	"anxin/internal/casefile"
	"anxin/internal/service/terms"
)

// Question is one more visit, and how the answers are ordered.
type Question struct {
	Job   dispatch.Job
	Order dispatch.RankOrder
}

// OrderFor says what counts for an urgency: in an emergency and in the express lane who is there first, otherwise what it costs.
func OrderFor(u terms.Urgency) dispatch.RankOrder {
	if u == terms.Emergency || u == terms.Express {
		return dispatch.ByArrival
	}
	return dispatch.ByCost
}

// Answer is what one technician's turn would be. Eligible ones carry times and cost.
type Answer struct {
	dispatch.Offer
	// Priced: the cost is known. Answers of a board are; a plain ranking knows arrivals only.
	Priced bool
	// Later: not on the soonest day on which somebody can come.
	Later bool
	// Outside: only the region forbids it; times and cost are what it would be if a dispatcher set that aside.
	Outside bool
}

// NewBoard puts technicians and what they agreed to on a board. Those whom a board cannot hold (overlapping shifts, more breaks on one day than it follows) are
// answered in left; the caller asks [dispatch.Rank] about them. ok is false when the travel model gives no speed by hour, which a board needs.
func NewBoard(now dispatch.Time, travel dispatch.TravelModel, technicians []dispatch.Technician, agreed []dispatch.Commitment) (b *dispatch.Board, left []string, ok bool) {
	profiled, ok := travel.(dispatch.Profiled)
	if !ok {
		return nil, nil, false
	}
	b = dispatch.NewBoard(now, profiled)
	byTechnician := map[string][]dispatch.Visit{}
	for i := range agreed {
		c := &agreed[i]
		byTechnician[c.Technician] = append(byTechnician[c.Technician], AsVisit(c))
	}
	order := make([]int, len(technicians))
	for i := range order {
		order[i] = i
	}
	// Equal offers are told apart by the order of Set: it must not depend on how rows came out of the database.
	slices.SortFunc(order, func(i, k int) int { return strings.Compare(technicians[i].ID, technicians[k].ID) })
	for _, i := range order {
		t := &technicians[i]
		if err := b.Set(*t, byTechnician[t.ID]); err != nil {
			b.Remove(t.ID)
			left = append(left, t.ID)
		}
	}
	return b, left, true
}

// AsVisit is an agreed visit as a board keeps it: fixed.
func AsVisit(c *dispatch.Commitment) dispatch.Visit {
	return dispatch.Visit{ID: c.ID, Place: c.Place, Start: c.Start, End: c.End}
}

// SoonestDay narrows a question to the first local day on which anybody on the board can come: the day is what the customer feels, the person and the hour
// are what the money decides. What goes by arrival, and what nobody can do, stays as it is. soonest is the first possible arrival; 0 when nobody can.
func SoonestDay(b terms.Board, q Question) (narrow Question, soonest dispatch.Time, err error) {
	first, err := b.Insert(&q.Job, 1, dispatch.ByArrival)
	if err != nil || len(first) == 0 {
		return q, 0, err
	}
	soonest = first[0].Arrival
	if q.Order == dispatch.ByArrival {
		return q, soonest, nil
	}
	return Question{Job: clip(q.Job, dispatch.At(nextMidnight(soonest.Std()))-1), Order: q.Order}, soonest, nil
}

// clip ends the windows of a job; one that begins later falls away.
func clip(j dispatch.Job, end dispatch.Time) dispatch.Job {
	var out []dispatch.Window
	for _, w := range j.Windows {
		if w.From <= end {
			out = append(out, dispatch.Window{From: w.From, To: min(w.To, end)})
		}
	}
	j.Windows = out
	return j
}

func nextMidnight(t time.Time) time.Time {
	l := t.In(casefile.Shanghai)
	return time.Date(l.Year(), l.Month(), l.Day()+1, 0, 0, 0, 0, casefile.Shanghai)
}

// Alternatives asks a board about each of some technicians: first who can come on the soonest day, in the order of the question; then who can come later, by
// arrival; then who cannot, each with every rule that stands in the way. soonest is the first possible arrival of all on the board; 0 when nobody can come.
func Alternatives(b terms.Board, q Question, technicians []string) (list []Answer, soonest dispatch.Time, err error) {
	narrow, soonest, err := SoonestDay(b, q)
	if err != nil {
		return nil, 0, err
	}
	offers, err := b.Insert(&narrow.Job, max(len(technicians), 1), q.Order)
	if err != nil {
		return nil, 0, err
	}
	done := make(map[string]bool, len(offers))
	out := make([]Answer, 0, len(technicians))
	for _, o := range offers {
		if slices.Contains(technicians, o.Technician) {
			done[o.Technician] = true
			out = append(out, Answer{Offer: o, Priced: true})
		}
	}
	var later, never []Answer
	for _, id := range technicians {
		if done[id] {
			continue
		}
		a, err := WhyNot(b, q, id)
		if err != nil {
			return nil, 0, err
		}
		if a.Later = a.Eligible; a.Eligible {
			later = append(later, a)
		} else {
			never = append(never, a)
		}
	}
	slices.SortStableFunc(later, func(a, b Answer) int {
		return cmp.Or(cmp.Compare(a.Arrival, b.Arrival), cmp.Compare(a.CostFen, b.CostFen), strings.Compare(a.Technician, b.Technician))
	})
	slices.SortStableFunc(never, func(a, b Answer) int {
		return cmp.Or(cmp.Compare(weight(&a), weight(&b)), cmp.Compare(len(a.Reasons), len(b.Reasons)), strings.Compare(a.Technician, b.Technician))
	})
	return append(append(out, later...), never...), soonest, nil
}

// weight orders who cannot come: those whom a dispatcher could send all the same are first.
func weight(a *Answer) int {
	if a.Outside {
		return 0
	}
	return 1
}

// WhyNot asks about one technician: the offer, or all rules that forbid it. When the region is the only one, it answers also what it would cost.
func WhyNot(b terms.Board, q Question, technician string) (Answer, error) {
	o, err := b.WhyNot(&q.Job, technician)
	if err != nil {
		return Answer{}, err
	}
	a := Answer{Offer: o, Priced: o.Eligible}
	if o.Eligible || len(o.Reasons) != 1 || o.Reasons[0].Code != dispatch.RegionNotCovered {
		return a, nil
	}
	anywhere := q.Job
	anywhere.Region = ""
	if o, err = b.WhyNot(&anywhere, technician); err != nil || !o.Eligible {
		return a, err
	}
	reasons := a.Reasons
	a = Answer{Offer: o, Priced: true, Outside: true}
	a.Eligible, a.Reasons = false, reasons
	return a, nil
}

// Best names the technicians of a board who are registered for any of some divisions and are the best for a visit, at most n, best first; and who could be there
// first of all, so that nobody asks them for the wrong moment.
func Best(b terms.Board, q Question, codes []string, n int) ([]string, error) {
	var first *dispatch.Offer
	for _, code := range codes {
		q.Job.Region = code
		got, err := b.Insert(&q.Job, 1, dispatch.ByArrival)
		if err != nil {
			return nil, err
		}
		if len(got) > 0 && (first == nil || got[0].Arrival < first.Arrival) {
			first = &got[0]
		}
	}
	if first == nil {
		return nil, nil
	}
	if q.Order == dispatch.ByCost {
		q.Job = clip(q.Job, dispatch.At(nextMidnight(first.Arrival.Std()))-1)
	}
	var all []dispatch.Offer
	for _, code := range codes {
		q.Job.Region = code
		got, err := b.Insert(&q.Job, n, q.Order)
		if err != nil {
			return nil, err
		}
		all = append(all, got...)
	}
	slices.SortStableFunc(all, func(x, y dispatch.Offer) int {
		if q.Order == dispatch.ByArrival {
			return cmp.Or(cmp.Compare(x.Arrival, y.Arrival), strings.Compare(x.Technician, y.Technician))
		}
		return cmp.Or(cmp.Compare(x.Points, y.Points), cmp.Compare(x.CostFen, y.CostFen), cmp.Compare(x.Arrival, y.Arrival), strings.Compare(x.Technician, y.Technician))
	})
	var out []string
	for _, o := range append(all, *first) {
		if !slices.Contains(out, o.Technician) && (len(out) < n || o.Technician == first.Technician) {
			out = append(out, o.Technician)
		}
	}
	return out, nil
}
