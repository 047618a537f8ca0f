package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"anxin/internal/app"
	"anxin/internal/casefile"
	"anxin/internal/clock"
	"anxin/internal/evidence"
	"anxin/internal/tx"
)

// openCore opens the installation for a maintenance command. It may run beside the server.
func (d data) openCore(ctx context.Context) (*app.Core, error) {
	o, err := d.options()
	if err != nil {
		return nil, err
	}
	s, err := app.OpenStore(ctx, o)
	if err != nil {
		return nil, err
	}
	c, err := app.NewCore(s)
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return c, nil
}

// operator is who acts in a maintenance command: somebody with the data folder and the master key in their hands.
func operator() casefile.Actor {
	return casefile.Actor{Tenant: app.Tenant, Role: casefile.Admin, Route: "shell", Lang: "zh"}
}

type keysCmd struct {
	Rotate keysRotateCmd `cmd:"" help:"Make a new master key, wrap every person's key with it and retire the old one."`
}

type keysRotateCmd struct{ data }

// Run may be repeated after a failure: every key that is still needed is still in the file.
func (c keysRotateCmd) Run(ctx context.Context) error {
	core, err := c.openCore(ctx)
	if err != nil {
		return err
	}
	n, err := core.Keeper.Rotate(ctx, core.DB)
	if err = errors.Join(err, core.Close()); err != nil {
		return fmt.Errorf("after %d keys: %w; run the command again", n, err)
	}
	fmt.Printf("%d keys are wrapped by a new master key (%s).\nKeep a copy of that file apart from the data; keep the old copy as long as backups made before today.\n", n, core.KeyFile())
	return nil
}

type evidenceCmd struct {
	Export exportCmd `cmd:"" help:"Write the evidence of a case with its proofs; anxin-verify checks it offline."`
}

type exportCmd struct {
	data
	Case   string `arg:"" help:"Case number."`
	Out    string `arg:"" help:"File to write (.zip); it must not exist."`
	Events bool   `help:"With the case's timeline." default:"true" negatable:""`
}

func (c exportCmd) Run(ctx context.Context) error {
	number, ok := casefile.ParseNumber(c.Case)
	if !ok {
		return fmt.Errorf("%q is not a case number: it has 12 digits and its last one does not fit", c.Case)
	}
	core, err := c.openCore(ctx)
	if err != nil {
		return err
	}
	defer core.Close()
	var file casefile.Case
	err = core.DB.Read(ctx, func(ctx context.Context, t tx.Tx) (err error) {
		file, err = core.Timeline.ByNumber(ctx, t, app.Tenant, number)
		return err
	})
	if err != nil {
		return fmt.Errorf("case %s: %w", number, err)
	}
	f, err := os.OpenFile(c.Out, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	err = core.Vault.Export(ctx, operator(), evidence.ExportRequest{Case: file.ID, Events: c.Events}, f)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(c.Out))
	}
	fmt.Printf("%s is written. Check it anywhere with: anxin-verify %s\n", c.Out, c.Out)
	return nil
}

type timersCmd struct {
	Dead   timersDeadCmd   `cmd:"" help:"List what was given up after its last attempt."`
	Retry  timersRetryCmd  `cmd:"" help:"Try a dead timer again, under the same idempotency key."`
	Drop   timersDropCmd   `cmd:"" help:"Give a dead timer up for good."`
	Pause  timersPauseCmd  `cmd:"" help:"Hold all timers of a kind, on every node."`
	Resume timersResumeCmd `cmd:"" help:"End a pause; what became due meanwhile runs now."`
}

// write runs one change of the timers.
func (d data) write(ctx context.Context, f func(ctx context.Context, t tx.Tx, c *clock.Clock) error) error {
	core, err := d.openCore(ctx)
	if err != nil {
		return err
	}
	return errors.Join(core.DB.Write(ctx, func(ctx context.Context, t tx.Tx) error { return f(ctx, t, core.Timers) }), core.Close())
}

type timersDeadCmd struct{ data }

func (c timersDeadCmd) Run(ctx context.Context) error {
	var dead []clock.DeadLetter
	err := c.write(ctx, func(ctx context.Context, t tx.Tx, k *clock.Clock) (err error) {
		dead, err = k.DeadLetters(ctx, t, app.Tenant)
		return err
	})
	for _, l := range dead {
		fmt.Printf("%s  %s  %s  %d attempts  %s\n", l.ID, l.Died.In(casefile.Shanghai).Format(time.DateTime), l.Kind, l.Attempts, l.Cause)
	}
	if err == nil && len(dead) == 0 {
		fmt.Println("nothing was given up")
	}
	return err
}

type timerRef struct {
	data
	ID string `arg:"" help:"Timer, as listed by 'timers dead'."`
}

func (c timerRef) change(ctx context.Context, f func(k *clock.Clock, ctx context.Context, t tx.Tx, tenant casefile.Tenant, id casefile.ID) error) error {
	id, err := casefile.ParseID(c.ID)
	if err != nil {
		return fmt.Errorf("%q is not a timer: %w", c.ID, err)
	}
	return c.write(ctx, func(ctx context.Context, t tx.Tx, k *clock.Clock) error { return f(k, ctx, t, app.Tenant, id) })
}

type timersRetryCmd struct{ timerRef }

func (c timersRetryCmd) Run(ctx context.Context) error {
	return c.change(ctx, (*clock.Clock).RetryDead)
}

type timersDropCmd struct{ timerRef }

func (c timersDropCmd) Run(ctx context.Context) error { return c.change(ctx, (*clock.Clock).DropDead) }

type timerKind struct {
	data
	Kind string `arg:"" help:"Kind of timer, e.g. notify.webhook."`
}

type timersPauseCmd struct{ timerKind }

func (c timersPauseCmd) Run(ctx context.Context) error {
	return c.write(ctx, func(ctx context.Context, t tx.Tx, k *clock.Clock) error {
		return k.PauseKind(ctx, t, app.Tenant, c.Kind)
	})
}

type timersResumeCmd struct{ timerKind }

func (c timersResumeCmd) Run(ctx context.Context) error {
	return c.write(ctx, func(ctx context.Context, t tx.Tx, k *clock.Clock) error {
		n, err := k.ResumeKind(ctx, t, app.Tenant, c.Kind)
		if err == nil {
			fmt.Printf("%d timers were on hold\n", n)
		}
		return err
	})
}
