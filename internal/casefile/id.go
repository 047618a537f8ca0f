package casefile

import (
	"crypto/rand"
	"database/sql/driver"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"
)

// ID is a UUID. Ids are version 7 (sortable by time) unless the order must not leak, then version 4.
type ID [16]byte

// Nil is the absent id. It is stored as SQL NULL.
var Nil ID

// IsNil reports whether the id is absent.
func (id ID) IsNil() bool { return id == Nil }

// String writes the usual 36-character form; an absent id is the empty string.
func (id ID) String() string {
	if id.IsNil() {
		return ""
	}
	var b [36]byte
	hex.Encode(b[0:8], id[0:4])
	b[8] = '-'
	hex.Encode(b[9:13], id[4:6])
	b[13] = '-'
	hex.Encode(b[14:18], id[6:8])
	b[18] = '-'
	hex.Encode(b[19:23], id[8:10])
	b[23] = '-'
	hex.Encode(b[24:], id[10:])
	return string(b[:])
}

// ErrBadID says that a text is not an id.
var ErrBadID = errors.New("not an id")

// ParseID reads the form that String writes. The empty text is not an id.
func ParseID(s string) (ID, error) {
	var id ID
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return Nil, ErrBadID
	}
	packed := s[0:8] + s[9:13] + s[14:18] + s[19:23] + s[24:]
	if _, err := hex.Decode(id[:], []byte(packed)); err != nil || id.IsNil() {
		return Nil, ErrBadID
	}
	return id, nil
}

// MarshalText implements encoding.TextMarshaler.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler; the empty text is the absent id.
func (id *ID) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*id = Nil
		return nil
	}
	v, err := ParseID(string(b))
	if err == nil {
		*id = v
	}
	return err
}

// Value implements driver.Valuer: 16 bytes, or NULL when absent.
func (id ID) Value() (driver.Value, error) {
	if id.IsNil() {
		return nil, nil
	}
	return append([]byte(nil), id[:]...), nil
}

// Scan implements sql.Scanner.
func (id *ID) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*id = Nil
		return nil
	case []byte:
		if len(v) != 16 {
			return fmt.Errorf("id of %d bytes", len(v))
		}
		copy(id[:], v)
		return nil
	}
	return fmt.Errorf("id from %T", src)
}

// Source is where time and randomness come from: the system's in production, a fixed one in tests. It is safe for concurrent use when
// Rand is.
type Source struct {
	// Clock answers the current time; nil means time.Now.
	Clock func() time.Time
	// Rand is the source of randomness; nil means crypto/rand.
	Rand io.Reader
}

// Now is the current time in UTC, cut to microseconds as the database keeps it.
func (s Source) Now() time.Time {
	now := time.Now
	if s.Clock != nil {
		now = s.Clock
	}
	return now().UTC().Truncate(time.Microsecond)
}

// Bytes answers n random bytes. Randomness that cannot be read is not survivable: it panics.
func (s Source) Bytes(n int) []byte {
	r := s.Rand
	if r == nil {
		r = rand.Reader
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(r, b); err != nil {
		panic("random source: " + err.Error())
	}
	return b
}

// NewID makes a version 7 id: 48 bits of milliseconds, then randomness.
func (s Source) NewID() ID {
	var id ID
	copy(id[:], s.Bytes(16))
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(s.Now().UnixMilli()))
	copy(id[:6], ms[2:])
	id[6] = id[6]&0x0f | 0x70
	id[8] = id[8]&0x3f | 0x80
	return id
}

// NewOpaqueID makes a version 4 id, for places where the order of creation must not leak.
func (s Source) NewOpaqueID() ID {
	var id ID
	copy(id[:], s.Bytes(16))
	id[6] = id[6]&0x0f | 0x40
	id[8] = id[8]&0x3f | 0x80
	return id
}

// Digits answers n random decimal digits without modulo bias, for codes that people read aloud.
func (s Source) Digits(n int) string {
	out := make([]byte, 0, n)
	for len(out) < n {
		for _, b := range s.Bytes(n) {
			if b < 250 && len(out) < n {
				out = append(out, '0'+b%10)
			}
		}
	}
	return string(out)
}
