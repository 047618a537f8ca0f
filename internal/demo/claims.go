package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/claim"
	"anxin/internal/demo/scene"
	"anxin/internal/order"
)

// Claims is the part of the claims half that people of the demo use.
type Claims interface {
	claim.Claimants
	claim.Merchants
	claim.Reviewers
	claim.Leads
	ConfirmStep(ctx context.Context, a casefile.Actor, c claim.Done) (claim.Result, error)
}

// Orders takes orders and references in.
type Orders interface {
	ChangeMerchant(ctx context.Context, a casefile.Actor, id casefile.ID, name string, tier order.Tier) (order.Merchant, error)
	Put(ctx context.Context, a casefile.Actor, n order.NewOrder) (order.Put, error)
	PutListing(ctx context.Context, a casefile.Actor, n order.NewListing) (order.Listing, error)
	AddReference(ctx context.Context, a casefile.Actor, in order.Incoming, body io.Reader) (order.Reference, error)
}

// Dispute is the stage for claims; without Claims the demo plays repairs only.
type Dispute struct {
	Claims Claims
	Orders Orders
	// Seal puts a photograph of a claim into the vault.
	Seal func(ctx context.Context, a casefile.Actor, caseID, subject casefile.ID, kind string, jpeg []byte) (casefile.ID, error)
}

// shop is the demo's merchant.
var shop = casefile.ID{1, 0x9a, 0x51, 6: 0x70, 8: 0x80, 15: 1}

// goods are what the shop sells, with what can be painted of it.
var goods = []struct {
	listing, name, code, category, subject string
	price                                  casefile.Fen
}{
	{"HM-S3", "禾木智能门锁 S3", "smart_lock", "smart_lock", "smart_lock", 89900},
	{"HM-W8", "禾木滚筒洗衣机 W8", "washing_machine", "large_appliance", "washing_machine", 259900},
	{"HM-R2", "禾木双门冰箱 R2", "fridge", "large_appliance", "refrigerator", 319900},
}

// dispute is one claim: what was bought, what the buyer says and shows, and how far it went.
type dispute struct {
	name   string
	ago    time.Duration // filed
	goods  int
	reason string
	wish   claim.Remedy
	amount casefile.Fen
	story  string
	photo  string // what the buyer's picture is: own, catalogue, reused; empty: none
	crack  string // of the buyer's picture
	packed string // crack of the packing photograph; "-": there is none
	ends   claimEnding
}

// claimEnding is how far a claim went.
type claimEnding string

const (
	toReview     claimEnding = "in review"
	toSecond     claimEnding = "second review"
	toLead       claimEnding = "the two disagree"
	toAppeal     claimEnding = "in appeal"
	atBuyer      claimEnding = "more evidence wanted"
	atMerchant   claimEnding = "waiting for the merchant"
	offered      claimEnding = "offer open"
	commenting   claimEnding = "the buyer's turn to comment"
	inspecting   claimEnding = "inspection ordered"
	carryingOut  claimEnding = "to be sent back"
	canAppeal    claimEnding = "decided, may be appealed"
	accepted     claimEnding = "accepted and paid"
	tookBack     claimEnding = "withdrawn"
	standingOver claimEnding = "suspended"
)

// disputes begin with the three that the tour shows: real damage that the packing photograph has too, the catalogue picture with drawn cracks, and a picture that was used before.
// Those that wait in a queue come into it last: a reviewer takes what is most urgent, here as well, and that is the catalogue picture.
func disputes() []dispute {
	const none = scene.NoCrack
	return []dispute{
		{"paid", 28 * h, 1, "damaged", claim.RefundOnly, 0, "箱子打开，门圈玻璃有一道裂纹。", "own", scene.RealCrack, none, accepted},
		{"to be sent back", 27 * h, 0, "defect", claim.RefundReturn, 0, "装好以后指纹一直识别不了，换电池也没用。", "own", none, none, carryingOut},
		{"partly granted", 26 * h, 2, "not_as_described", claim.Partial, 30000, "颜色和页面上不一样，偏黄。", "own", none, none, canAppeal},
		{"appealed", 25 * h, 1, "damaged", claim.RefundOnly, 0, "后背板凹了一块。", "own", scene.RealCrack, none, toAppeal},
		{"reviewers disagree", 24 * h, 2, "damaged", claim.RefundOnly, 0, "门面有裂痕，收到就这样。", "catalogue", scene.ForgedCrack, none, toLead},
		{"inspection", 23 * h, 2, "defect", claim.RemedyRepair, 0, "冷冻室一直结霜，声音也大。", "own", none, none, inspecting},
		{"suspended", 22 * h, 0, "quality", claim.RefundReturn, 0, "把手松动。", "", none, none, standingOver},
		{"withdrawn", 21 * h, 0, "no_longer_wanted", claim.RefundReturn, 0, "门的厚度不合适，不要了。", "", none, none, tookBack},
		{"picture used before", 20 * h, 1, "damaged", claim.RefundOnly, 0, "玻璃裂了，直接退款吧，太重不好寄。", "reused", scene.RealCrack, none, toSecond},
		{"honest", 18 * h, 0, "damaged", claim.RefundOnly, 0, "开箱面板就是裂的，从上面一直裂到中间。盒子外面看不出来。", "own", scene.RealCrack, scene.RealCrack, toReview},
		{"catalogue picture", 19 * h, 0, "damaged", claim.RefundOnly, 0, "锁面裂了好几条，没法用，要求退款。", "catalogue", scene.ForgedCrack, none, toReview},
		{"more evidence wanted", 9 * h, 2, "damaged", claim.RefundReturn, 0, "门边磕了一块，手机摄像头坏了，先说一下。", "", none, none, atBuyer},
		{"offer", 7 * h, 1, "quality", claim.RefundReturn, 0, "脱水声音很大，像是没固定好。", "own", none, none, offered},
		{"comment", 6 * h, 0, "damaged", claim.RefundOnly, 0, "外壳有划痕，一看就是用过的。", "own", none, none, commenting},
		{"waiting for the merchant", 2 * h, 0, "missing_parts", claim.Exchange, 0, "盒子里少了一片导向片和两颗螺丝。", "own", none, "-", atMerchant},
	}
}

// claimRun is a dispute while it plays.
type claimRun struct {
	dispute
	p      *play
	n      int
	order  order.Order
	buyer  casefile.Actor
	shop   casefile.Actor
	item   casefile.ID // the buyer's picture
	packed casefile.ID
	number casefile.Number
}

func (r *claimRun) own(o scene.Options) scene.Options {
	o.Subject, o.Seed, o.Width = goods[r.goods].subject, uint64(900+r.n), 360
	return o
}

// catalogueScene is the photograph of a product page: one for all buyers.
func catalogueScene(good int) scene.Options {
	o := scene.Options{Subject: goods[good].subject, Seed: uint64(800 + good), Width: 400}
	for _, d := range disputes() {
		if d.goods == good && d.photo == "catalogue" {
			o.Width = 1024 // somebody draws on it, and the matching wants to see more than a thumbnail
		}
	}
	return o
}

// picture is what the buyer's photograph shows.
func (r *claimRun) picture() scene.Options {
	switch r.photo {
	case "catalogue":
		o := catalogueScene(r.goods)
		o.Crack = r.crack
		return o
	case "reused": // the very photograph of the first dispute
		first := &claimRun{dispute: disputes()[0], n: 0}
		return first.picture()
	}
	return r.own(scene.Options{Crack: r.crack, View: 1 + r.n})
}

func (r *claimRun) packing() scene.Options {
	o := r.own(scene.Options{Crack: r.dispute.packed, View: 8 + 3*r.n})
	o.Seed += 50 // another day, another light
	return o
}

// disputesOn puts the claims on the queue and has their photographs painted.
func (p *play) disputesOn() {
	if p.Dispute.Claims == nil {
		return
	}
	for i := range goods {
		p.paint.ask(catalogueScene(i))
	}
	for i, d := range disputes() {
		r := &claimRun{dispute: d, p: p, n: i, shop: casefile.Actor{Tenant: p.Tenant, Role: casefile.Merchant, Merchant: shop, Route: "web", Lang: "zh"}}
		if d.photo != "" {
			p.paint.ask(r.picture())
		}
		if d.packed != "-" {
			p.paint.ask(r.packing())
		}
		at := p.Now.Add(-d.ago)
		p.later(at.Add(-80*m), "order: "+d.name, r.buy)
		p.later(at, "claim: "+d.name, func(ctx context.Context) error {
			if r.buyer.Case.IsNil() {
				return nil // the order is not there; that was said
			}
			if err := r.file(ctx); err != nil {
				return err
			}
			r.plan(at)
			return nil
		})
	}
}

// openShop makes the merchant, its product pages and their pictures.
func (p *play) openShop(ctx context.Context) error {
	if p.Dispute.Claims == nil {
		return nil
	}
	if _, err := p.Dispute.Orders.ChangeMerchant(ctx, p.admin, shop, "禾木旗舰店", order.TierStandard); err != nil {
		return err
	}
	a := casefile.Actor{Tenant: p.Tenant, Role: casefile.Merchant, Merchant: shop, ID: p.people["shangjia"], Route: "api", Lang: "zh"}
	for i, g := range goods {
		l, err := p.Dispute.Orders.PutListing(ctx, a, order.NewListing{Code: g.listing, Product: g.name, Category: g.category})
		if err != nil {
			return err
		}
		photo, err := p.paint.keep(catalogueScene(i))
		if err != nil {
			return err
		}
		if _, err := p.Dispute.Orders.AddReference(ctx, a, order.Incoming{Listing: l.ID, Kind: order.CataloguePhoto}, photo.reader()); err != nil {
			return err
		}
	}
	return nil
}

// buy makes the order and seals what was packed, before anybody complains.
func (r *claimRun) buy(ctx context.Context) error {
	p, d := r.p, r.p.Dispute
	g := goods[r.goods]
	r.shop.ID = p.people["shangjia"]
	filed := p.Now.Add(-r.ago)
	put, err := d.Orders.Put(ctx, r.shop, order.NewOrder{Number: fmt.Sprintf("HM2611%06d", 31007+r.n*613), Name: personName(r.n + 200), Phone: mobile(700 + r.n), Product: g.name, Code: g.code,
		Category: g.category, Province: "33", Listing: g.listing, Price: g.price, Paid: filed.AddDate(0, 0, -6), Shipped: filed.AddDate(0, 0, -5), Delivered: filed.AddDate(0, 0, -1), Lang: "zh"})
	if err != nil {
		return err
	}
	r.order, r.number = put.Order, put.Case
	r.buyer = casefile.Actor{Tenant: p.Tenant, Role: casefile.Customer, ID: put.Order.Subject, Case: put.Order.Case, Route: "web", Lang: "zh"}
	if r.dispute.packed != "-" {
		photo, err := p.paint.keep(r.packing())
		if err != nil {
			return err
		}
		ref, err := d.Orders.AddReference(ctx, r.shop, order.Incoming{Order: r.order.ID, Kind: order.PackingPhoto}, photo.reader())
		if err != nil {
			return err
		}
		r.packed = ref.Item
	}
	return nil
}

// file claims.
func (r *claimRun) file(ctx context.Context) error {
	p, d := r.p, r.p.Dispute
	c := claim.File{Key: fmt.Sprintf("demo-claim-%04d", r.n), Case: r.order.Case, Reason: r.reason, Story: r.story, Wish: r.wish, Amount: r.amount, Declared: claim.DeclaredNone, Lang: "zh"}
	if r.photo != "" {
		photo, err := p.paint.keep(r.picture())
		if err != nil {
			return err
		}
		if r.item, err = d.Seal(ctx, r.buyer, r.order.Case, r.order.Subject, claim.MediaClaimPhoto, photo); err != nil {
			return err
		}
		c.Media = []casefile.ID{r.item}
	}
	c.Unable = r.photo == "" && r.ends != atBuyer
	_, err := d.Claims.File(ctx, r.buyer, c)
	return err
}

var errOther = errors.New("another claim was more urgent")
