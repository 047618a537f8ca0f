package service_test

import (
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"anxin/internal/db"
	"anxin/internal/service"
)

// Reports per second of 64 clients on SQLite, each durable before it is acknowledged: writers that wait for the disk share a commit ("grouped"), against one
// transaction each ("alone") in the same run. Run with -benchtime=3x or so: each iteration is 640 reports.
func BenchmarkReport(b *testing.B) {
	for _, c := range []struct {
		name  string
		batch int
	}{{"alone", 1}, {"grouped", 0}} {
		b.Run(c.name, func(b *testing.B) {
			d, err := db.Open(ctx, db.Options{URL: filepath.Join(b.TempDir(), "anxin.db"), Batch: c.batch})
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { d.Close() })
			if _, err := d.Migrate(ctx); err != nil {
				b.Fatal(err)
			}
			h := newHouse(b, d)
			h.hire("HM-1001", nil)
			var n atomic.Int64
			var worst atomic.Int64
			b.ResetTimer()
			for b.Loop() {
				var wg sync.WaitGroup
				for range 64 {
					wg.Go(func() {
						for range 640 / 64 {
							i := n.Add(1)
							began := time.Now()
							if _, err := h.svc.Report(ctx, visitor(), benchForm(i)); err != nil {
								b.Error(err)
							}
							for took := int64(time.Since(began)); ; {
								was := worst.Load()
								if took <= was || worst.CompareAndSwap(was, took) {
									break
								}
							}
						}
					})
				}
				wg.Wait()
			}
			b.ReportMetric(float64(n.Load())/b.Elapsed().Seconds(), "reports/s")
			b.ReportMetric(float64(worst.Load())/1e6, "worst-ms")
		})
	}
}

func benchForm(i int64) service.Report {
	return service.Report{Key: fmt.Sprintf("bench-key-%09d", i), Kind: service.Repair, Product: "smart_lock", Fault: "keypad", Words: "按键没反应", Urgency: service.Flexible,
		Name: "李木清", Phone: fmt.Sprintf("1990000%04d", i%10000), Address: "杭州西湖区竹影巷31号2幢1单元802", Lang: "zh"}
}
