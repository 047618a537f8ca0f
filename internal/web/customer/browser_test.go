package customer

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math/rand"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"anxin/internal/casefile"
	"anxin/internal/i18n"
	"anxin/internal/service"
	"anxin/internal/web/ui"
	"anxin/internal/web/webtest"
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
		t.Skip("no Chromium found: the scripts of the pages are not tested")
	}
	opts := append([]chromedp.ExecAllocatorOption{}, chromedp.DefaultExecAllocatorOptions[:]...)
	opts = append(opts, chromedp.ExecPath(found), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()))
	actx, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(actx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return ctx
}

// site serves the handler as the product does: assets, headers, compression. between may spoil a request; false means that it did.
func site(t *testing.T, h *Handler, between func(w http.ResponseWriter, r *http.Request) bool) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("/assets/", h.Site.Assets)
	mux.Handle("/", h)
	srv := httptest.NewServer(ui.Headers(ui.LangCookie(ui.Gzip(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if between == nil || between(w, r) {
			mux.ServeHTTP(w, r)
		}
	})))))
	t.Cleanup(func() {
		srv.CloseClientConnections() // live pages stay open for ever
		srv.Close()
	})
	return srv.URL
}

func do(t *testing.T, ctx context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	for i, s := range steps {
		if err := chromedp.Do(ctx, s); err != nil {
			var page string
			short, stop := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
			page, _ = chromedp.Run(short, chromedp.Text("main"))
			stop()
			t.Fatalf("step %d: %v\n%s", i+1, err, page)
		}
	}
}

// until waits for a JavaScript expression to become true, over page loads too.
func until(expression string) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, tg *chromedp.Target) (chromedp.Void, error) {
		for {
			if ok, err := chromedp.Evaluate[bool](expression)(ctx, tg); err == nil && ok {
				return chromedp.Void{}, nil
			}
			select {
			case <-ctx.Done():
				return chromedp.Void{}, fmt.Errorf("never true: %s", expression)
			case <-time.After(50 * time.Millisecond):
			}
		}
	}
}

func eval(expression string) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, tg *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Evaluate[any](expression)(ctx, tg)
		return chromedp.Void{}, err
	}
}

// noise writes a PNG that does not compress, so that it takes several pieces.
func noise(t *testing.T) string {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 400, 300))
	r := rand.New(rand.NewSource(1))
	for i := range m.Pix {
		m.Pix[i] = byte(r.Intn(256))
	}
	m.Set(0, 0, color.Black)
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	p := filepath.Join(t.TempDir(), "IMG_0001.png")
	if err := os.WriteFile(p, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

// One report in a real browser: the fault list follows the product, the address is understood while one goes on, a photo arrives although the connection
// breaks in the middle, a reload loses nothing, a double click makes one report.
func TestBrowserReport(t *testing.T) {
	ctx := browser(t)
	f := &fake{status: working()}
	h := serve(t, f)
	h.MaxPhotoBytes = 5 << 20
	h = New(h.Config)
	var patches atomic.Int32
	base := site(t, h, func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPatch && patches.Add(1) == 2 {
			c, _, err := http.NewResponseController(w).Hijack()
			if err == nil {
				_ = c.Close() // the connection breaks under the second piece
			}
			return false
		}
		return true
	})
	file := noise(t)
	do(t, ctx,
		chromedp.Navigate(base+"/report?lang=zh"),
		until(`document.querySelectorAll('#fault optgroup').length === 0`),
		chromedp.Click(`input[name=kind][value=repair]`),
		chromedp.SetValue(`#product`, "smart_lock"),
		eval(`document.getElementById('product').dispatchEvent(new Event('change', {bubbles: true}))`),
		until(`document.querySelectorAll('#fault optgroup').length === 1 && document.querySelector('#fault optgroup').dataset.product === 'smart_lock'`),
		chromedp.SetValue(`#fault`, "smart_lock/keypad"),
		chromedp.SendKeys(`#address`, "鼓楼区中山路 18 号"),
		chromedp.SendKeys(`#name`, "陈女士"),
		until(`document.querySelectorAll('input[type=radio][name=region]').length === 3`),
		chromedp.Click(`input[name=region][value="350102"]`),
		chromedp.SendKeys(`#phone`, "19900000001"),
		chromedp.SetUploadFiles(`#photos`, []string{file}),
		until(`document.querySelector('.files [data-token]') !== null`),
		chromedp.Reload(),
		until(`document.querySelector('.files [data-token]') !== null`),
		until(`document.getElementById('name').value === '陈女士' && document.getElementById('fault').value === 'smart_lock/keypad'`),
		until(`document.querySelectorAll('input[type=radio][name=region]').length === 3`),
		eval(`(() => { const b = document.querySelector('button.btn-primary'); setTimeout(() => { b.click(); b.click(); }); })()`),
		until(`location.pathname === '/s/good-link-token/receipt' && document.querySelector('.bignum') !== null`),
		until(`sessionStorage.getItem('form:report') === null`),
	)
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.received) != 1 || !bytes.Equal(f.received[0], want) {
		t.Errorf("%d photos arrived, equal: %v", len(f.received), len(f.received) == 1 && bytes.Equal(f.received[0], want))
	}
	if patches.Load() < 4 {
		t.Errorf("%d pieces: the photo did not need several", patches.Load())
	}
	if len(f.reports) != 1 {
		t.Fatalf("%d reports from a double click", len(f.reports))
	}
	if r := f.reports[0]; r.Fault != "keypad" || len(r.Photos) != 1 || r.Name != "陈女士" {
		t.Errorf("%+v", r)
	}
}

// The status page: the sum follows the choices, a live update exchanges what changed and leaves what somebody is writing in, a signature is drawn.
func TestBrowserStatus(t *testing.T) {
	ctx := browser(t)
	f := &fake{status: working(), news: make(chan int64, 1)}
	base := site(t, serve(t, f), nil)
	do(t, ctx,
		chromedp.Navigate(base+private+"?lang=zh"),
		until(`document.querySelector('[data-chosen]').textContent === '¥0.00'`),
		chromedp.Click(`#line-2-y`),
		until(`document.querySelector('[data-chosen]').textContent === '¥80.00'`),
	)
	st := working()
	st.Seq, st.Visits[0].State = 8, service.VisitWorking
	st.Visits[0].Quote.State = service.QuoteAnswered
	f.mu.Lock()
	f.status = st
	f.mu.Unlock()
	f.news <- 8
	do(t, ctx,
		until(`document.querySelector('h1').textContent === '正在服务'`),
		// The quote was being answered: it stays under the hand, though the rest of the page has moved on.
		until(`document.querySelector('#line-2-y').checked`),
		until(`document.querySelector('[data-live=quote]').compareDocumentPosition(document.querySelector('[data-live=timeline]')) & Node.DOCUMENT_POSITION_FOLLOWING ? true : false`),
	)
	f.mu.Lock()
	f.status = signing()
	f.mu.Unlock()
	do(t, ctx,
		chromedp.Navigate(base+private+"?lang=zh"),
		chromedp.ScrollIntoView(`canvas.signpad`),
		chromedp.WaitVisible(`canvas.signpad`),
		chromedp.Action[chromedp.Void](drawLine),
		until(`document.querySelector('input[name=drawing]').value.startsWith('data:image/png;base64,')`),
		chromedp.Click(`#agree`),
		chromedp.Click(`#sign button[type=submit]`),
		until(`location.search === '?ok=sign' && document.querySelector('[data-toast]') !== null`),
	)
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.kinds) != 1 || f.kinds[0] != "signature" {
		t.Fatalf("sealed %v", f.kinds)
	}
	if c, ok := f.commands[len(f.commands)-1].(service.Sign); !ok || c.Item != photoID {
		t.Errorf("%+v", f.commands)
	}
}

// drawLine draws over the canvas with pointer events at its own coordinates.
func drawLine(ctx context.Context, tg *chromedp.Target) (chromedp.Void, error) {
	return eval(`(() => {
		const c = document.querySelector('canvas.signpad'), r = c.getBoundingClientRect();
		const at = (type, x, y) => c.dispatchEvent(new PointerEvent(type, {bubbles: true, cancelable: true, pointerId: 1, clientX: r.left + x, clientY: r.top + y}));
		c.setPointerCapture = () => {};
		at('pointerdown', 20, 60);
		for (let x = 20; x < 220; x += 10) at('pointermove', x, 60 + (x % 40));
		at('pointerup', 220, 60);
	})()`)(ctx, tg)
}

// Without scripts a report goes all the way to the receipt, photo included.
func TestBrowserWithoutScripts(t *testing.T) {
	ctx := browser(t)
	f := &fake{status: working()}
	h := serve(t, f)
	h.MaxPhotoBytes = 5 << 20
	h = New(h.Config)
	base := site(t, h, nil)
	if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	do(t, ctx,
		chromedp.Navigate(base+"/report?lang=zh"),
		chromedp.WaitVisible(`#photos`),
		chromedp.Click(`input[name=kind][value=repair]`),
		chromedp.SetValue(`#product`, "smart_lock"),
		chromedp.SendKeys(`#address`, "杭州西湖区文三路 90 号"),
		chromedp.SendKeys(`#name`, "陈女士"),
		chromedp.SendKeys(`#phone`, "19900000001"),
		chromedp.SetUploadFiles(`#photos`, []string{noise(t)}),
		chromedp.Click(`button.btn-primary`),
		chromedp.WaitVisible(`.bignum`),
	)
	where, err := chromedp.Run(ctx, chromedp.Location())
	if err != nil || !strings.HasSuffix(where, "/s/good-link-token/receipt") {
		t.Errorf("%q %v", where, err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.reports) != 1 || len(f.received) != 1 || len(f.reports[0].Photos) != 1 || f.reports[0].Photos[0] != casefile.ID(photoID) {
		t.Errorf("%d reports, %d photos", len(f.reports), len(f.received))
	}
}

// On a narrow phone no page is wider than the screen, in the longer language, and everything that is tapped is at least 44 pixels high. Links inside a
// sentence are as high as the sentence.
func TestBrowserNarrow(t *testing.T) {
	ctx := browser(t)
	page := webtest.Page(t, i18n.EN)
	stories := map[string]ui.Story{}
	for _, s := range Stories() {
		stories[s.Name] = s
	}
	mux := http.NewServeMux()
	mux.Handle("/assets/", page.Site.Assets)
	mux.HandleFunc("/{name}", func(w http.ResponseWriter, r *http.Request) {
		if s, ok := stories[r.PathValue("name")]; ok {
			ui.Render(w, r, http.StatusOK, s.Render(page))
		}
	})
	srv := httptest.NewServer(ui.Headers(mux))
	t.Cleanup(func() {
		srv.CloseClientConnections()
		srv.Close()
	})
	do(t, ctx, chromedp.EmulateViewport(320, 700, chromedp.EmulateMobile, chromedp.EmulateTouch))
	for _, s := range Stories() {
		do(t, ctx, chromedp.Navigate(srv.URL+"/"+s.Name))
		wrong, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](`(() => {
			const bad = [], seen = (e) => e.getClientRects().length > 0;
			if (document.documentElement.scrollWidth > 320) {
				const wide = Array.from(document.querySelectorAll('main *, footer *, header *')).filter((e) => seen(e) && !e.closest('.tablebox, .tabs') && e.getBoundingClientRect().right > 320.5);
				bad.push('wider than the screen: ' + wide.slice(0, 3).map((e) => e.tagName + '.' + e.className + ' ' + e.textContent.trim().slice(0, 30)).join('; '));
			}
			for (const e of document.querySelectorAll('.btn, .linkbtn, .choice, .check, summary, select, input.input, textarea, .foot li a, .links a, .langswitch, .backlink, .door')) {
				const h = e.getBoundingClientRect().height;
				if (seen(e) && h < 43.5) bad.push(h + ' px high: ' + e.tagName + '.' + e.className + ' ' + e.textContent.trim().slice(0, 30));
			}
			return bad;
		})()`))
		if err != nil {
			t.Fatalf("%s: %v", s.Name, err)
		}
		for _, w := range wrong {
			t.Errorf("%s: %s", s.Name, w)
		}
	}
}
