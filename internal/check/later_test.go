package check_test

import (
	"testing"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/check"
	"anxin/internal/db/dbtest"
)

// Until the time that was set nothing looks at pictures: rounds end at once and the claim goes on; what is found is written when it is looked at.
func TestPicturesAreLookedAtLater(t *testing.T) {
	b := newBench(t, dbtest.SQLite(t))
	b.Service.Later = start.Add(time.Hour)
	c := b.newCase(t, 1, "case")
	r := check.Round{Tenant: 1, Case: c, Claim: b.id("claim"), Items: []casefile.ID{b.seal(1, c, "one", "image/jpeg", jpegOf(t, scene(1), 90))}}
	b.start(t, r)
	b.due(t)
	if all, st := b.signals(t, r); len(all) != 0 || st.Outcome != check.Finished || len(b.told) != 1 {
		t.Fatalf("%d signals, %+v, told %v", len(all), st, b.told)
	}
	b.later(time.Hour)
	b.due(t)
	if all, st := b.signals(t, r); len(all) < len(check.All()) || st.Outcome != check.Finished || len(b.told) != 1 {
		t.Errorf("%d signals, %+v, told %v", len(all), st, b.told)
	}
}
