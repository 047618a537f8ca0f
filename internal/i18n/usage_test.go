package i18n

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"
)

// A call that names a sentence: T("…"), TMap("…"), Key: "…", i18n.Key("…"), Fail(category, "…"), InvalidField(field, "…").
var calls = regexp.MustCompile(`(?:\bT\(|\bTMap\(|\bT\([a-z.A-Z]+, |\bKey:\s*|\bKey\(|\bFailf?\([a-zA-Z.]+, |\bInvalidField\([^,()]+, )"([a-z][a-z0-9_]*\.[a-z0-9_.]+)"`)

// Any literal that looks like a key or like the beginning of one.
var literals = regexp.MustCompile("[\"`]([a-z][a-z0-9_]*\\.[a-z0-9_.]*)[\"`]")

var comment = regexp.MustCompile(`(?m)^\s*//.*$`)

// sources reads every hand-written Go file and template of the product, tests and generated files left out.
func sources(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, top := range []string{"../../internal", "../../cmd"} {
		err := filepath.WalkDir(top, func(p string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.IsDir() {
				return nil
			}
			hand := strings.HasSuffix(p, ".templ") || strings.HasSuffix(p, ".go") && !strings.HasSuffix(p, "_templ.go") && !strings.HasSuffix(p, "_test.go")
			if !hand {
				return nil
			}
			b, err := os.ReadFile(p)
			out[p] = comment.ReplaceAllString(string(b), "")
			return err
		})
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	return out
}

// TestKeysUsedExist finds sentences that code asks for and no catalogue has. A literal that ends in a dot must begin at least one key.
func TestKeysUsedExist(t *testing.T) {
	areas := map[string]bool{}
	for _, k := range Keys() {
		a, _, _ := strings.Cut(k, ".")
		areas[a] = true
	}
	used, prefixes := map[string]bool{}, map[string]bool{}
	for name, text := range sources(t) {
		for _, m := range calls.FindAllStringSubmatch(text, -1) {
			a, _, _ := strings.Cut(m[1], ".")
			if strings.HasSuffix(m[1], ".") || !areas[a] {
				continue
			}
			if !Has(m[1]) && !strings.HasSuffix(m[1], "_") {
				t.Errorf("%s asks for %q, which no catalogue has", filepath.Clean(name), m[1])
			}
		}
		for _, m := range literals.FindAllStringSubmatch(text, -1) {
			if strings.HasSuffix(m[1], ".") || strings.HasSuffix(m[1], "_") {
				prefixes[m[1]] = true
			} else {
				used[m[1]] = true
			}
		}
	}
	var unused []string
	for _, k := range Keys() {
		if used[k] || begins(prefixes, k) {
			continue
		}
		unused = append(unused, k)
	}
	sort.Strings(unused)
	if len(unused) > 0 {
		t.Logf("%d sentences that no literal in the code names:\n  %s", len(unused), strings.Join(unused, "\n  "))
	}
}

func begins(prefixes map[string]bool, key string) bool {
	for p := range prefixes {
		if strings.HasPrefix(key, p) {
			return true
		}
	}
	return false
}
