package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	"anxin/seal/bundle"
)

// shanghai is the time that the reader's clock shows.
var shanghai = time.FixedZone("+08:00", 8*3600)

// show writes the report for people: the verdict first, then why.
func show(out io.Writer, r bundle.Report, w text) error {
	b := bufio.NewWriter(out)
	fmt.Fprintf(b, "%s\n\n", verdict(r, w))
	fmt.Fprintf(b, w.log, bundle.Printable(r.Log))
	for _, fp := range r.Fingerprints {
		fmt.Fprintf(b, w.key, fp)
	}
	if r.KeysGiven {
		fmt.Fprintln(b, w.keyGiven)
	} else if len(r.Fingerprints) > 0 {
		fmt.Fprintln(b, w.keyInside)
	}
	notes(b, w.problems, r.Problems, w)
	for _, e := range r.Entries {
		entry(b, e, w)
	}
	for _, s := range r.Stamps {
		if s.OK {
			trust := w.authorityNotChecked
			if s.Trusted {
				trust = w.authorityTrusted
			}
			fmt.Fprintf(b, w.stamp, s.Checkpoint, moment(s.Time), s.Authority, trust)
		}
	}
	notes(b, w.reservations, r.Reservations, w)
	return b.Flush()
}

func verdict(r bundle.Report, w text) string {
	good := 0
	for _, e := range r.Entries {
		if e.OK {
			good++
		}
	}
	switch {
	case !r.OK:
		return fmt.Sprintf(w.failed, good, len(r.Entries), len(r.Problems))
	case len(r.Reservations) > 0:
		return fmt.Sprintf(w.provenWith, len(r.Entries), len(r.Reservations))
	}
	return fmt.Sprintf(w.proven, len(r.Entries))
}

func entry(b io.Writer, e bundle.EntryReport, w text) {
	mark := w.good
	if !e.OK {
		mark = w.bad
	}
	fmt.Fprintf(b, "\n%s %s", mark, e.Folder)
	if e.Leaf >= 0 {
		fmt.Fprintf(b, w.leaf, e.Kind, e.Leaf, moment(e.At))
	}
	fmt.Fprintln(b)
	if !e.Existed.IsZero() {
		fmt.Fprintf(b, w.existed, moment(e.Existed))
	}
	if e.Content != "" {
		fmt.Fprintf(b, w.content, e.Content, e.Size, e.SHA256, e.SM3)
	}
	for _, f := range e.Fields {
		if !strings.HasPrefix(f.Key, "content-") {
			fmt.Fprintf(b, "    %-18s %s\n", f.Key, bundle.Printable(f.Value))
		}
	}
}

func notes(b io.Writer, title string, list []bundle.Note, w text) {
	if len(list) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s\n", title)
	for _, n := range list {
		say := n.ZH
		if w.lang == "en" {
			say = n.EN
		}
		fmt.Fprintf(b, "  - %s: %s\n", n.Where, say)
	}
}

func moment(t time.Time) string { return t.In(shanghai).Format("2006-01-02 15:04:05 -07:00") }
