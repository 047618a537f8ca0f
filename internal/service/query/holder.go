package query

import (
	"context"
	"slices"

	"anxin/internal/casefile"
	"anxin/internal/service/flow"
	"anxin/internal/service/terms"
	"anxin/internal/tx"
)

// Holder answers which technician a visit was given to; for a nil visit, who the newest visit of the newest request is with. Nil is nobody: not given to anybody yet, or, of the
// newest, ended without work. NotFound when there is no such case or visit. It is for whoever asks the policies, which must not believe the caller.
func (s *Queries) Holder(ctx context.Context, tenant casefile.Tenant, caseID, visit casefile.ID) (technician casefile.ID, err error) {
	err = s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		technician = casefile.Nil
		if _, err := s.Timeline.Get(ctx, t, tenant, caseID); err != nil {
			return err
		}
		list, err := s.Store.Visits(ctx, t, tenant, caseID)
		if err != nil {
			return err
		}
		if visit.IsNil() {
			reqs, err := s.Store.Requests(ctx, t, tenant, caseID)
			if err == nil && len(reqs) > 0 {
				technician = holderOfNewest(list, reqs[len(reqs)-1].ID)
			}
			return err
		}
		at := slices.IndexFunc(list, func(v terms.Visit) bool { return v.ID == visit })
		if at < 0 {
			return flow.ErrNotFound
		}
		technician = list[at].Technician
		return nil
	})
	return technician, err
}

func holderOfNewest(list []terms.Visit, request casefile.ID) (technician casefile.ID) {
	for _, v := range list {
		if v.Request == request {
			technician = v.Technician
			if v.State == terms.VisitNoAccess || v.State == terms.VisitAborted {
				technician = casefile.Nil
			}
		}
	}
	return technician
}

// OfferHolder answers who an offer was made to; NotFound when there is no such case or offer.
func (s *Queries) OfferHolder(ctx context.Context, tenant casefile.Tenant, caseID, offer casefile.ID) (technician casefile.ID, err error) {
	err = s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		list, err := s.Store.Offers(ctx, t, tenant, caseID)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(list, func(o terms.Offer) bool { return o.ID == offer })
		if at < 0 {
			return flow.ErrNotFound
		}
		technician = list[at].Technician
		return nil
	})
	return technician, err
}
