package customer

import (
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"

	"anxin/internal/casefile"
	"anxin/internal/party"
	"anxin/internal/service"
	"anxin/internal/web/ui"
	"anxin/internal/web/upload"
)

func (h *Handler) reporting() {
	h.handle("GET /report", h.reportForm)
	h.handle("POST /report", h.report)
	h.handle("POST /report/place", h.place)
	up := &upload.Handler{Spool: h.Spool, Owner: h.draftOwner, Seal: h.sealDraft, MaxBytes: h.MaxPhotoBytes, PerSender: h.MaxPhotos + 3}
	h.handle("POST /report/photos", up.Begin)
	h.handle("/report/photos/{upload}", up.Piece)
}

// frame fills what the form needs beside the values.
func (h *Handler) frame(pg ui.Page, v ReportValues) ReportView {
	first, last := wishRange(pg.P.Now)
	return ReportView{
		V: v, Products: h.products(pg, v.Product), Faults: h.faults(pg, v.Fault), Wishes: wishes(pg.P.Now), Earliest: first, Latest: last,
		UploadURL: "/report/photos", Max: h.MaxPhotos, MaxBytes: h.MaxPhotoBytes,
	}
}

func (h *Handler) products(pg ui.Page, on string) []ui.Choice {
	out := []ui.Choice{{Value: "", Text: pg.T("customer.report.product_none")}}
	for i := range h.Catalogue.Products {
		p := &h.Catalogue.Products[i]
		out = append(out, ui.Choice{Value: p.Code, Text: p.In(string(pg.P.Lang)), On: p.Code == on})
	}
	return out
}

// faults groups what can be wrong, or is to be done, by product and by kind. A value is "<product or kind>/<code>"; the script shows the fitting group only.
func (h *Handler) faults(pg ui.Page, on string) []FaultGroup {
	lang := string(pg.P.Lang)
	var out []FaultGroup
	for i := range h.Catalogue.Products {
		p := &h.Catalogue.Products[i]
		g := FaultGroup{Kind: string(service.Repair), Product: p.Code, Name: p.In(lang)}
		for _, f := range p.Faults {
			v := p.Code + "/" + f.Code
			g.Items = append(g.Items, ui.Choice{Value: v, Text: f.In(lang), On: v == on})
		}
		out = append(out, g)
	}
	for _, k := range h.Catalogue.Kinds {
		if k.Reserved || len(k.Tasks) == 0 {
			continue
		}
		g := FaultGroup{Kind: k.Code, Name: k.In(lang)}
		for _, f := range k.Tasks {
			v := k.Code + "/" + f.Code
			g.Items = append(g.Items, ui.Choice{Value: v, Text: f.In(lang), On: v == on})
		}
		out = append(out, g)
	}
	return out
}

// faultCode is the fault that fits kind and product; one that does not fit (chosen before the product was changed) is "other".
func (h *Handler) faultCode(kind, product, value string) string {
	for _, f := range h.Catalogue.Faults(kind, product) {
		if f.Code != "other" && (value == product+"/"+f.Code || value == kind+"/"+f.Code) {
			return f.Code
		}
	}
	return "other"
}

func (h *Handler) reportForm(w http.ResponseWriter, r *http.Request) {
	pg := h.Site.NewPage(r)
	pg.Public = true
	_, draft, err := h.Service.NewDraft(r.Context(), h.Tenant)
	if err != nil {
		ui.Fail(w, r, pg, err)
		return
	}
	v := ReportValues{Draft: draft, Wish: WishSoon}
	if k := r.URL.Query().Get("kind"); len(k) <= 20 {
		v.Kind = k
	}
	ui.Render(w, r, http.StatusOK, ReportPage(pg, h.frame(pg, v)))
}

// place answers the panel "is this right?" for the script. The address is in the body: it must not be in a URL.
func (h *Handler) place(w http.ResponseWriter, r *http.Request) {
	pg := h.Site.NewPage(r)
	if h.limited(w, r, pg, party.LimitLookup) || !h.form(w, r, pg) {
		return
	}
	v := h.placeView(r.Context(), field(r, "address"), "")
	ui.Render(w, r, http.StatusOK, PlacePanel(pg, v))
}

// placeView is what an address is understood as; nil for an empty one. chosen marks the candidate that was tapped before.
func (h *Handler) placeView(_ context.Context, address, chosen string) *PlaceView {
	if address == "" {
		return nil
	}
	return placeOf(h.Service.ResolveAddress(address), chosen)
}

// regionOf lets a chosen division through only if the address, as it is now, may mean it: somebody who changes the address and submits before the
// panel has followed must not confirm the old place.
func (h *Handler) regionOf(address, region string) string {
	if region == "" {
		return ""
	}
	r := h.Service.ResolveAddress(address)
	if r.Code == region {
		return region
	}
	for _, c := range r.Candidates {
		if c.Code == region {
			return region
		}
	}
	return ""
}

// maxParts and maxValue bound the multipart form.
const (
	maxParts = 80
	maxValue = 16 << 10
)

// report accepts a report: 303 to the receipt when it is durable, the same form with its errors otherwise.
func (h *Handler) report(w http.ResponseWriter, r *http.Request) {
	pg := h.Site.NewPage(r)
	if err := h.Limits.Check(party.LimitReport, h.Address(r).String()); err != nil {
		ui.Fail(w, r, pg, err)
		return
	}
	v, form, err := h.readReport(w, r, pg)
	if err != nil {
		ui.Fail(w, r, pg, err)
		return
	}
	if err := h.Gate.Check(r.Context(), h.visitor(pg), party.Report, party.OfTenant(h.Tenant)); err != nil {
		ui.Fail(w, r, pg, err)
		return
	}
	cmd := h.command(pg, &v, &form)
	if form.Failed() {
		h.again(w, r, pg, v, form, http.StatusUnprocessableEntity)
		return
	}
	rc, err := h.Service.Report(r.Context(), h.visitor(pg), cmd)
	if err != nil {
		form = h.reportFailed(r.Context(), pg, &v, err)
		h.again(w, r, pg, v, form, ui.StatusOf(err))
		return
	}
	http.Redirect(w, r, "/s/"+rc.Link+"/receipt", http.StatusSeeOther)
}

// again shows the form with everything that was written.
func (h *Handler) again(w http.ResponseWriter, r *http.Request, pg ui.Page, v ReportValues, form ui.Form, status int) {
	pg.Failed = true
	view := h.frame(pg, v)
	view.Form = form
	view.Place = h.placeView(r.Context(), v.Address, v.Region)
	if status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", "10")
	}
	ui.Render(w, r, status, ReportPage(pg, view))
}

// reportFailed says what is wrong. A draft that has become stale, or was used up by an earlier report, is replaced by a new one.
func (h *Handler) reportFailed(ctx context.Context, pg ui.Page, v *ReportValues, err error) ui.Form {
	var e *casefile.Error
	errors.As(err, &e)
	stale := casefile.Is(err, casefile.Conflict)
	if e != nil {
		for _, f := range e.Fields {
			stale = stale || f.Field == "draft" || f.Field == "key"
		}
	}
	if !stale {
		if casefile.Is(err, casefile.Invalid) {
			return formOf(pg, "report", err)
		}
		var f ui.Form
		f.Add("", ui.ErrorText(pg.P, err))
		return f
	}
	var f ui.Form
	if _, draft, derr := h.Service.NewDraft(ctx, h.Tenant); derr == nil {
		v.Draft = draft
	}
	if casefile.Is(err, casefile.Conflict) {
		f.Add("", pg.T("customer.report.error.again"))
	} else {
		f.Add("", pg.T("customer.report.error.stale"))
	}
	if len(v.Photos) > 0 {
		v.Photos = nil // they are sealed under the draft that is gone
		f.Add("photos", pg.T("customer.report.error.photos"))
	}
	return f
}

// command builds the report from the values and notes what cannot be read.
func (h *Handler) command(pg ui.Page, v *ReportValues, form *ui.Form) service.Report {
	cmd := service.Report{
		Key: v.Draft, Kind: service.Kind(v.Kind), Product: v.Product, Fault: h.faultCode(v.Kind, v.Product, v.Fault), Words: v.Words,
		Name: v.Name, Phone: v.Phone, Address: v.Address, Region: h.regionOf(v.Address, v.Region), Lang: string(pg.P.Lang),
	}
	if len(v.Photos) > 0 {
		d, err := h.Service.ParseDraft(h.Tenant, v.Draft)
		if err != nil {
			*form = h.reportFailed(context.Background(), pg, v, err)
			return cmd
		}
		cmd.Draft = d
	}
	for _, p := range v.Photos {
		id, err := casefile.ParseID(p.Token)
		if err != nil {
			form.Add("photos", pg.T("customer.report.error.photos"))
			continue
		}
		cmd.Photos = append(cmd.Photos, id)
	}
	from, to, soon, ok := parseWish(v.Wish, v.WishDate, v.WishPart)
	if !ok {
		form.Add("wish_date", pg.T("customer.report.error.wish_date"))
	}
	cmd.WishedFrom, cmd.WishedTo = from, to
	switch {
	case v.Danger != "":
		cmd.Urgency = service.Emergency
	case soon:
		cmd.Urgency = service.Express
	case from.IsZero():
		cmd.Urgency = service.Flexible
	default:
		cmd.Urgency = service.Booked
	}
	return cmd
}

// readReport reads the form, as a stream when it brings photos: each goes into the vault as it arrives, nothing is kept in between. An error is one
// that the form cannot be shown with (not a form, too large).
func (h *Handler) readReport(w http.ResponseWriter, r *http.Request, pg ui.Page) (ReportValues, ui.Form, error) {
	var v ReportValues
	var form ui.Form
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "multipart/form-data" {
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		if err := r.ParseForm(); err != nil {
			return v, form, casefile.Failf(casefile.TooLarge, "", "form: %w", err)
		}
		for name, values := range r.PostForm {
			for _, value := range values {
				v.set(name, value)
			}
		}
		return v, form, nil
	}
	r.Body = http.MaxBytesReader(w, r.Body, int64(h.MaxPhotos)*h.MaxPhotoBytes+(1<<20))
	mr, err := r.MultipartReader()
	if err != nil {
		return v, form, casefile.Failf(casefile.Invalid, "", "multipart: %w", err)
	}
	for n := 0; ; n++ {
		part, err := mr.NextPart()
		if errors.Is(err, io.EOF) {
			return v, form, nil
		}
		if err != nil || n == maxParts {
			return v, form, casefile.Failf(casefile.TooLarge, "", "multipart, part %d: %v", n, err)
		}
		if part.FormName() == "photos" {
			h.photoPart(r, pg, part, &v, &form)
			continue
		}
		value, err := io.ReadAll(io.LimitReader(part, maxValue))
		if err != nil {
			return v, form, casefile.Failf(casefile.Invalid, "", "multipart: %w", err)
		}
		v.set(part.FormName(), string(value))
	}
}

// photoPart seals one photo that came with the form. What goes wrong is said beside the photos; the rest of the form is read on.
func (h *Handler) photoPart(r *http.Request, pg ui.Page, part *multipart.Part, v *ReportValues, form *ui.Form) {
	name := part.FileName()
	if name == "" || form.For("photos") != "" {
		return // an empty file input, or one complaint is enough
	}
	if len(v.Photos) >= h.MaxPhotos {
		form.Add("photos", pg.T("ui.upload_too_many", "n", h.MaxPhotos))
		return
	}
	d, err := h.Service.ParseDraft(h.Tenant, v.Draft)
	if err == nil {
		err = h.Limits.Check(party.LimitUpload, h.Address(r).String())
	}
	if err == nil {
		err = h.Service.EnsureDraft(r.Context(), h.Tenant, d)
	}
	var id casefile.ID
	counted := &counter{r: io.LimitReader(part, h.MaxPhotoBytes+1)}
	if err == nil {
		id, err = h.Photos.Receive(r.Context(), h.visitor(pg), Incoming{Draft: d, Kind: "report_photo"}, counted)
	}
	if err != nil {
		form.Add("photos", photoError(pg, h.MaxPhotoBytes, err))
		return
	}
	v.Photos = append(v.Photos, ui.UploadedPhoto{Token: id.String(), Name: shortName(name), Bytes: counted.n})
}

// photoError says why a photo was not taken.
func photoError(pg ui.Page, most int64, err error) string {
	switch casefile.CategoryOf(err) {
	case casefile.TooLarge:
		return pg.T("ui.upload_too_big", "size", pg.P.Bytes(most))
	case casefile.Invalid:
		return pg.T("ui.upload_refused")
	}
	return pg.T("customer.report.error.photos")
}

// counter counts what is read.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += int64(n)
	return n, err
}

// shortName is a file name fit to be shown again to the person who chose it.
func shortName(s string) string {
	r := []rune(s)
	if len(r) > 40 {
		r = append(r[:36], append([]rune("…"), r[len(r)-4:]...)...)
	}
	return string(r)
}

// set takes one input of the form. Photos that were sent ahead come as pairs "photos_token"; their names are not needed again.
func (v *ReportValues) set(name, value string) {
	switch name {
	case "kind":
		v.Kind = ui.Clip(value, 20)
	case "product":
		v.Product = ui.Clip(value, 40)
	case "fault":
		v.Fault = ui.Clip(value, 80)
	case "words":
		v.Words = value
	case "danger":
		v.Danger = ui.Clip(value, 20)
	case "address":
		v.Address = value
	case "region":
		v.Region = ui.Clip(value, 12)
	case "name":
		v.Name = value
	case "phone":
		v.Phone = ui.Clip(value, 64)
	case "wish":
		v.Wish = ui.Clip(value, 40)
	case "wish_date":
		v.WishDate = ui.Clip(value, 10)
	case "wish_part":
		v.WishPart = ui.Clip(value, 10)
	case "draft":
		v.Draft = ui.Clip(value, 200)
	case "photos_token":
		if len(v.Photos) < 20 {
			v.Photos = append(v.Photos, ui.UploadedPhoto{Token: ui.Clip(value, 36), Name: "#" + strconv.Itoa(len(v.Photos)+1)})
		}
	}
}

// draftOwner lets photos be sent ahead under a genuine draft. The draft's token is the owner: it outlives a restart of the server.
func (h *Handler) draftOwner(r *http.Request) (any, string, error) {
	token := ui.Clip(r.PostForm.Get("draft"), 200)
	d, err := h.Service.ParseDraft(h.Tenant, token)
	if err != nil {
		return nil, "", err
	}
	if err := h.Limits.Check(party.LimitUpload, h.Address(r).String()); err != nil {
		return nil, "", err
	}
	return token, "draft:" + d.Case.String(), h.Service.EnsureDraft(r.Context(), h.Tenant, d)
}

func (h *Handler) sealDraft(r *http.Request, owner any, body io.Reader) (string, error) {
	token, _ := owner.(string)
	d, err := h.Service.ParseDraft(h.Tenant, token)
	if err != nil {
		return "", err
	}
	id, err := h.Photos.Receive(r.Context(), h.visitor(h.Site.NewPage(r)), Incoming{Draft: d, Kind: "report_photo"}, body)
	return id.String(), err
}
