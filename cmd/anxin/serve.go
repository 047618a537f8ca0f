package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime/debug"
	"syscall"
	"time"

	"anxin/internal/app"
)

type serveCmd struct {
	data
	Listen string `help:"Address to serve on (overrides the settings)." placeholder:"HOST:PORT"`
}

func (c serveCmd) Run(ctx context.Context) error {
	o, err := c.options()
	if err != nil {
		return err
	}
	if c.Listen != "" {
		o.Config.Listen = c.Listen
	}
	return serve(ctx, o, func(context.Context, *app.Server) error { return nil })
}

// frugal collects garbage a little more often than Go does by itself: most of the memory is what the server knows for ever (divisions, texts), and with it the peak
// of a busy hour stays below 150 MB. GOGC says otherwise.
func frugal() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(50)
	}
}

// serve opens the installation and serves it. before runs when it is open and before the first request.
func serve(ctx context.Context, o app.Options, before func(context.Context, *app.Server) error) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	o.PictureCommand = []string{self, "picture"}
	frugal()
	// The address is taken first: a server that cannot serve must not run timers.
	l, err := listen(ctx, o.Config.Listen)
	if err != nil {
		return err
	}
	defer l.Close()
	store, err := app.OpenStore(ctx, o)
	if err != nil {
		return err
	}
	if store.NewKey {
		fmt.Fprintf(os.Stderr, "\nA master key was created: %s\nKeep a copy of it apart from the data. Without it every personal field and photo is lost.\n\n", o.KeyFile())
	}
	core, err := app.NewCore(store)
	if err != nil {
		return errors.Join(err, store.Close())
	}
	s, err := app.NewServer(core)
	if err != nil {
		return errors.Join(err, core.Close())
	}
	if err := before(ctx, s); err != nil {
		return errors.Join(err, core.Close())
	}
	if !o.Config.Demo {
		if err := firstAdmin(ctx, s); err != nil {
			return errors.Join(err, core.Close())
		}
	}
	o.Log.Info("serving", "listen", o.Config.Listen, "version", o.Version, "database", core.DB.Dialect())
	return errors.Join(s.Serve(ctx, l), core.Close())
}

// listen takes the address. After a kill -9 a picture process that was just being started can hold it for a moment longer, so it is tried for a while.
func listen(ctx context.Context, address string) (net.Listener, error) {
	for wait := 20 * time.Millisecond; ; wait *= 2 {
		l, err := net.Listen("tcp", address)
		if err == nil || !errors.Is(err, syscall.EADDRINUSE) || wait > 3*time.Second {
			return l, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(wait):
		}
	}
}

// firstAdmin prints a one-time link while there is no administrator who could log in.
func firstAdmin(ctx context.Context, s *app.Server) error {
	link, err := s.FirstAdmin(ctx)
	if err != nil || link == "" {
		return err
	}
	fmt.Fprintf(os.Stderr, "\nThere is no administrator yet. Open this link once to become the first one:\n\n    %s\n\n", link)
	return nil
}
