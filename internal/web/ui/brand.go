package ui

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"anxin/internal/i18n"
)

// Brand is the operator's name, colour and numbers. It is configuration; the default is the fictional brand of the demo.
type Brand struct {
	// Name and NameEN are what the header shows. NameEN may be empty.
	Name, NameEN string
	// Logo is the path of an image on our own origin; empty shows the name alone.
	Logo string
	// Accent is the brand colour as #rrggbb; the inks that go with it are computed. Empty is the default green.
	Accent string
	// Hotlines are the numbers people may call, as they are printed. The first is the one shown large.
	Hotlines []string
	// HotlineHours says when somebody answers, by language; empty says nothing.
	HotlineHours map[i18n.Lang]string
	// Operator is the legal name printed on papers, by language.
	Operator map[i18n.Lang]string
}

// DemoBrand is the fictional brand of the demo, the storybook and the tests.
func DemoBrand() Brand {
	return Brand{
		Name: "禾木家电", NameEN: "Hemu Home",
		Hotlines:     []string{"400-000-0000"},
		HotlineHours: map[i18n.Lang]string{i18n.ZH: "每天 8:00-22:00", i18n.EN: "every day 8:00-22:00"},
		Operator:     map[i18n.Lang]string{i18n.ZH: "禾木家电服务有限公司（示例）", i18n.EN: "Hemu Home Service Ltd (example)"},
	}
}

// NameIn is the brand's name in a language.
func (b Brand) NameIn(l i18n.Lang) string {
	if l == i18n.EN && b.NameEN != "" {
		return b.NameEN
	}
	return b.Name
}

// Hotline is the first number, or empty.
func (b Brand) Hotline() string {
	if len(b.Hotlines) == 0 {
		return ""
	}
	return b.Hotlines[0]
}

// Grounds that the accent's text colour must be readable on; the tokens test checks that they are those of tokens.css.
const (
	lightBG = "#faf9f6"
	darkBG  = "#161513"
)

// CSS is the operator's colours as custom properties, for both schemes. The accent is kept where it can be; where text in it would be hard to
// read (contrast below 7 to 1) it is darkened or lightened until it is not. It is empty when no accent is set.
func (b Brand) CSS() (string, error) {
	if b.Accent == "" {
		return "", nil
	}
	c, err := parseColour(b.Accent)
	if err != nil {
		return "", fmt.Errorf("brand accent: %w", err)
	}
	light, dark := schemeCSS(c, mustColour(lightBG)), schemeCSS(c, mustColour(darkBG))
	return ":root{" + light + "}@media(prefers-color-scheme:dark){:root{" + dark + "}}", nil
}

func schemeCSS(accent, bg colour) string {
	text := readable(accent, bg, 7)
	// The ground of the primary button is the text colour too: it stands out from the page, and the ink on it is then always readable.
	ink := colour{1, 1, 1}
	if contrast(text, ink) < contrast(text, colour{}) {
		ink = colour{}
	}
	soft := mix(bg, text, 0.1)
	return fmt.Sprintf("--accent:%s;--accent-ink:%s;--accent-text:%s;--accent-soft:%s", text, ink, text, soft)
}

// colour is sRGB, each channel 0 to 1.
type colour [3]float64

func (c colour) String() string {
	return fmt.Sprintf("#%02x%02x%02x", to8(c[0]), to8(c[1]), to8(c[2]))
}

func to8(f float64) int { return int(math.Round(math.Min(1, math.Max(0, f)) * 255)) }

// parseColour reads #rgb and #rrggbb.
func parseColour(s string) (colour, error) {
	h := strings.TrimPrefix(s, "#")
	if len(h) == 3 {
		h = string([]byte{h[0], h[0], h[1], h[1], h[2], h[2]})
	}
	v, err := strconv.ParseUint(h, 16, 32)
	if err != nil || len(h) != 6 || !strings.HasPrefix(s, "#") {
		return colour{}, fmt.Errorf("%q is not a colour like #0b5d48", s)
	}
	return colour{float64(v>>16) / 255, float64(v>>8&255) / 255, float64(v&255) / 255}, nil
}

func mustColour(s string) colour {
	c, err := parseColour(s)
	if err != nil {
		panic(err)
	}
	return c
}

// luminance is the relative luminance of WCAG 2.
func (c colour) luminance() float64 {
	lin := func(v float64) float64 {
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*lin(c[0]) + 0.7152*lin(c[1]) + 0.0722*lin(c[2])
}

// contrast is the contrast ratio of WCAG 2, 1 to 21.
func contrast(a, b colour) float64 {
	x, y := a.luminance(), b.luminance()
	if x < y {
		x, y = y, x
	}
	return (x + 0.05) / (y + 0.05)
}

func mix(a, b colour, t float64) colour {
	return colour{a[0] + (b[0]-a[0])*t, a[1] + (b[1]-a[1])*t, a[2] + (b[2]-a[2])*t}
}

// readable moves c towards black or white, whichever is farther from bg, until it has the contrast.
func readable(c, bg colour, ratio float64) colour {
	goal := colour{}
	if bg.luminance() < 0.18 {
		goal = colour{1, 1, 1}
	}
	for t := 0.0; t < 1; t += 0.02 {
		m := mix(c, goal, t)
		// What is printed is rounded to 8 bits, so that is what is measured.
		m = mustColour(m.String())
		if contrast(m, bg) >= ratio {
			return m
		}
	}
	return goal
}
