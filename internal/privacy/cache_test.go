package privacy

import (
	"testing"

	"anxin/internal/casefile"
)

func TestTheCacheIsBoundedAndZeroes(t *testing.T) {
	c := newKeyCache(2)
	ids := []casefile.ID{{1}, {2}, {3}}
	secret := func(b byte) *[32]byte { return &[32]byte{b} }
	entries := map[casefile.ID]*cacheEntry{}
	put := func(i int) {
		c.put(1, ids[i], [32]byte{byte(i)}, secret(byte(i+1)))
		entries[ids[i]] = c.byID[cacheID{1, ids[i]}].Value.(*cacheEntry)
	}
	has := func(i int) bool {
		got := c.get(1, ids[i], [32]byte{byte(i)})
		return got != nil && got[0] == byte(i+1)
	}
	put(0)
	put(1)
	if !has(0) || !has(1) {
		t.Fatal("not kept")
	}
	has(0)
	put(2) // 1 was used longest ago
	if !has(0) || has(1) || !has(2) {
		t.Error("the one used longest ago must go")
	}
	if entries[ids[1]].secret != [32]byte{} {
		t.Error("what is let go must be zeroed")
	}
	if c.get(1, ids[0], [32]byte{99}) != nil || c.get(2, ids[0], [32]byte{0}) != nil {
		t.Error("another wrapped form or tenant must miss")
	}
	copied := c.get(1, ids[0], [32]byte{0})
	c.drop(1, ids[0])
	if has(0) || entries[ids[0]].secret != [32]byte{} || copied[0] != 1 {
		t.Error("dropped: the entry is zeroed, a copy given out before is the caller's")
	}
	put(0)
	put(0)
	if c.order.Len() != 2 {
		t.Errorf("%d entries", c.order.Len())
	}
	c.purge()
	if c.order.Len() != 0 || len(c.byID) != 0 || entries[ids[2]].secret != [32]byte{} {
		t.Error("purged")
	}
}
