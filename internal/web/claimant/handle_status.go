package claimant

import (
	"net/http"
	"strconv"

	"anxin/internal/casefile"
	"anxin/internal/claim"
	"anxin/internal/i18n"
	"anxin/internal/party"
	"anxin/internal/web/parties"
	"anxin/internal/web/ui"
)

func (h *Handler) following() {
	h.handle("GET /s/{token}/claim", h.cased(party.ViewClaim, h.status))
	h.handle("GET /s/{token}/claim/events", h.cased(party.ViewClaim, h.events))
	h.handle("GET /s/{token}/claim/media/{item}/{size}", h.cased(party.ViewClaim, h.media))
	h.handle("GET /s/{token}/claim/letter", h.cased(party.ViewClaim, h.letter))
	h.handle("GET /s/{token}/claim/letter/{letter}", h.cased(party.ViewClaim, h.letter))
	h.handle("GET /s/{token}/claim/letter/{letter}/pdf", h.cased(party.ViewClaim, h.letterPDF))
}

// read answers the claim and notes that what was served on the buyer has been seen. Notices are opened before the page is drawn, so that the page is of after it.
func (h *Handler) read(r *http.Request, c call) (claim.ClaimStatus, error) {
	st, err := h.Claims.Status(r.Context(), c.actor, c.actor.Case)
	if err != nil || !unopened(st.Notices, claim.BuyerSide) {
		return st, err
	}
	if err := h.Claims.OpenNotices(r.Context(), c.actor, c.actor.Case); err != nil {
		return st, nil // the next look at the page notes it; the page itself is right
	}
	return h.Claims.Status(r.Context(), c.actor, c.actor.Case)
}

func unopened(list []claim.NoticeView, side claim.Side) bool {
	for _, n := range list {
		if n.Side == side && n.Opened.IsZero() {
			return true
		}
	}
	return false
}

func (h *Handler) status(w http.ResponseWriter, r *http.Request, c call) {
	st, err := h.read(r, c)
	if casefile.Is(err, casefile.NotFound) {
		// No claim yet: the link of an order leads to the form.
		http.Redirect(w, r, c.base+"/new", http.StatusSeeOther)
		return
	}
	if err != nil {
		ui.Fail(w, r, c.pg, err)
		return
	}
	v := statusView(c, st)
	pg := withToast(r, c.pg)
	if v.Open {
		pg.Refresh = 60 // without scripts; the page has no form that somebody could be filling in
	}
	ui.Render(w, r, http.StatusOK, StatusPage(pg, v))
}

// events tells the page that something happened. It carries sequence numbers only.
func (h *Handler) events(w http.ResponseWriter, r *http.Request, c call) {
	after, err := strconv.ParseInt(r.URL.Query().Get("after"), 10, 64)
	if err != nil || after < 0 {
		after = 0
	}
	news, cancel := h.Live.Subscribe(c.actor.Tenant, c.actor.Case)
	defer cancel()
	err = parties.Stream(r.Context(), w, news, after, func() (int64, error) {
		st, err := h.Claims.Status(r.Context(), c.actor, c.actor.Case)
		return st.Seq, err
	})
	if err != nil {
		ui.Fail(w, r, c.pg, err)
	}
}

// media shows a copy of what is on the buyer's page, and of what they are about to send.
func (h *Handler) media(w http.ResponseWriter, r *http.Request, c call) {
	item, err := casefile.ParseID(r.PathValue("item"))
	size := r.PathValue("size")
	if err != nil || size != "thumb" && size != "large" {
		ui.Fail(w, r, c.pg, casefile.Fail(casefile.NotFound, "error.not_found"))
		return
	}
	l := parties.Look{Case: c.actor.Case, Item: item, Thumb: size == "thumb"}
	st, err := h.Claims.Status(r.Context(), c.actor, c.actor.Case)
	if err != nil && !casefile.Is(err, casefile.NotFound) {
		ui.Fail(w, r, c.pg, err)
		return
	}
	if err == nil {
		shown := map[string]bool{}
		parties.Items(shown, st.Mine, st.Theirs, st.Asked)
		l.Listed = shown[item.String()]
	}
	if err := h.Media.Show(w, r, c.actor, l); err != nil {
		ui.Fail(w, r, c.pg, err)
	}
}

// theLetter reads a letter by the code in the path; none is the newest.
func (h *Handler) theLetter(r *http.Request, c call) (claim.LetterView, error) {
	code := r.PathValue("letter")
	if code != "" {
		var err error
		if code, err = parties.GoodCode(code); err != nil {
			return claim.LetterView{}, err
		}
	}
	v, err := h.Claims.Letter(r.Context(), c.actor, c.actor.Case, code)
	if err == nil && h.Letters == nil {
		err = casefile.Fail(casefile.Unavailable, "")
	}
	return v, err
}

func (h *Handler) letter(w http.ResponseWriter, r *http.Request, c call) {
	l, err := h.theLetter(r, c)
	var page parties.Letter
	if err == nil {
		page, err = parties.LetterOf(c.pg, h.Letters, l, h.BaseURL(r))
	}
	if err != nil {
		ui.Fail(w, r, c.pg, err)
		return
	}
	page.Back, page.BackText, page.PDF = c.base, c.pg.T("claimant.back"), c.base+"/letter/"+l.Code+"/pdf"
	if st, err := h.Claims.Status(r.Context(), c.actor, c.actor.Case); err == nil {
		if st.May(claim.MoveAppeal) {
			page.Appeal, page.Until = &parties.Link{Text: c.pg.T("claimant.more.appeal"), Href: c.base + "/appeal"}, st.AppealUntil
		}
		page.Others = letterLinks(c.pg.P, c.base, st.Letters, l.Code)
	}
	ui.Render(w, r, http.StatusOK, parties.LetterPage(c.pg, page))
}

func (h *Handler) letterPDF(w http.ResponseWriter, r *http.Request, c call) {
	l, err := h.theLetter(r, c)
	if err == nil {
		err = parties.WritePDF(w, h.Letters, l, c.pg.P.Lang, parties.VerifyURL(h.BaseURL(r), l.Code))
	}
	if err != nil {
		ui.Fail(w, r, c.pg, err)
	}
}

// letterLinks are the letters of a claim but one, the newest first.
func letterLinks(p i18n.Printer, base string, list []claim.LetterRef, but string) (out []parties.Link) {
	for i := len(list) - 1; i >= 0; i-- {
		l := list[i]
		if l.Code == but {
			continue
		}
		out = append(out, parties.Link{Text: p.T("parties.letter.name", "remedy", parties.Word(p, "remedy", string(l.Remedy))), Hint: p.Time(l.Issued), Href: base + "/letter/" + l.Code})
	}
	return out
}
