// Package guard stands before every handler of the server: request ids, a line in the log without personal data, panics turned into pages, the browser's
// security headers, refusal of foreign forms, bounded bodies, rate limits, shedding of load, and the session of staff.
//
// The order is that of [Guard.Handler]: what is cheapest and protects most comes first. Authorisation is not here: handlers ask party.Gate with the
// resource they are about.
package guard

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/party"
	"anxin/internal/web/ui"
)

// Meter hears about every answer. It must be fast and safe for concurrent use.
type Meter interface {
	// Served tells the route's pattern (never the path), the status and how long it took.
	Served(route string, status int, took time.Duration)
	// Shed tells that a request was refused for overload.
	Shed(class string)
}

// BodyLimit bounds the bodies of requests whose path begins with Prefix; the longest prefix wins.
type BodyLimit struct {
	Prefix string
	Max    int64
}

// DefaultBody is the bound of a body without a rule of its own.
const DefaultBody = 256 << 10

// Options say what the guard works with.
type Options struct {
	Site   *ui.Site
	Source casefile.Source
	// Log gets one line per request; nil discards.
	Log *slog.Logger
	// Proxies are the networks whose X-Forwarded-For and X-Forwarded-Proto are believed.
	Proxies []netip.Prefix
	// PublicURL is the address people use, when it is configured: forms from it are our own even if a proxy changes the Host header.
	PublicURL string
	// Limits are the rate limits; nil is none (benchmarks).
	Limits *party.Limits
	Bodies []BodyLimit
	Shed   ShedOptions
	Meter  Meter
}

// Guard is the outer layer of the server.
type Guard struct {
	o       Options
	origin  *http.CrossOriginProtection
	classes map[Class]*gate
	salt    []byte
}

// New makes the guard.
func New(o Options) (*Guard, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	g := &Guard{o: o, origin: http.NewCrossOriginProtection(), classes: o.Shed.gates(), salt: o.Source.Bytes(16)}
	if o.PublicURL != "" {
		u, err := url.Parse(o.PublicURL)
		if err != nil {
			return nil, err
		}
		if err := g.origin.AddTrustedOrigin(u.Scheme + "://" + u.Host); err != nil {
			return nil, err
		}
	}
	g.origin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.Fail(w, r, casefile.Fail(casefile.Denied, "party.error.cross_origin"))
	}))
	return g, nil
}

// Handler wraps the server's mux: the outermost handler.
func (g *Guard) Handler(mux http.Handler) http.Handler {
	h := g.routed(mux)
	h = g.origin.Handler(h)
	h = g.bodies(h)
	h = g.addresses(h)
	h = g.shed(h)
	h = ui.Gzip(h)
	h = ui.LangCookie(h)
	h = ui.Headers(h)
	h = g.recover(h)
	return g.record(h)
}

// note is what the layers of one request tell one another.
type note struct {
	id      string
	address netip.Addr
	route   string
	role    casefile.Role
	actor   casefile.ID
	tenant  casefile.Tenant
}

type noteKey struct{}

func noteOf(ctx context.Context) *note {
	if n, ok := ctx.Value(noteKey{}).(*note); ok {
		return n
	}
	return &note{}
}

// RequestID is the id of the request, also sent as X-Request-Id.
func RequestID(ctx context.Context) string { return noteOf(ctx).id }

// Address is where the request comes from: the connection, or what a trusted proxy says. It is for limits; it is never logged or stored in clear.
func Address(ctx context.Context) netip.Addr { return noteOf(ctx).address }

// Acting tells the guard who acts, for the log line. The session layer does it for staff; edges do it for links and keys.
func Acting(ctx context.Context, a casefile.Actor) {
	n := noteOf(ctx)
	n.role, n.actor, n.tenant = party.RoleOf(a), a.ID, a.Tenant
}

// answer watches what a handler answers.
type answer struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (a *answer) WriteHeader(status int) {
	if a.status == 0 && status >= 200 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	n, err := a.ResponseWriter.Write(b)
	a.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// Flush lets streams of events through code that asks for http.Flusher.
func (a *answer) Flush() { _ = http.NewResponseController(a.ResponseWriter).Flush() }

// record gives the request its id and writes its line. The line names the route's pattern and never the path, which can hold a private link; the
// account but never a name; and a short keyed hash of the address that is another one in each run of the server.
func (g *Guard) record(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		n := &note{id: hex.EncodeToString(g.o.Source.Bytes(8)), address: g.address(r)}
		w.Header().Set("X-Request-Id", n.id)
		a := &answer{ResponseWriter: w}
		defer func() { g.line(r, n, a, time.Since(start)) }()
		next.ServeHTTP(a, r.WithContext(context.WithValue(r.Context(), noteKey{}, n)))
	})
}

// line writes the log line and tells the meter.
func (g *Guard) line(r *http.Request, n *note, a *answer, took time.Duration) {
	status, route := a.status, n.route
	if status == 0 {
		status = http.StatusOK
	}
	if route == "" {
		route = "unmatched"
	}
	if g.o.Meter != nil {
		g.o.Meter.Served(route, status, took)
	}
	level := slog.LevelInfo
	if status >= 500 {
		level = slog.LevelWarn
	}
	attrs := []slog.Attr{
		slog.String("id", n.id), slog.String("method", method(r.Method)), slog.String("route", route), slog.Int("status", status),
		slog.Int64("bytes", a.bytes), slog.Float64("ms", float64(took.Microseconds())/1000), slog.String("client", g.client(n.address)),
	}
	if n.role != "" {
		attrs = append(attrs, slog.String("role", string(n.role)), slog.Int64("tenant", int64(n.tenant)))
	}
	if !n.actor.IsNil() && n.role != casefile.Customer {
		attrs = append(attrs, slog.String("actor", n.actor.String()))
	}
	g.o.Log.LogAttrs(context.WithoutCancel(r.Context()), level, "request", attrs...)
}

// method keeps made-up methods out of the log.
func method(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	}
	return "other"
}

// routed notes which pattern of the mux answered.
func (g *Guard) routed(mux http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if n := noteOf(r.Context()); n.route == "" {
				n.route = r.Pattern
			}
		}()
		mux.ServeHTTP(w, r)
	})
}

// recover turns a panic into an error page and a line with the stack.
func (g *Guard) recover(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(p)
			}
			g.o.Log.LogAttrs(r.Context(), slog.LevelError, "panic", slog.String("id", RequestID(r.Context())), slog.String("route", noteOf(r.Context()).route),
				slog.String("panic", panicText(p)), slog.String("stack", string(debug.Stack())))
			if a, ok := w.(*answer); ok && a.status != 0 {
				panic(http.ErrAbortHandler) // half an answer is out: cut it, so that nobody takes it for a whole one
			}
			g.Fail(w, r, casefile.Fail(casefile.Internal, "error.internal"))
		}()
		next.ServeHTTP(w, r)
	})
}

// panicText says what a panic was about without values that could be somebody's data.
func panicText(p any) string {
	if e, ok := p.(interface{ RuntimeError() }); ok {
		return e.(error).Error() //nolint:forcetypeassert // runtime.Error is an error
	}
	return "value of its own"
}

// bodies bounds what is read of a request.
func (g *Guard) bodies(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		limit, longest := int64(DefaultBody), 0
		for _, b := range g.o.Bodies {
			if len(b.Prefix) > longest && strings.HasPrefix(r.URL.Path, b.Prefix) {
				limit, longest = b.Max, len(b.Prefix)
			}
		}
		if r.ContentLength > limit {
			w.Header().Set("Connection", "close")
			g.Fail(w, r, casefile.Fail(casefile.TooLarge, "error.too_large"))
			return
		}
		if r.Body != nil {
			r.Body = http.MaxBytesReader(w, r.Body, limit)
		}
		next.ServeHTTP(w, r)
	})
}

// Fail answers an error: a page for people, problem+json for programs.
func (g *Guard) Fail(w http.ResponseWriter, r *http.Request, err error) {
	if !strings.HasPrefix(r.URL.Path, "/api/") && g.o.Site != nil {
		ui.Fail(w, r, g.o.Site.NewPage(r), err)
		return
	}
	status := ui.StatusOf(err)
	var e *casefile.Error
	if errors.As(err, &e) && e.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((e.RetryAfter+time.Second-1)/time.Second)))
	}
	var b bytes.Buffer
	_ = json.NewEncoder(&b).Encode(map[string]any{"type": "about:blank", "title": http.StatusText(status), "status": status, "code": casefile.CategoryOf(err)})
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

// Sessions loads the session of staff pages. next finds out who it is with party.Sessions.Current; without a session it runs all the same.
func (g *Guard) Sessions(s *party.Sessions, next http.Handler) http.Handler {
	m := s.Manager()
	m.ErrorFunc = func(w http.ResponseWriter, r *http.Request, err error) {
		g.o.Log.LogAttrs(r.Context(), slog.LevelError, "session", slog.String("id", RequestID(r.Context())), slog.String("error", err.Error()))
		if casefile.CategoryOf(err) == casefile.Internal {
			err = casefile.Fail(casefile.Unavailable, "error.unavailable")
		}
		g.Fail(w, r, err)
	}
	return m.LoadAndSave(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if who, ok := s.Current(r.Context()); ok {
			Acting(r.Context(), who.Actor())
			if err := g.check(party.LimitAccount, who.Account.String()); err != nil {
				g.Fail(w, r, err)
				return
			}
		}
		// A mux behind the session layer knows the pattern better than the one before it.
		before := r.Pattern
		defer func() {
			if r.Pattern != before {
				noteOf(r.Context()).route = r.Pattern
			}
		}()
		next.ServeHTTP(w, r)
	}))
}
