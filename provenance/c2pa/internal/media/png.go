package media

import (
	"bytes"
	"fmt"
)

const maxChunks = 100000

// readPNG finds the caBX chunk.
func readPNG(a *Asset, l Limits) error {
	boxes, err := pngChunks(a.Source)
	if err != nil {
		return err
	}
	a.Boxes = func() ([]FileBox, error) { return boxes, nil }
	for _, b := range boxes {
		if b.Name != StoreBox {
			continue
		}
		if a.Store != nil {
			return ErrManyStores
		}
		if err := a.appendStore(l, b.Span.Start+8, b.Span.Size-12); err != nil {
			return err
		}
		a.StoreRange, a.HasRange = b.Span, true
	}
	if a.Store != nil {
		return nil
	}
	for _, b := range boxes {
		if b.Name != "iTXt" || b.Span.Size > 1<<20 {
			continue
		}
		text, err := a.Bytes(b.Span.Start+8, b.Span.Size-12)
		if err != nil {
			return err
		}
		if bytes.HasPrefix(text, []byte("XML:com.adobe.xmp\x00")) {
			a.Remote = provenanceURL(text)
		}
	}
	return nil
}

func pngChunks(s *Source) ([]FileBox, error) {
	out := []FileBox{{Name: "PNGh", Span: Span{0, 8}}}
	for pos := int64(8); pos < s.Size; {
		if len(out) > maxChunks {
			return nil, fmt.Errorf("%w: more than %d PNG chunks", ErrTooMany, maxChunks)
		}
		head, err := s.Head(pos, 8)
		if err != nil {
			return nil, err
		}
		if len(head) < 8 || BE32(head)+12 > s.Size-pos {
			return nil, fmt.Errorf("%w: PNG chunk cut short at %d", ErrMalformedFile, pos)
		}
		name := string(head[4:8])
		b := FileBox{Name: name, Span: Span{pos, BE32(head) + 12}}
		switch name {
		case "caBX":
			b.Name = StoreBox
		case "eXIf", "iTXt", "tEXt", "zTXt":
			b.Metadata = true
		}
		out = append(out, b)
		pos = b.Span.End()
		if name == "IEND" {
			break
		}
	}
	return out, nil
}
