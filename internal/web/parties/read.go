package parties

import (
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"anxin/internal/casefile"
	"anxin/internal/i18n"
	"anxin/internal/web/ui"
)

// MediaField is the name of the input for photographs, videos and papers; what scripts sent ahead comes as MediaField + "_token".
const MediaField = "media"

// Bounds of a form.
const (
	maxParts  = 120
	maxValue  = 32 << 10
	maxTexts  = 256 << 10
	maxURLEnc = 256 << 10
)

// Reader reads the form of an act. Photographs that come with it go straight into the vault, one after the other, and stay when a later one does not arrive.
type Reader struct {
	Max      int
	MaxBytes int64
	// Receive seals one file. A file of a kind that is not taken is Invalid, one too large TooLarge.
	Receive func(ctx context.Context, body io.Reader) (casefile.ID, error)
}

// Look names a copy to look at.
type Look struct {
	// Case is the item's: of the claim, or for a catalogue photograph of the listing.
	Case, Item casefile.ID
	Thumb      bool
	// Listed: the reader's view of the claim holds the item. What is not listed may be shown only to who sent it, while no statement has taken it.
	Listed bool
}

// Sent is a form that was read.
type Sent struct {
	Values url.Values
	// Media are what is in the vault: with the form, or ahead of it.
	Media []ui.UploadedPhoto
	// Problem is what is wrong with the files; empty when nothing is.
	Problem string
}

// Get is a value of the form, bounded and without the spaces around it.
func (s Sent) Get(name string) string {
	v := s.Values.Get(name)
	if len(v) > maxValue {
		v = v[:maxValue]
	}
	return strings.TrimSpace(strings.ToValidUTF8(v, ""))
}

// Items are the ids of the media.
func (s Sent) Items() (out []casefile.ID) {
	for _, m := range s.Media {
		if id, err := casefile.ParseID(m.Token); err == nil {
			out = append(out, id)
		}
	}
	return out
}

// Read reads a form, with or without files. The error is one that the form cannot be shown with: not a form, too large, broken off.
func (x Reader) Read(r *http.Request, pg ui.Page) (Sent, error) {
	s := Sent{Values: url.Values{}}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "multipart/form-data" {
		b, err := io.ReadAll(io.LimitReader(r.Body, maxURLEnc+1))
		if err != nil || len(b) > maxURLEnc {
			return s, casefile.Fail(casefile.TooLarge, "error.too_large")
		}
		if s.Values, err = url.ParseQuery(string(b)); err != nil {
			return s, casefile.Fail(casefile.Invalid, "error.invalid")
		}
		x.tokens(&s, pg)
		return s, nil
	}
	mr, err := r.MultipartReader()
	if err != nil {
		return s, casefile.Fail(casefile.Invalid, "error.invalid")
	}
	texts := 0
	for n := 0; ; n++ {
		part, err := mr.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil || n == maxParts {
			return s, broken(err)
		}
		if part.FormName() == MediaField {
			x.file(r, pg, part, &s)
			continue
		}
		b, err := io.ReadAll(io.LimitReader(part, maxValue))
		if texts += len(b); err != nil || texts > maxTexts {
			return s, broken(err)
		}
		s.Values.Add(part.FormName(), string(b))
	}
	x.tokens(&s, pg)
	return s, nil
}

// broken is a form that did not arrive as a whole.
func broken(err error) error {
	var big *http.MaxBytesError
	if err == nil || errors.As(err, &big) {
		return casefile.Fail(casefile.TooLarge, "error.too_large")
	}
	return casefile.Failf(casefile.Invalid, "error.invalid", "multipart: %w", err)
}

// file seals one file that came with the form. What goes wrong is said beside the field; the rest of the form is read on.
func (x Reader) file(r *http.Request, pg ui.Page, part *multipart.Part, s *Sent) {
	name := part.FileName()
	if name == "" || s.Problem != "" || x.Receive == nil {
		return // an empty file input, or one complaint is enough
	}
	if len(s.Media) >= x.Max {
		s.Problem = pg.T("parties.upload.too_many", "n", x.Max)
		return
	}
	body := &counted{r: io.LimitReader(part, x.MaxBytes+1)}
	id, err := x.Receive(r.Context(), body)
	switch casefile.CategoryOf(err) {
	case casefile.TooLarge:
		s.Problem = pg.T("ui.upload_too_big", "size", pg.P.Bytes(x.MaxBytes))
		return
	case casefile.Invalid:
		s.Problem = pg.T("parties.upload.refused")
		return
	}
	if err != nil {
		s.Problem = ui.ErrorText(pg.P, err)
		return
	}
	s.Media = append(s.Media, ui.UploadedPhoto{Token: id.String(), Name: shortName(name), Bytes: body.n})
}

// tokens adds what the vault had before the form came. The token is the item's id: the claim takes only staged items of its own case.
func (x Reader) tokens(s *Sent, pg ui.Page) {
	seen := map[string]bool{}
	for _, m := range s.Media {
		seen[m.Token] = true
	}
	for _, t := range s.Values[MediaField+"_token"] {
		if _, err := casefile.ParseID(t); err != nil || seen[t] || len(s.Media) >= x.Max {
			continue
		}
		seen[t] = true
		s.Media = append(s.Media, ui.UploadedPhoto{Token: t, Name: pg.T("parties.upload.nth") + " " + strconv.Itoa(len(s.Media)+1)})
	}
}

// shortName is a file name fit to be shown again to the person who chose it.
func shortName(s string) string {
	r := []rune(strings.ToValidUTF8(s, ""))
	if len(r) > 40 {
		r = append(r[:36], append([]rune("…"), r[len(r)-4:]...)...)
	}
	return string(r)
}

type counted struct {
	r io.Reader
	n int64
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += int64(n)
	return n, err
}

// FormOf puts an error of category Invalid into the errors of a form. shown says which inputs the form has: errors of others are errors of the whole form.
func FormOf(pg ui.Page, err error, shown ...string) ui.Form {
	var f ui.Form
	var e *casefile.Error
	if errors.As(err, &e) {
		for _, x := range e.Fields {
			field := ""
			for _, s := range shown {
				if s == x.Field {
					field = s
				}
			}
			f.Add(field, fieldText(pg, x))
		}
	}
	if !f.Failed() {
		f.Add("", ui.ErrorText(pg.P, err))
	}
	return f
}

// fieldText is the sentence for a wrong field: one made for the field before the general one.
func fieldText(pg ui.Page, x casefile.FieldError) string {
	if own := "parties.error." + x.Field; has(own) && (strings.HasSuffix(x.Key, ".required") || strings.HasSuffix(x.Key, ".choose")) {
		return pg.T(own)
	}
	if has(x.Key) {
		return pg.P.TMap(x.Key, x.Args)
	}
	if own := "parties.error." + x.Field; has(own) {
		return pg.T(own)
	}
	return pg.T("error.invalid")
}

func has(key string) bool { return i18n.Has(key) }
