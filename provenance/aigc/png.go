package aigc

import (
	"bytes"
	"compress/zlib"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
)

// png walks the chunks, whatever their order; picture data is stepped over.
func (s *scan) png() error {
	for at := int64(8); ; {
		h, err := s.need(at, 8)
		if err != nil {
			s.tail(s.size - min(s.size-8, 64<<10))
			return err
		}
		n, name := be32(h), string(h[4:8])
		if n > s.size-at-12 {
			s.tail(at - min(at, 64)) // what looks like a chunk may be the middle of something glued
			return fmt.Errorf("%w: PNG chunk cut short at %d", ErrMalformedFile, at)
		}
		switch name {
		case "IEND":
			s.tail(at + 12 + n)
			return nil
		case "tEXt", "zTXt", "iTXt":
			err = s.part("PNG "+name, at+8, n, func(place string, at int64, b []byte) { s.pngText(name, at, b) })
		case "eXIf":
			err = s.part("PNG eXIf", at+8, n, s.exif)
		}
		if err != nil {
			return err
		}
		at += 12 + n
	}
}

func (s *scan) pngText(chunk string, at int64, b []byte) {
	key, value, ok := bytes.Cut(b, []byte{0})
	if !ok || len(key) > 79 {
		s.loose("PNG "+chunk, at, b, false)
		return
	}
	packed := chunk == "zTXt"
	switch {
	case chunk == "zTXt" && len(value) > 0:
		value = value[1:]
	case chunk == "iTXt" && len(value) >= 2:
		packed = value[0] == 1
		parts := bytes.SplitN(value[2:], []byte{0}, 3) // language, translated key, text
		value = parts[len(parts)-1]
	}
	place := "PNG " + chunk + " " + string(key)
	if packed {
		var cut bool
		if value, cut = s.inflate(value); cut {
			s.cut = true
			s.problem(problem(ProblemTruncated, ""), place)
		}
	}
	switch k := string(key); {
	case k == "XML:com.adobe.xmp":
		s.xmp(place, at, value)
	case strings.HasPrefix(k, "Raw profile type "):
		s.rawProfile(place, at, k[17:], value)
	default:
		s.text(place, at, k, string(value))
	}
}

// inflate unpacks a text up to the size that one part may have.
func (s *scan) inflate(b []byte) (out []byte, cut bool) {
	z, err := zlib.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, true
	}
	limit := min(s.file.text, s.quota)
	out, _ = io.ReadAll(io.LimitReader(z, limit+1)) // what came out before an error is still text
	s.quota -= int64(len(out))
	if int64(len(out)) > limit {
		return out[:limit], true
	}
	return out, false
}

// rawProfile reads what ImageMagick writes: a name, a length, and the profile in hexadecimal.
func (s *scan) rawProfile(place string, at int64, name string, value []byte) {
	fields := bytes.Fields(value)
	if len(fields) < 3 {
		return
	}
	b, err := hex.DecodeString(string(bytes.Join(fields[2:], nil)))
	if err != nil {
		return
	}
	switch strings.ToLower(name) {
	case "exif", "app1":
		if i := bytes.Index(b, []byte("<x:xmpmeta")); i >= 0 {
			s.xmp(place, at, b)
			return
		}
		s.exif(place, at, b)
	case "xmp":
		s.xmp(place, at, b)
	}
}
