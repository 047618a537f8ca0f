package privacy

import (
	"context"

	"anxin/internal/casefile"
	"anxin/internal/tx"
)

// NewPerson is a person whose key was made and whose fields were sealed before the transaction that stores them, so that nobody waits for cryptography
// behind the one writer. Its Box seals the person's other fields.
type NewPerson struct {
	Box     *Box
	wrapped []byte // nil: the key exists already
	row     PersonRow
}

// Prepare makes the key of a new subject and seals the person. Nothing is stored until Insert; until then nobody else can know the key.
func (k *Keeper) Prepare(p Person) (*NewPerson, error) {
	secret := (*[32]byte)(k.src.Bytes(32))
	defer clear(secret[:])
	wrapped, err := k.master.Load().wrap.Encrypt(secret[:], subjectData(p.Tenant, p.Subject))
	if err != nil {
		return nil, casefile.Failf(casefile.Internal, "error.internal", "wrap a subject key: %w", err)
	}
	box, err := boxOf(p.Tenant, p.Subject, secret)
	if err != nil {
		return nil, err
	}
	n, err := k.PrepareIn(box, p)
	if err == nil {
		n.wrapped = wrapped
	}
	return n, err
}

// PrepareIn seals a person whose subject's key exists: somebody whose photographs came first.
func (k *Keeper) PrepareIn(box *Box, p Person) (*NewPerson, error) {
	if box.tenant != p.Tenant || box.subject != p.Subject {
		return nil, casefile.Failf(casefile.Internal, "error.internal", "the box of another subject")
	}
	row, err := k.sealIn(box, p)
	row.Created = k.src.Now()
	return &NewPerson{Box: box, row: row}, err
}

// Insert stores a prepared person in the caller's transaction. It may run again in a repeated closure.
func (k *Keeper) Insert(ctx context.Context, t tx.Tx, n *NewPerson) error {
	if n.wrapped != nil {
		if err := k.store.InsertKey(ctx, t, n.row.Tenant, n.row.Subject, n.wrapped, n.row.Created); err != nil {
			return err
		}
	}
	return k.store.InsertPerson(ctx, t, n.row)
}
