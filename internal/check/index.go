package check

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"anxin/fingerprint"
	"anxin/internal/casefile"
	"anxin/internal/tx"
)

// nearIndex is a search index of this process: filled from the database, thrown away with the process.
type nearIndex struct {
	folder string
	read   readRows

	mu      sync.Mutex
	index   *fingerprint.Index
	tenants map[casefile.Tenant]*filled
	names   map[[12]byte]casefile.ID // of videos
}

// filled is how far a tenant's items are in the index. Rows of two writers may become visible out of order, so the last minutes are read again.
type filled struct {
	until  time.Time
	recent map[casefile.ID]time.Time
}

const overlap = 10 * time.Minute

// indexRow is what one item of the database puts into an index.
type indexRow struct {
	item    casefile.ID
	at      time.Time
	entries []fingerprint.Entry // none: the item is not searched
}

// readRows pages through items in the order of their times; full says that there may be more.
type readRows func(ctx context.Context, s *Service, t tx.Tx, tenant casefile.Tenant, after time.Time, item casefile.ID) (rows []indexRow, full bool, err error)

// printedRows are the pictures.
func printedRows(ctx context.Context, s *Service, t tx.Tx, tenant casefile.Tenant, after time.Time, item casefile.ID) ([]indexRow, bool, error) {
	list, err := s.Store.Printed(ctx, t, tenant, after, item, pageSize)
	out := make([]indexRow, 0, len(list))
	for _, m := range list {
		r := indexRow{item: m.Item, at: m.Printed}
		if m.State == PrintOK {
			r.entries = []fingerprint.Entry{{Tenant: tenantKey(tenant), Item: m.Item, Hash: m.Print, Quality: uint8(min(m.Quality, 255))}}
		}
		out = append(out, r)
	}
	return out, len(list) == pageSize, err
}

func newNearIndex(folder string, read readRows) *nearIndex {
	return &nearIndex{folder: folder, read: read, tenants: map[casefile.Tenant]*filled{}}
}

// search answers the items that look like one of the prints, nearest first.
func (x *nearIndex) search(ctx context.Context, s *Service, tenant casefile.Tenant, prints []fingerprint.Hash) ([]fingerprint.Hit, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if err := x.fill(ctx, s, tenant); err != nil {
		return nil, err
	}
	return x.index.Search(fingerprint.Query{Tenant: tenantKey(tenant), Hashes: prints, Radius: fingerprint.NearRadius, Limit: maxHits})
}

// maxHits bounds how many near copies of one item are looked at.
const maxHits = 50

// pageSize is how many rows are read at once while the index is filled.
const pageSize = 5000

func (x *nearIndex) fill(ctx context.Context, s *Service, tenant casefile.Tenant) error {
	if err := x.open(); err != nil {
		return err
	}
	f := x.tenants[tenant]
	if f == nil {
		f = &filled{recent: map[casefile.ID]time.Time{}}
		x.tenants[tenant] = f
	}
	after, item := f.until.Add(-overlap), casefile.Nil
	if f.until.IsZero() {
		after = time.Time{}
	}
	for {
		var rows []indexRow
		full := false
		err := s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
			rows, full, err = x.read(ctx, s, t, tenant, after, item)
			return err
		})
		if err != nil {
			return err
		}
		var entries []fingerprint.Entry
		for _, r := range rows {
			after, item = r.at, r.item
			if _, have := f.recent[r.item]; have || len(r.entries) == 0 {
				continue
			}
			f.recent[r.item] = r.at
			entries = append(entries, r.entries...)
		}
		if len(entries) > 0 {
			if err := x.index.Append(entries...); err != nil {
				return err
			}
		}
		if !full {
			break
		}
	}
	if after.After(f.until) {
		f.until = after
	}
	for id, at := range f.recent {
		if at.Before(f.until.Add(-2 * overlap)) {
			delete(f.recent, id)
		}
	}
	return nil
}

// open makes the file of the index anew: the database is the truth, and filling it takes a second for a million.
func (x *nearIndex) open() error {
	if x.index != nil {
		return nil
	}
	folder := x.folder
	if folder == "" {
		folder = os.TempDir()
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("search index: %w", err)
	}
	file, err := os.CreateTemp(folder, "prints-*.idx")
	if err != nil {
		return fmt.Errorf("search index: %w", err)
	}
	name := file.Name()
	if err := errors.Join(file.Close(), os.Remove(name)); err != nil {
		return fmt.Errorf("search index: %w", err)
	}
	if x.index, err = fingerprint.OpenIndex(name); err != nil {
		return fmt.Errorf("search index: %w", err)
	}
	// The open file is enough; nothing of it outlives the process.
	return os.Remove(name)
}

// Close gives the indexes back.
func (s *Service) Close() error { return errors.Join(s.near.close(), s.frames.close()) }

func (x *nearIndex) close() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.index == nil {
		return nil
	}
	err := x.index.Close()
	x.index, x.tenants = nil, map[casefile.Tenant]*filled{}
	return err
}

func tenantKey(t casefile.Tenant) (k [16]byte) {
	binary.BigEndian.PutUint64(k[8:], uint64(t))
	return k
}
