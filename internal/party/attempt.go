package party

import (
	"context"
	"net/netip"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/tx"
)

// Backoff is how long guessing must wait: nothing for the first Free tries, then First, doubled at each further one up to Max. A bucket that was
// quiet for Forget starts again.
type Backoff struct {
	Free       int64
	First, Max time.Duration
	Forget     time.Duration
}

// The delays. They are kept in the database, so that a restart does not reset them.
var (
	// byLogin counts failed passwords of one login name, whether it exists or not.
	byLogin = Backoff{Free: 5, First: 30 * time.Second, Max: 30 * time.Minute, Forget: 24 * time.Hour}
	// byAddress counts failed log-ins from one address (IPv6: one /64); an office shares one.
	byAddress = Backoff{Free: 30, First: 30 * time.Second, Max: time.Hour, Forget: 6 * time.Hour}
	// byCode counts wrong second factors of one account. At a try per half hour, guessing one of three valid codes in a million takes decades.
	byCode = Backoff{Free: 5, First: time.Minute, Max: 30 * time.Minute, Forget: 24 * time.Hour}
	// byPhoneSend counts codes sent to one phone.
	byPhoneSend = Backoff{Free: 3, First: 10 * time.Minute, Max: 12 * time.Hour, Forget: 24 * time.Hour}
	// byPhoneAddress counts codes asked for from one address.
	byPhoneAddress = Backoff{Free: 10, First: time.Minute, Max: 6 * time.Hour, Forget: 24 * time.Hour}
)

// after is the delay after the n-th try.
func (b Backoff) after(n int64) time.Duration {
	if n < b.Free {
		return 0
	}
	d := b.First
	for i := b.Free; i < n && d < b.Max; i++ {
		d *= 2
	}
	return min(d, b.Max)
}

// attempts charges buckets.
type attempts struct {
	store  AttemptStore
	keeper Keeper
	source casefile.Source
}

func (a attempts) bucket(purpose string, parts ...[]byte) []byte {
	return a.keeper.Derive("attempt/"+purpose, parts...)[:20]
}

// addressBucket is of one address; of IPv6 of the /64, which one household or phone has.
func (a attempts) addressBucket(purpose string, addr netip.Addr) []byte {
	return a.bucket(purpose, []byte(AddressKey(addr)))
}

// AddressKey is what addresses are counted by: IPv4 whole, IPv6 by /64. Absent addresses share one key.
func AddressKey(addr netip.Addr) string {
	addr = addr.Unmap()
	if addr.Is6() {
		if p, err := addr.WithZone("").Prefix(64); err == nil {
			return p.String()
		}
	}
	return addr.String()
}

// charge counts a try before it is checked, so that many at once cannot all get in under the limit, and answers Limited when the bucket is
// locked. until is how long the bucket is locked after this try, should it fail.
func (a attempts) charge(ctx context.Context, t tx.Tx, b Backoff, bucket []byte) (until time.Time, err error) {
	now := a.source.Now()
	n, err := a.store.ChargeAttempt(ctx, t, bucket, now, now.Add(-b.Forget))
	if casefile.Is(err, casefile.NotFound) {
		_, locked, err := a.store.Attempt(ctx, t, bucket)
		if err != nil {
			return time.Time{}, err
		}
		wait := max(locked.Sub(now), time.Second)
		return locked, &casefile.Error{Category: casefile.Limited, Key: "party.error.wait", RetryAfter: wait}
	}
	if err != nil {
		return time.Time{}, err
	}
	d := b.after(n)
	if d == 0 {
		return time.Time{}, nil
	}
	until = now.Add(d)
	return until, a.store.LockAttempt(ctx, t, bucket, until)
}
