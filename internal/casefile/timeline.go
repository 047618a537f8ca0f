package casefile

import (
	"context"
	"time"

	"anxin/internal/tx"
)

// Store keeps cases and events; package casefiledb is the one for databases.
type Store interface {
	// InsertCase answers false when the number is taken.
	InsertCase(ctx context.Context, t tx.Tx, c Case) (inserted bool, err error)
	Case(ctx context.Context, t tx.Tx, tenant Tenant, id ID) (Case, error)
	LockCase(ctx context.Context, t tx.Tx, tenant Tenant, id ID) (Case, error)
	CaseByNumber(ctx context.Context, t tx.Tx, tenant Tenant, n Number) (Case, error)
	// AdvanceCase moves last_seq on; it answers false when it is not `from` any more.
	AdvanceCase(ctx context.Context, t tx.Tx, tenant Tenant, id ID, from, to int64) (moved bool, err error)
	SetClosed(ctx context.Context, t tx.Tx, tenant Tenant, id ID, at time.Time) error
	InsertEvent(ctx context.Context, t tx.Tx, e Event) error
	// Events answers those of a case after a sequence number, oldest first, for an audience.
	Events(ctx context.Context, t tx.Tx, tenant Tenant, id ID, forWhom Audience, after int64, limit int) ([]Event, error)
	// EventsByLeaf answers those of a tenant whose leaf is at or after from, in the order of the log.
	EventsByLeaf(ctx context.Context, t tx.Tx, tenant Tenant, from int64, limit int) ([]Event, error)
}

// LogLeaf is what the timeline asks the log to commit to. It holds no personal data.
type LogLeaf struct {
	Tenant   Tenant
	Case     ID
	Kind     string // "event"
	Seq      int64
	At       time.Time
	Subjects []ID // what the record is about: request, visit
	Digest   [32]byte
}

// Ledger adds leaves to the tenant's Merkle log inside the caller's transaction; internal/ledger is the one.
type Ledger interface {
	// AppendLeaves gives consecutive numbers to the leaves, all of one tenant, and answers the first.
	AppendLeaves(ctx context.Context, t tx.Tx, leaves []LogLeaf) (first int64, err error)
}

// Timeline is the history of cases: it makes cases and appends events to them. It is safe for concurrent use.
type Timeline struct {
	store  Store
	ledger Ledger
	live   *Live
	src    Source
}

// NewTimeline builds the timeline. live may be nil.
func NewTimeline(s Store, l Ledger, live *Live, src Source) *Timeline {
	return &Timeline{store: s, ledger: l, live: live, src: src}
}

// numberTries bounds the search for a free number of the day: with half of the 100,000 taken, 40 draws all miss once in 10^12.
const numberTries = 40

// Create inserts the case. ID and Created must be set. An empty Number is drawn here, again if it is taken; a given one that is taken is
// a Conflict. LastSeq becomes 0.
func (l *Timeline) Create(ctx context.Context, t tx.Tx, c *Case) error {
	if c.ID.IsNil() || c.Created.IsZero() {
		return Failf(Internal, "error.internal", "a case without id or time")
	}
	c.LastSeq, c.Created = 0, c.Created.UTC().Truncate(time.Microsecond)
	given := c.Number != ""
	for range numberTries {
		try := *c
		if !given {
			try.Number = NewNumber(l.src, c.Created)
		}
		ok, err := l.store.InsertCase(ctx, t, try)
		if err != nil {
			return err
		}
		if ok {
			c.Number = try.Number
			return nil
		}
		if given {
			return Failf(Conflict, "error.duplicate", "case number taken")
		}
	}
	return &Error{Category: Unavailable, Key: "error.busy", RetryAfter: time.Second}
}

// Get reads a case without locking it.
func (l *Timeline) Get(ctx context.Context, t tx.Tx, tenant Tenant, id ID) (Case, error) {
	return l.store.Case(ctx, t, tenant, id)
}

// Lock reads a case and keeps every other command on it waiting until the transaction ends. It is the first thing a command does.
func (l *Timeline) Lock(ctx context.Context, t tx.Tx, tenant Tenant, id ID) (Case, error) {
	return l.store.LockCase(ctx, t, tenant, id)
}

// ByNumber finds a case by its number.
func (l *Timeline) ByNumber(ctx context.Context, t tx.Tx, tenant Tenant, n Number) (Case, error) {
	return l.store.CaseByNumber(ctx, t, tenant, n)
}

// SetClosed records when the case was closed; the zero time opens it again.
func (l *Timeline) SetClosed(ctx context.Context, t tx.Tx, c *Case, at time.Time) error {
	if !at.IsZero() {
		at = at.UTC().Truncate(time.Microsecond)
	}
	if err := l.store.SetClosed(ctx, t, c.Tenant, c.ID, at); err != nil {
		return err
	}
	c.Closed = at
	return nil
}

// Append adds events to a case that Lock or Create gave, in order. It fills Tenant, Case, Seq, At and Leaf of each, adds a leaf per event to the
// log and moves c.LastSeq on. It takes the head of the tenant's log, which everybody waits for: call it last.
func (l *Timeline) Append(ctx context.Context, t tx.Tx, c *Case, at time.Time, evs ...Event) error {
	if len(evs) == 0 {
		return nil
	}
	at = at.UTC().Truncate(time.Microsecond)
	leaves := make([]LogLeaf, len(evs))
	for i := range evs {
		e := &evs[i]
		e.Tenant, e.Case, e.At, e.Seq = c.Tenant, c.ID, at, c.LastSeq+1+int64(i)
		if !validKind(e.Kind) || !validKind(string(e.Role)) {
			return Failf(Internal, "error.internal", "event kind %q, role %q", e.Kind, e.Role)
		}
		var err error
		if e.Data, err = canonicalData(e.Data); err != nil {
			return err
		}
		leaves[i] = leafOf(*e)
	}
	moved, err := l.store.AdvanceCase(ctx, t, c.Tenant, c.ID, c.LastSeq, c.LastSeq+int64(len(evs)))
	if err != nil {
		return err
	}
	if !moved {
		return Failf(Conflict, "error.changed_meanwhile", "the case was appended to without its lock")
	}
	first, err := l.ledger.AppendLeaves(ctx, t, leaves)
	if err != nil {
		return err
	}
	for i := range evs {
		evs[i].Leaf = first + int64(i)
		if err := l.store.InsertEvent(ctx, t, evs[i]); err != nil {
			return err
		}
	}
	c.LastSeq += int64(len(evs))
	if l.live != nil {
		tenant, id, seq := c.Tenant, c.ID, c.LastSeq
		t.OnCommit(func() { l.live.tell(tenant, id, seq) })
	}
	return nil
}

func leafOf(e Event) LogLeaf {
	leaf := LogLeaf{Tenant: e.Tenant, Case: e.Case, Kind: "event", Seq: e.Seq, At: e.At, Digest: EventDigest(e)}
	for _, id := range []ID{e.Request, e.Visit} {
		if !id.IsNil() {
			leaf.Subjects = append(leaf.Subjects, id)
		}
	}
	return leaf
}

// MaxEvents bounds one answer of Events and EventsByLeaf.
const MaxEvents = 1000

// Events answers the events of a case after a sequence number (0: from the start), oldest first, that the audience may see; ForDesk sees all. It
// answers at most MaxEvents: for more, ask again after the last one's Seq.
func (l *Timeline) Events(ctx context.Context, t tx.Tx, tenant Tenant, id ID, forWhom Audience, after int64) ([]Event, error) {
	return l.store.Events(ctx, t, tenant, id, forWhom, after, MaxEvents)
}

// EventsByLeaf answers up to MaxEvents events of a tenant in the order of the log, from a leaf number on: for auditors.
func (l *Timeline) EventsByLeaf(ctx context.Context, t tx.Tx, tenant Tenant, from int64) ([]Event, error) {
	return l.store.EventsByLeaf(ctx, t, tenant, from, MaxEvents)
}
