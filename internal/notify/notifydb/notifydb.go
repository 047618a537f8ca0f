// Package notifydb is the SQL of package notify: messages and webhook endpoints.
package notifydb

import (
	"context"
	"embed"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/db"
	"anxin/internal/notify"
	"anxin/internal/tx"
)

//go:embed *.sql
var files embed.FS

// Statements are the statements of this package.
var Statements = db.MustLoad(files)

var (
	insertMessage  = Statements.Stmt("notify/insert_message")
	getMessage     = Statements.Stmt("notify/get_message")
	listMessages   = Statements.Stmt("notify/list_messages")
	messagesOfCase = Statements.Stmt("notify/messages_of_case")
	setDelivered   = Statements.Stmt("notify/set_delivered")
	deleteMessages = Statements.Stmt("notify/delete_messages")

	insertEndpoint = Statements.Stmt("notify/insert_endpoint")
	getEndpoint    = Statements.Stmt("notify/get_endpoint")
	listEndpoints  = Statements.Stmt("notify/list_endpoints")
	updateEndpoint = Statements.Stmt("notify/update_endpoint")
	deleteEndpoint = Statements.Stmt("notify/delete_endpoint")
	noteOK         = Statements.Stmt("notify/note_ok")
	noteFailure    = Statements.Stmt("notify/note_failure")
	setState       = Statements.Stmt("notify/set_state")
)

// Store implements the stores of package notify. It has no state.
type Store struct{}

var (
	_ notify.MessageStore  = Store{}
	_ notify.EndpointStore = Store{}
)

// InsertMessage implements notify.MessageStore.
func (Store) InsertMessage(ctx context.Context, t tx.Tx, m notify.MessageRow) (bool, error) {
	var dedupe any
	if m.Dedupe != "" {
		dedupe = m.Dedupe
	}
	n, err := t.Exec(ctx, insertMessage, m.Tenant, m.ID, m.Case, m.Subject, string(m.Channel), m.Template, m.Lang, m.To, m.Body, db.Micros(m.Created),
		db.Micros(m.Delivered), dedupe)
	return n == 1, err
}

// Message implements notify.MessageStore.
func (Store) Message(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID) (notify.MessageRow, error) {
	return scanMessage(tenant)(t.QueryRow(ctx, getMessage, tenant, id))
}

// Messages implements notify.MessageStore.
func (Store) Messages(ctx context.Context, t tx.Tx, tenant casefile.Tenant, before notify.Cursor, limit int) ([]notify.MessageRow, error) {
	rows, err := t.Query(ctx, listMessages, tenant, db.Micros(before.At), before.ID, limit)
	return db.Collect(rows, err, scanMessage(tenant))
}

// MessagesOfCase implements notify.MessageStore.
func (Store) MessagesOfCase(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID, limit int) ([]notify.MessageRow, error) {
	rows, err := t.Query(ctx, messagesOfCase, tenant, caseID, limit)
	return db.Collect(rows, err, scanMessage(tenant))
}

// SetDelivered implements notify.MessageStore.
func (Store) SetDelivered(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID, at time.Time) error {
	_, err := t.Exec(ctx, setDelivered, tenant, id, db.Micros(at))
	return err
}

// DeleteMessagesBefore implements notify.MessageStore.
func (Store) DeleteMessagesBefore(ctx context.Context, t tx.Tx, tenant casefile.Tenant, before time.Time) (int64, error) {
	return t.Exec(ctx, deleteMessages, tenant, db.Micros(before))
}

func scanMessage(tenant casefile.Tenant) func(tx.Row) (notify.MessageRow, error) {
	return func(row tx.Row) (notify.MessageRow, error) {
		m := notify.MessageRow{Tenant: tenant}
		err := row.Scan(&m.ID, &m.Case, &m.Subject, &m.Channel, &m.Template, &m.Lang, &m.To, &m.Body, db.Time(&m.Created), db.Time(&m.Delivered), &m.Number)
		return m, err
	}
}

// InsertEndpoint implements notify.EndpointStore.
func (Store) InsertEndpoint(ctx context.Context, t tx.Tx, e notify.EndpointRow) error {
	_, err := t.Exec(ctx, insertEndpoint, e.Tenant, e.ID, e.Name, e.URL, e.Secret, e.Kinds, string(e.State), db.Micros(e.Created), db.Micros(e.Changed))
	return err
}

// Endpoint implements notify.EndpointStore.
func (Store) Endpoint(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID) (notify.EndpointRow, error) {
	return scanEndpoint(tenant)(t.QueryRow(ctx, getEndpoint, tenant, id))
}

// Endpoints implements notify.EndpointStore.
func (Store) Endpoints(ctx context.Context, t tx.Tx, tenant casefile.Tenant) ([]notify.EndpointRow, error) {
	rows, err := t.Query(ctx, listEndpoints, tenant)
	return db.Collect(rows, err, scanEndpoint(tenant))
}

// UpdateEndpoint implements notify.EndpointStore.
func (Store) UpdateEndpoint(ctx context.Context, t tx.Tx, e notify.EndpointRow) error {
	_, err := t.Exec(ctx, updateEndpoint, e.Tenant, e.ID, e.Name, e.URL, e.Secret, e.Kinds, string(e.State), db.Micros(e.Changed), e.Failures)
	return err
}

// DeleteEndpoint implements notify.EndpointStore.
func (Store) DeleteEndpoint(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID) (int64, error) {
	return t.Exec(ctx, deleteEndpoint, tenant, id)
}

// NoteDelivery implements notify.EndpointStore.
func (Store) NoteDelivery(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID, at time.Time, lastError string) error {
	var err error
	if lastError == "" {
		_, err = t.Exec(ctx, noteOK, tenant, id, db.Micros(at))
	} else {
		_, err = t.Exec(ctx, noteFailure, tenant, id, lastError)
	}
	return err
}

// SetEndpointState implements notify.EndpointStore.
func (Store) SetEndpointState(ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID, s notify.EndpointState, at time.Time) error {
	_, err := t.Exec(ctx, setState, tenant, id, string(s), db.Micros(at))
	return err
}

func scanEndpoint(tenant casefile.Tenant) func(tx.Row) (notify.EndpointRow, error) {
	return func(row tx.Row) (notify.EndpointRow, error) {
		e := notify.EndpointRow{Tenant: tenant}
		err := row.Scan(&e.ID, &e.Name, &e.URL, &e.Secret, &e.Kinds, &e.State, db.Time(&e.Created), db.Time(&e.LastOK), db.Time(&e.Changed), &e.LastError, &e.Failures)
		return e, err
	}
}
