package orders

import (
	"encoding/hex"
	"slices"
	"strconv"

	"anxin/internal/i18n"
	"anxin/internal/order"
	"anxin/internal/web/ui"
)

// List is the page of orders.
type List struct {
	Rows   []order.View
	Count  int64
	Number string // searched for
	Next   string
	Later  bool // not the first page
}

// OrderView is the page of one order.
type OrderView struct {
	Order         order.View
	Base          string
	References    []Reference // newest first
	Photos, Video ui.Upload
	// Chat and ChatVideo take what was exchanged in the shop's chat about the order.
	Chat, ChatVideo ui.Upload
	Form            ui.Form
}

// Listings is the page of product pages.
type Listings struct {
	Rows      []order.Listing
	Form      ui.Form
	Typed     order.NewListing
	Merchants []ui.Choice // for the operator
	Idem      string
	Next      string
	Later     bool
}

// ListingView is the page of one product page.
type ListingView struct {
	Listing    order.Listing
	Base       string
	References []Reference
	Photos     ui.Upload
	Form       ui.Form
}

// Reference is a sealed file with where its copies are.
type Reference struct {
	order.Reference
	Thumb, Large string // empty for videos
}

// Short is the beginning of the fingerprint; the whole stands in the title.
func (r Reference) Short() string { return r.Whole()[:16] + "…" }

// Whole is the fingerprint.
func (r Reference) Whole() string { return hex.EncodeToString(r.SHA256[:]) }

// Imports is the page where files are uploaded.
type Imports struct {
	Rows      []order.Import
	Form      ui.Form
	Merchants []ui.Choice
}

// ImportView is the page of one file.
type ImportView struct {
	Import order.Import
	Notes  []order.Note
	More   int // notes that are not shown
	Sample []order.Sample
	Idem   string
}

// importState is the tone of a state.
func importState(s order.ImportState) ui.Tone {
	switch s {
	case order.ImportDone:
		return ui.OK
	case order.ImportStaged:
		return ui.Warn
	case order.ImportRunning, order.ImportReading:
		return ui.Info
	}
	return ui.Quiet
}

// counts are what was found in a file, without what is zero.
func counts(p i18n.Printer, i order.Import) []string {
	out := []string{p.T("order.import.lines", "n", i.Lines)}
	for _, x := range []struct {
		key string
		n   int
	}{{"order.import.fresh", i.Fresh}, {"order.import.same", i.Same}, {"order.import.differ", i.Differ}, {"order.import.wrong", i.Wrong}} {
		if x.n > 0 {
			out = append(out, p.T(x.key, "n", x.n))
		}
	}
	return out
}

// noteLine is one line of a file with everything to be said about it.
type noteLine struct {
	Line  int
	Kind  string
	Words []string
}

// lines puts the notes of one line together.
func lines(p i18n.Printer, notes []order.Note) []noteLine {
	var out []noteLine
	for _, n := range notes {
		if len(out) == 0 || out[len(out)-1].Line != n.Line || out[len(out)-1].Kind != n.Kind {
			out = append(out, noteLine{Line: n.Line, Kind: n.Kind})
		}
		l := &out[len(out)-1]
		words := ""
		if key := "order.column." + n.Field; n.Field != "" && i18n.Has(key) {
			words = p.T(key)
		}
		if n.Key != "" {
			if words != "" {
				words += p.T("format.list_comma")
			}
			words += p.TMap(n.Key, n.Args)
		}
		if words != "" && !slices.Contains(l.Words, words) {
			l.Words = append(l.Words, words)
		}
	}
	return out
}

// refs is how many files are sealed, in words.
func refs(p i18n.Printer, n int) string {
	if n == 0 {
		return p.T("order.page.refs_none")
	}
	return p.T("order.page.refs_n", "n", n)
}

// sealed says when the vault received a reference, and where in the log that stands.
func sealed(p i18n.Printer, r Reference) string {
	return p.T("order.ref.sealed", "when", p.Full(r.Sealed.At)) + " · " + p.T("order.ref.leaf", "leaf", strconv.FormatInt(r.Sealed.Leaf, 10))
}
