package casefiledb_test

import (
	"context"
	"errors"
	"testing"

	"anxin/internal/casefile"
	"anxin/internal/casefile/casefiledb"
	"anxin/internal/db"
	"anxin/internal/db/dbtest"
	"anxin/internal/tx"
)

func TestAnActUnderAKeyIsDoneOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		run := casefile.OnceRunner{Runner: d, Idempotency: casefile.NewIdempotency(casefiledb.Store{}, casefile.Source{})}
		done := 0
		act := func(ctx context.Context, fail error) error {
			return run.Write(ctx, func(_ context.Context, x tx.Tx) error {
				x.OnCommit(func() { done++ })
				return fail
			})
		}
		once := func(key, request string) context.Context {
			return casefile.WithOnce(ctx, casefile.Once{Scope: "form:a", Key: key, Request: casefile.RequestHash([]byte(request)), Tenant: 1})
		}
		boom := errors.New("refused")
		if err := act(once("k", "r"), boom); !errors.Is(err, boom) {
			t.Errorf("refused: %v", err)
		}
		ctx1 := once("k", "r")
		if err := errors.Join(act(ctx1, nil), act(ctx1, nil)); err != nil || done != 2 { // the second Write of the same act goes without the mark
			t.Errorf("first: %v, done %d", err, done)
		}
		if err := act(once("k", "r"), nil); !casefile.IsRepeated(err) || done != 2 {
			t.Errorf("again: %v, done %d", err, done)
		}
		if err := act(once("k", "other"), nil); casefile.IsRepeated(err) || !casefile.Is(err, casefile.Conflict) {
			t.Errorf("another request: %v", err)
		}
		if err := act(casefile.WithoutOnce(once("k", "r")), nil); err != nil || done != 3 {
			t.Errorf("without: %v, done %d", err, done)
		}
		if err := act(once("", "r"), nil); err != nil || done != 4 {
			t.Errorf("no key: %v, done %d", err, done)
		}
	})
}

// An act can commit and still answer an error: the offer that fits no more is withdrawn, the wrong code is counted. Its retry must not be told "done".
func TestARepeatedActGetsTheErrorOfTheFirst(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		run := casefile.OnceRunner{Runner: d, Idempotency: casefile.NewIdempotency(casefiledb.Store{}, casefile.Source{})}
		act := func() error {
			c := casefile.WithOnce(ctx, casefile.Once{Scope: "api:a", Key: "key-1", Request: casefile.RequestHash([]byte("r")), Tenant: 1})
			return run.Write(c, func(ctx context.Context, _ tx.Tx) error {
				casefile.Remember(ctx, &casefile.Error{Category: casefile.Conflict, Key: "service.error.no_longer_fits", Args: map[string]any{"why": "no_gap"}})
				return nil
			})
		}
		if err := act(); err != nil {
			t.Fatal(err)
		}
		err := act()
		var e *casefile.Error
		if !errors.As(err, &e) || casefile.IsRepeated(err) || e.Category != casefile.Conflict || e.Key != "service.error.no_longer_fits" || e.Args["why"] != "no_gap" {
			t.Errorf("the retry answers %v", err)
		}
	})
}
