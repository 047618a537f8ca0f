package order_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/db/dbtest"
	"anxin/internal/order"
)

// BenchmarkImport reads, stages and brings in a file of 10,000 orders; run it with -benchtime 1x. It prints lines a second for the reading with its comparison and
// for the bringing in, the time of the same file again, and the memory of the heap in between.
func BenchmarkImport(b *testing.B) {
	const n = 10_000
	var file strings.Builder
	file.WriteString(head)
	for i := range n {
		file.WriteString(csvLine(i))
	}
	for b.Loop() {
		s := newShop(b, dbtest.SQLite(b))
		begun := time.Now()
		i, err := s.Stage(ctx, mer1, casefile.Nil, strings.NewReader(file.String()))
		if err != nil || i.Fresh != n {
			b.Fatal(i, err)
		}
		staged := time.Since(begun)
		if _, err := s.Begin(ctx, mer1, i.ID); err != nil {
			b.Fatal(err)
		}
		begun = time.Now()
		s.run(b)
		in := time.Since(begun)
		var mem runtime.MemStats
		runtime.ReadMemStats(&mem)
		done, _, _, err := s.Import(ctx, mer1, i.ID)
		if err != nil || done.State != order.ImportDone || done.Made != n {
			b.Fatalf("%+v %v", done, err)
		}
		begun = time.Now()
		again, err := s.Stage(ctx, mer1, casefile.Nil, strings.NewReader(file.String()))
		if err != nil || again.Same != n {
			b.Fatal(again, err)
		}
		b.ReportMetric(n/staged.Seconds(), "staged/s")
		b.ReportMetric(n/in.Seconds(), "brought-in/s")
		b.ReportMetric(n/time.Since(begun).Seconds(), "compared/s")
		b.ReportMetric(float64(mem.HeapInuse)/1e6, "MB-heap")
	}
	b.Log(fmt.Sprint(n, " orders"))
}
