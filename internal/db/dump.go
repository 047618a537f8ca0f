package db

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"sort"
	"strings"

	"anxin/internal/casefile"
)

// A dump is the whole database as JSON lines, the same for both engines: a header, then for each table a line with its columns followed by one line per
// row, then a trailer with the counts. So a backup of SQLite can be restored into PostgreSQL and back.
type dumpHeader struct {
	Anxin  string `json:"anxin"` // "dump/1"
	Schema int64  `json:"schema"`
}

type dumpTable struct {
	Table   string   `json:"table"`
	Columns []string `json:"columns"`
}

type dumpTrailer struct {
	End  bool             `json:"end"`
	Rows map[string]int64 `json:"rows"`
}

type blobValue struct {
	B string `json:"b"`
}

const dumpForm = "dump/1"

// maxDumpLine bounds one row of a dump.
const maxDumpLine = 64 << 20

var tableName = regexp.MustCompile(`(?m)^CREATE TABLE (\w+)`)

// Tables lists the tables of the schema, parents before children.
func Tables() ([]string, error) {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	sort.Strings(names)
	var out []string
	for _, name := range names {
		text, err := migrations.ReadFile(name)
		if err != nil {
			return nil, err
		}
		for _, m := range tableName.FindAllStringSubmatch(string(text), -1) {
			out = append(out, m[1])
		}
	}
	return out, nil
}

// Dump writes one consistent snapshot of every table.
func (d *DB) Dump(ctx context.Context, w io.Writer) error {
	schema, _, err := d.SchemaVersions(ctx)
	if err != nil {
		return err
	}
	tables, err := Tables()
	if err != nil {
		return err
	}
	opts := &sql.TxOptions{ReadOnly: true}
	if d.dialect == Postgres {
		opts.Isolation = sql.LevelRepeatableRead
	}
	stx, err := d.read.BeginTx(ctx, opts)
	if err != nil {
		return classify(err, "begin dump")
	}
	defer stx.Rollback() //nolint:errcheck // only read
	buf := bufio.NewWriterSize(w, 1<<20)
	enc := json.NewEncoder(buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(dumpHeader{Anxin: dumpForm, Schema: schema}); err != nil {
		return err
	}
	end := dumpTrailer{End: true, Rows: map[string]int64{}}
	for _, table := range tables {
		if end.Rows[table], err = dumpRows(ctx, stx, table, enc); err != nil {
			return fmt.Errorf("dump %s: %w", table, err)
		}
	}
	return errors.Join(enc.Encode(end), buf.Flush())
}

func dumpRows(ctx context.Context, stx *sql.Tx, table string, enc *json.Encoder) (n int64, err error) {
	rows, err := stx.QueryContext(ctx, "SELECT * FROM "+table)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	cols, err := rows.Columns()
	if err != nil {
		return 0, err
	}
	if err := enc.Encode(dumpTable{Table: table, Columns: cols}); err != nil {
		return 0, err
	}
	values, into := make([]any, len(cols)), make([]any, len(cols))
	for i := range values {
		into[i] = &values[i]
	}
	for ; rows.Next(); n++ {
		if err := rows.Scan(into...); err != nil {
			return n, err
		}
		for i, v := range values {
			if b, ok := v.([]byte); ok {
				values[i] = blobValue{base64.StdEncoding.EncodeToString(b)}
			}
		}
		if err := enc.Encode(values); err != nil {
			return n, err
		}
	}
	return n, rows.Err()
}

// Restore reads a dump into a migrated, empty database: all of it or nothing.
func (d *DB) Restore(ctx context.Context, r io.Reader) error {
	if d.writer != nil {
		return d.writer.exclusive(func() error { return d.restoreOn(ctx, d.writer.pool, r) })
	}
	return d.restoreOn(ctx, d.read, r)
}

func (d *DB) restoreOn(ctx context.Context, pool *sql.DB, r io.Reader) error {
	p, err := d.provider(pool)
	if err != nil {
		return err
	}
	current, _, err := versions(ctx, p)
	if err != nil {
		return err
	}
	stx, err := pool.BeginTx(ctx, nil)
	if err != nil {
		return classify(err, "begin restore")
	}
	defer stx.Rollback() //nolint:errcheck // after a commit this does nothing
	if err := restoreLines(ctx, stx, r, current); err != nil {
		return err
	}
	return classify(stx.Commit(), "commit restore")
}

// restorer reads the lines of a dump.
type restorer struct {
	stx    *sql.Tx
	known  map[string]bool
	insert *sql.Stmt
	table  string
	cols   int
	rows   map[string]int64
}

func restoreLines(ctx context.Context, stx *sql.Tx, r io.Reader, schema int64) error {
	tables, err := Tables()
	if err != nil {
		return err
	}
	re := &restorer{stx: stx, known: map[string]bool{}, rows: map[string]int64{}}
	for _, t := range tables {
		re.known[t] = true
	}
	sc := bufio.NewScanner(r)
	sc.Buffer(make([]byte, 1<<20), maxDumpLine)
	var head dumpHeader
	if !sc.Scan() || json.Unmarshal(sc.Bytes(), &head) != nil || head.Anxin != dumpForm {
		return casefile.Failf(casefile.Invalid, "error.not_a_backup", "the file is not a dump of anxin")
	}
	if head.Schema != schema {
		return casefile.Failf(casefile.Invalid, "error.backup_schema", "the dump has schema %d, the database %d: restore with the version that made it, then upgrade", head.Schema, schema)
	}
	for sc.Scan() {
		line := sc.Bytes()
		if len(line) == 0 {
			continue
		}
		if line[0] == '[' {
			if err := re.row(ctx, line); err != nil {
				return err
			}
			continue
		}
		done, err := re.mark(ctx, line)
		if err != nil || done {
			return err
		}
	}
	if err := sc.Err(); err != nil {
		return err
	}
	return casefile.Failf(casefile.Invalid, "error.backup_cut", "the dump ends in the middle: nothing was restored")
}

// mark reads a line that is not a row: the start of a table or the end.
func (re *restorer) mark(ctx context.Context, line []byte) (done bool, err error) {
	var m struct {
		dumpTable
		dumpTrailer
	}
	if err := json.Unmarshal(line, &m); err != nil {
		return false, casefile.Failf(casefile.Invalid, "error.not_a_backup", "line that is no JSON object")
	}
	if m.End {
		for t, n := range m.Rows {
			if re.rows[t] != n {
				return false, casefile.Failf(casefile.Invalid, "error.backup_cut", "table %s has %d rows of %d: nothing was restored", t, re.rows[t], n)
			}
		}
		return true, nil
	}
	if !re.known[m.Table] || len(m.Columns) == 0 {
		return false, casefile.Failf(casefile.Invalid, "error.not_a_backup", "unknown table %q", m.Table)
	}
	for _, c := range m.Columns {
		if !columnName.MatchString(c) {
			return false, casefile.Failf(casefile.Invalid, "error.not_a_backup", "column of %s that is no name", m.Table)
		}
	}
	if re.insert != nil {
		re.insert.Close()
	}
	marks := make([]string, len(m.Columns))
	for i := range marks {
		marks[i] = fmt.Sprintf("$%d", i+1)
	}
	re.table, re.cols = m.Table, len(m.Columns)
	if _, err := re.stx.ExecContext(ctx, "DELETE FROM "+m.Table); err != nil {
		return false, classify(err, "empty "+m.Table)
	}
	re.insert, err = re.stx.PrepareContext(ctx, "INSERT INTO "+m.Table+" ("+strings.Join(m.Columns, ", ")+") VALUES ("+strings.Join(marks, ", ")+")")
	return false, classify(err, "prepare "+m.Table)
}

var columnName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

func (re *restorer) row(ctx context.Context, line []byte) error {
	var raw []json.RawMessage
	if err := json.Unmarshal(line, &raw); err != nil || re.insert == nil || len(raw) != re.cols {
		return casefile.Failf(casefile.Invalid, "error.not_a_backup", "broken row in %s", re.table)
	}
	values := make([]any, len(raw))
	for i, r := range raw {
		v, err := dumpValue(r)
		if err != nil {
			return casefile.Failf(casefile.Invalid, "error.not_a_backup", "broken value in %s", re.table)
		}
		values[i] = v
	}
	if _, err := re.insert.ExecContext(ctx, values...); err != nil {
		return classify(err, "restore "+re.table)
	}
	re.rows[re.table]++
	return nil
}

func dumpValue(r json.RawMessage) (any, error) {
	switch {
	case string(r) == "null":
		return nil, nil
	case r[0] == '"':
		var s string
		err := json.Unmarshal(r, &s)
		return s, err
	case r[0] == '{':
		var b blobValue
		if err := json.Unmarshal(r, &b); err != nil {
			return nil, err
		}
		return base64.StdEncoding.DecodeString(b.B)
	}
	var n int64
	err := json.Unmarshal(r, &n)
	return n, err
}
