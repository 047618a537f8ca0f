package terms

import (
	"context"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/tx"
)

// Store keeps the rows of this package; package claimdb is the one for databases. Every method takes the tenant, in the row or as an argument. Reading one row that is not there is
// a casefile.NotFound error. Lists are oldest first.
type Store interface {
	InsertClaim(ctx context.Context, t tx.Tx, c *Claim) error
	UpdateClaim(ctx context.Context, t tx.Tx, c *Claim) error
	// Claims of a case, in the order in which the log has them.
	Claims(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) ([]Claim, error)
	// SetFiledLeaf keeps the leaf of the event of filing.
	SetFiledLeaf(ctx context.Context, t tx.Tx, c *Claim) error

	InsertStatement(ctx context.Context, t tx.Tx, s *Statement) error
	Statements(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, claim casefile.ID) ([]Statement, error)
	InsertMedium(ctx context.Context, t tx.Tx, m *Medium) error
	Media(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, claim casefile.ID) ([]Medium, error)

	InsertWindow(ctx context.Context, t tx.Tx, w *Window) error
	// CloseWindow closes the open window of a side: due, closed, how and the place in the order.
	CloseWindow(ctx context.Context, t tx.Tx, w *Window) error
	Windows(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, claim casefile.ID) ([]Window, error)
	InsertNotice(ctx context.Context, t tx.Tx, n *Notice) error
	// MarkNotices sets Opened (and Answered when answered) of a side's notices where it is not set yet; it answers how many it touched.
	MarkNotices(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, claim casefile.ID, side Side, at time.Time, answered bool) (int64, error)
	Notices(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, claim casefile.ID) ([]Notice, error)

	// InsertImpression answers false when the account has one in this round.
	InsertImpression(ctx context.Context, t tx.Tx, i *Impression) (bool, error)
	Impressions(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, claim casefile.ID) ([]Impression, error)
	InsertDecision(ctx context.Context, t tx.Tx, d *Decision) error
	Decisions(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, claim casefile.ID) ([]Decision, error)
	InsertLetter(ctx context.Context, t tx.Tx, l *LetterRow) error
	Letters(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, claim casefile.ID) ([]LetterRow, error)
	InsertStep(ctx context.Context, t tx.Tx, s *Step) error
	UpdateStep(ctx context.Context, t tx.Tx, s *Step) error
	Steps(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, claim casefile.ID) ([]Step, error)

	InsertStage(ctx context.Context, t tx.Tx, s *StageRow) error
	CloseStage(ctx context.Context, t tx.Tx, s *StageRow) error
	Stages(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, claim casefile.ID) ([]StageRow, error)
	InsertLease(ctx context.Context, t tx.Tx, l *LeaseRow) error
	UpdateLease(ctx context.Context, t tx.Tx, l *LeaseRow) error
	Leases(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, claim casefile.ID) ([]LeaseRow, error)
	// Exclude notes that somebody acted in a part of a claim, or must keep out of it; who acted in two parts may go on in neither.
	Exclude(ctx context.Context, t tx.Tx, e *Excluded) error
	// ExcludePast keeps everybody noted so far out of every part of the next round.
	ExcludePast(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, claim casefile.ID) error
	ExcludedFrom(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, claim casefile.ID) ([]Excluded, error)

	// Waiting lists claims in queues by due time whose lease is not somebody else's, leaving out those that the account is excluded from or acted in otherwise.
	Waiting(ctx context.Context, t tx.Tx, tenant casefile.Tenant, account casefile.ID, now time.Time, limit int) ([]Claim, error)
	// Held answers the claims that somebody leases.
	Held(ctx context.Context, t tx.Tx, tenant casefile.Tenant, account casefile.ID, now time.Time) ([]Claim, error)
	QueueCounts(ctx context.Context, t tx.Tx, tenant casefile.Tenant, now time.Time) ([]QueueCount, error)
	// Inbox pages through a merchant's claims; open ones by due time, others by newest change.
	Inbox(ctx context.Context, t tx.Tx, tenant casefile.Tenant, merchant casefile.ID, q InboxQuery, limit int) ([]Claim, error)
	// Problems are claims that the lead has to look at, by due time.
	Problems(ctx context.Context, t tx.Tx, tenant casefile.Tenant, limit int) ([]Claim, error)
	// StatsClaims and StatsStages are the raw figures of claims filed in a span, at most 20,000 and 200,000.
	StatsClaims(ctx context.Context, t tx.Tx, tenant casefile.Tenant, from, to time.Time) ([]Claim, error)
	StatsStages(ctx context.Context, t tx.Tx, tenant casefile.Tenant, from, to time.Time) ([]StageRow, error)

	// DecidedAfter pages through the decisions that stand, of all tenants, for the doctor.
	DecidedAfter(ctx context.Context, t tx.Tx, after Decision, limit int) ([]Decision, error)
	// ClaimByID reads one claim for the doctor.
	ClaimByID(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, claim casefile.ID) (Claim, error)
	// DuringWindow counts the standing decisions that lie inside an open window, over the whole database: an independent statement for the doctor.
	DuringWindow(ctx context.Context, t tx.Tx) (int64, error)
}

// QueueCount is how many claims wait in a queue.
type QueueCount struct {
	Queue   string
	Waiting int
	Leased  int
	Overdue int
	Nearest time.Time
}
