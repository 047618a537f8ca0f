package api

import (
	"context"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"anxin/internal/casefile"
	"anxin/internal/i18n"
	"anxin/internal/order"
	"anxin/internal/party"
)

// OrderBody is an order without personal data in clear.
type OrderBody struct {
	ID         casefile.ID     `json:"id" format:"uuid"`
	Case       string          `json:"case_number" doc:"the case that the order opened"`
	Merchant   casefile.ID     `json:"merchant" format:"uuid"`
	Number     string          `json:"number"`
	Name       string          `json:"name_masked"`
	Phone      string          `json:"phone_masked"`
	Erased     bool            `json:"erased,omitempty" doc:"the buyer's data were erased"`
	Product    string          `json:"product"`
	Code       string          `json:"product_code,omitempty"`
	Category   string          `json:"category"`
	Province   string          `json:"province,omitempty"`
	Listing    string          `json:"listing,omitempty" doc:"the merchant's code of the product page"`
	ListingID  *casefile.ID    `json:"listing_id,omitempty" format:"uuid"`
	Price      casefile.Fen    `json:"price_fen"`
	Quantity   int             `json:"quantity"`
	Paid       *time.Time      `json:"paid_at,omitempty"`
	Shipped    *time.Time      `json:"shipped_at,omitempty"`
	Delivered  *time.Time      `json:"delivered_at,omitempty"`
	Created    time.Time       `json:"created"`
	References []ReferenceBody `json:"references,omitempty" doc:"those of the order and of its listing, oldest first"`
}

// ReferenceBody is a sealed photograph or video of the goods.
type ReferenceBody struct {
	Item   casefile.ID `json:"item" format:"uuid"`
	Kind   string      `json:"kind" enum:"catalogue_photo,packing_photo,packing_video,chat_photo,chat_video"`
	Type   string      `json:"media_type"`
	Size   int64       `json:"size"`
	SHA256 string      `json:"sha256"`
	Sealed time.Time   `json:"sealed_at" doc:"only what is sealed before a claim can count against its buyer"`
	Leaf   int64       `json:"leaf" doc:"its number in the log"`
}

// NewOrderBody is an order as it comes in.
type NewOrderBody struct {
	Merchant  *casefile.ID `json:"merchant,omitempty" format:"uuid" doc:"for keys of the operator; a merchant's key knows its own"`
	Number    string       `json:"number" minLength:"1" maxLength:"64" doc:"the merchant's; the same number again changes nothing"`
	Name      string       `json:"name" minLength:"1" maxLength:"60"`
	Phone     string       `json:"phone" minLength:"5" maxLength:"40"`
	Product   string       `json:"product" minLength:"1" maxLength:"120" doc:"as the buyer saw it"`
	Code      string       `json:"product_code,omitempty" maxLength:"64" doc:"code or model"`
	Category  string       `json:"category" minLength:"1" maxLength:"40" doc:"code of the rules, e.g. lock, appliance, clothing"`
	Province  string       `json:"province,omitempty" maxLength:"120" doc:"where it is sent: name or two digits; of an address nothing more is kept"`
	Listing   string       `json:"listing,omitempty" maxLength:"64" doc:"the merchant's code of the product page; a new one is made"`
	Price     casefile.Fen `json:"price_fen" minimum:"0"`
	Quantity  int          `json:"quantity,omitempty" minimum:"1" maximum:"100000"`
	Paid      *time.Time   `json:"paid_at,omitempty"`
	Shipped   *time.Time   `json:"shipped_at,omitempty"`
	Delivered *time.Time   `json:"delivered_at,omitempty"`
	Lang      string       `json:"lang,omitempty" enum:"zh,en" doc:"of the buyer"`
}

func (b NewOrderBody) order() order.NewOrder {
	return order.NewOrder{Merchant: deref(b.Merchant), Number: b.Number, Name: b.Name, Phone: b.Phone, Product: b.Product, Code: b.Code, Category: b.Category, Province: b.Province,
		Listing: b.Listing, Price: b.Price, Quantity: b.Quantity, Paid: timeOf(b.Paid), Shipped: timeOf(b.Shipped), Delivered: timeOf(b.Delivered), Lang: b.Lang}
}

func timeOf(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

// PutOrderBody is what became of an order.
type PutOrderBody struct {
	Number  string        `json:"number"`
	Order   *casefile.ID  `json:"order,omitempty" format:"uuid"`
	Case    string        `json:"case_number,omitempty"`
	Outcome string        `json:"outcome" enum:"created,same,differs,refused" doc:"same and differs: it was here already and nothing was changed"`
	Differs []string      `json:"differs,omitempty" doc:"fields that say something else than what is kept"`
	Link    string        `json:"link,omitempty" doc:"for keys of the operator: the buyer's private page; whoever has it is the buyer"`
	Errors  []FieldRefuse `json:"errors,omitempty"`
}

// FieldRefuse says what is wrong with one field of one order of many.
type FieldRefuse struct {
	Field string `json:"field"`
	Key   string `json:"key"`
	Text  string `json:"text"`
}

func orderBody(v order.View) OrderBody {
	b := OrderBody{ID: v.ID, Case: v.Case.String(), Merchant: v.Order.Merchant, Number: v.Number, Name: v.Name.String(), Phone: v.Phone.String(), Erased: v.Erased, Product: v.Product,
		Code: v.Code, Category: v.Category, Province: v.Province, Listing: v.Listing, Price: v.Price, Quantity: v.Quantity, Paid: timePtr(v.Paid), Shipped: timePtr(v.Shipped),
		Delivered: timePtr(v.Delivered), Created: v.Created}
	if id := v.Order.Listing; !id.IsNil() {
		b.ListingID = &id
	}
	for _, r := range v.References {
		b.References = append(b.References, referenceBody(r))
	}
	return b
}

func referenceBody(r order.Reference) ReferenceBody {
	return ReferenceBody{Item: r.Item, Kind: r.Kind, Type: r.Media, Size: r.Size, SHA256: hexOf(r.SHA256), Sealed: r.Sealed.At, Leaf: r.Sealed.Leaf}
}

// OrderPath names an order in a path.
type OrderPath struct {
	Order casefile.ID `path:"order" format:"uuid"`
}

// ListingPath names a listing in a path.
type ListingPath struct {
	Listing casefile.ID `path:"listing" format:"uuid"`
}

// orders are the operations about orders, listings and references.
func (s *Server) orders() {
	create := op("createOrder", http.MethodPost, "/orders", "Bring an order in; the same number of the same merchant changes nothing and says what differs", "orders", withKey)
	huma.Register(s.huma, create, s.createOrder)
	huma.Register(s.huma, op("createOrders", http.MethodPost, "/orders/batch", "Bring many orders in, each on its own: a wrong one does not keep the others out", "orders", withKey), s.createOrders)
	huma.Register(s.huma, op("listOrders", http.MethodGet, "/orders", "Orders, newest first", "orders", withKey), s.listOrders)
	huma.Register(s.huma, op("getOrder", http.MethodGet, "/orders/{order}", "One order with its references", "orders", withKey),
		func(ctx context.Context, in *OrderPath) (*body[OrderBody], error) {
			a, err := s.ofOrder(ctx, in.Order, party.ViewOrder)
			if err != nil {
				return nil, problem(ctx, err)
			}
			v, err := s.Orders.Order(ctx, a, in.Order)
			return answer(orderBody(v)), problem(ctx, err)
		})
	type progressIn struct {
		OrderPath
		Body struct {
			Paid      *time.Time `json:"paid_at,omitempty"`
			Shipped   *time.Time `json:"shipped_at,omitempty"`
			Delivered *time.Time `json:"delivered_at,omitempty"`
		}
	}
	huma.Register(s.huma, op("progressOrder", http.MethodPost, "/orders/{order}/progress", "Tell when it was paid, shipped, delivered; each is told once", "orders", withKey),
		func(ctx context.Context, in *progressIn) (*body[OrderBody], error) {
			a, err := s.ofOrder(ctx, in.Order, party.ChangeOrder)
			if err == nil {
				_, err = s.Orders.Progress(ctx, a, order.Progress{Order: in.Order, Paid: timeOf(in.Body.Paid), Shipped: timeOf(in.Body.Shipped), Delivered: timeOf(in.Body.Delivered)})
			}
			out := answer(OrderBody{})
			if casefile.IsRepeated(err) {
				out.Replayed, err = "true", nil
			}
			if err == nil {
				var v order.View
				v, err = s.Orders.Order(ctx, a, in.Order)
				out.Body = orderBody(v)
			}
			return out, problem(ctx, err)
		})
	s.sealing("sealOrderReference", "/orders/{order}/references", "Seal a packing photo or video, or a picture from the chat about the order: the body is the file, untouched", "order", order.OfOrder()...)
	s.sealing("sealListingReference", "/listings/{listing}/references", "Seal a catalogue photo: the body is the file, untouched", "listing", order.CataloguePhoto)
	s.listings()
	s.imports()
	s.merchants()
}

// ofOrder asks the policies about an order; one that is not there is not found, whoever asks.
func (s *Server) ofOrder(ctx context.Context, id casefile.ID, action party.Action) (casefile.Actor, error) {
	return s.ofThing(ctx, id, action, s.Orders.WhoseOrder)
}

func (s *Server) ofThing(ctx context.Context, id casefile.ID, action party.Action,
	whose func(context.Context, casefile.Tenant, casefile.ID) (caseID, merchant casefile.ID, err error)) (casefile.Actor, error) {
	a := actor(ctx)
	caseID, merchant, err := whose(ctx, a.Tenant, id)
	if err != nil {
		return a, err
	}
	return a, s.Callers.Check(ctx, a, action, party.OfMerchantCase(a.Tenant, caseID, merchant))
}

func (s *Server) createOrder(ctx context.Context, in *struct{ Body NewOrderBody }) (*body[PutOrderBody], error) {
	a := actor(ctx)
	if err := s.Callers.Check(ctx, a, party.PutOrders, party.OfTenant(a.Tenant)); err != nil {
		return nil, problem(ctx, err)
	}
	out := answer(PutOrderBody{})
	p, err := s.Orders.Put(ctx, a, in.Body.order())
	if casefile.IsRepeated(err) { // it is here since the first call
		out.Replayed = "true"
		p, err = s.Orders.Put(casefile.WithoutOnce(ctx), a, in.Body.order())
	}
	if err != nil {
		return nil, problem(ctx, err)
	}
	out.Body, err = s.putBody(ctx, a, p)
	return out, problem(ctx, err)
}

// putBody is what became of an order; the operator gets the buyer's link with it.
func (s *Server) putBody(ctx context.Context, a casefile.Actor, p order.Put) (PutOrderBody, error) {
	id := p.Order.ID
	b := PutOrderBody{Number: p.Order.Number, Order: &id, Case: p.Case.String(), Outcome: string(p.Outcome), Differs: p.Differs}
	if a.Role != casefile.Admin {
		return b, nil
	}
	token, err := s.Orders.Link(ctx, a, id)
	b.Link = s.PublicURL + "/s/" + token
	return b, err
}

func (s *Server) createOrders(ctx context.Context, in *struct {
	Body struct {
		Orders []NewOrderBody `json:"orders" minItems:"1" maxItems:"500"`
	}
}) (*body[struct {
	Orders []PutOrderBody `json:"orders"`
}], error) {
	a := actor(ctx)
	if err := s.Callers.Check(ctx, a, party.PutOrders, party.OfTenant(a.Tenant)); err != nil {
		return nil, problem(ctx, err)
	}
	all := make([]order.NewOrder, len(in.Body.Orders))
	for i, b := range in.Body.Orders {
		all[i] = b.order()
	}
	got, err := s.Orders.PutMany(ctx, a, all)
	if err != nil {
		return nil, problem(ctx, err)
	}
	out := struct {
		Orders []PutOrderBody `json:"orders"`
	}{make([]PutOrderBody, len(got))}
	lang := i18n.ZH
	if a.Lang == "en" {
		lang = i18n.EN
	}
	for i, p := range got {
		if p.Err != nil {
			out.Orders[i] = PutOrderBody{Number: in.Body.Orders[i].Number, Outcome: "refused", Errors: refused(lang, p.Err)}
			continue
		}
		if out.Orders[i], err = s.putBody(ctx, a, p); err != nil {
			return nil, problem(ctx, err)
		}
	}
	return answer(out), nil
}

// OrdersBody is a page of orders.
type OrdersBody struct {
	Orders []OrderBody `json:"orders"`
	Next   string      `json:"next,omitempty" doc:"for after; absent at the end"`
}

func (s *Server) listOrders(ctx context.Context, in *struct {
	Merchant string `query:"merchant" format:"uuid" maxLength:"36" doc:"for keys of the operator"`
	Number   string `query:"number" maxLength:"64"`
	After    string `query:"after" maxLength:"100"`
	Limit    int    `query:"limit" minimum:"1" maximum:"100" default:"50"`
}) (*body[OrdersBody], error) {
	a := actor(ctx)
	if err := s.Callers.Check(ctx, a, party.ListOrders, party.OfTenant(a.Tenant)); err != nil {
		return nil, problem(ctx, err)
	}
	after, err := cursor(in.After)
	if err != nil {
		return nil, problem(ctx, err)
	}
	merchant, _ := casefile.ParseID(in.Merchant) // the schema lets nothing else through
	rows, err := s.Orders.Orders(ctx, a, order.Query{Merchant: merchant, Number: in.Number, After: after, Limit: in.Limit})
	if err != nil {
		return nil, problem(ctx, err)
	}
	out := OrdersBody{Orders: []OrderBody{}}
	for _, v := range rows {
		out.Orders = append(out.Orders, orderBody(v))
	}
	if n := len(rows); n == in.Limit && in.Number == "" {
		out.Next = cursorText(order.Cursor{At: rows[n-1].Created, ID: rows[n-1].ID})
	}
	return answer(out), nil
}

// cursorText and cursor write and read where a page of a list ends.
func cursorText(c order.Cursor) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(c.At.UnixMicro(), 36) + "." + c.ID.String()))
}

func cursor(s string) (c order.Cursor, err error) {
	if s == "" {
		return c, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(s)
	at, id, ok := strings.Cut(string(b), ".")
	us, perr := strconv.ParseInt(at, 36, 64)
	c.At = time.UnixMicro(us).UTC()
	if c.ID, _ = casefile.ParseID(id); err != nil || perr != nil || !ok || c.ID.IsNil() {
		return c, casefile.InvalidField("after", "error.invalid")
	}
	return c, nil
}
