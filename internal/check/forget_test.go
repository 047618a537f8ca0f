package check_test

import (
	"context"
	"testing"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/check"
	"anxin/internal/db"
	"anxin/internal/db/dbtest"
	"anxin/internal/tx"
)

// What was removed is not recognised any more, by its bytes, its look or its frames, although the index in memory has seen it; nor does work that was under way leave
// anything behind.
func TestForgotten(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		show := func(name string, files map[string][]byte) check.Round {
			c := b.newCase(t, 1, name)
			r := check.Round{Tenant: 1, Case: c, Claim: b.id("claim of " + name), Subject: b.id("buyer of " + name)}
			for _, media := range []string{"image/jpeg", "video/mp4"} {
				r.Items = append(r.Items, b.seal(1, c, name+" "+media, media, files[media]))
			}
			b.later(time.Minute)
			b.start(t, r)
			b.due(t)
			return r
		}
		files := map[string][]byte{"image/jpeg": jpegOf(t, scene(1), 90), "video/mp4": []byte("film 1 2 3 4 5 6")}
		related := func(r check.Round) (n int) {
			all, _ := b.signals(t, r)
			for _, s := range all {
				n += len(s.Related)
			}
			return n
		}
		first, second := show("first", files), show("second", files)
		if related(second) == 0 {
			t.Fatal("the same files of another's claim are not recognised: the test shows nothing")
		}
		for _, r := range []check.Round{first, second} {
			for _, item := range r.Items {
				b.write(t, func(ctx context.Context, x tx.Tx) error { return b.Service.Forget(ctx, x, 1, item) })
			}
		}
		if n := related(show("third", files)); n != 0 {
			t.Errorf("%d relations to what was removed", n)
		}
		b.write(t, func(ctx context.Context, x tx.Tx) error {
			if err := store.SetSketch(ctx, x, 1, first.Items[0], []byte("late")); err != nil {
				return err
			}
			return store.SetFilm(ctx, x, 1, first.Items[1], check.Film{State: check.FilmOK}, b.src.Now())
		})
		b.write(t, func(ctx context.Context, x tx.Tx) error {
			if _, err := store.Film(ctx, x, 1, first.Items[1]); !casefile.Is(err, casefile.NotFound) {
				t.Errorf("frames of a removed video: %v", err)
			}
			return nil
		})
	})
}
