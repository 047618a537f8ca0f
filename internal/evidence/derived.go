package evidence

import (
	"bytes"
	"context"
	"io"

	"anxin/internal/casefile"
	"anxin/internal/evidence/picture"
	"anxin/internal/tx"
)

// The kinds of what checks work out of an item. They are copies: they lie under the same key, point to their source and go where it goes. No side of a dispute is shown them.
const (
	KindMatchOverlay = "match_overlay" // the claim's picture, pale, with changed places marked
	KindMatchAligned = "match_aligned" // the reference laid over the claim's picture
	KindMatchFlicker = "match_flicker" // the claim's picture at the same size
	KindMatchMask    = "match_mask"    // changed places, white on black, at the claim's size
)

func isDerived(kind string) bool {
	switch kind {
	case KindMatchOverlay, KindMatchAligned, KindMatchFlicker, KindMatchMask:
		return true
	}
	return false
}

// Derived is something that a program of the product worked out of an item.
type Derived struct {
	Kind          string
	Media         string // image/jpeg or image/png
	Width, Height int
	Bytes         []byte
}

// Keep encrypts what was worked out of an item and answers the ids, in order, and what writes the records down, in the transaction that uses them. If that never happens the bytes
// are swept like any orphan.
func (s *Service) Keep(ctx context.Context, tenant casefile.Tenant, caseID, source casefile.ID, list []Derived) (ids []casefile.ID, write func(ctx context.Context, t tx.Tx) error, err error) {
	i, secret, err := s.itemAndSecret(ctx, tenant, caseID, source)
	if err != nil {
		return nil, nil, err
	}
	defer clear(secret)
	if i.IsCopy() || i.Note == NoteRemoved {
		return nil, nil, casefile.Failf(casefile.NotFound, "evidence.error.not_here", "item %s is a copy or was removed", source)
	}
	items := make([]Item, 0, len(list))
	for _, d := range list {
		if !isDerived(d.Kind) {
			return nil, nil, casefile.Failf(casefile.Internal, "error.internal", "nothing is derived as %s", d.Kind)
		}
		x, err := s.storeDerived(ctx, i, secret, d)
		if err != nil {
			return nil, nil, uploadError(err)
		}
		items, ids = append(items, x), append(ids, x.ID)
	}
	return ids, func(ctx context.Context, t tx.Tx) error { return s.insertDerived(ctx, t, i, items) }, nil
}

func (s *Service) storeDerived(ctx context.Context, src Item, secret []byte, d Derived) (Item, error) {
	sys := casefile.SystemActor(src.Tenant)
	x := Item{Tenant: src.Tenant, Case: src.Case, ID: s.Source.NewID(), Subject: src.Subject, Kind: d.Kind, Source: src.ID, Media: d.Media, Width: d.Width, Height: d.Height,
		Received: s.Source.Now(), Role: sys.Role, Route: sys.Route}
	put, err := s.Vault.Put(ctx, bytes.NewReader(d.Bytes), int64(len(d.Bytes)), keyFor(secret, x))
	x.Size, x.SHA256, x.SM3, x.Stored, x.StoredSize = put.Size, put.SHA256, put.SM3, put.Stored.ID, put.Stored.Size
	return AtFirst(x), err
}

func (s *Service) insertDerived(ctx context.Context, t tx.Tx, src Item, items []Item) error {
	now, err := s.Store.LockItem(ctx, t, src.Tenant, src.Case, src.ID)
	if err != nil || now.Note == NoteRemoved {
		return err // removed meanwhile: what was worked out of it goes with it
	}
	return s.insertLogged(ctx, t, items)
}

// OpenDerived opens what a program worked out of an item, for a reviewer or a lead who may see the item. Whether the stage of the claim allows it already (first impression) is the
// caller's to ask. For everybody else it is NotFound.
func (s *Service) OpenDerived(ctx context.Context, a casefile.Actor, caseID, id casefile.ID) (*Content, error) {
	x, err := s.item(ctx, a, caseID, id)
	if err != nil {
		return nil, err
	}
	if a.Role != casefile.Reviewer && a.Role != casefile.Admin || !isDerived(x.Kind) || x.Note == NoteRemoved {
		return nil, casefile.Failf(casefile.NotFound, "evidence.error.not_here", "item %s is nothing derived, or not for %s", id, a.Role)
	}
	src, err := s.item(ctx, a, caseID, x.Source)
	if err != nil {
		return nil, err
	}
	if err := s.Access(ctx, a, UseSee, src); err != nil {
		return nil, err
	}
	r, err := s.read(ctx, x)
	if err != nil {
		return nil, err
	}
	return &Content{Reader: r, Item: x, Variant: Display}, nil
}

// smallPicture is how many pixels a picture may have for its own bytes to be as quick to decode as its copy.
const smallPicture = 2 << 20

// ExamineSmall reads a picture for a program that works at small sizes: the bytes as received of a small one, the display copy of a large one, made now if it was not made yet.
// NotFound: never there, removed, erased, or of a kind that has no copy.
func (s *Service) ExamineSmall(ctx context.Context, tenant casefile.Tenant, caseID, id casefile.ID) ([]byte, error) {
	i, err := s.Known(ctx, tenant, caseID, id)
	if err != nil {
		return nil, err
	}
	if px := int64(i.Width) * int64(i.Height); px == 0 || px > smallPicture || picture.ByMedia(i.Media).Class != picture.Image || i.Size > maxDerivedRead {
		if i, err = s.copyOf(ctx, i, Display); err != nil {
			return nil, err
		}
	}
	r, err := s.read(ctx, i)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(io.LimitReader(r, maxDerivedRead+1))
}

// maxDerivedRead bounds what ExamineSmall reads into memory.
const maxDerivedRead = 16 << 20
