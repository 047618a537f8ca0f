package app

import (
	"context"
	"errors"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/clock"
	"anxin/internal/evidence"
	"anxin/internal/notify"
	"anxin/internal/notify/notifydb"
	"anxin/internal/tx"
)

// The recurring jobs of an installation.
const (
	tickKind  = "app.log_tick" // sign, export and stamp the log
	sweepKind = "app.sweep"    // forget what is too old to be needed
)

// keepMessages is how long the words of messages are kept.
const keepMessages = 180 * 24 * time.Hour

// handlers is the one list of who does what when a timer is due.
func (c *Core) handlers() {
	for kind, h := range c.Service.Handlers() {
		c.Timers.Handle(kind, h)
	}
	c.claimHandlers()
	c.orderHandlers()
	c.Timers.Handle(evidence.DeriveKind, c.derive())
	c.Timers.Handle(evidence.ForgetKind, c.Vault.ForgetHandler())
	c.Timers.Handle(notify.KindWebhook, notify.NewDeliverer(c.DB, notifydb.Store{}, c.Keeper, c.Guard, c.Source).Handler())
	c.Timers.Handle(tickKind, clock.Handler{Every: time.Minute, Out: func(ctx context.Context, _ clock.Timer) error { return c.Ledger.TickAll(ctx) }})
	c.Timers.Handle(sweepKind, clock.Handler{Every: time.Hour, Timeout: 10 * time.Minute, Out: func(ctx context.Context, _ clock.Timer) error { return c.sweep(ctx) }})
}

// derive makes the copies of pictures. The demo leaves them to the server, which makes a copy when somebody first looks: they would hold up its start.
func (c *Core) derive() clock.Handler {
	if c.LeavePictures.IsZero() {
		return c.Vault.DeriveHandler()
	}
	return clock.Handler{Out: func(context.Context, clock.Timer) error {
		return clock.Later(24*time.Hour, errors.New("left to the server"))
	}}
}

// sweep forgets staged photos that no report took, answers of acts that nobody can repeat any more, old messages and sessions.
func (c *Core) sweep(ctx context.Context) error {
	_, staged := c.Vault.SweepStaged(ctx, Tenant)
	_, orphans := c.Vault.SweepOrphans(ctx)
	purged := c.DB.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		_, err := c.idempotency.Purge(ctx, t, Tenant, 10_000)
		return err
	})
	return errors.Join(staged, orphans, purged, c.Orders.Book.SweepImports(ctx, Tenant), c.Party.Accounts.Sweep(ctx), c.Party.Finder.Sweep(ctx), c.Messages.Sweep(ctx, Tenant, keepMessages))
}

// begin sets the recurring timers; those that live already stay as they are.
func (c *Core) begin(ctx context.Context) error {
	return c.DB.Write(ctx, func(ctx context.Context, t tx.Tx) error {
		for kind, lane := range map[string]clock.Lane{tickKind: clock.JobLane, sweepKind: clock.JobLane} {
			tm := clock.Timer{Tenant: Tenant, Lane: lane, Kind: kind, Dedupe: kind, Due: c.Source.Now(), Case: casefile.Nil}
			if err := c.Timers.Ensure(ctx, t, tm); err != nil {
				return err
			}
		}
		return nil
	})
}

// RunBackground runs timers, outbox and jobs until ctx ends.
func (c *Core) RunBackground(ctx context.Context) error {
	if err := c.begin(ctx); err != nil {
		return err
	}
	// A new holiday notice or other hours may have come with this start.
	looked, moved, err := c.Clocks.Recalculate(ctx)
	if err != nil {
		return err
	}
	if looked > 0 {
		c.Log.Info("deadlines worked out again with the new calendar", "clocks", looked, "moved", moved)
	}
	// What came before sketches were made, or before ffmpeg was installed.
	if c.LeavePictures.IsZero() {
		if err := c.Orders.Checks.Fill(ctx, Tenant); err != nil {
			return err
		}
	}
	return c.Timers.Run(ctx)
}
