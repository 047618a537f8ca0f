package casefile

import (
	"context"
	"crypto/sha256"
	"time"

	"anxin/internal/tx"
)

// IdempotencyStore keeps the answers of acts that were done; package casefiledb is the one for databases.
type IdempotencyStore interface {
	// Claim inserts the row with an empty answer; it answers false when the key is there already. On PostgreSQL it waits for a transaction
	// that is inserting the same key.
	Claim(ctx context.Context, t tx.Tx, tenant Tenant, scope string, key, request [32]byte, at time.Time) (claimed bool, err error)
	Answer(ctx context.Context, t tx.Tx, tenant Tenant, scope string, key [32]byte) (request []byte, answer string, err error)
	SaveAnswer(ctx context.Context, t tx.Tx, tenant Tenant, scope string, key [32]byte, answer string) (saved bool, err error)
	PurgeAnswers(ctx context.Context, t tx.Tx, tenant Tenant, before time.Time, limit int) (int64, error)
}

// IdempotencyAge is how long an answer is kept.
const IdempotencyAge = 7 * 24 * time.Hour

// MaxIdempotencyKey bounds the key that a client sends.
const MaxIdempotencyKey = 255

// Idempotency gives a retried act its first answer instead of doing it twice. Begin and Save run in the transaction of the act itself:
//
//	answer, seen, err := idem.Begin(ctx, t, tenant, "report", key, hash)
//	if err != nil || seen { return answer, err }
//	… do it …
//	err = idem.Save(ctx, t, tenant, "report", key, answer)
type Idempotency struct {
	store IdempotencyStore
	src   Source
}

// NewIdempotency builds the store of answers.
func NewIdempotency(s IdempotencyStore, src Source) *Idempotency {
	return &Idempotency{store: s, src: src}
}

// RequestHash is the SHA-256 of the parts of a request that make it the same request, each with its length before it.
func RequestHash(parts ...[]byte) [32]byte {
	h := sha256.New()
	for _, p := range parts {
		n := len(p)
		h.Write([]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)})
		h.Write(p)
	}
	return [32]byte(h.Sum(nil))
}

// Begin reserves the key in this transaction. When the act was done before, seen is true and answer is what Save kept. Two transactions with
// the same key at the same time: the second waits for the first and sees its answer. The same key with another request is a Conflict.
// Scope separates acts ("report", "api:<key id>:<operation>").
func (i *Idempotency) Begin(ctx context.Context, t tx.Tx, tenant Tenant, scope, key string, request [32]byte) (answer string, seen bool, err error) {
	if key == "" || len(key) > MaxIdempotencyKey {
		return "", false, InvalidField("Idempotency-Key", "error.idempotency_key_length")
	}
	hash := sha256.Sum256([]byte(key))
	claimed, err := i.store.Claim(ctx, t, tenant, scope, hash, request, i.src.Now())
	if err != nil || claimed {
		return "", false, err
	}
	before, answer, err := i.store.Answer(ctx, t, tenant, scope, hash)
	if err != nil {
		return "", false, err
	}
	if string(before) != string(request[:]) {
		return "", false, Fail(Conflict, "error.idempotency_key_reused")
	}
	return answer, true, nil
}

// Save keeps the answer under the key that Begin reserved in this transaction. The answer holds ids only, never personal data.
func (i *Idempotency) Save(ctx context.Context, t tx.Tx, tenant Tenant, scope, key, answer string) error {
	saved, err := i.store.SaveAnswer(ctx, t, tenant, scope, sha256.Sum256([]byte(key)), answer)
	if err == nil && !saved {
		err = Failf(Internal, "error.internal", "idempotency answer saved without Begin")
	}
	return err
}

// Purge removes about limit answers older than IdempotencyAge, the oldest first, and tells how many it removed.
func (i *Idempotency) Purge(ctx context.Context, t tx.Tx, tenant Tenant, limit int) (int64, error) {
	return i.store.PurgeAnswers(ctx, t, tenant, i.src.Now().Add(-IdempotencyAge), limit)
}
