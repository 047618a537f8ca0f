package aigc

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// file is the source: random access, with bounds on what is loaded and on the number of parts.
type file struct {
	ctx   context.Context
	r     io.ReaderAt
	size  int64
	quota int64 // bytes of metadata that may still be loaded
	text  int64 // bytes of one part
	parts int   // headers looked at

	window   []byte // what ahead read last, and where it begins
	windowAt int64
	searched []byte // room of find
}

const maxParts = 400_000

// head reads up to n bytes at a place, fewer at the end. It is for headers, which are counted and not charged.
func (f *file) head(at int64, n int) ([]byte, error) {
	if f.parts++; f.parts > maxParts {
		return nil, fmt.Errorf("%w: more than %d", ErrTooMany, maxParts)
	}
	if at < 0 || at >= f.size {
		return nil, nil
	}
	if f.parts&1023 == 0 {
		if err := f.ctx.Err(); err != nil {
			return nil, err
		}
	}
	buf := make([]byte, min(int64(n), f.size-at))
	return buf, f.fill(buf, at)
}

// need reads exactly n bytes of a header.
func (f *file) need(at int64, n int) ([]byte, error) {
	b, err := f.head(at, n)
	if err == nil && len(b) < n {
		err = fmt.Errorf("%w: cut short at %d", ErrMalformedFile, at)
	}
	return b, err
}

func (f *file) fill(buf []byte, at int64) error {
	n, err := f.r.ReadAt(buf, at)
	if n == len(buf) {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("aigc: reading %d bytes at %d: %w", len(buf), at, err)
}

// load reads a part; cut is true when the part is longer than one part may be, and only its beginning was read.
func (f *file) load(at, n int64) (b []byte, cut bool, err error) {
	if err := f.ctx.Err(); err != nil {
		return nil, false, err
	}
	if at < 0 || n < 0 || at > f.size {
		return nil, false, fmt.Errorf("%w: %d bytes at %d", ErrMalformedFile, n, at)
	}
	if n > f.size-at {
		n = f.size - at
		cut = true
	}
	if n > f.text {
		n, cut = f.text, true
	}
	if f.quota -= n; f.quota < 0 {
		return nil, true, fmt.Errorf("%w: the file's metadata", ErrTooLarge)
	}
	b = make([]byte, n)
	return b, cut, f.fill(b, at)
}

// ahead gives the bytes from a place up to the end of a piece that is kept between calls: walkers of many small parts stay inside it
// and do not read or allocate it anew. Empty at the end of the file.
func (f *file) ahead(at int64) ([]byte, error) {
	if at < 0 || at >= f.size {
		return nil, nil
	}
	if off := at - f.windowAt; off >= 0 && off < int64(len(f.window)) {
		return f.window[off:], nil
	}
	if err := f.ctx.Err(); err != nil {
		return nil, err
	}
	if f.window == nil {
		f.window = make([]byte, 0, min(scanWindow, f.size))
	}
	f.window, f.windowAt = f.window[:min(int64(cap(f.window)), f.size-at)], at
	if err := f.fill(f.window, at); err != nil {
		f.window = f.window[:0]
		return nil, err
	}
	return f.window, nil
}

// aheadReader reads on from a place.
type aheadReader struct {
	f  *file
	at int64
}

func (r *aheadReader) Read(p []byte) (int, error) {
	b, err := r.f.ahead(r.at)
	if err != nil {
		return 0, err
	}
	if len(b) == 0 {
		return 0, io.EOF
	}
	n := copy(p, b)
	r.at += int64(n)
	return n, nil
}

// scanWindow is how much of a stream is held at a time.
const scanWindow = 256 << 10

// find calls hit with the places of any of some byte strings in a range, in order of the windows; all must be shorter than
// 64 bytes. hit gets the index of the needle and its place, and says whether to go on.
func (f *file) find(from, to int64, needles [][]byte, hit func(needle int, at int64) (bool, error)) error {
	const overlap = 64
	if f.searched == nil {
		f.searched = make([]byte, min(scanWindow, f.size))
	}
	window := int64(16 << 10) // what is looked for is often near: a first short piece
	for pos := from; pos < to; window = scanWindow {
		if err := f.ctx.Err(); err != nil {
			return err
		}
		b := f.searched[:min(int64(len(f.searched)), window, to-pos)]
		if err := f.fill(b, pos); err != nil {
			return err
		}
		last := pos+int64(len(b)) >= to
		for n, needle := range needles {
			for i := 0; ; {
				j := bytes.Index(b[i:], needle)
				if j < 0 {
					break
				}
				at := i + j
				i = at + 1
				if !last && at >= len(b)-overlap {
					break // the next window has it too
				}
				if on, err := hit(n, pos+int64(at)); err != nil || !on {
					return err
				}
			}
		}
		if last {
			return nil
		}
		pos += int64(len(b)) - overlap
	}
	return nil
}

func be16(b []byte) int   { return int(binary.BigEndian.Uint16(b)) }
func be32(b []byte) int64 { return int64(binary.BigEndian.Uint32(b)) }
func le32(b []byte) int64 { return int64(binary.LittleEndian.Uint32(b)) }
