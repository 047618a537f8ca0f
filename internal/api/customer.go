package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"anxin/internal/casefile"
	"anxin/internal/party"
	"anxin/internal/service"
)

// CasePath names a case in a path.
type CasePath struct {
	Case casefile.ID `path:"case" format:"uuid"`
}

// StatusBody is where a case stands, as its customer sees it.
type StatusBody struct {
	Case     casefile.ID    `json:"case" format:"uuid"`
	Number   string         `json:"number"`
	Request  RequestBody    `json:"request"`
	Now      LineBody       `json:"now" doc:"the answer to: and now?"`
	DoorCode string         `json:"door_code,omitempty" doc:"to read out to the technician; only to the customer, only while it matters"`
	Promise  *PromiseBody   `json:"promise,omitempty"`
	Visits   []VisitBody    `json:"visits" doc:"newest first"`
	Photos   []casefile.ID  `json:"photos"`
	Clocks   []ClockBody    `json:"clocks"`
	Timeline []EntryBody    `json:"timeline"`
	Moves    []service.Move `json:"moves" doc:"what this caller may do now"`
	Seq      int64          `json:"seq"`
}

func (s *Server) statusBody(ctx context.Context, v service.Status) StatusBody {
	b := StatusBody{Case: v.Case, Number: v.Number.String(), Request: requestBody(v.Request), Now: lineBody(ctx, v.Now), DoorCode: v.DoorCode,
		Promise: promise(v.Promise), Visits: []VisitBody{}, Photos: append([]casefile.ID{}, v.Photos...), Clocks: clocks(v.Clocks),
		Timeline: entries(ctx, v.Timeline), Moves: append([]service.Move{}, v.Moves...), Seq: v.Seq}
	for _, x := range v.Visits {
		b.Visits = append(b.Visits, visitBody(x))
	}
	return b
}

// command registers an operation that changes a case: check the policy, run it, answer where things stand. A repeated call answers the present state.
func command[I any](s *Server, o huma.Operation, action party.Action, resource func(context.Context, *I) (party.Resource, error),
	run func(context.Context, casefile.Actor, *I) (service.Result, error),
) {
	huma.Register(s.huma, o, func(ctx context.Context, in *I) (*body[ResultBody], error) {
		a := actor(ctx)
		r, err := resource(ctx, in)
		if err == nil {
			err = s.Callers.Check(ctx, a, action, r)
		}
		if err != nil {
			return nil, problem(ctx, err)
		}
		got, err := run(ctx, a, in)
		if casefile.IsRepeated(err) {
			got, err = s.present(ctx, a, r.Case)
			out := answer(resultBody(got))
			out.Replayed = "true"
			return out, problem(ctx, err)
		}
		return answer(resultBody(got)), problem(ctx, err)
	})
}

// present answers a repeated call: nothing was done now, this is where the case stands.
func (s *Server) present(ctx context.Context, a casefile.Actor, id casefile.ID) (service.Result, error) {
	sys := casefile.SystemActor(a.Tenant)
	v, err := s.Service.Status(casefile.WithoutOnce(ctx), casefile.Actor{Tenant: sys.Tenant, Role: casefile.Customer, Case: id, Route: "api", Lang: a.Lang}, id)
	if err != nil {
		return service.Result{}, err
	}
	r := service.Result{Case: id, Request: v.Request.State, Seq: v.Seq}
	if len(v.Visits) > 0 {
		r.Visit, r.VisitID = v.Visits[0].State, v.Visits[0].ID
	}
	return r, nil
}

// inCase is the resource of operations about a case.
func (s *Server) inCase(ctx context.Context, id casefile.ID) (party.Resource, error) {
	return party.OfCase(actor(ctx).Tenant, id, casefile.Nil), nil
}

// inVisit is the resource of operations about a visit, with the technician it was given to. A visit that is not there is not_found.
func (s *Server) inVisit(ctx context.Context, caseID, visit casefile.ID) (party.Resource, error) {
	tenant := actor(ctx).Tenant
	if visit.IsNil() {
		return party.Resource{}, casefile.Fail(casefile.NotFound, "error.not_found")
	}
	holder, err := s.Service.Holder(ctx, tenant, caseID, visit)
	return party.OfVisit(tenant, caseID, visit, holder), err
}

type caseReason struct {
	CasePath
	Body struct {
		Reason string `json:"reason" maxLength:"60" doc:"code of the catalogue's list"`
		Words  string `json:"words,omitempty" maxLength:"500"`
	}
}

func (s *Server) customer() {
	huma.Register(s.huma, op("getStatus", http.MethodGet, "/cases/{case}", "Where a case stands", "case", withLink, withKey), s.status)
	byCase := func(ctx context.Context, in *caseReason) (party.Resource, error) { return s.inCase(ctx, in.Case) }
	command(s, op("cancelRequest", http.MethodPost, "/cases/{case}/cancel", "Cancel", "case", withLink, withKey), party.Cancel, byCase,
		func(ctx context.Context, a casefile.Actor, in *caseReason) (service.Result, error) {
			return s.Service.Cancel(ctx, a, service.Cancel{Case: in.Case, Reason: in.Body.Reason, Words: in.Body.Words})
		})
	command(s, op("reopenRequest", http.MethodPost, "/cases/{case}/reopen", "Reopen, in the same case", "case", withLink, withKey), party.Reopen, byCase,
		func(ctx context.Context, a casefile.Actor, in *caseReason) (service.Result, error) {
			return s.Service.Reopen(ctx, a, service.Reopen{Case: in.Case, Reason: in.Body.Reason, Words: in.Body.Words})
		})
	type regionIn struct {
		CasePath
		Body struct {
			Region string `json:"region" minLength:"6" maxLength:"12"`
		}
	}
	command(s, op("confirmRegion", http.MethodPost, "/cases/{case}/region", "Answer: is this the right place", "case", withLink, withKey), party.ConfirmRegion,
		func(ctx context.Context, in *regionIn) (party.Resource, error) { return s.inCase(ctx, in.Case) },
		func(ctx context.Context, a casefile.Actor, in *regionIn) (service.Result, error) {
			return s.Service.ConfirmRegion(ctx, a, service.ConfirmRegion{Case: in.Case, Region: in.Body.Region})
		})
	type photosIn struct {
		CasePath
		Body struct {
			Items []casefile.ID `json:"items" minItems:"1" maxItems:"12"`
		}
	}
	command(s, op("attachPhotos", http.MethodPost, "/cases/{case}/photos", "Attach photos that were uploaded", "case", withLink, withKey), party.AttachPhotos,
		func(ctx context.Context, in *photosIn) (party.Resource, error) { return s.inCase(ctx, in.Case) },
		func(ctx context.Context, a casefile.Actor, in *photosIn) (service.Result, error) {
			return s.Service.AttachPhotos(ctx, a, service.AttachPhotos{Case: in.Case, Items: in.Body.Items})
		})
	type rateIn struct {
		CasePath
		Body struct {
			Visit *casefile.ID `json:"visit,omitempty" format:"uuid"`
			Stars int          `json:"stars" minimum:"1" maximum:"5"`
			Tags  []string     `json:"tags,omitempty" maxItems:"6"`
			Words string       `json:"words,omitempty" maxLength:"1000"`
		}
	}
	command(s, op("rateVisit", http.MethodPost, "/cases/{case}/rating", "Rate the work", "case", withLink), party.Rate,
		func(ctx context.Context, in *rateIn) (party.Resource, error) {
			return party.OfVisit(actor(ctx).Tenant, in.Case, deref(in.Body.Visit), casefile.Nil), nil
		},
		func(ctx context.Context, a casefile.Actor, in *rateIn) (service.Result, error) {
			return s.Service.Rate(ctx, a, service.Rate{Case: in.Case, Visit: deref(in.Body.Visit), Stars: in.Body.Stars, Tags: in.Body.Tags, Words: in.Body.Words})
		})
	s.quoteAnswer()
	s.signing()
}

func deref(id *casefile.ID) casefile.ID {
	if id == nil {
		return casefile.Nil
	}
	return *id
}

func (s *Server) status(ctx context.Context, in *CasePath) (*body[StatusBody], error) {
	a := actor(ctx)
	action := party.ViewStatus
	if a.Role == casefile.Agent || a.Role == casefile.Dispatcher {
		action = party.ViewCase
	}
	if err := s.Callers.Check(ctx, a, action, party.OfCase(a.Tenant, in.Case, casefile.Nil)); err != nil {
		return nil, problem(ctx, err)
	}
	reader := a
	if action == party.ViewCase { // the desk reads what the customer reads, without what is the customer's alone
		reader = casefile.Actor{Tenant: a.Tenant, Role: casefile.Customer, Case: in.Case, Route: a.Route, Lang: a.Lang}
	}
	v, err := s.Service.Status(ctx, reader, in.Case)
	if err != nil {
		return nil, problem(ctx, err)
	}
	if action == party.ViewCase {
		v.DoorCode, v.Moves = "", nil
	}
	return answer(s.statusBody(ctx, v)), nil
}

// LineAnswerBody is the answer to one line of a quote.
type LineAnswerBody struct {
	Line    int  `json:"line" minimum:"1"`
	Approve bool `json:"approve"`
}

func (s *Server) quoteAnswer() {
	type quoteIn struct {
		CasePath
		Quote casefile.ID `path:"quote" format:"uuid"`
		Body  struct {
			Visit   casefile.ID      `json:"visit" format:"uuid"`
			Answers []LineAnswerBody `json:"answers" minItems:"1" maxItems:"30"`
		}
	}
	command(s, op("answerQuote", http.MethodPost, "/cases/{case}/quotes/{quote}/answers", "Approve or refuse line by line", "case", withLink), party.AnswerQuote,
		func(ctx context.Context, in *quoteIn) (party.Resource, error) {
			return s.inVisit(ctx, in.Case, in.Body.Visit)
		},
		func(ctx context.Context, a casefile.Actor, in *quoteIn) (service.Result, error) {
			c := service.AnswerQuote{Case: in.Case, Quote: in.Quote}
			for _, x := range in.Body.Answers {
				c.Answers = append(c.Answers, service.LineAnswer{Line: x.Line, Approve: x.Approve})
			}
			return s.Service.AnswerQuote(ctx, a, c)
		})
}

// VisitPath names a visit in a path.
type VisitPath struct {
	CasePath
	Visit casefile.ID `path:"visit" format:"uuid"`
}

func (s *Server) signing() {
	type signIn struct {
		VisitPath
		Body struct {
			Item   *casefile.ID `json:"item,omitempty" format:"uuid" doc:"uploaded drawing of the signature"`
			Refuse bool         `json:"refuse,omitempty"`
			Reason string       `json:"reason,omitempty" maxLength:"60"`
		}
	}
	byVisit := func(ctx context.Context, in *signIn) (party.Resource, error) {
		return s.inVisit(ctx, in.Case, in.Visit)
	}
	command(s, op("signVisit", http.MethodPost, "/cases/{case}/visits/{visit}/signature", "Sign the report of work, or refuse with a reason", "case", withLink, withKey), party.Sign, byVisit,
		func(ctx context.Context, a casefile.Actor, in *signIn) (service.Result, error) {
			return s.Service.Sign(ctx, a, service.Sign{Case: in.Case, Visit: in.Visit, Item: deref(in.Body.Item), Refuse: in.Body.Refuse, Reason: in.Body.Reason})
		})
	type doorIn struct {
		VisitPath
		Body struct {
			Code string `json:"code" pattern:"^[0-9]{6}$"`
		}
	}
	command(s, op("confirmArrival", http.MethodPost, "/cases/{case}/visits/{visit}/confirm-arrival", "The customer checks the technician's code", "case", withLink), party.ArriveByCustomer,
		func(ctx context.Context, in *doorIn) (party.Resource, error) {
			return s.inVisit(ctx, in.Case, in.Visit)
		},
		func(ctx context.Context, a casefile.Actor, in *doorIn) (service.Result, error) {
			return s.Service.ArriveByCustomer(ctx, a, service.Door{Case: in.Case, Visit: in.Visit, Code: in.Body.Code})
		})
}
