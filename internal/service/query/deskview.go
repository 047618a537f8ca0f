package query

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"slices"
	"strings"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/privacy"
	"anxin/internal/service/flow"
	"anxin/internal/service/input"
	"anxin/internal/service/terms"
	"anxin/internal/tx"
)

// cursor writes a place in a list for a URL.
func cursor(n int64, id casefile.ID) string {
	return base64.RawURLEncoding.EncodeToString(append(binary.BigEndian.AppendUint64(nil, uint64(n)), id[:]...))
}

// parseCursor reads what cursor wrote; the empty text is the start.
func parseCursor(s string) (n int64, id casefile.ID, err error) {
	if s == "" {
		return -1 << 62, casefile.Nil, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(b) != 24 {
		return 0, id, casefile.InvalidField("after", "service.field.choose")
	}
	return int64(binary.BigEndian.Uint64(b)), casefile.ID(b[8:]), nil
}

func bounded(n, usual, most int) int {
	if n <= 0 {
		return usual
	}
	return min(n, most)
}

// Queue implements Desk.
func (s *Queries) Queue(ctx context.Context, a casefile.Actor, q terms.QueueQuery) (terms.QueuePage, error) {
	var page terms.QueuePage
	if err := flow.MustBe(a, flow.DeskRoles...); err != nil {
		return page, err
	}
	due, id, err := parseCursor(q.After)
	if err != nil {
		return page, err
	}
	if q.Region != "" && (len(q.Region) > 9 || input.Digits(q.Region) != q.Region) {
		return page, casefile.InvalidField("region", "service.field.choose")
	}
	limit := bounded(q.Limit, 50, 100)
	err = s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		page = terms.QueuePage{}
		rows, err := s.Store.Queue(ctx, t, a.Tenant, terms.QueueFilter{State: q.State, Urgency: q.Urgency, Region: q.Region}, terms.QueueKey{Due: due, ID: id}, limit+1)
		if err != nil {
			return err
		}
		if len(rows) > limit {
			rows = rows[:limit]
			last := rows[limit-1].Request
			page.Next = cursor(last.NextDue, last.ID)
		}
		for i := range rows {
			item, err := s.queueItem(ctx, t, &rows[i])
			if err != nil {
				return err
			}
			page.Items = append(page.Items, item)
		}
		return nil
	})
	return page, err
}

func (s *Queries) queueItem(ctx context.Context, t tx.Tx, row *terms.QueueRow) (terms.QueueItem, error) {
	r := &row.Request
	it := terms.QueueItem{Case: r.Case, Request: r.ID, Number: row.Number, Kind: r.Kind, State: r.State, Urgency: r.Urgency, Product: r.Product, Region: r.RegionPath,
		Created: r.Created, Updated: r.Updated, Covered: r.Covered, DueKind: row.DueKind, WishedFrom: r.WishedFrom, WishedTo: r.WishedTo}
	if r.NextDue < terms.NoDue {
		it.Due = time.UnixMicro(r.NextDue).UTC()
		it.Breached = it.Due.Before(s.Source.Now())
	}
	p, err := s.Keeper.Person(ctx, t, r.Tenant, row.Subject)
	if err != nil {
		return it, err
	}
	it.Name = p.Name.String()
	problems, err := s.Store.ProblemsOf(ctx, t, r.Tenant, r.Case)
	for _, x := range problems {
		it.Problems = append(it.Problems, x.Kind)
	}
	return it, err
}

// maxHits bounds a search.
const maxHits = 50

// Search implements Desk. Names and phones are found by keyed hashes: only whole ones, or the last four digits of a phone.
func (s *Queries) Search(ctx context.Context, a casefile.Actor, text string) ([]terms.Hit, error) {
	if err := flow.MustBe(a, flow.DeskRoles...); err != nil {
		return nil, err
	}
	text = input.Line(text, 80)
	if text == "" {
		return nil, casefile.InvalidField("q", "service.field.required")
	}
	var hits []terms.Hit
	err := s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		hits = nil
		if n, ok := casefile.ParseNumber(text); ok {
			c, err := s.Timeline.ByNumber(ctx, t, a.Tenant, n)
			if err == nil {
				return s.addHit(ctx, t, a.Tenant, c.ID, &hits)
			}
			if !casefile.Is(err, casefile.NotFound) {
				return err
			}
		}
		people, err := s.Keeper.FindPersons(ctx, t, a.Tenant, searchKind(text), text)
		if err != nil {
			return err
		}
		for _, p := range people {
			if len(hits) == maxHits {
				break
			}
			if err := s.addHit(ctx, t, a.Tenant, p.Case, &hits); err != nil {
				return err
			}
		}
		return nil
	})
	return hits, err
}

// searchKind decides what was typed: four digits are a phone's tail, more digits a phone, everything else a name.
func searchKind(text string) string {
	d := input.Digits(text)
	switch rest := strings.Trim(text, "0123456789+-() .…*"); {
	case rest != "" || d == "":
		return privacy.IndexName
	case len(d) == 4:
		return privacy.IndexPhoneTail
	}
	return privacy.IndexPhone
}

func (s *Queries) addHit(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID, hits *[]terms.Hit) error {
	c, err := s.Timeline.Get(ctx, t, tenant, caseID)
	if casefile.Is(err, casefile.NotFound) {
		return nil // a draft that was never reported
	}
	if err != nil {
		return err
	}
	list, err := s.Store.Requests(ctx, t, tenant, caseID)
	if err != nil || len(list) == 0 {
		return err
	}
	p, err := s.Keeper.Person(ctx, t, tenant, c.Subject)
	if err != nil {
		return err
	}
	r := &list[len(list)-1]
	*hits = append(*hits, terms.Hit{Case: c.ID, Number: c.Number, Name: p.Name.String(), Phone: p.Phone.String(), Kind: r.Kind, State: r.State, Product: r.Product,
		Region: r.RegionPath, Created: c.Created})
	return nil
}

// FindCase implements Desk.
func (s *Queries) FindCase(ctx context.Context, a casefile.Actor, n casefile.Number) (casefile.ID, error) {
	if err := flow.MustBe(a, flow.DeskRoles...); err != nil {
		return casefile.Nil, err
	}
	var c casefile.Case
	err := s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		c, err = s.Timeline.ByNumber(ctx, t, a.Tenant, n)
		return err
	})
	return c.ID, err
}

// CasePage implements Desk.
func (s *Queries) CasePage(ctx context.Context, a casefile.Actor, caseID casefile.ID) (terms.CasePage, error) {
	var page terms.CasePage
	if err := flow.MustBe(a, flow.DeskRoles...); err != nil {
		return page, err
	}
	err := s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		f, err := s.openFolder(ctx, t, a, caseID, casefile.ForDesk)
		if err != nil {
			return err
		}
		page, err = f.casePage(ctx)
		return err
	})
	return page, err
}

func (f *folder) casePage(ctx context.Context) (p terms.CasePage, err error) {
	s := f.Commands
	p = terms.CasePage{Case: f.Case.ID, Number: f.Case.Number, Lang: f.Case.Lang, Created: f.Case.Created, Closed: f.Case.Closed, Erased: f.erased, HasWords: len(f.Req.Words) > 0 && !f.erased,
		Request: s.RequestView(f.Req), Clocks: f.clocks, Photos: f.photos(casefile.Nil, flow.KindReport), Timeline: f.timeline(), Seq: f.Case.LastSeq}
	who, err := s.Keeper.Person(ctx, f.Tx, f.Case.Tenant, f.Case.Subject)
	if err != nil {
		return p, err
	}
	p.Name, p.Phone = who.Name.String(), who.Phone.String()
	address, err := f.reveal(terms.FieldAddress, f.Req.Address)
	if err != nil {
		return p, err
	}
	p.Address = privacy.NewAddress(address).String()
	if p.Request.Region, err = f.regionToAsk(); err != nil {
		return p, err
	}
	for i := len(f.Reqs) - 2; i >= 0; i-- {
		p.Older = append(p.Older, s.RequestView(&f.Reqs[i]))
	}
	if p.Visits, err = f.visitViews(ctx, true); err != nil {
		return p, err
	}
	if err := f.cloneMarks(ctx, p.Visits); err != nil {
		return p, err
	}
	offers, err := f.CaseOffers(ctx)
	if err != nil {
		return p, err
	}
	for _, o := range offers {
		p.Offers = append(p.Offers, terms.OfferRow{Offer: o.ID, Visit: o.Visit, Technician: o.Technician, Code: o.TechCode, Name: o.TechName, State: o.State, Round: o.Round, Rank: o.Rank,
			Reasons: o.Reasons, ArriveAt: o.ArriveAt, Distance: int(o.Metres), Decline: o.DeclineReason, Created: o.Created, Expires: o.Expires, Answered: o.Answered})
	}
	for i := range f.promises {
		p.Promises = append(p.Promises, *promiseView(&f.promises[i]))
	}
	if p.Notes, err = f.noteViews(ctx); err != nil {
		return p, err
	}
	problems, err := s.Store.ProblemsOf(ctx, f.Tx, f.Case.Tenant, f.Case.ID)
	if err != nil {
		return p, err
	}
	for _, x := range problems {
		p.Problems = append(p.Problems, f.q.problemView(x))
	}
	if p.Looked, err = f.looked(ctx); err != nil {
		return p, err
	}
	p.Moves, p.VisitMove = f.deskMoves(f.Actor.Role)
	if f.Visit != nil {
		p.Visit = f.Visit.ID
	}
	return p, nil
}

// cloneMarks marks parts whose serial is recorded on another visit too.
func (f *folder) cloneMarks(ctx context.Context, list []terms.VisitView) error {
	for i := range list {
		if list[i].Report == nil {
			continue
		}
		for k := range list[i].Report.Parts {
			p := &list[i].Report.Parts[k]
			if p.Serial == "" {
				continue
			}
			n, _, err := f.Commands.Store.SerialFitted(ctx, f.Tx, f.Case.Tenant, f.Commands.SerialKey(f.Case.Tenant, p.Item, p.Serial), list[i].ID)
			if err != nil {
				return err
			}
			p.Clone = n > 0
		}
	}
	return nil
}

func (f *folder) noteViews(ctx context.Context) ([]terms.NoteView, error) {
	notes, err := f.Commands.Store.Notes(ctx, f.Tx, f.Case.Tenant, f.Case.ID)
	if err != nil {
		return nil, err
	}
	var out []terms.NoteView
	for _, n := range notes {
		words, err := f.reveal(terms.FieldNote, n.Words)
		if err != nil {
			return nil, err
		}
		out = append(out, terms.NoteView{At: n.Created, By: n.Account, Kind: n.Kind, Words: privacy.NewWords(words)})
	}
	return out, nil
}

// Problems implements Desk.
func (s *Queries) Problems(ctx context.Context, a casefile.Actor, after string, limit int) (terms.ProblemPage, error) {
	var page terms.ProblemPage
	if err := flow.MustBe(a, flow.DeskRoles...); err != nil {
		return page, err
	}
	rank, id, err := parseCursor(after)
	if err != nil {
		return page, err
	}
	limit = bounded(limit, 50, 100)
	err = s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		page = terms.ProblemPage{}
		rows, err := s.Store.OpenProblems(ctx, t, a.Tenant, terms.ProblemKey{Rank: rank, ID: id}, limit+1)
		if err != nil {
			return err
		}
		if len(rows) > limit {
			rows = rows[:limit]
			page.Next = cursor(rows[limit-1].Rank, rows[limit-1].ID)
		}
		for _, r := range rows {
			page.Items = append(page.Items, s.problemView(r))
		}
		return nil
	})
	return page, err
}

// Stats implements Desk.
func (s *Queries) Stats(ctx context.Context, a casefile.Actor, from, to time.Time) (terms.Stats, error) {
	out := terms.Stats{From: from, To: to}
	if err := flow.MustBe(a, casefile.Dispatcher, casefile.Admin, casefile.Reviewer); err != nil {
		return out, err
	}
	if !to.After(from) || to.Sub(from) > 400*24*time.Hour {
		return out, casefile.InvalidField("from", "service.field.window")
	}
	var rows terms.StatsRows
	err := s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		rows, err = s.Store.Stats(ctx, t, a.Tenant, from, to)
		return err
	})
	if err != nil {
		return out, err
	}
	sumUp(&out, rows, func(code string) string { return s.prefectureName(code) })
	return out, nil
}

// sumUp adds up the raw figures.
func sumUp(o *terms.Stats, rows terms.StatsRows, name func(code string) string) {
	o.PromisesKept, o.PromisesBroken, o.Ratings, o.Declines = rows.Kept, rows.Broken, rows.Ratings, rows.Declines
	if rows.Ratings > 0 {
		o.StarsHundredths = rows.StarsSum * 100 / rows.Ratings
	}
	var assign, arrive []time.Duration
	places := map[string]int{}
	for _, r := range rows.Requests {
		o.Reports++
		if len(r.Region) >= 4 {
			places[name(r.Region)]++
		}
		if !r.Assigned.IsZero() {
			o.Assigned++
			assign = append(assign, r.Assigned.Sub(r.Created))
		}
		if !r.Arrived.IsZero() {
			o.Arrived++
			if !r.Assigned.IsZero() {
				arrive = append(arrive, r.Arrived.Sub(r.Assigned))
			}
		}
		if r.Reopened {
			o.Reopened++
		}
		if !r.Finished.IsZero() {
			o.Done++
			if r.Visits <= 1 && !r.Reopened {
				o.FirstTime++
			}
		}
	}
	o.ToAssignP50, o.ToAssignP90 = quantiles(assign)
	o.ToArriveP50, o.ToArriveP90 = quantiles(arrive)
	for k, n := range places {
		o.ByRegion = append(o.ByRegion, terms.Count{Name: k, N: n})
	}
	slices.SortFunc(o.ByRegion, func(a, b terms.Count) int {
		if a.N != b.N {
			return b.N - a.N
		}
		return strings.Compare(a.Name, b.Name)
	})
}

// quantiles answers the median and the 90 % quantile (nearest rank); zeros when there is nothing.
func quantiles(list []time.Duration) (p50, p90 time.Duration) {
	if len(list) == 0 {
		return 0, 0
	}
	slices.Sort(list)
	at := func(per int) time.Duration { return list[(len(list)*per+99)/100-1] }
	return at(50), at(90)
}
