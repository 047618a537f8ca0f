package media

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"io"
	"strconv"
)

// pdfWindow is how much of a PDF is searched at a time; pieces overlap by pdfOverlap.
const (
	pdfWindow    = 256 << 10
	pdfOverlap   = 4 << 10
	maxObjStream = 4 << 20
	maxObjects   = 64 << 20
	maxObjTries  = 256
)

// readPDF finds the embedded file with the manifest store: a stream that begins with a C2PA JUMBF superbox, in a file
// that names a file specification with the relationship C2PA_Manifest, plainly or inside an object stream. Later
// revisions of a PDF are appended, so the last such stream counts.
func readPDF(a *Asset, l Limits) error {
	needle := []byte("jumdc2pa\x00\x11\x00\x10\x80\x00\x00\xaa\x00\x38\x9b\x71")
	var found []int64
	named := false
	var remote string
	var objStreams []int64
	buf := make([]byte, pdfWindow)
	for pos := int64(0); pos < a.Size; pos += pdfWindow - pdfOverlap {
		if err := a.Ctx.Err(); err != nil {
			return err
		}
		b := buf[:min(pdfWindow, a.Size-pos)]
		if err := a.fill(b, pos); err != nil {
			return err
		}
		named = named || bytes.Contains(b, []byte("C2PA_Manifest"))
		for i := 0; ; {
			j := bytes.Index(b[i:], needle)
			if j < 0 {
				break
			}
			i += j + len(needle)
			// jumb size and type (8), jumd size (4), jumd.
			start := i - len(needle) - 12
			if start >= 0 && string(b[start+4:start+8]) == "jumb" && streamStarts(b[:start]) {
				if at := pos + int64(start); len(found) == 0 || found[len(found)-1] < at {
					found = append(found, at)
				}
			}
		}
		for i := 0; len(objStreams) < maxObjTries; {
			j := bytes.Index(b[i:], []byte("/ObjStm"))
			if j < 0 {
				break
			}
			i += j + 7
			if k := bytes.Index(b[i:min(len(b), i+1030)], []byte("stream")); k >= 0 {
				objStreams = append(objStreams, pos+int64(i+k+6))
			}
		}
		if remote == "" && bytes.Contains(b, []byte("dcterms:provenance")) {
			remote = provenanceURL(b)
		}
	}
	if !named && len(found) > 0 {
		named = a.namedInObjects(objStreams)
	}
	if len(found) == 0 || !named {
		a.Remote = remote
		return nil
	}
	start := found[len(found)-1]
	size, err := a.pdfStreamLength(start)
	if err != nil {
		return err
	}
	if err := a.appendStore(l, start, size); err != nil {
		return err
	}
	a.StoreRange, a.HasRange = Span{start, size}, true
	return nil
}

// streamStarts says whether the bytes before end with the keyword that begins a stream.
func streamStarts(before []byte) bool {
	return bytes.HasSuffix(before, []byte("stream\n")) || bytes.HasSuffix(before, []byte("stream\r\n"))
}

// pdfStreamLength reads the length from the dictionary before the stream; when that is a reference, the length of the
// JUMBF box is used.
func (a *Asset) pdfStreamLength(start int64) (int64, error) {
	from := max(0, start-2048)
	before, err := a.Bytes(from, start-from)
	if err != nil {
		return 0, err
	}
	head, err := a.Bytes(start, 8)
	if err != nil {
		return 0, err
	}
	box := min(BE32(head), a.Size-start)
	i := bytes.LastIndex(before, []byte("/Length"))
	if i < 0 {
		return box, nil
	}
	fields := bytes.Fields(bytes.TrimLeft(before[i+7:], " \r\n\t"))
	if len(fields) == 0 {
		return box, nil
	}
	number := fields[0]
	if j := bytes.IndexAny(number, "/>"); j >= 0 {
		number = number[:j]
	} else if len(fields) > 2 && string(fields[2]) == "R" {
		return box, nil
	}
	n, err := strconv.ParseInt(string(number), 10, 64)
	if err != nil || n < 8 || n > a.Size-start {
		return box, nil
	}
	return n, nil
}

// namedInObjects looks for the relationship inside compressed object streams, of which maxObjects bytes are unpacked in all.
func (a *Asset) namedInObjects(streams []int64) bool {
	room := make([]byte, maxObjStream)
	for left := int64(maxObjects); len(streams) > 0 && left > 0; streams = streams[1:] {
		at := streams[0]
		head, err := a.Head(at, 2)
		if err != nil || len(head) < 2 {
			continue
		}
		if head[0] == '\r' {
			at++
		}
		z, err := zlib.NewReader(bufio.NewReader(io.NewSectionReader(a.R, at+1, max(a.Size-at-1, 0))))
		if err != nil {
			continue
		}
		n, _ := io.ReadFull(z, room[:min(maxObjStream, left)])
		left -= int64(n)
		if bytes.Contains(room[:n], []byte("C2PA_Manifest")) {
			return true
		}
	}
	return false
}
