package seal

import (
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// Hash is a node of the tree.
type Hash = tlog.Hash

// Store is one log inside the caller's transaction. Two transactions must not append to one log at the same time: Size locks the head of
// the log until the transaction ends (SQLite has one writer anyway; PostgreSQL: SELECT … FOR UPDATE).
type Store interface {
	// ReadHashes answers stored hashes by tlog index; it is asked for one or two per appended leaf.
	tlog.HashReader
	// Size is the number of leaves.
	Size() (int64, error)
	// AddLeaf stores leaf number index and the hashes that it completes, and makes the size index+1. hashes[0] is the leaf's own hash; hashes[i] has
	// tlog index StoredHashIndex(0, index)+i. Indexes are dense: leaf after leaf they leave no gap.
	AddLeaf(index int64, leaf []byte, hashes []Hash) error
}

// ErrShrunk says that a tree is smaller than what was asked of it.
var ErrShrunk = errors.New("the log is shorter than that")

// Append adds leaves to the log and answers the index of the first one. Call it in the transaction that stores the records themselves.
func Append(s Store, leaves ...Leaf) (first int64, err error) {
	first, err = s.Size()
	if err != nil {
		return 0, err
	}
	for i, l := range leaves {
		body, err := l.Marshal()
		if err != nil {
			return 0, err
		}
		index := first + int64(i)
		hashes, err := tlog.StoredHashes(index, body, s)
		if err != nil {
			return 0, fmt.Errorf("log hashes of leaf %d: %w", index, err)
		}
		if err := s.AddLeaf(index, body, hashes); err != nil {
			return 0, err
		}
	}
	return first, nil
}

// Root is the root hash of the first size leaves.
func Root(r tlog.HashReader, size int64) (Hash, error) {
	if size < 0 {
		return Hash{}, fmt.Errorf("%w: size %d", ErrShrunk, size)
	}
	return tlog.TreeHash(size, r)
}

// ProveLeaf makes the inclusion proof of leaf index in the tree of the given size.
func ProveLeaf(r tlog.HashReader, size, index int64) ([]Hash, error) {
	if index < 0 || index >= size {
		return nil, fmt.Errorf("%w: leaf %d of %d", ErrShrunk, index, size)
	}
	return tlog.ProveRecord(size, index, r)
}

// CheckLeaf verifies an inclusion proof; nothing but the arguments is trusted.
func CheckLeaf(proof []Hash, c Checkpoint, index int64, leaf []byte) error {
	if index < 0 || index >= c.Size || len(proof) > 64 {
		return fmt.Errorf("%w: leaf %d of %d", ErrShrunk, index, c.Size)
	}
	return tlog.CheckRecord(proof, c.Size, c.Root, index, tlog.RecordHash(leaf))
}

// ProveGrowth makes the consistency proof that the tree of size newer begins with the tree of size older.
func ProveGrowth(r tlog.HashReader, newer, older int64) ([]Hash, error) {
	if older < 0 || older > newer {
		return nil, fmt.Errorf("%w: from %d to %d", ErrShrunk, older, newer)
	}
	if older == 0 {
		return nil, nil
	}
	return tlog.ProveTree(newer, older, r)
}

// CheckGrowth verifies that the log behind newer is the log behind older with leaves added at the end. The empty log is the beginning of every log.
func CheckGrowth(proof []Hash, newer, older Checkpoint) error {
	switch {
	case newer.Origin != older.Origin:
		return fmt.Errorf("%w: two different logs, %s and %s", ErrCheckpoint, newer.Origin, older.Origin)
	case older.Size > newer.Size || len(proof) > 128:
		return fmt.Errorf("%w: from %d to %d", ErrShrunk, older.Size, newer.Size)
	case older.Size == 0:
		return nil
	}
	return tlog.CheckTree(proof, newer.Size, newer.Root, older.Size, older.Root)
}
