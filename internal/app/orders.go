package app

import (
	"context"
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"time"

	"anxin/internal/casefile"
	claimcheck "anxin/internal/check"
	"anxin/internal/check/checkdb"
	"anxin/internal/evidence"
	"anxin/internal/evidence/picture"
	"anxin/internal/order"
	"anxin/internal/order/orderdb"
	"anxin/internal/party"
	"anxin/internal/privacy"
	"anxin/internal/tx"
	"anxin/internal/web/orders"
	"anxin/internal/web/staff"
)

// Orders are the orders and references, and the checks that look at claim media.
type Orders struct {
	Book   *order.Service
	Checks *claimcheck.Service
	// Checked is told when the checks of a claim are through; the claims half sets it before anything runs.
	Checked func(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, claim casefile.ID, o claimcheck.Outcome) error

	marks marks // what files say about AI
}

// maxReference bounds one reference: a packing video of some minutes.
const maxReference = 1_000_000_000

// maxChatVideo bounds a video from a chat, as the vault does.
const maxChatVideo = 500_000_000

// orders wires orders and checks; the vault, the links and the finder are there already.
func (c *Core) orders() {
	o := &c.Orders
	o.Checks = claimcheck.New(claimcheck.Config{Later: c.LeavePictures, Run: c.DB, Store: checkdb.Store{}, Timers: c.Timers, Vault: checkVault{c.Vault}, Pictures: checkPictures{c.Vault.Renderer},
		Matcher: checkPictures{c.Vault.Renderer}, Tracer: checkPictures{c.Vault.Renderer}, Films: c.films(), Trust: c.trustLists(), Buyers: sameBuyer{c.Keeper}, Claims: orderChecked{o}, Cases: c.Timeline, Source: c.Source, Folder: filepath.Join(c.DataDir, "index")})
	o.Book = order.New(order.Config{Run: c.Run, Store: orderdb.Store{}, Timeline: c.Timeline, Keeper: c.Keeper, Links: c.Party.Links, Phones: c.Party.Finder, Vault: orderVault{c.Vault},
		Timers: c.Timers, Source: c.Source, Index: orderIndex{o.Checks}})
}

// orderHandlers are the timers of orders and checks.
func (c *Core) orderHandlers() {
	for kind, h := range c.Orders.Book.Handlers() {
		c.Timers.Handle(kind, h)
	}
	for kind, h := range c.Orders.Checks.Handlers() {
		c.Timers.Handle(kind, h)
	}
}

// orderChecked tells the claims half.
type orderChecked struct{ o *Orders }

// Checked implements check.Claims through the function that the claims half set; without one nobody waits.
func (o orderChecked) Checked(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, claim casefile.ID, x claimcheck.Outcome) error {
	if o.o.Checked == nil {
		return nil
	}
	return o.o.Checked(ctx, t, tenant, caseID, claim, x)
}

// orderVault is the vault as orders need it.
type orderVault struct{ *evidence.Service }

// Receive implements order.Vault.
func (v orderVault) Receive(ctx context.Context, a casefile.Actor, caseID casefile.ID, kind string, taken time.Time, body io.Reader) (order.Sealed, error) {
	i, err := v.Service.Receive(ctx, a, evidence.Incoming{Case: caseID, Kind: kind, Taken: taken}, body)
	return order.Sealed{ID: i.ID, Media: i.Media, Size: i.Size, SHA256: i.SHA256, Sealed: casefile.Moment{At: i.Received, Leaf: i.Leaf}}, err
}

// Attach implements order.Vault.
func (v orderVault) Attach(ctx context.Context, t tx.Tx, by casefile.Actor, caseID, owner casefile.ID, kind string, item casefile.ID) error {
	return v.Service.Attach(ctx, t, by, evidence.Attachment{Case: caseID, Request: owner, Kind: kind, Items: []casefile.ID{item}})
}

// orderIndex puts references into the index of the checks.
type orderIndex struct{ *claimcheck.Service }

// AddReference implements order.Indexer.
func (x orderIndex) AddReference(ctx context.Context, t tx.Tx, r order.Reference) error {
	m := claimcheck.Media{Tenant: r.Tenant, Item: r.Item, Case: r.Case, Owner: r.Owner, Role: claimcheck.RoleReference, Type: r.Media, SHA256: r.SHA256, Sealed: r.Sealed}
	if r.Listing {
		merchant, err := orderdb.Store{}.MerchantOfCase(ctx, t, r.Tenant, r.Case)
		if m.Merchant, m.Product = merchant, r.Owner; err != nil {
			return err
		}
		return x.Add(ctx, t, m)
	}
	o, err := orderdb.Store{}.Order(ctx, t, r.Tenant, r.Owner)
	if err != nil {
		return err
	}
	m.Merchant, m.Product = o.Merchant, productOf(o)
	if order.IsChat(r.Kind) { // with the buyer of the order, whoever sent it
		m.Role, m.Subject = claimcheck.RoleChat, o.Subject
	}
	return x.Add(ctx, t, m)
}

// orderPages are the merchant's pages of orders and references.
func (s *Server) orderPages(edge *staff.Edge, mux *http.ServeMux) {
	p := &orders.Pages{Orders: s.Orders.Book, Vault: techVault{s.Core}, Spool: s.Spool, MaxPhoto: s.Config.Limits.PhotoBytes, MaxVideo: maxReference, MaxChat: maxChatVideo}
	s.mount(edge, mux, p.Routes())
}

func isReference(kind string) bool {
	return kind == order.CataloguePhoto || slices.Contains(order.OfOrder(), kind)
}

// merchantMaySee asks the policies whether a merchant sees a reference: its own only. Whose it is is read from the case.
func (c *Core) merchantMaySee(ctx context.Context, a casefile.Actor, i evidence.Item) error {
	merchant, err := c.Orders.Book.MerchantOf(ctx, i.Tenant, i.Case)
	if err != nil {
		return err
	}
	return c.Party.Gate.Check(ctx, a, party.ViewReference, party.OfReference(i.Tenant, i.Case, i.ID, merchant))
}

// checkVault gives items to the checks.
type checkVault struct{ *evidence.Service }

// File implements check.Vault.
func (v checkVault) File(ctx context.Context, tenant casefile.Tenant, caseID, item casefile.ID) (claimcheck.File, error) {
	i, err := v.Known(ctx, tenant, caseID, item)
	return claimcheck.File{Item: i.ID, Case: i.Case, Media: i.Media, Size: i.Size, SHA256: i.SHA256, Sealed: casefile.Moment{At: i.Received, Leaf: i.Leaf}}, err
}

// Open implements check.Vault.
func (v checkVault) Open(ctx context.Context, tenant casefile.Tenant, caseID, item casefile.ID) (claimcheck.Content, error) {
	return v.Examine(ctx, tenant, caseID, item)
}

// checkPictures decodes pictures for the checks where their copies are made too: in the other process.
type checkPictures struct{ renderer picture.Renderer }

// Look implements check.Pictures. A picture that ends its process is damaged; that is an answer, not an error.
func (p checkPictures) Look(ctx context.Context, b []byte) (claimcheck.Picture, error) {
	inspector, ok := p.renderer.(picture.Inspector)
	if !ok {
		return claimcheck.Picture{Decoded: "unsupported"}, nil
	}
	s, err := inspector.Inspect(ctx, b)
	switch {
	case errors.Is(err, picture.ErrTooLarge):
		return claimcheck.Picture{Decoded: "too_large"}, nil
	case errors.Is(err, picture.ErrDamaged):
		return claimcheck.Picture{Decoded: "damaged"}, nil
	}
	return claimcheck.Picture{Decoded: s.Decoded, Prints: s.Prints, Quality: s.Quality, Sketch: s.Sketch, Coarse: s.Coarse, Meta: claimcheck.Meta{Read: s.Meta.Read, Taken: s.Meta.Taken, Changed: s.Meta.Changed,
		Zone: s.Meta.Zone, Make: s.Meta.Make, Model: s.Meta.Model, Software: s.Meta.Software, Place: s.Meta.Place}}, err
}

// sameBuyer compares two subjects by their phones, behind the masks.
type sameBuyer struct{ keeper *privacy.Keeper }

// Same implements check.Buyers. An erased person is nobody's equal.
func (b sameBuyer) Same(ctx context.Context, t tx.Tx, tenant casefile.Tenant, x, y casefile.ID) (bool, error) {
	one, err := b.keeper.Person(ctx, t, tenant, x)
	if err == nil {
		var other privacy.Person
		other, err = b.keeper.Person(ctx, t, tenant, y)
		if err == nil {
			return !one.Phone.IsZero() && one.Phone.Equal(other.Phone), nil
		}
	}
	if casefile.Is(err, casefile.NotFound) {
		err = nil
	}
	return false, err
}
