package media

import (
	"bytes"
	"html"
)

// provenanceURL finds where XMP says that the manifest is kept: dcterms:provenance, as attribute or element.
func provenanceURL(xmp []byte) string {
	const name = "dcterms:provenance"
	i := bytes.Index(xmp, []byte(name))
	if i < 0 {
		return ""
	}
	rest := bytes.TrimLeft(xmp[i+len(name):], " \t\r\n")
	if len(rest) == 0 {
		return ""
	}
	var value []byte
	switch rest[0] {
	case '=':
		rest = bytes.TrimLeft(rest[1:], " \t\r\n")
		if len(rest) < 2 || rest[0] != '"' && rest[0] != '\'' {
			return ""
		}
		end := bytes.IndexByte(rest[1:], rest[0])
		if end < 0 {
			return ""
		}
		value = rest[1 : 1+end]
	case '>':
		end := bytes.IndexByte(rest, '<')
		if end < 0 {
			return ""
		}
		value = rest[1:end]
	}
	if len(value) > 4096 {
		return ""
	}
	return html.UnescapeString(string(bytes.TrimSpace(value)))
}
