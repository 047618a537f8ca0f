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

// QueueItemBody is one line of the desk's queue; names are masked.
type QueueItemBody struct {
	Case     casefile.ID     `json:"case" format:"uuid"`
	Number   string          `json:"number"`
	Kind     service.Kind    `json:"kind"`
	State    service.State   `json:"state"`
	Urgency  service.Urgency `json:"urgency"`
	Product  string          `json:"product"`
	Region   string          `json:"region"`
	Name     string          `json:"name_masked"`
	Created  time.Time       `json:"created"`
	Due      *time.Time      `json:"due,omitempty"`
	DueKind  string          `json:"due_kind,omitempty"`
	Breached bool            `json:"breached,omitempty"`
	Problems []string        `json:"problems,omitempty"`
}

// QueueBody is a page of the queue.
type QueueBody struct {
	Items []QueueItemBody `json:"items"`
	Next  string          `json:"next,omitempty" doc:"for after; absent at the end"`
}

func (s *Server) desk() {
	huma.Register(s.huma, op("listRequests", http.MethodGet, "/requests", "The queue, most urgent clock first", "desk", withKey), s.queue)
	huma.Register(s.huma, op("findCase", http.MethodGet, "/case-numbers/{number}", "The case of a number", "desk", withKey),
		func(ctx context.Context, in *struct {
			Number string `path:"number" maxLength:"20"`
		}) (*body[struct {
			Case casefile.ID `json:"case" format:"uuid"`
		}], error) {
			a := actor(ctx)
			if err := s.Callers.Check(ctx, a, party.SearchCases, party.OfTenant(a.Tenant)); err != nil {
				return nil, problem(ctx, err)
			}
			n, ok := casefile.ParseNumber(in.Number)
			if !ok {
				return nil, problem(ctx, casefile.Fail(casefile.NotFound, "error.not_found"))
			}
			id, err := s.Service.FindCase(ctx, a, n)
			return answer(struct {
				Case casefile.ID `json:"case" format:"uuid"`
			}{id}), problem(ctx, err)
		})
	type noteIn struct {
		CasePath
		Body struct {
			Words string `json:"words" minLength:"1" maxLength:"2000"`
		}
	}
	command(s, op("addNote", http.MethodPost, "/cases/{case}/notes", "A remark of the desk", "desk", withKey), party.AddNote,
		func(ctx context.Context, in *noteIn) (party.Resource, error) { return s.inCase(ctx, in.Case) },
		func(ctx context.Context, a casefile.Actor, in *noteIn) (service.Result, error) {
			return s.Service.Note(ctx, a, service.Note{Case: in.Case, Words: in.Body.Words})
		})
	type pinIn struct {
		CasePath
		Body struct {
			Technician casefile.ID `json:"technician" format:"uuid"`
			From       time.Time   `json:"from"`
			To         *time.Time  `json:"to,omitempty"`
			Reason     string      `json:"reason,omitempty" maxLength:"200"`
			Override   bool        `json:"override,omitempty"`
		}
	}
	command(s, op("pinVisit", http.MethodPost, "/cases/{case}/pin", "Fix technician and hour; nothing moves it but a dispatcher", "desk", withKey), party.Pin,
		func(ctx context.Context, in *pinIn) (party.Resource, error) { return s.inCase(ctx, in.Case) },
		func(ctx context.Context, a casefile.Actor, in *pinIn) (service.Result, error) {
			c := service.Pin{Case: in.Case, Technician: in.Body.Technician, From: in.Body.From, Reason: in.Body.Reason, Override: in.Body.Override}
			if in.Body.To != nil {
				c.To = *in.Body.To
			}
			return s.Service.Pin(ctx, a, c)
		})
	type reassignIn struct {
		CasePath
		Body struct {
			Visit  casefile.ID  `json:"visit" format:"uuid"`
			Reason string       `json:"reason" maxLength:"60"`
			To     *casefile.ID `json:"to,omitempty" format:"uuid"`
		}
	}
	command(s, op("reassignVisit", http.MethodPost, "/cases/{case}/reassign", "Take the visit from its technician and look again", "desk", withKey), party.Reassign,
		func(ctx context.Context, in *reassignIn) (party.Resource, error) { return s.inCase(ctx, in.Case) },
		func(ctx context.Context, a casefile.Actor, in *reassignIn) (service.Result, error) {
			return s.Service.Reassign(ctx, a, service.Reassign{Case: in.Case, Visit: in.Body.Visit, Reason: in.Body.Reason, To: deref(in.Body.To)})
		})
	s.candidates()
}

func (s *Server) queue(ctx context.Context, in *struct {
	State   string `query:"state" maxLength:"30"`
	Urgency string `query:"urgency" maxLength:"30"`
	Region  string `query:"region" maxLength:"12"`
	After   string `query:"after" maxLength:"200"`
	Limit   int    `query:"limit" minimum:"1" maximum:"100" default:"50"`
}) (*body[QueueBody], error) {
	a := actor(ctx)
	if err := s.Callers.Check(ctx, a, party.ViewQueue, party.OfTenant(a.Tenant)); err != nil {
		return nil, problem(ctx, err)
	}
	page, err := s.Service.Queue(ctx, a, service.QueueQuery{State: service.State(in.State), Urgency: service.Urgency(in.Urgency), Region: in.Region, After: in.After, Limit: in.Limit})
	if err != nil {
		return nil, problem(ctx, err)
	}
	out := QueueBody{Items: []QueueItemBody{}, Next: page.Next}
	for _, i := range page.Items {
		out.Items = append(out.Items, QueueItemBody{Case: i.Case, Number: i.Number.String(), Kind: i.Kind, State: i.State, Urgency: i.Urgency, Product: i.Product,
			Region: i.Region, Name: i.Name, Created: i.Created, Due: timePtr(i.Due), DueKind: i.DueKind, Breached: i.Breached, Problems: i.Problems})
	}
	return answer(out), nil
}

// CandidateBody is one technician's answer to "who could come".
type CandidateBody struct {
	Technician casefile.ID      `json:"technician" format:"uuid"`
	Code       string           `json:"code"`
	Eligible   bool             `json:"eligible"`
	Outside    bool             `json:"outside_region,omitempty" doc:"only the region stands in the way; times and cost are what it would be"`
	ArriveAt   *time.Time       `json:"arrive_at,omitempty"`
	Distance   int              `json:"distance_m"`
	Cost       *int64           `json:"cost_fen,omitempty" doc:"added travel, overtime and fees"`
	More       *int64           `json:"more_fen,omitempty" doc:"cost against the first of the list"`
	Points     int              `json:"points,omitempty" doc:"what speaks against being done with one visit: a missing part or authorisation, another face; 0 is best"`
	Reasons    []service.Reason `json:"reasons"`
}

func candidateBody(r *service.CandidateRow) CandidateBody {
	b := CandidateBody{Technician: r.Technician, Code: r.Code, Eligible: r.Eligible, Outside: r.Outside, ArriveAt: timePtr(r.ArriveAt), Distance: r.Distance, Points: r.Points,
		Reasons: append([]service.Reason{}, r.Reasons...)}
	if r.Priced {
		cost, more := int64(r.Cost), int64(r.More)
		b.Cost, b.More = &cost, &more
	}
	return b
}

func (s *Server) candidates() {
	huma.Register(s.huma, op("listCandidates", http.MethodGet, "/cases/{case}/candidates", "Everybody around for the current visit, with reasons for and against", "desk", withKey),
		func(ctx context.Context, in *CasePath) (*body[struct {
			Candidates []CandidateBody `json:"candidates"`
		}], error) {
			a := actor(ctx)
			if err := s.Callers.Check(ctx, a, party.ViewCase, party.OfCase(a.Tenant, in.Case, casefile.Nil)); err != nil {
				return nil, problem(ctx, err)
			}
			rows, err := s.Service.Candidates(ctx, a, in.Case)
			out := struct {
				Candidates []CandidateBody `json:"candidates"`
			}{[]CandidateBody{}}
			for i := range rows {
				out.Candidates = append(out.Candidates, candidateBody(&rows[i]))
			}
			return answer(out), problem(ctx, err)
		})
}
