// Package assets holds the style sheets, scripts and icons of the pages and serves them.
//
// Sources are in src/ (TypeScript and CSS, all our own); go run ./internal/web/generate bundles them into dist/, which is committed, so that building
// the product needs neither Node nor a network. File names as served carry a hash of their content and may be kept by browsers for ever; gzip copies
// are made once at start.
package assets

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
)

//go:embed dist
var dist embed.FS

// Prefix is where the files are served.
const Prefix = "/assets/"

// Set is the files of one running server. It does not change after New.
type Set struct {
	byServed map[string]*file  // "app.1a2b3c4d.css"
	served   map[string]string // "app.css" → "/assets/app.1a2b3c4d.css"
}

type file struct {
	mime      string
	raw, gzip []byte
}

var mimes = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
	".png": "image/png",
}

// New loads all files. appendix gives text to add to a file, by its plain name: the operator's colours are added to app.css so that they cost
// no request of their own and need no inline style.
func New(appendix map[string]string) (*Set, error) {
	s := &Set{byServed: map[string]*file{}, served: map[string]string{}}
	entries, err := fs.ReadDir(dist, "dist")
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		raw, err := fs.ReadFile(dist, "dist/"+e.Name())
		if err != nil {
			return nil, err
		}
		if err := s.add(e.Name(), append(raw, appendix[e.Name()]...)); err != nil {
			return nil, err
		}
	}
	for name := range appendix {
		if s.served[name] == "" {
			return nil, fmt.Errorf("no asset %q to add to", name)
		}
	}
	return s, nil
}

func (s *Set) add(name string, raw []byte) error {
	ext := path.Ext(name)
	mime, ok := mimes[ext]
	if !ok {
		return fmt.Errorf("asset %q: no media type for %q", name, ext)
	}
	f := &file{mime: mime, raw: raw}
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if _, err := z.Write(raw); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	if b.Len() < len(raw) {
		f.gzip = b.Bytes()
	}
	sum := sha256.Sum256(raw)
	served := strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:5]) + ext
	s.byServed[served] = f
	s.served[name] = Prefix + served
	return nil
}

// Path is where a file is served, by its plain name: Path("app.css"). An unknown name panics: it is a mistake in a template, and every template
// is rendered by a story.
func (s *Set) Path(name string) string {
	p, ok := s.served[name]
	if !ok {
		panic("no asset " + name)
	}
	return p
}

// Size is how many bytes a file takes on the wire, compressed where that helps; 0 for an unknown name. The page budget is measured with it.
func (s *Set) Size(servedPath string) int {
	f := s.byServed[strings.TrimPrefix(servedPath, Prefix)]
	if f == nil {
		return 0
	}
	if f.gzip != nil {
		return len(f.gzip)
	}
	return len(f.raw)
}

// ServeHTTP serves the files under Prefix.
func (s *Set) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f := s.byServed[strings.TrimPrefix(r.URL.Path, Prefix)]
	if f == nil {
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.mime)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	h.Set("X-Content-Type-Options", "nosniff")
	body := f.raw
	if f.gzip != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = f.gzip
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodGet {
		_, _ = w.Write(body)
	}
}
