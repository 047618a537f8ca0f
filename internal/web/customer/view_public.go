package customer

import (
	"time"

	"anxin/internal/service"
	"anxin/internal/web/ui"
)

// CoverageView is the public page "where we serve": one place or a pasted list in, a table out.
type CoverageView struct {
	Form  ui.Form
	Typed string
	Kind  string
	Rows  []CoverageRow
	// Chosen are the codes chosen for lines that may be several places.
	Chosen Chosen
	// Asked is set when there is an answer to show.
	Asked bool
	// More counts lines beyond the bound that were not looked up.
	More int
}

// CoverageQuery is what is asked: lines, the kind of service (empty for any) and what was chosen for lines that may be several places.
type CoverageQuery struct {
	Kind   service.Kind
	Places []string
	Chosen Chosen
}

// CoverageRow is the answer about one place.
type CoverageRow struct {
	Typed string
	// Path is what was understood and Code its division; empty when nothing was, or while it is open.
	Path, Code string
	// Note says what is worth knowing: an old name with its year, a correction, a zone, why it is open. Empty when nothing is.
	Note service.Text
	// Several counts the places it may mean when it is not one; Choices are the first of them.
	Several int
	Choices []PlaceChoice
	// Chosen says that Code was chosen by the visitor.
	Chosen  bool
	Covered bool
	// Technicians who could come; Earliest is the expected arrival of the first, zero when unknown.
	Technicians int
	Earliest    time.Time
	// Version is the dataset that was asked.
	Version string
}

// VerifyView is the page that answers "is this genuine?" without a log-in.
type VerifyView struct {
	Form ui.Form
	// Base is the customer's page when they ask from there; empty for the public.
	Base    string
	Typed   string
	Answers []VerifyAnswer
	// Hotlines are the operator's real numbers, to compare.
	Hotlines []string
}

// VerifyAnswer is one answer. Kind is what the code was taken for: technician, document, hotline, part.
type VerifyAnswer struct {
	Kind  string
	Tone  ui.Tone
	Title string
	Text  string
	Facts []ui.Pair
	// Next says what to do when it is not genuine.
	Next string
	// Hint says how to learn more.
	Hint string
	// Signed is the signed answer as text, to keep; empty when there is none.
	Signed string
	At     time.Time
}

// FindView asks for the phone, then for the code that was sent to it; it never says whether the phone is known.
type FindView struct {
	Form  ui.Form
	Phone string
	// Challenge goes with the code that was sent.
	Challenge string
	Found     []FoundView
}

// FoundView is one case of the phone.
type FoundView struct {
	Number, Href string
	Created      time.Time
}

// Paper is a sheet to print: receipt, quote or service report.
type Paper struct {
	Base   string
	Kind   string // receipt, quote, report
	Title  string
	Number string
	// Code is the document's code; VerifyURL is where anybody can check it.
	Code, VerifyURL string
	Issued          time.Time
	Facts           []ui.Pair
	Tables          []ui.Table
	Notes           []string
	// Sign shows a signature line; Signature is the path of the drawing, empty when there is none; SignedNote says how it was signed.
	Sign       bool
	Signature  string
	SignedNote string
}
