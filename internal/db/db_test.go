package db_test

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/db"
	"anxin/internal/db/dbtest"
	"anxin/internal/tx"
)

//go:embed testdata_test.sql
var testSQL embed.FS

var (
	stmts     = db.MustLoad(testSQL)
	insert    = stmts.Stmt("testdata_test/insert_tenant")
	count     = stmts.Stmt("testdata_test/count_tenants")
	bump      = stmts.Stmt("testdata_test/bump")
	selectRow = stmts.Stmt("testdata_test/select_backwards")
	one       = stmts.Stmt("testdata_test/one")
)

func put(d *db.DB, id int64) error {
	return d.Write(context.Background(), func(ctx context.Context, t tx.Tx) error {
		_, err := t.Exec(ctx, insert, id, fmt.Sprint("t", id), id)
		return err
	})
}

func countTenants(t *testing.T, d *db.DB) (n int64) {
	t.Helper()
	err := d.Read(context.Background(), func(ctx context.Context, x tx.Tx) error { return x.QueryRow(ctx, count).Scan(&n) })
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestWriteIsAllOrNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		boom := errors.New("boom")
		err := d.Write(context.Background(), func(ctx context.Context, x tx.Tx) error {
			if _, err := x.Exec(ctx, insert, 1, "a", 1); err != nil {
				return err
			}
			return boom
		})
		if !errors.Is(err, boom) || countTenants(t, d) != 0 {
			t.Fatalf("err %v, %d rows left", err, countTenants(t, d))
		}
	})
}

// A failing or panicking closure must not take its neighbours in the same group commit along.
func TestNeighboursInABatchAreIndependent(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var wg sync.WaitGroup
		errs := make([]error, 90)
		for i := range errs {
			wg.Go(func() {
				errs[i] = d.Write(context.Background(), func(ctx context.Context, x tx.Tx) error {
					if _, err := x.Exec(ctx, insert, i, "x", i); err != nil {
						return err
					}
					switch i % 3 {
					case 1:
						return errors.New("refused")
					case 2:
						panic("broken closure")
					}
					return nil
				})
			})
		}
		wg.Wait()
		for i, err := range errs {
			if (err == nil) != (i%3 == 0) {
				t.Errorf("closure %d: %v", i, err)
			}
		}
		if n := countTenants(t, d); n != 30 {
			t.Errorf("%d rows, want 30", n)
		}
	})
}

func TestDuplicateIsAConflictAndLosesTheTransaction(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := put(d, 7); err != nil {
			t.Fatal(err)
		}
		err := d.Write(context.Background(), func(ctx context.Context, x tx.Tx) error {
			_, err := x.Exec(ctx, insert, 7, "again", 7)
			if !db.IsDuplicate(err) || !casefile.Is(err, casefile.Conflict) {
				t.Errorf("want a duplicate, got %v", err)
			}
			if _, err := x.Exec(ctx, insert, 8, "after", 8); err == nil {
				t.Error("a statement after a failed one must fail, as it does on PostgreSQL")
			}
			return nil // swallowing the error must not commit half of it
		})
		if err == nil || countTenants(t, d) != 1 {
			t.Fatalf("err %v, rows %d", err, countTenants(t, d))
		}
	})
}

func TestNoRowIsNotFound(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		err := d.Read(context.Background(), func(ctx context.Context, x tx.Tx) error {
			var a, b int64
			return x.QueryRow(ctx, selectRow, "none", 5).Scan(&a, &b)
		})
		if !casefile.Is(err, casefile.NotFound) {
			t.Fatalf("got %v", err)
		}
	})
}

// $2 before $1 in the text: SQLite numbers parameters by appearance unless the driver maps the names.
func TestParametersGoByNumberNotByAppearance(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := put(d, 5); err != nil {
			t.Fatal(err)
		}
		err := d.Read(context.Background(), func(ctx context.Context, x tx.Tx) error {
			var id, at int64
			if err := x.QueryRow(ctx, selectRow, "t5", 5).Scan(&id, &at); err != nil {
				return err
			}
			if id != 5 || at != 5 {
				t.Errorf("got %d, %d", id, at)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestReadCannotWrite(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		err := d.Read(context.Background(), func(ctx context.Context, x tx.Tx) error {
			_, err := x.Exec(ctx, insert, 1, "a", 1)
			return err
		})
		if err == nil || countTenants(t, d) != 0 {
			t.Fatalf("a read transaction wrote: %v", err)
		}
	})
}

// Concurrent increments of one row are not lost: on PostgreSQL the row lock and the re-run do it, on SQLite the one writer.
func TestConcurrentIncrementsAdd(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if err := put(d, 1); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		seen := make([]int64, 200)
		for i := range seen {
			wg.Go(func() {
				err := d.Write(context.Background(), func(ctx context.Context, x tx.Tx) error {
					return x.QueryRow(ctx, bump, 1).Scan(&seen[i])
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		once := map[int64]bool{}
		for _, v := range seen {
			if once[v] {
				t.Fatalf("value %d was given twice", v)
			}
			once[v] = true
		}
	})
}

func TestOnCommitRunsOnlyAfterACommit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var ran []string
		for _, fail := range []bool{true, false} {
			_ = d.Write(context.Background(), func(_ context.Context, x tx.Tx) error {
				x.OnCommit(func() { ran = append(ran, fmt.Sprint(fail)) })
				if fail {
					return errors.New("no")
				}
				return nil
			})
		}
		if len(ran) != 1 || ran[0] != "false" {
			t.Fatalf("ran %v", ran)
		}
	})
}

func TestMigrateTwiceAndRefuseNewerSchema(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		if n, err := d.Migrate(ctx); err != nil || n != 0 {
			t.Fatalf("second migrate applied %d: %v", n, err)
		}
		pretend := stmts.Stmt("testdata_test/pretend_newer")
		if err := d.Write(ctx, func(ctx context.Context, x tx.Tx) error { _, err := x.Exec(ctx, pretend, 99999); return err }); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Migrate(ctx); !casefile.Is(err, casefile.Unavailable) {
			t.Fatalf("a newer schema must be refused, got %v", err)
		}
	})
}

func TestWritersAfterCloseAreRefused(t *testing.T) {
	d := dbtest.SQLite(t)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if err := put(d, 1); !casefile.Is(err, casefile.Unavailable) {
		t.Fatalf("got %v", err)
	}
}

func TestStatementsPrepareOnBoth(t *testing.T) { dbtest.CheckStatements(t, stmts) }

// Every connection of the read pool is inside a transaction, and each meets a statement that was never used before: preparing it must not wait for
// another connection, or they wait for one another for ever.
func TestReadersThatFillThePoolMeetNewStatements(t *testing.T) {
	d := dbtest.SQLite(t)
	fresh := db.MustLoad(testSQL) // statements are known by address: these were never prepared
	readers := max(8, 2*runtime.NumCPU())
	var begun sync.WaitGroup
	begun.Add(readers)
	done := make(chan error, readers)
	for range readers {
		go func() {
			done <- d.Read(context.Background(), func(ctx context.Context, x tx.Tx) error {
				begun.Done()
				begun.Wait()
				var n int64
				return x.QueryRow(ctx, fresh.Stmt("testdata_test/count_tenants")).Scan(&n)
			})
		}()
	}
	for range readers {
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(30 * time.Second):
			t.Fatal("readers wait for one another")
		}
	}
}

// What prepares statements in the background must not open the file again once Close has returned: the folder may be gone or belong to somebody else.
func TestNothingTouchesTheFilesAfterClose(t *testing.T) {
	ctx := context.Background()
	for range 60 {
		dir := t.TempDir()
		d, err := db.Open(ctx, db.Options{URL: filepath.Join(dir, "anxin.db")})
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Read(ctx, func(ctx context.Context, x tx.Tx) error {
			var n int64
			return x.QueryRow(ctx, one).Scan(&n)
		}); err != nil {
			t.Fatal(err)
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		if left, err := filepath.Glob(filepath.Join(dir, "*-*")); err != nil || len(left) > 0 {
			t.Fatalf("after closing there are %v %v", left, err)
		}
	}
}
