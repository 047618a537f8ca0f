package casefile

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"strconv"
	"unicode/utf8"
)

// EventRecordType is the first line of [EventRecord].
const EventRecordType = "anxin-event/v1"

// MaxEventData bounds Event.Data in bytes, after compaction.
const MaxEventData = 12 << 10

// EventRecord is the canonical form of an event: what its leaf in the log commits to. It is a record as package seal reads it (a type line,
// then "key value" lines), so that an exported event can be checked without the product:
//
//	anxin-event/v1
//	tenant 1
//	case 019a3c1e-7a10-7c11-9d1e-000000000001
//	seq 4
//	at 1795344377123456
//	kind offer.accepted
//	role technician
//	actor 019a3c1e-7a10-7c11-9d1e-000000000002
//	request …
//	visit …
//	audience 3
//	data {"offer":"…"}
//
// actor, request and visit are left out when absent. Data are the bytes that are stored; Timeline.Append has made them compact JSON.
// Leaf is no part of it.
func EventRecord(e Event) []byte {
	var b bytes.Buffer
	b.Grow(256 + len(e.Data))
	line := func(key, value string) {
		if value != "" {
			b.WriteString(key)
			b.WriteByte(' ')
			b.WriteString(value)
			b.WriteByte('\n')
		}
	}
	b.WriteString(EventRecordType + "\n")
	line("tenant", strconv.FormatInt(int64(e.Tenant), 10))
	line("case", e.Case.String())
	line("seq", strconv.FormatInt(e.Seq, 10))
	line("at", strconv.FormatInt(e.At.UnixMicro(), 10))
	line("kind", e.Kind)
	line("role", string(e.Role))
	line("actor", e.Actor.String())
	line("request", e.Request.String())
	line("visit", e.Visit.String())
	line("audience", strconv.Itoa(int(e.Audience)))
	line("data", string(e.Data))
	return b.Bytes()
}

// EventDigest is the SHA-256 of [EventRecord].
func EventDigest(e Event) [32]byte { return sha256.Sum256(EventRecord(e)) }

// canonicalData makes Data one line of valid JSON: no white space between tokens, no control characters. Nothing becomes {}.
func canonicalData(data json.RawMessage) (json.RawMessage, error) {
	if len(data) == 0 {
		return json.RawMessage("{}"), nil
	}
	if !utf8.Valid(data) {
		return nil, Failf(Internal, "error.internal", "event data are not UTF-8")
	}
	var b bytes.Buffer
	if err := json.Compact(&b, data); err != nil {
		return nil, Failf(Internal, "error.internal", "event data are not JSON: %w", err)
	}
	// JSON allows a raw DEL inside strings, a record does not.
	out := bytes.ReplaceAll(b.Bytes(), []byte{0x7f}, []byte(`\u007f`))
	if len(out) > MaxEventData {
		return nil, Failf(Internal, "error.internal", "event data of %d bytes, more than %d", len(out), MaxEventData)
	}
	return out, nil
}

// validKind accepts names such as "offer.accepted": a-z, 0-9, dot, dash and underscore.
func validKind(s string) bool {
	if s == "" || len(s) > 64 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '.' && c != '-' && c != '_' {
			return false
		}
	}
	return true
}
