package db

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"testing/fstest"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"

	"anxin/internal/casefile"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrate brings the schema up to date. A schema newer than this program is refused: an old binary must not write to it.
func (d *DB) Migrate(ctx context.Context) (applied int, err error) {
	if d.writer == nil {
		return d.migrateOn(ctx, d.read)
	}
	// The writer goroutine owns its connection; migrations use one of their own, before anything else runs.
	err = d.writer.exclusive(func() error {
		applied, err = d.migrateOn(ctx, d.writer.pool)
		return err
	})
	return applied, err
}

func (d *DB) migrateOn(ctx context.Context, pool *sql.DB) (int, error) {
	p, err := d.provider(pool)
	if err != nil {
		return 0, err
	}
	current, newest, err := versions(ctx, p)
	if err != nil {
		return 0, err
	}
	if current > newest {
		return 0, casefile.Failf(casefile.Unavailable, "error.schema_newer", "the database has schema %d, this program knows %d: run the newer anxin", current, newest)
	}
	done, err := p.Up(ctx)
	if err != nil {
		return len(done), fmt.Errorf("migrate: %w", err)
	}
	return len(done), nil
}

// SchemaVersions tells the version of the database and the newest one this program knows.
func (d *DB) SchemaVersions(ctx context.Context) (current, newest int64, err error) {
	ask := func(pool *sql.DB) error {
		p, err := d.provider(pool)
		if err == nil {
			current, newest, err = versions(ctx, p)
		}
		return err
	}
	if d.writer == nil {
		err = ask(d.read)
		return current, newest, err
	}
	err = d.writer.exclusive(func() error { return ask(d.writer.pool) })
	return current, newest, err
}

func versions(ctx context.Context, p *goose.Provider) (current, newest int64, err error) {
	sources := p.ListSources()
	newest = sources[len(sources)-1].Version
	current, err = p.GetDBVersion(ctx)
	if err != nil {
		return 0, 0, fmt.Errorf("schema version: %w", err)
	}
	return current, newest, nil
}

func (d *DB) provider(pool *sql.DB) (*goose.Provider, error) {
	rendered := fstest.MapFS{}
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		text, err := migrations.ReadFile(name)
		if err != nil {
			return nil, err
		}
		rendered[name[len("migrations/"):]] = &fstest.MapFile{Data: []byte(Render(d.dialect, string(text)))}
	}
	dialect := database.DialectSQLite3
	if d.dialect == Postgres {
		dialect = database.DialectPostgres
	}
	return goose.NewProvider(dialect, pool, rendered)
}
