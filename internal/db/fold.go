package db

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"sync"
)

// folder moves the write-ahead log back into the database file beside the writer. SQLite would do it inside a commit, and everybody who waits for that
// commit would wait for it too: it was the 99th percentile of a report.
type folder struct {
	pool *sql.DB
	log  *slog.Logger
	wake chan struct{}
	done sync.WaitGroup
	// rest folds, on the writer's turn, what was written meanwhile; only when nothing is left does SQLite begin the log anew.
	rest func(func(context.Context, *sql.Conn) error) error
}

const (
	foldAfterCommits = 64    // batches between two folds: the log stays at some megabytes
	foldRestPages    = 4_000 // a log longer than this (16 MB) is begun anew
)

func startFolder(pool *sql.DB, log *slog.Logger, rest func(func(context.Context, *sql.Conn) error) error) *folder {
	pool.SetMaxOpenConns(1)
	f := &folder{pool: pool, log: log, wake: make(chan struct{}, 1), rest: rest}
	f.done.Go(f.loop)
	return f
}

func (f *folder) loop() {
	for range f.wake {
		if err := f.fold(context.Background()); err != nil && !errors.Is(err, errClosed) {
			f.log.LogAttrs(context.Background(), slog.LevelError, "the write-ahead log was not folded", slog.String("error", err.Error()))
		}
	}
}

// soon asks for a fold; it never waits.
func (f *folder) soon() {
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

func (f *folder) fold(ctx context.Context) error {
	pages, err := checkpoint(ctx, f.pool)
	if err != nil || pages < foldRestPages {
		return err
	}
	return f.rest(func(ctx context.Context, c *sql.Conn) error {
		_, err := checkpoint(ctx, c)
		return err
	})
}

// checkpoint folds without waiting for anybody and answers the length of the log in pages.
func checkpoint(ctx context.Context, q interface {
	QueryRowContext(context.Context, string, ...any) *sql.Row
}) (pages int, err error) {
	var busy, folded int
	err = q.QueryRowContext(ctx, "PRAGMA wal_checkpoint(PASSIVE)").Scan(&busy, &pages, &folded)
	return pages, err
}

func (f *folder) stop() error {
	close(f.wake)
	f.done.Wait()
	return f.pool.Close()
}
