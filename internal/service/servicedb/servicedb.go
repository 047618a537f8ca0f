// Package servicedb is the SQL of package service.
package servicedb

import (
	"context"
	"embed"

	"anxin/internal/casefile"
	"anxin/internal/db"
	"anxin/internal/service"
	"anxin/internal/tx"
)

//go:embed *.sql
var files embed.FS

// Statements are the statements of this package.
var Statements = db.MustLoad(files)

// Store implements service.Store. It has no state.
type Store struct{}

var _ service.Store = Store{}

var (
	insertRequest = Statements.Stmt("request/insert")
	updateRequest = Statements.Stmt("request/update")
	requestsOf    = Statements.Stmt("request/of_case")
	nearestClock  = Statements.Stmt("request/nearest_clock")
	insertPromise = Statements.Stmt("request/insert_promise")
	updatePromise = Statements.Stmt("request/update_promise")
	promisesOf    = Statements.Stmt("request/promises")
)

// InsertRequest implements service.Store.
func (Store) InsertRequest(ctx context.Context, t tx.Tx, r *service.Request) error {
	_, err := t.Exec(ctx, insertRequest, r.Tenant, r.Case, r.ID, string(r.Kind), string(r.State), string(r.Urgency), r.Product, r.Fault, r.Words, r.Address, r.Detail,
		r.Region, r.RegionPath, r.RegionVersion, r.RegionAsOf, r.RegionOutcome, r.LngE6, r.LatE6, r.GeoPrecision, db.Micros(r.WishedFrom), db.Micros(r.WishedTo),
		db.Flag(r.Covered), db.Flag(r.Reopened), db.Flag(r.Warranty), db.Micros(r.NotBefore), db.Micros(r.Created), db.Micros(r.Updated), db.Micros(r.Assigned),
		db.Micros(r.Arrived), db.Micros(r.Finished), db.Micros(r.Ended), db.Flag(r.Queue), r.NextDue)
	return err
}

// UpdateRequest implements service.Store.
func (Store) UpdateRequest(ctx context.Context, t tx.Tx, r *service.Request) error {
	return one(t.Exec(ctx, updateRequest, r.Tenant, r.Case, r.ID, string(r.State), string(r.Urgency), r.Fault, r.Words, r.Address, r.Detail,
		r.Region, r.RegionPath, r.RegionVersion, r.RegionAsOf, r.RegionOutcome, r.LngE6, r.LatE6, r.GeoPrecision, db.Micros(r.WishedFrom), db.Micros(r.WishedTo),
		db.Flag(r.Covered), db.Flag(r.Reopened), db.Flag(r.Warranty), db.Micros(r.NotBefore), db.Micros(r.Updated), db.Micros(r.Assigned),
		db.Micros(r.Arrived), db.Micros(r.Finished), db.Micros(r.Ended), db.Flag(r.Queue), r.NextDue))
}

// one turns "no row was touched" into NotFound.
func one(n int64, err error) error {
	if err == nil && n != 1 {
		return casefile.Failf(casefile.NotFound, "error.not_found", "update touched %d rows", n)
	}
	return err
}

func requestColumns(r *service.Request) []any {
	return []any{&r.Tenant, &r.Case, &r.ID, &r.Kind, &r.State, &r.Urgency, &r.Product, &r.Fault, &r.Words, &r.Address, &r.Detail,
		&r.Region, &r.RegionPath, &r.RegionVersion, &r.RegionAsOf, &r.RegionOutcome, &r.LngE6, &r.LatE6, &r.GeoPrecision, db.Time(&r.WishedFrom), db.Time(&r.WishedTo),
		db.Bool(&r.Covered), db.Bool(&r.Reopened), db.Bool(&r.Warranty), db.Time(&r.NotBefore), db.Time(&r.Created), db.Time(&r.Updated), db.Time(&r.Assigned),
		db.Time(&r.Arrived), db.Time(&r.Finished), db.Time(&r.Ended), db.Bool(&r.Queue), &r.NextDue}
}

// Requests implements service.Store.
func (Store) Requests(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) ([]service.Request, error) {
	rows, err := t.Query(ctx, requestsOf, tenant, caseID)
	return db.Collect(rows, err, func(row tx.Row) (r service.Request, err error) {
		err = row.Scan(requestColumns(&r)...)
		return r, err
	})
}

// noDue stands for "no clock runs"; it is service's.
const noDue = int64(1) << 60

// NearestClock implements service.Store.
func (Store) NearestClock(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) (due int64, err error) {
	err = t.QueryRow(ctx, nearestClock, tenant, caseID, noDue).Scan(&due)
	return due, err
}

// InsertPromise implements service.Store.
func (Store) InsertPromise(ctx context.Context, t tx.Tx, p *service.Promise) error {
	_, err := t.Exec(ctx, insertPromise, p.Tenant, p.Case, p.ID, p.Request, p.Visit, db.Micros(p.From), db.Micros(p.To), p.Probability, string(p.State), p.Cause,
		db.Micros(p.Made), db.Micros(p.Judged))
	return err
}

// UpdatePromise implements service.Store.
func (Store) UpdatePromise(ctx context.Context, t tx.Tx, p *service.Promise) error {
	return one(t.Exec(ctx, updatePromise, p.Tenant, p.Case, p.ID, p.Visit, string(p.State), p.Cause, db.Micros(p.Judged)))
}

// Promises implements service.Store.
func (Store) Promises(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) ([]service.Promise, error) {
	rows, err := t.Query(ctx, promisesOf, tenant, caseID)
	return db.Collect(rows, err, func(row tx.Row) (p service.Promise, err error) {
		err = row.Scan(&p.Tenant, &p.Case, &p.ID, &p.Request, &p.Visit, db.Time(&p.From), db.Time(&p.To), &p.Probability, &p.State, &p.Cause,
			db.Time(&p.Made), db.Time(&p.Judged))
		return p, err
	})
}
