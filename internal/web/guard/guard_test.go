package guard

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/party"
	"anxin/internal/web/ui"
)

func site(t *testing.T) *ui.Site {
	t.Helper()
	s, err := ui.NewSite(ui.DemoBrand())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func newGuard(t *testing.T, o Options) *Guard {
	t.Helper()
	o.Site = site(t)
	g, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func serve(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

var hello = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") })

func TestHeaders(t *testing.T) {
	h := newGuard(t, Options{}).Handler(hello)
	w := serve(h, httptest.NewRequest("GET", "/x", nil))
	for name, want := range map[string]string{
		"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "X-Frame-Options": "DENY",
		"Cross-Origin-Opener-Policy": "same-origin", "Permissions-Policy": "camera=(self)",
	} {
		if got := w.Header().Get(name); !strings.Contains(got, want) {
			t.Errorf("%s: %q", name, got)
		}
	}
	if csp := w.Header().Get("Content-Security-Policy"); strings.Contains(csp, "unsafe") || strings.Contains(csp, "http") {
		t.Errorf("policy %s", csp)
	}
	if len(w.Header().Get("X-Request-Id")) != 16 {
		t.Error("no request id")
	}
}

func TestForeignFormsAreRefused(t *testing.T) {
	h := newGuard(t, Options{PublicURL: "https://service.example.com"}).Handler(hello)
	for _, c := range []struct {
		method string
		set    map[string]string
		want   int
	}{
		{"POST", map[string]string{"Sec-Fetch-Site": "cross-site"}, 403},
		{"POST", map[string]string{"Sec-Fetch-Site": "same-site"}, 403},
		{"POST", map[string]string{"Origin": "https://evil.example"}, 403},
		{"POST", map[string]string{"Origin": "null"}, 403},
		{"DELETE", map[string]string{"Sec-Fetch-Site": "cross-site"}, 403},
		{"POST", map[string]string{"Sec-Fetch-Site": "same-origin"}, 200},
		{"POST", map[string]string{"Origin": "http://example.com"}, 200},                       // httptest's host
		{"POST", map[string]string{"Origin": "https://service.example.com"}, 200},              // behind a proxy that changes Host
		{"POST", map[string]string{"Origin": "https://service.example.com.evil.example"}, 403}, //
		{"POST", nil, 200}, // not a browser: no cookies either
		{"GET", map[string]string{"Sec-Fetch-Site": "cross-site"}, 200},                                               // a link from elsewhere
		{"HEAD", map[string]string{"Sec-Fetch-Site": "cross-site"}, 200},                                              //
		{"POST", map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://service.example.com"}, 200},     // the trusted origin
		{"POST", map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "http://service.example.com:8080"}, 403}, // and no other of that host
	} {
		r := httptest.NewRequest(c.method, "/x", nil)
		for k, v := range c.set {
			r.Header.Set(k, v)
		}
		if w := serve(h, r); w.Code != c.want {
			t.Errorf("%s %v: %d, want %d", c.method, c.set, w.Code, c.want)
		}
	}
}

func TestBodiesAreBounded(t *testing.T) {
	var read int64
	h := newGuard(t, Options{Bodies: []BodyLimit{{"/up", 10}, {"/up/large", 1 << 20}}}).Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		read = n
		var big *http.MaxBytesError
		if errors.As(err, &big) {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
		}
	}))
	for _, c := range []struct {
		path string
		size int
		say  bool
		want int
	}{
		{"/up", 10, true, 200}, {"/up", 11, true, 413}, {"/up", 11, false, 413}, {"/up/large/x", 1 << 20, false, 200}, {"/form", DefaultBody, true, 200},
		{"/form", DefaultBody + 1, false, 413},
	} {
		r := httptest.NewRequest("POST", c.path, bytes.NewReader(make([]byte, c.size)))
		if !c.say {
			r.ContentLength = -1
		}
		read = 0
		w := serve(h, r)
		if w.Code != c.want || read > int64(c.size) {
			t.Errorf("%+v: %d", c, w.Code)
		}
		if c.say && c.want == 413 && (read != 0 || !strings.Contains(w.Body.String(), "内容太大")) {
			t.Errorf("%+v: the handler ran, or no page: %s", c, w.Body)
		}
	}
}

// What goes to the log: the pattern, never the path, the query, an address, a header.
func TestLogHoldsNoPersonalData(t *testing.T) {
	var out bytes.Buffer
	mux := http.NewServeMux()
	mux.HandleFunc("GET /s/{token}", func(w http.ResponseWriter, r *http.Request) {
		Acting(r.Context(), casefile.Actor{Tenant: 1, Role: casefile.Customer, ID: casefile.ID{1}, Case: casefile.ID{2}})
	})
	mux.HandleFunc("GET /panic", func(http.ResponseWriter, *http.Request) { panic("19900000001") })
	mux.HandleFunc("GET /desk", func(_ http.ResponseWriter, r *http.Request) {
		Acting(r.Context(), casefile.Actor{Tenant: 1, Role: casefile.Agent, ID: casefile.ID{7}})
	})
	h := newGuard(t, Options{Log: slog.New(slog.NewJSONHandler(&out, nil))}).Handler(mux)
	for _, path := range []string{"/s/SECRETTOKEN?phone=19900000001", "/panic", "/desk", "/nowhere/19900000001"} {
		r := httptest.NewRequest("GET", path, nil)
		r.RemoteAddr = "198.51.100.77:4711"
		r.Header.Set("User-Agent", "PLANTED-AGENT")
		r.Header.Set("Referer", "https://example.com/PLANTED")
		r.Header.Set("Cookie", "a=PLANTED")
		serve(h, r)
	}
	log := out.String()
	for _, planted := range []string{"SECRETTOKEN", "19900000001", "198.51.100.77", "PLANTED", (casefile.ID{1}).String()} {
		if strings.Contains(log, planted) {
			t.Errorf("%s is in the log:\n%s", planted, log)
		}
	}
	for _, wanted := range []string{`"route":"GET /s/{token}"`, `"role":"customer"`, `"route":"unmatched"`, `"actor":"` + (casefile.ID{7}).String(), `"status":500`, `"msg":"panic"`} {
		if !strings.Contains(log, wanted) {
			t.Errorf("%s is missing in the log:\n%s", wanted, log)
		}
	}
}

func TestPanicsBecomePages(t *testing.T) {
	g := newGuard(t, Options{})
	w := serve(g.Handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("boom") })), httptest.NewRequest("GET", "/x", nil))
	if w.Code != 500 || !strings.Contains(w.Body.String(), "我们这边出了问题") || strings.Contains(w.Body.String(), "boom") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	w = serve(g.Handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("boom") })), httptest.NewRequest("GET", "/api/v1/x", nil))
	if w.Code != 500 || w.Header().Get("Content-Type") != "application/problem+json" || strings.Contains(w.Body.String(), "boom") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	// Half an answer must not look like a whole one.
	func() {
		defer func() {
			if p := recover(); p != http.ErrAbortHandler { //nolint:errorlint // the value itself
				t.Errorf("recovered %v", p)
			}
		}()
		serve(g.Handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "half")
			panic("boom")
		})), httptest.NewRequest("GET", "/x", nil))
	}()
}

func TestAddress(t *testing.T) {
	g := newGuard(t, Options{Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}})
	var got netip.Addr
	var proto string
	h := g.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got, proto = Address(r.Context()), r.Header.Get("X-Forwarded-Proto")
	}))
	for _, c := range []struct{ remote, forwarded, want, proto string }{
		{"203.0.113.9:1", "", "203.0.113.9", ""},
		{"203.0.113.9:1", "198.51.100.1", "203.0.113.9", ""}, // anybody can write a header
		{"10.0.0.1:1", "198.51.100.1", "198.51.100.1", "https"},
		{"10.0.0.1:1", "6.6.6.6, 198.51.100.1, 10.2.3.4", "198.51.100.1", "https"}, // what stands before the last stranger is made up
		{"10.0.0.1:1", "garbage", "10.0.0.1", "https"},
		{"10.0.0.1:1", "198.51.100.1, garbage", "10.0.0.1", "https"},
		{"[::1]:1", "::ffff:198.51.100.1", "198.51.100.1", "https"},
		{"[::ffff:203.0.113.9]:1", "", "203.0.113.9", ""},
		{"pipe", "198.51.100.1", "invalid IP", "https"},
	} {
		r := httptest.NewRequest("GET", "/x", nil)
		r.RemoteAddr = c.remote
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		r.Header.Set("X-Forwarded-Proto", "https")
		serve(h, r)
		if got.String() != c.want || c.remote != "pipe" && proto != c.proto {
			t.Errorf("%+v: %v %q", c, got, proto)
		}
	}
}

func TestRates(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	src := casefile.Source{Clock: func() time.Time { return now }}
	limits := party.NewLimits(src, map[party.LimitKind]party.Quota{
		party.LimitPages: {Burst: 3, Every: time.Second}, party.LimitNet: {Burst: 5, Every: time.Second}, party.LimitReport: {Burst: 1, Every: time.Minute},
	}, 0)
	g := newGuard(t, Options{Limits: limits})
	mux := http.NewServeMux()
	mux.Handle("/", hello)
	mux.Handle("/report", g.Rate(party.LimitReport, nil, hello))
	h := g.Handler(mux)
	ask := func(path, from string) int {
		r := httptest.NewRequest("GET", path, nil)
		r.RemoteAddr = from
		w := serve(h, r)
		if w.Code == 429 && w.Header().Get("Retry-After") == "" {
			t.Error("no Retry-After")
		}
		return w.Code
	}
	for i, want := range []int{200, 200, 200, 429} {
		if got := ask("/x", "203.0.113.9:1"); got != want {
			t.Errorf("request %d: %d", i+1, got)
		}
	}
	if ask("/assets/app.css", "203.0.113.9:1") != 200 || ask("/healthz", "203.0.113.9:1") != 200 || ask("/x", "203.0.113.10:1") != 200 {
		t.Error("assets, health or another address are limited too")
	}
	now = now.Add(time.Hour)
	if ask("/report", "203.0.113.9:1") != 200 || ask("/report", "203.0.113.9:1") != 429 {
		t.Error("the limit of a route does not hold")
	}
	refused := 0
	for i := range 8 { // eight /64s of one /48
		if ask("/x", "[2001:db8:1:"+string(rune('1'+i))+"::1]:1") == 429 {
			refused++
		}
	}
	if refused != 3 {
		t.Errorf("%d of 8 networks of one /48 were refused, want 3", refused)
	}
}

// Overload: reads are refused first, work in progress last, and what was let in is finished.
func TestShedding(t *testing.T) {
	g := newGuard(t, Options{Shed: ShedOptions{Work: 4, Waiting: 2, Patience: 5 * time.Second, Streams: 1, Uploads: 1}})
	hold, entered := make(chan struct{}), make(chan struct{}, 100)
	h := g.Handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		entered <- struct{}{}
		<-hold
		w.WriteHeader(http.StatusNoContent)
	}))
	var wg sync.WaitGroup
	codes := make(chan int, 100)
	start := func(method string, set ...string) {
		r := httptest.NewRequest(method, "/x", nil)
		for i := 0; i+1 < len(set); i += 2 {
			r.Header.Set(set[i], set[i+1])
		}
		wg.Go(func() {
			w := serve(h, r)
			if w.Code == 503 && w.Header().Get("Retry-After") == "" {
				t.Error("no Retry-After")
			}
			codes <- w.Code
		})
	}
	inside := func(n int) {
		for range n {
			select {
			case <-entered:
			case <-time.After(5 * time.Second):
				t.Fatal("was not let in")
			}
		}
	}
	for range 3 { // three quarters of four
		start("GET")
		inside(1)
	}
	for range 2 { // wait
		start("GET")
	}
	for g.classes[Read].waiting.Load() != 2 {
		time.Sleep(time.Millisecond)
	}
	start("GET") // refused: the queue is full
	if c := <-codes; c != 503 {
		t.Fatalf("%d", c)
	}
	start("POST") // the last place is for work in progress
	inside(1)
	start("GET", "Accept", "text/event-stream")
	inside(1)
	start("GET", "Accept", "text/event-stream")
	if c := <-codes; c != 503 {
		t.Fatalf("second stream: %d", c)
	}
	start("POST", "Content-Type", "image/jpeg")
	inside(1)
	close(hold)
	wg.Wait()
	close(codes)
	n := 0
	for c := range codes {
		n++
		if c != http.StatusNoContent {
			t.Errorf("one that was let in answered %d", c)
		}
	}
	if n != 3+2+1+1+1 {
		t.Errorf("%d were served", n)
	}
	for class, gate := range g.classes {
		for _, p := range gate.places {
			if len(p) != 0 {
				t.Errorf("%s: %d places were not given back", class, len(p))
			}
		}
	}
}

// Who gives up waiting gives back what they held.
func TestSheddingGivesPlacesBack(t *testing.T) {
	gate := ShedOptions{Work: 1, Waiting: 10, Patience: time.Hour}.gates()[Read]
	gate.places = []chan struct{}{make(chan struct{}, 5), make(chan struct{}, 1)}
	leave, ok := gate.enter(context.Background())
	if !ok {
		t.Fatal("refused when empty")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, ok := gate.enter(ctx); ok {
		t.Fatal("let in over the limit")
	}
	leave()
	if len(gate.places[0]) != 0 || len(gate.places[1]) != 0 || gate.waiting.Load() != 0 {
		t.Errorf("left behind: %d %d %d", len(gate.places[0]), len(gate.places[1]), gate.waiting.Load())
	}
}

// Streams of events reach the client piece by piece through all layers.
func TestStreamsFlush(t *testing.T) {
	g := newGuard(t, Options{})
	hold := make(chan struct{})
	s := httptest.NewServer(g.Handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, "data: 1\n\n")
		if err := http.NewResponseController(w).Flush(); err != nil {
			t.Error(err)
		}
		<-hold
	})))
	defer s.Close()
	defer close(hold)
	res, err := http.Get(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	buf := make([]byte, 9)
	if _, err := io.ReadFull(res.Body, buf); err != nil || string(buf) != "data: 1\n\n" {
		t.Errorf("%q %v", buf, err)
	}
}
