package letter

import (
	"bytes"
	"compress/zlib"
	"io"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"
)

// pdfText reads the text that is drawn in a PDF of ours: streams are inflated, and the strings shown (Tj) are UTF-16, because the writer uses character
// codes that are Unicode. It is a reader of its own, so that a text that is composed and not drawn is seen as missing.
func pdfText(t testing.TB, pdf []byte) string {
	t.Helper()
	var out strings.Builder
	rest := pdf
	streams := 0
	for {
		i := bytes.Index(rest, []byte("stream\n"))
		if i < 0 {
			break
		}
		rest = rest[i+len("stream\n"):]
		j := bytes.Index(rest, []byte("\nendstream"))
		if j < 0 {
			t.Fatal("a stream without an end")
		}
		z, err := zlib.NewReader(bytes.NewReader(rest[:j]))
		if err == nil {
			content, err := io.ReadAll(z)
			if err == nil && bytes.Contains(content, []byte(" Tj ET")) {
				streams++
				drawn(&out, content)
			}
		}
		rest = rest[j+len("\nendstream\n"):]
	}
	if streams == 0 {
		t.Fatal("no page holds text")
	}
	return out.String()
}

var position = regexp.MustCompile(`BT ([0-9.]+) ([0-9.]+) Td \(`)

// drawn appends the strings of a page in the order of drawing; a new base line begins a new line.
func drawn(out *strings.Builder, content []byte) {
	last := ""
	for {
		m := position.FindSubmatchIndex(content)
		if m == nil {
			return
		}
		y := string(content[m[4]:m[5]])
		if last != "" && y != last {
			out.WriteByte('\n')
		}
		last = y
		content = content[m[1]:]
		var raw []byte
		i := 0
		for ; i < len(content) && content[i] != ')'; i++ {
			c := content[i]
			if c == '\\' {
				i++
				if c = content[i]; c == 'r' {
					c = '\r'
				}
			}
			raw = append(raw, c)
		}
		content = content[i:]
		units := make([]uint16, 0, len(raw)/2)
		for k := 0; k+1 < len(raw); k += 2 {
			units = append(units, uint16(raw[k])<<8|uint16(raw[k+1]))
		}
		out.WriteString(string(utf16.Decode(units)))
	}
}

// squeezed leaves out blanks and line ends, which breaking lines may change.
func squeezed(s string) string { return strings.Join(strings.Fields(s), "") }
