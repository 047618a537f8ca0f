package party

import (
	"context"
	"net/netip"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/tx"
)

// CodeSender sends a code to the phone of a case's customer. internal/notify is the one; it is wired by app.
type CodeSender interface {
	SendCode(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, subject casefile.ID, lang, code string) error
}

const (
	phoneCodeFor   = 10 * time.Minute
	phoneCodeTries = 5
	// closedFor is how long after closing a case its link can still be found by phone.
	closedFor     = 180 * 24 * time.Hour
	maxFoundCases = 20
)

// Finder gives customers who lost their link a new way in: a code to the phone of the case. It answers the same, in the same time, whether the phone
// is known or not; how many codes one phone and one address get is counted in the database.
type Finder struct {
	links  *Links
	sender CodeSender
	tries  attempts
}

// NewFinder makes the finder.
func NewFinder(links *Links, tries AttemptStore, sender CodeSender) *Finder {
	return &Finder{links, sender, attempts{tries, links.keeper, links.source}}
}

// RequestCode sends a six-digit code to the phone if some case belongs to it, and answers the challenge that Redeem takes together with the code.
// Errors: invalid (no phone number), limited (too many codes).
func (f *Finder) RequestCode(ctx context.Context, tenant casefile.Tenant, phone string, from netip.Addr, lang string) (challenge casefile.ID, err error) {
	l := f.links
	index := l.keeper.Index(tenant, "phone", phone)
	if len(phone) > 64 || index == nil || len(digits(phone)) < 7 {
		return casefile.Nil, casefile.InvalidField("phone", "party.error.phone")
	}
	challenge = l.source.NewOpaqueID()
	code := l.source.Digits(6)
	now := l.source.Now()
	err = l.run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		if _, err := f.tries.charge(ctx, t, byPhoneAddress, f.tries.addressBucket("code from", from)); err != nil {
			return err
		}
		if _, err := f.tries.charge(ctx, t, byPhoneSend, f.tries.bucket("code to", tenantBytes(tenant), index)); err != nil {
			return err
		}
		err := l.store.InsertPhoneCode(ctx, t, PhoneCodeRow{
			Tenant: tenant, Challenge: challenge, PhoneIndex: index, CodeHash: f.codeHash(tenant, challenge, code), Created: now, Expires: now.Add(phoneCodeFor),
		})
		if err != nil {
			return err
		}
		cases, err := l.store.CasesOfPhone(ctx, t, tenant, index, now.Add(-closedFor), 1)
		if err != nil || len(cases) == 0 {
			return err
		}
		return f.sender.SendCode(ctx, t, tenant, cases[0].Case, cases[0].Subject, lang, code)
	})
	if err != nil {
		return casefile.Nil, err
	}
	return challenge, nil
}

// FoundCase is a case of the phone, with the token of its link.
type FoundCase struct {
	Number  casefile.Number
	Token   string
	Created time.Time
}

// errPhoneCode is the one answer to a wrong, used or old code and to an unknown challenge.
var errPhoneCode = casefile.InvalidField("code", "party.error.phone_code")

// Prove answers the blind index of the phone that the code was sent to, for who finds something other than the newest cases by it (an order by its number). A code
// works once and allows five tries; all that can be wrong is one error.
func (f *Finder) Prove(ctx context.Context, tenant casefile.Tenant, challenge casefile.ID, code string) (phoneIndex []byte, err error) {
	l := f.links
	code = digits(code)
	now := l.source.Now()
	err = l.run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		phoneIndex = nil
		row, err := l.store.TakePhoneCodeTry(ctx, t, tenant, challenge, now, phoneCodeTries)
		if casefile.Is(err, casefile.NotFound) {
			return errPhoneCode
		}
		if err != nil || !equal(row.CodeHash, f.codeHash(tenant, challenge, code)) {
			return err // a wrong code commits: the try must be kept
		}
		phoneIndex = row.PhoneIndex
		_, err = l.store.UsePhoneCode(ctx, t, tenant, challenge, now)
		return err
	})
	if err == nil && phoneIndex == nil {
		err = errPhoneCode
	}
	return phoneIndex, err
}

// Redeem answers the open and lately closed cases of the phone that the code was sent to, newest first. A code works once and allows five tries.
func (f *Finder) Redeem(ctx context.Context, tenant casefile.Tenant, challenge casefile.ID, code string) ([]FoundCase, error) {
	l := f.links
	code = digits(code)
	var row PhoneCodeRow
	var cases []LinkTarget
	good := false
	now := l.source.Now()
	err := l.run.Write(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		good, cases = false, nil
		row, err = l.store.TakePhoneCodeTry(ctx, t, tenant, challenge, now, phoneCodeTries)
		if casefile.Is(err, casefile.NotFound) {
			return errPhoneCode
		}
		if err != nil {
			return err
		}
		if good = equal(row.CodeHash, f.codeHash(tenant, challenge, code)); !good {
			return nil // the try must be kept
		}
		if _, err := l.store.UsePhoneCode(ctx, t, tenant, challenge, now); err != nil {
			return err
		}
		cases, err = l.store.CasesOfPhone(ctx, t, tenant, row.PhoneIndex, now.Add(-closedFor), maxFoundCases)
		return err
	})
	if err == nil && !good {
		err = errPhoneCode
	}
	if err != nil {
		return nil, err
	}
	out := make([]FoundCase, 0, len(cases))
	for _, c := range cases {
		// One case per transaction; issuing the same link again changes nothing.
		var token string
		err := l.run.Write(ctx, func(ctx context.Context, t tx.Tx) (err error) {
			token, err = l.Issue(ctx, t, tenant, c.Case)
			return err
		})
		if err != nil {
			return nil, err
		}
		out = append(out, FoundCase{c.Number, token, c.Created})
	}
	return out, nil
}

// codeHash is keyed: a million codes could be tried out against a stolen database.
func (f *Finder) codeHash(tenant casefile.Tenant, challenge casefile.ID, code string) []byte {
	return f.links.keeper.Derive("phone code", tenantBytes(tenant), challenge[:], []byte(code))
}

// Sweep removes old codes.
func (f *Finder) Sweep(ctx context.Context) error {
	return f.links.run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		_, err := f.links.store.DeletePhoneCodesExpired(ctx, t, f.links.source.Now())
		return err
	})
}
