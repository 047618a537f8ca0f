package order

import (
	"context"
	"net/netip"

	"anxin/internal/casefile"
	"anxin/internal/privacy"
	"anxin/internal/tx"
)

// View is an order for people, without personal data in clear.
type View struct {
	Order
	Case     casefile.Number
	Merchant string
	Listing  string        // the merchant's code
	Name     privacy.Name  // prints masked
	Phone    privacy.Phone // prints masked
	Erased   bool          // the buyer's data were erased
	// References are the order's and its listing's, oldest first; only View fills them.
	References []Reference
}

// Query asks for a page of orders, newest first.
type Query struct {
	Merchant casefile.ID // Nil: the actor's own, or for the operator all
	Number   string      // when not empty, this number only
	After    Cursor
	Limit    int // at most MaxPage; 0 means that
}

// Orders answers a page of orders.
func (s *Service) Orders(ctx context.Context, a casefile.Actor, q Query) (out []View, err error) {
	if a.Role == casefile.Merchant && q.Merchant.IsNil() {
		q.Merchant = a.Merchant
	}
	if err := mine(a, q.Merchant); err != nil {
		return nil, err
	}
	err = s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		out = nil
		rows, err := s.Store.Orders(ctx, t, a.Tenant, q.Merchant, line(q.Number, maxNumber), q.After, page(q.Limit))
		if err != nil {
			return err
		}
		for _, o := range rows {
			v, err := s.view(ctx, t, o)
			if err != nil {
				return err
			}
			out = append(out, v)
		}
		return nil
	})
	return out, err
}

// CountOrders answers how many orders a merchant has here, or all together.
func (s *Service) CountOrders(ctx context.Context, a casefile.Actor, merchant casefile.ID) (n int64, err error) {
	if a.Role == casefile.Merchant && merchant.IsNil() {
		merchant = a.Merchant
	}
	if err := mine(a, merchant); err != nil {
		return 0, err
	}
	err = s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		n, err = s.Store.CountOrders(ctx, t, a.Tenant, merchant)
		return err
	})
	return n, err
}

// Order answers one order with its references.
func (s *Service) Order(ctx context.Context, a casefile.Actor, id casefile.ID) (v View, err error) {
	err = s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		o, err := s.Store.Order(ctx, t, a.Tenant, id)
		if err == nil {
			err = mine(a, o.Merchant)
		}
		if err != nil {
			return err
		}
		if v, err = s.view(ctx, t, o); err != nil {
			return err
		}
		v.References, err = s.References(ctx, t, a.Tenant, o)
		return err
	})
	return v, err
}

func (s *Service) view(ctx context.Context, t tx.Tx, o Order) (View, error) {
	v := View{Order: o}
	c, err := s.Timeline.Get(ctx, t, o.Tenant, o.Case)
	if err != nil {
		return v, err
	}
	v.Case = c.Number
	p, err := s.Keeper.Person(ctx, t, o.Tenant, o.Subject)
	if err != nil {
		return v, err
	}
	v.Name, v.Phone, v.Erased = p.Name, p.Phone, !p.Erased.IsZero()
	if !o.Listing.IsNil() {
		l, err := s.Store.Listing(ctx, t, o.Tenant, o.Listing)
		if err != nil {
			return v, err
		}
		v.Listing = l.Code
	}
	m, err := s.Store.Merchant(ctx, t, o.Tenant, o.Merchant)
	v.Merchant = m.Name
	return v, err
}

// MerchantOf answers whose order a case belongs to, for the policies; a listing's case too. Nil when the case is neither.
func (s *Service) MerchantOf(ctx context.Context, tenant casefile.Tenant, caseID casefile.ID) (merchant casefile.ID, err error) {
	err = s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		merchant, err = s.Store.MerchantOfCase(ctx, t, tenant, caseID)
		return err
	})
	if casefile.Is(err, casefile.NotFound) {
		return casefile.Nil, nil
	}
	return merchant, err
}

// Link answers the token of the case's private link, for an operator whose own app shows it to the buyer. A merchant never gets it: whoever has it is the buyer.
func (s *Service) Link(ctx context.Context, a casefile.Actor, id casefile.ID) (token string, err error) {
	if a.Role != casefile.Admin && a.Role != casefile.Agent && a.Role != casefile.System {
		return "", ErrNotFound
	}
	err = s.Run.Write(casefile.WithoutOnce(ctx), func(ctx context.Context, t tx.Tx) error {
		o, err := s.Store.Order(ctx, t, a.Tenant, id)
		if err != nil {
			return err
		}
		token, err = s.Links.Issue(ctx, t, a.Tenant, o.Case)
		return err
	})
	return token, err
}

// RequestCode sends a code to the phone that a buyer names. It answers the same whether the phone is known or not; the order number is asked for only
// together with the code, so that nothing can be learned without holding the phone.
func (s *Service) RequestCode(ctx context.Context, tenant casefile.Tenant, phone string, from netip.Addr, lang string) (challenge casefile.ID, err error) {
	return s.Phones.RequestCode(ctx, tenant, phone, from, lang)
}

// errFind is the one answer to a wrong, used or old code, to an order that is not here and to one of another phone.
var errFind = casefile.InvalidField("code", "order.error.find")

// Found is an order of the buyer's, with the token of its case's link.
type Found struct {
	Order Order
	Token string
}

// maxFound bounds how many merchants' orders of the same number one phone can have.
const maxFound = 5

// Redeem answers the orders of that number that belong to the phone the code was sent to: one as a rule, more when two merchants gave the same number.
func (s *Service) Redeem(ctx context.Context, tenant casefile.Tenant, number string, challenge casefile.ID, code string) ([]Found, error) {
	index, err := s.Phones.Prove(ctx, tenant, challenge, code)
	if casefile.Is(err, casefile.Invalid) || casefile.Is(err, casefile.NotFound) {
		return nil, errFind
	}
	if err != nil {
		return nil, err
	}
	var rows []Order
	err = s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		rows, err = s.Store.OrdersOfPhone(ctx, t, tenant, line(number, maxNumber), index, maxFound)
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, errFind
	}
	out := make([]Found, 0, len(rows))
	for _, o := range rows {
		f := Found{Order: o}
		// One case per transaction; issuing the same link again changes nothing.
		if err := s.Run.Write(ctx, func(ctx context.Context, t tx.Tx) (err error) {
			f.Token, err = s.Links.Issue(ctx, t, tenant, o.Case)
			return err
		}); err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

// WhoseOrder, WhoseListing and WhoseImport answer the case and the merchant of a thing, for the policies, whoever asks; NotFound when it is not this tenant's. The case
// of an import is the import itself.
func (s *Service) WhoseOrder(ctx context.Context, tenant casefile.Tenant, id casefile.ID) (caseID, merchant casefile.ID, err error) {
	err = s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		o, err := s.Store.Order(ctx, t, tenant, id)
		caseID, merchant = o.Case, o.Merchant
		return err
	})
	return caseID, merchant, err
}

// WhoseListing is WhoseOrder for a listing.
func (s *Service) WhoseListing(ctx context.Context, tenant casefile.Tenant, id casefile.ID) (caseID, merchant casefile.ID, err error) {
	err = s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		l, err := s.Store.Listing(ctx, t, tenant, id)
		caseID, merchant = l.Case, l.Merchant
		return err
	})
	return caseID, merchant, err
}

// WhoseImport is WhoseOrder for an import.
func (s *Service) WhoseImport(ctx context.Context, tenant casefile.Tenant, id casefile.ID) (caseID, merchant casefile.ID, err error) {
	err = s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		i, err := s.Store.Import(ctx, t, tenant, id)
		caseID, merchant = i.ID, i.Merchant
		return err
	})
	return caseID, merchant, err
}
