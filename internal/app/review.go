package app

import (
	"errors"
	"net/http"
	"sync"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/claim"
	"anxin/internal/evidence"
	"anxin/internal/law"
	"anxin/internal/party"
	"anxin/internal/web/review"
	"anxin/internal/web/staff"
)

// reviewPages are the pages of reviewers and leads.
func (s *Server) reviewPages(edge *staff.Edge, mux *http.ServeMux) {
	p := &review.Pages{Claims: s.Claims.Service, Vault: reviewVault{s.Core, &playing{}}, Press: letterPress{}, Live: s.Live, Laws: s.clauseName, BaseURL: s.baseURL}
	s.mount(edge, mux, p.Routes())
}

// clauseName is how a clause of law is cited; empty for one that is not known.
func (c *Core) clauseName(id, lang string) string {
	x, ok := c.Claims.Law.At(id, law.On(c.Source.Now()))
	if !ok {
		return ""
	}
	return x.Cite(lang)
}

// reviewVault is the vault as the reviewers' pages need it.
type reviewVault struct {
	*Core
	played *playing
}

// Show implements review.Vault.
func (v reviewVault) Show(w http.ResponseWriter, r *http.Request, a casefile.Actor, caseID, item casefile.ID, size string) error {
	switch size {
	case "thumb", "full":
		return v.show(w, r, a, caseID, item, size == "thumb")
	case "marked", "marked-thumb": // after the first impression: what its file says about AI stays on it
		return v.showMarked(w, r, a, caseID, item, size == "marked-thumb")
	}
	content, err := v.Vault.Open(r.Context(), a, caseID, item, evidence.Original)
	if err != nil {
		return err
	}
	return serveContent(w, r, content)
}

// ShowDerived implements review.Vault. The line in the access log comes first: who cannot be written down sees nothing.
func (v reviewVault) ShowDerived(w http.ResponseWriter, r *http.Request, a casefile.Actor, caseID, item casefile.ID) error {
	content, err := v.Vault.OpenDerived(r.Context(), a, caseID, item)
	if err != nil {
		return err
	}
	if err := v.Party.Access.Add(r.Context(), a, party.Entry{Action: party.LogOpen, Case: caseID, Field: content.Item.Kind}); err != nil {
		return errors.Join(err, content.Close())
	}
	return serveContent(w, r, content)
}

// Play implements review.Vault.
func (v reviewVault) Play(w http.ResponseWriter, r *http.Request, a casefile.Actor, caseID, item casefile.ID) error {
	content, err := v.Vault.Play(r.Context(), a, caseID, item, v.played.first(a.ID, item, v.Source.Now()))
	if err != nil {
		return err
	}
	return serveContent(w, r, content)
}

// playing remembers who plays what: a player asks for a video piece by piece, and one sitting is one entry of the custody log.
type playing struct {
	mu   sync.Mutex
	last map[[2]casefile.ID]time.Time
}

// sitting is how long somebody may pause before playing on is written down again.
const sitting = 15 * time.Minute

// first reports whether a request begins a sitting.
func (p *playing) first(who, item casefile.ID, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.last == nil {
		p.last = map[[2]casefile.ID]time.Time{}
	}
	k := [2]casefile.ID{who, item}
	was, ok := p.last[k]
	if len(p.last) > 1000 {
		for x, at := range p.last {
			if now.Sub(at) > sitting {
				delete(p.last, x)
			}
		}
	}
	p.last[k] = now
	return !ok || now.Sub(was) > sitting
}

// ofClaim reports whether an item is a picture, video or paper of a claim, or a reference for one.
func ofClaim(kind string) bool {
	switch kind {
	case claim.MediaClaimPhoto, claim.MediaClaimVideo, claim.MediaAnswerPhoto, claim.MediaAnswerVideo, claim.MediaDocument:
		return true
	}
	return isReference(kind)
}
