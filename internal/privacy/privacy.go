// Package privacy keeps personal data secret: one key per subject, encrypted fields, keyed search indexes, masked types, reveal with a logged
// reason, and erasure by destroying the key.
//
// A subject is one customer of one case, a technician or a member of staff. Its key is random, wrapped by the master key and kept in the
// database; every field is encrypted under it with the tenant, the subject and the field's name as associated data, so that a ciphertext moved elsewhere does
// not open. Destroying the wrapped key makes all of it unreadable at once, on every node and in every later backup, while the
// timeline, its hashes and the log stay as they are.
//
// The whole story, with what it does not protect against, is docs/design/privacy.md.
package privacy

import (
	"context"
	"errors"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/tx"
)

// ErrErased says that the subject's key was destroyed: its data cannot be read any more by anybody.
var ErrErased = &casefile.Error{Category: casefile.NotFound, Key: "privacy.error.erased", Cause: errors.New("the subject was erased")}

// ErrForged says that a ciphertext does not belong where it was found, or was altered.
var ErrForged = &casefile.Error{Category: casefile.Internal, Key: "privacy.error.unreadable", Cause: errors.New("a sealed field does not open with its subject's key")}

// Store keeps wrapped keys, persons and the access log; package privacydb is the one for databases.
type Store interface {
	InsertKey(ctx context.Context, t tx.Tx, tenant casefile.Tenant, subject casefile.ID, wrapped []byte, at time.Time) error
	// Key answers the wrapped key, nil when it was destroyed, NotFound when there never was one.
	Key(ctx context.Context, t tx.Tx, tenant casefile.Tenant, subject casefile.ID) (wrapped []byte, err error)
	// DestroyKey forgets the wrapped key; it answers false when there was none to forget.
	DestroyKey(ctx context.Context, t tx.Tx, tenant casefile.Tenant, subject casefile.ID, at time.Time) (bool, error)
	// KeysAfter pages through the living keys of all tenants in the order of (tenant, subject).
	KeysAfter(ctx context.Context, t tx.Tx, tenant casefile.Tenant, subject casefile.ID, limit int) ([]WrappedKey, error)
	// ReplaceKey answers false when the wrapped key is not `from` any more.
	ReplaceKey(ctx context.Context, t tx.Tx, k WrappedKey, to []byte) (bool, error)

	InsertPerson(ctx context.Context, t tx.Tx, p PersonRow) error
	UpdatePerson(ctx context.Context, t tx.Tx, p PersonRow) error
	Person(ctx context.Context, t tx.Tx, tenant casefile.Tenant, subject casefile.ID) (PersonRow, error)
	// BlankPerson removes ciphertexts and indexes; the row stays.
	BlankPerson(ctx context.Context, t tx.Tx, tenant casefile.Tenant, subject casefile.ID, at time.Time) error
	// PersonsBy answers persons with the index value, newest first.
	PersonsBy(ctx context.Context, t tx.Tx, tenant casefile.Tenant, kind string, index []byte, limit int) ([]PersonRow, error)

	InsertAccess(ctx context.Context, t tx.Tx, a Access) error
	Accesses(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID, limit int) ([]Access, error)
}

// WrappedKey is a row of subject_key.
type WrappedKey struct {
	Tenant  casefile.Tenant
	Subject casefile.ID
	Wrapped []byte
}
