package app

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"anxin/internal/config"
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
