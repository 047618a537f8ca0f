package party

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/privacy"
	"anxin/internal/tx"
)

// AccessCursor is a place in the access log: entries before it are older.
type AccessCursor struct {
	At time.Time
	ID casefile.ID
}

// String is the cursor for a URL; the zero cursor is empty.
func (c AccessCursor) String() string {
	if c.ID.IsNil() {
		return ""
	}
	b := binary.BigEndian.AppendUint64(nil, uint64(c.At.UnixMicro()))
	return base64.RawURLEncoding.EncodeToString(append(b, c.ID[:]...))
}

// ParseAccessCursor reads what String wrote; anything else is the zero cursor, the newest entry.
func ParseAccessCursor(s string) AccessCursor {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(b) != 24 {
		return AccessCursor{}
	}
	return AccessCursor{time.UnixMicro(int64(binary.BigEndian.Uint64(b))).UTC(), casefile.ID(b[8:])}
}

// orNow is the cursor that the store gets: the zero one stands after everything.
func (c AccessCursor) orNow(now time.Time) AccessCursor {
	if c.ID.IsNil() {
		return AccessCursor{At: now.Add(24 * time.Hour), ID: casefile.ID{15: 1}}
	}
	return c
}

// The actions of the access log. "reveal" and "erase" are written by internal/privacy.
const (
	LogReveal = "reveal"
	LogOpen   = "open"   // a case page was opened by somebody who works here
	LogExport = "export" // data left the system
	LogDenied = "denied" // a policy refused
	LogErase  = "erase"
	LogAdmin  = "admin" // an account, key, endpoint or setting was changed
)

// AccessLog is who looked at what. Customers see the entries of their case.
type AccessLog struct {
	run    tx.Runner
	store  AccessStore
	source casefile.Source
}

// NewAccessLog makes the log.
func NewAccessLog(run tx.Runner, store AccessStore, source casefile.Source) *AccessLog {
	return &AccessLog{run, store, source}
}

// Entry is one line to be written. Nothing in it may hold personal data: Field names a field, Reason is a code.
type Entry struct {
	Action        string
	Case, Subject casefile.ID
	Field, Reason string
	Policy        string
}

// Write adds a line in the caller's transaction.
func (l *AccessLog) Write(ctx context.Context, t tx.Tx, a casefile.Actor, e Entry) error {
	return l.store.InsertAccess(ctx, t, privacy.Access{
		Tenant: a.Tenant, ID: l.source.NewID(), At: l.source.Now(), Role: RoleOf(a), Actor: a.ID, Action: e.Action, Case: e.Case, Subject: e.Subject,
		Field: clip(e.Field), Reason: clip(e.Reason), Policy: clip(e.Policy),
	})
}

// changed is the line about what an admin changed: an account, a key. Field says what was done, Subject to which.
func changed(ctx context.Context, t tx.Tx, store AccessStore, source casefile.Source, a casefile.Actor, what string, id casefile.ID) error {
	return (&AccessLog{store: store, source: source}).Write(ctx, t, a, Entry{Action: LogAdmin, Subject: id, Field: what})
}

// Add writes a line in a transaction of its own.
func (l *AccessLog) Add(ctx context.Context, a casefile.Actor, e Entry) error {
	return l.run.Write(ctx, func(ctx context.Context, t tx.Tx) error { return l.Write(ctx, t, a, e) })
}

// Log adds a line that another domain made, in its transaction; id and time are filled in when they are absent.
func (l *AccessLog) Log(ctx context.Context, t tx.Tx, a privacy.Access) error {
	if a.ID.IsNil() {
		a.ID = l.source.NewID()
	}
	if a.At.IsZero() {
		a.At = l.source.Now()
	}
	a.Field, a.Reason, a.Policy = clip(a.Field), clip(a.Reason), clip(a.Policy)
	return l.store.InsertAccess(ctx, t, a)
}

// Looked answers the newest 500 lines about a case, for the data subject.
func (l *AccessLog) Looked(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) ([]privacy.Access, error) {
	return l.store.AccessOfCase(ctx, t, tenant, caseID, AccessCursor{}.orNow(l.source.Now()), 500)
}

func clip(s string) string { return s[:min(len(s), 120)] }

// AccessPage is a page of the log, newest first. Next is the cursor of the following page, empty at the end.
type AccessPage struct {
	Entries []privacy.Access
	Next    string
}

// OfCase answers who looked at a case: what a customer sees under "who looked at my data".
func (l *AccessLog) OfCase(ctx context.Context, tenant casefile.Tenant, caseID casefile.ID, cursor string, limit int) (AccessPage, error) {
	return l.page(ctx, cursor, limit, func(ctx context.Context, t tx.Tx, before AccessCursor, n int) ([]privacy.Access, error) {
		return l.store.AccessOfCase(ctx, t, tenant, caseID, before, n)
	})
}

// Search answers the entries of a tenant since a time; action may be empty.
func (l *AccessLog) Search(ctx context.Context, a casefile.Actor, since time.Time, action, cursor string, limit int) (AccessPage, error) {
	return l.page(ctx, cursor, limit, func(ctx context.Context, t tx.Tx, before AccessCursor, n int) ([]privacy.Access, error) {
		return l.store.SearchAccess(ctx, t, a.Tenant, since, before, action, n)
	})
}

func (l *AccessLog) page(ctx context.Context, cursor string, limit int,
	query func(context.Context, tx.Tx, AccessCursor, int) ([]privacy.Access, error)) (AccessPage, error) {
	limit = min(max(limit, 1), 500)
	var p AccessPage
	err := l.run.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		rows, err := query(ctx, t, ParseAccessCursor(cursor).orNow(l.source.Now()), limit+1)
		if err != nil {
			return err
		}
		if len(rows) > limit {
			rows = rows[:limit]
			p.Next = AccessCursor{rows[limit-1].At, rows[limit-1].ID}.String()
		}
		p.Entries = rows
		return nil
	})
	return p, err
}
