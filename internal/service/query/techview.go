package query

import (
	"context"
	"slices"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/privacy"
	"anxin/internal/service/flow"
	"anxin/internal/service/terms"
	"anxin/internal/tx"
)

// Offers implements Technicians.
func (s *Queries) Offers(ctx context.Context, a casefile.Actor) ([]terms.OfferView, error) {
	if err := flow.ActingTechnician(a); err != nil {
		return nil, err
	}
	var out []terms.OfferView
	err := s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		out = nil
		list, err := s.Store.LiveOffers(ctx, t, a.Tenant, a.Technician)
		if err != nil {
			return err
		}
		now := s.Source.Now()
		for i := range list {
			if !now.Before(list[i].Expires) {
				continue
			}
			v, err := s.OfferView(ctx, t, &list[i])
			if err != nil {
				return err
			}
			out = append(out, v)
		}
		return nil
	})
	return out, err
}

// Today implements Technicians.
func (s *Queries) Today(ctx context.Context, a casefile.Actor, day time.Time) ([]terms.Job, error) {
	if err := flow.ActingTechnician(a); err != nil {
		return nil, err
	}
	from := flow.Midnight(day)
	to := from.AddDate(0, 0, 1)
	var out []terms.Job
	err := s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		out = nil
		held, err := s.Store.Held(ctx, t, a.Tenant, a.Technician)
		if err != nil {
			return err
		}
		planned, err := s.Store.VisitsOn(ctx, t, a.Tenant, a.Technician, from.UTC(), to.UTC())
		if err != nil {
			return err
		}
		for i := range held {
			if held[i].From.Before(to) {
				out = append(out, s.job(&held[i]))
			}
		}
		for i := range planned {
			if !slices.ContainsFunc(held, func(h terms.Visit) bool { return h.ID == planned[i].ID }) {
				out = append(out, s.job(&planned[i]))
			}
		}
		slices.SortStableFunc(out, func(a, b terms.Job) int { return a.From.Compare(b.From) })
		return nil
	})
	return out, err
}

func (s *Queries) job(v *terms.Visit) terms.Job {
	return terms.Job{Case: v.Case, Number: v.CaseNumber, Visit: v.ID, State: v.State, Kind: s.Catalogue.KindName(string(v.Kind)), Product: s.Catalogue.ProductName(v.Product),
		Urgency: v.Urgency, Region: v.RegionPath, From: v.From, To: v.To, Pinned: v.Pinned, Moves: technicianMoves(v)}
}

// VisitPage implements Technicians. It is there while the technician holds the visit and, without personal data, afterwards.
func (s *Queries) VisitPage(ctx context.Context, a casefile.Actor, c terms.VisitRef) (terms.VisitPage, error) {
	if err := flow.ActingTechnician(a); err != nil {
		return terms.VisitPage{}, err
	}
	var p terms.VisitPage
	err := s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		f, err := s.openFolder(ctx, t, a, c.Case, casefile.ForTechnician)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(f.Visits, func(v terms.Visit) bool { return v.ID == c.Visit && v.Technician == a.Technician })
		if at < 0 {
			return flow.ErrNotFound
		}
		p, err = f.visitPage(ctx, &f.Visits[at])
		return err
	})
	return p, err
}

func (f *folder) visitPage(ctx context.Context, v *terms.Visit) (p terms.VisitPage, err error) {
	s, kind, product := f.Commands, string(f.Req.Kind), f.Req.Product
	need, _ := s.Catalogue.Need(kind, product)
	p = terms.VisitPage{Case: f.Case.ID, Number: f.Case.Number, Request: s.RequestView(f.Req), Photos: f.photos(casefile.Nil, flow.KindReport), Promise: f.newestPromise(),
		Warranty: need.Warranty, Timeline: f.timeline(), Moves: technicianMoves(v), Seq: f.Case.LastSeq, Causes: s.Catalogue.Causes(kind, product)}
	if p.Visit, err = f.visitView(ctx, v, true); err != nil {
		return p, err
	}
	if holds(v.State) && !f.erased {
		if err := f.forTheDoor(ctx, &p); err != nil {
			return p, err
		}
		p.MyCode = s.CardCode(f.Case.Tenant, v.ID, v.Technician)
	}
	for i := len(f.quotes) - 1; i >= 0; i-- {
		if f.quotes[i].Visit == v.ID {
			q, err := f.showQuote(ctx, &f.quotes[i], true)
			if err != nil {
				return p, err
			}
			p.Quotes = append(p.Quotes, q)
		}
	}
	for _, l := range s.Catalogue.Checklist(kind, product) {
		p.Checklist = append(p.Checklist, terms.CheckView{Code: l.Code, Text: l.Text, Required: l.Required})
	}
	if k, ok := s.Catalogue.Kind(kind); ok {
		for _, ph := range k.Photos {
			p.Prompts = append(p.Prompts, terms.PhotoPrompt{Code: ph.Code, Text: ph.Text, When: ph.When, Min: ph.Min})
		}
	}
	for _, it := range s.Catalogue.PriceItems(kind, product) {
		p.Items = append(p.Items, terms.PriceItem{Code: it.Code, Name: it.Text, Kind: it.Kind, Unit: s.Catalogue.UnitName(it.Unit).Text, Fen: casefile.Fen(it.Fen), Max: it.Max, Serial: it.Serial})
	}
	for _, fl := range s.Catalogue.Faults(kind, product) {
		p.Faults = append(p.Faults, fl.Named)
	}
	if pr, ok := s.Catalogue.Product(product); ok {
		for _, code := range pr.Related {
			p.Related = append(p.Related, s.Catalogue.ProductName(code))
		}
	}
	for i := range f.Visits {
		if x := &f.Visits[i]; x.ID != v.ID && x.Created.Before(v.Created) {
			r, err := f.reportView(x)
			if err != nil {
				return p, err
			}
			if r != nil {
				p.Earlier = append(p.Earlier, *r)
			}
		}
	}
	return p, nil
}

// holds reports whether a visit in this state is in its technician's hands.
func holds(s terms.State) bool {
	switch s {
	case terms.VisitAccepted, terms.VisitEnRoute, terms.VisitArrived, terms.VisitWorking, terms.VisitWaitingApproval, terms.VisitWaitingSignature:
		return true
	}
	return false
}

// forTheDoor fills in who and where.
func (f *folder) forTheDoor(ctx context.Context, p *terms.VisitPage) error {
	who, err := f.Commands.Keeper.Person(ctx, f.Tx, f.Case.Tenant, f.Case.Subject)
	if err != nil {
		return err
	}
	p.Name, p.Phone = who.Name, who.Phone
	address, err := f.reveal(terms.FieldAddress, f.Req.Address)
	if err != nil {
		return err
	}
	words, err := f.reveal(terms.FieldWords, f.Req.Words)
	if err != nil {
		return err
	}
	notes, err := f.Commands.Store.Notes(ctx, f.Tx, f.Case.Tenant, f.Case.ID)
	if err != nil {
		return err
	}
	for _, n := range notes {
		if n.Kind == "reopen" { // what the customer said when it came back
			more, err := f.reveal(terms.FieldNote, n.Words)
			if err != nil {
				return err
			}
			words += "\n" + more
		}
	}
	p.Address, p.Words = privacy.NewAddress(address), privacy.NewWords(words)
	return nil
}

// Earnings implements Technicians.
func (s *Queries) Earnings(ctx context.Context, a casefile.Actor, from, to time.Time) (terms.Earnings, error) {
	if err := flow.ActingTechnician(a); err != nil {
		return terms.Earnings{}, err
	}
	if !to.After(from) || to.Sub(from) > 400*24*time.Hour {
		return terms.Earnings{}, casefile.InvalidField("from", "service.field.window")
	}
	e := terms.Earnings{From: from, To: to}
	err := s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		x, err := s.Store.Technician(ctx, t, a.Tenant, a.Technician, s.Source.Now())
		if err != nil {
			return err
		}
		if x.StarsN > 0 {
			e.Stars = x.StarsSum * 100 / x.StarsN
		}
		e.Visits, e.Pay, err = s.Store.Earned(ctx, t, a.Tenant, a.Technician, from, to)
		return err
	})
	return e, err
}
