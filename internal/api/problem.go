package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"anxin/internal/casefile"
	"anxin/internal/i18n"
)

// statusOf is the one place where a category becomes an HTTP status.
var statusOf = map[casefile.Category]int{
	casefile.Invalid:     http.StatusUnprocessableEntity,
	casefile.NotFound:    http.StatusNotFound,
	casefile.Conflict:    http.StatusConflict,
	casefile.Denied:      http.StatusForbidden,
	casefile.LogInFirst:  http.StatusUnauthorized,
	casefile.TooLarge:    http.StatusRequestEntityTooLarge,
	casefile.Limited:     http.StatusTooManyRequests,
	casefile.Unavailable: http.StatusServiceUnavailable,
	casefile.Internal:    http.StatusInternalServerError,
}

// problem turns an error into an RFC 9457 problem in the caller's language. Internal causes stay inside.
func problem(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	var e *casefile.Error
	if !errors.As(err, &e) {
		e = casefile.Fail(casefile.Internal, "error.internal")
	}
	lang := i18n.ZH
	if actor(ctx).Lang == "en" {
		lang = i18n.EN
	}
	p := &huma.ErrorModel{Type: "urn:anxin:" + e.Key, Status: statusOf[e.Category], Title: string(e.Category), Detail: i18n.TMap(lang, e.Key, e.Args)}
	for _, f := range e.Fields {
		p.Errors = append(p.Errors, &huma.ErrorDetail{Location: "body." + f.Field, Message: i18n.TMap(lang, f.Key, f.Args)})
	}
	if e.RetryAfter > 0 {
		seconds := strconv.Itoa(int(e.RetryAfter.Seconds() + 0.999))
		return huma.ErrorWithHeaders(p, http.Header{"Retry-After": []string{seconds}})
	}
	return p
}

func writeProblem(api huma.API, ctx huma.Context, err error) {
	var p *huma.ErrorModel
	full := problem(ctx.Context(), err)
	if !errors.As(full, &p) {
		p = &huma.ErrorModel{Status: http.StatusInternalServerError}
	}
	var h huma.HeadersError
	if errors.As(full, &h) {
		for name, values := range h.GetHeaders() {
			ctx.SetHeader(name, values[0])
		}
	}
	ctx.SetHeader("Content-Type", "application/problem+json")
	ctx.SetStatus(p.Status)
	if err := api.Marshal(ctx.BodyWriter(), "application/json", p); err != nil {
		return // the caller is gone
	}
}

// refuse writes a problem outside of huma.
func refuse(w http.ResponseWriter, err error) {
	var p *huma.ErrorModel
	if !errors.As(problem(context.Background(), err), &p) {
		p = &huma.ErrorModel{Status: http.StatusInternalServerError}
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_, _ = io.WriteString(w, `{"type":"`+p.Type+`","title":"`+p.Title+`","status":`+strconv.Itoa(p.Status)+`,"detail":`+strconv.Quote(p.Detail)+`}`)
}

func cutScheme(header string) (scheme, token string) {
	scheme, token, _ = strings.Cut(strings.TrimSpace(header), " ")
	return strings.ToLower(scheme), strings.TrimSpace(token)
}

func langOf(header string) string { return string(i18n.FromHeader(header)) }

const (
	idempotencyHeader = "Idempotency-Key"
	replayedHeader    = "Idempotent-Replayed"
)

type hashKey struct{}

func requestHash(ctx context.Context) [32]byte {
	h, _ := ctx.Value(hashKey{}).([32]byte)
	return h
}

// keyed demands an Idempotency-Key on every call that changes something and hashes what makes it the same call. Uploads hash themselves while
// they stream.
func keyed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Method {
		case http.MethodGet, http.MethodHead, http.MethodOptions:
			next.ServeHTTP(w, r)
			return
		}
		if strings.HasSuffix(r.URL.Path, ":check") { // a query that needs a body
			next.ServeHTTP(w, r)
			return
		}
		if key := r.Header.Get(idempotencyHeader); len(key) < 8 || len(key) > casefile.MaxIdempotencyKey {
			refuse(w, casefile.Fail(casefile.Invalid, "api.error.idempotency_key"))
			return
		}
		if streams(r) {
			next.ServeHTTP(w, r)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			refuse(w, casefile.Fail(casefile.TooLarge, "api.error.body_too_large"))
			return
		}
		hash := casefile.RequestHash([]byte(r.Method), []byte(r.URL.Path), body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), hashKey{}, hash)))
	})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		refuse(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(b)
}

func typeOf[T any]() reflect.Type { return reflect.TypeFor[T]() }
