package service

import (
	"context"
	"slices"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/privacy"
	"anxin/internal/tx"
)

// Offers implements Technicians.
func (s *Service) Offers(ctx context.Context, a casefile.Actor) ([]OfferView, error) {
	if err := actingTechnician(a); err != nil {
		return nil, err
	}
	var out []OfferView
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
			v, err := s.offerView(ctx, t, &list[i])
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
func (s *Service) Today(ctx context.Context, a casefile.Actor, day time.Time) ([]Job, error) {
	if err := actingTechnician(a); err != nil {
		return nil, err
	}
	from := midnight(day)
	to := from.AddDate(0, 0, 1)
	var out []Job
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
			if !slices.ContainsFunc(held, func(h Visit) bool { return h.ID == planned[i].ID }) {
				out = append(out, s.job(&planned[i]))
			}
		}
		slices.SortStableFunc(out, func(a, b Job) int { return a.From.Compare(b.From) })
		return nil
	})
	return out, err
}

func (s *Service) job(v *Visit) Job {
	return Job{Case: v.Case, Number: v.CaseNumber, Visit: v.ID, State: v.State, Kind: s.Catalogue.KindName(string(v.Kind)), Product: s.Catalogue.ProductName(v.Product),
		Urgency: v.Urgency, Region: v.RegionPath, From: v.From, To: v.To, Pinned: v.Pinned, Moves: technicianMoves(v)}
}

// VisitPage implements Technicians. It is there while the technician holds the visit and, without personal data, afterwards.
func (s *Service) VisitPage(ctx context.Context, a casefile.Actor, c VisitRef) (VisitPage, error) {
	if err := actingTechnician(a); err != nil {
		return VisitPage{}, err
	}
	var p VisitPage
	err := s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		f, err := s.openFolder(ctx, t, a, c.Case, forTechnician)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(f.visits, func(v Visit) bool { return v.ID == c.Visit && v.Technician == a.Technician })
		if at < 0 {
			return errNotFound
		}
		p, err = f.visitPage(ctx, &f.visits[at])
		return err
	})
	return p, err
}

func (f *folder) visitPage(ctx context.Context, v *Visit) (p VisitPage, err error) {
	s, kind, product := f.s, string(f.req.Kind), f.req.Product
	need, _ := s.Catalogue.Need(kind, product)
	p = VisitPage{Case: f.c.ID, Number: f.c.Number, Request: s.requestView(f.req), Photos: f.photos(casefile.Nil, kindReport), Promise: f.newestPromise(),
		Warranty: need.Warranty, Timeline: f.timeline(), Moves: technicianMoves(v), Seq: f.c.LastSeq, Causes: s.Catalogue.Causes(kind, product)}
	if p.Visit, err = f.visitView(ctx, v, true); err != nil {
		return p, err
	}
	if holds(v.State) && !f.erased {
		if err := f.forTheDoor(ctx, &p); err != nil {
			return p, err
		}
		p.MyCode = s.cardCode(f.c.Tenant, v.ID, v.Technician)
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
		p.Checklist = append(p.Checklist, CheckView{Code: l.Code, Text: l.Text, Required: l.Required})
	}
	if k, ok := s.Catalogue.Kind(kind); ok {
		for _, ph := range k.Photos {
			p.Prompts = append(p.Prompts, PhotoPrompt{Code: ph.Code, Text: ph.Text, When: ph.When, Min: ph.Min})
		}
	}
	for _, it := range s.Catalogue.PriceItems(kind, product) {
		p.Items = append(p.Items, PriceItem{Code: it.Code, Name: it.Text, Kind: it.Kind, Unit: s.Catalogue.UnitName(it.Unit).Text, Fen: casefile.Fen(it.Fen), Max: it.Max, Serial: it.Serial})
	}
	for _, fl := range s.Catalogue.Faults(kind, product) {
		p.Faults = append(p.Faults, fl.Named)
	}
	if pr, ok := s.Catalogue.Product(product); ok {
		for _, code := range pr.Related {
			p.Related = append(p.Related, s.Catalogue.ProductName(code))
		}
	}
	for i := range f.visits {
		if x := &f.visits[i]; x.ID != v.ID && x.Created.Before(v.Created) {
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
func holds(s State) bool {
	switch s {
	case VisitAccepted, VisitEnRoute, VisitArrived, VisitWorking, VisitWaitingApproval, VisitWaitingSignature:
		return true
	}
	return false
}

// forTheDoor fills in who and where.
func (f *folder) forTheDoor(ctx context.Context, p *VisitPage) error {
	who, err := f.s.Keeper.Person(ctx, f.t, f.c.Tenant, f.c.Subject)
	if err != nil {
		return err
	}
	p.Name, p.Phone = who.Name, who.Phone
	address, err := f.reveal(fieldAddress, f.req.Address)
	if err != nil {
		return err
	}
	words, err := f.reveal(fieldWords, f.req.Words)
	if err != nil {
		return err
	}
	notes, err := f.s.Store.Notes(ctx, f.t, f.c.Tenant, f.c.ID)
	if err != nil {
		return err
	}
	for _, n := range notes {
		if n.Kind == "reopen" { // what the customer said when it came back
			more, err := f.reveal(fieldNote, n.Words)
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
func (s *Service) Earnings(ctx context.Context, a casefile.Actor, from, to time.Time) (Earnings, error) {
	if err := actingTechnician(a); err != nil {
		return Earnings{}, err
	}
	if !to.After(from) || to.Sub(from) > 400*24*time.Hour {
		return Earnings{}, casefile.InvalidField("from", "service.field.window")
	}
	e := Earnings{From: from, To: to}
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
