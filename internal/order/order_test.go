package order_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"slices"
	"sync"
	"testing"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/db"
	"anxin/internal/db/dbtest"
	"anxin/internal/order"
	"anxin/internal/tx"
)

func TestPutOpensACaseOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		first := s.put(t, mer1, lock("A-1001"))
		if first.Outcome != order.Created || first.Case == "" || first.Order.Province != "33" || first.Order.Quantity != 1 {
			t.Fatalf("%+v", first)
		}
		again := s.put(t, mer1, lock("A-1001"))
		if again.Outcome != order.Same || again.Order.ID != first.Order.ID || again.Case != first.Case {
			t.Errorf("the same order again: %+v", again)
		}
		other := s.put(t, mer1, lock("A-1001", func(n *order.NewOrder) { n.Price, n.Phone, n.Name, n.Listing = 1, "19900009999", "林一", "" }))
		if want := []string{"name", "phone", "listing", "price_fen"}; other.Outcome != order.Differs || !slices.Equal(other.Differs, want) {
			t.Errorf("differs %v, want %v", other.Differs, want)
		}
		if v, err := s.Order(ctx, mer1, first.Order.ID); err != nil || v.Price != 129900 || v.Phone.String() != "199****1234" || v.Listing != "HM-S3" {
			t.Errorf("kept %+v, %v", v, err)
		}
		// Another merchant's order of the same number, and another tenant's merchant of the same id, are others.
		if p := s.put(t, mer2, lock("A-1001")); p.Outcome != order.Created {
			t.Errorf("another merchant: %+v", p)
		}
		if p := s.put(t, elsewhere, lock("A-1001")); p.Outcome != order.Created {
			t.Errorf("another tenant: %+v", p)
		}
		s.read(t, func(ctx context.Context, x tx.Tx) error {
			evs, err := s.line.Events(ctx, x, 1, first.Order.Case, casefile.ForDesk, 0)
			if len(evs) != 1 || evs[0].Kind != "order.received" || bytes.Contains(evs[0].Data, []byte("1990000")) || bytes.Contains(evs[0].Data, []byte("A-1001")) {
				t.Errorf("events %+v", evs)
			}
			return err
		})
	})
}

func TestPutSaysEverythingThatIsWrong(t *testing.T) {
	s := newShop(t, dbtest.SQLite(t))
	_, err := s.Put(ctx, mer1, order.NewOrder{Number: "<script>", Phone: "12", Category: "锁", Price: -1, Quantity: -2, Paid: start, Shipped: start.Add(-time.Hour), Delivered: start.AddDate(1, 0, 0), Province: "火星"})
	want := []string{"number:order.field.code", "name:order.field.required", "phone:order.field.phone", "product:order.field.required", "category:order.field.category",
		"province:order.field.province", "price_fen:order.field.price", "quantity:order.field.quantity", "delivered_at:order.field.time_ahead", "shipped_at:order.field.before_paid"}
	if got := fields(err); !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
	if n, err := s.CountOrders(ctx, mer1, casefile.Nil); err != nil || n != 0 {
		t.Errorf("%d orders, %v", n, err)
	}
}

func TestForeignOrdersDoNotExist(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		o := s.put(t, mer1, lock("A-1")).Order
		buyer := casefile.Actor{Tenant: 1, Role: casefile.Customer, ID: o.Subject, Case: o.Case}
		for _, a := range []casefile.Actor{mer2, elsewhere, buyer, {Tenant: 1, Role: casefile.Merchant}, {Tenant: 1, Role: casefile.Technician}} {
			if _, err := s.Order(ctx, a, o.ID); !casefile.Is(err, casefile.NotFound) {
				t.Errorf("%s sees it: %v", a.Role, err)
			}
			if _, err := s.Progress(ctx, a, order.Progress{Order: o.ID, Delivered: start}); !casefile.Is(err, casefile.NotFound) {
				t.Errorf("%s changes it: %v", a.Role, err)
			}
			if _, err := s.AddReference(ctx, a, order.Incoming{Order: o.ID, Kind: order.PackingPhoto}, bytes.NewReader(photo(t, 1))); !casefile.Is(err, casefile.NotFound) {
				t.Errorf("%s seals for it: %v", a.Role, err)
			}
			if _, _, err := s.Listing(ctx, a, o.Listing); !casefile.Is(err, casefile.NotFound) {
				t.Errorf("%s sees the listing: %v", a.Role, err)
			}
			if rows, err := s.Orders(ctx, a, order.Query{Merchant: mer1.Merchant}); err == nil && len(rows) > 0 {
				t.Errorf("%s lists it", a.Role)
			}
			if token, err := s.Link(ctx, a, o.ID); err == nil {
				t.Errorf("%s got the buyer's link %q", a.Role, token)
			}
		}
		// The merchant itself never gets the link: whoever has it is the buyer.
		if _, err := s.Link(ctx, mer1, o.ID); !casefile.Is(err, casefile.NotFound) {
			t.Errorf("the merchant got the buyer's link: %v", err)
		}
		if _, err := s.Link(ctx, boss, o.ID); err != nil {
			t.Errorf("the operator: %v", err)
		}
	})
}

// Many at once for one number and one listing: one order, one listing, no error.
func TestPutTogether(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		var wait sync.WaitGroup
		var mu sync.Mutex
		got := map[order.Outcome]int{}
		for range 12 {
			wait.Go(func() {
				p, err := s.Put(ctx, mer1, lock("A-7"))
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					t.Error(err)
				}
				got[p.Outcome]++
			})
		}
		wait.Wait()
		if got[order.Created] != 1 || got[order.Same] != 11 {
			t.Errorf("%v", got)
		}
		if l, err := s.Listings(ctx, mer1, casefile.Nil, order.Cursor{}, 0); err != nil || len(l) != 1 {
			t.Errorf("%d listings, %v", len(l), err)
		}
	})
}

func TestProgressFillsTimesOnce(t *testing.T) {
	s := newShop(t, dbtest.SQLite(t))
	o := s.put(t, mer1, lock("A-1")).Order
	del := start.Add(-time.Hour)
	for range 2 { // telling it again changes nothing
		if got, err := s.Progress(ctx, mer1, order.Progress{Order: o.ID, Delivered: del}); err != nil || !got.Delivered.Equal(del) {
			t.Fatalf("%+v %v", got, err)
		}
	}
	if _, err := s.Progress(ctx, mer1, order.Progress{Order: o.ID, Delivered: del.Add(time.Minute)}); !casefile.Is(err, casefile.Conflict) {
		t.Errorf("another time: %v", err)
	}
	s.read(t, func(ctx context.Context, x tx.Tx) error {
		evs, err := s.line.Events(ctx, x, 1, o.Case, casefile.ForDesk, 0)
		if len(evs) != 2 {
			t.Errorf("%d events", len(evs))
		}
		return err
	})
}

func TestReferencesAreSealedWhenTheyCome(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		o := s.put(t, mer1, lock("A-1")).Order
		pack, list := photo(t, 40), photo(t, 200)
		before, err := s.AddReference(ctx, mer1, order.Incoming{Order: o.ID, Kind: order.PackingPhoto}, bytes.NewReader(pack))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.AddReference(ctx, mer1, order.Incoming{Listing: o.Listing, Kind: order.CataloguePhoto}, bytes.NewReader(list)); err != nil {
			t.Fatal(err)
		}
		s.later(time.Hour)
		filed := casefile.Moment{At: s.time(), Leaf: casefile.NoLeaf}
		s.later(time.Hour)
		if _, err := s.AddReference(ctx, mer1, order.Incoming{Order: o.ID, Kind: order.PackingPhoto}, bytes.NewReader(photo(t, 90))); err != nil {
			t.Fatal(err)
		}
		// The same bytes again, after the claim, stay what was sealed first.
		again, err := s.AddReference(ctx, mer1, order.Incoming{Order: o.ID, Kind: order.PackingPhoto}, bytes.NewReader(pack))
		if err != nil || again.Item != before.Item || !again.Sealed.At.Equal(before.Sealed.At) || again.SHA256 != sha256.Sum256(pack) {
			t.Errorf("again %+v, %v", again, err)
		}
		var refs []order.Reference
		s.read(t, func(ctx context.Context, x tx.Tx) (err error) {
			got, m, err := s.OfCase(ctx, x, 1, o.Case)
			if err != nil || got.References != 2 || m.Tier != order.TierNew {
				t.Errorf("%+v %+v %v", got, m, err)
			}
			refs, err = s.References(ctx, x, 1, got)
			return err
		})
		early, late := order.Counting(refs, filed)
		if len(early) != 2 || len(late) != 1 || len(s.index.all) != 3 {
			t.Errorf("%d before, %d after, %d indexed", len(early), len(late), len(s.index.all))
		}
		items, err := s.vault.Items(ctx, boss, o.Case)
		if err != nil || len(items) != 2 || items[0].Attached.IsZero() {
			t.Errorf("%d items, %v", len(items), err)
		}
		if _, err := s.AddReference(ctx, mer1, order.Incoming{Order: o.ID, Kind: order.CataloguePhoto}, bytes.NewReader(pack)); !casefile.Is(err, casefile.Invalid) {
			t.Errorf("a catalogue photo of an order: %v", err)
		}
		if _, err := s.AddReference(ctx, mer1, order.Incoming{Order: o.ID, Kind: order.PackingPhoto}, bytes.NewReader([]byte("PK\x03\x04 an archive"))); !casefile.Is(err, casefile.Invalid) {
			t.Errorf("an archive: %v", err)
		}
	})
}

// What was sealed later than the claim counts for nothing, whichever of clock and log says so.
func TestBeforeTheClaim(t *testing.T) {
	at := func(minutes int, leaf int64) casefile.Moment {
		return casefile.Moment{At: start.Add(time.Duration(minutes) * time.Minute), Leaf: leaf}
	}
	filed := at(60, 100)
	for _, c := range []struct {
		sealed casefile.Moment
		want   bool
	}{
		{at(59, 99), true}, {at(61, 101), false}, {at(60, 99), false},
		{at(0, 101), false}, // the clock was set back: the log knows better
		{at(61, 99), false}, {at(59, casefile.NoLeaf), true}, {casefile.Moment{}, false},
	} {
		if got := (order.Reference{Sealed: c.sealed}).Before(filed); got != c.want {
			t.Errorf("%v: %v", c.sealed, got)
		}
	}
	if (order.Reference{Sealed: at(0, 5)}).Before(casefile.Moment{}) {
		t.Error("before a claim that was never filed")
	}
}

func TestFindByNumberAndCode(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		o := s.put(t, mer1, lock("A-1")).Order
		s.put(t, mer1, lock("A-2", func(n *order.NewOrder) { n.Phone = "19900005555" }))
		ask := func(phone string) casefile.ID {
			t.Helper()
			challenge, err := s.RequestCode(ctx, 1, phone, someAddress, "zh")
			if err != nil || challenge.IsNil() {
				t.Fatal(err)
			}
			return challenge
		}
		challenge := ask("199 0000 1234")
		found, err := s.Redeem(ctx, 1, "A-1", challenge, s.codes.last)
		if err != nil || len(found) != 1 || found[0].Order.ID != o.ID || found[0].Token == "" {
			t.Fatalf("%+v %v", found, err)
		}
		// Everything that is wrong is one answer: a used code, an order of another phone, an order that is not here, a phone that is not known.
		_, used := s.Redeem(ctx, 1, "A-1", challenge, s.codes.last)
		challenge = ask("19900001234")
		_, theirs := s.Redeem(ctx, 1, "A-2", challenge, s.codes.last)
		challenge = ask("19900001234")
		_, absent := s.Redeem(ctx, 1, "A-999", challenge, s.codes.last)
		n := s.codes.n
		challenge = ask("19900007777")
		_, unknown := s.Redeem(ctx, 1, "A-1", challenge, "123456")
		_, foreign := s.Redeem(ctx, 2, "A-1", challenge, "123456")
		for name, err := range map[string]error{"used": used, "theirs": theirs, "absent": absent, "unknown": unknown, "foreign": foreign} {
			if got := fields(err); !slices.Equal(got, []string{"code:order.error.find"}) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if s.codes.n != n {
			t.Error("a code went to a phone that nobody has")
		}
	})
}

func TestHistoryOfABuyer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newShop(t, d)
		at := func(days int) time.Time { return start.AddDate(0, 0, -days) }
		bought := func(number string, days int, phone string) order.Order {
			return s.put(t, mer1, lock(number, func(n *order.NewOrder) {
				n.Phone, n.Price, n.Paid, n.Shipped, n.Delivered = phone, 10000, at(days), at(days), at(days).Add(time.Hour)
			})).Order
		}
		me := "19900001234"
		a, b, c := bought("1", 400, me), bought("2", 80, "+86 199 0000 1234"), bought("3", 20, me)
		bought("4", 3, me)
		bought("5", 20, "19900008888")
		claim := func(o order.Order, days int, kinds ...order.MarkKind) {
			ref := casefile.ID{byte(days), 1}
			for _, k := range kinds {
				for range 2 { // the same mark twice counts once
					s.write(t, func(ctx context.Context, x tx.Tx) error {
						return s.Mark(ctx, x, order.Mark{Tenant: 1, Case: o.Case, Ref: ref, Kind: k, At: at(days), Amount: 5000})
					})
				}
			}
		}
		claim(a, 390, order.MarkFiled, order.MarkForged)
		claim(b, 70, order.MarkFiled, order.MarkRefundOnly)
		claim(c, 10, order.MarkFiled, order.MarkWithdrawn)
		now := bought("6", 1, me)
		var h order.History
		s.read(t, func(ctx context.Context, x tx.Tx) (err error) {
			h, err = s.History(ctx, x, 1, now.Case, start)
			return err
		})
		if w := h.Last(30); w.Orders != 3 || w.OrdersFen != 30000 || w.Claims != 0 || w.Refunds != 0 {
			t.Errorf("30 days: %+v", w)
		}
		if w := h.Last(90); w.Orders != 4 || w.Claims != 1 || w.ClaimsFen != 5000 || w.RefundOnly != 1 || w.RefundOnlyFen != 5000 || w.Refunds != 1 {
			t.Errorf("90 days: %+v", w)
		}
		if w := h.Last(365); w.Orders != 4 || w.Forged != 0 || w.Claims != 1 {
			t.Errorf("365 days: %+v", w)
		}
		if !h.Known || h.Undisputed != 1 || !h.First.Equal(at(400)) { // only the third: its claim was withdrawn
			t.Errorf("undisputed %d, first %v", h.Undisputed, h.First)
		}
		// An erased buyer has no history, and no longer counts for anybody.
		s.write(t, func(ctx context.Context, x tx.Tx) error { return s.keeper.Destroy(ctx, x, 1, b.Subject) })
		s.read(t, func(ctx context.Context, x tx.Tx) (err error) {
			if h, err = s.History(ctx, x, 1, now.Case, start); h.Last(90).RefundOnly != 0 || h.Last(90).Orders != 3 {
				t.Errorf("after erasure: %+v", h.Last(90))
			}
			if err == nil {
				h, err = s.History(ctx, x, 1, b.Case, start)
			}
			if h.Known {
				t.Error("an erased buyer is known")
			}
			return err
		})
	})
}

func TestMerchantTiers(t *testing.T) {
	s := newShop(t, dbtest.SQLite(t))
	s.put(t, mer1, lock("A-1"))
	if _, err := s.ChangeMerchant(ctx, mer1, mer1.Merchant, "我自己", order.TierTrusted); !casefile.Is(err, casefile.NotFound) {
		t.Errorf("a merchant trusts itself: %v", err)
	}
	if m, err := s.ChangeMerchant(ctx, boss, mer1.Merchant, "禾木家电旗舰店", order.TierTrusted); err != nil || m.Tier != order.TierTrusted {
		t.Errorf("%+v %v", m, err)
	}
	s.read(t, func(ctx context.Context, x tx.Tx) error {
		for id, want := range map[casefile.ID]order.Tier{mer1.Merchant: order.TierTrusted, {9, 9}: order.TierNew} {
			if got, err := s.MerchantTier(ctx, x, 1, id); err != nil || got != want {
				t.Errorf("%s %v", got, err)
			}
		}
		return nil
	})
	if m, err := s.Merchants(ctx, mer2); err != nil || len(m) != 0 {
		t.Errorf("another merchant sees %+v, %v", m, err)
	}
}

func TestPagesOfOrders(t *testing.T) {
	s := newShop(t, dbtest.SQLite(t))
	many := make([]order.NewOrder, 25)
	for i := range many {
		many[i] = lock("N-" + string(rune('A'+i)))
	}
	many[3].Phone = "?"
	got, err := s.PutMany(ctx, mer1, many)
	if err != nil || got[3].Err == nil || got[4].Outcome != order.Created {
		t.Fatalf("%v %+v", err, got[3])
	}
	seen := map[string]bool{}
	var after order.Cursor
	for range 10 {
		rows, err := s.Orders(ctx, mer1, order.Query{After: after, Limit: 7})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			if seen[r.Number] {
				t.Errorf("%s twice", r.Number)
			}
			seen[r.Number] = true
			after = order.Cursor{At: r.Created, ID: r.ID}
		}
	}
	if len(seen) != 24 {
		t.Errorf("%d orders", len(seen))
	}
	if rows, err := s.Orders(ctx, mer1, order.Query{Number: "N-A"}); err != nil || len(rows) != 1 {
		t.Errorf("by number: %d, %v", len(rows), err)
	}
	if _, err := s.PutMany(ctx, mer1, make([]order.NewOrder, order.MaxMany+1)); !casefile.Is(err, casefile.TooLarge) {
		t.Errorf("too many: %v", err)
	}
}
