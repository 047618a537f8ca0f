// Package backup writes and reads backups: one age-encrypted tar stream with a dump of the database, the evidence files (which are ciphertext already),
// the exported log and the operator's own data files. The master key is never in it: a stolen backup shows nobody's data, and a backup without the key
// restores nothing readable. Keep the two apart.
package backup

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"

	"anxin/internal/casefile"
)

// Dumper is the database.
type Dumper interface {
	Dump(ctx context.Context, w io.Writer) error
	Restore(ctx context.Context, r io.Reader) error
}

// Manifest is the first file of a backup.
type Manifest struct {
	Form    string    `json:"form"` // "anxin-backup/1"
	Version string    `json:"version"`
	Created time.Time `json:"created"`
}

const form = "anxin-backup/1"

// folders are copied whole; files beside them when they end in one of suffixes.
var (
	folders  = []string{"vault", "log", "catalog", "calendar", "rules", "law"}
	suffixes = []string{".yaml", ".tsv"}
)

// maxEntry bounds one file of a backup while restoring.
const maxEntry = 4 << 30

// Report counts what was written or read.
type Report struct {
	Manifest Manifest
	Files    int
	Bytes    int64
}

// Write makes a backup of a running or stopped installation. The database is one snapshot, taken first: a file of the vault that is
// younger than it does no harm, since nothing refers to it.
func Write(ctx context.Context, w io.Writer, d Dumper, dataDir string, m Manifest, to ...age.Recipient) (Report, error) {
	rep := Report{Manifest: m}
	rep.Manifest.Form = form
	sealed, err := age.Encrypt(w, to...)
	if err != nil {
		return rep, fmt.Errorf("encrypt backup: %w", err)
	}
	t := tar.NewWriter(sealed)
	head, err := json.Marshal(rep.Manifest)
	if err != nil {
		return rep, err
	}
	if err := put(t, "MANIFEST.json", int64(len(head)), m.Created, strings.NewReader(string(head))); err != nil {
		return rep, err
	}
	if err := writeDump(ctx, t, d, dataDir, m.Created, &rep); err != nil {
		return rep, err
	}
	if err := writeFiles(ctx, t, dataDir, &rep); err != nil {
		return rep, err
	}
	return rep, errors.Join(t.Close(), sealed.Close())
}

// writeDump spools the dump, because tar wants the size first. The spool is removed at once; it is ciphertext fields and hashes only.
func writeDump(ctx context.Context, t *tar.Writer, d Dumper, dataDir string, at time.Time, rep *Report) error {
	spool, err := os.CreateTemp(dataDir, "backup-*.tmp")
	if err != nil {
		return fmt.Errorf("spool the dump: %w", err)
	}
	defer os.Remove(spool.Name())
	defer spool.Close()
	z := gzip.NewWriter(spool)
	if err := errors.Join(d.Dump(ctx, z), z.Close()); err != nil {
		return fmt.Errorf("dump: %w", err)
	}
	size, err := spool.Seek(0, io.SeekCurrent)
	if err != nil {
		return err
	}
	if _, err := spool.Seek(0, io.SeekStart); err != nil {
		return err
	}
	rep.Files++
	rep.Bytes += size
	return put(t, "database.jsonl.gz", size, at, spool)
}

func writeFiles(ctx context.Context, t *tar.Writer, dataDir string, rep *Report) error {
	return filepath.WalkDir(dataDir, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			if errors.Is(err, fs.ErrNotExist) {
				return nil // a spool file that has just been renamed
			}
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		rel, err := filepath.Rel(dataDir, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if e.IsDir() {
			if rel != "." && !wantedFolder(rel) {
				return filepath.SkipDir
			}
			return nil
		}
		if !e.Type().IsRegular() || !wantedFile(rel) {
			return nil
		}
		return addFile(t, name, rel, rep)
	})
}

func addFile(t *tar.Writer, name, rel string, rep *Report) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return err
	}
	rep.Files++
	rep.Bytes += st.Size()
	return put(t, rel, st.Size(), st.ModTime(), f)
}

func put(t *tar.Writer, name string, size int64, at time.Time, r io.Reader) error {
	if err := t.WriteHeader(&tar.Header{Name: name, Size: size, Mode: 0o600, ModTime: at, Typeflag: tar.TypeReg}); err != nil {
		return err
	}
	n, err := io.Copy(t, io.LimitReader(r, size))
	if err == nil && n != size {
		err = fmt.Errorf("%s changed while it was read", name)
	}
	return err
}

func wantedFolder(rel string) bool {
	first, _, _ := strings.Cut(rel, "/")
	for _, f := range folders {
		if first == f {
			return !strings.Contains(rel, "spool")
		}
	}
	return false
}

func wantedFile(rel string) bool {
	if strings.Contains(rel, "/") {
		return wantedFolder(rel)
	}
	for _, s := range suffixes {
		if strings.HasSuffix(rel, s) {
			return true
		}
	}
	return false
}

// Read restores a backup into an empty data folder. open is called when the folder is there and answers the migrated, empty database.
// On an error what was restored is incomplete and must not be used.
func Read(ctx context.Context, r io.Reader, dataDir string, open func() (Dumper, error), with ...age.Identity) (Report, error) {
	var rep Report
	plain, err := age.Decrypt(r, with...)
	if err != nil {
		return rep, casefile.Failf(casefile.Invalid, "error.backup_key", "the backup cannot be opened with this key: %w", err)
	}
	t := tar.NewReader(plain)
	h, err := t.Next()
	if err != nil || h.Name != "MANIFEST.json" || h.Size > 1<<16 || json.NewDecoder(io.LimitReader(t, 1<<16)).Decode(&rep.Manifest) != nil || rep.Manifest.Form != form {
		return rep, casefile.Failf(casefile.Invalid, "error.not_a_backup", "the file is not a backup of anxin")
	}
	restored := false
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return rep, casefile.Failf(casefile.Invalid, "error.backup_cut", "the backup is damaged: %w", err)
		}
		if err := ctx.Err(); err != nil {
			return rep, err
		}
		if h.Name == "database.jsonl.gz" {
			if err := readDump(ctx, t, open); err != nil {
				return rep, err
			}
			restored = true
		} else if err := readFile(t, h, dataDir); err != nil {
			return rep, err
		}
		rep.Files++
		rep.Bytes += h.Size
	}
	if !restored {
		return rep, casefile.Failf(casefile.Invalid, "error.backup_cut", "the backup has no database")
	}
	return rep, nil
}

func readDump(ctx context.Context, r io.Reader, open func() (Dumper, error)) error {
	d, err := open()
	if err != nil {
		return err
	}
	z, err := gzip.NewReader(r)
	if err != nil {
		return casefile.Failf(casefile.Invalid, "error.backup_cut", "database: %w", err)
	}
	return d.Restore(ctx, z)
}

func readFile(r io.Reader, h *tar.Header, dataDir string) error {
	if h.Typeflag != tar.TypeReg || !filepath.IsLocal(h.Name) || !wantedFile(h.Name) || h.Size > maxEntry {
		return casefile.Failf(casefile.Invalid, "error.not_a_backup", "the backup holds an entry that does not belong there")
	}
	name := filepath.Join(dataDir, filepath.FromSlash(h.Name))
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, io.LimitReader(r, h.Size))
	return errors.Join(err, f.Sync(), f.Close())
}
