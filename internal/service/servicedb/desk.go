package servicedb

import (
	"context"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/db"
	"anxin/internal/service"
	"anxin/internal/tx"
)

var (
	insertNote     = Statements.Stmt("desk/insert_note")
	notesOf        = Statements.Stmt("desk/notes")
	openProblem    = Statements.Stmt("desk/open_problem")
	resolveProblem = Statements.Stmt("desk/resolve_problem")
	problemsOf     = Statements.Stmt("desk/problems_of")
	openProblems   = Statements.Stmt("desk/open_problems")
	queue          = Statements.Stmt("desk/queue")
	statsRequests  = Statements.Stmt("desk/stats_requests")
	statsPromises  = Statements.Stmt("desk/stats_promises")
	statsRatings   = Statements.Stmt("desk/stats_ratings")
	statsDeclines  = Statements.Stmt("desk/stats_declines")
)

// InsertNote implements service.Store.
func (Store) InsertNote(ctx context.Context, t tx.Tx, n *service.DeskNote) error {
	_, err := t.Exec(ctx, insertNote, n.Tenant, n.Case, n.ID, n.Account, n.Kind, n.Words, db.Micros(n.Created))
	return err
}

// Notes implements service.Store.
func (Store) Notes(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) ([]service.DeskNote, error) {
	rows, err := t.Query(ctx, notesOf, tenant, caseID)
	return db.Collect(rows, err, func(row tx.Row) (n service.DeskNote, err error) {
		err = row.Scan(&n.Tenant, &n.Case, &n.ID, &n.Account, &n.Kind, &n.Words, db.Time(&n.Created))
		return n, err
	})
}

// OpenProblem implements service.Store.
func (Store) OpenProblem(ctx context.Context, t tx.Tx, p *service.ProblemRow) (bool, error) {
	args, err := db.JSON(p.Args)
	if err != nil {
		return false, err
	}
	n, err := t.Exec(ctx, openProblem, p.Tenant, p.Case, p.ID, p.Request, p.Kind, p.Rank, args, db.Micros(p.Since))
	return n == 1, err
}

// ResolveProblem implements service.Store.
func (Store) ResolveProblem(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID, kind string, at time.Time) error {
	_, err := t.Exec(ctx, resolveProblem, tenant, caseID, kind, db.Micros(at))
	return err
}

func scanProblem(row tx.Row) (p service.ProblemRow, err error) {
	err = row.Scan(&p.Tenant, &p.Case, &p.ID, &p.Request, &p.Kind, &p.Rank, db.FromJSON(&p.Args), db.Time(&p.Since), db.Time(&p.Resolved), &p.Number, &p.Urgency, &p.RegionPath)
	return p, err
}

// ProblemsOf implements service.Store.
func (Store) ProblemsOf(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) ([]service.ProblemRow, error) {
	rows, err := t.Query(ctx, problemsOf, tenant, caseID)
	return db.Collect(rows, err, scanProblem)
}

// OpenProblems implements service.Store.
func (Store) OpenProblems(ctx context.Context, t tx.Tx, tenant casefile.Tenant, after service.ProblemKey, limit int) ([]service.ProblemRow, error) {
	rows, err := t.Query(ctx, openProblems, tenant, after.Rank, after.ID[:], limit)
	return db.Collect(rows, err, scanProblem)
}

// Queue implements service.Store.
func (Store) Queue(ctx context.Context, t tx.Tx, tenant casefile.Tenant, f service.QueueFilter, after service.QueueKey, limit int) ([]service.QueueRow, error) {
	// Digits sort before letters in every collation, so "4403" ≤ code < "4403a" is the prefix 4403 with the help of an index.
	rows, err := t.Query(ctx, queue, tenant, after.Due, after.ID[:], string(f.State), string(f.Urgency), f.Region, f.Region+"a", limit)
	return db.Collect(rows, err, func(row tx.Row) (q service.QueueRow, err error) {
		err = row.Scan(append(requestColumns(&q.Request), &q.Number, &q.Subject, &q.DueKind)...)
		return q, err
	})
}

// Stats implements service.Store.
func (st Store) Stats(ctx context.Context, t tx.Tx, tenant casefile.Tenant, from, to time.Time) (s service.StatsRows, err error) {
	rows, err := t.Query(ctx, statsRequests, tenant, db.Micros(from), db.Micros(to))
	s.Requests, err = db.Collect(rows, err, func(row tx.Row) (r service.RequestTimes, err error) {
		err = row.Scan(&r.Region, db.Time(&r.Created), db.Time(&r.Assigned), db.Time(&r.Arrived), db.Time(&r.Finished), db.Bool(&r.Reopened), &r.Visits)
		return r, err
	})
	if err != nil {
		return s, err
	}
	if s.Kept, s.Broken, err = st.PromisesJudged(ctx, t, tenant, from, to); err != nil {
		return s, err
	}
	if err = t.QueryRow(ctx, statsRatings, tenant, db.Micros(from), db.Micros(to)).Scan(&s.Ratings, &s.StarsSum); err != nil {
		return s, err
	}
	rows, err = t.Query(ctx, statsDeclines, tenant, db.Micros(from), db.Micros(to))
	s.Declines, err = db.Collect(rows, err, func(row tx.Row) (c service.Count, err error) {
		err = row.Scan(&c.Name, &c.N)
		return c, err
	})
	return s, err
}

// PromisesJudged implements service.Store.
func (Store) PromisesJudged(ctx context.Context, t tx.Tx, tenant casefile.Tenant, from, to time.Time) (kept, broken int, err error) {
	rows, err := t.Query(ctx, statsPromises, tenant, db.Micros(from), db.Micros(to))
	_, err = db.Collect(rows, err, func(row tx.Row) (struct{}, error) {
		var state service.State
		var n int
		err := row.Scan(&state, &n)
		if state == service.PromiseKept {
			kept = n
		} else {
			broken = n
		}
		return struct{}{}, err
	})
	return kept, broken, err
}
