package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"anxin/internal/casefile"
	"anxin/internal/party"
)

// Upload says what the bytes are.
type Upload struct {
	Case  casefile.ID
	Draft string // token of a draft, when the case is not reported yet
	Kind  string // report_photo, before_photo, after_photo, signature; of a claim see claim_upload.go
	Visit casefile.ID
	Taken time.Time // what the device said, zero when unknown
}

// Item is a sealed item.
type Item struct {
	ID       casefile.ID `json:"id" format:"uuid"`
	Kind     string      `json:"kind"`
	Type     string      `json:"media_type"`
	Size     int64       `json:"size"`
	SHA256   string      `json:"sha256"`
	SM3      string      `json:"sm3"`
	Received time.Time   `json:"received"`
}

const uploadPath = "/api/v1/evidence/"

func (s *Server) evidence() {
	o := op("uploadEvidence", http.MethodPut, "/evidence/{case}", "Seal a photo: the body is the file, untouched", "evidence", withLink, withKey, map[string][]string{})
	o.MaxBodyBytes = max(s.MaxUpload, s.MaxClaim)
	o.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/octet-stream": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}}
	o.Parameters = append(o.Parameters,
		&huma.Param{Name: "case", In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString, Format: "uuid"}},
		&huma.Param{Name: "kind", In: "query", Required: true, Schema: &huma.Schema{Type: huma.TypeString, Enum: []any{"report_photo", "before_photo", "after_photo", "signature", "claim_photo", "claim_video", "answer_photo", "answer_video", "document"}}},
		&huma.Param{Name: "draft", In: "query", Description: "token of a draft, before the report", Schema: &huma.Schema{Type: huma.TypeString}},
		&huma.Param{Name: "visit", In: "query", Schema: &huma.Schema{Type: huma.TypeString, Format: "uuid"}})
	o.Responses = map[string]*huma.Response{"201": {Description: "sealed", Content: map[string]*huma.MediaType{"application/json": {
		Schema: huma.SchemaFromType(s.huma.OpenAPI().Components.Schemas, typeOf[Item]()),
	}}}}
	s.huma.OpenAPI().AddOperation(&o)
	s.mux.HandleFunc("PUT "+uploadPath+"{case}", s.upload)

	huma.Register(s.huma, op("listEvidence", http.MethodGet, "/cases/{case}/evidence", "What is sealed in a case", "evidence", withLink, withKey),
		func(ctx context.Context, in *CasePath) (*body[struct {
			Items []Item `json:"items"`
		}], error) {
			a := actor(ctx)
			holder, err := s.Service.Holder(ctx, a.Tenant, in.Case, casefile.Nil)
			if err == nil {
				err = s.Callers.Check(ctx, a, party.ViewEvidence, party.OfEvidence(a.Tenant, in.Case, casefile.Nil, holder))
			}
			if err != nil {
				return nil, problem(ctx, err)
			}
			items, err := s.Evidence.Items(ctx, a, in.Case)
			return answer(struct {
				Items []Item `json:"items"`
			}{append([]Item{}, items...)}), problem(ctx, err)
		})
}

// upload streams the body into the vault; it is not buffered.
func (s *Server) upload(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	a, err := s.caller(ctx, r.Header.Get("Authorization"))
	if err != nil {
		refuse(w, err)
		return
	}
	in, err := s.uploadInput(r)
	limit := s.MaxUpload
	switch {
	case err == nil && ofClaimKind(in.Kind):
		limit = max(s.MaxUpload, s.MaxClaim)
		err = s.mayUpload(ctx, a, in)
	case err == nil && in.Draft == "":
		var holder casefile.ID
		holder, err = s.Service.Holder(ctx, a.Tenant, in.Case, in.Visit)
		if in.Visit.IsNil() {
			holder = casefile.Nil // a technician adds to a visit and not to the case as a whole
		}
		if err == nil {
			err = s.Callers.Check(ctx, a, party.AttachPhotos, party.OfCase(a.Tenant, in.Case, holder))
		}
	}
	if err != nil {
		refuse(w, err)
		return
	}
	item, err := s.Evidence.Receive(ctx, a, in, http.MaxBytesReader(w, r.Body, limit))
	if err != nil {
		refuse(w, err)
		return
	}
	writeJSON(w, http.StatusCreated, item)
}

func (s *Server) uploadInput(r *http.Request) (Upload, error) {
	q := r.URL.Query()
	in := Upload{Draft: q.Get("draft"), Kind: q.Get("kind")}
	switch in.Kind {
	case "report_photo", "before_photo", "after_photo", "signature":
	default:
		if ofClaimKind(in.Kind) {
			break
		}
		return in, casefile.InvalidField("kind", "api.error.evidence_kind")
	}
	var err error
	if in.Case, err = casefile.ParseID(r.PathValue("case")); err != nil {
		return in, casefile.Fail(casefile.NotFound, "error.not_found")
	}
	if v := q.Get("visit"); v != "" {
		if in.Visit, err = casefile.ParseID(v); err != nil {
			return in, casefile.Fail(casefile.NotFound, "error.not_found")
		}
	}
	if in.Draft != "" {
		d, err := s.Service.ParseDraft(s.Tenant, in.Draft)
		if err != nil {
			return in, err
		}
		if d.Case != in.Case {
			return in, casefile.Fail(casefile.NotFound, "error.not_found")
		}
	}
	return in, nil
}
