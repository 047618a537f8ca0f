package aigc

import (
	"fmt"
	"strings"
)

// Kind is what a label says about its content.
type Kind string

// Kinds of clause 6 and Annex E. KindUnclear is a label whose value is none of the three.
const (
	KindIs        Kind = "1" // is AI-made
	KindPossible  Kind = "2" // may be AI-made: the uploader said so
	KindSuspected Kind = "3" // suspected to be AI-made: traces were found
	KindUnclear   Kind = ""
)

// Label is the implicit label: the seven strings of Annex E as written, and what they mean.
type Label struct {
	Label             string `json:"Label"`
	ContentProducer   string `json:"ContentProducer"`
	ProduceID         string `json:"ProduceID"`
	ReservedCode1     string `json:"ReservedCode1"`
	ContentPropagator string `json:"ContentPropagator"`
	PropagateID       string `json:"PropagateID"`
	ReservedCode2     string `json:"ReservedCode2"`

	// Producer and Propagator are the two codes split into their parts; nil when empty.
	Producer   *Provider `json:"producer,omitempty"`
	Propagator *Provider `json:"propagator,omitempty"`
	// Security is what stands in ReservedCode1 and ReservedCode2, where it is more than an empty string.
	Security []Security `json:"security,omitempty"`
	// Extra are fields that the standard does not know, at most 32.
	Extra map[string]string `json:"extra,omitempty"`
}

// Kind gives the meaning of the Label field.
func (l *Label) Kind() Kind {
	switch k := Kind(strings.TrimSpace(l.Label)); k {
	case KindIs, KindPossible, KindSuspected:
		return k
	}
	return KindUnclear
}

// Declares says whether the label declares AI at all: one whose value reads as a denial ("0", "false") does not. The
// standard knows no denial, so an unknown or missing value still declares: the label is there because somebody's
// generator put it there.
func (l *Label) Declares() bool {
	switch strings.ToLower(strings.TrimSpace(l.Label)) {
	case "0", "false", "no", "none", "否":
		return false
	}
	return true
}

// Propagated gives the label that a service which shows the content to others has to write: the producer's fields are
// kept, the propagator's are its own.
func (l Label) Propagated(by, id string) Label {
	l.ContentPropagator, l.PropagateID, l.ReservedCode2 = by, id, ""
	l.Producer, l.Propagator, l.Security, l.Extra = nil, nil, nil, nil
	return l
}

// fieldNames are the keys of Annex E in their order.
var fieldNames = [7]string{"Label", "ContentProducer", "ProduceID", "ReservedCode1", "ContentPropagator", "PropagateID", "ReservedCode2"}

func (l *Label) field(i int) *string {
	return [7]*string{&l.Label, &l.ContentProducer, &l.ProduceID, &l.ReservedCode1, &l.ContentPropagator, &l.PropagateID, &l.ReservedCode2}[i]
}

// JSON writes the value of a label as Annex E has it: seven strings in their order, only characters from 0x21 to 0x7E,
// the quotation mark and the backslash escaped.
func (l *Label) JSON() string {
	var b strings.Builder
	for i, name := range fieldNames {
		b.WriteByte("{,"[min(i, 1)])
		b.WriteString(quoteJSON(name) + ":" + quoteJSON(*l.field(i)))
	}
	b.WriteByte('}')
	return b.String()
}

// quoteJSON quotes a text with nothing escaped but what has to be; labels are signed in this form.
func quoteJSON(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < 0x20:
			fmt.Fprintf(&b, "\\u%04x", r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// Check says whether the label may be written: Annex E and the rules for who fills in what.
func (l *Label) Check() error {
	if ps := l.problems(); len(ps) > 0 {
		return fmt.Errorf("%w: %s", ErrNotConformant, ps[0].EN)
	}
	for i, name := range fieldNames {
		if n := len(*l.field(i)); n > maxFieldBytes {
			return fmt.Errorf("%w: %s has %d bytes, %d allowed here", ErrNotConformant, name, n, maxFieldBytes)
		}
	}
	return nil
}

// maxFieldBytes is how long a field may be that this package writes; longest seen in the field: 1.2 kB.
const maxFieldBytes = 4 << 10

// problems are the deviations that lie in the values themselves.
func (l *Label) problems() []Problem {
	var out []Problem
	if l.Kind() == KindUnclear {
		out = append(out, problem(ProblemLabelValue, quoted(l.Label)))
	} else if l.Label != string(l.Kind()) {
		out = append(out, problem(ProblemCharacter, "Label"))
	}
	for i, name := range fieldNames {
		if i == 0 {
			continue
		}
		for _, r := range *l.field(i) {
			if r < 0x21 || r > 0x7e {
				out = append(out, problem(ProblemCharacter, name))
				break
			}
		}
	}
	for name, code := range map[string]string{"ContentProducer": l.ContentProducer, "ContentPropagator": l.ContentPropagator} {
		if p, err := ParseProvider(code); err != nil && p != nil && p.ID != "" { // the standard allows a name; what is built like a code must be one
			out = append(out, problem(ProblemProviderCode, name))
		}
	}
	produced, propagated := l.ContentProducer != "" && l.ProduceID != "", l.ContentPropagator != "" && l.PropagateID != ""
	switch {
	case l.Kind() == KindIs && !produced:
		out = append(out, problem(ProblemFieldEmpty, "ContentProducer, ProduceID"))
	case (l.Kind() == KindPossible || l.Kind() == KindSuspected) && !produced && !propagated:
		out = append(out, problem(ProblemFieldEmpty, "ContentPropagator, PropagateID"))
	}
	return out
}

// interpret fills in what the fields mean.
func (l *Label) interpret() {
	if p, err := ParseProvider(l.ContentProducer); p != nil && (err == nil || l.ContentProducer != "") {
		l.Producer = p
	}
	if p, err := ParseProvider(l.ContentPropagator); p != nil && (err == nil || l.ContentPropagator != "") {
		l.Propagator = p
	}
	for i, v := range []string{l.ReservedCode1, l.ReservedCode2} {
		if s, ok := parseSecurity(v); ok {
			s.Field = fieldNames[3+3*i]
			l.Security = append(l.Security, s)
		}
	}
}

// differs names the fields in which two labels differ.
func (l *Label) differs(o *Label) []string {
	var out []string
	for i, name := range fieldNames {
		if *l.field(i) != *o.field(i) {
			out = append(out, name)
		}
	}
	return out
}
