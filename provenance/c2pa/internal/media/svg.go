package media

import (
	"bytes"
	"encoding/base64"
	"fmt"
)

const (
	maxSVG      = 24 << 20
	maxSVGDepth = 10000
)

// readSVG finds svg/metadata/c2pa:manifest, whose text is the manifest store in base64. The tags are walked here and not by
// encoding/xml, which keeps every attribute of an element: a file of one element would cost many times its size.
func readSVG(a *Asset, l Limits) error {
	if a.Size > maxSVG {
		return fmt.Errorf("%w: SVG of %d bytes, %d allowed", ErrTooLarge, a.Size, maxSVG)
	}
	data, err := a.Bytes(0, a.Size)
	if err != nil {
		return err
	}
	x := xmlTags{data: data}
	var path [3]string
	for depth := 0; ; {
		kind, name := x.next()
		switch kind {
		case xmlEnd: // of the file, or of what can be read of it: what was found so far counts
			return nil
		case xmlOpen:
			if depth++; depth > maxSVGDepth {
				return fmt.Errorf("%w: SVG elements", ErrTooDeep)
			}
			if depth <= 3 {
				path[depth-1] = name
			}
			if depth == 3 && path == [3]string{"svg", "metadata", "manifest"} {
				if err := readSVGManifest(a, l, &x); err != nil {
					return err
				}
				depth--
			}
		case xmlClose:
			if depth--; depth < 0 {
				return nil
			}
		}
	}
}

// readSVGManifest takes the text up to the end of the element.
func readSVGManifest(a *Asset, l Limits, x *xmlTags) error {
	start := x.pos
	text := x.data[start:start] // written over what was read: it only becomes shorter
	for {
		from := x.pos
		kind, _ := x.next()
		if kind == xmlEnd {
			return fmt.Errorf("%w: the manifest element does not end", ErrMalformedFile)
		}
		for _, c := range x.data[from:x.textEnd] {
			if c != ' ' && c != '\t' && c != '\r' && c != '\n' {
				text = append(text, c)
			}
		}
		if kind == xmlClose {
			break
		}
	}
	if len(text) == 0 {
		return nil
	}
	data := make([]byte, base64.StdEncoding.DecodedLen(len(text)))
	n, err := base64.StdEncoding.Decode(data, text)
	if err != nil {
		return fmt.Errorf("%w: the manifest is not base64", ErrMalformedFile)
	}
	if n == 0 {
		return nil
	}
	if a.Store != nil {
		return ErrManyStores
	}
	a.Store = data[:n]
	a.StoreRange = Span{int64(start), int64(base64.StdEncoding.EncodedLen(n))}
	a.HasRange = true
	return l.Check(int64(n))
}

type xmlKind uint8

const (
	xmlEnd   xmlKind = iota // nothing more that can be read
	xmlOpen                 // an element begins
	xmlClose                // one ends; follows at once when the element is empty
	xmlOther                // comment, instruction, declaration, CDATA
)

// xmlTags goes from tag to tag.
type xmlTags struct {
	data    []byte
	pos     int  // behind the last tag
	textEnd int  // where the text before the last tag ends
	empty   bool // the last tag opened an element and ended it
}

func (x *xmlTags) next() (kind xmlKind, name string) {
	if x.empty {
		x.empty, x.textEnd = false, x.pos
		return xmlClose, ""
	}
	i := bytes.IndexByte(x.data[x.pos:], '<')
	if i < 0 {
		x.textEnd = len(x.data)
		return xmlEnd, ""
	}
	x.textEnd = x.pos + i
	tag := x.data[x.textEnd:]
	switch {
	case bytes.HasPrefix(tag, []byte("<!--")):
		return x.skip(tag, 4, "-->"), ""
	case bytes.HasPrefix(tag, []byte("<![CDATA[")):
		return x.skip(tag, 9, "]]>"), ""
	case bytes.HasPrefix(tag, []byte("<?")):
		return x.skip(tag, 2, "?>"), ""
	case bytes.HasPrefix(tag, []byte("<!")):
		return x.declaration(tag), ""
	case bytes.HasPrefix(tag, []byte("</")):
		if x.skip(tag, 2, ">") == xmlEnd {
			return xmlEnd, ""
		}
		return xmlClose, ""
	}
	n := 1
	for n < len(tag) && n < 256 && (tag[n] >= 0x80 || bytes.IndexByte([]byte(" \t\r\n/>='\"<"), tag[n]) < 0) {
		n++
	}
	end := tagEnd(tag, n)
	if n == 1 || end < 0 {
		return xmlEnd, ""
	}
	x.pos, x.empty = x.textEnd+end+1, tag[end-1] == '/'
	local := tag[1:n]
	return xmlOpen, string(local[bytes.LastIndexByte(local, ':')+1:])
}

func (x *xmlTags) skip(tag []byte, from int, mark string) xmlKind {
	i := bytes.Index(tag[from:], []byte(mark))
	if i < 0 {
		return xmlEnd
	}
	x.pos = x.textEnd + from + i + len(mark)
	return xmlOther
}

// declaration passes over <!…>, which may hold declarations of its own.
func (x *xmlTags) declaration(tag []byte) xmlKind {
	depth := 0
	for i := 0; i < len(tag); i++ {
		switch tag[i] {
		case '"', '\'':
			j := bytes.IndexByte(tag[i+1:], tag[i])
			if j < 0 {
				return xmlEnd
			}
			i += j + 1
		case '<':
			depth++
		case '>':
			if depth--; depth == 0 {
				x.pos = x.textEnd + i + 1
				return xmlOther
			}
		}
	}
	return xmlEnd
}

// tagEnd finds the > of a tag; those in quotation marks are none.
func tagEnd(tag []byte, from int) int {
	for i := from; i < len(tag); i++ {
		switch tag[i] {
		case '>':
			return i
		case '"', '\'':
			j := bytes.IndexByte(tag[i+1:], tag[i])
			if j < 0 {
				return -1
			}
			i += j + 1
		}
	}
	return -1
}
