package c2pa

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"sort"
	"strings"
	"testing"
	"time"
)

// at is when the expected results were made; expiry depends on it.
var at = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// sharedDir gives the optional test data, or skips.
func sharedDir(t testing.TB) string {
	dir := os.Getenv("ANXIN_SHARED")
	if dir == "" {
		dir = "../../../shared/data"
	}
	dir = filepath.Join(dir, "c2pa")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("optional test data is absent: %v", err)
	}
	return dir
}

type expectedFile struct {
	File             string   `json:"file"`
	StateDefault     string   `json:"state_default"`
	StateTrusted     string   `json:"state_with_test_roots"`
	ClaimVersion     int      `json:"claim_version"`
	Manifests        int      `json:"manifests"`
	Signer           string   `json:"signer"`
	Time             string   `json:"time"`
	Success          []string `json:"success"`
	Informational    []string `json:"informational"`
	Failure          []string `json:"failure"`
	IngredientFailed []struct {
		Ingredient string   `json:"ingredient"`
		Failure    []string `json:"failure"`
	} `json:"ingredient_failures"`
	ErrorClass string `json:"error_class"`
	// of the vendor list
	State string   `json:"state"`
	Fail  []string `json:"fail"`
	Info  []string `json:"info"`
}

func mustRead(t testing.TB, path string) []byte {
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func testTrust(t testing.TB, dir string) *Trust {
	trust := &Trust{}
	certs := filepath.Join(dir, "c2pa-rs/fixtures/certs/trust")
	if _, err := trust.AddAnchors(mustRead(t, filepath.Join(certs, "test_cert_root_bundle.pem"))); err != nil {
		t.Fatal(err)
	}
	if _, err := trust.SetUsages(mustRead(t, filepath.Join(certs, "store.cfg"))); err != nil {
		t.Fatal(err)
	}
	return trust
}

func readBytes(t testing.TB, data []byte, trust *Trust) (*Report, error) {
	t.Helper()
	return Read(context.Background(), bytes.NewReader(data), int64(len(data)), Options{At: at, Trust: trust})
}

// TestExpected compares state and codes with the results of c2pa-rs for every file of the shared data.
func TestExpected(t *testing.T) {
	dir := sharedDir(t)
	var list struct{ Files []expectedFile }
	if err := json.Unmarshal(mustRead(t, filepath.Join(dir, "expected/expected_c2pa_rs.json")), &list); err != nil {
		t.Fatal(err)
	}
	trust := testTrust(t, dir)
	same := 0
	for _, want := range list.Files {
		data, err := os.ReadFile(filepath.Join(dir, want.File))
		if err != nil {
			continue
		}
		got, err := readBytes(t, data, trust)
		if want.ErrorClass != "" {
			if compareError(t, want, got, err) {
				same++
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", want.File, err)
			continue
		}
		byDefault, err := readBytes(t, data, nil)
		if err != nil {
			t.Errorf("%s: %v", want.File, err)
			continue
		}
		if compareReport(t, want, got, byDefault) {
			same++
		}
	}
	t.Logf("%d of %d files judged as c2pa-rs does", same, len(list.Files))
}

// compareError: where c2pa-rs gives up, this library names no state or says why.
func compareError(t *testing.T, want expectedFile, got *Report, err error) bool {
	t.Helper()
	absent := want.ErrorClass == "JumbfNotFound" || want.ErrorClass == "RemoteManifestUrl"
	switch {
	case absent && (err != nil || got.State != StateNone):
		t.Errorf("%s: want no credentials (%s), got %v %v", want.File, want.ErrorClass, got, err)
	case want.ErrorClass == "RemoteManifestUrl" && got.Remote == "":
		t.Errorf("%s: the address of the remote manifest is not reported", want.File)
	case !absent && err == nil && got.State != StateInvalid:
		t.Errorf("%s: want an error (%s), got %v", want.File, want.ErrorClass, got)
	default:
		return true
	}
	return false
}

func compareReport(t *testing.T, want expectedFile, got, byDefault *Report) bool {
	t.Helper()
	ok := true
	differ := func(what string, w, g any) {
		if !reflect.DeepEqual(w, g) {
			ok = false
			t.Errorf("%s: %s\n   want %v\n   got  %v", want.File, what, w, g)
		}
	}
	differ("state", want.StateTrusted, string(got.State))
	differ("state by default", want.StateDefault, string(byDefault.State))
	differ("claim version", want.ClaimVersion, got.ClaimVersion)
	differ("number of manifests", want.Manifests, len(got.Manifests))
	differ("signer", want.Signer, got.Signer)
	signed := ""
	if got.SignedAt != nil {
		signed = strings.Replace(got.SignedAt.Format(time.RFC3339), "Z", "+00:00", 1)
	}
	differ("time", want.Time, signed)
	differ("failure", sortedList(want.Failure), got.Failure)
	differ("informational", sortedList(want.Informational), got.Informational)
	differ("success", sortedList(want.Success), got.Success)
	wantIng, gotIng := []string{}, []string{}
	for _, i := range want.IngredientFailed {
		wantIng = append(wantIng, i.Failure...)
	}
	for _, i := range got.Ingredients {
		gotIng = append(gotIng, i.Failure...)
	}
	differ("failures of ingredients", sortedList(wantIng), sortedList(gotIng))
	if !ok {
		for _, s := range got.Statuses {
			if s.Kind != Success {
				t.Logf("   %s %s %s (%s) %s", s.Kind, s.Code, s.URL, s.Explanation, s.Ingredient)
			}
		}
	}
	return ok
}

func sortedList(l []string) []string {
	out := append([]string{}, l...)
	sort.Strings(out)
	return out
}

// TestOfficialTrust compares real files of vendors under the official trust lists.
func TestOfficialTrust(t *testing.T) {
	dir := sharedDir(t)
	var list struct{ Files []expectedFile }
	if err := json.Unmarshal(mustRead(t, filepath.Join(dir, "expected/expected_vendor_official_trust.json")), &list); err != nil {
		t.Fatal(err)
	}
	trust := &Trust{}
	if _, err := trust.AddAnchors(mustRead(t, filepath.Join(dir, "trust/official/C2PA-TRUST-LIST.pem"))); err != nil {
		t.Fatal(err)
	}
	if _, err := trust.AddTSAAnchors(mustRead(t, filepath.Join(dir, "trust/official/C2PA-TSA-TRUST-LIST.pem"))); err != nil {
		t.Fatal(err)
	}
	for _, want := range list.Files {
		data, err := os.ReadFile(filepath.Join(dir, "vendor-samples", want.File))
		if err != nil {
			continue
		}
		got, err := readBytes(t, data, trust)
		if err != nil {
			t.Errorf("%s: %v", want.File, err)
			continue
		}
		if string(got.State) != want.State || got.Signer != want.Signer || !reflect.DeepEqual(got.Failure, sortedList(want.Fail)) ||
			!reflect.DeepEqual(got.Informational, sortedList(want.Info)) {
			t.Errorf("%s: want %s %v %v by %s, got %v %v", want.File, want.State, want.Fail, want.Info, want.Signer, got, got.Informational)
		}
		for _, f := range got.Facts {
			t.Logf("%s: %s %s", want.File, f.ID, f.ZH)
		}
		t.Logf("%s: %v", want.File, got.SourceTypes)
	}
}

func readAt(data []byte, trust *Trust, when time.Time) (*Report, error) {
	return Read(context.Background(), bytes.NewReader(data), int64(len(data)), Options{At: when, Trust: trust})
}
