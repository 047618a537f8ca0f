package evidence

import (
	"context"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/clock"
	"anxin/internal/tx"
)

// Attachment says which items go where. Its fields are those of service.Attachment, so the one converts to the other.
type Attachment struct {
	Case, Request, Visit casefile.ID
	Kind                 string
	Items                []casefile.ID
}

// Attach takes staged items of a case into a request, and into a visit when it is not Nil, in the caller's transaction. Attaching again to the same place is
// no error. An item that is not there, was removed, is another case's or kind's, or belongs to another request or visit is NotFound.
//
// It adds leaves, so it takes the head of the log: call it right before Timeline.Append.
func (s *Service) Attach(ctx context.Context, t tx.Tx, by casefile.Actor, a Attachment) error {
	for _, id := range a.Items {
		i, err := s.Store.LockItem(ctx, t, by.Tenant, a.Case, id)
		if err != nil {
			return err
		}
		if i.IsCopy() || i.Kind != a.Kind || i.Note == NoteRemoved ||
			!i.Request.IsNil() && i.Request != a.Request || !i.Visit.IsNil() && i.Visit != a.Visit {
			return casefile.Failf(casefile.NotFound, "evidence.error.not_here", "item %s cannot be attached as %s", id, a.Kind)
		}
		if !i.Attached.IsZero() && i.Request == a.Request && i.Visit == a.Visit {
			continue
		}
		detail := "request=" + a.Request.String()
		if !a.Visit.IsNil() {
			detail += " visit=" + a.Visit.String()
		}
		if err := s.act(ctx, t, by, i, ActAttached, detail); err != nil {
			return err
		}
	}
	return nil
}

// Attached lists what is attached in a case, oldest first, without copies and without what was removed.
func (s *Service) Attached(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) ([]Item, error) {
	all, err := s.Store.Items(ctx, t, tenant, caseID)
	if err != nil {
		return nil, err
	}
	var out []Item
	for _, i := range all {
		if !i.IsCopy() && !i.Attached.IsZero() && i.Note != NoteRemoved {
			out = append(out, i)
		}
	}
	return out, nil
}

// Items lists what is sealed in a case and may be seen by the actor, staged items too, oldest first, without copies and without what was removed.
func (s *Service) Items(ctx context.Context, a casefile.Actor, caseID casefile.ID) ([]Item, error) {
	var all []Item
	err := s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		all, err = s.Store.Items(ctx, t, a.Tenant, caseID)
		return err
	})
	if err != nil {
		return nil, err
	}
	var out []Item
	for _, i := range all {
		if i.IsCopy() || i.Note == NoteRemoved {
			continue
		}
		switch err := s.Access(ctx, a, UseSee, i); {
		case err == nil:
			out = append(out, i)
		case !casefile.Is(err, casefile.NotFound) && !casefile.Is(err, casefile.Denied):
			return nil, err
		}
	}
	return out, nil
}

// CustodyOf answers the custody log of an item for somebody who may open it.
func (s *Service) CustodyOf(ctx context.Context, a casefile.Actor, caseID, id casefile.ID) (out []Custody, err error) {
	i, err := s.item(ctx, a, caseID, id)
	if err != nil {
		return nil, err
	}
	if err := s.Access(ctx, a, UseOpen, i); err != nil {
		return nil, err
	}
	err = s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		out, err = s.Store.Custody(ctx, t, a.Tenant, caseID, id)
		return err
	})
	return out, err
}

func (s *Service) item(ctx context.Context, a casefile.Actor, caseID, id casefile.ID) (i Item, err error) {
	err = s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		i, err = s.Store.Item(ctx, t, a.Tenant, caseID, id)
		return err
	})
	return i, err
}

// StagedAge is how long an item may wait to be attached.
const StagedAge = 24 * time.Hour

// sweepBatch bounds one transaction of a sweep.
const sweepBatch = 100

// SweepStaged removes items that nobody attached within StagedAge: their bytes are deleted, their records and the log stay. It answers how
// many it removed.
func (s *Service) SweepStaged(ctx context.Context, tenant casefile.Tenant) (int, error) {
	done := 0
	for {
		var staged []Item
		err := s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
			staged, err = s.Store.Staged(ctx, t, tenant, s.Source.Now().Add(-StagedAge), sweepBatch)
			return err
		})
		if err != nil || len(staged) == 0 {
			return done, err
		}
		for _, i := range staged {
			if err := s.remove(ctx, casefile.SystemActor(tenant), i, "staged"); err != nil {
				return done, err
			}
			done++
		}
	}
}

// ForgetKind is the kind of the job that deletes the bytes of a case after its subject was erased.
const ForgetKind = "evidence.forget"

// ForgetTimer asks for it, in the transaction that destroys the key. Without the key nobody can read the bytes; deleting them is tidiness, and may be retried.
func ForgetTimer(tenant casefile.Tenant, caseID casefile.ID) clock.Timer {
	return clock.Timer{Tenant: tenant, Lane: clock.JobLane, Kind: ForgetKind, Case: caseID, Dedupe: ForgetKind + "/" + caseID.String(), Payload: []byte("{}")}
}

// ForgetHandler runs the job of ForgetKind.
func (s *Service) ForgetHandler() clock.Handler {
	return clock.Handler{Timeout: 10 * time.Minute, Out: func(ctx context.Context, tm clock.Timer) error {
		return s.Remove(ctx, casefile.SystemActor(tm.Tenant), tm.Case, "erased")
	}}
}

// Remove deletes the bytes of every item of a case, with its copies: after the subject was erased, or by a decision to delete. The reason is a code. Records,
// custody and the log stay.
func (s *Service) Remove(ctx context.Context, by casefile.Actor, caseID casefile.ID, reason string) error {
	var all []Item
	err := s.Run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		all, err = s.Store.Items(ctx, t, by.Tenant, caseID)
		return err
	})
	if err != nil {
		return err
	}
	for _, i := range all {
		if !i.IsCopy() && i.Note != NoteRemoved {
			if err := s.remove(ctx, by, i, reason); err != nil {
				return err
			}
		}
	}
	return nil
}

// remove marks an item and its copies as removed, then deletes their bytes. A crash in between leaves bytes that SweepOrphans finds.
func (s *Service) remove(ctx context.Context, by casefile.Actor, i Item, reason string) error {
	var gone []Item
	err := s.Run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		gone = gone[:0]
		now, err := s.Store.LockItem(ctx, t, i.Tenant, i.Case, i.ID)
		if err != nil {
			return err
		}
		if now.Note == NoteRemoved || reason == "staged" && !now.Attached.IsZero() {
			return nil // somebody was faster
		}
		all, err := s.Store.Items(ctx, t, i.Tenant, i.Case)
		if err != nil {
			return err
		}
		for _, c := range all {
			if c.ID == i.ID || c.Source == i.ID && c.Note != NoteRemoved {
				gone = append(gone, c)
			}
		}
		for _, c := range gone {
			if err := s.act(ctx, t, by, c, ActRemoved, "reason="+reason); err != nil {
				return err
			}
			if s.Removed == nil {
				continue
			}
			if err := s.Removed(ctx, t, c); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, c := range gone {
		if err := s.Vault.Store().Delete(ctx, c.Stored); err != nil {
			return err
		}
	}
	return nil
}
