// Command anxin-verify checks an evidence bundle offline. It uses no network, no account and none of the product's own code: only the public
// seal library.
//
//	anxin-verify [--key KEY] [--stamp-roots FILE.pem] [--lang zh|en] [--json] [--strict] BUNDLE
//	anxin-verify --log --key KEY [--since CHECKPOINT]... [--lang zh|en] [--json] FOLDER
//
// BUNDLE is a folder or a zip file. With --log, FOLDER is an exported copy of an operator's whole log, and each CHECKPOINT a file that was kept from an earlier
// copy: the log of then must be the beginning of the log of now. Exit status:
//
//	0  everything in the bundle is proven and unaltered
//	1  something was altered, is missing or is not proven
//	2  nothing could be checked: not a bundle, unreadable, or wrong arguments
//	3  with --strict only: proven, but with reservations (key not compared, no time stamp, files without proof)
package main

import (
	"crypto/x509"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"

	"anxin/seal"
	"anxin/seal/bundle"
)

// The exit statuses.
const (
	exitProven   = 0
	exitAltered  = 1
	exitNotRead  = 2
	exitReserved = 3
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr, os.Getenv))
}

type arguments struct {
	path   string
	log    bool
	since  [][]byte
	lang   string
	json   bool
	strict bool
	o      bundle.Options
}

func run(args []string, out, errOut io.Writer, getenv func(string) string) int {
	lang := languageOf(getenv)
	a, err := parse(args, lang, out)
	if errors.Is(err, flag.ErrHelp) {
		return exitProven
	}
	if err != nil {
		fmt.Fprintln(errOut, err)
		return exitNotRead
	}
	if a.log {
		return runLog(a, out, errOut)
	}
	r, err := check(a)
	if err != nil {
		fmt.Fprintln(errOut, words(a.lang).notRead+bundle.Printable(err.Error()))
		return exitNotRead
	}
	if a.json {
		err = writeJSON(out, r)
	} else {
		err = show(out, r, words(a.lang))
	}
	if err != nil {
		fmt.Fprintln(errOut, err)
		return exitNotRead
	}
	switch {
	case !r.OK:
		return exitAltered
	case a.strict && len(r.Reservations) > 0:
		return exitReserved
	}
	return exitProven
}

func writeJSON(out io.Writer, v any) error {
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

func check(a arguments) (bundle.Report, error) {
	files, err := bundle.Open(a.path)
	if err != nil {
		return bundle.Report{}, err
	}
	defer files.Close()
	return bundle.Verify(files, a.o)
}

// languageOf reads the usual variables; Chinese when they do not say English.
func languageOf(getenv func(string) string) string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := getenv(name); v != "" {
			if strings.HasPrefix(v, "en") {
				return "en"
			}
			return "zh"
		}
	}
	return "zh"
}

func parse(args []string, lang string, out io.Writer) (arguments, error) {
	a := arguments{lang: lang}
	var key, roots string
	var version bool
	fs := flag.NewFlagSet("anxin-verify", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.StringVar(&key, "key", "", "")
	fs.StringVar(&roots, "stamp-roots", "", "")
	fs.StringVar(&a.lang, "lang", lang, "")
	fs.BoolVar(&a.json, "json", false, "")
	fs.BoolVar(&a.strict, "strict", false, "")
	fs.BoolVar(&a.log, "log", false, "")
	fs.Func("since", "", func(name string) error {
		b, err := readSmall(name)
		a.since = append(a.since, b)
		return err
	})
	fs.BoolVar(&version, "version", false, "")
	err := fs.Parse(args)
	w := words(a.lang)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(out, w.usage)
		return a, err
	case version:
		fmt.Fprintln(out, "anxin-verify", buildVersion(), bundle.Format)
		return a, flag.ErrHelp
	case err != nil:
		return a, fmt.Errorf("%s: %w\n\n%s", w.badArguments, err, w.usage)
	case a.lang != "zh" && a.lang != "en" || fs.NArg() != 1 || a.log && key == "" || !a.log && len(a.since) > 0:
		return a, fmt.Errorf("%s\n\n%s", w.badArguments, w.usage)
	}
	a.path = fs.Arg(0)
	if key != "" {
		if a.o.Keys, err = readKeys(key); err != nil {
			return a, fmt.Errorf("%s: %w", w.badKey, err)
		}
	}
	if roots != "" {
		if a.o.StampRoots, err = readRoots(roots); err != nil {
			return a, fmt.Errorf("%s: %w", w.badRoots, err)
		}
	}
	return a, nil
}

func buildVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

// readKeys takes a key as text or the name of a file with keys.
func readKeys(arg string) (seal.Keys, error) {
	if k, err := seal.ParseKey(arg); err == nil {
		return seal.Keys{k}, nil
	}
	b, err := readSmall(arg)
	if err != nil {
		return nil, err
	}
	return seal.ParseKeys(b)
}

func readRoots(name string) (*x509.CertPool, error) {
	b, err := readSmall(name)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(b) {
		return nil, errors.New("no certificate in PEM form in the file")
	}
	return pool, nil
}

func readSmall(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	const limit = 1 << 20
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && len(b) > limit {
		err = fmt.Errorf("%s is larger than %d bytes", name, limit)
	}
	return b, err
}
