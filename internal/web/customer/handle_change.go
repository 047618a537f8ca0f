package customer

import (
	"context"
	"io"
	"net/http"

	"anxin/internal/casefile"
	"anxin/internal/party"
	"anxin/internal/service"
	"anxin/internal/service/catalog"
	"anxin/internal/web/ui"
	"anxin/internal/web/upload"
)

// changes are the small pages below the status page.
func (h *Handler) changes() {
	h.handle("GET /s/{token}/place", h.cased(party.ConfirmRegion, h.placeForm))
	h.handle("POST /s/{token}/place", h.cased(party.ConfirmRegion, h.changePlace))
	h.handle("GET /s/{token}/time", h.cased(party.ViewStatus, h.timeForm))
	h.handle("POST /s/{token}/time", h.cased(party.ConfirmRegion, h.changeTime))
	h.handle("GET /s/{token}/photos", h.cased(party.AttachPhotos, h.photosForm))
	h.handle("POST /s/{token}/photos", h.cased(party.AttachPhotos, h.addPhotos))
	h.handle("GET /s/{token}/data", h.cased(party.MyData, h.data))
	h.handle("GET /s/{token}/data/evidence", h.cased(party.MyData, h.bundle))
	h.handle("POST /s/{token}/erase", h.cased(party.Erase, h.erase))
	for _, x := range []reasonPage{
		{"cancel", "cancel", party.Cancel, h.cancel}, {"reopen", "reopen", party.Reopen, h.reopen}, {"refuse", "refuse_sign", party.Sign, h.refuse},
	} {
		h.handle("GET /s/{token}/"+x.name, h.cased(x.action, func(w http.ResponseWriter, r *http.Request, c call) {
			ui.Render(w, r, http.StatusOK, ReasonPage(c.pg, h.reasonPage(r, c, x)))
		}))
		h.handle("POST /s/{token}/"+x.name, h.cased(x.action, func(w http.ResponseWriter, r *http.Request, c call) { h.giveReason(w, r, c, x) }))
	}
	up := &upload.Handler{Spool: h.Spool, Owner: caseOwner, Seal: h.sealCase, MaxBytes: h.MaxPhotoBytes, PerSender: h.MaxPhotos + 3}
	h.handle("POST /s/{token}/uploads", h.cased(party.AttachPhotos, func(w http.ResponseWriter, r *http.Request, c call) { up.Begin(w, withCall(r, c)) }))
	h.handle("/s/{token}/uploads/{upload}", h.cased(party.AttachPhotos, func(w http.ResponseWriter, r *http.Request, c call) { up.Piece(w, withCall(r, c)) }))
}

// reasonPage is one of the pages that ask why before they do it.
type reasonPage struct {
	name   string // of the route and the sentences
	list   string // of the catalogue
	action party.Action
	do     func(ctx context.Context, c call, visit casefile.ID, reason, words string) error
}

func (h *Handler) reasons(lang, list string, not ...string) []ui.Choice {
	var out []ui.Choice
next:
	for _, n := range h.Catalogue.Lists[list] {
		for _, code := range not {
			if n.Code == code {
				continue next
			}
		}
		out = append(out, ui.Choice{Value: n.Code, Text: n.In(lang)})
	}
	return out
}

// deskOnly are reasons that only the desk or the system can give; a customer is not offered them.
var deskOnly = []string{"unreachable", "not_serviceable", "not_present", "no_answer"}

func (h *Handler) reasonPage(r *http.Request, c call, x reasonPage) ReasonView {
	v := reasonView(c.pg, c.base, x.name, "/"+x.name, h.reasons(c.actor.Lang, x.list, deskOnly...))
	v.Idem = h.token()
	if id, err := casefile.ParseID(r.URL.Query().Get("visit")); err == nil {
		v.Visit = id.String()
	}
	return v
}

func (h *Handler) giveReason(w http.ResponseWriter, r *http.Request, c call, x reasonPage) {
	if !h.form(w, r, c.pg) {
		return
	}
	reason, words := ui.Clip(field(r, "reason"), 40), field(r, "words")
	visit, _ := casefile.ParseID(field(r, "visit")) // absent: the domain decides which
	err := x.do(h.once(r.Context(), r, c, x.name), c, visit, reason, words)
	if !h.settled(w, r, c, x.name, err) {
		return
	}
	v := h.reasonPage(r, c, x)
	v.Words, v.Form, v.Visit, v.Idem = words, formOf(c.pg, x.name, err), visit.String(), field(r, "idem")
	for i := range v.Reasons {
		v.Reasons[i].On = v.Reasons[i].Value == reason
	}
	c.pg.Failed = true
	ui.Render(w, r, http.StatusUnprocessableEntity, ReasonPage(c.pg, v))
}

func (h *Handler) cancel(ctx context.Context, c call, _ casefile.ID, reason, words string) error {
	_, err := h.Service.Cancel(ctx, c.actor, service.Cancel{Case: c.actor.Case, Reason: reason, Words: words})
	return err
}

func (h *Handler) reopen(ctx context.Context, c call, _ casefile.ID, reason, words string) error {
	_, err := h.Service.Reopen(ctx, c.actor, service.Reopen{Case: c.actor.Case, Reason: reason, Words: words})
	return err
}

func (h *Handler) refuse(ctx context.Context, c call, visit casefile.ID, reason, _ string) error {
	_, err := h.Service.Sign(ctx, c.actor, service.Sign{Case: c.actor.Case, Visit: visit, Refuse: true, Reason: reason})
	return err
}

func (h *Handler) placeForm(w http.ResponseWriter, r *http.Request, c call) {
	ui.Render(w, r, http.StatusOK, PlacePage(c.pg, PlaceFormView{Base: c.base, Idem: h.token()}))
}

// changePlace confirms the understood place ("yes", "this one"), or takes another address. A place that is not among those offered, and no address: the
// form for the address.
func (h *Handler) changePlace(w http.ResponseWriter, r *http.Request, c call) {
	if !h.form(w, r, c.pg) {
		return
	}
	address, region := field(r, "address"), ui.Clip(field(r, "region"), 12)
	ctx := h.once(r.Context(), r, c, "place")
	ok, err := "place", error(nil)
	switch {
	case address != "":
		ok = "address"
		_, err = h.Service.CorrectAddress(ctx, c.actor, service.CorrectAddress{Case: c.actor.Case, Address: address, Region: h.regionOf(address, region)})
	case region != "":
		_, err = h.Service.ConfirmRegion(ctx, c.actor, service.ConfirmRegion{Case: c.actor.Case, Region: region})
	case r.PostForm.Has("address"):
		err = casefile.InvalidField("address", "service.field.required")
	default:
		http.Redirect(w, r, c.base+"/place", http.StatusSeeOther)
		return
	}
	if !h.settled(w, r, c, ok, err) {
		return
	}
	c.pg.Failed = true
	v := PlaceFormView{Base: c.base, Idem: field(r, "idem"), Form: formOf(c.pg, "report", err), Address: address, Place: h.placeView(ctx, address, region)}
	ui.Render(w, r, http.StatusUnprocessableEntity, PlacePage(c.pg, v))
}

func (h *Handler) reschedule(c call) RescheduleView {
	first, last := wishRange(c.pg.P.Now)
	return RescheduleView{Base: c.base, Idem: h.token(), Wish: WishSoon, Wishes: wishes(c.pg.P.Now), Earliest: first, Latest: last}
}

func (h *Handler) timeForm(w http.ResponseWriter, r *http.Request, c call) {
	ui.Render(w, r, http.StatusOK, ReschedulePage(c.pg, h.reschedule(c)))
}

func (h *Handler) changeTime(w http.ResponseWriter, r *http.Request, c call) {
	if !h.form(w, r, c.pg) {
		return
	}
	v := h.reschedule(c)
	v.Wish, v.Date, v.Part, v.Idem = ui.Clip(field(r, "wish"), 40), ui.Clip(field(r, "wish_date"), 10), ui.Clip(field(r, "wish_part"), 10), field(r, "idem")
	from, to, _, ok := parseWish(v.Wish, v.Date, v.Part)
	if ok {
		_, err := h.Service.Reschedule(h.once(r.Context(), r, c, "time"), c.actor, service.Reschedule{Case: c.actor.Case, From: from, To: to})
		if !h.settled(w, r, c, "time", err) {
			return
		}
		v.Form = formOf(c.pg, "report", err)
	} else {
		v.Form.Add("wish_date", c.pg.T("customer.report.error.wish_date"))
	}
	c.pg.Failed = true
	ui.Render(w, r, http.StatusUnprocessableEntity, ReschedulePage(c.pg, v))
}

func (h *Handler) photosView(c call) PhotosView {
	return PhotosView{Base: c.base, Idem: h.token(), UploadURL: c.base + "/uploads", Max: h.MaxPhotos, MaxBytes: h.MaxPhotoBytes}
}

func (h *Handler) photosForm(w http.ResponseWriter, r *http.Request, c call) {
	v := h.photosView(c)
	if st, err := h.Service.Status(r.Context(), c.actor, c.actor.Case); err == nil {
		v.Have = photos(c, "report", st.Photos)
	}
	ui.Render(w, r, http.StatusOK, PhotosPage(c.pg, v))
}

// addPhotos attaches photos that were sent ahead, and those that come with the form.
func (h *Handler) addPhotos(w http.ResponseWriter, r *http.Request, c call) {
	r.Body = http.MaxBytesReader(w, r.Body, int64(h.MaxPhotos)*h.MaxPhotoBytes+(1<<20))
	v := h.photosView(c)
	ids, err := h.readPhotos(r, c, &v)
	if err != nil {
		ui.Fail(w, r, c.pg, err)
		return
	}
	if len(ids) == 0 && !v.Form.Failed() {
		v.Form.Add("photos", c.pg.T("customer.photos.error.none"))
	}
	if !v.Form.Failed() {
		_, err = h.Service.AttachPhotos(r.Context(), c.actor, service.AttachPhotos{Case: c.actor.Case, Items: ids})
		if !h.settled(w, r, c, "photos", err) {
			return
		}
		v.Form = formOf(c.pg, "report", err)
	}
	c.pg.Failed = true
	ui.Render(w, r, http.StatusUnprocessableEntity, PhotosPage(c.pg, v))
}

func (h *Handler) readPhotos(r *http.Request, c call, v *PhotosView) ([]casefile.ID, error) {
	mr, err := r.MultipartReader()
	if err != nil {
		return nil, casefile.Failf(casefile.Invalid, "", "multipart: %w", err)
	}
	var ids []casefile.ID
	for n := 0; n < maxParts; n++ {
		part, err := mr.NextPart()
		if err == io.EOF {
			return ids, nil
		}
		if err != nil {
			return nil, casefile.Failf(casefile.TooLarge, "", "multipart, part %d: %w", n, err)
		}
		switch name := part.FormName(); {
		case name == "photos_token":
			b, _ := io.ReadAll(io.LimitReader(part, 36))
			if id, err := casefile.ParseID(string(b)); err == nil && len(ids) < h.MaxPhotos {
				ids = append(ids, id)
				v.Done = append(v.Done, ui.UploadedPhoto{Token: id.String(), Name: "#" + itoa(len(ids))})
			}
		case name == "photos" && part.FileName() != "" && v.Form.For("photos") == "":
			if len(ids) >= h.MaxPhotos {
				v.Form.Add("photos", c.pg.T("ui.upload_too_many", "n", h.MaxPhotos))
				continue
			}
			id, err := h.Photos.Receive(r.Context(), c.actor, Incoming{Case: c.actor.Case, Kind: "report_photo"}, io.LimitReader(part, h.MaxPhotoBytes+1))
			if err != nil {
				v.Form.Add("photos", photoError(c.pg, h.MaxPhotoBytes, err))
				continue
			}
			ids = append(ids, id)
			v.Done = append(v.Done, ui.UploadedPhoto{Token: id.String(), Name: shortName(part.FileName())})
		}
	}
	return nil, casefile.Failf(casefile.TooLarge, "", "more than %d parts", maxParts)
}

type callKey struct{}

// withCall carries the customer to the upload handler.
func withCall(r *http.Request, c call) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), callKey{}, c))
}

func caseOwner(r *http.Request) (any, string, error) {
	c, ok := r.Context().Value(callKey{}).(call)
	if !ok {
		return nil, "", casefile.Fail(casefile.NotFound, "")
	}
	return c.actor.Case, "case:" + c.actor.Case.String(), nil
}

// sealCase seals a photo under the case that it was begun for; another case's link cannot send its pieces' end.
func (h *Handler) sealCase(r *http.Request, owner any, body io.Reader) (string, error) {
	c, ok := r.Context().Value(callKey{}).(call)
	if id, is := owner.(casefile.ID); !ok || !is || id != c.actor.Case {
		return "", casefile.Fail(casefile.NotFound, "")
	}
	id, err := h.Photos.Receive(r.Context(), c.actor, Incoming{Case: c.actor.Case, Kind: "report_photo"}, body)
	return id.String(), err
}

func (h *Handler) data(w http.ResponseWriter, r *http.Request, c call) {
	h.showData(w, r, c, http.StatusOK, ui.Form{}, "")
}

func (h *Handler) showData(w http.ResponseWriter, r *http.Request, c call, status int, form ui.Form, typed string) {
	d, err := h.Service.MyData(r.Context(), c.actor, c.actor.Case)
	if err != nil {
		ui.Fail(w, r, c.pg, err)
		return
	}
	v := h.dataView(c, d)
	v.Form, v.Typed = form, typed
	c.pg.Failed = form.Failed()
	ui.Render(w, r, status, DataPage(c.pg, v))
}

// bundle hands out the originals that were sealed, with the proof of when. The head is sent with the first byte, so that an error can still be shown.
func (h *Handler) bundle(w http.ResponseWriter, r *http.Request, c call) {
	d, err := h.Service.MyData(r.Context(), c.actor, c.actor.Case)
	if err != nil {
		ui.Fail(w, r, c.pg, err)
		return
	}
	out := &attachment{w: w, name: "anxin-" + d.Number.String() + ".zip"}
	if err := h.Photos.Bundle(r.Context(), c.actor, c.actor.Case, out); err != nil && !out.begun {
		ui.Fail(w, r, c.pg, err)
	} else if err != nil {
		panic(http.ErrAbortHandler) // half a file must not look like a whole one
	}
}

// attachment is a download that begins with its first byte.
type attachment struct {
	w     http.ResponseWriter
	name  string
	begun bool
}

func (a *attachment) Write(b []byte) (int, error) {
	if !a.begun {
		a.begun = true
		a.w.Header().Set("Content-Type", "application/zip")
		a.w.Header().Set("Content-Disposition", `attachment; filename="`+a.name+`"`)
		a.w.Header().Set("Cache-Control", "no-store")
	}
	return a.w.Write(b)
}

// erase destroys the key of the person's data when the case number is typed.
func (h *Handler) erase(w http.ResponseWriter, r *http.Request, c call) {
	if !h.form(w, r, c.pg) {
		return
	}
	d, err := h.Service.MyData(r.Context(), c.actor, c.actor.Case)
	if err != nil {
		ui.Fail(w, r, c.pg, err)
		return
	}
	typed := ui.Clip(field(r, "number"), 40)
	if n, ok := casefile.ParseNumber(typed); !ok || n != d.Number {
		var form ui.Form
		form.Add("number", c.pg.T("customer.erase.error.number"))
		h.showData(w, r, c, http.StatusUnprocessableEntity, form, typed)
		return
	}
	err = h.Service.Erase(h.once(r.Context(), r, c, "erase"), c.actor, c.actor.Case)
	if err != nil && !casefile.IsRepeated(err) {
		h.settled(w, r, c, "changed", err)
		return
	}
	http.Redirect(w, r, "/erased", http.StatusSeeOther)
}

func named(list []catalog.Named, code, lang string) string {
	return catalog.Name(list, code).In(lang)
}
