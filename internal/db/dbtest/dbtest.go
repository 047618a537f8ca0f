// Package dbtest runs a test on both database engines.
//
// SQLite lives in the test's temporary folder. PostgreSQL is a real server, started once per test program from the installed binaries, with its
// files in memory-backed storage where there is some; it dies with the test program. When no server is installed the PostgreSQL half is skipped loudly, or fails
// when ANXIN_REQUIRE_PG=1 (CI). ANXIN_TEST_PG=postgres://… uses a running server instead.
//
// A test program migrates each engine once; every test gets a copy of that, because dozens of migrations cost more than most tests.
package dbtest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"anxin/internal/db"
)

// Each runs f as two subtests, "sqlite" and "postgres", each with a migrated, empty database.
func Each(t *testing.T, f func(t *testing.T, d *db.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { f(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { f(t, Postgres(t)) })
}

// SQLite opens a migrated SQLite database in the test's temporary folder.
func SQLite(t testing.TB) *db.DB {
	t.Helper()
	file := filepath.Join(t.TempDir(), "anxin.db")
	migrated, err := migratedFile()
	if err == nil {
		err = os.WriteFile(file, migrated, 0o600)
	}
	if err != nil {
		t.Fatalf("a migrated file: %v", err)
	}
	return open(t, file)
}

// Postgres opens a migrated database of its own on the shared server; it skips (or fails) when there is none.
func Postgres(t testing.TB) *db.DB {
	t.Helper()
	s := running(t)
	name, err := s.migrated()
	if err != nil {
		t.Fatalf("a migrated database: %v", err)
	}
	return open(t, fresh(t, s, name))
}

// PostgresURL is a fresh, empty database on the shared server.
func PostgresURL(t testing.TB) string {
	t.Helper()
	return fresh(t, running(t), "")
}

func running(t testing.TB) *server {
	t.Helper()
	s, err := shared()
	if err != nil {
		if os.Getenv("ANXIN_REQUIRE_PG") == "1" {
			t.Fatalf("PostgreSQL is required here and could not be started: %v", err)
		}
		t.Skipf("NO POSTGRESQL, HALF OF THIS TEST DID NOT RUN: %v (apt-get install postgresql)", err)
	}
	return s
}

func fresh(t testing.TB, s *server, copyOf string) string {
	t.Helper()
	name, err := s.fresh(context.Background(), copyOf)
	if err != nil {
		t.Fatalf("fresh database: %v", err)
	}
	return s.dsn(name)
}

// migratedFile is the content of a migrated SQLite database.
var migratedFile = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "anxin-migrated-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "anxin.db")
	if err := migrate(file); err != nil {
		return nil, err
	}
	return os.ReadFile(file)
})

func migrate(url string) error {
	ctx := context.Background()
	d, err := db.Open(ctx, db.Options{URL: url})
	if err != nil {
		return err
	}
	_, err = d.Migrate(ctx)
	return errors.Join(err, d.Close())
}

func open(t testing.TB, url string) *db.DB {
	t.Helper()
	ctx := context.Background()
	d, err := db.Open(ctx, db.Options{URL: url, Rehearse: os.Getenv("ANXIN_REHEARSE") != ""})
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	if _, err := d.Migrate(ctx); err != nil {
		t.Fatalf("migrate: %v", err)
	}
	return d
}

// CheckStatements prepares every statement on both engines: SQL that only one of them understands fails here.
func CheckStatements(t *testing.T, s *db.Statements) {
	t.Helper()
	Each(t, func(t *testing.T, d *db.DB) {
		for _, stmt := range s.All() {
			if err := d.Prepare(context.Background(), stmt); err != nil {
				t.Error(err)
			}
		}
	})
}
