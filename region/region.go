package region

import (
	"fmt"
	"strconv"
)

// Code is the statistical code of a division: six digits down to the county ("330106"), nine for a town
// ("330106109"). The empty Code means none.
type Code string

// number returns the code as a number, 0 when it is not a code.
func (c Code) number() uint32 {
	if len(c) != 6 && len(c) != 9 {
		return 0
	}
	n, err := strconv.ParseUint(string(c), 10, 32)
	if err != nil {
		return 0
	}
	return uint32(n)
}

// Valid reports whether c has the shape of a code; it says nothing about whether such a division ever existed.
func (c Code) Valid() bool { return c.number() >= 110000 }

// Level is the rank of a division.
type Level uint8

// Levels. A municipality (北京市) is a Province; a district of it is a County.
const (
	LevelNone       Level = 0
	LevelProvince   Level = 1
	LevelPrefecture Level = 2
	LevelCounty     Level = 3
	LevelTown       Level = 4
)

var levelNames = [...]string{"none", "province", "prefecture", "county", "town"}

func (l Level) String() string {
	if int(l) < len(levelNames) {
		return levelNames[l]
	}
	return "level " + strconv.Itoa(int(l))
}

// MarshalText writes the level as in String.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// Kind says what the text named.
type Kind uint8

// Kinds of an answer.
const (
	KindNone       Kind = iota // no place
	KindDivision               // a division in force on the as-of date
	KindZone                   // a development zone or the like; the division given is its host
	KindHistorical             // a division or name no longer in force; the division given is its successor
)

var kindNames = [...]string{"none", "division", "zone", "historical"}

func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "kind " + strconv.Itoa(int(k))
}

// MarshalText writes the kind as in String.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// Outcome says what may be done with an answer.
type Outcome uint8

// Outcomes. One means a technician may be sent to Best; Set means one of Candidates has to be chosen by asking;
// None means the text names no place.
const (
	OutcomeNone Outcome = iota
	OutcomeOne
	OutcomeSet
)

var outcomeNames = [...]string{"none", "one", "set"}

func (o Outcome) String() string {
	if int(o) < len(outcomeNames) {
		return outcomeNames[o]
	}
	return "outcome " + strconv.Itoa(int(o))
}

// MarshalText writes the outcome as in String.
func (o Outcome) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// Date is a calendar day. The zero Date as an as-of date means "the newest state the dataset knows". Facts known
// only by their year have Month and Day 0.
type Date struct{ Year, Month, Day int }

// ParseDate reads "2006-01-02", "2006-01" or "2006".
func ParseDate(s string) (Date, error) {
	var d Date
	var rest string
	n, _ := fmt.Sscanf(s, "%4d-%2d-%2d%s", &d.Year, &d.Month, &d.Day, &rest)
	want := map[int]int{4: 1, 7: 2, 10: 3}[len(s)]
	if n != want || want == 0 || d.Year < 1900 || d.Month > 12 || d.Day > 31 || (n > 1 && d.Month < 1) || (n > 2 && d.Day < 1) {
		return Date{}, fmt.Errorf("region: %q is not a date: write it as 2025-11-06", s)
	}
	return d, nil
}

// IsZero reports whether d is the zero Date.
func (d Date) IsZero() bool { return d == Date{} }

// String writes the date as far as it is known: "2025-11-06", "2025" or "" for the zero Date.
func (d Date) String() string {
	switch {
	case d.IsZero():
		return ""
	case d.Month == 0:
		return fmt.Sprintf("%04d", d.Year)
	case d.Day == 0:
		return fmt.Sprintf("%04d-%02d", d.Year, d.Month)
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// zh writes the date in Chinese as far as it is known.
func (d Date) zh() string {
	switch {
	case d.IsZero():
		return ""
	case d.Month == 0:
		return fmt.Sprintf("%d年", d.Year)
	case d.Day == 0:
		return fmt.Sprintf("%d年%d月", d.Year, d.Month)
	}
	return fmt.Sprintf("%d年%d月%d日", d.Year, d.Month, d.Day)
}

// MarshalText writes the date as in String.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// number is the date as yyyymmdd, the form of the table; 0 for the zero Date.
func (d Date) number() int32 { return int32(d.Year*10000 + d.Month*100 + d.Day) }

func dateOf(n int32) Date { return Date{int(n / 10000), int(n / 100 % 100), int(n % 100)} }

// Division is one unit as it is (or was) called between two dates.
type Division struct {
	Code   Code   `json:"code"`
	Name   string `json:"name"`
	Level  Level  `json:"level"`
	Parent Code   `json:"parent,omitempty"`
	Path   string `json:"path"`          // names from the province down, joined by "/"
	From   Date   `json:"from,omitzero"` // first year in the lists; zero when older than the lists or a town
	To     Date   `json:"to,omitzero"`   // when it ended; zero while in force
	Point  Point  `json:"point"`
}

// Current reports whether the division is in force in the newest state of the dataset.
func (d Division) Current() bool { return d.To.IsZero() && d.Code != "" }

// Succession is one step from a division to what replaced all or part of it.
type Succession struct {
	From  Division `json:"from"`
	To    Division `json:"to"`
	When  Date     `json:"when"`
	Whole bool     `json:"whole"`           // false when only part of the territory went there
	Scope string   `json:"scope,omitempty"` // which part, where known
}
