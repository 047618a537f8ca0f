package db_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"anxin/internal/casefile"
	"anxin/internal/db"
	"anxin/internal/db/dbtest"
	"anxin/internal/tx"
)

var (
	putCase = stmts.Stmt("testdata_test/insert_case")
	getCase = stmts.Stmt("testdata_test/select_case")
)

func fill(t *testing.T, d *db.DB) {
	t.Helper()
	err := d.Write(context.Background(), func(ctx context.Context, x tx.Tx) error {
		if _, err := x.Exec(ctx, insert, 1, "禾木\n\"quoted\" <b>", int64(1)<<60+3); err != nil {
			return err
		}
		_, err := x.Exec(ctx, putCase, 1, casefile.ID{1, 2, 0xff}, "261122483917", casefile.ID{9}, "zh", 5, nil, 0)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A dump of either engine restores into either engine.
func TestDumpMovesBetweenEngines(t *testing.T) {
	ctx := context.Background()
	dbtest.Each(t, func(t *testing.T, from *db.DB) {
		fill(t, from)
		var dump bytes.Buffer
		if err := from.Dump(ctx, &dump); err != nil {
			t.Fatal(err)
		}
		dbtest.Each(t, func(t *testing.T, to *db.DB) {
			if err := to.Restore(ctx, bytes.NewReader(dump.Bytes())); err != nil {
				t.Fatal(err)
			}
			var again bytes.Buffer
			if err := to.Dump(ctx, &again); err != nil {
				t.Fatal(err)
			}
			if again.String() != dump.String() {
				t.Errorf("the dump of the restored database differs:\n%s\n%s", again.String(), dump.String())
			}
			var id casefile.ID
			err := to.Read(ctx, func(ctx context.Context, x tx.Tx) error { return x.QueryRow(ctx, getCase, 1, "261122483917").Scan(&id) })
			if err != nil || id != (casefile.ID{1, 2, 0xff}) {
				t.Errorf("got %v, %v", id, err)
			}
		})
	})
}

func TestBrokenDumpRestoresNothing(t *testing.T) {
	ctx := context.Background()
	from := dbtest.SQLite(t)
	fill(t, from)
	var dump bytes.Buffer
	if err := from.Dump(ctx, &dump); err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(dump.String(), "\n")
	dbtest.Each(t, func(t *testing.T, to *db.DB) {
		for name, text := range map[string]string{
			"cut":           strings.Join(lines[:len(lines)-2], ""),
			"row lost":      strings.Replace(dump.String(), lines[2], "", 1),
			"not a dump":    "hello",
			"empty":         "",
			"strange table": lines[0] + `{"table":"pg_class; DROP","columns":["a"]}` + "\n",
			"strange name":  lines[0] + `{"table":"tenant","columns":["a) --"]}` + "\n",
			"other schema":  strings.Replace(dump.String(), `"schema":`, `"schema":9`, 1),
		} {
			if err := to.Restore(ctx, strings.NewReader(text)); !casefile.Is(err, casefile.Invalid) {
				t.Errorf("%s: got %v", name, err)
			}
			if n := countTenants(t, to); n != 0 {
				t.Fatalf("%s left %d rows", name, n)
			}
		}
	})
}
