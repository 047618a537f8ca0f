// Package media walks files that can carry a C2PA manifest store: it finds the store, the range that hashes must leave
// out, and the parts that bindings name, reading only what that needs; and it hashes ranges. It knows nothing of
// manifests.
package media

import (
	"context"
	"crypto"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"sort"
)

// Span is a range of bytes of the file.
type Span struct{ Start, Size int64 }

// At gives the range of size bytes that begins at start.
func At(start, size int64) Span { return Span{start, size} }

// End gives the place behind the range.
func (s Span) End() int64 { return s.Start + s.Size }

// Source is the file: random access, a size, and a context that can stop the reading.
type Source struct {
	Ctx  context.Context
	R    io.ReaderAt
	Size int64

	window   []byte // what ahead read last, and where it begins
	windowAt int64
	hashed   []byte // room of HashRanges
	sum      int64  // bytes hashed so far
}

// ahead gives the bytes from a place up to the end of a piece that is kept between calls: walkers of many small parts stay inside
// it and do not read or allocate it anew. Empty at the end of the file.
func (s *Source) ahead(at int64) ([]byte, error) {
	if at < 0 || at >= s.Size {
		return nil, nil
	}
	if off := at - s.windowAt; off >= 0 && off < int64(len(s.window)) {
		return s.window[off:], nil
	}
	if err := s.Ctx.Err(); err != nil {
		return nil, err
	}
	if s.window == nil {
		s.window = make([]byte, 0, min(aheadWindow, s.Size))
	}
	s.window, s.windowAt = s.window[:min(int64(cap(s.window)), s.Size-at)], at
	if err := s.fill(s.window, at); err != nil {
		s.window = s.window[:0]
		return nil, err
	}
	return s.window, nil
}

const aheadWindow = 64 << 10

// Bytes reads one range completely. The caller bounds the size.
func (s *Source) Bytes(start, size int64) ([]byte, error) {
	if err := s.Ctx.Err(); err != nil {
		return nil, err
	}
	if start < 0 || size < 0 || size > s.Size || start > s.Size-size {
		return nil, fmt.Errorf("%w: %d bytes at %d of a file of %d", ErrMalformedFile, size, start, s.Size)
	}
	buf := make([]byte, size)
	return buf, s.fill(buf, start)
}

func (s *Source) fill(buf []byte, start int64) error {
	n, err := s.R.ReadAt(buf, start)
	if n == len(buf) {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("c2pa: reading %d bytes at %d: %w", len(buf), start, err)
}

// Head reads up to n bytes at start; fewer at the end of the file.
func (s *Source) Head(start int64, n int) ([]byte, error) {
	if start >= s.Size {
		return nil, nil
	}
	return s.Bytes(start, min(int64(n), s.Size-start))
}

// be16 reads a big-endian number of two bytes.
func be16(b []byte) int { return int(binary.BigEndian.Uint16(b)) }

// BE32 reads a big-endian number of four bytes.
func BE32(b []byte) int64 { return int64(binary.BigEndian.Uint32(b)) }

// Asset is a file whose container was walked.
type Asset struct {
	*Source
	Format     Format
	Store      []byte // manifest store, nil when the file has none
	Update     []byte // a store that continues it, in media files
	StoreRange Span   // where the hash must leave it out
	HasRange   bool
	Remote     string // address of a manifest kept elsewhere, from XMP
	Boxes      func() ([]FileBox, error)
	BMFF       *bmffFile
	Zip        *zipFile
	Detached   bool // the store came from another place than the file
}

// FileBox is one named part of a file for the boxes hash.
type FileBox struct {
	Name     string
	Span     Span
	Metadata bool // may be left out of the hash as metadata
}

// StoreBox stands for the manifest store in a boxes hash.
const StoreBox = "C2PA"

// NewHash gives the hash function of a name; the specification allows three.
func NewHash(alg string) (hash.Hash, bool) {
	switch alg {
	case "sha256":
		return crypto.SHA256.New(), true
	case "sha384":
		return crypto.SHA384.New(), true
	case "sha512":
		return crypto.SHA512.New(), true
	}
	return nil, false
}

// hashChunk is how much is read at a time while hashing: small enough to keep memory flat, large enough for speed.
const hashChunk = 256 << 10

// maxRounds is how often a file may be hashed in all: once for each track or algorithm is honest, once for each entry of a table that
// names the same bytes is not.
const maxRounds = 64

// Insert says that the eight bytes of an offset are hashed before the byte at that offset (BMFF hash of version 2).
type Insert int64

// HashRanges hashes the given ranges in order, with the offsets of inserts written where they lie. Inserts are sorted;
// one that lies in a gap between ranges is written before the range after the gap, and one behind the last range is not
// written at all.
func (s *Source) HashRanges(alg string, ranges []Span, inserts []Insert) ([]byte, error) {
	h, ok := NewHash(alg)
	if !ok {
		return nil, fmt.Errorf("hash algorithm %q is not allowed", alg)
	}
	buf := s.hashed
	var mark [8]byte
	for _, r := range ranges {
		if r.Start < 0 || r.Size < 0 || r.Start > s.Size || r.Size > s.Size-r.Start {
			return nil, fmt.Errorf("a hash range of %d bytes at %d lies beyond the file", r.Size, r.Start)
		}
		if s.sum += r.Size; s.sum/maxRounds > s.Size+(1<<20) {
			return nil, fmt.Errorf("%w: the same bytes hashed again and again", ErrTooMany)
		}
		for pos := r.Start; pos < r.End(); {
			for len(inserts) > 0 && int64(inserts[0]) <= pos {
				binary.BigEndian.PutUint64(mark[:], uint64(inserts[0]))
				h.Write(mark[:])
				inserts = inserts[1:]
			}
			n := r.End() - pos
			if len(inserts) > 0 {
				n = min(n, int64(inserts[0])-pos)
			}
			n = min(n, hashChunk)
			if int64(len(buf)) < n {
				buf = make([]byte, min(hashChunk, max(n, 4096)))
				s.hashed = buf
			}
			if err := s.Ctx.Err(); err != nil {
				return nil, err
			}
			if err := s.fill(buf[:n], pos); err != nil {
				return nil, err
			}
			h.Write(buf[:n])
			pos += n
		}
	}
	return h.Sum(nil), nil
}

// Without gives the ranges of the file that remain when some are left out.
func (s *Source) Without(exclusions []Span) ([]Span, error) {
	ex := append([]Span(nil), exclusions...)
	sort.Slice(ex, func(i, j int) bool { return ex[i].Start < ex[j].Start })
	var out []Span
	pos := int64(0)
	for _, e := range ex {
		if e.Start < 0 || e.Size < 0 || e.Start > s.Size || e.Size > s.Size-e.Start {
			return nil, fmt.Errorf("an exclusion of %d bytes at %d lies beyond the file", e.Size, e.Start)
		}
		if e.Start > pos {
			out = append(out, Span{pos, e.Start - pos})
		}
		pos = max(pos, e.End())
	}
	if pos < s.Size {
		out = append(out, Span{pos, s.Size - pos})
	}
	return out, nil
}
