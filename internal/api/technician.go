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

// OfferBody is an offer of a visit. Address and phone follow acceptance.
type OfferBody struct {
	Case     casefile.ID      `json:"case" format:"uuid"`
	ID       casefile.ID      `json:"id" format:"uuid"`
	Visit    casefile.ID      `json:"visit" format:"uuid"`
	State    service.State    `json:"state"`
	Kind     NamedBody        `json:"kind"`
	Product  NamedBody        `json:"product"`
	Fault    NamedBody        `json:"fault"`
	Urgency  service.Urgency  `json:"urgency"`
	Region   string           `json:"region"`
	From     *time.Time       `json:"from,omitempty"`
	To       *time.Time       `json:"to,omitempty"`
	ArriveAt *time.Time       `json:"arrive_at,omitempty"`
	Distance int              `json:"distance_m"`
	PayFen   casefile.Fen     `json:"pay_fen"`
	Expires  time.Time        `json:"expires"`
	Reasons  []service.Reason `json:"reasons"`
}

func offerBody(v service.OfferView) OfferBody {
	return OfferBody{Case: v.Case, ID: v.Offer, Visit: v.Visit, State: v.State, Kind: named(v.Kind), Product: named(v.Product), Fault: named(v.Fault),
		Urgency: v.Urgency, Region: v.Region, From: timePtr(v.From), To: timePtr(v.To), ArriveAt: timePtr(v.ArriveAt), Distance: v.Distance, PayFen: v.Pay,
		Expires: v.Expires, Reasons: append([]service.Reason{}, v.Reasons...)}
}

// JobBody is what a technician needs for a visit; the person's data are there while the technician holds it.
type JobBody struct {
	Case    casefile.ID    `json:"case" format:"uuid"`
	Number  string         `json:"number"`
	Request RequestBody    `json:"request"`
	Visit   VisitBody      `json:"visit"`
	Name    string         `json:"name,omitempty"`
	Phone   string         `json:"phone,omitempty"`
	Address string         `json:"address,omitempty"`
	Words   string         `json:"words,omitempty"`
	MyCode  string         `json:"my_code,omitempty" doc:"to show when the customer checks on their own page"`
	Photos  []casefile.ID  `json:"photos"`
	Moves   []service.Move `json:"moves"`
	Seq     int64          `json:"seq"`
}

// OfferPath names an offer in a path. It is exported because fields of an embedded type that is not are not read.
type OfferPath struct {
	CasePath
	Offer casefile.ID `path:"offer" format:"uuid"`
}

func (s *Server) technician() {
	huma.Register(s.huma, op("listOffers", http.MethodGet, "/offers", "Offers open to this technician", "technician", withKey),
		func(ctx context.Context, _ *struct{}) (*body[struct {
			Offers []OfferBody `json:"offers"`
		}], error) {
			a := actor(ctx)
			if err := s.Callers.Check(ctx, a, party.ListOffers, party.OfTechnician(a.Tenant, a.Technician)); err != nil {
				return nil, problem(ctx, err)
			}
			list, err := s.Service.Offers(ctx, a)
			out := struct {
				Offers []OfferBody `json:"offers"`
			}{[]OfferBody{}}
			for _, v := range list {
				out.Offers = append(out.Offers, offerBody(v))
			}
			return answer(out), problem(ctx, err)
		})
	byOffer := func(ctx context.Context, p OfferPath) (party.Resource, error) {
		tenant := actor(ctx).Tenant
		holder, err := s.Service.OfferHolder(ctx, tenant, p.Case, p.Offer)
		return party.OfOffer(tenant, p.Case, p.Offer, holder), err
	}
	command(s, op("acceptOffer", http.MethodPost, "/cases/{case}/offers/{offer}/accept", "Accept: exactly one technician can", "technician", withKey), party.AcceptOffer,
		func(ctx context.Context, in *OfferPath) (party.Resource, error) { return byOffer(ctx, *in) },
		func(ctx context.Context, a casefile.Actor, in *OfferPath) (service.Result, error) {
			return s.Service.AcceptOffer(ctx, a, service.OfferRef{Case: in.Case, Offer: in.Offer})
		})
	type declineIn struct {
		OfferPath
		Body struct {
			Reason string `json:"reason" maxLength:"60"`
		}
	}
	command(s, op("declineOffer", http.MethodPost, "/cases/{case}/offers/{offer}/decline", "Decline; it costs nothing", "technician", withKey), party.DeclineOffer,
		func(ctx context.Context, in *declineIn) (party.Resource, error) { return byOffer(ctx, in.OfferPath) },
		func(ctx context.Context, a casefile.Actor, in *declineIn) (service.Result, error) {
			return s.Service.DeclineOffer(ctx, a, service.DeclineOffer{Case: in.Case, Offer: in.Offer, Reason: in.Body.Reason})
		})
	huma.Register(s.huma, op("getVisit", http.MethodGet, "/cases/{case}/visits/{visit}", "Everything for one visit", "technician", withKey), s.job)
	s.visitSteps()
	s.finishing()
}

func (s *Server) job(ctx context.Context, in *VisitPath) (*body[JobBody], error) {
	a := actor(ctx)
	r, err := s.inVisit(ctx, in.Case, in.Visit)
	if err == nil {
		err = s.Callers.Check(ctx, a, party.ViewVisit, r)
	}
	if err != nil {
		return nil, problem(ctx, err)
	}
	v, err := s.Service.VisitPage(ctx, a, service.VisitRef{Case: in.Case, Visit: in.Visit})
	if err != nil {
		return nil, problem(ctx, err)
	}
	return answer(JobBody{Case: v.Case, Number: v.Number.String(), Request: requestBody(v.Request), Visit: visitBody(v.Visit), Name: v.Name.Clear(),
		Phone: v.Phone.Clear(), Address: v.Address.Clear(), Words: v.Words.Clear(), MyCode: v.MyCode, Photos: append([]casefile.ID{}, v.Photos...),
		Moves: append([]service.Move{}, v.Moves...), Seq: v.Seq}), nil
}

func (s *Server) visitSteps() {
	byVisit := func(ctx context.Context, in *VisitPath) (party.Resource, error) {
		return s.inVisit(ctx, in.Case, in.Visit)
	}
	command(s, op("enRoute", http.MethodPost, "/cases/{case}/visits/{visit}/en-route", "On the way", "technician", withKey), party.EnRoute, byVisit,
		func(ctx context.Context, a casefile.Actor, in *VisitPath) (service.Result, error) {
			return s.Service.EnRoute(ctx, a, service.VisitRef{Case: in.Case, Visit: in.Visit})
		})
	type arriveIn struct {
		VisitPath
		Body struct {
			Code string `json:"code" pattern:"^[0-9]{6}$" doc:"what the customer read out"`
		}
	}
	command(s, op("arrive", http.MethodPost, "/cases/{case}/visits/{visit}/arrive", "Prove the arrival with the door code", "technician", withKey), party.Arrive,
		func(ctx context.Context, in *arriveIn) (party.Resource, error) {
			return s.inVisit(ctx, in.Case, in.Visit)
		},
		func(ctx context.Context, a casefile.Actor, in *arriveIn) (service.Result, error) {
			return s.Service.Arrive(ctx, a, service.Door{Case: in.Case, Visit: in.Visit, Code: in.Body.Code})
		})
	type proposeIn struct {
		VisitPath
		Body struct {
			Lines []ProposeLineBody `json:"lines" minItems:"1" maxItems:"30"`
		}
	}
	command(s, op("proposeQuote", http.MethodPost, "/cases/{case}/visits/{visit}/quotes", "Put a quote before the customer; prices are the list's", "technician", withKey), party.Propose,
		func(ctx context.Context, in *proposeIn) (party.Resource, error) {
			return s.inVisit(ctx, in.Case, in.Visit)
		},
		func(ctx context.Context, a casefile.Actor, in *proposeIn) (service.Result, error) {
			c := service.Propose{Case: in.Case, Visit: in.Visit}
			for _, l := range in.Body.Lines {
				c.Lines = append(c.Lines, service.ProposeLine{Item: l.Item, Quantity: l.Quantity, Why: l.Why})
			}
			if _, err := s.Service.Propose(ctx, a, c); err != nil {
				return service.Result{}, err
			}
			return s.present(ctx, a, in.Case)
		})
	type reasonIn struct {
		VisitPath
		Body struct {
			Reason string `json:"reason" maxLength:"60"`
			Words  string `json:"words,omitempty" maxLength:"500"`
		}
	}
	command(s, op("noAccess", http.MethodPost, "/cases/{case}/visits/{visit}/no-access", "Nobody opened", "technician", withKey), party.NoAccess,
		func(ctx context.Context, in *reasonIn) (party.Resource, error) {
			return s.inVisit(ctx, in.Case, in.Visit)
		},
		func(ctx context.Context, a casefile.Actor, in *reasonIn) (service.Result, error) {
			return s.Service.NoAccess(ctx, a, service.VisitReason{Case: in.Case, Visit: in.Visit, Reason: in.Body.Reason, Words: in.Body.Words})
		})
}

// ProposeLineBody is one line of a quote to be; the price is the list's.
type ProposeLineBody struct {
	Item     string `json:"item" maxLength:"60"`
	Quantity int64  `json:"quantity" minimum:"1" maximum:"999"`
	Why      string `json:"why,omitempty" maxLength:"200"`
}

// FinishBody is the report of work.
type FinishBody struct {
	Fault     string            `json:"fault" maxLength:"60"`
	Cause     string            `json:"cause" maxLength:"60"`
	Words     string            `json:"words" maxLength:"2000"`
	Work      []WorkLineBody    `json:"work" maxItems:"30"`
	Parts     []PartLineBody    `json:"parts,omitempty" maxItems:"30"`
	Checklist map[string]string `json:"checklist" doc:"item code to done, na or not_done"`
	Before    []casefile.ID     `json:"before" maxItems:"12"`
	After     []casefile.ID     `json:"after" maxItems:"12"`
	Related   []RelatedBody     `json:"related,omitempty" maxItems:"12"`
	NoneSeen  bool              `json:"no_other_products,omitempty"`
	Signature string            `json:"signature" enum:"signed,refused,later"`
	Item      *casefile.ID      `json:"signature_item,omitempty" format:"uuid"`
	Reason    string            `json:"signature_reason,omitempty" maxLength:"60"`
}

// WorkLineBody is an approved or free line that was done.
type WorkLineBody struct {
	Item     string `json:"item" maxLength:"60"`
	Quantity int64  `json:"quantity" minimum:"1" maximum:"999"`
}

// PartLineBody is a part that was fitted; one line per serial.
type PartLineBody struct {
	Item     string `json:"item" maxLength:"60"`
	Serial   string `json:"serial,omitempty" maxLength:"64"`
	Quantity int64  `json:"quantity" minimum:"1" maximum:"999"`
}

// RelatedBody is another product that was looked at.
type RelatedBody struct {
	Product    string `json:"product" maxLength:"60"`
	Condition  string `json:"condition" enum:"good,watch,unsafe"`
	Advice     string `json:"advice,omitempty" maxLength:"300"`
	WantsQuote bool   `json:"wants_quote,omitempty"`
}

func (s *Server) finishing() {
	type finishIn struct {
		VisitPath
		Body FinishBody
	}
	command(s, op("finishVisit", http.MethodPost, "/cases/{case}/visits/{visit}/finish", "The report of work", "technician", withKey), party.Finish,
		func(ctx context.Context, in *finishIn) (party.Resource, error) {
			return s.inVisit(ctx, in.Case, in.Visit)
		},
		func(ctx context.Context, a casefile.Actor, in *finishIn) (service.Result, error) {
			b := in.Body
			c := service.Finish{Case: in.Case, Visit: in.Visit, Fault: b.Fault, Cause: b.Cause, Words: b.Words, Checklist: b.Checklist, Before: b.Before,
				After: b.After, NoneSeen: b.NoneSeen, Signature: b.Signature, SignatureItem: deref(b.Item), SignatureReason: b.Reason}
			for _, w := range b.Work {
				c.Work = append(c.Work, service.WorkLine(w))
			}
			for _, p := range b.Parts {
				c.Parts = append(c.Parts, service.PartLine(p))
			}
			for _, r := range b.Related {
				c.Related = append(c.Related, service.RelatedProduct(r))
			}
			return s.Service.Finish(ctx, a, c)
		})
	type followIn struct {
		VisitPath
		Body struct {
			Reason    string     `json:"reason" maxLength:"60"`
			Words     string     `json:"words,omitempty" maxLength:"1000"`
			Parts     []string   `json:"parts,omitempty" maxItems:"20"`
			NotBefore *time.Time `json:"not_before,omitempty"`
		}
	}
	command(s, op("followUp", http.MethodPost, "/cases/{case}/visits/{visit}/follow-up", "Another visit is needed", "technician", withKey), party.FollowUp,
		func(ctx context.Context, in *followIn) (party.Resource, error) {
			return s.inVisit(ctx, in.Case, in.Visit)
		},
		func(ctx context.Context, a casefile.Actor, in *followIn) (service.Result, error) {
			c := service.FollowUp{Case: in.Case, Visit: in.Visit, Reason: in.Body.Reason, Words: in.Body.Words, Parts: in.Body.Parts}
			if in.Body.NotBefore != nil {
				c.NotBefore = *in.Body.NotBefore
			}
			return s.Service.FollowUp(ctx, a, c)
		})
}
