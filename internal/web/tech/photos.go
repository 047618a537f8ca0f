package tech

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"

	"anxin/internal/casefile"
	"anxin/internal/web/staff"
	"anxin/internal/web/ui"
)

// received are the photographs of a form: those that came with it and those that scripts had sent before, by field.
type received map[string][]ui.UploadedPhoto

func (r received) done(field string) []ui.UploadedPhoto { return r[field] }

func (r received) ids(field string) []casefile.ID {
	var out []casefile.ID
	for _, p := range r[field] {
		if id, err := casefile.ParseID(p.Token); err == nil {
			out = append(out, id)
		}
	}
	return out
}

// receive reads a form with photographs as a stream: texts into PostForm, each photograph straight into the vault, so that none is held in memory and those
// that arrived stay when a later one does not. kinds says of which fields are photographs, and what they are.
func (p *Pages) receive(q *staff.Request, r Ref, kinds map[string]string) (received, error) {
	got := received{}
	mr, err := q.MultipartReader()
	if errors.Is(err, http.ErrNotMultipart) {
		if err := q.ParseForm(); err != nil {
			return nil, err
		}
		return p.tokens(q, got, kinds), nil
	}
	if err != nil {
		return nil, casefile.Fail(casefile.Invalid, "error.invalid")
	}
	q.PostForm = url.Values{}
	text := int64(0)
	for n := 0; ; n++ {
		part, err := mr.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil || n > 400 {
			return nil, tooLarge(err)
		}
		kind, photo := kinds[part.FormName()]
		switch {
		case part.FileName() != "" && photo:
			if err := p.receiveOne(q, r, got, part, kind); err != nil {
				return nil, err
			}
		case part.FileName() != "" || photo:
			// An empty file input, or a file nobody asked for.
		default:
			b, err := io.ReadAll(io.LimitReader(part, 64<<10))
			if text += int64(len(b)); err != nil || text > 256<<10 {
				return nil, tooLarge(err)
			}
			q.PostForm.Add(part.FormName(), string(b))
		}
	}
	q.Form = q.PostForm
	return p.tokens(q, got, kinds), nil
}

func (p *Pages) receiveOne(q *staff.Request, r Ref, got received, part *multipart.Part, kind string) error {
	field := part.FormName()
	if len(got[field]) >= maxPhotos {
		return nil
	}
	body := &counted{r: io.LimitReader(part, maxPhoto+1)}
	name := staff.Clean(part.FileName(), 80)
	id, err := p.Vault.Receive(q.Context(), q.Actor, Incoming{Case: r.Case, Visit: r.ID, Kind: kind}, body)
	if err != nil {
		return err
	}
	got[field] = append(got[field], ui.UploadedPhoto{Token: id.String(), Name: name, Bytes: body.n})
	return nil
}

// tokens adds the photographs that the vault had before the form came. A token is the item's id: the service accepts only items of this case that are not
// attached yet.
func (p *Pages) tokens(q *staff.Request, got received, kinds map[string]string) received {
	for field := range kinds {
		for _, t := range q.PostForm[field+"_token"] {
			if _, err := casefile.ParseID(t); err == nil && len(got[field]) < maxPhotos {
				got[field] = append(got[field], ui.UploadedPhoto{Token: t, Name: q.P().T("tech.photo.kept")})
			}
		}
	}
	return got
}

// fields are the photo fields of the forms, and what their photographs are.
var fields = map[string]string{"before": beforePhoto, "after": afterPhoto, "photos": beforePhoto}

// uploads receives photographs for a field of a visit's forms. The visit is read first, so that nobody sends to another technician's.
func (p *Pages) uploads(q *staff.Request, r Ref) (staff.Uploads, error) {
	field := q.PathValue("field")
	kind, ok := fields[field]
	if !ok || p.Spool == nil {
		return staff.Uploads{}, casefile.Fail(casefile.NotFound, "error.not_found")
	}
	if _, err := p.Service.VisitPage(q.Context(), q.Actor, r.visit()); err != nil {
		return staff.Uploads{}, err
	}
	return staff.Uploads{
		Spool: p.Spool, MaxBytes: maxPhoto, Max: maxPhotos, Of: visitPath(r, field),
		Seal: func(req *http.Request, body io.Reader) (string, error) {
			id, err := p.Vault.Receive(req.Context(), q.Actor, Incoming{Case: r.Case, Visit: r.ID, Kind: kind}, body)
			return id.String(), err
		},
	}, nil
}

func (p *Pages) beginUpload(q *staff.Request, r Ref) error {
	u, err := p.uploads(q, r)
	if err != nil {
		return err
	}
	return u.Begin(q)
}

func (p *Pages) uploadPiece(q *staff.Request, r Ref) error {
	u, err := p.uploads(q, r)
	if err != nil {
		return err
	}
	return u.Piece(q)
}

// uploadField is a photo field: with a spool its photographs are sent as they are taken.
func (p *Pages) uploadField(r Ref, field, label, hint string) ui.Upload {
	u := ui.Upload{Name: field, Label: label, Hint: hint, Max: maxPhotos, MaxBytes: maxPhoto}
	if p.Spool != nil {
		u.Create = visitPath(r, "uploads") + "/" + field
	}
	return u
}

func tooLarge(err error) error {
	var big *http.MaxBytesError
	if err == nil || errors.As(err, &big) {
		return casefile.Fail(casefile.TooLarge, "error.too_large")
	}
	// The connection broke in the middle: what arrived is in the vault, the form will be sent again.
	return casefile.Fail(casefile.Invalid, "error.invalid")
}

// counted counts what was read.
type counted struct {
	r io.Reader
	n int64
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += int64(n)
	return n, err
}
