package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"

	"anxin/internal/app"
	"anxin/internal/evidence/verify"
	"anxin/internal/i18n"
	"anxin/internal/web/storybook"
	"anxin/internal/web/ui"
)

type doctorCmd struct {
	data
	Lang string `help:"Language of the findings." enum:"zh,en" default:"zh"`
}

// Run prints what it finds; it fails when something needs mending.
func (c doctorCmd) Run(ctx context.Context) error {
	o, err := c.options()
	if err != nil {
		return err
	}
	list := app.Doctor(ctx, o)
	for _, f := range list {
		mark := "ok  "
		if !f.OK {
			mark = "BAD "
		}
		what, say, mend := f.In(i18n.Lang(c.Lang))
		fmt.Printf("%s %s: %s\n", mark, what, say)
		if mend != "" {
			fmt.Printf("     -> %s\n", mend)
		}
	}
	if !app.Healthy(list) {
		return errors.New("something needs mending, see above")
	}
	return nil
}

type verifyCmd struct {
	data
	Deep       bool   `help:"Also decrypt every file and compare the hashes of the clear bytes."`
	JSON       bool   `help:"One JSON object per finding, then the summary."`
	Checkpoint string `help:"File with a checkpoint that somebody outside kept: the log must contain it." type:"existingfile" placeholder:"FILE"`
	Lang       string `help:"Language of findings." enum:"zh,en" default:"zh"`
}

// Run prints what is not as it was sealed; it fails when there is any.
func (c verifyCmd) Run(ctx context.Context) error {
	o, err := c.options()
	if err != nil {
		return err
	}
	store, err := app.OpenStore(ctx, o)
	if err != nil {
		return err
	}
	core, err := app.NewCore(store)
	if err != nil {
		return errors.Join(err, store.Close())
	}
	defer core.Close()
	var witnessed [][]byte
	if c.Checkpoint != "" {
		b, err := os.ReadFile(c.Checkpoint)
		if err != nil {
			return err
		}
		witnessed = append(witnessed, b)
	}
	out := json.NewEncoder(os.Stdout)
	sum, err := core.Verify(ctx, c.Deep, witnessed, func(f verify.Finding) { c.print(out, f) })
	if err != nil {
		return err
	}
	if c.JSON {
		if err := out.Encode(sum); err != nil {
			return err
		}
	} else {
		fmt.Printf("%d log entries, %d checkpoints, %d events, %d items, %d custody entries, %d files (%d bytes) read; %d findings, %d remarks\n",
			sum.Leaves, sum.Checkpoints, sum.Events, sum.Items, sum.Custody, sum.Files, sum.Bytes, sum.Findings, sum.Notices)
	}
	if sum.Findings > 0 {
		return fmt.Errorf("%d things are not as they were sealed", sum.Findings)
	}
	return nil
}

func (c verifyCmd) print(out *json.Encoder, f verify.Finding) {
	if c.JSON {
		_ = out.Encode(f)
		return
	}
	say, mark := f.ZH, "BAD   "
	if c.Lang == "en" {
		say = f.EN
	}
	if f.Notice {
		mark = "remark"
	}
	fmt.Printf("%s %s: %s (%s)\n", mark, f.Where, say, f.Code)
}

type storybookCmd struct {
	Listen string `help:"Address to serve on." default:"127.0.0.1:8081" placeholder:"HOST:PORT"`
}

// Run serves every screen in every state.
func (c storybookCmd) Run(ctx context.Context) error {
	site, err := ui.NewSite(ui.DemoBrand())
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return err
	}
	fmt.Printf("http://%s%s\n", c.Listen, storybook.Prefix)
	return app.ServeHTTP(ctx, l, storybook.Handler(site))
}
