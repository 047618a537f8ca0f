package flow

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"anxin/internal/casefile"
)

// Bounds of what people type, in characters, and of lists.
const (
	maxStory   = 4000
	maxWords   = 2000
	maxShort   = 500
	maxAsk     = 1000
	maxMedia   = 12
	maxReasons = 8
	maxGrounds = 20
	maxTool    = 100
	maxRef     = 100
	leastKey   = 8
	mostKey    = 200
)

// fields collects what is wrong with an input, so that a form can show all of it at once.
type fields struct{ wrong []casefile.FieldError }

func (f *fields) bad(field, key string, args ...any) {
	e := casefile.FieldError{Field: field, Key: "claim.field." + key}
	for i := 0; i+1 < len(args); i += 2 {
		if e.Args == nil {
			e.Args = map[string]any{}
		}
		e.Args[args[i].(string)] = args[i+1]
	}
	f.wrong = append(f.wrong, e)
}

func (f *fields) err() error {
	if len(f.wrong) == 0 {
		return nil
	}
	return &casefile.Error{Category: casefile.Invalid, Key: "error.invalid", Fields: f.wrong}
}

// words normalises several lines and checks their length: NFC, no control or invisible characters, line breaks kept.
func (f *fields) words(field, value string, least, most int) string {
	value = clean(value, most)
	switch n := utf8.RuneCountInString(value); {
	case n == 0 && least > 0:
		f.bad(field, "required")
	case n < least:
		f.bad(field, "too_short", "min", least)
	case n > most:
		f.bad(field, "too_long", "max", most)
	}
	return value
}

// line is words on one line.
func (f *fields) line(field, value string, least, most int) string {
	return f.words(field, strings.Join(strings.Fields(clean(value, most)), " "), least, most)
}

func clean(s string, most int) string {
	if limit := most*16 + 64; len(s) > limit {
		s = s[:limit]
	}
	s = norm.NFC.String(strings.ToValidUTF8(s, ""))
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == utf8.RuneError:
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

// choice checks a code of a list.
func choice[T ~string](f *fields, field string, value T, list []T) {
	switch {
	case value == "":
		f.bad(field, "required")
	case !slices.Contains(list, value):
		f.bad(field, "choose")
	}
}

// ids checks a list of items: no gaps, no repetitions.
func (f *fields) ids(field string, list []casefile.ID, most int) {
	if len(list) > most {
		f.bad(field, "too_many", "max", most)
		return
	}
	for i, id := range list {
		if id.IsNil() || slices.Contains(list[:i], id) {
			f.bad(field, "choose")
			return
		}
	}
}
