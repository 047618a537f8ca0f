package upload

import (
	"bytes"
	"errors"
	"io"
	"math/rand"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"pgregory.net/rapid"

	"anxin/internal/casefile"
)

func newSpool(t interface {
	TempDir() string
	Fatal(...any)
}, o Options) (*Spool, string) {
	dir := t.TempDir()
	s, err := New(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	return s, dir
}

func take(got *[]byte) func(any, io.Reader) (string, error) {
	return func(_ any, r io.Reader) (string, error) {
		b, err := io.ReadAll(r)
		*got = b
		return "sealed", err
	}
}

// Whatever the sizes of the pieces, wherever the connection breaks and whichever piece is sent twice: what is sealed is what was sent.
func TestPiecesMakeTheWhole(t *testing.T) {
	s, _ := newSpool(t, Options{})
	rapid.Check(t, func(rt *rapid.T) {
		photo := make([]byte, rapid.IntRange(1, 3000).Draw(rt, "size"))
		rand.New(rand.NewSource(rapid.Int64().Draw(rt, "seed"))).Read(photo)
		id, err := s.Begin(Announced{Owner: "me", Group: "g", PerGroup: 1000, Size: int64(len(photo))})
		if err != nil {
			rt.Fatal(err)
		}
		defer s.Drop(id)
		var at int64
		for at < int64(len(photo)) {
			n := min(int64(rapid.IntRange(1, 700).Draw(rt, "piece")), int64(len(photo))-at)
			piece := io.Reader(bytes.NewReader(photo[at : at+n]))
			broken := rapid.Bool().Draw(rt, "broken")
			if broken {
				piece = io.MultiReader(io.LimitReader(piece, n/2), iotest.ErrReader(io.ErrUnexpectedEOF))
			}
			reached, ok, err := s.Append(id, at, piece)
			if broken {
				if err == nil || reached != at+n/2 {
					rt.Fatalf("broken piece: reached %d, %v", reached, err)
				}
			} else if err != nil || !ok || reached != at+n {
				rt.Fatalf("reached %d of %d, %v, %v", reached, at+n, ok, err)
			}
			if rapid.Bool().Draw(rt, "again") && reached > at {
				if r2, ok, err := s.Append(id, at, bytes.NewReader(photo[at:])); err != nil || ok || r2 != reached {
					rt.Fatalf("a piece sent twice: %d, %v, %v", r2, ok, err)
				}
			}
			at = reached
		}
		var got []byte
		token, err := s.Finish(id, take(&got))
		if err != nil || token != "sealed" || !bytes.Equal(got, photo) {
			rt.Fatalf("%q, %v, equal %v", token, err, bytes.Equal(got, photo))
		}
		got = nil
		if token, err := s.Finish(id, take(&got)); err != nil || token != "sealed" || got != nil {
			rt.Fatal("a second finish sealed again")
		}
	})
}

func TestNothingInClearOnDiskAndNothingLeftAfterRestart(t *testing.T) {
	s, dir := newSpool(t, Options{})
	secret := bytes.Repeat([]byte("front door of flat 502 "), 100)
	id, err := s.Begin(Announced{Group: "g", PerGroup: 5, Size: int64(len(secret) + 1)})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Append(id, 0, bytes.NewReader(secret)); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%v %v", files, err)
	}
	data, err := os.ReadFile(files[0])
	if err != nil || len(data) < len(secret) {
		t.Fatalf("%d bytes, %v", len(data), err)
	}
	if bytes.Contains(data, []byte("502")) {
		t.Error("the photo is in clear on the disk")
	}
	again, err := New(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := again.State(id); !errors.Is(err, ErrUnknown) {
		t.Errorf("after a restart: %v", err)
	}
	if files, _ := filepath.Glob(filepath.Join(dir, "*")); len(files) != 0 {
		t.Errorf("left over: %v", files)
	}
}

func TestBounds(t *testing.T) {
	now := time.Date(2026, 11, 24, 6, 0, 0, 0, time.UTC)
	s, _ := newSpool(t, Options{MaxOpen: 3, MaxBytes: 100, Age: time.Hour, Source: casefile.Source{Clock: func() time.Time { return now }}})
	a, err := s.Begin(Announced{Group: "a", PerGroup: 2, Size: 40})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Begin(Announced{Group: "a", PerGroup: 2, Size: 70}); !errors.Is(err, ErrFull) {
		t.Errorf("over the bytes: %v", err)
	}
	if _, err := s.Begin(Announced{Group: "a", PerGroup: 2, Size: 40}); err != nil {
		t.Error(err)
	}
	if _, err := s.Begin(Announced{Group: "a", PerGroup: 2, Size: 1}); !errors.Is(err, ErrFull) {
		t.Errorf("over the sender's number: %v", err)
	}
	if _, err := s.Begin(Announced{Group: "b", PerGroup: 2, Size: 1}); err != nil {
		t.Error(err)
	}
	if _, err := s.Begin(Announced{Group: "c", PerGroup: 2, Size: 1}); !errors.Is(err, ErrFull) {
		t.Errorf("over the number: %v", err)
	}
	if _, _, err := s.Append(a, 0, strings.NewReader(strings.Repeat("x", 41))); !errors.Is(err, ErrSize) {
		t.Errorf("more than announced: %v", err)
	}
	now = now.Add(2 * time.Hour)
	if _, err := s.Begin(Announced{Group: "c", PerGroup: 2, Size: 90}); err != nil {
		t.Errorf("old photos were not swept: %v", err)
	}
	if _, _, err := s.State(a); !errors.Is(err, ErrUnknown) {
		t.Errorf("swept: %v", err)
	}
}

func TestSealThatFails(t *testing.T) {
	s, _ := newSpool(t, Options{})
	id, err := s.Begin(Announced{Group: "g", PerGroup: 5, Size: 3})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Append(id, 0, strings.NewReader("abc")); err != nil {
		t.Fatal(err)
	}
	busy := func(any, io.Reader) (string, error) { return "", casefile.Fail(casefile.Unavailable, "error.busy") }
	if _, err := s.Finish(id, busy); !casefile.Is(err, casefile.Unavailable) {
		t.Fatal(err)
	}
	var got []byte
	if token, err := s.Finish(id, take(&got)); err != nil || token != "sealed" || string(got) != "abc" {
		t.Fatalf("second try: %q %v %q", token, err, got)
	}
	id, err = s.Begin(Announced{Group: "g", PerGroup: 5, Size: 3})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Append(id, 0, strings.NewReader("abc")); err != nil {
		t.Fatal(err)
	}
	no := func(any, io.Reader) (string, error) {
		return "", casefile.Fail(casefile.Invalid, "upload.error.broken")
	}
	if _, err := s.Finish(id, no); !casefile.Is(err, casefile.Invalid) {
		t.Fatal(err)
	}
	if _, _, err := s.State(id); !errors.Is(err, ErrUnknown) {
		t.Errorf("a file that is no photo was kept: %v", err)
	}
}

func TestProtocol(t *testing.T) {
	s, _ := newSpool(t, Options{})
	var sealed []byte
	h := &Handler{Spool: s, MaxBytes: 1000, PerSender: 3,
		Owner: func(r *http.Request) (any, string, error) {
			if r.PostForm.Get("draft") != "good" {
				return nil, "", casefile.InvalidField("draft", "upload.error.unknown")
			}
			return "owner", "g", nil
		},
		Seal: func(_ *http.Request, owner any, body io.Reader) (string, error) {
			b, err := io.ReadAll(body)
			sealed = b
			return owner.(string) + "-token", err
		}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /report/photos", h.Begin)
	mux.HandleFunc("/report/photos/{upload}", h.Piece)
	do := func(method, path, offset, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		if method == "POST" {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		if offset != "" {
			r.Header.Set("Upload-Offset", offset)
		}
		rec := httptest.NewRecorder()
		mux.ServeHTTP(rec, r)
		return rec
	}
	begin := func(draft string, size int) *httptest.ResponseRecorder {
		return do("POST", "/report/photos", "", url.Values{"draft": {draft}, "size": {strconv.Itoa(size)}, "name": {"x.jpg"}}.Encode())
	}
	if rec := begin("forged", 10); rec.Code != 415 {
		t.Errorf("a forged draft: %d", rec.Code)
	}
	if rec := begin("good", 1001); rec.Code != 413 {
		t.Errorf("too large: %d", rec.Code)
	}
	rec := begin("good", 6)
	at := rec.Header().Get("Location")
	if rec.Code != 201 || !strings.HasPrefix(at, "/report/photos/") {
		t.Fatalf("%d %q", rec.Code, at)
	}
	if rec := do("PATCH", at, "0", "abc"); rec.Code != 204 || rec.Header().Get("Upload-Offset") != "3" || rec.Header().Get("Upload-Token") != "" {
		t.Fatalf("%d %v", rec.Code, rec.Header())
	}
	if rec := do("PATCH", at, "0", "abc"); rec.Code != 409 || rec.Header().Get("Upload-Offset") != "3" {
		t.Fatalf("a piece twice: %d %v", rec.Code, rec.Header())
	}
	if rec := do("HEAD", at, "", ""); rec.Code != 200 || rec.Header().Get("Upload-Offset") != "3" {
		t.Fatalf("%d %v", rec.Code, rec.Header())
	}
	if rec := do("PATCH", at, "3", "def"); rec.Code != 204 || rec.Header().Get("Upload-Token") != "owner-token" {
		t.Fatalf("%d %v", rec.Code, rec.Header())
	}
	if string(sealed) != "abcdef" {
		t.Errorf("sealed %q", sealed)
	}
	if rec := do("HEAD", at, "", ""); rec.Header().Get("Upload-Token") != "owner-token" {
		t.Errorf("the token is forgotten: %v", rec.Header())
	}
	if rec := do("PATCH", at, "x", ""); rec.Code != 415 {
		t.Errorf("no offset: %d", rec.Code)
	}
	if rec := do("DELETE", at, "", ""); rec.Code != 204 {
		t.Errorf("delete: %d", rec.Code)
	}
	if rec := do("HEAD", at, "", ""); rec.Code != 404 {
		t.Errorf("after delete: %d", rec.Code)
	}
	if rec := do("PUT", at, "", ""); rec.Code != 405 {
		t.Errorf("put: %d", rec.Code)
	}
}
