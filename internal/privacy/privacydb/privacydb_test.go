package privacydb_test

import (
	"context"
	"errors"
	"testing"

	"anxin/internal/casefile"
	"anxin/internal/db"
	"anxin/internal/db/dbtest"
	"anxin/internal/privacy"
	"anxin/internal/privacy/privacydb"
	"anxin/internal/tx"
)

var ctx = context.Background()

func keeper(t testing.TB) *privacy.Keeper {
	t.Helper()
	m, err := privacy.NewMaster(casefile.Source{})
	if err != nil {
		t.Fatal(err)
	}
	return privacy.New(m, privacydb.Store{}, casefile.Source{})
}

func write(t testing.TB, d *db.DB, f func(ctx context.Context, t tx.Tx) error) {
	t.Helper()
	if err := d.Write(ctx, f); err != nil {
		t.Fatal(err)
	}
}

func TestStatementsPrepareOnBoth(t *testing.T) { dbtest.CheckStatements(t, privacydb.Statements) }

func TestAPersonIsStoredFoundAndErased(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var src casefile.Source
		k := keeper(t)
		subject, caseID := src.NewID(), src.NewID()
		var sealed []byte
		write(t, d, func(ctx context.Context, x tx.Tx) error {
			err := k.AddPerson(ctx, x, privacy.Person{Tenant: 1, Subject: subject, Case: caseID, Name: privacy.NewName("王小明"), Phone: privacy.NewPhone("+86 199 0000 1234")})
			if err != nil {
				return err
			}
			sealed, err = k.Seal(ctx, x, 1, subject, "address", "浙江省杭州市西湖区 1 号")
			return err
		})
		find := func(tenant casefile.Tenant, kind, value string) []privacy.Person {
			var got []privacy.Person
			write(t, d, func(ctx context.Context, x tx.Tx) (err error) {
				got, err = k.FindPersons(ctx, x, tenant, kind, value)
				return err
			})
			return got
		}
		for _, q := range [][2]string{{privacy.IndexPhone, "１９９－００００－１２３４"}, {privacy.IndexPhoneTail, "1234"}, {privacy.IndexName, " 王 小明"}} {
			got := find(1, q[0], q[1])
			if len(got) != 1 || got[0].Subject != subject || got[0].Case != caseID || got[0].Name.Clear() != "王小明" || got[0].Phone.Clear() != "+86 199 0000 1234" {
				t.Errorf("by %v: %v", q, got)
			}
			if got := find(2, q[0], q[1]); len(got) != 0 {
				t.Errorf("another tenant finds %v", got)
			}
		}
		open := func(tenant casefile.Tenant, subject casefile.ID, field string) (text string, err error) {
			err = d.Read(ctx, func(ctx context.Context, x tx.Tx) (err error) {
				text, err = k.Open(ctx, x, tenant, subject, field, sealed)
				return err
			})
			return text, err
		}
		if text, err := open(1, subject, "address"); err != nil || text != "浙江省杭州市西湖区 1 号" {
			t.Errorf("open: %q %v", text, err)
		}
		if _, err := open(1, subject, "detail"); !errors.Is(err, privacy.ErrForged) {
			t.Errorf("another field: %v", err)
		}
		for range 2 {
			write(t, d, func(ctx context.Context, x tx.Tx) error { return k.Destroy(ctx, x, 1, subject) })
		}
		if _, err := open(1, subject, "address"); !errors.Is(err, privacy.ErrErased) {
			t.Errorf("after erasure: %v", err)
		}
		if got := find(1, privacy.IndexPhone, "19900001234"); len(got) != 0 {
			t.Errorf("found after erasure: %v", got)
		}
		write(t, d, func(ctx context.Context, x tx.Tx) error {
			p, err := k.Person(ctx, x, 1, subject)
			if err != nil || p.Erased.IsZero() || !p.Name.IsZero() || p.Case != caseID {
				t.Errorf("erased person: %+v %v", p, err)
			}
			return nil
		})
	})
}
