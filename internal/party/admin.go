package party

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"slices"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/tx"
)

func equal(a, b []byte) bool { return subtle.ConstantTimeCompare(a, b) == 1 }

// Purpose is what a one-time link is for.
type Purpose string

// The purposes of one-time links.
const (
	FirstAdmin Purpose = "first_admin"
	Invite     Purpose = "invite"
	Reset      Purpose = "reset"
)

// firstAdminFor is how long the link printed at start works; the next start prints another one.
const firstAdminFor = 72 * time.Hour

// OneTimeView is what the page of a one-time link shows.
type OneTimeView struct {
	Purpose Purpose
	Tenant  casefile.Tenant
	Login   string
	Name    string
	Expires time.Time
}

// newOneTime replaces the unused links of the account by a new one.
func (s *Accounts) newOneTime(ctx context.Context, t tx.Tx, tenant casefile.Tenant, account casefile.ID, p Purpose, for_ time.Duration) (string, error) {
	if err := s.store.DeleteOneTimeOf(ctx, t, tenant, account); err != nil {
		return "", err
	}
	token := base64.RawURLEncoding.EncodeToString(s.source.Bytes(16))
	now := s.source.Now()
	return token, s.store.InsertOneTime(ctx, t, OneTimeRow{
		TokenHash: hashToken(token), Tenant: tenant, Account: account, Purpose: p, Created: now, Expires: now.Add(for_),
	})
}

// FirstAdmin answers the token of a link that makes the first admin, when the tenant has none who is active; else the empty text. It is called at
// start, and the link printed to the terminal; an earlier unused one stops working.
func (s *Accounts) FirstAdmin(ctx context.Context, tenant casefile.Tenant) (token string, err error) {
	id := s.source.NewID()
	err = s.run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		token = ""
		admins, err := s.store.LockAdmins(ctx, t, tenant)
		if err != nil || len(admins) > 0 {
			return err
		}
		row, err := s.store.AccountByLogin(ctx, t, tenant, "admin")
		switch {
		case casefile.Is(err, casefile.NotFound):
			row = AccountRow{Tenant: tenant, ID: id, Login: "admin", Name: "管理员", Roles: []casefile.Role{casefile.Admin}, State: Invited, Created: s.source.Now()}
			if err := s.create(ctx, t, row); err != nil {
				return err
			}
		case err != nil:
			return err
		case row.State == Disabled || !slices.Contains(row.Roles, casefile.Admin):
			// Somebody took the name or the only admin was disabled by hand: mending that is `anxin doctor`'s business.
			return casefile.Fail(casefile.Conflict, "party.error.first_admin")
		}
		token, err = s.newOneTime(ctx, t, tenant, row.ID, FirstAdmin, firstAdminFor)
		return err
	})
	return token, err
}

func (s *Accounts) create(ctx context.Context, t tx.Tx, row AccountRow) error {
	ok, err := s.store.InsertAccount(ctx, t, row)
	if err != nil {
		return err
	}
	if !ok {
		return casefile.InvalidField("login", "party.error.login_taken")
	}
	return s.keeper.NewSubject(ctx, t, row.Tenant, row.ID)
}

// NewAccount describes an account to be made.
type NewAccount struct {
	Login, Name string
	Roles       []casefile.Role // the first is the one in use after log-in
	// Technician is needed for the role technician, Merchant for the role merchant.
	Technician, Merchant casefile.ID
	// PHC makes the account active with this password (demo, imports); empty makes it invited.
	PHC string
}

// Invite makes an account without a password and answers the one-time token with which its owner sets one.
func (s *Accounts) Invite(ctx context.Context, a casefile.Actor, n NewAccount) (token string, id casefile.ID, err error) {
	row, err := s.newRow(a.Tenant, n)
	if err != nil {
		return "", casefile.Nil, err
	}
	err = s.run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		if err := s.create(ctx, t, row); err != nil {
			return err
		}
		if err := changed(ctx, t, s.access, s.source, a, "account.invite", row.ID); err != nil || row.State == Active {
			return err
		}
		token, err = s.newOneTime(ctx, t, a.Tenant, row.ID, Invite, s.policy.InviteFor)
		return err
	})
	if err != nil {
		return "", casefile.Nil, err
	}
	return token, row.ID, nil
}

// Create makes an account inside the caller's transaction, for the demo and imports.
func (s *Accounts) Create(ctx context.Context, t tx.Tx, tenant casefile.Tenant, n NewAccount) (casefile.ID, error) {
	row, err := s.newRow(tenant, n)
	if err != nil {
		return casefile.Nil, err
	}
	return row.ID, s.create(ctx, t, row)
}

func (s *Accounts) newRow(tenant casefile.Tenant, n NewAccount) (AccountRow, error) {
	login, err := checkLogin(n.Login)
	if err != nil {
		return AccountRow{}, err
	}
	name, err := checkName(n.Name)
	if err != nil {
		return AccountRow{}, err
	}
	if err := checkRoles(n.Roles, n.Technician, n.Merchant); err != nil {
		return AccountRow{}, err
	}
	now := s.source.Now()
	row := AccountRow{
		Tenant: tenant, ID: s.source.NewID(), Login: login, Name: name, Roles: slices.Clone(n.Roles), Technician: n.Technician, Merchant: n.Merchant,
		State: Invited, Created: now,
	}
	if n.PHC != "" {
		if _, _, _, err := parsePHC(n.PHC); err != nil {
			return AccountRow{}, casefile.Failf(casefile.Internal, "error.internal", "new account: %w", err)
		}
		row.Password, row.PasswordAt, row.State = n.PHC, now, Active
	}
	return row, nil
}

// errOneTime is the one answer to links that are unknown, used or too old.
var errOneTime = casefile.Fail(casefile.NotFound, "party.error.one_time")

// OneTime looks at a one-time link without using it. Unknown, used and old links answer not_found alike.
func (s *Accounts) OneTime(ctx context.Context, token string) (OneTimeView, error) {
	var v OneTimeView
	err := s.run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		l, a, err := s.oneTime(ctx, t, token)
		v = OneTimeView{l.Purpose, l.Tenant, a.Login, a.Name, l.Expires}
		return err
	})
	return v, err
}

func (s *Accounts) oneTime(ctx context.Context, t tx.Tx, token string) (OneTimeRow, AccountRow, error) {
	if len(token) > maxLinkToken {
		return OneTimeRow{}, AccountRow{}, errOneTime
	}
	l, err := s.store.OneTime(ctx, t, hashToken(token))
	if casefile.Is(err, casefile.NotFound) || err == nil && (!l.Used.IsZero() || !s.source.Now().Before(l.Expires)) {
		return OneTimeRow{}, AccountRow{}, errOneTime
	}
	if err != nil {
		return OneTimeRow{}, AccountRow{}, err
	}
	a, err := s.store.Account(ctx, t, l.Tenant, l.Account)
	if err == nil && a.State == Disabled {
		err = errOneTime
	}
	return l, a, err
}

// Accept uses a one-time link: it sets the password (and, for the first admin, login and name), makes the account active and ends its sessions. The
// answer's Stage says what comes next; the caller gives it to Sessions.Begin.
func (s *Accounts) Accept(ctx context.Context, token, password, login, name string) (Identity, error) {
	v, err := s.OneTime(ctx, token)
	if err != nil {
		return Identity{}, err
	}
	if v.Purpose == FirstAdmin {
		if login, err = checkLogin(login); err != nil {
			return Identity{}, err
		}
		if name, err = checkName(name); err != nil {
			return Identity{}, err
		}
	} else {
		login, name = v.Login, v.Name
	}
	if err := CheckPassword(password, login); err != nil {
		return Identity{}, err
	}
	phc, err := s.passwords.Hash(ctx, password)
	if err != nil {
		return Identity{}, err
	}
	var i Identity
	err = s.run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		l, a, err := s.oneTime(ctx, t, token)
		if err != nil {
			return err
		}
		now := s.source.Now()
		used, err := s.store.UseOneTime(ctx, t, l.TokenHash, now)
		if err != nil {
			return err
		}
		if !used {
			return errOneTime
		}
		if l.Purpose == FirstAdmin && (a.Login != login || a.Name != name) {
			if err := s.rename(ctx, t, a, login, name); err != nil {
				return err
			}
			a.Login, a.Name = login, name
		}
		if err := s.store.SetPassword(ctx, t, a.Tenant, a.ID, phc, now, Active); err != nil {
			return err
		}
		i = identityOf(a)
		i.Stage = s.stageOf(a)
		return s.sessions.EndAll(ctx, t, a.Tenant, a.ID, nil)
	})
	return i, err
}

func (s *Accounts) rename(ctx context.Context, t tx.Tx, a AccountRow, login, name string) error {
	if login != a.Login {
		_, err := s.store.AccountByLogin(ctx, t, a.Tenant, login)
		if err == nil {
			return casefile.InvalidField("login", "party.error.login_taken")
		}
		if !casefile.Is(err, casefile.NotFound) {
			return err
		}
	}
	return s.store.SetLogin(ctx, t, a.Tenant, a.ID, login, name)
}

// AccountView is an account as an admin sees it.
type AccountView struct {
	ID                   casefile.ID
	Login, Name          string
	Roles                []casefile.Role
	Technician, Merchant casefile.ID
	State                State
	SecondFactor         bool
	Failures             int64
	LockedUntil          time.Time // zero when not locked
	Created, Seen        time.Time
}

// List shows accounts by login, after a login (exclusive), at most limit (1 to 500).
func (s *Accounts) List(ctx context.Context, a casefile.Actor, after string, limit int) ([]AccountView, error) {
	var rows []AccountRow
	err := s.run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		rows, err = s.store.Accounts(ctx, t, a.Tenant, after, min(max(limit, 1), 500))
		return err
	})
	out := make([]AccountView, 0, len(rows))
	for _, r := range rows {
		out = append(out, s.view(r))
	}
	return out, err
}

// Get shows one account.
func (s *Accounts) Get(ctx context.Context, a casefile.Actor, id casefile.ID) (AccountView, error) {
	var row AccountRow
	err := s.run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		row, err = s.store.Account(ctx, t, a.Tenant, id)
		return err
	})
	return s.view(row), err
}

func (s *Accounts) view(r AccountRow) AccountView {
	v := AccountView{
		ID: r.ID, Login: r.Login, Name: r.Name, Roles: r.Roles, Technician: r.Technician, Merchant: r.Merchant, State: r.State,
		SecondFactor: r.TOTPState == TOTPInUse, Failures: r.Failures, Created: r.Created, Seen: r.Seen,
	}
	if r.LockedUntil.After(s.source.Now()) {
		v.LockedUntil = r.LockedUntil
	}
	return v
}

// change runs an admin's change of an account and keeps that it was made; it refuses to leave the tenant without an active admin.
func (s *Accounts) change(ctx context.Context, a casefile.Actor, what string, id casefile.ID, f func(ctx context.Context, t tx.Tx, row AccountRow) error) error {
	return s.run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		admins, err := s.store.LockAdmins(ctx, t, a.Tenant)
		if err != nil {
			return err
		}
		row, err := s.store.Account(ctx, t, a.Tenant, id)
		if err != nil {
			return err
		}
		if err := f(ctx, t, row); err != nil {
			return err
		}
		if err := changed(ctx, t, s.access, s.source, a, "account."+what, id); err != nil {
			return err
		}
		left, err := s.store.LockAdmins(ctx, t, a.Tenant)
		if err == nil && len(admins) > 0 && len(left) == 0 {
			err = casefile.Fail(casefile.Conflict, "party.error.last_admin")
		}
		return err
	})
}

// AccountChange is what an admin may change of an account.
type AccountChange struct {
	Name                 string
	Roles                []casefile.Role
	Technician, Merchant casefile.ID
}

// Change sets name and roles and ends the account's sessions, so that no session keeps rights that were taken away.
func (s *Accounts) Change(ctx context.Context, a casefile.Actor, id casefile.ID, c AccountChange) error {
	name, err := checkName(c.Name)
	if err != nil {
		return err
	}
	if err := checkRoles(c.Roles, c.Technician, c.Merchant); err != nil {
		return err
	}
	return s.change(ctx, a, "change", id, func(ctx context.Context, t tx.Tx, row AccountRow) error {
		row.Name, row.Roles, row.Technician, row.Merchant = name, c.Roles, c.Technician, c.Merchant
		if err := s.store.SetRoles(ctx, t, row); err != nil {
			return err
		}
		return s.sessions.EndAll(ctx, t, a.Tenant, id, nil)
	})
}

// Disable closes an account and ends its sessions and links.
func (s *Accounts) Disable(ctx context.Context, a casefile.Actor, id casefile.ID) error {
	return s.change(ctx, a, "disable", id, func(ctx context.Context, t tx.Tx, row AccountRow) error {
		if err := s.store.SetState(ctx, t, a.Tenant, id, Disabled); err != nil {
			return err
		}
		if err := s.store.DeleteOneTimeOf(ctx, t, a.Tenant, id); err != nil {
			return err
		}
		return s.sessions.EndAll(ctx, t, a.Tenant, id, nil)
	})
}

// Enable opens a disabled account again: with its old password, or as invited when it never had one.
func (s *Accounts) Enable(ctx context.Context, a casefile.Actor, id casefile.ID) error {
	return s.change(ctx, a, "enable", id, func(ctx context.Context, t tx.Tx, row AccountRow) error {
		state := Active
		if row.Password == "" {
			state = Invited
		}
		return s.store.SetState(ctx, t, a.Tenant, id, state)
	})
}

// ResetLink answers the token of a link with which the owner sets a new password (or accepts the invitation again). The old password works until
// then.
func (s *Accounts) ResetLink(ctx context.Context, a casefile.Actor, id casefile.ID) (token string, err error) {
	err = s.change(ctx, a, "reset_link", id, func(ctx context.Context, t tx.Tx, row AccountRow) error {
		purpose, for_ := Reset, s.policy.ResetFor
		switch row.State {
		case Disabled:
			return casefile.Fail(casefile.Conflict, "party.error.disabled")
		case Invited:
			purpose, for_ = Invite, s.policy.InviteFor
		}
		token, err = s.newOneTime(ctx, t, a.Tenant, id, purpose, for_)
		return err
	})
	return token, err
}

// ResetTOTP takes a lost second factor away and ends the account's sessions; the owner sets up another one at the next log-in.
func (s *Accounts) ResetTOTP(ctx context.Context, a casefile.Actor, id casefile.ID) error {
	return s.change(ctx, a, "reset_second_factor", id, func(ctx context.Context, t tx.Tx, row AccountRow) error {
		if err := s.dropTOTP(ctx, t, a.Tenant, id); err != nil {
			return err
		}
		return s.sessions.EndAll(ctx, t, a.Tenant, id, nil)
	})
}

// Unlock ends the waiting time of an account after failed log-ins.
func (s *Accounts) Unlock(ctx context.Context, a casefile.Actor, id casefile.ID) error {
	return s.change(ctx, a, "unlock", id, func(ctx context.Context, t tx.Tx, row AccountRow) error {
		for _, b := range [][]byte{s.tries.bucket("login", tenantBytes(a.Tenant), []byte(row.Login)), s.tries.bucket("code", id[:])} {
			if err := s.tries.store.ClearAttempt(ctx, t, b); err != nil {
				return err
			}
		}
		return s.store.NoteSuccess(ctx, t, a.Tenant, row.ID, time.Time{})
	})
}

// EndSessions logs an account out everywhere.
func (s *Accounts) EndSessions(ctx context.Context, a casefile.Actor, id casefile.ID) error {
	return s.change(ctx, a, "end_sessions", id, func(ctx context.Context, t tx.Tx, row AccountRow) error {
		return s.sessions.EndAll(ctx, t, a.Tenant, id, nil)
	})
}

// Sweep removes what is over: sessions, one-time links, counts of tries. A job calls it every hour or so.
func (s *Accounts) Sweep(ctx context.Context) error {
	now := s.source.Now()
	return s.run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		if _, err := s.sessions.store.DeleteSessionsExpired(ctx, t, now); err != nil {
			return err
		}
		if err := s.store.DeleteOneTimeExpired(ctx, t, now.Add(-24*time.Hour)); err != nil {
			return err
		}
		_, err := s.tries.store.DeleteAttemptsOld(ctx, t, now.Add(-24*time.Hour))
		return err
	})
}
