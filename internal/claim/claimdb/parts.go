package claimdb

import (
	"context"
	"strings"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/claim"
	"anxin/internal/db"
	"anxin/internal/tx"
)

var (
	insertStatement = Statements.Stmt("parts/insert_statement")
	statements      = Statements.Stmt("parts/statement_list")
	insertMedium    = Statements.Stmt("parts/insert_medium")
	media           = Statements.Stmt("parts/medium_list")
	insertWindow    = Statements.Stmt("parts/insert_window")
	closeWindow     = Statements.Stmt("parts/close_window")
	windows         = Statements.Stmt("parts/window_list")
	insertNotice    = Statements.Stmt("parts/insert_notice")
	openNotices     = Statements.Stmt("parts/open_notices")
	answerNotices   = Statements.Stmt("parts/answer_notices")
	notices         = Statements.Stmt("parts/notice_list")
)

// all runs a list statement of (tenant, case, claim).
func all[T any](ctx context.Context, t tx.Tx, s *tx.Stmt, tenant casefile.Tenant, caseID, id casefile.ID, scan func(tx.Row) (T, error)) ([]T, error) {
	rows, err := t.Query(ctx, s, tenant, caseID, id)
	return db.Collect(rows, err, scan)
}

// InsertStatement implements claim.Store.
func (Store) InsertStatement(ctx context.Context, t tx.Tx, s *claim.Statement) error {
	_, err := t.Exec(ctx, insertStatement, s.Tenant, s.Case, s.ID, s.Claim, string(s.Part), string(s.Side), s.Kind, s.Code, string(s.Remedy), int64(s.Amount), string(s.Declared), s.Words,
		strings.Join(s.Shots, " "), s.Account, db.Micros(s.At), s.Round, s.Seq)
	return err
}

// Statements implements claim.Store.
func (Store) Statements(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, id casefile.ID) ([]claim.Statement, error) {
	return all(ctx, t, statements, tenant, caseID, id, func(row tx.Row) (s claim.Statement, err error) {
		var shots string
		err = row.Scan(&s.Tenant, &s.Case, &s.ID, &s.Claim, &s.Part, &s.Side, &s.Kind, &s.Code, &s.Remedy, db.Fen(&s.Amount), &s.Declared, &s.Words, &shots, &s.Account,
			db.Time(&s.At), &s.Round, &s.Seq)
		s.Shots = strings.Fields(shots)
		return s, err
	})
}

// InsertMedium implements claim.Store.
func (Store) InsertMedium(ctx context.Context, t tx.Tx, m *claim.Medium) error {
	_, err := t.Exec(ctx, insertMedium, m.Tenant, m.Case, m.Item, m.Claim, m.Statement, string(m.Side), m.Kind, m.Media, m.SHA256, db.Micros(m.Received), db.Micros(m.At))
	return err
}

// Media implements claim.Store.
func (Store) Media(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, id casefile.ID) ([]claim.Medium, error) {
	return all(ctx, t, media, tenant, caseID, id, func(row tx.Row) (m claim.Medium, err error) {
		err = row.Scan(&m.Tenant, &m.Case, &m.Item, &m.Claim, &m.Statement, &m.Side, &m.Kind, &m.Media, &m.SHA256, db.Time(&m.Received), db.Time(&m.At))
		return m, err
	})
}

// InsertWindow implements claim.Store.
func (Store) InsertWindow(ctx context.Context, t tx.Tx, w *claim.Window) error {
	_, err := t.Exec(ctx, insertWindow, w.Tenant, w.Case, w.ID, w.Claim, string(w.Side), w.Kind, db.Micros(w.Opened), db.Micros(w.Due), db.Micros(w.Closed), w.How, w.Round, w.Seq, w.ClosedSeq)
	return err
}

// CloseWindow implements claim.Store.
func (Store) CloseWindow(ctx context.Context, t tx.Tx, w *claim.Window) error {
	return one(t.Exec(ctx, closeWindow, w.Tenant, w.Case, w.Claim, string(w.Side), db.Micros(w.Due), db.Micros(w.Closed), w.How, w.ClosedSeq))
}

// Windows implements claim.Store.
func (Store) Windows(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, id casefile.ID) ([]claim.Window, error) {
	return all(ctx, t, windows, tenant, caseID, id, func(row tx.Row) (w claim.Window, err error) {
		err = row.Scan(&w.Tenant, &w.Case, &w.ID, &w.Claim, &w.Side, &w.Kind, db.Time(&w.Opened), db.Time(&w.Due), db.Time(&w.Closed), &w.How, &w.Round, &w.Seq, &w.ClosedSeq)
		return w, err
	})
}

// InsertNotice implements claim.Store.
func (Store) InsertNotice(ctx context.Context, t tx.Tx, n *claim.Notice) error {
	_, err := t.Exec(ctx, insertNotice, n.Tenant, n.Case, n.ID, n.Claim, string(n.Side), n.Kind, db.Micros(n.Served), db.Micros(n.Opened), db.Micros(n.Answered), n.Seq)
	return err
}

// MarkNotices implements claim.Store.
func (Store) MarkNotices(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, id casefile.ID, side claim.Side, at time.Time, answered bool) (int64, error) {
	s := openNotices
	if answered {
		s = answerNotices
	}
	return t.Exec(ctx, s, tenant, caseID, id, string(side), db.Micros(at))
}

// Notices implements claim.Store.
func (Store) Notices(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, id casefile.ID) ([]claim.Notice, error) {
	return all(ctx, t, notices, tenant, caseID, id, func(row tx.Row) (n claim.Notice, err error) {
		err = row.Scan(&n.Tenant, &n.Case, &n.ID, &n.Claim, &n.Side, &n.Kind, db.Time(&n.Served), db.Time(&n.Opened), db.Time(&n.Answered), &n.Seq)
		return n, err
	})
}
