// Package app is the composition root: it opens the data folder, wires every package and runs the server. It is the only package that knows
// everything, and only cmd imports it.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/config"
	"anxin/internal/db"
	"anxin/internal/privacy"
	"anxin/internal/privacy/privacydb"
)

// Tenant is the operator of an installation. One installation serves one; the schema and every query are ready for more.
const Tenant casefile.Tenant = 1

// Options say what to open.
type Options struct {
	Config  config.Config
	DataDir string
	Version string
	Source  casefile.Source
	Log     *slog.Logger
	// WriteBatch is db.Options.Batch, for the benchmark that compares group commit with one transaction each.
	WriteBatch int
	// PictureCommand starts this program's picture process; empty decodes pictures inside this one.
	PictureCommand []string
	// Unsynced does not wait for the disk at each commit: for the demo's play, which can be played again.
	Unsynced bool
	// LeavePictures puts off what is done with pictures: copies until somebody looks, checks and fingerprints until this time. Zero: at once.
	LeavePictures time.Time
}

// Store is an opened data folder: database, keys and files, without the parts that serve.
type Store struct {
	Options
	DB     *db.DB
	Master *privacy.Master
	Keeper *privacy.Keeper
	// NewKey is true when the master key was created by this call: its place must be told.
	NewKey bool
}

// OpenStore makes the data folder if it is absent, opens the database, migrates it and opens the master key. An existing database without
// its key is refused: a new key could not read it.
func OpenStore(ctx context.Context, o Options) (*Store, error) {
	s, err := openUnmigrated(ctx, o)
	if err != nil {
		return nil, err
	}
	if _, err := s.DB.Migrate(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func openUnmigrated(ctx context.Context, o Options) (*Store, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if err := os.MkdirAll(o.DataDir, 0o700); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	d, err := db.Open(ctx, db.Options{URL: o.DatabaseURL(), Log: o.Log, Batch: o.WriteBatch, Unsynced: o.Unsynced})
	if err != nil {
		return nil, err
	}
	s := &Store{Options: o, DB: d}
	if s.Master, s.NewKey, err = privacy.OpenMaster(o.KeyFile(), o.Source); err != nil {
		return nil, errors.Join(fmt.Errorf("master key: %w", err), d.Close())
	}
	s.Keeper = privacy.New(s.Master, privacydb.Store{}, o.Source)
	return s, nil
}

// DatabaseURL is where the database is.
func (o Options) DatabaseURL() string {
	if o.Config.Database != "" {
		return o.Config.Database
	}
	return filepath.Join(o.DataDir, "anxin.db")
}

// KeyFile is where the master key is.
func (o Options) KeyFile() string {
	if o.Config.KeyFile != "" {
		return o.Config.KeyFile
	}
	return filepath.Join(o.DataDir, "keys", "master.json")
}

// Close closes the database.
func (s *Store) Close() error { return s.DB.Close() }
