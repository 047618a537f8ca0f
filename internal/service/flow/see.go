package flow

import (
	"context"
	"slices"
	"time"

	"anxin/dispatch"
	"anxin/internal/casefile"
	"anxin/internal/service/terms"
	"anxin/internal/tx"
)

// ActingTechnician refuses everybody but a technician who is known.
func ActingTechnician(a casefile.Actor) error {
	if err := MustBe(a, casefile.Technician); err != nil {
		return err
	}
	if a.Technician.IsNil() || a.Tenant == 0 {
		return ErrNotFound
	}
	return nil
}

// OfferView shows an offer: where and what, never who.
func (s *Commands) OfferView(ctx context.Context, t tx.Tx, o *terms.Offer) (terms.OfferView, error) {
	w := &Work{Commands: s, Tx: t, Case: casefile.Case{Tenant: o.Tenant, ID: o.Case}, Now: s.Source.Now()}
	if err := w.Read(ctx); err != nil {
		return terms.OfferView{}, err
	}
	items, err := s.Evidence.Attached(ctx, t, o.Tenant, o.Case)
	if err != nil {
		return terms.OfferView{}, err
	}
	r, rv := w.Req, s.RequestView(w.Req)
	v := terms.OfferView{Case: o.Case, Offer: o.ID, Visit: o.Visit, State: o.State, Kind: rv.Kind, Product: rv.Product, Fault: rv.Fault, Urgency: r.Urgency, Region: r.RegionPath,
		From: r.WishedFrom, To: r.WishedTo, ArriveAt: o.ArriveAt, Distance: int(o.Metres), Travel: time.Duration(o.TravelSeconds) * time.Second, Pay: o.Pay,
		Expires: o.Expires, Reasons: withoutCost(o.Reasons), Reopened: r.Reopened}
	for _, m := range terms.OfferMoves.Moves(o.State, casefile.Technician) {
		if m == terms.MoveAccept || m == terms.MoveDecline {
			v.Moves = append(v.Moves, m)
		}
	}
	for _, it := range items {
		if it.Kind == KindReport {
			v.Photos = append(v.Photos, it.ID)
		}
	}
	return v, nil
}

// SeeOffer implements Technicians: opening the card is noted once.
func (s *Commands) SeeOffer(ctx context.Context, a casefile.Actor, c terms.OfferRef) (terms.OfferView, error) {
	if err := ActingTechnician(a); err != nil {
		return terms.OfferView{}, err
	}
	var v terms.OfferView
	_, err := s.do(ctx, a, c.Case, func(ctx context.Context, w *Work) error {
		o, err := w.findOffer(ctx, c.Offer)
		if err != nil {
			return err
		}
		if o.State == terms.OfferCreated || o.State == terms.OfferSent {
			if err := w.moveOffer(ctx, o, terms.MoveSee, casefile.Technician); err != nil {
				return err
			}
		}
		v, err = s.OfferView(ctx, w.Tx, o)
		return err
	})
	return v, err
}

// RequestView is a request with its names.
func (s *Commands) RequestView(r *terms.Request) terms.RequestView {
	kind, product := string(r.Kind), r.Product
	return terms.RequestView{ID: r.ID, Kind: s.Catalogue.KindName(kind), State: r.State, Urgency: r.Urgency, Product: s.Catalogue.ProductName(product),
		Fault: s.Catalogue.FaultName(kind, product, r.Fault), Region: s.StoredRegion(r), WishedFrom: r.WishedFrom, WishedTo: r.WishedTo, Covered: r.Covered,
		Reopened: r.Reopened, Warranty: r.Warranty, Created: r.Created, Updated: r.Updated, Closed: r.Ended}
}

// StoredRegion is the place of a request as it was understood when it was stored.
func (s *Commands) StoredRegion(r *terms.Request) terms.RegionView {
	return terms.RegionView{Outcome: r.RegionOutcome, Code: r.Region, Path: r.RegionPath, Version: r.RegionVersion, AsOf: r.RegionAsOf,
		Certain: r.RegionOutcome == RegionConfirmed || r.RegionOutcome == RegionCorrected}
}

// withoutCost leaves out what the visit costs the operator: it is not what the technician is paid.
func withoutCost(list []terms.Reason) []terms.Reason {
	return slices.DeleteFunc(slices.Clone(list), func(r terms.Reason) bool { return r.Code == string(dispatch.CostsMore) })
}
