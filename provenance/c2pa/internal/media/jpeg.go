package media

import (
	"bytes"
	"errors"
	"fmt"
)

const maxSegments = 200000

var (
	exifPrefix      = []byte("Exif\x00\x00")
	xmpPrefix       = []byte("http://ns.adobe.com/xap/1.0/")
	photoshopPrefix = []byte("Photoshop 3.0\x00")
)

// readJPEG collects the APP11 segments that carry the manifest store (ISO 19566-5: common id, box instance, sequence
// number, then the piece; every piece repeats the box header).
func readJPEG(a *Asset, l Limits) error {
	var instance []byte
	pieces := 0
	contiguous := true
	var xmp []byte
	pos := int64(2)
	for n := 0; ; n++ {
		if n > maxSegments {
			return fmt.Errorf("%w: more than %d JPEG segments", ErrTooMany, maxSegments)
		}
		marker, at, size, err := nextSegment(a.Source, pos)
		if err != nil && a.Store != nil && errors.Is(err, ErrMalformedFile) {
			break // the store is there, and its hash will say what became of the rest
		}
		if errors.Is(err, ErrMalformedFile) {
			// Decoders pass over stray bytes between segments. Hashes of the file cover them; a list of boxes does not allow them.
			if next, ok := strayBytes(a.Source, pos); ok {
				pos = next
				continue
			}
		}
		if err != nil {
			return err
		}
		if marker == 0xd9 || marker == 0xda || marker == 0 {
			break
		}
		pos = at + 2 + size
		if marker != 0xe1 && marker != 0xeb || size < 2 {
			continue
		}
		head, err := a.Head(at+4, min(int(size-2), 48))
		if err != nil {
			return err
		}
		if marker == 0xe1 {
			if xmp == nil && bytes.HasPrefix(head, xmpPrefix) {
				if xmp, err = a.Bytes(at+4, size-2); err != nil {
					return err
				}
			}
			continue
		}
		body := size - 2
		if body <= 16 {
			continue
		}
		if pieces > 0 && bytes.Equal(head[2:4], instance) {
			if BE32(head[4:8]) <= int64(pieces) || at != a.StoreRange.End() {
				contiguous = false
				if BE32(head[4:8]) <= int64(pieces) {
					instance = nil
					continue
				}
			}
			if err := a.appendStore(l, at+4+16, body-16); err != nil {
				return err
			}
			a.StoreRange.Size += size + 2
			pieces++
			continue
		}
		if body > 28 && string(head[24:28]) == "c2pa" {
			if a.Store != nil {
				return ErrManyStores
			}
			if err := a.appendStore(l, at+4+8, body-8); err != nil {
				return err
			}
			instance = append([]byte(nil), head[2:4]...)
			pieces = 1
			a.StoreRange = Span{at, size + 2}
		}
	}
	a.HasRange = pieces > 0 && contiguous
	a.Boxes = func() ([]FileBox, error) { return jpegBoxes(a.Source) }
	if a.Store == nil && xmp != nil {
		a.Remote = provenanceURL(xmp)
	}
	return nil
}

// maxStray bounds the stray bytes that are passed over between two segments.
const maxStray = 4 << 10

// strayBytes finds the next marker behind bytes that begin none.
func strayBytes(s *Source, pos int64) (next int64, ok bool) {
	for _, room := range []int{64, maxStray} { // most are few, and there may be many such places
		head, err := s.Head(pos, room)
		if err != nil || len(head) == 0 || head[0] == 0xff {
			return pos, false
		}
		for i := 1; i+1 < len(head); i++ {
			if head[i] == 0xff && head[i+1] > 0 && head[i+1] < 0xff {
				return pos + int64(i), true
			}
		}
	}
	return pos, false
}

func (a *Asset) appendStore(l Limits, start, size int64) error {
	if err := l.Check(int64(len(a.Store)) + size); err != nil {
		return err
	}
	piece, err := a.Bytes(start, size)
	a.Store = append(a.Store, piece...)
	return err
}

// nextSegment finds the marker at or after pos (fill bytes may stand before it). Size is that of the length field's
// segment, zero for markers without one; marker 0 means the end of the file.
func nextSegment(s *Source, pos int64) (marker byte, at, size int64, err error) {
	head, err := s.Head(pos, 4)
	if err != nil || len(head) < 2 {
		return 0, pos, 0, err
	}
	if head[0] != 0xff {
		return 0, pos, 0, fmt.Errorf("%w: no JPEG marker at %d", ErrMalformedFile, pos)
	}
	for head[1] == 0xff {
		if pos, err = lastFill(s, pos); err != nil {
			return 0, pos, 0, err
		}
		if head, err = s.Head(pos, 4); err != nil || len(head) < 2 {
			return 0, pos, 0, err
		}
	}
	marker = head[1]
	if marker == 0xd8 || marker == 0xd9 || marker == 1 || marker >= 0xd0 && marker <= 0xd7 {
		return marker, pos, 0, nil
	}
	if len(head) < 4 {
		return 0, pos, 0, fmt.Errorf("%w: JPEG segment cut short at %d", ErrMalformedFile, pos)
	}
	size = int64(be16(head[2:]))
	if size < 2 || pos+2+size > s.Size {
		return 0, pos, 0, fmt.Errorf("%w: JPEG segment of %d bytes at %d", ErrMalformedFile, size, pos)
	}
	return marker, pos, size, nil
}

// lastFill gives the place of the last of the fill bytes that begin at pos, or of the last that is looked at now.
func lastFill(s *Source, pos int64) (int64, error) {
	b, err := s.ahead(pos)
	if err != nil {
		return pos, err
	}
	n := len(b) - len(bytes.TrimLeft(b, "\xff"))
	return pos + max(int64(n)-1, 1), nil
}

// jpegBoxes names all segments for the boxes hash. The entropy-coded data belongs to its SOS.
func jpegBoxes(s *Source) ([]FileBox, error) {
	out := []FileBox{{Name: "SOI", Span: Span{0, 2}}}
	var instance []byte
	store := -1
	for pos := int64(2); ; {
		if len(out) > maxSegments {
			return nil, fmt.Errorf("%w: more than %d JPEG segments", ErrTooMany, maxSegments)
		}
		marker, at, size, err := nextSegment(s, pos)
		if err != nil {
			return nil, err
		}
		if marker == 0 {
			return out, nil
		}
		b := FileBox{Name: segmentName(marker), Span: Span{at, size + 2}}
		pos = b.Span.End()
		head, err := s.Head(at+4, 48)
		if err != nil {
			return nil, err
		}
		switch marker {
		case 0xd9:
			return append(out, b), nil
		case 0xda:
			if pos, err = skipEntropy(s, pos); err != nil {
				return nil, err
			}
			b.Span.Size = pos - at
		case 0xe1:
			b.Metadata = bytes.HasPrefix(head, exifPrefix) || bytes.HasPrefix(head, xmpPrefix)
		case 0xed:
			b.Metadata = bytes.HasPrefix(head, photoshopPrefix)
		case 0xfe:
			b.Metadata = true
		case 0xeb:
			if size-2 <= 16 {
				break
			}
			if store >= 0 && bytes.Equal(head[2:4], instance) {
				out[store].Span.Size += b.Span.Size
				continue
			}
			if len(head) >= 28 && string(head[24:28]) == "c2pa" {
				b.Name, instance, store = StoreBox, append([]byte(nil), head[2:4]...), len(out)
			}
		}
		out = append(out, b)
	}
}

func segmentName(m byte) string {
	switch {
	case m >= 0xe0 && m <= 0xef:
		return fmt.Sprintf("APP%d", m-0xe0)
	case m == 0xc4:
		return "DHT"
	case m == 0xcc:
		return "DAC"
	case m >= 0xc0 && m <= 0xcf:
		return fmt.Sprintf("SOF%d", m-0xc0)
	case m >= 0xd0 && m <= 0xd7:
		return fmt.Sprintf("RST%d", m-0xd0)
	case m >= 0xf0 && m <= 0xfd:
		return fmt.Sprintf("JPG%d", m-0xf0)
	}
	return map[byte]string{0xfe: "COM", 0xdb: "DQT", 0xdc: "DNL", 0xdd: "DRI", 0xd9: "EOI", 0xd8: "SOI", 0xda: "SOS"}[m]
}

// skipEntropy finds the marker that ends entropy-coded data: stuffed zeros and restart markers belong to it.
func skipEntropy(s *Source, pos int64) (int64, error) {
	for pos < s.Size {
		buf, err := s.ahead(pos)
		if err != nil {
			return 0, err
		}
		n := int64(len(buf))
		if n == 1 && pos+1 < s.Size { // it may be the first half of a marker: look at it with what follows
			s.window = s.window[:0]
			continue
		}
		for i := int64(0); i < n; {
			j := bytes.IndexByte(buf[i:n], 0xff)
			if j < 0 {
				i = n
				break
			}
			i += int64(j)
			if i+1 == n {
				break
			}
			if m := buf[i+1]; m != 0 && m != 0xff && (m < 0xd0 || m > 0xd7) {
				return pos + i, nil
			}
			i++
			if buf[i] != 0xff {
				i++
			}
		}
		if n == 1 {
			return s.Size, nil
		}
		// The last byte may be the first half of a marker: look at it again with the next piece.
		if buf[n-1] == 0xff && pos+n < s.Size {
			n--
		}
		pos += n
	}
	return s.Size, nil
}
