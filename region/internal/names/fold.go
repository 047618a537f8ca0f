package names

import (
	"strings"
	"unicode"

	"anxin/region/internal/table"
)

// Folder maps text to the form used for comparing: simplified characters, ASCII for full-width forms, lower case,
// no white space.
type Folder map[rune]rune

// NewFolder builds a folder from the character pairs of a table.
func NewFolder(pairs []table.Pair) Folder {
	f := make(Folder, len(pairs))
	for _, p := range pairs {
		f[p.From] = p.To
	}
	return f
}

// Fold returns s folded.
func (f Folder) Fold(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		if to, ok := f[r]; ok {
			return to
		}
		switch {
		case r >= 0xff01 && r <= 0xff5e:
			r = r - 0xff01 + '!'
		case r == '〇':
			r = '零'
		}
		return unicode.ToLower(r)
	}, s)
}
