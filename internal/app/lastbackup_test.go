package app

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"anxin/internal/config"
	"anxin/internal/i18n"
)

func TestDoctorMissesABackup(t *testing.T) {
	o := Options{Config: config.Default(), DataDir: t.TempDir()}
	now := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	if err := os.MkdirAll(filepath.Dir(o.KeyFile()), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(o.KeyFile(), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name      string
		key, made time.Time
		ok        bool
	}{
		{"young", now.Add(-time.Hour), time.Time{}, true},
		{"never", now.Add(-9 * 24 * time.Hour), time.Time{}, false},
		{"last night", now.Add(-90 * 24 * time.Hour), now.Add(-10 * time.Hour), true},
		{"long ago", now.Add(-90 * 24 * time.Hour), now.Add(-9 * 24 * time.Hour), false},
	} {
		if err := os.Chtimes(o.KeyFile(), c.key, c.key); err != nil {
			t.Fatal(err)
		}
		if !c.made.IsZero() {
			if err := NoteBackup(o.DataDir, c.made); err != nil {
				t.Fatal(err)
			}
		}
		if f := backups(o, now); f.OK != c.ok || !f.OK && f.Mend == "" {
			t.Errorf("%s: %+v", c.name, f)
		}
	}
}

// Whatever the doctor can say is in the catalogue, in both languages.
func TestDoctorsWordsAreInTheCatalogue(t *testing.T) {
	field := regexp.MustCompile(`(What|Say|Mend): +"([a-z_]+)"`)
	assignment := regexp.MustCompile(`^\s*f\.\w+.* = .*$`)
	for _, name := range []string{"doctor.go", "lastbackup.go", "regions.go"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var keys []string
		for _, m := range field.FindAllStringSubmatch(string(text), -1) {
			keys = append(keys, "doctor."+strings.ToLower(m[1])+"."+m[2])
		}
		for line := range strings.Lines(string(text)) {
			if !assignment.MatchString(line) {
				continue
			}
			left, right, _ := strings.Cut(strings.TrimSpace(line), " = ")
			values := strings.Split(right, ", ")
			for i, f := range strings.Split(left, ", ") {
				if f = strings.TrimPrefix(f, "f."); (f == "Say" || f == "Mend") && i < len(values) && len(values[i]) > 2 {
					keys = append(keys, "doctor."+strings.ToLower(f)+"."+strings.Trim(values[i], `"`))
				}
			}
		}
		if len(keys) < 4 {
			t.Errorf("%s says only %v", name, keys)
		}
		for _, key := range keys {
			if !i18n.Has(key) {
				t.Errorf("%s: %s is not in the catalogue", name, key)
			}
		}
	}
}
