package parties

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// How often a stream shows that it lives, and how long it lasts: the browser comes back by itself, and its right to look is checked again.
const (
	beat      = 25 * time.Second
	streamFor = 15 * time.Minute
)

// Stream tells a page that something happened: sequence numbers and nothing else; the page is read again. now answers the newest at the beginning, for what happened
// between drawing the page and this moment; an error of it comes before anything is written.
func Stream(ctx context.Context, w http.ResponseWriter, news <-chan int64, after int64, now func() (int64, error)) error {
	seq, err := now()
	if err != nil {
		return err
	}
	head := w.Header()
	head.Set("Content-Type", "text/event-stream")
	head.Set("Cache-Control", "no-store")
	head.Set("X-Accel-Buffering", "no")
	out := http.NewResponseController(w)
	// A stream is written over minutes; the server's limit is for pages.
	_ = out.SetWriteDeadline(time.Now().Add(streamFor + beat))
	w.WriteHeader(http.StatusOK)
	say := func(format string, args ...any) bool {
		_, err := fmt.Fprintf(w, format, args...)
		return err == nil && out.Flush() == nil
	}
	if !say("retry: 3000\n\n") || seq > after && !say("event: seq\ndata: %d\n\n", seq) {
		return nil
	}
	tick := time.NewTicker(beat)
	defer tick.Stop()
	end := time.NewTimer(streamFor)
	defer end.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-end.C:
			return nil
		case <-tick.C:
			if !say(": still here\n\n") {
				return nil
			}
		case seq := <-news:
			if !say("event: seq\ndata: %d\n\n", seq) {
				return nil
			}
		}
	}
}
