package service

import (
	"context"
	"slices"
	"time"

	"anxin/dispatch"
	"anxin/internal/casefile"
	"anxin/internal/clock"
	"anxin/internal/tx"
)

// The circles of the search for a technician, wider and wider.
const (
	circleNear       = 0 // registered for the place
	circleWide       = 1 // registered for a neighbouring county of the same city
	circleBroadcast  = 2 // everybody who can, at once: the first to accept has it
	circleDispatcher = 3 // a person has to look; the search is repeated from time to time
	circleAsked      = 4 // a dispatcher asked for a broadcast, whatever happened before
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
var retryDispatcher = map[Urgency]time.Duration{Emergency: 5 * time.Minute, Express: 10 * time.Minute, Booked: 30 * time.Minute, Flexible: 2 * time.Hour}

// atOnce is how many are asked at the same time while circles are near.
func atOnce(u Urgency) int {
	switch u {
	case Emergency:
		return 3
	case Express:
		return 2
	}
	return 1
}

// HandleAssign is the handler of the timer "service.assign": it ranks outside any transaction and writes the offers in the one that ends the timer.
func (s *Service) HandleAssign(ctx context.Context, tm clock.Timer) (func(ctx context.Context, t tx.Tx) error, error) {
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
func (s *Service) Assign(ctx context.Context, tenant casefile.Tenant, caseID, request casefile.ID) error {
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
	nobody  []Reason // when picks is empty: the rules that stood in the way, most frequent first
}

type pick struct {
	technician casefile.ID
	c          dispatch.Candidate
}

// planAssignment reads the case and ranks. It answers nil when there is nothing to do: the visit is held, pinned or being offered.
func (s *Service) planAssignment(ctx context.Context, tenant casefile.Tenant, caseID, request casefile.ID) (*assignment, error) {
	var plan *assignment
	err := s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		plan = nil
		c, err := s.Timeline.Get(ctx, t, tenant, caseID)
		if err != nil {
			return err
		}
		w := &work{s: s, t: t, actor: casefile.SystemActor(tenant), now: s.Source.Now(), c: c}
		if err := w.read(ctx); err != nil {
			return err
		}
		if w.req.ID != request || !w.searching() {
			return nil
		}
		plan, err = w.rankRound(ctx)
		return err
	})
	return plan, err
}

// read loads requests and visits into a work that holds no lock.
func (w *work) read(ctx context.Context) (err error) {
	if w.reqs, err = w.s.Store.Requests(ctx, w.t, w.c.Tenant, w.c.ID); err != nil {
		return err
	}
	if len(w.reqs) == 0 {
		return errNotFound
	}
	w.req = &w.reqs[len(w.reqs)-1]
	if w.visits, err = w.s.Store.Visits(ctx, w.t, w.c.Tenant, w.c.ID); err != nil {
		return err
	}
	for i := range w.visits {
		if w.visits[i].Request == w.req.ID {
			w.visit = &w.visits[i]
		}
	}
	return nil
}

// searching reports whether a technician is being looked for.
func (w *work) searching() bool {
	if w.req.State != RequestTriaged && w.req.State != RequestPlanned || w.req.Region == "" {
		return false
	}
	v := w.visit
	return v == nil || visitEnded(v.State) || !v.Pinned && (v.State == VisitPlanned || v.State == VisitOffered)
}

func visitEnded(s State) bool {
	switch s {
	case VisitFinished, VisitNeedsFollowUp, VisitNoAccess, VisitAborted:
		return true
	}
	return false
}

// openVisit is the visit that is being planned, or nil.
func (w *work) openVisit() *Visit {
	if w.visit == nil || visitEnded(w.visit.State) {
		return nil
	}
	return w.visit
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

func (w *work) asked(ctx context.Context) (asked, error) {
	a := asked{declined: map[casefile.ID]string{}, expired: map[casefile.ID]bool{}}
	list, err := w.caseOffers(ctx)
	if err != nil {
		return a, err
	}
	visit := w.openVisit()
	base := 0
	for i := range list {
		o := &list[i]
		mine := visit != nil && o.Visit == visit.ID
		if mine {
			a.round = max(a.round, o.Round)
		}
		switch {
		case o.State == OfferDeclined && mine:
			a.declined[o.Technician] = dispatch.TechnicianDeclined
		case o.State == OfferWithdrawn && o.DeclineReason == "customer_refused":
			a.declined[o.Technician] = dispatch.CustomerRefused
		case o.State == OfferWithdrawn && o.DeclineReason != "" && mine:
			a.declined[o.Technician] = dispatch.TechnicianDeclined
			base = max(base, o.Round)
		case o.State == OfferExpired && mine:
			a.expired[o.Technician] = true
		case slices.Contains(live, o.State) && mine:
			a.live++
		}
	}
	for i := range w.visits {
		if v := &w.visits[i]; !v.Arrived.IsZero() {
			a.previous = v.Technician
		}
	}
	a.since = a.round - base
	return a, nil
}

// job is the current request as the dispatch engine sees it, and until when it is planned.
func (w *work) job(a asked) (dispatch.Job, time.Time) {
	r := w.req
	need, _ := w.s.Catalogue.Need(string(r.Kind), r.Product)
	j := dispatch.Job{ID: r.ID.String(), Place: placeOf(r.LngE6, r.LatE6, r.GeoPrecision), Region: r.Region, ServiceSeconds: int32(need.Minutes * 60),
		Skills:       []dispatch.SkillNeed{{Skill: skillName(r.Kind, r.Product), Level: need.Level}},
		Certificates: need.Certificates}
	from, to := w.now, w.now.Add(horizon)
	if r.WishedTo.After(w.now) {
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
	slices.SortFunc(j.Exclude, func(a, b dispatch.Exclusion) int { return compareText(a.Technician, b.Technician) })
	if !a.previous.IsNil() {
		j.Previous = a.previous.String()
	}
	return j, to.Add(24 * time.Hour)
}

func compareText(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// rankRound decides who is asked next, and how.
func (w *work) rankRound(ctx context.Context) (*assignment, error) {
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
	plan := &assignment{tenant: w.c.Tenant, caseID: w.c.ID, request: w.req.ID, seq: w.c.LastSeq, round: a.round + 1, circle: circleNear}
	if v := w.openVisit(); v != nil {
		plan.circle = v.Circle
	}
	forced := plan.circle == circleAsked
	if plan.circle == circleBroadcast { // everybody was asked at once, and nobody took it
		plan.circle = circleDispatcher
	}
	plan.circle = min(max(plan.circle, circleFor(a.since)), circleDispatcher)
	again := plan.circle == circleDispatcher && !forced // from time to time, about people who were not asked yet
	if forced || again {
		plan.circle = circleBroadcast
	}
	for ; plan.circle < circleDispatcher; plan.circle++ {
		ranked, err := w.rank(ctx, a, plan.circle)
		if err != nil {
			return nil, err
		}
		for _, c := range ranked {
			id, err := casefile.ParseID(c.Technician)
			if err != nil || !c.Eligible || a.expired[id] && (plan.circle < circleBroadcast || again) {
				continue
			}
			plan.picks = append(plan.picks, pick{id, c})
		}
		if len(plan.picks) == 0 {
			plan.nobody = whyNobody(ranked)
			continue
		}
		w.limitPicks(plan, deadline)
		return plan, nil
	}
	return plan, nil
}

// circleFor is the circle after so many rounds without success.
func circleFor(rounds int) int {
	switch {
	case rounds < nearRounds:
		return circleNear
	case rounds < nearRounds+wideRounds:
		return circleWide
	case rounds == nearRounds+wideRounds:
		return circleBroadcast
	}
	return circleDispatcher
}

// limitPicks keeps those who are asked now and says for how long. When a row of single offers would eat the time that is left, everybody is asked at once.
func (w *work) limitPicks(plan *assignment, deadline time.Time) {
	u, _ := w.s.Catalogue.Urgency(string(w.req.Urgency))
	slack := deadline.Sub(plan.picks[0].c.Arrival.Std())
	wait, hurry := offerTime(time.Duration(u.Offer)*time.Minute, slack)
	plan.expires = wait
	most := atOnce(w.req.Urgency)
	if hurry || plan.circle == circleBroadcast {
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
func (w *work) deadline(ctx context.Context) (time.Time, error) {
	end := w.now.Add(horizon)
	if w.req.WishedTo.After(w.now) {
		end = w.req.WishedTo
	}
	list, err := w.s.Clocks.Of(ctx, w.t, w.c.Tenant, w.c.ID)
	if err != nil {
		return end, err
	}
	for _, c := range list {
		if c.Kind != clockArrive || !c.Stopped.IsZero() || c.Request != w.req.ID {
			continue
		}
		st, err := w.s.Clocks.State(c, w.now)
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
	if p != nil && p.State != PromiseQuoted && p.To.Before(end) {
		end = p.To
	}
	return end, nil
}

// rank asks the engine about everybody of a circle.
func (w *work) rank(ctx context.Context, a asked, circle int) ([]dispatch.Candidate, error) {
	j, until := w.job(a)
	codes := prefixes(w.req.Region)
	if circle >= circleWide {
		codes = append(codes, w.s.wider(w.req.Region)...)
		j.Region = ""
	}
	wf, err := w.s.workforce(ctx, w.t, w.c.Tenant, codes, until)
	if err != nil {
		return nil, err
	}
	if circle >= circleWide {
		for i := range wf.Technicians {
			if !slices.ContainsFunc(wf.Technicians[i].Regions, func(r string) bool { return slices.Contains(prefixes(w.req.Region), r) }) {
				wf.Technicians[i].MaxMetres = maxWideMetres
			}
		}
	}
	return dispatch.Rank(ctx, &dispatch.Problem{Now: dispatch.At(w.now), Technicians: wf.Technicians, Commitments: wf.Commitments, Travel: w.s.Travel}, &j)
}

// whyNobody counts the rules that stood in the way.
func whyNobody(list []dispatch.Candidate) []Reason {
	count := map[dispatch.Code]int{}
	for _, c := range list {
		for _, r := range c.Reasons {
			count[r.Code]++
		}
	}
	var out []Reason
	for code, n := range count {
		out = append(out, Reason{Code: string(code), Params: map[string]string{"n": itoa(n)}})
	}
	slices.SortFunc(out, func(a, b Reason) int {
		if x, y := a.Params["n"], b.Params["n"]; len(x) != len(y) || x != y {
			return -compareText(pad(x), pad(y))
		}
		return compareText(a.Code, b.Code)
	})
	return out
}
