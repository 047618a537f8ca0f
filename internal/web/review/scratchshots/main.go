package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/chromedp/chromedp"
)

// args: base login out lang width steps...   step: path | click:sel | shot:name | keys:text | eval:js
func main() {
	base, login, out, lang := os.Args[1], os.Args[2], os.Args[3], os.Args[4]
	var w int64
	fmt.Sscan(os.Args[5], &w)
	opts := append([]chromedp.ExecAllocatorOption{}, chromedp.DefaultExecAllocatorOptions[:]...)
	opts = append(opts, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("hide-scrollbars", true))
	actx, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	defer stop()
	ctx, cancel := chromedp.NewContext(actx)
	defer cancel()
	if err := chromedp.Do(ctx); err != nil {
		panic(err)
	}
	ctx, c2 := context.WithTimeout(ctx, 200*time.Second)
	defer c2()
	do := func(a ...chromedp.) {
		if err := chromedp.Do(ctx, a...); err != nil {
			fmt.Println("ERR", err)
		}
	}
	h := int64(900)
	if w < 600 {
		h = 844
	}
	do(chromedp.EmulateViewport(w, h))
	do(chromedp.Navigate(base + "/login?lang=" + lang))
	do(chromedp.SendKeys("#login", login), chromedp.SendKeys("#password", "demo-demo-demo\r"))
	time.Sleep(2500 * time.Millisecond)
	for _, s := range os.Args[6:] {
		k, v, _ := strings.Cut(s, ":")
		switch k {
		case "go":
			do(chromedp.Navigate(base + v))
		case "click":
			do(chromedp.Click(v))
			time.Sleep(1500 * time.Millisecond)
		case "keys":
			do(chromedp.KeyEvent(v))
			time.Sleep(400 * time.Millisecond)
		case "shot":
			time.Sleep(700 * time.Millisecond)
			b, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
			if err != nil {
				fmt.Println("ERR", err)
				continue
			}
			os.WriteFile(out+"/"+v+".png", b, 0o644)
		case "view":
			time.Sleep(700 * time.Millisecond)
			b, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
			if err != nil {
				fmt.Println("ERR", err)
				continue
			}
			os.WriteFile(out+"/"+v+".png", b, 0o644)
		case "eval":
			x, err := chromedp.Run(ctx, chromedp.Evaluate[any](v))
			fmt.Println(x, err)
		}
	}
}
