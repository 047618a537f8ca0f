package orders

import (
	"errors"
	"io"
	"net/http"
	"strings"

	"anxin/internal/casefile"
	"anxin/internal/order"
	"anxin/internal/web/staff"
	"anxin/internal/web/ui"
)

// kindOf is what a file field of an order's or a listing's page seals.
func kindOf(field string, listing bool) (string, bool) {
	switch {
	case listing && field == "photos":
		return order.CataloguePhoto, true
	case !listing && field == "photos":
		return order.PackingPhoto, true
	case !listing && field == "video":
		return order.PackingVideo, true
	case !listing && field == "chat":
		return order.ChatPhoto, true
	case !listing && field == "chat_video":
		return order.ChatVideo, true
	}
	return "", false
}

// target is what the path of a request seals for.
func target(q *staff.Request) (in order.Incoming, base string, err error) {
	if q.PathValue("listing") != "" {
		in.Listing, err = q.PathID("listing")
		return in, "/listings/" + in.Listing.String(), err
	}
	in.Order, err = q.PathID("order")
	return in, "/orders/" + in.Order.String(), err
}

func (p *Pages) sealForOrder(q *staff.Request) error { return p.seal(q) }

func (p *Pages) sealForListing(q *staff.Request) error { return p.seal(q) }

// seal takes the files of a form that was sent without scripts, each straight into the vault; with scripts they are sealed already and the form only says so.
func (p *Pages) seal(q *staff.Request) error {
	in, base, err := target(q)
	if err != nil {
		return err
	}
	mr, err := q.MultipartReader()
	if errors.Is(err, http.ErrNotMultipart) {
		return q.See(base + "?done=sealed")
	}
	if err != nil {
		return casefile.Fail(casefile.Invalid, "error.invalid")
	}
	given, field := false, "photos" // a file, or one that was sealed as it was chosen; and the field of the form
	for n := 0; n < 200; n++ {
		part, err := mr.NextPart()
		if err == io.EOF {
			if !given {
				return p.redraw(q, in, field, casefile.Fail(casefile.Invalid, "order.field.no_file"))
			}
			return q.See(base + "?done=sealed")
		}
		if err != nil {
			return tooLarge(err)
		}
		if strings.HasSuffix(part.FormName(), "_token") {
			given = true
		}
		kind, ok := kindOf(part.FormName(), !in.Listing.IsNil())
		if ok {
			field = part.FormName()
		}
		if !ok || part.FileName() == "" {
			continue
		}
		in.Kind, given = kind, true
		if _, err := p.Orders.AddReference(q.Context(), q.Actor, in, io.LimitReader(part, p.most(kind)+1)); err != nil {
			return p.redraw(q, in, field, err)
		}
	}
	return casefile.Fail(casefile.TooLarge, "error.too_large")
}

// redraw shows the page again with what is wrong at its field, where the person can do something about it.
func (p *Pages) redraw(q *staff.Request, in order.Incoming, field string, err error) error {
	if !staff.Redraws(err) && !casefile.Is(err, casefile.TooLarge) {
		return err
	}
	var form ui.Form
	for _, x := range ui.FormOf(q.P(), err).Errors {
		form.Add(field, x.Text)
	}
	if !in.Listing.IsNil() {
		return p.showListing(q, in.Listing, form)
	}
	return p.showOrder(q, in.Order, form)
}

func (p *Pages) most(kind string) int64 {
	switch kind {
	case order.PackingVideo:
		return p.MaxVideo
	case order.ChatVideo:
		return p.MaxChat
	}
	return p.MaxPhoto
}

func tooLarge(err error) error {
	var big *http.MaxBytesError
	if errors.As(err, &big) {
		return casefile.Fail(casefile.TooLarge, "error.too_large")
	}
	// The connection broke in the middle: what arrived is sealed, the form will be sent again.
	return casefile.Fail(casefile.Invalid, "error.invalid")
}

// uploads receives files in pieces; the last piece seals it.
func (p *Pages) uploads(q *staff.Request) (staff.Uploads, error) {
	in, base, err := target(q)
	if err != nil {
		return staff.Uploads{}, err
	}
	kind, ok := kindOf(q.PathValue("field"), !in.Listing.IsNil())
	if !ok || p.Spool == nil {
		return staff.Uploads{}, casefile.Fail(casefile.NotFound, "error.not_found")
	}
	in.Kind = kind
	return staff.Uploads{Spool: p.Spool, MaxBytes: p.most(kind), Max: maxFiles, Of: base + "/" + kind,
		Seal: func(r *http.Request, body io.Reader) (string, error) {
			ref, err := p.Orders.AddReference(r.Context(), q.Actor, in, body)
			return ref.Item.String(), err
		}}, nil
}

func (p *Pages) beginUpload(q *staff.Request) error {
	u, err := p.uploads(q)
	if err != nil {
		return err
	}
	return u.Begin(q)
}

func (p *Pages) uploadPiece(q *staff.Request) error {
	u, err := p.uploads(q)
	if err != nil {
		return err
	}
	return u.Piece(q)
}
