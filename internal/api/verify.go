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

// SignedBody makes an answer checkable offline.
type SignedBody struct {
	Text string    `json:"text" doc:"exactly what was signed"`
	Note string    `json:"note" doc:"signed note with the operator's key"`
	At   time.Time `json:"at"`
}

func signed(v service.Signature) SignedBody { return SignedBody{v.Text, v.Note, v.At} }

// VerifyBody is the public answer about something that claims to be ours.
type VerifyBody struct {
	Ours     bool       `json:"ours"`
	Kind     string     `json:"kind,omitempty" doc:"of a document: receipt, quote, service_report"`
	Name     string     `json:"name,omitempty" doc:"of a technician, masked: 王**"`
	Partner  string     `json:"partner,omitempty"`
	State    string     `json:"state,omitempty"`
	Expected string     `json:"expected,omitempty" enum:"yes,no" doc:"with a customer's link: expected at this address now"`
	Issued   *time.Time `json:"issued,omitempty"`
	Revoked  bool       `json:"revoked,omitempty"`
	Tail     string     `json:"number_tail,omitempty" doc:"last digits of the case number on the paper"`
	Times    int        `json:"times,omitempty" doc:"of a part: how often this serial was fitted; more than one is an alarm"`
	Signed   SignedBody `json:"signed"`
}

type codeInput struct {
	Code string `path:"code" minLength:"3" maxLength:"64"`
}

func (s *Server) verify() {
	check := func(ctx context.Context) (casefile.Actor, error) {
		a := actor(ctx)
		return a, s.Callers.Check(ctx, a, party.VerifyPublic, party.OfTenant(a.Tenant))
	}
	huma.Register(s.huma, op("verifyTechnician", http.MethodGet, "/verify/technicians/{code}", "Is this technician ours, and expected here now", "verify", withLink, map[string][]string{}),
		func(ctx context.Context, in *codeInput) (*body[VerifyBody], error) {
			a, err := check(ctx)
			if err != nil {
				return nil, problem(ctx, err)
			}
			v, err := s.Service.VerifyTechnician(ctx, a, in.Code)
			return answer(VerifyBody{Ours: v.Ours, Name: v.Name, Partner: v.Partner, State: v.State, Expected: v.Expected, Signed: signed(v.Signed)}), problem(ctx, err)
		})
	huma.Register(s.huma, op("verifyDocument", http.MethodGet, "/verify/documents/{code}", "Is this paper ours", "verify", map[string][]string{}),
		func(ctx context.Context, in *codeInput) (*body[VerifyBody], error) {
			a, err := check(ctx)
			if err != nil {
				return nil, problem(ctx, err)
			}
			v, err := s.Service.VerifyDocument(ctx, a, in.Code)
			return answer(VerifyBody{Ours: v.Ours, Kind: v.Kind, Issued: timePtr(v.Issued), Revoked: v.Revoked, Tail: v.NumberTail, Signed: signed(v.Signed)}), problem(ctx, err)
		})
	huma.Register(s.huma, op("verifyHotline", http.MethodGet, "/verify/hotlines/{code}", "Is this telephone number ours", "verify", map[string][]string{}),
		func(ctx context.Context, in *codeInput) (*body[VerifyBody], error) {
			a, err := check(ctx)
			if err != nil {
				return nil, problem(ctx, err)
			}
			v, err := s.Service.VerifyHotline(ctx, a, in.Code)
			return answer(VerifyBody{Ours: v.Ours, Signed: signed(v.Signed)}), problem(ctx, err)
		})
	huma.Register(s.huma, op("verifyPart", http.MethodGet, "/verify/parts/{item}/{serial}", "Was this part fitted by us, and only once", "verify", map[string][]string{}),
		func(ctx context.Context, in *struct {
			Item   string `path:"item" maxLength:"60"`
			Serial string `path:"serial" minLength:"3" maxLength:"64"`
		}) (*body[VerifyBody], error) {
			a, err := check(ctx)
			if err != nil {
				return nil, problem(ctx, err)
			}
			v, err := s.Service.VerifyPart(ctx, a, in.Item, in.Serial)
			return answer(VerifyBody{Ours: v.Known, Times: v.Times, Issued: timePtr(v.Fitted), Signed: signed(v.Signed)}), problem(ctx, err)
		})
}

func timePtr(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
