package order

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/privacy"
	"anxin/internal/tx"
)

// Service does the commands and answers the queries. It is safe for concurrent use.
type Service struct{ Config }

// New builds the service.
func New(c Config) *Service {
	if c.Parallel == 0 {
		c.Parallel = 64
	}
	return &Service{c}
}

// ErrNotFound is the one answer for what is absent, foreign or not this actor's.
var ErrNotFound = casefile.Fail(casefile.NotFound, "error.not_found")

// errRace says that somebody else put the same order or listing at the same moment; looking again finds it.
var errRace = casefile.Fail(casefile.Conflict, "error.changed_meanwhile")

// NewOrder is an order as it comes in.
type NewOrder struct {
	Merchant           casefile.ID // for the operator; a merchant's own is the actor's
	Number             string      // the merchant's
	Name, Phone        string      // of the buyer
	Product, Category  string
	Code               string // product code or model; may be empty
	Province           string // where it is sent: a name, two digits, or an address, of which nothing more is kept; may be empty
	Listing            string // the merchant's code of the product page; empty: none. An unknown one is made.
	Price              casefile.Fen
	Quantity           int       // 0 means 1
	Paid               time.Time // times may be zero
	Shipped, Delivered time.Time
	Lang               string // of the buyer: zh (also when empty) or en
}

// Outcome is what became of an order that came in.
type Outcome string

// The outcomes.
const (
	Created Outcome = "created"
	Same    Outcome = "same"    // it was here already and says the same: nothing was changed
	Differs Outcome = "differs" // it was here already and says something else: nothing was changed
)

// Put is the answer to an order that came in.
type Put struct {
	Order   Order
	Case    casefile.Number
	Outcome Outcome
	// Differs names the fields that are not what is kept: number, name, phone, product, …
	Differs []string
	// Err is why an order of PutMany did not come in.
	Err error
}

// merchantOf is whose books an actor writes in: a merchant in its own, the operator in the one that is named.
func merchantOf(a casefile.Actor, named casefile.ID) (casefile.ID, error) {
	switch a.Role {
	case casefile.Merchant:
		if a.Merchant.IsNil() || !named.IsNil() && named != a.Merchant {
			return casefile.Nil, ErrNotFound
		}
		return a.Merchant, nil
	case casefile.Admin, casefile.Agent, casefile.System:
		if named.IsNil() {
			return casefile.Nil, casefile.InvalidField("merchant", "order.field.required")
		}
		return named, nil
	}
	return casefile.Nil, ErrNotFound
}

// mine keeps merchants to their own.
func mine(a casefile.Actor, merchant casefile.ID) error {
	switch a.Role {
	case casefile.Merchant:
		if a.Merchant.IsNil() || a.Merchant != merchant {
			return ErrNotFound
		}
		return nil
	case casefile.Admin, casefile.Agent, casefile.Reviewer, casefile.System:
		return nil
	}
	return ErrNotFound
}

// Put takes an order in: its case, its buyer sealed under a key of their own, its row and its event, in one transaction. An order of the same merchant and number
// changes nothing and answers whether it says the same.
func (s *Service) Put(ctx context.Context, a casefile.Actor, n NewOrder) (Put, error) {
	merchant, err := merchantOf(a, n.Merchant)
	if err != nil {
		return Put{}, err
	}
	if err := n.check(s.Source.Now()); err != nil {
		return Put{}, err
	}
	n.Merchant = merchant
	if err := s.ensureMerchant(ctx, a.Tenant, merchant); err != nil {
		return Put{}, err
	}
	return s.put(ctx, a, n)
}

// MaxMany bounds one call of PutMany.
const MaxMany = 500

// PutMany takes several orders in, each on its own: one that is wrong does not keep the others out. The answers are in the order of the input.
func (s *Service) PutMany(ctx context.Context, a casefile.Actor, all []NewOrder) ([]Put, error) {
	if len(all) > MaxMany {
		return nil, casefile.Fail(casefile.TooLarge, "order.error.too_many")
	}
	for i := range all {
		m, err := merchantOf(a, all[i].Merchant)
		if err != nil {
			return nil, err
		}
		if all[i].Merchant = m; i == 0 || m != all[i-1].Merchant {
			if err := s.ensureMerchant(ctx, a.Tenant, m); err != nil {
				return nil, err
			}
		}
	}
	// Each order is an act of its own and finds itself again by its number: it needs no idempotency key.
	ctx = casefile.WithoutOnce(ctx)
	out := make([]Put, len(all))
	s.each(len(all), func(i int) {
		n := all[i]
		if out[i].Err = n.check(s.Source.Now()); out[i].Err != nil {
			return
		}
		p, err := s.put(ctx, a, n)
		p.Err = err
		out[i] = p
	})
	return out, nil
}

// put takes in an order that was checked.
func (s *Service) put(ctx context.Context, a casefile.Actor, n NewOrder) (p Put, err error) {
	for range 3 {
		if p, err = s.tryPut(ctx, a, n); !errors.Is(err, errRace) {
			return p, err
		}
	}
	return p, err
}

func (s *Service) tryPut(ctx context.Context, a casefile.Actor, n NewOrder) (Put, error) {
	p, err := s.known(ctx, a.Tenant, n)
	if err == nil || !casefile.Is(err, casefile.NotFound) {
		return p, err
	}
	now := s.Source.Now()
	o := Order{Tenant: a.Tenant, Case: s.Source.NewID(), ID: s.Source.NewID(), Merchant: n.Merchant, Number: n.Number, Subject: s.Source.NewID(), Product: n.Product,
		Code: n.Code, Category: n.Category, Province: n.Province, Price: n.Price, Quantity: n.Quantity, Paid: n.Paid, Shipped: n.Shipped, Delivered: n.Delivered, Created: now}
	if n.Listing != "" {
		l, err := s.listingFor(ctx, a, n)
		if err != nil {
			return Put{}, err
		}
		o.Listing = l.ID
	}
	person, err := s.Keeper.Prepare(privacy.Person{Tenant: a.Tenant, Subject: o.Subject, Case: o.Case, Name: privacy.NewName(n.Name), Phone: privacy.NewPhone(n.Phone)})
	if err != nil {
		return Put{}, err
	}
	var c casefile.Case
	err = s.Run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		c = casefile.Case{Tenant: a.Tenant, ID: o.Case, Subject: o.Subject, Lang: n.Lang, Created: now}
		if err := s.Timeline.Create(ctx, t, &c); err != nil {
			return err
		}
		fresh, err := s.Store.InsertOrder(ctx, t, o)
		if err == nil && !fresh {
			err = errRace
		}
		if err == nil {
			err = s.Keeper.Insert(ctx, t, person)
		}
		if err != nil {
			return err
		}
		e, err := event(a, "order.received", o.ID, casefile.ForCustomer|casefile.ForMerchant, map[string]any{"order": o.ID, "merchant": o.Merchant, "category": o.Category,
			"price": o.Price, "quantity": o.Quantity, "listing": o.Listing, "paid": micros(o.Paid), "shipped": micros(o.Shipped), "delivered": micros(o.Delivered), "route": a.Route})
		if err != nil {
			return err
		}
		return s.Timeline.Append(ctx, t, &c, now, e)
	})
	return Put{Order: o, Case: c.Number, Outcome: Created}, err
}

// known finds the order of that merchant and number and compares; NotFound when there is none.
func (s *Service) known(ctx context.Context, tenant casefile.Tenant, n NewOrder) (p Put, err error) {
	err = s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		p, err = s.compare(ctx, t, tenant, n)
		return err
	})
	return p, err
}

func (s *Service) compare(ctx context.Context, t tx.Tx, tenant casefile.Tenant, n NewOrder) (Put, error) {
	o, err := s.Store.OrderByNumber(ctx, t, tenant, n.Merchant, n.Number)
	if err != nil {
		return Put{}, err
	}
	p := Put{Order: o, Outcome: Same}
	c, err := s.Timeline.Get(ctx, t, tenant, o.Case)
	if err != nil {
		return Put{}, err
	}
	p.Case = c.Number
	person, err := s.Keeper.Person(ctx, t, tenant, o.Subject)
	if err != nil {
		return Put{}, err
	}
	listing := ""
	if !o.Listing.IsNil() {
		l, err := s.Store.Listing(ctx, t, tenant, o.Listing)
		if err != nil {
			return Put{}, err
		}
		listing = l.Code
	}
	erased := !person.Erased.IsZero() // nobody can say any more whether it is the same person
	for _, f := range []struct {
		name string
		same bool
	}{
		{"name", erased || person.Name.Equal(privacy.NewName(n.Name))}, {"phone", erased || person.Phone.Equal(privacy.NewPhone(n.Phone))},
		{"product", o.Product == n.Product}, {"product_code", o.Code == n.Code}, {"category", o.Category == n.Category}, {"province", o.Province == n.Province}, {"listing", listing == n.Listing}, {"price_fen", o.Price == n.Price},
		{"quantity", o.Quantity == n.Quantity}, {"paid_at", o.Paid.Equal(n.Paid)}, {"shipped_at", o.Shipped.Equal(n.Shipped)}, {"delivered_at", o.Delivered.Equal(n.Delivered)},
	} {
		if !f.same {
			p.Differs, p.Outcome = append(p.Differs, f.name), Differs
		}
	}
	return p, nil
}

// Progress tells how far an order is. Each time is filled once: telling another one later is a Conflict, telling the same changes nothing.
type Progress struct {
	Order                    casefile.ID
	Paid, Shipped, Delivered time.Time // zero: not told now
}

// Progress fills times that an order did not have yet.
func (s *Service) Progress(ctx context.Context, a casefile.Actor, p Progress) (Order, error) {
	now := s.Source.Now()
	var f fields
	p.Paid, p.Shipped, p.Delivered = f.moment("paid_at", p.Paid, now), f.moment("shipped_at", p.Shipped, now), f.moment("delivered_at", p.Delivered, now)
	if err := f.err(); err != nil {
		return Order{}, err
	}
	var out Order
	err := s.Run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		o, c, err := s.locked(ctx, t, a, p.Order)
		if err != nil {
			return err
		}
		was := o
		data := map[string]any{"order": o.ID}
		for _, x := range []struct {
			name string
			have *time.Time
			told time.Time
		}{{"paid", &o.Paid, p.Paid}, {"shipped", &o.Shipped, p.Shipped}, {"delivered", &o.Delivered, p.Delivered}} {
			switch {
			case x.told.IsZero() || x.told.Equal(*x.have):
			case !x.have.IsZero():
				return casefile.Fail(casefile.Conflict, "order.error.time_known")
			default:
				*x.have, data[x.name] = x.told, x.told.UnixMicro()
			}
		}
		var f fields
		if f.times(o.Paid, o.Shipped, o.Delivered); len(f.wrong) > 0 {
			return f.err()
		}
		if out = o; o == was {
			return nil
		}
		if err := s.Store.UpdateTimes(ctx, t, o); err != nil {
			return err
		}
		e, err := event(a, "order.progress", o.ID, casefile.ForCustomer|casefile.ForMerchant, data)
		if err != nil {
			return err
		}
		return s.Timeline.Append(ctx, t, &c, now, e)
	})
	return out, err
}

// locked locks the case of an order that the actor may change.
func (s *Service) locked(ctx context.Context, t tx.Tx, a casefile.Actor, id casefile.ID) (Order, casefile.Case, error) {
	o, err := s.Store.Order(ctx, t, a.Tenant, id)
	if err == nil {
		err = mine(a, o.Merchant)
	}
	if err != nil {
		return Order{}, casefile.Case{}, err
	}
	c, err := s.Timeline.Lock(ctx, t, a.Tenant, o.Case)
	if err != nil {
		return Order{}, casefile.Case{}, err
	}
	o, err = s.Store.Order(ctx, t, a.Tenant, id) // as it is under the lock
	return o, c, err
}

// event is an entry of the timeline about an order or a listing.
func event(a casefile.Actor, kind string, about casefile.ID, forWhom casefile.Audience, data map[string]any) (casefile.Event, error) {
	b, err := json.Marshal(data)
	return casefile.Event{Kind: kind, Role: a.Role, Actor: a.ID, Request: about, Audience: forWhom, Data: b}, err
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}
