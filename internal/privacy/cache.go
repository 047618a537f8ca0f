package privacy

import (
	"container/list"
	"sync"

	"anxin/internal/casefile"
)

// keyCache keeps the newest unwrapped keys, a bounded number of them, and zeroes what it lets go. An entry counts only together with the
// wrapped form it came from.
type keyCache struct {
	mu    sync.Mutex
	max   int
	order *list.List // front: used last
	byID  map[cacheID]*list.Element
}

type cacheID struct {
	tenant  casefile.Tenant
	subject casefile.ID
}

type cacheEntry struct {
	id      cacheID
	wrapped [32]byte
	secret  [32]byte
}

func newKeyCache(max int) *keyCache {
	return &keyCache{max: max, order: list.New(), byID: map[cacheID]*list.Element{}}
}

// get answers a copy that the caller zeroes.
func (c *keyCache) get(tenant casefile.Tenant, subject casefile.ID, wrapped [32]byte) *[32]byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	el := c.byID[cacheID{tenant, subject}]
	if el == nil || el.Value.(*cacheEntry).wrapped != wrapped {
		return nil
	}
	c.order.MoveToFront(el)
	secret := el.Value.(*cacheEntry).secret
	return &secret
}

func (c *keyCache) put(tenant casefile.Tenant, subject casefile.ID, wrapped [32]byte, secret *[32]byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	id := cacheID{tenant, subject}
	c.remove(c.byID[id])
	c.byID[id] = c.order.PushFront(&cacheEntry{id, wrapped, *secret})
	for c.order.Len() > c.max {
		c.remove(c.order.Back())
	}
}

func (c *keyCache) drop(tenant casefile.Tenant, subject casefile.ID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.remove(c.byID[cacheID{tenant, subject}])
}

// purge forgets everything.
func (c *keyCache) purge() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.order.Len() > 0 {
		c.remove(c.order.Back())
	}
}

func (c *keyCache) remove(el *list.Element) {
	if el == nil {
		return
	}
	e := c.order.Remove(el).(*cacheEntry)
	delete(c.byID, e.id)
	clear(e.secret[:])
}
