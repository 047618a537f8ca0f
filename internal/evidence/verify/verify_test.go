package verify_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"fmt"
	"image"
	"image/jpeg"
	"io/fs"
	mrand "math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"anxin/internal/blob"
	"anxin/internal/casefile"
	"anxin/internal/casefile/casefiledb"
	"anxin/internal/clock"
	"anxin/internal/clock/clockdb"
	"anxin/internal/db"
	"anxin/internal/db/dbtest"
	"anxin/internal/evidence"
	"anxin/internal/evidence/evidencedb"
	"anxin/internal/evidence/picture"
	"anxin/internal/evidence/verify"
	"anxin/internal/ledger"
	"anxin/internal/ledger/ledgerdb"
	"anxin/internal/privacy"
	"anxin/internal/privacy/privacydb"
	"anxin/internal/tx"
	"anxin/seal"
	"anxin/seal/stamp/stamptest"

	"golang.org/x/mod/sumdb/tlog"
)

var ctx = context.Background()

// world is a small installation: two cases with events, photographs and a document, a time stamp, checkpoints, an exported copy, and a second tenant.
type world struct {
	d      *db.DB
	raw    *sql.DB // straight into the file, SQLite only
	dir    string
	files  *blob.Files
	ledger *ledger.Ledger
	line   *casefile.Timeline
	keeper *privacy.Keeper
	vault  *evidence.Service
	src    casefile.Source
	now    time.Time
	cases  []casefile.Case
}

func newWorld(t testing.TB, d *db.DB, dir string) *world {
	t.Helper()
	w := &world{d: d, dir: dir, now: time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)}
	w.src = casefile.Source{Clock: func() time.Time { w.now = w.now.Add(time.Millisecond); return w.now }}
	m, err := privacy.NewMaster(w.src)
	must(t, err)
	w.keeper = privacy.New(m, privacydb.Store{}, w.src)
	w.files, err = blob.OpenFiles(filepath.Join(dir, "vault"))
	must(t, err)
	t.Cleanup(func() { w.files.Close() })
	w.ledger, err = ledger.New(d, ledgerdb.Store{}, w.src, ledger.Options{Origin: "log.example/test", Seed: make([]byte, 32), Authority: stamptest.New(t, w.now, nil),
		Folder: func(tenant casefile.Tenant) (seal.Folder, error) { return seal.OpenDirFolder(w.copyDir(tenant)) }})
	must(t, err)
	w.line = casefile.NewTimeline(casefiledb.Store{}, w.ledger, nil, w.src)
	w.vault = evidence.New(evidence.Config{Run: d, Store: evidencedb.Store{}, Ledger: w.ledger, Keys: w.keeper, Cases: w.line, Timers: clock.New(d, clockdb.Store{}, w.src, clock.Options{}),
		Vault: blob.NewSealer(w.files, rand.Reader), Renderer: &picture.Direct{Limits: picture.DefaultLimits}, Source: w.src})
	return w
}

func (w *world) copyDir(tenant casefile.Tenant) string {
	return filepath.Join(w.dir, "log", fmt.Sprint(tenant))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) write(t testing.TB, f func(ctx context.Context, x tx.Tx) error) {
	t.Helper()
	must(t, w.d.Write(ctx, f))
}

func (w *world) newCase(t testing.TB, tenant casefile.Tenant) casefile.Case {
	t.Helper()
	c := casefile.Case{Tenant: tenant, ID: w.src.NewID(), Subject: w.src.NewID(), Lang: "zh", Created: w.src.Now()}
	w.write(t, func(ctx context.Context, x tx.Tx) error {
		if err := w.keeper.NewSubject(ctx, x, tenant, c.Subject); err != nil {
			return err
		}
		return w.line.Create(ctx, x, &c)
	})
	w.event(t, &c, "request.received")
	w.cases = append(w.cases, c)
	return c
}

func (w *world) event(t testing.TB, c *casefile.Case, kind string) {
	t.Helper()
	at := w.src.Now()
	w.write(t, func(ctx context.Context, x tx.Tx) error {
		mine, err := w.line.Lock(ctx, x, c.Tenant, c.ID)
		if err != nil {
			return err
		}
		err = w.line.Append(ctx, x, &mine, at, casefile.Event{Kind: kind, Role: casefile.Agent, Actor: casefile.ID{9}, Request: casefile.ID{8}, Audience: casefile.ForCustomer, Data: []byte(`{"n":7}`)})
		*c = mine
		return err
	})
}

func (w *world) receive(t testing.TB, c casefile.Case, kind string, b []byte) evidence.Item {
	t.Helper()
	a := casefile.Actor{Tenant: c.Tenant, Role: casefile.Customer, Route: "web"}
	i, err := w.vault.Receive(ctx, a, evidence.Incoming{Case: c.ID, Kind: kind, Taken: w.now}, bytes.NewReader(b))
	must(t, err)
	w.write(t, func(ctx context.Context, x tx.Tx) error {
		return w.vault.Attach(ctx, x, a, evidence.Attachment{Case: c.ID, Request: casefile.ID{8}, Visit: casefile.ID{7}, Kind: kind, Items: []casefile.ID{i.ID}})
	})
	return i
}

func photo(t testing.TB, shade byte) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 48, 32))
	for i := range img.Pix {
		img.Pix[i] = shade + byte(i)
	}
	var b bytes.Buffer
	must(t, jpeg.Encode(&b, img, nil))
	return b.Bytes()
}

// fill lets a day go by.
func (w *world) fill(t testing.TB) {
	t.Helper()
	one, two := w.newCase(t, 1), w.newCase(t, 1)
	other := w.newCase(t, 2)
	first := w.receive(t, one, "report_photo", photo(t, 10))
	must(t, w.ledger.TickAll(ctx))
	agent := casefile.Actor{Tenant: 1, Role: casefile.Agent, ID: casefile.ID{9}, Route: "web"}
	for _, v := range []evidence.Variant{evidence.Display, evidence.Original} {
		c, err := w.vault.Open(ctx, agent, one.ID, first.ID, v)
		must(t, err)
		must(t, c.Close())
	}
	w.event(t, &one, "offer.accepted")
	w.event(t, &two, "case.note")
	w.receive(t, two, "document", []byte("%PDF-1.7 an invented receipt"))
	must(t, w.ledger.TickAll(ctx))
	w.now = w.now.Add(2 * time.Hour)
	w.event(t, &two, "request.done")
	w.receive(t, other, "after_photo", photo(t, 90))
	must(t, w.ledger.TickAll(ctx))
	w.event(t, &one, "request.done")
}

func (w *world) config() verify.Config {
	return verify.Config{Run: w.d, Ledger: ledgerdb.Store{}, Evidence: evidencedb.Store{}, Cases: w.line, Files: w.files, LogKeys: w.ledger.Keys,
		Copy: func(tenant casefile.Tenant) (fs.FS, error) { return os.DirFS(w.copyDir(tenant)), nil }}
}

func (w *world) verify(t testing.TB, c verify.Config) (verify.Summary, []verify.Finding) {
	t.Helper()
	var out []verify.Finding
	sum, err := verify.Run(ctx, c, func(f verify.Finding) {
		if f.ZH == "" || f.EN == "" || f.Where == "" {
			t.Errorf("a finding without words: %+v", f)
		}
		out = append(out, f)
	})
	must(t, err)
	return sum, out
}

func TestAnUntouchedVaultHasNoFindings(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, t.TempDir())
		if sum, f := w.verify(t, w.config()); len(f) != 0 || sum.Leaves != 0 {
			t.Errorf("an empty installation: %+v %+v", sum, f)
		}
		w.fill(t)
		c := w.config()
		c.Deep = w.keeper
		sum, f := w.verify(t, c)
		if len(f) != 0 {
			t.Fatalf("%+v", f)
		}
		if sum.Tenants != 2 || sum.Events != 7 || sum.Items != 5 || sum.Files != 5 || sum.Custody != 5 || sum.Stamps < 2 || sum.CopyLeaves == 0 || sum.Leaves != sum.Events+sum.Items+sum.Custody+int64(sum.Stamps) {
			t.Errorf("%+v", sum)
		}
		// Erasure, removal and sweeping are part of life, not damage.
		w.write(t, func(ctx context.Context, x tx.Tx) error { return w.keeper.Destroy(ctx, x, 1, w.cases[0].Subject) })
		must(t, w.vault.Remove(ctx, casefile.SystemActor(1), w.cases[0].ID, "erased"))
		if _, f := w.verify(t, c); len(f) != 0 {
			t.Errorf("after an erasure: %+v", f)
		}
	})
}

// target is a byte string of the vault or the log that can be changed.
type target struct {
	class string // "blob", "copy" or a table
	name  string // file, or table.column of row
	b     []byte
	store func(b []byte) error
	// located says whether a finding names the place.
	located func(f verify.Finding) bool
}

// TestAnyFlippedByteIsFoundAndLocated changes a byte in 1,000 random places: stored files, the exported copy and every column of every row of the log and
// the vault. Each must be found, and a finding must name the place.
func TestAnyFlippedByteIsFoundAndLocated(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "anxin.db")
	d, err := db.Open(ctx, db.Options{URL: path})
	must(t, err)
	defer d.Close()
	_, err = d.Migrate(ctx)
	must(t, err)
	w := newWorld(t, d, dir)
	w.fill(t)
	w.raw, err = sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(5000)&_pragma=foreign_keys(0)&_pragma=synchronous(0)")
	must(t, err)
	defer w.raw.Close()
	w.raw.SetMaxOpenConns(1)

	byClass := map[string][]target{}
	for _, x := range append(w.fileTargets(t), w.rowTargets(t)...) {
		byClass[x.class] = append(byClass[x.class], x)
	}
	var classes []string
	for c := range byClass {
		classes = append(classes, c)
	}
	slices.Sort(classes)
	if want := []string{"blob", "case_event", "copy", "evidence_custody", "evidence_item", "log_checkpoint", "log_hash", "log_head", "log_leaf"}; !slices.Equal(classes, want) {
		t.Fatalf("classes %v", classes)
	}
	rng := mrand.New(mrand.NewPCG(20261122, 1))
	done := map[string]int{}
	for n := 0; n < 1000; {
		class := classes[rng.IntN(len(classes))]
		x := byClass[class][rng.IntN(len(byClass[class]))]
		bad := slices.Clone(x.b)
		i, bit := rng.IntN(len(bad)), byte(1)<<rng.IntN(8)
		bad[i] ^= bit
		if err := x.store(bad); err != nil && strings.Contains(err.Error(), "UNIQUE") {
			continue // the number of another row: the engine itself refuses it
		} else if n++; err != nil {
			t.Fatal(err)
		}
		c := w.config()
		c.LogOnly = class != "blob" // the files are not touched by the others, and reading them takes the most time
		_, found := w.verify(t, c)
		must(t, x.store(x.b))
		found = slices.DeleteFunc(found, func(f verify.Finding) bool { return f.Notice })
		if len(found) == 0 {
			t.Fatalf("%s %s: byte %d of %d changed by %#x: not found", class, x.name, i, len(bad), bit)
		}
		if !slices.ContainsFunc(found, x.located) {
			t.Fatalf("%s %s: byte %d changed by %#x: found but not located: %+v", class, x.name, i, bit, found)
		}
		done[class]++
	}
	if _, f := w.verify(t, w.config()); len(f) != 0 {
		t.Fatalf("the test did not undo itself: %+v", f)
	}
	t.Logf("changed and located: %v", done)
}

func (w *world) fileTargets(t testing.TB) []target {
	t.Helper()
	var out []target
	add := func(class, root string, located func(name string) func(verify.Finding) bool) {
		must(t, filepath.WalkDir(root, func(name string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || e.Name() == "lock" {
				return err
			}
			b, err := os.ReadFile(name)
			if err != nil || len(b) == 0 {
				return err
			}
			if err := os.Chmod(name, 0o600); err != nil {
				return err
			}
			rel, _ := filepath.Rel(root, name)
			out = append(out, target{class: class, name: name, b: b, store: func(b []byte) error { return os.WriteFile(name, b, 0o600) }, located: located(rel)})
			return nil
		}))
	}
	add("blob", filepath.Join(w.dir, "vault", "objects"), func(name string) func(verify.Finding) bool {
		return func(f verify.Finding) bool {
			return strings.HasPrefix(f.Where, "file "+filepath.Base(name)) && !f.Item.IsNil()
		}
	})
	for _, tenant := range []casefile.Tenant{1, 2} {
		add("copy", w.copyDir(tenant), func(name string) func(verify.Finding) bool {
			return func(f verify.Finding) bool { return f.Where == name && f.Tenant == tenant }
		})
	}
	return out
}

// tables are the tables of the log and the vault with the columns that name a row for people.
var tables = map[string]string{
	"log_head": "size, 0, 0", "log_leaf": "idx, 0, 0", "log_hash": "idx, 0, 0", "log_checkpoint": "size, 0, 0",
	"case_event": "leaf, 0, 0", "evidence_item": "leaf, item_id, 0", "evidence_custody": "seq, item_id, 0",
}

func (w *world) rowTargets(t testing.TB) []target {
	t.Helper()
	var out []target
	for table, key := range tables {
		columns := w.columns(t, table)
		rows, err := w.raw.Query("SELECT rowid, tenant, " + key + ", " + strings.Join(columns, ", ") + " FROM " + table)
		must(t, err)
		for rows.Next() {
			var rowid, tenant int64
			var a, b, c any
			values := make([]any, len(columns))
			dest := []any{&rowid, &tenant, &a, &b, &c}
			for i := range values {
				dest = append(dest, &values[i])
			}
			must(t, rows.Scan(dest...))
			for i, col := range columns {
				if x, ok := cell(values[i]); ok {
					x.class, x.name = table, fmt.Sprintf("%s of row %d of tenant %d", col, rowid, tenant)
					stored := values[i]
					x.store = func(b []byte) error { return w.store(table, col, rowid, stored, b) }
					x.located = rowLocated(table, col, casefile.Tenant(tenant), a, b)
					out = append(out, x)
				}
			}
		}
		must(t, rows.Err())
		rows.Close()
	}
	return out
}

func (w *world) columns(t testing.TB, table string) []string {
	t.Helper()
	rows, err := w.raw.Query("SELECT name FROM pragma_table_info($1)", table)
	must(t, err)
	defer rows.Close()
	var out []string
	for rows.Next() {
		var n string
		must(t, rows.Scan(&n))
		out = append(out, n)
	}
	return out
}

// cell is the bytes of a value as SQLite keeps it: a number has as many as it needs. NULL and the constants 0 and 1 have none.
func cell(v any) (target, bool) {
	switch v := v.(type) {
	case int64:
		if v == 0 || v == 1 {
			return target{}, false
		}
		return target{b: binary.BigEndian.AppendUint64(nil, uint64(v))[8-width(v):]}, true
	case string:
		return target{b: []byte(v)}, v != ""
	case []byte:
		return target{b: v}, len(v) > 0
	}
	return target{}, false
}

func width(v int64) int {
	for _, n := range []int{1, 2, 3, 4, 6} {
		if half := int64(1) << (8*n - 1); v >= -half && v < half {
			return n
		}
	}
	return 8
}

// store writes changed bytes back as the type they came from.
func (w *world) store(table, col string, rowid int64, was any, b []byte) error {
	query := fmt.Sprintf("UPDATE %s SET %s = $1 WHERE rowid = $2", table, col)
	var v any = b
	switch was.(type) {
	case int64:
		full := make([]byte, 8)
		if b[0]&0x80 != 0 {
			for i := range full {
				full[i] = 0xff
			}
		}
		copy(full[8-len(b):], b)
		v = int64(binary.BigEndian.Uint64(full))
	case string:
		query = fmt.Sprintf("UPDATE %s SET %s = CAST($1 AS TEXT) WHERE rowid = $2", table, col)
	}
	_, err := w.raw.Exec(query, v, rowid)
	return err
}

// rowLocated says which findings name a row of a table.
func rowLocated(table, col string, tenant casefile.Tenant, a, b any) func(verify.Finding) bool {
	n, _ := a.(int64)
	var item casefile.ID
	if raw, ok := b.([]byte); ok {
		item = casefile.ID(raw)
	}
	return func(f verify.Finding) bool {
		if f.Tenant != tenant {
			return false
		}
		switch table {
		case "log_head":
			return f.Code == seal.FoundLeafExtra || f.Code == seal.FoundShortened || f.Code == seal.FoundLeafMissing
		case "log_leaf", "case_event":
			return f.Leaf == n
		case "log_hash":
			level, at := tlog.SplitStoredHashIndex(n)
			return level == 0 && f.Leaf == at || strings.HasPrefix(f.Where, fmt.Sprintf("node %d/%d ", level, at))
		case "log_checkpoint":
			// The copy's list knows it by its size; a changed note is named by its place in the list of the database.
			return strings.Contains(f.Where, fmt.Sprintf("checkpoint of %d leaves", n)) || col == "note" && strings.HasPrefix(f.Where, "checkpoint #")
		}
		return f.Item == item
	}
}

func TestThingsTakenAwayAndPutIn(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "anxin.db")
	d, err := db.Open(ctx, db.Options{URL: path})
	must(t, err)
	defer d.Close()
	_, err = d.Migrate(ctx)
	must(t, err)
	w := newWorld(t, d, dir)
	w.fill(t)
	w.raw, err = sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(5000)")
	must(t, err)
	defer w.raw.Close()
	check := func(name string, want string, change, undo string) {
		t.Helper()
		_, err := w.raw.Exec(change)
		must(t, err)
		_, found := w.verify(t, w.config())
		if !slices.ContainsFunc(found, func(f verify.Finding) bool { return f.Code == want }) {
			t.Errorf("%s: %+v", name, found)
		}
		_, err = w.raw.Exec(undo)
		must(t, err)
	}
	for _, c := range []struct{ name, table, where, want string }{
		{"an event deleted", "case_event", "leaf = 0", verify.FoundRecordMissing},
		{"an item deleted", "evidence_item", "leaf = 2", verify.FoundRecordMissing},
		{"a custody entry deleted", "evidence_custody", "seq = 1", verify.FoundRecordMissing},
		{"the first custody entries deleted", "evidence_custody", "seq = 0", verify.FoundRecordAltered},
		{"a checkpoint with its stamp deleted", "log_checkpoint", "stamp IS NOT NULL", verify.FoundRecordMissing},
		{"a hash of the tree deleted", "log_hash", "idx = 2", seal.FoundNodeMissing},
	} {
		check(c.name, c.want, fmt.Sprintf("CREATE TABLE kept AS SELECT * FROM %s WHERE tenant = 1 AND %s; DELETE FROM %s WHERE tenant = 1 AND %s", c.table, c.where, c.table, c.where),
			fmt.Sprintf("INSERT INTO %s SELECT * FROM kept; DROP TABLE kept", c.table))
	}
	check("an event made up", verify.FoundRecordExtra,
		"INSERT INTO case_event SELECT tenant, case_id, 900, at, kind, role, actor_id, request_id, visit_id, audience, data, leaf FROM case_event WHERE tenant = 1 AND leaf = 0",
		"DELETE FROM case_event WHERE seq = 900")
	check("a custody entry made up", verify.FoundRecordExtra,
		"INSERT INTO evidence_custody SELECT tenant, case_id, item_id, 900, at, role, actor_id, 'opened', detail FROM evidence_custody WHERE tenant = 1 AND seq = 0 LIMIT 1",
		"DELETE FROM evidence_custody WHERE seq = 900")
	check("a stamp taken off", verify.FoundRecordMissing, "CREATE TABLE kept AS SELECT size, stamp FROM log_checkpoint WHERE tenant = 1; UPDATE log_checkpoint SET stamp = NULL WHERE tenant = 1",
		"UPDATE log_checkpoint SET stamp = (SELECT stamp FROM kept WHERE kept.size = log_checkpoint.size) WHERE tenant = 1; DROP TABLE kept")
	check("an item moved to another visit", verify.FoundColumnAltered, "UPDATE evidence_item SET visit_id = X'06000000000000000000000000000000' WHERE tenant = 1 AND source_id IS NULL",
		"UPDATE evidence_item SET visit_id = X'07000000000000000000000000000000' WHERE tenant = 1 AND source_id IS NULL")

	files := w.fileTargets(t)
	blobFile := files[slices.IndexFunc(files, func(x target) bool { return x.class == "blob" })]
	must(t, os.Remove(blobFile.name))
	if _, found := w.verify(t, w.config()); len(found) != 1 || found[0].Code != verify.FoundFileMissing {
		t.Errorf("a file deleted: %+v", found)
	}
	must(t, blobFile.store(blobFile.b))
	must(t, os.WriteFile(filepath.Join(dir, "vault", "objects", "00", "note.txt"), []byte("x"), 0o600))
	orphan := []byte("left by an upload that failed")
	name := fmt.Sprintf("%x", sha256.Sum256(orphan))
	must(t, os.WriteFile(filepath.Join(dir, "vault", "objects", name[:2], name), orphan, 0o600))
	sum, found := w.verify(t, w.config())
	if len(found) != 2 || sum.Findings != 1 || sum.Notices != 1 || found[0].Code != verify.FoundFileUnknown || found[1].Code != verify.FoundFileUnused {
		t.Errorf("files put in: %+v", found)
	}
}

// The operator deletes an item with its leaf and seals the log anew. The copy outside, or a checkpoint that somebody kept, shows it.
func TestARewrittenLogIsCaughtByWhatIsOutside(t *testing.T) {
	dir := t.TempDir()
	w := newWorld(t, dbtest.SQLite(t), dir)
	w.fill(t)
	kept, err := os.ReadFile(filepath.Join(w.copyDir(1), "checkpoint"))
	must(t, err)

	forged := newWorld(t, dbtest.SQLite(t), t.TempDir()) // the same keys, another past
	forged.fill(t)
	c := forged.config()
	if _, found := forged.verify(t, c); len(found) != 0 {
		t.Fatalf("%+v", found)
	}
	c.Witnessed = func(casefile.Tenant) [][]byte { return [][]byte{kept} }
	for name, cfg := range map[string]verify.Config{"a kept checkpoint": c, "the honest copy": func() verify.Config { c := forged.config(); c.Copy = w.config().Copy; return c }()} {
		_, found := forged.verify(t, cfg)
		if !slices.ContainsFunc(found, func(f verify.Finding) bool { return f.Code == seal.FoundRewritten }) {
			t.Errorf("%s: %+v", name, found)
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	w := newWorld(b, dbtest.SQLite(b), b.TempDir())
	w.fill(b)
	b.ResetTimer()
	for b.Loop() {
		if _, f := w.verify(b, w.config()); len(f) != 0 {
			b.Fatal(f)
		}
	}
}
