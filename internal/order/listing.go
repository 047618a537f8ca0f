package order

import (
	"context"
	"errors"

	"anxin/internal/casefile"
	"anxin/internal/tx"
)

// ensureMerchant makes the row of a merchant that accounts or keys already name. The operator gives it a name and a tier later.
func (s *Service) ensureMerchant(ctx context.Context, tenant casefile.Tenant, id casefile.ID) error {
	err := s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		_, err := s.Store.Merchant(ctx, t, tenant, id)
		return err
	})
	if !casefile.Is(err, casefile.NotFound) {
		return err
	}
	return s.Run.Write(casefile.WithoutOnce(ctx), func(ctx context.Context, t tx.Tx) error {
		_, err := s.Store.InsertMerchant(ctx, t, Merchant{Tenant: tenant, ID: id, Tier: TierNew, Created: s.Source.Now()})
		return err
	})
}

// ChangeMerchant names a merchant and says how far it is trusted. Only the operator does. An id that is not known is a new merchant.
func (s *Service) ChangeMerchant(ctx context.Context, a casefile.Actor, id casefile.ID, name string, tier Tier) (Merchant, error) {
	if a.Role != casefile.Admin && a.Role != casefile.System {
		return Merchant{}, ErrNotFound
	}
	var f fields
	m := Merchant{Tenant: a.Tenant, ID: id, Name: f.text("name", name, 1, maxProduct), Tier: tier, Created: s.Source.Now()}
	if tier != TierNew && tier != TierStandard && tier != TierTrusted && tier != TierWatched {
		f.bad("tier", "choose")
	}
	if id.IsNil() {
		f.bad("merchant", "required")
	}
	if err := f.err(); err != nil {
		return m, err
	}
	err := s.Run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		fresh, err := s.Store.InsertMerchant(ctx, t, m)
		if err == nil && !fresh {
			_, err = s.Store.UpdateMerchant(ctx, t, m)
		}
		if err == nil {
			m, err = s.Store.Merchant(ctx, t, a.Tenant, id)
		}
		return err
	})
	return m, err
}

// Merchants lists the merchants by name, for the operator; a merchant sees itself.
func (s *Service) Merchants(ctx context.Context, a casefile.Actor) (out []Merchant, err error) {
	err = s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		if a.Role == casefile.Merchant {
			m, err := s.Store.Merchant(ctx, t, a.Tenant, a.Merchant)
			if err == nil {
				out = []Merchant{m}
			} else if casefile.Is(err, casefile.NotFound) {
				return nil
			}
			return err
		}
		if err := mine(a, casefile.Nil); err != nil {
			return err
		}
		out, err = s.Store.Merchants(ctx, t, a.Tenant, 1000)
		return err
	})
	return out, err
}

// MerchantTier answers the tier of a merchant, for rules; a merchant that nobody has rated is new.
func (s *Service) MerchantTier(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID) (Tier, error) {
	m, err := s.Store.Merchant(ctx, t, tenant, id)
	if casefile.Is(err, casefile.NotFound) {
		return TierNew, nil
	}
	return m.Tier, err
}

// NewListing is a product page as it comes in.
type NewListing struct {
	Merchant          casefile.ID // for the operator; a merchant's own is the actor's
	Code              string      // the merchant's
	Product, Category string
}

// PutListing makes the listing of a code, or answers the one that is there. What is there is not changed: orders were made under it.
func (s *Service) PutListing(ctx context.Context, a casefile.Actor, n NewListing) (Listing, error) {
	merchant, err := merchantOf(a, n.Merchant)
	if err != nil {
		return Listing{}, err
	}
	var f fields
	n.Merchant, n.Code, n.Product, n.Category = merchant, f.code("code", n.Code, 1, maxCode), f.text("product", n.Product, 1, maxProduct), f.category("category", n.Category)
	if err := f.err(); err != nil {
		return Listing{}, err
	}
	if err := s.ensureMerchant(ctx, a.Tenant, merchant); err != nil {
		return Listing{}, err
	}
	return s.putListing(ctx, a, n)
}

// listingFor is the listing that a new order names.
func (s *Service) listingFor(ctx context.Context, a casefile.Actor, n NewOrder) (Listing, error) {
	return s.putListing(casefile.WithoutOnce(ctx), a, NewListing{Merchant: n.Merchant, Code: n.Listing, Product: n.Product, Category: n.Category})
}

func (s *Service) putListing(ctx context.Context, a casefile.Actor, n NewListing) (l Listing, err error) {
	for range 3 {
		err = s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
			l, err = s.Store.ListingByCode(ctx, t, a.Tenant, n.Merchant, n.Code)
			return err
		})
		if !casefile.Is(err, casefile.NotFound) {
			return l, err
		}
		if l, err = s.newListing(ctx, a, n); !errors.Is(err, errRace) {
			return l, err
		}
	}
	return l, err
}

// newListing opens the case of a listing. Its subject is nobody: a key under which the photographs are encrypted.
func (s *Service) newListing(ctx context.Context, a casefile.Actor, n NewListing) (Listing, error) {
	now := s.Source.Now()
	l := Listing{Tenant: a.Tenant, Case: s.Source.NewID(), ID: s.Source.NewID(), Merchant: n.Merchant, Code: n.Code, Product: n.Product, Category: n.Category, Created: now}
	subject := s.Source.NewID()
	err := s.Run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		c := casefile.Case{Tenant: a.Tenant, ID: l.Case, Subject: subject, Lang: "zh", Created: now}
		if err := s.Timeline.Create(ctx, t, &c); err != nil {
			return err
		}
		fresh, err := s.Store.InsertListing(ctx, t, l)
		if err == nil && !fresh {
			err = errRace
		}
		if err == nil {
			err = s.Keeper.NewSubject(ctx, t, a.Tenant, subject)
		}
		if err != nil {
			return err
		}
		e, err := event(a, "listing.created", l.ID, casefile.ForMerchant, map[string]any{"listing": l.ID, "merchant": l.Merchant, "category": l.Category, "route": a.Route})
		if err != nil {
			return err
		}
		return s.Timeline.Append(ctx, t, &c, now, e)
	})
	return l, err
}

// MaxPage bounds one page of a list.
const MaxPage = 100

func page(limit int) int {
	if limit <= 0 || limit > MaxPage {
		return MaxPage
	}
	return limit
}

// Listings lists the listings of a merchant, newest first. Merchant may be Nil for the operator: all of them.
func (s *Service) Listings(ctx context.Context, a casefile.Actor, merchant casefile.ID, after Cursor, limit int) (out []Listing, err error) {
	if a.Role == casefile.Merchant && merchant.IsNil() {
		merchant = a.Merchant
	}
	if err := mine(a, merchant); err != nil {
		return nil, err
	}
	err = s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		out, err = s.Store.Listings(ctx, t, a.Tenant, merchant, after, page(limit))
		return err
	})
	return out, err
}

// Listing answers one listing with its references.
func (s *Service) Listing(ctx context.Context, a casefile.Actor, id casefile.ID) (l Listing, refs []Reference, err error) {
	err = s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		if l, err = s.Store.Listing(ctx, t, a.Tenant, id); err != nil {
			return err
		}
		if err := mine(a, l.Merchant); err != nil {
			return err
		}
		refs, err = s.Store.References(ctx, t, a.Tenant, id)
		return err
	})
	if err != nil {
		return Listing{}, nil, err
	}
	return l, refs, nil
}
