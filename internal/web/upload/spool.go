// Package upload receives photos in pieces, so that a phone with a bad connection sends each byte once: it keeps what arrived until the photo is
// whole and then hands it, as one stream, to whoever seals it. What was acknowledged is on the disk: it outlives a lost connection, a page that is loaded again, a
// restart and kill -9 of the server.
//
// Pieces lie in a folder, encrypted and authenticated under a key that the operator's master key gives: a photo of somebody's home is never in clear on the disk, and a
// byte that changed there is noticed before anything is sealed. Number, size and age of unfinished photos are bounded.
package upload

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
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
	// Age is how long an unfinished photo is kept after its last piece (default 12 hours).
	Age time.Duration
	// Key encrypts what lies in the folder. Without one it is made up now, and what an earlier process left cannot be read and is removed.
	Key []byte
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
	id      string
	owner   any
	group   string
	size    int64
	sha     []byte // announced by the sender; nil when it did not
	offset  int64  // -1: what an earlier process left, to be found out
	end     int64  // of the file, behind the last frame that counts
	touched time.Time
	aead    cipher.AEAD
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
	// ErrDigest says that what arrived is not what was announced, or changed on the disk: the photo is dropped and has to be sent again from its beginning.
	ErrDigest = casefile.Fail(casefile.Conflict, "upload.error.digest")
)

const (
	suffix     = ".part" // the pieces
	noteSuffix = ".note" // what they are for, or the token of what was sealed
)

// New opens the folder, which it makes. What an earlier process left is taken up where its key is the same; the rest is removed.
func New(dir string, o Options) (*Spool, error) {
	if o.MaxOpen == 0 {
		o.MaxOpen = 2000
	}
	if o.MaxBytes == 0 {
		o.MaxBytes = 4 << 30
	}
	if o.Age == 0 {
		o.Age = 12 * time.Hour
	}
	if o.Key == nil {
		o.Key = o.Source.Bytes(32)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("upload folder: %w", err)
	}
	s := &Spool{dir: dir, o: o, open: map[string]*part{}}
	return s, s.takeUp()
}

// takeUp finds the photos of an earlier process by their notes.
func (s *Spool) takeUp() error {
	all, err := os.ReadDir(s.dir)
	if err != nil {
		return fmt.Errorf("upload folder: %w", err)
	}
	for _, e := range all {
		if id, ok := strings.CutSuffix(e.Name(), noteSuffix); ok {
			if p, err := s.readNote(id); err == nil && p.touched.After(s.o.Source.Now().Add(-s.o.Age)) {
				s.open[id] = p
				s.bytes += p.held
			}
		}
	}
	for _, e := range all {
		id := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(e.Name(), ".tmp"), noteSuffix), suffix)
		ours := strings.HasSuffix(e.Name(), suffix) || strings.HasSuffix(e.Name(), noteSuffix) || strings.HasSuffix(e.Name(), ".tmp")
		if _, alive := s.open[id]; ours && (!alive || strings.HasSuffix(e.Name(), ".tmp")) {
			if err := os.Remove(filepath.Join(s.dir, e.Name())); err != nil {
				return fmt.Errorf("upload folder: %w", err)
			}
		}
	}
	return nil
}

// note is what is kept of a photo beside its pieces.
type note struct {
	Owner   string    `json:"owner"`
	Case    bool      `json:"case,omitempty"` // the owner is an id
	Group   string    `json:"group"`
	Size    int64     `json:"size"`
	SHA256  []byte    `json:"sha256,omitempty"`
	Token   string    `json:"token,omitempty"`
	Touched time.Time `json:"touched"`
}

// writeNote makes the note durable. An owner that is neither text nor an id cannot be written down: such a photo does not outlive the process.
func (s *Spool) writeNote(p *part) error {
	n := note{Group: p.group, Size: p.size, SHA256: p.sha, Token: p.token, Touched: p.touched}
	switch o := p.owner.(type) {
	case string:
		n.Owner = o
	case casefile.ID:
		n.Owner, n.Case = o.String(), true
	default:
		return nil
	}
	text, err := json.Marshal(n)
	if err != nil {
		return err
	}
	sealed := s.seal(p.aead, "note", 0, text)
	name := filepath.Join(s.dir, p.id+noteSuffix)
	if err := writeSynced(name+".tmp", sealed); err != nil {
		return unavailable(err)
	}
	if err := os.Rename(name+".tmp", name); err != nil {
		return unavailable(err)
	}
	return syncFolder(s.dir)
}

func (s *Spool) readNote(id string) (*part, error) {
	b, err := os.ReadFile(filepath.Join(s.dir, id+noteSuffix))
	if err != nil {
		return nil, err
	}
	p, err := s.newPart(id)
	if err != nil {
		return nil, err
	}
	text, err := open(p.aead, "note", 0, b)
	if err != nil {
		return nil, err
	}
	var n note
	if err := json.Unmarshal(text, &n); err != nil {
		return nil, err
	}
	p.group, p.size, p.sha, p.token, p.touched, p.offset = n.Group, n.Size, n.SHA256, n.Token, n.Touched, -1
	if p.owner = n.Owner; n.Case {
		if p.owner, err = casefile.ParseID(n.Owner); err != nil {
			return nil, err
		}
	}
	if p.token == "" {
		p.held = p.size
	} else {
		p.offset = p.size
	}
	if st, err := os.Stat(p.path); err == nil && st.ModTime().After(p.touched) {
		p.touched = st.ModTime() // the pieces came after the note
	}
	return p, nil
}

// newPart makes the part of an id with its key.
func (s *Spool) newPart(id string) (*part, error) {
	key, err := hkdf.Key(sha256.New, s.o.Key, nil, "anxin/upload/"+id, 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	p := &part{id: id, path: filepath.Join(s.dir, id+suffix)}
	p.aead, err = cipher.NewGCM(block)
	return p, err
}

// Announced is a photo that is going to be sent.
type Announced struct {
	// Owner is given back when it is sealed. Text and ids outlive a restart.
	Owner any
	// Group bounds how many unfinished photos one sender has: PerGroup.
	Group    string
	PerGroup int
	Size     int64
	// SHA256 is what the sender says the whole will hash to; nil when it does not say.
	SHA256 []byte
}

// Begin announces a photo and answers the name under which its pieces are sent.
func (s *Spool) Begin(a Announced) (id string, err error) {
	if a.Size <= 0 {
		return "", ErrSize
	}
	if len(a.SHA256) != 0 && len(a.SHA256) != sha256.Size {
		return "", ErrDigest
	}
	s.Sweep()
	id = base64.RawURLEncoding.EncodeToString(s.o.Source.Bytes(16))
	p, err := s.newPart(id)
	if err != nil {
		return "", err
	}
	p.owner, p.group, p.size, p.sha, p.touched, p.held = a.Owner, a.Group, a.Size, a.SHA256, s.o.Source.Now(), a.Size
	if err := s.admit(p, a.PerGroup); err != nil {
		return "", err
	}
	if err := s.writeNote(p); err != nil {
		p.mu.Lock()
		defer p.mu.Unlock()
		s.forget(p)
		return "", err
	}
	return id, nil
}

// admit counts a new part against the bounds.
func (s *Spool) admit(p *part, perGroup int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	mine := 0
	for _, q := range s.open {
		if q.group == p.group && q.held > 0 {
			mine++
		}
	}
	if len(s.open) >= s.o.MaxOpen || s.bytes+p.size > s.o.MaxBytes || mine >= perGroup {
		return ErrFull
	}
	s.open[p.id] = p
	s.bytes += p.size
	return nil
}

// locked finds a part and locks it; the caller unlocks. Of what an earlier process left it finds out first how far it is.
func (s *Spool) locked(id string) (*part, error) {
	s.mu.Lock()
	p, ok := s.open[id]
	s.mu.Unlock()
	if !ok {
		return nil, ErrUnknown
	}
	p.mu.Lock()
	if !p.gone && p.offset < 0 {
		if err := p.recover(); err != nil {
			p.mu.Unlock()
			return nil, unavailable(err)
		}
	}
	if p.gone {
		p.mu.Unlock()
		return nil, ErrUnknown
	}
	return p, nil
}

// State answers how many bytes have arrived, and the token when the photo is sealed.
func (s *Spool) State(id string) (offset int64, token string, err error) {
	p, err := s.locked(id)
	if err != nil {
		return 0, "", err
	}
	defer p.mu.Unlock()
	return p.offset, p.token, nil
}

// Append adds a piece at an offset and answers the new one, when it is on the disk. A piece for another offset than the one reached adds nothing: the answer says where
// to go on, with ok false. Bytes beyond the announced size are ErrSize. What arrived before a broken connection counts.
func (s *Spool) Append(id string, offset int64, body io.Reader) (reached int64, ok bool, err error) {
	p, err := s.locked(id)
	if err != nil {
		return 0, false, err
	}
	defer p.mu.Unlock()
	p.touched = s.o.Source.Now()
	if offset != p.offset {
		return p.offset, false, nil
	}
	if p.token != "" || p.offset == p.size {
		return p.offset, true, nil
	}
	err = s.write(p, body)
	return p.offset, err == nil, err
}

// Finish hands a whole photo to seal, once, and remembers the token that seal answers. A photo that is not whole answers "" and no error. When seal
// fails for a passing reason the photo stays and Finish can be called again; when seal says that it is no photo (Invalid, TooLarge) it is dropped, and so it is
// when it is not what was announced (ErrDigest).
func (s *Spool) Finish(id string, seal func(owner any, body io.Reader) (token string, err error)) (token string, err error) {
	p, err := s.locked(id)
	if err != nil {
		return "", err
	}
	defer p.mu.Unlock()
	if p.token != "" || p.offset < p.size {
		return p.token, nil
	}
	if err := p.verify(); err != nil {
		if errors.Is(err, ErrDigest) {
			s.forget(p)
		}
		return "", err
	}
	f, err := os.Open(p.path)
	if err != nil {
		return "", unavailable(err)
	}
	token, err = seal(p.owner, p.frames(f))
	_ = f.Close()
	switch {
	case err == nil:
		p.token = token
		// Sealing the same bytes again gives the same item: if the note is not written, the sender is told once more after a restart.
		if s.writeNote(p) == nil {
			_ = os.Remove(p.path)
		}
		s.release(p)
	case casefile.Is(err, casefile.Invalid), casefile.Is(err, casefile.TooLarge), casefile.Is(err, casefile.NotFound), casefile.Is(err, casefile.Denied):
		s.forget(p)
	}
	return token, err
}

// Drop forgets an unfinished photo.
func (s *Spool) Drop(id string) {
	if p, err := s.locked(id); err == nil {
		defer p.mu.Unlock()
		s.forget(p)
	}
}

// forget removes a part whose lock is held.
func (s *Spool) forget(p *part) {
	if p.gone {
		return
	}
	p.gone = true
	_ = os.Remove(p.path)
	_ = os.Remove(filepath.Join(s.dir, p.id+noteSuffix))
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, p.id)
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
	var old []*part
	for _, p := range s.open {
		if p.mu.TryLock() {
			if p.touched.Before(limit) {
				old = append(old, p)
			}
			p.mu.Unlock()
		}
	}
	s.mu.Unlock()
	for _, p := range old {
		p.mu.Lock()
		s.forget(p)
		p.mu.Unlock()
	}
}

func unavailable(err error) error {
	var known *casefile.Error
	if errors.As(err, &known) {
		return err
	}
	return casefile.Failf(casefile.Unavailable, "upload.error.storage", "upload folder: %w", err)
}
