package evidence

import (
	"context"

	"anxin/internal/blob"
	"anxin/internal/casefile"
	"anxin/internal/tx"
)

// SweepOrphans deletes stored files to which no item refers any more: what an upload left that failed after its bytes were durable, and what a removal
// left that was interrupted. Files younger than StagedAge are left alone, because their item may still be on its way. It answers how many it deleted.
func (s *Service) SweepOrphans(ctx context.Context) (int, error) {
	var tenants []casefile.Tenant
	err := s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		tenants, err = s.Store.Tenants(ctx, t)
		return err
	})
	if err != nil {
		return 0, err
	}
	done := 0
	before := s.Source.Now().Add(-StagedAge)
	var old []blob.ID
	flush := func() error {
		unused, err := Unused(ctx, s.Run, s.Store, tenants, old)
		old = old[:0]
		for _, id := range unused {
			if err == nil {
				err = s.Vault.Store().Delete(ctx, id)
				done++
			}
		}
		return err
	}
	err = s.Vault.Store().Walk(ctx, func(f blob.Info) error {
		if f.At.Before(before) {
			old = append(old, f.ID)
		}
		if len(old) < UnusedBatch {
			return nil
		}
		return flush()
	})
	if err == nil {
		err = flush()
	}
	return done, err
}

// UnusedBatch is how many files are best asked for at once.
const UnusedBatch = 500

// Unused answers those of the stored files that no item of the tenants needs, in one snapshot.
func Unused(ctx context.Context, run tx.Runner, st Store, tenants []casefile.Tenant, ids []blob.ID) ([]blob.ID, error) {
	var out []blob.ID
	err := run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		out = out[:0]
		for _, id := range ids {
			used := false
			for _, tenant := range tenants {
				n, err := st.Holders(ctx, t, tenant, id)
				if err != nil {
					return err
				}
				used = used || n > 0
			}
			if !used {
				out = append(out, id)
			}
		}
		return nil
	})
	return out, err
}
