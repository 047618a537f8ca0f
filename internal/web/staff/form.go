package staff

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"sort"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"anxin/internal/casefile"
	"anxin/internal/i18n"
	"anxin/internal/web/ui"
)

// maxFields bounds the number of values of a form.
const maxFields = 400

// ParseForm reads a form of a POST, bounded in bytes by the route and in fields here.
func (q *Request) ParseForm() error {
	err := q.Request.ParseForm()
	var big *http.MaxBytesError
	switch {
	case errors.As(err, &big):
		return casefile.Fail(casefile.TooLarge, "error.too_large")
	case err != nil:
		return casefile.Fail(casefile.Invalid, "error.invalid")
	}
	n := 0
	for _, v := range q.PostForm {
		n += len(v)
	}
	if n > maxFields {
		return casefile.Fail(casefile.TooLarge, "error.too_large")
	}
	return nil
}

// Text is a field as people typed it: NFC, without control characters but line ends, trimmed, cut to max characters.
func (q *Request) Text(name string, max int) string { return Clean(q.PostForm.Get(name), max) }

// Clean normalises what somebody typed: NFC, no control characters but line ends and tabs, trimmed, cut to max characters.
func Clean(s string, max int) string {
	s = strings.ToValidUTF8(s, "")
	s = norm.NFC.String(strings.ReplaceAll(s, "\r\n", "\n"))
	s = strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\n' && r != '\t' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return -1
		}
		return r
	}, s)
	s = strings.TrimSpace(s)
	if utf8.RuneCountInString(s) > max {
		s = string([]rune(s)[:max])
	}
	return s
}

// Code is a field that holds a code of ours: letters, digits, dot, dash, underscore; anything else is empty.
func (q *Request) Code(name string) string { return CleanCode(q.PostForm.Get(name)) }

// CleanCode answers s when it looks like a code of ours, else the empty text.
func CleanCode(s string) string {
	if len(s) > 64 {
		return ""
	}
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_' && c != '-' && c != '.' {
			return ""
		}
	}
	return s
}

// ID is a field that holds an id; anything else is Nil.
func (q *Request) ID(name string) casefile.ID {
	id, _ := casefile.ParseID(q.PostForm.Get(name))
	return id
}

// PathID is an id in the path; a path without one leads nowhere.
func (q *Request) PathID(name string) (casefile.ID, error) {
	id, err := casefile.ParseID(q.PathValue(name))
	if err != nil {
		return casefile.Nil, casefile.Fail(casefile.NotFound, "error.not_found")
	}
	return id, nil
}

// Int is a number between min and max; ok is false for anything else. An empty field is min.
func (q *Request) Int(name string, min, max int64) (n int64, ok bool) {
	s := strings.TrimSpace(q.PostForm.Get(name))
	if s == "" {
		return min, true
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && n >= min && n <= max
}

// Flag is a check box.
func (q *Request) Flag(name string) bool { return q.PostForm.Get(name) != "" }

// LocalTime reads what a datetime-local input sends, in Shanghai time; an empty field is the zero time, anything unreadable is not ok.
func (q *Request) LocalTime(name string) (time.Time, bool) {
	s := q.PostForm.Get(name)
	if s == "" {
		return time.Time{}, true
	}
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05"} {
		if t, err := time.ParseInLocation(layout, s, i18n.Shanghai()); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// LocalInput writes a time as a datetime-local input wants it; the zero time is empty.
func LocalInput(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(i18n.Shanghai()).Format("2006-01-02T15:04")
}

// Once is the context under which a form's act happens at most once. The key is the form's token together with what was sent: a double click is the
// same act, the same form sent again with other words is another.
func (q *Request) Once() context.Context {
	idem := q.PostForm.Get("idem")
	if idem == "" || len(idem) > 100 {
		return q.Context()
	}
	sum := formHash(q.URL.Path, q.PostForm)
	return casefile.WithOnce(q.Context(), casefile.Once{
		Scope: "form:" + q.Actor.ID.String(), Key: idem + "." + hex.EncodeToString(sum[:16]), Request: sum, Tenant: q.Actor.Tenant,
	})
}

func formHash(path string, form url.Values) [32]byte {
	names := make([]string, 0, len(form))
	for n := range form {
		names = append(names, n)
	}
	sort.Strings(names)
	parts := [][]byte{[]byte(path)}
	for _, n := range names {
		parts = append(parts, []byte(n))
		for _, v := range form[n] {
			sum := sha256.Sum256([]byte(v))
			parts = append(parts, sum[:])
		}
	}
	return casefile.RequestHash(parts...)
}

// Redraws reports whether an error is one that the form itself should show: something to mend, or a state that changed meanwhile.
func Redraws(err error) bool {
	switch casefile.CategoryOf(err) {
	case casefile.Invalid, casefile.Conflict, casefile.Limited:
		return !casefile.IsRepeated(err)
	}
	return false
}

// Settled is err without "it was done already": a repeated form shows what the first one did.
func Settled(err error) error {
	if casefile.IsRepeated(err) {
		return nil
	}
	return err
}

// KeepFields takes the field off errors whose field the form does not show, so that the summary links only to what is there.
func KeepFields(f ui.Form, shown func(field string) bool) ui.Form {
	for i := range f.Errors {
		if !shown(f.Errors[i].Field) {
			f.Errors[i].Field = ""
		}
	}
	return f
}
