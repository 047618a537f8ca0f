package evidence

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/clock"
	"anxin/internal/evidence/picture"
	"anxin/internal/tx"
)

// DeriveHandler runs the job of DeriveKind: copies are made outside the transaction and stored with the completion of the job.
func (s *Service) DeriveHandler() clock.Handler {
	return clock.Handler{Timeout: 3 * time.Minute, MaxAttempts: 6, Work: func(ctx context.Context, tm clock.Timer) (func(ctx context.Context, t tx.Tx) error, error) {
		var j deriveJob
		if err := json.Unmarshal(tm.Payload, &j); err != nil {
			return nil, clock.Hopeless(fmt.Errorf("payload of %s: %w", DeriveKind, err))
		}
		return s.derive(ctx, tm.Tenant, j.Case, j.Item)
	}}
}

// derive decodes an item, stores its copies and answers what writes them down. Nothing to do answers a function that does nothing.
func (s *Service) derive(ctx context.Context, tenant casefile.Tenant, caseID, id casefile.ID) (func(ctx context.Context, t tx.Tx) error, error) {
	nothing := func(context.Context, tx.Tx) error { return nil }
	i, secret, err := s.itemAndSecret(ctx, tenant, caseID, id)
	if casefile.Is(err, casefile.NotFound) {
		return nothing, nil // removed or erased before its turn
	}
	if err != nil {
		return nil, err
	}
	defer clear(secret)
	if i.Note != NotePending {
		return nothing, nil
	}
	rendered, err := s.render(ctx, i, secret)
	switch {
	case errors.Is(err, picture.ErrTooLarge):
		return s.writeNote(i, NoteLarge), nil
	case errors.Is(err, picture.ErrUnsupported):
		return s.writeNote(i, NoteOpaque), nil
	case errors.Is(err, picture.ErrDamaged):
		return s.writeNote(i, NoteDamaged), nil
	case err != nil:
		return nil, err
	}
	var copies []Item
	for kind, c := range map[string]picture.Copy{KindDisplay: rendered.Display, KindThumbnail: rendered.Thumb} {
		d, err := s.storeCopy(ctx, i, secret, kind, c)
		if err != nil {
			return nil, uploadError(err)
		}
		copies = append(copies, d)
	}
	if copies[0].Kind != KindDisplay {
		copies[0], copies[1] = copies[1], copies[0]
	}
	return s.writeCopies(i, copies), nil
}

func (s *Service) itemAndSecret(ctx context.Context, tenant casefile.Tenant, caseID, id casefile.ID) (i Item, secret []byte, err error) {
	err = s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		if i, err = s.Store.Item(ctx, t, tenant, caseID, id); err != nil {
			return err
		}
		secret, err = s.Keys.BlobKey(ctx, t, tenant, i.Subject)
		return err
	})
	return i, secret, err
}

func (s *Service) render(ctx context.Context, i Item, secret []byte) (picture.Rendered, error) {
	if i.Size > picture.DefaultLimits.Bytes {
		return picture.Rendered{}, picture.ErrTooLarge
	}
	r, err := s.Vault.Open(ctx, i.Stored, keyFor(secret, i))
	if err != nil {
		return picture.Rendered{}, uploadError(err)
	}
	b := make([]byte, i.Size) // bounded above
	_, err = io.ReadFull(r, b)
	if e := r.Close(); err == nil {
		err = e
	}
	if err != nil {
		return picture.Rendered{}, err
	}
	return s.Renderer.Render(ctx, b)
}

// storeCopy encrypts one copy under the key of its source.
func (s *Service) storeCopy(ctx context.Context, src Item, secret []byte, kind string, c picture.Copy) (Item, error) {
	sys := casefile.SystemActor(src.Tenant)
	d := Item{Tenant: src.Tenant, Case: src.Case, ID: s.Source.NewID(), Subject: src.Subject, Kind: kind, Source: src.ID, Media: picture.JPEG.Media, Width: c.Width, Height: c.Height,
		Received: s.Source.Now(), Role: sys.Role, Route: sys.Route}
	put, err := s.Vault.Put(ctx, bytes.NewReader(c.JPEG), int64(len(c.JPEG)), keyFor(secret, d))
	d.Size, d.SHA256, d.SM3, d.Stored, d.StoredSize = put.Size, put.SHA256, put.SM3, put.Stored.ID, put.Stored.Size
	return AtFirst(d), err
}

func (s *Service) writeNote(i Item, n Note) func(ctx context.Context, t tx.Tx) error {
	return func(ctx context.Context, t tx.Tx) error {
		now, err := s.Store.LockItem(ctx, t, i.Tenant, i.Case, i.ID)
		if err != nil || now.Note != NotePending {
			return err
		}
		return s.act(ctx, t, casefile.SystemActor(i.Tenant), now, ActDerived, "note="+string(n))
	}
}

// writeCopies stores the copies as items, unless somebody was faster; then their bytes are left for the sweep.
func (s *Service) writeCopies(i Item, copies []Item) func(ctx context.Context, t tx.Tx) error {
	return func(ctx context.Context, t tx.Tx) error {
		now, err := s.Store.LockItem(ctx, t, i.Tenant, i.Case, i.ID)
		if err != nil || now.Note != NotePending {
			return err
		}
		if err := s.insertLogged(ctx, t, copies); err != nil {
			return err
		}
		detail := "display=" + copies[0].ID.String() + " thumbnail=" + copies[1].ID.String()
		return s.act(ctx, t, casefile.SystemActor(i.Tenant), now, ActDerived, detail)
	}
}

// insertLogged stores items that the product made, each with its leaf of the log and its first line of custody.
func (s *Service) insertLogged(ctx context.Context, t tx.Tx, items []Item) error {
	leaves := make([]casefile.LogLeaf, 0, len(items))
	for _, x := range items {
		leaf, err := leafOfItem(x)
		if err != nil {
			return err
		}
		leaves = append(leaves, leaf)
	}
	first, err := s.Ledger.AppendLeaves(ctx, t, leaves)
	if err != nil {
		return err
	}
	for n, x := range items {
		x.Leaf = first + int64(n)
		if err := s.Store.InsertItem(ctx, t, x); err != nil {
			return err
		}
		if err := s.Store.InsertCustody(ctx, t, FirstCustody(x)); err != nil {
			return err
		}
	}
	return nil
}
