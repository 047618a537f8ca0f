package main

import (
	"fmt"
	"io"
	"os"

	"anxin/seal"
	"anxin/seal/bundle"
)

// logReport is what --log --json writes.
type logReport struct {
	OK       bool              `json:"ok"`
	Log      string            `json:"log"`
	Leaves   int64             `json:"leaves"`
	Root     seal.Hash         `json:"root"`
	Summary  seal.AuditSummary `json:"summary"`
	Findings []seal.Finding    `json:"findings"`
}

// runLog audits an exported copy of a log.
func runLog(a arguments, out, errOut io.Writer) int {
	w := words(a.lang)
	root, err := os.OpenRoot(a.path) // a link in the folder cannot lead out of it
	if err != nil {
		fmt.Fprintln(errOut, w.notRead+bundle.Printable(err.Error()))
		return exitNotRead
	}
	defer root.Close()
	r := logReport{Findings: []seal.Finding{}}
	c, sum, err := seal.AuditCopy(root.FS(), a.o.Keys, a.since, nil, func(f seal.Finding) { r.Findings = append(r.Findings, f) })
	if err != nil {
		fmt.Fprintln(errOut, w.notRead+bundle.Printable(err.Error()))
		return exitNotRead
	}
	r.OK, r.Log, r.Leaves, r.Root, r.Summary = len(r.Findings) == 0, c.Origin, c.Size, c.Root, sum
	if a.json {
		err = writeJSON(out, r)
	} else {
		err = showLog(out, r, len(a.since), w)
	}
	switch {
	case err != nil:
		fmt.Fprintln(errOut, err)
		return exitNotRead
	case !r.OK:
		return exitAltered
	}
	return exitProven
}

func showLog(out io.Writer, r logReport, since int, w text) error {
	if r.OK {
		fmt.Fprintf(out, w.logSound, bundle.Printable(r.Log), r.Leaves, since)
	} else {
		fmt.Fprintf(out, w.logBad, bundle.Printable(r.Log), r.Leaves, len(r.Findings))
	}
	for _, f := range r.Findings {
		say := f.ZH
		if w.lang == "en" {
			say = f.EN
		}
		fmt.Fprintf(out, "  - %s: %s\n", bundle.Printable(f.Where), say)
	}
	_, err := fmt.Fprintf(out, w.logRoot, r.Root)
	return err
}
