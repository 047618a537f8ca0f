package inspectcli

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// files unpacks some vectors of the library.
func files(t *testing.T, names ...string) (dir string, paths []string) {
	t.Helper()
	z, err := zip.OpenReader("../../../provenance/c2pa/testdata/vectors.zip")
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	dir = t.TempDir()
	for _, name := range names {
		data, err := fs.ReadFile(z, name)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	return dir, paths
}

func TestJSON(t *testing.T) {
	_, paths := files(t, "ai.jpg", "bad-v2-last.png", "root.pem", "usages.cfg")
	var out bytes.Buffer
	c := Cmd{Files: paths[:2], JSON: true, At: "2026-12-01", TrustAnchors: paths[2:3], TrustConfig: paths[3], Stdout: &out}
	if err := c.Run(); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 2 {
		t.Fatalf("want two lines, got %d", len(lines))
	}
	var r struct {
		SHA256     string
		Format     string
		DeclaresAI bool `json:"declares_ai"`
		C2PA       struct {
			State     string
			Signer    string
			Failure   []string
			Manifests []struct{ Label string }
		}
		Facts []fact
	}
	if err := json.Unmarshal([]byte(lines[0]), &r); err != nil {
		t.Fatal(err)
	}
	if r.C2PA.State != "Trusted" || !r.DeclaresAI || r.C2PA.Signer != "es256 signer" || r.Format != "jpeg" || len(r.SHA256) != 64 || len(r.Facts) != 3 || len(r.C2PA.Manifests) != 1 {
		t.Errorf("got %+v", r)
	}
	if err := json.Unmarshal([]byte(lines[1]), &r); err != nil {
		t.Fatal(err)
	}
	if r.C2PA.State != "Invalid" || len(r.C2PA.Failure) != 1 || r.C2PA.Failure[0] != "assertion.dataHash.mismatch" {
		t.Errorf("got %+v", r)
	}
}

func TestText(t *testing.T) {
	dir, paths := files(t, "family2-two.jpg")
	plain := filepath.Join(dir, "note.txt")
	if err := os.WriteFile(plain, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	c := Cmd{Files: append(paths, plain, filepath.Join(dir, "absent.jpg")), At: "2026-12-01", Stdout: &out}
	if err := c.Run(); err == nil {
		t.Error("want an error for files that cannot be judged")
	}
	for _, want := range []string{"C2PA: Valid", "c2pa.opened c2pa.placed", "parentOf  p", "不在信任列表中", "not on the trust list", "file format not supported", "cannot be opened"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in:\n%s", want, out.String())
		}
	}
}

func TestBadFlags(t *testing.T) {
	_, paths := files(t, "ai.jpg")
	for _, c := range []Cmd{{Files: paths, At: "soon"}, {Files: paths, TrustAnchors: paths}, {Files: paths, TrustConfig: "absent"}} {
		c.Stdout = &bytes.Buffer{}
		if err := c.Run(); err == nil {
			t.Errorf("%+v: want an error", c)
		}
	}
}
