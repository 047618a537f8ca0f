package app

import (
	"context"
	"fmt"
	"sync"
	"syscall"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/clock"
	"anxin/internal/evidence/evidencedb"
	"anxin/internal/evidence/verify"
	"anxin/internal/i18n"
	"anxin/internal/ledger/ledgerdb"
	"anxin/internal/notify"
	"anxin/internal/tx"
	"anxin/internal/web/admin"
	"anxin/internal/web/ui"
)

// house tells the operator's pages how the installation does.
type house struct {
	*Core
	started time.Time
	life    context.Context
	stop    context.CancelFunc

	mu      sync.Mutex
	running bool
	last    verified
	wait    sync.WaitGroup
}

// verified is the outcome of the last check of everything.
type verified struct {
	at   time.Time
	ok   bool
	what string
}

func newHouse(c *Core) *house {
	h := &house{Core: c, started: c.Source.Now()}
	h.life, h.stop = context.WithCancel(context.Background())
	return h
}

// close ends a check that is running; it must be called before the database is closed.
func (h *house) close() {
	h.stop()
	h.wait.Wait()
}

// Check implements admin.House with what anxin doctor looks at from inside.
func (h *house) Check(ctx context.Context, lang string) []admin.Finding {
	var out []admin.Finding
	l, _ := i18n.ParseLang(lang)
	for _, f := range append([]Finding{diskSpace(h.DataDir), keyFile(h.Options), publicURL(h.Options), patchFile(h.Options, h.Regions), backups(h.Options, h.Source.Now())}, inside(ctx, h.Store)...) {
		if !f.OK {
			what, say, mend := f.In(l)
			out = append(out, admin.Finding{Tone: ui.Danger, What: what + ": " + say, Next: mend})
		}
	}
	return out
}

// About implements admin.House.
func (h *house) About() (version, database string, started time.Time) {
	return h.Version, fmt.Sprintf("%s · 区划 divisions %s", h.DB.Dialect(), h.Regions.DatasetVersion()), h.started
}

// Vault implements admin.House.
func (h *house) Vault(ctx context.Context, a casefile.Actor) (admin.VaultState, error) {
	var v admin.VaultState
	err := h.DB.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		if v.Items, v.Bytes, v.StagedItems, err = (evidencedb.Store{}).Totals(ctx, t, a.Tenant); err != nil {
			return err
		}
		if v.LogSize, err = (ledgerdb.Store{}).Head(ctx, t, a.Tenant); err != nil {
			return err
		}
		last, err := ledgerdb.Store{}.LastCheckpoint(ctx, t, a.Tenant, false)
		if casefile.Is(err, casefile.NotFound) {
			return nil
		}
		v.CheckpointSize, v.CheckpointAt, v.Stamped = last.Size, last.At, len(last.Stamp) > 0
		return err
	})
	if err != nil {
		return v, err
	}
	v.CheckpointKey, v.ExportedTo = "anxin.log/"+h.shortName(), fmt.Sprintf("log/%d", a.Tenant)
	var st syscall.Statfs_t
	if syscall.Statfs(h.DataDir, &st) == nil {
		v.FreeBytes = int64(uint64(st.Bavail) * uint64(st.Bsize))
	}
	if v.LastBackup, err = LastBackup(h.DataDir); err != nil {
		h.Log.Warn("last backup", "error", err.Error())
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	v.Running, v.VerifiedAt, v.VerifiedOK, v.VerifiedWhat = h.running, h.last.at, h.last.ok, h.last.what
	return v, nil
}

// Verify implements admin.House.
func (h *house) Verify(context.Context, casefile.Actor) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.running {
		return nil
	}
	h.running = true
	h.wait.Go(func() {
		var first string
		sum, err := h.Core.Verify(h.life, false, nil, func(f verify.Finding) {
			if first == "" && !f.Notice {
				first = f.Where + ": " + f.Code
			}
		})
		done := verified{at: h.Source.Now(), ok: err == nil && sum.Findings == 0, what: first}
		if err != nil {
			done.what = "not finished"
			h.Log.Warn("check of the vault not finished", "error", err.Error())
		}
		h.mu.Lock()
		h.running, h.last = false, done
		h.mu.Unlock()
	})
	return nil
}

// operatedTimers are the timers as the operator's pages need them.
type operatedTimers struct{ *Core }

// Lanes implements admin.DurableTimers.
func (o operatedTimers) Lanes(ctx context.Context) (counts []clock.LaneCounts, err error) {
	err = o.DB.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		counts, err = o.Timers.Counts(ctx, t)
		return err
	})
	return counts, err
}

// DeadLetters implements admin.DurableTimers.
func (o operatedTimers) DeadLetters(ctx context.Context, a casefile.Actor) (dead []clock.DeadLetter, err error) {
	err = o.DB.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		dead, err = o.Timers.DeadLetters(ctx, t, a.Tenant)
		return err
	})
	return dead, err
}

// Retry implements admin.DurableTimers.
func (o operatedTimers) Retry(ctx context.Context, a casefile.Actor, id casefile.ID) error {
	return o.DB.Write(ctx, func(ctx context.Context, t tx.Tx) error { return o.Timers.RetryDead(ctx, t, a.Tenant, id) })
}

// Drop implements admin.DurableTimers.
func (o operatedTimers) Drop(ctx context.Context, a casefile.Actor, id casefile.ID) error {
	return o.DB.Write(ctx, func(ctx context.Context, t tx.Tx) error { return o.Timers.DropDead(ctx, t, a.Tenant, id) })
}

// events are the kinds that a webhook can choose from.
func events() []string {
	var out []string
	for _, name := range notify.Templates() {
		out = append(out, "message."+name)
	}
	return out
}
