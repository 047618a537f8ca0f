package db

import (
	"bufio"
	"context"
	"fmt"
	"io/fs"
	"sort"
	"strings"

	"anxin/internal/tx"
)

// Statements are the named statements of one `*db` package.
type Statements struct {
	byName map[string]*tx.Stmt
}

// MustLoad reads every .sql file of the embedded file system. A statement starts with a line `-- name: insert_request` and ends before the
// next such line; its full name is "<file without .sql>/<name>". Malformed files panic: they are part of the program.
func MustLoad(files fs.FS) *Statements {
	s := &Statements{byName: map[string]*tx.Stmt{}}
	names, err := fs.Glob(files, "*.sql")
	if err != nil || len(names) == 0 {
		panic(fmt.Sprintf("db.MustLoad: no .sql files: %v", err))
	}
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			panic("db.MustLoad: " + err.Error())
		}
		s.parse(strings.TrimSuffix(name, ".sql"), string(text))
	}
	return s
}

func (s *Statements) parse(file, text string) {
	var cur *tx.Stmt
	sc := bufio.NewScanner(strings.NewReader(text))
	for sc.Scan() {
		line := sc.Text()
		if name, ok := strings.CutPrefix(line, "-- name:"); ok {
			cur = &tx.Stmt{Name: file + "/" + strings.TrimSpace(name)}
			if s.byName[cur.Name] != nil {
				panic("db.MustLoad: " + cur.Name + " is there twice")
			}
			s.byName[cur.Name] = cur
			continue
		}
		if trimmed := strings.TrimSpace(line); trimmed == "" || strings.HasPrefix(trimmed, "--") {
			continue
		}
		if cur == nil {
			panic("db.MustLoad: " + file + ".sql: SQL before the first `-- name:`")
		}
		cur.Text += strings.TrimRight(line, " \t") + "\n"
	}
}

// Stmt answers the statement of that name; a wrong name panics at program start.
func (s *Statements) Stmt(name string) *tx.Stmt {
	if v := s.byName[name]; v != nil {
		return v
	}
	panic("db: no statement " + name)
}

// All lists the statements by name, for the test that prepares each on both engines.
func (s *Statements) All() []*tx.Stmt {
	out := make([]*tx.Stmt, 0, len(s.byName))
	for _, v := range s.byName {
		out = append(out, v)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

// Prepare compiles the statement on the engine without running it.
func (d *DB) Prepare(ctx context.Context, s *tx.Stmt) error {
	ps, err := d.read.PrepareContext(ctx, d.text(s))
	if err != nil {
		return fmt.Errorf("%s on %s: %w", s.Name, d.dialect, err)
	}
	return ps.Close()
}
