package casefile

import (
	"errors"
	"fmt"
	"time"
)

// Category sorts errors by what the caller can do about them. Only web and api map a category to an HTTP status.
type Category string

// The categories.
const (
	Invalid     Category = "invalid"     // the input is wrong; Fields say where
	NotFound    Category = "not_found"   // absent, or not to be seen by this actor: the two look the same
	Conflict    Category = "conflict"    // legal in itself, but not in this state; reload and look
	Denied      Category = "denied"      // the actor is known and may not do this
	LogInFirst  Category = "log_in"      // nobody is logged in
	TooLarge    Category = "too_large"   // over a documented bound
	Limited     Category = "limited"     // too many in a while; RetryAfter says when
	Unavailable Category = "unavailable" // overload, disk full, database gone; nothing was lost; retry
	Internal    Category = "internal"    // our fault
)

// FieldError is one wrong field of an input.
type FieldError struct {
	Field string // form or JSON name
	Key   string // i18n key of the sentence that says what is wrong and how to go on
	Args  map[string]any
}

// Error is what domain packages return. Its text (Key) is for people, its Cause for the log; Cause never holds personal data.
type Error struct {
	Category   Category
	Key        string         // i18n key, e.g. "service.error.offer_gone"
	Args       map[string]any // for the text
	Fields     []FieldError
	RetryAfter time.Duration
	Cause      error
}

func (e *Error) Error() string {
	s := string(e.Category)
	if e.Key != "" {
		s += " " + e.Key
	}
	for _, f := range e.Fields {
		s += " " + f.Field + ":" + f.Key
	}
	if e.Cause != nil {
		s += ": " + e.Cause.Error()
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Fail makes an error of a category with a text key.
func Fail(c Category, key string) *Error { return &Error{Category: c, Key: key} }

// Failf makes an error with a formatted internal cause. The cause must not hold personal data.
func Failf(c Category, key, format string, args ...any) *Error {
	return &Error{Category: c, Key: key, Cause: fmt.Errorf(format, args...)}
}

// InvalidField makes an Invalid error of one field.
func InvalidField(field, key string) *Error {
	return &Error{Category: Invalid, Key: "error.invalid", Fields: []FieldError{{Field: field, Key: key}}}
}

// CategoryOf finds the category of an error; errors that carry none are Internal.
func CategoryOf(err error) Category {
	var e *Error
	if errors.As(err, &e) {
		return e.Category
	}
	return Internal
}

// Is reports whether the error has the category.
func Is(err error, c Category) bool { return err != nil && CategoryOf(err) == c }
