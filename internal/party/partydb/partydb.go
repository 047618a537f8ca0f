// Package partydb is the SQL of package party: accounts, sessions, links, keys, counts of tries, the access log.
package partydb

import (
	"context"
	"embed"
	"strings"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/db"
	"anxin/internal/party"
	"anxin/internal/privacy"
	"anxin/internal/tx"
)

//go:embed *.sql
var files embed.FS

// Statements are the statements of this package.
var Statements = db.MustLoad(files)

var stmt = Statements.Stmt

var (
	sessionInsert          = stmt("session/insert")
	sessionUpdate          = stmt("session/update")
	sessionGet             = stmt("session/get")
	sessionTouch           = stmt("session/touch")
	sessionDelete          = stmt("session/delete")
	sessionOfAccount       = stmt("session/of_account")
	sessionDeleteOfAccount = stmt("session/delete_of_account")
	sessionDeleteExpired   = stmt("session/delete_expired")

	linkInsert       = stmt("link/insert")
	linkGet          = stmt("link/get")
	linkNewest       = stmt("link/newest")
	linkRevoke       = stmt("link/revoke")
	linkCasesOfPhone = stmt("link/cases_of_phone")
	linkInsertCode   = stmt("link/insert_code")
	linkTakeTry      = stmt("link/take_try")
	linkUseCode      = stmt("link/use_code")
	linkDeleteCodes  = stmt("link/delete_codes")

	keyInsert = stmt("key/insert")
	keyGet    = stmt("key/get")
	keyList   = stmt("key/list")
	keyTouch  = stmt("key/touch")
	keyRevoke = stmt("key/revoke")

	attemptCharge    = stmt("attempt/charge")
	attemptLock      = stmt("attempt/lock")
	attemptGet       = stmt("attempt/get")
	attemptRefund    = stmt("attempt/refund")
	attemptClear     = stmt("attempt/clear")
	attemptDeleteOld = stmt("attempt/delete_old")

	accessInsert = stmt("access/insert")
	accessOfCase = stmt("access/of_case")
	accessSearch = stmt("access/search")
)

// Store implements the stores of package party. It has no state.
type Store struct{}

var (
	_ party.SessionStore = Store{}
	_ party.LinkStore    = Store{}
	_ party.KeyStore     = Store{}
	_ party.AccountStore = Store{}
	_ party.AttemptStore = Store{}
	_ party.AccessStore  = Store{}
)

// InsertSession implements party.SessionStore.
func (Store) InsertSession(ctx context.Context, t tx.Tx, s party.SessionRow) error {
	_, err := t.Exec(ctx, sessionInsert, s.TokenHash, s.Data, db.Micros(s.Expires), s.Tenant, s.Account, s.Label, db.Micros(s.Created), db.Micros(s.Seen),
		s.Idle.Microseconds())
	return err
}

// UpdateSession implements party.SessionStore.
func (Store) UpdateSession(ctx context.Context, t tx.Tx, tokenHash, data []byte, expires time.Time) error {
	_, err := t.Exec(ctx, sessionUpdate, tokenHash, data, db.Micros(expires))
	return err
}

// Session implements party.SessionStore.
func (Store) Session(ctx context.Context, t tx.Tx, tokenHash []byte) (party.SessionRow, error) {
	return scanSession(t.QueryRow(ctx, sessionGet, tokenHash))
}

// TouchSession implements party.SessionStore.
func (Store) TouchSession(ctx context.Context, t tx.Tx, tokenHash []byte, seen time.Time) error {
	_, err := t.Exec(ctx, sessionTouch, tokenHash, db.Micros(seen))
	return err
}

// DeleteSession implements party.SessionStore.
func (Store) DeleteSession(ctx context.Context, t tx.Tx, tokenHash []byte) error {
	_, err := t.Exec(ctx, sessionDelete, tokenHash)
	return err
}

// SessionsOf implements party.SessionStore.
func (Store) SessionsOf(ctx context.Context, t tx.Tx, tenant casefile.Tenant, account casefile.ID) ([]party.SessionRow, error) {
	rows, err := t.Query(ctx, sessionOfAccount, tenant, account)
	return db.Collect(rows, err, scanSession)
}

// DeleteSessionsOf implements party.SessionStore.
func (Store) DeleteSessionsOf(ctx context.Context, t tx.Tx, tenant casefile.Tenant, account casefile.ID, except []byte) (int64, error) {
	if except == nil {
		except = []byte{}
	}
	return t.Exec(ctx, sessionDeleteOfAccount, tenant, account, except)
}

// DeleteSessionsExpired implements party.SessionStore.
func (Store) DeleteSessionsExpired(ctx context.Context, t tx.Tx, now time.Time) (int64, error) {
	return t.Exec(ctx, sessionDeleteExpired, db.Micros(now))
}

func scanSession(row tx.Row) (party.SessionRow, error) {
	var s party.SessionRow
	var idle int64
	err := row.Scan(&s.TokenHash, &s.Tenant, &s.Account, &s.Data, &s.Label, db.Time(&s.Created), db.Time(&s.Seen), db.Time(&s.Expires), &idle)
	s.Idle = time.Duration(idle) * time.Microsecond
	return s, err
}

// InsertLink implements party.LinkStore.
func (Store) InsertLink(ctx context.Context, t tx.Tx, l party.LinkRow) error {
	_, err := t.Exec(ctx, linkInsert, l.TokenHash, l.Tenant, l.Case, l.Generation, db.Micros(l.Created))
	return err
}

// Link implements party.LinkStore.
func (Store) Link(ctx context.Context, t tx.Tx, tokenHash []byte) (party.LinkTarget, error) {
	var l party.LinkTarget
	err := t.QueryRow(ctx, linkGet, tokenHash).Scan(&l.TokenHash, &l.Tenant, &l.Case, &l.Generation, db.Time(&l.Created), db.Time(&l.Revoked), &l.Subject,
		&l.Lang, &l.Number)
	return l, err
}

// NewestLink implements party.LinkStore.
func (Store) NewestLink(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) (party.LinkRow, error) {
	var l party.LinkRow
	err := t.QueryRow(ctx, linkNewest, tenant, caseID).Scan(&l.TokenHash, &l.Tenant, &l.Case, &l.Generation, db.Time(&l.Created), db.Time(&l.Revoked))
	return l, err
}

// RevokeLinks implements party.LinkStore.
func (Store) RevokeLinks(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID, at time.Time) (int64, error) {
	return t.Exec(ctx, linkRevoke, tenant, caseID, db.Micros(at))
}

// CasesOfPhone implements party.LinkStore.
func (Store) CasesOfPhone(ctx context.Context, t tx.Tx, tenant casefile.Tenant, phoneIndex []byte, since time.Time, limit int) ([]party.LinkTarget, error) {
	rows, err := t.Query(ctx, linkCasesOfPhone, tenant, phoneIndex, db.Micros(since), limit)
	return db.Collect(rows, err, func(row tx.Row) (party.LinkTarget, error) {
		var l party.LinkTarget
		err := row.Scan(&l.Tenant, &l.Case, &l.Subject, &l.Lang, &l.Number, db.Time(&l.Created))
		return l, err
	})
}

// InsertPhoneCode implements party.LinkStore.
func (Store) InsertPhoneCode(ctx context.Context, t tx.Tx, c party.PhoneCodeRow) error {
	_, err := t.Exec(ctx, linkInsertCode, c.Tenant, c.Challenge, c.PhoneIndex, c.CodeHash, db.Micros(c.Created), db.Micros(c.Expires))
	return err
}

// TakePhoneCodeTry implements party.LinkStore.
func (Store) TakePhoneCodeTry(ctx context.Context, t tx.Tx, tenant casefile.Tenant, challenge casefile.ID, now time.Time, maxTries int) (party.PhoneCodeRow, error) {
	c := party.PhoneCodeRow{Tenant: tenant, Challenge: challenge}
	err := t.QueryRow(ctx, linkTakeTry, tenant, challenge, db.Micros(now), maxTries).Scan(&c.PhoneIndex, &c.CodeHash, db.Time(&c.Created), db.Time(&c.Expires), &c.Tries)
	return c, err
}

// UsePhoneCode implements party.LinkStore.
func (Store) UsePhoneCode(ctx context.Context, t tx.Tx, tenant casefile.Tenant, challenge casefile.ID, now time.Time) (int64, error) {
	return t.Exec(ctx, linkUseCode, tenant, challenge, db.Micros(now))
}

// DeletePhoneCodesExpired implements party.LinkStore.
func (Store) DeletePhoneCodesExpired(ctx context.Context, t tx.Tx, now time.Time) (int64, error) {
	return t.Exec(ctx, linkDeleteCodes, db.Micros(now))
}

// InsertKey implements party.KeyStore.
func (Store) InsertKey(ctx context.Context, t tx.Tx, k party.KeyRow) error {
	_, err := t.Exec(ctx, keyInsert, k.KeyHash, k.Tenant, k.ID, k.Name, string(k.Role), k.Scopes, k.Merchant, k.Technician, db.Micros(k.Created))
	return err
}

// Key implements party.KeyStore.
func (Store) Key(ctx context.Context, t tx.Tx, keyHash []byte) (party.KeyRow, error) {
	return scanKey(t.QueryRow(ctx, keyGet, keyHash))
}

// Keys implements party.KeyStore.
func (Store) Keys(ctx context.Context, t tx.Tx, tenant casefile.Tenant) ([]party.KeyRow, error) {
	rows, err := t.Query(ctx, keyList, tenant)
	return db.Collect(rows, err, scanKey)
}

// TouchKey implements party.KeyStore.
func (Store) TouchKey(ctx context.Context, t tx.Tx, keyHash []byte, used time.Time) error {
	_, err := t.Exec(ctx, keyTouch, keyHash, db.Micros(used))
	return err
}

// RevokeKey implements party.KeyStore.
func (Store) RevokeKey(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID, at time.Time) (int64, error) {
	return t.Exec(ctx, keyRevoke, tenant, id, db.Micros(at))
}

func scanKey(row tx.Row) (party.KeyRow, error) {
	var k party.KeyRow
	err := row.Scan(&k.KeyHash, &k.Tenant, &k.ID, &k.Name, &k.Role, &k.Scopes, &k.Merchant, &k.Technician, db.Time(&k.Created), db.Time(&k.Used), db.Time(&k.Revoked))
	return k, err
}

// ChargeAttempt implements party.AttemptStore.
func (Store) ChargeAttempt(ctx context.Context, t tx.Tx, bucket []byte, now, forget time.Time) (failures int64, err error) {
	err = t.QueryRow(ctx, attemptCharge, bucket, db.Micros(now), db.Micros(forget)).Scan(&failures)
	return failures, err
}

// LockAttempt implements party.AttemptStore.
func (Store) LockAttempt(ctx context.Context, t tx.Tx, bucket []byte, until time.Time) error {
	_, err := t.Exec(ctx, attemptLock, bucket, db.Micros(until))
	return err
}

// Attempt implements party.AttemptStore.
func (Store) Attempt(ctx context.Context, t tx.Tx, bucket []byte) (failures int64, lockedUntil time.Time, err error) {
	err = t.QueryRow(ctx, attemptGet, bucket).Scan(&failures, db.Time(&lockedUntil))
	if casefile.Is(err, casefile.NotFound) {
		err = nil
	}
	return failures, lockedUntil, err
}

// RefundAttempt implements party.AttemptStore.
func (Store) RefundAttempt(ctx context.Context, t tx.Tx, bucket []byte) error {
	_, err := t.Exec(ctx, attemptRefund, bucket)
	return err
}

// ClearAttempt implements party.AttemptStore.
func (Store) ClearAttempt(ctx context.Context, t tx.Tx, bucket []byte) error {
	_, err := t.Exec(ctx, attemptClear, bucket)
	return err
}

// DeleteAttemptsOld implements party.AttemptStore.
func (Store) DeleteAttemptsOld(ctx context.Context, t tx.Tx, before time.Time) (int64, error) {
	return t.Exec(ctx, attemptDeleteOld, db.Micros(before))
}

// InsertAccess implements party.AccessStore.
func (Store) InsertAccess(ctx context.Context, t tx.Tx, a privacy.Access) error {
	_, err := t.Exec(ctx, accessInsert, a.Tenant, a.ID, db.Micros(a.At), string(a.Role), a.Actor, a.Action, a.Case, a.Subject, a.Field, a.Reason, a.Policy)
	return err
}

// AccessOfCase implements party.AccessStore.
func (Store) AccessOfCase(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID, before party.AccessCursor, limit int) ([]privacy.Access, error) {
	rows, err := t.Query(ctx, accessOfCase, tenant, caseID, db.Micros(before.At), before.ID, limit)
	return db.Collect(rows, err, scanAccess(tenant))
}

// SearchAccess implements party.AccessStore.
func (Store) SearchAccess(ctx context.Context, t tx.Tx, tenant casefile.Tenant, since time.Time, before party.AccessCursor, action string, limit int) ([]privacy.Access, error) {
	from := int64(0)
	if !since.IsZero() {
		from = since.UnixMicro()
	}
	rows, err := t.Query(ctx, accessSearch, tenant, from, db.Micros(before.At), before.ID, action, limit)
	return db.Collect(rows, err, scanAccess(tenant))
}

func scanAccess(tenant casefile.Tenant) func(tx.Row) (privacy.Access, error) {
	return func(row tx.Row) (privacy.Access, error) {
		a := privacy.Access{Tenant: tenant}
		err := row.Scan(&a.ID, db.Time(&a.At), &a.Role, &a.Actor, &a.Action, &a.Case, &a.Subject, &a.Field, &a.Reason, &a.Policy)
		return a, err
	}
}

func joinRoles(roles []casefile.Role) string {
	out := make([]string, len(roles))
	for i, r := range roles {
		out[i] = string(r)
	}
	return strings.Join(out, " ")
}

func splitRoles(s string) []casefile.Role {
	var out []casefile.Role
	for f := range strings.FieldsSeq(s) {
		out = append(out, casefile.Role(f))
	}
	return out
}
