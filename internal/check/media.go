package check

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
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
	RoleReference Role = "reference" // sealed by a merchant for an order or a listing
	RoleClaim     Role = "claim"     // shown by the buyer in a claim
	RoleReport    Role = "report"    // sent by a customer with a service request
	RoleVisit     Role = "visit"     // taken by a technician on a visit
	RoleAnswer    Role = "answer"    // shown by a merchant in a claim
	RoleChat      Role = "chat"      // from the shop's chat about an order, as the shop sealed it
)

// message reports whether something was exchanged between people outside what a claim's buyer shows: it may well be the same picture for honest reasons.
func (r Role) message() bool {
	return r == RoleReport || r == RoleVisit || r == RoleAnswer || r == RoleChat
}

// consistent reports whether something is what the buyer showed or a technician saw before the claim: the same picture again is being consistent. What a merchant showed is not.
func (r Related) consistent() bool { return r.Relation == RelMessage && r.Role != RoleAnswer }

// fromShop reports whether only the merchant says that this is what was exchanged.
func (r Role) fromShop() bool { return r == RoleAnswer || r == RoleChat }

// PrintState is how far the fingerprint of an item is.
type PrintState string

// The states of a fingerprint.
const (
	PrintWaiting PrintState = "waiting"
	PrintOK      PrintState = "ok"
	PrintPoor    PrintState = "poor"   // too plain to be compared: a wall, blank paper
	PrintCannot  PrintState = "cannot" // a video, a document, or a picture that is not decoded here
)

// Media is an item of the index: a reference, what a claim showed, or what was exchanged before one.
type Media struct {
	Tenant  casefile.Tenant
	Item    casefile.ID
	Case    casefile.ID
	Owner   casefile.ID // order, listing, claim or service request
	Subject casefile.ID // of the buyer or customer
	// Merchant is whose order or listing it belongs to, or is about; Nil when not known. Product is what all orders of the same product share.
	Merchant casefile.ID
	Product  casefile.ID
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
	kind := PrintKind
	if isVideo(m.Type) {
		kind = FilmKind
	}
	if err != nil || !fresh || m.State != PrintWaiting && kind != FilmKind || m.Role == RoleClaim {
		return err // the round of a claim makes the fingerprints of its items itself
	}
	payload, err := json.Marshal(printJob{m.Case, m.Item})
	if err != nil {
		return err
	}
	return s.Timers.Set(ctx, t, clock.Timer{Tenant: m.Tenant, Lane: clock.JobLane, Kind: kind, Case: m.Case, Dedupe: kind + "/" + m.Item.String(), Due: s.Later, Payload: payload})
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
	m = printed(m, p, s.Source.Now())
	if err := s.Store.SetPrint(ctx, t, m); err != nil || m.State == PrintCannot {
		return err
	}
	if len(p.Sketch) == 0 {
		p.Sketch = nothingInIt
	}
	return s.Store.SetSketch(ctx, t, m.Tenant, m.Item, p.Sketch)
}

// nothingInIt is the sketch of a picture without a single keypoint: looked at, and not to be looked at again.
var nothingInIt = []byte{0}

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
		m := Media{Tenant: in.Round.Tenant, Item: f.Item, Case: f.Case, Owner: in.Round.Claim, Subject: in.Round.Subject, Merchant: in.Round.Merchant, Product: in.Round.Product, Role: RoleClaim, Type: f.Media, SHA256: f.SHA256, Sealed: f.Sealed}
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

// Forget deletes everything that was drawn from an item, in the transaction that removes it: a picture that nobody may see any more is not recognised any
// more either. Signals that were written stay, as does the record of the item.
func (s *Service) Forget(ctx context.Context, t tx.Tx, tenant casefile.Tenant, item casefile.ID) error {
	return s.Store.Forget(ctx, t, tenant, item)
}
