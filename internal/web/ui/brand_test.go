package ui

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

var tokenLine = regexp.MustCompile(`--([a-z0-9-]+):\s*(#[0-9a-f]{3,6})`)

// tokens reads the colours of a scheme from tokens.css; the dark scheme inherits what it does not set.
func tokens(t *testing.T) (light, dark map[string]colour) {
	t.Helper()
	data, err := os.ReadFile("../assets/src/css/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	head, tail, ok := strings.Cut(string(data), "@media (prefers-color-scheme: dark)")
	if !ok {
		t.Fatal("tokens.css has no dark scheme")
	}
	light, dark = map[string]colour{}, map[string]colour{}
	for _, m := range tokenLine.FindAllStringSubmatch(head, -1) {
		light[m[1]], dark[m[1]] = mustColour(m[2]), mustColour(m[2])
	}
	for _, m := range tokenLine.FindAllStringSubmatch(tail, -1) {
		dark[m[1]] = mustColour(m[2])
	}
	return light, dark
}

// Body text has at least 7 to 1 (AAA) on every ground it stands on, captions 4.5 to 1, borders of controls 3 to 1.
func TestContrastOfTokens(t *testing.T) {
	light, dark := tokens(t)
	for name, scheme := range map[string]map[string]colour{"light": light, "dark": dark} {
		need := func(ink, ground string, ratio float64) {
			a, ok1 := scheme[ink]
			b, ok2 := scheme[ground]
			if !ok1 || !ok2 {
				t.Errorf("%s: no token %s or %s", name, ink, ground)
				return
			}
			if c := contrast(a, b); c < ratio {
				t.Errorf("%s: --%s on --%s has %.2f, want %.1f", name, ink, ground, c, ratio)
			}
		}
		for _, ground := range []string{"bg", "surface", "sunken", "accent-soft"} {
			need("ink", ground, 7)
			need("ink-2", ground, 7)
			need("ink-3", ground, 4.5)
			need("edge", ground, 3)
			need("focus", ground, 3)
		}
		need("accent-text", "bg", 7)
		need("accent-text", "surface", 7)
		need("accent-ink", "accent", 7)
		need("danger", "bg", 7)
		need("danger", "surface", 7)
		need("bg", "ink", 7) // toasts
		for _, tone := range []string{"ok", "info", "warn", "danger", "quiet"} {
			need(tone, tone+"-bg", 7)
		}
	}
	if light["bg"] != mustColour(lightBG) || dark["bg"] != mustColour(darkBG) {
		t.Error("lightBG and darkBG are not the --bg of tokens.css")
	}
}

// Whatever colour an operator chooses, text in it and on it stays readable.
func TestBrandAccentStaysReadable(t *testing.T) {
	value := regexp.MustCompile(`--(accent(?:-ink|-text)?):(#[0-9a-f]{6})`)
	for _, accent := range []string{"#0b5d48", "#ffcc00", "#ffffff", "#000000", "#e60012", "#00a0e9", "#808080", "#7fff00", "#abc"} {
		css, err := Brand{Accent: accent}.CSS()
		if err != nil {
			t.Fatal(err)
		}
		light, dark, _ := strings.Cut(css, "@media")
		for bg, part := range map[string]string{lightBG: light, darkBG: dark} {
			v := map[string]colour{}
			for _, m := range value.FindAllStringSubmatch(part, -1) {
				v[m[1]] = mustColour(m[2])
			}
			if c := contrast(v["accent-text"], mustColour(bg)); c < 7 {
				t.Errorf("%s: text on %s has %.2f", accent, bg, c)
			}
			if c := contrast(v["accent-ink"], v["accent"]); c < 4.5 {
				t.Errorf("%s: ink on the button has %.2f", accent, c)
			}
		}
	}
	for _, bad := range []string{"red", "0b5d48", "#12", "#12345g", "#0b5d48;}body{display:none"} {
		if _, err := (Brand{Accent: bad}).CSS(); err == nil {
			t.Errorf("%q was taken for a colour", bad)
		}
	}
}
