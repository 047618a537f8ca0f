// Package blobtest has the conformance suite that every blob.Store passes, and a store in memory for tests.
package blobtest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"anxin/internal/blob"
)

// Memory is a blob.Store in memory. Tests may reach into it to damage what it holds.
type Memory struct {
	mu    sync.Mutex
	files map[blob.ID][]byte
	now   func() time.Time
}

// NewMemory makes an empty store; now may be nil.
func NewMemory(now func() time.Time) *Memory {
	if now == nil {
		now = time.Now
	}
	return &Memory{files: map[blob.ID][]byte{}, now: now}
}

// Put implements blob.Store.
func (m *Memory) Put(ctx context.Context, r io.Reader, limit int64) (blob.Info, error) {
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return blob.Info{}, err
	}
	if int64(len(b)) > limit {
		return blob.Info{}, blob.ErrTooLarge
	}
	id := blob.ID(sha256.Sum256(b))
	m.mu.Lock()
	defer m.mu.Unlock()
	m.files[id] = b
	return blob.Info{ID: id, Size: int64(len(b)), At: m.now()}, nil
}

// Bytes are the stored bytes themselves, to be damaged by a test; nil when there are none.
func (m *Memory) Bytes(id blob.ID) []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.files[id]
}

// Get implements blob.Store.
func (m *Memory) Get(ctx context.Context, id blob.ID, offset, n int64) (io.ReadCloser, error) {
	m.mu.Lock()
	b, ok := m.files[id]
	m.mu.Unlock()
	if !ok {
		return nil, blob.ErrNotFound
	}
	b = b[min(offset, int64(len(b))):]
	if n >= 0 && n < int64(len(b)) {
		b = b[:n]
	}
	return io.NopCloser(bytes.NewReader(b)), ctx.Err()
}

// Stat implements blob.Store.
func (m *Memory) Stat(ctx context.Context, id blob.ID) (blob.Info, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	b, ok := m.files[id]
	if !ok {
		return blob.Info{}, blob.ErrNotFound
	}
	return blob.Info{ID: id, Size: int64(len(b)), At: m.now()}, ctx.Err()
}

// Walk implements blob.Store.
func (m *Memory) Walk(ctx context.Context, yield func(blob.Info) error) error {
	m.mu.Lock()
	var all []blob.Info
	for id, b := range m.files {
		all = append(all, blob.Info{ID: id, Size: int64(len(b)), At: m.now()})
	}
	m.mu.Unlock()
	slices.SortFunc(all, func(a, b blob.Info) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	for _, i := range all {
		if err := errors.Join(ctx.Err(), yield(i)); err != nil {
			return err
		}
	}
	return nil
}

// Delete implements blob.Store.
func (m *Memory) Delete(ctx context.Context, id blob.ID) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.files, id)
	return ctx.Err()
}

// Conformance checks what every blob.Store promises. open gives an empty store.
func Conformance(t *testing.T, open func(t *testing.T) blob.Store) {
	for _, c := range []struct {
		name string
		run  func(t *testing.T, s blob.Store)
	}{
		{"what is put is got", putGet}, {"limits hold", limits}, {"a reader that fails leaves nothing", failing}, {"ranges", ranges},
		{"absent files", absent}, {"walk", walk}, {"concurrent puts", concurrent}, {"a context that ended", ended},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, open(t)) })
	}
}

func random(seed uint64, n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8)}).Read(b)
	return b
}

func put(t *testing.T, s blob.Store, b []byte) blob.Info {
	t.Helper()
	i, err := s.Put(t.Context(), bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func get(t *testing.T, s blob.Store, id blob.ID, offset, n int64) []byte {
	t.Helper()
	r, err := s.Get(t.Context(), id, offset, n)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func putGet(t *testing.T, s blob.Store) {
	for _, n := range []int{0, 1, 4096, 1<<20 + 1} {
		b := random(uint64(n), n)
		i, err := s.Put(t.Context(), iotest.HalfReader(iotest.DataErrReader(bytes.NewReader(b))), 2<<20)
		if err != nil || i.ID != sha256.Sum256(b) || i.Size != int64(n) || i.At.IsZero() {
			t.Fatalf("%d bytes: %+v %v", n, i, err)
		}
		if got := get(t, s, i.ID, 0, -1); !bytes.Equal(got, b) {
			t.Errorf("%d bytes came back as %d others", n, len(got))
		}
		st, err := s.Stat(t.Context(), i.ID)
		if err != nil || st.ID != i.ID || st.Size != i.Size {
			t.Errorf("stat %+v %v", st, err)
		}
		if again := put(t, s, b); again.ID != i.ID {
			t.Errorf("put twice: %v and %v", i.ID, again.ID)
		}
	}
}

func limits(t *testing.T, s blob.Store) {
	b := random(1, 100_000)
	for _, limit := range []int64{0, 1, 99_999} {
		if i, err := s.Put(t.Context(), bytes.NewReader(b), limit); !errors.Is(err, blob.ErrTooLarge) {
			t.Errorf("limit %d: %+v %v", limit, i, err)
		}
	}
	if _, err := s.Stat(t.Context(), sha256.Sum256(b)); !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("a refused file is there: %v", err)
	}
	if i, err := s.Put(t.Context(), bytes.NewReader(b), 100_000); err != nil || i.Size != 100_000 {
		t.Errorf("exactly the limit: %+v %v", i, err)
	}
}

func failing(t *testing.T, s blob.Store) {
	broken := errors.New("the line dropped")
	b := random(2, 70_000)
	if _, err := s.Put(t.Context(), io.MultiReader(bytes.NewReader(b), iotest.ErrReader(broken)), 1<<20); !errors.Is(err, broken) {
		t.Errorf("the reader's error is lost: %v", err)
	}
	n := 0
	if err := s.Walk(t.Context(), func(blob.Info) error { n++; return nil }); err != nil || n != 0 {
		t.Errorf("%d files, %v", n, err)
	}
}

func ranges(t *testing.T, s blob.Store) {
	b := random(3, 1000)
	id := put(t, s, b).ID
	for _, c := range []struct{ off, n, from, to int64 }{{0, -1, 0, 1000}, {10, -1, 10, 1000}, {10, 5, 10, 15}, {990, 50, 990, 1000}, {1000, -1, 1000, 1000}, {5, 0, 5, 5}} {
		if got := get(t, s, id, c.off, c.n); !bytes.Equal(got, b[c.from:c.to]) {
			t.Errorf("from %d, %d bytes: %d bytes", c.off, c.n, len(got))
		}
	}
}

func absent(t *testing.T, s blob.Store) {
	id := blob.ID{1, 2, 3}
	if _, err := s.Get(t.Context(), id, 0, -1); !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("get: %v", err)
	}
	if _, err := s.Stat(t.Context(), id); !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("stat: %v", err)
	}
	if err := s.Delete(t.Context(), id); err != nil {
		t.Errorf("delete: %v", err)
	}
	there := put(t, s, []byte("x")).ID
	if err := s.Delete(t.Context(), there); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Stat(t.Context(), there); !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("a deleted file is there: %v", err)
	}
}

func walk(t *testing.T, s blob.Store) {
	want := map[blob.ID]int64{}
	for i := range 50 {
		info := put(t, s, random(uint64(i), i))
		want[info.ID] = info.Size
	}
	var last blob.ID
	err := s.Walk(t.Context(), func(i blob.Info) error {
		if bytes.Compare(i.ID[:], last[:]) <= 0 {
			t.Errorf("%v after %v", i.ID, last)
		}
		if size, ok := want[i.ID]; !ok || size != i.Size || i.At.IsZero() {
			t.Errorf("walk found %+v", i)
		}
		delete(want, i.ID)
		last = i.ID
		return nil
	})
	if err != nil || len(want) != 0 {
		t.Errorf("walk missed %d: %v", len(want), err)
	}
	stop := errors.New("enough")
	n := 0
	if err := s.Walk(t.Context(), func(blob.Info) error { n++; return stop }); !errors.Is(err, stop) || n != 1 {
		t.Errorf("walk went on after an error: %d, %v", n, err)
	}
}

func concurrent(t *testing.T, s blob.Store) {
	var wg sync.WaitGroup
	errs := make(chan error, 64)
	for i := range 64 {
		wg.Go(func() {
			b := random(uint64(i%16), 10_000)
			info, err := s.Put(context.Background(), bytes.NewReader(b), 10_000)
			if err != nil {
				errs <- err
				return
			}
			if info.ID != sha256.Sum256(b) {
				errs <- fmt.Errorf("put %d has the wrong hash", i)
			}
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		t.Error(err)
	}
	n := 0
	if err := s.Walk(t.Context(), func(blob.Info) error { n++; return nil }); err != nil || n != 16 {
		t.Errorf("%d files instead of 16: %v", n, err)
	}
}

func ended(t *testing.T, s blob.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Put(ctx, bytes.NewReader([]byte("x")), 1); !errors.Is(err, context.Canceled) {
		t.Errorf("put: %v", err)
	}
	if _, err := s.Stat(t.Context(), sha256.Sum256([]byte("x"))); !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("it was stored all the same: %v", err)
	}
}
