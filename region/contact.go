package region

import (
	"regexp"
	"strings"
)

// Contact is a pasted line taken apart.
type Contact struct {
	Name     string
	Phone    string // digits, with "-" before an extension
	Postcode string
	Address  string // the address as written, without name, telephone and postcode
	Region   Answer // the address resolved in the newest state of the dataset
	Detail   string // the address below the division: road, number, building
}

var (
	phonePattern    = regexp.MustCompile(`(?:\+?86[- ]?)?(1\d{2}[- ]?\d{4}[- ]?\d{4})|(0\d{2,3}[- ]?\d{7,8}(?:[- 转]\d{1,6})?)|(400[- ]?\d{3}[- ]?\d{4})`)
	postcodePattern = regexp.MustCompile(`(?:^|[^\d])(\d{6})(?:$|[^\d])`)
)

// Parse splits name, telephone, postcode and address out of one pasted line.
func (r *Resolver) Parse(text string) Contact {
	var c Contact
	rest := text
	if m := phonePattern.FindStringIndex(rest); m != nil {
		c.Phone = strings.NewReplacer(" ", "", "转", "-").Replace(rest[m[0]:m[1]])
		rest = rest[:m[0]] + " " + rest[m[1]:]
	}
	if m := postcodePattern.FindStringSubmatchIndex(rest); m != nil {
		c.Postcode = rest[m[2]:m[3]]
		rest = rest[:m[2]] + " " + rest[m[3]:]
	}
	longest := ""
	for _, part := range strings.FieldsFunc(rest, func(c rune) bool { return strings.ContainsRune(" ,，;；\t\n", c) }) {
		if len(part) > len(longest) {
			longest = part
		}
	}
	c.Address = strings.TrimSpace(rest)
	for _, part := range strings.FieldsFunc(rest, func(c rune) bool { return strings.ContainsRune(" ,，;；\t\n", c) }) {
		if n := len([]rune(part)); part != longest && n >= 2 && n <= 4 && c.Name == "" {
			c.Name = part
			c.Address = strings.TrimSpace(strings.Replace(rest, part, " ", 1))
		}
	}
	c.Region = r.Resolve(c.Address, Date{})
	c.Detail = c.Region.Detail
	return c
}
