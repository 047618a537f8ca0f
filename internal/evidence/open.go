package evidence

import (
	"context"
	"io"

	"anxin/internal/blob"
	"anxin/internal/casefile"
	"anxin/internal/evidence/picture"
	"anxin/internal/tx"
)

// Variant says which bytes of an item are wanted.
type Variant string

// The variants.
const (
	Display   Variant = "display"   // the copy for pages, at most 1600 pixels
	Thumbnail Variant = "thumbnail" // the small copy
	Original  Variant = "original"  // the bytes as received, as a download; written down in the custody log
	Played    Variant = "played"    // a video as received, to be played in the page; written down once a sitting
)

// Content is an opened file: an io.ReadSeekCloser and io.ReaderAt of Size() bytes.
type Content struct {
	*blob.Reader
	Item    Item // what is read: the copy, or the item itself
	Variant Variant
	name    string
}

// Headers are the HTTP headers that content of this kind must be served with, in order. Originals are never shown inline, whatever they are; copies are
// ours and may be. Nothing is ever guessed by the browser.
func (c *Content) Headers() [][2]string {
	h := [][2]string{
		{"X-Content-Type-Options", "nosniff"},
		{"Content-Security-Policy", "default-src 'none'; sandbox"},
		{"Cross-Origin-Resource-Policy", "same-origin"},
	}
	if c.Variant == Original {
		return append(h, [2]string{"Cache-Control", "private, no-store"}, [2]string{"Content-Type", "application/octet-stream"}, [2]string{"Content-Disposition", `attachment; filename="` + c.name + `"`})
	}
	if c.Variant == Played {
		return append(h, [2]string{"Cache-Control", "private, no-store"}, [2]string{"Content-Type", c.Item.Media}, [2]string{"Content-Disposition", "inline"})
	}
	// A copy never changes; a phone need not fetch it again on every look at the page, and forgets it soon.
	return append(h, [2]string{"Cache-Control", "private, max-age=600"}, [2]string{"Content-Type", c.Item.Media}, [2]string{"Content-Disposition", "inline"})
}

// Open opens an item for an actor; the caller closes the content. Copies that were not made yet are made now.
//
// Errors: NotFound for an item that is not there, not this actor's, removed or erased, and for copies of what has none (evidence.error.no_copy).
func (s *Service) Open(ctx context.Context, a casefile.Actor, caseID, id casefile.ID, v Variant) (*Content, error) {
	i, err := s.item(ctx, a, caseID, id)
	if err != nil {
		return nil, err
	}
	if i.IsCopy() || i.Note == NoteRemoved {
		return nil, casefile.Failf(casefile.NotFound, "evidence.error.not_here", "item %s is a copy or was removed", id)
	}
	use := UseSee
	if v == Original {
		use = UseOpen
	}
	if err := s.Access(ctx, a, use, i); err != nil {
		return nil, err
	}
	target := i
	if v == Original {
		err = s.writeUse(ctx, a, i, ActOpened, "variant=original")
	} else {
		target, err = s.copyOf(ctx, i, v)
	}
	if err != nil {
		return nil, err
	}
	r, err := s.read(ctx, target)
	if err != nil {
		return nil, err
	}
	return &Content{Reader: r, Item: target, Variant: v, name: i.Kind + "-" + i.ID.String() + "." + picture.ByMedia(i.Media).Extension}, nil
}

// Play opens a video for an actor who may have its original, to be played by ranges. log says that this begins a sitting: it is then written down in the custody log before anything
// is given. NotFound also for what is no video.
func (s *Service) Play(ctx context.Context, a casefile.Actor, caseID, id casefile.ID, log bool) (*Content, error) {
	i, err := s.item(ctx, a, caseID, id)
	if err != nil {
		return nil, err
	}
	if i.IsCopy() || i.Note == NoteRemoved || picture.ByMedia(i.Media).Class != picture.Video {
		return nil, casefile.Failf(casefile.NotFound, "evidence.error.not_here", "item %s is no video, or was removed", id)
	}
	if err := s.Access(ctx, a, UseOpen, i); err != nil {
		return nil, err
	}
	if log {
		if err := s.writeUse(ctx, a, i, ActOpened, "variant=played"); err != nil {
			return nil, err
		}
	}
	r, err := s.read(ctx, i)
	if err != nil {
		return nil, err
	}
	return &Content{Reader: r, Item: i, Variant: Played}, nil
}

func (s *Service) read(ctx context.Context, i Item) (*blob.Reader, error) {
	var secret []byte
	err := s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		secret, err = s.Keys.BlobKey(ctx, t, i.Tenant, i.Subject)
		return err
	})
	if err != nil {
		return nil, err
	}
	defer clear(secret)
	r, err := s.Vault.Open(ctx, i.Stored, keyFor(secret, i))
	if err != nil {
		return nil, uploadError(err)
	}
	return r, nil
}

// copyOf finds a copy of an item, making it when its job has not run yet.
func (s *Service) copyOf(ctx context.Context, i Item, v Variant) (Item, error) {
	if i.Note == NotePending {
		write, err := s.derive(ctx, i.Tenant, i.Case, i.ID)
		if err != nil {
			return Item{}, err
		}
		if err := s.Run.Write(ctx, write); err != nil {
			return Item{}, err
		}
	}
	kind := KindDisplay
	if v == Thumbnail {
		kind = KindThumbnail
	}
	var all []Item
	err := s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		all, err = s.Store.Items(ctx, t, i.Tenant, i.Case)
		return err
	})
	for _, c := range all {
		if c.Source == i.ID && c.Kind == kind && c.Note == NoteOK {
			return c, nil
		}
	}
	if err == nil {
		err = casefile.Failf(casefile.NotFound, "evidence.error.no_copy", "item %s has no %s: %s", i.ID, kind, i.Note)
	}
	return Item{}, err
}

// writeUse writes down that somebody got the original, before they get it.
func (s *Service) writeUse(ctx context.Context, a casefile.Actor, i Item, act Act, detail string) error {
	return s.Run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		now, err := s.Store.LockItem(ctx, t, i.Tenant, i.Case, i.ID)
		if err != nil {
			return err
		}
		return s.act(ctx, t, a, now, act, detail)
	})
}

// ReadSealed writes the clear bytes of an item to w, for verification. It answers the number of bytes; NotFound when the subject was erased.
func ReadSealed(ctx context.Context, run tx.Runner, keys Keys, files blob.Store, i Item, w io.Writer) (int64, error) {
	var secret []byte
	err := run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		secret, err = keys.BlobKey(ctx, t, i.Tenant, i.Subject)
		return err
	})
	if err != nil {
		return 0, err
	}
	defer clear(secret)
	r, err := blob.NewSealer(files, nil).Open(ctx, i.Stored, keyFor(secret, i))
	if err != nil {
		return 0, err
	}
	defer r.Close()
	return io.Copy(w, r)
}
