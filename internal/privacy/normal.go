package privacy

import (
	"encoding/json"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// The kinds of blind index.
const (
	IndexPhone     = "phone"
	IndexPhoneTail = "phone_tail" // last four digits
	IndexName      = "name"
	IndexSerial    = "serial"
)

// Normalize is the form of a value that its blind index is made of, so that what people type differently is found alike. It is empty when
// nothing searchable is in it.
func Normalize(kind, value string) string {
	switch kind {
	case IndexPhone:
		return normalPhone(value)
	case IndexPhoneTail:
		if p := digitsOf(value); len(p) >= 4 {
			return p[len(p)-4:]
		}
		return ""
	case IndexName:
		return normalName(value)
	case IndexSerial:
		return normalSerial(value)
	}
	return norm.NFKC.String(strings.TrimSpace(value))
}

// normalPhone keeps the digits without the country code: +86 138-0000-0000, 0086…, full-width digits and spaces are one number.
func normalPhone(s string) string {
	d := digitsOf(s)
	for _, prefix := range []string{"0086", "086", "86"} {
		rest, ok := strings.CutPrefix(d, prefix)
		// 11 digits from 1: a mobile number; a land line with its area code has 10 to 12 digits and starts with 0, a 400 number has 10.
		if ok && (len(rest) == 11 && rest[0] == '1' || strings.HasPrefix(strings.TrimSpace(s), "+") || strings.HasPrefix(d, "0086")) {
			d = rest
			break
		}
	}
	return d
}

// digitsOf keeps the decimal digits of any script form (full-width, superscript, …) as ASCII.
func digitsOf(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKC.String(s) {
		if r >= '0' && r <= '9' {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// normalName folds width and case, and drops spaces, dots between parts of a name and marks that are not letters or digits.
func normalName(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKC.String(s) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// normalSerial folds width, upper-cases and drops everything that is not a letter or a digit.
func normalSerial(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKC.String(s) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteRune(unicode.ToUpper(r))
		}
	}
	return b.String()
}

func quoteJSON(s string) []byte {
	b, err := json.Marshal(s)
	if err != nil {
		return []byte(`""`)
	}
	return b
}
