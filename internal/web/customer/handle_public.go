package customer

import (
	"net/http"
	"net/netip"
	"strings"

	"anxin/internal/casefile"
	"anxin/internal/party"
	"anxin/internal/service"
	"anxin/internal/web/ui"
)

func (h *Handler) public() {
	h.handle("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		pg := h.Site.NewPage(r)
		pg.Public = true
		ui.Render(w, r, http.StatusOK, HomePage(pg))
	})
	h.handle("GET /coverage", func(w http.ResponseWriter, r *http.Request) {
		pg := h.Site.NewPage(r)
		pg.Public = true
		ui.Render(w, r, http.StatusOK, CoveragePage(pg, CoverageView{}))
	})
	h.handle("POST /coverage", h.coverage)
	h.handle("GET /verify", h.verify)
	h.handle("GET /find", func(w http.ResponseWriter, r *http.Request) {
		ui.Render(w, r, http.StatusOK, FindPage(h.Site.NewPage(r), FindView{}))
	})
	h.handle("POST /find", h.findPhone)
	h.handle("POST /find/code", h.findCode)
	h.handle("GET /erased", func(w http.ResponseWriter, r *http.Request) {
		ui.Render(w, r, http.StatusOK, ErasedPage(h.Site.NewPage(r)))
	})
}

// coverage answers for a pasted list, as a page or as a file. It is a question and changes nothing, so the answer needs no redirect; it is posted because
// addresses must not be in URLs.
func (h *Handler) coverage(w http.ResponseWriter, r *http.Request) {
	pg := h.Site.NewPage(r)
	pg.Public = true
	if h.limited(w, r, pg, party.LimitLookup) || !h.form(w, r, pg) {
		return
	}
	if err := h.Gate.Check(r.Context(), h.visitor(pg), party.CheckCoverage, party.OfTenant(h.Tenant)); err != nil {
		ui.Fail(w, r, pg, err)
		return
	}
	v := CoverageView{Typed: ui.Clip(r.PostForm.Get("places"), maxPasted), Kind: ui.Clip(field(r, "kind"), 20), Chosen: chosenOf(field(r, "chosen"), field(r, "pick"))}
	var places []string
	places, v.More = linesOf(v.Typed)
	if len(places) == 0 {
		v.Form.Add("places", pg.T("customer.coverage.error.empty"))
		pg.Failed = true
		ui.Render(w, r, http.StatusUnprocessableEntity, CoveragePage(pg, v))
		return
	}
	rows, err := h.Coverage.Places(r.Context(), h.Tenant, CoverageQuery{Kind: service.Kind(v.Kind), Places: places, Chosen: v.Chosen})
	if err != nil {
		ui.Fail(w, r, pg, err)
		return
	}
	v.Rows, v.Asked = rows, true
	if field(r, "as") == "csv" {
		writeCoverage(w, pg, v)
		return
	}
	pg.Wide = len(rows) > 1
	ui.Render(w, r, http.StatusOK, CoveragePage(pg, v))
}

// maxPasted bounds the text of a pasted list.
const maxPasted = 64 << 10

// findPhone sends a code to a phone and says the same whether or not the phone is known.
func (h *Handler) findPhone(w http.ResponseWriter, r *http.Request) {
	pg := h.Site.NewPage(r)
	if h.limited(w, r, pg, party.LimitLookup) || !h.form(w, r, pg) {
		return
	}
	v := FindView{Phone: ui.Clip(field(r, "phone"), 64)}
	err := h.Gate.Check(r.Context(), h.visitor(pg), party.FindMyCases, party.OfTenant(h.Tenant))
	var challenge casefile.ID
	if err == nil {
		challenge, err = h.Finder.RequestCode(r.Context(), h.Tenant, v.Phone, h.Address(r), string(pg.P.Lang))
	}
	switch {
	case err == nil:
		v.Challenge = challenge.String()
		ui.Render(w, r, http.StatusOK, FindCodePage(pg, v))
	case casefile.Is(err, casefile.Invalid):
		pg.Failed = true
		v.Form.Add("phone", pg.T("customer.find.error.phone"))
		ui.Render(w, r, http.StatusUnprocessableEntity, FindPage(pg, v))
	default:
		ui.Fail(w, r, pg, err)
	}
}

// findCode opens the cases of the phone that the code was sent to.
func (h *Handler) findCode(w http.ResponseWriter, r *http.Request) {
	pg := h.Site.NewPage(r)
	if h.limited(w, r, pg, party.LimitLookup) || !h.form(w, r, pg) {
		return
	}
	v := FindView{Challenge: ui.Clip(field(r, "challenge"), 36)}
	challenge, err := casefile.ParseID(v.Challenge)
	var found []party.FoundCase
	if err != nil {
		err = casefile.InvalidField("code", "")
	} else {
		found, err = h.Finder.Redeem(r.Context(), h.Tenant, challenge, ui.Clip(field(r, "code"), 20))
	}
	switch {
	case err == nil && len(found) == 1:
		http.Redirect(w, r, "/s/"+found[0].Token, http.StatusSeeOther)
	case err == nil:
		for _, f := range found {
			v.Found = append(v.Found, FoundView{Number: f.Number.String(), Href: "/s/" + f.Token, Created: f.Created})
		}
		ui.Render(w, r, http.StatusOK, FoundPage(pg, v))
	case casefile.Is(err, casefile.Invalid):
		pg.Failed = true
		v.Form.Add("code", pg.T("customer.find.error.code"))
		ui.Render(w, r, http.StatusUnprocessableEntity, FindCodePage(pg, v))
	default:
		ui.Fail(w, r, pg, err)
	}
}

// verify answers about a work number, a document, a hotline or a part, whichever the code looks like. With the token of a customer's own page it also
// says whether the technician is expected there now.
func (h *Handler) verify(w http.ResponseWriter, r *http.Request) {
	pg := h.Site.NewPage(r)
	pg.Public = true
	v := VerifyView{Hotlines: pg.Site.Brand.Hotlines, Typed: strings.TrimSpace(ui.Clip(r.URL.Query().Get("code"), 64))}
	if v.Typed == "" {
		ui.Render(w, r, http.StatusOK, VerifyPage(pg, v))
		return
	}
	if h.limited(w, r, pg, party.LimitLookup) {
		return
	}
	h.verifyFor(w, r, pg, h.visitor(pg), v)
}

// verifyFor answers for an actor: a visitor, or the customer of a case.
func (h *Handler) verifyFor(w http.ResponseWriter, r *http.Request, pg ui.Page, a casefile.Actor, v VerifyView) {
	if err := h.Gate.Check(r.Context(), a, party.VerifyPublic, party.OfTenant(h.Tenant)); err != nil {
		ui.Fail(w, r, pg, err)
		return
	}
	answer, err := h.answerCode(r, pg, a, v.Typed)
	if err != nil && !casefile.Is(err, casefile.Invalid) && !casefile.Is(err, casefile.NotFound) {
		ui.Fail(w, r, pg, err)
		return
	}
	if err != nil {
		answer = VerifyAnswer{Kind: "unknown", Tone: ui.Warn, Title: pg.T("customer.verify.unknown"), Text: pg.T("customer.verify.unknown_text", "code", v.Typed)}
	}
	v.Answers = []VerifyAnswer{answer}
	ui.Render(w, r, http.StatusOK, VerifyPage(pg, v))
}

// answerCode takes the code for what it looks like. A document begins with D-; a telephone number is digits; a work number is short; the rest may be a
// serial number of a part.
func (h *Handler) answerCode(r *http.Request, pg ui.Page, a casefile.Actor, code string) (VerifyAnswer, error) {
	upper := strings.ToUpper(code)
	switch d := digitsOf(code); {
	case strings.HasPrefix(upper, "D-"):
		x, err := h.Service.VerifyDocument(r.Context(), a, upper)
		return documentAnswer(pg, upper, x), err
	case looksLikePhone(code, d):
		x, err := h.Service.VerifyHotline(r.Context(), a, code)
		return hotlineAnswer(pg, code, x), err
	}
	x, err := h.Service.VerifyTechnician(r.Context(), a, upper)
	if err == nil && (x.Ours || x.State != "" || len(code) <= 10) {
		return technicianAnswer(pg, upper, x), nil
	}
	if err != nil && !casefile.Is(err, casefile.Invalid) && !casefile.Is(err, casefile.NotFound) {
		return VerifyAnswer{}, err
	}
	p, err := h.Service.VerifyPart(r.Context(), a, "", code)
	return partAnswer(pg, p), err
}

// looksLikePhone reports whether a code is digits with the marks that people put between them, and long enough for a telephone number.
func looksLikePhone(code, digits string) bool {
	return len(digits) >= 7 && len(digits) <= 13 && strings.IndexFunc(code, func(c rune) bool { return !strings.ContainsRune("0123456789+-() ", c) }) < 0
}

func signedText(s service.Signature) string {
	if s.Note != "" {
		return s.Note
	}
	return s.Text
}

func technicianAnswer(pg ui.Page, code string, x service.VerifyTechnician) VerifyAnswer {
	a := VerifyAnswer{Kind: "technician", Signed: signedText(x.Signed), At: x.Signed.At}
	switch {
	case x.Ours && (x.State == "active" || x.State == ""):
		a.Tone, a.Title, a.Text = ui.OK, pg.T("customer.verify.tech_yes"), pg.T("customer.verify.tech_yes_text", "code", code)
	case x.Ours || x.State == "left" || x.State == "paused":
		a.Tone, a.Title, a.Text, a.Next = ui.Danger, pg.T("customer.verify.tech_left"), pg.T("customer.verify.tech_left_text", "code", code), pg.T("customer.verify.tech_next")
	default:
		a.Tone, a.Title, a.Text, a.Next = ui.Danger, pg.T("customer.verify.tech_no"), pg.T("customer.verify.unknown_text", "code", code), pg.T("customer.verify.tech_next")
		return a
	}
	a.Facts = []ui.Pair{{Key: pg.T("customer.verify.tech_name"), Text: x.Name}, {Key: pg.T("customer.verify.tech_partner"), Text: x.Partner}}
	switch x.Expected {
	case "yes":
		a.Facts = append(a.Facts, ui.Pair{Key: pg.T("customer.verify.tech_expected"), Text: pg.T("customer.verify.expected.yes")})
	case "no":
		a.Tone = ui.Warn
		a.Facts = append(a.Facts, ui.Pair{Key: pg.T("customer.verify.tech_expected"), Text: pg.T("customer.verify.expected.no")})
		a.Next = pg.T("customer.verify.tech_next")
	default:
		a.Hint = pg.T("customer.verify.expected_hint")
	}
	return a
}

func documentAnswer(pg ui.Page, code string, x service.VerifyDocument) VerifyAnswer {
	a := VerifyAnswer{Kind: "document", Signed: signedText(x.Signed), At: x.Signed.At}
	switch {
	case x.Ours && x.Revoked:
		a.Tone, a.Title, a.Next = ui.Danger, pg.T("customer.verify.doc_revoked"), pg.T("customer.verify.doc_next")
	case x.Ours:
		a.Tone, a.Title, a.Text = ui.OK, pg.T("customer.verify.doc_yes"), pg.T("customer.verify.doc_yes_text", "code", code, "tail", x.NumberTail)
	default:
		a.Tone, a.Title, a.Text, a.Next = ui.Danger, pg.T("customer.verify.doc_no"), pg.T("customer.verify.unknown_text", "code", code), pg.T("customer.verify.doc_next")
		return a
	}
	a.Facts = []ui.Pair{{Key: pg.T("customer.verify.doc_kind"), Text: word(pg, "customer.verify.doc.", x.Kind)}, {Key: pg.T("customer.verify.doc_issued"), Body: ui.Time(pg.P, x.Issued)}}
	return a
}

func hotlineAnswer(pg ui.Page, number string, x service.VerifyHotline) VerifyAnswer {
	a := VerifyAnswer{Kind: "hotline", Signed: signedText(x.Signed), At: x.Signed.At}
	if x.Ours {
		a.Tone, a.Title, a.Text = ui.OK, pg.T("customer.verify.hotline_yes"), pg.T("customer.verify.hotline_yes_text", "number", number)
		return a
	}
	a.Tone, a.Title, a.Text, a.Next = ui.Danger, pg.T("customer.verify.hotline_no"), pg.T("customer.verify.hotline_no_text", "number", number), pg.T("customer.verify.hotline_next")
	return a
}

func partAnswer(pg ui.Page, x service.VerifyPart) VerifyAnswer {
	a := VerifyAnswer{Kind: "part", Signed: signedText(x.Signed), At: x.Signed.At}
	switch {
	case !x.Known:
		a.Tone, a.Title, a.Text = ui.Warn, pg.T("customer.verify.part_no"), pg.T("customer.verify.part_no_text")
		return a
	case x.Times > 1:
		a.Tone, a.Title, a.Text = ui.Danger, pg.T("customer.verify.part_clone"), pg.T("customer.verify.part_clone_text", "n", x.Times)
	default:
		a.Tone, a.Title, a.Text = ui.OK, pg.T("customer.verify.part_yes"), pg.T("customer.verify.part_yes_text")
	}
	if name := x.Name.In(string(pg.P.Lang)); name != "" {
		a.Facts = append(a.Facts, ui.Pair{Key: pg.T("customer.verify.part_name"), Text: name})
	}
	if !x.Fitted.IsZero() {
		a.Facts = append(a.Facts, ui.Pair{Key: pg.T("customer.verify.part_fitted"), Text: pg.P.Date(x.Fitted)})
	}
	return a
}

// PeerAddress is the address of the connection, for servers without a proxy in front.
func PeerAddress(r *http.Request) netip.Addr {
	a, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return a.Addr().Unmap()
}
