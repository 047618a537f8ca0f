// Package ledger is each tenant's Merkle log inside our database transactions: it adds leaves, signs checkpoints, keeps the exported copy up to date and
// asks for time stamps. The cryptography is package seal's; this package knows where rows and files live.
//
// A leaf is added in the transaction of the record that it commits to (AppendLeaves, last in the closure). Everything else follows at leisure:
// Tick, run every minute, signs the new size of a log that grew, exports it to a folder that belongs outside the operator's reach (copy it elsewhere,
// publish it) and has it stamped by an outside authority when one is configured.
package ledger

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/tx"
	"anxin/seal"
	"anxin/seal/stamp"
)

// Store keeps the log; package ledgerdb is the one for databases.
type Store interface {
	// LockHead answers the number of leaves and keeps other appenders waiting until the transaction ends. A log that never was begins with 0.
	LockHead(ctx context.Context, t tx.Tx, tenant casefile.Tenant) (int64, error)
	// Head answers the number of leaves without a lock.
	Head(ctx context.Context, t tx.Tx, tenant casefile.Tenant) (int64, error)
	SetHead(ctx context.Context, t tx.Tx, tenant casefile.Tenant, size int64) error
	// Tenants lists everybody who has a log.
	Tenants(ctx context.Context, t tx.Tx) ([]casefile.Tenant, error)
	// AllTenants lists everybody who has any row that belongs to a log; it reads every row and is for auditors.
	AllTenants(ctx context.Context, t tx.Tx) ([]casefile.Tenant, error)

	InsertLeaf(ctx context.Context, t tx.Tx, l LeafRow) error
	// LeavesFrom answers up to limit leaves from a number on, in order.
	LeavesFrom(ctx context.Context, t tx.Tx, tenant casefile.Tenant, from int64, limit int) ([]LeafRow, error)
	// LeavesOfCase answers the leaves of a case, in order.
	LeavesOfCase(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) ([]LeafRow, error)
	InsertHash(ctx context.Context, t tx.Tx, tenant casefile.Tenant, index int64, h seal.Hash) error
	Hash(ctx context.Context, t tx.Tx, tenant casefile.Tenant, index int64) (seal.Hash, error)
	// HashesFrom answers the hashes with from <= index < to, in order; fewer when some are missing.
	HashesFrom(ctx context.Context, t tx.Tx, tenant casefile.Tenant, from, to int64) ([]seal.Hash, error)

	// InsertCheckpoint leaves an earlier checkpoint of the same size alone.
	InsertCheckpoint(ctx context.Context, t tx.Tx, c Checkpoint) error
	SetStamp(ctx context.Context, t tx.Tx, tenant casefile.Tenant, size int64, response []byte) error
	// CheckpointsFrom answers up to limit checkpoints of at least the size, smallest first.
	CheckpointsFrom(ctx context.Context, t tx.Tx, tenant casefile.Tenant, size int64, limit int) ([]Checkpoint, error)
	// LastCheckpoint answers the largest one, or the largest stamped one; NotFound when there is none.
	LastCheckpoint(ctx context.Context, t tx.Tx, tenant casefile.Tenant, stamped bool) (Checkpoint, error)
	// FirstStamped answers the smallest stamped checkpoint of at least the size.
	FirstStamped(ctx context.Context, t tx.Tx, tenant casefile.Tenant, size int64) (Checkpoint, error)
}

// LeafRow is a leaf as stored. Case repeats what the text says, for queries by case.
type LeafRow struct {
	Tenant casefile.Tenant
	Index  int64
	Case   casefile.ID
	Leaf   []byte
}

// Checkpoint is a signed size of a log.
type Checkpoint struct {
	Tenant casefile.Tenant
	Size   int64
	At     time.Time // the time of the newest leaf that it covers
	Note   []byte    // C2SP tlog-checkpoint
	Stamp  []byte    // RFC 3161 response over Note, or nil
}

// StampKind is the kind of the leaf that seals a stamp response: its digest is the response's, its seq the checkpoint's size.
const StampKind = "stamp"

// Options say where the log goes.
type Options struct {
	// Origin begins the name of every log; the tenant's number ends it: "log.example/3f9c" becomes "log.example/3f9c/1". It can never change.
	Origin string
	// Seed answers the 32 bytes of the signing key; the same for ever.
	Seed []byte
	// Folder answers where the exported copy of a tenant's log lives; nil exports nothing.
	Folder func(casefile.Tenant) (seal.Folder, error)
	// Authority stamps checkpoints; nil asks nobody. StampEvery is the least time between two stamps of one log, an hour when 0.
	Authority  stamp.Authority
	StampEvery time.Duration
}

// Ledger is all tenants' logs. It is safe for concurrent use.
type Ledger struct {
	run   tx.Runner
	store Store
	src   casefile.Source
	key   ed25519.PrivateKey
	o     Options
}

// New builds the ledger.
func New(run tx.Runner, s Store, src casefile.Source, o Options) (*Ledger, error) {
	if len(o.Seed) != ed25519.SeedSize {
		return nil, fmt.Errorf("the log's signing key is made of %d bytes, not %d", ed25519.SeedSize, len(o.Seed))
	}
	if o.StampEvery == 0 {
		o.StampEvery = time.Hour
	}
	l := &Ledger{run: run, store: s, src: src, key: ed25519.NewKeyFromSeed(o.Seed), o: o}
	if _, err := l.signer(1); err != nil {
		return nil, err
	}
	return l, nil
}

func (l *Ledger) signer(tenant casefile.Tenant) (*seal.Signer, error) {
	return seal.NewSigner(fmt.Sprintf("%s/%d", l.o.Origin, tenant), l.key)
}

// Keys are the public keys of a tenant's log: what the operator publishes.
func (l *Ledger) Keys(tenant casefile.Tenant) seal.Keys {
	s, err := l.signer(tenant)
	if err != nil {
		panic(err) // New has checked the origin
	}
	return seal.Keys{s.Key()}
}

// AppendLeaves implements casefile.Ledger. Call it last in a transaction: it takes the head of the tenant's log, for which everybody waits.
func (l *Ledger) AppendLeaves(ctx context.Context, t tx.Tx, leaves []casefile.LogLeaf) (first int64, err error) {
	if len(leaves) == 0 {
		return 0, casefile.Failf(casefile.Internal, "error.internal", "no leaves to append")
	}
	s := &appender{view: view{ctx, t, l.store, leaves[0].Tenant}}
	if s.size, err = l.store.LockHead(ctx, t, s.tenant); err != nil {
		return 0, err
	}
	out := make([]seal.Leaf, len(leaves))
	for i, f := range leaves {
		if f.Tenant != s.tenant {
			return 0, casefile.Failf(casefile.Internal, "error.internal", "leaves of two tenants in one transaction")
		}
		out[i] = sealLeaf(f)
	}
	s.leaves = out
	if first, err = seal.Append(s, out...); err != nil {
		return 0, err
	}
	return first, l.store.SetHead(ctx, t, s.tenant, first+int64(len(out)))
}

// Hold takes the head of a tenant's log until the transaction ends, for callers that must look before they append.
func (l *Ledger) Hold(ctx context.Context, t tx.Tx, tenant casefile.Tenant) error {
	_, err := l.store.LockHead(ctx, t, tenant)
	return err
}

func sealLeaf(f casefile.LogLeaf) seal.Leaf {
	leaf := seal.Leaf{Kind: f.Kind, Tenant: int64(f.Tenant), Case: seal.ID(f.Case), Seq: f.Seq, At: f.At, Digest: f.Digest}
	for _, id := range f.Subjects {
		leaf.Subjects = append(leaf.Subjects, seal.ID(id))
	}
	return leaf
}

// appender is a seal.Store over one transaction.
type appender struct {
	view
	size   int64
	leaves []seal.Leaf
	done   int
}

// Size implements seal.Store.
func (a *appender) Size() (int64, error) { return a.size, nil }

// AddLeaf implements seal.Store. The head row is written once, when all leaves are in.
func (a *appender) AddLeaf(index int64, leaf []byte, hashes []seal.Hash) error {
	row := LeafRow{Tenant: a.tenant, Index: index, Case: casefile.ID(a.leaves[a.done].Case), Leaf: leaf}
	a.done++
	if err := a.store.InsertLeaf(a.ctx, a.t, row); err != nil {
		return err
	}
	from := storedIndex(index)
	for i, h := range hashes {
		if err := a.store.InsertHash(a.ctx, a.t, a.tenant, from+int64(i), h); err != nil {
			return err
		}
	}
	return nil
}
