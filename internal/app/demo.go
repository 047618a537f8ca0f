package app

import (
	"bytes"
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"anxin/internal/casefile"
	"anxin/internal/demo"
	"anxin/internal/evidence"
	"anxin/internal/party"
	"anxin/internal/service"
	"anxin/internal/tx"
)

// DemoConfig turns settings into those of the demo: a fictional brand, messages on a page, log-ins without a second factor.
func DemoConfig(o Options) Options {
	o.Config.Demo = true
	o.Config.Notify.Mailbox = true
	o.Config.Brand.NameZH, o.Config.Brand.NameEN = "禾木家电", "Hemu Home"
	o.Config.Brand.Accent = "#0b5d4a"
	o.Config.Brand.Hotlines = []string{"400-000-0000"}
	return o
}

// FillDemo plays the demo into an empty installation; one that has technicians already is left alone. It answers whether it played.
func FillDemo(ctx context.Context, o Options) (bool, error) {
	now := o.Source.Now()
	var simulated atomic.Int64
	simulated.Store(now.UnixMicro())
	play := o
	play.Source.Clock = func() time.Time { return time.UnixMicro(simulated.Load()).UTC() }
	play.LeavePictures = now.Add(time.Second) // after the play's last moment
	play.Unsynced = true
	play.Log = slog.New(slog.DiscardHandler)
	store, err := OpenStore(ctx, play)
	if err != nil {
		return false, err
	}
	c, err := NewCore(store)
	if err != nil {
		return false, err
	}
	defer c.Close()
	sys := casefile.Actor{Tenant: Tenant, Role: casefile.Admin}
	if there, _, err := c.Service.Technicians(ctx, sys, "", 1); err != nil || len(there) > 0 {
		return false, err
	}
	return true, demo.Fill(ctx, demo.Stage{
		Tenant: Tenant, Service: c.Service, Now: now, Log: logOr(o.Log),
		Customer: c.Party.Links.Actor,
		Dispute: demo.Dispute{Claims: c.Claims.Service, Orders: c.Orders.Book,
			Seal: func(ctx context.Context, a casefile.Actor, caseID, subject casefile.ID, kind string, jpeg []byte) (casefile.ID, error) {
				i, err := c.Vault.Receive(ctx, a, evidence.Incoming{Case: caseID, Subject: subject, Kind: kind}, bytes.NewReader(jpeg))
				return i.ID, err
			}},
		Seal: func(ctx context.Context, a casefile.Actor, d service.Draft, visit casefile.ID, kind string, jpeg []byte) (casefile.ID, error) {
			i, err := c.receive(ctx, a, d, evidence.Incoming{Case: d.Case, Kind: kind, Visit: visit}, bytes.NewReader(jpeg))
			return i.ID, err
		},
		Account: func(ctx context.Context, n party.NewAccount) (id casefile.ID, err error) {
			n.PHC = demo.PasswordHash
			err = c.DB.Write(ctx, func(ctx context.Context, t tx.Tx) error {
				id, err = c.Party.Accounts.Create(ctx, t, Tenant, n)
				return err
			})
			return id, err
		},
		Advance: func(ctx context.Context, to time.Time) error {
			if us := to.UnixMicro(); us > simulated.Load() || us < simulated.Load()-int64(24*time.Hour/time.Microsecond) {
				simulated.Store(us)
			}
			return drain(ctx, c)
		},
	})
}

// drain runs timers and assignments until none is due. Pictures are left to the server: they would hold up the start.
func drain(ctx context.Context, c *Core) error {
	_, err := c.Timers.RunDue(ctx)
	return err
}

func logOr(l *slog.Logger) *slog.Logger {
	if l == nil {
		return slog.New(slog.DiscardHandler)
	}
	return l
}
