package upload

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"anxin/internal/casefile"
	"anxin/internal/web/ui"
)

// Handler speaks with the <ax-upload> island of the pages:
//
//	POST   <prefix>        name, size, draft, sha256   → 201, Location: <prefix>/<id>
//	HEAD   <prefix>/<id>                       → 200, Upload-Offset, and Upload-Token once it is sealed
//	PATCH  <prefix>/<id>   Upload-Offset, body → 204, Upload-Offset, and Upload-Token when it was the last piece; 409 when the offset is another;
//	                                             410 when the whole is not what was announced: begin again
//	DELETE <prefix>/<id>                       → 204
//
// An id is 128 random bits: who has it may send the pieces. What is sealed belongs to whoever Owner said when it began.
type Handler struct {
	Spool *Spool
	// Owner finds out for whom the photo is and whether it may be sent: the draft of a form, the case of a link. group is the sender, for the bound of
	// unfinished photos. r's form holds name, size and draft. An owner that is a text or a casefile.ID outlives a restart of the server; it comes back to Seal as it was.
	Owner func(r *http.Request) (owner any, group string, err error)
	// Seal takes the whole photo and answers the token that the form sends back.
	Seal func(r *http.Request, owner any, body io.Reader) (token string, err error)
	// MaxBytes bounds one photo, PerSender the unfinished photos of one sender.
	MaxBytes  int64
	PerSender int
}

// maxPiece bounds one PATCH.
const maxPiece = 4 << 20

// Begin answers POST <prefix>.
func (h *Handler) Begin(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 8<<10)
	if err := r.ParseForm(); err != nil {
		answer(w, casefile.Failf(casefile.Invalid, "upload.error.broken", "form: %w", err))
		return
	}
	owner, group, err := h.Owner(r)
	if err != nil {
		answer(w, err)
		return
	}
	size, err := strconv.ParseInt(r.PostForm.Get("size"), 10, 64)
	if err != nil || size <= 0 {
		answer(w, casefile.InvalidField("size", "upload.error.broken"))
		return
	}
	if size > h.MaxBytes {
		answer(w, ErrSize)
		return
	}
	sum, err := hex.DecodeString(r.PostForm.Get("sha256")) // empty: not told
	if err != nil || len(sum) != 0 && len(sum) != sha256.Size {
		answer(w, casefile.InvalidField("sha256", "upload.error.broken"))
		return
	}
	id, err := h.Spool.Begin(Announced{Owner: owner, Group: group, PerGroup: h.PerSender, Size: size, SHA256: sum})
	if err != nil {
		answer(w, err)
		return
	}
	w.Header().Set("Location", strings.TrimSuffix(r.URL.Path, "/")+"/"+id)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusCreated)
}

// Piece answers HEAD, PATCH and DELETE <prefix>/{upload}.
func (h *Handler) Piece(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("upload")
	w.Header().Set("Cache-Control", "no-store")
	switch r.Method {
	case http.MethodHead:
		offset, token, err := h.Spool.State(id)
		if err != nil {
			answer(w, err)
			return
		}
		report(w, offset, token, http.StatusOK)
	case http.MethodPatch:
		h.patch(w, r, id)
	case http.MethodDelete:
		h.Spool.Drop(id)
		w.WriteHeader(http.StatusNoContent)
	default:
		w.Header().Set("Allow", "HEAD, PATCH, DELETE")
		w.WriteHeader(http.StatusMethodNotAllowed)
	}
}

func (h *Handler) patch(w http.ResponseWriter, r *http.Request, id string) {
	offset, err := strconv.ParseInt(r.Header.Get("Upload-Offset"), 10, 64)
	if err != nil || offset < 0 {
		answer(w, casefile.InvalidField("Upload-Offset", "upload.error.broken"))
		return
	}
	reached, ok, err := h.Spool.Append(id, offset, http.MaxBytesReader(w, r.Body, maxPiece))
	if err != nil {
		answer(w, err)
		return
	}
	if !ok {
		report(w, reached, "", http.StatusConflict)
		return
	}
	token, err := h.Spool.Finish(id, func(owner any, body io.Reader) (string, error) { return h.Seal(r, owner, body) })
	if err != nil {
		answer(w, err)
		return
	}
	report(w, reached, token, http.StatusNoContent)
}

func report(w http.ResponseWriter, offset int64, token string, status int) {
	w.Header().Set("Upload-Offset", strconv.FormatInt(offset, 10))
	if token != "" {
		w.Header().Set("Upload-Token", token)
	}
	w.WriteHeader(status)
}

// answer says no with a status and no words: the island has the words. A file that is no photo is 415, so that it is not tried again.
func answer(w http.ResponseWriter, err error) {
	status := ui.StatusOf(err)
	var e *casefile.Error
	if errors.As(err, &e) && e.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(e.RetryAfter.Seconds())))
	}
	if errors.Is(err, ErrDigest) {
		status = http.StatusGone
	}
	if status == http.StatusUnprocessableEntity {
		status = http.StatusUnsupportedMediaType
	}
	w.WriteHeader(status)
}
