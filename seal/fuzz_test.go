package seal_test

import (
	"bytes"
	"testing"

	"anxin/seal"
)

// Every reader of bytes from outside: it never panics, and what it accepts it writes again to the byte.

func FuzzRecord(f *testing.F) {
	f.Add([]byte("anxin-item/v1\nkind photo\nsize 3\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := seal.ParseRecord(text)
		if err != nil {
			return
		}
		if b, err := r.Marshal(); err != nil || !bytes.Equal(b, text) {
			t.Fatalf("%q was read and written as %q: %v", text, b, err)
		}
	})
}

func FuzzLeaf(f *testing.F) {
	b, _ := testLeaf(1).Marshal()
	f.Add(b)
	f.Fuzz(func(t *testing.T, text []byte) {
		l, err := seal.ParseLeaf(text)
		if err != nil {
			return
		}
		if b, err := l.Marshal(); err != nil || !bytes.Equal(b, text) {
			t.Fatalf("%q was read and written as %q: %v", text, b, err)
		}
	})
}

func FuzzCheckpoint(f *testing.F) {
	m, s := &memStore{}, testSigner(f, origin, 1)
	grow(f, m, 9)
	good := signed(f, m, s, 9)
	f.Add(good)
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := seal.PeekCheckpoint(text)
		if err == nil && !bytes.HasPrefix(text, []byte(c.Text())) {
			t.Fatalf("%q was read as %+v", text, c)
		}
		if c, err := s.Key().Open(text); err == nil && c.Size != 9 {
			t.Fatalf("a checkpoint that was never signed verifies: %+v", c)
		}
	})
}

func FuzzProof(f *testing.F) {
	m, s := &memStore{}, testSigner(f, origin, 1)
	grow(f, m, 9)
	p, err := seal.NewProof(m, 4, signed(f, m, s, 9))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(p.Marshal())
	leaf := m.leaves[4]
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := seal.ParseProof(text)
		if err != nil {
			return
		}
		if !bytes.Equal(p.Marshal(), text) {
			t.Fatalf("%q was read and written as %q", text, p.Marshal())
		}
		if _, err := p.Check(seal.Keys{s.Key()}, leaf); err == nil && p.Index != 4 {
			t.Fatalf("leaf 4 is proven to be leaf %d", p.Index)
		}
	})
}

func FuzzEntries(f *testing.F) {
	f.Add([]byte("\x00\x01a\x00\x00\x00\x02bc"))
	f.Fuzz(func(t *testing.T, data []byte) {
		leaves, err := seal.SplitEntries(data)
		n := 0
		for _, l := range leaves {
			n += 2 + len(l)
		}
		if err == nil && n != len(data) {
			t.Fatalf("%d of %d bytes", n, len(data))
		}
	})
}
