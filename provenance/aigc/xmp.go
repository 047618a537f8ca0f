package aigc

import (
	"bytes"
	"encoding/binary"
	"html"
	"strings"
	"unicode/utf16"
)

// property is one simple value in an XMP packet.
type property struct {
	space  string // namespace
	prefix string
	name   string
	value  string
	attr   bool
}

// packet is an XMP packet read leniently: writers in the field close the wrong elements, and a parser that insists on
// well-formed XML would not see their labels.
type packet struct {
	spaces     map[string]string // prefix → namespace
	properties []property
	rdf        bool // it has an rdf:RDF or rdf:Description element
	cut        bool
}

const (
	maxProperties = 4096
	maxXMPDepth   = 64
)

const tc260Space = "http://www.tc260.org.cn/ns/AIGC/1.0/"

type element struct {
	name     string
	text     strings.Builder
	children bool
}

// parseXMP reads elements and attributes, whatever their nesting.
func parseXMP(data []byte) *packet {
	p := &packet{spaces: map[string]string{}}
	data = toUTF8(data)
	var stack []*element
	for len(data) > 0 && len(p.properties) < maxProperties {
		i := bytes.IndexByte(data, '<')
		if i < 0 {
			break
		}
		if n := len(stack); n > 0 {
			stack[n-1].text.Write(data[:i])
		}
		data = data[i:]
		switch {
		case bytes.HasPrefix(data, []byte("<!--")):
			data = after(data, "-->")
		case bytes.HasPrefix(data, []byte("<![CDATA[")):
			rest := after(data, "]]>")
			if n := len(stack); n > 0 && len(rest)+12 <= len(data) {
				stack[n-1].text.WriteString(html.EscapeString(string(data[9 : len(data)-len(rest)-3])))
			}
			data = rest
		case bytes.HasPrefix(data, []byte("<?")), bytes.HasPrefix(data, []byte("<!")):
			data = after(data, ">")
		case bytes.HasPrefix(data, []byte("</")):
			name, rest := tagName(data[2:])
			data = after(rest, ">")
			stack = p.close(stack, name)
		default:
			name, rest := tagName(data[1:])
			var closed bool
			rest, closed = p.attributes(name, rest)
			data = rest
			if name == "" {
				continue
			}
			p.rdf = p.rdf || strings.HasPrefix(name, "rdf:")
			if n := len(stack); n > 0 {
				stack[n-1].children = true
			}
			if !closed && len(stack) < maxXMPDepth {
				stack = append(stack, &element{name: name})
			}
		}
	}
	p.cut = len(p.properties) >= maxProperties
	for i := range p.properties {
		p.properties[i].space = p.spaces[p.properties[i].prefix]
	}
	return p
}

// close ends an element; those inside it that were never ended go with it.
func (p *packet) close(stack []*element, name string) []*element {
	for i := len(stack) - 1; i >= 0; i-- {
		if stack[i].name != name {
			continue
		}
		if e := stack[i]; !e.children {
			owner := e.name
			for j := i; strings.HasPrefix(owner, "rdf:") && j > 0; {
				j--
				owner = stack[j].name // a list's item belongs to the property around the list
			}
			p.add(owner, e.text.String(), false)
		}
		return stack[:i]
	}
	return stack
}

func (p *packet) add(name, value string, attr bool) {
	prefix, local, ok := strings.Cut(name, ":")
	if !ok || prefix == "rdf" || prefix == "xml" || prefix == "x" && local != "xmptk" {
		return
	}
	value = strings.TrimSpace(html.UnescapeString(value))
	if value == "" && !strings.EqualFold(local, "AIGC") {
		return
	}
	p.properties = append(p.properties, property{prefix: prefix, name: local, value: value, attr: attr})
}

// attributes reads what follows a tag's name up to its end.
func (p *packet) attributes(tag string, data []byte) (rest []byte, closed bool) {
	for {
		data = bytes.TrimLeft(data, " \t\r\n")
		if len(data) == 0 {
			return nil, true
		}
		if data[0] == '>' {
			return data[1:], false
		}
		if data[0] == '/' {
			return after(data, ">"), true
		}
		name, more := tagName(data)
		if name == "" {
			data = data[1:]
			continue
		}
		data = bytes.TrimLeft(more, " \t\r\n")
		if len(data) == 0 || data[0] != '=' {
			continue
		}
		data = bytes.TrimLeft(data[1:], " \t\r\n")
		if len(data) == 0 || data[0] != '"' && data[0] != '\'' {
			continue
		}
		end := bytes.IndexByte(data[1:], data[0])
		if end < 0 {
			return nil, true
		}
		value := string(data[1 : 1+end])
		data = data[2+end:]
		switch {
		case strings.HasPrefix(name, "xmlns:"):
			if len(p.spaces) < 256 {
				p.spaces[name[6:]] = html.UnescapeString(value)
			}
		case name == "rdf:resource":
			p.add(tag, value, true)
		default:
			p.add(name, value, true)
		}
	}
}

func tagName(data []byte) (string, []byte) {
	i := 0
	for i < len(data) && i < 256 && strings.IndexByte(" \t\r\n/>=<\"'", data[i]) < 0 {
		i++
	}
	return string(data[:i]), data[i:]
}

// after gives what follows the first occurrence of an end mark; nothing when there is none.
func after(data []byte, mark string) []byte {
	i := bytes.Index(data, []byte(mark))
	if i < 0 {
		return nil
	}
	return data[i+len(mark):]
}

// toUTF8 turns a packet in UTF-16, which the specification allows, into UTF-8.
func toUTF8(data []byte) []byte {
	if len(data) < 4 {
		return data
	}
	var order binary.ByteOrder
	switch {
	case data[0] == 0xfe && data[1] == 0xff, data[0] == 0 && data[1] == '<':
		order = binary.BigEndian
	case data[0] == 0xff && data[1] == 0xfe, data[0] == '<' && data[1] == 0:
		order = binary.LittleEndian
	default:
		return data
	}
	return []byte(decodeUTF16(data, order))
}

func decodeUTF16(b []byte, order binary.ByteOrder) string {
	u := make([]uint16, len(b)/2)
	for i := range u {
		u[i] = order.Uint16(b[2*i:])
	}
	return string(utf16.Decode(u))
}

// xmp reads a packet for labels and declarations.
func (s *scan) xmp(place string, at int64, data []byte) {
	p := parseXMP(data)
	if p.cut {
		s.cut = true
		s.problem(problem(ProblemTruncated, ""), place)
	}
	labels := len(s.carriers)
	fields := map[string]string{}
	for _, q := range p.properties {
		tc260 := strings.Contains(q.space, "tc260.org.cn") || strings.EqualFold(q.prefix, "TC260")
		switch {
		case strings.EqualFold(q.name, "AIGC") && (tc260 || q.space == ""):
			form := FormXMPElement
			if q.attr {
				form = FormXMPAttribute
			}
			s.label(form, place, at, tc260 && q.name == "AIGC" && xmpStandard[s.format], false, q.value)
		case tc260:
			if _, ok := fields[q.name]; !ok && len(fields) < 16 {
				fields[q.name] = q.value
			}
		default:
			s.xmpProperty(place, q)
		}
	}
	if len(fields) > 0 && len(s.carriers) == labels {
		s.fields(place, at, fields)
	}
	s.shell(place, p, labels)
}

// xmpStandard are the formats whose guide (TC260-PG-20259A, 20258A) names XMP.
var xmpStandard = map[Format]bool{JPEG: true, PNG: true, WebP: true, TIFF: true, GIF: true, HEIF: true, AVIF: true}

// fields takes a label whose seven fields are properties of their own.
func (s *scan) fields(place string, at int64, fields map[string]string) {
	l := &Label{}
	known := false
	for key, v := range fields {
		if i, _ := fieldIndex(key); i >= 0 {
			*l.field(i), known = v, true
		}
	}
	if known {
		s.label(FormXMPFields, place, at, false, false, l.JSON())
	}
}

// xmpProperty looks at a property of another schema.
func (s *scan) xmpProperty(place string, q property) {
	switch strings.ToLower(q.name) {
	case "digitalsourcetype", "digitalsourcefiletype":
		s.sourceType(place, q.value)
	case "credit":
		s.credit(place, q.value)
	case "creatortool", "software", "xmptk":
		s.writer(place, q.value)
	case "description", "usercomment", "imagedescription", "parameters":
		s.text(place+" "+q.name, 0, q.name, q.value)
	}
}
