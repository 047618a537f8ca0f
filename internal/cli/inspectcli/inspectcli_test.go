package inspectcli

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
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
	if err := c.Run(t.Context()); err != nil {
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
	if r.C2PA.State != "Trusted" || !r.DeclaresAI || r.C2PA.Signer != "es256 signer" || r.Format != "jpeg" || len(r.SHA256) != 64 || len(r.Facts) != 5 || len(r.C2PA.Manifests) != 1 {
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
	plain := filepath.Join(dir, "note.bin")
	if err := os.WriteFile(plain, []byte("\x00\x01text"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	c := Cmd{Files: append(paths, plain, filepath.Join(dir, "absent.jpg")), At: "2026-12-01", Stdout: &out}
	if err := c.Run(t.Context()); err == nil {
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
		if err := c.Run(t.Context()); err == nil {
			t.Errorf("%+v: want an error", c)
		}
	}
}

// shared gives the place of the optional test data.
func shared(t *testing.T, path ...string) string {
	t.Helper()
	dir := os.Getenv("ANXIN_SHARED")
	if dir == "" {
		dir = "../../../../shared/data"
	}
	full := filepath.Join(append([]string{dir}, path...)...)
	if _, err := os.Stat(full); err != nil {
		t.Skipf("the shared test data is not here: %v", err)
	}
	return full
}

type result struct {
	AIGC struct {
		Found    bool
		Carriers []struct{ Form, Place string }
		Label    *struct {
			Label, ContentProducer string
			Producer               struct{ Company struct{ Name string } }
		}
		Problems []struct{ Code string }
	}
	DeclaresAI bool `json:"declares_ai"`
	Facts      []fact
	Error      string
}

func inspectJSON(t *testing.T, paths ...string) (out []result) {
	t.Helper()
	var b bytes.Buffer
	c := Cmd{Files: paths, JSON: true, At: "2026-12-01", Stdout: &b}
	if err := c.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(&b)
	for d.More() {
		var r result
		if err := d.Decode(&r); err != nil {
			t.Fatal(err)
		}
		out = append(out, r)
	}
	return out
}

func TestLabels(t *testing.T) {
	r := inspectJSON(t, shared(t, "aigc", "real", "doubao_black_1x1_1.png"), shared(t, "images", "kodak", "01.png"))
	l := r[0].AIGC
	if !l.Found || len(l.Carriers) != 1 || l.Label == nil || l.Label.Label != "1" || l.Label.Producer.Company.Name != "doubao" || len(l.Problems) != 0 || !r[0].DeclaresAI {
		t.Errorf("%+v", r[0])
	}
	if r[1].AIGC.Found || r[1].AIGC.Label != nil || r[1].AIGC.Carriers == nil || r[1].AIGC.Problems == nil || r[1].DeclaresAI || len(r[1].Facts) != 5 {
		t.Errorf("%+v", r[1])
	}
}

func TestThumbnailAgainstPixels(t *testing.T) {
	dir := []string{"c2pa", "public-testfiles", "image", "jpeg"}
	for name, want := range map[string]bool{"adobe-20220124-XCA.jpg": true, "adobe-20220124-CA.jpg": false} {
		found := false
		for _, f := range inspectJSON(t, shared(t, append(dir, name)...))[0].Facts {
			found = found || f.ID == "weak-thumbnail"
		}
		if found != want {
			t.Errorf("%s: the thumbnail differs: %v, want %v", name, found, want)
		}
	}
}

// A text file is judged too: front matter can hold a label.
func TestMarkdown(t *testing.T) {
	path := filepath.Join(t.TempDir(), "note.md")
	if err := os.WriteFile(path, []byte("---\nAIGC:\n  Label: '2'\n  ContentPropagator: x\n---\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := inspectJSON(t, path)[0]
	if !r.AIGC.Found || r.AIGC.Label.Label != "2" || r.Facts[0].Value != "possible" || r.Error != "" {
		t.Errorf("%+v", r)
	}
}

// The keys that are promised are there in every line, found or not.
func TestKeys(t *testing.T) {
	_, paths := files(t, "ai.jpg")
	plain := filepath.Join(t.TempDir(), "a.gif")
	if err := os.WriteFile(plain, []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), 0o600); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	c := Cmd{Files: []string{paths[0], plain, "absent"}, JSON: true, At: "2026-12-01", Stdout: &b}
	if err := c.Run(t.Context()); err == nil {
		t.Error("want an error for the file that is absent")
	}
	d := json.NewDecoder(&b)
	for n := 0; d.More(); n++ {
		var line map[string]any
		if err := d.Decode(&line); err != nil {
			t.Fatal(err)
		}
		for _, key := range []string{"file", "sha256", "format", "c2pa", "aigc", "declares_ai", "facts", "error"} {
			if _, ok := line[key]; !ok {
				t.Errorf("line %d: no %s", n, key)
			}
		}
		if n == 2 {
			if line["error"] == "" || line["c2pa"] != nil {
				t.Errorf("%v", line)
			}
			continue
		}
		for part, keys := range map[string][]string{"c2pa": {"state", "claim_version", "success", "informational", "failure", "signer", "signed_at", "declares_ai", "manifests"}, "aigc": {"found", "carriers", "label", "problems"}} {
			inside, _ := line[part].(map[string]any)
			for _, key := range keys {
				if _, ok := inside[key]; !ok {
					t.Errorf("line %d: no %s.%s", n, part, key)
				}
			}
		}
	}
}

// A label with a signature of its own, as a service wrote it into the front matter of a document.
func TestLabelSignature(t *testing.T) {
	const reserved = `{"SecurityData":{"Type":"TC260PG","Version":1,"PubSD":[{"Type":"DS","AlgID":"1.2.156.10197.1.501","TBSData":{"Type":"LabelMataData"},"Signature":"3046022100AE6B84B3342128AE301A597596FCD9EECF3EA0FC2DB6C250BAF234E167298E9002210097223ABB647B786A90D0A1B93CB9382EA879563B2C7F025FA006BE16AE926C14"},{"Type":"PubKey","AlgID":"1.2.156.10197.1.501","KeyValue":"3059301306072A8648CE3D020106082A811CCF5501822D034200045728F08C58D9C72150A705693EF7337859F8FF216E802630041AFAE5C036F0A67CB1FDF8C57F5F8B623284AE09E4E545464B7140B26BBDA51BAE965F854C57AA"}]}}`
	for id, want := range map[string]bool{"142569260085903360": true, "142569260085903361": false} {
		path := filepath.Join(t.TempDir(), "note.md")
		text := "---\nAIGC:\n  Label: '1'\n  ContentProducer: '001191310104MACE0YX63918020'\n  ProduceID: '" + id + "'\n  ReservedCode1: '" + reserved + "'\n---\n# t\n"
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		r := inspectJSON(t, path)[0]
		found := false
		for _, f := range r.Facts {
			found = found || f.ID == "label-signature"
		}
		if found != want || r.AIGC.Label.Producer.Company.Name != "stepfun" {
			t.Errorf("%s: signature good: %v, want %v; %+v", id, found, want, r.AIGC.Label)
		}
	}
}

// What is no file is said to be none, at once: opening a pipe would wait for a writer.
func TestNoFile(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	empty := filepath.Join(dir, "empty.jpg")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	c := Cmd{Files: []string{pipe, dir, filepath.Join(dir, "gone.jpg"), empty}, JSON: true, At: "2026-12-01", Stdout: &out}
	if err := c.Run(t.Context()); err == nil {
		t.Error("no word of the files that could not be judged")
	}
	for line := range strings.Lines(out.String()) {
		var r Result
		if err := json.Unmarshal([]byte(line), &r); err != nil || r.Error == "" || r.Facts == nil {
			t.Errorf("%v %s", err, line)
		}
	}
	if n := strings.Count(out.String(), "\n"); n != 4 {
		t.Errorf("%d lines for 4 arguments", n)
	}
}
