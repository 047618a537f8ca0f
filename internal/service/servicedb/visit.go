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
	insertVisit = Statements.Stmt("visit/insert")
	updateVisit = Statements.Stmt("visit/update")
	visitsOf    = Statements.Stmt("visit/of_case")
	visitsHeld  = Statements.Stmt("visit/held")
	visitsOnDay = Statements.Stmt("visit/on_day")

	insertOffer = Statements.Stmt("offer/insert")
	updateOffer = Statements.Stmt("offer/update")
	offersOf    = Statements.Stmt("offer/of_case")
	offersLive  = Statements.Stmt("offer/live")
	earned      = Statements.Stmt("offer/earned")
)

// InsertVisit implements service.Store.
func (Store) InsertVisit(ctx context.Context, t tx.Tx, v *service.Visit) error {
	_, err := t.Exec(ctx, insertVisit, v.Tenant, v.Case, v.ID, v.Request, v.Number, string(v.State), v.Technician, db.Flag(v.Pinned), v.Circle, db.Micros(v.From), db.Micros(v.To),
		v.DoorCode, v.DoorFailures, db.Micros(v.EnRoute), db.Micros(v.Arrived), v.ArrivedHow, db.Micros(v.Finished), db.Micros(v.Signed), v.Signature, v.SignatureReason,
		v.SignatureItem, v.EndReason, db.Micros(v.Created), db.Micros(v.Updated))
	return err
}

// UpdateVisit implements service.Store.
func (Store) UpdateVisit(ctx context.Context, t tx.Tx, v *service.Visit) error {
	return one(t.Exec(ctx, updateVisit, v.Tenant, v.Case, v.ID, string(v.State), v.Technician, db.Flag(v.Pinned), v.Circle, db.Micros(v.From), db.Micros(v.To),
		v.DoorCode, v.DoorFailures, db.Micros(v.EnRoute), db.Micros(v.Arrived), v.ArrivedHow, db.Micros(v.Finished), db.Micros(v.Signed), v.Signature, v.SignatureReason,
		v.SignatureItem, v.EndReason, db.Micros(v.Updated)))
}

func visitColumns(v *service.Visit) []any {
	return []any{&v.Tenant, &v.Case, &v.ID, &v.Request, &v.Number, &v.State, &v.Technician, db.Bool(&v.Pinned), &v.Circle, db.Time(&v.From), db.Time(&v.To),
		&v.DoorCode, &v.DoorFailures, db.Time(&v.EnRoute), db.Time(&v.Arrived), &v.ArrivedHow, db.Time(&v.Finished), db.Time(&v.Signed), &v.Signature, &v.SignatureReason,
		&v.SignatureItem, &v.EndReason, db.Time(&v.Created), db.Time(&v.Updated)}
}

// Visits implements service.Store.
func (Store) Visits(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) ([]service.Visit, error) {
	rows, err := t.Query(ctx, visitsOf, tenant, caseID)
	return db.Collect(rows, err, func(row tx.Row) (v service.Visit, err error) {
		err = row.Scan(visitColumns(&v)...)
		return v, err
	})
}

func placedVisit(row tx.Row) (v service.Visit, err error) {
	err = row.Scan(append(visitColumns(&v), &v.Place.LngE6, &v.Place.LatE6, &v.Place.Precision, &v.Kind, &v.Product, &v.Urgency, &v.Region, &v.RegionPath,
		&v.CaseNumber)...)
	return v, err
}

// Held implements service.Store.
func (Store) Held(ctx context.Context, t tx.Tx, tenant casefile.Tenant, technician casefile.ID) ([]service.Visit, error) {
	rows, err := t.Query(ctx, visitsHeld, tenant, technician)
	return db.Collect(rows, err, placedVisit)
}

// VisitsOn implements service.Store.
func (Store) VisitsOn(ctx context.Context, t tx.Tx, tenant casefile.Tenant, technician casefile.ID, from, to time.Time) ([]service.Visit, error) {
	rows, err := t.Query(ctx, visitsOnDay, tenant, technician, db.Micros(from), db.Micros(to))
	return db.Collect(rows, err, placedVisit)
}

// InsertOffer implements service.Store.
func (Store) InsertOffer(ctx context.Context, t tx.Tx, o *service.Offer) error {
	reasons, err := db.JSON(o.Reasons)
	if err != nil {
		return err
	}
	_, err = t.Exec(ctx, insertOffer, o.Tenant, o.Case, o.ID, o.Visit, o.Technician, string(o.State), o.Round, o.Rank, reasons, db.Micros(o.ArriveAt), o.TravelSeconds, o.Metres,
		int64(o.Pay), o.DeclineReason, db.Micros(o.Created), db.Micros(o.Seen), db.Micros(o.Expires), db.Micros(o.Answered))
	return err
}

// UpdateOffer implements service.Store.
func (Store) UpdateOffer(ctx context.Context, t tx.Tx, o *service.Offer) error {
	return one(t.Exec(ctx, updateOffer, o.Tenant, o.Case, o.ID, string(o.State), o.DeclineReason, db.Micros(o.Seen), db.Micros(o.Expires), db.Micros(o.Answered),
		db.Micros(o.ArriveAt)))
}

func scanOffer(row tx.Row) (o service.Offer, err error) {
	err = row.Scan(&o.Tenant, &o.Case, &o.ID, &o.Visit, &o.Technician, &o.State, &o.Round, &o.Rank, db.FromJSON(&o.Reasons), db.Time(&o.ArriveAt), &o.TravelSeconds, &o.Metres,
		db.Fen(&o.Pay), &o.DeclineReason, db.Time(&o.Created), db.Time(&o.Seen), db.Time(&o.Expires), db.Time(&o.Answered), &o.TechCode, &o.TechName)
	return o, err
}

// Offers implements service.Store.
func (Store) Offers(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) ([]service.Offer, error) {
	rows, err := t.Query(ctx, offersOf, tenant, caseID)
	return db.Collect(rows, err, scanOffer)
}

// LiveOffers implements service.Store.
func (Store) LiveOffers(ctx context.Context, t tx.Tx, tenant casefile.Tenant, technician casefile.ID) ([]service.Offer, error) {
	rows, err := t.Query(ctx, offersLive, tenant, technician)
	return db.Collect(rows, err, scanOffer)
}

// Earned implements service.Store.
func (Store) Earned(ctx context.Context, t tx.Tx, tenant casefile.Tenant, technician casefile.ID, from, to time.Time) (visits int, pay casefile.Fen, err error) {
	err = t.QueryRow(ctx, earned, tenant, technician, db.Micros(from), db.Micros(to)).Scan(&visits, db.Fen(&pay))
	return visits, pay, err
}
