package tech

import (
	"context"
	"io"
	"net/http"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/party"
	"anxin/internal/service"
	"anxin/internal/service/catalog"
	"anxin/internal/web/staff"
	"anxin/internal/web/upload"
)

// Service is what the pages need of the service half; *service.Service is one.
type Service interface {
	Holder(ctx context.Context, tenant casefile.Tenant, caseID, visit casefile.ID) (technician casefile.ID, err error)
	OfferHolder(ctx context.Context, tenant casefile.Tenant, caseID, offer casefile.ID) (technician casefile.ID, err error)
	Offers(ctx context.Context, a casefile.Actor) ([]service.OfferView, error)
	SeeOffer(ctx context.Context, a casefile.Actor, c service.OfferRef) (service.OfferView, error)
	AcceptOffer(ctx context.Context, a casefile.Actor, c service.OfferRef) (service.Result, error)
	DeclineOffer(ctx context.Context, a casefile.Actor, c service.DeclineOffer) (service.Result, error)
	Today(ctx context.Context, a casefile.Actor, day time.Time) ([]service.Job, error)
	VisitPage(ctx context.Context, a casefile.Actor, c service.VisitRef) (service.VisitPage, error)
	EnRoute(ctx context.Context, a casefile.Actor, c service.VisitRef) (service.Result, error)
	Arrive(ctx context.Context, a casefile.Actor, c service.Door) (service.Result, error)
	Propose(ctx context.Context, a casefile.Actor, c service.Propose) (service.QuoteView, error)
	WithdrawQuote(ctx context.Context, a casefile.Actor, c service.VisitRef) (service.Result, error)
	Finish(ctx context.Context, a casefile.Actor, c service.Finish) (service.Result, error)
	NoAccess(ctx context.Context, a casefile.Actor, c service.VisitReason) (service.Result, error)
	FollowUp(ctx context.Context, a casefile.Actor, c service.FollowUp) (service.Result, error)
	GiveBack(ctx context.Context, a casefile.Actor, c service.VisitReason) (service.Result, error)
	Abort(ctx context.Context, a casefile.Actor, c service.VisitReason) (service.Result, error)
	Sign(ctx context.Context, a casefile.Actor, c service.Sign) (service.Result, error)
	// Technician answers the technician's own profile: shifts, skills, regions.
	Technician(ctx context.Context, a casefile.Actor, id casefile.ID) (service.TechnicianView, error)
}

// Vault keeps and shows photographs.
type Vault interface {
	// Receive seals what body holds under the visit's case and answers its id; it is attached when the form is sent. Kind is before_photo, after_photo
	// or signature.
	Receive(ctx context.Context, a casefile.Actor, in Incoming, body io.Reader) (casefile.ID, error)
	// Show writes a copy to look at (re-encoded, without location): thumb is a small one.
	Show(w http.ResponseWriter, r *http.Request, a casefile.Actor, caseID, item casefile.ID, thumb bool) error
}

// Incoming says what a photograph is.
type Incoming struct {
	Case, Visit casefile.ID
	Kind        string
}

// Regions names divisions for the technician's own page.
type Regions interface {
	// RegionName is the canonical path of a code, or the code itself when it is unknown.
	RegionName(code string) string
}

// Pages are the technician's pages.
type Pages struct {
	Service Service
	Vault   Vault
	// Spool takes photographs in pieces; without it they come with the form.
	Spool     *upload.Spool
	Live      staff.Live
	Regions   Regions
	Catalogue *catalog.Catalogue
	// DeskPhone is whom to call when something is wrong.
	DeskPhone string
}

// The kinds of photographs of a visit.
const (
	beforePhoto = "before_photo"
	afterPhoto  = "after_photo"
	signature   = "signature"
)

// maxUpload bounds a form with photographs, maxPhoto one of them, maxPhotos their number in a field.
const (
	maxPhoto  = 25_000_000
	maxPhotos = 6
	maxUpload = 2*maxPhotos*maxPhoto + 1<<20
)

// Routes is the table of the pages.
func (p *Pages) Routes() []staff.Route {
	const today, offers, me = "/tech", "/tech/offers", "/tech/me"
	visit := func(pattern string, action party.Action, do func(*staff.Request, Ref) error) staff.Route {
		return staff.Route{Pattern: pattern, Nav: today, Action: action, Of: p.ofVisit, Do: withRef("visit", do)}
	}
	offer := func(pattern string, action party.Action, do func(*staff.Request, Ref) error) staff.Route {
		return staff.Route{Pattern: pattern, Nav: offers, Action: action, Of: p.ofOffer, Do: withRef("offer", do)}
	}
	const v = "/tech/visits/{case}/{visit}"
	big := func(r staff.Route) staff.Route { r.MaxBytes = maxUpload; return r }
	return []staff.Route{
		{Pattern: "GET /tech", Nav: today, Action: party.ViewToday, Of: ownProfile, Do: p.today},
		{Pattern: "GET /tech/offers", Nav: offers, Action: party.ListOffers, Of: ownProfile, Do: p.offers},
		{Pattern: "GET /tech/live", Nav: offers, Action: party.ListOffers, Of: ownProfile, Do: p.liveOffers},
		{Pattern: "GET /tech/me", Nav: me, Action: party.ViewToday, Of: ownProfile, Do: p.me},
		offer("POST /tech/offers/{case}/{offer}/accept", party.AcceptOffer, p.accept),
		offer("POST /tech/offers/{case}/{offer}/decline", party.DeclineOffer, p.decline),
		visit("GET "+v, party.ViewVisit, p.visit),
		visit("GET "+v+"/live", party.ViewVisit, p.liveVisit),
		visit("GET "+v+"/photos/{item}/{size}", party.ViewVisit, p.photo),
		visit("POST "+v+"/uploads/{field}", party.ViewVisit, p.beginUpload),
		visit(v+"/uploads/{field}/{upload}", party.ViewVisit, p.uploadPiece),
		visit("POST "+v+"/set-out", party.EnRoute, p.setOut),
		visit("POST "+v+"/arrive", party.Arrive, p.arrive),
		visit("GET "+v+"/quote", party.Propose, p.quoteForm),
		visit("POST "+v+"/quote", party.Propose, p.quote),
		visit("POST "+v+"/withdraw", party.Propose, p.withdraw),
		visit("POST "+v+"/begin", party.Propose, p.begin),
		visit("GET "+v+"/report", party.Finish, p.reportForm),
		big(visit("POST "+v+"/report", party.Finish, p.report)),
		visit("GET "+v+"/sign", party.Sign, p.signForm),
		big(visit("POST "+v+"/sign", party.Sign, p.sign)),
		visit("GET "+v+"/no-access", party.NoAccess, p.asideForm("no_access")),
		big(visit("POST "+v+"/no-access", party.NoAccess, p.aside("no_access"))),
		visit("GET "+v+"/give-back", party.NoAccess, p.asideForm("give_back")),
		big(visit("POST "+v+"/give-back", party.NoAccess, p.aside("give_back"))),
		visit("GET "+v+"/abort", party.NoAccess, p.asideForm("abort")),
		big(visit("POST "+v+"/abort", party.NoAccess, p.aside("abort"))),
		visit("GET "+v+"/follow-up", party.FollowUp, p.asideForm("follow_up")),
		big(visit("POST "+v+"/follow-up", party.FollowUp, p.aside("follow_up"))),
	}
}

// ownProfile is the technician who is logged in.
func ownProfile(q *staff.Request) (party.Resource, error) {
	return party.OfTechnician(q.Actor.Tenant, q.Actor.Technician), nil
}

// ofVisit names the visit of the path and who really holds it: the policies refuse everybody else before the service is asked, which refuses them too.
func (p *Pages) ofVisit(q *staff.Request) (party.Resource, error) {
	r, err := refOf(q, "visit")
	if err != nil {
		return party.Resource{}, err
	}
	holder, err := p.Service.Holder(q.Context(), q.Actor.Tenant, r.Case, r.ID)
	return party.OfVisit(q.Actor.Tenant, r.Case, r.ID, holder), err
}

func (p *Pages) ofOffer(q *staff.Request) (party.Resource, error) {
	r, err := refOf(q, "offer")
	if err != nil {
		return party.Resource{}, err
	}
	holder, err := p.Service.OfferHolder(q.Context(), q.Actor.Tenant, r.Case, r.ID)
	return party.OfOffer(q.Actor.Tenant, r.Case, r.ID, holder), err
}

func refOf(q *staff.Request, what string) (Ref, error) {
	c, err := q.PathID("case")
	if err != nil {
		return Ref{}, err
	}
	id, err := q.PathID(what)
	return Ref{Case: c, ID: id}, err
}

func withRef(what string, do func(*staff.Request, Ref) error) func(*staff.Request) error {
	return func(q *staff.Request) error {
		r, err := refOf(q, what)
		if err != nil {
			return err
		}
		return do(q, r)
	}
}

func (r Ref) visit() service.VisitRef { return service.VisitRef{Case: r.Case, Visit: r.ID} }
func (r Ref) offer() service.OfferRef { return service.OfferRef{Case: r.Case, Offer: r.ID} }
