// Command generate makes everything under internal/web that is made from something else: Go code from *.templ, and assets/dist from the
// TypeScript and CSS sources. The results are committed; a test in this package fails when they are stale. Run it from the top of the module:
//
//	go run ./internal/web/generate
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"anxin/internal/web/assets/bundle"
)

// templVersion is the version of templ in go.mod: generator and library must agree.
const templVersion = "v0.3.977"

func main() {
	if err := toModule(); err != nil {
		fail(err)
	}
	if err := templ("internal/web"); err != nil {
		fail(err)
	}
	if err := bundles("internal/web/assets"); err != nil {
		fail(err)
	}
}

// toModule changes to the directory of go.mod.
func toModule() error {
	for range 10 {
		if _, err := os.Stat("go.mod"); err == nil {
			return nil
		}
		if err := os.Chdir(".."); err != nil {
			return err
		}
	}
	return errors.New("not inside the module")
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "generate:", err)
	os.Exit(1)
}

// templ runs the generator over a directory. It is run by version, so that its own dependencies stay out of our go.mod.
func templ(dir string) error {
	cmd := exec.Command("go", "run", "github.com/a-h/templ/cmd/templ@"+templVersion, "generate", "-path", dir)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("templ: %w\n%s", err, out)
	}
	return nil
}

// bundles writes assets/dist and removes files that are no longer made.
func bundles(dir string) error {
	files, err := bundle.Build(dir)
	if err != nil {
		return err
	}
	dist := filepath.Join(dir, "dist")
	if err := os.MkdirAll(dist, 0o755); err != nil {
		return err
	}
	old, err := os.ReadDir(dist)
	if err != nil {
		return err
	}
	for _, e := range old {
		if _, keep := files[e.Name()]; !keep {
			if err := os.Remove(filepath.Join(dist, e.Name())); err != nil {
				return err
			}
		}
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dist, name), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}
