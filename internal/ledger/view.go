package ledger

import (
	"context"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"anxin/internal/casefile"
	"anxin/internal/tx"
	"anxin/seal"
)

// view is one tenant's log within one transaction: a tlog.HashReader and a seal.Source.
type view struct {
	ctx    context.Context
	t      tx.Tx
	store  Store
	tenant casefile.Tenant
}

// Source reads a tenant's log for auditors and proofs within a transaction. onLeaf, when not nil, sees every row on its way.
func Source(ctx context.Context, t tx.Tx, s Store, tenant casefile.Tenant, onLeaf func(LeafRow)) seal.Source {
	return &source{view{ctx, t, s, tenant}, onLeaf}
}

type source struct {
	view
	onLeaf func(LeafRow)
}

func storedIndex(leaf int64) int64 { return tlog.StoredHashIndex(0, leaf) }

// page bounds one query.
const page = 512

// ReadHashes implements tlog.HashReader. Runs of neighbours, which proofs never ask for and exports always, take one query.
func (v view) ReadHashes(indexes []int64) ([]seal.Hash, error) {
	out := make([]seal.Hash, 0, len(indexes))
	for i := 0; i < len(indexes); {
		n := 1
		for i+n < len(indexes) && n < page && indexes[i+n] == indexes[i]+int64(n) {
			n++
		}
		if n == 1 {
			h, err := v.store.Hash(v.ctx, v.t, v.tenant, indexes[i])
			if err != nil {
				return nil, fmt.Errorf("hash %d of the log: %w", indexes[i], err)
			}
			out = append(out, h)
		} else {
			hs, err := v.store.HashesFrom(v.ctx, v.t, v.tenant, indexes[i], indexes[i]+int64(n))
			if err != nil {
				return nil, err
			}
			if len(hs) != n {
				return nil, casefile.Failf(casefile.NotFound, "error.internal", "%d of %d hashes of the log are missing", n-len(hs), n)
			}
			out = append(out, hs...)
		}
		i += n
	}
	return out, nil
}

// Leaves implements seal.Source.
func (s *source) Leaves(first, n int64, yield func(index int64, leaf []byte) error) error {
	for next := first; ; {
		rows, err := s.store.LeavesFrom(s.ctx, s.t, s.tenant, next, int(min(n, page)))
		if err != nil {
			return err
		}
		for _, r := range rows {
			if r.Index-first >= n {
				return nil
			}
			if s.onLeaf != nil {
				s.onLeaf(r)
			}
			if err := yield(r.Index, r.Leaf); err != nil {
				return err
			}
			next = r.Index + 1
		}
		if len(rows) == 0 || next-first >= n {
			return nil
		}
	}
}
