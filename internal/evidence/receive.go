package evidence

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"anxin/internal/blob"
	"anxin/internal/casefile"
	"anxin/internal/clock"
	"anxin/internal/evidence/picture"
	"anxin/internal/tx"
)

// Incoming says what the bytes are that arrive.
type Incoming struct {
	Case casefile.ID
	// Subject is whose key encrypts them; Nil means the case's own, and then the case must exist. A draft brings its subject.
	Subject casefile.ID
	Kind    string
	Visit   casefile.ID // when they are received for a visit
	Taken   time.Time   // what the device said, zero when unknown
}

// Receive seals what body yields: it is durable and under the log when Receive returns. The same bytes under the same case and kind are the same item,
// so a retried upload is no second item. It is staged until Attach takes it; staged items are removed after a day.
//
// Errors: Invalid for a kind that is unknown or bytes that are not of that kind (archives, web pages, programs), TooLarge, NotFound for a
// case that is not there or whose subject was erased, Unavailable when the disk is full. On any error nothing is kept.
func (s *Service) Receive(ctx context.Context, a casefile.Actor, in Incoming, body io.Reader) (Item, error) {
	k, ok := kindOf(in.Kind)
	if !ok {
		return Item{}, casefile.InvalidField("kind", "evidence.error.kind")
	}
	buf := bufio.NewReaderSize(body, picture.SniffLen)
	head, err := buf.Peek(picture.SniffLen)
	if err != nil && err != io.EOF {
		return Item{}, uploadError(err)
	}
	typ := picture.Sniff(head)
	if err := allowed(k, typ, len(head)); err != nil {
		return Item{}, err
	}
	i := Item{Tenant: a.Tenant, Case: in.Case, ID: s.Source.NewID(), Subject: in.Subject, Kind: k.Name, Media: typ.Media, Received: s.Source.Now(), DeviceAt: deviceTime(in.Taken),
		Role: a.Role, Actor: a.ID, Route: a.Route, ReceivedFor: in.Visit}
	secret, err := s.secretFor(ctx, &i)
	if err != nil {
		return Item{}, err
	}
	first := &firstBytes{limit: picture.HeaderLen}
	put, err := s.Vault.Put(ctx, io.TeeReader(buf, first), k.Max, keyFor(secret, i))
	clear(secret)
	if err != nil {
		return Item{}, uploadError(err)
	}
	i.Size, i.SHA256, i.SM3, i.Stored, i.StoredSize = put.Size, put.SHA256, put.SM3, put.Stored.ID, put.Stored.Size
	i.Width, i.Height, _ = picture.Size(typ, first.b.Bytes())
	kept, err := s.keep(ctx, AtFirst(i))
	if err != nil || kept.ID != i.ID {
		// Nothing refers to the bytes. If this does not succeed, the sweep finds them.
		_ = s.Vault.Store().Delete(context.WithoutCancel(ctx), i.Stored)
	}
	return kept, err
}

// deviceTime keeps a device's time to the microsecond, and none that no calendar has.
func deviceTime(t time.Time) time.Time {
	if t.IsZero() || t.Year() < 1990 || t.Year() > 2200 {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Microsecond)
}

// allowed compares what the bytes are with what the kind may be.
func allowed(k Kind, typ picture.Type, n int) error {
	switch {
	case n == 0:
		return casefile.InvalidField("file", "evidence.error.empty")
	case slices.Contains(k.Classes, typ.Class):
		return nil
	case typ.Class == picture.Archive:
		return casefile.InvalidField("file", "evidence.error.archive")
	case typ.Class == picture.Markup || typ.Class == picture.Unknown:
		return casefile.InvalidField("file", "evidence.error.unknown_type")
	}
	return casefile.InvalidField("file", "evidence.error.wrong_type")
}

// secretFor finds the key of the item's subject, and the subject itself when the case says it.
func (s *Service) secretFor(ctx context.Context, i *Item) (secret []byte, err error) {
	err = s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		if i.Subject.IsNil() {
			c, err := s.Cases.Get(ctx, t, i.Tenant, i.Case)
			if err != nil {
				return err
			}
			i.Subject = c.Subject
		}
		secret, err = s.Keys.BlobKey(ctx, t, i.Tenant, i.Subject)
		return err
	})
	return secret, err
}

// keep writes the item, its first custody entry, its leaf and the job that makes its copies; or answers the item that is there already.
func (s *Service) keep(ctx context.Context, i Item) (kept Item, err error) {
	leaf, err := leafOfItem(i)
	if err != nil {
		return Item{}, casefile.Failf(casefile.Internal, "error.internal", "item record: %w", err)
	}
	err = s.Run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		secret, err := s.Keys.BlobKey(ctx, t, i.Tenant, i.Subject) // erased meanwhile?
		if err != nil {
			return err
		}
		clear(secret)
		if i.Note == NotePending {
			if err := s.Timers.Set(ctx, t, deriveTimer(i)); err != nil {
				return err
			}
		}
		// From here on nobody else appends, so two uploads of the same bytes cannot both find nothing.
		if err := s.Ledger.Hold(ctx, t, i.Tenant); err != nil {
			return err
		}
		kept, err = s.Store.Same(ctx, t, i.Tenant, i.Case, i.Kind, i.SHA256)
		if !casefile.Is(err, casefile.NotFound) {
			return err
		}
		kept = i
		if kept.Leaf, err = s.Ledger.AppendLeaves(ctx, t, []casefile.LogLeaf{leaf}); err != nil {
			return err
		}
		if err := s.Store.InsertItem(ctx, t, kept); err != nil {
			return err
		}
		return s.Store.InsertCustody(ctx, t, FirstCustody(kept))
	})
	return kept, err
}

// DeriveKind is the kind of the job that makes an item's copies.
const DeriveKind = "evidence.derive"

type deriveJob struct {
	Case casefile.ID `json:"case"`
	Item casefile.ID `json:"item"`
}

func deriveTimer(i Item) clock.Timer {
	payload, _ := json.Marshal(deriveJob{i.Case, i.ID}) // two ids always marshal
	return clock.Timer{Tenant: i.Tenant, Lane: clock.JobLane, Kind: DeriveKind, Case: i.Case, Dedupe: DeriveKind + "/" + i.ID.String(), Payload: payload}
}

// firstBytes keeps the first bytes that pass by.
type firstBytes struct {
	b     bytes.Buffer
	limit int
}

func (f *firstBytes) Write(p []byte) (int, error) {
	if room := f.limit - f.b.Len(); room > 0 {
		f.b.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}

// uploadError gives errors of the store and of the line their category.
func uploadError(err error) error {
	var known *casefile.Error
	switch {
	case errors.As(err, &known):
		return err
	case errors.Is(err, blob.ErrTooLarge):
		return &casefile.Error{Category: casefile.TooLarge, Key: "evidence.error.too_large", Cause: err}
	case errors.Is(err, blob.ErrFull):
		return &casefile.Error{Category: casefile.Unavailable, Key: "error.disk_full", RetryAfter: time.Minute, Cause: err}
	case errors.Is(err, blob.ErrNotFound):
		return &casefile.Error{Category: casefile.NotFound, Key: "evidence.error.bytes_gone", Cause: err}
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), errors.Is(err, io.ErrUnexpectedEOF):
		return &casefile.Error{Category: casefile.Unavailable, Key: "evidence.error.interrupted", Cause: err}
	}
	// The body limit of the edge is an http.MaxBytesError, which this package cannot name.
	if strings.Contains(err.Error(), "request body too large") {
		return &casefile.Error{Category: casefile.TooLarge, Key: "evidence.error.too_large", Cause: err}
	}
	return casefile.Failf(casefile.Unavailable, "evidence.error.interrupted", "receive: %w", err)
}
