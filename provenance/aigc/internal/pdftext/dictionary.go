package pdftext

import (
	"bytes"
	"slices"
	"strconv"
)

// Reference names an object of a PDF.
type Reference struct{ Number, Generation int }

// References are those that the trailers of a PDF name as its document information: one for each time that the file was saved.
type References []Reference

// MaxReferences bounds References.
const MaxReferences = 32

// Add keeps a reference that is not there yet.
func (o *References) Add(ref Reference) {
	if len(*o) < MaxReferences && !slices.Contains(*o, ref) {
		*o = append(*o, ref)
	}
}

// Has says whether an object of this number is among them.
func (o References) Has(number int) bool {
	return slices.ContainsFunc(o, func(ref Reference) bool { return ref.Number == number })
}

// ReadReference reads "12 0 R" at the beginning of b.
func ReadReference(b []byte) (ref Reference, ok bool) {
	number, rest := integer(b)
	generation, rest2 := integer(rest)
	rest2 = skip(rest2)
	if number < 0 || generation < 0 || len(rest2) == 0 || rest2[0] != 'R' || len(rest2) > 1 && regular(rest2[1]) {
		return Reference{}, false
	}
	return Reference{number, generation}, true
}

// integer reads a number of at most ten digits; -1 where there is none.
func integer(b []byte) (int, []byte) {
	b = skip(b)
	n := 0
	for n < len(b) && n < 10 && b[n] >= '0' && b[n] <= '9' {
		n++
	}
	v, err := strconv.Atoi(string(b[:n]))
	if err != nil {
		return -1, b
	}
	return v, b[n:]
}

// InStream finds objects in an unpacked object stream, by the table of numbers and places that it begins with; each goes on to the end of
// the stream.
func InStream(b []byte, want func(number int) bool, most int) (out [][]byte) {
	rest := b
	var places []int
	for {
		n, r := integer(rest)
		if n < 0 {
			break
		}
		place, r2 := integer(r)
		if place < 0 {
			break
		}
		if len(places) < most && want(n) {
			places = append(places, place)
		}
		rest = r2
	}
	rest = skip(rest)
	for _, at := range places {
		if at <= len(rest) {
			out = append(out, rest[at:])
		}
	}
	return out
}

// Field is a text of a dictionary: its key without the slash, and the bytes that the text stands for.
type Field struct {
	Key   string
	Value []byte
}

// maxFields and maxDepth bound a dictionary.
const (
	maxFields = 1024
	maxDepth  = 32
)

// Dictionary reads the texts of the dictionary that b begins with; other values are passed over, dictionaries within it too. A dictionary
// that is cut short gives what was read.
func Dictionary(b []byte) (out []Field) {
	b = skip(b)
	if !bytes.HasPrefix(b, []byte("<<")) {
		return nil
	}
	b = skip(b[2:])
	key, depth := "", 0
	for len(b) > 0 && len(out) < maxFields {
		switch {
		case bytes.HasPrefix(b, []byte("<<")), b[0] == '[':
			if depth++; depth > maxDepth {
				return out
			}
			b = b[1+btoi(b[0] == '<'):]
		case bytes.HasPrefix(b, []byte(">>")), b[0] == ']':
			if depth--; depth < 0 {
				return out
			}
			b = b[1+btoi(b[0] == '>'):]
			key = ""
		case b[0] == '/':
			n := 1
			for n < len(b) && regular(b[n]) {
				n++
			}
			if depth == 0 {
				key = name(b[1:n])
			}
			b = b[n:]
		case b[0] == '(' || b[0] == '<':
			v, ok := String(b)
			n := length(b)
			if !ok || n == 0 {
				return out
			}
			if depth == 0 && key != "" {
				out, key = append(out, Field{key, v}), ""
			}
			b = b[n:]
		default:
			n := 1
			for n < len(b) && regular(b[n]) {
				n++
			}
			b = b[n:]
		}
		b = skip(b)
	}
	return out
}

func btoi(v bool) int {
	if v {
		return 1
	}
	return 0
}

// skip passes over blanks and comments.
func skip(b []byte) []byte {
	for len(b) > 0 {
		switch b[0] {
		case 0, '\t', '\n', '\f', '\r', ' ':
			b = b[1:]
		case '%':
			i := bytes.IndexAny(b, "\r\n")
			if i < 0 {
				return nil
			}
			b = b[i:]
		default:
			return b
		}
	}
	return b
}

// regular characters make up names and numbers.
func regular(c byte) bool {
	return bytes.IndexByte([]byte("\x00\t\n\f\r ()<>[]{}/%"), c) < 0
}

// name resolves #41 in names.
func name(b []byte) string {
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] == '#' && i+2 < len(b) {
			if v, err := strconv.ParseUint(string(b[i+1:i+3]), 16, 8); err == nil {
				out = append(out, byte(v))
				i += 2
				continue
			}
		}
		out = append(out, b[i])
	}
	return string(out)
}

// length is that of the string that b begins with, brackets included; 0 when it does not end.
func length(b []byte) int {
	if b[0] == '<' {
		return bytes.IndexByte(b, '>') + 1
	}
	depth := 0
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i + 1
			}
		case '\\':
			i++
		}
	}
	return 0
}
