package party

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"pgregory.net/rapid"

	"anxin/internal/casefile"
)

func limitsAt(now *time.Time, size int) *Limits {
	return NewLimits(casefile.Source{Clock: func() time.Time { return *now }}, map[LimitKind]Quota{LimitReport: {Burst: 3, Every: 10 * time.Second}}, size)
}

func TestLimits(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	l := limitsAt(&now, 0)
	for range 3 {
		if w := l.Take(LimitReport, "a"); w != 0 {
			t.Fatal("refused within the burst")
		}
	}
	if w := l.Take(LimitReport, "a"); w != 10*time.Second {
		t.Fatalf("wait %v", w)
	}
	if w := l.Take(LimitReport, "b"); w != 0 {
		t.Fatal("another key is counted with it")
	}
	now = now.Add(9 * time.Second)
	if l.Take(LimitReport, "a") == 0 {
		t.Fatal("allowed too early")
	}
	now = now.Add(time.Second)
	if l.Take(LimitReport, "a") != 0 || l.Take(LimitReport, "a") == 0 {
		t.Fatal("one token every ten seconds")
	}
	err := l.Check(LimitReport, "a")
	if !casefile.Is(err, casefile.Limited) {
		t.Fatal(err)
	}
}

// Over any stretch of time no key gets more than the burst plus what flowed in, and waiting as told is always enough.
func TestLimitsNeverGiveMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		l := limitsAt(&now, 0)
		start, given := now, 0
		for range rapid.IntRange(1, 60).Draw(t, "n") {
			now = now.Add(time.Duration(rapid.IntRange(0, 15000).Draw(t, "ms")) * time.Millisecond)
			wait := l.Take(LimitReport, "k")
			if wait == 0 {
				given++
			} else if rapid.Bool().Draw(t, "obey") {
				now = now.Add(wait)
				if l.Take(LimitReport, "k") != 0 {
					t.Fatal("waited as told and was refused")
				}
				given++
			}
			if most := 3 + int(now.Sub(start)/(10*time.Second)); given > most {
				t.Fatalf("%d given, at most %d", given, most)
			}
		}
	})
}

func TestLimitsAreBounded(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	l := limitsAt(&now, 100)
	for range 3 {
		l.Take(LimitReport, "kept")
	}
	for i := range 1000 {
		l.Take(LimitReport, fmt.Sprint("flood", i))
		l.Take(LimitReport, "kept") // in use, so it must not be forgotten
	}
	if l.Len() != 100 {
		t.Errorf("%d buckets", l.Len())
	}
	if l.Take(LimitReport, "kept") == 0 {
		t.Error("a bucket in use was forgotten")
	}
}

func TestAddressKey(t *testing.T) {
	for a, want := range map[string]string{
		"198.51.100.7": "198.51.100.7", "::ffff:198.51.100.7": "198.51.100.7", "2001:db8:1:2:3::4": "2001:db8:1:2::/64", "fe80::1%eth0": "fe80::/64",
	} {
		if got := AddressKey(netip.MustParseAddr(a)); got != want {
			t.Errorf("%s: %s, want %s", a, got, want)
		}
	}
	if AddressKey(netip.Addr{}) == "" {
		t.Error("no address has no key")
	}
}

func BenchmarkLimits(b *testing.B) {
	l := NewLimits(casefile.Source{}, nil, 0)
	keys := make([]string, 4096)
	for i := range keys {
		keys[i] = fmt.Sprint("198.51.100.", i)
	}
	i := 0
	for b.Loop() {
		l.Take(LimitPages, keys[i%len(keys)])
		i++
	}
}
