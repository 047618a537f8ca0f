package ledger

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/tx"
	"anxin/seal"
	"anxin/seal/stamp"
)

// Sign signs the present size of a log, unless it is signed already, and answers the checkpoint. An empty log has none: NotFound.
func (l *Ledger) Sign(ctx context.Context, tenant casefile.Tenant) (Checkpoint, error) {
	var c Checkpoint
	err := l.run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		size, err := l.store.Head(ctx, t, tenant)
		if err != nil {
			return err
		}
		if size == 0 {
			return casefile.Failf(casefile.NotFound, "error.not_found", "the log of tenant %d is empty", tenant)
		}
		c, err = l.store.LastCheckpoint(ctx, t, tenant, false)
		if err == nil && c.Size == size {
			return nil
		}
		if err != nil && !casefile.Is(err, casefile.NotFound) {
			return err
		}
		if c, err = l.sign(ctx, t, tenant, size); err != nil {
			return err
		}
		return l.store.InsertCheckpoint(ctx, t, c)
	})
	return c, err
}

func (l *Ledger) sign(ctx context.Context, t tx.Tx, tenant casefile.Tenant, size int64) (Checkpoint, error) {
	s, err := l.signer(tenant)
	if err != nil {
		return Checkpoint{}, err
	}
	root, err := seal.Root(view{ctx, t, l.store, tenant}, size)
	if err != nil {
		return Checkpoint{}, err
	}
	note, err := s.Checkpoint(size, root)
	if err != nil {
		return Checkpoint{}, err
	}
	at, err := l.leafTime(ctx, t, tenant, size-1)
	return Checkpoint{Tenant: tenant, Size: size, At: at, Note: note}, err
}

func (l *Ledger) leafTime(ctx context.Context, t tx.Tx, tenant casefile.Tenant, index int64) (time.Time, error) {
	rows, err := l.store.LeavesFrom(ctx, t, tenant, index, 1)
	if err != nil {
		return time.Time{}, err
	}
	if len(rows) != 1 || rows[0].Index != index {
		return time.Time{}, casefile.Failf(casefile.Internal, "error.internal", "leaf %d of the log of tenant %d is missing: run anxin verify", index, tenant)
	}
	leaf, err := seal.ParseLeaf(rows[0].Leaf)
	return leaf.At, err
}

// Publish brings the exported copy up to the newest checkpoint. seal.ErrDiverged in its error means that the copy and the database disagree about the past:
// somebody must look (anxin verify); nothing was overwritten.
func (l *Ledger) Publish(ctx context.Context, tenant casefile.Tenant) (seal.Published, error) {
	if l.o.Folder == nil {
		return seal.Published{}, nil
	}
	dir, err := l.o.Folder(tenant)
	if err != nil {
		return seal.Published{}, err
	}
	var p seal.Published
	err = l.run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		c, err := l.store.LastCheckpoint(ctx, t, tenant, false)
		if casefile.Is(err, casefile.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		p, err = seal.Publish(Source(ctx, t, l.store, tenant, nil), dir, l.Keys(tenant), c.Note)
		return err
	})
	return p, err
}

// Stamp asks the authority for a stamp over the newest checkpoint, when there is an authority, the last stamp is old enough and the log grew by more than
// the last stamp. It reports whether a stamp was stored. The response is sealed by a leaf of its own.
func (l *Ledger) Stamp(ctx context.Context, tenant casefile.Tenant) (bool, error) {
	if l.o.Authority == nil {
		return false, nil
	}
	var c Checkpoint
	due := false
	err := l.run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		var err error
		if c, err = l.store.LastCheckpoint(ctx, t, tenant, false); err != nil {
			return ignoreNotFound(err)
		}
		last, err := l.store.LastCheckpoint(ctx, t, tenant, true)
		if err != nil && !casefile.Is(err, casefile.NotFound) {
			return err
		}
		// A stamp adds one leaf, which alone is no reason for the next stamp.
		due = c.Size > last.Size+1 && l.src.Now().Sub(last.At) >= l.o.StampEvery
		due = due || last.Size == 0
		return nil
	})
	if err != nil || !due || c.Size == 0 {
		return false, err
	}
	response, _, err := stamp.Stamp(ctx, l.o.Authority, c.Note, l.src.Bytes(16), nil)
	if err != nil {
		return false, err
	}
	return true, l.run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		if err := l.store.SetStamp(ctx, t, tenant, c.Size, response); err != nil {
			return err
		}
		_, err := l.AppendLeaves(ctx, t, []casefile.LogLeaf{{Tenant: tenant, Kind: StampKind, Seq: c.Size, At: l.src.Now(), Digest: sha256.Sum256(response)}})
		return err
	})
}

func ignoreNotFound(err error) error {
	if casefile.Is(err, casefile.NotFound) {
		return nil
	}
	return err
}

// Tick does what is due for one tenant: sign, publish, stamp. The app runs it every minute. A stamp that fails is reported after the rest is done.
func (l *Ledger) Tick(ctx context.Context, tenant casefile.Tenant) error {
	if _, err := l.Sign(ctx, tenant); err != nil {
		return ignoreNotFound(err)
	}
	if _, err := l.Publish(ctx, tenant); err != nil {
		return err
	}
	_, err := l.Stamp(ctx, tenant)
	return err
}

// TickAll is Tick for everybody who has a log; one tenant's trouble does not keep the others from it.
func (l *Ledger) TickAll(ctx context.Context) error {
	var all []casefile.Tenant
	err := l.run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		all, err = l.store.Tenants(ctx, t)
		return err
	})
	if err != nil {
		return err
	}
	var errs []error
	for _, tenant := range all {
		errs = append(errs, l.Tick(ctx, tenant))
	}
	return errors.Join(errs...)
}

// Proven is a leaf with the proof that leads to a checkpoint.
type Proven struct {
	Index int64
	Leaf  []byte
	Proof seal.Proof
	// Stamp is the RFC 3161 response over the proof's checkpoint, or nil.
	Stamp []byte
}

// Prove makes the proof of a leaf for handing out. It leads to the earliest stamped checkpoint that covers the leaf, because that dates it
// best, else to the newest checkpoint; Conflict when no checkpoint covers the leaf yet: Sign first.
func (l *Ledger) Prove(ctx context.Context, t tx.Tx, tenant casefile.Tenant, index int64) (Proven, error) {
	c, err := l.store.FirstStamped(ctx, t, tenant, index+1)
	if casefile.Is(err, casefile.NotFound) {
		c, err = l.store.LastCheckpoint(ctx, t, tenant, false)
	}
	if err != nil {
		return Proven{}, err
	}
	if c.Size <= index {
		return Proven{}, casefile.Failf(casefile.Conflict, "error.busy", "leaf %d is under no checkpoint yet", index)
	}
	rows, err := l.store.LeavesFrom(ctx, t, tenant, index, 1)
	if err != nil {
		return Proven{}, err
	}
	if len(rows) != 1 || rows[0].Index != index {
		return Proven{}, casefile.Fail(casefile.NotFound, "error.not_found")
	}
	p, err := seal.NewProof(view{ctx, t, l.store, tenant}, index, c.Note)
	return Proven{Index: index, Leaf: rows[0].Leaf, Proof: p, Stamp: c.Stamp}, err
}

// LeavesOfCase answers the leaves of a case, in order.
func (l *Ledger) LeavesOfCase(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) ([]LeafRow, error) {
	return l.store.LeavesOfCase(ctx, t, tenant, caseID)
}
