package privacy

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"unicode/utf8"
)

// Phone is a telephone number. It shows as 138****0000 wherever it is printed.
type Phone struct{ hidden[phoneMask] }

// Name is a person's name. It shows as 王*.
type Name struct{ hidden[nameMask] }

// Address is a postal address or a part of one. It shows as its first characters: 浙江省杭州市***.
type Address struct{ hidden[addressMask] }

// Words are free text that a person wrote. They show as their length only.
type Words struct{ hidden[wordsMask] }

// NewPhone hides a phone number.
func NewPhone(clear string) Phone { return Phone{hide[phoneMask](clear)} }

// NewName hides a name.
func NewName(clear string) Name { return Name{hide[nameMask](clear)} }

// NewAddress hides an address.
func NewAddress(clear string) Address { return Address{hide[addressMask](clear)} }

// NewWords hides free text.
func NewWords(clear string) Words { return Words{hide[wordsMask](clear)} }

// Equal compares two phones as written.
func (p Phone) Equal(o Phone) bool { return p.Clear() == o.Clear() }

// Equal compares two names as written.
func (n Name) Equal(o Name) bool { return n.Clear() == o.Clear() }

// Equal compares two addresses as written.
func (a Address) Equal(o Address) bool { return a.Clear() == o.Clear() }

// Equal compares two texts as written.
func (w Words) Equal(o Words) bool { return w.Clear() == o.Clear() }

// ErrNotSealed answers every attempt to hand a masked value to a database driver: seal it first.
var ErrNotSealed = errors.New("a masked value cannot be stored in clear: seal it with privacy.Keeper first")

type mask interface{ show(clear string) string }

// hidden keeps the text behind a pointer: fmt cannot call Format on an unexported field of somebody's struct, but prints then only an address.
type hidden[M mask] struct{ text *string }

func hide[M mask](clear string) hidden[M] {
	if clear == "" {
		return hidden[M]{}
	}
	clear = strings.Clone(clear)
	return hidden[M]{&clear}
}

// Clear is the one way out. Its callers are listed by internal/archtest.
func (h hidden[M]) Clear() string {
	if h.text == nil {
		return ""
	}
	return *h.text
}

// IsZero reports whether there is no text.
func (h hidden[M]) IsZero() bool { return h.text == nil }

// String is the masked form; an absent value is empty.
func (h hidden[M]) String() string {
	if h.text == nil {
		return ""
	}
	var m M
	return m.show(*h.text)
}

// Format implements fmt.Formatter: every verb prints the masked form.
func (h hidden[M]) Format(f fmt.State, verb rune) {
	text := h.String()
	if verb == 'q' || f.Flag('#') {
		text = fmt.Sprintf("%q", text)
	}
	_, _ = f.Write([]byte(text))
}

// GoString implements fmt.GoStringer.
func (h hidden[M]) GoString() string { return fmt.Sprintf("%q", h.String()) }

// LogValue implements slog.LogValuer.
func (h hidden[M]) LogValue() slog.Value { return slog.StringValue(h.String()) }

// MarshalText implements encoding.TextMarshaler with the masked form. There is no way back: a masked value is not read from text.
func (h hidden[M]) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// MarshalJSON implements json.Marshaler with the masked form.
func (h hidden[M]) MarshalJSON() ([]byte, error) { return quoteJSON(h.String()), nil }

// GobEncode implements gob.GobEncoder: it refuses.
func (h hidden[M]) GobEncode() ([]byte, error) { return nil, ErrNotSealed }

// Value implements driver.Valuer: it refuses.
func (h hidden[M]) Value() (driver.Value, error) { return nil, ErrNotSealed }

type phoneMask struct{}

// show keeps the first three and the last four of a mobile number, less of a shorter one, so that at least four stay hidden.
func (phoneMask) show(clear string) string {
	digits := digitsOf(clear)
	if p, ok := strings.CutPrefix(digits, "86"); ok && len(digits) == 13 {
		digits = p
	}
	switch n := len(digits); {
	case n >= 11:
		return digits[:3] + "****" + digits[n-4:]
	case n >= 7:
		return "****" + digits[n-3:]
	}
	return "****"
}

type nameMask struct{}

// show keeps the first character; the number of stars does not tell the length.
func (nameMask) show(clear string) string {
	clear = strings.TrimSpace(clear)
	if utf8.RuneCountInString(clear) < 2 {
		return "*"
	}
	_, n := utf8.DecodeRuneInString(clear)
	return clear[:n] + "*"
}

type addressMask struct{}

// show keeps at most the first six characters, never more than a third, and stops at the first digit: house numbers stay hidden.
func (addressMask) show(clear string) string {
	runes := []rune(strings.TrimSpace(clear))
	keep := min(6, len(runes)/3)
	for i, r := range runes[:keep] {
		if r >= '0' && r <= '9' || r >= '０' && r <= '９' {
			keep = i
			break
		}
	}
	return string(runes[:keep]) + "***"
}

type wordsMask struct{}

func (wordsMask) show(clear string) string {
	return fmt.Sprintf("[%d]", utf8.RuneCountInString(clear))
}
