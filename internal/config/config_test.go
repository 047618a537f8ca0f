package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func env(pairs ...string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1], true
			}
		}
		return "", false
	}
}

func TestEnvironmentBeatsFileBeatsDefault(t *testing.T) {
	name := filepath.Join(t.TempDir(), "anxin.yaml")
	if err := os.WriteFile(name, []byte("listen: 0.0.0.0:9000\nbrand:\n  name_zh: 禾木家电\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Load(name, true, env("ANXIN_LISTEN", ":7000", "ANXIN_STAFF_IDLE", "45m", "ANXIN_HOTLINES", "400-000-0000, 400-000-0001"))
	if err != nil {
		t.Fatal(err)
	}
	if c.Listen != ":7000" || c.Brand.NameZH != "禾木家电" || c.Brand.NameEN != "Anxin Service" || c.Access.StaffIdle != 45*time.Minute || len(c.Brand.Hotlines) != 2 {
		t.Fatalf("got %+v", c)
	}
}

func TestMistakesAreNamed(t *testing.T) {
	for text, want := range map[string]string{
		"lisen: x":                                "lisen",
		"brand: {accent: red}":                    "brand.accent",
		"brand: {accent: '#ffee00'}":              "contrast",
		"access: {staff_idle: 1s}":                "access.staff_idle",
		"trusted_proxies: ten":                    "trusted_proxies",
		"public_url: example.com":                 "public_url",
		"limits: {photos: 0}":                     "limits.photos",
		"log: {level: loud}":                      "log.level",
		"limits: {photo_bytes: 1}":                "limits.photo_bytes",
		"limits: {reports_per_minute: 0}":         "limits.reports_per_minute",
		"limits: {photo_pixels: 999999999999999}": "limits.photo_pixels",
	} {
		name := filepath.Join(t.TempDir(), "anxin.yaml")
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(name, true, env()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want a word about %s", text, err, want)
		}
	}
	if _, err := Load(filepath.Join(t.TempDir(), "none.yaml"), true, env()); err == nil {
		t.Error("a file named on the command line must exist")
	}
}

// The sample must be a valid file that says nothing but the defaults.
func TestSampleIsTheDefault(t *testing.T) {
	uncommented := strings.ReplaceAll(Sample(), "\n#", "\n")
	c := Config{}
	if err := Parse([]byte(uncommented), &c); err != nil {
		t.Fatalf("%v\n%s", err, uncommented)
	}
	if c.Listen != Default().Listen || c.Access != Default().Access || c.Limits != Default().Limits {
		t.Fatalf("got %+v", c)
	}
}

func TestManualUpToDate(t *testing.T) {
	const name = "../../docs/ops/settings.md"
	if os.Getenv("ANXIN_UPDATE") == "1" {
		if err := os.WriteFile(name, []byte(Manual()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(name)
	if err != nil || string(got) != Manual() {
		t.Fatalf("docs/ops/settings.md is not what the settings say (ANXIN_UPDATE=1 go test ./internal/config writes it): %v", err)
	}
}
