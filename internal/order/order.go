// Package order keeps what was sold and how it looked before anybody complained: merchants, listings, orders, and the references sealed for them.
//
// An order that comes in (one by the API or the page, thousands by CSV) opens a case ([casefile.Timeline]): the buyer is its subject, and a later claim, its
// media and its service requests live in the same case. A listing is a case of its own without a person; its catalogue photographs serve many orders. A
// reference (catalogue photo, packing photo or video) is an item of the evidence vault, sealed the moment it arrives; it counts against a buyer only when it was
// sealed before the claim ([Reference.Before]).
//
// For the claims half:
//
//	Service.OfCase      the order of a case, with its merchant and tier
//	Service.References  its references, those of its listing too, each with the moment it was sealed
//	Service.Mark        tell that a claim was filed, refunded, rejected … in the caller's transaction; [Service.History] adds the marks up
//	Service.History     what the same buyer (same phone) ordered and claimed in the last 30, 90 and 365 days, for rules
//	Service.Find        order number + phone code → the link of the case; answers the same whether the order exists or not
package order

import (
	"time"

	"anxin/internal/casefile"
)

// Merchant sells on the platform. Its ID is what accounts and API keys of merchants carry (casefile.Actor.Merchant).
type Merchant struct {
	Tenant  casefile.Tenant
	ID      casefile.ID
	Name    string
	Tier    Tier
	Created time.Time
}

// Tier is how far a merchant is trusted, by the operator's decision. Rules read it.
type Tier string

// The tiers.
const (
	TierNew      Tier = "new"      // the first three months
	TierStandard Tier = "standard" // everybody else
	TierTrusted  Tier = "trusted"  // few lost claims over a year
	TierWatched  Tier = "watched"  // many lost or unanswered claims
)

// Tiers lists the tiers in a fixed order.
func Tiers() []Tier { return []Tier{TierNew, TierStandard, TierTrusted, TierWatched} }

// Listing is a product page of a merchant: a case of its own, with the catalogue photographs of many orders.
type Listing struct {
	Tenant   casefile.Tenant
	Case     casefile.ID
	ID       casefile.ID
	Merchant casefile.ID
	Code     string // the merchant's, unique for it
	Product  string // title
	Category string
	Created  time.Time
	// References is how many catalogue photographs are sealed.
	References int
}

// Order is one sale. The buyer's name and phone are in the subject table, sealed under the key of Subject.
type Order struct {
	Tenant   casefile.Tenant
	Case     casefile.ID // that it opened
	ID       casefile.ID
	Merchant casefile.ID
	Number   string // the merchant's, unique for it
	Subject  casefile.ID
	Listing  casefile.ID // Nil: none
	Product  string      // as the buyer saw it
	Code     string      // of the product in the operator's catalogue, or its model; may be empty
	Category string      // code, e.g. "lock", "appliance", "clothing"
	Province string      // division code of two digits of where it was sent; empty when not told
	Price    casefile.Fen
	Quantity int
	// Paid, Shipped and Delivered are what the merchant's system said; zero when it has not.
	Paid, Shipped, Delivered time.Time
	Created                  time.Time // when it came in here
	// References is how many packing photographs and videos are sealed for this order; those of the listing are not counted.
	References int
}

// Ordered is when the order was made, as far as is known: paid, else when it came in. Rules in force at that moment apply.
func (o Order) Ordered() time.Time {
	if !o.Paid.IsZero() {
		return o.Paid
	}
	return o.Created
}

// The kinds of references; they are kinds of items in the vault too.
const (
	CataloguePhoto = "catalogue_photo" // of a listing
	PackingPhoto   = "packing_photo"   // of an order
	PackingVideo   = "packing_video"   // of an order
	ChatPhoto      = "chat_photo"      // from the shop's chat about an order, whoever sent it
	ChatVideo      = "chat_video"
)

// OfOrder are the kinds that are sealed for an order.
func OfOrder() []string { return []string{PackingPhoto, PackingVideo, ChatPhoto, ChatVideo} }

// IsChat reports whether something was exchanged in a chat and is no picture that the merchant took.
func IsChat(kind string) bool { return kind == ChatPhoto || kind == ChatVideo }

// Reference is sealed evidence of how the goods looked, that the merchant gave before a dispute or after.
type Reference struct {
	Tenant casefile.Tenant
	Case   casefile.ID // of the order or of the listing
	Item   casefile.ID // in the vault
	Owner  casefile.ID // the order, or the listing
	// Listing says that the owner is a listing.
	Listing bool
	Kind    string
	Media   string
	Size    int64
	SHA256  [32]byte
	// Sealed is when the vault received it, and its leaf in the log.
	Sealed casefile.Moment
}

// Before reports whether the reference was sealed before the claim was filed. Only then may it count against the buyer: what is sealed later is shown
// as "after the claim" and counts for nothing.
func (r Reference) Before(filed casefile.Moment) bool { return r.Sealed.Before(filed) }

// Counting answers the references that may count against the buyer of a claim, and those that may not.
func Counting(all []Reference, filed casefile.Moment) (before, after []Reference) {
	for _, r := range all {
		if r.Before(filed) {
			before = append(before, r)
		} else {
			after = append(after, r)
		}
	}
	return before, after
}
