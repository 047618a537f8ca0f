package order

import (
	"context"
	"io"
	"slices"
	"sort"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/tx"
)

// Incoming says what a reference is for. Exactly one of Order and Listing is set.
type Incoming struct {
	Order, Listing casefile.ID
	Kind           string    // CataloguePhoto for a listing, one of OfOrder for an order
	Taken          time.Time // what the device said, zero when unknown
}

// maxReferences bounds what one order or listing holds.
const maxReferences = 60

// Owner is what references are sealed for.
type Owner struct {
	Case, ID, Merchant casefile.ID
	Listing            bool
	References         int
}

// Owner finds what a reference would be sealed for, when the actor may.
func (s *Service) Owner(ctx context.Context, a casefile.Actor, in Incoming) (o Owner, err error) {
	if in.Order.IsNil() == in.Listing.IsNil() {
		return o, ErrNotFound
	}
	err = s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		o, err = s.owner(ctx, t, a, in)
		return err
	})
	return o, err
}

func (s *Service) owner(ctx context.Context, t tx.Tx, a casefile.Actor, in Incoming) (Owner, error) {
	var o Owner
	if !in.Listing.IsNil() {
		l, err := s.Store.Listing(ctx, t, a.Tenant, in.Listing)
		if err != nil {
			return o, err
		}
		o = Owner{Case: l.Case, ID: l.ID, Merchant: l.Merchant, Listing: true, References: l.References}
	} else {
		x, err := s.Store.Order(ctx, t, a.Tenant, in.Order)
		if err != nil {
			return o, err
		}
		o = Owner{Case: x.Case, ID: x.ID, Merchant: x.Merchant, References: x.References}
	}
	return o, mine(a, o.Merchant)
}

// AddReference seals a photograph or video for an order or a listing. When it answers, the bytes are durable, under the log and attached; Sealed is when
// the vault got them. The same bytes again are the same reference, sealed when they first came.
func (s *Service) AddReference(ctx context.Context, a casefile.Actor, in Incoming, body io.Reader) (Reference, error) {
	o, err := s.Owner(ctx, a, in)
	if err != nil {
		return Reference{}, err
	}
	switch {
	case o.Listing && in.Kind != CataloguePhoto, !o.Listing && !slices.Contains(OfOrder(), in.Kind):
		return Reference{}, casefile.InvalidField("kind", "order.field.reference_kind")
	case o.References >= maxReferences:
		return Reference{}, casefile.Fail(casefile.TooLarge, "order.error.too_many_references")
	}
	item, err := s.Vault.Receive(ctx, a, o.Case, in.Kind, in.Taken, body)
	if err != nil {
		return Reference{}, err
	}
	r := Reference{Tenant: a.Tenant, Case: o.Case, Item: item.ID, Owner: o.ID, Listing: o.Listing, Kind: in.Kind, Media: item.Media, Size: item.Size, SHA256: item.SHA256, Sealed: item.Sealed}
	err = s.Run.Write(ctx, func(ctx context.Context, t tx.Tx) error { return s.attach(ctx, t, a, r) })
	return r, err
}

func (s *Service) attach(ctx context.Context, t tx.Tx, a casefile.Actor, r Reference) error {
	c, err := s.Timeline.Lock(ctx, t, a.Tenant, r.Case)
	if err != nil {
		return err
	}
	fresh, err := s.Store.InsertReference(ctx, t, r)
	if err != nil || !fresh {
		return err
	}
	if err := s.Store.CountReference(ctx, t, r); err != nil {
		return err
	}
	if s.Index != nil {
		if err := s.Index.AddReference(ctx, t, r); err != nil {
			return err
		}
	}
	e, err := event(a, "reference.sealed", r.Owner, casefile.ForMerchant, map[string]any{"item": r.Item, "kind": r.Kind, "sealed": r.Sealed.At.UnixMicro()})
	if err != nil {
		return err
	}
	if err := s.Vault.Attach(ctx, t, a, r.Case, r.Owner, r.Kind, r.Item); err != nil {
		return err
	}
	return s.Timeline.Append(ctx, t, &c, s.Source.Now(), e)
}

// OfCase answers the order that a case belongs to, and its merchant. NotFound: the case has no imported order.
func (s *Service) OfCase(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) (Order, Merchant, error) {
	o, err := s.Store.OrderOfCase(ctx, t, tenant, caseID)
	if err != nil {
		return Order{}, Merchant{}, err
	}
	m, err := s.Store.Merchant(ctx, t, tenant, o.Merchant)
	return o, m, err
}

// References answers the references of an order and of its listing, oldest first.
func (s *Service) References(ctx context.Context, t tx.Tx, tenant casefile.Tenant, o Order) ([]Reference, error) {
	out, err := s.Store.References(ctx, t, tenant, o.ID)
	if err != nil || o.Listing.IsNil() {
		return out, err
	}
	more, err := s.Store.References(ctx, t, tenant, o.Listing)
	out = append(out, more...)
	sort.SliceStable(out, func(i, j int) bool { return out[i].Sealed.At.Before(out[j].Sealed.At) })
	return out, err
}
