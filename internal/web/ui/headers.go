package ui

import (
	"compress/gzip"
	"net/http"
	"strings"
	"sync"

	"anxin/internal/i18n"
)

// CSP is the content security policy of every page: our own origin and nothing else, no inline code, no inline style, not inside any frame.
// blob: pictures are the previews of photos just taken.
const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self'; connect-src 'self'; " +
	"manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// Headers sets the browser's security headers on everything that next answers. frameAncestors lets the named origins frame the page (the call
// pop-up); none is nobody.
func Headers(next http.Handler, frameAncestors ...string) http.Handler {
	policy := CSP
	if len(frameAncestors) > 0 {
		policy = strings.Replace(CSP, "frame-ancestors 'none'", "frame-ancestors "+strings.Join(frameAncestors, " "), 1)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		// Case links are in URLs: no other origin may ever learn them.
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()")
		if len(frameAncestors) == 0 {
			h.Set("X-Frame-Options", "DENY")
		}
		if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}

// HostCookie makes a cookie that only this host reads, over TLS, and no script: its name gets the __Host- prefix. On plain HTTP (a developer's
// machine) browsers refuse that prefix, so secure=false leaves it out.
func HostCookie(name, value string, secure bool) *http.Cookie {
	c := &http.Cookie{Name: CookieName(name, secure), Value: value, Path: "/", HttpOnly: true, Secure: secure, SameSite: http.SameSiteLaxMode}
	return c
}

// CookieName is the name that HostCookie gives.
func CookieName(name string, secure bool) string {
	if secure {
		return "__Host-" + name
	}
	return name
}

// LangCookie remembers the language when somebody uses the switch.
func LangCookie(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if l, explicit := i18n.Choose(r); explicit {
			http.SetCookie(w, &http.Cookie{
				Name: i18n.Cookie, Value: string(l), Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true,
				Secure: r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https", SameSite: http.SameSiteLaxMode,
			})
		}
		next.ServeHTTP(w, r)
	})
}

var gzips = sync.Pool{New: func() any { z, _ := gzip.NewWriterLevel(nil, 5); return z }}

// Gzip compresses pages. Streams of events and things already encoded pass as they are. Pages hold no secret that an attacker can measure by
// making them reflect chosen text: forms are guarded by the browser's origin, not by a token in the page.
func Gzip(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") || r.Method == http.MethodHead {
			next.ServeHTTP(w, r)
			return
		}
		g := &gzipWriter{ResponseWriter: w}
		defer g.close()
		next.ServeHTTP(g, r)
	})
}

type gzipWriter struct {
	http.ResponseWriter
	z       *gzip.Writer
	decided bool
}

func (g *gzipWriter) WriteHeader(status int) {
	if !g.decided && status >= 200 {
		g.decided = true
		h := g.Header()
		ct := h.Get("Content-Type")
		text := strings.HasPrefix(ct, "text/html") || strings.HasPrefix(ct, "text/plain") || strings.HasPrefix(ct, "application/json")
		if text && h.Get("Content-Encoding") == "" && status != http.StatusNoContent && status != http.StatusNotModified {
			h.Set("Content-Encoding", "gzip")
			h.Add("Vary", "Accept-Encoding")
			h.Del("Content-Length")
			g.z = gzips.Get().(*gzip.Writer)
			g.z.Reset(g.ResponseWriter)
		}
	}
	g.ResponseWriter.WriteHeader(status)
}

func (g *gzipWriter) Write(b []byte) (int, error) {
	if !g.decided {
		if g.Header().Get("Content-Type") == "" {
			g.Header().Set("Content-Type", http.DetectContentType(b))
		}
		g.WriteHeader(http.StatusOK)
	}
	if g.z != nil {
		return g.z.Write(b)
	}
	return g.ResponseWriter.Write(b)
}

// Flush sends what is written so far; streams of events need it.
func (g *gzipWriter) Flush() {
	if g.z != nil {
		_ = g.z.Flush()
	}
	if f, ok := g.ResponseWriter.(http.Flusher); ok {
		f.Flush()
	}
}

// Unwrap lets http.ResponseController reach the connection.
func (g *gzipWriter) Unwrap() http.ResponseWriter { return g.ResponseWriter }

func (g *gzipWriter) close() {
	if g.z != nil {
		_ = g.z.Close()
		gzips.Put(g.z)
		g.z = nil
	}
}
