package aigc

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// tiffFile reads the directories of a TIFF file.
func (s *scan) tiffFile() error {
	head, err := s.head(0, 16)
	if err != nil {
		return err
	}
	read := func(at, n int64) ([]byte, error) {
		if n > s.file.text || at < 0 || n < 0 || at > s.size || n > s.size-at {
			return nil, fmt.Errorf("%w: TIFF points beyond its end", ErrMalformedFile)
		}
		b, _, err := s.load(at, n)
		return b, err
	}
	return s.directories("TIFF", 0, head, s.size, read)
}

// zip looks into office documents: a custom property AIGC (OOXML), or user-defined metadata (OpenDocument).
func (s *scan) zip() error {
	if err := s.zipFits(); err != nil {
		return err
	}
	in := &rationed{r: s.r, left: maxZipDirectory}
	z, err := zip.NewReader(in, s.size)
	if in.left <= 0 {
		return fmt.Errorf("%w: directory of the ZIP", ErrTooMany)
	}
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return fmt.Errorf("%w: %w", ErrMalformedFile, err)
	}
	in.left = s.size + 1<<20 // the files are bounded by what may be unpacked
	for _, f := range z.File {
		if f.Name != "docProps/custom.xml" && f.Name != "meta.xml" && f.Name != "docProps/core.xml" {
			continue
		}
		r, err := f.Open()
		if err != nil {
			return fmt.Errorf("%w: %w", ErrMalformedFile, err)
		}
		b, err := io.ReadAll(io.LimitReader(r, min(s.file.text, s.quota)))
		r.Close()
		s.quota -= int64(len(b))
		if err != nil && len(b) == 0 {
			return fmt.Errorf("%w: %w", ErrMalformedFile, err)
		}
		at, _ := f.DataOffset()
		s.properties(f.Name, at, b)
	}
	return nil
}

// maxZipDirectory is what may be read to open a package. The reader of the standard library takes entries as long as there are any,
// whatever the end of the directory says of their number.
const maxZipDirectory = 3 << 20

// rationed stops reading when a number of bytes was read.
type rationed struct {
	r    io.ReaderAt
	left int64
}

func (l *rationed) ReadAt(p []byte, at int64) (int, error) {
	if l.left -= int64(len(p)); l.left <= 0 {
		return 0, ErrTooMany
	}
	return l.r.ReadAt(p, at)
}

// zipFits refuses directories that are larger than those of honest documents, before they are loaded.
func (s *scan) zipFits() error {
	from := max(0, s.size-(64<<10)-22)
	tail, err := s.head(from, int(s.size-from))
	if err != nil {
		return err
	}
	i := bytes.LastIndex(tail, []byte("PK\x05\x06"))
	if i < 0 || len(tail)-i < 22 {
		return fmt.Errorf("%w: no directory in the ZIP", ErrMalformedFile)
	}
	const maxEntries = 20_000
	n := int(tail[i+10]) | int(tail[i+11])<<8
	if size := le32(tail[i+12:]); n > maxEntries || size > 8<<20 {
		return fmt.Errorf("%w: directory of the ZIP", ErrTooMany)
	}
	return nil
}

const maxProperty = 256 << 10

// properties reads named properties of a document.
func (s *scan) properties(name string, at int64, b []byte) {
	if len(b) > maxProperty {
		b = b[:maxProperty] // the standard library's reader keeps every attribute of an element
		s.cut = true
		s.problem(problem(ProblemTruncated, ""), name)
	}
	d := xml.NewDecoder(bytes.NewReader(b))
	d.Strict = false
	key, depth := "", 0
	for {
		t, err := d.RawToken()
		if err != nil {
			return
		}
		switch t := t.(type) {
		case xml.StartElement:
			if depth++; depth > 64 {
				return
			}
			for _, a := range t.Attr {
				if a.Name.Local == "name" {
					key = a.Value
				}
			}
		case xml.EndElement:
			depth--
			if t.Name.Local == "property" || t.Name.Local == "user-defined" {
				key = ""
			}
		case xml.CharData:
			if key != "" && len(bytes.TrimSpace(t)) > 0 {
				s.key(name+" "+clip(key, 40), at, name == "docProps/custom.xml", key, string(t))
			}
		}
	}
}

// textFile reads front matter of Markdown, labels at the end of a text, and XMP in SVG.
func (s *scan) textFile() error {
	if s.format == SVG {
		return s.part("SVG", 0, s.size, s.xmp)
	}
	const ends = 64 << 10
	if err := s.part("text", 0, min(s.size, ends), s.lines); err != nil {
		return err
	}
	if s.size > ends {
		at := max(ends, s.size-ends)
		return s.part("text", at, s.size-at, s.lines)
	}
	return nil
}

// lines looks for a line AIGC: with an object behind it or fields in the lines that follow. Front matter is the place that
// the guide names.
func (s *scan) lines(place string, at int64, b []byte) {
	all := strings.Split(string(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))), "\n")
	front := at == 0 && strings.TrimSpace(all[0]) == "---"
	inFront := front
	pos := at
	for i, line := range all {
		here := pos
		pos += int64(len(line)) + 1
		text := strings.TrimSpace(line)
		if i > 0 && text == "---" {
			inFront = false
		}
		rest, ok := strings.CutPrefix(strings.Trim(text, "\"'"), "AIGC")
		if !ok {
			continue
		}
		if rest, ok = strings.CutPrefix(strings.TrimLeft(rest, "\"' "), ":"); !ok {
			continue
		}
		where := place
		if inFront {
			where = "front matter"
		}
		if rest = strings.TrimSpace(rest); strings.HasPrefix(strings.TrimLeft(rest, "'\""), "{") {
			if holdsLabel(rest) {
				s.label(FormKey, where, here, inFront, false, rest)
			}
			continue
		}
		if l := yamlLabel(all[i+1:]); l != nil && rest == "" {
			s.label(FormKey, where, here, inFront, false, l.JSON())
		}
	}
}

// yamlLabel reads the indented fields that follow a key; nil when fewer than two of them are a label's.
func yamlLabel(lines []string) *Label {
	l := &Label{}
	for n, line := range lines {
		text := strings.TrimSpace(line)
		if n > 16 || text == "" || line[0] != ' ' && line[0] != '\t' {
			break
		}
		key, value, ok := strings.Cut(text, ":")
		if !ok {
			break
		}
		i, _ := fieldIndex(strings.Trim(key, `"'`))
		if i < 0 {
			continue
		}
		value = strings.TrimSpace(value)
		if len(value) >= 2 && (value[0] == '\'' || value[0] == '"') && value[len(value)-1] == value[0] {
			if value[0] == '\'' {
				value = strings.ReplaceAll(value[1:len(value)-1], "''", "'")
			} else {
				p := objectReader{s: value}
				value, _ = p.str()
			}
		}
		*l.field(i) = value
	}
	if l.known() < 2 {
		return nil
	}
	return l
}
