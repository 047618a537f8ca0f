package clockdb_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/clock"
	"anxin/internal/clock/clockdb"
	"anxin/internal/db"
	"anxin/internal/db/dbtest"
	"anxin/internal/tx"
)

// meter remembers how late each run began.
type meter struct {
	mu   sync.Mutex
	late []time.Duration
	all  func()
	want int
}

func (m *meter) Ran(_ clock.Lane, _ string, o clock.Outcome, late, _ time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if o != clock.Done {
		panic("outcome " + string(o))
	}
	if m.late = append(m.late, late); len(m.late) == m.want {
		m.all()
	}
}

// BenchmarkTenThousandAtOnce sets 10,000 timers for the same moment, among 40,000 that wait for another day, on a database on the disk, and prints how late the
// last of them ran, beside the fsync rate of that disk. Each handler writes a row of its own in its transaction.
//
//	go test ./internal/clock/clockdb -run '^$' -bench TenThousand -benchtime 1x
func BenchmarkTenThousandAtOnce(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { tenThousand(b, dbtest.SQLite(b), true) })
	b.Run("postgres", func(b *testing.B) { tenThousand(b, dbtest.Postgres(b), false) })
}

func tenThousand(b *testing.B, d *db.DB, alone bool) {
	const n = 10_000
	disk := fsyncRate(b)
	for range b.N {
		run, stop := context.WithCancel(ctx)
		m := &meter{all: stop, want: n}
		c := clock.New(d, clockdb.Store{}, casefile.Source{}, clock.Options{Meter: m, Alone: alone})
		c.Handle("k", clock.Handler{In: func(ctx context.Context, x tx.Tx, tm clock.Timer) error {
			return c.Set(ctx, x, clock.Timer{Tenant: 1, Kind: "after", Case: tm.Case, Due: tm.Due.Add(time.Hour)})
		}})
		fill(b, d, c, "later", 40_000, time.Now().AddDate(0, 0, 2))
		due := time.Now().Add(5 * time.Second)
		fill(b, d, c, "k", n, due)
		if time.Now().After(due) {
			b.Fatal("setting them took too long to measure lateness")
		}
		b.ResetTimer()
		if err := c.Run(run); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		slices.Sort(m.late)
		b.ReportMetric(disk, "fsyncs/s")
		b.ReportMetric(m.late[n/2].Seconds(), "s-late-p50")
		b.ReportMetric(m.late[n*99/100].Seconds(), "s-late-p99")
		b.ReportMetric(m.late[n-1].Seconds(), "s-late-max")
		b.ReportMetric(n/m.late[n-1].Seconds(), "timers/s")
	}
}

func fill(b *testing.B, d *db.DB, c *clock.Clock, kind string, n int, due time.Time) {
	for range n / 1000 {
		err := d.Write(ctx, func(ctx context.Context, x tx.Tx) error {
			for range 1000 {
				if err := c.Set(ctx, x, clock.Timer{Tenant: 1, Kind: kind, Case: casefile.Source{}.NewID(), Due: due}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// fsyncRate measures how often a second this disk makes 4 kB durable.
func fsyncRate(b *testing.B) float64 {
	f, err := os.Create(filepath.Join(b.TempDir(), "fsync"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	page := make([]byte, 4096)
	began, n := time.Now(), 0
	for time.Since(began) < 300*time.Millisecond {
		if _, err := f.Write(page); err != nil {
			b.Fatal(err)
		}
		if err := f.Sync(); err != nil {
			b.Fatal(err)
		}
		n++
	}
	return float64(n) / time.Since(began).Seconds()
}
