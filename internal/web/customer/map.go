package customer

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/i18n"
	"anxin/internal/service"
	"anxin/internal/web/ui"
)

func itoa(n int) string { return strconv.Itoa(n) }

// line says a domain sentence; a sentence that no catalogue has is left out rather than shown as a key.
func line(pg ui.Page, l service.Line) string {
	if l.Key == "" || !i18n.Has(l.Key) {
		return ""
	}
	return pg.P.TMap(l.Key, l.Args)
}

// placeOf is the panel about a place. nil when there is nothing to say.
func placeOf(r service.RegionView, chosen string) *PlaceView {
	v := &PlaceView{Outcome: PlaceNone, Path: r.Path, Code: r.Code, Covered: true, Certain: r.Certain, Ask: r.Ask, Note: r.Note}
	switch r.Outcome {
	case "one":
		v.Outcome = PlaceOne
	case "confirmed", "corrected":
		v.Outcome, v.Confirmed = PlaceOne, true
	case "set":
		v.Outcome = PlaceSet
	}
	for i, c := range r.Candidates {
		if i == maxCandidates {
			break // more is a list nobody reads; the form asks for a longer address
		}
		v.Candidates = append(v.Candidates, PlaceChoice{Code: c.Code, Path: c.Path, Why: c.Reason, On: c.Code == chosen})
	}
	if v.Outcome == PlaceSet && len(v.Candidates) > fewCandidates && siblings(v.Candidates) == "" {
		v.Candidates = v.Candidates[:fewCandidates]
	}
	if v.Outcome == PlaceSet && len(v.Candidates) == 0 {
		v.Outcome = PlaceNone
	}
	return v
}

// maxCandidates bounds the counties of one city that are offered, fewCandidates places all over the country.
const (
	maxCandidates = 40
	fewCandidates = 12
)

// siblings is what the paths of all candidates begin with when they lie in one city or province, else empty.
func siblings(list []PlaceChoice) string {
	if len(list) < 2 {
		return ""
	}
	above := list[0].Path[:strings.LastIndex(list[0].Path, " / ")+1]
	for _, c := range list {
		if above == "" || c.Path[:strings.LastIndex(c.Path, " / ")+1] != above {
			return ""
		}
	}
	return above + "/ "
}

// photos are the pictures of a case as tiles.
func photos(c call, what string, ids []casefile.ID) []ui.Photo {
	var out []ui.Photo
	for i, id := range ids {
		src := c.base + "/photo/" + id.String()
		out = append(out, ui.Photo{Src: src + "?small=1", Href: src, Alt: c.pg.T("customer.photo."+what, "n", i+1)})
	}
	return out
}

// statusView is the status page of a case.
func (h *Handler) statusView(c call, st service.Status) StatusView {
	pg := c.pg
	v := StatusView{Number: st.Number.String(), Base: c.base, Seq: st.Seq, Erased: st.Erased, Contact: digitsOf(pg.Site.Brand.Hotline()), Idem: h.token()}
	v.Open = !slices.Contains([]service.State{service.RequestDone, service.RequestClosed, service.RequestCancelled, service.RequestRemoteFixed, service.RequestReferred}, st.Request.State)
	v.Can = can(st.Moves)
	v.Safety = line(pg, st.Safety)
	if p := placeOf(st.Request.Region, ""); v.Open && (p.Confirmed || slices.Contains(st.Moves, service.MoveConfirm)) {
		p.Covered = st.Request.Covered
		v.Place = p
	}
	var visit *service.VisitView
	if len(st.Visits) > 0 {
		visit = &st.Visits[0]
	}
	v.Now = now(pg, st, visit)
	if visit != nil {
		v.Tech = tech(c, st, visit)
		v.Quote = quoteView(pg, visit.Quote)
		if visit.State == service.VisitWaitingSignature {
			v.Sign = &SignView{Visit: visit.ID.String(), Until: signUntil(st)}
		}
		v.Rate = h.rateView(c, st, visit)
	}
	for i := range st.Visits {
		if st.Visits[i].Report != nil {
			v.Work = append(v.Work, h.workView(c, &st.Visits[i]))
		}
	}
	v.Facts = facts(pg, st)
	v.Photos = photos(c, "report", st.Photos)
	for i := len(st.Timeline) - 1; i >= 0; i-- {
		if t := line(pg, st.Timeline[i].Line); t != "" {
			v.Events = append(v.Events, ui.Event{At: st.Timeline[i].At, Title: t})
		}
	}
	v.Papers = paperLinks(c, st, visit)
	return v
}

func can(moves []service.Move) Can {
	has := func(m service.Move) bool { return slices.Contains(moves, m) }
	return Can{Cancel: has(service.MoveCancel), Reschedule: has(service.MoveReschedule), Reopen: has(service.MoveReopen),
		AddPhotos: has(service.MoveAttach), Correct: has(service.MoveCorrect)}
}

// stage is the word for where things stand: the visit's state while there is one that goes on, else the request's.
func stage(st service.Status, visit *service.VisitView) string {
	if st.Erased {
		return "erased"
	}
	r := st.Request.State
	if visit != nil && (r == service.RequestAssigned || r == service.RequestInProgress || r == service.RequestPlanned) {
		switch visit.State {
		case service.VisitEnRoute, service.VisitArrived, service.VisitWaitingApproval, service.VisitWaitingSignature:
			return string(visit.State)
		case service.VisitWorking:
			return string(service.RequestInProgress)
		}
	}
	return string(r)
}

// now answers "and now?".
func now(pg ui.Page, st service.Status, visit *service.VisitView) NowLine {
	s := stage(st, visit)
	n := NowLine{Tone: stageTone(s), State: pg.T("customer.state." + s), Text: line(pg, st.Now)}
	who := ""
	if visit != nil && visit.Technician != nil {
		who = visit.Technician.Name
	}
	if who == "" {
		who = pg.T("customer.tech.somebody")
	}
	n.Title = pg.T("customer.now."+s, "name", who)
	if p := st.Promise; p != nil && (s == "assigned" || s == "en_route") {
		n.From, n.To, n.Chance = p.From, p.To, float64(p.Probability)/1000
		if p.State == service.PromiseAtRisk {
			n.Tone, n.State, n.Chance = ui.Warn, pg.T("customer.state.at_risk"), 0
			n.Title = pg.T("customer.now.at_risk", "name", who)
		}
	}
	if s == "triaged" || s == "planned" {
		for _, k := range st.Clocks {
			if k.Kind == "assign" && k.Stopped.IsZero() && !k.Paused && k.Due.After(pg.P.Now) {
				n.Due = &ui.Clock{Due: k.Due, Warn: 3 * time.Minute, Label: pg.T("customer.now.assign_by")}
			}
		}
	}
	return n
}

func stageTone(s string) ui.Tone {
	switch s {
	case "waiting_approval", "waiting_signature":
		return ui.Warn
	case "done", "closed", "remote_fixed":
		return ui.OK
	case "cancelled", "referred", "erased":
		return ui.Quiet
	}
	return ui.Info
}

// tech is the card of the technician, from acceptance until the work is reported.
func tech(c call, st service.Status, visit *service.VisitView) *TechView {
	t := visit.Technician
	before := visit.State == service.VisitAccepted || visit.State == service.VisitEnRoute
	during := visit.State == service.VisitArrived || visit.State == service.VisitWorking || visit.State == service.VisitWaitingApproval
	if t == nil || !before && !during {
		return nil
	}
	v := &TechView{Name: t.Name, Code: t.Code, Initial: first(t.Name), EnRoute: visit.State == service.VisitEnRoute, Arrived: visit.ArrivedAt, Visit: visit.ID.String()}
	if !t.Photo.IsNil() {
		v.Photo = c.base + "/photo/" + t.Photo.String() + "?small=1"
	}
	for _, n := range t.Certificates {
		v.Certs = append(v.Certs, n.Text.In(c.actor.Lang))
	}
	if t.Visits > 0 {
		v.Record = c.pg.T("customer.tech.visits", "n", t.Visits)
		if t.Stars > 0 {
			v.Record += " · " + c.pg.T("customer.tech.stars", "n", strconv.FormatFloat(float64(t.Stars)/100, 'f', 1, 64))
		}
	}
	if before {
		v.DoorCode = st.DoorCode
		v.CanConfirm = visit.State == service.VisitEnRoute || visit.State == service.VisitAccepted
	}
	return v
}

func first(s string) string {
	for _, r := range s {
		return string(r)
	}
	return ""
}

func quoteView(pg ui.Page, q *service.QuoteView) *QuoteView {
	if q == nil || q.State == service.QuoteWithdrawn {
		return nil
	}
	lang := string(pg.P.Lang)
	v := &QuoteView{ID: q.ID.String(), Open: q.State == service.QuoteOpen, PriceList: q.PriceList, At: q.Created, Total: int64(q.Total), Approved: int64(q.Approved)}
	for _, l := range q.Lines {
		x := QuoteLine{N: l.Line, Item: l.Name.In(lang), Why: l.Why, Quantity: l.Quantity, Unit: int64(l.UnitFen), Sum: int64(l.Sum), Free: l.Answer == "free", Warranty: l.Warranty, Answer: l.Answer}
		if x.Answer == "open" {
			x.Answer = ""
		}
		v.Lines = append(v.Lines, x)
	}
	return v
}

// signUntil is when silence counts as agreement, from the clock of that name.
func signUntil(st service.Status) time.Time {
	for _, k := range st.Clocks {
		if k.Kind == "sign" && k.Stopped.IsZero() {
			return k.Due
		}
	}
	return time.Time{}
}

func (h *Handler) rateView(c call, st service.Status, visit *service.VisitView) *RateView {
	if r := visit.Rating; r != nil {
		return &RateView{Given: r.Stars, Words: r.Words.Clear()}
	}
	if !slices.Contains(st.Moves, service.MoveRate) {
		return nil
	}
	v := &RateView{Visit: visit.ID.String(), Tags: h.reasons(c.actor.Lang, "rate"), Tech: c.pg.T("customer.tech.somebody")}
	if visit.Technician != nil {
		v.Tech = visit.Technician.Name
	}
	return v
}

func facts(pg ui.Page, st service.Status) []ui.Pair {
	r, lang := st.Request, string(pg.P.Lang)
	out := []ui.Pair{{Key: pg.T("customer.fact.kind"), Text: r.Kind.Text.In(lang)}, {Key: pg.T("customer.fact.product"), Text: r.Product.Text.In(lang)}}
	if r.Fault.Code != "" && r.Fault.Code != "other" {
		out = append(out, ui.Pair{Key: pg.T("customer.fact.fault"), Text: r.Fault.Text.In(lang)})
	}
	if r.Region.Path != "" {
		out = append(out, ui.Pair{Key: pg.T("customer.fact.place"), Body: han(r.Region.Path)})
	}
	if r.WishedFrom.IsZero() {
		out = append(out, ui.Pair{Key: pg.T("customer.fact.wish"), Text: pg.T("customer.urgency." + string(r.Urgency))})
	} else {
		out = append(out, ui.Pair{Key: pg.T("customer.fact.wish"), Body: ui.Window(pg.P, r.WishedFrom, r.WishedTo)})
	}
	return append(out, ui.Pair{Key: pg.T("customer.fact.received"), Body: ui.Time(pg.P, st.Created)})
}

func digitsOf(s string) string {
	var b []byte
	for i := 0; i < len(s); i++ {
		if s[i] >= '0' && s[i] <= '9' {
			b = append(b, s[i])
		}
	}
	return string(b)
}
