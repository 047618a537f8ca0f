package c2pa

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"anxin/provenance/c2pa/internal/words"
)

// TestWords: every code of status.go has words in both languages.
func TestWords(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), "status.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	codes := map[string]bool{}
	for _, d := range f.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.CONST {
			continue
		}
		for _, s := range g.Specs {
			v := s.(*ast.ValueSpec)
			code, err := strconv.Unquote(v.Values[0].(*ast.BasicLit).Value)
			if err != nil || v.Type != nil { // the kinds
				continue
			}
			codes[code] = true
		}
	}
	if len(codes) < 100 {
		t.Fatalf("only %d codes found", len(codes))
	}
	for code := range codes {
		zh, en, ok := Words(code)
		if !ok || en == "" || strings.Contains(en, code) || !strings.ContainsFunc(zh, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			t.Errorf("%s: %q, %q", code, zh, en)
		}
	}
	for _, code := range words.Codes() {
		if !codes[code] {
			t.Errorf("%s is no code of this library", code)
		}
	}
	if _, _, ok := Words("org.example.something"); ok {
		t.Error("words for a code that is not known")
	}
}

// TestWordsOfReferenceCodes: whatever the reference implementation says of the vectors has words too.
func TestWordsOfReferenceCodes(t *testing.T) {
	_, _, files := vectorTrust(t, vectorDir(t))
	for _, f := range files {
		for _, code := range slices.Concat(f.Failure, f.Info, f.Success) {
			if _, _, ok := Words(code); !ok {
				t.Errorf("%s: no words for %s", f.File, code)
			}
		}
	}
}
