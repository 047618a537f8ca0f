package party

import (
	"context"
	"encoding/base32"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"anxin/internal/casefile"
	"anxin/internal/tx"
)

// Keys are the API keys: "ax_live_<id>_<secret>", kept as SHA-256 of the whole. The id says which key leaked without the secret.
type Keys struct {
	run    tx.Runner
	store  KeyStore
	access AccessStore
	source casefile.Source
}

// NewKeys makes the API keys.
func NewKeys(run tx.Runner, store interface {
	KeyStore
	AccessStore
}, source casefile.Source) *Keys {
	return &Keys{run, store, store, source}
}

const (
	keyPrefix = "ax_live_"
	keyLength = len(keyPrefix) + 26 + 1 + 52
	// keyTouch is how coarse the last use is.
	keyTouch = time.Hour
	maxKeys  = 200
)

var keyAlphabet = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// NewKey says what a key is for.
type NewKey struct {
	Name   string // what it is used by; at most 80 characters
	Role   casefile.Role
	Scopes []Scope
	// Merchant is needed for the role merchant, Technician for the role technician.
	Merchant, Technician casefile.ID
}

// KeyView is a key as the admin sees it. The secret is not stored.
type KeyView struct {
	ID                   casefile.ID
	Prefix               string // "ax_live_<id>", to recognise a leaked key
	Name                 string
	Role                 casefile.Role
	Scopes               []Scope
	Merchant, Technician casefile.ID
	Created, Used        time.Time // Used is rounded to the hour; zero when never
	Revoked              time.Time
}

// Create makes a key and answers it once; it cannot be shown again.
func (k *Keys) Create(ctx context.Context, a casefile.Actor, n NewKey) (token string, id casefile.ID, err error) {
	scopes, err := checkKey(n)
	if err != nil {
		return "", casefile.Nil, err
	}
	now := k.source.Now()
	id = k.source.NewOpaqueID()
	token = keyPrefix + keyAlphabet.EncodeToString(id[:]) + "_" + keyAlphabet.EncodeToString(k.source.Bytes(32))
	row := KeyRow{
		KeyHash: hashToken(token), Tenant: a.Tenant, ID: id, Name: strings.TrimSpace(n.Name), Role: n.Role, Scopes: scopes, Merchant: n.Merchant,
		Technician: n.Technician, Created: now,
	}
	err = k.run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		all, err := k.store.Keys(ctx, t, a.Tenant)
		if err != nil {
			return err
		}
		if len(all) >= maxKeys {
			return casefile.Fail(casefile.TooLarge, "party.error.too_many_keys")
		}
		if err := k.store.InsertKey(ctx, t, row); err != nil {
			return err
		}
		return changed(ctx, t, k.access, k.source, a, "key.create", id)
	})
	if err != nil {
		return "", casefile.Nil, err
	}
	return token, id, nil
}

// checkKey bounds the description and joins the scopes.
func checkKey(n NewKey) (string, error) {
	if name := strings.TrimSpace(n.Name); name == "" || utf8.RuneCountInString(name) > 80 {
		return "", casefile.InvalidField("name", "party.error.key_name")
	}
	switch n.Role {
	case casefile.Agent, casefile.Dispatcher, casefile.Admin, casefile.Merchant, casefile.Technician:
	default:
		return "", casefile.InvalidField("role", "party.error.key_role")
	}
	if n.Role == casefile.Merchant && n.Merchant.IsNil() || n.Role == casefile.Technician && n.Technician.IsNil() {
		return "", casefile.InvalidField("role", "party.error.key_owner")
	}
	var scopes []string
	for _, s := range n.Scopes {
		if !slices.Contains(Scopes(), s) {
			return "", casefile.InvalidField("scopes", "party.error.key_scope")
		}
		if !slices.Contains(scopes, string(s)) {
			scopes = append(scopes, string(s))
		}
	}
	if len(scopes) == 0 {
		return "", casefile.InvalidField("scopes", "party.error.key_scope")
	}
	return strings.Join(scopes, " "), nil
}

// Actor is who a key acts as. Unknown, malformed and revoked keys all answer log_in with the same words.
func (k *Keys) Actor(ctx context.Context, token string) (casefile.Actor, error) {
	refused := casefile.Fail(casefile.LogInFirst, "party.error.key")
	if len(token) != keyLength || !strings.HasPrefix(token, keyPrefix) {
		return casefile.Actor{}, refused
	}
	hash, now := hashToken(token), k.source.Now()
	var row KeyRow
	err := k.run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		row, err = k.store.Key(ctx, t, hash)
		return err
	})
	switch {
	case casefile.Is(err, casefile.NotFound):
		return casefile.Actor{}, refused
	case err != nil:
		return casefile.Actor{}, err
	case !row.Revoked.IsZero():
		return casefile.Actor{}, refused
	}
	if now.Sub(row.Used) >= keyTouch {
		k.touch(ctx, hash, now.Truncate(keyTouch))
	}
	scopes := row.Scopes
	if scopes == "" {
		scopes = "none" // a key is never unlimited
	}
	return casefile.Actor{
		Tenant: row.Tenant, Role: row.Role, ID: row.ID, Technician: row.Technician, Merchant: row.Merchant, Scopes: scopes, Route: "api", Lang: "zh",
	}, nil
}

// touch notes the use; it may fail without harm.
func (k *Keys) touch(ctx context.Context, hash []byte, used time.Time) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	_ = k.run.Write(ctx, func(ctx context.Context, t tx.Tx) error { return k.store.TouchKey(ctx, t, hash, used) })
}

// List shows the keys of the tenant, newest first.
func (k *Keys) List(ctx context.Context, a casefile.Actor) ([]KeyView, error) {
	var out []KeyView
	err := k.run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		rows, err := k.store.Keys(ctx, t, a.Tenant)
		if err != nil {
			return err
		}
		out = make([]KeyView, 0, len(rows))
		for _, r := range rows {
			v := KeyView{
				ID: r.ID, Prefix: keyPrefix + keyAlphabet.EncodeToString(r.ID[:]), Name: r.Name, Role: r.Role, Merchant: r.Merchant, Technician: r.Technician,
				Created: r.Created, Used: r.Used, Revoked: r.Revoked,
			}
			for s := range strings.FieldsSeq(r.Scopes) {
				v.Scopes = append(v.Scopes, Scope(s))
			}
			out = append(out, v)
		}
		return nil
	})
	return out, err
}

// Revoke ends a key at once.
func (k *Keys) Revoke(ctx context.Context, a casefile.Actor, id casefile.ID) error {
	return k.run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		n, err := k.store.RevokeKey(ctx, t, a.Tenant, id, k.source.Now())
		if err == nil && n == 0 {
			err = casefile.Fail(casefile.NotFound, "error.not_found")
		}
		if err != nil {
			return err
		}
		return changed(ctx, t, k.access, k.source, a, "key.revoke", id)
	})
}
