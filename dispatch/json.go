package dispatch

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"
)

// Schema is the JSON Schema of the form that [Read] accepts and [Write] produces.
//
//go:embed schema.json
var Schema []byte

// maxBytes bounds what Read takes in.
const maxBytes = 1 << 30

// calendarFrom: moments from 2001 on are written as RFC 3339, smaller ones are the plain numbers of instances without a calendar.
const calendarFrom = 1_000_000_000

// MarshalJSON writes calendar times as RFC 3339 in UTC and small numbers as numbers.
func (t Time) MarshalJSON() ([]byte, error) {
	if t >= calendarFrom {
		return []byte(t.Std().Format(`"2006-01-02T15:04:05Z"`)), nil
	}
	return strconv.AppendInt(nil, int64(t), 10), nil
}

// UnmarshalJSON accepts whole seconds since the Unix epoch or an RFC 3339 string of any zone.
func (t *Time) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		var text string
		if err := json.Unmarshal(data, &text); err != nil {
			return err
		}
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return fmt.Errorf("%q is no time; write whole seconds or RFC 3339 such as 2026-03-02T09:00:00+08:00", text)
		}
		*t = At(at)
		return nil
	}
	n, err := strconv.ParseInt(string(data), 10, 64)
	if err != nil {
		return fmt.Errorf("%.40s is no time; write whole seconds or RFC 3339 such as 2026-03-02T09:00:00+08:00", data)
	}
	*t = Time(n)
	return nil
}

// problemJSON adds the travel model to a problem.
type problemJSON struct {
	*Problem
	Travel *travelJSON `json:"travel,omitempty"`
}

type travelJSON struct {
	Kind          string    `json:"kind"` // builtin, plane or matrix
	OffsetMinutes *int      `json:"utc_offset_minutes,omitempty"`
	Flat          bool      `json:"flat,omitempty"` // builtin without hours
	Barriers      []Barrier `json:"barriers,omitempty"`
	Scale         float64   `json:"scale,omitempty"`
	Rounding      Rounding  `json:"rounding,omitempty"`
	Seconds       [][]int32 `json:"seconds,omitempty"`
	Metres        [][]int32 `json:"metres,omitempty"`
}

// Read parses and validates a problem. Errors name the field.
func Read(r io.Reader) (*Problem, error) {
	limited := &io.LimitedReader{R: r, N: maxBytes}
	dec := json.NewDecoder(limited)
	dec.DisallowUnknownFields()
	p := &Problem{}
	in := problemJSON{Problem: p}
	if err := dec.Decode(&in); err != nil {
		return nil, readError(err, limited.N <= 0)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("dispatch: something follows the problem; the file must hold one JSON object")
	}
	if in.Travel != nil {
		if err := in.Travel.apply(p); err != nil {
			return nil, err
		}
	}
	if err := p.Validate(); err != nil {
		return nil, err
	}
	if m, ok := p.Travel.(*MatrixTravel); ok {
		if err := m.covers(p); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func readError(err error, cut bool) error {
	var typ *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case cut:
		return fmt.Errorf("dispatch: the problem is larger than %d MB", maxBytes>>20)
	case errors.As(err, &typ):
		return &FieldError{Field: typ.Field, Why: "must be a " + typ.Type.String() + ", not a " + typ.Value}
	case errors.As(err, &syntax):
		return fmt.Errorf("dispatch: not valid JSON at byte %d: %w", syntax.Offset, err)
	}
	return fmt.Errorf("dispatch: %w", err)
}

func (t *travelJSON) apply(p *Problem) error {
	switch t.Kind {
	case "builtin", "":
		var zone *time.Location
		if t.OffsetMinutes != nil {
			if *t.OffsetMinutes < -24*60 || *t.OffsetMinutes > 24*60 {
				return wrong("must be between -1440 and 1440", "travel.utc_offset_minutes")
			}
			zone = time.FixedZone("", *t.OffsetMinutes*60)
		}
		b := NewBuiltinTravel(zone)
		if t.Flat {
			b.Hours = nil
		}
		for i := range t.Barriers {
			if err := t.Barriers[i].validate(i); err != nil {
				return err
			}
		}
		b.Barriers = t.Barriers
		p.Travel = b
	case "plane":
		if !(t.Scale > 0 && t.Scale <= 1e6) {
			return wrong("must be above 0 and at most 1,000,000", "travel.scale")
		}
		switch t.Rounding {
		case "", Nearest, Down, Up:
		default:
			return wrong(`must be "nearest", "down" or "up"`, "travel.rounding")
		}
		p.Travel = &PlaneTravel{Scale: t.Scale, Rounding: t.Rounding}
	case "matrix":
		m := &MatrixTravel{Seconds: t.Seconds, Metres: t.Metres}
		if err := m.validate(); err != nil {
			return err
		}
		p.Travel = m
	default:
		return wrong(`must be "builtin", "plane" or "matrix"`, "travel.kind")
	}
	return nil
}

func (bar *Barrier) validate(i int) error {
	if len(bar.Line) < 2 || len(bar.Line) > maxList || len(bar.Crossings) < 1 || len(bar.Crossings) > maxList {
		return wrong("needs a line of two points or more and at least one crossing", "travel.barriers[%d]", i)
	}
	for _, p := range append(append([]Place{}, bar.Line...), bar.Crossings...) {
		if !validPlace(p) || p.Datum != "" && p.Datum != WGS84 {
			return wrong("points must be in WGS-84", "travel.barriers[%d]", i)
		}
	}
	return nil
}

func (t *MatrixTravel) validate() error {
	n := len(t.Seconds)
	if n == 0 {
		return wrong("must have at least one row", "travel.seconds")
	}
	if t.Metres != nil && len(t.Metres) != n {
		return wrong("must have as many rows as seconds", "travel.metres")
	}
	for i := range n {
		if len(t.Seconds[i]) != n || t.Metres != nil && len(t.Metres[i]) != n {
			return wrong("must have as many columns as there are rows, in metres too", "travel.seconds[%d]", i)
		}
		for k, v := range t.Seconds[i] {
			if v < 0 || v > maxLegSeconds || t.Metres != nil && t.Metres[i][k] < 0 {
				return wrong("must not be negative or above 30 days", "travel.seconds[%d][%d]", i, k)
			}
		}
	}
	return nil
}

// covers reports a place of the problem that the table does not have.
func (t *MatrixTravel) covers(p *Problem) error {
	ok := func(at Place) bool { return at.Node >= 0 && int(at.Node) < len(t.Seconds) }
	for i := range p.Jobs {
		if !ok(p.Jobs[i].Place) {
			return wrong("is outside the travel table", "jobs[%d].place.node", i)
		}
	}
	for i := range p.Technicians {
		t := &p.Technicians[i]
		if !ok(t.Start) || t.End != nil && !ok(*t.End) || t.Position != nil && !ok(t.Position.Place) {
			return wrong("is outside the travel table", "technicians[%d]: a place's node", i)
		}
	}
	for i := range p.Commitments {
		if !ok(p.Commitments[i].Place) {
			return wrong("is outside the travel table", "commitments[%d].place.node", i)
		}
	}
	return nil
}

// Write writes a problem in the form that Read accepts. A travel model of the caller's own cannot be written.
func Write(w io.Writer, p *Problem) error {
	out := problemJSON{Problem: p}
	switch m := p.Travel.(type) {
	case nil:
	case *BuiltinTravel:
		_, offset := time.Unix(int64(p.Now), 0).In(m.zone()).Zone()
		minutes := offset / 60
		out.Travel = &travelJSON{Kind: "builtin", OffsetMinutes: &minutes, Flat: m.Hours == nil, Barriers: m.Barriers}
	case *PlaneTravel:
		out.Travel = &travelJSON{Kind: "plane", Scale: m.Scale, Rounding: m.Rounding}
	case *MatrixTravel:
		out.Travel = &travelJSON{Kind: "matrix", Seconds: m.Seconds, Metres: m.Metres}
	default:
		return fmt.Errorf("dispatch: a travel model of type %T has no JSON form", p.Travel)
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(out); err != nil {
		return fmt.Errorf("dispatch: %w", err)
	}
	_, err := w.Write(buf.Bytes())
	return err
}
