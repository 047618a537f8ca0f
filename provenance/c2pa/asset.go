package c2pa

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

// span is a range of bytes of the file.
type span struct{ start, size int64 }

func (s span) end() int64 { return s.start + s.size }

// source is the file: random access, a size, and a context that can stop the reading.
type source struct {
	ctx  context.Context
	r    io.ReaderAt
	size int64
}

// bytes reads one range completely. The caller bounds the size.
func (s *source) bytes(start, size int64) ([]byte, error) {
	if err := s.ctx.Err(); err != nil {
		return nil, err
	}
	if start < 0 || size < 0 || size > s.size || start > s.size-size {
		return nil, fmt.Errorf("%w: %d bytes at %d of a file of %d", ErrMalformedFile, size, start, s.size)
	}
	buf := make([]byte, size)
	return buf, s.fill(buf, start)
}

func (s *source) fill(buf []byte, start int64) error {
	n, err := s.r.ReadAt(buf, start)
	if n == len(buf) {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("c2pa: reading %d bytes at %d: %w", len(buf), start, err)
}

// head reads up to n bytes at start; fewer at the end of the file.
func (s *source) head(start int64, n int) ([]byte, error) {
	if start >= s.size {
		return nil, nil
	}
	return s.bytes(start, min(int64(n), s.size-start))
}

func be16(b []byte) int   { return int(binary.BigEndian.Uint16(b)) }
func be32(b []byte) int64 { return int64(binary.BigEndian.Uint32(b)) }

// asset is a file whose container was walked.
type asset struct {
	*source
	format     Format
	store      []byte // manifest store, nil when the file has none
	update     []byte // a store that continues it, in media files
	storeRange span   // where the hash must leave it out
	hasRange   bool
	remote     string // address of a manifest kept elsewhere, from XMP
	boxes      func() ([]fileBox, error)
	bmff       *bmffFile
	zip        *zipFile
	detached   bool // the store came from another place than the file
}

// fileBox is one named part of a file for the boxes hash.
type fileBox struct {
	name     string
	span     span
	metadata bool // may be left out of the hash as metadata
}

// c2paBoxName stands for the manifest store in a boxes hash.
const c2paBoxName = "C2PA"

// newHash gives the hash function of a name; the specification allows three.
func newHash(alg string) (hash.Hash, bool) {
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

// insert says that the eight bytes of an offset are hashed before the byte at that offset (BMFF hash of version 2).
type insert int64

// hashRanges hashes the given ranges in order, with the offsets of inserts written where they lie. Inserts are sorted;
// one that lies in a gap between ranges is written before the range after the gap, and one behind the last range is not
// written at all.
func (s *source) hashRanges(alg string, ranges []span, inserts []insert) ([]byte, error) {
	h, ok := newHash(alg)
	if !ok {
		return nil, fmt.Errorf("hash algorithm %q is not allowed", alg)
	}
	var buf []byte
	var mark [8]byte
	for _, r := range ranges {
		if r.start < 0 || r.size < 0 || r.start > s.size || r.size > s.size-r.start {
			return nil, fmt.Errorf("a hash range of %d bytes at %d lies beyond the file", r.size, r.start)
		}
		for pos := r.start; pos < r.end(); {
			for len(inserts) > 0 && int64(inserts[0]) <= pos {
				binary.BigEndian.PutUint64(mark[:], uint64(inserts[0]))
				h.Write(mark[:])
				inserts = inserts[1:]
			}
			n := r.end() - pos
			if len(inserts) > 0 {
				n = min(n, int64(inserts[0])-pos)
			}
			n = min(n, hashChunk)
			if int64(len(buf)) < n {
				buf = make([]byte, min(hashChunk, max(n, 4096)))
			}
			if err := s.ctx.Err(); err != nil {
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

// without gives the ranges of the file that remain when some are left out.
func (s *source) without(exclusions []span) ([]span, error) {
	ex := append([]span(nil), exclusions...)
	sort.Slice(ex, func(i, j int) bool { return ex[i].start < ex[j].start })
	var out []span
	pos := int64(0)
	for _, e := range ex {
		if e.start < 0 || e.size < 0 || e.start > s.size || e.size > s.size-e.start {
			return nil, fmt.Errorf("an exclusion of %d bytes at %d lies beyond the file", e.size, e.start)
		}
		if e.start > pos {
			out = append(out, span{pos, e.start - pos})
		}
		pos = max(pos, e.end())
	}
	if pos < s.size {
		out = append(out, span{pos, s.size - pos})
	}
	return out, nil
}
