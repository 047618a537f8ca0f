package flow

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"anxin/dispatch"
	"anxin/internal/casefile"
	"anxin/internal/clock"
	"anxin/internal/service/terms"
	"anxin/internal/tx"
)

// The circles of the search for a technician, wider and wider.
const (
	CircleNear       = 0 // registered for the place
	CircleWide       = 1 // registered for a neighbouring county of the same city
	CircleBroadcast  = 2 // everybody who can, at once: the first to accept has it
	CircleDispatcher = 3 // a person has to look; the search is repeated from time to time
	CircleAsked      = 4 // a dispatcher asked for a broadcast, whatever happened before
)

// Rounds of offers before the circle widens.
const (
	nearRounds = 3
	wideRounds = 2
	broadcasts = 10 // offers of one broadcast, at most
)

// maxWideMetres bounds how far a technician is sent outside their own region.
const maxWideMetres = 80_000

// retryDispatcher is when the search is repeated once a dispatcher was asked.
var retryDispatcher = map[terms.Urgency]time.Duration{terms.Emergency: 5 * time.Minute, terms.Express: 10 * time.Minute, terms.Booked: 30 * time.Minute, terms.Flexible: 2 * time.Hour}

// atOnce is how many are asked at the same time while circles are near.
func atOnce(u terms.Urgency) int {
	switch u {
	case terms.Emergency:
		return 3
	case terms.Express:
		return 2
	}
	return 1
}

// HandleAssign is the handler of the timer "service.assign": it ranks outside any transaction and writes the offers in the one that ends the timer.
func (s *Commands) HandleAssign(ctx context.Context, tm clock.Timer) (func(ctx context.Context, t tx.Tx) error, error) {
	request, err := readPayload(tm)
	if err != nil {
		return nil, err
	}
	plan, err := s.planAssignment(ctx, tm.Tenant, tm.Case, request)
	if err != nil || plan == nil {
		return nil, err
	}
	return func(ctx context.Context, t tx.Tx) error { return s.applyAssignment(ctx, t, plan) }, nil
}

// Assign plans and applies in one call, for a dispatcher's "look again now" and for tests.
func (s *Commands) Assign(ctx context.Context, tenant casefile.Tenant, caseID, request casefile.ID) error {
	plan, err := s.planAssignment(ctx, tenant, caseID, request)
	if err != nil || plan == nil {
		return err
	}
	return s.Run.Write(ctx, func(ctx context.Context, t tx.Tx) error { return s.applyAssignment(ctx, t, plan) })
}

// assignment is what a ranking led to, with what it was based on.
type assignment struct {
	tenant  casefile.Tenant
	caseID  casefile.ID
	request casefile.ID
	seq     int64 // of the case when it was read: another one means that the plan is stale
	circle  int
	round   int
	expires time.Duration
	picks   []pick
	soonest time.Time      // when the first of all who can could be there
	late    bool           // nobody can be there before the deadline
	wait    time.Time      // not zero: nobody is at work now and it is not urgent; ask then
	nobody  []terms.Reason // when picks is empty: the rules that stood in the way, most frequent first
}

type pick struct {
	technician casefile.ID
	c          dispatch.Offer
}

// planAssignment reads the case and ranks. It answers nil when there is nothing to do: the visit is held, pinned or being offered.
func (s *Commands) planAssignment(ctx context.Context, tenant casefile.Tenant, caseID, request casefile.ID) (*assignment, error) {
	var plan *assignment
	var board terms.Board
	var until time.Time
	if s.Boards != nil {
		board, until = s.Boards.Board(ctx, tenant)
	}
	err := s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		plan = nil
		c, err := s.Timeline.Get(ctx, t, tenant, caseID)
		if err != nil {
			return err
		}
		w := &Work{Commands: s, Tx: t, Actor: casefile.SystemActor(tenant), Now: s.Source.Now(), Case: c}
		if err := w.Read(ctx); err != nil {
			return err
		}
		if w.Req.ID != request || !w.searching() {
			return nil
		}
		w.board, w.boardUntil = board, until
		plan, err = w.rankRound(ctx)
		return err
	})
	return plan, err
}

// Read loads requests and visits into a work that holds no lock.
func (w *Work) Read(ctx context.Context) (err error) {
	if w.Reqs, err = w.Commands.Store.Requests(ctx, w.Tx, w.Case.Tenant, w.Case.ID); err != nil {
		return err
	}
	if len(w.Reqs) == 0 {
		return ErrNotFound
	}
	w.Req = &w.Reqs[len(w.Reqs)-1]
	if w.Visits, err = w.Commands.Store.Visits(ctx, w.Tx, w.Case.Tenant, w.Case.ID); err != nil {
		return err
	}
	for i := range w.Visits {
		if w.Visits[i].Request == w.Req.ID {
			w.Visit = &w.Visits[i]
		}
	}
	return nil
}

// searching reports whether a technician is being looked for.
func (w *Work) searching() bool {
	if w.Req.State != terms.RequestTriaged && w.Req.State != terms.RequestPlanned || w.Req.Region == "" {
		return false
	}
	v := w.Visit
	return v == nil || visitEnded(v.State) || !v.Pinned && (v.State == terms.VisitPlanned || v.State == terms.VisitOffered)
}

func visitEnded(s terms.State) bool {
	switch s {
	case terms.VisitFinished, terms.VisitNeedsFollowUp, terms.VisitNoAccess, terms.VisitAborted:
		return true
	}
	return false
}

// OpenVisit is the visit that is being planned, or nil.
func (w *Work) OpenVisit() *terms.Visit {
	if w.Visit == nil || visitEnded(w.Visit.State) {
		return nil
	}
	return w.Visit
}

// asked sums up the offers of this request.
type asked struct {
	declined map[casefile.ID]string // technicians who are out, with the cause
	expired  map[casefile.ID]bool   // who did not answer; they may be asked again in a broadcast
	live     int
	round    int // newest
	since    int // rounds since the search began anew (a visit was given back)
	previous casefile.ID
}

func (w *Work) asked(ctx context.Context) (asked, error) {
	a := asked{declined: map[casefile.ID]string{}, expired: map[casefile.ID]bool{}}
	list, err := w.CaseOffers(ctx)
	if err != nil {
		return a, err
	}
	visit := w.OpenVisit()
	base := 0
	for i := range list {
		o := &list[i]
		mine := visit != nil && o.Visit == visit.ID
		if mine {
			a.round = max(a.round, o.Round)
		}
		switch {
		case o.State == terms.OfferDeclined && mine:
			a.declined[o.Technician] = dispatch.TechnicianDeclined
		case o.State == terms.OfferWithdrawn && o.DeclineReason == "customer_refused":
			a.declined[o.Technician] = dispatch.CustomerRefused
		case o.State == terms.OfferWithdrawn && o.DeclineReason != "" && mine:
			a.declined[o.Technician] = dispatch.TechnicianDeclined
			base = max(base, o.Round)
		case o.State == terms.OfferExpired && mine:
			a.expired[o.Technician] = true
		case slices.Contains(terms.LiveOfferStates, o.State) && mine:
			a.live++
		}
	}
	for i := range w.Visits {
		if v := &w.Visits[i]; !v.Arrived.IsZero() {
			a.previous = v.Technician
		}
	}
	a.since = a.round - base
	return a, nil
}

// region is the division that technicians must cover, as it is today.
func (w *Work) region() string {
	if now := w.Commands.present(w.Req.Region); len(now) == 1 {
		return now[0]
	}
	return "" // divided since: whoever is registered for any of what it became is asked
}

// job is the current request as the dispatch engine sees it, and until when it is planned.
func (w *Work) job(a asked) (dispatch.Job, time.Time) {
	r := w.Req
	need, _ := w.Commands.Catalogue.Need(string(r.Kind), r.Product)
	j := dispatch.Job{ID: r.ID.String(), Place: placeOf(r.LngE6, r.LatE6, r.GeoPrecision), Region: w.region(), ServiceSeconds: int32(need.Minutes * 60),
		Skills:       []dispatch.SkillNeed{{Skill: skillName(r.Kind, r.Product), Level: need.Level}},
		Certificates: need.Certificates}
	j.Place.Key = r.Case.String()
	from, to := w.Now, w.Now.Add(horizon)
	if r.WishedTo.After(w.Now) {
		to = r.WishedTo
		if r.WishedFrom.After(from) {
			from = r.WishedFrom
		}
	}
	if r.NotBefore.After(from) {
		from = r.NotBefore
		if !to.After(from) {
			to = from.Add(horizon)
		}
	}
	j.Windows = []dispatch.Window{{From: dispatch.At(from), To: dispatch.At(to)}}
	for id, cause := range a.declined {
		j.Exclude = append(j.Exclude, dispatch.Exclusion{Technician: id.String(), Cause: cause})
	}
	slices.SortFunc(j.Exclude, func(a, b dispatch.Exclusion) int { return strings.Compare(a.Technician, b.Technician) })
	if !a.previous.IsNil() {
		j.Previous = a.previous.String()
	}
	return j, to.Add(24 * time.Hour)
}

// rankRound decides who is asked next, and how.
func (w *Work) rankRound(ctx context.Context) (*assignment, error) {
	a, err := w.asked(ctx)
	if err != nil {
		return nil, err
	}
	if a.live > 0 {
		return nil, nil // somebody is thinking about it; their answer or its expiry comes back here
	}
	deadline, err := w.deadline(ctx)
	if err != nil {
		return nil, err
	}
	plan := &assignment{tenant: w.Case.Tenant, caseID: w.Case.ID, request: w.Req.ID, seq: w.Case.LastSeq, round: a.round + 1, circle: CircleNear}
	if v := w.OpenVisit(); v != nil {
		plan.circle = v.Circle
	}
	forced := plan.circle == CircleAsked
	if plan.circle == CircleBroadcast { // everybody was asked at once, and nobody took it
		plan.circle = CircleDispatcher
	}
	plan.circle = min(max(plan.circle, circleFor(a.since)), CircleDispatcher)
	again := plan.circle == CircleDispatcher && !forced // from time to time, about people who were not asked yet
	if forced || again {
		plan.circle = CircleBroadcast
	}
	for ; plan.circle < CircleDispatcher; plan.circle++ {
		left := a.expired
		if plan.circle == CircleBroadcast && !again {
			left = nil // who did not answer is asked once more
		}
		r, err := w.rank(ctx, a, left, plan.circle)
		if err != nil {
			return nil, err
		}
		for _, c := range r.offers {
			if id, err := casefile.ParseID(c.Technician); err == nil && c.Eligible {
				plan.picks = append(plan.picks, pick{id, c})
			}
		}
		plan.soonest = r.soonest.Std()
		if len(plan.picks) == 0 {
			plan.nobody = whyNobody(r.offers)
			continue
		}
		if plan.wait = w.untilWork(plan, &r.wf); plan.wait.IsZero() {
			w.limitPicks(plan, deadline)
		}
		return plan, nil
	}
	return plan, nil
}

// circleFor is the circle after so many rounds without success.
func circleFor(rounds int) int {
	switch {
	case rounds < nearRounds:
		return CircleNear
	case rounds < nearRounds+wideRounds:
		return CircleWide
	case rounds == nearRounds+wideRounds:
		return CircleBroadcast
	}
	return CircleDispatcher
}

// limitPicks keeps those who are asked now and says for how long. When a row of single offers would eat the time that is left, everybody is asked at once.
func (w *Work) limitPicks(plan *assignment, deadline time.Time) {
	u, _ := w.Commands.Catalogue.Urgency(string(w.Req.Urgency))
	// What may be waited is measured from the soonest arrival: the cheapest may well be a later hour, which waiting for an answer does not move.
	slack := deadline.Sub(plan.soonest)
	wait, hurry := offerTime(time.Duration(u.Offer)*time.Minute, slack)
	plan.expires, plan.late = wait, slack <= 0
	most := atOnce(w.Req.Urgency)
	if hurry || plan.circle == CircleBroadcast {
		most = broadcasts
	}
	if len(plan.picks) > most {
		plan.picks = plan.picks[:most]
	}
}

// Bounds of the time a technician has to answer.
const (
	leastOffer = 45 * time.Second
	lateOffer  = 2 * time.Minute
)

// offerTime is how long an offer stands: never longer than policy, and always shorter than the slack, which is what remains between the arrival it would
// lead to and the deadline. hurry says that there is no time for asking one after the other. Once the deadline cannot be met
// any more (slack ≤ 0) nothing can be shorter than it; then offers are short and go to everybody.
func offerTime(policy, slack time.Duration) (wait time.Duration, hurry bool) {
	if slack <= 0 {
		return min(policy, lateOffer), true
	}
	wait = min(policy, slack/3)
	return wait, wait < leastOffer
}

// deadline is when somebody has to be there: the open promise, the wished time or the arrive clock, whichever is first.
func (w *Work) deadline(ctx context.Context) (time.Time, error) {
	end := w.Now.Add(horizon)
	if w.Req.WishedTo.After(w.Now) {
		end = w.Req.WishedTo
	}
	list, err := w.Commands.Clocks.Of(ctx, w.Tx, w.Case.Tenant, w.Case.ID)
	if err != nil {
		return end, err
	}
	for _, c := range list {
		if c.Kind != clockArrive || !c.Stopped.IsZero() || c.Request != w.Req.ID {
			continue
		}
		st, err := w.Commands.Clocks.State(c, w.Now)
		if err != nil {
			return end, err
		}
		if !st.Paused && st.Due.Before(end) {
			end = st.Due
		}
	}
	p, err := w.openPromise(ctx)
	if err != nil {
		return end, err
	}
	if p != nil && p.State != terms.PromiseQuoted && p.To.Before(end) {
		end = p.To
	}
	return end, nil
}

// untilWork says when to ask when nobody of the picks is at work now and the request can wait: nobody is woken for a visit of tomorrow. Zero: ask now.
func (w *Work) untilWork(plan *assignment, wf *Workforce) (at time.Time) {
	if w.Req.Urgency == terms.Emergency || w.Req.Urgency == terms.Express {
		return at
	}
	now := dispatch.At(w.Now)
	for _, p := range plan.picks {
		i := slices.IndexFunc(wf.Technicians, func(t dispatch.Technician) bool { return t.ID == p.c.Technician })
		if i < 0 {
			continue
		}
		for _, s := range wf.Technicians[i].Shifts {
			if s.From <= now && now < s.To {
				return time.Time{}
			}
			if next := s.From.Std(); s.From > now && (at.IsZero() || next.Before(at)) {
				at = next
			}
		}
	}
	return at
}

// whyNobody counts the rules that stood in the way.
func whyNobody(list []dispatch.Offer) []terms.Reason {
	count := map[dispatch.Code]int{}
	for _, c := range list {
		for _, r := range c.Reasons {
			count[r.Code]++
		}
	}
	var out []terms.Reason
	for code, n := range count {
		out = append(out, terms.Reason{Code: string(code), Params: map[string]string{"n": strconv.Itoa(n)}})
	}
	slices.SortFunc(out, func(a, b terms.Reason) int {
		if x, y := a.Params["n"], b.Params["n"]; len(x) != len(y) || x != y {
			return -strings.Compare(pad(x), pad(y))
		}
		return strings.Compare(a.Code, b.Code)
	})
	return out
}
