package review

import (
	"net/http"

	"anxin/internal/casefile"
	"anxin/internal/claim"
	"anxin/internal/party"
	"anxin/internal/web/parties"
	"anxin/internal/web/staff"
)

// Claims is what the pages need of the claims half; *claim.Service is one.
type Claims interface {
	claim.Reviewers
	claim.Leads
}

// Vault shows pictures of claims and their references.
type Vault interface {
	// Show writes a copy to look at: size thumb or full, or marked-thumb or marked with the mark that the picture's file asks for drawn on it; or, as original, the bytes as received as a download, which is written down in the custody log.
	Show(w http.ResponseWriter, r *http.Request, a casefile.Actor, caseID, item casefile.ID, size string) error
	// ShowDerived writes what a check drew from an item; who looked is written down.
	ShowDerived(w http.ResponseWriter, r *http.Request, a casefile.Actor, caseID, item casefile.ID) error
	// Play writes a video by ranges; that it was played is written down in its custody log. NotFound for what is no video.
	Play(w http.ResponseWriter, r *http.Request, a casefile.Actor, caseID, item casefile.ID) error
}

// Pages are the pages of reviewers and leads.
type Pages struct {
	Claims Claims
	Vault  Vault
	// Press puts letters into words and on paper.
	Press parties.Press
	Live  staff.Live
	// Laws names clauses of law; nil shows their ids.
	Laws func(id, lang string) string
	// BaseURL is where /verify of this operator is.
	BaseURL func(r *http.Request) string
}

// Paths of the pages.
const (
	home     = "/review"
	problems = "/review/problems"
	stats    = "/review/statistics"
)

// Routes is the table of the pages.
func (p *Pages) Routes() []staff.Route {
	on := func(pattern string, action party.Action, do func(*staff.Request, casefile.ID) error) staff.Route {
		return staff.Route{Pattern: pattern, Nav: home, Action: action, Of: p.ofCase, Do: func(q *staff.Request) error {
			id, err := p.caseID(q)
			if err != nil {
				return err
			}
			return do(q, id)
		}}
	}
	const c = "/review/c/{number}"
	return []staff.Route{
		{Pattern: "GET " + home, Nav: home, Action: party.ClaimQueue, Do: p.queue},
		{Pattern: "POST " + home + "/next", Nav: home, Action: party.ClaimQueue, Do: p.next},
		{Pattern: "POST " + home + "/find", Nav: home, Action: party.ClaimQueue, Do: p.find},
		{Pattern: "GET " + problems, Nav: home, Action: party.ClaimProblems, Do: p.problems},
		{Pattern: "GET " + stats, Nav: home, Action: party.ClaimStats, Do: p.statistics},
		on("GET "+c, party.ReviewClaim, p.open),
		on("GET "+c+"/live", party.ReviewClaim, p.live),
		on("GET "+c+"/duty", party.ReviewClaim, p.duty),
		on("GET "+c+"/letter", party.ReviewClaim, p.letter),
		on("GET "+c+"/letter/{letter}", party.ReviewClaim, p.letter),
		on("GET "+c+"/letter/{letter}/pdf", party.ReviewClaim, p.letterPDF),
		on("GET "+c+"/media/{item}/{size}", party.ReviewClaim, p.media),
		on("GET "+c+"/drawn/{item}", party.ReviewClaim, p.drawn),
		on("GET "+c+"/play/{item}", party.ReviewClaim, p.play),
		on("POST "+c+"/draft", party.ReviewClaim, p.draft),
		on("POST "+c+"/act/{act}", party.ReviewClaim, p.act),
		on("POST "+c+"/lead/{act}", party.LeadClaim, p.act),
	}
}

// caseID finds the case of the path by its number.
func (p *Pages) caseID(q *staff.Request) (casefile.ID, error) {
	n, ok := casefile.ParseNumber(q.PathValue("number"))
	if !ok {
		return casefile.Nil, casefile.Fail(casefile.NotFound, "error.not_found")
	}
	return p.Claims.FindClaim(q.Context(), q.Actor, n)
}

func (p *Pages) ofCase(q *staff.Request) (party.Resource, error) {
	id, err := p.caseID(q)
	if casefile.Is(err, casefile.Denied) || casefile.Is(err, casefile.NotFound) {
		err = nil // the policies are asked all the same and write down who they refuse; whoever they let through does not find it either
	}
	return party.OfCase(q.Actor.Tenant, id, casefile.Nil), err
}

func (p *Pages) live(q *staff.Request, id casefile.ID) error { return q.Stream(p.Live, id, nil) }

// media shows a picture of the claim, or of one of its references, which may lie in the case of the listing.
func (p *Pages) media(q *staff.Request, id casefile.ID) error {
	item, err := q.PathID("item")
	if err != nil {
		return err
	}
	page, err := p.Claims.ReviewPage(q.Context(), q.Actor, id)
	if err != nil {
		return err
	}
	where, ok := whereIs(page, item)
	if !ok && page.Impressed {
		x, err := p.elsewhere(q, id, item)
		if err != nil {
			return err
		}
		if where, ok = x.Case, !x.Case.IsNil(); ok {
			q.Request = q.Request.WithContext(byName(q.Request.Context()))
		}
	}
	size := q.PathValue("size")
	if !ok || size != "thumb" && size != "full" && size != "original" {
		return casefile.Fail(casefile.NotFound, "error.not_found")
	}
	if page.Impressed { // before it, what the file says would be a finding
		switch size {
		case "thumb":
			size = "marked-thumb"
		case "full":
			size = "marked"
		}
	}
	return p.Vault.Show(q.W, q.Request, q.Actor, where, item, size)
}

// whereIs is the case that an item of the page lies in. What the page does not show cannot be asked for.
func whereIs(page claim.ReviewPage, item casefile.ID) (casefile.ID, bool) {
	for _, m := range page.Media {
		if m.Item == item {
			return page.Case, true
		}
	}
	for _, s := range page.Said {
		for _, m := range s.Media {
			if m.Item == item {
				return page.Case, true
			}
		}
	}
	for _, r := range page.Order.References {
		if r.Item == item {
			return r.Case, true
		}
	}
	return casefile.Nil, false
}
