package backup

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"filippo.io/age"

	"anxin/internal/casefile"
)

// memory stands for a database: its content is the dump.
type memory struct{ text string }

func (m *memory) Dump(_ context.Context, w io.Writer) error {
	_, err := io.WriteString(w, m.text)
	return err
}

func (m *memory) Restore(_ context.Context, r io.Reader) error {
	b, err := io.ReadAll(r)
	m.text = string(b)
	return err
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestBackupComesBackWithoutTheMasterKey(t *testing.T) {
	ctx := context.Background()
	from, to := t.TempDir(), t.TempDir()
	write(t, from+"/vault/ab/abcdef", "ciphertext")
	write(t, from+"/vault/spool/half", "half a photo")
	write(t, from+"/log/1/checkpoint", "note")
	write(t, from+"/anxin.yaml", "listen: x")
	write(t, from+"/keys/master.json", "SECRET-KEY")
	write(t, from+"/anxin.db", "raw database")
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	rep, err := Write(ctx, &file, &memory{"rows"}, from, Manifest{Version: "test", Created: time.Unix(1_800_000_000, 0).UTC()}, id.Recipient())
	if err != nil || rep.Files != 4 {
		t.Fatalf("%+v, %v", rep, err)
	}
	if bytes.Contains(file.Bytes(), []byte("ciphertext")) {
		t.Error("the backup is not encrypted")
	}
	db := &memory{}
	rep, err = Read(ctx, bytes.NewReader(file.Bytes()), to, func() (Dumper, error) { return db, nil }, id)
	if err != nil || db.text != "rows" || rep.Manifest.Version != "test" {
		t.Fatalf("%+v, %v, %q", rep, err, db.text)
	}
	for name, want := range map[string]bool{"vault/ab/abcdef": true, "log/1/checkpoint": true, "anxin.yaml": true, "keys/master.json": false, "anxin.db": false, "vault/spool/half": false} {
		if _, err := os.Stat(filepath.Join(to, name)); (err == nil) != want {
			t.Errorf("%s restored: %v, want %v", name, err == nil, want)
		}
	}
}

func TestDamagedOrForeignBackupIsRefused(t *testing.T) {
	ctx := context.Background()
	id, _ := age.GenerateX25519Identity()
	other, _ := age.GenerateX25519Identity()
	var file bytes.Buffer
	if _, err := Write(ctx, &file, &memory{"rows"}, t.TempDir(), Manifest{}, id.Recipient()); err != nil {
		t.Fatal(err)
	}
	open := func() (Dumper, error) { return &memory{}, nil }
	for name, c := range map[string]struct {
		b  []byte
		id age.Identity
	}{
		"other key": {file.Bytes(), other},
		"cut":       {file.Bytes()[:file.Len()-40], id},
		"nonsense":  {[]byte("hello"), id},
		"flipped":   {append(append([]byte{}, file.Bytes()[:file.Len()/2]...), append([]byte{^file.Bytes()[file.Len()/2]}, file.Bytes()[file.Len()/2+1:]...)...), id},
	} {
		if _, err := Read(ctx, bytes.NewReader(c.b), t.TempDir(), open, c.id); !casefile.Is(err, casefile.Invalid) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
