package seal_test

import (
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"testing"
	"time"

	"anxin/seal"

	"golang.org/x/mod/sumdb/tlog"
)

// memStore is a log in memory: the smallest Store and Source there is.
type memStore struct {
	leaves [][]byte
	hashes []seal.Hash
	size   int64
}

func (m *memStore) Size() (int64, error) { return m.size, nil }

func (m *memStore) AddLeaf(index int64, leaf []byte, hashes []seal.Hash) error {
	if index != m.size || tlog.StoredHashIndex(0, index) != int64(len(m.hashes)) {
		return fmt.Errorf("leaf %d at size %d", index, m.size)
	}
	m.leaves, m.hashes, m.size = append(m.leaves, leaf), append(m.hashes, hashes...), m.size+1
	return nil
}

func (m *memStore) ReadHashes(indexes []int64) ([]seal.Hash, error) {
	out := make([]seal.Hash, len(indexes))
	for i, x := range indexes {
		if x < 0 || x >= int64(len(m.hashes)) {
			return nil, fmt.Errorf("no hash %d", x)
		}
		out[i] = m.hashes[x]
	}
	return out, nil
}

func (m *memStore) Leaves(first, n int64, yield func(int64, []byte) error) error {
	for i := first; i < first+n && i < int64(len(m.leaves)); i++ {
		if m.leaves[i] == nil {
			continue
		}
		if err := yield(i, m.leaves[i]); err != nil {
			return err
		}
	}
	return nil
}

const origin = "after-sales.example/log/1"

func testSigner(t testing.TB, origin string, seed byte) *seal.Signer {
	t.Helper()
	s, err := seal.NewSigner(origin, ed25519.NewKeyFromSeed(append(make([]byte, 31), seed)))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func testLeaf(i int) seal.Leaf {
	return seal.Leaf{
		Kind: "event", Tenant: 1, Case: seal.ID{1, byte(i >> 8), byte(i)}, Seq: int64(i % 7), At: time.UnixMicro(1_795_344_377_000_000 + int64(i)).UTC(),
		Subjects: []seal.ID{{2, byte(i >> 8), byte(i)}}, Digest: sha256.Sum256(fmt.Append(nil, "record ", i)),
	}
}

// grow appends leaves up to the size.
func grow(t testing.TB, m *memStore, size int) {
	t.Helper()
	for i := int(m.size); i < size; i++ {
		if _, err := seal.Append(m, testLeaf(i)); err != nil {
			t.Fatal(err)
		}
	}
}

func signed(t testing.TB, m *memStore, s *seal.Signer, size int64) []byte {
	t.Helper()
	root, err := seal.Root(m, size)
	if err != nil {
		t.Fatal(err)
	}
	b, err := s.Checkpoint(size, root)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestEveryLeafIsProvenAndNoOtherIs(t *testing.T) {
	m, s := &memStore{}, testSigner(t, origin, 1)
	grow(t, m, 300)
	keys := seal.Keys{s.Key()}
	for _, size := range []int64{1, 2, 3, 7, 8, 255, 256, 257, 300} {
		note := signed(t, m, s, size)
		for index := int64(0); index < size; index += 1 + size/40 {
			p, err := seal.NewProof(m, index, note)
			if err != nil {
				t.Fatal(err)
			}
			q, err := seal.ParseProof(p.Marshal())
			if err != nil {
				t.Fatalf("own proof does not parse: %v", err)
			}
			if _, err := q.Check(keys, m.leaves[index]); err != nil {
				t.Errorf("size %d leaf %d: %v", size, index, err)
			}
			if _, err := q.Check(keys, m.leaves[(index+1)%300]); !errors.Is(err, seal.ErrProof) {
				t.Errorf("size %d: the proof of leaf %d also proves its neighbour: %v", size, index, err)
			}
		}
		if _, err := seal.NewProof(m, size, note); !errors.Is(err, seal.ErrShrunk) {
			t.Errorf("a leaf beyond the tree was proven: %v", err)
		}
	}
}

func TestGrowthProofsHoldAndARewrittenPastFails(t *testing.T) {
	m, s := &memStore{}, testSigner(t, origin, 1)
	grow(t, m, 130)
	other := &memStore{}
	for i := range 130 {
		l := testLeaf(i)
		if i == 5 {
			l.Seq++
		}
		if _, err := seal.Append(other, l); err != nil {
			t.Fatal(err)
		}
	}
	open := func(m *memStore, size int64) seal.Checkpoint {
		c, err := s.Key().Open(signed(t, m, s, size))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	for older := int64(0); older <= 130; older += 13 {
		proof, err := seal.ProveGrowth(m, 130, older)
		if err != nil {
			t.Fatal(err)
		}
		if err := seal.CheckGrowth(proof, open(m, 130), open(m, older)); err != nil {
			t.Errorf("from %d: %v", older, err)
		}
		if older < 6 {
			continue
		}
		if err := seal.CheckGrowth(proof, open(m, 130), open(other, older)); err == nil {
			t.Errorf("from %d: a log with another leaf 5 passes for the beginning of this one", older)
		}
	}
	if err := seal.CheckGrowth(nil, open(m, 5), open(m, 7)); !errors.Is(err, seal.ErrShrunk) {
		t.Errorf("a shorter log passes for a grown one: %v", err)
	}
}

func TestAppendSeveralAtOnceIsAppendOneByOne(t *testing.T) {
	one, many := &memStore{}, &memStore{}
	var leaves []seal.Leaf
	for i := range 37 {
		leaves = append(leaves, testLeaf(i))
	}
	grow(t, one, 37)
	first, err := seal.Append(many, leaves[:20]...)
	if err != nil || first != 0 {
		t.Fatalf("first = %d, %v", first, err)
	}
	if first, err = seal.Append(many, leaves[20:]...); err != nil || first != 20 {
		t.Fatalf("first = %d, %v", first, err)
	}
	a, _ := seal.Root(one, 37)
	b, err := seal.Root(many, 37)
	if err != nil || a != b {
		t.Errorf("roots %v and %v: %v", a, b, err)
	}
}

func TestCheckpointOpensOnlyUnderItsOwnKeyAndOrigin(t *testing.T) {
	m, s := &memStore{}, testSigner(t, origin, 1)
	grow(t, m, 9)
	note := signed(t, m, s, 9)
	if c, err := s.Key().Open(note); err != nil || c.Size != 9 || c.Origin != origin {
		t.Fatalf("%+v %v", c, err)
	}
	sameNameOtherKey, otherName := testSigner(t, origin, 2), testSigner(t, "after-sales.example/log/2", 1)
	for name, k := range map[string]seal.Key{"another key": sameNameOtherKey.Key(), "another log": otherName.Key()} {
		if _, err := k.Open(note); !errors.Is(err, seal.ErrCheckpoint) {
			t.Errorf("%s opens it: %v", name, err)
		}
	}
	if c, err := (seal.Keys{sameNameOtherKey.Key(), s.Key()}).Open(note); err != nil || c.Size != 9 {
		t.Errorf("a log that changed its key: %v", err)
	}
	for i := range note {
		for b := 1; b < 256; b <<= 1 {
			bad := append([]byte(nil), note...)
			bad[i] ^= byte(b)
			if c, err := s.Key().Open(bad); err == nil {
				t.Fatalf("byte %d changed and it still opens as %+v:\n%s", i, c, bad)
			}
		}
	}
	again, err := seal.ParseKey("  " + string(s.Key()) + "\n")
	if err != nil || again != s.Key() || again.Origin() != origin || len(again.Fingerprint()) != 64+7 {
		t.Errorf("%q %q %v", again, again.Fingerprint(), err)
	}
}

// The example of C2SP tlog-checkpoint, so that the form is the published one and not only our own.
func TestCheckpointTextIsTheC2SPForm(t *testing.T) {
	c, err := seal.PeekCheckpoint([]byte("example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n" +
		"— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"))
	if err != nil || c.Size != 20852163 || c.Origin != "example.com/behind-the-sofa" {
		t.Errorf("%+v %v", c, err)
	}
}

func TestSignerRefusesNamesThatANoteCannotCarry(t *testing.T) {
	key := ed25519.NewKeyFromSeed(make([]byte, 32))
	for _, bad := range []string{"", "a b", "a+b", "a\nb", " a", "全角　空格"} {
		if _, err := seal.NewSigner(bad, key); !errors.Is(err, seal.ErrCheckpoint) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if _, err := seal.NewSigner("a", key[:5]); !errors.Is(err, seal.ErrCheckpoint) {
		t.Errorf("short key: %v", err)
	}
}
