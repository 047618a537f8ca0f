package aigc

import (
	"fmt"
	"html"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// Parse reads the value of a label leniently and says what is wrong with it. The error is ErrNotLabel when there is
// nothing to read: no object, or none with a field of a label.
func Parse(text string) (*Label, []Problem, error) {
	l, ps, err := parseLabel(text)
	if err != nil {
		return nil, nil, err
	}
	return l, append(ps, l.problems()...), nil
}

// ParseStrict reads the value of a label as Annex E has it, with the wrapper {"AIGC":{…}} of the guides' Annex B allowed.
// The error is ErrNotConformant or ErrNotLabel and names the first deviation.
func ParseStrict(text string) (*Label, error) {
	l, ps, err := Parse(text)
	if err != nil {
		return nil, err
	}
	for _, p := range ps {
		if p.Code != ProblemWrapped {
			return nil, fmt.Errorf("%w: %s", ErrNotConformant, p.EN)
		}
	}
	return l, nil
}

func parseLabel(text string) (*Label, []Problem, error) {
	var ps []Problem
	text = strings.Trim(text, "\x00 \t\r\n\ufeff")
	if !utf8.ValidString(text) {
		ps = append(ps, problem(ProblemEncoding, ""))
		if s, err := simplifiedchinese.GB18030.NewDecoder().String(text); err == nil {
			text = s
		}
	}
	for range 4 {
		rest, p := unpack(text)
		if p == "" {
			break
		}
		text = rest
		ps = append(ps, problem(p, ""))
	}
	o, err := parseObject(text)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrNotLabel, err)
	}
	if strings.Trim(text[o.size:], "\x00 \t\r\n") != "" {
		o.faults = append(o.faults, "text behind its end")
	}
	if inner, how := unwrap(o); inner != nil {
		ps = append(ps, problem(how, ""))
		inner.faults = append(inner.faults, o.faults...)
		o = inner
	}
	if len(o.faults) > 0 {
		ps = append(ps, problem(ProblemSyntax, strings.Join(o.faults, "; ")))
	}
	l, more := labelFrom(o)
	if l == nil {
		return nil, nil, fmt.Errorf("%w: none of its fields", ErrNotLabel)
	}
	l.interpret()
	for _, s := range l.Security {
		if s.Problem != "" {
			ps = append(ps, problem(ProblemSecurity, s.Field+", "+s.Problem))
		}
	}
	return l, append(ps, more...), nil
}

// unpack takes one layer off a value that was escaped, quoted or glued once too often.
func unpack(s string) (string, string) {
	s = strings.TrimSpace(s)
	switch {
	case strings.HasPrefix(s, "AIGC"):
		rest := strings.TrimLeft(s[4:], " \t\r\n\x00:=")
		if rest != "" && strings.ContainsRune("{\"'&", rune(rest[0])) {
			return rest, ProblemPrefix
		}
	case strings.HasPrefix(s, "{&") || strings.HasPrefix(s, "&"), strings.HasPrefix(s, "{") && strings.HasPrefix(strings.TrimLeft(s[1:], " "), "&quot;"):
		if u := html.UnescapeString(s); u != s {
			return u, ProblemEscaped
		}
	case strings.HasPrefix(s, `{\"`):
		return strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(s), ProblemEscaped
	case strings.HasPrefix(s, `"{`) || strings.HasPrefix(s, `'{`):
		p := objectReader{s: s}
		if inner, err := p.str(); err == nil {
			return inner, ProblemQuoted
		}
	}
	return s, ""
}

// unwrap finds the label's object inside {"AIGC":{…}} and {"AIGC":"{…}"}.
func unwrap(o *object) (*object, string) {
	for _, m := range o.members {
		if !strings.EqualFold(m.key, "AIGC") {
			continue
		}
		if m.obj != nil {
			return m.obj, ProblemWrapped
		}
		if m.kind == 's' {
			text := m.raw
			if u, p := unpack(text); p != "" {
				text = u
			}
			if inner, err := parseObject(strings.TrimSpace(text)); err == nil {
				return inner, ProblemQuoted
			}
		}
	}
	return nil, ""
}

// labelFrom takes the fields out of an object; nil when it has none of them.
func labelFrom(o *object) (*Label, []Problem) {
	l := &Label{}
	var ps []Problem
	var seen [7]bool
	known := 0
	for _, m := range o.members {
		i, exact := fieldIndex(m.key)
		if i < 0 {
			if len(l.Extra) < 32 {
				if l.Extra == nil {
					l.Extra = map[string]string{}
				}
				l.Extra[clip(m.key, 64)] = clip(m.raw, 256)
			}
			ps = append(ps, problem(ProblemFieldUnknown, clip(m.key, 64)))
			continue
		}
		known++
		if !exact {
			ps = append(ps, problem(ProblemFieldCase, clip(m.key, 64)))
		}
		v := m.raw
		if m.kind != 's' {
			ps = append(ps, problem(ProblemFieldType, fieldNames[i]))
			if v == "null" {
				v = ""
			}
		}
		if seen[i] {
			ps = append(ps, problem(ProblemFieldTwice, fieldNames[i]))
			if *l.field(i) != "" {
				continue // the first that says something counts
			}
		}
		seen[i] = true
		*l.field(i) = v
	}
	if known == 0 || !seen[0] && !seen[1] && !seen[2] && known < 2 {
		return nil, nil
	}
	for i, ok := range seen {
		if !ok {
			ps = append(ps, problem(ProblemFieldMissing, fieldNames[i]))
		}
	}
	if len(ps) > 64 {
		ps = ps[:64]
	}
	return l, ps
}

// fieldIndex finds a field by its key; exact when it is spelt as in Annex E.
func fieldIndex(key string) (int, bool) {
	folded := strings.ReplaceAll(strings.ReplaceAll(strings.TrimSpace(key), "_", ""), "-", "")
	for i, name := range fieldNames {
		if key == name {
			return i, true
		}
		if strings.EqualFold(folded, name) {
			return i, false
		}
	}
	return -1, false
}
