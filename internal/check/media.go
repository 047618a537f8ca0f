package check

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"anxin/fingerprint"
	"anxin/internal/casefile"
	"anxin/internal/clock"
	"anxin/internal/tx"
)

// Role is what an item of the index is.
type Role string

// The roles.
const (
	RoleReference Role = "reference"
	RoleClaim     Role = "claim"
)

// PrintState is how far the fingerprint of an item is.
type PrintState string

// The states of a fingerprint.
const (
	PrintWaiting PrintState = "waiting"
	PrintOK      PrintState = "ok"
	PrintPoor    PrintState = "poor"   // too plain to be compared: a wall, blank paper
	PrintCannot  PrintState = "cannot" // a video, a document, or a picture that is not decoded here
)

// Media is an item of the index: a reference, or what a claim showed.
type Media struct {
	Tenant  casefile.Tenant
	Item    casefile.ID
	Case    casefile.ID
	Owner   casefile.ID // order, listing or claim
	Subject casefile.ID // of a claim's buyer
	// Merchant is whose order or listing it belongs to, or is about; Nil when not known.
	Merchant casefile.ID
	Role     Role
	Type     string // media type
	SHA256   [32]byte
	Sealed   casefile.Moment
	State    PrintState
	Print    fingerprint.Hash
	Quality  int
	Printed  time.Time
}

type printJob struct {
	Case casefile.ID `json:"case"`
	Item casefile.ID `json:"item"`
}

// Add puts an item into the index, in the caller's transaction: found by its bytes at once, by its look when its job has run. Adding it again changes nothing.
func (s *Service) Add(ctx context.Context, t tx.Tx, m Media) error {
	if m.State = PrintWaiting; !strings.HasPrefix(m.Type, "image/") {
		m.State = PrintCannot
	}
	fresh, err := s.Store.InsertMedia(ctx, t, m)
	if err != nil || !fresh || m.State != PrintWaiting || m.Role == RoleClaim {
		return err // the round of a claim makes the fingerprints of its items itself
	}
	payload, err := json.Marshal(printJob{m.Case, m.Item})
	if err != nil {
		return err
	}
	return s.Timers.Set(ctx, t, clock.Timer{Tenant: m.Tenant, Lane: clock.JobLane, Kind: PrintKind, Case: m.Case, Dedupe: PrintKind + "/" + m.Item.String(), Due: s.Later, Payload: payload})
}

// printWork makes the fingerprint of a reference.
func (s *Service) printWork(ctx context.Context, tm clock.Timer) (func(ctx context.Context, t tx.Tx) error, error) {
	var j printJob
	if err := json.Unmarshal(tm.Payload, &j); err != nil {
		return nil, clock.Hopeless(fmt.Errorf("payload of %s: %w", PrintKind, err))
	}
	f, err := s.Vault.File(ctx, tm.Tenant, j.Case, j.Item)
	var p Picture
	if err == nil {
		p, err = s.look(ctx, tm.Tenant, f)
	}
	if casefile.Is(err, casefile.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, t tx.Tx) error {
		return s.setPrint(ctx, t, Media{Tenant: tm.Tenant, Item: j.Item}, p)
	}, nil
}

// setPrint keeps what is known of an item's look.
func (s *Service) setPrint(ctx context.Context, t tx.Tx, m Media, p Picture) error {
	if err := s.Store.SetPrint(ctx, t, printed(m, p, s.Source.Now())); err != nil || len(p.Sketch) == 0 {
		return err
	}
	return s.Store.SetSketch(ctx, t, m.Tenant, m.Item, p.Sketch)
}

// printed fills in what is known of an item's look.
func printed(m Media, p Picture, at time.Time) Media {
	switch {
	case len(p.Prints) == 0:
		m.State = PrintCannot
	case p.Quality < fingerprint.MinQuality:
		m.State, m.Print, m.Quality, m.Printed = PrintPoor, p.Prints[0], p.Quality, at
	default:
		m.State, m.Print, m.Quality, m.Printed = PrintOK, p.Prints[0], p.Quality, at
	}
	return m
}

// maxPicture bounds what is read into memory to be looked at: the vault takes photographs of 30 MB.
const maxPicture = 32 << 20

// look reads a picture and has it decoded in the other process.
func (s *Service) look(ctx context.Context, tenant casefile.Tenant, f File) (Picture, error) {
	if !strings.HasPrefix(f.Media, "image/") {
		return Picture{Decoded: "unsupported"}, nil
	}
	if f.Size > maxPicture {
		return Picture{Decoded: "too_large"}, nil
	}
	b, err := s.bytes(ctx, tenant, f)
	if err != nil {
		return Picture{}, err
	}
	return s.Pictures.Look(ctx, b)
}

// bytes reads a whole file of bounded size.
func (s *Service) bytes(ctx context.Context, tenant casefile.Tenant, f File) ([]byte, error) {
	if f.Size > maxPicture {
		return nil, fmt.Errorf("item %s has %d bytes", f.Item, f.Size)
	}
	c, err := s.Vault.Open(ctx, tenant, f.Case, f.Item)
	if err != nil {
		return nil, err
	}
	b := make([]byte, f.Size)
	_, err = c.ReadAt(b, 0)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return b, errors.Join(err, c.Close())
}

// indexClaim puts the items of a round into the index, with their fingerprints where they can be made.
func (s *Service) indexClaim(ctx context.Context, in *Input) error {
	for _, f := range in.Files {
		m := Media{Tenant: in.Round.Tenant, Item: f.Item, Case: f.Case, Owner: in.Round.Claim, Subject: in.Round.Subject, Merchant: in.Round.Merchant, Role: RoleClaim, Type: f.Media, SHA256: f.SHA256, Sealed: f.Sealed}
		p, looked := in.Picture(ctx, f)
		err := s.Run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
			if err := s.Add(ctx, t, m); err != nil || looked != nil {
				return err
			}
			was, err := s.Store.Media(ctx, t, m.Tenant, m.Item)
			if err != nil || was.State != PrintWaiting {
				return err
			}
			return s.setPrint(ctx, t, m, p)
		})
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

// nearIndex is the search index of this process: filled from the database, thrown away with the process.
type nearIndex struct {
	folder string

	mu      sync.Mutex
	index   *fingerprint.Index
	tenants map[casefile.Tenant]*filled
}

// filled is how far a tenant's items are in the index. Rows of two writers may become visible out of order, so the last minutes are read again.
type filled struct {
	until  time.Time
	recent map[casefile.ID]time.Time
}

const overlap = 10 * time.Minute

func newNearIndex(folder string) *nearIndex {
	return &nearIndex{folder: folder, tenants: map[casefile.Tenant]*filled{}}
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
		var rows []Media
		err := s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
			rows, err = s.Store.Printed(ctx, t, tenant, after, item, pageSize)
			return err
		})
		if err != nil {
			return err
		}
		var entries []fingerprint.Entry
		for _, m := range rows {
			after, item = m.Printed, m.Item
			if _, have := f.recent[m.Item]; have || m.State != PrintOK {
				continue
			}
			f.recent[m.Item] = m.Printed
			entries = append(entries, fingerprint.Entry{Tenant: tenantKey(tenant), Item: m.Item, Hash: m.Print, Quality: uint8(min(m.Quality, 255))})
		}
		if len(entries) > 0 {
			if err := x.index.Append(entries...); err != nil {
				return err
			}
		}
		if len(rows) < pageSize {
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

// Close gives the index back.
func (s *Service) Close() error {
	s.near.mu.Lock()
	defer s.near.mu.Unlock()
	if s.near.index == nil {
		return nil
	}
	err := s.near.index.Close()
	s.near.index, s.near.tenants = nil, map[casefile.Tenant]*filled{}
	return err
}

func tenantKey(t casefile.Tenant) (k [16]byte) {
	binary.BigEndian.PutUint64(k[8:], uint64(t))
	return k
}
