package party

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"anxin/internal/casefile"
)

// Hashing are the costs of argon2id.
type Hashing struct {
	MemoryKiB uint32
	Time      uint32
	Threads   uint8
}

// DefaultHashing is 32 MiB, 2 passes, 1 thread: above OWASP's minimum of 19 MiB with 2 passes.
func DefaultHashing() Hashing { return Hashing{MemoryKiB: 32 << 10, Time: 2, Threads: 1} }

// Bounds of what is accepted. The lower ones hold for what an operator may configure, the upper ones also for stored hashes: a row that asks
// for 4 GiB must not take the server down.
const (
	minMemoryKiB = 19 << 10
	minTime      = 2
	maxMemoryKiB = 256 << 10
	maxTime      = 12
	maxThreads   = 4

	saltBytes = 16
	hashBytes = 32
)

// Check refuses costs that are too low to be safe or too high to be served.
func (h Hashing) Check() error {
	if h.MemoryKiB < minMemoryKiB || h.Time < minTime || h.Threads < 1 {
		return fmt.Errorf("argon2id needs at least %d KiB, %d passes, 1 thread; got %d, %d, %d", minMemoryKiB, minTime, h.MemoryKiB, h.Time, h.Threads)
	}
	return h.bounded()
}

func (h Hashing) bounded() error {
	if h.MemoryKiB > maxMemoryKiB || h.Time > maxTime || h.Threads > maxThreads || h.Time < 1 || h.Threads < 1 || h.MemoryKiB < 8*uint32(h.Threads) {
		return fmt.Errorf("argon2id costs out of bounds: %d KiB, %d passes, %d threads", h.MemoryKiB, h.Time, h.Threads)
	}
	return nil
}

// Calibrate raises the number of passes until one hash takes about the target on this machine, within the bounds. now is the clock to measure
// with. It is for `anxin doctor` and takes a few times the target.
func (h Hashing) Calibrate(target time.Duration, now func() time.Time) Hashing {
	for h.Time = minTime; h.Time < maxTime; h.Time++ {
		start := now()
		argon2.IDKey([]byte("calibration"), make([]byte, saltBytes), h.Time, h.MemoryKiB, h.Threads, hashBytes)
		took := now().Sub(start)
		if took+took/time.Duration(h.Time) > target {
			break
		}
	}
	return h
}

// Passwords hashes and checks passwords, a few at a time: each takes tens of megabytes, so without a limit a flood of log-ins would be a flood of
// memory.
type Passwords struct {
	cost    Hashing
	source  casefile.Source
	slots   chan struct{}
	waiting atomic.Int64
	maxWait int64
	dummy   string
}

// NewPasswords makes a hasher that runs at most `parallel` at once and lets eight times as many wait; the rest is told to come back. The zero
// Hashing is DefaultHashing.
func NewPasswords(cost Hashing, source casefile.Source, parallel int) (*Passwords, error) {
	if cost == (Hashing{}) {
		cost = DefaultHashing()
	}
	if err := cost.bounded(); err != nil {
		return nil, err
	}
	parallel = max(1, parallel)
	p := &Passwords{cost: cost, source: source, slots: make(chan struct{}, parallel), maxWait: int64(8 * parallel)}
	p.dummy = p.phc(make([]byte, saltBytes), make([]byte, hashBytes)) // of no password; checking one against it costs the same
	return p, nil
}

func (p *Passwords) acquire(ctx context.Context) (release func(), err error) {
	if p.waiting.Add(1) > p.maxWait {
		p.waiting.Add(-1)
		return nil, &casefile.Error{Category: casefile.Unavailable, Key: "party.error.log_in_busy", RetryAfter: 5 * time.Second}
	}
	defer p.waiting.Add(-1)
	select {
	case p.slots <- struct{}{}:
		return func() { <-p.slots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Hash makes the PHC form of a new password.
func (p *Passwords) Hash(ctx context.Context, password string) (string, error) {
	release, err := p.acquire(ctx)
	if err != nil {
		return "", err
	}
	defer release()
	return p.hash(password, p.source.Bytes(saltBytes)), nil
}

func (p *Passwords) hash(password string, salt []byte) string {
	c := p.cost
	return p.phc(salt, argon2.IDKey([]byte(norm.NFC.String(password)), salt, c.Time, c.MemoryKiB, c.Threads, hashBytes))
}

// phc writes a hash in PHC form.
func (p *Passwords) phc(salt, sum []byte) string {
	c, b64 := p.cost, base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.MemoryKiB, c.Time, c.Threads, b64.EncodeToString(salt), b64.EncodeToString(sum))
}

// Verify checks a password in the same time whether there is a hash or not (phc empty: a dummy is used and the answer is no). weak says that the
// hash was made with lower costs than today's and should be made anew.
func (p *Passwords) Verify(ctx context.Context, phc, password string) (ok, weak bool, err error) {
	release, err := p.acquire(ctx)
	if err != nil {
		return false, false, err
	}
	defer release()
	known := phc != ""
	if !known {
		phc = p.dummy
	}
	cost, salt, want, err := parsePHC(phc)
	if err != nil {
		return false, false, casefile.Failf(casefile.Internal, "error.internal", "stored password: %w", err)
	}
	got := argon2.IDKey([]byte(norm.NFC.String(password)), salt, cost.Time, cost.MemoryKiB, cost.Threads, uint32(len(want)))
	ok = subtle.ConstantTimeCompare(got, want) == 1 && known
	weak = cost.MemoryKiB < p.cost.MemoryKiB || cost.Time < p.cost.Time
	return ok, weak, nil
}

// parsePHC reads "$argon2id$v=19$m=32768,t=3,p=1$salt$hash" and refuses costs out of bounds.
func parsePHC(phc string) (c Hashing, salt, sum []byte, err error) {
	bad := fmt.Errorf("not an argon2id hash in PHC form")
	if len(phc) > 512 {
		return c, nil, nil, bad
	}
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != "v="+strconv.Itoa(argon2.Version) {
		return c, nil, nil, bad
	}
	costs := strings.Split(parts[3], ",")
	if len(costs) != 3 {
		return c, nil, nil, bad
	}
	var n [3]uint64
	for i, name := range []string{"m=", "t=", "p="} {
		text, ok := strings.CutPrefix(costs[i], name)
		if n[i], err = strconv.ParseUint(text, 10, 32); err != nil || !ok {
			return c, nil, nil, bad
		}
	}
	if n[2] > maxThreads {
		return c, nil, nil, bad
	}
	c = Hashing{MemoryKiB: uint32(n[0]), Time: uint32(n[1]), Threads: uint8(n[2])}
	if err := c.bounded(); err != nil {
		return c, nil, nil, err
	}
	if salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil || len(salt) < 8 {
		return c, nil, nil, bad
	}
	if sum, err = base64.RawStdEncoding.DecodeString(parts[5]); err != nil || len(sum) < 16 {
		return c, nil, nil, bad
	}
	return c, salt, sum, nil
}

// Bounds of passwords. Length is what counts; there are no rules about kinds of characters.
const (
	MinPassword      = 10
	MaxPasswordBytes = 256
)

// guessable are beginnings that lists of stolen passwords are full of; a password that is little more than one of them is refused.
var guessable = []string{
	"password", "passw0rd", "123456", "qwerty", "qwertyuiop", "asdfgh", "1q2w3e4r", "1qaz2wsx", "abc123", "admin", "administrator", "letmein", "welcome",
	"iloveyou", "5201314", "woaini", "147258369", "987654321", "anxin", "shouhou", "changeme", "zxcvbn", "88888888", "66666666", "00000000", "11111111",
}

// CheckPassword says why a new password is not good enough: an Invalid error of the field "password", or nil.
func CheckPassword(password, login string) error {
	password = norm.NFC.String(password)
	switch {
	case utf8.RuneCountInString(password) < MinPassword:
		return casefile.InvalidField("password", "party.error.password_short")
	case len(password) > MaxPasswordBytes:
		return casefile.InvalidField("password", "party.error.password_long")
	}
	low := strings.ToLower(password)
	plain := func(known string) bool {
		return known != "" && strings.Contains(low, known) && utf8.RuneCountInString(low)-utf8.RuneCountInString(known) <= 5
	}
	for _, g := range guessable {
		if plain(g) {
			return casefile.InvalidField("password", "party.error.password_known")
		}
	}
	if plain(strings.ToLower(login)) || fewDifferent(low) {
		return casefile.InvalidField("password", "party.error.password_known")
	}
	return nil
}

// fewDifferent reports passwords such as "aaaaaaaaaa", "ababababab" and "1234567890".
func fewDifferent(s string) bool {
	seen, steps := map[rune]bool{}, 0
	var last rune
	n := 0
	for _, r := range s {
		seen[r] = true
		if n > 0 && (r == last+1 || r == last-1) {
			steps++
		}
		last = r
		n++
	}
	return len(seen) < 5 || steps >= n-3
}
