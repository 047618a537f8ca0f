// Package input normalises and bounds what people type: NFC, no control or invisible characters, lengths in characters, and all wrong fields at once.
package input

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"anxin/internal/casefile"
	"anxin/internal/service/catalog"
)

// Fields collects what is wrong with an input, so that a form can show all of it at once.
type Fields struct{ wrong []casefile.FieldError }

// Bad notes a wrong field: the key is that of i18n service.field.<key>, args are pairs of names and values for its text.
func (f *Fields) Bad(field, key string, args ...any) {
	e := casefile.FieldError{Field: field, Key: "service.field." + key}
	for i := 0; i+1 < len(args); i += 2 {
		if e.Args == nil {
			e.Args = map[string]any{}
		}
		e.Args[args[i].(string)] = args[i+1]
	}
	f.wrong = append(f.wrong, e)
}

// Err is an Invalid error with everything that was noted, or nil.
func (f *Fields) Err() error {
	if len(f.wrong) == 0 {
		return nil
	}
	return &casefile.Error{Category: casefile.Invalid, Key: "error.invalid", Fields: f.wrong}
}

// Text normalises one line and checks its length in characters.
func (f *Fields) Text(field, value string, least, most int) string {
	return f.length(field, Line(value, most), least, most)
}

// Words normalises several lines and checks their length in characters.
func (f *Fields) Words(field, value string, most int) string {
	return f.length(field, Words(value, most), 0, most)
}

func (f *Fields) length(field, value string, least, most int) string {
	switch n := utf8.RuneCountInString(value); {
	case n == 0 && least > 0:
		f.Bad(field, "required")
	case n < least:
		f.Bad(field, "too_short", "min", least)
	case n > most:
		f.Bad(field, "too_long", "max", most)
	}
	return value
}

// Reason checks a code of one of the catalogue's lists.
func (f *Fields) Reason(c *catalog.Catalogue, field, list, code string) {
	switch {
	case code == "":
		f.Bad(field, "required")
	case !c.Has(list, code):
		f.Bad(field, "choose")
	}
}

// Cut bounds a text before it is normalised: beyond four times the limit nothing can become valid.
func Cut(s string, most int) string {
	if limit := most*16 + 64; len(s) > limit {
		return strings.ToValidUTF8(s[:limit], "")
	}
	return s
}

// Line is one line: NFC, controls and invisible marks removed, white space folded.
func Line(s string, most int) string {
	s = norm.NFC.String(strings.ToValidUTF8(Cut(s, most), ""))
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case invisible(r):
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// Words keeps line breaks.
func Words(s string, most int) string {
	s = norm.NFC.String(strings.ToValidUTF8(Cut(s, most), ""))
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t' || unicode.IsSpace(r):
			return ' '
		case invisible(r):
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

// invisible are controls and the marks that turn the direction of text round.
func invisible(r rune) bool {
	return unicode.IsControl(r) || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x200e || r == 0x200f || r == 0xfeff || r == 0x200b || r == utf8.RuneError
}

// Phone checks a telephone number as people type it and answers it with plain digits and an extension after "-".
func (f *Fields) Phone(field, value string) string {
	s := norm.NFKC.String(Line(value, 40))
	if s == "" {
		f.Bad(field, "required")
		return ""
	}
	number, extension := s, ""
	for _, mark := range []string{"转", "ext", "EXT", "#"} {
		if a, b, ok := strings.Cut(s, mark); ok {
			number, extension = a, Digits(b)
			break
		}
	}
	plus := strings.HasPrefix(strings.TrimSpace(number), "+")
	if strings.IndexFunc(number, func(r rune) bool { return !strings.ContainsRune("0123456789+-() .", r) }) >= 0 {
		f.Bad(field, "phone")
		return ""
	}
	d := Digits(number)
	if plus || strings.HasPrefix(d, "0086") {
		d = strings.TrimPrefix(strings.TrimPrefix(d, "00"), "86")
	} else if len(d) == 13 && strings.HasPrefix(d, "86") {
		d = d[2:]
	}
	if !dialable(d, plus) || len(extension) > 6 {
		f.Bad(field, "phone")
		return ""
	}
	if extension != "" {
		d += "-" + extension
	}
	return d
}

// dialable reports whether digits are a mobile number, a land line with area code, a 400/800 number, or (with +) one from abroad.
func dialable(d string, abroad bool) bool {
	switch {
	case len(d) == 11 && d[0] == '1' && d[1] >= '3':
		return true
	case len(d) >= 10 && len(d) <= 12 && d[0] == '0' && d[1] != '0':
		return true
	case len(d) == 10 && (strings.HasPrefix(d, "400") || strings.HasPrefix(d, "800")):
		return true
	}
	return abroad && len(d) >= 7 && len(d) <= 15
}

// Digits keeps the ASCII digits of a text.
func Digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// Bounds of wished times.
const (
	WishAhead   = 60 * 24 * time.Hour
	wishLongest = 14 * 24 * time.Hour
	wishLeast   = 30 * time.Minute
)

// Wish checks a wished window; both zero is "any time".
func (f *Fields) Wish(now, from, to time.Time) {
	switch {
	case from.IsZero() && to.IsZero():
	case from.IsZero() || to.IsZero() || !to.After(from):
		f.Bad("wished", "window")
	case to.Before(now.Add(wishLeast)):
		f.Bad("wished", "window_past")
	case to.Sub(from) < wishLeast || to.Sub(from) > wishLongest:
		f.Bad("wished", "window")
	case from.After(now.Add(WishAhead)):
		f.Bad("wished", "window_far", "days", 60)
	}
}

// IDs checks a list of evidence ids.
func (f *Fields) IDs(field string, list []casefile.ID, most int) {
	seen := map[casefile.ID]bool{}
	if len(list) > most {
		f.Bad(field, "too_many", "max", most)
	}
	for _, id := range list {
		if id.IsNil() || seen[id] {
			f.Bad(field, "choose")
			return
		}
		seen[id] = true
	}
}
