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
	insertImpression = Statements.Stmt("parts/insert_impression")
	impressions      = Statements.Stmt("parts/impression_list")
	insertDecision   = Statements.Stmt("parts/insert_decision")
	decisions        = Statements.Stmt("parts/decision_list")
	decidedAfter     = Statements.Stmt("parts/decided_after")
	duringWindow     = Statements.Stmt("parts/during_window")
	insertLetter     = Statements.Stmt("parts/insert_letter")
	letters          = Statements.Stmt("parts/letter_list")
	insertStep       = Statements.Stmt("parts/insert_step")
	updateStep       = Statements.Stmt("parts/update_step")
	steps            = Statements.Stmt("parts/step_list")
	insertStage      = Statements.Stmt("parts/insert_stage")
	closeStage       = Statements.Stmt("parts/close_stage")
	stages           = Statements.Stmt("parts/stage_list")
	statsStages      = Statements.Stmt("parts/stats_stages")
	insertLease      = Statements.Stmt("parts/insert_lease")
	updateLease      = Statements.Stmt("parts/update_lease")
	leases           = Statements.Stmt("parts/lease_list")
	insertExcluded   = Statements.Stmt("parts/insert_excluded")
	pastExcluded     = Statements.Stmt("parts/past_excluded")
	excluded         = Statements.Stmt("parts/excluded")
)

// InsertImpression implements claim.Store.
func (Store) InsertImpression(ctx context.Context, t tx.Tx, i *claim.Impression) (bool, error) {
	n, err := t.Exec(ctx, insertImpression, i.Tenant, i.Case, i.Claim, i.Account, i.Round, string(i.Part), i.Leaning, i.Words, db.Micros(i.At))
	return n == 1, err
}

// Impressions implements claim.Store.
func (Store) Impressions(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, id casefile.ID) ([]claim.Impression, error) {
	return all(ctx, t, impressions, tenant, caseID, id, func(row tx.Row) (i claim.Impression, err error) {
		err = row.Scan(&i.Tenant, &i.Case, &i.Claim, &i.Account, &i.Round, &i.Part, &i.Leaning, &i.Words, db.Time(&i.At))
		return i, err
	})
}

// InsertDecision implements claim.Store.
func (Store) InsertDecision(ctx context.Context, t tx.Tx, d *claim.Decision) error {
	grounds, err := db.JSON(d.Grounds)
	if err != nil {
		return err
	}
	_, err = t.Exec(ctx, insertDecision, d.Tenant, d.Case, d.ID, d.Claim, string(d.Part), d.Account, d.Kind, string(d.Remedy), int64(d.Amount), strings.Join(d.Reasons, " "), grounds,
		string(d.Burden), db.Flag(d.Beyond), db.Flag(d.Destroy), d.Words, db.Micros(d.At), d.Round, db.Flag(d.Stands), d.Seq)
	return err
}

func scanDecision(row tx.Row) (d claim.Decision, err error) {
	var reasons string
	err = row.Scan(&d.Tenant, &d.Case, &d.ID, &d.Claim, &d.Part, &d.Account, &d.Kind, &d.Remedy, db.Fen(&d.Amount), &reasons, db.FromJSON(&d.Grounds), &d.Burden, db.Bool(&d.Beyond),
		db.Bool(&d.Destroy), &d.Words, db.Time(&d.At), &d.Round, db.Bool(&d.Stands), &d.Seq)
	d.Reasons = strings.Fields(reasons)
	return d, err
}

// Decisions implements claim.Store.
func (Store) Decisions(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, id casefile.ID) ([]claim.Decision, error) {
	return all(ctx, t, decisions, tenant, caseID, id, scanDecision)
}

// DecidedAfter implements claim.Store.
func (Store) DecidedAfter(ctx context.Context, t tx.Tx, after claim.Decision, limit int) ([]claim.Decision, error) {
	rows, err := t.Query(ctx, decidedAfter, after.Tenant, after.Case[:], after.ID[:], limit)
	return db.Collect(rows, err, scanDecision)
}

// DuringWindow implements claim.Store.
func (Store) DuringWindow(ctx context.Context, t tx.Tx) (n int64, err error) {
	err = t.QueryRow(ctx, duringWindow).Scan(&n)
	return n, err
}

// InsertLetter implements claim.Store.
func (Store) InsertLetter(ctx context.Context, t tx.Tx, l *claim.LetterRow) error {
	_, err := t.Exec(ctx, insertLetter, l.Tenant, l.Case, l.ID, l.Claim, l.Decision, l.Code, l.Facts, l.Document, l.Digest, db.Micros(l.Issued), l.Round, l.Seq)
	return err
}

// Letters implements claim.Store.
func (Store) Letters(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, id casefile.ID) ([]claim.LetterRow, error) {
	return all(ctx, t, letters, tenant, caseID, id, func(row tx.Row) (l claim.LetterRow, err error) {
		err = row.Scan(&l.Tenant, &l.Case, &l.ID, &l.Claim, &l.Decision, &l.Code, &l.Facts, &l.Document, &l.Digest, db.Time(&l.Issued), &l.Round, &l.Seq)
		return l, err
	})
}

// InsertStep implements claim.Store.
func (Store) InsertStep(ctx context.Context, t tx.Tx, s *claim.Step) error {
	_, err := t.Exec(ctx, insertStep, s.Tenant, s.Case, s.ID, s.Claim, string(s.Kind), s.Seq, s.State, int64(s.Amount), s.Request, s.Ref, s.Note, s.Tries, db.Micros(s.Opened),
		db.Micros(s.Due), db.Micros(s.Done), s.Round)
	return err
}

// UpdateStep implements claim.Store.
func (Store) UpdateStep(ctx context.Context, t tx.Tx, s *claim.Step) error {
	return one(t.Exec(ctx, updateStep, s.Tenant, s.Case, s.ID, s.State, s.Request, s.Ref, s.Note, s.Tries, db.Micros(s.Opened), db.Micros(s.Due), db.Micros(s.Done)))
}

// Steps implements claim.Store.
func (Store) Steps(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, id casefile.ID) ([]claim.Step, error) {
	return all(ctx, t, steps, tenant, caseID, id, func(row tx.Row) (s claim.Step, err error) {
		err = row.Scan(&s.Tenant, &s.Case, &s.ID, &s.Claim, &s.Kind, &s.Seq, &s.State, db.Fen(&s.Amount), &s.Request, &s.Ref, &s.Note, &s.Tries, db.Time(&s.Opened), db.Time(&s.Due),
			db.Time(&s.Done), &s.Round)
		return s, err
	})
}

// InsertStage implements claim.Store.
func (Store) InsertStage(ctx context.Context, t tx.Tx, s *claim.StageRow) error {
	_, err := t.Exec(ctx, insertStage, s.Tenant, s.Case, s.Claim, s.Seq, string(s.State), db.Micros(s.Entered), db.Micros(s.Left), db.Micros(s.Due), db.Flag(s.Breached), s.Extended)
	return err
}

// CloseStage implements claim.Store.
func (Store) CloseStage(ctx context.Context, t tx.Tx, s *claim.StageRow) error {
	return one(t.Exec(ctx, closeStage, s.Tenant, s.Case, s.Claim, s.Seq, db.Micros(s.Left), db.Micros(s.Due), db.Flag(s.Breached), s.Extended))
}

func scanStage(row tx.Row) (s claim.StageRow, err error) {
	err = row.Scan(&s.Tenant, &s.Case, &s.Claim, &s.Seq, &s.State, db.Time(&s.Entered), db.Time(&s.Left), db.Time(&s.Due), db.Bool(&s.Breached), &s.Extended)
	return s, err
}

// Stages implements claim.Store.
func (Store) Stages(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, id casefile.ID) ([]claim.StageRow, error) {
	return all(ctx, t, stages, tenant, caseID, id, scanStage)
}

// StatsStages implements claim.Store.
func (Store) StatsStages(ctx context.Context, t tx.Tx, tenant casefile.Tenant, from, to time.Time) ([]claim.StageRow, error) {
	rows, err := t.Query(ctx, statsStages, tenant, db.Micros(from), db.Micros(to))
	return db.Collect(rows, err, scanStage)
}

// InsertLease implements claim.Store.
func (Store) InsertLease(ctx context.Context, t tx.Tx, l *claim.LeaseRow) error {
	_, err := t.Exec(ctx, insertLease, l.Tenant, l.Case, l.ID, l.Claim, l.Account, string(l.Part), db.Micros(l.Taken), db.Micros(l.Seen), db.Micros(l.Ended), l.How, l.Seq)
	return err
}

// UpdateLease implements claim.Store.
func (Store) UpdateLease(ctx context.Context, t tx.Tx, l *claim.LeaseRow) error {
	return one(t.Exec(ctx, updateLease, l.Tenant, l.Case, l.ID, db.Micros(l.Seen), db.Micros(l.Ended), l.How))
}

// Leases implements claim.Store.
func (Store) Leases(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, id casefile.ID) ([]claim.LeaseRow, error) {
	return all(ctx, t, leases, tenant, caseID, id, func(row tx.Row) (l claim.LeaseRow, err error) {
		err = row.Scan(&l.Tenant, &l.Case, &l.ID, &l.Claim, &l.Account, &l.Part, db.Time(&l.Taken), db.Time(&l.Seen), db.Time(&l.Ended), &l.How, &l.Seq)
		return l, err
	})
}

// Exclude implements claim.Store.
func (Store) Exclude(ctx context.Context, t tx.Tx, e *claim.Excluded) error {
	_, err := t.Exec(ctx, insertExcluded, e.Tenant, e.Case, e.Claim, e.Account, e.Why, string(e.Part), db.Micros(e.At))
	return err
}

// ExcludePast implements claim.Store.
func (Store) ExcludePast(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, id casefile.ID) error {
	_, err := t.Exec(ctx, pastExcluded, tenant, caseID, id)
	return err
}

// ExcludedFrom implements claim.Store.
func (Store) ExcludedFrom(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, id casefile.ID) ([]claim.Excluded, error) {
	return all(ctx, t, excluded, tenant, caseID, id, func(row tx.Row) (e claim.Excluded, err error) {
		e.Tenant, e.Case, e.Claim = tenant, caseID, id
		err = row.Scan(&e.Account, &e.Why, &e.Part)
		return e, err
	})
}
