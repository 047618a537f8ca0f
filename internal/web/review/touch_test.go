package review

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"anxin/internal/check"
	"anxin/internal/claim"
)

// rest is between two touches: what comes sooner is the second half of a double tap, or only stops a page that glides. On a slow machine
// even more is too soon; people touch again then, and so does the test.
const rest = 300 * time.Millisecond

// point is where a finger is, in parts of the claim's view.
type point struct{ x, y float64 }

// fingers puts fingers down, moves them in steps and lifts them.
func (w walk) fingers(what string, from, to []point) {
	w.t.Helper()
	w.do(what, func(ctx context.Context, tg *chromedp.Target) (chromedp.Void, error) {
		r, err := chromedp.Evaluate[[]float64](`(() => { const r = document.querySelector('[data-pane=claim] .cmp-view').getBoundingClientRect(); return [r.left, r.top, r.width, r.height] })()`)(ctx, tg)
		if err != nil {
			return chromedp.Void{}, err
		}
		touch := func(kind input.DispatchTouchEventType, k float64) error {
			list := []*input.TouchPoint{}
			for i := range from {
				if kind == input.DispatchTouchEventTypeTouchEnd {
					break
				}
				id := float64(i)
				list = append(list, &input.TouchPoint{X: r[0] + r[2]*(from[i].x+(to[i].x-from[i].x)*k), Y: r[1] + r[3]*(from[i].y+(to[i].y-from[i].y)*k), ID: &id})
			}
			_, err := cdp.Call(ctx, tg, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: kind, TouchPoints: list})
			time.Sleep(16 * time.Millisecond) // a frame: fingers are no faster
			return err
		}
		if err := touch(input.DispatchTouchEventTypeTouchStart, 0); err != nil {
			return chromedp.Void{}, err
		}
		for i := 1; i <= 8; i++ {
			if err := touch(input.DispatchTouchEventTypeTouchMove, float64(i)/8); err != nil {
				return chromedp.Void{}, err
			}
		}
		err = touch(input.DispatchTouchEventTypeTouchEnd, 1)
		time.Sleep(rest)
		return chromedp.Void{}, err
	})
}

// touch touches an element.
func (w walk) touch(selector string) {
	w.t.Helper()
	w.do("tap "+selector, func(ctx context.Context, tg *chromedp.Target) (chromedp.Void, error) {
		r, err := chromedp.Evaluate[[]float64](fmt.Sprintf(`(() => { const e = document.querySelector(%q); e.scrollIntoView({block: "center"}); const r = e.getBoundingClientRect(); return [r.left + r.width / 2, r.top + r.height / 2] })()`, selector))(ctx, tg)
		if err != nil {
			return chromedp.Void{}, err
		}
		if _, err := cdp.Call(ctx, tg, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: input.DispatchTouchEventTypeTouchStart, TouchPoints: []*input.TouchPoint{{X: r[0], Y: r[1]}}}); err != nil {
			return chromedp.Void{}, err
		}
		_, err = cdp.Call(ctx, tg, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: input.DispatchTouchEventTypeTouchEnd, TouchPoints: []*input.TouchPoint{}})
		time.Sleep(rest)
		return chromedp.Void{}, err
	})
}

// again does something until an expression is true, at most five times.
func (w walk) again(does func(), expression string) {
	w.t.Helper()
	for range 5 {
		does()
		for range 8 {
			ok := false
			w.do("looking", func(ctx context.Context, tg *chromedp.Target) (chromedp.Void, error) {
				var err error
				ok, err = chromedp.Evaluate[bool](expression)(ctx, tg)
				return chromedp.Void{}, err
			})
			if ok {
				return
			}
			time.Sleep(60 * time.Millisecond)
		}
	}
	w.t.Fatalf("never true, however often it was touched: %s", expression)
}

func (w walk) tap(selector, expression string) {
	w.t.Helper()
	w.again(func() { w.touch(selector) }, expression)
}

// The pictures are compared on a tablet with fingers alone: pinch, drag, slider, flicker, boxes.
func TestCompareByTouch(t *testing.T) {
	ctx := browser(t)
	f, routes := world(t)
	f.page.Impressed = true
	d, err := json.Marshal(check.Detail{Match: &check.Match{Item: photoID, Reference: check.Related{Case: listingID, Item: refID, Relation: check.RelReference}, Same: true, Changed: true, Band: "strong",
		Size: [2]int{1024, 768}, Boxes: [][4]int{{423, 248, 275, 165}, {40, 600, 60, 60}}, Overlay: demoID(0x51), Aligned: demoID(0x55), Flicker: demoID(0x56)}})
	if err != nil {
		t.Fatal(err)
	}
	f.signals.Signals = []claim.Signal{{ID: "m", Check: "same_photograph", Group: "match", Item: photoID, Strength: "strong", Applicability: claim.SignalOK, Fact: claim.Text{ZH: "出自同一张照片", EN: "same"},
		Related: []claim.Related{{Case: listingID, Item: refID, Relation: "reference"}}, Detail: d}}
	srv := serve(t, routes)
	w := walk{t, ctx}
	w.do("a tablet", chromedp.EmulateViewport(820, 1180, chromedp.EmulateMobile, chromedp.EmulateTouch), chromedp.Navigate(srv.URL+at0+"?lang=zh"))
	w.until("document.querySelector('ax-compare [data-pane=claim] img').draggable === false")
	w.until("document.documentElement.scrollWidth <= 820")
	w.until("[...document.querySelectorAll('.cmp-bar .btn:not([hidden])')].every(b => b.getBoundingClientRect().height >= 44)")
	w.until("(document.querySelector('.cmp-panes').scrollIntoView({block: 'center'}), true)")
	const scales = "[...document.querySelectorAll('.cmp-view img')].map(i => Number((i.style.transform.match(/scale\\((.*)\\)/) || [0, 1])[1]))"
	const whole = scales + ".every(s => s === 1)"
	const still = "window.scrollY === window.was && visualViewport.scale === 1"
	w.until("(window.was = window.scrollY, true)")

	// Two fingers zoom, sideways and up and down, both pictures in step; the page stays where it is.
	for _, c := range []struct {
		name     string
		from, to []point
	}{
		{"sideways", []point{{.45, .5}, {.55, .5}}, []point{{.3, .5}, {.7, .5}}},
		{"up and down", []point{{.5, .45}, {.5, .55}}, []point{{.5, .3}, {.5, .7}}},
		{"slanting", []point{{.45, .45}, {.55, .55}}, []point{{.3, .3}, {.7, .7}}},
	} {
		w.fingers("pinch "+c.name, c.from, c.to)
		w.until(scales + ".every(s => s > 3.5 && s < 4.5) && " + still)
		w.fingers("pinch back "+c.name, c.to, c.from)
		w.until(scales + ".every(s => s < 1.2) && " + still)
		w.tap("[data-zoom=fit]", whole)
		w.until("(document.querySelector('.cmp-panes').scrollIntoView({block: 'center'}), window.was = window.scrollY, true)")
	}

	// One finger moves what is larger than its view, and scrolls the page where it is not.
	w.tap("[data-zoom=in]", scales+".every(s => s > 1.3)")
	w.tap("[data-zoom=in]", scales+".every(s => s > 1.9)")
	w.until("(document.querySelector('.cmp-panes').scrollIntoView({block: 'center'}), window.was = window.scrollY, window.before = document.querySelector('[data-pane=ref] img').style.transform, true)")
	w.fingers("drag", []point{{.6, .6}}, []point{{.4, .4}})
	w.until("document.querySelector('[data-pane=ref] img').style.transform !== window.before && document.querySelector('[data-pane=ref] img').style.transform === document.querySelector('[data-pane=claim] img').style.transform && " + still)
	w.tap("[data-zoom=fit]", whole)
	w.until("(document.querySelector('.cmp-panes').scrollIntoView({block: 'center'}), window.was = window.scrollY, true)")
	w.again(func() { w.fingers("scroll", []point{{.5, .8}}, []point{{.5, .2}}) }, "Math.abs(window.scrollY - window.was) > 50 && "+whole)
	w.until("(() => { const y = window.scrollY, same = y === window.last; window.last = y; return same })()") // a touch on a page that still glides only stops it

	// The slider follows the finger on the picture; a box is brought into the middle; flicker turns by itself and can be pinched.
	w.tap("button[data-slide]", "document.querySelector('ax-compare').classList.contains('cmp-slide')")
	w.until("(document.querySelector('.cmp-panes').scrollIntoView({block: 'center'}), window.was = window.scrollY, true)")
	w.fingers("slide", []point{{.5, .5}}, []point{{.2, .55}})
	w.until("Math.abs(Number(document.querySelector('.cmp-range input').value) - 20) <= 3 && document.querySelector('[data-pane=ref] .cmp-view').style.clipPath.includes('%') && " + still)
	w.fingers("slide upwards", []point{{.2, .8}}, []point{{.7, .2}})
	w.until("Math.abs(Number(document.querySelector('.cmp-range input').value) - 70) <= 3 && " + still)
	w.tap("button[data-flicker]", "document.querySelector('ax-compare').matches('.cmp-flicker:not(.cmp-slide)')")
	w.until("document.querySelector('ax-compare').classList.contains('cmp-off')")
	w.until("!document.querySelector('ax-compare').classList.contains('cmp-off')")
	w.until("(document.querySelector('.cmp-panes').scrollIntoView({block: 'center'}), window.was = window.scrollY, true)")
	w.fingers("pinch while it flickers", []point{{.45, .5}, {.55, .5}}, []point{{.3, .5}, {.7, .5}})
	w.until(scales + ".every(s => s > 3.5) && " + still)
	w.tap("button[data-flicker]", "!document.querySelector('ax-compare').classList.contains('cmp-flicker')")
	w.tap("[data-zoom=fit]", whole)
	w.tap(`[data-at^="40 600"]`, scales+".every(s => s > 2)")
	w.until("document.querySelector('[data-at^=\"40 600\"]').hasAttribute('aria-current') && !document.querySelector('ax-compare').classList.contains('cmp-flicker')")
	w.tap("[data-zoom=fit]", whole)
	w.tap("[data-pick=R2]", "document.querySelector('[data-pick=R2]').getAttribute('aria-current') === 'true'")
	w.tap("[data-beside=B1]", "document.querySelector('[data-pick=R1]').getAttribute('aria-current') === 'true' && document.querySelector('ax-compare').className === 'cmp'")
}
