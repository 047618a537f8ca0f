// Package orders are the pages on which a merchant (or the operator for one) sees its orders, brings them in from a CSV file, and seals catalogue photographs,
// packing photographs and packing videos.
package orders

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/order"
	"anxin/internal/party"
	"anxin/internal/web/staff"
	"anxin/internal/web/ui"
	"anxin/internal/web/upload"
)

// Orders is what the pages need of package order; *order.Service is it.
type Orders interface {
	Orders(ctx context.Context, a casefile.Actor, q order.Query) ([]order.View, error)
	CountOrders(ctx context.Context, a casefile.Actor, merchant casefile.ID) (int64, error)
	Order(ctx context.Context, a casefile.Actor, id casefile.ID) (order.View, error)
	PutListing(ctx context.Context, a casefile.Actor, n order.NewListing) (order.Listing, error)
	Listings(ctx context.Context, a casefile.Actor, merchant casefile.ID, after order.Cursor, limit int) ([]order.Listing, error)
	Listing(ctx context.Context, a casefile.Actor, id casefile.ID) (order.Listing, []order.Reference, error)
	AddReference(ctx context.Context, a casefile.Actor, in order.Incoming, body io.Reader) (order.Reference, error)
	Stage(ctx context.Context, a casefile.Actor, merchant casefile.ID, file io.Reader) (order.Import, error)
	Begin(ctx context.Context, a casefile.Actor, id casefile.ID) (order.Import, error)
	Discard(ctx context.Context, a casefile.Actor, id casefile.ID) error
	Import(ctx context.Context, a casefile.Actor, id casefile.ID) (order.Import, []order.Note, []order.Sample, error)
	Imports(ctx context.Context, a casefile.Actor, merchant casefile.ID) ([]order.Import, error)
	Merchants(ctx context.Context, a casefile.Actor) ([]order.Merchant, error)
	WhoseOrder(ctx context.Context, tenant casefile.Tenant, id casefile.ID) (caseID, merchant casefile.ID, err error)
	WhoseListing(ctx context.Context, tenant casefile.Tenant, id casefile.ID) (caseID, merchant casefile.ID, err error)
	WhoseImport(ctx context.Context, tenant casefile.Tenant, id casefile.ID) (caseID, merchant casefile.ID, err error)
}

// Vault shows copies of what is sealed.
type Vault interface {
	Show(w http.ResponseWriter, r *http.Request, a casefile.Actor, caseID, item casefile.ID, thumb bool) error
}

// Pages are the pages with what they need.
type Pages struct {
	Orders Orders
	Vault  Vault
	// Spool receives photographs in pieces; nil leaves the plain file inputs.
	Spool *upload.Spool
	// MaxPhoto, MaxVideo and MaxChat bound one file, in bytes: a picture, a packing video, a video from a chat.
	MaxPhoto, MaxVideo, MaxChat int64
}

// Nav are the entries of the navigation that these pages belong to.
const Nav = "/orders"

// maxFiles is how many files one form takes.
const maxFiles = 12

// Routes is the table of routes.
func (p *Pages) Routes() []staff.Route {
	get := func(path string, a party.Action, of func(*staff.Request) (party.Resource, error), do func(*staff.Request) error) staff.Route {
		return staff.Route{Pattern: "GET " + path, Nav: Nav, Action: a, Of: of, Do: do}
	}
	post := func(path string, a party.Action, of func(*staff.Request) (party.Resource, error), max int64, do func(*staff.Request) error) staff.Route {
		return staff.Route{Pattern: "POST " + path, Nav: Nav, Action: a, Of: of, MaxBytes: max, Do: do}
	}
	theOrder, theListing, theImport := p.of("order", p.Orders.WhoseOrder), p.of("listing", p.Orders.WhoseListing), p.of("import", p.Orders.WhoseImport)
	forms := (maxFiles+1)*p.MaxPhoto + p.MaxVideo
	piece := func(path string, of func(*staff.Request) (party.Resource, error), do func(*staff.Request) error) staff.Route {
		return staff.Route{Pattern: path, Nav: Nav, Action: party.ChangeOrder, Of: of, MaxBytes: 8 << 20, Do: do}
	}
	return []staff.Route{
		get("/orders", party.ListOrders, nil, p.list),
		get("/orders/{order}", party.ViewOrder, theOrder, p.order),
		post("/orders/{order}/references", party.ChangeOrder, theOrder, forms, p.sealForOrder),
		post("/orders/{order}/uploads/{field}", party.ChangeOrder, theOrder, 0, p.beginUpload),
		piece("/orders/{order}/uploads/{field}/{upload}", theOrder, p.uploadPiece),
		get("/orders/{order}/media/{item}/{size}", party.ViewOrder, theOrder, func(q *staff.Request) error { return p.media(q, "order", p.Orders.WhoseOrder) }),
		get("/listings", party.ListOrders, nil, p.listings),
		post("/listings", party.PutOrders, nil, 0, p.newListing),
		get("/listings/{listing}", party.ViewOrder, theListing, p.listing),
		post("/listings/{listing}/references", party.ChangeOrder, theListing, forms, p.sealForListing),
		post("/listings/{listing}/uploads/{field}", party.ChangeOrder, theListing, 0, p.beginUpload),
		piece("/listings/{listing}/uploads/{field}/{upload}", theListing, p.uploadPiece),
		get("/listings/{listing}/media/{item}/{size}", party.ViewOrder, theListing, func(q *staff.Request) error { return p.media(q, "listing", p.Orders.WhoseListing) }),
		get("/imports", party.ListOrders, nil, p.imports),
		post("/imports", party.PutOrders, nil, order.MaxFile, p.stage),
		get("/imports/{import}", party.ViewOrder, theImport, p.imported),
		post("/imports/{import}/begin", party.ChangeOrder, theImport, 0, p.begin),
		post("/imports/{import}/discard", party.ChangeOrder, theImport, 0, p.discard),
		get("/import-template.csv", party.ListOrders, nil, p.template),
	}
}

type whose = func(ctx context.Context, tenant casefile.Tenant, id casefile.ID) (caseID, merchant casefile.ID, err error)

// of finds whose the thing of a path is.
func (p *Pages) of(name string, find whose) func(*staff.Request) (party.Resource, error) {
	return func(q *staff.Request) (party.Resource, error) {
		id, err := q.PathID(name)
		if err != nil {
			return party.Resource{}, err
		}
		caseID, merchant, err := find(q.Context(), q.Actor.Tenant, id)
		return party.OfMerchantCase(q.Actor.Tenant, caseID, merchant), err
	}
}

// pageSize is how many rows a list shows.
const pageSize = 50

func (p *Pages) list(q *staff.Request) error {
	v := List{Number: staff.Clean(q.URL.Query().Get("number"), 64)}
	after, err := readCursor(q.URL.Query().Get("after"))
	if err != nil {
		return err
	}
	rows, err := p.Orders.Orders(q.Context(), q.Actor, order.Query{Number: v.Number, After: after, Limit: pageSize})
	if err != nil {
		return err
	}
	if v.Count, err = p.Orders.CountOrders(q.Context(), q.Actor, casefile.Nil); err != nil {
		return err
	}
	v.Rows = rows
	if n := len(rows); n == pageSize && v.Number == "" {
		v.Next = "/orders?after=" + cursorText(order.Cursor{At: rows[n-1].Created, ID: rows[n-1].ID})
	}
	v.Later = !after.At.IsZero()
	return q.Render(http.StatusOK, ListPage(q.Page(), v))
}

func (p *Pages) order(q *staff.Request) error {
	id, err := q.PathID("order")
	if err != nil {
		return err
	}
	return p.showOrder(q, id, ui.Form{})
}

func (p *Pages) showOrder(q *staff.Request, id casefile.ID, form ui.Form) error {
	o, err := p.Orders.Order(q.Context(), q.Actor, id)
	if err != nil {
		return err
	}
	pg := q.Done("order.done.")
	v := p.orderView(pg, o)
	v.Form = form
	for _, u := range []*ui.Upload{&v.Photos, &v.Video, &v.Chat, &v.ChatVideo} {
		u.Error = form.For(u.Name)
	}
	return q.Render(statusOf(&pg, form), OrderPage(pg, v))
}

// statusOf is that of a page with or without something wrong in its form.
func statusOf(pg *ui.Page, form ui.Form) int {
	if pg.Failed = form.Failed(); pg.Failed {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

func (p *Pages) orderView(pg ui.Page, o order.View) OrderView {
	base := "/orders/" + o.ID.String()
	v := OrderView{Order: o, Base: base, References: references(base+"/media/", o.References)}
	v.Photos = ui.Upload{Name: "photos", Label: pg.T("order.order.seal_label"), Hint: pg.T("order.order.seal_hint"), Max: maxFiles, MaxBytes: p.MaxPhoto, Required: true}
	v.Video = ui.Upload{Name: "video", Label: pg.T("order.order.video_label"), Hint: pg.T("order.order.video_hint", "size", pg.P.Bytes(p.MaxVideo)), Max: 2, MaxBytes: p.MaxVideo,
		Accept: "video/mp4,video/quicktime", Add: pg.T("order.order.video_add"), Refused: pg.T("order.order.video_refused"), Required: true}
	v.Chat = ui.Upload{Name: "chat", Label: pg.T("order.order.chat_label"), Hint: pg.T("order.order.chat_hint"), Max: maxFiles, MaxBytes: p.MaxPhoto, Required: true}
	v.ChatVideo = ui.Upload{Name: "chat_video", Label: pg.T("order.order.chat_video_label"), Hint: pg.T("order.order.video_hint", "size", pg.P.Bytes(p.MaxChat)), Max: 4, MaxBytes: p.MaxChat,
		Accept: "video/mp4,video/quicktime", Add: pg.T("order.order.video_add"), Refused: pg.T("order.order.video_refused"), Required: true}
	if p.Spool != nil {
		v.Photos.Create, v.Video.Create, v.Chat.Create, v.ChatVideo.Create = base+"/uploads/photos", base+"/uploads/video", base+"/uploads/chat", base+"/uploads/chat_video"
	}
	return v
}

func (p *Pages) media(q *staff.Request, name string, find whose) error {
	id, err := q.PathID(name)
	if err != nil {
		return err
	}
	item, err := q.PathID("item")
	if err != nil {
		return err
	}
	caseID, _, err := find(q.Context(), q.Actor.Tenant, id)
	if err != nil {
		return err
	}
	// An order's page shows its listing's photographs too; whose they are is asked again when they are opened.
	if c, err := casefile.ParseID(q.URL.Query().Get("case")); err == nil {
		caseID = c
	}
	return p.Vault.Show(q.W, q.Request, q.Actor, caseID, item, q.PathValue("size") == "thumb")
}

func (p *Pages) listings(q *staff.Request) error {
	return p.showListings(q, ui.Form{}, order.NewListing{})
}

func (p *Pages) showListings(q *staff.Request, form ui.Form, typed order.NewListing) error {
	after, err := readCursor(q.URL.Query().Get("after"))
	if err != nil {
		return err
	}
	rows, err := p.Orders.Listings(q.Context(), q.Actor, casefile.Nil, after, pageSize)
	if err != nil {
		return err
	}
	v := Listings{Rows: rows, Form: form, Typed: typed, Idem: q.Idem(), Later: !after.At.IsZero()}
	if v.Merchants, err = p.merchants(q, typed.Merchant); err != nil {
		return err
	}
	if n := len(rows); n == pageSize {
		v.Next = "/listings?after=" + cursorText(order.Cursor{At: rows[n-1].Created, ID: rows[n-1].ID})
	}
	pg := q.Done("order.done.")
	return q.Render(statusOf(&pg, form), ListingsPage(pg, v))
}

// merchants are whose books the operator can choose from; a merchant has its own.
func (p *Pages) merchants(q *staff.Request, on casefile.ID) ([]ui.Choice, error) {
	if q.Actor.Role == casefile.Merchant {
		return nil, nil
	}
	rows, err := p.Orders.Merchants(q.Context(), q.Actor)
	var out []ui.Choice
	for _, m := range rows {
		text := m.Name
		if text == "" {
			text = m.ID.String()
		}
		out = append(out, ui.Choice{Value: m.ID.String(), Text: text, On: m.ID == on})
	}
	return out, err
}

func (p *Pages) newListing(q *staff.Request) error {
	if err := q.ParseForm(); err != nil {
		return err
	}
	n := order.NewListing{Merchant: q.ID("merchant"), Code: q.Text("code", 200), Product: q.Text("product", 400), Category: q.Text("category", 100)}
	l, err := p.Orders.PutListing(q.Once(), q.Actor, n)
	if casefile.IsRepeated(err) {
		l, err = p.Orders.PutListing(casefile.WithoutOnce(q.Context()), q.Actor, n)
	}
	if staff.Redraws(err) {
		return p.showListings(q, formOf(q, err), n)
	}
	if err != nil {
		return err
	}
	return q.See("/listings/" + l.ID.String() + "?done=listing")
}

// formOf puts what is wrong beside the fields.
func formOf(q *staff.Request, err error) ui.Form {
	var f ui.Form
	var e *casefile.Error
	if !errors.As(err, &e) {
		return f
	}
	for _, x := range e.Fields {
		f.Add(x.Field, q.P().TMap(x.Key, x.Args))
	}
	if len(e.Fields) == 0 {
		f.Add("", q.P().TMap(e.Key, e.Args))
	}
	return f
}

func (p *Pages) listing(q *staff.Request) error {
	id, err := q.PathID("listing")
	if err != nil {
		return err
	}
	return p.showListing(q, id, ui.Form{})
}

func (p *Pages) showListing(q *staff.Request, id casefile.ID, form ui.Form) error {
	l, refs, err := p.Orders.Listing(q.Context(), q.Actor, id)
	if err != nil {
		return err
	}
	pg := q.Done("order.done.")
	base := "/listings/" + id.String()
	v := ListingView{Listing: l, Base: base, References: references(base+"/media/", refs)}
	v.Photos = ui.Upload{Name: "photos", Label: pg.T("order.listing.seal_label"), Hint: pg.T("order.listing.seal_hint"), Max: maxFiles, MaxBytes: p.MaxPhoto, Required: true}
	if p.Spool != nil {
		v.Photos.Create = base + "/uploads/photos"
	}
	v.Form, v.Photos.Error = form, form.For("photos")
	return q.Render(statusOf(&pg, form), ListingPage(pg, v))
}

func references(base string, all []order.Reference) []Reference {
	var out []Reference
	for _, r := range all {
		x := Reference{Reference: r}
		if strings.HasPrefix(r.Media, "image/") {
			x.Thumb = base + r.Item.String() + "/thumb?case=" + url.QueryEscape(r.Case.String())
			x.Large = base + r.Item.String() + "/large?case=" + url.QueryEscape(r.Case.String())
		}
		out = append(out, x)
	}
	slices.Reverse(out)
	return out
}

func cursorText(c order.Cursor) string {
	return strconv.FormatInt(c.At.UnixMicro(), 36) + "." + c.ID.String()
}

func readCursor(s string) (c order.Cursor, err error) {
	if s == "" {
		return c, nil
	}
	at, id, _ := strings.Cut(s, ".")
	us, perr := strconv.ParseInt(at, 36, 64)
	if c.ID, err = casefile.ParseID(id); err != nil || perr != nil {
		return c, casefile.Fail(casefile.NotFound, "error.not_found")
	}
	c.At = time.UnixMicro(us).UTC()
	return c, nil
}
