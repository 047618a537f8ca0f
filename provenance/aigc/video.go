package aigc

import (
	"fmt"

	"anxin/provenance/aigc/internal/amf"
)

// Identifiers of Matroska elements.
const (
	ebmlSegment   = 0x18538067
	ebmlTags      = 0x1254C367
	ebmlTag       = 0x7373
	ebmlSimpleTag = 0x67C8
	ebmlTagName   = 0x45A3
	ebmlTagString = 0x4487
	ebmlInfo      = 0x1549A966
	ebmlWriter    = 0x5741
	ebmlMuxer     = 0x4D80
	ebmlCluster   = 0x1F43B675
)

type ebml struct {
	id       uint64
	at, size int64 // of the content
	unknown  bool  // the size is not given
}

// element reads the header of an element.
func (f *file) element(at, to int64) (ebml, error) {
	h, err := f.head(at, 12)
	if err != nil {
		return ebml{}, err
	}
	id, n := vint(h, false)
	size, m := vint(h[n:], true)
	if n == 0 || m == 0 {
		return ebml{}, fmt.Errorf("%w: Matroska element at %d", ErrMalformedFile, at)
	}
	e := ebml{id: id, at: at + int64(n+m), size: int64(size)}
	if size == 1<<(7*uint(m))-1 {
		e.unknown, e.size = true, to-e.at
	}
	if e.size < 0 || e.size > to-e.at {
		return e, fmt.Errorf("%w: Matroska element of %d bytes at %d", ErrMalformedFile, e.size, at)
	}
	return e, nil
}

func vint(b []byte, masked bool) (uint64, int) {
	if len(b) == 0 || b[0] == 0 {
		return 0, 0
	}
	n := 1
	for m := byte(0x80); b[0]&m == 0; m >>= 1 {
		n++
	}
	if len(b) < n {
		return 0, 0
	}
	v := uint64(b[0])
	if masked {
		v &= 1<<(8-uint(n)) - 1
	}
	for _, c := range b[1:n] {
		v = v<<8 | uint64(c)
	}
	return v, n
}

func (s *scan) matroska() error { return s.ebmlLevel(0, s.size, 0) }

func (s *scan) ebmlLevel(from, to int64, depth int) error {
	if depth > 8 {
		return fmt.Errorf("%w: Matroska elements", ErrTooDeep)
	}
	for at := from; at < to; {
		e, err := s.element(at, to)
		if err != nil {
			return err
		}
		at = e.at + e.size
		switch e.id {
		case ebmlSegment, ebmlTags, ebmlTag, ebmlInfo:
			err = s.ebmlLevel(e.at, at, depth+1)
		case ebmlCluster:
			if e.unknown { // a live recording: its blocks are walked like elements of the segment
				err = s.ebmlLevel(e.at, at, depth+1)
			}
		case ebmlSimpleTag:
			err = s.simpleTag(e, depth+1)
		case ebmlWriter, ebmlMuxer:
			err = s.part("Matroska info", e.at, e.size, func(place string, _ int64, b []byte) { s.writer(place, asText(b)) })
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *scan) simpleTag(tag ebml, depth int) error {
	name, value := "", ""
	var at int64
	for pos := tag.at; pos < tag.at+tag.size; {
		e, err := s.element(pos, tag.at+tag.size)
		if err != nil {
			return err
		}
		pos = e.at + e.size
		switch e.id {
		case ebmlTagName:
			err = s.part("Matroska tag", e.at, min(e.size, 256), func(_ string, _ int64, b []byte) { name = asText(b) })
		case ebmlTagString:
			at = e.at
			err = s.part("Matroska tag", e.at, e.size, func(_ string, _ int64, b []byte) { value = asText(b) })
		case ebmlSimpleTag:
			if depth > 8 {
				return fmt.Errorf("%w: Matroska tags", ErrTooDeep)
			}
			err = s.simpleTag(e, depth+1)
		}
		if err != nil {
			return err
		}
	}
	if name != "" {
		s.key("Matroska tag "+clip(name, 40), at, true, name, value)
	}
	return nil
}

// flv reads the script tags, where onMetaData stands.
func (s *scan) flv() error {
	h, err := s.need(0, 9)
	if err != nil {
		return err
	}
	for at := be32(h[5:]) + 4; at+11 <= s.size; {
		t, err := s.need(at, 11)
		if err != nil {
			return err
		}
		n := int64(t[1])<<16 | int64(t[2])<<8 | int64(t[3])
		if t[0]&0x1f == 18 {
			if err := s.part("FLV script", at+11, n, s.script); err != nil {
				return err
			}
		} else if kind := t[0] & 0x1f; kind != 8 && kind != 9 {
			s.tail(at)
			return nil
		}
		at += 11 + n + 4
	}
	return nil
}

// script reads the names and strings of a script tag.
func (s *scan) script(place string, at int64, b []byte) {
	amf.Strings(b, func(key, value string) {
		if wanted(key) {
			s.key(place+" "+clip(key, 40), at, true, key, value)
		}
	})
}
