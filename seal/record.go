package seal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// MaxRecordSize bounds the text of one record, in bytes. The C2SP entry bundle stores a leaf behind a 16-bit length, so a leaf could never be
// longer than 65,535.
const MaxRecordSize = 16 << 10

// ErrRecord is the error of every text that is not a canonical record.
var ErrRecord = errors.New("not a canonical record")

// Field is one line of a record.
type Field struct{ Key, Value string }

// Record is a short list of facts in a canonical text form:
//
//	anxin-leaf/v1
//	kind event
//	tenant 1
//
// The first line names the type and its version. Each further line is a key (a-z, 0-9, dash; starts with a letter), one space and a value: valid
// UTF-8, not empty, no control characters, no space at either end. Every line ends in a newline; there is nothing else. So two different
// records never have the same bytes and one record has only one form, which is what a hash needs.
// A key may be repeated; the order of fields is part of the record.
type Record struct {
	Type   string
	Fields []Field
}

// Add appends a field and returns the record, for chaining.
func (r *Record) Add(key, value string) *Record {
	r.Fields = append(r.Fields, Field{key, value})
	return r
}

// AddInt appends a decimal number.
func (r *Record) AddInt(key string, n int64) *Record { return r.Add(key, strconv.FormatInt(n, 10)) }

// AddHex appends bytes as lower-case hex. Empty bytes are left out.
func (r *Record) AddHex(key string, b []byte) *Record {
	if len(b) == 0 {
		return r
	}
	return r.Add(key, hex.EncodeToString(b))
}

// AddText appends a value, or nothing when it is empty.
func (r *Record) AddText(key, value string) *Record {
	if value == "" {
		return r
	}
	return r.Add(key, value)
}

// Get answers the value of the first field with the key.
func (r Record) Get(key string) (string, bool) {
	for _, f := range r.Fields {
		if f.Key == key {
			return f.Value, true
		}
	}
	return "", false
}

// All answers the values of every field with the key, in order.
func (r Record) All(key string) []string {
	var out []string
	for _, f := range r.Fields {
		if f.Key == key {
			out = append(out, f.Value)
		}
	}
	return out
}

// GetInt answers a decimal field; only the canonical form of a number is one.
func (r Record) GetInt(key string) (int64, bool) {
	s, ok := r.Get(key)
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && strconv.FormatInt(n, 10) == s
}

// GetHash answers a field of 64 lower-case hex digits.
func (r Record) GetHash(key string) ([32]byte, bool) {
	s, _ := r.Get(key)
	return parseHash(s)
}

// Marshal writes the canonical bytes, or says which part of the record cannot be written.
func (r Record) Marshal() ([]byte, error) {
	if !validType(r.Type) {
		return nil, fmt.Errorf("%w: type %q", ErrRecord, r.Type)
	}
	var b bytes.Buffer
	b.WriteString(r.Type)
	b.WriteByte('\n')
	for _, f := range r.Fields {
		if !validKey(f.Key) {
			return nil, fmt.Errorf("%w: key %q", ErrRecord, f.Key)
		}
		if !validValue(f.Value) {
			return nil, fmt.Errorf("%w: the value of %s", ErrRecord, f.Key)
		}
		b.WriteString(f.Key)
		b.WriteByte(' ')
		b.WriteString(f.Value)
		b.WriteByte('\n')
	}
	if b.Len() > MaxRecordSize {
		return nil, fmt.Errorf("%w: %d bytes, more than %d", ErrRecord, b.Len(), MaxRecordSize)
	}
	return b.Bytes(), nil
}

// ParseRecord reads exactly what Marshal writes; anything else is an ErrRecord.
func ParseRecord(text []byte) (Record, error) {
	if len(text) > MaxRecordSize {
		return Record{}, fmt.Errorf("%w: %d bytes, more than %d", ErrRecord, len(text), MaxRecordSize)
	}
	if len(text) == 0 || text[len(text)-1] != '\n' {
		return Record{}, fmt.Errorf("%w: it does not end in a newline", ErrRecord)
	}
	lines := strings.Split(string(text[:len(text)-1]), "\n")
	r := Record{Type: lines[0]}
	if !validType(r.Type) {
		return Record{}, fmt.Errorf("%w: line 1 names no type", ErrRecord)
	}
	for i, line := range lines[1:] {
		key, value, ok := strings.Cut(line, " ")
		if !ok || !validKey(key) || !validValue(value) {
			return Record{}, fmt.Errorf("%w: line %d", ErrRecord, i+2)
		}
		r.Fields = append(r.Fields, Field{key, value})
	}
	return r, nil
}

// Digest is the SHA-256 of the canonical bytes: what a leaf commits to.
func (r Record) Digest() ([32]byte, error) {
	b, err := r.Marshal()
	if err != nil {
		return [32]byte{}, err
	}
	return sha256.Sum256(b), nil
}

// validType accepts name/vN with N from 1, without leading zeros.
func validType(s string) bool {
	name, version, ok := strings.Cut(s, "/v")
	if !ok || !validKey(name) || len(s) > 64 {
		return false
	}
	n, err := strconv.ParseUint(version, 10, 16)
	return err == nil && n > 0 && strconv.FormatUint(n, 10) == version
}

func validKey(s string) bool {
	if s == "" || len(s) > 40 || s[0] < 'a' || s[0] > 'z' {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}

func validValue(s string) bool {
	if s == "" || s[0] == ' ' || s[len(s)-1] == ' ' || !utf8.ValidString(s) {
		return false
	}
	for i := range len(s) {
		if s[i] < 0x20 || s[i] == 0x7f {
			return false
		}
	}
	return true
}

func parseHash(s string) (h [32]byte, ok bool) {
	if len(s) != 64 || s != strings.ToLower(s) {
		return h, false
	}
	_, err := hex.Decode(h[:], []byte(s))
	return h, err == nil
}
