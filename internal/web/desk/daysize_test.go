package desk

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"testing"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/i18n"
	"anxin/internal/web/ui"
	"anxin/internal/web/webtest"
)

// fullDay is 200 technicians with eight visits each.
func fullDay(pg ui.Page) Day {
	v := demoDay(pg)
	places := demoPlaces(pg)
	v.Rows = nil
	for i := range 200 {
		r := DayRow{ID: demoID(byte(i)), Code: fmt.Sprintf("HM-%04d", i), Name: "周建国", Shifts: []Slot{{at(pg, 8, 0), at(pg, 12, 0)}, {at(pg, 13, 0), at(pg, 20, 0)}}}
		for k := range 8 {
			from := at(pg, 8+k, 30*(i%2))
			p := places[(i+k)%len(places)]
			r.Visits = append(r.Visits, DayVisit{Number: casefile.Number(fmt.Sprintf("2611241%05d", i*8+k)), Order: k + 1, Kind: "repair", State: "accepted", Region: p.Name, Place: p, From: from,
				To: from.Add(45 * time.Minute), Way: Way{Depart: from.Add(-12 * time.Minute), Arrive: from, Travel: 12 * time.Minute, DistanceM: 4100}})
		}
		r.lanes()
		v.Rows = append(v.Rows, r)
	}
	v.hours(pg.P.Now)
	return v
}

// A dispatcher opens this page all day long: it has to stay small on the wire with the most technicians it shows.
func TestAFullDayStaysSmall(t *testing.T) {
	pg := webtest.Page(t, i18n.ZH)
	var b bytes.Buffer
	if err := DayPage(pg, fullDay(pg)).Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	var z bytes.Buffer
	w, _ := gzip.NewWriterLevel(&z, 5)
	if _, err := w.Write(b.Bytes()); err != nil {
		t.Fatal(err)
	}
	w.Close()
	t.Logf("%d bytes, %d compressed", b.Len(), z.Len())
	if b.Len() > 1_300_000 || z.Len() > 110_000 {
		t.Errorf("%d bytes, %d compressed", b.Len(), z.Len())
	}
}

func BenchmarkFullDay(b *testing.B) {
	pg := webtest.Page(b, i18n.ZH)
	v := fullDay(pg)
	for b.Loop() {
		var out bytes.Buffer
		if err := DayPage(pg, v).Render(b.Context(), &out); err != nil {
			b.Fatal(err)
		}
	}
}
