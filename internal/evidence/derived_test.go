package evidence_test

import (
	"bytes"
	"context"
	"io"
	"testing"

	"anxin/internal/casefile"
	"anxin/internal/db"
	"anxin/internal/db/dbtest"
	"anxin/internal/evidence"
	"anxin/internal/tx"
)

// What a check draws from a picture lies under its key, is for reviewers and leads alone, is no item of the case for anybody, and goes where its source goes.
func TestDerivedRecords(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		src := w.receive(t, photo(t, 90))
		mask := []byte("\x89PNG mask")
		ids, write, err := w.Keep(ctx, 1, w.c.ID, src.ID, []evidence.Derived{{Kind: evidence.KindMatchMask, Media: "image/png", Width: 640, Height: 480, Bytes: mask}, {Kind: evidence.KindMatchOverlay, Media: "image/jpeg", Bytes: photo(t, 3)}})
		if err != nil || len(ids) != 2 {
			t.Fatal(ids, err)
		}
		reviewer := casefile.Actor{Tenant: 1, Role: casefile.Reviewer, ID: casefile.ID{8}, Route: "web"}
		if _, err := w.OpenDerived(ctx, reviewer, w.c.ID, ids[0]); !casefile.Is(err, casefile.NotFound) {
			t.Errorf("before it was written down: %v", err)
		}
		w.write(t, write)
		c, err := w.OpenDerived(ctx, reviewer, w.c.ID, ids[0])
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(c)
		if err != nil || !bytes.Equal(got, mask) || c.Item.Media != "image/png" || c.Item.Source != src.ID || c.Item.Width != 640 {
			t.Errorf("%q %+v %v", got, c.Item, err)
		}
		c.Close()
		for name, a := range map[string]casefile.Actor{"buyer": customer, "merchant": {Tenant: 1, Role: casefile.Merchant, ID: casefile.ID{7}}, "agent": agent, "another tenant": {Tenant: 2, Role: casefile.Reviewer, ID: casefile.ID{8}}} {
			if _, err := w.OpenDerived(ctx, a, w.c.ID, ids[0]); !casefile.Is(err, casefile.NotFound) {
				t.Errorf("%s: %v", name, err)
			}
			if _, err := w.Open(ctx, a, w.c.ID, ids[0], evidence.Original); !casefile.Is(err, casefile.NotFound) {
				t.Errorf("%s opens it as an item: %v", name, err)
			}
		}
		if _, err := w.OpenDerived(ctx, reviewer, w.c.ID, src.ID); !casefile.Is(err, casefile.NotFound) {
			t.Errorf("an item as something derived: %v", err)
		}
		w.deny = evidence.UseSee
		if _, err := w.OpenDerived(ctx, reviewer, w.c.ID, ids[0]); !casefile.Is(err, casefile.NotFound) {
			t.Errorf("who may not see the source: %v", err)
		}
		w.deny = ""
		if list, err := w.Items(ctx, agent, w.c.ID); err != nil || len(list) != 1 {
			t.Errorf("%d items, %v", len(list), err)
		}
		if b, err := w.ExamineSmall(ctx, 1, w.c.ID, src.ID); err != nil || !bytes.Equal(b, photo(t, 90)) {
			t.Errorf("a small picture is read as received: %v", err)
		}
		if err := w.Remove(ctx, casefile.SystemActor(1), w.c.ID, "erased"); err != nil {
			t.Fatal(err)
		}
		if _, err := w.OpenDerived(ctx, reviewer, w.c.ID, ids[0]); !casefile.Is(err, casefile.NotFound) {
			t.Errorf("after its source was removed: %v", err)
		}
		// Drawn while the source was being removed: nothing is written.
		if _, _, err := w.Keep(ctx, 1, w.c.ID, src.ID, nil); !casefile.Is(err, casefile.NotFound) {
			t.Errorf("drawn from what is gone: %v", err)
		}
		if _, _, err := w.Keep(ctx, 1, w.c.ID, w.receive(t, photo(t, 91)).ID, []evidence.Derived{{Kind: "report_photo"}}); !casefile.Is(err, casefile.Internal) {
			t.Errorf("something derived as a photograph: %v", err)
		}
		var n int
		if err := d.Read(ctx, func(ctx context.Context, x tx.Tx) error {
			all, err := w.Store.Items(ctx, x, 1, w.c.ID)
			for _, i := range all {
				if i.Note != evidence.NoteRemoved && i.IsCopy() {
					n++
				}
			}
			return err
		}); err != nil || n != 0 {
			t.Errorf("%d copies left, %v", n, err)
		}
	})
}

// A marked copy is made once, from the plain one, and is nothing that can be asked for by itself.
func TestMarkedCopies(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	src := w.receive(t, photo(t, 90))
	drawn := 0
	draw := func(_ context.Context, b []byte) ([]byte, error) {
		drawn++
		return append(bytes.Clone(b), "marked"...), nil
	}
	plain, _ := w.read(t, src.ID, evidence.Display)
	for range 2 {
		c, err := w.OpenMarked(ctx, customer, w.c.ID, src.ID, evidence.Display, "2", draw)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(c)
		if err != nil || string(b) != string(plain)+"marked" || c.Item.Source != src.ID || c.Item.Width != 640 {
			t.Errorf("%d bytes, %+v, %v", len(b), c.Item, err)
		}
		c.Close()
	}
	if again, _ := w.read(t, src.ID, evidence.Display); drawn != 1 || !bytes.Equal(again, plain) {
		t.Errorf("drawn %d times, or the plain copy changed", drawn)
	}
	if _, err := w.OpenMarked(ctx, customer, w.c.ID, src.ID, evidence.Original, "2", draw); !casefile.Is(err, casefile.NotFound) {
		t.Errorf("a mark on the original: %v", err)
	}
	w.deny = evidence.UseSee
	if _, err := w.OpenMarked(ctx, customer, w.c.ID, src.ID, evidence.Display, "2", draw); !casefile.Is(err, casefile.NotFound) {
		t.Errorf("who may not see it: %v", err)
	}
}
