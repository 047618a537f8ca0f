package seal

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"
)

// LeafType is the first line of every leaf.
const LeafType = "anxin-leaf/v1"

// MaxLeafSize bounds the text of one leaf, in bytes; MaxSubjects the ids that one leaf may name.
const (
	MaxLeafSize = 4096
	MaxSubjects = 16
)

// ErrLeaf is the error of every text that is not a leaf.
var ErrLeaf = errors.New("not a leaf of the log")

// ID is a UUID as the log writes it: 36 lower-case characters. The zero ID is absent.
type ID [16]byte

// String writes the 36 characters, also for the zero ID.
func (id ID) String() string {
	h := hex.EncodeToString(id[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// ParseID reads what String writes, and nothing else.
func ParseID(s string) (ID, error) {
	var id ID
	digits := strings.ReplaceAll(s, "-", "")
	if len(s) != 36 || len(digits) != 32 {
		return id, fmt.Errorf("%w: %.40q is not an id", ErrLeaf, s)
	}
	if _, err := hex.Decode(id[:], []byte(digits)); err != nil || id.String() != s {
		return ID{}, fmt.Errorf("%w: %q is not an id", ErrLeaf, s)
	}
	return id, nil
}

// Leaf is one entry of the log. It holds no personal data: ids are pseudonymous and the facts themselves are behind Digest.
//
// As text:
//
//	anxin-leaf/v1
//	kind event
//	tenant 1
//	case 019a3c1e-7a10-7c11-9d1e-000000000001
//	seq 4
//	at 1795344377123456
//	subject 019a3c1e-7a10-7c11-9d1e-000000000002
//	digest sha256:…64 hex digits…
type Leaf struct {
	// Kind says what Digest is the hash of: "event", "evidence", "custody", ... (a-z, 0-9, dash).
	Kind   string
	Tenant int64
	// Case is the case the record belongs to; zero when it belongs to none.
	Case ID
	// Seq is the record's number within its case or item, from 0.
	Seq int64
	// At is the operator's clock, to the microsecond. It proves nothing by itself; a time stamp over a later checkpoint does.
	At time.Time
	// Subjects are the ids of what the record is about, at most MaxSubjects.
	Subjects []ID
	// Digest is the SHA-256 of the canonical bytes of the record.
	Digest [32]byte
}

// Marshal writes the canonical text.
func (l Leaf) Marshal() ([]byte, error) {
	if !validKey(l.Kind) {
		return nil, fmt.Errorf("%w: kind %q", ErrLeaf, l.Kind)
	}
	if l.Seq < 0 || len(l.Subjects) > MaxSubjects {
		return nil, fmt.Errorf("%w: seq %d, %d subjects", ErrLeaf, l.Seq, len(l.Subjects))
	}
	r := Record{Type: LeafType}
	r.Add("kind", l.Kind).AddInt("tenant", l.Tenant)
	if l.Case != (ID{}) {
		r.Add("case", l.Case.String())
	}
	r.AddInt("seq", l.Seq).AddInt("at", l.At.UnixMicro())
	for _, s := range l.Subjects {
		if s == (ID{}) {
			return nil, fmt.Errorf("%w: an absent subject", ErrLeaf)
		}
		r.Add("subject", s.String())
	}
	r.Add("digest", "sha256:"+hex.EncodeToString(l.Digest[:]))
	b, err := r.Marshal()
	if err != nil {
		return nil, err
	}
	if len(b) > MaxLeafSize {
		return nil, fmt.Errorf("%w: %d bytes", ErrLeaf, len(b))
	}
	return b, nil
}

// ParseLeaf reads exactly what Marshal writes; anything else is an ErrLeaf or an ErrRecord.
func ParseLeaf(text []byte) (Leaf, error) {
	if len(text) > MaxLeafSize {
		return Leaf{}, fmt.Errorf("%w: %d bytes", ErrLeaf, len(text))
	}
	r, err := ParseRecord(text)
	if err != nil {
		return Leaf{}, err
	}
	var l Leaf
	if err := l.fill(r); err != nil {
		return Leaf{}, err
	}
	// The reader above is lenient about order and repetition; writing it again is the strict check.
	again, err := l.Marshal()
	if err != nil || string(again) != string(text) {
		return Leaf{}, fmt.Errorf("%w: not in canonical order", ErrLeaf)
	}
	return l, nil
}

func (l *Leaf) fill(r Record) error {
	if r.Type != LeafType {
		return fmt.Errorf("%w: type %q, this version reads %s", ErrLeaf, r.Type, LeafType)
	}
	var ok [3]bool
	l.Kind, _ = r.Get("kind")
	l.Tenant, ok[0] = r.GetInt("tenant")
	l.Seq, ok[1] = r.GetInt("seq")
	var micros int64
	micros, ok[2] = r.GetInt("at")
	l.At = time.UnixMicro(micros).UTC()
	if ok != [3]bool{true, true, true} {
		return fmt.Errorf("%w: tenant, seq and at must be numbers", ErrLeaf)
	}
	var err error
	if s, has := r.Get("case"); has {
		if l.Case, err = ParseID(s); err != nil {
			return err
		}
	}
	for _, s := range r.All("subject") {
		id, err := ParseID(s)
		if err != nil {
			return err
		}
		l.Subjects = append(l.Subjects, id)
	}
	d, _ := r.Get("digest")
	var good bool
	if l.Digest, good = parseHash(strings.TrimPrefix(d, "sha256:")); !good || !strings.HasPrefix(d, "sha256:") {
		return fmt.Errorf("%w: no digest", ErrLeaf)
	}
	return nil
}
