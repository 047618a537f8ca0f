package db

import (
	"encoding/json"
	"fmt"
	"time"

	"anxin/internal/casefile"
)

// Micros is how a time is stored: microseconds UTC, or NULL for the zero time.
func Micros(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

// FromMicros is the time of a stored number.
func FromMicros(us int64) time.Time { return time.UnixMicro(us).UTC() }

// Time scans a stored time into t; NULL is the zero time.
func Time(t *time.Time) *TimeColumn { return (*TimeColumn)(t) }

// TimeColumn is a scan destination; see Time.
type TimeColumn time.Time

// Scan implements sql.Scanner.
func (c *TimeColumn) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*c = TimeColumn{}
		return nil
	case int64:
		*c = TimeColumn(FromMicros(v))
		return nil
	}
	return fmt.Errorf("time from %T", src)
}

// Flag stores a bool as 0 or 1.
func Flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// Bool scans a 0/1 column.
func Bool(b *bool) *BoolColumn { return (*BoolColumn)(b) }

// BoolColumn is a scan destination; see Bool.
type BoolColumn bool

// Scan implements sql.Scanner.
func (c *BoolColumn) Scan(src any) error {
	v, ok := src.(int64)
	if !ok {
		return fmt.Errorf("bool from %T", src)
	}
	*c = v != 0
	return nil
}

// JSON stores a value as JSON text.
func JSON(v any) (string, error) {
	b, err := json.Marshal(v)
	return string(b), err
}

// FromJSON scans a JSON text column into v.
func FromJSON(v any) *JSONColumn { return &JSONColumn{v} }

// JSONColumn is a scan destination; see FromJSON.
type JSONColumn struct{ into any }

// Scan implements sql.Scanner.
func (c *JSONColumn) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		return nil
	case string:
		return json.Unmarshal([]byte(v), c.into)
	case []byte:
		return json.Unmarshal(v, c.into)
	}
	return fmt.Errorf("json from %T", src)
}

// Text stores a string-like enum.
func Text[S ~string](s S) string { return string(s) }

// Fen scans money.
func Fen(f *casefile.Fen) *int64 { return (*int64)(f) }
