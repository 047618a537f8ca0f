package staff

import (
	"strings"

	"anxin/region"
)

// Places names divisions; *region.Resolver is one.
type Places interface {
	Lookup(code region.Code, asOf region.Date) (region.Division, bool)
	Resolve(text string, asOf region.Date) region.Answer
}

// fullCode writes the short forms that mean "everything below" as codes: 33 is 330000, 3301 is 330100.
func fullCode(code string) region.Code {
	if n := len(code); n == 2 || n == 4 {
		code += strings.Repeat("0", 6-n)
	}
	return region.Code(code)
}

// PlaceName is the canonical path of a code, or the code itself when it is unknown.
func PlaceName(p Places, code string) string {
	c := fullCode(code)
	if !c.Valid() {
		return code
	}
	d, ok := p.Lookup(c, region.Date{})
	if !ok {
		return code
	}
	return PathWords(d.Path)
}

// PathWords writes a canonical path, joined by slashes, as people read it.
func PathWords(path string) string {
	return strings.Join(strings.FieldsFunc(path, func(r rune) bool { return r == '/' || r == ' ' }), " ")
}

// PlaceOf reads one line as a division: a code, or a name that leaves no other reading. alternatives are the readings when there are several.
func PlaceOf(p Places, line string) (code string, alternatives []string) {
	line = strings.TrimSpace(line)
	if c := fullCode(line); c.Valid() {
		if _, ok := p.Lookup(c, region.Date{}); ok {
			return line, nil
		}
	}
	a := p.Resolve(line, region.Date{})
	if a.Outcome == region.OutcomeOne {
		return string(a.Best.Code), nil
	}
	for _, c := range a.Candidates {
		alternatives = append(alternatives, PathWords(c.Path))
	}
	return "", alternatives
}
