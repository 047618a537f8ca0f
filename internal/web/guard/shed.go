package guard

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"anxin/internal/casefile"
)

// Class is what a request is to the server's load.
type Class string

// The classes. Free ones are never shed.
const (
	Free   Class = "free"   // health, metrics, assets
	Live   Class = "live"   // a stream of events: long, nearly no work
	Upload Class = "upload" // long, bounded by the client's line
	Read   Class = "read"   // a page; refused first
	Act    Class = "act"    // somebody's work in progress; refused last
)

// ShedOptions bound how much runs at once. Zero values are good for a small server.
type ShedOptions struct {
	// Work is how many reads and acts run at once (0: 128); reads get three quarters of it. Waiting is how many more wait for a place (0: 512),
	// for at most Patience (0: 3 s).
	Work, Waiting int
	Patience      time.Duration
	// Uploads and Streams run at once (0: 64 and 4096).
	Uploads, Streams int
	// IsUpload recognises uploads; nil is every body with an image or a stream of bytes in it.
	IsUpload func(*http.Request) bool
}

// gate lets a number in and a number wait.
type gate struct {
	places   []chan struct{} // all of them are needed
	waiting  atomic.Int64
	maxWait  int64
	patience time.Duration
}

func (o ShedOptions) gates() map[Class]*gate {
	or := func(v, d int) int {
		if v > 0 {
			return v
		}
		return d
	}
	patience := o.Patience
	if patience == 0 {
		patience = 3 * time.Second
	}
	work, wait := or(o.Work, 128), int64(or(o.Waiting, 512))
	all := make(chan struct{}, work)
	reads := make(chan struct{}, max(1, work*3/4))
	return map[Class]*gate{
		Live:   {places: []chan struct{}{make(chan struct{}, or(o.Streams, 4096))}},
		Upload: {places: []chan struct{}{make(chan struct{}, or(o.Uploads, 64))}, maxWait: 64, patience: patience},
		Read:   {places: []chan struct{}{reads, all}, maxWait: wait, patience: patience},
		Act:    {places: []chan struct{}{all}, maxWait: wait, patience: patience},
	}
}

// enter waits for a place; ok is false when there is none. leave gives it back.
func (g *gate) enter(ctx context.Context) (leave func(), ok bool) {
	var timer *time.Timer
	for i, p := range g.places {
		select {
		case p <- struct{}{}:
			continue
		default:
		}
		if timer == nil {
			if g.waiting.Add(1) > g.maxWait {
				g.waiting.Add(-1)
				g.leave(i)
				return nil, false
			}
			defer g.waiting.Add(-1)
			timer = time.NewTimer(g.patience)
			defer timer.Stop()
		}
		select {
		case p <- struct{}{}:
		case <-timer.C:
			g.leave(i)
			return nil, false
		case <-ctx.Done():
			g.leave(i)
			return nil, false
		}
	}
	return func() { g.leave(len(g.places)) }, true
}

// leave gives back the first n places.
func (g *gate) leave(n int) {
	for _, p := range g.places[:n] {
		<-p
	}
}

func (g *Guard) classOf(r *http.Request) Class {
	switch p := r.URL.Path; {
	case p == "/healthz" || p == "/readyz" || p == "/metrics" || strings.HasPrefix(p, "/assets/"):
		return Free
	case strings.Contains(r.Header.Get("Accept"), "text/event-stream"):
		return Live
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		return Read
	}
	if f := g.o.Shed.IsUpload; f != nil {
		if f(r) {
			return Upload
		}
		return Act
	}
	ct := r.Header.Get("Content-Type")
	if strings.HasPrefix(ct, "image/") || strings.HasPrefix(ct, "multipart/form-data") || strings.HasPrefix(ct, "application/offset+octet-stream") ||
		strings.HasPrefix(ct, "application/octet-stream") {
		return Upload
	}
	return Act
}

// shed refuses work that there is no room for, before it does harm to what runs: 503 with Retry-After, nothing was done.
func (g *Guard) shed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		class := g.classOf(r)
		if class == Free {
			next.ServeHTTP(w, r)
			return
		}
		leave, ok := g.classes[class].enter(r.Context())
		if !ok {
			if g.o.Meter != nil {
				g.o.Meter.Shed(string(class))
			}
			g.Fail(w, r, &casefile.Error{Category: casefile.Unavailable, Key: "error.unavailable", RetryAfter: 5 * time.Second})
			return
		}
		defer leave()
		next.ServeHTTP(w, r)
	})
}
