package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"

	"anxin/internal/app"
	"anxin/internal/backup"
)

type migrateCmd struct{ data }

func (c migrateCmd) Run(ctx context.Context) error {
	o, err := c.options()
	if err != nil {
		return err
	}
	s, err := app.OpenStore(ctx, o)
	if err != nil {
		return err
	}
	current, newest, err := s.DB.SchemaVersions(ctx)
	if err == nil {
		fmt.Printf("schema %d of %d\n", current, newest)
	}
	return errors.Join(err, s.Close())
}

type backupCmd struct {
	data
	To         []string `help:"age recipient (age1…) who can open the backup; may be repeated." placeholder:"AGE1..."`
	Passphrase string   `help:"File with a passphrase instead of recipients." type:"existingfile" placeholder:"FILE"`
	Out        string   `arg:"" help:"File to write; it must not exist."`
}

func (c backupCmd) Run(ctx context.Context) error {
	to, err := c.recipients()
	if err != nil {
		return err
	}
	o, err := c.options()
	if err != nil {
		return err
	}
	s, err := app.OpenStore(ctx, o)
	if err != nil {
		return err
	}
	defer s.Close()
	// Written beside and renamed, so that a half backup never has the name of a whole one.
	part := c.Out + ".part"
	if _, err := os.Stat(c.Out); err == nil {
		return fmt.Errorf("%s exists already; choose another name", c.Out)
	}
	f, err := os.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	rep, err := backup.Write(ctx, f, s.DB, o.DataDir, backup.Manifest{Version: o.Version, Created: time.Now().UTC()}, to...)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(part))
	}
	if err := os.Rename(part, c.Out); err != nil {
		return err
	}
	if err := app.NoteBackup(o.DataDir, time.Now()); err != nil {
		return fmt.Errorf("the backup is written, but not that it was: %w", err)
	}
	fmt.Printf("%s: %d files, %d bytes before encryption\nThe master key (%s) is not in it. Keep a copy of the key apart from the backup.\n", c.Out, rep.Files, rep.Bytes, o.KeyFile())
	return nil
}

func (c backupCmd) recipients() ([]age.Recipient, error) {
	if c.Passphrase != "" {
		p, err := passphrase(c.Passphrase)
		if err != nil {
			return nil, err
		}
		r, err := age.NewScryptRecipient(p)
		return []age.Recipient{r}, err
	}
	if len(c.To) == 0 {
		return nil, errors.New("say who can open the backup: --to age1… (make a key with age-keygen) or --passphrase FILE")
	}
	return age.ParseRecipients(strings.NewReader(strings.Join(c.To, "\n")))
}

func passphrase(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	line, err := bufio.NewReader(io.LimitReader(f, 4096)).ReadString('\n')
	if line = strings.TrimSpace(line); len(line) < 12 {
		return "", errors.Join(errors.New("the passphrase must have 12 characters or more"), ignoreEOF(err))
	}
	return line, nil
}

func ignoreEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

type restoreCmd struct {
	data
	Identity   string `help:"age identity file (AGE-SECRET-KEY-…)." type:"existingfile" placeholder:"FILE"`
	Passphrase string `help:"File with the passphrase." type:"existingfile" placeholder:"FILE"`
	MasterKey  string `help:"Copy of the master key; put into the data folder." type:"existingfile" placeholder:"FILE"`
	From       string `arg:"" type:"existingfile" help:"Backup file."`
}

func (c restoreCmd) Run(ctx context.Context) error {
	ids, err := c.identities()
	if err != nil {
		return err
	}
	if left, err := os.ReadDir(c.Data); err == nil && len(left) > 0 {
		return fmt.Errorf("the data folder %s is not empty; restore into a new one", c.Data)
	}
	o, err := c.options()
	if err != nil {
		return err
	}
	if err := putKey(c.MasterKey, o.KeyFile()); err != nil {
		return err
	}
	f, err := os.Open(c.From)
	if err != nil {
		return err
	}
	defer f.Close()
	var s *app.Store
	rep, err := backup.Read(ctx, f, o.DataDir, func() (backup.Dumper, error) {
		var err error
		s, err = app.OpenStore(ctx, o)
		if err != nil {
			return nil, err
		}
		return s.DB, nil
	}, ids...)
	if s != nil {
		err = errors.Join(err, s.Close())
	}
	if err != nil {
		return fmt.Errorf("%w (what was restored so far is incomplete: empty %s before the next try)", err, c.Data)
	}
	fmt.Printf("restored %d files of %s, made by version %s. Now run: anxin verify --data %s\n", rep.Files, rep.Manifest.Created.Format(time.RFC3339), rep.Manifest.Version, c.Data)
	return nil
}

func (c restoreCmd) identities() ([]age.Identity, error) {
	if c.Passphrase != "" {
		p, err := passphrase(c.Passphrase)
		if err != nil {
			return nil, err
		}
		id, err := age.NewScryptIdentity(p)
		return []age.Identity{id}, err
	}
	if c.Identity == "" {
		return nil, errors.New("say how to open the backup: --identity FILE or --passphrase FILE")
	}
	f, err := os.Open(c.Identity)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return age.ParseIdentities(io.LimitReader(f, 1<<20))
}

// putKey copies the operator's copy of the master key to its place.
func putKey(from, to string) error {
	if from == "" {
		if _, err := os.Stat(to); err != nil {
			return fmt.Errorf("there is no master key at %s: give the copy that you kept with --master-key FILE", to)
		}
		return nil
	}
	b, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	return os.WriteFile(to, b, 0o600)
}
