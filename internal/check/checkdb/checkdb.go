// Package checkdb is the SQL of package check: rounds, signals, and the index of what was seen before.
package checkdb

import (
	"context"
	"embed"
	"fmt"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/check"
	"anxin/internal/db"
	"anxin/internal/tx"
)

//go:embed *.sql
var files embed.FS

// Statements are the statements of this package.
var Statements = db.MustLoad(files)

var (
	insertRound  = Statements.Stmt("check/insert_round")
	newestRound  = Statements.Stmt("check/newest_round")
	lockRound    = Statements.Stmt("check/lock_round")
	endRound     = Statements.Stmt("check/end_round")
	insertSignal = Statements.Stmt("check/insert_signal")
	signals      = Statements.Stmt("check/signals")
	insertMedia  = Statements.Stmt("check/insert_media")
	setPrint     = Statements.Stmt("check/set_print")
	media        = Statements.Stmt("check/media")
	sameBytes    = Statements.Stmt("check/same_bytes")
	printed      = Statements.Stmt("check/printed")
	setSketch    = Statements.Stmt("check/set_sketch")
	sketched     = Statements.Stmt("check/sketched")
	ofOwner      = Statements.Stmt("check/of_owner")
	ofBuyer      = Statements.Stmt("check/of_buyer")
	ofMerchant   = Statements.Stmt("check/of_merchant")
	ofProduct    = Statements.Stmt("check/of_product")
	setFilm      = Statements.Stmt("check/set_film")
	clearFrames  = Statements.Stmt("check/clear_frames")
	setFrame     = Statements.Stmt("check/set_frame")
	forgetSketch = Statements.Stmt("check/forget_sketch")
	forgetFilm   = Statements.Stmt("check/forget_film")
	forgetMedia  = Statements.Stmt("check/forget_media")
	film         = Statements.Stmt("check/film")
	frames       = Statements.Stmt("check/frames")
	filmed       = Statements.Stmt("check/filmed")
	lacking      = Statements.Stmt("check/lacking")
)

// Store implements check.Store. It has no state.
type Store struct{}

var _ check.Store = Store{}

// target is a round's JSON.
type target struct {
	Filed     int64         `json:"filed"`
	Leaf      int64         `json:"leaf"`
	Items     []casefile.ID `json:"items"`
	Owners    []casefile.ID `json:"owners"`
	Subject   casefile.ID   `json:"subject"`
	Shipped   int64         `json:"shipped"`
	Delivered int64         `json:"delivered,omitempty"`
	Merchant  casefile.ID   `json:"merchant,omitzero"`
	Product   casefile.ID   `json:"product,omitzero"`
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func moment(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return db.FromMicros(us)
}

// InsertRound implements check.Store.
func (Store) InsertRound(ctx context.Context, t tx.Tx, r check.RoundRow) error {
	text, err := db.JSON(target{micros(r.Filed.At), r.Filed.Leaf, r.Items, r.Owners, r.Subject, micros(r.Shipped), micros(r.Delivered), r.Merchant, r.Product})
	if err == nil {
		_, err = t.Exec(ctx, insertRound, r.Tenant, r.Case, r.Claim, r.Number, text, db.Micros(r.Started))
	}
	return err
}

// NewestRound implements check.Store.
func (Store) NewestRound(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, claim casefile.ID) (check.RoundRow, error) {
	return scanRound(t.QueryRow(ctx, newestRound, tenant, caseID, claim))
}

// LockRound implements check.Store.
func (Store) LockRound(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, claim casefile.ID, round int) (check.RoundRow, error) {
	return scanRound(t.QueryRow(ctx, lockRound, tenant, caseID, claim, round))
}

// EndRound implements check.Store.
func (Store) EndRound(ctx context.Context, t tx.Tx, r check.RoundRow) error {
	_, err := t.Exec(ctx, endRound, r.Tenant, r.Case, r.Claim, r.Number, db.Micros(r.Ended), string(r.Outcome))
	return err
}

func scanRound(row tx.Row) (r check.RoundRow, err error) {
	var x target
	err = row.Scan(&r.Tenant, &r.Case, &r.Claim, &r.Number, db.FromJSON(&x), db.Time(&r.Started), db.Time(&r.Ended), &r.Outcome)
	r.Filed = casefile.Moment{At: moment(x.Filed), Leaf: x.Leaf}
	r.Items, r.Owners, r.Subject, r.Merchant, r.Product, r.Shipped, r.Delivered = x.Items, x.Owners, x.Subject, x.Merchant, x.Product, moment(x.Shipped), moment(x.Delivered)
	return r, err
}

// record is a signal's JSON.
type record struct {
	Inputs    []check.ItemHash `json:"inputs"`
	Fact      check.Text       `json:"fact"`
	Honest    check.Text       `json:"honest"`
	Limits    check.Text       `json:"limits"`
	Artefacts []casefile.ID    `json:"artefacts,omitempty"`
	Related   []check.Related  `json:"related,omitempty"`
	Detail    *check.Detail    `json:"detail,omitempty"`
}

// InsertSignal implements check.Store.
func (Store) InsertSignal(ctx context.Context, t tx.Tx, s check.Signal, seq int) error {
	text, err := db.JSON(record{s.Inputs, s.Fact, s.Honest, s.Limits, s.Artefacts, s.Related, s.Detail})
	if err == nil {
		_, err = t.Exec(ctx, insertSignal, s.Tenant, s.Case, s.Claim, s.Round, seq, s.ID, s.Check, s.Version, string(s.Applicability), string(s.Strength), string(s.Group), text, db.Micros(s.At))
	}
	return err
}

// Signals implements check.Store.
func (Store) Signals(ctx context.Context, t tx.Tx, tenant casefile.Tenant, caseID, claim casefile.ID, round int) ([]check.Signal, error) {
	rows, err := t.Query(ctx, signals, tenant, caseID, claim, round)
	return db.Collect(rows, err, func(row tx.Row) (s check.Signal, err error) {
		var x record
		err = row.Scan(&s.Tenant, &s.Case, &s.Claim, &s.Round, &s.ID, &s.Check, &s.Version, &s.Applicability, &s.Strength, &s.Group, db.FromJSON(&x), db.Time(&s.At))
		s.Inputs, s.Fact, s.Honest, s.Limits, s.Artefacts, s.Related, s.Detail = x.Inputs, x.Fact, x.Honest, x.Limits, x.Artefacts, x.Related, x.Detail
		return s, err
	})
}

// InsertMedia implements check.Store.
func (Store) InsertMedia(ctx context.Context, t tx.Tx, m check.Media) (bool, error) {
	n, err := t.Exec(ctx, insertMedia, m.Tenant, m.Item, m.Case, m.Owner, m.Subject, string(m.Role), m.Type, m.SHA256[:], db.Micros(m.Sealed.At), m.Sealed.Leaf, string(m.State), m.Merchant, m.Product)
	return n == 1, err
}

// SetPrint implements check.Store.
func (Store) SetPrint(ctx context.Context, t tx.Tx, m check.Media) error {
	var print any
	if !m.Printed.IsZero() {
		print = m.Print[:]
	}
	_, err := t.Exec(ctx, setPrint, m.Tenant, m.Item, string(m.State), print, m.Quality, db.Micros(m.Printed))
	return err
}

// Media implements check.Store.
func (Store) Media(ctx context.Context, t tx.Tx, tenant casefile.Tenant, item casefile.ID) (check.Media, error) {
	return scanMedia(t.QueryRow(ctx, media, tenant, item))
}

// SameBytes implements check.Store.
func (Store) SameBytes(ctx context.Context, t tx.Tx, tenant casefile.Tenant, sha [32]byte, limit int) ([]check.Media, error) {
	rows, err := t.Query(ctx, sameBytes, tenant, sha[:], limit)
	return db.Collect(rows, err, scanMedia)
}

// Printed implements check.Store.
func (Store) Printed(ctx context.Context, t tx.Tx, tenant casefile.Tenant, after time.Time, item casefile.ID, limit int) ([]check.Media, error) {
	rows, err := t.Query(ctx, printed, tenant, micros(after), item[:], limit)
	return db.Collect(rows, err, scanMedia)
}

// sketchVersion is that of the way sketches are made; those of another are not read.
const sketchVersion = 1

// SetSketch implements check.Store.
func (Store) SetSketch(ctx context.Context, t tx.Tx, tenant casefile.Tenant, item casefile.ID, sketch []byte) error {
	if gone, err := forgotten(ctx, t, tenant, item); gone || err != nil {
		return err
	}
	_, err := t.Exec(ctx, setSketch, tenant, item, sketchVersion, sketch)
	return err
}

// forgotten reports whether an item has left the index: work on it that was under way must leave nothing behind.
func forgotten(ctx context.Context, t tx.Tx, tenant casefile.Tenant, item casefile.ID) (bool, error) {
	_, err := Store{}.Media(ctx, t, tenant, item)
	if casefile.Is(err, casefile.NotFound) {
		return true, nil
	}
	return false, err
}

// Forget implements check.Store.
func (Store) Forget(ctx context.Context, t tx.Tx, tenant casefile.Tenant, item casefile.ID) error {
	for _, q := range []*tx.Stmt{clearFrames, forgetFilm, forgetSketch, forgetMedia} {
		if _, err := t.Exec(ctx, q, tenant, item); err != nil {
			return err
		}
	}
	return nil
}

// Sketched implements check.Store.
func (Store) Sketched(ctx context.Context, t tx.Tx, tenant casefile.Tenant, item casefile.ID) (check.Candidate, error) {
	return scanCandidate(t.QueryRow(ctx, sketched, tenant, item, sketchVersion))
}

// OfOwner implements check.Store.
func (Store) OfOwner(ctx context.Context, t tx.Tx, tenant casefile.Tenant, owner casefile.ID, limit int) ([]check.Candidate, error) {
	rows, err := t.Query(ctx, ofOwner, tenant, owner, limit, sketchVersion)
	return db.Collect(rows, err, scanCandidate)
}

// OfBuyer implements check.Store.
func (Store) OfBuyer(ctx context.Context, t tx.Tx, tenant casefile.Tenant, subject casefile.ID, before time.Time, limit int) ([]check.Candidate, error) {
	rows, err := t.Query(ctx, ofBuyer, tenant, subject, db.Micros(before), limit, sketchVersion)
	return db.Collect(rows, err, scanCandidate)
}

// OfMerchant implements check.Store.
func (Store) OfMerchant(ctx context.Context, t tx.Tx, tenant casefile.Tenant, merchant casefile.ID, before time.Time, limit int) ([]check.Candidate, error) {
	rows, err := t.Query(ctx, ofMerchant, tenant, merchant, db.Micros(before), limit, sketchVersion)
	return db.Collect(rows, err, scanCandidate)
}

func scanCandidate(row tx.Row) (c check.Candidate, err error) {
	c.Media, err = scanMediaAnd(row, &c.Sketch)
	return c, err
}

func scanMedia(row tx.Row) (m check.Media, err error) { return scanMediaAnd(row) }

// scanMediaAnd reads the columns of an item of the index, and those behind them.
func scanMediaAnd(row tx.Row, more ...any) (m check.Media, err error) {
	var sha, print []byte
	err = row.Scan(append([]any{&m.Tenant, &m.Item, &m.Case, &m.Owner, &m.Subject, &m.Role, &m.Type, &sha, db.Time(&m.Sealed.At), &m.Sealed.Leaf, &m.State, &print, &m.Quality, db.Time(&m.Printed), &m.Product}, more...)...)
	if err != nil {
		return m, err
	}
	if copy(m.SHA256[:], sha) != 32 || len(print) != 0 && copy(m.Print[:], print) != 32 {
		return m, fmt.Errorf("item %s of the index has a hash of %d and a print of %d bytes", m.Item, len(sha), len(print))
	}
	return m, nil
}

// OfProduct implements check.Store.
func (Store) OfProduct(ctx context.Context, t tx.Tx, tenant casefile.Tenant, product casefile.ID, before time.Time, limit int) ([]check.Candidate, error) {
	rows, err := t.Query(ctx, ofProduct, tenant, product, db.Micros(before), limit, sketchVersion)
	return db.Collect(rows, err, scanCandidate)
}
