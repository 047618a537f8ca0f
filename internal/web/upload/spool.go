// Package upload receives photos in pieces, so that a phone with a bad connection sends each byte once: it keeps what arrived until the photo is
// whole and then hands it, as one stream, to whoever seals it.
//
// Pieces lie in a folder, encrypted with a key that exists in memory only: a photo of somebody's home is never in clear on the disk, and after a
// restart the leftovers are noise and are removed (the phone then begins that photo again). Number, size and age of unfinished photos are bounded.
package upload

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"anxin/internal/casefile"
)

// Options bound a Spool. Zero values take the defaults.
type Options struct {
	// MaxOpen is the most unfinished photos at once (default 2,000), MaxBytes what they may occupy together (default 4 GiB).
	MaxOpen  int
	MaxBytes int64
	// Age is how long an unfinished photo is kept (default 2 hours).
	Age time.Duration
	// Source gives time and randomness.
	Source casefile.Source
}

// Spool keeps unfinished photos. It is safe for concurrent use.
type Spool struct {
	dir string
	o   Options

	mu    sync.Mutex
	open  map[string]*part
	bytes int64 // sum of the announced sizes
}

// part is one unfinished photo.
type part struct {
	mu      sync.Mutex
	owner   any
	group   string
	size    int64
	offset  int64
	touched time.Time
	block   cipher.Block
	iv      []byte
	path    string
	gone    bool
	token   string // set when it is sealed
	held    int64  // bytes counted in Spool.bytes; guarded by Spool.mu, 0 once sealed
}

// The errors of a spool. Each is a casefile.Error with words for people.
var (
	ErrUnknown = casefile.Fail(casefile.NotFound, "upload.error.unknown")
	ErrFull    = &casefile.Error{Category: casefile.Unavailable, Key: "upload.error.full", RetryAfter: 30 * time.Second}
	ErrSize    = casefile.Fail(casefile.TooLarge, "upload.error.too_large")
)

const suffix = ".part"

// New opens the folder, which it makes, and removes what an earlier process left in it.
func New(dir string, o Options) (*Spool, error) {
	if o.MaxOpen == 0 {
		o.MaxOpen = 2000
	}
	if o.MaxBytes == 0 {
		o.MaxBytes = 4 << 30
	}
	if o.Age == 0 {
		o.Age = 2 * time.Hour
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("upload folder: %w", err)
	}
	old, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("upload folder: %w", err)
	}
	for _, e := range old {
		if strings.HasSuffix(e.Name(), suffix) {
			if err := os.Remove(filepath.Join(dir, e.Name())); err != nil {
				return nil, fmt.Errorf("upload folder: %w", err)
			}
		}
	}
	return &Spool{dir: dir, o: o, open: map[string]*part{}}, nil
}

// Begin announces a photo of a size and answers the name under which its pieces are sent. owner is given back when it is sealed; group bounds how many
// unfinished photos one sender has (perGroup).
func (s *Spool) Begin(owner any, group string, perGroup int, size int64) (id string, err error) {
	if size <= 0 {
		return "", ErrSize
	}
	s.Sweep()
	key := s.o.Source.Bytes(32)
	block, err := aes.NewCipher(key)
	if err != nil {
		return "", err
	}
	id = base64.RawURLEncoding.EncodeToString(s.o.Source.Bytes(16))
	p := &part{owner: owner, group: group, size: size, touched: s.o.Source.Now(), held: size, block: block, iv: s.o.Source.Bytes(aes.BlockSize), path: filepath.Join(s.dir, id+suffix)}
	s.mu.Lock()
	defer s.mu.Unlock()
	mine := 0
	for _, q := range s.open {
		if q.group == group && q.held > 0 {
			mine++
		}
	}
	if len(s.open) >= s.o.MaxOpen || s.bytes+size > s.o.MaxBytes || mine >= perGroup {
		return "", ErrFull
	}
	s.open[id] = p
	s.bytes += size
	return id, nil
}

func (s *Spool) find(id string) (*part, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.open[id]
	if !ok {
		return nil, ErrUnknown
	}
	return p, nil
}

// State answers how many bytes have arrived, and the token when the photo is sealed.
func (s *Spool) State(id string) (offset int64, token string, err error) {
	p, err := s.find(id)
	if err != nil {
		return 0, "", err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.offset, p.token, nil
}

// Append adds a piece at an offset and answers the new one. A piece for another offset than the one reached adds nothing: the answer says where to go
// on, with ok false. Bytes beyond the announced size are ErrSize. What arrived before a broken connection counts.
func (s *Spool) Append(id string, offset int64, body io.Reader) (reached int64, ok bool, err error) {
	p, err := s.find(id)
	if err != nil {
		return 0, false, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gone {
		return 0, false, ErrUnknown
	}
	p.touched = s.o.Source.Now()
	if offset != p.offset {
		return p.offset, false, nil
	}
	if p.token != "" || p.offset == p.size {
		return p.offset, true, nil
	}
	f, err := os.OpenFile(p.path, os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return p.offset, false, unavailable(err)
	}
	n, readErr := p.write(f, body)
	p.offset += n
	if err := f.Close(); err != nil {
		return p.offset, false, unavailable(err)
	}
	return p.offset, readErr == nil, readErr
}

// write encrypts body to f at the part's offset. It answers how many bytes are in the file for certain.
func (p *part) write(f *os.File, body io.Reader) (int64, error) {
	left := p.size - p.offset
	stream := p.stream(p.offset)
	buf := make([]byte, 32<<10)
	var done int64
	for {
		n, err := body.Read(buf)
		if n > 0 {
			if int64(n) > left-done {
				return done, ErrSize
			}
			stream.XORKeyStream(buf[:n], buf[:n])
			w, werr := f.WriteAt(buf[:n], p.offset+done)
			if werr != nil {
				// The bytes of a short write are right, but the key stream is beyond them: they are written again next time.
				_ = w
				return done, unavailable(werr)
			}
			done += int64(n)
		}
		switch {
		case errors.Is(err, io.EOF):
			return done, nil
		case err != nil:
			return done, casefile.Failf(casefile.Unavailable, "upload.error.broken", "the piece ended early: %w", err)
		}
	}
}

// stream is the key stream from an offset on.
func (p *part) stream(offset int64) cipher.Stream {
	iv := append([]byte(nil), p.iv...)
	for i, carry := len(iv)-1, uint64(offset/aes.BlockSize); i >= 0 && carry > 0; i-- {
		sum := uint64(iv[i]) + carry&0xff
		iv[i] = byte(sum)
		carry = carry>>8 + sum>>8
	}
	st := cipher.NewCTR(p.block, iv)
	var skip [aes.BlockSize]byte
	st.XORKeyStream(skip[:offset%aes.BlockSize], skip[:offset%aes.BlockSize])
	return st
}

// Finish hands a whole photo to seal, once, and remembers the token that seal answers. A photo that is not whole answers "" and no error. When seal
// fails for a passing reason the photo stays and Finish can be called again; when seal says that it is no photo (Invalid, TooLarge) it is dropped.
func (s *Spool) Finish(id string, seal func(owner any, body io.Reader) (token string, err error)) (token string, err error) {
	p, err := s.find(id)
	if err != nil {
		return "", err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gone {
		return "", ErrUnknown
	}
	if p.token != "" || p.offset < p.size {
		return p.token, nil
	}
	f, err := os.Open(p.path)
	if err != nil {
		return "", unavailable(err)
	}
	token, err = seal(p.owner, cipher.StreamReader{S: p.stream(0), R: f})
	_ = f.Close()
	switch {
	case err == nil:
		p.token = token
		_ = os.Remove(p.path)
		s.release(p)
	case casefile.Is(err, casefile.Invalid), casefile.Is(err, casefile.TooLarge), casefile.Is(err, casefile.NotFound), casefile.Is(err, casefile.Denied):
		s.forget(id, p)
	}
	return token, err
}

// Drop forgets an unfinished photo.
func (s *Spool) Drop(id string) {
	if p, err := s.find(id); err == nil {
		p.mu.Lock()
		defer p.mu.Unlock()
		s.forget(id, p)
	}
}

// forget removes a part whose lock is held.
func (s *Spool) forget(id string, p *part) {
	if p.gone {
		return
	}
	p.gone = true
	_ = os.Remove(p.path)
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, id)
	s.bytes -= p.held
	p.held = 0
}

// release gives back the room of a sealed photo; its token is still remembered for a while.
func (s *Spool) release(p *part) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bytes -= p.held
	p.held = 0
}

// Sweep forgets photos that nobody has touched for too long. Begin calls it; a timer may too.
func (s *Spool) Sweep() {
	limit := s.o.Source.Now().Add(-s.o.Age)
	s.mu.Lock()
	old := map[string]*part{}
	for id, p := range s.open {
		if p.mu.TryLock() {
			if p.touched.Before(limit) {
				old[id] = p
			}
			p.mu.Unlock()
		}
	}
	s.mu.Unlock()
	for id, p := range old {
		p.mu.Lock()
		s.forget(id, p)
		p.mu.Unlock()
	}
}

func unavailable(err error) error {
	return casefile.Failf(casefile.Unavailable, "upload.error.storage", "upload folder: %w", err)
}
