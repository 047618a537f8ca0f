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
	err = s.Vault.Store().Walk(ctx, func(f blob.Info) error {
		if !f.At.Before(before) {
			return nil
		}
		held, err := s.held(ctx, tenants, f.ID)
		if err != nil || held {
			return err
		}
		done++
		return s.Vault.Store().Delete(ctx, f.ID)
	})
	return done, err
}

func (s *Service) held(ctx context.Context, tenants []casefile.Tenant, id blob.ID) (bool, error) {
	var n int64
	err := s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		n = 0
		for _, tenant := range tenants {
			k, err := s.Store.Holders(ctx, t, tenant, id)
			if err != nil {
				return err
			}
			n += k
		}
		return nil
	})
	return n > 0, err
}
