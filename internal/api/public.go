package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"anxin/internal/casefile"
	"anxin/internal/party"
	"anxin/internal/service"
)

// op describes an operation; every operation of the API is made with it.
func op(id, method, path, summary string, tag string, security ...map[string][]string) huma.Operation {
	o := huma.Operation{OperationID: id, Method: method, Path: "/api/v1" + path, Summary: summary, Tags: []string{tag}, Security: security, MaxBodyBytes: maxBody}
	o.Errors = []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity, http.StatusTooManyRequests, http.StatusServiceUnavailable}
	if method != http.MethodGet {
		o.Parameters = []*huma.Param{{Name: idempotencyHeader, In: "header", Required: len(path) < 6 || path[len(path)-6:] != ":check",
			Description: "8 to 255 characters; the same key with the same content does nothing new",
			Schema:      &huma.Schema{Type: huma.TypeString, MinLength: ptr(8), MaxLength: ptr(255)}}}
	}
	return o
}

func ptr[T any](v T) *T { return &v }

var (
	withKey  = map[string][]string{"key": {}}
	withLink = map[string][]string{"link": {}}
)

// body wraps an answer.
type body[T any] struct {
	Replayed string `header:"Idempotent-Replayed" doc:"true when the call was done before"`
	Body     T
}

func answer[T any](v T) *body[T] { return &body[T]{Body: v} }

// ReportBody is a request for service.
type ReportBody struct {
	Kind       service.Kind    `json:"kind" enum:"repair,install,relocate,commission,clean" doc:"kind of service"`
	Product    string          `json:"product" maxLength:"60" doc:"product family of the catalogue"`
	Fault      string          `json:"fault" maxLength:"60" doc:"fault code of the catalogue; other is always one"`
	Words      string          `json:"words,omitempty" maxLength:"2000" doc:"what the customer says about it"`
	Urgency    service.Urgency `json:"urgency" enum:"emergency,express,booked,flexible"`
	Name       string          `json:"name" minLength:"1" maxLength:"60"`
	Phone      string          `json:"phone" minLength:"5" maxLength:"40"`
	Address    string          `json:"address" minLength:"2" maxLength:"300" doc:"one line, as people write it"`
	Region     string          `json:"region,omitempty" maxLength:"12" doc:"division code, when the caller has asked which one"`
	WishedFrom *time.Time      `json:"wished_from,omitempty"`
	WishedTo   *time.Time      `json:"wished_to,omitempty"`
	Draft      string          `json:"draft,omitempty" maxLength:"200" doc:"token under which photos were uploaded"`
	Photos     []casefile.ID   `json:"photos,omitempty" maxItems:"12"`
	Lang       string          `json:"lang,omitempty" enum:"zh,en"`
}

// ReceiptBody is the durable answer to a report.
type ReceiptBody struct {
	Case     casefile.ID `json:"case" format:"uuid"`
	Request  casefile.ID `json:"request" format:"uuid"`
	Number   string      `json:"number" example:"261122-48391-7"`
	Link     string      `json:"link" doc:"private status page; whoever has it is the customer"`
	Token    string      `json:"token" doc:"for Authorization: Link"`
	Region   RegionBody  `json:"region"`
	Covered  bool        `json:"covered"`
	Next     LineBody    `json:"next"`
	Repeated bool        `json:"repeated,omitempty"`
}

func (s *Server) public() {
	huma.Register(s.huma, op("createDraft", http.MethodPost, "/drafts", "Reserve a case so that photos can be sealed before the report", "report", withKey, map[string][]string{}),
		func(ctx context.Context, _ *struct{}) (*body[DraftBody], error) {
			a := actor(ctx)
			if err := s.Callers.Check(ctx, a, party.Report, party.OfTenant(a.Tenant)); err != nil {
				return nil, problem(ctx, err)
			}
			d, token, err := s.Service.NewDraft(ctx, a.Tenant)
			return answer(DraftBody{Draft: token, Case: d.Case}), problem(ctx, err)
		})
	report := op("createRequest", http.MethodPost, "/requests", "Report a fault or ask for another service; every report is accepted", "report", withKey, map[string][]string{})
	report.DefaultStatus = http.StatusCreated
	huma.Register(s.huma, report, s.report)
	huma.Register(s.huma, op("checkCoverage", http.MethodPost, "/coverage:check", "Who covers these places, and how soon", "coverage", withKey, map[string][]string{}), s.coverage)
	huma.Register(s.huma, op("resolveAddress", http.MethodPost, "/addresses:check", "What an address is understood as", "coverage", withKey, map[string][]string{}),
		func(_ context.Context, in *struct {
			Body struct {
				Address string `json:"address" minLength:"1" maxLength:"300"`
			}
		}) (*body[RegionBody], error) {
			return answer(regionBody(s.Service.ResolveAddress(in.Body.Address))), nil
		})
	s.verify()
}

// DraftBody is a reserved case.
type DraftBody struct {
	Draft string      `json:"draft" doc:"token to upload photos under, valid for 24 hours"`
	Case  casefile.ID `json:"case" format:"uuid"`
}

func (s *Server) report(ctx context.Context, in *struct {
	Key  string `header:"Idempotency-Key"`
	Body ReportBody
}) (*body[ReceiptBody], error) {
	a, b := actor(ctx), in.Body
	action := party.Report
	if a.Role == casefile.Agent || a.Role == casefile.Dispatcher {
		action = party.NewForCaller
	}
	if err := s.Callers.Check(ctx, a, action, party.OfTenant(a.Tenant)); err != nil {
		return nil, problem(ctx, err)
	}
	r := service.Report{
		Key: "api:" + string(a.Role) + a.ID.String() + ":" + in.Key, Kind: b.Kind, Product: b.Product, Fault: b.Fault, Words: b.Words, Urgency: b.Urgency,
		Name: b.Name, Phone: b.Phone, Address: b.Address, Region: b.Region, Photos: b.Photos, Lang: b.Lang,
	}
	if b.WishedFrom != nil && b.WishedTo != nil {
		r.WishedFrom, r.WishedTo = *b.WishedFrom, *b.WishedTo
	}
	if b.Draft != "" {
		d, err := s.Service.ParseDraft(a.Tenant, b.Draft)
		if err != nil {
			return nil, problem(ctx, err)
		}
		r.Draft = d
	}
	do := s.Service.Report
	if action == party.NewForCaller {
		do = s.Service.NewForCaller
	}
	got, err := do(casefile.WithoutOnce(ctx), a, r) // the report keeps its own receipt under the key
	if err != nil {
		return nil, problem(ctx, err)
	}
	out := answer(ReceiptBody{
		Case: got.Case, Request: got.Request, Number: got.Number.String(), Link: s.PublicURL + "/s/" + got.Link, Token: got.Link,
		Region: regionBody(got.Region), Covered: got.Covered, Next: lineBody(ctx, got.Next), Repeated: got.Repeated,
	})
	if got.Repeated {
		out.Replayed = "true"
	}
	return out, nil
}

// CoverageQuery asks about places.
type CoverageQuery struct {
	Places  []string     `json:"places" minItems:"1" maxItems:"500" doc:"addresses or names of places"`
	Kind    service.Kind `json:"kind,omitempty" enum:"repair,install,relocate,commission,clean"`
	Product string       `json:"product,omitempty" maxLength:"60"`
}

// CoverageRow is the answer about one place.
type CoverageRow struct {
	Place       string     `json:"place"`
	Region      RegionBody `json:"region"`
	Covered     bool       `json:"covered"`
	Technicians int        `json:"technicians" doc:"how many work there"`
	OnShift     int        `json:"on_shift" doc:"of them on shift now"`
	ArriveFrom  *time.Time `json:"arrive_from,omitempty" doc:"expected arrival if ordered now"`
	ArriveTo    *time.Time `json:"arrive_to,omitempty"`
}

func (s *Server) coverage(ctx context.Context, in *struct{ Body CoverageQuery }) (*body[struct {
	Rows []CoverageRow `json:"rows"`
}], error) {
	a := actor(ctx)
	if err := s.Callers.Check(ctx, a, party.CheckCoverage, party.OfTenant(a.Tenant)); err != nil {
		return nil, problem(ctx, err)
	}
	rows, err := s.Coverage.Check(ctx, a.Tenant, in.Body)
	return answer(struct {
		Rows []CoverageRow `json:"rows"`
	}{rows}), problem(ctx, err)
}
