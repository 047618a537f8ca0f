package api

import (
	"context"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/i18n"
	"anxin/internal/service"
)

// LineBody is a sentence: a stable key with its values for programs, and the words in the caller's language.
type LineBody struct {
	Key  string         `json:"key"`
	Args map[string]any `json:"args,omitempty"`
	Text string         `json:"text"`
}

func lineBody(ctx context.Context, l service.Line) LineBody {
	if l.IsZero() {
		return LineBody{}
	}
	lang, _ := i18n.ParseLang(actor(ctx).Lang)
	return LineBody{Key: l.Key, Args: l.Args, Text: i18n.TMap(lang, l.Key, l.Args)}
}

// RegionBody is what an address was understood as.
type RegionBody struct {
	Outcome    string         `json:"outcome" enum:"one,set,none,confirmed,corrected"`
	Code       string         `json:"code,omitempty"`
	Path       string         `json:"path,omitempty"`
	Version    string         `json:"data_version,omitempty"`
	AsOf       string         `json:"as_of,omitempty"`
	Ask        *service.Text  `json:"ask,omitempty" doc:"the question that would decide"`
	Candidates []RegionOption `json:"candidates,omitempty"`
	Reasons    []service.Text `json:"reasons,omitempty"`
}

// RegionOption is one possible division.
type RegionOption struct {
	Code   string       `json:"code"`
	Path   string       `json:"path"`
	Reason service.Text `json:"reason"`
}

func regionBody(v service.RegionView) RegionBody {
	b := RegionBody{Outcome: v.Outcome, Code: v.Code, Path: v.Path, Version: v.Version, AsOf: v.AsOf, Reasons: v.Reasons}
	if v.Ask != (service.Text{}) {
		b.Ask = &v.Ask
	}
	for _, c := range v.Candidates {
		b.Candidates = append(b.Candidates, RegionOption(c))
	}
	return b
}

// NamedBody is a code of the catalogue with its names.
type NamedBody struct {
	Code string       `json:"code"`
	Name service.Text `json:"name"`
}

func named(n service.Named) NamedBody { return NamedBody{n.Code, n.Text} }

// RequestBody is what was asked for, without personal data.
type RequestBody struct {
	ID       casefile.ID     `json:"id" format:"uuid"`
	Kind     NamedBody       `json:"kind"`
	State    service.State   `json:"state"`
	Urgency  service.Urgency `json:"urgency"`
	Product  NamedBody       `json:"product"`
	Fault    NamedBody       `json:"fault"`
	Region   RegionBody      `json:"region"`
	From     *time.Time      `json:"wished_from,omitempty"`
	To       *time.Time      `json:"wished_to,omitempty"`
	Covered  bool            `json:"covered"`
	Reopened bool            `json:"reopened,omitempty"`
	Created  time.Time       `json:"created"`
	Closed   *time.Time      `json:"closed,omitempty"`
}

func requestBody(v service.RequestView) RequestBody {
	return RequestBody{ID: v.ID, Kind: named(v.Kind), State: v.State, Urgency: v.Urgency, Product: named(v.Product), Fault: named(v.Fault),
		Region: regionBody(v.Region), From: timePtr(v.WishedFrom), To: timePtr(v.WishedTo), Covered: v.Covered, Reopened: v.Reopened, Created: v.Created,
		Closed: timePtr(v.Closed)}
}

// VisitBody is one trip of a technician.
type VisitBody struct {
	ID         casefile.ID   `json:"id" format:"uuid"`
	Number     int           `json:"number"`
	State      service.State `json:"state"`
	Pinned     bool          `json:"pinned,omitempty"`
	Technician string        `json:"technician_code,omitempty" doc:"work number; /verify answers it"`
	From       *time.Time    `json:"from,omitempty"`
	To         *time.Time    `json:"to,omitempty"`
	EnRoute    *time.Time    `json:"en_route_at,omitempty"`
	Arrived    *time.Time    `json:"arrived_at,omitempty"`
	ArrivedHow string        `json:"arrived_how,omitempty" enum:"door_code,customer_page"`
	Finished   *time.Time    `json:"finished_at,omitempty"`
	Quote      *QuoteBody    `json:"quote,omitempty"`
	Report     *WorkBody     `json:"report,omitempty"`
	Stars      int           `json:"stars,omitempty"`
}

func visitBody(v service.VisitView) VisitBody {
	b := VisitBody{ID: v.ID, Number: v.Number, State: v.State, Pinned: v.Pinned, From: timePtr(v.From), To: timePtr(v.To), EnRoute: timePtr(v.EnRouteAt),
		Arrived: timePtr(v.ArrivedAt), ArrivedHow: v.ArrivedHow, Finished: timePtr(v.FinishedAt)}
	if v.Technician != nil {
		b.Technician = v.Technician.Code
	}
	if v.Quote != nil {
		q := quoteBody(*v.Quote)
		b.Quote = &q
	}
	if v.Report != nil {
		b.Report = workBody(*v.Report)
	}
	if v.Rating != nil {
		b.Stars = v.Rating.Stars
	}
	return b
}

// QuoteBody is a quote line by line; money is fen.
type QuoteBody struct {
	ID        casefile.ID     `json:"id" format:"uuid"`
	Version   int             `json:"version"`
	PriceList string          `json:"price_list" doc:"version of the published list"`
	State     service.State   `json:"state" enum:"open,answered,withdrawn"`
	Lines     []QuoteLineBody `json:"lines"`
	Total     casefile.Fen    `json:"total_fen"`
	Approved  casefile.Fen    `json:"approved_fen"`
}

// QuoteLineBody is one line of a quote.
type QuoteLineBody struct {
	Line     int          `json:"line"`
	Item     string       `json:"item"`
	Name     service.Text `json:"name"`
	Quantity int64        `json:"quantity"`
	UnitFen  casefile.Fen `json:"unit_fen"`
	ListFen  casefile.Fen `json:"list_fen" doc:"published price"`
	SumFen   casefile.Fen `json:"sum_fen"`
	Why      string       `json:"why,omitempty"`
	Answer   string       `json:"answer" enum:"open,approved,refused,free"`
}

func quoteBody(v service.QuoteView) QuoteBody {
	b := QuoteBody{ID: v.ID, Version: v.Version, PriceList: v.PriceList, State: v.State, Total: v.Total, Approved: v.Approved, Lines: []QuoteLineBody{}}
	for _, l := range v.Lines {
		b.Lines = append(b.Lines, QuoteLineBody{Line: l.Line, Item: l.Item, Name: l.Name, Quantity: l.Quantity, UnitFen: l.UnitFen, ListFen: l.ListFen,
			SumFen: l.Sum, Why: l.Why, Answer: l.Answer})
	}
	return b
}

// WorkBody is the report of work.
type WorkBody struct {
	Outcome   service.State `json:"outcome"`
	Fault     NamedBody     `json:"fault"`
	Cause     NamedBody     `json:"cause"`
	Parts     []PartBody    `json:"parts"`
	Warranty  *time.Time    `json:"warranty_until,omitempty"`
	Document  string        `json:"document" doc:"code on the paper; /verify answers it"`
	Signature string        `json:"signature,omitempty" enum:"signed,refused,none"`
	Signed    *time.Time    `json:"signed_at,omitempty"`
}

// PartBody is a part that was fitted.
type PartBody struct {
	Item     string       `json:"item"`
	Name     service.Text `json:"name"`
	Serial   string       `json:"serial,omitempty"`
	Quantity int64        `json:"quantity"`
}

func workBody(v service.ReportView) *WorkBody {
	b := &WorkBody{Outcome: v.Outcome, Fault: named(v.Fault), Cause: named(v.Cause), Warranty: timePtr(v.WarrantyUntil), Document: v.Document,
		Signature: v.Signature, Signed: timePtr(v.SignedAt), Parts: []PartBody{}}
	for _, p := range v.Parts {
		b.Parts = append(b.Parts, PartBody{Item: p.Item, Name: p.Name, Serial: p.Serial, Quantity: p.Quantity})
	}
	return b
}

// EntryBody is one line of a timeline.
type EntryBody struct {
	Seq  int64         `json:"seq"`
	At   time.Time     `json:"at"`
	Kind string        `json:"kind"`
	By   casefile.Role `json:"by"`
	Line LineBody      `json:"line"`
}

func entries(ctx context.Context, in []service.Entry) []EntryBody {
	out := []EntryBody{}
	for _, e := range in {
		out = append(out, EntryBody{Seq: e.Seq, At: e.At, Kind: e.Kind, By: e.Role, Line: lineBody(ctx, e.Line)})
	}
	return out
}

// ClockBody is one clock of a case.
type ClockBody struct {
	ID       casefile.ID `json:"id" format:"uuid"`
	Kind     string      `json:"kind"`
	Due      time.Time   `json:"due"`
	Stopped  *time.Time  `json:"stopped,omitempty"`
	Breached bool        `json:"breached,omitempty"`
	Paused   bool        `json:"paused,omitempty"`
}

func clocks(in []service.ClockView) []ClockBody {
	out := []ClockBody{}
	for _, c := range in {
		out = append(out, ClockBody{ID: c.ID, Kind: c.Kind, Due: c.Due, Stopped: timePtr(c.Stopped), Breached: c.Breached, Paused: c.Paused})
	}
	return out
}

// PromiseBody is a time told to the customer.
type PromiseBody struct {
	State       service.State `json:"state"`
	From        time.Time     `json:"from"`
	To          time.Time     `json:"to"`
	Probability int           `json:"probability_per_mille"`
}

func promise(v *service.PromiseView) *PromiseBody {
	if v == nil {
		return nil
	}
	return &PromiseBody{State: v.State, From: v.From, To: v.To, Probability: v.Probability}
}

// ResultBody tells where things stand after a call that changed something.
type ResultBody struct {
	Case    casefile.ID   `json:"case" format:"uuid"`
	Request service.State `json:"request_state"`
	VisitID *casefile.ID  `json:"visit,omitempty" format:"uuid"`
	Visit   service.State `json:"visit_state,omitempty"`
	Seq     int64         `json:"seq" doc:"newest event of the case"`
}

func resultBody(r service.Result) ResultBody {
	b := ResultBody{Case: r.Case, Request: r.Request, Visit: r.Visit, Seq: r.Seq}
	if !r.VisitID.IsNil() {
		b.VisitID = &r.VisitID
	}
	return b
}
