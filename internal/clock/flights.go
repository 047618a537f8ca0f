package clock

import (
	"context"
	"sync"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/tx"
)

// flights are the timers this process has leased; their leases are renewed until they are finished.
type flights struct {
	c  *Clock
	mu sync.Mutex
	in map[flightID]*flight
}

type flightID struct {
	tenant casefile.Tenant
	id     casefile.ID
	fence  int64
}

type flight struct {
	tm     Timer
	taken  time.Time // of the monotonic clock
	cancel context.CancelFunc
}

func idOf(tm Timer) flightID { return flightID{tm.Tenant, tm.ID, tm.Fence} }

func (f *flights) add(tm Timer) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.in[idOf(tm)] = &flight{tm: tm, taken: time.Now()}
}

func (f *flights) begin(tm Timer, cancel context.CancelFunc) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if fl := f.in[idOf(tm)]; fl != nil {
		fl.cancel = cancel
	}
}

func (f *flights) remove(tm Timer) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.in, idOf(tm))
}

// old are those taken more than a third of a lease ago.
func (f *flights) old() (out []*flight) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, fl := range f.in {
		if time.Since(fl.taken) > f.c.o.Lease/3 {
			out = append(out, fl)
		}
	}
	return out
}

func (f *flights) renewLoop(ctx context.Context) {
	tick := time.NewTicker(f.c.o.Lease / 4)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			f.renew(ctx)
		}
	}
}

// renew makes the leases of long runs last. A run whose lease is lost is told to stop.
func (f *flights) renew(ctx context.Context) {
	old := f.old()
	if len(old) == 0 {
		return
	}
	var lost []*flight
	err := f.c.run.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		lost = lost[:0]
		until := f.c.src.Now().Add(f.c.o.Lease)
		for _, fl := range old {
			ours, err := f.c.store.Renew(ctx, t, fl.tm, until)
			if err != nil {
				return err
			}
			if !ours {
				lost = append(lost, fl)
			}
		}
		return nil
	})
	if err != nil {
		f.c.o.Log.Warn("cannot renew leases", "error", err)
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, fl := range lost {
		if fl.cancel != nil {
			fl.cancel()
		}
	}
}
