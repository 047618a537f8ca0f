package privacydb_test

import (
	"context"
	"testing"

	"anxin/internal/casefile"
	"anxin/internal/db"
	"anxin/internal/db/dbtest"
	"anxin/internal/privacy"
	"anxin/internal/tx"
)

// A person prepared before the transaction is the same as one added inside it: found, opened, erased.
func TestAPreparedPersonIsStoredFoundAndErased(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var src casefile.Source
		k := keeper(t)
		fresh := privacy.Person{Tenant: 1, Subject: src.NewID(), Case: src.NewID(), Name: privacy.NewName("李禾生"), Phone: privacy.NewPhone("19900005678")}
		known := privacy.Person{Tenant: 1, Subject: src.NewID(), Case: src.NewID(), Name: privacy.NewName("李禾生"), Phone: privacy.NewPhone("19900005679")}
		var box *privacy.Box
		write(t, d, func(ctx context.Context, x tx.Tx) (err error) {
			if err = k.NewSubject(ctx, x, 1, known.Subject); err == nil {
				box, err = k.For(ctx, x, 1, known.Subject)
			}
			return err
		})
		first, err := k.Prepare(fresh)
		if err != nil {
			t.Fatal(err)
		}
		second, err := k.PrepareIn(box, known)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := k.PrepareIn(box, fresh); err == nil {
			t.Error("sealed under another subject's key")
		}
		sealed, err := first.Box.Seal("address", "某地 1 号")
		if err != nil {
			t.Fatal(err)
		}
		write(t, d, func(ctx context.Context, x tx.Tx) error {
			if err := k.Insert(ctx, x, first); err != nil {
				return err
			}
			return k.Insert(ctx, x, second)
		})
		write(t, d, func(ctx context.Context, x tx.Tx) error {
			got, err := k.FindPersons(ctx, x, 1, privacy.IndexName, "李禾生")
			if err != nil || len(got) != 2 {
				t.Errorf("found %v (%v)", got, err)
			}
			if text, err := k.Open(ctx, x, 1, fresh.Subject, "address", sealed); err != nil || text != "某地 1 号" {
				t.Errorf("opened %q (%v)", text, err)
			}
			return k.Destroy(ctx, x, 1, fresh.Subject)
		})
		write(t, d, func(ctx context.Context, x tx.Tx) error {
			if _, err := k.Open(ctx, x, 1, fresh.Subject, "address", sealed); err == nil {
				t.Error("an erased subject's field opened")
			}
			return nil
		})
	})
}
