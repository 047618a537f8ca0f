package party

import (
	"context"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/tx"
)

// Keeper is what party needs of internal/privacy: sealed fields, keyed hashes, derived link tokens.
type Keeper interface {
	NewSubject(ctx context.Context, t tx.Tx, tenant casefile.Tenant, subject casefile.ID) error
	Seal(ctx context.Context, t tx.Tx, tenant casefile.Tenant, subject casefile.ID, field, clear string) ([]byte, error)
	Open(ctx context.Context, t tx.Tx, tenant casefile.Tenant, subject casefile.ID, field string, sealed []byte) (string, error)
	Index(tenant casefile.Tenant, kind, value string) []byte
	LinkToken(tenant casefile.Tenant, caseID casefile.ID, generation int64) string
	Derive(purpose string, parts ...[]byte) []byte
}

// SessionRow is a session as it is stored.
type SessionRow struct {
	TokenHash []byte
	Tenant    casefile.Tenant
	Account   casefile.ID
	Data      []byte
	Label     string // browser and system in words, for "my sessions"
	Created   time.Time
	Seen      time.Time // coarse: at most once a minute
	Expires   time.Time // absolute
	Idle      time.Duration
}

// SessionStore keeps sessions. The token itself is never stored.
type SessionStore interface {
	InsertSession(ctx context.Context, t tx.Tx, s SessionRow) error
	// UpdateSession changes the data of a session that is still there; it never brings one back.
	UpdateSession(ctx context.Context, t tx.Tx, tokenHash, data []byte, expires time.Time) error
	Session(ctx context.Context, t tx.Tx, tokenHash []byte) (SessionRow, error)
	TouchSession(ctx context.Context, t tx.Tx, tokenHash []byte, seen time.Time) error
	DeleteSession(ctx context.Context, t tx.Tx, tokenHash []byte) error
	SessionsOf(ctx context.Context, t tx.Tx, tenant casefile.Tenant, account casefile.ID) ([]SessionRow, error)
	// DeleteSessionsOf ends all sessions of an account but the one with the hash except, which may be nil.
	DeleteSessionsOf(ctx context.Context, t tx.Tx, tenant casefile.Tenant, account casefile.ID, except []byte) (int64, error)
	DeleteSessionsExpired(ctx context.Context, t tx.Tx, now time.Time) (int64, error)
}

// LinkRow is a customer's link as it is stored.
type LinkRow struct {
	TokenHash  []byte
	Tenant     casefile.Tenant
	Case       casefile.ID
	Generation int64
	Created    time.Time
	Revoked    time.Time // zero while it opens the case
}

// LinkTarget is what a link opens.
type LinkTarget struct {
	LinkRow
	Subject casefile.ID
	Lang    string
	Number  casefile.Number
}

// LinkStore keeps customers' links and the codes that find lost ones.
type LinkStore interface {
	InsertLink(ctx context.Context, t tx.Tx, l LinkRow) error
	Link(ctx context.Context, t tx.Tx, tokenHash []byte) (LinkTarget, error)
	// NewestLink answers the link of the highest generation, or casefile.NotFound.
	NewestLink(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) (LinkRow, error)
	RevokeLinks(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID, at time.Time) (int64, error)
	// CasesOfPhone lists the cases of a phone that are open or were made since then, newest first.
	CasesOfPhone(ctx context.Context, t tx.Tx, tenant casefile.Tenant, phoneIndex []byte, since time.Time, limit int) ([]LinkTarget, error)
	InsertPhoneCode(ctx context.Context, t tx.Tx, c PhoneCodeRow) error
	// TakePhoneCodeTry counts a try of a code that is alive and answers it; casefile.NotFound when it is used, expired or out of tries.
	TakePhoneCodeTry(ctx context.Context, t tx.Tx, tenant casefile.Tenant, challenge casefile.ID, now time.Time, maxTries int) (PhoneCodeRow, error)
	UsePhoneCode(ctx context.Context, t tx.Tx, tenant casefile.Tenant, challenge casefile.ID, now time.Time) (int64, error)
	DeletePhoneCodesExpired(ctx context.Context, t tx.Tx, now time.Time) (int64, error)
}

// PhoneCodeRow is a code that was (or, for an unknown phone, would have been) sent.
type PhoneCodeRow struct {
	Tenant     casefile.Tenant
	Challenge  casefile.ID
	PhoneIndex []byte
	CodeHash   []byte // keyed
	Created    time.Time
	Expires    time.Time
	Tries      int64
}

// KeyRow is an API key as it is stored.
type KeyRow struct {
	KeyHash    []byte
	Tenant     casefile.Tenant
	ID         casefile.ID
	Name       string
	Role       casefile.Role
	Scopes     string
	Merchant   casefile.ID
	Technician casefile.ID
	Created    time.Time
	Used       time.Time // coarse: at most once an hour
	Revoked    time.Time
}

// KeyStore keeps API keys.
type KeyStore interface {
	InsertKey(ctx context.Context, t tx.Tx, k KeyRow) error
	Key(ctx context.Context, t tx.Tx, keyHash []byte) (KeyRow, error)
	Keys(ctx context.Context, t tx.Tx, tenant casefile.Tenant) ([]KeyRow, error)
	TouchKey(ctx context.Context, t tx.Tx, keyHash []byte, used time.Time) error
	RevokeKey(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID, at time.Time) (int64, error)
}
