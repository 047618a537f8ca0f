// Package pdftext reads the strings of PDF files.
package pdftext

import (
	"bytes"
	"encoding/hex"
	"strings"
)

// String reads the literal or hexadecimal string that b begins with, as the bytes that it stands for; ok is false where there is none or
// it does not end.
func String(b []byte) ([]byte, bool) {
	b = bytes.TrimLeft(b, " \t\r\n")
	if len(b) == 0 {
		return nil, false
	}
	var out []byte
	switch b[0] {
	case '<':
		end := bytes.IndexByte(b, '>')
		if end < 0 {
			return nil, false
		}
		digits := bytes.Join(bytes.Fields(b[1:end]), nil)
		if len(digits)%2 == 1 {
			digits = append(digits, '0')
		}
		var err error
		if out, err = hex.DecodeString(string(digits)); err != nil {
			return nil, false
		}
	case '(':
		n := length(b)
		if n == 0 {
			return nil, false
		}
		out = literal(b[1:n])
	default:
		return nil, false
	}
	return out, true
}

// literal resolves what stands behind the first bracket, to the last one.
func literal(b []byte) []byte {
	out := []byte{}
	depth := 1
	for i := 0; i < len(b); i++ {
		switch c := b[i]; c {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return out
			}
		case '\\':
			i++
			if i >= len(b) {
				return nil
			}
			if e := b[i]; e >= '0' && e <= '7' {
				n := 0
				for j := 0; j < 3 && i < len(b) && b[i] >= '0' && b[i] <= '7'; j++ {
					n = n<<3 | int(b[i]-'0')
					i++
				}
				i--
				out = append(out, byte(n))
				continue
			}
			if j := strings.IndexByte("nrtbf", b[i]); j >= 0 {
				out = append(out, "\n\r\t\b\f"[j])
			} else if b[i] != '\n' && b[i] != '\r' {
				out = append(out, b[i])
			}
			continue
		}
		out = append(out, b[i])
	}
	return nil
}
