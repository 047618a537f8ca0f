package client

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"time"
)

// Report is a request for service.
type Report struct {
	Kind    string   `json:"kind"`    // repair, install, relocate, commission, clean
	Product string   `json:"product"` // product family of the catalogue
	Fault   string   `json:"fault"`
	Words   string   `json:"words,omitempty"`
	Urgency string   `json:"urgency"` // emergency, express, booked, flexible
	Name    string   `json:"name"`
	Phone   string   `json:"phone"`
	Address string   `json:"address"`
	Region  string   `json:"region,omitempty"`
	Draft   string   `json:"draft,omitempty"`
	Photos  []string `json:"photos,omitempty"`
	Lang    string   `json:"lang,omitempty"`
}

// Receipt is the durable answer to a report.
type Receipt struct {
	Case     string `json:"case"`
	Request  string `json:"request"`
	Number   string `json:"number"`
	Link     string `json:"link"`
	Token    string `json:"token"`
	Covered  bool   `json:"covered"`
	Repeated bool   `json:"repeated"`
}

// Result tells where a case stands after a call that changed something.
type Result struct {
	Case    string `json:"case"`
	Request string `json:"request_state"`
	VisitID string `json:"visit"`
	Visit   string `json:"visit_state"`
	Seq     int64  `json:"seq"`
}

// Named is a code with its names.
type Named struct {
	Code string            `json:"code"`
	Name map[string]string `json:"name"`
}

// Status is where a case stands.
type Status struct {
	Case     string `json:"case"`
	Number   string `json:"number"`
	DoorCode string `json:"door_code"`
	Request  struct {
		State string `json:"state"`
		Kind  Named  `json:"kind"`
	} `json:"request"`
	Visits   []Visit  `json:"visits"`
	Photos   []string `json:"photos"`
	Timeline []struct {
		Seq  int64  `json:"seq"`
		Kind string `json:"kind"`
	} `json:"timeline"`
	Moves []string `json:"moves"`
	Seq   int64    `json:"seq"`
}

// Visit is one trip of a technician.
type Visit struct {
	ID         string     `json:"id"`
	State      string     `json:"state"`
	Technician string     `json:"technician_code"`
	Arrived    *time.Time `json:"arrived_at"`
	Quote      *struct {
		ID    string `json:"id"`
		State string `json:"state"`
		Lines []struct {
			Line   int    `json:"line"`
			Item   string `json:"item"`
			Answer string `json:"answer"`
			SumFen int64  `json:"sum_fen"`
		} `json:"lines"`
	} `json:"quote"`
	Report *struct {
		Document  string `json:"document"`
		Signature string `json:"signature"`
	} `json:"report"`
}

// Offer is an offer of a visit.
type Offer struct {
	Case     string    `json:"case"`
	ID       string    `json:"id"`
	Visit    string    `json:"visit"`
	State    string    `json:"state"`
	PayFen   int64     `json:"pay_fen"`
	Distance int       `json:"distance_m"`
	Expires  time.Time `json:"expires"`
}

// Item is a sealed file.
type Item struct {
	ID     string `json:"id"`
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
}

// Draft is a case reserved for photos that are sealed before the report.
type Draft struct {
	Draft string `json:"draft"`
	Case  string `json:"case"`
}

// Report makes a request; the same key makes one case however often it is sent.
func (c *Client) Report(ctx context.Context, key string, r Report) (Receipt, error) {
	var out Receipt
	return out, c.Do(ctx, http.MethodPost, "/api/v1/requests", key, r, &out)
}

// Draft reserves a case for photos.
func (c *Client) Draft(ctx context.Context) (Draft, error) {
	var out Draft
	return out, c.Do(ctx, http.MethodPost, "/api/v1/drafts", "", nil, &out)
}

// Upload seals a file under a case; kind is report_photo, before_photo, after_photo or signature. draft and visit may be empty. The same bytes are
// the same item.
func (c *Client) Upload(ctx context.Context, caseID, kind, draft, visit string, file []byte) (Item, error) {
	q := url.Values{"kind": {kind}}
	if draft != "" {
		q.Set("draft", draft)
	}
	if visit != "" {
		q.Set("visit", visit)
	}
	var out Item
	key := NewKey()
	err := c.retry(ctx, func() error {
		return c.once(ctx, http.MethodPut, "/api/v1/evidence/"+caseID+"?"+q.Encode(), key, "application/octet-stream", bytes.NewReader(file), &out)
	})
	return out, err
}

// Status asks where a case stands.
func (c *Client) Status(ctx context.Context, caseID string) (Status, error) {
	var out Status
	return out, c.Do(ctx, http.MethodGet, "/api/v1/cases/"+caseID, "", nil, &out)
}

// Act calls a step of a case, e.g. Act(ctx, key, caseID, "cancel", body) or Act(ctx, key, caseID, "visits/"+id+"/arrive", body).
func (c *Client) Act(ctx context.Context, key, caseID, step string, in any) (Result, error) {
	var out Result
	return out, c.Do(ctx, http.MethodPost, "/api/v1/cases/"+caseID+"/"+step, key, in, &out)
}

// Offers lists the offers open to this technician.
func (c *Client) Offers(ctx context.Context) ([]Offer, error) {
	var out struct {
		Offers []Offer `json:"offers"`
	}
	err := c.Do(ctx, http.MethodGet, "/api/v1/offers", "", nil, &out)
	return out.Offers, err
}
