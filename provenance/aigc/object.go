package aigc

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// object is a JSON object read leniently: in order, with keys as often as they are there.
type object struct {
	members []member
	faults  []string // what a strict reader would refuse
	size    int      // bytes of the text that it takes
}

type member struct {
	key string
	value
}

// value is a string, an object, a list of objects, or something else as written.
type value struct {
	kind byte // 's' string, 'o' object, 'a' array, 'l' anything else
	raw  string
	obj  *object
	list []*object
}

// Bounds of the lenient reader.
const (
	maxObjectBytes = 128 << 10
	maxMembers     = 256
	maxObjectDepth = 8
)

var errNoObject = errors.New("no object")

// parseObject reads one object at the beginning of a text. What follows it is left alone; object.size says how far it goes.
func parseObject(text string) (*object, error) {
	p := &objectReader{s: clipBytes(text, maxObjectBytes)}
	o, err := p.object(0)
	if o != nil {
		o.faults, o.size = p.faults, p.i
	}
	return o, err
}

func clipBytes(s string, n int) string { return s[:min(len(s), n)] }

type objectReader struct {
	s       string
	i       int
	members int
	faults  []string
}

func (p *objectReader) fault(what string) {
	for _, f := range p.faults {
		if f == what {
			return
		}
	}
	p.faults = append(p.faults, what)
}

func (p *objectReader) space() {
	for p.i < len(p.s) {
		switch c := p.s[p.i]; {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			p.i++
		case c == 0:
			p.fault("a zero byte")
			p.i++
		default:
			return
		}
	}
}

func (p *objectReader) peek() byte {
	if p.i < len(p.s) {
		return p.s[p.i]
	}
	return 0
}

func (p *objectReader) object(depth int) (*object, error) {
	if p.peek() != '{' {
		return nil, errNoObject
	}
	if depth >= maxObjectDepth {
		return nil, ErrTooDeep
	}
	p.i++
	o := &object{}
	comma := true // nothing may be separated yet
	for {
		p.space()
		switch c := p.peek(); {
		case c == '}':
			if comma && len(o.members) > 0 {
				p.fault("a comma too many")
			}
			p.i++
			return o, nil
		case c == ',':
			if comma {
				p.fault("a comma too many")
			}
			comma = true
			p.i++
			continue
		case !comma && p.i < len(p.s):
			p.fault("a comma missing")
		case p.i >= len(p.s):
			p.fault("cut short")
			if len(o.members) == 0 {
				return nil, fmt.Errorf("cut short after %d bytes", p.i)
			}
			return o, nil
		}
		if p.members++; p.members > maxMembers {
			return nil, fmt.Errorf("%w: more than %d members", ErrTooMany, maxMembers)
		}
		m, err := p.member(depth)
		if err != nil {
			if len(o.members) > 0 && p.i >= len(p.s) {
				p.fault("cut short")
				return o, nil
			}
			return nil, err
		}
		o.members = append(o.members, m)
		comma = false
	}
}

func (p *objectReader) member(depth int) (m member, err error) {
	if m.key, err = p.key(); err != nil {
		return m, err
	}
	p.space()
	switch p.peek() {
	case ':':
		p.i++
	case '=':
		p.fault("= for :")
		p.i++
	default:
		return m, fmt.Errorf("no colon after %s at %d", quoted(m.key), p.i)
	}
	p.space()
	m.value, err = p.value(depth)
	return m, err
}

func (p *objectReader) key() (string, error) {
	switch c := p.peek(); {
	case c == '"' || c == '\'':
		return p.str()
	case c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z':
		p.fault("a key without quotation marks")
		start := p.i
		for p.i < len(p.s) && (p.s[p.i] == '_' || !notCodeRune(rune(p.s[p.i]))) {
			p.i++
		}
		return p.s[start:p.i], nil
	}
	return "", fmt.Errorf("no key at %d", p.i)
}

func (p *objectReader) value(depth int) (value, error) {
	switch c := p.peek(); {
	case c == '"' || c == '\'':
		s, err := p.str()
		return value{kind: 's', raw: s}, err
	case c == '{':
		start := p.i
		o, err := p.object(depth + 1)
		return value{kind: 'o', obj: o, raw: p.s[start:p.i]}, err
	case c == '[':
		return p.array(depth)
	}
	start := p.i
	for p.i < len(p.s) && !strings.ContainsRune(",}] \t\r\n", rune(p.s[p.i])) {
		p.i++
	}
	if p.i == start {
		return value{}, fmt.Errorf("no value at %d", p.i)
	}
	return value{kind: 'l', raw: p.s[start:p.i]}, nil
}

func (p *objectReader) array(depth int) (value, error) {
	if depth >= maxObjectDepth {
		return value{}, ErrTooDeep
	}
	v := value{kind: 'a'}
	start := p.i
	p.i++
	for {
		p.space()
		switch c := p.peek(); {
		case c == ']':
			p.i++
			v.raw = p.s[start:p.i]
			return v, nil
		case c == ',':
			p.i++
			continue
		case p.i >= len(p.s):
			return v, errors.New("list cut short")
		}
		if p.members++; p.members > maxMembers {
			return v, fmt.Errorf("%w: more than %d members", ErrTooMany, maxMembers)
		}
		e, err := p.value(depth + 1)
		if err != nil {
			return v, err
		}
		if e.kind == 'o' {
			v.list = append(v.list, e.obj)
		}
	}
}

// str reads a string in either kind of quotation marks.
func (p *objectReader) str() (string, error) {
	quote := p.s[p.i]
	if quote == '\'' {
		p.fault("single quotation marks")
	}
	p.i++
	start := p.i
	for p.i < len(p.s) && p.s[p.i] != quote && p.s[p.i] != '\\' {
		p.i++
	}
	if p.peek() == quote && p.i < len(p.s) {
		s := p.s[start:p.i]
		p.i++
		return s, nil
	}
	b := []byte(p.s[start:p.i])
	for p.i < len(p.s) {
		c := p.s[p.i]
		p.i++
		switch {
		case c == quote:
			return string(b), nil
		case c == '\\' && p.i < len(p.s):
			b = p.escape(b)
		default:
			b = append(b, c)
		}
	}
	return string(b), errors.New("string cut short")
}

func (p *objectReader) escape(b []byte) []byte {
	c := p.s[p.i]
	p.i++
	switch c {
	case 'n':
		return append(b, '\n')
	case 't':
		return append(b, '\t')
	case 'r':
		return append(b, '\r')
	case 'b':
		return append(b, '\b')
	case 'f':
		return append(b, '\f')
	case 'u':
		if p.i+4 <= len(p.s) {
			if n, err := strconv.ParseUint(p.s[p.i:p.i+4], 16, 16); err == nil {
				p.i += 4
				r := rune(n)
				if utf16.IsSurrogate(r) && p.i+6 <= len(p.s) && p.s[p.i:p.i+2] == `\u` {
					if low, err := strconv.ParseUint(p.s[p.i+2:p.i+6], 16, 16); err == nil {
						if both := utf16.DecodeRune(r, rune(low)); both != utf8.RuneError {
							p.i, r = p.i+6, both
						}
					}
				}
				return utf8.AppendRune(b, r) // a half alone becomes the replacement character
			}
		}
		p.fault("a bad escape")
		return append(b, '\\', 'u')
	case '"', '\\', '/':
		return append(b, c)
	}
	p.fault("a bad escape")
	return append(b, c)
}

func (o *object) get(key string) (value, bool) {
	for i := range o.members {
		if o.members[i].key == key {
			return o.members[i].value, true
		}
	}
	return value{}, false
}

func (o *object) text(key string) string {
	v, _ := o.get(key)
	if v.kind == 's' || v.kind == 'l' {
		return v.raw
	}
	return ""
}

func (o *object) object(key string) (*object, bool) {
	v, ok := o.get(key)
	return v.obj, ok && v.obj != nil
}

func (o *object) list(key string) []*object {
	v, _ := o.get(key)
	return v.list
}
