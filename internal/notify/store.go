package notify

import (
	"context"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/tx"
)

// MessageRow is a message as it is stored; to and body are sealed under the subject's key.
type MessageRow struct {
	Tenant    casefile.Tenant
	ID        casefile.ID
	Case      casefile.ID
	Subject   casefile.ID
	Channel   Channel
	Template  string
	Lang      string
	To, Body  []byte
	Dedupe    string
	Created   time.Time
	Delivered time.Time
	Number    casefile.Number // of the case; read only
}

// Cursor is a place in the list of messages: those before it are older.
type Cursor struct {
	At time.Time
	ID casefile.ID
}

// MessageStore keeps messages.
type MessageStore interface {
	// InsertMessage answers false when a message with the same Dedupe key is there.
	InsertMessage(ctx context.Context, t tx.Tx, m MessageRow) (bool, error)
	Message(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID) (MessageRow, error)
	// Messages pages from newest to oldest.
	Messages(ctx context.Context, t tx.Tx, tenant casefile.Tenant, before Cursor, limit int) ([]MessageRow, error)
	MessagesOfCase(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID, limit int) ([]MessageRow, error)
	SetDelivered(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID, at time.Time) error
	DeleteMessagesBefore(ctx context.Context, t tx.Tx, tenant casefile.Tenant, before time.Time) (int64, error)
}

// EndpointRow is a webhook endpoint as it is stored.
type EndpointRow struct {
	Tenant    casefile.Tenant
	ID        casefile.ID
	Name      string
	URL       string
	Secret    []byte // sealed
	Kinds     string
	State     EndpointState
	Created   time.Time
	LastOK    time.Time
	Changed   time.Time // of the state
	LastError string    // a code such as "status 503", never what the other side wrote
	Failures  int64     // in a row
}

// EndpointStore keeps webhook endpoints.
type EndpointStore interface {
	InsertEndpoint(ctx context.Context, t tx.Tx, e EndpointRow) error
	Endpoint(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID) (EndpointRow, error)
	Endpoints(ctx context.Context, t tx.Tx, tenant casefile.Tenant) ([]EndpointRow, error)
	UpdateEndpoint(ctx context.Context, t tx.Tx, e EndpointRow) error
	DeleteEndpoint(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID) (int64, error)
	// NoteDelivery keeps the outcome of an attempt: lastError empty is a success.
	NoteDelivery(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID, at time.Time, lastError string) error
	SetEndpointState(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID, s EndpointState, at time.Time) error
}
