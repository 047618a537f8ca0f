package party

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/alexedwards/scs/v2"

	"anxin/internal/casefile"
	"anxin/internal/tx"
)

// Stage is how far a log-in has come.
type Stage string

// The stages. Only StageFull makes an actor.
const (
	StageCode  Stage = "code"  // the password was right, the second factor is awaited
	StageEnrol Stage = "enrol" // the password was right, a second factor must be set up first
	StageFull  Stage = "full"
)

// SessionPolicy are the limits of sessions.
type SessionPolicy struct {
	// StaffIdle and TechnicianIdle end a session without activity; activity is noted once a minute.
	StaffIdle, TechnicianIdle time.Duration
	// Absolute ends every session.
	Absolute time.Duration
	// Pending ends a log-in whose second factor does not come. 0 is ten minutes.
	Pending time.Duration
	// Secure marks the cookie Secure and names it with the __Host- prefix. It is false only when the server is reached without TLS.
	Secure bool
}

// DefaultSessionPolicy is the one of a fresh installation.
func DefaultSessionPolicy() SessionPolicy {
	return SessionPolicy{StaffIdle: 30 * time.Minute, TechnicianIdle: 12 * time.Hour, Absolute: 24 * time.Hour, Pending: 10 * time.Minute, Secure: true}
}

// Identity is who a session belongs to.
type Identity struct {
	Tenant     casefile.Tenant `json:"t"`
	Account    casefile.ID     `json:"a"`
	Name       string          `json:"n"`
	Roles      []casefile.Role `json:"rs"`
	Role       casefile.Role   `json:"r"` // the one in use
	Technician casefile.ID     `json:"te,omitzero"`
	Merchant   casefile.ID     `json:"m,omitzero"`
	Stage      Stage           `json:"s"`
	// Since is when the log-in was made.
	Since time.Time `json:"at"`
	// MustChangePassword sends the account to the password page first.
	Label string `json:"-"`
}

// Actor is the identity as an actor of the web. Lang is for the edge to fill.
func (i Identity) Actor() casefile.Actor {
	a := casefile.Actor{Tenant: i.Tenant, Role: i.Role, ID: i.Account, Route: "web"}
	if i.Role == casefile.Technician {
		a.Technician = i.Technician
	}
	if i.Role == casefile.Merchant {
		a.Merchant = i.Merchant
	}
	return a
}

// SessionView is one session as its owner sees it.
type SessionView struct {
	// ID names the session in forms; it is not the token and opens nothing.
	ID      string
	Label   string
	Created time.Time
	Seen    time.Time
	Expires time.Time
	Current bool
}

// Sessions are the log-ins of staff and merchants, kept in the database under the hash of a random token. A session is rotated at each step of a
// log-in and at each change of role; changes of an account's rights end all its sessions.
type Sessions struct {
	run    tx.Runner
	store  SessionStore
	source casefile.Source
	policy SessionPolicy
	scs    *scs.SessionManager
}

// NewSessions makes the sessions. The HTTP side (cookie, middleware) is internal/web/guard's, which uses [Sessions.Manager].
func NewSessions(run tx.Runner, store SessionStore, source casefile.Source, policy SessionPolicy) *Sessions {
	if policy.Pending == 0 {
		policy.Pending = 10 * time.Minute
	}
	s := &Sessions{run: run, store: store, source: source, policy: policy, scs: scs.New()}
	s.scs.Lifetime = policy.Absolute
	s.scs.Store = scsStore{s}
	s.scs.Codec = scsCodec{}
	s.scs.Cookie = scs.SessionCookie{Name: CookieName(policy.Secure), Path: "/", HttpOnly: true, Secure: policy.Secure, SameSite: http.SameSiteLaxMode}
	return s
}

// CookieName is the name of the session cookie.
func CookieName(secure bool) string {
	if secure {
		return "__Host-anxin"
	}
	return "anxin"
}

// Manager is the session manager for the HTTP middleware.
func (s *Sessions) Manager() *scs.SessionManager { return s.scs }

const identityKey = "who"

// identity reads the session of the context, whatever its stage.
func (s *Sessions) identity(ctx context.Context) (Identity, bool) {
	text := s.scs.GetString(ctx, identityKey)
	if text == "" {
		return Identity{}, false
	}
	var i Identity
	if err := json.Unmarshal([]byte(text), &i); err != nil || i.Account.IsNil() {
		return Identity{}, false
	}
	return i, true
}

// Current is who is logged in. The context must have been through the session middleware.
func (s *Sessions) Current(ctx context.Context) (Identity, bool) {
	i, ok := s.identity(ctx)
	return i, ok && i.Stage == StageFull
}

// Pending is whose log-in awaits its second factor.
func (s *Sessions) Pending(ctx context.Context) (Identity, bool) {
	i, ok := s.identity(ctx)
	return i, ok && i.Stage != StageFull
}

// Begin makes a new session for the identity and ends the one the request came with. Label is the browser in words.
func (s *Sessions) Begin(ctx context.Context, i Identity, label string) error {
	now := s.source.Now()
	i.Since = now
	return s.begin(ctx, i, label, now.Add(s.policy.Absolute))
}

func (s *Sessions) begin(ctx context.Context, i Identity, label string, deadline time.Time) error {
	text, err := json.Marshal(i)
	if err != nil {
		return fmt.Errorf("session: %w", err)
	}
	if err := s.scs.RenewToken(ctx); err != nil {
		return err
	}
	idle := s.policy.StaffIdle
	if i.Role == casefile.Technician {
		idle = s.policy.TechnicianIdle
	}
	if i.Stage != StageFull {
		idle, deadline = s.policy.Pending, s.source.Now().Add(s.policy.Pending)
	}
	s.scs.SetDeadline(ctx, deadline)
	s.scs.Put(ctx, identityKey, string(text))
	s.scs.RememberMe(ctx, i.Role == casefile.Technician && i.Stage == StageFull)
	row := &SessionRow{Tenant: i.Tenant, Account: i.Account, Label: label, Idle: idle}
	_, _, err = s.scs.Commit(context.WithValue(ctx, insertKey{}, row))
	return err
}

// SwitchRole changes the role in use to another of the account's roles and rotates the session; its absolute end stays.
func (s *Sessions) SwitchRole(ctx context.Context, role casefile.Role) error {
	i, ok := s.Current(ctx)
	if !ok {
		return casefile.Fail(casefile.LogInFirst, "error.log_in")
	}
	if !slices.Contains(i.Roles, role) {
		return casefile.Fail(casefile.NotFound, "error.not_found")
	}
	i.Role = role
	label, err := s.label(ctx)
	if err != nil {
		return err
	}
	return s.begin(ctx, i, label, s.scs.Deadline(ctx))
}

func (s *Sessions) label(ctx context.Context) (string, error) {
	var row SessionRow
	err := s.run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		row, err = s.store.Session(ctx, t, hashToken(s.scs.Token(ctx)))
		return err
	})
	return row.Label, err
}

// End logs out.
func (s *Sessions) End(ctx context.Context) error { return s.scs.Destroy(ctx) }

// List shows the sessions of the account that is logged in, the newest use first.
func (s *Sessions) List(ctx context.Context) ([]SessionView, error) {
	i, ok := s.Current(ctx)
	if !ok {
		return nil, casefile.Fail(casefile.LogInFirst, "error.log_in")
	}
	var rows []SessionRow
	err := s.run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		rows, err = s.store.SessionsOf(ctx, t, i.Tenant, i.Account)
		return err
	})
	if err != nil {
		return nil, err
	}
	now, own := s.source.Now(), sessionID(hashToken(s.scs.Token(ctx)))
	out := make([]SessionView, 0, len(rows))
	for _, r := range rows {
		if !alive(r, now) {
			continue
		}
		id := sessionID(r.TokenHash)
		out = append(out, SessionView{ID: id, Label: r.Label, Created: r.Created, Seen: r.Seen, Expires: r.Expires, Current: id == own})
	}
	return out, nil
}

// EndOther ends one of the account's own sessions by the id of its view; with an empty id all but the present one.
func (s *Sessions) EndOther(ctx context.Context, id string) error {
	i, ok := s.Current(ctx)
	if !ok {
		return casefile.Fail(casefile.LogInFirst, "error.log_in")
	}
	own := hashToken(s.scs.Token(ctx))
	return s.run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		if id == "" {
			_, err := s.store.DeleteSessionsOf(ctx, t, i.Tenant, i.Account, own)
			return err
		}
		rows, err := s.store.SessionsOf(ctx, t, i.Tenant, i.Account)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if sessionID(r.TokenHash) == id {
				return s.store.DeleteSession(ctx, t, r.TokenHash)
			}
		}
		return casefile.Fail(casefile.NotFound, "error.not_found")
	})
}

// EndAll ends the sessions of an account in the caller's transaction; except may be the hash of one to keep, or nil.
func (s *Sessions) EndAll(ctx context.Context, t tx.Tx, tenant casefile.Tenant, account casefile.ID, except []byte) error {
	_, err := s.store.DeleteSessionsOf(ctx, t, tenant, account, except)
	return err
}

// OwnHash is the hash of the session in the context, to keep it in [Sessions.EndAll]; nil without one.
func (s *Sessions) OwnHash(ctx context.Context) []byte {
	if token := s.scs.Token(ctx); token != "" {
		return hashToken(token)
	}
	return nil
}

func hashToken(token string) []byte {
	h := sha256.Sum256([]byte(token))
	return h[:]
}

func sessionID(hash []byte) string { return hex.EncodeToString(hash[:min(12, len(hash))]) }

func alive(r SessionRow, now time.Time) bool {
	return now.Before(r.Expires) && now.Before(r.Seen.Add(r.Idle))
}

// insertKey marks a commit that may make a row; every other commit only changes one that is there, so that a request running beside a log-out
// or a revocation cannot bring the session back.
type insertKey struct{}

// touchEvery is how coarse the time of last use is: it bounds the writes that reading causes.
const touchEvery = time.Minute

// scsStore implements scs.CtxStore over SessionStore.
type scsStore struct{ s *Sessions }

func (b scsStore) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	hash, now := hashToken(token), b.s.source.Now()
	var row SessionRow
	err := b.s.run.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		row, err = b.s.store.Session(ctx, t, hash)
		return err
	})
	switch {
	case casefile.Is(err, casefile.NotFound):
		return nil, false, nil
	case err != nil:
		return nil, false, err
	case !alive(row, now):
		return nil, false, nil
	}
	if now.Sub(row.Seen) >= touchEvery {
		b.touch(ctx, hash, now)
	}
	return row.Data, true, nil
}

// touch notes the use. It may fail (disk full, overload): reading pages must go on, and the session then ends a little early.
func (b scsStore) touch(ctx context.Context, hash []byte, now time.Time) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	_ = b.s.run.Write(ctx, func(ctx context.Context, t tx.Tx) error { return b.s.store.TouchSession(ctx, t, hash, now) })
}

func (b scsStore) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	hash := hashToken(token)
	row, insert := ctx.Value(insertKey{}).(*SessionRow)
	return b.s.run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		if !insert {
			return b.s.store.UpdateSession(ctx, t, hash, data, expiry)
		}
		r, now := *row, b.s.source.Now()
		r.TokenHash, r.Data, r.Expires, r.Created, r.Seen = hash, data, expiry, now, now
		return b.s.store.InsertSession(ctx, t, r)
	})
}

func (b scsStore) DeleteCtx(ctx context.Context, token string) error {
	if token == "" {
		return nil
	}
	return b.s.run.Write(ctx, func(ctx context.Context, t tx.Tx) error { return b.s.store.DeleteSession(ctx, t, hashToken(token)) })
}

func (b scsStore) Find(token string) ([]byte, bool, error) {
	return b.FindCtx(context.Background(), token)
}

func (b scsStore) Commit(token string, data []byte, expiry time.Time) error {
	return b.CommitCtx(context.Background(), token, data, expiry)
}

func (b scsStore) Delete(token string) error { return b.DeleteCtx(context.Background(), token) }

// scsCodec writes sessions as JSON.
type scsCodec struct{}

type scsData struct {
	Deadline time.Time      `json:"d"`
	Values   map[string]any `json:"v"`
}

func (scsCodec) Encode(deadline time.Time, values map[string]any) ([]byte, error) {
	return json.Marshal(scsData{deadline.UTC(), values})
}

func (scsCodec) Decode(b []byte) (time.Time, map[string]any, error) {
	var d scsData
	err := json.Unmarshal(b, &d)
	if d.Values == nil {
		d.Values = map[string]any{}
	}
	return d.Deadline, d.Values, err
}
