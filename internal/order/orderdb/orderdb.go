// Package orderdb is the SQL of package order.
package orderdb

import (
	"context"
	"embed"
	"fmt"
	"math"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/db"
	"anxin/internal/order"
	"anxin/internal/tx"
)

//go:embed *.sql
var files embed.FS

// Statements are the statements of this package.
var Statements = db.MustLoad(files)

var (
	insertMerchant = Statements.Stmt("order/insert_merchant")
	updateMerchant = Statements.Stmt("order/update_merchant")
	merchant       = Statements.Stmt("order/merchant")
	merchants      = Statements.Stmt("order/merchants")
	insertListing  = Statements.Stmt("order/insert_listing")
	listing        = Statements.Stmt("order/listing")
	listingByCode  = Statements.Stmt("order/listing_by_code")
	listings       = Statements.Stmt("order/listings")
	listingsOfAll  = Statements.Stmt("order/listings_of_all")
	insertOrder    = Statements.Stmt("order/insert_order")
	updateTimes    = Statements.Stmt("order/update_times")
	getOrder       = Statements.Stmt("order/order")
	orderOfCase    = Statements.Stmt("order/order_of_case")
	orderByNumber  = Statements.Stmt("order/order_by_number")
	ordersOfPhone  = Statements.Stmt("order/orders_of_phone")
	orders         = Statements.Stmt("order/orders")
	ordersOfAll    = Statements.Stmt("order/orders_of_all")
	ordersOfNumber = Statements.Stmt("order/orders_of_number")
	merchantOfCase = Statements.Stmt("order/merchant_of_case")
	countOrders    = Statements.Stmt("order/count_orders")
	countAllOrders = Statements.Stmt("order/count_all_orders")
	insertRef      = Statements.Stmt("order/insert_reference")
	countOrderRef  = Statements.Stmt("order/count_order_reference")
	countListRef   = Statements.Stmt("order/count_listing_reference")
	references     = Statements.Stmt("order/references")
	insertMark     = Statements.Stmt("order/insert_mark")
	bought         = Statements.Stmt("order/bought")
	marked         = Statements.Stmt("order/marked")
	hasPhone       = Statements.Stmt("order/has_phone")
)

// Store implements order.Store. It has no state.
type Store struct{}

var _ order.Store = Store{}

// InsertMerchant implements order.Store.
func (Store) InsertMerchant(ctx context.Context, t tx.Tx, m order.Merchant) (bool, error) {
	n, err := t.Exec(ctx, insertMerchant, m.Tenant, m.ID, m.Name, string(m.Tier), db.Micros(m.Created))
	return n == 1, err
}

// UpdateMerchant implements order.Store.
func (Store) UpdateMerchant(ctx context.Context, t tx.Tx, m order.Merchant) (bool, error) {
	n, err := t.Exec(ctx, updateMerchant, m.Tenant, m.ID, m.Name, string(m.Tier))
	return n == 1, err
}

// Merchant implements order.Store.
func (Store) Merchant(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID) (order.Merchant, error) {
	return scanMerchant(t.QueryRow(ctx, merchant, tenant, id))
}

// Merchants implements order.Store.
func (Store) Merchants(ctx context.Context, t tx.Tx, tenant casefile.Tenant, limit int) ([]order.Merchant, error) {
	rows, err := t.Query(ctx, merchants, tenant, limit)
	return db.Collect(rows, err, scanMerchant)
}

func scanMerchant(row tx.Row) (m order.Merchant, err error) {
	err = row.Scan(&m.Tenant, &m.ID, &m.Name, &m.Tier, db.Time(&m.Created))
	return m, err
}

// InsertListing implements order.Store.
func (Store) InsertListing(ctx context.Context, t tx.Tx, l order.Listing) (bool, error) {
	n, err := t.Exec(ctx, insertListing, l.Tenant, l.Case, l.ID, l.Merchant, l.Code, l.Product, l.Category, db.Micros(l.Created))
	return n == 1, err
}

// Listing implements order.Store.
func (Store) Listing(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID) (order.Listing, error) {
	return scanListing(t.QueryRow(ctx, listing, tenant, id))
}

// ListingByCode implements order.Store.
func (Store) ListingByCode(ctx context.Context, t tx.Tx, tenant casefile.Tenant, merchant casefile.ID, code string) (order.Listing, error) {
	return scanListing(t.QueryRow(ctx, listingByCode, tenant, merchant, code))
}

// Listings implements order.Store.
func (Store) Listings(ctx context.Context, t tx.Tx, tenant casefile.Tenant, merchant casefile.ID, after order.Cursor, limit int) ([]order.Listing, error) {
	at, id := from(after)
	if merchant.IsNil() {
		rows, err := t.Query(ctx, listingsOfAll, tenant, at, id, limit)
		return db.Collect(rows, err, scanListing)
	}
	rows, err := t.Query(ctx, listings, tenant, merchant, at, id, limit)
	return db.Collect(rows, err, scanListing)
}

// from is where a page begins: the zero cursor is before everything.
func from(c order.Cursor) (at int64, id []byte) {
	if c.At.IsZero() {
		return math.MaxInt64, []byte{}
	}
	return c.At.UnixMicro(), c.ID[:]
}

func scanListing(row tx.Row) (l order.Listing, err error) {
	err = row.Scan(&l.Tenant, &l.Case, &l.ID, &l.Merchant, &l.Code, &l.Product, &l.Category, &l.References, db.Time(&l.Created))
	return l, err
}

// InsertOrder implements order.Store.
func (Store) InsertOrder(ctx context.Context, t tx.Tx, o order.Order) (bool, error) {
	n, err := t.Exec(ctx, insertOrder, o.Tenant, o.Case, o.ID, o.Merchant, o.Number, o.Subject, o.Listing, o.Product, o.Code, o.Category, o.Province, int64(o.Price), o.Quantity,
		db.Micros(o.Paid), db.Micros(o.Shipped), db.Micros(o.Delivered), db.Micros(o.Created))
	return n == 1, err
}

// UpdateTimes implements order.Store.
func (Store) UpdateTimes(ctx context.Context, t tx.Tx, o order.Order) error {
	_, err := t.Exec(ctx, updateTimes, o.Tenant, o.ID, db.Micros(o.Paid), db.Micros(o.Shipped), db.Micros(o.Delivered))
	return err
}

// Order implements order.Store.
func (Store) Order(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID) (order.Order, error) {
	return scanOrder(t.QueryRow(ctx, getOrder, tenant, id))
}

// OrderOfCase implements order.Store.
func (Store) OrderOfCase(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) (order.Order, error) {
	return scanOrder(t.QueryRow(ctx, orderOfCase, tenant, caseID))
}

// OrderByNumber implements order.Store.
func (Store) OrderByNumber(ctx context.Context, t tx.Tx, tenant casefile.Tenant, merchant casefile.ID, number string) (order.Order, error) {
	return scanOrder(t.QueryRow(ctx, orderByNumber, tenant, merchant, number))
}

// OrdersOfPhone implements order.Store.
func (Store) OrdersOfPhone(ctx context.Context, t tx.Tx, tenant casefile.Tenant, number string, phoneIndex []byte, limit int) ([]order.Order, error) {
	rows, err := t.Query(ctx, ordersOfPhone, tenant, number, phoneIndex, limit)
	return db.Collect(rows, err, scanOrder)
}

// Orders implements order.Store.
func (s Store) Orders(ctx context.Context, t tx.Tx, tenant casefile.Tenant, merchant casefile.ID, number string, after order.Cursor, limit int) ([]order.Order, error) {
	at, id := from(after)
	switch {
	case number != "" && !merchant.IsNil():
		o, err := s.OrderByNumber(ctx, t, tenant, merchant, number)
		if casefile.Is(err, casefile.NotFound) {
			return nil, nil
		}
		return []order.Order{o}, err
	case number != "":
		rows, err := t.Query(ctx, ordersOfNumber, tenant, number, limit)
		return db.Collect(rows, err, scanOrder)
	case merchant.IsNil():
		rows, err := t.Query(ctx, ordersOfAll, tenant, at, id, limit)
		return db.Collect(rows, err, scanOrder)
	}
	rows, err := t.Query(ctx, orders, tenant, merchant, at, id, limit)
	return db.Collect(rows, err, scanOrder)
}

// MerchantOfCase implements order.Store.
func (Store) MerchantOfCase(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) (id casefile.ID, err error) {
	err = t.QueryRow(ctx, merchantOfCase, tenant, caseID).Scan(&id)
	return id, err
}

// CountOrders implements order.Store.
func (Store) CountOrders(ctx context.Context, t tx.Tx, tenant casefile.Tenant, merchant casefile.ID) (n int64, err error) {
	if merchant.IsNil() {
		err = t.QueryRow(ctx, countAllOrders, tenant).Scan(&n)
	} else {
		err = t.QueryRow(ctx, countOrders, tenant, merchant).Scan(&n)
	}
	return n, err
}

func scanOrder(row tx.Row) (o order.Order, err error) {
	err = row.Scan(&o.Tenant, &o.Case, &o.ID, &o.Merchant, &o.Number, &o.Subject, &o.Listing, &o.Product, &o.Code, &o.Category, &o.Province, db.Fen(&o.Price), &o.Quantity,
		db.Time(&o.Paid), db.Time(&o.Shipped), db.Time(&o.Delivered), &o.References, db.Time(&o.Created))
	return o, err
}

// InsertReference implements order.Store.
func (Store) InsertReference(ctx context.Context, t tx.Tx, r order.Reference) (bool, error) {
	n, err := t.Exec(ctx, insertRef, r.Tenant, r.Case, r.Item, r.Owner, db.Flag(r.Listing), r.Kind, r.Media, r.Size, r.SHA256[:], db.Micros(r.Sealed.At), r.Sealed.Leaf)
	return n == 1, err
}

// CountReference implements order.Store.
func (Store) CountReference(ctx context.Context, t tx.Tx, r order.Reference) error {
	s := countOrderRef
	if r.Listing {
		s = countListRef
	}
	_, err := t.Exec(ctx, s, r.Tenant, r.Owner)
	return err
}

// References implements order.Store.
func (Store) References(ctx context.Context, t tx.Tx, tenant casefile.Tenant, owner casefile.ID) ([]order.Reference, error) {
	rows, err := t.Query(ctx, references, tenant, owner)
	return db.Collect(rows, err, func(row tx.Row) (r order.Reference, err error) {
		var sha []byte
		err = row.Scan(&r.Tenant, &r.Case, &r.Item, &r.Owner, db.Bool(&r.Listing), &r.Kind, &r.Media, &r.Size, &sha, db.Time(&r.Sealed.At), &r.Sealed.Leaf)
		if err == nil && copy(r.SHA256[:], sha) != 32 {
			err = fmt.Errorf("the hash of reference %s has %d bytes", r.Item, len(sha))
		}
		return r, err
	})
}

// InsertMark implements order.Store.
func (Store) InsertMark(ctx context.Context, t tx.Tx, m order.Mark) (bool, error) {
	n, err := t.Exec(ctx, insertMark, m.Tenant, m.Case, m.Ref, string(m.Kind), db.Micros(m.At), int64(m.Amount))
	return n == 1, err
}

// Bought implements order.Store.
func (Store) Bought(ctx context.Context, t tx.Tx, tenant casefile.Tenant, subject casefile.ID, until time.Time, limit int) ([]order.Bought, error) {
	rows, err := t.Query(ctx, bought, tenant, subject, db.Micros(until), limit)
	return db.Collect(rows, err, func(row tx.Row) (b order.Bought, err error) {
		err = row.Scan(&b.Case, db.Time(&b.At), db.Fen(&b.Price), db.Time(&b.Delivered), &b.Claims)
		return b, err
	})
}

// Marked implements order.Store.
func (Store) Marked(ctx context.Context, t tx.Tx, tenant casefile.Tenant, subject casefile.ID, before time.Time, limit int) ([]order.Mark, error) {
	rows, err := t.Query(ctx, marked, tenant, subject, db.Micros(before), limit)
	return db.Collect(rows, err, func(row tx.Row) (m order.Mark, err error) {
		err = row.Scan(&m.Tenant, &m.Case, &m.Ref, &m.Kind, db.Time(&m.At), db.Fen(&m.Amount))
		return m, err
	})
}

// HasPhone implements order.Store.
func (Store) HasPhone(ctx context.Context, t tx.Tx, tenant casefile.Tenant, subject casefile.ID) (bool, error) {
	var n int64
	err := t.QueryRow(ctx, hasPhone, tenant, subject).Scan(&n)
	return n > 0, err
}
