package e2e

import (
	"context"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// chromium is the browser's path, or empty.
func chromium() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			return p
		}
	}
	return ""
}

// flags keep Chromium from calling home: the tests run without a network.
func flags(path string) []chromedp.ExecAllocatorOption {
	return append(append([]chromedp.ExecAllocatorOption{}, chromedp.DefaultExecAllocatorOptions[:]...),
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("no-first-run", true), chromedp.Flag("lang", "zh-CN"))
}

// started serialises the start of browsers: two at once are slower than one after the other.
var started sync.Mutex

// browser starts a Chromium of its own for the test; tab makes pages in it. Without a browser the test is skipped loudly, or fails when
// ANXIN_REQUIRE_BROWSER=1 (make test sets it).
func browser(t testing.TB) context.Context {
	t.Helper()
	path := chromium()
	if path == "" {
		if os.Getenv("ANXIN_REQUIRE_BROWSER") == "1" {
			t.Fatal("Chromium is required here and is not installed (apt-get install chromium)")
		}
		t.Skip("NO CHROMIUM, THIS TEST DID NOT RUN (apt-get install chromium)")
	}
	started.Lock()
	defer started.Unlock()
	alloc, stop := chromedp.NewExecAllocator(context.Background(), flags(path)...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start Chromium: %v", err)
	}
	return ctx
}

// tab opens a page of its own, with cookies of its own when alone is true, as wide as a phone or a desk.
func tab(t testing.TB, browser context.Context, width, height int64, alone bool) context.Context {
	t.Helper()
	var opts []chromedp.ContextOption
	if alone {
		opts = append(opts, chromedp.WithNewBrowserContext())
	}
	ctx, cancel := chromedp.NewContext(browser, opts...)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, height)); err != nil {
		t.Fatalf("open a tab: %v", err)
	}
	return ctx
}

// do runs browser steps with a bound on their time.
func do(ctx context.Context, steps ...chromedp.Action[chromedp.Void]) error {
	c, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	return chromedp.Do(c, steps...)
}

// eval evaluates JavaScript that gives a value or a promise of one. It goes round the page's content security policy, as developer tools do.
func eval[T any](ctx context.Context, expression string) (T, error) {
	c, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	return chromedp.Run(c, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise, chromedp.EvalAsValue))
}
