package check

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"anxin/internal/casefile"
	"anxin/internal/clock"
	"anxin/internal/tx"
)

// fillBatch bounds what one run of the job looks at, so that others get their turn and little is lost by a restart; videos take long and count for it all.
const fillBatch = 8

type fillJob struct {
	After casefile.ID `json:"after"` // the last item that was looked at
}

// Fill begins to make what older items of a tenant lack: prints and sketches of pictures that came before they were made, frames of videos that came before ffmpeg was installed. It is
// called at every start; with nothing to do it ends after one query, and what is under way already goes on where it was.
func (s *Service) Fill(ctx context.Context, tenant casefile.Tenant) error {
	return s.Run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		list, err := s.Store.Lacking(ctx, t, tenant, casefile.Nil, s.Films.Installed(), 1)
		if err != nil || len(list) == 0 {
			return err
		}
		payload, err := json.Marshal(fillJob{})
		if err != nil {
			return err
		}
		return s.Timers.Ensure(ctx, t, clock.Timer{Tenant: tenant, Lane: clock.JobLane, Kind: FillKind, Dedupe: FillKind, Due: s.Source.Now(), Payload: payload})
	})
}

// fillWork looks at the next few items. The next run is set in the transaction that stores what was found, so a killed process repeats at most one batch.
func (s *Service) fillWork(ctx context.Context, tm clock.Timer) (func(ctx context.Context, t tx.Tx) error, error) {
	var j fillJob
	if err := json.Unmarshal(tm.Payload, &j); err != nil {
		return nil, clock.Hopeless(fmt.Errorf("payload of %s: %w", FillKind, err))
	}
	var list []Media
	err := s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		list, err = s.Store.Lacking(ctx, t, tm.Tenant, j.After, s.Films.Installed(), fillBatch)
		return err
	})
	if err != nil || len(list) == 0 {
		return nil, err
	}
	var writes []func(ctx context.Context, t tx.Tx) error
	for _, m := range list {
		write, err := s.lacks(ctx, m)
		if err != nil {
			return nil, err
		}
		writes = append(writes, write)
		if j.After = m.Item; isVideo(m.Type) {
			break
		}
	}
	payload, err := json.Marshal(j)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, t tx.Tx) error {
		for _, write := range writes {
			if err := write(ctx, t); err != nil {
				return err
			}
		}
		return s.Timers.Set(ctx, t, clock.Timer{Tenant: tm.Tenant, Lane: clock.JobLane, Kind: FillKind, Dedupe: FillKind, Due: s.Source.Now(), Payload: payload})
	}, nil
}

// lacks makes what an item lacks and answers what stores it. What is gone from the vault is marked, so that nobody looks for it again.
func (s *Service) lacks(ctx context.Context, m Media) (func(ctx context.Context, t tx.Tx) error, error) {
	f, err := s.Vault.File(ctx, m.Tenant, m.Case, m.Item)
	if isVideo(m.Type) {
		x := Film{State: FilmGone}
		if err == nil {
			x, err = s.film(ctx, m.Tenant, f)
		}
		if casefile.Is(err, casefile.NotFound) {
			x, err = Film{State: FilmGone}, nil
		}
		return func(ctx context.Context, t tx.Tx) error {
			return s.Store.SetFilm(ctx, t, m.Tenant, m.Item, x, s.Source.Now())
		}, err
	}
	p := Picture{}
	if err == nil && strings.HasPrefix(m.Type, "image/") {
		p, err = s.look(ctx, m.Tenant, f)
	}
	if casefile.Is(err, casefile.NotFound) {
		p, err = Picture{}, nil
	}
	return func(ctx context.Context, t tx.Tx) error { return s.setPrint(ctx, t, m, p) }, err
}
