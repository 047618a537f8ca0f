package blob

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"io"

	"github.com/emmansun/gmsm/sm3"
)

// The sealed form is byte for byte Tink's streaming AEAD AES256-GCM-HKDF-SHA256 with segments of 64 KiB, so that any Tink can read it:
//
//	header: 1 byte length (40), 32 bytes salt, 7 bytes nonce prefix
//	segments: AES-256-GCM, 16 bytes tag each; the first is shorter by the header, so every segment starts at a multiple of 64 KiB
//
// The key of a file is HKDF(secret, salt, context); the nonce of segment i is prefix, i (32 bits, big endian), 1 for the last segment or 0. So a segment
// cannot be moved, left out, cut off or used in another file. We have our own code for it because Tink for Go reads only from front to
// back, and video needs random access; the tests read each other's output.
const (
	segmentSize = 64 << 10
	saltSize    = 32
	prefixSize  = 7
	tagSize     = 16
	headerSize  = 1 + saltSize + prefixSize
)

// Key opens and closes one file.
type Key struct {
	// Secret has 32 bytes. It may serve many files.
	Secret []byte
	// Context names the place the file belongs to (tenant, case, item); a file moved elsewhere does not open there.
	Context []byte
}

// Sealed is what is known of a file that was put.
type Sealed struct {
	Size   int64    // clear bytes
	SHA256 [32]byte // of the clear bytes
	SM3    [32]byte // of the clear bytes
	Stored Info
}

// Sealer encrypts what it puts into a store.
type Sealer struct {
	store Store
	rand  io.Reader
}

// NewSealer makes a Sealer; random is crypto/rand.Reader outside tests.
func NewSealer(s Store, random io.Reader) *Sealer { return &Sealer{s, random} }

// Store is the store underneath.
func (s *Sealer) Store() Store { return s.store }

// Put reads at most limit clear bytes from r, hashing and encrypting them in the same pass, and returns when they are durable.
func (s *Sealer) Put(ctx context.Context, r io.Reader, limit int64, key Key) (Sealed, error) {
	e := &encrypter{src: &limited{ctx, r, limit}, sha: sha256.New(), sm3: sm3.New()}
	if err := e.start(s.rand, key); err != nil {
		return Sealed{}, err
	}
	info, err := s.store.Put(ctx, e, StoredSize(limit))
	if err != nil {
		return Sealed{}, err
	}
	out := Sealed{Size: e.size, Stored: info}
	e.sha.Sum(out.SHA256[:0])
	e.sm3.Sum(out.SM3[:0])
	return out, nil
}

// StoredSize is the size of the sealed form of a file of n clear bytes.
func StoredSize(n int64) int64 {
	const first, rest = segmentSize - headerSize - tagSize, segmentSize - tagSize
	segments := int64(1)
	if n > first {
		segments += (n - first + rest - 1) / rest
	}
	return headerSize + n + segments*tagSize
}

// clearSize is the inverse of StoredSize, and the number of segments.
func clearSize(stored int64) (size, segments int64, ok bool) {
	segments = (stored + segmentSize - 1) / segmentSize
	size = stored - headerSize - segments*tagSize
	return size, segments, size >= 0 && StoredSize(size) == stored
}

func newAEAD(key Key, salt []byte) (cipher.AEAD, error) {
	if len(key.Secret) != 32 {
		return nil, fmt.Errorf("a file key has 32 bytes, not %d", len(key.Secret))
	}
	k, err := hkdf.Key(sha256.New, key.Secret, salt, string(key.Context), 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(k)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

func nonce(prefix []byte, segment uint32, last bool) []byte {
	n := make([]byte, 0, prefixSize+5)
	n = append(n, prefix...)
	n = binary.BigEndian.AppendUint32(n, segment)
	if last {
		return append(n, 1)
	}
	return append(n, 0)
}

// encrypter turns a reader of clear bytes into a reader of the sealed form.
type encrypter struct {
	src      io.Reader
	sha, sm3 hash.Hash
	size     int64
	aead     cipher.AEAD
	prefix   []byte
	segment  int64
	clear    []byte // read, not yet encrypted: one segment and one byte, to know whether it is the last
	out      []byte // encrypted, not yet handed out
	at       int    // how much of out is handed out
	done     bool
}

func (e *encrypter) start(random io.Reader, key Key) error {
	header := make([]byte, headerSize)
	header[0] = headerSize
	if _, err := io.ReadFull(random, header[1:]); err != nil {
		return fmt.Errorf("random salt: %w", err)
	}
	e.prefix = header[1+saltSize:]
	e.clear = make([]byte, 0, segmentSize)
	e.out = append(make([]byte, 0, segmentSize), header...)
	var err error
	e.aead, err = newAEAD(key, header[1:1+saltSize])
	return err
}

func (e *encrypter) Read(p []byte) (int, error) {
	for e.at == len(e.out) {
		if e.done {
			return 0, io.EOF
		}
		if err := e.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, e.out[e.at:])
	e.at += n
	return n, nil
}

// fill encrypts the next segment.
func (e *encrypter) fill() error {
	room := segmentSize - tagSize
	if e.segment == 0 {
		room -= headerSize
	}
	have := len(e.clear)
	n, err := io.ReadFull(e.src, e.clear[have:room+1])
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return err
	}
	e.sha.Write(e.clear[have : have+n])
	e.sm3.Write(e.clear[have : have+n])
	e.size += int64(n)
	e.clear = e.clear[:have+n]
	e.done = len(e.clear) <= room
	if !e.done && e.segment == 1<<32-1 {
		return ErrTooLarge
	}
	now := e.clear[:min(len(e.clear), room)]
	e.out = e.aead.Seal(e.out[:0], nonce(e.prefix, uint32(e.segment), e.done), now, nil)
	e.at = 0
	e.clear = append(e.clear[:0], e.clear[len(now):]...)
	e.segment++
	return nil
}
