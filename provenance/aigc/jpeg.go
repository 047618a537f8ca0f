package aigc

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
)

var (
	exifHeader     = []byte("Exif\x00")
	xmpHeader      = []byte("http://ns.adobe.com/xap/1.0/\x00")
	extendedHeader = []byte("http://ns.adobe.com/xmp/extension/\x00")
)

// jpeg walks the segments of a picture, those between its scans too, and looks behind its end.
func (s *scan) jpeg() error {
	end, err := s.jpegAt(0, "JPEG")
	if err != nil {
		s.tail(s.size - min(s.size, 64<<10)) // a broken picture can still have a label glued to its end
		return err
	}
	return s.behind(end)
}

func (s *scan) jpegAt(start int64, name string) (int64, error) {
	var extended []byte
	defer func() {
		if len(extended) > 0 {
			s.xmp(name+" APP1 extended XMP", start, extended)
		}
	}()
	for at := start + 2; ; {
		h, err := s.need(at, 4)
		if err != nil {
			if b, _ := s.head(at, 2); len(b) == 2 && b[0] == 0xff && b[1] == 0xd9 {
				return at + 2, nil
			}
			return at, err
		}
		m := h[1]
		switch {
		case h[0] != 0xff:
			return at, fmt.Errorf("%w: no JPEG marker at %d", ErrMalformedFile, at)
		case m == 0xff: // fill
			at++
			continue
		case m == 0xd9:
			return at + 2, nil
		case m == 0x01 || m >= 0xd0 && m <= 0xd8:
			at += 2
			continue
		}
		n := int64(be16(h[2:]))
		if n < 2 {
			return at, fmt.Errorf("%w: JPEG segment of %d bytes at %d", ErrMalformedFile, n, at)
		}
		if m == 0xfe || m >= 0xe0 && m <= 0xef {
			if extended, err = s.segment(name, m, at+4, n-2, extended); err != nil {
				return at, err
			}
		}
		at += 2 + n
		if m == 0xda {
			if at, err = s.entropy(at); err != nil {
				return at, err
			}
			name = strings.TrimSuffix(name, " between scans") + " between scans"
		}
	}
}

func (s *scan) segment(name string, m byte, at, n int64, extended []byte) ([]byte, error) {
	if m == 0xe0 || m == 0xe2 || m == 0xeb || m == 0xed || m == 0xee { // JFIF, colour profile, C2PA, Photoshop, Adobe: by their beginning
		h, err := s.head(at, 16)
		if err != nil {
			return extended, err
		}
		for _, known := range []string{"JFIF", "JFXX", "ICC_PROFILE", "MPF\x00", "JP", "Photoshop", "Adobe"} {
			if bytes.HasPrefix(h, []byte(known)) {
				return extended, nil
			}
		}
	}
	b, cut, err := s.load(at, n)
	if err != nil {
		return extended, err
	}
	if cut {
		return extended, fmt.Errorf("%w: JPEG segment cut short at %d", ErrMalformedFile, at)
	}
	s.saw(at, at+n)
	app := fmt.Sprintf("%s APP%d", name, m-0xe0)
	switch {
	case m == 0xfe:
		s.comment(name+" COM", at, string(b))
	case m == 0xe1 && bytes.HasPrefix(b, exifHeader) && len(b) > 6:
		s.exif(app+" EXIF", at+6, b[6:])
	case m == 0xe1 && bytes.HasPrefix(b, xmpHeader):
		s.xmp(app+" XMP", at+int64(len(xmpHeader)), b[len(xmpHeader):])
	case m == 0xe1 && bytes.HasPrefix(b, extendedHeader):
		const head = 32 + 4 + 4 // digest, full length, offset
		if len(b) > len(extendedHeader)+head && int64(len(extended)+len(b)) <= s.file.text {
			extended = append(extended, b[len(extendedHeader)+head:]...)
		}
	case m == 0xe1 && bytes.Contains(b[:min(len(b), 256)], []byte("<x:xmpmeta")), m == 0xe1 && bytes.HasPrefix(b, []byte("XMP\x00")):
		s.xmp(app+" XMP", at, b)
	default:
		s.loose(app, at, b, false)
	}
	return extended, nil
}

// comment looks at a free comment.
func (s *scan) comment(place string, at int64, text string) {
	if holdsLabel(text) {
		s.label(FormText, place, at, false, false, text)
		return
	}
	s.record(place, text)
	s.generator(place, "parameters", text)
	s.writer(place, text)
}

// entropy skips coded picture data up to the next marker that ends it.
func (s *scan) entropy(at int64) (int64, error) {
	for at < s.size {
		b, err := s.ahead(at)
		if err != nil {
			return at, err
		}
		if len(b) == 1 && at+1 < s.size { // the last byte of the piece may be the first half of a marker
			s.window = s.window[:0]
			continue
		}
		i := 0
		for {
			j := bytes.IndexByte(b[i:], 0xff)
			if j < 0 {
				i = len(b)
				break
			}
			i += j
			if i+1 >= len(b) {
				break
			}
			if m := b[i+1]; m != 0 && m != 0xff && (m < 0xd0 || m > 0xd7) {
				return at + int64(i), nil
			}
			i++
		}
		if i == 0 {
			break // a lone 0xff at the end
		}
		at += int64(i)
	}
	return s.size, fmt.Errorf("%w: JPEG without an end", ErrMalformedFile)
}

// behind looks at what follows the end of a picture: more pictures, a film, or glued text.
func (s *scan) behind(end int64) error {
	const maxPictures = 16
	for n := 0; end < s.size && n < maxPictures; n++ {
		h, err := s.head(end, 12)
		if err != nil {
			return err
		}
		switch {
		case bytes.HasPrefix(h, []byte("\xff\xd8\xff")):
			next, err := s.jpegAt(end, "second JPEG")
			if err != nil {
				s.tail(end)
				return nil
			}
			end = next
			continue
		case len(h) == 12 && string(h[4:8]) == "ftyp":
			return s.boxes(end, s.size, "film behind the picture", 0)
		}
		break
	}
	if err := s.filmBehind(end); err != nil {
		return err
	}
	s.tail(end)
	return nil
}

// filmBehind looks for a film that does not stand directly behind the picture (motion photos of Samsung have a name before
// it and a directory behind it).
func (s *scan) filmBehind(end int64) error {
	film := int64(-1)
	err := s.find(end, s.size, [][]byte{[]byte("ftypmp4"), []byte("ftypiso"), []byte("ftypqt  ")}, func(_ int, at int64) (bool, error) {
		if at-4 >= end {
			film = at - 4
		}
		return film < 0, nil
	})
	if err != nil || film < 0 {
		return err
	}
	switch err := s.boxes(film, s.size, "film behind the picture", 0); {
	case errors.Is(err, ErrMalformedFile):
		return nil // what follows the film is no box
	default:
		return err
	}
}

// tail looks for glued labels behind the end of a file's own structure.
func (s *scan) tail(from int64) {
	if from >= s.size {
		return
	}
	done := from
	err := s.find(from, s.size, looseNeedles, func(_ int, at int64) (bool, error) {
		if s.tooManyTries() {
			return false, nil
		}
		if at < done || s.sawAt(at) {
			return true, nil
		}
		start := max(from, at-maxLooseBack)
		b, _, err := s.load(start, min(s.size-start, maxLooseBack+maxLooseText))
		if err != nil {
			return false, err
		}
		before := len(s.carriers)
		s.looseBut("behind the end", start, b, false, s.sawAt)
		if len(s.carriers) > before {
			done = start + int64(len(b))
		}
		return true, nil
	})
	if err != nil {
		s.incomplete(err.Error())
	}
}
