package customer

import (
	"bytes"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"

	"anxin/internal/web/upload"
)

// lookKept counts the photos that the browser keeps into window.kept.
const lookKept = `(() => { window.kept = -1; const r = indexedDB.open('ax-uploads', 1); r.onsuccess = () => {
	const q = r.result.transaction('files').objectStore('files').getAll(); q.onsuccess = () => { window.kept = q.result.length; r.result.close(); }; }; return 1; })()`

// The line goes down in the middle of a photo, the page is loaded again and the server is started anew: the photo goes on by itself where it was, without being
// chosen again, and what arrived before is not sent twice.
func TestBrowserGoesOnAfterAReload(t *testing.T) {
	ctx := browser(t)
	f := &fake{status: working()}
	h := serve(t, f)
	h.MaxPhotoBytes = 5 << 20
	dir, key := t.TempDir(), bytes.Repeat([]byte{7}, 32)
	spool := func() {
		s, err := upload.New(dir, upload.Options{Key: key})
		if err != nil {
			t.Fatal(err)
		}
		h.Spool = s
		h = New(h.Config)
	}
	spool()
	var current atomic.Pointer[Handler]
	current.Store(h)
	var pieces, late atomic.Int64
	var up atomic.Bool
	base := site(t, h, func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPatch {
			if n := pieces.Add(1); n > 1 && !up.Load() {
				if c, _, err := http.NewResponseController(w).Hijack(); err == nil {
					_ = c.Close()
				}
				return false
			}
			if up.Load() {
				late.Add(r.ContentLength)
			}
		}
		if strings.HasPrefix(r.URL.Path, "/report") || strings.HasPrefix(r.URL.Path, "/s/") {
			current.Load().ServeHTTP(w, r)
			return false
		}
		return true
	})
	file := noise(t)
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	do(t, ctx,
		chromedp.Navigate(base+"/report?lang=zh"),
		chromedp.SendKeys(`#name`, "陈女士"),
		chromedp.SetUploadFiles(`#photos`, []string{file}),
		until(`document.querySelector('.files li .linkbtn:not([hidden])') !== null`), // it waits: the line is down
	)
	do(t, ctx, eval(lookKept), until(`window.kept === 1`))
	spool() // the server is another process now
	current.Store(h)
	do(t, ctx,
		chromedp.Reload(),
		until(`document.getElementById('name').value === '陈女士'`),
		eval(lookKept), until(`window.kept === 1`),
		until(`document.querySelectorAll('.files li').length === 1`), // nobody chose it again
	)
	up.Store(true)
	do(t, ctx, until(`document.querySelector('.files [data-token]') !== null`), eval(lookKept), until(`window.kept === 0`))
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.received) != 1 || !bytes.Equal(f.received[0], want) {
		t.Fatalf("%d photos arrived, equal: %v", len(f.received), len(f.received) == 1 && bytes.Equal(f.received[0], want))
	}
	if late.Load() >= int64(len(want)) {
		t.Errorf("%d of %d bytes were sent after the reload: the first piece was sent twice", late.Load(), len(want))
	}
}
