package fingerprint

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
)

func randomHash(r *rand.Rand) (h Hash) {
	for i := range h {
		h[i] = byte(r.Uint32())
	}
	return h
}

func flip(r *rand.Rand, h Hash, n int) Hash {
	for _, bit := range r.Perm(256)[:n] {
		h[bit/8] ^= 1 << (bit % 8)
	}
	return h
}

func open(t testing.TB, name string) *Index {
	t.Helper()
	x, err := OpenIndex(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	return x
}

// TestSearchAgreesWithTheObviousOne compares with a plain loop over all entries.
func TestSearchAgreesWithTheObviousOne(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 2))
	name := filepath.Join(t.TempDir(), "index")
	x := open(t, name)
	var all []Entry
	base := make([]Hash, 20)
	for i := range base {
		base[i] = randomHash(r)
	}
	for i := range 3000 {
		e := Entry{Tenant: [16]byte{byte(r.IntN(3))}, Item: [16]byte{byte(i), byte(i >> 8)}, Quality: uint8(r.IntN(101))}
		e.Hash = flip(r, base[r.IntN(len(base))], r.IntN(60))
		e.Scopes[0], e.Scopes[3] = ScopeOf("order", fmt.Sprint(r.IntN(5))), ScopeOf("buyer", fmt.Sprint(r.IntN(3)))
		all = append(all, e)
	}
	if err := x.Append(all[:1]...); err != nil {
		t.Fatal(err)
	}
	if err := x.Append(all[1:]...); err != nil {
		t.Fatal(err)
	}
	again := open(t, name)
	for range 60 {
		q := Query{Tenant: [16]byte{byte(r.IntN(4))}, Radius: r.IntN(129), Limit: 1 + r.IntN(200)}
		for range []int{1, 2, 8, 11}[r.IntN(4)] {
			q.Hashes = append(q.Hashes, flip(r, base[r.IntN(len(base))], r.IntN(20)))
		}
		if r.IntN(2) == 0 {
			q.Scopes = []Scope{ScopeOf("order", "1"), ScopeOf("buyer", "0")}
		}
		want := obvious(all, q)
		for name, index := range map[string]*Index{"same": x, "reopened": again} {
			got, err := index.Search(q)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got, want) {
				t.Fatalf("%s: radius %d, %d hashes: got %d hits, want %d", name, q.Radius, len(q.Hashes), len(got), len(want))
			}
		}
	}
}

func obvious(all []Entry, q Query) []Hit {
	hits := []Hit{}
	for _, e := range all {
		h := Hit{Entry: e, Distance: 999}
		for i, hash := range q.Hashes {
			if d := Distance(hash, e.Hash); d < h.Distance {
				h.Distance, h.Query = d, i
			}
		}
		ours := len(q.Scopes) == 0
		for _, s := range e.Scopes {
			ours = ours || s != 0 && slices.Contains(q.Scopes, s)
		}
		if e.Tenant == q.Tenant && h.Distance <= q.Radius && ours {
			hits = append(hits, h)
		}
	}
	slices.SortStableFunc(hits, func(a, b Hit) int { return cmp.Compare(a.Distance, b.Distance) })
	return hits[:min(len(hits), q.Limit)]
}

func TestATornTailIsDropped(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	for _, lost := range []int{1, 50, recordSize - 1} {
		name := filepath.Join(t.TempDir(), "index")
		x := open(t, name)
		for range 5 {
			if err := x.Append(Entry{Hash: randomHash(r)}); err != nil {
				t.Fatal(err)
			}
		}
		size := x.offset(5)
		if err := os.Truncate(name, size-int64(lost)); err != nil {
			t.Fatal(err)
		}
		again := open(t, name)
		if again.Len() != 4 {
			t.Errorf("%d bytes lost: %d entries", lost, again.Len())
		}
		if err := again.Append(Entry{Hash: randomHash(r)}); err != nil {
			t.Fatal(err)
		}
		if n := open(t, name).Len(); n != 5 {
			t.Errorf("after appending: %d entries", n)
		}
	}
}

func TestDamageIsNotSilentlyDropped(t *testing.T) {
	name := filepath.Join(t.TempDir(), "index")
	x := open(t, name)
	if err := x.Append(make([]Entry, 9)...); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	b[x.offset(3)+7] ^= 1
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenIndex(name); !errors.Is(err, ErrDamaged) {
		t.Errorf("a damaged record in the middle: %v", err)
	}
	if err := os.WriteFile(name, []byte("something else that is longer than the head"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenIndex(name); !errors.Is(err, ErrForeign) {
		t.Errorf("a foreign file: %v", err)
	}
}

func TestAppendWhileSearching(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	x := open(t, filepath.Join(t.TempDir(), "index"))
	h := randomHash(r)
	var group sync.WaitGroup
	group.Go(func() {
		for range 50 {
			if err := x.Append(Entry{Hash: h}); err != nil {
				t.Error(err)
			}
		}
	})
	group.Go(func() {
		for seen := 0; seen < 50; {
			hits, err := x.Search(Query{Hashes: []Hash{h}})
			if err != nil || len(hits) < seen {
				t.Errorf("%d hits after %d: %v", len(hits), seen, err)
				return
			}
			seen = len(hits)
		}
	})
	group.Wait()
}

func FuzzOpenIndex(f *testing.F) {
	f.Add([]byte(magic))
	f.Add(encode([]byte(magic), &Entry{Quality: 7}))
	f.Fuzz(func(t *testing.T, b []byte) {
		name := filepath.Join(t.TempDir(), "index")
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
		x, err := OpenIndex(name)
		if err != nil {
			return
		}
		defer x.Close()
		if err := x.Append(Entry{}); err != nil {
			t.Fatal(err)
		}
		if _, err := x.Search(Query{Hashes: make([]Hash, 8), Radius: 128}); err != nil {
			t.Fatal(err)
		}
	})
}

// BenchmarkSearch scans a million random hashes; a ten-million one is in scripts/bench-image.
func BenchmarkSearch(b *testing.B) {
	r := rand.New(rand.NewPCG(5, 6))
	x := &Index{tenants: map[[16]byte]*column{}}
	for range 1 << 20 {
		x.insert(&Entry{Hash: randomHash(r)})
	}
	for _, n := range []int{1, 8} {
		q := Query{Radius: NearRadius}
		for range n {
			q.Hashes = append(q.Hashes, randomHash(r))
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				if _, err := x.Search(q); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
