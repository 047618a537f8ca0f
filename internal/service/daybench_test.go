package service_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"anxin/internal/db"
	"anxin/internal/service"
)

// The dispatcher's day with 200 technicians of eight visits each on SQLite: the page's query, the same with a case's alternatives for everybody, and "who could
// come" on the case. Filling it takes longer than measuring: -benchtime=20x.
func BenchmarkDay(b *testing.B) {
	d, err := db.Open(ctx, db.Options{URL: filepath.Join(b.TempDir(), "anxin.db"), Unsynced: true})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { d.Close() })
	if _, err := d.Migrate(ctx); err != nil {
		b.Fatal(err)
	}
	h := newHouse(b, d)
	day := time.Date(2026, 11, 25, 0, 55, 0, 0, time.UTC) // 8:55 in China on the day after
	n := int64(0)
	for i := range 200 {
		id := h.hire(fmt.Sprintf("HM-%04d", 1000+i), far(float64(i%12)-6))
		for k := range 8 {
			n++
			rc, err := h.svc.Report(ctx, visitor(), benchForm(n))
			h.ok(err)
			from := day.Add(time.Duration(k) * 84 * time.Minute)
			_, err = h.svc.Pin(ctx, dispatcher(), service.Pin{Case: rc.Case, Technician: id, From: from, To: from.Add(30 * time.Minute)})
			h.ok(err)
		}
	}
	open := h.report(booked(22*time.Hour, 30*time.Hour))
	b.Run("page", func(b *testing.B) {
		for b.Loop() {
			p, err := h.svc.Day(ctx, dispatcher(), service.DayQuery{Date: day, Region: "3301"})
			if err != nil || len(p.Rows) != 200 || len(p.Rows[0].Commitments) != 8 {
				b.Fatal(len(p.Rows), err)
			}
		}
	})
	b.Run("with-case", func(b *testing.B) {
		for b.Loop() {
			p, err := h.svc.Day(ctx, dispatcher(), service.DayQuery{Date: day, Region: "3301", Case: open.Case})
			if err != nil || len(p.Case.Candidates) != 200 {
				b.Fatal(err)
			}
		}
	})
	b.Run("candidates", func(b *testing.B) {
		for b.Loop() {
			if rows, err := h.svc.Candidates(ctx, dispatcher(), open.Case); err != nil || len(rows) != 200 {
				b.Fatal(len(rows), err)
			}
		}
	})
}
