package main

import (
	"context"
	"fmt"

	"anxin/internal/app"
	"anxin/internal/demo"
)

type demoCmd struct {
	data
	Listen string `help:"Address to serve on." default:"127.0.0.1:8080" placeholder:"HOST:PORT"`
}

func (c demoCmd) Run(ctx context.Context) error {
	o, err := c.options()
	if err != nil {
		return err
	}
	o = app.DemoConfig(o)
	o.Config.Listen = c.Listen
	o.Config.Log.Level = "warn"
	o.Log = logger(o.Config.Log)
	if _, err := app.FillDemo(ctx, o); err != nil {
		return fmt.Errorf("load the demo: %w", err)
	}
	return serve(ctx, o, func(context.Context, *app.Server) error {
		fmt.Printf("\n安心售后 · Anxin demo (禾木家电 is a fictional brand)\n\n    http://%s\n\nLog-ins at /login, password %s\n\n", c.Listen, demo.Password)
		for _, l := range demo.LogIns() {
			fmt.Printf("    %-8s %s\n", l.Login, l.What)
		}
		fmt.Printf("\nReport as a customer at /report; messages that SMS would carry are at /mailbox. Ctrl-C stops.\n\n")
		return nil
	})
}
