package c2pa

import (
	"bytes"
	"fmt"
)

const maxChunks = 100000

// readPNG finds the caBX chunk.
func readPNG(a *asset, l limits) error {
	boxes, err := pngChunks(a.source)
	if err != nil {
		return err
	}
	a.boxes = func() ([]fileBox, error) { return boxes, nil }
	for _, b := range boxes {
		if b.name != c2paBoxName {
			continue
		}
		if a.store != nil {
			return ErrManyStores
		}
		if err := a.appendStore(l, b.span.start+8, b.span.size-12); err != nil {
			return err
		}
		a.storeRange, a.hasRange = b.span, true
	}
	if a.store != nil {
		return nil
	}
	for _, b := range boxes {
		if b.name != "iTXt" || b.span.size > 1<<20 {
			continue
		}
		text, err := a.bytes(b.span.start+8, b.span.size-12)
		if err != nil {
			return err
		}
		if bytes.HasPrefix(text, []byte("XML:com.adobe.xmp\x00")) {
			a.remote = provenanceURL(text)
		}
	}
	return nil
}

func pngChunks(s *source) ([]fileBox, error) {
	out := []fileBox{{name: "PNGh", span: span{0, 8}}}
	for pos := int64(8); pos < s.size; {
		if len(out) > maxChunks {
			return nil, fmt.Errorf("%w: more than %d PNG chunks", ErrTooMany, maxChunks)
		}
		head, err := s.head(pos, 8)
		if err != nil {
			return nil, err
		}
		if len(head) < 8 || be32(head)+12 > s.size-pos {
			return nil, fmt.Errorf("%w: PNG chunk cut short at %d", ErrMalformedFile, pos)
		}
		name := string(head[4:8])
		b := fileBox{name: name, span: span{pos, be32(head) + 12}}
		switch name {
		case "caBX":
			b.name = c2paBoxName
		case "eXIf", "iTXt", "tEXt", "zTXt":
			b.metadata = true
		}
		out = append(out, b)
		pos = b.span.end()
		if name == "IEND" {
			break
		}
	}
	return out, nil
}
