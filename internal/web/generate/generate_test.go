package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"anxin/internal/web/assets/bundle"
)

func TestBundlesAreUpToDate(t *testing.T) {
	files, err := bundle.Build("../assets")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join("../assets/dist", name))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("assets/dist/%s is stale: run go run ./internal/web/generate", name)
		}
	}
	dist, err := os.ReadDir("../assets/dist")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range dist {
		if _, ok := files[e.Name()]; !ok {
			t.Errorf("assets/dist/%s is made from nothing", e.Name())
		}
	}
}

// The templates are generated again into a copy and compared. The generator is fetched like any module; without it (no network, empty
// module cache) the test says so and skips.
func TestTemplatesAreUpToDate(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the templ generator")
	}
	tmp := t.TempDir()
	var templates []string
	err := filepath.WalkDir("..", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(p, ".templ") {
			return err
		}
		rel, err := filepath.Rel("..", p)
		if err != nil {
			return err
		}
		data, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		to := filepath.Join(tmp, rel)
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		templates = append(templates, rel)
		return os.WriteFile(to, data, 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(templates) == 0 {
		t.Fatal("no templates found")
	}
	if err := templ(tmp); err != nil {
		t.Skipf("cannot run the templ generator here: %v", err)
	}
	for _, rel := range templates {
		name := strings.TrimSuffix(rel, ".templ") + "_templ.go"
		want, err := os.ReadFile(filepath.Join(tmp, name))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got, err := os.ReadFile(filepath.Join("..", name))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("internal/web/%s is stale: run go run ./internal/web/generate", name)
		}
	}
}

// go.mod and the generator must name the same version of templ.
func TestTemplVersion(t *testing.T) {
	mod, err := os.ReadFile("../../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(mod), "github.com/a-h/templ "+templVersion) {
		t.Errorf("go.mod does not ask for templ %s", templVersion)
	}
}
