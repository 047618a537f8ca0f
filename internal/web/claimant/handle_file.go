package claimant

import (
	"context"
	"io"
	"net/http"
	"slices"

	"anxin/internal/casefile"
	"anxin/internal/claim"
	"anxin/internal/party"
	"anxin/internal/web/parties"
	"anxin/internal/web/ui"
	"anxin/internal/web/upload"
)

func (h *Handler) filing() {
	h.handle("GET /s/{token}/claim/new", h.cased(party.FileClaim, h.fileForm))
	h.handle("POST /s/{token}/claim/new", h.cased(party.FileClaim, h.file))
	h.handle("GET /s/{token}/claim/receipt", h.cased(party.ViewClaim, h.receipt))
	up := &upload.Handler{Spool: h.Spool, Owner: caseOwner, Seal: h.seal, MaxBytes: h.MaxBytes, PerSender: h.Max + 3}
	h.handle("POST /s/{token}/claim/uploads", h.cased(party.AttachPhotos, func(w http.ResponseWriter, r *http.Request, c call) { up.Begin(w, withCall(r, c)) }))
	h.handle("/s/{token}/claim/uploads/{upload}", h.cased(party.AttachPhotos, func(w http.ResponseWriter, r *http.Request, c call) { up.Piece(w, withCall(r, c)) }))
}

type callKey struct{}

// withCall carries the buyer to the upload handler.
func withCall(r *http.Request, c call) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), callKey{}, c))
}

// ownerOf names whose file it is that is being sent: of a claim, not of a repair. It is a text, so that it outlives a restart.
func ownerOf(c call) string { return "claim:" + c.actor.Case.String() }

func caseOwner(r *http.Request) (any, string, error) {
	c, ok := r.Context().Value(callKey{}).(call)
	if !ok {
		return nil, "", casefile.Fail(casefile.NotFound, "error.not_found")
	}
	return ownerOf(c), "case:" + c.actor.Case.String(), nil
}

// seal seals a file under the case that it was begun for; another case's link cannot send its last piece.
func (h *Handler) seal(r *http.Request, owner any, body io.Reader) (string, error) {
	c, ok := r.Context().Value(callKey{}).(call)
	if !ok || owner != any(ownerOf(c)) {
		return "", casefile.Fail(casefile.NotFound, "error.not_found")
	}
	id, err := h.Media.Receive(r.Context(), c.actor, c.actor.Case, body)
	return id.String(), err
}

// filePage reads what a claim needs; while one is under way it leads to its page and answers false.
func (h *Handler) filePage(w http.ResponseWriter, r *http.Request, c call) (claim.FilePage, bool) {
	p, err := h.Claims.FilePage(r.Context(), c.actor, c.actor.Case)
	if err != nil {
		ui.Fail(w, r, c.pg, err)
		return p, false
	}
	if !p.Open {
		http.Redirect(w, r, c.base, http.StatusSeeOther)
		return p, false
	}
	return p, true
}

func (h *Handler) fileForm(w http.ResponseWriter, r *http.Request, c call) {
	p, ok := h.filePage(w, r, c)
	if !ok {
		return
	}
	v := h.fileView(c, p, FileValues{Key: h.token()})
	v.Fresh = true
	ui.Render(w, r, http.StatusOK, FilePage(c.pg, v))
}

func (h *Handler) fileView(c call, p claim.FilePage, values FileValues) FileView {
	v := FileView{Base: c.base, Number: p.Number.String(), Order: parties.OrderFacts(c.pg.P, p.Order, false), Paid: parties.Money(c.pg.P, p.Order.Paid), V: values,
		Wishes: parties.RemedyChoices(c.pg.P, p.Wishes, values.Wish), Upload: c.base + "/uploads", Max: h.Max, MaxBytes: h.MaxBytes}
	for _, code := range p.Reasons {
		v.Reasons = append(v.Reasons, Reason{Value: code, Text: parties.Word(c.pg.P, "reason", code), On: code == values.Reason, Shots: parties.ShotWords(c.pg.P, p.Needs[code])})
	}
	return v
}

// fileFields are the inputs of the form that an error can point to.
var fileFields = []string{"reason", "story", "wish", "amount", "declared", "tool", "media"}

// file takes the form twice: first to look at it again, then to send it. "edit" leads back to the form with everything still there.
func (h *Handler) file(w http.ResponseWriter, r *http.Request, c call) {
	p, ok := h.filePage(w, r, c)
	if !ok {
		return
	}
	sent, err := h.reader(c).Read(r, c.pg)
	if err != nil {
		ui.Fail(w, r, c.pg, err)
		return
	}
	v := valuesOf(sent)
	if v.Key == "" {
		v.Key = h.token()
	}
	cmd, form := fileCommand(c, p, v)
	if sent.Problem != "" {
		form.Add("media", sent.Problem)
	}
	again := func(status int) {
		c.pg.Failed = form.Failed()
		view := h.fileView(c, p, v)
		view.Form = form
		ui.Render(w, r, status, FilePage(c.pg, view))
	}
	switch act := sent.Get("act"); {
	case act == "edit":
		form = ui.Form{}
		again(http.StatusOK)
		return
	case form.Failed():
		again(http.StatusUnprocessableEntity)
		return
	case act != "send":
		ui.Render(w, r, http.StatusOK, CheckPage(c.pg, h.checkView(c, p, v, cmd)))
		return
	}
	_, err = h.Claims.File(r.Context(), c.actor, cmd)
	switch {
	case err == nil, casefile.IsRepeated(err):
		http.Redirect(w, r, c.base+"/receipt", http.StatusSeeOther)
	case casefile.Is(err, casefile.Conflict):
		http.Redirect(w, r, c.base+"?ok=changed", http.StatusSeeOther)
	case casefile.Is(err, casefile.Invalid):
		form = parties.FormOf(c.pg, err, fileFields...)
		again(http.StatusUnprocessableEntity)
	case casefile.Is(err, casefile.Limited), casefile.Is(err, casefile.Unavailable):
		// Nothing is lost: the same page again, with what is wrong and everything that was written.
		view := h.checkView(c, p, v, cmd)
		view.Form.Add("", ui.ErrorText(c.pg.P, err))
		c.pg.Failed = true
		w.Header().Set("Retry-After", "10")
		ui.Render(w, r, ui.StatusOf(err), CheckPage(c.pg, view))
	default:
		ui.Fail(w, r, c.pg, err)
	}
}

func valuesOf(s parties.Sent) FileValues {
	return FileValues{Key: ui.Clip(s.Get("key"), 64), Reason: ui.Clip(s.Get("reason"), 40), Story: s.Get("story"), Wish: ui.Clip(s.Get("wish"), 40), Amount: ui.Clip(s.Get("amount"), 40),
		Declared: ui.Clip(s.Get("declared"), 20), Tool: ui.Clip(s.Get("tool"), 400), Unable: s.Get("unable") != "", Media: s.Media}
}

// fileCommand builds the claim and notes what is missing: the same that the domain would say, at once and for the whole form.
func fileCommand(c call, p claim.FilePage, v FileValues) (claim.File, ui.Form) {
	cmd := claim.File{Key: v.Key, Case: c.actor.Case, Reason: v.Reason, Story: v.Story, Wish: claim.Remedy(v.Wish), Declared: claim.Declared(v.Declared), Tool: v.Tool, Unable: v.Unable,
		Lang: string(c.pg.P.Lang)}
	for _, m := range v.Media {
		if id, err := casefile.ParseID(m.Token); err == nil {
			cmd.Media = append(cmd.Media, id)
		}
	}
	var f ui.Form
	if !slices.Contains(p.Reasons, v.Reason) {
		f.Add("reason", c.pg.T("parties.error.reason"))
	}
	if v.Story == "" {
		f.Add("story", c.pg.T("parties.error.story"))
	}
	if !slices.Contains(p.Wishes, cmd.Wish) {
		f.Add("wish", c.pg.T("parties.error.wish"))
	}
	if cmd.Wish == claim.Partial {
		fen, ok := parties.ParseMoney(v.Amount)
		switch {
		case !ok:
			f.Add("amount", c.pg.T("parties.error.amount"))
		case p.Order.Paid > 0 && fen > p.Order.Paid:
			f.Add("amount", c.pg.T("parties.error.amount_most", "paid", parties.Money(c.pg.P, p.Order.Paid)))
		}
		cmd.Amount = fen
	}
	switch {
	case len(cmd.Media) > 0 && v.Declared == "":
		f.Add("declared", c.pg.T("parties.error.declared"))
	case len(cmd.Media) == 0:
		cmd.Declared, cmd.Tool = "", ""
	}
	if cmd.Declared == claim.DeclaredNone {
		cmd.Tool = ""
	}
	return cmd, f
}

func (h *Handler) checkView(c call, p claim.FilePage, v FileValues, cmd claim.File) CheckView {
	pr := c.pg.P
	out := CheckView{Base: c.base, Number: p.Number.String(), Order: parties.OrderFacts(pr, p.Order, false), Story: v.Story, V: v}
	add := func(key, text string) {
		if text != "" {
			out.Facts = append(out.Facts, ui.Pair{Key: c.pg.T(key), Text: text})
		}
	}
	add("claimant.status.reason", parties.Word(pr, "reason", v.Reason))
	wish := parties.Word(pr, "remedy", v.Wish)
	if cmd.Wish == claim.Partial {
		wish += " " + parties.Money(pr, cmd.Amount)
	}
	add("claimant.status.wish", wish)
	if len(cmd.Media) > 0 {
		add("parties.declared_legend", c.pg.T("parties.declared."+v.Declared))
		add("claimant.file.tool", cmd.Tool)
	}
	if v.Unable {
		add("claimant.check.pictures", c.pg.T("claimant.check.unable"))
	}
	s := parties.Shower{P: pr, Side: claim.BuyerSide, Base: c.base + "/media"}
	for _, id := range cmd.Media {
		out.Tiles = append(out.Tiles, s.Media([]claim.MediaView{{Item: id, Side: claim.BuyerSide, Declared: cmd.Declared}})...)
	}
	if !v.Unable {
		out.Missing = parties.ShotWords(pr, p.Needs[v.Reason])
	}
	return out
}

// receipt says that the claim is in. The page can be looked at again.
func (h *Handler) receipt(w http.ResponseWriter, r *http.Request, c call) {
	st, err := h.Claims.Status(r.Context(), c.actor, c.actor.Case)
	if casefile.Is(err, casefile.NotFound) {
		http.Redirect(w, r, c.base+"/new", http.StatusSeeOther)
		return
	}
	if err != nil {
		ui.Fail(w, r, c.pg, err)
		return
	}
	v := ReceiptView{Number: st.Number.String(), Status: c.base, Link: h.BaseURL(r) + c.base, Filed: st.Filed, Missing: st.State == claim.BuyerEvidence}
	for _, s := range st.Mine {
		if s.Kind == "story" {
			v.Media = len(s.Media)
		}
	}
	if st.Next.Party == "merchant" {
		v.AnswerBy = st.Next.Due
	}
	ui.Render(w, r, http.StatusOK, ReceiptPage(c.pg, v))
}
