package customer

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/party"
	"anxin/internal/service"
	"anxin/internal/web/ui"
)

func (h *Handler) private() {
	h.handle("GET /s/{token}", h.cased(party.ViewStatus, h.status))
	h.handle("GET /s/{token}/receipt", h.cased(party.ViewStatus, h.receipt))
	h.handle("GET /s/{token}/events", h.cased(party.ViewStatus, h.events))
	h.handle("GET /s/{token}/paper/{kind}", h.cased(party.ViewStatus, h.paper))
	h.handle("GET /s/{token}/photo/{item}", h.cased(party.ViewEvidence, h.photo))
	h.handle("GET /s/{token}/verify", h.cased(party.ViewStatus, func(w http.ResponseWriter, r *http.Request, c call) {
		v := VerifyView{Hotlines: c.pg.Site.Brand.Hotlines, Typed: ui.Clip(r.URL.Query().Get("code"), 64), Base: c.base}
		h.verifyFor(w, r, c.pg, c.actor, v)
	}))
	h.acts()
	h.changes()
}

// show draws the status page; change adds what the last try left (errors of a form).
func (h *Handler) show(w http.ResponseWriter, r *http.Request, c call, status int, change func(*StatusView)) {
	st, err := h.Service.Status(r.Context(), c.actor, c.actor.Case)
	if casefile.Is(err, casefile.NotFound) {
		// The case of an order has no request of the service half: its link leads to the claim, or to the form of one.
		http.Redirect(w, r, c.base+"/claim", http.StatusSeeOther)
		return
	}
	if err != nil {
		ui.Fail(w, r, c.pg, err)
		return
	}
	v := h.statusView(c, st)
	if h.Claim(r.Context(), c.actor) {
		v.Claim = c.base + "/claim"
	}
	if change != nil {
		change(&v)
		c.pg.Failed = true
	}
	pg := withToast(r, c.pg)
	// Without scripts the page reads itself again, but never under somebody's hands: not while it shows a form to fill in.
	if v.Open && v.Sign == nil && (v.Quote == nil || !v.Quote.Open) && (v.Place == nil || v.Place.Confirmed) && change == nil {
		pg.Refresh = 60
	}
	ui.Render(w, r, status, StatusPage(pg, v))
}

func (h *Handler) status(w http.ResponseWriter, r *http.Request, c call) {
	h.show(w, r, c, http.StatusOK, nil)
}

func (h *Handler) receipt(w http.ResponseWriter, r *http.Request, c call) {
	st, err := h.Service.Status(r.Context(), c.actor, c.actor.Case)
	if err != nil {
		ui.Fail(w, r, c.pg, err)
		return
	}
	v := ReceiptView{
		Number: st.Number.String(), Status: c.base, Link: h.BaseURL(r) + c.base, Received: st.Created, Place: placeOf(st.Request.Region, ""),
		WishFrom: st.Request.WishedFrom, WishTo: st.Request.WishedTo, Emergency: st.Request.Urgency == service.Emergency,
		Safety: line(c.pg, st.Safety), Idem: h.token(), Photos: len(st.Photos), Paper: c.base + "/paper/receipt",
	}
	if v.Place != nil {
		v.Place.Covered = st.Request.Covered
	}
	for _, k := range st.Clocks {
		if k.Kind == "assign" && k.Stopped.IsZero() && !k.Paused {
			v.AssignBy = k.Due
		}
	}
	ui.Render(w, r, http.StatusOK, ReceiptPage(c.pg, v))
}

// How often a stream shows that it lives, and how long it lasts: the browser comes back by itself, and its link is checked again.
const (
	beat      = 25 * time.Second
	streamFor = 15 * time.Minute
)

// events tells the page that something happened. It carries sequence numbers only; the page is read again by the same link.
func (h *Handler) events(w http.ResponseWriter, r *http.Request, c call) {
	after, err := strconv.ParseInt(r.URL.Query().Get("after"), 10, 64)
	if err != nil || after < 0 {
		after = 0
	}
	news, cancel := h.Live.Subscribe(c.actor.Tenant, c.actor.Case)
	defer cancel()
	// What happened between drawing the page and this moment.
	st, err := h.Service.Status(r.Context(), c.actor, c.actor.Case)
	if err != nil {
		ui.Fail(w, r, c.pg, err)
		return
	}
	head := w.Header()
	head.Set("Content-Type", "text/event-stream")
	head.Set("Cache-Control", "no-store")
	head.Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK)
	out := http.NewResponseController(w)
	say := func(format string, args ...any) bool {
		_, err := fmt.Fprintf(w, format, args...)
		return err == nil && out.Flush() == nil
	}
	if !say("retry: 3000\n\n") || st.Seq > after && !say("event: seq\ndata: %d\n\n", st.Seq) {
		return
	}
	tick := time.NewTicker(beat)
	defer tick.Stop()
	end := time.NewTimer(streamFor)
	defer end.Stop()
	for {
		select {
		case <-r.Context().Done():
			return
		case <-end.C:
			return
		case <-tick.C:
			if !say(": still here\n\n") {
				return
			}
		case seq := <-news:
			if !say("event: seq\ndata: %d\n\n", seq) {
				return
			}
		}
	}
}

func (h *Handler) photo(w http.ResponseWriter, r *http.Request, c call) {
	id, err := casefile.ParseID(r.PathValue("item"))
	if err != nil {
		ui.Fail(w, r, c.pg, casefile.Fail(casefile.NotFound, ""))
		return
	}
	p, err := h.Photos.Show(r.Context(), c.actor, c.actor.Case, id, r.URL.Query().Get("small") == "1")
	var e *casefile.Error
	if errors.As(err, &e) && e.Key == noCopy {
		// It is sealed and safe, but of a kind that cannot be shown here: a quiet tile instead of a broken picture.
		http.Redirect(w, r, h.Site.Assets.Path("nophoto.svg"), http.StatusFound)
		return
	}
	if err != nil {
		ui.Fail(w, r, c.pg, err)
		return
	}
	head := w.Header()
	head.Set("Content-Type", p.Type)
	head.Set("Content-Length", strconv.Itoa(len(p.Bytes)))
	head.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Cache-Control", "private, max-age=600")
	_, _ = w.Write(p.Bytes)
}

// acts are the forms on the status page itself.
func (h *Handler) acts() {
	h.handle("POST /s/{token}/quote", h.cased(party.AnswerQuote, h.answerQuote))
	h.handle("POST /s/{token}/sign", h.cased(party.Sign, h.sign))
	h.handle("POST /s/{token}/arrived", h.cased(party.ArriveByCustomer, h.arrived))
	h.handle("POST /s/{token}/rate", h.cased(party.Rate, h.rate))
}

// answerQuote takes an answer for every line that costs something. The lines come from the quote, not from the form.
func (h *Handler) answerQuote(w http.ResponseWriter, r *http.Request, c call) {
	if !h.form(w, r, c.pg) {
		return
	}
	st, err := h.Service.Status(r.Context(), c.actor, c.actor.Case)
	if err != nil {
		ui.Fail(w, r, c.pg, err)
		return
	}
	q := openQuote(st)
	if q == nil || q.ID.String() != field(r, "quote") {
		h.settled(w, r, c, "quote", casefile.Fail(casefile.Conflict, ""))
		return
	}
	cmd := service.AnswerQuote{Case: c.actor.Case, Quote: q.ID}
	all := field(r, "all") == "approved"
	var form ui.Form
	chosen := map[int]string{}
	for _, l := range q.Lines {
		if l.Answer != "open" {
			continue
		}
		name := lineName(QuoteLine{N: l.Line})
		answer := field(r, name)
		if all {
			answer = "approved"
		}
		switch answer {
		case "approved", "refused":
			chosen[l.Line] = answer
			cmd.Answers = append(cmd.Answers, service.LineAnswer{Line: l.Line, Approve: answer == "approved"})
		default:
			form.Add(name, c.pg.T("customer.quote.error.line_of", "item", l.Name.In(c.actor.Lang)))
		}
	}
	if !form.Failed() {
		_, err = h.Service.AnswerQuote(h.once(r.Context(), r, c, "quote"), c.actor, cmd)
		if !h.settled(w, r, c, "quote", err) {
			return
		}
		form = formOf(c.pg, "quote", err)
	}
	h.show(w, r, c, http.StatusUnprocessableEntity, func(v *StatusView) {
		if v.Quote == nil {
			return
		}
		v.Quote.Form = form
		for i := range v.Quote.Lines {
			if a := chosen[v.Quote.Lines[i].N]; a != "" {
				v.Quote.Lines[i].Answer = a
			}
		}
	})
}

// sign acknowledges the report of work. A drawing, when there is one, is sealed; without it the link and the ticked box are the signature.
func (h *Handler) sign(w http.ResponseWriter, r *http.Request, c call) {
	r.Body = http.MaxBytesReader(w, r.Body, maxDrawing*2)
	if err := r.ParseForm(); err != nil {
		ui.Fail(w, r, c.pg, casefile.Failf(casefile.TooLarge, "", "form: %w", err))
		return
	}
	fail := func(form ui.Form) {
		h.show(w, r, c, http.StatusUnprocessableEntity, func(v *StatusView) {
			if v.Sign != nil {
				v.Sign.Form = form
			}
		})
	}
	var form ui.Form
	if field(r, "agree") != "1" {
		form.Add("agree", c.pg.T("customer.sign.error.agree"))
		fail(form)
		return
	}
	visit, err := casefile.ParseID(field(r, "visit"))
	if err != nil {
		h.settled(w, r, c, "sign", casefile.Fail(casefile.Conflict, ""))
		return
	}
	cmd := service.Sign{Case: c.actor.Case, Visit: visit}
	if d := r.PostForm.Get("drawing"); d != "" {
		png, err := drawing(d)
		if err == nil {
			cmd.Item, err = h.Photos.Receive(r.Context(), c.actor, Incoming{Case: c.actor.Case, Kind: "signature"}, png)
		}
		if err != nil && !casefile.Is(err, casefile.Invalid) {
			ui.Fail(w, r, c.pg, err)
			return
		}
		// A drawing that cannot be read is left out: the ticked box stands.
	}
	_, err = h.Service.Sign(h.once(r.Context(), r, c, "sign"), c.actor, cmd)
	if h.settled(w, r, c, "sign", err) {
		fail(formOf(c.pg, "sign", err))
	}
}

// arrived proves the arrival with the code on the technician's phone.
func (h *Handler) arrived(w http.ResponseWriter, r *http.Request, c call) {
	if !h.form(w, r, c.pg) {
		return
	}
	visit, err := casefile.ParseID(field(r, "visit"))
	if err != nil {
		h.settled(w, r, c, "arrived", casefile.Fail(casefile.Conflict, ""))
		return
	}
	_, err = h.Service.ArriveByCustomer(h.once(r.Context(), r, c, "arrived"), c.actor, service.Door{Case: c.actor.Case, Visit: visit, Code: ui.Clip(field(r, "code"), 20)})
	if h.settled(w, r, c, "arrived", err) {
		form := formOf(c.pg, "arrived", err)
		h.show(w, r, c, http.StatusUnprocessableEntity, func(v *StatusView) {
			if v.Tech != nil {
				v.Tech.Form = form
			}
		})
	}
}

func (h *Handler) rate(w http.ResponseWriter, r *http.Request, c call) {
	if !h.form(w, r, c.pg) {
		return
	}
	words := field(r, "words")
	fail := func(form ui.Form) {
		h.show(w, r, c, http.StatusUnprocessableEntity, func(v *StatusView) {
			if v.Rate != nil {
				v.Rate.Form, v.Rate.Words = form, words
			}
		})
	}
	stars, err := strconv.Atoi(field(r, "stars"))
	if err != nil || stars < 1 || stars > 5 {
		var form ui.Form
		form.Add("stars", c.pg.T("customer.rate.error.stars"))
		fail(form)
		return
	}
	cmd := service.Rate{Case: c.actor.Case, Stars: stars, Words: words}
	if id, err := casefile.ParseID(field(r, "visit")); err == nil {
		cmd.Visit = id
	}
	for _, t := range r.PostForm["tags"] {
		if len(cmd.Tags) < 6 {
			cmd.Tags = append(cmd.Tags, ui.Clip(t, 40))
		}
	}
	_, err = h.Service.Rate(h.once(r.Context(), r, c, "rate"), c.actor, cmd)
	if h.settled(w, r, c, "rate", err) {
		fail(formOf(c.pg, "rate", err))
	}
}

// openQuote is the quote that waits for an answer, or nil.
func openQuote(st service.Status) *service.QuoteView {
	for i := range st.Visits {
		if q := st.Visits[i].Quote; q != nil && q.State == service.QuoteOpen {
			return q
		}
	}
	return nil
}

// noCopy is the key of the vault's error for a picture that has no copy to look at.
const noCopy = "evidence.error.no_copy"

// errNoPicture is the answer to a drawing that is no small PNG.
var errNoPicture = errors.New("not a drawing")
