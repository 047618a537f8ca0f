// Package casefile is the shared kernel: the case and its number, its timeline, ids, actors, money and errors. Every domain imports it and it
// imports none.
package casefile

import (
	"encoding/json"
	"strings"
	"time"
)

// Case is everything about one customer matter. It keeps one number whatever happens (second visit, other technician, reopened, turned into a
// claim).
type Case struct {
	Tenant  Tenant
	ID      ID
	Number  Number
	Subject ID // whose personal data and key
	Lang    string
	Created time.Time
	Closed  time.Time // zero while open
	LastSeq int64     // sequence of the newest event
}

// Number is the case number a person reads aloud: 12 digits, the date (yymmdd), five random digits and a check digit (ISO 7064 MOD 11,10).
type Number string

// NewNumber makes a number for the local date of at. Uniqueness is the database's; the caller retries on a duplicate.
func NewNumber(s Source, at time.Time) Number {
	body := at.In(Shanghai).Format("060102") + s.Digits(5)
	return Number(body + string('0'+checkDigit(body)))
}

// ParseNumber accepts the number as people type it (spaces, dashes, full-width digits) and checks the check digit.
func ParseNumber(text string) (Number, bool) {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r >= '０' && r <= '９':
			b.WriteRune('0' + r - '０')
		case r == ' ' || r == '-' || r == '–' || r == '—' || r == '　' || r == '－':
		default:
			return "", false
		}
		if b.Len() > 12 {
			return "", false
		}
	}
	s := b.String()
	if len(s) != 12 || s[11] != '0'+checkDigit(s[:11]) {
		return "", false
	}
	return Number(s), true
}

// String groups the digits for reading: 261122-48391-7.
func (n Number) String() string {
	if len(n) != 12 {
		return string(n)
	}
	return string(n[:6] + "-" + n[6:11] + "-" + n[11:])
}

// checkDigit is ISO 7064 MOD 11,10: it catches every single wrong digit and nearly every swap of neighbours.
func checkDigit(digits string) byte {
	p := 10
	for i := range len(digits) {
		s := (int(digits[i]-'0') + p) % 10
		if s == 0 {
			s = 10
		}
		p = s * 2 % 11
	}
	return byte((11 - p) % 10)
}

// Shanghai is the one time zone of the country. It is built in so that no zone file is needed.
var Shanghai = time.FixedZone("Asia/Shanghai", 8*3600)

// Audience says who may see an event on a timeline; it is a set.
type Audience uint8

// The members of an Audience. The desk sees everything.
const (
	ForCustomer Audience = 1 << iota
	ForTechnician
	ForMerchant
	ForDesk Audience = 0
)

// Event is one entry of a case's timeline. Events are never changed: current state is what they add up to, kept in rows beside them.
type Event struct {
	Tenant   Tenant
	Case     ID
	Seq      int64 // from 1, without gaps, given by Append
	At       time.Time
	Kind     string // "request.received", "offer.accepted", ...: the list is each domain's
	Role     Role
	Actor    ID
	Request  ID // when about one request
	Visit    ID // when about one visit
	Audience Audience
	// Data are the facts of the event as JSON. Personal data appear only as ciphertext or not at all: the log commits to these bytes for ever,
	// and they must stay when the key is destroyed.
	Data json.RawMessage
	// Leaf is the event's number in the tenant's log, given by Append.
	Leaf int64
}
