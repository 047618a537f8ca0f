package check

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"io"
)

// partKind says what a part of a file is.
type partKind string

// The kinds of parts that are looked into. Pixels are never read.
const (
	partXMP    partKind = "xmp"
	partExif   partKind = "exif"
	partText   partKind = "text"   // a comment, or a PNG text chunk with its key before a zero byte
	partJUMBF  partKind = "jumbf"  // where C2PA keeps its manifest
	partMovie  partKind = "movie"  // the description of a video
	partBeside partKind = "beside" // application segments, and bytes after the end of the picture
)

// Bounds of a scan: parts that are looked into, bytes of one and of all, headers that are stepped over.
const (
	maxPart    = 1 << 20
	maxScan    = 8 << 20
	maxHeaders = 60_000
	jumbfHead  = 4 << 10
	tailBytes  = 64 << 10
)

// errNotScanned says that a file is of a kind whose parts are not known here, or is broken.
var errNotScanned = errors.New("the parts of this file cannot be told apart here")

// scanner walks over the parts of a file, within bounds.
type scanner struct {
	r       io.ReaderAt
	size    int64
	read    int64
	headers int
	visit   func(kind partKind, b []byte)
}

// scanParts calls visit with every part of a JPEG, PNG, WebP, HEIC, AVIF, MP4 or MOV file that describes the picture. What a bound cuts off is not visited, and the
// answer is errNotScanned.
func scanParts(r io.ReaderAt, size int64, visit func(kind partKind, b []byte)) error {
	s := &scanner{r: r, size: size, visit: visit}
	head, err := s.bytes(0, min(16, size))
	switch {
	case err != nil:
		return err
	case bytes.HasPrefix(head, []byte("\xff\xd8\xff")):
		return s.jpeg()
	case bytes.HasPrefix(head, []byte("\x89PNG\r\n\x1a\n")):
		return s.png()
	case len(head) >= 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP":
		return s.webp()
	case len(head) >= 8 && string(head[4:8]) == "ftyp":
		return s.boxes()
	}
	return errNotScanned
}

// bytes reads n bytes, which count against the bound of the whole scan.
func (s *scanner) bytes(at, n int64) ([]byte, error) {
	if n < 0 || at < 0 || at+n > s.size || s.read+n > maxScan {
		return nil, errNotScanned
	}
	s.read += n
	b := make([]byte, n)
	got, err := s.r.ReadAt(b, at)
	if int64(got) == n {
		err = nil
	}
	return b, err
}

func (s *scanner) header(at, n int64) ([]byte, error) {
	if s.headers++; s.headers > maxHeaders {
		return nil, errNotScanned
	}
	return s.bytes(at, n)
}

// part reads a part and shows it; one that is too large is not shown and makes the scan incomplete at its end.
func (s *scanner) part(kind partKind, at, n int64) error {
	b, err := s.bytes(at, min(n, maxPart))
	if err == nil {
		s.visit(kind, b)
	}
	return err
}

func (s *scanner) jpeg() error {
	for at := int64(2); at+4 <= s.size; {
		h, err := s.header(at, 4)
		if err != nil {
			return err
		}
		if h[0] != 0xff {
			return errNotScanned
		}
		m, n := h[1], int64(binary.BigEndian.Uint16(h[2:]))
		switch {
		case m == 0xff: // fill bytes
			at++
			continue
		case m == 0xd8 || m == 0x01 || m >= 0xd0 && m <= 0xd7:
			at += 2
			continue
		case m == 0xd9, m == 0xda: // the picture begins; behind it only the end is looked at
			return s.tail()
		case n < 2:
			return errNotScanned
		case m == 0xe1, m == 0xeb, m == 0xfe, m >= 0xe2 && m <= 0xef:
			want := min(n-2, s.size-at-4)
			if m == 0xeb {
				want = min(want, jumbfHead) // a manifest may fill many segments; that it is there shows at once
			}
			b, err := s.bytes(at+4, want)
			if err != nil {
				return err
			}
			s.visit(segment(m, b))
		}
		at += 2 + n
	}
	return errNotScanned // it ends before its picture
}

// segment says what an application segment of a JPEG is.
func segment(m byte, b []byte) (partKind, []byte) {
	switch {
	case m == 0xfe:
		return partText, b
	case m == 0xe1 && bytes.HasPrefix(b, []byte("Exif\x00")):
		return partExif, b
	case m == 0xe1 && bytes.HasPrefix(b, []byte("http://ns.adobe.com/x")):
		return partXMP, b
	case m == 0xeb && bytes.HasPrefix(b, []byte("JP")):
		return partJUMBF, b
	}
	return partBeside, b
}

// tail looks at what stands behind the picture.
func (s *scanner) tail() error {
	n := min(s.size, tailBytes)
	return s.part(partBeside, s.size-n, n)
}

func (s *scanner) png() error {
	for at := int64(8); at+12 <= s.size; {
		h, err := s.header(at, 8)
		if err != nil {
			return err
		}
		n, typ := int64(binary.BigEndian.Uint32(h)), string(h[4:8])
		if at+12+n > s.size {
			return errNotScanned
		}
		switch typ {
		case "IEND":
			return s.tail() // labels have been seen behind the end
		case "caBX":
			err = s.part(partJUMBF, at+8, min(n, jumbfHead))
		case "eXIf":
			err = s.part(partExif, at+8, n)
		case "tEXt", "zTXt", "iTXt":
			err = s.pngText(typ, at+8, n)
		}
		if err != nil {
			return err
		}
		at += 12 + n
	}
	return errNotScanned // it ends before its end
}

// pngText shows a text chunk as key, zero byte, text; compressed ones are unpacked up to a bound.
func (s *scanner) pngText(typ string, at, n int64) error {
	b, err := s.bytes(at, min(n, maxPart))
	if err != nil {
		return err
	}
	key, rest, ok := bytes.Cut(b, []byte{0})
	if !ok {
		return nil
	}
	packed := typ == "zTXt"
	switch {
	case typ == "zTXt" && len(rest) > 0:
		rest = rest[1:]
	case typ == "iTXt" && len(rest) >= 2:
		packed = rest[0] == 1
		parts := bytes.SplitN(rest[2:], []byte{0}, 3) // language, translated key, text
		rest = parts[len(parts)-1]
	}
	if packed {
		rest = inflated(rest)
	}
	kind := partText
	if string(key) == "XML:com.adobe.xmp" {
		kind = partXMP
	}
	s.visit(kind, append(append(bytes.Clone(key), 0), rest...))
	return nil
}

func inflated(b []byte) []byte {
	z, err := zlib.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil
	}
	out, _ := io.ReadAll(io.LimitReader(z, maxPart)) // what came out before an error is still text
	return out
}

func (s *scanner) webp() error {
	for at := int64(12); at+8 <= s.size; {
		h, err := s.header(at, 8)
		if err != nil {
			return err
		}
		n := int64(binary.LittleEndian.Uint32(h[4:]))
		if at+8+n > s.size {
			return errNotScanned
		}
		switch string(h[:4]) {
		case "C2PA":
			err = s.part(partJUMBF, at+8, min(n, jumbfHead))
		case "XMP ":
			err = s.part(partXMP, at+8, n)
		case "EXIF":
			err = s.part(partExif, at+8, n)
		}
		if err != nil {
			return err
		}
		at += 8 + n + n&1
	}
	return nil
}

// The boxes of user's own types that are looked into.
var (
	uuidC2PA = []byte("\xd8\xfe\xc3\xd6\x1b\x0e\x48\x3c\x92\x97\x58\x28\x87\x7e\xc4\x81")
	uuidXMP  = []byte("\xbe\x7a\xcf\xcb\x97\xa9\x42\xe8\x9c\x71\x99\x94\x91\xe3\xaf\xac")
)

func (s *scanner) boxes() error {
	for at := int64(0); at+8 <= s.size; {
		h, err := s.header(at, 8)
		if err != nil {
			return err
		}
		n, head := int64(binary.BigEndian.Uint32(h)), int64(8)
		switch n {
		case 0:
			n = s.size - at
		case 1:
			long, err := s.header(at+8, 8)
			if err != nil {
				return err
			}
			n, head = int64(binary.BigEndian.Uint64(long)), 16
		}
		if n < head || n > s.size-at {
			return errNotScanned
		}
		if err := s.box(string(h[4:8]), at+head, n-head); err != nil {
			return err
		}
		at += n
	}
	return nil
}

func (s *scanner) box(typ string, at, n int64) error {
	switch typ {
	case "uuid":
		if n < 16 {
			return errNotScanned
		}
		id, err := s.bytes(at, 16)
		if err != nil {
			return err
		}
		switch {
		case bytes.Equal(id, uuidC2PA):
			return s.part(partJUMBF, at+16, min(n-16, jumbfHead))
		case bytes.Equal(id, uuidXMP):
			return s.part(partXMP, at+16, n-16)
		}
	case "moov", "udta":
		return s.part(partMovie, at, n)
	case "meta": // of a picture: what it lists lies in mdat, near its beginning
		return s.part(partBeside, at, n)
	case "mdat":
		return s.part(partBeside, at, min(n, tailBytes))
	}
	return nil
}
