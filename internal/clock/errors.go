package clock

import (
	"errors"
	"net/url"
	"strings"
	"time"
)

// Later is an error that says when to try again, for example after a 429 with Retry-After. It counts as an attempt.
func Later(after time.Duration, cause error) error { return &laterError{after, cause} }

// Hopeless is an error that no further attempt will mend: the timer is dead at once and waits for an operator.
func Hopeless(cause error) error { return &hopelessError{cause} }

type laterError struct {
	after time.Duration
	cause error
}

func (e *laterError) Error() string { return e.cause.Error() }
func (e *laterError) Unwrap() error { return e.cause }

type hopelessError struct{ cause error }

func (e *hopelessError) Error() string { return e.cause.Error() }
func (e *hopelessError) Unwrap() error { return e.cause }

// errFenced rolls a transaction back whose timer is not ours any more.
var errFenced = errors.New("the timer was cancelled, replaced or taken over")

var errNoHandler = errors.New("no handler for this kind in this program")

// maxCause bounds what is kept of an error, in bytes.
const maxCause = 400

// causeText is what last_error keeps: one line, bounded, without the address a URL error quotes (it can hold secrets).
func causeText(err error) string {
	var u *url.Error
	text := err.Error()
	if errors.As(err, &u) {
		text = u.Op + ": " + u.Err.Error()
	}
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\ufffd' {
			return ' '
		}
		return r
	}, text)
	if len(text) > maxCause {
		text = strings.ToValidUTF8(text[:maxCause], "")
	}
	return text
}

// backOff is 5 s, 10 s, 20 s, ... up to an hour.
func backOff(attempts int) time.Duration {
	if attempts > 10 {
		return time.Hour
	}
	return min(time.Hour, 5*time.Second<<max(0, attempts-1))
}
