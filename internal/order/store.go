package order

import (
	"context"
	"io"
	"net/netip"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/clock"
	"anxin/internal/privacy"
	"anxin/internal/tx"
)

// Config is what a Service is made of. All fields are needed but Index and Fill.
type Config struct {
	Run      tx.Runner
	Store    Store
	Timeline *casefile.Timeline
	Keeper   *privacy.Keeper
	Links    Links
	Phones   Phones
	Vault    Vault
	Timers   Timers
	Source   casefile.Source
	// Index hears about every reference, in its transaction; *check.Service is the one, through an adapter.
	Index Indexer
	// Parallel is how many orders of an import are brought in at once; 0 means 64: what waits together is committed together.
	Parallel int
}

// Links gives a case its private link; *party.Links is one.
type Links interface {
	Issue(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) (token string, err error)
}

// Phones proves that somebody holds a phone, by a code sent to it; *party.Finder is one.
type Phones interface {
	// RequestCode answers the same whether the phone is known or not.
	RequestCode(ctx context.Context, tenant casefile.Tenant, phone string, from netip.Addr, lang string) (challenge casefile.ID, err error)
	// Prove answers the blind index of the phone that the code was sent to. A code works once.
	Prove(ctx context.Context, tenant casefile.Tenant, challenge casefile.ID, code string) (phoneIndex []byte, err error)
}

// Vault is what this package asks of the evidence vault.
type Vault interface {
	// Receive seals the bytes: they are durable and under the log when it returns. The same bytes under the same case and kind are the same item.
	Receive(ctx context.Context, a casefile.Actor, caseID casefile.ID, kind string, taken time.Time, body io.Reader) (Sealed, error)
	// Attach keeps the item from being swept; owner is the order or listing. It takes the head of the log: right before Timeline.Append.
	Attach(ctx context.Context, t tx.Tx, by casefile.Actor, caseID, owner casefile.ID, kind string, item casefile.ID) error
}

// Sealed is an item as the vault sealed it.
type Sealed struct {
	ID     casefile.ID
	Media  string
	Size   int64
	SHA256 [32]byte
	Sealed casefile.Moment
}

// Timers sets durable jobs; *clock.Clock is one.
type Timers interface {
	Set(ctx context.Context, t tx.Tx, tm clock.Timer) error
}

// Indexer puts a reference into the index of what was seen before.
type Indexer interface {
	AddReference(ctx context.Context, t tx.Tx, r Reference) error
}

// Cursor is where a page of a list ends: the next page begins after it. The zero value is the beginning; lists are newest first.
type Cursor struct {
	At time.Time
	ID casefile.ID
}

// Store keeps all of it; package orderdb is the one for databases. Reading what is not there is NotFound. The inserts answer false when the row was
// there already.
type Store interface {
	InsertMerchant(ctx context.Context, t tx.Tx, m Merchant) (bool, error)
	UpdateMerchant(ctx context.Context, t tx.Tx, m Merchant) (bool, error)
	Merchant(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID) (Merchant, error)
	Merchants(ctx context.Context, t tx.Tx, tenant casefile.Tenant, limit int) ([]Merchant, error)

	InsertListing(ctx context.Context, t tx.Tx, l Listing) (bool, error)
	Listing(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID) (Listing, error)
	ListingByCode(ctx context.Context, t tx.Tx, tenant casefile.Tenant, merchant casefile.ID, code string) (Listing, error)
	Listings(ctx context.Context, t tx.Tx, tenant casefile.Tenant, merchant casefile.ID, after Cursor, limit int) ([]Listing, error)

	InsertOrder(ctx context.Context, t tx.Tx, o Order) (bool, error)
	UpdateTimes(ctx context.Context, t tx.Tx, o Order) error
	Order(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID) (Order, error)
	OrderOfCase(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) (Order, error)
	OrderByNumber(ctx context.Context, t tx.Tx, tenant casefile.Tenant, merchant casefile.ID, number string) (Order, error)
	// OrdersOfPhone answers the orders of a number, whatever merchant, whose buyer has the phone.
	OrdersOfPhone(ctx context.Context, t tx.Tx, tenant casefile.Tenant, number string, phoneIndex []byte, limit int) ([]Order, error)
	// Orders lists newest first; merchant Nil lists all merchants; number, when not empty, lists that number only.
	Orders(ctx context.Context, t tx.Tx, tenant casefile.Tenant, merchant casefile.ID, number string, after Cursor, limit int) ([]Order, error)
	// MerchantOfCase answers whose order or listing a case is.
	MerchantOfCase(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) (casefile.ID, error)
	CountOrders(ctx context.Context, t tx.Tx, tenant casefile.Tenant, merchant casefile.ID) (int64, error)

	InsertReference(ctx context.Context, t tx.Tx, r Reference) (bool, error)
	CountReference(ctx context.Context, t tx.Tx, r Reference) error
	References(ctx context.Context, t tx.Tx, tenant casefile.Tenant, owner casefile.ID) ([]Reference, error)

	InsertMark(ctx context.Context, t tx.Tx, m Mark) (bool, error)
	// Bought and Marked answer what the person of the subject's phone ordered and what happened in their claims until a moment, newest first.
	Bought(ctx context.Context, t tx.Tx, tenant casefile.Tenant, subject casefile.ID, until time.Time, limit int) ([]Bought, error)
	Marked(ctx context.Context, t tx.Tx, tenant casefile.Tenant, subject casefile.ID, before time.Time, limit int) ([]Mark, error)
	// HasPhone reports whether the subject has a phone that can be searched for.
	HasPhone(ctx context.Context, t tx.Tx, tenant casefile.Tenant, subject casefile.ID) (bool, error)

	ImportStore
}

// Bought is one order for the history of a buyer.
type Bought struct {
	Case      casefile.ID
	At        time.Time // paid, else when it came in
	Price     casefile.Fen
	Delivered time.Time
	Claims    int // filed in its case and not withdrawn
}

// ImportStore keeps imports.
type ImportStore interface {
	InsertImport(ctx context.Context, t tx.Tx, i Import) error
	UpdateImport(ctx context.Context, t tx.Tx, i Import) error
	Import(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID) (Import, error)
	LockImport(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID) (Import, error)
	Imports(ctx context.Context, t tx.Tx, tenant casefile.Tenant, merchant casefile.ID, limit int) ([]Import, error)
	// StaleImports answers those that were never begun nor thrown away since a time.
	StaleImports(ctx context.Context, t tx.Tx, tenant casefile.Tenant, before time.Time, limit int) ([]Import, error)
	InsertPart(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID, part int, sealed []byte, notes []Note) error
	UpdatePart(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID, part int, sealed []byte, notes []Note) error
	Part(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID, part int) (sealed []byte, notes []Note, err error)
	// BlankParts forgets all sealed lines.
	BlankParts(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID) error
	// Notes answers the notes of all parts in order.
	Notes(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID) ([]Note, error)
}
