package checkdb

import (
	"context"
	"fmt"
	"time"

	"anxin/fingerprint"
	"anxin/internal/casefile"
	"anxin/internal/check"
	"anxin/internal/db"
	"anxin/internal/tx"
)

// filmVersion is that of the way frames of videos are printed and sketched; those of another are made anew.
const filmVersion = 1

// printBytes is a print as it is kept: the hash and the quality.
const printBytes = 33

// SetFilm implements check.Store.
func (Store) SetFilm(ctx context.Context, t tx.Tx, tenant casefile.Tenant, item casefile.ID, f check.Film, at time.Time) error {
	if gone, err := forgotten(ctx, t, tenant, item); gone || err != nil {
		return err
	}
	prints := make([]byte, 0, len(f.Prints)*printBytes)
	for _, p := range f.Prints {
		prints = append(append(prints, p.Hash[:]...), byte(min(p.Quality, 255)))
	}
	if _, err := t.Exec(ctx, setFilm, tenant, item, filmVersion, string(f.State), prints, db.Micros(at)); err != nil {
		return err
	}
	if _, err := t.Exec(ctx, clearFrames, tenant, item); err != nil {
		return err
	}
	for _, k := range f.Kept {
		if _, err := t.Exec(ctx, setFrame, tenant, item, k.Second, filmVersion, k.Sketch); err != nil {
			return err
		}
	}
	return nil
}

// Film implements check.Store.
func (Store) Film(ctx context.Context, t tx.Tx, tenant casefile.Tenant, item casefile.ID) (f check.Film, err error) {
	var prints []byte
	if err := t.QueryRow(ctx, film, tenant, item, filmVersion).Scan(&f.State, &prints, db.Time(&f.Printed)); err != nil {
		return f, err
	}
	if f.Prints, err = unpack(item, prints); err != nil {
		return f, err
	}
	rows, err := t.Query(ctx, frames, tenant, item, filmVersion)
	f.Kept, err = db.Collect(rows, err, func(row tx.Row) (k check.Frame, err error) {
		err = row.Scan(&k.Second, &k.Sketch)
		return k, err
	})
	f.Item = item
	return f, err
}

// Filmed implements check.Store.
func (Store) Filmed(ctx context.Context, t tx.Tx, tenant casefile.Tenant, after time.Time, item casefile.ID, limit int) ([]check.Film, error) {
	rows, err := t.Query(ctx, filmed, tenant, filmVersion, micros(after), item[:], limit)
	return db.Collect(rows, err, func(row tx.Row) (f check.Film, err error) {
		var prints []byte
		if err := row.Scan(&f.Item, &f.State, &prints, db.Time(&f.Printed)); err != nil {
			return f, err
		}
		f.Prints, err = unpack(f.Item, prints)
		return f, err
	})
}

func unpack(item casefile.ID, b []byte) ([]fingerprint.Print, error) {
	if len(b)%printBytes != 0 {
		return nil, fmt.Errorf("video %s of the index has %d bytes of prints", item, len(b))
	}
	out := make([]fingerprint.Print, 0, len(b)/printBytes)
	for ; len(b) > 0; b = b[printBytes:] {
		p := fingerprint.Print{Quality: int(b[printBytes-1])}
		copy(p.Hash[:], b)
		out = append(out, p)
	}
	return out, nil
}

// Lacking implements check.Store.
func (Store) Lacking(ctx context.Context, t tx.Tx, tenant casefile.Tenant, after casefile.ID, films bool, limit int) ([]check.Media, error) {
	again := 0
	if films {
		again = 1
	}
	rows, err := t.Query(ctx, lacking, tenant, after[:], sketchVersion, filmVersion, again, limit)
	return db.Collect(rows, err, scanMedia)
}
