package ui

import (
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"anxin/internal/i18n"
)

// inputAttrs are the attributes that only some inputs have.
func inputAttrs(in Input) templ.Attributes {
	a := describe(in.Name, in.Hint, in.Error)
	set := func(name, value string) {
		if value != "" {
			a[name] = value
		}
	}
	set("autocomplete", in.Autocomplete)
	set("inputmode", in.InputMode)
	set("placeholder", in.Placeholder)
	set("min", in.Min)
	set("max", in.Max)
	if in.MaxLength > 0 {
		a["maxlength"] = strconv.Itoa(in.MaxLength)
	}
	for k, v := range in.Data {
		a["data-"+k] = v
	}
	return a
}

// describe ties an input to its hint and error.
func describe(name, hint, err string) templ.Attributes {
	a := templ.Attributes{}
	if d := describedBy(name, hint, err); d != "" {
		a["aria-describedby"] = d
	}
	if err != "" {
		a["aria-invalid"] = "true"
	}
	return a
}

func orText(s string) string {
	if s == "" {
		return "text"
	}
	return s
}

func kindOf(c Choices) string {
	if c.Many {
		return "checkbox"
	}
	return "radio"
}

func p0(n int) string { return strconv.Itoa(n) }

func (t Table) numeric(i int) bool { return i < len(t.Columns) && t.Columns[i].Number }

// digits keeps what a tel: link needs.
func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' {
			return r
		}
		return -1
	}, s)
}

func (pg Page) home() string {
	if pg.Staff && len(pg.Nav) > 0 {
		return pg.Nav[0].Href
	}
	return "/"
}

// iconNames lists all icons in order, for the gallery.
func iconNames() []string {
	names := make([]string, 0, len(icons))
	for n := range icons {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

func qrBox(side int) string { return "0 0 " + p0(side) + " " + p0(side) }

// clockAttrs tell the script how to keep a clock's words current; a clock that stands still needs none.
func clockAttrs(p i18n.Printer, c Clock) templ.Attributes {
	if c.Paused != "" {
		return nil
	}
	return templ.Attributes{
		"data-due":  c.Due.UTC().Format(time.RFC3339),
		"data-warn": strconv.Itoa(int(c.Warn / time.Second)),
		"data-tone": string(c.tone(p.Now)),
		"data-t":    p.ClockWords(),
	}
}

// doneText says that a photo has arrived, with its size where it is known.
func doneText(p i18n.Printer, d UploadedPhoto) string {
	if d.Bytes == 0 {
		return p.T("ui.upload_done")
	}
	return p.Bytes(d.Bytes) + " · " + p.T("ui.upload_done")
}

// accept is what the file dialogue offers.
func (u Upload) accept() string {
	if u.Accept == "" {
		return "image/*"
	}
	return u.Accept
}

// orWords is a text, or the sentence of a key where there is none.
func orWords(p i18n.Printer, text, key string) string {
	if text == "" {
		return p.T(key)
	}
	return text
}
