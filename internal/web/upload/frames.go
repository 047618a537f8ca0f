package upload

import (
	"bytes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"os"

	"anxin/internal/casefile"
)

// A file of pieces is a chain of frames: the length of the clear bytes (4), a random nonce (12), the encrypted bytes with their tag (16). A frame is bound to its photo
// and its place, so one that was cut, moved or changed does not open: what a killed process left ends with the last frame that does.
const (
	frameClear = 64 << 10
	frameHead  = 4 + 12
	frameTag   = 16
)

func (s *Spool) seal(a cipher.AEAD, what string, at int64, clear []byte) []byte {
	out := binary.BigEndian.AppendUint32(make([]byte, 0, frameHead+len(clear)+frameTag), uint32(len(clear)))
	nonce := s.o.Source.Bytes(12)
	return a.Seal(append(out, nonce...), nonce, clear, place(what, at, len(clear)))
}

var errFrame = errors.New("a frame that is cut or was changed")

func open(a cipher.AEAD, what string, at int64, frame []byte) ([]byte, error) {
	if len(frame) < frameHead+frameTag {
		return nil, errFrame
	}
	n := int(binary.BigEndian.Uint32(frame))
	if n != len(frame)-frameHead-frameTag {
		return nil, errFrame
	}
	clear, err := a.Open(nil, frame[4:frameHead], frame[frameHead:], place(what, at, n))
	if err != nil {
		return nil, errFrame
	}
	return clear, nil
}

func place(what string, at int64, n int) []byte {
	return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint64([]byte(what+"/"), uint64(at)), uint32(n))
}

// write takes body in, frame by frame, at the part's offset, and moves the offset on when the frames are on the disk. What arrived before an error counts.
func (s *Spool) write(p *part, body io.Reader) error {
	f, err := os.OpenFile(p.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return unavailable(err)
	}
	// Frames are only ever added behind the last one that counts: what a failed write left there is written over and cut off.
	end := p.end
	if err := f.Truncate(end); err != nil {
		return errors.Join(unavailable(err), f.Close())
	}
	reached := p.offset
	buf := make([]byte, frameClear)
	var failed error
	for failed == nil {
		var n int
		if n, failed = fill(body, buf); n == 0 {
			continue
		}
		if int64(n) > p.size-reached {
			failed = ErrSize
			break
		}
		frame := s.seal(p.aead, "piece", reached, buf[:n])
		if _, err := f.WriteAt(frame, end); err != nil {
			failed = unavailable(err)
			break
		}
		end, reached = end+int64(len(frame)), reached+int64(n)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return unavailable(err)
	}
	p.offset, p.end = reached, end
	var known *casefile.Error
	switch {
	case errors.Is(failed, io.EOF):
		return nil
	case errors.As(failed, &known):
		return failed
	}
	return casefile.Failf(casefile.Unavailable, "upload.error.broken", "the piece ended early: %w", failed)
}

// fill reads until b is full or the body ends. Unlike io.ReadFull it keeps the end of a body (io.EOF) and a connection that broke apart.
func fill(body io.Reader, b []byte) (n int, err error) {
	for n < len(b) && err == nil {
		var k int
		k, err = body.Read(b[n:])
		n += k
	}
	return n, err
}

// recover finds out how far a photo of an earlier process is: up to the last frame that opens.
func (p *part) recover() error {
	f, err := os.Open(p.path)
	if errors.Is(err, os.ErrNotExist) {
		p.offset, p.end = 0, 0
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	r := &frameReader{p: p, f: f}
	n, err := io.Copy(io.Discard, r)
	if err != nil && !errors.Is(err, errFrame) {
		return err
	}
	p.offset, p.end = n, r.end
	return nil
}

// verify compares the whole with what the sender announced, and reads every frame: what changed on the disk is noticed before anything is sealed.
func (p *part) verify() error {
	f, err := os.Open(p.path)
	if err != nil {
		return unavailable(err)
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, p.frames(f))
	switch {
	case errors.Is(err, errFrame), err == nil && n != p.size, err == nil && len(p.sha) > 0 && !bytes.Equal(h.Sum(nil), p.sha):
		return ErrDigest
	case err != nil:
		return unavailable(err)
	}
	return nil
}

// frames reads the clear bytes of a file of frames. A frame that does not open ends it with errFrame.
func (p *part) frames(f io.Reader) io.Reader { return &frameReader{p: p, f: f} }

type frameReader struct {
	p     *part
	f     io.Reader
	at    int64 // of the clear bytes
	end   int64 // of the file, behind the last frame that opened
	clear []byte
	err   error
}

func (r *frameReader) Read(b []byte) (int, error) {
	for len(r.clear) == 0 {
		if r.err == nil {
			r.clear, r.err = r.next()
		}
		if r.err != nil {
			return 0, r.err
		}
	}
	n := copy(b, r.clear)
	r.clear = r.clear[n:]
	return n, nil
}

func (r *frameReader) next() ([]byte, error) {
	head := make([]byte, 4, frameHead+frameClear+frameTag)
	if _, err := io.ReadFull(r.f, head); err != nil {
		return nil, cut(err)
	}
	n := int(binary.BigEndian.Uint32(head))
	if n == 0 || n > frameClear || r.at+int64(n) > r.p.size {
		return nil, errFrame
	}
	frame := head[:frameHead+n+frameTag]
	if _, err := io.ReadFull(r.f, frame[4:]); err != nil {
		return nil, cut(errors.Join(err, errFrame))
	}
	clear, err := open(r.p.aead, "piece", r.at, frame)
	if err == nil {
		r.at, r.end = r.at+int64(n), r.end+int64(len(frame))
	}
	return clear, err
}

// cut is the end of a file between two frames, or a frame that is not whole.
func cut(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, errFrame) {
		return errFrame
	}
	return err
}

func writeSynced(name string, b []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	return errors.Join(err, f.Sync(), f.Close())
}

func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return unavailable(err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return unavailable(err)
	}
	return nil
}
