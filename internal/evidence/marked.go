package evidence

import (
	"bytes"
	"context"
	"image"
	_ "image/jpeg" // reads the size of a copy
	"io"

	"anxin/internal/casefile"
	"anxin/internal/evidence/picture"
	"anxin/internal/tx"
)

// markedKind is the kind of a copy that carries a mark: for which copy, and which mark.
func markedKind(v Variant, mark string) string { return "marked_" + string(v) + "_" + mark }

// OpenMarked opens a copy for an actor on which a mark was drawn: that what it shows was made by AI, or may have been. The original and its plain copies stay as they are. draw makes
// the marked copy out of the plain one, a JPEG of ours, once for each mark; it is kept beside the others.
func (s *Service) OpenMarked(ctx context.Context, a casefile.Actor, caseID, id casefile.ID, v Variant, mark string, draw func(ctx context.Context, jpeg []byte) ([]byte, error)) (*Content, error) {
	i, err := s.item(ctx, a, caseID, id)
	if err != nil {
		return nil, err
	}
	if i.IsCopy() || i.Note == NoteRemoved || v != Display && v != Thumbnail {
		return nil, casefile.Failf(casefile.NotFound, "evidence.error.not_here", "item %s is a copy or was removed", id)
	}
	if err := s.Access(ctx, a, UseSee, i); err != nil {
		return nil, err
	}
	plain, err := s.copyOf(ctx, i, v)
	if err != nil {
		return nil, err
	}
	kind := markedKind(v, mark)
	marked, ok, err := s.copyNamed(ctx, i, kind)
	if err != nil {
		return nil, err
	}
	if !ok {
		if marked, err = s.makeMarked(ctx, i, plain, kind, draw); err != nil {
			return nil, err
		}
	}
	r, err := s.read(ctx, marked)
	if err != nil {
		return nil, err
	}
	return &Content{Reader: r, Item: marked, Variant: v}, nil
}

func (s *Service) makeMarked(ctx context.Context, i, plain Item, kind string, draw func(ctx context.Context, jpeg []byte) ([]byte, error)) (Item, error) {
	r, err := s.read(ctx, plain)
	if err != nil {
		return Item{}, err
	}
	b, err := io.ReadAll(io.LimitReader(r, maxDerivedRead))
	if e := r.Close(); err == nil {
		err = e
	}
	if err != nil {
		return Item{}, err
	}
	if b, err = draw(ctx, b); err != nil {
		return Item{}, err
	}
	d := Derived{Kind: kind, Media: picture.JPEG.Media, Bytes: b}
	if c, _, err := image.DecodeConfig(bytes.NewReader(b)); err == nil {
		d.Width, d.Height = c.Width, c.Height
	}
	_, secret, err := s.itemAndSecret(ctx, i.Tenant, i.Case, i.ID)
	if err != nil {
		return Item{}, err
	}
	defer clear(secret)
	x, err := s.storeDerived(ctx, i, secret, d)
	if err != nil {
		return Item{}, uploadError(err)
	}
	return x, s.Run.Write(ctx, func(ctx context.Context, t tx.Tx) error { return s.insertDerived(ctx, t, i, []Item{x}) })
}

// copyNamed finds a copy of an item by its kind.
func (s *Service) copyNamed(ctx context.Context, i Item, kind string) (c Item, ok bool, err error) {
	var all []Item
	err = s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		all, err = s.Store.Items(ctx, t, i.Tenant, i.Case)
		return err
	})
	for _, x := range all {
		if x.Source == i.ID && x.Kind == kind && x.Note == NoteOK {
			return x, true, err
		}
	}
	return c, false, err
}
