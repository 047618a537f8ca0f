package flow

import (
	"strings"

	"anxin/internal/casefile"
	"anxin/internal/service/input"
)

// documentAlphabet is Crockford's base 32 (no I, L, O, U) without Z, so that it has a prime number of characters and the check catches everything.
const documentAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXY"

// NewDocumentCode draws a code for a paper of another half of the product; service.VerifyDocument answers it once it is stored with Store.InsertDocument.
func NewDocumentCode(src casefile.Source) string { return newDocumentCode(src) }

// newDocumentCode draws D-XXXX-XXXX-XXXX: 11 random characters (54 bits) and a check character.
func newDocumentCode(src casefile.Source) string {
	body := make([]byte, 0, 11)
	for len(body) < 11 {
		for _, b := range src.Bytes(16) {
			if n := int(b & 31); n < len(documentAlphabet) && len(body) < 11 {
				body = append(body, documentAlphabet[n])
			}
		}
	}
	return writeDocumentCode(string(body) + string(documentCheck(string(body))))
}

func writeDocumentCode(s string) string { return "D-" + s[:4] + "-" + s[4:8] + "-" + s[8:] }

// documentCheck is a weighted sum modulo 31: every single wrong character and every swap of two characters is found.
func documentCheck(body string) byte {
	sum := 0
	for i := range len(body) {
		sum += (i + 2) * strings.IndexByte(documentAlphabet, body[i])
	}
	return documentAlphabet[sum%31]
}

// ParseDocumentCode reads a code as people type it: O for 0, I and L for 1, any case, spaces and dashes anywhere, with or without the D.
func ParseDocumentCode(s string) (string, bool) {
	s = strings.ToUpper(input.Line(s, 40))
	s = strings.NewReplacer(" ", "", "-", "", "O", "0", "I", "1", "L", "1").Replace(s)
	if len(s) == 13 {
		s = strings.TrimPrefix(s, "D")
	}
	if len(s) != 12 {
		return "", false
	}
	for i := range len(s) {
		if strings.IndexByte(documentAlphabet, s[i]) < 0 {
			return "", false
		}
	}
	if documentCheck(s[:11]) != s[11] {
		return "", false
	}
	return writeDocumentCode(s), true
}
