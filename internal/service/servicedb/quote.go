package servicedb

import (
	"context"
	"strings"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/db"
	"anxin/internal/service"
	"anxin/internal/tx"
)

var (
	insertQuote     = Statements.Stmt("quote/insert")
	insertQuoteLine = Statements.Stmt("quote/insert_line")
	updateQuote     = Statements.Stmt("quote/update")
	updateQuoteLine = Statements.Stmt("quote/update_line")
	quotesOf        = Statements.Stmt("quote/of_case")
	quoteLines      = Statements.Stmt("quote/lines")

	insertReport   = Statements.Stmt("report/insert")
	insertWork     = Statements.Stmt("report/insert_work")
	insertPart     = Statements.Stmt("report/insert_part")
	insertProduct  = Statements.Stmt("report/insert_product")
	reportsOf      = Statements.Stmt("report/of_case")
	reportWork     = Statements.Stmt("report/work")
	reportParts    = Statements.Stmt("report/parts")
	reportProducts = Statements.Stmt("report/products")
	serialFitted   = Statements.Stmt("report/serial_fitted")
	insertRating   = Statements.Stmt("report/insert_rating")
	ratingsOf      = Statements.Stmt("report/ratings")
	insertDocument = Statements.Stmt("report/insert_document")
	document       = Statements.Stmt("report/document")
)

// InsertQuote implements service.Store.
func (Store) InsertQuote(ctx context.Context, t tx.Tx, q *service.Quote) error {
	_, err := t.Exec(ctx, insertQuote, q.Tenant, q.Case, q.ID, q.Visit, q.Version, q.PriceList, string(q.State), db.Micros(q.Created), db.Micros(q.Answered))
	for i := range q.Lines {
		if err != nil {
			return err
		}
		l := &q.Lines[i]
		_, err = t.Exec(ctx, insertQuoteLine, q.Tenant, q.Case, q.ID, l.Line, l.Item, l.Quantity, int64(l.Unit), int64(l.List), db.Flag(l.Warranty), l.Why, l.Answer)
	}
	return err
}

// UpdateQuote implements service.Store.
func (Store) UpdateQuote(ctx context.Context, t tx.Tx, q *service.Quote) error {
	err := one(t.Exec(ctx, updateQuote, q.Tenant, q.Case, q.ID, string(q.State), db.Micros(q.Answered)))
	for i := range q.Lines {
		if err != nil {
			return err
		}
		err = one(t.Exec(ctx, updateQuoteLine, q.Tenant, q.Case, q.ID, q.Lines[i].Line, q.Lines[i].Answer))
	}
	return err
}

// Quotes implements service.Store.
func (Store) Quotes(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) ([]service.Quote, error) {
	rows, err := t.Query(ctx, quotesOf, tenant, caseID)
	out, err := db.Collect(rows, err, func(row tx.Row) (q service.Quote, err error) {
		err = row.Scan(&q.Tenant, &q.Case, &q.ID, &q.Visit, &q.Version, &q.PriceList, &q.State, db.Time(&q.Created), db.Time(&q.Answered))
		return q, err
	})
	if err != nil || len(out) == 0 {
		return nil, err
	}
	at := map[casefile.ID]int{}
	for i := range out {
		at[out[i].ID] = i
	}
	return out, each(ctx, t, quoteLines, tenant, caseID, func(row tx.Row) error {
		var id casefile.ID
		var l service.QuoteLine
		if err := row.Scan(&id, &l.Line, &l.Item, &l.Quantity, db.Fen(&l.Unit), db.Fen(&l.List), db.Bool(&l.Warranty), &l.Why, &l.Answer); err != nil {
			return err
		}
		if i, ok := at[id]; ok {
			out[i].Lines = append(out[i].Lines, l)
		}
		return nil
	})
}

// each runs a statement of (tenant, case) and hands every row to f.
func each(ctx context.Context, t tx.Tx, s *tx.Stmt, tenant casefile.Tenant, caseID casefile.ID, f func(tx.Row) error) error {
	rows, err := t.Query(ctx, s, tenant, caseID)
	_, err = db.Collect(rows, err, func(row tx.Row) (struct{}, error) { return struct{}{}, f(row) })
	return err
}

// InsertReport implements service.Store.
func (Store) InsertReport(ctx context.Context, t tx.Tx, r *service.WorkReport) error {
	checklist, err := db.JSON(r.Checklist)
	if err != nil {
		return err
	}
	if _, err = t.Exec(ctx, insertReport, r.Tenant, r.Case, r.Visit, string(r.Outcome), r.Fault, r.Cause, r.Work, checklist, r.WarrantyDays, db.Micros(r.WarrantyUntil),
		r.Document, db.Micros(r.Created)); err != nil {
		return err
	}
	for i, w := range r.Done {
		if _, err = t.Exec(ctx, insertWork, r.Tenant, r.Case, r.Visit, i+1, w.Item, w.Quantity); err != nil {
			return err
		}
	}
	for i, p := range r.Parts {
		if _, err = t.Exec(ctx, insertPart, r.Tenant, r.Case, r.Visit, i+1, p.Part, p.Serial, p.SerialKey, p.Quantity); err != nil {
			return err
		}
	}
	for i, p := range r.Related {
		if _, err = t.Exec(ctx, insertProduct, r.Tenant, r.Case, r.Visit, i+1, p.Product, p.Condition, p.Advice, p.AdviceEnc, db.Flag(p.WantsQuote)); err != nil {
			return err
		}
	}
	return nil
}

// Reports implements service.Store.
func (Store) Reports(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) ([]service.WorkReport, error) {
	rows, err := t.Query(ctx, reportsOf, tenant, caseID)
	out, err := db.Collect(rows, err, func(row tx.Row) (r service.WorkReport, err error) {
		err = row.Scan(&r.Tenant, &r.Case, &r.Visit, &r.Outcome, &r.Fault, &r.Cause, &r.Work, db.FromJSON(&r.Checklist), &r.WarrantyDays, db.Time(&r.WarrantyUntil),
			&r.Document, db.Time(&r.Created))
		return r, err
	})
	if err != nil || len(out) == 0 {
		return nil, err
	}
	of := func(visit casefile.ID) *service.WorkReport {
		for i := range out {
			if out[i].Visit == visit {
				return &out[i]
			}
		}
		return &service.WorkReport{}
	}
	var visit casefile.ID
	if err = each(ctx, t, reportWork, tenant, caseID, func(row tx.Row) error {
		var w service.WorkLine
		err := row.Scan(&visit, &w.Item, &w.Quantity)
		r := of(visit)
		r.Done = append(r.Done, w)
		return err
	}); err != nil {
		return nil, err
	}
	if err = each(ctx, t, reportParts, tenant, caseID, func(row tx.Row) error {
		var p service.PartFitted
		err := row.Scan(&visit, &p.Part, &p.Serial, &p.SerialKey, &p.Quantity)
		r := of(visit)
		r.Parts = append(r.Parts, p)
		return err
	}); err != nil {
		return nil, err
	}
	return out, each(ctx, t, reportProducts, tenant, caseID, func(row tx.Row) error {
		var p service.ProductChecked
		err := row.Scan(&visit, &p.Product, &p.Condition, &p.Advice, &p.AdviceEnc, db.Bool(&p.WantsQuote))
		r := of(visit)
		r.Related = append(r.Related, p)
		return err
	})
}

// SerialFitted implements service.Store.
func (Store) SerialFitted(ctx context.Context, t tx.Tx, tenant casefile.Tenant, serialKey []byte, exceptVisit casefile.ID) (times int, first time.Time, err error) {
	err = t.QueryRow(ctx, serialFitted, tenant, serialKey, exceptVisit[:]).Scan(&times, db.Time(&first))
	return times, first, err
}

// InsertRating implements service.Store.
func (Store) InsertRating(ctx context.Context, t tx.Tx, r *service.Rating) error {
	_, err := t.Exec(ctx, insertRating, r.Tenant, r.Case, r.Visit, r.Stars, strings.Join(r.Tags, " "), r.Words, db.Micros(r.Created))
	return err
}

// Ratings implements service.Store.
func (Store) Ratings(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID casefile.ID) ([]service.Rating, error) {
	rows, err := t.Query(ctx, ratingsOf, tenant, caseID)
	return db.Collect(rows, err, func(row tx.Row) (r service.Rating, err error) {
		var tags string
		err = row.Scan(&r.Tenant, &r.Case, &r.Visit, &r.Stars, &tags, &r.Words, db.Time(&r.Created))
		r.Tags = strings.Fields(tags)
		return r, err
	})
}

// InsertDocument implements service.Store.
func (Store) InsertDocument(ctx context.Context, t tx.Tx, d *service.Document) error {
	_, err := t.Exec(ctx, insertDocument, d.Tenant, d.Code, d.Case, d.Kind, d.Ref, db.Micros(d.Issued), db.Micros(d.Revoked))
	return err
}

// Document implements service.Store.
func (Store) Document(ctx context.Context, t tx.Tx, tenant casefile.Tenant, code string) (d service.Document, err error) {
	err = t.QueryRow(ctx, document, tenant, code).Scan(&d.Tenant, &d.Code, &d.Case, &d.Kind, &d.Ref, db.Time(&d.Issued), db.Time(&d.Revoked))
	return d, err
}
