// Package evidence is the vault: photographs, signatures, recordings and documents, sealed at the first byte and never changed.
//
// Bytes that arrive are hashed (SHA-256, SM3) and encrypted under the subject's key in one pass, stored durably under the hash of the encrypted
// bytes, and described by an item whose canonical record the tenant's log commits to in the same transaction. What happens to an item later is in
// its custody log, entry by entry, each with a leaf of its own. People see copies (made by package picture); the original is handed out
// only as a download, and that is written down.
//
// Erasing a subject destroys the key: the bytes are gone for everybody, the records and the log stay and still verify.
package evidence

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"anxin/internal/blob"
	"anxin/internal/casefile"
	"anxin/internal/clock"
	"anxin/internal/evidence/picture"
	"anxin/internal/ledger"
	"anxin/internal/tx"
	"anxin/seal"
)

// Kind says what an item is and what bytes it may be.
type Kind struct {
	Name    string
	Classes []picture.Class
	Max     int64 // bytes
}

const megabyte = 1_000_000

// kinds are what may be received, in a fixed order.
var kinds = []Kind{
	{"report_photo", []picture.Class{picture.Image, picture.Opaque}, 30 * megabyte},
	{"before_photo", []picture.Class{picture.Image, picture.Opaque}, 30 * megabyte},
	{"after_photo", []picture.Class{picture.Image, picture.Opaque}, 30 * megabyte},
	{"signature", []picture.Class{picture.Image}, 2 * megabyte},
	{"packing_video", []picture.Class{picture.Video}, 4000 * megabyte},
	{"packing_photo", []picture.Class{picture.Image, picture.Opaque}, 30 * megabyte},
	{"chat_photo", []picture.Class{picture.Image, picture.Opaque}, 30 * megabyte},
	{"chat_video", []picture.Class{picture.Video}, 500 * megabyte},
	{"catalogue_photo", []picture.Class{picture.Image, picture.Opaque}, 30 * megabyte},
	{"claim_photo", []picture.Class{picture.Image, picture.Opaque}, 30 * megabyte},
	{"claim_video", []picture.Class{picture.Video}, 500 * megabyte},
	{"answer_photo", []picture.Class{picture.Image, picture.Opaque}, 30 * megabyte},
	{"answer_video", []picture.Class{picture.Video}, 4000 * megabyte},
	{"document", []picture.Class{picture.Document}, 30 * megabyte},
}

// The kinds of copies. They point to their source and go where it goes.
const (
	KindDisplay   = "display"
	KindThumbnail = "thumbnail"
)

// Kinds lists what may be received.
func Kinds() []Kind { return append([]Kind(nil), kinds...) }

func kindOf(name string) (Kind, bool) {
	for _, k := range kinds {
		if k.Name == name {
			return k, true
		}
	}
	return Kind{}, false
}

// Note says what is known of an item's pictures.
type Note string

// The notes.
const (
	NotePending Note = ""               // copies are still to be made
	NoteOK      Note = "ok"             // copies exist (or this is one)
	NoteOpaque  Note = "cannot_inspect" // a kind of picture that is not decoded here; never to be read as "clean"
	NoteLarge   Note = "too_large"      // more pixels or memory than is decoded here
	NoteDamaged Note = "damaged"        // the decoder gave up
	NoteNoImage Note = "no_picture"     // video or document
	NoteRemoved Note = "removed"        // never used, or removed by decision: the bytes are deleted, the record stays
)

// Item is one sealed file. Everything but Request, Visit, Attached and Note is fixed at the moment of sealing and part of its record.
type Item struct {
	Tenant     casefile.Tenant
	Case       casefile.ID // of a draft until the report is made
	ID         casefile.ID
	Subject    casefile.ID // whose key encrypts the bytes
	Kind       string
	Source     casefile.ID // of a copy
	Media      string      // sniffed
	Size       int64       // clear bytes
	SHA256     [32]byte
	SM3        [32]byte
	Stored     blob.ID
	StoredSize int64
	// Width and Height are as stored in the file, 0 when they cannot be told.
	Width, Height int
	Received      time.Time
	DeviceAt      time.Time // what the device said; zero when it said nothing
	Role          casefile.Role
	Actor         casefile.ID
	Route         string
	// ReceivedFor is the visit that the item was received for, if any.
	ReceivedFor casefile.ID

	Request  casefile.ID
	Visit    casefile.ID
	Attached time.Time // zero while staged
	Note     Note

	Leaf int64
}

// IsCopy tells copies from what was received.
func (i Item) IsCopy() bool { return !i.Source.IsNil() }

// Custody is one entry of an item's custody log: who did what with it, in order.
type Custody struct {
	Tenant casefile.Tenant
	Case   casefile.ID
	Item   casefile.ID
	Seq    int64 // 0 is "received" and says what the item's record says; from 1 on each entry has a leaf
	At     time.Time
	Role   casefile.Role
	Actor  casefile.ID
	Act    Act
	Detail string // "key=value key=value", ids and codes only
}

// Act is what was done with an item.
type Act string

// The acts.
const (
	ActReceived Act = "received"
	ActAttached Act = "attached" // request=… visit=…
	ActDerived  Act = "derived"  // display=… thumbnail=…, or note=… when no copy could be made
	ActOpened   Act = "opened"   // the original was downloaded
	ActExported Act = "exported" // the original left in a bundle
	ActRemoved  Act = "removed"  // reason=…
)

// The kinds of leaves that this package adds to the log.
const (
	LeafItem    = "evidence"
	LeafCustody = "custody"
)

// Store keeps items and custody; package evidencedb is the one for databases.
type Store interface {
	InsertItem(ctx context.Context, t tx.Tx, i Item) error
	// Item answers NotFound when it is not there; LockItem also keeps others from changing it until the transaction ends.
	Item(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, id casefile.ID) (Item, error)
	LockItem(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, id casefile.ID) (Item, error)
	// UpdateItem stores Request, Visit, Attached and Note.
	UpdateItem(ctx context.Context, t tx.Tx, i Item) error
	// Items answers all items of a case, copies and removed ones too, oldest first.
	Items(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) ([]Item, error)
	// Same answers the item of that case and kind with the same clear bytes that is not removed.
	Same(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID, kind string, sha [32]byte) (Item, error)
	// ItemsByLeaf answers items in the order of the log, from a leaf number on.
	ItemsByLeaf(ctx context.Context, t tx.Tx, tenant casefile.Tenant, from int64, limit int) ([]Item, error)
	// Staged answers items that were received before a time and never attached nor removed, oldest first.
	Staged(ctx context.Context, t tx.Tx, tenant casefile.Tenant, before time.Time, limit int) ([]Item, error)
	// Tenants lists everybody who has items, or custody.
	Tenants(ctx context.Context, t tx.Tx) ([]casefile.Tenant, error)
	// Holders counts the items that still need a stored file.
	Holders(ctx context.Context, t tx.Tx, tenant casefile.Tenant, stored blob.ID) (int64, error)

	InsertCustody(ctx context.Context, t tx.Tx, c Custody) error
	// Custody answers the log of an item in order.
	Custody(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, item casefile.ID) ([]Custody, error)
	CustodyEntry(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, item casefile.ID, seq int64) (Custody, error)
	// CustodyCount counts the entries of a tenant.
	CustodyCount(ctx context.Context, t tx.Tx, tenant casefile.Tenant) (int64, error)
	// CustodyAfter pages through all entries of a tenant in the order of (case, item, seq).
	CustodyAfter(ctx context.Context, t tx.Tx, after Custody, limit int) ([]Custody, error)
}

// Ledger is the tenant's log; *ledger.Ledger is the one.
type Ledger interface {
	AppendLeaves(ctx context.Context, t tx.Tx, leaves []casefile.LogLeaf) (first int64, err error)
	// Hold takes the head of the log early, so that what is read next cannot change before the leaves are in.
	Hold(ctx context.Context, t tx.Tx, tenant casefile.Tenant) error
	Sign(ctx context.Context, tenant casefile.Tenant) (ledger.Checkpoint, error)
	Prove(ctx context.Context, t tx.Tx, tenant casefile.Tenant, index int64) (ledger.Proven, error)
	LeavesOfCase(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) ([]ledger.LeafRow, error)
	Keys(tenant casefile.Tenant) seal.Keys
}

// Keys gives the keys of files; *privacy.Keeper is the one. The error of an erased subject is its own.
type Keys interface {
	BlobKey(ctx context.Context, t tx.Tx, tenant casefile.Tenant, subject casefile.ID) ([]byte, error)
}

// Cases finds a case and its events; *casefile.Timeline is the one.
type Cases interface {
	Get(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID) (casefile.Case, error)
	Events(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID, forWhom casefile.Audience, after int64) ([]casefile.Event, error)
}

// Timers sets durable jobs; *clock.Clock is one.
type Timers interface {
	Set(ctx context.Context, t tx.Tx, tm clock.Timer) error
}

// Config is what a Service is made of. All fields are needed but Access and Removed.
type Config struct {
	Run      tx.Runner
	Store    Store
	Ledger   Ledger
	Keys     Keys
	Cases    Cases
	Timers   Timers
	Vault    *blob.Sealer
	Renderer picture.Renderer
	Source   casefile.Source
	// Access is asked before anything is opened or exported: the policies, and the access log of refusals. nil lets everybody (tests).
	Access func(ctx context.Context, a casefile.Actor, what Use, i Item) error
	// Removed is told, in the same transaction, of every item and copy whose bytes are about to be deleted, so that nothing that was drawn from them is kept. nil
	// means that nobody wants to know.
	Removed func(ctx context.Context, t tx.Tx, i Item) error
}

// Use is what somebody wants to do with an item.
type Use string

// The uses.
const (
	UseSee    Use = "see"    // a copy on a page
	UseOpen   Use = "open"   // the original as a download
	UseExport Use = "export" // the original in a bundle
)

// Service is the vault. It is safe for concurrent use.
type Service struct{ Config }

// New builds the service.
func New(c Config) *Service {
	if c.Access == nil {
		c.Access = func(context.Context, casefile.Actor, Use, Item) error { return nil }
	}
	return &Service{c}
}

// keyFor is the key of one file; the caller clears the secret.
func keyFor(secret []byte, i Item) blob.Key {
	return blob.Key{Secret: secret, Context: []byte("anxin/item/" + itoa(int64(i.Tenant)) + "/" + i.Case.String() + "/" + i.ID.String())}
}

// custodyRow makes the next entry of an item's log.
func custodyRow(i Item, seq int64, at time.Time, by casefile.Actor, act Act, detail string) Custody {
	return Custody{Tenant: i.Tenant, Case: i.Case, Item: i.ID, Seq: seq, At: at, Role: by.Role, Actor: by.ID, Act: act, Detail: detail}
}

// leafOfItem and leafOfCustody are what the log commits to.
func leafOfItem(i Item) (casefile.LogLeaf, error) {
	b, err := ItemRecord(i)
	leaf := casefile.LogLeaf{Tenant: i.Tenant, Case: i.Case, Kind: LeafItem, At: i.Received, Subjects: []casefile.ID{i.ID}, Digest: sha256.Sum256(b)}
	if i.IsCopy() {
		leaf.Subjects = append(leaf.Subjects, i.Source)
	}
	return leaf, err
}

func leafOfCustody(c Custody) (casefile.LogLeaf, error) {
	b, err := CustodyRecord(c)
	return casefile.LogLeaf{Tenant: c.Tenant, Case: c.Case, Kind: LeafCustody, Seq: c.Seq, At: c.At, Subjects: []casefile.ID{c.Item}, Digest: sha256.Sum256(b)}, err
}

// act writes one entry into the custody log of an item that LockItem gave, and its leaf. change adjusts the item's own columns.
func (s *Service) act(ctx context.Context, t tx.Tx, by casefile.Actor, i Item, act Act, detail string) error {
	log, err := s.Store.Custody(ctx, t, i.Tenant, i.Case, i.ID)
	if err != nil {
		return err
	}
	c := custodyRow(i, int64(len(log)), s.Source.Now(), by, act, detail)
	leaf, err := leafOfCustody(c)
	if err != nil {
		return err
	}
	if err := s.Store.InsertCustody(ctx, t, c); err != nil {
		return err
	}
	if changed := Fold(i, c); changed != i {
		if err := s.Store.UpdateItem(ctx, t, changed); err != nil {
			return err
		}
	}
	_, err = s.Ledger.AppendLeaves(ctx, t, []casefile.LogLeaf{leaf})
	return err
}

// Hex writes a hash for people and programs.
func Hex(h [32]byte) string { return hex.EncodeToString(h[:]) }
