package blob

import (
	"context"
	"crypto/cipher"
	"errors"
	"fmt"
	"io"
)

// Reader reads a sealed file, from any place. It is not safe for concurrent use. Every byte that it hands out was authenticated.
type Reader struct {
	ctx      context.Context
	store    Store
	id       ID
	size     int64 // clear bytes
	stored   int64
	segments int64
	aead     cipher.AEAD
	prefix   []byte

	at     int64         // where the next Read starts
	have   int64         // segment in clear, or -1
	clear  []byte        // its bytes
	buf    []byte        // segment as stored
	stream io.ReadCloser // open at segment next
	next   int64
}

// Open opens a sealed file. The header is read now, the rest on demand, so a wrong key shows at the first Read as ErrDamaged.
func (s *Sealer) Open(ctx context.Context, id ID, key Key) (*Reader, error) {
	info, err := s.store.Stat(ctx, id)
	if err != nil {
		return nil, err
	}
	r := &Reader{ctx: ctx, store: s.store, id: id, stored: info.Size, have: -1}
	var ok bool
	if r.size, r.segments, ok = clearSize(info.Size); !ok {
		return nil, fmt.Errorf("%w: a length that no sealed file has", ErrDamaged)
	}
	head, err := s.store.Get(ctx, id, 0, headerSize)
	if err != nil {
		return nil, err
	}
	header := make([]byte, headerSize)
	_, err = io.ReadFull(head, header)
	if e := head.Close(); err == nil {
		err = e
	}
	if err != nil {
		return nil, fmt.Errorf("%w: no header", ErrDamaged)
	}
	if header[0] != headerSize {
		return nil, fmt.Errorf("%w: not a sealed file", ErrDamaged)
	}
	r.prefix = header[1+saltSize:]
	r.aead, err = newAEAD(key, header[1:1+saltSize])
	return r, err
}

// Size is the number of clear bytes.
func (r *Reader) Size() int64 { return r.size }

// Close ends reading.
func (r *Reader) Close() error { return r.drop() }

func (r *Reader) drop() error {
	if r.stream == nil {
		return nil
	}
	err := r.stream.Close()
	r.stream = nil
	return err
}

// Read implements io.Reader.
func (r *Reader) Read(p []byte) (int, error) {
	n, err := r.readAt(p, r.at)
	r.at += int64(n)
	return n, err
}

// Seek implements io.Seeker.
func (r *Reader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += r.at
	case io.SeekEnd:
		offset += r.size
	}
	if offset < 0 {
		return r.at, errors.New("seek before the start of the file")
	}
	r.at = offset
	return offset, nil
}

// ReadAt implements io.ReaderAt, but not for concurrent calls.
func (r *Reader) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, errors.New("read before the start of the file")
	}
	done := 0
	for done < len(p) {
		n, err := r.readAt(p[done:], off+int64(done))
		done += n
		if err != nil {
			return done, err
		}
	}
	return done, nil
}

// readAt answers bytes of one segment.
func (r *Reader) readAt(p []byte, off int64) (int, error) {
	if off >= r.size {
		// The last segment must have been authenticated before its end is believed: a cut file ends too early.
		if err := r.load(r.segments - 1); err != nil {
			return 0, err
		}
		return 0, io.EOF
	}
	if len(p) == 0 {
		return 0, nil
	}
	const first, rest = segmentSize - headerSize - tagSize, segmentSize - tagSize
	segment, start := int64(0), off
	if off >= first {
		segment, start = 1+(off-first)/rest, (off-first)%rest
	}
	if err := r.load(segment); err != nil {
		return 0, err
	}
	return copy(p, r.clear[start:]), nil
}

// load brings a segment into clear. Neighbours come from one stream; a jump opens a new one.
func (r *Reader) load(segment int64) error {
	if r.have == segment {
		return nil
	}
	if r.stream == nil || r.next != segment {
		if err := r.drop(); err != nil {
			return err
		}
		offset := segment * segmentSize
		if segment == 0 {
			offset = headerSize
		}
		stream, err := r.store.Get(r.ctx, r.id, offset, -1)
		if err != nil {
			return err
		}
		r.stream, r.next = stream, segment
	}
	n := min(r.stored, (segment+1)*segmentSize) - segment*segmentSize
	if segment == 0 {
		n -= headerSize
	}
	if r.buf == nil {
		r.buf = make([]byte, min(segmentSize, r.stored))
		r.clear = make([]byte, 0, len(r.buf))
	}
	r.have = -1
	if _, err := io.ReadFull(r.stream, r.buf[:n]); err != nil {
		r.drop()
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return fmt.Errorf("%w: it is cut off", ErrDamaged)
		}
		return err
	}
	r.next++
	clear, err := r.aead.Open(r.clear[:0], nonce(r.prefix, uint32(segment), segment == r.segments-1), r.buf[:n], nil)
	if err != nil {
		return fmt.Errorf("%w: at byte %d", ErrDamaged, segment*segmentSize)
	}
	r.clear, r.have = clear, segment
	return nil
}
