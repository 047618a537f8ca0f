package aigc

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"strings"

	"anxin/provenance/aigc/internal/pdftext"
)

var pdfNeedles = [][]byte{[]byte("/AIGC"), []byte("<?xpacket begin"), []byte("/ObjStm"), []byte("/Info")}

const maxPDFParts = 20_000

// pdf looks for /AIGC wherever it stands plainly or in an object stream, for XMP packets that are not packed, and for a label in any other
// field of the document information, as ExifTool writes it into /Subject.
func (s *scan) pdf() error {
	parts, direct := 0, 0
	var packetsEnd int64
	var streams []int64
	var infos pdftext.References
	err := s.find(0, s.size, pdfNeedles, func(needle int, at int64) (bool, error) {
		if parts++; parts > maxPDFParts {
			s.incomplete("too many parts of a PDF that could hold a label")
			return false, nil
		}
		switch needle {
		case 0:
			return true, s.part("PDF Info /AIGC", at+5, min(s.size-at-5, 64<<10), func(place string, at int64, b []byte) {
				if v, ok := pdfString(b); ok {
					s.key(place, at, true, "AIGC", v)
				}
			})
		case 1:
			if at < packetsEnd {
				return true, nil
			}
			return true, s.part("PDF XMP", at, min(s.size-at, s.file.text), func(place string, at int64, b []byte) {
				if i := bytes.Index(b, []byte("<?xpacket end")); i >= 0 {
					b = b[:i]
				}
				packetsEnd = at + int64(len(b))
				s.xmp(place, at, b)
			})
		case 2:
			streams = append(streams, at)
			return true, nil
		}
		b, err := s.head(at+5, 4096)
		if err == nil {
			if ref, ok := pdftext.ReadReference(b); ok {
				infos.Add(ref)
			} else if direct++; direct <= pdftext.MaxReferences {
				s.information("PDF Info", at, b) // not in the standard, which wants a reference
			}
		}
		return true, err
	})
	if err != nil {
		return err
	}
	if err := s.infoObjects(infos); err != nil {
		return err
	}
	for _, at := range streams {
		if err := s.objectStream(at, infos); err != nil {
			return err
		}
	}
	return nil
}

// infoObjects looks for the objects themselves. The table of objects is not asked: it is wrong in many files.
func (s *scan) infoObjects(infos pdftext.References) error {
	if len(infos) == 0 {
		return nil
	}
	var needles [][]byte
	for _, ref := range infos {
		needles = append(needles, fmt.Appendf(nil, "%d %d obj", ref.Number, ref.Generation))
	}
	found := 0
	return s.find(0, s.size, needles, func(needle int, at int64) (bool, error) {
		if found++; found > 2*pdftext.MaxReferences {
			return false, nil
		}
		if at > 0 { // 11 0 obj is not object 1
			if b, err := s.head(at-1, 1); err != nil || b[0] >= '0' && b[0] <= '9' {
				return true, err
			}
		}
		from := at + int64(len(needles[needle]))
		b, err := s.head(from, int(min(s.size-from, maxInformation)))
		if err == nil {
			s.information("PDF Info", at, b)
		}
		return true, err
	})
}

// maxInformation bounds a dictionary of document information.
const maxInformation = 64 << 10

// information reads the texts of a dictionary that b begins with. /AIGC is found on its own, wherever it stands.
func (s *scan) information(place string, at int64, b []byte) {
	for _, f := range pdftext.Dictionary(b[:min(len(b), maxInformation)]) {
		if f.Key == "AIGC" {
			continue
		}
		if v := pdfText(f.Value); holdsLabel(v) || strings.EqualFold(f.Key, "AIGC") || strings.EqualFold(f.Key, "AigcInfo") {
			s.key(place, at, false, f.Key, v)
		}
	}
}

// maxUnpacked bounds what is unpacked of a PDF's object streams in all; it is looked through and not kept.
const maxUnpacked = 64 << 20

// objectStream unpacks a stream of objects and looks for /AIGC and for the document information in it.
func (s *scan) objectStream(at int64, infos pdftext.References) error {
	b, err := s.head(at, 1024)
	if err != nil {
		return err
	}
	i := bytes.Index(b, []byte("stream"))
	if i < 0 || !bytes.Contains(b[:i], []byte("FlateDecode")) && !bytes.Contains(s.before(at), []byte("FlateDecode")) {
		return nil
	}
	start := at + int64(i) + 6
	for _, c := range b[i+6 : min(len(b), i+8)] {
		if c == '\r' || c == '\n' {
			start++
		}
	}
	z, err := s.zlibAt(start)
	if err != nil {
		return nil
	}
	limit := min(s.file.text, maxUnpacked-s.unpacked)
	if limit <= 0 {
		s.incomplete("object streams of a PDF")
		return nil
	}
	if s.room == nil {
		s.room = make([]byte, s.file.text)
	}
	n, _ := io.ReadFull(z, s.room[:limit]) // what came out before an error is still text
	out := s.room[:n]
	s.unpacked += int64(n)
	for _, o := range pdftext.InStream(out, infos.Has, pdftext.MaxReferences) {
		s.information("PDF Info", at, o)
	}
	for {
		j := bytes.Index(out, []byte("/AIGC"))
		if j < 0 {
			return nil
		}
		out = out[j+5:]
		if v, ok := pdfString(out); ok {
			s.key("PDF Info /AIGC", at, true, "AIGC", v)
		}
	}
}

// zlibAt unpacks what begins at a place. The reader and its tables are used again: a file may have very many small streams.
func (s *scan) zlibAt(at int64) (io.Reader, error) {
	from := &aheadReader{s.file, at}
	if s.packed == nil {
		s.packed = bufio.NewReader(from)
	} else {
		s.packed.Reset(from)
	}
	if s.unpack == nil {
		z, err := zlib.NewReader(s.packed)
		if err == nil {
			s.unpack = z
		}
		return z, err
	}
	return s.unpack, s.unpack.(zlib.Resetter).Reset(s.packed, nil)
}

// before gives the bytes just before a place, where the rest of a dictionary stands.
func (s *scan) before(at int64) []byte {
	from := max(0, at-512)
	b, err := s.head(from, int(at-from))
	if err != nil {
		return nil
	}
	if i := bytes.LastIndex(b, []byte("obj")); i >= 0 {
		b = b[i:]
	}
	return b
}

// pdfString reads a string, in PDFDocEncoding (taken as UTF-8), or UTF-16 with a mark.
func pdfString(b []byte) (string, bool) {
	out, ok := pdftext.String(b)
	return pdfText(out), ok
}

func pdfText(b []byte) string {
	if len(b) >= 2 && (b[0] == 0xfe && b[1] == 0xff || b[0] == 0xff && b[1] == 0xfe) {
		return strings.TrimPrefix(string(toUTF8(b)), "\ufeff")
	}
	return strings.TrimPrefix(string(b), "\ufeff")
}
