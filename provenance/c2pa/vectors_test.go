package c2pa

import (
	"archive/zip"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// vectorFile is what oracle/generate.mjs notes of each vector.
type vectorFile struct {
	File         string   `json:"file"`
	State        string   `json:"state"`
	StateDefault string   `json:"state_default"`
	ClaimVersion int      `json:"claim_version"`
	Manifests    int      `json:"manifests"`
	Success      []string `json:"success"`
	Info         []string `json:"informational"`
	Failure      []string `json:"failure"`
	Ingredients  []string `json:"ingredient_failures"`
	ErrorClass   string   `json:"error_class"`
}

// vectorDir opens the vectors: a folder made by the generator, named by C2PA_VECTORS, or those kept in testdata.
func vectorDir(t testing.TB) fs.FS {
	if dir := os.Getenv("C2PA_VECTORS"); dir != "" {
		return os.DirFS(dir)
	}
	z, err := zip.OpenReader(filepath.Join("testdata", "vectors.zip"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { z.Close() })
	return z
}

func vectorTrust(t testing.TB, dir fs.FS) (*Trust, time.Time, []vectorFile) {
	read := func(name string) []byte {
		b, err := fs.ReadFile(dir, name)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	trust := &Trust{}
	if _, err := trust.AddAnchors(read("root.pem")); err != nil {
		t.Fatal(err)
	}
	if _, err := trust.SetUsages(read("usages.cfg")); err != nil {
		t.Fatal(err)
	}
	var list struct {
		At    time.Time
		Files []vectorFile
	}
	if err := json.Unmarshal(read("expected.json"), &list); err != nil {
		t.Fatal(err)
	}
	return trust, list.At, list.Files
}

// TestVectors compares with the reference implementation on files that it signed itself and on damaged copies of them.
func TestVectors(t *testing.T) {
	dir := vectorDir(t)
	trust, when, files := vectorTrust(t, dir)
	same, known := 0, 0
	for _, want := range files {
		data, err := fs.ReadFile(dir, want.File)
		if err != nil {
			t.Fatal(err)
		}
		problems := compareVector(t, want, data, trust, when)
		if why := deviation(want.File); why != "" && len(problems) > 0 {
			known++
			t.Logf("%s differs, as it should: %s", want.File, why)
			continue
		}
		if len(problems) == 0 {
			same++
			continue
		}
		t.Errorf("%s:\n   %s", want.File, strings.Join(problems, "\n   "))
	}
	t.Logf("%d of %d vectors judged as c2pa-rs does, %d differ for a reason", same, len(files), known)
}

func compareVector(t *testing.T, want vectorFile, data []byte, trust *Trust, when time.Time) (problems []string) {
	got, err := readAt(data, trust, when)
	if want.ErrorClass != "" {
		// Where the reference gives up, this library must not approve.
		if err == nil && (got.State == StateValid || got.State == StateTrusted) {
			problems = append(problems, "want no approval ("+want.ErrorClass+"), got "+got.String())
		}
		return problems
	}
	if err != nil {
		return []string{err.Error()}
	}
	byDefault, err := readAt(data, nil, when)
	if err != nil {
		return []string{err.Error()}
	}
	differ := func(what string, w, g any) {
		if !reflect.DeepEqual(w, g) {
			problems = append(problems, what+": want "+jsonText(w)+" got "+jsonText(g))
		}
	}
	if os.Getenv("C2PA_VECTORS_STATES") != "" {
		// Damage at random: the states must agree, or this library be the stricter one; codes are not compared.
		if got.State != StateInvalid && string(got.State) != want.State {
			problems = append(problems, "state: want "+want.State+" got "+string(got.State))
		}
		return problems
	}
	differ("state", want.State, string(got.State))
	differ("state by default", want.StateDefault, string(byDefault.State))
	// The reference leaves manifests out of its report when one part of them cannot be shown; this library never does.
	if want.Manifests > 0 && !slices.Contains(want.Failure, AssertionRequiredMissing) {
		differ("version", want.ClaimVersion, got.ClaimVersion)
		differ("manifests", want.Manifests, len(got.Manifests))
	}
	differ("failure", want.Failure, got.Failure)
	differ("informational", want.Info, got.Informational)
	differ("success", want.Success, got.Success)
	failed := map[string]bool{}
	for _, i := range got.Ingredients {
		for _, c := range i.Failure {
			failed[c] = true
		}
	}
	differ("ingredients", want.Ingredients, sorted(failed))
	if len(problems) > 0 {
		for _, s := range got.Statuses {
			if s.Kind == Failure {
				problems = append(problems, "  "+s.Code+" "+s.Explanation+" "+s.URL)
			}
		}
		if got.Problem != "" {
			problems = append(problems, "  "+got.Problem)
		}
	}
	return problems
}

func jsonText(v any) string {
	b, _ := json.Marshal(v)
	return string(b)
}
