package service

import (
	"context"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/tx"
)

func actingTechnician(a casefile.Actor) error {
	if err := mustBe(a, casefile.Technician); err != nil {
		return err
	}
	if a.Technician.IsNil() || a.Tenant == 0 {
		return errNotFound
	}
	return nil
}

// offerView shows an offer: where and what, never who.
func (s *Service) offerView(ctx context.Context, t tx.Tx, o *Offer) (OfferView, error) {
	w := &work{s: s, t: t, c: casefile.Case{Tenant: o.Tenant, ID: o.Case}, now: s.Source.Now()}
	if err := w.read(ctx); err != nil {
		return OfferView{}, err
	}
	items, err := s.Evidence.Attached(ctx, t, o.Tenant, o.Case)
	if err != nil {
		return OfferView{}, err
	}
	r, rv := w.req, s.requestView(w.req)
	v := OfferView{Case: o.Case, Offer: o.ID, Visit: o.Visit, State: o.State, Kind: rv.Kind, Product: rv.Product, Fault: rv.Fault, Urgency: r.Urgency, Region: r.RegionPath,
		From: r.WishedFrom, To: r.WishedTo, ArriveAt: o.ArriveAt, Distance: int(o.Metres), Travel: time.Duration(o.TravelSeconds) * time.Second, Pay: o.Pay,
		Expires: o.Expires, Reasons: o.Reasons, Reopened: r.Reopened}
	for _, m := range offers.Moves(o.State, technician) {
		if m == MoveAccept || m == MoveDecline {
			v.Moves = append(v.Moves, m)
		}
	}
	for _, it := range items {
		if it.Kind == kindReport {
			v.Photos = append(v.Photos, it.ID)
		}
	}
	return v, nil
}

// SeeOffer implements Technicians: opening the card is noted once.
func (s *Service) SeeOffer(ctx context.Context, a casefile.Actor, c OfferRef) (OfferView, error) {
	if err := actingTechnician(a); err != nil {
		return OfferView{}, err
	}
	var v OfferView
	_, err := s.do(ctx, a, c.Case, func(ctx context.Context, w *work) error {
		o, err := w.findOffer(ctx, c.Offer)
		if err != nil {
			return err
		}
		if o.State == OfferCreated || o.State == OfferSent {
			if err := w.moveOffer(ctx, o, MoveSee, technician); err != nil {
				return err
			}
		}
		v, err = s.offerView(ctx, w.t, o)
		return err
	})
	return v, err
}

func (s *Service) requestView(r *Request) RequestView {
	kind, product := string(r.Kind), r.Product
	return RequestView{ID: r.ID, Kind: s.Catalogue.KindName(kind), State: r.State, Urgency: r.Urgency, Product: s.Catalogue.ProductName(product),
		Fault: s.Catalogue.FaultName(kind, product, r.Fault), Region: s.storedRegion(r), WishedFrom: r.WishedFrom, WishedTo: r.WishedTo, Covered: r.Covered,
		Reopened: r.Reopened, Warranty: r.Warranty, Created: r.Created, Updated: r.Updated, Closed: r.Ended}
}

func (s *Service) storedRegion(r *Request) RegionView {
	return RegionView{Outcome: r.RegionOutcome, Code: r.Region, Path: r.RegionPath, Version: r.RegionVersion, AsOf: r.RegionAsOf,
		Certain: r.RegionOutcome == regionConfirmed || r.RegionOutcome == regionCorrected}
}
