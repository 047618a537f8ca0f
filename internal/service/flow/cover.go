package flow

import (
	"context"
	"sync"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/service/terms"
	"anxin/internal/tx"
)

// coverCache remembers for a little while how many people serve a place: every report asks.
type coverCache struct {
	mu   sync.Mutex
	rows map[coverKey]coverRow
}

type coverKey struct {
	tenant  casefile.Tenant
	region  string
	kind    terms.Kind
	product string
}

type coverRow struct {
	n  int
	at time.Time
}

const (
	coverAge = 30 * time.Second // other nodes change technicians too
	coverMax = 50_000
)

func newCoverCache() *coverCache { return &coverCache{rows: map[coverKey]coverRow{}} }

func (c *coverCache) get(k coverKey, now time.Time) (int, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r, ok := c.rows[k]
	return r.n, ok && now.Sub(r.at) < coverAge && !now.Before(r.at)
}

func (c *coverCache) put(k coverKey, n int, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.rows) >= coverMax {
		clear(c.rows)
	}
	c.rows[k] = coverRow{n, now}
}

func (c *coverCache) drop(tenant casefile.Tenant) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for k := range c.rows {
		if k.tenant == tenant {
			delete(c.rows, k)
		}
	}
}

// Serving tells how many active technicians are registered for a place and can do this kind of service on this product. It is the
// coarse answer (nobody's day is looked at), kept for half a minute.
func (s *Commands) Serving(ctx context.Context, tenant casefile.Tenant, code string, kind terms.Kind, product string) (int, error) {
	need, ok := s.Catalogue.Need(string(kind), product)
	if !ok || code == "" {
		return 0, nil
	}
	now := s.Source.Now()
	k := coverKey{tenant, code, kind, product}
	if n, ok := s.covers.get(k, now); ok {
		return n, nil
	}
	n := 0
	err := s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		n = 0
		for _, p := range s.registered(code) {
			m, err := s.Store.Serving(ctx, t, tenant, p, kind, product, need.Level)
			if err != nil {
				return err
			}
			n += m
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	s.covers.put(k, n, now)
	return n, nil
}
