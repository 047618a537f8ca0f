package aigc

import (
	"bytes"
	"fmt"
)

// riff walks WebP, WAV and AVI.
func (s *scan) riff() error {
	h, err := s.need(4, 4)
	if err != nil {
		return err
	}
	s.riffEnd = 8 + le32(h) // chunks are looked for behind it, too, but nothing has to be one there
	end, err := s.chunks(12, s.size, "", 0)
	if err != nil {
		return err
	}
	s.tail(end)
	return nil
}

var riffNames = map[Format]string{WebP: "WebP", WAV: "WAV", AVI: "AVI"}

func (s *scan) chunks(from, to int64, list string, depth int) (int64, error) {
	name := riffNames[s.format]
	for at := from; at+8 <= to; {
		h, err := s.need(at, 12)
		if err != nil {
			if h, err = s.need(at, 8); err != nil {
				return at, err
			}
			h = append(h, "    "...)
		}
		id, n := string(h[:4]), le32(h[4:])
		if !plausible(h[:4]) {
			return at, nil // what follows is no chunk
		}
		if id == "RIFF" && depth == 0 { // a long AVI goes on in further RIFFs
			at += 12
			continue
		}
		if n == 0xffffffff && s.format == WAV {
			n = to - at - 8 // RF64
		}
		if n > to-at-8 && depth == 0 && at >= s.riffEnd {
			return at, nil
		}
		if n > to-at-8 {
			s.tail(at + 8)
			return at, fmt.Errorf("%w: chunk %q cut short at %d", ErrMalformedFile, id, at)
		}
		place := name + " " + list + id
		switch {
		case id == "LIST" && string(h[8:12]) == "INFO" && n >= 4:
			_, err = s.chunks(at+12, at+8+n, "LIST/INFO/", depth+1)
		case id == "XMP ", id == "_PMX":
			err = s.part(place, at+8, n, s.xmp)
		case id == "EXIF":
			err = s.part(place, at+8, n, s.exif)
		case id == "AIGC":
			err = s.part(place, at+8, n, func(place string, at int64, b []byte) {
				s.key(place, at, s.format == WAV && list == "" || s.format == AVI && list != "", "AIGC", asText(b))
			})
		case list != "" && (id == "ICMT" || id == "ISFT" || id == "INAM" || id == "ISBJ"):
			err = s.part(place, at+8, n, func(place string, at int64, b []byte) {
				s.key(place, at, false, map[string]string{"ISFT": "software"}[id], asText(b))
			})
		case id == "id3 ", id == "ID3 ":
			_, err = s.id3(at + 8)
		}
		if err != nil {
			return at, err
		}
		at += 8 + n + n&1
	}
	return to, nil
}

func plausible(id []byte) bool {
	return bytes.IndexFunc(id, func(r rune) bool { return r < 0x20 || r > 0x7e }) < 0
}
