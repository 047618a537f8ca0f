package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"anxin/internal/casefile"
	"anxin/internal/party"
	"anxin/internal/privacy"
)

// Outgoing is one message with its words and where it goes.
type Outgoing struct {
	ID, Case casefile.ID
	Template string
	Lang     string
	Phone    privacy.Phone
	Text     privacy.Words
	Created  time.Time
}

// MessageBody is a message as a gateway sends it.
type MessageBody struct {
	ID       casefile.ID `json:"id" format:"uuid"`
	Case     casefile.ID `json:"case" format:"uuid"`
	Template string      `json:"template"`
	Lang     string      `json:"lang"`
	Phone    string      `json:"phone" doc:"where to send it; do not keep it longer than sending takes"`
	Text     string      `json:"text"`
	Created  time.Time   `json:"created"`
}

type messagePath struct {
	Message casefile.ID `path:"message" format:"uuid"`
}

// messages are for SMS gateways: a webhook names a message, the gateway fetches the words, sends them and says so. Each reading is a line in the access log.
func (s *Server) messages() {
	of := func(a casefile.Actor, id casefile.ID) party.Resource {
		return party.Resource{Tenant: a.Tenant, Kind: party.KindMessage, ID: id}
	}
	get := op("getMessage", http.MethodGet, "/messages/{message}", "The words and the phone number of one message, for the gateway that sends it", "messages", withKey)
	huma.Register(s.huma, get, func(ctx context.Context, in *messagePath) (*body[MessageBody], error) {
		a := actor(ctx)
		if err := s.Callers.Check(ctx, a, party.ReadMessage, of(a, in.Message)); err != nil {
			return nil, problem(ctx, err)
		}
		m, err := s.Messages.Outgoing(ctx, a, in.Message)
		if err != nil {
			return nil, problem(ctx, err)
		}
		return answer(MessageBody{ID: m.ID, Case: m.Case, Template: m.Template, Lang: m.Lang, Phone: m.Phone.Clear(), Text: m.Text.Clear(), Created: m.Created}), nil
	})
	sent := op("messageDelivered", http.MethodPost, "/messages/{message}/delivered", "The gateway has sent the message; saying so again changes nothing", "messages", withKey)
	sent.DefaultStatus = http.StatusNoContent
	huma.Register(s.huma, sent, func(ctx context.Context, in *messagePath) (*struct{}, error) {
		a := actor(ctx)
		if err := s.Callers.Check(ctx, a, party.ReadMessage, of(a, in.Message)); err != nil {
			return nil, problem(ctx, err)
		}
		return nil, problem(ctx, s.Messages.Delivered(casefile.WithoutOnce(ctx), a, in.Message))
	})
}
