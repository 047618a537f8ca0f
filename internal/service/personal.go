package service

import (
	"fmt"
	"log/slog"
)

// Personal data in views. Whoever prints, logs or encodes such a value gets asterisks; Clear is the one way out, used by the pages that show a person
// their own data, the address to the technician who holds the visit, and a field that was revealed with a reason.
type (
	// Name is a person's name.
	Name string
	// Phone is a telephone number.
	Phone string
	// Address is where somebody lives.
	Address string
	// Words are what somebody typed.
	Words string
)

const stars = "***"

// Clear is the value itself.
func (n Name) Clear() string { return string(n) }

// Clear is the value itself.
func (p Phone) Clear() string { return string(p) }

// Clear is the value itself.
func (a Address) Clear() string { return string(a) }

// Clear is the value itself.
func (w Words) Clear() string { return string(w) }

func (n Name) String() string                  { return stars }
func (n Name) LogValue() slog.Value            { return slog.StringValue(stars) }
func (n Name) MarshalJSON() ([]byte, error)    { return []byte(`"` + stars + `"`), nil }
func (n Name) Format(f fmt.State, _ rune)      { fmt.Fprint(f, stars) }
func (p Phone) String() string                 { return stars }
func (p Phone) LogValue() slog.Value           { return slog.StringValue(stars) }
func (p Phone) MarshalJSON() ([]byte, error)   { return []byte(`"` + stars + `"`), nil }
func (p Phone) Format(f fmt.State, _ rune)     { fmt.Fprint(f, stars) }
func (a Address) String() string               { return stars }
func (a Address) LogValue() slog.Value         { return slog.StringValue(stars) }
func (a Address) MarshalJSON() ([]byte, error) { return []byte(`"` + stars + `"`), nil }
func (a Address) Format(f fmt.State, _ rune)   { fmt.Fprint(f, stars) }
func (w Words) String() string                 { return stars }
func (w Words) LogValue() slog.Value           { return slog.StringValue(stars) }
func (w Words) MarshalJSON() ([]byte, error)   { return []byte(`"` + stars + `"`), nil }
func (w Words) Format(f fmt.State, _ rune)     { fmt.Fprint(f, stars) }
