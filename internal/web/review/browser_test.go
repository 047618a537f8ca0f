package review

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"anxin/internal/casefile"
	"anxin/internal/claim"
	"anxin/internal/web/staff"
	"anxin/internal/web/staff/stafftest"
	"anxin/internal/web/ui"
)

// browser starts Chromium, or skips with the reason.
func browser(t *testing.T) context.Context {
	t.Helper()
	if testing.Short() {
		t.Skip("drives a browser")
	}
	found := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			found = p
			break
		}
	}
	if found == "" {
		if os.Getenv("ANXIN_REQUIRE_BROWSER") == "1" {
			t.Fatal("no Chromium found")
		}
		t.Skip("no Chromium found: the keys of the review are not tested")
	}
	opts := append([]chromedp.ExecAllocatorOption{}, chromedp.DefaultExecAllocatorOptions[:]...)
	opts = append(opts, chromedp.ExecPath(found), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(1440, 900))
	actx, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(actx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return ctx
}

type walk struct {
	t   *testing.T
	ctx context.Context
}

func (w walk) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, 30*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		w.t.Fatalf("%s: %v", what, err)
	}
}

// keys presses keys; nothing else touches the page.
func (w walk) keys(keys string, opts ...chromedp.KeyOption) {
	w.t.Helper()
	w.do("keys "+keys, chromedp.KeyEvent(keys, opts...))
}

// until waits for a JavaScript expression to become true, over page loads too.
func (w walk) until(expression string) {
	w.t.Helper()
	w.do("waiting", func(ctx context.Context, tg *chromedp.Target) (chromedp.Void, error) {
		for {
			if ok, err := chromedp.Evaluate[bool](expression)(ctx, tg); err == nil && ok {
				return chromedp.Void{}, nil
			}
			select {
			case <-ctx.Done():
				return chromedp.Void{}, fmt.Errorf("never true: %s", expression)
			case <-time.After(30 * time.Millisecond):
			}
		}
	})
}

// serve is the reviewer's pages on a server of their own.
func serve(t *testing.T, routes []staff.Route) *httptest.Server {
	t.Helper()
	edge := stafftest.Edge(t, casefile.Reviewer)
	mux := http.NewServeMux()
	mux.Handle("/assets/", edge.Site.Assets)
	edge.Mount(mux, routes)
	srv := httptest.NewServer(ui.Headers(ui.LangCookie(mux)))
	t.Cleanup(func() { srv.CloseClientConnections(); srv.Close() })
	return srv
}

// A whole review by keyboard: take the next case, look at pictures, write the first impression, read what the checks found, fill in the decision, send it.
func TestAWholeReviewByKeyboard(t *testing.T) {
	ctx := browser(t)
	f, routes := world(t)
	f.info = claim.QueueInfo{Queues: []claim.QueueCount{{Queue: "review", Waiting: 1}}, MayTake: true}
	srv := serve(t, routes)
	w := walk{t, ctx}
	const active = "document.activeElement"

	w.do("open the queue", chromedp.Navigate(srv.URL+"/review?lang=zh"))
	w.keys("?")
	w.until("document.querySelector('#help').open")
	w.keys("\x1b")
	w.until("!document.querySelector('#help').open")
	w.keys("n")
	w.until("!!document.querySelector('#impression')")

	// Pictures: next reference, zoom in step, slider.
	w.until("document.querySelector('[data-board=record]').hidden")
	w.keys(".")
	w.until("document.querySelector('[data-pick=R2]').getAttribute('aria-current') === 'true' && !document.querySelector('[data-pane=ref] [data-after]').hidden")
	w.keys("+")
	w.until("document.querySelector('[data-scale]').textContent === '140%' && [...document.querySelectorAll('.cmp-view img')].every(i => i.style.transform.includes('scale(1.4)'))")
	w.keys("x")
	w.until("document.querySelector('ax-compare').classList.contains('cmp-slide')")
	w.keys("f")
	w.until("document.querySelector('ax-compare').matches('.cmp-flicker:not(.cmp-slide)')")
	w.keys("f0r")
	w.until("!document.querySelector('[data-board=record]').hidden && document.querySelector('[data-board=media]').hidden")
	w.keys("m")

	// Parts: j goes on, k goes back.
	w.keys("jj")
	w.until(active + ".matches('.rv-said li')")
	w.keys("k")
	w.until(active + ".matches('.rv-sec')")

	// First impression: a digit, words, Ctrl+Enter.
	w.keys("2")
	w.until("document.querySelector('[name=impress_leaning][value=unclear]').checked")
	w.keys("i")
	w.until(active + ".id === 'impress_words'")
	w.keys("clean edges, j and 2 are only letters here")
	w.keys("\r", chromedp.KeyModifiers(chromedp.ModifierCtrl))
	w.until("!!document.querySelector('#signals') && !!document.querySelector('#decide') && document.querySelector('[data-board=record]').hidden") // the script has begun
	// The protocol sends the letter of the key that led here apart from the key itself; a keyboard does not.
	if c := one[claim.Impress](t, f); c.Leaning != "unclear" || strings.TrimPrefix(c.Words, "i") != "clean edges, j and 2 are only letters here" {
		t.Fatalf("%+v", c)
	}

	// The decision: outcome by digit, boxes by tab and space, words; the draft grows beside them.
	w.keys("d")
	w.until(active + ".name === 'remedy'")
	w.keys("2")
	w.until("document.querySelector('[name=remedy][value=refund_return]').checked")
	for _, box := range []string{"[name=reasons]", "#grounds"} {
		w.until("(document.querySelector('" + box + "').focus(), true)") // as tab does, without walking over thirty boxes
		w.keys(" ")
		w.until("document.querySelector('" + box + "').checked")
	}
	for _, field := range []string{"words", "on_buyer", "on_merchant"} {
		w.until("(document.querySelector('#" + field + "').focus(), true)")
		w.keys("because of " + field)
	}
	w.until("!document.querySelector('[data-board=letter]').hidden && document.querySelector('#draft').textContent.includes('because of on_merchant')")
	w.keys("\t") // to the burden of proof
	w.until(active + ".id === 'burden'")
	w.keys(" ")
	w.keys("\r", chromedp.KeyModifiers(chromedp.ModifierCtrl))
	w.until("location.pathname === '/review' && location.search === '?done=decide'")
	w.until("!Object.keys(sessionStorage).some(k => k.startsWith('form:decide-'))")
	if c := one[claim.Decide](t, f); c.Remedy != claim.RefundReturn || len(c.Reasons) != 1 || len(c.Grounds) != 1 || c.Words != "because of words" || c.Burden != claim.BurdenMerchant {
		t.Fatalf("%+v", c)
	}
}
