// Package archtest holds the house rules as tests: who may import what, how large things may grow, where SQL may stand. Each failure prints
// the reason of its rule.
package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// source is one Go file of the module.
type source struct {
	name        string // path from the module root
	pkg         string // import path without the module prefix
	packageName string
	imports     []string // own packages without the module prefix
	test        bool
	generated   bool
	lines       int
	file        *ast.File
	fset        *token.FileSet
	text        []byte
}

const root = "../.."

var load = sync.OnceValues(func() ([]source, error) {
	var out []source
	fset := token.NewFileSet()
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if base := d.Name(); name != root && (strings.HasPrefix(base, ".") || base == "testdata" || base == "node_modules" || base == "data") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(fset, name, text, parser.ParseComments)
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, name)
		s := source{
			name: rel, pkg: filepath.ToSlash(filepath.Dir(rel)), packageName: f.Name.Name, test: strings.HasSuffix(name, "_test.go"),
			generated: ast.IsGenerated(f), lines: strings.Count(string(text), "\n"), file: f, fset: fset, text: text,
		}
		for _, i := range f.Imports {
			path, _ := strconv.Unquote(i.Path.Value)
			s.imports = append(s.imports, strings.TrimPrefix(path, "anxin/"))
		}
		out = append(out, s)
		return nil
	})
	return out, err
})

func sources(t *testing.T) []source {
	t.Helper()
	all, err := load()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 20 {
		t.Fatalf("only %d Go files found: the walk is broken", len(all))
	}
	return all
}
