package merchant

import (
	"context"
	"io"
	"net/http"

	"anxin/internal/casefile"
	"anxin/internal/claim"
	"anxin/internal/party"
	"anxin/internal/web/parties"
	"anxin/internal/web/staff"
	"anxin/internal/web/upload"
)

// Owners tells whose order a case belongs to; *order.Service is one. Nil: nobody's.
type Owners interface {
	MerchantOf(ctx context.Context, tenant casefile.Tenant, caseID casefile.ID) (merchant casefile.ID, err error)
}

// Media is the vault as these pages need it.
type Media interface {
	// Receive seals a photograph, video or paper of the merchant under the case; it is staged until a command takes it.
	Receive(ctx context.Context, a casefile.Actor, caseID casefile.ID, body io.Reader) (casefile.ID, error)
	// Show writes a copy made for looking at: re-encoded, without location.
	Show(w http.ResponseWriter, r *http.Request, a casefile.Actor, l parties.Look) error
}

// Pages are a merchant's pages. Without Letters a letter page says that it will be there.
type Pages struct {
	Claims  claim.Merchants
	Owners  Owners
	Media   Media
	Letters parties.Press
	Spool   *upload.Spool
	Live    staff.Live
	// BaseURL is the address under which people reach the server, without a slash at the end.
	BaseURL func(r *http.Request) string
	// Max is how many files one form takes, MaxBytes the largest of them.
	Max      int
	MaxBytes int64
}

// Path is where the inbox is.
const Path = "/merchant"

// Routes is the table of the pages.
func (p *Pages) Routes() []staff.Route {
	const one = Path + "/claims/{case}"
	of := func(pattern string, action party.Action, do func(*staff.Request, casefile.ID) error) staff.Route {
		return staff.Route{Pattern: pattern, Nav: Path, Action: action, Of: p.own, Do: func(q *staff.Request) error {
			id, err := q.PathID("case")
			if err != nil {
				return err
			}
			return do(q, id)
		}}
	}
	big := func(r staff.Route) staff.Route {
		r.MaxBytes = int64(p.Max)*p.MaxBytes + 1<<20
		return r
	}
	list := []staff.Route{
		{Pattern: "GET " + Path, Nav: Path, Action: party.ListClaims, Do: p.inbox},
		{Pattern: "GET " + Path + "/live", Nav: Path, Action: party.ListClaims, Do: p.liveInbox},
		of("GET "+one, party.ViewClaim, p.claim),
		of("GET "+one+"/live", party.ViewClaim, p.liveClaim),
		of("GET "+one+"/view/{item}", party.ViewClaim, p.view),
		of("GET "+one+"/media/{item}/{size}", party.ViewClaim, p.media),
		of("POST "+one+"/uploads", party.SpeakInClaim, p.beginUpload),
		of(one+"/uploads/{upload}", party.SpeakInClaim, p.uploadPiece),
		of("GET "+one+"/letter/{letter}", party.ViewClaim, p.letter),
		of("GET "+one+"/letter/{letter}/pdf", party.ViewClaim, p.letterPDF),
	}
	for _, a := range acts {
		list = append(list, of("GET "+one+"/"+a.name, a.action, func(q *staff.Request, id casefile.ID) error { return p.actForm(q, id, a) }),
			big(of("POST "+one+"/"+a.name, a.action, func(q *staff.Request, id casefile.ID) error { return p.actDo(q, id, a) })))
	}
	return list
}

// own names the case of the path as its merchant's: the policies then compare it with the account's, and the domain does so once more.
func (p *Pages) own(q *staff.Request) (party.Resource, error) {
	id, err := q.PathID("case")
	if err != nil {
		return party.Resource{}, err
	}
	m, err := p.Owners.MerchantOf(q.Context(), q.Actor.Tenant, id)
	return party.OfMerchantCase(q.Actor.Tenant, id, m), err
}

func claimPath(id casefile.ID) string { return Path + "/claims/" + id.String() }

// uploads receives the merchant's files for a claim.
func (p *Pages) uploads(q *staff.Request, id casefile.ID) staff.Uploads {
	return staff.Uploads{Spool: p.Spool, MaxBytes: p.MaxBytes, Max: p.Max, Of: "claim:" + id.String(), Seal: func(r *http.Request, body io.Reader) (string, error) {
		item, err := p.Media.Receive(r.Context(), q.Actor, id, body)
		return item.String(), err
	}}
}

func (p *Pages) beginUpload(q *staff.Request, id casefile.ID) error {
	// The claim is read first: nothing is taken for one that was not served on this merchant.
	if _, err := p.Claims.MerchantClaim(q.Context(), q.Actor, id); err != nil {
		return err
	}
	return p.uploads(q, id).Begin(q)
}

func (p *Pages) uploadPiece(q *staff.Request, id casefile.ID) error { return p.uploads(q, id).Piece(q) }
