// Command anxin is the whole product in one binary: server, demo, maintenance, and the engines on the command line.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kong"

	"anxin/internal/app"
	"anxin/internal/cli/dispatchcli"
	"anxin/internal/cli/imagecli"
	"anxin/internal/cli/inspectcli"
	"anxin/internal/cli/regioncli"
	"anxin/internal/config"
)

// version is set by the build; without it the module's version control stamp is shown.
var version = ""

type cli struct {
	Serve   serveCmd   `cmd:"" help:"Serve on a data folder."`
	Demo    demoCmd    `cmd:"" help:"Serve with a fictional brand, technicians and running cases."`
	Doctor  doctorCmd  `cmd:"" help:"Check an installation and say what is wrong and how to mend it."`
	Verify  verifyCmd  `cmd:"" help:"Check every file and every entry of the evidence vault and its log."`
	Backup  backupCmd  `cmd:"" help:"Write an encrypted backup. The master key is not in it."`
	Restore restoreCmd `cmd:"" help:"Restore a backup into an empty data folder."`
	Migrate migrateCmd `cmd:"" help:"Bring the database schema up to date."`
	Config  configCmd  `cmd:"" help:"Settings."`

	Keys     keysCmd     `cmd:"" help:"The master key."`
	Evidence evidenceCmd `cmd:"" help:"Hand evidence out with its proofs."`
	Timers   timersCmd   `cmd:"" help:"Look after timers, messages and jobs that were given up, and hold kinds of them."`

	Region      regioncli.Cmd           `cmd:"" help:"Resolve addresses to divisions; look up codes and their history."`
	Dispatch    dispatchcli.Cmd         `cmd:"" help:"Plan technicians' visits: solve, check, generate, draw."`
	Fingerprint imagecli.FingerprintCmd `cmd:"" help:"Print the perceptual hash (PDQ) of pictures."`
	Compare     imagecli.CompareCmd     `cmd:"" help:"Say whether two pictures are one photograph, and what was changed."`
	Forge       imagecli.ForgeCmd       `cmd:"" help:"Make forged pictures for testing detectors."`
	Calibrate   imagecli.CalibrateCmd   `cmd:"" help:"Measure the picture engines on photographs of your own."`
	Inspect     inspectcli.Cmd          `cmd:"" help:"Say what files' own marks say: content credentials, who signed, whether AI made them."`
	Rules       rulesCmd                `cmd:"" help:"Check, explain, replay and publish policy packs."`
	Storybook   storybookCmd            `cmd:"" help:"Serve every screen in every state with invented data."`
	Version     versionCmd              `cmd:"" help:"Print the version."`

	// Started by the server for itself; see picture.go.
	Picture pictureCmd `cmd:"" hidden:"" help:"Decode pictures for the server."`
}

// data are the flags of commands that open a data folder.
type data struct {
	Data   string `help:"Data folder." default:"data" type:"path"`
	Config string `help:"Settings file (default: anxin.yaml in the data folder)." type:"path"`
}

// options reads the settings. Lines of the log go to standard error.
func (d data) options() (app.Options, error) {
	name, required := d.Config, d.Config != ""
	if name == "" {
		name = filepath.Join(d.Data, "anxin.yaml")
	}
	c, err := config.Load(name, required, os.LookupEnv)
	if err != nil {
		return app.Options{}, err
	}
	return app.Options{Config: c, DataDir: d.Data, Version: versionText(), Log: logger(c.Log)}, nil
}

func logger(c config.Log) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.Level)); err != nil {
		level = slog.LevelInfo
	}
	o := &slog.HandlerOptions{Level: level}
	if c.Text {
		return slog.New(slog.NewTextHandler(os.Stderr, o))
	}
	return slog.New(slog.NewJSONHandler(os.Stderr, o))
}

func versionText() string {
	if version != "" {
		return version
	}
	if b, ok := debug.ReadBuildInfo(); ok && b.Main.Version != "" {
		return b.Main.Version
	}
	return "development"
}

type versionCmd struct{}

func (versionCmd) Run() error {
	_, err := fmt.Println("anxin", versionText())
	return err
}

type configCmd struct {
	Sample sampleCmd `cmd:"" help:"Print a settings file with every setting and its default."`
	Check  checkCmd  `cmd:"" help:"Read the settings and say what is wrong with them."`
}

type sampleCmd struct{}

func (sampleCmd) Run() error {
	_, err := fmt.Print(config.Sample())
	return err
}

type checkCmd struct{ data }

func (c checkCmd) Run() error {
	_, err := c.options()
	return err
}

func main() {
	var c cli
	k := kong.Parse(&c, kong.Name("anxin"), kong.Description("安心售后 · after-sales service that keeps its word."), kong.UsageOnError())
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	k.BindTo(ctx, (*context.Context)(nil))
	if err := k.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "anxin:", err)
		os.Exit(1)
	}
}
