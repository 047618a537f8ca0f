package customer

import (
	"time"

	"anxin/internal/web/ui"
)

// StatusView is the private page of one case: what is going on, what is asked of the customer now, and everything that was agreed and done.
type StatusView struct {
	Number string
	// Base is the path of this page, /s/<token>; acts and sub-pages hang below it.
	Base string
	// Claim is the page of the claim of this case; empty when there is none.
	Claim string
	// Seq is the sequence of the newest event shown; live updates start after it.
	Seq int64
	// Idem marks this drawing of the page's forms.
	Idem string
	// Safety is what to do until somebody comes; empty when there is no danger.
	Safety  string
	Now     NowLine
	Place   *PlaceView
	Tech    *TechView
	Quote   *QuoteView
	Sign    *SignView
	Work    []WorkView
	Rate    *RateView
	Facts   []ui.Pair
	Photos  []ui.Photo
	Events  []ui.Event
	Papers  []PaperLink
	Open    bool
	Can     Can
	Erased  bool
	Contact string
}

// Can says which acts are legal now; the page offers no others.
type Can struct {
	Cancel, Reschedule, Reopen, AddPhotos, Correct bool
}

// Any reports whether there is anything to change.
func (c Can) Any() bool { return c.Cancel || c.Reschedule || c.Reopen || c.AddPhotos || c.Correct }

// NowLine answers "and now?" in one line and one sentence.
type NowLine struct {
	Tone  ui.Tone
	State string // the state in a word, for the badge
	Title string
	Text  string
	// From and To are the window of arrival; zero shows none. Chance is the probability it is promised with; 0 shows none.
	From, To time.Time
	Chance   float64
	// Due is a moment something is due by, with its label; nil shows none.
	Due *ui.Clock
}

// TechView is the technician who comes.
type TechView struct {
	Name string
	// Code is the work number on the card at the door.
	Code string
	// Photo is a path on our origin; empty shows the first character of the name.
	Photo, Initial string
	// Record is what is known of earlier visits.
	Record string
	// Certs are certificates worth naming.
	Certs []string
	// Phone is a number that may be called; empty when calls go through the hotline.
	Phone string
	// DoorCode is read out to the technician at the door; empty when there is none any more.
	DoorCode string
	EnRoute  bool
	// Arrival is the estimate while on the way; zero is none.
	Arrival time.Time
	// CanConfirm lets the customer prove the arrival with the code that the technician shows. Visit is the visit's id.
	CanConfirm bool
	Visit      string
	Form       ui.Form
	Arrived    time.Time
}

// QuoteView is a quote: open to be answered line by line, or answered.
type QuoteView struct {
	ID   string
	Open bool
	// Lines in the order of the price list.
	Lines []QuoteLine
	// Total is the sum of all lines, Approved of those approved, in fen.
	Total, Approved int64
	PriceList       string
	At              time.Time
	Form            ui.Form
}

// QuoteLine is one price.
type QuoteLine struct {
	N         int
	Item, Why string
	Quantity  int64
	Unit, Sum int64 // fen
	Free      bool
	// Warranty says that it is free because of an earlier repair.
	Warranty bool
	// Answer is "", "approved" or "refused".
	Answer string
}

// SignView asks for the signature under the report of work.
type SignView struct {
	Form ui.Form
	// Visit is the visit whose report is signed.
	Visit string
	// Until is when the report counts as agreed without a signature; zero says nothing.
	Until time.Time
}

// WorkView is the report of one finished visit.
type WorkView struct {
	Visit                         int
	At                            time.Time
	Tech, Fault, Cause, Done      string
	Parts                         []PartView
	Before, After                 []ui.Photo
	Checks                        []CheckView
	Advice                        []AdviceView
	WarrantyUntil                 time.Time
	Signed                        string // in words: signed, refused, counted as agreed
	Total                         int64
	DocumentCode, Paper, FollowUp string
}

// PartView is one part fitted.
type PartView struct {
	Name, Serial string
	Quantity     int64
	// Genuine is "yes", "no" or "unknown".
	Genuine string
}

// CheckView is one line of the checklist.
type CheckView struct {
	Text string
	// Result is "done", "na" or "not_done".
	Result string
}

// AdviceView is what was seen on another product of the household.
type AdviceView struct {
	Product, Text string
	// Condition is "good", "watch" or "unsafe".
	Condition string
}

// RateView asks for a rating, or shows the one given.
type RateView struct {
	Form  ui.Form
	Visit string
	Tags  []ui.Choice
	Given int
	Words string
	Tech  string
}

// PaperLink is a paper to print.
type PaperLink struct{ Title, Href string }

// ReasonView is a small page with reasons to choose from and a word to add: cancel, reopen, refuse to sign.
type ReasonView struct {
	Base, Action        string
	Title, Lead, Submit string
	Legend, WordsLabel  string
	Reasons             []ui.Choice
	Words               string
	// Visit is sent along when the act is about one visit.
	Visit, Idem string
	Form        ui.Form
}

// RescheduleView changes the wished time.
type RescheduleView struct {
	Base   string
	Idem   string
	Form   ui.Form
	Wish   string
	Wishes []Wish
	Date   string
	Part   string
	// Earliest and Latest bound the date.
	Earliest, Latest string
}

// PlaceFormView corrects the address.
type PlaceFormView struct {
	Base    string
	Idem    string
	Form    ui.Form
	Address string
	Place   *PlaceView
}

// PhotosView adds photos to a case.
type PhotosView struct {
	Base      string
	Idem      string
	Form      ui.Form
	UploadURL string
	Max       int
	MaxBytes  int64
	Done      []ui.UploadedPhoto
	Have      []ui.Photo
}

// DataView is everything stored about the customer, who looked at it, and the way to erase it.
type DataView struct {
	Base, Number string
	Items        []DataItem
	Looks        []Look
	Bundle       bool // there are photographs to hand out with their proofs
	CanErase     bool
	// WhyNot says why erasing is not possible now.
	WhyNot      string
	Erased      time.Time
	Form        ui.Form
	Typed, Idem string
}

// DataItem is one kind of data: what, the value, why it is kept, until when, who may see it.
type DataItem struct {
	What, Value, Why, Until, Who string
}

// Look is one time somebody looked.
type Look struct {
	At                time.Time
	Who, What, Why    string
	Refused, Revealed bool
}
