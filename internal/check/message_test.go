package check_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/check"
	"anxin/internal/db"
	"anxin/internal/db/dbtest"
	"anxin/internal/tx"
)

// send seals something that was exchanged and puts it into the index.
func (b *bench) send(t testing.TB, m check.Media, name string, raw []byte) casefile.ID {
	t.Helper()
	if m.Type == "" {
		m.Type = "image/jpeg"
	}
	m.Item = b.seal(m.Tenant, m.Case, name, m.Type, raw)
	f := b.files[m.Item]
	m.SHA256, m.Sealed = f.SHA256, f.Sealed
	b.write(t, func(ctx context.Context, x tx.Tx) error { return b.Add(ctx, x, m) })
	return m.Item
}

// What was exchanged before a claim - with a report, on a visit, in a chat, in the merchant's answer to an earlier claim - is searched like everything else and called by what it is; and so are
// references of the same product in other orders.
func TestGoldenMessages(t *testing.T) {
	b := newBench(t, dbtest.SQLite(t), only("exact_reuse"), only("near_reuse"), only("same_photograph"))
	mine, repair, hers, shopCase := b.newCase(t, 1, "case"), b.newCase(t, 1, "repair case"), b.newCase(t, 1, "her case"), b.newCase(t, 1, "other order case")
	me, meBefore, her, shop, product := b.id("buyer"), b.id("buyer before"), b.id("stranger"), b.id("merchant"), b.id("product")
	b.buyers[me], b.buyers[meBefore], b.buyers[her] = "1", "1", "2"
	order := b.id("order")
	file := func(seed uint64) []byte { return jpegOf(t, fine(seed), 90) }
	sent := func(tenant casefile.Tenant, role check.Role, c, owner, who casefile.ID, name string, seed uint64) {
		b.send(t, check.Media{Tenant: tenant, Case: c, Owner: owner, Subject: who, Merchant: shop, Role: role}, name, file(seed))
	}
	sent(1, check.RoleReport, repair, b.id("request"), meBefore, "photo of the report", 1)
	sent(1, check.RoleVisit, mine, b.id("request"), me, "photo of the visit", 2)
	sent(1, check.RoleChat, mine, order, me, "picture of the chat", 3)
	sent(1, check.RoleAnswer, hers, b.id("her claim"), her, "picture of the answer to her", 4)
	sent(1, check.RoleReport, hers, b.id("her request"), her, "photo of her report", 5)
	b.send(t, check.Media{Tenant: 1, Case: shopCase, Owner: b.id("other order"), Merchant: shop, Product: product, Role: check.RoleReference}, "packing photo of another order", file(6))
	abroad := b.newCase(t, 2, "abroad")
	sent(2, check.RoleReport, abroad, b.id("request abroad"), b.id("somebody abroad"), "photo of a report abroad", 8)

	r := check.Round{Tenant: 1, Case: mine, Claim: b.id("claim"), Subject: me, Merchant: shop, Product: product, Owners: []casefile.ID{order}, Filed: casefile.Moment{At: b.src.Now(), Leaf: casefile.NoLeaf}}
	show := func(name string, raw []byte) {
		r.Items = append(r.Items, b.seal(1, mine, name, "image/jpeg", raw))
	}
	show("a: the report's, again", file(1))
	show("b: the report's, with a crack", jpegOf(t, cracked(fine(1), 150), 80))
	show("c: the chat's, saved again", jpegOf(t, fine(3), 70))
	show("d: the chat's, with a crack", jpegOf(t, cracked(fine(3), 120), 80))
	show("e: hers, saved again", jpegOf(t, fine(5), 70))
	show("f: the answer to her, again", file(4))
	show("g: another order's, with a crack", jpegOf(t, cracked(fine(6), 100), 80))
	show("h: like one abroad", file(8))
	b.later(time.Minute)
	sent(1, check.RoleChat, mine, order, me, "picture of the chat, after the claim", 7)
	b.later(time.Minute)
	show("i: the chat's after the claim", jpegOf(t, fine(7), 70))
	b.due(t)
	b.start(t, r)
	b.due(t)
	all, _ := b.signals(t, r)
	golden(t, "messages", b.text(all))
	for _, s := range all {
		for _, x := range s.Related {
			if b.names[x.Case] == "abroad" {
				t.Error("a tenant sees what another one received")
			}
			if x.Relation == check.RelMessageLater && s.Strength != check.Neutral {
				t.Errorf("what came after the claim counts: %+v", s)
			}
		}
	}
}

// What older items lack is made bit by bit after a start: a killed run repeats one batch, what is gone is not looked for again, and another start finds nothing to do.
func TestFill(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d, only("near_reuse"))
		c, order := b.newCase(t, 1, "case"), b.id("order")
		var items []casefile.ID
		for n := range 11 {
			items = append(items, b.refer(t, 1, c, order, "old", "image/jpeg", jpegOf(t, scene(uint64(n)), 90)))
		}
		film := b.refer(t, 1, c, order, "old film", "video/mp4", []byte("film 1 2 3 4"))
		gone := b.refer(t, 1, c, order, "gone", "image/jpeg", jpegOf(t, scene(20), 90))
		delete(b.files, gone)
		// As it was before sketches were made: the prints are there, nothing else, and no job waits.
		b.write(t, func(ctx context.Context, x tx.Tx) error {
			for _, id := range append(items, film, gone) {
				for _, kind := range []string{check.PrintKind, check.FilmKind} {
					if err := b.clock.Cancel(ctx, x, 1, kind+"/"+id.String()); err != nil {
						return err
					}
				}
			}
			return nil
		})
		lacking := func() (n int) {
			if err := d.Read(ctx, func(ctx context.Context, x tx.Tx) error {
				list, err := store.Lacking(ctx, x, 1, casefile.Nil, true, 100)
				n = len(list)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return n
		}
		if n := lacking(); n != 13 {
			t.Fatalf("%d items lack something", n)
		}
		if err := b.Fill(ctx, 1); err != nil {
			t.Fatal(err)
		}
		looked := 0
		b.hang = func(context.Context) error { // the machine goes down in the second batch
			if looked++; looked > 9 {
				return errors.New("down")
			}
			return nil
		}
		if _, err := b.clock.RunDue(ctx); err != nil {
			t.Fatal(err)
		}
		b.hang = nil
		b.later(time.Minute)
		if n := lacking(); n != 5 {
			t.Errorf("%d items lack something after one batch of eight", n)
		}
		if err := b.Fill(ctx, 1); err != nil { // another start: what is under way goes on
			t.Fatal(err)
		}
		b.due(t)
		if n := lacking(); n != 0 || b.films != 1 {
			t.Errorf("%d items lack something, %d videos were looked at", n, b.films)
		}
		if err := b.Fill(ctx, 1); err != nil {
			t.Fatal(err)
		}
		if n, err := b.clock.RunDue(ctx); n != 0 || err != nil {
			t.Errorf("%d jobs with nothing to do, %v", n, err)
		}
		// The sketch is of use: a search finds the picture by it.
		if err := d.Read(ctx, func(ctx context.Context, x tx.Tx) error {
			k, err := store.Sketched(ctx, x, 1, items[3])
			if len(k.Sketch) < 32 || k.State != check.PrintOK {
				t.Errorf("%d bytes of a sketch, %s", len(k.Sketch), k.State)
			}
			return err
		}); err != nil {
			t.Error(err)
		}
	})
}
