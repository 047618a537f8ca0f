package customer

import (
	"net/http"
	"strings"

	"anxin/internal/casefile"
	"anxin/internal/i18n"
	"anxin/internal/service"
	"anxin/internal/web/ui"
)

// workView is the report of work of one visit.
func (h *Handler) workView(c call, visit *service.VisitView) WorkView {
	pg, lang, r := c.pg, c.actor.Lang, visit.Report
	v := WorkView{
		Visit: visit.Number, At: r.Created, Fault: r.Fault.Text.In(lang), Cause: r.Cause.Text.In(lang), Done: r.Words.Clear(),
		Before: photos(c, "before", r.Before), After: photos(c, "after", r.After), WarrantyUntil: r.WarrantyUntil, DocumentCode: r.Document,
	}
	if visit.Technician != nil {
		v.Tech = visit.Technician.Name + " " + visit.Technician.Code
	}
	for _, w := range r.Work {
		v.Total += int64(w.Sum)
	}
	switch r.Signature {
	case "signed", "refused", "none":
		v.Signed = pg.T("customer.work.signed_" + r.Signature)
		if !r.SignedAt.IsZero() {
			v.Signed += " · " + pg.P.Time(r.SignedAt)
		}
	case "":
		if visit.State == service.VisitWaitingSignature {
			v.Signed = pg.T("customer.work.signed_open")
		}
	}
	for _, p := range r.Parts {
		genuine := "unknown"
		if p.Serial != "" {
			genuine = "yes"
		}
		v.Parts = append(v.Parts, PartView{Name: p.Name.In(lang), Serial: p.Serial, Quantity: p.Quantity, Genuine: genuine})
	}
	for _, k := range r.Checklist {
		if k.Answer != "" {
			v.Checks = append(v.Checks, CheckView{Text: k.Text.In(lang), Result: k.Answer})
		}
	}
	for _, x := range r.Related {
		text := line(pg, x.Advice)
		if text == "" {
			text = x.Words
		}
		v.Advice = append(v.Advice, AdviceView{Product: x.Product.Text.In(lang), Text: text, Condition: x.Condition})
	}
	if visit.State == service.VisitNeedsFollowUp {
		v.FollowUp = pg.T("customer.work.follow_up_text")
	}
	return v
}

// dataView is what is stored about a person, and who looked.
func (h *Handler) dataView(c call, d service.MyData) DataView {
	pg := c.pg
	v := DataView{Base: c.base, Number: d.Number.String(), CanErase: d.CanErase, WhyNot: line(pg, d.WhyNot), Erased: d.Erased, Idem: h.token()}
	add := func(what, value, why, who string) {
		if value != "" {
			v.Items = append(v.Items, DataItem{What: pg.T("customer.data.item." + what), Value: value, Why: pg.T("customer.data.why." + why),
				Until: pg.T("customer.data.until"), Who: pg.T("customer.data.who." + who)})
		}
	}
	add("name", d.Name.Clear(), "contact", "masked")
	add("phone", d.Phone.Clear(), "contact", "masked")
	add("address", d.Address.Clear(), "visit", "masked")
	add("words", d.Words.Clear(), "fault", "masked")
	v.Bundle = len(d.Photos) > 0 && d.Erased.IsZero()
	if n := len(d.Photos); n > 0 {
		add("photos", pg.T("customer.data.photos", "n", n), "fault", "photos")
	}
	for _, l := range d.Looked {
		v.Looks = append(v.Looks, Look{At: l.At, Who: word(pg, "customer.data.role.", string(l.Role)), What: h.whatLooked(pg, l), Why: h.whyLooked(pg, l)})
	}
	return v
}

func (h *Handler) whatLooked(pg ui.Page, l service.Look) string {
	if l.Field != "" {
		return word(pg, "customer.data.field.", l.Field)
	}
	return word(pg, "customer.data.action.", l.Action)
}

// whyLooked is the reason: of the catalogue's list, or as it was typed.
func (h *Handler) whyLooked(pg ui.Page, l service.Look) string {
	code, words, _ := strings.Cut(l.Reason, ":")
	if h.Catalogue.Has("reveal", code) {
		s := named(h.Catalogue.Lists["reveal"], code, string(pg.P.Lang))
		if words = strings.TrimSpace(words); words != "" {
			s += " · " + words
		}
		return s
	}
	return word(pg, "customer.data.reason.", l.Reason)
}

func paperLinks(c call, st service.Status, visit *service.VisitView) []PaperLink {
	out := []PaperLink{{c.pg.T("customer.receipt.print"), c.base + "/paper/receipt"}}
	if visit != nil && visit.Quote != nil && visit.Quote.State == service.QuoteAnswered {
		out = append(out, PaperLink{c.pg.T("customer.paper.print_quote"), c.base + "/paper/quote"})
	}
	for i := range st.Visits {
		if st.Visits[i].Report != nil {
			return append(out, PaperLink{c.pg.T("customer.paper.print_report"), c.base + "/paper/report"})
		}
	}
	return out
}

// paper draws a paper of the case from the same facts as the page.
func (h *Handler) paper(w http.ResponseWriter, r *http.Request, c call) {
	st, err := h.Service.Status(r.Context(), c.actor, c.actor.Case)
	if err != nil {
		ui.Fail(w, r, c.pg, err)
		return
	}
	kind := r.PathValue("kind")
	c.pg.P.Paper = true
	pg := c.pg
	p := Paper{Base: c.base, Kind: kind, Number: st.Number.String(), Issued: pg.P.Now}
	switch kind {
	case "receipt":
		p.Facts, p.Issued = facts(pg, st), st.Created
	case "quote":
		q := newestQuote(st)
		if q == nil {
			ui.Fail(w, r, pg, casefile.Fail(casefile.NotFound, ""))
			return
		}
		p.Facts, p.Issued = facts(pg, st), q.Created
		p.Tables = []ui.Table{quoteTable(pg, *quoteView(pg, q))}
	case "report":
		visit := newestReport(st)
		if visit == nil {
			ui.Fail(w, r, pg, casefile.Fail(casefile.NotFound, ""))
			return
		}
		v := h.workView(c, visit)
		p.Facts, p.Issued, p.Code = workFacts(pg, v), v.At, v.DocumentCode
		if len(v.Parts) > 0 {
			p.Tables = append(p.Tables, partsTable(pg, v))
		}
		p.Sign, p.SignedNote = true, v.Signed
	default:
		ui.Fail(w, r, pg, casefile.Fail(casefile.NotFound, ""))
		return
	}
	p.Title, p.Notes = pg.T("customer.paper."+kind), []string{pg.T("customer.paper.note_" + kind)}
	if p.Code != "" {
		p.VerifyURL = h.BaseURL(r) + "/verify?code=" + p.Code
	}
	ui.Render(w, r, http.StatusOK, PaperPage(pg, p))
}

// newestQuote is the newest quote that was not taken back.
func newestQuote(st service.Status) *service.QuoteView {
	for i := range st.Visits {
		if q := st.Visits[i].Quote; q != nil && q.State != service.QuoteWithdrawn {
			return q
		}
	}
	return nil
}

func newestReport(st service.Status) *service.VisitView {
	for i := range st.Visits {
		if st.Visits[i].Report != nil {
			return &st.Visits[i]
		}
	}
	return nil
}

// word is the sentence of a prefix and a code; a code that this version does not know is shown as it is.
func word(pg ui.Page, prefix, code string) string {
	if code == "" || !i18n.Has(prefix+code) {
		return code
	}
	return pg.T(prefix + code)
}
