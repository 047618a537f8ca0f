package aigc

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf8"
)

// tiffBlock reads the directories of a TIFF file, or of the EXIF block that has the same form.
type tiffBlock struct {
	order binary.ByteOrder
	big   bool
	bytes func(at, n int64) ([]byte, error) // reads within the block
	size  int64
	dirs  int
}

type tiffTag struct {
	id    uint16
	kind  uint16
	count int64
	at    int64 // of the value, within the block
	size  int64
}

const (
	maxDirectories = 64
	maxTags        = 2000
)

func openTIFF(head []byte) (*tiffBlock, int64, error) {
	t := &tiffBlock{}
	if len(head) < 8 {
		return nil, 0, fmt.Errorf("%w: TIFF header cut short", ErrMalformedFile)
	}
	switch string(head[:2]) {
	case "II":
		t.order = binary.LittleEndian
	case "MM":
		t.order = binary.BigEndian
	default:
		return nil, 0, fmt.Errorf("%w: no TIFF header", ErrMalformedFile)
	}
	switch t.order.Uint16(head[2:]) {
	case 42:
		return t, int64(t.order.Uint32(head[4:])), nil
	case 43:
		if len(head) < 16 {
			return nil, 0, fmt.Errorf("%w: TIFF header cut short", ErrMalformedFile)
		}
		t.big = true
		return t, int64(t.order.Uint64(head[8:]) & (1<<62 - 1)), nil
	}
	return nil, 0, fmt.Errorf("%w: no TIFF version", ErrMalformedFile)
}

var tiffSizes = [14]int64{0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4}

// directory reads one directory and gives the place of the next.
func (t *tiffBlock) directory(at int64) (tags []tiffTag, next int64, err error) {
	if t.dirs++; t.dirs > maxDirectories {
		return nil, 0, fmt.Errorf("%w: more than %d directories", ErrTooMany, maxDirectories)
	}
	countSize, entry, inline := int64(2), int64(12), int64(4)
	if t.big {
		countSize, entry, inline = 8, 20, 8
	}
	b, err := t.bytes(at, countSize)
	if err != nil {
		return nil, 0, err
	}
	n := int64(t.order.Uint16(b))
	if t.big {
		n = int64(t.order.Uint64(b) & (1<<62 - 1))
	}
	if n > maxTags {
		return nil, 0, fmt.Errorf("%w: %d tags in a directory", ErrTooMany, n)
	}
	if b, err = t.bytes(at+countSize, n*entry); err != nil {
		return nil, 0, err
	}
	for i := int64(0); i < n; i++ {
		e := b[i*entry:]
		tag := tiffTag{id: t.order.Uint16(e), kind: t.order.Uint16(e[2:]), count: int64(t.order.Uint32(e[4:])), at: at + countSize + i*entry + 8}
		if t.big {
			tag.count = int64(t.order.Uint64(e[4:]) & (1<<62 - 1))
			tag.at += 4
		}
		if int(tag.kind) >= len(tiffSizes) || tag.count > t.size {
			continue
		}
		if tag.size = tag.count * tiffSizes[tag.kind]; tag.size > inline {
			if t.big {
				tag.at = int64(t.order.Uint64(e[12:]) & (1<<62 - 1))
			} else {
				tag.at = int64(t.order.Uint32(e[8:]))
			}
		}
		tags = append(tags, tag)
	}
	if b, err = t.bytes(at+countSize+n*entry, inline); err != nil {
		return tags, 0, nil // the last directory of many cameras' blocks has no next
	}
	next = int64(t.order.Uint32(b))
	if t.big {
		next = int64(t.order.Uint64(b) & (1<<62 - 1))
	}
	return tags, next, nil
}

func (t *tiffBlock) number(tag tiffTag) int64 {
	b, err := t.bytes(tag.at, tiffSizes[tag.kind])
	if err != nil || tag.count < 1 {
		return 0
	}
	switch len(b) {
	case 1:
		return int64(b[0])
	case 2:
		return int64(t.order.Uint16(b))
	case 4:
		return int64(t.order.Uint32(b))
	case 8:
		return int64(t.order.Uint64(b) & (1<<62 - 1))
	}
	return 0
}

// Tags that can hold text.
const (
	tagDescription = 0x010e
	tagSoftware    = 0x0131
	tagArtist      = 0x013b
	tagXMP         = 0x02bc
	tagEXIF        = 0x8769
	tagComment     = 0x9286
	tagXPTitle     = 0x9c9b // to XPSubject
	tagXPSubject   = 0x9c9f
)

// exif reads an EXIF block.
func (s *scan) exif(place string, at int64, b []byte) {
	if i := bytes.Index(b[:min(len(b), 32)], []byte("Exif\x00\x00")); i >= 0 { // some write the JPEG prefix everywhere
		b, at = b[i+6:], at+int64(i)+6
	}
	read := func(from, n int64) ([]byte, error) {
		if from < 0 || n < 0 || from > int64(len(b)) || n > int64(len(b))-from {
			return nil, fmt.Errorf("%w: EXIF points beyond its end", ErrMalformedFile)
		}
		return b[from : from+n], nil
	}
	if err := s.directories(place, at, b[:min(len(b), 16)], int64(len(b)), read); err != nil {
		s.problem(problem(ProblemIncomplete, err.Error()), place)
		s.loose(place, at, b, false) // broken directories are no hiding place
	}
}

// directories walks the directories of a block and looks at their texts.
func (s *scan) directories(place string, base int64, head []byte, size int64, read func(at, n int64) ([]byte, error)) error {
	t, first, err := openTIFF(head)
	if err != nil {
		return err
	}
	t.bytes, t.size = read, size
	queue := []int64{first}
	seen := map[int64]bool{}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		if at == 0 || seen[at] {
			continue
		}
		seen[at] = true
		tags, next, err := t.directory(at)
		if err != nil {
			return err
		}
		queue = append(queue, next)
		for _, tag := range tags {
			if tag.id == tagEXIF {
				queue = append(queue, t.number(tag))
				continue
			}
			if err := s.tag(t, place, base, tag); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *scan) tag(t *tiffBlock, place string, base int64, tag tiffTag) error {
	switch {
	case tag.id == tagXMP || tag.id == tagDescription || tag.id == tagSoftware || tag.id == tagArtist || tag.id == tagComment:
	case tag.id >= tagXPTitle && tag.id <= tagXPSubject:
	default:
		return nil
	}
	n := min(tag.size, s.file.text)
	b, err := t.bytes(tag.at, n)
	if err != nil {
		return err
	}
	if n < tag.size {
		s.cut = true
		s.problem(problem(ProblemTruncated, ""), place)
	}
	at := base + tag.at
	switch tag.id {
	case tagXMP:
		s.xmp(place+" XMP", at, b)
	case tagComment:
		s.exifText(FormEXIFComment, place+" UserComment", at, s.format == JPEG || s.format == WebP, comment(b, t.order))
	case tagDescription:
		s.describe = asText(b)
		s.exifText(FormEXIFText, place+" ImageDescription", at, false, s.describe)
	case tagArtist:
		s.artist = asText(b)
	case tagSoftware:
		s.writer(place+" Software", asText(b))
	default:
		s.exifText(FormEXIFText, place+" XP", at, false, strings.TrimRight(decodeUTF16(b, binary.LittleEndian), "\x00"))
	}
	return nil
}

// exifText looks at a text of an EXIF block: labels stand there as {"AIGC":{…}}, and other records.
func (s *scan) exifText(form, place string, at int64, standard bool, text string) {
	if holdsLabel(text) {
		s.label(form, place, at, standard, true, text)
		return
	}
	s.record(place, text)
	if form == FormEXIFComment {
		s.writer(place, text)
	}
}

func asText(b []byte) string {
	return strings.TrimRight(string(b), "\x00 ")
}

// comment decodes an EXIF UserComment: eight bytes name the character set, though not all writers keep to it.
func comment(b []byte, order binary.ByteOrder) string {
	code := ""
	if len(b) >= 8 {
		code, b = string(b[:8]), b[8:]
	}
	switch {
	case strings.HasPrefix(code, "UNICODE"):
		if len(b) >= 2 && b[0] == 0xfe && b[1] == 0xff {
			order, b = binary.BigEndian, b[2:]
		} else if len(b) >= 2 && b[0] == 0xff && b[1] == 0xfe {
			order, b = binary.LittleEndian, b[2:]
		} else if len(b) >= 2 && (b[0] == 0) != (b[1] == 0) {
			if b[0] == 0 { // Latin text shows the order that was really used
				order = binary.BigEndian
			} else {
				order = binary.LittleEndian
			}
		} else if utf8.Valid(b) && bytes.IndexByte(bytes.TrimRight(b, "\x00"), 0) < 0 {
			return asText(b) // UTF-8 under the wrong name
		}
		return strings.TrimRight(decodeUTF16(b, order), "\x00 ")
	case strings.HasPrefix(code, "ASCII"), strings.HasPrefix(code, "JIS"), code == "\x00\x00\x00\x00\x00\x00\x00\x00":
		return asText(b)
	}
	return asText(append([]byte(code), b...)) // no character set at all
}
