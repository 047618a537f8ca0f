package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"anxin/internal/app"
	"anxin/internal/casefile"
	"anxin/internal/config"
	"anxin/internal/service"
)

// BenchmarkDurableAccepts measures how many reports per second are accepted durably on SQLite by 64 clients: with group commit, with one transaction each on
// a connection each (what programs do that know nothing of each other's writes), and with one transaction each in turn (our queue without groups), in the
// same run, beside what the disk can fsync. Each report is the whole command: resolved address, sealed fields, clocks, timers,
// outbox, timeline and log.
//
//	go test ./internal/e2e -run '^$' -bench DurableAccepts -benchtime 3s
func BenchmarkDurableAccepts(b *testing.B) {
	dir := b.TempDir()
	syncs := fsyncRate(b, dir)
	each, eachP99, _ := accepts(b, filepath.Join(dir, "each"), -1)
	single, singleP99, singleCPU := accepts(b, filepath.Join(dir, "single"), 1)
	group, groupP99, groupCPU := accepts(b, filepath.Join(dir, "group"), 0)
	b.ReportMetric(groupCPU, "cpu-µs")
	b.ReportMetric(singleCPU, "one-each-in-turn-cpu-µs")
	b.ReportMetric(group, "accepts/s")
	b.ReportMetric(each, "one-each/s")
	b.ReportMetric(group/each, "ratio")
	b.ReportMetric(single, "one-each-in-turn/s")
	b.ReportMetric(group/single, "ratio-in-turn")
	b.ReportMetric(float64(groupP99.Microseconds())/1000, "p99-ms")
	b.ReportMetric(float64(eachP99.Microseconds())/1000, "one-each-p99-ms")
	b.ReportMetric(float64(singleP99.Microseconds())/1000, "one-each-in-turn-p99-ms")
	b.ReportMetric(syncs, "fsync/s")
	b.ReportMetric(0, "ns/op")
}

const benchFor = 5 * time.Second

// accepts lets 64 clients report for a while and answers the rate, the 99th percentile of the time to the durable receipt, and the processor time of one
// report in microseconds, which does not depend on who else uses the machine.
func accepts(b *testing.B, dir string, batch int) (perSecond float64, p99 time.Duration, cpu float64) {
	b.Helper()
	ctx := context.Background()
	s, err := app.OpenStore(ctx, app.Options{Config: config.Default(), DataDir: dir, WriteBatch: batch})
	if err != nil {
		b.Fatal(err)
	}
	c, err := app.NewCore(s)
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	var n atomic.Int64
	report := func(client int) error {
		i := n.Add(1)
		_, err := c.Service.Report(ctx, casefile.Actor{Tenant: app.Tenant, Role: casefile.Customer, Route: "api", Lang: "zh"}, service.Report{
			Key: "bench-report-" + strconv.FormatInt(i, 10), Kind: service.Repair, Product: "smart_lock", Fault: "keypad", Urgency: service.Express,
			Name: "李禾生", Phone: fmt.Sprintf("199%08d", i), Address: "浙江省杭州市西湖区竹影巷31号2幢1单元802", Words: "屏幕不亮，换过电池。",
		})
		return err
	}
	if err := report(0); err != nil { // the first call builds indexes and statements
		b.Fatal(err)
	}
	const clients = 64
	took := make([][]time.Duration, clients)
	end := time.Now().Add(benchFor)
	start, used := time.Now(), processorTime()
	var wg sync.WaitGroup
	for i := range clients {
		wg.Go(func() {
			for time.Now().Before(end) {
				t := time.Now()
				err := report(i)
				for casefile.Is(err, casefile.Unavailable) && batch < 0 {
					err = report(i) // without a writer of its own SQLite answers "busy" to whom it kept waiting too long
				}
				if err != nil {
					b.Error(err)
					return
				}
				took[i] = append(took[i], time.Since(t))
			}
		})
	}
	wg.Wait()
	used = processorTime() - used
	all := slices.Concat(took...)
	slices.Sort(all)
	if len(all) == 0 {
		b.Fatal("nothing was accepted")
	}
	return float64(len(all)) / time.Since(start).Seconds(), all[len(all)*99/100], float64(used.Microseconds()) / float64(len(all))
}

// processorTime is what this process has used so far.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// fsyncRate is how often per second this disk makes a 4 kB write durable.
func fsyncRate(b *testing.B, dir string) float64 {
	b.Helper()
	f, err := os.Create(filepath.Join(dir, "fsync"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	page := make([]byte, 4096)
	n, start := 0, time.Now()
	for ; time.Since(start) < time.Second; n++ {
		if _, err := f.WriteAt(page, int64(n%256)*4096); err != nil {
			b.Fatal(err)
		}
		if err := f.Sync(); err != nil {
			b.Fatal(err)
		}
	}
	return float64(n) / time.Since(start).Seconds()
}
