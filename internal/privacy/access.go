package privacy

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"anxin/internal/casefile"
	"anxin/internal/tx"
)

// Access is one line of "who looked at what". It is shown to the data subject.
type Access struct {
	Tenant  casefile.Tenant
	ID      casefile.ID // made by Log when absent
	At      time.Time   // made by Log when absent
	Role    casefile.Role
	Actor   casefile.ID
	Action  string // "reveal", "open", "export", "erase", "denied", ...
	Case    casefile.ID
	Subject casefile.ID
	Field   string // name of a field, never what is in it
	Reason  string // a code
	// Words are what the actor wrote beside the reason. People write names and numbers there: they are sealed under the subject's key and gone with it.
	Words  Words
	Policy string // id of the policy that decided
}

// MaxReasonWords bounds Access.Words in characters.
const MaxReasonWords = 200

// fieldReason is the name under which the words of a reason are sealed.
const fieldReason = "access.words"

// Log writes a line in the caller's transaction.
func (k *Keeper) Log(ctx context.Context, t tx.Tx, a Access) error {
	if a.ID.IsNil() {
		a.ID = k.src.NewID()
	}
	if a.At.IsZero() {
		a.At = k.src.Now()
	}
	if !validCode(a.Reason) && a.Reason != "" || !validCode(a.Action) {
		return casefile.Failf(casefile.Internal, "error.internal", "the access log takes codes, not text, as action and reason")
	}
	if a.Words.IsZero() {
		return k.store.InsertAccess(ctx, t, a)
	}
	sealed, err := k.Seal(ctx, t, a.Tenant, a.Subject, fieldReason, a.Words.Clear())
	switch {
	case err == nil:
		a.Reason += " " + base64.RawURLEncoding.EncodeToString(sealed)
	case !casefile.Is(err, casefile.NotFound): // an erased person, or one without a key: the code alone is kept
		return err
	}
	return k.store.InsertAccess(ctx, t, a)
}

// MaxAccesses bounds one answer of Looked.
const MaxAccesses = 1000

// Looked answers who looked at a case, newest first, at most MaxAccesses.
func (k *Keeper) Looked(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) ([]Access, error) {
	list, err := k.store.Accesses(ctx, t, tenant, caseID, MaxAccesses)
	if err != nil {
		return nil, err
	}
	boxes := map[casefile.ID]*Box{}
	for i := range list {
		if err := k.openReason(ctx, t, &list[i], boxes); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (k *Keeper) openReason(ctx context.Context, t tx.Tx, a *Access, boxes map[casefile.ID]*Box) error {
	code, coded, has := strings.Cut(a.Reason, " ")
	a.Reason = code
	sealed, err := base64.RawURLEncoding.DecodeString(coded)
	if !has || err != nil {
		return nil
	}
	box, seen := boxes[a.Subject]
	if !seen {
		if box, err = k.For(ctx, t, a.Tenant, a.Subject); err != nil && !errors.Is(err, ErrErased) {
			return err
		}
		boxes[a.Subject] = box
	}
	if box == nil {
		return nil
	}
	text, err := box.Open(fieldReason, sealed)
	a.Words = NewWords(text)
	return err
}

// validCode accepts what lists of reasons and actions hold: a-z, 0-9, dot, colon, dash, underscore; at most 64.
func validCode(s string) bool {
	if s == "" || len(s) > 64 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && !strings.ContainsRune(".:-_", rune(c)) {
			return false
		}
	}
	return true
}

// Reveal asks to see one masked field.
type Reveal struct {
	Case, Subject casefile.ID
	Field         string
	Reason        string // a code that the caller has checked against its list
	Words         Words  // optional
}

// RevealPolicy decides who may see what; internal/party implements it with its policies.
type RevealPolicy interface {
	MayReveal(ctx context.Context, a casefile.Actor, r Reveal) (policy string, allowed bool, err error)
}

// Reveal opens one field for somebody, who said why. The line in the access log and the reading of the key are one transaction, so nothing is shown without a
// trace. A refusal is logged too, and is a Denied error. load reads the ciphertext; nil means the person's own FieldName or FieldPhone.
func (k *Keeper) Reveal(ctx context.Context, run tx.Runner, p RevealPolicy, a casefile.Actor, r Reveal, load func(ctx context.Context, t tx.Tx) ([]byte, error)) (Words, error) {
	if !validCode(r.Reason) {
		return Words{}, casefile.InvalidField("reason", "privacy.error.reason_needed")
	}
	if utf8.RuneCountInString(r.Words.Clear()) > MaxReasonWords {
		return Words{}, casefile.InvalidField("words", "error.too_long")
	}
	policy, allowed, err := p.MayReveal(ctx, a, r)
	if err != nil {
		return Words{}, err
	}
	line := Access{Tenant: a.Tenant, Role: a.Role, Actor: a.ID, Action: "reveal", Case: r.Case, Subject: r.Subject, Field: r.Field, Reason: r.Reason, Words: r.Words, Policy: policy}
	if !allowed {
		line.Action = "denied"
		if err := run.Write(ctx, func(ctx context.Context, t tx.Tx) error { return k.Log(ctx, t, line) }); err != nil {
			return Words{}, err
		}
		return Words{}, casefile.Fail(casefile.Denied, "privacy.error.reveal_denied")
	}
	if load == nil {
		load = k.loadPerson(a.Tenant, r)
	}
	var clear string
	err = run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		sealed, err := load(ctx, t)
		if err != nil {
			return err
		}
		if clear, err = k.Open(ctx, t, a.Tenant, r.Subject, r.Field, sealed); err != nil {
			return err
		}
		return k.Log(ctx, t, line)
	})
	if err != nil {
		return Words{}, err
	}
	return NewWords(clear), nil
}

// loadPerson reads a sealed field of the subject table, and only if the person belongs to the case that the policy was asked about.
func (k *Keeper) loadPerson(tenant casefile.Tenant, r Reveal) func(ctx context.Context, t tx.Tx) ([]byte, error) {
	return func(ctx context.Context, t tx.Tx) ([]byte, error) {
		row, err := k.store.Person(ctx, t, tenant, r.Subject)
		switch {
		case err != nil:
			return nil, err
		case row.Case != r.Case:
			return nil, casefile.Failf(casefile.NotFound, "error.not_found", "the subject belongs to another case")
		case !row.Erased.IsZero():
			return nil, ErrErased
		case r.Field == FieldName:
			return row.Name, nil
		case r.Field == FieldPhone:
			return row.Phone, nil
		}
		return nil, casefile.InvalidField("field", "error.invalid")
	}
}
