package app

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"anxin/internal/casefile"
)

// backupNote is the file that says when the last backup was made. It is no part of a backup: a restored installation has none yet.
const backupNote = "last-backup"

// NoteBackup remembers that a backup was made.
func NoteBackup(dataDir string, at time.Time) error {
	return os.WriteFile(filepath.Join(dataDir, backupNote), []byte(at.UTC().Format(time.RFC3339)+"\n"), 0o600)
}

// LastBackup answers when the last backup was made; zero when none was.
func LastBackup(dataDir string) (time.Time, error) {
	b, err := os.ReadFile(filepath.Join(dataDir, backupNote))
	if errors.Is(err, fs.ErrNotExist) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, err
	}
	return time.Parse(time.RFC3339, strings.TrimSpace(string(b)))
}

// lateBackup is how long an installation may be without a backup before the doctor says so.
const lateBackup = 8 * 24 * time.Hour

func backups(o Options, now time.Time) Finding {
	f := Finding{What: "backup", OK: true, Say: "no_backup"}
	at, err := LastBackup(o.DataDir)
	if err != nil {
		return Finding{What: "backup", Detail: err.Error(), Mend: "backup_note", Args: []any{"file", backupNote}}
	}
	since := at
	if at.IsZero() {
		if st, err := os.Stat(o.KeyFile()); err == nil { // as old as the key is the data
			since = st.ModTime()
		}
	} else {
		f.Say, f.Args = "backup", []any{"at", at.In(casefile.Shanghai).Format(time.DateTime)}
	}
	if !since.IsZero() && now.Sub(since) > lateBackup {
		f.OK, f.Mend = false, "backup"
	}
	return f
}
