// Command shots takes pictures of the storybook in headless Chromium: every story at its widths, light and dark, in both languages.
//
//	go run ./internal/web/storybook/shots -out /tmp/shots [-only customer/report] [-widths 390,1440] [-schemes light,dark] [-langs zh,en]
package main

import (
	"context"
	"flag"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"anxin/internal/web/storybook"
	"anxin/internal/web/ui"
)

func main() {
	out := flag.String("out", "shots", "directory for the pictures")
	only := flag.String("only", "", "only stories whose area/name begins so")
	widths := flag.String("widths", "390,1440", "screen widths")
	schemes := flag.String("schemes", "light,dark", "colour schemes")
	langs := flag.String("langs", "zh,en", "languages")
	chrome := flag.String("chrome", "", "path of Chromium; empty looks for it")
	flag.Parse()
	n, err := shoot(*out, *only, *chrome, strings.Split(*widths, ","), strings.Split(*schemes, ","), strings.Split(*langs, ","))
	if err != nil {
		fmt.Fprintln(os.Stderr, "shots:", err)
		os.Exit(1)
	}
	fmt.Println(n, "pictures in", *out)
}

// shoot writes <area>-<name>-<lang>-<width>-<scheme>.png for all combinations and answers how many.
func shoot(out, only, chrome string, widths, schemes, langs []string) (int, error) {
	site, err := ui.NewSite(ui.DemoBrand())
	if err != nil {
		return 0, err
	}
	srv := httptest.NewServer(storybook.Handler(site))
	defer srv.Close()
	if err := os.MkdirAll(out, 0o755); err != nil {
		return 0, err
	}
	opts := append([]chromedp.ExecAllocatorOption{}, chromedp.DefaultExecAllocatorOptions[:]...)
	opts = append(opts, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("hide-scrollbars", true))
	if chrome != "" {
		opts = append(opts, chromedp.ExecPath(chrome))
	}
	actx, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	defer stop()
	ctx, cancel := chromedp.NewContext(actx)
	defer cancel()
	// The first run starts the browser and must not carry a time limit.
	if err := chromedp.Do(ctx); err != nil {
		return 0, err
	}
	n := 0
	for _, s := range storybook.All() {
		if !strings.HasPrefix(s.Area+"/"+s.Name, only) {
			continue
		}
		for _, width := range widths {
			w, err := strconv.ParseInt(width, 10, 64)
			if err != nil {
				return n, err
			}
			for _, scheme := range schemes {
				for _, lang := range langs {
					url := fmt.Sprintf("%s%s/%s/%s?lang=%s", srv.URL, storybook.Prefix, s.Area, s.Name, lang)
					png, err := picture(ctx, url, w, scheme)
					if err != nil {
						return n, fmt.Errorf("%s/%s: %w", s.Area, s.Name, err)
					}
					name := fmt.Sprintf("%s-%s-%s-%s-%s.png", s.Area, s.Name, lang, width, scheme)
					if err := os.WriteFile(filepath.Join(out, name), png, 0o644); err != nil {
						return n, err
					}
					n++
				}
			}
		}
	}
	return n, nil
}

func picture(ctx context.Context, url string, width int64, scheme string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	height, phone := int64(900), width < 600
	if phone {
		height = 844
	}
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, media); err != nil {
		return nil, err
	}
	view := []chromedp.EmulateViewportOption{}
	if phone {
		view = append(view, chromedp.EmulateMobile, chromedp.EmulateTouch, chromedp.EmulatePortrait)
	}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, height, view...), chromedp.Navigate(url)); err != nil {
		return nil, err
	}
	return chromedp.Run(ctx, chromedp.FullScreenshot(100))
}
