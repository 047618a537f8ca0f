package party

import (
	"container/list"
	"crypto/sha256"
	"sync"
	"time"

	"anxin/internal/casefile"
)

// LimitKind names a rate limit.
type LimitKind string

// The rate limits. The key of each is in its line of DefaultRates.
const (
	LimitPages    LimitKind = "pages"
	LimitNet      LimitKind = "net"
	LimitReport   LimitKind = "report"
	LimitPhone    LimitKind = "phone"
	LimitLogIn    LimitKind = "log_in"
	LimitLink     LimitKind = "link"
	LimitUpload   LimitKind = "upload"
	LimitLookup   LimitKind = "lookup"
	LimitAccount  LimitKind = "account"
	LimitKey      LimitKind = "key"
	LimitTenant   LimitKind = "tenant"
	LimitRefusals LimitKind = "refusals"
)

// Quota is a token bucket: Burst at once, and one more every Every.
type Quota struct {
	Burst int
	Every time.Duration
	// Key and Why document the limit.
	Key, Why string
}

// DefaultRates are the documented limits (docs/design/party.md lists them from here). Report is set from the operator's configuration.
func DefaultRates() map[LimitKind]Quota {
	return map[LimitKind]Quota{
		LimitPages:    {600, 50 * time.Millisecond, "address", "everything but assets; an office behind one address asks 20 times a second"},
		LimitNet:      {4000, 8 * time.Millisecond, "IPv6 /48", "somebody with many /64s"},
		LimitReport:   {20, 3 * time.Second, "address", "reports; a shop may hand in several"},
		LimitPhone:    {5, 10 * time.Minute, "phone index", "reports and codes for one phone, typed by anybody"},
		LimitLogIn:    {20, 3 * time.Second, "address", "log-ins before passwords are even hashed; failures are counted apart and for longer"},
		LimitLink:     {60, time.Second, "case link", "acts of one customer"},
		LimitUpload:   {40, 2 * time.Second, "address or link", "photos"},
		LimitLookup:   {30, 2 * time.Second, "address", "coverage and verify, which must not be used to list people or places"},
		LimitAccount:  {300, 100 * time.Millisecond, "account", "pages and acts of one member of staff"},
		LimitKey:      {200, 50 * time.Millisecond, "API key", "calls of one integration"},
		LimitTenant:   {2000, 2 * time.Millisecond, "tenant", "acts of a whole tenant, so that one does not starve the others"},
		LimitRefusals: {20, 30 * time.Second, "actor", "lines about refusals in the access log"},
	}
}

// Limits are token buckets in memory, bounded in number: the least recently used are forgotten first. They are per process and start full after a
// restart; what must survive one (failed log-ins, codes sent) is counted in the database.
type Limits struct {
	source casefile.Source
	rates  map[LimitKind]Quota
	size   int

	mu      sync.Mutex
	buckets map[bucketKey]*list.Element
	order   *list.List // front: most recently used
}

type bucketKey [16]byte

// bucket keeps when it will be full again (generic cell rate algorithm): one time instead of a count and a time.
type bucket struct {
	key  bucketKey
	full time.Time
}

// NewLimits makes limits with at most size buckets (0: 100,000, about 15 MB). Rates that are not given are those of DefaultRates.
func NewLimits(source casefile.Source, rates map[LimitKind]Quota, size int) *Limits {
	if size == 0 {
		size = 100_000
	}
	all := DefaultRates()
	for k, r := range rates {
		all[k] = r
	}
	return &Limits{source: source, rates: all, size: size, buckets: map[bucketKey]*list.Element{}, order: list.New()}
}

// Take takes a token of the bucket of a key and answers 0, or how long to wait when there is none.
func (l *Limits) Take(kind LimitKind, key string) time.Duration {
	r, ok := l.rates[kind]
	if !ok || r.Burst <= 0 || r.Every <= 0 {
		return 0
	}
	sum := sha256.Sum256([]byte(string(kind) + "\x00" + key))
	id := bucketKey(sum[:16])
	now := l.source.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	e, ok := l.buckets[id]
	if ok {
		l.order.MoveToFront(e)
	} else {
		e = l.order.PushFront(&bucket{key: id, full: now})
		l.buckets[id] = e
		if l.order.Len() > l.size {
			last := l.order.Back()
			l.order.Remove(last)
			delete(l.buckets, last.Value.(*bucket).key)
		}
	}
	b := e.Value.(*bucket)
	full := b.full
	if full.Before(now) {
		full = now
	}
	full = full.Add(r.Every)
	if wait := full.Sub(now) - time.Duration(r.Burst)*r.Every; wait > 0 {
		return wait
	}
	b.full = full
	return 0
}

// Check is Take as an error: Limited with the time to wait, or nil.
func (l *Limits) Check(kind LimitKind, key string) error {
	if wait := l.Take(kind, key); wait > 0 {
		return &casefile.Error{Category: casefile.Limited, Key: "party.error.too_many", RetryAfter: max(wait, time.Second)}
	}
	return nil
}

// Len is the number of buckets held, for metrics.
func (l *Limits) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.order.Len()
}
