package app

import (
	"net/http"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/claim"
	"anxin/internal/evidence"
	"anxin/internal/law"
	"anxin/internal/web/review"
	"anxin/internal/web/staff"
)

// reviewPages are the pages of reviewers and leads.
func (s *Server) reviewPages(edge *staff.Edge, mux *http.ServeMux) {
	p := &review.Pages{Claims: s.Claims.Service, Vault: reviewVault{s.Core}, Press: letterPress{}, Live: s.Live, Laws: s.clauseName, BaseURL: s.baseURL}
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
type reviewVault struct{ *Core }

// Show implements review.Vault.
func (v reviewVault) Show(w http.ResponseWriter, r *http.Request, a casefile.Actor, caseID, item casefile.ID, size string) error {
	if size != "original" {
		return v.show(w, r, a, caseID, item, size == "thumb")
	}
	content, err := v.Vault.Open(r.Context(), a, caseID, item, evidence.Original)
	if err != nil {
		return err
	}
	defer content.Close()
	for _, h := range content.Headers() {
		w.Header().Set(h[0], h[1])
	}
	http.ServeContent(w, r, "", time.Time{}, content)
	return nil
}

// ofClaim reports whether an item is a picture, video or paper of a claim, or a reference for one.
func ofClaim(kind string) bool {
	switch kind {
	case claim.MediaClaimPhoto, claim.MediaClaimVideo, claim.MediaAnswerPhoto, claim.MediaAnswerVideo, claim.MediaDocument:
		return true
	}
	return isReference(kind)
}
