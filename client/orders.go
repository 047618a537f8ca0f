package client

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"time"
)

// NewOrder is an order as a shop knows it. The buyer's name and phone are sealed where they arrive.
type NewOrder struct {
	Merchant  string     `json:"merchant,omitempty"` // for keys of the operator
	Number    string     `json:"number"`
	Name      string     `json:"name"`
	Phone     string     `json:"phone"`
	Product   string     `json:"product"`
	Code      string     `json:"product_code,omitempty"`
	Category  string     `json:"category"`
	Province  string     `json:"province,omitempty"`
	Listing   string     `json:"listing,omitempty"`
	PriceFen  int64      `json:"price_fen"`
	Quantity  int        `json:"quantity,omitempty"`
	Paid      *time.Time `json:"paid_at,omitempty"`
	Shipped   *time.Time `json:"shipped_at,omitempty"`
	Delivered *time.Time `json:"delivered_at,omitempty"`
}

// OrderOutcome is what became of an order: created; same or differs (it was there already and nothing was changed); in a batch also refused.
type OrderOutcome struct {
	Number  string   `json:"number"`
	Order   string   `json:"order"`
	Case    string   `json:"case_number"`
	Outcome string   `json:"outcome"`
	Differs []string `json:"differs"`
	Link    string   `json:"link"` // for keys of the operator: the buyer's page
	Errors  []struct {
		Field string `json:"field"`
		Text  string `json:"text"`
	} `json:"errors"`
}

// Reference is a sealed photograph or video of the goods.
type Reference struct {
	Item   string    `json:"item"`
	Kind   string    `json:"kind"`
	SHA256 string    `json:"sha256"`
	Sealed time.Time `json:"sealed_at"`
	Leaf   int64     `json:"leaf"`
}

// PutOrder brings an order in; the same number again changes nothing and says what differs.
func (c *Client) PutOrder(ctx context.Context, key string, o NewOrder) (OrderOutcome, error) {
	var out OrderOutcome
	return out, c.Do(ctx, http.MethodPost, "/api/v1/orders", key, o, &out)
}

// PutOrders brings up to 500 orders in, each on its own.
func (c *Client) PutOrders(ctx context.Context, key string, all []NewOrder) ([]OrderOutcome, error) {
	var out struct {
		Orders []OrderOutcome `json:"orders"`
	}
	err := c.Do(ctx, http.MethodPost, "/api/v1/orders/batch", key, map[string]any{"orders": all}, &out)
	return out.Orders, err
}

// Progress tells when an order was paid, shipped or delivered; zero times are not told.
func (c *Client) Progress(ctx context.Context, key, order string, paid, shipped, delivered time.Time) error {
	in := map[string]time.Time{}
	for name, t := range map[string]time.Time{"paid_at": paid, "shipped_at": shipped, "delivered_at": delivered} {
		if !t.IsZero() {
			in[name] = t
		}
	}
	return c.Do(ctx, http.MethodPost, "/api/v1/orders/"+order+"/progress", key, in, nil)
}

// SealForOrder seals a packing photo or video (packing_photo, packing_video) or something from the chat about the order (chat_photo, chat_video), SealForListing a catalogue photo. The same bytes are the same reference.
func (c *Client) SealForOrder(ctx context.Context, order, kind string, file []byte) (Reference, error) {
	return c.seal(ctx, "/api/v1/orders/"+order+"/references?kind="+url.QueryEscape(kind), file)
}

// SealForListing is SealForOrder for the product page that many orders share.
func (c *Client) SealForListing(ctx context.Context, listing string, file []byte) (Reference, error) {
	return c.seal(ctx, "/api/v1/listings/"+listing+"/references?kind=catalogue_photo", file)
}

func (c *Client) seal(ctx context.Context, path string, file []byte) (Reference, error) {
	var out Reference
	key := NewKey()
	err := c.retry(ctx, func() error {
		return c.once(ctx, http.MethodPut, path, key, "application/octet-stream", bytes.NewReader(file), &out)
	})
	return out, err
}
