package tech

import (
	"net/http"
	"sort"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/i18n"
	"anxin/internal/service"
	"anxin/internal/web/staff"
	"anxin/internal/web/ui"
)

func (p *Pages) today(q *staff.Request) error {
	now := q.P().Now
	day := now
	if d, err := time.ParseInLocation(time.DateOnly, q.URL.Query().Get("day"), i18n.Shanghai()); err == nil {
		if away := d.Sub(now); away > -14*24*time.Hour && away < 31*24*time.Hour {
			day = d
		}
	}
	jobs, err := p.Service.Today(q.Context(), q.Actor, day)
	if err != nil {
		return err
	}
	offers, err := p.Service.Offers(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	me, err := p.Service.Technician(q.Context(), q.Actor, q.Actor.Technician)
	if err != nil {
		return err
	}
	v := dayView(q.P(), jobs)
	v.Day, v.Offers = day, len(offers)
	v.Shifts, v.Absent = shiftsOn(me, day)
	if sameDay(day, now) {
		tomorrow, err := p.Service.Today(q.Context(), q.Actor, day.AddDate(0, 0, 1))
		if err != nil {
			return err
		}
		v.Tomorrow = count48(tomorrow, day.AddDate(0, 0, 1))
		v.TomorrowDay = day.In(i18n.Shanghai()).AddDate(0, 0, 1).Format(time.DateOnly)
	}
	return q.Render(http.StatusOK, TodayPage(q.Done("tech.done."), v))
}

// count48 counts the jobs planned on the day: Today also answers unfinished ones of before.
func count48(jobs []service.Job, day time.Time) int {
	n := 0
	for _, j := range jobs {
		if sameDay(j.From, day) {
			n++
		}
	}
	return n
}

func sameDay(a, b time.Time) bool {
	return a.In(i18n.Shanghai()).Format(time.DateOnly) == b.In(i18n.Shanghai()).Format(time.DateOnly)
}

// dayView sorts a day's jobs: the one under way (or the next), the others, those that are over.
func dayView(p i18n.Printer, jobs []service.Job) Today {
	var v Today
	sort.SliceStable(jobs, func(i, j int) bool { return jobs[i].From.Before(jobs[j].From) })
	current := -1
	for i, j := range jobs {
		if underWay(j.State) && (current < 0 || !underWay(jobs[current].State)) || j.State == service.VisitAccepted && current < 0 {
			current = i
		}
	}
	for i, j := range jobs {
		c := VisitCard{
			Job: Job{Number: j.Number, Kind: j.Kind.Code, Urgency: string(j.Urgency), Product: staff.Named(p, j.Product)},
			Ref: Ref{Case: j.Case, ID: j.Visit}, State: string(j.State), From: j.From, To: j.To, Area: staff.PathWords(j.Region), Pinned: j.Pinned,
		}
		switch {
		case i == current:
			v.Current = &c
		case isOver(j.State):
			v.Over = append(v.Over, c)
		default:
			v.Later = append(v.Later, c)
		}
	}
	return v
}

func underWay(s service.State) bool {
	switch s {
	case service.VisitEnRoute, service.VisitArrived, service.VisitWorking, service.VisitWaitingApproval, service.VisitWaitingSignature:
		return true
	}
	return false
}

func isOver(s service.State) bool {
	switch s {
	case service.VisitFinished, service.VisitNeedsFollowUp, service.VisitNoAccess, service.VisitAborted:
		return true
	}
	return false
}

// shiftsOn are the spans of a technician's day, and whether an absence covers all of them.
func shiftsOn(t service.TechnicianView, day time.Time) (spans []Span, absent bool) {
	d := day.In(i18n.Shanghai())
	midnight := time.Date(d.Year(), d.Month(), d.Day(), 0, 0, 0, 0, i18n.Shanghai())
	for _, s := range t.Shifts {
		if s.Weekday != d.Weekday() {
			continue
		}
		span := Span{midnight.Add(time.Duration(s.From) * time.Minute), midnight.Add(time.Duration(s.To) * time.Minute)}
		away := false
		for _, a := range t.Absences {
			away = away || !a.From.After(span.From) && !a.To.Before(span.To)
		}
		if away {
			absent = true
			continue
		}
		spans = append(spans, span)
	}
	sort.Slice(spans, func(i, j int) bool { return spans[i].From.Before(spans[j].From) })
	return spans, absent && len(spans) == 0
}

func (p *Pages) offers(q *staff.Request) error {
	return p.showOffers(q, http.StatusOK, "")
}

func (p *Pages) showOffers(q *staff.Request, status int, gone string) error {
	offers, err := p.Service.Offers(q.Context(), q.Actor)
	if err != nil {
		return err
	}
	v := Offers{Gone: gone, Declines: staff.Reasons(q.P(), p.Catalogue.Lists["decline"])}
	for _, o := range offers {
		if o.State == service.OfferCreated || o.State == service.OfferSent {
			// That it was seen is told to the dispatcher; failing to say so must not hide the offer.
			_, _ = p.Service.SeeOffer(q.Context(), q.Actor, service.OfferRef{Case: o.Case, Offer: o.Offer})
		}
		v.Cards = append(v.Cards, offerView(q.P(), o, q.Idem()))
	}
	sort.SliceStable(v.Cards, func(i, j int) bool { return v.Cards[i].Expires.Before(v.Cards[j].Expires) })
	return q.Render(status, OffersPage(q.Done("tech.done."), v))
}

func offerView(p i18n.Printer, o service.OfferView, idem string) OfferCard {
	return OfferCard{
		Job: Job{Kind: o.Kind.Code, Urgency: string(o.Urgency), Product: staff.Named(p, o.Product), Fault: staff.Named(p, o.Fault)},
		Ref: Ref{Case: o.Case, ID: o.Offer}, Area: staff.PathWords(o.Region), DistanceM: float64(o.Distance), Travel: o.Travel, Arrive: o.ArriveAt, Pay: o.Pay, Expires: o.Expires,
		WishedFrom: o.From, WishedTo: o.To, Why: staff.Why(p, o.Reasons), Idem: idem,
	}
}

func (p *Pages) liveOffers(q *staff.Request) error {
	seen := p.offerMark(q)
	return q.Stream(p.Live, casefile.Nil, func(int64) bool {
		mark := p.offerMark(q)
		changed := mark != seen
		seen = mark
		return changed
	})
}

// offerMark changes when an offer comes or goes.
func (p *Pages) offerMark(q *staff.Request) string {
	offers, err := p.Service.Offers(q.Context(), q.Actor)
	if err != nil {
		return ""
	}
	var b []byte
	for _, o := range offers {
		b = append(b, o.Offer[:]...)
	}
	return string(b)
}

func (p *Pages) accept(q *staff.Request, r Ref) error {
	if err := q.ParseForm(); err != nil {
		return err
	}
	res, err := p.Service.AcceptOffer(q.Once(), q.Actor, r.offer())
	if casefile.IsRepeated(err) {
		return q.See("/tech")
	}
	if err != nil {
		return p.offerFailed(q, err)
	}
	return q.See(visitPath(Ref{Case: r.Case, ID: res.VisitID}, "") + "?done=accepted")
}

func (p *Pages) decline(q *staff.Request, r Ref) error {
	if err := q.ParseForm(); err != nil {
		return err
	}
	_, err := p.Service.DeclineOffer(q.Once(), q.Actor, service.DeclineOffer{Case: r.Case, Offer: r.ID, Reason: q.Code("reason")})
	if staff.Settled(err) != nil {
		return p.offerFailed(q, err)
	}
	return q.See("/tech/offers?done=declined")
}

// offerFailed shows the list again with what happened: somebody was faster, it expired, it no longer fits.
func (p *Pages) offerFailed(q *staff.Request, err error) error {
	if !staff.Redraws(err) {
		return err
	}
	return p.showOffers(q, ui.StatusOf(err), ui.ErrorText(q.P(), err))
}

func (p *Pages) me(q *staff.Request) error {
	t, err := p.Service.Technician(q.Context(), q.Actor, q.Actor.Technician)
	if err != nil {
		return err
	}
	return q.Render(http.StatusOK, MePage(q.Page(), p.profile(q.P(), t)))
}

func (p *Pages) profile(pr i18n.Printer, t service.TechnicianView) Profile {
	v := Profile{Name: t.Name, Code: t.Code, Partner: t.Partner, State: t.State}
	v.Skills = p.skillWords(pr, t.Skills)
	for _, r := range t.Regions {
		v.Regions = append(v.Regions, staff.PathWords(p.Regions.RegionName(r)))
	}
	for d := range 7 {
		weekday := time.Weekday((d + 1) % 7)
		var spans []string
		for _, s := range t.Shifts {
			if s.Weekday == weekday {
				spans = append(spans, staff.Minutes(s.From)+"-"+staff.Minutes(s.To))
			}
		}
		if len(spans) > 0 {
			sort.Strings(spans)
			v.WeekWords = append(v.WeekWords, pr.T("staff.weekday."+string(rune('0'+weekday)))+" "+pr.List(spans))
		}
	}
	return v
}

// skillWords says per product what somebody can do, kinds of one level together.
func (p *Pages) skillWords(pr i18n.Printer, skills []service.Skill) []string {
	type group struct {
		product string
		level   int
	}
	var order []group
	kinds := map[group][]string{}
	for _, s := range skills {
		g := group{s.Product, s.Level}
		if kinds[g] == nil {
			order = append(order, g)
		}
		kinds[g] = append(kinds[g], staff.Word(pr, "kind", string(s.Kind)))
	}
	sort.SliceStable(order, func(i, j int) bool { return order[i].product < order[j].product })
	var out []string
	for _, g := range order {
		out = append(out, pr.T("tech.me.skill", "product", p.Catalogue.ProductName(g.product).In(string(pr.Lang)), "kinds", pr.List(kinds[g]), "n", g.level))
	}
	return out
}
