package claim_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/claim"
	"anxin/internal/claim/claimdb"
	"anxin/internal/clock"
	"anxin/internal/clock/clockdb"
	"anxin/internal/db"
	"anxin/internal/tx"
)

const killEnv = "ANXIN_CLAIM_KILL_TEST"

// TestKillNineOnClaims lets a process work off the deadlines of many claims, kills it with SIGKILL at odd moments again and again, and then looks: every claim went on exactly once.
// ANXIN_KILLS sets how often.
func TestKillNineOnClaims(t *testing.T) {
	if path := os.Getenv(killEnv); path != "" {
		claimVictim(t, path)
		return
	}
	kills := 5
	if n, err := strconv.Atoi(os.Getenv("ANXIN_KILLS")); err == nil {
		kills = n
	}
	claims := max(60, 6*kills)
	path := filepath.Join(t.TempDir(), "anxin.db")
	d := openAt(t, path)
	h := newHouse(t, d)
	mine := tenant
	var list []*matter
	for range claims {
		list = append(list, h.order().file(nil).checked())
	}
	for i := range kills {
		cmd := exec.Command(os.Args[0], "-test.run=^TestKillNineOnClaims$")
		cmd.Env = append(os.Environ(), killEnv+"="+path)
		out, err := cmd.StdoutPipe()
		h.ok(err)
		h.ok(cmd.Start())
		lines := bufio.NewScanner(out)
		for n := 0; n < 1+i%3 && lines.Scan(); n++ { // it says a line per claim; kill it in the middle of others
		}
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	tenant = mine
	h.mu.Lock()
	h.now = start.Add(49 * time.Hour)
	h.mu.Unlock()
	before := 0
	for _, m := range list {
		if m.row().Facts.State == claim.InReview {
			before++
		}
	}
	finish := clock.New(d, h.clockStore(), casefile.Source{Clock: h.time}, clock.Options{Alone: true})
	h.handleOn(finish)
	run, stop := context.WithTimeout(ctx, 60*time.Second)
	defer stop()
	go func() {
		for run.Err() == nil {
			if !slices.ContainsFunc(list, func(m *matter) bool { return m.row().Facts.State != claim.InReview }) {
				stop()
			}
			time.Sleep(50 * time.Millisecond)
		}
	}()
	h.ok(finish.Run(run))
	for _, m := range list {
		m.in(claim.InReview)
		events, windows, clocks := m.count()
		if events != 1 || windows != 1 || clocks != 1 {
			t.Errorf("a claim lapsed %d times, has %d lapsed windows and %d review clocks", events, windows, clocks)
		}
	}
	t.Logf("%d kills; %d of %d claims had gone on before the last start", kills, before, claims)
}

func openAt(t testing.TB, path string) *db.DB {
	t.Helper()
	d, err := db.Open(ctx, db.Options{URL: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	if _, err := d.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	return d
}

// claimVictim is the process that is killed.
func claimVictim(t *testing.T, path string) {
	options.Alone = true
	h := newHouse(t, openAt(t, path))
	h.now = start.Add(49 * time.Hour)
	h.clocks.OnExpiry(func(ctx context.Context, t tx.Tx, cf *casefile.Case, clk clock.CaseClock, all []clock.CaseClock) error {
		t.OnCommit(func() { fmt.Println("lapsed", clk.Case) })
		return h.svc.ClockExpired(ctx, t, cf, clk, all)
	})
	run, stop := context.WithTimeout(ctx, 3*time.Second) // when there is nothing left to do
	defer stop()
	if err := h.clock.Run(run); err != nil {
		t.Fatal(err)
	}
}

// count answers how often the merchant's time was recorded as over, how many windows of the merchant lapsed and how many clocks of the review run.
func (m *matter) count() (events, windows, clocks int) {
	m.t.Helper()
	m.ok(m.db.Read(ctx, func(ctx context.Context, t tx.Tx) error {
		evs, err := m.timeline.Events(ctx, t, tenant, m.id, casefile.ForDesk, 0)
		if err != nil {
			return err
		}
		for _, e := range evs {
			if e.Kind == "claim.lapse_merchant_answer" {
				events++
			}
		}
		list, err := claimdb.Store{}.Windows(ctx, t, tenant, m.id, m.claim)
		if err != nil {
			return err
		}
		for _, w := range list {
			if w.How == "lapsed" {
				windows++
			}
		}
		all, err := m.clocks.Of(ctx, t, tenant, m.id)
		for _, c := range all {
			if c.Kind == "claim_review" && c.Stopped.IsZero() {
				clocks++
			}
		}
		return err
	}))
	return events, windows, clocks
}

// lateness remembers how late each timer began.
type lateness struct {
	mu   sync.Mutex
	late []time.Duration
	all  func()
	want int
}

func (m *lateness) Ran(_ clock.Lane, kind string, _ clock.Outcome, late, _ time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if kind == clock.ExpiredKind {
		if m.late = append(m.late, late); len(m.late) == m.want {
			m.all()
		}
	}
}

// BenchmarkClaimClocksAtOnce lets the answer clocks of many claims (ANXIN_CLAIMS, 2,000) run out at the same moment and prints how late the last one began: with everything that follows
// in the same transaction - window, clocks, stage, notices, messages, timeline and log.
//
//	go test ./internal/claim -run '^$' -bench ClaimClocks -benchtime 1x
func BenchmarkClaimClocksAtOnce(b *testing.B) {
	n := 2000
	if v, err := strconv.Atoi(os.Getenv("ANXIN_CLAIMS")); err == nil {
		n = v
	}
	for range b.N {
		run, stop := context.WithCancel(ctx)
		m := &lateness{all: stop, want: n}
		options = clock.Options{Meter: m, Alone: true}
		h := newHouse(b, openAt(b, filepath.Join(b.TempDir(), "anxin.db")))
		list := make([]*matter, n)
		for i := range list {
			list[i] = h.order()
		}
		var wait sync.WaitGroup
		next := make(chan *matter)
		for range 64 {
			wait.Go(func() {
				for x := range next {
					rc, err := h.svc.File(ctx, x.buyer, x.form(func(f *claim.File) { f.Media = nil }))
					h.ok(err)
					h.ok(h.svc.Checked(ctx, tenant, x.id, rc.Claim, []string{}))
				}
			})
		}
		for _, x := range list {
			next <- x
		}
		close(next)
		wait.Wait()
		h.mu.Lock()
		h.now, h.real = start.Add(48*time.Hour), time.Now()
		h.mu.Unlock()
		b.ResetTimer()
		h.ok(h.clock.Run(run))
		b.StopTimer()
		slices.Sort(m.late)
		b.ReportMetric(m.late[n/2].Seconds(), "s-late-p50")
		b.ReportMetric(m.late[n-1].Seconds(), "s-late-max")
		b.ReportMetric(float64(n)/m.late[n-1].Seconds(), "claims/s")
		options = clock.Options{}
	}
}

func (h *house) clockStore() clock.Store { return clockdb.Store{} }

// handleOn gives the handlers of claims to other timers over the same database.
func (h *house) handleOn(c *clock.Clock) {
	cals, err := clock.LoadCalendars(nil)
	h.ok(err)
	policy, err := clock.LoadPolicy(nil, cals)
	h.ok(err)
	clocks := clock.NewCaseClocks(c, clockdb.Store{}, h.timeline, cals, policy, casefile.Source{Clock: h.time})
	clocks.OnExpiry(h.svc.ClockExpired)
	for kind, handler := range h.svc.Handlers() {
		c.Handle(kind, handler)
	}
}
