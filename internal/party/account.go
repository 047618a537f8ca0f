package party

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"net/netip"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"anxin/internal/casefile"
	"anxin/internal/tx"
)

// AccountPolicy are the rules of accounts.
type AccountPolicy struct {
	// RequireTOTP lists the roles that cannot be used without a second factor.
	RequireTOTP []casefile.Role
	// InviteFor and ResetFor are how long one-time links work. 0 is seven days and one day.
	InviteFor, ResetFor time.Duration
}

// RequireForStaff is the list of roles that look at other people's data.
func RequireForStaff() []casefile.Role {
	return []casefile.Role{casefile.Technician, casefile.Agent, casefile.Dispatcher, casefile.Merchant, casefile.Reviewer, casefile.Admin}
}

// Accounts are the accounts of staff and merchants: log-in, second factor, invites, resets, changes by an admin.
type Accounts struct {
	run       tx.Runner
	store     AccountStore
	sessions  *Sessions
	passwords *Passwords
	keeper    Keeper
	source    casefile.Source
	policy    AccountPolicy
	tries     attempts
	access    AccessStore
}

// NewAccounts makes the accounts.
func NewAccounts(run tx.Runner, store interface {
	AccountStore
	AttemptStore
	AccessStore
}, sessions *Sessions, passwords *Passwords, keeper Keeper, source casefile.Source, policy AccountPolicy) *Accounts {
	if policy.InviteFor == 0 {
		policy.InviteFor = 7 * 24 * time.Hour
	}
	if policy.ResetFor == 0 {
		policy.ResetFor = 24 * time.Hour
	}
	return &Accounts{run, store, sessions, passwords, keeper, source, policy, attempts{store, keeper, source}, store}
}

func tenantBytes(t casefile.Tenant) []byte { return binary.BigEndian.AppendUint64(nil, uint64(t)) }

// errCredentials is the one answer to an unknown login, a wrong password, and an account that is not active.
var errCredentials = casefile.Fail(casefile.LogInFirst, "party.error.credentials")

// LogIn is a try to log in.
type LogIn struct {
	Tenant          casefile.Tenant
	Login, Password string
	Address         netip.Addr
	// Device is the token of a browser that logged in to this account before (see DeviceToken); it is counted apart, so that a stranger's
	// guessing does not lock the owner out.
	Device string
}

// maxLogin bounds login names, in bytes.
const maxLogin = 64

// CleanLogin is the form in which logins are kept and looked up: NFKC, lower case, no spaces around.
func CleanLogin(s string) string { return strings.ToLower(strings.TrimSpace(norm.NFKC.String(s))) }

// LogIn checks name and password. Unknown, wrong, disabled and not yet set up answer alike, in the same time. The answer's Stage says what comes next; the
// caller gives it to Sessions.Begin. Errors: log_in (wrong), limited (wait), unavailable (too many at once).
func (s *Accounts) LogIn(ctx context.Context, l LogIn) (Identity, error) {
	login := CleanLogin(l.Login)
	if len(login) > maxLogin || len(l.Password) > MaxPasswordBytes {
		login, l.Password = "", ""
	}
	who := s.tries.bucket("login", tenantBytes(l.Tenant), []byte(login))
	if account, ok := s.deviceAccount(l.Tenant, l.Device); ok {
		who = s.tries.bucket("device", tenantBytes(l.Tenant), account[:], []byte(login), []byte(l.Device))
	}
	from := s.tries.addressBucket("address", l.Address)
	row, err := s.chargeLogIn(ctx, l.Tenant, login, who, from)
	if err != nil {
		return Identity{}, err
	}
	phc := row.Password
	if row.State != Active {
		phc = ""
	}
	ok, weak, err := s.passwords.Verify(ctx, phc, l.Password)
	if err != nil {
		return Identity{}, err
	}
	if !ok {
		return Identity{}, errCredentials
	}
	i := identityOf(row)
	i.Stage = s.stageOf(row)
	return i, s.acceptLogIn(ctx, row, l.Password, weak, i.Stage == StageFull, who, from)
}

// chargeLogIn counts the try against the login and the address and reads the account, which is the zero row when there is none.
func (s *Accounts) chargeLogIn(ctx context.Context, tenant casefile.Tenant, login string, who, from []byte) (AccountRow, error) {
	var row AccountRow
	err := s.run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		if _, err := s.tries.charge(ctx, t, byAddress, from); err != nil {
			return err
		}
		until, err := s.tries.charge(ctx, t, byLogin, who)
		if err != nil {
			return err
		}
		row, err = s.store.AccountByLogin(ctx, t, tenant, login)
		if err != nil && !casefile.Is(err, casefile.NotFound) {
			return err
		}
		return s.store.NoteFailure(ctx, t, tenant, login, until)
	})
	return row, err
}

func (s *Accounts) acceptLogIn(ctx context.Context, row AccountRow, password string, weak, full bool, who, from []byte) error {
	var better string
	if weak {
		var err error
		if better, err = s.passwords.Hash(ctx, password); err != nil {
			return err
		}
	}
	return s.run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		if better != "" {
			if err := s.store.Rehash(ctx, t, row.Tenant, row.ID, row.Password, better); err != nil {
				return err
			}
		}
		if full {
			if err := s.store.NoteSuccess(ctx, t, row.Tenant, row.ID, s.source.Now()); err != nil {
				return err
			}
		}
		if err := s.tries.store.ClearAttempt(ctx, t, who); err != nil {
			return err
		}
		return s.tries.store.RefundAttempt(ctx, t, from)
	})
}

// stageOf is what must follow the right password.
func (s *Accounts) stageOf(a AccountRow) Stage {
	switch {
	case a.TOTPState == TOTPInUse:
		return StageCode
	case s.RequiresTOTP(a.Roles):
		return StageEnrol
	}
	return StageFull
}

// RequiresTOTP reports whether one of the roles cannot be used without a second factor.
func (s *Accounts) RequiresTOTP(roles []casefile.Role) bool {
	return slices.ContainsFunc(roles, func(r casefile.Role) bool { return slices.Contains(s.policy.RequireTOTP, r) })
}

func identityOf(a AccountRow) Identity {
	i := Identity{Tenant: a.Tenant, Account: a.ID, Name: a.Name, Roles: a.Roles, Technician: a.Technician, Merchant: a.Merchant}
	if len(a.Roles) > 0 {
		i.Role = a.Roles[0]
	}
	return i
}

// DeviceToken marks the browser of somebody who logged in completely. It is no log-in: all it does is to keep strangers' failed tries apart.
func (s *Accounts) DeviceToken(i Identity) string {
	raw := append(append([]byte(nil), i.Account[:]...), s.source.Bytes(8)...)
	mac := s.keeper.Derive("device", tenantBytes(i.Tenant), raw)[:16]
	return base64.RawURLEncoding.EncodeToString(append(raw, mac...))
}

func (s *Accounts) deviceAccount(tenant casefile.Tenant, token string) (casefile.ID, bool) {
	if len(token) > 64 {
		return casefile.Nil, false
	}
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw) != 16+8+16 {
		return casefile.Nil, false
	}
	if !equal(s.keeper.Derive("device", tenantBytes(tenant), raw[:24])[:16], raw[24:]) {
		return casefile.Nil, false
	}
	return casefile.ID(raw[:16]), true
}

// ChangePassword sets a new password against the old one and ends the account's other sessions.
func (s *Accounts) ChangePassword(ctx context.Context, i Identity, old, new string) error {
	bucket := s.tries.bucket("change", i.Account[:])
	var row AccountRow
	err := s.run.Write(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		if _, err = s.tries.charge(ctx, t, byLogin, bucket); err != nil {
			return err
		}
		row, err = s.store.Account(ctx, t, i.Tenant, i.Account)
		return err
	})
	if err != nil {
		return err
	}
	if len(old) > MaxPasswordBytes {
		old = ""
	}
	ok, _, err := s.passwords.Verify(ctx, row.Password, old)
	if err != nil {
		return err
	}
	if !ok || row.State != Active {
		return casefile.InvalidField("old", "party.error.old_password")
	}
	if err := CheckPassword(new, row.Login); err != nil {
		return err
	}
	phc, err := s.passwords.Hash(ctx, new)
	if err != nil {
		return err
	}
	own := s.sessions.OwnHash(ctx)
	return s.run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		if err := s.store.SetPassword(ctx, t, i.Tenant, i.Account, phc, s.source.Now(), Active); err != nil {
			return err
		}
		if err := s.tries.store.ClearAttempt(ctx, t, bucket); err != nil {
			return err
		}
		return s.sessions.EndAll(ctx, t, i.Tenant, i.Account, own)
	})
}

// checkName bounds a name that is shown.
func checkName(name string) (string, error) {
	name = strings.TrimSpace(norm.NFC.String(name))
	if name == "" || utf8.RuneCountInString(name) > 60 || strings.ContainsFunc(name, isControl) {
		return "", casefile.InvalidField("name", "party.error.name")
	}
	return name, nil
}

func isControl(r rune) bool { return r < 0x20 || r == 0x7f || r >= 0x80 && r < 0xa0 }

// checkLogin bounds a login name: letters, digits and . _ - @ +, so that it can be typed and read aloud.
func checkLogin(login string) (string, error) {
	login = CleanLogin(login)
	ok := len(login) >= 2 && len(login) <= maxLogin
	for _, r := range login {
		letter := r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r >= 0x4e00 && r <= 0x9fff
		if !letter && !strings.ContainsRune("._-@+", r) {
			ok = false
		}
	}
	if !ok {
		return "", casefile.InvalidField("login", "party.error.login")
	}
	return login, nil
}

// checkRoles bounds the roles of an account.
func checkRoles(roles []casefile.Role, technician, merchant casefile.ID) error {
	if len(roles) == 0 {
		return casefile.InvalidField("roles", "party.error.roles")
	}
	seen := map[casefile.Role]bool{}
	for _, r := range roles {
		if seen[r] || !slices.Contains(RequireForStaff(), r) {
			return casefile.InvalidField("roles", "party.error.roles")
		}
		seen[r] = true
	}
	if seen[casefile.Technician] && technician.IsNil() || seen[casefile.Merchant] && merchant.IsNil() {
		return casefile.InvalidField("roles", "party.error.role_owner")
	}
	return nil
}
