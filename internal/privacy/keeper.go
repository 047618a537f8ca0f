package privacy

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/tink-crypto/tink-go/v2/aead/subtle"
	"github.com/tink-crypto/tink-go/v2/tink"

	"anxin/internal/casefile"
	"anxin/internal/tx"
)

// Keeper seals and opens fields under the subjects' keys. It is safe for concurrent use.
type Keeper struct {
	master atomic.Pointer[Master]
	store  Store
	src    casefile.Source
	cache  *keyCache
}

// New builds a Keeper.
func New(m *Master, s Store, src casefile.Source) *Keeper {
	k := &Keeper{store: s, src: src, cache: newKeyCache(4096)}
	k.master.Store(m)
	return k
}

// NewSubject makes the key of a new subject; it is a Conflict when there is one already.
func (k *Keeper) NewSubject(ctx context.Context, t tx.Tx, tenant casefile.Tenant, subject casefile.ID) error {
	secret := k.src.Bytes(32)
	defer clear(secret)
	wrapped, err := k.master.Load().wrap.Encrypt(secret, subjectData(tenant, subject))
	if err != nil {
		return casefile.Failf(casefile.Internal, "error.internal", "wrap a subject key: %w", err)
	}
	return k.store.InsertKey(ctx, t, tenant, subject, wrapped, k.src.Now())
}

// Seal encrypts one field of a subject. Sealing the empty text gives nil, which is stored as NULL.
func (k *Keeper) Seal(ctx context.Context, t tx.Tx, tenant casefile.Tenant, subject casefile.ID, field, clear string) ([]byte, error) {
	if clear == "" {
		return nil, nil
	}
	b, err := k.For(ctx, t, tenant, subject)
	if err != nil {
		return nil, err
	}
	return b.Seal(field, clear)
}

// Open decrypts what Seal gave. It is ErrErased when the subject's key was destroyed and ErrForged when the ciphertext is not this field of
// this subject; nil opens to the empty text, also of an erased subject.
func (k *Keeper) Open(ctx context.Context, t tx.Tx, tenant casefile.Tenant, subject casefile.ID, field string, sealed []byte) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	b, err := k.For(ctx, t, tenant, subject)
	if err != nil {
		return "", err
	}
	return b.Open(field, sealed)
}

// Box is one subject's key, for several fields with one reading of the key's row. It belongs to the transaction it was got in: a box kept longer
// would outlive an erasure.
type Box struct {
	tenant  casefile.Tenant
	subject casefile.ID
	field   tink.AEAD
	blob    guarded
}

// Format implements fmt.Formatter, so that no verb prints the keys.
func (b Box) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "box of "+b.subject.String()) }

// For reads the key of a subject.
func (k *Keeper) For(ctx context.Context, t tx.Tx, tenant casefile.Tenant, subject casefile.ID) (*Box, error) {
	wrapped, err := k.store.Key(ctx, t, tenant, subject)
	if err != nil {
		return nil, err
	}
	if wrapped == nil {
		k.cache.drop(tenant, subject)
		return nil, ErrErased
	}
	secret, err := k.unwrap(tenant, subject, wrapped)
	if err != nil {
		return nil, err
	}
	defer clear(secret[:])
	return boxOf(tenant, subject, secret)
}

// Seal encrypts one field; the empty text gives nil.
func (b *Box) Seal(field, clear string) ([]byte, error) {
	if clear == "" {
		return nil, nil
	}
	sealed, err := b.field.Encrypt([]byte(clear), fieldData(b.tenant, b.subject, field))
	if err != nil {
		return nil, casefile.Failf(casefile.Internal, "error.internal", "seal field %s: %w", field, err)
	}
	return append([]byte{sealedV1}, sealed...), nil
}

// Open decrypts one field; nil opens to the empty text.
func (b *Box) Open(field string, sealed []byte) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	if sealed[0] != sealedV1 {
		return "", ErrForged
	}
	clear, err := b.field.Decrypt(sealed[1:], fieldData(b.tenant, b.subject, field))
	if err != nil {
		return "", ErrForged
	}
	return string(clear), nil
}

// BlobKey answers the 32 bytes under which the vault encrypts the subject's files. The caller zeroes them after use.
func (k *Keeper) BlobKey(ctx context.Context, t tx.Tx, tenant casefile.Tenant, subject casefile.ID) ([]byte, error) {
	b, err := k.For(ctx, t, tenant, subject)
	if err != nil {
		return nil, err
	}
	return append([]byte(nil), b.blob()[:]...), nil
}

// sealedV1 is the first byte of a sealed field: AES-256-GCM under HKDF(subject key), a random nonce of 12 bytes before the ciphertext.
const sealedV1 = 1

// unwrap answers the subject's 32 random bytes, from the cache when they came from the same wrapped form. The wrapped form is read from the
// database each time: so an erasure on another node is seen at once, and a key that was rolled back is never used.
func (k *Keeper) unwrap(tenant casefile.Tenant, subject casefile.ID, wrapped []byte) (*[32]byte, error) {
	id := sha256.Sum256(wrapped)
	if hit := k.cache.get(tenant, subject, id); hit != nil {
		return hit, nil
	}
	m := k.master.Load()
	if !m.knows(wrapped) && k.Reload() == nil { // another node has begun to use a new master key
		m = k.master.Load()
	}
	secret, err := m.wrap.Decrypt(wrapped, subjectData(tenant, subject))
	if err != nil || len(secret) != 32 {
		return nil, casefile.Failf(casefile.Internal, "privacy.error.wrong_master",
			"a subject key does not open with %v: is keys/master.json the one that belongs to this data?", m)
	}
	k.cache.put(tenant, subject, id, (*[32]byte)(secret))
	return (*[32]byte)(secret), nil
}

func boxOf(tenant casefile.Tenant, subject casefile.ID, secret *[32]byte) (*Box, error) {
	key := expand(secret, "field")
	defer clear(key)
	field, err := subtle.NewAESGCM(key)
	if err != nil {
		return nil, casefile.Failf(casefile.Internal, "error.internal", "subject key: %w", err)
	}
	return &Box{tenant: tenant, subject: subject, field: field, blob: guard((*[32]byte)(expand(secret, "blob")))}, nil
}

// expand makes one of the keys of a subject from its secret.
func expand(secret *[32]byte, what string) []byte {
	b, err := hkdf.Expand(sha256.New, secret[:], "anxin/subject/"+what, 32)
	if err != nil {
		panic("hkdf: " + err.Error()) // only for impossible lengths
	}
	return b
}

// subjectData is what a wrapped key is bound to.
func subjectData(tenant casefile.Tenant, subject casefile.ID) []byte {
	b := binary.BigEndian.AppendUint64([]byte("anxin/key/"), uint64(tenant))
	return append(b, subject[:]...)
}

// fieldData is what a sealed field is bound to: tenant, subject, field.
func fieldData(tenant casefile.Tenant, subject casefile.ID, field string) []byte {
	b := binary.BigEndian.AppendUint64([]byte("anxin/field/"), uint64(tenant))
	b = append(b, subject[:]...)
	return append(b, field...)
}

// Destroy erases a subject: its key is forgotten, its search indexes and ciphertexts in the subject table are blanked. It may be called again. The
// events and the log stay. NotFound when the subject never had a key.
func (k *Keeper) Destroy(ctx context.Context, t tx.Tx, tenant casefile.Tenant, subject casefile.ID) error {
	now := k.src.Now()
	destroyed, err := k.store.DestroyKey(ctx, t, tenant, subject, now)
	if err != nil {
		return err
	}
	if !destroyed {
		if _, err := k.store.Key(ctx, t, tenant, subject); err != nil {
			return err
		}
	}
	if err := k.store.BlankPerson(ctx, t, tenant, subject, now); err != nil {
		return err
	}
	t.OnCommit(func() { k.cache.drop(tenant, subject) })
	return nil
}

// Index is the blind index of a value: a keyed hash of its normal form (see Normalize), for exact search. It is nil when there is nothing
// to search for.
func (k *Keeper) Index(tenant casefile.Tenant, kind, value string) []byte {
	normal := Normalize(kind, value)
	if normal == "" {
		return nil
	}
	return k.Derive("index/"+kind, tenantBytes(tenant), []byte(normal))[:16]
}

// LinkToken is the private link of a case: 22 characters of base64url, 128 bits. It is derived, so it can be sent again; a new generation
// makes another one. Only its hash is stored.
func (k *Keeper) LinkToken(tenant casefile.Tenant, caseID casefile.ID, generation int64) string {
	var g [8]byte
	binary.BigEndian.PutUint64(g[:], uint64(generation))
	return base64.RawURLEncoding.EncodeToString(k.Derive("link", tenantBytes(tenant), caseID[:], g[:])[:16])
}

// Derive is a keyed hash of parts (32 bytes) under a key of its own per purpose.
func (k *Keeper) Derive(purpose string, parts ...[]byte) []byte {
	return k.master.Load().derive(purpose, parts...)
}

func tenantBytes(t casefile.Tenant) []byte { return binary.BigEndian.AppendUint64(nil, uint64(t)) }
