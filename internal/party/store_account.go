package party

import (
	"context"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/privacy"
	"anxin/internal/tx"
)

// State is whether an account can be used.
type State string

// The states of an account.
const (
	Invited  State = "invited"
	Active   State = "active"
	Disabled State = "disabled"
)

// TOTPState is how far a second factor is set up.
type TOTPState int64

// The states of a second factor.
const (
	TOTPNone    TOTPState = 0
	TOTPPending TOTPState = 1 // a secret was made, no code of it was seen yet
	TOTPInUse   TOTPState = 2
)

// AccountRow is an account as it is stored.
type AccountRow struct {
	Tenant      casefile.Tenant
	ID          casefile.ID
	Login       string
	Name        string
	Roles       []casefile.Role
	Technician  casefile.ID
	Merchant    casefile.ID
	Password    string // argon2id in PHC form; empty until set
	PasswordAt  time.Time
	TOTP        []byte // sealed secret
	TOTPLast    int64  // newest time step that was used
	TOTPState   TOTPState
	State       State
	Failures    int64 // failed log-ins since the last good one
	LockedUntil time.Time
	Created     time.Time
	Seen        time.Time
}

// OneTimeRow is a one-time link as it is stored.
type OneTimeRow struct {
	TokenHash []byte
	Tenant    casefile.Tenant
	Account   casefile.ID
	Purpose   Purpose
	Created   time.Time
	Expires   time.Time
	Used      time.Time
}

// AccountStore keeps accounts, their one-time links and recovery codes.
type AccountStore interface {
	// InsertAccount answers false when the login is taken.
	InsertAccount(ctx context.Context, t tx.Tx, a AccountRow) (bool, error)
	Account(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID) (AccountRow, error)
	AccountByLogin(ctx context.Context, t tx.Tx, tenant casefile.Tenant, login string) (AccountRow, error)
	// Accounts pages by login.
	Accounts(ctx context.Context, t tx.Tx, tenant casefile.Tenant, after string, limit int) ([]AccountRow, error)
	// LockAdmins locks and lists the active admins, so that two of them cannot both be the last to go.
	LockAdmins(ctx context.Context, t tx.Tx, tenant casefile.Tenant) ([]casefile.ID, error)
	SetLogin(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID, login, name string) error
	SetPassword(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID, phc string, at time.Time, state State) error
	Rehash(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID, from, to string) error
	SetTOTP(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID, sealed []byte, state TOTPState) error
	// TakeTOTPStep answers false when this or a later step was used before.
	TakeTOTPStep(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID, step int64) (bool, error)
	SetRoles(ctx context.Context, t tx.Tx, a AccountRow) error
	SetState(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID, s State) error
	NoteFailure(ctx context.Context, t tx.Tx, tenant casefile.Tenant, login string, lockedUntil time.Time) error
	// NoteSuccess forgets failures; at is the time of the log-in, or zero when an admin unlocks the account.
	NoteSuccess(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID, at time.Time) error

	InsertOneTime(ctx context.Context, t tx.Tx, l OneTimeRow) error
	OneTime(ctx context.Context, t tx.Tx, tokenHash []byte) (OneTimeRow, error)
	// UseOneTime answers false when the link was used or is too old.
	UseOneTime(ctx context.Context, t tx.Tx, tokenHash []byte, at time.Time) (bool, error)
	DeleteOneTimeOf(ctx context.Context, t tx.Tx, tenant casefile.Tenant, account casefile.ID) error
	DeleteOneTimeExpired(ctx context.Context, t tx.Tx, now time.Time) error

	InsertRecovery(ctx context.Context, t tx.Tx, tenant casefile.Tenant, account casefile.ID, hash []byte, at time.Time) error
	// UseRecovery answers false when there is no such unused code.
	UseRecovery(ctx context.Context, t tx.Tx, tenant casefile.Tenant, account casefile.ID, hash []byte, at time.Time) (bool, error)
	DeleteRecovery(ctx context.Context, t tx.Tx, tenant casefile.Tenant, account casefile.ID) error
	CountRecovery(ctx context.Context, t tx.Tx, tenant casefile.Tenant, account casefile.ID) (int64, error)
}

// AttemptStore counts tries of what can be guessed. Buckets are keyed hashes, never an address or a name.
type AttemptStore interface {
	// ChargeAttempt counts one try and answers how many there were; counting starts again when the last was before forget. A locked bucket
	// answers casefile.NotFound and counts nothing.
	ChargeAttempt(ctx context.Context, t tx.Tx, bucket []byte, now, forget time.Time) (failures int64, err error)
	LockAttempt(ctx context.Context, t tx.Tx, bucket []byte, until time.Time) error
	// Attempt answers zero values when there were none.
	Attempt(ctx context.Context, t tx.Tx, bucket []byte) (failures int64, lockedUntil time.Time, err error)
	RefundAttempt(ctx context.Context, t tx.Tx, bucket []byte) error
	ClearAttempt(ctx context.Context, t tx.Tx, bucket []byte) error
	DeleteAttemptsOld(ctx context.Context, t tx.Tx, before time.Time) (int64, error)
}

// AccessStore keeps the log of who looked at what.
type AccessStore interface {
	InsertAccess(ctx context.Context, t tx.Tx, a privacy.Access) error
	// AccessOfCase pages from newest to oldest; refused tries are left out, since nothing was seen.
	AccessOfCase(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID, before AccessCursor, limit int) ([]privacy.Access, error)
	SearchAccess(ctx context.Context, t tx.Tx, tenant casefile.Tenant, since time.Time, before AccessCursor, action string, limit int) ([]privacy.Access, error)
}
