package staff

import (
	"fmt"
	"net/http"
	"time"

	"anxin/internal/casefile"
)

// Live tells that something happened in a case, or with the Nil case anywhere in the tenant; *casefile.Live does.
type Live interface {
	Subscribe(tenant casefile.Tenant, id casefile.ID) (news <-chan int64, cancel func())
}

// How long a stream lives and how often it says that it does: proxies cut silent ones, and a log-in must not be outlived.
const (
	streamLife = 10 * time.Minute
	streamBeat = 20 * time.Second
)

// Stream answers with events named "seq" whose data is the newest sequence number. Only is asked before each one; nil lets all through.
func (q *Request) Stream(l Live, id casefile.ID, only func(seq int64) bool) error {
	ctl := http.NewResponseController(q.W)
	// A stream is written over minutes; the server's limit is for pages.
	_ = ctl.SetWriteDeadline(time.Now().Add(streamLife + streamBeat))
	news, cancel := l.Subscribe(q.Actor.Tenant, id)
	defer cancel()
	h := q.W.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	q.W.WriteHeader(http.StatusOK)
	fmt.Fprint(q.W, "retry: 5000\n\n")
	if err := ctl.Flush(); err != nil {
		return nil
	}
	end := time.NewTimer(streamLife)
	defer end.Stop()
	beat := time.NewTicker(streamBeat)
	defer beat.Stop()
	for {
		select {
		case <-q.Context().Done():
			return nil
		case <-end.C:
			return nil
		case <-beat.C:
			fmt.Fprint(q.W, ": still here\n\n")
		case seq := <-news:
			if only != nil && !only(seq) {
				continue
			}
			fmt.Fprintf(q.W, "event: seq\ndata: %d\n\n", seq)
		}
		if ctl.Flush() != nil {
			return nil
		}
	}
}
