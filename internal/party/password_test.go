package party

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"anxin/internal/casefile"
)

func testPasswords(t testing.TB, parallel int) *Passwords {
	p, err := NewPasswords(Hashing{MemoryKiB: 64, Time: 1, Threads: 1}, casefile.Source{}, parallel)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPasswords(t *testing.T) {
	p, ctx := testPasswords(t, 2), context.Background()
	phc, err := p.Hash(ctx, "pässword 一二三")
	if err != nil || !strings.HasPrefix(phc, "$argon2id$v=19$m=64,t=1,p=1$") {
		t.Fatal(phc, err)
	}
	if again, _ := p.Hash(ctx, "pässword 一二三"); again == phc {
		t.Error("no salt")
	}
	for password, want := range map[string]bool{
		"pässword 一二三": true, "pa\u0308ssword 一二三": true, // the same text, composed differently
		"passsword 一二三": false, "": false,
	} {
		if ok, _, err := p.Verify(ctx, phc, password); ok != want || err != nil {
			t.Errorf("%q: %v, %v", password, ok, err)
		}
	}
	if ok, _, err := p.Verify(ctx, "", "nobody's password"); ok || err != nil {
		t.Errorf("an account without a password opens with the dummy's: %v", err)
	}
}

// A hash of the reference implementation: argon2id, v=19, m=65536, t=2, p=1, "password", salt "somesalt".
func TestArgon2ReferenceHash(t *testing.T) {
	p := testPasswords(t, 1)
	phc := "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	if ok, _, err := p.Verify(context.Background(), phc, "password"); !ok || err != nil {
		t.Error(ok, err)
	}
}

func TestStoredCostsAreBounded(t *testing.T) {
	p := testPasswords(t, 1)
	for _, phc := range []string{
		"$argon2id$v=19$m=4194304,t=3,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=65536,t=1000,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=65536,t=2,p=255$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$",
		"$2b$12$abc", "x", strings.Repeat("$", 600),
	} {
		if ok, _, err := p.Verify(context.Background(), phc, "password"); ok || err == nil {
			t.Errorf("%.40s was accepted", phc)
		}
	}
	for _, h := range []Hashing{{1024, 3, 1}, {32 << 10, 1, 1}, {1 << 20, 3, 1}, {32 << 10, 50, 1}, {32 << 10, 3, 0}, {32 << 10, 3, 64}} {
		if h.Check() == nil {
			t.Errorf("%+v passes", h)
		}
	}
	if err := DefaultHashing().Check(); err != nil {
		t.Error(err)
	}
}

func TestCalibrateStaysInBounds(t *testing.T) {
	for _, per := range []time.Duration{time.Microsecond, time.Minute} {
		var calls int
		now := func() time.Time {
			calls++
			return time.Unix(0, 0).Add(time.Duration(calls) * per)
		}
		h := Hashing{MemoryKiB: 64, Threads: 1}.Calibrate(time.Second, now)
		if h.Time < minTime || h.Time > maxTime {
			t.Errorf("%v per hash: %d passes", per, h.Time)
		}
	}
}

// Memory is bounded: never more at once than slots, and a bounded number waits.
func TestHashingIsLimited(t *testing.T) {
	p := testPasswords(t, 1)
	release, err := p.acquire(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var busy, stopped atomic.Int64
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			_, err := p.Hash(ctx, "x")
			if casefile.Is(err, casefile.Unavailable) {
				busy.Add(1)
			} else if err == context.Canceled {
				stopped.Add(1)
			}
		})
	}
	for busy.Load() < 12 {
		time.Sleep(time.Millisecond)
	}
	cancel()
	wg.Wait()
	if busy.Load() != 12 || stopped.Load() != 8 {
		t.Errorf("%d told to come back, %d waited; want 12 and 8", busy.Load(), stopped.Load())
	}
	release()
	if _, err := p.Hash(context.Background(), "x"); err != nil {
		t.Errorf("the slot was not given back: %v", err)
	}
}

func TestCheckPassword(t *testing.T) {
	for password, key := range map[string]string{
		"short": "party.error.password_short", "一二三四五六七八九": "party.error.password_short", strings.Repeat("长", 100): "party.error.password_long",
		"password123": "party.error.password_known", "Admin@2026": "party.error.password_known", "1234567890": "party.error.password_known",
		"aaaaaaaaaaaa": "party.error.password_known", "abcdefghijkl": "party.error.password_known", "lin.wei2026": "party.error.password_known",
		"grey lamp over the door": "", "门口的灯笼是红色的呀": "", "Xk3-vv9-Qpl": "",
	} {
		err := CheckPassword(password, "lin.wei")
		got := ""
		if e, ok := err.(*casefile.Error); ok {
			got = e.Fields[0].Key
		}
		if got != key {
			t.Errorf("%q: %q, want %q", password, got, key)
		}
	}
}

func FuzzParsePHC(f *testing.F) {
	f.Add("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")
	f.Add("$argon2id$v=19$m=,t=,p=$$")
	f.Fuzz(func(t *testing.T, s string) {
		c, salt, sum, err := parsePHC(s)
		if err == nil && (c.bounded() != nil || len(salt) < 8 || len(sum) < 16) {
			t.Fatalf("%q passed with %+v", s, c)
		}
	})
}

func BenchmarkHash(b *testing.B) {
	p, err := NewPasswords(DefaultHashing(), casefile.Source{}, 2)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		p.hash("grey lamp over the door", make([]byte, saltBytes))
	}
}
