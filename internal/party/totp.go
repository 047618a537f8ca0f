package party

import (
	"context"
	"crypto/subtle"
	"encoding/base32"
	"net/url"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"anxin/internal/casefile"
	"anxin/internal/tx"
)

const (
	totpField  = "totp"
	totpPeriod = 30 // seconds
	// recoveryCodes are given at once; each has 50 bits and works one time.
	recoveryCodes = 10
)

var totpSecret = base32.StdEncoding.WithPadding(base32.NoPadding)

// totpStep finds the time step of a code: the present one or a neighbour, for clocks that are off. It always computes all three.
func totpStep(secret, code string, now time.Time) (step int64, ok bool) {
	present := now.Unix() / totpPeriod
	for s := present - 1; s <= present+1; s++ {
		want, err := totp.GenerateCodeCustom(secret, time.Unix(s*totpPeriod, 0), totp.ValidateOpts{
			Period: totpPeriod, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1,
		})
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			step, ok = s, true
		}
	}
	return step, ok
}

// digits keeps the digits of what somebody typed, "123 456" and full-width ones included; empty when there is anything else.
func digits(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r >= '０' && r <= '９':
			b.WriteRune('0' + r - '０')
		case r == ' ' || r == '-' || r == '　':
		default:
			return ""
		}
	}
	return b.String()
}

// Enrolment is what an authenticator app needs to know.
type Enrolment struct {
	Secret string // base32, in groups of four
	URI    string // otpauth://…, for the QR code
}

// BeginTOTP makes a second factor for the account of a log-in in stage StageEnrol or StageFull, or answers the one that is being set up, so that a
// reloaded page shows the same. It is a Conflict when one is in use.
func (s *Accounts) BeginTOTP(ctx context.Context, i Identity, issuer string) (Enrolment, error) {
	var secret, login string
	err := s.run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		a, err := s.store.Account(ctx, t, i.Tenant, i.Account)
		if err != nil {
			return err
		}
		login = a.Login
		switch a.TOTPState {
		case TOTPInUse:
			return casefile.Fail(casefile.Conflict, "party.error.totp_in_use")
		case TOTPPending:
			secret, err = s.keeper.Open(ctx, t, i.Tenant, i.Account, totpField, a.TOTP)
			return err
		}
		secret = totpSecret.EncodeToString(s.source.Bytes(20))
		sealed, err := s.keeper.Seal(ctx, t, i.Tenant, i.Account, totpField, secret)
		if err != nil {
			return err
		}
		return s.store.SetTOTP(ctx, t, i.Tenant, i.Account, sealed, TOTPPending)
	})
	if err != nil {
		return Enrolment{}, err
	}
	label := url.PathEscape(issuer + ":" + login)
	q := url.Values{"secret": {secret}, "issuer": {issuer}, "algorithm": {"SHA1"}, "digits": {"6"}, "period": {"30"}}
	var groups []string
	for rest := secret; rest != ""; {
		n := min(4, len(rest))
		groups, rest = append(groups, rest[:n]), rest[n:]
	}
	return Enrolment{Secret: strings.Join(groups, " "), URI: "otpauth://totp/" + label + "?" + strings.ReplaceAll(q.Encode(), "+", "%20")}, nil
}

// ConfirmTOTP takes the second factor into use after a first good code, and answers the recovery codes, which are shown once. The caller begins a
// full session.
func (s *Accounts) ConfirmTOTP(ctx context.Context, i Identity, code string) (recovery []string, err error) {
	err = s.checkCode(ctx, i, func(ctx context.Context, t tx.Tx, a AccountRow) error {
		if a.TOTPState != TOTPPending {
			return casefile.Fail(casefile.Conflict, "party.error.totp_in_use")
		}
		if err := s.takeCode(ctx, t, a, code); err != nil {
			return err
		}
		if err := s.store.SetTOTP(ctx, t, a.Tenant, a.ID, a.TOTP, TOTPInUse); err != nil {
			return err
		}
		recovery, err = s.newRecovery(ctx, t, a)
		return err
	})
	return recovery, err
}

// SecondFactor finishes a log-in in stage StageCode with a code of the app or one of the recovery codes. The answer is the full identity, for
// Sessions.Begin.
func (s *Accounts) SecondFactor(ctx context.Context, i Identity, code string) (Identity, error) {
	if i.Stage != StageCode {
		return Identity{}, casefile.Fail(casefile.LogInFirst, "error.log_in")
	}
	err := s.checkCode(ctx, i, func(ctx context.Context, t tx.Tx, a AccountRow) error {
		if a.TOTPState != TOTPInUse {
			return casefile.Fail(casefile.Conflict, "party.error.totp_none")
		}
		if err := s.takeAnyCode(ctx, t, a, code); err != nil {
			return err
		}
		return s.store.NoteSuccess(ctx, t, a.Tenant, a.ID, s.source.Now())
	})
	if err != nil {
		return Identity{}, err
	}
	i.Stage = StageFull
	return i, nil
}

// RenewRecovery makes new recovery codes and voids the old ones, against a code of the app.
func (s *Accounts) RenewRecovery(ctx context.Context, i Identity, code string) (recovery []string, err error) {
	err = s.checkCode(ctx, i, func(ctx context.Context, t tx.Tx, a AccountRow) error {
		if a.TOTPState != TOTPInUse {
			return casefile.Fail(casefile.Conflict, "party.error.totp_none")
		}
		if err := s.takeCode(ctx, t, a, code); err != nil {
			return err
		}
		recovery, err = s.newRecovery(ctx, t, a)
		return err
	})
	return recovery, err
}

// RemoveTOTP takes the second factor away against a code, so that another one can be set up. The caller checks whether the role may be without.
func (s *Accounts) RemoveTOTP(ctx context.Context, i Identity, code string) error {
	return s.checkCode(ctx, i, func(ctx context.Context, t tx.Tx, a AccountRow) error {
		if err := s.takeAnyCode(ctx, t, a, code); err != nil {
			return err
		}
		return s.dropTOTP(ctx, t, a.Tenant, a.ID)
	})
}

func (s *Accounts) dropTOTP(ctx context.Context, t tx.Tx, tenant casefile.Tenant, account casefile.ID) error {
	if err := s.store.SetTOTP(ctx, t, tenant, account, nil, TOTPNone); err != nil {
		return err
	}
	return s.store.DeleteRecovery(ctx, t, tenant, account)
}

// checkCode charges a try in a transaction of its own, so that a refusal is counted, and then runs the check.
func (s *Accounts) checkCode(ctx context.Context, i Identity, check func(context.Context, tx.Tx, AccountRow) error) error {
	bucket := s.tries.bucket("code", i.Account[:])
	err := s.run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		_, err := s.tries.charge(ctx, t, byCode, bucket)
		return err
	})
	if err != nil {
		return err
	}
	return s.run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		a, err := s.store.Account(ctx, t, i.Tenant, i.Account)
		if err != nil {
			return err
		}
		if a.State != Active {
			return casefile.Fail(casefile.LogInFirst, "party.error.credentials")
		}
		if err := check(ctx, t, a); err != nil {
			return err
		}
		return s.tries.store.ClearAttempt(ctx, t, bucket)
	})
}

var errCode = casefile.InvalidField("code", "party.error.code")

// takeCode checks a code of the app and uses up its time step.
func (s *Accounts) takeCode(ctx context.Context, t tx.Tx, a AccountRow, code string) error {
	secret, err := s.keeper.Open(ctx, t, a.Tenant, a.ID, totpField, a.TOTP)
	if err != nil {
		return err
	}
	step, ok := totpStep(secret, digits(code), s.source.Now())
	if !ok || secret == "" {
		return errCode
	}
	fresh, err := s.store.TakeTOTPStep(ctx, t, a.Tenant, a.ID, step)
	if err == nil && !fresh {
		err = casefile.InvalidField("code", "party.error.code_used")
	}
	return err
}

// takeAnyCode takes a code of the app or, when it is not six digits, a recovery code.
func (s *Accounts) takeAnyCode(ctx context.Context, t tx.Tx, a AccountRow, code string) error {
	if len(digits(code)) == 6 {
		return s.takeCode(ctx, t, a, code)
	}
	ok, err := s.store.UseRecovery(ctx, t, a.Tenant, a.ID, s.recoveryHash(a.Tenant, a.ID, code), s.source.Now())
	if err == nil && !ok {
		err = errCode
	}
	return err
}

func (s *Accounts) newRecovery(ctx context.Context, t tx.Tx, a AccountRow) ([]string, error) {
	if err := s.store.DeleteRecovery(ctx, t, a.Tenant, a.ID); err != nil {
		return nil, err
	}
	now := s.source.Now()
	out := make([]string, recoveryCodes)
	for i := range out {
		c := keyAlphabet.EncodeToString(s.source.Bytes(7))[:10]
		out[i] = c[:5] + "-" + c[5:]
		if err := s.store.InsertRecovery(ctx, t, a.Tenant, a.ID, s.recoveryHash(a.Tenant, a.ID, c), now); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// recoveryHash is keyed: fifty bits alone could be tried out against a stolen database.
func (s *Accounts) recoveryHash(tenant casefile.Tenant, account casefile.ID, code string) []byte {
	if len(code) > 64 {
		code = ""
	}
	clean := strings.Map(func(r rune) rune {
		switch {
		case r == '-' || r == ' ':
			return -1
		case r == 'o' || r == 'O':
			return '0'
		case r == 'i' || r == 'I' || r == 'l' || r == 'L':
			return '1'
		}
		return r
	}, strings.ToLower(code))
	return s.keeper.Derive("recovery code", tenantBytes(tenant), account[:], []byte(clean))
}
