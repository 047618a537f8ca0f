package claimant

import (
	"net/http"
	"strings"

	"anxin/internal/casefile"
	"anxin/internal/order"
	"anxin/internal/party"
	"anxin/internal/web/ui"
)

func (h *Handler) entry() {
	h.handle("GET /claim", func(w http.ResponseWriter, r *http.Request) {
		pg := h.Site.NewPage(r)
		pg.Public = true
		ui.Render(w, r, http.StatusOK, EntryPage(pg, EntryView{}))
	})
	h.handle("POST /claim/code", h.sendCode)
	h.handle("POST /claim", h.redeem)
}

// sendCode sends a code to the phone that the order was made with. The answer is the same whether the phone is known or not.
func (h *Handler) sendCode(w http.ResponseWriter, r *http.Request) {
	pg := h.Site.NewPage(r)
	if h.limited(w, r, pg, party.LimitLookup) || !h.form(w, r, pg) {
		return
	}
	v := EntryView{Number: ui.Clip(strings.TrimSpace(r.PostForm.Get("number")), 80), Phone: ui.Clip(strings.TrimSpace(r.PostForm.Get("phone")), 64)}
	if v.Number == "" {
		v.Form.Add("number", pg.T("claimant.entry.error.number"))
	}
	if v.Phone == "" {
		v.Form.Add("phone", pg.T("claimant.entry.error.phone"))
	}
	err := h.Gate.Check(r.Context(), h.visitor(pg), party.FindMyCases, party.OfTenant(h.Tenant))
	var challenge casefile.ID
	if err == nil && !v.Form.Failed() {
		challenge, err = h.Orders.RequestCode(r.Context(), h.Tenant, v.Phone, h.Address(r), string(pg.P.Lang))
		if casefile.Is(err, casefile.Invalid) {
			v.Form.Add("phone", pg.T("claimant.entry.error.phone"))
			err = nil
		}
	}
	switch {
	case err != nil:
		ui.Fail(w, r, pg, err)
	case v.Form.Failed():
		pg.Failed = true
		ui.Render(w, r, http.StatusUnprocessableEntity, EntryPage(pg, v))
	default:
		v.Challenge, v.Phone = challenge.String(), ""
		ui.Render(w, r, http.StatusOK, CodePage(pg, v))
	}
}

// redeem opens the order that the number and the code lead to.
func (h *Handler) redeem(w http.ResponseWriter, r *http.Request) {
	pg := h.Site.NewPage(r)
	if h.limited(w, r, pg, party.LimitLookup) || !h.form(w, r, pg) {
		return
	}
	v := EntryView{Number: ui.Clip(strings.TrimSpace(r.PostForm.Get("number")), 80), Challenge: ui.Clip(r.PostForm.Get("challenge"), 36)}
	err := h.Gate.Check(r.Context(), h.visitor(pg), party.FindMyCases, party.OfTenant(h.Tenant))
	var found []order.Found
	if err == nil {
		var challenge casefile.ID
		if challenge, err = casefile.ParseID(v.Challenge); err == nil {
			found, err = h.Orders.Redeem(r.Context(), h.Tenant, v.Number, challenge, ui.Clip(strings.TrimSpace(r.PostForm.Get("code")), 20))
		} else {
			err = casefile.InvalidField("code", "order.error.find")
		}
	}
	switch {
	case err == nil && len(found) == 1:
		http.Redirect(w, r, "/s/"+found[0].Token+"/claim", http.StatusSeeOther)
	case err == nil && len(found) > 1:
		for _, f := range found {
			v.Found = append(v.Found, FoundView{Product: f.Order.Product, Number: f.Order.Number, Href: "/s/" + f.Token + "/claim", Ordered: f.Order.Ordered()})
		}
		ui.Render(w, r, http.StatusOK, FoundPage(pg, v))
	case err == nil || casefile.Is(err, casefile.Invalid):
		pg.Failed = true
		v.Form.Add("code", pg.T("claimant.entry.error.code"))
		ui.Render(w, r, http.StatusUnprocessableEntity, CodePage(pg, v))
	default:
		ui.Fail(w, r, pg, err)
	}
}
