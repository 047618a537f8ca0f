package archtest

import (
	"go/ast"
	"regexp"
	"sort"
	"strings"
	"testing"
)

// Sizes are trends; the hard limits are those nobody reads past.
const (
	maxFileLines    = 1200
	p90FileLines    = 480
	maxFuncLines    = 200
	p99FuncLines    = 110
	maxPackageLines = 6000
)

func TestSizes(t *testing.T) {
	var files, funcs []int
	packages := map[string]int{}
	for _, f := range sources(t) {
		if f.generated {
			continue
		}
		files = append(files, f.lines)
		if f.lines > maxFileLines {
			t.Errorf("%s has %d lines, above %d: split it by topic", f.name, f.lines, maxFileLines)
		}
		if !f.test {
			packages[f.pkg] += f.lines
		}
		for _, d := range f.file.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			n := f.fset.Position(fn.End()).Line - f.fset.Position(fn.Pos()).Line + 1
			funcs = append(funcs, n)
			if n > maxFuncLines {
				t.Errorf("%s: %s has %d lines, above %d", f.name, fn.Name.Name, n, maxFuncLines)
			}
		}
	}
	for pkg, n := range packages {
		if n > maxPackageLines {
			t.Errorf("package %s has %d lines, above %d", pkg, n, maxPackageLines)
		}
	}
	if got := percentile(files, 90); got > p90FileLines {
		t.Errorf("90 %% of files have up to %d lines, above %d", got, p90FileLines)
	}
	if got := percentile(funcs, 99); got > p99FuncLines {
		t.Errorf("99 %% of functions have up to %d lines, above %d", got, p99FuncLines)
	}
}

func percentile(v []int, p int) int {
	sort.Ints(v)
	if len(v) == 0 {
		return 0
	}
	return v[min(len(v)-1, len(v)*p/100)]
}

func TestPackageDocs(t *testing.T) {
	has, dirs := map[string]bool{}, map[string]bool{}
	for _, f := range sources(t) {
		if f.test && f.packageName != "archtest" {
			continue
		}
		dirs[f.pkg] = true
		if f.file.Doc != nil && strings.TrimSpace(f.file.Doc.Text()) != "" {
			has[f.pkg] = true
		}
	}
	for d := range dirs {
		if !has[d] {
			t.Errorf("package %s has no package comment", d)
		}
	}
}

// Exported names are the manual of a package.
func TestExportedNamesAreDocumented(t *testing.T) {
	for _, f := range sources(t) {
		if f.test || f.generated || f.packageName == "main" {
			continue
		}
		for _, d := range f.file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Name.IsExported() && d.Doc == nil && exportedReceiver(d) && !standardMethod[d.Name.Name] {
					t.Errorf("%s: %s has no comment", f.name, d.Name.Name)
				}
			case *ast.GenDecl:
				for _, s := range d.Specs {
					if ts, ok := s.(*ast.TypeSpec); ok && ts.Name.IsExported() && d.Doc == nil && ts.Doc == nil && ts.Comment == nil {
						t.Errorf("%s: type %s has no comment", f.name, ts.Name.Name)
					}
				}
			}
		}
	}
}

// standardMethod are methods whose meaning is fixed by the standard library.
var standardMethod = map[string]bool{
	"Error": true, "String": true, "Unwrap": true, "Close": true, "Read": true, "Write": true, "Len": true, "Less": true, "Swap": true, "Is": true,
	"ServeHTTP": true, "Scan": true, "Value": true, "MarshalText": true, "UnmarshalText": true, "MarshalJSON": true, "UnmarshalJSON": true,
	"LogValue": true, "Format": true, "GoString": true, "Push": true, "Pop": true, "At": true, "Bounds": true, "ColorModel": true, "Run": true,
	"Exec": true, "Query": true, "QueryRow": true, "OnCommit": true,
}

func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return true
	}
	typ := d.Recv.List[0].Type
	if star, ok := typ.(*ast.StarExpr); ok {
		typ = star.X
	}
	if idx, ok := typ.(*ast.IndexExpr); ok {
		typ = idx.X
	}
	id, ok := typ.(*ast.Ident)
	return ok && id.IsExported()
}

var sqlText = regexp.MustCompile(`(?i)"\s*(SELECT\s.+\sFROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM)\s`)

// SQL in Go strings escapes the prepare-on-both test.
func TestSQLStandsInFilesOfStores(t *testing.T) {
	for _, f := range sources(t) {
		if f.test || f.generated || f.pkg == "internal/db/dbtest" || f.pkg == "internal/db" { // db itself moves whole tables (dump, restore)
			continue
		}
		if m := sqlText.Find(f.text); m != nil {
			t.Errorf("%s holds SQL (%s…): write it in a .sql file of the domain's store, so that both engines prepare it in a test", f.name, m)
		}
	}
}

// Engines are pure: time, randomness and settings are arguments.
func TestEnginesAreDeterministic(t *testing.T) {
	for _, f := range sources(t) {
		if f.test || f.generated || !isEngine(f.pkg) || f.packageName == "main" {
			continue
		}
		ast.Inspect(f.file, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			id, ok := sel.X.(*ast.Ident)
			if !ok {
				return true
			}
			switch call := id.Name + "." + sel.Sel.Name; call {
			case "time.Now", "time.Since", "os.Getenv", "os.LookupEnv", "rand.Int", "rand.IntN", "rand.Float64", "rand.Perm", "rand.Shuffle":
				if id.Obj == nil {
					t.Errorf("%s:%d uses %s; an engine gets time, randomness and settings as arguments", f.name, f.fset.Position(n.Pos()).Line, call)
				}
			}
			return true
		})
	}
}
