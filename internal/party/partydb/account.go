package partydb

import (
	"context"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/db"
	"anxin/internal/party"
	"anxin/internal/tx"
)

var (
	accountInsert      = stmt("account/insert")
	accountGet         = stmt("account/get")
	accountByLogin     = stmt("account/by_login")
	accountList        = stmt("account/list")
	accountLockAdmins  = stmt("account/lock_admins")
	accountSetLogin    = stmt("account/set_login")
	accountSetPassword = stmt("account/set_password")
	accountRehash      = stmt("account/rehash")
	accountSetTOTP     = stmt("account/set_totp")
	accountTakeStep    = stmt("account/take_step")
	accountSetRoles    = stmt("account/set_roles")
	accountSetState    = stmt("account/set_state")
	accountNoteFailure = stmt("account/note_failure")
	accountNoteSuccess = stmt("account/note_success")

	onceInsert        = stmt("account/insert_once")
	onceGet           = stmt("account/once")
	onceUse           = stmt("account/use_once")
	onceDeleteOf      = stmt("account/delete_once_of")
	onceDeleteExpired = stmt("account/delete_once_expired")

	recoveryInsert = stmt("account/insert_recovery")
	recoveryUse    = stmt("account/use_recovery")
	recoveryDelete = stmt("account/delete_recovery")
	recoveryCount  = stmt("account/count_recovery")
)

// InsertAccount implements party.AccountStore.
func (Store) InsertAccount(ctx context.Context, t tx.Tx, a party.AccountRow) (bool, error) {
	n, err := t.Exec(ctx, accountInsert, a.Tenant, a.ID, a.Login, a.Name, joinRoles(a.Roles), a.Technician, a.Merchant, a.Password, string(a.State),
		db.Micros(a.Created), db.Micros(a.PasswordAt))
	return n == 1, err
}

// Account implements party.AccountStore.
func (Store) Account(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID) (party.AccountRow, error) {
	return scanAccount(tenant)(t.QueryRow(ctx, accountGet, tenant, id))
}

// AccountByLogin implements party.AccountStore.
func (Store) AccountByLogin(ctx context.Context, t tx.Tx, tenant casefile.Tenant, login string) (party.AccountRow, error) {
	return scanAccount(tenant)(t.QueryRow(ctx, accountByLogin, tenant, login))
}

// Accounts implements party.AccountStore.
func (Store) Accounts(ctx context.Context, t tx.Tx, tenant casefile.Tenant, after string, limit int) ([]party.AccountRow, error) {
	rows, err := t.Query(ctx, accountList, tenant, after, limit)
	return db.Collect(rows, err, scanAccount(tenant))
}

func scanAccount(tenant casefile.Tenant) func(tx.Row) (party.AccountRow, error) {
	return func(row tx.Row) (party.AccountRow, error) {
		a := party.AccountRow{Tenant: tenant}
		var roles string
		var locked int64
		err := row.Scan(&a.ID, &a.Login, &a.Name, &roles, &a.Technician, &a.Merchant, &a.Password, db.Time(&a.PasswordAt), &a.TOTP, &a.TOTPLast, &a.TOTPState,
			&a.State, &a.Failures, &locked, db.Time(&a.Created), db.Time(&a.Seen))
		a.Roles = splitRoles(roles)
		if locked != 0 {
			a.LockedUntil = db.FromMicros(locked)
		}
		return a, err
	}
}

// LockAdmins implements party.AccountStore.
func (Store) LockAdmins(ctx context.Context, t tx.Tx, tenant casefile.Tenant) ([]casefile.ID, error) {
	rows, err := t.Query(ctx, accountLockAdmins, tenant)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []casefile.ID
	for rows.Next() {
		var id casefile.ID
		var roles string
		if err := rows.Scan(&id, &roles); err != nil {
			return nil, err
		}
		for _, r := range splitRoles(roles) {
			if r == casefile.Admin {
				out = append(out, id)
			}
		}
	}
	return out, rows.Err()
}

// SetLogin implements party.AccountStore.
func (Store) SetLogin(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID, login, name string) error {
	_, err := t.Exec(ctx, accountSetLogin, tenant, id, login, name)
	return err
}

// SetPassword implements party.AccountStore.
func (Store) SetPassword(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID, phc string, at time.Time, state party.State) error {
	_, err := t.Exec(ctx, accountSetPassword, tenant, id, phc, db.Micros(at), string(state))
	return err
}

// Rehash implements party.AccountStore.
func (Store) Rehash(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID, from, to string) error {
	_, err := t.Exec(ctx, accountRehash, tenant, id, from, to)
	return err
}

// SetTOTP implements party.AccountStore.
func (Store) SetTOTP(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID, sealed []byte, state party.TOTPState) error {
	_, err := t.Exec(ctx, accountSetTOTP, tenant, id, sealed, int64(state))
	return err
}

// TakeTOTPStep implements party.AccountStore.
func (Store) TakeTOTPStep(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID, step int64) (bool, error) {
	n, err := t.Exec(ctx, accountTakeStep, tenant, id, step)
	return n == 1, err
}

// SetRoles implements party.AccountStore.
func (Store) SetRoles(ctx context.Context, t tx.Tx, a party.AccountRow) error {
	_, err := t.Exec(ctx, accountSetRoles, a.Tenant, a.ID, a.Name, joinRoles(a.Roles), a.Technician, a.Merchant)
	return err
}

// SetState implements party.AccountStore.
func (Store) SetState(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID, s party.State) error {
	_, err := t.Exec(ctx, accountSetState, tenant, id, string(s))
	return err
}

// NoteFailure implements party.AccountStore.
func (Store) NoteFailure(ctx context.Context, t tx.Tx, tenant casefile.Tenant, login string, lockedUntil time.Time) error {
	var until int64
	if !lockedUntil.IsZero() {
		until = lockedUntil.UnixMicro()
	}
	_, err := t.Exec(ctx, accountNoteFailure, tenant, login, until)
	return err
}

// NoteSuccess implements party.AccountStore.
func (Store) NoteSuccess(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID, at time.Time) error {
	_, err := t.Exec(ctx, accountNoteSuccess, tenant, id, db.Micros(at))
	return err
}

// InsertOneTime implements party.AccountStore.
func (Store) InsertOneTime(ctx context.Context, t tx.Tx, l party.OneTimeRow) error {
	_, err := t.Exec(ctx, onceInsert, l.TokenHash, l.Tenant, l.Account, string(l.Purpose), db.Micros(l.Created), db.Micros(l.Expires))
	return err
}

// OneTime implements party.AccountStore.
func (Store) OneTime(ctx context.Context, t tx.Tx, tokenHash []byte) (party.OneTimeRow, error) {
	var l party.OneTimeRow
	err := t.QueryRow(ctx, onceGet, tokenHash).Scan(&l.TokenHash, &l.Tenant, &l.Account, &l.Purpose, db.Time(&l.Created), db.Time(&l.Expires), db.Time(&l.Used))
	return l, err
}

// UseOneTime implements party.AccountStore.
func (Store) UseOneTime(ctx context.Context, t tx.Tx, tokenHash []byte, at time.Time) (bool, error) {
	n, err := t.Exec(ctx, onceUse, tokenHash, db.Micros(at))
	return n == 1, err
}

// DeleteOneTimeOf implements party.AccountStore.
func (Store) DeleteOneTimeOf(ctx context.Context, t tx.Tx, tenant casefile.Tenant, account casefile.ID) error {
	_, err := t.Exec(ctx, onceDeleteOf, tenant, account)
	return err
}

// DeleteOneTimeExpired implements party.AccountStore.
func (Store) DeleteOneTimeExpired(ctx context.Context, t tx.Tx, now time.Time) error {
	_, err := t.Exec(ctx, onceDeleteExpired, db.Micros(now))
	return err
}

// InsertRecovery implements party.AccountStore.
func (Store) InsertRecovery(ctx context.Context, t tx.Tx, tenant casefile.Tenant, account casefile.ID, hash []byte, at time.Time) error {
	_, err := t.Exec(ctx, recoveryInsert, tenant, account, hash, db.Micros(at))
	return err
}

// UseRecovery implements party.AccountStore.
func (Store) UseRecovery(ctx context.Context, t tx.Tx, tenant casefile.Tenant, account casefile.ID, hash []byte, at time.Time) (bool, error) {
	n, err := t.Exec(ctx, recoveryUse, tenant, account, hash, db.Micros(at))
	return n == 1, err
}

// DeleteRecovery implements party.AccountStore.
func (Store) DeleteRecovery(ctx context.Context, t tx.Tx, tenant casefile.Tenant, account casefile.ID) error {
	_, err := t.Exec(ctx, recoveryDelete, tenant, account)
	return err
}

// CountRecovery implements party.AccountStore.
func (Store) CountRecovery(ctx context.Context, t tx.Tx, tenant casefile.Tenant, account casefile.ID) (n int64, err error) {
	err = t.QueryRow(ctx, recoveryCount, tenant, account).Scan(&n)
	return n, err
}
