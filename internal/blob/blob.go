// Package blob keeps files by the hash of their bytes, durably, and encrypts them on the way in.
//
// Two layers. A [Store] is a plain content-addressed store of five methods; [Files] keeps it in a folder (S3 can stand in its place; blobtest has
// one in memory and the conformance suite). A [Sealer] on top of it encrypts every file under a key that the caller gives and hashes the clear
// bytes on the way, in one pass. So the name of a stored file is the SHA-256 of its *encrypted* bytes: any flipped byte shows without any key, no
// name says anything about the content, and destroying the key erases the content.
//
// A Put that was acknowledged survives kill -9 and a power cut; one that was not leaves nothing behind but a spool file, which the next start removes.
package blob

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"time"
)

// ID is the SHA-256 of the stored bytes.
type ID [32]byte

// String is the hash as 64 lower-case hex digits.
func (id ID) String() string { return hex.EncodeToString(id[:]) }

// ParseID reads what String writes.
func ParseID(s string) (ID, bool) {
	var id ID
	if len(s) != 64 {
		return ID{}, false
	}
	_, err := hex.Decode(id[:], []byte(s))
	return id, err == nil && id.String() == s
}

// Info is what a store knows of a file.
type Info struct {
	ID   ID
	Size int64 // stored bytes
	// At is when the store got it, by the store's own clock: good enough to leave young files alone when sweeping.
	At time.Time
}

// Store keeps files by the hash of their bytes. All methods are safe for concurrent use.
type Store interface {
	// Put stores what r yields, at most limit bytes, and returns when it is durable. More bytes are ErrTooLarge and nothing is stored. Putting bytes
	// that are there already is fine (and mends a damaged copy).
	Put(ctx context.Context, r io.Reader, limit int64) (Info, error)
	// Get reads n bytes from offset on; n < 0 means to the end. It does not compare the hash: the sealed form authenticates itself, and
	// verification recomputes every hash.
	Get(ctx context.Context, id ID, offset, n int64) (io.ReadCloser, error)
	// Stat answers ErrNotFound when there is no such file.
	Stat(ctx context.Context, id ID) (Info, error)
	// Walk hands over every file in the order of the hashes and stops at the first error of yield, which it answers. Files put or deleted meanwhile
	// may or may not be seen.
	Walk(ctx context.Context, yield func(Info) error) error
	// Delete removes a file for good; one that is not there is fine.
	Delete(ctx context.Context, id ID) error
}

// The errors of stores.
var (
	ErrNotFound = errors.New("no such file in the vault")
	ErrTooLarge = errors.New("the file is larger than allowed")
	// ErrFull says that the disk has no room. Nothing was stored; what was stored before is safe.
	ErrFull = errors.New("no room left for files")
	// ErrDamaged says that stored bytes are not what was put, or that the key is not theirs.
	ErrDamaged = errors.New("the stored file is damaged or the key is not its own")
)

// limited reads at most left bytes and fails with ErrTooLarge at the next one; it also ends when the context does.
type limited struct {
	ctx  context.Context
	r    io.Reader
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	if err := l.ctx.Err(); err != nil {
		return 0, err
	}
	if int64(len(p)) > l.left+1 {
		p = p[:l.left+1]
	}
	n, err := l.r.Read(p)
	if int64(n) > l.left {
		return int(l.left), ErrTooLarge
	}
	l.left -= int64(n)
	return n, err
}
