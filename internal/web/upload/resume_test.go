package upload

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	mrand "math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"anxin/internal/blob"
	"anxin/internal/blob/blobtest"
	"anxin/internal/casefile"
	"anxin/internal/casefile/casefiledb"
	"anxin/internal/clock"
	"anxin/internal/clock/clockdb"
	"anxin/internal/db/dbtest"
	"anxin/internal/evidence"
	"anxin/internal/evidence/evidencedb"
	"anxin/internal/evidence/picture"
	"anxin/internal/ledger"
	"anxin/internal/ledger/ledgerdb"
	"anxin/internal/privacy"
	"anxin/internal/privacy/privacydb"
	"anxin/internal/tx"
)

var key = bytes.Repeat([]byte{7}, 32)

// What an earlier process acknowledged is taken up: offset, owner, token. Another key reads nothing of it and leaves nothing.
func TestTakenUpAfterARestart(t *testing.T) {
	dir := t.TempDir()
	s, err := New(dir, Options{Key: key})
	if err != nil {
		t.Fatal(err)
	}
	owner := casefile.ID{1, 2, 3}
	photo := make([]byte, 200_000)
	_, _ = rand.Read(photo)
	begin := func(o any, size int) string {
		t.Helper()
		id, err := s.Begin(Announced{Owner: o, Group: "g", PerGroup: 9, Size: int64(size)})
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	half, whole, memory := begin(owner, len(photo)), begin("a draft", 3), begin(struct{ n int }{1}, 3)
	if _, _, err := s.Append(half, 0, bytes.NewReader(photo[:150_000])); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Append(whole, 0, strings.NewReader("abc")); err != nil {
		t.Fatal(err)
	}
	var got []byte
	if token, err := s.Finish(whole, take(&got)); err != nil || token != "sealed" {
		t.Fatal(token, err)
	}
	// The process dies while it writes: half a frame stands behind the last good one.
	f, err := os.OpenFile(filepath.Join(dir, half+suffix), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(bytes.Repeat([]byte{0, 0, 1, 0, 9, 9}, 300)); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 { // and once more
		if s, err = New(dir, Options{Key: key}); err != nil {
			t.Fatal(err)
		}
	}
	if at, _, err := s.State(half); err != nil || at != 150_000 {
		t.Fatalf("offset %d, %v", at, err)
	}
	if _, token, err := s.State(whole); err != nil || token != "sealed" {
		t.Errorf("token %q, %v", token, err)
	}
	if _, _, err := s.State(memory); !errors.Is(err, ErrUnknown) {
		t.Errorf("an owner that cannot be written down: %v", err)
	}
	if _, ok, err := s.Append(half, 150_000, bytes.NewReader(photo[150_000:])); err != nil || !ok {
		t.Fatal(err)
	}
	var who any
	if _, err := s.Finish(half, func(o any, r io.Reader) (string, error) {
		who = o
		return take(&got)(o, r)
	}); err != nil || !bytes.Equal(got, photo) || who != owner {
		t.Errorf("owner %v, equal %v, %v", who, bytes.Equal(got, photo), err)
	}
	other, err := New(dir, Options{Key: bytes.Repeat([]byte{8}, 32)})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := other.State(half); !errors.Is(err, ErrUnknown) {
		t.Errorf("with another key: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 0 {
		t.Errorf("left over: %v", left)
	}
}

// A byte that changed on the disk, and a whole that is not what was announced, are never sealed.
func TestOnlyWhatWasSentIsSealed(t *testing.T) {
	photo := bytes.Repeat([]byte("0123456789"), 20_000)
	sum := sha256.Sum256(photo)
	never := func(any, io.Reader) (string, error) {
		t.Error("sealed")
		return "", nil
	}
	for name, c := range map[string]struct {
		sum    []byte
		change func(file string)
	}{
		"announced otherwise": {bytes.Repeat([]byte{1}, 32), func(string) {}},
		"a bit on the disk": {sum[:], func(file string) {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			b[100_000] ^= 1
			if err := os.WriteFile(file, b, 0o600); err != nil {
				t.Fatal(err)
			}
		}},
		"frames in another order": {nil, func(file string) {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			n := frameHead + frameClear + frameTag
			if err := os.WriteFile(file, append(append(append([]byte{}, b[n:2*n]...), b[:n]...), b[2*n:]...), 0o600); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		s, dir := newSpool(t, Options{Key: key})
		id, err := s.Begin(Announced{Owner: "o", Group: "g", PerGroup: 1, Size: int64(len(photo)), SHA256: c.sum})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.Append(id, 0, bytes.NewReader(photo)); err != nil {
			t.Fatal(err)
		}
		c.change(filepath.Join(dir, id+suffix))
		if _, err := s.Finish(id, never); !errors.Is(err, ErrDigest) {
			t.Errorf("%s: %v", name, err)
		}
		if _, _, err := s.State(id); !errors.Is(err, ErrUnknown) {
			t.Errorf("%s: kept: %v", name, err)
		}
	}
}

// line is a connection with so many bytes a second that breaks when it is told to, or by itself after some bytes.
type line struct {
	net.Conn
	perSecond int
	left      *atomic.Int64 // bytes until it breaks
}

func (l line) Write(b []byte) (int, error) {
	done := 0
	for done < len(b) {
		n := min(len(b)-done, max(1, l.perSecond/100))
		if l.left.Add(-int64(n)) < 0 {
			_ = l.Conn.Close()
			return done, errors.New("the line is cut")
		}
		w, err := l.Conn.Write(b[done : done+n])
		done += w
		if err != nil {
			return done, err
		}
		time.Sleep(10 * time.Millisecond)
	}
	return done, nil
}

// vaultOf is the real vault on a real database.
func vaultOf(t *testing.T) (v *evidence.Service, c casefile.Case) {
	t.Helper()
	d := dbtest.SQLite(t)
	src := casefile.Source{}
	m, err := privacy.NewMaster(src)
	if err != nil {
		t.Fatal(err)
	}
	keeper := privacy.New(m, privacydb.Store{}, src)
	log, err := ledger.New(d, ledgerdb.Store{}, src, ledger.Options{Origin: "log.example/test", Seed: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	times := casefile.NewTimeline(casefiledb.Store{}, log, nil, src)
	v = evidence.New(evidence.Config{Run: d, Store: evidencedb.Store{}, Ledger: log, Keys: keeper, Cases: times, Timers: clock.New(d, clockdb.Store{}, src, clock.Options{}),
		Vault: blob.NewSealer(blobtest.NewMemory(src.Now), rand.Reader), Renderer: &picture.Direct{Limits: picture.DefaultLimits}, Source: src})
	c = casefile.Case{Tenant: 1, ID: src.NewID(), Subject: src.NewID(), Lang: "zh", Created: src.Now()}
	if err := d.Write(context.Background(), func(ctx context.Context, x tx.Tx) error {
		if err := keeper.NewSubject(ctx, x, 1, c.Subject); err != nil {
			return err
		}
		return times.Create(ctx, x, &c)
	}); err != nil {
		t.Fatal(err)
	}
	return v, c
}

// Six photos over a slow line that is cut again and again, and a server that is started anew in the middle: each goes on where it was,
// and the vault holds exactly what was sent.
func TestSlowLineCutAndRestart(t *testing.T) {
	v, c := vaultOf(t)
	dir := t.TempDir()
	var handler atomic.Pointer[http.ServeMux]
	var spool *Spool
	serve := func() {
		var err error
		if spool, err = New(dir, Options{Key: key}); err != nil {
			t.Fatal(err)
		}
		h := &Handler{Spool: spool, MaxBytes: 1 << 20, PerSender: 9,
			Owner: func(*http.Request) (any, string, error) { return c.ID, "case", nil },
			Seal: func(r *http.Request, owner any, body io.Reader) (string, error) {
				i, err := v.Receive(r.Context(), casefile.Actor{Tenant: 1, Role: casefile.Customer, Case: c.ID, Route: "web"}, evidence.Incoming{Case: owner.(casefile.ID), Kind: "report_photo"}, body)
				return i.ID.String(), err
			}}
		mux := http.NewServeMux()
		mux.HandleFunc("POST /uploads", h.Begin)
		mux.HandleFunc("/uploads/{upload}", h.Piece)
		handler.Store(mux)
	}
	serve()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.Load().ServeHTTP(w, r) }))
	defer server.Close()

	const perSecond = 1 << 20
	var left atomic.Int64
	var cuts atomic.Int64
	r := mrand.New(mrand.NewPCG(1, 2))
	var mu sync.Mutex
	renew := func() {
		mu.Lock()
		defer mu.Unlock()
		left.Store(40_000 + r.Int64N(120_000))
	}
	renew()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return line{conn, perSecond, &left}, nil
	}}}
	do := func(method, path string, offset int64, body io.Reader, n int64) (*http.Response, error) {
		req, err := http.NewRequest(method, server.URL+path, body)
		if err != nil {
			return nil, err
		}
		req.ContentLength = n
		if method == "POST" {
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		req.Header.Set("Upload-Offset", strconv.FormatInt(offset, 10))
		resp, err := client.Do(req)
		if err == nil {
			_ = resp.Body.Close()
		}
		return resp, err
	}
	send := func(photo []byte, restart func(at int64)) (string, error) {
		sum := sha256.Sum256(photo)
		form := url.Values{"size": {strconv.Itoa(len(photo))}, "sha256": {hex.EncodeToString(sum[:])}}.Encode()
		where, at := "", int64(0)
		for range 500 {
			if where == "" {
				resp, err := do("POST", "/uploads", 0, strings.NewReader(form), int64(len(form)))
				if err != nil {
					cuts.Add(1)
					renew()
					continue
				}
				if where = resp.Header.Get("Location"); resp.StatusCode != 201 {
					return "", fmt.Errorf("begin: %d", resp.StatusCode)
				}
			}
			n := min(int64(64<<10), int64(len(photo))-at)
			resp, err := do("PATCH", where, at, bytes.NewReader(photo[at:at+n]), n)
			if err != nil { // the line is down: a new one asks where to go on
				cuts.Add(1)
				renew()
				for range 50 {
					if resp, err = do("HEAD", where, 0, nil, 0); err == nil {
						break
					}
					renew()
				}
				if err != nil || resp.StatusCode != 200 {
					return "", fmt.Errorf("ask: %v %v", resp, err)
				}
				if at, err = strconv.ParseInt(resp.Header.Get("Upload-Offset"), 10, 64); err != nil {
					return "", err
				}
			} else if resp.StatusCode == 204 || resp.StatusCode == 409 {
				if at, err = strconv.ParseInt(resp.Header.Get("Upload-Offset"), 10, 64); err != nil {
					return "", err
				}
				restart(at)
			} else {
				return "", fmt.Errorf("piece: %d", resp.StatusCode)
			}
			if token := resp.Header.Get("Upload-Token"); token != "" {
				return token, nil
			}
		}
		return "", errors.New("never came to an end")
	}
	want := map[string][32]byte{}
	for n := range 6 {
		photo := make([]byte, 150_000+n*10_000)
		_, _ = rand.Read(photo)
		copy(photo, "\xff\xd8\xff\xe0\x00\x10JFIF")
		once := false
		token, err := send(photo, func(at int64) {
			if n == 2 && !once && at > 60_000 {
				once = true
				serve() // kill -9: nothing of the old process is left but the folder
			}
		})
		if err != nil {
			t.Fatalf("photo %d: %v", n, err)
		}
		want[token] = sha256.Sum256(photo)
	}
	items, err := v.Items(context.Background(), casefile.Actor{Tenant: 1, Role: casefile.Admin}, c.ID)
	if err != nil || len(items) != 6 {
		t.Fatalf("%d items, %v", len(items), err)
	}
	for _, i := range items {
		if i.SHA256 != want[i.ID.String()] {
			t.Errorf("item %s is not what was sent", i.ID)
		}
	}
	if cuts.Load() < 4 {
		t.Errorf("only %d cuts: the line was not bad enough to test anything", cuts.Load())
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*"+suffix)); len(left) != 0 {
		t.Errorf("pieces are left over: %v", left)
	}
	t.Logf("%d cuts", cuts.Load())
}

func FuzzFrames(f *testing.F) {
	f.Add([]byte{0, 0, 0, 1}, []byte("abc"), uint8(1))
	f.Fuzz(func(t *testing.T, junk, body []byte, cutAt uint8) {
		if len(body) == 0 || len(body) > 1<<17 {
			return
		}
		s, dir := newSpool(t, Options{Key: key})
		id, err := s.Begin(Announced{Owner: "o", Group: "g", PerGroup: 1, Size: int64(len(body)) + 1})
		if err != nil {
			t.Fatal(err)
		}
		at := int64(int(cutAt) % len(body))
		if _, _, err := s.Append(id, 0, bytes.NewReader(body[:at])); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, id+suffix)
		b, _ := os.ReadFile(file)
		if err := os.WriteFile(file, append(b, junk...), 0o600); err != nil {
			t.Fatal(err)
		}
		again, err := New(dir, Options{Key: key})
		if err != nil {
			t.Fatal(err)
		}
		if got, _, err := again.State(id); err != nil || got != at {
			t.Fatalf("offset %d of %d, %v", got, at, err)
		}
	})
}
