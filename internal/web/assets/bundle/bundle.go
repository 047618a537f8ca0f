// Package bundle makes the files of assets/dist from assets/src. There is no third-party code among them: what a page needs is small enough to write. Only the generator command and the test that dist is up to
// date import it; the product does not.
package bundle

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/evanw/esbuild/pkg/api"
)

// entries are the bundles, by the name they have in dist: one style sheet and one script for everybody, more for staff.
var entries = map[string]string{
	"app.css":      "src/app.css",
	"staff.css":    "src/staff.css",
	"noscript.css": "src/noscript.css",
	"customer.js":  "src/ts/customer.ts",
	"staff.js":     "src/ts/staff.ts",
}

// copied are files that go to dist as they are.
var copied = map[string]string{
	"favicon.svg": "src/favicon.svg",
	"nophoto.svg": "src/nophoto.svg",
}

// Build makes all files of dist for the assets directory dir, by name. The result depends on the sources only.
func Build(dir string) (map[string][]byte, error) {
	out := map[string][]byte{}
	for name, src := range entries {
		data, err := bundle(filepath.Join(dir, src))
		if err != nil {
			return nil, err
		}
		out[name] = data
	}
	for name, src := range copied {
		data, err := os.ReadFile(filepath.Join(dir, src))
		if err != nil {
			return nil, err
		}
		out[name] = data
	}
	return out, nil
}

// bundle bundles one entry for phones of 2018: their in-app browsers are Chromium 66 and Safari 12.
func bundle(src string) ([]byte, error) {
	abs, err := filepath.Abs(src)
	if err != nil {
		return nil, err
	}
	r := api.Build(api.BuildOptions{
		EntryPoints:       []string{abs},
		AbsWorkingDir:     filepath.Dir(abs),
		Bundle:            true,
		Write:             false,
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
		Charset:           api.CharsetUTF8,
		LegalComments:     api.LegalCommentsInline,
		Format:            api.FormatESModule,
		Target:            api.ES2017,
		Engines:           []api.Engine{{Name: api.EngineChrome, Version: "66"}, {Name: api.EngineSafari, Version: "12"}},
		// Safari before 14.1 gets destructuring wrong only for patterns with parentheses, which we do not write.
		Supported:   map[string]bool{"destructuring": true},
		LogLevel:    api.LogLevelSilent,
		TsconfigRaw: `{"compilerOptions":{"strict":true}}`,
	})
	if len(r.Errors) > 0 {
		e := r.Errors[0]
		if e.Location != nil {
			return nil, fmt.Errorf("%s:%d: %s", e.Location.File, e.Location.Line, e.Text)
		}
		return nil, fmt.Errorf("%s: %s", src, e.Text)
	}
	if len(r.OutputFiles) != 1 {
		return nil, fmt.Errorf("%s: %d output files", src, len(r.OutputFiles))
	}
	return r.OutputFiles[0].Contents, nil
}
